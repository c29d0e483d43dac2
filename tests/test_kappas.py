"""Agreement corrected for chance: witnesses on random designs, counts by hand, and what is not defined."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats import inter_rater

from analysis.errors import NotDefined
from analysis.statistics.alpha import krippendorff_alpha, weighted_distance
from analysis.statistics.counts import count_marks
from analysis.statistics.kappas import fleiss_test, kappa, kappa_interval, resampled_kappa
from analysis.statistics.registry.kappas import FORMS, fleiss_categories
from analysis.statistics.weights import agreement_weights

ELEVEN = tuple(range(11))
FAMILIES = ("identity", "linear", "quadratic", "ordinal", "radical", "ratio")
SEEDS = st.integers(0, 10_000)
TWO_FAR = np.array([[0.0, 9], [9, 9], [10, 10], [10, 9], [0, 0], [9, 10], [9, 9], [10, 10]])


def random_marks(seed, *, units=25, jurors=4, missing=0.0, spread=2.0):
    """Whole marks 0-10 of units that differ; the first unit complete."""
    rng = np.random.default_rng(seed)
    marks = np.clip((rng.normal(5, spread, (units, 1)) + rng.normal(0, 1.5, (units, jurors))).round(), 0, 10)
    holes = rng.random(marks.shape) < missing
    holes[0] = False
    return np.where(holes, np.nan, marks)


def joint(pair, *, levels=11):
    table = np.zeros((levels, levels))
    np.add.at(table, tuple(pair.astype(int).T), 1)
    return table


@pytest.mark.parametrize("family", ["identity", "linear", "quadratic"])
@given(seed=SEEDS)
def test_cohens_kappa_equals_scikit_learn_that_is_told_the_levels(seed, family):
    pair = random_marks(seed, jurors=2)
    witness = cohen_kappa_score(*pair.T, labels=ELEVEN, weights=None if family == "identity" else family)
    assert kappa(pair, form="cohen_kappa", levels=ELEVEN, weights=family) == pytest.approx(witness, abs=1e-12)


def test_levels_that_nobody_gave_keep_their_distance_as_they_do_not_without_a_declared_scale():
    declared = kappa(TWO_FAR, form="cohen_kappa", levels=ELEVEN, weights="linear")
    assert declared == pytest.approx(cohen_kappa_score(*TWO_FAR.T, labels=ELEVEN, weights="linear"))
    assert abs(declared - cohen_kappa_score(*TWO_FAR.T, weights="linear")) > 0.01


@pytest.mark.parametrize("family", FAMILIES)
@given(seed=SEEDS)
def test_cohens_kappa_and_its_large_sample_error_equal_statsmodels_for_any_weights(seed, family):
    pair = random_marks(seed, jurors=2)
    weights = agreement_weights(ELEVEN, family)
    witness = inter_rater.cohens_kappa(joint(pair), weights=1 - weights)
    found = kappa_interval(pair, form="cohen_kappa", levels=ELEVEN, weights=family)
    assert kappa(pair, form="cohen_kappa", levels=ELEVEN, weights=family) == pytest.approx(witness.kappa, abs=1e-12)
    assert found.se * np.sqrt((len(pair) - 1) / len(pair)) == pytest.approx(witness.std_kappa, abs=1e-12)


@pytest.mark.parametrize(("form", "method"), [("fleiss_kappa", "fleiss"), ("brennan_prediger", "randolph")])
@given(seed=SEEDS, jurors=st.integers(2, 7))
def test_kappa_of_complete_marks_equals_statsmodels(seed, jurors, form, method):
    marks = random_marks(seed, jurors=jurors)
    counts = inter_rater.aggregate_raters(marks.astype(int), n_cat=11)[0]
    witness = inter_rater.fleiss_kappa(counts, method=method)
    assert kappa(marks, form=form, levels=ELEVEN) == pytest.approx(witness, abs=1e-12)


@given(seed=SEEDS, missing=st.sampled_from([0.0, 0.3]))
def test_units_by_level_are_counted_as_statsmodels_counts_them(seed, missing):
    marks = random_marks(seed, missing=missing)
    counts = count_marks(marks, levels=ELEVEN).units
    for row, unit in zip(counts, marks, strict=True):
        rated = unit[~np.isnan(unit)]
        assert (
            row.tolist()
            == (
                inter_rater.aggregate_raters(rated[None].astype(int), n_cat=11)[0][0] if len(rated) else row * 0
            ).tolist()
        )


@given(seed=SEEDS, family=st.sampled_from(FAMILIES))
def test_conger_and_light_of_two_jurors_are_cohens_and_fleiss_is_scotts(seed, family):
    pair = random_marks(seed, jurors=2)
    value = {form: kappa(pair, form=form, levels=ELEVEN, weights=family) for form in FORMS}
    assert value["conger_kappa"] == pytest.approx(value["cohen_kappa"])
    assert value["light_kappa"] == pytest.approx(value["cohen_kappa"])
    assert value["fleiss_kappa"] == pytest.approx(value["scott_pi"])


@given(seed=SEEDS, missing=st.sampled_from([0.0, 0.3]), family=st.sampled_from(FAMILIES))
def test_light_is_the_mean_over_pairs_of_cohens_on_their_common_units(seed, missing, family):
    marks = random_marks(seed, missing=missing)
    pairs = [marks[:, pair] for pair in combinations(range(4), 2)]
    each = [kappa(pair, form="cohen_kappa", levels=ELEVEN, weights=family) for pair in pairs]
    assert kappa(marks, form="light_kappa", levels=ELEVEN, weights=family) == pytest.approx(np.mean(each))


@given(seed=SEEDS, family=st.sampled_from(FAMILIES))
def test_conger_is_the_ratio_of_pooled_excess_to_pooled_room_over_pairs(seed, family):
    marks = random_marks(seed)
    weights = agreement_weights(ELEVEN, family)
    observed, chance = [], []
    for pair in combinations(range(4), 2):
        table = joint(marks[:, pair]) / len(marks)
        observed.append((table * weights).sum())
        chance.append((np.outer(table.sum(axis=1), table.sum(axis=0)) * weights).sum())
    by_hand = (np.mean(observed) - np.mean(chance)) / (1 - np.mean(chance))
    assert kappa(marks, form="conger_kappa", levels=ELEVEN, weights=family) == pytest.approx(by_hand)


@pytest.mark.parametrize(("family", "level"), [("identity", "nominal"), ("quadratic", "interval"), ("ratio", "ratio")])
@given(seed=SEEDS, missing=st.sampled_from([0.0, 0.4]))
def test_alpha_of_three_families_of_weights_is_that_of_a_level_of_measurement(seed, missing, family, level):
    marks = random_marks(seed, missing=missing)
    weighted = krippendorff_alpha(marks, level=weighted_distance(ELEVEN, family))
    assert weighted == pytest.approx(krippendorff_alpha(marks, level=level))


@given(seed=SEEDS, family=st.sampled_from(FAMILIES))
def test_alpha_of_complete_marks_is_fleiss_with_one_mark_added_to_chance(seed, family):
    marks = random_marks(seed)
    without = kappa(marks, form="fleiss_kappa", levels=ELEVEN, weights=family)
    alpha = krippendorff_alpha(marks, level=weighted_distance(ELEVEN, family))
    assert 1 - alpha == pytest.approx((1 - without) * (1 - 1 / marks.size))


@pytest.mark.parametrize("form", [form for form in FORMS if form != "light_kappa"])
@given(seed=SEEDS, family=st.sampled_from(FAMILIES))
def test_linearised_error_of_complete_marks_is_the_limit_of_reweighting_each_unit(seed, family, form):
    marks = random_marks(seed, jurors=2 if form in ("cohen_kappa", "scott_pi") else 4)
    prepared = resampled_kappa(marks, np.arange(len(marks)), form=form, levels=ELEVEN, weights=family)
    nudge = 1e-5 * np.eye(len(marks))
    influence = len(marks) * (prepared.at(1 + nudge) - prepared.at(1 - nudge)) / 2e-5
    by_hand = np.sqrt((influence**2).sum() / (len(marks) * (len(marks) - 1)))
    found = kappa_interval(marks, form=form, levels=ELEVEN, weights=family)
    assert found.se == pytest.approx(by_hand, rel=1e-6)


def test_the_interval_ends_at_one_and_its_lower_end_is_t_of_the_rated_units_less_one():
    marks = np.array(
        [[1.0, 1, 2], [2, 2, 2], [3, 3, 3], [4, 4, 5], [5, 5, 5], [1, 1, 1], [2, 2, 2], [4, 4, 4], [3, np.nan, np.nan]]
    )
    found = kappa_interval(marks, form="gwet_ac", levels=range(1, 6))
    value = kappa(marks, form="gwet_ac", levels=range(1, 6))
    assert found.high == 1
    assert found.low == pytest.approx(value - 2.3060041350333704 * found.se)  # t with 8 degrees of freedom


@given(seed=SEEDS)
def test_kappa_of_a_category_is_fleiss_of_that_category_against_the_rest(seed):
    marks = random_marks(seed, jurors=5)
    for level, line in fleiss_categories(ELEVEN).items():
        count = (marks == level).sum(axis=1)
        share = count.mean() / 5
        if share == 0:
            continue
        by_hand = 1 - (count * (5 - count)).sum() / (len(marks) * 5 * 4 * share * (1 - share))
        assert line.value(marks) == pytest.approx(by_hand)


def test_a_category_that_nobody_gave_has_no_kappa():
    with pytest.raises(NotDefined) as reason:
        fleiss_categories(ELEVEN)[10.0].value(np.array([[1, 1], [2, 1]]))
    assert reason.value.code == "no_variation"


def test_the_interval_of_a_category_is_that_of_two_categories():
    marks = random_marks(3)
    line = fleiss_categories(ELEVEN)[5]
    binary = np.where(marks == 5, 2.0, 1.0)
    assert line.analytic(marks, confidence=0.9) == kappa_interval(
        binary, form="fleiss_kappa", levels=(1, 2), confidence=0.9
    )


def test_the_test_of_fleiss_needs_equally_many_marks_of_each_unit():
    with pytest.raises(NotDefined) as reason:
        fleiss_test(random_marks(1, missing=0.3), levels=ELEVEN)
    assert reason.value.code == "no_complete_units"


@pytest.mark.parametrize("form", ["gwet_ac", "brennan_prediger"])
@pytest.mark.parametrize("family", FAMILIES)
def test_constant_marks_are_full_agreement_where_chance_does_not_follow_the_marks(form, family):
    assert kappa(np.full((5, 3), 4.0), form=form, levels=ELEVEN, weights=family) == 1


@pytest.mark.parametrize("form", [form for form in FORMS if form not in ("gwet_ac", "brennan_prediger")])
def test_constant_marks_leave_nothing_to_tell_where_chance_follows_the_marks(form):
    with pytest.raises(NotDefined) as reason:
        kappa(np.full((5, 2), 4.0), form=form, levels=ELEVEN)
    assert reason.value.code == "no_variation"


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("ratings", "code"),
    [
        (np.full((3, 2), np.nan), "no_data"),
        (np.array([[1.0], [2.0]]), "one_juror"),
        (np.array([[1, np.nan], [np.nan, 2]]), "one_juror"),
    ],
    ids=["all missing", "one juror", "no overlap"],
)
def test_a_coefficient_says_why_it_is_not_defined(form, ratings, code):
    for function in (kappa, kappa_interval):
        if (form, function) == ("light_kappa", kappa_interval):
            continue
        with pytest.raises(NotDefined) as reason:
            function(ratings, form=form, levels=ELEVEN)
        assert reason.value.code == code


@pytest.mark.parametrize("form", ["cohen_kappa", "scott_pi"])
def test_a_coefficient_of_two_jurors_refuses_a_third(form):
    with pytest.raises(NotDefined) as reason:
        kappa(random_marks(1), form=form, levels=ELEVEN)
    assert reason.value.code == "many_jurors"


@pytest.mark.parametrize("form", FORMS)
def test_two_categories_are_enough(form):
    pair = np.array([[0, 0], [1, 1], [0, 1], [1, 1.0]])
    by_hand = {  # observed agreement 3/4
        "cohen_kappa": (3 / 4 - 1 / 2) / (1 / 2), "conger_kappa": 1 / 2, "light_kappa": 1 / 2,
        "scott_pi": (3 / 4 - 34 / 64) / (30 / 64), "fleiss_kappa": (3 / 4 - 34 / 64) / (30 / 64),
        "brennan_prediger": (3 / 4 - 1 / 2) / (1 / 2), "gwet_ac": (3 / 4 - 30 / 64) / (34 / 64),
    }  # fmt: skip
    assert kappa(pair, form=form, levels=(0, 1)) == pytest.approx(by_hand[form])


@pytest.mark.parametrize("form", FORMS)
def test_a_mark_that_is_no_declared_level_is_refused(form):
    with pytest.raises(ValueError, match=r"the mark 4.5 is none of the 11 levels declared from 0 to 10"):
        kappa(np.array([[4.5, 4], [3, 3]]), form=form, levels=ELEVEN)


def test_a_mark_that_differs_from_a_level_in_the_last_bits_is_that_level():
    assert count_marks(np.array([[0.1 + 0.2]]), levels=[0.1, 0.2, 0.3]).codes.tolist() == [[2]]


def test_a_scale_without_levels_has_no_coefficient_of_levels():
    with pytest.raises(NotDefined) as reason:
        kappa(random_marks(1), form="fleiss_kappa", levels=())
    assert reason.value.code == "wrong_level"


def test_levels_out_of_order_are_refused():
    with pytest.raises(ValueError, match="increasing"):
        count_marks(np.array([[1.0]]), levels=[2, 1])


@pytest.mark.parametrize(
    ("weights", "message"),
    [(np.eye(3), "4 × 4"), (np.triu(np.ones((4, 4))), "symmetric"), (np.zeros((4, 4)), "1 on the diagonal")],
)
def test_weights_of_ones_own_must_fit(weights, message):
    with pytest.raises(ValueError, match=message):
        kappa(np.array([[1, 2], [3, 4]]), form="cohen_kappa", levels=[1, 2, 3, 4], weights=weights)


def test_ratio_weights_need_marks_of_zero_or_more():
    with pytest.raises(NotDefined) as reason:
        kappa(np.array([[-1, 1], [0, 0]]), form="fleiss_kappa", levels=[-1, 0, 1], weights="ratio")
    assert reason.value.code == "wrong_level"


@pytest.mark.parametrize(
    ("family", "row"),
    [
        ("identity", [1, 0, 0, 0]), ("linear", [1, 3 / 4, 1 / 2, 0]), ("quadratic", [1, 15 / 16, 3 / 4, 0]),
        ("ordinal", [1, 5 / 6, 1 / 2, 0]), ("radical", [1, 1 / 2, 1 - np.sqrt(1 / 2), 0]),
        ("ratio", [1, 1 - (1 / 3 / (2 / 3)) ** 2, 1 - (1 / 2 / (2 / 3)) ** 2, 0]),
    ],
)  # fmt: skip
def test_weights_of_the_lowest_of_four_uneven_levels_are_those_counted_by_hand(family, row):
    assert agreement_weights([1, 2, 3, 5], family)[0] == pytest.approx(row)
