"""Single ratings beside what the model expects: unexpected marks, and agreement of jurors with its expectation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.errors import NotDefined
from analysis.statistics.rasch.design import CHUNK
from analysis.statistics.rasch.likelihood import parts, probabilities
from analysis.statistics.rasch.model import Fit

SURPRISE = 2.0  # standardised residual from which a mark is unexpected


@dataclass(frozen=True)
class UnexpectedMarks:
    """Marks far from their expectation, farthest first; arrays have one entry a mark.

    `place`: in the data as given to `fit`, ratings without a mark left out. `mark`, `expected`: points. `z`:
    standardised residual, positive = higher than expected.
    """

    place: np.ndarray
    mark: np.ndarray
    expected: np.ndarray
    z: np.ndarray


def unexpected_marks(fit: Fit, *, least: float = SURPRISE) -> UnexpectedMarks:
    """List the marks whose standardised residual is at least `least` (the counterpart of FACETS' table 4)."""
    found = []
    for part in parts(fit.problem, fit.estimate.easiness, fit.estimate.log_weights):
        z = (part.observed - part.expected) / np.sqrt(part.variance)
        some = np.flatnonzero(np.abs(z) >= least)
        values = fit.problem.values[part.scale]
        expected = values @ part.chance[:, some]
        place = fit.problem.order[part.where][some]
        found.append(np.stack([place, fit.ratings.mark[place], expected, z[some]]))
    table = np.concatenate(found, axis=1)
    table = table[:, np.argsort(-np.abs(table[3]), kind="stable")]
    return UnexpectedMarks(table[0].astype(int), *table[1:])


@dataclass(frozen=True)
class DataSummary:
    """The data beside the model as a whole (the counterpart of FACETS' table 5).

    `ratings`: number that take part; `left_out`: of elements with extreme scores. `unknowns`: free parameters.
    `log_likelihood`: joint. `z_mean`, `z_sd`: of standardised residuals, 0 and 1 where the model holds. `explained`:
    share of the variance of marks that the expected marks have. `iterations`: Newton steps.
    """

    ratings: int
    left_out: int
    unknowns: int
    log_likelihood: float
    z_mean: float
    z_sd: float
    explained: float
    iterations: int


def data_summary(fit: Fit) -> DataSummary:
    """Summarise how the model meets the data as a whole; ratings count with their weights."""
    sums = np.zeros(6)
    for part in parts(fit.problem, fit.estimate.easiness, fit.estimate.log_weights):
        values = fit.problem.values[part.scale]
        expected = values @ part.chance
        mark, weight = values[part.category], part.weight
        z = (part.observed - part.expected) / np.sqrt(part.variance)
        sums += [(weight * term).sum() for term in (1.0, z, z**2, mark, mark**2, (mark - expected) ** 2)]
    total, z, squares, mark, mark_squares, residual = sums
    return DataSummary(
        ratings=len(fit.problem.category), left_out=int((~fit.kept.ratings).sum()), unknowns=fit.estimate.unknowns,
        log_likelihood=fit.estimate.log_likelihood, z_mean=z / total,
        z_sd=float(np.sqrt(squares / total - (z / total) ** 2)),
        explained=float(1 - residual / (mark_squares - mark**2 / total)), iterations=fit.estimate.iterations,
    )  # fmt: skip


@dataclass(frozen=True)
class ExactAgreements:
    """Pairs of ratings of the same thing by two elements of a facet.

    `pairs`: number of pairs; `observed`: with equal marks; `expected`: by the model. `kappa` = (observed - expected)
    / (pairs - expected), Rasch-Cohen: about 0 for independent jurors, above 0 where they agree more than independent
    jurors of their severities would. The arrays `by_element` (pairs, observed, expected) have one column an element.
    """

    pairs: int
    observed: int
    expected: float
    kappa: float
    labels: np.ndarray
    by_element: np.ndarray


def exact_agreements(fit: Fit, facet: str) -> ExactAgreements:
    """Count exact agreements of the elements of a facet where all other facets are the same.

    Parameters
    ----------
    fit
        The fitted model.
    facet
        For example the jurors.

    Raises
    ------
    NotDefined
        Nothing was rated by two elements of the facet.

    Source
    ------
    Linacre (1989), as FACETS prints below its table 7: observed beside expected exact agreements.
    """
    f, problem = fit.ratings.facet(facet), fit.problem
    thing = things(fit, f)
    size = np.bincount(thing)
    if size.max() < 2:
        raise NotDefined("one_juror", f"Nothing was rated by two elements of {facet}.")
    table = np.zeros((3, problem.sizes[f]))
    for scale in np.flatnonzero(problem.used):
        rows = np.concatenate([np.arange(w.start, w.stop) for g, w in problem.chunks if g == scale])
        rows = rows[size[thing[rows]] >= 2]
        rows = rows[np.argsort(thing[rows], kind="stable")]
        for some in whole_groups(rows, thing[rows]):
            table += group_agreements(fit, (f, scale), some, thing[some])
    pairs, observed, expected = table.sum(axis=1) / 2
    kappa = (observed - expected) / (pairs - expected)
    return ExactAgreements(round(pairs), round(observed), float(expected), float(kappa), fit.ratings.labels[f], table)


def things(fit: Fit, f: int) -> np.ndarray:
    """Number what each rating is a rating of: the combination of all facets but one, and the scale."""
    number = fit.ratings.group[fit.problem.order]
    for g, code in enumerate(fit.problem.codes):
        if g != f:
            number = np.unique(number * fit.problem.sizes[g] + code, return_inverse=True)[1]
    return number


def whole_groups(rows: np.ndarray, thing: np.ndarray, *, size: int = CHUNK) -> list[np.ndarray]:
    """Cut sorted rows into chunks that never part a group."""
    if not len(rows):
        return []
    starts = np.flatnonzero(np.r_[True, thing[1:] != thing[:-1]])
    cuts = starts[np.searchsorted(starts, np.arange(size, len(rows), size)) - 1]
    return [part for part in np.split(rows, np.unique(cuts)) if len(part)]


def group_agreements(fit: Fit, which: tuple[int, int], rows: np.ndarray, thing: np.ndarray) -> np.ndarray:
    """Sum pairs, observed and expected agreements per element over the rows of whole groups."""
    f, scale = which
    problem, steps = fit.problem, fit.problem.steps[scale]
    predictor = sum(values[code[rows]] for values, code in zip(fit.estimate.easiness, problem.codes, strict=True))
    chance = probabilities(predictor, steps, fit.estimate.log_weights[scale])
    starts = np.flatnonzero(np.r_[True, thing[1:] != thing[:-1]])
    group = np.cumsum(np.r_[False, thing[1:] != thing[:-1]])
    count = np.diff(np.r_[starts, len(rows)])[group]
    category = problem.category[rows]
    alike = np.bincount(group * len(steps) + category, minlength=(group[-1] + 1) * len(steps))
    total = np.add.reduceat(chance, starts, axis=1)[:, group]
    terms = (count - 1.0, alike[group * len(steps) + category] - 1.0, (chance * (total - chance)).sum(axis=0))
    code = problem.codes[f][rows]
    return np.stack([np.bincount(code, weights=term, minlength=problem.sizes[f]) for term in terms])
