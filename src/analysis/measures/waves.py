"""Waves of a survey: respondents in rows, items in columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.config import Competition, Instrument, Item, Scale
from analysis.measures.slices import shared_scale
from analysis.statistics.scales import composite


@dataclass(frozen=True)
class Wave:
    """The answers of one wave.

    Attributes
    ----------
    name : text
        Id of the wave.
    instrument : Instrument
        Its questionnaire.
    scales : tuple of Scale, one an item
    answers : array, shape (respondents, items)
        Answers on the scale of each item, as given; NaN where there is none.
    shown : array of flags, shape (respondents, items)
        Whether the item was put to the respondent.
    offices : array of text, shape (respondents,)
        Office the answers are about, or empty.
    cluster : array of int, shape (respondents,), or None
        Number of the office, the same in every wave; a respondent without an office is alone. None where fewer than
        two offices are known: then every respondent is alone.
    complete : array of flags, shape (respondents,)
        Whether the last page was sent.
    joint : flag
        Whether a row is one person. False where only counts by item are known (`tallies`): then each column of an
        office is filled on its own, and nothing that needs two items of one person is defined.
    """

    name: str
    instrument: Instrument
    scales: tuple[Scale, ...]
    answers: np.ndarray
    shown: np.ndarray
    offices: np.ndarray
    cluster: np.ndarray | None
    complete: np.ndarray
    joint: bool = True

    def number_of_offices(self, respondents: np.ndarray) -> int:
        """Count the offices that the chosen respondents (flags) speak about."""
        return len(set(self.offices[respondents]) - {""})

    def oriented(self, places: list[int]) -> np.ndarray:
        """Give the answers to these items with the best answer highest: an item asked the other way round is turned."""
        turned = [lowest_is_best(self.scales[place], self.instrument.items[place]) for place in places]
        ends = np.array([self.scales[place].minimum + self.scales[place].maximum for place in places])
        return np.where(turned, ends - self.answers[:, places], self.answers[:, places])

    def percent(self, places: list[int]) -> np.ndarray:
        """Give the answers to these items in per cent of the range, best answer = 100."""
        low = np.array([self.scales[place].minimum for place in places])
        high = np.array([self.scales[place].maximum for place in places])
        return 100 * (self.oriented(places) - low) / (high - low)

    def asked(self) -> list[int]:
        """Places of the items that anybody answered."""
        return [place for place, any_answer in enumerate(np.isfinite(self.answers).any(axis=0)) if any_answer]

    def of_dimension(self, dimension: str) -> list[int]:
        """Places of the items of a dimension that anybody answered."""
        return [place for place in self.asked() if self.instrument.items[place].dimension == dimension]

    def common(self) -> list[int]:
        """Places of the items asked on the scale that most of them share (the first such scale where equal)."""
        kinds = [_kind(self.scales[place]) for place in self.asked()]
        most = max(kinds, key=kinds.count, default=None)
        return [place for place, kind in zip(self.asked(), kinds, strict=True) if kind == most]

    def mean_of(self, places: list[int]) -> tuple[np.ndarray, str]:
        """Give each respondent's mean over items and its unit.

        Points where the items share a scale, else POMP; NaN below half of the items.
        """
        same = places and shared_scale(tuple(self.scales[place] for place in places))
        answers = self.oriented(places) if same else self.percent(places)
        return composite(answers, weights=np.ones(len(places))), "points" if same else "POMP"


def read_waves(tables: dict[str, pd.DataFrame], competition: Competition) -> list[Wave]:
    """Give the waves that the editions name, in the order of the editions."""
    instruments: dict[str, Instrument] = {}
    for edition in competition.editions:
        for source in edition.surveys:
            instruments.setdefault(source.wave, competition.instruments[source.instrument])
    people, counted = tables["respondents"], tables["tallies"]
    names = pd.Index(sorted({*people["office"], *counted["office"]}))
    office = names.get_indexer(people["office"])
    people = people.assign(cluster=np.where(people["office"] == "", -1 - np.arange(len(people)), office))
    respondents = dict(tuple(people.groupby("wave", sort=False)))
    responses = dict(tuple(tables["responses"].groupby("wave", sort=False)))
    nobody, nothing = people.iloc[:0], tables["responses"].iloc[:0]
    tallied = dict(tuple(counted.groupby("wave", sort=False)))
    return [
        _tallied(name, instrument, tallied[name], competition, names)
        if name in tallied
        else _wave(name, instrument, respondents.get(name, nobody), responses.get(name, nothing), competition)
        for name, instrument in instruments.items()
    ]


def lowest_is_best(scale: Scale, item: Item) -> bool:
    """Tell whether the lowest answer to an item is the best."""
    return item.reverse or scale.direction == "lower"


def favourable(scale: Scale, item: Item) -> list[float]:
    """Give the two best levels of an item; none where the scale has fewer than three levels."""
    best_last = scale.levels[::-1] if lowest_is_best(scale, item) else scale.levels
    return best_last[-2:] if len(best_last) > 2 else []


def _wave(
    name: str, instrument: Instrument, people: pd.DataFrame, rows: pd.DataFrame, competition: Competition
) -> Wave:
    people = people.sort_values("respondent", ignore_index=True)
    places = {item.id: place for place, item in enumerate(instrument.items)}
    rows = rows[rows["item"].isin(places)]
    person = pd.Index(people["respondent"]).get_indexer(rows["respondent"])
    item = rows["item"].map(places).to_numpy(dtype=int)
    answers = np.full((len(people), len(places)), np.nan)
    shown = np.zeros(answers.shape, dtype=bool)
    known = person >= 0
    answers[person[known], item[known]] = rows["value"].to_numpy()[known]
    shown[person[known], item[known]] = (rows["missing"] != "not_shown").to_numpy()[known]
    return Wave(
        name=name,
        instrument=instrument,
        scales=tuple(competition.scales[entry.scale] for entry in instrument.items),
        answers=answers,
        shown=shown,
        offices=people["office"].to_numpy(dtype=object),
        cluster=people["cluster"].to_numpy() if people["office"].nunique() > 1 else None,
        complete=people["complete"].to_numpy(dtype=bool),
    )


def _tallied(
    name: str, instrument: Instrument, rows: pd.DataFrame, competition: Competition, offices: pd.Index
) -> Wave:
    """Write counts out, office by office; a column as long as the item that most people answered."""
    places = {item.id: place for place, item in enumerate(instrument.items)}
    blocks = []
    for _, part in rows[rows["item"].isin(places)].groupby("office", sort=True):
        answers = np.full((int(part.groupby("item")["count"].sum().max()), len(places)), np.nan)
        shown = np.zeros(answers.shape, dtype=bool)
        for item, counts in part.groupby("item"):
            many = counts["count"].to_numpy(dtype=int)
            values = pd.to_numeric(counts["at"], errors="coerce").to_numpy(dtype=float)
            answers[: many.sum(), places[item]] = np.repeat(values, many)
            shown[: many.sum(), places[item]] = np.repeat((counts["at"] != "not_shown").to_numpy(), many)
        blocks.append((answers, shown, np.full(len(answers), part["office"].iloc[0], dtype=object)))
    answers, shown, office = (np.concatenate(arrays) for arrays in zip(*blocks, strict=True))
    known = len(set(office)) > 1
    return Wave(
        name=name,
        instrument=instrument,
        scales=tuple(competition.scales[entry.scale] for entry in instrument.items),
        answers=answers,
        shown=shown,
        offices=office,
        cluster=offices.get_indexer(office) if known else None,
        complete=np.full(len(answers), True),
        joint=False,
    )


def _kind(scale: Scale) -> tuple:
    return (scale.minimum, scale.maximum, scale.step, scale.level, scale.direction)
