"""Diverging bars: answers on the levels of a scale, the middle one on the zero line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from analysis.config import Item, Scale
from analysis.pages import display, house
from analysis.pages.page import Page
from analysis.pages.timeline import top_and_bottom
from analysis.pages.waves import Wave, scale_of, told

COLOURS = [color for _, color in house.DIVERGING]


def kind_of(scale: Scale, item: Item) -> tuple:
    """What items must share to stand in one chart: the levels, their words, and which end is best."""
    turned = item.reverse or scale.direction == "lower"
    return (tuple(scale.levels), tuple(label for label in scale.labels), turned)


def answers(page: Page, wave: Wave, rows: pd.DataFrame) -> display.Figure | None:
    """Diverging bars of the questions on the scale that most of them share."""
    kinds = [kind for kind in rows["kind"] if kind[0]]
    if not kinds:
        return None
    kind = max(kinds, key=kinds.count)
    chosen = rows[[entry == kind for entry in rows["kind"]]].reset_index(drop=True)
    others = rows.loc[~rows["item"].isin(chosen["item"]), "label"].tolist()
    levels = list(kind[0][::-1] if kind[2] else kind[0])
    shares = page.rows(measure="item_share", edition=None, wave=wave.name, item=None, at=None)
    shares = shares.pivot_table(index="item", columns="at", values="value", aggfunc="first")
    shares = shares.reindex(index=chosen["item"], columns=[f"{level:g}" for level in levels])
    scale = scale_of(page, wave, chosen["item"].iloc[0])
    words = [told(page, scale.labels.get(f"{level:g}", {})) or f"{level:g}" for level in levels]
    said = [page.words.number(value, 2) for value in chosen["value"]]
    blanks = top_and_bottom(chosen, said) | {"n": page.words.count("survey.plural.at_item", len(chosen))}
    return page.figure(
        "survey.answers",
        _diverging(page, chosen, shares.fillna(0).to_numpy(), words),
        _shares_table(page, chosen, shares.to_numpy(), words),
        finding=page.say("survey.answers.one" if len(chosen) == 1 else "survey.answers.many", **blanks),
        wave=page.label("wave", wave.name),
        others=page.say("survey.answers.others", list="; ".join(others)) if others else "",
        **blanks,
    )


def _diverging(page: Page, rows: pd.DataFrame, shares: Sequence, words: list[str]) -> go.Figure:
    """Bars of shares around zero, worst level left; question, mean and n stand above each bar."""
    count = len(words)
    labels = [house.wrap(_above(page, row), 54) for row in rows.itertuples()]
    row_height = 62 if any("<br>" in label for label in labels) else 46
    height = house.rows_height(len(rows), row=row_height) + 40
    fig = house.figure(page.words, height=height, x=page.say("survey.answers.axis"))
    left = [-sum(row[: count // 2]) - (row[count // 2] / 2 if count % 2 else 0) for row in shares]
    for place, word in enumerate(words):
        colour = COLOURS[round(place * (len(COLOURS) - 1) / max(count - 1, 1))]
        fig.add_bar(
            x=[row[place] for row in shares],
            y=list(range(len(rows))),
            base=[start + sum(row[:place]) for start, row in zip(left, shares, strict=True)],
            orientation="h",
            name=word,
            marker={"color": colour, "line": {"color": house.PAPER, "width": 1}},
            text=[page.words.share(row[place]) if row[place] >= 0.12 else "" for row in shares],
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            constraintext="none",
            textfont={"size": 11, "color": house.PAPER if colour in (house.BELOW, house.ABOVE) else house.INK},
            hovertext=[f"{word}: {page.words.share(row[place], 1)}" for row in shares],
            hoverinfo="text",
        )
    for place, label in enumerate(labels):
        fig.add_annotation(
            text=label, x=0, xref="paper", xanchor="left", y=place - 0.23, yanchor="bottom", borderpad=0,
            showarrow=False, align="left", font={"size": 12, "color": house.INK}, bgcolor=house.PAPER,
        )  # fmt: skip
    ticks = [place / 2 for place in range(-2, 3)]
    fig.update_layout(barmode="overlay", bargap=0.56, showlegend=True, legend={"traceorder": "normal"})
    fig.update_xaxes(tickvals=ticks, ticktext=[page.words.share(abs(tick)) for tick in ticks])
    fig.update_yaxes(showticklabels=False, showgrid=False, showline=False, range=[len(rows) - 0.6, -0.8])
    return house.reference(fig, x=0)


def _above(page: Page, row: Any) -> str:
    """Words above a bar: the question, its mean, its number of answers."""
    mean, n = page.words.number(row.value, 2), page.words.number(row.n_respondents)
    return page.say("survey.answers.row", label=row.label, mean=mean, n=n)


def _shares_table(page: Page, rows: pd.DataFrame, shares: Sequence, words: list[str]) -> display.Table:
    heads = [(page.say("columns.item"), "text"), *((word, "number") for word in words)]
    heads += [(page.say("columns.mean"), "number"), (page.say("survey.columns.answers"), "number")]
    share, number = page.words.share, page.words.number
    cells = [
        (
            display.Cell(row.label),
            *(display.Cell(share(value, 1), value if value == value else None) for value in levels),
            display.Cell(number(row.value, 2), row.value),
            display.Cell(number(row.n_respondents), row.n_respondents),
        )
        for row, levels in zip(rows.itertuples(), shares, strict=True)
    ]
    return display.Table("survey-answers-table", page.say("survey.answers.table.caption"), tuple(heads), tuple(cells))
