"""Lines of the intraclass correlations from variance components by REML, which keep every mark."""

from __future__ import annotations

from functools import partial

import numpy as np

from analysis.statistics.generalizability import Form, icc_reml
from analysis.statistics.pivots import Target, component_draws, icc_draws, pivot_interval
from analysis.statistics.registry.coefficient import NUMERIC, Coefficient
from analysis.statistics.resample import Interval, generator
from analysis.statistics.resampled_reml import resampled_icc_reml

REML = "REML, missing cells kept"
FORMS: tuple[Form, ...] = ("icc_a1", "icc_c1", "icc_ak", "icc_ck")


def mixed() -> tuple[Coefficient, ...]:
    """Intraclass correlations of the model dossier + juror + residual; intervals from generalized pivots."""
    return tuple(
        Coefficient(form, REML, partial(icc_reml, form=form), partial(resampled_icc_reml, form=form), NUMERIC,
                    0, 1, 1, ("shift", "scale"), analytic=partial(_pivots, form=form, target="these"),
                    panel_analytic=partial(_pivots, form=form, target="like_these"), exact=True)
        for form in FORMS
    )  # fmt: skip


def _pivots(ratings: np.ndarray, *, form: Form, target: Target, confidence: float = 0.95) -> Interval:
    """Give the interval; the same draws for every table of one size, so that a table has one interval."""
    draws = component_draws(ratings, target=target, rng=generator(0, "generalized pivots"))
    return pivot_interval(icc_draws(draws, form=form), draws, confidence=confidence)
