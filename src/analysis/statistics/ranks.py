"""Totals, places, and who is awarded."""

from __future__ import annotations

import numpy as np

from analysis.errors import NotDefined

DECIMALS = 9  # totals equal to this many decimals are ties


def total_scores(stages: np.ndarray, *, weights: np.ndarray) -> np.ndarray:
    """Weighted mean of stage scores over the stages that a dossier reached.

    Parameters
    ----------
    stages : array, shape (dossiers, stages)
        Mean score of each dossier in each stage, all on one scale; NaN where the dossier was not judged.
    weights : array, shape (stages,)
        Share of each stage in the total, 0 or more; renormalised over the stages that the dossier has.

    Returns
    -------
    array, shape (dossiers,)
        In the unit of the scores; NaN for a dossier without any stage that counts. Totals over different stages
        do not compare: `places` takes what was reached as its first keys.
    """
    scores, share = np.asarray(stages, dtype=float), np.asarray(weights, dtype=float)
    there = ~np.isnan(scores)
    used = there @ share
    return np.where(there, scores, 0.0) @ share / np.where(used > 0, used, np.nan)


def places(keys: np.ndarray) -> np.ndarray:
    """Places from 1; equal rows share the better place and the next place is skipped (1, 2, 2, 4).

    Parameters
    ----------
    keys : array, shape (dossiers,) or (dossiers, keys)
        Larger is better. The first column decides; the next ones only between equal rows (tie-breaks, in their
        order). NaN is worse than any number.

    Returns
    -------
    array of int, shape (dossiers,)

    Source
    ------
    Standard competition ranking.

    >>> places(np.array([[80, 7], [90, 1], [80, 9], [80, 7]]))
    array([3, 1, 2, 3])
    """
    table = _keys(keys)
    _, code, counts = np.unique(0.0 - table, axis=0, return_inverse=True, return_counts=True)
    return (counts.cumsum() - counts + 1)[code.ravel()]


def awarded_by_points(totals: np.ndarray, *, least: float) -> np.ndarray:
    """Tell which totals reach `least` points; NaN does not."""
    return np.nan_to_num(np.round(totals, DECIMALS), nan=-np.inf) >= least - 10.0**-DECIMALS


def awarded_by_places(place: np.ndarray, *, number: int) -> np.ndarray:
    """Tell which places are `number` or better; a tie at the line is awarded whole."""
    return np.asarray(place) <= number


def awarded_by_share(place: np.ndarray, *, share: float) -> np.ndarray:
    """Tell which places are among the best `share` (0-1) of all; the number is rounded down, ties are awarded whole.

    Raises
    ------
    NotDefined
        There is no place.
    """
    if not len(place):
        raise NotDefined("no_data", "There is no dossier to award.")
    return awarded_by_places(place, number=int(np.floor(share * len(place) + 1e-9)))


def _keys(keys: np.ndarray) -> np.ndarray:
    table = np.asarray(keys, dtype=float)
    table = table[:, None] if table.ndim == 1 else table
    return np.round(np.where(np.isnan(table), -np.inf, table), DECIMALS) + 0.0  # no negative zero
