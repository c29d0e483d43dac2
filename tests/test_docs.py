"""The documents say what is there: every column, every measure, every verb."""

import re
from pathlib import Path

import pytest

import analysis
from analysis.cli import app
from analysis.schema import TABLES
from analysis.starter import write
from analysis.statistics.registry import COEFFICIENTS

ROOT = Path(__file__).parents[1]
TYPES = {"text": "text", "number": "number", "count": "whole number", "flag": "true/false"}


def codebook(table):
    key = ", ".join(f"`{name}`" for name in table.key)
    rows = [f"| `{c.name}` | {TYPES[c.type]} | {c.meaning.replace('|', '/')} |" for c in table.columns]
    head = [
        f"### {table.name}",
        "",
        f"One row: {table.row}. Key: {key}.",
        "",
        "| column | type | meaning |",
        "|---|---|---|",
    ]
    return "\n".join([*head, *rows])


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_the_codebook_holds_every_column_as_the_schema_states_it(table):
    assert codebook(table) in (ROOT / "docs" / "data.md").read_text(encoding="utf-8")


def test_every_verb_of_the_command_is_in_the_readme():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    verbs = [command.name or command.callback.__name__ for command in app.registered_commands]
    assert not [verb for verb in verbs if f"friendly-office {verb}" not in readme]


def test_every_target_of_the_makefile_is_in_the_readme():
    targets = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE).group(1).split()
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert not [target for target in targets if f"make {target}" not in readme]


def test_every_room_is_in_the_architecture():
    rooms = {path.name for path in (ROOT / "src" / "analysis").iterdir() if path.suffix == ".py" or path.is_dir()}
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    names = {name.removesuffix(".py") for name in rooms} - {"__init__", "__main__", "__pycache__"}
    assert not [name for name in names if f"`{name}`" not in text and f"`{name}/`" not in text]


def test_every_word_of_configuration_is_in_the_how_to():
    from analysis.config import Competition, Decision, Edition, ScoreLayout, SurveyLayout

    text = (ROOT / "docs" / "how-to.md").read_text(encoding="utf-8")
    models = (Competition, Edition, Decision, ScoreLayout, SurveyLayout)
    names = {name for model in models for name in model.model_fields} - {"id", "layouts", "editions"}
    assert not sorted(name for name in names if f"`{name}`" not in text)


def test_every_measure_has_a_paragraph_in_the_methods(tmp_path):
    write(tmp_path / "w")
    measures = set(analysis.open(tmp_path / "w").results["measure"])
    named = set(re.findall(r"^### (\w+)$", (ROOT / "docs" / "methods.md").read_text(encoding="utf-8"), re.MULTILINE))
    assert len(measures) > 40 and not measures - named


def test_every_coefficient_has_its_estimator_in_the_methods():
    headings = re.findall(r"^### (.*`.*)$", (ROOT / "docs" / "methods.md").read_text(encoding="utf-8"), re.MULTILINE)
    named = set(re.findall(r"`(\w+)`", " ".join(headings)))
    assert not {coefficient.name for coefficient in COEFFICIENTS} - named


def anchors(text):
    """Give the addresses of the headings of a page: words joined by hyphens, a number after a repeated one."""
    found = []
    for title in re.findall(r"^#{1,4} (.+)$", text, re.MULTILINE):
        found.append(re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-"))
    return {f"{name}-{found[:place].count(name)}".removesuffix("-0") for place, name in enumerate(found)}


@pytest.mark.parametrize("page", ["README.md", *(f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md")))])
def test_every_link_inside_the_documents_leads_to_a_heading(page):
    here = ROOT / page
    for name, place in re.findall(r"\]\(([\w./-]*\.md)?#([^)]+)\)", here.read_text(encoding="utf-8")):
        target = (here.parent / name) if name else here
        assert place in anchors(target.read_text(encoding="utf-8"))
