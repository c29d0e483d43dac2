"""Pairs of jurors whose marks are more alike than those of other pairs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import binom, hypergeom, t

from analysis.statistics.effects.consensus import fisher_z
from analysis.statistics.effects.effect import LEVEL, ROUNDING, few, jackknife_error, others_mean, without_each
from analysis.statistics.effects.marks import PanelMarks

LEAST = 10  # dossiers that both marked
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
    missing; `dossier`: its place.
    """

    first: np.ndarray
    second: np.ndarray
    pair: np.ndarray
    dossier: np.ndarray
    gap: np.ndarray


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
    return _Shared(first, second, pair[enough], dossier[enough], gap[enough])


def identical_vectors(
    panel: PanelMarks, shared: _Shared, pair: int, *, level: float
) -> tuple[float, float, float, float]:
    """Share of identical vectors of a pair, the share expected, p value, power.

    The power is that of a binomial number of identical vectors, `MANY` more likely than expected.
    """
    apart = panel.generosity[shared.first] - panel.generosity[shared.second]
    steps = np.array([smallest_step(marks) for marks in np.moveaxis(panel.marks, 2, 0)])
    shift = np.round((apart[pair] - apart[shared.pair]) / steps) * steps
    equal = (np.abs(np.nan_to_num(shared.gap + shift)) < NEAR).all(axis=1)
    own = shared.pair == pair
    units, hits, rest, others = (int(each) for each in (own.sum(), equal[own].sum(), (~own).sum(), equal[~own].sum()))
    needed = int(units * others / rest)
    while needed <= units and more_identical(needed, units, others, rest) > level:
        needed += 1
    chance = min(1.0, others / rest + MANY)
    power = float(binom.sf(needed - 1, units, chance))
    return hits / units, others / rest, more_identical(hits, units, others, rest), power


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
    one, other = residual[:, shared.first], residual[:, shared.second]
    both = several[:, shared.first] & several[:, shared.second]
    products = [(both * a * b).sum(axis=2) for a, b in ((one, other), (one, one), (other, other))]
    units = both.any(axis=2).sum(axis=0)
    z, without = without_each(panel.by_office(np.stack(products, axis=-1)), fisher_z)
    enough = units >= LEAST
    z, without = np.where(enough, z, np.nan), np.where(enough, without, np.nan)
    mean = others_mean(z)
    offices = (panel.by_office(both.any(axis=2).astype(int)) > 0).sum(axis=0)
    se = jackknife_error(z - mean, without - others_mean(without), offices)
    with np.errstate(invalid="ignore", divide="ignore"):
        p_value = np.where(se > ROUNDING, t.sf((z - mean) / se, np.maximum(offices - 2, 1)), np.nan)
    return np.tanh(z), np.tanh(mean), p_value
