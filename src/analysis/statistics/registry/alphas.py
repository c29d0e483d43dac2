"""Lines of Krippendorff's alpha."""

from __future__ import annotations

from functools import partial

from analysis.statistics.agreement import krippendorff_alpha, resampled_alpha
from analysis.statistics.registry.coefficient import ALL, NUMERIC, ORDERED, Coefficient


def alphas() -> tuple[Coefficient, ...]:
    """Krippendorff's alpha at every level of measurement."""
    kept = {
        "nominal": (ALL, ("relabel",)), "ordinal": (ORDERED, ("monotone",)), "interval": (NUMERIC, ("shift", "scale")),
    }  # fmt: skip
    return tuple(
        Coefficient("krippendorff_alpha", level, partial(krippendorff_alpha, level=level),
                    partial(resampled_alpha, level=level), levels, -1, 1, 1, invariances,
                    of_levels=level == "nominal")
        for level, (levels, invariances) in kept.items()
    )  # fmt: skip
