"""Lines of the coefficients corrected for chance, each under every family of weights."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from analysis.statistics.kappas import TWO_JURORS, Form, kappa, kappa_interval, one_level, resampled_kappa
from analysis.statistics.registry.coefficient import ALL, NUMERIC, ORDERED, Coefficient

WEIGHTS = {
    "identity": ("identity weights", ALL, ("relabel",)),
    "linear": ("linear weights", NUMERIC, ("shift", "scale")),
    "quadratic": ("quadratic weights", NUMERIC, ("shift", "scale")),
    "ordinal": ("ordinal weights (Gwet)", ORDERED, ("monotone",)),
    "radical": ("radical weights", NUMERIC, ("shift", "scale")),
    "ratio": ("ratio weights", ("ratio",), ("scale",)),
}
"""Family of weights → variant in `results`, declared levels of a scale that it fits, what changes nothing."""
FORMS = (
    "cohen_kappa", "scott_pi", "conger_kappa", "light_kappa", "fleiss_kappa", "brennan_prediger", "gwet_ac",
)  # fmt: skip


def kappas(levels: Sequence[float]) -> tuple[Coefficient, ...]:
    """Every coefficient corrected for chance, on the scale that has these levels."""
    return tuple(_line(form, family, levels) for form in FORMS for family in WEIGHTS)


def _line(form: Form, family: str, levels: Sequence[float]) -> Coefficient:
    variant, scales, invariances = WEIGHTS[family]
    with_all = {"form": form, "levels": levels, "weights": family}
    name = form if form != "gwet_ac" else "gwet_ac1" if family == "identity" else "gwet_ac2"
    return Coefficient(
        name, variant, partial(kappa, **with_all), partial(resampled_kappa, **with_all), scales,
        -1 if form in (*TWO_JURORS, "light_kappa") else -np.inf, 1, 1, invariances,
        analytic=None if form == "light_kappa" else partial(kappa_interval, **with_all), of_levels=True,
    )  # fmt: skip


def fleiss_categories(levels: Sequence[float]) -> dict[float, Coefficient]:
    """Fleiss' kappa of each declared level against all the others together.

    Returns
    -------
    dict
        Level → its line; they are no part of `coefficients`, whose lines have one value a table.
    """
    return {level: _category(level) for level in levels}


def _category(level: float) -> Coefficient:
    with_all = {"form": "fleiss_kappa", "levels": (0.0, 1.0)}

    def of_level(statistic: Callable) -> Callable:
        return lambda ratings, *rest, **other: statistic(one_level(ratings, level=level), *rest, **with_all, **other)

    return Coefficient(
        "fleiss_kappa_category", WEIGHTS["identity"][0], of_level(kappa), of_level(resampled_kappa), ALL, -np.inf, 1,
        1, (), analytic=of_level(kappa_interval), of_levels=True,
    )  # fmt: skip
