"""The many-facet Rasch model: recovery of what marks were drawn from, laws, scales, anchors, extremes, parts."""

import warnings

import numpy as np
import pandas as pd
import pytest
from raschpy import MFRM
from scipy.optimize import minimize

from analysis.errors import NotDefined
from analysis.statistics import rasch
from rasch_panel import panel

JURORS, CRITERIA = 1, 2  # places of the facets in the tables of a panel
SMALLEST = {"office": 15, "juror": 6, "criterion": 5}  # elements at most of a random design


@pytest.fixture(scope="module")
def small():
    return panel()


def severities(fit):
    return rasch.element_tables(fit)[JURORS].measure


def test_newton_finds_the_maximum_that_a_general_optimiser_finds():
    few = panel(offices=8, jurors=3, criteria=2, each=3, levels=4, seed=3)
    found = few.fit(correction="none")
    office, juror, criterion = few.facets.values()

    def minus_log_likelihood(x):
        ability, severity, ease, inner = np.split(x, [8, 11, 13])
        predictor = ability[office] - (severity - severity.mean())[juror] - (ease - ease.mean())[criterion]
        logs = np.arange(4)[:, None] * predictor + np.r_[0, inner, 0][:, None]
        return -(logs[few.marks.astype(int), np.arange(len(predictor))] - np.log(np.exp(logs).sum(axis=0))).sum()

    best = minimize(minus_log_likelihood, np.zeros(15), method="BFGS", options={"gtol": 1e-7})
    severity = best.x[8:11] - best.x[8:11].mean()
    assert found.estimate.log_likelihood == pytest.approx(-best.fun, abs=1e-8)
    assert severities(found) == pytest.approx(severity, abs=1e-5)


def test_corrected_severities_have_slope_one_on_the_true_ones():
    slopes = []
    for seed in range(12):
        drawn = panel(offices=200, jurors=10, criteria=10, each=3, seed=seed)
        slopes.append(severities(drawn.fit()) @ drawn.severity / (drawn.severity @ drawn.severity))
    assert np.mean(slopes) == pytest.approx(1, abs=0.02)


def test_joint_standard_errors_are_as_large_as_the_errors():
    squares, variances = [], []
    for seed in range(12):
        drawn = panel(offices=100, jurors=20, criteria=6, each=3, seed=seed)
        table = rasch.element_tables(drawn.fit())[JURORS]
        squares.append(np.mean((table.measure - drawn.severity) ** 2))
        variances.append(np.mean(table.joint_se**2))
    assert 0.9 < np.sqrt(np.mean(variances) / np.mean(squares)) < 1.1


def test_model_standard_errors_are_smaller_than_those_with_everything_estimated(small):
    table = rasch.element_tables(small.fit())[JURORS]
    assert (table.se < table.joint_se).all()


def test_severities_equal_those_of_raschpy_within_a_twentieth_of_a_logit():
    for seed in range(3):
        drawn = panel(offices=300, jurors=8, criteria=6, each=3, seed=seed)
        table = pd.DataFrame({**drawn.facets, "mark": drawn.marks})
        table["juror"] = "juror " + table["juror"].astype(str)
        wide = table.pivot(index=["juror", "office"], columns="criterion", values="mark")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            other = MFRM(wide.add_prefix("criterion "), drawn.levels - 1)
            other.calibrate()
        assert severities(drawn.fit()) == pytest.approx(np.asarray(other.raters_global, float), abs=0.05)


def test_order_of_ratings_and_names_of_elements_do_not_matter(small):
    order = np.random.default_rng(1).permutation(len(small.marks))
    facets = {name: codes[order] for name, codes in small.facets.items()}
    facets["juror"] = np.array([f"juror {code}" for code in facets["juror"]])
    other = rasch.fit(
        small.marks[order], facets, scale=rasch.RatingScale(range(small.levels)), model=rasch.Model("office")
    )
    assert severities(other) == pytest.approx(severities(small.fit()), abs=1e-9)


def test_turning_the_scale_round_turns_the_severities_round(small):
    other = rasch.fit(
        small.levels - 1 - small.marks,
        small.facets,
        scale=rasch.RatingScale(range(small.levels)),
        model=rasch.Model("office"),
    )
    assert severities(other) == pytest.approx(-severities(small.fit()), abs=1e-9)


def test_weight_two_is_the_same_as_two_ratings(small):
    doubled = rasch.fit(
        np.tile(small.marks, 2),
        {name: np.tile(codes, 2) for name, codes in small.facets.items()},
        scale=rasch.RatingScale(range(small.levels)),
        model=rasch.Model("office", correction="none"),
    )
    weighted = small.fit(correction="none", weights=np.full(len(small.marks), 2.0))
    one, two = rasch.element_tables(doubled)[JURORS], rasch.element_tables(weighted)[JURORS]
    assert one.measure == pytest.approx(two.measure, abs=1e-9)
    assert one.joint_se == pytest.approx(two.joint_se, abs=1e-9)


def test_expected_marks_of_every_element_add_up_to_its_marks(small):
    fit = small.fit()
    cells = rasch.interaction_table(fit, ("juror", "criterion"))
    for labels in (cells.first, cells.second):
        observed, expected = (np.bincount(labels, weights=values) for values in (cells.observed, cells.expected))
        assert observed == pytest.approx(expected, abs=1e-6)


def test_four_facets_are_fitted_as_three_are():
    drawn = panel(offices=80, jurors=6, criteria=4, each=4, seed=5)
    day = np.random.default_rng(2).integers(0, 3, len(drawn.marks))
    facets = {**drawn.facets, "day": day}
    fit = rasch.fit(drawn.marks, facets, scale=rasch.RatingScale(range(6)), model=rasch.Model("office"))
    table = rasch.element_tables(fit)[3]
    assert table.measure == pytest.approx(0, abs=4 * table.joint_se.max())
    assert severities(fit) == pytest.approx(severities(drawn.fit()), abs=0.1)


def test_criteria_with_scales_of_their_own_have_thresholds_of_their_own():
    drawn = panel(offices=300, jurors=6, criteria=4, each=3, levels=6, seed=4)
    yes_no = drawn.facets["criterion"] == 3
    marks = np.where(yes_no, drawn.marks > 2, drawn.marks)
    scale = rasch.RatingScale({"points": range(6), "yes or no": (0, 1)}, groups=np.where(yes_no, "yes or no", "points"))
    fit = rasch.fit(marks, drawn.facets, scale=scale, model=rasch.Model("office"))
    tables = {table.group: table for table in rasch.category_tables(fit)}
    assert tables["points"].threshold[1:] == pytest.approx(np.linspace(-2, 2, 5), abs=0.15)
    assert tables["yes or no"].threshold[1:] == pytest.approx([0])
    assert severities(fit) == pytest.approx(drawn.severity, abs=0.15)
    assert rasch.element_tables(fit)[CRITERIA].fair[3] < 1


def test_one_set_of_thresholds_a_criterion_finds_the_shared_ones():
    drawn = panel(offices=400, jurors=6, criteria=3, each=4, levels=4, seed=6)
    scale = rasch.RatingScale({code: range(4) for code in range(3)}, groups=drawn.facets["criterion"])
    for table in rasch.category_tables(drawn.fit(scale=scale)):
        assert table.threshold[1:] == pytest.approx([-2, 0, 2], abs=0.3)


def test_a_level_that_nobody_used_is_left_out_or_counted_as_declared(small):
    halves = rasch.RatingScale(np.arange(0, small.levels, 0.5))
    kept = rasch.RatingScale(np.arange(0, small.levels, 0.5), unobserved="keep")
    assert severities(small.fit(scale=halves)) == pytest.approx(severities(small.fit()), abs=1e-9)
    assert 2 * severities(small.fit(scale=kept)) == pytest.approx(severities(small.fit()), abs=1e-7)


def test_a_mark_that_is_no_declared_level_is_refused(small):
    with pytest.raises(ValueError, match="the mark 5 is no level"):
        small.fit(scale=rasch.RatingScale(range(5)))


def test_an_office_with_only_highest_marks_is_flagged_and_stands_above_the_others(small):
    marks = small.marks.copy()
    marks[small.facets["office"] == 7] = small.levels - 1
    fit = rasch.fit(marks, small.facets, scale=rasch.RatingScale(range(small.levels)), model=rasch.Model("office"))
    table = rasch.element_tables(fit)[0]
    assert table.extreme[7] == 1 and table.measure[7] == table.measure.max() and np.isfinite(table.se[7])
    assert np.isnan(table.infit[7])


def test_extreme_offices_do_not_change_the_severities(small):
    marks = small.marks.copy()
    marks[small.facets["office"] == 7] = 0
    rest = small.facets["office"] != 7
    scale, model = rasch.RatingScale(range(small.levels)), rasch.Model("office")
    with_it = rasch.fit(marks, small.facets, scale=scale, model=model)
    without = rasch.fit(
        marks[rest], {name: codes[rest] for name, codes in small.facets.items()}, scale=scale, model=model
    )
    assert severities(with_it) == pytest.approx(severities(without), abs=1e-9)


def test_a_level_that_sets_one_office_apart_without_error_is_joined_with_the_next():
    drawn = panel(offices=40, levels=5, seed=8)
    marks = np.minimum(drawn.marks, 3)
    best = np.flatnonzero(drawn.facets["office"] == 0)
    marks[best], marks[best[0]] = 3, 4
    fit = rasch.fit(marks, drawn.facets, scale=rasch.RatingScale(range(5)), model=rasch.Model("office"))
    assert fit.joined == ((None, 4.0, 3.0),)
    assert rasch.element_tables(fit)[0].total[0] == marks[best].sum()


def test_marks_that_are_all_equal_are_refused_with_their_reason():
    with pytest.raises(NotDefined, match="no_variation"):
        rasch.fit(
            np.full(20, 5.0),
            {"office": np.arange(20) // 2, "juror": np.arange(20) % 2},
            scale=rasch.RatingScale(range(11)),
            model=rasch.Model("office"),
        )


def two_panels():
    """Offices 0-19 before jurors 0-2, the others before jurors 3-5; all on the same criteria."""
    first = np.array([[0, 1], [1, 2], [0, 2]])[np.arange(20) % 3]
    return panel(offices=40, each=np.concatenate([first, first + 3]), seed=9)


def test_panels_that_share_only_the_criteria_are_refused_by_name():
    with pytest.raises(NotDefined, match=r"not_connected: juror: 2 subsets .*0, 1, 2.*3, 4, 5|3, 4, 5.*0, 1, 2"):
        two_panels().fit()


def test_panels_that_share_nothing_are_centred_each_by_group_anchors():
    fit = two_panels().fit(model=rasch.Model("office", subsets="group anchors"))
    assert severities(fit).reshape(2, 3).sum(axis=1) == pytest.approx([0, 0], abs=1e-9)


def test_group_anchors_set_the_mean_of_their_elements():
    anchors = rasch.Anchors(means={"juror": [((0, 1, 2), 0.5), ((3, 4, 5), -0.2)]})
    fit = two_panels().fit(anchors=anchors)
    assert severities(fit).reshape(2, 3).mean(axis=1) == pytest.approx([0.5, -0.2], abs=1e-9)


def test_confounded_facets_are_refused():
    codes = np.arange(60) % 3
    with pytest.raises(NotDefined, match="not_connected"):
        rasch.fit(
            np.random.default_rng(1).integers(0, 4, 60).astype(float),
            {"office": np.arange(60) // 6, "juror": codes, "criterion": codes + 10},
            scale=rasch.RatingScale(range(4)),
            model=rasch.Model("office"),
        )


def test_anchors_at_the_estimates_give_the_estimates_back(small):
    free = small.fit(correction="none")
    tables = rasch.element_tables(free)
    anchors = rasch.Anchors(
        elements={"juror": dict(zip(range(3), tables[JURORS].measure, strict=False))},
        thresholds={None: rasch.category_tables(free)[0].threshold[1:]},
    )
    held = rasch.element_tables(small.fit(anchors=anchors))
    assert held[0].measure == pytest.approx(tables[0].measure, abs=1e-7)
    assert held[JURORS].displacement == pytest.approx(0, abs=1e-6)


def test_an_anchor_that_is_wrong_is_displaced_by_its_error(small):
    free = severities(small.fit(correction="none"))
    measures = dict(enumerate(free))
    measures[2] += 0.8
    table = rasch.element_tables(small.fit(anchors=rasch.Anchors(elements={"juror": measures})))[JURORS]
    assert table.displacement[2] == pytest.approx(-0.8, abs=0.3)
    assert np.abs(table.displacement[[0, 1, 3, 4, 5]]).max() < 0.3


@pytest.mark.parametrize("floating", ["office", "juror", "criterion"])
def test_the_facet_that_floats_is_the_only_one_not_centred(small, floating):
    fit = small.fit(model=rasch.Model("office", floating=floating))
    centred = [abs(table.measure.mean()) < 1e-9 for table in rasch.element_tables(fit)]
    assert centred == [name != floating for name in small.facets]


def test_where_the_zero_is_changes_no_fair_average(small):
    tables = [
        rasch.element_tables(small.fit(model=rasch.Model("office", floating=name))) for name in ("office", "juror")
    ]
    for one, two in zip(*tables, strict=True):
        assert one.fair == pytest.approx(two.fair, abs=1e-9)


def test_a_criterion_on_whose_scale_one_level_was_used_has_no_measure_and_changes_none(small):
    marks = np.where(small.facets["criterion"] == 4, 1.0, small.marks)
    scale = rasch.RatingScale(range(small.levels), groups=small.facets["criterion"])
    fit = rasch.fit(marks, small.facets, scale=scale, model=rasch.Model("office"))
    rest = small.facets["criterion"] != 4
    without = rasch.fit(
        small.marks[rest],
        {name: codes[rest] for name, codes in small.facets.items()},
        scale=rasch.RatingScale(range(small.levels), groups=small.facets["criterion"][rest]),
        model=rasch.Model("office"),
    )
    assert np.isnan(rasch.element_tables(fit)[CRITERIA].measure[4])
    assert severities(fit) == pytest.approx(severities(without), abs=1e-9)
    assert len(rasch.category_tables(fit)) == 4


@pytest.mark.parametrize("seed", range(60))
def test_small_random_designs_end_in_tables_or_in_a_reason(seed):
    rng = np.random.default_rng(seed)
    number, levels = int(rng.integers(1, 80)), int(rng.integers(2, 12))
    facets = {name: rng.integers(0, rng.integers(1, most), number) for name, most in SMALLEST.items()}
    marks = np.clip(np.round(rng.normal(levels / 2, rng.choice([0.3, 1, 3]), number)), 0, levels - 1)
    scale = rasch.RatingScale(range(levels), groups=facets["criterion"] if seed % 2 else None)
    try:
        fit = rasch.fit(marks, facets, scale=scale, model=rasch.Model("office", subsets="group anchors"))
    except NotDefined:
        return
    tables = rasch.element_tables(fit)
    assert all(np.isfinite(table.measure[table.infit > 0]).all() for table in tables)
    assert np.isfinite(rasch.interaction_table(fit, ("juror", "office")).size).all()
    assert sum(table.count.sum() for table in rasch.category_tables(fit)) == len(fit.problem.category)
