import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.config import MISSING
from analysis.intake.cells import Missing, Number, Reject, decimal_mark, parse, read_column, vocabulary
from analysis.intake.grid import DATE, ERROR, FORMULA, NUMBER

NBSP, NARROW, THIN = "\u00a0", "\u202f", "\u2009"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7", 7),
        ("7,5", 7.5),
        ("7.5", 7.5),
        (" 7,5 ", 7.5),
        ("0", 0),
        ("-1", -1),
        ("\u22121", -1),
        ("0.125", 0.125),
        (f"1{NBSP}234,5", 1234.5),
        (f"1{NARROW}234", 1234),
        (f"1{THIN}234", 1234),
        ("1.234,5", 1234.5),
        ("1,234.5", 1234.5),
    ],
)
def test_numbers_are_read_with_either_mark(text, value):
    assert parse(text) == Number(value)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "missing"),
        ("-", "missing"),
        ("–", "missing"),
        ("BRAK", "missing"),
        ("b/d", "missing"),
        ("brak danych", "missing"),
        ("Brak  oceny", "not_scored"),
        ("nie oceniono", "not_scored"),
        ("N/D", "not_applicable"),
        ("nd.", "not_applicable"),
        ("nie dotyczy", "not_applicable"),
        ("S", "recused"),
        ("wył.", "recused"),
        ("WYLACZONY", "recused"),
        ("KI", "recused"),
        ("konflikt", "recused"),
        ("wstrzymuje sie", "abstained"),
        ("WSTRZ", "abstained"),
        ("trudno powiedzieć", "dont_know"),
        ("nie mam zdania", "dont_know"),
        ("nie wiem", "dont_know"),
        ("Odmowa", "refused"),
    ],
)
def test_words_for_no_score_give_their_reason(text, reason):
    assert parse(text) == Missing(reason)


@pytest.mark.parametrize(
    "text",
    [
        "1_000",
        "nan",
        "NaN",
        "inf",
        "-inf",
        "٣",
        "1e5",
        "0x1F",
        "+5",
        "5+",
        "4-5",
        "4/5",
        "4½",
        "12/20",
        "70%",
        "≈7",
        "8 (osiem)",
        "7,5,5",
        "1 2",
        "NA",
        "null",
        "#7",
        "8 marek?",
    ],
)
def test_what_is_no_plain_number_is_rejected(text):
    assert parse(text).code == "not_a_number"


def test_a_single_number_among_words_is_proposed_and_a_range_is_not():
    assert parse("8 (osiem)").proposal == "8" and parse("7-8").proposal == ""


@pytest.mark.parametrize(
    ("text", "proposal"),
    [
        ("2024-05-03", "3.5"),
        ("2024-05-03 00:00:00", "3.5"),
        ("03.maj", "3.5"),
        ("3 maja", "3.5"),
        ("03.05.2024", "3.5"),
        ("maj.07", "7.5"),
        ("maj.24", "5.24"),
        ("May-24", "5.24"),
        ("3-May", "3.5"),
        ("3 września 2023 r.", "3.9"),
        ("5.IX.2023", "5.9"),
        ("2023/09/05", "5.9"),
    ],
)
def test_a_date_proposes_the_number_it_was_born_from(text, proposal):
    assert parse(text) == Reject("date_in_number", proposal)


@pytest.mark.parametrize(
    "text",
    [
        *("#N/D!", "#N/A", "#DZIEL/0!", "#DIV/0!", "#NAZWA?", "#LICZBA!", "#ADR!", "#ARG!", "#ZERO!"),
        *("#N/D", "#NAME?", "#NUM!", "#REF!", "#VALUE!", "#NULL!", "#####", "#n/d!"),
    ],
)
def test_an_error_value_is_not_a_missing_score(text):
    assert parse(text) == Reject("error_value")


def test_the_code_for_not_applicable_is_told_from_the_spreadsheets_error():
    assert parse("n/d") == Missing("not_applicable") and parse("#N/D!") == Reject("error_value")


@pytest.mark.parametrize("text", ["99", "-1", "999"])
def test_a_number_that_often_means_no_answer_is_a_number_unless_declared(text):
    assert parse(text) == Number(float(text))
    assert parse(text, missing=vocabulary({text: "refused"})) == Missing("refused")


@pytest.mark.parametrize("blank", [NBSP, NARROW, THIN, "\u200b", "\ufeff"])
def test_blanks_of_every_width_around_a_cell_do_not_matter(blank):
    assert parse(f"{blank}7,5{blank}") == Number(7.5) and parse(f"brak{blank} oceny") == Missing("not_scored")


def test_a_number_in_groups_or_with_a_unit_settles_the_mark_of_its_column():
    assert decimal_mark([f"1{NBSP}234,5"]) == "," and decimal_mark(["4.50 pkt", "1.234"]) == "."


@pytest.mark.parametrize(("text", "value"), [("4,50 pkt", 4.5), ("7 pkt.", 7), ("8 points", 8), ("3 p", 3)])
def test_a_unit_is_taken_away_and_named(text, value):
    assert parse(text) == Number(value, "unit_removed")


def test_three_digits_after_a_mark_are_ambiguous_until_the_column_settles_it():
    def values(*texts):
        return read_column(texts, missing=vocabulary({})).value.tolist()

    assert parse("1.234") == Reject("ambiguous_number")
    assert values("1.234", "7.5")[0] == 1.234
    assert values("1.234", "7,5")[0] == 1234
    assert math.isnan(values("1.234", "7,5", "7.5")[0])


def test_a_column_with_both_marks_has_none():
    assert decimal_mark(["7,5", "7.5"]) == "" and decimal_mark(["8", "7,5"]) == ","


def test_a_declared_token_is_met_as_text_and_by_value():
    words = vocabulary({"99": "not_applicable", "chory": "abstained"})
    met = [parse(text, missing=words) for text in ("99", "99,0", "Chory", "9")]
    assert met == [Missing("not_applicable"), Missing("not_applicable"), Missing("abstained"), Number(9)]


def test_zero_is_a_score_unless_declared():
    assert parse("0") == Number(0) and parse("0", missing=vocabulary({"0": "not_applicable"})) == Missing(
        "not_applicable"
    )


def test_a_typed_number_is_never_ambiguous():
    kinds = np.array([NUMBER, NUMBER, DATE, ERROR, FORMULA])
    read = read_column(["1.234", "7.5", "2024-05-03", "#N/A", "=A1"], kinds=kinds, missing=vocabulary({}))
    assert read.value[:2].tolist() == [1.234, 7.5]
    assert read.reject.tolist() == ["", "", "date_in_number", "error_value", "formula_without_value"]


@given(st.text(max_size=12) | st.from_regex(r"[0-9 .,]{1,12}", fullmatch=True), st.sampled_from(["", ",", "."]))
def test_every_text_is_a_finite_number_a_known_reason_or_a_reject(text, mark):
    cell = parse(text, mark=mark)
    if isinstance(cell, Number):
        assert math.isfinite(cell.value)
    else:
        assert cell.code if isinstance(cell, Reject) else cell.reason in MISSING


@given(st.floats(-1e6, 1e6).map(lambda value: round(value, 2)))
def test_a_number_written_the_polish_way_reads_back(value):
    assert parse(f"{value:.2f}".replace(".", ",")) == Number(value)


@given(st.lists(st.sampled_from(["7,5", "brak", "x", "", "8", "1.234"]), max_size=30))
def test_each_cell_of_a_column_has_exactly_one_answer(texts):
    read = read_column(texts, missing=vocabulary({}))
    answers = ~np.isnan(read.value) + (read.missing != "").astype(int) + (read.reject != "").astype(int)
    assert len(answers) == len(texts) and (answers == 1).all()
