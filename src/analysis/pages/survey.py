"""Blocks of the survey page: what clients say, on which base, and how it changed from wave to wave."""

from __future__ import annotations

from itertools import pairwise

import pandas as pd
import plotly.graph_objects as go

from analysis.pages import bands, display, house, timeline
from analysis.pages.diverging import answers, kind_of
from analysis.pages.page import Column, Page
from analysis.pages.timeline import confidence, direction, intervals_of, top_and_bottom, valued
from analysis.pages.waves import (
    Wave,
    dimension_means,
    ends,
    overall,
    plain,
    questions,
    scale_of,
    span,
    told,
    waves_of,
    whom,
)  # fmt: skip
from analysis.pages.words import DASH


def title(page: Page) -> display.Title:
    """Head of the page."""
    return page.title("survey")


def first(page: Page) -> display.Finding:
    """Answer in a sentence: the newest wave's base, mode, rating and interval; in the box, whom it speaks for."""
    wave = _newest(page)
    if wave is None:
        return page.finding("survey.first", page.say("survey.first.none"))
    return page.finding("survey.first", overall(page, wave), whom(page, wave))


def items(page: Page) -> display.Group:
    """Answers to every question around the neutral middle, and the table of questions."""
    wave = _newest(page)
    rows = _items(page, wave)
    if rows.empty:
        return page.group()
    table = page.table(
        "survey.item_table",
        rows,
        {
            "label": Column("columns.item"),
            "value": Column("columns.mean", "number:2"),
            "low": Column("survey.columns.interval", "interval:2"),
            "scale": Column("survey.columns.scale"),
            "item_top2": Column("survey.columns.top2", "share"),
            "n_respondents": Column("survey.columns.answers", "count"),
        },
        wave=page.label("wave", wave.name),
    )
    figure = answers(page, wave, rows)
    return page.group(page.section("survey.items"), *([figure] if figure else []), table)


def dimensions(page: Page) -> display.Group:
    """Mean of each dimension with Cronbach's alpha, its interval and the word of its band."""
    wave = _newest(page)
    rows = dimension_means(page, wave)
    if rows.empty:
        return page.group()
    alphas = _alphas(page, wave)
    rows["alpha"] = rows["item"].map(alphas["value"])
    rows["alpha_range"] = rows["item"].map(alphas["range"]).fillna(DASH)
    rows["band"] = rows["item"].map(alphas["band"]).fillna(DASH)
    columns = {
        "label": Column("columns.dimension"),
        "value": Column("columns.mean", "number:2"),
        "low": Column("survey.columns.interval", "interval:2"),
        "n_respondents": Column("survey.columns.respondents", "count"),
        "alpha": Column("survey.columns.alpha", "number:2"),
        "alpha_range": Column("survey.columns.alpha_interval"),
        "band": Column("survey.columns.band"),
    }
    source = next(iter(alphas["source"]), DASH)
    table = page.table("survey.dimensions", rows, columns, wave=page.label("wave", wave.name), source=source)
    return page.group(page.section("survey.dimensions"), table)


def waves(page: Page) -> display.Group:
    """Overall mean of every wave on a true time axis; dimensions wave by wave in a fold."""
    held = waves_of(page)
    if not held:
        return page.group()
    section, rows = page.section("survey.waves"), _wave_rows(page, held)
    comparable = valued(rows[rows["scale"] == rows["scale"].iloc[-1]])
    columns = {
        "label": Column("columns.wave"),
        "value": Column("columns.mean", "number:2"),
        "low": Column("survey.columns.interval", "interval:2"),
        "scale": Column("survey.columns.scale"),
        "n_respondents": Column("survey.columns.respondents", "count"),
        "mode": Column("survey.columns.mode"),
    }
    table = page.table("survey.wave_means.table", rows, columns)
    if comparable.empty:
        return page.group(section, table)
    low, high = ends(page, held[-1], comparable["uom"].iloc[-1])
    breaks = _wave_breaks(comparable)
    how = "one"
    if breaks:
        how = "plain" if breaks[-1] else direction(comparable.iloc[-2], comparable.iloc[-1])
    figure = page.figure(
        "survey.wave_means",
        _waves_chart(page, comparable, breaks),
        table,
        finding=page.say(f"survey.wave_means.{how}"),
        minimum=plain(page, low),
        maximum=plain(page, high),
        confidence=confidence(page, comparable),
        **timeline.extremes(page, comparable, decimals=2),
    )
    return page.group(section, figure, *_dimension_waves(page, held))


def changes(page: Page) -> display.Group:
    """Change of every question against the previous wave."""
    held = waves_of(page)
    if len(held) < 2:
        return page.group()
    newest = held[-1]
    rows = page.rows(measure="item_change", edition=None, wave=newest.name, item=None, versus_type="wave", versus=None)
    rows["label"] = [page.label("item", name) for name in rows["item"]]
    rows = valued(rows).sort_values("value", ascending=False, kind="stable", ignore_index=True)
    if rows.empty:
        return page.group()
    rows["since"] = [page.label("wave", name) for name in rows["versus"]]
    clear = int(((rows["low"] > 0) | (rows["high"] < 0)).sum())
    columns = {
        "label": Column("columns.item"),
        "value": Column("columns.change", "number:2"),
        "low": Column("survey.columns.interval", "interval:2"),
        "since": Column("survey.columns.since"),
        "n_respondents": Column("survey.columns.answers", "count"),
    }
    said = [page.words.number(value, 2) for value in rows["value"]]
    fig = _dots(page, rows, said, axis=page.say("survey.change.axis"))
    house.reference(fig, x=0)
    figure = page.figure(
        "survey.change",
        fig,
        page.table("survey.change.table", rows, columns),
        finding=page.say(f"survey.change.{'some' if clear else 'none'}", n=page.words.count("item", clear)),
        wave=page.label("wave", newest.name),
        confidence=confidence(page, rows),
        n=page.words.count("survey.plural.at_item", len(rows)),
        **top_and_bottom(rows, said),
    )
    return page.group(page.section("survey.changes"), figure)


def missing(page: Page) -> display.Group:
    """Share of people without an answer, question by question."""
    wave = _newest(page)
    if wave is None:
        return page.group()
    rows = valued(page.rows(measure="item_missing", edition=None, wave=wave.name, item=None))
    rows = rows.sort_values("value", ascending=False, kind="stable", ignore_index=True)
    if rows.empty or rows["value"].iloc[0] == 0:
        return page.group()
    rows["label"] = [page.label("item", name) for name in rows["item"]]
    said = [page.words.share(value, 1) for value in rows["value"]]
    fig = _dots(page, rows, said, axis=page.say("survey.gaps.axis"))
    timeline.per_cent_axis(page, fig, rows[["value", "high"]].max(axis=None), axis="x")
    columns = {
        "label": Column("columns.item"),
        "value": Column("survey.columns.missing", "share:1"),
        "n_respondents": Column("survey.columns.respondents", "count"),
    }
    figure = page.figure(
        "survey.gaps",
        fig,
        page.table("survey.gaps.table", rows, columns),
        wave=page.label("wave", wave.name),
        n=page.words.count("survey.plural.at_item", len(rows)),
        **top_and_bottom(rows, said),
    )
    return page.group(page.section("survey.missing"), figure)


def offices(page: Page) -> display.Group:
    """Overall mean of each office with enough answers; for the organizer only."""
    wave = _newest(page)
    if wave is None or page.audience != "organizer":
        return page.group()
    rows = page.rows(measure="index_mean", edition=None, wave=wave.name, subject_type="office", subject=None)
    if rows.empty:
        return page.group()
    least = page.competition.disclosure.min_respondents
    section = page.section("survey.offices", minimum=page.words.count("respondent", least))
    rows = valued(rows[rows["n_respondents"] >= least])
    rows = rows.sort_values("value", ascending=False, kind="stable", ignore_index=True)
    if rows.empty:
        return page.group(section, page.text("survey.office_dots.none"))
    rows["label"] = [page.label("office", name) for name in rows["subject"]]
    return page.group(section, _office_dots(page, wave, rows))


def quality(page: Page) -> display.Group:
    """People who began and people who finished, wave by wave."""
    held = waves_of(page)
    if not held:
        return page.group()
    rows = _over(page, held, "n_respondents")
    for name in ("n_complete", "share_complete"):
        rows[name] = rows["wave"].map(_over(page, held, name).set_index("wave")["value"])
    columns = {
        "label": Column("columns.wave"),
        "value": Column("survey.columns.begun", "count"),
        "n_complete": Column("survey.columns.complete", "count"),
        "share_complete": Column("survey.columns.share", "share"),
    }
    return page.group(page.section("survey.quality"), page.table("survey.quality", rows, columns))


def says_not(page: Page) -> display.Block:
    """Box: who did not answer, how they were asked, how high such means always are."""
    return page.note("survey.says_not") if waves_of(page) else page.group()


def _newest(page: Page) -> Wave | None:
    return next(reversed(waves_of(page)), None)


def _items(page: Page, wave: Wave | None) -> pd.DataFrame:
    """Rows of the questions' means, best first, with label, scale and the share of the two best answers."""
    if wave is None:
        return pd.DataFrame()
    rows = valued(page.rows(measure="item_mean", edition=None, wave=wave.name, item=None))
    top = page.rows(measure="item_top2", edition=None, wave=wave.name, item=None).set_index("item")["value"]
    scales = [scale_of(page, wave, name) for name in rows["item"]]
    rows = rows.assign(
        label=[page.label("item", name) for name in rows["item"]],
        scale=[span(page, scale.minimum, scale.maximum) for scale in scales],
        kind=[kind_of(scale, questions(page, wave)[name]) for scale, name in zip(scales, rows["item"], strict=True)],
        item_top2=rows["item"].map(top),
        n_respondents=rows["n_respondents"].astype("float64"),
    )
    turned = [kind[-1] for kind in rows["kind"]]
    order = rows["value"].where([not entry for entry in turned], -rows["value"])
    return rows.loc[order.sort_values(ascending=False, kind="stable").index].reset_index(drop=True)


def _alphas(page: Page, wave: Wave) -> pd.DataFrame:
    """Cronbach's alpha of each dimension, with its interval and the word of its band."""
    rows = page.rows(measure="cronbach_alpha", edition=None, wave=wave.name, item=None).set_index("item")
    rows["range"] = [page.words.interval(row.low, row.high, 2) for row in rows.itertuples()]
    found = [bands.band("cronbach_alpha", value) for value in rows["value"]]
    rows["band"] = [page.say(entry.key) if entry else DASH for entry in found]
    rows["source"] = [entry.short if entry else DASH for entry in found]
    return rows


def _over(page: Page, held: list[Wave], measure: str) -> pd.DataFrame:
    """Rows of a measure, one a wave, newest first, with `label`."""
    names = [wave.name for wave in reversed(held)]
    rows = page.rows(measure=measure, edition=None, wave=None).set_index("wave").reindex(names).reset_index()
    return rows.assign(label=[page.label("wave", name) for name in names])


def _wave_rows(page: Page, held: list[Wave]) -> pd.DataFrame:
    """Rows of the overall mean, oldest first, with year, label, mode, scale and the questions asked."""
    rows = _over(page, held, "index_mean").iloc[::-1].reset_index(drop=True)
    asked = valued(page.rows(measure="item_mean", edition=None, wave=None, item=None))
    rows["year"], rows["short"] = [wave.year for wave in held], rows["label"]
    rows["mode"] = [told(page, wave.source.mode) or DASH for wave in held]
    rows["scale"] = [span(page, *ends(page, wave, uom)) for wave, uom in zip(held, rows["uom"], strict=True)]
    rows["asked"] = [frozenset(asked.loc[asked["wave"] == wave.name, "item"]) for wave in held]
    return rows


def _wave_breaks(rows: pd.DataFrame) -> list[bool]:
    """Tell between which neighbours questions or mode changed, or more years than usual lie."""
    kinds = list(zip(rows["asked"], rows["mode"], strict=True))
    late = timeline.gaps(rows["year"].tolist())
    return [gap or one != other for gap, (one, other) in zip(late, pairwise(kinds), strict=True)]


def _waves_chart(page: Page, rows: pd.DataFrame, breaks: list[bool]) -> go.Figure:
    """Means of the waves over time, joined where nothing breaks the series."""
    years = rows["year"].tolist()
    fig = house.figure(page.words, height=340, y=page.say("survey.wave_means.axis"))
    said = [f"{row.label}: {page.words.number(row.value, 2)}" for row in rows.itertuples()]
    timeline.line(fig, rows, at=timeline.places(years), breaks=breaks, said=said)
    return timeline.year_axis(fig, years)


def _dimension_waves(page: Page, held: list[Wave]) -> list[display.Block]:
    """Fold with the means of the dimensions in every wave, newest first."""
    frames = [dimension_means(page, wave).assign(name=page.label("wave", wave.name)) for wave in reversed(held)]
    rows = pd.concat(frames, ignore_index=True)
    if rows.empty or len(held) < 2:
        return []
    columns = {
        "name": Column("columns.wave"),
        "label": Column("columns.dimension"),
        "value": Column("columns.mean", "number:2"),
        "low": Column("survey.columns.interval", "interval:2"),
        "n_respondents": Column("survey.columns.respondents", "count"),
    }
    return [page.fold("survey.dimension_waves", page.table("survey.dimension_waves", rows, columns))]


def _dots(page: Page, rows: pd.DataFrame, said: list[str], *, axis: str) -> go.Figure:
    """One row a question or office: a dot with its interval."""
    lines = max(house.wrap(label, 24).count("<br>") + 1 for label in rows["label"])
    fig = house.figure(page.words, height=house.rows_height(len(rows), row=12 + 16 * lines), x=axis)
    house.rows(fig, rows["label"].tolist(), width=24)
    return house.intervals(
        fig,
        values=rows["value"].tolist(),
        ends=intervals_of(rows),
        at=list(range(len(rows))),
        text=[f"{label}: {value}" for label, value in zip(rows["label"], said, strict=True)],
        hovertemplate="%{text}<extra></extra>",
    )


def _office_dots(page: Page, wave: Wave, rows: pd.DataFrame) -> display.Figure:
    apart = len(rows) > 1 and direction(rows.iloc[-1], rows.iloc[0]) == "up"
    low, high = ends(page, wave, rows["uom"].iloc[0])
    columns = {
        "label": Column("columns.office"),
        "value": Column("columns.mean", "number:2"),
        "low": Column("survey.columns.interval", "interval:2"),
        "n_respondents": Column("survey.columns.respondents", "count"),
    }
    said = [page.words.number(value, 2) for value in rows["value"]]
    return page.figure(
        "survey.office_dots",
        _dots(page, rows, said, axis=page.say("survey.office_dots.axis")),
        page.table("survey.office_dots.table", rows, columns),
        finding=page.say(f"survey.office_dots.{'one' if len(rows) == 1 else 'apart' if apart else 'close'}"),
        wave=page.label("wave", wave.name),
        minimum=plain(page, low),
        maximum=plain(page, high),
        confidence=confidence(page, rows),
        n=page.words.count("office", len(rows)),
        **top_and_bottom(rows, said),
    )
