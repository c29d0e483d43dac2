"""What looks like an accident across cells: mended letters, several spellings of one name, a juror who is none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from analysis.intake.grid import Sheet, key, letters
from analysis.intake.identity import Names
from analysis.intake.ledger import Account, Finding, Journal

FEWEST_ZEROS = 20
"""Marks of 0 in one session below which nobody is taken for an empty chair."""


def note_letters(journal: Journal) -> None:
    """Note each cell whose letters were mended (before → after), and how many accents were joined with letters."""
    sheets = {id(account.sheet): account.sheet for account in journal.accounts}
    noted = set()
    for sheet in sheets.values():
        if (sheet.file, sheet.sheet) in noted:
            continue
        noted.add((sheet.file, sheet.sheet))
        journal.findings += [
            Finding("mojibake_repaired", sheet, _address(sheet, mend.row, mend.column), "", mend.before, mend.after)
            for mend in sheet.mends
        ]
        if sheet.composed:
            journal.findings.append(Finding("nfc", sheet, count=sheet.composed))


def _address(sheet: Sheet, row: int, column: int) -> str:
    line = sheet.lines[row]
    return f"{letters(column)}{line}" if sheet.sheet else f"line {line}, column {letters(column)}"


def spellings(cells: pd.DataFrame, names: Mapping[str, Names], *, journal: Journal) -> None:
    """Note each juror and criterion that one sheet writes in several ways, with the number of cells of each."""
    for column in ("juror", "criterion"):
        ids = names[column].resolve(cells[column])
        for _, rows in cells.groupby("reading", sort=False):
            written: dict[str, Counter[str]] = {}
            for text, count in rows[column].value_counts().items():
                if ids[text] is not None:
                    written.setdefault(ids[text], Counter())[text] += int(count)
            for identifier, texts in written.items():
                if len({key(text) for text in texts}) > 1:
                    found = "; ".join(f"{text!r} × {count}" for text, count in texts.most_common())
                    entry = Finding("several_spellings", rows["sheet_of"].iloc[0], "", f"{column} {identifier}", found)
                    journal.findings.append(entry)


def idle_jurors(cells: pd.DataFrame, accounts: Sequence[Account], *, journal: Journal) -> pd.DataFrame:
    """Set aside the marks of a juror who, in one session, gave nothing but 0 where nobody else gave a 0.

    Such a juror was most likely not there: an empty place that a program filled with zeros.

    Parameters
    ----------
    cells : DataFrame
        Judgements with `stage`, `session`, `juror`, `value`, `reading`, `row` and `sheet_of`.
    accounts : sequence of Account
        The account of each reading.

    Returns
    -------
    DataFrame
        The other judgements.
    """
    marked = cells[cells["value"].notna() & (cells["reject"] == "")]
    if not (marked["value"] == 0).any():
        return cells
    zero = (marked["value"] == 0).astype(int)
    by = [marked[name] for name in ("stage", "session", "juror")]
    counts = pd.DataFrame({"zero": zero.groupby(by).sum(), "marks": zero.groupby(by).size()})
    alone = counts["zero"] == counts.groupby(["stage", "session"])["zero"].transform("sum")
    several = counts.groupby(["stage", "session"])["marks"].transform("size") > 1
    idle = counts[(counts["zero"] == counts["marks"]) & (counts["zero"] >= FEWEST_ZEROS) & alone & several]
    gone = np.full(len(cells), False)
    for (stage, session, juror), count in idle["marks"].items():
        theirs = marked[(marked["stage"] == stage) & (marked["session"] == session) & (marked["juror"] == juror)]
        for reading, rows in theirs.groupby("reading", sort=False):
            accounts[reading].reject(rows["row"].to_numpy())
        sheet = theirs["sheet_of"].iloc[0]
        place = sheet.place(sorted(set(theirs["row"])))
        about = f"stage {stage}, session {session}, juror {juror}" if session else f"stage {stage}, juror {juror}"
        journal.findings.append(Finding("constant_zero_juror", sheet, place, about, "0", count=int(count)))
        gone |= cells.index.isin(theirs.index)
    return cells[~gone]
