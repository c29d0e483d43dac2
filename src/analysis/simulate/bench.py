"""The bench at which faults are planted in the small competition: its tables, its sheets, the way files are written."""

from __future__ import annotations

from dataclasses import dataclass, field

from analysis.simulate import faults
from analysis.simulate.sheets import Grid


@dataclass
class Style:
    """How a text file is written: its character set, what stands before its first line, its decimal mark."""

    encoding: str = "utf-8"
    lead: str = ""
    mark: str = "."


@dataclass
class Bench(faults.Bench):
    """What faults are planted in; besides, how text files are written and which lines of surveys are taken.

    `styles`: file below data/raw → `Style`. `lines`: file and line.
    """

    styles: dict[str, Style] = field(default_factory=dict)
    lines: set[tuple[str, int]] = field(default_factory=set)

    def style(self, file: str) -> Style:
        """Give the style of a file, to be changed."""
        return self.styles.setdefault(file, Style())

    def whole(self, kind: str, file: str, *, original: object, written: object, code: str) -> None:
        """Write a line of the ledger about a whole file."""
        self.note(kind, Grid(file, "", []), "", original=original, written=written, code=code)
