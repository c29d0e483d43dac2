"""Variance components of sparse, unbalanced marks by restricted maximum likelihood.

Each evaluation costs time linear in the marks for the blocks, and p³ for the p dense columns (`blocks`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg import lapack
from scipy.optimize import nnls

from analysis.errors import NotDefined
from analysis.statistics.blocks import (
    FIXED,
    Elimination,
    System,
    block_effects,
    block_system,
    eliminate,
    projected_blocks,
    summed_products,
    weighted_products,
)
from analysis.statistics.terms import (
    RESIDUAL,
    SINGULAR,
    Components,
    Design,
    MomentEquations,
    check_identified,
    long_design,
    moment_equations,
)

CONVERGED = 1e-14  # promised decrease of the deviance at which the search ends
NEAR = 1e-8  # promised decrease below which one that grows is rounding
LONGEST = 100  # evaluations before the search is given up
EXACT = 1e-6  # a residual variance below this share of the marks' is rounding
SMALLEST_START = 0.01  # share of the marks' variance that a variance starts from at least
SUFFICIENT = 1e-4  # share of the decrease along the slope that a step must bring
FURTHEST = 0.9  # share of the residual variance that a step may take away
HALVINGS = 30  # of a step
ROUNDING = 1e-13  # of the deviance
FLATTEST = 1e-3  # share of its least expected value below which a term's average information is not trusted


def variance_components(
    marks: np.ndarray,
    factors: Mapping[str, np.ndarray],
    *,
    terms: Sequence[str],
    fixed: Sequence[str] = (),
    block: str,
) -> Components:
    """Variance components by REML: mark = fixed part + one random effect a term + residual.

    Parameters
    ----------
    marks : array, shape (marks,)
        Points, finite, one a row.
    factors
        Of each factor the level of each mark, shape (marks,).
    terms
        Random terms, as "juror" or "dossier:juror"; the residual is implied.
    fixed
        Fixed factors beside the mean; treatment coding.
    block
        The factor with most levels. Terms that contain it cost time linear in the marks; all others together,
        p levels, cost p³ an evaluation.

    Returns
    -------
    Components
        Points squared, none below 0. `covariance` is the inverse of the expected information; it takes no
        account of the edge at 0. `deviance` is -2 restricted log-likelihood with all constants.

    Raises
    ------
    NotDefined
        No marks, or all equal; terms that the design cannot tell apart; terms that explain every mark.
    ValueError
        Terms and factors that do not belong together, marks that are not finite.

    Source
    ------
    Patterson & Thompson (1971), Biometrika 58, 545-554; average information: Gilmour, Thompson & Cullis (1995),
    Biometrics 51, 1440-1450; reduction to blocks: Searle, Casella & McCulloch (1992), Variance Components, ch. 6-8.

    >>> table = np.array([[1.0, 3], [4, 6], [7, 8]])
    >>> juror, dossier = np.meshgrid([0, 1], [0, 1, 2])
    >>> factors = {"dossier": dossier.ravel(), "juror": juror.ravel()}
    >>> variance_components(table.ravel(), factors, terms=("dossier", "juror"), block="dossier").variances.round(4)
    array([7.5   , 1.3333, 0.1667])
    """
    design = long_design(marks, factors, terms=terms, fixed=fixed)
    equations = moment_equations(design)
    check_identified(design, equations)
    system = block_system(design, factors, block)
    fit, evaluations = maximum(system, start_ratios(design, equations))
    variances = np.append(fit.ratios, 1.0) * fit.residual
    fixed_columns = system.dense_terms == FIXED
    coefficients = fit.coefficients[fixed_columns]
    coefficients[0] += design.mean
    return Components(
        terms=(*design.terms, RESIDUAL), variances=variances, covariance=2 * np.linalg.inv(information(system, fit)),
        levels=(*design.levels, len(design.marks)), fixed=coefficients,
        fixed_covariance=fit.residual * fit.inner[np.ix_(fixed_columns, fixed_columns)], deviance=fit.deviance,
        at_zero=tuple(name for name, ratio in zip(design.terms, fit.ratios, strict=True) if ratio == 0),
        ratings=len(design.marks), iterations=evaluations, fixed_names=tuple(fixed), block=block,
    )  # fmt: skip


def predictions(
    marks: np.ndarray, factors: Mapping[str, np.ndarray], components: Components, term: str
) -> tuple[np.ndarray, np.ndarray]:
    """Predict the effects of one term (best linear unbiased predictions) at given variance components.

    Parameters
    ----------
    marks, factors
        As given to `variance_components`.
    components
        Its result.
    term
        One of its random terms.

    Returns
    -------
    effects, variances : arrays, shape (levels of the term,)
        Points, around the fixed part; points squared, variance of the effect less its prediction. Levels in sorted
        order, of a combination by its first factor, then the second.
    """
    design = long_design(marks, factors, terms=components.terms[:-1], fixed=components.fixed_names)
    system = block_system(design, factors, components.block)
    fit = evaluate(system, components.variances[:-1] / components.variances[-1])
    which = design.terms.index(term)
    sums = level_sums(system, fit)[0][which]
    variance, ratio = components.variances[which], fit.ratios[which]
    return ratio * sums, variance * (1 - ratio * projected_diagonal(system, fit, which))


@dataclass(frozen=True)
class Fit:
    """The likelihood at given ratios of the variances to the residual's.

    `residual` is the residual variance that is best at these ratios; `inner` = Λ S⁻¹ Λ with S the dense system,
    `shrinkage` the diagonal of S⁻¹; `coefficients` those of the columns of U; -2 log-likelihood = `deviance`.
    """

    ratios: np.ndarray
    left: Elimination
    inner: np.ndarray
    shrinkage: np.ndarray
    coefficients: np.ndarray
    residual: float
    deviance: float


def evaluate(system: System, ratios: np.ndarray) -> Fit:
    """Evaluate the restricted likelihood at ratios of the variances to the residual's, the residual's being best."""
    left = eliminate(system, ratios)
    random = system.dense_terms != FIXED
    root = np.where(random, np.sqrt(np.append(ratios, 1.0)[system.dense_terms]), 1.0)
    factor, _ = lapack.dpotrf(root[:, None] * left.dense * root + np.diag(random.astype(float)), lower=True)
    lower, _ = lapack.dpotri(factor, lower=True)
    inverse = np.tril(lower) + np.tril(lower, -1).T
    inner = root[:, None] * inverse * root
    squares, across = weighted_products(system, left, system.design.marks[:, None])
    coefficients = inner @ across[:, 0]
    df = len(system.design.marks) - int((~random).sum())
    residual = max(float(squares[0, 0] - across[:, 0] @ coefficients), np.finfo(float).tiny) / df
    log_determinant = left.log_determinant + 2 * np.log(np.diagonal(factor)).sum()
    deviance = log_determinant + df * (1 + np.log(2 * np.pi * residual))
    return Fit(ratios, left, inner, np.diagonal(inverse), coefficients, residual, float(deviance))


def start_ratios(design: Design, equations: MomentEquations) -> np.ndarray:
    """Give the ratios that the search starts from: those of analysis of variance, none near or below 0."""
    spread = design.marks @ design.marks / len(design.marks)
    variances = np.linalg.solve(equations.expected, equations.forms)
    variances = np.maximum(variances, SMALLEST_START * spread)
    return variances[:-1] / variances[-1]


def maximum(system: System, ratios: np.ndarray) -> tuple[Fit, int]:
    """Search the maximum of the restricted likelihood; give it and the number of evaluations.

    Each step minimises the quadratic that gradient and average information make, over variances of 0 and more, and is
    halved until the deviance falls; so a variance may reach 0 exactly, and leave it.
    """
    spread = float(system.design.marks @ system.design.marks) / len(system.design.marks)
    fit = evaluate(system, ratios)
    evaluations, before = 1, np.inf
    while evaluations < LONGEST:
        variances = np.append(fit.ratios, 1.0) * fit.residual
        gradient, curvature = derivatives(system, fit)
        step = best_step(variances, gradient, curvature)
        promised = -float(gradient @ step + step @ curvature @ step / 2)
        if promised < CONVERGED or NEAR > promised >= before:
            return fit, evaluations
        before = promised
        if -step[-1] > FURTHEST * variances[-1]:
            step *= FURTHEST * variances[-1] / -step[-1]
        slope = float(gradient @ step)
        for halvings in range(HALVINGS):
            target = np.maximum(variances + step / 2**halvings, 0.0)
            trial = evaluate(system, target[:-1] / target[-1])
            evaluations += 1
            if trial.deviance <= fit.deviance + SUFFICIENT * slope / 2**halvings + ROUNDING * abs(fit.deviance):
                break
        fit = trial
        if fit.residual <= EXACT * spread:
            raise NotDefined("no_maximum", "The terms explain every mark: the residual variance falls to 0.")
    raise NotDefined("no_maximum", f"The likelihood has no maximum that {LONGEST} evaluations found.")


def best_step(variances: np.ndarray, gradient: np.ndarray, curvature: np.ndarray) -> np.ndarray:
    """Give the step to the minimum of a quadratic over variances of 0 and more."""
    scale = 1 / np.sqrt(np.diagonal(curvature))
    values, vectors = np.linalg.eigh(scale[:, None] * curvature * scale)
    roots = np.sqrt(np.maximum(values, SINGULAR))
    wanted = vectors.T @ (scale * (curvature @ variances - gradient)) / roots
    return scale * nnls((vectors * roots).T, wanted)[0] - variances


def level_sums(system: System, fit: Fit) -> tuple[list[np.ndarray], np.ndarray]:
    """Give the sums of the residuals over the levels of each term, and the residuals."""
    rest = system.design.marks - system.dense_rows.T @ fit.coefficients
    residuals = rest - system.block_rows.T @ block_effects(system, fit.left, rest)
    sums = [np.bincount(codes, weights=residuals) for codes in system.design.codes]
    return sums, residuals


def derivatives(system: System, fit: Fit) -> tuple[np.ndarray, np.ndarray]:
    """Give the gradient of the deviance in the variances (residual last), and twice the average information."""
    design, variance = system.design, fit.residual
    sums, residuals = level_sums(system, fit)
    traces = projected_traces(system, fit)
    df = len(design.marks) - int((system.dense_terms == FIXED).sum())
    traces = np.append(traces, df - fit.ratios @ traces)
    squares = np.array([*(own @ own for own in sums), residuals @ residuals])
    working = np.column_stack([*(own[codes] for own, codes in zip(sums, design.codes, strict=True)), residuals])
    products, across = weighted_products(system, fit.left, working)
    curvature = (products - across.T @ fit.inner @ across) / variance**3
    least = (traces / variance) ** 2 / np.array([*design.levels, len(design.marks)])  # of trace(PZZ'PZZ')
    curvature[np.diag_indices_from(curvature)] += FLATTEST * least
    return traces / variance - squares / variance**2, (curvature + curvature.T) / 2


def projected_traces(system: System, fit: Fit) -> np.ndarray:
    """Give σ² trace(Z'PZ) of each term."""
    number = len(system.design.terms)
    traces = np.zeros(number + 1)
    for blocks, own, across, moved in projected_blocks(system, fit.left, fit.inner):
        diagonal = np.diagonal(own, axis1=1, axis2=2) - (across * moved).sum(axis=2)
        traces += np.bincount(blocks.terms.ravel(), weights=diagonal.ravel(), minlength=number + 1)
    for term in set(system.dense_terms) - {FIXED}:
        traces[term] = dense_diagonal(system, fit, term).sum()
    return traces[:-1]


def dense_diagonal(system: System, fit: Fit, term: int) -> np.ndarray:
    """Give the diagonal of σ² Z'PZ for a term outside the blocks."""
    own = system.dense_terms == term
    if fit.ratios[term] > 0:
        return (1 - fit.shrinkage[own]) / fit.ratios[term]
    rows = fit.left.dense[own]
    return np.diagonal(fit.left.dense)[own] - ((rows @ fit.inner) * rows).sum(axis=1)


def projected_diagonal(system: System, fit: Fit, term: int) -> np.ndarray:
    """Give the diagonal of σ² Z'PZ for a term, by level."""
    if term in system.dense_terms:
        return dense_diagonal(system, fit, term)
    diagonal = np.zeros(len(system.block_terms) + 1)
    for blocks, own, across, moved in projected_blocks(system, fit.left, fit.inner):
        diagonal[blocks.columns] = np.diagonal(own, axis1=1, axis2=2) - (across * moved).sum(axis=2)
    return diagonal[:-1][system.block_terms == term]


def information(system: System, fit: Fit) -> np.ndarray:
    """Give trace(P ZZ' P ZZ') of every two terms, residual last: twice the expected information."""
    number, width = len(system.design.terms), len(system.dense)
    pairs = np.zeros((number + 1) ** 2)
    spread = np.zeros((number, width, width))  # F'F of each term inside the blocks
    for blocks, own, across, moved in projected_blocks(system, fit.left, fit.inner):
        squares = own**2 - 2 * own * (moved @ across.swapaxes(1, 2))
        both = blocks.terms[:, :, None] * (number + 1) + blocks.terms[:, None, :]
        pairs += np.bincount(both.ravel(), weights=squares.ravel(), minlength=len(pairs))
        for term in set(system.block_terms):
            chosen = across * (blocks.terms == term)[:, :, None]
            spread[term] += summed_products(chosen, chosen, blocks, width)
    traces = pairs.reshape(number + 1, number + 1)[:-1, :-1]
    moved = {term: fit.inner @ spread[term] for term in set(system.block_terms)}
    off = np.eye(width) - fit.inner @ fit.left.dense
    dense_squares = (fit.left.dense @ off) ** 2
    dense = {term: system.dense_terms == term for term in set(system.dense_terms) - {FIXED}}
    for term, first in moved.items():
        for other, second in moved.items():
            traces[term, other] += (first * second.T).sum()
        for other, own in dense.items():
            traces[term, other] = traces[other, term] = ((spread[term] @ off[:, own]) * off[:, own]).sum()
    for term, rows in dense.items():
        for other, columns in dense.items():
            traces[term, other] = dense_squares[np.ix_(rows, columns)].sum()
    return with_residual(traces, system, fit) / fit.residual**2


def with_residual(traces: np.ndarray, system: System, fit: Fit) -> np.ndarray:
    """Add the row and the column of the residual, which follow from P V P = P."""
    df = len(system.design.marks) - int((system.dense_terms == FIXED).sum())
    single = projected_traces(system, fit)
    edge = single - traces @ fit.ratios
    corner = df - fit.ratios @ single - fit.ratios @ edge
    return np.block([[traces, edge[:, None]], [edge[None, :], np.array([[corner]])]])
