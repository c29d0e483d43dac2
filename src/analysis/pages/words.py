"""Words, numbers and dates of a language.

`Words("pl")` holds every text of `words/pl/*.toml` under `<file>.<path>`; a key that no file of its own has is
looked up in `common.toml`. A missing key or blank is an error, never an empty page.
"""

from __future__ import annotations

import datetime as dt
import difflib
import functools
import math
import string
import tomllib
from collections.abc import Callable, Iterable, Mapping
from importlib import resources
from typing import Any

from babel import Locale
from babel.dates import format_date

from analysis.errors import DataError

LANGUAGES = ("pl", "en")
NBSP, MINUS, DASH = "\u00a0", "\u2212", "\u2013"
_DECIMAL = {"pl": ",", "en": "."}
_ALPHABET = {letter: index for index, letter in enumerate("aąbcćdeęfghijklłmnńoópqrsśtuvwxyzźż")}


class Words:
    r"""Texts and formats of one language.

    Parameters
    ----------
    language
        `pl` or `en`.
    own
        A competition's own texts by whole key, which take the place of the project's; their blanks are those of
        the text they replace, or fewer.

    Raises
    ------
    KeyError
        There are no words of that language.
    DataError
        The project has no such text, or an own text has a blank that the project's has not.

    >>> Words("en", {"common.plural.office.other": "{n} couples"}).count("office", 3)
    '3\xa0couples'
    """

    def __init__(self, language: str, own: Mapping[str, Any] | None = None):
        self.language = language
        self.entries = load(language)
        if own:
            self.entries = {**self.entries, **_checked(own, self.entries, language)}

    def has(self, key: str) -> bool:
        """Tell whether there is a text (or a list of texts) under `key`."""
        return key in self.entries or f"common.{key}" in self.entries

    def text(self, key: str, **blanks: str | int) -> str:
        """Give the text of `key` with its blanks filled; whole numbers are formatted, other numbers refused.

        Raises
        ------
        KeyError
            There is no such text, or it has a blank that is not given.
        TypeError
            A blank is not a text; format it with `number`, `share`, `count` … first.

        >>> Words("en").text("common.interval_of", confidence="95%", interval="0.4–0.6")
        '95% interval 0.4–0.6'
        """
        entry = self._entry(key)
        if not isinstance(entry, str):
            raise KeyError(f"words {self.language}: {key!r} is a list of texts, not a text")
        return self._fill(key, entry, blanks)

    def texts(self, key: str, **blanks: str | int) -> tuple[str, ...]:
        """Give the paragraphs of `key`: a list of texts, or one text; errors as in `text`."""
        entry = self._entry(key)
        return tuple(self._fill(key, text, blanks) for text in ([entry] if isinstance(entry, str) else entry))

    def number(self, value: float, decimals: int = 0) -> str:
        r"""Write a number: NBSP between thousands, the language's decimal sign, a real minus; a dash for NaN.

        >>> Words("pl").number(-12345.678, 1)
        '−12\xa0345,7'
        """
        if value is None or not math.isfinite(value):
            return DASH
        text = f"{abs(value):,.{decimals}f}"
        sign = MINUS if value < 0 and text.strip("0.,") else ""
        return sign + text.translate({ord(","): NBSP, ord("."): _DECIMAL[self.language]})

    def share(self, value: float, decimals: int = 0) -> str:
        r"""Write a share (0-1) as per cent.

        >>> Words("pl").share(0.456), Words("en").share(0.456)
        ('46\xa0%', '46%')
        """
        if value is None or not math.isfinite(value):
            return DASH
        return self.number(100 * value, decimals) + ("%" if self.language == "en" else f"{NBSP}%")

    def count(self, noun: str, n: float, decimals: int = 0) -> str:
        r"""Write a number with its noun in the right form.

        `noun` is a key of `common.plural`, or a whole key (`agreement.plural.pair`).

        >>> [Words("pl").count("office", n) for n in (1, 2, 5, 22)]
        ['1\xa0urząd', '2\xa0urzędy', '5\xa0urzędów', '22\xa0urzędy']
        >>> Words("pl").count("office", 1.5, 1)
        '1,5\xa0urzędu'
        """
        key = noun if "." in noun else f"common.plural.{noun}"
        form = Locale(self.language).plural_form(n if decimals else round(n))
        return self.text(f"{key}.{form}", n=self.number(n, decimals)).replace(" ", NBSP, 1)

    def noun(self, noun: str, n: float) -> str:
        """Give the form that a noun takes beside a number that stands apart from it.

        >>> [Words("pl").noun("juror", n) for n in (1, 2, 8)]
        ['osoba oceniająca', 'osoby oceniające', 'osób oceniających']
        """
        key = noun if "." in noun else f"common.plural.{noun}"
        return self.text(f"{key}.{Locale(self.language).plural_form(round(n))}", n="").strip()

    def date(self, iso: str | dt.date) -> str:
        r"""Write a date: `29 czerwca 2024 r.`, `29 June 2024`; "" for "".

        >>> Words("pl").date("2024-06-29")
        '29\xa0czerwca 2024\xa0r.'
        """
        if not iso:
            return ""
        day = iso if isinstance(iso, dt.date) else dt.date.fromisoformat(iso)
        text = format_date(day, "d\u00a0MMMM y", locale=self.language)
        return f"{text}{NBSP}r." if self.language == "pl" else text

    def interval(self, low: float, high: float, decimals: int = 2) -> str:
        """Write an interval: `0,41–0,62`; with words where an end is negative.

        >>> Words("pl").interval(0.412, 0.623), Words("en").interval(-0.1, 0.25, 1)
        ('0,41–0,62', '−0.1 to 0.2')
        """
        ends = self.number(low, decimals), self.number(high, decimals)
        if DASH in ends:
            return DASH
        if any(end.startswith(MINUS) for end in ends):
            return self.text("common.from_to", low=ends[0], high=ends[1])
        return DASH.join(ends)

    def listing(self, texts: Iterable[str]) -> str:
        """Join texts as a sentence does: `a, b i c`."""
        *first, last = list(texts) or [""]
        return f"{', '.join(first)} {self.text('common.and')} {last}" if first else last

    def sorted(self, items: Iterable[Any], key: Callable[[Any], str] = str) -> list[Any]:
        """Sort by the Polish alphabet (a ą b c ć …), in both languages, so that lists stand in the same order.

        >>> Words("pl").sorted(["Łódź", "Zamość", "Lublin", "Żory", "Ćmielów", "Cieszyn"])
        ['Cieszyn', 'Ćmielów', 'Lublin', 'Łódź', 'Zamość', 'Żory']
        """
        return sorted(items, key=lambda item: _collation(key(item)))

    def _entry(self, key: str) -> Any:
        for name in (key, f"common.{key}"):
            if name in self.entries:
                return self.entries[name]
        raise KeyError(f"words {self.language}: there is no {key!r}; add it to words/{self.language}")

    def _fill(self, key: str, text: str, blanks: Mapping[str, str | int]) -> str:
        filled = {}
        for name in blanks_of(text):
            if name not in blanks:
                raise KeyError(f"words {self.language}: {key!r} has the blank {name!r}, which is not given")
            value = blanks[name]
            if not isinstance(value, str) and (isinstance(value, float | bool) or not hasattr(value, "__index__")):
                raise TypeError(f"words {self.language}: {key!r}, blank {name!r}: format {value!r} first")
            filled[name] = value if isinstance(value, str) else self.number(int(value))
        return text.format_map(filled) if filled else text.replace("{{", "{").replace("}}", "}")


def blanks_of(text: str) -> set[str]:
    """Give the names of the blanks of a text.

    >>> sorted(blanks_of("{n} of {total}"))
    ['n', 'total']
    """
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def _checked(own: Mapping[str, Any], entries: Mapping[str, Any], language: str) -> Mapping[str, Any]:
    for key, entry in own.items():
        where = f"competition.toml: [words.{language}] {key!r}"
        if key not in entries:
            near = difflib.get_close_matches(key, entries, n=1)
            raise DataError(
                f"{where}: there is no such text{f'; did you mean {near[0]!r}?' if near else ''} Correct it."
            )
        if isinstance(entry, str) != isinstance(entries[key], str):
            raise DataError(f"{where}: give {'one text' if isinstance(entries[key], str) else 'a list of texts'}.")
        strange = _blanks(entry) - _blanks(entries[key])
        if strange:
            known = ", ".join(sorted(_blanks(entries[key]))) or "none"
            raise DataError(f"{where}: there is no blank {', '.join(sorted(strange))}; there are: {known}. Correct it.")
    return own


def _blanks(entry: Any) -> set[str]:
    return blanks_of(entry if isinstance(entry, str) else " ".join(entry))


@functools.cache
def load(language: str) -> dict[str, Any]:
    """Read every text of a language: whole key → text or list of texts.

    Raises
    ------
    KeyError
        There are no words of that language.
    """
    if language not in LANGUAGES:
        raise KeyError(f"there are no words of language {language!r}; there are: {', '.join(LANGUAGES)}")
    entries: dict[str, Any] = {}
    folder = resources.files("analysis.pages") / "words" / language
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if file.name.endswith(".toml"):
            _flatten(file.name.removesuffix(".toml"), tomllib.loads(file.read_text("utf-8")), entries)
    return entries


def _flatten(path: str, value: Any, entries: dict[str, Any]) -> None:
    if isinstance(value, dict):
        for name, entry in value.items():
            _flatten(f"{path}.{name}", entry, entries)
    else:
        entries[path] = value


def _collation(text: str) -> list[tuple[int, str]]:
    return [(_ALPHABET.get(letter, -1 if not letter.isalpha() else 99), letter) for letter in text.casefold()]
