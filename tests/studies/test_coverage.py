"""How often the BCa intervals of the registry hold the population's value; half a minute.

Marks of one population (units vary with SD 1.5, jurors with 1.0, whole points 0-10) are drawn again and again; the
value to hold is that of 20,000 units of the same design. `make studies` prints the table of docs/methods.md with -s.
"""

import numpy as np
import pytest

from analysis.errors import NotDefined
from analysis.statistics.registry import COEFFICIENTS, Coefficient, bootstrap_interval
from analysis.statistics.resample import generator, multinomial_weights

NAMES = ("krippendorff_alpha", "icc_11", "exact_agreement", "pair_difference")
DESIGNS = {  # units, jurors, share missing, jurors a unit (None = all of them); least coverage of 95 % intervals
    "8 units x 5 jurors, 20 % missing": (8, 5, 0.2, None, 0.86),
    "12 units x 5 jurors, 20 % missing": (12, 5, 0.2, None, 0.88),
    "30 units x 5 jurors, 20 % missing": (30, 5, 0.2, None, 0.91),
    "60 units, 2 of 8 jurors each": (60, 8, 0.0, 2, 0.92),
    "100 units, 2 of 8 jurors each": (100, 8, 0.0, 2, 0.92),
}
EDITIONS, REPLICATES = 1000, 1000


LINES = [line for line in COEFFICIENTS if line.name in NAMES and line.variant != "nominal"]


@pytest.mark.parametrize("line", LINES, ids=lambda line: f"{line.name} {line.variant}")
@pytest.mark.parametrize("design", DESIGNS)
def test_intervals_hold_the_value_of_the_population_as_often_as_stated(design, line):
    units, *rest, least = DESIGNS[design]
    population = marks(np.random.default_rng(9), 20_000, *rest)
    covered, undefined = coverage(line, line.value(population), units, *rest)
    print(f"{design:36} {line.name:20} {line.variant[:12]:12} {covered:6.1%}  no interval {undefined:5.1%}")
    assert least < covered < 0.98


def marks(rng: np.random.Generator, units: int, jurors: int, missing: float, each: int | None) -> np.ndarray:
    ratings = rng.normal(5, 1.5, (units, 1)) + rng.normal(0, 1, (units, jurors))
    absent = rng.random(ratings.shape) < missing
    if each is not None:
        absent = rng.random(ratings.shape).argsort(axis=1) >= each
    return np.where(absent, np.nan, np.clip(ratings.round(), 0, 10))


def coverage(line: Coefficient, true: float, units: int, *design) -> tuple[float, float]:
    """Give the share of intervals that hold the true value, and the share of editions without an interval."""
    held = []
    for edition in range(EDITIONS):
        ratings = marks(np.random.default_rng(edition), units, *design)
        weights = multinomial_weights(units, rng=generator(edition, line.name), replicates=REPLICATES)
        try:
            ends = bootstrap_interval(line, ratings, cluster=np.arange(units), weights=weights)
        except NotDefined:
            continue
        held.append(ends.low <= true <= ends.high)
    return float(np.mean(held)), 1 - len(held) / EDITIONS
