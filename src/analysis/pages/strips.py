"""Small multiples of dots: one panel a measure, one line a juror, the lines of every panel in the same order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import pandas as pd
from plotly.subplots import make_subplots

from analysis.pages import house, roster
from analysis.pages.page import Page

LINE, HEAD, FOOT = 32, 72, 30  # pixels of a juror's line, of the name above a panel, of the axis below it
NARROW = 15  # characters of a name beside the dots: on a telephone these need the room


class Strip(NamedTuple):
    """One panel: its name, what its axis means, rows with `label`, `note` and `clear`, the panel's ends and middle."""

    name: str
    axis: str
    rows: pd.DataFrame
    middle: float | None = None
    band: tuple[float, float] | None = None


def figure(page: Page, strips: Sequence[Strip]) -> Any:
    """Draw panels one below another: side by side they could not be read on a telephone."""
    heights = [LINE * max(len(strip.rows), 2) for strip in strips]
    height = sum(heights) + len(strips) * (HEAD + FOOT)
    fig = house.figure(page.words, height=height)
    style = fig.layout.xaxis.to_plotly_json(), fig.layout.yaxis.to_plotly_json()
    fig.update_layout(margin={"t": HEAD, "b": FOOT})
    inner = height - HEAD - FOOT
    grid = make_subplots(
        rows=len(strips), cols=1, figure=fig, row_heights=heights,
        vertical_spacing=(HEAD + FOOT) / inner if len(strips) > 1 else 0.0,
    )  # fmt: skip
    grid.update_xaxes(style[0])
    grid.update_yaxes(style[1])
    for place, strip in enumerate(strips, start=1):
        _panel(grid, strip, place)
    return grid


def _panel(fig: Any, strip: Strip, place: int) -> None:
    number, rows = "" if place == 1 else str(place), strip.rows.reset_index(drop=True)
    ticks = [house.wrap(roster.short(label), NARROW) for label in rows["label"]]
    fig.update_yaxes(
        tickvals=list(range(len(ticks))), ticktext=ticks, range=[len(ticks) - 0.4, -0.6], showgrid=False,
        tickfont={"color": house.INK, "size": 12}, row=place, col=1,
    )  # fmt: skip
    fig.update_xaxes(nticks=5, row=place, col=1)
    _frame(fig, strip, number)
    before = len(fig.data)
    known = rows[rows["value"].notna()]
    roster.dots(fig, known, known["clear"].astype(bool))
    unknown = rows[rows["value"].isna()]
    if len(unknown):
        centre = strip.middle if strip.middle is not None else 0.0
        fig.add_scatter(
            x=[centre] * len(unknown), y=list(unknown.index), mode="text", text=list(unknown["note"]),
            textfont={"color": house.MUTED, "size": 12}, hoverinfo="skip",
        )  # fmt: skip
    for trace in fig.data[before:]:
        trace.update(xaxis=f"x{number}", yaxis=f"y{number}")


def _frame(fig: Any, strip: Strip, number: str) -> None:
    """Write the name of a panel above it; shade the middle half of the panel and draw its middle."""
    axes = {"xref": f"x{number}", "yref": f"y{number} domain", "y0": 0, "y1": 1, "layer": "below"}
    if strip.band is not None:
        low, high = strip.band
        fig.add_shape(type="rect", x0=low, x1=high, fillcolor=house.BAND, line={"width": 0}, **axes)
    if strip.middle is not None:
        line = {"color": house.MUTED, "width": 1, "dash": "dot"}
        fig.add_shape(type="line", x0=strip.middle, x1=strip.middle, line=line, **axes)
    head = f"<b>{house.wrap(strip.name, 2 * NARROW)}</b><br>{house.wrap(strip.axis, 2 * NARROW + 6)}"
    fig.add_annotation(
        text=head, x=0, xref="paper", xanchor="left", y=1, yref=f"y{number} domain", yanchor="bottom", align="left",
        showarrow=False, font={"size": 12, "color": house.INK},
    )  # fmt: skip
