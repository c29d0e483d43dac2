"""REGON, NIP and TERYT: check digits, zeros that a spreadsheet took, the last digit that changes."""

import pytest

from analysis import intake
from analysis.config import read_competition
from analysis.intake.codes import read_nip, read_regon, read_terc, valid_nip, valid_regon, valid_terc
from intake_folder import folder

REGON = "000331501"  # Statistics Poland, whose number the regulation on the register takes as its example
NIP = "5261040828"


def test_the_published_numbers_pass():
    assert valid_regon(REGON) and valid_nip(NIP)


@pytest.mark.parametrize(("number", "valid"), [(REGON, valid_regon), (NIP, valid_nip)])
def test_no_number_with_one_other_digit_passes(number, valid):
    others = [
        number[:place] + digit + number[place + 1 :]
        for place in range(len(number))
        for digit in "0123456789"
        if digit != number[place]
    ]
    assert not [other for other in others if valid(other)]


def test_a_long_regon_holds_a_short_one_and_a_check_digit_of_its_own():
    weights = (2, 4, 8, 5, 0, 9, 7, 3, 6, 1, 2, 4, 8)
    local = REGON + "0001"
    check = sum(int(digit) * weight for digit, weight in zip(local, weights, strict=True)) % 11 % 10
    assert [digit for digit in "0123456789" if valid_regon(local + digit)] == [str(check)]
    assert not valid_regon("123456789" + "00012")


def test_zeros_come_back_only_where_the_check_digit_agrees():
    assert (read_regon("331501").text, read_regon("331501").restored) == (REGON, True)
    assert (read_regon("331502").text, read_regon("331502").valid) == ("331502", False)


def test_a_nip_is_read_with_hyphens_and_the_letters_of_the_country():
    assert read_nip("526-104-08-28").text == read_nip("PL5261040828").text == NIP


def test_a_terc_is_seven_digits_of_a_voivodeship_that_exists():
    assert [valid_terc(text) for text in ("0201011", "1465011", "3401011", "020101", "0201017")] == [
        *(True, True, False, False, False)
    ]
    assert read_terc("201011").text == "0201011"


def codes(path, rows):
    one = folder(path).write(offices_dot_csv="office,name,regon,nip,terc\n" + rows)
    return intake.read_registers(read_competition(one.raw), one.raw)


def test_a_wrong_number_in_the_register_is_named_and_kept(tmp_path):
    found = codes(tmp_path, "o1,A,000331502,5261040829,9901011\no2,B,,,\no3,C,,,\n")
    assert sorted(found.findings["code"]) == ["nip_invalid", "regon_invalid", "terc_invalid"]
    assert found.offices["regon"].iloc[0] == "000331502"


def test_a_zero_put_back_in_the_register_is_noted(tmp_path):
    found = codes(tmp_path, "o1,A,331501,,201011\no2,B,,,\no3,C,,,\n")
    assert found.offices[["regon", "terc"]].iloc[0].tolist() == [REGON, "0201011"]
    noted = found.findings[found.findings["code"] == "leading_zero"]
    assert noted[["found", "done"]].to_numpy().tolist() == [["331501", REGON], ["201011", "0201011"]]


@pytest.mark.parametrize("text", [REGON, "331501", "000-331-501", NIP, "526-104-08-28", "0201011", "0201013", "201013"])
def test_an_office_is_found_by_its_numbers_as_people_write_them(tmp_path, text):
    """A rural gmina that becomes urban and rural changes the last digit of its TERC."""
    found = codes(tmp_path, f"o1,A,{REGON},{NIP},0201011\no2,B,,,0201022\no3,C,,,\n")
    assert found.office_names.find(text) == "o1"
