"""A page of the simulated competition for tests of content: its rows measured once, with few resamples."""

from __future__ import annotations

import functools
import json
import re
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import disclosure, measures
from analysis.config import Competition
from analysis.pages.display import Block, Group
from analysis.pages.page import NOUNS, Page
from analysis.pages.words import Words
from analysis.schema import RESULTS, TABLES
from analysis.simulate import settings, world

NEWEST = "e10"


@functools.cache
def competition() -> Competition:
    """The demo competition with 200 resamples."""
    demo = settings.competition()
    return demo.model_copy(update={"analysis": demo.analysis.model_copy(update={"replicates": 200})})


@functools.cache
def tables() -> dict[str, pd.DataFrame]:
    """Its tidy tables, without faults."""
    made = world(settings.SEED)
    return {name: made.get(name, table.empty()) for name, table in TABLES.items() if name != "results"}


@functools.cache
def rows(noun: str) -> pd.DataFrame:
    """Rows of a noun: of the newest edition, or over all."""
    part = NEWEST if NEWEST in measures.parts(noun, competition()) else ""
    return measures.measure(noun, tables(), competition(), part)


def page(notebook: str, language: str = "pl", audience: str = "organizer", **changes: Any) -> Page:
    """A page of the newest edition (annual report) or over all editions, as its process would be given it."""
    held, results = tables(), pd.concat([rows(noun) for noun in NOUNS[notebook]], ignore_index=True)
    if audience == "public":
        results = disclosure.public_results(results, competition().disclosure)
        held = disclosure.public_tables(held)
    edition = competition().edition(NEWEST) if notebook == "annual_report" else None
    given = {"competition": competition(), "edition": edition, "results": results, "tables": held} | changes
    return Page(notebook=notebook, language=language, audience=audience, words=Words(language), **given)


def without(results: pd.DataFrame, *measure: str) -> pd.DataFrame:
    """The rows without those of some measures."""
    return results[~results["measure"].isin(measure)].reset_index(drop=True)


def nothing() -> pd.DataFrame:
    """No rows at all."""
    return RESULTS.empty()


def blocks(shown: Block | Group) -> list[Block]:
    """The blocks of what a cell shows, one after the other."""
    return [block for part in shown.blocks for block in blocks(part)] if isinstance(shown, Group) else [shown]


def figures(shown: Block | Group) -> list[Any]:
    """The figures among them."""
    return [block for block in blocks(shown) if block.kind == "figure"]


def html(shown: Block | Group) -> str:
    """All that is on the page, with the data of its charts."""
    return "".join(block.html for block in blocks(shown))


def text(shown: Block | Group) -> str:
    """What a reader reads: the HTML without its marks and charts."""
    return re.sub(r"<[^>]+>", " ", re.sub(r"<script.*?</script>", "", html(shown), flags=re.S))


def calls(notebook: str) -> list[str]:
    """Names of the page functions a notebook calls, in order."""
    path = Path(__file__).parents[1] / "notebooks" / f"{notebook}.ipynb"
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    return [found.group(1) for source in sources if (found := re.fullmatch(r"\w+\.(\w+)\(page\)", source))]
