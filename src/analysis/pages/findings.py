"""Findings of intake in the words of a page: what it is, where, whom it concerns, what to do."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pandas as pd

from analysis.pages.display import Prose, Table
from analysis.pages.page import Column, Page

COUNTS = ("count", "read", "accepted", "quarantined", "excluded")


def of_edition(page: Page, table: str) -> pd.DataFrame:
    """Give the rows of a table that concern the page's edition, or all editions."""
    frame = page.tables[table]
    return frame[frame["edition"].isin([page.edition.id, ""])].reset_index(drop=True)


def coded(page: Page, codes: Iterable[str]) -> pd.DataFrame:
    """Give the findings of the page's edition that have one of the codes."""
    found = of_edition(page, "findings")
    return found[found["code"].isin(list(codes))].reset_index(drop=True)


def shown(page: Page, found: pd.DataFrame, key: str, columns: dict[str, Column]) -> Table | Prose:
    """Table of findings in words, or the sentence `<key>.none` where there are none."""
    if found.empty:
        return Prose(key.replace(".", "-"), (page.say(f"{key}.none"),))
    return page.table(key, in_words(page, found), columns)


def columns(*names: str, **heads: str) -> dict[str, Column]:
    """Columns by name; `heads`: name = another head than its own."""
    labels = {name: name for name in names} | heads
    return {
        name: Column(f"clean.columns.{head}", "count" if name in COUNTS else "text") for name, head in labels.items()
    }


def in_words(page: Page, found: pd.DataFrame) -> pd.DataFrame:
    """Write codes, places, keys and proposed numbers in the page's language."""
    words = {"place": _place, "key": concerns, "done": _became, "file": _short}
    named = {name: [word(page, text) for text in found[name]] for name, word in words.items() if name in found}
    found = found.assign(**named)
    if "place" in found:
        parts = zip(found["file"], found["sheet"], found["place"], strict=True)
        found = found.assign(where=[", ".join(filter(None, address)) for address in parts])
    return found.assign(
        what=[page.say(f"clean.findings.{code}.what") for code in found["code"]],
        todo=[page.say(f"clean.findings.{code}.todo") for code in found["code"]],
        state=[page.say(f"clean.state.{state}") for state in found["state"]],
    )


def _short(page: Page, file: str) -> str:
    """Give a file below the folder of the page's edition without that folder."""
    return file.removeprefix(f"{page.edition.id}/")


def _place(page: Page, text: str) -> str:
    """Give `line 12, Standards` in the page's language; the address of a cell stays as it is."""
    word, _, rest = text.partition(" ")
    return f"{page.say(f'clean.place.{word}')} {rest}" if page.words.has(f"clean.place.{word}") else text


def concerns(page: Page, text: str) -> str:
    """Give `dossier D07, juror J3, standards` or `w10: 358, comfort` with the names people use."""
    wave, _, rest = text.partition(": ")
    if rest:
        respondent, *items = rest.split(", ")
        said = page.say("clean.key.answer", wave=page.label("wave", wave), respondent=respondent)
        return ", ".join([said, *(page.label("item", item) for item in items)])
    return ", ".join(_named(page, part) for part in text.split(", "))


def _named(page: Page, part: str) -> str:
    kind, _, name = part.partition(" ")
    if not name:
        return page.label("criterion", part)
    if kind == "dossier":
        return page.say("clean.key.dossier", name=name)
    if kind == "frozen":
        return page.say("clean.key.frozen", date=page.words.date(name))
    return page.label("juror", name) if kind == "juror" else page.label("criterion", part)


def _became(page: Page, text: str) -> str:
    """Give a number in the page's notation and a place in its words; another text as it is."""
    if not re.fullmatch(r"\d+(\.\d+)?", text):
        return _place(page, text)
    return page.words.number(float(text), len(text.partition(".")[2]))
