import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.intake import files, streams
from analysis.intake.text import read_text

CELL = st.text(st.sampled_from("abż 15;,\"\n'\t"), max_size=6)


def export(rows) -> bytes:
    lines = [";".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8-sig")


def same(one, other) -> bool:
    arrays = ("cells", "kinds", "lines", "widths")
    alike = all(np.array_equal(getattr(one, name), getattr(other, name)) for name in arrays)
    return alike and (one.reader, one.mends, one.composed) == (other.reader, other.mends, other.composed)


@given(st.lists(st.lists(CELL, min_size=3, max_size=3), max_size=12), st.integers(1, 5))
def test_a_file_read_in_pieces_gives_the_same_sheet(rows, piece):
    data = export([["id", "a", "b"], ["1", "2", "3"], *rows])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(streams, "PIECE", piece)
        patch.setattr(streams, "VARIED", 2)
        found = streams.read_large(data, file="a.csv", sha256="")
    assert found is not None and same(found, read_text(data, file="a.csv", sha256=""))


def test_an_export_with_a_line_break_inside_a_cell_is_read_in_pieces():
    data = export([["id", "a"], ["1", "x\ny"], ["2", " ż "]])
    sheet = streams.read_large(data, file="a.csv", sha256="")
    assert sheet.cells.tolist() == [["id", "a"], ["1", "x\ny"], ["2", "ż"]] and sheet.lines.tolist() == [1, 2, 4]


@pytest.mark.parametrize(
    "data",
    [
        "id;a\n1;ż\n".encode("cp1250"),
        "id;a\n1;WrocĹ‚aw\n".encode(),
        "id;a\n1;z\u0307\n".encode(),
        b"sep=;\nid;a\n1;2\n",
        b"id;a\n1;2;3\n",
        b'id;a\n1;"2\n',
    ],
    ids=["cp1250", "mojibake", "nfd", "sep", "long row", "open quote"],
)
def test_what_needs_mending_is_left_to_the_reader_that_mends(data):
    assert streams.read_large(data, file="a.csv", sha256="") is None


def test_a_large_file_goes_through_the_same_door(tmp_path, monkeypatch):
    path = tmp_path / "a.csv"
    path.write_bytes(export([["id", "a"], ["1", "2"]]))
    whole = files.sheets(path, file="a.csv")[0]
    monkeypatch.setattr(files, "LARGE", 1)
    path.write_bytes(export([["id", "a"], ["1", "3"]]))
    assert whole.cells[1, 1] == "2" and files.sheets(path, file="a.csv")[0].cells[1, 1] == "3"
