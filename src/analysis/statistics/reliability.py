"""How reliable marks are: intraclass correlations.

ICC(1) allows any pattern of missing cells (one-way analysis of variance, unbalanced). The A and C forms need units
that every juror rated and use only those. Names: Shrout & Fleiss (1, k), McGraw & Wong (A = agreement, C =
consistency); "1" is the mark of one juror, "k" the mean over the jurors of a unit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
from scipy.special import fdtrc, fdtri

from analysis.errors import NotDefined
from analysis.statistics.ratings import centred, complete_units, paired_units, rating_table
from analysis.statistics.resample import Additive, Interval
from analysis.statistics.variance import (
    FLAT,
    OneWay,
    TwoWay,
    one_way,
    one_way_features,
    one_way_parts,
    one_way_sums,
    two_way,
    two_way_features,
    two_way_of,
    two_way_parts,
    two_way_sums,
)

FEWEST_COMMON = 3  # units of a pair of jurors
Form = Literal["icc_11", "icc_1k", "icc_a1", "icc_ak", "icc_c1", "icc_ck"]


@dataclass(frozen=True)
class Test:
    """A test: its statistic, its degrees of freedom, its p value; of an F also those of its denominator."""

    value: float
    df: float
    p_value: float
    df_error: float = np.inf


@dataclass(frozen=True)
class McGrawWongForm:
    """One of the ten intraclass correlations of McGraw & Wong: its name, model, question, and the `form` of `icc`."""

    name: str
    model: str
    question: str
    form: Form


ONE = "one-way: every unit has its own jurors, units random"
RANDOM = "two-way: the same jurors for all units, units and jurors random"
MIXED = "two-way: the same jurors for all units, units random, jurors fixed"
FORMS = (
    McGrawWongForm("ICC(1)", ONE, "how reliable is one mark, whoever gave it?", "icc_11"),
    McGrawWongForm("ICC(k)", ONE, "how reliable is the mean of k marks, whoever gave them?", "icc_1k"),
    McGrawWongForm("ICC(C,1), case 2", RANDOM, "how reliable is one juror, severity left out?", "icc_c1"),
    McGrawWongForm("ICC(C,k), case 2", RANDOM, "how reliable is the mean of k jurors, severity left out?", "icc_ck"),
    McGrawWongForm("ICC(A,1), case 2", RANDOM, "how reliable is one juror, severity counted as error?", "icc_a1"),
    McGrawWongForm(
        "ICC(A,k), case 2", RANDOM, "how reliable is the mean of k jurors, severity counted as error?", "icc_ak"
    ),
    McGrawWongForm("ICC(C,1), case 3", MIXED, "how reliable is one of just these jurors, severity left out?", "icc_c1"),
    McGrawWongForm(
        "ICC(C,k), case 3", MIXED, "how reliable is the mean of just these jurors, severity left out?", "icc_ck"
    ),
    McGrawWongForm(
        "ICC(A,1), case 3", MIXED, "how reliable is one of just these jurors, severity counted as error?", "icc_a1"
    ),
    McGrawWongForm(
        "ICC(A,k), case 3", MIXED, "how reliable is the mean of just these jurors, severity counted as error?", "icc_ak"
    ),
)


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
    if form in ONE_WAY:
        return _defined(ONE_WAY[form](one_way_sums(ratings))[0])
    return _defined(TWO_WAY[form](two_way_sums(ratings))[0])


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
        a sample of possible jurors, so their interval is for jurors like these; in the C forms severities do not enter.
    confidence
        Between 0 and 1.

    Returns
    -------
    Interval
        No unit, at most 1; without a standard error.

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
    return _two_way_interval(two_way_sums(ratings), form, confidence)


def icc_ak_interval_shrout_fleiss(ratings: np.ndarray, *, confidence: float = 0.95) -> Interval:
    """Interval of ICC(A,k) as the Spearman-Brown transform of the ends of ICC(A,1).

    Another estimator than `icc_interval(form="icc_ak")`, kept under its own name because programs differ here.
    Parameters, range and errors as there.

    Source
    ------
    Shrout & Fleiss (1979), Psychol. Bull. 86, 420-428.
    """
    sums = two_way_sums(ratings)
    single = _two_way_interval(sums, "icc_a1", confidence)
    jurors = two_way_of(sums).jurors
    low, high = (jurors * end / (1 + (jurors - 1) * end) for end in (single.low, single.high))
    return Interval(low, high, float("nan"), confidence, "F, Shrout and Fleiss")


def icc_test(ratings: np.ndarray, *, form: Form) -> Test:
    """F test that an intraclass correlation is 0: that units do not differ.

    Parameters
    ----------
    ratings, form
        As for `icc`. The one-way forms share one test, the two-way forms another.

    Returns
    -------
    Test
        F, degrees of freedom between units (`df`) and of error (`df_error`), p value.

    Raises
    ------
    NotDefined
        As `icc`; `perfect` where nothing but units (and severities) differs.

    Source
    ------
    McGraw & Wong (1996), Psychol. Methods 1, table 8, for a correlation of 0.
    """
    if form in ONE_WAY:
        one = one_way(ratings)
        units, error, df, df_error = one.between, one.within, one.units - 1, one.ratings - one.units
    else:
        two = two_way(ratings)
        units, error, df = two.units_square, two.residual_square, two.units - 1
        df_error = df * (two.jurors - 1)
    if error <= FLAT * units:
        raise NotDefined("perfect", "Nothing but units, or units and severities, differs: F has no denominator.")
    return Test(units / error, df, float(fdtrc(df, df_error, units / error)), df_error)


def icc_pairs(ratings: np.ndarray, *, form: Form) -> float:
    """Mean over pairs of jurors of their intraclass correlation on the units both rated, weighted by common units.

    Parameters
    ----------
    ratings : array, shape (units, jurors)
        Points, NaN where a juror did not rate. Pairs with fewer than `FEWEST_COMMON` common units, or all of whose
        marks are equal, are left out.
    form
        `icc_a1` or `icc_c1`.

    Returns
    -------
    float
        No unit, at most 1. Another estimator than `icc` also where every juror rated every unit.

    Raises
    ------
    NotDefined
        No unit with two marks, no pair with `FEWEST_COMMON` common units, or none with any variation.

    Source
    ------
    McGraw & Wong (1996), Psychol. Methods 1, 30-46, for each pair.
    """
    table = rating_table(ratings)
    table = table[paired_units(table)]
    features, combine = _pair_features(table, form)
    sums = features.sum(axis=0)[None]
    value = combine(sums)[0]
    if not np.isnan(value):
        return float(value)
    common = int(sums[0, : sums.shape[1] // 6].max())
    if common < FEWEST_COMMON:
        raise NotDefined("too_few_units", f"No two jurors rated {FEWEST_COMMON} common units; here {common} at most.")
    raise NotDefined("no_variation", "No two jurors tell their common units apart.")


def resampled_icc_pairs(ratings: np.ndarray, cluster: np.ndarray, *, form: Form) -> Additive:
    """Prepare the mean over pairs of jurors of an intraclass correlation for resampling of clusters."""
    table = rating_table(ratings)
    paired = paired_units(table)
    features, combine = _pair_features(np.where(paired[:, None], table, np.nan), form)
    return Additive(features, cluster, combine)


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


def _two_way_interval(sums: np.ndarray, form: Form, confidence: float) -> Interval:
    parts = two_way_of(sums)
    if parts.residual_square <= FLAT * parts.units_square:
        raise NotDefined("perfect", "The jurors' marks differ by a constant only: the F interval has no width.")
    if form in ("icc_c1", "icc_ck"):
        degrees = parts.units - 1, (parts.units - 1) * (parts.jurors - 1)
        ends = _f_ends(parts.units_square / parts.residual_square, degrees, confidence)
        return _f_interval(ends, parts.jurors, form, confidence)
    low, high = _agreement_ends(parts, _defined(TWO_WAY[form](sums)[0]), form == "icc_a1", confidence)
    return Interval(low, high, float("nan"), confidence, "F, McGraw and Wong")


def _defined(value: float) -> float:
    if np.isnan(value):
        raise NotDefined("no_signal", "Units differ less than marks of one unit do, so the ratio has no meaning.")
    return float(value)


def _f_ends(ratio: float, degrees: tuple[int, int], confidence: float) -> tuple[float, float]:
    """Give the ends of the interval of the ratio of the expected mean squares."""
    upper = (1 + confidence) / 2
    return ratio / fdtri(*degrees, upper), ratio * fdtri(*reversed(degrees), upper)


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
    below, above = fdtri(n - 1, degrees, upper), fdtri(degrees, n - 1, upper)
    noise = k * columns + (k * n - k - n) * residual if single else columns - residual
    with np.errstate(invalid="ignore", divide="ignore"):
        low = n * (rows - below * residual) / (below * noise + n * rows)
        high = n * (above * rows - residual) / (noise + n * above * rows)
    if not low <= value <= high:  # a denominator has left the range in which the method holds
        raise NotDefined("no_interval", "The F interval of McGraw and Wong does not hold the value of so few units.")
    return float(low), float(high)


def _pair_features(table: np.ndarray, form: Form) -> tuple[np.ndarray, Callable[[np.ndarray], np.ndarray]]:
    """Give [common, both marks, their squares, product] of each unit and pair of jurors, and their closed form."""
    one, other = np.array(list(combinations(range(table.shape[1]), 2)), dtype=int).reshape(-1, 2).T
    marks = centred(table)
    first, second = marks[:, one], marks[:, other]
    common = ~np.isnan(first + second)
    first, second = np.where(common, first, 0.0), np.where(common, second, 0.0)
    features = np.hstack([common, first, second, first**2, second**2, first * second])

    def combine(sums: np.ndarray) -> np.ndarray:
        number, *totals = np.split(sums, 6, axis=1)
        values = _pair_icc(np.where(number >= FEWEST_COMMON, number, np.nan), totals, form)
        weight = np.where(np.isnan(values), 0.0, number)
        return _ratio((weight * np.nan_to_num(values)).sum(axis=1), weight.sum(axis=1), weight.sum(axis=1))

    return features, combine


def _pair_icc(number: np.ndarray, totals: list[np.ndarray], form: Form) -> np.ndarray:
    """Give the correlation of two jurors from the sums of their marks, squares and products on `number` units."""
    first, second, first_square, second_square, product = totals
    spread = first_square + second_square - (first**2 + second**2) / number
    shared = 2 * (product - first * second / number)
    size = first_square + second_square
    spread = np.where(spread > FLAT * size, spread, 0.0)
    apart = (first - second) ** 2 / number
    if form == "icc_c1":
        return _ratio(shared, spread, size)
    rows, residual, columns = spread + shared, spread - shared, apart * (number - 1)
    noise = residual + 2 * (columns - residual) / number
    return _ratio(rows - residual, rows + noise, size)
