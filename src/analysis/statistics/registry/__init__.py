"""Every coefficient of agreement and reliability, one line each: laws, intervals and rows come by themselves from it.

A new coefficient is one function and one line in a module of this package, its words in `pages/words`, and a published
value in its test.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.statistics.registry.alphas import alphas
from analysis.statistics.registry.coefficient import Coefficient
from analysis.statistics.registry.concordance import concordances
from analysis.statistics.registry.iccs import iccs
from analysis.statistics.registry.intervals import bootstrap_interval, cluster_interval, panel_interval
from analysis.statistics.registry.kappas import kappas
from analysis.statistics.registry.mixed import mixed
from analysis.statistics.registry.shares import shares
from analysis.statistics.registry.table import Row, rows
from analysis.statistics.registry.within import within

__all__ = [
    "COEFFICIENTS", "Coefficient", "Row", "bootstrap_interval", "cluster_interval", "coefficient_table", "coefficients",
    "panel_interval",
]  # fmt: skip

HALF_POINTS = tuple(np.arange(0, 10.5, 0.5).tolist())


def coefficients(levels: Sequence[float] = HALF_POINTS) -> tuple[Coefficient, ...]:
    """Give every coefficient, for a scale that declares these levels.

    Parameters
    ----------
    levels
        Every mark the scale allows, in order, also those nobody gave; empty for a scale without steps and for means.
        A coefficient that needs levels then says that it is not defined.
    """
    return (*alphas(levels), *kappas(levels), *iccs(), *mixed(), *concordances(), *within(levels), *shares(levels))


def coefficient_table(
    ratings: np.ndarray, *, levels: Sequence[float], cluster: np.ndarray, seed: int = 1, confidence: float = 0.95
) -> tuple[Row, ...]:
    """Give every coefficient by every interval: from its distribution, BCa, jackknife, two-way jackknife.

    Parameters
    ----------
    ratings : array, shape (units, jurors)
        Points, NaN where a juror did not rate.
    levels
        As for `coefficients`.
    cluster : array, shape (units,)
        Office of each unit.
    seed
        Seed of the resamples, of which one set serves all coefficients.
    confidence
        Between 0 and 1.

    Returns
    -------
    tuple of Row
        A line has five rows: `analytic` for both targets, `bca`, `jackknife`, `two_way`. What is not defined is NaN,
        with the code of the reason.

    Raises
    ------
    ValueError
        A mark is none of the levels of the scale.
    """
    return rows(coefficients(levels), np.asarray(ratings, float), cluster=cluster, seed=seed, confidence=confidence)


COEFFICIENTS = coefficients()
