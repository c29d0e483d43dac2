"""What is out of order in the files though it can be read: late and amended marks, totals, workbooks, office links."""

from __future__ import annotations

import re

import pandas as pd

from analysis.pages.display import Block, Prose, Table
from analysis.pages.findings import coded, columns, shown
from analysis.pages.page import Column, Page

LATE = ("late_score", "amended", "superseded")
TOTALS = ("total_differs", "maximum_differs")
WORKBOOKS = (
    "two_versions", "hidden_rows", "hidden_columns", "hidden_sheet", "cell_note", "coloured_cells", "merged_cells",
    "readers_disagree", "cell_in_dispute",
)  # fmt: skip
OFFICES = ("office_linked",)
RULES = ("rules_frozen", "rules_changed", "rules_record_edited")
IN_SECTIONS = (*LATE, *TOTALS, *WORKBOOKS, *OFFICES, *RULES)
"""Codes that a section of the page shows, so that the general tables need not repeat them."""
PLACES, QUOTED = 6, 3  # places and texts of one kind that a row names


def late(page: Page) -> Block:
    """Marks entered after their stage had closed, and marks that a later version of the file changed."""
    return shown(
        page, coded(page, LATE), "clean.late", columns("what", "where", "key", "found", "done", "count", "todo")
    )


def totals(page: Page) -> Block:
    """Totals of the sheets that are not what their marks add up to: stated, computed, difference, place."""
    found = coded(page, TOTALS)
    found = found.assign(difference=_differences(found))
    heads = columns("what", "where", "key", found="stated", done="computed")
    heads["difference"] = Column("clean.columns.difference", "number:2")
    return shown(page, found, "clean.totals", heads)


def workbooks(page: Page) -> Block:
    """Two versions of a file, hidden rows and sheets, notes and colours, by kind and sheet."""
    found = _gathered(coded(page, WORKBOOKS))
    return shown(page, found, "clean.workbooks", columns("what", "where", "found", "count", "todo"))


def offices(page: Page) -> Block:
    """Offices that were linked by their name, and names that only a person can settle, with what they may mean."""
    heads = columns("what", found="written", done="linked", file="file", count="count")
    by = coded(page, OFFICES).groupby(["code", "file", "found", "done", "state"], sort=False, as_index=False)["count"]
    return page.group(shown(page, by.sum(), "clean.offices", heads), suggestions(page))


def suggestions(page: Page) -> Table | Prose:
    """Names that no office has, each with the offices it may mean and what a person decided."""
    review = page.tables["review"]
    if review.empty:
        return Prose("clean-suggestions", (page.say("clean.suggestions.none"),))
    heads = columns("written", name="proposed") | {"score": Column("clean.columns.likeness", "number:0")}
    heads |= columns("decision")
    return page.table("clean.suggestions", review, heads)


def _differences(found: pd.DataFrame) -> list[float]:
    return [_number(stated) - _number(computed) for stated, computed in zip(found["found"], found["done"], strict=True)]


def _number(text: str) -> float:
    """Number a text holds, with a point or a comma; NaN where it holds none."""
    plain = text.replace("\u00a0", "").replace(" ", "").replace(",", ".")
    return float(plain) if re.fullmatch(r"[+-]?\d+(\.\d+)?", plain) else float("nan")


def _gathered(found: pd.DataFrame) -> pd.DataFrame:
    """Lay findings of one kind in one sheet together: the first places and texts, and how many there are."""
    rows = []
    for _, same in found.groupby(["code", "file", "sheet"], sort=False):
        place, text = _first(same["place"], PLACES), _first(same["found"], QUOTED)
        rows.append(same.iloc[0].to_dict() | {"place": place, "found": text, "count": int(same["count"].sum())})
    return pd.DataFrame(rows, columns=found.columns)


def _first(texts: pd.Series, most: int) -> str:
    kept = [text for text in dict.fromkeys(texts) if text]
    return ", ".join(kept[:most]) + (" …" if len(kept) > most else "")
