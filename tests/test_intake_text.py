import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import DataError
from analysis.intake.text import decode, delimiter, read_text
from encodings_table import OLD, UNICODE, WORDS, survey, written

POLISH = "Urząd Miasta Łódź; Gęślą jaźń; ŻÓŁĆ; źrebię; 7,5 – „dobrze”\n"


def read(data):
    return read_text(data, file="marks.csv", sha256="")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1250"])
def test_polish_text_reads_back_from_every_character_set(encoding):
    assert decode(POLISH.encode(encoding), file="")[0] == POLISH


@pytest.mark.parametrize("encoding", ["iso8859-2", "cp852"])
def test_older_character_sets_are_told_from_windows_1250(encoding):
    plain = POLISH.translate(str.maketrans({"–": "-", "„": '"', "”": '"'}))
    assert decode(plain.encode(encoding), file="") == (plain, encoding)


@pytest.mark.parametrize("word", ["źle", "Świt", "ląd", "Müller i Łoś", "Ślązak", "Gżegżółka"])
@pytest.mark.parametrize("encoding", ["cp1250", "iso8859-2", "cp852"])
def test_one_polish_word_is_enough(word, encoding):
    assert decode(word.encode(encoding), file="")[0] == word


def test_one_polish_letter_at_the_end_of_a_long_file_is_read():
    text = "abc;1\n" * 100_000 + "ś"
    assert decode(text.encode("cp1250"), file="") == (text, "cp1250")


@pytest.mark.parametrize("encoding", [*UNICODE, *OLD])
@pytest.mark.parametrize("rows", [1, 3, 30])
def test_a_survey_with_foreign_names_reads_back_from_every_character_set(rows, encoding):
    text, data = written(survey(rows, 0), encoding)
    assert decode(data, file="")[0] == text


@pytest.mark.parametrize("encoding", [*UNICODE, "cp1250", "iso8859-2", "cp852"])
def test_24_single_words_read_back(encoding):
    assert [decode(written(word, encoding)[1], file="")[0] for word in WORDS] == list(WORDS)


@pytest.mark.parametrize("name", ["Müller", "Dvořák", "François", "Gödöllő", "Großmann", "Ďurica"])
def test_a_foreign_name_beside_a_polish_word_does_not_change_the_character_set(name):
    assert decode(f"{name};źle".encode("cp1250"), file="") == (f"{name};źle", "cp1250")


def test_a_stray_nul_does_not_make_a_file_utf_16():
    assert decode(b"Nr;Ocena\nD1;7\x00\nD2;8\n", file="")[1] == "utf-8"


def test_hard_blanks_in_numbers_do_not_decide_the_character_set():
    text = "źle;1\u00a0234,5\n" + "dobrze;2\u00a0345,5\n" * 50
    assert decode(text.encode("cp1250"), file="") == (text, "cp1250")


def test_decomposed_letters_are_composed():
    assert decode("Za\u0328b".encode(), file="")[0] == "Ząb"


def test_the_line_that_names_the_delimiter_is_used_and_lines_keep_their_numbers():
    sheet = read(b"sep=;\r\nNr;Ocena\r\nD1;7,5\r\n")
    assert sheet.cells.tolist() == [["Nr", "Ocena"], ["D1", "7,5"]] and sheet.lines.tolist() == [2, 3]


@pytest.mark.parametrize("mark", [";", ",", "\t", "|"])
def test_the_delimiter_is_found_in_spite_of_quoted_ones(mark):
    assert delimiter(f'Nr{mark}Uwagi\nD1{mark}"a;b,c|d\te"\nD2{mark}"x;y"\n') == mark


def test_decimal_commas_do_not_pass_for_delimiters():
    assert delimiter("Nr;Ocena;Waga\nD1;7,5;1,0\nD2;8,0;2,5\n") == ";"


def test_a_line_break_in_a_cell_does_not_move_the_line_numbers():
    sheet = read(b'Nr;Uwagi\nD1;"dwie\nlinie"\nD2;-\n')
    assert sheet.lines.tolist() == [1, 2, 4]


def test_a_quotation_mark_that_never_closes_is_named_with_its_line():
    with pytest.raises(DataError, match=r"marks\.csv, line 3: a quotation mark opens here"):
        read(b'Nr;Uwagi\nD1;-\nD2;"open\nD3;-\n')


def test_a_quotation_mark_inside_a_word_is_text():
    assert read(b'Nr;Uwagi\nD1;ekran 5" cali\n').cells[1, 1] == 'ekran 5" cali'


@pytest.mark.parametrize("text", ["NA", "null", "None", "nan", "0264011", "1e5", "TRUE"])
def test_every_cell_stays_the_text_it_was(text):
    assert read(f"a;b\n{text};x\n".encode()).cells[1, 0] == text


@given(st.binary(max_size=200))
def test_any_bytes_give_a_sheet_or_one_sentence(data):
    try:
        sheet = read(data)
    except DataError as error:
        assert str(error).startswith("marks.csv")
    else:
        assert len(sheet.lines) == len(sheet.cells) and np.all(np.diff(sheet.lines) > 0)
