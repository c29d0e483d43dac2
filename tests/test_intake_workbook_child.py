import io
import os
import signal
import subprocess
import sys
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from analysis.engine import each
from analysis.errors import DataError
from analysis.intake import child, parcel
from analysis.intake.child import Child
from analysis.intake.workbook import read_workbook
from intake_folder import workbook
from mutants import SHEET, STRINGS

BOOK = workbook(Oceny=[["Nr", "Ocena"], ["D1", 7.5]])
posix = pytest.mark.skipif(os.name != "posix", reason="signals and /proc are those of POSIX systems")


def cell(data: bytes) -> str:
    return read_workbook(data, file="a.xlsx", sha256="")[0].cells[1, 1]


def with_part(part: str, content: bytes, *, before: bytes | None = None) -> bytes:
    """The workbook with a part replaced, or with something written before a text of it."""
    sink = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(BOOK)) as old, zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            held = old.read(name)
            if name == part:
                held = held.replace(before, content + before) if before else content
            new.writestr(name, held)
    return sink.getvalue()


def alive(pid: int) -> bool:
    status = Path(f"/proc/{pid}/status")
    return status.exists() and "zombie" not in status.read_text()


@pytest.fixture
def own():
    """A child of this test alone."""
    made = Child()
    yield made
    made.stop()


def test_one_child_serves_many_files(own):
    own.read(BOOK)
    first = own.pid
    own.read(BOOK)
    assert own.pid == first and first != os.getpid()


def test_threads_take_turns_at_the_child(own):
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(own.read, [BOOK] * 12))
    assert all(answer == found[0] for answer in found)


@posix
def test_a_child_that_is_killed_is_replaced(own):
    own.read(BOOK)
    first = own.pid
    os.kill(first, signal.SIGKILL)
    assert own.read(BOOK)[0]["texts"][1] == ["D1", "7.5"] and own.pid != first


def test_an_interrupted_reading_leaves_no_answer_for_the_next_file(own, monkeypatch):
    other = workbook(Oceny=[["Nr", "Ocena"], ["D2", 3]])
    with monkeypatch.context() as patch:
        patch.setattr(child, "_receive", interrupted)
        with pytest.raises(KeyboardInterrupt):
            own.read(BOOK)
    assert own.read(other)[0]["texts"][1] == ["D2", "3"]


def interrupted(stream):
    raise KeyboardInterrupt


@posix
def test_a_file_that_takes_too_long_is_refused_and_the_next_one_is_read(own, monkeypatch):
    monkeypatch.setattr(child, "PATIENCE", 0.05)
    with pytest.raises(
        DataError, match=r"^reading the workbook takes more than 10 seconds\. Save its sheet as \.csv\.$"
    ):
        own.read(BOOK)
    monkeypatch.setattr(child, "PATIENCE", 60)
    assert own.read(BOOK)


@posix
def test_the_system_ends_a_child_that_uses_up_its_processor_time():
    code = "from analysis.intake.child import _arm\n_arm(0.2)\nwhile True: pass"
    done = subprocess.run([sys.executable, "-c", code], timeout=30)
    assert "10 seconds" in child._cause(done.returncode)


@posix
def test_a_file_that_needs_more_memory_than_a_file_may_is_refused():
    code = "from analysis.intake.child import _limit\n_limit()\ntry: bytes(1_100_000_000)\nexcept MemoryError: exit(7)"
    assert subprocess.run([sys.executable, "-c", code], timeout=30).returncode == 7
    assert "more than 1 GB of memory" in child._cause(-signal.SIGABRT)


@posix
def test_a_child_ends_with_its_parent_however_that_ends():
    code = (
        "import os, signal, sys\nfrom analysis.intake.child import CHILD\n"
        "CHILD.read(sys.stdin.buffer.read())\nprint(CHILD.pid, flush=True)\nos.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", code], input=BOOK, capture_output=True, timeout=60)
    pid = int(done.stdout)
    for _ in range(100):
        if not alive(pid):
            break
        time.sleep(0.1)
    assert done.returncode == -signal.SIGKILL and not alive(pid)


def test_forked_workers_have_children_of_their_own():
    here = cell(BOOK)
    assert each(cell, [(BOOK,)] * 4, workers=2) == [here] * 4
    assert cell(BOOK) == here


def test_a_workbook_that_unpacks_to_far_more_than_its_size_is_refused():
    bomb = with_part(STRINGS, b" " * 12_000_000, before=b"</sst>")
    with pytest.raises(DataError, match=r"^a\.xlsx: the workbook unpacks to \d+ times its size\. Delete .*\.$"):
        cell(bomb)


def test_a_workbook_that_states_more_than_its_limit_is_refused(monkeypatch):
    monkeypatch.setattr(parcel, "MAX_UNPACKED", 3000)
    with pytest.raises(DataError, match="unpacks to more than"):
        parcel.look_through(BOOK)


def test_a_workbook_of_very_many_parts_is_refused(monkeypatch):
    monkeypatch.setattr(parcel, "MAX_PARTS", 3)
    with pytest.raises(DataError, match=r"has \d+ parts, at most 3 are read"):
        parcel.look_through(BOOK)


def test_a_workbook_with_more_written_cells_than_are_read_is_refused(monkeypatch):
    monkeypatch.setattr(parcel, "MAX_WRITTEN", 3)
    with pytest.raises(DataError, match=r"4 cells are written in it, at most 3 are read\. Save it as \.csv\."):
        parcel.look_through(BOOK)


def test_the_stated_dimension_is_not_trusted():
    short = with_part(SHEET, zipfile.ZipFile(io.BytesIO(BOOK)).read(SHEET).replace(b'ref="A1:B2"', b'ref="A1"'))
    assert short != BOOK and cell(short) == "7.5"


@pytest.mark.parametrize("address", [b"ZZZ9", b"A99999999", b"B0", b"2B"])
def test_an_address_that_no_sheet_has_is_named(address):
    wrong = with_part(SHEET, zipfile.ZipFile(io.BytesIO(BOOK)).read(SHEET).replace(b'r="B2"', b'r="%s"' % address))
    with pytest.raises(DataError, match=f"sheet 'Oceny' has a cell at '{address.decode()}', which is no place"):
        cell(wrong)


def test_a_merged_range_over_the_whole_sheet_is_refused_before_it_is_made():
    far = with_part(SHEET, b"<mergeCells><mergeCell ref='A1:XFD1048576'/></mergeCells>", before=b"<pageMargins")
    with pytest.raises(DataError, match="reaches row 1048576 and column XFD"):
        cell(far)


def test_a_workbook_with_a_password_is_told_so():
    locked = b"\xd0\xcf\x11\xe0" + bytes(600) + "EncryptedPackage".encode("utf-16-le")
    with pytest.raises(DataError, match=r"^a\.xlsx: the workbook has a password\. Save it without one\.$"):
        cell(locked)


def test_a_cell_in_the_last_row_is_refused_before_the_rows_above_it_are_made():
    low = with_part(SHEET, b'<row r="1048576"><c r="A1048576"><v>1</v></c></row>', before=b"</sheetData>")
    with pytest.raises(DataError, match="reaches row 1048576 and column B"):
        cell(low)


def test_a_coloured_cell_that_holds_nothing_is_no_part_of_the_extent():
    low = with_part(SHEET, b'<row r="1048576"><c r="A1048576" s="0"/></row>', before=b"</sheetData>")
    assert read_workbook(low, file="a.xlsx", sha256="")[0].cells.shape == (2, 2)
