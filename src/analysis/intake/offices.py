"""The name of an office taken apart: its kind, its number, its place; and the offices that share all three."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from analysis.intake.cells import fold
from analysis.intake.inflection import GENITIVE, LOCATIVE, NOMINATIVE, names

_HERE = Path(__file__).parent
_WORD = re.compile(r"[^\W_]+")
_PREPOSITIONS = {"w", "we"}
_QUALIFIERS = {"woj": "region", "wojewodztwo": "region", "wojewodztwa": "region"}
_QUALIFIERS |= {"pow": "county", "powiat": "county", "powiatu": "county"}
_REGIONAL = {"voivode": 0, "marshal": 1}
_GENITIVE_KINDS = {"town", "district"}
"""Kinds whose place may stand in the genitive: Urząd Miasta Poznania, but never Urząd Gminy Puław."""


@dataclass(frozen=True)
class Vocabulary:
    """What kinds of offices are called: folded phrases (tuples of words) → kind, and the words of places.

    `seats`: voivodeship → seats of voivode and marshal; `counties`: adjective → seats; `namesakes`: kind → places
    with several offices of that kind.
    """

    phrases: dict[tuple[str, ...], str]
    units: dict[tuple[str, ...], str]
    numbered: dict[str, str]
    numbers: dict[str, str]
    short: dict[str, tuple[str, ...]]
    seats: dict[str, tuple[str, str]]
    counties: dict[str, tuple[str, ...]]
    namesakes: dict[str, frozenset[str]]


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """Give the words of public administration (office_words.toml, counties.toml, namesakes.toml)."""
    words, counties, namesakes = (
        tomllib.loads((_HERE / f"{name}.toml").read_text(encoding="utf-8"))
        for name in ("office_words", "counties", "namesakes")
    )
    return Vocabulary(
        phrases=_phrases(words["kinds"]),
        units=_phrases(words["units"]),
        numbered={fold(text): kind for text, kind in words["numbered"].items()},
        numbers={fold(text): number for number, texts in words["numbers"].items() for text in texts},
        short={fold(text): tuple(map(fold, stands)) for text, stands in words["short"].items()},
        seats={plain(name): tuple(map(plain, seats)) for name, seats in words["voivodeships"].items()},
        counties={plain(name): tuple(map(plain, seats)) for name, seats in counties.items()},
        namesakes={kind: frozenset(map(plain, texts)) for kind, texts in namesakes.items()},
    )


def plain(text: str) -> str:
    """Give the folded words of a text.

    >>> plain("Bielsko-Biała, woj. śląskie")
    'bielsko biala woj slaskie'
    """
    return " ".join(_WORD.findall(fold(text)))


@dataclass(frozen=True)
class OfficeName:
    """The parts of an office's name.

    Attributes
    ----------
    kind : str
        Kind of office, a key of `kinds` in office_words.toml, or empty where the words name none.
    number : str
        Number among the offices of its kind in one place, or empty.
    words : tuple of str
        Words of the place as they are written.
    case : str
        Case of the place as far as the words say it: `NOMINATIVE`, `LOCATIVE`, or empty.
    region, county : str
        What the name adds to tell apart places of one name, folded, or empty.
    """

    kind: str
    number: str
    words: tuple[str, ...]
    case: str = ""
    region: str = ""
    county: str = ""


def parse_office(text: str) -> OfficeName:
    """Take the name of an office apart.

    >>> parse_office("II US w Bajkowie")
    OfficeName(kind='tax', number='2', words=('Bajkowie',), case='locative', region='', county='')
    >>> parse_office("URZAD GMINY PULAWY").kind == parse_office("Urząd Miasta Puławy").kind
    False
    """
    written = tuple(_WORD.findall(text))
    near = tuple(fold(word) for word in written)
    kind, start, end = _kind(near)
    if not kind:
        return OfficeName("", "", written)
    before, after = list(written[:start]), list(written[end:])
    number = _number(before, after)
    if kind in vocabulary().numbered:
        kind = vocabulary().numbered[kind] if number else ""
    after, added = _qualifiers(after, kind)
    if kind == "voivode" and before:  # Małopolski Urząd Wojewódzki w Krakowie
        return OfficeName(kind, number, tuple(before), NOMINATIVE, **added)
    if before and after:
        return OfficeName("", number, written, **added)
    if before:
        return OfficeName(kind, number, tuple(before), NOMINATIVE, **added)
    if after and fold(after[0]) in _PREPOSITIONS:
        return OfficeName(kind, number, tuple(after[1:]), LOCATIVE, **added)
    return OfficeName(kind, number, tuple(after), "", **added)


def places(name: OfficeName) -> tuple[frozenset[str], ...]:
    """Give the places a name may mean, in the nominative and folded, the readings nearest to the words first.

    >>> [sorted(reading) for reading in places(parse_office("Starostwo Pilskie"))]
    [['pila']]
    """
    words = vocabulary()
    if not name.words:
        return ()
    if name.kind in _REGIONAL:
        return _regions(name)
    if name.kind == "county" and not name.case:
        seats = {seat for text in _adjectives(name.words) for seat in words.counties.get(text, ())}
        if seats:  # a name of several counties says which only together with its voivodeship
            return (frozenset(seats),) if len(seats) == 1 or name.region else ()
    if name.case:
        return (names(name.words, name.case, short=words.short),)
    readings = [names(name.words, NOMINATIVE, short=words.short)]
    if name.kind in _GENITIVE_KINDS:
        readings.append(names(name.words, GENITIVE, short=words.short))
    return tuple(readings)


def _regions(name: OfficeName) -> tuple[frozenset[str], ...]:
    """The voivodeship of a regional office, by its adjective or by its seat."""
    seats = vocabulary().seats
    cut = next((place for place, word in enumerate(name.words) if fold(word) in _PREPOSITIONS), len(name.words))
    found = {text for text in _adjectives(name.words[:cut], ending="ie") if text in seats}
    if not found:
        seat = names(name.words, name.case or NOMINATIVE, short=vocabulary().short)
        found = {region for region, both in seats.items() if both[_REGIONAL[name.kind]] in seat}
    return (frozenset(found),) if len(found) == 1 else ()


def _adjectives(words: Sequence[str], ending: str = "i") -> set[str]:
    """An adjective of a county (`pilski`) or a voivodeship (`śląskie`) in the nominative, whatever case it is in."""
    stems = [re.sub(r"(iego|ie|i)$", "", plain(word)) for word in words]
    if not stems:
        return set()
    first = [plain(word) for word in words][:-1]
    return {" ".join([*first, stems[-1] + ending]), " ".join(stem + ending for stem in stems)}


def _kind(near: tuple[str, ...]) -> tuple[str, int, int]:
    """The kind that the words name, and where: a phrase for an office anywhere, a unit only in front."""
    words = vocabulary()
    longest = max(map(len, words.phrases))
    for start in range(len(near)):
        for end in range(min(len(near), start + longest), start, -1):
            if near[start:end] in words.phrases:
                return words.phrases[near[start:end]], start, end
        if near[start] in words.numbered:
            return near[start], start, start + 1
    for end in range(min(len(near), longest), 0, -1):
        if near[:end] in words.units:
            return words.units[near[:end]], 0, end
    return "", 0, 0


def _number(before: list[str], after: list[str]) -> str:
    """Take the number of an office out of the words before or after its kind."""
    numbers = vocabulary().numbers
    if before and fold(before[0]) in numbers:
        return numbers[fold(before.pop(0))]
    if after and fold(after[0]) == "nr":
        after.pop(0)
    if after and fold(after[0]) in numbers and len(after) > 1:
        return numbers[fold(after.pop(0))]
    return ""


def _qualifiers(after: list[str], kind: str) -> tuple[list[str], dict[str, str]]:
    """Cut off what tells apart places of one name: `woj. lubelskie`, `powiat pilski`."""
    added = {"region": "", "county": ""}
    kept: list[str] = []
    target = ""
    for word in after:
        near = fold(word)
        mark = _QUALIFIERS.get(near, "")
        if mark and kept:
            target = mark
        elif target:
            added[target] = f"{added[target]} {near}".strip()
        elif near == "siedziba" and kept and fold(kept[-1]) == "z":
            return kept[:-1], added
        elif not mark or kind not in (*_REGIONAL, "county"):
            kept.append(word)
    return kept, {name: _nominative_region(text) if name == "region" else text for name, text in added.items()}


def _nominative_region(text: str) -> str:
    return next((name for name in sorted(_adjectives(text.split(), ending="ie")) if name in vocabulary().seats), text)


def _phrases(kinds: dict[str, list[str]]) -> dict[tuple[str, ...], str]:
    return {tuple(plain(text).split()): kind for kind, texts in kinds.items() for text in texts}
