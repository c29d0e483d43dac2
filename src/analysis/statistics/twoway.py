"""The two-way jackknife: how far a coefficient would move before other offices and other jurors of the same kind."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.stats import t

from analysis.errors import NotDefined
from analysis.statistics.jackknife import check_left_out, jackknife_variance, lower_end, stretch
from analysis.statistics.resample import SAME, Interval, cluster_index

GROUPS = 16  # of offices, out of which one juror's marks are left at once
FEWEST_JURORS = 3


def without_each_juror(ratings: np.ndarray, statistic: Callable[[np.ndarray], float]) -> np.ndarray:
    """Compute `statistic` without each juror who rated, in the order of the columns.

    Raises
    ------
    NotDefined
        There are fewer than `FEWEST_JURORS` jurors (`too_few_jurors`), or the statistic is not defined without one of
        them (`no_resampling`).
    """
    jurors = np.flatnonzero((~np.isnan(ratings)).any(axis=0))
    if len(jurors) < FEWEST_JURORS:
        raise NotDefined("too_few_jurors", f"Leaving out jurors needs {FEWEST_JURORS} of them; here {len(jurors)}.")
    everyone = np.ones(len(ratings), dtype=bool)
    return np.array([_without_marks(ratings, juror, everyone, statistic) for juror in jurors])


def shared_variance(
    ratings: np.ndarray, statistic: Callable[[np.ndarray], float], *, value: float, cluster: np.ndarray,
    without_jurors: np.ndarray,
) -> float:  # fmt: skip
    """Give the part of the variance over jurors that is that of single marks, which the offices already carry.

    Each juror's marks in one group of offices after another are left out. How far that moves the value, around the
    juror's own mean, is the noise of marks; it is put on the scale of leaving out the whole juror, where the marks that
    stay weigh more, by the slope of the one on the sum of the other.

    Parameters
    ----------
    ratings : array, shape (units, jurors)
    statistic
        Ratings → the number.
    value
        The statistic of all ratings.
    cluster : array, shape (units,)
        Office of each unit.
    without_jurors : array, shape (jurors who rated,)
        As `without_each_juror` gives it.

    Raises
    ------
    NotDefined
        As `without_each_juror`.
    """
    index = cluster_index(cluster)
    groups = min(GROUPS, index.max() + 1)
    group = index * groups // (index.max() + 1)
    jurors = np.flatnonzero((~np.isnan(ratings)).any(axis=0))
    moved = np.array(
        [[value - _without_marks(ratings, juror, group == one, statistic) for one in range(groups)] for juror in jurors]
    )
    sums = moved.sum(axis=1)
    slope = (value - without_jurors) @ sums / (sums @ sums) if sums.any() else 1.0
    noise = (moved.var(axis=1, ddof=1) * groups).sum()
    return float((len(jurors) - 1) / len(jurors) * slope**2 * noise)


def two_way_interval(
    value: float, *, without_offices: np.ndarray, without_jurors: np.ndarray, shared: float,
    bounds: tuple[float, float], confidence: float,
) -> Interval:  # fmt: skip
    """Interval for other offices and other jurors: variances over both, less what they share, t after Satterthwaite.

    Parameters
    ----------
    value
        The coefficient of the data as they are.
    without_offices, without_jurors : arrays
        The coefficient without each office and without each juror.
    shared
        As `shared_variance` gives it; 0 where it is not known, which makes the interval wider.
    bounds
        Range of the coefficient, which gives the scale; see `jackknife.stretch`.
    confidence
        Between 0 and 1.

    Returns
    -------
    Interval
        In the unit of the value, never beyond its range.

    Raises
    ------
    NotDefined
        As `jackknife.jackknife_interval`; too few jurors.

    Source
    ------
    Variance V = V_offices + max(0, V_jurors - V_shared), after Owen (2007), Ann. Appl. Stat. 1, 386-411, and Cameron,
    Gelbach & Miller (2011), J. Bus. Econ. Stat. 29, 238-249; degrees of freedom after Satterthwaite (1946), Biometrics
    Bull. 2, 110-114, from V_offices with offices - 1 and V_jurors with jurors - 1. The centre is that of the jackknife
    over offices.
    """
    offices, jurors = len(without_offices), len(without_jurors)
    check_left_out(value, without_offices)
    low, high = bounds
    scale = stretch(lower_end(low, high, np.append(without_offices, value)), high)
    if high - value <= SAME or value - low <= SAME:
        raise NotDefined("no_resampling", "The coefficient lies at an end of its range.")
    by_offices, by_jurors = jackknife_variance(without_offices), jackknife_variance(without_jurors)
    degrees = (by_offices + by_jurors) ** 2 / (by_offices**2 / (offices - 1) + by_jurors**2 / (jurors - 1))
    se = np.sqrt(by_offices + max(0.0, by_jurors - shared))
    with np.errstate(divide="ignore", invalid="ignore"):
        bias = (offices - 1) * (scale.to(without_offices).mean() - scale.to(value))
    half = t.ppf((1 + confidence) / 2, degrees) * se * scale.slope(value)
    centre = scale.to(value) - (bias if abs(bias) < half else 0.0)
    ends = scale.back(np.array([centre - half, centre + half]))
    method = f"two-way jackknife over {offices} offices and {jurors} jurors"
    return Interval(float(ends[0]), float(ends[1]), float(se), confidence, method)


def _without_marks(
    ratings: np.ndarray, juror: int, units: np.ndarray, statistic: Callable[[np.ndarray], float]
) -> float:
    rest = ratings.copy()
    rest[units, juror] = np.nan
    try:
        return statistic(rest)
    except NotDefined as reason:
        raise NotDefined("no_resampling", f"Not defined without the marks of a juror: {reason.detail}") from reason
