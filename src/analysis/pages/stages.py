"""Stages side by side: agreement of each, the restricted range of later ones, and what links them."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from analysis.pages import panel
from analysis.pages.display import Block, Group, Prose, Table
from analysis.pages.page import Column, Page

LINKS = (
    "stage_shift", "stage_correlation", "stage_spread_ratio", "range_restriction", "stage_consistency",
)  # fmt: skip


def stages(page: Page) -> Group:
    """Agreement of every stage side by side, under a heading that says why later stages may agree less."""
    taken = panel.stages(page, "pair_difference")
    heading = page.section("agreement.two_stages" if len(taken) > 1 else "agreement.one_stage")
    if not taken:
        return page.group(heading, Prose("agreement-stages", (page.reason(None),)))
    return page.group(heading, _stages(page, taken))


def _stages(page: Page, taken: list[str]) -> Table:
    entries = []
    for stage in taken:
        difference = page.row(measure="pair_difference", stage=stage)
        spread, now = (
            page.row(measure="score_sd", stage=stage),
            page.row(measure="dependability", stage=stage, at="here"),
        )
        alpha = panel.alpha(page, stage)
        entries.append((dict(alpha._asdict()) if alpha else {"value": math.nan, "low": math.nan, "high": math.nan}) | {
            "label": page.label("stage", stage), "difference": difference.value if difference else math.nan,
            "spread": spread.value if spread else math.nan, "now": now.value if now else math.nan,
        })  # fmt: skip
    columns = {
        "label": Column("agreement.columns.stage"),
        "value": Column("agreement.columns.alpha", "number:2"),
        "low": Column("agreement.columns.interval", "interval:2"),
        "difference": Column("agreement.columns.difference", "number:2"),
        "spread": Column("agreement.columns.spread", "number:2"),
        "now": Column("agreement.columns.now", "number:2"),
        "n_units": Column("agreement.columns.dossiers", "count"),
        "n_jurors": Column("agreement.columns.jurors", "count"),
    }
    return page.table("agreement.stages", pd.DataFrame(entries), columns)


def links(page: Page) -> Block:
    """What links a stage to the one before it: shift, order, spread, restricted range, jurors who judged in both."""
    found = page.rows(measure=None, stage=None, versus_type="stage", versus=None, at=None)
    found = found[found["measure"].isin(LINKS)]
    pairs = found[["versus", "stage"]].drop_duplicates().itertuples(index=False, name=None)
    blocks = [block for earlier, later in pairs for block in _link(page, found, earlier, later)]
    return page.group(*blocks) if blocks else Prose("agreement-links", (page.say("agreement.links_none"),))


def _link(page: Page, found: pd.DataFrame, earlier: str, later: str) -> list[Block]:
    rows = found[(found["versus"] == earlier) & (found["stage"] == later)]
    rows = rows.sort_values("measure", key=lambda names: names.map(LINKS.index), kind="stable")
    ids = {"earlier": page.label("stage", earlier), "later": page.label("stage", later)}
    said = tuple(filter(None, (_said(page, row, ids) for row in rows.itertuples())))
    shown = rows.assign(
        label=[page.label("measure", name) for name in rows["measure"]],
        variant=[panel.variant(page, name) for name in rows["variant"]],
    )
    columns = {
        "label": Column("agreement.columns.link"),
        "variant": Column("agreement.columns.variant"),
        "value": Column("agreement.columns.value", "number:2"),
        "low": Column("agreement.columns.interval", "interval:2"),
        "n_units": Column("agreement.columns.dossiers", "count"),
    }
    table = page.table("agreement.links", shown, columns, part=later, **ids)
    text = (
        Prose(f"agreement-links-{later}", said)
        if said
        else page.absent(f"agreement.links.{later}", next(rows.itertuples()))
    )
    return [text, table]


def _said(page: Page, row: Any, ids: dict[str, str]) -> str:
    """Say what a link means; empty where the table is enough."""
    if math.isnan(row.value):
        return ""
    known = not (math.isnan(row.low) or math.isnan(row.high))
    if row.measure == "stage_shift":
        key = "level" if known and row.low <= 0 <= row.high else "higher" if row.value > 0 else "lower"
        size = panel.in_unit(page, abs(row.value), row.uom, decimals=2)
        return page.say(f"agreement.links.{key}", value=size, **ids)
    if row.measure == "stage_spread_ratio":
        key = "unsure" if known and row.low <= 1 <= row.high else "closer" if row.value < 1 else "wider"
        return page.say(f"agreement.links.{key}", share=page.words.share(row.value), **ids)
    if row.measure == "range_restriction":
        key = "restricted" if row.value < 1 else "unrestricted"
        return page.say(f"agreement.links.{key}", share=page.words.share(row.value), **ids)
    if row.measure == "stage_consistency":
        return page.say("agreement.links.same_juror", value=panel.with_interval(page, row), **ids)
    return ""
