"""What a workbook knows of its cells besides their text: hidden, noted, coloured, read in two ways."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Cell = tuple[int, int]


@dataclass(frozen=True)
class Traces:
    """Traces of one sheet; rows and columns are indices into its cells, from 0. A text file leaves none.

    Attributes
    ----------
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

    hidden: bool = False
    hidden_rows: tuple[int, ...] = ()
    hidden_columns: tuple[int, ...] = ()
    notes: Mapping[Cell, str] = field(default_factory=dict)
    fills: Mapping[Cell, str] = field(default_factory=dict)
    disputed: Mapping[Cell, tuple[str, str]] = field(default_factory=dict)


NO_TRACES = Traces()
