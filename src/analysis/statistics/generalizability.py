"""Decision studies: how reliable marks are with other numbers of jurors and criteria, from variance components.

One rule covers crossed and nested designs. A term of the components is a set of facets ("dossier:juror"; a rater nested
in a task is "task:rater", because no term "rater" stands alone); its variance is divided by the sizes of its facets
other than the object of measurement. A term with the object belongs to the universe score where its other facets are
fixed, else to the relative and the absolute error; a term without the object belongs to the absolute error unless all
of its facets are fixed. The residual is the term of the object and all facets.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, inf, prod, sqrt
from types import MappingProxyType
from typing import Literal

import numpy as np

from analysis.errors import NotDefined
from analysis.statistics.ratings import paired_units, rating_table
from analysis.statistics.reml import variance_components
from analysis.statistics.terms import RESIDUAL, Components
from analysis.statistics.variance import check_variation

MOST_JURORS = 100
ROUNDING = 1e-12  # a number of jurors met exactly is not rounded up
NO_OTHER_FACETS: Mapping[str, float] = MappingProxyType({})

Form = Literal["icc_a1", "icc_ak", "icc_c1", "icc_ck"]


@dataclass(frozen=True)
class Decision:
    """A decision study: variance of universe scores, relative and absolute error variance of a mean (squared unit)."""

    universe: float
    relative: float
    absolute: float

    @property
    def relative_sem(self) -> float:
        """Standard error of a mean where only the order counts, in the unit of the marks."""
        return sqrt(self.relative)

    @property
    def absolute_sem(self) -> float:
        """Standard error of a mean where its level counts too, in the unit of the marks."""
        return sqrt(self.absolute)


def decision_study(
    components: Components, *, sizes: Mapping[str, float], fixed: Sequence[str] = (), of: str = "dossier"
) -> Decision:
    """Split the variance of a mean into universe score and errors, for a design of these sizes.

    Parameters
    ----------
    components
        Variance components; their last term is the residual.
    sizes
        Number of conditions of every facet but the object, as {"juror": 3, "criterion": 8}; of a nested facet, the
        number inside each condition that holds it.
    fixed
        Facets whose conditions are all there are, such as the whole list of criteria.
    of
        The object of measurement.

    Returns
    -------
    Decision
        Squared units of the marks: universe score variance, relative and absolute error variance.

    Raises
    ------
    ValueError
        A term has a facet without a size.

    Source
    ------
    Brennan (2001), Generalizability Theory, ch. 4 and 5; Cronbach, Gleser, Nanda & Rajaratnam (1972).
    """
    universe = relative = absolute = 0.0
    for term, variance in zip(components.terms, components.variances.tolist(), strict=True):
        facets = {of, *sizes} if term == RESIDUAL else set(term.split(":"))
        others = facets - {of}
        if not others <= set(sizes):
            raise ValueError(f"term {term!r}: no size is given for {', '.join(sorted(others - set(sizes)))}")
        share = variance / prod(sizes[facet] for facet in others)
        constant = others <= set(fixed)
        universe += share * (of in facets and constant)
        relative += share * (of in facets and not constant)
        absolute += share * (not constant)
    return Decision(universe, relative, absolute)


def g_coefficient(components: Components, *, sizes: Mapping[str, float], fixed: Sequence[str] = ()) -> float:
    """Generalizability coefficient: share of the variance of dossier means that is not relative error.

    Parameters
    ----------
    components, sizes, fixed
        As for `decision_study`, the object being the dossier.

    Returns
    -------
    float
        0-1: how well another such panel would put the dossiers in the same order.

    Raises
    ------
    NotDefined
        Every component in it is zero.

    Source
    ------
    Cronbach et al. (1972); Brennan (2001), Generalizability Theory, ch. 4.
    """
    study = decision_study(components, sizes=sizes, fixed=fixed)
    return _share(study.universe, study.relative)


def dependability(
    components: Components, *, sizes: Mapping[str, float], fixed: Sequence[str] = (), distance: float = 0.0
) -> float:
    """Dependability: share of the variance of dossier means that is not absolute error, severity included.

    Parameters
    ----------
    components, sizes, fixed
        As for `decision_study`, the object being the dossier.
    distance
        Squared distance of the mean from a line (`squared_distance`); with it, dependability of decisions at the line.

    Returns
    -------
    float
        0-1.

    Raises
    ------
    NotDefined
        Every component in it is zero.

    Source
    ------
    Brennan & Kane (1977), J. Educ. Meas. 14, 277-289; Brennan (2001), Generalizability Theory, ch. 2.
    """
    study = decision_study(components, sizes=sizes, fixed=fixed)
    return _share(study.universe + distance, study.absolute)


def squared_distance(mean: float, *, line: float, variance: float) -> float:
    """Estimate the squared distance of the mean of all dossiers from a line, for `dependability` at the line.

    The square of the observed distance is too large by the variance of the observed mean, which is subtracted; zero
    where that leaves nothing.

    Parameters
    ----------
    mean, line
        Mean of the marks and the line, in their unit.
    variance
        Error variance of that mean.

    Returns
    -------
    float
        Squared unit of the marks, 0 or more.

    Source
    ------
    Brennan & Kane (1977), J. Educ. Meas. 14, 277-289, with the unbiased estimator of Brennan (2001), section 2.5.

    >>> round(squared_distance(6.0, line=7.5, variance=0.25), 6)
    2.0
    """
    return max(0.0, (mean - line) ** 2 - variance)


def jurors_needed(
    components: Components, *, target: float, error: Literal["relative", "absolute"],
    sizes: Mapping[str, float] = NO_OTHER_FACETS, fixed: Sequence[str] = (), distance: float = 0.0,
) -> int:  # fmt: skip
    """Fewest jurors a dossier needs for a coefficient to reach a target.

    Parameters
    ----------
    components
        Variance components with the facet "juror".
    target
        Between 0 and 1.
    error
        `relative` for `g_coefficient`, `absolute` for `dependability`.
    sizes
        Numbers of conditions of the facets other than jurors.
    fixed, distance
        As for `dependability`.

    Returns
    -------
    int
        1 or more.

    Raises
    ------
    NotDefined
        More than `MOST_JURORS` would be needed, or no number would do.

    Source
    ------
    Brennan (2001), Generalizability Theory, ch. 4: with universe score variance u and error a + b / n, the target t is
    met from n = b / (u (1 - t) / t - a) on.
    """
    one, endless = (decision_study(components, sizes={**sizes, "juror": n}, fixed=fixed) for n in (1, inf))
    lasting = getattr(endless, error)
    room = (one.universe + distance) * (1 - target) / target - lasting
    needed = getattr(one, error) - lasting
    if room <= 0 or needed > MOST_JURORS * room:
        raise NotDefined("too_many_jurors", f"More than {MOST_JURORS} jurors would be needed for {target:g}.")
    return max(1, ceil(needed / room * (1 - ROUNDING)))


def icc_reml(ratings: np.ndarray, *, form: Form) -> float:
    """Intraclass correlation from the components of dossier + juror + residual by REML, every mark kept.

    Parameters
    ----------
    ratings : array, shape (units, jurors)
        Points, NaN where a juror did not rate.
    form
        `icc_a1`, `icc_ak`: agreement, severity counts as error. `icc_c1`, `icc_ck`: consistency. k is the harmonic mean
        of the numbers of jurors of a unit.

    Returns
    -------
    float
        0-1.

    Raises
    ------
    NotDefined
        Fewer than two units or jurors, no unit with two marks, no variation, a design that cannot tell units, jurors
        and residual apart, or marks that a unit and a juror effect explain to the last digit. Only where the jurors of
        every unit agree perfectly it is 1.

    Source
    ------
    McGraw & Wong (1996), Psychol. Methods 1, 30-46, case 2; REML for missing cells: Searle, Casella & McCulloch (1992),
    Variance Components, ch. 6. With every cell there and no component at zero it is the ICC of mean squares.

    >>> table = np.array([[1, 2, 2], [4, 4, np.nan], [6, 9, 8], [3, np.nan, 5]])
    >>> round(icc_reml(table, form="icc_a1"), 3)
    0.837
    """
    table = rating_table(ratings)
    table = table[(~np.isnan(table)).any(axis=1)]
    if len(table) < 2:
        raise NotDefined("too_few_units", "A component of units needs two of them; here there is one.")
    paired_units(table)
    check_variation(table)
    if (np.nanmax(table, axis=1) == np.nanmin(table, axis=1)).all():
        return 1.0
    components = two_way_components(table)
    number = (~np.isnan(table)).sum(axis=1)
    size = {"juror": 1.0 if form.endswith("1") else float(1 / (1 / number).mean())}
    return (dependability if "_a" in form else g_coefficient)(components, sizes=size)


def two_way_components(table: np.ndarray) -> Components:
    """Give the components of dossier, juror and residual of a units × jurors table by REML, NaN where no mark is.

    Raises
    ------
    NotDefined
        As `reml.variance_components`.
    """
    return _two_way_components(table.tobytes(), table.shape)


@lru_cache(maxsize=64)  # four forms ask for the same table
def _two_way_components(table: bytes, shape: tuple[int, int]) -> Components:
    ratings = np.frombuffer(table).reshape(shape)
    units, jurors = np.nonzero(~np.isnan(ratings))
    factors = {"dossier": units, "juror": jurors}
    return variance_components(ratings[units, jurors], factors, terms=("dossier", "juror"), block="dossier")


def _share(universe: float, error: float) -> float:
    if universe + error <= 0:
        raise NotDefined("no_variation", "Every variance component is zero.")
    return universe / (universe + error)
