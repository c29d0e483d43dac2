"""How far the elements of a facet can be told apart: separation, strata, reliability, chi-squares."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2

from analysis.statistics.rasch.elements import ElementTable


@dataclass(frozen=True)
class Separation:
    """Spread of measures beside their standard errors.

    `rmse`: root mean square standard error; `true_sd`: standard deviation corrected for it (0 where chance alone
    would spread measures as far); `separation` = true_sd/rmse; `strata` = (4 separation + 1)/3, levels that can be
    told apart; `reliability` = true variance/observed variance. Of jurors read it as "reliably different severities":
    high means that they differ, not that they agree.
    """

    rmse: float
    true_sd: float
    separation: float
    strata: float
    reliability: float


@dataclass(frozen=True)
class FacetSummary:
    """One facet as a whole; elements with extreme scores and without ratings are left out.

    `population`, `sample`: the elements are all there are, or a sample (divisor n or n - 1). `fixed_chi2`: all
    measures are equal. `random_chi2`: measures are a normal sample (small p = they are not). `p` values: upper tail.
    """

    name: str
    elements: int
    mean: float
    population: Separation
    sample: Separation
    fixed_chi2: float
    fixed_df: int
    fixed_p: float
    random_chi2: float
    random_df: int
    random_p: float


def facet_summary(table: ElementTable, *, errors: str = "se") -> FacetSummary:
    """Summarise the elements of a facet.

    Parameters
    ----------
    table
        The elements.
    errors
        "se", "real_se" or "joint_se": which standard errors.

    Returns
    -------
    FacetSummary
        NaN where fewer than two (random: three) elements are left.

    Source
    ------
    Wright & Masters (1982), p. 92 and 105-106 (separation, strata, reliability); Hedges & Olkin (1985), Statistical
    methods for meta-analysis, ch. 6 and 9 (chi-squares), as FACETS prints them.
    """
    used = (table.extreme == 0) & (table.count > 0)
    measure, se = table.measure[used], getattr(table, errors)[used]
    used = se > 0
    measure, se = measure[used], se[used]
    number = len(measure)
    fixed = homogeneity(measure, 1 / se**2) if number >= 2 else np.nan
    sample = separation(measure, se, lost=1)
    between = sample.true_sd**2
    random = homogeneity(measure, 1 / (between + se**2)) if number >= 3 else np.nan
    return FacetSummary(
        name=table.name, elements=number, mean=float(measure.mean()) if number else np.nan,
        population=separation(measure, se, lost=0), sample=sample,
        fixed_chi2=fixed, fixed_df=max(number - 1, 0), fixed_p=float(chi2.sf(fixed, max(number - 1, 1))),
        random_chi2=random, random_df=max(number - 2, 0), random_p=float(chi2.sf(random, max(number - 2, 1))),
    )  # fmt: skip


def separation(measure: np.ndarray, se: np.ndarray, *, lost: int) -> Separation:
    """Give the separation of measures; `lost` degrees of freedom, 1 for a sample."""
    if len(measure) < 2:
        return Separation(*[float("nan")] * 5)
    observed = float(measure.var(ddof=lost))
    error = float((se**2).mean())
    true = max(observed - error, 0.0)
    ratio = float(np.sqrt(true / error))
    reliability = true / observed if observed > 0 else float("nan")
    return Separation(float(np.sqrt(error)), float(np.sqrt(true)), ratio, (4 * ratio + 1) / 3, reliability)


def homogeneity(measure: np.ndarray, weight: np.ndarray) -> float:
    """Weighted sum of squares around the weighted mean."""
    return float((weight * measure**2).sum() - (weight * measure).sum() ** 2 / weight.sum())
