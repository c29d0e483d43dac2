"""How far a juror sees what the others see."""

from __future__ import annotations

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
LOW = 0.2  # correlation that counts
FURTHEST = 0.999999


def consensus_correlation(panel: PanelMarks, *, confidence: float = 0.95) -> Effects:
    """Correlation of each juror's marks with the mean of the others' marks of the same dossiers, the juror left out.

    All criteria together, each around its mean; severities are taken out of the others' marks first. The test is of
    Fisher's z against the median of the other jurors.

    Returns
    -------
    Effects
        -1 to 1; `panel` is the other jurors' median. With one other juror a dossier it is a
        correlation of two single jurors and lower than with many. At least 8 dossiers shared with another juror, and
        three jurors.

    Source
    ------
    Myford & Wolfe (2004), J. Appl. Meas. 5, 189-227 (randomness); Fisher (1921), Metron 1, 3-32.
    """
    own, others = panel.own, panel.others
    sums = np.stack([(a * b).sum(axis=2) for a, b in ((own, others), (own, own), (others, others))], axis=-1)
    found = Jackknifed(*without_each(panel.by_office(sums), fisher_z), panel.units, panel.offices, np.tanh)
    reason = few(panel.units, LEAST)
    reason[(reason == "") & ((panel.units > 0).sum() < 3)] = "too_few_jurors"
    return beside_panel(found, distance=lambda z: z - np.arctanh(LOW), size=LOW, reason=reason, confidence=confidence)


def fisher_z(sums: np.ndarray) -> np.ndarray:
    """Fisher's z of the correlation, from the sum of products and the sums of squares."""
    with np.errstate(invalid="ignore", divide="ignore"):
        r = sums[..., 0] / np.sqrt(sums[..., 1] * sums[..., 2])
    return np.arctanh(np.clip(r, -FURTHEST, FURTHEST))
