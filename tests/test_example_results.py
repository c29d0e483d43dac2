"""The real examples, through the same doors as anybody's files, give the figures of their descriptions."""

import importlib.util
import shutil
from pathlib import Path

import pytest

import analysis

EXAMPLES = Path(__file__).parents[1] / "examples"
SPEC = importlib.util.spec_from_file_location("figures", EXAMPLES / "figures.py")
figures = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(figures)


@pytest.mark.parametrize("name", figures.FIGURES)
def test_an_example_gives_the_figures_of_its_description(shared, tmp_path, name):
    shutil.copytree(EXAMPLES / name / "data" / "raw", tmp_path / "data" / "raw")
    settings = tmp_path / "data" / "raw" / "competition.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + "\n[analysis]\nreplicates = 100\n", encoding="utf-8")
    w = analysis.open(tmp_path, data=shared / "data")
    w.workers = 2
    compared = list(figures.FIGURES[name](w))
    differing = [figure for figure, wanted, found, places in compared if round(float(found), places) != wanted]
    assert len(compared) > 8 and not differing
