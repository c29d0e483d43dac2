"""How the categories of a scale are used, and its thresholds of every kind (the counterpart of FACETS' table 8)."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np

from analysis.statistics.rasch.likelihood import parts, probabilities
from analysis.statistics.rasch.model import Fit

REACH, HALVINGS = 60.0, 70  # logits searched on either side, bisections


@dataclass(frozen=True)
class CategoryTable:
    """The categories of one scale, lowest first; arrays have one entry a category.

    Attributes
    ----------
    group
        Of the scale; None where there is one.
    mark
        Points.
    count, share
        Weighted ratings in the category, and their share of the scale's.
    average, expected
        Mean predictor (object less the others), logits, of the ratings in the category: observed, and as the model
        expects it. `average` should rise from category to category.
    outfit
        Mean square of the standardised residuals in the category over its expectation; 1 = as the model expects,
        NaN where the model expects none.
    threshold, threshold_se
        Rasch-Andrich: equal chance of this category and the next lower one in use, logits; NaN for the lowest. The
        standard error has everything estimated at once; 0 where anchored.
    half_point
        Predictor at which the expected score (steps) is half-way between this category and the next lower one.
    thurstone
        Predictor at which this category or a higher one has a chance of 1/2.
    modal_from, modal_to
        Range of predictors in which the category is the most probable; NaN where it never is.
    peak, peak_chance
        Predictor at which the expected score is this category (±infinity for the extreme ones) and its chance there.

    Source
    ------
    Andrich (1978), Psychometrika 43, 561-573; Masters (1982), Psychometrika 47, 149-174; Linacre (1999), J. Outcome
    Meas. 3, 103-122 (how to read them); Samejima (1969), Psychometrika Monograph 17 (cumulative thresholds).
    """

    group: Hashable
    mark: np.ndarray
    count: np.ndarray
    share: np.ndarray
    average: np.ndarray
    expected: np.ndarray
    outfit: np.ndarray
    threshold: np.ndarray
    threshold_se: np.ndarray
    half_point: np.ndarray
    thurstone: np.ndarray
    modal_from: np.ndarray
    modal_to: np.ndarray
    peak: np.ndarray
    peak_chance: np.ndarray


def category_tables(fit: Fit) -> tuple[CategoryTable, ...]:
    """Describe the categories of every scale with ratings.

    Logits are times `Fit.spread`, their standard errors times its root.
    """
    sums = category_sums(fit)
    return tuple(_table(fit, g, sums[g]) for g in np.flatnonzero(fit.problem.used))


def category_sums(fit: Fit) -> list[np.ndarray]:
    """Sum per scale and category: count, predictor, expected count, expected predictor, squares, expected squares."""
    sums = [np.zeros((6, len(steps))) for steps in fit.problem.steps]
    for part in parts(fit.problem, fit.estimate.easiness, fit.estimate.log_weights):
        steps, weight = fit.problem.steps[part.scale], part.weight
        square = (part.observed - part.expected) ** 2 / part.variance
        squares = (steps[:, None] - part.expected) ** 2 / part.variance * part.chance
        met = [
            np.bincount(part.category, weights=values, minlength=len(steps))
            for values in (weight, weight * part.predictor, weight * square)
        ]
        sums[part.scale] += [
            met[0], met[1], part.chance @ weight, part.chance @ (weight * part.predictor), met[2], squares @ weight,
        ]  # fmt: skip
    return sums


def _table(fit: Fit, g: int, sums: np.ndarray) -> CategoryTable:
    """Put one scale's table together."""
    steps, logs, spread = fit.problem.steps[g], fit.estimate.log_weights[g], fit.spread
    count, predictor, chance, expected, squares, expected_squares = sums
    low, high = modal_ranges(steps, logs)
    peak = np.concatenate([[-np.inf], score_points(steps, logs, steps[1:-1]), [np.inf]])
    inside = np.clip(peak, -REACH, REACH)
    at_peak = np.diag(probabilities(inside, steps, logs)).copy()
    at_peak[[0, -1]] = 1.0
    gaps = np.diff(steps)
    outfit = np.where(expected_squares > 0, squares / np.where(expected_squares > 0, expected_squares, 1.0), np.nan)
    return CategoryTable(
        group=fit.ratings.groups[g], mark=fit.problem.values[g], count=count, share=count / count.sum(),
        average=spread * predictor / count, expected=spread * expected / chance, outfit=outfit,
        threshold=spread * led(-np.diff(logs) / gaps),
        threshold_se=np.sqrt(spread) * led(threshold_errors(fit, g) / gaps),
        half_point=spread * led(score_points(steps, logs, (steps[1:] + steps[:-1]) / 2)),
        thurstone=spread * led(cumulative_points(steps, logs)),
        modal_from=spread * low, modal_to=spread * high, peak=spread * peak, peak_chance=at_peak,
    )  # fmt: skip


def led(values: np.ndarray) -> np.ndarray:
    """Put NaN before the values: the lowest category has no threshold."""
    return np.concatenate([[np.nan], values])


def threshold_errors(fit: Fit, g: int) -> np.ndarray:
    """Standard errors of the differences of log weights of a scale."""
    start = sum(fit.problem.sizes[1:]) + sum(len(steps) - 2 for steps in fit.problem.steps[:g])
    number = len(fit.problem.steps[g])
    covariance = np.zeros((number, number))
    stop = start + number - 2
    covariance[1:-1, 1:-1] = fit.estimate.covariance[start:stop, start:stop]
    change = np.diff(np.eye(number), axis=0)
    return np.sqrt(np.maximum(np.einsum("ij,jk,ik->i", change, covariance, change), 0))


def bisected(rising, targets: np.ndarray) -> np.ndarray:
    """Find where a rising function of the predictor, one row a target, meets its target."""
    low, high = np.full(len(targets), -REACH), np.full(len(targets), REACH)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        below = rising(middle) < targets
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return (low + high) / 2


def score_points(steps: np.ndarray, logs: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """Predictors at which the expected steps have given values.

    >>> score_points(np.array([0.0, 1.0]), np.zeros(2), np.array([0.5])).round(6) + 0.0
    array([0.])
    """
    return bisected(lambda predictor: steps @ probabilities(predictor, steps, logs), scores)


def cumulative_points(steps: np.ndarray, logs: np.ndarray) -> np.ndarray:
    """Predictors at which each category but the lowest, or a higher one, has a chance of 1/2."""
    number = len(steps) - 1

    def upper(predictor: np.ndarray) -> np.ndarray:
        chance = probabilities(predictor, steps, logs)[::-1].cumsum(axis=0)[::-1]
        return chance[np.arange(1, number + 1), np.arange(number)]

    return bisected(upper, np.full(number, 0.5))


def modal_ranges(steps: np.ndarray, logs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Range of predictors in which each category is the most probable; NaN where there is none.

    >>> modal_ranges(np.array([0.0, 1.0, 2.0]), np.array([0.0, -1.0, 0.0]))
    (array([-inf,  nan,   0.]), array([ 0., nan, inf]))
    """
    gap = steps[None, :] - steps[:, None]
    cross = (logs[:, None] - logs[None, :]) / np.where(gap == 0, 1.0, gap)  # where category j overtakes category i
    low = np.where(gap < 0, cross, -np.inf).max(axis=1)
    high = np.where(gap > 0, cross, np.inf).min(axis=1)
    never = low >= high
    return np.where(never, np.nan, low + 0.0), np.where(never, np.nan, high + 0.0)
