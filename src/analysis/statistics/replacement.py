"""What another panel would have decided: how many of the awarded it would award again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.errors import NotDefined

DRAWS = 4000
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Again:
    """Number of the awarded that a second panel would award again: expected, and the ends of a prediction interval.

    `awarded` is how many there are; `draws` is how many second panels were drawn.
    """

    value: float
    low: float
    high: float
    awarded: int
    draws: int


def certified_again(
    expected: np.ndarray, *, prediction_variance: np.ndarray, error_variance: np.ndarray | float, awarded: np.ndarray,
    rng: np.random.Generator, categories: np.ndarray | None = None,
) -> Again:  # fmt: skip
    """Predict how many of the awarded dossiers a second panel would award again.

    Each second panel is drawn: true values of the dossiers around what is expected of them, marks of the panel around
    these. It awards as many dossiers as were awarded, in each category as many as there; ties are broken by draw.

    Parameters
    ----------
    expected : array, shape (dossiers,)
        Best prediction of each dossier's true value: the mean plus its BLUP, not the mark it received.
    prediction_variance : array, shape (dossiers,)
        Error variance of that prediction. Errors of different dossiers are drawn independently.
    error_variance : array, shape (dossiers,), or number
        Error variance of the second panel's mean of a dossier: the absolute one where every dossier meets its own
        jurors, the relative one where the whole panel judges all.
    awarded : array of bool, shape (dossiers,)
        Who was awarded.
    rng
        Random numbers.
    categories : array, shape (dossiers,)
        Where awards go by category, the category of each dossier; None where they go over all.

    Returns
    -------
    Again
        Expected number, and 95 % of the second panels lie between the ends.

    Raises
    ------
    NotDefined
        Nothing was awarded.
    ValueError
        A value is missing or a variance is negative.

    Source
    ------
    Predictive simulation of the consistency of decisions; for many dossiers it is the bivariate normal of Peng &
    Subkoviak (1980), J. Educ. Meas. 17, 359-368.

    >>> marks = np.array([9.0, 7.0, 5.0, 3.0])
    >>> certain = certified_again(marks, prediction_variance=np.zeros(4), error_variance=0.0, awarded=marks > 6,
    ...     rng=np.random.default_rng(1))
    >>> certain.value, certain.low, certain.high
    (2.0, 2.0, 2.0)
    """
    expected, awarded = np.asarray(expected, dtype=float), np.asarray(awarded, dtype=bool)
    variance = np.asarray(prediction_variance, dtype=float) + error_variance
    if not (np.isfinite(expected).all() and (variance >= 0).all()):
        raise ValueError("every dossier needs an expected value and variances of zero or more")
    if not awarded.any():
        raise NotDefined("too_few_units", "No dossier was awarded.")
    labels = np.zeros(len(expected)) if categories is None else np.asarray(categories)
    again = np.zeros(DRAWS)
    for label in np.unique(labels[awarded]):
        inside = labels == label
        again += _awarded_again(expected[inside], np.sqrt(variance[inside]), awarded[inside], rng)
    low, high = np.quantile(again, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2], method="inverted_cdf")
    return Again(float(again.mean()), float(low), float(high), int(awarded.sum()), DRAWS)


def _awarded_again(
    expected: np.ndarray, spread: np.ndarray, awarded: np.ndarray, rng: np.random.Generator
) -> np.ndarray:  # fmt: skip
    """Count, in each draw of marks, the awarded among the best as many."""
    marks = expected + spread * rng.standard_normal((DRAWS, len(expected)))
    order = np.lexsort((rng.random(marks.shape), marks), axis=-1)
    return awarded[order[:, -awarded.sum() :]].sum(axis=1)
