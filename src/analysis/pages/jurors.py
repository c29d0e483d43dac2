"""Page "Jurors": who judged more severely or more leniently, whether chance could explain it, who uses which scale.

On every chart of the page the jurors stand in the same order: by their severity in the first stage.
"""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from analysis.pages import house, multiples, panel, roster
from analysis.pages.display import Block, Group, Note, Prose, Table, Title
from analysis.pages.page import Column, Page

NAMED = 4  # jurors named in the first sentence; more are counted


def title(page: Page) -> Title:
    """Head of the page."""
    return page.title("jurors.head")


def first(page: Page) -> Group:
    """The answer: could chance explain the differences, how large are they, and who stands clearly apart."""
    stage = panel.first_stage(page)
    rows = roster.severities(page, stage)
    test = page.row(measure="severity_equal", stage=stage)
    if rows.empty:
        return page.group(page.finding("jurors.first", _nobody(page, test)))
    sentences = [_test(page, test), _clear(page, rows)]
    finding = page.finding("jurors.first", " ".join(sentences), box=page.say("jurors.first.box"))
    spread = page.row(measure="severity_spread", stage=stage)
    more = [_spread(page, spread), _range(page, rows), page.say("jurors.first.based", **panel.used(page, test))]
    said = [" ".join(more), _parts(page, stage), _few(page, stage), _capped(page, rows)]
    return page.group(finding, Prose("jurors-based", tuple(filter(None, said))))


def _parts(page: Page, stage: str) -> str:
    """Say that jurors without common dossiers are compared inside their part only; empty where all are connected."""
    rows = page.rows(measure="rasch_subsets", stage=stage)
    apart = (rows["value"] > 1) | rows["reason"].str.startswith("not_connected")
    return page.say("jurors.parts") if apart.any() else ""


def _capped(page: Page, rows: pd.DataFrame) -> str:
    """Say that the charts hold only a part of a large panel; empty where they hold all."""
    if len(rows) <= roster.MOST:
        return ""
    return page.say("jurors.capped", n=roster.MOST, total=page.words.count("of_juror", len(rows)))


def _nobody(page: Page, test: Any) -> str:
    if test is not None and math.isnan(test.value) and test.reason:
        return page.say("jurors.none", reason=page.reason(test))
    return page.say("jurors.nobody", minimum=_minimum(page))


def _minimum(page: Page) -> str:
    return page.words.count("of_dossier", page.competition.disclosure.min_juror_dossiers)


def _test(page: Page, test: Any) -> str:
    if test is None or math.isnan(test.value):
        return page.say("jurors.first.untested", reason=page.reason(test))
    said = page.say("jurors.first.test", value=page.words.number(test.value, 2), p=panel.p_value(page, test.p_value))
    return page.say(f"jurors.first.{'differ' if test.p_value < roster.level(page) else 'alike'}", test=said)


def _clear(page: Page, rows: pd.DataFrame) -> str:
    names = list(rows.loc[roster.apart(page, rows), "label"])
    if not names:
        return page.say("jurors.first.clear_none")
    if len(names) > NAMED:
        total = page.words.count("of_juror", len(rows))
        return page.say("jurors.first.clear_many", n=len(names), total=total)
    return page.say("jurors.first.clear", jurors=page.words.listing(names))


def _spread(page: Page, row: Any) -> str:
    if row is None or math.isnan(row.value):
        return ""
    if row.value == 0:
        return page.say("jurors.first.no_spread")
    return page.say("jurors.first.spread", value=panel.points(page, row, decimals=2))


def _range(page: Page, rows: pd.DataFrame) -> str:
    distance = panel.in_unit(page, rows["value"].iloc[-1] - rows["value"].iloc[0], rows["uom"].iloc[0], decimals=2)
    return page.say("jurors.first.range", value=distance)


def _few(page: Page, stage: str) -> str:
    """Name the jurors with too few marks to judge; empty where there are none."""
    judged = page.rows(measure="judged", stage=stage, subject_type="juror", subject=None)
    short = judged.loc[judged["value"] < page.competition.disclosure.min_juror_dossiers, "subject"]
    names = [page.label("juror", name) for name in panel.jurors(page, short)]
    return page.say("jurors.few_note", minimum=_minimum(page), jurors=page.words.listing(names)) if names else ""


def caterpillar(page: Page) -> Block:
    """Severities of the first stage with intervals, beside the panel mean."""
    return _caterpillar(page, panel.first_stage(page))


def later_stages(page: Page) -> Group | Prose:
    """The same for the later stages, a chart each."""
    later = panel.stages(page, "severity_additive")[1:]
    if not later:
        return Prose("jurors-later", (page.say("jurors.later.none"),))
    return page.group(*(_caterpillar(page, stage) for stage in later))


def _caterpillar(page: Page, stage: str) -> Block:
    rows = roster.severities(page, stage)
    if rows.empty:
        test = page.row(measure="severity_equal", stage=stage)
        return Prose(f"jurors-caterpillar-{stage}", (_nobody(page, test),))
    rows = roster.in_order(page, rows)
    apart = roster.apart(page, rows)
    fig = _severity_chart(page, rows, "jurors.caterpillar")
    band = _band(page, fig, stage)
    key = "spread_out" if apart.any() else "together"
    total = page.words.count("of_juror", len(rows))
    finding = page.say(f"jurors.caterpillar.{key}", jurors=page.words.number(int(apart.sum())), total=total)
    lowest, highest = rows.loc[rows["value"].idxmin()], rows.loc[rows["value"].idxmax()]
    test = page.row(measure="severity_equal", stage=stage)
    words = panel.used(page, test) | {
        "finding": finding, "total": page.words.count("juror", len(rows)), "unit": panel.unit(page, rows),
        "confidence": panel.confidence(page, rows), "interval": panel.method(page, rows),
        "low": f"{lowest['label']} ({page.words.number(lowest['value'], 2)})",
        "high": f"{highest['label']} ({page.words.number(highest['value'], 2)})", "band": band,
    }  # fmt: skip
    columns = {
        "label": Column("jurors.columns.juror"),
        "value": Column("jurors.columns.severity", "number:2"),
        "low": Column("jurors.columns.interval", "interval:2"),
        "p": Column("jurors.columns.p"),
        "q": Column("jurors.columns.q"),
        "judged": Column("jurors.columns.judged", "count"),
    }
    table = page.table(
        "jurors.caterpillar.table", roster.with_p(page, rows), columns, part=stage, stage=page.label("stage", stage)
    )
    return page.figure("jurors.caterpillar", fig, table, part=stage, **words)


def _severity_chart(page: Page, rows: pd.DataFrame, key: str) -> Any:
    rows = roster.drawn(page, rows)
    fig = house.figure(page.words, height=house.rows_height(len(rows)) + 20, x=roster.axis(page, key))
    house.rows(fig, rows["label"])
    house.reference(fig, x=0, text=page.say("jurors.caterpillar.panel"))
    roster.dots(fig, rows, roster.apart(page, rows))
    return roster.centred(fig, panel.ends(rows), rows["value"])


def _band(page: Page, fig: Any, stage: str) -> str:
    """Shade where the middle half of the panel lies, and say so; empty where the panel is too small for that."""
    ends = roster.quartiles(page, "severity_additive", stage)
    if ends is None:
        return ""
    house.band(fig, *ends)
    return page.say("jurors.caterpillar.band")


def deviation(page: Page) -> Block:
    """Deviation of each juror from the others on the same dossiers, in the same order."""
    stage = panel.first_stage(page)
    rows = _deviations(page, stage)
    if rows.empty:
        return page.absent("jurors.deviation", None)
    shown = roster.drawn(page, rows)
    fig = house.figure(page.words, height=house.rows_height(len(shown)) + 20, x=roster.axis(page, "jurors.deviation"))
    house.rows(fig, shown["label"])
    house.reference(fig, x=0, text=page.say("jurors.deviation.zero"))
    house.intervals(
        fig, values=shown["value"], ends=panel.ends(shown), at=shown.index, mark=house.SERIES[2],
        customdata=list(shown["label"]), hovertemplate="%{customdata}: %{x:.2f}<extra></extra>",
    )  # fmt: skip
    roster.centred(fig, panel.ends(shown), shown["value"])
    same = int((rows["value"] * rows["severity"] <= 0).sum())
    key = "same" if same == len(rows) else "mostly"
    total = page.words.count("of_juror", len(rows))
    words = {
        "finding": page.say(f"jurors.deviation.{key}", n=page.words.number(same), total=total),
        "unit": panel.unit(page, rows), "stage": page.label("stage", stage),
        "confidence": panel.confidence(page, rows), "total": page.words.count("juror", len(rows)),
    }  # fmt: skip
    columns = {
        "label": Column("jurors.columns.juror"),
        "value": Column("jurors.columns.deviation", "number:2"),
        "low": Column("jurors.columns.deviation_interval", "interval:2"),
        "n_units": Column("jurors.columns.judged", "count"),
    }
    table = page.table("jurors.deviation.table", rows, columns, stage=page.label("stage", stage))
    return page.figure("jurors.deviation", fig, table, **words)


def _deviations(page: Page, stage: str) -> pd.DataFrame:
    """Give the deviations of the jurors on the chart of severities, in its order, beside their severity."""
    known = roster.severities(page, stage)
    rows = page.rows(
        measure="deviation_from_others", stage=stage, subject_type="juror", subject=None, versus_type=None, versus=None
    )
    rows = rows[rows["subject"].isin(known["subject"]) & rows["value"].notna()]
    severity = known.set_index("subject")["value"]
    rows = rows.assign(
        label=[page.label("juror", name) for name in rows["subject"]],
        severity=[severity[name] for name in rows["subject"]],
    )
    return roster.in_order(page, rows)


def scale_use(page: Page) -> Block:
    """How each juror used the scale, a small histogram a juror."""
    stage = panel.first_stage(page)
    rows = page.rows(measure="score_share", stage=stage, subject_type="juror", subject=None, at=None)
    rows = rows[rows["value"].notna() & rows["subject"].isin(roster.severities(page, stage)["subject"])]
    if rows.empty:
        return page.absent("jurors.scale_use", None)
    common = rows["variant"].mode().iloc[0]
    rows = rows[rows["variant"] == common]
    rows = roster.in_order(page, rows.assign(level=pd.to_numeric(rows["at"])).sort_values(["subject", "level"]))
    rows = rows.assign(label=[page.label("juror", name) for name in rows["subject"]])
    order = list(dict.fromkeys(rows["subject"]))
    shown = dict.fromkeys(roster.drawn(page, rows)["subject"])
    fig = multiples.histograms(page, [_panel(page, stage, rows[rows["subject"] == name]) for name in shown])
    used = (rows["value"] > 0).groupby(rows["subject"]).sum()
    words = {"stage": page.label("stage", stage), "total": page.words.count("juror", len(order))}
    words["finding"] = page.say("jurors.scale_use.range", low=int(used.min()), high=int(used.max()))
    if len(order) < 2:
        words["finding"] = page.say("jurors.scale_use.single")
    columns = {
        "label": Column("jurors.columns.juror"),
        "level": Column("jurors.columns.level", "number:1"),
        "value": Column("jurors.columns.share", "share:1"),
    }
    table = page.table("jurors.scale_use.table", rows[rows["value"] > 0], columns, stage=words["stage"])
    return page.figure("jurors.scale_use", fig, table, **words)


def _panel(page: Page, stage: str, rows: pd.DataFrame) -> multiples.Panel:
    name = rows["subject"].iloc[0]
    numbers = {}
    for key, measure in (("mean", "score_mean"), ("sd", "score_sd")):
        row = page.row(measure=measure, stage=stage, subject_type="juror", subject=name)
        numbers[key] = page.words.number(row.value if row else math.nan, 1)
    line = page.say("jurors.scale_use.summary", **numbers)
    return multiples.Panel(roster.short(page.label("juror", name)), line, list(rows["level"]), list(rows["value"]))


def profiles(page: Page) -> Block:
    """All the numbers, a juror a row, a table a stage; folded."""
    stages = panel.stages(page, "judged")
    if not stages:
        return Prose("jurors-profiles", (page.reason(None),))
    return page.fold("jurors.profiles", page.group(*(_profiles(page, stage) for stage in stages)))


def _profiles(page: Page, stage: str) -> Table:
    keys = {"stage": stage, "subject_type": "juror", "subject": None}
    frame = page.rows(measure="judged", **keys)[["subject", "value"]].rename(columns={"value": "judged"})
    for name, measure in (("mean", "score_mean"), ("sd", "score_sd")):
        frame[name] = frame["subject"].map(page.rows(measure=measure, **keys).set_index("subject")["value"])
    enough = roster.severities(page, stage).set_index("subject")
    for name in ("value", "low", "high", "p_value", "q_value"):
        frame[name] = frame["subject"].map(enough[name])
    apart = page.rows(measure="deviation_from_others", **keys, versus_type=None, versus=None).set_index("subject")
    frame["deviation"] = frame["subject"].map(apart["value"]).where(frame["subject"].isin(enough.index))
    frame["label"] = [page.label("juror", name) for name in frame["subject"]]
    frame["reason"] = ["" if name in enough.index else "too_few_units" for name in frame["subject"]]
    kinds = {"judged": "count", "mean": "number:2", "sd": "number:2"}
    columns = {"label": Column("jurors.columns.juror")}
    columns |= {name: Column(f"jurors.columns.{name}", kind) for name, kind in kinds.items()}
    columns |= {
        "value": Column("jurors.columns.severity", "number:2"),
        "low": Column("jurors.columns.interval", "interval:2"),
        "q": Column("jurors.columns.q"),
        "deviation": Column("jurors.columns.deviation", "number:2"),
    }
    shown = roster.with_p(page, roster.in_order(page, frame))
    return page.table("jurors.profiles.table", shown, columns, part=stage, stage=page.label("stage", stage))


def pooled(page: Page) -> Block:
    """Severity over all editions together, beside this edition's."""
    stage = panel.first_stage(page)
    rows = roster.severities(page, stage, edition="")
    if rows.empty:
        return Prose("jurors-pooled", (page.say("jurors.editions.none"),))
    here = roster.severities(page, stage)
    rows = roster.in_order(page, rows[rows["subject"].isin(here["subject"])])
    if rows.empty:
        return Prose("jurors-pooled", (page.say("jurors.editions.none"),))
    one = here.set_index("subject") if here["uom"].iloc[0] == rows["uom"].iloc[0] else None
    apart = roster.apart(page, rows)
    fig = _severity_chart(page, rows, "jurors.caterpillar")
    if one is not None:
        drawn = roster.drawn(page, rows)
        look = {"color": house.SERIES[1].color, "width": 2}
        hollow = {"color": house.PAPER, "symbol": "diamond", "size": 9, "line": look}
        values = [one["value"][name] for name in drawn["subject"]]
        fig.add_scatter(
            x=values, y=[row + 0.28 for row in drawn.index], mode="markers", marker=hollow, hoverinfo="skip"
        )
        roster.centred(fig, [*panel.ends(drawn), *panel.ends(here)], drawn["value"])
    key = "spread_out" if apart.any() else "together"
    total = page.words.count("of_juror", len(rows))
    words = {
        "finding": page.say(f"jurors.pooled.{key}", jurors=page.words.number(int(apart.sum())), total=total),
        "unit": panel.unit(page, rows), "confidence": panel.confidence(page, rows),
        "interval": panel.method(page, rows), "total": page.words.count("juror", len(rows)),
        "beside": page.say(f"jurors.pooled.{'beside' if one is not None else 'apart'}"),
    }  # fmt: skip
    shown = rows.assign(one=[math.nan if one is None else one["value"][name] for name in rows["subject"]])
    columns = {
        "label": Column("jurors.columns.juror"),
        "value": Column("jurors.columns.pooled", "number:2"),
        "low": Column("jurors.columns.interval", "interval:2"),
        "one": Column("jurors.columns.severity", "number:2"),
        "judged": Column("jurors.columns.judged", "count"),
    }
    return page.figure("jurors.pooled", fig, page.table("jurors.pooled.table", shown, columns), **words)


def limits(page: Page) -> Note:
    """What severity does not say."""
    return page.note("jurors.says_not")
