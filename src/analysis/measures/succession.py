"""Offices through mergers and new names: who took part before, under whatever name."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from analysis.config import Edition

CONTINUING = ("merge", "rename")
"""Types of succession by which the successor is the same office; a part of a split one is a new office."""


def with_successors(offices: Iterable[str], succession: pd.DataFrame, edition: Edition) -> set[str]:
    """Give the offices and those that they went on as, by the gala of an edition (by the end of its year without one).

    Parameters
    ----------
    offices : iterable of str
        Ids of offices.
    succession : DataFrame
        Table `succession` of `schema`.
    edition : Edition
        The edition that asks.
    """
    by = edition.gala.isoformat() if edition.gala else f"{edition.year}-12-31"
    rows = succession[succession["type"].isin(CONTINUING) & (succession["date"] <= by)]
    found, ahead = set(), set(offices)
    while ahead:
        found |= ahead
        ahead = set(rows.loc[rows["predecessor"].isin(ahead), "successor"]) - found
    return found
