"""Lines of the intraclass correlations."""

from __future__ import annotations

from functools import partial

import numpy as np

from analysis.statistics.registry.coefficient import NUMERIC, Coefficient
from analysis.statistics.reliability import icc, icc_interval, resampled_icc

ONE_WAY = "one-way ANOVA, unbalanced"
COMPLETE = "mean squares, complete units"
SAME_JURORS = ("icc_c1", "icc_ck")  # severities do not enter, so F holds for these jurors and for others


def iccs() -> tuple[Coefficient, ...]:
    """Intraclass correlations from mean squares."""
    forms = {
        "icc_11": (ONE_WAY, "rated"), "icc_a1": (COMPLETE, "complete"), "icc_c1": (COMPLETE, "complete"),
        "icc_1k": (f"{ONE_WAY}, harmonic mean of jurors", "rated"), "icc_ak": (COMPLETE, "complete"),
        "icc_ck": (COMPLETE, "complete"),
    }  # fmt: skip
    return tuple(
        Coefficient(form, variant, partial(icc, form=form), partial(resampled_icc, form=form), NUMERIC,
                    -np.inf, 1, 1, ("shift", "scale"), units,
                    analytic=partial(icc_interval, form=form) if form in SAME_JURORS else None,
                    panel_analytic=partial(icc_interval, form=form), exact=form in SAME_JURORS)
        for form, (variant, units) in forms.items()
    )  # fmt: skip
