"""Notebooks are parameters, prose and calls: nothing is computed in them, and nothing is left in them."""

import ast
import json
import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
LOGIC = (
    ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.If, ast.IfExp, ast.For, ast.While, ast.Try,
    ast.With, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp,
)  # fmt: skip
every = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def cells(path: Path, kind: str | None = None) -> list[dict]:
    found = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in found if kind in (None, cell["cell_type"])]


def source(cell: dict) -> str:
    return "".join(cell["source"])


def test_there_are_notebooks():
    assert {"5_trends", "6_survey", "annual_report", "explore"} <= {path.stem for path in NOTEBOOKS}


@every
def test_the_first_code_cell_holds_the_parameters_and_no_other_is_tagged(path):
    tagged = ["parameters" in cell["metadata"].get("tags", []) for cell in cells(path, "code")]
    assert tagged[0]
    assert sum(tagged) == 1


@every
def test_parameters_are_texts_with_their_type(path):
    for line in ast.parse(source(cells(path, "code")[0])).body:
        assert isinstance(line, ast.AnnAssign)
        assert line.annotation.id == "str"
        assert isinstance(line.value.value, str)


@every
def test_a_cell_has_at_most_eight_lines(path):
    assert max(len(source(cell).splitlines()) for cell in cells(path, "code")) <= 8


@every
def test_a_notebook_holds_no_logic(path):
    trees = [ast.walk(ast.parse(source(cell))) for cell in cells(path, "code")]
    assert not [node for tree in trees for node in tree if isinstance(node, LOGIC)]


@every
def test_a_notebook_imports_from_the_project_only(path):
    code = "\n".join(source(cell) for cell in cells(path, "code"))
    nodes = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {
        name
        for node in nodes
        for name in ([node.module] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names])
    }
    assert {name.partition(".")[0] for name in names} == {"analysis"}


@every
def test_every_cell_has_a_name_of_its_own(path):
    names = [cell["metadata"].get("name", "") for cell in cells(path)]
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in names)
    assert len(set(names)) == len(names)


@every
def test_no_output_is_kept(path):
    assert not [cell for cell in cells(path, "code") if cell["outputs"] or cell["execution_count"]]


@pytest.mark.parametrize("path", [path for path in NOTEBOOKS if path.stem != "explore"], ids=lambda path: path.stem)
def test_a_page_begins_with_its_own_name_and_shows_one_title_first(path):
    code = [source(cell) for cell in cells(path, "code")]
    assert f'"{path.stem}"' in code[1]
    assert [text for text in code if "title(page)" in text or "page.title(" in text] == [code[2]]


def test_explore_runs_on_a_workspace(tmp_path):
    workspace = pytest.importorskip("small_workspace")
    opened = workspace.workspace(tmp_path, {})
    scope: dict = {}
    for cell in cells(FOLDER / "explore.ipynb", "code")[1:]:
        exec(compile(source(cell), cell["metadata"]["name"], "exec"), {"workspace": str(tmp_path)} | scope, scope)
    assert scope["w"].results.equals(opened.results)
