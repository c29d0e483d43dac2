"""One effect of every juror: its size, error, test, and the chance to have seen it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.stats import nct, t

LEVEL = 0.05  # of the tests whose power is given
ROUNDING = 1e-9  # a standard error below this is rounding
SUREST = 30.0  # standard errors from which power is 1


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


def power_of(size: float | np.ndarray, se: np.ndarray, df: np.ndarray) -> np.ndarray:
    """Probability that a two-sided t test at `LEVEL` sees an effect of this size (noncentral t)."""
    df = np.maximum(df, 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        shift, critical = np.minimum(np.abs(size) / se, SUREST), t.ppf(1 - LEVEL / 2, df)
        return nct.sf(critical, df, shift) + nct.cdf(-critical, df, shift)


def typical_error(se: np.ndarray, units: np.ndarray) -> np.ndarray:
    """Standard error that a juror with these offices has where the noise is the panel's: the median over jurors."""
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
        NaN where not defined.
    """
    total = sums.sum(axis=0)
    values, without = combine(total), combine(total - sums)
    return np.where(np.isfinite(values), values, np.nan), np.where(np.isfinite(without), without, np.nan)


def jackknife_error(value: np.ndarray, without: np.ndarray, used: np.ndarray) -> np.ndarray:
    """Standard error from the values without each office in turn; `used`: offices of each juror.

    Marks are not centred anew without each office; its influence is therefore taken n/(n - 1) times as large, as it
    would be on a sum of squares.
    """
    number = np.maximum(used, 2)
    return np.sqrt(((without - value) ** 2).sum(axis=0) * number / (number - 1))


def others_mean(values: np.ndarray) -> np.ndarray:
    """Mean of the other jurors' values, along the last axis."""
    defined = np.isfinite(values)
    filled = np.where(defined, values, 0.0)
    count = defined.sum(axis=-1, keepdims=True) - defined
    with np.errstate(invalid="ignore", divide="ignore"):
        return (filled.sum(axis=-1, keepdims=True) - filled) / count


def others_median(values: np.ndarray) -> np.ndarray:
    """Median of the other jurors' values, along the last axis: one unusual juror does not move it."""
    order = np.argsort(values, axis=-1)  # NaN last
    rank = np.argsort(order, axis=-1)
    ranked = np.take_along_axis(values, order, axis=-1)
    defined = np.isfinite(values)
    left = defined.sum(axis=-1, keepdims=True) - defined  # others that have a value
    middle = []
    for place in ((left - 1) // 2, left // 2):
        place = np.maximum(place, 0)
        place = place + (place >= rank)
        middle.append(np.take_along_axis(ranked, np.minimum(place, values.shape[-1] - 1), axis=-1))
    return np.where(left > 0, (middle[0] + middle[1]) / 2, np.nan)


@dataclass(frozen=True)
class Jackknifed:
    """A statistic of every juror with and without each office.

    `value` (jurors,) and `without` (offices × jurors) on the scale of the test, `shown` turns them into what is
    reported; `units`, `offices`: dossiers of each juror and their offices.
    """

    value: np.ndarray
    without: np.ndarray
    units: np.ndarray
    offices: np.ndarray
    shown: Callable[[np.ndarray], np.ndarray]


def beside_panel(
    found: Jackknifed, *, distance: Callable[[np.ndarray], np.ndarray], size: float, reason: np.ndarray,
    confidence: float,
) -> Effects:  # fmt: skip
    """Test the distance of every juror from the median of the others by the jackknife over offices.

    The standard error is that of the distance from the others' mean, widened by what a median of as many independent
    values is less precise (π/2): the jackknife of a median itself is not reliable.

    Parameters
    ----------
    found
        The statistic.
    distance
        Gives the size that counts on the scale of the test from the others' median.
    size
        The size that counts as it is reported.
    reason
        Why a juror has none, or "".
    confidence
        Of the intervals (t).

    Source
    ------
    Efron & Tibshirani (1993), An Introduction to the Bootstrap, ch. 11.
    """
    df = found.offices - 2
    middle, se = others_median(found.value), jackknife_error(found.value, found.without, found.offices)
    from_mean = found.value - others_mean(found.value), found.without - others_mean(found.without)
    count = np.maximum(np.isfinite(found.value).sum() - 1, 1)
    widening = np.sqrt((1 + np.pi / 2 / count) / (1 + 1 / count)) if count > 2 else 1.0
    error = widening * jackknife_error(*from_mean, found.offices)
    p_value = two_sided(found.value - middle, error, df)
    reason = np.where((reason == "") & ~np.isfinite(p_value), "no_variation", reason)
    judged = np.where(reason == "", 1.0, np.nan)
    margin = t.ppf((1 + confidence) / 2, np.maximum(df, 1)) * se
    return Effects(
        value=judged * found.shown(found.value),
        se=judged * jackknife_error(found.shown(found.value), found.shown(found.without), found.offices),
        low=judged * found.shown(found.value - margin), high=judged * found.shown(found.value + margin),
        p_value=judged * p_value, panel=judged * found.shown(middle), n_units=found.units,
        power=judged * power_of(distance(middle), typical_error(judged * error, found.offices), df),
        size=size, confidence=confidence, reason=reason,
    )  # fmt: skip


def few(units: np.ndarray, least: int) -> np.ndarray:
    """Give the reason of the jurors with fewer dossiers than `least`."""
    return np.where(units < least, "too_few_units", "").astype(object)
