"""Differences between editions or waves, and many tests at once."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control, ttest_1samp, ttest_ind, ttest_rel

from analysis.errors import NotDefined
from analysis.statistics.multiplicity import benjamini_hochberg
from analysis.statistics.resample import generator, multinomial_weights
from analysis.statistics.trends import (
    bootstrap_mean_interval,
    clustered_difference_interval,
    difference_interval,
    difference_of_means,
    paired_difference,
    paired_difference_interval,
)

NAN = np.nan
EARLIER = np.array([60.0, 62, 71, NAN, 58, 66, 70])
LATER = np.array([64.0, NAN, 75, 70, 63, 66, 78])


def ends(interval):
    return interval.low, interval.high


def test_difference_is_later_less_earlier():
    assert difference_of_means(EARLIER, LATER) == pytest.approx(np.nanmean(LATER) - np.nanmean(EARLIER))


def test_interval_of_a_difference_equals_scipys_welch():
    witness = ttest_ind(LATER, EARLIER, equal_var=False, nan_policy="omit").confidence_interval(0.95)
    assert ends(difference_interval(EARLIER, LATER)) == pytest.approx((witness.low, witness.high))


def test_paired_difference_uses_the_offices_on_both_sides():
    assert paired_difference(EARLIER, LATER) == pytest.approx((4 + 4 + 5 + 0 + 8) / 5)


def test_interval_of_a_paired_difference_equals_scipy():
    both = ~np.isnan(EARLIER) & ~np.isnan(LATER)
    witness = ttest_rel(LATER[both], EARLIER[both]).confidence_interval(0.95)
    assert ends(paired_difference_interval(EARLIER, LATER)) == pytest.approx((witness.low, witness.high))


def test_an_office_on_both_sides_is_one_cluster():
    rng = np.random.default_rng(1)
    office = np.arange(20)
    level = rng.normal(0, 10, 20)
    earlier, later = level + rng.normal(60, 1, 20), level + rng.normal(62, 1, 20)
    found = clustered_difference_interval(earlier, later, cluster_earlier=office, cluster_later=office)
    witness = ttest_1samp(later - earlier, 0).confidence_interval(0.95)
    assert ends(found) == pytest.approx((witness.low, witness.high))


def test_offices_on_one_side_only_give_nearly_the_independent_interval():
    rng = np.random.default_rng(2)
    earlier, later = rng.normal(60, 3, 200), rng.normal(62, 3, 200)
    found = clustered_difference_interval(
        earlier, later, cluster_earlier=np.arange(200), cluster_later=np.arange(200, 400)
    )
    assert ends(found) == pytest.approx(ends(difference_interval(earlier, later)), abs=0.01)


def test_clustered_difference_covers_in_about_95_of_100_comparisons():
    covered = []
    for seed in range(300):
        rng = np.random.default_rng(seed)
        level, one, other = rng.normal(0, 1, 60), np.arange(40), np.arange(20, 60)
        one, other = np.repeat(one, 5), np.repeat(other, 5)
        low, high = ends(
            clustered_difference_interval(
                level[one] + rng.normal(0, 1, 200), level[other] + 0.5 + rng.normal(0, 1, 200),
                cluster_earlier=one, cluster_later=other,
            )
        )  # fmt: skip
        covered.append(low < 0.5 < high)
    assert 0.915 < np.mean(covered) < 0.985


@pytest.mark.parametrize(
    ("interval", "earlier", "later", "code"),
    [
        (difference_interval, [1.0], [2.0, 3], "too_few_units"),
        (difference_interval, [0.1, 0.1, 0.1], [0.2, 0.2], "no_variation"),
        (paired_difference_interval, [1.0, NAN], [NAN, 2.0], "no_repeat"),
        (paired_difference_interval, [1.0, NAN], [2.0, 2.0], "too_few_units"),
        (paired_difference_interval, [1.0, 2.0], [2.0, 3.0], "no_variation"),
    ],
)
def test_interval_of_a_difference_says_why_it_is_not_defined(interval, earlier, later, code):
    with pytest.raises(NotDefined) as reason:
        interval(np.array(earlier), np.array(later))
    assert reason.value.code == code


def test_clustered_difference_needs_two_offices_on_each_side():
    with pytest.raises(NotDefined) as reason:
        clustered_difference_interval(
            EARLIER, LATER, cluster_earlier=np.zeros(7), cluster_later=np.arange(7)
        )  # fmt: skip
    assert reason.value.code == "too_few_units"


def test_bootstrap_of_a_mean_agrees_with_t_where_marks_are_normal():
    values = np.random.default_rng(4).normal(70, 8, 60)
    drawn = multinomial_weights(60, rng=generator(1, "mean"), replicates=5000)
    found = bootstrap_mean_interval(values, cluster=np.arange(60), weights=drawn)
    witness = ttest_1samp(values, 0).confidence_interval(0.95)
    assert ends(found) == pytest.approx((witness.low, witness.high), abs=0.25)


@given(p=st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_q_values_equal_scipy(p):
    assert benjamini_hochberg(np.array(p)) == pytest.approx(false_discovery_control(p), abs=1e-12)


def test_a_test_that_could_not_be_made_is_not_in_the_family():
    assert benjamini_hochberg(np.array([0.01, NAN, 0.04])) == pytest.approx([0.02, NAN, 0.04], nan_ok=True)
