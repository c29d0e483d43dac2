"""Page "Letter to a juror": how one juror judged, beside the panel as a whole; pooled, private, in neutral words."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from analysis.pages import house, juror_profile, panel, roster, timeline
from analysis.pages.display import Block, Group, Note, Prose, Title
from analysis.pages.page import Column, Page


def title(page: Page) -> Title:
    """Head of the letter, with the juror's name."""
    return page.title("juror_letter.head", juror=page.label("juror", page.subject))


def first(page: Page) -> Group:
    """The answer: how the juror's marks lie beside the others' on the same dossiers, and what it rests on."""
    stage = juror_profile.stage(page)
    finding = page.finding("juror_letter.first", _deviation(page, stage, "juror_letter.first"))
    counts = _basis(page, stage)
    said = [page.say("juror_letter.first.based", counts=counts)] if counts else []
    for later in juror_profile.judged_in(page):
        if later != stage:
            words = {"stage": page.label("stage", later), "counts": _basis(page, later)}
            said.append(
                page.say("juror_letter.later.said", said=_deviation(page, later, "juror_letter.later"), **words)
            )
    return page.group(finding, Prose("juror-letter-based", (" ".join(said),)))


def _compared(page: Page, stage: str) -> Any:
    return page.row(measure="deviation_from_others", versus_type="others", **juror_profile.own(page, stage))


def _deviation(page: Page, stage: str, key: str) -> str:
    """Say how the marks of a stage lie beside the others'; words `<key>.higher` and its neighbours."""
    row = _compared(page, stage)
    if row is None or math.isnan(row.value):
        return page.say(f"{key}.none", reason=page.reason(row))
    value = panel.points(page, row, decimals=2)
    if math.isnan(row.low):
        return page.say(f"{key}.alone", value=value)
    ends, way = (row.low, row.high), "alike"
    if not row.low <= 0 <= row.high:
        ends, way = sorted((abs(row.low), abs(row.high))), "higher" if row.value > 0 else "lower"
        value = panel.in_unit(page, abs(row.value), row.uom, decimals=2)
    low, high = (page.words.number(end, 2) for end in ends)
    words = {"low": low, "high": high, "confidence": page.words.share(row.confidence)}
    return page.say(f"{key}.{way}", value=value, **words)


def _basis(page: Page, stage: str) -> str:
    """Count the dossiers, marks and other jurors a stage's numbers rest on; empty where nothing is known."""
    judged = page.row(measure="judged", **juror_profile.own(page, stage))
    if judged is None or math.isnan(judged.value):
        return ""
    said = [page.words.count("of_dossier", int(judged.value))]
    used = juror_profile.levels(page, stage)
    if len(used) and used["n_scores"].notna().all():
        said.append(page.words.count("of_score", int(used.groupby("variant")["n_scores"].first().sum())))
    row = _compared(page, stage)
    if row is not None and row.n_jurors is not pd.NA:
        said.append(page.words.count("juror_letter.plural.of_other", int(row.n_jurors) - 1))
    return page.words.listing(said)


def profile(page: Page) -> Block:
    """Five traits of the own judging beside the middle half of the panel."""
    return juror_profile.profile(page)


def criteria(page: Page) -> Block:
    """Where the juror's marks differ most from the others', and where they do not."""
    stage = juror_profile.stage(page)
    keys = juror_profile.own(page, stage) | {"versus_type": "others", "criterion": None}
    rows = page.rows(measure="deviation_from_others", **keys)
    rows = rows[(rows["criterion"] != "") & rows["value"].notna()]
    if len(rows) < 2:
        return Prose("juror-letter-criteria", (page.say("juror_letter.criteria.none"),))
    rows = rows.assign(label=[page.label("criterion", name) for name in rows["criterion"]])
    rows = rows.sort_values(["value", "label"], ascending=[False, True], ignore_index=True)
    rows["clear"] = rows["q_value"] <= roster.level(page)
    fig = house.figure(
        page.words, height=house.rows_height(len(rows), row=24), x=roster.axis(page, "juror_letter.criteria")
    )
    house.rows(fig, rows["label"])
    house.reference(fig, x=0, text=page.say("jurors.deviation.zero"))
    for row in rows.itertuples():
        juror_profile.middle(fig, _quartiles(page, stage, row.criterion), row.Index)
    roster.dots(fig, rows, rows["clear"])
    roster.centred(fig, panel.ends(rows), rows["value"])
    told = rows.assign(verdict=[_verdict(page, row) for row in rows.itertuples()])
    columns = {
        "label": Column("columns.criterion"),
        "value": Column("juror_letter.columns.deviation", "number:2"),
        "low": Column("columns.interval", "interval:2"),
        "verdict": Column("juror_letter.columns.chance"),
        "n_units": Column("columns.n_units", "count"),
    }
    words = {
        "finding": _where(page, rows), "unit": panel.unit(page, rows), "stage": page.label("stage", stage),
        "confidence": panel.confidence(page, rows), "least": _least(page, rows),
    }  # fmt: skip
    return page.figure("juror_letter.criteria", fig, page.table("juror_letter.criteria.table", told, columns), **words)


def _quartiles(page: Page, stage: str, criterion: str) -> tuple[float, float] | None:
    keys = {"measure": "deviation_from_others", "stage": stage, "criterion": criterion}
    return juror_profile.quartiles(page, versus_type=None, **keys)


def _verdict(page: Page, row: Any) -> str:
    if math.isnan(row.q_value):
        return page.say("juror_letter.verdict.untested")
    return page.say(f"juror_letter.verdict.{'clear' if row.clear else 'chance'}")


def _where(page: Page, rows: pd.DataFrame) -> str:
    """Name the criterion that differs most, if more than by chance."""
    if rows["q_value"].isna().all():
        return page.say("juror_letter.criteria.untested")
    clear = rows[rows["clear"]]
    if clear.empty:
        return page.say("juror_letter.criteria.alike")
    most = clear.loc[clear["value"].abs().idxmax()]
    way = "higher" if most["value"] > 0 else "lower"
    value = panel.in_unit(page, abs(most["value"]), most["uom"], decimals=2)
    return page.say(f"juror_letter.criteria.{way}", criterion=most["label"], value=value)


def _least(page: Page, rows: pd.DataFrame) -> str:
    near = rows.loc[rows["value"].abs().idxmin()]
    return f"{near['label']} ({panel.in_unit(page, near['value'], near['uom'], decimals=2)})"


def scale_use(page: Page) -> Block:
    """How often the juror used each level of the scale, beside the outline of the panel's marks."""
    stage = juror_profile.stage(page)
    rows = juror_profile.levels(page, stage)
    if rows.empty:
        return Prose("juror-letter-scale", (page.say("juror_letter.scale.none"),))
    rows = rows[rows["variant"] == rows["variant"].mode().iloc[0]]
    rows = rows.assign(level=pd.to_numeric(rows["at"])).sort_values("level", ignore_index=True)
    keys = {"measure": "score_share", "stage": stage, "subject_type": "panel", "at": None}
    others = page.rows(**keys, variant=rows["variant"].iloc[0])
    others = others[others["value"].notna()].set_index("at")["value"]
    rows["panel"] = rows["at"].map(others)
    fig = house.figure(page.words, height=164)
    bars = {"name": page.say("juror_letter.scale.own"), "marker": {"color": house.ACCENT}}
    fig.add_bar(
        x=rows["level"].tolist(), y=rows["value"].tolist(), hovertemplate="%{x}: %{y:.0%}<extra></extra>", **bars
    )
    if len(others):
        fig.add_scatter(
            x=rows["level"].tolist(), y=rows["panel"].tolist(), mode="lines",
            line={"color": house.INK, "width": 1.6, "shape": "hvh"}, name=page.say("juror_letter.scale.panel"),
            hovertemplate="%{x}: %{y:.0%}<extra></extra>",
        )  # fmt: skip
    fig.update_layout(bargap=0.1, showlegend=True, margin={"t": 34, "b": 26})
    fig.update_xaxes(showgrid=False, nticks=11)
    fig.update_yaxes(tickformat=".0%", nticks=4, rangemode="tozero")
    columns = {
        "level": Column("columns.level", "number:1"),
        "value": Column("juror_letter.scale.own", "share"),
        "panel": Column("juror_letter.scale.panel", "share"),
    }
    table = page.table("juror_letter.scale.table", rows, columns)
    return page.figure("juror_letter.scale", fig, table, **_levels_in_words(page, rows, stage))


def _levels_in_words(page: Page, rows: pd.DataFrame, stage: str) -> dict[str, str]:
    most = rows.loc[rows["value"].idxmax()]
    level = page.words.number(most["level"], 0 if most["level"] == int(most["level"]) else 1)
    said = {"level": level, "share": page.words.share(most["value"]), "stage": page.label("stage", stage)}
    beside = most["panel"] == most["panel"]
    key = "beside" if beside else "own_only"
    blanks = said | ({"panel": page.words.share(most["panel"])} if beside else {})
    used = {"used": page.words.number(int((rows["value"] > 0).sum())), "levels": page.words.number(len(rows))}
    return {"finding": page.say(f"juror_letter.scale.{key}", **blanks), "stage": said["stage"], **used}


def editions(page: Page) -> Group | Block:
    """The own severity in this edition and the earlier ones, where common jurors link them; else nothing."""
    stage = juror_profile.stage(page)
    rows = timeline.over_editions(page, "linked_severity", **juror_profile.own(page, stage))
    now = rows.loc[rows["edition"] == page.edition.id, "position"]
    rows = rows[rows["value"].notna() & (rows["position"] <= (now.iloc[0] if len(now) else -1))]
    if len(rows) < 2:
        return page.group()
    fig = house.figure(page.words, height=164, y=page.say("juror_letter.editions.axis"))
    house.reference(fig, y=0)
    house.series(
        fig,
        x=rows["short"].tolist(),
        y=rows["value"].tolist(),
        ends=panel.ends(rows),
        hovertemplate="%{x}: %{y:.2f}<extra></extra>",
    )
    fig.update_xaxes(type="category", showgrid=False)
    fig.update_layout(margin={"b": 26})
    columns = {
        "label": Column("columns.edition"),
        "value": Column("juror_letter.columns.severity", "number:2"),
        "low": Column("columns.interval", "interval:2"),
        "n_units": Column("columns.n_units", "count"),
    }
    words = {
        "finding": _change(page, stage), "unit": panel.unit(page, rows), "stage": page.label("stage", stage),
        "editions": page.words.count("of_edition", len(rows)), "confidence": panel.confidence(page, rows),
    }  # fmt: skip
    table = page.table("juror_letter.editions.table", rows, columns)
    return page.figure("juror_letter.editions", fig, table, **words)


def _change(page: Page, stage: str) -> str:
    """Say whether severity changed since the edition before, more than by chance."""
    keys = juror_profile.own(page, stage) | {"edition": None, "edition_to": page.edition.id}
    row = page.row(measure="severity_drift", **keys)
    if row is None or math.isnan(row.value) or math.isnan(row.q_value):
        return page.say("juror_letter.editions.plain")
    if row.q_value > roster.level(page):
        return page.say("juror_letter.editions.steady")
    way = "severe" if row.value > 0 else "lenient"
    value = panel.in_unit(page, abs(row.value), row.uom, decimals=1)
    return page.say(f"juror_letter.editions.{way}", value=value)


def limits(page: Page) -> Group:
    """What the letter does not say, who else sees it, and whom to ask."""
    organizer = page.competition.organizer
    name = organizer.get(page.language) or next(iter(organizer.values()), "")
    least = page.competition.disclosure
    said: Note = page.note(
        "juror_letter.says_not",
        dossiers=page.words.count("of_dossier", least.min_juror_dossiers),
        others=page.words.count("juror_letter.plural.of_other", least.min_other_jurors),
    )
    return page.group(said, page.text("juror_letter.seen", organizer=name))
