"""Interval of a coefficient from its linear approximation over units, the jurors as they are."""

from __future__ import annotations

import numpy as np
from scipy.stats import t

from analysis.errors import NotDefined
from analysis.statistics.resample import FEWEST_CLUSTERS, SAME, Interval

METHOD = "t, linearised over units"


def linearised_interval(value: float, influence: np.ndarray, *, rated: int, confidence: float) -> Interval:
    """Interval of t around a coefficient, cut at 1.

    Parameters
    ----------
    value
        The coefficient.
    influence : array, shape (units,)
        What each unit moves the coefficient, times the number of units; sums to zero.
    rated
        Units with a mark: t has one degree of freedom less.
    confidence
        Between 0 and 1.

    Returns
    -------
    Interval
        In the unit of the coefficient, cut at 1; `se` is its standard error.

    Raises
    ------
    NotDefined
        Too few units, or the influence of every unit is zero.

    Source
    ------
    Gwet (2014), Handbook of Inter-Rater Reliability, 4th ed., ch. 5 and 6; Gwet (2021), Educ. Psychol. Meas. 81,
    781-790.
    """
    units = len(influence)
    if units < FEWEST_CLUSTERS:
        raise NotDefined("too_few_units", f"The interval needs {FEWEST_CLUSTERS} units; here {units}.")
    se = float(np.sqrt((influence**2).sum() / (units * (units - 1))))
    if se <= SAME:
        code = "perfect" if abs(value - 1) <= SAME else "no_interval"
        raise NotDefined(code, f"Every unit gives {value:.6g}, so units show no variation.")
    reach = float(t.ppf((1 + confidence) / 2, rated - 1)) * se
    return Interval(value - reach, min(1.0, value + reach), se, confidence, METHOD)
