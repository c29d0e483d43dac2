"""A sheet as it was written: cells of text with their addresses, the header row, the rows of data below it."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from analysis.errors import DataError
from analysis.intake.traces import NO_TRACES, Traces

TEXT, NUMBER, DATE, ERROR, FORMULA = range(5)
"""Kinds of cells. A text file has `TEXT` only; the others are what a workbook says about a cell."""


@dataclass(frozen=True, eq=False)
class Sheet:
    """One sheet of a file.

    Attributes
    ----------
    file, sheet : str
        The file relative to the folder of raw data; the sheet's name, empty for a text file.
    reader, sha256 : str
        Character set of a text file or the reader of a workbook; SHA-256 of the file's bytes.
    cells : array of str, shape (rows, columns)
        Text of every cell without blanks at its ends; rows are padded with empty cells.
    kinds : array of int, shape (rows, columns)
        `TEXT`, `NUMBER`, `DATE`, `ERROR` or `FORMULA` (a formula without a stored value).
    lines : array of int, shape (rows,)
        The number a person sees: the first line of the row in a text file, the row in a workbook.
    widths : array of int, shape (rows,)
        How many fields the row had before it was padded.
    traces : Traces
        What a workbook knows of the cells besides their text.
    """

    file: str
    sheet: str
    reader: str
    sha256: str
    cells: np.ndarray
    kinds: np.ndarray
    lines: np.ndarray
    widths: np.ndarray
    traces: Traces = NO_TRACES

    @property
    def where(self) -> str:
        """The file and the sheet as an error names them."""
        return f"{self.file}, sheet {self.sheet!r}" if self.sheet else self.file

    @property
    def row_word(self) -> str:
        """What a row is called: `row` in a workbook, `line` in a text file."""
        return "row" if self.sheet else "line"

    def address(self, row: int, column: int, header: str) -> str:
        """Give the address of a cell: `C7` in a workbook, `line 12, Standards` in a text file."""
        line = self.lines[row]
        return f"{letters(column)}{line}" if self.sheet else f"line {line}, {header}"

    def place(self, rows: Sequence[int]) -> str:
        """Give the address of rows: `row 4`, `lines 4, 9-11`."""
        return f"{self.row_word}{'s' if len(rows) > 1 else ''} {spans(self.lines[list(rows)])}"


@dataclass(frozen=True, eq=False)
class Block:
    """The rows of data below the header of a sheet; a row without any text is no row of data."""

    sheet: Sheet
    header: int
    headers: list[str]
    rows: np.ndarray
    _positions: dict[str, int] = field(repr=False)

    def position(self, name: str) -> int:
        """Give the index of the column with this header."""
        return self._positions[key(name)]

    def column(self, name: str, rows: np.ndarray | None = None) -> np.ndarray:
        """Give the texts of a column, for all rows of data or the given rows of the sheet."""
        return self.sheet.cells[self.rows if rows is None else rows, self.position(name)]

    def joined(self, names: Sequence[str], rows: np.ndarray) -> np.ndarray:
        """Give the texts of several columns joined by a hyphen; empty where all of them are."""
        if not names:
            return np.full(len(rows), "", dtype=object)
        if len(names) == 1:
            return self.column(names[0], rows)
        texts = zip(*(self.column(name, rows) for name in names), strict=True)
        return np.array(["-".join(parts) if any(parts) else "" for parts in texts] or [], dtype=object)

    def address(self, row: int, column: int) -> str:
        """Give the address of a cell, with its header in a text file."""
        return self.sheet.address(row, column, self.headers[column])


def key(text: str) -> str:
    r"""Give what two writings of one name share: no case, no doubled blanks or line breaks.

    >>> key("Urząd  Miasta\nPoznania ") == key("urząd miasta poznania")
    True
    """
    return " ".join(unicodedata.normalize("NFC", text).split()).casefold()


def letters(column: int) -> str:
    """Name a column as a workbook does, counting from 0.

    >>> letters(0), letters(25), letters(26)
    ('A', 'Z', 'AA')
    """
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def spans(numbers: Iterable[int]) -> str:
    """Write whole numbers as spans.

    >>> spans([4, 9, 11, 10])
    '4, 9-11'
    """
    ordered = sorted({int(number) for number in numbers})
    parts: list[list[int]] = []
    for number in ordered:
        if parts and number == parts[-1][1] + 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    return ", ".join(f"{low}-{high}" if high > low else str(low) for low, high in parts)


def hint(text: str, names: Iterable[str]) -> str:
    """Give `; did you mean 'x'?` for the nearest of the names, or nothing."""
    known = {key(name): name for name in names}
    close = difflib.get_close_matches(key(text), list(known), n=1, cutoff=0.6)
    return f"; did you mean {known[close[0]]!r}?" if close else ""


def regex(pattern: str, where: str) -> re.Pattern[str]:
    """Compile a pattern of the configuration.

    Raises
    ------
    DataError
        It is no regular expression.
    """
    try:
        return re.compile(pattern)
    except re.error as error:
        raise DataError(f"{where}: {pattern!r} is not a regular expression ({error}). Correct it.") from None


def find_block(sheet: Sheet, named: Sequence[str], *, layout: str) -> Block:
    """Find the header: the first row that holds every named column.

    Raises
    ------
    DataError
        No row holds them all, or a named column stands twice in that row.
    """
    wanted = {key(name): name for name in named}
    best, found = -1, set()
    for row in range(len(sheet.cells)):
        present = {key(text) for text in sheet.cells[row] if text} & set(wanted)
        if len(present) == len(wanted):
            return _block(sheet, row, wanted, layout=layout)
        if len(present) > len(found):
            best, found = row, present
    lacking = [name for near, name in wanted.items() if near not in found]
    raise DataError(_no_header(sheet, best, lacking, layout=layout))


def _no_header(sheet: Sheet, best: int, lacking: list[str], *, layout: str) -> str:
    quoted = ", ".join(repr(name) for name in lacking)
    way_out = f"Correct the header, or the columns in layouts.toml [{layout}]."
    if sheet.sheet:
        way_out = f"{way_out[:-1]}; if the sheet holds no data, choose the others with `sheet` there."
    if best < 0:
        return f"{sheet.where}: no row holds the columns {quoted}. {way_out}"
    near = hint(lacking[0], [text for text in sheet.cells[best] if text])
    return (
        f"{sheet.where}: no row holds all named columns; {sheet.row_word} {sheet.lines[best]} comes nearest and "
        f"lacks {quoted}{near}{'' if near.endswith('?') else '.'} {way_out}"
    )


def _block(sheet: Sheet, header: int, wanted: dict[str, str], *, layout: str) -> Block:
    headers = [str(text) for text in sheet.cells[header]]
    positions: dict[str, int] = {}
    for column, text in enumerate(headers):
        near = key(text)
        if near in positions and near in wanted:
            raise DataError(
                f"{sheet.where}, {sheet.row_word} {sheet.lines[header]}: the column {wanted[near]!r} stands twice "
                f"({letters(positions[near])} and {letters(column)}), and layouts.toml [{layout}] reads it. Rename one."
            )
        positions.setdefault(near, column)
    below = sheet.cells[header + 1 :]
    rows = np.flatnonzero((below != "").any(axis=1)) + header + 1 if len(below) else np.array([], dtype=int)
    return Block(sheet, header, headers, rows, positions)
