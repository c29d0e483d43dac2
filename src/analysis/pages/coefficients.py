"""Tables of the page "Agreement of marks": every coefficient, by stage and category, and beside published ones."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from analysis.pages import bands, panel
from analysis.pages.display import Block, Group, Prose, Table
from analysis.pages.page import Column, Page

COEFFICIENTS = (
    "krippendorff_alpha", "icc_11", "icc_1k", "icc_a1", "icc_ak", "icc_c1", "icc_ck", "kendall_w",
    "exact_agreement", "adjacent_agreement",
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
        spread = page.row(measure="score_sd", stage=stage)
        entries.append(_plain(panel.alpha(page, stage)) | {
            "label": page.label("stage", stage), "difference": difference.value,
            "spread": spread.value if spread else math.nan,
        })  # fmt: skip
    columns = {
        "label": Column("agreement.columns.stage"),
        "value": Column("agreement.columns.alpha", "number:2"),
        "low": Column("agreement.columns.interval", "interval:2"),
        "difference": Column("agreement.columns.difference", "number:2"),
        "spread": Column("agreement.columns.spread", "number:2"),
        "n_units": Column("agreement.columns.dossiers", "count"),
        "n_jurors": Column("agreement.columns.jurors", "count"),
    }
    return page.table("agreement.stages", pd.DataFrame(entries), columns)


def categories(page: Page) -> Block:
    """Agreement on the overall mark by category."""
    stage = panel.first_stage(page)
    found = [
        _plain(row) | {"label": page.label("category", entry.id)}
        for entry in page.edition.categories
        if (row := panel.alpha(page, stage, category=entry.id)) is not None
    ]
    if not found:
        return Prose("agreement-categories", (page.say("agreement.no_categories"),))
    columns = {
        "label": Column("agreement.columns.category"),
        "value": Column("agreement.columns.alpha", "number:2"),
        "low": Column("agreement.columns.interval", "interval:2"),
        "n_units": Column("agreement.columns.dossiers", "count"),
        "n_jurors": Column("agreement.columns.jurors", "count"),
    }
    return page.table("agreement.categories", pd.DataFrame(found), columns, stage=page.label("stage", stage))


def coefficients(page: Page) -> Group:
    """Every coefficient of the overall mark with its exact name, a table a stage; by criterion folded below."""
    blocks: list[Block] = []
    for stage in panel.stages(page, "krippendorff_alpha"):
        label = page.label("stage", stage)
        whole = _coefficient_rows(page, stage, "")
        blocks.append(page.table("agreement.coefficients", whole, _BRIEF, part=stage, stage=label))
    stage = panel.first_stage(page)
    label = page.label("stage", stage)
    parts = [_coefficient_rows(page, stage, criterion.id) for criterion in page.edition.criteria]
    columns = {"criterion_label": Column("agreement.columns.criterion"), **_COLUMNS}
    table = page.table("agreement.by_criterion.table", pd.concat(parts), columns, stage=label)
    return page.group(*blocks, page.fold("agreement.by_criterion", table))


_COLUMNS = {
    "label": Column("agreement.columns.coefficient"),
    "variant": Column("agreement.columns.variant"),
    "value": Column("agreement.columns.value", "number:3"),
    "low": Column("agreement.columns.interval", "interval:3"),
    "band": Column("agreement.columns.band"),
    "n_units": Column("agreement.columns.dossiers", "count"),
    "n_jurors": Column("agreement.columns.jurors", "count"),
    "method": Column("agreement.columns.method"),
}


_BRIEF = {name: column for name, column in _COLUMNS.items() if name not in ("n_jurors", "method")}


def _coefficient_rows(page: Page, stage: str, criterion: str) -> pd.DataFrame:
    frames = [page.rows(measure=measure, stage=stage, criterion=criterion) for measure in COEFFICIENTS]
    rows = pd.concat(frames, ignore_index=True)
    return rows.assign(
        criterion_label=page.label("criterion", criterion) if criterion else page.say("composite"),
        label=[page.label("measure", name) for name in rows["measure"]],
        variant=[panel.variant(page, name) for name in rows["variant"]],
        band=[panel.band_word(page, row) for row in rows.itertuples()],
        method=[panel.method(page, rows.loc[[index]]) for index in rows.index],
    )


def published(page: Page) -> Table:
    """What comparable panels reached in the literature, with ours first."""
    stage = panel.first_stage(page)
    entries = []
    for form, measure in (("single", "icc_11"), ("average", "icc_1k")):
        row = page.row(measure=measure, stage=stage)
        if row is not None:
            entries.append(_plain(row) | {
                "panel": page.say(f"bands.published.ours_{form}"), "form": page.say(f"agreement.published.{form}"),
                "source": page.label("measure", measure),
            })  # fmt: skip
    for entry in bands.published():
        entries.append({
            "panel": page.say(f"bands.published.{entry.id}"), "form": page.say(f"agreement.published.{entry.form}"),
            "value": entry.value, "low": entry.low, "high": entry.high, "source": entry.source,
            "reason": "", "interval_reason": "",
        })  # fmt: skip
    columns = {
        "panel": Column("agreement.columns.panel"),
        "form": Column("agreement.columns.form"),
        "value": Column("agreement.columns.value", "number:2"),
        "low": Column("agreement.columns.range_or_interval", "interval:2"),
        "source": Column("agreement.columns.source"),
    }
    return page.table("agreement.published", pd.DataFrame(entries), columns)


def _plain(row: Any) -> dict[str, Any]:
    return dict(row._asdict()) if row is not None else {"value": math.nan, "low": math.nan, "high": math.nan}
