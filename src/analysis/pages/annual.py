"""Blocks of the annual report: who was awarded, how it was judged, and what follows, for everyone to read."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from analysis.config import Stage
from analysis.intake import rules_sha256
from analysis.measures.crosswalk import judged
from analysis.pages import bands, display, house, timeline, trends
from analysis.pages.page import Column, Page
from analysis.pages.timeline import confidence, intervals_of, top_and_bottom, valued
from analysis.pages.waves import Wave, dimension_means, overall, plain, span, told, waves_of, whom
from analysis.pages.words import DASH

LAUREATES = ("as recorded", "by the configured rule")  # variants of the number of laureates, not of the rule's check


def title(page: Page) -> display.Title:
    """Head of the page: the edition, its date and place."""
    date = page.words.date(page.edition.gala) if page.edition.gala else ""
    place = ", ".join(filter(None, (date, told(page, page.edition.place))))
    return page.title("annual", place=f"{place}. " if place else "")


def facts(page: Page) -> display.Facts:
    """Four numbers: entries, awards and their share, jurors and marks a dossier, agreement in words."""
    return page.facts("annual.facts", [_entries(page), _awards(page), _jurors(page), _agreement(page)])


def first(page: Page) -> display.Finding:
    """Answer in a sentence: how many of how many were awarded, and how far two jurors differ on one dossier."""
    awarded, share = _number(page, "n_awarded"), _number(page, "share_awarded")
    valid = _number(page, "n_valid")
    if awarded is None or share is None or valid is None:
        count = valid.value if valid else math.nan
        said = [page.say("annual.first.unknown", valid=page.words.number(count))]
    else:
        blanks = {"awarded": page.words.number(awarded.value), "valid": page.words.number(valid.value)}
        said = [page.say("annual.first.awarded", share=page.words.share(share.value), **blanks)]
    pair = _measured(page, "pair_difference")
    if pair is None:
        return page.finding("annual.first", said[0])
    difference = page.words.number(pair.value, 1)
    said.append(page.say("annual.first.pair", difference=difference, unit=page.say(f"panel.unit_name.{pair.uom}")))
    return page.finding("annual.first", " ".join(said), page.say("annual.first.near"))


def laureates(page: Page) -> display.Group:
    """Awarded offices by name, category by category, and the special awards."""
    rows = _awarded_offices(page)
    if rows.empty:
        return page.group(page.section("annual.no_laureates"), page.text("annual.no_laureates.text"))
    edition = page.label("edition", page.edition.id)
    columns = {"name": Column("columns.office"), "place": Column("annual.columns.place")}
    if page.edition.categories:
        columns["category"] = Column("columns.category")
    table = page.table("annual.laureates", rows, columns, edition=edition)
    return page.group(page.section("annual.laureates"), table, *_specials(page, rows, edition))


def judging(page: Page) -> display.Group:
    """How the dossiers were judged: areas and weights, stages, the rule and whether the awards follow it."""
    if not page.edition.stages:
        return page.group()
    scales = [page.edition.scale(criterion.id) for criterion in page.edition.criteria]
    areas = pd.DataFrame(
        {
            "label": [page.label("criterion", criterion.id) for criterion in page.edition.criteria],
            "weight": [_weight(page, criterion.weight) for criterion in page.edition.criteria],
            "scale": [span(page, scale.minimum, scale.maximum) for scale in scales],
        }
    )
    columns = {
        "label": Column("annual.columns.area"),
        "weight": Column("columns.weight"),
        "scale": Column("annual.columns.scale"),
    }
    return page.group(
        page.section("annual.judging"),
        page.table("annual.areas", areas, columns),
        _stages(page),
        page.text("annual.rule.all", rule=" ".join(filter(None, (_rule(page), _tie(page), _kept(page))))),
    )


def strengths(page: Page) -> display.Group:
    """Mean mark of every area with its interval: the whole group of offices, never one of them."""
    section = page.section("annual.strengths")
    rows = page.rows(measure="score_mean", stage=_first_stage(page), criterion=None)
    rows = valued(rows[rows["criterion"] != ""])
    if rows.empty:
        return page.group(section, page.absent("annual.profile", None))
    rows = _on_one_scale(page, rows).sort_values("value", ascending=False, kind="stable", ignore_index=True)
    said = [page.words.number(value, 1) for value in rows["value"]]
    fig = house.figure(
        page.words, height=house.rows_height(len(rows), row=40), x=page.say(f"annual.profile.axis_{rows['on'].iloc[0]}")
    )
    house.rows(fig, rows["label"].tolist(), width=28)
    house.intervals(
        fig,
        values=rows["value"].tolist(),
        ends=intervals_of(rows),
        at=list(range(len(rows))),
        text=[f"{label}: {value}" for label, value in zip(rows["label"], said, strict=True)],
        hovertemplate="%{text}<extra></extra>",
    )
    columns = {
        "label": Column("annual.columns.area"),
        "value": Column("columns.mean", "number:2"),
        "low": Column("annual.columns.interval", "interval:2"),
        "range": Column("annual.columns.scale"),
        "n_units": Column("columns.n_units", "count"),
    }
    blanks = top_and_bottom(rows, said) | {
        "n": page.words.count("criterion", len(rows)),
        "range": rows["range"].iloc[0],
        "confidence": confidence(page, rows),
        "dossiers": page.words.count("dossier", int(rows["n_units"].max())),
    }
    blanks["finding"] = page.say(f"annual.profile.{_contrast(rows)}", **blanks)
    blanks["subtitle"] = page.say(f"annual.profile.subtitle_{rows['on'].iloc[0]}", **blanks)
    return page.group(
        section, page.figure("annual.profile", fig, page.table("annual.profile.table", rows, columns), **blanks)
    )


def repeaters(page: Page) -> display.Group:
    """How many entries came from offices that had entered before."""
    section = page.section("annual.repeaters")
    count, share = _number(page, "n_repeaters"), _number(page, "share_repeaters")
    if page.edition in judged(page.competition)[:1]:
        return page.group(section, page.text("annual.repeaters.first"))
    if count is None or share is None:
        return page.group()
    if count.value == 0:
        return page.group(section, page.text("annual.repeaters.nobody"))
    low, high = page.words.share(share.low), page.words.share(share.high)
    text = page.text(
        "annual.repeaters.some",
        n=page.words.number(count.value),
        share=page.words.share(share.value),
        interval=page.say("common.from_to", low=low, high=high),
        confidence=page.words.share(share.confidence),
    )
    return page.group(section, text)


def trend(page: Page) -> display.Group:
    """Mean scores over the editions beside what links them; nothing where there is one edition only."""
    if not trends.several(page):
        return page.group()
    table = trends.links_table(page)
    return page.group(page.section("annual.trend"), trends.scores(page), *([table] if table else []))


def survey(page: Page) -> display.Group:
    """Survey of the edition's clients with its base, mode and interval, and whom it speaks for."""
    section, held = page.section("annual.survey"), waves_of(page, page.edition.id)
    if not held:
        return page.group(section, page.text("annual.survey.none"))
    return page.group(section, *(block for wave in held for block in _wave(page, wave)))


def method(page: Page) -> display.Fold:
    """How the numbers came about, folded."""
    share = page.words.share(page.competition.analysis.confidence)
    return page.fold("annual.method", confidence=share, rules=rules_sha256(page.competition, page.edition))


def statement(page: Page) -> display.Group:
    """Independence of the jury and fees, in the organizer's own words."""
    said = told(page, page.competition.statement)
    key = "annual.statement.said" if said else "annual.statement.none"
    return page.group(page.section("annual.statement"), page.text(key, statement=said))


def downloads(page: Page) -> display.Group:
    """Where the data behind the charts and the settings are."""
    return page.group(page.section("annual.downloads"), page.text("annual.downloads.text"))


def _number(page: Page, measure: str) -> Any:
    """Row of the edition's count or share over all its entries, None where it has no value."""
    rows = page.rows(measure=measure, stage="")
    if measure == "n_awarded":
        rows = rows[rows["variant"].isin(LAUREATES)]
    return next(valued(rows).itertuples(index=False), None)


def _measured(page: Page, measure: str, **keys: str) -> Any:
    """Row of a measure of the whole first stage, None where it has no value."""
    row = page.row(measure=measure, stage=_first_stage(page), **keys)
    return None if row is None or math.isnan(row.value) else row


def _first_stage(page: Page) -> str:
    """Id of the first stage; "" in an edition that only asked clients."""
    return next((stage.id for stage in page.edition.stages), "")


def _entries(page: Page) -> tuple[str, str]:
    entrants, valid = _number(page, "n_entrants"), _number(page, "n_valid")
    if entrants is None:
        return page.say("annual.facts.entrants_unknown"), DASH
    noun = page.words.noun("dossier", entrants.value)
    if valid is None or valid.value == entrants.value:
        return page.say("annual.facts.entrants", noun=noun), page.words.number(entrants.value)
    label = page.say("annual.facts.entrants_valid", noun=noun, valid=page.words.number(valid.value))
    return label, page.words.number(entrants.value)


def _awards(page: Page) -> tuple[str, str]:
    awarded, share, valid = (_number(page, name) for name in ("n_awarded", "share_awarded", "n_valid"))
    if awarded is None:
        return page.say("annual.facts.awarded_unknown"), DASH
    noun = page.words.noun("annual.plural.awarded", awarded.value)
    if share is None or valid is None:
        return page.say("annual.facts.awarded_plain", noun=noun), page.words.number(awarded.value)
    blanks = {"noun": noun, "share": page.words.share(share.value), "valid": page.words.number(valid.value)}
    return page.say("annual.facts.awarded", **blanks), page.words.number(awarded.value)


def _jurors(page: Page) -> tuple[str, str]:
    jurors, marks = _measured(page, "n_jurors"), _measured(page, "jurors_per_dossier", at="median")
    if jurors is None:
        return page.say("annual.facts.jurors_unknown"), DASH
    noun = page.words.noun("juror", jurors.value)
    if marks is None:
        return page.say("annual.facts.jurors_plain", noun=noun), page.words.number(jurors.value)
    return page.say("annual.facts.jurors", noun=noun, marks=plain(page, marks.value)), page.words.number(jurors.value)


def _agreement(page: Page) -> tuple[str, str]:
    alpha = _measured(page, "krippendorff_alpha", variant="interval")
    if alpha is None:
        return page.say("annual.facts.agreement_unknown"), DASH
    band = bands.band("krippendorff_alpha", alpha.value)
    blanks = {"word": page.say(band.key), "source": band.short}
    if math.isnan(alpha.low):
        return page.say("annual.facts.agreement_plain", **blanks), page.words.number(alpha.value, 2)
    blanks["interval"] = page.words.interval(alpha.low, alpha.high)
    return page.say("annual.facts.agreement", **blanks), page.words.number(alpha.value, 2)


def _awarded_offices(page: Page) -> pd.DataFrame:
    """Awarded dossiers with the office's name, place and category, category by category in alphabetical order."""
    dossiers = page.tables["dossiers"]
    rows = dossiers[(dossiers["edition"] == page.edition.id) & (dossiers["outcome"] == "awarded")]
    places = page.tables["offices"].set_index("office")["place"]
    rows = rows.assign(
        name=[page.label("office", office) for office in rows["office"]],
        place=rows["office"].map(places).fillna(""),
        order=rows["category"].map({entry.id: place for place, entry in enumerate(page.edition.categories)}).fillna(-1),
    )
    rows["category"] = [page.label("category", name) if name else "" for name in rows["category"]]
    alphabet = page.words.sorted(rows["name"].unique())
    rows["rank"] = rows["name"].map({name: place for place, name in enumerate(alphabet)})
    return rows.sort_values(["order", "rank"], kind="stable", ignore_index=True)


def _specials(page: Page, rows: pd.DataFrame, edition: str) -> list[display.Block]:
    """Table of special awards, in the order of the configuration."""
    won = [
        {"award": page.label("special", special.id), "name": row.name}
        for special in page.edition.specials
        for row in rows[["name", "special"]].itertuples(index=False)
        if special.id in row.special.split()
    ]
    if not won:
        return []
    columns = {"award": Column("annual.columns.special"), "name": Column("columns.office")}
    return [page.table("annual.specials", pd.DataFrame(won), columns, edition=edition)]


def _weight(page: Page, weight: float) -> str:
    """Write a weight: as a share where the weights add up to one, else as it stands."""
    if math.isclose(sum(criterion.weight for criterion in page.edition.criteria), 1):
        return page.words.share(weight)
    return plain(page, weight)


def _stages(page: Page) -> display.Table:
    rows = pd.DataFrame([_stage(page, stage) for stage in page.edition.stages])
    columns = {
        "label": Column("columns.stage"),
        "kind": Column("annual.columns.kind"),
        "weight": Column("annual.columns.stage_weight", "share"),
        "n_dossiers": Column("columns.n_units", "count"),
        "n_jurors": Column("columns.n_jurors", "count"),
        "marks": Column("annual.columns.per_dossier", "count"),
    }
    return page.table("annual.stages", rows, columns)


def _stage(page: Page, stage: Stage) -> dict[str, Any]:
    found = {name: page.row(measure=name, stage=stage.id) for name in ("n_dossiers", "n_jurors")}
    found["marks"] = page.row(measure="jurors_per_dossier", stage=stage.id, at="median")
    return {
        "label": page.label("stage", stage.id),
        "kind": page.say(f"annual.stages.{stage.kind}"),
        "weight": page.edition.decision.weights.get(stage.id, math.nan),
        **{name: row.value if row else math.nan for name, row in found.items()},
    }


def _rule(page: Page) -> str:
    """Sentence on the configured rule from totals to awards."""
    decision = page.edition.decision
    if decision.rule == "recorded":
        return page.say("annual.rule.recorded")
    value = plain(page, decision.value)
    if decision.rule == "share":
        value = page.words.share(decision.value, 0 if math.isclose(100 * decision.value % 1, 0, abs_tol=1e-9) else 1)
    return page.say(f"annual.rule.{decision.rule}", value=value, per=page.say(f"annual.rule.per_{decision.per}"))


def _tie(page: Page) -> str:
    """Sentence on what settles equal totals."""
    said = []
    for rule in page.edition.decision.tie_break:
        kind, _, name = rule.partition(":")
        label = page.label(kind, name) if name else ""
        said.append(page.say(f"annual.rule.tie_{kind}", name=label))
    return page.say("annual.rule.tie", list="; ".join(said)) if said else ""


def _kept(page: Page) -> str:
    """Sentence on whether the recorded awards are those the rule gives."""
    if page.edition.decision.rule == "recorded":
        return ""
    differing = page.row(measure="n_award_differences")
    if differing is None or math.isnan(differing.value):
        return ""
    if differing.value == 0:
        return page.say("annual.rule.equal")
    return page.say("annual.rule.differ", n=page.words.number(differing.value))


def _on_one_scale(page: Page, rows: pd.DataFrame) -> pd.DataFrame:
    """Give the rows in points where all areas share a scale, else in per cent of each area's scale."""
    scales = [page.edition.scale(name) for name in rows["criterion"]]
    rows = rows.assign(
        label=[page.label("criterion", name) for name in rows["criterion"]],
        range=[span(page, scale.minimum, scale.maximum) for scale in scales],
        on="points",
    )
    if rows["range"].nunique() == 1:
        return rows
    for name in ("value", "low", "high"):
        rows[name] = [scale.percent(value) for scale, value in zip(scales, rows[name], strict=True)]
    ends = rows[["low", "high"]]
    return rows.assign(low=ends.min(axis=1), high=ends.max(axis=1), on="percent")


def _contrast(rows: pd.DataFrame) -> str:
    """Tell whether the strongest and the weakest area differ beyond their intervals."""
    if len(rows) == 1:
        return "one"
    return "apart" if timeline.direction(rows.iloc[-1], rows.iloc[0]) == "up" else "close"


def _wave(page: Page, wave: Wave) -> list[display.Block]:
    rows = dimension_means(page, wave)
    said = page.text("annual.survey.said", overall=overall(page, wave), whom=whom(page, wave))
    if rows.empty:
        return [said]
    columns = {
        "label": Column("columns.dimension"),
        "value": Column("columns.mean", "number:2"),
        "low": Column("annual.columns.interval", "interval:2"),
        "n_respondents": Column("columns.n_respondents", "count"),
    }
    table = page.table("annual.survey", rows, columns, part=wave.name, wave=page.label("wave", wave.name))
    return [said, table]
