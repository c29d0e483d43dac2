"""Effects of jurors: values by other means, laws, what too few marks give, calibration and recovery."""

import numpy as np
import pytest
from scipy import stats

from analysis.errors import NotDefined
from analysis.statistics import effects
from analysis.statistics.effects.effect import power_of
from effects_world import SHORTLIST, SPARSE, Design, edition, tally

PER_JUROR = ("centrality", "range_used", "consensus_correlation", "halo", "identical_profiles")
WHOLE = Design(30, each=8)


def generator(seed=0):
    return np.random.default_rng(seed)


def panel(design=SPARSE, kind="none", *, seed=0, cluster=None):
    return effects.panel_marks(edition(design, kind, rng=generator(seed)).cube, cluster=cluster)


def complete(*, jurors=8, criteria=5, dossiers=30, seed=0):
    """Marks without gaps, whole points."""
    rng = generator(seed)
    quality = rng.normal(60, 12, (dossiers, 1, 1)) + rng.normal(0, 6, (dossiers, jurors, 1))
    return np.round(quality + rng.normal(0, 6, (dossiers, jurors, criteria)))


def all_effects(marks, order):
    found = {name: getattr(effects, name)(marks) for name in PER_JUROR}
    return found | {name: getattr(effects, name)(marks, order) for name in ("order_drift", "half_change")}


def test_taking_severity_out_leaves_a_complete_panel_with_differences_from_plain_means():
    cube = complete()
    marks = effects.panel_marks(cube)
    assert marks.generosity == pytest.approx(cube.mean(axis=0) - cube.mean(axis=(0, 1)))
    others = (cube.sum(axis=1, keepdims=True) - cube) / 7
    assert marks.difference == pytest.approx(((cube - others) - (cube - others).mean(axis=0)).mean(axis=2))


def test_halving_the_spread_of_a_juror_halves_centrality():
    cube = complete()
    narrow = cube.copy()
    narrow[:, 0] = 50 + (cube[:, 0] - cube[:, 0].mean(axis=0)) / 2
    before, after = (effects.centrality(effects.panel_marks(each)).value[0] for each in (cube, narrow))
    assert after == pytest.approx(before / 2)


def test_centrality_is_the_ratio_of_standard_deviations_where_two_jurors_judge_everything():
    cube = complete(jurors=2)
    spread = cube.var(axis=0).sum(axis=1)
    assert effects.centrality(effects.panel_marks(cube)).value[0] == pytest.approx(np.sqrt(spread[0] / spread[1]))


def test_the_consensus_correlation_of_one_criterion_is_that_of_numpy():
    cube = complete(criteria=1)
    found = effects.consensus_correlation(effects.panel_marks(cube))
    others = np.delete(cube[:, :, 0], 3, axis=1).mean(axis=1)
    assert found.value[3] == pytest.approx(np.corrcoef(cube[:, 3, 0], others)[0, 1])


def test_the_range_used_is_the_entropy_of_scipy_beside_the_others_median():
    cube = complete()
    found = effects.range_used(effects.panel_marks(cube))

    def entropy(juror):
        counts = [np.unique(marks, return_counts=True)[1] for marks in cube[:, juror].T]
        return np.mean([stats.entropy(each) + (len(each) - 1) / (2 * each.sum()) for each in counts])

    others = np.median([entropy(juror) for juror in range(1, 8)])
    assert found.value[0] == pytest.approx(entropy(0) / others)


def test_halo_is_the_covariance_between_criteria_less_the_one_with_the_others():
    cube = complete()
    own, others = cube[:, 2], np.delete(cube, 2, axis=1).mean(axis=1)
    both = np.cov(np.hstack([own, others]).T)
    apart = ~np.eye(5, dtype=bool)
    within, cross = both[:5, :5], both[:5, 5:]
    expected = (within[apart].mean() - cross[apart].mean()) / np.diag(within).mean()
    assert effects.halo(effects.panel_marks(cube)).value[2] == pytest.approx(expected)


def test_identical_profiles_of_two_jurors_are_a_sign_test():
    cube = complete(jurors=2, dossiers=40)
    cube[:12, 0] = 70
    cube[9:15, 1] = 60
    found = effects.identical_profiles(effects.panel_marks(np.repeat(cube, 1, axis=1)))
    assert found.reason[0] == "too_few_jurors"
    third = np.full((40, 1, 5), np.nan)
    third[39] = cube[39, :1]
    cube[39, 1] = np.nan
    found = effects.identical_profiles(effects.panel_marks(np.concatenate([cube, third], axis=1)))
    assert found.value[0] == pytest.approx((12 - 6) / 40)
    assert found.p_value[0] == pytest.approx(stats.binomtest(9, 12, alternative="greater").pvalue)


def test_differential_severity_of_two_jurors_is_students_t_test():
    cube = complete(jurors=2)
    labels = np.array(["east", "west", "east"] * 10, dtype=object)
    found = effects.differential_severity(effects.panel_marks(cube), labels)
    gap = (cube[:, 0] - cube[:, 1]).mean(axis=1)
    witness = stats.ttest_ind(gap[labels == "east"], gap[labels == "west"])
    assert found.groups == ("east", "west")
    assert found.value[0, 0] == pytest.approx(gap[labels == "east"].mean() - gap[labels == "west"].mean())
    assert found.p_value[0, 0] == pytest.approx(witness.pvalue)
    assert (found.low[0, 0], found.high[0, 0]) == pytest.approx(tuple(witness.confidence_interval()))


def test_severity_on_a_criterion_of_two_jurors_is_a_paired_t_test():
    cube = complete(jurors=2)
    found = effects.criterion_severity(effects.panel_marks(cube))
    gap = (cube[:, 0] - cube[:, 1]) - (cube[:, 0] - cube[:, 1]).mean(axis=1, keepdims=True)
    assert found.value[0] == pytest.approx(gap.mean(axis=0) / 2)
    assert found.p_value[0] == pytest.approx(stats.ttest_1samp(gap, 0).pvalue)


def test_order_drift_of_two_jurors_is_linear_regression():
    cube = complete(jurors=2)
    found = effects.order_drift(effects.panel_marks(cube), np.arange(30))
    gap = (cube[:, 0] - cube[:, 1]).mean(axis=1)
    witness = stats.linregress(np.arange(30) * 2 / 29, gap)
    assert (found.value[0], found.se[0]) == pytest.approx((witness.slope, witness.stderr))
    assert found.p_value[0] == pytest.approx(witness.pvalue)


def test_the_change_between_halves_of_two_jurors_is_students_t_test():
    cube = complete(jurors=2)
    found = effects.half_change(effects.panel_marks(cube), np.arange(30))
    gap = (cube[:, 0] - cube[:, 1]).mean(axis=1)
    assert found.value[0] == pytest.approx(gap[:15].mean() - gap[15:].mean())
    assert found.p_value[0] == pytest.approx(stats.ttest_ind(gap[:15], gap[15:]).pvalue)


def test_identical_vectors_of_a_pair_are_fishers_exact_test():
    marks = effects.panel_marks(edition(WHOLE, "copying", rng=generator(4)).cube)
    cube, apart = marks.marks, marks.generosity
    counts = np.zeros((2, 2), dtype=int)
    for one in range(8):
        for other in range(one + 1, 8):
            moved = np.round((apart[0] - apart[1] - apart[one] + apart[other]) / 10) * 10
            same = [np.nanmax(np.abs(a - b + moved)) < 1e-6 for a, b in zip(cube[:, one], cube[:, other], strict=True)]
            counts[0 if (one, other) == (0, 1) else 1] += sum(same), 30 - sum(same)
    found = effects.copying(marks)
    exact = stats.fisher_exact(counts, alternative="greater").pvalue
    assert found.identical[0] == pytest.approx(counts[0, 0] / 30)
    assert found.expected[0] == pytest.approx(counts[1, 0] / counts[1].sum())
    assert found.p_value[0] <= 2 * exact < 1e-6


def test_power_is_that_of_the_noncentral_t():
    for df in (8, 22, 60):
        for size in (0.5, 1.5, 3.0):
            critical = stats.t.ppf(0.975, df)
            exact = stats.nct.sf(critical, df, size) + stats.nct.cdf(-critical, df, size)
            assert power_of(size, np.ones(1), np.array([df]))[0] == pytest.approx(exact, abs=1e-12)


@pytest.mark.parametrize("design", [SPARSE, SHORTLIST])
def test_the_order_of_jurors_and_dossiers_does_not_matter(design):
    found = edition(design, "halo", rng=generator(3))
    rng = generator(5)
    dossiers, jurors = rng.permutation(len(found.cube)), rng.permutation(design.jurors)
    plain = all_effects(effects.panel_marks(found.cube), found.order)
    mixed = all_effects(effects.panel_marks(found.cube[dossiers][:, jurors]), found.order[dossiers])
    for name, each in plain.items():
        assert mixed[name].value == pytest.approx(each.value[jurors], nan_ok=True), name
        assert mixed[name].p_value == pytest.approx(each.p_value[jurors], nan_ok=True), name


def test_the_unit_of_the_scale_and_severities_do_not_matter_where_no_unit_is_reported():
    cube = edition(SPARSE, "none", rng=generator(3)).cube
    moved = 3 * cube + 60 * np.arange(8)[:, None]
    plain, other = (all_effects(effects.panel_marks(each), np.arange(96)) for each in (cube, moved))
    for name, each in plain.items():
        factor = 3 if name in ("order_drift", "half_change") else 1
        assert other[name].value == pytest.approx(factor * each.value), name
        assert other[name].p_value == pytest.approx(each.p_value), name
        assert other[name].power == pytest.approx(each.power), name


def test_judging_every_dossier_of_an_office_twice_makes_no_effect_surer():
    found = edition(SPARSE, "drifting", rng=generator(3))
    once = effects.panel_marks(found.cube)
    twice = effects.panel_marks(np.repeat(found.cube, 2, axis=0), cluster=np.repeat(np.arange(96), 2))
    for name in ("centrality", "consensus_correlation", "halo"):
        one, two = (getattr(effects, name)(marks) for marks in (once, twice))
        assert two.p_value == pytest.approx(one.p_value), name
        assert (two.n_units == 2 * one.n_units).all()
    one, two = effects.order_drift(once, found.order), effects.order_drift(twice, np.repeat(found.order, 2))
    assert two.p_value == pytest.approx(one.p_value)


def test_jurors_with_fewer_dossiers_than_the_effect_needs_have_a_reason_and_no_number():
    cube = edition(SPARSE, "none", rng=generator(3)).cube
    cube[np.flatnonzero(~np.isnan(cube[:, 0, 0]))[7:], 0] = np.nan
    found = all_effects(effects.panel_marks(cube), np.arange(96))
    for name, each in found.items():
        assert each.reason[0] == "too_few_units" and np.isnan(each.value[0]) and np.isnan(each.p_value[0]), name
        assert each.n_units[0] < 8 and (each.reason[1:] == "").all(), name


def test_a_juror_who_gives_one_mark_to_everything_has_no_spread_to_test():
    cube = complete()
    cube[:, 4] = 70
    found = all_effects(effects.panel_marks(cube), np.arange(30))
    for name in ("centrality", "range_used", "consensus_correlation", "halo"):
        assert found[name].reason[4] == "no_variation" and (np.delete(found[name].reason, 4) == "").all(), name
    assert found["identical_profiles"].p_value[4] < 1e-6


def test_two_jurors_cannot_be_beside_a_panel():
    marks = effects.panel_marks(complete(jurors=2))
    assert (effects.consensus_correlation(marks).reason == "too_few_jurors").all()
    assert (effects.halo(marks).reason == "too_few_jurors").all()
    assert (effects.copying(marks).reason == "too_few_jurors").all()


def test_one_criterion_has_no_halo_and_no_severity_of_its_own():
    marks = effects.panel_marks(complete(criteria=1))
    assert (effects.halo(marks).reason == "one_item").all()
    with pytest.raises(NotDefined, match="one_item"):
        effects.criterion_severity(marks)


def test_marks_of_single_jurors_say_nothing_about_jurors():
    cube = complete()
    for dossier in range(30):
        cube[dossier, np.arange(8) != dossier % 8] = np.nan
    with pytest.raises(NotDefined, match="one_juror"):
        effects.panel_marks(cube)
    with pytest.raises(NotDefined, match="no_data"):
        effects.panel_marks(np.full((3, 2, 4), np.nan))


def test_groups_of_fewer_than_four_dossiers_are_not_judged():
    labels = np.array(["few"] * 3 + ["many"] * 25 + ["", None], dtype=object)
    found = effects.differential_severity(effects.panel_marks(complete()), labels)
    assert found.groups == ("few", "many")
    assert (found.reason == "too_few_units").all() and np.isnan(found.shrunken).all()
    assert (found.n_units == [3, 25]).all()


def test_shrinking_pulls_noise_to_nothing_and_leaves_what_stands_out():
    cube = complete(seed=2)
    labels = np.array(["east", "west", "north"] * 10, dtype=object)
    noise = effects.differential_severity(effects.panel_marks(cube), labels)
    assert (np.abs(noise.shrunken) <= 0.5 * np.abs(noise.value)).all()
    cube[labels == "east", 0] += 40
    found = effects.differential_severity(effects.panel_marks(cube), labels)
    assert found.value[0, 0] == pytest.approx(40, abs=12)
    assert 0.8 * found.value[0, 0] < found.shrunken[0, 0] < found.value[0, 0]


@pytest.mark.parametrize("design", [Design(96, ordinary=0.0), Design(32, each=8, ordinary=0.0)])
def test_jurors_who_are_alike_are_rarely_told_apart(design):
    editions = 60
    for name, share in tally(design, "none", rng=generator(8), editions=editions).items():
        if name == "infit":  # not a test of ours: its normal deviates know nothing of sparse panels
            continue
        assert share.rejected <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / (7 * editions)), name


@pytest.mark.parametrize(
    ("kind", "effect", "least"),
    [("central", "centrality", 0.8), ("halo", "halo", 0.6), ("erratic", "infit", 0.9), ("copying", "copying", 0.9)],
)
def test_a_shortlist_that_all_judge_shows_the_unusual_juror(kind, effect, least):
    assert tally(SHORTLIST, kind, rng=generator(9), editions=20)[effect].found >= least


def mean_value(effect, kind, *, editions=40):
    """Mean over shortlists of the effect of the unusual juror, what it takes from an edition given by `effect`."""
    rng = generator(10)
    found = [edition(SHORTLIST, kind, rng=rng) for _ in range(editions)]
    return np.nanmean([effect(effects.panel_marks(each.cube), each) for each in found])


def test_what_was_planted_is_recovered():
    spread = 18.0  # points of a standard deviation in the model
    assert mean_value(lambda marks, _: effects.centrality(marks).value[0], "central") == pytest.approx(0.5, abs=0.05)
    drift = mean_value(lambda marks, each: effects.order_drift(marks, each.order).value[0], "drifting")
    assert drift == pytest.approx(-0.8 * spread / 2, abs=1.5)
    halves = mean_value(lambda marks, each: effects.half_change(marks, each.order).value[0], "drifting")
    assert halves == pytest.approx(0.4 * spread, abs=2)
    assert mean_value(lambda marks, _: effects.copying(marks).identical[0], "copying") == pytest.approx(0.5, abs=0.05)
    assert mean_value(lambda marks, _: effects.halo(marks).value[0], "halo") == pytest.approx(1 / 1.61, abs=0.06)


def test_kindness_to_the_own_region_is_recovered():
    def kindness(marks, each):
        labels = np.where(each.regions == each.home, "own", "other").astype(object)
        found = effects.differential_severity(marks, labels)
        return found.value[0, found.groups.index("own")] if "own" in found.groups else np.nan

    assert mean_value(kindness, "home", editions=60) == pytest.approx(0.6 * 18, abs=2)
