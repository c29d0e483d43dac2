"""What is missing and what it does: who left what blank, and the headline under other handling of missing cells."""

from __future__ import annotations

import math

import pandas as pd

from analysis.pages import house, panel
from analysis.pages.display import Block, Group, Prose, Table
from analysis.pages.page import Column, Page

HANDLED = (
    ("icc_a1", "mean squares, complete units", "listwise"),
    ("icc_a1", "mean over pairs of jurors", "pairwise"),
    ("icc_a1", "REML, missing cells kept", "kept"),
    ("krippendorff_alpha", "interval, complete units", "listwise"),
    ("krippendorff_alpha", "interval", "available"),
)
NOTABLE = 0.05  # difference of a coefficient between ways that the text calls one


def blanks(page: Page) -> Block:
    """Which criteria were left blank and, for the organizer, by whom."""
    stage = panel.first_stage(page)
    rows = page.rows(measure="blank_marks", stage=stage, criterion=None)
    rows = rows[(rows["criterion"] != "") & rows["value"].notna()]
    if rows.empty:
        found = page.rows(measure="blank_marks", stage=stage, criterion=None)
        return page.absent("agreement.blanks", next(found.itertuples(), None))
    left = rows[rows["value"] > 0]
    if left.empty:
        said = Prose("agreement-blanks", (page.say("agreement.blanks.none_left"),))
    else:
        most = left.loc[left["value"].idxmax()]
        words = {
            "n": page.words.number(len(left)), "total": page.words.count("of_criterion", len(rows)),
            "criterion": page.label("criterion", most["criterion"]), "share": page.words.share(most["value"], 1),
        }  # fmt: skip
        said = Prose("agreement-blanks", (page.say("agreement.blanks.left", **words),))
    by_juror = _by_juror(page, stage) if page.audience == "organizer" else None
    return page.group(said, *([by_juror, page.note("agreement.blanks_say_not")] if by_juror else []))


def _by_juror(page: Page, stage: str) -> Table | None:
    """Blank marks of each juror, and whether what he skipped is thought weaker by the others."""
    rows = page.rows(measure="blank_marks", stage=stage, subject_type="juror", subject=None).set_index("subject")
    skipped = page.rows(measure="skipped_level", stage=stage, subject_type="juror", subject=None).set_index("subject")
    if rows.empty and skipped.empty:
        return None
    entries = []
    for name in panel.jurors(page, [*rows.index, *skipped.index]):
        level = skipped.loc[name].to_dict() if name in skipped.index else {"low": math.nan, "high": math.nan}
        blank = rows["value"].get(name, math.nan)
        entries.append(level | {
            "label": page.label("juror", name), "blank": blank, "level": level.get("value", math.nan),
        })  # fmt: skip
    columns = {
        "label": Column("agreement.columns.juror"),
        "blank": Column("agreement.columns.blank", "share:1"),
        "level": Column("agreement.columns.skipped", "number:2"),
        "low": Column("agreement.columns.interval", "interval:2"),
    }
    return page.table("agreement.blanks", pd.DataFrame(entries), columns, stage=page.label("stage", stage))


def handling(page: Page) -> Group:
    """The reliability of one mark under every handling of missing cells, with what each rests on, stage by stage."""
    stages = panel.stages(page, "krippendorff_alpha") or [panel.first_stage(page)]
    return page.group(*(_stage(page, stage) for stage in stages))


def _stage(page: Page, stage: str) -> Block:
    rows = _handled(page, stage)
    if rows.empty or rows["value"].isna().all():
        return page.absent(f"agreement.handling.{stage}", next(rows.itertuples(), None))
    fig = house.figure(page.words, height=house.rows_height(len(rows), row=44), x=page.say("agreement.handling.axis"))
    house.rows(fig, rows["label"], width=30)
    for place, measure in enumerate(dict.fromkeys(rows["measure"])):
        part = rows[rows["measure"] == measure]
        house.intervals(
            fig, values=part["value"], ends=panel.ends(part), at=part.index, mark=house.SERIES[place],
            customdata=part["label"], hovertemplate="%{customdata}: %{x:.2f}<extra></extra>",
        )  # fmt: skip
    low = rows[["value", "low"]].min().min()
    fig.update_xaxes(range=[min(0.0, low - 0.02), 1.02])
    words = panel.counts(page, stage) | {"finding": _finding(page, rows), "confidence": panel.confidence(page, rows)}
    return page.figure("agreement.handling", fig, _table(page, rows, stage), part=stage, **words)


def _handled(page: Page, stage: str) -> pd.DataFrame:
    frames = []
    for measure, variant, key in HANDLED:
        found = page.rows(measure=measure, variant=variant, stage=stage)
        label = f"{page.label('measure', measure)}: {page.say(f'agreement.handling.{key}')}"
        frames.append(found.assign(label=label, ways=page.say(f"agreement.handling.why.{key}")))
    return pd.concat(frames, ignore_index=True)


def _finding(page: Page, rows: pd.DataFrame) -> str:
    """Say over which range the reliability of one mark runs, or that the way makes no difference."""
    known = rows[rows["value"].notna()]
    known = next((part for _, part in known.groupby("measure", sort=False) if len(part) > 1), None)
    if known is None:
        return page.say("agreement.handling.one")
    low, high = known["value"].min(), known["value"].max()
    ends = {"low": page.words.number(low, 2), "high": page.words.number(high, 2)}
    return page.say(f"agreement.handling.{'apart' if high - low >= NOTABLE else 'alike'}", **ends)


def _table(page: Page, rows: pd.DataFrame, stage: str) -> Table:
    columns = {
        "label": Column("agreement.columns.handling"),
        "value": Column("agreement.columns.value", "number:3"),
        "low": Column("agreement.columns.interval", "interval:3"),
        "n_units": Column("agreement.columns.dossiers", "count"),
        "n_scores": Column("agreement.columns.scores", "count"),
        "ways": Column("agreement.columns.ways"),
    }
    return page.table("agreement.handling.table", rows, columns, part=stage, stage=page.label("stage", stage))
