"""Every element of every facet: measure, standard errors, fit, fair averages (the counterpart of FACETS' table 7)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.statistics.rasch.likelihood import Part, add_at, parts, probabilities
from analysis.statistics.rasch.model import Fit, estimated, expected_steps, inside, measured, solved_cells

COLUMNS = (
    "weight", "score", "expected", "variance", "squared", "standard", "infit_spread", "outfit_spread", "predictor",
    "predictor_square", "score_predictor", "score_square", "expected_predictor", "expected_square", "slope",
    "slope_information",
)  # fmt: skip


@dataclass(frozen=True)
class ElementTable:
    """The elements of one facet; arrays have one entry an element.

    Attributes
    ----------
    name, labels
        Of the facet and its elements.
    measure
        Logits, times `Fit.spread`. The object facet: higher = better; the others: higher = more severe, more
        difficult. Elements with extreme scores: of a score 0.3 points inside. NaN where all ratings of an element
        belong to extreme elements of other facets, or to scales of which one level was used.
    se
        Standard error with all else taken as known (FACETS' model S.E.), logits, times `Fit.spread`.
    real_se
        `se` × √max(1, infit): where the misfit is taken as real noise.
    joint_se
        Standard error with everything estimated at once, wider than `se` where few jurors share an object; times
        √`Fit.spread`, because the information overstates the precision of joint estimates as well. For the object
        facet the origin is the centre of the others, for the others their own mean; NaN where extreme, 0 where
        anchored.
    count, total, average
        Weighted number of ratings, sum and mean of marks, extreme ratings included.
    fair, fair_zero
        Points: expected mark with the other facets at their mean, at 0.
    infit, infit_z, outfit, outfit_z
        Mean squares (1 = as the model expects) and their Wilson-Hilferty normal deviates; NaN where extreme.
    correlation, expected_correlation
        Of marks (in steps) and what the model predicts them from, observed and as the model expects it.
    discrimination
        1 = as the model has it; below 1 = flatter.
    displacement
        Logits: measure that the ratings ask for less the one in use; about 0 unless anchored.
    extreme
        -1 = every mark the lowest, 1 = every mark the highest, 0 = neither.
    anchored
        Held fixed.

    Source
    ------
    Wright & Masters (1982), Rating scale analysis, ch. 5 (fit); Linacre (1989), Many-facet Rasch measurement;
    Myford & Wolfe (2003), J. Appl. Meas. 4, 386-422.
    """

    name: str
    labels: np.ndarray
    measure: np.ndarray
    se: np.ndarray
    real_se: np.ndarray
    joint_se: np.ndarray
    count: np.ndarray
    total: np.ndarray
    average: np.ndarray
    fair: np.ndarray
    fair_zero: np.ndarray
    infit: np.ndarray
    infit_z: np.ndarray
    outfit: np.ndarray
    outfit_z: np.ndarray
    correlation: np.ndarray
    expected_correlation: np.ndarray
    discrimination: np.ndarray
    displacement: np.ndarray
    extreme: np.ndarray
    anchored: np.ndarray


def element_tables(fit: Fit) -> tuple[ElementTable, ...]:
    """Describe the elements of every facet, the object facet first."""
    sums = element_sums(fit)
    return tuple(_table(fit, f, dict(zip(COLUMNS, sums[f], strict=True))) for f in range(len(fit.ratings.names)))


def element_sums(fit: Fit) -> list[np.ndarray]:
    """Sum `COLUMNS` over the ratings of every element, per facet; one pass."""
    sums = [np.zeros((len(COLUMNS), size)) for size in fit.problem.sizes]
    for part in parts(fit.problem, fit.estimate.easiness, fit.estimate.log_weights):
        terms = rating_terms(part, fit.problem.steps[part.scale], fit.estimate.log_weights[part.scale])
        for f, code in enumerate(part.codes):
            for row, values in zip(sums[f], terms, strict=True):
                add_at(row, code, values)
    return sums


def rating_terms(part: Part, steps: np.ndarray, logs: np.ndarray) -> tuple[np.ndarray, ...]:
    """Give each rating's terms of `COLUMNS`."""
    weight, predictor, expected, variance = part.weight, part.predictor, part.expected, part.variance
    square = (part.observed - expected) ** 2
    fourth = (((steps[:, None] - expected) ** 2) ** 2 * part.chance).sum(axis=0)
    along = steps[:, None] * predictor + logs[:, None]  # derivative of the log likelihood by a discrimination
    mean = (part.chance * along).sum(axis=0)
    return (
        weight,
        weight * part.observed,
        weight * expected,
        weight * variance,
        weight * square,
        weight * square / variance,
        weight**2 * (fourth - variance**2),
        weight**2 * (fourth / variance**2 - 1),
        weight * predictor,
        weight * predictor**2,
        weight * part.observed * predictor,
        weight * part.observed**2,
        weight * expected * predictor,
        weight * (expected**2 + variance),
        weight * (along[part.category, np.arange(len(weight))] - mean),
        weight * ((part.chance * along**2).sum(axis=0) - mean**2),
    )


def _table(fit: Fit, f: int, sums: dict[str, np.ndarray]) -> ElementTable:
    """Put one facet's table together."""
    extreme, anchored = fit.kept.extreme[f], fit.fixed[f]
    known = np.where(measured(fit, f), 1.0, np.nan)
    information = np.where(extreme != 0, extreme_information(fit, f), sums["variance"])
    se = known * fit.spread / np.sqrt(np.where(information > 0, information, 1.0))
    count, total = mark_sums(fit, f)
    with np.errstate(invalid="ignore", divide="ignore"):
        infit, outfit = sums["squared"] / sums["variance"], sums["standard"] / sums["weight"]
        slope = 1 + sums["slope"] / sums["slope_information"]
        infit_z = normal_deviate(infit, sums["infit_spread"] / sums["variance"] ** 2)
        outfit_z = normal_deviate(outfit, sums["outfit_spread"] / sums["weight"] ** 2)
    observed, expected = correlations(sums)
    return ElementTable(
        name=fit.ratings.names[f], labels=fit.ratings.labels[f],
        measure=known * fit.spread * fit.easiness[f] * (1 if f == 0 else -1),
        se=se,
        real_se=se * np.sqrt(np.fmax(1.0, infit)), joint_se=joint_errors(fit, f),
        count=count, total=total, average=total / count,
        fair=known * fair_averages(fit, f),
        fair_zero=known * fair_averages(fit, f, others="zero"),
        infit=infit, infit_z=infit_z, outfit=outfit, outfit_z=outfit_z,
        correlation=observed, expected_correlation=expected, discrimination=slope,
        displacement=displacements(fit, f), extreme=extreme, anchored=anchored,
    )  # fmt: skip


def normal_deviate(mean_square: np.ndarray, variance: np.ndarray) -> np.ndarray:
    """Cube-root normal deviate of a mean square of the given variance.

    Source
    ------
    Wilson & Hilferty (1931), PNAS 17, 684-688, as in Wright & Masters (1982), p. 101.

    >>> normal_deviate(np.array([1.0]), np.array([0.09])).round(2)
    array([0.1])
    """
    spread = np.sqrt(variance)
    return (np.cbrt(mean_square) - 1) * 3 / spread + spread / 3


def joint_errors(fit: Fit, f: int) -> np.ndarray:
    """Standard errors with everything estimated at once."""
    sizes = fit.problem.sizes
    if f == 0:
        variance = fit.estimate.object_variance
    else:
        start = sum(sizes[1:f])
        variance = np.diag(fit.estimate.covariance)[start : start + sizes[f]]
    error = np.sqrt(fit.spread * np.maximum(variance, 0))
    return np.where(estimated(fit, f), error, np.nan)


def extreme_information(fit: Fit, f: int) -> np.ndarray:
    """Information of every element at its measure, over all its ratings; 1 where it has none."""
    total = np.zeros(fit.problem.sizes[f])
    told = fit.problem.used[fit.ratings.group]
    rows = np.flatnonzero((fit.kept.extreme[f][fit.ratings.codes[f]] != 0) & told)
    if not len(rows):
        return total + 1
    predictor = sum(values[code[rows]] for values, code in zip(fit.easiness, fit.ratings.codes, strict=True))
    scales = fit.problem.steps, fit.estimate.log_weights
    variance = expected_steps(predictor, fit.ratings.group[rows], scales)[1]
    add_at(total, fit.ratings.codes[f][rows], fit.ratings.weight[rows] * variance)
    return np.where(total > 0, total, 1.0)


def mark_sums(fit: Fit, f: int) -> tuple[np.ndarray, np.ndarray]:
    """Weighted number and sum of all marks of each element."""
    ratings, size = fit.ratings, fit.problem.sizes[f]
    count = np.bincount(ratings.codes[f], weights=ratings.weight, minlength=size)
    return count, np.bincount(ratings.codes[f], weights=ratings.weight * ratings.mark, minlength=size)


def correlations(sums: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Point-measure correlation of each element and the one that the model expects; NaN where one is constant."""
    n = np.where(sums["weight"] > 0, sums["weight"], np.nan)
    spread = sums["predictor_square"] - sums["predictor"] ** 2 / n
    found = []
    for score, cross, square in (
        ("score", "score_predictor", "score_square"),
        ("expected", "expected_predictor", "expected_square"),
    ):
        along = sums[cross] - sums[score] * sums["predictor"] / n
        size = (sums[square] - sums[score] ** 2 / n) * spread
        defined = size > 1e-12 * n**2
        found.append(np.where(defined, along / np.sqrt(np.where(defined, size, 1.0)), np.nan))
    return found[0], found[1]


def centre(fit: Fit, f: int) -> float:
    """Mean easiness of the estimated elements of a facet."""
    return float(fit.easiness[f][estimated(fit, f)].mean())


def fair_averages(fit: Fit, f: int, *, others: str = "mean") -> np.ndarray:
    """Expected mark of each element with the other facets at their "mean" or at "zero", points.

    Where criteria have scales of their own, a criterion is placed on its scale, and any other element on the mixture
    of scales that all ratings have, the same for everybody.
    """
    rest = sum(centre(fit, g) for g in range(len(fit.easiness)) if g != f) if others == "mean" else 0.0
    predictor = fit.easiness[f] + rest
    table = np.stack([
        values @ probabilities(predictor, steps, logs)
        for values, steps, logs in zip(fit.problem.values, fit.problem.steps, fit.estimate.log_weights, strict=True)
    ])  # fmt: skip
    return (table * scale_shares(fit, f)).sum(axis=0)


def scale_shares(fit: Fit, f: int) -> np.ndarray:
    """Share of each scale in the fair average of each element, shape (scales, elements)."""
    ratings, size = fit.ratings, fit.problem.sizes[f]
    scales = len(ratings.groups)
    if scales == 1:
        return np.ones((1, size))
    counts = np.bincount(
        ratings.group * size + ratings.codes[f], weights=ratings.weight, minlength=scales * size
    ).reshape(scales, size)
    if ((counts > 0).sum(axis=0) == 1).all():
        return (counts > 0).astype(float)
    counts = counts * fit.problem.used[:, None]
    return np.repeat(counts.sum(axis=1, keepdims=True) / counts.sum(), size, axis=1)


def displacements(fit: Fit, f: int) -> np.ndarray:
    """Measure that each anchored element's ratings ask for, less the anchor; 0 for the others, NaN where extreme."""
    result = np.where(estimated(fit, f), 0.0, np.nan)
    score, found = anchored_scores(fit, f)
    if not len(found):
        return result
    rows, target = score
    problem, codes = fit.problem, fit.problem.codes[f]
    number = np.full(problem.sizes[f], -1)
    number[found] = np.arange(len(found))
    predictor = sum(values[code[rows]] for values, code in zip(fit.easiness, problem.codes, strict=True))
    group = fit.ratings.group[problem.order[rows]]
    scales = problem.steps, fit.estimate.log_weights
    shift = solved_cells(number[codes[rows]], target, (predictor, group, problem.weight[rows]), scales)
    result[found] = fit.spread * shift * (1 if f == 0 else -1)
    return result


def anchored_scores(fit: Fit, f: int) -> tuple[tuple[np.ndarray, np.ndarray], np.ndarray]:
    """Give the rows and the scores of the anchored elements that have ratings; extreme scores are moved inside."""
    problem, codes = fit.problem, fit.problem.codes[f]
    rows = np.flatnonzero(fit.fixed[f][codes])
    found, number = np.unique(codes[rows], return_inverse=True)
    group, weight = fit.ratings.group[problem.order[rows]], problem.weight[rows]
    steps = np.empty(len(rows))
    for g, taken in enumerate(problem.steps):
        steps[group == g] = taken[problem.category[rows[group == g]]]
    top = np.array([taken[-1] for taken in problem.steps])[group]
    score = np.bincount(number, weights=weight * steps, minlength=len(found))
    most = np.bincount(number, weights=weight * top, minlength=len(found))
    return (rows, inside(score, most)), found
