"""Intervals of variance components and shares: exact in a balanced one-way design, edges with reasons."""

import numpy as np
import pytest
from scipy.stats import chi2

from analysis.errors import NotDefined
from analysis.statistics.component_intervals import component_interval, share_interval, variance_shares
from analysis.statistics.terms import Components


def components(variances, covariance):
    size = len(variances)
    names = ("dossier", "juror", "residual")[-size:]
    return Components(
        names, np.array(variances, dtype=float), np.array(covariance, dtype=float), (10,) * size, np.zeros(1),
        np.ones((1, 1)), 0.0, (), 100, 1,
    )  # fmt: skip


def test_interval_of_a_residual_is_the_chi_square_one_where_its_sampling_variance_is_that_of_a_mean_square():
    found = component_interval(components([4.0], [[2 * 16 / 18]]), "residual")  # 18 degrees of freedom
    ends = 18 * 4.0 / chi2.ppf([0.975, 0.025], 18)
    assert (found.low, found.high) == pytest.approx(tuple(ends))


def test_shares_add_to_one():
    assert variance_shares(components([1, 2, 5], np.eye(3))).tolist() == [0.125, 0.25, 0.625]


def test_interval_of_a_share_holds_it_and_stays_between_0_and_1():
    found = share_interval(components([1, 2, 5], np.diag([0.5, 4, 1])), "dossier")
    assert 0 < found.low < 0.125 < found.high < 1


def test_standard_error_of_a_share_is_that_of_simulated_components():
    given = components([10, 20, 50], np.diag([0.1, 0.3, 0.2]))
    draws = np.random.default_rng(1).normal(given.variances, np.sqrt(np.diag(given.covariance)), (200_000, 3))
    simulated = (draws[:, 0] / draws.sum(axis=1)).std()
    assert share_interval(given, "dossier").se == pytest.approx(simulated, rel=0.01)


@pytest.mark.parametrize("interval", [component_interval, share_interval])
def test_a_component_at_zero_has_no_interval(interval):
    with pytest.raises(NotDefined, match="no_interval"):
        interval(components([0, 2, 5], np.eye(3)), "dossier")


@pytest.mark.parametrize("interval", [component_interval, share_interval])
def test_without_a_sampling_variance_there_is_no_interval(interval):
    with pytest.raises(NotDefined, match="no_interval"):
        interval(components([1, 2, 5], np.full((3, 3), np.nan)), "dossier")


def test_less_than_one_degree_of_freedom_gives_no_interval():
    with pytest.raises(NotDefined, match="degrees of freedom"):
        component_interval(components([1, 2, 5], 3 * np.eye(3)), "dossier")


def test_components_that_are_all_zero_have_no_shares():
    with pytest.raises(NotDefined, match="no_variation"):
        variance_shares(components([0, 0, 0], np.eye(3)))
