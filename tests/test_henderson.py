"""Variance components by analysis of variance of sparse marks; published tables are in test_oracles.py."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.errors import NotDefined
from analysis.statistics.henderson import henderson_components
from analysis.statistics.reml import variance_components

ALL = ("dossier", "juror", "criterion", "dossier:juror", "dossier:criterion", "juror:criterion")
WITHOUT_CRITERION = tuple(term for term in ALL if term != "criterion")
SHAPE = (7, 4, 5)  # dossiers, jurors, criteria


def long(marks, kept=None):
    """Give marks (dossiers × jurors × criteria) in long form and their factors."""
    kept = np.ones(marks.shape, dtype=bool) if kept is None else kept
    return marks[kept], dict(zip(("dossier", "juror", "criterion"), np.nonzero(kept), strict=True))


def drawn(rng):
    """Draw marks with effects of every term."""
    marks = rng.normal(5, 1, SHAPE) + rng.normal(0, 1.5, (7, 1, 1)) + rng.normal(0, 1, (1, 4, 1))
    marks += rng.normal(0, 0.6, (1, 4, 5))
    return marks + rng.normal(0, 0.7, (7, 4, 1)) + rng.normal(0, 0.8, (7, 1, 5)) + rng.normal(0, 0.9, (1, 1, 5))


def of_mean_squares(marks):
    """Give the components of a complete three-way table from its mean squares."""
    means = {axes: marks.mean(axis=axes, keepdims=True) for axes in [(1, 2), (0, 2), (0, 1), 2, 1, 0, (0, 1, 2)]}
    d, j, c, dj, dc, jc, grand = means.values()
    n, k, m = SHAPE
    parts = {
        "d": (d - grand, k * m, n - 1), "j": (j - grand, n * m, k - 1), "c": (c - grand, n * k, m - 1),
        "dj": (dj - d - j + grand, m, (n - 1) * (k - 1)), "dc": (dc - d - c + grand, k, (n - 1) * (m - 1)),
        "jc": (jc - j - c + grand, n, (k - 1) * (m - 1)),
        "e": (marks - dj - dc - jc + d + j + c - grand, 1, (n - 1) * (k - 1) * (m - 1)),
    }  # fmt: skip
    square = {name: times * (part**2).sum() / df for name, (part, times, df) in parts.items()}
    both = {"d": ("dj", "dc", k * m), "j": ("dj", "jc", n * m), "c": ("dc", "jc", n * k)}
    single = [(square[x] - square[a] - square[b] + square["e"]) / times for x, (a, b, times) in both.items()]
    return [
        *single,
        *((square[x] - square["e"]) / times for x, times in (("dj", m), ("dc", k), ("jc", n))),
        square["e"],
    ]


@given(seed=st.integers(0, 10_000))
def test_complete_tables_give_the_components_of_the_mean_squares(seed):
    marks = drawn(np.random.default_rng(seed))
    assert henderson_components(*long(marks), terms=ALL).variances == pytest.approx(of_mean_squares(marks), abs=1e-9)


def test_complete_tables_give_what_reml_gives_where_nothing_is_negative():
    marks = drawn(np.random.default_rng(3))
    found = henderson_components(*long(marks), terms=WITHOUT_CRITERION, fixed=("criterion",))
    expected = [
        value for term, value in zip((*ALL, "residual"), of_mean_squares(marks), strict=True) if term != "criterion"
    ]
    peer = variance_components(*long(marks), terms=WITHOUT_CRITERION, fixed=("criterion",), block="dossier")
    assert min(expected) > 0
    assert found.variances == pytest.approx(expected, abs=1e-9)
    assert found.variances == pytest.approx(peer.variances, abs=1e-6)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=20)
def test_expectations_are_those_of_dense_quadratic_forms(seed):
    rng = np.random.default_rng(seed)
    marks, factors = long(drawn(rng), rng.random(SHAPE) < 0.6)
    found = henderson_components(marks, factors, terms=WITHOUT_CRITERION, fixed=("criterion",))
    off = np.eye(len(marks)) - (lambda x: x @ np.linalg.pinv(x))(np.eye(5)[factors["criterion"]])
    indicators = []
    for term in WITHOUT_CRITERION:
        rows = np.column_stack([factors[name] for name in term.split(":")])
        codes = np.unique(rows, axis=0, return_inverse=True)[1].ravel()
        indicators.append(np.eye(codes.max() + 1)[codes])
    forms = [off @ z @ np.linalg.pinv(z) @ off for z in indicators] + [off]
    parts = [z @ z.T for z in indicators] + [np.eye(len(marks))]
    expected = [[np.trace(form @ part) for part in parts] for form in forms]
    assert found.variances == pytest.approx(np.linalg.solve(expected, [marks @ form @ marks for form in forms]))


def test_estimates_of_sparse_panels_are_right_on_average():
    rng = np.random.default_rng(5)
    kept = rng.random(SHAPE) < 0.6
    found = np.array([henderson_components(*long(drawn(rng), kept), terms=ALL).variances for _ in range(200)])
    error = found.std(axis=0, ddof=1) / np.sqrt(len(found))
    assert (np.abs(found.mean(axis=0) - [1.5**2, 1, 0.9**2, 0.7**2, 0.8**2, 0.6**2, 1]) < 3.5 * error).all()


def test_negative_estimates_stay_negative():
    marks = np.array([1.0, 3, 3, 1, 2, 2])
    factors = {"dossier": np.repeat([0, 1, 2], 2), "juror": np.tile([0, 1], 3)}
    found = henderson_components(marks, factors, terms=("dossier", "juror"))
    assert found.variances == pytest.approx([-1, -2 / 3, 2])
    assert (found.at_zero, found.iterations) == ((), 0)


def test_what_the_method_does_not_give_is_nan():
    found = henderson_components(*long(drawn(np.random.default_rng(1))), terms=ALL)
    assert np.isnan([found.deviance, *found.covariance.ravel(), *found.fixed_covariance.ravel()]).all()


def test_the_fixed_part_is_that_of_least_squares():
    marks = drawn(np.random.default_rng(2))
    found = henderson_components(*long(marks), terms=WITHOUT_CRITERION, fixed=("criterion",))
    means = marks.mean(axis=(0, 1))
    assert found.fixed == pytest.approx([means[0], *(means[1:] - means[0])])


def test_terms_that_cannot_be_told_apart_get_a_reason():
    marks, factors = long(drawn(np.random.default_rng(2)))
    with pytest.raises(NotDefined) as reason:
        henderson_components(marks, factors, terms=(*ALL, "dossier:juror:criterion"))
    assert reason.value.code == "confounded"
    assert "dossier:juror:criterion and residual" in reason.value.detail
