"""Reliability: witnesses on random designs, unbalanced cases by hand, and what is not defined."""

import warnings
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import f_oneway

from analysis.errors import NotDefined
from analysis.statistics.reliability import (
    FORMS,
    icc,
    icc_ak_interval_shrout_fleiss,
    icc_interval,
    icc_pairs,
    icc_test,
)
from analysis.statistics.replicates import icc_replicates
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


def test_the_interval_of_shrout_and_fleiss_equals_pingouin_to_its_two_decimals():
    ratings = random_marks(7)
    ends = icc_ak_interval_shrout_fleiss(ratings)
    assert (ends.low, ends.high) == pytest.approx(pingouin_iccs(ratings)["ICC(A,k)"][1:], abs=0.0051)


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


def pair_by_definition(pair, form):
    """Give a two-juror correlation from means and variances: McGraw and Wong's with k = 2."""
    units = len(pair)
    mean, spread = pair.mean(axis=1), np.var(pair, axis=1, ddof=1)
    rows = 2 * np.var(mean, ddof=1)
    columns = units * np.var(pair.mean(axis=0), ddof=1)
    residual = (spread.sum() - columns) / (units - 1)
    severity = 2 * (columns - residual) / units if form == "icc_a1" else 0
    return (rows - residual) / (rows + residual + severity)


@pytest.mark.parametrize("form", ["icc_a1", "icc_c1"])
@given(seed=st.integers(0, 1000), missing=st.sampled_from([0, 0.4]))
def test_the_mean_over_pairs_of_jurors_weighs_each_pair_by_its_common_units(form, seed, missing):
    ratings = random_marks(seed)
    ratings[np.random.default_rng(seed).random(ratings.shape) < missing] = np.nan
    values, weights = [], []
    for one, other in combinations(ratings.T, 2):
        pair = np.column_stack([one, other])[~np.isnan(one + other)]
        if len(pair) >= 3:
            values.append(pair_by_definition(pair, form))
            weights.append(len(pair))
    assert icc_pairs(ratings, form=form) == pytest.approx(np.average(values, weights=weights))


@pytest.mark.parametrize("form", ["icc_a1", "icc_c1"])
def test_the_mean_over_pairs_of_two_jurors_is_their_intraclass_correlation(form):
    ratings = random_marks(5, jurors=2)
    assert icc_pairs(ratings, form=form) == pytest.approx(icc(ratings, form=form))


@pytest.mark.parametrize(
    ("ratings", "code"),
    [
        (SPARSE, "too_few_units"),
        (np.full((4, 3), 2.0), "no_variation"),
        (np.array([[1.0], [2]]), "one_juror"),
        (np.full((2, 2), np.nan), "no_data"),
    ],
)
def test_the_mean_over_pairs_of_jurors_says_why_it_is_not_defined(ratings, code):
    with pytest.raises(NotDefined) as reason:
        icc_pairs(ratings, form="icc_c1")
    assert reason.value.code == code


@pytest.mark.parametrize("form", sorted(PINGOUIN))
def test_f_test_of_each_form_equals_pingouin(form):
    ratings = random_marks(11)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pingouin

        long = pd.DataFrame(ratings).melt(ignore_index=False, var_name="juror", value_name="mark").reset_index()
        table = pingouin.intraclass_corr(long, targets="index", raters="juror", ratings="mark").set_index("Type")
    witness = table.loc[PINGOUIN[form]]
    p_value = witness[next(column for column in table if column.startswith("p"))]
    found = icc_test(ratings, form=form)
    assert (found.value, found.df, found.df_error) == pytest.approx((witness["F"], witness["df1"], witness["df2"]))
    assert found.p_value == pytest.approx(p_value, rel=1e-6)


def test_f_has_no_denominator_where_jurors_differ_by_a_constant_only():
    with pytest.raises(NotDefined, match="perfect"):
        icc_test(np.array([[1.0, 2], [3, 4], [6, 7]]), form="icc_c1")


def repeated_marks(seed, *, shape=(9, 4, 3)):
    units, jurors, _ = shape
    rng = np.random.default_rng(seed)
    return (
        rng.normal(0, 2, (units, 1, 1)) + rng.normal(0, 1, (1, jurors, 1)) + rng.normal(0, 1, (units, jurors, 1))
        + rng.normal(0, 0.7, shape)
    )  # fmt: skip


def test_components_of_complete_replicates_equal_those_of_the_analysis_of_variance():
    marks = repeated_marks(2)
    units, jurors, times = marks.shape
    cells, grand = marks.mean(axis=2), marks.mean()
    rows, columns = cells.mean(axis=1) - grand, cells.mean(axis=0) - grand
    between = jurors * times * (rows**2).sum() / (units - 1)
    severity = units * times * (columns**2).sum() / (jurors - 1)
    both = times * ((cells - grand - rows[:, None] - columns) ** 2).sum() / ((units - 1) * (jurors - 1))
    error = ((marks - cells[:, :, None]) ** 2).sum() / (units * jurors * (times - 1))
    found = icc_replicates(marks)
    witness = (between - both) / (jurors * times), (severity - both) / (units * times), (both - error) / times, error
    assert (found.units, found.jurors, found.units_by_jurors, found.error) == pytest.approx(witness, rel=1e-5)
    assert found.inter == pytest.approx(witness[0] / sum(witness), rel=1e-5)
    assert found.intra == pytest.approx(1 - witness[3] / sum(witness), rel=1e-5)


def test_correlations_of_replicates_with_holes_near_those_of_the_marks_drawn():
    # variances 4, 1, 1, 0.49 of units, jurors, both, error; the jurors are many, so their variance is known well
    marks = repeated_marks(3, shape=(150, 60, 2))
    marks[np.random.default_rng(4).random(marks.shape) < 0.5] = np.nan
    found = icc_replicates(marks)
    assert (found.inter, found.intra) == pytest.approx((4 / 6.49, 6 / 6.49), abs=0.06)


@pytest.mark.parametrize(
    ("marks", "code"),
    [
        (np.full((3, 3, 2), 4.0), "no_variation"),
        (np.full((2, 2, 2), np.nan), "no_data"),
        (repeated_marks(1, shape=(4, 3, 1)), "confounded"),
        (repeated_marks(1, shape=(4, 1, 3)), "confounded"),
    ],
)
def test_correlations_of_replicates_say_why_they_are_not_defined(marks, code):
    with pytest.raises(NotDefined) as reason:
        icc_replicates(marks)
    assert reason.value.code == code


def test_marks_without_replicates_in_their_shape_are_refused():
    with pytest.raises(ValueError, match="units × jurors × replicates"):
        icc_replicates(np.ones((3, 3)))


def test_the_table_of_the_ten_forms_stands_in_the_methods():
    rows = [f"| {form.name} | {form.model} | {form.question} | `{form.form}` |" for form in FORMS]
    methods = (Path(__file__).parents[1] / "docs" / "methods.md").read_text(encoding="utf-8")
    assert len(FORMS) == 10
    assert "\n".join(rows) in methods
