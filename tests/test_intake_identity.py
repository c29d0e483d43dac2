"""Offices, dossiers and their dates as people write them."""

import random

import pandas as pd
import pytest

import analysis
from analysis import intake
from analysis.config import read_competition
from analysis.errors import DataError, DataErrors
from analysis.intake import inflection
from analysis.intake.calendar import iso_date
from analysis.intake.identity import named
from analysis.intake.inflection import GENITIVE, LOCATIVE
from analysis.intake.matching import index_offices
from analysis.intake.offices import parse_office, places, plain
from analysis.schema import OFFICES, conform
from intake_folder import COMPETITION, DOSSIERS, EDITION, folder
from office_variants import variants

OFFICES_MET = (
    ("um_pila", "Urząd Miasta Piły", "Piła", "Piły", "Pile"),
    ("um_lodz", "Urząd Miasta Łodzi", "Łódź", "Łodzi", "Łodzi"),
    ("um_poznan", "Urząd Miasta Poznania", "Poznań", "Poznania", "Poznaniu"),
    ("um_krakow", "Urząd Miasta Krakowa", "Kraków", "Krakowa", "Krakowie"),
    ("um_szczecin", "Urząd Miasta Szczecin", "Szczecin", "Szczecina", "Szczecinie"),
    ("um_szczecinek", "Urząd Miasta Szczecinek", "Szczecinek", "Szczecinka", "Szczecinku"),
    ("um_chelm", "Urząd Miasta Chełm", "Chełm", "Chełma", "Chełmie"),
    ("um_chelmno", "Urząd Miasta Chełmna", "Chełmno", "Chełmna", "Chełmnie"),
    ("um_bytow", "Urząd Miejski w Bytowie", "Bytów", "Bytowa", "Bytowie"),
    ("um_bytom", "Urząd Miejski w Bytomiu", "Bytom", "Bytomia", "Bytomiu"),
    ("um_bialystok", "Urząd Miejski w Białymstoku", "Białystok", "Białegostoku", "Białymstoku"),
    ("um_jelenia", "Urząd Miasta Jelenia Góra", "Jelenia Góra", "Jeleniej Góry", "Jeleniej Górze"),
    ("um_pulawy", "Urząd Miasta Puławy", "Puławy", "Puław", "Puławach"),
    ("ug_pulawy", "Urząd Gminy Puławy", "Puławy", "", "Puławach"),
    ("um_puck", "Urząd Miasta Puck", "Puck", "Pucka", "Pucku"),
    ("ug_puck", "Urząd Gminy Puck", "Puck", "", "Pucku"),
    ("sp_pila", "Starostwo Powiatowe w Pile", "Piła", "", "Pile"),
    ("sp_zamosc", "Starostwo Powiatowe w Zamościu", "Zamość", "", "Zamościu"),
    ("umig_bajkowo", "Urząd Miasta i Gminy w Bajkowie", "Bajkowo", "", "Bajkowie"),
    ("ug_nibywo", "Urząd Gminy Nibywo", "Nibywo", "", "Nibywie"),
    ("pup_zamosc", "Powiatowy Urząd Pracy w Zamościu", "Zamość", "", "Zamościu"),
    ("us_1", "Pierwszy Urząd Skarbowy w Lublinie", "Lublin", "", "Lublinie"),
    ("us_2", "Drugi Urząd Skarbowy w Lublinie", "Lublin", "", "Lublinie"),
    ("stat", "Urząd Statystyczny w Lublinie", "Lublin", "", "Lublinie"),
    ("uw", "Lubelski Urząd Wojewódzki w Lublinie", "Lublin", "", "Lublinie"),
    ("mops", "Miejski Ośrodek Pomocy Społecznej w Pile", "Piła", "", "Pile"),
    ("gops", "Gminny Ośrodek Pomocy Społecznej w Pile", "Piła", "", "Pile"),
)
OFFICE = {row[0]: row[1:] for row in OFFICES_MET}


def register(*, places_known=True, without=()):
    rows = [
        {"office": office, "name": name, "place": place if places_known else ""}
        for office, (name, place, *_) in OFFICE.items()
        if office not in without
    ]
    return conform(pd.DataFrame(rows), OFFICES)


def known(**settings):
    offices = register(**settings)
    names = named(
        "office", "offices.csv", dict(zip(offices["office"], [[name] for name in offices["name"]], strict=True))
    )
    names.finder = index_offices(offices)
    return names


@pytest.fixture(params=["endings", "dictionary"])
def dictionary(request, monkeypatch):
    if request.param == "endings":
        monkeypatch.setattr(inflection, "morfeusz2", None)
    elif inflection.morfeusz2 is None:
        pytest.skip("morfeusz2 (the extra `polish`) is not installed")
    inflection.known_nominatives.cache_clear()
    yield request.param
    inflection.known_nominatives.cache_clear()


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        *(("UM Piła", "um_pila"), ("MIASTO PIŁA", "um_pila"), ("Urzad Miasta w Pile", "um_pila")),
        *(("Urząd Miejski w Łodzi", "um_lodz"), ("um lodz", "um_lodz"), ("Łódź, Urząd Miasta", "um_lodz")),
        *(("UM Poznań", "um_poznan"), ("Miasto  Poznań", "um_poznan"), ("Urząd Miejski w Poznaniu", "um_poznan")),
        *(("Starostwo Pilskie", "sp_pila"), ("Powiat Pilski", "sp_pila"), ("POWIAT PILSKI", "sp_pila")),
        *(("Starostwo Powiatu Pilskiego", "sp_pila"), ("Powiat Zamojski", "sp_zamosc")),
        *(("PUP Zamość", "pup_zamosc"), ("PUP w Zamościu", "pup_zamosc"), ("UMiG Bajkowo", "umig_bajkowo")),
        *(("I US Lublin", "us_1"), ("II US w Lublinie", "us_2"), ("Urząd Skarbowy nr 2 w Lublinie", "us_2")),
        *(("US Lublin", None), ("Urząd Statystyczny Lublin", "stat"), ("Lubelski Urząd Wojewódzki", "uw")),
        *(("Urząd Gminy Puławy", "ug_pulawy"), ("Gmina Puck", "ug_puck"), ("UM Puck", "um_puck")),
        *(("UM Chełm", "um_chelm"), ("Urząd Miasta w Chełmnie", "um_chelmno"), ("UM SZCZECINEK", "um_szczecinek")),
        *(("Urząd Miasta Białystok", "um_bialystok"), ("Urząd Miasta Jeleniej Góry", "um_jelenia")),
        *(("MOPS Piła", "mops"), ("GOPS w Pile", "gops"), ("OPS Piła", None)),
        *(("Urząd Miasta Piłła", None), ("Puławy", None), ("Wydział Komunikacji Urzędu Miasta Piły", None)),
    ],
)
def test_an_office_is_found_by_kind_number_and_place(written, meant, dictionary):
    assert known().find(written) == meant


@pytest.mark.parametrize("places_known", [True, False], ids=["with places", "names alone"])
def test_variants_of_two_dozen_names_find_their_office_or_none(places_known, dictionary):
    names, rng = known(places_known=places_known), random.Random(1)
    found = [
        (kind, text, office, names.find(text))
        for office, (name, place, genitive, locative) in OFFICE.items()
        for kind, text in variants(name, place, cases=(locative, genitive), rng=rng).items()
    ]
    right = [row for row in found if row[2] == row[3] and row[0] != "typo"]
    assert not [row for row in found if row[3] and row[2] != row[3] and row[0] != "typo"]
    assert len(right) / len([row for row in found if row[0] != "typo"]) >= 0.95


@pytest.mark.parametrize(
    ("near", "other"),
    [
        *(("ug_pulawy", "um_pulawy"), ("um_puck", "ug_puck"), ("um_szczecin", "um_szczecinek")),
        *(("um_chelm", "um_chelmno"), ("um_bytow", "um_bytom"), ("us_1", "us_2"), ("mops", "gops")),
    ],
)
def test_neighbours_never_meet_even_where_only_one_is_in_the_register(near, other, dictionary):
    for one, gone in ((near, other), (other, near)):
        names, rng = known(without=(gone,)), random.Random(2)
        name, place, genitive, locative = OFFICE[gone]
        made = variants(name, place, cases=(locative, genitive), rng=rng)
        assert {text: names.find(text) for text in made.values() if names.find(text) == one} == {}


def test_a_name_that_gminas_share_links_only_together_with_its_voivodeship():
    rows = [
        {"office": "a", "name": "Urząd Gminy Osiek", "place": "Osiek", "region": "pomorskie"},
        {"office": "b", "name": "Urząd Gminy Osiek", "place": "Osiek", "region": "małopolskie"},
    ]
    index = index_offices(conform(pd.DataFrame(rows), OFFICES))
    assert index.find("UG Osiek") is None
    assert index.find("UG Osiek, woj. małopolskie") == "b"
    assert index_offices(conform(pd.DataFrame(rows[:1]), OFFICES)).find("UG Osiek") is None


def test_a_name_of_two_counties_links_to_neither():
    rows = [{"office": "a", "name": "Starostwo Powiatowe w Świdnicy", "place": "Świdnica", "region": "dolnośląskie"}]
    index = index_offices(conform(pd.DataFrame(rows), OFFICES))
    assert index.find("Powiat Świdnicki") is None
    assert index.find("Powiat Świdnicki, woj. dolnośląskie") == "a"


@pytest.mark.parametrize(
    ("form", "case", "nominative"),
    [
        *(("Pile", LOCATIVE, "pila"), ("Łodzi", LOCATIVE, "lodz"), ("Poznania", GENITIVE, "poznan")),
        *(("Sosnowcu", LOCATIVE, "sosnowiec"), ("Puławach", LOCATIVE, "pulawy"), ("Kielc", GENITIVE, "kielce")),
        *(("Nowym Targu", LOCATIVE, "nowy targ"), ("Zakopanem", LOCATIVE, "zakopane")),
        *(("Nowym Mieście nad Pilicą", LOCATIVE, "nowe miasto nad pilica"),),
        *(("Ostrowi Maz", LOCATIVE, "ostrow mazowiecka"), ("Wieliczce", LOCATIVE, "wieliczka")),
    ],
)
def test_a_form_leads_back_to_its_nominative(form, case, nominative):
    short = {"maz": ("mazowiecki", "mazowiecka", "mazowieckie")}
    assert nominative in inflection.names(tuple(form.split()), case, short=short)


def test_a_place_keeps_its_words_in_the_reading_nearest_to_them():
    assert "puck" in places(parse_office("Urząd Gminy Puck"))[0]
    assert plain("  Bielsko-Biała ") == "bielsko biala"


def test_a_link_by_parts_is_noted_with_what_was_written(tmp_path):
    one = folder(tmp_path).write(e01__dossiers_dot_csv="dossier;office\nD1;UG BAJKOWO\nD2;o2\n")
    tables = one.read()
    assert tables["dossiers"]["office"].tolist() == ["o1", "o2"]
    noted = tables["findings"][tables["findings"]["code"] == "office_linked"].iloc[0]
    assert (noted["found"], noted["done"]) == ("UG BAJKOWO", "Urząd Gminy Bajkowo (o1)")


def test_a_sheet_may_name_a_dossier_by_its_office(tmp_path):
    marks = "Nr;Juror;Kryterium;Ocena\nGmina Bajkowo;j1;staff;7,5\n"
    tables = folder(tmp_path, marks=marks).read()
    assert tables["scores"]["dossier"].tolist() == ["D1"]


WRITTEN = "Urząd Gminy Bajkovo"
LISTED = f"dossier;office\nD1;{WRITTEN}\nD2;o2\n"


def test_a_name_that_is_only_alike_stays_an_error_with_the_suggestion(tmp_path):
    with pytest.raises(DataErrors, match=r"did you mean 'Urząd Gminy Bajkowo' \(o1\)\?.*review.csv"):
        folder(tmp_path).write(e01__dossiers_dot_csv=LISTED).read()


@pytest.mark.parametrize(("decision", "office"), [("yes", "o1"), ("TAK", "o1"), ("o3", "o3")])
def test_a_decision_is_obeyed(tmp_path, decision, office):
    review = f"kind,written,suggested,name,score,decision\noffice,{WRITTEN},o1,Urząd Gminy Bajkowo,91,{decision}\n"
    one = folder(tmp_path).write(e01__dossiers_dot_csv=LISTED, review_dot_csv=review)
    assert one.read()["dossiers"]["office"].tolist() == [office, "o2"]


def test_no_refuses_a_suggestion_and_a_link(tmp_path):
    review = "kind,written,suggested,name,score,decision\noffice,UG Bajkowo,o1,Urząd Gminy Bajkowo,100,no\n"
    one = folder(tmp_path).write(e01__dossiers_dot_csv="dossier;office\nD1;UG Bajkowo\n", review_dot_csv=review)
    with pytest.raises(DataErrors) as caught:
        one.read()
    assert "(o1)" not in str(caught.value)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("office,X,o1,,,maybe", "no answer"),
        ("office,X,,,,yes", "yes to no suggestion"),
        ("juror,X,o1,,,yes", "no kind 'juror'"),
        ("office,X,o1,,,yes\noffice,X,o2,,,yes", "decided to be o1 and o2"),
    ],
)
def test_a_decision_that_is_none_is_an_error(tmp_path, row, said):
    one = folder(tmp_path).write(review_dot_csv=f"kind,written,suggested,name,score,decision\n{row}\n")
    with pytest.raises(DataErrors, match=said):
        one.read()


def test_the_run_writes_the_review_and_obeys_it_once_it_is_filled_in(tmp_path):
    folder(tmp_path / "data").write(e01__dossiers_dot_csv=LISTED)
    with pytest.raises(DataError, match="Bajkovo"):
        analysis.open(tmp_path).clean()
    assert not (tmp_path / "data" / "raw" / "review.csv").exists()
    frame = pd.read_csv(tmp_path / "data" / "processed" / "review.csv", dtype=str, keep_default_na=False)
    frame.loc[frame["suggested"] == "o1", "decision"] = "yes"
    frame.to_csv(tmp_path / "data" / "raw" / "review.csv", index=False)
    tables = analysis.open(tmp_path).clean()
    assert tables["dossiers"]["office"].tolist() == ["o1", "o2"]
    assert "yes" in tables["review"]["decision"].tolist()


def test_a_register_of_offices_may_have_other_columns(tmp_path):
    text = 'Kod;Nazwa;Woj.;Typ;Telefon\n 0201011;Urząd Gminy Bajkowo;śląskie ;GW;"1\n2"\n'
    text += "0201022;Urząd Miasta Nibywo;śląskie;GM;\n"
    settings = """
[offices]
file = "spis.csv"
columns = { office = "Kod", name = "Nazwa", region = "Woj.", kind = "Typ", terc = "Kod" }
kinds = { GW = "rural", GM = "town" }
[kinds]
rural = {}
town = {}
"""
    one = folder(tmp_path).write(competition_dot_toml=COMPETITION + settings, spis_dot_csv=text.encode("cp1250"))
    read = intake.read_registers(read_competition(one.raw), one.raw)
    assert read.offices["kind"].tolist() == ["rural", "town"]
    assert read.offices["region"].unique().tolist() == ["śląskie"]
    assert read.offices["terc"].tolist() == ["0201011", "0201022"]
    assert one.raw / "spis.csv" in intake.sources(read_competition(one.raw), one.raw, None)


def test_a_column_that_the_register_lacks_is_named_with_the_nearest(tmp_path):
    settings = '[offices]\nfile = "spis.csv"\ncolumns = { office = "Kod", name = "Nazwy" }\n'
    one = folder(tmp_path).write(competition_dot_toml=COMPETITION + settings, spis_dot_csv="Kod;Nazwa\n1;A\n")
    with pytest.raises(DataErrors, match="column 'Nazwy' is missing; did you mean 'Nazwa'"):
        intake.read_registers(read_competition(one.raw), one.raw)


def succession(path, rows):
    one = folder(path).write(office_succession_dot_csv=f"predecessor,successor,type,date\n{rows}\n")
    return intake.read_registers(read_competition(one.raw), one.raw).succession


def test_a_succession_is_read_with_its_date(tmp_path):
    read = succession(tmp_path, "o1,o2,rename,5 września 2023 r.")
    assert read.to_numpy().tolist() == [["o1", "o2", "rename", "2023-09-05"]]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("o1,o9,merge,2023-01-01", "no office 'o9'"),
        ("o1,o2,sale,2023-01-01", "no type 'sale'"),
        ("o1,o2,merge,soon", "'soon' is no date"),
        ("o1,o2,rename,2023-01-01\no2,o1,rename,2024-01-01", "comes after itself"),
    ],
)
def test_a_wrong_succession_is_an_error(tmp_path, rows, said):
    with pytest.raises(DataErrors, match=said):
        succession(tmp_path, rows)


@pytest.mark.parametrize(
    "text",
    ["2023-09-05", "05.09.2023", "5.9.2023", "5 września 2023 r.", "5 WRZEŚNIA 2023", "5.IX.2023", "5 IX 2023 r."],
)
def test_a_date_is_read_as_people_write_it(text):
    assert iso_date(text) == "2023-09-05"


@pytest.mark.parametrize("text", ["31.02.2023", "2023", "09/2023", "wrzesień", "5.XIII.2023"])
def test_what_is_no_date_is_refused(text):
    with pytest.raises(DataError, match="no date"):
        iso_date(text)


def test_a_list_of_dossiers_may_speak_polish(tmp_path):
    rows = "dossier;office;status;outcome;submitted\nD1;o1;ważne;LAUREAT;5 września 2023 r.\n"
    rows += "D2;o2;Wycofane;nie nagrodzony;05.09.2023\nD3;o3;odrzucone;;\n"
    one = folder(tmp_path, edition=DOSSIERS + EDITION).write(e01__dossiers_dot_csv=rows)
    read = one.read()["dossiers"]
    assert read["status"].tolist() == ["valid", "withdrawn", "disqualified"]
    assert read["outcome"].tolist() == ["awarded", "not_awarded", ""]
    assert read["submitted"].tolist() == ["2023-09-05", "2023-09-05", ""]


def test_a_survey_names_an_office_that_it_does_not_know_with_what_comes_nearest(tmp_path):
    survey = (
        "[[surveys]]\nfile = 'web.csv'\nlayout = 'web'\nwave = 'w1'\ninstrument = 'clients'\nlabel = { en = 'W' }\n"
    )
    layout = "[web]\nkind = 'columns'\noffice = 'Urząd'\nitems = { q1 = 'speed' }\n"
    one = folder(tmp_path, edition=DOSSIERS + EDITION + survey, layouts=layout).write(
        e01__web_dot_csv="Urząd;q1\nUG Bajkowo;4\nUrząd Gminy Bajkovo;5\n"
    )
    tables = one.read()
    assert tables["respondents"]["office"].tolist() == ["o1", ""]
    assert tables["review"][["written", "suggested"]].iloc[0].tolist() == [WRITTEN, "o1"]
    assert "office_linked" in tables["findings"]["code"].tolist()
