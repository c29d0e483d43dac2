"""Exports of the tools that collect answers, as their own programs write them."""

import sys

import numpy as np
import pytest

from analysis.errors import DataErrors
from analysis.intake.answers import chosen
from analysis.intake.exports import dates, seconds
from analysis.intake.limesurvey import Codebook, headings, three_way
from intake_folder import COMPETITION, DOSSIERS, EDITION, folder, workbook

LABELS = """
[scales.answers.labels]
1 = { pl = "bardzo źle", en = "very bad" }
5 = { pl = "bardzo dobrze", en = "very good" }
[scales.box]
minimum = 0
maximum = 1
level = "nominal"
[instruments.wide]
label = { pl = "Ankieta", en = "Survey" }
items = [
  { id = "speed", scale = "answers", label = { pl = "Czas", en = "Time" } },
  { id = "help", scale = "answers", label = { pl = "Pomoc", en = "Help" }, reverse = true },
  { id = "press", scale = "box", label = { pl = "Prasa", en = "Press" } },
  { id = "web", scale = "box", label = { pl = "Internet", en = "Web" } },
]
"""
SOURCE = """
[[surveys]]
file = "{file}"
layout = "survey"
wave = "w1"
instrument = "wide"
label = {{ pl = "Ankieta", en = "Survey" }}
"""
LIME = '[survey]\nkind = "limesurvey"\n'
TWO = 'items = { "Q1[SQ001]" = "speed", "Q1[SQ002]" = "help" }\n'
BOXES = 'items = { "Q2[A]" = "press", "Q2[B]" = "web" }\nticks = ["press", "web"]\n'
STRUCTURE = """class\ttype/scale\tname\trelevance\ttext\thelp\tlanguage
G\tG0\tSprawa\t1\t\t\tpl
Q\tF\tQ1\t1\tJak oceniają Państwo\t\tpl
SQ\t\tSQ001\t\t<b>czas</b> oczekiwania\t\tpl
SQ\t\tSQ002\t\tpomoc pracownika\t\tpl
A\t0\tA1\t\tbardzo źle\t\tpl
A\t0\tA5\t\tbardzo dobrze\t\tpl
"""


def read(path, content, layouts, name="answers.csv", **more):
    made = folder(path, edition=DOSSIERS + EDITION + SOURCE.format(file=name), layouts=layouts)
    made.write(competition_dot_toml=COMPETITION + LABELS, **more)
    (made.raw / "e01" / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return made.read()


def lime(*rows, head=("Q1[SQ001]", "Q1[SQ002]"), mark=","):
    """Write an export of LimeSurvey whose rows are `id, submitdate, ...`."""
    rows = [("id", "submitdate", *head), *rows]
    return "\r\n".join(mark.join(f'"{cell}"' for cell in row) for row in rows).encode("utf-8-sig") + b"\r\n\r\n"


def value(tables, item):
    return tables["responses"].query("item == @item")["value"].tolist()


def reason(tables, item):
    return tables["responses"].query("item == @item")["missing"].tolist()


def codes(tables):
    return set(tables["findings"]["code"])


DONE = "2025-03-04 10:05:00"
HEADINGS = {
    "code": ("Q1[SQ001]", "Q1[SQ002]"),
    "expression": ("Q1_SQ001", "Q1_SQ002"),
    "code_text": ("Q1[SQ001]. Jak oceniają Państwo [czas oczekiwania]", "Q1[SQ002]. Jak oceniają Państwo [pomoc]"),
    "full": ("Jak oceniają Państwo [czas oczekiwania]", "Jak_oceniają_Państwo_[pomoc_pracownika]"),
    "abbreviated": ("Jak oceniają Pa.. [czas oczekiwan..]", "Jak oceniają Pa.. [pomoc pracowni..]"),
}


@pytest.mark.parametrize("mode", HEADINGS)
def test_each_way_of_heading_columns_is_recognised(tmp_path, mode):
    content = lime(("1", DONE, "bardzo źle", "5"), head=HEADINGS[mode])
    tables = read(tmp_path, content, LIME + 'structure = "q.txt"\n' + TWO, e01__q_dot_txt=STRUCTURE)
    assert value(tables, "speed") == [1.0] and value(tables, "help") == [5.0]


def test_headings_of_two_kinds_are_refused_in_one_sentence(tmp_path):
    content = lime(("1", DONE, "1", "5"), head=("Q1[SQ001]", "Q1_SQ002"))
    with pytest.raises(DataErrors, match=r"the headings are mixed: 'Q1\[SQ001\]' by codes .* Export the survey again"):
        read(tmp_path, content, LIME + TWO)


def test_the_two_scales_of_a_dual_array_keep_apart():
    head = ["Q2_SQ001_0", "Q2_SQ001_1"]
    names = ["Q2[SQ001][1]", "Q2[SQ001][2]"]
    assert headings(head, names, book=Codebook(), where="a.csv") == dict(zip(names, head, strict=True))


@pytest.mark.parametrize("answer", ["A5", "bardzo dobrze", "BARDZO  DOBRZE ", "very good", "5"])
def test_an_answer_is_read_as_code_or_text(tmp_path, answer):
    content = lime(("1", DONE, answer, "1"))
    tables = read(tmp_path, content, LIME + 'structure = "q.txt"\n' + TWO, e01__q_dot_txt=STRUCTURE)
    assert value(tables, "speed") == [5.0]


def test_a_text_that_is_no_answer_is_set_aside(tmp_path):
    tables = read(tmp_path, lime(("1", DONE, "dobrze", "1")), LIME + TWO)
    assert value(tables, "speed") == [] and "not_a_number" in codes(tables)


def test_the_other_answer_is_no_number_and_no_fault(tmp_path):
    tables = read(tmp_path, lime(("1", DONE, "-oth-", "1")), LIME + TWO)
    assert reason(tables, "speed") == ["not_applicable"] and "not_a_number" not in codes(tables)


@pytest.mark.parametrize(
    ("yes", "no"), [("Y", ""), ("Tak", "Nie"), ("Yes", "No"), ("1", "2")], ids=["codes", "pl", "en", "recoded"]
)
def test_a_box_is_ticked_or_not_ticked(tmp_path, yes, no):
    content = lime(("1", DONE, yes, no), ("2", DONE, no, yes), head=("Q2[A]", "Q2[B]"))
    tables = read(tmp_path, content, LIME + BOXES)
    assert value(tables, "press") == [1.0, 0.0] and value(tables, "web") == [0.0, 1.0]


def test_a_box_never_shown_is_not_a_box_not_ticked(tmp_path):
    content = lime(("1", DONE, "Tak", "Nie"), ("2", DONE, "N/A", "N/A"), ("3", DONE, "", ""), head=("Q2[A]", "Q2[B]"))
    tables = read(tmp_path, content, LIME + BOXES)
    assert reason(tables, "press") == ["", "not_shown", "missing"] and np.isnan(value(tables, "press")[1])


@pytest.mark.parametrize(("distinct", "found"), [(["Y", "U", "N"], [3, 2, 1]), (["I", "S", "D", ""], [3, 2, 1])])
def test_arrays_of_three_answers_run_from_most_to_least(distinct, found):
    meant = three_way(distinct, [1.0, 2.0, 3.0])
    assert [meant[text.lower()] for text in distinct if text] == found


def test_other_answers_make_no_array_of_three():
    assert three_way(["Y", "maybe"], [1.0, 2.0, 3.0]) == {} and three_way(["Y"], [1.0, 2.0, 3.0, 4.0]) == {}


def test_a_guarded_formula_and_a_broken_line_inside_a_cell_are_read(tmp_path):
    content = lime(("1", DONE, "'-1", "very\\ngood"))
    tables = read(tmp_path, content, LIME + TWO)
    assert tables["findings"].query("code == 'off_scale_answer'")["found"].tolist() == ["'-1"]
    assert value(tables, "help") == [5.0]


def test_the_time_of_the_groups_is_added_up(tmp_path):
    content = lime(("1", DONE, "1", "2", "60.5", "30"), head=("Q1[SQ001]", "Q1[SQ002]", "groupTime17", "groupTime18"))
    assert read(tmp_path, content, LIME + TWO)["respondents"]["duration_s"].tolist() == [90.5]


def test_the_first_complete_answer_of_a_token_counts(tmp_path):
    rows = [
        ("1", "", "1", "1", "t1"),
        ("2", DONE, "2", "2", "t1"),
        ("3", DONE, "3", "3", "t1"),
        ("4", DONE, "4", "4", ""),
    ]
    content = lime(*rows, head=("Q1[SQ001]", "Q1[SQ002]", "token"))
    tables = read(tmp_path, content, LIME + 'partials = "keep"\n' + TWO)
    assert tables["respondents"]["respondent"].tolist() == ["2", "4"]
    found = tables["findings"].query("code == 'duplicate_respondent'").iloc[0]
    assert found[["place", "done", "count", "state"]].tolist() == ["lines 2, 4", "line 3", 2, "excluded"]
    rows = tables["ledger"].query("kind == 'survey' and unit == 'row'").iloc[0]
    assert rows[["read", "accepted", "excluded"]].tolist() == [4, 2, 2]


def test_one_address_with_the_same_answers_counts_once_and_with_others_twice(tmp_path):
    head = ("Q1[SQ001]", "Q1[SQ002]", "ipaddr")
    rows = [("1", DONE, "1", "2", "192.0.2.1"), ("2", DONE, "1", "2", "192.0.2.1"), ("3", DONE, "1", "3", "192.0.2.1")]
    tables = read(tmp_path / "a", lime(*rows, head=head), LIME + TWO)
    assert tables["respondents"]["respondent"].tolist() == ["1", "3"]
    kept = read(tmp_path / "b", lime(*rows, head=head), LIME + 'duplicates = "keep"\n' + TWO)
    assert len(kept["respondents"]) == 3


def test_no_token_or_address_reaches_a_table(tmp_path):
    head = ("Q1[SQ001]", "Q1[SQ002]", "token", "ipaddr", "refurl", "Imię", "Adres e-mail")
    row = ("1", DONE, "1", "2", "sekret", "192.0.2.1", "http://nibylandia.example", "Zenon", "zenon@example.org")
    tables = read(tmp_path, lime(row, head=head), LIME + TWO)
    everything = "\n".join(frame.to_csv() for frame in tables.values())
    assert not [text for text in row[4:] if text in everything]
    assert tables["findings"].query("code == 'personal_columns'")["found"].tolist() == [", ".join(head[2:])]


GOOGLE = """[survey]
kind = "google"
items = { "Ocena [Czas]" = "speed", "Ocena [Pomoc]" = "help" }
[survey.options."Skąd Państwo wiedzą?"]
"Prasa, radio" = "press"
"Internet" = "web"
"""


@pytest.mark.parametrize("mark", [", ", ";"])
def test_google_joins_answers_that_hold_commas(tmp_path, mark):
    head = '"Sygnatura czasowa","Ocena [Czas]","Ocena [Pomoc]","Skąd Państwo wiedzą?"\n'
    rows = f'"2022/11/30 10:39:41 PM GMT+1","5","bardzo źle","Prasa, radio{mark}Internet"\n'
    rows += '"2013/07/26 0:00:00 PM EET","1","1","Internet"\n"2013/07/27 1:00:00 AM EET","2","1",""\n'
    tables = read(tmp_path, head + rows, GOOGLE)
    assert tables["respondents"]["date"].tolist() == ["2022-11-30", "2013-07-26", "2013-07-27"]
    assert value(tables, "press")[:2] == [1.0, 0.0] and value(tables, "web")[:2] == [1.0, 1.0]
    assert reason(tables, "web")[2] == "missing" and value(tables, "help")[0] == 1.0


def test_an_unlisted_answer_does_not_hide_a_listed_one():
    assert chosen("coś innego; Internet;", ["Internet", "Inter"]) == {"Internet"}


@pytest.mark.parametrize(
    "head",
    [
        ["ID", "Godzina rozpoczęcia", "Godzina ukończenia", "Adres e-mail", "Nazwa"],
        ["ID", "Start time", "Completion time", "Email", "Name"],
    ],
    ids=["pl", "en"],
)
def test_microsoft_forms_are_read_with_stray_blanks_and_last_semicolons(tmp_path, head):
    layout = '[survey]\nkind = "microsoft"\nitems = { "Czas oczekiwania" = "speed" }\n'
    layout += '[survey.options."Skąd Państwo wiedzą?"]\n"Prasa" = "press"\n"Internet" = "web"\n'
    moments = ["2025-03-04 10:01:30", "2025-03-04 10:05:00"]
    rows = [[*head, " Czas oczekiwania ", "Skąd Państwo wiedzą? "], ["7", *moments, "anonymous", "", "5", "Prasa;"]]
    tables = read(tmp_path, workbook(Sheet1=rows), layout, name="answers.xlsx")
    person = tables["respondents"].iloc[0]
    assert person[["respondent", "date", "duration_s"]].tolist() == ["7", "2025-03-04", 210.0]
    assert value(tables, "speed") == [5.0] and value(tables, "press") == [1.0] and value(tables, "web") == [0.0]
    assert tables["findings"].query("code == 'personal_columns'")["found"].tolist() == [", ".join(head[3:])]


def test_surveylab_is_read_with_its_times_and_without_its_people(tmp_path):
    head = "Id odpowiedzi;Klucz odpowiedzi;userAgentData;Data rozpoczęcia;Data zakończenia;"
    head += (
        "Czas spędzony na stronie 1 (s);Czas spędzony na stronie 2 (s);Odniesienie (URL);Imię;Nazwisko;Custom 1;Czas\n"
    )
    row = "11;k{n};Agent/1.0;2025-03-04 10:00:00;{end};12;30;http://a.example;Zenon;Zmyślony;x;4\n"
    content = head + row.format(n=1, end="2025-03-04 10:09:00") + row.format(n=2, end="").replace("11;", "12;", 1)
    tables = read(tmp_path, content, '[survey]\nkind = "surveylab"\nitems = { "Czas" = "speed" }\n')
    assert tables["respondents"][["respondent", "date", "duration_s"]].to_numpy().tolist() == [
        ["11", "2025-03-04", 42.0]
    ]
    assert {"partial", "personal_columns"} <= codes(tables)
    assert "Zenon" not in "".join(frame.to_csv() for frame in tables.values())


def test_a_pattern_of_headers_names_items(tmp_path):
    layout = '[survey]\nkind = "columns"\nmatch = { "Pytanie \\\\d+: (speed|help)" = "\\\\1" }\n'
    tables = read(tmp_path, "Pytanie 1: speed,Pytanie 2: help\n4,5\n", layout)
    assert value(tables, "speed") == [4.0] and value(tables, "help") == [5.0]
    with pytest.raises(DataErrors, match="no column fits"):
        read(tmp_path / "b", "A,B\n4,5\n", layout)


TWICE = """[survey]
kind = "columns"
items = { "Czas (2011)" = "speed", "Czas (2013)" = "speed", "Pomoc" = "help" }
missing = { NA = "not_shown", R = "refused" }
recode = { "Czas (2011)" = [[0, 1, 1], [2, 3, 2], [4, 6.5, 3], [7, 8, 4], [9, 10, 5]] }
"""


def test_one_item_in_two_columns_is_joined_and_each_column_keeps_its_scale(tmp_path):
    content = "Czas (2011),Czas (2013),Pomoc\n10,NA,1\nNA,2,1\nR,NA,1\n42,NA,1\n"
    tables = read(tmp_path, content, TWICE)
    assert value(tables, "speed")[:2] == [5.0, 2.0] and reason(tables, "speed")[2] == "refused"
    found = tables["findings"].query("code == 'off_scale_answer'")
    assert found[["place", "found"]].to_numpy().tolist() == [["line 5, Czas (2011)", "42"]]


def test_two_answers_that_differ_are_set_aside(tmp_path):
    tables = read(tmp_path, "Czas (2011),Czas (2013),Pomoc\n10,2,1\n10,5,1\n", TWICE)
    assert value(tables, "speed") == [5.0]
    assert tables["findings"].query("code == 'two_answers'")["place"].tolist() == ["line 2, Czas (2011)"]


def test_a_reversed_item_keeps_the_answer_as_it_was_given(tmp_path):
    assert value(read(tmp_path, lime(("1", DONE, "1", "2")), LIME + TWO), "help") == [2.0]


@pytest.mark.parametrize(
    ("column", "found"),
    [
        (["03/04/2025 10:00", "25/04/2025 10:00"], ["2025-04-03", "2025-04-25"]),
        (["03/04/2025 10:00", "04/25/2025 10:00"], ["2025-03-04", "2025-04-25"]),
        (["03/04/2025 10:00"], [""]),
    ],
)
def test_a_date_with_slashes_is_read_where_its_column_settles_the_order(column, found):
    assert dates([np.array(column, dtype=object)]).tolist() == found


@pytest.mark.parametrize(
    ("text", "hour"),
    [("2022/11/30 10:39:41 PM GMT+1", 22), ("2013/07/26 0:00:00 PM EET", 12), ("30.11.2022 07:00:01", 7)],
)
def test_the_hour_of_a_moment_is_read(text, hour):
    assert seconds(np.array([text], dtype=object))[0] % 86400 // 3600 == hour


SAV = '[survey]\nkind = "columns"\nrespondent = "nr"\nitems = { "czas" = "speed" }\n'


def test_an_spss_file_gives_its_labels(tmp_path):
    pyreadstat = pytest.importorskip("pyreadstat")
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"nr": [1.0, 2.0, 3.0], "czas": [1.0, 5.0, np.nan]})
    path = tmp_path / "made.sav"
    pyreadstat.write_sav(frame, str(path), variable_value_labels={"czas": {1: "bardzo źle", 5: "bardzo dobrze"}})
    tables = read(tmp_path, path.read_bytes(), SAV, name="answers.sav")
    assert tables["respondents"]["respondent"].tolist() == ["1", "2", "3"]
    assert value(tables, "speed")[:2] == [1.0, 5.0] and reason(tables, "speed")[2] == "missing"


def test_an_spss_file_without_its_reader_is_refused_in_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyreadstat", None)
    with pytest.raises(DataErrors, match=r"pip install friendly-office\[spss\]"):
        read(tmp_path, b"$FL2", SAV, name="answers.sav")
