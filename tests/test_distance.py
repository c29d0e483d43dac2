"""Distance: witnesses on random designs, counts by hand, and what is not defined."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import NotDefined
from analysis.statistics.distance import (
    bland_altman,
    bland_altman_interval,
    lin_ccc,
    lin_ccc_interval,
    overall_ccc,
    repeatability,
)
from analysis.statistics.reliability import icc, icc_pairs

SEEDS = st.integers(0, 10_000)


def random_marks(seed, *, units=14, jurors=2):
    rng = np.random.default_rng(seed)
    return rng.normal(6, 2, (units, 1)) + rng.normal(0, 1, (1, jurors)) + rng.normal(0, 1.5, (units, jurors))


@given(seed=SEEDS)
def test_lins_correlation_follows_from_pearsons_and_the_two_means_and_spreads(seed):
    pair = random_marks(seed)
    (one, other), (ones, others) = pair.mean(axis=0), pair.std(axis=0)
    witness = 2 * np.corrcoef(*pair.T)[0, 1] * ones * others / (ones**2 + others**2 + (one - other) ** 2)
    assert lin_ccc(pair) == pytest.approx(witness)


def test_the_interval_of_lins_correlation_equals_the_delta_method_for_normal_marks():
    # gradient of the correlation by the five moments, times their covariance under the normal distribution
    pair = random_marks(5, units=40)
    n, mean, cov = len(pair), pair.mean(axis=0), np.cov(pair.T, ddof=0)

    def value(moments):
        one, other, first, second, product = moments
        return 2 * product / (first + second + (one - other) ** 2)

    at = np.array([*mean, cov[0, 0], cov[1, 1], cov[0, 1]])
    steps = 1e-5 * np.eye(5)
    slope = np.array([(value(at + step) - value(at - step)) / 2e-5 for step in steps])
    pairs = [(0, 0), (1, 1), (0, 1)]
    spread = np.zeros((5, 5))
    spread[:2, :2] = cov
    spread[2:, 2:] = [[cov[i, k] * cov[j, m] + cov[i, m] * cov[j, k] for k, m in pairs] for i, j in pairs]
    assert lin_ccc_interval(pair).se ** 2 == pytest.approx(slope @ spread @ slope / (n - 2), rel=1e-6)


def test_the_interval_of_lins_correlation_covers_95_in_100():
    rng = np.random.default_rng(3)
    units, spread, shift = 4.0, 1.5, 0.8
    true = 2 * units / (2 * (units + spread**2) + shift**2)
    hits = 0
    for _ in range(2000):
        pair = rng.normal(0, np.sqrt(units), (30, 1)) + rng.normal(0, spread, (30, 2)) + [0, shift]
        ends = lin_ccc_interval(pair)
        hits += ends.low <= true <= ends.high
    assert hits / 2000 == pytest.approx(0.95, abs=0.02)


@given(seed=SEEDS, jurors=st.integers(2, 5))
def test_overall_correlation_of_complete_marks_equals_the_definition(seed, jurors):
    ratings = random_marks(seed, jurors=jurors)
    cov, mean = np.cov(ratings.T, ddof=0), ratings.mean(axis=0)
    shifts = ((mean[:, None] - mean) ** 2).sum() / 2
    witness = (cov.sum() - np.trace(cov)) / ((jurors - 1) * np.trace(cov) + shifts)
    assert overall_ccc(ratings) == pytest.approx(witness)


def test_overall_correlation_of_two_jurors_is_lins():
    pair = random_marks(8)
    assert overall_ccc(pair) == pytest.approx(lin_ccc(pair))


def test_overall_correlation_of_many_units_nears_the_intraclass_correlation_of_agreement():
    ratings = random_marks(9, units=3000, jurors=4)
    assert overall_ccc(ratings) == pytest.approx(icc(ratings, form="icc_a1"), abs=2e-3)


def test_overall_correlation_of_marks_missing_at_random_nears_that_of_all_marks():
    ratings = random_marks(10, units=3000, jurors=8)
    two = np.argsort(np.random.default_rng(1).random(ratings.shape), axis=1) < 2
    assert overall_ccc(np.where(two, ratings, np.nan)) == pytest.approx(overall_ccc(ratings), abs=0.03)


def test_two_jurors_a_unit_of_a_panel_of_eight_bias_the_mean_over_pairs_but_not_the_overall_correlation():
    rng = np.random.default_rng(6)
    severity = rng.normal(0, 0.6, 8)
    whole = rng.normal(0, 1.5, (20_000, 1)) + severity + rng.normal(0, 1.2, (20_000, 8))
    true = overall_ccc(whole)
    overall, pairs = [], []
    for marks in whole[:16_000].reshape(400, 40, 8):
        two = np.argsort(rng.random(marks.shape), axis=1) < 2
        sparse = np.where(two, marks, np.nan)
        overall.append(overall_ccc(sparse))
        pairs.append(icc_pairs(sparse, form="icc_a1"))
    assert np.mean(overall) == pytest.approx(true, abs=0.03)
    assert np.mean(pairs) < true - 0.1


def test_overall_correlation_with_a_hole_equals_the_count_by_hand():
    # marks (1, 2), (3, 3), (5, -, 4): pairs 1-2 on two units, 1-3 on one; squared differences 1 + 0 + 1
    ratings = np.array([[1, 2, np.nan], [3, 3, np.nan], [5, np.nan, 4]])
    first, second, third = (3, 8 / 3), (2.5, 0.25), (4, 0)  # mean, variance
    pair = first[1] + second[1] + (first[0] - second[0]) ** 2
    other = first[1] + third[1] + (first[0] - third[0]) ** 2
    assert overall_ccc(ratings) == pytest.approx(1 - 2 / (2 * pair + other))


@given(seed=SEEDS)
def test_bias_and_its_interval_equal_statsmodels(seed):
    pair = random_marks(seed)
    witness = sm.stats.DescrStatsW(pair[:, 0] - pair[:, 1])
    ends = bland_altman_interval(pair, of="bias")
    assert bland_altman(pair).bias == pytest.approx(witness.mean)
    assert (ends.low, ends.high) == pytest.approx(witness.tconfint_mean())


def test_limits_of_agreement_hold_95_of_100_normal_differences():
    pair = random_marks(11, units=20_000)
    limits = bland_altman(pair)
    difference = pair[:, 0] - pair[:, 1]
    inside = (limits.lower <= difference) & (difference <= limits.upper)
    assert inside.mean() == pytest.approx(0.95, abs=0.005)


def test_an_interval_of_a_limit_is_wider_than_that_of_the_bias_by_the_root_of_three():
    pair = random_marks(12)
    bias, *limits = (bland_altman_interval(pair, of=of) for of in ("bias", "lower", "upper"))
    assert [limit.se for limit in limits] == pytest.approx([np.sqrt(3) * bias.se] * 2)


def test_repeatability_of_two_marks_a_unit_is_the_multiple_of_the_root_mean_squared_difference():
    marks = random_marks(13)
    assert repeatability(marks, multiplier=2) == pytest.approx(2 * np.sqrt(np.mean((marks[:, 0] - marks[:, 1]) ** 2)))


FLAT = np.full((4, 2), 3.0)
APART = np.array([[1.0, 2], [2, 3], [3, 4]])


@pytest.mark.parametrize(
    ("statistic", "ratings", "code"),
    [
        (lin_ccc, np.array([[1, 2], [2, np.nan], [3, 4]]), "too_few_units"),
        (lin_ccc, FLAT, "no_variation"),
        (lin_ccc_interval, np.array([[1.0, 1], [2, 2], [3, 3]]), "perfect"),
        (lin_ccc_interval, np.array([[1.0, 1], [2, 1], [3, 1]]), "no_interval"),
        (overall_ccc, FLAT, "no_variation"),
        (overall_ccc, np.array([[1, np.nan], [np.nan, 2]]), "one_juror"),
        (overall_ccc, np.full((3, 2), np.nan), "no_data"),
        (bland_altman, np.array([[1.0, 2], [2, 3]]), "too_few_units"),
        (lambda pair: bland_altman_interval(pair, of="upper"), APART, "perfect"),
        (repeatability, np.array([[1.0], [2]]), "one_juror"),
    ],
)
def test_a_statistic_of_distance_says_why_it_is_not_defined(statistic, ratings, code):
    with pytest.raises(NotDefined) as reason:
        statistic(ratings)
    assert reason.value.code == code
