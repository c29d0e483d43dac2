"""Pages about the panel for tests: of the simulated competition, and of small ones written out."""

import functools
import json
import re
from html import unescape
from pathlib import Path

import pandas as pd

import small
from analysis import disclosure, simulate
from analysis.measures import measure
from analysis.pages import (
    affinity,
    agreement,
    clean,
    coefficients,
    complete,
    components,
    dstudy,
    habits,
    in_force,
    irregular,
    jurors,
    linked,
    missing,
    pairs,
    placement,
    residuals,
    ruler,
    sequence,
    stages,
    thresholds,
)
from analysis.pages.page import NOUNS, Page
from analysis.pages.words import Words
from analysis.schema import RESULTS, conform
from analysis.simulate import settings

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
ROOMS = {
    "affinity": affinity,
    "agreement": agreement,
    "clean": clean,
    "coefficients": coefficients,
    "complete": complete,
    "components": components,
    "dstudy": dstudy,
    "habits": habits,
    "in_force": in_force,
    "irregular": irregular,
    "jurors": jurors,
    "linked": linked,
    "missing": missing,
    "pairs": pairs,
    "placement": placement,
    "residuals": residuals,
    "ruler": ruler,
    "sequence": sequence,
    "stages": stages,
    "thresholds": thresholds,
}


@functools.cache
def world():
    """Tables of the simulated competition, without files: its account and findings are empty."""
    return small.tables(**{name: frame for name, frame in simulate.world().items() if not name.startswith("truth_")})


@functools.cache
def rows(noun, edition):
    """Rows of one edition (of jurors: and of all) of the simulated competition, with few resamples."""
    competition = settings.competition()
    quick = competition.model_copy(update={"analysis": competition.analysis.model_copy(update={"replicates": 200})})
    parts = [edition, ""] if noun == "jurors" else [edition]
    return pd.concat([measure(noun, _slice(world(), part), quick, part) for part in parts], ignore_index=True)


def demo(notebook, *, language="pl", audience="organizer", edition="e10"):
    """Page of the simulated competition."""
    competition, tables = settings.competition(), world()
    frames = [rows(noun, edition) for noun in NOUNS[notebook]]
    results = pd.concat(frames, ignore_index=True) if frames else RESULTS.empty()
    if audience == "public":
        results = disclosure.public_results(results, competition.disclosure)
        tables = disclosure.public_tables(tables)
    chosen = competition.edition(edition)
    return Page(notebook, competition, chosen, language, audience, Words(language), results, tables)


def little(notebook, marks=None, *, language="en", results=None, competition=None, **tables):
    """Page of a small competition: marks of dossiers × jurors × criteria, or the rows and tables given."""
    competition = competition or small.competition()
    if marks is not None:
        tables["scores"] = small.scores(marks)
    whole = small.tables(**tables)
    if results is None:
        results = pd.concat([measure(noun, whole, competition, "e01") for noun in NOUNS[notebook]] or [RESULTS.empty()])
    results = conform(results, RESULTS)
    return Page(
        notebook, competition, competition.edition("e01"), language, "organizer", Words(language), results, whole
    )


def blocks(page):
    """Everything the page's notebook shows, cell by cell."""
    notebook = json.loads((NOTEBOOKS / f"{page.notebook}.ipynb").read_text(encoding="utf-8"))
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    calls = [cell for cell in cells if cell["metadata"]["name"] not in ("parameters", "begin")]
    return {cell["metadata"]["name"]: eval("".join(cell["source"]), {**ROOMS, "page": page}) for cell in calls}


def figures(block):
    """Figures of a block, in order."""
    inside = getattr(block, "blocks", (block,))
    return [entry for entry in inside if entry.kind == "figure"]


def text(block):
    """What a reader reads of a block: no markup, plain blanks."""
    html = re.sub(r"<script.*?</script>", "", block.html, flags=re.S)
    return unescape(re.sub(r"<[^>]+>", " ", html)).replace("\u00a0", " ")


def _slice(tables, part):
    if not part:
        return tables
    return {
        name: frame[frame["edition"] == part].reset_index(drop=True) if "edition" in frame else frame
        for name, frame in tables.items()
    }
