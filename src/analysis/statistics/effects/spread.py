"""How widely a juror spreads the marks, and how many of the levels."""

from __future__ import annotations

import numpy as np

from analysis.statistics.effects.effect import (
    Effects,
    Jackknifed,
    effects_of,
    few,
    others_mean,
    without_each,
)
from analysis.statistics.effects.marks import PanelMarks

LEAST = 8  # dossiers
NARROW = 0.7  # ratio of spreads, and of entropies, that counts


def centrality(panel: PanelMarks, *, confidence: float = 0.95) -> Effects:
    """Spread of each juror's marks ÷ that of the other jurors' marks of the same dossiers.

    Standard deviations around the juror's mean of each criterion, all criteria together; severities are taken out of
    the others' marks first, so that jurors of unequal severity do not look wide as a panel. The test is of the
    logarithm of the ratio against 0.

    Returns
    -------
    Effects
        No unit; below 1 = the juror keeps closer to the middle, above 1 = further apart; `panel` is 1. At least 8
        dossiers shared with another juror.

    Source
    ------
    Myford & Wolfe (2004), J. Appl. Meas. 5, 189-227 (central tendency); equal variances in dependent samples: Pitman
    (1939), Biometrika 31, 9-12, here with the jackknife in place of normal theory: Miller (1968), Ann. Math. Stat. 39,
    567-582.
    """
    sums = np.stack([(panel.own**2).sum(axis=2), panel.others_square.sum(axis=2)], axis=-1)
    value, without = without_each(panel.by_office(sums), log_ratio)
    found = Jackknifed(np.exp(value), np.exp(without), value, without, np.ones(len(value)), panel.units)
    return effects_of(found, sizes=np.log(NARROW), size=NARROW, reason=few(panel.units, LEAST), confidence=confidence)


def log_ratio(sums: np.ndarray) -> np.ndarray:
    """Give the logarithm of the ratio of two standard deviations from their sums of squares."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.log(sums[..., 0] / sums[..., 1]) / 2


def range_used(panel: PanelMarks, *, confidence: float = 0.95) -> Effects:
    """Entropy of the levels that a juror uses ÷ the mean entropy of the other jurors.

    Each juror's own dossiers count. Entropies carry Miller and Madow's correction for the number of marks.

    Returns
    -------
    Effects
        No unit; below 1 = fewer levels, or some of them far more often than others; `panel` is the other jurors'
        entropy ÷ itself, 1. At least 8 dossiers.

    Source
    ------
    Shannon (1948), Bell Syst. Tech. J. 27, 379-423; Miller (1955), Note on the bias of information estimates.
    """
    rated = ~np.isnan(panel.marks)
    levels = np.unique(panel.marks[rated])
    code = np.searchsorted(levels, np.where(rated, panel.marks, levels[0]))
    sums = (((code[..., None] == np.arange(len(levels))) & rated[..., None]).sum(axis=2)).astype(float)
    units = rated.any(axis=2).sum(axis=0)
    entropy_here, entropy_without = without_each(panel.by_office(sums), entropy)
    with np.errstate(invalid="ignore", divide="ignore"):
        value, without = (each / others_mean(each) for each in (entropy_here, entropy_without))
    found = Jackknifed(value, without, value - 1, without - 1, np.ones(len(value)), units)
    return effects_of(found, sizes=1 - NARROW, size=NARROW, reason=few(units, LEAST), confidence=confidence)


def entropy(counts: np.ndarray) -> np.ndarray:
    """Entropy of the levels (last axis) in nats, corrected for few marks; NaN without marks."""
    number = counts.sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        logs = np.where(counts > 0, np.log(counts), 0.0)
        plain = np.log(number) - (counts * logs).sum(axis=-1) / number
        return plain + ((counts > 0).sum(axis=-1) - 1) / (2 * number)
