"""Trends over small editions whose changes can be worked out by hand."""

import numpy as np
import pandas as pd
import pytest

from analysis import measures
from small import competition, dossiers, edition, one, scores, tables

CROSSWALK = ["from_edition", "from_criterion", "to_edition", "to_criterion", "relation"]


def trends(given, settings):
    return measures.measure("trends", given, settings, "")


def crosswalk(*rows):
    return pd.DataFrame(rows, columns=CROSSWALK)


def criteria(**labels):
    return [{"id": key, "label": {"en": label}, "scale": "ten", "weight": 1} for key, label in labels.items()]


def test_criteria_with_the_same_id_and_label_are_comparable_without_a_crosswalk():
    later = edition("e02", criteria=criteria(speed="Speed", clarity="Plain words"))
    frame = trends(tables(), competition(edition("e01"), later))
    assert one(frame, measure="n_core_criteria")["value"] == 1
    assert one(frame, measure="common_criteria")["value"] == 1


@pytest.mark.parametrize(
    ("relation", "comparable"),
    [("same", 2), ("reworded", 2), ("rescaled", 2), ("split", 1), ("merged", 1), ("dropped", 1)],
)
def test_the_relation_in_the_crosswalk_decides_what_is_comparable(relation, comparable):
    later = edition("e02", criteria=criteria(speed="Speed", words="Plain words"))
    linking = crosswalk(("e01", "clarity", "e02", "words", relation))
    frame = trends(tables(crosswalk=linking), competition(edition("e01"), later))
    assert one(frame, measure="n_core_criteria")["value"] == comparable


def test_the_core_runs_through_all_editions():
    middle = edition("e02", criteria=criteria(speed="Speed", words="Clarity"))
    settings = competition(edition("e01"), middle, edition("e03", criteria=criteria(speed="Speed", clarity="Clarity")))
    linking = crosswalk(("e01", "clarity", "e02", "words", "same"))
    frame = trends(tables(crosswalk=linking), settings)
    assert one(frame, measure="n_core_criteria")["value"] == 1
    assert one(frame, measure="common_criteria", edition="e01")["value"] == 2


def test_without_a_comparable_criterion_scores_have_reasons():
    settings = competition(edition("e01"), edition("e02", criteria=criteria(pace="Pace")))
    marks = [scores([[[4, 4]]]), scores([[[4]]], of="e02", criteria=["pace"])]
    frame = trends(tables(scores=marks), settings)
    names = ["score_core", "alpha_core", "score_change", "score_change_returning", "score_change_same_jurors"]
    found = frame[frame["measure"].isin(names)]
    assert set(found["measure"]) == set(names)
    assert found["reason"].str.startswith("not_comparable: ").all()


def test_the_change_of_all_counts_every_office_and_that_of_returning_ones_only_pairs():
    first = scores([[[2, 2]], [[4, 4]], [[9, 9]]])
    later = scores([[[3, 3]], [[7, 7]]], of="e02")
    frame = trends(tables(scores=[first, later]), competition(edition("e01"), edition("e02")))
    assert one(frame, measure="score_core", edition="e01", subject="")["value"] == 50
    assert one(frame, measure="score_core", edition="e02", subject="o1")["value"] == 70
    assert one(frame, measure="score_change")["value"] == 0
    assert one(frame, measure="score_change_returning")["value"] == pytest.approx(20)
    assert one(frame, measure="common_offices")["value"] == 2


def test_the_change_by_the_same_jurors_uses_their_marks_only():
    first = scores([[[4, 4], [9, 9]], [[6, 6], [9, 9]]])
    later = scores([[[5, 5], [1, 1]], [[7, 7], [1, 1]]], of="e02")
    later["juror"] = later["juror"].replace("j1", "j2")
    frame = trends(tables(scores=[first, later]), competition(edition("e01"), edition("e02")))
    assert one(frame, measure="common_jurors")["value"] == 1
    assert one(frame, measure="score_change_same_jurors")["value"] == pytest.approx(10)


def test_scores_on_two_scales_are_compared_in_per_cent_of_the_range():
    hundred = {"ten": {"minimum": 0, "maximum": 100}}
    settings = competition(edition("e01"), edition("e02", scales=hundred))
    marks = [scores([[[5, 5]], [[6, 6]]]), scores([[[50, 50]], [[60, 60]]], of="e02", maximum=100)]
    frame = trends(tables(scores=marks), settings)
    assert one(frame, measure="score_change")["value"] == 0


def test_jurors_who_share_no_edition_leave_no_change_by_the_same_jurors():
    later = scores([[[5, 5]], [[7, 7]]], of="e02").assign(juror="j9")
    marks = [scores([[[4, 4]], [[6, 6]]]), later]
    frame = trends(tables(scores=marks), competition(edition("e01"), edition("e02")))
    assert one(frame, measure="score_change_same_jurors")["reason"].startswith("too_few_jurors: ")


def test_repeaters_are_dossiers_of_offices_seen_before():
    entered = [dossiers(3), dossiers(5, of="e02")]
    frame = trends(tables(dossiers=entered), competition(edition("e01"), edition("e02")))
    assert one(frame, measure="n_repeaters", edition="e01")["reason"].startswith("no_repeat: ")
    assert one(frame, measure="n_repeaters", edition="e02")["value"] == 3
    assert one(frame, measure="share_repeaters", edition="e02")["value"] == pytest.approx(0.6)


@pytest.mark.parametrize(
    ("kind", "date", "repeaters"),
    [("rename", "2001-06-01", 2), ("merge", "2002-12-31", 2), ("split", "2001-06-01", 1), ("rename", "2003-01-01", 1)],
)
def test_an_office_under_a_new_name_has_taken_part_before_from_that_day(kind, date, repeaters):
    entered = [dossiers(2), dossiers(2, of="e02").replace({"office": {"o1": "new"}})]
    rows = [["o1", "between", kind, date], ["between", "new", kind, date]]
    succession = pd.DataFrame(rows, columns=["predecessor", "successor", "type", "date"])
    given = tables(dossiers=entered) | {"succession": succession}
    frame = trends(given, competition(edition("e01"), edition("e02")))
    assert one(frame, measure="n_repeaters", edition="e02")["value"] == repeaters


def test_awards_are_counted_as_recorded_and_else_by_the_rule():
    recorded = {0: "awarded", 1: "awarded", 2: "not_awarded"}
    given = tables(
        dossiers=[dossiers(3, outcomes=recorded), dossiers(3, of="e02", statuses={0: "withdrawn"})],
        scores=scores([[[9, 9]], [[8, 8]], [[7, 7]]], of="e02"),
    )
    frame = trends(given, competition(edition("e01"), edition("e02")))
    whole = frame[frame["category"] == ""]
    assert one(whole, measure="n_awarded", edition="e01")["value"] == 2
    assert one(whole, measure="n_awarded", edition="e02")["value"] == 1
    assert one(whole, measure="share_awarded", edition="e02")["value"] == 0.5
    assert one(frame, measure="n_awarded", edition="e01", category="c1")["value"] == 1


def test_wilsons_interval_of_the_share_awarded_is_the_published_one():
    # Newcombe (1998), Statistics in Medicine 17, 857-872: 81 of 263 give 0.2553 to 0.3662.
    entered = dossiers(263, outcomes={d: "awarded" if d < 81 else "not_awarded" for d in range(263)})
    row = one(trends(tables(dossiers=entered), competition()), measure="share_awarded")
    assert (row["low"], row["high"]) == (pytest.approx(0.2553, abs=5e-5), pytest.approx(0.3662, abs=5e-5))


def test_a_single_edition_has_no_pairs():
    frame = trends(tables(scores=scores([[[4, 4], [5, 5]]])), competition())
    assert not (frame["edition_to"] != "").any()


def test_alpha_over_editions_keeps_dossiers_of_the_same_id_apart():
    rng = np.random.default_rng(3)
    marks = rng.integers(0, 11, (20, 3, 2))
    apart = [scores(marks[:10]), scores(marks[10:], of="e02")]
    two = trends(tables(scores=apart), competition(edition("e01"), edition("e02")))
    together = trends(tables(scores=scores(marks)), competition())
    pooled = one(two, measure="krippendorff_alpha")
    assert pooled["value"] == pytest.approx(one(together, measure="krippendorff_alpha")["value"])
    assert pooled["n_units"] == 20
