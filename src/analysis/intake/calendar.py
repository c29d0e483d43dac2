"""Dates as people in Poland write them → ISO."""

from __future__ import annotations

import datetime as dt
import re

from analysis.errors import DataError
from analysis.intake.cells import fold

_MONTHS = (
    ("stycznia", "styczen", "january"),
    ("lutego", "luty", "february"),
    ("marca", "marzec", "march"),
    ("kwietnia", "kwiecien", "april"),
    ("maja", "maj", "may"),
    ("czerwca", "czerwiec", "june"),
    ("lipca", "lipiec", "july"),
    ("sierpnia", "sierpien", "august"),
    ("wrzesnia", "wrzesien", "september"),
    ("pazdziernika", "pazdziernik", "october"),
    ("listopada", "listopad", "november"),
    ("grudnia", "grudzien", "december"),
)
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")
_NUMBERS = {name: number for number, names in enumerate(_MONTHS, 1) for name in names}
_NUMBERS |= {name: number for number, name in enumerate(_ROMAN, 1)}
_ISO = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[t ].*)?")
_DAY_FIRST = re.compile(r"([0-9]{1,2})[. /\-]+([0-9]{1,2}|[a-z]+)[. /\-]+([0-9]{4})(?: ?r(?:oku|\.)?)?")


def iso_date(text: str) -> str:
    """Give a date in ISO form; an empty text stays empty.

    Parameters
    ----------
    text : str
        `2023-09-05`, `05.09.2023`, `5 września 2023 r.`, `5.IX.2023`; the day stands before the month.

    Raises
    ------
    DataError
        It is no date.

    >>> [iso_date(text) for text in ("5 września 2023 r.", "05.09.2023", "5.IX.2023", "2023-09-05 12:30")]
    ['2023-09-05', '2023-09-05', '2023-09-05', '2023-09-05']
    """
    near = fold(text)
    if not near:
        return ""
    iso, written = _ISO.fullmatch(near), _DAY_FIRST.fullmatch(near)
    try:
        if iso:
            year, month, day = map(int, iso.groups())
            return dt.date(year, month, day).isoformat()
        if written:
            day, month, year = written.groups()
            number = int(month) if month.isdecimal() else _NUMBERS.get(month, 0)
            return dt.date(int(year), number, int(day)).isoformat()
    except ValueError:
        pass  # the 31st of February is no date either
    raise DataError(f"{text!r} is no date. Write it as 2023-09-05.")
