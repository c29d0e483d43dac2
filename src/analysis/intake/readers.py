"""Two readers of one workbook, python-calamine and openpyxl, and where they disagree.

Runs in the process of `child`; what it gives is made of lists, texts and numbers only.
"""

from __future__ import annotations

import datetime as dt
import io
import math
import re
import warnings
import xml.etree.ElementTree as ET
import zipfile
import zlib

from openpyxl import load_workbook
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from analysis.errors import DataError
from analysis.intake.grid import DATE, ERROR, FORMULA, NUMBER, TEXT
from analysis.intake.parcel import Scan, look_through

BROKEN = (
    *(CalamineError, zipfile.BadZipFile, zlib.error, ET.ParseError, OSError, EOFError, RuntimeError),
    *(ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError),
)
"""What the readers raise on a file that is damaged, encrypted or something else."""

MAX_DISPUTED = 1_000
"""Cells in dispute that are handed on for one sheet."""

_EPOCH = dt.datetime(1899, 12, 30)
_SECOND = 1 / 86_400
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


def read_twice(data: bytes) -> list[dict]:
    """Read the bytes of a workbook with both readers.

    Returns
    -------
    list of dict
        For each sheet `name`; `texts` and `kinds`, a list a row; and the fields of `traces.Traces` as lists.

    Raises
    ------
    DataError
        It is no readable workbook, or larger than a score sheet can be. The sentence does not name the file.
    """
    try:
        scans = look_through(data)
        book = CalamineWorkbook.from_object(io.BytesIO(data))
        rows = {
            name: book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            for name in book.sheet_names
            if name in scans
        }
    except PasswordError:
        raise DataError("the workbook has a password. Save it without one.") from None
    except BROKEN as error:
        raise DataError(
            f"not a readable .xlsx workbook ({_said(error)}). Open it and save it again as .xlsx."
        ) from None
    second = _second(data)
    return [_sheet(name, values, scans[name], second[name]) for name, values in rows.items()]


def _said(error: BaseException) -> str:
    return str(error).splitlines()[0][:120] if str(error) else type(error).__name__


def _second(data: bytes) -> Workbook:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return load_workbook(io.BytesIO(data), data_only=True, keep_links=False)
    except BROKEN as error:
        raise DataError(
            f"the second reader cannot read the workbook ({_said(error)}), so nothing in it is sure. "
            "Open it and save it again as .xlsx."
        ) from None


def _sheet(name: str, values: list[list], scan: Scan, second: Worksheet) -> dict:
    height = max([len(values), *(row + 1 for row, _ in scan.marks)])
    width = max([len(row) for row in values] + [column + 1 for _, column in scan.marks], default=0)
    texts = [[""] * width for _ in range(height)]
    kinds = [[TEXT] * width for _ in range(height)]
    for index, row in enumerate(values):
        for column, value in enumerate(row):
            if value != "":
                texts[index][column], kinds[index][column] = written(value)
    for (index, column), (kind, text) in scan.marks.items():
        texts[index][column], kinds[index][column] = text, kind
    disputed = _disputed(values, texts, scan, second)
    about = {"name": name, "texts": texts, "kinds": kinds, "disputed": disputed[:MAX_DISPUTED]}
    return about | _dress(second, height, width)


def written(value: object) -> tuple[str, int]:
    """Write a cell's value as text, and tell its kind.

    >>> written(7.0), written(True), written(dt.datetime(2025, 5, 3))
    (('7', 1), ('TRUE', 0), ('2025-05-03', 2))
    """
    if isinstance(value, bool):
        return str(value).upper(), TEXT
    if isinstance(value, int | float):
        whole = math.isfinite(value) and value == int(value) and abs(value) < 1e15
        return (f"{value:.0f}" if whole else repr(float(value))), NUMBER
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat(), DATE
    if isinstance(value, dt.date | dt.time):
        return value.isoformat(), DATE
    if isinstance(value, dt.timedelta):
        return str(value), DATE
    return str(value).strip(), TEXT


def _disputed(values: list[list], texts: list[list[str]], scan: Scan, second: Worksheet) -> list[list]:
    """Cells that the readers give differently, and cells whose place contradicts itself: row, column, two texts."""
    found = [[row, column, _at(texts, row, column), said] for (row, column), said in scan.astray.items()]
    others = {
        # the public iterators make every cell of the rectangle, millions in a sparse sheet
        (row - 1, column - 1): cell.value
        for (row, column), cell in second._cells.items()
        if cell.value is not None and cell.value != ""
    }
    for row, line in enumerate(texts):
        for column, text in enumerate(line):
            other = others.pop((row, column), "")
            marked = scan.marks.get((row, column))
            first = (_at(values, row, column) if marked is None else text) if text else ""
            if (text or other != "") and not _same(first, other, None if marked is None else marked[0]):
                found.append([row, column, text, written(other)[0] if other != "" else ""])
    found += [[row, column, "", text] for (row, column), other in others.items() if (text := written(other)[0])]
    return found


def _at(rows: list[list], row: int, column: int) -> object:
    return rows[row][column] if row < len(rows) and column < len(rows[row]) else ""


def _same(one: object, other: object, mark: int | None) -> bool:
    """Tell whether two values mean one thing: numbers but for their last digit, moments to the second, plain text."""
    if mark == FORMULA:
        return other == ""
    if mark == ERROR:
        return str(one) == str(other) or (one == "#" and other == "")
    days, others = _days(one), _days(other)
    if days is None or others is None:
        return _plain(one) == _plain(other)
    if isinstance(one, int | float) and isinstance(other, int | float):
        return days == others or math.isclose(days, others, rel_tol=1e-12) or (days != days and others != others)
    return abs(days - others) < 2 * _SECOND


def _days(value: object) -> float | None:
    """Give a number as it is and a moment as a workbook counts it, in days."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, dt.datetime):
        return (value - _EPOCH).total_seconds() * _SECOND
    if isinstance(value, dt.date):
        return float((value - _EPOCH.date()).days)
    if isinstance(value, dt.time):
        return (value.hour * 3600 + value.minute * 60 + value.second + value.microsecond / 1e6) * _SECOND
    if isinstance(value, dt.timedelta):
        return value.total_seconds() * _SECOND
    return None


def _plain(value: object) -> str:
    text = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), written(value)[0])
    return " ".join(text.split())


def _dress(second: Worksheet, height: int, width: int) -> dict:
    """What the sheet shows besides its values, within the extent of the values."""
    colours: dict[int, str] = {}
    fills, notes = [], []
    for (row, column), cell in second._cells.items():
        if row > height or column > width:
            continue
        if cell.has_style:
            style = cell.style_id
            if style not in colours:
                colours[style] = _colour(cell.fill)
            if colours[style]:
                fills.append([row - 1, column - 1, colours[style]])
        if cell.comment is not None and cell.comment.text:
            notes.append([row - 1, column - 1, " ".join(cell.comment.text.split())])
    hidden = [entry for entry in second.column_dimensions.values() if entry.hidden and entry.min and entry.max]
    columns = {column - 1 for entry in hidden for column in range(entry.min, min(entry.max, width) + 1)}
    ranges = [
        [area.min_row - 1, area.min_col - 1, min(area.max_row, height) - 1, min(area.max_col, width) - 1]
        for area in second.merged_cells.ranges
        if area.min_row <= height and area.min_col <= width
    ]
    return {
        "hidden": second.sheet_state != "visible",
        "hidden_rows": [row - 1 for row, entry in second.row_dimensions.items() if entry.hidden and row <= height],
        "hidden_columns": sorted(columns),
        "merged": sorted(ranges),
        "notes": sorted(notes),
        "fills": sorted(fills),
    }


def _colour(fill) -> str:
    """Name the colour of a filled cell; empty where it has none or is white."""
    if not fill.fill_type:
        return ""
    if fill.fill_type != "solid":
        return str(fill.fill_type)
    colour = fill.fgColor
    if colour.type == "rgb":
        return "" if colour.rgb[-6:] == "FFFFFF" else str(colour.rgb[-6:])
    if colour.type == "theme":
        tint = f" {colour.tint:+.1f}" if colour.tint else ""
        return "" if colour.theme == 0 and not colour.tint else f"theme {colour.theme}{tint}"
    return "" if colour.indexed in (1, 9, 65) else f"palette {colour.indexed}"
