"""The many-facet Rasch model for rows of oracles/expected.csv; tables have columns senior, junior, trait, mark."""

from functools import cache, partial

import numpy as np

from analysis.statistics import rasch

FACETS = {"seniors": "senior", "juniors": "junior", "traits": "trait"}
COLUMNS = {
    "measures": "measure",
    "standard errors": "se",
    "fair averages": "fair",
    "infit": "infit",
    "outfit": "outfit",
    "averages": "average",
}


@cache
def fitted(content, rows):
    senior, junior, trait, mark = np.frombuffer(content).reshape(rows, -1).T
    facets = {"senior": senior, "junior": junior, "trait": trait}
    model = rasch.Model("junior", floating="senior", correction="none")  # as FACETS places and leaves them
    return rasch.fit(mark, facets, scale=rasch.RatingScale(range(1, 10)), model=model)


def fit_of(table):
    return fitted(np.ascontiguousarray(table).tobytes(), len(table))


def elements(table, *, facet):
    tables = rasch.element_tables(fit_of(table))
    return next(found for found in tables if found.name == FACETS[facet])


def column(table, *, facet, name):
    return getattr(elements(table, facet=facet), COLUMNS[name])


def reliabilities(table, *, facet):
    found = rasch.facet_summary(elements(table, facet=facet))
    both = found.population, found.sample
    return [getattr(one, name) for name in ("reliability", "separation", "strata") for one in both]


def chi_squares(table):
    summaries = [rasch.facet_summary(elements(table, facet=facet)) for facet in FACETS]
    return [number for found in summaries for number in (found.fixed_chi2, found.fixed_df)]


def agreements(table):
    found = rasch.exact_agreements(fit_of(table), "senior")
    return found.pairs, found.observed, found.expected


def unexpected(table):
    found = rasch.unexpected_marks(fit_of(table))
    return len(found.place), (table[found.place, 0] == 2).sum(), *table[found.place[0]], found.z[0]


STATISTICS = {
    **{f"rasch {name} of {facet}": partial(column, facet=facet, name=name) for facet in FACETS for name in COLUMNS},
    "rasch thresholds": lambda table: rasch.category_tables(fit_of(table))[0].threshold[1:],
    "rasch reliability of seniors": partial(reliabilities, facet="seniors"),
    "rasch reliability of juniors": partial(reliabilities, facet="juniors"),
    "rasch fixed chi-squares": chi_squares,
    "rasch exact agreements": agreements,
    "rasch unexpected marks": unexpected,
}
