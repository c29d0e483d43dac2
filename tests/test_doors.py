"""One notebook, three doors: our report, the stock papermill command, a Jupyter kernel. The numbers are the same."""

import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

import analysis
from analysis import report, starter
from analysis.errors import DataError

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
NAMES = ["1_clean", "2_agreement", "3_jurors"]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    root = tmp_path_factory.mktemp("doors") / "w"
    starter.write(root)
    return root


@pytest.fixture(scope="module")
def pages(workspace):
    w = analysis.open(workspace)
    jobs = report.plan(w.competition, editions=["e01"], languages=["pl"], audiences=["organizer"])
    report.render(w, jobs, workers=2)
    return w.shelf.reports / "organizer" / "pl"


def shown(notebook):
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    return [output.data["text/html"] for output in outputs if "data" in output and "text/html" in output.data]


def differing(notebook, page):
    blocks = shown(notebook)
    if len(blocks) < 5:
        raise LookupError(f"only {len(blocks)} blocks")
    html = page.read_text(encoding="utf-8")
    return [block for block in blocks if block not in html]


@pytest.mark.parametrize("name", NAMES)
def test_the_stock_papermill_command_shows_what_the_page_shows(workspace, pages, tmp_path, name):
    given = {"workspace": workspace, "edition": "e01", "language": "pl", "audience": "organizer"}
    command = [sys.executable, "-m", "papermill", "--no-progress-bar", str(NOTEBOOKS / f"{name}.ipynb"), "out.ipynb"]
    command += [part for key, value in given.items() for part in ("-r", key, str(value))]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    assert not differing(nbformat.read(tmp_path / "out.ipynb", 4), pages / f"{name}-e01.html")


@pytest.mark.parametrize("name", NAMES)
def test_a_jupyter_kernel_beside_the_notebook_shows_what_the_page_shows(workspace, pages, name):
    folder = workspace / "notebooks"
    folder.mkdir(exist_ok=True)
    shutil.copy(NOTEBOOKS / f"{name}.ipynb", folder)
    notebook = nbformat.read(folder / f"{name}.ipynb", 4)
    first = next(cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", []))
    first.source = first.source.replace('"e10"', '"e01"')
    NotebookClient(notebook, resources={"metadata": {"path": str(folder)}}).execute()
    assert not differing(notebook, pages / f"{name}-e01.html")


def test_an_edition_given_as_a_number_is_refused(workspace):
    with pytest.raises(DataError, match="edition"):
        analysis.begin("2_agreement", workspace=str(workspace), edition=1, language="pl", audience="organizer")
