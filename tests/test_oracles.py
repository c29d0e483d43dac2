"""Published values: every row of oracles/expected.csv, and the few short lists typed below."""

from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import oracle_statistics_components
import oracle_statistics_generalizability
import oracle_statistics_kappas
import oracle_statistics_order
import oracle_statistics_rasch
from analysis.statistics.agreement import agreement
from analysis.statistics.alpha import krippendorff_alpha
from analysis.statistics.concordance import kendall_test, kendall_w
from analysis.statistics.jurors import severity_additive
from analysis.statistics.multiplicity import benjamini_hochberg
from analysis.statistics.registry import COEFFICIENTS
from analysis.statistics.reliability import (
    icc,
    icc_ak_interval_shrout_fleiss,
    icc_interval,
    icc_test,
)
from analysis.statistics.survey import alpha_of_covariance, cronbach_alpha, feldt_interval, wilson_interval
from analysis.statistics.variance import two_way

ORACLES = Path(__file__).parent / "oracles"
EXPECTED = pd.read_csv(ORACLES / "expected.csv", comment="#", dtype={"value": str})
PAIRS = {"gwet_abstractors": 1, "stuart_1953": 1, "cohen_1968": 200}  # units a count stands for
FORMS = ("icc_11", "icc_1k", "icc_a1", "icc_ak", "icc_c1", "icc_ck")


def table(name):
    """Read a typed table; counts of pairs, or of the levels of a unit, become one row a unit."""
    if name == "anxiety_pair":
        return table("anxiety")[:, :2]
    numbers = pd.read_csv(ORACLES / f"{name}.csv", comment="#").to_numpy(float)
    if name == "fleiss_table":
        return np.array([np.repeat(np.arange(numbers.shape[1]), counts) for counts in numbers.astype(int)], dtype=float)
    if name not in PAIRS:
        return numbers
    first, second = np.indices(numbers.shape)
    pairs = np.column_stack([first.ravel(), second.ravel()])
    return np.repeat(pairs, (numbers.ravel() * PAIRS[name]).round().astype(int), axis=0).astype(float)


def ends(interval):
    return interval.low, interval.high


def f_and_df(ratings, form):
    test = icc_test(ratings, form=form)
    return test.value, test.df, test.df_error


def variance_components(ratings):
    parts = two_way(ratings)
    units = (parts.units_square - parts.residual_square) / parts.jurors
    return units, (parts.jurors_square - parts.residual_square) / parts.units, parts.residual_square


def chi_square(ratings):
    test = kendall_test(ratings)
    return test.value, test.df, test.p_value


STATISTICS = {
    **oracle_statistics_components.STATISTICS,
    **oracle_statistics_generalizability.STATISTICS,
    **oracle_statistics_kappas.STATISTICS,
    **oracle_statistics_order.STATISTICS,
    **oracle_statistics_rasch.STATISTICS,
    **{form: partial(icc, form=form) for form in FORMS},
    **{f"{form} interval": lambda x, form=form: ends(icc_interval(x, form=form)) for form in FORMS},
    **{
        f"alpha {level}": partial(krippendorff_alpha, level=level)
        for level in ("nominal", "ordinal", "interval", "ratio")
    },
    "icc_ak interval Shrout-Fleiss": lambda x: ends(icc_ak_interval_shrout_fleiss(x)),
    "one-way F and df": partial(f_and_df, form="icc_11"),
    "two-way F and df": partial(f_and_df, form="icc_c1"),
    "variance components": variance_components,
    "kendall_w": kendall_w,
    "kendall chi-square": chi_square,
    "exact_agreement": agreement,
    "cronbach_alpha": cronbach_alpha,
    "feldt interval": lambda x: ends(feldt_interval(x)),
    "alpha of covariance": alpha_of_covariance,
}


@pytest.mark.parametrize(
    ("data", "statistic", "value", "tolerance"),
    [
        pytest.param(*row[:4], id=f"{row.statistic} of {row.data} ({row.source})")
        for row in EXPECTED.itertuples(index=False)
    ],
)
def test_published_value_is_met(data, statistic, value, tolerance):
    expected = [float(number) for number in value.split(";")]
    assert np.atleast_1d(STATISTICS[statistic](table(data))) == pytest.approx(expected, abs=tolerance)


def test_every_coefficient_of_the_registry_has_a_published_value_or_a_hand_count():
    published = {statistic.replace("alpha ", "krippendorff_alpha ") for statistic in EXPECTED["statistic"]}
    counted_by_hand = {  # in test_agreement.py
        "adjacent_agreement", "exact_agreement_expected", "adjacent_agreement_expected", "pair_difference",
    }  # fmt: skip
    for line in COEFFICIENTS:
        names = {line.name, f"{line.name} {line.variant}"}
        assert names & (published | counted_by_hand), f"{line.name} ({line.variant}) has no oracle"


# Benjamini & Hochberg (1995), section 4.1: 15 p values; adjusted by R's p.adjust
BH_1995 = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528,
           0.7590, 1.0]  # fmt: skip
BH_1995_ADJUSTED = [0.0015, 0.003, 0.0095, 0.035625, 0.0603, 0.0638571428571, 0.0638571428571, 0.0645, 0.0765, 0.486,
                    0.581181818182, 0.714875, 0.753230769231, 0.813214285714, 1]  # fmt: skip


def test_q_values_of_benjamini_and_hochberg_1995_equal_those_of_r():
    assert benjamini_hochberg(np.array(BH_1995)) == pytest.approx(BH_1995_ADJUSTED, rel=1e-10)


def test_benjamini_and_hochberg_1995_reject_four_hypotheses():
    assert (benjamini_hochberg(np.array(BH_1995)) <= 0.05).sum() == 4


@pytest.mark.parametrize(
    ("hits", "number", "low", "high"),
    [
        (0, 10, 0, 0.277532799863),
        (1, 12, 0.0148650944049, 0.353879911141),
        (7, 20, 0.181191824101, 0.567145723315),
        (45, 60, 0.62767929923, 0.842234774699),
        (10, 10, 0.722467200137, 1),
    ],
)
def test_wilson_interval_equals_that_of_r(hits, number, low, high):
    assert ends(wilson_interval(hits, number)) == pytest.approx((low, high), abs=1e-11)


STRICTLY = [0.7108, 0.8058, 0.7686, 0.7123, 0.7940, 0.7762, 0.8020, 0.7558, 0.7870, 0.8485, 0.8134, 0.8083, 0.8212,
            0.7674, 0.8410]  # fmt: skip
STRICTLY_SEVERITY = {"craig": 1.043, "arlene": 0.573, "darcey": 0.147, "bruno": 0.051, "len": 0, "shirley": -0.023,
                     "alesha": -0.107, "donny": -0.440, "jennifer": -0.604}  # fmt: skip


@pytest.fixture(scope="module")
def strictly(shared):
    scores = pd.read_csv(shared / "data" / "strictly_come_dancing" / "results.csv")
    jurors = [column for column in scores if column.startswith("score_")]
    scores[jurors] = scores[jurors].where(scores[jurors] > 0).astype(float)
    return scores, jurors


@pytest.mark.real
def test_alpha_of_fifteen_series_of_dancing_equals_the_figures_beside_the_data(strictly):
    scores, jurors = strictly
    alphas = [krippendorff_alpha(rows[jurors].to_numpy()) for _, rows in scores.groupby("series")]
    assert [krippendorff_alpha(scores[jurors].to_numpy()), *alphas] == pytest.approx([0.7993, *STRICTLY], abs=5e-5)


@pytest.mark.real
def test_severities_of_nine_dancing_judges_equal_the_additive_model_beside_the_data(strictly):
    scores, jurors = strictly
    value = dict(zip(jurors, severity_additive(scores[jurors].to_numpy()).value, strict=True))
    relative = {name: value[f"score_{name}"] - value["score_len"] for name in STRICTLY_SEVERITY}
    assert relative == pytest.approx(STRICTLY_SEVERITY, abs=5e-4)


CHOPIN = {  # interval alpha, ordinal alpha, W, ICC(A,1), ICC(C,1) of the four stages
    "1": (0.2229, 0.2183, 0.3118, 0.2207, 0.2613),
    "2": (0.1303, 0.1305, 0.1999, 0.1197, 0.1405),
    "3": (0.1752, 0.1845, 0.2250, 0.1157, 0.1337),
    "4": (0.0625, 0.0674, 0.2498, 0.1219, 0.1607),
}


@pytest.mark.real
@pytest.mark.parametrize("stage", CHOPIN)
def test_agreement_of_the_piano_jury_equals_the_figures_beside_the_data(shared, stage):
    marks = pd.read_csv(shared / "data" / "chopin_2025" / f"asuguit_{stage}.csv").iloc[:, 2:19]
    ratings = marks.apply(pd.to_numeric, errors="coerce").to_numpy(float)
    found = (
        krippendorff_alpha(ratings), krippendorff_alpha(ratings, level="ordinal"), kendall_w(ratings),
        icc(ratings, form="icc_a1"), icc(ratings, form="icc_c1"),
    )  # fmt: skip
    assert found == pytest.approx(CHOPIN[stage], abs=5e-5)
