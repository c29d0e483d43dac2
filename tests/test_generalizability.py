"""Decision studies: published designs, the formulas for fixed and random criteria, jurors needed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import NotDefined
from analysis.statistics.generalizability import (
    MOST_JURORS,
    decision_study,
    dependability,
    g_coefficient,
    jurors_needed,
    squared_distance,
)
from analysis.statistics.terms import Components

CROSSED = (
    "dossier", "juror", "criterion", "dossier:juror", "dossier:criterion", "juror:criterion", "residual",
)  # fmt: skip
VARIANCE = st.floats(0, 10)
SIZE = st.integers(1, 12)


def components(terms, variances):
    """Give components as an estimator would, without what a decision study does not look at."""
    empty = np.empty(0)
    return Components(tuple(terms), np.array(variances, dtype=float), empty, (), empty, empty, np.nan, (), 0, 0)


# Brennan (2001), Generalizability Theory: synthetic data sets 1 (persons × items), 3 (persons × items × occasions) and
# 4 (persons × (raters in tasks)), the object named dossier; components as printed there, of data 4 as lme4 prints them
DATA_1 = components(("dossier", "item", "residual"), [0.05741, 0.07542, 0.12685])
DATA_3 = components(
    ("dossier", "item", "occasion", "dossier:item", "dossier:occasion", "item:occasion", "residual"),
    [0.55277, 0.44167, 0.00741, 0.57501, 0.10093, 0.15648, 0.93518],
)
DATA_4 = components(
    ("dossier", "task", "task:rater", "dossier:task", "residual"),
    [0.473022807, 0.325322290, 0.647488984, 0.559550098, 2.380286101],
)


@pytest.mark.parametrize(
    ("data", "sizes", "relative", "absolute", "tolerance"),
    [
        (DATA_1, {"item": 5}, 0.693, 0.586, 7e-4),
        (DATA_1, {"item": 10}, 0.819, 0.740, 7e-4),
        (DATA_1, {"item": 12}, 0.844, 0.773, 7e-4),
        (DATA_1, {"item": 15}, 0.871, 0.810, 7e-4),
        (DATA_1, {"item": 20}, 0.901, 0.850, 7e-4),
        (DATA_3, {"item": 4, "occasion": 2}, 0.6399, 0.5541, 1e-4),
        (DATA_3, {"item": 8, "occasion": 2}, 0.7536, 0.6890, 1e-4),
        (DATA_3, {"item": 4, "occasion": 4}, 0.7085, 0.6127, 1e-4),
        (DATA_3, {"item": 10, "occasion": 1}, 0.6869, 0.6340, 1e-4),
        (DATA_4, {"task": 3, "rater": 4}, 0.551375, 0.4636138, 1e-6),
    ],
)
def test_coefficients_of_brennans_designs_are_those_printed(data, sizes, relative, absolute, tolerance):
    found = g_coefficient(data, sizes=sizes), dependability(data, sizes=sizes)
    assert found == pytest.approx((relative, absolute), abs=tolerance)


def test_standard_errors_of_a_nested_design_are_those_of_gtheory():
    study = decision_study(DATA_4, sizes={"task": 3, "rater": 4})
    assert (study.relative_sem, study.absolute_sem) == pytest.approx((0.620382, 0.7397784), abs=1e-6)


@given(variances=st.lists(VARIANCE, min_size=7, max_size=7), jurors=SIZE, criteria=SIZE)
def test_fixed_criteria_enter_the_universe_score(variances, jurors, criteria):
    office, juror, _, office_juror, office_criterion, juror_criterion, residual = variances
    universe = office + office_criterion / criteria
    relative = office_juror / jurors + residual / (jurors * criteria)
    absolute = relative + juror / jurors + juror_criterion / (jurors * criteria)
    study = decision_study(
        components(CROSSED, variances), sizes={"juror": jurors, "criterion": criteria}, fixed=("criterion",)
    )
    assert (study.universe, study.relative, study.absolute) == pytest.approx((universe, relative, absolute))


@given(variances=st.lists(VARIANCE, min_size=7, max_size=7), jurors=SIZE, criteria=SIZE)
def test_random_criteria_enter_the_errors(variances, jurors, criteria):
    office, juror, criterion, office_juror, office_criterion, juror_criterion, residual = variances
    relative = office_juror / jurors + office_criterion / criteria + residual / (jurors * criteria)
    absolute = relative + juror / jurors + criterion / criteria + juror_criterion / (jurors * criteria)
    study = decision_study(components(CROSSED, variances), sizes={"juror": jurors, "criterion": criteria})
    assert (study.universe, study.relative, study.absolute) == pytest.approx((office, relative, absolute))


# Shares of variance of a simulated competition with five criteria, and what a large simulation of it gave
COMPETITION = components(CROSSED, [0.30, 0.10, 0, 0.25, 0.06, 0.04, 0.25])


@pytest.mark.parametrize(
    ("jurors", "relative", "absolute"),
    [(1, 0.51, 0.43), (2, 0.68, 0.60), (3, 0.76, 0.70), (5, 0.84, 0.79), (8, 0.89, 0.86)],
)
def test_coefficients_of_a_competition_by_jurors_are_those_simulated(jurors, relative, absolute):
    design = {"sizes": {"juror": jurors, "criterion": 5}, "fixed": ("criterion",)}
    found = g_coefficient(COMPETITION, **design), dependability(COMPETITION, **design)
    assert found == pytest.approx((relative, absolute), abs=6e-3)


@given(
    variances=st.lists(st.floats(0.01, 10), min_size=7, max_size=7), target=st.floats(0.3, 0.95),
    error=st.sampled_from(["relative", "absolute"]), distance=VARIANCE, fixed=st.sampled_from([(), ("criterion",)]),
)  # fmt: skip
def test_jurors_needed_is_the_first_number_that_meets_the_target(variances, target, error, distance, fixed):
    data = components(CROSSED, variances)

    def reached(jurors):
        study = decision_study(data, sizes={"juror": jurors, "criterion": 4}, fixed=fixed)
        signal = study.universe + distance
        return signal / (signal + getattr(study, error)) >= target - 1e-9

    try:
        needed = jurors_needed(data, target=target, error=error, sizes={"criterion": 4}, fixed=fixed, distance=distance)
    except NotDefined as reason:
        assert reason.code == "too_many_jurors"
        assert not reached(MOST_JURORS * (1 - 1e-6))
        return
    assert reached(needed)
    assert needed == 1 or not reached((needed - 1) * (1 - 1e-6))


def test_no_number_of_jurors_makes_up_for_few_random_criteria():
    data = components(CROSSED, [1, 0, 1, 0, 1, 0, 1])
    with pytest.raises(NotDefined, match="too_many_jurors"):
        jurors_needed(data, target=0.8, error="absolute", sizes={"criterion": 2})


def test_dependability_at_the_mean_itself_is_dependability():
    at_mean = dependability(
        COMPETITION, sizes={"juror": 3, "criterion": 5}, distance=squared_distance(6.0, line=6.0, variance=0.1)
    )
    assert at_mean == dependability(COMPETITION, sizes={"juror": 3, "criterion": 5})


def test_squared_distance_is_right_on_average():
    observed = 6 + 0.5 * np.random.default_rng(1).standard_normal(100_000)
    estimates = [squared_distance(mean, line=8.5, variance=0.25) for mean in observed]
    assert np.mean(estimates) == pytest.approx(2.5**2, abs=0.03)  # standard error .008


def test_a_facet_without_a_size_is_refused():
    with pytest.raises(ValueError, match="criterion"):
        g_coefficient(COMPETITION, sizes={"juror": 3})


def test_components_that_are_all_zero_define_no_coefficient():
    with pytest.raises(NotDefined, match="no_variation"):
        dependability(components(("dossier", "juror", "residual"), [0, 0, 0]), sizes={"juror": 2})
