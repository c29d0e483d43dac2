"""The decision studies and the ICCs from components that `oracles/expected.csv` names; the object is the dossier."""

from functools import partial

from analysis.statistics.generalizability import decision_study, dependability, g_coefficient, icc_reml
from analysis.statistics.reml import variance_components

DESIGNS = {  # columns, terms
    "p x i": (("dossier", "i"), ("dossier", "i")),
    "p x i x o": (("dossier", "i", "o"), ("dossier", "i", "o", "dossier:i", "dossier:o", "i:o")),
    "p x (r:t)": (("dossier", "t", "r"), ("dossier", "t", "r:t", "dossier:t")),
}
STUDIES = {  # design, sizes
    "p x i, 12 items": ("p x i", [{"i": 12}]),
    "p x i, 5, 10, 15, 20 items": ("p x i", [{"i": number} for number in (5, 10, 15, 20)]),
    "p x i x o, 4 items x 2 occasions": ("p x i x o", [{"i": 4, "o": 2}]),
    "p x i x o, 8 x 2, 4 x 4, 10 x 1": ("p x i x o", [{"i": i, "o": o} for i, o in ((8, 2), (4, 4), (10, 1))]),
    "p x (r:t), 3 tasks x 4 raters": ("p x (r:t)", [{"t": 3, "r": 4}]),
}


def components(numbers, design):
    names, terms = DESIGNS[design]
    return variance_components(
        numbers[:, -1], dict(zip(names, numbers.T, strict=False)), terms=terms, block="dossier"
    )  # fmt: skip


def coefficients(numbers, study):
    design, sizes = STUDIES[study]
    found = components(numbers, design)
    return [coefficient(found, sizes=size) for coefficient in (g_coefficient, dependability) for size in sizes]


def standard_errors(numbers):
    study = decision_study(components(numbers, "p x (r:t)"), sizes={"t": 3, "r": 4})
    return study.relative_sem, study.absolute_sem


STATISTICS = {
    **{f"g_coefficient; dependability {study}": partial(coefficients, study=study) for study in STUDIES},
    "relative; absolute SEM p x (r:t), 3 tasks x 4 raters": standard_errors,
    "icc_a1 REML, missing cells kept": partial(icc_reml, form="icc_a1"),
    "icc_c1 REML, missing cells kept": partial(icc_reml, form="icc_c1"),
}
