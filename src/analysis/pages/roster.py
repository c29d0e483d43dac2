"""The jurors of a page in their one order, who of them stands clearly apart, and how many a chart can hold."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from analysis.pages import house, panel
from analysis.pages.page import Page

MOST = 24  # jurors on a chart; of a larger panel those farthest from its mean
CLEAR, OPEN = house.SERIES[0], house.SERIES[5]
APART = ", each subset's mean 0"  # ending of variants that compare inside a subset only


def severities(page: Page, stage: str, *, edition: str | None = None) -> pd.DataFrame:
    """Give the severities of the jurors with marks enough to judge, from the most lenient to the most severe."""
    keys = {"stage": stage, "subject_type": "juror", "subject": None}
    if edition is not None:
        keys["edition"] = edition
    rows = page.rows(measure="severity_additive", **keys)
    judged = page.rows(measure="judged", **keys).set_index("subject")["value"]
    rows = rows.assign(
        judged=[judged.get(name, 0) for name in rows["subject"]],
        label=[page.label("juror", name) for name in rows["subject"]],
    )
    enough = rows["value"].notna() & (rows["judged"] >= page.competition.disclosure.min_juror_dossiers)
    return rows[enough].sort_values(["value", "subject"], ignore_index=True)


def in_order(page: Page, rows: pd.DataFrame) -> pd.DataFrame:
    """Put rows of jurors into the order of the page; jurors unknown to the first stage come last, by name."""
    order = list(severities(page, panel.first_stage(page))["subject"])
    rest = panel.jurors(page, set(rows["subject"]) - set(order))
    place = {name: index for index, name in enumerate([*order, *rest])}
    return rows.sort_values("subject", key=lambda names: names.map(place), kind="stable", ignore_index=True)


def of(page: Page, measure: str, stage: str, **keys: str | None) -> pd.DataFrame:
    """Give the rows of a measure of single jurors on one common scale, in the order of the page, with `label`."""
    rows = page.rows(measure=measure, stage=stage, subject_type="juror", subject=None, **keys)
    rows = rows[(rows["subject"] != "") & ~rows["variant"].str.contains(APART, regex=False)]
    rows = rows.assign(label=[page.label("juror", name) for name in rows["subject"]])
    return in_order(page, rows)


def judged_enough(page: Page, stage: str) -> set[str]:
    """Give the jurors who judged as many dossiers as it takes to speak of them."""
    judged = page.rows(measure="judged", stage=stage, subject_type="juror", subject=None)
    return set(judged.loc[judged["value"] >= page.competition.disclosure.min_juror_dossiers, "subject"])


def drawn(page: Page, rows: pd.DataFrame) -> pd.DataFrame:
    """Give the rows of the jurors a chart holds: all, or of a large panel the `MOST` farthest from its mean."""
    names = dict.fromkeys(rows["subject"])
    if len(names) <= MOST:
        return rows.reset_index(drop=True)
    known = severities(page, panel.first_stage(page))
    known = known[known["subject"].isin(names)]
    far = known.loc[known["value"].abs().nlargest(MOST).index, "subject"]
    return rows[rows["subject"].isin(far)].reset_index(drop=True)


def quartiles(page: Page, measure: str, stage: str) -> tuple[float, float] | None:
    """Give the ends of the middle half of the panel; None where the panel is too small to have one."""
    rows = [
        page.row(measure=measure, stage=stage, subject_type="panel", at=at)
        for at in ("lower_quartile", "upper_quartile")
    ]
    if any(row is None or math.isnan(row.value) for row in rows):
        return None
    return rows[0].value, rows[1].value


def level(page: Page) -> float:
    """Give the level of a test that fits the confidence of the intervals."""
    return 1 - page.competition.analysis.confidence


def apart(page: Page, rows: pd.DataFrame) -> pd.Series:
    """Tell which rows stand clearly apart: significant after the correction for many comparisons."""
    return rows["q_value"] < level(page)


def names(page: Page, ids: Sequence[str]) -> str:
    """List jurors in a sentence, each once."""
    return page.words.listing(page.label("juror", name) for name in dict.fromkeys(ids))


def short(name: str) -> str:
    """Give a name without the academic titles before it, for the lines of a dense chart.

    >>> short("dr hab. Anna Nowak-Wzorcowa"), short("j1")
    ('Anna Nowak-Wzorcowa', 'j1')
    """
    words = name.split()
    first = next((place for place, word in enumerate(words) if word[:1].isupper()), 0)
    return " ".join(words[first:])


def with_p(page: Page, rows: pd.DataFrame) -> pd.DataFrame:
    """Add p and q as they are read."""
    cells = {name: [panel.p_cell(page, value) for value in rows[f"{name}_value"]] for name in ("p", "q")}
    return rows.assign(**cells)


def dots(fig: Any, rows: pd.DataFrame, clear: pd.Series) -> None:
    """Draw rows as dots with intervals, one a line in their order: filled where clearly apart, hollow elsewhere."""
    for part, mark, hollow in ((rows[~clear], OPEN, True), (rows[clear], CLEAR, False)):
        if part.empty:
            continue
        house.thick(fig, ends=panel.inner(part), at=part.index, mark=mark)
        fill = house.PAPER if hollow else mark.color
        look = {"color": fill, "symbol": "circle", "size": 10, "line": {"color": mark.color, "width": 2}}
        house.intervals(
            fig, values=part["value"], ends=panel.ends(part), at=part.index, mark=mark, marker=look,
            customdata=list(part["label"]), hovertemplate="%{customdata}: %{x:.2f}<extra></extra>",
        )  # fmt: skip


def axis(page: Page, key: str) -> str:
    """Give the title of an axis with a meaning at either end; words `<key>.axis_left`, `<key>.axis_right`."""
    return f"← {page.say(f'{key}.axis_left')} · {page.say(f'{key}.axis_right')} →"


def centred(fig: Any, ends: Sequence[tuple[float, float]], values: pd.Series) -> Any:
    """Set the x axis so that zero stands in the middle."""
    reach = [abs(end) for pair in ends for end in pair if end == end] + [abs(value) for value in values]
    widest = max(reach, default=1.0) * 1.08 or 1.0
    zero = {"zeroline": True, "zerolinecolor": house.MUTED, "zerolinewidth": 1}
    return fig.update_xaxes(range=[-widest, widest], nticks=7, **zero)
