"""What makes marks differ: variance components of dossiers, jurors, criteria and of how they meet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from analysis.config import Competition
from analysis.errors import NotDefined
from analysis.measures.projections import TwoWay
from analysis.measures.rows import Rows, attempt
from analysis.measures.slices import NUMERIC, Panel, misfit, weakest
from analysis.statistics import generalizability as study
from analysis.statistics.component_intervals import component_interval, share_interval, variance_shares
from analysis.statistics.henderson import henderson_components
from analysis.statistics.pivots import pivot_interval
from analysis.statistics.reml import variance_components
from analysis.statistics.terms import RESIDUAL, Components

CROSSED = "REML, dossier x juror"
THREE = "dossier x juror x criterion"
TERMS = ("dossier", "juror", "criterion", "dossier:juror", "dossier:criterion", "juror:criterion")
JURORS = range(1, 7)
MOST_JURORS = 60  # of more, a second fit costs more than it tells
UNKNOWN = NotDefined("no_interval", "analysis of variance of unbalanced marks gives no sampling variance here")
COMPOSITE_ONLY = NotDefined("no_interval", "the pivots are those of composites, where the criteria are fixed")


@dataclass(frozen=True)
class Marks:
    """The marks of a stage in long form: the mark and its dossier, juror and criterion, and how criteria are taken."""

    marks: np.ndarray
    factors: Mapping[str, np.ndarray]
    uom: str
    criteria: int
    taken: str
    counts: Mapping[str, int]

    @property
    def fixed(self) -> tuple[str, ...]:
        """Give the fixed factors."""
        return ("criterion",) if self.taken == "fixed" else ()

    @property
    def terms(self) -> tuple[str, ...]:
        """Give the random terms."""
        return tuple(term for term in TERMS if term not in self.fixed)


def add_components(rows: Rows, panel: Panel, marks: TwoWay, competition: Competition) -> None:
    """Add the components of a stage: of the marks by criterion, and of the composites (`marks`)."""
    _of_composites(rows, marks)
    long = _long(panel, competition)
    unfit = misfit("variance components", weakest(panel.scales), levels=NUMERIC)
    settings = {"terms": long.terms, "fixed": long.fixed}
    found = unfit or attempt(variance_components, long.marks, long.factors, block="dossier", **settings)
    beside = unfit or attempt(henderson_components, long.marks, long.factors, **settings)
    variant = f"{THREE}, criteria {long.taken}"
    confidence = competition.analysis.confidence
    _of_criteria(rows.under(variant=f"REML, {variant}"), long, found, confidence=confidence)
    for term in (*long.terms, RESIDUAL):
        value = beside if isinstance(beside, NotDefined) else beside.variances[beside.terms.index(term)]
        columns = {"uom": f"{long.uom}²", "variant": f"Henderson I, {variant}", **long.counts}
        rows.add("variance_component", value, UNKNOWN, at=term, **columns)
    if long.counts["n_jurors"] > MOST_JURORS:
        return
    if long.fixed:
        found = unfit or attempt(variance_components, long.marks, long.factors, terms=TERMS, block="dossier")
    _grid(rows.under(variant="criteria random"), long, found)


def _long(panel: Panel, competition: Competition) -> Marks:
    table = panel.points if panel.scale else panel.percent
    places = np.nonzero(np.isfinite(table))
    factors = dict(zip(("dossier", "juror", "criterion"), places, strict=True))
    dossiers, jurors, criteria = (np.unique(codes) for codes in places)
    counts = {
        "n_units": len(dossiers),
        "n_offices": len(np.unique(panel.offices[dossiers])),
        "n_jurors": len(jurors),
        "n_scores": len(places[0]),
    }
    uom = "points" if panel.scale else "POMP"
    return Marks(table[places], factors, uom, len(criteria), competition.analysis.criteria, counts)


def _of_composites(rows: Rows, marks: TwoWay) -> None:
    """Add the components of the composites: dossier, juror, residual, with intervals from their pivots."""
    under, draws = rows.under(variant=CROSSED), marks.draws
    counts = marks.part.used_counts("rated")
    for place, term in enumerate(("dossier", "juror", RESIDUAL)):
        value = share = marks.found
        if not isinstance(marks.found, NotDefined):
            value = marks.found.variances[place]
            shares = attempt(variance_shares, marks.found)
            share = shares if isinstance(shares, NotDefined) else shares[place]
        ends = share_ends = draws
        if not isinstance(draws, NotDefined):
            drawn = (draws.dossier, draws.juror, draws.residual)
            interval = partial(pivot_interval, draws=draws, confidence=marks.confidence)
            ends, share_ends = interval(drawn[place]), interval(drawn[place] / sum(drawn))
        under.add("variance_component", value, ends, at=term, uom=f"{marks.part.uom}²", **counts)
        under.add("variance_share", share, share_ends, at=term, uom="share", **counts)


def _of_criteria(rows: Rows, long: Marks, found: Components | NotDefined, *, confidence: float) -> None:
    """Add the components of the marks by criterion and their shares."""
    for place, term in enumerate((*long.terms, RESIDUAL)):
        value = share = ends = share_ends = found
        if not isinstance(found, NotDefined):
            value, shares = found.variances[place], attempt(variance_shares, found)
            share = shares if isinstance(shares, NotDefined) else shares[place]
            ends = attempt(component_interval, found, term, confidence=confidence)
            share_ends = attempt(share_interval, found, term, confidence=confidence)
        rows.add("variance_component", value, ends, at=term, uom=f"{long.uom}²", **long.counts)
        rows.add("variance_share", share, share_ends, at=term, uom="share", **long.counts)


def _grid(rows: Rows, long: Marks, found: Components | NotDefined) -> None:
    """Add both coefficients for one to six jurors with half, as many and twice as many criteria as there are."""
    numbers = sorted({max(1, long.criteria // 2), max(1, long.criteria), max(1, 2 * long.criteria)})
    kinds = {"g_coefficient": study.g_coefficient, "dependability": study.dependability}
    for jurors in JURORS:
        for criteria in numbers:
            sizes = {"juror": jurors, "criterion": criteria}
            for name, coefficient in kinds.items():
                value = found if isinstance(found, NotDefined) else attempt(coefficient, found, sizes=sizes)
                at = f"{jurors}x{criteria}"
                rows.add(name, value, COMPOSITE_ONLY, at=at, uom="coefficient", **long.counts)
