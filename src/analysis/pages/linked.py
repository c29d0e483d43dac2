"""Severity from edition to edition on one common scale, as far as common jurors link the editions."""

from __future__ import annotations

from typing import Any, NamedTuple

import pandas as pd

from analysis.pages import house, panel, roster
from analysis.pages.display import Block, Group, Prose, Table
from analysis.pages.page import Column, Page

ACCENTED = 4  # jurors drawn in colour, with their names
MOST = 60  # lines on the chart
AS_LINKED = "; the juror left out of the links"  # ending of the variant that checks drift without the juror


class Years(NamedTuple):
    """Editions linked to the page's own, in order: ids, and the years they are named by."""

    ids: list[str]
    years: list[int]


def linked(page: Page) -> Block:
    """Linked severities as lines over the editions; the sentence of refusal where the edition is linked to no other."""
    stage = panel.first_stage(page)
    rows = _severities(page, stage)
    own = rows[(rows["edition"] == page.edition.id)]
    if own.empty or own["value"].isna().all():
        return Prose("jurors-linked", (_refusal(page, stage),))
    here = set(own["subject"])
    known = rows[rows["value"].notna()]
    years = _years(page, known)
    if len(years.ids) < 2:
        return Prose("jurors-linked", (_refusal(page, stage),))
    figure = _figure(page, known, years, stage, here)
    return page.group(figure, *_unlinked(page, years), page.fold("jurors.links", _links(page, stage)))


def _severities(page: Page, stage: str) -> pd.DataFrame:
    rows = page.rows(measure="linked_severity", edition=None, stage=stage, subject_type="juror", subject=None)
    return rows.assign(label=[page.label("juror", name) for name in rows["subject"]])


def _years(page: Page, known: pd.DataFrame) -> Years:
    there = set(known["edition"])
    found = [(edition.id, edition.year) for edition in page.competition.editions if edition.id in there]
    return Years([name for name, _ in found], [year for _, year in found])


def _refusal(page: Page, stage: str) -> str:
    rows = page.rows(measure="link_shift", edition=None, edition_to=None, stage=stage)
    why = rows[rows["value"].isna()]
    if why.empty:
        return page.say("jurors.linked.single")
    return page.say("jurors.linked.refused", reason=page.reason(next(why.itertuples())))


def _unlinked(page: Page, years: Years) -> list[Prose]:
    """Name the editions that no common juror links to these."""
    apart = [edition for edition in page.competition.editions if edition.id not in years.ids]
    if not apart:
        return []
    listed = page.words.listing(str(edition.year) for edition in apart)
    return [Prose("jurors-unlinked", (page.say("jurors.linked.unlinked", years=listed),))]


def drifts(page: Page, stage: str) -> pd.DataFrame:
    """Give the tested changes of severity of single jurors to the next edition, after linking."""
    rows = page.rows(
        measure="severity_drift", edition=None, edition_to=None, stage=stage, subject_type="juror", subject=None
    )
    rows = rows[rows["value"].notna() & ~rows["variant"].str.endswith(AS_LINKED)]
    return rows.assign(label=[page.label("juror", name) for name in rows["subject"]]).reset_index(drop=True)


def _figure(page: Page, known: pd.DataFrame, years: Years, stage: str, here: set[str]) -> Any:
    changes = drifts(page, stage)
    changes = changes[changes["edition"].isin(years.ids)].reset_index(drop=True)
    clear = changes[roster.apart(page, changes)]
    accented = _accented(known, clear, here)
    fig = house.figure(page.words, height=440, y=page.say("jurors.linked.axis"))
    house.reference(fig, y=0)
    lines = dict(iter(known.groupby("subject", sort=False)))
    order = sorted(lines, key=lambda name: (name in accented, name in here))[-MOST:]
    for name in order:
        _line(page, fig, lines[name], years, accented.index(name) if name in accented else None)
    _labels(fig, [lines[name] for name in accented], years)
    pad = 0.34 * (years.years[-1] - years.years[0])
    fig.update_xaxes(tickvals=years.years, range=[years.years[0] - 0.4, years.years[-1] + max(pad, 0.8)], tickangle=-60)
    words = {
        "finding": _finding(page, changes, clear), "unit": panel.unit(page, known), "stage": page.label("stage", stage),
        "total": page.words.count("juror", len(lines)), "n": page.words.count("of_edition", len(years.ids)),
        "first": str(years.years[0]), "shown": page.words.number(len(order)),
        "confidence": panel.confidence(page, known),
    }  # fmt: skip
    return page.figure("jurors.linked", fig, _table(page, known, years, words["stage"]), **words)


def _accented(known: pd.DataFrame, clear: pd.DataFrame, here: set[str]) -> list[str]:
    """Give who is drawn in colour: whose severity changed, else this edition's juror farthest from the others."""
    changed = [name for name in dict.fromkeys(clear["subject"]) if name in set(known["subject"])]
    if changed:
        return changed[:ACCENTED]
    mine = known[known["subject"].isin(here)]
    centre = known.groupby("edition")["value"].transform("median").loc[mine.index]
    far = (mine["value"] - centre).groupby(mine["subject"]).mean().sort_values()
    return list(dict.fromkeys([far.index[0], far.index[-1]]))


def _line(page: Page, fig: Any, part: pd.DataFrame, years: Years, place: int | None) -> None:
    of = part.set_index("edition")
    rows = of.reindex(years.ids)
    mark = house.Mark(house.LINE, "solid", "circle") if place is None else house.SERIES[place]
    look = {} if place is not None else {
        "line": {"color": house.LINE, "width": 1}, "marker": {"color": house.LINE, "size": 4},
    }  # fmt: skip
    ends = [] if place is None else panel.ends(rows)
    house.series(
        fig, x=years.years, y=list(rows["value"]), ends=ends, mark=mark, **look,
        customdata=[part["label"].iloc[0]] * len(rows), hovertemplate="%{customdata}, %{x}: %{y:.2f}<extra></extra>",
    )  # fmt: skip


def _labels(fig: Any, parts: list[pd.DataFrame], years: Years) -> None:
    """Write the names right of the last dots of the coloured lines, moved apart where they would touch."""
    last = []
    for place, part in enumerate(parts):
        rows = part.set_index("edition").reindex(years.ids)["value"].dropna()
        last.append((rows.iloc[-1], years.years[years.ids.index(rows.index[-1])], part["label"].iloc[0], place))
    for rank, (value, year, label, place) in enumerate(sorted(last, reverse=True)):
        lift = (len(last) - 1) * 9 - 18 * rank
        house.direct(fig, x=year, y=value, text=label, color=house.SERIES[place].color, lift=lift)


def _finding(page: Page, changes: pd.DataFrame, clear: pd.DataFrame) -> str:
    if changes.empty:
        return page.say("jurors.linked.untested")
    if clear.empty:
        return page.say("jurors.linked.steady", n=page.words.count("of_juror", changes["subject"].nunique()))
    return page.say("jurors.linked.changed", jurors=roster.names(page, list(clear["subject"])[:ACCENTED]))


def _table(page: Page, known: pd.DataFrame, years: Years, stage: str) -> Table:
    place = {name: index for index, name in enumerate(years.ids)}
    rows = known.sort_values(
        ["label", "edition"], key=lambda column: column.map(place) if column.name == "edition" else column
    )
    rows = rows.assign(year=[str(years.years[place[name]]) for name in rows["edition"]])
    columns = {
        "label": Column("jurors.columns.juror"),
        "year": Column("columns.year"),
        "value": Column("jurors.columns.severity", "number:2"),
        "low": Column("jurors.columns.interval", "interval:2"),
        "n_units": Column("jurors.columns.judged", "count"),
    }
    return page.table("jurors.linked.table", rows, columns, stage=stage)


def _links(page: Page, stage: str) -> Group:
    """Link constants between neighbouring editions, and the changes of single jurors, as tables."""
    links = page.rows(measure="link_shift", edition=None, edition_to=None, stage=stage)
    links = links.assign(pair=[_pair(page, row) for row in links.itertuples()])
    columns = {
        "pair": Column("jurors.columns.editions"),
        "value": Column("jurors.columns.link", "number:2"),
        "low": Column("jurors.columns.interval", "interval:2"),
        "n_jurors": Column("jurors.columns.common", "count"),
    }
    words = {"stage": page.label("stage", stage)}
    tables: list[Block] = [page.table("jurors.links.table", links, columns, **words)]
    changes = drifts(page, stage)
    if len(changes):
        changes = changes.assign(pair=[_pair(page, row) for row in changes.itertuples()])
        columns = {
            "label": Column("jurors.columns.juror"),
            "pair": Column("jurors.columns.editions"),
            "value": Column("jurors.columns.drift", "number:2"),
            "low": Column("jurors.columns.interval", "interval:2"),
            "p": Column("jurors.columns.p"),
            "q": Column("jurors.columns.q"),
        }
        tables.append(page.table("jurors.drifts.table", roster.with_p(page, changes), columns, **words))
    return page.group(*tables)


def _pair(page: Page, row: Any) -> str:
    return f"{page.label('year', row.edition)} → {page.label('year', row.edition_to)}"
