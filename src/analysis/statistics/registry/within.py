"""Lines of the coefficients of distance: concordance correlation, and how close the marks of one unit lie together."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from analysis.statistics.distance import overall_ccc, resampled_overall_ccc
from analysis.statistics.registry.coefficient import NUMERIC, Coefficient
from analysis.statistics.within import (
    average_deviation,
    finn,
    resampled_average_deviation,
    resampled_finn,
    resampled_rwg,
    rwg,
)


def within(levels: Sequence[float]) -> tuple[Coefficient, ...]:
    """Overall concordance correlation, rwg and Finn's r of a scale that has these levels, average deviation."""
    one, two = ({"levels": levels, "design": design} for design in ("one_way", "two_way"))
    declared = {"levels": NUMERIC, "low": -np.inf, "high": 1, "perfect": 1, "invariances": (), "of_levels": True}
    return (
        Coefficient("overall_ccc", "moments, missing cells pairwise", overall_ccc, resampled_overall_ccc,
                    NUMERIC, -np.inf, 1, 1, ("shift", "scale")),
        Coefficient("rwg", "uniform null, mean over units", partial(rwg, levels=levels),
                    partial(resampled_rwg, levels=levels), **declared),
        *(
            Coefficient("average_deviation", f"from the unit {centre}, mean over units",
                        partial(average_deviation, centre=centre), partial(resampled_average_deviation, centre=centre),
                        NUMERIC, 0, np.inf, 0, ("shift",), uom="points")
            for centre in ("mean", "median")
        ),
        Coefficient("finn", "one-way", partial(finn, **one), partial(resampled_finn, **one), **declared),
        Coefficient("finn", "two-way, complete units", partial(finn, **two), partial(resampled_finn, **two),
                    units="complete", **declared),
    )  # fmt: skip
