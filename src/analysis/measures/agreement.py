"""How far the jurors agree: the design, every coefficient, pairs, components, blanks, and how the stages compare."""

from __future__ import annotations

import pandas as pd

from analysis.config import Competition
from analysis.measures.blanks import add_blanks
from analysis.measures.coefficients import add_coefficients
from analysis.measures.components import add_components
from analysis.measures.design import add_design
from analysis.measures.lines import Line, add_lines, awarded_dossiers, draw_lines
from analysis.measures.pairs import add_pairs, add_ranges
from analysis.measures.projections import add_projections, two_way
from analysis.measures.rows import Rows
from analysis.measures.second_panel import add_certified_again
from analysis.measures.slices import Panel, categories_of, in_category, read_panel
from analysis.measures.stages import add_links


def measure(tables: dict[str, pd.DataFrame], competition: Competition, edition: str) -> pd.DataFrame:
    """Measure agreement in every stage of one edition: whole, by category and by criterion."""
    settings = competition.edition(edition)
    rows = Rows(edition=edition)
    panels = [read_panel(tables["scores"], settings, stage.id) for stage in settings.stages]
    awarded = awarded_dossiers(tables, settings)
    lines = draw_lines(panels, awarded)
    for panel, line in zip(panels, lines, strict=True):
        under = rows.under(stage=panel.stage)
        categories = categories_of(settings, panel.categories)
        add_design(under, panel, categories=categories)
        add_coefficients(under, panel, categories, competition)
        add_pairs(under, panel, competition)
        add_ranges(under, panel.composite())
        add_blanks(under, panel, tables["scores"], competition)
        _add_reliability(under, panel, line, categories, competition)
    add_links(rows, panels, competition)
    add_lines(rows, panels, lines, awarded)
    add_certified_again(rows, panels, awarded, competition)
    return rows.frame()


def _add_reliability(rows: Rows, panel: Panel, line: Line, categories: list[str], competition: Competition) -> None:
    """Add components and the reliability of any number of jurors, of the stage and of each of its categories."""
    whole = panel.composite()
    marks = two_way(whole, line, competition)
    add_components(rows, panel, marks, competition)
    add_projections(rows, marks)
    for category in categories:
        part = in_category(whole, category)
        add_projections(rows.under(category=category), two_way(part, None, competition))
