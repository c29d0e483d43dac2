"""Own region, own employer, earlier contact: what jurors gave to their own, and what a recusal would have changed."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from analysis.pages import house, panel, roster
from analysis.pages.display import Block, Prose
from analysis.pages.page import Column, Page

WAYS = ("permutation within juror and criterion", "juror and dossier effects")
NAMES = {"own region": "region", "own employer": "employer", "previous contact": "contact"}
MARKS = (house.SERIES[0], house.SERIES[1])


def affinity(page: Page) -> Block:
    """Difference between marks for a juror's own and for the rest, in two ways, with what it does not say beside it."""
    if page.audience != "organizer":
        return Prose("jurors-affinity", (page.say("jurors.affinity.organizer"),))
    shown = [_stage(page, stage) for stage in panel.stages(page, "affinity")]
    blocks = [block for part in shown for block in part]
    if not blocks:
        return Prose("jurors-affinity", (page.say("jurors.affinity.none"),))
    return page.group(*blocks, *_recusals(page))


def differences(page: Page, stage: str) -> pd.DataFrame:
    """Give the differences of all jurors together, a row an affinity and way, small cells left out."""
    rows = page.rows(measure="affinity", stage=stage)
    return _named(page, rows[rows["value"].notna() & _enough(page, rows)])


def _enough(page: Page, rows: pd.DataFrame) -> pd.Series:
    """Tell which rows rest on as many dossiers of the juror's own as may be shown."""
    return rows["n_units"].fillna(0) >= page.competition.disclosure.min_offices


def _named(page: Page, rows: pd.DataFrame) -> pd.DataFrame:
    parts = [name.partition(", ") for name in rows["variant"]]
    rows = rows.assign(kind=[NAMES.get(kind, "") for kind, _, _ in parts], way=[way for _, _, way in parts])
    rows = rows[(rows["kind"] != "") & rows["way"].isin(WAYS)]
    rows = rows.assign(
        what=[page.say(f"jurors.affinity.kind.{kind}") for kind in rows["kind"]],
        how=[page.say(f"jurors.affinity.way.{WAYS.index(way)}") for way in rows["way"]],
    )
    order = [(kind, way) for kind in NAMES.values() for way in WAYS]
    places = [order.index(pair) for pair in zip(rows["kind"], rows["way"], strict=True)]
    return rows.assign(place=places).sort_values("place", kind="stable", ignore_index=True)


def _stage(page: Page, stage: str) -> list[Block]:
    rows = differences(page, stage)
    if rows.empty:
        return []
    finding = page.finding(
        f"jurors.affinity.first-{stage}", _finding(page, rows, stage), box=page.say("jurors.affinity.box")
    )
    blocks: list[Block] = [finding, _figure(page, rows, stage)]
    return [*blocks, *_single(page, stage), *_unseen(page, stage)]


def _unseen(page: Page, stage: str) -> list[Prose]:
    """Name the affinities of which nothing is known in the stage."""
    rows = page.rows(measure="affinity", stage=stage)
    told = [name.partition(", ")[0] for name in rows.loc[rows["value"].isna(), "variant"]]
    kinds = [NAMES[name] for name in told if name in NAMES]
    if not kinds:
        return []
    listed = page.words.listing(page.say(f"jurors.affinity.kind.{kind}") for kind in dict.fromkeys(kinds))
    return [Prose(f"jurors-affinity-unseen-{stage}", (page.say("jurors.affinity.unseen", list=listed),))]


def _finding(page: Page, rows: pd.DataFrame, stage: str) -> str:
    """Say for each affinity how much more jurors gave to their own, and whether chance could do that."""
    said = [page.say("jurors.affinity.in_stage", stage=page.label("stage", stage))]
    for _, part in rows.groupby("kind", sort=False):
        row = next(part.itertuples())
        key = "more" if row.value > 0 else "less"
        key = key if row.p_value < roster.level(page) else "chance"
        said.append(page.say(
            f"jurors.affinity.{key}", what=row.what, value=panel.in_unit(page, abs(row.value), row.uom, decimals=2),
            signed=panel.in_unit(page, row.value, row.uom, decimals=2), p=panel.p_value(page, row.p_value),
            n=page.words.count("of_dossier", int(row.n_units)),
        ))  # fmt: skip
    return " ".join(said)


def _figure(page: Page, rows: pd.DataFrame, stage: str) -> Any:
    kinds = list(dict.fromkeys(rows["what"]))
    fig = house.figure(
        page.words, height=house.rows_height(len(kinds), row=56) + 20, x=roster.axis(page, "jurors.affinity")
    )
    house.rows(fig, kinds)
    house.reference(fig, x=0, text=page.say("jurors.affinity.zero"))
    for place, way in enumerate(WAYS):
        part = rows[rows["way"] == way]
        house.intervals(
            fig, values=part["value"], ends=panel.ends(part), mark=MARKS[place],
            at=[kinds.index(what) + (-0.14, 0.14)[place] for what in part["what"]],
            customdata=list(part["how"]), hovertemplate="%{customdata}: %{x:.2f}<extra></extra>",
        )  # fmt: skip
    roster.centred(fig, panel.ends(rows), rows["value"])
    words = {
        "stage": page.label("stage", stage), "unit": panel.unit(page, rows),
        "confidence": panel.confidence(page, rows), "finding": _title(page, rows),
        "method": panel.method(page, rows),
    }  # fmt: skip
    table = page.table("jurors.affinity.table", roster.with_p(page, rows), _columns(), part=stage, stage=words["stage"])
    return page.figure("jurors.affinity", fig, table, part=stage, **words)


def _title(page: Page, rows: pd.DataFrame) -> str:
    clear = list(dict.fromkeys(rows.loc[rows["p_value"] < roster.level(page), "what"]))
    if not clear:
        return page.say("jurors.affinity.title_none")
    return page.say("jurors.affinity.title_some", list=page.words.listing(clear))


def _columns(**first: Column) -> dict[str, Column]:
    return first | {
        "what": Column("jurors.columns.affinity"),
        "how": Column("jurors.columns.way"),
        "value": Column("jurors.columns.difference", "number:2"),
        "low": Column("jurors.columns.interval", "interval:2"),
        "p": Column("jurors.columns.p"),
        "q": Column("jurors.columns.q"),
        "n_units": Column("jurors.columns.own", "count"),
    }


def _single(page: Page, stage: str) -> list[Block]:
    """Give the jurors whose difference is more than chance after the correction, with what a recusal would change."""
    rows = roster.of(page, "affinity", stage)
    rows = _named(page, rows[rows["value"].notna() & _enough(page, rows)])
    words = {"stage": page.label("stage", stage), "n": page.words.count("of_juror", rows["subject"].nunique())}
    clear = rows[roster.apart(page, rows)]
    if clear.empty:
        return [Prose(f"jurors-affinity-single-{stage}", (page.say("jurors.affinity.nobody", **words),))]
    changed = roster.of(page, "recusal_effect", stage)
    found = {(row.subject, NAMES.get(row.variant)): row.value for row in changed.itertuples()}
    clear = clear.assign(changed=[found.get((row.subject, row.kind), math.nan) for row in clear.itertuples()])
    columns = _columns(label=Column("jurors.columns.juror")) | {"changed": Column("jurors.columns.changed", "count")}
    shown = roster.with_p(page, roster.in_order(page, clear))
    table = page.table("jurors.affinity.single.table", shown, columns, part=stage, **words)
    return [table, page.note("jurors.affinity.single")]


def _recusals(page: Page) -> list[Prose]:
    """What would have changed had everybody been recused from their own, stage by stage and affinity by affinity."""
    said = []
    for stage in panel.stages(page, "recusal_effect"):
        rows = page.rows(measure="recusal_effect", stage=stage)
        rows = rows[rows["value"].notna() & rows["variant"].isin(NAMES) & _enough(page, rows)]
        parts = [
            page.say(
                "jurors.recusals.part", what=page.say(f"jurors.affinity.kind.{NAMES[row.variant]}"),
                n=page.words.number(row.value),
            )
            for row in rows.itertuples()
        ]  # fmt: skip
        if parts:
            said.append(page.say("jurors.recusals.all", stage=page.label("stage", stage), list="; ".join(parts)))
    return [Prose("jurors-recusals", (*said, page.say("jurors.recusals.fewer")))] if said else []
