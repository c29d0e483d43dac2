"""What the public sees: no juror, no dossier, no name beside a number, no small cell."""

import pandas as pd
import pytest

from analysis.config import Disclosure
from analysis.disclosure import office_code, public_results, public_tables
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
