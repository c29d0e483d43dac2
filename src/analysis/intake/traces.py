"""What a workbook knows of its cells besides their text: merged, hidden, noted, coloured, read in two ways."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analysis.intake.grid import Sheet

Cell = tuple[int, int]


@dataclass(frozen=True)
class Traces:
    """Traces of one sheet; rows and columns are indices into its cells, from 0. A text file leaves none.

    Attributes
    ----------
    merged : tuple of (top, left, bottom, right)
        Ranges that are merged into one cell, ends included.
    hidden : bool
        Whether the sheet is hidden.
    hidden_rows, hidden_columns : tuple of int
        Rows and columns that are hidden.
    notes : mapping of (row, column) to str
        What the note of a cell says.
    fills : mapping of (row, column) to str
        Colour of a filled cell: `FFFF00`, `theme 4` or `palette 13`.
    disputed : mapping of (row, column) to (str, str)
        Cells that two readers read differently, with both readings.
    """

    merged: tuple[tuple[int, int, int, int], ...] = ()
    hidden: bool = False
    hidden_rows: tuple[int, ...] = ()
    hidden_columns: tuple[int, ...] = ()
    notes: Mapping[Cell, str] = field(default_factory=dict)
    fills: Mapping[Cell, str] = field(default_factory=dict)
    disputed: Mapping[Cell, tuple[str, str]] = field(default_factory=dict)


NO_TRACES = Traces()


def text_at(sheet: Sheet, row: int, column: int) -> str:
    """Give the text of a cell; inside a merged range it is the text of the range's first cell."""
    for top, left, bottom, right in sheet.traces.merged:
        if top <= row <= bottom and left <= column <= right:
            return str(sheet.cells[top, left])
    return str(sheet.cells[row, column])


def spread(sheet: Sheet, row: int) -> list[str]:
    """Give the texts of a row in which every merged range repeats the text of its first cell."""
    texts = [str(text) for text in sheet.cells[row]]
    for top, left, bottom, right in sheet.traces.merged:
        if top <= row <= bottom:
            texts[left : right + 1] = [str(sheet.cells[top, left])] * (min(right + 1, len(texts)) - left)
    return texts
