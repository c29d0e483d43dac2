import pytest

from analysis.errors import DataErrors
from analysis.intake.exports import iso
from intake_folder import DOSSIERS, EDITION, folder, workbook

SURVEY = """
[[surveys]]
file = "clients.csv"
layout = "survey"
wave = "w1"
instrument = "clients"
label = { pl = "Ankieta", en = "Survey" }
"""
LIMESURVEY = """
[survey]
kind = "limesurvey"
office = "urzad"
date = "submitdate"
personal = ["tel.*"]
items = { "Q1[SQ001]" = "speed", "Q1[SQ002]" = "help" }
"""
COLUMNS = """
[survey]
kind = "columns"
items = { "Speed" = "speed", "Help" = "help" }
"""
HEAD = ["id", "submitdate", "startdate", "token", "telefon", "urzad", "Q1[SQ001]", "Q1[SQ002]"]
FIRST = ["1", "2025-03-04 10:05:00", "2025-03-04 10:01:30", "", "600", "o1", "4", "5"]


def export(*rows, mark=";") -> bytes:
    """What LimeSurvey writes: a mark of UTF-8, every value quoted, an empty last line."""
    lines = [mark.join(f'"{cell}"' for cell in row) for row in (HEAD, *rows)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8-sig")


def read(path, content, layouts=LIMESURVEY):
    made = folder(path, edition=DOSSIERS + EDITION + SURVEY, layouts=layouts)
    return made.write(e01__clients_dot_csv=content).read()


def people(tables, *columns):
    return tables["respondents"][list(columns)].astype(object).to_numpy().tolist()


def cell_line(tables):
    return tables["ledger"].query("kind == 'survey' and unit == 'cell'").iloc[0]


@pytest.mark.parametrize("mark", [";", ","])
def test_an_export_is_read_with_either_delimiter(tmp_path, mark):
    tables = read(tmp_path, export(FIRST, mark=mark))
    columns = ["wave", "edition", "respondent", "office", "date", "duration_s", "complete"]
    assert people(tables, *columns) == [["w1", "e01", "1", "o1", "2025-03-04", 210.0, True]]
    assert tables["responses"][["item", "value"]].to_numpy().tolist() == [["speed", 4.0], ["help", 5.0]]


def test_an_unfinished_questionnaire_is_excluded_or_kept_as_the_layout_says(tmp_path):
    partial = ["2", "", "2025-03-04 10:01:30", "d", "", "o1", "3", ""]
    tables = read(tmp_path / "a", export(FIRST, partial))
    assert people(tables, "respondent") == [["1"]]
    assert tables["findings"].query("code == 'partial'")[["place", "state"]].to_numpy().tolist() == [
        ["line 3", "excluded"]
    ]
    kept = read(tmp_path / "b", export(FIRST, partial), LIMESURVEY + 'partials = "keep"\n')
    assert people(kept, "respondent", "complete", "date") == [["1", True, "2025-03-04"], ["2", False, "2025-03-04"]]


def test_a_survey_that_keeps_no_dates_says_1980_and_gets_no_date(tmp_path):
    tables = read(tmp_path, export([*FIRST[:1], "1980-01-01 00:00:00", "", *FIRST[3:]]))
    assert people(tables, "date", "complete") == [["", True]]
    assert tables["respondents"]["duration_s"].isna().all()


def test_personal_columns_are_named_and_reach_no_table(tmp_path):
    tables = read(tmp_path, export(FIRST))
    assert tables["findings"].query("code == 'personal_columns'")["found"].tolist() == ["token, telefon"]
    assert not any((frame.astype(str) == "600").any(axis=None) for frame in tables.values())


def test_a_personal_column_cannot_be_read(tmp_path):
    with pytest.raises(DataErrors, match="'token' is read and also personal"):
        read(tmp_path, export(FIRST), LIMESURVEY + "respondent = 'token'\n")


def test_answers_given_as_codes_become_their_numbers(tmp_path):
    layouts = LIMESURVEY + "[survey.answers]\nA1 = '1'\n'bardzo dobrze' = '5'\n"
    tables = read(tmp_path, export([*FIRST[:6], "a1", "Bardzo dobrze"]), layouts)
    assert tables["responses"][["value_raw", "value"]].to_numpy().tolist() == [["a1", 1.0], ["Bardzo dobrze", 5.0]]


def test_no_answer_has_a_reason_and_na_means_not_shown(tmp_path):
    rows = (FIRST, ["2", *FIRST[1:6], "", "N/A"], ["3", *FIRST[1:6], "nie dotyczy", "trudno powiedzieć"])
    responses = read(tmp_path, export(*rows))["responses"].query("respondent != '1'")
    assert responses.sort_values(["respondent", "item"])["missing"].tolist() == [
        "not_shown",
        "missing",
        "dont_know",
        "not_applicable",
    ]


def test_an_item_without_any_answer_was_not_asked(tmp_path):
    tables = read(tmp_path, export([*FIRST[:7], ""], ["2", *FIRST[1:7], ""]))
    assert tables["responses"].query("item == 'help'")["missing"].tolist() == ["not_shown", "not_shown"]
    assert tables["findings"].query("code == 'item_not_asked'")["key"].tolist() == ["w1: help"]


@pytest.mark.parametrize(
    ("answer", "code"), [("55", "off_scale_answer"), ("W", "not_a_number"), ("4-5", "not_a_number")]
)
def test_an_answer_that_cannot_be_is_set_aside_and_named(tmp_path, answer, code):
    tables = read(tmp_path, export(FIRST, ["2", *FIRST[1:6], answer, "5"]))
    found = tables["findings"].query("code == @code").iloc[0]
    assert found[["place", "found", "state"]].tolist() == ["line 3, Q1[SQ001]", answer, "quarantined"]
    assert cell_line(tables)[["read", "accepted", "quarantined", "excluded"]].tolist() == [4, 3, 1, 0]


def test_a_respondent_who_is_there_twice_does_not_count(tmp_path):
    tables = read(tmp_path, export(FIRST, ["2", *FIRST[1:]], FIRST))
    assert people(tables, "respondent") == [["2"]]
    assert tables["findings"].query("code == 'doubled_respondent'")["place"].tolist() == ["lines 2, 4"]
    assert cell_line(tables)[["read", "accepted", "quarantined"]].tolist() == [6, 2, 4]


def test_an_office_is_known_by_id_name_or_dossier_and_an_unknown_one_is_named(tmp_path):
    rows = [
        [str(n), *FIRST[1:5], office, *FIRST[6:]] for n, office in enumerate(["o1", "Urząd Miasta Nibywo", "D3", "o99"])
    ]
    tables = read(tmp_path, export(*rows))
    assert people(tables, "office") == [["o1"], ["o2"], ["o3"], [""]]
    assert tables["findings"].query("code == 'unknown_office'")[["place", "found"]].to_numpy().tolist() == [
        ["line 5, urzad", "o99"]
    ]


def test_a_plain_table_of_answers_is_read_by_its_columns(tmp_path):
    tables = read(tmp_path, "Speed,Help,Note\n4,5,x\n3,,y\n", COLUMNS)
    assert people(tables, "respondent", "complete") == [["2", True], ["3", True]]
    assert tables["responses"]["value"].notna().sum() == 3


def test_a_workbook_of_answers_is_read_too(tmp_path):
    made = folder(tmp_path, edition=DOSSIERS + EDITION + SURVEY.replace("clients.csv", "clients.xlsx"), layouts=COLUMNS)
    made.write(e01__clients_dot_xlsx=workbook(Odpowiedzi=[["Speed", "Help"], [4, 5], [2, "nie wiem"]]))
    assert made.read()["responses"]["value"].dropna().tolist() == [4.0, 2.0, 5.0]


def test_an_item_that_the_instrument_does_not_have_is_refused(tmp_path):
    with pytest.raises(
        DataErrors, match="'Speed' is item 'sped', which the instrument 'clients' does not have; did you mean 'speed'"
    ):
        read(tmp_path, "Speed,Help\n4,5\n", COLUMNS.replace('"speed"', '"sped"'))


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2025-09-12", "2025-09-12"),
        ("2025-09-12T10:00:00", "2025-09-12"),
        ("5.09.2023", "2023-09-05"),
        ("09/05/2023", ""),
        ("", ""),
    ],
)
def test_a_date_is_read_only_where_it_can_be_read_in_one_way(text, date):
    assert iso(text) == date
