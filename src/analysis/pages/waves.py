"""Waves of the survey: which there are, what a wave says in a sentence, and for whom it speaks."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from analysis.config import Item, Scale, SurveySource
from analysis.pages.page import Page
from analysis.pages.timeline import valued
from analysis.pages.words import DASH


class Wave(NamedTuple):
    """A wave of the survey: its id, the year of its edition, and what the configuration says of it."""

    name: str
    year: int
    source: SurveySource


def waves_of(page: Page, edition: str | None = None) -> list[Wave]:
    """Give the waves that anybody answered, oldest first; of one edition where it is named."""
    counted = valued(page.rows(measure="n_respondents", edition=None, wave=None))
    answered = set(counted.loc[counted["value"] > 0, "wave"])
    found = {
        source.wave: Wave(source.wave, entry.year, source)
        for entry in page.competition.editions
        if edition in (None, entry.id)
        for source in entry.surveys
        if source.wave in answered
    }
    return list(found.values())


def overall(page: Page, wave: Wave) -> str:
    """Sentence on a wave: base, mode, overall rating on its scale, interval."""
    people = page.row(measure="n_respondents", edition=None, wave=wave.name)
    index = page.row(measure="index_mean", edition=None, wave=wave.name)
    blanks = {
        "wave": page.label("wave", wave.name),
        "respondents": page.words.count("respondent", people.value),
        "mode": told(page, wave.source.mode),
    }
    if index is None or index.value != index.value:
        why = page.reason(index) if index is not None and index.reason else ""
        return f"{page.say('survey.first.only_base', **blanks)} {why}".rstrip()
    low, high = ends(page, wave, index.uom)
    blanks |= {
        "value": page.words.number(index.value, 2 if index.uom == "points" else 1),
        "minimum": plain(page, low),
        "maximum": plain(page, high),
    }
    if index.low != index.low:
        return page.say("survey.first.no_interval", **blanks)
    blanks["interval"] = page.words.interval(index.low, index.high, 2 if index.uom == "points" else 1)
    blanks["confidence"] = page.words.share(index.confidence)
    return page.say("survey.first.answer" if blanks["mode"] else "survey.first.answer_no_mode", **blanks)


def whom(page: Page, wave: Wave) -> str:
    """Sentences on whom a wave speaks for: who was asked, how many were invited, that nobody was drawn."""
    said = [page.say("survey.first.convenience")]
    if told(page, wave.source.population):
        said.append(page.say("survey.first.population", population=told(page, wave.source.population)))
    if wave.source.invited:
        said.append(page.say("survey.first.invited", invited=page.words.number(wave.source.invited)))
    return " ".join(said)


def dimension_means(page: Page, wave: Wave | None) -> pd.DataFrame:
    """Give the rows of the dimensions' means of a wave, with `label`; empty where there are none."""
    if wave is None:
        return valued(page.rows(measure="dimension_mean", wave="", edition=None))
    rows = page.rows(measure="dimension_mean", edition=None, wave=wave.name, item=None)
    return rows.assign(label=[page.label("dimension", name) for name in rows["item"]])


def told(page: Page, text: dict[str, str]) -> str:
    """Give a text of the configuration in the page's language, else in the one it has, else ""."""
    return text.get(page.language) or next(iter(text.values()), "")


def ends(page: Page, wave: Wave, uom: str) -> tuple[float, float]:
    """Ends of the scale of a mean over items: 0-100 for per cent of the scale, else of the scale most items have."""
    if uom != "points":
        return 0, 100
    found = [(scale.minimum, scale.maximum) for scale in (scale_of(page, wave, i) for i in questions(page, wave))]
    return max(found, key=found.count)


def plain(page: Page, value: float) -> str:
    """Write an end of a scale: whole where it is whole, else with one decimal."""
    return page.words.number(value, 0 if value == round(value) else 1)


def span(page: Page, low: float, high: float) -> str:
    """Write a scale by its ends: `1–5`."""
    return f"{plain(page, low)}{DASH}{plain(page, high)}"


def scale_of(page: Page, wave: Wave, item: str) -> Scale:
    """Give the scale of a question of a wave."""
    return page.competition.item_scale(wave.source.instrument, item)


def questions(page: Page, wave: Wave) -> dict[str, Item]:
    """Give the questions of a wave's questionnaire by id."""
    return {item.id: item for item in page.competition.instruments[wave.source.instrument].items}
