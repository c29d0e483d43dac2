"""Traces of a workbook → findings: what is hidden, noted, coloured or merged, and what two readers read differently."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from analysis.intake.grid import Sheet, letters
from analysis.intake.ledger import Account, Finding, Journal

if TYPE_CHECKING:
    from analysis.intake.readings import Reading

SHOWN = 12
"""Addresses that a place names; the count says how many there are."""
COMMON = 1 / 3
"""Share of the cells of scores above which a colour is the style of the sheet and means nothing."""


def look_over(sheets: Iterable[Sheet], *, journal: Journal, private: Collection[int] = ()) -> None:
    """Note what is hidden in a workbook and holds data, and the notes of its cells.

    What a note of a cell in a column of `private` says is not kept.
    """
    for sheet in sheets:
        full, traces = sheet.cells != "", sheet.traces
        if traces.hidden and full.any():
            journal.findings.append(Finding("hidden_sheet", sheet, count=int(full.any(axis=1).sum())))
        rows = [row for row in traces.hidden_rows if full[row].any()]
        if rows:
            journal.findings.append(Finding("hidden_rows", sheet, sheet.place(rows), count=len(rows)))
        columns = [column for column in traces.hidden_columns if full[:, column].any()]
        if columns:
            place = ", ".join(letters(column) for column in columns[:SHOWN])
            journal.findings.append(Finding("hidden_columns", sheet, place, count=len(columns)))
        for cell, text in traces.notes.items():
            found = "" if cell[1] in private else text
            journal.findings.append(Finding("cell_note", sheet, addresses([cell]), found=found))


def settled(reading: Reading, *, journal: Journal) -> Reading:
    """Quarantine a sheet of scores that two readers read differently; note colours and merged cells among its scores.

    Returns
    -------
    Reading
        The reading, without anything that was read where the sheet is in dispute.
    """
    if dispute(reading.account, journal=journal):
        none = {"cells": reading.cells.iloc[:0], "remarks": reading.remarks.iloc[:0], "stated": (), "maxima": ()}
        return replace(reading, **none)
    cells = list(zip(reading.cells["row"].tolist(), reading.cells["column"].tolist(), strict=True))
    _colours(reading.sheet, cells, journal)
    _merged(reading.sheet, set(cells), journal)
    return reading


def dispute(account: Account, *, journal: Journal, private: Collection[int] = ()) -> bool:
    """Quarantine every row of a sheet where two readers differ on a cell of its table or above it, and tell so.

    Each such cell is named, with both readings unless its column is among `private`; one that lies elsewhere is only
    named.
    """
    sheet, rows = account.sheet, set(account.rows.tolist())
    if not sheet.traces.disputed:
        return False
    for cell, texts in sheet.traces.disputed.items():
        one, other = ("", "") if cell[1] in private else texts
        journal.findings.append(Finding("cell_in_dispute", sheet, addresses([cell]), found=one, done=other))
    first = min(rows, default=0)
    inside = any(row in rows or row < first for row, _ in sheet.traces.disputed)
    if inside:
        account.set_aside(np.full(len(account.rows), True), state="quarantined", rule="readers_disagree")
    return inside


def addresses(cells: Sequence[tuple[int, int]]) -> str:
    """Name cells: `C4, C7, D9`; after `SHOWN` of them, `…`."""
    named = [f"{letters(column)}{row + 1}" for row, column in cells[:SHOWN]]
    return ", ".join(named) + (", …" if len(cells) > SHOWN else "")


def _colours(sheet: Sheet, cells: Sequence[tuple[int, int]], journal: Journal) -> None:
    """Note colours that only a few cells of scores have; a whole column of one colour is its style."""
    fills = sheet.traces.fills
    if not fills or not cells:
        return
    columns: dict[int, set[str]] = {}
    for cell in cells:
        columns.setdefault(cell[1], set()).add(fills.get(cell, ""))
    several = [cell for cell in cells if len(columns[cell[1]]) > 1]
    counts = Counter(fills.get(cell, "") for cell in several)
    for colour, count in sorted(counts.items()):
        if colour and count <= COMMON * len(several):
            met = sorted(cell for cell in several if fills.get(cell, "") == colour)
            entry = Finding("coloured_cells", sheet, addresses(met), found=colour, count=len(met))
            journal.findings.append(entry)


def _merged(sheet: Sheet, cells: set[tuple[int, int]], journal: Journal) -> None:
    """Note merged ranges that cover a cell of scores: all but their first cell are empty."""
    for top, left, bottom, right in sheet.merged:
        met = sum(top <= row <= bottom and left <= column <= right for row, column in cells)
        if met > 1:
            place = f"{letters(left)}{top + 1}:{letters(right)}{bottom + 1}"
            found = str(sheet.cells[top, left])
            journal.findings.append(Finding("merged_cells", sheet, place, found=found, count=met))
