"""A small workspace for tests of pages: two editions, a few rows, notebooks given by the test."""

import json
from pathlib import Path

import nbformat
import pandas as pd

from analysis.config import Competition
from analysis.schema import RESULTS, TABLES, conform
from analysis.shelf import Shelf
from analysis.workspace import Workspace, open_workspace

NOUNS = ("agreement", "jurors", "decisions", "trends", "survey")
CODE_HEAD = (
    "import analysis\n"
    "from analysis.pages import display, house\n"
    "from analysis.pages.page import Column\n"
    "page = analysis.begin({name!r}, workspace=workspace, edition=edition, language=language, audience=audience)"
)
SHOWN = (
    'display.Title(page.label("edition", page.edition.id), "Konkurs <próbny>", "Lead & <b>more</b>")',
    'display.Section("who", "Who & <i>what</i>", "Intro")',
    'display.Finding("first", "Two jurors differ by 1.4 points", "Not who is right.", "What this does not say")',
    'display.Facts("facts", (("offices", "12"), ("jurors", "8")))',
    """rows = page.rows(measure="krippendorff_alpha", criterion=None)
fig = house.figure(page.words, height=house.rows_height(len(rows)), x="alpha")
house.rows(fig, [page.label("criterion", name) for name in rows.criterion])
house.reference(fig, x=0.667, text="tentative")
house.intervals(fig, values=rows.value, ends=list(zip(rows.low, rows.high)), at=range(len(rows)))
heads = (("criterion", "text"), ("alpha", "number"))
cells = tuple((display.Cell(r.criterion), display.Cell(str(r.value), r.value)) for r in rows.itertuples())
table = display.Table("t", "C", heads, cells)
display.Figure("forest", "Finding", "alpha by criterion", "Dot: value.", "Dots.", table, fig, "Data")""",
    """fig = house.figure(page.words, x="year")
house.series(fig, x=[2019, 2021, 2022], y=[60, 61.5, 59], ends=[(58, 62), (60, 63), (57, 61)])
house.series(fig, x=[2019, 2021, 2022], y=[50, 51.5, 49], mark=house.SERIES[1])
house.direct(fig, x=2022, y=49, text="<script>alert(1)</script> urząd")
table = display.Table("t2", "C", heads, cells)
display.Figure("trend", "Trend", "POMP", "Line.", "A line.", table, fig, "Data")""",
    """cells = (display.Cell("=HYPERLINK(1)"), display.Cell("−1 234,5", -1234.5))
display.Table("bad", "Formulas", (("name", "text"), ("value", "number")), (cells,))""",
)


def competition(**changes) -> Competition:
    """Two editions of one competition, simulated, in both languages."""
    scale = {"points": {"minimum": 0, "maximum": 10}}
    label = {"pl": "Obsługa", "en": "Service"}

    def edition(number: int) -> dict:
        return {
            "id": f"e0{number}", "number": number, "year": 2020 + number,
            "title": {"pl": f"Edycja {number}", "en": f"Edition {number}"},
            "scales": scale,
            "criteria": [{"id": "service", "label": label, "scale": "points", "weight": 1},
                         {"id": "time", "label": {"pl": "Czas", "en": "Time"}, "scale": "points", "weight": 1}],
            "stages": [{"id": "s1", "label": {"pl": "Etap I", "en": "Stage 1"}}], "decision": {"weights": {"s1": 1}},
            "scores": [{"file": "*.csv", "layout": "long"}],
        }  # fmt: skip

    settings = {
        "id": "small", "title": {"pl": "Mały konkurs", "en": "Small competition"},
        "organizer": {"pl": "Organizator", "en": "Organizer"}, "data": "simulated", "disclosure": {"key": "a key"},
        "layouts": {"long": {"kind": "long", "dossier": ["d"], "juror": "j", "score": "s"}},
        "editions": [edition(1), edition(2)],
    }  # fmt: skip
    return Competition.model_validate(settings | changes)


def results() -> pd.DataFrame:
    """Alpha of two criteria in two editions."""
    rows = [
        {"edition": edition, "stage": "s1", "criterion": criterion, "measure": "krippendorff_alpha",
         "variant": "interval", "value": value, "low": value - 0.1, "high": value + 0.1, "n_offices": 12}
        for edition in ("e01", "e02") for criterion, value in (("service", 0.71), ("time", 0.55))
    ]  # fmt: skip
    return conform(pd.DataFrame(rows), RESULTS)


def workspace(root: Path, shown: dict[str, tuple[str, ...]], *, per_edition: bool = True, **changes) -> Workspace:
    """Write the workspace with notebooks (name → code cells after the first two) and open it."""
    shelf = Shelf(root)
    tables = {name: table.empty() for name, table in TABLES.items() if name != "results"}
    tables["offices"] = conform(
        pd.DataFrame({"office": ["b1"], "name": ["<img src=x onerror=alert(1)>"]}), TABLES["offices"]
    )
    for name, frame in tables.items():
        shelf.store(name, frame)
    for noun in NOUNS:
        shelf.store(noun, results() if noun == "agreement" else RESULTS.empty(), place="results")
    settings = {"audience": "organizer", "subject": "", "competition": competition(**changes).model_dump(mode="json")}
    shelf.write_text(shelf.processed / "release.json", json.dumps(settings))
    for name, cells in shown.items():
        shelf.write_text(root / "notebooks" / f"{name}.ipynb", nbformat.writes(notebook(name, cells, per_edition)))
    return open_workspace(root)


def notebook(name: str, cells: tuple[str, ...], per_edition: bool = True) -> nbformat.NotebookNode:
    """A notebook of the house: parameters, begin, one cell each."""
    first = 'workspace: str = "."\nlanguage: str = "pl"\naudience: str = "organizer"'
    first += '\nedition: str = "e01"' if per_edition else ""
    head = CODE_HEAD.format(name=name)
    if not per_edition:
        head = head.replace("edition=edition, ", "")
    sources = [("parameters", first), ("begin", head)] + [(f"cell_{n}", text) for n, text in enumerate(cells)]
    made = nbformat.v4.new_notebook(
        metadata={"kernelspec": {"name": "python3", "language": "python", "display_name": "P"}}
    )
    made.cells = [nbformat.v4.new_markdown_cell("# A note for the analyst", id="about")]
    for label, source in sources:
        tags = {"tags": ["parameters"]} if label == "parameters" else {}
        made.cells.append(nbformat.v4.new_code_cell(source, id=label, metadata={"name": label, **tags}))
    return made
