"""The competition over its editions: entrants and awards, scores and agreement on the criteria that stayed the same."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from analysis.config import Competition, Edition
from analysis.errors import NotDefined
from analysis.measures.crosswalk import Chain, comparability
from analysis.measures.decisions import laureates
from analysis.measures.jurors import over_editions
from analysis.measures.rows import COUNTED, Rows, attempt
from analysis.measures.slices import Panel, Slice, categories_of, misfit, read_panel, resamples
from analysis.measures.succession import with_successors
from analysis.schema import CROSSWALK, SUCCESSION
from analysis.statistics import trends as statistics
from analysis.statistics.registry import Coefficient, cluster_interval, coefficients
from analysis.statistics.survey import mean, wilson_interval

CORE = "plain mean over the criteria comparable through all editions"
NO_CORE = NotDefined("not_comparable", "no criterion is comparable through all editions")
FIRST = NotDefined("no_repeat", "the first edition on file has no earlier one")


@dataclass(frozen=True)
class Point:
    """One edition on the trend: its first stage, and the jurors' marks on the core criteria in POMP."""

    edition: Edition
    panel: Panel
    marks: Slice
    criteria: tuple[str, ...]

    @property
    def unlinked(self) -> NotDefined | None:
        """Why there are no marks to compare, where no criterion is comparable."""
        return None if self.criteria else NO_CORE

    def by_office(self) -> pd.Series:
        """Score of each office: the mean over its dossiers."""
        return pd.Series(self.marks.unit_means()).groupby(self.marks.offices.astype("str")).mean()

    def of_jurors(self, jurors: set[str]) -> tuple[np.ndarray, np.ndarray]:
        """Score of each dossier by these jurors only, and its office."""
        chosen = self.marks.ratings[:, [juror in jurors for juror in self.marks.jurors]]
        there = np.isfinite(chosen).any(axis=1)
        scores = [row[np.isfinite(row)].mean() for row in chosen[there]]
        return np.array(scores, dtype=float), self.marks.offices[there]


def measure(tables: dict[str, pd.DataFrame], competition: Competition, edition: str = "") -> pd.DataFrame:
    """Measure the trends over all editions; `edition` is "", the only part there is."""
    rows = Rows(edition=edition)
    crosswalk = tables.get("crosswalk", CROSSWALK.empty())
    comparable = comparability(crosswalk, competition)
    number = len(comparable.core(comparable.editions[0].id)) if comparable.editions else NO_CORE
    rows.add("n_core_criteria", number, COUNTED, uom="count", variant="through all editions, by the crosswalk")
    for entry in competition.editions:
        _entrants(rows.under(edition=entry.id), tables, competition, entry)
    points = []
    for entry in comparable.editions:
        panel, criteria = read_panel(tables["scores"], entry, entry.stages[0].id), comparable.core(entry.id)
        points.append(Point(entry, panel, panel.over(criteria), tuple(criteria)))
    for point in points:
        inside = rows.under(edition=point.edition.id, stage=point.panel.stage)
        _scores(inside, point, competition)
        _groups(inside, point, comparable.groups, competition)
    for earlier, later in pairwise(points):
        _links(rows, earlier, later, comparable.links[earlier.edition.id, later.edition.id])
        _changes(rows, earlier, later, competition)
    _alpha_over_editions(rows, [point.panel for point in points], competition)
    return rows.frame()


def _entrants(rows: Rows, tables: dict[str, pd.DataFrame], competition: Competition, edition: Edition) -> None:
    every = tables["dossiers"]
    entered = every[every["edition"] == edition.id]
    valid = entered[entered["status"] == "valid"]
    earlier = [entry.id for entry in competition.editions if entry.number < edition.number]
    before = every.loc[every["edition"].isin(earlier), "office"]
    repeating = entered["office"].isin(with_successors(before, tables.get("succession", SUCCESSION.empty()), edition))
    repeaters = int(repeating.sum()) if earlier else FIRST
    counts = {"n_entrants": entered, "n_valid": valid}
    for name, dossiers in counts.items():
        rows.add(name, len(dossiers), COUNTED, uom="count", n_offices=dossiers["office"].nunique())
    rows.add("n_repeaters", repeaters, COUNTED, uom="count", n_offices=entered.loc[repeating, "office"].nunique())
    for category in categories_of(edition, entered["category"]):
        inside = rows.under(category=category)
        inside.add("n_valid", (valid["category"] == category).sum(), COUNTED, uom="count")
    awarded = _awarded(rows, tables, edition, entered)
    _share(rows, "share_awarded", awarded, len(valid), competition)
    _share(rows, "share_repeaters", repeaters, len(entered), competition)


def _awarded(rows: Rows, tables: dict[str, pd.DataFrame], edition: Edition, entered: pd.DataFrame) -> int | NotDefined:
    """Add the number of laureates, whole and by category."""
    winners = laureates(tables, edition)
    recorded = (entered["outcome"] != "").any()
    columns = {"uom": "count", "variant": "as recorded" if recorded else "by the configured rule"}
    number = winners if isinstance(winners, NotDefined) else len(winners)
    rows.add("n_awarded", number, COUNTED, **columns)
    for category in categories_of(edition, entered["category"]):
        inside = winners
        if not isinstance(winners, NotDefined):
            inside = winners.isin(entered.loc[entered["category"] == category, "dossier"]).sum()
        rows.under(category=category).add("n_awarded", inside, COUNTED, **columns)
    return number


def _share(rows: Rows, name: str, part: int | NotDefined, whole: int, competition: Competition) -> None:
    if isinstance(part, NotDefined):
        rows.add(name, part, None, uom="share")
        return
    confidence = competition.analysis.confidence
    ends = attempt(wilson_interval, part, whole, confidence=confidence)
    value = part / whole if whole else ends
    rows.add(name, value, ends, uom="share", n_units=whole)


def _scores(rows: Rows, point: Point, competition: Competition) -> None:
    """Add the mean score and the agreement of one edition on the core criteria, and the score of each office."""
    marks, confidence = point.marks, competition.analysis.confidence
    weights = resamples(marks, competition)
    used = marks.used_counts("rated")
    value = point.unlinked or attempt(mean, marks.unit_means())
    ends = attempt(
        statistics.bootstrap_mean_interval,
        marks.unit_means(),
        cluster=marks.cluster,
        weights=weights,
        confidence=confidence,
    )
    rows.add("score_core", value, ends, uom="POMP", variant=CORE, **used)
    described = NotDefined("no_interval", "the mean of the marks this office got")
    for office, score in point.by_office().items():
        by_office = rows.under(subject_type="office", subject=office)
        by_office.add("score_core", score, described, uom="POMP", variant=CORE)
    _alpha(rows, "alpha_core", marks, weights, confidence, point.unlinked)


def _groups(rows: Rows, point: Point, groups: list[Chain], competition: Competition) -> None:
    """Add the mean score on each whole that was split or merged: the whole, or its parts together."""
    for chain in groups:
        shares = chain.shares[point.edition.id]
        marks = point.panel.over(shares)
        parts = ", ".join(f"{name} {share:.3g}" for name, share in shares.items())
        variant = f"mean of its parts ({parts})" if len(shares) > 1 else "the criterion as a whole"
        value = attempt(mean, marks.unit_means())
        ends = attempt(
            statistics.bootstrap_mean_interval,
            marks.unit_means(),
            cluster=marks.cluster,
            weights=resamples(marks, competition),
            confidence=competition.analysis.confidence,
        )
        inside = rows.under(criterion=chain.name)
        inside.add("score_group", value, ends, uom="POMP", variant=variant, **marks.used_counts("rated"))


def _alpha(
    rows: Rows, name: str, marks: Slice, weights: np.ndarray, confidence: float, empty: NotDefined | None
) -> None:
    alpha = _interval_alpha()
    value = empty or attempt(alpha.value, marks.ratings)
    ends = None
    if not isinstance(value, NotDefined):
        settings = {"cluster": marks.cluster, "weights": weights, "confidence": confidence}
        ends = attempt(cluster_interval, alpha, marks.ratings, **settings)
    used = marks.used_counts(alpha.units)
    rows.add(name, value, ends, uom=alpha.uom, variant=alpha.variant, **used)


def _interval_alpha() -> Coefficient:
    named = {(entry.name, entry.variant): entry for entry in coefficients()}
    return named["krippendorff_alpha", "interval"]


def _links(rows: Rows, earlier: Point, later: Point, linked: dict[str, str]) -> None:
    """Add what two neighbouring editions have in common."""
    between = rows.under(edition=earlier.edition.id, edition_to=later.edition.id)
    between.add("common_criteria", len(linked), COUNTED, uom="count", variant="by the crosswalk")
    staged = between.under(stage=later.panel.stage)
    jurors = set(earlier.panel.jurors) & set(later.panel.jurors)
    offices = set(earlier.panel.offices) & set(later.panel.offices)
    staged.add("common_jurors", len(jurors), COUNTED, uom="count", variant="with marks in both")
    staged.add("common_offices", len(offices), COUNTED, uom="count", variant="with marks in both")


def _changes(rows: Rows, earlier: Point, later: Point, competition: Competition) -> None:
    """Add the change of the mean score: of all, of offices that returned, by the jurors of both editions."""
    keys = {"edition": earlier.edition.id, "edition_to": later.edition.id, "stage": later.panel.stage}
    under = rows.under(**keys)
    empty = earlier.unlinked
    confidence = competition.analysis.confidence
    everyone = set(earlier.marks.jurors) | set(later.marks.jurors)
    both = set(earlier.marks.jurors) & set(later.marks.jurors)
    for name, jurors in {"score_change": everyone, "score_change_same_jurors": both}.items():
        (one, offices), (other, offices_later) = earlier.of_jurors(jurors), later.of_jurors(jurors)
        nobody = NotDefined("too_few_jurors", "no juror marked in both editions") if not jurors else None
        value = empty or nobody or attempt(statistics.difference_of_means, one, other)
        clusters = {"cluster_earlier": offices, "cluster_later": offices_later, "confidence": confidence}
        ends = attempt(statistics.clustered_difference_interval, one, other, **clusters)
        columns = {"n_units": len(one) + len(other), "n_jurors": len(jurors)}
        variant = "difference of means over dossiers"
        under.add(name, value, ends, uom="POMP", variant=variant, **columns)
    _returning(under, earlier, later, empty, confidence)


def _returning(rows: Rows, earlier: Point, later: Point, empty: NotDefined | None, confidence: float) -> None:
    pairs = pd.concat([earlier.by_office(), later.by_office()], axis=1, join="inner").to_numpy(dtype=float)
    value = empty or attempt(statistics.paired_difference, pairs[:, 0], pairs[:, 1])
    ends = attempt(statistics.paired_difference_interval, pairs[:, 0], pairs[:, 1], confidence=confidence)
    variant = "mean paired difference over offices"
    rows.add("score_change_returning", value, ends, uom="POMP", variant=variant, n_offices=len(pairs))


def _alpha_over_editions(rows: Rows, panels: list[Panel], competition: Competition) -> None:
    """Add Krippendorff's alpha of the composites of all editions together, first stages only."""
    stages = {panel.stage for panel in panels}
    stage = stages.pop() if len(stages) == 1 else ""
    marks = over_editions(panels, stage=stage)
    unfit = misfit("krippendorff_alpha (interval)", marks.level, levels=_interval_alpha().levels)
    weights = resamples(marks, competition)
    confidence = competition.analysis.confidence
    _alpha(rows.under(stage=stage), "krippendorff_alpha", marks, weights, confidence, unfit)
