"""Keyed random numbers, multinomial weights, the BCa interval."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, bootstrap, chisquare, ks_2samp, norm, t

from analysis.errors import NotDefined
from analysis.statistics.registry import (
    COEFFICIENTS,
    Coefficient,
    bootstrap_interval,
    cluster_interval,
)
from analysis.statistics.resample import (
    FEWEST_CLUSTERS,
    Additive,
    Draws,
    Reweighted,
    bca_interval,
    generator,
    multinomial_weights,
    pattern_values,
    resampled_values,
)
from analysis.statistics.trends import bootstrap_mean_interval, resampled_mean

LINES = {f"{line.name} {line.variant}": line for line in COEFFICIENTS}
RESAMPLED = [name for name, line in LINES.items() if line.prepare]
ALPHA = LINES["krippendorff_alpha interval"]


def weights(clusters, replicates=2000, key="test"):
    return multinomial_weights(clusters, rng=generator(1, key), replicates=replicates)


def marks(seed, *, units=30, jurors=5, missing=0.2):
    rng = np.random.default_rng(seed)
    ratings = np.clip(rng.normal(5, 1.5, (units, 1)) + rng.normal(0, 1, (units, jurors)), 0, 10)
    return np.where(rng.random(ratings.shape) < missing, np.nan, ratings.round())


def test_a_key_gives_the_same_numbers_and_another_key_others():
    first, again, other = (generator(7, *key).random(5) for key in (("e01", "s1"), ("e01", "s1"), ("e01", "s2")))
    assert (first == again).all()
    assert (first != other).all()


def test_parts_of_a_key_do_not_run_together():
    assert generator(7, "e01", "s1").random() != generator(7, "e01s", "1").random()


def test_another_seed_gives_other_numbers():
    assert generator(7, "e01").random() != generator(8, "e01").random()


@given(clusters=st.integers(1, 400), replicates=st.integers(1, 30), seed=st.integers(0, 99))
def test_weights_draw_as_many_clusters_as_there_are(clusters, replicates, seed):
    drawn = multinomial_weights(clusters, rng=np.random.default_rng(seed), replicates=replicates)
    assert drawn.shape == (replicates, clusters)
    assert (drawn.sum(axis=1) == clusters).all()


def test_weights_follow_the_binomial_of_each_cluster():
    drawn = weights(20, replicates=5000)
    seen = np.bincount(np.minimum(drawn[:, 3], 4), minlength=5)
    expected = [*binom.pmf(range(4), 20, 1 / 20), binom.sf(3, 20, 1 / 20)]
    assert chisquare(seen, 5000 * np.array(expected)).pvalue > 0.001


def test_weights_of_fewer_resamples_are_the_first_of_more():
    assert (weights(30, 10) == weights(30, 50)[:10]).all()


def test_additive_and_reweighted_forms_of_a_mean_agree():
    values, cluster = np.random.default_rng(1).normal(size=40), np.repeat(np.arange(10), 4)
    additive = resampled_mean(values, cluster)
    looked_at = Reweighted(lambda w: w @ values / w.sum(axis=1), cluster, np.ones(40, dtype=bool))
    drawn = weights(10, 50)
    assert resampled_values(additive, drawn) == pytest.approx(resampled_values(looked_at, drawn))
    assert additive.without_each() == pytest.approx(looked_at.without_each())


PAIRS = [name for name in RESAMPLED if LINES[name].units == "paired"]


def few_patterns(units=600):
    """Draw marks of two jurors or three on three levels: at most 27 + 27 kinds of units."""
    return np.where(np.random.default_rng(8).random((units, 3)) < 0.2, np.nan, marks(7, units=units, jurors=3) // 4)


@pytest.mark.parametrize("name", PAIRS)
def test_a_resample_of_patterns_has_the_value_of_the_units_it_stands_for(name):
    line, ratings = LINES[name], few_patterns()
    try:
        prepared = line.prepare(ratings, np.arange(600))
    except NotDefined:
        return
    if not isinstance(prepared, Additive):
        return
    first, number = prepared.patterns()
    drawn = np.random.default_rng(2).multinomial(600, number / 600)
    found = prepared.combine(drawn[None] @ prepared.sums[first])[0]
    assert number.sum() == 600
    assert found == pytest.approx(line.value(np.repeat(ratings[first], drawn, axis=0)))


def test_values_of_drawn_patterns_have_the_distribution_of_drawn_units():
    prepared = ALPHA.prepare(few_patterns(200), np.arange(200))
    first, number = prepared.patterns()
    merged = pattern_values(prepared, first, number=number, rng=np.random.default_rng(3), replicates=5000)
    units = resampled_values(prepared, weights(200, 5000))
    assert len(first) < 60
    assert ks_2samp(merged, units).pvalue > 0.01


def test_many_units_of_few_kinds_are_drawn_kind_by_kind_and_no_weights_are_made():
    draws = Draws(600, 1, ("test",), 50)
    assert len(draws.values(ALPHA.prepare(few_patterns(), np.arange(600)))) == 50
    assert "weights" not in vars(draws)


@pytest.mark.parametrize("shared", [True, False], ids=["units that share an office", "units of many kinds"])
def test_units_that_are_not_alike_are_drawn_by_weights(shared):
    ratings = few_patterns() if shared else np.random.default_rng(1).normal(size=(600, 3))
    cluster = np.arange(600) // 2 if shared else np.arange(600)
    prepared, draws = ALPHA.prepare(ratings, cluster), Draws(cluster.max() + 1, 1, ("test",), 50)
    assert (draws.values(prepared) == resampled_values(prepared, draws.weights)).all()


def test_patterns_that_share_a_mark_by_chance_stay_apart():
    values = np.random.default_rng(0).standard_normal(2)  # the mark of [0, 1] is that of [v1 / v0, 0]
    sums = np.array([[0.0, 1.0], [values[1] / values[0], 0.0]])
    prepared = Additive(sums[[0, 1, 0, 1]], np.arange(4), lambda total: total[:, 0])
    assert prepared.patterns()[1].tolist() == [2, 2]


def test_bca_interval_of_a_mean_equals_scipys_but_for_the_draws_and_the_t_quantile():
    values = np.random.default_rng(3).gamma(1.5, 2, 40)
    ours = bootstrap_mean_interval(values, cluster=np.arange(40), weights=weights(40, 60_000))
    wider = 2 * norm.cdf(np.sqrt(40 / 39) * t.ppf(0.975, 39)) - 1
    theirs = bootstrap(
        (values,), np.mean, n_resamples=60_000, method="BCa", confidence_level=wider, rng=np.random.default_rng(1)
    )
    witness = theirs.confidence_interval
    assert (ours.low, ours.high) == pytest.approx((witness.low, witness.high), abs=0.02)
    assert ours.se == pytest.approx(theirs.standard_error, rel=0.02)


def test_bca_interval_covers_alpha_in_about_95_of_100_panels():
    variance = 1.5**2 / (1.5**2 + 1)  # alpha of the population, continuous marks
    covered = []
    for seed in range(200):
        rng = np.random.default_rng(seed)
        ratings = rng.normal(5, 1.5, (30, 1)) + rng.normal(0, 1, (30, 5))
        ratings[rng.random(ratings.shape) < 0.2] = np.nan
        ends = bootstrap_interval(ALPHA, ratings, cluster=np.arange(30), weights=weights(30, 600, str(seed)))
        covered.append(ends.low < variance < ends.high)
    assert 0.90 <= np.mean(covered) <= 0.98


@pytest.mark.parametrize("name", RESAMPLED)
def test_interval_of_every_coefficient_holds_its_value(name):
    ratings = marks(4, jurors=2 if LINES[name].name in ("cohen_kappa", "scott_pi") else 5)
    ends = bootstrap_interval(LINES[name], ratings, cluster=np.arange(30), weights=weights(30))
    assert ends.low < LINES[name].value(ratings) < ends.high
    assert ends.interval.startswith("BCa bootstrap over offices, 2000 resamples")


def test_order_of_the_units_moves_no_interval_while_the_cluster_labels_stay():
    ratings, order = marks(5), np.random.default_rng(1).permutation(30)
    one = bootstrap_interval(ALPHA, ratings, cluster=np.arange(30), weights=weights(30))
    other = bootstrap_interval(ALPHA, ratings[order], cluster=order, weights=weights(30))
    assert (one.low, one.high, one.se) == pytest.approx((other.low, other.high, other.se))


def test_units_of_one_office_are_drawn_together():
    ratings, cluster = np.repeat(marks(6, units=12), 4, axis=0), np.repeat(np.arange(12), 4)
    together = bootstrap_interval(ALPHA, ratings, cluster=cluster, weights=weights(12))
    apart = bootstrap_interval(ALPHA, ratings, cluster=np.arange(48), weights=weights(48))
    assert together.se > 1.5 * apart.se


def test_resamples_without_a_value_are_left_out_and_counted():
    def combine(sums):
        return np.where(sums[:, :3].any(axis=1), sums[:, 3], np.nan)

    drawn = weights(10)
    undefined = (drawn[:, :3] == 0).all(axis=1).sum()
    ends = bca_interval(1.0, Additive(np.eye(10), np.arange(10), combine), weights=drawn, confidence=0.95)
    assert 0 < undefined < 200
    assert ends.interval == f"BCa bootstrap over offices, 2000 resamples, {undefined} not defined"


def test_perfect_agreement_has_no_interval_and_says_so():
    with pytest.raises(NotDefined) as reason:
        bootstrap_interval(ALPHA, np.repeat(np.arange(12.0)[:, None], 3, axis=1), cluster=np.arange(12),
                           weights=weights(12))  # fmt: skip
    assert reason.value.code == "perfect"


def test_no_agreement_anywhere_has_no_interval_and_is_not_called_perfect():
    line = LINES["exact_agreement mean over units of the share of pairs"]
    with pytest.raises(NotDefined) as reason:
        bootstrap_interval(line, np.tile([1.0, 2.0], (12, 1)), cluster=np.arange(12), weights=weights(12))
    assert reason.value.code == "no_resampling"


def test_a_mean_of_equal_values_has_no_interval_and_says_so():
    with pytest.raises(NotDefined) as reason:
        bootstrap_mean_interval(np.full(12, 0.1), cluster=np.arange(12), weights=weights(12))
    assert reason.value.code == "no_variation"


def test_few_offices_have_no_interval_and_say_so():
    number = FEWEST_CLUSTERS - 1
    with pytest.raises(NotDefined) as reason:
        bootstrap_interval(ALPHA, marks(1, units=number, missing=0), cluster=np.arange(number),
                           weights=weights(number))  # fmt: skip
    assert reason.value.code == "too_few_units"


def test_offices_without_a_pair_of_marks_do_not_count_as_offices():
    ratings = marks(1, units=20, missing=0)
    ratings[5:, 1:] = np.nan
    with pytest.raises(NotDefined) as reason:
        bootstrap_interval(ALPHA, ratings, cluster=np.arange(20), weights=weights(20))
    assert reason.value.code == "too_few_units"


def test_too_many_resamples_without_a_value_give_no_interval():
    rare = Additive(np.eye(10), np.arange(10), lambda sums: np.where(sums[:, 0] > 0, sums[:, 1], np.nan))
    with pytest.raises(NotDefined) as reason:
        bca_interval(1.0, rare, weights=weights(10), confidence=0.95)
    assert reason.value.code == "no_resampling"


def test_a_higher_confidence_gives_a_wider_interval():
    narrow, wide = (
        bootstrap_interval(ALPHA, marks(2), cluster=np.arange(30), weights=weights(30), confidence=confidence)
        for confidence in (0.8, 0.99)
    )
    assert wide.low < narrow.low < narrow.high < wide.high


def test_weights_of_another_number_of_offices_are_refused():
    with pytest.raises(ValueError, match="29 columns for 30 clusters"):
        bootstrap_interval(ALPHA, marks(2), cluster=np.arange(30), weights=weights(29))


def test_consistency_of_independent_complete_units_takes_its_f_interval():
    line = LINES["icc_c1 mean squares, complete units"]
    ends = cluster_interval(line, marks(3, missing=0), cluster=np.arange(30), weights=weights(30))
    assert ends.interval == "F, these jurors"


@pytest.mark.parametrize(
    ("name", "missing", "cluster"),
    [
        ("icc_c1 mean squares, complete units", 0, np.arange(30) // 2),
        ("icc_a1 mean squares, complete units", 0, np.arange(30)),
        ("gwet_ac2 quadratic weights", 0.3, np.arange(30)),
    ],
    ids=["two units an office", "F is for other jurors", "linearised over few units"],
)
def test_a_coefficient_takes_the_jackknife_where_no_distribution_holds(name, missing, cluster):
    drawn = weights(len(np.unique(cluster)))
    ends = cluster_interval(LINES[name], marks(3, missing=missing), cluster=cluster, weights=drawn)
    assert ends.interval == f"jackknife over {len(np.unique(cluster))} offices, these jurors"


def test_a_coefficient_takes_bca_where_the_jackknife_has_no_answer():
    ratings = np.repeat(np.arange(12.0)[:, None], 3, axis=1)
    ratings[0, 0] += 1  # without the first office the jurors agree perfectly
    ends = cluster_interval(LINES["exact_agreement mean over units of the share of pairs"], ratings,
                            cluster=np.arange(12), weights=weights(12))  # fmt: skip
    assert ends.interval == "BCa bootstrap over offices, 2000 resamples, these jurors"


def test_a_new_coefficient_is_one_function_and_one_line():
    def prepare(ratings, cluster):
        spread = np.nanmax(ratings, axis=1) - np.nanmin(ratings, axis=1)
        features = np.column_stack([np.ones(len(spread)), spread])
        return Additive(features, cluster, lambda sums: sums[:, 1] / sums[:, 0])

    def mean_range(ratings):
        return float(prepare(ratings, np.zeros(len(ratings))).at(np.ones((1, 1)))[0])

    line = Coefficient("mean_range", "mean over units", mean_range, prepare, ("interval",), 0, np.inf, 0, ("shift",))
    ratings = marks(1, missing=0)
    ends = cluster_interval(line, ratings, cluster=np.arange(30), weights=weights(30))
    assert ends.low < mean_range(ratings) < ends.high
