"""Jurors written with titles or without: `prof. dr hab. Anna Zmyślona` is Anna Zmyślona where that names one only."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pandas as pd

from analysis.intake.cells import fold
from analysis.intake.grid import key
from analysis.intake.identity import Names
from analysis.intake.ledger import Finding, Journal

_ACADEMIC = {"prof", "profesor", "professor", "zw", "nadzw", "uczelni", "dr", "doktor", "doctor", "hab", "phd"}
_DEGREES = {"inz", "inzynier", "mgr", "magister", "lic", "arch", "msc", "ma", "ba", "mba", "dba", "jd", "llm"}
_POLITE = {"mec", "adw", "adwokat", "radca", "prawny", "r", "pr", "ks", "pan", "pani", "p", "mr", "mrs", "ms"}
_TITLES = _ACADEMIC | _DEGREES | _POLITE
_BETWEEN = re.compile(r"[\s.,]+")


def untitled(name: str) -> str:
    """Give a name without titles and case.

    >>> untitled("prof. dr hab. inż. Anna Zmyślona, prof. uczelni"), untitled("Jan Urojony, MBA")
    ('anna zmyślona', 'jan urojony')
    """
    words = [word for word in _BETWEEN.split(key(name)) if word]
    return " ".join(word for word in words if fold(word) not in _TITLES)


def with_titles(names: Names, cells: pd.DataFrame, *, journal: Journal) -> Names:
    """Add the spellings of jurors that differ from one known name by titles only, and note them.

    Parameters
    ----------
    names : Names
        What the jurors are called.
    cells : DataFrame
        Judgements with `juror` as written, `reading`, `sheet_of` and `place`.

    Returns
    -------
    Names
        The names with the spellings; the same object where there are none.
    """
    unknown = [text for text in dict.fromkeys(cells["juror"]) if text and names.find(text) is None]
    bare = _bare(names, names.written.values())
    found = {text: ids for text in unknown if len(ids := bare.get(untitled(text), set())) == 1}
    if not found:
        return names
    names = names.copy()
    for text, ids in found.items():
        names.add(next(iter(ids)), text)
    rows = cells[cells["juror"].isin(list(found))].drop_duplicates(["reading", "juror"])
    for row in rows.itertuples():
        known = next(iter(found[row.juror]))
        entry = Finding("title_removed", row.sheet_of, row.place, f"juror {known}", row.juror, known)
        journal.findings.append(entry)
    return names


def _bare(names: Names, texts: Iterable[str]) -> dict[str, set[str]]:
    """Every known name without titles → the ids it may mean."""
    bare: dict[str, set[str]] = {}
    for text in texts:
        identifier, plain = names.find(text), untitled(text)
        if identifier and " " in plain:
            bare.setdefault(plain, set()).add(identifier)
    return bare
