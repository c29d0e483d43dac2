"""How far apart jurors' marks lie in points: concordance correlations, limits of agreement, repeatability."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
from scipy.special import ndtri
from scipy.stats import t

from analysis.errors import NotDefined
from analysis.statistics.ratings import centred, paired_units, rating_table
from analysis.statistics.resample import Additive, Interval
from analysis.statistics.variance import FLAT, one_way

FEWEST_COMMON = 3  # units that two jurors must both have rated


@dataclass(frozen=True)
class Limits:
    """Limits of agreement of two jurors: mean (`bias`) and standard deviation of first less second mark, in points.

    `lower` and `upper` are the bias less and plus `multiplier` standard deviations, from `units` common units.
    """

    bias: float
    sd: float
    lower: float
    upper: float
    units: int
    multiplier: float


def lin_ccc(pair: np.ndarray) -> float:
    """Lin's concordance correlation: how close the pairs of marks of two jurors lie to the line of equal marks.

    Parameters
    ----------
    pair : array, shape (units, 2)
        Points, NaN where a juror did not rate; units that both rated count.

    Returns
    -------
    float
        No unit, -1 to 1; 1 = equal marks. Pearson's correlation times a factor for other level and spread.

    Raises
    ------
    NotDefined
        Fewer than `FEWEST_COMMON` common units, or all their marks are equal.

    Source
    ------
    Lin (1989), Biometrics 45, 255-268: moments with divisor n.

    >>> round(lin_ccc(np.array([[1, 2], [2, 3], [3, 4]])), 3)
    0.571
    """
    first, second = _common_marks(pair)
    covariance = np.mean((first - first.mean()) * (second - second.mean()))
    apart = np.mean((first - second) ** 2)
    if 2 * covariance + apart <= FLAT * (np.mean(first**2) + np.mean(second**2)):
        raise NotDefined("no_variation", f"All marks of the common units are {first[0]:g}.")
    return float(2 * covariance / (2 * covariance + apart))


def lin_ccc_interval(pair: np.ndarray, *, confidence: float = 0.95) -> Interval:
    """Interval of Lin's concordance correlation from Fisher's z; assumes normal marks and independent units.

    Parameters
    ----------
    pair
        As for `lin_ccc`.
    confidence
        Between 0 and 1.

    Returns
    -------
    Interval
        `se` is that of the correlation itself.

    Raises
    ------
    NotDefined
        As `lin_ccc`; also where the marks are equal, or a juror tells no units apart.

    Source
    ------
    Lin (1989), Biometrics 45, 255-268, with the corrected variance of Lin (2000), Biometrics 56, 324-325.
    """
    value = lin_ccc(pair)
    first, second = _common_marks(pair)
    if 1 - abs(value) < FLAT:
        raise NotDefined("perfect", "The two jurors' marks are equal: the interval has no width.")
    spread = first.std() * second.std()
    if spread == 0:
        raise NotDefined("no_interval", "One of the two jurors tells no units apart.")
    square = np.corrcoef(first, second)[0, 1] ** 2
    accuracy = 2 * spread / (first.var() + second.var() + (first.mean() - second.mean()) ** 2)
    shift = (first.mean() - second.mean()) ** 2 / spread
    variance = (1 - square) * accuracy**2 * (1 - value**2)
    variance += 2 * value**2 * accuracy * (1 - value) * shift - value**2 * accuracy**2 * shift**2 / 2
    se = np.sqrt(max(variance, 0.0) / (len(first) - 2))
    reach = ndtri((1 + confidence) / 2) * se / (1 - value**2)
    low, high = np.tanh(np.arctanh(value) + np.array([-reach, reach]))
    return Interval(float(low), float(high), float(se), confidence, "Fisher z, Lin")


def overall_ccc(ratings: np.ndarray) -> float:
    """Overall concordance correlation of many jurors: 1 less their disagreement over that of unrelated marks.

    For each two jurors the squared difference on their common units is set against what it would be if their marks had
    nothing to do with each other: the sum of their variances and the squared difference of their means, each from all
    marks of the juror on units that somebody else rated too. Both are summed over pairs, weighted by common units.

    Parameters
    ----------
    ratings : array, shape (units, jurors)
        Points, NaN where a juror did not rate; units with two marks count.

    Returns
    -------
    float
        No unit, at most 1 = equal marks, 0 = as if unrelated; not below -1 where every juror rated every unit. For two
        such jurors Lin's correlation. Cells should be missing at random.

    Raises
    ------
    NotDefined
        No unit with two marks, or all such marks are equal.

    Source
    ------
    Barnhart, Haber & Song (2002), Biometrics 58, 1020-1027; moments with divisor n.

    >>> round(overall_ccc(np.array([[1, 2], [2, 3], [3, 4]])), 3)
    0.571
    """
    table = rating_table(ratings)
    features, combine = _ccc_features(table[paired_units(table)])
    value = combine(features.sum(axis=0)[None])[0]
    if np.isnan(value):
        raise NotDefined("no_variation", "No juror tells the units apart, and all marks are equal.")
    return float(value)


def resampled_overall_ccc(ratings: np.ndarray, cluster: np.ndarray) -> Additive:
    """Prepare the overall concordance correlation for resampling of clusters."""
    table = rating_table(ratings)
    paired = paired_units(table)
    features, combine = _ccc_features(np.where(paired[:, None], table, np.nan))
    return Additive(features, cluster, combine)


def bland_altman(pair: np.ndarray, *, multiplier: float = 1.96) -> Limits:
    """Limits of agreement: where nearly all differences between two jurors' marks of a unit lie.

    Parameters
    ----------
    pair : array, shape (units, 2)
        Points, NaN where a juror did not rate; units that both rated count.
    multiplier
        Standard deviations from the bias to a limit; 1.96 for 95 % of normal differences, 2 in the paper of 1986.

    Returns
    -------
    Limits
        Points: bias (first less second juror), standard deviation, both limits.

    Raises
    ------
    NotDefined
        Fewer than `FEWEST_COMMON` common units.

    Source
    ------
    Bland & Altman (1986), Lancet i, 307-310.

    >>> bland_altman(np.array([[1, 2], [2, 4], [3, 6]]), multiplier=2)
    Limits(bias=-2.0, sd=1.0, lower=-4.0, upper=0.0, units=3, multiplier=2)
    """
    first, second = _common_marks(pair)
    bias, sd = float(np.mean(first - second)), float(np.std(first - second, ddof=1))
    return Limits(bias, sd, bias - multiplier * sd, bias + multiplier * sd, len(first), multiplier)


def bland_altman_interval(
    pair: np.ndarray, *, of: Literal["bias", "lower", "upper"], multiplier: float = 1.96, confidence: float = 0.95
) -> Interval:
    """Interval of the bias or of a limit of agreement; assumes normal differences and independent units.

    Parameters
    ----------
    pair, multiplier
        As for `bland_altman`.
    of
        Which of the three.
    confidence
        Between 0 and 1.

    Returns
    -------
    Interval
        Points; `se` is the standard error of what `of` names.

    Raises
    ------
    NotDefined
        As `bland_altman`; also where all differences are equal.

    Source
    ------
    Bland & Altman (1986), Lancet i, 307-310: t with n - 1 degrees of freedom, standard errors SD·sqrt(1/n) of the bias
    and SD·sqrt(3/n) of a limit (their approximation of sqrt(1/n + multiplier²/(2(n - 1))) for a multiplier of 2).
    """
    limits = bland_altman(pair, multiplier=multiplier)
    if limits.sd <= FLAT * max(1.0, abs(limits.bias)):
        raise NotDefined("perfect", "The two jurors' marks differ by a constant only: the interval has no width.")
    value, share = {"bias": (limits.bias, 1), "lower": (limits.lower, 3), "upper": (limits.upper, 3)}[of]
    se = limits.sd * np.sqrt(share / limits.units)
    reach = t.ppf((1 + confidence) / 2, limits.units - 1) * se
    return Interval(float(value - reach), float(value + reach), float(se), confidence, "t, Bland and Altman")


def repeatability(marks: np.ndarray, *, multiplier: float = 1.96) -> float:
    """Repeatability: how far two marks of one unit by the same juror differ at most, nearly always.

    Parameters
    ----------
    marks : array, shape (units, replicates)
        Marks by one juror, NaN where one was not given; the mean of the replicates is taken to stay the same.
    multiplier
        As for `bland_altman`.

    Returns
    -------
    float
        Points, 0 or more: multiplier · sqrt(2) · standard deviation within units.

    Raises
    ------
    NotDefined
        Fewer than two units, no unit with two marks, or no variation at all.

    Source
    ------
    Bland & Altman (1986), Lancet i, 307-310.

    >>> repeatability(np.array([[1, 2], [4, 3]]), multiplier=2)
    2.0
    """
    return float(multiplier * np.sqrt(2 * one_way(marks).within))


def _common_marks(pair: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    table = rating_table(pair)
    both = table[~np.isnan(table).any(axis=1)]
    if len(both) < FEWEST_COMMON:
        raise NotDefined("too_few_units", f"{FEWEST_COMMON} common units are needed; here there are {len(both)}.")
    return both[:, 0], both[:, 1]


def _ccc_features(table: np.ndarray) -> tuple[np.ndarray, Callable[[np.ndarray], np.ndarray]]:
    """Give each unit's squared differences, then who marked, marks, squares, pairs; and their closed form."""
    jurors = table.shape[1]
    rated = ~np.isnan(table)
    marks = np.where(rated, centred(table), 0.0)
    one, other = np.array(list(combinations(range(jurors), 2)), dtype=int).reshape(-1, 2).T
    common = (rated[:, one] & rated[:, other]).astype(float)
    apart = (common * (marks[:, one] - marks[:, other]) ** 2).sum(axis=1)
    features = np.column_stack([apart, rated, marks, marks**2, common])

    def combine(sums: np.ndarray) -> np.ndarray:
        number, total, square = (sums[:, 1 + part * jurors : 1 + (part + 1) * jurors] for part in range(3))
        number = np.maximum(number, 1)
        mean = total / number
        spread = square / number - mean**2
        unrelated = spread[:, one] + spread[:, other] + (mean[:, one] - mean[:, other]) ** 2
        expected = (sums[:, 1 + 3 * jurors :] * unrelated).sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(expected > FLAT * square.sum(axis=1), 1 - sums[:, 0] / expected, np.nan)

    return features, combine
