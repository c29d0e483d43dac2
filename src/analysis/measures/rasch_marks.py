"""The many-facet Rasch model of one stage beside its marks: summary, agreement, connection, categories, surprises."""

from __future__ import annotations

import numpy as np

from analysis.errors import NotDefined
from analysis.measures.rasch import NO_INTERVAL, VARIANT, StageFit, in_points
from analysis.measures.rows import COUNTED, DESCRIBED, Rows, attempt
from analysis.measures.slices import Panel
from analysis.statistics import rasch
from analysis.statistics.rasch.connection import free_shifts, subsets_of

SUMMARY = {  # at → field of `DataSummary` and unit
    "marks": ("ratings", "count"),
    "extreme": ("left_out", "count"),
    "parameters": ("unknowns", "count"),
    "log_likelihood": ("log_likelihood", "coefficient"),
    "residual_mean": ("z_mean", "coefficient"),
    "residual_sd": ("z_sd", "coefficient"),
    "explained": ("explained", "share"),
}
CATEGORIES = {  # measure → field of `CategoryTable` and unit
    "category_count": ("count", "count"),
    "category_average": ("average", "logits"),
    "category_expected": ("expected", "logits"),
    "category_outfit": ("outfit", "coefficient"),
    "category_peak": ("peak_chance", "probability"),
}
THRESHOLDS = {
    "Rasch-Andrich": "threshold",
    "half-point": "half_point",
    "modal": "modal_from",
    "Thurstone": "thurstone",
}
NEVER = NotDefined("never_modal", "another level is more probable everywhere")
MOST_SURPRISES = 30  # marks listed


def add_summary(rows: Rows, stage: StageFit) -> None:
    """Add how the model meets the data, agreement beside its expectation, and the marks it did not expect."""
    summary = rasch.data_summary(stage.fit)
    for at, (field, uom) in SUMMARY.items():
        value = float(getattr(summary, field))
        found = value if np.isfinite(value) else NotDefined("no_variation", "the marks do not vary")
        rows.add("rasch_summary", found, DESCRIBED, uom=uom, at=at, variant=stage.variant)
    _add_agreement(rows, stage)
    _add_surprises(rows, stage)


def refuse_summary(rows: Rows, reason: NotDefined) -> None:
    """Say why the model says nothing of the marks."""
    for at, (_, uom) in SUMMARY.items():
        rows.add("rasch_summary", reason, None, uom=uom, at=at, variant=VARIANT)
    for variant in ("observed", "expected"):
        rows.add("rater_agreement", reason, None, uom="share", variant=variant)
    rows.add("rater_agreement", reason, None, uom="coefficient", variant="Rasch-Cohen kappa")
    rows.under(subject_type="juror", versus_type="dossier").add(
        "unexpected_mark", reason, None, uom="coefficient", variant="standardised residual"
    )
    for kind in THRESHOLDS:
        rows.add("threshold", reason, None, uom="logits", variant=kind)
    for measure, (_, uom) in CATEGORIES.items():
        rows.add(measure, reason, None, uom=uom)


def _add_agreement(rows: Rows, stage: StageFit) -> None:
    found = attempt(rasch.exact_agreements, stage.fit, "juror")
    if isinstance(found, NotDefined):
        for variant in ("observed", "expected"):
            rows.add("rater_agreement", found, None, uom="share", variant=variant)
        rows.add("rater_agreement", found, None, uom="coefficient", variant="Rasch-Cohen kappa")
        return
    for variant, number in (("observed", found.observed), ("expected", found.expected)):
        rows.add("rater_agreement", number / found.pairs, DESCRIBED, uom="share", variant=variant)
    alike = NotDefined("perfect", "the model expects that all marks are equal")
    kappa = found.kappa if np.isfinite(found.kappa) else alike
    rows.add("rater_agreement", kappa, NO_INTERVAL, uom="coefficient", variant="Rasch-Cohen kappa")
    judged = np.isfinite(stage.panel.points).any(axis=2).sum(axis=0)
    for label, (pairs, observed, expected) in zip(found.labels, found.by_element.T, strict=True):
        under = rows.under(subject_type="juror", subject=stage.name("juror", label))
        alone = NotDefined("one_juror", "this juror marked nothing together with another juror")
        for variant, number in (("observed", observed), ("expected", expected)):
            share = number / pairs if pairs else alone
            under.add("rater_agreement", share, DESCRIBED, uom="share", variant=variant, n_units=judged[label])


def _add_surprises(rows: Rows, stage: StageFit) -> None:
    """Add the marks farthest from what the model expects, with their z."""
    found = rasch.unexpected_marks(stage.fit)
    for place, z in zip(found.place[:MOST_SURPRISES], found.z[:MOST_SURPRISES], strict=True):
        dossier, juror, criterion = stage.places[place]
        rows.add(
            "unexpected_mark",
            z,
            DESCRIBED,
            uom="coefficient",
            subject_type="juror",
            subject=stage.name("juror", juror),
            versus_type="dossier",
            versus=stage.name("dossier", dossier),
            criterion=stage.name("criterion", criterion),
            at=f"{stage.panel.points[dossier, juror, criterion]:g}",
            variant="standardised residual",
        )


def add_categories(rows: Rows, stage: StageFit) -> None:
    """Add how each level of each scale is used, and its thresholds of every kind."""
    names = list(stage.scales)
    for table in rasch.category_tables(stage.fit):
        name = names[table.group]
        levels = [f"{mark:g}" for mark in in_points(table.mark, stage.scales[name])]
        for measure, (field, uom) in CATEGORIES.items():
            for at, value in zip(levels, getattr(table, field), strict=True):
                found = (
                    value if np.isfinite(value) else NotDefined("no_variation", "the model expects no variation here")
                )
                rows.add(measure, found, DESCRIBED, uom=uom, at=at, variant=name)
        for kind, field in THRESHOLDS.items():
            values = getattr(table, field)
            for place in range(1, len(levels)):
                found = values[place] if np.isfinite(values[place]) else NEVER
                columns = {"uom": "logits", "at": levels[place], "variant": f"{kind}, {name}"}
                if kind == "Rasch-Andrich" and table.threshold_se[place] > 0:
                    columns["se"] = table.threshold_se[place]
                rows.add("threshold", found, NO_INTERVAL, **columns)


def add_connection(rows: Rows, panel: Panel, fitted: StageFit | NotDefined, apart: StageFit | NotDefined) -> None:
    """Add the number of subsets without a common measure, and the jurors who alone hold the design together."""
    whole = rows.under(variant=VARIANT)
    if isinstance(fitted, StageFit):
        whole.add("rasch_subsets", 1, COUNTED, uom="count")
    elif isinstance(apart, StageFit):
        fit = apart.fit
        numbers = subsets_of(fit.problem, free_shifts(fit.problem, fit.fixed[0]))
        whole.add("rasch_subsets", max(int(number.max()) for number in numbers) + 1, COUNTED, uom="count")
    else:
        whole.add("rasch_subsets", fitted, None, uom="count")
    dossiers, jurors = np.nonzero(panel.any_mark())
    under = rows.under(subject_type="juror", variant="jurors whose absence parts the design")
    if not len(dossiers):
        under.add("bridge", NotDefined("no_data", "no dossier has a mark in this stage"), None, uom="count")
        return
    found = rasch.bridges(dossiers, jurors).elements
    under.add("bridge", len(found), COUNTED, uom="count")
    judged = panel.any_mark().sum(axis=0)
    for place in found:
        under.add("bridge", 1, COUNTED, uom="count", subject=panel.jurors[place], n_units=judged[place])
