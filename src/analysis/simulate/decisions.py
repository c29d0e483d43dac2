"""Who is shortlisted and who is awarded in the demo: means of jurors, weighted; no part of the measures is used."""

from __future__ import annotations

import math

import numpy as np

from analysis.config import Edition

EQUAL = 9
"""Decimals at which two totals count as equal."""


def composite(marks: np.ndarray, edition: Edition) -> np.ndarray:
    """Give each dossier's mean over jurors of their weighted means over criteria, in per cent of the scale.

    Parameters
    ----------
    marks : array, shape (dossiers, jurors, criteria)
        Points, NaN where there is no mark. A juror's mean needs half of the weight.
    edition
        Criteria with their weights and scales.

    Returns
    -------
    ndarray, shape (dossiers,)
        NaN where nobody marked the dossier.
    """
    percent = np.empty_like(marks)
    for place, criterion in enumerate(edition.criteria):
        scale = edition.scale(criterion.id)
        percent[:, :, place] = 100 * (marks[:, :, place] - scale.minimum) / (scale.maximum - scale.minimum)
    weight = np.array([criterion.weight for criterion in edition.criteria])
    there = np.isfinite(percent)
    used = there @ weight
    own = np.where(there, percent, 0) @ weight / np.where(used > 0, used, np.nan)
    own = np.where(used >= weight.sum() / 2, own, np.nan)
    judged = np.isfinite(own)
    count = judged.sum(axis=1)
    return np.where(judged, own, 0).sum(axis=1) / np.where(count > 0, count, np.nan)


def shortlisted(first: np.ndarray, share: float) -> np.ndarray:
    """Tell which dossiers go on to the second stage: the best part by the first."""
    chosen = np.zeros(len(first), bool)
    chosen[np.argsort(-first, kind="stable")[: math.ceil(len(first) * share)]] = True
    return chosen


def awarded(stages: list[np.ndarray], edition: Edition) -> tuple[np.ndarray, int]:
    """Apply the rule `share` of an edition to those who reached the second stage; the second stage settles ties.

    Returns
    -------
    flags : ndarray of bool
        Who is awarded.
    best : int
        The place in the arrays of the highest total.
    """
    first, second = stages
    weight = [edition.decision.weights[stage.id] for stage in edition.stages]
    total = (weight[0] * first + weight[1] * second) / sum(weight)
    keys = [np.round(np.where(np.isfinite(total), key, -np.inf), EQUAL) for key in (second, total)]
    order = np.lexsort([-key for key in keys])
    places = math.floor(len(total) * edition.decision.value + 1e-9)
    flags = np.zeros(len(total), bool)
    flags[order[:places]] = True
    return flags, int(order[0])
