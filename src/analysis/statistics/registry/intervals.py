"""Intervals of a line of the registry: for these jurors, and for jurors like these."""

from __future__ import annotations

import numpy as np

from analysis.errors import NotDefined
from analysis.statistics.jackknife import jackknife_interval
from analysis.statistics.registry.coefficient import Coefficient
from analysis.statistics.resample import SAME, Additive, Interval, Reweighted, bca_interval, cluster_index
from analysis.statistics.targets import LIKE_THESE, THESE, speaking_of
from analysis.statistics.twoway import left_out_at_once, left_out_one_by_one, two_way_interval


def cluster_interval(
    coefficient: Coefficient, ratings: np.ndarray, *, cluster: np.ndarray, weights: np.ndarray,
    confidence: float = 0.95,
) -> Interval:  # fmt: skip
    """Interval of a coefficient for other offices before the same jurors.

    From its distribution where that is exact, or the line cannot be resampled, and units are independent; else the
    jackknife over offices; BCa where the jackknife has no answer.

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

    Returns
    -------
    Interval
        Its `interval` ends with "these jurors".

    Raises
    ------
    NotDefined
        The coefficient or its interval is not defined.
    """
    exact = coefficient.exact or coefficient.prepare is None
    if exact and coefficient.analytic and independent(cluster):
        try:
            return analytic_interval(coefficient, ratings, confidence=confidence)
        except NotDefined as reason:
            if reason.code != "no_interval":
                raise
    try:
        return office_interval(coefficient, ratings, cluster=cluster, confidence=confidence)
    except NotDefined as reason:
        if coefficient.prepare is None or reason.code != "no_resampling":
            raise
    return bootstrap_interval(coefficient, ratings, cluster=cluster, weights=weights, confidence=confidence)


def panel_interval(
    coefficient: Coefficient, ratings: np.ndarray, *, cluster: np.ndarray, confidence: float = 0.95
) -> Interval:
    """Interval of a coefficient for other offices before other jurors of the same kind.

    From its distribution where units are independent and one is known, else the two-way jackknife; parameters as for
    `cluster_interval`.

    Returns
    -------
    Interval
        Its `interval` ends with "jurors like these", and says so where jurors are fewer than `targets.FEW_JURORS`.

    Raises
    ------
    NotDefined
        The coefficient or its interval is not defined.
    """
    if coefficient.panel_analytic and independent(cluster):
        try:
            return analytic_panel_interval(coefficient, ratings, confidence=confidence)
        except NotDefined as reason:
            if reason.code != "no_interval":
                raise
    return crossed_interval(coefficient, ratings, cluster=cluster, confidence=confidence)


def analytic_interval(coefficient: Coefficient, ratings: np.ndarray, *, confidence: float) -> Interval:
    """Interval from a distribution, for these jurors; raises `NotDefined` where the line has none."""
    if coefficient.analytic is None:
        raise NotDefined("no_interval", "No distribution gives an interval for these jurors.")
    return _speaking_of(THESE, coefficient.analytic(ratings, confidence=confidence), ratings)


def analytic_panel_interval(coefficient: Coefficient, ratings: np.ndarray, *, confidence: float) -> Interval:
    """Interval from a distribution, for jurors like these; raises `NotDefined` where the line has none."""
    if coefficient.panel_analytic is None:
        raise NotDefined("no_interval", "No distribution gives an interval for jurors like these.")
    return _speaking_of(LIKE_THESE, coefficient.panel_analytic(ratings, confidence=confidence), ratings)


def bootstrap_interval(
    coefficient: Coefficient, ratings: np.ndarray, *, cluster: np.ndarray, weights: np.ndarray,
    confidence: float = 0.95,
) -> Interval:  # fmt: skip
    """BCa interval of a coefficient over offices; parameters and errors as for `cluster_interval`."""
    value, prepared = resampled_coefficient(coefficient, ratings, cluster=cluster)
    return _speaking_of(THESE, bca_interval(value, prepared, weights=weights, confidence=confidence), ratings)


def resampled_coefficient(
    coefficient: Coefficient, ratings: np.ndarray, *, cluster: np.ndarray
) -> tuple[float, Additive | Reweighted]:
    """Give the value, and the coefficient as a function of cluster weights; parameters as for `cluster_interval`.

    Raises
    ------
    NotDefined
        The coefficient is not defined, the jurors agree perfectly, or the estimator cannot be resampled.
    """
    value = imperfect_value(coefficient, ratings)
    if coefficient.prepare is None:
        raise NotDefined("no_resampling", "This estimator is not resampled: every resample would be a fit of its own.")
    return value, coefficient.prepare(ratings, cluster)


def office_interval(
    coefficient: Coefficient, ratings: np.ndarray, *, cluster: np.ndarray, confidence: float
) -> Interval:
    """Jackknife interval of a coefficient over offices; parameters and errors as for `cluster_interval`."""
    value = imperfect_value(coefficient, ratings)
    without = without_each_office(coefficient, ratings, cluster=cluster)
    interval = jackknife_interval(value, without, low=coefficient.low, high=coefficient.high, confidence=confidence)
    return _speaking_of(THESE, interval, ratings)


def crossed_interval(
    coefficient: Coefficient, ratings: np.ndarray, *, cluster: np.ndarray, confidence: float
) -> Interval:
    """Two-way jackknife interval of a coefficient; parameters and errors as for `panel_interval`."""
    value = imperfect_value(coefficient, ratings)
    if coefficient.prepare is None or coefficient.units == "complete":  # there a unit leaves with any of its marks
        left_out = left_out_one_by_one(ratings, coefficient.value)
    else:
        left_out = left_out_at_once(ratings, coefficient.prepare, cluster=cluster)
    offices = without_each_office(coefficient, ratings, cluster=cluster)
    bounds = coefficient.low, coefficient.high
    interval = two_way_interval(value, without_offices=offices, left_out=left_out, bounds=bounds, confidence=confidence)
    return _speaking_of(LIKE_THESE, interval, ratings)


def imperfect_value(coefficient: Coefficient, ratings: np.ndarray) -> float:
    """Give the value; raises `NotDefined` where the jurors agree perfectly, so that resampling shows no variation."""
    value = coefficient.value(ratings)
    if coefficient.perfect is not None and abs(value - coefficient.perfect) <= SAME:
        raise NotDefined("perfect", "The jurors agree perfectly, so resampling shows no variation.")
    return value


def without_each_office(coefficient: Coefficient, ratings: np.ndarray, *, cluster: np.ndarray) -> np.ndarray:
    """Give the value without each office that carries data, NaN where it is not defined."""
    if coefficient.prepare:
        return coefficient.prepare(ratings, cluster).without_each()
    index = cluster_index(cluster)
    return np.array([_value_or_nan(coefficient, ratings[index != one]) for one in range(index.max() + 1)])


def _value_or_nan(coefficient: Coefficient, ratings: np.ndarray) -> float:
    try:
        return coefficient.value(ratings)
    except NotDefined:
        return np.nan


def independent(cluster: np.ndarray) -> bool:
    """Tell whether every unit has an office of its own."""
    return len(np.unique(cluster)) == len(cluster)


def _speaking_of(target: str, interval: Interval, ratings: np.ndarray) -> Interval:
    return speaking_of(interval, target, jurors=int((~np.isnan(ratings)).any(axis=0).sum()))
