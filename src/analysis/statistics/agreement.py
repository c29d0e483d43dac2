"""How far jurors agree on the same unit: Krippendorff's alpha, shares of agreeing pairs, the difference of a pair.

Each statistic is made of per-unit sufficient statistics (`*_features`) and a closed form of their sums, so that its
resamples cost one matrix product. Only units rated by at least two jurors count.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from typing import Literal

import numpy as np

from analysis.errors import NotDefined
from analysis.statistics.ratings import centred, paired_units, rating_table, unit_sums
from analysis.statistics.resample import Additive, Reweighted

Level = Literal["nominal", "ordinal", "interval"]
FLAT = 1e-12  # a spread below this share of the sum of squares is rounding
MOST_LEVELS = 24  # up to here the pairs of levels (276) are counted in advance


def krippendorff_alpha(ratings: np.ndarray, *, level: Level = "interval") -> float:
    """Krippendorff's alpha: how far jurors agree beyond what the distribution of all marks would give by chance.

    Parameters
    ----------
    ratings : array, shape (units, jurors)
        Points, NaN where a juror did not rate.
    level
        `nominal`: marks are equal or not; `ordinal`: Krippendorff's squared difference of mid-ranks (not Gwet's
        ordinal weights); `interval`: squared difference, for any number of distinct values, in linear memory.

    Returns
    -------
    float
        No unit, above -1; 1 = jurors agree perfectly, 0 = as by chance.

    Raises
    ------
    NotDefined
        No unit was rated by two jurors, or all ratings of such units are equal.

    Source
    ------
    Krippendorff (2011), Computing Krippendorff's alpha-reliability; Krippendorff (2019), Content Analysis, ch. 12.

    >>> krippendorff_alpha(np.array([[1, 1], [2, 3], [5, 5]]))
    0.9504950495049505
    """
    table = _paired_table(ratings)
    if np.nanmin(table) == np.nanmax(table):
        raise NotDefined("no_variation", f"Every rating of a unit with two jurors is {np.nanmin(table):g}.")
    if level == "nominal":
        features = _nominal_features(table)
        return float(_nominal_alpha(features.sum(axis=0)[None])[0])
    if level == "ordinal":
        table = _mid_ranks(table)
    return float(_moment_alpha(_moment_features(centred(table)).sum(axis=0)[None])[0])


def resampled_alpha(ratings: np.ndarray, cluster: np.ndarray, *, level: Level) -> Additive | Reweighted:
    """Prepare Krippendorff's alpha for resampling of clusters; parameters as for `krippendorff_alpha`."""
    table = rating_table(ratings)
    paired = paired_units(table)
    table = np.where(paired[:, None], table, np.nan)
    if level == "interval":
        return Additive(_moment_features(centred(table)), cluster, _moment_alpha)
    if level == "nominal":
        return Additive(_nominal_features(table), cluster, _nominal_alpha)
    if len(np.unique(table[~np.isnan(table)])) <= MOST_LEVELS:
        features, combine = _ordinal_features(table)
        return Additive(features, cluster, combine)
    return Reweighted(_ordinal_function(table[paired]), cluster, paired)


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


def by_pair(ratings: np.ndarray, statistic: Callable[[np.ndarray], float]) -> dict[tuple[int, int], float | NotDefined]:
    """Compute `statistic` for each pair of jurors on the units both rated.

    Returns
    -------
    dict
        (juror, later juror) → the value, or the reason why there is none. Pairs without a common unit are not in it.
    """
    table = np.asarray(ratings, dtype=float)
    rated = ~np.isnan(table)
    values: dict[tuple[int, int], float | NotDefined] = {}
    for one, other in combinations(range(table.shape[1]), 2):
        both = rated[:, one] & rated[:, other]
        if not both.any():
            continue
        try:
            values[one, other] = statistic(table[both][:, [one, other]])
        except NotDefined as reason:
            values[one, other] = reason
    return values


def agreement_features(table: np.ndarray, *, within: float) -> np.ndarray:
    """Give [1, share of agreeing pairs] of each unit with two ratings, zeros for the others."""
    count = (~np.isnan(table)).sum(axis=1)
    ordered = np.sort(table, axis=1)[:, : count.max()]  # NaN last
    agreeing = np.zeros(len(table))
    for one, other in combinations(range(ordered.shape[1]), 2):
        agreeing += ordered[:, other] - ordered[:, one] <= _tolerance(within)
    return _unit_features(count, agreeing)


def difference_features(table: np.ndarray) -> np.ndarray:
    """Give [1, mean absolute difference over pairs] of each unit with two ratings, zeros for the others."""
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
    values, counts = _value_counts(table)
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


def _value_counts(table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give the distinct values of units with two ratings, and each unit's count of every one of them."""
    rated = ~np.isnan(table) & ((~np.isnan(table)).sum(axis=1) >= 2)[:, None]
    values, codes = np.unique(table[rated], return_inverse=True)
    unit = np.nonzero(rated)[0]
    counts = np.bincount(unit * len(values) + codes.ravel(), minlength=len(table) * len(values))
    return values, counts.reshape(len(table), len(values)).astype(float)


def _mid_ranks(table: np.ndarray) -> np.ndarray:
    """Replace every rating by its mid-rank among all ratings."""
    rated = ~np.isnan(table)
    _, codes, counts = np.unique(table[rated], return_inverse=True, return_counts=True)
    ranks = np.full(table.shape, np.nan)
    ranks[rated] = (counts.cumsum() - counts / 2)[codes.ravel()]
    return ranks


def _moment_features(table: np.ndarray) -> np.ndarray:
    """Give [ratings, their sum, their sum of squares, disagreement] of each unit with two ratings, else zeros."""
    count, total, within = unit_sums(table)
    square = within + total**2 / np.maximum(count, 1)
    disagreement = within * count / np.maximum(count - 1, 1)
    return np.where((count >= 2)[:, None], np.column_stack([count, total, square, disagreement]), 0.0)


def _moment_alpha(sums: np.ndarray) -> np.ndarray:
    count, total, square, disagreement = sums.T
    return _one_minus(disagreement * (count - 1), count * square - total**2, FLAT * count * square)


def _nominal_features(table: np.ndarray) -> np.ndarray:
    """Give each unit's disagreement and its counts of every value; units with fewer than two ratings are zero."""
    _, counts = _value_counts(table)
    number = counts.sum(axis=1)
    disagreement = (number**2 - (counts**2).sum(axis=1)) / np.maximum(number - 1, 1)
    return np.column_stack([disagreement, counts])


def _nominal_alpha(sums: np.ndarray) -> np.ndarray:
    disagreement, counts = sums[:, 0], sums[:, 1:]
    total = counts.sum(axis=1)
    return _one_minus(disagreement * (total - 1), total**2 - (counts**2).sum(axis=1), 0.0)


def _ordinal_features(table: np.ndarray) -> tuple[np.ndarray, Callable[[np.ndarray], np.ndarray]]:
    """Give each unit's coincidences of every pair of values and its counts, and their closed form."""
    _, counts = _value_counts(table)
    low, high = np.triu_indices(counts.shape[1], 1)
    weight = 1 / np.maximum(counts.sum(axis=1) - 1, 1)
    features = np.hstack([counts[:, low] * counts[:, high] * weight[:, None], counts])

    def combine(sums: np.ndarray) -> np.ndarray:
        coincidences, number = sums[:, : len(low)], sums[:, len(low) :]
        ranks = number.cumsum(axis=1) - number / 2
        observed = np.einsum("rp,rp->r", coincidences, (ranks[:, high] - ranks[:, low]) ** 2)
        return _one_minus(observed * (number.sum(axis=1) - 1), *_rank_spread(number, ranks))

    return features, combine


def _ordinal_function(table: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """Give ordinal alpha as a function of unit weights, for any number of distinct values."""
    rated = ~np.isnan(table)
    values, codes = np.unique(table[rated], return_inverse=True)
    unit = np.nonzero(rated)[0]
    starts = np.flatnonzero(np.diff(unit, prepend=-1))
    count = rated.sum(axis=1)
    counts = np.zeros((len(table), len(values)))
    np.add.at(counts, (unit, codes.ravel()), 1.0)

    def function(weights: np.ndarray) -> np.ndarray:
        number = weights @ counts
        ranks = number.cumsum(axis=1) - number / 2
        ranks -= number.sum(axis=1, keepdims=True) / 2
        marks = ranks[:, codes.ravel()]
        within = np.add.reduceat(marks**2, starts, axis=1) * count - np.add.reduceat(marks, starts, axis=1) ** 2
        observed = (weights * within / (count - 1)).sum(axis=1)
        return _one_minus(observed * (number.sum(axis=1) - 1), *_rank_spread(number, ranks))

    return function


def _rank_spread(number: np.ndarray, ranks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give the summed squared rank difference over all pairs of marks, and the size below which it is rounding."""
    square = number.sum(axis=1) * (number * ranks**2).sum(axis=1)
    return square - (number * ranks).sum(axis=1) ** 2, FLAT * square


def _one_minus(observed: np.ndarray, expected: np.ndarray, rounding: np.ndarray | float) -> np.ndarray:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(expected > rounding, 1 - observed / expected, np.nan)
