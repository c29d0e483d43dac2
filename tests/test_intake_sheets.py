import datetime as dt

import pytest

from analysis.errors import DataErrors
from intake_folder import DOSSIERS, EDITION, LONG, TWO_MARKS, folder, workbook

MATRIX = """
[matrix]
kind = "matrix"
sheet = "Oceny"
dossier = ["Nr"]
juror = { label = "Juror" }
ignore = ["Lp\\\\.", "Suma"]
exclude = [{ rule = "totals", column = "Lp.", pattern = "RAZEM" }]
"""
MATRIX_SOURCE = "[[scores]]\nfile = 'etap1/*.xlsx'\nlayout = 'matrix'\n"
JUROR = [["Karta oceny"], ["Juror:", "", "Anna Zmyślona"], []]
HEADER = ["Lp.", "Nr", "Kompe-\ntencje", "Obsługa", "Suma"]


def matrix(
    path, rows, *, layouts=MATRIX + "criteria = { 'Kompe- tencje' = 'staff', 'Obsługa' = 'service' }\n", **sheets
):
    made = folder(path, edition=DOSSIERS + EDITION + MATRIX_SOURCE, layouts=layouts)
    return made.write(e01__etap1__a_dot_xlsx=workbook(Oceny=[*JUROR, HEADER, *rows], **sheets))


def brief(scores):
    columns = ["dossier", "juror", "criterion", "value", "missing", "cell"]
    return [tuple(row) for row in scores[columns].astype(object).where(scores[columns].notna(), None).to_numpy()]


def test_a_long_table_gives_a_row_a_judgement_with_its_line(tmp_path):
    scores = folder(tmp_path).read()["scores"]
    assert brief(scores) == [
        ("D1", "j1", "staff", 7.5, "", "line 2, Ocena"),
        ("D2", "j2", "service", None, "missing", "line 3, Ocena"),
    ]
    assert scores.loc[0, ["value_raw", "value_100", "office", "stage", "file"]].tolist() == [
        "7,5",
        75.0,
        "o1",
        "s1",
        "e01/marks.csv",
    ]


def test_a_matrix_gives_a_row_a_judgement_with_its_cell(tmp_path):
    scores = matrix(tmp_path, [[1, "D1", 7.5, "8,0", 15.5], [2, "D2", 6, "S", 6]]).read()["scores"]
    assert set(brief(scores)) == {
        ("D1", "j1", "staff", 7.5, "", "C5"),
        ("D1", "j1", "service", 8.0, "", "D5"),
        ("D2", "j1", "staff", 6.0, "", "C6"),
        ("D2", "j1", "service", None, "recused", "D6"),
    }


def test_headers_match_criteria_by_their_words_where_the_layout_says_nothing(tmp_path):
    made = matrix(tmp_path, [], layouts=MATRIX)
    made.write(
        e01__etap1__a_dot_xlsx=workbook(Oceny=[*JUROR, ["Lp.", "Nr", "KOMPETENCJE", "Service"], [1, "D1", 7, 8]])
    )
    assert set(brief(made.read()["scores"])) == {
        ("D1", "j1", "staff", 7.0, "", "C5"),
        ("D1", "j1", "service", 8.0, "", "D5"),
    }


def test_the_juror_of_a_matrix_may_be_the_name_of_the_file(tmp_path):
    made = matrix(tmp_path, [], layouts=MATRIX.replace('{ label = "Juror" }', "{ file = '^(.+)\\.xlsx$' }"))
    made.write(e01__etap1__a_dot_xlsx=workbook(Oceny=[["Lp.", "Nr", "Competence", "Service"], [1, "D1", 7, 8]]))
    (made.raw / "e01/etap1/a.xlsx").rename(made.raw / "e01/etap1/jan urojony.xlsx")
    assert set(made.read()["scores"]["juror"]) == {"j2"}


def test_jurors_stand_in_columns_named_by_a_pattern_or_one_by_one(tmp_path):
    marks = "Nr;Kryterium;Juror: Anna Zmyślona;Juror: Jan Urojony;Średnia\nD1;staff;7;8;7,5\n"
    common = "[long]\nkind = 'jurors_in_columns'\ndossier = ['Nr']\ncriterion = 'Kryterium'\n"
    expected = [
        ("D1", "j1", "staff", 7.0, "", "line 2, Juror: Anna Zmyślona"),
        ("D1", "j2", "staff", 8.0, "", "line 2, Juror: Jan Urojony"),
    ]
    pattern = folder(tmp_path / "a", layouts=common + "jurors = 'Juror: (.+)'\n", marks=marks)
    listed = "jurors = { 'Juror: Anna Zmyślona' = 'j1', 'Juror: Jan Urojony' = 'j2' }\n"
    assert (
        brief(pattern.read()["scores"])
        == brief(folder(tmp_path / "b", layouts=common + listed, marks=marks).read()["scores"])
        == expected
    )


def test_a_long_sheet_may_name_its_juror_beside_a_label(tmp_path):
    layouts = LONG.replace("juror = 'Juror'", "juror = { label = 'Juror' }")
    made = folder(tmp_path, layouts=layouts, marks="Juror:;Ewa Fikcyjna;\n;;\nNr;Kryterium;Ocena\nD1;staff;7\n")
    assert brief(made.read()["scores"]) == [("D1", "j3", "staff", 7.0, "", "line 4, Ocena")]


def test_the_header_is_the_first_row_that_holds_all_named_columns(tmp_path):
    titled = "Wyniki;Nr\n;\nNr;Juror;Kryterium;Ocena\nD1;j1;staff;7\n"
    assert brief(folder(tmp_path, marks=titled).read()["scores"]) == [("D1", "j1", "staff", 7.0, "", "line 4, Ocena")]


def test_a_sheet_that_names_offices_means_their_dossiers(tmp_path):
    marks = "Nr;Juror;Kryterium;Ocena\nUrząd Gminy  BAJKOWO;j1;staff;7\n"
    assert folder(tmp_path, marks=marks).read()["scores"]["dossier"].tolist() == ["D1"]


def test_without_a_list_of_dossiers_the_sheets_say_who_entered(tmp_path):
    layouts = LONG.replace("['Nr']", "['Urząd', 'Nr']") + "office = ['Urząd']\n"
    made = folder(tmp_path, edition=EDITION + "[[scores]]\nfile = 'marks.csv'\nlayout = 'long'\n", layouts=layouts)
    made.write(e01__marks_dot_csv="Urząd;Nr;Juror;Kryterium;Ocena\nA;1;j1;staff;7\nA;2;j1;staff;8\n")
    (made.raw / "offices.csv").unlink()
    tables = made.read()
    assert tables["dossiers"][["dossier", "office", "status"]].to_numpy().tolist() == [
        ["A-1", "A", "valid"],
        ["A-2", "A", "valid"],
    ]
    assert tables["offices"]["name"].tolist() == ["A"]


def test_without_a_register_the_sheets_say_who_the_jurors_are(tmp_path):
    made = folder(tmp_path).write(aliases_dot_csv="kind,alias,id\njuror,Jan Urojony,Jan U.\n")
    (made.raw / "jurors.csv").unlink()
    tables = made.read()
    assert tables["jurors"]["juror"].tolist() == ["Jan U.", "j1"] and tables["scores"]["juror"].tolist() == [
        "j1",
        "Jan U.",
    ]


def test_rows_of_another_source_are_excluded_and_still_accounted_for(tmp_path):
    marks = "Nr;Juror;Kryterium;Ocena;Rok\nD1;j1;staff;7;2025\nD1;j1;staff;6;2024\nD2;j1;staff;6;2024\n"
    edition = DOSSIERS + EDITION + "[[scores]]\nfile = 'marks.csv'\nlayout = 'long'\nwhere = { Rok = '2025' }\n"
    tables = folder(tmp_path, edition=edition, marks=marks).read()
    ledger = tables["ledger"].query("kind == 'scores'").set_index("unit")
    assert ledger.loc["row", ["read", "accepted", "quarantined", "excluded"]].tolist() == [3, 1, 0, 2]
    found = tables["findings"].query("code == 'other_source'").iloc[0]
    assert (found["place"], found["count"], found["state"]) == ("lines 3-4", 2, "excluded")


def test_a_row_that_one_of_two_sources_takes_is_not_excluded(tmp_path):
    marks = "Nr;Juror;Kryterium;Ocena;Rok\nD1;j1;staff;7;2025\nD1;j2;staff;6;2024\nD2;j1;staff;6;2023\n"
    source = "[[scores]]\nfile = 'marks.csv'\nlayout = 'long'\nwhere = {{ Rok = '{}' }}\n"
    tables = folder(
        tmp_path, edition=DOSSIERS + EDITION + source.format(2025) + source.format(2024), marks=marks
    ).read()
    ledger = tables["ledger"].query("kind == 'scores'").set_index("unit")
    assert (
        ledger["read"].tolist() == [3, 3]
        and ledger["accepted"].tolist() == [2, 2]
        and ledger["excluded"].tolist() == [1, 1]
    )


def test_totals_are_excluded_by_their_rule_and_strange_columns_are_named(tmp_path):
    made = matrix(tmp_path, [[1, "D1", 7, 8, 15], ["RAZEM", "", 7, 8, 15]], Notatki=[["x"]])
    header = [*HEADER, "Kompetencjee"]
    made.write(e01__etap1__b_dot_xlsx=workbook(Oceny=[["Juror", "Jan Urojony"], header, [1, "D1", 7, 8, 15, 3]]))
    tables = made.read()
    ledger = tables["ledger"].query("file == 'e01/etap1/a.xlsx'").set_index("unit")
    assert ledger.loc["row", "excluded"] == 1 and ledger.loc["cell", "excluded"] == 2
    found = tables["findings"].set_index("code")
    assert found.loc["excluded_by_rule", ["place", "key"]].tolist() == ["row 6", "totals"]
    assert found.loc["unknown_column", ["place", "found", "severity"]].tolist() == ["F2", "Kompetencjee", "look"]
    assert found.loc["sheet_not_read", "sheet"] == "Notatki"


@pytest.mark.parametrize(
    ("cell", "code", "done"),
    [
        ("7-8", "not_a_number", ""),
        ("8 (osiem)", "not_a_number", "8"),
        (dt.date(2024, 5, 3), "date_in_number", "3.5"),
        ("#N/D!", "error_value", ""),
    ],
)
def test_an_unreadable_cell_is_set_aside_and_its_row_stays(tmp_path, cell, code, done):
    tables = matrix(tmp_path, [[1, "D1", cell, 8, 8]]).read()
    assert brief(tables["scores"]) == [("D1", "j1", "service", 8.0, "", "D5")]
    found = tables["findings"].query("code == @code").iloc[0]
    expected = ["C5", "quarantined", "act", "dossier D1, juror j1, staff", done]
    assert found[["place", "state", "severity", "key", "done"]].tolist() == expected
    ledger = tables["ledger"].query("kind == 'scores'").set_index("unit")[["read", "accepted", "quarantined"]]
    assert ledger.loc["row"].tolist() == [1, 1, 0] and ledger.loc["cell"].tolist() == [2, 1, 1]


def test_a_row_without_a_dossier_and_a_row_too_long_are_set_aside_whole(tmp_path):
    tables = folder(tmp_path, marks=TWO_MARKS + ";j1;staff;7\nD1;j3;staff;7;8\n").read()
    found = tables["findings"].set_index("code")["place"]
    assert found["no_dossier"] == "line 4" and found["long_row"] == "line 5"
    ledger = tables["ledger"].query("kind == 'scores' and unit == 'row'").iloc[0]
    assert ledger[["read", "accepted", "quarantined"]].tolist() == [4, 2, 2]


def test_a_score_cell_with_a_unit_is_read_and_named(tmp_path):
    tables = folder(tmp_path, marks=TWO_MARKS.replace("7,5", "7,50 pkt")).read()
    assert tables["scores"]["value"].iloc[0] == 7.5
    assert tables["findings"].query("code == 'unit_removed'")["done"].tolist() == ["7.5"]


def test_the_three_parts_add_up_in_every_line_of_the_ledger(tmp_path):
    made = matrix(tmp_path, [[1, "D1", "x", 8, 8], [2, "", 7, 8, 15], ["RAZEM", "", 7, 8, 15]])
    ledger = made.read()["ledger"]
    assert (ledger["read"] == ledger["accepted"] + ledger["quarantined"] + ledger["excluded"]).all() and len(
        ledger
    ) == 3


def test_blank_rows_are_no_rows_of_data(tmp_path):
    ledger = folder(tmp_path, marks=TWO_MARKS + ";;;\n\n").read()["ledger"]
    assert ledger.query("kind == 'scores' and unit == 'row'")["read"].tolist() == [2]


def refused(made) -> list[str]:
    with pytest.raises(DataErrors) as caught:
        made.read()
    return str(caught.value).splitlines()


def test_a_missing_criterion_column_is_no_silent_gap(tmp_path):
    made = matrix(tmp_path, [])
    made.write(
        e01__etap1__a_dot_xlsx=workbook(Oceny=[*JUROR, ["Lp.", "Nr", "Kompe- tencje", "Obslugaa"], [1, "D1", 7, 8]])
    )
    (said,) = refused(made)
    assert said.startswith("e01/etap1/a.xlsx, sheet 'Oceny', row 4: no column for 'Obsługa'; did you mean 'Obslugaa'?")


def test_a_header_that_is_not_found_names_the_nearest_row(tmp_path):
    (said,) = refused(folder(tmp_path, marks="Nr;Juror;Kryteria;Ocena\nD1;j1;staff;7\n"))
    assert said == (
        "e01/marks.csv: no row holds all named columns; line 1 comes nearest and lacks 'Kryterium'; did you "
        "mean 'Kryteria'? Correct the header, or the columns in layouts.toml [long]."
    )


def test_a_sheet_that_no_pattern_fits_is_refused(tmp_path):
    made = matrix(tmp_path, [])
    made.write(e01__etap1__a_dot_xlsx=workbook(Arkusz1=[["x"]]))
    (said,) = refused(made)
    assert said.startswith("e01/etap1/a.xlsx: no sheet fits 'Oceny'; there are 'Arkusz1'.")


def test_an_empty_file_is_refused(tmp_path):
    assert refused(folder(tmp_path, marks="")) == [
        "e01/marks.csv: the file is empty. Put the whole file there, or take it out of edition.toml."
    ]
