"""Dates and times as people and platforms write them → ISO text."""

from __future__ import annotations

import datetime as dt
import re

from analysis.intake.cells import fold

_TIME = (
    r"(?:[T ,]+(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:\.[0-9]+)?)?\s*(?P<half>[ap]m)?)?"
)
_ZONE = r"\s*(?:z|utc|gmt|cet|cest|[+-][0-9]{2}:?[0-9]{2}|gmt[+-][0-9]{1,2})?"
_YEAR_FIRST = re.compile(
    rf"(?P<year>[0-9]{{4}})[-/.](?P<month>[0-9]{{1,2}})[-/.](?P<day>[0-9]{{1,2}}){_TIME}{_ZONE}", re.I
)
_DAY_FIRST = re.compile(
    rf"(?P<day>[0-9]{{1,2}})[-/.](?P<month>[0-9]{{1,2}})[-/.](?P<year>[0-9]{{4}})(?: ?r\.?)?{_TIME}{_ZONE}", re.I
)
_WORD = re.compile(
    rf"(?P<day>[0-9]{{1,2}})[. ]+(?P<word>[a-z]+)[. ]+(?P<year>[0-9]{{4}})(?: ?r\.?)?{_TIME}{_ZONE}", re.I
)
_MONTHS = ("sty", "lut", "mar", "kwi", "maj", "cze", "lip", "sie", "wrz", "paz", "lis", "gru")
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")


def moment(text: str) -> str:
    """Give a date, or a date and time, as ISO text; empty where the text is none.

    A day stands before its month unless the year comes first; a time zone is not kept.

    >>> moment("12.05.2025 14:30"), moment("5 września 2023 r."), moment("2022/11/30 10:39:41 PM GMT+1")
    ('2025-05-12T14:30:00', '2023-09-05', '2022-11-30T22:39:41')
    >>> moment("wczoraj"), moment("31.02.2025")
    ('', '')
    """
    folded = fold(text)
    found = _YEAR_FIRST.fullmatch(folded) or _DAY_FIRST.fullmatch(folded) or _WORD.fullmatch(folded)
    if not found:
        return ""
    parts = found.groupdict()
    month = _month(parts)
    if not month:
        return ""
    try:
        day = dt.date(int(parts["year"]), month, int(parts["day"]))
        if parts["hour"] is None:
            return day.isoformat()
        hour = int(parts["hour"])
        if parts["half"] and hour <= 12:
            hour = hour % 12 + (12 if parts["half"] == "pm" else 0)
        time = dt.time(hour, int(parts["minute"]), int(parts["second"] or 0))
    except ValueError:
        return ""
    return dt.datetime.combine(day, time).isoformat()


def _month(parts: dict[str, str | None]) -> int:
    word = parts.get("word")
    if not word:
        return int(parts["month"] or 0)
    if word in _ROMAN:
        return _ROMAN.index(word) + 1
    return _MONTHS.index(word[:3]) + 1 if word[:3] in _MONTHS else 0
