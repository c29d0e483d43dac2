"""Closeness within units: counts by hand, the yardstick of the declared scale, and what is not defined."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import NotDefined
from analysis.statistics.variance import one_way, two_way
from analysis.statistics.within import average_deviation, finn, rwg, rwg_by_unit

LEVELS = np.arange(0, 10.5, 0.5)
SEEDS = st.integers(0, 10_000)


def random_marks(seed, *, missing=0.0):
    rng = np.random.default_rng(seed)
    marks = rng.choice(LEVELS, (9, 4))
    holes = rng.random(marks.shape) < missing
    holes[:2] = False
    return np.where(holes, np.nan, marks)


def test_marks_drawn_evenly_from_the_scale_have_an_rwg_and_a_finn_of_zero_on_average():
    marks = np.random.default_rng(4).choice(LEVELS, (20_000, 5))
    assert (rwg(marks, LEVELS), finn(marks, LEVELS)) == pytest.approx((0, 0), abs=0.02)


def test_marks_at_both_ends_of_the_scale_have_a_negative_rwg():
    # variance 50 against (11² - 1)/12
    assert rwg(np.array([[0.0, 10], [0, 10]]), range(11)) == pytest.approx(1 - 50 / 10)


def test_a_wider_declared_scale_raises_rwg_of_the_same_marks():
    marks = random_marks(1)
    assert rwg(marks, np.arange(0, 20.5, 0.5)) > rwg(marks, LEVELS)


@given(seed=SEEDS, missing=st.sampled_from([0, 0.3]))
def test_finn_is_the_mean_of_rwg_weighted_by_degrees_of_freedom(seed, missing):
    marks = random_marks(seed, missing=missing)
    degrees = (~np.isnan(marks)).sum(axis=1) - 1
    by_unit = rwg_by_unit(marks, LEVELS)
    there = degrees > 0
    assert finn(marks, LEVELS) == pytest.approx(np.average(by_unit[there], weights=degrees[there]))


@given(seed=SEEDS, missing=st.sampled_from([0, 0.3]))
def test_finn_follows_from_the_mean_squares_of_the_analysis_of_variance(seed, missing):
    marks = random_marks(seed, missing=missing)
    null = (21**2 - 1) / 12 / 4  # discrete uniform on 21 levels, half a point apart
    assert finn(marks, LEVELS) == pytest.approx(1 - one_way(marks).within / null)
    assert finn(marks, LEVELS, design="two_way") == pytest.approx(1 - two_way(marks).residual_square / null)


def test_average_deviation_equals_the_count_by_hand():
    # marks 1, 2, 6 and 4, 4 and a single 9: from the means 3 and 4, from the medians 2 and 4
    marks = np.array([[1, 2, 6], [4, np.nan, 4], [np.nan, 9, np.nan]])
    assert average_deviation(marks) == pytest.approx((2 + 1 + 3) / 3 / 2)
    assert average_deviation(marks, centre="median") == pytest.approx((1 + 0 + 4) / 3 / 2)


def test_equal_marks_of_all_units_are_perfect_agreement_not_missing_variation():
    marks = np.full((3, 2), 4.0)
    found = rwg(marks, LEVELS), finn(marks, LEVELS), finn(marks, LEVELS, design="two_way"), average_deviation(marks)
    assert found == (1, 1, 1, 0)


def test_two_levels_are_enough():
    assert rwg(np.array([[0.0, 0, 1], [1, 1, 1]]), (0, 1)) == pytest.approx(1 - (1 / 3) / 0.25 / 2)


@pytest.mark.parametrize("statistic", [rwg, finn])
def test_a_mark_that_is_no_declared_level_is_refused(statistic):
    with pytest.raises(ValueError, match=r"the mark 3.5 is no level of the scale 0 to 10"):
        statistic(np.array([[1, 3.5], [2, 2]]), range(11))


@pytest.mark.parametrize(
    ("marks", "levels", "code"),
    [
        (np.array([[1.0], [2]]), range(11), "one_juror"),
        (np.array([[1.0, 2]]), (), "wrong_level"),
        (np.full((2, 2), np.nan), range(11), "no_data"),
    ],
)
def test_closeness_within_units_says_why_it_is_not_defined(marks, levels, code):
    for statistic in (rwg, finn):
        with pytest.raises(NotDefined) as reason:
            statistic(marks, levels)
        assert reason.value.code == code


def test_the_two_way_form_of_finn_needs_complete_units():
    with pytest.raises(NotDefined, match="no_complete_units"):
        finn(np.array([[1, 2, np.nan], [np.nan, 2, 3], [1, np.nan, 2]]), range(11), design="two_way")
