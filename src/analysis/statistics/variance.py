"""Analysis of variance of ratings: units against error, with any missing cells; units and jurors, complete units.

Everything is a closed form of sums over units (`*_features`), so that it can be had for many resamples at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from analysis.errors import NotDefined
from analysis.statistics.ratings import centred, complete_units, rating_table, unit_sums

FLAT = 1e-12  # a sum of squares below this share of the largest is rounding
REMEMBERED = 4  # tables of which the sums are kept, for the ten forms, their intervals and tests


@dataclass(frozen=True)
class OneWay:
    """One-way analysis of variance of rated units.

    Mean squares `between` units and `within` them; the numbers of `units` and `ratings`; the `typical` number of
    ratings of a unit (k0) and the `harmonic` mean; whether every unit has the same number (`balanced`).
    """

    between: float
    within: float
    units: int
    ratings: int
    typical: float
    harmonic: float
    balanced: bool


@dataclass(frozen=True)
class TwoWay:
    """Two-way analysis of variance of complete units: mean squares of units, of jurors, and residual."""

    units_square: float
    jurors_square: float
    residual_square: float
    units: int
    jurors: int


def one_way(ratings: np.ndarray) -> OneWay:
    """One-way analysis of variance of units × jurors, points, NaN where a juror did not rate; any cells may be missing.

    Raises
    ------
    NotDefined
        Fewer than two units, no unit with two ratings, or no variation.
    """
    sums = one_way_sums(ratings)
    between, within, typical, harmonic, units, total = (float(part[0]) for part in one_way_parts(sums))
    balanced = bool(sums[0, 0] * sums[0, 2] == sums[0, 1] ** 2)
    return OneWay(between, within, int(units), int(total), typical, harmonic, balanced)


def two_way(ratings: np.ndarray) -> TwoWay:
    """Two-way analysis of variance of the units of a table (units × jurors, points) that every juror rated.

    Raises
    ------
    NotDefined
        Fewer than two jurors or complete units, or no variation.
    """
    return two_way_of(two_way_sums(ratings))


def two_way_of(sums: np.ndarray) -> TwoWay:
    """Give the analysis of variance of sums of `two_way_features`, shape (1, features)."""
    rows, columns, residual, units, jurors = two_way_parts(sums)
    return TwoWay(float(rows[0]), float(columns[0]), float(residual[0]), int(units[0]), jurors)


def one_way_sums(ratings: np.ndarray) -> np.ndarray:
    """Give the sums of `one_way_features` over all units, shape (1, features); the last few tables are remembered.

    Raises
    ------
    NotDefined
        As `one_way`.
    """
    table = np.asarray(ratings, dtype=float)
    return _one_way_sums(table.tobytes(), table.shape)


def two_way_sums(ratings: np.ndarray) -> np.ndarray:
    """Give the sums of `two_way_features` over complete units, shape (1, features); the last tables are remembered.

    Raises
    ------
    NotDefined
        As `two_way`.
    """
    table = np.asarray(ratings, dtype=float)
    return _two_way_sums(table.tobytes(), table.shape)


@lru_cache(maxsize=REMEMBERED)
def _one_way_sums(marks: bytes, shape: tuple[int, ...]) -> np.ndarray:
    table = rating_table(np.frombuffer(marks).reshape(shape))
    check_one_way(table)
    return _fixed(one_way_features(centred(table)).sum(axis=0)[None])


@lru_cache(maxsize=REMEMBERED)
def _two_way_sums(marks: bytes, shape: tuple[int, ...]) -> np.ndarray:
    table, complete = complete_units(rating_table(np.frombuffer(marks).reshape(shape)))
    check_variation(table[complete])
    return _fixed(two_way_features(centred(table[complete])).sum(axis=0)[None])


def _fixed(sums: np.ndarray) -> np.ndarray:
    sums.flags.writeable = False
    return sums


def check_one_way(table: np.ndarray) -> None:
    """Raise `NotDefined` where the one-way analysis of variance is not defined."""
    count = (~np.isnan(table)).sum(axis=1)
    if (count > 0).sum() < 2:
        raise NotDefined("too_few_units", "An intraclass correlation needs two rated units; here there is one.")
    if count.max() < 2:
        raise NotDefined("one_juror", "An intraclass correlation needs a unit rated by two jurors; there is none.")
    check_variation(table)


def check_variation(table: np.ndarray) -> None:
    """Raise `NotDefined` where all ratings are equal."""
    if np.nanmin(table) == np.nanmax(table):
        raise NotDefined("no_variation", f"Every rating is {np.nanmin(table):g}.")


def one_way_features(table: np.ndarray) -> np.ndarray:
    """Give [1, k, k², 1/k, sum, k mean², squares within] of each rated unit, zeros for the others."""
    count, total, within = unit_sums(table)
    number = np.maximum(count, 1)
    columns = [np.ones(len(table)), count, count**2, 1 / number, total, total**2 / number, within]
    return np.where((count > 0)[:, None], np.column_stack(columns), 0.0)


def one_way_parts(sums: np.ndarray) -> tuple[np.ndarray, ...]:
    """Give mean squares between and within units, typical and harmonic number of ratings, units, ratings."""
    units, count, squares, inverse, total, between, within = sums.T
    with np.errstate(invalid="ignore", divide="ignore"):
        typical = (count - squares / count) / (units - 1)
        scale = np.where(between + within > 0, between + within, np.inf)
        spread = between - total**2 / count
        between = np.where(spread > FLAT * scale, spread, 0.0) / (units - 1)
        within = np.where(within > FLAT * scale, within, 0.0) / (count - units)
        return between, within, typical, units / inverse, units, count


def two_way_features(table: np.ndarray) -> np.ndarray:
    """Give [1, sum, k mean², squares within, mark of each juror] of each complete unit."""
    count, total, within = unit_sums(table)
    return np.column_stack([np.ones(len(table)), total, total**2 / count, within, table])


def two_way_parts(sums: np.ndarray) -> tuple[np.ndarray, ...]:
    """Give the mean squares of units, jurors, residual, then the numbers of units and jurors."""
    units, total, between, within = sums[:, :4].T
    jurors = sums.shape[1] - 4
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = total**2 / (units * jurors)
        columns = (sums[:, 4:] ** 2).sum(axis=1) / units
        scale = FLAT * (between + within + columns)
        squares = [between - mean, columns - mean, within - (columns - mean)]
        rows, columns, residual = (np.where(square > scale, square, 0.0) for square in squares)
        return rows / (units - 1), columns / (jurors - 1), residual / ((units - 1) * (jurors - 1)), units, jurors
