"""The jackknife over offices, on a scale on which a coefficient with ends is free of them.

Leaving out one office after another needs no random numbers and any coefficient allows it. The interval is that of
Tukey's pseudo-values, which carries the correction of the bias with it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.stats import t

from analysis.errors import NotDefined
from analysis.statistics.resample import FEWEST_CLUSTERS, SAME, Interval


@dataclass(frozen=True)
class Stretch:
    """A scale without ends: `to` it, `back` from it, and its `slope` at a value."""

    to: Callable[[np.ndarray], np.ndarray]
    back: Callable[[np.ndarray], np.ndarray]
    slope: Callable[[float], float]


def stretch(low: float, high: float) -> Stretch:
    """Give the scale that puts the ends of a range at infinity.

    Parameters
    ----------
    low, high
        Range of a coefficient; infinite where it has no end.

    Returns
    -------
    Stretch
        log((x - low) / (high - x)): twice Fisher's z for -1 to 1, the logit for 0 to 1; with one end the logarithm of
        the distance from it; without ends the coefficient as it is.

    Source
    ------
    Fisher (1921), Metron 1, 3-32; Arvesen & Schmitz (1970), Biometrics 26, 677-686, for the jackknife on such scales.

    >>> fisher = stretch(-1, 1)
    >>> round(float(fisher.back(fisher.to(0.6))), 12)
    0.6
    """
    if np.isfinite(low) and np.isfinite(high):
        return Stretch(
            lambda x: np.log((x - low) / (high - x)),
            lambda y: low + (high - low) / (1 + np.exp(-y)),
            lambda x: (high - low) / ((x - low) * (high - x)),
        )
    if np.isfinite(high):
        return Stretch(lambda x: -np.log(high - x), lambda y: high - np.exp(-y), lambda x: 1 / (high - x))
    if np.isfinite(low):
        return Stretch(lambda x: np.log(x - low), lambda y: low + np.exp(y), lambda x: 1 / (x - low))
    return Stretch(lambda x: x, lambda y: y, lambda x: 1.0)


def lower_end(low: float, high: float, values: np.ndarray) -> float:
    """Give the lower end of the scale: -high where a coefficient has none and all values lie above that.

    An intraclass correlation of few units may fall below -1, which Fisher's z does not allow.
    """
    return -high if np.isneginf(low) and np.isfinite(high) and (values > -high).all() else low


def jackknife_variance(values: np.ndarray) -> float:
    """Variance of an estimate from its values without each cluster: (n - 1)/n times their summed squared distance."""
    return float((len(values) - 1) / len(values) * ((values - values.mean()) ** 2).sum())


def jackknife_interval(
    value: float, without_each: np.ndarray, *, low: float, high: float, confidence: float
) -> Interval:
    """Jackknife interval over offices: pseudo-values on the scale without ends, t with offices - 1 degrees of freedom.

    Parameters
    ----------
    value
        The coefficient of the data as they are.
    without_each : array, shape (clusters,)
        The coefficient without each cluster that carries data.
    low, high
        Range of the coefficient, which gives the scale; see `stretch`.
    confidence
        Between 0 and 1.

    Returns
    -------
    Interval
        In the unit of the value, never beyond its range; `se` is the jackknife standard error in that unit.

    Raises
    ------
    NotDefined
        Fewer than `FEWEST_CLUSTERS` clusters (`too_few_units`); or (`no_resampling`) the coefficient is not defined, or
        lies at an end of its range, without one of them; or all values are equal.

    Source
    ------
    Tukey (1958), Ann. Math. Stat. 29, 614; Arvesen (1969), Ann. Math. Stat. 40, 2076-2100, for U-statistics and
    functions of them.
    """
    clusters = len(without_each)
    check_left_out(value, without_each)
    values = np.append(without_each, value)
    low = lower_end(low, high, values)
    if high - values.max() <= SAME or values.min() - low <= SAME:
        raise NotDefined("no_resampling", "Without one of the offices the coefficient lies at an end of its range.")
    scale = stretch(low, high)
    there, left_out = scale.to(value), scale.to(without_each)
    centre = clusters * there - (clusters - 1) * left_out.mean()
    half = t.ppf((1 + confidence) / 2, clusters - 1) * np.sqrt(jackknife_variance(left_out))
    if abs(centre - there) > half:
        raise NotDefined("no_resampling", "The bias that the jackknife sees is larger than its interval.")
    ends = scale.back(np.array([centre - half, centre + half]))
    se = np.sqrt(jackknife_variance(without_each))
    return Interval(float(ends[0]), float(ends[1]), float(se), confidence, f"jackknife over {clusters} offices")


def check_left_out(value: float, without_each: np.ndarray) -> None:
    """Raise `NotDefined` where values without each cluster (NaN: not defined) cannot say how far an estimate varies."""
    clusters = len(without_each)
    if clusters < FEWEST_CLUSTERS:
        raise NotDefined("too_few_units", f"The jackknife needs {FEWEST_CLUSTERS} offices with data; here {clusters}.")
    if np.isnan(without_each).any():
        missing = int(np.isnan(without_each).sum())
        raise NotDefined("no_resampling", f"The coefficient is not defined without {missing} of {clusters} offices.")
    if np.abs(without_each - value).max() <= SAME * max(1.0, abs(value)):
        raise NotDefined("no_resampling", f"Leaving out any office gives {value:.6g}: no variation to be seen.")
