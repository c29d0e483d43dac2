"""How close the marks of one unit lie together, whether or not the units differ: rwg, average deviation, Finn's r.

Their yardstick is not the spread of the units but that of marks drawn evenly from the declared levels of the scale, so
they stay high where only few levels are used. They are never cut off at 0.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np

from analysis.errors import NotDefined
from analysis.statistics.agreement import mean_of_units
from analysis.statistics.ratings import (
    DECIMALS,
    centred,
    complete_units,
    paired_units,
    rating_table,
    unit_sums,
)
from analysis.statistics.resample import Additive
from analysis.statistics.variance import two_way_features, two_way_parts

Centre = Literal["mean", "median"]
Design = Literal["one_way", "two_way"]


def rwg(ratings: np.ndarray, levels: Sequence[float]) -> float:
    """Mean over units of rwg: 1 less the variance of a unit's marks over that of marks drawn evenly from the levels.

    Parameters
    ----------
    ratings : array, shape (units, jurors)
        Points, NaN where a juror did not rate; units with two marks count.
    levels
        Every mark the scale allows.

    Returns
    -------
    float
        No unit, at most 1 = equal marks, 0 = as if drawn evenly; negative where marks lie further apart (at two
        opposite ends, say).

    Raises
    ------
    NotDefined
        No unit with two marks, or the scale declares fewer than two levels.
    ValueError
        A mark is no declared level.

    Source
    ------
    James, Demaree & Wolf (1984), J. Appl. Psychol. 69, 85-98: uniform null distribution, variance with divisor m - 1.

    >>> rwg(np.array([[1, 1], [1, 3]]), levels=(1, 2, 3))
    -0.5
    """
    return float(np.nanmean(rwg_by_unit(ratings, levels)))


def rwg_by_unit(ratings: np.ndarray, levels: Sequence[float]) -> np.ndarray:
    """Give rwg of each unit, NaN where it has fewer than two marks; parameters, errors and source as for `rwg`."""
    null = _even_variance(ratings, levels)
    table = rating_table(ratings)
    paired = paired_units(table)
    count, _, within = unit_sums(table)
    return np.where(paired, 1 - within / np.maximum(count - 1, 1) / null, np.nan)


def average_deviation(ratings: np.ndarray, *, centre: Centre = "mean") -> float:
    """Mean over units of the average deviation: how far a unit's marks lie from their mean or median on average.

    Parameters
    ----------
    ratings : array, shape (units, jurors)
        Points, NaN where a juror did not rate; units with two marks count.
    centre
        Deviations from the unit's mean or median.

    Returns
    -------
    float
        Points, 0 or more.

    Raises
    ------
    NotDefined
        No unit with two marks.

    Source
    ------
    Burke, Finkelstein & Dusig (1999), Organ. Res. Methods 2, 49-68.

    >>> average_deviation(np.array([[1, 1, 4], [2, 2, 2]]), centre="median")
    0.5
    """
    return float(np.nanmean(average_deviation_by_unit(ratings, centre=centre)))


def average_deviation_by_unit(ratings: np.ndarray, *, centre: Centre = "mean") -> np.ndarray:
    """Give the average deviation of each unit, NaN where it has fewer than two marks; as for `average_deviation`."""
    table = rating_table(ratings)
    paired = paired_units(table)
    deviations = np.full(len(table), np.nan)
    middle = {"mean": np.nanmean, "median": np.nanmedian}[centre](table[paired], axis=1)
    deviations[paired] = np.nanmean(np.abs(table[paired] - middle[:, None]), axis=1)
    return deviations


def finn(ratings: np.ndarray, levels: Sequence[float], *, design: Design = "one_way") -> float:
    """Finn's r: 1 less the error variance of the marks over that of marks drawn evenly from the levels.

    Parameters
    ----------
    ratings : array, shape (units, jurors)
        Points, NaN where a juror did not rate.
    levels
        Every mark the scale allows.
    design
        `one_way`: the error is the mean square within units, severity included; units with two marks count. `two_way`:
        the residual mean square of units and jurors, severity left out; units that every juror rated count.

    Returns
    -------
    float
        No unit, at most 1 = no error, 0 = error as of marks drawn evenly; can be negative.

    Raises
    ------
    NotDefined
        No unit with two marks (`two_way`: fewer than two jurors or complete units), or fewer than two levels.
    ValueError
        A mark is no declared level.

    Source
    ------
    Finn (1970), Educ. Psychol. Meas. 30, 71-76.

    >>> finn(np.array([[1, 1], [1, 3]]), (1, 2, 3))
    -0.5
    """
    null = _even_variance(ratings, levels)
    features, combine = _finn_parts(rating_table(ratings), null, design)
    return float(combine(features.sum(axis=0)[None])[0])


def resampled_rwg(ratings: np.ndarray, cluster: np.ndarray, *, levels: Sequence[float]) -> Additive:
    """Prepare the mean of rwg for resampling of clusters."""
    return _resampled_mean(rwg_by_unit(ratings, levels), cluster)


def resampled_average_deviation(ratings: np.ndarray, cluster: np.ndarray, *, centre: Centre = "mean") -> Additive:
    """Prepare the mean of the average deviation for resampling of clusters."""
    return _resampled_mean(average_deviation_by_unit(ratings, centre=centre), cluster)


def resampled_finn(ratings: np.ndarray, cluster: np.ndarray, *, levels: Sequence[float], design: Design) -> Additive:
    """Prepare Finn's r for resampling of clusters."""
    null = _even_variance(ratings, levels)
    features, combine = _finn_parts(rating_table(ratings), null, design)
    return Additive(features, cluster, combine)


def _even_variance(ratings: np.ndarray, levels: Sequence[float]) -> float:
    """Give the variance of marks drawn evenly from the levels; refuse marks that are none of them."""
    declared = np.round(np.asarray(levels, dtype=float), DECIMALS)
    if len(declared) < 2:
        raise NotDefined("wrong_level", "The scale declares fewer than two levels, so no spread to compare with.")
    marks = rating_table(ratings)
    strange = marks[~np.isnan(marks) & ~np.isin(marks, declared)]
    if len(strange):
        raise ValueError(f"the mark {strange[0]:g} is no level of the scale {min(declared):g} to {max(declared):g}")
    return float(np.var(declared))


def _finn_parts(
    table: np.ndarray, null: float, design: Design
) -> tuple[np.ndarray, Callable[[np.ndarray], np.ndarray]]:
    if design == "one_way":
        paired = paired_units(table)
        count, _, within = unit_sums(table)
        return np.where(paired[:, None], np.column_stack([count - 1, within]), 0.0), lambda sums: _finn(sums, null)
    table, complete = complete_units(table)
    features = np.zeros((len(table), 4 + table.shape[1]))
    features[complete] = two_way_features(centred(table[complete]))
    return features, lambda sums: 1 - two_way_parts(sums)[2] / null


def _finn(sums: np.ndarray, null: float) -> np.ndarray:
    degrees, within = sums.T
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(degrees > 0, 1 - within / degrees / null, np.nan)


def _resampled_mean(values: np.ndarray, cluster: np.ndarray) -> Additive:
    there = ~np.isnan(values)
    return Additive(np.column_stack([there, np.where(there, values, 0.0)]), cluster, mean_of_units)
