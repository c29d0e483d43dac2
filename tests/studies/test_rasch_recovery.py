"""How well the many-facet Rasch model finds the severities that marks were drawn from; a minute.

`make studies` prints the table of docs/methods.md with -s: slope of the corrected severities on the true ones, the same
for the uncorrected ones, and the joint and model standard errors over the root mean square error.
"""

import numpy as np
import pytest

from analysis.statistics import rasch
from rasch_panel import panel

EDITIONS = 200
DESIGNS = {  # offices, jurors, criteria, jurors an office, levels
    "60 offices, 3 of 8 jurors, 6 criteria, 0-10": (60, 8, 6, 3, 11),
    "60 offices, 2 of 8 jurors, 5 criteria, 0-5": (60, 8, 5, 2, 6),
    "100 offices, 3 of 10 jurors, 8 criteria, 0-10": (100, 10, 8, 3, 11),
    "300 offices, 4 of 20 jurors, 6 criteria, 0-4": (300, 20, 6, 4, 5),
}


@pytest.mark.parametrize("design", DESIGNS)
def test_severities_are_recovered_with_slope_one_and_honest_standard_errors(design):
    offices, jurors, criteria, each, levels = DESIGNS[design]
    sums = np.zeros(5)
    for seed in range(EDITIONS):
        drawn = panel(offices=offices, jurors=jurors, criteria=criteria, each=each, levels=levels, seed=seed)
        fit = drawn.fit()
        table, true = rasch.element_tables(fit)[1], drawn.severity
        squares = [(table.measure - true) ** 2, table.joint_se**2, table.se**2]
        sums += [table.measure @ true, true @ true, *(terms.sum() for terms in squares)]
    slope = sums[0] / sums[1]
    joint, model = np.sqrt(sums[3:] / sums[2])
    print(
        f"{design:48} slope {slope:.3f} uncorrected {slope / fit.spread:.3f} "
        f"joint se/error {joint:.2f} model se/error {model:.2f}"
    )
    assert slope == pytest.approx(1, abs=0.02) and 0.9 < joint < 1.1
