"""Agreement: witnesses on random designs, counts by hand, and what is not defined."""

from itertools import combinations

import krippendorff
import numpy as np
import pytest
from benchmarks.agreement import best_of, looped_replicates
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from threadpoolctl import threadpool_limits

from analysis.errors import NotDefined
from analysis.statistics.agreement import (
    agreement,
    agreement_interval,
    expected_agreement,
    pair_difference,
)
from analysis.statistics.alpha import alpha_interval, krippendorff_alpha, resampled_alpha
from analysis.statistics.resample import multinomial_weights, resampled_values

LEVELS = ("nominal", "ordinal", "interval", "ratio")
THREE_UNITS = np.array([[1, 2, 4], [3, 3, np.nan], [5, np.nan, np.nan]])  # pairs: 1-2, 1-4, 2-4 and 3-3


def random_ratings(seed, *, units=25, jurors=6, missing=0.3, step=1.0):
    """Marks of units that differ, on a scale 0-10, some missing; the first unit complete."""
    rng = np.random.default_rng(seed)
    ratings = rng.normal(5, 2, (units, 1)) + rng.normal(0, 1, (units, jurors))
    ratings = np.clip((ratings / step).round() * step, 0, 10)
    holes = rng.random(ratings.shape) < missing
    holes[0] = False
    return np.where(holes, np.nan, ratings)


@pytest.mark.parametrize("level", LEVELS)
@given(seed=st.integers(0, 10_000), missing=st.sampled_from([0, 0.2, 0.6]), step=st.sampled_from([0.25, 1, 2.5]))
def test_alpha_equals_the_krippendorff_package_on_any_design(level, seed, missing, step):
    ratings = random_ratings(seed, missing=missing, step=step)
    witness = krippendorff.alpha(ratings.T, level_of_measurement=level)
    assert krippendorff_alpha(ratings, level=level) == pytest.approx(witness, abs=1e-10)


def test_interval_alpha_of_distinct_continuous_scores_equals_the_krippendorff_package():
    ratings = np.random.default_rng(1).normal(70, 10, (15, 1)) + np.random.default_rng(2).normal(0, 5, (15, 4))
    assert krippendorff_alpha(ratings) == pytest.approx(krippendorff.alpha(ratings.T, level_of_measurement="interval"))


def test_interval_alpha_keeps_its_digits_far_from_zero():
    ratings = random_ratings(3)
    assert krippendorff_alpha(ratings + 1e6) == pytest.approx(krippendorff_alpha(ratings), rel=1e-9)


def test_weighted_means_that_differ_in_the_last_bit_are_ties():
    ratings = np.array([[0.1 + 0.2, 0.3], [0.6, 0.6], [0.9, 0.3 * 3]])
    assert krippendorff_alpha(ratings, level="ordinal") == 1


def test_ratio_alpha_of_negative_marks_is_not_defined():
    with pytest.raises(NotDefined) as reason:
        krippendorff_alpha(np.array([[-1.0, 1], [2, 2]]), level="ratio")
    assert reason.value.code == "wrong_level"


@pytest.mark.parametrize("level", ["nominal", "interval", "ratio"])
@given(seed=st.integers(0, 10_000), missing=st.sampled_from([0, 0.4]))
def test_linearised_error_of_alpha_is_the_limit_of_reweighting_each_unit(level, seed, missing):
    ratings = random_ratings(seed, missing=missing)
    ratings = ratings[(~np.isnan(ratings)).sum(axis=1) > 1]
    units = len(ratings)
    prepared = resampled_alpha(ratings, np.arange(units), level=level)

    def uncorrected(weights):  # each resample without its own factor 1 - 1 / marks
        number = weights @ (~np.isnan(ratings)).sum(axis=1)
        return 1 - (1 - prepared.at(weights)) / (1 - 1 / number)

    nudge = 1e-5 * np.eye(units)
    influence = units * (uncorrected(1 + nudge) - uncorrected(1 - nudge)) / 2e-5
    found = alpha_interval(ratings, level=level)
    assert found.se == pytest.approx(np.sqrt((influence**2).sum() / (units * (units - 1))), rel=1e-6)


def test_linearised_interval_of_interval_alpha_takes_any_number_of_distinct_marks():
    rng = np.random.default_rng(1)
    ratings = rng.normal(5, 2, (20_000, 1)) + rng.normal(0, 1, (20_000, 5))
    found = alpha_interval(ratings, level="interval", confidence=0.95)
    assert found.low < krippendorff_alpha(ratings) < found.high < found.low + 0.02


def test_ordinal_alpha_has_no_linearised_interval():
    with pytest.raises(NotDefined) as reason:
        alpha_interval(random_ratings(1), level="ordinal")
    assert reason.value.code == "no_interval"


def test_interval_of_exact_agreement_is_that_of_a_mean_where_every_unit_has_two_marks():
    ratings = random_ratings(2, missing=0)
    shares = np.array([agreement(unit[None]) for unit in ratings])
    found = agreement_interval(ratings, confidence=0.9)
    mean, reach = shares.mean(), stats.t.ppf(0.95, 24) * stats.sem(shares)
    assert (found.low, found.high, found.se) == pytest.approx((mean - reach, mean + reach, stats.sem(shares)))


def test_agreement_on_every_unit_leaves_no_variation_for_an_interval():
    with pytest.raises(NotDefined) as reason:
        agreement_interval(np.repeat(np.arange(9.0)[:, None], 2, axis=1))
    assert reason.value.code == "perfect"


def test_a_linearised_interval_needs_eight_units():
    with pytest.raises(NotDefined) as reason:
        agreement_interval(random_ratings(2, units=7, missing=0))
    assert reason.value.code == "too_few_units"


@pytest.mark.parametrize("step", [0.5, 0.01], ids=["pairs of levels counted", "ranks of every mark"])
def test_bootstrap_replicates_of_ordinal_alpha_equal_the_looped_package(step):
    ratings = random_ratings(5, units=20, step=step)
    ratings = ratings[(~np.isnan(ratings)).sum(axis=1) > 1]
    weights = multinomial_weights(len(ratings), rng=np.random.default_rng(1), replicates=20)
    values = np.unique(ratings[~np.isnan(ratings)])
    counts = (ratings[:, :, None] == values).sum(axis=1)
    loop = [
        krippendorff.alpha(
            value_counts=np.repeat(counts, row, axis=0), level_of_measurement="ordinal", value_domain=values
        )
        for row in weights
    ]
    prepared = resampled_alpha(ratings, np.arange(len(ratings)), level="ordinal")
    assert resampled_values(prepared, weights) == pytest.approx(loop, abs=1e-12)


def test_replicates_of_ordinal_alpha_are_at_least_ten_times_faster_than_a_loop():
    rng = np.random.default_rng(1)
    ratings = np.clip((rng.normal(5.5, 2, (400, 1)) + rng.normal(0, 1, (400, 8))).round(), 1, 10)
    counts = (ratings[:, :, None] == np.arange(1, 11)).sum(axis=1)
    weights = multinomial_weights(400, rng=rng, replicates=2000)
    with threadpool_limits(1):
        ours = best_of(5, lambda: resampled_values(resampled_alpha(ratings, np.arange(400), level="ordinal"), weights))
        loop = best_of(2, lambda: looped_replicates(counts, weights[:100]))
    assert loop / 100 * 2000 / ours > 10


def test_exact_agreement_averages_the_shares_of_the_units_with_two_marks():
    assert agreement(THREE_UNITS) == pytest.approx((0 / 3 + 1 / 1) / 2)


def test_adjacent_agreement_counts_pairs_within_one_step():
    assert agreement(THREE_UNITS, within=1) == pytest.approx((1 / 3 + 1 / 1) / 2)


def test_expected_agreement_counts_the_pairs_of_all_marks_of_units_with_two():
    marks = [1, 2, 4, 3, 3]  # the 5 stands alone in its unit
    pairs = list(combinations(marks, 2))
    assert expected_agreement(THREE_UNITS) == pytest.approx(np.mean([a == b for a, b in pairs]))
    assert expected_agreement(THREE_UNITS, within=1) == pytest.approx(np.mean([abs(a - b) <= 1 for a, b in pairs]))


def test_pair_difference_averages_the_means_of_the_units():
    assert pair_difference(THREE_UNITS) == pytest.approx(((1 + 3 + 2) / 3 + 0) / 2)


def test_a_step_of_a_tenth_is_one_step_in_spite_of_binary_fractions():
    assert agreement(np.array([[0.1, 0.2], [0.7, 0.8]]), within=0.1) == 1


@given(seed=st.integers(0, 10_000))
def test_nominal_alpha_of_complete_marks_is_one_less_observed_over_expected_disagreement(seed):
    ratings = random_ratings(seed, missing=0)
    by_hand = 1 - (1 - agreement(ratings)) / (1 - expected_agreement(ratings))
    assert krippendorff_alpha(ratings, level="nominal") == pytest.approx(by_hand)


@pytest.mark.parametrize(
    ("ratings", "code"),
    [
        (np.full((3, 2), np.nan), "no_data"),
        (np.empty((0, 3)), "no_data"),
        (np.array([[1, np.nan], [np.nan, 2]]), "one_juror"),
        (np.array([[3.0, 3], [3, 3]]), "no_variation"),
        (np.array([[3.0, 3], [3, 3], [4, np.nan]]), "no_variation"),
    ],
    ids=["all missing", "no unit", "no unit with two marks", "constant", "constant but for a single mark"],
)
@pytest.mark.parametrize("level", LEVELS)
def test_alpha_says_why_it_is_not_defined(ratings, code, level):
    with pytest.raises(NotDefined) as reason:
        krippendorff_alpha(ratings, level=level)
    assert reason.value.code == code


@pytest.mark.parametrize(
    ("ratings", "message"), [(np.array([1.0, 2]), "dimensions"), (np.array([[1, np.inf]]), "infinite")]
)
def test_ratings_that_are_no_table_of_numbers_are_refused(ratings, message):
    with pytest.raises(ValueError, match=message):
        krippendorff_alpha(ratings)
