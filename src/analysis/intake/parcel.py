"""What a workbook is before it is parsed: the sizes of its zip, the extent of its sheets, cells in the wrong place.

Runs in the process of `child`. Errors here do not name the file; the caller does.
"""

from __future__ import annotations

import io
import posixpath
import re
import xml.etree.ElementTree as ET
import zipfile
from collections import Counter
from dataclasses import dataclass, field

from analysis.errors import DataError
from analysis.intake.grid import ERROR, FORMULA, letters

MAX_PACKED = 100_000_000
"""Bytes a workbook may have on disk."""
MAX_UNPACKED = 200_000_000
"""Bytes all parts of a workbook may unpack to."""
MAX_RATIO = 100
"""How many times larger a workbook may be unpacked; asked of those above `SMALL` only."""
SMALL = 10_000_000
"""Unpacked bytes below which no ratio matters."""
MAX_PARTS = 5_000
"""Parts a workbook may have."""
MAX_EXTENT = 1_000_000
"""Cells of the rectangle from A1 to the last cell of a sheet."""
MAX_WRITTEN = 200_000
"""Cells that hold something, in all sheets of a workbook."""

ROWS, COLUMNS = 1_048_576, 16_384
"""Rows and columns of a sheet, by ECMA-376."""

_ADDRESS = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_LESS = "Delete what is not a score or an answer, and save it again"


@dataclass
class Scan:
    """What the XML of one sheet says, looked through cell by cell.

    Attributes
    ----------
    marks : dict of (row, column) to (kind, text)
        Cells that a reader of values gives as empty: errors, and formulas without a stored value.
    astray : dict of (row, column) to str
        Cells whose place contradicts itself, with what was found.
    height, width : int
        Rows and columns up to the last cell that holds something, or merged range.
    written : int
        Cells that hold something.
    """

    marks: dict[tuple[int, int], tuple[int, str]] = field(default_factory=dict)
    astray: dict[tuple[int, int], str] = field(default_factory=dict)
    height: int = 0
    width: int = 0
    written: int = 0

    def reach(self, row: int, column: int) -> None:
        """Take a cell into the extent."""
        self.height, self.width = max(self.height, row + 1), max(self.width, column + 1)


def look_through(data: bytes) -> dict[str, Scan]:
    """Measure a workbook and look through its sheets, by name; sheets of charts are left out.

    Raises
    ------
    DataError
        It is larger than a score sheet can be, or a cell has a place that no sheet has.
    """
    if data.startswith(b"\xd0\xcf\x11\xe0") and "EncryptedPackage".encode("utf-16-le") in data:
        raise DataError("the workbook has a password. Save it without one.")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        _weigh(archive)
        scans = {name: _scan(archive, part, name) for name, part in _parts(archive).items()}
    written = sum(scan.written for scan in scans.values())
    if written > MAX_WRITTEN:
        raise DataError(f"{written:,} cells are written in it, at most {MAX_WRITTEN:,} are read. Save it as .csv.")
    return scans


def _weigh(archive: zipfile.ZipFile) -> None:
    """Hold the sizes that the directory of the zip states against the limits."""
    entries = archive.infolist()
    unpacked, packed = sum(entry.file_size for entry in entries), sum(entry.compress_size for entry in entries)
    if len(entries) > MAX_PARTS:
        raise DataError(f"the workbook has {len(entries):,} parts, at most {MAX_PARTS:,} are read. {_LESS}.")
    if unpacked > MAX_UNPACKED:
        limit = MAX_UNPACKED // 1_000_000
        raise DataError(f"the workbook unpacks to more than {limit} MB ({unpacked // 1_000_000}). {_LESS}.")
    if unpacked > SMALL and unpacked > MAX_RATIO * packed:
        raise DataError(f"the workbook unpacks to {unpacked // max(packed, 1)} times its size. {_LESS}.")
    name, count = Counter(entry.filename.casefold() for entry in entries).most_common(1)[0] if entries else ("", 0)
    if count > 1:
        raise DataError(f"the workbook holds its part {name!r} {count} times. Open it and save it again as .xlsx.")


def _parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Sheet name → the part of the archive that holds it; chart sheets are left out."""
    relations = ET.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {entry.get("Id"): (entry.get("Target", ""), entry.get("Type", "")) for entry in relations}
    book = ET.fromstring(archive.read("xl/workbook.xml"))
    parts: dict[str, str] = {}
    for entry in book.iter():
        if _tag(entry) == "sheet":
            target, kind = targets[entry.get(_RELATION)]
            if kind.endswith("/worksheet"):
                name = entry.get("name", "")
                if name in parts:
                    raise DataError(f"two sheets have the name {name!r}. Rename one.")
                parts[name] = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
    return parts


def _tag(entry: ET.Element) -> str:
    return entry.tag.rpartition("}")[2]


def _scan(archive: zipfile.ZipFile, part: str, name: str) -> Scan:
    scan, row, column = Scan(), -1, -1
    with archive.open(part) as stream:
        for event, entry in ET.iterparse(stream, events=("start", "end")):
            tag = _tag(entry)
            if tag == "row" and event == "start":
                row, column = _row(entry, scan, after=row, sheet=name), -1
            elif tag == "c" and event == "end":
                column = _cell(entry, scan, row=row, after=column, sheet=name)
            elif tag == "row":
                entry.clear()
            elif tag == "mergeCell" and event == "end":
                last = (entry.get("ref") or "A1").rpartition(":")[2]
                scan.reach(*_place(last, name))
            if scan.height * scan.width > MAX_EXTENT:
                raise DataError(
                    f"sheet {name!r} reaches row {scan.height} and column {letters(scan.width - 1)}, further than a "
                    f"score sheet can. {_LESS}."
                )
    return scan


def _row(entry: ET.Element, scan: Scan, *, after: int, sheet: str) -> int:
    """Give the index of a row; one that does not come after the last is astray."""
    stated = entry.get("r")
    row = after + 1 if stated is None else _place(f"A{stated}", sheet)[0]
    if row <= after:
        scan.astray[row, 0] = f"row {row + 1} stands below row {after + 1}"
    return row


def _cell(entry: ET.Element, scan: Scan, *, row: int, after: int, sheet: str) -> int:
    """Take one cell into the scan, and give the index of its column."""
    stated = entry.get("r")
    place = (row, after + 1) if stated is None else _place(stated, sheet)
    if place[0] != row or place[1] <= after:
        scan.astray[place] = f"{stated} stands in row {row + 1}, after column {letters(max(after, 0))}"
    inside = {_tag(child): (child.text or "") for child in entry}
    if len(inside) < len(entry):
        scan.astray[place] = f"{stated} holds two values"
    if entry.get("t") == "e":
        scan.marks[place] = (ERROR, inside.get("v") or "#")
    elif "f" in inside and not inside.get("v") and entry.get("t") != "str":
        scan.marks[place] = (FORMULA, f"={inside['f']}")
    if inside:
        scan.reach(*place)
        scan.written += 1
    return place[1]


def _place(address: str, sheet: str) -> tuple[int, int]:
    """Read an address: `C7` is row 6 and column 2, counted from 0."""
    found = _ADDRESS.fullmatch(address)
    row, column = (int(found[2]) - 1, _index(found[1])) if found else (ROWS, COLUMNS)
    if row >= ROWS or column >= COLUMNS:
        raise DataError(f"sheet {sheet!r} has a cell at {address!r}, which is no place. Open it and save it again.")
    return row, column


def _index(name: str) -> int:
    number = 0
    for letter in name:
        number = 26 * number + ord(letter) - 64
    return number - 1
