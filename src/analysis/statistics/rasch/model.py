"""The many-facet Rasch model of long ratings: fitted measures of all facets."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass

import numpy as np

from analysis.statistics.rasch.design import (
    CHUNK,
    Anchors,
    Kept,
    Model,
    Ratings,
    RatingScale,
    coded_ratings,
    with_joined_levels,
    without_extremes,
)
from analysis.statistics.rasch.likelihood import Problem, probabilities, problem_of
from analysis.statistics.rasch.newton import Estimate, estimate
from analysis.statistics.rasch.placement import fixed_elements, floating_facet, held

EXTREME_SCORE = 0.3  # score points by which an extreme score is moved inside
CELL_STEPS, CELL_SMALL, CELL_LARGEST = 50, 1e-8, 2.0


@dataclass(frozen=True)
class Fit:
    """A fitted model.

    Attributes
    ----------
    ratings, kept, problem
        All ratings in codes; which take part in the estimation; those, sorted.
    estimate
        Joint maximum likelihood, in easiness. `easiness` (below) holds the elements with extreme scores too and has
        the zero that the model asks for.
    easiness
        Of each element of each facet, logits, uncorrected.
    spread
        Factor of reported measures and standard errors: (N - p)/N, or 1 without correction or with anchors.
    fixed
        Which elements are anchored.
    joined
        Levels that were joined because the threshold between them has no finite estimate: group of the scale, the
        upper level, the lower one.
    """

    ratings: Ratings
    kept: Kept
    problem: Problem
    estimate: Estimate
    easiness: tuple[np.ndarray, ...]
    spread: float
    fixed: tuple[np.ndarray, ...]
    joined: tuple[tuple[Hashable, float, float], ...]


def fit(
    marks: np.ndarray,
    facets: Mapping[str, np.ndarray],
    *,
    scale: RatingScale,
    model: Model,
    weights: np.ndarray | None = None,
    anchors: Anchors | None = None,
) -> Fit:
    """Fit the many-facet Rasch model by joint maximum likelihood.

    log(P_k / P_(k-1)) = measure of the object - measures of the other facets' elements - threshold_k.

    Parameters
    ----------
    marks : array, shape (ratings,)
        Points; NaN = not rated.
    facets : mapping of name to array, shape (ratings,)
        Element of each facet that the rating belongs to, any labels.
    scale
        Declared levels, one scale or several.
    model
        Which facet is judged, where the zero is, the correction.
    weights : array, shape (ratings,), optional
        How often a rating counts, above 0.
    anchors
        Measures, means and thresholds that are held fixed. With anchors there is no correction of the spread: the
        anchors set the unit.

    Returns
    -------
    Fit
        Read it with `element_tables`, `facet_summary`, `category_tables`, `interaction_table`, ...

    Raises
    ------
    NotDefined
        No ratings, no variation, parts without a common measure, no maximum of the likelihood.
    ValueError
        A mark that is no declared level, names that are not there, arrays that do not fit.

    Source
    ------
    Linacre (1989), Many-facet Rasch measurement; Wright & Masters (1982), Rating scale analysis, ch. 4;
    Haberman (1977), Ann. Stat. 5, 815-841 (joint maximum likelihood, elimination).
    """
    anchors = Anchors() if anchors is None else anchors
    ratings = coded_ratings(marks, facets, scale=scale, first=model.object, weights=weights)
    fixed = fixed_elements(ratings, anchors)[0]
    joined = []
    while True:
        kept = without_extremes(ratings, fixed)
        problem = problem_of(ratings, kept, unobserved=scale.unobserved)
        found = estimate(problem, held(ratings, problem, model, anchors))
        if isinstance(found, Estimate):
            break
        upper = float(problem.values[found.scale][found.category])
        ratings, lower = with_joined_levels(ratings, found.scale, upper)
        joined.append((ratings.groups[found.scale], upper, lower))
    easiness = floated(ratings, problem, found.easiness, floating_facet(ratings, model, anchors), fixed)
    easiness = with_extremes(ratings, kept, problem, easiness, found.log_weights)
    anchored = anchors.elements or anchors.means or anchors.thresholds
    spread = 1.0 if anchored or model.correction == "none" else spread_factor(problem, found.unknowns)
    return Fit(ratings, kept, problem, found, easiness, spread, fixed, tuple(joined))


def estimated(fit: Fit, f: int) -> np.ndarray:
    """Tell which elements of a facet have ratings that take part in the estimation."""
    return np.bincount(fit.problem.codes[f], minlength=fit.problem.sizes[f]) > 0


def measured(fit: Fit, f: int) -> np.ndarray:
    """Tell which elements of a facet are estimated, or extreme on a scale that is."""
    told = fit.problem.used[fit.ratings.group]
    on_scale = np.bincount(fit.ratings.codes[f][told], minlength=fit.problem.sizes[f]) > 0
    return estimated(fit, f) | ((fit.kept.extreme[f] != 0) & on_scale)


def spread_factor(problem: Problem, unknowns: int) -> float:
    """(N - p)/N, N ratings and p free parameters.

    Joint estimates are too far apart by about N/(N - p). Counting the objects' parameters only, this is the known
    L/(L - 1) of L ratings an object; the other facets and the thresholds count too, as simulation shows they must
    (docs/methods.md).

    Source
    ------
    Andersen (1973), Conditional inference and models for measuring; Wright & Douglas (1977), Appl. Psychol. Meas. 1,
    281-294: (L - 1)/L.
    """
    return 1 - unknowns / float(problem.weight.sum())


def floated(
    ratings: Ratings, problem: Problem, easiness: tuple[np.ndarray, ...], floating: str | None, fixed: tuple
) -> tuple[np.ndarray, ...]:
    """Move the zero from the other facets' centres to the objects', where another facet is to float."""
    moved = [values.copy() for values in easiness]
    if floating is not None and floating != ratings.names[0] and not fixed[0].any():
        there = np.bincount(problem.codes[0], minlength=problem.sizes[0]) > 0
        mean = moved[0][there].mean()
        moved[0] -= mean
        moved[ratings.facet(floating)] += mean
    return tuple(moved)


def with_extremes(
    ratings: Ratings, kept: Kept, problem: Problem, easiness: tuple[np.ndarray, ...], logs: tuple[np.ndarray, ...]
) -> tuple[np.ndarray, ...]:
    """Give elements with extreme scores the measure of a score `EXTREME_SCORE` points inside.

    Those left out last come first, each with the other elements of its ratings as known; an element of another facet
    not yet measured counts as 0.
    """
    easiness = tuple(np.where(turn < 0, values, 0.0) for values, turn in zip(easiness, kept.round, strict=True))
    last = max(int(turn.max(initial=-1)) for turn in kept.round)
    for turn in range(last, -1, -1):
        solved = [values.copy() for values in easiness]
        for f, (rounds, sides) in enumerate(zip(kept.round, kept.extreme, strict=True)):
            places = np.flatnonzero(rounds == turn)
            if len(places):
                solved[f][places] = extreme_easiness(ratings, problem, easiness, logs, (f, places, sides[places]))
        easiness = tuple(solved)
    return easiness


def extreme_easiness(
    ratings: Ratings,
    problem: Problem,
    easiness: tuple[np.ndarray, ...],
    logs: tuple[np.ndarray, ...],
    which: tuple[int, np.ndarray, np.ndarray],
) -> np.ndarray:
    """Solve for the easiness of some elements of one facet at their adjusted scores."""
    f, places, sides = which
    number = np.full(len(easiness[f]), -1)
    number[places] = np.arange(len(places))
    rows = np.flatnonzero((number[ratings.codes[f]] >= 0) & problem.used[ratings.group])
    rest = sum(values[code[rows]] for values, code in zip(easiness, ratings.codes, strict=True))
    cells, group, weight = number[ratings.codes[f][rows]], ratings.group[rows], ratings.weight[rows]
    top = np.array([steps[-1] for steps in problem.steps])[group]
    most = np.bincount(cells, weights=weight * top, minlength=len(places))
    score = inside(np.where(sides < 0, 0.0, most), most)
    return solved_cells(cells, score, (rest, group, weight), (problem.steps, logs))


def inside(score: np.ndarray, most: np.ndarray) -> np.ndarray:
    """Move extreme scores `EXTREME_SCORE` points inside, or a quarter of the range where that is less."""
    margin = np.minimum(EXTREME_SCORE, most / 4)
    return np.clip(score, margin, most - margin)


def solved_cells(
    cells: np.ndarray,
    score: np.ndarray,
    data: tuple[np.ndarray, np.ndarray, np.ndarray],
    scales: tuple[tuple[np.ndarray, ...], tuple[np.ndarray, ...]],
) -> np.ndarray:
    """Solve score = sum of expected steps for one shift of the predictor per cell, all else known.

    Parameters
    ----------
    cells : array of int, shape (ratings,)
        Cell of each rating.
    score : array, shape (cells,)
        Weighted steps, strictly inside the possible range.
    data
        Predictor, scale and weight of each rating.
    scales
        Steps and log weights of the scales.
    """
    predictor, group, weight = data
    shift, active = np.zeros(len(score)), np.ones(len(score), dtype=bool)
    rows = np.arange(len(cells))
    for _ in range(CELL_STEPS):
        rows = rows[active[cells[rows]]]
        cell = cells[rows]
        expected, variance = expected_steps(predictor[rows] + shift[cell], group[rows], scales)
        gap = score - np.bincount(cell, weights=weight[rows] * expected, minlength=len(score))
        slope = np.bincount(cell, weights=weight[rows] * variance, minlength=len(score))
        active &= slope > 0
        step = np.where(active, gap / np.where(active, slope, 1.0), 0.0)
        step = np.clip(step, -CELL_LARGEST, CELL_LARGEST)
        shift = shift + step
        active = np.abs(step) > CELL_SMALL
        if not active.any():
            break
    return shift


def expected_steps(
    predictor: np.ndarray, group: np.ndarray, scales: tuple[tuple[np.ndarray, ...], tuple[np.ndarray, ...]]
) -> tuple[np.ndarray, np.ndarray]:
    """Give the expected steps and their variance at given predictors."""
    expected, variance = np.empty(len(predictor)), np.empty(len(predictor))
    for scale, (steps, logs) in enumerate(zip(*scales, strict=True)):
        where = np.arange(len(group)) if len(scales[0]) == 1 else np.flatnonzero(group == scale)
        for start in range(0, len(where), CHUNK):
            some = where[start : start + CHUNK]
            chance = probabilities(predictor[some], steps, logs)
            expected[some] = steps @ chance
            variance[some] = np.maximum((steps**2) @ chance - expected[some] ** 2, 1e-12)
    return expected, variance
