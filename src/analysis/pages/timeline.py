"""Charts over editions on a true time axis: a line runs on only where nothing breaks the series."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from statistics import median
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from analysis.config import Edition
from analysis.measures.crosswalk import Comparability, comparability, judged
from analysis.pages import house
from analysis.pages.page import Page
from analysis.pages.words import NBSP


def over_editions(page: Page, measure: str, **keys: Any) -> pd.DataFrame:
    """Give the rows of a measure over all editions, in the order of the editions.

    With `label` (the edition), `short` (its year, see `short`), `pair` (both editions of a comparison) and
    `position` (place of the later one).
    """
    rows = page.rows(measure=measure, edition=None, **keys)
    place = {edition.id: index for index, edition in enumerate(judged(page.competition))}
    rows = rows[rows["edition"].isin(place)].copy()
    later = rows["edition_to"].where(rows["edition_to"] != "", rows["edition"])
    rows["position"] = later.map(place).astype("int64")
    rows["label"] = [page.label("edition", name) for name in rows["edition"]]
    rows["short"] = [short(page, name) for name in rows["edition"]]
    rows["pair"] = [pair(page, one, other) for one, other in zip(rows["edition"], rows["edition_to"], strict=True)]
    return rows.sort_values("position", kind="stable").reset_index(drop=True)


def pair(page: Page, one: str, other: str) -> str:
    """Name two editions that are compared; one alone where there is no other."""
    return f"{NBSP}→{NBSP}".join(short(page, name) for name in (one, other) if name)


def short(page: Page, name: str) -> str:
    """Name an edition in a line of several: by its year, numbered where several editions share it."""
    editions = judged(page.competition)
    names = [edition.id for edition in editions]
    return year_names([edition.year for edition in editions])[names.index(name)]


def year_names(years: Sequence[int]) -> list[str]:
    """Write years; several of one year are numbered.

    >>> year_names([2003, 2004, 2004])
    ['2003', '2004/1', '2004/2']
    """
    return [
        f"{year}/{years[: index + 1].count(year)}" if years.count(year) > 1 else f"{year}"
        for index, year in enumerate(years)
    ]


def valued(rows: pd.DataFrame) -> pd.DataFrame:
    """Give the rows that have a value."""
    return rows[rows["value"].notna()]


def intervals_of(rows: pd.DataFrame) -> list[tuple[float, float]]:
    """Ends of the intervals, as `house` takes them."""
    return list(zip(rows["low"].tolist(), rows["high"].tolist(), strict=True))


def direction(start: Any, end: Any) -> str:
    """Tell how two estimates stand: `up` or `down` where their intervals do not touch, `same` where they do.

    `plain` where one of them has no interval.
    """
    if any(math.isnan(value) for value in (start.low, start.high, end.low, end.high)):
        return "plain"
    if end.low > start.high:
        return "up"
    return "down" if end.high < start.low else "same"


def confidence(page: Page, rows: pd.DataFrame) -> str:
    """Confidence of the rows' intervals in per cent; that of the configuration where none has an interval."""
    known = rows["confidence"].dropna()
    return page.words.share(known.iloc[0] if len(known) else page.competition.analysis.confidence)


def extremes(page: Page, rows: pd.DataFrame, *, decimals: int) -> dict[str, str]:
    """Blanks of a text alternative: first and last of `rows`, lowest and highest value and whose they are (`short`)."""
    low, high = rows.loc[rows["value"].idxmin()], rows.loc[rows["value"].idxmax()]
    return {
        "from": rows["short"].iloc[0],
        "to": rows["short"].iloc[-1],
        "lowest": page.words.number(low.value, decimals),
        "lowest_label": low.short,
        "highest": page.words.number(high.value, decimals),
        "highest_label": high.short,
    }


def top_and_bottom(rows: pd.DataFrame, said: list[str]) -> dict[str, str]:
    """Blanks of the first and the last row: their labels and values."""
    names = rows["label"].tolist()
    return {"top": names[0], "top_value": said[0], "bottom": names[-1], "bottom_value": said[-1]}


def places(years: Sequence[int]) -> list[float]:
    """Places on the time axis: the year; several of one year stand side by side within it.

    >>> places([2015, 2016, 2016, 2018])
    [2015.0, 2016.0, 2016.5, 2018.0]
    """
    return [year + years[:index].count(year) / years.count(year) for index, year in enumerate(years)]


def gaps(years: Sequence[int]) -> list[bool]:
    """Tell for each pair of neighbours whether more time lies between them than usual in this series.

    >>> gaps([2015, 2016, 2018, 2019])
    [False, True, False]
    """
    steps = [other - one for one, other in pairwise(years)]
    return [step > max(1, median(steps)) for step in steps]


def broken(values: Sequence[Any], breaks: Iterable[bool], *, gap: Any = math.nan) -> list[Any]:
    """Give `values` with `gap` put between two neighbours wherever a break lies between them.

    >>> broken([1.0, 2.0, 3.0], [False, True])
    [1.0, 2.0, nan, 3.0]
    """
    line = list(values[:1])
    for value, is_break in zip(values[1:], breaks, strict=True):
        line += [gap, value] if is_break else [value]
    return line


def year_axis(fig: go.Figure, years: Sequence[int]) -> go.Figure:
    """Tick the years on a true time axis; several of one year are numbered."""
    at = places(years)
    return fig.update_xaxes(tickvals=at, ticktext=year_names(years), range=[at[0] - 0.6, at[-1] + 0.6], showgrid=False)


def per_cent_axis(page: Page, fig: go.Figure, top: float, *, axis: str = "y") -> go.Figure:
    """Tick an axis of shares from nought to `top` in the words' per cent, at steps of 5, 10 or 25 per cent."""
    step = next((step for step in (0.05, 0.1, 0.25) if top <= 4 * step), 0.25)
    ticks = [step * place for place in range(math.ceil(min(top, 1) / step) + 1)]
    texts = [page.words.share(tick) for tick in ticks]
    return fig.update_layout({f"{axis}axis": {"tickvals": ticks, "ticktext": texts, "range": [0, ticks[-1]]}})


def line(
    fig: go.Figure, rows: pd.DataFrame, *, at: Sequence[float], breaks: Sequence[bool], said: Sequence[str]
) -> go.Figure:
    """Add dots with intervals at the places `at`, joined where there is no break; `said` shows on hovering."""
    return house.series(
        fig,
        x=broken(at, breaks),
        y=broken(rows["value"].tolist(), breaks),
        ends=broken(intervals_of(rows), breaks, gap=(math.nan, math.nan)),
        text=broken(said, breaks, gap=""),
        hovertemplate="%{text}<extra></extra>",
    )


def chart(
    page: Page, rows: pd.DataFrame, *, kinds: Sequence[str], said: Sequence[str], axis: str, height: int = 380
) -> go.Figure:
    """Draw one row an edition over time: breaks (see `breaks`) shaded (no edition) or marked (another scale)."""
    editions = judged(page.competition)
    years = [edition.year for edition in editions]
    at = places(years)
    fig = house.figure(page.words, height=height, y=axis)
    for place, kind in enumerate(kinds):
        if kind == "gap":
            _shade(fig, years[place] + 0.5, years[place + 1] - 0.5, page.say("trends.breaks.mark_gap"))
        if kind == "scale":
            house.reference(fig, x=(at[place] + at[place + 1]) / 2, text=page.say("trends.breaks.mark_scale"))
    names = [edition.id for edition in editions]
    known = dict(zip(rows["edition"], said, strict=True))
    texts = [known.get(name, "") for name in names]
    line(fig, rows.set_index("edition").reindex(names), at=at, breaks=[bool(kind) for kind in kinds], said=texts)
    return year_axis(fig, years)


def breaks(page: Page) -> list[str]:
    """Kind of break between neighbouring editions: `gap`, `scale`, or "" where the line may run on."""
    editions = judged(page.competition)
    shared = comparability(page.tables["crosswalk"], page.competition)
    late = gaps([edition.year for edition in editions])
    return [
        "gap" if gap else "scale" if _scales(one, shared) != _scales(other, shared) else ""
        for (one, other), gap in zip(pairwise(editions), late, strict=True)
    ]


def breaks_said(page: Page) -> str:
    """Sentence that names the breaks of the series."""
    said = [
        page.say(f"trends.breaks.{kind}", pair=pair(page, one.id, other.id))
        for (one, other), kind in zip(pairwise(judged(page.competition)), breaks(page), strict=True)
        if kind
    ]
    return page.say("trends.breaks.some", list="; ".join(said)) if said else page.say("trends.breaks.none")


def _shade(fig: go.Figure, low: float, high: float, text: str) -> None:
    """Shade years without an edition, with their words upright inside."""
    house.band(fig, low, high)
    fig.add_annotation(
        x=(low + high) / 2, y=0.5, yref="paper", text=text, textangle=-90, showarrow=False,
        font={"size": 12, "color": house.MUTED},
    )  # fmt: skip


def _scales(edition: Edition, shared: Comparability) -> list[tuple[float, float, str]]:
    found = (edition.scale(name) for name in shared.core(edition.id))
    return [(scale.minimum, scale.maximum, scale.direction) for scale in found]
