"""The marks of a stage: their distribution, and every coefficient whole, by criterion and by category."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from analysis.config import Competition, Scale
from analysis.errors import NotDefined
from analysis.measures.rows import DESCRIBED, Rows, attempt
from analysis.measures.slices import ORDERED, Panel, Slice, complete, in_category, misfit, resamples
from analysis.statistics.concordance import kendall_test
from analysis.statistics.registry import Coefficient, cluster_interval, coefficients, panel_interval
from analysis.statistics.registry.kappas import fleiss_categories
from analysis.statistics.survey import mean
from analysis.statistics.trends import bootstrap_mean_interval

LIKE_THESE = "jurors_like_these"  # `at` of a row whose interval is for other jurors of the same kind
# Families that a category is told by; the rest of them say the same of fewer dossiers.
HEADLINES = ("krippendorff_alpha", "icc_11", "icc_1k", "icc_a1", "icc_ak", "icc_c1", "icc_ck", "kendall_w",
             "pair_difference")  # fmt: skip
MOST_JURORS = 60  # of more, pairs of jurors and a fit without each office cost more than they tell
# Leaving out each juror of each dossier costs marks times dossiers; orders must be sorted anew each time.
MOST_CELLS = 5_000_000
SORTED = ("mean_spearman", "mean_kendall_tau")
TOO_MANY = NotDefined("no_interval", "too many marks to leave out one by one")
# Lines of a criterion with a second interval, for jurors like these; the rest have it of the composite only.
OF_CRITERIA = ("krippendorff_alpha", "icc_11", "icc_1k", "icc_a1", "icc_ak", "icc_c1", "icc_ck", "gwet_ac1", "gwet_ac2",
               "exact_agreement", "adjacent_agreement", "pair_difference")  # fmt: skip
# Duplicates in a resample agree by themselves, so resamples of an expectation by chance lie above it.
CHANCE = NotDefined("description", "what chance would give with these marks, not an estimate")


def add_coefficients(rows: Rows, panel: Panel, categories: list[str], competition: Competition) -> None:
    """Add means, shares of the levels and the coefficients of a stage."""
    whole = panel.composite()
    parts = [whole, *(panel.of_criterion(criterion.id) for criterion in panel.criteria)]
    for part in parts:
        under, weights = rows.under(**part.keys), resamples(part, competition)
        _level(under, part, weights, competition)
        for coefficient in _fitting(part):
            value = _value(coefficient, part)
            _row(under, coefficient, value, part, weights, competition)
            if coefficient.name in OF_CRITERIA if part.keys["criterion"] else coefficient.name not in SORTED:
                _row_like_these(under, coefficient, value, part, competition)
    _listwise(rows, whole, competition)
    for part in parts[1:]:
        _shares(rows.under(**part.keys), part)
        if len(part.jurors) <= MOST_JURORS:
            _levels(rows.under(**part.keys), part, competition)
    for category in categories:
        part = in_category(whole, category)
        weights = resamples(part, competition)
        for coefficient in _fitting(part):
            if coefficient.name in HEADLINES:
                _row(rows.under(**part.keys), coefficient, _value(coefficient, part), part, weights, competition)


def level_counts(marks: np.ndarray, scale: Scale) -> dict[str, int]:
    """Count marks on each level of a scale, in its order; the level is written with %g."""
    places = np.rint((marks - scale.minimum) / scale.step).astype(int)
    counts = np.bincount(places, minlength=len(scale.levels))
    return {f"{level:g}": int(count) for level, count in zip(scale.levels, counts, strict=True)}


def _level(rows: Rows, part: Slice, weights: np.ndarray, competition: Competition) -> None:
    """Add the mean and the standard deviation of the marks."""
    unfit = misfit("a mean", part.level, levels=ORDERED)
    value = unfit or attempt(mean, part.unit_means())
    ends = unfit or attempt(
        bootstrap_mean_interval,
        part.unit_means(),
        cluster=part.cluster,
        weights=weights,
        confidence=competition.analysis.confidence,
    )
    rows.add(
        "score_mean",
        value,
        ends,
        uom=part.uom,
        variant="mean over dossiers of the mean over jurors",
        **part.used_counts("rated"),
    )
    spread = unfit or attempt(_spread, part.ratings)
    rows.add("score_sd", spread, DESCRIBED, uom=part.uom, variant="all marks, n - 1", **part.used_counts("rated"))


def _spread(ratings: np.ndarray) -> float:
    marks = ratings[np.isfinite(ratings)]
    if len(marks) < 2:
        raise NotDefined("too_few_units", f"a standard deviation needs two marks; here {len(marks)}")
    return float(marks.std(ddof=1))


def _shares(rows: Rows, part: Slice) -> None:
    """Add the share of the marks on each level of the scale."""
    marks = part.ratings[np.isfinite(part.ratings)]
    if not part.scale.levels or not len(marks):
        none = NotDefined("no_data", "nobody gave a mark on this criterion")
        stepless = NotDefined("wrong_level", "the scale has no steps, so no levels to count")
        rows.add("score_share", none if part.scale.levels else stepless, None, uom="share")
        return
    for level, count in level_counts(marks, part.scale).items():
        rows.add("score_share", count / len(marks), DESCRIBED, uom="share", at=level, n_scores=len(marks))


def _levels(rows: Rows, part: Slice, competition: Competition) -> None:
    """Add the agreement on each level that somebody gave, against all the others together."""
    weights = resamples(part, competition)
    for level, coefficient in fleiss_categories(part.scale.levels).items():
        if np.isclose(part.ratings, level).any():
            value = _value(coefficient, part)
            _row(rows.under(at=f"{level:g}"), coefficient, value, part, weights, competition)


def _listwise(rows: Rows, whole: Slice, competition: Competition) -> None:
    """Add Krippendorff's alpha of the dossiers that every juror marked, beside that of all."""
    part = complete(whole)
    named = {(line.name, line.variant): line for line in coefficients()}
    alpha = replace(named["krippendorff_alpha", "interval"], variant="interval, complete units", units="complete")
    text = f"two dossiers that every juror marked are needed; here {len(part.units)}"
    value = _value(alpha, part) if len(part.units) > 1 else NotDefined("no_complete_units", text)
    _row(rows.under(**part.keys), alpha, value, part, resamples(part, competition), competition)


def _fitting(part: Slice) -> list[Coefficient]:
    """Give the lines of the registry that speak of such marks: those of levels speak of a criterion only."""
    lines = coefficients(part.scale.levels if part.scale else ())
    if len(part.jurors) > MOST_JURORS:
        lines = tuple(line for line in lines if line.name in HEADLINES and "pairs of jurors" not in line.variant)
    return [line for line in lines if part.keys["criterion"] or not line.of_levels]


def _row(
    rows: Rows, coefficient: Coefficient, value: float | NotDefined, part: Slice, weights: np.ndarray,
    competition: Competition,
) -> None:  # fmt: skip
    """Add a coefficient with its interval for these jurors."""
    columns = _columns(coefficient, part)
    ends = None
    if coefficient.perfect is None:
        ends = CHANCE
    elif "REML" in coefficient.variant and len(part.jurors) > MOST_JURORS:
        ends = TOO_MANY
    elif not isinstance(value, NotDefined):
        ends = attempt(
            cluster_interval,
            coefficient,
            part.ratings,
            cluster=part.cluster,
            weights=weights,
            confidence=competition.analysis.confidence,
        )
    if coefficient.name == "kendall_w" and coefficient.units == "complete" and not isinstance(value, NotDefined):
        columns["p_value"] = kendall_test(part.ratings).p_value
    rows.add(coefficient.name, value, ends, **columns)


def _row_like_these(
    rows: Rows, coefficient: Coefficient, value: float | NotDefined, part: Slice, competition: Competition
) -> None:
    """Add the same number with its interval for jurors like these."""
    if coefficient.perfect is None:
        return
    ends = None
    if np.isfinite(part.ratings).sum() * len(part.ratings) > MOST_CELLS:
        ends = TOO_MANY
    elif not isinstance(value, NotDefined):
        confidence = competition.analysis.confidence
        ends = attempt(panel_interval, coefficient, part.ratings, cluster=part.cluster, confidence=confidence)
    rows.add(coefficient.name, value, ends, at=LIKE_THESE, **_columns(coefficient, part))


def _value(coefficient: Coefficient, part: Slice) -> float | NotDefined:
    unfit = misfit(f"{coefficient.name} ({coefficient.variant})", part.level, levels=coefficient.levels)
    return unfit or attempt(coefficient.value, part.ratings)


def _columns(coefficient: Coefficient, part: Slice) -> dict:
    uom = part.uom if coefficient.uom == "points" else coefficient.uom
    return {"uom": uom, "variant": coefficient.variant, **part.used_counts(coefficient.units)}
