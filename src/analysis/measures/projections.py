"""How many jurors are enough: the reliability of the mean mark for any number of them, from the marks there are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from analysis.config import Competition
from analysis.errors import NotDefined
from analysis.measures.lines import Line
from analysis.measures.rows import Rows, attempt
from analysis.measures.slices import NUMERIC, Slice, drawn, misfit
from analysis.statistics import generalizability as study
from analysis.statistics import pivots
from analysis.statistics.reml import variance_components
from analysis.statistics.resample import Interval
from analysis.statistics.terms import Components

MOST = 12  # jurors on the curve
TARGET = 0.8  # conventional for decisions about single dossiers
FIXED = "criteria fixed"


@dataclass(frozen=True)
class TwoWay:
    """The components of a slice: dossiers, jurors, residual, as numbers and as draws of their pivots.

    `line`: the line of the awards in the unit of the marks; `distance`: squared distance of their mean from it.
    """

    part: Slice
    found: Components | NotDefined
    draws: pivots.ComponentDraws | NotDefined
    line: float | NotDefined
    distance: float | NotDefined
    confidence: float


@dataclass(frozen=True)
class Projection:
    """A number made of components: its row's name and point, how it comes from components and from their draws."""

    measure: str
    at: str
    value: Callable[[Components], float]
    drawn: Callable[[pivots.ComponentDraws], np.ndarray]


def two_way(part: Slice, line: Line | None, competition: Competition) -> TwoWay:
    """Find the components of the composite marks of a slice."""
    unfit = misfit("a decision study", part.level, levels=NUMERIC)
    dossier, juror = np.nonzero(np.isfinite(part.ratings))
    found = unfit or attempt(
        variance_components,
        part.ratings[dossier, juror],
        {"dossier": dossier, "juror": juror},
        terms=("dossier", "juror"),
        block="dossier",
    )
    rng = drawn(part, competition, scheme="generalized pivots")
    draws = unfit or attempt(pivots.component_draws, part.ratings, target="like_these", rng=rng)
    score = line.score if line else NotDefined("no_line", "a line is drawn for the whole stage only")
    distance = score if isinstance(score, NotDefined) else found
    if not isinstance(distance, NotDefined):
        distance = _distance(part.ratings, found, score)
    return TwoWay(part, found, draws, score, distance, competition.analysis.confidence)


def add_projections(rows: Rows, marks: TwoWay) -> None:
    """Add the coefficients of the mean of one to twelve jurors, of the jurors there were, and how many are needed.

    A category that does not allow them has the last two alone, with their reason.
    """
    columns = marks.part.used_counts("rated")
    under = rows.under(variant=FIXED)
    allowed = not (marks.part.keys["category"] and isinstance(marks.found, NotDefined))
    for entry in (*(_curve() if allowed else ()), *_beside(marks)):
        _row(under, marks, entry, uom="coefficient", **columns)
    if isinstance(marks.distance, NotDefined):
        under.add("dependability_at_line", marks.distance, None, uom="coefficient", **columns)
    for variant, entry in _needed(marks).items():
        _row(rows.under(variant=f"{variant} >= {TARGET:g}"), marks, entry, uom="count", **columns)


def _row(rows: Rows, marks: TwoWay, entry: Projection, **columns: Any) -> None:
    value = marks.found if isinstance(marks.found, NotDefined) else attempt(entry.value, marks.found)
    ends = marks.draws
    if not isinstance(ends, NotDefined):
        ends = _ends(pivots.pivot_interval(entry.drawn(marks.draws), marks.draws, confidence=marks.confidence))
    rows.add(entry.measure, value, ends, at=entry.at, **columns)


def _ends(ends: Interval) -> Interval | NotDefined:
    """Leave an upper end without a bound empty."""
    if np.isfinite(ends.high):
        return ends
    if not np.isfinite(ends.low):
        return NotDefined("no_interval", f"both ends lie above {study.MOST_JURORS} jurors")
    method = f"{ends.interval}, upper end above {study.MOST_JURORS}"
    return replace(ends, high=np.nan, interval=method)


def _curve() -> Iterator[Projection]:
    """Give both coefficients of the mean of one to twelve jurors, and what each further juror adds."""
    for jurors in range(1, MOST + 1):
        at, sizes = str(jurors), {"juror": jurors}
        relative, absolute = partial(study.g_coefficient, sizes=sizes), partial(study.dependability, sizes=sizes)
        yield Projection("g_coefficient", at, relative, partial(pivots.g_draws, jurors=jurors))
        yield Projection("dependability", at, absolute, partial(pivots.dependability_draws, jurors=jurors))
        if jurors > 1:
            yield Projection("dependability_gain", at, partial(_gain, jurors), partial(_gain_draws, jurors))


def _beside(marks: TwoWay) -> Iterator[Projection]:
    """Give the dependability of the jurors there were, and that of decisions at the line."""
    number = np.isfinite(marks.part.ratings).sum(axis=1)
    if len(number):
        here = float(1 / np.mean(1 / number))
        value = partial(study.dependability, sizes={"juror": here})
        yield Projection("dependability", "here", value, partial(pivots.dependability_draws, jurors=here))
    if not isinstance(marks.distance, NotDefined):
        for jurors in range(1, MOST + 1):
            value = partial(study.dependability, sizes={"juror": jurors}, distance=marks.distance)
            drawn = partial(pivots.dependability_draws, jurors=jurors, line=marks.line)
            yield Projection("dependability_at_line", str(jurors), value, drawn)


def _needed(marks: TwoWay) -> dict[str, Projection]:
    """Give the number of jurors needed for each coefficient, by what is to reach the target."""
    kinds: dict[str, dict] = {"dependability": {"error": "absolute"}, "g_coefficient": {"error": "relative"}}
    made = {
        name: Projection("jurors_needed", "", partial(study.jurors_needed, target=TARGET, **kind),
                         partial(pivots.needed_draws, target=TARGET, **kind))
        for name, kind in kinds.items()
    }  # fmt: skip
    if not isinstance(marks.distance, NotDefined):
        value = partial(study.jurors_needed, target=TARGET, error="absolute", distance=marks.distance)
        drawn = partial(pivots.needed_draws, target=TARGET, error="absolute", line=marks.line)
        made["dependability at the line"] = Projection("jurors_needed", "", value, drawn)
    return made


def _gain(jurors: int, components: Components) -> float:
    after, before = (study.dependability(components, sizes={"juror": n}) for n in (jurors, jurors - 1))
    return after - before


def _gain_draws(jurors: int, draws: pivots.ComponentDraws) -> np.ndarray:
    after, before = (pivots.dependability_draws(draws, jurors=n) for n in (jurors, jurors - 1))
    return after - before


def _distance(ratings: np.ndarray, found: Components, line: float) -> float:
    """Estimate the squared distance of the mean from the line, less the error of the mean."""
    rated = np.isfinite(ratings)
    number = rated.sum(axis=1)
    weight = (rated / number[:, None]).mean(axis=0)
    dossier, juror, residual = found.variances
    units = len(ratings)
    variance = dossier / units + juror * (weight**2).sum() + residual * (1 / number).sum() / units**2
    return study.squared_distance(np.nanmean(ratings, axis=1).mean(), line=line, variance=variance)
