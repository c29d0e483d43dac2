"""Rows of agreement beyond the coefficients: pairs, components, projections, stages, lines, blanks."""

import numpy as np
import pytest

from analysis import measures
from small import competition, dossiers, edition, one, scores, tables

RNG = np.random.default_rng(11)
QUALITY = RNG.normal(6, 1.5, (16, 1, 1))
MARKS = np.clip(np.rint(QUALITY + RNG.normal(0, 0.7, (1, 4, 1)) + RNG.normal(0, 1, (16, 4, 2))), 0, 10)
AGAIN = np.clip(np.rint(QUALITY[:6] + RNG.normal(0, 1, (6, 4, 2))), 0, 10)
NAN = np.nan


def agreement(*parts, settings=None, **frames):
    given = tables(scores=list(parts), **frames)
    return measures.measure("agreement", given, settings or competition(), "e01")


@pytest.fixture(scope="module")
def two_stages():
    return agreement(scores(MARKS), scores(AGAIN, stage="s2"), dossiers=dossiers(16))


def test_the_interval_for_jurors_like_these_stands_beside_the_same_value(two_stages):
    whole = {"measure": "icc_11", "stage": "s1", "criterion": "", "category": ""}
    these, like = (one(two_stages, at=at, **whole) for at in ("", "jurors_like_these"))
    assert these["value"] == like["value"]
    assert these["interval"].endswith("these jurors") and like["interval"].endswith("jurors like these")


def test_every_interval_of_a_coefficient_says_of_whom_it_speaks(two_stages):
    of_coefficients = two_stages[two_stages["measure"].str.match("icc|krippendorff|.*kappa|gwet|kendall|finn|lin_ccc")]
    named = of_coefficients.loc[of_coefficients["interval"] != "", "interval"]
    assert len(named) and named.str.endswith(("these jurors", "jurors like these")).all()


def test_the_shares_of_the_components_add_to_one(two_stages):
    shares = two_stages[(two_stages["measure"] == "variance_share") & (two_stages["stage"] == "s1")]
    assert shares.groupby("variant")["value"].sum().to_list() == pytest.approx([1.0, 1.0])


def test_fixed_criteria_have_no_component_and_random_ones_have():
    random = competition(analysis={"replicates": 200, "criteria": "random"})
    for settings, there in ((competition(), False), (random, True)):
        rows = agreement(scores(MARKS), settings=settings)
        assert (rows.loc[rows["measure"] == "variance_component", "at"] == "criterion").any() == there


def test_dependability_grows_with_jurors_by_what_each_buys(two_stages):
    rows = two_stages[(two_stages["stage"] == "s1") & (two_stages["category"] == "")]
    curve = rows[(rows["measure"] == "dependability") & (rows["variant"] == "criteria fixed")].set_index("at")["value"]
    gain = rows[rows["measure"] == "dependability_gain"].set_index("at")["value"]
    assert curve["3"] - curve["2"] == pytest.approx(gain["3"])
    assert curve["here"] == pytest.approx(curve["4"])


def test_jurors_needed_are_the_fewest_that_reach_the_target(two_stages):
    rows = two_stages[(two_stages["stage"] == "s1") & (two_stages["category"] == "")]
    curve = rows[(rows["measure"] == "dependability") & (rows["variant"] == "criteria fixed")].set_index("at")["value"]
    needed = int(one(rows, measure="jurors_needed", variant="dependability >= 0.8")["value"])
    assert curve[str(needed)] >= 0.8
    assert needed == 1 or curve[str(needed - 1)] < 0.8


def test_the_line_of_a_stage_is_the_lowest_score_that_went_on(two_stages):
    line = one(two_stages, measure="award_line", stage="s1")
    assert line["value"] == pytest.approx(MARKS[:6].mean(axis=(1, 2)).min())
    assert one(two_stages, measure="places", stage="s1")["value"] == 6


def test_the_line_of_the_last_stage_is_the_score_of_the_one_awarded(two_stages):
    totals = (MARKS[:6].mean(axis=(1, 2)) + AGAIN.mean(axis=(1, 2))) / 2
    line = one(two_stages, measure="award_line", stage="s2")
    assert line["value"] == pytest.approx(AGAIN.mean(axis=(1, 2))[totals.argmax()])


def test_where_everybody_goes_on_there_is_no_line():
    rows = agreement(scores(MARKS), scores(MARKS, stage="s2"), dossiers=dossiers(16))
    assert one(rows, measure="award_line", stage="s1")["reason"].startswith("no_line")
    assert one(rows, measure="places", stage="s1")["value"] == 16


def test_where_lower_marks_are_better_the_line_is_the_highest_that_went_on():
    lower = {"ten": {"minimum": 0, "maximum": 10, "direction": "lower"}}
    marks = np.arange(10.0)[:, None, None] + np.array([0.0, 1.0])[None, :, None] * np.ones((1, 1, 2))
    rows = agreement(scores(marks), scores(marks[:3], stage="s2"), settings=competition(edition(scales=lower)))
    assert one(rows, measure="award_line", stage="s1")["value"] == 2.5


def test_a_second_panel_awards_at_most_as_many_again(two_stages):
    again = one(two_stages, measure="certified_again")
    assert 0 <= again["low"] <= again["value"] <= again["high"] <= again["n_units"] == 1


def test_jurors_who_agree_fully_would_award_the_same_again():
    marks = np.repeat(np.arange(1.0, 9.0)[:, None, None], 3, axis=1) * np.ones((1, 1, 2))
    marks[0, 0] += 1  # one mark apart, so that there is a residual to estimate
    settings = competition(edition(decision={"weights": {"s1": 1}, "rule": "places", "value": 2}))
    rows = agreement(scores(marks), settings=settings, dossiers=dossiers(8))
    assert one(rows, measure="certified_again")["value"] == pytest.approx(2, abs=0.05)


def test_a_shift_between_stages_is_the_mean_difference_of_the_dossiers_in_both(two_stages):
    shift = one(two_stages, measure="stage_shift")
    assert (shift["stage"], shift["versus_type"], shift["versus"]) == ("s2", "stage", "s1")
    assert shift["value"] == pytest.approx((AGAIN - MARKS[:6]).mean())


def test_a_juror_who_repeats_every_mark_is_fully_consistent():
    rows = agreement(scores(MARKS), scores(MARKS[:9], stage="s2"))
    assert one(rows, measure="stage_consistency")["value"] == pytest.approx(1)
    assert one(rows, measure="stage_spread_ratio")["value"] == pytest.approx(1)


def test_no_dossier_in_both_stages_is_a_reason():
    later = scores(AGAIN, stage="s2")
    later["dossier"] = "x" + later["dossier"]
    rows = agreement(scores(MARKS), later)
    links = rows[rows["versus_type"] == "stage"]
    assert len(links) and links["reason"].str.startswith("no_repeat").all()


def test_blank_marks_are_shares_of_what_was_due():
    marks = MARKS.copy()
    marks[0, 0, 0] = marks[1, 0, 1] = NAN  # two blanks of juror 0
    marks[2, 1] = NAN  # juror 1 did not mark dossier 2 at all: nothing was due
    rows = agreement(scores(marks))
    assert one(rows, measure="blank_marks", subject="j0", stage="s1")["value"] == 2 / 32
    assert one(rows, measure="blank_marks", subject="j1", stage="s1")["value"] == 0


def test_an_excused_cell_is_no_blank():
    marks = MARKS.copy()
    marks[0, 0, 0] = NAN
    given = scores(marks)
    given.loc[given["value"].isna(), "missing"] = "not_applicable"
    assert one(agreement(given), measure="blank_marks", subject="j0", stage="s1")["value"] == 0


def test_a_juror_who_skips_the_weak_dossiers_has_a_negative_level_of_the_skipped():
    marks = MARKS.copy()
    weak = np.argsort(QUALITY[:, 0, 0])[:5]
    marks[weak, 0] = NAN  # the sheet holds these cells, so a mark was due
    found = one(agreement(scores(marks)), measure="skipped_level", subject="j0", stage="s1")
    assert found["value"] < 0 and found["high"] < 0


def test_two_jurors_stand_beside_each_other_in_every_way(two_stages):
    pair = two_stages[(two_stages["subject"] == "j0") & (two_stages["versus"] == "j1") & (two_stages["stage"] == "s1")]
    first, second = MARKS[:, 0].mean(axis=1), MARKS[:, 1].mean(axis=1)
    bias = one(pair, measure="bland_altman_bias")
    assert bias["value"] == pytest.approx((first - second).mean())
    limits = [one(pair, measure="bland_altman_limit", at=at)["value"] for at in ("lower", "upper")]
    assert np.diff(limits) == pytest.approx(2 * 1.96 * (first - second).std(ddof=1))
    assert set(pair["measure"]) >= {"spearman", "lin_ccc", "cohen_kappa", "stuart_maxwell", "bhapkar"}


def test_a_test_of_a_pair_carries_its_corrected_p_value(two_stages):
    tests = two_stages[(two_stages["measure"] == "stuart_maxwell") & (two_stages["reason"] == "")]
    assert len(tests) and (tests["q_value"] >= tests["p_value"]).all()


def test_alpha_of_complete_dossiers_stands_beside_that_of_all():
    marks = MARKS.copy()
    marks[:8, 0] = NAN
    rows = agreement(scores(marks))
    whole = rows[(rows["criterion"] == "") & (rows["category"] == "") & (rows["stage"] == "s1") & (rows["at"] == "")]
    listwise = one(whole, measure="krippendorff_alpha", variant="interval, complete units")
    alone = agreement(scores(marks[8:]))
    alone = alone[(alone["criterion"] == "") & (alone["category"] == "") & (alone["at"] == "")]
    assert listwise["value"] == one(alone, measure="krippendorff_alpha", variant="interval", stage="s1")["value"]


def test_levels_that_somebody_gave_have_their_own_kappa(two_stages):
    rows = two_stages[two_stages["measure"] == "fleiss_kappa_category"]
    levels = rows.loc[(rows["criterion"] == "speed") & (rows["stage"] == "s1"), "at"].astype(float)
    assert set(levels) == set(np.unique(MARKS[:, :, 0]))


EDGES = {
    "constant marks": np.full((9, 3, 2), 5.0),
    "one juror": MARKS[:, :1],
    "one dossier": MARKS[:1],
    "two categories": (MARKS > 5).astype(float),
    "no dossier in common": np.where(np.eye(4, dtype=bool)[np.arange(16) % 4][:, :, None], MARKS, NAN),
    "one mark": np.where(np.indices(MARKS.shape).sum(axis=0) == 0, MARKS, NAN),
    "nobody": np.full((3, 2, 2), NAN),
    "one criterion marked": np.where([[[True, False]]], MARKS, NAN),
}


@pytest.mark.parametrize("name", EDGES)
def test_an_edge_of_the_data_gives_numbers_or_reasons(name):
    rows = agreement(scores(EDGES[name]), scores(AGAIN[:2], stage="s2"), dossiers=dossiers(16))
    assert (rows["value"].isna() == (rows["reason"] != "")).all()
    assert (rows["low"].isna() == (rows["interval_reason"] != "")).all()
    expected = {"icc_a1", "variance_component", "dependability", "award_line", "stage_shift", "blank_marks"}
    assert set(rows["measure"]) >= expected


def test_one_criterion_leaves_components_of_the_composites_only():
    single = edition(criteria=[{"id": "speed", "label": {}, "scale": "ten", "weight": 1}])
    rows = agreement(scores(MARKS[:, :, :1], criteria=("speed",)), settings=competition(single))
    found = rows[(rows["measure"] == "variance_component") & (rows["stage"] == "s1")]
    three = found["variant"].str.contains("criterion")
    assert (found.loc[three, "reason"] != "").all() and (found.loc[~three, "reason"] == "").all()


def test_an_ordinal_scale_has_no_components():
    ordinal = {"ten": {"minimum": 0, "maximum": 10, "level": "ordinal"}}
    rows = agreement(scores(MARKS), settings=competition(edition(scales=ordinal)))
    found = rows[rows["measure"].isin(["variance_component", "dependability", "certified_again"])]
    assert len(found) and found["reason"].str.startswith(("wrong_level", "no_data")).all()


def test_a_jury_of_more_than_sixty_still_has_its_headlines():
    crowd = np.full((12, 62, 1), np.nan)
    for dossier in range(12):
        seats = RNG.choice(62, 12, replace=False)
        crowd[dossier, seats, 0] = RNG.integers(3, 9, 12)
    rows = agreement(scores(crowd))
    whole = rows[(rows["criterion"] == "") & (rows["category"] == "") & (rows["subject"] == "") & (rows["at"] == "")]
    there = set(whole.loc[whole["value"].notna(), "measure"])
    assert {"krippendorff_alpha", "icc_11", "pair_difference"} <= there
