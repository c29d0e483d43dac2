"""Blocks of the page over all editions: what the scores say over time, and what they cannot say."""

from __future__ import annotations

import math
from itertools import pairwise

import pandas as pd
import plotly.graph_objects as go

from analysis.config import Edition
from analysis.measures.crosswalk import comparability, judged
from analysis.pages import display, house, timeline
from analysis.pages.page import Column, Page
from analysis.pages.timeline import confidence, direction, extremes, over_editions, valued
from analysis.pages.words import DASH

CHANGES = {
    "score_change": "everyone",
    "score_change_returning": "returning",
    "score_change_same_jurors": "same_jurors",
}
ORDER = ("criterion", "group", "")
IN_TREND = {"criterion": "common.yes", "group": "trends.as_group", "": "common.no"}
LINKS = {"jurors": "juror", "offices": "office", "criteria": "criterion"}


def title(page: Page) -> display.Title:
    """Head of the page."""
    return page.title("trends")


def first(page: Page) -> display.Finding:
    """Answer in a sentence: first against last edition, what links the newest two, and what cannot be told."""
    editions = judged(page.competition)
    rows = valued(over_editions(page, "score_core"))
    if not several(page) and editions:
        return page.finding("trends.first", page.say("trends.first.one", edition=page.label("edition", editions[0].id)))
    if len(rows) < 2:
        return page.finding("trends.first", page.say("trends.first.none"))
    start, end = rows.iloc[0], rows.iloc[-1]
    answer = page.say(
        f"trends.first.{direction(start, end)}",
        **{"from": start.short, "to": end.short},
        first=page.words.number(start.value, 1),
        last=page.words.number(end.value, 1),
        first_interval=page.words.interval(start.low, start.high, 1),
        last_interval=page.words.interval(end.low, end.high, 1),
        confidence=confidence(page, rows),
    )
    said = [page.say("trends.first.panel", core=_core_count(page)), _shared(page), timeline.breaks_said(page)]
    return page.finding("trends.first", answer, " ".join(filter(None, said)))


def scores(page: Page) -> display.Block | display.Group:
    """Mean scores over the comparable criteria, edition by edition, on a true time axis."""
    if not several(page):
        return page.group()
    rows = over_editions(page, "score_core")
    shown = valued(rows)
    if shown.empty:
        return page.absent("trends.scores", next(rows.itertuples(), None))
    said = [f"{row.label}: {page.words.number(row.value, 1)}" for row in rows.itertuples()]
    fig = timeline.chart(page, rows, kinds=timeline.breaks(page), said=said, axis=page.say("trends.scores.axis"))
    columns = {
        "label": Column("columns.edition"),
        "value": Column("trends.columns.mean", "number:1"),
        "low": Column("trends.columns.interval", "interval:1"),
        "n_units": Column("columns.n_units", "count"),
        "n_jurors": Column("columns.n_jurors", "count"),
    }
    blanks = extremes(page, shown, decimals=1) | {
        "finding": _finding(page, "trends.scores", shown),
        "core": _core_count(page),
        "units": page.words.interval(shown["n_units"].min(), shown["n_units"].max(), 0),
        "confidence": confidence(page, shown),
        "breaks": timeline.breaks_said(page),
    }
    return page.figure("trends.scores", fig, page.table("trends.scores.table", rows, columns), **blanks)


def changes(page: Page) -> display.Group:
    """Change between consecutive editions, worked out in three ways."""
    rows = pd.concat([over_editions(page, name, edition_to=None) for name in CHANGES], ignore_index=True)
    if rows.empty:
        return page.group()
    rows["compared"] = [page.say(f"trends.change.{CHANGES[name]}") for name in rows["measure"]]
    rows = rows.sort_values("position", kind="stable", ascending=False)
    pairs = list(dict.fromkeys(rows["pair"]))
    rows["row"] = [pairs.index(name) for name in rows["pair"]]
    columns = {
        "pair": Column("trends.columns.pair"),
        "compared": Column("trends.columns.compared"),
        "value": Column("trends.columns.change", "number:1"),
        "low": Column("trends.columns.interval", "interval:1"),
        "n_units": Column("columns.n_units", "count"),
        "n_offices": Column("columns.n_offices", "count"),
        "n_jurors": Column("columns.n_jurors", "count"),
    }
    section, table = page.section("trends.changes"), page.table("trends.change.table", rows, columns)
    shown = valued(rows)
    if shown.empty:
        return page.group(section, page.absent("trends.change", next(rows.itertuples())), table)
    last = shown[shown["row"] == shown["row"].min()]
    said = [f"{row.compared}: {page.words.number(row.value, 1)}" for row in last.itertuples()]
    figure = page.figure(
        "trends.change",
        _changes_chart(page, rows, pairs),
        table,
        finding=page.say(f"trends.change.{_together(last)}"),
        confidence=confidence(page, rows),
        pair=last["pair"].iloc[0],
        list="; ".join(said),
    )
    return page.group(section, figure)


def links(page: Page) -> display.Group:
    """What consecutive editions share: jurors, offices, criteria."""
    table = links_table(page)
    return page.group(page.section("trends.links"), table) if table else page.group()


def links_table(page: Page) -> display.Table | None:
    """Table of what consecutive editions share, None where there is nothing to link."""
    counts = {name: over_editions(page, f"common_{name}", edition_to=None) for name in LINKS}
    rows = counts["criteria"]
    if rows.empty:
        return None
    for name, found in counts.items():
        rows = rows.assign(**{name: rows["pair"].map(found.set_index("pair")["value"])})
    columns = {"pair": Column("trends.columns.pair")}
    columns |= {name: Column(f"trends.columns.{name}", "count") for name in LINKS}
    return page.table("trends.links", rows, columns)


def agreement(page: Page) -> display.Group:
    """Agreement of the jury over the editions, and over all of them together."""
    if not several(page):
        return page.group()
    rows = over_editions(page, "alpha_core")
    shown = valued(rows)
    section = page.section("trends.agreement")
    if shown.empty:
        return page.group(section, page.absent("trends.alpha", next(rows.itertuples(), None)))
    said = [f"{row.label}: {page.words.number(row.value, 2)}" for row in rows.itertuples()]
    fig = timeline.chart(page, rows, kinds=timeline.breaks(page), said=said, axis=page.say("trends.alpha.axis"))
    columns = {
        "label": Column("columns.edition"),
        "value": Column("trends.columns.alpha", "number:3"),
        "low": Column("trends.columns.interval", "interval:3"),
        "n_units": Column("columns.n_units", "count"),
        "n_jurors": Column("columns.n_jurors", "count"),
    }
    blanks = extremes(page, shown, decimals=2) | {
        "finding": _finding(page, "trends.alpha", shown),
        "confidence": confidence(page, shown),
    }
    figure = page.figure("trends.alpha", fig, page.table("trends.alpha.table", rows, columns), **blanks)
    return page.group(section, figure, *_pooled(page))


def entries(page: Page) -> display.Group:
    """Entries of each edition, and the share of them that was awarded: two charts, no second axis."""
    charts = [chart for chart in (_entrants(page), _awarded(page)) if chart]
    return page.group(page.section("trends.entries"), *charts) if charts and several(page) else page.group()


def returning(page: Page) -> display.Group:
    """Offices that enter again; for the organizer also their scores, office by office."""
    rows = over_editions(page, "share_repeaters")
    if len(rows) < 2:
        return page.group()
    for name in ("n_entrants", "n_repeaters"):
        rows[name] = rows["edition"].map(over_editions(page, name).set_index("edition")["value"])
    columns = {
        "label": Column("columns.edition"),
        "n_entrants": Column("trends.columns.entrants", "count"),
        "n_repeaters": Column("trends.columns.repeaters", "count"),
        "value": Column("columns.share", "share"),
        "low": Column("trends.columns.interval_share", "interval:0"),
    }
    blocks = [page.section("trends.returning"), page.table("trends.returning", _per_cent(rows), columns)]
    if page.audience == "organizer":
        blocks.append(page.fold("trends.offices", _offices(page)))
    return page.group(*blocks)


def criteria(page: Page) -> display.Group:
    """Criteria and weights edition by edition, and which of them the trend rests on."""
    if not several(page):
        return page.group()
    editions = judged(page.competition)
    senses = _senses(page)
    known = dict.fromkeys(entry.id for edition in reversed(editions) for entry in edition.criteria)
    heads = [(page.say("columns.criterion"), "text"), (page.say("trends.columns.in_trend"), "text")]
    heads += [(page.label("year", edition.id), "number") for edition in editions]
    rows = []
    for name in sorted(known, key=lambda name: ORDER.index(senses.get(name, ""))):
        held = page.say(IN_TREND[senses.get(name, "")])
        weights = (_weight(page, edition, name) for edition in editions)
        rows.append((display.Cell(page.label("criterion", name)), display.Cell(held), *weights))
    table = display.Table("trends-criteria-table", page.say("trends.criteria.caption"), tuple(heads), tuple(rows))
    return page.group(page.section("trends.criteria", core=_core_count(page)), table)


def _senses(page: Page) -> dict[str, str]:
    """How each criterion is comparable through all editions: `criterion`, `group`, or not at all."""
    frame = comparability(page.tables["crosswalk"], page.competition).frame()
    frame = frame.assign(order=frame["sense"].map(ORDER.index)).sort_values("order", kind="stable")
    return frame.drop_duplicates("criterion").set_index("criterion")["sense"].to_dict()


def says_not(page: Page) -> display.Block | display.Group:
    """Box: severity and true change, returning offices, regression to the mean."""
    return page.note("trends.says_not") if several(page) else page.group()


def several(page: Page) -> bool:
    """Tell whether there are editions to compare; with one, the page says so and shows nothing else."""
    return len(judged(page.competition)) > 1


def _finding(page: Page, key: str, shown: pd.DataFrame) -> str:
    """Title of a figure over editions: how the last stands to the first."""
    return page.say(f"{key}.{direction(shown.iloc[0], shown.iloc[-1])}")


def _shared(page: Page) -> str:
    """Sentence on what the newest two editions share, "" where it is not known."""
    said, name = {}, ""
    for link, noun in LINKS.items():
        rows = valued(over_editions(page, f"common_{link}", edition_to=None))
        if rows.empty:
            return ""
        said[link], name = page.words.count(noun, rows["value"].iloc[-1]), rows["pair"].iloc[-1]
    return page.say("trends.first.links", pair=name, **said)


def _core_count(page: Page) -> str:
    row = page.row(measure="n_core_criteria", edition="")
    return page.words.number(row.value if row else math.nan)


def _together(last: pd.DataFrame) -> str:
    """Tell what the estimates of the newest change say together."""
    if last["low"].isna().any() or ((last["low"] <= 0) & (last["high"] >= 0)).all():
        return "unclear"
    if (last["low"] > 0).all():
        return "agree_up"
    return "agree_down" if (last["high"] < 0).all() else "differ"


def _changes_chart(page: Page, rows: pd.DataFrame, pairs: list[str]) -> go.Figure:
    height = house.rows_height(len(pairs), row=56)
    fig = house.figure(page.words, height=height, x=page.say("trends.change.axis"))
    house.rows(fig, pairs)
    house.reference(fig, x=0)
    for place, measure in enumerate(CHANGES):
        chosen = rows[rows["measure"] == measure]
        name = page.say(f"trends.change.{CHANGES[measure]}")
        house.intervals(
            fig,
            values=chosen["value"].tolist(),
            ends=timeline.intervals_of(chosen),
            at=[row + 0.24 * (place - 1) for row in chosen["row"]],
            mark=house.SERIES[place],
            name=name,
            text=[f"{row.pair}, {name}: {page.words.number(row.value, 1)}" for row in chosen.itertuples()],
            hovertemplate="%{text}<extra></extra>",
        )
    return fig.update_layout(showlegend=True)


def _pooled(page: Page) -> list[display.Block]:
    rows = valued(page.rows(measure="krippendorff_alpha", edition="", variant="interval"))
    rows = rows[rows["low"].notna()]
    said = [
        page.text(
            "trends.alpha.pooled",
            value=page.words.number(row.value, 2),
            interval=page.words.interval(row.low, row.high),
        )
        for row in rows.head(1).itertuples()
    ]
    return said


def _entrants(page: Page) -> display.Figure | None:
    rows = valued(over_editions(page, "n_entrants"))
    if rows.empty:
        return None
    years = [page.competition.edition(name).year for name in rows["edition"]]
    at = timeline.places(years)
    fig = house.figure(page.words, height=280, y=page.say("trends.entrants.axis"))
    fig.add_bar(
        x=at,
        y=rows["value"].tolist(),
        width=0.7 * min([1.0, *(other - one for one, other in pairwise(at))]),
        marker={"color": house.LINE},
        text=[page.words.number(value) for value in rows["value"]],
        textposition="outside",
        cliponaxis=False,
        hovertext=[f"{row.label}: {page.words.number(row.value)}" for row in rows.itertuples()],
        hoverinfo="text",
    )
    timeline.year_axis(fig, years).update_yaxes(rangemode="tozero")
    rows["n_valid"] = rows["edition"].map(over_editions(page, "n_valid").set_index("edition")["value"])
    columns = {
        "label": Column("columns.edition"),
        "value": Column("trends.columns.entrants", "count"),
        "n_valid": Column("trends.columns.valid", "count"),
    }
    blanks = extremes(page, rows, decimals=0)
    table = page.table("trends.entrants.table", rows, columns)
    return page.figure("trends.entrants", fig, table, finding=_entrants_said(page, rows, blanks), **blanks)


def _entrants_said(page: Page, rows: pd.DataFrame, blanks: dict[str, str]) -> str:
    last, others = rows["value"].iloc[-1], rows["value"].iloc[:-1]
    if others.empty:
        return page.say("trends.entrants.one", most=blanks["highest"])
    if last > others.max():
        return page.say("trends.entrants.most_last")
    if last < others.min():
        return page.say("trends.entrants.fewest_last")
    return page.say("trends.entrants.between", most=blanks["highest"], edition=blanks["highest_label"])


def _awarded(page: Page) -> display.Figure | None:
    rows = over_editions(page, "share_awarded")
    shown = valued(rows)
    if shown.empty:
        return None
    share = page.words.share
    said = [f"{row.label}: {share(row.value)}" for row in rows.itertuples()]
    kinds = ["gap" if kind == "gap" else "" for kind in timeline.breaks(page)]  # no marks, so no scale
    fig = timeline.chart(page, rows, kinds=kinds, said=said, axis=page.say("trends.awarded.axis"), height=280)
    timeline.per_cent_axis(page, fig, shown[["value", "high"]].max(axis=None))
    rows["n_awarded"] = rows["edition"].map(over_editions(page, "n_awarded").set_index("edition")["value"])
    columns = {
        "label": Column("columns.edition"),
        "n_awarded": Column("trends.columns.awarded", "count"),
        "value": Column("columns.share", "share"),
        "low": Column("trends.columns.interval_share", "interval:0"),
        "n_units": Column("trends.columns.valid", "count"),
    }
    low, high = share(shown["value"].min()), share(shown["value"].max())
    blanks = extremes(page, shown, decimals=2) | {"lowest": low, "highest": high, "confidence": confidence(page, shown)}
    blanks["finding"] = page.say(
        "trends.awarded.one" if low == high else "trends.awarded.range", lowest=low, highest=high
    )
    return page.figure("trends.awarded", fig, page.table("trends.awarded.table", _per_cent(rows), columns), **blanks)


def _per_cent(rows: pd.DataFrame) -> pd.DataFrame:
    """Give rows of shares with their intervals in per cent, as the table's head says."""
    return rows.assign(low=100 * rows["low"], high=100 * rows["high"])


def _offices(page: Page) -> display.Block:
    """Scores of offices that entered more than once: offices in rows, editions in columns."""
    rows = valued(over_editions(page, "score_core", subject_type="office", subject=None))
    rows = rows[rows.duplicated("subject", keep=False)]
    if rows.empty:
        return page.text("trends.offices.none")
    names = {office: page.label("office", office) for office in rows["subject"].unique()}
    held = list(dict.fromkeys(rows["edition"]))
    values = {(row.subject, row.edition): row.value for row in rows.itertuples()}
    heads = [(page.say("columns.office"), "text"), *((page.label("year", name), "number") for name in held)]
    cells = [
        (display.Cell(names[office]), *(_score(page, values.get((office, name))) for name in held))
        for office in page.words.sorted(names, key=names.__getitem__)
    ]
    return display.Table("trends-offices-table", page.say("trends.offices.caption"), tuple(heads), tuple(cells))


def _score(page: Page, value: float | None) -> display.Cell:
    return display.Cell(DASH) if value is None else display.Cell(page.words.number(value, 1), value)


def _weight(page: Page, edition: Edition, name: str) -> display.Cell:
    weight = next((entry.weight for entry in edition.criteria if entry.id == name), None)
    if weight is None:
        return display.Cell(DASH)
    return display.Cell(page.words.number(weight, 0 if weight == round(weight) else 2), weight)
