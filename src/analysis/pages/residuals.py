"""Where jurors gave more or fewer points than their own severity explains: criteria, dossiers, groups, single marks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from analysis.pages import house, panel, placement, roster
from analysis.pages.display import Block, Group, Prose
from analysis.pages.page import Column, Page

COLUMNS = 12  # of a matrix: more cannot be told apart on a telephone
LISTED = 40  # cells in the table of dossiers
NAMED = 4  # cells named in a title
GROUPS = ("category", "kind", "region", "returning")
UP, DOWN = "▲", "▼"


def criteria(page: Page) -> Block:
    """Matrix of jurors and criteria: where a juror is more generous or more severe than elsewhere."""
    stage = panel.first_stage(page)
    rows = _cells(page, "criterion", stage)
    if rows["value"].isna().all():
        return Prose("jurors-criteria", (page.say("jurors.criteria.missing"),))
    known = rows[rows["value"].notna()]
    order = [criterion.id for criterion in page.edition.criteria]
    names = sorted(set(known["versus"]), key=lambda name: (order.index(name) if name in order else len(order), name))
    labels = [page.label("criterion", name) for name in names]
    rows = known.assign(what=[page.label("criterion", name) for name in known["versus"]])
    rows = rows.assign(points=_points(page, rows, stage))
    return _figure(page, "jurors.criteria", rows, (names, labels), stage)


def dossiers(page: Page) -> Block:
    """Matrix of jurors and the dossiers on which they differ most from what their severities explain."""
    stage = panel.first_stage(page)
    rows = _cells(page, "dossier", stage)
    if rows["value"].isna().all():
        return Prose("jurors-dossiers", (page.say("jurors.dossiers.missing"),))
    known = rows[rows["value"].notna()]
    largest = known.assign(size=(known["value"] / known["se"]).abs()).sort_values("size", ascending=False)
    names = sorted(list(dict.fromkeys(largest["versus"]))[:COLUMNS])
    listed = largest[largest["clear"]].head(LISTED)
    listed = listed if len(listed) else largest.head(COLUMNS)
    rows = largest[largest["versus"].isin(names) | largest.index.isin(listed.index)]
    named = placement.dossiers(page)
    rows = roster.in_order(page, rows.assign(what=[named.get(name, name) for name in rows["versus"]]))
    figure = _figure(page, "jurors.dossiers", rows, (names, names), stage, all_cells=known)
    return page.group(figure, page.note("jurors.dossiers_note"))


def _cells(page: Page, kind: str, stage: str) -> pd.DataFrame:
    rows = roster.of(page, "bias", stage, versus_type=kind, versus=None)
    rows = rows[rows["subject"].isin(roster.judged_enough(page, stage))]
    return rows.assign(clear=roster.apart(page, rows) & rows["value"].notna())


def _points(page: Page, rows: pd.DataFrame, stage: str) -> list[float]:
    """Give the same difference in points, where it is known."""
    found = roster.of(page, "differential_severity", stage, versus_type="criterion", versus=None)
    found = found[found["variant"] == "shrunken"].set_index(["subject", "versus"])["value"]
    return [found.get(cell, float("nan")) for cell in zip(rows["subject"], rows["versus"], strict=True)]


def _figure(
    page: Page, key: str, rows: pd.DataFrame, across: tuple[Sequence[str], Sequence[str]], stage: str, *,
    all_cells: pd.DataFrame | None = None,
) -> Any:  # fmt: skip
    everything = rows if all_cells is None else all_cells
    clear = everything[everything["clear"]]
    drawn = roster.drawn(page, rows)
    words = {
        "stage": page.label("stage", stage), "cells": page.words.number(len(everything)),
        "finding": _finding(page, key, clear), "n": page.words.number(len(clear)),
        "shown": page.words.number(len(across[0])), "level": page.words.share(roster.level(page)),
    }  # fmt: skip
    columns = {
        "label": Column("jurors.columns.juror"),
        "what": Column("jurors.columns.criterion" if "points" in rows else "jurors.columns.dossier"),
        "value": Column("jurors.columns.shift", "number:2"),
        "low": Column("jurors.columns.interval", "interval:2"),
        "points": Column("jurors.columns.shift_points", "number:2"),
        "p": Column("jurors.columns.p"),
        "q": Column("jurors.columns.q"),
        "n_scores": Column("jurors.columns.scores", "count"),
    }
    columns = {name: column for name, column in columns.items() if name in rows or name in "pq"}
    table = page.table(f"{key}.table", roster.with_p(page, rows), columns, stage=words["stage"])
    return page.figure(key, _matrix(page, drawn, across), table, **words)


def _finding(page: Page, key: str, clear: pd.DataFrame) -> str:
    if clear.empty:
        return page.say(f"{key}.none")
    if len(clear) > NAMED or key.endswith("dossiers"):
        return page.say(f"{key}.many", n=page.words.number(len(clear)))
    said = [f"{row.label} ({page.label('criterion', row.versus)})" for row in clear.itertuples()]
    return page.say(f"{key}.some", list=page.words.listing(said))


def _matrix(page: Page, rows: pd.DataFrame, across: tuple[Sequence[str], Sequence[str]]) -> Any:
    """Draw a juror a row, what is judged a column: colour says which way, a sign where it is more than chance."""
    names, labels = across
    jurors = list(dict.fromkeys(rows["subject"]))
    there = rows.set_index(["subject", "versus"])
    values = there["value"].unstack().reindex(index=jurors, columns=list(names))
    clear = there["clear"].unstack().reindex(index=jurors, columns=list(names))
    signs = [
        [(UP if value > 0 else DOWN) if mark is True or mark == 1 else "" for value, mark in zip(*pair, strict=True)]
        for pair in zip(values.to_numpy(), clear.to_numpy(), strict=True)
    ]
    most = float(rows["value"].abs().quantile(0.98)) or 1.0
    wrapped = [house.wrap(label, 22) for label in labels]
    foot = 7 * max(len(line) for text in wrapped for line in text.split("<br>"))
    fig = house.figure(page.words, height=house.rows_height(len(jurors)) + foot)
    fig.add_heatmap(
        z=[[None if value != value else float(value) for value in line] for line in values.to_numpy()], text=signs,
        texttemplate="%{text}", textfont={"size": 13}, colorscale=list(house.DIVERGING), zmin=-most, zmax=most,
        showscale=False, xgap=2, ygap=2, hovertemplate="%{z:.2f}<extra></extra>",
    )  # fmt: skip
    house.rows(fig, [roster.short(page.label("juror", name)) for name in jurors])
    ticks = {"tickvals": list(range(len(names))), "ticktext": wrapped, "tickangle": -90, "tickfont": {"size": 11}}
    return fig.update_xaxes(**ticks, showgrid=False, range=[-0.5, len(names) - 0.5])


def groups(page: Page) -> Group | Prose:
    """Groups of dossiers (category, kind, region, first time or again) to which a juror was unlike elsewhere."""
    stage = panel.first_stage(page)
    found = [roster.of(page, "differential_severity", stage, versus_type=kind, versus=None) for kind in GROUPS]
    rows = pd.concat(found, ignore_index=True)
    rows = rows[rows["value"].notna() & (rows["variant"] == "shrunken")]
    if rows.empty:
        return Prose("jurors-groups", (page.say("jurors.groups.few"),))
    clear = rows[roster.apart(page, rows)]
    blanks = {"n": page.words.count("jurors.plural.of_difference", len(clear)), "total": len(rows)}
    said = Prose("jurors-groups", (page.say(f"jurors.groups.{'some' if len(clear) else 'none'}", **blanks),))
    shown = clear if len(clear) else rows.loc[rows["value"].abs().nlargest(10).index]
    shown = shown.assign(what=[_group(page, row.versus_type, row.versus) for row in shown.itertuples()])
    columns = {
        "label": Column("jurors.columns.juror"),
        "what": Column("jurors.columns.group"),
        "value": Column("jurors.columns.difference", "number:2"),
        "p": Column("jurors.columns.p"),
        "q": Column("jurors.columns.q"),
        "n_units": Column("jurors.columns.judged", "count"),
    }
    words = {"stage": page.label("stage", stage), "unit": panel.unit(page, shown)}
    table = page.table("jurors.groups.table", roster.with_p(page, shown), columns, **words)
    return page.group(said, table if len(clear) else page.fold("jurors.groups_fold", table))


def _group(page: Page, kind: str, name: str) -> str:
    """Name a group of dossiers with what it is a group of."""
    if kind == "returning":
        return page.say(f"jurors.groups.{name}" if name in ("returning", "first") else "jurors.groups.returning")
    label = page.label(kind, name) if kind in ("category", "kind") else name
    return page.say(f"jurors.groups.{kind}", name=label)


def unexpected(page: Page) -> Block:
    """Single marks farthest from what the model expects; folded."""
    stage = panel.first_stage(page)
    of = {"subject_type": "juror", "subject": None, "versus_type": "dossier", "versus": None}
    rows = page.rows(measure="unexpected_mark", stage=stage, **of, criterion=None, at=None)
    rows = rows[rows["value"].notna()]
    if rows.empty:
        return Prose("jurors-unexpected", (page.say("jurors.unexpected.none"),))
    rows = rows.loc[rows["value"].abs().sort_values(ascending=False, kind="stable").index]
    named = placement.dossiers(page)
    rows = rows.assign(
        label=[page.label("juror", name) for name in rows["subject"]],
        what=[named.get(name, name) for name in rows["versus"]],
        on=[page.label("criterion", name) if name else page.say("common.composite") for name in rows["criterion"]],
        mark=pd.to_numeric(rows["at"]),
    )
    columns = {
        "label": Column("jurors.columns.juror"),
        "what": Column("jurors.columns.dossier"),
        "on": Column("jurors.columns.criterion"),
        "mark": Column("jurors.columns.mark", "number:1"),
        "value": Column("jurors.columns.surprise", "number:1"),
    }
    table = page.table("jurors.unexpected.table", rows, columns, stage=page.label("stage", stage))
    return page.fold("jurors.unexpected", table, n=page.words.number(len(rows)))
