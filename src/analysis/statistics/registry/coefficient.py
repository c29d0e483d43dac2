"""A line of the registry: what a coefficient is called, what holds for it, and how it is computed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from analysis.statistics.resample import Additive, Interval, Reweighted

ALL = ("nominal", "ordinal", "interval", "ratio")
ORDERED = ALL[1:]
NUMERIC = ALL[2:]


@dataclass(frozen=True)
class Coefficient:
    """A coefficient: what it is called, what holds for it, and how it is computed.

    Parameters
    ----------
    name, variant
        The measure and the exact estimator, as in `results`.
    value
        Ratings → the number; raises `NotDefined`.
    prepare
        Ratings, cluster → the same as a function of cluster weights; None where no resample can be had cheaply.
    levels
        Declared levels of a scale that it fits.
    low, high, perfect
        Its range, and its value where all jurors agree on units that differ.
    invariances
        What changes nothing: `shift` (all marks plus a constant), `scale` (times a positive one), `monotone` (any
        increasing function), `relabel` (any one-to-one function).
    units
        Units it uses: `paired` (two ratings), `rated`, or `complete` (rated by every juror).
    uom
        Unit of measure, as in `results`.
    analytic
        Ratings, confidence → interval from a distribution, for independent units before the same jurors; None where
        there is none.
    panel_analytic
        The same for units before other jurors of the same kind.
    exact
        Whether `analytic` holds for any number of units, so that it goes before the jackknife, which covers better than
        an interval linearised over few units.
    of_levels
        Whether it speaks of marks on the levels of a scale, so that a mean over criteria has none.
    """

    name: str
    variant: str
    value: Callable[[np.ndarray], float]
    prepare: Callable[[np.ndarray, np.ndarray], Additive | Reweighted] | None
    levels: tuple[str, ...]
    low: float
    high: float
    perfect: float | None
    invariances: tuple[str, ...]
    units: str = "paired"
    uom: str = "coefficient"
    analytic: Callable[..., Interval] | None = None
    panel_analytic: Callable[..., Interval] | None = None
    exact: bool = False
    of_levels: bool = False
