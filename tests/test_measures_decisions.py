"""Totals, places and awards by the configured rule, worked out by hand."""

import numpy as np
import pytest

from analysis import measures
from small import competition, dossiers, edition, one, scores, tables


def decided(given, settings):
    return measures.measure("decisions", given, settings, settings.editions[0].id)


def places(frame):
    return frame[frame["measure"] == "place"].set_index("subject")["value"].to_dict()


def test_the_total_is_the_weighted_mean_of_stage_scores_in_per_cent():
    first, second = scores([[[4, 6], [6, 8]]]), scores([[[10, 10], [8, 8]]], stage="s2")
    given = tables(scores=[first, second], dossiers=dossiers(1))
    settings = competition(edition(decision={"weights": {"s1": 0.25, "s2": 0.75}, "rule": "points", "value": 80}))
    frame = decided(given, settings)
    assert one(frame, measure="dossier_score", stage="s1", criterion="")["value"] == 6
    assert one(frame, measure="dossier_score", stage="s1", criterion="clarity")["value"] == 7
    assert one(frame, measure="total_score")["value"] == pytest.approx(0.25 * 60 + 0.75 * 90)
    assert one(frame, measure="awarded")["value"] == 1


def test_a_dossier_that_did_not_reach_a_stage_ranks_below_those_that_did():
    first = scores([[[9, 9]], [[5, 5]], [[4, 4]]])
    second = scores([[[np.nan, np.nan]], [[3, 3]], [[2, 2]]], stage="s2")
    given = tables(scores=[first, second], dossiers=dossiers(3))
    frame = decided(given, competition())
    assert places(frame) == {"d0": 3, "d1": 1, "d2": 2}
    assert "no mark in s2" in one(frame, measure="place", subject="d0")["variant"]


def test_equal_totals_share_the_better_place_and_both_are_awarded():
    given = tables(scores=scores([[[5, 7]], [[7, 5]], [[4, 4]]]), dossiers=dossiers(3))
    frame = decided(given, competition())
    assert places(frame) == {"d0": 1, "d1": 1, "d2": 3}
    assert one(frame, measure="n_awarded")["value"] == 2


def test_the_tie_break_settles_equal_totals_in_its_order():
    given = tables(scores=scores([[[5, 7]], [[7, 5]]]), dossiers=dossiers(2))
    rule = {"weights": {"s1": 1}, "rule": "places", "value": 1, "tie_break": ["median", "criterion:clarity"]}
    frame = decided(given, competition(edition(decision=rule)))
    assert places(frame) == {"d0": 1, "d1": 2}
    assert one(frame, measure="n_awarded")["value"] == 1


def test_withdrawn_and_disqualified_dossiers_are_not_ranked():
    statuses = {0: "withdrawn", 1: "disqualified"}
    given = tables(scores=scores([[[9, 9]], [[8, 8]], [[1, 1]]]), dossiers=dossiers(3, statuses=statuses))
    frame = decided(given, competition())
    assert places(frame) == {"d2": 1}


def test_places_are_inside_each_category_where_the_rule_says_so():
    given = tables(scores=scores([[[9, 9]], [[8, 8]], [[7, 7]], [[6, 6]]]), dossiers=dossiers(4))
    rule = {"weights": {"s1": 1}, "rule": "share", "value": 0.5, "per": "category"}
    frame = decided(given, competition(edition(decision=rule)))
    assert places(frame) == {"d0": 1, "d1": 1, "d2": 2, "d3": 2}
    assert one(frame, measure="n_awarded")["value"] == 2


def test_differences_from_the_recorded_awards_are_counted():
    outcomes = {0: "not_awarded", 1: "awarded", 2: "not_awarded"}
    given = tables(scores=scores([[[9, 9]], [[8, 8]], [[7, 7]]]), dossiers=dossiers(3, outcomes=outcomes))
    frame = decided(given, competition())
    assert one(frame, measure="n_awarded_recorded")["value"] == 1
    assert one(frame, measure="n_award_differences")["value"] == 2


def test_a_rule_that_only_records_awards_nobody_by_itself():
    settings = competition(edition(decision={"weights": {"s1": 1}}))
    given = tables(scores=scores([[[9, 9]]]), dossiers=dossiers(1))
    frame = decided(given, settings)
    assert one(frame, measure="awarded")["reason"].startswith("no_data: ")
    assert one(frame, measure="place")["value"] == 1


def test_lower_marks_win_where_the_scale_says_that_lower_is_better():
    lower = {"ten": {"minimum": 0, "maximum": 10, "direction": "lower"}}
    marks = scores([[[9, 9]], [[2, 2]]])
    marks["value_100"] = 100 - marks["value_100"]
    frame = decided(tables(scores=marks, dossiers=dossiers(2)), competition(edition(scales=lower)))
    assert places(frame) == {"d0": 2, "d1": 1}


def test_a_stage_without_a_weight_can_settle_equal_totals():
    marks = [scores([[[5, 7]], [[7, 5]]]), scores([[[2, 2]], [[3, 3]]], stage="s2")]
    rule = {"weights": {"s1": 1}, "rule": "places", "value": 1, "tie_break": ["stage:s2"]}
    frame = decided(tables(scores=marks, dossiers=dossiers(2)), competition(edition(decision=rule)))
    assert places(frame) == {"d0": 2, "d1": 1}
