"""Intervals of variance components and of their shares, from the sampling covariance of the components."""

from __future__ import annotations

import numpy as np
from scipy.special import expit, logit, ndtri
from scipy.stats import chi2

from analysis.errors import NotDefined
from analysis.statistics.resample import SAME, Interval
from analysis.statistics.terms import Components

FEWEST_DEGREES = 1.0  # below, the upper end is thousands of times the estimate


def component_interval(components: Components, term: str, *, confidence: float = 0.95) -> Interval:
    """Interval of a variance component in squared units of the marks: chi-square after Satterthwaite.

    Parameters
    ----------
    components
        Components with their sampling covariance.
    term
        One of `components.terms`.
    confidence
        Between 0 and 1.

    Returns
    -------
    Interval
        Squared units of the marks, above 0; `se` is the root of the sampling variance.

    Raises
    ------
    NotDefined
        The estimate is 0, no covariance is known, or less than one degree of freedom is left.

    Source
    ------
    Satterthwaite (1946), Biometrics Bull. 2, 110-114; Searle, Casella & McCulloch (1992), Variance Components, ch. 3.
    Degrees of freedom are 2 variance² / (sampling variance of it).
    """
    place = components.terms.index(term)
    value, spread = components.variances[place], components.covariance[place, place]
    _check(value, spread, term)
    degrees = 2 * value**2 / spread
    if degrees < FEWEST_DEGREES:
        raise NotDefined("no_interval", f"The marks hold {degrees:.2g} degrees of freedom for the variance of {term}.")
    tails = np.array([(1 + confidence) / 2, (1 - confidence) / 2])
    low, high = degrees * value / chi2.ppf(tails, degrees)
    method = "chi-square after Satterthwaite, jurors like these"
    return Interval(float(low), float(high), float(np.sqrt(spread)), confidence, method)


def variance_shares(components: Components) -> np.ndarray:
    """Share of each term in the sum of the variances, 0 to 1, shape (terms,).

    Raises
    ------
    NotDefined
        All variances are zero.
    """
    total = components.variances.sum()
    if total <= 0:
        raise NotDefined("no_variation", "Every variance component is zero.")
    return components.variances / total


def share_interval(components: Components, term: str, *, confidence: float = 0.95) -> Interval:
    """Interval of a term's share in the sum of the variances: delta method on the scale of the logit.

    Parameters
    ----------
    components, term, confidence
        As for `component_interval`.

    Returns
    -------
    Interval
        Inside 0 to 1; `se` is that of the share.

    Raises
    ------
    NotDefined
        The share is 0 or 1, or no covariance is known.

    Source
    ------
    Delta method: Searle, Casella & McCulloch (1992), Variance Components, app. M.
    """
    place = components.terms.index(term)
    shares = variance_shares(components)
    share = float(shares[place])
    slope = (np.eye(len(shares))[place] - share) / components.variances.sum()
    spread = float(slope @ components.covariance @ slope)
    _check(min(share, 1 - share), spread, term)
    error = np.sqrt(spread)
    margin = float(ndtri((1 + confidence) / 2)) * error / (share * (1 - share))
    low, high = expit(logit(share) + np.array([-margin, margin]))
    return Interval(float(low), float(high), float(error), confidence, "delta method, logit, jurors like these")


def _check(value: float, spread: float, term: str) -> None:
    if value <= SAME:
        raise NotDefined("no_interval", f"The estimate of {term} lies at the edge of what is possible.")
    if not spread > 0:
        raise NotDefined("no_interval", f"The sampling variance of the estimate of {term} is not known.")
