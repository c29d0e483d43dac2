"""How reliable marks are: intraclass correlations.

ICC(1) allows any pattern of missing cells (one-way analysis of variance, unbalanced). The A and C forms need units
that every juror rated and use only those. Names: Shrout & Fleiss (1, k), McGraw & Wong (A = agreement, C =
consistency); "1" is the mark of one juror, "k" the mean over the jurors of a unit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.stats import f

from analysis.errors import NotDefined
from analysis.statistics.ratings import centred, complete_units, rating_table
from analysis.statistics.resample import Additive, Interval
from analysis.statistics.variance import (
    FLAT,
    OneWay,
    TwoWay,
    check_one_way,
    check_variation,
    one_way,
    one_way_features,
    one_way_parts,
    two_way,
    two_way_features,
    two_way_parts,
)

Form = Literal["icc_11", "icc_1k", "icc_a1", "icc_ak", "icc_c1", "icc_ck"]


@dataclass(frozen=True)
class Test:
    """A test: its statistic, its degrees of freedom, its p value."""

    value: float
    df: float
    p_value: float


def icc(ratings: np.ndarray, *, form: Form) -> float:
    """Intraclass correlation: the share of the variance of marks that lies between units.

    Parameters
    ----------
    ratings : array, shape (units, jurors)
        Points, NaN where a juror did not rate.
    form
        `icc_11`, `icc_1k`: one-way, every unit may have other jurors, missing cells kept; k is the harmonic mean of
        the numbers of jurors. `icc_a1`, `icc_ak`: two-way, agreement. `icc_c1`, `icc_ck`: two-way, consistency; both
        from units that every juror rated.

    Returns
    -------
    float
        No unit, at most 1; negative where units differ less than marks of one unit.

    Raises
    ------
    NotDefined
        Too few units or jurors, no complete unit, no variation, or a denominator that is not positive.

    Source
    ------
    Shrout & Fleiss (1979), Psychol. Bull. 86, 420-428; McGraw & Wong (1996), Psychol. Methods 1, 30-46; the number
    of jurors in the unbalanced one-way case as in Searle, Casella & McCulloch (1992), Variance Components, ch. 3.

    >>> round(icc(np.array([[1, 2], [4, 4], [6, 9]]), form="icc_a1"), 3)
    0.836
    """
    table = rating_table(ratings)
    if form in ONE_WAY:
        check_one_way(table)
        value = ONE_WAY[form](one_way_features(centred(table)).sum(axis=0)[None])[0]
    else:
        table, complete = complete_units(table)
        check_variation(table[complete])
        value = TWO_WAY[form](two_way_features(centred(table[complete])).sum(axis=0)[None])[0]
    if np.isnan(value):
        raise NotDefined("no_signal", "Units differ less than marks of one unit do, so the ratio has no meaning.")
    return float(value)


def resampled_icc(ratings: np.ndarray, cluster: np.ndarray, *, form: Form) -> Additive:
    """Prepare an intraclass correlation for resampling of clusters; parameters as for `icc`."""
    table = rating_table(ratings)
    if form in ONE_WAY:
        return Additive(one_way_features(centred(table)), cluster, ONE_WAY[form])
    table, complete = complete_units(table)
    features = np.zeros((len(table), 4 + table.shape[1]))
    features[complete] = two_way_features(centred(table[complete]))
    return Additive(features, cluster, TWO_WAY[form])


def icc_interval(ratings: np.ndarray, *, form: Form, confidence: float = 0.95) -> Interval:
    """Interval of an intraclass correlation from the F distribution; assumes normal effects and independent units.

    Parameters
    ----------
    ratings, form
        As for `icc`. `icc_11` and `icc_1k` need the same number of ratings in every unit. The A forms take jurors as
        a sample of possible jurors, so their interval also holds for other jurors.
    confidence
        Between 0 and 1.

    Raises
    ------
    NotDefined
        As `icc`; also where the marks of every unit agree perfectly, or the one-way design is not balanced.

    Source
    ------
    McGraw & Wong (1996), Psychol. Methods 1, table 7 (corrected 1996, p. 390).
    """
    if form in ONE_WAY:
        return _one_way_interval(one_way(ratings), form, confidence)
    parts = two_way(ratings)
    if parts.residual_square <= FLAT * parts.units_square:
        raise NotDefined("perfect", "The jurors' marks differ by a constant only: the F interval has no width.")
    if form in ("icc_c1", "icc_ck"):
        degrees = parts.units - 1, (parts.units - 1) * (parts.jurors - 1)
        ends = _f_ends(parts.units_square / parts.residual_square, degrees, confidence)
        return _f_interval(ends, parts.jurors, form, confidence)
    single = form == "icc_a1"
    low, high = _agreement_ends(parts, icc(ratings, form=form), single, confidence)
    return Interval(low, high, float("nan"), confidence, "F, McGraw and Wong")


def icc_ak_interval_shrout_fleiss(ratings: np.ndarray, *, confidence: float = 0.95) -> Interval:
    """Interval of ICC(A,k) as the Spearman-Brown transform of the ends of ICC(A,1).

    Another estimator than `icc_interval(form="icc_ak")`, kept under its own name because programs differ here.

    Source
    ------
    Shrout & Fleiss (1979), Psychol. Bull. 86, 420-428.
    """
    single = icc_interval(ratings, form="icc_a1", confidence=confidence)
    jurors = two_way(ratings).jurors
    low, high = (jurors * end / (1 + (jurors - 1) * end) for end in (single.low, single.high))
    return Interval(low, high, float("nan"), confidence, "F, Shrout and Fleiss")


def _icc_11(sums: np.ndarray) -> np.ndarray:
    between, within, typical, *_ = one_way_parts(sums)
    return _ratio(between - within, between + (typical - 1) * within, between + within)


def _icc_1k(sums: np.ndarray) -> np.ndarray:
    harmonic = one_way_parts(sums)[3]
    single = _icc_11(sums)
    return _ratio(harmonic * single, 1 + (harmonic - 1) * single, harmonic)


def _icc_a1(sums: np.ndarray) -> np.ndarray:
    rows, columns, residual, units, jurors = two_way_parts(sums)
    with np.errstate(invalid="ignore", divide="ignore"):
        noise = (jurors - 1) * residual + jurors * (columns - residual) / units
        return _ratio(rows - residual, rows + noise, rows + columns + residual)


def _icc_ak(sums: np.ndarray) -> np.ndarray:
    rows, columns, residual, units, _ = two_way_parts(sums)
    with np.errstate(invalid="ignore", divide="ignore"):
        return _ratio(rows - residual, rows + (columns - residual) / units, rows + columns + residual)


def _icc_c1(sums: np.ndarray) -> np.ndarray:
    rows, _, residual, _, jurors = two_way_parts(sums)
    return _ratio(rows - residual, rows + (jurors - 1) * residual, rows + residual)


def _icc_ck(sums: np.ndarray) -> np.ndarray:
    rows, _, residual, *_ = two_way_parts(sums)
    return _ratio(rows - residual, rows, rows + residual)


def _ratio(above: np.ndarray, below: np.ndarray, size: np.ndarray) -> np.ndarray:
    """Divide where `below` is positive beyond the rounding of terms of this size."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(below > FLAT * size, above / below, np.nan)


ONE_WAY: dict[str, Callable[[np.ndarray], np.ndarray]] = {"icc_11": _icc_11, "icc_1k": _icc_1k}
TWO_WAY: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "icc_a1": _icc_a1, "icc_ak": _icc_ak, "icc_c1": _icc_c1, "icc_ck": _icc_ck,
}  # fmt: skip


def _one_way_interval(parts: OneWay, form: Form, confidence: float) -> Interval:
    if not parts.balanced:
        raise NotDefined("no_interval", "The F interval of ICC(1) needs equally many ratings of every unit.")
    if parts.within == 0:
        raise NotDefined("perfect", "The marks of every unit agree perfectly: the F interval has no width.")
    degrees = parts.units - 1, parts.ratings - parts.units
    ends = _f_ends(parts.between / parts.within, degrees, confidence)
    return _f_interval(ends, parts.typical, form, confidence)


def _f_ends(ratio: float, degrees: tuple[int, int], confidence: float) -> tuple[float, float]:
    """Give the ends of the interval of the ratio of the expected mean squares."""
    upper = (1 + confidence) / 2
    return ratio / f.ppf(upper, *degrees), ratio * f.ppf(upper, *reversed(degrees))


def _f_interval(ends: tuple[float, float], jurors: float, form: Form, confidence: float) -> Interval:
    if form.endswith("1"):
        low, high = ((end - 1) / (end + jurors - 1) for end in ends)
    else:
        low, high = (1 - 1 / end if end > 0 else -np.inf for end in ends)
    return Interval(float(low), float(high), float("nan"), confidence, "F")


def _agreement_ends(parts: TwoWay, value: float, single: bool, confidence: float) -> tuple[float, float]:
    """Give the ends of ICC(A,1) or ICC(A,k), degrees of freedom after Satterthwaite."""
    n, k = parts.units, parts.jurors
    rows, columns, residual = parts.units_square, parts.jurors_square, parts.residual_square
    jurors_part = k * value / (n * (1 - value)) * columns
    residual_part = (1 + k * value * (n - 1) / (n * (1 - value))) * residual
    degrees = (jurors_part + residual_part) ** 2 / (jurors_part**2 / (k - 1) + residual_part**2 / ((n - 1) * (k - 1)))
    upper = (1 + confidence) / 2
    below, above = f.ppf(upper, n - 1, degrees), f.ppf(upper, degrees, n - 1)
    noise = k * columns + (k * n - k - n) * residual if single else columns - residual
    with np.errstate(invalid="ignore", divide="ignore"):
        low = n * (rows - below * residual) / (below * noise + n * rows)
        high = n * (above * rows - residual) / (noise + n * above * rows)
    if not low <= value <= high:  # a denominator has left the range in which the method holds
        raise NotDefined("no_interval", "The F interval of McGraw and Wong does not hold the value of so few units.")
    return float(low), float(high)
