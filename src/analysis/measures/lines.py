"""Who goes on and who is awarded: the places of each stage, and the stage score of the last who took one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.config import Edition
from analysis.errors import NotDefined
from analysis.measures.decisions import laureates, rank
from analysis.measures.rows import COUNTED, DESCRIBED, Rows
from analysis.measures.slices import ORDERED, Panel, misfit

WENT_ON = "lowest stage score among the dossiers that went on"
AWARDED = "lowest stage score among the awarded"


@dataclass(frozen=True)
class Line:
    """The line that a stage draws between its dossiers.

    `places`: how many took one; `offices`: how many offices they are of; `score`: composite of the lowest of them, in
    its unit; `variant`: what places are.
    """

    places: int | NotDefined
    offices: int
    score: float | NotDefined
    variant: str


def awarded_dossiers(tables: dict[str, pd.DataFrame], edition: Edition) -> set[str] | NotDefined:
    """Give the ids of the awarded: by the configured rule where it ranks, else as recorded."""
    if edition.decision.rule != "recorded":
        ranking = rank(tables, edition)
        if ranking.unclear is None:
            return set(ranking.table.loc[ranking.table["awarded"], "dossier"])
    found = laureates(tables, edition)
    return found if isinstance(found, NotDefined) else set(found)


def draw_lines(panels: list[Panel], awarded: set[str] | NotDefined) -> list[Line]:
    """Find the line of each stage: the dossiers with marks in the next stage took a place, in the last the awarded."""
    lines = []
    for place, panel in enumerate(panels):
        last = place + 1 == len(panels)
        took = awarded if last else set(panels[place + 1].dossiers)
        if not last and not took:
            took = NotDefined("no_data", "nobody gave a mark in the next stage")
        lines.append(_line(panel, took, AWARDED if last else WENT_ON))
    return lines


def add_lines(rows: Rows, panels: list[Panel], lines: list[Line], awarded: set[str] | NotDefined) -> None:
    """Add the places and the line of each stage, and the places of the edition."""
    for panel, line in zip(panels, lines, strict=True):
        under, units = rows.under(stage=panel.stage), len(panel.dossiers)
        what = "awarded" if line.variant == AWARDED else "with marks in the next stage"
        under.add("places", line.places, COUNTED, uom="count", variant=what, n_units=units)
        counts = {"n_units": units, "n_offices": line.offices}
        under.add("award_line", line.score, DESCRIBED, uom=panel.composite().uom, variant=line.variant, **counts)
    number = awarded if isinstance(awarded, NotDefined) else len(awarded)
    rows.add("places", number, COUNTED, uom="count", variant="awarded")


def _line(panel: Panel, took: set[str] | NotDefined, variant: str) -> Line:
    if isinstance(took, NotDefined):
        return Line(took, 0, took, variant)
    whole = panel.composite()
    inside = np.isin(whole.units.astype(str), sorted(took))
    unfit = misfit("award_line", whole.level, levels=ORDERED)
    if not inside.any():
        return Line(0, 0, unfit or NotDefined("no_line", "no dossier with marks in this stage took a place"), variant)
    offices = len(np.unique(whole.offices[inside]))
    if inside.all():
        every = NotDefined("no_line", f"all {len(inside)} dossiers of this stage took a place")
        return Line(int(inside.sum()), offices, unfit or every, variant)
    worst = whole.orientation * (whole.orientation * whole.unit_means()[inside]).min()
    return Line(int(inside.sum()), offices, unfit or float(worst), variant)
