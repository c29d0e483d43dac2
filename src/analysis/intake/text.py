"""Bytes of a text file → rows of text: the character set, the delimiter, the lines. Every cell stays text."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping

import numpy as np

from analysis.errors import DataError
from analysis.intake.grid import Sheet
from analysis.intake.mojibake import POLISH, mend_rows, suspect

COMMON_MARKS = set("\u00a0„”“’–—…°§×½€«»")
LEGACY = ("cp1250", "iso8859-2", "cp852", "mac_latin2")
DELIMITERS = (";", "\t", ",", "|")
SAMPLE = 50
"""Rows looked at to find the delimiter."""
WIDE = 0.7
"""Share of second bytes that must be 0 or 1 in UTF-16; dashes and quotation marks have others."""

_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_WORDS = re.compile(rb"[A-Za-z]*[\x80-\xff][A-Za-z\x80-\xff]*")
_CAPITAL_INSIDE = re.compile("[a-ząćęłńóśźż][ĄĆĘŁŃÓŚŹŻ][a-ząćęłńóśźż]")
_SEP = re.compile(r"^sep=(.)\r?\n", re.IGNORECASE)


def decode(data: bytes, *, file: str) -> tuple[str, str]:
    """Decode the bytes of a Polish text file.

    A byte order mark decides; then bytes that only UTF-16 has in every second place; then strict UTF-8; then the one
    of the four 8-bit sets of Central Europe that gives the most Polish letters and the fewest unlikely signs.

    Parameters
    ----------
    data : bytes
        The whole file.
    file : str
        Its name, for the error.

    Returns
    -------
    text, encoding : str
        The text in Unicode normal form C, and the name of the character set.

    Raises
    ------
    DataError
        The bytes fit none of these character sets.

    >>> decode("Łódź; 7,5".encode("cp1250"), file="marks.csv")
    ('Łódź; 7,5', 'cp1250')
    """
    written, encoding = _decoded(data, file=file)
    return unicodedata.normalize("NFC", written), encoding


def _decoded(data: bytes, *, file: str) -> tuple[str, str]:
    for encoding in _candidates(data):
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise DataError(
        f"{file}: the bytes are no text in UTF-8, UTF-16, Windows-1250, ISO-8859-2, CP852 or Mac. Save it as UTF-8."
    )


def _candidates(data: bytes) -> list[str]:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return [encoding]
    wide = _wide(data)
    if wide:
        return [wide]
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        return ["utf-8"]
    words = Counter(_WORDS.findall(data))
    return sorted(LEGACY, key=lambda encoding: -_likelihood(words, encoding))


def _wide(data: bytes) -> str:
    """UTF-16 without a mark: every second byte is 0 or 1, the upper halves of Latin letters; else empty."""
    head = data[: min(len(data), 4096) // 2 * 2]
    if len(data) % 2 or not head:
        return ""
    for encoding, upper in (("utf-16-le", head[1::2]), ("utf-16-be", head[0::2])):
        if upper.count(0) + upper.count(1) > WIDE * len(upper):
            return encoding
    return ""


def _likelihood(words: Mapping[bytes, int], encoding: str) -> float:
    """Score a character set: Polish letters speak for it; control signs, and capitals inside words, against it."""
    return sum(count * _fit(word.decode(encoding, errors="replace")) for word, count in words.items())


def _fit(word: str) -> float:
    score = 0.0
    for sign in word:
        if sign.isascii():
            continue
        if sign in POLISH:
            score += 1
        elif sign.isalpha():
            score -= 1
        elif sign not in COMMON_MARKS:
            score -= 3
    return score - 2 * len(_CAPITAL_INSIDE.findall(word))


def delimiter(text: str) -> str:
    r"""Find the delimiter: the one that gives most rows the same number (above one) of fields, quotes respected.

    >>> delimiter('Urząd;"Ocena; punkty"\nA;7,5\nB;8,0\n')
    ';'
    """

    def fit(candidate: str) -> tuple[float, int]:
        rows = _sample(text, candidate)
        if not rows:
            return (0, 0)
        width, rank = Counter(len(row) for row in rows).most_common(1)[0]
        return (rank / len(rows), width) if width > 1 else (0, 0)

    fits = {candidate: fit(candidate) for candidate in DELIMITERS}
    return max(DELIMITERS, key=lambda candidate: fits[candidate])


def _sample(text: str, candidate: str) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=candidate):
            if any(row):
                rows.append(row)
            if len(rows) == SAMPLE:
                break
    except csv.Error:
        return []
    return rows


def read_text(data: bytes, *, file: str, sha256: str) -> Sheet:
    """Read the bytes of a delimited text file as one sheet.

    Raises
    ------
    DataError
        The character set is unknown, or a quotation mark opens and never closes.
    """
    written, encoding = _decoded(data, file=file)
    text = unicodedata.normalize("NFC", written)
    given = _SEP.match(text)
    mark = given.group(1) if given else delimiter(text)
    body, first = (text[given.end() :], 2) if given else (text, 1)
    rows, lines = _rows(body, mark, file=file, first=first)
    mends = mend_rows(rows) if suspect(body) else ()
    width = max((len(row) for row in rows), default=0)
    cells = np.full((len(rows), width), "", dtype=object)
    for index, row in enumerate(rows):
        cells[index, : len(row)] = [text.strip() for text in row]
    return Sheet(
        file=file,
        sheet="",
        reader=encoding,
        sha256=sha256,
        cells=cells,
        kinds=np.zeros(cells.shape, dtype=np.uint8),
        lines=np.array(lines, dtype=int),
        widths=np.array([len(row) for row in rows], dtype=int),
        mends=mends,
        composed=len(written) - len(text),
    )


def _rows(text: str, mark: str, *, file: str, first: int) -> tuple[list[list[str]], list[int]]:
    try:
        return _parse(text, mark, strict=True, first=first)
    except csv.Error as error:
        if "unexpected end" in str(error):
            line = _open_quote(text, mark) + first - 1
            raise DataError(f"{file}, line {line}: a quotation mark opens here and never closes. Close it.") from None
    try:
        return _parse(text, mark, strict=False, first=first)
    except csv.Error as error:
        raise DataError(f"{file}: not a table of text ({error}). Save it again as CSV.") from None


def _parse(text: str, mark: str, *, strict: bool, first: int) -> tuple[list[list[str]], list[int]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=strict)
    rows, lines, line = [], [], first
    for row in reader:
        if row:
            rows.append(row)
            lines.append(line)
        line = reader.line_num + first
    return rows, lines


def _open_quote(text: str, mark: str) -> int:
    """Line of the row in which the quotation mark opens that never closes."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    line = 1
    try:
        for _ in reader:
            line = reader.line_num + 1
    except csv.Error:
        return line
    return line
