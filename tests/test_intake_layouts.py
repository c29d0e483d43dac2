import io
import random
import re
from pathlib import Path

import pytest
import xlsxwriter

from analysis import measures
from analysis.config import read_competition
from analysis.disclosure import public_tables, released_comments
from analysis.errors import DataErrors
from analysis.schema import TABLES
from intake_folder import DOSSIERS, EDITION, TWO_MARKS, folder, workbook

ALL = {
    ("D1", "j1", "staff"): 7.5,
    ("D1", "j1", "service"): 8.0,
    ("D1", "j2", "staff"): 6.0,
    ("D1", "j2", "service"): 9.0,
    ("D2", "j1", "staff"): 5.0,
    ("D2", "j1", "service"): 4.5,
    ("D2", "j2", "staff"): 10.0,
    ("D2", "j2", "service"): 3.0,
}
"""The same marks in every layout."""
NAMES = {"j1": "Anna Zmyślona", "j2": "Jan Urojony", "D1": "Urząd Gminy Bajkowo", "D2": "Urząd Miasta Nibywo"}

CARD = """
[card]
kind = "card"
sheet = "^(?!Wzór)"
dossier = ["Urząd"]
juror = { label = "/(oceniający|juror)/" }
scored_at = "Data oceny"
criterion = "Kryterium"
score = "/przyznane (pkt|punkty)/"
maximum = "Maks. pkt"
comment = "Uzasadnienie"
"""
COLLECTIVE = """
[collective]
kind = "collective"
dossier = { sheet = "(.+)" }
criterion = "Kryterium"
jurors = "Członek ([0-9])"
members = "([0-9])\\\\. (.+)"
"""
GROUPS = """
[groups]
kind = "groups"
header_rows = 2
dossier = ["Nr"]
jurors = "Juror: (.+)"
ignore = ["Urząd"]
"""
MATRIX = """
[matrix]
kind = "matrix"
header_rows = 3
dossier = ["Nr"]
juror = { label = "Juror" }
ignore = ["Lp\\\\."]
comment = "Uwagi"
"""
LONG = """
[long]
kind = "long"
dossier = ["Nr"]
juror = "Juror"
criterion = "Kryterium"
score = "Ocena"
comment = "Komentarz"
scored_at = "Kiedy"
status = "Stan"
exclude = [{ rule = "draft", column = "Stan", pattern = "roboczy" }]
criteria = { "Jakość obsługi" = "service" }
"""


def made(path, layouts, file="marks/*.xlsx", **files):
    kind = layouts.split("[")[1].split("]")[0]
    edition = DOSSIERS + EDITION + f"[[scores]]\nfile = '{file}'\nlayout = '{kind}'\n"
    return folder(path, edition=edition, layouts=layouts, marks=TWO_MARKS).write(**files)


def marks(tables):
    rows = tables["scores"][["dossier", "juror", "criterion", "value"]]
    return {tuple(row[:3]): row[3] for row in rows.to_numpy().tolist()}


def accounted(tables):
    ledger = tables["ledger"].query("kind == 'scores'")
    parts = ledger["accepted"] + ledger["quarantined"] + ledger["excluded"]
    cells = ledger.query("unit == 'cell'")["accepted"].sum()
    return bool((ledger["read"] == parts).all()) and cells == len(tables["scores"])


def found(tables, code):
    rows = tables["findings"].query("code == @code")
    return rows[["place", "key", "found", "done"]].to_numpy().tolist()


def merged(rows, *areas, sheet="Oceny"):
    """Write a workbook with merged areas: (top, left, bottom, right)."""
    sink = io.BytesIO()
    book = xlsxwriter.Workbook(sink, {"in_memory": True})
    page = book.add_worksheet(sheet)
    for line, row in enumerate(rows):
        page.write_row(line, 0, row)
    for top, left, bottom, right in areas:
        page.merge_range(top, left, bottom, right, rows[top][left])
    book.close()
    return sink.getvalue()


# --------------------------------------------------------------------------- a card: a sheet an office, of one juror


def card(dossier, juror, *, total=None, shift=0, label="Juror:", score="Przyznane pkt"):
    mine = {criterion: ALL[dossier, juror, criterion] for criterion in ("staff", "service")}
    total = mine["staff"] + mine["service"] if total is None else total
    return [
        *[[]] * shift,
        ["KARTA OCENY"],
        ["Urząd:", "", NAMES[dossier]],
        ["Data oceny: 12.05.2025", "", label, NAMES[juror]],
        [],
        ["Lp.", "Kryterium", "Maks. pkt", score, "Uzasadnienie"],
        ["I", "Obszar pierwszy"],
        [1, "Kompetencje", 10, mine["staff"], "Bardzo dobre szkolenia"],
        ["", "a) szkolenia", "", mine["staff"] - 1, ""],
        ["", "b) oceny okresowe", "", 1, ""],
        ["", "Suma (max. 10 pkt)", "", mine["staff"], ""],
        [2, "2. Obsługa (0–10)", 10, mine["service"], ""],
        ["", "RAZEM", 20, total, ""],
        [],
        ["Uwagi:", "Warto odwiedzić"],
        ["Data i podpis:", "", "", "A.Z."],
    ]


def cards(path, **changes):
    books = {
        f"e01__marks__{juror}_dot_xlsx": workbook(
            **{NAMES[dossier][:25]: card(dossier, juror, **changes) for dossier in ("D1", "D2")}, Wzór=[["x"]]
        )
        for juror in ("j1", "j2")
    }
    return made(path, CARD, **books)


def test_a_card_gives_its_marks_with_their_cells_and_the_day(tmp_path):
    tables = cards(tmp_path).read()
    assert marks(tables) == ALL and accounted(tables)
    first = tables["scores"].query("dossier == 'D1' and juror == 'j1'").set_index("criterion")
    assert first["cell"].to_dict() == {"staff": "D7", "service": "D11"}
    assert set(tables["scores"]["scored_at"]) == {"2025-05-12"}
    assert set(first["sheet"]) == {"Urząd Gminy Bajkowo"}


def test_a_card_is_found_by_its_words_wherever_it_stands(tmp_path):
    assert marks(cards(tmp_path, shift=7, label="Oceniający", score="przyznane PUNKTY").read()) == ALL


def test_every_row_below_the_header_of_a_card_is_accounted_for_by_name(tmp_path):
    tables = cards(tmp_path).read()
    rows = tables["findings"].query("file == 'e01/marks/j1.xlsx' and sheet == 'Urząd Gminy Bajkowo'").set_index("code")
    taken = {code: rows.loc[code, "place"] for code in ("total_row", "sub_criterion", "text_row", "signature_row")}
    assert taken == {
        "total_row": "rows 10, 12",
        "sub_criterion": "rows 8-9",
        "text_row": "rows 6, 14",
        "signature_row": "row 15",
    }
    ledger = tables["ledger"].query("file == 'e01/marks/j1.xlsx' and unit == 'row'")
    assert ledger["read"].tolist() == [9, 9] and ledger["excluded"].tolist() == [7, 7]


def test_totals_that_add_up_say_nothing(tmp_path):
    tables = cards(tmp_path).read()
    assert not found(tables, "total_differs") and not found(tables, "maximum_differs")


def test_a_total_of_a_card_that_does_not_add_up_is_named(tmp_path):
    made_so = made(tmp_path, CARD, e01__marks__a_dot_xlsx=workbook(K=card("D1", "j1", total=16)))
    assert found(made_so.read(), "total_differs") == [["D12", "dossier D1, juror j1, RAZEM", "16", "15.5"]]


def test_parts_that_do_not_give_their_criterion_are_named(tmp_path):
    rows = card("D1", "j1")
    rows[8] = ["", "b) oceny okresowe", "", 3, ""]
    tables = made(tmp_path, CARD, e01__marks__a_dot_xlsx=workbook(K=rows)).read()
    assert found(tables, "total_differs") == [["D7", "staff", "7.5", "9.5"]]


def test_maximum_points_other_than_the_scale_are_named(tmp_path):
    rows = card("D1", "j1")
    rows[6] = [1, "Kompetencje", 15, 7.5, ""]
    tables = made(tmp_path, CARD, e01__marks__a_dot_xlsx=workbook(K=rows)).read()
    assert found(tables, "maximum_differs") == [["C7", "staff", "15", "10"]]


def test_an_unknown_criterion_of_a_card_is_refused_with_or_without_points(tmp_path):
    for name, row in (("a", [3, "Estetyka", 10, 5, ""]), ("b", [3, "Estetyka", 10, "", ""])):
        rows = card("D1", "j1")
        rows.insert(11, row)
        with pytest.raises(DataErrors, match="row 12: there is no criterion 'Estetyka'"):
            made(tmp_path / name, CARD, e01__marks__a_dot_xlsx=workbook(K=rows)).read()


def test_a_card_that_lacks_a_criterion_an_office_or_a_juror_is_refused(tmp_path):
    lacks = {
        "no row for 'service'": (10, [2, "", "", ""]),
        "'Urząd'": (1, ["Urząd:"]),
        "juror": (2, ["Data oceny: 1.5.2025"]),
    }
    for number, (said, (place, row)) in enumerate(lacks.items()):
        rows = card("D1", "j1")
        rows[place] = row
        with pytest.raises(DataErrors, match=said):
            made(tmp_path / str(number), CARD, e01__marks__a_dot_xlsx=workbook(K=rows)).read()


# --------------------------------------------------------------------------- a collective sheet


def collective(dossier, *, mean=None, third=""):
    rows = []
    for criterion, label in (("staff", "Kompetencje"), ("service", "Obsługa")):
        mine = [ALL[dossier, juror, criterion] for juror in ("j1", "j2")]
        rows.append([label, *mine, third, sum(mine) / 2 if mean is None else mean])
    sums = [sum(ALL[dossier, juror, criterion] for criterion in ("staff", "service")) for juror in ("j1", "j2")]
    return [
        ["Skład komisji:", "1. Anna Zmyślona"],
        ["", "2. Jan Urojony"],
        [],
        ["Kryterium", "Członek 1", "Członek 2", "Członek 3", "Średnia"],
        *rows,
        ["Razem", *sums, "", sum(sums) / 2],
        ["Podpisy:", "x", "y", "", ""],
    ]


def test_a_collective_sheet_gives_each_member_their_marks_and_never_the_mean(tmp_path):
    book = workbook(D1=collective("D1"), D2=collective("D2"))
    tables = made(tmp_path, COLLECTIVE, e01__marks__a_dot_xlsx=book).read()
    assert marks(tables) == ALL and accounted(tables)
    assert tables["scores"].query("dossier == 'D1' and juror == 'j2'")["cell"].tolist() == ["C5", "C6"]
    assert not found(tables, "total_differs") and not found(tables, "unknown_column")


def test_a_mean_of_a_collective_sheet_that_is_wrong_is_named(tmp_path):
    book = workbook(D1=collective("D1", mean=8.5))
    tables = made(tmp_path, COLLECTIVE, e01__marks__a_dot_xlsx=book).read()
    assert found(tables, "total_differs") == [["E5", "dossier D1, Kompetencje", "8.5", "6.75"]]


def test_marks_in_a_column_of_nobody_are_refused(tmp_path):
    book = workbook(D1=collective("D1", third=5))
    with pytest.raises(DataErrors, match="nobody is named for the column 'Członek 3'"):
        made(tmp_path, COLLECTIVE, e01__marks__a_dot_xlsx=book).read()


# --------------------------------------------------------------------------- groups of columns


def groups():
    rows = []
    for dossier in ("D1", "D2"):
        mine = [[ALL[dossier, juror, criterion] for criterion in ("staff", "service")] for juror in ("j1", "j2")]
        rows.append([dossier, NAMES[dossier], *mine[0], sum(mine[0]), *mine[1], sum(mine[1]), sum(map(sum, mine)) / 2])
    upper = ["Nr", "Urząd", "Juror: Anna Zmyślona", "", "", "Juror: Jan Urojony", "", "", "Średnia"]
    lower = ["", "", "Kompetencje", "Obsługa", "Suma", "Kompetencje", "Obsługa", "Suma", ""]
    return [["Zestawienie"], upper, lower, *rows]


AREAS = [(1, 0, 2, 0), (1, 1, 2, 1), (1, 2, 1, 4), (1, 5, 1, 7), (1, 8, 2, 8)]


def test_groups_of_columns_give_each_juror_their_marks(tmp_path):
    tables = made(tmp_path, GROUPS, e01__marks__a_dot_xlsx=merged(groups(), *AREAS)).read()
    assert marks(tables) == ALL and accounted(tables)
    assert tables["scores"].query("dossier == 'D2' and juror == 'j2'")["cell"].tolist() == ["F5", "G5"]
    assert not found(tables, "total_differs") and not found(tables, "unknown_column")


def test_groups_of_columns_in_a_text_file_need_no_merged_cells(tmp_path):
    text = "\n".join(";".join(str(cell) for cell in row) for row in groups()[1:])
    tables = made(tmp_path, GROUPS, file="wide.csv", e01__wide_dot_csv=text).read()
    assert marks(tables) == ALL and accounted(tables)


def test_a_sum_of_one_juror_in_a_group_is_held_against_their_marks_only(tmp_path):
    rows = groups()
    rows[3][4] = 17
    tables = made(tmp_path, GROUPS, e01__marks__a_dot_xlsx=merged(rows, *AREAS)).read()
    ((place, key, said, ours),) = found(tables, "total_differs")
    assert (place, said, ours) == ("E4", "17", "15.5") and key.startswith("dossier D1, juror j1")


# --------------------------------------------------------------------------- a matrix under merged headers


def matrix(juror, *rows):
    header = [
        ["Lp.", "Nr", "Urząd i jego ludzie", "", "Ocena łącznie", "", "Uwagi"],
        ["", "", "Kompetencje", "Obsługa", "Suma", "Miejsce", ""],
        ["", "", "max 10", "max 10", 20, "", ""],
    ]
    return [["Juror:", NAMES[juror]], [], *header, *rows]


MERGED = [(2, 0, 4, 0), (2, 1, 4, 1), (2, 2, 2, 3), (2, 4, 2, 5), (2, 6, 4, 6)]
ROWS = [[1, "D1", 7.5, 8, 15.5, 1, "Wzorowo"], [2, "D2", 5, 4.5, 9.5, 2, ""], ["", "Razem", 12.5, 12.5, 25, "", ""]]
SIGNED = ["Podpis jurora", "", "", "", "", "", ""]


def test_a_matrix_is_read_under_three_rows_of_merged_headers(tmp_path):
    tables = made(tmp_path, MATRIX, e01__marks__a_dot_xlsx=merged(matrix("j1", *ROWS, SIGNED), *MERGED)).read()
    assert marks(tables) == {key: value for key, value in ALL.items() if key[1] == "j1"} and accounted(tables)
    assert tables["scores"]["cell"].tolist() == ["C6", "C7", "D6", "D7"]
    codes = set(tables["findings"]["code"])
    assert {"total_row", "signature_row"} <= codes
    assert not {"total_differs", "maximum_differs", "unknown_column", "no_dossier"} & codes


@pytest.mark.parametrize(
    ("line", "column", "wrong", "expected"),
    [
        (0, 4, 16, ["E6", "dossier D1, juror j1, Ocena łącznie / Suma / 20", "16", "15.5"]),
        (1, 5, 1, ["F7", "dossier D2, juror j1, Ocena łącznie / Miejsce", "1", "2"]),
        (2, 3, 13, ["D8", "juror j1, Urząd i jego ludzie / Obsługa / max 10", "13", "12.5"]),
    ],
)
def test_a_wrong_sum_rank_or_bottom_line_of_a_matrix_is_named(tmp_path, line, column, wrong, expected):
    rows = [list(row) for row in ROWS]
    rows[line][column] = wrong
    tables = made(tmp_path, MATRIX, e01__marks__a_dot_xlsx=merged(matrix("j1", *rows), *MERGED)).read()
    assert found(tables, "total_differs") == [expected]
    assert len(tables["scores"]) == 4


def test_an_entry_that_all_other_jurors_have_is_missed_on_the_sheet_that_lacks_it(tmp_path):
    names = {**NAMES, "j3": "Ewa Fikcyjna"}
    files = {}
    for juror, name in (("j1", "a"), ("j2", "b"), ("j3", "c")):
        listed = ROWS[:2] if juror != "j2" else ROWS[:1]
        rows = [["Juror:", names[juror]], *matrix("j1", *listed, [3, "D3", 5, 4.5, 9.5, "", ""])[1:]]
        files[f"e01__marks__{name}_dot_xlsx"] = merged(rows, *MERGED)
    tables = made(tmp_path / "a", MATRIX, **files).read()
    rows = tables["findings"].query("code == 'missing_dossier_row'")
    assert rows[["file", "key"]].to_numpy().tolist() == [["e01/marks/b.xlsx", "dossier D2, juror j2"]]
    known = made(tmp_path / "b", MATRIX, **files).write(
        recusals_dot_csv="edition;dossier;juror;reason\ne01;D2;j2;family\n"
    )
    assert not found(known.read(), "missing_dossier_row")


# --------------------------------------------------------------------------- a long export

HEAD = "Nr;Juror;Kryterium;Ocena;Komentarz;Kiedy;Stan\n"


def export(path, lines):
    return made(path, LONG, file="export.csv", e01__export_dot_csv=HEAD + lines).read()


def test_the_newest_mark_of_several_counts_and_the_older_ones_stay_on_record(tmp_path):
    tables = export(
        tmp_path,
        "D1;j1;staff;7;za mało;2025-05-12 10:00;wysłana\nD1;j1;staff;8;po namyśle;13.05.2025 9:30;wysłana\n"
        "D1;j1;staff;8;;2025-05-12 11:00;wysłana\nD2;j1;Jakość obsługi;5;;2025-05-12 10:05;wysłana\n",
    )
    assert marks(tables) == {("D1", "j1", "staff"): 8.0, ("D2", "j1", "service"): 5.0} and accounted(tables)
    assert tables["scores"]["scored_at"].tolist() == ["2025-05-13T09:30:00", "2025-05-12T10:05:00"]
    assert found(tables, "amended") == [["line 3, Ocena", "dossier D1, juror j1, staff", "7", "8"]]
    assert found(tables, "superseded")[0][0] == "lines 2, 4"
    assert tables["comments"]["text"].tolist() == ["po namyśle"]


def test_marks_without_a_time_or_of_one_time_stay_doubled(tmp_path):
    for name, times in (("a", ("", "2025-05-12")), ("b", ("2025-05-12", "12.05.2025"))):
        with pytest.raises(DataErrors, match="twice"):
            export(tmp_path / name, "".join(f"D1;j1;staff;7;;{time};wysłana\n" for time in times))


def test_a_status_leaves_drafts_out_and_explains_an_empty_score(tmp_path):
    tables = export(tmp_path, "D1;j1;staff;7;;;roboczy\nD2;j1;staff;;;;wyłączony\nD2;j1;service;;;;\n")
    assert tables["scores"][["criterion", "missing"]].to_numpy().tolist() == [
        ["staff", "recused"],
        ["service", "missing"],
    ]
    assert accounted(tables)


def test_a_time_that_cannot_be_read_is_noted_and_the_mark_stays(tmp_path):
    tables = export(tmp_path, "D1;j1;staff;7;;wczoraj;wysłana\n")
    assert tables["scores"]["scored_at"].tolist() == [""] and len(tables["scores"]) == 1
    assert found(tables, "unread_time") == [["line 2", "", "wczoraj", ""]]


# --------------------------------------------------------------------------- comments


def test_what_jurors_wrote_stands_in_a_table_of_its_own(tmp_path):
    tables = cards(tmp_path).read()
    mine = tables["comments"].query("dossier == 'D1' and juror == 'j1'")
    assert mine[["criterion", "text", "cell", "office", "stage"]].to_numpy().tolist() == [
        ["staff", "Bardzo dobre szkolenia", "E7", "o1", "s1"],
        ["", "Warto odwiedzić", "B14", "o1", "s1"],
    ]
    written = tables["scores"].astype(str).to_numpy().ravel().tolist()
    assert not [text for text in written if "szkolenia" in text or "odwiedzić" in text]


def test_a_column_of_remarks_is_about_the_whole_dossier(tmp_path):
    tables = made(tmp_path, MATRIX, e01__marks__a_dot_xlsx=merged(matrix("j1", *ROWS), *MERGED)).read()
    assert tables["comments"][["dossier", "criterion", "text", "cell"]].to_numpy().tolist() == [
        ["D1", "", "Wzorowo", "G6"]
    ]


# --------------------------------------------------------------------------- names and columns


@pytest.mark.parametrize("written", ["prof. dr hab. Jan Urojony", "Pan mgr Jan Urojony, MBA"])
def test_a_juror_with_titles_is_the_one_without(tmp_path, written):
    tables = export(tmp_path, f"D1;{written};staff;7;;;\n")
    assert tables["scores"]["juror"].tolist() == ["j2"]
    assert found(tables, "title_removed") == [["line 2", "juror j2", written, "j2"]]


def test_a_title_does_not_make_two_jurors_one(tmp_path):
    made_so = made(tmp_path, LONG, file="export.csv", e01__export_dot_csv=HEAD + "D1;dr Anna Zmyślona;staff;7;;;\n")
    made_so.write(jurors_dot_csv="juror,name\nj1,prof. Anna Zmyślona\nj2,mgr Anna Zmyślona\n")
    with pytest.raises(DataErrors, match="no juror 'dr Anna Zmyślona'"):
        made_so.read()


UNEQUAL = EDITION.replace(
    'label = { pl = "Obsługa", en = "Service" }, scale = "points"',
    'label = { pl = "Obsługa", en = "Service" }, scale = "wide"',
).replace("criteria = [", "scales = { wide = { minimum = 0, maximum = 20, step = 0.5 } }\ncriteria = [", 1)
PLAIN = "[plain]\nkind = 'matrix'\ndossier = ['Nr']\njuror = { label = 'Juror' }\n"


def two_columns(path, rows):
    edition = DOSSIERS + UNEQUAL + "[[scores]]\nfile = 'a.xlsx'\nlayout = 'plain'\n"
    book = workbook(Oceny=[["Juror", "j1"], ["Nr", "Kompetencje", "Obsługa"], *rows])
    return folder(path, edition=edition, layouts=PLAIN).write(e01__a_dot_xlsx=book)


def test_two_columns_that_fit_only_when_exchanged_are_set_aside_as_one_thing(tmp_path):
    tables = two_columns(tmp_path, [["D1", 17, 8], ["D2", 15.5, 9]]).read()
    rows = tables["findings"].query("code == 'swapped_columns'")
    assert rows[["place", "key", "count", "state"]].to_numpy().tolist() == [
        ["B3, C3", "juror j1, staff and service", 4, "quarantined"]
    ]
    cells = tables["ledger"].query("kind == 'scores' and unit == 'cell'").iloc[0]
    assert cells[["read", "accepted", "quarantined"]].tolist() == [4, 0, 4] and not len(tables["scores"])


def test_columns_that_fit_as_they_stand_are_no_exchange(tmp_path):
    tables = two_columns(tmp_path, [["D1", 7, 8], ["D2", 5.5, 9]]).read()
    assert len(tables["scores"]) == 4 and not found(tables, "swapped_columns")


def test_a_mark_above_the_scale_stays_an_error_where_an_exchange_would_not_fit(tmp_path):
    with pytest.raises(DataErrors, match="gave dossier D1 17 for staff"):
        two_columns(tmp_path, [["D1", 17, 18], ["D2", 5, 9]]).read()


def test_a_half_point_is_told_that_points_are_whole(tmp_path):
    edition = DOSSIERS + EDITION.replace(
        "criteria = [", "scales = { points = { minimum = 0, maximum = 10 } }\ncriteria = [", 1
    )
    with pytest.raises(DataErrors, match=r"7.5 for staff; the scale is 0 to 10 in whole points\."):
        folder(tmp_path, edition=edition + "[[scores]]\nfile = 'marks.csv'\nlayout = 'long'\n").read()


def test_a_pattern_between_slashes_must_be_one(tmp_path):
    with pytest.raises(DataErrors, match="not a regular expression"):
        made(tmp_path, CARD.replace("(pkt|punkty)", "(pkt"), e01__marks__a_dot_xlsx=workbook(K=card("D1", "j1"))).read()


def test_a_column_without_a_header_that_holds_something_is_named(tmp_path):
    made_so = folder(
        tmp_path, edition=DOSSIERS + EDITION + "[[scores]]\nfile = 'a.xlsx'\nlayout = 'plain'\n", layouts=PLAIN
    )
    rows = [["Juror", "j1"], ["Nr", "Kompetencje", "Obsługa"], ["D1", 7, 8, "do wyjaśnienia"]]
    tables = made_so.write(e01__a_dot_xlsx=workbook(Oceny=rows)).read()
    assert found(tables, "unknown_column") == [["D2", "", "", ""]] and len(tables["scores"]) == 2


# --------------------------------------------------------------------------- whatever stands in the cells

JUNK = [
    "",
    "x",
    "11",
    "7",
    "RAZEM",
    "Suma",
    "#N/D!",
    "3.5.2024",
    "Kompetencje",
    "1.234",
    "S",
    "Juror:",
    "a) x",
    "7,5 pkt",
]


@pytest.mark.parametrize("kind", ["card", "collective", "groups", "matrix", "export"])
def test_every_row_and_cell_of_a_spoilt_sheet_is_accounted_for_or_named_in_an_error(tmp_path, kind):
    layouts, rows = {
        "card": (CARD, card("D1", "j1")),
        "collective": (COLLECTIVE.replace('{ sheet = "(.+)" }', '["Urząd"]'), [["Urząd:", "D1"], *collective("D1")]),
        "groups": (GROUPS, groups()[1:]),
        "matrix": (MATRIX, matrix("j1", *ROWS, SIGNED)),
        "export": (LONG, [HEAD.strip().split(";"), *([*key, 7, "", "2025-05-12", "wysłana"] for key in ALL)]),
    }[kind]
    random.seed(kind)
    read = 0
    for number in range(8):
        spoilt = [list(row) for row in rows]
        for _ in range(random.randint(1, 3)):
            row = random.choice([row for row in spoilt if len(row) > 1])
            first = 3 if kind == "export" else 0  # an unknown name is an error, and most of its columns are names
            row[random.randrange(first, len(row))] = random.choice(JUNK)
        width = max(map(len, spoilt))
        text = "\n".join(";".join(str(cell) for cell in row + [""] * (width - len(row))) for row in spoilt)
        made_so = made(tmp_path / str(number), layouts, file="spoilt.csv", e01__spoilt_dot_csv=text)
        try:
            tables = made_so.read()
        except DataErrors as errors:
            assert "spoilt.csv" in str(errors)
            continue
        read += 1
        assert accounted(tables), text
    assert read


# --------------------------------------------------------------------------- ranks as input

RANKS = {"D1": (1, 1, 2), "D2": (2, 3, 1), "D4": (3, 2, 3), "D5": (4, 4, 4)}
RANKED = """
number = 1
year = 2025
title = { pl = "I", en = "1st" }
dossiers = "dossiers.csv"
scales = { places = { minimum = 1, maximum = 4, step = 1, level = "ordinal", direction = "lower" } }
criteria = [{ id = "place", label = { pl = "Miejsce", en = "Place" }, scale = "places", weight = 1 }]
stages = [{ id = "s1", label = { pl = "Etap", en = "Stage" } }]
decision = { weights = { s1 = 1 }, rule = "places", value = 1 }
[[scores]]
file = "ranks.csv"
layout = "ranks"
"""


def ranked(path):
    layouts = "[ranks]\nkind = 'jurors_in_columns'\ndossier = ['Nr']\njurors = '(j[0-9])'\n"
    lines = [
        f"{dossier};{';'.join(map(str, row))};{sum(row)};{place}"
        for place, (dossier, row) in enumerate(RANKS.items(), 1)
    ]
    made_so = folder(path, edition=RANKED, layouts=layouts).write(
        e01__dossiers_dot_csv="dossier;office\nD1;o1\nD2;o2\nD4;o4\nD5;o5\n",
        offices_dot_csv="office,name\no1,A\no2,B\no4,C\no5,D\n",
        e01__ranks_dot_csv="Nr;j1;j2;j3;Suma;Lokata\n" + "\n".join(lines) + "\n",
    )
    return made_so.read(), read_competition(made_so.raw)


def test_ranks_give_their_agreement_and_the_best_rank_wins(tmp_path):
    tables, competition = ranked(tmp_path)
    assert not len(tables["findings"])
    every = {name: tables.get(name, table.empty()) for name, table in TABLES.items() if name != "results"}
    agreement = measures.measure("agreement", every, competition, "e01")
    sums = [sum(row) for row in RANKS.values()]
    by_hand = 12 * sum((one - 7.5) ** 2 for one in sums) / (3**2 * (4**3 - 4))
    w = agreement.query(
        "measure == 'kendall_w' and criterion == 'place' and at == ''"
        " and variant == 'corrected for ties, complete units'"
    )["value"]
    assert w.tolist() == pytest.approx([by_hand])
    icc = agreement.query("measure == 'icc_a1' and criterion == 'place'")
    assert icc["value"].isna().all() and icc["reason"].str.startswith("wrong_level").all()
    decided = measures.measure("decisions", every, competition, "e01").query("criterion == ''")
    places = decided.query("measure == 'place'").set_index("subject")["value"]
    assert places.to_dict() == {"D1": 1, "D2": 2, "D4": 3, "D5": 4}
    totals = decided.query("measure == 'total_score'").set_index("subject")["value"]
    assert totals["D1"] == pytest.approx(100 * (4 - 4 / 3) / 3) and totals["D5"] == 0


# --------------------------------------------------------------------------- what jurors wrote stays inside


def test_no_page_and_no_notebook_reads_the_comments():
    root = Path(__file__).parents[1]
    files = [*(root / "src/analysis/pages").rglob("*.py"), *(root / "src/analysis/report").rglob("*.py")]
    files += (root / "notebooks").glob("*.ipynb")
    assert len(files) > 20
    asks = re.compile(r"""\.comments\b|["']comments["']|released_comments""")
    assert not [path.name for path in files if asks.search(path.read_text(encoding="utf-8"))]


def test_comments_are_released_by_office_only_and_without_who_wrote_them(tmp_path):
    made_so = cards(tmp_path)
    tables = made_so.read()
    edition = read_competition(made_so.raw).editions[0]
    assert released_comments(tables, edition).empty
    shown = released_comments(tables, edition.model_copy(update={"release_comments": ("o2",)}))
    assert set(shown["office"]) == {"o2"} and set(shown["text"]) == {"Bardzo dobre szkolenia", "Warto odwiedzić"}
    assert (shown[["juror", "file", "sheet", "cell"]] == "").all(axis=None)


def test_the_public_is_given_no_comment(tmp_path):
    tables = cards(tmp_path).read()
    every = {name: tables.get(name, table.empty()) for name, table in TABLES.items()}
    assert len(every["comments"]) and public_tables(every)["comments"].empty
