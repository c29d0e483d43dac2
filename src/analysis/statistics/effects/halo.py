"""Whether a juror's criteria say one thing: halo, and marks that are the same on every criterion."""

from __future__ import annotations

import numpy as np
from scipy.stats import t

from analysis.statistics.effects.effect import (
    Effects,
    Jackknifed,
    beside_panel,
    few,
    power_of,
    without_each,
)
from analysis.statistics.effects.marks import PanelMarks

LEAST, CRITERIA = 8, 4  # dossiers, criteria
STRONG = 0.2  # share of variance above the panel's that counts
MANY = 0.2  # share of identical profiles beyond expectation that counts


def halo(panel: PanelMarks, *, confidence: float = 0.95) -> Effects:
    """Between-criteria correlation within a juror less the cross-juror one.

    The mean covariance between two criteria of the juror's own marks, less that between one criterion of the juror's
    and another of the others', over the juror's variance of a mark: the share of it that the criteria have in common
    and the other jurors do not see. Tested against the median of the other jurors.

    Returns
    -------
    Effects
        No unit; above `panel` = the criteria move together more than with the other jurors. Not 0 without halo in the
        strict sense: a juror's taste for a dossier touches all criteria. At least 8 dossiers, 4 criteria, 3 jurors.

    Source
    ------
    Myford & Wolfe (2003), J. Appl. Meas. 4, 386-422; within and cross-rater correlations as in the
    multitrait-multirater matrix: Saal, Downey & Lahey (1980), Psychol. Bull. 88, 413-428.
    """
    count = panel.compared.sum(axis=2)
    pairs = np.maximum(count * (count - 1), 1)
    own, others, used = panel.own, panel.others, count > 1
    within = used * (own.sum(axis=2) ** 2 - (own**2).sum(axis=2)) / pairs
    cross = used * (own.sum(axis=2) * others.sum(axis=2) - (own * others).sum(axis=2)) / pairs
    sums = np.stack([within - cross, (own**2).sum(axis=2) / np.maximum(count, 1)], axis=-1)
    found = Jackknifed(*without_each(panel.by_office(sums), share), panel.units, panel.offices, np.asarray)
    return beside_panel(
        found, distance=lambda middle: np.full(len(middle), STRONG), size=STRONG,
        reason=reasons(panel, panel.units), confidence=confidence,
    )  # fmt: skip


def share(sums: np.ndarray) -> np.ndarray:
    """Ratio of two sums."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return sums[..., 0] / sums[..., 1]


def reasons(panel: PanelMarks, units: np.ndarray) -> np.ndarray:
    """Tell why a juror's criteria cannot be compared."""
    reason = few(units, LEAST)
    reason[(reason == "") & ((units > 0).sum() < 3)] = "too_few_jurors"
    if panel.marks.shape[2] < CRITERIA:
        reason[:] = "one_item" if panel.marks.shape[2] < 2 else "too_few_units"
    return reason


def identical_profiles(panel: PanelMarks, *, confidence: float = 0.95) -> Effects:
    """Share of dossiers to which a juror gave the same mark on every criterion, less the others' share.

    The others' share is that of the same dossiers, so a dossier that is good at everything counts for nobody. The p
    value is exact and one-sided: were the jurors of a dossier alike, each of its profiles would be the juror's with
    the same probability.

    Returns
    -------
    Effects
        -1 to 1; `panel` is the share expected. Profiles of at least 4 marks; at least 8 dossiers with such profiles of
        the juror and another.

    Source
    ------
    Exact permutation of profiles within dossiers; Poisson-binomial distribution by convolution.
    """
    rated = ~np.isnan(panel.marks)
    long = rated.sum(axis=2) >= CRITERIA
    low, high = (np.where(rated, panel.marks, fill) for fill in (np.inf, -np.inf))
    flat = long & (low.min(axis=2) == high.max(axis=2))
    profiles = long.sum(axis=1, keepdims=True)
    compared = long & (profiles >= 2)
    units = compared.sum(axis=0)
    expected = (flat.sum(axis=1, keepdims=True) - flat) / np.maximum(profiles - 1, 1)
    chance = np.where(compared, flat.sum(axis=1, keepdims=True) / np.maximum(profiles, 1), 0.0)
    number = np.maximum(units, 1)
    gap = np.where(compared, flat - expected, 0.0)
    value = gap.sum(axis=0) / number
    squares = (np.where(compared, gap - value, 0.0) ** 2).sum(axis=0)
    se = np.sqrt(squares / np.maximum(units - 1, 1) / number)
    margin = t.ppf((1 + confidence) / 2, np.maximum(units - 1, 1)) * se
    reason = reasons(panel, units)
    shown = np.where(reason == "", 1.0, np.nan)
    scale = profiles / np.maximum(profiles - 1, 1)  # of the difference for one profile more
    null = np.sqrt((scale**2 * chance * (1 - chance)).sum(axis=0)) / number
    null = np.maximum(null, np.sqrt(MANY * (1 - MANY) / number))
    return Effects(
        value=shown * value, se=shown * se, low=shown * (value - margin), high=shown * (value + margin),
        p_value=shown * upper_tail(chance, np.where(compared, flat, False).sum(axis=0)),
        panel=shown * np.where(compared, expected, 0.0).sum(axis=0) / number, n_units=units,
        power=shown * power_of(MANY, null, units - 1), size=MANY, confidence=confidence, reason=reason,
    )  # fmt: skip


def upper_tail(chance: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Probability of at least `seen` successes in independent trials (first axis) of these probabilities."""
    distribution = np.zeros((chance.shape[1], len(chance) + 1))
    distribution[:, 0] = 1.0
    for trial in chance[chance.any(axis=1)]:
        distribution[:, 1:] = distribution[:, 1:] * (1 - trial[:, None]) + distribution[:, :-1] * trial[:, None]
        distribution[:, 0] *= 1 - trial
    above = np.arange(len(chance) + 1)[None, :] >= seen[:, None]
    return np.minimum(np.where(above, distribution, 0.0).sum(axis=1), 1.0)
