"""One total parser of cells: text → number, missing with a reason, or reject with a reason.

It never guesses silently: a range, a plus, a fraction, a date or an ambiguous `1.234` is a reject, with the number
it may have meant as a proposal.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.intake.grid import DATE, ERROR, FORMULA, NUMBER, TEXT


@dataclass(frozen=True)
class Number:
    """A number; `repair` is the code of a fixed rule that took something away to read it, or empty."""

    value: float
    repair: str = ""


@dataclass(frozen=True)
class Missing:
    """No number, for this reason (one of `config.MISSING`)."""

    reason: str


@dataclass(frozen=True)
class Reject:
    """Something a person has to look at: its code (a finding) and the number it may have meant, or empty."""

    code: str
    proposal: str = ""


Cell = Number | Missing | Reject

VOCABULARY = {
    "missing": ("", "-", "–", "—", "brak", "b/d", "bd", "b.d.", "brak danych"),
    "not_scored": ("brak oceny", "nie oceniono"),
    "not_applicable": ("n/d", "nd", "nd.", "n.d.", "nie dotyczy", "n/a", "not applicable"),
    "recused": ("s", "w", "wył.", "wył", "wyłączony", "wyłączona", "ki", "konflikt", "konflikt interesów"),
    "abstained": ("wstrzymuję się", "wstrz", "wstrz."),
    "dont_know": ("trudno powiedzieć", "nie mam zdania", "nie wiem", "don't know"),
    "refused": ("odmowa",),
}
"""Texts that mean a missing score, by reason; case and diacritics do not matter."""

_MONTHS = {
    name: number
    for names in (
        ("sty", "lut", "mar", "kwi", "maj", "cze", "lip", "sie", "wrz", "paz", "lis", "gru"),
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
        ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii"),
    )
    for number, name in enumerate(names, start=1)
}
"""Months as Polish and English spreadsheets shorten them, and in Roman numbers."""
_ROMAN = ("iii", "vii", "xii")
_PLAIN = re.compile(r"-?[0-9]{1,15}(?:[.,][0-9]{1,15})?")
_AMBIGUOUS = re.compile(r"-?[1-9][0-9]{0,2}[.,][0-9]{3}")
_GROUPED = re.compile(r"-?[0-9]{1,3}(?: [0-9]{3})+(?:[.,][0-9]{1,15})?")
_POINT_GROUPS = re.compile(r"-?[0-9]{1,3}(?:\.[0-9]{3})+(?:,[0-9]{1,15})")
_COMMA_GROUPS = re.compile(r"-?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]{1,15})")
_WITH_UNIT = re.compile(r"(-?[0-9.,]+) ?(?:pkt|p|pts|punkt(?:y|ów)?|points?)\.?", re.IGNORECASE)
_ERROR = re.compile(r"#(?:[A-ZĄĆĘŁŃÓŚŹŻ_ ]{2,}(?:/[A-Z0])?|[A-Z]/[A-Z])[!?]?|#{2,}")
_ISO_DATE = re.compile(r"[0-9]{4}[-/.]([0-9]{2})[-/.]([0-9]{2})(?:[T ].*)?")
_DAY_MONTH_YEAR = re.compile(r"([0-9]{1,2})[.\-/]([0-9]{1,2})[.\-/](?:[0-9]{4}|[0-9]{2})")
_DAY_MONTH_WORD = re.compile(r"([0-9]{1,2})[. \-]*([a-z]+)\.?(?:[ \-.]*[0-9]{2,4})?(?: ?r\.?)?")
_MONTH_WORD_DAY = re.compile(r"([a-z]+)\.?[ \-.]([0-9]{1,2})")
_ANY_NUMBER = re.compile(r"[0-9]+(?:[.,][0-9]+)?")
_SPACES = re.compile(r"\s+")
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
"""Signs of no width that word processors leave behind."""


def fold(text: str) -> str:
    """Give a text without case, diacritics and doubled blanks.

    >>> fold(" Wstrzymuję  SIĘ")
    'wstrzymuje sie'
    """
    plain = _plain(text).casefold().replace("ł", "l")
    decomposed = unicodedata.normalize("NFD", plain)
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))


def _plain(text: str) -> str:
    """A text with single plain blanks: hard, thin and narrow ones count as blanks, signs of no width as nothing."""
    return _SPACES.sub(" ", text.translate(_INVISIBLE)).strip()


def vocabulary(tokens: Mapping[str, str], *, instead: Mapping[str, str] | None = None) -> dict[str, str]:
    """Join the common texts for a missing score with the tokens a competition declares.

    Parameters
    ----------
    tokens : mapping
        Declared text → reason; a declared text overrules the common one.
    instead : mapping, optional
        Reason → other reason, or "" to leave the texts of that reason out.
    """
    swap = instead or {}
    common = {word: swap.get(reason, reason) for word, reason in COMMON.items()}
    declared = {fold(word): reason for word, reason in tokens.items()}
    return {word: reason for word, reason in common.items() if reason} | declared


COMMON = {fold(word): reason for reason, words in VOCABULARY.items() for word in words}


def decimal_mark(texts: Iterable[str]) -> str:
    """Give the decimal mark a column uses: `,`, `.`, or empty where its cells do not settle it.

    Only a cell that can be read in one way speaks: `7,5` does, `1.234` does not.

    >>> decimal_mark(["7,5", "8", "1.234"]), decimal_mark(["1.234"]), decimal_mark(["7,5", "7.5"])
    (',', '', '')
    """
    marks = set()
    for cell in texts:
        bare = _plain(cell)
        unit = _WITH_UNIT.fullmatch(bare)
        text = unit[1] if unit else bare
        if _POINT_GROUPS.fullmatch(text):
            marks.add(",")
        elif _COMMA_GROUPS.fullmatch(text):
            marks.add(".")
        elif _GROUPED.fullmatch(text) or (_PLAIN.fullmatch(text) and not _AMBIGUOUS.fullmatch(text)):
            marks |= {"," if "," in text else "."} if "," in text or "." in text else set()
    return marks.pop() if len(marks) == 1 else ""


def parse(text: str, *, mark: str = "", missing: Mapping[str, str] | None = None) -> Cell:
    """Read one cell of text; every text has an answer.

    Parameters
    ----------
    text : str
        The cell.
    mark : str
        Decimal mark of its column (`decimal_mark`); it settles what `1.234` means.
    missing : mapping, optional
        Folded text → reason (`vocabulary`).

    >>> parse("7,5"), parse("brak"), parse("7-8")
    (Number(value=7.5, repair=''), Missing(reason='missing'), Reject(code='not_a_number', proposal=''))
    >>> parse("1.234"), parse("1.234", mark=",")
    (Reject(code='ambiguous_number', proposal=''), Number(value=1234.0, repair=''))
    """
    words = COMMON if missing is None else missing
    folded = fold(text)
    if folded in words:
        return Missing(words[folded])
    plain = _plain(text).replace("\u2212", "-")
    value = _number(plain, mark) or _without_unit(plain, mark) or _reject(plain, folded)
    return _declared(value, words) if isinstance(value, Number) else value


def _number(text: str, mark: str) -> Number | Reject | None:
    if _AMBIGUOUS.fullmatch(text):
        if not mark:
            return Reject("ambiguous_number")
        return Number(float(text.replace(",", ".") if mark in text else text.replace(",", "").replace(".", "")))
    if _POINT_GROUPS.fullmatch(text):
        return Number(float(text.replace(".", "").replace(",", ".")))
    if _COMMA_GROUPS.fullmatch(text):
        return Number(float(text.replace(",", "")))
    if _PLAIN.fullmatch(text) or _GROUPED.fullmatch(text):
        return Number(float(text.replace(" ", "").replace(",", ".")))
    return None


def _without_unit(text: str, mark: str) -> Number | None:
    found = _WITH_UNIT.fullmatch(text)
    number = _number(found[1], mark) if found else None
    return Number(number.value, "unit_removed") if isinstance(number, Number) else None


def _declared(number: Number, words: Mapping[str, str]) -> Cell:
    """A declared token that is a number is met by value: `99` also takes `99,0`."""
    whole = f"{number.value:g}"
    return Missing(words[whole]) if whole in words else number


def _reject(text: str, folded: str) -> Reject:
    if _ERROR.fullmatch(text.upper()):
        return Reject("error_value")
    day_month = _date(folded)
    if day_month:
        return Reject("date_in_number", day_month)
    numbers = _ANY_NUMBER.findall(text)
    single = len(numbers) == 1 and not re.search(r"[-/½¼¾%+<>≈~]", text)
    return Reject("not_a_number", f"{float(numbers[0].replace(',', '.')):g}" if single else "")


def _date(folded: str) -> str:
    """The number a date was born from; empty where the text is no date.

    `3.5` becomes 3 May: the proposal is day.month. `5.24` cannot be a day and becomes May 2024: it is month.year.
    """
    if found := _ISO_DATE.fullmatch(folded):
        return f"{int(found[2])}.{int(found[1])}"
    if found := _DAY_MONTH_YEAR.fullmatch(folded):
        return f"{int(found[1])}.{int(found[2])}"
    if (found := _DAY_MONTH_WORD.fullmatch(folded)) and (month := _month(found[2])):
        return f"{int(found[1])}.{month}"
    if (found := _MONTH_WORD_DAY.fullmatch(folded)) and (month := _month(found[1])):
        number = int(found[2])
        return f"{number}.{month}" if number <= max(_MONTHS.values()) else f"{month}.{number:02}"
    return ""


def _month(word: str) -> int:
    """The number of a month: its first three letters, or its Roman number; 0 where the word is none."""
    return _MONTHS.get(word) or (_MONTHS.get(word[:3], 0) if len(word) >= 3 and word[:3] not in _ROMAN else 0)


@dataclass(frozen=True, eq=False)
class Column:
    """A column that was read: arrays of one length; exactly one of number, reason and reject speaks in each place.

    `value` is NaN where there is no number, `missing` and `reject` are empty where they do not apply; `proposal` is
    what a rejected cell may have meant, or empty; `repair` is the code of what was taken away to read a number.
    """

    value: np.ndarray
    missing: np.ndarray
    reject: np.ndarray
    proposal: np.ndarray
    repair: np.ndarray


def read_column(texts: Sequence[str], *, kinds: np.ndarray | None = None, missing: Mapping[str, str]) -> Column:
    """Read a column of cells; each distinct cell is parsed once.

    Parameters
    ----------
    texts : sequence of str, length n
        The cells.
    kinds : array of int, shape (n,), optional
        What a workbook says about each cell (`grid.NUMBER`, ...); text where absent.
    missing : mapping
        Folded text → reason (`vocabulary`).

    Returns
    -------
    Column
        Five arrays of shape (n,).
    """
    pairs = list(zip(texts, [TEXT] * len(texts) if kinds is None else kinds.tolist(), strict=True))
    distinct = dict.fromkeys(pairs)
    mark = decimal_mark(text for text, kind in distinct if kind == TEXT)
    read = [_typed(text, kind, mark, missing) for text, kind in distinct]
    codes = {pair: code for code, pair in enumerate(distinct)}
    places = np.array([codes[pair] for pair in pairs], dtype=int)
    value = np.array([getattr(cell, "value", np.nan) for cell in read], dtype=float)
    texts_of = {"missing": "reason", "reject": "code", "proposal": "proposal", "repair": "repair"}
    said = {name: np.array([getattr(c, part, "") for c in read], dtype=object) for name, part in texts_of.items()}
    return Column(value=value[places], **{name: array[places] for name, array in said.items()})


def _typed(text: str, kind: int, mark: str, missing: Mapping[str, str]) -> Cell:
    if kind == NUMBER:
        return _declared(Number(float(text)), missing)
    if kind == DATE:
        return Reject("date_in_number", _date(fold(text)))
    if kind == ERROR:
        return Reject("error_value")
    if kind == FORMULA:
        return Reject("formula_without_value")
    return parse(text, mark=mark, missing=missing)
