"""What the public sees: no juror, no dossier, no name beside a number, no small cell."""

import pandas as pd
import pytest

from analysis.config import Disclosure
from analysis.disclosure import juror_results, juror_tables, office_code, public_results, public_tables
from analysis.errors import DataError
from analysis.schema import RESULTS, TABLES, conform

SETTINGS = Disclosure(key="published for the demo")


def results(*rows):
    return conform(pd.DataFrame(list(rows)), RESULTS)


def row(**keys):
    return {"edition": "e01", "measure": "score_mean", "variant": "v", "value": 5.0, "n_offices": 9, **keys}


def test_a_row_about_a_juror_is_left_out():
    assert public_results(results(row(subject_type="juror", subject="j1")), SETTINGS).empty


def test_a_row_that_compares_with_a_juror_is_left_out():
    assert public_results(results(row(versus_type="juror", versus="j1")), SETTINGS).empty


def test_a_row_about_a_dossier_is_left_out():
    assert public_results(results(row(subject_type="dossier", subject="D1")), SETTINGS).empty


def test_an_office_becomes_the_code_of_its_edition():
    shown = public_results(results(row(subject_type="office", subject="o1")), SETTINGS)
    assert shown["subject"].tolist() == [office_code(SETTINGS.key, "e01", "o1")]


def test_an_office_has_another_code_in_another_edition():
    shown = public_results(
        results(
            row(subject_type="office", subject="o1", n_offices=1),
            row(edition="e02", subject_type="office", subject="o1", n_offices=1),
        ),
        SETTINGS,
    )
    assert shown["subject"].nunique() == 2


def test_a_number_about_two_offices_is_withheld_with_its_reason():
    shown = public_results(results(row(n_offices=2)), SETTINGS).iloc[0]
    assert pd.isna(shown["value"]) and shown["reason"].startswith("suppressed")


def test_a_number_of_nine_respondents_is_withheld():
    shown = public_results(results(row(n_offices=None, n_respondents=9)), SETTINGS)
    assert shown["value"].isna().all()


def test_a_withheld_row_holds_no_count_either():
    shown = public_results(results(row(n_offices=2, n_scores=8)), SETTINGS)
    assert shown[["n_offices", "n_scores"]].isna().all(axis=None)


def test_a_single_withheld_category_takes_the_next_smallest_with_it():
    shown = public_results(
        results(row(category="a", n_offices=2), row(category="b", n_offices=5), row(category="c", n_offices=20)),
        SETTINGS,
    )
    assert shown.set_index("category")["value"].isna().to_dict() == {"a": True, "b": True, "c": False}


def test_without_a_key_no_public_rows_are_made():
    with pytest.raises(DataError, match="has no key"):
        public_results(results(row()), Disclosure())


def tables():
    frames = {name: table.empty() for name, table in TABLES.items()}
    dossiers = [
        {"edition": "e01", "dossier": "D1", "office": "won", "status": "valid", "outcome": "awarded", "employees": 40},
        {"edition": "e01", "dossier": "D2", "office": "lost", "status": "valid", "outcome": "not_awarded"},
    ]
    frames["dossiers"] = conform(pd.DataFrame(dossiers), TABLES["dossiers"])
    frames["offices"] = conform(pd.DataFrame({"office": ["won", "lost"], "name": ["W", "L"]}), TABLES["offices"])
    frames["jurors"] = conform(pd.DataFrame({"juror": ["j1"], "name": ["Juror"]}), TABLES["jurors"])
    ledger = [{"file": "marks_juror_one.xlsx", "kind": "scores", "unit": "row", "read": 1, "sha256": "ab"}]
    frames["ledger"] = conform(pd.DataFrame(ledger), TABLES["ledger"])
    return frames


def test_the_public_sees_only_laureates_among_the_dossiers():
    assert public_tables(tables())["dossiers"]["office"].tolist() == ["won"]


def test_the_public_sees_only_laureates_among_the_offices():
    assert public_tables(tables())["offices"]["name"].tolist() == ["W"]


@pytest.mark.parametrize("name", ["jurors", "scores", "responses", "respondents", "recusals", "findings"])
def test_the_public_is_given_no_rows_of_a_private_table(name):
    assert public_tables(tables())[name].empty


def test_a_file_name_that_holds_a_juror_is_not_released():
    assert "juror" not in public_tables(tables())["ledger"].to_csv()


# A juror's letter


def judged(dossiers=6, others=("j2", "j3", "j4")):
    """Marks of j1 and the others on the same dossiers of one stage."""
    marks = [
        {"edition": "e01", "stage": "s1", "dossier": f"D{n}", "juror": juror, "criterion": "c", "value": 5.0}
        for n in range(dossiers) for juror in ("j1", *others)
    ]  # fmt: skip
    return conform(pd.DataFrame(marks), TABLES["scores"])


def mine(**keys):
    return row(**{"stage": "s1", "subject_type": "juror", "subject": "j1", "n_units": 6, **keys})


def shown(*rows, scores=None):
    return juror_results(results(*rows), judged() if scores is None else scores, SETTINGS, juror="j1")


def test_a_juror_sees_the_own_row():
    assert shown(mine())["value"].tolist() == [5.0]


def test_a_juror_sees_no_row_of_another_juror():
    assert shown(mine(subject="j2")).empty


@pytest.mark.parametrize("kind", ["juror", "office", "dossier"])
def test_a_juror_is_not_set_against_one_juror_office_or_dossier(kind):
    assert shown(mine(versus_type=kind, versus="x")).empty


def test_a_juror_sees_no_dossier():
    assert shown(row(subject_type="dossier", subject="D1")).empty


def test_with_four_dossiers_a_jurors_row_is_withheld():
    assert shown(mine(), scores=judged(dossiers=4))["value"].isna().all()


def test_with_two_other_jurors_a_jurors_row_is_withheld():
    assert shown(mine(), scores=judged(others=("j2", "j3")))["value"].isna().all()


def test_a_row_that_rests_on_four_dossiers_is_withheld_though_the_juror_judged_more():
    assert shown(mine(criterion="c", n_units=4))["value"].isna().all()


def test_dossiers_of_two_editions_are_not_taken_for_one():
    scores = pd.concat([judged(dossiers=3), judged(dossiers=3).assign(edition="e02")])
    assert shown(mine(edition=""), scores=scores)["value"].tolist() == [5.0]


def test_the_whole_panel_is_shown_where_three_others_are_in_it():
    kept = {"stage": "s1", "n_offices": None}
    assert shown(row(n_jurors=4, **kept), row(n_jurors=3, at="x", **kept))["value"].isna().tolist() == [False, True]


def test_a_jurors_register_holds_the_juror_alone():
    frames = {name: table.empty() for name, table in TABLES.items()}
    frames["jurors"] = conform(pd.DataFrame({"juror": ["j1", "j2"], "name": ["A", "B"]}), TABLES["jurors"])
    assert juror_tables(frames, "j1")["jurors"]["name"].tolist() == ["A"]
