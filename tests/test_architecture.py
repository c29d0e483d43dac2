"""The house keeps its order: layers, rooms of outside packages, sizes."""

import ast
from pathlib import Path

import pytest

SRC = Path(__file__).parents[1] / "src" / "analysis"
LAYERS = [
    "errors", "schema", "config", "engine", "shelf", "intake", "statistics", "measures", "disclosure",
    "workspace", "pages", "report", "simulate", "starter", "cli", "__main__",
]  # fmt: skip
ROOMS = {
    "plotly": {"pages", "report"},
    "papermill": {"report"},
    "nbconvert": {"report"},
    "typer": {"cli"},
    "rich": {"cli"},
    "pandas": {"schema", "shelf", "intake", "measures", "disclosure", "workspace", "pages", "report", "simulate"},
}
MODULES = sorted(path for path in SRC.rglob("*.py") if path != SRC / "__init__.py")


def room(path: Path) -> str:
    return path.relative_to(SRC).parts[0].removesuffix(".py")


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(SRC).as_posix())
def test_a_module_imports_only_from_rooms_above_its_own(path):
    own = LAYERS.index(room(path))
    rooms = {name.split(".")[1] for name in imports(path) if name.startswith("analysis.")}
    below = {name for name in rooms if name in LAYERS and LAYERS.index(name) > own}
    assert not below, f"{room(path)} may not import {below}; see LAYERS"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(SRC).as_posix())
def test_an_outside_package_is_used_only_in_its_rooms(path):
    packages = {name.split(".")[0] for name in imports(path)}
    strangers = {name for name in packages & set(ROOMS) if room(path) not in ROOMS[name]}
    assert not strangers


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(SRC).as_posix())
def test_a_module_has_at_most_400_lines(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(SRC).as_posix())
def test_a_function_has_at_most_40_lines_below_its_docstring(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    long = {}
    for function in functions:
        body = function.body[1:] if ast.get_docstring(function) else function.body
        lines = body[-1].end_lineno - body[0].lineno + 1 if body else 0
        if lines > 40:
            long[function.name] = lines
    assert not long


def test_no_edition_is_named_in_code():
    editions = {f"e{number:02d}" for number in range(1, 21)}
    named = {
        path.name
        for path in MODULES
        if room(path) != "simulate"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in editions
    }
    assert not named
