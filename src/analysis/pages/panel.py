"""What the pages about the panel share: its stages and jurors in order, units, verdicts, intervals in words."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Any

import pandas as pd

from analysis.measures.coefficients import LIKE_THESE
from analysis.pages import bands
from analysis.pages.page import Page
from analysis.pages.words import DASH
from analysis.statistics import targets

LEVELS = ("interval", "ordinal", "nominal")  # of Krippendorff's alpha, from the one that uses most of the scale
SAME_NUMBER = ("measure", "variant", "stage", "category", "criterion")  # what two rows of one number share
FEW = 6  # jurors below which an interval for other jurors of the same kind is only a rough guide
HALF = 0.6745  # standard errors on either side that hold half of a normal distribution


def stages(page: Page, measure: str) -> list[str]:
    """Give the stages of the edition in which `measure` has a value, in order."""
    anything = dict.fromkeys(("subject_type", "subject", "versus_type", "versus", "at"))
    rows = page.rows(measure=measure, **anything)
    there = set(rows.loc[rows["value"].notna(), "stage"])
    return [stage.id for stage in page.edition.stages if stage.id in there]


def first_stage(page: Page) -> str:
    """Give the first stage of the edition."""
    return page.edition.stages[0].id


def alpha(page: Page, stage: str, *, criterion: str = "", category: str = "") -> Any:
    """Give the row of Krippendorff's alpha that uses most of the scale and has a value; None where there is no row."""
    found = page.rows(measure="krippendorff_alpha", stage=stage, criterion=criterion, category=category)
    found = found[found["variant"].isin(LEVELS)].sort_values("variant", key=lambda names: names.map(LEVELS.index))
    rows = list(found.itertuples(index=False, name="Row"))
    return next((row for row in rows if not math.isnan(row.value)), rows[0] if rows else None)


def like_these(page: Page, row: Any) -> Any:
    """Give the row of the same number whose interval is for jurors like these; None where there is none."""
    return page.row(**{name: getattr(row, name) for name in SAME_NUMBER}, at=LIKE_THESE)


def beside(page: Page, rows: pd.DataFrame) -> pd.DataFrame:
    """Add to rows the intervals for jurors like these: columns `like_low`, `like_high` and the like.

    A row whose only interval is for jurors like these has it there, and none of its own.
    """
    others = page.rows(**dict.fromkeys(SAME_NUMBER), at=LIKE_THESE).set_index(list(SAME_NUMBER))
    found = others[["low", "high", "interval", "interval_reason"]].reindex(
        pd.MultiIndex.from_frame(rows[[*SAME_NUMBER]])
    )
    found = found.fillna({"interval": "", "interval_reason": ""}).set_axis(rows.index)
    wide = rows["interval"].str.contains(targets.LIKE_THESE)
    found[wide] = rows.loc[wide, found.columns]
    rows = rows.assign(**{name: rows[name].mask(wide) for name in ("low", "high", "se")})
    rows.loc[wide, "interval"] = ""
    return pd.concat([rows, found.add_prefix("like_")], axis=1)


def jurors(page: Page, ids: Iterable[str]) -> list[str]:
    """Give the ids of jurors in the order of their surnames."""
    return page.words.sorted(set(ids), key=lambda name: _surname_first(page.label("juror", name)))


def _surname_first(name: str) -> str:
    """Give the last word of a name before the others.

    >>> _surname_first("dr Anna Nowak")
    'Nowak dr Anna'
    """
    *first, last = name.split() or [""]
    return " ".join([last, *first])


def points(page: Page, row: Any, *, decimals: int = 1) -> str:
    """Give the value of a row with its unit: `1,4 pkt`."""
    return in_unit(page, row.value, row.uom, decimals=decimals)


def on_scale(page: Page, row: Any) -> str:
    """Give the value of a row, with one decimal from 1 on, its unit and the scale: `1,4 pkt na skali 0–10`."""
    if row.uom != "points":
        return points(page, row, decimals=2)
    scale = page.edition.scale(row.criterion or page.edition.criteria[0].id)
    said = {
        "value": page.words.number(row.value, 1 if row.value >= 1 else 2),
        "scale": f"{scale.minimum:g}–{scale.maximum:g}",
    }
    return page.say("panel.unit.points_on", **said).replace(" ", "\u00a0", 1)


def in_unit(page: Page, value: float, uom: str, *, decimals: int = 1) -> str:
    """Give a number of points with its unit."""
    return page.say(f"panel.unit.{uom}", value=page.words.number(value, decimals)).replace(" ", "\u00a0", 1)


def unit(page: Page, frame: pd.DataFrame) -> str:
    """Give the name of the unit the rows are in."""
    return page.say(f"panel.unit_name.{frame['uom'].iloc[0]}")


def confidence(page: Page, rows: Any = None) -> str:
    """Give the confidence of the rows' intervals (of the configuration where they have none) as per cent."""
    known = [] if rows is None else [value for value in rows["confidence"] if value == value]
    return page.words.share(known[0] if known else page.competition.analysis.confidence)


def with_interval(page: Page, row: Any, *, decimals: int = 2) -> str:
    """Give a value with its interval in words."""
    value = page.words.number(row.value, decimals)
    if math.isnan(row.low):
        return page.say("panel.value.plain", value=value)
    ends = page.words.interval(row.low, row.high, decimals)
    return page.say("panel.value.interval", value=value, confidence=page.words.share(row.confidence), interval=ends)


def verdict(page: Page, row: Any) -> str:
    """Give a value with its interval, and the words it has earned with their limits and source."""
    earned = bands.band(row.measure, row.value)
    value = with_interval(page, row)
    if earned is None:
        return value
    return page.say(
        "bands.verdict", value=value, word=page.say(earned.key), range=reach(page, earned), short=earned.short
    )


def band_word(page: Page, row: Any) -> str:
    """Give the brief word a value has earned, with its source; empty where it has none."""
    earned = bands.band(row.measure, row.value)
    return f"{page.say(earned.brief)} ({earned.short})" if earned else ""


def spans(page: Page, row: Any) -> str:
    """Say that the interval of a value reaches into other bands; empty where it does not."""
    low, high = bands.band(row.measure, row.low), bands.band(row.measure, row.high)
    if low is None or high is None or low == high:
        return ""
    return page.say("bands.spans", low=page.say(low.key), high=page.say(high.key))


def reach(page: Page, band: bands.Band) -> str:
    """Give the limits of a band in words."""
    low, high = (page.words.number(end, 3).rstrip("0") for end in (band.low, band.high))
    if math.isinf(band.low):
        return page.say("bands.below_limit", limit=high)
    if math.isinf(band.high):
        return page.say("bands.above_limit", limit=low)
    return page.say("bands.between_limits", low=low, high=high)


def p_value(page: Page, value: float) -> str:
    """Give a p value as `= 0,03` or `< 0,001`."""
    if value < 0.001:
        return page.say("panel.p.below", limit=page.words.number(0.001, 3))
    return page.say("panel.p.is", value=page.words.number(value, 3))


def p_cell(page: Page, value: float) -> str:
    """Give a p value for a cell of a table: `0,031`, `< 0,001`, or empty where there is none."""
    if math.isnan(value):
        return ""
    return page.words.number(value, 3) if value >= 0.001 else p_value(page, value)


def variant(page: Page, text: str) -> str:
    """Give the name of an estimator in the page's language; as it is stored where it has no words."""
    return next((page.say(key) for key in (f"panel.variant.{text}", f"variants.{text}") if page.words.has(key)), text)


def method(page: Page, frame: pd.DataFrame) -> str:
    """Give how the rows' intervals were made, each way once, numbers that differ from row to row as a range."""
    ways: dict[str, list[str]] = {}
    for text in frame["interval"]:
        if text:
            ways.setdefault(way_key(text), []).append(text)
    said = [way_in_words(page, *texts) for texts in ways.values()]
    return page.words.listing(said) if said else page.say("panel.method.none")


def way_in_words(page: Page, *texts: str) -> str:
    """Give one way to make an interval in the page's language: its numbers are kept, whom it is for is not."""
    key = way_key(texts[0])
    if not texts[0]:
        return page.say("panel.method.none")
    if not page.words.has(key):
        return texts[0]
    places = zip(*(map(int, re.findall(r"\d+", text)) for text in texts), strict=True)
    ends = [dict.fromkeys([min(numbers), max(numbers)]) for numbers in places]
    said = [DASH.join(page.words.number(number) for number in pair) for pair in ends]
    return page.say(key, **{f"n{place}": number for place, number in enumerate(said)})


def way_key(text: str) -> str:
    """Give the key of the words for a way to make an interval, its numbers as N, without whom it is for.

    >>> way_key("t, linearised over 12 clusters, these jurors")
    'panel.method.t, linearised over N clusters'
    """
    way = re.sub(f", (few jurors|{targets.THESE}|{targets.LIKE_THESE})", "", text)
    return "panel.method." + re.sub(r"\d+", "N", way)


def counts(page: Page, stage: str) -> dict[str, str]:
    """Give the numbers of dossiers, jurors and marks of a stage in words: blanks of many texts."""
    found = {}
    for noun in ("dossier", "juror", "score"):
        row = page.row(measure=f"n_{noun}s", stage=stage)
        found[f"{noun}s"] = page.words.count(noun, int(row.value) if row else 0)
    return {"stage": page.label("stage", stage), **found}


def used(page: Page, row: Any) -> dict[str, str]:
    """Give the numbers a row rests on in words: blanks of many texts."""
    nouns = {"dossier": row.n_units, "juror": row.n_jurors, "score": row.n_scores}
    found = {f"{noun}s": page.words.count(noun, 0 if n is pd.NA else int(n)) for noun, n in nouns.items()}
    return {"stage": page.label("stage", row.stage), **found}


def ends(frame: pd.DataFrame) -> list[tuple[float, float]]:
    """Give the ends of the rows' intervals."""
    return list(zip(frame["low"], frame["high"], strict=True))


def inner(frame: pd.DataFrame) -> list[tuple[float, float]]:
    """Give the ends of the inner, half intervals: the value and `HALF` standard errors either way."""
    return [(value - HALF * se, value + HALF * se) for value, se in zip(frame["value"], frame["se"], strict=True)]
