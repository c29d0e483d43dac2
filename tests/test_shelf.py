"""The shelf writes whole or not at all, and remembers under a key."""

import os

import pandas as pd
import pytest

from analysis.errors import DataError
from analysis.schema import OFFICES, conform
from analysis.shelf import Shelf, digest, file_digest, source_digest


@pytest.fixture
def shelf(tmp_path):
    return Shelf(tmp_path)


@pytest.fixture
def offices():
    return conform(pd.DataFrame({"office": ["NA", "b"], "name": ["Urząd Łąka", ""]}), OFFICES)


def test_a_stored_table_comes_back_as_it_was(shelf, offices):
    shelf.store("offices", offices, key="k")
    pd.testing.assert_frame_equal(shelf.fetch("offices"), offices)


def test_a_stored_table_keeps_its_key(shelf, offices):
    shelf.store("offices", offices, key="abc")
    assert shelf.stored_key("offices") == "abc"


def test_a_table_that_is_not_there_has_no_key(shelf):
    assert shelf.stored_key("offices") is None


def test_fetching_what_was_never_made_says_what_to_run(shelf):
    with pytest.raises(DataError, match="friendly-office measure"):
        shelf.fetch("offices")


def test_a_write_that_fails_leaves_the_old_file_and_no_other(shelf, monkeypatch):
    path = shelf.write_text(shelf.reports / "a.html", "old")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space"):
        shelf.write_text(path, "new")
    assert (path.read_text(), [entry.name for entry in path.parent.iterdir()]) == ("old", ["a.html"])


def test_storing_twice_writes_the_same_bytes(shelf, offices):
    shelf.store("offices", offices, key="k")
    first = (shelf.processed / "offices.parquet").read_bytes()
    shelf.store("offices", offices, key="k")
    assert (shelf.processed / "offices.parquet").read_bytes() == first


def test_a_missing_source_is_a_sentence(tmp_path):
    with pytest.raises(DataError, match="cannot be read"):
        file_digest(tmp_path / "none.csv")


def test_a_digest_tells_frames_apart_by_a_single_cell(offices):
    other = offices.copy()
    other.loc[1, "name"] = "x"
    assert digest(offices) != digest(other)


def test_a_digest_does_not_run_its_parts_together():
    assert digest("ab", "c") != digest("a", "bc")


def test_the_source_of_a_room_has_a_digest_of_its_own():
    assert source_digest("schema.py") != source_digest("errors.py")
