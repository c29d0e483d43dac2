"""Krippendorff's alpha at every level of measurement, and for any distance of marks.

Alpha is made of per-unit sufficient statistics and a closed form of their sums, so that its resamples cost one matrix
product. Only units rated by at least two jurors count.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Literal

import numpy as np

from analysis.errors import NotDefined
from analysis.statistics.counts import count_marks, value_counts
from analysis.statistics.linearised import linearised_interval
from analysis.statistics.ratings import centred, paired_units, rating_table, unit_sums
from analysis.statistics.resample import Additive, Interval, Reweighted
from analysis.statistics.weights import Family, agreement_weights, ratio_distance

Level = Literal["nominal", "ordinal", "interval", "ratio"]
Product = Callable[[np.ndarray], np.ndarray]
"""Counts of the values → their sums of distances to each value."""
Metric = Callable[[np.ndarray], Product]
"""Distinct values → their `Product`."""
FLAT = 1e-12  # a spread below this share of the sum of squares is rounding
MOST_LEVELS = 24  # up to here the pairs of levels (276) are counted in advance


def krippendorff_alpha(ratings: np.ndarray, *, level: Level | Metric = "interval") -> float:
    """Krippendorff's alpha: how far jurors agree beyond what the distribution of all marks would give by chance.

    Parameters
    ----------
    ratings : array, shape (units, jurors)
        Points, NaN where a juror did not rate.
    level
        `nominal`: marks are equal or not; `ordinal`: Krippendorff's squared difference of mid-ranks (not Gwet's
        ordinal weights); `interval`: squared difference, for any number of distinct values, in linear memory;
        `ratio`: squared ratio of difference to sum, marks of 0 or more; or a distance as `weighted_distance` gives it.

    Returns
    -------
    float
        No unit, above -1; 1 = jurors agree perfectly, 0 = as by chance.

    Raises
    ------
    NotDefined
        No unit was rated by two jurors, all ratings of such units are equal, or a mark is negative under `ratio`.

    Source
    ------
    Krippendorff (2011), Computing Krippendorff's alpha-reliability; Krippendorff (2019), Content Analysis, ch. 12.

    >>> krippendorff_alpha(np.array([[1, 1], [2, 3], [5, 5]]))
    0.9504950495049505
    """
    table = _varied_table(ratings)
    if level == "ordinal":
        table, level = _mid_ranks(table), "interval"
    if level == "interval":
        return float(_moment_alpha(_moment_features(centred(table)).sum(axis=0)[None])[0])
    features, combine = _metric_features(table, _metric(level))
    return float(combine(features.sum(axis=0)[None])[0])


def resampled_alpha(ratings: np.ndarray, cluster: np.ndarray, *, level: Level | Metric) -> Additive | Reweighted:
    """Prepare Krippendorff's alpha for resampling of clusters; parameters as for `krippendorff_alpha`."""
    table = rating_table(ratings)
    paired = paired_units(table)
    table = np.where(paired[:, None], table, np.nan)
    if level == "interval":
        return Additive(_moment_features(centred(table)), cluster, _moment_alpha)
    if level != "ordinal":
        features, combine = _metric_features(table, _metric(level))
        return Additive(features, cluster, combine)
    if len(np.unique(table[~np.isnan(table)])) <= MOST_LEVELS:
        features, combine = _ordinal_features(table)
        return Additive(features, cluster, combine)
    return Reweighted(_ordinal_function(table[paired]), cluster, paired)


def alpha_interval(
    ratings: np.ndarray, *, level: Level | Metric = "interval", confidence: float = 0.95
) -> Interval:  # fmt: skip
    """Interval of Krippendorff's alpha from its linear approximation over units, the jurors as they are.

    Parameters
    ----------
    ratings, level
        As for `krippendorff_alpha`; not `ordinal`, whose distances change with every mark.
    confidence
        Between 0 and 1.

    Returns
    -------
    Interval
        In the unit of the coefficient, cut at 1; `se` is its standard error.

    Raises
    ------
    NotDefined
        Alpha or its interval is not defined.

    Source
    ------
    Gwet (2014), Handbook of Inter-Rater Reliability, 4th ed., ch. 6, without the factor 1 - 1/marks of alpha; degrees
    of freedom: units with a mark, less one.
    """
    if level == "ordinal":
        raise NotDefined("no_interval", "Ordinal alpha has no linear approximation here.")
    value = krippendorff_alpha(ratings, level=level)
    table = _varied_table(ratings)
    number, observed, expected = _moments(table) if level == "interval" else _sums(table, _metric(level))
    marks = number.sum()
    excess = (
        number / marks + observed / observed.sum() - 2 * expected / expected.sum() if observed.any() else 0 * number
    )
    uncorrected = marks * observed.sum() / expected.sum()
    rated = int((~np.isnan(np.asarray(ratings, dtype=float))).any(axis=1).sum())
    return linearised_interval(value, -len(table) * uncorrected * excess, rated=rated, confidence=confidence)


def weighted_distance(levels: Sequence[float], weights: Family) -> Metric:
    """Give the distance 1 - weight of two marks on a scale with these levels, for `krippendorff_alpha`.

    Source
    ------
    Gwet (2014), Handbook of Inter-Rater Reliability, 4th ed., ch. 3: alpha with agreement weights.
    """

    def metric(values: np.ndarray) -> Product:
        place = count_marks(values[:, None], levels=levels).codes[:, 0]
        distance = 1 - agreement_weights(levels, weights)[np.ix_(place, place)]
        return partial(_product, distance=distance)

    return metric


def _metric(level: Level | Metric) -> Metric:
    if level == "nominal":
        return lambda values: lambda counts: counts.sum(axis=1, keepdims=True) - counts
    if level == "ratio":
        return lambda values: partial(_product, distance=ratio_distance(values))
    return level


def _product(counts: np.ndarray, distance: np.ndarray) -> np.ndarray:
    return counts @ distance


def _varied_table(ratings: np.ndarray) -> np.ndarray:
    """Give the units with two ratings.

    Raises
    ------
    NotDefined
        There is none, or all their ratings are equal.
    """
    table = rating_table(ratings)
    table = table[paired_units(table)]
    if np.nanmin(table) == np.nanmax(table):
        raise NotDefined("no_variation", f"Every rating of a unit with two jurors is {np.nanmin(table):g}.")
    return table


def _sums(table: np.ndarray, metric: Metric) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give each unit's ratings, disagreement, and distance of its ratings to all ratings."""
    values, counts = value_counts(table)
    product = metric(values)
    number = counts.sum(axis=1)
    observed = (counts * product(counts)).sum(axis=1) / np.maximum(number - 1, 1)
    return number, observed, counts @ product(counts.sum(axis=0)[None])[0]


def _moments(table: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give what `_sums` gives, for squared differences and in linear memory."""
    number, total, square, disagreement = _moment_features(centred(table)).T
    expected = number * square.sum() + number.sum() * square - 2 * total * total.sum()
    return number, 2 * disagreement, expected


def _metric_features(table: np.ndarray, metric: Metric) -> tuple[np.ndarray, Callable[[np.ndarray], np.ndarray]]:
    """Give each unit's disagreement and its counts of every value, and their closed form."""
    values, counts = value_counts(table)
    product = metric(values)
    number = counts.sum(axis=1)
    disagreement = (counts * product(counts)).sum(axis=1) / np.maximum(number - 1, 1)

    def combine(sums: np.ndarray) -> np.ndarray:
        counts = sums[:, 1:]
        total = counts.sum(axis=1)
        return one_minus(sums[:, 0] * (total - 1), (counts * product(counts)).sum(axis=1), FLAT)

    return np.column_stack([disagreement, counts]), combine


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
    return one_minus(disagreement * (count - 1), count * square - total**2, FLAT * count * square)


def _ordinal_features(table: np.ndarray) -> tuple[np.ndarray, Callable[[np.ndarray], np.ndarray]]:
    """Give each unit's coincidences of every pair of values and its counts, and their closed form."""
    _, counts = value_counts(table)
    low, high = np.triu_indices(counts.shape[1], 1)
    weight = 1 / np.maximum(counts.sum(axis=1) - 1, 1)
    features = np.hstack([counts[:, low] * counts[:, high] * weight[:, None], counts])

    def combine(sums: np.ndarray) -> np.ndarray:
        coincidences, number = sums[:, : len(low)], sums[:, len(low) :]
        ranks = number.cumsum(axis=1) - number / 2
        observed = np.einsum("rp,rp->r", coincidences, (ranks[:, high] - ranks[:, low]) ** 2)
        return one_minus(observed * (number.sum(axis=1) - 1), *_rank_spread(number, ranks))

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
        return one_minus(observed * (number.sum(axis=1) - 1), *_rank_spread(number, ranks))

    return function


def _rank_spread(number: np.ndarray, ranks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give the summed squared rank difference over all pairs of marks, and the size below which it is rounding."""
    square = number.sum(axis=1) * (number * ranks**2).sum(axis=1)
    return square - (number * ranks).sum(axis=1) ** 2, FLAT * square


def one_minus(observed: np.ndarray, expected: np.ndarray, rounding: np.ndarray | float) -> np.ndarray:
    """Give 1 - observed / expected, NaN where what is expected is no larger than rounding."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(expected > rounding, 1 - observed / expected, np.nan)
