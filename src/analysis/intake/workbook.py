"""Bytes of an .xlsx workbook → sheets of text cells with what the workbook knows of each.

The bytes are never parsed here: `child` does that in a process of its own, with two readers (`readers`), after the
zip and the XML were measured (`parcel`). Nothing in a workbook is executed or fetched.
"""

from __future__ import annotations

import unicodedata

import numpy as np

from analysis.errors import DataError
from analysis.intake.child import CHILD
from analysis.intake.grid import Sheet
from analysis.intake.mojibake import mend_rows
from analysis.intake.parcel import MAX_PACKED
from analysis.intake.traces import Traces

READER = "calamine"
"""The reader whose values are used."""


def read_workbook(data: bytes, *, file: str, sha256: str) -> list[Sheet]:
    """Read the bytes of an .xlsx workbook, a `Sheet` for each sheet of cells.

    Raises
    ------
    DataError
        The bytes are no readable workbook, it has a password, it is far larger than a score sheet can be, or reading
        it takes more memory or time than a file may.
    """
    if len(data) > MAX_PACKED:
        raise DataError(f"{file}: the workbook has more than {MAX_PACKED // 1_000_000} MB. Save its sheet as .csv.")
    try:
        found = CHILD.read(data)
    except DataError as error:
        raise DataError(f"{file}: {error}") from None
    return [_sheet(entry, file, sha256) for entry in found]


def _sheet(entry: dict, file: str, sha256: str) -> Sheet:
    texts = [[unicodedata.normalize("NFC", text) for text in row] for row in entry["texts"]]
    composed = _length(entry["texts"]) - _length(texts)
    mends = mend_rows(texts)
    height, width = len(texts), len(texts[0]) if texts else 0
    cells = np.full((height, width), "", dtype=object)
    for row, line in enumerate(texts):
        cells[row] = line
    return Sheet(
        file=file,
        sheet=entry["name"],
        reader=READER,
        sha256=sha256,
        cells=cells,
        kinds=np.array(entry["kinds"], dtype=np.uint8).reshape(height, width),
        lines=np.arange(1, height + 1),
        widths=np.full(height, width),
        merged=tuple(tuple(area) for area in entry["merged"]),
        traces=_traces(entry),
        mends=mends,
        composed=composed,
    )


def _length(rows: list[list[str]]) -> int:
    return sum(len(text) for row in rows for text in row)


def _traces(entry: dict) -> Traces:
    return Traces(
        hidden=entry["hidden"],
        hidden_rows=tuple(entry["hidden_rows"]),
        hidden_columns=tuple(entry["hidden_columns"]),
        notes={(row, column): text for row, column, text in entry["notes"]},
        fills={(row, column): colour for row, column, colour in entry["fills"]},
        disputed={(row, column): (one, other) for row, column, one, other in entry["disputed"]},
    )
