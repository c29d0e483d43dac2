"""Components of many resamples at once: the same numbers as one by one."""

import numpy as np
import pytest

from analysis.errors import NotDefined
from analysis.statistics import resampled_reml
from analysis.statistics.generalizability import icc_reml
from analysis.statistics.resampled_reml import resampled_icc_reml

FORMS = pytest.mark.parametrize("form", ["icc_a1", "icc_c1", "icc_ak", "icc_ck"])
DESIGNS = pytest.mark.parametrize(
    ("units", "jurors", "each", "severity"),
    [(30, 5, 4, 0.5), (40, 8, 2, 0.5), (25, 4, 4, 0.0), (40, 12, 3, 0.0)],
    ids=["some missing", "two of eight", "complete, equal severity", "three of twelve, equal severity"],
)


def judged(units, jurors, each, severity, seed=2):
    rng = np.random.default_rng(seed)
    marks = rng.normal(size=(units, 1)) + severity * rng.normal(size=jurors) + rng.normal(size=(units, jurors))
    absent = rng.random(marks.shape).argsort(axis=1) >= each
    marks[absent] = np.nan
    return marks


@FORMS
@DESIGNS
def test_values_without_each_unit_are_those_of_the_rest(form, units, jurors, each, severity):
    ratings = judged(units, jurors, each, severity)
    without = resampled_icc_reml(ratings, np.arange(units), form=form).without_each()
    alone = [icc_reml(np.delete(ratings, unit, axis=0), form=form) for unit in range(units)]
    assert without == pytest.approx(alone, abs=1e-7)


@DESIGNS
def test_values_of_resamples_are_those_of_the_units_drawn(units, jurors, each, severity):
    ratings = judged(units, jurors, each, severity)
    weights = np.random.default_rng(1).multinomial(units, np.full(units, 1 / units), size=25)
    values = resampled_icc_reml(ratings, np.arange(units), form="icc_ak").at(weights)
    alone = [icc_reml(np.repeat(ratings, row, axis=0), form="icc_ak") for row in weights]
    assert values == pytest.approx(alone, abs=1e-7)


@pytest.mark.parametrize("severity", [0.0, 0.7])
def test_newton_finds_most_resamples_itself(severity):
    ratings = judged(60, 8, 3, severity)
    weights = np.random.default_rng(1).multinomial(60, np.full(60, 1 / 60), size=200)
    values = resampled_reml._together(weights, ratings, "icc_a1")
    assert np.isnan(values).mean() < 0.1


def test_the_gradient_is_the_slope_of_the_restricted_deviance():
    ratings = judged(12, 4, 3, 0.5)
    sums = resampled_reml._Sums.of(np.ones((1, 12)), ratings)
    units, jurors = np.nonzero(~np.isnan(ratings))
    marks, one = ratings[units, jurors], np.ones((len(units), 1))
    by_unit, by_juror = (np.equal.outer(codes, codes).astype(float) for codes in (units, jurors))

    def deviance(unit, juror):
        covariance = np.eye(len(marks)) + unit * by_unit + juror * by_juror
        inverse = np.linalg.inv(covariance)
        size = (one.T @ inverse @ one).item()
        left = marks @ inverse @ marks - (one[:, 0] @ inverse @ marks) ** 2 / size
        return np.linalg.slogdet(covariance)[1] + np.log(size) + (len(marks) - 1) * np.log(left)

    gradient = resampled_reml._gradient(sums, np.array([[0.8, 0.3]]))[0][0]
    step = 1e-6
    slopes = [
        (deviance(0.8 + step, 0.3) - deviance(0.8 - step, 0.3)) / (2 * step),
        (deviance(0.8, 0.3 + step) - deviance(0.8, 0.3 - step)) / (2 * step),
    ]
    assert gradient == pytest.approx(slopes, rel=1e-6)


def test_a_resample_that_defines_nothing_has_no_value():
    ratings = judged(12, 3, 2, 0.5)
    weights = np.zeros((1, 12))
    weights[0, 0] = 12
    assert np.isnan(resampled_icc_reml(ratings, np.arange(12), form="icc_a1").at(weights)).all()


def test_a_table_that_defines_nothing_has_a_reason():
    with pytest.raises(NotDefined, match="one_juror"):
        resampled_icc_reml(np.array([[1.0, np.nan], [np.nan, 2.0]]), np.arange(2), form="icc_a1")
