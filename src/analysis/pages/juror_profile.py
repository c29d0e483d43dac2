"""The profile of one juror: the own rows of a letter, and a chart of traits beside the middle half of the panel."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from analysis.pages import house, panel, roster
from analysis.pages.display import Block, Prose
from analysis.pages.page import Column, Page

TRAITS = ("severity_additive", "centrality", "range_used", "consensus_correlation", "halo")
NEAREST, FARTHEST = 1.4, 4.0  # widths of the panel's middle half that the chart reaches to, at least and at most
ROW = 52  # pixels of a trait: its name, its line, the meaning of its ends


def own(page: Page, stage: str) -> dict[str, str]:
    """Give the keys of the juror's own rows of a stage."""
    return {"stage": stage, "subject_type": "juror", "subject": page.subject}


def judged_in(page: Page) -> list[str]:
    """Give the stages of the edition in which the juror gave marks, in order."""
    rows = page.rows(measure="judged", subject_type="juror", subject=page.subject)
    there = set(rows.loc[rows["value"] > 0, "stage"])
    return [stage.id for stage in page.edition.stages if stage.id in there]


def stage(page: Page) -> str:
    """Give the stage the letter is about: the first in which the juror gave marks."""
    return next(iter(judged_in(page)), panel.first_stage(page))


def levels(page: Page, stage: str) -> pd.DataFrame:
    """Give the shares of the juror's marks on the levels of the scales, as far as they may be shown."""
    rows = page.rows(measure="score_share", at=None, **own(page, stage))
    return rows[rows["value"].notna()]


def quartiles(page: Page, **keys: str | None) -> tuple[float, float, float] | None:
    """Give lower quartile, median and upper quartile of the panel; None where they may not be shown."""
    rows = [page.row(subject_type="panel", at=at, **keys) for at in ("lower_quartile", "median", "upper_quartile")]
    if any(row is None or math.isnan(row.value) for row in rows):
        return None
    return rows[0].value, rows[1].value, rows[2].value


def middle(fig: Any, ends: tuple[float, float, float] | None, row: float) -> None:
    """Draw the middle half of the panel behind a row, its median as a line."""
    if ends is None:
        return
    low, median, high = ends
    fig.add_shape(
        type="rect", x0=low, x1=high, y0=row - 0.16, y1=row + 0.16, fillcolor=house.GRID, line_width=0, layer="below"
    )
    line = {"color": house.MUTED, "width": 1.5}
    fig.add_shape(type="line", x0=median, x1=median, y0=row - 0.16, y1=row + 0.16, line=line, layer="below")


def profile(page: Page) -> Block:
    """Traits of the own judging on one chart, each on a scale of its own: 0 = median, 1 = width of the middle half."""
    at = stage(page)
    rows = traits(page, at)
    if rows["value"].isna().all():
        return Prose("juror-letter-profile", (page.say("juror_letter.profile.none"),))
    table = page.table("juror_letter.profile.table", rows, _COLUMNS, stage=page.label("stage", at))
    if rows["panel_low"].isna().all():
        return page.group(Prose("juror-letter-profile", (page.say("juror_letter.profile.alone"),)), table)
    said = page.words.listing(f"{row.label} {row.numbers}" for row in rows.itertuples())
    shown = rows.loc[rows["panel_low"].notna(), "n_jurors"]
    words = {
        "finding": _finding(page, rows), "stage": page.label("stage", at), "traits": said,
        "jurors": page.words.count("of_juror", int(shown.max())), "confidence": panel.confidence(page, rows),
    }  # fmt: skip
    return page.figure("juror_letter.profile", _chart(page, rows), table, **words)


_COLUMNS = {
    "label": Column("juror_letter.columns.trait"),
    "value": Column("juror_letter.columns.own", "number:2"),
    "low": Column("columns.interval", "interval:2"),
    "panel_low": Column("juror_letter.columns.middle", "interval:2"),
    "verdict": Column("juror_letter.columns.chance"),
}


def traits(page: Page, at: str) -> pd.DataFrame:
    """Give the own rows of the traits with the panel's quartiles: `panel_low`, `panel_median`, `panel_high`."""
    entries = []
    for name in TRAITS:
        row = page.row(measure=name, **own(page, at))
        ends = quartiles(page, measure=name, stage=at)
        entry = {"value": math.nan, "low": math.nan, "high": math.nan, "q_value": math.nan, "confidence": math.nan}
        entry |= {"reason": "too_few_units", "interval_reason": "", "uom": ""} if row is None else row._asdict()
        low, median, high = ends or (math.nan,) * 3
        entry |= {"panel_low": low, "panel_median": median, "panel_high": high, "panel_reason": ""}
        entry["n_jurors"] = _panel_size(page, name, at)
        entry["label"] = page.say(f"juror_letter.trait.{name}.name")
        entry["trait"], entry["clear"] = name, entry["q_value"] <= roster.level(page)
        entries.append(entry | {"verdict": _verdict(page, entry), "numbers": _numbers(page, entry)})
    return pd.DataFrame(entries)


def _panel_size(page: Page, name: str, at: str) -> float:
    row = page.row(measure=name, stage=at, subject_type="panel", at="median")
    return math.nan if row is None or row.n_jurors is pd.NA else float(row.n_jurors)


def _verdict(page: Page, entry: dict[str, Any]) -> str:
    if math.isnan(entry["value"]):
        return page.say("juror_letter.few")
    if math.isnan(entry["q_value"]):
        return page.say("juror_letter.verdict.untested")
    return page.say(f"juror_letter.verdict.{'clear' if entry['clear'] else 'chance'}")


def _numbers(page: Page, entry: dict[str, Any]) -> str:
    """Give the own number, and in brackets the middle half of the panel; or that there are too few marks."""
    if math.isnan(entry["value"]):
        return page.say("juror_letter.few")
    unit = entry["uom"] in ("points", "POMP")
    value = page.words.number(entry["value"], 2)
    value = panel.in_unit(page, entry["value"], entry["uom"], decimals=2) if unit else value
    if math.isnan(entry["panel_low"]):
        return value
    return f"{value} ({page.words.interval(entry['panel_low'], entry['panel_high'], 2)})"


def _finding(page: Page, rows: pd.DataFrame) -> str:
    """Name the traits that differ from the panel by more than chance."""
    if rows["q_value"].isna().all():
        return page.say("juror_letter.profile.untested")
    clear = rows.loc[rows["clear"], "trait"]
    if clear.empty:
        return page.say("juror_letter.profile.alike")
    names = page.words.listing(page.say(f"juror_letter.trait.{name}.name").lower() for name in clear)
    return page.say("juror_letter.profile.differ", traits=names)


def _chart(page: Page, rows: pd.DataFrame) -> Any:
    placed = rows.assign(**{name: _placed(rows, name) for name in ("value", "low", "high", "panel_low", "panel_high")})
    values = placed[["value", "panel_low", "panel_high"]].abs().max().max()
    reach = min(max(NEAREST, values * 1.15), FARTHEST)
    placed = placed.assign(**{name: placed[name].clip(-reach, reach) for name in ("value", "low", "high")})
    fig = house.figure(page.words, height=ROW * len(rows) + 14)
    fig.update_layout(margin={"l": 4, "r": 4, "t": 6, "b": 8})
    fig.update_xaxes(visible=False, range=[-reach * 1.02, reach * 1.02])
    fig.update_yaxes(visible=False, range=[len(rows) - 0.45, -0.55])
    for row in placed.itertuples():
        _scale(page, fig, row, reach)
    drawn = placed[placed["value"].notna()]
    house.intervals(
        fig, values=drawn["value"], ends=panel.ends(drawn), at=drawn.index,
        customdata=list(drawn["label"] + ": " + drawn["numbers"]), hovertemplate="%{customdata}<extra></extra>",
    )  # fmt: skip
    return fig


def _placed(rows: pd.DataFrame, name: str) -> pd.Series:
    """Give the place of numbers on the chart: from the panel's median, in widths of its middle half."""
    width = (rows["panel_high"] - rows["panel_low"]).where(lambda widths: widths > 0)
    return (rows[name] - rows["panel_median"]) / width


def _scale(page: Page, fig: Any, row: Any, reach: float) -> None:
    """Draw the line of a trait: its name and numbers above, the panel's middle half, the meaning of its ends below."""
    line = {"color": house.LINE, "width": 1}
    fig.add_shape(type="line", x0=-reach, x1=reach, y0=row.Index, y1=row.Index, line=line, layer="below")
    if not math.isnan(row.panel_low):
        middle(fig, (row.panel_low, 0.0, row.panel_high), row.Index)
    ends = {way: page.say(f"juror_letter.trait.{row.trait}.{way}") for way in ("low", "high")}
    texts = (
        (-reach, -0.37, f"<b>{house.wrap(row.label, 40)}</b>", "left", house.INK),
        (reach, -0.37, row.numbers, "right", house.INK),
        (-reach, 0.34, f"← {ends['low']}", "left", house.MUTED),
        (reach, 0.34, f"{ends['high']} →", "right", house.MUTED),
    )
    for x, lift, text, anchor, color in texts:
        fig.add_annotation(
            x=x, y=row.Index + lift, text=text, xanchor=anchor, showarrow=False, font={"size": 12, "color": color}
        )
