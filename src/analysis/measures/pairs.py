"""Each two jurors beside each other, and how far the marks of each dossier lie apart."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from analysis.config import Competition
from analysis.errors import NotDefined
from analysis.measures.rows import DESCRIBED, Rows, attempt
from analysis.measures.slices import NUMERIC, ORDERED, Panel, Slice, misfit
from analysis.statistics import distance
from analysis.statistics.agreement import pair_difference
from analysis.statistics.concordance import mean_spearman
from analysis.statistics.homogeneity import bhapkar, stuart_maxwell
from analysis.statistics.jurors import coscored
from analysis.statistics.kappas import kappa, kappa_interval
from analysis.statistics.multiplicity import benjamini_hochberg
from analysis.statistics.reliability import Test
from analysis.statistics.resample import Interval
from analysis.statistics.targets import THESE, speaking_of

NO_INTERVAL = NotDefined("no_interval", "of each two jurors the value alone is given")
LIMITS = "bias - and + 1.96 standard deviations"
TESTS = {"stuart_maxwell": stuart_maxwell, "bhapkar": bhapkar}
MOST_JURORS = 30  # of more, nobody reads every pair in every way
FEWEST_TESTED = 10  # common dossiers; with fewer the chi-square distribution is no guide


def add_pairs(rows: Rows, panel: Panel, competition: Competition) -> None:
    """Add how each two jurors compare: by the composite, and by the levels of each criterion."""
    whole, confidence = panel.composite(), competition.analysis.confidence
    shared = coscored(whole.ratings)
    for one, other in _pairs(shared):
        under = _under(rows, whole, one, other)
        _of_composite(under, whole, whole.ratings[:, [one, other]], shared[one, other], confidence=confidence)
    for criterion in panel.criteria if len(whole.jurors) <= MOST_JURORS else ():
        _of_criterion(rows.under(criterion=criterion.id), panel.of_criterion(criterion.id), confidence=confidence)


def add_ranges(rows: Rows, whole: Slice) -> None:
    """Add the difference between the largest and the smallest mark of each dossier."""
    count = np.isfinite(whole.ratings).sum(axis=1)
    alone = NotDefined("one_juror", "one juror marked this dossier")
    unfit = misfit("score_range", whole.level, levels=NUMERIC)
    for unit, marks, jurors in zip(whole.units, whole.ratings, count, strict=True):
        value = np.nanmax(marks) - np.nanmin(marks) if jurors > 1 else alone
        under = rows.under(subject_type="dossier", subject=unit)
        under.add(
            "score_range", unfit or value, DESCRIBED, uom=whole.uom, variant="largest - smallest", n_jurors=jurors
        )


def _under(rows: Rows, part: Slice, one: int, other: int) -> Rows:
    keys = {"subject": part.jurors[one], "versus": part.jurors[other]}
    return rows.under(subject_type="juror", versus_type="juror", **keys)


def _of_composite(rows: Rows, whole: Slice, pair: np.ndarray, shared: int, *, confidence: float) -> None:
    """Add how far two jurors differ and how alike they order the dossiers."""
    counts = {"n_units": shared, "n_jurors": 2}
    unfit = misfit("a difference of marks", whole.level, levels=NUMERIC)
    differ = unfit or attempt(pair_difference, pair)
    rows.add("pair_difference", differ, DESCRIBED, uom=whole.uom, variant="mean over dossiers both marked", **counts)
    order = misfit("spearman", whole.level, levels=ORDERED) or attempt(mean_spearman, pair)
    rows.add("spearman", order, NO_INTERVAL, uom="coefficient", variant="dossiers both marked", **counts)
    if len(whole.jurors) <= MOST_JURORS:
        _distances(rows, pair, unfit, whole.uom, confidence, counts)


def _distances(
    rows: Rows, pair: np.ndarray, unfit: NotDefined | None, uom: str, confidence: float, counts: dict[str, int]
) -> None:
    """Add the concordance and the limits of agreement of two jurors."""
    concordance = unfit or attempt(distance.lin_ccc, pair)
    ends = _these(attempt(distance.lin_ccc_interval, pair, confidence=confidence))
    rows.add("lin_ccc", concordance, ends, uom="coefficient", variant="dossiers both marked", **counts)
    limits = unfit or attempt(distance.bland_altman, pair)
    for measure, at, of in (
        ("bland_altman_bias", "", "bias"),
        ("bland_altman_limit", "lower", "lower"),
        ("bland_altman_limit", "upper", "upper"),
    ):
        value = limits if isinstance(limits, NotDefined) else getattr(limits, of)
        ends = _these(attempt(distance.bland_altman_interval, pair, of=of, confidence=confidence))
        variant = "mean of subject - versus" if of == "bias" else LIMITS
        rows.add(measure, value, ends, at=at, uom=uom, variant=variant, **counts)


def _these(ends: Interval | NotDefined) -> Interval | NotDefined:
    """Say that an interval speaks of these two jurors."""
    return ends if isinstance(ends, NotDefined) else speaking_of(ends, THESE, jurors=2)


def _of_criterion(rows: Rows, part: Slice, *, confidence: float) -> None:
    """Add weighted kappa of each two jurors and the tests whether they use the levels alike."""
    shared = coscored(part.ratings)
    weighted = {"form": "cohen_kappa", "levels": part.scale.levels, "weights": "quadratic"}
    unfit = misfit("cohen_kappa (quadratic weights)", part.level, levels=NUMERIC)
    for one, other in _pairs(shared):
        pair = part.ratings[:, [one, other]]
        value, ends = unfit or attempt(kappa, pair, **weighted), None
        if not isinstance(value, NotDefined):
            ends = _these(attempt(kappa_interval, pair, confidence=confidence, **weighted))
        columns = {"uom": "coefficient", "variant": "quadratic weights", "n_units": shared[one, other], "n_jurors": 2}
        _under(rows, part, one, other).add("cohen_kappa", value, ends, **columns)
    for name in TESTS:
        _tests(rows, name, part, shared)


def _tests(rows: Rows, name: str, part: Slice, shared: np.ndarray) -> None:
    """Add a test of each pair, its p value corrected over the pairs of the criterion."""
    pairs = _pairs(shared)
    found = [_tested(name, part.ratings[:, list(pair)], shared[pair]) for pair in pairs]
    p_values = np.array([np.nan if isinstance(test, NotDefined) else test.p_value for test in found])
    corrected = benjamini_hochberg(p_values)
    family = f"{name} of {np.isfinite(p_values).sum()} pairs of jurors"
    for (one, other), test, p_value, q_value in zip(pairs, found, p_values, corrected, strict=True):
        columns = {"uom": "coefficient", "variant": "chi-square", "n_units": shared[one, other], "n_jurors": 2}
        value = test
        if isinstance(test, Test):
            value = test.value
            columns |= {"p_value": p_value, "q_value": q_value, "q_family": family}
        _under(rows, part, one, other).add(name, value, NO_INTERVAL, **columns)


def _tested(name: str, pair: np.ndarray, shared: int) -> Test | NotDefined:
    if shared < FEWEST_TESTED:
        return NotDefined("too_few_units", f"the test needs {FEWEST_TESTED} dossiers both marked; here {shared}")
    return attempt(TESTS[name], pair)


def _pairs(shared: np.ndarray) -> list[tuple[int, int]]:
    """Give the pairs of jurors with a dossier in common."""
    return [(one, other) for one, other in combinations(range(len(shared)), 2) if shared[one, other]]
