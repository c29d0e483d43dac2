"""Completeness of the marks: jurors × dossiers, and what is missing for which reason; on the page "Data quality"."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.config import Stage
from analysis.pages import house, panel
from analysis.pages.display import Block, Prose
from analysis.pages.findings import columns
from analysis.pages.page import Column, Page

STATES = ("full", "part", "empty", "recused")
WIDE = 640  # pixels that the signs of a row share
NAMED = 12  # entries that a row of the table names
TICKS = 8  # dossiers named below a chart


def completeness(page: Page) -> Block:
    """A sign for every juror and dossier, a matrix a stage."""
    stages = _stages(page)
    if not stages:
        return Prose("clean-completeness", (page.say("clean.completeness.none"),))
    return page.group(*(_stage(page, scores, stage) for stage, scores in stages))


def gaps(page: Page) -> Block:
    """Missing marks counted by stage and reason."""
    scores = page.tables["scores"]
    gone = scores[(scores["edition"] == page.edition.id) & (scores["missing"] != "")]
    if gone.empty:
        return Prose("clean-gaps", (page.say("clean.gaps.none"),))
    by = gone.groupby(["stage", "missing"], as_index=False).size()
    shown = by.assign(
        stage=[page.label("stage", name) for name in by["stage"]],
        reason=[page.say(f"clean.missing.{name}") for name in by["missing"]],
    )
    heads = {
        "stage": Column("clean.columns.stage"),
        "reason": Column("clean.columns.reason"),
        "size": Column("clean.columns.count", "count"),
    }
    return page.table("clean.gaps", shown, heads)


def outstanding(page: Page) -> Block:
    """Who owes marks: each juror with the entries that stand on the sheet without all their marks."""
    rows = []
    for stage, scores in _stages(page):
        cells = _cells(page, scores)
        due = cells[cells["state"].isin(["empty", "part"])]
        for juror, owed in due.groupby("juror"):
            rows.append(
                {"stage": stage, "juror": juror, "count": int((owed["due"] - owed["scored"]).sum())} | _owed(page, owed)
            )
    if not rows:
        return Prose("clean-outstanding", (page.say("clean.outstanding.none"),))
    frame = pd.DataFrame(rows).sort_values(["stage", "count", "juror"], ascending=[True, False, True])
    frame = frame.assign(
        stage=[page.label("stage", name) for name in frame["stage"]],
        juror=[page.label("juror", name) for name in frame["juror"]],
    )
    some = [state for state in ("empty", "part") if frame[state].any()]
    return page.table("clean.outstanding", frame, columns("juror", "stage", *some, count="owed"))


def understaffed(page: Page) -> Block:
    """Entries that fewer jurors have scored than the stage plans; who is recused from a whole panel is not awaited."""
    planned = [stage for stage in page.edition.stages if stage.planned_jurors]
    short = pd.concat([_short(page, stage) for stage in planned] or [pd.DataFrame()], ignore_index=True)
    if short.empty:
        return Prose("clean-understaffed", (page.say(f"clean.understaffed.{'none' if planned else 'unplanned'}"),))
    heads = columns("dossier", "stage")
    heads |= {name: Column(f"clean.columns.{name}", "count") for name in ("have", "stepped_aside", "plan")}
    return page.table("clean.understaffed", short, heads)


def _short(page: Page, stage: Stage) -> pd.DataFrame:
    """Give the entries of a stage that wait for jurors: how many have scored, are recused and were planned."""
    scores = dict(_stages(page)).get(stage.id, page.tables["scores"].iloc[:0])
    dossiers = page.tables["dossiers"]
    valid = dossiers.loc[(dossiers["edition"] == page.edition.id) & (dossiers["status"] == "valid"), "dossier"]
    if stage.id != page.edition.stages[0].id:  # who comes so far, the marks say
        valid = valid[valid.isin(scores["dossier"])]
    have = scores[scores["value"].notna()].groupby("dossier")["juror"].nunique()
    listed = page.tables["recusals"]
    sheets = scores[scores["missing"] == "recused"]  # some recusals only the score sheets know
    away = pd.concat([listed[listed["edition"] == page.edition.id], sheets])[["dossier", "juror"]]
    away = away.groupby("dossier")["juror"].nunique()
    rows = pd.DataFrame({"dossier": sorted(valid)})
    rows = rows.assign(
        stage=page.label("stage", stage.id),
        have=rows["dossier"].map(have).fillna(0).astype(int),
        stepped_aside=rows["dossier"].map(away).fillna(0).astype(int),
        plan=stage.planned_jurors,
    )
    excused = rows["stepped_aside"] if stage.kind == "panel" else 0
    return rows[rows["have"] + excused < stage.planned_jurors]


def _stages(page: Page) -> list[tuple[str, pd.DataFrame]]:
    """Stages of the edition that have scores, in order, each with them."""
    scores = page.tables["scores"]
    scores = scores[scores["edition"] == page.edition.id]
    return [(stage.id, rows) for stage in page.edition.stages if len(rows := scores[scores["stage"] == stage.id])]


def _owed(page: Page, owed: pd.DataFrame) -> dict[str, str]:
    return {state: _listed(page, sorted(owed.loc[owed["state"] == state, "dossier"])) for state in ("empty", "part")}


def _listed(page: Page, names: list[str]) -> str:
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" {page.say('clean.outstanding.more', n=more)}" if more > 0 else "")


def _stage(page: Page, scores: pd.DataFrame, stage: str) -> Block:
    cells = _cells(page, scores)
    if cells.empty:
        return Prose(f"clean-completeness-{stage}", (page.say("clean.completeness.none"),))
    names = panel.jurors(page, cells["juror"])
    order = _order(page, cells)
    fig = _signs(page, cells, names, order)
    kept = cells[cells["state"] != "recused"]
    missing = int(kept["due"].sum() - kept["scored"].sum())
    finding = page.say("clean.completeness.all")
    if missing:
        finding = page.say("clean.completeness.some", missing=page.words.count("of_score", missing))
    words = {
        "stage": page.label("stage", stage), "jurors": page.words.count("juror", len(names)),
        "dossiers": page.words.count("dossier", len(order)),
        "marks": page.words.count("score", int(cells["scored"].sum())),
    }  # fmt: skip
    shown = cells.assign(
        juror=[page.label("juror", name) for name in cells["juror"]],
        state=[page.say(f"clean.cell.{state}") for state in cells["state"]],
    ).sort_values(["juror", "dossier"])
    heads = {
        "juror": Column("clean.columns.juror"),
        "dossier": Column("clean.columns.dossier"),
        "state": Column("clean.columns.cell"),
        "scored": Column("clean.columns.criteria_scored", "count"),
        "due": Column("clean.columns.criteria", "count"),
    }
    table = page.table("clean.completeness.table", shown, heads, part=stage, **words)
    return page.figure("clean.completeness", fig, table, part=stage, finding=finding, **words)


def _cells(page: Page, scores: pd.DataFrame) -> pd.DataFrame:
    """Give a row for each juror and dossier: how many criteria have a mark, of how many due, and the state."""
    reason = scores["missing"]
    counted = scores.assign(
        scored=scores["value"].notna(), away=reason == "recused", outside=reason == "not_applicable"
    )
    counts = ["scored", "away", "outside"]
    cells = counted.groupby(["juror", "dossier"], as_index=False)[counts].sum()
    away = page.tables["recusals"]
    away = away[away["edition"] == page.edition.id]
    here = away[away["dossier"].isin(cells["dossier"]) & away["juror"].isin(cells["juror"])]
    listed = here[["juror", "dossier"]].assign(scored=0, away=1, outside=0)
    cells = pd.concat([cells, listed], ignore_index=True).groupby(["juror", "dossier"], as_index=False).sum()
    cells = cells.assign(due=len(page.edition.criteria) - cells["outside"])
    cells = cells[cells["due"] > 0]
    return cells.assign(state=[_state(row.scored, row.away, row.due) for row in cells.itertuples()])


def _state(scored: int, away: int, due: int) -> str:
    if scored >= due:
        return "full"
    if scored:
        return "part"
    return "recused" if away else "empty"


def _order(page: Page, cells: pd.DataFrame) -> list[str]:
    """Give the dossiers by category, then by number."""
    dossiers = page.tables["dossiers"]
    category = dossiers[dossiers["edition"] == page.edition.id].set_index("dossier")["category"]
    place = {entry.id: index for index, entry in enumerate(page.edition.categories)}
    return sorted(set(cells["dossier"]), key=lambda name: (place.get(category.get(name, ""), len(place)), name))


def _signs(page: Page, cells: pd.DataFrame, names: list[str], order: list[str]) -> Any:
    fig = house.figure(page.words, height=house.rows_height(len(names), row=26) + 40)
    house.rows(fig, [page.label("juror", name) for name in names])
    size = max(4.0, min(11.0, WIDE / len(order) * 0.8))
    down, across = {name: i for i, name in enumerate(names)}, {name: i for i, name in enumerate(order)}
    orange = house.SERIES[1].color
    looks = {
        "full": {"symbol": "circle", "color": house.ACCENT},
        "part": {"symbol": "triangle-up", "color": orange},
        "empty": {"symbol": "square-open", "color": orange},
        "recused": {"symbol": "x-thin", "color": house.MUTED, "line": {"color": house.MUTED, "width": 1.6}},
    }
    for state in STATES:
        here = cells[cells["state"] == state]
        if here.empty:
            continue
        said = page.say(f"clean.cell.{state}")
        fig.add_scatter(
            x=[across[name] for name in here["dossier"]], y=[down[name] for name in here["juror"]], mode="markers",
            marker=looks[state] | {"size": size}, name=said, customdata=list(here["dossier"]),
            hovertemplate=f"%{{customdata}}: {said}<extra></extra>",
        )  # fmt: skip
    every = max(1, -(-len(order) // TICKS))
    ticks = list(range(0, len(order), every))
    fig.update_xaxes(tickvals=ticks, ticktext=[order[tick] for tick in ticks], range=[-1, len(order)], showgrid=False)
    return fig.update_layout(showlegend=True)
