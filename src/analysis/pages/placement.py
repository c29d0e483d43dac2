"""What severity means for results: dossiers whose place would be another if everybody were equally severe."""

from __future__ import annotations

import pandas as pd

from analysis.pages import house, panel, roster
from analysis.pages.display import Block, Figure, Prose
from analysis.pages.page import Column, Page

FAR = 3  # places by which a dossier must move to be counted
SHOWN = 10  # dossiers on the chart


def moves(page: Page) -> Block:
    """How many dossiers would stand elsewhere by fair averages, and which move farthest."""
    stage = panel.first_stage(page)
    rows = places(page, stage)
    if rows.empty:
        found = page.rows(measure="fair_average", stage=stage, subject_type="dossier", subject=None)
        return page.absent("jurors.moves", next(found[found["value"].isna()].itertuples(), None))
    far = rows[rows["moved"] >= FAR]
    blanks = {
        "n": page.words.number(len(far)), "total": page.words.count("of_dossier", len(rows)),
        "far": page.words.count("jurors.plural.place", FAR), "stage": page.label("stage", stage),
        "typical": page.words.count("jurors.plural.place", round(rows["moved"].median())),
    }  # fmt: skip
    if far.empty:
        return page.group(Prose("jurors-moves", (page.say("jurors.moves.none", **blanks),)))
    return page.group(_figure(page, rows, blanks), page.note("jurors.moves_note"))


def places(page: Page, stage: str) -> pd.DataFrame:
    """Give each dossier's place by the mean of its marks and by its fair average, those that move farthest first."""
    frames = {}
    for name, measure in (("observed", "observed_average"), ("fair", "fair_average")):
        rows = page.rows(measure=measure, stage=stage, subject_type="dossier", subject=None)
        rows = rows[(rows["subject"] != "") & rows["value"].notna() & ~rows["variant"].str.contains(roster.APART)]
        frames[name] = rows.drop_duplicates("subject").set_index("subject")["value"]
    both = pd.DataFrame(frames).dropna()
    for name in frames:
        both[f"{name}_place"] = both[name].round(9).rank(method="min", ascending=False).astype(int)
    both["moved"] = (both["fair_place"] - both["observed_place"]).abs()
    return both.reset_index(names="subject").sort_values(["moved", "subject"], ascending=[False, True])


def _figure(page: Page, rows: pd.DataFrame, blanks: dict[str, str]) -> Figure:
    shown = rows[rows["moved"] >= FAR].head(SHOWN).sort_values("observed_place", ignore_index=True)
    named = dossiers(page)
    labels = [named.get(name, name) for name in shown["subject"]]
    fig = house.figure(page.words, height=house.rows_height(len(shown), row=48), x=page.say("jurors.moves.axis"))
    house.rows(fig, labels)
    across = [x for row in shown.itertuples() for x in (row.observed_place, row.fair_place, None)]
    down = [y for row in shown.index for y in (row, row, None)]
    fig.add_scatter(x=across, y=down, mode="lines", line={"color": house.LINE, "width": 2}, hoverinfo="skip")
    hollow = {"color": house.PAPER, "size": 10, "line": {"color": house.SERIES[5].color, "width": 2}}
    filled = {"color": house.ACCENT, "size": 10, "symbol": "diamond"}
    for column, look in (("observed_place", hollow), ("fair_place", filled)):
        fig.add_scatter(
            x=list(shown[column]), y=list(shown.index), mode="markers", marker=look,
            customdata=labels, hovertemplate="%{customdata}: %{x}<extra></extra>",
        )  # fmt: skip
    fig.update_xaxes(nticks=6, tickformat="d")
    columns = {
        "label": Column("jurors.columns.dossier"),
        "observed": Column("jurors.columns.observed", "number:2"),
        "fair": Column("jurors.columns.fair", "number:2"),
        "observed_place": Column("jurors.columns.observed_place", "count"),
        "fair_place": Column("jurors.columns.fair_place", "count"),
    }
    table = rows.assign(label=[named.get(name, name) for name in rows["subject"]])
    words = blanks | {"first": labels[int(shown["moved"].idxmax())], "most": page.words.number(shown["moved"].max())}
    words["shown"] = page.words.number(len(shown))
    return page.figure("jurors.moves", fig, page.table("jurors.moves.table", table, columns, **blanks), **words)


def dossiers(page: Page) -> dict[str, str]:
    """Give every dossier of the edition its id with the name of its office."""
    own = page.tables["dossiers"]
    own = own[own["edition"] == page.edition.id]
    offices = {name: page.label("office", name) for name in own["office"].unique()}
    return {
        name: name if offices[office] in ("", name) else f"{name} · {offices[office]}"
        for name, office in zip(own["dossier"], own["office"], strict=True)
    }
