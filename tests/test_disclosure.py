"""What the public sees, and what a juror sees: nobody else, no name beside a number, no small cell."""

import numpy as np
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


def judged(dossiers=6, others=("j2", "j3", "j4"), edition="e01", criterion="c"):
    """Marks of j1 and the others on the same dossiers of one stage."""
    marks = [
        {"edition": edition, "stage": "s1", "dossier": f"D{n}", "juror": juror, "criterion": criterion, "value": 5.0}
        for n in range(dossiers) for juror in ("j1", *others)
    ]  # fmt: skip
    return conform(pd.DataFrame(marks), TABLES["scores"])


def mine(**keys):
    juror = {"stage": "s1", "subject_type": "juror", "subject": "j1", "n_units": 6, "measure": "severity_additive"}
    return row(**juror | keys)


def panel(**keys):
    return mine(**{"subject_type": "panel", "subject": "", "at": "median", "n_units": None, "n_jurors": 6} | keys)


def shown(*rows, scores=None):
    return juror_results(results(*rows), judged() if scores is None else scores, SETTINGS, juror="j1")


def test_a_juror_sees_the_own_row():
    assert shown(mine())["value"].tolist() == [5.0]


def test_a_juror_sees_no_row_of_another_juror():
    assert shown(mine(subject="j2")).empty


@pytest.mark.parametrize("kind", ["juror", "office", "dossier", "criterion", "region"])
def test_a_juror_is_not_set_against_one_juror_office_or_dossier(kind):
    assert shown(mine(versus_type=kind, versus="x")).empty


def test_a_juror_sees_no_dossier():
    assert shown(mine(subject_type="dossier", subject="D1")).empty


@pytest.mark.parametrize("measure", ["recusal_effect", "unexpected_mark", "severity_equal", "bridge", "copying"])
def test_a_juror_sees_only_what_a_letter_speaks_of(measure):
    assert shown(mine(measure=measure), panel(measure=measure)).empty


def test_a_juror_sees_nothing_of_the_whole_jury_but_its_pooled_profile():
    assert shown(row(stage="s1", measure="severity_additive", n_jurors=9)).empty


def test_with_four_dossiers_a_jurors_row_is_withheld():
    assert shown(mine(), scores=judged(dossiers=4))["value"].isna().all()


def test_with_two_other_jurors_a_jurors_row_is_withheld():
    assert shown(mine(), scores=judged(others=("j2", "j3")))["value"].isna().all()


def test_how_many_dossiers_the_juror_judged_is_never_withheld():
    assert shown(mine(measure="judged", n_units=None), scores=judged(dossiers=4))["value"].tolist() == [5.0]


def test_a_row_that_rests_on_four_dossiers_is_withheld_though_the_juror_judged_more():
    assert shown(mine(criterion="c", n_units=4))["value"].isna().all()


def test_a_criterion_that_others_judged_on_four_dossiers_is_withheld():
    scores = pd.concat([judged(criterion="c"), judged(dossiers=4, criterion="d")])
    found = shown(mine(criterion="c"), mine(criterion="d"), mine(criterion="e"), scores=scores)
    assert found.set_index("criterion")["value"].isna()["d"]


def test_a_single_withheld_criterion_takes_the_next_smallest_with_it():
    scores = pd.concat([judged(dossiers=9, criterion=name) for name in "abc"])
    found = shown(*(mine(criterion=name, n_units=n) for name, n in zip("abc", (4, 9, 8), strict=True)), scores=scores)
    assert found.set_index("criterion")["value"].isna().to_dict() == {"a": True, "b": False, "c": True}


@pytest.mark.parametrize(("alone", "withheld"), [(3, False), (27, True)])
def test_a_comparison_that_is_nearly_all_with_one_other_juror_is_withheld(alone, withheld):
    few = judged(dossiers=3)
    more = judged(dossiers=alone, others=("j2",)).assign(dossier=lambda frame: "E" + frame["dossier"])
    assert shown(mine(n_units=alone + 3), scores=pd.concat([few, more]))["value"].isna().tolist() == [withheld]


def test_a_number_over_all_editions_is_left_out_since_the_editions_shown_would_give_the_withheld_one_away():
    assert shown(mine(edition="")).empty


def test_a_change_to_an_edition_with_too_few_common_dossiers_is_withheld():
    scores = pd.concat([judged(), judged(dossiers=3, edition="e02")])
    found = shown(mine(measure="severity_drift", edition_to="e02"), scores=scores)
    assert found["value"].isna().all()


@pytest.mark.parametrize(("jurors", "withheld"), [(5, True), (6, False), (None, True)])
def test_the_panel_is_shown_where_five_others_are_in_it(jurors, withheld):
    assert shown(panel(n_jurors=jurors))["value"].isna().tolist() == [withheld]


def test_quartiles_of_five_severities_give_all_of_them_to_whoever_is_outermost():
    severities = np.array([-0.9, -0.4, 0.1, 0.35, 0.85])  # they add up to 0; the last is the reader's own
    inner = np.quantile(severities, [0.25, 0.5, 0.75])
    assert [*inner, -inner.sum() - severities[4]] == pytest.approx([*severities[1:4], severities[0]])


def test_a_panel_the_juror_was_not_in_is_left_out():
    assert shown(panel(stage="s2")).empty


def test_a_panels_number_is_rounded_so_that_it_is_nobodys_own():
    assert shown(panel(value=0.123456))["value"].tolist() == [0.12]


@pytest.mark.parametrize(("exact", "told"), [(0.0123, 0.02), (0.05, 0.05), (0.0501, 0.06)])
def test_a_corrected_p_is_rounded_up_since_it_may_be_made_of_another_jurors(exact, told):
    found = shown(mine(q_value=exact, q_family="severity of 8 jurors")).iloc[0]
    assert (found["q_value"], found["q_family"]) == (pytest.approx(told), "")


def test_a_reason_is_reduced_to_its_code():
    found = shown(mine(value=None, reason="not_connected: only j2 links D1", interval_reason="not_connected: only j2"))
    assert found[["reason", "interval_reason"]].iloc[0].tolist() == ["not_connected", "not_connected"]


def test_a_jurors_row_tells_on_how_many_jurors_it_rests():
    assert shown(mine())["n_jurors"].tolist() == [4]


def test_a_jurors_register_holds_the_juror_alone():
    frames = {name: table.empty() for name, table in TABLES.items()}
    frames["jurors"] = conform(pd.DataFrame({"juror": ["j1", "j2"], "name": ["A", "B"]}), TABLES["jurors"])
    assert juror_tables(frames, "j1")["jurors"]["name"].tolist() == ["A"]


def test_a_jurors_account_tells_no_single_file():
    frames = tables()
    frames["ledger"] = pd.concat([frames["ledger"], frames["ledger"].assign(file="marks_juror_two.xlsx", sha256="cd")])
    found = juror_tables(frames, "j1")["ledger"]
    assert (len(found), found["read"].notna().any(), found["sha256"].isin(["ab", "cd"]).any()) == (1, False, False)
