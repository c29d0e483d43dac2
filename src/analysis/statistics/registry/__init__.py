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
from analysis.statistics.registry.shares import shares
from analysis.statistics.registry.within import within

__all__ = ["COEFFICIENTS", "Coefficient", "bootstrap_interval", "cluster_interval", "coefficients", "panel_interval"]

HALF_POINTS = tuple(np.arange(0, 10.5, 0.5).tolist())


def coefficients(levels: Sequence[float] = HALF_POINTS) -> tuple[Coefficient, ...]:
    """Give every coefficient, for a scale that declares these levels.

    Parameters
    ----------
    levels
        Every mark the scale allows, in order, also those nobody gave; empty for a scale without steps and for means.
        A coefficient that needs levels then says that it is not defined.
    """
    return (*alphas(levels), *kappas(levels), *iccs(), *concordances(), *within(levels), *shares(levels))


COEFFICIENTS = coefficients()
