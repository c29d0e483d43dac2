"""Configuration: what is misspelt, missing or impossible is named with its file."""

import pytest

from analysis.config import Scale, read_competition, read_toml
from analysis.errors import DataError
from analysis.starter import write


@pytest.fixture
def workspace(tmp_path):
    write(tmp_path / "w")
    return tmp_path / "w" / "data" / "raw"


def changed(path, old, new):
    text = path.read_text(encoding="utf-8")
    if old not in text:
        raise LookupError(old)
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_the_starting_workspace_is_read(workspace):
    assert [edition.id for edition in read_competition(workspace).editions] == ["e01"]


def test_a_misspelt_key_is_named_with_the_nearest_one(workspace):
    changed(workspace / "competition.toml", "replicates =", "replicats =")
    with pytest.raises(
        DataError, match=r"competition\.toml: unknown field 'analysis\.replicats'; did you mean 'replicates'"
    ):
        read_competition(workspace)


def test_a_misspelt_key_of_an_edition_is_named(workspace):
    changed(workspace / "e01" / "edition.toml", "planned_jurors", "planed_jurors")
    with pytest.raises(DataError, match=r"e01.edition\.toml: unknown field 'stages\.0\.planed_jurors'"):
        read_competition(workspace)


def test_a_missing_key_is_named(workspace):
    changed(workspace / "e01" / "edition.toml", "number = 1", "")
    with pytest.raises(DataError, match="the field 'number' is missing"):
        read_competition(workspace)


def test_a_doubled_key_is_refused(workspace):
    changed(workspace / "e01" / "edition.toml", "number = 1", "number = 1\nnumber = 2")
    with pytest.raises(DataError, match="not TOML"):
        read_competition(workspace)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(DataError, match=r"competition\.toml: the file is missing"):
        read_competition(tmp_path)


def test_a_file_that_is_not_utf8_is_named_with_the_byte(tmp_path):
    (tmp_path / "x.toml").write_bytes("a = 'ą'".encode("cp1250"))
    with pytest.raises(DataError, match="not UTF-8 at byte 5"):
        read_toml(tmp_path / "x.toml")


def test_an_unknown_layout_is_named_with_the_nearest_one(workspace):
    changed(workspace / "e01" / "edition.toml", 'layout = "marks"', 'layout = "mark"')
    with pytest.raises(DataError, match="there is no 'mark'; did you mean 'marks'"):
        read_competition(workspace)


def test_an_unknown_stage_in_the_decision_is_named(workspace):
    changed(workspace / "e01" / "edition.toml", "weights = { s1 = 1 }", "weights = { s2 = 1 }")
    with pytest.raises(DataError, match=r"decision\.weights: there is no 's2'"):
        read_competition(workspace)


def test_an_unknown_kind_of_layout_is_named(workspace):
    changed(workspace / "layouts.toml", 'kind = "long"\ndossier', 'kind = "lnog"\ndossier')
    with pytest.raises(DataError, match="kind is 'lnog'; did you mean 'long'"):
        read_competition(workspace)


def test_an_unknown_edition_is_refused_with_those_there_are(workspace):
    with pytest.raises(DataError, match=r"no edition 'e02'.*there are: e01"):
        read_competition(workspace).edition("e02")


def test_a_scale_allows_its_steps_and_nothing_between():
    scale = Scale(minimum=1, maximum=2, step=0.1)
    assert [scale.allows(value) for value in (1.3, 1.35, 0.9, 2.0)] == [True, False, False, True]


def test_a_scale_lists_all_its_levels():
    assert Scale(minimum=0, maximum=2, step=0.5).levels == [0, 0.5, 1, 1.5, 2]


def test_per_cent_of_the_range_puts_the_best_end_at_100():
    scale = Scale(minimum=1, maximum=5, direction="lower")
    assert (scale.percent(1), scale.percent(5), scale.percent(3)) == (100, 0, 50)


def test_a_scale_whose_ends_are_swapped_is_refused():
    with pytest.raises(ValueError, match="minimum 5 is not below maximum 1"):
        Scale(minimum=5, maximum=1)
