"""How far jurors agree on the same unit: shares of agreeing pairs, the difference of a pair.

Each statistic is made of per-unit sufficient statistics (`*_features`) and a closed form of their sums, so that its
resamples cost one matrix product. Only units rated by at least two jurors count.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import numpy as np

from analysis.statistics.counts import value_counts
from analysis.statistics.linearised import linearised_interval
from analysis.statistics.ratings import paired_units, rating_table
from analysis.statistics.resample import Interval


def agreement(ratings: np.ndarray, *, within: float = 0.0) -> float:
    """Share of pairs of jurors whose marks of the same unit differ by `within` points at most.

    Parameters
    ----------
    ratings : array, shape (units, jurors)
        Points, NaN where a juror did not rate.
    within
        0 for exact agreement, the step of the scale for agreement within one step ("adjacent", which holds the exact).

    Returns
    -------
    float
        Share, 0-1: each unit's share of agreeing pairs, averaged over units.

    Raises
    ------
    NotDefined
        No unit was rated by two jurors.

    Source
    ------
    Gwet (2014), Handbook of Inter-Rater Reliability, ch. 2 (percent agreement with missing ratings).

    >>> agreement(np.array([[4, 4, 5], [2, 2, np.nan]]))
    0.6666666666666666
    """
    return _mean_over_units(agreement_features(_paired_table(ratings), within=within))


def agreement_interval(ratings: np.ndarray, *, within: float = 0.0, confidence: float = 0.95) -> Interval:
    """Interval of the share of agreeing pairs from its linear approximation over units, the jurors as they are.

    Parameters
    ----------
    ratings, within
        As for `agreement`.
    confidence
        Between 0 and 1.

    Returns
    -------
    Interval
        In the unit of the coefficient, cut at 1; `se` is its standard error.

    Raises
    ------
    NotDefined
        No unit was rated by two jurors, or the interval is not defined.

    Source
    ------
    Gwet (2014), Handbook of Inter-Rater Reliability, 4th ed., ch. 5.
    """
    table = rating_table(ratings)
    paired_units(table)
    features = agreement_features(table[(~np.isnan(table)).any(axis=1)], within=within)
    value = _mean_over_units(features)
    influence = len(features) / features[:, 0].sum() * features[:, 1] - value
    return linearised_interval(value, influence, rated=len(features), confidence=confidence)


def expected_agreement(ratings: np.ndarray, *, within: float = 0.0) -> float:
    """Chance that two different marks, drawn from all marks of units with two jurors, differ by `within` at most.

    Parameters
    ----------
    ratings, within
        As for `agreement`.

    Returns
    -------
    float
        Share, 0-1.

    Raises
    ------
    NotDefined
        No unit was rated by two jurors.

    Source
    ------
    The expectation behind Krippendorff's alpha (drawing without replacement), Krippendorff (2019), ch. 12.

    >>> expected_agreement(np.array([[4, 4], [2, 2]]))
    0.3333333333333333
    """
    table = _paired_table(ratings)
    features, combine = expected_features(table, within=within)
    return float(combine(features.sum(axis=0)[None])[0])


def pair_difference(ratings: np.ndarray) -> float:
    """Mean absolute difference between two jurors' marks of the same unit.

    Parameters
    ----------
    ratings : array, shape (units, jurors)
        Points, NaN where a juror did not rate.

    Returns
    -------
    float
        Points, 0 or more: each unit's mean over its pairs of jurors, averaged over units.

    Raises
    ------
    NotDefined
        No unit was rated by two jurors.

    Source
    ------
    Gini's mean difference of each unit's marks.

    >>> pair_difference(np.array([[4, 4, 7], [2, 4, np.nan]]))
    2.0
    """
    return _mean_over_units(difference_features(_paired_table(ratings)))


def agreement_features(table: np.ndarray, *, within: float) -> np.ndarray:
    """Give [1, share of agreeing pairs] of each unit with two ratings, zeros for the others; shape (units, 2)."""
    count = (~np.isnan(table)).sum(axis=1)
    ordered = np.sort(table, axis=1)[:, : count.max()]  # NaN last
    agreeing = np.zeros(len(table))
    for one, other in combinations(range(ordered.shape[1]), 2):
        agreeing += ordered[:, other] - ordered[:, one] <= _tolerance(within)
    return _unit_features(count, agreeing)


def difference_features(table: np.ndarray) -> np.ndarray:
    """Give [1, mean absolute difference over pairs] of each unit with two ratings, else zeros; shape (units, 2)."""
    count = (~np.isnan(table)).sum(axis=1)
    ordered = np.sort(table, axis=1)[:, : count.max()]
    place = 2 * np.arange(ordered.shape[1]) + 1 - count[:, None]  # how often a mark is the larger less the smaller
    return _unit_features(count, np.where(np.isnan(ordered), 0.0, place * ordered).sum(axis=1))


def mean_of_units(sums: np.ndarray) -> np.ndarray:
    """Combine [units, sum over units] to the mean over units."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(sums[:, 0] > 0, sums[:, 1] / sums[:, 0], np.nan)


def expected_features(table: np.ndarray, *, within: float) -> tuple[np.ndarray, Callable[[np.ndarray], np.ndarray]]:
    """Give each unit's counts of every value (zeros where fewer than two ratings), and their closed form."""
    values, counts = value_counts(table)
    first = np.searchsorted(values, values - _tolerance(within), side="left")
    after = np.searchsorted(values, values + _tolerance(within), side="right")

    def combine(sums: np.ndarray) -> np.ndarray:
        total = sums.sum(axis=1)
        running = np.concatenate([np.zeros((len(sums), 1)), sums.cumsum(axis=1)], axis=1)
        pairs = (sums * (running[:, after] - running[:, first])).sum(axis=1) - total
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(total > 1, pairs / (total * (total - 1)), np.nan)

    return counts, combine


def _tolerance(within: float) -> float:
    return within + 1e-8  # marks are kept to nine decimals


def _paired_table(ratings: np.ndarray) -> np.ndarray:
    table = rating_table(ratings)
    return table[paired_units(table)]


def _mean_over_units(features: np.ndarray) -> float:
    return float(mean_of_units(features.sum(axis=0)[None])[0])


def _unit_features(count: np.ndarray, sum_over_pairs: np.ndarray) -> np.ndarray:
    paired = count >= 2
    share = np.where(paired, sum_over_pairs / np.maximum(count * (count - 1) / 2, 1), 0.0)
    return np.column_stack([paired.astype(float), share])
