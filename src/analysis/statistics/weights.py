"""Agreement weights of the levels of a scale: how much two marks agree, 1 where they are equal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from analysis.errors import NotDefined

Family = Literal["identity", "linear", "quadratic", "ordinal", "radical", "ratio"]


def agreement_weights(levels: Sequence[float], family: Family) -> np.ndarray:
    """Give the agreement of every pair of levels under a family of weights.

    Parameters
    ----------
    levels
        Every mark the scale allows, increasing, also those nobody gave.
    family
        `identity`: equal or not; `linear`, `quadratic`, `radical`: 1 less the distance, its square, its root, as a
        share of the largest; `ratio`: the squared distance over the squared sum; `ordinal`: Gwet's, from the number of
        pairs of levels between two levels, so that only their order counts.

    Returns
    -------
    array, shape (levels, levels)
        0-1, symmetric, 1 on the diagonal.

    Raises
    ------
    NotDefined
        Fewer than two levels, or negative ones under `ratio`.

    Source
    ------
    Gwet (2014), Handbook of Inter-Rater Reliability, 4th ed., ch. 3; linear and quadratic: Cohen (1968).

    >>> agreement_weights([1, 2, 3], "linear")
    array([[1. , 0.5, 0. ],
           [0.5, 1. , 0.5],
           [0. , 0.5, 1. ]])
    """
    values = np.asarray(levels, dtype=float)
    if len(values) < 2:
        raise NotDefined("wrong_level", "Agreement weights need a scale with two levels.")
    if family == "identity":
        return np.eye(len(values))
    distance = _distance(values, family)
    return 1 - distance / distance.max()


def _distance(values: np.ndarray, family: Family) -> np.ndarray:
    gap = np.abs(values[:, None] - values)
    if family == "linear":
        return gap
    if family == "quadratic":
        return gap**2
    if family == "radical":
        return np.sqrt(gap)
    if family == "ordinal":
        place = np.arange(len(values))
        apart = np.abs(place[:, None] - place)
        return apart * (apart + 1) / 2
    return ratio_distance(values)


def ratio_distance(values: np.ndarray) -> np.ndarray:
    """Give the squared ratio of difference to sum of every pair of values, 0 to 1, shape (values, values).

    Raises
    ------
    NotDefined
        A value is negative.
    """
    if (values < 0).any():
        raise NotDefined("wrong_level", f"Ratios need marks of 0 or more; here {values.min():g}.")
    total = values[:, None] + values
    return ((values[:, None] - values) / np.where(total > 0, total, 1.0)) ** 2


def checked_weights(weights: Family | np.ndarray, levels: Sequence[float]) -> np.ndarray:
    """Give the matrix of a family's name, or a matrix of one's own after a check.

    Raises
    ------
    NotDefined
        The scale has fewer than two levels.
    ValueError
        A matrix of one's own does not fit the levels, is not symmetric, or its diagonal is not 1.
    """
    if isinstance(weights, str):
        return agreement_weights(levels, weights)
    matrix = np.asarray(weights, dtype=float)
    if matrix.shape != (len(levels), len(levels)):
        raise ValueError(f"weights of {len(levels)} levels are {len(levels)} × {len(levels)}, not {matrix.shape}")
    if not np.allclose(matrix, matrix.T) or not np.allclose(np.diag(matrix), 1):
        raise ValueError("agreement weights are symmetric with 1 on the diagonal")
    return matrix
