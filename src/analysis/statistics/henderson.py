"""Variance components by analysis of variance of sparse, unbalanced marks: group counts and sums only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from analysis.statistics.terms import (
    RESIDUAL,
    Components,
    check_identified,
    long_design,
    moment_equations,
)


def henderson_components(
    marks: np.ndarray, factors: Mapping[str, np.ndarray], *, terms: Sequence[str], fixed: Sequence[str] = ()
) -> Components:
    """Variance components by Henderson's method I (analogous analysis of variance), residual implied.

    The sum of squares of each term (its level means around the mean) and of all marks are set equal to their
    expectations. Unbiased whatever cells are missing, in balanced data equal to analysis of variance, less precise than
    REML otherwise. An estimate may be negative and stays so.

    Parameters
    ----------
    marks : array, shape (marks,)
        Points, finite.
    factors
        Of each factor the level of each mark, shape (marks,).
    terms
        Random terms, as "juror" or "dossier:juror"; without the residual.
    fixed
        Fixed factors. With any, the sums of squares are those of the marks without the least-squares effects of
        these factors, and so are the expectations.

    Returns
    -------
    Components
        Points squared; `covariance`, `fixed_covariance` and `deviance` are NaN, `fixed` is by least squares.

    Raises
    ------
    NotDefined
        No marks, or all equal; terms that cannot be told apart.
    ValueError
        Terms and factors that do not belong together, marks that are not finite.

    Source
    ------
    Henderson (1953), Biometrics 9, 226-252, method I; Brennan (2001), Generalizability Theory, ch. 7;
    Searle, Casella & McCulloch (1992), Variance Components, ch. 5.

    >>> table = np.array([[1.0, 3], [4, 6], [7, 5]])
    >>> juror, dossier = np.meshgrid([0, 1], [0, 1, 2])
    >>> factors = {"dossier": dossier.ravel(), "juror": juror.ravel()}
    >>> henderson_components(table.ravel(), factors, terms=("dossier", "juror")).variances.round(3)
    array([ 3.   , -0.667,  2.667])
    """
    design = long_design(marks, factors, terms=terms, fixed=fixed)
    equations = moment_equations(design)
    check_identified(design, equations)
    size = len(terms) + 1
    columns = design.fixed.shape[1]
    coefficients = np.linalg.solve((design.fixed.T @ design.fixed).toarray(), design.fixed.T @ design.marks)
    coefficients[0] += design.mean
    return Components(
        terms=(*design.terms, RESIDUAL), variances=np.linalg.solve(equations.expected, equations.forms),
        covariance=np.full((size, size), np.nan), levels=(*design.levels, len(design.marks)), fixed=coefficients,
        fixed_covariance=np.full((columns, columns), np.nan), deviance=float("nan"), at_zero=(),
        ratings=len(design.marks), iterations=0, fixed_names=tuple(fixed),
    )  # fmt: skip
