import io
import re
import zipfile
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis import intake, simulate
from analysis.config import Scale, read_competition
from analysis.measures import decisions
from analysis.schema import TABLES, check
from analysis.simulate import clients, jury, registers, settings

ROOT = Path(__file__).parents[1]
RAW = ROOT / "data" / "raw"
SHARED = ROOT.parent / "shared"
LARGE = 4000  # dossiers, so that a correlation is known to about .02


@pytest.fixture(scope="module")
def world():
    return simulate.world()


@pytest.fixture(scope="module")
def contents():
    return simulate.contents()


@pytest.fixture(scope="module")
def competition():
    return read_competition(RAW)


@pytest.fixture(scope="module")
def read(competition):
    listed = intake.read_registers(competition, RAW)
    return {
        edition.id: intake.read_edition(competition, listed, edition.id, RAW, None) for edition in competition.editions
    }


@pytest.fixture(scope="module")
def faults():
    return pd.read_csv(ROOT / "data" / "truth" / "faults.csv", dtype=str, keep_default_na=False)


@pytest.fixture(scope="module")
def marks():
    """Marks of a large edition by a usual jury of eight: the jury, and an array (dossiers, jurors, criteria)."""
    model, rng = settings.model(), settings.generator(1, "calibration")
    variance = model["variance"]
    panel = jury.Panel(
        jurors=[f"J{number}" for number in range(8)],
        regions=np.array(["x"] * 8, dtype=object),
        severity=rng.normal(0, np.sqrt(variance["juror"]), 8),
        habit=rng.normal(0, np.sqrt(variance["juror_criterion"]), (8, 5)),
        unusual=[""] * 8,
    )
    quality = rng.normal(0, np.sqrt(variance["office"]), LARGE)
    opinion = jury.opinions(quality, panel, home=np.zeros((LARGE, 8)), model=model, rng=rng)
    scale = Scale(minimum=0, maximum=10, step=0.5)
    return panel, jury.marks(opinion, panel, scale=scale, model=model, rng=rng)


def mean_correlation(marks, pairs):
    """Mean over pairs of (juror, criterion) of the correlation over dossiers."""
    return np.mean([np.corrcoef(marks[:, a, c], marks[:, b, d])[0, 1] for (a, c), (b, d) in pairs])


# ------------------------------------------------------------------------------------------------ the committed files


def unpacked(name, content):
    """The bytes of a file; of a workbook the bytes of its parts, as builds of Python do not all pack alike."""
    if not name.endswith(".xlsx"):
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return [(entry.filename, entry.date_time, archive.read(entry)) for entry in archive.infolist()]


def test_the_committed_demo_is_what_the_seed_makes_byte_for_byte(contents):
    for name, content in contents.items():
        assert unpacked(name, (ROOT / name).read_bytes()) == unpacked(name, content), name


def test_nothing_else_lies_among_the_committed_demo(contents):
    lying = {path.relative_to(ROOT).as_posix() for path in (ROOT / "data").rglob("*") if path.is_file()}
    lying = {name for name in lying if name.startswith(("data/raw/", "data/truth/"))}
    assert lying == set(contents)


def test_the_demo_stays_below_five_megabytes(contents):
    assert sum(map(len, contents.values())) < 5_000_000
    assert sum(len(content) for name, content in contents.items() if "/truth/" in name) < 500_000


def test_writing_puts_every_file_in_its_place(tmp_path, contents):
    paths = simulate.write(tmp_path)
    assert {path.relative_to(tmp_path).as_posix(): path.read_bytes() for path in paths} == contents


def test_another_seed_gives_other_marks_under_the_same_rules(contents):
    other = simulate.contents(7)
    assert other["data/raw/competition.toml"] == contents["data/raw/competition.toml"]
    assert other["data/raw/e10/etap2.csv"] != contents["data/raw/e10/etap2.csv"]


def test_workbooks_hold_no_date_of_today(contents):
    for name, content in contents.items():
        if name.endswith(".xlsx"):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                year = int(re.search(r"created[^>]*>(\d{4})", archive.read("docProps/core.xml").decode())[1])
                assert 2015 <= year <= 2025
                assert {entry.date_time[0] for entry in archive.infolist()} == {1980}


def test_stage_two_is_windows_1250_with_semicolons_and_decimal_commas(contents):
    text = contents["data/raw/e10/etap2.csv"].decode("cp1250")
    assert "ę" in text and re.search(r";\d,5\r\n", text)
    with pytest.raises(UnicodeDecodeError):
        contents["data/raw/e10/etap2.csv"].decode("utf-8")


def test_the_survey_is_a_limesurvey_export_all_in_quotes(contents):
    content = contents["data/raw/e10/results-survey202510.csv"]
    assert content.startswith(b"\xef\xbb\xbf")
    assert all(re.fullmatch(r'("[^"]*",)*"[^"]*"', line) for line in content.decode("utf-8-sig").split("\r\n")[:-1])


# ------------------------------------------------------------------------------------------------ invented, visibly


def test_network_addresses_are_those_kept_for_examples(contents):
    for name, content in contents.items():
        if "results-survey" in name:
            table = pd.read_csv(io.BytesIO(content), dtype=str, encoding="utf-8-sig")
            assert table["ipaddr"].str.fullmatch(r"192\.0\.2\.\d{1,3}").all()


def test_offices_have_no_number_that_could_be_somebodys(world):
    assert (world["offices"][["regon", "nip", "terc"]] == "").all().all()


def test_every_town_says_that_it_does_not_exist(world):
    adjectives = r"(?:Zmyślon|Urojon|Niebył|Baśniow)[yae]$"
    assert world["offices"]["place"].str.contains(adjectives, regex=True).all()


def test_no_town_bears_the_name_of_a_real_commune(world):
    register = SHARED / "data" / "polska_jednostki" / "TERC_2024-01-01.csv"
    if not register.exists():
        pytest.skip("the register of real communes is not here")
    real = pd.read_csv(register, sep=";", dtype=str, encoding="utf-8-sig")
    assert not set(world["offices"]["place"]) & set(real["NAZWA"])
    assert not set(world["offices"]["region"]) & set(real["NAZWA"].str.lower())


# ------------------------------------------------------------------------------------------------ the world


def test_tables_of_the_world_conform_to_the_schema(world):
    for name, frame in world.items():
        if name in TABLES:
            check(frame, TABLES[name])


def test_editions_follow_the_irregular_calendar(world):
    assert world["editions"]["year"].tolist() == [2015, 2016, 2017, 2018, 2019, 2021, 2022, 2023, 2024, 2025]
    assert world["editions"]["number"].tolist() == list(range(1, 11))


def test_entrants_and_awards_are_as_many_as_such_competitions_have(world):
    dossiers = world["dossiers"].groupby("edition")
    assert dossiers.size().between(30, 100).all()
    assert dossiers["outcome"].apply(lambda outcome: (outcome == "awarded").sum()).between(12, 29).all()
    assert world["dossiers"].loc[world["dossiers"]["outcome"] == "awarded", "status"].eq("valid").all()


def test_two_jurors_mark_a_dossier_first_and_eight_the_shortlisted_third(world):
    scores = world["scores"][world["scores"]["missing"] != "recused"]
    jurors = scores.groupby(["edition", "stage", "dossier"])["juror"].nunique()
    assert (jurors.xs("s1", level="stage") == 2).all()
    asked = world["scores"].groupby(["edition", "stage", "dossier"])["juror"].nunique().xs("s2", level="stage")
    assert (asked == 8).all()
    counts = jurors.groupby(level=["edition", "stage"]).size().unstack()
    assert ((counts["s2"] / counts["s1"]).between(1 / 3, 0.36)).all()


def test_stage_one_joins_all_jurors_and_loads_them_alike(world):
    asked = world["scores"].query("stage == 's1'")
    for _, edition in asked.groupby("edition"):
        load = edition.groupby("juror")["dossier"].nunique()
        assert len(load) == 8 and load.max() - load.min() <= 3
        edition = edition[edition["missing"] != "recused"]
        reached, before = {load.index[0]}, 0
        while len(reached) > before:
            before = len(reached)
            reached |= set(
                edition[edition["dossier"].isin(edition[edition["juror"].isin(reached)]["dossier"])]["juror"]
            )
        assert reached == set(load.index)


def test_recusals_are_about_four_in_a_hundred_and_likelier_at_home(world):
    scores = world["scores"].drop_duplicates(["edition", "stage", "dossier", "juror"])
    scores = scores.merge(world["offices"][["office", "region"]]).merge(
        world["jurors"][["juror", "region"]], on="juror", suffixes=("", "_juror")
    )
    recused, home = scores["missing"] == "recused", scores["region"] == scores["region_juror"]
    assert 0.025 < recused.mean() < 0.055
    assert recused[home].mean() > 2 * recused[~home].mean()


def test_missing_marks_are_about_two_in_a_hundred_and_one_juror_did_not_finish(world):
    scores = world["scores"][world["scores"]["missing"] != "recused"]
    assert 0.015 < (scores["missing"] != "").mean() < 0.035
    unfinished = scores[scores["missing"] == "missing"].groupby(["edition", "stage", "juror", "dossier"]).size() == 5
    assert unfinished.groupby(level=["edition", "stage", "juror"]).sum().nlargest(2).tolist()[0] >= 5


def test_the_whole_jury_changes_once_and_a_fifth_of_it_otherwise(world):
    pools = world["truth_jurors"].groupby("edition")["juror"].agg(set)
    kept = [len(one & other) for one, other in pairwise(pools)]
    assert kept.count(0) == 1 and all(6 <= common <= 7 for common in kept if common)


def test_offices_come_back_and_laureates_more_often(world):
    dossiers = world["dossiers"]
    entered = dossiers.groupby("edition")["office"].agg(set)
    later = dict(zip(entered.index, [*entered[1:], set()], strict=True))
    earlier = dossiers[dossiers["edition"] != "e10"]
    back = pd.Series(
        [office in later[edition] for edition, office in zip(earlier["edition"], earlier["office"], strict=True)]
    )
    won = (earlier["outcome"] == "awarded").to_numpy()
    assert 0.30 < back[won].mean() < 0.50 and 0.18 < back[~won].mean() < 0.32


def test_recorded_awards_follow_the_configured_rule(world, competition):
    for edition in competition.editions:
        ranking = decisions.rank(world, edition).table
        assert (ranking["awarded"] == (ranking["outcome"] == "awarded")).all(), edition.id


def test_the_best_total_has_the_special_award_it_is_due(world, competition):
    for edition in competition.editions:
        best = decisions.rank(world, edition).table.query("place == 1")["dossier"]
        dossiers = world["dossiers"].query("edition == @edition.id").set_index("dossier")
        assert dossiers.loc[best, "special"].str.contains("exemplar").all()


# ------------------------------------------------------------------------------------------------ calibration


def test_one_juror_gives_two_criteria_marks_that_correlate_062(marks):
    _, given = marks
    pairs = [((j, c), (j, d)) for j in range(8) for c in range(5) for d in range(c)]
    assert mean_correlation(given, pairs) == pytest.approx(0.62, abs=0.05)


def test_two_jurors_give_one_criterion_marks_that_correlate_040(marks):
    _, given = marks
    pairs = [((i, c), (j, c)) for i in range(8) for j in range(i) for c in range(5)]
    assert mean_correlation(given, pairs) == pytest.approx(0.40, abs=0.05)


def test_two_jurors_give_two_criteria_marks_that_correlate_034(marks):
    _, given = marks
    pairs = [((i, c), (j, d)) for i in range(8) for j in range(i) for c in range(5) for d in range(5) if c != d]
    assert mean_correlation(given, pairs) == pytest.approx(0.34, abs=0.05)


def test_marks_lie_where_such_marks_lie(marks):
    _, given = marks
    assert given.mean() == pytest.approx(6.8, abs=0.3) and given.std() == pytest.approx(1.8, abs=0.2)
    assert (given == 10).mean() == pytest.approx(0.05, abs=0.03)


def test_a_severe_juror_marks_lower_by_as_much_as_said(marks):
    panel, given = marks
    own = given.mean(axis=(0, 2)) / 10 / settings.model()["jury"]["spread"]
    expected = panel.habit.mean(axis=1) - panel.severity
    assert np.abs((own - own.mean()) - (expected - expected.mean())).max() < 0.1


def unusual_marks(kind, place=0):
    """Marks of a large edition in which the juror at `place` is unusual, all else being equal."""
    model, rng = settings.model(), settings.generator(2, "unusual")
    unusual = [kind if seat == place else "" for seat in range(8)]
    panel = jury.Panel([""] * 8, np.array(["x"] * 8), np.zeros(8), np.zeros((8, 5)), unusual)
    quality = rng.normal(0, np.sqrt(model["variance"]["office"]), LARGE)
    home = np.arange(LARGE)[:, None] % 2 * np.ones(8)
    opinion = jury.opinions(quality, panel, home=home, model=model, rng=rng)
    return jury.marks(opinion, panel, scale=Scale(minimum=0, maximum=100, step=0.01), model=model, rng=rng)


def test_a_central_juror_uses_half_of_the_range():
    given = unusual_marks("central").mean(axis=2).std(axis=0)
    assert given[0] / given[1:].mean() == pytest.approx(0.5, abs=0.06)


def test_a_drifting_juror_grows_more_severe_while_reading():
    given = unusual_marks("drifting").mean(axis=2)
    change = given[-LARGE // 4 :].mean(axis=0) - given[: LARGE // 4].mean(axis=0)
    assert change[0] - change[1:].mean() == pytest.approx(-0.75 * 0.8 * 18, abs=1.5)


def test_a_juror_who_is_kind_at_home_marks_the_own_region_higher():
    given = unusual_marks("home").mean(axis=2)
    kinder = given[1::2].mean(axis=0) - given[::2].mean(axis=0)
    assert kinder[0] - kinder[1:].mean() == pytest.approx(0.6 * 18, abs=2)


def test_severities_last_from_edition_to_edition():
    model, names = settings.model(), settings.names()
    names["jurors"]["people"] *= 100
    many = registers.jurors(names, rng=settings.generator(3))
    model["jury"] |= {"pool": 3000, "unusual": {}, "leaving": [0]}
    first, second = jury.panels(many, criteria=[["a"], ["a"]], model=model, rng=settings.generator(4))
    assert np.corrcoef(first.severity, second.severity)[0, 1] == pytest.approx(0.7, abs=0.05)


# ------------------------------------------------------------------------------------------------ clients


def test_items_are_answered_as_satisfied_clients_answer(world):
    items = world["responses"].groupby("item")["value"]
    assert items.mean().between(4.1, 4.6).all() and items.std().between(0.75, 1.0).all()


def test_items_of_a_dimension_hang_together(world, competition):
    instrument = competition.instruments["clients"]
    for dimension in instrument.dimensions:
        items = [item.id for item in instrument.items if item.dimension == dimension.id]
        wide = world["responses"][world["responses"]["item"].isin(items)].pivot(
            index=["wave", "respondent"], columns="item", values="value"
        )
        inter_item = wide.corr().to_numpy()[np.triu_indices(4, 1)].mean()
        assert 0.45 < inter_item < 0.65


def test_offices_the_jury_likes_satisfy_clients_a_little_more():
    model, rng = settings.model(), settings.generator(5)
    model["survey"]["median"] = 10
    quality = rng.normal(0, np.sqrt(model["variance"]["office"]), LARGE)
    dossiers = pd.DataFrame({"office": np.arange(LARGE).astype(str), "status": "valid", "quality": quality})
    offices = clients._offices(dossiers, size=10**6, model=model, rng=rng).merge(dossiers)
    assert offices["satisfaction"].corr(offices["quality"]) == pytest.approx(0.30, abs=0.05)


def test_about_one_questionnaire_in_eight_is_broken_off(world):
    share = 1 - world["respondents"].groupby("wave")["complete"].mean()
    assert share.between(0.09, 0.15).all()
    assert world["respondents"].groupby("wave").size().between(1200, 2400).all()


# ------------------------------------------------------------------------------------------------ faults


def test_every_fault_is_found_where_it_was_planted(read, faults):
    found = pd.concat([tables["findings"] for tables in read.values()])
    due = faults[faults["expected_code"] != ""]
    for fault in due.itertuples():
        near = found[(found["file"] == fault.file) & (found["code"] == fault.expected_code)]
        wanted = set(re.findall(r"\d+", fault.place.split(",")[0] if "line " in fault.place else fault.place))
        assert any(wanted <= set(re.findall(r"\d+", place)) for place in near["place"]), fault


def test_nothing_is_set_aside_that_was_not_planted(read, faults):
    found = pd.concat([tables["findings"] for tables in read.values()])
    aside = found[(found["state"] == "quarantined") | (found["severity"] == "act")]
    assert set(aside["file"]) <= set(faults["file"])
    assert set(aside["code"]) <= set(faults["expected_code"])
    assert len(aside) <= (faults["expected_code"] != "").sum()


def test_intake_gives_the_true_marks_back(read, world, faults):
    key = ["edition", "stage", "dossier", "juror", "criterion"]
    scores = pd.concat([tables["scores"] for tables in read.values()])
    both = world["scores"].merge(scores, on=key, suffixes=("_true", ""))
    assert len(both) == len(scores)
    assert (
        len(world["scores"]) - len(scores) == 14
    )  # the marks set aside: seven single ones, six of a recused juror, one date
    assert (both["value"].fillna(-1) == both["value_true"].fillna(-1)).all()
    for column in ("missing", "office", "category"):
        assert (both[column] == both[f"{column}_true"]).all()


def test_only_the_planted_award_slip_differs_from_the_rule(read, competition, faults):
    slipped = {file.split("/")[0] for file in faults.loc[faults["kind"] == "award_slip", "file"]}
    for edition in competition.editions:
        table = decisions.rank(read[edition.id], edition).table
        differing = (table["awarded"] != (table["outcome"] == "awarded")).sum()
        assert (differing > 0) == (edition.id in slipped), edition.id
