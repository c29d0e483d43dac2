"""Statistics of two stages: correlation, spread, range, beside scipy and figures by hand."""

import numpy as np
import pytest
from scipy import stats

from analysis.errors import NotDefined
from analysis.statistics.resample import multinomial_weights, resampled_values
from analysis.statistics.stages import (
    correlation,
    correlation_interval,
    range_restriction,
    resampled_spread_ratio,
    spread_ratio,
)

RNG = np.random.default_rng(3)
EARLIER = RNG.normal(6, 1, 40)
LATER = EARLIER + RNG.normal(0, 1, 40)


@pytest.mark.parametrize(("kind", "witness"), [("pearson", stats.pearsonr), ("spearman", stats.spearmanr)])
def test_correlation_of_stages_is_that_of_scipy(kind, witness):
    assert correlation(EARLIER, LATER, kind=kind) == pytest.approx(witness(EARLIER, LATER).statistic, abs=1e-9)


def test_interval_of_pearsons_correlation_is_that_of_scipy():
    found = correlation_interval(EARLIER, LATER, kind="pearson", independent=40)
    witness = stats.pearsonr(EARLIER, LATER).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx(tuple(witness), abs=1e-9)


def test_interval_of_a_rank_correlation_is_wider_than_that_of_pearsons_for_the_same_value():
    ranks = np.arange(20.0), np.argsort(np.random.default_rng(5).random(20)).astype(float)
    plain, ranked = (correlation_interval(*ranks, kind=kind, independent=20) for kind in ("pearson", "spearman"))
    assert ranked.high - ranked.low > plain.high - plain.low


def test_fewer_offices_than_dossiers_make_the_interval_wider():
    wide = correlation_interval(EARLIER, LATER, kind="pearson", independent=12)
    narrow = correlation_interval(EARLIER, LATER, kind="pearson", independent=40)
    assert wide.low < narrow.low < narrow.high < wide.high


@pytest.mark.parametrize(("count", "code"), [(2, "too_few_units"), (3, "no_variation")])
def test_a_correlation_that_is_not_defined_says_why(count, code):
    with pytest.raises(NotDefined, match=code):
        correlation(np.full(count, 5.0), np.arange(count, dtype=float), kind="pearson")


def test_stages_in_exactly_the_same_order_have_no_interval():
    with pytest.raises(NotDefined, match="perfect"):
        correlation_interval(EARLIER, EARLIER, kind="spearman", independent=40)


def test_spread_ratio_of_differences_twice_as_large_is_two():
    before = np.array([[1.0, 2.0], [4.0, 5.0], [7.0, np.nan]])
    after = np.array([[3.0, 5.0, np.nan], [6.0, np.nan, 4.0], [1.0, 1.0, 1.0]])
    # squares within: 0.5 + 0.5 on 2 degrees of freedom; 2 + 2 + 0 on 4
    assert spread_ratio(before, after) == pytest.approx(np.sqrt((4 / 4) / (1 / 2)))


def test_resampled_spread_ratio_is_the_ratio_of_the_drawn_dossiers():
    rng = np.random.default_rng(4)
    before, after = rng.normal(size=(10, 3)), rng.normal(size=(10, 4))
    weights = multinomial_weights(10, rng=rng, replicates=5)
    found = resampled_values(resampled_spread_ratio(before, after, np.arange(10)), weights)
    drawn = [spread_ratio(np.repeat(before, w, axis=0), np.repeat(after, w, axis=0)) for w in weights]
    assert found == pytest.approx(drawn)


def test_spread_that_is_not_defined_says_why():
    with pytest.raises(NotDefined, match="one_juror"):
        spread_ratio(np.array([[1.0, np.nan]]), np.array([[1.0, 2.0]]))
    with pytest.raises(NotDefined, match="no_variation"):
        spread_ratio(np.array([[2.0, 2.0]]), np.array([[1.0, 2.0]]))


def test_range_of_the_best_half_is_narrower_than_that_of_all():
    best = np.sort(EARLIER)[20:]
    assert range_restriction(best, EARLIER) == pytest.approx(best.std(ddof=1) / EARLIER.std(ddof=1))
    assert range_restriction(best, EARLIER) < 1


def test_range_that_is_not_defined_says_why():
    with pytest.raises(NotDefined, match="too_few_units"):
        range_restriction(EARLIER[:1], EARLIER)
    with pytest.raises(NotDefined, match="no_variation"):
        range_restriction(np.full(2, 5.0), np.full(4, 5.0))
