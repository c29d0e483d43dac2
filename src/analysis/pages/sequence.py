"""Change while judging, and pairs of jurors with more equal marks than expected; for the organizer only."""

from __future__ import annotations

from analysis.pages import habits, panel, roster
from analysis.pages.display import Block, Group, Prose
from analysis.pages.page import Column, Page

EFFECTS = ("order_drift", "half_change")
LISTED = 30  # pairs in the table


def order(page: Page) -> Block:
    """Whether anybody became more severe or more lenient while judging."""
    stage = panel.first_stage(page)
    found = {name: habits.effect(page, name, stage) for name in EFFECTS}
    known = {name: rows for name, rows in found.items() if rows["value"].notna().any()}
    if not known:
        return Prose("jurors-order", (page.say("jurors.order.none"),))
    return page.group(habits.chart(page, "jurors.order", known, stage))


def pairs(page: Page) -> Group | Prose:
    """Pairs with more equal marks than two people judging apart would give."""
    if page.audience != "organizer":
        return Prose("jurors-pairs", (page.say("jurors.pairs.organizer"),))
    blocks: list[Block] = []
    for stage in panel.stages(page, "copying"):
        blocks += _pairs(page, stage)
    if not blocks:
        rows = page.rows(
            measure="copying", stage=None, subject_type="juror", subject=None, versus_type="juror", versus=None
        )
        return Prose("jurors-pairs", (page.reason(next(rows.itertuples(), None)),))
    return page.group(*blocks, page.note("jurors.pairs_note"))


def _pairs(page: Page, stage: str) -> list[Block]:
    of = {"subject_type": "juror", "subject": None, "versus_type": "juror", "versus": None}
    rows = page.rows(measure="copying", stage=stage, **of)
    tested = rows[rows["value"].notna() & rows["p_value"].notna()]
    if tested.empty:
        return []
    clear = tested[roster.apart(page, tested)].nlargest(LISTED, "value")
    blanks = {"stage": page.label("stage", stage), "n": len(clear), "total": page.words.count("pair", len(tested))}
    said = Prose(f"jurors-pairs-{stage}", (page.say(f"jurors.pairs.{'some' if len(clear) else 'nobody'}", **blanks),))
    if clear.empty:
        return [said]
    clear = clear.assign(
        one=[page.label("juror", name) for name in clear["subject"]],
        other=[page.label("juror", name) for name in clear["versus"]],
    )
    columns = {
        "one": Column("jurors.columns.juror"),
        "other": Column("jurors.columns.other"),
        "value": Column("jurors.columns.equal", "share:1"),
        "p": Column("jurors.columns.p"),
        "q": Column("jurors.columns.q"),
        "n_units": Column("jurors.columns.both", "count"),
    }
    return [
        said,
        page.table(
            "jurors.pairs.table",
            roster.with_p(page, clear.sort_values(["one", "other"])),
            columns,
            part=stage,
            stage=blanks["stage"],
        ),
    ]
