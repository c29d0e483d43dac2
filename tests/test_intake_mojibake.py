import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.intake.mojibake import MISREAD_AS, Mend, mend, mend_rows
from analysis.intake.text import read_text

OFFICES = [
    *("Urząd Gminy Źródła Małe", "Starostwo w Bądzynie", "Łąki Wielkie", "Żółwin Dolny", "Świętomyśl", "Gęślice"),
    *("Ćmielów Nowy", "Zażółć", "Ośno Śląskie", "Jaźwiec", "Kołłątajew", "„Dębowo” – urząd"),
]
FOREIGN = [
    *("François Müller", "José Núñez", "¿Qué tal?", "Œuvre", "sœur", "Dvořák", "Ångström", "Ærø", "naïve", "São Paulo"),
    *("ORĂŞTIE", "Orăştie", "10 m³", "1500 cm³/h", "£5", "Bajkowo³", "Gdynia¹", "½", "à la carte", "Kôň", "¥100", "°C"),
]


def misread(text, *, wrong, right="utf-8"):
    """Write a text in one character set and read it in another, as a careless program does."""
    return "".join(bytes([byte]).decode(wrong, errors="ignore") or chr(byte) for byte in text.encode(right))


@pytest.mark.parametrize("wrong", MISREAD_AS)
@pytest.mark.parametrize("name", OFFICES)
def test_utf_8_read_in_an_older_set_reads_back(name, wrong):
    assert mend(misread(name, wrong=wrong)) == name


@pytest.mark.parametrize("name", OFFICES)
def test_a_sheet_of_windows_1250_read_as_1252_reads_back(name):
    rows = [[misread(other, wrong="cp1252", right="cp1250")] for other in [*OFFICES[:4], name]]
    assert mend_rows(rows)[-1].after == name == rows[-1][0]


@pytest.mark.parametrize("text", [*OFFICES, *FOREIGN])
def test_a_text_that_was_read_rightly_stays(text):
    assert mend(text) == text and not mend_rows([[text], ["Urząd"]])


def test_a_text_gone_through_two_wrong_programs_reads_back():
    assert mend(misread(misread("Łódź", wrong="cp1250"), wrong="cp1250")) == "Łódź"


def test_foreign_names_beside_mended_cells_stay():
    rows = [["Gmina Łąka", misread("Żółw", wrong="cp1250"), "José Núñez", "10 m³"]]
    assert [entry.after for entry in mend_rows(rows)] == ["Żółw"] and rows[0][2:] == ["José Núñez", "10 m³"]


def test_a_mended_cell_is_named_with_its_place_and_both_texts():
    sheet = read_text("Nr;Urząd\nD1;WrocĹ‚aw\n".encode(), file="marks.csv", sha256="")
    assert sheet.mends == (Mend(1, 1, "WrocĹ‚aw", "Wrocław"),) and sheet.cells[1, 1] == "Wrocław"


def test_a_letter_that_ends_in_a_blank_of_the_older_set_is_mended_before_blanks_are_cut():
    wrong = misread("zgłoszą", wrong="iso8859-2")
    assert read_text(f"a;b\n{wrong};x\n".encode(), file="", sha256="").cells[1, 0] == "zgłoszą"


@given(st.text(alphabet="aąbcćęłnńoóśźżĄĆĘŁŃÓŚŹŻ -0123", max_size=20))
def test_polish_text_is_never_touched(text):
    assert mend(text) == text
