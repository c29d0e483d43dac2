import pytest

from analysis.errors import DataErrors
from intake_folder import DOSSIERS, EDITION, MARKS, folder

LAYOUT = """
[long]
kind = "long"
dossier = ["Nr"]
juror = "Osoba"
criterion = "Kryterium"
score = "Ocena"
[[long.join]]
file = "places.csv"
on = { Miejsce = "Rola" }
part = { Miejsce = "M(.+)", Rola = "Juror nr (.+)" }
columns = ["Osoba"]
"""
PLACES = "Rola;Osoba\nJuror nr 1;Anna Zmyślona\nJuror nr 2;Jan Urojony\n"
KEYS = "Nr;Miejsce;Kryterium;Ocena\nD1;M1;staff;7,5\nD2;M2;Obsługa;8\n"


def made(tmp_path, *, marks=KEYS, places=PLACES, layouts=LAYOUT):
    written = folder(tmp_path, marks=marks, layouts=layouts, edition=DOSSIERS + EDITION + MARKS)
    return written.write(e01__places_dot_csv=places)


def test_columns_of_another_file_are_put_beside_the_rows(tmp_path):
    scores = made(tmp_path).read()["scores"]
    assert scores[["dossier", "juror", "value"]].to_numpy().tolist() == [["D1", "j1", 7.5], ["D2", "j2", 8.0]]


def test_a_mark_keeps_the_address_of_its_own_file(tmp_path):
    scores = made(tmp_path).read()["scores"]
    assert scores["file"].unique().tolist() == ["e01/marks.csv"] and scores["cell"][0] == "line 2, Ocena"


def test_a_join_leaves_every_row_in_its_place(tmp_path):
    ledger = made(tmp_path).read()["ledger"].query("kind == 'scores' and unit == 'row'")
    assert ledger[["read", "accepted"]].to_numpy().tolist() == [[2, 2]]


def test_a_later_join_uses_the_columns_of_an_earlier_one(tmp_path):
    layouts = LAYOUT.replace('columns = ["Osoba"]', 'columns = ["Legitymacja"]')
    layouts += "[[long.join]]\nfile = 'people.csv'\non = { Legitymacja = 'Numer' }\ncolumns = ['Osoba']\n"
    written = made(tmp_path, layouts=layouts, places="Rola;Legitymacja\nJuror nr 1;A7\nJuror nr 2;B8\n")
    written.write(e01__people_dot_csv="Numer;Osoba\nB8;j2\na7;j1\n")
    assert written.read()["scores"]["juror"].tolist() == ["j1", "j2"]


def test_rows_without_a_partner_are_named(tmp_path):
    places = PLACES.replace("Juror nr 2", "Juror nr 3")
    with pytest.raises(DataErrors, match="there is no juror ''"):
        made(tmp_path, places=places).read()
    marks = KEYS.replace("D2;M2", ";M2")
    found = made(tmp_path / "other", marks=marks, places=places).read()["findings"]
    assert found.loc[found["code"] == "no_partner", ["place", "key"]].to_numpy().tolist() == [
        ["line 3", "e01/places.csv"]
    ]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"places": PLACES + "Juror nr 1;Ewa\n"}, "lines 2, 4: two rows have Rola '1'"),
        ({"places": "Rola;Osoba\nSędzia 1;j1\n"}, "no row has a partner in e01/places.csv"),
        ({"places": "Rola;Kto\nJuror nr 1;j1\n"}, "lacks 'Osoba'"),
        ({"marks": KEYS.replace("Ocena", "Ocena;Osoba", 1)}, "has a column 'osoba' already"),
        ({"layouts": LAYOUT.replace("places.csv", "plces.csv")}, "there is no such file"),
        ({"layouts": LAYOUT.replace('"M(.+)"', '"M(.+"')}, "is not a regular expression"),
    ],
)
def test_a_join_that_cannot_be_made_is_one_sentence(tmp_path, changes, said):
    with pytest.raises(DataErrors) as raised:
        made(tmp_path, **changes).read()
    assert len(raised.value.errors) == 1 and said in str(raised.value)


def test_a_change_of_a_joined_file_is_seen(tmp_path):
    from analysis.config import read_competition
    from analysis.intake import sources

    raw = made(tmp_path).raw
    assert raw / "e01" / "places.csv" in sources(read_competition(raw), raw, None)
