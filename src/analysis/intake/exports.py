"""What the tools that collect answers call their own columns: ids, dates, time spent, personal data."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.intake.grid import Block, key

NO_DATE = "1980-01-01"
"""What LimeSurvey writes as the date where a survey keeps none."""

PERSONAL = (
    *("token", "ipaddr", "refurl", "email", "firstname", "lastname", "useragent", "useragentdata", "user agent"),
    *("access code", "kod dostępu", "ip address", "adres ip", "referrer", "referrer url", "odniesienie (url)"),
    *("e-mail", "email address", "e-mail address", "adres e-mail", "adres email", "first name", "last name"),
    *("surname", "imię", "nazwisko", "imię i nazwisko", "phone", "phone number", "telefon", "numer telefonu"),
)
"""Columns that are personal whatever the layout says."""

_SLASHES = re.compile(r"([0-9]{1,4})/([0-9]{1,2})/([0-9]{2,4})(?![0-9])")
_CLOCK = re.compile(r"(?<![0-9:])([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?(?:\.[0-9]+)?(?: ?([AaPp])\.?[Mm]\b)?")


@dataclass(frozen=True)
class Export:
    """Headers of an export that the layout need not name; each a choice of which the file holds one or none.

    `parts` is a regex of the columns with the seconds spent on parts of the questionnaire.
    """

    respondent: tuple[str, ...] = ()
    start: tuple[str, ...] = ()
    end: tuple[str, ...] = ()
    other_dates: tuple[str, ...] = ()
    seconds: tuple[str, ...] = ()
    parts: str = ""
    token: tuple[str, ...] = ()
    address: tuple[str, ...] = ()
    personal: tuple[str, ...] = ()
    partials: bool = False


EXPORTS = {
    "limesurvey": Export(
        respondent=("id", "Response ID", "ID odpowiedzi", "Identyfikator odpowiedzi"),
        start=("startdate", "Date started", "Data rozpoczęcia"),
        end=("submitdate", "Date submitted", "Data wysłania", "Data przesłania"),
        other_dates=("datestamp", "Date last action", "Data ostatniej akcji"),
        seconds=("interviewtime", "Total time", "Czas całkowity"),
        parts=r"grouptime[ _:]*[0-9]+.*",
        token=("token", "Access code", "Kod dostępu"),
        address=("ipaddr", "IP address", "Adres IP"),
        partials=True,
    ),
    "google": Export(end=("Sygnatura czasowa", "Timestamp"), personal=("nazwa użytkownika", "username")),
    "microsoft": Export(
        respondent=("ID", "Identyfikator"),
        start=("Godzina rozpoczęcia", "Start time"),
        end=("Godzina ukończenia", "Completion time"),
        other_dates=("Czas ostatniej modyfikacji", "Last modified time"),
        personal=("nazwa", "name"),
    ),
    "surveylab": Export(
        respondent=("Id odpowiedzi",),
        start=("Data rozpoczęcia",),
        end=("Data zakończenia",),
        parts=r"czas spędzony na stronie [0-9]+ \(s\)",
        token=("Klucz odpowiedzi",),
        personal=("klucz odpowiedzi", *(f"custom {number}" for number in range(1, 9))),
        partials=True,
    ),
    "columns": Export(token=("token",), address=("ipaddr", "IP address", "Adres IP")),
    "tallies": Export(),
}
"""Every kind of survey layout. Sources of the names: the tools' own exports, in Polish and English."""


def is_own(header: str, names: Sequence[str]) -> bool:
    """Tell whether a header is one of these names, with a code before it or underscores for blanks too.

    >>> is_own("ipaddr. IP address", ["ipaddr"]), is_own("Date_submitted", ["Date submitted"]), is_own("q1", ["id"])
    (True, True, False)
    """
    near = key(header)
    writings = {near, key(near.replace("_", " ")), near.split(". ", 1)[0]}
    return any(key(name) in writings for name in names)


def own(block: Block, names: Sequence[str]) -> int | None:
    """Give the index of the column that is one of these names, or None."""
    return next((column for column, header in enumerate(block.headers) if header and is_own(header, names)), None)


def texts(block: Block, names: Sequence[str], rows: np.ndarray) -> np.ndarray:
    """Give the texts of the column that is one of these names; empty texts where there is none."""
    column = own(block, names)
    return np.full(len(rows), "", dtype=object) if column is None else block.sheet.cells[rows, column]


def dates(columns: Sequence[np.ndarray]) -> np.ndarray:
    """Give ISO dates: of each row the first text that is a date; the stand-in 1980-01-01 is none.

    Parameters
    ----------
    columns : sequence of arrays of str, shape (n,)
        In order of preference.
    """
    found = np.full(len(columns[0]) if columns else 0, "", dtype=object)
    for column in columns:
        order = day_first(column)
        days = np.array([text[:10] if text[4:5] == "-" else text for text in column], dtype=object)
        codes, distinct = pd.factorize(days)
        known = np.array([iso(text, day_first=order) for text in distinct], dtype=object)
        if len(distinct):
            found = np.where((found == "") & (known[codes] != NO_DATE), known[codes], found)
    return found


def seconds(column: np.ndarray) -> np.ndarray:
    """Give moments as seconds since 1970, NaN where a text is no date with a time, or the stand-in 1980-01-01."""
    known = pd.Series([text if text and not text.startswith(NO_DATE) else None for text in column], dtype="object")
    times = pd.to_datetime(known.str.replace("T", " ").str[:19], errors="coerce", format="%Y-%m-%d %H:%M:%S")
    rest = np.flatnonzero(times.isna() & known.notna())
    order = day_first(column)
    if len(rest):
        times.iloc[rest] = [_moment(text, order) for text in known.iloc[rest]]
    return (times - pd.Timestamp(0)).dt.total_seconds().to_numpy(float)


def _moment(text: str, order: bool | None) -> pd.Timestamp:
    day, clock = iso(text, day_first=order), _CLOCK.search(text)
    if not day or not clock:
        return pd.NaT
    hour, minute, second = int(clock[1]), int(clock[2]), int(clock[3] or 0)
    if clock[4]:
        hour = hour % 12 + (12 if clock[4] in "Pp" else 0)
    moment = pd.to_datetime(day, errors="coerce")
    if hour > 23 or minute > 59 or second > 59:
        return pd.NaT
    return moment + pd.Timedelta(hours=hour, minutes=minute, seconds=second)


def day_first(column: Sequence[str]) -> bool | None:
    """Tell from a whole column whether 03/04/2025 means 3 April: True, False, or None where nothing settles it.

    >>> day_first(["03/04/2025", "25/04/2025"]), day_first(["03/04/2025"])
    (True, None)
    """
    said = set()
    for text in set(column):
        found = _SLASHES.match(text) if "/" in text else None
        if found and len(found[1]) < 3:
            said |= ({True} if int(found[1]) > 12 else set()) | ({False} if int(found[2]) > 12 else set())
    return said.pop() if len(said) == 1 else None


def iso(text: str, *, day_first: bool | None = None) -> str:
    """Give a date as ISO: `2025-09-12`; empty where the text is no date that can be read in one way.

    Parameters
    ----------
    text : str
        A date, with or without a time after it.
    day_first : bool, optional
        What its column says about 03/04/2025 (`day_first`).

    >>> iso("2025-09-12 10:31:00"), iso("12.09.2025"), iso("2022/11/30 10:39:41 PM GMT+1"), iso("jutro")
    ('2025-09-12', '2025-09-12', '2022-11-30', '')
    """
    if found := re.match(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?![0-9])", text):
        return _valid(found[1], found[2], found[3])
    if found := re.match(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})(?![0-9])", text):
        return _valid(found[3], found[2], found[1])
    found = _SLASHES.match(text)
    if found and len(found[1]) == 4 and len(found[3]) == 2:
        return _valid(found[1], found[2], found[3])
    if found and len(found[1]) < 3 and day_first is not None:
        year = found[3] if len(found[3]) == 4 else f"20{found[3]}"
        return _valid(year, found[2], found[1]) if day_first else _valid(year, found[1], found[2])
    return ""


def _valid(year: str, month: str, day: str) -> str:
    known = 1 <= int(month) <= 12 and 1 <= int(day) <= 31
    return f"{int(year):04d}-{int(month):02d}-{int(day):02d}" if known else ""
