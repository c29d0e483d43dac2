"""Bytes of an .xlsx workbook → sheets of text cells with what the workbook knows of each: number, date, error.

Values come from python-calamine. It gives an error cell and a formula without a stored value as empty text, and a cell
far outside the table makes it ask for more memory than there is; so the sheet's own XML is looked through first.
"""

from __future__ import annotations

import datetime as dt
import io
import posixpath
import re
import xml.etree.ElementTree as ET
import zipfile
import zlib
from dataclasses import dataclass, field

import numpy as np
from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from analysis.errors import DataError
from analysis.intake.grid import DATE, ERROR, FORMULA, NUMBER, TEXT, Sheet

MAX_UNPACKED = 200_000_000
"""Bytes a workbook may unpack to."""
MAX_CELLS = 5_000_000
"""Cells of the rectangle from A1 to the last cell of a sheet."""

_ADDRESS = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


BROKEN = (
    *(CalamineError, zipfile.BadZipFile, zlib.error, ET.ParseError),
    *(KeyError, OSError, ValueError, EOFError, NotImplementedError, RuntimeError),
)
"""What the readers raise on a file that is damaged, encrypted or something else."""


class _TooLarge(Exception):
    """The workbook holds more than a score sheet can."""


@dataclass
class _Marks:
    """Cells of one sheet that calamine does not tell from empty ones: (row, column) → kind and text."""

    cells: dict[tuple[int, int], tuple[int, str]] = field(default_factory=dict)


def read_workbook(data: bytes, *, file: str, sha256: str) -> list[Sheet]:
    """Read the bytes of an .xlsx workbook, a `Sheet` for each sheet that holds a cell.

    Raises
    ------
    DataError
        The bytes are no readable workbook, it has a password, or it is far larger than a score sheet can be.
    """
    try:
        marks = _look_through(data)
        book = CalamineWorkbook.from_object(io.BytesIO(data))
        return [
            _sheet(book.get_sheet_by_name(name).to_python(skip_empty_area=False), marks[name], name, file, sha256)
            for name in book.sheet_names
            if name in marks
        ]
    except PasswordError:
        raise DataError(f"{file}: the workbook has a password. Save it without one.") from None
    except _TooLarge as error:
        raise DataError(f"{file}: {error}. Delete what is not a score, and save it again.") from None
    except BROKEN as error:
        said = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise DataError(
            f"{file}: not a readable .xlsx workbook ({said}). Open it and save it again as .xlsx."
        ) from None


def _sheet(rows: list[list], marks: _Marks, name: str, file: str, sha256: str) -> Sheet:
    height = max([len(rows), *(row + 1 for row, _ in marks.cells)])
    width = max([len(row) for row in rows] + [column + 1 for _, column in marks.cells], default=0)
    cells = np.full((height, width), "", dtype=object)
    kinds = np.zeros((height, width), dtype=np.uint8)
    for index, row in enumerate(rows):
        for column, value in enumerate(row):
            if value != "":
                cells[index, column], kinds[index, column] = _text(value)
    for (index, column), (kind, text) in marks.cells.items():
        cells[index, column], kinds[index, column] = text, kind
    lines = np.arange(1, height + 1)
    return Sheet(file, name, "calamine", sha256, cells, kinds, lines, np.full(height, width))


def _text(value: object) -> tuple[str, int]:
    """Write a cell's value as text, and tell its kind."""
    if isinstance(value, bool):
        return str(value).upper(), TEXT
    if isinstance(value, int | float):
        return (f"{value:.0f}" if value == int(value) and abs(value) < 1e15 else repr(float(value))), NUMBER
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat(), DATE
    if isinstance(value, dt.date | dt.time):
        return value.isoformat(), DATE
    if isinstance(value, dt.timedelta):
        return str(value), DATE
    return str(value).strip(), TEXT


def _look_through(data: bytes) -> dict[str, _Marks]:
    """Measure the workbook before it is read and mark the cells that would look empty, by sheet name."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED:
            raise _TooLarge(f"the workbook unpacks to more than {MAX_UNPACKED // 1_000_000} MB")
        return {name: _marks(archive, part, name) for name, part in _parts(archive).items()}


def _parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Sheet name → the part of the archive that holds it; chart sheets are left out."""
    relations = ET.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {entry.get("Id"): (entry.get("Target", ""), entry.get("Type", "")) for entry in relations}
    book = ET.fromstring(archive.read("xl/workbook.xml"))
    parts = {}
    for entry in book.iter():
        if entry.tag.rpartition("}")[2] == "sheet":
            target, kind = targets[entry.get(_RELATION)]
            if kind.endswith("/worksheet"):
                parts[entry.get("name", "")] = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
    return parts


def _marks(archive: zipfile.ZipFile, part: str, name: str) -> _Marks:
    marks, rows, columns = _Marks(), 0, 0
    with archive.open(part) as stream:
        for _, entry in ET.iterparse(stream):
            tag = entry.tag.rpartition("}")[2]
            if tag == "c":
                address = _ADDRESS.fullmatch(entry.get("r") or "")
                if address:
                    row, column = int(address[2]) - 1, _index(address[1])
                    rows, columns = max(rows, row + 1), max(columns, column + 1)
                    _mark(marks, entry, row, column)
            elif tag == "row":
                entry.clear()
    if rows * columns > MAX_CELLS:
        raise _TooLarge(f"sheet {name!r} reaches row {rows} and column {columns}")
    return marks


def _mark(marks: _Marks, entry: ET.Element, row: int, column: int) -> None:
    inside = {child.tag.rpartition("}")[2]: (child.text or "") for child in entry}
    if entry.get("t") == "e":
        marks.cells[row, column] = (ERROR, inside.get("v", "#"))
    elif "f" in inside and not inside.get("v") and entry.get("t") != "str":
        marks.cells[row, column] = (FORMULA, f"={inside['f']}")


def _index(name: str) -> int:
    number = 0
    for letter in name:
        number = 26 * number + ord(letter) - 64
    return number - 1
