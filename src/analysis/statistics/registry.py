"""Every coefficient of agreement and reliability, one line each: laws, intervals and rows come by themselves from it.

A new coefficient is one function and one line here, its words in `pages/words`, and a published value in its test.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from analysis.errors import NotDefined
from analysis.statistics import agreement as agree
from analysis.statistics import reliability as rely
from analysis.statistics.ratings import paired_units, rating_table
from analysis.statistics.resample import SAME, Additive, Interval, Reweighted, bca_interval

ALL = ("nominal", "ordinal", "interval", "ratio")
ORDERED = ALL[1:]
NUMERIC = ALL[2:]
ONE_WAY = "one-way ANOVA, unbalanced"
COMPLETE = "mean squares, complete units"


@dataclass(frozen=True)
class Coefficient:
    """A coefficient: what it is called, what holds for it, and how it is computed.

    Parameters
    ----------
    name, variant
        The measure and the exact estimator, as in `results`.
    value
        Ratings → the number; raises `NotDefined`.
    prepare
        Ratings, cluster → the same as a function of cluster weights.
    levels
        Declared levels of a scale that it fits.
    low, high, perfect
        Its range, and its value where all jurors agree on units that differ.
    invariances
        What changes nothing: `shift` (all marks plus a constant), `scale` (times a positive one), `monotone` (any
        increasing function), `relabel` (any one-to-one function).
    units
        Units it uses: `paired` (two ratings), `rated`, or `complete` (rated by every juror).
    uom
        Unit of measure, as in `results`.
    analytic
        Ratings, confidence → interval from a distribution, for independent units; None where there is none.
    """

    name: str
    variant: str
    value: Callable[[np.ndarray], float]
    prepare: Callable[[np.ndarray, np.ndarray], Additive | Reweighted]
    levels: tuple[str, ...]
    low: float
    high: float
    perfect: float | None
    invariances: tuple[str, ...]
    units: str = "paired"
    uom: str = "coefficient"
    analytic: Callable[..., Interval] | None = None


def coefficients(*, step: float = 1.0) -> tuple[Coefficient, ...]:
    """Give every coefficient, for a scale with this step (points between neighbouring marks)."""
    return (*_alphas(), *_iccs(), *_others(step))


def cluster_interval(
    coefficient: Coefficient, ratings: np.ndarray, *, cluster: np.ndarray, weights: np.ndarray,
    confidence: float = 0.95,
) -> Interval:  # fmt: skip
    """Interval of a coefficient: from its distribution where units are independent and one is known, else BCa.

    Parameters
    ----------
    coefficient
        A line of the registry.
    ratings : array, shape (units, jurors)
        Points, NaN where a juror did not rate.
    cluster : array, shape (units,)
        Office of each unit.
    weights : array, shape (replicates, clusters)
        As `multinomial_weights` draws them, one column for each different cluster, in the order of their labels.
    confidence
        Between 0 and 1.

    Raises
    ------
    NotDefined
        The coefficient or its interval is not defined.
    """
    if coefficient.analytic and len(np.unique(cluster)) == len(cluster):
        try:
            return coefficient.analytic(ratings, confidence=confidence)
        except NotDefined as reason:
            if reason.code != "no_interval":
                raise
    return bootstrap_interval(coefficient, ratings, cluster=cluster, weights=weights, confidence=confidence)


def bootstrap_interval(
    coefficient: Coefficient, ratings: np.ndarray, *, cluster: np.ndarray, weights: np.ndarray,
    confidence: float = 0.95,
) -> Interval:  # fmt: skip
    """BCa interval of a coefficient over clusters; parameters and errors as for `cluster_interval`."""
    value = coefficient.value(ratings)
    if coefficient.perfect is not None and abs(value - coefficient.perfect) <= SAME:
        raise NotDefined("perfect", "The jurors agree perfectly, so resampling shows no variation.")
    prepared = coefficient.prepare(ratings, cluster)
    return bca_interval(value, prepared, weights=weights, confidence=confidence)


def _alphas() -> tuple[Coefficient, ...]:
    kept = {
        "nominal": (ALL, ("relabel",)), "ordinal": (ORDERED, ("monotone",)), "interval": (NUMERIC, ("shift", "scale")),
    }  # fmt: skip
    return tuple(
        Coefficient("krippendorff_alpha", level, partial(agree.krippendorff_alpha, level=level),
                    partial(agree.resampled_alpha, level=level), levels, -1, 1, 1, invariances)
        for level, (levels, invariances) in kept.items()
    )  # fmt: skip


def _iccs() -> tuple[Coefficient, ...]:
    forms = {
        "icc_11": (ONE_WAY, "rated"), "icc_a1": (COMPLETE, "complete"), "icc_c1": (COMPLETE, "complete"),
        "icc_1k": (f"{ONE_WAY}, harmonic mean of jurors", "rated"), "icc_ak": (COMPLETE, "complete"),
        "icc_ck": (COMPLETE, "complete"),
    }  # fmt: skip
    return tuple(
        Coefficient(form, variant, partial(rely.icc, form=form), partial(rely.resampled_icc, form=form), NUMERIC,
                    -np.inf, 1, 1, ("shift", "scale"), units, analytic=partial(rely.icc_interval, form=form))
        for form, (variant, units) in forms.items()
    )  # fmt: skip


def _others(step: float) -> tuple[Coefficient, ...]:
    mean, chance = "mean over units of the share of pairs", "two marks drawn from all, without replacement"
    share = {"low": 0, "high": 1, "uom": "share"}
    return (
        Coefficient("kendall_w", "corrected for ties, complete units", rely.kendall_w, rely.resampled_kendall_w,
                    ORDERED, 0, 1, 1, ("monotone",), "complete"),
        Coefficient("exact_agreement", mean, agree.agreement, _shares(0.0), ALL,
                    perfect=1, invariances=("relabel",), **share),
        Coefficient("adjacent_agreement", mean, partial(agree.agreement, within=step), _shares(step), ORDERED,
                    perfect=1, invariances=("shift",), **share),
        Coefficient("exact_agreement_expected", chance, agree.expected_agreement, _expected(0.0), ALL,
                    perfect=None, invariances=("relabel",), **share),
        Coefficient("adjacent_agreement_expected", chance, partial(agree.expected_agreement, within=step),
                    _expected(step), ORDERED, perfect=None, invariances=("shift",), **share),
        Coefficient("pair_difference", "mean over units of the mean over pairs", agree.pair_difference, _differences,
                    NUMERIC, 0, np.inf, 0, ("shift",), uom="points"),
    )  # fmt: skip


def _shares(within: float) -> Callable[[np.ndarray, np.ndarray], Additive]:
    def prepare(ratings: np.ndarray, cluster: np.ndarray) -> Additive:
        return Additive(agree.agreement_features(_table(ratings), within=within), cluster, agree.mean_of_units)

    return prepare


def _expected(within: float) -> Callable[[np.ndarray, np.ndarray], Additive]:
    def prepare(ratings: np.ndarray, cluster: np.ndarray) -> Additive:
        features, combine = agree.expected_features(_table(ratings), within=within)
        return Additive(features, cluster, combine)

    return prepare


def _differences(ratings: np.ndarray, cluster: np.ndarray) -> Additive:
    return Additive(agree.difference_features(_table(ratings)), cluster, agree.mean_of_units)


def _table(ratings: np.ndarray) -> np.ndarray:
    table = rating_table(ratings)
    paired_units(table)
    return table


COEFFICIENTS = coefficients()
