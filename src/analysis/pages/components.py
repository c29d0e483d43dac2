"""What makes marks differ: shares of variance as one stacked bar, and the two estimates of each component."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from analysis.pages import house, panel
from analysis.pages.display import Block, Prose, Table
from analysis.pages.page import Column, Page

THREE, TWO = "REML, dossier x juror x criterion", "REML, dossier x juror"
HENDERSON = "Henderson I"
PARTS = (
    "dossier", "juror", "dossier:juror", "dossier:criterion", "juror:criterion", "residual", "criterion",
)  # fmt: skip
MOST = 6  # parts of one bar that can be told apart
OF_DOSSIERS, OF_JURORS = ("dossier", "dossier:criterion"), ("juror", "dossier:juror", "juror:criterion")
HATCHES = ("", "/", "x", "-", ".", "|")


def parts(page: Page) -> Block:
    """Shares of variance: how much of what makes marks differ is the dossiers, the jurors, their taste."""
    stage = panel.first_stage(page)
    rows = _shares(page, stage)
    if rows.empty or rows["value"].isna().all():
        found = page.rows(measure="variance_share", stage=stage, at=None)
        return page.absent("agreement.parts", next(found.itertuples(), None))
    fig = _bar(page, rows)
    words = panel.counts(page, stage) | _finding(page, rows)
    figure = page.figure("agreement.parts", fig, _table(page, rows, stage), **words)
    return page.group(figure, _estimates(page, rows))


def _shares(page: Page, stage: str) -> pd.DataFrame:
    """Give the parts in a fixed order, six at most, of the estimate that tells most of them apart."""
    found = page.rows(measure="variance_share", stage=stage, at=None)
    for variant in (THREE, TWO):
        whole = found["variant"].str.split(", criteria").str[0] == variant
        rows = found[whole & found["value"].notna() & found["at"].isin(PARTS)]
        if len(rows):
            rows = rows.sort_values("at", key=lambda names: names.map(PARTS.index)).reset_index(drop=True)
            shown = rows.assign(components=_components(page, stage, rows["variant"].iloc[0]))
            return _label(page, _at_most(shown))
    return found.iloc[:0].assign(label=[])


def _components(page: Page, stage: str, variant: str) -> Any:
    """Give the REML and the Henderson component of each part."""
    beside = variant.replace("REML", HENDERSON, 1)
    of = {}
    for name in (variant, beside):
        rows = page.rows(measure="variance_component", stage=stage, variant=name, at=None)
        of[name] = dict(zip(rows["at"], rows["value"], strict=True))
    return lambda rows: [(of[variant].get(at, math.nan), of[beside].get(at, math.nan)) for at in rows["at"]]


def _at_most(rows: pd.DataFrame) -> pd.DataFrame:
    """Take the criteria and the jurors' ways with them as one part where there are more than six."""
    both = rows["at"].isin(["criterion", "juror:criterion"])
    if len(rows) <= MOST or both.sum() < 2:
        return rows
    pairs = zip(*rows.loc[both, "components"], strict=True)
    one = rows[both].iloc[:1].assign(at="criteria", value=rows.loc[both, "value"].sum(), low=math.nan, high=math.nan)
    one["components"] = [tuple(sum(values) for values in pairs)]
    rest = rows[~both]
    last = rest["at"] == "residual"
    return pd.concat([rest[~last], one, rest[last]], ignore_index=True)


def _label(page: Page, rows: pd.DataFrame) -> pd.DataFrame:
    two = "dossier:juror" not in set(rows["at"])
    names = ["residual_two" if two and at == "residual" else at.replace(":", "_") for at in rows["at"]]
    return rows.assign(
        label=[page.say(f"agreement.parts.part.{name}") for name in names],
        said=[page.say(f"agreement.parts.means.{name}") for name in names],
        reml=[pair[0] for pair in rows["components"]], henderson=[pair[1] for pair in rows["components"]],
    )  # fmt: skip


def _bar(page: Page, rows: pd.DataFrame) -> Any:
    """Draw the stacked bar on top, and below it each part by itself in its place, with its name and share."""
    names = [page.say("agreement.parts.whole"), *rows["label"]]
    fig = house.figure(page.words, height=house.rows_height(len(names), row=38), x=page.say("agreement.parts.axis"))
    house.rows(fig, names)
    start = 0.0
    for place, row in enumerate(rows.itertuples(), start=1):
        mark, hatch = house.SERIES[place - 1], HATCHES[place - 1]
        look = {"shape": hatch, "fgcolor": house.PAPER, "bgcolor": mark.color, "solidity": 0.15, "size": 7}
        fig.add_bar(
            x=[row.value, row.value], base=[start, start], y=[0, place], orientation="h", width=0.6,
            marker={"color": mark.color, "pattern": look, "line": {"color": house.PAPER, "width": 1}},
            customdata=[row.label] * 2, hovertemplate="%{customdata}: %{x:.0%}<extra></extra>",
        )  # fmt: skip
        end, late = start + row.value, start > 0.6
        fig.add_scatter(
            x=[start if late else end], y=[place], mode="text", text=[f" {page.words.share(row.value)} "],
            textposition="middle left" if late else "middle right", textfont={"color": house.INK}, hoverinfo="skip",
        )  # fmt: skip
        start = end
    fig.update_layout(barmode="overlay")
    return fig.update_xaxes(tickformat=".0%", range=[0, 1.02], nticks=5)


def _finding(page: Page, rows: pd.DataFrame) -> dict[str, str]:
    share = rows.set_index("at")["value"]
    dossiers, jurors = (share[share.index.isin(names)].sum() for names in (OF_DOSSIERS, OF_JURORS))
    largest = rows.loc[rows["value"].idxmax()]
    return {
        "dossiers_share": page.words.share(dossiers), "jurors_share": page.words.share(jurors),
        "largest": largest["label"], "largest_share": page.words.share(largest["value"]),
    }  # fmt: skip


def _table(page: Page, rows: pd.DataFrame, stage: str) -> Table:
    columns = {
        "label": Column("agreement.columns.part"),
        "said": Column("agreement.columns.means"),
        "value": Column("agreement.columns.variance_share", "share"),
        "low": Column("agreement.columns.interval_percent", "interval:0"),
        "reml": Column("agreement.columns.reml", "number:3"),
        "henderson": Column("agreement.columns.henderson", "number:3"),
    }
    shown = rows.assign(low=100 * rows["low"], high=100 * rows["high"])
    return page.table("agreement.parts.table", shown, columns, stage=page.label("stage", stage))


def _estimates(page: Page, rows: pd.DataFrame) -> Prose:
    """Say what each part means, and where the two estimates of it differ most."""
    both = rows.dropna(subset=["reml", "henderson"])
    said = [page.say(f"agreement.parts.{'fixed' if 'criteria fixed' in rows['variant'].iloc[0] else 'drawn'}")]
    if both.empty:
        said.append(page.say("agreement.parts.one_estimate"))
    else:
        apart = both.loc[(both["reml"] - both["henderson"]).abs().idxmax()]
        blanks = {name: page.words.number(apart[name], 3) for name in ("reml", "henderson")}
        key = "negative" if (both["henderson"] < 0).any() else "two_estimates"
        said.append(page.say(f"agreement.parts.{key}", part=apart["label"], **blanks))
    return Prose("agreement-estimates", tuple(said))
