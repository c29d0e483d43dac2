"""Severity, deviation from the others, and the graph of who rated what."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import f, f_oneway, ttest_1samp

from analysis.errors import NotDefined
from analysis.statistics.jurors import (
    coscored,
    design_components,
    deviation_from_others,
    severity_additive,
)

NAN = np.nan
TWO_PANELS = np.array([[5, 6, NAN, NAN, NAN], [7, 9, NAN, NAN, NAN], [NAN, NAN, 3, 4, NAN], [NAN, NAN, 8, 8, NAN],
                       [NAN, NAN, NAN, NAN, 6]])  # fmt: skip


def additive_marks(seed, severity, *, noise, missing=0.4, units=40):
    rng = np.random.default_rng(seed)
    marks = rng.normal(6, 2, (units, 1)) - severity + rng.normal(0, 1, (units, len(severity))) * noise
    holes = rng.random(marks.shape) < missing
    holes[0] = False
    return np.where(holes, NAN, marks)


def dense_least_squares(marks):
    """Fit unit + juror dummies with a dense design: severities around their mean, standard errors, df, F."""
    marks = marks[(~np.isnan(marks)).sum(axis=1) > 1]
    unit, juror = np.nonzero(~np.isnan(marks))
    units, jurors = marks.shape
    design = np.zeros((len(unit), units + jurors))
    design[np.arange(len(unit)), unit] = 1
    design[np.arange(len(unit)), units + juror] = -1
    inverse = np.linalg.pinv(design.T @ design)
    estimate = inverse @ design.T @ marks[unit, juror]
    residual = ((marks[unit, juror] - design @ estimate) ** 2).sum()
    df = len(unit) - np.linalg.matrix_rank(design)
    contrast = np.zeros((jurors, units + jurors))
    contrast[:, units:] = np.eye(jurors) - 1 / jurors
    se = np.sqrt(np.diag(contrast @ inverse @ contrast.T) * residual / df)
    without = marks - np.nanmean(marks, axis=1, keepdims=True)
    ratio = (np.nansum(without**2) - residual) / (jurors - 1) / (residual / df)
    return contrast @ estimate, se, df, ratio


@given(seed=st.integers(0, 1000))
def test_severity_equals_a_dense_least_squares_fit(seed):
    found = severity_additive(additive_marks(seed, np.array([0.5, -0.2, 0.1, 0, -0.4]), noise=0.7))
    value, se, df, ratio = dense_least_squares(additive_marks(seed, np.array([0.5, -0.2, 0.1, 0, -0.4]), noise=0.7))
    assert found.value == pytest.approx(value, abs=1e-9)
    assert found.se == pytest.approx(se, rel=1e-8)
    assert (found.df, found.equal_f) == pytest.approx((df, ratio))
    assert found.equal_p == pytest.approx(f.sf(ratio, 4, df))


def test_severity_of_marks_without_error_is_found_exactly_whoever_rated_what():
    severity = np.array([1.0, -0.5, 0.25, -0.75])
    found = severity_additive(additive_marks(2, severity, noise=0, missing=0.5))
    assert found.value == pytest.approx(severity, abs=1e-8)
    assert np.isnan(found.se).all()


def test_a_juror_who_gives_less_is_more_severe():
    assert severity_additive(np.array([[5, 7.0], [6, 7], [2, 4]])).value[0] > 0


def test_severity_interval_covers_the_truth_in_95_of_100_editions():
    severity = np.array([0.6, -0.3, 0.2, -0.5, 0])
    covered = []
    for seed in range(200):
        found = severity_additive(additive_marks(seed, severity, noise=0.8))
        covered.append((found.low < severity) & (severity < found.high))
    assert 0.93 < np.mean(covered) < 0.97


def test_equal_severities_are_rejected_as_often_as_stated():
    rejected = [
        severity_additive(np.random.default_rng(seed).normal(6, 1, (12, 4))).equal_p < 0.05 for seed in range(600)
    ]
    assert 0.03 < np.mean(rejected) < 0.075


def test_spread_of_severities_is_corrected_for_their_errors():
    rng = np.random.default_rng(5)
    severity = rng.normal(0, 0.5, 30)
    spreads = [severity_additive(additive_marks(seed, severity, noise=1.5)).spread for seed in range(20)]
    assert np.mean(spreads) == pytest.approx(severity.std(ddof=1), rel=0.05)


def test_severities_sum_to_zero_in_each_connected_part_and_lone_jurors_have_none():
    found = severity_additive(TWO_PANELS)
    assert found.value == pytest.approx([0.75, -0.75, 0.25, -0.25, NAN], nan_ok=True)
    assert found.component.tolist() == [0, 0, 1, 1, -1]


def test_complete_marks_give_the_differences_of_the_jurors_means():
    marks = np.random.default_rng(1).normal(5, 1, (7, 3))
    assert severity_additive(marks).value == pytest.approx(marks.mean() - marks.mean(axis=0))


def test_severity_needs_a_unit_with_two_marks():
    with pytest.raises(NotDefined) as reason:
        severity_additive(np.array([[5, NAN], [NAN, 6]]))
    assert reason.value.code == "one_juror"


def test_deviation_is_the_mean_difference_to_the_others_on_the_same_units():
    marks = np.array([[5.0, 6, 7], [4, 8, NAN], [NAN, 1, 2], [9, NAN, NAN]])
    found = deviation_from_others(marks, 0)
    witness = ttest_1samp([5 - 6.5, 4 - 8], 0).confidence_interval(0.95)
    assert found.value == pytest.approx(-2.75)
    assert (found.low, found.high) == pytest.approx((witness.low, witness.high))


def test_deviation_over_offices_uses_the_offices_as_clusters():
    marks = np.column_stack([np.repeat([1.0, 3, 5, 9], 3), np.zeros(12)])
    found = deviation_from_others(marks, 0, cluster=np.repeat(["a", "b", "c", "d"], 3))
    witness = ttest_1samp([1, 3, 5, 9], 0).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((witness.low, witness.high))


def test_deviation_on_one_unit_has_a_value_and_no_interval():
    found = deviation_from_others(np.array([[5.0, 6]]), 0)
    assert (found.value, found.interval) == (-1, "too_few_respondents")


def test_deviation_of_a_juror_who_shares_no_unit_is_not_defined():
    with pytest.raises(NotDefined) as reason:
        deviation_from_others(TWO_PANELS, 4)
    assert reason.value.code == "one_juror"


def test_coscored_counts_common_units():
    assert coscored(TWO_PANELS)[:2, :3].tolist() == [[2, 2, 0], [2, 2, 0]]


def test_design_falls_into_three_parts():
    units, jurors = design_components(TWO_PANELS)
    assert (units.tolist(), jurors.tolist()) == ([0, 0, 1, 1, 2], [0, 0, 1, 1, 2])


def test_units_and_jurors_without_a_mark_belong_to_no_part():
    units, jurors = design_components(np.array([[1, NAN], [NAN, NAN]]))
    assert (units.tolist(), jurors.tolist()) == ([0, -1], [0, -1])


def test_the_f_test_of_complete_marks_equals_the_two_way_table():
    marks = np.random.default_rng(3).normal([5, 5.5, 6, 5], 1, (10, 4))
    centred = marks - marks.mean(axis=1, keepdims=True)
    one_way = f_oneway(*centred.T)  # units removed: rescale its residual degrees of freedom 36 to 27
    assert severity_additive(marks).equal_f == pytest.approx(one_way.statistic * 27 / 36)
