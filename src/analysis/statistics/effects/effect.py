"""One effect of every juror: its size, error, test, and the chance to have seen it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.stats import t

from analysis.errors import REASONS, NotDefined

LEVEL = 0.05  # of the tests whose power is given
ROUNDING = 1e-9  # a standard error below this is rounding


@dataclass(frozen=True)
class Effect:
    """One effect of one juror; the fields are those of `Effects`."""

    value: float
    se: float
    low: float
    high: float
    p_value: float
    panel: float
    n_units: int
    power: float
    size: float
    confidence: float


@dataclass(frozen=True)
class Effects:
    """One effect of every juror; arrays have one entry a juror, NaN where `reason` is not empty.

    `value`: the effect; `panel`: what it is tested against, the other jurors' value. `se`, `low`, `high`: of the
    value. `p_value`: that the juror differs from the panel by chance. `n_units`: dossiers that entered. `power`: the
    probability that a juror with these dossiers, in a panel with this noise, is found at `LEVEL` where the value lies
    `size` from the panel's (the size that counts). `reason`: a code of `errors.REASONS`, or empty.
    """

    value: np.ndarray
    se: np.ndarray
    low: np.ndarray
    high: np.ndarray
    p_value: np.ndarray
    panel: np.ndarray
    n_units: np.ndarray
    power: np.ndarray
    size: float
    confidence: float
    reason: np.ndarray

    def juror(self, place: int) -> Effect:
        """Give the effect of one juror.

        Raises
        ------
        NotDefined
            The juror's `reason`.
        """
        if self.reason[place]:
            number = int(self.n_units[place])
            raise NotDefined(self.reason[place], f"{REASONS[self.reason[place]]}; dossiers that count: {number}")
        fields = ("value", "se", "low", "high", "p_value", "panel", "n_units", "power")
        numbers = {name: getattr(self, name)[place].item() for name in fields}
        return Effect(**numbers, size=self.size, confidence=self.confidence)


def power_of(size: float | np.ndarray, se: np.ndarray, df: np.ndarray) -> np.ndarray:
    """Probability that a two-sided t test at `LEVEL` sees an effect of this size; shifted t for the noncentral one."""
    with np.errstate(invalid="ignore", divide="ignore"):
        shift, critical = np.abs(size) / se, t.ppf(1 - LEVEL / 2, np.maximum(df, 1))
        return t.sf(critical - shift, np.maximum(df, 1)) + t.sf(critical + shift, np.maximum(df, 1))


def typical_error(se: np.ndarray, units: np.ndarray) -> np.ndarray:
    """Standard error that a juror with these dossiers has where the noise is the panel's: the median over jurors."""
    scaled = (se**2 * units)[np.isfinite(se) & (se > ROUNDING)]
    if not len(scaled):
        return np.full(len(se), np.nan)
    return np.sqrt(np.median(scaled) / np.maximum(units, 1))


def two_sided(value: np.ndarray, se: np.ndarray, df: np.ndarray) -> np.ndarray:
    """P value of a t test, NaN where there is no standard error."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(se > ROUNDING, 2 * t.sf(np.abs(value) / se, np.maximum(df, 1)), np.nan)


def without_each(sums: np.ndarray, combine: Callable[[np.ndarray], np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Give a statistic of every juror, and the same without each office in turn.

    Parameters
    ----------
    sums : array, shape (offices, jurors, sums)
        What each office adds.
    combine
        Sums (..., jurors, sums) → values (..., jurors).

    Returns
    -------
    values : array, shape (jurors,)
    without : array, shape (offices, jurors)
    """
    total = sums.sum(axis=0)
    return combine(total), combine(total - sums)


def jackknife_error(without: np.ndarray, used: np.ndarray) -> np.ndarray:
    """Standard error from the values without each office in turn; `used`: offices of each juror."""
    number = np.maximum(used, 2)
    spread = ((without - without.mean(axis=0)) ** 2).sum(axis=0)
    return np.sqrt(spread * (number - 1) / number)


def others_mean(values: np.ndarray) -> np.ndarray:
    """Mean of the other jurors' values, along the last axis."""
    defined = np.isfinite(values)
    filled = np.where(defined, values, 0.0)
    count = defined.sum(axis=-1, keepdims=True) - defined
    with np.errstate(invalid="ignore", divide="ignore"):
        return (filled.sum(axis=-1, keepdims=True) - filled) / count


@dataclass(frozen=True)
class Jackknifed:
    """A statistic of every juror, its comparison with the panel, and both without each office; see `effects_of`."""

    value: np.ndarray
    value_without: np.ndarray
    contrast: np.ndarray
    contrast_without: np.ndarray
    panel: np.ndarray
    units: np.ndarray


def effects_of(
    found: Jackknifed, *, sizes: np.ndarray | float, size: float, reason: np.ndarray, confidence: float
) -> Effects:
    """Test the contrast of every juror with the panel by the jackknife over offices.

    Parameters
    ----------
    found
        The statistic.
    sizes
        The size that counts on the scale of the contrast, one or one a juror.
    size
        The same as it is reported.
    reason
        Why a juror has none, or "".
    confidence
        Of the intervals (t).
    """
    df = found.units - 1
    se = jackknife_error(found.value_without, found.units)
    contrast_se = jackknife_error(found.contrast_without, found.units)
    p_value = two_sided(found.contrast, contrast_se, df)
    reason = np.where((reason == "") & ~np.isfinite(p_value), "no_variation", reason)
    shown = np.where(reason == "", 1.0, np.nan)
    margin = t.ppf((1 + confidence) / 2, np.maximum(df, 1)) * se
    return Effects(
        value=shown * found.value, se=shown * se, low=shown * (found.value - margin),
        high=shown * (found.value + margin), p_value=shown * p_value, panel=shown * found.panel,
        n_units=found.units, power=shown * power_of(sizes, typical_error(shown * contrast_se, found.units), df),
        size=size, confidence=confidence, reason=reason,
    )  # fmt: skip


def few(units: np.ndarray, least: int) -> np.ndarray:
    """Give the reason of the jurors with fewer dossiers than `least`."""
    return np.where(units < least, "too_few_units", "").astype(object)
