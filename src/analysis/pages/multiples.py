"""Small multiples: one small histogram a criterion or a juror, all on the same axes."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any, NamedTuple

from plotly.subplots import make_subplots

from analysis.pages import house
from analysis.pages.page import Page

ACROSS = 2  # panels side by side: more cannot be read on a telephone
PANEL, HEAD, LINE = 90, 50, 16  # pixels of a panel, of the room for its name and axis, of a line below the name


class Panel(NamedTuple):
    """One small histogram: its name, a line below it, levels of the scale and the share of marks on each."""

    name: str
    line: str
    levels: Sequence[float]
    shares: Sequence[float]


def histograms(page: Page, panels: Sequence[Panel]) -> Any:
    """Give a figure of small histograms, in the order given, row by row, with common axes."""
    down = -(-len(panels) // ACROSS)
    head = HEAD + (LINE if any(panel.line for panel in panels) else 0)
    fig = house.figure(page.words, height=(PANEL + head) * down + 30)
    fig.update_layout(margin={"t": head - 24, "b": 30})
    style = fig.layout.xaxis.to_plotly_json(), fig.layout.yaxis.to_plotly_json()
    grid = make_subplots(
        rows=down, cols=ACROSS, figure=fig, shared_yaxes=True, horizontal_spacing=0.06,
        vertical_spacing=head / ((PANEL + head) * down - head),
    )  # fmt: skip
    widest = _ends([level for panel in panels for level in panel.levels])
    tallest = max((share for panel in panels for share in panel.shares), default=1)
    grid.update_xaxes({**style[0], "showgrid": False, "range": widest})
    grid.update_yaxes({**style[1], "tickformat": ".0%", "nticks": 3, "range": [0, tallest * 1.08]})
    for place, panel in enumerate(panels):
        row, column = place // ACROSS + 1, place % ACROSS + 1
        grid.add_bar(
            x=list(panel.levels), y=list(panel.shares), marker={"color": house.ACCENT}, row=row, col=column,
            hovertemplate="%{x}: %{y:.0%}<extra></extra>",
        )  # fmt: skip
        _name(grid, panel, place)
    for place in range(len(panels), down * ACROSS):
        row, column = place // ACROSS + 1, place % ACROSS + 1
        grid.update_xaxes({"visible": False}, row=row, col=column)
        grid.update_yaxes({"visible": False}, row=row, col=column)
    return grid.update_layout(bargap=0.15)


def _name(fig: Any, panel: Panel, place: int) -> None:
    """Write the name of a panel above it, its line below the name."""
    number = "" if place == 0 else str(place + 1)
    line = f"<br>{house.wrap(panel.line, 40)}" if panel.line else ""
    fig.add_annotation(
        text=f"<b>{house.wrap(panel.name, 34)}</b>{line}", x=0, y=1, xref=f"x{number} domain", yref=f"y{number} domain",
        xanchor="left", yanchor="bottom", align="left", showarrow=False, font={"size": 12, "color": house.INK},
    )  # fmt: skip


def _ends(levels: Sequence[float]) -> list[float]:
    """Give the ends of the common axis: half a step beyond the outermost levels."""
    known = sorted(set(levels)) or [0.0, 1.0]
    steps = [high - low for low, high in itertools.pairwise(known)]
    half = min(steps, default=1.0) / 2
    return [known[0] - half, known[-1] + half]
