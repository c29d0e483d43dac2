"""Two versions of one file (`_final`, `_v2`, `(1)`, `kopia`) lying side by side, and the cells in which they differ."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

import numpy as np

from analysis.errors import DataError
from analysis.intake.files import sheets
from analysis.intake.grid import Sheet, key, letters
from analysis.intake.ledger import Finding, Journal

SHOWN = 12
"""Cells that a finding names; its count says how many differ."""

_WORDS = (
    r"v\.?[0-9]{1,3}|(?:ver|wer|wersja|version)[ _.]*[0-9]{1,3}|\([0-9]{1,3}\)|final|finaln[ayei]|ostateczn[aye]"
    r"|kopia|copy|popraw(?:k[ai]|ion[aye])|korekta"
)
_LAST = re.compile(rf"(?<=.)(?:[ _.—–-]+(?:{_WORDS})|\([0-9]{{1,3}}\))$")
_FIRST = re.compile(r"^(?:kopia|copy)(?: of| pliku)?[ _-]+(?=.)")


def stem(name: str) -> str:
    """Give what the versions of one file share: its name without its ending and without words for a version.

    >>> [stem(name) for name in ("Juror_3_final.xlsx", "juror_3 (1).xlsx", "Kopia juror_3_v2.xlsx", "juror_3.xlsx")]
    ['juror_3', 'juror_3', 'juror_3', 'juror_3']
    """
    text = key(Path(name).stem)
    while (shorter := _FIRST.sub("", _LAST.sub("", text))) != text:
        text = shorter
    return text


def compare_versions(found: Sequence[tuple[Path, str]], *, journal: Journal) -> None:
    """Note each file that lies beside another version of itself, whether or not the pattern takes both.

    Parameters
    ----------
    found : sequence of (Path, str)
        Files that are read, with their names.
    journal : Journal
        Takes the findings: `place` names cells that differ, `count` how many there are (0: the files are alike).
    """
    names = dict(found)
    folders = sorted({path.parent for path in names})
    for folder in folders:
        groups: dict[tuple[str, str], list[Path]] = {}
        for path in sorted(folder.iterdir()):
            if path.is_file() and not path.name.startswith((".", "~$")):
                groups.setdefault((stem(path.name), path.suffix.lower()), []).append(path)
        for paths in groups.values():
            for one, other in combinations(paths, 2):
                if one in names or other in names:
                    _compare(one, other, names, journal)


def _compare(one: Path, other: Path, names: dict[Path, str], journal: Journal) -> None:
    """Note one pair; the finding stands under the file that is read, and `found` names the other."""
    if one not in names:
        one, other = other, one
    name = names.get(other) or names[one].removesuffix(one.name) + other.name
    try:
        first, second = sheets(one, file=names[one]), sheets(other, file=name)
    except DataError:
        return  # whatever cannot be read has its own error
    if not first:
        return
    cells = _differing(first, second)
    place = ", ".join(cells[:SHOWN]) + (", …" if len(cells) > SHOWN else "")
    entry = Finding("two_versions", first[0], place, key=other.name, found=name, count=len(cells))
    journal.findings.append(entry)


def _differing(first: Sequence[Sheet], second: Sequence[Sheet]) -> list[str]:
    """Addresses of the cells whose text differs, sheet by sheet."""
    one, other = ({sheet.sheet: sheet.cells for sheet in book} for book in (first, second))
    none = np.empty((0, 0), dtype=object)
    found = []
    for name in sorted(one.keys() | other.keys()):
        two = one.get(name, none), other.get(name, none)
        height, width = (max(cells.shape[axis] for cells in two) for axis in (0, 1))
        whole = [np.full((height, width), "", dtype=object) for _ in two]
        for cells, padded in zip(two, whole, strict=True):
            padded[: cells.shape[0], : cells.shape[1]] = cells
        places = np.argwhere(whole[0] != whole[1]).tolist()
        found += [f"{name}!{letters(column)}{row + 1}".removeprefix("!") for row, column in places]
    return found
