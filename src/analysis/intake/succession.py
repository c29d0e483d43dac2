"""Offices that were merged, split or renamed: office_succession.csv."""

from __future__ import annotations

import pandas as pd

from analysis.errors import DataError
from analysis.intake.calendar import iso_date
from analysis.intake.grid import hint
from analysis.intake.ledger import Journal
from analysis.schema import OFFICES, SUCCESSION, check, conform

SUCCESSION_FILE = "office_succession.csv"
TYPES = ("merge", "split", "rename")


def check_succession(frame: pd.DataFrame, offices: pd.DataFrame, *, journal: Journal) -> pd.DataFrame:
    """Give the table `succession`: known offices, a known type, a date, and no office that succeeds itself.

    Errors are kept in `journal`.

    Parameters
    ----------
    frame : DataFrame
        The columns of `succession` as text, and `line`.
    offices : DataFrame
        Table `offices`; where it is empty, any id may stand in the file.
    """
    known = list(offices["office"]) if len(offices) else list(OFFICES.empty()["office"])
    dates = []
    for row in frame.itertuples():
        place = f"{SUCCESSION_FILE}, line {row.line}"
        for end in ("predecessor", "successor"):
            office = getattr(row, end)
            if known and office not in known:
                near = hint(office, known) or "."
                journal.fail(SUCCESSION_FILE, f"{place}: there is no office {office!r}{near} Correct it.")
        if row.type not in TYPES:
            said = f"{place}: there is no type {row.type!r}; use {', '.join(TYPES)}."
            journal.fail(SUCCESSION_FILE, f"{said} Correct it.")
        try:
            dates.append(iso_date(row.date))
        except DataError as error:
            dates.append("")
            journal.fail(SUCCESSION_FILE, f"{place}: {error}")
    for office in sorted(_circular(frame)):
        said = f"{SUCCESSION_FILE}: the office {office!r} comes after itself."
        journal.fail(SUCCESSION_FILE, f"{said} Correct the direction of one of the lines.")
    table = conform(frame.assign(date=dates).drop_duplicates(list(SUCCESSION.key)), SUCCESSION)
    return check(table, SUCCESSION)


def _circular(frame: pd.DataFrame) -> set[str]:
    """The offices that are reached from themselves."""
    after: dict[str, set[str]] = {}
    for row in frame.itertuples():
        after.setdefault(row.predecessor, set()).add(row.successor)
    found = set()
    for office in after:
        reached, ahead = set(), {office}
        while ahead:
            ahead = {successor for one in ahead for successor in after.get(one, ())} - reached
            reached |= ahead
        if office in reached:
            found.add(office)
    return found
