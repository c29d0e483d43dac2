"""The account of every row and cell that was read, and the notes on what was seen and done."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from analysis.errors import DataError, DataErrors
from analysis.intake.grid import Sheet
from analysis.schema import FINDINGS, LEDGER, check, conform

SHOWN = 10
"""Errors of one kind shown for one file; the rest are counted in one more sentence."""

OTHER_SOURCE = "other_source"

_ENDLESS = re.compile(r"(\S{80})\S{80,}(\S{20})")
"""A word that no sentence should hold: of a damaged file it may be as long as the file."""

CODES = {
    "not_a_number": ("quarantined", "act"),
    "ambiguous_number": ("quarantined", "act"),
    "date_in_number": ("quarantined", "act"),
    "error_value": ("quarantined", "act"),
    "formula_without_value": ("quarantined", "act"),
    "recused_scored": ("quarantined", "act"),
    "no_dossier": ("quarantined", "act"),
    "long_row": ("quarantined", "act"),
    "doubled_respondent": ("quarantined", "act"),
    "constant_zero_juror": ("quarantined", "act"),
    "two_answers": ("quarantined", "act"),
    "unknown_item": ("quarantined", "act"),
    "not_a_count": ("quarantined", "act"),
    "tally_total": ("quarantined", "act"),
    "readers_disagree": ("quarantined", "act"),
    "swapped_columns": ("quarantined", "act"),
    "unknown_office": ("noted", "act"),
    "partial_session": ("noted", "act"),
    "rules_changed": ("noted", "act"),
    "rules_record_edited": ("noted", "act"),
    "regon_invalid": ("noted", "act"),
    "nip_invalid": ("noted", "act"),
    "two_versions": ("noted", "act"),
    "off_scale_answer": ("quarantined", "look"),
    "no_respondent": ("quarantined", "look"),
    "no_partner": ("noted", "look"),
    "terc_invalid": ("noted", "look"),
    "short_row": ("noted", "look"),
    "unknown_column": ("noted", "look"),
    "recusal_not_listed": ("noted", "look"),
    "unscored_dossier": ("noted", "look"),
    "withdrawn_scored": ("noted", "look"),
    "late_score": ("noted", "look"),
    "reversed_item": ("noted", "look"),
    "cell_in_dispute": ("noted", "look"),
    "hidden_sheet": ("noted", "look"),
    "hidden_rows": ("noted", "look"),
    "hidden_columns": ("noted", "look"),
    "cell_note": ("noted", "look"),
    "coloured_cells": ("noted", "look"),
    "total_differs": ("noted", "look"),
    "maximum_differs": ("noted", "look"),
    "missing_dossier_row": ("noted", "look"),
    "amended": ("noted", "look"),
    "unread_time": ("noted", "look"),
    "duplicate_respondent": ("excluded", "look"),
    "several_spellings": ("noted", "info"),
    "sheet_not_read": ("noted", "info"),
    "item_not_asked": ("noted", "info"),
    "rules_frozen": ("noted", "info"),
    "speeder": ("noted", "info"),
    "straight_liner": ("noted", "info"),
    "merged_cells": ("noted", "info"),
    "title_removed": ("noted", "info"),
    "personal_columns": ("excluded", "info"),
    "partial": ("excluded", "info"),
    "superseded": ("excluded", "info"),
    "total_row": ("excluded", "info"),
    "signature_row": ("excluded", "info"),
    "sub_criterion": ("excluded", "info"),
    "text_row": ("excluded", "info"),
    OTHER_SOURCE: ("excluded", "info"),
    "excluded_by_rule": ("excluded", "info"),
    "mojibake_repaired": ("repaired", "info"),
    "nfc": ("repaired", "info"),
    "legacy_encoding": ("repaired", "info"),
    "leading_zero": ("repaired", "info"),
    "office_linked": ("repaired", "info"),
    "unit_removed": ("repaired", "info"),
    "corrected": ("corrected", "info"),
}
"""Every kind of finding: its state and severity. `pages/words` has its sentence and what to do."""


@dataclass(frozen=True)
class Finding:
    """One thing seen in a raw file; state and severity follow from its code."""

    code: str
    sheet: Sheet
    place: str = ""
    key: str = ""
    found: str = ""
    done: str = ""
    count: int = 1


@dataclass(eq=False)
class Account:
    """What became of the rows of one sheet for one source.

    Attributes
    ----------
    rows : array of int, shape (n,)
        Rows of data, as indices into the sheet.
    cells : int
        Judgements or answers a row holds.
    state, rule : array of str, shape (n,)
        `accepted`, `quarantined` or `excluded`, and by which code or rule.
    rejected : array of int, shape (n,)
        Cells of an accepted row that were set aside.
    done : dict
        Rule → what was done besides, for the finding that names the rule.
    """

    sheet: Sheet
    kind: str
    rows: np.ndarray
    cells: int = 0
    state: np.ndarray = field(init=False)
    rule: np.ndarray = field(init=False)
    rejected: np.ndarray = field(init=False)
    done: dict[str, str] = field(init=False, default_factory=dict)

    def __post_init__(self):
        self.state = np.full(len(self.rows), "accepted", dtype=object)
        self.rule = np.full(len(self.rows), "", dtype=object)
        self.rejected = np.zeros(len(self.rows), dtype=int)

    @property
    def accepted(self) -> np.ndarray:
        """Indices into the sheet of the rows still accepted."""
        return self.rows[self.state == "accepted"]

    def set_aside(self, where: np.ndarray, *, state: str, rule: str) -> None:
        """Exclude or quarantine the rows where `where` holds and which no earlier rule took."""
        took = where & (self.state == "accepted")
        self.state[took], self.rule[took] = state, rule

    def reject(self, rows: np.ndarray) -> None:
        """Count a cell set aside in each of these rows of the sheet."""
        np.add.at(self.rejected, np.searchsorted(self.rows, rows), 1)

    def frame(self) -> pd.DataFrame:
        """Give a row for each row: its state and rule, and its cells by what became of them."""
        read = np.full(len(self.rows), self.cells)
        quarantined = np.select([self.state == "accepted", self.state == "quarantined"], [self.rejected, read], 0)
        excluded = np.where(self.state == "excluded", read, 0)
        columns = {"row": self.rows, "state": self.state, "rule": self.rule, "read": read}
        return pd.DataFrame({**columns, "quarantined": quarantined, "excluded": excluded})


@dataclass
class Journal:
    """Everything one reading sees: accounts, findings, and the errors people can mend."""

    edition: str
    accounts: list[Account] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    errors: list[tuple[str, str]] = field(default_factory=list)
    review: list[dict] = field(default_factory=list)

    def fail(self, file: str, sentence: str) -> None:
        """Keep an error of a file, so that all of them are shown together."""
        self.errors.append((file, sentence))

    def raise_errors(self) -> None:
        """Raise all errors kept.

        Raises
        ------
        DataErrors
            There are any.
        """
        if self.errors:
            raise DataErrors(self.faults())

    def faults(self) -> list[DataError]:
        """Give the errors kept, each once, with its file."""
        return [DataError(sentence, file=file) for file, sentence in dict.fromkeys(self.errors)]

    def tables(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Give the ledger and the findings."""
        groups: dict[tuple[str, str, str], list[Account]] = {}
        for account in self.accounts:
            groups.setdefault((account.sheet.file, account.sheet.sheet, account.kind), []).append(account)
        balanced = [(accounts[0], _balance(accounts)) for accounts in groups.values()]
        lines = [line for account, rows in balanced for line in _lines(account, rows, edition=self.edition)]
        found = [*self.findings, *(entry for account, rows in balanced for entry in _rules(account, rows))]
        ledger = check(conform(pd.DataFrame(lines), LEDGER), LEDGER)
        return ledger, _findings(found, edition=self.edition)


def few(errors: Sequence[DataError]) -> list[DataError]:
    """Give the first errors of every file (`SHOWN`), a sentence that counts the others, and no endless words."""
    met: Counter[str] = Counter()
    shown = []
    for error in errors:
        met[error.file] += 1
        if met[error.file] <= SHOWN or not error.file:
            text = _ENDLESS.sub(r"\1…\2", str(error))
            shown.append(error if text == str(error) else DataError(text, file=error.file))
    more = {file: count - SHOWN for file, count in met.items() if file and count > SHOWN}
    sentence = "{}: {} more errors are not shown. Mend these first."
    return shown + [DataError(sentence.format(file, count), file=file) for file, count in more.items()]


def _balance(accounts: Sequence[Account]) -> pd.DataFrame:
    """Join the accounts of one sheet that several sources read: a row that one of them takes is not excluded."""
    frames = [account.frame() for account in accounts]
    if len(frames) == 1:
        return frames[0]
    rows = pd.concat(frames, ignore_index=True)
    mine = rows["rule"] != OTHER_SOURCE
    taken = rows["row"].isin(rows.loc[mine, "row"])
    kept = pd.concat([rows[mine], rows[~taken].drop_duplicates("row")])
    rank = kept["state"].map({"quarantined": 0, "accepted": 1, "excluded": 2})
    kept = kept.assign(rank=rank).sort_values(["row", "rank"], kind="stable")
    how = {"state": "first", "rule": "first", "read": "sum", "quarantined": "sum", "excluded": "sum"}
    return kept.groupby("row", as_index=False).agg(how)


def _lines(account: Account, rows: pd.DataFrame, *, edition: str) -> list[dict]:
    sheet = account.sheet
    about = {
        "file": sheet.file,
        "sheet": sheet.sheet,
        "edition": edition,
        "kind": account.kind,
        "sha256": sheet.sha256,
        "encoding": sheet.reader,
    }
    counts = rows["state"].value_counts()
    states = ("accepted", "quarantined", "excluded")
    lines = [about | {"unit": "row", "read": len(rows)} | {state: int(counts.get(state, 0)) for state in states}]
    if account.kind in ("scores", "survey"):
        read, quarantined, excluded = (int(rows[name].sum()) for name in ("read", "quarantined", "excluded"))
        parts = {"accepted": read - quarantined - excluded, "quarantined": quarantined, "excluded": excluded}
        lines.append(about | {"unit": "cell", "read": read} | parts)
    return lines


def _rules(account: Account, rows: pd.DataFrame) -> list[Finding]:
    """A finding for each rule that took rows of a sheet."""
    found = []
    for rule, taken in rows[rows["rule"] != ""].groupby("rule", sort=True):
        code = rule if rule in CODES else "excluded_by_rule"
        place = account.sheet.place(taken["row"].tolist())
        named, done = "" if code == rule else rule, account.done.get(rule, "")
        found.append(Finding(code, account.sheet, place, named, done=done, count=len(taken)))
    return found


def _findings(found: Sequence[Finding], *, edition: str) -> pd.DataFrame:
    rows = []
    for entry in found:
        state, severity = CODES[entry.code]
        fields = {name: value for name, value in vars(entry).items() if name != "sheet"}
        where = {"edition": edition, "file": entry.sheet.file, "sheet": entry.sheet.sheet}
        rows.append(fields | where | {"state": state, "severity": severity})
    frame = conform(pd.DataFrame(rows), FINDINGS)
    return check(frame.drop_duplicates(list(FINDINGS.key), ignore_index=True), FINDINGS)
