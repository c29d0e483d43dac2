"""Habits of judging: spread, range, likeness to the others, halo; and how large a habit these marks could show."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from analysis.pages import panel, roster, strips
from analysis.pages.display import Block, Figure, Prose
from analysis.pages.page import Column, Page

EFFECTS = ("centrality", "range_used", "consensus_correlation", "halo", "identical_profiles")
NAMED = 3  # jurors named beside a habit; more are counted


def habits(page: Page) -> Block:
    """Every habit of every juror beside the panel: a small chart of dots each."""
    stage = panel.first_stage(page)
    found = {name: effect(page, name, stage) for name in EFFECTS}
    known = {name: rows for name, rows in found.items() if rows["value"].notna().any()}
    if not known:
        rows = next((rows for rows in found.values() if len(rows)), None)
        return page.absent("jurors.habits", None if rows is None else next(rows.itertuples()))
    return page.group(
        chart(page, "jurors.habits", known, stage), Prose("jurors-habits-power", power(page, known, stage))
    )


def effect(page: Page, name: str, stage: str) -> pd.DataFrame:
    """Give an effect of every juror in the order of the page: who stands apart, and the word where it is not known."""
    rows = roster.of(page, name, stage)
    return rows.assign(
        clear=roster.apart(page, rows) & rows["value"].notna(),
        note=[page.say("jurors.habits.few") if reason else "" for reason in rows["reason"]],
    )


def chart(page: Page, key: str, found: dict[str, pd.DataFrame], stage: str) -> Figure:
    """Draw effects as small charts, with one table of all of them."""
    parts = [
        strips.Strip(
            page.say(f"jurors.effects.{name}.name"), roster.axis(page, f"jurors.effects.{name}"),
            roster.drawn(page, rows), _middle(page, name, stage, rows), roster.quartiles(page, name, stage),
        )
        for name, rows in found.items()
    ]  # fmt: skip
    table = pd.concat(
        [rows.assign(effect=page.say(f"jurors.effects.{name}.name")) for name, rows in found.items()], ignore_index=True
    )
    columns = {
        "label": Column("jurors.columns.juror"),
        "effect": Column("jurors.columns.effect"),
        "value": Column("jurors.columns.value", "number:2"),
        "low": Column("jurors.columns.interval", "interval:2"),
        "p": Column("jurors.columns.p"),
        "q": Column("jurors.columns.q"),
        "n_units": Column("jurors.columns.judged", "count"),
    }
    intervals = pd.concat(list(found.values()), ignore_index=True)
    words = {
        "finding": _finding(page, key, found), "stage": page.label("stage", stage),
        "total": page.words.count("juror", table["subject"].nunique()),
        "confidence": panel.confidence(page, intervals), "interval": panel.method(page, intervals),
    }  # fmt: skip
    fig = strips.figure(page, parts)
    shown = page.table(f"{key}.table", roster.with_p(page, table), columns, stage=words["stage"])
    return page.figure(key, fig, shown, **words)


def _middle(page: Page, name: str, stage: str, rows: pd.DataFrame) -> float | None:
    """Give where the panel stands: its median, or for an effect about zero zero."""
    row = page.row(measure=name, stage=stage, subject_type="panel", at="median")
    if row is not None and not math.isnan(row.value):
        return row.value
    return 0.0 if name in ("order_drift", "half_change") else rows["value"].median()


def _finding(page: Page, key: str, found: dict[str, pd.DataFrame]) -> str:
    """Name the habits in which somebody stands apart, and who."""
    said = []
    for name, rows in found.items():
        clear = rows.loc[rows["clear"], "subject"]
        if len(clear):
            many = page.words.count("juror", len(clear))
            who = many if len(clear) > NAMED else roster.names(page, clear)
            said.append(page.say("jurors.effects.who", effect=page.say(f"jurors.effects.{name}.short"), who=who))
    return page.say(f"{key}.some", list="; ".join(said)) if said else page.say(f"{key}.nobody")


def power(page: Page, names: Any, stage: str) -> tuple[str, ...]:
    """Say how often a habit of the size that counts would have been seen with these marks; empty where not known."""
    said = []
    for row in _powers(page, stage).itertuples():
        if row.effect in names:
            tenths = page.words.number(round(10 * row.value))
            blanks = {"size": page.words.number(row.size, 1), "tenths": tenths}
            said.append(page.say(f"jurors.effects.{row.effect}.power", **blanks))
    return (page.say("jurors.power.text", list="; ".join(said)), page.say("jurors.power.meaning")) if said else ()


def _powers(page: Page, stage: str) -> pd.DataFrame:
    """Give a row an effect: the size that counts, and the median of the jurors' chances to show it."""
    rows = page.rows(measure="power", stage=stage, subject_type="juror", subject=None)
    rows = rows[rows["value"].notna()]
    parts = [name.partition(", ") for name in rows["variant"]]
    rows = rows.assign(effect=[name for name, _, _ in parts], size=[_number(size) for _, _, size in parts])
    rows = rows.dropna(subset=["size"])
    return rows.groupby(["effect", "size"], as_index=False, sort=False)["value"].median()


def _number(text: str) -> float:
    """Read a size; NaN where it is told in words."""
    try:
        return float(text)
    except ValueError:
        return math.nan
