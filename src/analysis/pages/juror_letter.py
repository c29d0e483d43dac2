"""Page "Letter to a juror": how one juror judged, beside the panel as a whole; pooled, private, in neutral words."""

from __future__ import annotations

import math
from typing import Any

from analysis.pages import panel
from analysis.pages.display import Group, Note, Prose, Title
from analysis.pages.page import Page


def title(page: Page) -> Title:
    """Head of the letter, with the juror's name."""
    return page.title("juror_letter.head", juror=page.label("juror", page.subject))


def first(page: Page) -> Group:
    """The answer: how the juror's marks lie beside the others' on the same dossiers, and what it rests on."""
    stage = panel.first_stage(page)
    row = page.row(measure="deviation_from_others", versus_type="others", **own(page, stage))
    finding = page.finding("juror_letter.first", _deviation(page, row))
    judged = page.row(measure="judged", **own(page, stage))
    if judged is None or math.isnan(judged.value):
        return page.group(finding)
    dossiers = page.words.count("of_dossier", int(judged.value))
    return page.group(finding, Prose("juror-letter-based", (page.say("juror_letter.first.based", dossiers=dossiers),)))


def own(page: Page, stage: str) -> dict[str, str]:
    """Give the keys of the juror's own rows of a stage."""
    return {"stage": stage, "subject_type": "juror", "subject": page.subject}


def _deviation(page: Page, row: Any) -> str:
    if row is None or math.isnan(row.value):
        return page.say("juror_letter.first.none", reason=page.reason(row))
    if math.isnan(row.low):
        return page.say("juror_letter.first.alone", value=panel.points(page, row, decimals=2))
    value = panel.in_unit(page, abs(row.value), row.uom, decimals=2)
    ends = sorted((abs(row.low), abs(row.high)))
    if row.low <= 0 <= row.high:
        return page.say("juror_letter.first.alike", value=panel.points(page, row, decimals=2))
    low, high = (page.words.number(end, 2) for end in ends)
    way = "higher" if row.value > 0 else "lower"
    return page.say(f"juror_letter.first.{way}", value=value, low=low, high=high)


def limits(page: Page) -> Note:
    """What the letter does not say."""
    return page.note("juror_letter.says_not")
