"""Marginal homogeneity: witnesses on random tables, a count by hand, and what is not defined."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import SquareTable

from analysis.errors import NotDefined
from analysis.statistics.homogeneity import bhapkar, stuart_maxwell

TESTS = (stuart_maxwell, bhapkar)
THREE_MARKS = np.repeat([[1, 2], [2, 1], [2, 5], [5, 2], [1, 1]], [6, 2, 3, 1, 4], axis=0).astype(float)


def random_pair(seed, *, units=60, marks=4):
    rng = np.random.default_rng(seed)
    first = rng.integers(0, marks, units)
    second = np.where(rng.random(units) < 0.4, first, rng.integers(0, marks, units))
    return np.column_stack([first, second]).astype(float)


def square_table(pair):
    values = np.unique(pair)
    return SquareTable(np.array([[((pair == (a, b)).all(axis=1)).sum() for b in values] for a in values]), False)


@pytest.mark.parametrize(("test", "method"), [(stuart_maxwell, "stuart_maxwell"), (bhapkar, "bhapkar")])
@given(seed=st.integers(0, 10_000), marks=st.integers(2, 6))
def test_chi_square_equals_statsmodels(seed, marks, test, method):
    pair = random_pair(seed, marks=marks)
    assume((pair[:, 0] != pair[:, 1]).any())
    witness = square_table(pair).homogeneity(method=method)
    found = test(pair)
    assert (found.value, found.df) == pytest.approx((witness.statistic, witness.df), rel=1e-9)
    assert found.p_value == pytest.approx(witness.pvalue, rel=1e-9)


def test_stuart_and_maxwell_of_two_marks_is_mcnemars_square_of_the_difference_over_the_sum():
    pair = np.repeat([[1, 2], [2, 1], [1, 1], [2, 2]], [9, 4, 5, 7], axis=0)
    assert stuart_maxwell(pair).value == pytest.approx((9 - 4) ** 2 / (9 + 4))


@pytest.mark.parametrize("test", TESTS)
def test_marks_between_those_given_play_no_part(test):
    closed_up = np.where(THREE_MARKS == 5, 3, THREE_MARKS)
    assert test(THREE_MARKS) == test(closed_up)


def test_a_mark_on_which_the_jurors_always_agree_plays_no_part():
    with_it = np.vstack([THREE_MARKS, [[4, 4]] * 7])
    found, without = stuart_maxwell(with_it), stuart_maxwell(THREE_MARKS)
    assert (found.value, found.df) == pytest.approx((without.value, without.df))


def test_groups_of_marks_that_no_unit_links_add_their_chi_squares():
    found = stuart_maxwell(np.vstack([THREE_MARKS, THREE_MARKS + 10]))
    assert (found.value, found.df) == pytest.approx((2 * stuart_maxwell(THREE_MARKS).value, 4))


@pytest.mark.parametrize("test", TESTS)
def test_units_that_one_juror_did_not_rate_play_no_part(test):
    assert test(np.vstack([THREE_MARKS, [[np.nan, 9], [8, np.nan]]])) == test(THREE_MARKS)


@pytest.mark.parametrize("test", TESTS)
def test_the_order_of_the_jurors_does_not_matter(test):
    assert test(THREE_MARKS[:, ::-1]).value == pytest.approx(test(THREE_MARKS).value)


@pytest.mark.parametrize("test", TESTS)
@pytest.mark.parametrize(
    ("ratings", "code"),
    [
        (np.full((3, 2), np.nan), "no_data"),
        (np.array([[1, np.nan], [np.nan, 2]]), "one_juror"),
        (np.array([[1.0, 1], [2, 2]]), "no_variation"),
    ],
    ids=["all missing", "no common unit", "full agreement"],
)
def test_a_test_says_why_it_is_not_defined(test, ratings, code):
    with pytest.raises(NotDefined) as reason:
        test(ratings)
    assert reason.value.code == code


def test_bhapkar_says_that_jurors_who_always_differ_alike_leave_no_variation():
    with pytest.raises(NotDefined) as reason:
        bhapkar(np.array([[1.0, 2]] * 5))
    assert reason.value.code == "no_variation"


@pytest.mark.parametrize("test", TESTS)
def test_a_third_juror_is_refused(test):
    with pytest.raises(ValueError, match="two jurors; the table has 3 columns"):
        test(np.ones((4, 3)))
