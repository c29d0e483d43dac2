"""Intervals of a line of the registry."""

from __future__ import annotations

import numpy as np

from analysis.errors import NotDefined
from analysis.statistics.registry.coefficient import Coefficient
from analysis.statistics.resample import SAME, Interval, bca_interval


def cluster_interval(
    coefficient: Coefficient, ratings: np.ndarray, *, cluster: np.ndarray, weights: np.ndarray,
    confidence: float = 0.95,
) -> Interval:  # fmt: skip
    """Interval of a coefficient: from its distribution where units are independent and one is known, else BCa.

    Parameters
    ----------
    coefficient
        A line of the registry.
    ratings : array, shape (units, jurors)
        Points, NaN where a juror did not rate.
    cluster : array, shape (units,)
        Office of each unit.
    weights : array, shape (replicates, clusters)
        As `multinomial_weights` draws them, one column for each different cluster, in the order of their labels.
    confidence
        Between 0 and 1.

    Raises
    ------
    NotDefined
        The coefficient or its interval is not defined.
    """
    if coefficient.analytic and len(np.unique(cluster)) == len(cluster):
        try:
            return coefficient.analytic(ratings, confidence=confidence)
        except NotDefined as reason:
            if reason.code != "no_interval":
                raise
    return bootstrap_interval(coefficient, ratings, cluster=cluster, weights=weights, confidence=confidence)


def bootstrap_interval(
    coefficient: Coefficient, ratings: np.ndarray, *, cluster: np.ndarray, weights: np.ndarray,
    confidence: float = 0.95,
) -> Interval:  # fmt: skip
    """BCa interval of a coefficient over clusters; parameters and errors as for `cluster_interval`."""
    value = coefficient.value(ratings)
    if coefficient.perfect is not None and abs(value - coefficient.perfect) <= SAME:
        raise NotDefined("perfect", "The jurors agree perfectly, so resampling shows no variation.")
    prepared = coefficient.prepare(ratings, cluster)
    return bca_interval(value, prepared, weights=weights, confidence=confidence)
