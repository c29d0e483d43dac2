"""Columns of answers → the answers to each item: codes and texts, boxes, several answers in one cell, other scales."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.config import Competition, Scale, SurveyLayout, SurveySource
from analysis.errors import DataError
from analysis.intake.cells import Column, fold, read_column, vocabulary
from analysis.intake.grid import Block, key, regex
from analysis.intake.limesurvey import Codebook, three_way, without_guard

NO_SURVEY_WORDS = {"recused": "", "abstained": "", "not_scored": "missing"}
"""Texts for a missing score that mean nothing, or less, in a survey."""

TICKED = ("y", "yes", "tak", "1", "x", "true", "prawda", "checked", "zaznaczono")
UNTICKED = ("n", "no", "nie", "0", "2", "false", "falsz", "unchecked", "nie zaznaczono")
"""What exports write for a box, folded; `2` where yes and no were exported as 1 and 2."""

OTHER = "-oth-"
"""LimeSurvey's code of the answer "other"."""


@dataclass(frozen=True)
class Part:
    """A column that holds answers to an item; `labels` are the answers a cell may join, `label` the item's own."""

    item: str
    name: str
    column: int
    label: str = ""
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Answers:
    """The answers to one item: each distinct cell read once.

    Attributes
    ----------
    item : str
        The item.
    raw : array of str, shape (k,)
        Distinct cells as written.
    read : Column
        What each of them means, arrays of shape (k,).
    codes : array of int, shape (n,)
        Which of them each respondent gave.
    columns : array of int, shape (n,)
        Column of the sheet in which it stands.
    """

    item: str
    raw: np.ndarray
    read: Column
    codes: np.ndarray
    columns: np.ndarray

    @property
    def value(self) -> np.ndarray:
        """The answers on the item's scale, NaN where there is none, shape (n,)."""
        return self.read.value[self.codes]

    @property
    def missing(self) -> np.ndarray:
        """Reasons without an answer, empty where there is one, shape (n,)."""
        return self.read.missing[self.codes]

    @property
    def reject(self) -> np.ndarray:
        """Codes of what was set aside, empty where nothing was, shape (n,)."""
        return self.read.reject[self.codes]

    @property
    def not_asked(self) -> bool:
        """Whether nobody was shown the item, as far as the file tells."""
        silent = (self.raw == "") | (self.read.missing == "not_shown")
        return bool(len(self.codes)) and bool(silent.all())

    def frame(self) -> pd.DataFrame:
        """Give a row a respondent: `value_raw`, `value`, `missing`."""
        missing = np.full(len(self.codes), "not_shown", dtype=object) if self.not_asked else self.missing
        columns = {"value_raw": self.raw[self.codes], "value": self.value, "missing": missing}
        return pd.DataFrame(columns).assign(item=self.item)


def parts(block: Block, layout: SurveyLayout, *, name: str, known: Sequence[str]) -> list[Part]:
    """Find every column of answers that the layout describes.

    Parameters
    ----------
    block : Block
        The rows of data and their header.
    layout : SurveyLayout
        `items`, `options` and `match`.
    name : str
        Name of the layout, for errors.
    known : sequence of str
        Items of the instrument.

    Raises
    ------
    DataError
        A regex of `match` fits no column, or gives an item that the instrument does not have.
    """
    found = [Part(item, head, block.position(head)) for head, item in layout.items.items()]
    for head, labels in layout.options.items():
        column = block.position(head)
        found += [Part(item, head, column, label, tuple(labels)) for label, item in labels.items()]
    taken = {part.column for part in found}
    for pattern, item in layout.match.items():
        search = regex(pattern, f"layouts.toml [{name}] match")
        fits = [(column, search.fullmatch(" ".join(head.split()))) for column, head in enumerate(block.headers)]
        fits = [(column, met) for column, met in fits if met and column not in taken]
        if not fits:
            raise DataError(
                f"{block.sheet.where}: no column fits {pattern!r} of layouts.toml [{name}] match. Correct it."
            )
        for column, met in fits:
            meant = met.expand(item)
            if meant not in known:
                raise DataError(
                    f"layouts.toml [{name}] match: {block.headers[column]!r} gives the item {meant!r}, which the "
                    "instrument does not have. Correct it."
                )
            found.append(Part(meant, block.headers[column], column))
            taken.add(column)
    return found


def read_answers(
    block: Block,
    rows: np.ndarray,
    found: Sequence[Part],
    source: SurveySource,
    *,
    competition: Competition,
    book: Codebook,
) -> list[Answers]:
    """Read the answers of the given rows, an `Answers` an item, in the order of the layout.

    Parameters
    ----------
    block : Block
        The rows of data and their header.
    rows : array of int, shape (n,)
        Rows of the sheet.
    found : sequence of Part
        Columns of answers (`parts`).
    source : SurveySource
        Names the layout and the instrument.
    competition : Competition
        Scales and the missing vocabulary.
    book : Codebook
        The questionnaire, empty where the layout names none.
    """
    layout = competition.layouts[source.layout]
    words = vocabulary({**competition.missing, **layout.missing}, instead=NO_SURVEY_WORDS)
    if layout.kind == "limesurvey":
        words |= {"n/a": "not_shown", OTHER: "not_applicable"}
        words |= {fold(text): reason for text, reason in layout.missing.items()}
    made = []
    for item in dict.fromkeys(part.item for part in found):
        mine = [part for part in found if part.item == item]
        reader = _Reader(layout, competition.item_scale(source.instrument, item), words, book)
        if item in layout.ticks:
            several = [_ticks(block, rows, part, _group(part, found), words) for part in mine]
        else:
            several = [reader.read(block, rows, part) for part in mine]
        made.append(several[0] if len(several) == 1 else _joined(several))
    return made


@dataclass(frozen=True)
class _Reader:
    """What is needed to read the cells of one item."""

    layout: SurveyLayout
    scale: Scale
    words: Mapping[str, str]
    book: Codebook

    def read(self, block: Block, rows: np.ndarray, part: Part) -> Answers:
        raw, kinds = block.sheet.cells[rows, part.column], block.sheet.kinds[rows, part.column]
        codes, first = _distinct(raw, kinds)
        given, kinds = raw[first], kinds[first]
        if part.labels:
            read = _choice(given, part, self.words)
        else:
            texts = self._numbers(given, part.name)
            read = read_column(texts, kinds=kinds, missing=self.words)
        read = self._on_scale(self._recoded(read, part))
        return Answers(part.item, given, read, codes, np.full(len(rows), part.column))

    def _numbers(self, given: np.ndarray, name: str) -> np.ndarray:
        """Put numbers in the place of codes and texts: the layout's, the scale's labels, the questionnaire's."""
        plain = without_guard(given) if self.layout.kind == "limesurvey" else given
        meant = {fold(text): number for number, label in self.scale.labels.items() for text in label.values()}
        meant |= {fold(code): number for code, number in self.layout.answers.items()}
        book = self.book.answers.get(name.partition("[")[0], {})
        for label, code in book.items():
            if fold(code) in meant or label in meant:
                number = meant.get(fold(code), meant.get(label))
            else:
                number = code if code.lstrip("-").isdigit() else None
            if number is not None:
                meant.setdefault(label, number)
                meant.setdefault(fold(code), number)
        if self.layout.kind == "limesurvey" and not any(fold(text) in meant for text in plain if text):
            meant |= {text: f"{level:g}" for text, level in three_way(plain, self.scale.levels).items()}
        return np.array([meant.get(fold(text), text) if text else "" for text in plain] or [], dtype=object)

    def _recoded(self, read: Column, part: Part) -> Column:
        bands = self.layout.recode.get(part.name) or self.layout.recode.get(part.item)
        if not bands:
            return read
        value = np.full(len(read.value), np.nan)
        for low, high, new in bands:
            value[(read.value >= low) & (read.value <= high)] = new
        lost = np.isnan(value) & ~np.isnan(read.value)
        return replace(read, value=value, reject=np.where(lost, "off_scale_answer", read.reject))

    def _on_scale(self, read: Column) -> Column:
        wrong = np.array([not np.isnan(value) and not self.scale.allows(value) for value in read.value], dtype=bool)
        return replace(read, reject=np.where(wrong & (read.reject == ""), "off_scale_answer", read.reject))


def _distinct(raw: np.ndarray, kinds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Number the distinct cells: the number of each, and where each stands first."""
    codes = pd.factorize(raw)[0] if len(raw) else np.zeros(0, dtype=int)
    if kinds.any():
        codes = pd.factorize(codes * 8 + kinds)[0]
    first = np.full(codes.max() + 1 if len(codes) else 0, len(codes))
    np.minimum.at(first, codes, np.arange(len(codes)))
    return codes, first


def chosen(text: str, labels: Sequence[str]) -> set[str]:
    """Give the labels that a cell joins by `;` or by a comma; a label may hold commas itself.

    >>> sorted(chosen("Internet, prasa, Znajomi, inne", ["Internet, prasa", "Znajomi", "prasa"]))
    ['Internet, prasa', 'Znajomi']
    """
    by_length = sorted(labels, key=len, reverse=True)
    rest, met = key(text), set()
    while rest:
        label = next((one for one in by_length if _leads(rest, key(one))), None)
        if label is not None:
            met.add(label)
            rest = rest[len(key(label)) :].lstrip(" ;,")
        else:
            cut = min((place for place in (rest.find(";"), rest.find(", ")) if place >= 0), default=len(rest))
            rest = rest[cut:].lstrip(" ;,")
    return met


def _leads(text: str, label: str) -> bool:
    after = text[len(label) :].lstrip()
    return bool(label) and text.startswith(label) and (not after or after[0] in ";,")


def _choice(given: np.ndarray, part: Part, words: Mapping[str, str]) -> Column:
    """Read whether cells of several answers hold the one of this item: 1 or 0; a cell that says nothing is missing."""
    missing = np.array([words.get(fold(text), "") for text in given] or [], dtype=object)
    said = np.array([float(part.label in chosen(text, part.labels)) for text in given] or [], dtype=float)
    return _column(np.where(missing == "", said, np.nan), missing)


def _column(value: np.ndarray, missing: np.ndarray, reject: np.ndarray | None = None) -> Column:
    blank = np.full(len(value), "", dtype=object)
    return Column(value, missing, blank if reject is None else reject, blank, blank)


def _group(part: Part, found: Sequence[Part]) -> list[int]:
    """Columns of the boxes of one question."""
    question = part.name.partition("[")[0]
    return [other.column for other in found if other.name.partition("[")[0] == question]


def _ticks(block: Block, rows: np.ndarray, part: Part, group: Sequence[int], words: Mapping[str, str]) -> Answers:
    """Read a box: an empty cell is a box not ticked only where the question was surely shown.

    It was where another box of the question is ticked, or says no. Otherwise the export cannot tell a question left
    out from one never shown, and the answer is missing. `N/A` says that the question was never shown.
    """
    cells = np.array([fold(text) for text in block.sheet.cells[np.ix_(rows, group)].ravel()] or [], dtype=object)
    shown = np.isin(cells.reshape(len(rows), len(group)), [*TICKED, *UNTICKED]).any(axis=1)
    raw = block.sheet.cells[rows, part.column]
    near = np.array([fold(text) for text in raw] or [], dtype=object)
    value = np.select([np.isin(near, TICKED), np.isin(near, UNTICKED) | ((near == "") & shown)], [1.0, 0.0], np.nan)
    missing = np.array([words.get(text, "") for text in near] or [], dtype=object)
    missing = np.where(np.isnan(value), missing, "")
    reject = np.where(np.isnan(value) & (missing == ""), "not_a_number", "").astype(object)
    read = _column(value, missing, reject)
    return Answers(part.item, raw, read, np.arange(len(rows)), np.full(len(rows), part.column))


def _joined(several: Sequence[Answers]) -> Answers:
    """Join the columns of one item: the one that holds a number speaks; two different numbers are set aside."""
    value, missing, reject = (np.array([getattr(one, n) for one in several]) for n in ("value", "missing", "reject"))
    raw = np.array([one.raw[one.codes] for one in several], dtype=object)
    silent = np.isin(missing, ["missing", "not_shown"])
    rank = np.select([(reject == "") & ~np.isnan(value), reject != "", ~silent, missing == "missing"], [0, 1, 2, 3], 4)
    rank = rank + 0.5 * (raw == "")
    pick, everyone = rank.argmin(axis=0), np.arange(raw.shape[1])
    low = np.where(rank < 1, value, np.inf).min(axis=0)
    high = np.where(rank < 1, value, -np.inf).max(axis=0)
    said = np.where((low < high) & (high > -np.inf), "two_answers", reject[pick, everyone]).astype(object)
    read = _column(value[pick, everyone], missing[pick, everyone].astype(object), said)
    columns = np.array([one.columns for one in several])[pick, everyone]
    return Answers(several[0].item, raw[pick, everyone], read, everyone, columns)
