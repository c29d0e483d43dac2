"""What `measure` gives for small competitions whose numbers can be worked out by hand."""

import numpy as np
import pandas as pd
import pytest

from analysis import measures
from analysis.errors import DataError
from small import competition, dossiers, edition, one, scores, tables


def measured(noun, given, settings, part="e01"):
    return measures.measure(noun, given, settings, part)


def reasons(frame, name):
    return set(frame.loc[frame["measure"] == name, "reason"].str.partition(":")[0])


def test_a_noun_that_is_not_there_is_named():
    with pytest.raises(DataError, match="'agrement'"):
        measures.parts("agrement", competition())


def test_an_edition_that_is_not_there_is_named():
    with pytest.raises(DataError, match="'e07'"):
        measured("agreement", tables(), competition(), "e07")


@pytest.mark.parametrize("noun", measures.NOUNS)
def test_every_part_of_every_noun_is_measured_where_nothing_was_judged(noun):
    settings = competition(edition("e01"), edition("e02", stages=[], criteria=[], decision={"weights": {}}))
    for part in measures.parts(noun, settings):
        frame = measured(noun, tables(), settings, part)
        configured = {"n_core_criteria"}  # the only count that needs no data
        assert set(frame.loc[frame["value"] > 0, "measure"]) <= configured


@pytest.mark.parametrize("noun", measures.NOUNS)
def test_a_row_has_a_value_or_a_reason_and_an_interval_or_a_reason(noun):
    settings = competition(edition("e01"), edition("e02"))
    rng = np.random.default_rng(5)
    marks = [scores(rng.integers(0, 11, (9, 3, 2)), of=name) for name in ("e01", "e02")]
    given = tables(scores=marks, dossiers=[dossiers(9), dossiers(9, of="e02")])
    frame = pd.concat([measured(noun, given, settings, part) for part in measures.parts(noun, settings)])
    assert (frame["value"].isna() == (frame["reason"] != "")).all()
    assert (frame["low"].isna() == (frame["interval_reason"] != "")).all()


@pytest.mark.parametrize("noun", ["agreement", "jurors"])
def test_the_order_of_the_scores_does_not_matter(noun):
    rng = np.random.default_rng(6)
    marks = scores(rng.integers(0, 11, (9, 4, 2)))
    ordered = measured(noun, tables(scores=marks), competition())
    shuffled = measured(noun, tables(scores=marks.sample(frac=1, random_state=1)), competition())
    pd.testing.assert_frame_equal(ordered, shuffled)


def test_another_category_moves_no_number_of_the_whole():
    rng = np.random.default_rng(7)
    marks = scores(rng.integers(0, 11, (12, 3, 2)))
    before = measured("agreement", tables(scores=marks), competition())
    after = measured("agreement", tables(scores=marks.assign(category="")), competition())
    whole = before[before["category"] == ""].reset_index(drop=True)
    pd.testing.assert_frame_equal(whole, after)


def test_one_juror_gives_reasons_for_agreement():
    frame = measured("agreement", tables(scores=scores([[[4, 6]], [[7, 7]]])), competition())
    frame = frame[(frame["stage"] == "s1") & (frame["criterion"] == "")]
    assert reasons(frame[frame["variant"] == "interval"], "krippendorff_alpha") == {"one_juror"}
    assert reasons(frame[frame["category"] == ""], "score_range") == {"one_juror"}
    assert reasons(frame, "kendall_w") <= {"one_juror", "too_few_jurors", "no_complete_units"}
    assert one(frame, measure="components")["value"] == 1


def test_jurors_without_a_common_dossier_form_two_components_and_have_no_severity():
    nan = np.nan
    marks = scores([[[4, 6], [nan, nan]], [[nan, nan], [7, 7]]])
    frame = measured("agreement", tables(scores=marks), competition())
    assert one(frame, measure="components", stage="s1")["value"] == 2
    assert one(frame, measure="coscored", stage="s1")["value"] == 0
    assert reasons(measured("jurors", tables(scores=marks), competition()), "severity_additive") == {"one_juror"}


def test_equal_marks_give_no_alpha_but_perfect_exact_agreement():
    frame = measured("agreement", tables(scores=scores(np.full((9, 2, 2), 5))), competition())
    speed = frame[(frame["stage"] == "s1") & (frame["criterion"] == "speed")]
    assert reasons(speed[speed["variant"] == "interval"], "krippendorff_alpha") == {"no_variation"}
    assert one(speed, measure="exact_agreement", at="")["value"] == 1
    assert one(speed, measure="score_share", at="5")["value"] == 1
    assert one(speed, measure="score_share", at="6")["value"] == 0


def test_no_dossier_with_all_jurors_leaves_kendalls_w_without_a_value():
    nan = np.nan
    marks = scores([[[4, 4], [5, 5], [nan, nan]], [[nan, nan], [5, 5], [6, 6]], [[3, 3], [nan, nan], [2, 2]]])
    frame = measured("agreement", tables(scores=marks), competition())
    whole = frame[(frame["stage"] == "s1") & (frame["criterion"] == "") & (frame["category"] == "")]
    complete = whole[whole["variant"].str.contains("complete units")]
    assert reasons(complete, "kendall_w") == {"no_complete_units"}
    assert reasons(whole, "icc_11") == {""}


def test_a_level_that_does_not_fit_is_a_reason():
    ordinal = {"ten": {"minimum": 0, "maximum": 10, "level": "ordinal"}}
    marks = scores(np.random.default_rng(8).integers(0, 11, (9, 3, 2)))
    frame = measured("agreement", tables(scores=marks), competition(edition(scales=ordinal)))
    speed = frame[(frame["stage"] == "s1") & (frame["criterion"] == "speed")]
    assert reasons(speed, "icc_a1") == {"wrong_level"}
    assert one(speed, measure="krippendorff_alpha", variant="interval", at="")["reason"].startswith("wrong_level: ")
    assert one(speed, measure="krippendorff_alpha", variant="ordinal", at="")["reason"] == ""


def test_the_composite_is_the_weighted_mean_and_needs_half_of_the_weight():
    weighted = [{"id": key, "label": {}, "scale": "ten", "weight": w} for key, w in (("speed", 1), ("clarity", 3))]
    marks = scores([[[2, 6], [8, np.nan]]])
    frame = measured("agreement", tables(scores=marks), competition(edition(criteria=weighted)))
    mean = one(frame, measure="score_mean", stage="s1", criterion="")
    assert (mean["value"], mean["n_scores"]) == (5, 1)
    assert one(frame, measure="n_scores", stage="s1", category="")["value"] == 3


def test_marks_on_two_scales_make_a_composite_in_per_cent_of_the_range():
    two = {"ten": {"minimum": 0, "maximum": 10}, "five": {"minimum": 1, "maximum": 5}}
    criteria = [{"id": key, "label": {}, "scale": s, "weight": 1} for key, s in (("speed", "ten"), ("clarity", "five"))]
    marks = scores([[[5, 5]]])
    marks["value_100"] = [50.0, 100.0]
    frame = measured("agreement", tables(scores=marks), competition(edition(scales=two, criteria=criteria)))
    mean = one(frame, measure="score_mean", stage="s1", criterion="")
    assert (mean["value"], mean["uom"]) == (75, "POMP")


def test_a_severe_juror_has_a_positive_severity_and_a_negative_deviation():
    rng = np.random.default_rng(9)
    quality = rng.integers(3, 8, (9, 1, 1))
    marks = quality - np.array([0, 0, 3])[None, :, None] + rng.integers(0, 2, (9, 3, 2))
    frame = measured("jurors", tables(scores=scores(marks)), competition())
    severe = frame[(frame["subject"] == "j2") & (frame["stage"] == "s1")]
    assert one(severe, measure="severity_additive")["low"] > 0
    assert one(severe, measure="deviation_from_others", criterion="")["high"] < 0


def test_a_severe_juror_is_severe_also_where_lower_marks_are_better():
    lower = {"ten": {"minimum": 0, "maximum": 10, "direction": "lower"}}
    marks = scores([[[2, 2], [6, 6]], [[3, 3], [6, 6]], [[1, 1], [4, 4]]])
    frame = measured("jurors", tables(scores=marks), competition(edition(scales=lower)))
    assert one(frame, measure="severity_additive", subject="j1", stage="s1")["value"] > 0


def test_severities_over_editions_join_jurors_who_never_sat_together():
    settings = competition(edition("e01"), edition("e02"))
    marks = [scores([[[5, 5], [7, 7]], [[3, 3], [5, 5]]]), scores([[[5, 5], [8, 8]], [[3, 3], [6, 6]]], of="e02")]
    marks[1]["juror"] = marks[1]["juror"].replace({"j0": "j1", "j1": "j2"})
    frame = measured("jurors", tables(scores=marks), settings, "")
    found = frame[(frame["measure"] == "severity_additive") & (frame["stage"] == "s1")].set_index("subject")["value"]
    assert found["j0"] - found["j2"] == pytest.approx(2 + 3)


@pytest.mark.parametrize("seed", range(8))
def test_any_design_gives_a_number_or_a_reason_everywhere(seed):
    rng = np.random.default_rng(seed)
    level, direction = rng.choice(["interval", "ordinal", "nominal"]), rng.choice(["higher", "lower"])
    scale = {"ten": {"minimum": 0, "maximum": 10, "step": rng.choice([0, 1]), "level": level, "direction": direction}}
    rule = {
        "weights": {"s1": 0.5, "s2": 0.5},
        "rule": rng.choice(["points", "places", "share", "recorded"]),
        "value": 1,
    }
    settings = competition(edition(scales=scale, decision=rule), edition("e02", decision=rule))
    parts = []
    for name, stage in [("e01", "s1"), ("e01", "s2"), ("e02", "s1"), ("e02", "s2")]:
        marks = rng.integers(0, rng.choice([1, 3, 11]), (rng.integers(1, 12), rng.integers(1, 5), 2)).astype(float)
        marks[rng.random(marks.shape) < rng.choice([0, 0.3, 0.9])] = np.nan
        parts.append(scores(marks, of=name, stage=stage))
    given = tables(scores=parts, dossiers=[dossiers(9), dossiers(9, of="e02")])
    for noun in measures.NOUNS:
        for part in measures.parts(noun, settings):
            frame = measured(noun, given, settings, part)
            assert (frame["value"].isna() == (frame["reason"] != "")).all()
            assert (frame["low"].isna() == (frame["interval_reason"] != "")).all()
