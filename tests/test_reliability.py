"""Reliability: witnesses on random designs, unbalanced cases by hand, and what is not defined."""

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import f_oneway

from analysis.errors import NotDefined
from analysis.statistics.reliability import icc, icc_interval
from analysis.statistics.variance import one_way

PINGOUIN = {"icc_11": "ICC(1,1)", "icc_a1": "ICC(A,1)", "icc_c1": "ICC(C,1)", "icc_1k": "ICC(1,k)",
            "icc_ak": "ICC(A,k)", "icc_ck": "ICC(C,k)"}  # fmt: skip
COMPLETE_FORMS = ("icc_a1", "icc_ak", "icc_c1", "icc_ck")


def random_marks(seed, *, units=12, jurors=4):
    rng = np.random.default_rng(seed)
    return rng.normal(6, 2, (units, 1)) + rng.normal(0, 1, (1, jurors)) + rng.normal(0, 1.5, (units, jurors))


def pingouin_iccs(ratings):
    """Give pingouin's table: Type → (value, low, high), its ends rounded to two decimals."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pingouin

        long = pd.DataFrame(ratings).melt(ignore_index=False, var_name="juror", value_name="mark").reset_index()
        found = pingouin.intraclass_corr(long, targets="index", raters="juror", ratings="mark")
    ends = next(column for column in found if column.startswith("CI95"))
    return {row["Type"]: (row["ICC"], *row[ends]) for _, row in found.iterrows()}


@pytest.mark.parametrize("seed", range(5))
def test_six_intraclass_correlations_equal_pingouin(seed):
    ratings = random_marks(seed)
    witness = pingouin_iccs(ratings)
    assert {form: icc(ratings, form=form) for form in PINGOUIN} == pytest.approx(
        {form: witness[name][0] for form, name in PINGOUIN.items()}, abs=1e-10
    )


@pytest.mark.parametrize("form", ["icc_11", "icc_a1", "icc_c1", "icc_1k", "icc_ck"])
def test_intervals_equal_pingouin_to_its_two_decimals(form):
    ratings = random_marks(7)
    ends = icc_interval(ratings, form=form)
    assert (ends.low, ends.high) == pytest.approx(pingouin_iccs(ratings)[PINGOUIN[form]][1:], abs=0.0051)


@given(seed=st.integers(0, 1000))
def test_f_of_an_unbalanced_design_equals_scipy(seed):
    ratings = random_marks(seed)
    ratings[np.random.default_rng(seed).random(ratings.shape) < 0.4] = np.nan
    ratings[0] = random_marks(seed)[0]
    parts = one_way(ratings)
    witness = f_oneway(*(row[~np.isnan(row)] for row in ratings if not np.isnan(row).all()))
    assert parts.between / parts.within == pytest.approx(witness.statistic, rel=1e-9)


def test_icc_11_of_an_unbalanced_design_equals_the_count_by_hand():
    # units (1, 3), (4, 4, 7), (9): means 2, 5, 9; within 2 + 6; grand mean 28/6; k0 = (6 - 14/6) / 2 = 11/6
    ratings = np.array([[1, 3, np.nan], [4, 4, 7], [9, np.nan, np.nan]])
    between = (2 * (2 - 28 / 6) ** 2 + 3 * (5 - 28 / 6) ** 2 + (9 - 28 / 6) ** 2) / 2
    within, typical, harmonic = 8 / 3, 11 / 6, 3 / (1 / 2 + 1 / 3 + 1)
    single = (between - within) / (between + (typical - 1) * within)
    assert icc(ratings, form="icc_11") == pytest.approx(single)
    assert icc(ratings, form="icc_1k") == pytest.approx(harmonic * single / (1 + (harmonic - 1) * single))


@pytest.mark.parametrize("form", COMPLETE_FORMS)
def test_two_way_forms_use_the_complete_units_only(form):
    ratings = random_marks(3)
    holed = np.vstack([ratings, [5, np.nan, 1, 2]])
    assert icc(holed, form=form) == pytest.approx(icc(ratings, form=form))


def test_a_constant_juror_effect_lowers_agreement_and_leaves_consistency():
    ratings = random_marks(4)
    shifted = ratings + np.array([0, 0, 0, 5])
    assert icc(shifted, form="icc_c1") == pytest.approx(icc(ratings, form="icc_c1"))
    assert icc(shifted, form="icc_a1") < icc(ratings, form="icc_a1") - 0.1


@settings(max_examples=20)
@given(seed=st.integers(0, 1000))
def test_f_intervals_hold_their_value(seed):
    ratings = random_marks(seed)
    for form in PINGOUIN:
        ends = icc_interval(ratings, form=form)
        assert ends.low < icc(ratings, form=form) < ends.high


SPARSE = np.array([[1, 2, np.nan], [np.nan, 3, 4], [2, np.nan, 5]])


@pytest.mark.parametrize(
    ("ratings", "form", "code"),
    [
        (SPARSE, "icc_a1", "no_complete_units"),
        (np.array([[1.0], [2]]), "icc_c1", "too_few_jurors"),
        (np.array([[1.0], [2]]), "icc_11", "one_juror"),
        (np.array([[1.0, 2]]), "icc_11", "too_few_units"),
        (np.full((3, 3), 4.0), "icc_11", "no_variation"),
        (np.full((3, 3), 4.0), "icc_ak", "no_variation"),
        (np.array([[1.0, 5], [1, 5], [1, 5]]), "icc_ck", "no_signal"),
        (np.array([[1.0, 5], [5, 1]]), "icc_1k", "no_signal"),
    ],
)
def test_icc_says_why_it_is_not_defined(ratings, form, code):
    with pytest.raises(NotDefined) as reason:
        icc(ratings, form=form)
    assert reason.value.code == code


def test_one_way_icc_needs_no_complete_unit():
    assert -1 < icc(SPARSE, form="icc_11") < 1


@pytest.mark.parametrize(
    ("ratings", "form", "code"),
    [
        (SPARSE[:2], "icc_11", None),
        (np.vstack([SPARSE, [1, 2, 3]]), "icc_11", "no_interval"),
        (np.array([[1, np.nan, np.nan], [2, 3, 5]]), "icc_11", "no_interval"),
        (np.array([[1.0, 2], [3, 4], [6, 7]]), "icc_a1", "perfect"),
        (np.array([[1.0, 1], [3, 3]]), "icc_11", "perfect"),
    ],
    ids=[
        "two marks a unit",
        "other numbers of marks",
        "one mark and three",
        "a constant between jurors",
        "equal marks",
    ],
)
def test_f_interval_says_why_it_is_not_defined(ratings, form, code):
    if code is None:
        assert icc_interval(ratings, form=form).interval == "F"
        return
    with pytest.raises(NotDefined) as reason:
        icc_interval(ratings, form=form)
    assert reason.value.code == code
