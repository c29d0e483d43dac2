"""How many jurors are enough: reliability of the mean mark for one to twelve jurors, and what the next one buys."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from analysis.pages import house, panel
from analysis.pages.display import Block, Prose, Table
from analysis.pages.page import Column, Page

TARGET = 0.8
PHI, RHO, AT_LINE = "dependability", "g_coefficient", "dependability_at_line"
NEXT = 3  # the juror whose worth the text names


def curve(page: Page) -> Block:
    """Dependability and generalizability against the number of jurors, the present number marked."""
    stage = panel.first_stage(page)
    rows = _curve_rows(page, stage)
    if rows.empty or rows[PHI].isna().all():
        found = page.rows(measure=PHI, stage=stage, at=None)
        return page.absent("agreement.curve", next(found.itertuples(), None))
    fig = house.figure(page.words, height=400, x=page.say("agreement.curve.axis"), y=page.say("agreement.curve.value"))
    _draw(page, fig, rows)
    here = _here(page, stage)
    if here:
        _mark_here(page, fig, here)
    words = panel.counts(page, stage) | {
        "finding": _finding(page, stage, here), "target": page.words.number(TARGET, 1),
        "confidence": panel.confidence(page, rows), "interval": panel.method(page, rows),
        "here": page.words.number(here[0], 1) if here else page.say("common.none"),
    }  # fmt: skip
    figure = page.figure("agreement.curve", fig, _table(page, rows, stage), **words)
    return page.group(figure, Prose("agreement-enough", _sentences(page, stage)))


def _curve_rows(page: Page, stage: str) -> pd.DataFrame:
    """Give a row a number of jurors: both coefficients, the one at the line, and what the last juror adds."""
    frame = pd.DataFrame({"jurors": pd.Series(dtype=int)})
    for measure in (PHI, RHO, AT_LINE, "dependability_gain"):
        found = page.rows(measure=measure, stage=stage, at=None)
        found = found[found["at"].str.isdigit()]
        parts = found[["value", "low", "high", "reason", "interval_reason", "interval", "confidence"]]
        named = parts.add_prefix("" if measure == PHI else f"{measure}_").rename(columns={"value": PHI})
        named = named.rename(columns={f"{measure}_value": measure}).assign(jurors=found["at"].astype(int))
        frame = frame.merge(named, on="jurors", how="outer")
    texts = [name for name in frame if name.endswith(("reason", "interval"))]
    return frame.fillna(dict.fromkeys(texts, "")).sort_values("jurors", ignore_index=True)


def _draw(page: Page, fig: Any, rows: pd.DataFrame) -> None:
    """Draw the band of the interval, the line of the target, and both curves with their names."""
    banded = rows.dropna(subset=["low", "high"])
    if len(banded):
        fig.add_scatter(
            x=[*banded["jurors"], *banded["jurors"][::-1]], y=[*banded["low"], *banded["high"][::-1]], mode="lines",
            fill="toself", fillcolor=house.ACCENT_PALE, line={"width": 0, "color": house.ACCENT_PALE}, hoverinfo="skip",
        )  # fmt: skip
    house.reference(fig, y=TARGET, text=page.words.number(TARGET, 1))
    for measure, mark in ((RHO, house.SERIES[1]), (PHI, house.SERIES[0])):
        known = rows.dropna(subset=[measure])
        hover = f"{page.say(f'agreement.curve.{measure}')}: %{{y:.2f}}<extra></extra>"
        house.series(fig, x=[*map(int, known["jurors"])], y=known[measure], mark=mark, hovertemplate=hover)
        if len(known):
            last = known.iloc[-1]
            fig.add_annotation(
                x=last["jurors"], y=last[measure], text=page.say(f"agreement.curve.{measure}"), showarrow=False,
                xanchor="right", yshift=-14 if measure == PHI else 14, font={"size": 13, "color": mark.color},
            )  # fmt: skip
    fig.update_xaxes(range=[0.5, rows["jurors"].max() + 0.5])
    fig.update_yaxes(range=[0, 1.02], tickformat=".1f")


def _here(page: Page, stage: str) -> tuple[float, float] | None:
    """Give the jurors a dossier had (harmonic mean) and the dependability of that many."""
    now = page.row(measure=PHI, stage=stage, at="here")
    mean = page.row(measure="jurors_per_dossier", stage=stage, at="harmonic_mean")
    if now is None or mean is None or math.isnan(now.value) or math.isnan(mean.value):
        return None
    return mean.value, now.value


def _mark_here(page: Page, fig: Any, here: tuple[float, float]) -> None:
    look = {"color": house.PAPER, "size": 15, "symbol": "circle", "line": {"color": house.INK, "width": 2.5}}
    fig.add_scatter(x=[here[0]], y=[here[1]], mode="markers", marker=look, hoverinfo="skip")
    fig.add_annotation(
        x=here[0], y=here[1], text=page.say("agreement.curve.you"), showarrow=True, ax=34, ay=44, arrowhead=0,
        arrowcolor=house.MUTED, xanchor="left", font={"size": 13, "color": house.INK},
    )  # fmt: skip


def _needed(page: Page, stage: str, measure: str = PHI, *, category: str = "") -> Any:
    variant = "dependability at the line >= 0.8" if measure == AT_LINE else f"{measure} >= 0.8"
    return page.row(measure="jurors_needed", stage=stage, variant=variant, category=category)


def _finding(page: Page, stage: str, here: tuple[float, float] | None) -> str:
    row = _needed(page, stage)
    target = page.words.number(TARGET, 1)
    if row is None or math.isnan(row.value):
        return page.say("agreement.curve.beyond", target=target)
    jurors = page.words.count("agreement.plural.of_person", row.value)
    if here and here[1] >= TARGET:
        return page.say("agreement.curve.enough", target=target, here=page.words.number(here[0], 1))
    return page.say("agreement.curve.needed", target=target, jurors=jurors)


def _sentences(page: Page, stage: str) -> tuple[str, ...]:
    """Say how many jurors are needed, what the next one buys, and how many near the line of the award."""
    said = [_how_many(page, stage, PHI), _gain(page, stage), _how_many(page, stage, AT_LINE)]
    return tuple(filter(None, said)) or (page.reason(None),)


def _how_many(page: Page, stage: str, measure: str) -> str:
    row, key = _needed(page, stage, measure), f"agreement.enough.{measure}"
    if row is None:
        return ""
    line = page.row(measure="award_line", stage=stage)
    where = panel.points(page, line, decimals=2) if line is not None and not math.isnan(line.value) else ""
    if measure == AT_LINE and not where:
        return ""
    blanks = {"target": page.words.number(TARGET, 1), "line": where}
    if math.isnan(row.value):
        return page.say(f"{key}_none", reason=page.reason(row), **blanks)
    jurors = page.words.count("agreement.plural.of_person", row.value)
    if math.isnan(row.low):
        return page.say(key, jurors=jurors, **blanks)
    form = "from" if math.isnan(row.high) else "interval"
    ends = {"low": page.words.number(row.low), "high": page.words.number(row.high)}
    return page.say(f"{key}_{form}", jurors=jurors, confidence=page.words.share(row.confidence), **ends, **blanks)


def _gain(page: Page, stage: str) -> str:
    gain = page.row(measure="dependability_gain", stage=stage, at=str(NEXT))
    before, after = (page.row(measure=PHI, stage=stage, at=str(n)) for n in (NEXT - 1, NEXT))
    if any(row is None or math.isnan(row.value) for row in (gain, before, after)):
        return ""
    numbers = {"gain": gain.value, "before": before.value, "after": after.value}
    return page.say("agreement.enough.gain", **{name: page.words.number(value, 2) for name, value in numbers.items()})


def _table(page: Page, rows: pd.DataFrame, stage: str) -> Table:
    columns = {
        "jurors": Column("agreement.columns.jurors", "count"),
        PHI: Column("measures.dependability", "number:2"),
        "low": Column("agreement.columns.interval", "interval:2"),
        "dependability_gain": Column("agreement.columns.gain", "number:2"),
        RHO: Column("measures.g_coefficient", "number:2"),
        f"{RHO}_low": Column("agreement.columns.interval", "interval:2"),
        AT_LINE: Column("measures.dependability_at_line", "number:2"),
        f"{AT_LINE}_low": Column("agreement.columns.interval", "interval:2"),
    }
    return page.table("agreement.curve.table", rows, columns, stage=page.label("stage", stage))


def designs(page: Page) -> Block:
    """Jurors against criteria, and how many jurors each category needs; both folded."""
    stage = panel.first_stage(page)
    blocks = [block for block in (_categories(page, stage), _grid(page, stage)) if block]
    return page.group(*blocks) if blocks else Prose("agreement-designs", (page.say("agreement.designs_none"),))


def _grid(page: Page, stage: str) -> Block | None:
    """Dependability of every number of jurors with every number of criteria."""
    rows = page.rows(measure=PHI, stage=stage, at=None)
    rows = rows[rows["at"].str.contains("x") & rows["value"].notna()]
    if rows.empty:
        return None
    sizes = rows["at"].str.split("x", expand=True).astype(int)
    known = pd.DataFrame({"jurors": sizes[0], "criteria": sizes[1], "value": rows["value"]})
    wide = known.pivot(index="jurors", columns="criteria", values="value")
    heads = {f"c{n}": page.words.count("criterion", int(n)) for n in wide.columns}
    frame = wide.set_axis(list(heads), axis=1).reset_index()
    columns = {"jurors": Column("agreement.columns.jurors", "count")}
    columns |= {name: Column("agreement.columns.value", "number:2") for name in heads}
    table = page.table("agreement.grid.table", frame, columns, stage=page.label("stage", stage))
    named = (table.heads[0], *((text, "number") for text in heads.values()))
    return page.fold("agreement.grid", Table(table.name, table.caption, named, table.rows))


def _categories(page: Page, stage: str) -> Block | None:
    entries = []
    for entry in page.edition.categories:
        row = _needed(page, stage, category=entry.id)
        if row is not None:
            now = page.row(measure=PHI, stage=stage, category=entry.id, at="here")
            more = {"now": now.value if now else math.nan, "ends": _ends(page, row)}
            entries.append(dict(row._asdict()) | more | {"label": page.label("category", entry.id)})
    if not entries:
        return None
    columns = {
        "label": Column("agreement.columns.category"),
        "now": Column("agreement.columns.now", "number:2"),
        "value": Column("agreement.columns.needed", "count"),
        "ends": Column("agreement.columns.interval"),
        "n_units": Column("agreement.columns.dossiers", "count"),
    }
    return page.table("agreement.needed", pd.DataFrame(entries), columns, target=page.words.number(TARGET, 1))


def _ends(page: Page, row: Any) -> str | None:
    """Give the ends of the interval of a number of jurors; of one without upper end the lower one."""
    if math.isnan(row.low):
        return None
    if math.isnan(row.high):
        return page.say("agreement.enough.or_more", low=page.words.number(row.low))
    return page.words.interval(row.low, row.high, 0)
