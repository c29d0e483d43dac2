"""Intervals hold true values about as often as they say: the short form of the study, half a minute at most."""

import numpy as np
import pytest
from tests.coverage_world import DEFAULT, LINES, RESAMPLED, Design, coverage, panel, true_values, true_values_of

from analysis.statistics.generalizability import icc_reml

THIRTY, POOL = Design(30, 5, 0.2, None), Design(40, 8, 0.0, 2)
REPLICATES = 200  # Monte Carlo error 1.5 points


@pytest.mark.parametrize("design", [THIRTY, POOL], ids=["30 offices x 5 jurors", "2 of 8 jurors a dossier"])
def test_intervals_hold_the_true_value_in_about_95_of_100_panels(design):
    found = coverage(
        design, ("krippendorff_alpha interval", "gwet_ac2 quadratic weights"), seed=5, replicates=REPLICATES
    )
    shown = {key: share for key, (share, *_) in found.items() if key[2] == DEFAULT}
    assert len(shown) == 4
    assert all(0.90 <= share <= 0.985 for share in shown.values())


def test_true_values_of_these_jurors_are_those_of_very_many_offices():
    rng = np.random.default_rng(1)
    _, severity = panel(THIRTY, rng)
    marks = _many(severity, rng)
    true = true_values_of(severity, THIRTY.jurors_a_unit)
    assert {name: LINES[name].value(marks) for name in RESAMPLED} == pytest.approx(
        {name: true[name] for name in RESAMPLED}, abs=0.005
    )


def test_true_reliability_of_these_jurors_is_that_of_very_many_offices():
    rng = np.random.default_rng(2)
    _, severity = panel(THIRTY, rng)
    found = icc_reml(_many(severity, rng)[:4000], form="icc_a1")
    assert found == pytest.approx(true_values_of(severity, 4)["icc_a1 REML, missing cells kept"], abs=0.02)


def test_true_values_of_very_many_jurors_are_those_of_jurors_like_these():
    severity = np.random.default_rng(3).normal(0, 0.14**0.5 * 1.8, 2000)
    assert true_values_of(severity, 2) == pytest.approx(true_values(2), abs=0.01)


def _many(severity, rng):
    marks = 6.8 + rng.normal(0, 0.6 * 1.8, (100_000, 1)) - severity + rng.normal(0, 0.5**0.5 * 1.8, (100_000, 5))
    return np.where(rng.random(marks.shape) < 0.2, np.nan, np.clip(np.rint(marks), 0, 10))


def test_drawing_jurors_with_replacement_lifts_alpha():
    rng, line = np.random.default_rng(4), LINES["krippendorff_alpha interval"]
    marks = panel(THIRTY, rng)[0]
    drawn = [line.value(marks[:, rng.integers(0, 5, 5)]) for _ in range(200)]
    assert np.mean(drawn) > line.value(marks) + 0.1
