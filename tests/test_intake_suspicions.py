import unicodedata

import pytest

from intake_folder import DOSSIERS, EDITION, LONG, MARKS, folder

SESSION = LONG + "session = ['Dzień']\n"


def findings(tmp_path, code, **changes):
    found = folder(tmp_path, **changes).read()["findings"]
    return found[found["code"] == code]


def sitting(*jurors, days=10, mark="0"):
    """Marks of two criteria of one dossier a day, all `mark` from the last of the jurors."""
    rows = ["Nr;Juror;Kryterium;Ocena;Dzień"]
    for dossier in range(1, days + 1):
        for juror in jurors:
            given = mark if juror == jurors[-1] else "7"
            rows += [f"D{dossier};{juror};{criterion};{given};1" for criterion in ("staff", "service")]
    return "\n".join(rows) + "\n"


def listed(days=10):
    return "dossier;office;category;status\n" + "".join(f"D{n};o1;;valid\n" for n in range(1, days + 1))


def read(tmp_path, marks):
    made = folder(tmp_path, marks=marks, layouts=SESSION, edition=DOSSIERS + EDITION + MARKS)
    return made.write(e01__dossiers_dot_csv=listed()).read()


def test_a_juror_with_nothing_but_zeros_where_nobody_else_gives_one_is_set_aside(tmp_path):
    tables = read(tmp_path, sitting("j1", "j2", "j3"))
    found = tables["findings"].query("code == 'constant_zero_juror'")
    assert found[["key", "count", "state"]].to_numpy().tolist() == [
        ["stage s1, session 1, juror j3", 20, "quarantined"]
    ]
    cells = tables["ledger"].query("kind == 'scores' and unit == 'cell'")
    assert cells[["read", "accepted", "quarantined"]].to_numpy().tolist() == [[60, 40, 20]]
    assert set(tables["scores"]["juror"]) == {"j1", "j2"}


@pytest.mark.parametrize(
    "marks",
    [
        sitting("j1", "j2", "j3", days=9),
        sitting("j1", "j2", "j3").replace("D4;j3;staff;0", "D4;j3;staff;1"),
        sitting("j1", "j2", "j3").replace("D4;j1;staff;7", "D4;j1;staff;0"),
        sitting("j3"),
        sitting("j1", "j3", mark="1"),
    ],
    ids=["few", "one other mark", "somebody else gives one", "alone", "ones"],
)
def test_zeros_that_may_be_marks_stay(tmp_path, marks):
    tables = read(tmp_path, marks)
    assert "constant_zero_juror" not in set(tables["findings"]["code"])
    assert tables["scores"]["value"].notna().all() and "j3" in set(tables["scores"]["juror"])


def test_one_criterion_written_in_two_ways_is_named_with_its_counts(tmp_path):
    marks = "Nr;Juror;Kryterium;Ocena\nD1;j1;staff;7\nD2;j1;Kompetencje;7\nD2;j2;KOMPETENCJE;7\n"
    found = findings(tmp_path, "several_spellings", marks=marks)
    assert found["key"].tolist() == ["criterion staff"]
    assert found["found"].item() in (
        "'staff' × 1; 'Kompetencje' × 1; 'KOMPETENCJE' × 1",
        "'Kompetencje' × 1; 'KOMPETENCJE' × 1; 'staff' × 1",
    )


def test_one_spelling_gives_no_finding(tmp_path):
    assert findings(tmp_path, "several_spellings").empty


def test_a_mended_cell_is_noted_before_and_after(tmp_path):
    marks = "Nr;Juror;Kryterium;Ocena\nD1;Anna ZmyĹ›lona;staff;7\n"
    found = findings(tmp_path, "mojibake_repaired", marks=marks)
    assert found[["place", "found", "done", "state"]].to_numpy().tolist() == [
        ["line 2, column B", "Anna ZmyĹ›lona", "Anna Zmyślona", "repaired"]
    ]


def test_decomposed_letters_are_noted_as_a_count_only(tmp_path):
    marks = "Nr;Juror;Kryterium;Ocena\nD1;Anna Zmyślona;Obsługa;7\n"
    found = findings(tmp_path, "nfc", marks=unicodedata.normalize("NFD", marks))
    assert found[["count", "found"]].to_numpy().tolist() == [[1, ""]]


def test_a_register_has_its_letters_mended_and_noted_too(tmp_path):
    from analysis import intake
    from analysis.config import read_competition

    made = folder(tmp_path).write(jurors_dot_csv="juror,name\nj1,Anna ZmyĹ›lona\nj2,Jan Urojony\n")
    registers = intake.read_registers(read_competition(made.raw), made.raw)
    assert registers.jurors["name"][0] == "Anna Zmyślona" and "mojibake_repaired" in set(registers.findings["code"])
