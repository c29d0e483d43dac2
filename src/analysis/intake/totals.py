"""Totals, means, ranks and maxima that a sheet states: recognised, never ingested, and held against our own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.config import Edition
from analysis.intake.cells import Missing, Number, fold, parse
from analysis.intake.grid import FORMULA, NUMBER
from analysis.intake.ledger import Finding, Journal

_KINDS = {
    "sum": r"(?:suma|sumy|razem|ogolem|lacznie|laczna|wynik (?:laczny|koncowy|ogolny)|sum|total|subtotal|grand total)",
    "mean": r"(?:srednia|sr\.|mean|average|avg)",
    "rank": r"(?:miejsce|lokata|pozycja|ranking|ranga|rank|place)",
}
"""What totals are called, without case and diacritics."""

_STARTS = {kind: re.compile(rf"{words}(?![a-z0-9_]).*") for kind, words in _KINDS.items()}
_ALONE = re.compile(rf"(?:{'|'.join(_KINDS[kind] for kind in ('sum', 'mean'))})\s*:?(?:\s*\(.*\))?")
_MAXIMUM = r"(?:(?:max|maks)\.?(?:imum|ymalnie|ymalna)?\s*:?\s*|do\s+|0\s*[-–—]\s*)?([0-9]+(?:[.,][0-9]+)?)"
_POINTS = r"\s*(?:pkt\.?|p\.|punkt\w*|points?|pts\.?)?"
_BEHIND = re.compile(rf"\s*[(\[]\s*{_MAXIMUM}{_POINTS}\s*[)\]]\s*$", re.IGNORECASE)
_WHOLE = re.compile(rf"\s*[(\[]?\s*{_MAXIMUM}{_POINTS}\s*[)\]]?\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Stated:
    """A total that a sheet states.

    `across` and `down` say how it sums up the judgements right and above (`sum`, `mean`, or empty where there is one
    only); `rank` stands alone. `rows` has the rows it may be about, in the order of likelihood, `columns` the columns.
    """

    row: int
    column: int
    cell: str
    label: str
    columns: tuple[int, ...]
    rows: tuple[tuple[int, ...], ...]
    across: str = ""
    down: str = ""


@dataclass(frozen=True)
class Maximum:
    """The maximum points that a sheet states for one criterion, or for several together (or for those `instead`)."""

    cell: str
    criteria: tuple[str, ...]
    points: float
    instead: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Rules:
    """Weights of the criteria, and -1 where the highest sum takes the first place, 1 where the lowest does."""

    weights: Mapping[str, float]
    sign: int


def kind_of_total(text: str) -> str:
    """Give what kind of total a text names: `sum`, `mean`, `rank`, or nothing.

    >>> kind_of_total("RAZEM (max. 20 pkt)"), kind_of_total("Średnia"), kind_of_total("Lokata"), kind_of_total("Sumy")
    ('sum', 'mean', 'rank', 'sum')
    >>> kind_of_total("Summary of staff")
    ''
    """
    folded = fold(text)
    return next((kind for kind, pattern in _STARTS.items() if pattern.fullmatch(folded)), "")


def is_total(text: str) -> bool:
    """Tell whether a text is nothing but the word for a total, as `RAZEM` or `Suma (obszar I)` is."""
    return _ALONE.fullmatch(fold(text)) is not None


def without_maximum(text: str) -> tuple[str, float | None]:
    """Part a text from the maximum points behind it.

    >>> without_maximum("Obsługa (max. 10 pkt)"), without_maximum("Obsługa [0–10]"), without_maximum("Obsługa")
    (('Obsługa', 10.0), ('Obsługa', 10.0), ('Obsługa', None))
    """
    found = _BEHIND.search(text)
    return (text[: found.start()], float(found[1].replace(",", "."))) if found else (text, None)


def maximum_of(text: str) -> float | None:
    """Give the maximum points that a whole text states, or None.

    >>> maximum_of("maks. 20 pkt"), maximum_of("0–10"), maximum_of("10"), maximum_of("dziesięć")
    (20.0, 10.0, 10.0, None)
    """
    found = _WHOLE.fullmatch(text)
    return float(found[1].replace(",", ".")) if found else None


def reconcile(cells: pd.DataFrame, readings: Iterable, edition: Edition, *, journal: Journal) -> None:
    """Compare what the sheets state with what their judgements give.

    Parameters
    ----------
    cells : DataFrame
        Judgements read as numbers and corrected, before any is set aside.
    readings : iterable of Reading
        The sheets, numbered as `reading` in `cells`.
    edition : Edition
        Its weights and scales.
    """
    columns = ["row", "column", "juror", "criterion", "value", "reject", "dossier", "corrected"]
    of = dict(iter(cells.groupby("reading", sort=False)))
    weights = {criterion.id: criterion.weight for criterion in edition.criteria}
    lowest = all(edition.scale(criterion).direction == "lower" for criterion in weights)
    rules = _Rules(weights, 1 if lowest else -1)
    for number, reading in enumerate(readings):
        _maxima(reading, edition, journal)
        if reading.stated and number in of:
            marks = {(row[0], row[1]): row for row in of[number][columns].itertuples(index=False, name=None)}
            _totals(reading, marks, rules, journal)


def _maxima(reading, edition: Edition, journal: Journal) -> None:
    for stated in reading.maxima:
        sums = [sum(edition.scale(name).maximum for name in names) for names in (stated.criteria, stated.instead)]
        ours = sums[0]
        if all(abs(stated.points - way) > 1e-9 for way in sums):
            said = ", ".join(stated.criteria)
            entry = Finding("maximum_differs", reading.sheet, stated.cell, said, f"{stated.points:g}", f"{ours:g}")
            journal.findings.append(entry)


def _totals(reading, marks: dict, rules: _Rules, journal: Journal) -> None:
    sheet = reading.sheet
    for stated in reading.stated:
        raw, kind = str(sheet.cells[stated.row, stated.column]), int(sheet.kinds[stated.row, stated.column])
        read = Number(float(raw)) if kind == NUMBER else parse(raw, mark="," if "," in raw else ".")
        if kind == FORMULA or isinstance(read, Missing):
            continue
        ways = [way for rows in stated.rows for way in _ways(stated, rows, marks, rules)]
        if not ways:
            continue
        value = read.value if isinstance(read, Number) else np.nan
        if not any(abs(value - way) <= _slack(raw, exact) for way, exact in ways) and not _corrected(stated, marks):
            entry = Finding("total_differs", sheet, stated.cell, _about(stated, marks), raw, f"{ways[0][0]:.6g}")
            journal.findings.append(entry)


def _corrected(stated: Stated, marks: dict) -> bool:
    """Tell whether corrections.csv changed a mark the total rests on: the sheet cannot know of it."""
    rows = {row for rows in stated.rows for row in rows}
    return any(mark[7] and mark[0] in rows and mark[1] in stated.columns for mark in marks.values())


def _about(stated: Stated, marks: dict) -> str:
    """Name the dossier and the juror a total is about, where it is about one, and what it is called."""
    places = [(row, column) for rows in stated.rows for row in rows for column in stated.columns]
    if stated.across == "rank":
        places = [(stated.row, column) for column in stated.columns]
    about = [marks[place] for place in places if place in marks]
    parts = []
    for name, place in (("dossier", 6), ("juror", 2)):
        met = {mark[place] for mark in about}
        parts += [f"{name} {met.pop()}"] if len(met) == 1 else []
    return ", ".join([*parts, stated.label])


def _slack(raw: str, exact: float) -> float:
    """How far a total may be off: nothing, or (`exact` times) half of its last decimal."""
    decimals = len(raw.replace(",", ".").partition(".")[2])
    return max(exact * 0.5 * 10.0 ** -min(decimals, 6), 0) + 1e-6


def _ways(stated: Stated, rows: tuple[int, ...], marks: dict, rules: _Rules) -> list[tuple[float, float]]:
    """Every value the total may rightly have, each with the number of roundings it went through."""
    if stated.across == "rank":
        return _ranks(stated, rows, marks, rules)
    lines, flat = [], []
    for row in rows:
        here = [marks[row, column] for column in stated.columns if (row, column) in marks]
        if any(mark[5] for mark in here):
            return []
        here = [mark for mark in here if not np.isnan(mark[4])]
        flat += [mark[4] for mark in here]
        if here:
            lines.append((_across(here, stated.across, rules), here[0][3]))
    if not lines:
        return []
    values = np.array([line for line, _ in lines])
    if not stated.down:
        return _plain([(way, at > 0 or stated.across == "mean") for at, way in enumerate(values[0])])
    if stated.down == "mean":
        return [(way, len(lines) + 1) for way in values.mean(axis=0)] + [(float(np.mean(flat)), 1)]
    rounded = len(lines) if stated.across == "mean" else 0
    ways = [(way, rounded) for way in values.sum(axis=0)]
    if len({criterion for _, criterion in lines}) == len(lines):
        weight = np.array([rules.weights[criterion] for _, criterion in lines])
        ways += [(weight @ values[:, 0], 1), (weight @ values[:, 0] / weight.sum(), 1)]
    return _plain(ways)


def _plain(ways: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """A way that gives the same as the plain sum is no reason to allow a rounding."""
    plain, exact = ways[0]
    return [(way, exact if abs(way - plain) < 1e-9 else roundings) for way, roundings in ways]


def _across(marks: list[tuple], how: str, rules: _Rules) -> list[float]:
    """The marks of one row as one number, in every way that is usual; the first is the plain one."""
    values = np.array([mark[4] for mark in marks])
    if not how:
        return [float(values[0])]
    weight = np.array([rules.weights[mark[3]] for mark in marks])
    jurors = len({mark[2] for mark in marks})
    weighted, share = float(weight @ values), float(weight @ values / weight.sum())
    if how == "mean":
        return [float(values.mean()), float(values.sum()) / jurors, share]
    return [float(values.sum()), weighted, share, float(values.sum()) / jurors, weighted / jurors]


def _ranks(stated: Stated, rows: tuple[int, ...], marks: dict, rules: _Rules) -> list[tuple[float, float]]:
    """The places a row may have by the sum of its marks, ties shared in any usual way."""
    whole = [[marks[row, column] for column in stated.columns if (row, column) in marks] for row in rows]
    unread = any(mark[5] or np.isnan(mark[4]) for line in whole for mark in line)
    if unread or not all(whole) or stated.row not in rows:
        return []
    ways = []
    for way in range(2):
        totals = pd.Series([_across(line, "sum", rules)[way] for line in whole], index=rows).round(9)
        for ties in ("min", "average", "first", "dense", "max"):
            ways.append((float((totals * rules.sign).rank(method=ties)[stated.row]), 0))
    return ways
