"""The rows of jurors for small panels whose answer is known: planted, counted by hand, or printed elsewhere."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import false_discovery_control

from analysis import measures
from analysis.measures.rasch import APART, VARIANT
from small import competition, dossiers, edition, one, scores, tables

ORACLES = Path(__file__).parent / "oracles"
SCALES = {
    "ten": {"minimum": 0, "maximum": 10},
    "nine": {"minimum": 1, "maximum": 9},
    "five": {"minimum": 1, "maximum": 5},
    "school": {"minimum": 1, "maximum": 5, "direction": "lower"},
    "yes": {"minimum": 0, "maximum": 1},
    "any": {"minimum": 0, "maximum": 100, "step": 0},
    "names": {"minimum": 0, "maximum": 3, "level": "nominal"},
}


def settings(*used, criteria=2):
    """One edition whose criteria go through the named scales in turn."""
    entries = [
        {"id": f"c{place}", "label": {}, "scale": used[place % len(used)], "weight": 1} for place in range(criteria)
    ]
    return competition(edition("e01", criteria=entries, scales=SCALES))


def rows(marks, *used, table=None, **given):
    """The rows of stage s1 for marks (dossiers × jurors × criteria) on the named scales."""
    marks = np.asarray(marks, dtype=float)
    table = table if table is not None else scores(marks, criteria=[f"c{place}" for place in range(marks.shape[2])])
    low = np.array([SCALES[used[place % len(used)]]["minimum"] for place in range(marks.shape[2])])
    high = np.array([SCALES[used[place % len(used)]]["maximum"] for place in range(marks.shape[2])])
    worst = np.array([SCALES[used[place % len(used)]].get("direction", "higher") for place in range(marks.shape[2])])
    percent = 100 * (marks - low) / (high - low)
    table = table.assign(value_100=np.where(worst == "lower", 100 - percent, percent).ravel())
    frames = {"scores": table, "dossiers": dossiers(len(marks))} | given
    frame = measures.measure("jurors", tables(**frames), settings(*used, criteria=marks.shape[2]), "e01")
    return frame[frame["stage"] == "s1"]


def panel(seed, *, shape=(20, 4, 5), severities=0.0, low=0, high=10, spread=1.5):
    """Marks of dossiers by jurors who differ in severity alone."""
    rng = np.random.default_rng(seed)
    middle = (low + high) / 2
    marks = middle + spread * rng.normal(size=(shape[0], 1, 1)) + rng.normal(size=shape)
    return np.clip(np.round(marks - np.broadcast_to(severities, shape[1])[:, None]), low, high)


def values(frame, **keys):
    for name, value in keys.items():
        frame = frame[frame[name] == value]
    return frame.set_index("subject")["value"]


def numbers(frame, **keys):
    return values(frame, **keys).to_numpy()


def guilford():
    table = pd.read_csv(ORACLES / "guilford_1954.csv", comment="#")
    marks = np.full((7, 3, 5), np.nan)
    marks[table["junior"] - 1, table["senior"] - 1, table["trait"] - 1] = table["mark"]
    return rows(marks, "nine")


@pytest.fixture(scope="module")
def creativity():
    return guilford()


def test_guilfords_seniors_have_the_fair_averages_and_the_fit_of_the_oracle(creativity):
    juror = creativity[creativity["subject_type"] == "juror"]
    assert numbers(juror, measure="fair_average") == pytest.approx([4.857022, 4.384194, 5.176135], abs=1e-5)
    assert numbers(juror, measure="infit", versus_type="") == pytest.approx([0.849184, 1.475214, 0.672404], abs=1e-5)
    assert numbers(juror, measure="outfit") == pytest.approx([0.880104, 1.524411, 0.666325], abs=1e-5)
    assert numbers(juror, measure="observed_average") == pytest.approx([4.885714, 4.457143, 5.171429], abs=1e-5)


def test_guilfords_juniors_have_the_fair_averages_of_the_oracle(creativity):
    found = numbers(creativity, measure="fair_average", subject_type="dossier")
    assert found == pytest.approx([4.636575, 6.31359, 4.222243, 3.748365, 5.829408, 3.548282, 5.478865], abs=1e-5)


def test_guilfords_seniors_agree_exactly_in_33_of_105_marks_where_27_02_are_expected(creativity):
    agreement = creativity[(creativity["measure"] == "rater_agreement") & (creativity["subject"] == "")]
    assert one(agreement, variant="observed")["value"] == pytest.approx(33 / 105)
    assert one(agreement, variant="expected")["value"] == pytest.approx(27.0194 / 105, abs=1e-6)


def test_guilfords_most_unexpected_mark_is_the_2_of_the_second_senior(creativity):
    found = creativity[creativity["measure"] == "unexpected_mark"]
    worst = found.loc[found["value"].abs().idxmax()]
    assert len(found) == 5 and set(found["subject"]) == {"j1"}
    assert (worst["versus"], worst["criterion"], worst["at"]) == ("d4", "c3", "2")
    assert worst["value"] == pytest.approx(-2.78, abs=6e-3)


def test_guilfords_thresholds_rise_from_level_to_level_by_the_expected_score_though_not_by_pairs(creativity):
    found = creativity[creativity["measure"] == "threshold"]
    at = found.assign(level=found["at"].astype(float)).sort_values("level").set_index("variant")["value"]
    assert (at["half-point, 1-9 by 1"].diff().dropna() > 0).all()
    assert (at["Rasch-Andrich, 1-9 by 1"].diff().dropna() < 0).any()


def test_a_severe_juror_has_a_high_measure_and_a_low_fair_average():
    frame = rows(panel(1, severities=[0, 0, 0, 1.5]), "ten")
    juror = frame[frame["subject_type"] == "juror"]
    assert values(juror, measure="rasch_measure").idxmax() == "j3"
    assert values(juror, measure="fair_average").idxmin() == "j3"


def test_a_scale_on_which_the_lowest_mark_is_the_best_gives_the_same_measures():
    marks = panel(2, low=1, high=5, severities=[0, 0, 0, 1])
    up, down = rows(marks, "five"), rows(6 - marks, "school")
    for kind in ("juror", "dossier", "criterion"):
        keys = {"measure": "rasch_measure", "subject_type": kind}
        assert numbers(down, **keys) == pytest.approx(numbers(up, **keys))
    keys = {"measure": "fair_average", "subject_type": "juror"}
    assert numbers(down, **keys) == pytest.approx(6 - numbers(up, **keys))


def test_criteria_on_different_scales_give_fair_averages_in_per_cent_of_the_range():
    marks = panel(3, low=0, high=10)
    marks[:, :, 1::2] = np.clip(np.round(1 + marks[:, :, 1::2] * 0.4), 1, 5)
    frame = rows(marks, "ten", "five")
    fair = frame[frame["measure"] == "fair_average"]
    assert set(fair["uom"]) == {"POMP"} and fair["value"].between(0, 100).all() and fair["value"].max() > 20
    scales = frame.loc[frame["measure"] == "category_count", "variant"]
    assert set(scales) == {"0-10 by 1", "1-5 by 1"}


def test_panels_that_share_no_juror_have_no_common_measure_and_are_measured_apart():
    marks = panel(4, shape=(20, 6, 4))
    marks[:10, :3], marks[10:, 3:] = np.nan, np.nan
    frame = rows(marks, "ten")
    measured = frame[(frame["measure"] == "rasch_measure") & (frame["subject_type"] == "juror")]
    refused = measured.loc[measured["variant"] == VARIANT, "reason"]
    assert set(refused.str.partition(":")[0]) == {"not_connected"} and len(refused) == 6
    apart = measured[measured["variant"] == APART].set_index("subject")["value"]
    assert apart[["j0", "j1", "j2"]].mean() == pytest.approx(0, abs=1e-9)
    assert one(frame, measure="rasch_subsets")["value"] == 2


def test_a_juror_who_alone_links_two_panels_is_named_as_a_bridge():
    marks = panel(5, shape=(20, 5, 4))
    marks[:10, :2], marks[10:, 3:] = np.nan, np.nan
    frame = rows(marks, "ten")
    found = frame[frame["measure"] == "bridge"].set_index("subject")["value"]
    assert found.to_dict() == {"": 1, "j2": 1}
    assert one(frame, measure="rasch_subsets")["value"] == 1


def test_marks_that_a_juror_lowers_for_one_dossier_are_found_as_its_bias():
    marks = panel(6, shape=(24, 4, 8))
    marks[5, 2] = np.clip(marks[5, 2] - 4, 0, 10)
    found = rows(marks, "ten")
    found = found[(found["measure"] == "bias") & (found["versus_type"] == "dossier")]
    clear = found[found["q_value"] < 0.05]
    lowered = one(clear, subject="j2")
    assert set(clear["versus"]) == {"d5"} and lowered["high"] < 0
    assert (clear.loc[clear["subject"] != "j2", "value"] > 0).all()  # beside j2 the others are generous


def test_a_cell_with_two_marks_is_not_judged():
    marks = panel(7, shape=(12, 3, 4))
    marks[3, 1, :2] = np.nan
    found = rows(marks, "ten")
    found = found[(found["measure"] == "bias") & (found["versus_type"] == "dossier")]
    assert len(found) == 35 and ("j1", "d3") not in set(zip(found["subject"], found["versus"], strict=True))


def test_q_values_correct_the_p_values_of_their_family():
    frame = rows(panel(8, shape=(24, 6, 5), severities=np.arange(6) / 3), "ten")
    tested = frame[frame["q_value"].notna() & (frame["variant"] != "shrunken")]
    whose = tested["subject"].where(tested["q_family"].str.endswith("of a juror"), "all")
    for (name, *_), family in tested.groupby(["q_family", "versus_type", whose]):
        assert family["q_value"].to_numpy() == pytest.approx(false_discovery_control(family["p_value"])), name
    expected = {"bias", "bias_contrast", "centrality", "infit_z", "differential_severity", "copying"}
    assert expected <= set(tested["measure"])


@pytest.mark.parametrize(("scale", "reason"), [("any", "wrong_level"), ("names", "wrong_level")])
def test_marks_without_ordered_levels_have_no_rasch_measure(scale, reason):
    frame = rows(panel(9, low=0, high=3, spread=0.5), scale)
    found = frame.loc[frame["measure"].isin(["rasch_measure", "infit", "bias", "rasch_rmse"]), "reason"]
    assert set(found.str.partition(":")[0]) == {reason}


def test_a_mark_between_the_levels_is_no_mark_for_the_model():
    marks = panel(10)
    marks[0, 0, 0] = 6.5
    found = rows(marks, "ten")
    assert set(found.loc[found["measure"] == "rasch_measure", "reason"].str.partition(":")[0]) == {"wrong_level"}


def test_a_dossier_with_the_highest_mark_everywhere_is_flagged_and_has_no_fit():
    marks = np.minimum(panel(11), 9)
    marks[4] = marks.max()
    frame = rows(marks, "ten")
    dossier = frame[(frame["subject_type"] == "dossier") & (frame["subject"] == "d4")]
    assert one(dossier, measure="rasch_measure")["variant"].endswith(", extreme score")
    assert one(dossier, measure="infit")["reason"].startswith("no_variation")
    assert values(frame, measure="rasch_measure", subject_type="dossier").idxmax() == "d4"


def test_the_panel_has_the_quartiles_of_its_jurors():
    frame = rows(panel(12, shape=(20, 7, 5)), "ten")
    for measure in ("severity_additive", "centrality", "halo", "infit"):
        own = values(frame, measure=measure, subject_type="juror")
        beside = frame[(frame["measure"] == measure) & (frame["subject_type"] == "panel")].set_index("at")["value"]
        wanted = np.quantile(own, [0.25, 0.5, 0.75])
        assert beside[["lower_quartile", "median", "upper_quartile"]].to_numpy() == pytest.approx(wanted)


def test_four_jurors_are_too_few_to_be_shown_as_a_panel():
    frame = rows(panel(13), "ten")
    beside = frame[frame["subject_type"] == "panel"]
    assert len(beside) > 10 and set(beside["reason"].str.partition(":")[0]) == {"too_few_jurors"}


def test_the_shares_of_the_levels_of_the_panel_are_those_of_all_its_marks():
    marks = panel(14, shape=(20, 6, 3))
    frame = rows(marks, "ten")
    beside = frame[(frame["measure"] == "score_share") & (frame["subject_type"] == "panel")].set_index("at")["value"]
    assert beside.sum() == pytest.approx(1) and beside["6"] == pytest.approx((marks == 6).mean())


def test_every_number_of_a_juror_tells_how_many_dossiers_it_rests_on():
    frame = rows(panel(15, shape=(20, 6, 5)), "ten")
    own = frame[(frame["subject_type"] == "juror") & (frame["subject"] != "")]
    own = own[own["versus_type"].isin(["", "others"]) & own["value"].notna()]
    assert own["n_units"].notna().all() and own["measure"].nunique() > 20


def test_the_deviation_on_one_criterion_is_that_of_its_marks():
    marks = panel(16)
    found = rows(marks, "ten")
    found = found[(found["measure"] == "deviation_from_others") & (found["subject_type"] == "juror")]
    others = (marks.sum(axis=1, keepdims=True) - marks) / 3
    wanted = (marks - others).mean(axis=0)
    for place in range(5):
        assert numbers(found, criterion=f"c{place}") == pytest.approx(wanted[:, place])


def test_a_juror_who_grows_generous_over_the_days_drifts_upwards():
    marks = panel(17, shape=(40, 5, 4))
    marks[:, 1] = np.clip(marks[:, 1] + np.linspace(-1.5, 1.5, 40).round()[:, None], 0, 10)
    table = scores(marks, criteria=[f"c{place}" for place in range(4)])
    day = table["dossier"].str[1:].astype(int)
    table["scored_at"] = (pd.Timestamp("2025-05-01") + pd.to_timedelta(day, unit="D")).dt.strftime("%Y-%m-%d")
    frame = rows(marks, "ten", table=table)
    drift = one(frame, measure="order_drift", subject="j1", subject_type="juror")
    assert drift["value"] > 1 and drift["q_value"] < 0.05
    assert one(frame, measure="half_change", subject="j1", subject_type="juror")["value"] < -0.5


def test_without_dates_there_is_no_drift():
    found = rows(panel(18), "ten")
    assert set(found.loc[found["measure"] == "order_drift", "reason"].str.partition(":")[0]) == {"too_few_units"}


def test_a_juror_who_favours_one_category_is_seen_there():
    marks = panel(19, shape=(40, 5, 4))
    marks[::2, 3] = np.clip(marks[::2, 3] + 2, 0, 10)
    found = rows(marks, "ten")
    found = found[(found["measure"] == "differential_severity") & (found["versus_type"] == "category")]
    cell = one(found, subject="j3", versus="c0", variant="as estimated")
    assert cell["low"] > 1 and cell["q_value"] < 0.05
    assert 0 < one(found, subject="j3", versus="c0", variant="shrunken")["value"] < cell["value"]


def test_more_than_forty_jurors_are_not_compared_pair_by_pair():
    found = rows(panel(20, shape=(12, 41, 4)), "ten")
    assert one(found, measure="copying")["reason"].startswith("many_jurors")


ODD = {
    "nobody marked": np.full((3, 3, 2), np.nan),
    "one mark": np.where(np.arange(18).reshape(3, 3, 2) == 4, 5.0, np.nan),
    "one juror": panel(21, shape=(6, 1, 3)),
    "one dossier": panel(22, shape=(1, 4, 3)),
    "one criterion": panel(23, shape=(9, 4, 1)),
    "one level": np.full((6, 3, 4), 7.0),
    "two levels": panel(24, shape=(9, 3, 4), low=6, high=7),
    "constant juror": np.where(np.arange(4)[:, None] == 2, 5.0, panel(25, shape=(9, 4, 4))),
    "equal jurors": np.repeat(panel(26, shape=(9, 1, 4)), 3, axis=1),
    "no overlap": np.where(
        np.arange(8)[:, None, None] % 2 == np.arange(2)[:, None], panel(27, shape=(8, 2, 3)), np.nan
    ),
    "best and worst": np.repeat([[[0.0] * 4] * 3, [[10.0] * 4] * 3], 4, axis=0),
    "one office twice": panel(28, shape=(2, 5, 5)),
}


@pytest.mark.parametrize("marks", ODD.values(), ids=ODD)
@pytest.mark.parametrize("scale", ["ten", "any"])
def test_an_odd_panel_has_rows_with_reasons(marks, scale):
    frame = rows(marks, scale)
    assert (frame["value"].isna() == (frame["reason"] != "")).all()
    assert {"rasch_subsets", "copying", "bridge"} <= set(frame["measure"])


def test_measuring_twice_gives_the_same_rows():
    marks = panel(29)
    pd.testing.assert_frame_equal(rows(marks, "ten"), rows(marks, "ten"))
