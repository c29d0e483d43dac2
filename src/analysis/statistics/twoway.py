"""The two-way jackknife: how far a coefficient would move before other offices and other jurors of the same kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.stats import t

from analysis.errors import NotDefined
from analysis.statistics.jackknife import check_left_out, jackknife_variance, lower_end, stretch
from analysis.statistics.resample import SAME, Additive, Interval, Reweighted, cluster_index, resampled_values

GROUPS = 16  # of offices, out of which one juror's marks are left at once
FEWEST_JURORS = 3


@dataclass(frozen=True)
class LeftOut:
    """Values of a coefficient without some marks.

    Attributes
    ----------
    jurors : array, shape (jurors,)
        Without each juror who rated.
    marks : array, shape (jurors, groups)
        Without the marks of one juror in one group of offices; no group where the coefficient cannot be evaluated so.
    """

    jurors: np.ndarray
    marks: np.ndarray


def left_out_one_by_one(ratings: np.ndarray, statistic: Callable[[np.ndarray], float]) -> LeftOut:
    """Compute `statistic` without each juror, from the table without the marks.

    Raises
    ------
    NotDefined
        There are fewer than `FEWEST_JURORS` jurors (`too_few_jurors`), or the statistic is not defined without one of
        them (`no_resampling`).
    """
    found = []
    for juror in _jurors(ratings):
        rest = ratings.copy()
        rest[:, juror] = np.nan
        try:
            found.append(statistic(rest))
        except NotDefined as reason:
            raise NotDefined("no_resampling", f"Not defined without one of the jurors: {reason.detail}") from reason
    return LeftOut(np.array(found), np.empty((len(found), 0)))


def left_out_at_once(
    ratings: np.ndarray, prepare: Callable[[np.ndarray, np.ndarray], Additive | Reweighted], *, cluster: np.ndarray
) -> LeftOut:
    """Give the values without each juror, and without a juror's marks in each group of offices, by weights.

    The table is laid out with, under its units, the same units without the first juror, without the second, and so on;
    to leave out marks is to take some units from another layer.

    Parameters
    ----------
    ratings : array, shape (units, jurors)
    prepare
        Ratings, cluster → the coefficient as a function of cluster weights.
    cluster : array, shape (units,)
        Office of each unit.

    Raises
    ------
    NotDefined
        As `left_out_one_by_one`.
    """
    jurors, units = _jurors(ratings), len(ratings)
    layers = np.repeat(ratings[None], len(jurors) + 1, axis=0)
    layers[np.arange(1, len(jurors) + 1), :, jurors] = np.nan
    index = cluster_index(cluster)
    groups = min(GROUPS, index.max() + 1)
    within = (index * groups // (index.max() + 1))[None] == np.arange(-1, groups)[:, None]
    within[0] = True  # the whole juror
    weights = np.zeros((len(jurors), groups + 1, len(layers), units), dtype=np.uint8)
    weights[:, :, 0] = ~within
    for place in range(len(jurors)):
        weights[place, :, place + 1] = within
    prepared = prepare(layers.reshape(-1, ratings.shape[1]), np.arange(len(layers) * units))
    values = resampled_values(prepared, weights.reshape(-1, len(layers) * units)).reshape(len(jurors), groups + 1)
    if np.isnan(values).any():
        raise NotDefined("no_resampling", "Not defined without some of the marks of one of the jurors.")
    return LeftOut(values[:, 0], values[:, 1:])


def _jurors(ratings: np.ndarray) -> np.ndarray:
    jurors = np.flatnonzero((~np.isnan(ratings)).any(axis=0))
    if len(jurors) < FEWEST_JURORS:
        raise NotDefined("too_few_jurors", f"Leaving out jurors needs {FEWEST_JURORS} of them; here {len(jurors)}.")
    return jurors


def shared_variance(value: float, left_out: LeftOut) -> float:
    """Give the part of the variance over jurors that is that of single marks, which the offices already carry.

    How far the value moves without a juror's marks in a group of offices, around the mean of that juror's groups, is
    the noise of marks; it is put on the scale of leaving out the whole juror, where the marks that stay weigh more, by
    the slope of the one on the sum of the other. 0 where marks were not left out.
    """
    groups = left_out.marks.shape[1]
    if groups < 2:
        return 0.0
    moved = value - left_out.marks
    sums, jurors = moved.sum(axis=1), len(moved)
    slope = (value - left_out.jurors) @ sums / (sums @ sums) if sums.any() else 1.0
    noise = (moved.var(axis=1, ddof=1) * groups).sum()
    return float((jurors - 1) / jurors * slope**2 * noise)


def two_way_interval(
    value: float, *, without_offices: np.ndarray, left_out: LeftOut, bounds: tuple[float, float], confidence: float
) -> Interval:
    """Interval for other offices and other jurors: variances over both, less what they share, t after Satterthwaite.

    Parameters
    ----------
    value
        The coefficient of the data as they are.
    without_offices : array, shape (offices,)
        The coefficient without each office that carries data.
    left_out
        The coefficient without each juror, and without some marks of each.
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
    offices, jurors = len(without_offices), len(left_out.jurors)
    check_left_out(value, without_offices)
    values, high = np.append(without_offices, value), bounds[1]
    low = lower_end(bounds[0], high, values)
    if high - values.max() <= SAME or values.min() - low <= SAME:
        raise NotDefined("no_resampling", "Without one of the offices the coefficient lies at an end of its range.")
    scale = stretch(low, high)
    by_offices, by_jurors = jackknife_variance(without_offices), jackknife_variance(left_out.jurors)
    degrees = (by_offices + by_jurors) ** 2 / (by_offices**2 / (offices - 1) + by_jurors**2 / (jurors - 1))
    se = np.sqrt(by_offices + max(0.0, by_jurors - shared_variance(value, left_out)))
    bias = (offices - 1) * (scale.to(without_offices).mean() - scale.to(value))
    half = t.ppf((1 + confidence) / 2, degrees) * se * scale.slope(value)
    centre = scale.to(value) - (bias if abs(bias) < half else 0.0)
    ends = scale.back(np.array([centre - half, centre + half]))
    method = f"two-way jackknife over {offices} offices and {jurors} jurors"
    return Interval(float(ends[0]), float(ends[1]), float(se), confidence, method)
