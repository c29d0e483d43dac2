"""The table of ratings, checked, and the units of it that a statistic can use."""

from __future__ import annotations

import numpy as np

from analysis.errors import NotDefined

DECIMALS = 9  # ratings equal to this many decimals are ties: weighted means differ in the last bits


def rating_table(ratings: np.ndarray) -> np.ndarray:
    """Give `ratings` as floats, rounded to `DECIMALS`.

    Parameters
    ----------
    ratings : array, shape (units, jurors)
        Points, NaN where a juror did not rate.

    Raises
    ------
    NotDefined
        There is no rating at all.
    ValueError
        The array has not two dimensions, or holds infinite values.
    """
    table = np.asarray(ratings, dtype=float)
    if table.ndim != 2:
        raise ValueError(f"ratings have the shape units × jurors; this array has {table.ndim} dimensions")
    if np.isinf(table).any():
        raise ValueError("ratings hold an infinite value")
    if np.isnan(table).all():
        raise NotDefined("no_data", "No unit has a rating.")
    return np.round(table, DECIMALS)


def paired_units(table: np.ndarray) -> np.ndarray:
    """Tell which units at least two jurors rated.

    Raises
    ------
    NotDefined
        None.
    """
    paired = (~np.isnan(table)).sum(axis=1) >= 2
    if not paired.any():
        raise NotDefined("one_juror", "Agreement needs a unit rated by two jurors; here there is none.")
    return paired


def used_units(table: np.ndarray, units: str) -> np.ndarray:
    """Tell which units count: `rated`, `paired` (two jurors) or `complete` (every juror who rated; two at least).

    Parameters
    ----------
    table : array, shape (units, jurors)
        Points, NaN where a juror did not rate.
    units
        One of the three.

    Returns
    -------
    array of bool, shape (units,)
    """
    rated = np.isfinite(table)
    least = {"rated": 1, "paired": 2, "complete": max(2, int(rated.any(axis=0).sum()))}[units]
    return rated.sum(axis=1) >= least


def complete_units(table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give the columns of the jurors who rated anything, and tell which units all of them rated.

    Returns
    -------
    table : array, shape (units, jurors who rated)
    complete : array of bool, shape (units,)

    Raises
    ------
    NotDefined
        Fewer than two jurors, or fewer than two units that all of them rated.
    """
    rated = ~np.isnan(table)
    jurors = rated.any(axis=0)
    if jurors.sum() < 2:
        raise NotDefined("too_few_jurors", "Two jurors are needed; here there is one.")
    complete = rated[:, jurors].all(axis=1)
    if complete.sum() < 2:
        raise NotDefined(
            "no_complete_units",
            f"Two units rated by all {jurors.sum()} jurors are needed; here there are {complete.sum()}.",
        )
    return table[:, jurors], complete


def centred(table: np.ndarray) -> np.ndarray:
    """Subtract the mean of all ratings, so that sums of squares keep their digits far from zero."""
    return table - np.nanmean(table)


def unit_sums(table: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give each unit's number of ratings, their sum, and the sum of squares around the unit's own mean."""
    rated = ~np.isnan(table)
    count = rated.sum(axis=1).astype(float)
    total = np.where(rated, table, 0.0).sum(axis=1)
    mean = total / np.maximum(count, 1)
    within = (np.where(rated, table - mean[:, None], 0.0) ** 2).sum(axis=1)
    return count, total, within
