"""Who answered: id, office, channel, date, time spent; and who answered twice."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.config import Competition, SurveyLayout, SurveySource
from analysis.errors import DataError
from analysis.intake.cells import COMMON, read_column
from analysis.intake.exports import EXPORTS, dates, own, seconds, texts
from analysis.intake.grid import Block, key, regex
from analysis.intake.identity import Names, named
from analysis.intake.ledger import Account, Finding, Journal
from analysis.intake.review import note_links, occurrences, propose

DUPLICATE = "duplicate_respondent"


def respondent_column(block: Block, layout: SurveyLayout) -> int | None:
    """Give the column of the respondent's id; None where rows have none and are known by their number.

    Raises
    ------
    DataError
        The export should have one and has none.
    """
    if layout.respondent:
        return block.position(layout.respondent)
    names = EXPORTS[layout.kind].respondent
    column = own(block, names)
    if names and column is None:
        raise DataError(
            f"{block.sheet.where}: no column {names[0]!r} with the number of the answer. Export the survey again with "
            "it, or name its column as `respondent` in layouts.toml."
        )
    return column


def finished(block: Block, layout: SurveyLayout, rows: np.ndarray) -> np.ndarray:
    """Tell which respondents sent the last page; all of them where the tool keeps no others."""
    export = EXPORTS[layout.kind]
    if not export.partials or own(block, export.end) is None:
        return np.full(len(rows), True)
    return texts(block, export.end, rows) != ""


def set_aside(block: Block, layout: SurveyLayout, account: Account, *, columns: Sequence[int]) -> None:
    """Set aside the rows of nobody, of nobody in particular, and of people who answered twice.

    Parameters
    ----------
    block : Block
        The rows of data.
    layout : SurveyLayout
        Says whether partial questionnaires and duplicates stay.
    account : Account
        Takes what becomes of the rows.
    columns : sequence of int
        Columns of answers.
    """
    complete = finished(block, layout, block.rows)
    if layout.partials == "exclude":
        account.set_aside(~complete, state="excluded", rule="partial")
    who = respondent_column(block, layout)
    if who is not None:
        ids = block.sheet.cells[block.rows, who]
        account.set_aside(ids == "", state="quarantined", rule="no_respondent")
        mine = account.state == "accepted"
        doubled = np.full(len(ids), False)
        doubled[mine] = pd.Series(ids[mine], dtype=object).duplicated(keep=False).to_numpy()
        account.set_aside(doubled, state="quarantined", rule="doubled_respondent")
    if layout.duplicates == "exclude":
        _duplicates(block, layout, account, complete, columns)


def _duplicates(block: Block, layout: SurveyLayout, account: Account, complete: np.ndarray, columns) -> None:
    """Exclude all but the first complete answer of one token, and of one address that answered everything alike."""
    export = EXPORTS[layout.kind]
    for names, alike in ((export.token, []), (export.address, list(columns))):
        column = own(block, names)
        if column is None:
            continue
        mine = np.flatnonzero((account.state == "accepted") & (block.sheet.cells[block.rows, column] != ""))
        order = mine[np.argsort(~complete[mine], kind="stable")]
        office = [block.position(layout.office)] if layout.office and alike else []
        cells = block.sheet.cells[np.ix_(block.rows[order], [column, *office, *alike])]
        groups = pd.DataFrame(cells, dtype=object)
        again = groups.duplicated().to_numpy()
        if alike and len(cells):
            again = again & (cells[:, len(office) + 1 :] != "").any(axis=1)
        if again.any():
            number = groups.groupby(list(groups.columns), sort=False, dropna=False).ngroup().to_numpy()
            kept = order[~again & np.isin(number, number[again])]
            account.done[DUPLICATE] = block.sheet.place(np.sort(block.rows[kept]).tolist())
            where = np.full(len(block.rows), False)
            where[order[again]] = True
            account.set_aside(where, state="excluded", rule=DUPLICATE)


def people(
    block: Block, source: SurveySource, account: Account, *, competition: Competition, offices: Names, journal: Journal
) -> pd.DataFrame:
    """Give a row an accepted respondent, as `schema.RESPONDENTS` without the edition.

    Parameters
    ----------
    block, source, account
        The rows of data, what they belong to, and which of them are accepted.
    competition : Competition
        Layouts and channels.
    offices : Names
        Everything the offices are called; empty where an edition knows none.
    journal : Journal
        Takes the finding `unknown_office`.
    """
    layout, rows = competition.layouts[source.layout], account.accepted
    export, who = EXPORTS[layout.kind], respondent_column(block, layout)
    blank = np.full(len(rows), "", dtype=object)
    first = block.column(layout.date, rows) if layout.date else blank
    moments = [first, *(texts(block, names, rows) for names in (export.end, export.other_dates, export.start))]
    columns = {
        "wave": source.wave,
        "respondent": block.sheet.lines[rows].astype(str) if who is None else block.sheet.cells[rows, who],
        "office": office_ids(block, source, rows, layout=layout, offices=offices, journal=journal),
        "channel": _channels(block.column(layout.channel, rows), competition) if layout.channel else blank,
        "date": dates(moments),
        "duration_s": _duration(block, layout, rows),
        "complete": finished(block, layout, rows),
    }
    return pd.DataFrame(columns, index=range(len(rows)))


def office_ids(
    block: Block, source: SurveySource, rows: np.ndarray, *, layout: SurveyLayout, offices: Names, journal: Journal
) -> np.ndarray:
    """Ids of the offices; a text that means none leaves the answer without an office, and is named.

    Where an edition knows no offices at all, they are what the survey calls them.
    """
    said = block.column(layout.office, rows) if layout.office else np.full(len(rows), "", dtype=object)
    if not offices.ids:
        return said
    ids = offices.resolve(said)
    note_links(occurrences(said, rows, block.sheet), offices, journal=journal)
    for text in sorted(text for text, identifier in ids.items() if identifier is None and text):
        where = rows[said == text]
        propose(text, offices, journal=journal)
        done = offices.nearest(text).removeprefix("; did you mean ").rstrip("?").strip("'")
        one = len(where) == 1
        place = block.address(where[0], block.position(layout.office)) if one else block.sheet.place(where.tolist())
        entry = Finding("unknown_office", block.sheet, place, f"{source.wave}: {text}", text, done, len(where))
        journal.findings.append(entry)
    return np.array([ids[text] or "" for text in said], dtype=object)


def _channels(said: np.ndarray, competition: Competition) -> list[str]:
    names = named("channel", "competition.toml", {name: text.values() for name, text in competition.channels.items()})
    ids = names.resolve(said)
    return [ids[text] or text for text in said]


def _duration(block: Block, layout: SurveyLayout, rows: np.ndarray) -> np.ndarray:
    """Seconds: the tool's own total, else the sum over its parts, else from start to end; NaN where unknown."""
    export = EXPORTS[layout.kind]
    spent = seconds(texts(block, export.end, rows)) - seconds(texts(block, export.start, rows))
    spent = np.where(spent >= 0, spent, np.nan)
    if export.parts:
        pattern = regex(export.parts, "parts")
        columns = [c for c, header in enumerate(block.headers) if pattern.fullmatch(key(header))]
        known = [read_column(block.sheet.cells[rows, c], missing=COMMON).value for c in columns]
        if known:
            there = np.isfinite(known)
            total = np.where(there, known, 0).sum(axis=0)
            spent = np.where(there.any(axis=0), total, spent)
    whole = read_column(texts(block, export.seconds, rows), missing=COMMON).value
    return np.where(np.isnan(whole), spent, whole)
