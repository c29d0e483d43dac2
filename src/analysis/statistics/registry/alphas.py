"""Lines of Krippendorff's alpha."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from analysis.statistics.alpha import alpha_interval, krippendorff_alpha, resampled_alpha, weighted_distance
from analysis.statistics.registry.coefficient import ALL, NUMERIC, ORDERED, Coefficient
from analysis.statistics.registry.kappas import WEIGHTS

LEVELS = {
    "nominal": (ALL, ("relabel",)),
    "ordinal": (ORDERED, ("monotone",)),
    "interval": (NUMERIC, ("shift", "scale")),
    "ratio": (("ratio",), ("scale",)),
}
OWN_WEIGHTS = ("linear", "ordinal", "radical")  # under the others alpha is that of a level of measurement


def alphas(levels: Sequence[float]) -> tuple[Coefficient, ...]:
    """Krippendorff's alpha at every level of measurement, and under Gwet's weights of the levels of a scale."""
    measured = tuple(
        Coefficient("krippendorff_alpha", level, partial(krippendorff_alpha, level=level),
                    partial(resampled_alpha, level=level), scales, -1, 1, 1, invariances,
                    analytic=None if level == "ordinal" else partial(alpha_interval, level=level),
                    of_levels=level == "nominal")
        for level, (scales, invariances) in LEVELS.items()
    )  # fmt: skip
    return (*measured, *(_weighted(family, levels) for family in OWN_WEIGHTS))


def _weighted(family: str, levels: Sequence[float]) -> Coefficient:
    _, scales, invariances = WEIGHTS[family]
    distance = weighted_distance(levels, family)
    return Coefficient(
        "krippendorff_alpha", f"Gwet's weights, {family}", partial(krippendorff_alpha, level=distance),
        partial(resampled_alpha, level=distance), scales, -1, 1, 1, invariances,
        analytic=partial(alpha_interval, level=distance), of_levels=True,
    )  # fmt: skip
