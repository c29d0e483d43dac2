"""One table of every coefficient by every interval."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.errors import NotDefined
from analysis.statistics.ratings import used_units
from analysis.statistics.registry import intervals as ways
from analysis.statistics.registry.coefficient import Coefficient
from analysis.statistics.resample import Draws, Interval, bca_of_values, check_clusters
from analysis.statistics.targets import LIKE_THESE, THESE

REPLICATES = 2000


@dataclass(frozen=True)
class Row:
    """A coefficient with one of its intervals.

    `value`, `se`, `low`, `high` are NaN where not defined, and `reason` is then one of `errors.REASONS`; the counts are
    of what lies in the units that the coefficient uses.
    """

    name: str
    variant: str
    method: str
    target: str
    value: float
    se: float
    low: float
    high: float
    n_units: int
    n_jurors: int
    n_scores: int
    reason: str


def rows(
    lines: Sequence[Coefficient], ratings: np.ndarray, *, cluster: np.ndarray, seed: int, confidence: float
) -> tuple[Row, ...]:
    """Give every line by every interval; parameters as for `registry.coefficient_table`."""
    clusters = max(1, len(np.unique(cluster)))
    draws = Draws(clusters, seed, ("coefficient table",), REPLICATES)
    found = []
    for line in lines:
        used = _used(line, ratings)
        value, absent = _attempt(lambda line=line: line.value(ratings))
        for method, target, interval in _ways(line, ratings, cluster, draws, confidence):
            ends, reason = (None, absent) if absent else _attempt(interval)
            numbers = (ends.se, ends.low, ends.high) if ends else (np.nan,) * 3
            number = np.nan if absent else value
            found.append(Row(line.name, line.variant, method, target, number, *numbers, *used, reason))
    return tuple(found)


def _ways(
    line: Coefficient, ratings: np.ndarray, cluster: np.ndarray, draws: Draws, confidence: float
) -> tuple[tuple[str, str, Callable[[], Interval]], ...]:
    """Give the name, the target and the making of every interval of a line."""
    here = {"cluster": cluster, "confidence": confidence}
    return (
        ("analytic", THESE, lambda: _independent(ways.analytic_interval, line, ratings, **here)),
        ("analytic", LIKE_THESE, lambda: _independent(ways.analytic_panel_interval, line, ratings, **here)),
        ("bca", THESE, lambda: _drawn_interval(line, ratings, draws=draws, **here)),
        ("jackknife", THESE, lambda: ways.office_interval(line, ratings, **here)),
        ("two_way", LIKE_THESE, lambda: ways.crossed_interval(line, ratings, **here)),
    )


def _independent(
    interval: Callable[..., Interval], line: Coefficient, ratings: np.ndarray, *, cluster: np.ndarray,
    confidence: float,
) -> Interval:  # fmt: skip
    if not ways.independent(cluster):
        raise NotDefined("no_interval", "The distribution holds for independent units; here some share an office.")
    return interval(line, ratings, confidence=confidence)


def _drawn_interval(
    line: Coefficient, ratings: np.ndarray, *, cluster: np.ndarray, draws: Draws, confidence: float
) -> Interval:
    value, prepared = ways.resampled_coefficient(line, ratings, cluster=cluster)
    check_clusters(prepared)
    return bca_of_values(value, prepared, drawn=draws.values(prepared), confidence=confidence)


def _attempt(work: Callable) -> tuple:
    """Give the outcome and "", or None and the code of the reason why there is none."""
    try:
        return work(), ""
    except NotDefined as reason:
        return None, reason.code


def _used(line: Coefficient, ratings: np.ndarray) -> tuple[int, int, int]:
    """Count units, jurors and scores of the units that a line uses."""
    used = used_units(ratings, line.units)
    rated = ~np.isnan(ratings[used])
    return int(used.sum()), int(rated.any(axis=0).sum()), int(rated.sum())
