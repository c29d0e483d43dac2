"""What is said of a fitted Rasch model: fit, categories, agreement, bias, bridges."""

import numpy as np
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from analysis.errors import NotDefined
from analysis.statistics import rasch
from rasch_panel import drawn, panel


@pytest.fixture(scope="module")
def fit():
    return panel(offices=150, jurors=8, criteria=6, each=3, seed=11).fit()


@pytest.fixture(scope="module")
def plain():
    """The same panel without the correction, so that curves can be evaluated at the measures printed."""
    return panel(offices=150, jurors=8, criteria=6, each=3, seed=11).fit(correction="none")


def chances(fit, predictor):
    steps, logs = fit.problem.steps[0], fit.estimate.log_weights[0]
    terms = np.exp(steps[:, None] * np.atleast_1d(predictor) + logs[:, None])
    return terms / terms.sum(axis=0)


def test_mean_squares_are_one_where_the_model_holds(fit):
    for table in rasch.element_tables(fit):
        assert np.nanmean(table.infit) == pytest.approx(1, abs=0.1)
        assert np.nanmean(table.outfit) == pytest.approx(1, abs=0.1)


def test_normal_deviates_of_the_offices_fit_have_unit_variance(fit):
    table = rasch.element_tables(fit)[0]
    assert np.nanstd(table.infit_z) == pytest.approx(1, abs=0.15)
    assert np.nanstd(table.outfit_z) == pytest.approx(1, abs=0.15)


def test_a_juror_who_marks_at_random_is_the_one_who_misfits():
    noisy = panel(offices=100, jurors=8, criteria=6, each=3, seed=12)
    mine = noisy.facets["juror"] == 5
    noisy.marks[mine] = np.random.default_rng(3).integers(0, noisy.levels, mine.sum())
    table = rasch.element_tables(noisy.fit())[1]
    assert table.infit.argmax() == 5 and table.infit_z[5] > 3
    assert table.real_se[5] == pytest.approx(table.se[5] * np.sqrt(table.infit[5]))
    assert table.correlation[5] < table.expected_correlation[5] and table.discrimination[5] < 0.5


def test_a_juror_who_keeps_to_the_middle_has_small_mean_squares_and_a_small_discrimination():
    flat = panel(offices=100, jurors=8, criteria=6, each=3, seed=13)
    mine = flat.facets["juror"] == 2
    flat.marks[mine] = np.round((flat.marks[mine] - 2.5) / 3 + 2.5)
    table = rasch.element_tables(flat.fit())[1]
    assert table.infit.argmin() == 2 and table.infit_z[2] < -3


def test_expected_correlations_are_met_where_the_model_holds(fit):
    for table in rasch.element_tables(fit)[1:]:
        assert table.correlation == pytest.approx(table.expected_correlation, abs=0.06)


def test_separation_of_equal_jurors_is_nil_and_of_different_ones_high():
    equal = panel(offices=100, jurors=8, criteria=6, each=3, seed=14)
    equal.marks[:] = drawn(equal.ability[equal.facets["office"]], np.linspace(-2, 2, 5), np.random.default_rng(4))
    summaries = [
        rasch.facet_summary(rasch.element_tables(one.fit())[1], errors="joint_se")
        for one in (equal, panel(offices=100, jurors=8, criteria=6, each=3, seed=14))
    ]
    assert summaries[0].sample.reliability < 0.7 < 0.9 < summaries[1].sample.reliability
    assert summaries[1].fixed_p < 1e-6 < 0.001 < summaries[0].fixed_p


def test_the_correction_changes_no_separation(fit, plain):
    for one, two in zip(rasch.element_tables(fit), rasch.element_tables(plain), strict=True):
        assert rasch.facet_summary(one).sample.separation == pytest.approx(rasch.facet_summary(two).sample.separation)


def test_at_a_threshold_two_neighbouring_categories_are_as_likely(plain):
    threshold = rasch.category_tables(plain)[0].threshold[1:]
    chance = chances(plain, threshold)
    places = np.arange(len(threshold))
    assert chance[places, places] == pytest.approx(chance[places + 1, places])


def test_at_a_thurstone_threshold_the_category_or_more_has_a_chance_of_a_half(plain):
    thurstone = rasch.category_tables(plain)[0].thurstone[1:]
    upper = chances(plain, thurstone)[::-1].cumsum(axis=0)[::-1]
    assert np.diag(upper[1:]) == pytest.approx(0.5)


def test_at_a_half_point_the_expected_mark_is_half_way(plain):
    half = rasch.category_tables(plain)[0].half_point[1:]
    assert np.arange(6) @ chances(plain, half) == pytest.approx(np.arange(5) + 0.5)


def test_inside_its_modal_range_a_category_is_the_most_likely(plain):
    table = rasch.category_tables(plain)[0]
    for category in range(1, 5):
        inside = (table.modal_from[category] + table.modal_to[category]) / 2
        assert chances(plain, inside).argmax() == category


def test_ordered_thresholds_bound_the_modal_ranges(plain):
    table = rasch.category_tables(plain)[0]
    assert table.modal_from[1:] == pytest.approx(table.threshold[1:])


def test_counts_of_categories_and_mean_measures_are_those_of_the_model(plain):
    table = rasch.category_tables(plain)[0]
    assert table.count.sum() == len(plain.problem.category)
    assert (np.diff(table.average) > 0).all()
    assert table.average == pytest.approx(table.expected, abs=0.15)
    assert table.outfit == pytest.approx(1, abs=0.25)


def test_agreements_of_jurors_are_counted_as_pairs_are_listed(plain):
    marks, facets = plain.ratings.mark, plain.ratings.codes
    office, juror, criterion = facets
    predictor = sum(values[code] for values, code in zip(plain.easiness, facets, strict=True))
    chance = chances(plain, predictor)
    pairs = [
        (i, j)
        for thing in np.unique(office * 6 + criterion)
        for where in [np.flatnonzero(office * 6 + criterion == thing)]
        for i in where
        for j in where
        if i < j
    ]
    first, second = np.array(pairs).T
    found = rasch.exact_agreements(plain, "juror")
    assert found.pairs == len(pairs)
    assert found.observed == (marks[first] == marks[second]).sum()
    assert found.expected == pytest.approx((chance[:, first] * chance[:, second]).sum())
    assert found.by_element[0].sum() == 2 * len(pairs)
    assert (
        found.by_element[1, 3] == ((marks[first] == marks[second]) & ((juror[first] == 3) | (juror[second] == 3))).sum()
    )


def test_agreements_of_more_ratings_than_a_chunk_holds_lose_no_pair():
    many = panel(offices=1100, jurors=5, criteria=6, each=3, seed=17)
    table = many.marks.reshape(1100, 3, 6)
    equal = sum((table[:, i] == table[:, j]).sum() for i, j in ((0, 1), (0, 2), (1, 2)))
    found = rasch.exact_agreements(many.fit(), "juror")
    assert (found.pairs, found.observed) == (1100 * 6 * 3, equal)
    assert found.expected == pytest.approx(found.observed, rel=0.05)


def test_agreements_of_jurors_who_share_nothing_are_not_defined():
    alone = panel(offices=30, jurors=4, criteria=5, each=1, seed=2)
    fit = alone.fit(model=rasch.Model("office", subsets="group anchors"))
    with pytest.raises(NotDefined, match="one_juror"):
        rasch.exact_agreements(fit, "juror")


def test_about_one_mark_in_twenty_is_unexpected_where_the_model_holds(fit):
    found = rasch.unexpected_marks(fit)
    assert 0.02 < len(found.place) / len(fit.ratings.mark) < 0.06
    assert (np.abs(found.z) >= 2).all() and (np.diff(np.abs(found.z)) <= 0).all()


def test_score_tests_of_bias_have_unit_variance_where_there_is_none(fit):
    for facets in (("juror", "office"), ("juror", "criterion")):
        table = rasch.interaction_table(fit, facets)
        assert table.z.std() == pytest.approx(1, abs=0.15)
        assert (table.z_q < 0.05).sum() <= 1


def test_usual_t_tests_of_bias_are_conservative_where_few_jurors_share_an_office(fit):
    assert rasch.interaction_table(fit, ("juror", "office")).t.std() < 0.9


def test_a_planted_bias_is_found_with_its_size_and_is_the_only_one():
    planted = panel(offices=200, jurors=8, criteria=6, each=3, levels=11, seed=15)
    mine = (planted.facets["juror"] == 4) & (planted.facets["criterion"] == 2)
    planted.marks[mine] = np.minimum(planted.marks[mine] + 2, 10)
    table = rasch.interaction_table(planted.fit(), ("juror", "criterion"))
    cell = (table.first == 4) & (table.second == 2)
    assert cell[table.z.argmax()] and table.z_q[cell] < 0.001 and table.q[cell] < 0.001
    assert table.size[cell] > 0.5 and (table.observed > table.expected)[cell]
    assert (table.z_q < 0.001).sum() == 1


def test_the_size_of_a_bias_makes_the_expected_marks_the_observed_ones(plain):
    table = rasch.interaction_table(plain, ("juror", "criterion"))
    cell = 7
    _, juror, criterion = plain.ratings.codes
    mine = (juror == table.first[cell]) & (criterion == table.second[cell])
    predictor = sum(values[code] for values, code in zip(plain.easiness, plain.ratings.codes, strict=True))
    expected = np.arange(6) @ chances(plain, predictor[mine] + table.size[cell])
    assert expected.sum() == pytest.approx(plain.ratings.mark[mine].sum(), abs=1e-6)


def test_contrasts_of_a_juror_single_out_the_criterion_with_the_planted_bias():
    planted = panel(offices=200, jurors=8, criteria=6, each=3, levels=11, seed=15)
    mine = (planted.facets["juror"] == 4) & (planted.facets["criterion"] == 2)
    planted.marks[mine] = np.minimum(planted.marks[mine] + 2, 10)
    found = rasch.contrasts(rasch.interaction_table(planted.fit(), ("juror", "criterion")), 4)
    with_it = (found.one == 2) | (found.two == 2)
    assert len(found.p) == 15 and (found.q[with_it] < 0.05).all()
    assert (found.value[with_it] * np.where(found.one == 2, 1, -1)[with_it] > 0).all()


def test_the_summary_of_the_data_is_that_of_a_model_that_holds(fit):
    found = rasch.data_summary(fit)
    assert found.ratings + found.left_out == 150 * 3 * 6
    assert found.z_mean == pytest.approx(0, abs=0.05) and found.z_sd == pytest.approx(1, abs=0.05)
    assert 0.3 < found.explained < 0.8
    assert found.unknowns == 150 + 8 + 6 - 2 + 4 and found.iterations <= 10


def test_an_office_known_only_through_extreme_jurors_has_no_measure():
    drawn_panel = panel(offices=40, jurors=6, criteria=3, each=3, seed=21)
    marks = np.r_[drawn_panel.marks, [5.0] * 9, [0.0] * 9]  # jurors 6 and 7 give one mark only; office 40 has only them
    office = np.r_[drawn_panel.facets["office"], np.repeat([0, 1, 40], 3), np.repeat([0, 1, 40], 3)]
    facets = {
        "office": office,
        "juror": np.r_[drawn_panel.facets["juror"], [6] * 9, [7] * 9],
        "criterion": np.r_[drawn_panel.facets["criterion"], np.tile(np.arange(3), 6)],
    }
    tables = rasch.element_tables(
        rasch.fit(marks, facets, scale=rasch.RatingScale(range(6)), model=rasch.Model("office"))
    )
    assert np.isnan(tables[0].measure[40]) and np.isnan(tables[0].se[40]) and tables[0].count[40] == 6
    assert tables[1].extreme.tolist() == [0, 0, 0, 0, 0, 0, 1, -1]
    assert tables[1].measure[6] < tables[1].measure[:6].min() and tables[1].measure[7] > tables[1].measure[:6].max()


def parts(objects, elements, without):
    """Count components that hold an element, one node taken away."""
    first = objects.max() + 1
    stay = (objects != without) & (elements + first != without)
    size = first + elements.max() + 1
    graph = coo_array((np.ones(stay.sum()), (objects[stay], elements[stay] + first)), shape=(size, size))
    label = connected_components(graph, directed=False)[1]
    others = np.array([node for node in np.unique(elements) + first if node != without])
    return len(np.unique(label[others]))


@pytest.mark.parametrize("seed", range(40))
def test_bridges_are_those_whose_removal_leaves_more_parts(seed):
    rng = np.random.default_rng(seed)
    number = int(rng.integers(4, 26))
    objects = np.unique(rng.integers(0, 9, number), return_inverse=True)[1]
    elements = np.unique(rng.integers(0, 7, number), return_inverse=True)[1]
    first, whole = objects.max() + 1, parts(objects, elements, -1)
    found = rasch.bridges(objects, elements)
    more = [
        parts(objects, elements, node) > whole - (node >= first and is_alone(objects, elements, node - first))
        for node in range(first + elements.max() + 1)
    ]
    assert found.objects.tolist() == np.flatnonzero(more[:first]).tolist()
    assert found.elements.tolist() == np.flatnonzero(more[first:]).tolist()


def is_alone(objects, elements, element):
    """Tell whether no object of an element has another element: taking it away takes its part away."""
    mine = np.isin(objects, objects[elements == element])
    return len(np.unique(elements[mine])) == 1
