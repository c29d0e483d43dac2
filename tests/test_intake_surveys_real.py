"""The survey of Somerville as it was typed in, brought to the harmonised release by configuration alone."""

import importlib.util
from pathlib import Path

import pytest

from analysis import intake
from analysis.config import read_competition

EXAMPLES = Path(__file__).parents[1] / "examples"
SPEC = importlib.util.spec_from_file_location("figures", EXAMPLES / "figures.py")
figures = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(figures)
pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def releases(shared):
    found = {}
    for name in ("somerville", "somerville_raw"):
        raw = EXAMPLES / name / "data" / "raw"
        competition = read_competition(raw)
        registers = intake.read_registers(competition, raw)
        for edition in competition.editions[:3]:
            found[name, edition.year] = intake.read_edition(competition, registers, edition.id, raw, shared / "data")
    return found


@pytest.mark.parametrize(("year", "lone"), [(2011, []), (2013, []), (2015, ["7105"])])
def test_everybody_answers_alike_in_both_releases_but_for_one_record_of_2015(releases, year, lone):
    official, typed = (releases[name, year]["responses"] for name in ("somerville", "somerville_raw"))
    assert list(figures.without_twin(official, typed)) == lone
    assert figures.without_twin(typed, official) == {}


def test_a_code_out_of_range_is_set_aside_by_name_and_a_refusal_is_a_reason(releases):
    tables = releases["somerville_raw", 2011]
    found = tables["findings"].query("code == 'off_scale_answer' and key.str.endswith('happiness')")
    assert sorted(found["found"]) == ["42", "57", "77", "810", "88"]
    happiness = tables["responses"].query("item == 'happiness'")
    assert happiness["missing"].value_counts()["refused"] == happiness["value_raw"].isin(["R", "r"]).sum() > 100
