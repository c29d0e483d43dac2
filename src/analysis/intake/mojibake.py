"""Letters that an earlier program read in the wrong character set: `WrocĹ‚aw`, `Wroc³aw` → `Wrocław`.

Two accidents are mended: UTF-8 read as Windows-1250, Windows-1252 or ISO-8859-2, and Windows-1250 read as Windows-1252.
The first is certain cell by cell. The second is mended in a cell that has a sign where no language has it (`³` inside a
word), and through a whole sheet where several cells have one and no cell has a true Polish letter.
"""

from __future__ import annotations

import re
from collections.abc import MutableSequence, Sequence
from dataclasses import dataclass

POLISH = frozenset("ąćęłńóśźżĄĆĘŁŃÓŚŹŻ")
MISREAD_AS = ("cp1250", "cp1252", "iso8859-2")
TIMES = 2
"""A text can have gone through two wrong programs."""
WITNESSES = 2
"""Cells that must show the accident before a whole sheet is taken to have had it."""

_MARKS = frozenset("\u00a0\u202f\u2009„”“’‘–—…§°×½€")


@dataclass(frozen=True)
class Mend:
    """One mended cell: its place in the sheet (counted from 0), its text before and after."""

    row: int
    column: int
    before: str
    after: str


def _signs(encoding: str) -> dict[int, str]:
    """Byte → sign; a byte without a sign of its own becomes the control sign of its number, as programs write it."""
    return {byte: bytes([byte]).decode(encoding, errors="ignore") or chr(byte) for byte in range(128, 256)}


def _sequences(encoding: str) -> re.Pattern[str]:
    table = _signs(encoding)

    def group(low: int, high: int) -> str:
        return "[" + "".join(re.escape(table[byte]) for byte in range(low, high)) + "]"

    after = group(0x80, 0xC0)
    return re.compile(f"{group(0xE2, 0xE3)}{after}{after}|{group(0xC2, 0xC6)}{after}")


_BYTES = {encoding: {sign: byte for byte, sign in _signs(encoding).items()} for encoding in MISREAD_AS}
_SEQUENCES = {encoding: _sequences(encoding) for encoding in MISREAD_AS}
_SAME = "".join(sign for byte, sign in _signs("cp1250").items() if sign == _signs("cp1252")[byte])
_LETTERS = {_signs("cp1252")[sign.encode("cp1250")[0]]: sign for sign in POLISH}
"""What a Polish letter of Windows-1250 looks like when it is read as Windows-1252."""

_SUSPECT = re.compile("[ÂÃÄÅâĂĹ][\u0080-\uffff]|[¹³¿¥£¯œŒŸ\u008f]")
_SMALL, _CAPITAL = "[a-zæêñóœŸ³¹¿]", "[A-ZÓÊÆÑ£¯Œ¥]"
_WITNESS = re.compile(
    rf"[a-zA-Z][¹³](?={_SMALL})|[a-zA-Zóê¹³][¿Ÿ](?={_SMALL})|(?<!\w)[¹³¿Ÿ](?={_SMALL}{{2}})"
    rf"|[£¯](?={_SMALL}{{2}})|Œ(?=[cwlrmp])|œ(?=[rwmpæ])|[¥£¯Œ](?={_CAPITAL}{{2}})|[A-Z][¥£¯Œ](?={_CAPITAL})"
)
"""Signs in places where no language has them: a power inside a word, an English pound before a small letter."""
_UNIT = re.compile(r"\b(?:[dcmkh]?m|Nm)[³¹](?!\w)")
_OTHER = re.compile("[^\\W\\d_a-zA-Z" + "".join(map(re.escape, (*_LETTERS, *_SAME))) + "]")


def suspect(text: str) -> bool:
    """Tell whether a text holds any sign that such an accident leaves; most files do not."""
    return _SUSPECT.search(text) is not None


def mend(text: str) -> str:
    """Give a cell with its letters as they were meant; a text without such an accident is given back as it is.

    >>> mend("WrocĹ‚aw"), mend("Wroc³aw"), mend("10 m³"), mend("François Müller")
    ('Wrocław', 'Wrocław', '10 m³', 'François Müller')
    """
    mended = _from_utf8(text)
    return _from_1252(mended) if _witness(mended) else mended


def mend_rows(rows: Sequence[MutableSequence[str]]) -> tuple[Mend, ...]:
    """Mend the cells of a sheet where they stand, and give what was changed, row by row.

    Parameters
    ----------
    rows : sequence of sequences of str
        Cells as they were written, blanks at their ends included.

    >>> rows = [["Urz¹d", "ocena"], ["£ódŸ", "pi¹tek"]]
    >>> mend_rows(rows)[0]
    Mend(row=0, column=0, before='Urz¹d', after='Urząd')
    """
    found = [(r, c, text) for r, row in enumerate(rows) for c, text in enumerate(row) if not text.isascii()]
    texts = {(r, c): _from_utf8(text) if suspect(text) else text for r, c, text in found}
    witnesses = {place for place, text in texts.items() if _witness(text)}
    whole = len(witnesses) >= WITNESSES and not any(_OTHER.search(text) for text in texts.values())
    mends = []
    for row, column, before in found:
        after = texts[row, column]
        if whole or (row, column) in witnesses:
            after = _from_1252(after)
        if after != before:
            rows[row][column] = after
            mends.append(Mend(row, column, before, after))
    return tuple(mends)


def _from_utf8(text: str) -> str:
    """Undo UTF-8 read as an 8-bit set: the one that gives the most letters; where two do, nothing is done."""
    for _ in range(TIMES):
        readings = [_decoded(text, encoding) for encoding in MISREAD_AS]
        most = max(found for found, _ in readings)
        best = {meant for found, meant in readings if found == most}
        if not most or len(best) > 1:
            return text
        text = best.pop()
    return text


def _decoded(text: str, encoding: str) -> tuple[int, str]:
    """Put a sign in the place of every sequence that is one in UTF-8, and weigh those that are certain.

    A Polish letter or a typographic mark is certain; another letter (`Ă` + `Ľ` = `ü`) is where the sequence would
    be a capital inside a word.
    """
    table = _BYTES[encoding]
    parts, end, certain = [], 0, 0
    for match in _SEQUENCES[encoding].finditer(text):
        sign = bytes(table[part] for part in match[0]).decode("utf-8", errors="ignore")
        if sign in POLISH or (len(match[0]) == 3 and sign in _MARKS):
            certain += 3
        elif sign.isalpha() and ord(sign) < 0x180:
            certain += _capital_inside(text, match)
        elif not sign or (sign not in _MARKS and not "\u0080" <= sign <= "\u009f"):
            continue
        parts += [text[end : match.start()], sign]
        end = match.end()
    return certain, "".join([*parts, text[end:]])


def _capital_inside(text: str, match: re.Match[str]) -> bool:
    before, last, after = text[: match.start()][-1:], match[0][-1], text[match.end() :][:1]
    return not last.isalpha() or before.islower() or (last.isupper() and after.islower())


def _witness(text: str) -> bool:
    """Tell whether a cell shows Windows-1250 read as Windows-1252; a Spanish question and a footnote do not."""
    bare = _UNIT.sub("", text)
    return bool(_WITNESS.search(bare)) and not _OTHER.search(text) and not ("¿" in text and "?" in text)


def _from_1252(text: str) -> str:
    units = {match.end() - 1 for match in _UNIT.finditer(text)}
    return "".join(sign if place in units else _LETTERS.get(sign, sign) for place, sign in enumerate(text))
