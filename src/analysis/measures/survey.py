"""What the clients answered: people, items, dimensions and the whole questionnaire, wave by wave."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd

from analysis.config import Competition
from analysis.errors import NotDefined
from analysis.measures.rows import COUNTED, Rows, attempt
from analysis.measures.waves import Wave, favourable, read_waves
from analysis.statistics import survey as statistics
from analysis.statistics.resample import Interval
from analysis.statistics.trends import (
    clustered_difference_interval,
    difference_interval,
    difference_of_means,
)

NOT_ASKED = NotDefined("no_data", "nobody answered this item in this wave")
ONLY_COUNTS = NotDefined("only_counts", "paper counts say how many gave an answer, not who")


def measure(tables: dict[str, pd.DataFrame], competition: Competition, edition: str = "") -> pd.DataFrame:
    """Measure all waves of the survey; `edition` is "", the only part there is."""
    rows = Rows(edition=edition)
    waves = read_waves(tables, competition)
    confidence = competition.analysis.confidence
    if not waves:
        none = NotDefined("no_data", "no edition names a survey")
        rows.add("n_respondents", none, None, uom="persons")
    for wave in waves:
        under = rows.under(wave=wave.name)
        _people(under, wave, confidence)
        for place in range(len(wave.instrument.items)):
            _item(under.under(item=wave.instrument.items[place].id), wave, place, confidence)
        if not wave.joint:
            _only_counts(under, wave)
            continue
        for dimension in wave.instrument.dimensions:
            _dimension(under.under(item=f"dim:{dimension.id}"), wave, dimension.id, confidence)
        _index(under, wave, confidence)
    for item in dict.fromkeys(item.id for wave in waves for item in wave.instrument.items):
        _changes(rows.under(item=item), waves, item, confidence)
    return rows.frame()


def _people(rows: Rows, wave: Wave, confidence: float) -> None:
    people, complete = len(wave.complete), int(wave.complete.sum())
    if not wave.joint:
        least = rows.under(variant="at least: the most answers to one item, office by office")
        least.add("n_respondents", people, COUNTED, uom="persons", n_respondents=people)
        rows.add("n_complete", ONLY_COUNTS, None, uom="persons")
        rows.add("share_complete", ONLY_COUNTS, None, uom="share")
        return
    rows.add("n_respondents", people, COUNTED, uom="persons", n_respondents=people)
    rows.add("n_complete", complete, COUNTED, uom="persons", n_respondents=people)
    ends = attempt(statistics.wilson_interval, complete, people, confidence=confidence)
    value = complete / people if people else ends
    rows.add("share_complete", value, ends, uom="share", n_respondents=people)


def _only_counts(rows: Rows, wave: Wave) -> None:
    """Say that what joins several answers of one person cannot be known from counts."""
    for dimension in wave.instrument.dimensions:
        for name, uom in {"dimension_mean": "points", "cronbach_alpha": "coefficient"}.items():
            rows.under(item=f"dim:{dimension.id}").add(name, ONLY_COUNTS, None, uom=uom)
    rows.add("index_mean", ONLY_COUNTS, None, uom="points")


def _item(rows: Rows, wave: Wave, place: int, confidence: float) -> None:
    answers, scale, item = wave.answers[:, place], wave.scales[place], wave.instrument.items[place]
    if not np.isfinite(answers).any():
        for name, uom in {"item_mean": "points", "item_top2": "share", "item_missing": "share"}.items():
            rows.add(name, NOT_ASKED, None, uom=uom, n_respondents=0)
        return
    if scale.level == "nominal":
        unfit = NotDefined("wrong_level", "the answers are names without an order")
        rows.add("item_mean", unfit, None, uom="points")
    else:
        _mean(rows, "item_mean", wave, answers, confidence, uom="points")
    best = favourable(scale, item)
    few = NotDefined("wrong_level", "the scale has fewer than three levels")
    if best and scale.level != "nominal":
        _share(rows, "item_top2", wave, _hits(answers, best), confidence)
    else:
        rows.add("item_top2", few, None, uom="share")
    shown = np.where(wave.shown[:, place], (~np.isfinite(answers)).astype(float), np.nan)
    _share(rows.under(variant="of the people shown the item"), "item_missing", wave, shown, confidence)
    for level in scale.levels:
        _share(rows.under(at=f"{level:g}"), "item_share", wave, _hits(answers, [level]), confidence)


def _hits(answers: np.ndarray, levels: list[float]) -> np.ndarray:
    """Give 1 where the answer is one of the levels, 0 where it is another, NaN where there is none."""
    hit = np.isclose(answers[:, None], levels).any(axis=1).astype(float)
    return np.where(np.isfinite(answers), hit, np.nan)


def _mean(rows: Rows, name: str, wave: Wave, values: np.ndarray, confidence: float, *, uom: str) -> None:
    value = attempt(statistics.mean, values)
    ends = attempt(statistics.mean_interval, values, cluster=wave.cluster, confidence=confidence)
    rows.add(name, value, ends, uom=uom, **_base(wave, values))


def _share(rows: Rows, name: str, wave: Wave, hits: np.ndarray, confidence: float) -> None:
    value = attempt(statistics.share, hits)
    ends = attempt(statistics.share_interval, hits, cluster=wave.cluster, confidence=confidence)
    rows.add(name, value, ends, uom="share", **_base(wave, hits))


def _base(wave: Wave, values: np.ndarray) -> dict[str, int]:
    there = np.isfinite(values)
    return {"n_respondents": int(there.sum()), "n_offices": wave.number_of_offices(there)}


def _dimension(rows: Rows, wave: Wave, dimension: str, confidence: float) -> None:
    places = wave.of_dimension(dimension)
    means, uom = wave.mean_of(places)
    under = rows.under(variant=f"mean over {len(places)} items, at least half of them answered")
    _mean(under, "dimension_mean", wave, means, confidence, uom=uom)
    answers = wave.oriented(places) if uom == "points" else wave.percent(places)
    value = attempt(statistics.cronbach_alpha, answers)
    ends = attempt(statistics.feldt_interval, answers, confidence=confidence)
    complete = int(np.isfinite(answers).all(axis=1).sum()) if places else 0
    alpha = rows.under(variant=f"{len(places)} items, respondents who answered all")
    alpha.add("cronbach_alpha", value, ends, uom="coefficient", n_respondents=complete)


def _index(rows: Rows, wave: Wave, confidence: float) -> None:
    places = wave.common()
    means, uom = wave.mean_of(places)
    under = rows.under(variant=f"mean over {len(places)} items, at least half of them answered")
    _mean(under, "index_mean", wave, means, confidence, uom=uom)
    for office in sorted(set(wave.offices) - {""}):
        inside = means[wave.offices == office]
        value = attempt(statistics.mean, inside)
        ends = attempt(statistics.mean_interval, inside, confidence=confidence)
        by_office = under.under(subject_type="office", subject=office)
        answered = int(np.isfinite(inside).sum())
        by_office.add("index_mean", value, ends, uom=uom, n_respondents=answered)


def _changes(rows: Rows, waves: list[Wave], item: str, confidence: float) -> None:
    """Add the change of an item's mean between neighbouring waves in which it was answered."""
    asked = [(wave, place) for wave in waves for place in wave.asked() if wave.instrument.items[place].id == item]
    for (earlier, before), (later, after) in pairwise(asked):
        one, other = earlier.answers[:, before], later.answers[:, after]
        under = rows.under(wave=later.name, versus_type="wave", versus=earlier.name)
        value = _comparable(earlier, before, later, after) or attempt(difference_of_means, one, other)
        ends = _change_interval(earlier, one, later, other, confidence)
        answered = int(np.isfinite(one).sum() + np.isfinite(other).sum())
        under.add("item_change", value, ends, uom="points", n_respondents=answered)


def _comparable(earlier: Wave, before: int, later: Wave, after: int) -> NotDefined | None:
    same_scale = earlier.scales[before] == later.scales[after]
    same_item = earlier.instrument.items[before].label == later.instrument.items[after].label
    if same_scale and same_item and earlier.scales[before].level != "nominal":
        return None
    return NotDefined("not_comparable", "the item has other words or another scale in the two waves")


def _change_interval(
    earlier: Wave, one: np.ndarray, later: Wave, other: np.ndarray, confidence: float
) -> Interval | NotDefined:
    if earlier.cluster is None or later.cluster is None:
        return attempt(difference_interval, one, other, confidence=confidence)
    labels = {"cluster_earlier": earlier.cluster, "cluster_later": later.cluster}
    return attempt(clustered_difference_interval, one, other, **labels, confidence=confidence)
