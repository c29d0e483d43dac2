"""How far the jurors of a stage agree: the design, the distributions, every coefficient of the registry."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.config import Competition, Edition, Scale
from analysis.errors import NotDefined
from analysis.measures.design import add_design
from analysis.measures.rows import DESCRIBED, Rows, attempt
from analysis.measures.slices import NUMERIC, ORDERED, Panel, Slice, in_category, misfit, read_panel, resamples
from analysis.statistics.agreement import by_pair, pair_difference
from analysis.statistics.jurors import coscored
from analysis.statistics.registry import Coefficient, cluster_interval, coefficients
from analysis.statistics.reliability import kendall_test
from analysis.statistics.survey import mean
from analysis.statistics.trends import bootstrap_mean_interval

# Duplicates in a resample agree by themselves, so resamples of an expectation by chance lie above it.
CHANCE = NotDefined("description", "what chance would give with these marks, not an estimate")


def measure(tables: dict[str, pd.DataFrame], competition: Competition, edition: str) -> pd.DataFrame:
    """Measure agreement in every stage of one edition: whole, by category and by criterion."""
    settings = competition.edition(edition)
    rows = Rows(edition=edition)
    for stage in settings.stages:
        panel = read_panel(tables["scores"], settings, stage.id)
        categories = categories_of(settings, panel.categories)
        add_design(rows.under(stage=stage.id), panel, categories=categories)
        _stage(rows, panel, categories, competition)
    return rows.frame()


def categories_of(edition: Edition, found: np.ndarray | pd.Series) -> list[str]:
    """Give the categories of an edition: those configured, then any other that the data name."""
    configured = [category.id for category in edition.categories]
    return configured + sorted(set(found) - set(configured) - {""})


def _stage(rows: Rows, panel: Panel, categories: list[str], competition: Competition) -> None:
    whole = panel.composite()
    parts = [whole, *(panel.of_criterion(criterion.id) for criterion in panel.criteria)]
    for part in parts:
        weights = resamples(part, competition)
        under = rows.under(**part.keys)
        _level(under, part, weights, competition)
        _coefficients(under, part, weights, competition)
    for part in parts[1:]:
        _shares(rows.under(**part.keys), part)
    for category in categories:
        part = in_category(whole, category)
        _coefficients(rows.under(**part.keys), part, resamples(part, competition), competition)
    _pairs(rows.under(**whole.keys), whole)
    _ranges(rows.under(**whole.keys), whole)


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


def level_counts(marks: np.ndarray, scale: Scale) -> dict[str, int]:
    """Count marks on each level of a scale, in its order; the level is written with %g."""
    places = np.rint((marks - scale.minimum) / scale.step).astype(int)
    counts = np.bincount(places, minlength=len(scale.levels))
    return {f"{level:g}": int(count) for level, count in zip(scale.levels, counts, strict=True)}


def _coefficients(rows: Rows, part: Slice, weights: np.ndarray, competition: Competition) -> None:
    for coefficient in coefficients(part.scale.levels if part.scale else ()):
        name, variant = coefficient.name, coefficient.variant
        if coefficient.of_levels and not part.keys["criterion"]:
            continue
        uom = part.uom if coefficient.uom == "points" else coefficient.uom
        value = _unfit(coefficient, part) or attempt(coefficient.value, part.ratings)
        ends = None
        if coefficient.perfect is None:
            ends = CHANCE
        elif not isinstance(value, NotDefined):
            ends = attempt(
                cluster_interval,
                coefficient,
                part.ratings,
                cluster=part.cluster,
                weights=weights,
                confidence=competition.analysis.confidence,
            )
        columns = part.used_counts(coefficient.units)
        if name == "kendall_w" and not isinstance(value, NotDefined):
            columns["p_value"] = kendall_test(part.ratings).p_value
        rows.add(name, value, ends, uom=uom, variant=variant, **columns)


def _unfit(coefficient: Coefficient, part: Slice) -> NotDefined | None:
    return misfit(f"{coefficient.name} ({coefficient.variant})", part.level, levels=coefficient.levels)


def _pairs(rows: Rows, whole: Slice) -> None:
    """Add the mean difference between each two jurors."""
    shared = coscored(whole.ratings)
    unfit = misfit("pair_difference", whole.level, levels=NUMERIC)
    for (one, other), value in by_pair(whole.ratings, pair_difference).items():
        keys = {"subject": whole.jurors[one], "versus": whole.jurors[other]}
        under = rows.under(subject_type="juror", versus_type="juror", **keys)
        under.add(
            "pair_difference",
            unfit or value,
            DESCRIBED,
            uom=whole.uom,
            variant="mean over dossiers both marked",
            n_units=shared[one, other],
            n_jurors=2,
        )


def _ranges(rows: Rows, whole: Slice) -> None:
    """Add the difference between the largest and the smallest mark of each dossier."""
    count = np.isfinite(whole.ratings).sum(axis=1)
    alone = NotDefined("one_juror", "one juror marked this dossier")
    unfit = misfit("score_range", whole.level, levels=NUMERIC)
    for unit, marks, jurors in zip(whole.units, whole.ratings, count, strict=True):
        value = np.nanmax(marks) - np.nanmin(marks) if jurors > 1 else alone
        under = rows.under(subject_type="dossier", subject=unit)
        under.add(
            "score_range", unfit or value, DESCRIBED, uom=whole.uom, variant="largest - smallest", n_jurors=jurors
        )
