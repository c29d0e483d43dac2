"""The jackknife over offices, the two-way jackknife, and the table of every coefficient by every interval."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t

from analysis.errors import NotDefined
from analysis.statistics.jackknife import jackknife_interval, stretch
from analysis.statistics.registry import COEFFICIENTS, Coefficient, coefficient_table, panel_interval
from analysis.statistics.registry.intervals import crossed_interval, office_interval, without_each_office
from analysis.statistics.resample import Additive
from analysis.statistics.twoway import left_out_at_once, left_out_one_by_one, shared_variance, two_way_interval

LINES = {f"{line.name} {line.variant}": line for line in COEFFICIENTS}
ALPHA = LINES["krippendorff_alpha interval"]
LAID_OUT = [name for name, line in LINES.items() if line.prepare and line.units != "complete"]
LEVELS = np.arange(0, 10.5, 0.5)


def marks(seed, *, units=30, jurors=5, missing=0.2, severity=1.0):
    rng = np.random.default_rng(seed)
    ratings = rng.normal(5, 1.5, (units, 1)) + rng.normal(0, severity, jurors) + rng.normal(0, 1, (units, jurors))
    ratings = np.clip(ratings.round(), 0, 10)
    return np.where(rng.random(ratings.shape) < missing, np.nan, ratings)


def mean_line():
    """Give a line whose value is the mean of all marks, which has no ends."""

    def prepare(ratings, cluster):
        features = np.column_stack([(~np.isnan(ratings)).sum(axis=1), np.nansum(ratings, axis=1)]).astype(float)
        return Additive(features, cluster, lambda sums: sums[:, 1] / sums[:, 0])

    return Coefficient("mean", "all marks", lambda ratings: float(np.nanmean(ratings)), prepare, ("interval",),
                       -np.inf, np.inf, None, ())  # fmt: skip


@given(value=st.floats(-0.99, 0.99))
@pytest.mark.parametrize(("low", "high"), [(-1, 1), (-np.inf, 1), (-1, np.inf), (-np.inf, np.inf)])
def test_a_scale_without_ends_leads_back_to_the_value(low, high, value):
    scale = stretch(low, high)
    assert scale.back(scale.to(value)) == pytest.approx(value, abs=1e-9)


@pytest.mark.parametrize(("low", "high"), [(-1, 1), (0, 1), (-np.inf, 1), (0, np.inf)])
def test_the_slope_of_a_scale_is_its_difference_quotient(low, high):
    scale = stretch(low, high)
    assert scale.slope(0.4) == pytest.approx((scale.to(0.4001) - scale.to(0.3999)) / 0.0002, rel=1e-6)


def test_jackknife_of_a_mean_is_the_t_interval():
    values = np.random.default_rng(1).normal(size=20)
    without = (values.sum() - values) / 19
    ends = jackknife_interval(values.mean(), without, low=-np.inf, high=np.inf, confidence=0.9)
    assert (ends.low, ends.high) == pytest.approx(t.interval(0.9, 19, values.mean(), values.std(ddof=1) / 20**0.5))
    assert ends.se == pytest.approx(values.std(ddof=1) / 20**0.5)


def test_jackknife_takes_the_bias_of_a_variance_away():
    values = np.random.default_rng(2).normal(size=15)
    without = np.array([np.delete(values, place).var() for place in range(15)])
    ends = jackknife_interval(values.var(), without, low=-np.inf, high=np.inf, confidence=0.95)
    assert (ends.low + ends.high) / 2 == pytest.approx(values.var(ddof=1))


@pytest.mark.parametrize(
    ("without", "code"),
    [
        (np.full(7, 0.3), "too_few_units"),
        (np.full(9, 0.4), "no_resampling"),
        (np.r_[np.nan, np.linspace(0.3, 0.5, 9)], "no_resampling"),
        (np.r_[1.0, np.linspace(0.3, 0.5, 9)], "no_resampling"),
    ],
    ids=["seven offices", "no variation", "not defined without one", "perfect without one"],
)
def test_jackknife_says_why_there_is_no_interval(without, code):
    with pytest.raises(NotDefined) as reason:
        jackknife_interval(0.4, without, low=-1, high=1, confidence=0.95)
    assert reason.value.code == code


@pytest.mark.parametrize("name", LAID_OUT)
@pytest.mark.parametrize("missing", [0.0, 0.3])
def test_leaving_out_jurors_by_weights_is_leaving_them_out_of_the_table(name, missing):
    line, ratings = LINES[name], marks(3, units=12, jurors=4, missing=missing)
    try:
        line.value(ratings)
    except NotDefined:
        return
    table = left_out_one_by_one(ratings, line.value)
    assert left_out_at_once(ratings, line.prepare, cluster=np.arange(12)).jurors == pytest.approx(table.jurors)


@pytest.mark.parametrize(
    "name", ["krippendorff_alpha interval", "krippendorff_alpha ordinal", "icc_11 one-way ANOVA, unbalanced"]
)
def test_leaving_out_some_marks_by_weights_is_leaving_them_out_of_the_table(name):
    line, ratings, cluster = LINES[name], marks(4, units=24, jurors=4), np.arange(24) // 2
    found = left_out_at_once(ratings, line.prepare, cluster=cluster).marks
    assert found.shape == (4, 12)
    rest = ratings.copy()
    rest[cluster == 5, 2] = np.nan
    assert found[2, 5] == pytest.approx(line.value(rest))


def test_two_way_variance_of_a_mean_is_that_of_offices_and_jurors_less_that_of_single_marks():
    ratings = marks(5, units=16, missing=0)
    ends = crossed_interval(mean_line(), ratings, cluster=np.arange(16), confidence=0.95)
    offices, jurors = ratings.mean(axis=1), ratings.mean(axis=0)
    single = ratings.var(axis=0, ddof=1).mean() / ratings.size
    expected = offices.var(ddof=1) / 16 + jurors.var(ddof=1) / 5 - single
    assert ends.se**2 == pytest.approx(expected, rel=0.04)  # without the last term it would be a quarter larger


def test_two_way_interval_is_that_of_offices_where_jurors_do_not_differ():
    ratings = np.random.default_rng(6).normal(5, 2, (30, 1)) + np.tile([0.1, -0.1, 0.1, -0.1], (30, 1))
    ratings[::2] = ratings[::2, ::-1]
    ends = crossed_interval(mean_line(), ratings, cluster=np.arange(30), confidence=0.95)
    assert ends.se == pytest.approx(
        office_interval(mean_line(), ratings, cluster=np.arange(30), confidence=0.95).se, rel=0.01
    )


def test_what_jurors_share_with_offices_is_nothing_where_single_marks_were_not_left_out():
    assert shared_variance(0.5, left_out_one_by_one(marks(7), ALPHA.value)) == 0


def test_two_way_interval_is_wider_than_that_over_offices_where_severities_differ():
    ratings = marks(8, severity=2.0)
    these = office_interval(ALPHA, ratings, cluster=np.arange(30), confidence=0.95)
    others = crossed_interval(ALPHA, ratings, cluster=np.arange(30), confidence=0.95)
    assert others.high - others.low > 1.3 * (these.high - these.low)


def test_two_way_interval_does_not_depend_on_the_order_of_units_and_jurors():
    ratings, rng = marks(9, units=15), np.random.default_rng(1)
    order, jurors = rng.permutation(15), rng.permutation(5)
    one = crossed_interval(ALPHA, ratings, cluster=np.arange(15), confidence=0.95)
    other = crossed_interval(ALPHA, ratings[order][:, jurors], cluster=order, confidence=0.95)
    assert (one.low, one.high) == pytest.approx((other.low, other.high))


def test_two_jurors_have_no_two_way_interval_and_say_so():
    with pytest.raises(NotDefined) as reason:
        crossed_interval(ALPHA, marks(1, jurors=2), cluster=np.arange(30), confidence=0.95)
    assert reason.value.code == "too_few_jurors"


def test_two_way_interval_needs_offices_as_the_jackknife_does():
    ratings = marks(1, units=7)
    without = without_each_office(ALPHA, ratings, cluster=np.arange(7))
    with pytest.raises(NotDefined) as reason:
        two_way_interval(0.5, without_offices=without, left_out=left_out_one_by_one(ratings, ALPHA.value),
                         bounds=(-1, 1), confidence=0.95)  # fmt: skip
    assert reason.value.code == "too_few_units"


@pytest.mark.parametrize(("jurors", "said"), [(5, True), (6, False)])
def test_below_six_jurors_the_interval_for_other_jurors_says_few(jurors, said):
    interval = panel_interval(ALPHA, marks(2, jurors=jurors), cluster=np.arange(30)).interval
    assert ("few jurors" in interval) == said
    assert interval.endswith(", jurors like these")


def test_one_way_icc_of_complete_units_takes_its_f_interval_for_jurors_like_these():
    line = LINES["icc_11 one-way ANOVA, unbalanced"]
    complete, sparse = (panel_interval(line, marks(3, missing=share), cluster=np.arange(30)) for share in (0, 0.3))
    assert complete.interval == "F, few jurors, jurors like these"
    assert sparse.interval.startswith("two-way jackknife over 30 offices and 5 jurors")


@pytest.fixture(scope="module", autouse=True)
def fewer_resamples():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("analysis.statistics.registry.table.REPLICATES", 100)
        yield


@pytest.fixture(scope="module")
def table(fewer_resamples):
    return coefficient_table(marks(11, units=14), levels=LEVELS, cluster=np.arange(14))


def test_the_table_has_every_coefficient_by_every_interval(table):
    ways = {("analytic", "these jurors"), ("analytic", "jurors like these"), ("bca", "these jurors"),
            ("jackknife", "these jurors"), ("two_way", "jurors like these")}  # fmt: skip
    assert {(row.name, row.variant, row.method, row.target) for row in table} == {
        (line.name, line.variant, *way) for line in COEFFICIENTS for way in ways
    }
    assert all(np.isfinite(row.low) == (row.reason == "") for row in table)


def test_rows_of_the_table_are_the_intervals_of_the_line(table):
    ratings = marks(11, units=14)
    rows = {row.method: row for row in table
            if (row.name, row.variant) == ("krippendorff_alpha", "interval") and row.reason == ""}  # fmt: skip
    ends = office_interval(ALPHA, ratings, cluster=np.arange(14), confidence=0.95)
    assert (rows["jackknife"].low, rows["jackknife"].high) == (ends.low, ends.high)
    assert (rows["jackknife"].n_units, rows["jackknife"].n_jurors) == ((np.isfinite(ratings).sum(1) > 1).sum(), 5)


def test_the_table_takes_no_interval_for_independent_units_where_units_share_an_office():
    rows = coefficient_table(marks(11, units=16), levels=LEVELS, cluster=np.arange(16) // 2)
    assert {row.reason for row in rows if row.method == "analytic"} <= {"no_interval", "many_jurors"}


@pytest.mark.parametrize(
    "ratings",
    [np.full((9, 3), np.nan), np.full((9, 3), 4.0), marks(1, jurors=1), np.eye(4) * 3 + np.where(np.eye(4), 0, np.nan)],
    ids=["all missing", "constant", "one juror", "no overlap"],
)
def test_the_table_of_data_that_define_little_has_reasons(ratings):
    rows = coefficient_table(ratings, levels=LEVELS, cluster=np.arange(len(ratings)))
    assert all(row.reason for row in rows if np.isnan(row.low))
