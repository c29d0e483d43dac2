"""Do two jurors use the levels of a scale equally often? Tests of marginal homogeneity."""

from __future__ import annotations

import numpy as np
from scipy.stats import chi2

from analysis.errors import NotDefined
from analysis.statistics.ratings import rating_table
from analysis.statistics.reliability import Test


def stuart_maxwell(ratings: np.ndarray) -> Test:
    """Stuart and Maxwell's test that two jurors use every mark equally often.

    Parameters
    ----------
    ratings : array, shape (units, 2)
        Points, NaN where a juror did not rate; only units both rated count. Marks that neither gave, or on which
        they always agree, play no part.

    Returns
    -------
    Test
        Chi-square; as many degrees of freedom as differing marks, less one for each group of them that no unit links.

    Raises
    ------
    NotDefined
        No unit was rated by both, or they agree on every unit.
    ValueError
        There are not two columns.

    Source
    ------
    Stuart (1955), Biometrika 42, 412-416; Maxwell (1970), Br. J. Psychiatry 116, 651-655.

    >>> round(stuart_maxwell(np.repeat([[1, 2], [2, 1], [1, 1]], [6, 2, 4], axis=0)).value, 9)
    2.0
    """
    joint = _joint_counts(ratings)
    given, other = joint.sum(axis=1), joint.sum(axis=0)
    covariance = np.diag(given + other) - joint - joint.T
    difference = given - other
    value = float(difference @ np.linalg.pinv(covariance, hermitian=True) @ difference)
    return _chi_square(value, int(np.linalg.matrix_rank(covariance, hermitian=True)))


def bhapkar(ratings: np.ndarray) -> Test:
    """Bhapkar's test that two jurors use every mark equally often, of more power than Stuart and Maxwell's.

    Parameters, return value and errors are as for `stuart_maxwell`.

    Source
    ------
    Bhapkar (1966), J. Am. Stat. Assoc. 61, 228-235; from Stuart and Maxwell's statistic as in Keefe (1982), J. Am.
    Stat. Assoc. 77, 669-673.

    >>> round(float(bhapkar(np.repeat([[1, 2], [2, 1], [1, 1]], [6, 2, 4], axis=0)).value), 9)
    2.4
    """
    test = stuart_maxwell(ratings)
    units = (~np.isnan(np.asarray(ratings, dtype=float))).all(axis=1).sum()
    if test.value >= units * (1 - 1e-12):
        raise NotDefined("no_variation", "The difference of the two jurors is the same on every unit.")
    return _chi_square(test.value / (1 - test.value / units), int(test.df))


def _joint_counts(ratings: np.ndarray) -> np.ndarray:
    """Give how often each pair of marks was given to a unit, one juror down, the other across.

    Raises
    ------
    NotDefined
        No unit was rated by both, or they agree on every unit.
    ValueError
        There are not two columns.
    """
    table = rating_table(ratings)
    if table.shape[1] != 2:
        raise ValueError(f"marginal homogeneity compares two jurors; the table has {table.shape[1]} columns")
    table = table[~np.isnan(table).any(axis=1)]
    if not len(table):
        raise NotDefined("one_juror", "The two jurors share no unit.")
    if (table[:, 0] == table[:, 1]).all():
        raise NotDefined("no_variation", "The two jurors agree on every unit.")
    values, codes = np.unique(table, return_inverse=True)
    first, second = codes.reshape(table.shape).T
    return np.bincount(first * len(values) + second, minlength=len(values) ** 2).reshape(len(values), -1).astype(float)


def _chi_square(value: float, df: int) -> Test:
    return Test(value, df, float(chi2.sf(value, df)))
