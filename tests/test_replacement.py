"""A second panel: prediction against the bivariate normal distribution."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal, norm

from analysis.errors import NotDefined
from analysis.statistics.replacement import certified_again

# Shares of variance of a simulated competition: universe score, absolute error of one juror; and the agreement of two
# panels there, P0 and kappa, where 12 % and 50 % are awarded
UNIVERSE, ERROR = 0.312, 0.408
SIMULATED = [
    (2, 0.12, 0.86, 0.34), (2, 0.50, 0.71, 0.41), (3, 0.12, 0.88, 0.42), (3, 0.50, 0.75, 0.49),
    (5, 0.12, 0.90, 0.52), (5, 0.50, 0.79, 0.58), (8, 0.12, 0.92, 0.60), (8, 0.50, 0.83, 0.66),
]  # fmt: skip
BY_DESIGN = pytest.mark.parametrize(
    ("jurors", "share"), [(jurors, share) for jurors, share, *_ in SIMULATED], ids=lambda value: f"{value:g}"
)


def both(jurors, share):
    """Give the share that two panels of this size award both: Peng & Subkoviak's bivariate normal."""
    phi = UNIVERSE / (UNIVERSE + ERROR / jurors)
    line = norm.ppf(share)
    return multivariate_normal([0, 0], [[1, phi], [phi, 1]]).cdf([line, line])


def simulated(jurors, share, dossiers=500):
    """Give the prediction for many dossiers whose marks are normal quantiles: only the second panel is drawn."""
    error = ERROR / jurors
    phi = UNIVERSE / (UNIVERSE + error)
    marks = np.sqrt(UNIVERSE + error) * norm.ppf((np.arange(dossiers) + 0.5) / dossiers)
    return certified_again(
        phi * marks, prediction_variance=np.full(dossiers, UNIVERSE * (1 - phi)), error_variance=error,
        awarded=marks >= np.quantile(marks, 1 - share), rng=np.random.default_rng(1),
    )  # fmt: skip


@BY_DESIGN
def test_of_many_dossiers_a_second_panel_awards_the_share_of_the_bivariate_normal(jurors, share):
    prediction = simulated(jurors, share)
    assert prediction.value / prediction.awarded == pytest.approx(both(jurors, share) / share, abs=0.01)


@pytest.mark.parametrize(("jurors", "share", "agreement", "kappa"), SIMULATED)
def test_agreement_of_two_panels_is_that_of_a_simulated_competition(jurors, share, agreement, kappa):
    prediction = simulated(jurors, share)
    again = prediction.value / 500
    observed, by_chance = 1 - 2 * share + 2 * again, share**2 + (1 - share) ** 2
    assert observed == pytest.approx(agreement, abs=0.011)
    assert (observed - by_chance) / (1 - by_chance) == pytest.approx(kappa, abs=0.03)


def test_a_panel_without_error_awards_the_same_again():
    marks = np.arange(10.0)
    again = certified_again(
        marks, prediction_variance=np.zeros(10), error_variance=0.0, awarded=marks > 6, rng=np.random.default_rng(1)
    )
    assert (again.value, again.low, again.high, again.awarded) == (3, 3, 3, 3)


def test_marks_that_say_nothing_are_awarded_by_lot():
    again = certified_again(
        np.zeros(20), prediction_variance=np.zeros(20), error_variance=0.0, awarded=np.arange(20) < 5,
        rng=np.random.default_rng(1),
    )  # fmt: skip
    assert again.value == pytest.approx(5 * 5 / 20, abs=0.05)  # standard error .015


def test_categories_keep_their_own_places():
    marks, categories = np.array([9.0, 8.0, 2.0, 1.0]), np.array(["large", "large", "small", "small"])
    keywords = {"prediction_variance": np.zeros(4), "error_variance": 0.0, "awarded": np.array([1, 0, 1, 0], bool)}
    inside = certified_again(marks, **keywords, categories=categories, rng=np.random.default_rng(1))
    over_all = certified_again(marks, **keywords, rng=np.random.default_rng(1))
    assert (inside.value, over_all.value) == (2, 1)


def test_the_interval_holds_95_in_100_second_panels():
    rng = np.random.default_rng(3)
    expected, awarded = np.linspace(0, 2, 40), np.arange(40) >= 30
    prediction = certified_again(
        expected, prediction_variance=np.full(40, 0.2), error_variance=0.3, awarded=awarded, rng=rng
    )
    panels = expected + np.sqrt(0.5) * rng.standard_normal((5000, 40))
    again = (np.argsort(panels, axis=1)[:, -10:] >= 30).sum(axis=1)
    assert np.mean((again >= prediction.low) & (again <= prediction.high)) >= 0.94


def test_nothing_awarded_has_a_reason():
    with pytest.raises(NotDefined, match="too_few_units"):
        certified_again(
            np.zeros(3), prediction_variance=np.zeros(3), error_variance=1.0, awarded=np.zeros(3, bool),
            rng=np.random.default_rng(1),
        )  # fmt: skip


@pytest.mark.parametrize(("expected", "variance"), [([1.0, np.nan], 0.1), ([1.0, 2.0], -0.1), ([1.0, 2.0], np.nan)])
def test_a_missing_value_or_a_negative_variance_is_refused(expected, variance):
    with pytest.raises(ValueError, match="every dossier"):
        certified_again(
            np.array(expected), prediction_variance=np.zeros(2), error_variance=variance,
            awarded=np.array([True, False]), rng=np.random.default_rng(1),
        )  # fmt: skip
