"""Marks of the same units in two stages: correlation of the means, spread of the jurors' marks, range of the units."""

from __future__ import annotations

from typing import Literal

import numpy as np
from scipy.special import ndtri
from scipy.stats import rankdata

from analysis.errors import NotDefined
from analysis.statistics.ratings import DECIMALS, unit_sums
from analysis.statistics.resample import SAME, Additive, Interval

Kind = Literal["pearson", "spearman"]
FEWEST = 4  # independent units below which Fisher's z has no variance


def correlation(earlier: np.ndarray, later: np.ndarray, *, kind: Kind) -> float:
    """Correlation of the units' means in two stages.

    Parameters
    ----------
    earlier, later : arrays, shape (units,)
        Mean mark of each unit in each stage.
    kind
        `pearson`, or `spearman`: the same of the mid-ranks.

    Returns
    -------
    float
        No unit, -1 to 1.

    Raises
    ------
    NotDefined
        Fewer than three units, or a stage that tells none apart.

    >>> correlation(np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 9.0]), kind="spearman")
    1.0
    """
    sides = [np.round(np.asarray(side, dtype=float), DECIMALS) for side in (earlier, later)]
    if len(sides[0]) < 3:
        raise NotDefined("too_few_units", f"A correlation needs three dossiers in both stages; here {len(sides[0])}.")
    if any(np.ptp(side) == 0 for side in sides):
        raise NotDefined("no_variation", "All dossiers have the same mean in one of the stages.")
    if kind == "spearman":
        sides = [rankdata(side) for side in sides]
    one, other = (side - side.mean() for side in sides)
    return float(np.clip(one @ other / np.sqrt((one @ one) * (other @ other)), -1, 1))


def correlation_interval(
    earlier: np.ndarray, later: np.ndarray, *, kind: Kind, independent: int, confidence: float = 0.95
) -> Interval:
    """Interval of a correlation from Fisher's z.

    Parameters
    ----------
    earlier, later, kind
        As for `correlation`.
    independent
        Number of independent units behind the means: offices, where one has several dossiers.
    confidence
        Between 0 and 1.

    Returns
    -------
    Interval
        Inside -1 to 1.

    Raises
    ------
    NotDefined
        As `correlation`; fewer than four independent units; or a correlation of 1 or -1.

    Source
    ------
    Fisher (1921), Metron 1(4), 3-32; ranks: variance (1 + r²/2)/(n - 3) of Bonett & Wright (2000), Psychometrika 65,
    23-28. The standard error is that of r (delta method).
    """
    value = correlation(earlier, later, kind=kind)
    if independent < FEWEST:
        raise NotDefined("too_few_units", f"Fisher's z needs {FEWEST} offices; here {independent}.")
    if abs(value) >= 1 - SAME:
        raise NotDefined("perfect", "The stages put the dossiers in exactly the same or the opposite order.")
    variance = (1 + value**2 / 2 if kind == "spearman" else 1.0) / (independent - 3)
    margin = float(ndtri((1 + confidence) / 2)) * np.sqrt(variance)
    ends = np.tanh(np.arctanh(value) + np.array([-margin, margin]))
    return Interval(float(ends[0]), float(ends[1]), float((1 - value**2) * np.sqrt(variance)), confidence, "Fisher z")


def spread_ratio(before: np.ndarray, after: np.ndarray) -> float:
    """How far the jurors' marks of a unit lie apart in the later stage, over how far in the earlier one.

    Parameters
    ----------
    before, after : arrays, shapes (units, jurors of the stage)
        Marks of the same units, NaN where a juror gave none.

    Returns
    -------
    float
        Ratio of the pooled standard deviations within units; below 1: closer together later.

    Raises
    ------
    NotDefined
        A stage has no unit with two marks, or no spread within units in the earlier one.
    """
    sums = _spread_features(before, after).sum(axis=0)
    if not (sums[1] and sums[3]):
        raise NotDefined("one_juror", "Spread needs a dossier with two marks in both stages.")
    if sums[0] <= 0:
        raise NotDefined("no_variation", "The jurors gave every dossier equal marks in the earlier stage.")
    return float(_spread_ratio(sums[None])[0])


def resampled_spread_ratio(before: np.ndarray, after: np.ndarray, cluster: np.ndarray) -> Additive:
    """Prepare `spread_ratio` for resampling of clusters."""
    return Additive(_spread_features(before, after), cluster, _spread_ratio)


def range_restriction(again: np.ndarray, every: np.ndarray) -> float:
    """Standard deviation of the means of the units judged again, over that of all units of the earlier stage.

    Parameters
    ----------
    again, every : arrays, shapes (units judged again,), (units,)
        Means of the earlier stage.

    Returns
    -------
    float
        0 or more; below 1: those judged again are more alike than all were, and coefficients that compare differences
        between units with differences between jurors fall for that reason alone.

    Raises
    ------
    NotDefined
        Fewer than two units on a side, or all units have one mean.

    Source
    ------
    The ratio u of restricted to unrestricted standard deviation: Sackett & Yang (2000), J. Appl. Psychol. 85, 112-118.
    """
    if len(again) < 2:
        raise NotDefined("too_few_units", f"A standard deviation needs two dossiers judged again; here {len(again)}.")
    whole = np.std(np.round(every, DECIMALS), ddof=1)
    if whole == 0:
        raise NotDefined("no_variation", "All dossiers have the same mean in the earlier stage.")
    return float(np.std(again, ddof=1) / whole)


def _spread_features(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Give [squares within, degrees of freedom] of each unit, earlier then later."""
    columns = []
    for table in (before, after):
        count, _, within = unit_sums(np.round(np.asarray(table, dtype=float), DECIMALS))
        columns += [np.where(within > 10.0**-DECIMALS, within, 0.0), np.maximum(count - 1, 0)]
    return np.column_stack(columns)


def _spread_ratio(sums: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore", divide="ignore"):
        earlier, later = sums[:, 0] / sums[:, 1], sums[:, 2] / sums[:, 3]
        return np.sqrt(later / np.where(earlier > 0, earlier, np.nan))
