"""How widely a juror spreads the marks, and how many of the levels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from analysis.statistics.effects.effect import (
    Effects,
    Jackknifed,
    beside_panel,
    few,
    without_each,
)
from analysis.statistics.effects.marks import PanelMarks, smallest_step

LEAST = 8  # dossiers
NARROW = 0.7  # ratio of spreads, and of entropies, that counts


def centrality(panel: PanelMarks, *, confidence: float = 0.95) -> Effects:
    """Spread of each juror's marks ÷ that of the other jurors' marks of the same dossiers.

    Standard deviations around the juror's mean of each criterion, all criteria together; severities are taken out of
    the others' marks first, so that jurors of unequal severity do not look wide as a panel. The test is of the
    logarithm of the ratio against the median of the other jurors.

    Returns
    -------
    Effects
        No unit; below 1 = the juror keeps closer to the middle, above 1 = further apart; `panel` is
        about 1. At least 8 dossiers shared with another juror.

    Source
    ------
    Myford & Wolfe (2004), J. Appl. Meas. 5, 189-227 (central tendency); equal variances in dependent samples: Pitman
    (1939), Biometrika 31, 9-12, here with the jackknife in place of normal theory: Miller (1968), Ann. Math. Stat. 39,
    567-582.
    """
    sums = np.stack([(panel.own**2).sum(axis=2), panel.others_square.sum(axis=2)], axis=-1)
    found = Jackknifed(*without_each(panel.by_office(sums), log_ratio), panel.units, np.exp)
    return beside_panel(
        found, distance=lambda _: np.log(NARROW), size=NARROW, reason=few(panel.units, LEAST), confidence=confidence
    )


def log_ratio(sums: np.ndarray) -> np.ndarray:
    """Give the logarithm of the ratio of two standard deviations from their sums of squares."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.log(sums[..., 0] / sums[..., 1]) / 2


def range_used(panel: PanelMarks, *, confidence: float = 0.95) -> Effects:
    """Entropy of the levels that each juror uses ÷ the median entropy of the other jurors.

    Each juror's own dossiers count. Marks of each criterion are first moved by whole steps of the scale by the juror's
    generosity, so that a severe juror does not look wide or narrow for being severe. Entropies carry Miller and
    Madow's correction for the number of marks.

    Returns
    -------
    Effects
        No unit; below 1 = fewer levels, or some of them far more often than others; `panel` is 1. At least 8 dossiers.

    Source
    ------
    Shannon (1948), Bell Syst. Tech. J. 27, 379-423; Miller (1955), Note on the bias of information estimates.
    """
    rated = ~np.isnan(panel.marks)
    levels = np.unique(panel.marks[rated])
    steps = np.array([smallest_step(marks) for marks in np.moveaxis(panel.marks, 2, 0)])
    moved = panel.marks - np.round(panel.generosity / steps) * steps
    levels = np.unique(np.round(moved[rated], 6))
    code = np.searchsorted(levels, np.round(np.where(rated, moved, levels[0]), 6))
    sums = np.zeros((*rated.shape[:2], len(levels)))
    np.add.at(sums, (*np.nonzero(rated)[:2], code[rated]), 1.0)
    units = rated.any(axis=2).sum(axis=0)
    found = Jackknifed(*without_each(panel.by_office(sums), log_entropy), units, np.exp)
    effects = beside_panel(
        found, distance=lambda _: np.log(NARROW), size=NARROW, reason=few(units, LEAST), confidence=confidence
    )
    scaled = {name: getattr(effects, name) / effects.panel for name in ("value", "se", "low", "high", "panel")}
    return replace(effects, **scaled)


def log_entropy(counts: np.ndarray) -> np.ndarray:
    """Logarithm of the entropy of the levels (last axis), corrected for few marks."""
    number = counts.sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        logs = np.where(counts > 0, np.log(counts), 0.0)
        plain = np.log(number) - (counts * logs).sum(axis=-1) / number
        return np.log(plain + ((counts > 0).sum(axis=-1) - 1) / (2 * number))
