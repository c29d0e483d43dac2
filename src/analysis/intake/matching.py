"""Offices by the parts of their names: a link where kind, number and place are equal and one office has them all.

A likeness of letters links nothing; it only says what a person may look at (`suggest`).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import pandas as pd
from rapidfuzz import fuzz, process

from analysis.intake.codes import READERS
from analysis.intake.grid import key
from analysis.intake.inflection import NOMINATIVE, names
from analysis.intake.offices import OfficeName, parse_office, places, plain, vocabulary

SUGGESTED = 3
"""Offices suggested for one name at most."""

LEAST = 60.0
"""Likeness (0-100) below which nothing is suggested."""

OTHER_KIND, UNKNOWN_KIND, OTHER_NUMBER = 15.0, 5.0, 10.0
"""Points of likeness taken from an office of another kind, where a kind is not known, of another number."""


@dataclass
class OfficeIndex:
    """The offices of a register, found by the parts of their names and by their codes."""

    parts: dict[tuple[str, str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    parsed: dict[str, OfficeName] = field(default_factory=dict)
    official: dict[str, str] = field(default_factory=dict)
    regions: dict[str, str] = field(default_factory=dict)
    codes: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    refused: dict[str, set[str]] = field(default_factory=dict)
    places: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    of_place: list[str] = field(default_factory=list)
    of_title: list[str] = field(default_factory=list)

    def find(self, text: str) -> str | None:
        """Give the one office that a name or a code means, or None where there is none or several.

        A name that several offices in Poland share links only together with its voivodeship.
        """
        found = self.candidates(text) - self.refused.get(key(text), set())
        if len(found) != 1 or (not self._coded(text) and _shared(parse_office(text))):
            return None
        return next(iter(found))

    def candidates(self, text: str) -> set[str]:
        """Give the offices whose kind, number and place a name shares, or which have this code."""
        coded = self._coded(text)
        if coded:
            return coded
        name = parse_office(text)
        if not name.kind:
            return set()
        for reading in places(name):
            found = {office for place in reading for office in self.parts.get((name.kind, name.number, place), ())}
            found = {office for office in found if self._fits(office, name)}
            if found:
                return self._nearest(found, name) if len(found) > 1 else found
        return set()

    def title(self, text: str) -> str:
        """Give the official name of the office that a text means, or nothing."""
        return self.official.get(self.find(text) or "", "")

    def suggestions(self, text: str) -> list[tuple[str, str, float]]:
        """Give the offices whose names come nearest, with their official names and likeness (0-100), best first."""
        return [(office, self.official[office], score) for office, score in self._ranked(text)]

    def _ranked(self, text: str) -> list[tuple[str, float]]:
        name = parse_office(text)
        best: dict[str, float] = dict.fromkeys(sorted(self.candidates(text)), 100.0)
        asked = {plain(" ".join(name.words)), *(place for reading in places(name) for place in sorted(reading)[:8])}
        for place in sorted(asked - {""}):
            for _, score, index in process.extract(place, self.places, scorer=fuzz.ratio, limit=4 * SUGGESTED):
                self._keep(best, self.of_place[index], score, name)
        for _, score, index in process.extract(plain(text), self.titles, scorer=fuzz.token_sort_ratio, limit=SUGGESTED):
            self._keep(best, self.of_title[index], score, name)
        for office in self.refused.get(key(text), ()):
            best.pop(office, None)
        ranked = sorted(best.items(), key=lambda entry: (-entry[1], entry[0]))
        return [(office, round(score)) for office, score in ranked[:SUGGESTED] if score >= LEAST]

    def _keep(self, best: dict[str, float], office: str, score: float, name: OfficeName) -> None:
        own = self.parsed[office]
        if own.kind != name.kind:
            score -= OTHER_KIND if own.kind and name.kind else UNKNOWN_KIND
        if own.number != name.number:
            score -= OTHER_NUMBER
        best[office] = max(best.get(office, 0.0), score)

    def _coded(self, text: str) -> set[str]:
        if not any(sign.isdigit() for sign in text):
            return set()
        for column, read in READERS.items():
            code = read(text)
            found = self.codes.get(f"{column} {_lasting(column, code.text)}") if code.valid else None
            if found:
                return set(found)
        return set()

    def _fits(self, office: str, name: OfficeName) -> bool:
        own = self.parsed[office]
        region = own.region or self.regions[office]
        if name.region and region and name.region != region:
            return False
        return not name.county or name.county == own.county

    def _nearest(self, found: set[str], name: OfficeName) -> set[str]:
        """Among offices that share a reading, those written in the very same words."""
        words = plain(" ".join(name.words))
        same = {office for office in found if plain(" ".join(self.parsed[office].words)) == words}
        return same or found


def index_offices(offices: pd.DataFrame, *, refused: dict[str, set[str]] | None = None) -> OfficeIndex:
    """Index a register of offices.

    Parameters
    ----------
    offices : DataFrame
        Table `offices` of `schema`.
    refused : dict, optional
        Written name → offices that a person said it does not mean.
    """
    index = OfficeIndex(refused=refused or {})
    adjectives = defaultdict(list)
    for adjective, seats in vocabulary().counties.items():
        for seat in seats:
            adjectives[seat].append(adjective)
    for row in offices.to_dict("records"):
        office, name = row["office"], parse_office(row["name"])
        index.parsed[office], index.official[office] = name, row["name"]
        index.regions[office] = plain(row["region"])
        known = _known_places(name, row["place"])
        for place in known:
            index.parts[name.kind, name.number, place].add(office)
        for column in READERS:
            if row[column]:
                index.codes[f"{column} {_lasting(column, row[column])}"].add(office)
        index.titles.append(plain(row["name"]))
        index.of_title.append(office)
        others = [adjective for place in known for adjective in adjectives[place]] if name.kind == "county" else []
        for place in [*sorted(known)[:8], *others]:
            index.places.append(place)
            index.of_place.append(office)
    return index


def _shared(name: OfficeName) -> bool:
    """Tell whether several offices of the country have this kind and place, and the name does not say which."""
    known = vocabulary().namesakes.get(name.kind, frozenset())
    return not name.region and any(reading & known for reading in places(name))


def _known_places(name: OfficeName, place: str) -> set[str]:
    """The places an office may be at: the one the register says, where the name may mean it."""
    possible = {one for reading in places(name) for one in reading}
    said = names(tuple(plain(place).split()), NOMINATIVE, short=vocabulary().short) if place else frozenset()
    return set(said & possible) or possible


def _lasting(column: str, code: str) -> str:
    """The part of a code that stays: the last digit of a TERC changes when a gmina becomes a town."""
    return code[:6] if column == "terc" else code
