"""From marks to awards: scores of dossiers, totals, places, and what the configured rule awards."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.config import Competition, Decision, Edition
from analysis.errors import NotDefined
from analysis.measures.rows import COUNTED, DESCRIBED, Rows
from analysis.measures.slices import Panel, Slice, read_panel
from analysis.statistics import ranks

_NO_INTERVAL = NotDefined("no_interval", "the mean of the marks of the jurors this dossier had")


@dataclass(frozen=True)
class Ranking:
    """Valid dossiers with their totals, places and computed awards.

    Attributes
    ----------
    table : DataFrame
        A row a dossier: `dossier`, `office`, `category`, `total` (POMP, NaN where no weighted stage has a mark),
        `reached` (weighted stages with a mark), `place` (NaN without a total), `awarded` (flag), `outcome` (recorded).
    rule : text
        What decided, in words.
    unclear : NotDefined or None
        Why the rule awards nobody and denies nobody.
    """

    table: pd.DataFrame
    rule: str
    unclear: NotDefined | None


def measure(tables: dict[str, pd.DataFrame], competition: Competition, edition: str) -> pd.DataFrame:
    """Measure the decisions of one edition: `dossier_score`, `total_score`, `place`, `awarded`, counts of awards."""
    settings = competition.edition(edition)
    rows = Rows(edition=edition)
    for stage in settings.stages:
        _stage_scores(rows, read_panel(tables["scores"], settings, stage.id))
    dossiers = tables["dossiers"][tables["dossiers"]["edition"] == edition]
    ranking = rank(tables, settings)
    _totals(rows, ranking, settings)
    _awards(rows, ranking, dossiers, settings.decision)
    return rows.frame()


def rank(tables: dict[str, pd.DataFrame], edition: Edition) -> Ranking:
    """Rank the valid dossiers of an edition by its configured weights, rule and tie-break."""
    dossiers = tables["dossiers"]
    dossiers = dossiers[(dossiers["edition"] == edition.id) & (dossiers["status"] == "valid")]
    table = dossiers[["dossier", "office", "category", "outcome"]].sort_values("dossier", ignore_index=True)
    panels = {stage.id: read_panel(tables["scores"], edition, stage.id) for stage in edition.stages}
    weights = _weights(edition)
    stages = _stages(table, [panels[stage].composite_percent() for stage in weights])
    reached = np.isfinite(stages)
    table["total"] = ranks.total_scores(stages, weights=np.array(list(weights.values())))
    names = np.array(list(weights), dtype=object)
    table["reached"] = [" ".join(names[there]) for there in reached]
    breaks = [_tie_break(rule, table, panels, weights) for rule in edition.decision.tie_break]
    # Whoever reached a later stage stands before whoever did not; the totals of both do not compare.
    keys = np.column_stack([reached[:, ::-1].astype(float), table["total"], *breaks])
    groups = table["category"] if edition.decision.per == "category" else pd.Series("", index=table.index)
    table["place"] = np.nan
    for members in table[table["total"].notna()].groupby(groups).groups.values():
        table.loc[members, "place"] = ranks.places(keys[members])
    far = (reached | ~reached.any(axis=0)).all(axis=1) & table["total"].notna()
    table["awarded"], unclear = _awarded(table, edition.decision, groups)
    table["awarded"] &= far | (edition.decision.rule == "recorded")
    return Ranking(table, _in_words(edition.decision), unclear)


def laureates(tables: dict[str, pd.DataFrame], edition: Edition) -> pd.Series | NotDefined:
    """Give the ids of the awarded dossiers: as recorded where anything was recorded, else by the rule."""
    dossiers = tables["dossiers"][tables["dossiers"]["edition"] == edition.id]
    if (dossiers["outcome"] != "").any():
        return dossiers.loc[dossiers["outcome"] == "awarded", "dossier"]
    ranking = rank(tables, edition)
    return ranking.unclear or ranking.table.loc[ranking.table["awarded"], "dossier"]


def _weights(edition: Edition) -> dict[str, float]:
    """Weights of the stages that count, in the order of the stages."""
    weights = {stage.id: edition.decision.weights.get(stage.id, 0) for stage in edition.stages}
    return {stage: weight for stage, weight in weights.items() if weight > 0}


def _stages(table: pd.DataFrame, parts: list[Slice]) -> np.ndarray:
    """Score of each dossier of `table` in each slice, shape (dossiers, slices); NaN where it has no mark."""
    scores = [pd.Series(part.unit_means(), index=part.units).reindex(table["dossier"]) for part in parts]
    return np.array(scores, dtype=float).reshape(len(parts), len(table)).T


def _tie_break(rule: str, table: pd.DataFrame, panels: dict[str, Panel], weights: dict[str, float]) -> np.ndarray:
    """Give what settles equal totals, higher first: a stage's score, a criterion's total, or the median mark.

    `weights`: weights of the stages that count.
    """
    kind, _, name = rule.partition(":")
    if kind == "stage":
        return _stages(table, [panels[name].composite_percent()])[:, 0]
    counting = [panels[stage] for stage in weights]
    if kind == "criterion":
        scores = _stages(table, [panel.over([name]) for panel in counting])
        return ranks.total_scores(scores, weights=np.array(list(weights.values())))
    marks = [pd.DataFrame(part.ratings, index=part.units) for part in (one.composite_percent() for one in counting)]
    every = pd.concat([pd.DataFrame(index=table["dossier"]), *marks], axis=1).reindex(table["dossier"])
    return every.median(axis=1).to_numpy()


def _awarded(table: pd.DataFrame, decision: Decision, groups: pd.Series) -> tuple[pd.Series, NotDefined | None]:
    """Tell which dossiers stand above the configured line, or why that cannot be told."""
    nobody = pd.Series(False, index=table.index)
    if decision.rule == "recorded":
        recorded = bool((table["outcome"] != "").any())
        none = NotDefined("no_data", "the rule is `recorded`, and no outcome is recorded")
        return table["outcome"] == "awarded", None if recorded else none
    if table["total"].isna().all():
        return nobody, NotDefined("no_data", "no valid dossier has a mark in a stage with a weight")
    if decision.rule == "points":
        return nobody | ranks.awarded_by_points(table["total"].to_numpy(), least=decision.value), None
    if decision.rule == "places":
        return nobody | ranks.awarded_by_places(table["place"].to_numpy(), number=decision.value), None
    ranked = table.loc[table["total"].notna(), "place"].groupby(groups)
    above = ranked.transform(lambda place: ranks.awarded_by_share(place.to_numpy(), share=decision.value))
    return nobody | above.reindex(table.index, fill_value=False).astype(bool), None


def _in_words(decision: Decision) -> str:
    weights = " + ".join(f"{weight:g} {stage}" for stage, weight in decision.weights.items())
    rule = decision.rule if decision.rule == "recorded" else f"{decision.rule} {decision.value:g}"
    ties = ", ".join(decision.tie_break) or "shared place"
    return f"mean of jurors, {weights}; rule {rule} per {decision.per}; ties: {ties}"


def _stage_scores(rows: Rows, panel: Panel) -> None:
    for marks in [panel.composite(), *(panel.of_criterion(criterion.id) for criterion in panel.criteria)]:
        jurors = np.isfinite(marks.ratings).sum(axis=1)
        means = marks.unit_means()
        keys = {name: marks.keys[name] for name in ("stage", "criterion")}
        under = rows.under(**keys, subject_type="dossier", variant="mean over jurors")
        for unit, category, mean, count in zip(marks.units, marks.categories, means, jurors, strict=True):
            columns = {"subject": unit, "category": category, "n_jurors": count, "n_scores": count}
            under.add("dossier_score", mean, _NO_INTERVAL, uom=marks.uom, **columns)


def _totals(rows: Rows, ranking: Ranking, edition: Edition) -> None:
    table = ranking.table
    most = set(" ".join(table["reached"]).split())
    for entry in table.itertuples():
        lacking = [stage for stage in _weights(edition) if stage in most - set(entry.reached.split())]
        behind = f"; no mark in {', '.join(lacking)}, so behind those that have one" if lacking else ""
        under = rows.under(subject_type="dossier", subject=entry.dossier, category=entry.category)
        no_mark = NotDefined("no_data", "no mark in a stage with a weight")
        unranked = no_mark if np.isnan(entry.total) else None
        variant = ranking.rule + behind
        under.add("total_score", unranked or entry.total, _NO_INTERVAL, uom="POMP", variant=variant)
        under.add("place", unranked or entry.place, DESCRIBED, uom="place", variant=variant)
        by_record = edition.decision.rule == "recorded"
        awarded = ranking.unclear or float(entry.awarded)
        under.add("awarded", awarded, DESCRIBED, uom="count", variant="as recorded" if by_record else variant)


def _awards(rows: Rows, ranking: Ranking, dossiers: pd.DataFrame, decision: Decision) -> None:
    recorded = dossiers[dossiers["outcome"] != ""]
    computed = set(ranking.table.loc[ranking.table["awarded"], "dossier"])
    counts: dict[str, float | NotDefined] = {
        "n_awarded": ranking.unclear or len(computed),
        "n_awarded_recorded": (recorded["outcome"] == "awarded").sum(),
        "n_award_differences": ranking.unclear
        or (recorded["dossier"].isin(computed) != (recorded["outcome"] == "awarded")).sum(),
    }
    if recorded.empty:
        nothing = NotDefined("no_data", "no outcome is recorded")
        counts |= {"n_awarded_recorded": nothing, "n_award_differences": nothing}
    elif decision.rule == "recorded":
        counts["n_award_differences"] = NotDefined("no_data", "the rule is `recorded`: nothing is computed to compare")
    for name, count in counts.items():
        under = rows.under(variant="as recorded" if name == "n_awarded_recorded" else ranking.rule)
        under.add(name, count, COUNTED, uom="count", n_units=len(dossiers))
