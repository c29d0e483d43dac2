"""Marks in long form, the terms of a model for them, and what the design lets one tell apart.

A term is a factor (`"juror"`) or a combination of factors (`"dossier:juror"`); its levels are what occurs in the data.
Only group counts and sums are used here, so that time and memory grow with the number of marks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array, hstack

from analysis.errors import NotDefined
from analysis.statistics.ratings import DECIMALS

RESIDUAL = "residual"
SINGULAR = 1e-9  # a share of the largest below which a singular value is rounding


@dataclass(frozen=True)
class Components:
    """Variance components of a linear model with random terms.

    Parameters
    ----------
    terms
        Names of the random terms in the order asked for, then "residual".
    variances : array, shape (terms,)
        Points squared.
    covariance : array, shape (terms, terms)
        Sampling covariance of `variances`, NaN where the estimator gives none.
    levels
        Number of levels of each term; of the residual the number of marks.
    fixed, fixed_covariance : arrays, shapes (columns,), (columns, columns)
        Coefficients of the fixed part and their covariance given the variances: the mean at the first level of each
        fixed factor, then each further level less the first (treatment coding).
    deviance
        -2 restricted log-likelihood, NaN where the estimator has none.
    at_zero
        Terms whose estimate is exactly 0, the edge of what is possible.
    ratings
        Number of marks.
    iterations
        Evaluations of the likelihood, 0 for an estimator in closed form.
    fixed_names
        Names of the fixed factors.
    block
        The factor whose levels were eliminated one by one, "" where there was none.
    """

    terms: tuple[str, ...]
    variances: np.ndarray
    covariance: np.ndarray
    levels: tuple[int, ...]
    fixed: np.ndarray
    fixed_covariance: np.ndarray
    deviance: float
    at_zero: tuple[str, ...]
    ratings: int
    iterations: int
    fixed_names: tuple[str, ...] = ()
    block: str = ""


@dataclass(frozen=True)
class Design:
    """Marks around their mean, the code of each mark in each term, and the matrix of the fixed part."""

    marks: np.ndarray
    mean: float
    terms: tuple[str, ...]
    codes: tuple[np.ndarray, ...]
    levels: tuple[int, ...]
    fixed: csr_array

    def indicator(self, term: int) -> csr_array:
        """Give the matrix marks × levels that is 1 where a mark belongs to a level of the term."""
        return indicator(self.codes[term], self.levels[term])


@dataclass(frozen=True)
class MomentEquations:
    """Quadratic forms of the marks and their expectations: `expected` @ variances = `forms`, one row a term."""

    forms: np.ndarray
    expected: np.ndarray
    scale: np.ndarray


def long_design(
    marks: np.ndarray, factors: Mapping[str, np.ndarray], *, terms: Sequence[str], fixed: Sequence[str] = ()
) -> Design:
    """Check marks in long form and code the terms of a model.

    Raises
    ------
    NotDefined
        No marks, or all equal; a factor with one level.
    ValueError
        A mark that is not finite, a factor of another length or not given, a term named twice or "residual".
    """
    values = np.asarray(marks, dtype=float)
    check_marks(values)
    check_terms(terms, fixed, factors)
    single = {
        name: level_codes(factors[name], name, len(values)) for term in (*terms, *fixed) for name in term.split(":")
    }
    for name, (_, number) in single.items():
        if number < 2:
            raise NotDefined(
                "confounded", f"All marks have the same {name}, so its variance cannot be told from the mean."
            )
    coded = [combined_codes([single[name] for name in term.split(":")]) for term in terms]
    columns = [csr_array(np.ones((len(values), 1)))]
    columns += [indicator(codes, number)[:, 1:] for codes, number in (single[name] for name in fixed)]
    matrix = csr_array(hstack(columns))
    if np.linalg.matrix_rank((matrix.T @ matrix).toarray(), hermitian=True) < matrix.shape[1]:
        raise NotDefined("confounded", f"The fixed factors {' and '.join(fixed)} cannot be told apart.")
    mean = float(values.mean())
    codes, levels = tuple(codes for codes, _ in coded), tuple(number for _, number in coded)
    return Design(values - mean, mean, tuple(terms), codes, levels, matrix)


def check_marks(values: np.ndarray) -> None:
    """Raise where there are no marks, a mark is not a finite number, or all are equal but for rounding."""
    if values.ndim != 1 or not np.isfinite(values).all():
        raise ValueError("marks in long form are one finite number a row; leave blank ones out")
    if not values.size:
        raise NotDefined("no_data", "There are no marks.")
    if np.round(values.min(), DECIMALS) == np.round(values.max(), DECIMALS):
        raise NotDefined("no_variation", f"Every mark is {values[0]:g}.")


def check_terms(terms: Sequence[str], fixed: Sequence[str], factors: Mapping[str, np.ndarray]) -> None:
    """Raise `ValueError` where terms are named twice or their factors are not given."""
    named = [frozenset(term.split(":")) for term in terms]
    if not named or len(set(named)) < len(named) or RESIDUAL in terms:
        raise ValueError(f"terms are different names without {RESIDUAL!r}; these are {', '.join(terms)}")
    missing = {name for term in (*terms, *fixed) for name in term.split(":")} - set(factors)
    if missing:
        raise ValueError(f"no codes are given for {', '.join(sorted(missing))}")


def level_codes(labels: np.ndarray, name: str, length: int) -> tuple[np.ndarray, int]:
    """Number the levels that occur, in sorted order."""
    labels = np.asarray(labels)
    if labels.shape != (length,):
        raise ValueError(f"the factor {name!r} has the shape {labels.shape}, the marks ({length},)")
    levels, codes = np.unique(labels, return_inverse=True)
    return codes, len(levels)


def combined_codes(parts: Sequence[tuple[np.ndarray, int]]) -> tuple[np.ndarray, int]:
    """Number the combinations of levels that occur, sorted by the first factor, then the second, and so on."""
    joint, _ = parts[0]
    for codes, number in parts[1:]:
        joint = np.unique(joint * number + codes, return_inverse=True)[1]
    return joint, int(joint.max()) + 1


def indicator(codes: np.ndarray, number: int) -> csr_array:
    """Give the matrix rows × levels that is 1 where a row has a level."""
    rows = np.arange(len(codes) + 1)
    return csr_array((np.ones(len(codes)), codes, rows), shape=(len(codes), number))


def moment_equations(design: Design) -> MomentEquations:
    """Sums of squares of the level means of each term, after the fixed part, and their expectations.

    With M the projection off the fixed part and Z a term's indicators, the form of a term is Σ (Z'My)²/n over its
    levels, that of the residual y'My. Its expectation holds Σ (Z'MZ_j)²/n for each variance. With the mean alone as
    the fixed part these are the sums of squares of analysis of variance, term against mean.
    """
    fixed = design.fixed.toarray() if design.fixed.shape[1] > 1 else np.ones((len(design.marks), 1))
    inverse = np.linalg.inv(fixed.T @ fixed)
    off = design.marks - fixed @ (inverse @ (fixed.T @ design.marks))
    matrices = [design.indicator(term) for term in range(len(design.terms))]
    sums = [matrix.T @ fixed for matrix in matrices]
    counts = [np.bincount(codes).astype(float) for codes in design.codes]
    size = len(matrices) + 1
    forms, expected, scale = np.empty(size), np.empty((size, size)), np.empty(size)
    for i, (matrix, own, count) in enumerate(zip(matrices, sums, counts, strict=True)):
        forms[i] = ((matrix.T @ off) ** 2 / count).sum()
        scale[i] = ((matrix.T @ matrix).diagonal() ** 2 / count).sum()
        for j, other in enumerate(sums):
            common = matrix.T @ matrices[j]
            squares = common.multiply(common).sum(axis=1) - 2 * ((common @ (other @ inverse)) * own).sum(axis=1)
            squares += ((own @ (inverse @ (other.T @ other) @ inverse)) * own).sum(axis=1)
            expected[i, j] = (squares / count).sum()
        projected = ((own @ inverse) * own).sum(axis=1)
        expected[i, -1] = ((count - projected) / count).sum()
        expected[-1, i] = (count - projected).sum()
    forms[-1], expected[-1, -1], scale[-1] = off @ off, len(off) - fixed.shape[1], len(off)
    return MomentEquations(forms, expected, scale)


def check_identified(design: Design, equations: MomentEquations) -> None:
    """Raise `NotDefined` where variances cannot be told apart, naming their terms.

    The expectations are linearly dependent exactly where some combination of variances leaves them as they are.
    """
    names = (*design.terms, RESIDUAL)
    root = np.sqrt(equations.scale)
    _, singular, directions = np.linalg.svd(equations.expected / root[:, None] / root[None, :])
    if singular[-1] > SINGULAR * singular[0]:
        return
    share = np.abs(directions[-1])
    involved = [name for name, part in zip(names, share, strict=True) if part > 1e-6 * share.max()]
    if len(involved) == 1:
        involved.append("the fixed part")
    raise NotDefined(
        "confounded",
        f"In this design the variances of {' and '.join(involved)} cannot be told apart; leave one term out.",
    )
