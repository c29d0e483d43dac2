"""Lines of the shares of agreeing pairs, of what chance would give, and of the difference of a pair."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from analysis.errors import NotDefined
from analysis.statistics import agreement as agree
from analysis.statistics.ratings import paired_units, rating_table
from analysis.statistics.registry.coefficient import ALL, NUMERIC, ORDERED, Coefficient
from analysis.statistics.resample import Additive, Interval


def shares(levels: Sequence[float]) -> tuple[Coefficient, ...]:
    """Agreement, exact and within one step of the scale that has these levels, and the mean difference of a pair."""
    mean, chance = "mean over units of the share of pairs", "two marks drawn from all, without replacement"
    kept = {"low": 0, "high": 1, "uom": "share", "of_levels": True}
    step = float(min(np.diff(levels))) if len(levels) > 1 else 0.0
    adjacent, by_chance, interval = (
        _stepped(partial(what, within=step), step)
        for what in (agree.agreement, agree.expected_agreement, agree.agreement_interval)
    )
    return (
        Coefficient("exact_agreement", mean, agree.agreement, _shares(0.0), ALL,
                    perfect=1, invariances=("relabel",), analytic=agree.agreement_interval, **kept),
        Coefficient("adjacent_agreement", mean, adjacent, _shares(step), ORDERED,
                    perfect=1, invariances=("shift",), analytic=interval, **kept),
        Coefficient("exact_agreement_expected", chance, agree.expected_agreement, _expected(0.0), ALL,
                    perfect=None, invariances=("relabel",), **kept),
        Coefficient("adjacent_agreement_expected", chance, by_chance, _expected(step), ORDERED,
                    perfect=None, invariances=("shift",), **kept),
        Coefficient("pair_difference", "mean over units of the mean over pairs", agree.pair_difference, _differences,
                    NUMERIC, 0, np.inf, 0, ("shift",), uom="points"),
    )  # fmt: skip


def _stepped(statistic: Callable, step: float) -> Callable:
    def of_scale(ratings: np.ndarray, **other: float) -> float | Interval:
        if not step:
            raise NotDefined("wrong_level", "the scale has no steps, so no neighbouring levels")
        return statistic(ratings, **other)

    return of_scale


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
