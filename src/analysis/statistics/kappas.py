"""Agreement corrected for chance: Cohen, Scott, Conger, Light, Fleiss, Brennan and Prediger, Gwet.

Every coefficient is (observed - chance) / (1 - chance) of an agreement weighted by levels; they differ in what chance
is. Each unit is reduced to sums once, so that resamples cost one matrix product.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
from scipy.special import ndtr

from analysis.errors import NotDefined
from analysis.statistics.counts import Counts, count_marks
from analysis.statistics.linearised import linearised_interval
from analysis.statistics.ratings import paired_units
from analysis.statistics.reliability import Test
from analysis.statistics.resample import Additive, Interval, Reweighted
from analysis.statistics.weights import Family, checked_weights

Form = Literal[
    "cohen_kappa", "scott_pi", "conger_kappa", "light_kappa", "fleiss_kappa", "brennan_prediger", "gwet_ac"
]  # fmt: skip
TWO_JURORS = ("cohen_kappa", "scott_pi")
SURE = 1e-12  # a chance of agreement nearer than this to 1 leaves nothing to correct


def kappa(
    ratings: np.ndarray, *, form: Form, levels: Sequence[float], weights: Family | np.ndarray = "identity"
) -> float:
    """Agreement of jurors beyond chance, weighted by how near two marks are.

    Parameters
    ----------
    ratings : array, shape (units, jurors)
        Points, NaN where a juror did not rate. Units with one mark count for chance only.
    form
        What chance is. `cohen_kappa`: each of two jurors by his own marks; `scott_pi`: both by their common marks;
        `conger_kappa`: each pair of jurors by their own marks; `light_kappa`: mean of Cohen's over pairs;
        `fleiss_kappa`: all by the marks of all; `brennan_prediger`: every level equally likely (with identity weights
        also called Randolph's free-marginal kappa); `gwet_ac`: Gwet's AC1 (identity) and AC2 (other weights).
        The first two take two jurors and the units both rated.
    levels
        Every mark the scale allows, also those nobody gave: two forms depend on their number, most weights on all.
    weights
        A family of `weights.agreement_weights`, or a symmetric levels × levels matrix with 1 on the diagonal.

    Returns
    -------
    float
        No unit, at most 1 = jurors agree; 0 = as by chance.

    Raises
    ------
    NotDefined
        No unit was rated by two jurors; chance alone agrees fully; more than two jurors for a form of two.
    ValueError
        A mark is no declared level.

    Source
    ------
    Gwet (2014), Handbook of Inter-Rater Reliability, 4th ed., ch. 2-5; Cohen (1960, 1968), Scott (1955), Fleiss (1971),
    Light (1971), Conger (1980), Brennan & Prediger (1981), Gwet (2008).

    >>> kappa(np.array([[1, 1], [2, 2], [1, 2], [2, 2]]), form="cohen_kappa", levels=[1, 2])
    0.5
    """
    counts, matrix = _counted(ratings, form, levels), checked_weights(weights, levels)
    if form == "light_kappa":
        value = _light(counts, matrix)(np.ones((1, len(counts.codes))))
    else:
        features, combine = _model(counts, form, matrix)[:2]
        value = combine(features.sum(axis=0)[None])
    if np.isnan(value[0]):
        raise NotDefined(
            "no_variation", "By their distribution alone these marks agree fully; nothing is left to tell."
        )
    return float(value[0])


def resampled_kappa(
    ratings: np.ndarray, cluster: np.ndarray, *, form: Form, levels: Sequence[float],
    weights: Family | np.ndarray = "identity",
) -> Additive | Reweighted:  # fmt: skip
    """Prepare a coefficient of `kappa` for resampling of clusters; parameters and errors as there."""
    counts, matrix = _counted(ratings, form, levels), checked_weights(weights, levels)
    if form == "light_kappa":
        used = counts.number >= 2
        return Reweighted(_light(Counts(counts.codes[used], counts.levels), matrix), cluster, used)
    features, combine = _model(counts, form, matrix)[:2]
    return Additive(features, cluster, combine)


def kappa_interval(
    ratings: np.ndarray, *, form: Form, levels: Sequence[float], weights: Family | np.ndarray = "identity",
    confidence: float = 0.95,
) -> Interval:  # fmt: skip
    """Interval of a coefficient of `kappa` from its linear approximation over units, the jurors as they are.

    Times the root of (units - 1) / units, `se` is the large-sample one; for Cohen's kappa that of Fleiss, Cohen and
    Everitt.

    Parameters
    ----------
    ratings, form, levels, weights
        As for `kappa`; not `light_kappa`.
    confidence
        Between 0 and 1.

    Returns
    -------
    Interval
        In the unit of the coefficient, cut at 1; `se` is its standard error.

    Raises
    ------
    NotDefined
        The coefficient or its interval is not defined.

    Source
    ------
    Gwet (2008), Br. J. Math. Stat. Psychol. 61, 29-48; Gwet (2014), ch. 5; Gwet (2021), Educ. Psychol. Meas. 81,
    781-790 (Conger); Fleiss, Cohen & Everitt (1969), Psychol. Bull. 72, 323-327.
    """
    if form == "light_kappa":
        raise NotDefined("no_interval", "Light's kappa has no linear approximation here.")
    value = kappa(ratings, form=form, levels=levels, weights=weights)
    influence = _influence(_counted(ratings, form, levels), form, checked_weights(weights, levels))
    return linearised_interval(value, influence, rated=len(influence), confidence=confidence)


def fleiss_test(ratings: np.ndarray, *, levels: Sequence[float]) -> Test:
    """Test that jurors agree no more than by chance, from Fleiss' kappa.

    Parameters
    ----------
    ratings : array, shape (units, jurors)
        Points; every unit has equally many marks.
    levels
        Every mark the scale allows.

    Returns
    -------
    Test
        `value` = kappa over its standard error without agreement, `df` infinite, two-sided p value.

    Raises
    ------
    NotDefined
        Kappa is not defined, or units have unequal numbers of marks.

    Source
    ------
    Fleiss, Nee & Landis (1979), Psychol. Bull. 86, 974-977.
    """
    value = kappa(ratings, form="fleiss_kappa", levels=levels)
    counts = count_marks(ratings, levels=levels)
    marks = np.unique(counts.number[counts.number > 0])
    if len(marks) > 1:
        raise NotDefined("no_complete_units", "The test needs equally many marks of every unit.")
    share = counts.units.sum(axis=0) / counts.units.sum()
    other = (share * (1 - share)).sum()
    skew = (share * (1 - share) * (1 - 2 * share)).sum()
    number = (counts.number > 0).sum() * marks[0] * (marks[0] - 1)
    z = float(value * other / np.sqrt(2 * (other**2 - skew) / number))
    return Test(z, np.inf, float(2 * ndtr(-abs(z))))


def one_level(ratings: np.ndarray, *, level: float) -> np.ndarray:
    """Give 1 where the mark is this level, 0 where it is another, NaN where there is none.

    Fleiss' kappa of it, on the levels 0 and 1, is his kappa of one category.
    """
    table = np.asarray(ratings, dtype=float)
    return np.where(np.isnan(table), np.nan, np.isclose(table, level, rtol=0, atol=1e-8) * 1.0)


@dataclass(frozen=True)
class _Chance:
    """What chance is: sums of it for each unit, agreement by chance of their totals, and its gradient in them."""

    features: np.ndarray
    expected: Callable[[np.ndarray], np.ndarray]
    gradient: Callable[[np.ndarray], np.ndarray]


def _counted(ratings: np.ndarray, form: Form, levels: Sequence[float]) -> Counts:
    counts = count_marks(ratings, levels=levels)
    paired_units(np.where(counts.codes < 0, np.nan, 0.0))
    if form not in TWO_JURORS:
        return counts
    codes = counts.codes[:, (counts.codes >= 0).any(axis=0)]
    if codes.shape[1] > 2:
        raise NotDefined("many_jurors", f"This measure compares two jurors; here {codes.shape[1]} gave marks.")
    return Counts(np.where((codes >= 0).all(axis=1)[:, None], codes, -1), counts.levels)


def _model(
    counts: Counts, form: Form, matrix: np.ndarray
) -> tuple[np.ndarray, Callable[[np.ndarray], np.ndarray], _Chance]:  # fmt: skip
    """Give [paired, observed agreement, sums of chance] of each unit, their closed form, and what chance is."""
    seen = counts.units.any(axis=0)
    chance = {
        "cohen_kappa": _own_marks, "conger_kappa": _own_marks, "scott_pi": _common_marks,
        "fleiss_kappa": _common_marks, "brennan_prediger": _levels_alike, "gwet_ac": _hard_units,
    }[form](counts, matrix, seen)  # fmt: skip
    units, within = counts.units[:, seen], matrix[np.ix_(seen, seen)]
    paired = counts.number >= 2
    agreeing = ((units @ within) * units).sum(axis=1) - counts.number
    pairs = np.maximum(counts.number * (counts.number - 1), 1)
    observed = np.where(paired, agreeing / pairs, 0.0)

    def combine(sums: np.ndarray) -> np.ndarray:
        with np.errstate(invalid="ignore", divide="ignore"):
            return _beyond(sums[:, 1] / sums[:, 0], chance.expected(sums[:, 2:]))

    return np.column_stack([paired, observed, chance.features]), combine, chance


def _beyond(observed: np.ndarray, expected: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(1 - expected > SURE, (observed - expected) / (1 - expected), np.nan)


def _influence(counts: Counts, form: Form, matrix: np.ndarray) -> np.ndarray:
    """Give what each rated unit moves the coefficient, times the number of units, after Gwet."""
    rated = counts.number > 0
    features, combine, chance = _model(Counts(counts.codes[rated], counts.levels), form, matrix)
    sums = features.sum(axis=0)
    value, expected = combine(sums[None])[0], chance.expected(sums[None, 2:])[0]
    number = len(features)
    observed = number / sums[0] * (features[:, 1] - expected * features[:, 0])
    moved = number * features[:, 2:] @ chance.gradient(sums[2:])
    return (observed - (1 - value) * moved) / (1 - expected) - value


def _common_marks(counts: Counts, matrix: np.ndarray, seen: np.ndarray) -> _Chance:
    """Chance by the mean over units of their shares of each level."""
    within = matrix[np.ix_(seen, seen)]

    def expected(sums: np.ndarray) -> np.ndarray:
        share = sums[:, 1:] / sums[:, :1]
        return ((share @ within) * share).sum(axis=1)

    def gradient(sums: np.ndarray) -> np.ndarray:
        each = 2 * within @ sums[1:] / sums[0]
        return np.append(-each @ sums[1:] / sums[0], each) / sums[0]

    return _Chance(_unit_shares(counts, seen), expected, gradient)


def _hard_units(counts: Counts, matrix: np.ndarray, seen: np.ndarray) -> _Chance:
    """Chance after Gwet: only marks of units that are hard to judge fall at random."""
    levels = len(matrix)
    scale = matrix.sum() / (levels * (levels - 1))

    def expected(sums: np.ndarray) -> np.ndarray:
        share = sums[:, 1:] / sums[:, :1]
        return scale * (share * (1 - share)).sum(axis=1)

    def gradient(sums: np.ndarray) -> np.ndarray:
        each = -2 * scale * sums[1:] / sums[0]
        return np.append(-each @ sums[1:] / sums[0], each) / sums[0]

    return _Chance(_unit_shares(counts, seen), expected, gradient)


def _unit_shares(counts: Counts, seen: np.ndarray) -> np.ndarray:
    rated = counts.number > 0
    return np.column_stack([rated, counts.units[:, seen] / np.maximum(counts.number, 1)[:, None]])


def _levels_alike(counts: Counts, matrix: np.ndarray, seen: np.ndarray) -> _Chance:
    """Chance that takes every declared level to be equally likely."""
    mean = matrix.mean()
    return _Chance(np.zeros((len(counts.codes), 0)), lambda sums: np.full(len(sums), mean), lambda sums: np.zeros(0))


def _own_marks(counts: Counts, matrix: np.ndarray, seen: np.ndarray) -> _Chance:
    """Chance by each juror's own shares of each level, over all pairs of jurors."""
    within = matrix[np.ix_(seen, seen)]
    jurors = counts.jurors[:, :, seen]
    shape = jurors.shape[1:]

    def shares(sums: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        given = sums.reshape(-1, *shape)
        number = given.sum(axis=2, keepdims=True)
        return given / np.maximum(number, 1), (number[:, :, 0] > 0).sum(axis=1)

    def expected(sums: np.ndarray) -> np.ndarray:
        own, jury = shares(sums)
        total = own.sum(axis=1)
        own_pairs = ((own @ within) * own).sum(axis=(1, 2))
        pairs = (jury * (jury - 1)).astype(float)
        return np.divide(((total @ within) * total).sum(axis=1) - own_pairs, pairs, where=pairs > 0, out=pairs * np.nan)

    def gradient(sums: np.ndarray) -> np.ndarray:
        (own,), (jury,) = shares(sums[None])
        each = 2 * (own.sum(axis=0) - own) @ within / (jury * (jury - 1))
        number = np.maximum(sums.reshape(shape).sum(axis=1, keepdims=True), 1)
        return ((each - (each * own).sum(axis=1, keepdims=True)) / number).ravel()

    return _Chance(jurors.reshape(len(jurors), -1), expected, gradient)


def _light(counts: Counts, matrix: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """Give the mean of Cohen's kappa over pairs of jurors as a function of unit weights."""
    seen = counts.units.any(axis=0)
    within, jurors, rated = matrix[np.ix_(seen, seen)], counts.jurors[:, :, seen], counts.codes >= 0
    parts = []
    for one, other in combinations(range(rated.shape[1]), 2):
        both = rated[:, one] & rated[:, other]
        if both.any():
            agreeing = matrix[counts.codes[both, one], counts.codes[both, other]]
            parts.append((both, np.column_stack([agreeing, jurors[both, one]]), jurors[both, other]))

    def function(weights: np.ndarray) -> np.ndarray:
        total, defined = np.zeros(len(weights)), np.zeros(len(weights))
        for both, first, second in parts:
            drawn = weights[:, both]
            sums, units = drawn @ first, np.maximum(drawn.sum(axis=1), SURE)
            chance = np.einsum("rl,rl->r", sums[:, 1:] @ within, drawn @ second) / units**2
            values = np.where(drawn.any(axis=1), _beyond(sums[:, 0] / units, chance), np.nan)
            total += np.nan_to_num(values)
            defined += ~np.isnan(values)
        return np.divide(total, defined, where=defined > 0, out=np.full(len(weights), np.nan))

    return function
