"""A sheet as it was written: cells of text with their addresses, the header row, the rows of data below it."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from analysis.errors import DataError
from analysis.intake.mojibake import Mend
from analysis.intake.traces import NO_TRACES, Traces

TEXT, NUMBER, DATE, ERROR, FORMULA = range(5)
"""Kinds of cells. A text file has `TEXT` only; the others are what a workbook says about a cell."""

SPANS = 40
"""Spans of rows that a place names; of more, the first and the last."""


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
    merged : tuple of (top, left, bottom, right)
        Rectangles of cells that a workbook shows as one, counted from 0, both ends included.
    traces : Traces
        What a workbook knows of the cells besides their text.
    mends : tuple of Mend
        Cells whose letters had been read in the wrong character set, before and after.
    composed : int
        Signs of accents that were joined with their letters (Unicode normal form C).
    """

    file: str
    sheet: str
    reader: str
    sha256: str
    cells: np.ndarray
    kinds: np.ndarray
    lines: np.ndarray
    widths: np.ndarray
    merged: tuple[tuple[int, int, int, int], ...] = ()
    traces: Traces = NO_TRACES
    mends: tuple[Mend, ...] = ()
    composed: int = 0

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
    """The rows of data below the header of a sheet; a row without any text is no row of data.

    `headers` has a text a column; `titles` has the texts of each row of the header over that column.
    """

    sheet: Sheet
    header: int
    headers: list[str]
    rows: np.ndarray
    _positions: dict[str, int] = field(repr=False)
    titles: list[list[str]] = field(repr=False)

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
    said = [f"{low}-{high}" if high > low else str(low) for low, high in parts]
    return ", ".join(said if len(said) <= SPANS else [*said[: SPANS - 2], "…", said[-1]])


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


def anchor(name: str, where: str) -> Callable[[str], bool]:
    """Give the test that a cell is the one a layout names: the same text, or, between slashes, a regular expression.

    >>> fits = anchor("/przyznane (pkt|punkty)/", "layouts.toml")
    >>> fits("Przyznane  punkty"), fits("Maks. pkt"), anchor("Nr", "layouts.toml")("NR ")
    (True, False, True)

    Raises
    ------
    DataError
        What stands between the slashes is no regular expression.
    """
    if len(name) > 2 and name.startswith("/") and name.endswith("/"):
        pattern = re.compile(regex(name[1:-1], where).pattern, re.IGNORECASE)
        return lambda text: pattern.fullmatch(" ".join(text.split())) is not None
    wanted = key(name)
    return lambda text: key(text) == wanted


def anchors(names: Iterable[str], *, layout: str) -> dict[str, Callable[[str], bool]]:
    """Give the test of each column or label that a layout names."""
    return {name: anchor(name, f"layouts.toml [{layout}]") for name in names}


def find_block(sheet: Sheet, named: Sequence[str], *, layout: str) -> Block:
    """Find the header: the first row that holds every named column.

    Raises
    ------
    DataError
        No row holds them all, a named column stands twice in that row, or rows of data stand above it.
    """
    wanted = anchors(named, layout=layout)
    best, found = -1, set()
    for row in range(len(sheet.cells)):
        texts = [text for text in sheet.cells[row] if text]
        present = {name for name, fits in wanted.items() if any(map(fits, texts))}
        if len(present) == len(wanted):
            _nothing_above(sheet, row)
            return block_below(sheet, row, [[str(text)] for text in sheet.cells[row]], named=named, layout=layout)
        if len(present) > len(found):
            best, found = row, present
    raise DataError(no_header(sheet, best, [name for name in wanted if name not in found], layout=layout))


def _nothing_above(sheet: Sheet, header: int) -> None:
    """Refuse a text file with full rows that hold a number above its header: nothing would account for them."""
    if sheet.sheet:
        return
    full = (sheet.cells[: header + 1] != "").sum(axis=1)
    above = [
        row
        for row in np.flatnonzero(full[:header] >= full[header]).tolist()
        if any(re.fullmatch(r"[0-9]+([.,][0-9]+)?", text) for text in sheet.cells[row])
    ]
    if above:
        raise DataError(
            f"{sheet.where}, {sheet.place(above)}: rows of data stand above the header in line "
            f"{sheet.lines[header]}. Move the header to the top."
        )


def no_header(sheet: Sheet, best: int, lacking: list[str], *, layout: str) -> str:
    """Say which columns no row holds, and which row comes nearest."""
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


def block_below(sheet: Sheet, header: int, titles: list[list[str]], *, named: Sequence[str], layout: str) -> Block:
    """Give the block below the row `header`, whose columns have these titles (top to bottom).

    Raises
    ------
    DataError
        A named column stands twice.
    """
    headers = [" / ".join(dict.fromkeys(text for text in texts if text)) for texts in titles]
    positions: dict[str, int] = {}
    for column, text in enumerate(headers):
        positions.setdefault(key(text), column)
    for name, fits in anchors(named, layout=layout).items():
        places = [column for column, texts in enumerate(titles) if any(map(fits, filter(None, texts)))]
        if len(places) > 1:
            raise DataError(
                f"{sheet.where}, {sheet.row_word} {sheet.lines[header]}: the column {name!r} stands twice "
                f"({letters(places[0])} and {letters(places[1])}), and layouts.toml [{layout}] reads it. Rename one."
            )
        positions |= {key(name): column for column in places}
    below = sheet.cells[header + 1 :]
    rows = np.flatnonzero((below != "").any(axis=1)) + header + 1 if len(below) else np.array([], dtype=int)
    return Block(sheet, header, headers, rows, positions, titles)
