"""The many-facet Rasch model of one stage: measures of dossiers, jurors and criteria, their fit, facets as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.stats import norm

from analysis.config import Scale
from analysis.errors import NotDefined
from analysis.measures.rows import DESCRIBED, Rows
from analysis.measures.scale_use import scale_name
from analysis.measures.slices import Panel
from analysis.statistics import rasch
from analysis.statistics.multiplicity import benjamini_hochberg
from analysis.statistics.resample import Interval

VARIANT = "many-facet Rasch, joint maximum likelihood, corrected"
APART = f"{VARIANT}, each subset's mean 0"
DIFFERING = "reliably different severities"  # what the reliability of jurors says
FACETS = ("dossier", "juror", "criterion")
NO_INTERVAL = NotDefined("no_interval", "no interval is defined for this measure")
ELEMENTS = {  # measure → field of `ElementTable` and unit; "marks" = the unit of the marks
    "rasch_se_model": ("se", "logits"),
    "rasch_se_real": ("real_se", "logits"),
    "fair_average": ("fair", "marks"),
    "observed_average": ("average", "marks"),
    "infit": ("infit", "coefficient"),
    "infit_z": ("infit_z", "coefficient"),
    "outfit": ("outfit", "coefficient"),
    "outfit_z": ("outfit_z", "coefficient"),
    "point_measure_correlation": ("correlation", "coefficient"),
    "point_measure_expected": ("expected_correlation", "coefficient"),
    "rasch_discrimination": ("discrimination", "coefficient"),
}
TESTED = ("infit_z", "outfit_z")
SEPARATION = {
    "rasch_true_sd": ("true_sd", "logits"),
    "separation": ("separation", "coefficient"),
    "strata": ("strata", "coefficient"),
    "rasch_reliability": ("reliability", "coefficient"),
}
CHI2 = {"rasch_fixed_chi2": "fixed", "rasch_random_chi2": "random"}


@dataclass(frozen=True)
class StageFit:
    """The model of one stage.

    Attributes
    ----------
    panel
        The marks.
    fit
        The fitted model; its labels are places in the panel, its marks per cent of the range.
    places : array of int, shape (marks, 3)
        Dossier, juror and criterion of each mark.
    scales : dict
        Scale of each group of criteria, by its name.
    variant
        The exact model.
    confidence
        Of the intervals.
    """

    panel: Panel
    fit: rasch.Fit
    places: np.ndarray
    scales: dict[str, Scale]
    variant: str
    confidence: float

    @property
    def uom(self) -> str:
        """Unit of the marks."""
        return "points" if self.panel.scale else "POMP"

    def marks(self, percent: np.ndarray) -> np.ndarray:
        """Give per cent of the range in the unit of the marks."""
        return in_points(percent, self.panel.scale) if self.panel.scale else percent

    @cached_property
    def names(self) -> dict[str, list[str]]:
        """Ids of the elements of every facet."""
        return element_names(self.panel)

    def name(self, facet: str, place: int) -> str:
        """Give the id of an element."""
        return self.names[facet][place]


def fit_stage(panel: Panel, *, confidence: float, apart: bool = False) -> StageFit:
    """Fit the model to the marks of a stage; criteria that share a scale share its thresholds.

    Parameters
    ----------
    panel
        The marks.
    confidence
        Of the intervals.
    apart
        Centre each of the subsets that have no common measure, where a fit of the whole is refused.

    Raises
    ------
    NotDefined
        The scales have no ordered levels, or the marks do not define the model.
    """
    places = np.argwhere(np.isfinite(panel.points))
    refused = refusal(panel, places)
    if refused:
        raise refused
    scales = {scale_name(scale): scale for scale in panel.scales}
    names = list(scales)
    levels = {name: np.array([scale.percent(x) for x in scale.levels]) for name, scale in scales.items()}
    group = np.array([names.index(scale_name(scale)) for scale in panel.scales])[places[:, 2]]
    marks = level_marks(panel, places)
    codes = dict(zip(FACETS, places.T, strict=True))
    if len(np.unique(places[:, 2])) < 2:
        del codes["criterion"]
    scale = rasch.RatingScale({names.index(name): levels[name] for name in names}, groups=group)
    model = rasch.Model(object="dossier", subsets="group anchors" if apart else "refuse")
    fit = rasch.fit(marks, codes, scale=scale, model=model)
    return StageFit(panel, fit, places, scales, APART if apart else VARIANT, confidence)


def refusal(panel: Panel, places: np.ndarray) -> NotDefined | None:
    """Say why the marks of a stage are none that the model is for."""
    if not len(places):
        return NotDefined("no_data", "no dossier has a mark in this stage")
    used = [panel.scales[criterion] for criterion in np.unique(places[:, 2])]
    if any(not scale.levels or scale.level == "nominal" for scale in used):
        return NotDefined("wrong_level", "the model needs marks on ordered levels; a scale here has none")
    if len(np.unique(places[:, 1])) < 2:
        return NotDefined("one_juror", "one juror alone gave marks")
    if len(np.unique(places[:, 0])) < 2:
        return NotDefined("too_few_units", "one dossier alone has marks")
    if np.isnan(level_marks(panel, places)).any():
        return NotDefined("wrong_level", "some marks lie between the levels of their scale")
    return None


def level_marks(panel: Panel, places: np.ndarray) -> np.ndarray:
    """Give the marks as per cent of the range, exactly those of the levels; NaN where a mark is on none."""
    marks = np.empty(len(places))
    for criterion, scale in enumerate(panel.scales):
        here = places[:, 2] == criterion
        if here.any():
            levels = np.array(scale.levels)
            points = panel.points[*places[here].T]
            nearest = np.clip(np.rint((points - scale.minimum) / scale.step).astype(int), 0, len(levels) - 1)
            percent = np.array([scale.percent(level) for level in levels])[nearest]
            marks[here] = np.where(np.abs(levels[nearest] - points) < 1e-6, percent, np.nan)
    return marks


def in_points(percent: np.ndarray, scale: Scale) -> np.ndarray:
    """Undo `Scale.percent`."""
    share = np.asarray(percent) / 100
    return scale.minimum + (share if scale.direction == "higher" else 1 - share) * (scale.maximum - scale.minimum)


def element_names(panel: Panel) -> dict[str, list[str]]:
    """Give the ids of dossiers, jurors and criteria."""
    criteria = [criterion.id for criterion in panel.criteria]
    return {"dossier": list(panel.dossiers), "juror": list(panel.jurors), "criterion": criteria}


def add_elements(rows: Rows, stage: StageFit) -> None:
    """Add the elements of every facet, and every facet as a whole."""
    tables = rasch.element_tables(stage.fit)
    for table in tables:
        used = counts(stage.panel, table.name)
        _add_measures(rows, stage, table, used)
        for measure in ELEMENTS:
            _add_element_rows(rows, stage, table, measure, used)
    _add_facets(rows, stage, [rasch.facet_summary(table, errors="joint_se") for table in tables])


def refuse_elements(rows: Rows, panel: Panel, reason: NotDefined) -> None:
    """Say of every element and facet why it has no measure."""
    for facet, names in element_names(panel).items():
        under = rows.under(subject_type=facet, variant=VARIANT)
        for name in names:
            for measure, uom in {"rasch_measure": "logits", **{m: unit for m, (_, unit) in ELEMENTS.items()}}.items():
                of_marks = "points" if panel.scale else "POMP"
                under.add(measure, reason, None, subject=name, uom=of_marks if uom == "marks" else uom)
        for measure in ("rasch_rmse", *SEPARATION, *CHI2):
            under.add(
                measure, reason, None, uom="logits" if measure in ("rasch_rmse", "rasch_true_sd") else "coefficient"
            )


def counts(panel: Panel, facet: str) -> list[dict[str, int]]:
    """Count the dossiers, jurors and marks of each element of a facet."""
    marked, axis = np.isfinite(panel.points), FACETS.index(facet)
    rest = tuple(place for place in range(3) if place != axis)
    found = {"n_scores": marked.sum(axis=rest)}
    if facet != "dossier":
        found["n_units"] = marked.any(axis=2 if facet == "juror" else 1).sum(axis=0)
    if facet != "juror":
        found["n_jurors"] = marked.any(axis=2 if facet == "dossier" else 0).sum(axis=1 if facet == "dossier" else 0)
    return [{name: int(numbers[place]) for name, numbers in found.items()} for place in range(marked.shape[axis])]


def _add_measures(rows: Rows, stage: StageFit, table: rasch.ElementTable, used: list[dict[str, int]]) -> None:
    """Add the measure of each element, with the error of everything estimated at once where it has one."""
    z = norm.ppf((1 + stage.confidence) / 2)
    for place, label in enumerate(table.labels):
        value, error, extreme = table.measure[place], table.joint_se[place], table.extreme[place] != 0
        method = "normal, everything estimated at once"
        if not np.isfinite(error):
            error, method = table.se[place], "normal, all else as known"
        ends = Interval(value - z * error, value + z * error, error, stage.confidence, method)
        rows.under(subject_type=table.name, subject=stage.name(table.name, label)).add(
            "rasch_measure",
            value if np.isfinite(value) else unmeasured(extreme),
            ends,
            uom="logits",
            variant=stage.variant + ", extreme score" * bool(extreme),
            **used[label],
        )


def unmeasured(extreme: bool) -> NotDefined:
    """Say why an element lacks a number."""
    if extreme:
        return NotDefined("no_variation", "every mark is the lowest in use, or every mark the highest")
    return NotDefined("no_variation", "the marks that tell elements apart hold none of this one's, or do not vary")


def _add_element_rows(
    rows: Rows, stage: StageFit, table: rasch.ElementTable, measure: str, used: list[dict[str, int]]
) -> None:
    """Add one number of every element of a facet."""
    field, uom = ELEMENTS[measure]
    values = getattr(table, field)
    values = stage.marks(values) if uom == "marks" else values
    p_values = 2 * norm.sf(np.abs(values)) if measure in TESTED else np.full(len(values), np.nan)
    q_values, tests = benjamini_hochberg(p_values), int(np.isfinite(p_values).sum())
    for place, label in enumerate(table.labels):
        value, extreme = values[place], table.extreme[place] != 0
        columns = {"uom": stage.uom if uom == "marks" else uom} | used[label]
        if np.isfinite(p_values[place]):
            columns |= {"p_value": p_values[place], "q_value": q_values[place]}
            columns["q_family"] = f"{measure} of {tests} in facet {table.name}"
        under = rows.under(subject_type=table.name, subject=stage.name(table.name, label), variant=stage.variant)
        found = value if np.isfinite(value) else unmeasured(extreme)
        under.add(measure, found, DESCRIBED if measure == "observed_average" else NO_INTERVAL, **columns)


def _add_facets(rows: Rows, stage: StageFit, summaries: list[rasch.FacetSummary]) -> None:
    """Add how far the elements of each facet can be told apart."""
    for summary in summaries:
        under = rows.under(subject_type=summary.name, subject="")
        few = too_few(summary.name, summary.elements)
        rmse = summary.population.rmse
        found = rmse if np.isfinite(rmse) else few
        under.add("rasch_rmse", found, NO_INTERVAL, uom="logits", variant=stage.variant)
        label = f", {DIFFERING}" if summary.name == "juror" else ""
        for kind in ("population", "sample"):
            for measure, (field, uom) in SEPARATION.items():
                value = getattr(getattr(summary, kind), field)
                variant = f"{stage.variant}{label}, {kind}"
                found = value if np.isfinite(value) else few
                under.add(measure, found, NO_INTERVAL, uom=uom, variant=variant)
    for measure, kind in CHI2.items():
        p_values = np.array([getattr(summary, f"{kind}_p") for summary in summaries])
        q_values = benjamini_hochberg(p_values)
        for summary, p_value, q_value in zip(summaries, p_values, q_values, strict=True):
            value = getattr(summary, f"{kind}_chi2")
            tested = np.isfinite(value)
            family = f"{measure} of {np.isfinite(p_values).sum()} facets" if tested else ""
            rows.under(subject_type=summary.name, variant=stage.variant).add(
                measure,
                value if tested else too_few(summary.name, summary.elements),
                NO_INTERVAL,
                uom="coefficient",
                p_value=p_value,
                q_value=q_value,
                q_family=family,
            )


def too_few(facet: str, elements: int) -> NotDefined:
    """Say that a facet has too few measured elements."""
    code = {"juror": "too_few_jurors", "dossier": "too_few_units", "criterion": "one_item"}[facet]
    return NotDefined(code, f"too few measured elements to compare; here {elements}")
