"""Generalized pivots: their parts against dense algebra and exact distributions, their intervals against F."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.stats import ncx2

from analysis.errors import NotDefined
from analysis.statistics import pivots
from analysis.statistics.pivots import (
    component_draws,
    dependability_draws,
    distance_draws,
    g_draws,
    icc_draws,
    needed_draws,
    pivot_interval,
)
from analysis.statistics.registry import COEFFICIENTS, cluster_interval, panel_interval
from analysis.statistics.reliability import icc_interval

NAN = np.nan
MIXED = [line for line in COEFFICIENTS if line.variant == "REML, missing cells kept"]
BOTH = pytest.mark.parametrize("target", ["these", "like_these"])


def judged(units, jurors, *, missing=0.0, seed=1):
    """Give normal marks with components 1 of units, 0.5 of jurors, 1 residual, and blank cells."""
    rng = np.random.default_rng(seed)
    marks = rng.normal(size=(units, 1)) + np.sqrt(0.5) * rng.normal(size=jurors) + rng.normal(size=(units, jurors))
    marks[rng.random(marks.shape) < missing] = NAN
    return marks


def drawn(ratings, *, target="like_these", draws=pivots.DRAWS, seed=1):
    return component_draws(ratings, target=target, rng=np.random.default_rng(seed), draws=draws)


def ends(values, draws, confidence=0.95):
    interval = pivot_interval(values, draws, confidence=confidence)
    return interval.low, interval.high


@pytest.mark.parametrize("form", ["icc_c1", "icc_ck"])
def test_consistency_of_complete_data_has_the_exact_f_interval(form):
    ratings = judged(12, 4)
    draws = drawn(ratings, draws=400_000)
    exact = icc_interval(ratings, form=form)
    assert ends(icc_draws(draws, form=form), draws) == pytest.approx((exact.low, exact.high), abs=4e-3)


@pytest.mark.parametrize("form", ["icc_a1", "icc_ak"])
def test_agreement_of_complete_data_has_nearly_the_interval_of_mcgraw_and_wong(form):
    ratings = judged(100, 12)
    draws = drawn(ratings)
    exact = icc_interval(ratings, form=form)
    assert ends(icc_draws(draws, form=form), draws) == pytest.approx((exact.low, exact.high), abs=0.03)


@BOTH
def test_components_of_many_marks_are_found(target):
    ratings = judged(400, 60, missing=0.3)
    draws = drawn(ratings, target=target)
    found = [np.median(part) for part in (draws.dossier, draws.juror, draws.residual)]
    assert found == pytest.approx([1, 0.5, 1], rel=0.2)


def test_these_jurors_are_the_known_ones():
    ratings = judged(500, 4, missing=0.2)
    severity = np.sqrt(0.5) * np.array([0.5, -1.5, 0.0, 2.0])
    ratings += severity - np.nanmean(ratings, axis=0)
    low, high = ends(drawn(ratings, target="these").juror, drawn(ratings, target="these"))
    assert low < severity.var(ddof=1) < high
    assert high - low < 0.8 < np.ptp(ends(drawn(ratings).juror, drawn(ratings)))


def dense(ratings):
    """Give the marks in long form, their dossier and juror columns."""
    units, jurors = np.nonzero(~np.isnan(ratings))
    return ratings[units, jurors], np.eye(len(ratings))[units], np.eye(ratings.shape[1])[jurors]


def left(marks, columns):
    """Give the sum of squares that least squares on these columns leaves."""
    return float(((marks - columns @ np.linalg.lstsq(columns, marks, rcond=None)[0]) ** 2).sum())


@given(seed=st.integers(0, 999), missing=st.floats(0, 0.6))
@settings(max_examples=40)
def test_squares_of_missing_designs_are_those_of_least_squares(seed, missing):
    ratings = judged(7, 5, missing=missing, seed=seed)
    ratings = ratings[(~np.isnan(ratings)).any(axis=1)][:, (~np.isnan(ratings)).any(axis=0)]
    marks, units, jurors = dense(ratings)
    rated, filled = ~np.isnan(ratings), np.nan_to_num(ratings)
    contrasts = pivots._contrasts(rated, filled)
    squares, degrees = pivots._residual(rated, filled, contrasts)
    both = np.hstack([units, jurors])
    assert squares == pytest.approx(left(marks, both), abs=1e-9)
    assert degrees == len(marks) - np.linalg.matrix_rank(both)
    assert contrasts.squares.sum() == pytest.approx(left(marks, jurors) - left(marks, both), abs=1e-9)


def test_sums_of_squares_have_the_expectation_the_pivot_takes():
    ratings = judged(6, 4, missing=0.3, seed=4)
    rated = ~np.isnan(ratings)
    _, units, _ = dense(ratings)
    covariance = 2.0 * units @ units.T + 3.0 * np.eye(len(units))
    values, vectors = np.linalg.eigh(covariance)
    expected = 0.0  # of a quadratic form: its sum over independent parts of the marks
    for value, vector in zip(values, vectors.T, strict=True):
        part = np.zeros(rated.shape)
        part[rated] = np.sqrt(value) * vector
        expected = expected + pivots._contrasts(rated, part).squares
    contrasts = pivots._contrasts(rated, np.zeros(rated.shape))
    assert expected == pytest.approx(contrasts.numbers * (3 + 2 * contrasts.eigenvalues))


@given(seed=st.integers(0, 99))
@settings(max_examples=20)
def test_newton_solves_the_equation_of_the_pivot(seed):
    rng = np.random.default_rng(seed)
    contrasts = pivots._Contrasts(rng.uniform(0.5, 9, 12), 10 ** rng.uniform(-2, 6, 12), np.ones(12))
    found = pivots._ratio_draws(contrasts, np.full(20, 2.0), np.random.default_rng(seed))
    wanted = 2.0 * np.random.default_rng(seed).chisquare(12, 20)
    for ratio, goal in zip(found, wanted, strict=True):

        def missed(value, goal=goal):
            return (contrasts.squares / (1 + contrasts.eigenvalues * value)).sum() / goal - 1

        exact = brentq(missed, 0, 1e9, xtol=1e-12, rtol=1e-12) if missed(0) > 0 else 0.0
        assert ratio == pytest.approx(exact, rel=1e-7, abs=1e-12)


@pytest.mark.parametrize("observed", [3.0, 12.0, 60.0])
def test_the_mean_square_of_equal_designs_inverts_the_noncentral_chi_square(observed):
    contrasts = pivots._Contrasts(np.array([5.0]), np.array([observed]), np.array([4]))
    draws = pivots._mean_square_draws(contrasts, np.ones(200_000), np.random.default_rng(1)) * 20
    for value in (1.0, 10.0, 40.0):
        assert np.mean(draws <= value) == pytest.approx(ncx2.sf(observed, 4, value), abs=0.02)


def test_the_error_variance_of_the_mean_is_that_of_its_weights():
    ratings = judged(8, 4, missing=0.3, seed=3)
    draws = drawn(ratings)
    _, units, jurors = dense(ratings)
    weights = (1 / units.sum(axis=0)) @ units.T / 8
    parts = [((weights @ columns) ** 2).sum() for columns in (units, jurors, np.eye(len(units)))]
    expected = np.array(parts) @ np.array([draws.dossier, draws.juror, draws.residual])
    assert draws.mean_variance == pytest.approx(expected)


def test_the_distance_from_a_line_is_known_where_the_mean_is():
    ratings = 6 + judged(400, 100)
    draws = drawn(ratings)
    near, far = distance_draws(draws, line=draws.mean), distance_draws(draws, line=draws.mean + 10)
    assert np.median(far) == pytest.approx(100, rel=0.02)
    assert np.mean(near == 0) == pytest.approx(0.5, abs=0.05)


def test_a_line_far_from_the_mean_raises_dependability():
    draws = drawn(judged(30, 5))
    at_line = dependability_draws(draws, jurors=3, line=draws.mean + 3)
    assert (at_line >= dependability_draws(draws, jurors=3)).all()


def test_jurors_needed_are_the_first_number_that_meets_the_target():
    draws = drawn(judged(30, 5))
    for error, share in (("absolute", dependability_draws), ("relative", g_draws)):
        needed = needed_draws(draws, target=0.8, error=error)
        known = np.isfinite(needed)
        reached = np.array([share(draws, jurors=number) >= 0.8 - 1e-12 for number in range(1, 101)])
        assert (needed[known] == 1 + reached.argmax(axis=0)[known]).all()
        assert not reached[-1][~known].any()


@BOTH
def test_shift_scale_and_order_change_nothing(target):
    ratings = judged(15, 5, missing=0.3)
    draws, moved = drawn(ratings, target=target), drawn(7 + 20 * ratings[::-1, ::-1], target=target)
    assert icc_draws(moved, form="icc_a1") == pytest.approx(icc_draws(draws, form="icc_a1"), abs=1e-9)


@BOTH
def test_a_unit_or_a_juror_without_marks_adds_nothing_to_the_draws(target):
    ratings = judged(15, 5, missing=0.3)
    wider = drawn(np.pad(ratings, ((0, 1), (0, 1)), constant_values=NAN), target=target)
    assert icc_draws(wider, form="icc_ak") == pytest.approx(icc_draws(drawn(ratings, target=target), form="icc_ak"))


@pytest.mark.parametrize(
    ("ratings", "code"),
    [
        ([[NAN, NAN]], "no_data"),
        ([[1, 1], [1, 1]], "no_variation"),
        ([[1], [2], [4]], "one_juror"),
        ([[1, NAN], [2, NAN], [NAN, 4]], "one_juror"),
        ([[1, 2, 4]], "too_few_units"),
        ([[1, 2], [2, NAN], [3, NAN]], "too_few_units"),
        ([[1, 2], [2, 3], [5, 6]], "perfect"),
        ([[1, 1, NAN], [2, 2, 2], [NAN, 3, 3]], "perfect"),
    ],
)
@BOTH
def test_what_gives_no_interval_has_a_reason(ratings, code, target):
    with pytest.raises(NotDefined) as reason:
        drawn(np.array(ratings, dtype=float), target=target)
    assert reason.value.code == code


@pytest.mark.parametrize(
    ("jurors", "target", "method"),
    [
        (5, "like_these", "generalized pivots, 4000 draws, few jurors, jurors like these"),
        (6, "like_these", "generalized pivots, 4000 draws, jurors like these"),
        (5, "these", "generalized pivots, 4000 draws, these jurors"),
    ],
)
def test_the_interval_says_for_whom_it_is(jurors, target, method):
    draws = drawn(judged(20, jurors), target=target)
    assert pivot_interval(draws.dossier, draws).interval == method


@pytest.mark.parametrize("line", MIXED, ids=lambda line: line.name)
def test_lines_from_components_have_a_value_inside_both_intervals(line):
    ratings = judged(30, 8, missing=0.3)
    value, cluster = line.value(ratings), np.arange(30)
    these = cluster_interval(line, ratings, cluster=cluster, weights=np.ones((1, 30)))
    like_these = panel_interval(line, ratings, cluster=cluster)
    assert these.low < value < these.high
    assert like_these.low < value < like_these.high
    assert panel_interval(line, ratings, cluster=cluster) == like_these or np.isnan(like_these.se)


@BOTH
def test_nine_in_ten_intervals_of_90_percent_hold_the_truth(target):
    rng, held = np.random.default_rng(7), 0
    for _ in range(400):
        severity = np.sqrt(0.5) * rng.normal(size=6)
        ratings = rng.normal(size=(25, 1)) + severity + rng.normal(size=(25, 6))
        ratings[rng.random(ratings.shape) < 0.3] = NAN
        truth = 1 / (2 + (severity.var(ddof=1) if target == "these" else 0.5))
        draws = component_draws(ratings, target=target, rng=rng, draws=1000)
        low, high = ends(icc_draws(draws, form="icc_a1"), draws, confidence=0.9)
        held += low <= truth <= high
    assert held / 400 == pytest.approx(0.9, abs=0.045)  # three standard errors
