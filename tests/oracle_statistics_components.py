"""The variance components that `oracles/expected.csv` names; the last column of a long table is the mark."""

import numpy as np

from analysis.statistics.henderson import henderson_components
from analysis.statistics.reml import variance_components
from analysis.statistics.terms import long_design, moment_equations

DESIGNS = {  # names of the columns, terms
    "p x i": (("p", "i"), ("p", "i")),
    "p x i x o": (("p", "i", "o"), ("p", "i", "o", "p:i", "p:o", "i:o")),
    "p x (r:t)": (("p", "t", "r"), ("p", "t", "r:t", "p:t")),
    "p x (i:h)": (("p", "h", "i"), ("p", "h", "i:h", "p:h")),
}


def long(numbers, design):
    names, terms = DESIGNS[design]
    return numbers[:, -1], dict(zip(names, numbers.T, strict=False)), terms


def reml(numbers, design):
    marks, factors, terms = long(numbers, design)
    return variance_components(marks, factors, terms=terms, block="p").variances


def henderson(numbers, design):
    marks, factors, terms = long(numbers, design)
    return henderson_components(marks, factors, terms=terms).variances


def of_table(ratings, estimate):
    unit, juror = np.nonzero(~np.isnan(ratings))
    return estimate(np.column_stack([unit, juror, ratings[unit, juror]]), "p x i")


def sums_of_squares(numbers):
    """Give those of persons × items × occasions, each cell filled once."""
    marks, factors, terms = long(numbers, "p x i x o")
    p, i, o, pi, po, io, total = moment_equations(long_design(marks, factors, terms=terms)).forms
    return p, i, o, pi - p - i, po - p - o, io - i - o, total - pi - po - io + p + i + o


STATISTICS = {
    "REML units x jurors": lambda x: of_table(x, reml),
    "Henderson units x jurors": lambda x: of_table(x, henderson),
    **{f"REML {design}": lambda x, design=design: reml(x, design) for design in DESIGNS},
    **{f"Henderson {design}": lambda x, design=design: henderson(x, design) for design in DESIGNS},
    "REML p, h, ph of p x (i:h)": lambda x: reml(x, "p x (i:h)")[[0, 1, 3]],
    "Henderson p, h, ph of p x (i:h)": lambda x: henderson(x, "p x (i:h)")[[0, 1, 3]],
    "sums of squares p x i x o": sums_of_squares,
}
