"""Numbers that identify an office: REGON, NIP and the TERYT code of its gmina, with what makes one wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

_REGON_9 = (8, 9, 2, 3, 4, 5, 6, 7)
_REGON_14 = (2, 4, 8, 5, 0, 9, 7, 3, 6, 1, 2, 4, 8)
_NIP = (6, 5, 7, 2, 3, 4, 5, 6, 7)
_VOIVODESHIPS = range(2, 33, 2)
_GMINA_KINDS = "0123459"
_DISTRICT = "8"
_SEPARATORS = re.compile(r"[\s\-./]+")
_WHOLE = re.compile(r"([0-9]+)[.,]0+")


@dataclass(frozen=True)
class Code:
    """A code as it is kept: its digits, whether it may be true, and whether zeros in front were put back."""

    text: str
    valid: bool
    restored: bool = False


def valid_regon(digits: str) -> bool:
    """Tell whether 9 or 14 digits are a REGON.

    The check digit is the weighted sum of the digits before it modulo 11, 10 counting as 0; a long REGON begins with
    a short one. Source: regulation of the Council of Ministers on the REGON register, annex.

    >>> valid_regon("000331501"), valid_regon("000331502")
    (True, False)
    """
    if not re.fullmatch(r"[0-9]{9}|[0-9]{14}", digits) or not int(digits):
        return False
    if _remainder(digits[:8], _REGON_9) % 10 != int(digits[8]):
        return False
    return len(digits) == 9 or _remainder(digits[:13], _REGON_14) % 10 == int(digits[13])


def valid_nip(digits: str) -> bool:
    """Tell whether 10 digits are a NIP: the weighted sum modulo 11 is the last digit, 10 is no check digit.

    >>> valid_nip("5261040828"), valid_nip("5261040829")
    (True, False)
    """
    if not re.fullmatch(r"[0-9]{10}", digits) or not int(digits):
        return False
    return _remainder(digits[:9], _NIP) == int(digits[9])


def valid_terc(digits: str) -> bool:
    """Tell whether 7 digits have the form of a TERC code; the code has no check digit.

    Two digits of the voivodeship (even, 02-32), two of the county, two of the gmina, one of its kind.

    >>> valid_terc("0201011"), valid_terc("0301011")
    (True, False)
    """
    if not re.fullmatch(r"[0-9]{7}", digits) or int(digits[:2]) not in _VOIVODESHIPS:
        return False
    return digits[-1] in _GMINA_KINDS + _DISTRICT


def read_regon(text: str) -> Code:
    """Read a REGON; zeros that a spreadsheet took from its front come back where the check digit agrees.

    >>> read_regon("331501")
    Code(text='000331501', valid=True, restored=True)
    """
    return _read(text, valid_regon, (9, 14))


def read_nip(text: str) -> Code:
    """Read a NIP, with or without hyphens and the country's letters.

    >>> read_nip("PL 526-104-08-28")
    Code(text='5261040828', valid=True, restored=False)
    """
    return _read(text.upper().removeprefix("PL"), valid_nip, (10,))


def read_terc(text: str) -> Code:
    """Read a TERC code; the zero that a spreadsheet took from its front comes back where the form agrees.

    >>> read_terc("201011")
    Code(text='0201011', valid=True, restored=True)
    """
    return _read(text, valid_terc, (7,))


def _read(text: str, valid: Callable[[str], bool], lengths: tuple[int, ...]) -> Code:
    whole = _WHOLE.fullmatch(text.strip())
    digits = whole.group(1) if whole else _SEPARATORS.sub("", text)
    if not digits.isdecimal() or not digits.isascii():
        return Code(text, False)
    if valid(digits):
        return Code(digits, True)
    longer = [length for length in lengths if length > len(digits)]
    full = digits.zfill(longer[0]) if longer else digits
    if len(full) > len(digits) and valid(full):
        return Code(full, True, restored=True)
    return Code(digits, False)


def _remainder(digits: str, weights: tuple[int, ...]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True)) % 11


READERS = {"regon": read_regon, "nip": read_nip, "terc": read_terc}
"""Column of the register of offices → how its text is read."""
