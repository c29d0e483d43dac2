"""Surveys of a few people whose means and shares can be worked out by hand."""

import numpy as np
import pandas as pd
import pytest

from analysis import measures
from small import competition, edition, one, tables

ITEMS = [
    {"id": "kind", "label": {"en": "Staff were kind"}, "scale": "five", "dimension": "people"},
    {"id": "rude", "label": {"en": "Staff were rude"}, "scale": "five", "dimension": "people", "reverse": True},
    {"id": "again", "label": {"en": "Would come again"}, "scale": "eleven", "dimension": "place"},
]


def settings(*waves, items=ITEMS):
    source = {"file": "a.csv", "layout": "table", "instrument": "form", "label": {}}
    editions = [edition(f"e{n:02d}", surveys=[source | {"wave": wave}]) for n, wave in enumerate(waves, start=1)]
    dimensions = [{"id": "people", "label": {}}, {"id": "place", "label": {}}]
    return competition(
        *editions,
        layouts={"table": {"kind": "columns", "items": {}}},
        scales={"five": {"minimum": 1, "maximum": 5}, "eleven": {"minimum": 0, "maximum": 10}},
        instruments={"form": {"label": {}, "items": items, "dimensions": dimensions}},
    )


def survey(answers, *, wave="w1", offices=None, complete=True):
    """Tables of one wave: answers, shape (respondents, items), NaN = no answer."""
    answers = np.asarray(answers, dtype=float)
    names = [f"r{person}" for person in range(len(answers))]
    people = pd.DataFrame({"wave": wave, "respondent": names, "office": offices or "", "complete": complete})
    rows = [
        {"wave": wave, "respondent": names[person], "item": ITEMS[item]["id"], "value": value}
        | {"missing": "missing" if np.isnan(value) else ""}
        for (person, item), value in np.ndenumerate(answers)
    ]
    return people, pd.DataFrame(rows)


def measured(parts, given_settings):
    people, rows = zip(*parts, strict=True)
    return measures.measure("survey", tables(respondents=list(people), responses=list(rows)), given_settings, "")


def test_no_survey_at_all_is_one_row_with_a_reason():
    frame = measures.measure("survey", tables(), competition(), "")
    assert frame["measure"].to_list() == ["n_respondents"]
    assert frame["reason"].str.startswith("no_data: ").all()


def test_people_and_complete_answers_are_counted():
    frame = measured([survey([[5, 1, 9], [4, 2, 8]], complete=[True, False])], settings("w1"))
    assert one(frame, measure="n_respondents")["value"] == 2
    assert one(frame, measure="share_complete")["value"] == 0.5


def test_an_item_is_described_on_its_own_scale():
    nan = np.nan
    frame = measured([survey([[5, 1, 9], [4, 2, nan], [2, 5, nan], [1, 3, nan]])], settings("w1"))
    kind = frame[frame["item"] == "kind"]
    assert one(kind, measure="item_mean")["value"] == 3
    assert one(kind, measure="item_top2")["value"] == 0.5
    assert one(kind, measure="item_share", at="3")["value"] == 0
    assert one(kind, measure="item_share", at="4")["value"] == 0.25
    assert one(frame, measure="item_missing", item="again")["value"] == 0.75
    assert one(frame, measure="item_mean", item="again")["n_respondents"] == 1


def test_the_best_levels_of_an_item_asked_the_other_way_round_are_the_lowest():
    frame = measured([survey([[5, 1, 9], [4, 2, 9], [2, 5, 9], [1, 5, 9]])], settings("w1"))
    assert one(frame, measure="item_top2", item="rude")["value"] == 0.5
    assert one(frame, measure="item_mean", item="rude")["value"] == 3.25


def test_a_dimension_turns_items_asked_the_other_way_round():
    frame = measured([survey([[5, 1, 9], [3, 3, 9]])], settings("w1"))
    people = one(frame, measure="dimension_mean", item="dim:people")
    assert (people["value"], people["uom"]) == (4, "points")
    assert one(frame, measure="cronbach_alpha", item="dim:people")["value"] == pytest.approx(1)


def test_a_dimension_of_one_item_has_no_cronbachs_alpha():
    frame = measured([survey([[5, 1, 9], [3, 3, 7]])], settings("w1"))
    assert one(frame, measure="cronbach_alpha", item="dim:place")["reason"].startswith("one_item: ")


def test_a_dimension_on_two_scales_is_in_per_cent_of_the_range():
    items = [ITEMS[0], ITEMS[1], ITEMS[2] | {"dimension": "people"}]
    frame = measured([survey([[5, 1, 5], [5, 1, 5]])], settings("w1", items=items))
    people = one(frame, measure="dimension_mean", item="dim:people")
    assert (people["value"], people["uom"]) == (pytest.approx((100 + 100 + 50) / 3), "POMP")


def test_the_index_uses_the_items_of_the_common_scale_and_is_there_for_each_office():
    answers = [[5, 1, 0], [4, 2, 0], [1, 5, 0], [2, 4, 0]]
    frame = measured([survey(answers, offices=["o1", "o1", "o2", "o2"])], settings("w1"))
    assert one(frame, measure="index_mean", subject="")["value"] == 3
    assert one(frame, measure="index_mean", subject="o1")["value"] == 4.5
    assert one(frame, measure="index_mean", subject="o2")["n_respondents"] == 2


def test_respondents_of_one_office_widen_the_interval():
    rng = np.random.default_rng(4)
    office = rng.normal(0, 1, 20).repeat(10)
    answers = np.column_stack([np.clip(np.round(3 + office + rng.normal(0, 0.3, 200)), 1, 5)] * 2 + [np.full(200, 5)])
    alone = one(measured([survey(answers)], settings("w1")), measure="item_mean", item="kind")
    offices = [f"o{number}" for number in np.arange(20).repeat(10)]
    clustered = one(measured([survey(answers, offices=offices)], settings("w1")), measure="item_mean", item="kind")
    assert clustered["high"] - clustered["low"] > 2 * (alone["high"] - alone["low"])


def test_an_item_nobody_answered_in_a_wave_has_a_reason_and_no_change_across_it():
    nan = np.nan
    waves = [
        survey([[2, 1, 9], [4, 1, 9]]),
        survey([[nan, 1, 9], [nan, 1, 9]], wave="w2"),
        survey([[5, 1, 9], [3, 1, 9]], wave="w3"),
    ]
    frame = measured(waves, settings("w1", "w2", "w3"))
    assert one(frame, measure="item_mean", item="kind", wave="w2")["reason"].startswith("no_data: ")
    change = one(frame, measure="item_change", item="kind")
    assert (change["versus"], change["wave"], change["value"]) == ("w1", "w3", 1)


def test_people_who_were_not_shown_an_item_are_not_missing():
    people, rows = survey([[5, 1, np.nan], [4, 1, 7]])
    rows.loc[rows["value"].isna(), "missing"] = "not_shown"
    frame = measured([(people, rows)], settings("w1"))
    assert one(frame, measure="item_missing", item="again")["value"] == 0
