"""The house style of charts: every figure of a page starts here.

Greys carry structure, one accent carries what the page is about; categories, six at most, differ by dash and
symbol too. Every colour is ≥ 3:1 against the paper, in the light and in the dark; the page script replaces each
light colour by its dark partner, so charts use these colours only.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any, NamedTuple

import plotly.graph_objects as go

from analysis.pages.words import NBSP, Words

PAPER, INK, MUTED, LINE, GRID, BAND, ACCENT, ACCENT_PALE = (
    "#ffffff", "#1d2329", "#5a6672", "#8a949e", "#e3e7eb", "#f0f2f4", "#0b5cad", "#cfe0f2",
)  # fmt: skip
BELOW, MIDDLE, ABOVE = "#a8480a", "#eceae6", "#0b5c9e"


class Mark(NamedTuple):
    """How one category looks: colour, dash of its line, symbol of its dots."""

    color: str
    dash: str
    symbol: str


SERIES = (
    Mark("#0b5cad", "solid", "circle"),
    Mark("#b3400e", "dash", "square"),
    Mark("#2c7a4b", "dot", "diamond"),
    Mark("#8b4a9c", "dashdot", "triangle-up"),
    Mark("#8a6a00", "longdash", "cross"),
    Mark("#5a6672", "longdashdot", "x"),
)
DIVERGING = ((0.0, BELOW), (0.25, "#d99a6c"), (0.5, MIDDLE), (0.75, "#7fa9d1"), (1.0, ABOVE))
SEQUENTIAL = ((0.0, "#eef2f6"), (0.5, "#7fa9d2"), (1.0, "#0b4a8c"))
DARK = {
    PAPER: "#14181c", INK: "#e9edf1", MUTED: "#a8b2bd", LINE: "#75808b", GRID: "#2b3239", BAND: "#20262c",
    ACCENT: "#6cb0f2", ACCENT_PALE: "#1f3d5c",
    "#b3400e": "#f09a66", "#2c7a4b": "#6cc490", "#8b4a9c": "#cf9ade", "#8a6a00": "#d9b84a",
    BELOW: "#f0914e", "#d99a6c": "#8a5630", MIDDLE: "#33383e", "#7fa9d1": "#3b6690", ABOVE: "#6db3f0",
    "#eef2f6": "#1c242c", "#7fa9d2": "#3d6d9e", "#0b4a8c": "#8cc6ff",
}  # fmt: skip
_SYSTEM = "-apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', 'Liberation Sans', Arial, sans-serif"
_ENDS = {"size": 8, "opacity": 0}  # unseen ends of interval lines, so that the axis leaves room for them
_ROW, _FRAME = 30, 110  # px of a labelled row, px of everything around the rows


def figure(words: Words, *, height: int = 420, x: str = "", y: str = "") -> go.Figure:
    """Give an empty figure in the house style, without template.

    Parameters
    ----------
    words
        Words of the page: separators of numbers.
    height
        Pixels; `rows_height(n)` for n labelled rows.
    x, y
        Titles of the axes, with unit.
    """
    axis = {
        "gridcolor": GRID, "linecolor": LINE, "zeroline": False, "ticks": "", "automargin": True,
        "tickfont": {"color": MUTED}, "title": {"font": {"size": 13, "color": MUTED}},
    }  # fmt: skip
    fig = go.Figure(layout={"template": go.layout.Template()})
    fig.update_layout(
        height=height, autosize=True, margin={"l": 8, "r": 16, "t": 24, "b": 48}, showlegend=False,
        paper_bgcolor=PAPER, plot_bgcolor=PAPER, hovermode="closest", dragmode=False, bargap=0.25,
        font={"family": _SYSTEM, "size": 13, "color": INK}, separators=separators(words),
        hoverlabel={"bgcolor": PAPER, "bordercolor": LINE, "font": {"color": INK}}, colorway=[m.color for m in SERIES],
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "font": {"color": INK}},
        xaxis=axis | {"title": axis["title"] | {"text": wrap(x, 60)}},
        yaxis=axis | {"title": axis["title"] | {"text": wrap(y, 40)}},
    )  # fmt: skip
    return fig


def separators(words: Words) -> str:
    """Decimal and thousands signs in Plotly's order, as `words.number` writes them."""
    return f"{',' if words.language == 'pl' else '.'}{NBSP}"


def rows_height(n: int, *, row: int = _ROW) -> int:
    """Height in pixels of a figure with `n` labelled rows."""
    return _FRAME + row * max(n, 2)


def wrap(text: str, width: int = 26) -> str:
    """Break a label into lines of at most `width` characters; names from data lose the meaning of `<` and `&`.

    >>> wrap("Obsługa osób ze szczególnymi potrzebami", 20)
    'Obsługa osób ze<br>szczególnymi<br>potrzebami'
    """
    lines = textwrap.wrap(text, width, break_long_words=False) or [""]
    return "<br>".join(line.replace("&", "&amp;").replace("<", "&lt;") for line in lines)


def rows(fig: go.Figure, labels: Sequence[str], *, width: int = 26) -> go.Figure:
    """Make the y axis a list of rows, first on top; row i stands at y = i. Labels are wrapped to `width`."""
    texts = [wrap(label, width) for label in labels]
    return fig.update_yaxes(
        tickvals=list(range(len(texts))), ticktext=texts, range=[len(texts) - 0.4, -0.6], showgrid=False,
        tickfont={"color": INK},
    )  # fmt: skip


def intervals(
    fig: go.Figure, *, values: Sequence[float], ends: Sequence[tuple[float, float]], at: Sequence[float],
    mark: Mark = SERIES[0], **trace: Any,
) -> go.Figure:  # fmt: skip
    """Add dots with thin interval lines along x, one a row.

    Parameters
    ----------
    values
        Positions of the dots on x; NaN draws nothing.
    ends
        (low, high) of each interval; NaN draws none.
    at
        Row of each dot on y.
    mark
        Colour and symbol.
    **trace
        More of the dots' trace: `name`, `customdata`, `hovertemplate`, `text` …
    """
    line_x = [x for low, high in ends for x in (low, high, None)]
    line_y = [y for row in at for y in (row, row, None)]
    group = trace.get("name", "")
    fig.add_scatter(
        x=_gaps(line_x), y=line_y, mode="lines+markers", marker=_ENDS, line={"color": mark.color, "width": 1.6},
        hoverinfo="skip", showlegend=False, legendgroup=group,
    )  # fmt: skip
    dots = {"color": mark.color, "symbol": mark.symbol, "size": 10, "line": {"color": PAPER, "width": 1}}
    return fig.add_scatter(
        x=_gaps(values), y=list(at), **({"mode": "markers", "marker": dots, "legendgroup": group} | trace)
    )


def thick(fig: go.Figure, *, ends: Sequence[tuple[float, float]], at: Sequence[float], mark: Mark = SERIES[0]) -> Any:
    """Add thick inner intervals (50 %) along x to the rows `at`; call it before `intervals`."""
    line_x = [x for low, high in ends for x in (low, high, None)]
    line_y = [y for row in at for y in (row, row, None)]
    return fig.add_scatter(
        x=_gaps(line_x), y=line_y, mode="lines+markers", marker=_ENDS, line={"color": mark.color, "width": 5},
        hoverinfo="skip", showlegend=False,
    )  # fmt: skip


def series(
    fig: go.Figure, *, x: Sequence[Any], y: Sequence[float], ends: Sequence[tuple[float, float]] = (),
    mark: Mark = SERIES[0], **trace: Any,
) -> go.Figure:  # fmt: skip
    """Add a line over time with dots, and its intervals as thin vertical lines; a NaN in `y` breaks the line.

    Whole numbers on `x` are years: the axis names these and no others.
    """
    if len(ends):
        line_x = [place for value in x for place in (value, value, None)]
        line_y = [end for low, high in ends for end in (low, high, None)]
        fig.add_scatter(
            x=line_x, y=_gaps(line_y), mode="lines+markers", marker=_ENDS, line={"color": mark.color, "width": 1.2},
            hoverinfo="skip", showlegend=False,
        )  # fmt: skip
    look = {
        "mode": "lines+markers", "line": {"color": mark.color, "width": 2, "dash": mark.dash},
        "marker": {"color": mark.color, "symbol": mark.symbol, "size": 8, "line": {"color": PAPER, "width": 1}},
    }  # fmt: skip
    if all(isinstance(value, int) for value in x):
        fig.update_xaxes(tickvals=sorted(x), ticktext=[str(value) for value in sorted(x)])
    return fig.add_scatter(x=list(x), y=_gaps(y), **(look | trace))


def reference(
    fig: go.Figure, *, x: float | None = None, y: float | None = None, text: str = "", anchor: str = "center"
) -> go.Figure:
    """Add a thin line across the figure at `x` or `y`, with its label; neighbours' labels need an `anchor` each."""
    line = {"color": MUTED, "width": 1, "dash": "dot"}
    label = {"annotation_text": wrap(text, 40), "annotation_font": {"size": 12, "color": MUTED}} if text else {}
    if text:  # without a text Plotly writes one of its own
        label["annotation_position"] = "top" if y is None else "top left"
    if x is not None and label:
        label["annotation_xanchor"] = anchor
    if x is not None:
        return fig.add_vline(x=x, line=line, layer="below", **label)
    return fig.add_hline(y=y, line=line, layer="below", **label)


def band(fig: go.Figure, low: float, high: float, *, axis: str = "x", text: str = "") -> go.Figure:
    """Shade from `low` to `high` on an axis (`x` or `y`), behind everything."""
    add = fig.add_vrect if axis == "x" else fig.add_hrect
    ends = {f"{axis}0": low, f"{axis}1": high}
    label = {"annotation_text": wrap(text, 40), "annotation_font": {"size": 12, "color": MUTED}} if text else {}
    return add(**ends, fillcolor=BAND, line_width=0, layer="below", **label)


def direct(fig: go.Figure, *, x: Any, y: Any, text: str, color: str = INK, lift: float = 0) -> go.Figure:
    """Write a label right of a point, instead of a legend; `lift` moves it up, in pixels."""
    return fig.add_annotation(
        x=x, y=y, text=wrap(text, 14), showarrow=False, xanchor="left", xshift=8, yshift=lift, align="left",
        font={"size": 12, "color": color},
    )  # fmt: skip


def _gaps(values: Sequence[float | None]) -> list[float | None]:
    """NaN as None: JSON has no NaN, and Plotly leaves a gap at null."""
    return [None if value is None or value != value else float(value) for value in values]
