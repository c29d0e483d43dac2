"""Order: witnesses on random designs, the form for missing cells, and what is not defined."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import friedmanchisquare, kendalltau, spearmanr

from analysis.errors import NotDefined
from analysis.statistics.concordance import (
    kendall_test,
    kendall_w,
    kendall_w_pairs,
    kendall_w_uncorrected,
    mean_kendall_tau,
    mean_spearman,
    mean_spearman_fisher,
)

SEEDS = st.integers(0, 10_000)


def random_marks(seed, *, units=12, jurors=4, levels=6, missing=0.0):
    rng = np.random.default_rng(seed)
    marks = rng.normal(0, 1, (units, 1)) + rng.normal(0, 1, (units, jurors))
    marks = np.clip(np.round(marks * levels / 5), -levels, levels)
    return np.where(rng.random(marks.shape) < missing, np.nan, marks)


def by_scipy(ratings, correlation):
    """Give scipy's correlation of each two jurors with three common units who both tell them apart."""
    found = []
    for one, other in combinations(ratings.T, 2):
        both = ~np.isnan(one + other)
        if both.sum() >= 3 and np.ptp(one[both]) > 0 and np.ptp(other[both]) > 0:
            found.append(correlation(one[both], other[both]).statistic)
    return np.array(found)


@given(seed=SEEDS, levels=st.integers(2, 12))
def test_kendall_w_and_its_test_equal_scipys_friedman_test(seed, levels):
    ratings = np.random.default_rng(seed).integers(0, levels, (9, 4)).astype(float)
    if (ratings == ratings[0]).all():
        return
    witness = friedmanchisquare(*ratings)  # units are its treatments, jurors its blocks
    found = kendall_test(ratings)
    assert (found.value, found.p_value) == pytest.approx((witness.statistic, witness.pvalue), abs=1e-9)
    assert kendall_w(ratings) == pytest.approx(witness.statistic / (4 * 8), abs=1e-9)


@given(seed=SEEDS, missing=st.sampled_from([0, 0.3, 0.6]), levels=st.integers(1, 9))
def test_mean_rank_correlations_equal_scipys_over_the_same_pairs(seed, missing, levels):
    ratings = random_marks(seed, missing=missing, levels=levels)
    rho, tau = by_scipy(ratings, spearmanr), by_scipy(ratings, kendalltau)
    if not len(rho):
        return
    assert mean_spearman(ratings) == pytest.approx(rho.mean(), abs=1e-12)
    assert mean_kendall_tau(ratings) == pytest.approx(tau.mean(), abs=1e-12)
    if (abs(rho) < 1 - 1e-6).all():
        assert mean_spearman_fisher(ratings) == pytest.approx(np.tanh(np.arctanh(rho).mean()), abs=1e-12)


def test_a_pair_in_perfect_order_has_no_z_and_is_left_out_of_their_mean():
    ratings = np.array([[1, 1, 2], [2, 2, 9], [3, 3, 4]])  # correlations 1, 0.5, 0.5
    assert mean_spearman_fisher(ratings) == pytest.approx(0.5)


@given(seed=SEEDS, units=st.integers(2, 9), jurors=st.integers(2, 6), levels=st.integers(1, 9))
def test_w_of_pairs_equals_w_where_every_juror_rated_every_unit(seed, units, jurors, levels):
    ratings = random_marks(seed, units=units, jurors=jurors, levels=levels)
    if (ratings == ratings[0]).all():
        return
    assert kendall_w_pairs(ratings) == pytest.approx(kendall_w(ratings), abs=1e-12)


@given(seed=SEEDS)
def test_w_of_pairs_with_holes_and_no_ties_follows_from_the_weighted_mean_of_scipys_correlations(seed):
    rng = np.random.default_rng(seed)
    ratings = np.where(rng.random((10, 4)) < 0.3, np.nan, rng.normal(size=(10, 4)))
    rated = ~np.isnan(ratings)
    if rated.sum(axis=1).max() < 2:
        return
    values, weights = [], []
    for one, other in combinations(ratings.T, 2):
        both = ~np.isnan(one + other)
        if both.sum() > 1:
            values.append(spearmanr(one[both], other[both]).statistic)
            weights.append(both.sum() - 1)
    alone = np.mean(1 / rated.sum(axis=1)[rated.sum(axis=1) > 1])
    mean = np.average(values, weights=weights)
    assert kendall_w_pairs(ratings) == pytest.approx(mean + (1 - mean) * alone, abs=1e-12)


def test_w_of_pairs_of_the_same_order_is_1_where_no_unit_is_complete():
    # three jurors, two a unit; each pair of jurors has the units it shares in the order of their numbers
    ratings = np.arange(12.0)[:, None] + np.zeros((1, 3))
    ratings[np.arange(12), np.arange(12) % 3] = np.nan
    assert kendall_w_pairs(ratings) == pytest.approx(1)


def test_without_the_correction_ties_lower_w_of_jurors_who_agree_perfectly():
    ratings = np.repeat([[1.0], [1], [2]], 3, axis=1)
    # rank sums 4.5, 4.5, 9: 12 × 13.5 / (9 × 24)
    assert (kendall_w(ratings), kendall_w_uncorrected(ratings)) == pytest.approx((1, 0.75))


def test_opposite_orders_of_two_jurors_give_w_zero():
    opposite = np.array([[1, 3], [2, 2], [3, 1]])
    assert (kendall_w(opposite), kendall_w_pairs(opposite)) == pytest.approx((0, 0), abs=1e-12)


SPARSE = np.array([[1, 2, np.nan], [np.nan, 3, 4], [2, np.nan, 5]])
FLAT = np.full((4, 3), 4.0)
ONE_JUROR = np.array([[1.0], [2], [3]])
ONE_EACH = np.array([[1, np.nan], [np.nan, 2], [3, np.nan]])


@pytest.mark.parametrize(
    ("statistic", "ratings", "code"),
    [
        (kendall_w, SPARSE, "no_complete_units"),
        (kendall_w, FLAT, "no_variation"),
        (kendall_w_uncorrected, FLAT, "no_variation"),
        (kendall_w_pairs, SPARSE, "too_few_units"),
        (kendall_w_pairs, FLAT, "no_variation"),
        (kendall_w_pairs, ONE_JUROR, "one_juror"),
        (mean_spearman, ONE_EACH, "one_juror"),
        (mean_spearman, np.array([[1.0, 2], [2, 3]]), "too_few_units"),
        (mean_spearman_fisher, FLAT, "no_variation"),
        (mean_spearman, np.full((3, 2), np.nan), "no_data"),
        (mean_kendall_tau, SPARSE, "too_few_units"),
        (mean_kendall_tau, np.array([[1.0, 1], [1, 2], [1, 3]]), "no_variation"),
    ],
)
def test_a_statistic_of_order_says_why_it_is_not_defined(statistic, ratings, code):
    with pytest.raises(NotDefined) as reason:
        statistic(ratings)
    assert reason.value.code == code
