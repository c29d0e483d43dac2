"""Marks as counts of the declared levels of a scale: units × levels, jurors × levels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from analysis.errors import NotDefined
from analysis.statistics.ratings import rating_table

TOLERANCE = 1e-8  # a mark this near a level is that level


@dataclass(frozen=True)
class Counts:
    """Marks by level.

    Parameters
    ----------
    codes : array of int, shape (units, jurors)
        Place of each mark among the levels, -1 = not rated.
    levels : array, shape (levels,)
        Declared levels, increasing, also those nobody gave.
    """

    codes: np.ndarray
    levels: np.ndarray

    @cached_property
    def units(self) -> np.ndarray:
        """How often each unit got each level; shape (units, levels)."""
        unit, juror = np.nonzero(self.codes >= 0)
        place = unit * len(self.levels) + self.codes[unit, juror]
        return np.bincount(place, minlength=len(self.codes) * len(self.levels)).reshape(-1, len(self.levels)) * 1.0

    @cached_property
    def number(self) -> np.ndarray:
        """Marks of each unit; shape (units,)."""
        return (self.codes >= 0).sum(axis=1)

    @cached_property
    def jurors(self) -> np.ndarray:
        """1 where the juror gave the unit the level; shape (units, jurors, levels)."""
        return (self.codes[:, :, None] == np.arange(len(self.levels))) * 1.0


def count_marks(ratings: np.ndarray, *, levels: Sequence[float]) -> Counts:
    """Count the marks by level.

    Parameters
    ----------
    ratings : array, shape (units, jurors)
        Points, NaN where a juror did not rate.
    levels
        Every mark the scale allows, increasing.

    Returns
    -------
    Counts
        How often each level was given, unit by unit.

    Raises
    ------
    NotDefined
        There is no rating, or the scale declares no levels.
    ValueError
        A mark is no declared level, or the levels do not increase.
    """
    table = rating_table(ratings)
    declared = np.asarray(levels, dtype=float)
    if not len(declared):
        raise NotDefined("wrong_level", "The scale has no steps, so no levels to count.")
    if (np.diff(declared) <= 0).any():
        raise ValueError("the levels of a scale are given in increasing order")
    rated = ~np.isnan(table)
    marks = table[rated]
    nearest = np.searchsorted((declared[1:] + declared[:-1]) / 2, marks)
    off = np.abs(marks - declared[nearest]) > TOLERANCE
    if off.any():
        raise ValueError(
            f"the mark {marks[off][0]:g} is none of the {len(declared)} levels declared"
            f" from {declared[0]:g} to {declared[-1]:g}"
        )
    codes = np.full(table.shape, -1)
    codes[rated] = nearest
    return Counts(codes, declared)


def value_counts(table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give the distinct values of units with two ratings, and each unit's count of every one of them."""
    rated = ~np.isnan(table) & ((~np.isnan(table)).sum(axis=1) >= 2)[:, None]
    values, codes = np.unique(table[rated], return_inverse=True)
    unit = np.nonzero(rated)[0]
    counts = np.bincount(unit * len(values) + codes.ravel(), minlength=len(table) * len(values))
    return values, counts.reshape(len(table), len(values)).astype(float)
