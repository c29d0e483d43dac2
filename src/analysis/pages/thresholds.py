"""How the levels of the scale worked: marks on each, what the model expects there, and the steps between them."""

from __future__ import annotations

import pandas as pd

from analysis.pages import panel, ruler
from analysis.pages.display import Block, Prose, Table
from analysis.pages.page import Column, Page

PER_LEVEL = ("category_count", "category_average", "category_expected", "category_outfit")
KINDS = {
    "Rasch-Andrich": "andrich", "half-point": "half_point", "modal": "modal", "Thurstone": "thurstone",
}  # fmt: skip
FEW = 10  # marks on a level below which its step is hardly known (Linacre 2002)


def categories(page: Page) -> Block:
    """Levels of each scale: counts, mean measures, fit and the four kinds of thresholds; folded."""
    stage = panel.first_stage(page)
    counts = page.rows(measure="category_count", stage=stage, at=None)
    if counts["value"].isna().all():
        said = page.reason(next(counts.itertuples(), None))
        return Prose("jurors-categories", (page.say("jurors.categories.none", reason=said),))
    frames = {name: levels(page, stage, name) for name in dict.fromkeys(counts["variant"])}
    said = [_said(page, name, frame) for name, frame in frames.items()]
    tables = [_table(page, name, frame, stage) for name, frame in frames.items()]
    return page.group(Prose("jurors-levels", tuple(said)), page.fold("jurors.categories", page.group(*tables)))


def levels(page: Page, stage: str, name: str) -> pd.DataFrame:
    """Give a row a level of one scale, from the lowest; NaN where a level has no such number."""
    columns = {}
    for measure in PER_LEVEL:
        rows = page.rows(measure=measure, stage=stage, variant=name, at=None)
        columns[measure.removeprefix("category_")] = dict(zip(rows["at"], rows["value"], strict=True))
    for kind, column in KINDS.items():
        rows = page.rows(measure="threshold", stage=stage, variant=f"{kind}, {name}", at=None)
        columns[column] = dict(zip(rows["at"], rows["value"], strict=True))
    frame = pd.DataFrame(columns)
    frame = frame.assign(level=pd.to_numeric(frame.index))
    return frame.sort_values("level", ignore_index=True)


def _said(page: Page, name: str, frame: pd.DataFrame) -> str:
    """Say whether higher marks go with better dossiers on every step, and how many levels hold hardly any marks."""
    average = frame.dropna(subset=["average"])
    falls = [ruler.level(page, level) for level in average["level"][average["average"].diff() < 0]]
    few = int((frame["count"] < FEW).sum())
    blanks = {"scale": ruler.scale(page, name), "few": page.words.number(few), "limit": FEW}
    key = "falls" if falls else "grows"
    said = page.say(f"jurors.categories.{key}", levels=page.words.listing(falls), **blanks)
    return " ".join([said, page.say("jurors.categories.few", **blanks)]) if few else said


def _table(page: Page, name: str, frame: pd.DataFrame, stage: str) -> Table:
    kinds = {"count": "count", "average": "number:2", "expected": "number:2", "outfit": "number:2"}
    kinds |= dict.fromkeys(KINDS.values(), "number:2")
    frame = frame.assign(text=[ruler.level(page, value) for value in frame["level"]])
    columns = {"text": Column("jurors.columns.level")}
    columns |= {column: Column(f"jurors.columns.category_{column}", kind) for column, kind in kinds.items()}
    words = {"stage": page.label("stage", stage), "scale": ruler.scale(page, name)}
    return page.table("jurors.categories.table", frame, columns, part=name.replace(" ", "-"), **words)
