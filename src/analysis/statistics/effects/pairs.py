"""Pairs of jurors whose marks are more alike than those of other pairs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import binom, hypergeom, t

from analysis.statistics.effects.consensus import fisher_z
from analysis.statistics.effects.effect import LEVEL, ROUNDING, few, jackknife_error, others_mean, without_each
from analysis.statistics.effects.marks import PanelMarks

LEAST = 10  # dossiers that both marked
CHUNK = 256  # pairs at once
NEAR = 1e-6  # points within which two marks are the same
MANY = 0.2  # share of identical vectors beyond expectation that counts


@dataclass(frozen=True)
class PairEffects:
    """How alike each pair of jurors marks; arrays have one entry a pair, NaN where `reason` is not empty.

    `first`, `second`: places of the jurors. `identical`: share of shared dossiers with equal marks on every criterion;
    `expected`: that of the other pairs, were they as far apart in severity as this pair; `value`: their difference.
    `correlation`: of what both give more or less than the panel; `panel`: mean of the other pairs; NaN where few of
    the dossiers have a third juror. `p_value`: of both tests together, one-sided (more alike). `power`: of the first
    test, to see `size`.
    """

    first: np.ndarray
    second: np.ndarray
    value: np.ndarray
    identical: np.ndarray
    expected: np.ndarray
    correlation: np.ndarray
    panel: np.ndarray
    p_value: np.ndarray
    n_units: np.ndarray
    power: np.ndarray
    size: float
    reason: np.ndarray


@dataclass(frozen=True)
class _Shared:
    """Every dossier that two jurors both marked: one row a pair and dossier.

    `pair`: number of the pair; `gap`: the first juror's mark less the second's (rows × criteria), NaN where one is
    missing; `steps`: smallest step of each criterion's scale.
    """

    first: np.ndarray
    second: np.ndarray
    pair: np.ndarray
    gap: np.ndarray
    steps: np.ndarray


def copying(panel: PanelMarks) -> PairEffects:
    """Look for pairs of jurors who mark alike beyond what the panel explains.

    Two tests a pair: Fisher's exact test of dossiers with identical vectors against those of all other pairs, whose
    differences are first moved, by whole steps of the scale, to the difference in severity of this pair; and, where at
    least 10 of the shared dossiers have a third juror, the correlation of both jurors' residuals against the mean of
    the other pairs (Fisher's z, jackknife over offices). Both one-sided; `p_value` is the smaller one doubled.

    Returns
    -------
    PairEffects
        At least 10 dossiers that both marked on half of the criteria or more, and three pairs with shared dossiers.
        Jurors of similar taste are alike as well: a finding says that marks are not independent, not why.

    Source
    ------
    Fisher (1935), J. R. Stat. Soc. 98, 39-82 (exact test); identical and correlated answers beyond expectation as in
    Wollack (1997), Appl. Psychol. Meas. 21, 307-320.
    """
    shared = shared_dossiers(panel)
    number = np.bincount(shared.pair, minlength=len(shared.first))
    reason = few(number, LEAST)
    reason[(reason == "") & ((number > 0).sum() < 3)] = "too_few_jurors"
    correlation, mean, alike = residual_correlations(panel, shared)
    found = np.full((4, len(number)), np.nan)
    for pair in np.flatnonzero(reason == ""):
        tests = 1 + np.isfinite(alike[pair])
        identical, expected, p_value, power = identical_vectors(panel, shared, pair, level=LEVEL / tests)
        found[:, pair] = identical, expected, min(1.0, np.nanmin([p_value, alike[pair]]) * tests), power
    judged = np.where(reason == "", 1.0, np.nan)
    return PairEffects(
        first=shared.first, second=shared.second, value=found[0] - found[1], identical=found[0], expected=found[1],
        correlation=judged * correlation, panel=judged * mean, p_value=found[2], n_units=number, power=found[3],
        size=MANY, reason=reason,
    )  # fmt: skip


def shared_dossiers(panel: PanelMarks) -> _Shared:
    """List what each pair of jurors both marked on half of the criteria or more."""
    first, second = np.triu_indices(panel.marks.shape[1], 1)
    rated = panel.compared.any(axis=2)
    pair, dossier = np.nonzero((rated[:, first] & rated[:, second]).T)
    gap = panel.marks[dossier, first[pair]] - panel.marks[dossier, second[pair]]
    enough = (~np.isnan(gap)).sum(axis=1) * 2 >= gap.shape[1]
    steps = np.array([smallest_step(marks) for marks in np.moveaxis(panel.marks, 2, 0)])
    return _Shared(first, second, pair[enough], gap[enough], steps)


def identical_vectors(
    panel: PanelMarks, shared: _Shared, pair: int, *, level: float
) -> tuple[float, float, float, float]:
    """Share of identical vectors of a pair, the share expected, p value, power.

    The power is that of a binomial number of identical vectors, `MANY` more likely than expected.
    """
    equal = shared.pair[identical_rows(panel, shared, pair)]
    units, hits = int((shared.pair == pair).sum()), int((equal == pair).sum())
    rest, others = len(shared.pair) - units, len(equal) - hits
    needed = int(units * others / rest)
    while needed <= units and more_identical(needed, units, others, rest) > level:
        needed += 1
    chance = min(1.0, others / rest + MANY)
    power = float(binom.sf(needed - 1, units, chance))
    return hits / units, others / rest, more_identical(hits, units, others, rest), power


def identical_rows(panel: PanelMarks, shared: _Shared, pair: int) -> np.ndarray:
    """Find the rows with equal marks on every criterion, moved to the difference in severity of this pair."""
    apart = panel.generosity[shared.first] - panel.generosity[shared.second]
    rows = np.arange(len(shared.pair))
    for criterion, step in enumerate(shared.steps):
        shift = np.round((apart[pair, criterion] - apart[:, criterion]) / step) * step
        gap = shared.gap[rows, criterion] + shift[shared.pair[rows]]
        rows = rows[np.isnan(gap) | (np.abs(gap) < NEAR)]
    return rows


def more_identical(hits: int, units: int, others: int, rest: int) -> float:
    """P value of Fisher's exact test that `hits` of `units` are not more than `others` of `rest`."""
    return float(hypergeom.sf(hits - 1, units + rest, hits + others, units))


def smallest_step(marks: np.ndarray) -> float:
    """Smallest distance between two levels in use; 1 where there are none."""
    levels = np.unique(np.round(marks[~np.isnan(marks)] / NEAR) * NEAR)
    return float(np.diff(levels).min()) if len(levels) > 1 else 1.0


def residual_correlations(panel: PanelMarks, shared: _Shared) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Correlation of the residuals of each pair, mean of the other pairs, one-sided p value; NaN where too few."""
    several = panel.compared & (panel.compared.sum(axis=1, keepdims=True) >= 3)
    number = np.maximum(panel.compared.sum(axis=1, keepdims=True), 1)
    residual = np.where(several, (panel.own - panel.others) * (1 - 1 / number), 0.0)
    judged = several.any(axis=2).astype(int)
    enough = np.flatnonzero((judged.T @ judged)[shared.first, shared.second] >= LEAST)
    found = np.full((3, len(shared.first)), np.nan)
    if not len(enough):
        return tuple(found)
    parts = [enough[start : start + CHUNK] for start in range(0, len(enough), CHUNK)]
    sums = [pair_products(panel, residual, several, (shared.first[some], shared.second[some])) for some in parts]
    z, without = without_each(np.concatenate([each for each, _ in sums], axis=1), fisher_z)
    offices = np.concatenate([each for _, each in sums])
    mean = others_mean(z)
    se = jackknife_error(z - mean, without - others_mean(without), offices)
    with np.errstate(invalid="ignore", divide="ignore"):
        p_value = np.where(se > ROUNDING, t.sf((z - mean) / se, np.maximum(offices - 2, 1)), np.nan)
    found[:, enough] = np.tanh(z), np.tanh(mean), p_value
    return tuple(found)


def pair_products(
    panel: PanelMarks, residual: np.ndarray, several: np.ndarray, pairs: tuple[np.ndarray, np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """Sum products and squares of both jurors' residuals by office (offices × pairs × 3), and count the offices."""
    one, other = (residual[:, place] for place in pairs)
    both = several[:, pairs[0]] & several[:, pairs[1]]
    products = [(both * a * b).sum(axis=2) for a, b in ((one, other), (one, one), (other, other))]
    offices = (panel.by_office(both.any(axis=2).astype(int)) > 0).sum(axis=0)
    return panel.by_office(np.stack(products, axis=-1)), offices
