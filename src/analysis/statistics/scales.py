"""Scores on one scale, and the composite over criteria."""

from __future__ import annotations

import numpy as np

LEAST_WEIGHT = 0.5  # share of the weight that must be scored


def composite(scores: np.ndarray, *, weights: np.ndarray) -> np.ndarray:
    """Weighted mean over criteria, weights renormalised over the criteria that were scored.

    Parameters
    ----------
    scores : array, shape (rows, criteria)
        Scores on one scale, NaN where a criterion was not scored.
    weights : array, shape (criteria,)
        Above 0, any sum.

    Returns
    -------
    array, shape (rows,)
        In the unit of the scores; NaN where less than half of the weight (`LEAST_WEIGHT`) was scored.

    >>> composite(np.array([[4.0, 8.0, np.nan], [np.nan, 8.0, np.nan]]), weights=np.array([1, 1, 2]))
    array([ 6., nan])
    """
    table, weight = np.asarray(scores, dtype=float), np.asarray(weights, dtype=float)
    there = ~np.isnan(table)
    used = there @ weight
    enough = (used >= LEAST_WEIGHT * weight.sum() * (1 - 1e-12)) & (used > 0)
    return np.where(there, table, 0.0) @ weight / np.where(enough, used, np.nan)
