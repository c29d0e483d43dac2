"""Numbers of real competitions and of a real survey, known from elsewhere; skipped where the data are not there."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis import measures, schema
from analysis.config import Competition

DATA = Path(__file__).parents[2] / "shared" / "data"
STRICTLY = DATA / "strictly_come_dancing" / "results.csv"
CHOPIN = DATA / "chopin_2025" / "przeradzki.csv"
SOMERVILLE = DATA / "somerville_happiness_survey" / "somerville_2011_2023_official.csv.gz"

pytestmark = pytest.mark.real

STRICTLY_ALPHAS = [
    0.7108, 0.8058, 0.7686, 0.7123, 0.7940, 0.7762, 0.8020, 0.7558,
    0.7870, 0.8485, 0.8134, 0.8083, 0.8212, 0.7674, 0.8410,
]  # fmt: skip
GENEROSITY_RELATIVE_TO_LEN = {
    "craig": -1.043, "arlene": -0.573, "darcey": -0.147, "bruno": -0.051,
    "shirley": 0.023, "alesha": 0.107, "donny": 0.440, "jennifer": 0.604,
}  # fmt: skip
CHOPIN_STAGES = ("1", "2", "3", "final")
CHOPIN_FIGURES = {
    ("krippendorff_alpha", "interval"): (0.2229, 0.1303, 0.1752, 0.0625),
    ("krippendorff_alpha", "ordinal"): (0.2183, 0.1305, 0.1845, 0.0674),
    ("kendall_w", "corrected for ties, complete units"): (0.3118, 0.1999, 0.2250, 0.2498),
    ("icc_a1", "mean squares, complete units"): (0.2207, 0.1197, 0.1157, 0.1219),
    ("icc_c1", "mean squares, complete units"): (0.2613, 0.1405, 0.1337, 0.1607),
}
SOMERVILLE_ITEMS = {
    "happiness": "Happiness",
    "city": "Somerville.Satisfaction",
    "streets": "Streets.Sidewalks.Maintenance.Satisfaction",
    "information": "City.Services.Information.Availability.Satisfaction",
    "police": "Police.Department.Satisfaction",
}
SOMERVILLE_WAVES = ["2011", "2013", "2015", "2017", "2019", "2021", "2023"]
SOMERVILLE_ROWS = [6167, 193, 186, 845, 1496, 1298, 1006]
SOMERVILLE_COUNTS = {
    "happiness": [6039, 193, 185, 826, 1463, 1265, 937],
    "city": [5898, 193, 186, 831, 1469, 1265, 990],
    "streets": [None, 192, 185, 827, 1469, 1264, 995],
    "information": [None, None, 183, 817, 1464, 1257, 912],
    "police": [None, None, 181, 804, 1435, 1228, 722],
}
SOMERVILLE_MEANS = {
    "happiness": [3.9965, 4.0777, 4.1459, 4.0448, 4.0157, 3.9004, 3.9029],
    "city": [4.0614, 4.1088, 4.3656, 4.3008, 4.1001, 3.9810, 3.9919],
    "streets": [None, 3.3646, 3.5297, 3.3241, 3.0953, 3.0087, 2.8633],
    "information": [None, None, 4.2404, 4.0759, 4.0198, 3.9515, 3.7982],
    "police": [None, None, 3.7569, 3.8358, 3.7484, 3.4007, 3.3712],
}


def needs(path):
    return pytest.mark.skipif(not path.exists(), reason=f"{path.name} is not beside the repository")


def settings(editions, **changes):
    given = {"id": "real", "title": {}, "organizer": {}, "analysis": {"replicates": 200}, "editions": editions}
    return Competition(**(given | changes))


def edition(name, number, *, minimum, maximum, stages=("show",)):
    return {
        "id": name,
        "number": number,
        "year": 2000 + number,
        "title": {},
        "scales": {"marks": {"minimum": minimum, "maximum": maximum}},
        "criteria": [{"id": "mark", "label": {"en": "Mark"}, "scale": "marks", "weight": 1}],
        "stages": [{"id": stage, "label": {}} for stage in stages],
        "decision": {"weights": {stages[-1]: 1}},
    }


def tables(scores, *, minimum, maximum):
    scores = scores.assign(criterion="mark", value_100=100 * (scores["value"] - minimum) / (maximum - minimum))
    empty = {name: table.empty() for name, table in schema.TABLES.items()}
    return empty | {"scores": schema.conform(scores, schema.SCORES)}


@pytest.fixture(scope="module")
def strictly():
    wide = pd.read_csv(STRICTLY)
    wide = wide.assign(dossier=wide.index.map("row{}".format), edition=wide["series"].map("s{:02d}".format))
    columns = [name for name in wide if name.startswith("score_")]
    long = wide.melt(["edition", "dossier", "celebrity_id"], columns, "juror", "value")
    long = long.assign(
        stage="show",
        office=long["celebrity_id"].astype(str),
        juror=long["juror"].str.removeprefix("score_"),
        value=long["value"].replace(0, np.nan),
    )
    editions = [edition(f"s{series:02d}", series, minimum=1, maximum=10) for series in range(1, 16)]
    return tables(long, minimum=1, maximum=10), settings(editions)


@pytest.fixture(scope="module")
def chopin():
    wide = pd.read_csv(CHOPIN, skipinitialspace=True)
    wide.columns = wide.columns.str.strip()
    wide = wide[wide["typ"] == "punkty"]
    names = [name for name in wide if name not in ("Nr", "Imię i Nazwisko", "typ", "stage", "średnia ocena")]
    long = wide.melt(["Nr", "stage"], names, "juror", "value").astype({"Nr": str, "stage": str})
    long = long.assign(edition="e19", dossier=long["Nr"], office=long["Nr"])
    editions = [edition("e19", 19, minimum=1, maximum=25, stages=CHOPIN_STAGES)]
    given = tables(long, minimum=1, maximum=25)
    return measures.measure("agreement", given, settings(editions), "e19")


@pytest.fixture(scope="module")
def somerville():
    wide = pd.read_csv(SOMERVILLE, low_memory=False)
    wide = wide.assign(wave=wide["Year"].astype(str), respondent=wide.index.astype(str), complete=True)
    wide = wide.rename(columns={f"{column}.5pt.num": item for item, column in SOMERVILLE_ITEMS.items()})
    long = wide.melt(["wave", "respondent"], list(SOMERVILLE_ITEMS), "item", "value")
    long["missing"] = np.where(long["value"].isna(), "missing", "")
    given = tables(schema.SCORES.empty(), minimum=1, maximum=5)
    given["respondents"] = schema.conform(wide, schema.RESPONDENTS)
    given["responses"] = schema.conform(long, schema.RESPONSES)
    wave = {"file": "data:file", "layout": "table", "instrument": "survey", "label": {}}
    competition = settings(
        [edition(f"w{w}", int(w), minimum=1, maximum=5) | {"surveys": [wave | {"wave": w}]} for w in SOMERVILLE_WAVES],
        layouts={"table": {"kind": "columns", "items": {}}},
        scales={"five": {"minimum": 1, "maximum": 5}},
        instruments={
            "survey": {"label": {}, "items": [{"id": i, "label": {}, "scale": "five"} for i in SOMERVILLE_ITEMS]}
        },
    )
    return measures.measure("survey", given, competition, "")


def composite(frame, measure, variant=None):
    keys = (frame["measure"] == measure) & (frame[["criterion", "category", "at"]] == "").all(axis=1)
    return frame[keys & ((frame["variant"] == variant) | (variant is None))]


@needs(STRICTLY)
def test_alpha_over_all_dances_is_0_7993(strictly):
    frame = measures.measure("trends", *strictly, "")
    rows = frame[(frame["measure"] == "krippendorff_alpha") & (frame["variant"] == "interval")]
    assert rows["value"].to_list() == [pytest.approx(0.7993, abs=5e-5)]
    assert rows["n_scores"].to_list() == [6900]


@needs(STRICTLY)
def test_alpha_of_each_series_is_known_to_four_decimals(strictly):
    found = []
    for part in measures.parts("agreement", strictly[1]):
        rows = composite(measures.measure("agreement", *strictly, part), "krippendorff_alpha", "interval")
        found += rows["value"].to_list()
    assert found == pytest.approx(STRICTLY_ALPHAS, abs=5.1e-5)


@needs(STRICTLY)
def test_severities_over_all_series_relative_to_one_judge_are_known(strictly):
    frame = measures.measure("jurors", *strictly, "")
    severity = frame[frame["measure"] == "severity_additive"].set_index("subject")["value"]
    generosity = {juror: severity["len"] - severity[juror] for juror in GENEROSITY_RELATIVE_TO_LEN}
    assert generosity == pytest.approx(GENEROSITY_RELATIVE_TO_LEN, abs=5.1e-4)


@needs(CHOPIN)
@pytest.mark.parametrize(("measure", "variant"), CHOPIN_FIGURES)
def test_agreement_of_each_stage_is_known_to_four_decimals(chopin, measure, variant):
    found = composite(chopin, measure, variant).set_index("stage")["value"]
    expected = dict(zip(CHOPIN_STAGES, CHOPIN_FIGURES[measure, variant], strict=True))
    assert found.to_dict() == pytest.approx(expected, abs=5.1e-5)


@needs(SOMERVILLE)
def test_respondents_of_each_wave_are_counted(somerville):
    found = somerville[somerville["measure"] == "n_respondents"].set_index("wave")["value"]
    assert found.to_dict() == dict(zip(SOMERVILLE_WAVES, SOMERVILLE_ROWS, strict=True))


@needs(SOMERVILLE)
@pytest.mark.parametrize("item", SOMERVILLE_ITEMS)
def test_answers_and_mean_of_an_item_are_known_in_each_wave(somerville, item):
    rows = somerville[(somerville["measure"] == "item_mean") & (somerville["item"] == item)].set_index("wave")
    rows = rows.loc[SOMERVILLE_WAVES]
    asked = [count is not None for count in SOMERVILLE_COUNTS[item]]
    assert rows["value"].notna().to_list() == asked
    assert rows["n_respondents"][asked].to_list() == [count for count in SOMERVILLE_COUNTS[item] if count]
    means = [mean for mean in SOMERVILLE_MEANS[item] if mean]
    assert rows["value"][asked].to_list() == pytest.approx(means, abs=5.1e-5)
