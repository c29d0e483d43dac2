"""When marks were given, and marks that were given again: the newest counts, the older ones stay on record."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.intake.ledger import Account, Finding, Journal
from analysis.intake.moments import moment
from analysis.intake.rules import KEY, said_key


def dated(cells: pd.DataFrame, *, journal: Journal) -> pd.DataFrame:
    """Write the times of the marks as ISO text; a time that cannot be read becomes empty, and is noted."""
    read = {text: moment(text) for text in set(cells["scored_at"])}
    unread = cells[cells["scored_at"].isin([text for text, iso in read.items() if text and not iso])]
    for row in unread.drop_duplicates(["reading", "scored_at"]).itertuples():
        same = unread[(unread["reading"] == row.reading) & (unread["scored_at"] == row.scored_at)]
        place = row.sheet_of.place(sorted(set(same["row"])))
        journal.findings.append(Finding("unread_time", row.sheet_of, place, found=row.scored_at, count=len(same)))
    return cells.assign(scored_at=cells["scored_at"].map(read).astype(object))


def supersede(cells: pd.DataFrame, accounts: Sequence[Account], *, journal: Journal) -> pd.DataFrame:
    """Keep the newest of several marks that one long list holds for one judgement; exclude the older rows.

    Only marks that all have a time, and of which one is the newest, are told apart; others stay doubled.

    Parameters
    ----------
    cells : DataFrame
        Judgements with `KEY`, `reading`, `row`, `scored_at` (ISO) and `raw`.
    accounts : sequence of Account
        The account of each reading.
    """
    several = cells[cells.duplicated([*KEY, "reading"], keep=False) & (cells["scored_at"] != "")]
    older: list[int] = []
    for _, same in several.groupby([*KEY, "reading"], sort=False):
        account = accounts[same["reading"].iloc[0]]
        times = same["scored_at"]
        if account.cells != 1 or (times == times.max()).sum() != 1 or len(same) != _written(cells, same):
            continue
        newest = same.loc[times.idxmax()]
        for index, row in same.drop(index=newest.name).iterrows():
            older.append(index)
            if row["raw"] != newest["raw"]:
                entry = Finding("amended", row["sheet_of"], newest["cell"], said_key(newest), row["raw"], newest["raw"])
                journal.findings.append(entry)
    for reading, rows in cells.loc[older].groupby("reading", sort=False):
        account = accounts[reading]
        account.set_aside(np.isin(account.rows, rows["row"]), state="excluded", rule="superseded")
    return cells.drop(index=older).reset_index(drop=True)


def _written(cells: pd.DataFrame, same: pd.DataFrame) -> int:
    """How many marks there are with the key of these, with a time or without."""
    first = same.iloc[0]
    met = cells["reading"] == first["reading"]
    for name in KEY:
        met &= cells[name] == first[name]
    return int(met.sum())
