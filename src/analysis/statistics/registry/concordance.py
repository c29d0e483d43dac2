"""Lines of the coefficients of order: how far jurors put the units in the same order."""

from __future__ import annotations

from analysis.statistics.registry.coefficient import ORDERED, Coefficient
from analysis.statistics.reliability import kendall_w, resampled_kendall_w


def concordances() -> tuple[Coefficient, ...]:
    """Kendall's W."""
    return (
        Coefficient("kendall_w", "corrected for ties, complete units", kendall_w, resampled_kendall_w,
                    ORDERED, 0, 1, 1, ("monotone",), "complete"),
    )  # fmt: skip
