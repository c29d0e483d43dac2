"""Everything on one ruler: dossiers, jurors, criteria and thresholds in the unit of the model, and the jurors' fit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from analysis.pages import bands, house, panel, roster
from analysis.pages.display import Block, Group, Prose, Table
from analysis.pages.page import Column, Page

HILL = 4  # lines of the chart that the dossiers take
BINS = 24
HALF_POINT = "half-point, "  # variants of the thresholds on the ruler begin so
NAMED = 6  # jurors named in a sentence; more are counted
FACETS = ("juror", "dossier", "criterion")
EDGE = 0.06  # share of the ruler kept free at either end; intervals may run out of it
NEAR = 0.16  # share of the ruler below which the name of a threshold would touch its neighbour's


class Line(NamedTuple):
    """A line of the ruler: its label, positions, ends of their intervals, texts over them, and their look."""

    label: str
    values: Sequence[float]
    ends: Sequence[tuple[float, float]]
    texts: Sequence[str]
    mark: house.Mark


def measures(page: Page, stage: str, kind: str) -> pd.DataFrame:
    """Give the measures of dossiers, jurors or criteria of a stage on their common scale."""
    rows = page.rows(measure="rasch_measure", stage=stage, subject_type=kind, subject=None)
    return rows[(rows["subject"] != "") & ~rows["variant"].str.contains(roster.APART)].reset_index(drop=True)


def wright(page: Page) -> Block:
    """Wright map: where dossiers, jurors, criteria and the steps of the scale lie, on one ruler."""
    stage = panel.first_stage(page)
    dossiers = measures(page, stage, "dossier")
    known = dossiers[dossiers["value"].notna()]
    if known.empty:
        return page.absent("jurors.wright", next(dossiers.itertuples(), None))
    jurors = roster.of(page, "rasch_measure", stage)
    jurors = jurors[jurors["value"].notna() & jurors["subject"].isin(roster.judged_enough(page, stage))]
    criteria = measures(page, stage, "criterion").dropna(subset=["value"]).sort_values("value")
    criteria = criteria.assign(label=[page.label("criterion", name) for name in criteria["subject"]])
    fig = _ruler(page, known["value"], _lines(page, stage, roster.drawn(page, jurors), criteria))
    return page.figure("jurors.wright", fig, _table(page, jurors, criteria, stage), **_words(page, known, jurors))


def _lines(page: Page, stage: str, jurors: pd.DataFrame, criteria: pd.DataFrame) -> list[Line | str]:
    """Give the lines below the dossiers; a text is the head of a group."""
    found: list[Line | str] = []
    for rows, mark, key in ((jurors, house.SERIES[0], "jurors"), (criteria, house.SERIES[1], "criteria")):
        if len(rows):
            found.append(page.say(f"jurors.wright.{key}"))
            ends = panel.ends(rows)
            found += [
                Line(roster.short(label) if key == "jurors" else label, [value], [end], [], mark)
                for label, value, end in zip(rows["label"], rows["value"], ends, strict=True)
            ]
    steps = _thresholds(page, stage)
    if steps:
        found += [page.say("jurors.wright.thresholds"), *steps]
    return found


def _thresholds(page: Page, stage: str) -> list[Line]:
    rows = page.rows(measure="threshold", stage=stage, at=None)
    rows = rows[rows["variant"].str.startswith(HALF_POINT) & rows["value"].notna()]
    return [
        Line(
            page.say("jurors.wright.steps", scale=scale(page, name.removeprefix(HALF_POINT))), list(part["value"]), [],
            [level(page, float(at)) for at in part["at"]], house.SERIES[2],
        )
        for name, part in rows.groupby("variant", sort=True)
    ]  # fmt: skip


def scale(page: Page, name: str) -> str:
    """Give the words for the name of a scale (`0-10 by 0.5`)."""
    ends, _, step = name.partition(" by ")
    ends = ends.replace("-", "–")
    return page.say("jurors.wright.scale", ends=ends, step=level(page, float(step))) if step else ends


def level(page: Page, value: float) -> str:
    """Write a level of a scale with as many decimals as it has."""
    text = page.words.number(value, 2)
    return text[:-3] if value == round(value) else text.rstrip("0")


def _ruler(page: Page, dossiers: pd.Series, lines: Sequence[Line | str]) -> Any:
    labels = [page.say("jurors.wright.dossiers"), *[""] * (HILL - 1)]
    labels += [line.label if isinstance(line, Line) else "" for line in lines]
    fig = house.figure(page.words, height=house.rows_height(len(labels), row=26), x=roster.axis(page, "jurors.wright"))
    house.rows(fig, labels)
    _hill(fig, dossiers)
    everything = [*dossiers, *(value for line in lines if isinstance(line, Line) for value in line.values)]
    reach = max(everything) - min(everything) or 1.0
    for place, line in enumerate(lines, start=HILL):
        if isinstance(line, Line):
            _draw(fig, line, place, reach)
        else:
            fig.add_annotation(
                text=f"<b>{house.wrap(line, 34)}</b>", x=0, xref="paper", xanchor="left", y=place, showarrow=False,
                align="left", font={"size": 12, "color": house.MUTED},
            )  # fmt: skip
    ends = [min(everything) - EDGE * reach, max(everything) + EDGE * reach]
    return fig.update_xaxes(nticks=6, zeroline=True, zerolinecolor=house.LINE, range=ends)


def _hill(fig: Any, values: pd.Series) -> None:
    """Pile the dossiers up along the ruler, in the lines on top of the chart."""
    counts, edges = np.histogram(values, bins=BINS)
    heights = counts / counts.max() * (HILL - 0.8)
    fig.add_bar(
        x=list((edges[:-1] + edges[1:]) / 2), y=[-height for height in heights], base=[HILL - 0.6] * BINS,
        width=edges[1] - edges[0], marker={"color": house.LINE, "line": {"width": 0}}, customdata=list(counts),
        hovertemplate="%{x:.2f}: %{customdata}<extra></extra>",
    )  # fmt: skip


def _draw(fig: Any, line: Line, place: int, reach: float) -> None:
    ends = line.ends or [(math.nan, math.nan)] * len(line.values)
    at = [place] * len(line.values)
    house.intervals(fig, values=line.values, ends=ends, at=at, mark=line.mark, hovertemplate="%{x:.2f}<extra></extra>")
    last = -math.inf
    for value, text in sorted(zip(line.values, line.texts, strict=False)):
        if value - last >= NEAR * reach:
            last = value
            fig.add_annotation(
                text=house.wrap(text), x=value, y=place, yshift=14, showarrow=False,
                font={"size": 11, "color": house.MUTED},
            )  # fmt: skip


def _words(page: Page, dossiers: pd.DataFrame, jurors: pd.DataFrame) -> dict[str, str]:
    """Compare how far apart the jurors lie with how far apart the dossiers do."""
    middle = dossiers["value"].quantile(0.75) - dossiers["value"].quantile(0.25)
    spread = jurors["value"].max() - jurors["value"].min() if len(jurors) > 1 else math.nan
    key = "one" if math.isnan(spread) else "wide" if spread > middle else "narrow"
    return {
        "finding": page.say(f"jurors.wright.{key}"),
        "jurors": page.words.number(spread, 1), "dossiers": page.words.number(middle, 1),
        "n": page.words.count("dossier", len(dossiers)), "total": page.words.count("juror", len(jurors)),
    }  # fmt: skip


def _table(page: Page, jurors: pd.DataFrame, criteria: pd.DataFrame, stage: str) -> Table:
    kinds = {"juror": page.say("columns.juror"), "criterion": page.say("columns.criterion")}
    rows = pd.concat([jurors, criteria], ignore_index=True)
    rows = rows.assign(kind=[kinds[name] for name in rows["subject_type"]])
    columns = {
        "label": Column("jurors.columns.what"),
        "kind": Column("jurors.columns.kind"),
        "value": Column("jurors.columns.logits", "number:2"),
        "low": Column("jurors.columns.interval", "interval:2"),
    }
    return page.table("jurors.wright.table", rows, columns, stage=page.label("stage", stage))


def elements(page: Page) -> Group | Prose:
    """Jurors one by one: measure, error, fit in words, fair average; then how surely their severities differ."""
    stage = panel.first_stage(page)
    rows = roster.of(page, "rasch_measure", stage)
    if rows["value"].isna().all():
        return Prose("jurors-elements", (page.reason(next(rows.itertuples(), None)),))
    rows = rows[rows["subject"].isin(roster.judged_enough(page, stage))].reset_index(drop=True)
    for name in ("rasch_se_real", "infit", "outfit", "fair_average", "observed_average"):
        found = roster.of(page, name, stage).drop_duplicates("subject").set_index("subject")
        rows[name] = rows["subject"].map(found["value"])
    rows["fit"] = [fit(page, row.infit, row.outfit) for row in rows.itertuples()]
    columns = {
        "label": Column("jurors.columns.juror"),
        "value": Column("jurors.columns.logits", "number:2"),
        "se": Column("jurors.columns.se", "number:2"),
        "infit": Column("jurors.columns.infit", "number:2"),
        "outfit": Column("jurors.columns.outfit", "number:2"),
        "fit": Column("jurors.columns.fit"),
        "fair_average": Column("jurors.columns.fair", "number:2"),
        "observed_average": Column("jurors.columns.observed", "number:2"),
        "n_scores": Column("jurors.columns.scores", "count"),
    }
    table = page.table("jurors.elements.table", rows, columns, stage=page.label("stage", stage))
    said = [_surely(page, stage), _identical(page, stage), _unlike(page, rows), _bridges(page, stage)]
    prose = Prose("jurors-surely", tuple(filter(None, said)))
    shown = table if len(rows) <= roster.MOST else page.fold("jurors.elements", table)
    return page.group(prose, shown, page.fold("jurors.facets", _facets(page, stage)))


def _bridges(page: Page, stage: str) -> str:
    """Name the jurors without whose marks the others could not be compared; empty where there are none."""
    rows = page.rows(measure="bridge", stage=stage, subject_type="juror", subject=None)
    who = rows.loc[(rows["subject"] != "") & (rows["value"] > 0), "subject"]
    return page.say("jurors.elements.bridges", jurors=_listed(page, who)) if len(who) else ""


def _listed(page: Page, who: Sequence[str]) -> str:
    """Name jurors; count them where they are many."""
    return roster.names(page, who) if len(who) <= NAMED else page.words.count("juror", len(who))


def fit(page: Page, infit: float, outfit: float) -> str:
    """Put a juror's fit into words: by the mean square farther from 1."""
    known = [value for value in (infit, outfit) if not math.isnan(value) and value > 0]
    if not known:
        return page.say("jurors.fit.unknown")
    worst = max(known, key=lambda value: abs(math.log(value)))
    return page.say(bands.band("infit", worst).brief)


def _unlike(page: Page, rows: pd.DataFrame) -> str:
    """Name jurors whose marks the model explains less well than usual; empty where there are none."""
    limits = bands.limits("infit")
    odd = rows[(rows["infit"] >= limits[-1]) | (rows["outfit"] >= limits[-1])]
    if odd.empty:
        return page.say("jurors.fit.all", low=page.words.number(limits[0], 1), high=page.words.number(limits[-1], 1))
    return page.say("jurors.fit.some", jurors=_listed(page, list(odd["subject"])))


def _of_facet(page: Page, measure: str, stage: str, kind: str, ending: str = "") -> Any:
    """Give the row of a facet as a whole; None where there is none."""
    rows = page.rows(measure=measure, stage=stage, subject_type=kind)
    rows = rows[rows["variant"].str.endswith(ending) & ~rows["variant"].str.contains(roster.APART)]
    return next(rows.itertuples(index=False), None)


def _surely(page: Page, stage: str) -> str:
    """Say how surely the severities differ, and that this is no agreement."""
    row = _of_facet(page, "rasch_reliability", stage, "juror", "population")
    strata = _of_facet(page, "strata", stage, "juror")
    if row is None or math.isnan(row.value):
        return ""
    layers = "–" if strata is None or math.isnan(strata.value) else page.words.number(strata.value, 1)
    return page.say("jurors.elements.surely", value=page.words.number(row.value, 2), strata=layers)


def _identical(page: Page, stage: str) -> str:
    """Compare identical marks with those the model expects of independent jurors."""
    found = {}
    for row in page.rows(measure="rater_agreement", stage=stage).itertuples():
        found[row.variant.rpartition(", ")[2]] = row.value
    observed, expected = found.get("observed", math.nan), found.get("expected", math.nan)
    if math.isnan(observed) or math.isnan(expected):
        return ""
    said = {"observed": page.words.share(observed), "expected": page.words.share(expected)}
    return page.say("jurors.elements.identical", **said)


def _facets(page: Page, stage: str) -> Table:
    """Spread of jurors, dossiers and criteria, each with how reliably its elements are told apart."""
    kinds = {
        "rasch_true_sd": "", "rasch_rmse": "", "separation": "", "strata": "", "population": "population",
        "sample": "sample",
    }  # fmt: skip
    entries = []
    for kind in FACETS:
        entry: dict[str, Any] = {"label": page.say(f"jurors.facets.{kind}")}
        for name, ending in kinds.items():
            row = _of_facet(page, "rasch_reliability" if ending else name, stage, kind, ending)
            entry[name] = math.nan if row is None else row.value
        for name in ("rasch_fixed_chi2", "rasch_random_chi2"):
            row = _of_facet(page, name, stage, kind)
            entry[name] = "" if row is None else panel.p_cell(page, row.p_value)
        entries.append(entry)
    columns = {"label": Column("jurors.columns.facet")}
    columns |= {name: Column(f"jurors.columns.{name}", "number:2") for name in kinds}
    columns |= {name: Column(f"jurors.columns.{name}") for name in ("rasch_fixed_chi2", "rasch_random_chi2")}
    return page.table("jurors.facets.table", pd.DataFrame(entries), columns, stage=page.label("stage", stage))
