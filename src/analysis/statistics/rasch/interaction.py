"""Bias: whether two facets act together beyond their own measures (the counterpart of FACETS' tables 9 to 14)."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2, norm, t

from analysis.statistics.multiplicity import benjamini_hochberg
from analysis.statistics.rasch.likelihood import probabilities
from analysis.statistics.rasch.model import Fit, inside, solved_cells


@dataclass(frozen=True)
class InteractionTable:
    """The cells of two facets that have ratings; arrays have one entry a cell.

    Attributes
    ----------
    facets, first, second
        The two facets, and the label of each cell's elements.
    count, observed, expected
        Weighted ratings, and their sums of marks: as given and as the main effects alone expect them, points.
    size, se
        Logits (times `Fit.spread`), all measures held as they are: positive = marks higher than expected. A cell with
        only lowest or highest marks is moved 0.3 points inside (`extreme`).
    t, df, p, q
        size/se on count - 1 degrees of freedom, two-sided; q corrected for the false discovery rate over all cells.
        NaN in cells of one rating. Conservative: the main effects have taken a share of the bias in, the more the
        fewer jurors share an object.
    z, z_p, z_q
        The score test that gives that share back: (observed - expected)/SD of cells whose own elements are estimated
        from their ratings too (to first order), normal, two-sided; corrected over all cells.
    infit, outfit
        Mean squares inside the cell after its bias has been taken out.
    chi2, chi2_df, chi2_p
        All sizes are 0: sum of the squared size/se.

    Source
    ------
    Linacre (1989), Many-facet Rasch measurement; Myford & Wolfe (2004), J. Appl. Meas. 5, 189-227 (differential
    severity); Benjamini & Hochberg (1995).
    """

    facets: tuple[str, str]
    first: np.ndarray
    second: np.ndarray
    count: np.ndarray
    observed: np.ndarray
    expected: np.ndarray
    size: np.ndarray
    se: np.ndarray
    t: np.ndarray
    df: np.ndarray
    p: np.ndarray
    q: np.ndarray
    z: np.ndarray
    z_p: np.ndarray
    z_q: np.ndarray
    infit: np.ndarray
    outfit: np.ndarray
    extreme: np.ndarray
    chi2: float
    chi2_df: int
    chi2_p: float


def interaction_table(fit: Fit, facets: tuple[str, str]) -> InteractionTable:
    """Estimate one shift for every pair of elements of two facets, the object facet included.

    Parameters
    ----------
    fit
        The fitted model; ratings of elements with extreme scores take no part.
    facets
        Names of two facets, for example juror and office.

    Raises
    ------
    ValueError
        The facets are not two different facets of the model.
    """
    one, two = (fit.ratings.facet(name) for name in facets)
    if one == two:
        raise ValueError("an interaction needs two different facets")
    problem = fit.problem
    pairs, cells = np.unique(problem.codes[one] * problem.sizes[two] + problem.codes[two], return_inverse=True)
    predictor = sum(values[code] for values, code in zip(fit.estimate.easiness, problem.codes, strict=True))
    score, most = steps_sums(fit, cells)
    extreme = (score <= 0) | (score >= most)
    data = predictor, fit.ratings.group[problem.order], problem.weight
    shift = solved_cells(cells, inside(score, most), data, (problem.steps, fit.estimate.log_weights))
    before, after = cell_sums(fit, cells, predictor), cell_sums(fit, cells, predictor + shift[cells])
    size, se = fit.spread * shift, fit.spread / np.sqrt(after["information"])
    ratio, df = size / se, after["weight"] - 1
    p = np.where(df > 0, 2 * t.sf(np.abs(ratio), np.maximum(df, 1)), np.nan)
    z = score_deviates(fit, (one, two), pairs, before)
    z_p = 2 * norm.sf(np.abs(z))
    total = float((ratio**2).sum())
    return InteractionTable(
        facets=facets, first=fit.ratings.labels[one][pairs // problem.sizes[two]],
        second=fit.ratings.labels[two][pairs % problem.sizes[two]], count=after["weight"],
        observed=before["mark"], expected=before["expected"], size=size, se=se, t=ratio, df=df, p=p,
        q=benjamini_hochberg(p), z=z, z_p=z_p, z_q=benjamini_hochberg(z_p),
        infit=after["squared"] / after["information"], outfit=after["standard"] / after["weight"], extreme=extreme,
        chi2=total, chi2_df=len(pairs), chi2_p=float(chi2.sf(total, len(pairs))),
    )  # fmt: skip


def score_deviates(fit: Fit, facets: tuple[int, int], pairs: np.ndarray, sums: dict[str, np.ndarray]) -> np.ndarray:
    """Score test of each cell; NaN where an element's every rating is in the cell."""
    one, two = facets
    size = fit.problem.sizes[two]
    information = sums["information"]
    left = information.copy()
    for f, element in ((one, pairs // size), (two, pairs % size)):
        left *= np.where(fit.fixed[f][element], 1.0, 1 - information / fit.estimate.information[f][element])
    defined = left > 1e-9 * information
    return np.where(defined, sums["residual"] / np.sqrt(np.where(defined, left, 1.0)), np.nan)


def steps_sums(fit: Fit, cells: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give each cell's score in steps, and the highest it could be."""
    problem = fit.problem
    observed, top = np.empty(len(cells)), np.empty(len(cells))
    for scale, where in problem.chunks:
        steps = problem.steps[scale]
        observed[where], top[where] = steps[problem.category[where]], steps[-1]
    return np.bincount(cells, weights=problem.weight * observed), np.bincount(cells, weights=problem.weight * top)


def cell_sums(fit: Fit, cells: np.ndarray, predictor: np.ndarray) -> dict[str, np.ndarray]:
    """Sum weights, marks, expected marks, information and squared residuals of each cell at given predictors."""
    problem = fit.problem
    names = ("weight", "mark", "expected", "residual", "information", "squared", "standard")
    terms = np.empty((len(names), len(cells)))
    for scale, where in problem.chunks:
        steps, values = problem.steps[scale], problem.values[scale]
        chance = probabilities(predictor[where], steps, fit.estimate.log_weights[scale])
        expected = steps @ chance
        variance = np.maximum((steps**2) @ chance - expected**2, 1e-12)
        category, weight = problem.category[where], problem.weight[where]
        residual = steps[category] - expected
        square = residual**2
        rows = (1.0, values[category], values @ chance, residual, variance, square, square / variance)
        for row, values_of in zip(terms, rows, strict=True):
            row[where] = weight * values_of
    return {name: np.bincount(cells, weights=row) for name, row in zip(names, terms, strict=True)}


@dataclass(frozen=True)
class Contrasts:
    """One element of the first facet against each pair of the second's; arrays have one entry a pair.

    `one`, `two`: labels. `value`: size of the first less that of the second cell, logits; `se`, `t`, `df` (Welch), `p`
    (two-sided), `q` (false discovery rate over the pairs).
    """

    one: np.ndarray
    two: np.ndarray
    value: np.ndarray
    se: np.ndarray
    t: np.ndarray
    df: np.ndarray
    p: np.ndarray
    q: np.ndarray


def contrasts(table: InteractionTable, element: Hashable) -> Contrasts:
    """Compare the biases of one element pair by pair (the counterpart of FACETS' table 14).

    Parameters
    ----------
    table
        Interaction of two facets.
    element
        Label in its first facet, for example a juror: does he mark one criterion against another otherwise than the
        other jurors do? Cells of one rating are left out.

    Source
    ------
    Linacre (1989); degrees of freedom of Welch (1947), Biometrika 34, 28-35.
    """
    mine = np.flatnonzero((table.first == element) & (table.df > 0))
    one, two = (mine[places] for places in np.triu_indices(len(mine), 1))
    value = table.size[one] - table.size[two]
    squares = table.se[one] ** 2, table.se[two] ** 2
    se = np.sqrt(squares[0] + squares[1])
    df = se**4 / (squares[0] ** 2 / table.df[one] + squares[1] ** 2 / table.df[two])
    p = 2 * t.sf(np.abs(value) / se, df)
    return Contrasts(table.second[one], table.second[two], value, se, value / se, df, p, benjamini_hochberg(p))
