"""Panels whose true agreement is known, to see how often intervals hold it.

Offices, jurors and what is left are normal, with the variance shares of one criterion (.36, .14, .50) and a standard
deviation of 1.8 around 6.8; marks are whole points of a scale from 0 to 10, so some are cut at 10. The true values are
integrals over the offices: of the jurors drawn, for "these jurors", or over all possible jurors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from analysis.errors import NotDefined
from analysis.statistics.pivots import component_draws, dependability_draws, pivot_interval
from analysis.statistics.registry import bootstrap_interval, cluster_interval, coefficients, panel_interval
from analysis.statistics.registry.intervals import analytic_interval
from analysis.statistics.resample import Interval, generator, multinomial_weights

LEVELS = np.arange(11.0)
MEAN, OFFICE, JUROR, REST = 6.8, 0.36 * 1.8**2, 0.14 * 1.8**2, 0.50 * 1.8**2
EDGES = LEVELS[:-1] + 0.5
POINTS, SHARES = np.polynomial.hermite_e.hermegauss(41)
SHARES = SHARES / SHARES.sum()
RESAMPLES, DRAWS = 1000, 1000
THESE, LIKE_THESE = "these jurors", "jurors like these"
DEFAULT = "shown on the pages"


@dataclass(frozen=True)
class Design:
    """Who judged what: units, jurors, share of cells missing, jurors drawn for each unit (None = all)."""

    units: int
    jurors: int
    missing: float
    each: int | None

    @property
    def jurors_a_unit(self) -> float:
        """Jurors of a unit, on average."""
        return self.each or self.jurors * (1 - self.missing)


def panel(design: Design, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Draw a panel: marks, and how severe each juror is."""
    severity = rng.normal(0, JUROR**0.5, design.jurors)
    office = MEAN + rng.normal(0, OFFICE**0.5, (design.units, 1))
    marks = office - severity + rng.normal(0, REST**0.5, (design.units, design.jurors))
    absent = rng.random(marks.shape) < design.missing
    if design.each:
        absent = rng.random(marks.shape).argsort(axis=1) >= design.each
    return np.where(absent, np.nan, np.clip(np.rint(marks), LEVELS[0], LEVELS[-1])), severity


def true_values_of(severity: np.ndarray, jurors_a_unit: float) -> dict[str, float]:
    """Give the values that very many offices before these jurors would show."""
    marks = _shares(POINTS[:, None] * OFFICE**0.5, severity, REST)  # offices, jurors, levels
    number = len(severity)
    every = marks.sum(axis=1)
    pairs = np.einsum("q,qc,qd->cd", SHARES, every, every) - np.einsum("q,qjc,qjd->cd", SHARES, marks, marks)
    each = np.einsum("q,qjc->jc", SHARES, marks)
    means = each @ LEVELS
    within = (each @ LEVELS**2 - means**2).mean()
    pairs /= number * (number - 1)
    products = (pairs * np.outer(LEVELS, LEVELS)).sum()
    common = products - (means.sum() ** 2 - (means**2).sum()) / (number * (number - 1))
    return _values(pairs, each.mean(axis=0), common / (within + means.var(ddof=1)), jurors_a_unit)


def true_values(jurors_a_unit: float) -> dict[str, float]:
    """Give the values that very many offices before very many jurors would show."""
    marks = _shares(POINTS * OFFICE**0.5, np.zeros(len(POINTS)), REST + JUROR)
    pairs = np.einsum("q,qc,qd->cd", SHARES, marks, marks)
    every = SHARES @ marks
    off = LEVELS - every @ LEVELS
    return _values(pairs, every, off @ pairs @ off / (every @ off**2), jurors_a_unit)


def _shares(office: np.ndarray, severity: np.ndarray, spread: float) -> np.ndarray:
    """Give the chance of every level of the scale, last axis, for offices of a worth before jurors of a severity."""
    below = ndtr((EDGES - (MEAN + office - severity)[..., None]) / spread**0.5)
    ends = np.zeros((*below.shape[:-1], 1))
    return np.diff(np.concatenate([ends, below, ends + 1], axis=-1))


def _values(pairs: np.ndarray, marks: np.ndarray, reliability: float, jurors: float) -> dict[str, float]:
    """Give the coefficients of the joint distribution of two jurors' marks and the distribution of all marks."""
    distance = np.subtract.outer(LEVELS, LEVELS)
    ranks = marks.cumsum() - marks / 2
    alphas = {
        f"krippendorff_alpha {name}": 1 - (pairs * square).sum() / (marks @ square @ marks)
        for name, square in (("interval", distance**2), ("ordinal", np.subtract.outer(ranks, ranks) ** 2))
    }
    weights = 1 - (distance / 10) ** 2
    chance = weights.sum() * (marks * (1 - marks)).sum() / (len(LEVELS) * (len(LEVELS) - 1))
    return {
        **alphas,
        "gwet_ac2 quadratic weights": ((pairs * weights).sum() - chance) / (1 - chance),
        "icc_a1 REML, missing cells kept": reliability,
        "dependability of a dossier's mean": jurors * reliability / (1 + (jurors - 1) * reliability),
        "exact_agreement mean over units of the share of pairs": np.trace(pairs),
        "pair_difference mean over units of the mean over pairs": (pairs * abs(distance)).sum(),
    }


LINES = {f"{line.name} {line.variant}": line for line in coefficients(LEVELS)}
RESAMPLED = ("krippendorff_alpha interval", "krippendorff_alpha ordinal", "gwet_ac2 quadratic weights")
STUDIED = (*RESAMPLED, "icc_a1 REML, missing cells kept", "dependability of a dossier's mean")
DESCRIBED = (
    "exact_agreement mean over units of the share of pairs",
    "pair_difference mean over units of the mean over pairs",
)


def intervals(
    name: str, marks: np.ndarray, *, jurors: float, key: str
) -> Iterator[tuple[str, str, Callable[[], Interval]]]:
    """Give the target, the method and the making of each interval of a coefficient that is studied."""
    units = np.arange(len(marks))
    if name.startswith("dependability"):
        for target, kind in ((THESE, "these"), (LIKE_THESE, "like_these")):
            yield target, DEFAULT, lambda kind=kind: _dependability(marks, kind, jurors, key)
        return
    line = LINES[name]
    if name.startswith("icc"):
        none = np.zeros((0, len(marks)))  # pivots need no resamples
        yield THESE, DEFAULT, lambda: cluster_interval(line, marks, cluster=units, weights=none)
    else:
        weights = multinomial_weights(len(marks), rng=generator(0, key), replicates=RESAMPLES)
        yield THESE, DEFAULT, lambda: cluster_interval(line, marks, cluster=units, weights=weights)
        yield THESE, "BCa", lambda: bootstrap_interval(line, marks, cluster=units, weights=weights)
        if line.analytic:
            yield THESE, "linearised, t", lambda: analytic_interval(line, marks, confidence=0.95)
    yield LIKE_THESE, DEFAULT, lambda: panel_interval(line, marks, cluster=units)


def _dependability(marks: np.ndarray, kind: str, jurors: float, key: str) -> Interval:
    draws = component_draws(marks, target=kind, rng=generator(0, key), draws=DRAWS)
    return pivot_interval(dependability_draws(draws, jurors=jurors), draws)


def coverage(
    design: Design, names: tuple[str, ...], *, seed: int, replicates: int
) -> dict[tuple[str, str, str], tuple[float, float, float]]:
    """Give, for each coefficient, target and method, the share of 95 % intervals that hold the true value.

    Returns
    -------
    dict
        (coefficient, target, method) → coverage, its Monte Carlo error, the share of panels without an interval.
    """
    held: dict[tuple[str, str, str], list[float]] = {}
    jurors = design.jurors_a_unit
    like_these = true_values(jurors)
    for replicate in range(replicates):
        marks, severity = panel(design, generator(seed, "coverage", str(design), str(replicate)))
        true = {THESE: true_values_of(severity, jurors), LIKE_THESE: like_these}
        for name in names:
            for target, method, interval in intervals(name, marks, jurors=jurors, key=str(replicate)):
                held.setdefault((name, target, method), []).append(_holds(interval, true[target][name]))
    return {key: _summary(np.array(found)) for key, found in held.items()}


def _holds(interval: Callable[[], Interval], true: float) -> float:
    try:
        ends = interval()
    except NotDefined:
        return np.nan
    return float(ends.low <= true <= ends.high)


def _summary(held: np.ndarray) -> tuple[float, float, float]:
    there = held[~np.isnan(held)]
    share = there.mean()
    return float(share), float(np.sqrt(share * (1 - share) / len(there))), float(np.isnan(held).mean())
