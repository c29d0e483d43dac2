"""Each juror beside the others: severity, deviation from the others, and the graph of who rated what."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import bmat, csr_array
from scipy.sparse.csgraph import connected_components
from scipy.stats import f, t

from analysis.errors import NotDefined
from analysis.statistics.ratings import paired_units, rating_table
from analysis.statistics.survey import mean, mean_interval

EXACT = 1e-12  # a residual below this share of the variation is rounding


@dataclass(frozen=True)
class Severities:
    """Severities of the jurors and what is known about their precision; arrays have one entry a juror.

    `value`: points, positive = more severe, NaN where the juror shares no unit with another. `se`, `low`, `high`,
    `p_value` (two-sided, severity = mean of the component): NaN where `df` is 0 or the additive model fits exactly.
    `component`: number of the connected component, -1 for a juror who shares no unit; severities of different
    components cannot be compared.
    `units`: units that the juror rated and another juror too. `equal_f`, `equal_p`: F test that all severities of
    each component are equal. `spread`: standard deviation of severities corrected for their standard errors, 0 where
    they differ less than chance would make them. `df`: residual degrees of freedom; `residual_sd`: points.
    `covariance` (jurors × jurors): of the errors, singular along the mean of each component.
    """

    value: np.ndarray
    se: np.ndarray
    low: np.ndarray
    high: np.ndarray
    p_value: np.ndarray
    component: np.ndarray
    units: np.ndarray
    equal_f: float
    equal_p: float
    spread: float
    df: int
    df_jurors: int
    residual_sd: float
    confidence: float
    covariance: np.ndarray


def severity_additive(ratings: np.ndarray, *, confidence: float = 0.95) -> Severities:
    """Severity of each juror: mark = unit - severity + error, by least squares.

    Parameters
    ----------
    ratings : array, shape (units, jurors)
        Points, NaN where a juror did not rate. Units with one rating say nothing about severity and are left out.
    confidence
        Confidence of the intervals.

    Returns
    -------
    Severities
        Points; in each connected component of the juror-unit graph severities sum to zero. Standard errors are the
        classical ones of least squares (equal variance of errors), intervals and p values from t with `df`.

    Raises
    ------
    NotDefined
        No unit was rated by two jurors.

    Source
    ------
    Two-way additive model, units eliminated from the normal equations: Searle (1971), Linear Models, ch. 7.

    >>> severity_additive(np.array([[5, 6], [7, 8], [2, 3]])).value
    array([ 0.5, -0.5])
    """
    table = rating_table(ratings)
    table = table[paired_units(table)]
    linked = (~np.isnan(table)).any(axis=0)
    component = design_components(table)[1]
    fit = _least_squares(table[:, linked], component[linked])
    value, covariance = np.full(len(linked), np.nan), np.full((len(linked), len(linked)), np.nan)
    value[linked], covariance[np.ix_(linked, linked)] = -fit.generosity, fit.variance * fit.inverse
    se = np.sqrt(np.clip(np.diag(covariance), 0, None))
    margin = t.ppf((1 + confidence) / 2, max(fit.df, 1)) * se
    equal_f = fit.explained / fit.df_jurors / fit.variance
    true_square = np.nansum(value**2) - np.nansum(se**2)
    return Severities(
        value=value, se=se, low=value - margin, high=value + margin, component=component,
        p_value=2 * t.sf(np.abs(value) / se, max(fit.df, 1)), units=(~np.isnan(table)).sum(axis=0),
        equal_f=float(equal_f), equal_p=float(f.sf(equal_f, fit.df_jurors, max(fit.df, 1))),
        spread=float(np.sqrt(max(0.0, true_square / fit.df_jurors))), df=fit.df, df_jurors=fit.df_jurors,
        residual_sd=float(np.sqrt(fit.variance)), confidence=confidence, covariance=covariance,
    )  # fmt: skip


@dataclass(frozen=True)
class Deviation:
    """A juror's mean mark less the others' on the same units: points, positive = more generous; interval, p value.

    `p_value`: the difference is 0, two-sided, by the t of the interval; NaN without one or without variation.
    """

    value: float
    se: float
    low: float
    high: float
    confidence: float
    interval: str
    units: int
    p_value: float


def deviation_from_others(
    ratings: np.ndarray, juror: int, *, cluster: np.ndarray | None = None, confidence: float = 0.95
) -> Deviation:
    """Mean difference between a juror's mark and the mean of the other jurors' marks of the same unit.

    Not the severity of the additive model: who the others are differs from unit to unit.

    Parameters
    ----------
    ratings : array, shape (units, jurors)
        Points, NaN where a juror did not rate.
    juror
        Column of the juror.
    cluster : array, shape (units,), optional
        Office of each unit; differences of one office are taken as dependent. Without it each unit is its own.
    confidence
        Confidence of the interval (t).

    Returns
    -------
    Deviation
        Points; ends are NaN (with the reason's code in `interval`) where there are fewer than two clusters.

    Raises
    ------
    NotDefined
        The juror rated no unit that another juror rated too.

    >>> deviation_from_others(np.array([[5.0, 6, 7], [4, 8, np.nan]]), 0).value
    -2.75
    """
    table = rating_table(ratings)
    own = table[:, juror]
    others = np.delete(table, juror, axis=1)
    count = (~np.isnan(others)).sum(axis=1)
    both = ~np.isnan(own) & (count > 0)
    if not both.any():
        raise NotDefined("one_juror", "No unit was rated by this juror and another one.")
    difference = own[both] - np.nansum(others[both], axis=1) / count[both]
    group = np.arange(both.sum()) if cluster is None else np.asarray(cluster)[both]
    try:
        ends = mean_interval(difference, cluster=group, confidence=confidence)
    except NotDefined as reason:
        nan = float("nan")
        return Deviation(mean(difference), nan, nan, nan, confidence, reason.code, int(both.sum()), nan)
    value, df = mean(difference), len(np.unique(group)) - 1
    p_value = float(2 * t.sf(abs(value) / ends.se, df)) if ends.se > 0 else float("nan")
    return Deviation(value, ends.se, ends.low, ends.high, confidence, ends.interval, int(both.sum()), p_value)


def coscored(ratings: np.ndarray) -> np.ndarray:
    """Count the units that each pair of jurors both rated; the diagonal is what each juror rated.

    Returns
    -------
    array of int, shape (jurors, jurors)

    >>> coscored(np.array([[5, 6], [4, np.nan]]))
    array([[2, 1],
           [1, 1]])
    """
    rated = (~np.isnan(np.asarray(ratings, dtype=float))).astype(int)
    return rated.T @ rated


def design_components(ratings: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Number the connected components of the juror-unit graph.

    Returns
    -------
    units, jurors : arrays of int
        Component of each unit and of each juror, from 0; -1 for units and jurors without any rating. Marks of
        different components have no common measure.
    """
    rated = ~np.isnan(np.asarray(ratings, dtype=float))
    graph = csr_array(rated.astype(np.int8))
    label = connected_components(bmat([[None, graph], [graph.T, None]]), directed=False)[1]
    used = np.concatenate([rated.any(axis=1), rated.any(axis=0)])
    numbered = np.full(len(label), -1)
    numbered[used] = np.unique(label[used], return_inverse=True)[1].ravel()
    return numbered[: len(rated)], numbered[len(rated) :]


@dataclass(frozen=True)
class _Fit:
    """Least squares on the juror side; `inverse` of the normal equations; `variance` NaN where none can be had."""

    generosity: np.ndarray
    inverse: np.ndarray
    variance: float
    explained: float
    df: int
    df_jurors: int


def _least_squares(table: np.ndarray, component: np.ndarray) -> _Fit:
    """Fit unit + juror: units are eliminated, so the cost is linear in the ratings plus one system a jury."""
    rated = ~np.isnan(table)
    count = rated.sum(axis=1)
    deviation = np.where(rated, table - (np.nansum(table, axis=1) / count)[:, None], 0.0)
    pattern = csr_array(rated.astype(float))
    normal = np.diag(rated.sum(axis=0).astype(float))
    normal -= (pattern.T @ (pattern * (1 / count)[:, None])).toarray()
    same = (component[:, None] == component[None, :]).astype(float)
    constraint = same / same.sum(axis=1)  # makes the severities of a component sum to zero
    inverse = np.linalg.inv(normal + constraint) - constraint
    right = deviation.sum(axis=0)
    generosity = inverse @ right
    total, explained = float((deviation**2).sum()), float(generosity @ right)
    df_jurors = len(component) - len(np.unique(component))
    df = int(rated.sum()) - len(table) - df_jurors
    residual = total - explained
    variance = residual / df if df > 0 and residual > EXACT * total else float("nan")
    return _Fit(generosity, inverse, variance, explained, df, df_jurors)
