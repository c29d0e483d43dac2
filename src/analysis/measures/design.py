"""Who scored what: counts of dossiers, jurors and marks, jurors in common, connected parts."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from scipy.stats import hmean

from analysis.errors import NotDefined
from analysis.measures.rows import COUNTED, Rows
from analysis.measures.slices import Panel
from analysis.statistics.jurors import coscored, design_components

NOBODY = NotDefined("no_data", "nobody gave a mark in this stage")


def add_design(rows: Rows, panel: Panel, *, categories: list[str]) -> None:
    """Add the counts and the design of a stage, over its marks on any criterion."""
    marked = panel.any_mark()
    for category in ["", *categories]:
        inside = (panel.categories == category) if category else np.ones(len(marked), dtype=bool)
        under = rows.under(category=category)
        under.add("n_dossiers", marked[inside].any(axis=1).sum(), COUNTED, uom="count")
        under.add("n_jurors", marked[inside].any(axis=0).sum(), COUNTED, uom="count")
        under.add("n_scores", np.isfinite(panel.points[inside]).sum(), COUNTED, uom="count")
    _jurors_per_dossier(rows, marked)
    _common(rows, panel.jurors, np.where(marked, 1.0, np.nan))


def _jurors_per_dossier(rows: Rows, marked: np.ndarray) -> None:
    count = marked.sum(axis=1)
    count = count[count > 0]
    statistics = {"min": np.min, "median": np.median, "max": np.max, "harmonic_mean": hmean}
    for at, statistic in statistics.items():
        value = statistic(count) if len(count) else NOBODY
        rows.add("jurors_per_dossier", value, COUNTED, uom="count", at=at, n_units=len(count))


def _common(rows: Rows, jurors: tuple[str, ...], marked: np.ndarray) -> None:
    parts = design_components(marked)[1].max() + 1 if len(jurors) else NOBODY
    rows.add("components", parts, COUNTED, uom="count", variant="juror-dossier graph")
    shared = coscored(marked)
    by_juror = rows.under(subject_type="juror")
    for place, juror in enumerate(jurors):
        by_juror.add(
            "judged", shared[place, place], COUNTED, uom="count", subject=juror, variant="dossiers with any mark"
        )
    for one, other in combinations(range(len(jurors)), 2):
        keys = {"subject": jurors[one], "versus_type": "juror", "versus": jurors[other]}
        by_juror.add("coscored", shared[one, other], COUNTED, uom="count", **keys)
