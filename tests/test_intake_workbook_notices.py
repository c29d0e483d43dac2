import io

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from analysis.errors import DataError, DataErrors
from analysis.intake.versions import stem
from intake_folder import DOSSIERS, EDITION, folder, workbook
from test_intake_workbook import edited

MATRIX = """
[matrix]
kind = 'matrix'
dossier = ['Nr']
juror = { label = 'Juror' }
"""
SOURCE = DOSSIERS + EDITION + "[[scores]]\nfile = 'j*.xlsx'\nlayout = 'matrix'\n"
ROWS = [["Juror", "j1"], ["Nr", "Kompetencje", "Obsługa"], ["D1", 7, 8], ["D2", 5, 6], ["D3", 9, 4]]


def made(path, **books: bytes):
    base = folder(path, edition=SOURCE, layouts=MATRIX)
    return base.write(**{f"e01__{name}_dot_xlsx": data for name, data in books.items()})


def dressed(change) -> bytes:
    """The juror's workbook after `change(sheet)` by another program."""
    book = openpyxl.load_workbook(io.BytesIO(workbook(Oceny=ROWS)))
    change(book["Oceny"])
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()


def findings(tables, code: str) -> list[list]:
    found = tables["findings"]
    return found.loc[found["code"] == code, ["file", "place", "found", "count"]].to_numpy().tolist()


def test_a_plain_workbook_gives_none_of_these_findings(tmp_path):
    tables = made(tmp_path, j1=workbook(Oceny=ROWS)).read()
    assert set(tables["findings"]["code"]) <= {"withdrawn_scored"}
    assert len(tables["scores"]) == 6


def test_hidden_rows_and_columns_that_hold_data_are_read_and_noted(tmp_path):
    def hide(sheet):
        sheet.row_dimensions[4].hidden = True
        sheet.row_dimensions[40].hidden = True
        sheet.column_dimensions["C"].hidden = True

    tables = made(tmp_path, j1=dressed(hide)).read()
    assert findings(tables, "hidden_rows") == [["e01/j1.xlsx", "row 4", "", 1]]
    assert findings(tables, "hidden_columns") == [["e01/j1.xlsx", "C", "", 1]]
    assert len(tables["scores"]) == 6


def test_a_hidden_sheet_that_holds_data_is_noted(tmp_path):
    def hide(sheet):
        copy = sheet.parent.create_sheet("Szkic")
        copy["A1"], copy.sheet_state = "stare oceny", "veryHidden"

    layouts = MATRIX + "sheet = 'Oceny'\n"
    tables = made(tmp_path, j1=dressed(hide)).write(layouts_dot_toml=layouts).read()
    assert findings(tables, "hidden_sheet") == [["e01/j1.xlsx", "", "", 1]]


def test_a_note_on_a_cell_is_quoted_with_its_address(tmp_path):
    def note(sheet):
        sheet["B4"].comment = Comment("proszę zmienić\nna 6", "J")

    tables = made(tmp_path, j1=dressed(note)).read()
    assert findings(tables, "cell_note") == [["e01/j1.xlsx", "B4", "proszę zmienić na 6", 1]]


def test_a_few_coloured_marks_are_noted_and_a_coloured_column_is_style(tmp_path):
    def colour(sheet):
        sheet["B4"].fill = PatternFill("solid", fgColor="FFFF00")
        for row in (3, 4, 5):
            sheet.cell(row, 3).fill = PatternFill("solid", fgColor="DDDDDD")

    tables = made(tmp_path, j1=dressed(colour)).read()
    assert findings(tables, "coloured_cells") == [["e01/j1.xlsx", "B4", "FFFF00", 1]]


def test_merged_cells_among_the_marks_are_noted_and_elsewhere_are_not(tmp_path):
    def merge(sheet):
        sheet.merge_cells("B4:B5")
        sheet.merge_cells("E1:F1")

    tables = made(tmp_path, j1=dressed(merge)).read()
    assert findings(tables, "merged_cells") == [["e01/j1.xlsx", "B4:B5", "5", 2]]


def test_a_sheet_that_two_readers_read_differently_is_set_aside_whole(tmp_path):
    # one address for two cells: which one holds is anyone's guess
    twice = edited(workbook(Oceny=ROWS), lambda xml: xml.replace(b'r="C4"', b'r="B4"'))
    tables = made(tmp_path, j1=twice, j2=workbook(Oceny=[["Juror", "j2"], *ROWS[1:]])).read()
    ledger = tables["ledger"].set_index(["file", "unit"])
    assert ledger.loc[("e01/j1.xlsx", "row"), ["read", "accepted", "quarantined"]].tolist() == [3, 0, 3]
    assert ledger.loc[("e01/j1.xlsx", "cell"), ["read", "accepted", "quarantined"]].tolist() == [6, 0, 6]
    assert set(tables["scores"]["juror"]) == {"j2"}
    assert findings(tables, "readers_disagree") == [["e01/j1.xlsx", "rows 3-5", "", 3]]
    assert [entry[1] for entry in findings(tables, "cell_in_dispute")] == ["B4"]


def test_cells_in_dispute_below_the_table_are_noted_and_the_sheet_is_read(tmp_path):
    below = edited(
        workbook(Oceny=ROWS), lambda xml: xml.replace(b"</sheetData>", b'<row r="9"/><row r="9"/></sheetData>')
    )
    tables = made(tmp_path, j1=below).read()
    assert len(tables["scores"]) == 6
    assert [entry[1] for entry in findings(tables, "cell_in_dispute")] == ["A9"]


def test_a_formula_without_a_value_and_an_error_are_set_aside_with_their_addresses(tmp_path):
    def damage(xml: bytes) -> bytes:
        xml = xml.replace(b'<c r="B3"><v>7</v>', b'<c r="B3"><f>SUM(A1)</f>')
        return xml.replace(b'<c r="C5"><v>4</v>', b'<c r="C5" t="e"><v>#DIV/0!</v>')

    tables = made(tmp_path, j1=edited(workbook(Oceny=ROWS), damage)).read()
    assert findings(tables, "formula_without_value") == [["e01/j1.xlsx", "B3", "=SUM(A1)", 1]]
    assert findings(tables, "error_value") == [["e01/j1.xlsx", "C5", "#DIV/0!", 1]]
    assert len(tables["scores"]) == 4


def test_two_versions_that_do_not_meet_are_a_finding_with_the_cells_that_differ(tmp_path):
    other = [*ROWS[:3], ["D2", 5, 6.5], ["D3", 9, 4]]
    base = made(tmp_path, j1=workbook(Oceny=ROWS), j1_final=workbook(Oceny=other))
    tables = base.write(e01__edition_dot_toml=SOURCE.replace("j*.xlsx", "j1.xlsx")).read()
    assert findings(tables, "two_versions") == [["e01/j1.xlsx", "Oceny!C4", "e01/j1_final.xlsx", 1]]


def test_two_versions_that_are_both_read_are_one_error_that_names_both(tmp_path):
    other = [*ROWS[:3], ["D2", 5, 6.5], ["D3", 9, 4]]
    with pytest.raises(DataErrors) as caught:
        made(tmp_path, j1=workbook(Oceny=ROWS), **{"j1 (1)": workbook(Oceny=other)}).read()
    (error,) = caught.value.errors
    assert "e01/j1 (1).xlsx and e01/j1.xlsx both hold 6 marks" in str(error)
    assert "1 differ (C4 '6.5' and C4 '6')" in str(error)


@pytest.mark.parametrize("name", ["j_final", "J_v2", "j (3)", "j — kopia", "Kopia j", "j_poprawiona_v3", "j_wersja 2"])
def test_words_for_a_version_are_not_part_of_the_name(name):
    assert stem(f"{name}.xlsx") == "j"


@pytest.mark.parametrize("name", ["j1", "j_1", "final", "karta ostatnia", "v2", "j12"])
def test_a_name_that_only_looks_like_a_version_is_kept(name):
    assert stem(f"{name}.xlsx") == name


@pytest.mark.parametrize("ending", ["xls", "ods"])
def test_workbooks_of_another_kind_are_refused_with_the_way_out(tmp_path, ending):
    base = made(tmp_path, j1=workbook(Oceny=ROWS)).write(**{f"e01__k_dot_{ending}": b"\xd0\xcf\x11\xe0"})
    base.write(e01__edition_dot_toml=SOURCE.replace("j*.xlsx", f"k.{ending}"))
    with pytest.raises(
        DataError, match=rf"e01/k\.{ending}: a workbook of kind '\.{ending}' is not read\. Open it .*\.xlsx"
    ):
        base.read()
