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
from analysis.statistics.effects.marks import PanelMarks

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
    found = Jackknifed(*without_each(panel.by_office(sums), log_ratio), panel.units, panel.offices, np.exp)
    return beside_panel(
        found, distance=lambda _: np.log(NARROW), size=NARROW, reason=few(panel.units, LEAST), confidence=confidence
    )


def log_ratio(sums: np.ndarray) -> np.ndarray:
    """Give the logarithm of the ratio of two standard deviations from their sums of squares."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.log(sums[..., 0] / sums[..., 1]) / 2


def range_used(panel: PanelMarks, *, confidence: float = 0.95) -> Effects:
    """Entropy of the levels that each juror uses on a criterion ÷ the median entropy of the other jurors.

    Mean over the criteria, weighted with the marks, so that neither severity nor a habit on one criterion counts. Each
    juror's own dossiers count. Entropies carry Miller and Madow's correction for the number of marks.

    Returns
    -------
    Effects
        No unit; below 1 = fewer levels, or some of them far more often than others; `panel` is 1. At least 8 dossiers.

    Source
    ------
    Shannon (1948), Bell Syst. Tech. J. 27, 379-423; Miller (1955), Note on the bias of information estimates.
    """
    judged = (~np.isnan(panel.marks)).any(axis=2)
    units, offices = judged.sum(axis=0), (panel.by_office(judged.astype(int)) > 0).sum(axis=0)
    effects = beside_panel(
        Jackknifed(*log_entropies(panel), units, offices, np.exp), distance=lambda _: np.log(NARROW), size=NARROW,
        reason=few(units, LEAST), confidence=confidence,
    )  # fmt: skip
    scaled = {name: getattr(effects, name) / effects.panel for name in ("value", "se", "low", "high", "panel")}
    return replace(effects, **scaled)


def log_entropies(panel: PanelMarks) -> tuple[np.ndarray, np.ndarray]:
    """Logarithm of the entropy of every juror, shape (jurors,), and without each office, shape (offices, jurors)."""
    rated = ~np.isnan(panel.marks)
    levels = np.unique(panel.marks[rated])
    code = np.searchsorted(levels, np.where(rated, panel.marks, levels[0]))
    offices = panel.cluster.max() + 1
    found = []
    for juror in range(rated.shape[1]):  # one by one: the counts of all would be large where levels are many
        dossier, criterion = np.nonzero(rated[:, juror])
        counts = np.zeros((offices, 1, rated.shape[2], len(levels)))
        np.add.at(counts, (panel.cluster[dossier], 0, criterion, code[dossier, juror, criterion]), 1)
        found.append(without_each(counts, log_entropy))
    values, without = zip(*found, strict=True)
    return np.concatenate(values), np.concatenate(without, axis=1)


def log_entropy(counts: np.ndarray) -> np.ndarray:
    """Logarithm of the mean entropy of the criteria (last axis but one) from the counts of levels (last axis)."""
    number = counts.sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        products = np.where(counts > 0, counts * np.log(np.maximum(counts, 1)), 0.0).sum(axis=-1)
        entropies = np.where(number > 0, number * np.log(np.maximum(number, 1)) - products, 0.0)  # times number
        corrections = np.maximum((counts > 0).sum(axis=-1) - 1, 0) / 2
        return np.log((entropies + corrections).sum(axis=-1) / number.sum(axis=-1))
