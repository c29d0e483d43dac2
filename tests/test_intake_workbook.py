import datetime as dt
import io
import random
import zipfile

import pytest

from analysis.errors import DataError
from analysis.intake.grid import DATE, ERROR, FORMULA, NUMBER, TEXT
from analysis.intake.workbook import read_workbook
from intake_folder import workbook


def read(data):
    return read_workbook(data, file="a.xlsx", sha256="")


def edited(data: bytes, change) -> bytes:
    """The same workbook with the XML of its first sheet changed."""
    sink = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(sink, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            new.writestr(name, change(part) if name == "xl/worksheets/sheet1.xml" else part)
    return sink.getvalue()


def test_cells_keep_their_addresses_below_and_right_of_empty_ones():
    (sheet,) = read(workbook(A=[[], ["", "", "x"]]))
    assert sheet.cells[1, 2] == "x" and sheet.address(1, 2, "") == "C2"


def test_a_cell_knows_whether_it_is_text_a_number_or_a_date():
    (sheet,) = read(workbook(A=[["7,5", 7.5, 8, dt.date(2024, 5, 3), True]]))
    assert sheet.cells[0].tolist() == ["7,5", "7.5", "8", "2024-05-03", "TRUE"]
    assert sheet.kinds[0].tolist() == [TEXT, NUMBER, NUMBER, DATE, TEXT]


def test_an_error_cell_is_not_an_empty_one():
    (sheet,) = read(
        edited(workbook(A=[["x", 5]]), lambda xml: xml.replace(b'<c r="B1"><v>5</v>', b'<c r="B1" t="e"><v>#N/A</v>'))
    )
    assert (sheet.cells[0, 1], sheet.kinds[0, 1]) == ("#N/A", ERROR)


def test_a_formula_without_a_stored_value_is_not_an_empty_cell():
    (sheet,) = read(
        edited(workbook(A=[["x", 5]]), lambda xml: xml.replace(b'<c r="B1"><v>5</v>', b'<c r="B1"><f>SUM(A1)</f>'))
    )
    assert (sheet.cells[0, 1], sheet.kinds[0, 1]) == ("=SUM(A1)", FORMULA)


def test_sheets_have_their_names_whatever_their_order():
    assert [sheet.sheet for sheet in read(workbook(Oceny=[[1]], Uwagi=[[2]]))] == ["Oceny", "Uwagi"]


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 no zip", b"Nr;Ocena\n", b"\xd0\xcf\x11\xe0 an old workbook"])
def test_what_is_no_workbook_is_one_sentence(data):
    with pytest.raises(DataError, match=r"a\.xlsx: not a readable \.xlsx workbook .* save it again as \.xlsx\.$"):
        read(data)


def test_a_cell_at_the_far_end_of_the_sheet_is_refused_before_it_is_read():
    far = edited(workbook(A=[["x", 5]]), lambda xml: xml.replace(b'r="B1"', b'r="XFD1048576"'))
    with pytest.raises(DataError, match="reaches row 1048576 and column XFD"):
        read(far)


def test_a_damaged_workbook_is_read_or_refused_in_one_sentence():
    whole = workbook(A=[["Nr", "Ocena"], *([f"D{n}", n / 2] for n in range(20))])
    chance, refused = random.Random(7), 0
    for _ in range(150):
        damaged = bytearray(whole)
        for _ in range(chance.randint(1, 4)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        try:
            read(bytes(damaged))
        except DataError as error:
            refused += 1
            assert "\n" not in str(error) and str(error).startswith("a.xlsx: ")
    assert refused


def test_a_sheet_with_damaged_xml_is_read_or_refused_in_one_sentence():
    whole = workbook(A=[["Nr", "Ocena"], *([f"D{n}", n / 2] for n in range(20))])
    chance, refused = random.Random(8), 0
    for _ in range(150):

        def damage(xml: bytes) -> bytes:
            place = chance.randrange(len(xml))
            return (
                xml[:place] + chance.choice([b"", b"<", b'"', b"9", b"A", b"&x;"]) + xml[place + chance.randint(0, 3) :]
            )

        try:
            read(edited(whole, damage))
        except DataError as error:
            refused += 1
            assert "\n" not in str(error)
    assert refused
