"""The chance-corrected statistics that `oracles/expected.csv` names, on the levels seen unless it says others."""

from functools import partial

import numpy as np

from analysis.statistics.agreement import agreement_interval
from analysis.statistics.alpha import alpha_interval, krippendorff_alpha, weighted_distance
from analysis.statistics.homogeneity import bhapkar, stuart_maxwell
from analysis.statistics.kappas import fleiss_test, kappa, kappa_interval
from analysis.statistics.registry.kappas import WEIGHTS, fleiss_categories

IDENTITY = {
    "cohen_kappa": "cohen_kappa", "scott_pi": "scott_pi", "conger_kappa": "conger_kappa", "light_kappa": "light_kappa",
    "fleiss_kappa": "fleiss_kappa", "brennan_prediger": "brennan_prediger", "gwet_ac1": "gwet_ac",
}  # fmt: skip
WEIGHTED = {**{name: form for name, form in IDENTITY.items() if name != "gwet_ac1"}, "gwet_ac2": "gwet_ac"}
WITH_INTERVAL = (*IDENTITY, "exact_agreement", "alpha nominal")
FAMILIES = {family: variant for family, (variant, *_) in WEIGHTS.items() if family != "identity"}
ELEVEN = tuple(range(11))
COHEN_1968 = 1 - np.array([[0, 1, 3], [1, 0, 6], [3, 6, 0]]) / 6


def seen(ratings):
    return np.unique(ratings[~np.isnan(ratings)])


def value(ratings, *, form, weights="identity", levels=None):
    return kappa(ratings, form=form, weights=weights, levels=seen(ratings) if levels is None else levels)


def interval(ratings, *, name, weights="identity"):
    if name == "exact_agreement":
        return agreement_interval(ratings)
    if name == "alpha nominal":
        return alpha_interval(ratings, level="nominal")
    return kappa_interval(ratings, form=IDENTITY[name], levels=seen(ratings), weights=weights)


def ends(ratings, *, name):
    found = interval(ratings, name=name)
    return found.low, found.high


def error(ratings, *, name):
    return interval(ratings, name=name).se


def large_sample_error(ratings, *, name, weights="identity"):
    """Give the standard error with the divisor n instead of n - 1."""
    units = len(ratings)
    return interval(ratings, name=name, weights=weights).se * np.sqrt((units - 1) / units)


def categories(ratings):
    return [line.value(ratings) for line in fleiss_categories(seen(ratings)).values()]


def chi_square(ratings, *, test):
    found = test(ratings)
    return found.value, found.df


STATISTICS = {
    **{name: partial(value, form=form) for name, form in IDENTITY.items()},
    **{
        f"{name} {variant}": partial(value, form=form, weights=family)
        for name, form in WEIGHTED.items()
        for family, variant in FAMILIES.items()
    },
    **{f"{name} interval": partial(ends, name=name) for name in WITH_INTERVAL},
    **{f"{name} se": partial(error, name=name) for name in WITH_INTERVAL},
    **{f"{name} se, divisor n": partial(large_sample_error, name=name) for name in WITH_INTERVAL},
    **{f"cohen_kappa {variant} se, divisor n": partial(large_sample_error, name="cohen_kappa", weights=family)
       for family, variant in FAMILIES.items()},
    **{f"alpha Gwet's weights, {family}": lambda x, family=family: krippendorff_alpha(
        x, level=weighted_distance(seen(x), family)) for family in FAMILIES},
    "gwet_ac1, levels 0 to 10": partial(value, form="gwet_ac", levels=ELEVEN),
    "gwet_ac2 quadratic weights, levels 0 to 10": partial(value, form="gwet_ac", weights="quadratic", levels=ELEVEN),
    "brennan_prediger, levels 0 to 10": partial(value, form="brennan_prediger", levels=ELEVEN),
    "cohen_kappa weights of Cohen 1968": partial(value, form="cohen_kappa", weights=COHEN_1968),
    "fleiss_kappa z": lambda x: fleiss_test(x, levels=seen(x)).value,
    "fleiss_kappa_category": categories,
    "stuart_maxwell": partial(chi_square, test=stuart_maxwell),
    "bhapkar": partial(chi_square, test=bhapkar),
}  # fmt: skip
