"""A workspace makes nothing twice, and its numbers do not depend on the road."""

import re
import shutil

import pandas as pd
import pytest

import analysis
from analysis import disclosure, intake, measures, report, starter
from analysis.errors import DataError


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    root = tmp_path_factory.mktemp("made") / "w"
    starter.write(root)
    settings = root / "data" / "raw" / "competition.toml"
    text = settings.read_text(encoding="utf-8").replace("replicates = 2000", "replicates = 200")
    text = text.replace('audiences = ["organizer"]', 'audiences = ["organizer", "public"]')
    settings.write_text(text.replace("# key = ", "key = "), encoding="utf-8")
    analysis.open(root).measure_all()
    return root


@pytest.fixture
def workspace(made, tmp_path):
    return shutil.copytree(made, tmp_path / "copy")


def refuse(*_, **__):
    raise RuntimeError("made again")


def test_tables_are_read_from_the_shelf_when_nothing_changed(workspace, monkeypatch):
    monkeypatch.setattr(intake, "read_edition", refuse)
    assert len(analysis.open(workspace).scores) == 72


def test_a_changed_raw_file_is_read_again(workspace):
    marks = workspace / "data" / "raw" / "e01" / "marks.csv"
    lines = marks.read_text(encoding="utf-8").splitlines()
    marks.write_text("\n".join(lines[:-1]) + "\n", encoding="utf-8")
    assert len(analysis.open(workspace).scores) == 71


def test_rows_are_taken_from_the_shelf_when_nothing_changed(workspace, monkeypatch):
    monkeypatch.setattr(measures, "measure", refuse)
    assert len(analysis.open(workspace).results) > 100


def test_rows_are_made_again_when_the_seed_changes(workspace, monkeypatch):
    settings = workspace / "data" / "raw" / "competition.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("seed = 20260101", "seed = 2"), encoding="utf-8")
    monkeypatch.setattr(measures, "measure", refuse)
    with pytest.raises(RuntimeError, match="made again"):
        analysis.open(workspace).measure("agreement")


def test_results_csv_holds_the_rows_of_results(workspace):
    stored = pd.read_csv(workspace / "data" / "processed" / "results.csv", dtype=str, keep_default_na=False)
    assert len(stored) == len(analysis.open(workspace).results)


def test_a_note_beside_results_csv_says_that_the_data_are_simulated(workspace):
    assert "Simulated data" in (workspace / "data" / "processed" / "README.txt").read_text(encoding="utf-8")


def test_a_value_is_empty_if_and_only_if_a_reason_is_given(workspace):
    results = analysis.open(workspace).results
    assert (results["value"].isna() == (results["reason"] != "")).all()


def test_an_interval_is_empty_only_with_its_reason(workspace):
    results = analysis.open(workspace).results
    bare = results[results["low"].isna() | results["high"].isna()]
    assert (bare["interval_reason"] != "").all()


def test_one_and_two_workers_give_the_same_rows(workspace):
    shutil.rmtree(workspace / "data" / "processed")
    w = analysis.open(workspace)
    w.workers = 2
    two = w.measure_all()
    shutil.rmtree(workspace / "data" / "processed")
    pd.testing.assert_frame_equal(analysis.open(workspace).measure_all(), two)


def test_a_folder_inside_a_workspace_opens_the_workspace(workspace):
    (workspace / "notebooks").mkdir()
    assert analysis.open(workspace / "notebooks").shelf.root == workspace.resolve()


def test_a_table_has_the_name_of_its_attribute(workspace):
    assert analysis.open(workspace).dossiers["dossier"].tolist()[:2] == ["D01", "D02"]


def test_an_unknown_table_is_an_attribute_error(workspace):
    with pytest.raises(AttributeError, match="has no 'marks'"):
        _ = analysis.open(workspace).marks


def test_a_released_folder_holds_no_raw_file_and_no_key(workspace):
    w = analysis.open(workspace)
    released = w.release("public")
    content = b"".join(path.read_bytes() for path in released.rglob("*") if path.is_file())
    assert (not (released / "data" / "raw").exists(), w.competition.disclosure.key.encode() in content) == (True, False)


def test_a_released_folder_names_no_juror(workspace):
    w = analysis.open(workspace)
    released = analysis.open(w.release("public"))
    text = "".join(frame.to_csv() for frame in (*released.tables.values(), released.results))
    assert not [name for name in w.jurors["name"] if name in text]


def test_a_released_folder_opens_for_its_audience(workspace):
    assert analysis.open(analysis.open(workspace).release("public")).audience == "public"


def test_nothing_is_released_to_an_audience_that_is_not_configured(workspace):
    with pytest.raises(DataError, match="does not hold 'juror'"):
        analysis.open(workspace).release("juror")


def test_a_released_folder_is_not_released_again(workspace):
    with pytest.raises(DataError, match="was released to 'public'"):
        analysis.open(analysis.open(workspace).release("public")).release("juror", "j1")


@pytest.fixture
def with_letters(workspace):
    """The workspace, configured for letters."""
    path = workspace / "data" / "raw" / "competition.toml"
    path.write_text(path.read_text("utf-8").replace('"public"]', '"public", "juror"]'), "utf-8")
    return analysis.open(workspace)


def test_a_jurors_folder_names_no_other_juror(with_letters):
    juror = sorted(set(with_letters.scores["juror"]))[0]
    released = analysis.open(with_letters.release("juror", juror))
    text = "".join(frame.to_csv() for frame in (*released.tables.values(), released.results))
    others = with_letters.jurors[with_letters.jurors["juror"] != juror]
    assert not [name for name in (*others["name"], *others["juror"]) if name in text]


def test_nothing_is_released_to_a_juror_who_marked_nothing(with_letters):
    with pytest.raises(DataError, match="There is no juror 'nobody'"):
        with_letters.release("juror", "nobody")


def test_an_unchanged_release_is_not_made_again(with_letters, monkeypatch):
    juror = with_letters.scores["juror"].iloc[0]
    place = with_letters.release("juror", juror)
    monkeypatch.setattr(disclosure, "juror_results", refuse)
    assert analysis.open(with_letters.shelf.root).release("juror", juror) == place


def test_a_release_is_made_again_where_the_smallest_cells_changed(with_letters):
    juror = with_letters.scores["juror"].iloc[0]
    with_letters.release("juror", juror)
    path = with_letters.shelf.raw / "competition.toml"
    path.write_text(
        path.read_text("utf-8").replace("\n[disclosure]\n", "\n[disclosure]\nmin_juror_dossiers = 99\n"), "utf-8"
    )
    released = analysis.open(analysis.open(with_letters.shelf.root).release("juror", juror))
    rows = released.measure("jurors")
    assert rows.loc[(rows["subject_type"] == "juror") & (rows["measure"] != "judged"), "value"].isna().all()


def test_no_file_of_a_jurors_folder_names_another_juror_an_office_or_a_dossier(with_letters):
    w = with_letters
    jobs = report.plan(
        w.competition, editions=["e01"], languages=["pl"], audiences=["juror"], notebooks=w.shelf.notebooks,
        jurors={"e01": report.letters(w, ["e01"])["e01"][:1]},
    )  # fmt: skip
    made = report.render(w, jobs)
    shown = "".join(path.read_text("utf-8") for path in (w.shelf.reports / jobs[0].folder).rglob("*.html"))
    words = set(re.findall(r"\w+", re.sub(r'<script type="text/plain".*?</script>', "", shown, flags=re.S)))
    others = w.jurors[w.jurors["juror"] != jobs[0].subject]
    private = [*others["juror"], *others["name"], *w.offices["office"], *w.offices["name"], *w.dossiers["dossier"]]
    told = [name for name in private if set(re.findall(r"\w+", name)) <= words and name in shown]
    assert ([outcome.state for outcome in made], told) == (["made"], [])
