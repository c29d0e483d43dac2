"""The real data beside the repository, read through the same doors; figures from the READMEs of the data."""

from pathlib import Path

import pandas as pd
import pytest

from analysis import intake
from analysis.config import read_competition

EXAMPLES = Path(__file__).parents[1] / "examples"
pytestmark = pytest.mark.real


def read(name: str, shared: Path) -> dict[str, pd.DataFrame]:
    raw, data = EXAMPLES / name / "data" / "raw", shared / "data"
    competition = read_competition(raw)
    registers = intake.read_registers(competition, raw)
    editions = [intake.read_edition(competition, registers, e.id, raw, data) for e in competition.editions]
    return {table: pd.concat([tables[table] for tables in editions], ignore_index=True) for table in editions[0]}


@pytest.fixture(scope="module")
def strictly(shared):
    return read("strictly", shared)


@pytest.fixture(scope="module")
def chopin(shared):
    return read("chopin_2025", shared)


@pytest.fixture(scope="module")
def somerville(shared):
    return read("somerville", shared)


@pytest.mark.parametrize("name", ["strictly", "chopin_2025", "somerville"])
def test_everything_read_is_accounted_for(name, request):
    ledger = request.getfixturevalue(name.removesuffix("_2025"))["ledger"]
    assert len(ledger) and (ledger["read"] == ledger["accepted"] + ledger["quarantined"] + ledger["excluded"]).all()


def test_strictly_has_6900_scores_of_nine_judges_in_1734_dances(strictly):
    scores = strictly["scores"].dropna(subset="value")
    assert len(scores) == 6900 and len(strictly["dossiers"]) == 1734 and strictly["offices"]["office"].nunique() == 207
    expected = {
        "craig": 1719,
        "bruno": 1705,
        "len": 1569,
        "darcey": 836,
        "arlene": 517,
        "alesha": 388,
        "shirley": 142,
        "donny": 14,
        "jennifer": 10,
    }
    assert scores["juror"].value_counts().to_dict() == expected


def test_strictly_has_no_zero_among_its_scores(strictly):
    assert strictly["scores"]["value"].min() == 1
    assert (strictly["scores"]["missing"] == "not_applicable").sum() == 1734 * 9 - 6900


def test_strictly_has_as_many_judges_a_dance_as_its_readme_says(strictly):
    judges = strictly["scores"].groupby(["edition", "dossier"])["value"].count()
    assert judges.value_counts().to_dict() == {4: 1671, 5: 36, 0: 15, 3: 12}


def test_strictly_has_the_mean_scores_of_its_readme(strictly):
    means = [6.519, 6.699, 7.009, 7.387, 7.535, 7.522, 7.201, 7.325, 7.474, 7.274, 7.575, 7.426, 7.168, 7.861, 7.209]
    assert strictly["scores"].groupby("edition")["value"].mean().round(3).tolist() == means


def test_the_two_misplaced_cells_of_strictly_are_found_and_nothing_else(strictly):
    found = strictly["findings"].query("severity != 'info'")
    columns = ["edition", "code", "place", "key", "found", "done"]
    assert found[columns].to_numpy().tolist() == [
        [
            "e15",
            "partial_session",
            "line 1668, score_len",
            "session 6, dossier Mollie King-6-6, juror len",
            "7",
            "juror bruno",
        ],
        [
            "e15",
            "partial_session",
            "line 1675, score_len",
            "session 7, dossier Mollie King-7-2, juror len",
            "7",
            "juror bruno",
        ],
    ]


@pytest.mark.parametrize(
    ("stage", "contestants", "blank"), [("stage1", 84, 33), ("stage2", 40, 13), ("stage3", 20, 9), ("final", 11, 5)]
)
def test_chopin_has_17_jurors_a_stage_and_its_blanks(chopin, stage, contestants, blank):
    scores = chopin["scores"].query("stage == @stage")
    assert scores["juror"].nunique() == 17 and scores["dossier"].nunique() == contestants
    assert (scores["missing"] == "missing").sum() == blank == len(scores) - scores["value"].count()


def test_chopin_takes_raw_marks_only_and_each_row_once(chopin):
    ledger = chopin["ledger"].set_index("unit")
    assert ledger.loc["row", ["read", "accepted", "excluded"]].tolist() == [310, 155, 155]
    assert chopin["scores"]["value"].dropna().between(8, 25).all() and chopin["findings"]["code"].tolist() == [
        "other_source"
    ]


def test_chopin_knows_a_juror_by_each_spelling(shared):
    raw = EXAMPLES / "chopin_2025/data/raw"
    names = intake.read_registers(read_competition(raw), raw).juror_names
    spellings = ("K. Popowa-Zydroń", "Katarzyna Popowa-Zydroń", "Katarzyna Popowa-Zdroń")
    assert {names.find(text) for text in spellings} == {"popowa"} and names.find("John Alison") == names.find(
        "John Allison"
    )


WAVES = ["w2011", "w2013", "w2015", "w2017", "w2019", "w2021", "w2023"]
NONE = None


@pytest.mark.parametrize(
    ("item", "counts", "means"),
    [
        ("happiness", [6039, 193, 185, 826, 1463, 1265, 937], [3.9965, 4.0777, 4.1459, 4.0448, 4.0157, 3.9004, 3.9029]),
        ("city", [5898, 193, 186, 831, 1469, 1265, 990], [4.0614, 4.1088, 4.3656, 4.3008, 4.1001, 3.9810, 3.9919]),
        ("streets", [0, 192, 185, 827, 1469, 1264, 995], [NONE, 3.3646, 3.5297, 3.3241, 3.0953, 3.0087, 2.8633]),
        ("information", [0, 0, 183, 817, 1464, 1257, 912], [NONE, NONE, 4.2404, 4.0759, 4.0198, 3.9515, 3.7982]),
        ("police", [0, 0, 181, 804, 1435, 1228, 722], [NONE, NONE, 3.7569, 3.8358, 3.7484, 3.4007, 3.3712]),
    ],
)
def test_somerville_has_the_answers_and_means_of_its_readme(somerville, item, counts, means):
    waves = somerville["responses"].query("item == @item").groupby("wave")["value"]
    assert waves.count()[WAVES].tolist() == counts
    assert [None if pd.isna(mean) else round(mean, 4) for mean in waves.mean()[WAVES]] == means


def test_somerville_has_the_respondents_and_channels_of_its_readme(somerville):
    people = somerville["respondents"]
    assert people["wave"].value_counts()[WAVES].tolist() == [6167, 193, 186, 845, 1496, 1298, 1006]
    assert people["channel"].value_counts().to_dict() == {"paper": 10827, "online": 364}


def test_somerville_asks_a_question_or_says_that_it_was_not_asked(somerville):
    early = somerville["responses"].query("wave == 'w2011' and item == 'police'")
    assert set(early["missing"]) == {"not_shown"}
