"""Each juror beside the others: severity, deviation, means and the use of the scale, by edition and over editions."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.config import Competition
from analysis.errors import NotDefined
from analysis.measures.affinity import add_affinity
from analysis.measures.bias import add_bias, refuse_bias
from analysis.measures.deviations import add_deviations, add_deviations_by_criterion
from analysis.measures.effects import add_effects
from analysis.measures.linking import add_links
from analysis.measures.panel import add_panel
from analysis.measures.rasch import add_elements, fit_stage, refuse_elements
from analysis.measures.rasch_marks import add_categories, add_connection, add_summary, refuse_summary
from analysis.measures.rows import COUNTED, DESCRIBED, Rows, attempt
from analysis.measures.scale_use import add_scale_use
from analysis.measures.slices import Panel, Slice, pooled, read_panel, shared_scale
from analysis.statistics.jurors import Severities, severity_additive
from analysis.statistics.multiplicity import benjamini_hochberg
from analysis.statistics.resample import Interval

ADDITIVE = "least squares, dossier + juror"
ALONE = NotDefined("one_juror", "this juror shares no dossier with another juror")
EXACT = NotDefined("no_interval", "the marks leave no degrees of freedom, or fit the model exactly")


def measure(tables: dict[str, pd.DataFrame], competition: Competition, edition: str) -> pd.DataFrame:
    """Measure the jurors in every stage of one edition, or (edition "") over the editions."""
    editions = [competition.edition(edition)] if edition else list(competition.editions)
    rows = Rows(edition=edition)
    for stage in dict.fromkeys(stage.id for entry in editions for stage in entry.stages):
        having = [entry for entry in editions if stage in {one.id for one in entry.stages}]
        panels = [read_panel(tables["scores"], entry, stage) for entry in having]
        under = rows.under(stage=stage)
        part = over_editions(panels, stage=stage) if not edition else panels[0].composite()
        _severities(under, part, competition)
        _marks(under, part)
        add_deviations(under, part, competition)
        add_scale_use(under, panels)
        if edition:
            _of_stage(under, panels[0], tables, competition)
        else:
            add_links(under, panels, competition)
        add_panel(under)
    return rows.frame()


def _of_stage(rows: Rows, panel: Panel, tables: dict[str, pd.DataFrame], competition: Competition) -> None:
    """Add what is said of the jurors inside one stage of one edition only."""
    add_deviations_by_criterion(rows, panel, competition)
    add_effects(rows, panel, tables, competition)
    add_affinity(rows, panel, tables, competition)
    _rasch(rows, panel, competition)


def _rasch(rows: Rows, panel: Panel, competition: Competition) -> None:
    """Add the many-facet Rasch model; where parts have no common measure, its refusal and the parts centred each."""
    confidence = competition.analysis.confidence
    fitted = attempt(fit_stage, panel, confidence=confidence)
    apart = fitted
    if isinstance(fitted, NotDefined):
        if fitted.code == "not_connected":
            fitted = NotDefined("not_connected", "parts of the stage share neither dossiers nor jurors")
            apart = attempt(fit_stage, panel, confidence=confidence, apart=True)
        refuse_elements(rows, panel, fitted)
    add_connection(rows, panel, fitted, apart)
    if isinstance(apart, NotDefined):
        refuse_summary(rows, apart)
        refuse_bias(rows, apart)
        return
    add_elements(rows, apart)
    add_summary(rows, apart)
    add_categories(rows, apart)
    add_bias(rows, apart)


def over_editions(panels: list[Panel], *, stage: str) -> Slice:
    """Give the composites of several editions as one slice, in points where all editions share the scale."""
    marked = [panel for panel in panels if len(panel.dossiers)]
    same = shared_scale(tuple(scale for panel in marked for scale in panel.scales))
    return pooled([panel.composite() if same else panel.composite_percent() for panel in marked], stage=stage)


def _severities(rows: Rows, part: Slice, competition: Competition) -> None:
    found = attempt(severity_additive, part.orientation * part.ratings, confidence=competition.analysis.confidence)
    _equal(rows, part, found)
    corrected = np.array([]) if isinstance(found, NotDefined) else benjamini_hochberg(found.p_value)
    for place, juror in enumerate(part.jurors):
        under = rows.under(subject_type="juror", subject=juror, variant=ADDITIVE)
        if isinstance(found, NotDefined):
            under.add("severity_additive", found, None, uom=part.uom)
            continue
        value = ALONE if np.isnan(found.value[place]) else found.value[place]
        tested = not np.isnan(found.p_value[place])
        under.add(
            "severity_additive",
            value,
            _ends(found, place),
            uom=part.uom,
            p_value=found.p_value[place],
            q_value=corrected[place],
            q_family=f"severity of {np.isfinite(corrected).sum()} jurors" if tested else "",
            n_units=found.units[place],
        )


def _ends(found: Severities, place: int) -> Interval | NotDefined:
    if np.isnan(found.se[place]):
        return EXACT
    method = f"t, {found.df} degrees of freedom"
    return Interval(found.low[place], found.high[place], found.se[place], found.confidence, method)


def _equal(rows: Rows, part: Slice, found: Severities | NotDefined) -> None:
    """Add the test that all severities are equal, and how far they are spread."""
    untested = found if isinstance(found, NotDefined) else EXACT
    tested = isinstance(found, Severities) and np.isfinite(found.equal_p)
    no_interval = NotDefined("no_interval", "no interval is defined for this measure")
    used = part.used_counts("paired")
    value, p = (found.equal_f, found.equal_p) if tested else (untested, np.nan)
    rows.add("severity_equal", value, no_interval, uom="coefficient", variant=f"F, {ADDITIVE}", p_value=p, **used)
    spread = found.spread if tested else untested
    variant = "standard deviation corrected for standard errors"
    if spread == 0:
        variant += "; they differ less than chance would make them, so 0"
    rows.add("severity_spread", spread, no_interval, uom=part.uom, variant=variant, **used)


def _marks(rows: Rows, part: Slice) -> None:
    """Add how many dossiers each juror marked, and the mean and spread of the marks."""
    for place, juror in enumerate(part.jurors):
        marks = part.ratings[:, place]
        marks = marks[np.isfinite(marks)]
        under = rows.under(subject_type="juror", subject=juror)
        under.add(
            "judged", len(marks), COUNTED, uom="count", variant="dossiers with a composite mark", n_units=len(marks)
        )
        columns = {"uom": part.uom, "n_units": len(marks)}
        under.add("score_mean", marks.mean(), DESCRIBED, variant="mean of the juror's marks", **columns)
        one = NotDefined("too_few_units", "a standard deviation needs two marks; here 1")
        spread = marks.std(ddof=1) if len(marks) > 1 else one
        under.add("score_sd", spread, DESCRIBED, variant="the juror's marks, n - 1", **columns)
