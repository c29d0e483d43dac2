"""Intraclass correlations from components by REML for many resamples of units at once.

With few jurors the restricted likelihood of unit + juror + residual is one of small dense matrices (jurors × jurors),
made of sums over units. Newton's method runs for all resamples together from the estimate of the whole table; a
resample for which it finds no maximum is estimated alone by `icc_reml`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.errors import NotDefined
from analysis.statistics.generalizability import Form, icc_reml, two_way_components
from analysis.statistics.ratings import centred, rating_table
from analysis.statistics.resample import Reweighted

FEWEST_UNITS = 10  # with fewer, each resample is estimated alone
STEPS = 25
CLOSE = 1e-9  # of a ratio to the residual's variance, relative
NUDGE = 1e-5  # of the ratios, to see how the gradient changes
FLAT = 1e-6  # a residual below this share of the marks' spread is left to `icc_reml`


def resampled_icc_reml(ratings: np.ndarray, cluster: np.ndarray, *, form: Form) -> Reweighted:
    """Prepare `icc_reml` for resampling of clusters; a unit drawn twice is two units.

    Raises
    ------
    NotDefined
        As `icc_reml`.
    """
    table = rating_table(ratings)
    used = (~np.isnan(table)).any(axis=1)
    icc_reml(table, form=form)
    table = table[used]

    def function(weights: np.ndarray) -> np.ndarray:
        values = _together(weights, table, form) if len(table) >= FEWEST_UNITS else np.full(len(weights), np.nan)
        for row in np.flatnonzero(np.isnan(values)):
            values[row] = _alone(weights[row], table, form)
        return values

    return Reweighted(function, cluster, used)


def _alone(weights: np.ndarray, table: np.ndarray, form: Form) -> float:
    try:
        return icc_reml(np.repeat(table, weights.astype(int), axis=0), form=form)
    except NotDefined:
        return np.nan


def _together(weights: np.ndarray, table: np.ndarray, form: Form) -> np.ndarray:
    """Give the values, NaN where Newton's method does not find them."""
    try:
        whole = two_way_components(table).variances
    except NotDefined:
        return np.full(len(weights), np.nan)
    sums = _Sums.of(weights, table)
    ratios = np.tile(whole[:2] / whole[2], (len(weights), 1))
    with np.errstate(all="ignore"):
        found = _maximum(sums, ratios)
        ratios = np.where(found[:, None], ratios, np.nan)
        jurors = 1.0 if form.endswith("1") else sums.units.sum(axis=1) / (sums.units @ (1 / sums.number))
        noise = (1.0 + (ratios[:, 1] if "_a" in form else 0.0)) / jurors
        return ratios[:, 0] / (ratios[:, 0] + noise)


@dataclass(frozen=True)
class _Sums:
    """What the restricted likelihood needs of the units of each resample, by their number of marks.

    `number` (numbers,): the different numbers of marks; `units` (resamples, numbers): how many units have them; `pairs`
    (resamples, numbers, jurors, jurors): units which two jurors marked; `across` (resamples, numbers, jurors): sums of
    the units a juror marked; `squares` (resamples, numbers): of these sums; `counts`, `marks` (resamples, jurors) and
    `total` (resamples,): number of marks, their sums, their squares.
    """

    number: np.ndarray
    units: np.ndarray
    pairs: np.ndarray
    across: np.ndarray
    squares: np.ndarray
    counts: np.ndarray
    marks: np.ndarray
    total: np.ndarray

    @classmethod
    def of(cls, weights: np.ndarray, table: np.ndarray) -> _Sums:
        rated = (~np.isnan(table)).astype(float)
        marks = np.nan_to_num(centred(table))
        sums, jurors = marks.sum(axis=1), table.shape[1]
        number, place = np.unique(rated.sum(axis=1), return_inverse=True)
        both = (rated[:, :, None] * rated[:, None, :]).reshape(len(table), -1)
        features = np.column_stack([np.ones(len(table)), sums**2, sums[:, None] * rated, both])
        parts = [weights[:, place == one] @ features[place == one] for one in range(len(number))]
        stacked = np.stack(parts, axis=1)
        return cls(
            number, stacked[:, :, 0], stacked[:, :, 2 + jurors :].reshape(len(weights), len(number), jurors, jurors),
            stacked[:, :, 2 : 2 + jurors], stacked[:, :, 1], weights @ rated, weights @ marks,
            weights @ (marks**2).sum(axis=1),
        )  # fmt: skip

    def over_units(self, factor: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Sum pairs, across and squares over the units, each times the factor (resamples, numbers) of its number."""
        pairs = np.einsum("rn,rnjk->rjk", factor, self.pairs)
        return pairs, np.einsum("rn,rnj->rj", factor, self.across), (factor * self.squares).sum(axis=1)


def _maximum(sums: _Sums, ratios: np.ndarray) -> np.ndarray:
    """Move the ratios of the unit and juror variances to the residual's to the maximum; tell for which it was found."""
    found = np.zeros(len(ratios), dtype=bool)
    for _ in range(STEPS):
        gradient, residual = _gradient(sums, ratios)
        curvature = np.empty((len(ratios), 2, 2))
        for which in range(2):
            nudged = ratios.copy()
            nudge = NUDGE * (nudged[:, which] + NUDGE)
            nudged[:, which] += nudge
            curvature[:, :, which] = (_gradient(sums, nudged)[0] - gradient) / nudge[:, None]
        step, convex = _newton_step(ratios, gradient, curvature)
        moved = np.maximum(ratios + step, 0.0)
        found = convex & (np.abs(moved - ratios) <= CLOSE * (ratios + CLOSE)).all(axis=1)
        found &= residual > FLAT * sums.total / sums.counts.sum(axis=1)
        ratios[:] = moved
        if found.all():
            break
    return found


def _newton_step(ratios: np.ndarray, gradient: np.ndarray, curvature: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give Newton's step of the ratios that are not held at zero, and whether the deviance is convex there."""
    held = (ratios <= 0) & (gradient >= 0)
    first, second = ~held[:, 0], ~held[:, 1]
    a = np.where(first, curvature[:, 0, 0], 1.0)
    d = np.where(second, curvature[:, 1, 1], 1.0)
    b = np.where(first & second, (curvature[:, 0, 1] + curvature[:, 1, 0]) / 2, 0.0)
    left = np.where(held, 0.0, gradient)
    determinant = a * d - b * b
    step = -np.column_stack([d * left[:, 0] - b * left[:, 1], a * left[:, 1] - b * left[:, 0]]) / determinant[:, None]
    return step, (determinant > 0) & (a > 0)


def _gradient(sums: _Sums, ratios: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give the gradient of the restricted deviance in the two ratios, and the residual variance that is best there."""
    unit, juror = ratios.T
    grown = 1 + sums.number * unit[:, None]
    pairs, across, squares = sums.over_units(unit[:, None] / grown)
    slope, slope_across, slope_squares = sums.over_units(1 / grown**2)  # what a larger unit ratio takes away
    jurors = sums.counts.shape[1]
    design = sums.counts[:, :, None] * np.eye(jurors) - pairs
    marks = sums.marks - across
    inverse = np.linalg.inv(np.eye(jurors) + juror[:, None, None] * design)
    both = inverse @ design
    ones, shrunk = both.sum(axis=2), (inverse @ marks[:, :, None])[:, :, 0]
    size = ones.sum(axis=1)
    mean = shrunk.sum(axis=1) / size
    rest = shrunk - mean[:, None] * ones
    left = sums.total - squares - juror * (marks * shrunk).sum(axis=1) - mean**2 * size
    residual = left / (sums.counts.sum(axis=1) - 1)
    level = mean[:, None] + juror[:, None] * rest
    lost = 2 * (level * slope_across).sum(axis=1) - slope_squares
    lost -= np.einsum("rj,rjk,rk->r", level, slope, level)
    row = inverse.sum(axis=2)
    by_unit = (sums.units * sums.number / grown).sum(axis=1) - juror * (inverse * slope).sum(axis=(1, 2))
    by_unit += lost / residual - np.einsum("rj,rjk,rk->r", row, slope, row) / size
    by_juror = np.trace(both, axis1=1, axis2=2) - (ones**2).sum(axis=1) / size - (rest**2).sum(axis=1) / residual
    return np.column_stack([by_unit, by_juror]), residual
