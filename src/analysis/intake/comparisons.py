"""Sheets held against one another: columns that were exchanged, entries that one juror's sheet lacks."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from analysis.config import Edition
from analysis.intake.ledger import Account, Finding, Journal
from analysis.intake.readings import Reading

SHEET_A_JUROR = ("matrix", "card")
"""Layouts whose sheets are of one juror each."""
LEAST_ABOVE = 0.2
"""Share of the marks of a column that must lie above its maximum before it is taken for exchanged."""


def swapped(cells: pd.DataFrame, accounts: Sequence[Account], edition: Edition, *, journal: Journal) -> pd.DataFrame:
    """Set aside two columns of one juror whose marks fit only when they are exchanged.

    The evidence is hard: marks above the maximum of their own criterion, all of them on the scale of the other one,
    and all marks of the other column on the scale of the first.

    Parameters
    ----------
    cells : DataFrame
        Judgements with `reading`, `juror`, `criterion`, `row`, `column`, `cell`, `value` and `sheet_of`.
    accounts : sequence of Account
        The account of each reading.

    Returns
    -------
    DataFrame
        The judgements without those of exchanged columns.
    """
    gone: list[int] = []
    for (reading, juror), marks in cells[cells["value"].notna()].groupby(["reading", "juror"], sort=False):
        by = dict(iter(marks.groupby("criterion", sort=False)))
        if any(rows["column"].nunique() > 1 for rows in by.values()) or marks["column"].nunique() < len(by):
            continue
        taken: set[str] = set()
        for one, other in combinations(by, 2):
            if {one, other} & taken or not _exchanged(by[one], by[other], edition):
                continue
            taken |= {one, other}
            both = pd.concat([by[one], by[other]])
            accounts[reading].reject(both["row"].to_numpy())
            place = f"{by[one]['cell'].iloc[0]}, {by[other]['cell'].iloc[0]}"
            said = f"juror {juror}, {one} and {other}"
            found = f"{by[one]['value'].max():g} and {by[other]['value'].max():g}"
            entry = Finding(
                "swapped_columns", both["sheet_of"].iloc[0], place, said, found, f"{other}, {one}", len(both)
            )
            journal.findings.append(entry)
            gone += both.index.tolist()
    return cells.drop(index=gone)


def _exchanged(one: pd.DataFrame, other: pd.DataFrame, edition: Edition) -> bool:
    scales = [edition.scale(rows["criterion"].iloc[0]) for rows in (one, other)]
    values = [rows["value"].to_numpy(dtype=float) for rows in (one, other)]
    if scales[0] == scales[1]:
        return False
    above = [np.mean(marks > scale.maximum) for marks, scale in zip(values, scales, strict=True)]
    fit = all(scale.allows(mark) for marks, scale in zip(values, reversed(scales), strict=True) for mark in marks)
    return fit and max(above) >= LEAST_ABOVE


def missing_rows(cells: pd.DataFrame, readings: Sequence[Reading], recusals: pd.DataFrame, *, journal: Journal) -> None:
    """Note an entry that every other juror's sheet holds and one does not.

    Only where the jurors of a source, three at least, mostly have the same entries: where dossiers are dealt out among
    jurors nobody lacks any. A juror recused from the entry lacks nothing.
    """
    kinds = {number: _kind(reading) for number, reading in enumerate(readings)}
    source = cells["reading"].map({number: kind for number, kind in kinds.items() if kind})
    recused = set(zip(recusals["dossier"], recusals["juror"], strict=True))
    for _, rows in cells[source.notna()].groupby([source[source.notna()], "stage"], sort=False):
        of = {juror: set(same["dossier"]) for juror, same in rows.groupby("juror", sort=False)}
        every = set.union(*of.values())
        common = set.intersection(*of.values())
        if len(of) < 3 or len(common) <= len(every) / 2:
            continue
        for juror, own in of.items():
            sheet = rows.loc[rows["juror"] == juror, "sheet_of"].iloc[0]
            others = set.intersection(*(theirs for name, theirs in of.items() if name != juror))
            for dossier in sorted(others - own):
                if (dossier, juror) not in recused:
                    entry = Finding("missing_dossier_row", sheet, "", f"dossier {dossier}, juror {juror}")
                    journal.findings.append(entry)


def _kind(reading: Reading) -> str:
    """The source of a sheet of one juror; empty for other sheets."""
    return reading.source.file if reading.kind in SHEET_A_JUROR else ""
