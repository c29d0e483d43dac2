"""Laws that hold for every line of the registry, whatever the ratings."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analysis.errors import NotDefined
from analysis.statistics.registry import COEFFICIENTS, HALF_POINTS, coefficients
from analysis.statistics.resample import cluster_index

RATINGS = st.tuples(st.integers(1, 9), st.integers(1, 5)).flatmap(
    lambda shape: arrays(
        float, shape, elements=st.sampled_from([np.nan, np.nan, *np.arange(0, 10.5, 0.5)]), fill=st.nothing()
    )
)
SOLID = st.tuples(st.integers(2, 9), st.integers(2, 5)).flatmap(
    lambda shape: arrays(float, shape, elements=st.sampled_from(list(np.arange(0, 5.5, 0.5))), fill=st.nothing())
)
EITHER = st.one_of(RATINGS, SOLID)
FEW = settings(max_examples=15)  # for every line of the registry
EVERY = pytest.mark.parametrize("line", COEFFICIENTS, ids=lambda line: f"{line.name} {line.variant}")
RESAMPLED = pytest.mark.parametrize(
    "line", [line for line in COEFFICIENTS if line.prepare], ids=lambda line: f"{line.name} {line.variant}"
)


def outcome(line, ratings):
    """Give the value, or NaN where the coefficient says that it is not defined."""
    try:
        return line.value(ratings)
    except NotDefined:
        return np.nan


def perfect_value(line, ratings):
    """Give the value of jurors who agree; a coefficient of two jurors gets the first two."""
    try:
        return line.value(ratings)
    except NotDefined as reason:
        if reason.code != "many_jurors":
            raise
        return line.value(ratings[:, :2])


def on_scale(line, levels):
    """Give the same coefficient for a scale with other levels."""
    lines = coefficients(tuple(np.sort(levels)))
    return next(other for other in lines if (other.name, other.variant) == (line.name, line.variant))


def same(value, line):
    """Give what equals a value up to rounding, or, where a search ends in it, up to where the search stops."""
    slack = 1e-8 if line.prepare else 1e-6
    return pytest.approx(value, rel=slack, abs=slack, nan_ok=True)


@EVERY
@FEW
@given(ratings=EITHER, seed=st.integers(0, 99))
def test_order_of_jurors_and_offices_does_not_matter(line, ratings, seed):
    rng = np.random.default_rng(seed)
    shuffled = rng.permutation(rng.permutation(ratings, axis=0), axis=1)
    assert outcome(line, shuffled) == same(outcome(line, ratings), line)


@EVERY
@FEW
@given(ratings=EITHER)
def test_value_is_a_number_in_the_stated_range_or_has_a_reason(line, ratings):
    try:
        value = line.value(ratings)
    except NotDefined:
        return
    assert isinstance(value, float)
    assert np.isfinite(value)
    assert line.low - 1e-12 <= value <= line.high + 1e-12


@EVERY
@FEW
@given(marks=st.lists(st.integers(0, 20), min_size=3, max_size=8, unique=True), jurors=st.integers(2, 5))
def test_perfect_agreement_on_units_that_differ_gives_the_stated_value(line, marks, jurors):
    if line.perfect is None:
        return
    ratings = np.repeat(np.array(marks)[:, None] / 2, jurors, axis=1)
    assert perfect_value(line, ratings) == pytest.approx(line.perfect, abs=1e-12)


@EVERY
@FEW
@given(
    marks=st.lists(st.integers(0, 20), min_size=3, max_size=8, unique=True), jurors=st.integers(3, 5),
    hole=st.integers(0, 2),
)  # fmt: skip
def test_a_hole_does_not_spoil_perfect_agreement(line, marks, jurors, hole):
    if line.perfect is None:
        return
    ratings = np.repeat(np.array(marks)[:, None] / 2, jurors, axis=1)
    ratings[hole, 0] = np.nan
    assert perfect_value(line, ratings) == pytest.approx(line.perfect, abs=1e-12)


TRANSFORMS = {
    "shift": lambda x, rng: x + rng.integers(-50, 50),
    "scale": lambda x, rng: x * rng.choice([0.25, 3.0, 10.0]),
    "monotone": lambda x, rng: np.interp(x, np.arange(0, 10.5, 0.5), np.cumsum(rng.integers(1, 9, 21))),
    "relabel": lambda x, rng: np.interp(x, np.arange(0, 10.5, 0.5), rng.permutation(21)),
}


@EVERY
@FEW
@given(ratings=EITHER, seed=st.integers(0, 99))
def test_stated_invariances_hold(line, ratings, seed):
    before = outcome(line, ratings)
    for name in line.invariances:
        changed, levels = (
            TRANSFORMS[name](marks, np.random.default_rng(seed)) for marks in (ratings, np.array(HALF_POINTS))
        )
        assert outcome(on_scale(line, levels), changed) == same(before, line), name


@EVERY
@FEW
@given(ratings=EITHER)
def test_a_unit_or_a_juror_without_marks_adds_nothing(line, ratings):
    wider = np.pad(ratings, ((0, 1), (0, 1)), constant_values=np.nan)
    assert outcome(line, wider) == same(outcome(line, ratings), line)


@RESAMPLED
@FEW
@given(ratings=EITHER, seed=st.integers(0, 999))
def test_the_value_at_a_resample_is_the_value_of_the_units_drawn(line, ratings, seed):
    try:
        prepared = line.prepare(ratings, np.arange(len(ratings)))
    except NotDefined:
        assert np.isnan(outcome(line, ratings))
        return
    rng = np.random.default_rng(seed)
    weights = np.bincount(rng.integers(0, len(ratings), len(ratings)), minlength=len(ratings))
    drawn = np.repeat(ratings, weights, axis=0)
    jurors_stay = line.units != "complete" or (~np.isnan(drawn)).any(axis=0).sum() == (~np.isnan(ratings)).any(0).sum()
    assume(jurors_stay)
    assert prepared.at(weights[None])[0] == same(outcome(line, drawn), line)


@RESAMPLED
@FEW
@given(ratings=EITHER, seed=st.integers(0, 99))
def test_leaving_out_a_cluster_is_leaving_out_its_units(line, ratings, seed):
    cluster = np.random.default_rng(seed).integers(0, 4, len(ratings))
    try:
        prepared = line.prepare(ratings, cluster)
    except NotDefined:
        return
    index = cluster_index(cluster)
    for label, value in zip(np.flatnonzero(prepared.used), prepared.without_each(), strict=True):
        rest = ratings[index != label]
        if line.units == "complete" and (~np.isnan(rest)).any(axis=0).sum() != (~np.isnan(ratings)).any(axis=0).sum():
            continue
        assert value == same(outcome(line, rest), line)


def test_every_coefficient_has_its_paragraph_in_the_methods():
    methods = (Path(__file__).parents[1] / "docs" / "methods.md").read_text(encoding="utf-8")
    headings = " ".join(line for line in methods.splitlines() if line.startswith("### "))
    assert not [line.name for line in COEFFICIENTS if f"`{line.name}`" not in headings]


def test_every_line_has_its_own_name_and_variant():
    keys = [(line.name, line.variant) for line in COEFFICIENTS]
    assert len(set(keys)) == len(keys)


def test_the_step_of_the_scale_decides_what_is_adjacent():
    ratings = np.array([[1.0, 1.5], [2, 3]])
    found = {
        step: next(line for line in coefficients(np.arange(0, 5, step)) if line.name == "adjacent_agreement").value(
            ratings
        )
        for step in (0.5, 1.0)
    }
    assert found == {0.5: 0.5, 1.0: 1.0}
