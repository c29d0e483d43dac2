"""Headers of several rows, merged or not: which rows they are, and what stands over each column."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from analysis.errors import DataError
from analysis.intake.cells import fold
from analysis.intake.grid import Block, Sheet, anchors, block_below, find_block, no_header
from analysis.intake.totals import maximum_of


def find_headers(
    sheet: Sheet, named: Sequence[str], *, known: Callable[[str], object], rows: int, layout: str
) -> Block:
    """Find a header of up to `rows` rows: the first that together hold every named column and a known text.

    Parameters
    ----------
    sheet : Sheet
        The sheet.
    named : sequence of str
        Columns the layout names.
    known : callable
        Tells whether a text names a criterion.
    rows : int
        How many rows the header has at most; 1 finds it by the named columns alone.
    layout : str
        Name of the layout, for errors.

    Raises
    ------
    DataError
        No rows hold them all, or a named column stands twice.
    """
    if rows == 1:
        return find_block(sheet, named, layout=layout)
    wanted = anchors(named, layout=layout)
    best, found = -1, set()
    for bottom in range(len(sheet.cells)):
        window = sheet.cells[max(0, bottom - rows + 1) : bottom + 1]
        texts = [text for text in window.ravel() if text]
        present = {name for name, fits in wanted.items() if any(map(fits, texts))}
        if len(present) == len(wanted) and any(map(known, texts)):
            return _block(sheet, bottom, named, rows=rows, layout=layout)
        if len(present) > len(found):
            best, found = bottom, present
    lacking = [name for name in wanted if name not in found]
    if lacking:
        raise DataError(no_header(sheet, best, lacking, layout=layout))
    raise DataError(f"{sheet.where}: no criterion stands in the header. Correct `criteria` in layouts.toml [{layout}].")


def _block(sheet: Sheet, bottom: int, named: Sequence[str], *, rows: int, layout: str) -> Block:
    wanted = anchors(named, layout=layout)

    def names_one(text: str) -> bool:
        return any(fits(text) for fits in wanted.values())

    first = next(row for row in range(max(0, bottom - rows + 1), bottom + 1) if len(set(sheet.cells[row]) - {""}) > 1)
    while bottom + 1 < min(first + rows, len(sheet.cells)) and _belongs(sheet, bottom + 1, names_one):
        bottom += 1
    texts = sheet.cells[first : bottom + 1].copy()
    merged = [area for area in sheet.merged if area[0] <= bottom and area[2] >= first]
    for top, left, low, right in merged:
        texts[max(top - first, 0) : low - first + 1, left : right + 1] = sheet.cells[top, left]
    if not merged:
        _carry(texts, names_one)
    titles = [[str(text) for text in column] for column in texts.T]
    return block_below(sheet, bottom, titles, named=named, layout=layout)


def _belongs(sheet: Sheet, row: int, names_one: Callable[[str], bool]) -> bool:
    """Tell whether a row still is header: a named column is merged into it, or it states maximum points only."""
    for top, left, low, _ in sheet.merged:
        if top < row <= low and names_one(str(sheet.cells[top, left])):
            return True
    texts = [str(text) for text in sheet.cells[row] if text]
    if texts and fold(texts[0]).startswith(("max", "maks")):
        texts = texts[1:]
    elif sheet.cells[row, 0]:
        return False
    return bool(texts) and all(maximum_of(text) is not None for text in texts)


def _carry(texts: np.ndarray, names_one: Callable[[str], bool]) -> None:
    """Without merged cells, a text in an upper row stands over the empty cells right of it, too."""
    for row in texts[:-1]:
        for column in range(1, len(row)):
            if not row[column] and row[column - 1] and not names_one(str(row[column - 1])):
                row[column] = row[column - 1]
