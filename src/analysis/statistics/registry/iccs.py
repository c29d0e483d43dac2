"""Lines of the intraclass correlations."""

from __future__ import annotations

from functools import partial

import numpy as np

from analysis.statistics.registry.coefficient import NUMERIC, Coefficient
from analysis.statistics.reliability import icc, icc_interval, icc_pairs, resampled_icc, resampled_icc_pairs

ONE_WAY = "one-way ANOVA, unbalanced"
COMPLETE = "mean squares, complete units"
PAIRS = "mean over pairs of jurors"
SAME_JURORS = ("icc_c1", "icc_ck")  # severities do not enter, so F holds for these jurors and for others


def iccs() -> tuple[Coefficient, ...]:
    """Intraclass correlations from mean squares."""
    forms = {
        "icc_11": (ONE_WAY, "rated"), "icc_a1": (COMPLETE, "complete"), "icc_c1": (COMPLETE, "complete"),
        "icc_1k": (f"{ONE_WAY}, harmonic mean of jurors", "rated"), "icc_ak": (COMPLETE, "complete"),
        "icc_ck": (COMPLETE, "complete"),
    }  # fmt: skip
    whole = tuple(
        Coefficient(form, variant, partial(icc, form=form), partial(resampled_icc, form=form), NUMERIC,
                    -np.inf, 1, 1, ("shift", "scale"), units,
                    analytic=partial(icc_interval, form=form) if form in SAME_JURORS else None,
                    panel_analytic=partial(icc_interval, form=form), exact=form in SAME_JURORS)
        for form, (variant, units) in forms.items()
    )  # fmt: skip
    pairs = tuple(
        Coefficient(form, PAIRS, partial(icc_pairs, form=form), partial(resampled_icc_pairs, form=form), NUMERIC,
                    -np.inf, 1, 1, ("shift", "scale"))
        for form in ("icc_a1", "icc_c1")
    )  # fmt: skip
    return (*whole, *pairs)
