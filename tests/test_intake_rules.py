import gzip
import random

import pandas as pd
import pytest

from analysis import intake
from analysis.config import read_competition
from analysis.errors import DataErrors
from intake_folder import DOSSIERS, EDITION, LONG, MARKS, TWO_MARKS, folder

HEAD = "Nr;Juror;Kryterium;Ocena\n"
CORRECTIONS = "edition;stage;dossier;juror;criterion;was;becomes;why\n"
CROSSWALK = "from_edition,from_criterion,to_edition,to_criterion,relation\n"
RECUSALS = "edition;dossier;juror;reason\n"


def refused(made) -> list[str]:
    with pytest.raises(DataErrors) as caught:
        made.read()
    return str(caught.value).splitlines()


# --------------------------------------------------------------------------- what people must mend


def test_an_unknown_juror_is_named_with_the_nearest_one(tmp_path):
    assert refused(folder(tmp_path, marks=HEAD + "D1;Anna Zmyslona;staff;7\n")) == [
        "e01/marks.csv, line 2: there is no juror 'Anna Zmyslona' in jurors.csv; did you mean 'Anna Zmyślona'? "
        "Correct it, or add the juror to jurors.csv (another spelling: to aliases.csv)."
    ]


def test_an_unknown_dossier_and_an_unknown_criterion_are_named_in_one_pass(tmp_path):
    said = refused(folder(tmp_path, marks=HEAD + "D9;j1;staff;7\nD1;j1;Czas;7\n"))
    assert said[0].startswith("e01/marks.csv, line 2: there is no dossier 'D9' in e01/dossiers.csv")
    assert said[1].startswith("e01/marks.csv, line 3: there is no criterion 'Czas' in e01/edition.toml")


@pytest.mark.parametrize(("written", "value"), [("11", "11"), ("7,25", "7.25"), ("-1", "-1")])
def test_a_score_off_the_scale_says_where_and_the_way_out(tmp_path, written, value):
    (said,) = refused(folder(tmp_path, marks=HEAD + f"D1;j1;staff;{written}\n"))
    assert said == (
        f"e01/marks.csv, line 2, Ocena: juror j1 gave dossier D1 {value} for staff; the scale is "
        f"0 to 10 in steps of 0.5. Mend the cell, or add a line to corrections.csv: e01,s1,D1,j1,staff,{written},…,…"
    )


def test_a_doubled_score_names_both_places(tmp_path):
    (said,) = refused(folder(tmp_path, marks=HEAD + "D1;j1;staff;7\nD1;Anna Zmyślona;Kompetencje;8\n"))
    assert said.startswith(
        "e01/marks.csv, line 2, Ocena ('7') and e01/marks.csv, line 3, Ocena ('8'): juror j1 marked dossier D1 twice"
    )


def test_a_missing_file_says_where_it_was_looked_for(tmp_path):
    made = folder(tmp_path)
    (made.raw / "e01/marks.csv").unlink()
    (said,) = refused(made)
    assert (
        said
        == f"{made.raw}/e01/marks.csv: there is no such file. Put it there, or correct 'marks.csv' in e01/edition.toml."
    )


def test_a_broken_workbook_is_one_sentence(tmp_path):
    made = folder(tmp_path, edition=DOSSIERS + EDITION + MARKS.replace(".csv", ".xlsx")).write(
        e01__marks_dot_xlsx=b"PK\x03\x04"
    )
    (said,) = refused(made)
    assert said.startswith("e01/marks.xlsx: not a readable .xlsx workbook")


def test_a_file_outside_the_workspace_needs_to_be_told_where(tmp_path):
    made = folder(tmp_path, edition=DOSSIERS + EDITION + MARKS.replace("marks.csv", "data:x/marks.csv"))
    assert refused(made) == [
        "e01/edition.toml: 'data:x/marks.csv' lies outside the workspace. Say where: `--data DIR`."
    ]
    (tmp_path / "x").mkdir()
    (tmp_path / "x/marks.csv").write_text(TWO_MARKS, encoding="utf-8")
    assert made.read(data=tmp_path)["scores"]["file"].unique().tolist() == ["data:x/marks.csv"]


def test_errors_of_scores_and_dossiers_come_in_one_pass(tmp_path):
    made = folder(tmp_path, marks=HEAD + "D1;j9;staff;7\n").write(
        e01__dossiers_dot_csv="dossier,office,category\nD1,o9,x\n"
    )
    said = refused(made)
    assert any("no office 'o9' in offices.csv" in line for line in said) and any(
        "no juror 'j9'" in line for line in said
    )


def test_more_than_ten_errors_of_a_file_are_counted(tmp_path):
    said = refused(folder(tmp_path, marks=HEAD + "".join(f"D{n};j1;staff;7\n" for n in range(10, 25))))
    assert len(said) == 11 and said[-1] == "e01/marks.csv: 5 more errors are not shown. Mend these first."


def test_a_misspelt_column_of_a_list_of_dossiers_is_named(tmp_path):
    made = folder(tmp_path).write(e01__dossiers_dot_csv="dossier;office;categry\nD1;o1;\n")
    assert (
        refused(made)[0]
        == "e01/dossiers.csv, line 1: unknown column 'categry'; did you mean 'category'? Rename or delete it."
    )


# --------------------------------------------------------------------------- corrections


def test_a_correction_changes_the_value_and_keeps_what_was_written(tmp_path):
    made = folder(tmp_path).write(corrections_dot_csv=CORRECTIONS + "e01;s1;D1;Anna Zmyślona;staff;7.5;8;pomyłka\n")
    tables = made.read()
    assert tables["scores"].loc[0, ["value_raw", "value", "corrected"]].tolist() == ["7,5", 8.0, "pomyłka"]
    found = tables["findings"].query("code == 'corrected'").iloc[0]
    assert found[["found", "done", "state", "place"]].tolist() == ["7,5", "8", "corrected", "line 2, Ocena"]


def test_a_correction_brings_a_score_back_to_the_scale_or_to_none(tmp_path):
    lines = CORRECTIONS + "e01;;D1;j1;staff;75;7,5;przecinek\ne01;;D2;j2;service;x;;nieczytelne\n"
    marks = TWO_MARKS.replace("7,5", "75").replace("brak", "x")
    tables = folder(tmp_path, marks=marks).write(corrections_dot_csv=lines).read()
    assert tables["scores"]["value"].iloc[0] == 7.5 and tables["scores"]["missing"].tolist() == ["", "missing"]
    assert tables["ledger"].query("unit == 'cell'")["quarantined"].tolist() == [0]


def test_a_correction_whose_was_is_no_longer_there_fails_loudly(tmp_path):
    made = folder(tmp_path).write(corrections_dot_csv=CORRECTIONS + "e01;s1;D1;j1;staff;6;8;pomyłka\n")
    assert refused(made) == [
        "corrections.csv, line 2: was '6', but e01/marks.csv, line 2, Ocena holds '7,5'. The file has "
        "changed since: look again, and correct or delete the line."
    ]


def test_a_correction_of_nothing_fails_loudly(tmp_path):
    made = folder(tmp_path).write(corrections_dot_csv=CORRECTIONS + "e01;s1;D3;j1;staff;6;8;pomyłka\n")
    assert refused(made)[0].startswith("corrections.csv, line 2: no mark that is read has stage 's1', dossier 'D3'")


def test_a_correction_to_something_unreadable_fails_loudly(tmp_path):
    made = folder(tmp_path).write(corrections_dot_csv=CORRECTIONS + "e01;s1;D1;j1;staff;7,5;7-8;pomyłka\n")
    assert refused(made) == [
        "corrections.csv, line 2: becomes '7-8' is neither a number nor a reason for none. Correct it."
    ]


# --------------------------------------------------------------------------- recusals, sessions, the list


def test_a_recused_jurors_score_is_set_aside_and_their_blank_gets_its_reason(tmp_path):
    made = folder(tmp_path).write(recusals_dot_csv=RECUSALS + "e01;D1;j1;employer\ne01;D2;j2;family\n")
    tables = made.read()
    assert tables["scores"][["dossier", "missing"]].to_numpy().tolist() == [["D2", "recused"]]
    found = tables["findings"].query("code == 'recused_scored'").iloc[0]
    assert found[["state", "severity", "key", "found"]].tolist() == [
        "quarantined",
        "act",
        "dossier D1, juror j1, staff",
        "7,5",
    ]
    assert len(tables["recusals"]) == 2


def test_a_recusal_that_only_the_sheet_knows_is_noted(tmp_path):
    found = folder(tmp_path, marks=TWO_MARKS.replace("brak", "wył.")).read()["findings"]
    assert found.query("code == 'recusal_not_listed'")["key"].tolist() == ["dossier D2, juror j2"]


def test_dossiers_without_marks_and_marks_of_withdrawn_ones_are_noted(tmp_path):
    found = folder(tmp_path, marks=TWO_MARKS + "D3;j1;staff;7\n").read()["findings"].set_index("code")["key"]
    assert found["unscored_dossier"] == "dossier D2" and found["withdrawn_scored"] == "dossier D3"


def session(tmp_path, *rows):
    layouts = "[long]\nkind = 'jurors_in_columns'\ndossier = ['Nr']\nsession = ['Dzień']\njurors = '(j[0-9])'\n"
    one = EDITION.replace(
        """  { id = "service", label = { pl = "Obsługa", en = "Service" }, scale = "points", weight = 1 },\n""", ""
    )
    made = folder(tmp_path, layouts=layouts, marks="Dzień;Nr;j1;j2;j3\n" + "\n".join(rows) + "\n")
    text = (made.raw / "e01/edition.toml").read_text(encoding="utf-8").replace(EDITION, one)
    (made.raw / "e01/edition.toml").write_text(text, encoding="utf-8")
    found = made.read()["findings"]
    return found[found["code"] == "partial_session"]


def test_a_mark_in_another_jurors_place_is_found_and_named(tmp_path):
    found = session(tmp_path, "1;D1;7;8;", "1;D2;7;8;", "1;D3;7;;6")
    assert found[["place", "key", "found", "done"]].to_numpy().tolist() == [
        ["line 4, j3", "session 1, dossier D3, juror j3", "6", "juror j2"]
    ]


@pytest.mark.parametrize(
    "rows",
    [
        ("1;D1;7;8;", "1;D2;7;8;", "1;D3;7;8;"),
        ("1;D1;7;8;", "1;D2;7;8;", "1;D3;7;;"),
        ("1;D1;7;8;5", "1;D2;7;8;", "1;D3;7;;6"),
        ("1;D1;7;8;", "1;D2;;8;5", "1;D3;7;;5"),
        (";D1;7;8;", ";D2;7;8;", ";D3;7;;6"),
    ],
    ids=["whole", "one mark missing", "overlapping", "everyone partial", "no session"],
)
def test_a_session_that_is_only_incomplete_is_not_taken_for_a_misplaced_mark(tmp_path, rows):
    assert session(tmp_path, *rows).empty


# --------------------------------------------------------------------------- registers and sources


def registers(made):
    return intake.read_registers(read_competition(made.raw), made.raw)


def test_absent_registers_are_empty_tables(tmp_path):
    read = registers(folder(tmp_path))
    assert (
        len(read.jurors) == 3
        and read.recusals.empty
        and read.aliases.empty
        and read.crosswalk.empty
        and read.corrections.empty
    )


def test_an_alias_means_its_juror_office_and_criterion(tmp_path):
    aliases = "kind,alias,id\njuror,p. Zmyślona,j1\ncriterion,Wiedza,staff\noffice,UG Bajkowo,o1\n"
    made = folder(tmp_path, marks=HEAD + "UG Bajkowo;p. Zmyślona;Wiedza;7\n").write(aliases_dot_csv=aliases)
    assert made.read()["scores"][["dossier", "juror", "criterion"]].to_numpy().tolist() == [["D1", "j1", "staff"]]


def test_offices_of_one_name_must_be_told_apart_by_id(tmp_path):
    made = folder(tmp_path).write(offices_dot_csv="office,name\no1,Urząd Gminy Puck\no2,Urząd Gminy Puck\no3,X\n")
    made.write(e01__dossiers_dot_csv="dossier,office\nD1,Urząd Gminy Puck\nD2,o2\n")
    assert refused(made)[0].startswith(
        "e01/dossiers.csv, line 2: 'Urząd Gminy Puck' is the name of two (o1 and o2); write the id."
    )


def test_codes_keep_their_zeros_and_an_office_named_na_stays(tmp_path):
    made = folder(tmp_path).write(offices_dot_csv="office,name,terc\nNA,Urząd A,0264011\no2,B,\no3,C,\n")
    offices = registers(made).offices
    assert offices.loc[0, ["office", "terc"]].tolist() == ["NA", "0264011"]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        (
            "jurors",
            "juror,nmae\nj1,A\n",
            "jurors.csv, line 1: unknown column 'nmae'; did you mean 'name'? Rename or delete it.",
        ),
        (
            "jurors",
            "juror,name\nj1,A\nj1,B\n",
            "jurors.csv, lines 2 and 3: juror 'j1' stands twice. Keep one of the lines.",
        ),
        (
            "recusals",
            RECUSALS + "e1;D1;j1;family\n",
            "recusals.csv, line 2: there is no edition 'e1'; did you mean 'e01'? Correct it.",
        ),
        (
            "recusals",
            RECUSALS + "e01;D1;j1;fmily\n",
            "recusals.csv, line 2: there is no reason 'fmily'; did you mean 'family'? Correct it.",
        ),
        ("aliases", "kind,alias,id\njuror,X,j9\n", "aliases.csv, line 2: there is no id 'j9'"),
        (
            "corrections",
            CORRECTIONS + "e01;s1;D1;j1;staff;7;8;\n",
            "corrections.csv, line 2: why is empty. Say why the mark is changed.",
        ),
        (
            "crosswalk",
            CROSSWALK + "e01,stff,e01,staff,same\n",
            "crosswalk.csv, line 2: there is no from_criterion 'stff'; did you mean",
        ),
    ],
)
def test_a_wrong_line_of_a_register_is_named(tmp_path, name, text, said):
    made = folder(tmp_path)
    (made.raw / f"{name}.csv").write_text(text, encoding="utf-8")
    with pytest.raises(DataErrors) as caught:
        registers(made)
    assert str(caught.value).splitlines()[0].startswith(said)


def test_every_file_that_is_read_is_a_source(tmp_path):
    made = folder(tmp_path)
    found = intake.sources(read_competition(made.raw), made.raw, None)
    assert [path.name for path in found] == ["offices.csv", "jurors.csv", "dossiers.csv", "marks.csv"]


def test_a_packed_file_is_read_like_the_file(tmp_path):
    edition = DOSSIERS + EDITION + MARKS.replace("marks.csv", "marks.csv.gz")
    made = folder(tmp_path, edition=edition).write(e01__marks_dot_csv_dot_gz=gzip.compress(TWO_MARKS.encode()))
    plain = folder(tmp_path / "plain").read()["scores"]
    pd.testing.assert_frame_equal(made.read()["scores"].drop(columns="file"), plain.drop(columns="file"))


def test_registers_have_their_account_too(tmp_path):
    ledger = registers(folder(tmp_path)).ledger
    assert ledger[["file", "kind", "read", "accepted"]].to_numpy().tolist() == [
        ["offices.csv", "register", 3, 3],
        ["jurors.csv", "register", 3, 3],
    ]


def test_long_tables_need_their_columns_named(tmp_path):
    made = folder(tmp_path, layouts=LONG.replace("score = 'Ocena'\n", ""))
    assert refused(made) == ["layouts.toml [long]: `score` must name a column. Add it."]


def test_a_damaged_file_is_accounted_for_or_refused_in_sentences(tmp_path):
    chance, read, whole = random.Random(3), 0, TWO_MARKS + "D3;j3;staff;7\nD1;j2;staff;8,5\n"
    made = folder(tmp_path)
    for _ in range(60):
        text = list(whole)
        for _ in range(chance.randint(1, 3)):
            text[chance.randrange(len(text))] = chance.choice(["", ";", ",", '"', "\n", "\0", "9", "x", "ś", "\ufeff"])
        made.write(e01__marks_dot_csv="".join(text))
        try:
            ledger = made.read()["ledger"]
        except DataErrors as error:
            assert all(line.endswith((".", "…")) for line in str(error).splitlines())
            continue
        read += 1
        assert (ledger["read"] == ledger["accepted"] + ledger["quarantined"] + ledger["excluded"]).all()
    assert 0 < read < 60
