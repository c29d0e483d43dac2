"""Totals, places, and who is awarded."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import rankdata

from analysis.errors import NotDefined
from analysis.statistics.ranks import (
    awarded_by_places,
    awarded_by_points,
    awarded_by_share,
    places,
    total_scores,
)

NAN = np.nan
STAGES = np.array([[70, 80], [90, NAN], [60, 60], [NAN, NAN]])
WEIGHTS = np.array([0.3, 0.7])


def test_total_is_the_weighted_mean_of_the_stages_a_dossier_reached():
    assert total_scores(STAGES, weights=WEIGHTS) == pytest.approx([77, 90, 60, NAN], nan_ok=True)


def test_a_stage_without_weight_does_not_count():
    assert total_scores(STAGES, weights=np.array([0, 1])) == pytest.approx([80, NAN, 60, NAN], nan_ok=True)


def test_a_dossier_that_reached_more_stages_stands_above_a_higher_total():
    reached = ~np.isnan(STAGES[:, ::-1])  # the last stage first
    keys = np.column_stack([reached, total_scores(STAGES, weights=WEIGHTS)])
    assert places(keys).tolist() == [1, 3, 2, 4]


@given(totals=st.lists(st.integers(0, 12), min_size=1, max_size=30))
def test_places_without_tie_break_equal_scipys_minimum_ranks(totals):
    assert places(np.array(totals)).tolist() == rankdata([-total for total in totals], method="min").tolist()


def test_tie_breaks_part_equal_totals_in_their_order():
    keys = np.array([[80, 7, 1], [80, 7, 2], [80, 9, 0], [81, 0, 0]])
    assert places(keys).tolist() == [4, 3, 2, 1]


def test_ties_that_remain_share_the_better_place():
    assert places(np.array([[80, 7], [90, 1], [80, 7], [70, 9]])).tolist() == [2, 1, 2, 4]


def test_totals_that_differ_in_the_last_bit_are_ties():
    assert places(np.array([0.1 + 0.2, 0.3, -0.0, 0.0])).tolist() == [1, 1, 3, 3]


def test_a_dossier_without_a_total_comes_last():
    assert places(np.array([NAN, 5, 3])).tolist() == [3, 1, 2]


def test_points_at_the_line_are_enough():
    assert awarded_by_points(np.array([80, 0.1 + 0.2, 0.29, NAN]), least=0.3).tolist() == [True, True, False, False]


def test_a_tie_at_the_last_place_is_awarded_whole():
    assert awarded_by_places(np.array([1, 2, 2, 4]), number=2).tolist() == [True, True, True, False]


@pytest.mark.parametrize(("share", "number"), [(0.5, 5), (0.3, 3), (0.29, 2), (0.05, 0), (1, 10)])
def test_a_share_of_ten_is_rounded_down(share, number):
    assert awarded_by_share(np.arange(1, 11), share=share).sum() == number


def test_a_share_of_nothing_is_not_defined():
    with pytest.raises(NotDefined) as reason:
        awarded_by_share(np.array([]), share=0.5)
    assert reason.value.code == "no_data"
