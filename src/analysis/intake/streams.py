"""A large text file, read piece by piece: one pass, each distinct cell kept once.

It takes only what needs no mending (UTF-8, letters composed, quotes closed) and otherwise leaves the file to
`text.read_text`, so that both give the same sheet.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator

import numpy as np

from analysis.intake.grid import Sheet
from analysis.intake.mojibake import suspect
from analysis.intake.text import delimiter

LARGE = 20_000_000
"""Bytes from which a text file is read in this way."""
PIECE = 5_000
"""Rows of a piece."""
HEAD = 100_000
"""Bytes from which the delimiter is found."""
VARIED = 50_000
"""Distinct texts of a column above which they are no longer kept apart."""


class _Unusual(Exception):
    """The file needs the reader that mends."""


class _Kept(dict):
    """Text as written → text as kept, each made once."""

    def __missing__(self, text: str) -> str:
        self[text] = kept = _plain(text)
        return kept


def _plain(text: str) -> str:
    if not text.isascii() and (not unicodedata.is_normalized("NFC", text) or suspect(text)):
        raise _Unusual
    return text.strip()


def read_large(data: bytes, *, file: str, sha256: str) -> Sheet | None:
    """Read the bytes of a large delimited text file as one sheet, as `text.read_text` does.

    Parameters
    ----------
    data : bytes
        The whole file.
    file, sha256 : str
        Its name and the SHA-256 of its bytes.

    Returns
    -------
    Sheet or None
        None where the file is not plain UTF-8, gives its delimiter in a first line, or has rows of several lengths.
    """
    encoding = "utf-8-sig" if data.startswith(b"\xef\xbb\xbf") else "utf-8"
    head = data[:HEAD].decode(encoding, errors="replace")
    if re.match(r"sep=.\r?\n", head, re.IGNORECASE) or "\0" in head:
        return None
    most = data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n") + 1
    lines = io.TextIOWrapper(io.BytesIO(data), encoding=encoding, newline="")
    reader = csv.reader(lines, delimiter=delimiter(head), strict=True)
    try:
        return _sheet(reader, most, (file, encoding, sha256))
    except (_Unusual, csv.Error, UnicodeDecodeError):
        return None


def _sheet(reader: Iterator[list[str]], most: int, about: tuple[str, str, str]) -> Sheet:
    """Fill the cells column by column, piece after piece; `most` is the greatest number of rows there can be."""
    file, encoding, sha256 = about
    cells, numbers, done = np.empty((0, 0), dtype=object), np.empty(most, dtype=int), 0
    keepers: list[_Kept | None] = []
    for rows, starts in _pieces(reader):
        if not done:
            cells = np.empty((most, len(rows[0])), dtype=object, order="F")
            keepers = [_Kept() for _ in rows[0]]
        if any(len(row) != len(keepers) for row in rows):
            raise _Unusual
        numbers[done : done + len(rows)] = starts
        for column, texts in enumerate(zip(*rows, strict=True)):
            keeper = keepers[column]
            kept = map(_plain if keeper is None else keeper.__getitem__, texts)
            cells[done : done + len(rows), column] = np.fromiter(kept, dtype=object, count=len(rows))
            if keeper is not None and len(keeper) > VARIED:
                keepers[column] = None
        done += len(rows)
    cells = cells[:done]
    kinds, widths = np.zeros(cells.shape, dtype=np.uint8), np.full(done, len(keepers))
    return Sheet(file, "", encoding, sha256, cells, kinds, numbers[:done], widths)


def _pieces(reader) -> Iterator[tuple[list[list[str]], list[int]]]:
    rows, starts, line = [], [], 1
    for row in reader:
        if row:
            rows.append(row)
            starts.append(line)
        line = reader.line_num + 1
        if len(rows) == PIECE:
            yield rows, starts
            rows, starts = [], []
    if rows:
        yield rows, starts
