"""Differences between editions or waves, with their intervals."""

from __future__ import annotations

import numpy as np
from scipy.stats import t

from analysis.errors import NotDefined
from analysis.statistics.resample import Additive, Interval, bca_interval, cluster_index
from analysis.statistics.survey import ROUNDING, mean, mean_interval


def difference_of_means(earlier: np.ndarray, later: np.ndarray) -> float:
    """Mean of `later` less mean of `earlier`, in their unit; NaN values are left out.

    Raises
    ------
    NotDefined
        One of them has no value.
    """
    return mean(later) - mean(earlier)


def difference_interval(earlier: np.ndarray, later: np.ndarray, *, confidence: float = 0.95) -> Interval:
    """Welch's interval of a difference of means of independent values.

    Raises
    ------
    NotDefined
        Fewer than two values on one side, or no variation on either.

    Source
    ------
    Welch (1947), Biometrika 34, 28-35.
    """
    one, other = (_present(values) for values in (earlier, later))
    if min(len(one), len(other)) < 2:
        raise NotDefined("too_few_units", "The interval of a difference needs two values on each side.")
    parts = np.array([values.var(ddof=1) / len(values) for values in (one, other)])
    _spread(float(np.sqrt(parts.sum())), np.concatenate([one, other]))
    df = parts.sum() ** 2 / (parts**2 / [len(one) - 1, len(other) - 1]).sum()
    return _around(difference_of_means(one, other), float(np.sqrt(parts.sum())), df, confidence, "t, Welch")


def clustered_difference_interval(
    earlier: np.ndarray, later: np.ndarray, *, cluster_earlier: np.ndarray, cluster_later: np.ndarray,
    confidence: float = 0.95,
) -> Interval:  # fmt: skip
    """Interval of a difference of means where values of one office depend on each other, on both sides.

    Parameters
    ----------
    earlier, later : arrays, shapes (n,), (m,)
        Values, NaN where there is none.
    cluster_earlier, cluster_later : arrays, shapes (n,), (m,)
        Office of each value; an office on both sides is one cluster.
    confidence
        Between 0 and 1.

    Raises
    ------
    NotDefined
        No value on one side, fewer than two clusters on one side, or no variation.

    Source
    ------
    Linearised difference of two ratio means, clusters with replacement: Lohr (2010), ch. 9; Welch's degrees of
    freedom are replaced by clusters - 1.
    """
    centre = difference_of_means(earlier, later)
    sides = []
    for values, cluster, sign in ((earlier, cluster_earlier, -1.0), (later, cluster_later, 1.0)):
        there = ~np.isnan(np.asarray(values, dtype=float))
        kept, labels = np.asarray(values, dtype=float)[there], np.asarray(cluster)[there]
        if len(np.unique(labels)) < 2:
            raise NotDefined("too_few_units", "The interval of a difference needs two offices on each side.")
        sides.append((labels, sign * (kept - kept.mean()) / len(kept)))
    influence = np.concatenate([side[1] for side in sides])
    sums = np.bincount(cluster_index(np.concatenate([side[0] for side in sides])), weights=influence)
    clusters = len(sums)
    error = float(np.sqrt(clusters / (clusters - 1) * (sums**2).sum()))
    _spread(error, _present(np.concatenate([earlier, later])))
    return _around(centre, error, clusters - 1, confidence, f"t, linearised over {clusters} clusters")


def paired_difference(earlier: np.ndarray, later: np.ndarray) -> float:
    """Mean of `later - earlier` over the pairs (offices) that have both.

    Raises
    ------
    NotDefined
        No pair has both.
    """
    return float(_pairs(earlier, later).mean())


def paired_difference_interval(earlier: np.ndarray, later: np.ndarray, *, confidence: float = 0.95) -> Interval:
    """Interval of a mean paired difference (t with pairs - 1 degrees of freedom).

    Raises
    ------
    NotDefined
        Fewer than two pairs, or all differences are equal.

    Source
    ------
    Student (1908), Biometrika 6, 1-25.
    """
    differences = _pairs(earlier, later)
    if len(differences) < 2:
        raise NotDefined("too_few_units", "The interval of a paired difference needs two pairs; here there is one.")
    ends = mean_interval(differences, confidence=confidence)
    return Interval(ends.low, ends.high, ends.se, confidence, "t, paired")


def bootstrap_mean_interval(
    values: np.ndarray, *, cluster: np.ndarray, weights: np.ndarray, confidence: float = 0.95
) -> Interval:
    """BCa interval of a mean over clusters (offices).

    Parameters
    ----------
    values : array, shape (n,)
        Values, NaN where there is none.
    cluster : array, shape (n,)
        Office of each value.
    weights : array, shape (replicates, clusters)
        As `multinomial_weights` draws them, one column for each different cluster.

    Raises
    ------
    NotDefined
        No value, or as `bca_interval`.
    """
    centre = mean(values)
    _spread(float(np.nanstd(values)), _present(values))
    return bca_interval(centre, resampled_mean(values, cluster, centre=centre), weights=weights, confidence=confidence)


def resampled_mean(values: np.ndarray, cluster: np.ndarray, *, centre: float = 0.0) -> Additive:
    """Prepare a mean for resampling of clusters; sums are taken around `centre`, to keep their digits."""
    answers = np.asarray(values, dtype=float)
    there = ~np.isnan(answers)
    features = np.column_stack([there.astype(float), np.where(there, answers - centre, 0.0)])

    def combine(sums: np.ndarray) -> np.ndarray:
        with np.errstate(invalid="ignore", divide="ignore"):
            return centre + sums[:, 1] / np.where(sums[:, 0] > 0, sums[:, 0], np.nan)

    return Additive(features, cluster, combine)


def _present(values: np.ndarray) -> np.ndarray:
    numbers = np.asarray(values, dtype=float)
    return numbers[~np.isnan(numbers)]


def _pairs(earlier: np.ndarray, later: np.ndarray) -> np.ndarray:
    differences = _present(np.asarray(later, dtype=float) - np.asarray(earlier, dtype=float))
    if not len(differences):
        raise NotDefined("no_repeat", "Nobody is there on both sides.")
    return differences


def _spread(error: float, values: np.ndarray) -> None:
    if error <= ROUNDING * np.abs(values).max():
        raise NotDefined("no_variation", "The values do not vary, so they say nothing about their spread.")


def _around(centre: float, error: float, df: float, confidence: float, method: str) -> Interval:
    margin = float(t.ppf((1 + confidence) / 2, df)) * error
    return Interval(centre - margin, centre + margin, error, confidence, method)
