"""Marks for a juror's own dossiers beside the juror's other marks."""

import importlib.util
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
import statsmodels.api as sm

from analysis.errors import NotDefined
from analysis.statistics.affinity import fixed_affinity, permutation_affinity, recusal_effect, relative_marks
from analysis.statistics.multiplicity import benjamini_hochberg

SPEC = importlib.util.spec_from_file_location("figures", Path(__file__).parents[1] / "examples" / "figures.py")
figures = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(figures)


def panel(rng, *, dossiers=24, jurors=4, criteria=3, gain=0.0, missing=0.0):
    """Simulate marks with effects of dossiers and jurors, a gain for own dossiers, and who owns what."""
    own = np.zeros((dossiers, jurors), dtype=bool)
    for juror in range(jurors):
        own[rng.choice(dossiers, 5, replace=False), juror] = True
    cube = rng.normal(6, 1, (dossiers, 1, criteria)) + rng.normal(0, 0.5, (1, jurors, criteria))
    cube = cube + rng.normal(0, 0.5, (dossiers, jurors, 1)) + rng.normal(0, 0.3, (dossiers, jurors, criteria))
    cube = cube + gain * own[:, :, None]
    return np.where(rng.random(cube.shape) < missing, np.nan, cube), own


def test_a_mark_is_compared_with_jurors_to_whom_the_dossier_is_not_own():
    cube = np.array([[[8.0], [5], [9]], [[6], [6], [6]]])
    own = np.array([[True, False, True], [False, False, False]])
    # juror 0: 8 - 5 = 3 and 6 - 6 = 0, mean 1.5; juror 2: 9 - 5 = 4 and 0; juror 1 has nobody beside in dossier 0
    assert relative_marks(cube, own) == pytest.approx(np.array([[1.5, np.nan, 2], [-1.5, 0, -2]]), nan_ok=True)


def test_the_permutation_p_is_the_share_of_all_divisions_that_lie_as_far_out():
    cube, own = panel(np.random.default_rng(1), dossiers=12, gain=0.5)
    marks = relative_marks(cube, own)[:, 0]
    found = permutation_affinity(cube, own, cluster=np.arange(12), rng=np.random.default_rng(0))
    differences = []
    for chosen in combinations(range(12), 5):
        mask = np.isin(np.arange(12), chosen)
        differences.append(marks[mask].mean() - marks[~mask].mean())
    assert found.value[0] == pytest.approx(marks[own[:, 0]].mean() - marks[~own[:, 0]].mean())
    assert found.p_value[0] == pytest.approx(np.mean(np.abs(differences) >= abs(found.value[0]) - 1e-9))


def test_dossiers_of_one_office_move_together():
    cube, own = panel(np.random.default_rng(2), dossiers=12, jurors=3)
    own[:] = np.repeat([True, False, False, False], 3)[:, None] & (np.arange(3) == 0)
    found = permutation_affinity(cube, own, cluster=np.repeat(np.arange(4), 3), rng=np.random.default_rng(0))
    assert found.p_value[0] * 4 == pytest.approx(round(found.p_value[0] * 4))
    assert found.p_value[0] >= 0.25 and np.isnan(found.se[0])


def test_marks_without_affinity_raise_no_more_alarms_than_the_level():
    rng = np.random.default_rng(3)
    p, fixed, covered = [], [], []
    for _ in range(120):
        cube, own = panel(rng)
        found = permutation_affinity(cube, own, cluster=np.arange(24), rng=rng)
        regression = fixed_affinity(cube, own, cluster=np.arange(24))
        p.extend(found.p_value[:-1])
        fixed.extend(regression.p_value[:-1])
        covered.extend((regression.low[:-1] < 0) & (regression.high[:-1] > 0))
    assert np.mean(np.array(p) < 0.05) == pytest.approx(0.05, abs=0.025)
    assert np.mean(np.array(fixed) < 0.05) == pytest.approx(0.05, abs=0.03)
    assert np.mean(covered) == pytest.approx(0.95, abs=0.03)


def test_a_simulated_affinity_is_recovered_by_both_estimates():
    rng, found = np.random.default_rng(4), []
    for _ in range(30):
        cube, own = panel(rng, gain=0.7, missing=0.1)
        both = (permutation_affinity(cube, own, cluster=np.arange(24), rng=rng),)
        both += (fixed_affinity(cube, own, cluster=np.arange(24)),)
        found.append([one.value.mean() for one in both])
    assert np.mean(found, axis=0) == pytest.approx([0.7, 0.7], abs=0.05)


def dense(cube, own, juror=None):
    """Least squares on one column an effect: marks, design, the columns of own flags, dossier of each mark."""
    dossier, rater, criterion = np.nonzero(np.isfinite(cube))
    cells, raters = dossier * cube.shape[2] + criterion, rater * cube.shape[2] + criterion
    design = np.hstack([np.eye(cells.max() + 1)[cells], np.eye(raters.max() + 1)[raters]])
    flags = own[dossier, rater].astype(float)
    columns = flags[:, None] if juror is None else flags[:, None] * (rater[:, None] == np.arange(cube.shape[1]))
    return cube[dossier, rater, criterion], np.hstack([columns, design]), columns.shape[1], dossier


@pytest.mark.parametrize("each", [None, 0])
def test_fixed_effects_are_those_of_dense_least_squares(each):
    cube, own = panel(np.random.default_rng(5), gain=0.4, missing=0.1)
    found = fixed_affinity(cube, own, cluster=np.arange(24))
    marks, design, columns, _ = dense(cube, own, each)
    wanted = np.linalg.lstsq(design, marks)[0][:columns]
    assert (found.value[-1:] if each is None else found.value[:-1]) == pytest.approx(wanted)


def test_the_error_of_the_fixed_effect_is_the_clustered_one_of_statsmodels():
    cube, own = panel(np.random.default_rng(6), missing=0.1)
    office = np.arange(24) // 2
    marks, design, _, dossier = dense(cube, own)
    # one column of juror effects a criterion is the sum of the dossiers' columns: the design is cut to full rank
    _, triangle = np.linalg.qr(design)
    full = design[:, np.abs(np.diag(triangle)) > 1e-8]
    fit = sm.OLS(marks, full).fit(
        cov_type="cluster", cov_kwds={"groups": office[dossier], "use_correction": False, "df_correction": False}
    )
    found = fixed_affinity(cube, own, cluster=office)
    offices = len(np.unique(office[own.any(axis=1)]))
    assert found.value[-1] == pytest.approx(fit.params[0])
    assert found.se[-1] == pytest.approx(fit.bse[0] * np.sqrt(offices / (offices - 1)))


def test_two_own_dossiers_are_too_few():
    cube, own = panel(np.random.default_rng(7))
    own[:, 1] = np.arange(24) < 2
    for found in (
        permutation_affinity(cube, own, cluster=np.arange(24), rng=np.random.default_rng(0)),
        fixed_affinity(cube, own, cluster=np.arange(24)),
    ):
        with pytest.raises(NotDefined, match="too_few_units: own dossiers with another juror's mark: 2, others: 22"):
            found.check(1)
        assert np.isnan(found.p_value[1]) and found.check(0) is None and found.check(-1) is None


def test_a_recusal_moves_the_award_that_a_juror_gave_the_own_dossier():
    marks = np.array([[9.0, 6, 6], [7, 7, 6.5], [5, 5, 5]])
    own = np.zeros((3, 3), dtype=bool)
    own[0, 0] = True
    found = recusal_effect(marks, own, groups=np.zeros(3, dtype=int), awarded=np.array([1]))
    assert (found.awards, found.places) == (2, 2)


def test_a_dossier_that_only_its_own_juror_marked_keeps_its_mark():
    marks = np.array([[9.0, np.nan], [7, 7]])
    own = np.array([[True, False], [False, False]])
    found = recusal_effect(marks, own, groups=np.zeros(2, dtype=int), awarded=np.array([1]))
    assert (found.awards, found.places) == (0, 0)


def test_places_are_counted_within_categories():
    marks = np.array([[9.0, 5], [6, 6], [8, 8], [1, 1]])
    own = np.zeros((4, 2), dtype=bool)
    own[0, 0] = True
    found = recusal_effect(marks, own, groups=np.array([0, 1, 0, 1]), awarded=np.array([1, 1]))
    assert (found.awards, found.places) == (0, 0)


@pytest.fixture(scope="module")
def marks(shared):
    return figures.senior_marks(shared / "data" / "figure_skating_2016_2017")


@pytest.mark.real
def test_own_country_figures_of_the_source_are_found_by_its_method_and_by_fixed_effects(marks):
    compared = list(figures.own_country(marks))
    assert [wanted for _, wanted, _, _ in compared] == [1305, 13375, 3.389, 37.86, 3.257]
    assert [round(float(found), places) for _, _, found, places in compared] == [1305, 13375, 3.389, 37.86, 3.257]


@pytest.mark.real
def test_component_marks_for_own_country_are_higher_by_both_estimates(marks):
    for found in figures.component_affinity(marks).values():
        flagged = (benjamini_hochberg(found.p_value[:-1]) < 0.05) & (found.value[:-1] > 0)
        assert 0.2 < found.low[-1] < found.value[-1] < found.high[-1] < 0.4 and found.p_value[-1] < 1e-4
        assert 5 <= flagged.sum() < np.isfinite(found.value[:-1]).sum() / 2


@pytest.mark.real
def test_judges_whom_the_source_names_first_give_their_country_seven_points_more(marks):
    points = figures.performance_points(marks)
    cube, own, skaters = figures.cube_of(points.assign(criterion="", mark=points["points"]), judge="clean_judge_name")
    found = permutation_affinity(cube, own, cluster=skaters, rng=np.random.default_rng(0))
    names = sorted(points["clean_judge_name"].unique())
    for name, wanted in {"Walter TOIGO": 4.948 + 2.548, "Jeff LUKASIK": 4.982 + 2.073}.items():
        place = names.index(name)
        assert found.low[place] < wanted < found.high[place]
        assert benjamini_hochberg(found.p_value[:-1])[place] < 0.01
