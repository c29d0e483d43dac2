"""REML variance components: a dense likelihood, other programs, simulated truth, and what designs cannot tell apart."""

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.errors import NotDefined
from analysis.statistics.blocks import block_system
from analysis.statistics.reml import derivatives, evaluate, information, predictions, variance_components
from analysis.statistics.terms import long_design

ALL = ("dossier", "juror", "criterion", "dossier:juror", "dossier:criterion", "juror:criterion")
MODELS = {  # terms, fixed, block
    "all two-way terms": (ALL, (), "dossier"),
    "blocks by another factor": (ALL, (), "criterion"),
    "criteria fixed": (("dossier", "juror", "dossier:juror", "juror:criterion"), ("criterion",), "dossier"),
    "two factors fixed": (("dossier", "dossier:criterion"), ("juror", "criterion"), "dossier"),
    "nothing outside the blocks": (("dossier", "dossier:juror"), (), "dossier"),
    "nothing inside the blocks": (("juror", "criterion"), (), "dossier"),
}
SMALL = ("juror", "dossier")
TRUTH = {"dossier": 1.0, "juror": 0.4, "criterion": 0.3, "dossier:juror": 0.2, "dossier:criterion": 0.25,
         "juror:criterion": 0.1, "residual": 0.8}  # fmt: skip


def panel(seed, *, dossiers=8, jurors=5, each=3, criteria=4, missing=0.2):
    """Give marks of a sparse panel in long form and their factors; the legacy generator's numbers never change."""
    rng = np.random.RandomState(seed)
    size = {"dossier": dossiers, "juror": jurors, "criterion": criteria}
    judges = np.array([rng.permutation(jurors)[:each] for _ in range(dossiers)])
    kept = rng.uniform(size=dossiers * each * criteria) >= missing
    factors = {
        "dossier": np.repeat(np.arange(dossiers), each * criteria)[kept],
        "juror": np.repeat(judges.ravel(), criteria)[kept],
        "criterion": np.tile(np.arange(criteria), dossiers * each)[kept],
    }
    marks = 6 + np.sqrt(TRUTH["residual"]) * rng.standard_normal(kept.sum())
    for term in ALL:
        names = term.split(":")
        effects = np.sqrt(TRUTH[term]) * rng.standard_normal([size[name] for name in names])
        marks += effects[tuple(factors[name] for name in names)]
    return marks, factors


def labels(factors, term):
    """Number the levels of a term, sorted by its factors in turn."""
    joint = np.column_stack([factors[name] for name in term.split(":")])
    return np.unique(joint, axis=0, return_inverse=True)[1].ravel()


class Dense:
    """The restricted likelihood by its definition, with matrices marks × marks."""

    def __init__(self, marks, factors, terms, fixed, variances):
        indicators = [np.eye(labels(factors, term).max() + 1)[labels(factors, term)] for term in terms]
        self.parts = [*(matrix @ matrix.T for matrix in indicators), np.eye(len(marks))]
        dummies = [np.eye(factors[name].max() + 1)[factors[name]][:, 1:] for name in fixed]
        design = np.hstack([np.ones((len(marks), 1)), *dummies])
        covariance = sum(variance * part for variance, part in zip(variances, self.parts, strict=True))
        inverse = np.linalg.inv(covariance)
        normal = design.T @ inverse @ design
        self.projection = inverse - inverse @ design @ np.linalg.inv(normal) @ design.T @ inverse
        self.working = self.projection @ marks
        logs = np.linalg.slogdet(covariance)[1] + np.linalg.slogdet(normal)[1]
        self.deviance = logs + (len(marks) - design.shape[1]) * np.log(2 * np.pi) + marks @ self.working
        self.fixed = np.linalg.solve(normal, design.T @ inverse @ marks)
        self.fixed_covariance = np.linalg.inv(normal)
        self.indicators, self.variances = indicators, variances

    def gradient(self):
        return np.array([(self.projection * part).sum() - self.working @ part @ self.working for part in self.parts])

    def information(self):
        moved = [self.projection @ part for part in self.parts]
        return np.array([[(one * two.T).sum() for two in moved] for one in moved])

    def prediction(self, which):
        variance, indicator = self.variances[which], self.indicators[which]
        left = variance - variance**2 * np.diagonal(indicator.T @ self.projection @ indicator)
        return variance * indicator.T @ self.working, left


def fitted(name, seed=1, **design):
    terms, fixed, block = MODELS[name]
    marks, factors = panel(seed, **design)
    return marks, factors, variance_components(marks, factors, terms=terms, fixed=fixed, block=block)


@pytest.mark.parametrize("name", MODELS)
@settings(max_examples=10)
@given(seed=st.integers(0, 10_000), at_zero=st.sets(st.integers(0, 5)))
def test_deviance_gradient_and_information_equal_the_dense_definitions(name, seed, at_zero):
    terms, fixed, block = MODELS[name]
    marks, factors = panel(seed)
    ratios = np.random.RandomState(seed).uniform(0.05, 2, len(terms))
    ratios[[place for place in at_zero if place < len(terms)]] = 0
    system = block_system(long_design(marks, factors, terms=terms, fixed=fixed), factors, block)
    fit = evaluate(system, ratios)
    dense = Dense(marks, factors, terms, fixed, fit.residual * np.append(ratios, 1))
    gradient = derivatives(system, fit)[0]
    assert fit.deviance == pytest.approx(dense.deviance, abs=1e-8)
    assert gradient == pytest.approx(dense.gradient(), abs=1e-8 * np.abs(dense.gradient()).max())
    assert information(system, fit) == pytest.approx(dense.information(), rel=1e-8, abs=1e-8)


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("seed", range(6))
def test_the_estimate_is_a_maximum_gradient_zero_inside_and_outward_at_the_edge(name, seed):
    marks, factors, found = fitted(name, seed)
    dense = Dense(marks, factors, found.terms[:-1], found.fixed_names, found.variances)
    slope = dense.gradient() / np.sqrt(np.diagonal(dense.information()))  # in standard errors
    edge = np.array([term in found.at_zero for term in found.terms])
    assert slope[~edge] == pytest.approx(0, abs=1e-5)
    assert (slope[edge] > 0).all()
    assert (found.variances[edge] == 0).all()
    assert found.deviance == pytest.approx(dense.deviance, abs=1e-8)


@pytest.mark.parametrize("name", MODELS)
def test_covariances_are_those_of_the_expected_information_and_of_least_squares(name):
    marks, factors, found = fitted(name)
    dense = Dense(marks, factors, found.terms[:-1], found.fixed_names, found.variances)
    assert found.covariance == pytest.approx(2 * np.linalg.inv(dense.information()), rel=1e-6, abs=1e-9)
    assert found.fixed == pytest.approx(dense.fixed)
    assert found.fixed_covariance == pytest.approx(dense.fixed_covariance, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("name", MODELS)
def test_predictions_equal_the_dense_best_linear_unbiased_ones(name):
    marks, factors, found = fitted(name)
    dense = Dense(marks, factors, found.terms[:-1], found.fixed_names, found.variances)
    for which, term in enumerate(found.terms[:-1]):
        effects, variances = predictions(marks, factors, found, term)
        expected = dense.prediction(which)
        assert effects == pytest.approx(expected[0], abs=1e-8)
        assert variances == pytest.approx(expected[1], abs=1e-8)


def test_the_factor_of_the_blocks_changes_nothing_but_the_work():
    marks, factors = panel(3)
    found = [variance_components(marks, factors, terms=ALL, block=block) for block in ("dossier", "juror", "criterion")]
    for other in found[1:]:
        assert other.variances == pytest.approx(found[0].variances, abs=1e-8)
        assert other.deviance == pytest.approx(found[0].deviance, abs=1e-9)


@given(seed=st.integers(0, 1000))
@settings(max_examples=15)
def test_order_of_marks_and_names_of_levels_do_not_matter(seed):
    marks, factors = panel(seed)
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(marks))
    renamed = {name: rng.permutation(codes.max() + 1).astype(str)[codes][order] for name, codes in factors.items()}
    first = variance_components(marks, factors, terms=ALL, block="dossier")
    second = variance_components(marks[order], renamed, terms=ALL, block="dossier")
    assert second.variances == pytest.approx(first.variances, abs=1e-7)
    assert second.deviance == pytest.approx(first.deviance, abs=1e-9)


@pytest.mark.parametrize(("factor", "shift"), [(10, 0), (0.01, 0), (1, 1e6), (-3, 50)])
def test_shift_and_scale_of_the_marks_move_the_variances_as_squares(factor, shift):
    marks, factors = panel(4)
    plain = variance_components(marks, factors, terms=ALL, block="dossier")
    moved = variance_components(factor * marks + shift, factors, terms=ALL, block="dossier")
    assert moved.variances == pytest.approx(factor**2 * plain.variances, rel=1e-6)
    assert moved.deviance == pytest.approx(plain.deviance + 2 * (len(marks) - 1) * np.log(abs(factor)), abs=1e-6)


def test_deviance_does_not_depend_on_which_level_of_a_fixed_factor_comes_first():
    marks, factors = panel(5)
    terms, fixed, block = MODELS["criteria fixed"]
    turned = {**factors, "criterion": factors["criterion"].max() - factors["criterion"]}
    found = [variance_components(marks, some, terms=terms, fixed=fixed, block=block) for some in (factors, turned)]
    assert found[0].deviance == pytest.approx(found[1].deviance, abs=1e-9)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_variances_and_log_likelihood_equal_those_of_statsmodels(seed):
    from statsmodels.regression.mixed_linear_model import MixedLM

    marks, factors = panel(seed, dossiers=25, missing=0.1)
    table = pd.DataFrame({"mark": marks, **factors})
    formula = {"dossier": "0 + C(dossier)", "juror": "0 + C(juror)"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its optimiser
        model = MixedLM.from_formula("mark ~ C(criterion)", table, groups=np.ones(len(table)), vc_formula=formula)
        peer = model.fit(reml=True, gtol=1e-8)
    found = variance_components(marks, factors, terms=SMALL, fixed=("criterion",), block="dossier")
    named = dict(zip(found.terms, found.variances, strict=True))
    theirs = dict(zip(model.exog_vc.names, peer.vcomp, strict=True))
    assert (named["dossier"], named["juror"]) == pytest.approx((theirs["dossier"], theirs["juror"]), rel=1e-3)
    assert named["residual"] == pytest.approx(peer.scale, rel=1e-3)
    assert found.deviance == pytest.approx(-2 * peer.llf, abs=1e-4)
    assert found.fixed == pytest.approx(peer.fe_params.to_numpy(), abs=1e-4)


LME4 = {  # lme4 1.1-31: REMLcrit, variances of panel(11, dossiers=60, jurors=8, each=4, criteria=9, missing=0.3)
    "all two-way terms": (
        4775.025570, (1.371663, 0.421450, 0.178037, 0.167858, 0.290792, 0.086737, 0.768277),
    ),
    "criteria fixed": (4843.921723, (1.411075, 0.413762, 0.144142, 0.091721, 1.049238)),
}  # fmt: skip


@pytest.mark.parametrize("name", LME4)
def test_deviance_and_variances_equal_those_of_lme4(name):
    deviance, variances = LME4[name]
    found = fitted(name, 11, dossiers=60, jurors=8, each=4, criteria=9, missing=0.3)[2]
    assert found.deviance == pytest.approx(deviance, abs=1e-4)
    assert found.variances == pytest.approx(variances, abs=1e-4)


@pytest.mark.real
def test_penicillin_equals_lme4(shared):
    table = pd.read_csv(shared / "oracles" / "survey" / "input_penicillin.csv")
    marks, factors = (
        table["diameter"].to_numpy(float),
        {name: table[name].to_numpy(str) for name in ("plate", "sample")},
    )
    found = variance_components(marks, factors, terms=("plate", "sample"), block="plate")
    samples = predictions(marks, factors, found, "sample")[0]
    assert np.sqrt(found.variances) == pytest.approx([0.846703, 1.931614, 0.549923], abs=1e-4)
    assert found.deviance / -2 == pytest.approx(-165.4302945, abs=1e-6)
    assert found.fixed == pytest.approx([22.9722222222])
    assert samples == pytest.approx([2.1870584, -1.0104764, 1.9378998, -0.0968950, -0.0138421, -3.0037448], abs=1e-5)


@pytest.fixture(scope="module")
def simulated():
    """Fit 100 panels drawn from `TRUTH`."""
    panels = (panel(seed, dossiers=60, jurors=12) for seed in range(100))
    return [variance_components(*drawn, terms=ALL, block="dossier") for drawn in panels]


def test_estimates_of_simulated_panels_are_right_on_average(simulated):
    estimates = np.array([one.variances for one in simulated])
    error = estimates.std(axis=0, ddof=1) / np.sqrt(len(simulated))
    truth = [TRUTH[term] for term in simulated[0].terms]
    assert (np.abs(estimates.mean(axis=0) - truth) < 3.5 * error).all()


def test_stated_standard_errors_are_those_of_simulated_panels_where_levels_are_many(simulated):
    many = [term != "criterion" for term in simulated[0].terms]
    spread = np.array([one.variances for one in simulated]).std(axis=0, ddof=1)
    stated = np.sqrt(np.mean([np.diagonal(one.covariance) for one in simulated], axis=0))
    assert (stated / spread)[many] == pytest.approx(1, abs=0.25)


def test_a_term_without_any_effect_is_at_zero_and_named():
    marks = np.array([[1.0, 3], [3, 1], [2, 2]])
    dossier, juror = np.indices(marks.shape)
    found = variance_components(
        marks.ravel(), {"dossier": dossier.ravel(), "juror": juror.ravel()}, terms=SMALL, block="dossier"
    )
    assert found.at_zero == SMALL
    assert found.variances == pytest.approx([0, 0, 0.8])


def test_levels_and_numbers_of_the_design_are_told():
    _, _, found = fitted("all two-way terms", missing=0)
    assert found.terms == (*ALL, "residual")
    assert found.levels == (8, 5, 4, 24, 32, 20, 96)
    assert (found.ratings, found.block) == (96, "dossier")


def test_the_search_needs_few_evaluations():
    assert fitted("all two-way terms", dossiers=60, jurors=10, criteria=8)[2].iterations <= 10


ROWS = {"dossier": [0, 0, 0, 1, 1, 1, 2, 2, 2], "juror": [0, 1, 2] * 3, "criterion": [0] * 9, "twin": [5, 6, 7] * 3}
MARKS = [3.0, 4, 6, 5, 5, 8, 1, 4, 3]
REFUSED = {
    "no marks": ([], SMALL, "no_data", "no marks"),
    "equal marks": ([4.0] * 9, SMALL, "no_variation", "4"),
    "marks equal but for rounding": ([0.1 + 0.2, 0.3, 0.3] * 3, SMALL, "no_variation", "0.3"),
    "one level": (MARKS, ("dossier", "criterion"), "confounded", "same criterion"),
    "one criterion": (MARKS, ("dossier", "dossier:juror"), "confounded", "dossier:juror and residual"),
    "the same grouping twice": (MARKS, ("juror", "twin"), "confounded", "juror and twin"),
    "random and fixed": (MARKS, ("dossier", "juror"), "confounded", "juror and the fixed part"),
    "exact marks": ([1.0, 2, 4, 2, 3, 5, 7, 8, 10], SMALL, "no_maximum", "explain every mark"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_data_that_define_no_components_get_a_reason_that_names_the_terms(case):
    marks, terms, code, words = REFUSED[case]
    factors = {name: np.array(codes[: len(marks)]) for name, codes in ROWS.items()}
    fixed = ("juror",) if case == "random and fixed" else ()
    with pytest.raises(NotDefined) as reason:
        variance_components(np.array(marks), factors, terms=terms, fixed=fixed, block="dossier")
    assert reason.value.code == code
    assert words in reason.value.detail


def test_two_marks_are_too_few():
    with pytest.raises(NotDefined) as reason:
        variance_components(np.array([3.0, 4]), {"dossier": [0, 1], "juror": [0, 1]}, terms=SMALL, block="dossier")
    assert reason.value.code == "confounded"


@pytest.mark.parametrize(
    ("marks", "terms", "words"),
    [
        ([3, np.nan, *MARKS[2:]], SMALL, "finite"),
        (MARKS[:-1], SMALL, "shape"),
        (MARKS, ("dossier", "office"), "office"),
        (MARKS, ("dossier:juror", "juror:dossier"), "different names"),
        (MARKS, ("residual",), "different names"),
    ],
)
def test_marks_and_terms_that_do_not_belong_together_are_refused(marks, terms, words):
    factors = {name: np.array(codes) for name, codes in ROWS.items()}
    with pytest.raises(ValueError, match=words):
        variance_components(np.array(marks), factors, terms=terms, block="dossier")


def test_a_factor_of_the_blocks_that_is_not_given_is_refused():
    marks, factors = panel(1)
    with pytest.raises(ValueError, match="office"):
        variance_components(marks, factors, terms=SMALL, block="office")
