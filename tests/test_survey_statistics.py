"""Means, shares and Cronbach's alpha of a survey, with their intervals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, ttest_1samp

from analysis.errors import NotDefined
from analysis.statistics.scales import composite
from analysis.statistics.survey import (
    cronbach_alpha,
    feldt_interval,
    mean,
    mean_interval,
    share,
    share_interval,
    wilson_interval,
)

NAN = np.nan
ANSWERS = np.array([4, 5, NAN, 3, 5, 5, 2, 4])


def clustered_answers(seed, *, clusters=40, size=25, between=0.5):
    rng = np.random.default_rng(seed)
    office = np.repeat(np.arange(clusters), size)
    return rng.normal(4, 1, len(office)) + rng.normal(0, between, clusters)[office], office


def ends(interval):
    return interval.low, interval.high


def test_mean_leaves_missing_answers_out():
    assert mean(ANSWERS) == 4


def test_mean_interval_equals_scipys_t():
    witness = ttest_1samp(ANSWERS[~np.isnan(ANSWERS)], 0).confidence_interval(0.9)
    assert ends(mean_interval(ANSWERS, confidence=0.9)) == pytest.approx((witness.low, witness.high))


def test_each_respondent_its_own_cluster_is_the_simple_interval():
    simple, clustered = mean_interval(ANSWERS), mean_interval(ANSWERS, cluster=np.arange(8))
    assert ends(clustered) == pytest.approx(ends(simple))


def test_clusters_of_one_size_give_the_interval_of_their_means():
    answers, office = clustered_answers(1)
    witness = ttest_1samp(answers.reshape(40, 25).mean(axis=1), 0).confidence_interval(0.95)
    assert ends(mean_interval(answers, cluster=office)) == pytest.approx((witness.low, witness.high))


def test_clustered_interval_covers_where_the_simple_one_does_not():
    hits = {"simple": [], "clustered": []}
    for seed in range(300):
        answers, office = clustered_answers(seed, clusters=20)
        for name, cluster in (("simple", None), ("clustered", office)):
            low, high = ends(mean_interval(answers, cluster=cluster))
            hits[name].append(low < 4 < high)
    assert 0.92 < np.mean(hits["clustered"]) < 0.98
    assert np.mean(hits["simple"]) < 0.75


@pytest.mark.parametrize(
    ("values", "cluster", "code"),
    [
        ([NAN, NAN], None, "no_data"),
        ([4], None, "too_few_respondents"),
        ([4, 5, 3], ["a", "a", "a"], "too_few_respondents"),
        ([0.1, 0.1, 0.1], None, "no_variation"),
        ([4, 5, 4, 5], ["a", "a", "b", "b"], "no_variation"),
    ],
)
def test_mean_interval_says_why_it_is_not_defined(values, cluster, code):
    with pytest.raises(NotDefined) as reason:
        mean_interval(np.array(values), cluster=cluster)
    assert reason.value.code == code


@given(number=st.integers(1, 80), part=st.floats(0, 1), confidence=st.sampled_from([0.8, 0.95, 0.99]))
def test_wilson_interval_equals_scipy(number, part, confidence):
    hits = round(part * number)
    witness = binomtest(hits, number).proportion_ci(confidence, method="wilson")
    assert ends(wilson_interval(hits, number, confidence=confidence)) == pytest.approx(tuple(witness), abs=1e-12)


def test_share_leaves_missing_answers_out():
    hits = np.array([1, 0, NAN, 1, 1])
    assert share(hits) == 0.75
    assert ends(share_interval(hits)) == ends(wilson_interval(3, 4))


def test_share_over_clusters_is_wilson_for_the_effective_number():
    rng = np.random.default_rng(1)
    office = np.repeat(np.arange(30), 20)
    hits = (rng.random(600) < rng.beta(2, 2, 30)[office]).astype(float)
    found, p = share_interval(hits, cluster=office), hits.mean()
    error = hits.reshape(30, 20).mean(axis=1).std(ddof=1) / np.sqrt(30)
    assert found.se == pytest.approx(error)
    assert found.high - found.low > 2 * (share_interval(hits).high - share_interval(hits).low)
    assert (found.low + found.high) / 2 == pytest.approx(p, abs=0.02)


def test_share_of_none_over_clusters_counts_clusters_not_respondents():
    none = np.zeros(100)
    assert share_interval(none, cluster=np.arange(100) // 10).high > share_interval(none).high


def test_share_interval_over_clusters_covers():
    covered = []
    for seed in range(300):
        rng = np.random.default_rng(seed)
        office = np.repeat(np.arange(25), rng.integers(5, 40, 25))
        hits = (rng.random(len(office)) < rng.beta(4, 1, 25)[office]).astype(float)
        low, high = ends(share_interval(hits, cluster=office))
        covered.append(low < 0.8 < high)
    assert 0.9 < np.mean(covered) < 0.99


def test_a_share_of_other_numbers_is_refused():
    with pytest.raises(ValueError, match="0, 1"):
        share(np.array([0, 2]))


def test_a_share_of_nothing_is_not_defined():
    with pytest.raises(NotDefined) as reason:
        wilson_interval(0, 0)
    assert reason.value.code == "no_data"


@given(seed=st.integers(0, 999))
def test_alpha_of_equally_varying_items_is_the_spearman_brown_of_their_mean_correlation(seed):
    items = np.random.default_rng(seed).normal(size=(30, 1)) + np.random.default_rng(seed + 1).normal(size=(30, 4))
    standard = (items - items.mean(axis=0)) / items.std(axis=0)
    correlation = np.corrcoef(items, rowvar=False)[np.triu_indices(4, 1)].mean()
    assert cronbach_alpha(standard) == pytest.approx(4 * correlation / (1 + 3 * correlation))


def test_alpha_uses_complete_respondents_only():
    items = np.array([[1, 2, 2], [3, 4, 3], [5, 5, 4], [2, NAN, 1]])
    assert cronbach_alpha(items) == cronbach_alpha(items[:3])
    assert ends(feldt_interval(items)) == ends(feldt_interval(items[:3]))


def test_feldt_interval_covers_in_95_of_100_surveys():
    covered = []
    for seed in range(400):
        rng = np.random.default_rng(seed)
        low, high = ends(feldt_interval(rng.normal(size=(40, 1)) + rng.normal(size=(40, 4))))
        covered.append(low < 0.8 < high)
    assert 0.925 < np.mean(covered) < 0.975


@pytest.mark.parametrize(
    ("items", "code"),
    [
        (np.array([[1.0], [2]]), "one_item"),
        (np.array([[1, NAN], [NAN, 2], [3, 3]]), "too_few_respondents"),
        (np.array([[1.0, 5], [2, 4], [3, 3]]), "no_variation"),
    ],
)
def test_alpha_says_why_it_is_not_defined(items, code):
    with pytest.raises(NotDefined) as reason:
        cronbach_alpha(items)
    assert reason.value.code == code


def test_feldt_interval_of_items_that_agree_perfectly_is_not_defined():
    with pytest.raises(NotDefined) as reason:
        feldt_interval(np.array([[1.0, 1], [2, 2], [5, 5]]))
    assert reason.value.code == "perfect"


@pytest.mark.parametrize(
    ("scores", "expected"),
    [([4, 6, 9], 7), ([4, 6, NAN], 5), ([NAN, NAN, 9], 9), ([4, NAN, NAN], NAN), ([NAN, NAN, NAN], NAN)],
    ids=["all", "half of the weight", "half in one criterion", "a quarter", "none"],
)
def test_composite_needs_half_of_the_weight(scores, expected):
    assert composite(np.array([scores]), weights=np.array([1, 1, 2])) == pytest.approx([expected], nan_ok=True)
