"""Intervals of reliability by generalized pivots: dossiers and jurors at random, any cells missing.

The model is mark = mean + dossier + juror + residual, all normal, one mark a cell; a juror's taste for a dossier is in
the residual. A pivot is a function of the marks and of the components with a known distribution; solved for the
components at random draws of that distribution it gives draws whose quantiles are the ends of intervals, of the
components and of everything made of them. The residual comes from its chi-square. The dossiers' component solves

    sum of z² / (residual + eigenvalue × dossier) = chi-square

where z are the dossiers' sums on the eigenvectors of their design, jurors projected out; it is zero where the draw
leaves nothing. The jurors' component comes in the same way, dossiers projected out. With every cell there the pivots
are those of the two-way analysis of variance, and the interval of ICC(C,1) is the exact one of the F distribution.

The unit is the dossier: dossiers of one office count as independent of each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from analysis.errors import NotDefined
from analysis.statistics.generalizability import MOST_JURORS, Form
from analysis.statistics.ratings import centred, rating_table
from analysis.statistics.resample import Interval
from analysis.statistics.targets import LIKE_THESE, THESE, speaking_of
from analysis.statistics.variance import FLAT, check_variation

DRAWS = 4000
STEPS = 100  # Newton needs four to eight
CLOSE = 1e-9

Target = Literal["these", "like_these"]


@dataclass(frozen=True)
class ComponentDraws:
    """Draws of the variance components of a table of ratings.

    Parameters
    ----------
    dossier, juror, residual : array, shape (draws,)
        Components, in squared units of the marks, zero or more.
    mean
        Mean over dossiers of their mean over jurors.
    mean_variance : array, shape (draws,)
        Error variance of that mean.
    normal : array, shape (draws,)
        Standard normal draws, for what else is estimated from the mean.
    harmonic
        Harmonic mean of the numbers of jurors of a dossier.
    jurors
        Number of jurors who rated.
    target
        `these`: the juror component is the mean square of these jurors' own severities. `like_these`: it is the
        variance of severity among the jurors they stand for.
    """

    dossier: np.ndarray
    juror: np.ndarray
    residual: np.ndarray
    mean: float
    mean_variance: np.ndarray
    normal: np.ndarray
    harmonic: float
    jurors: int
    target: Target


def component_draws(
    ratings: np.ndarray, *, target: Target, rng: np.random.Generator, draws: int = DRAWS
) -> ComponentDraws:  # fmt: skip
    """Draw the components of dossiers, jurors and residual from their generalized pivots.

    Parameters
    ----------
    ratings : array, shape (units, jurors)
        Points or weighted composites, NaN where a juror did not rate.
    target
        Whether numbers shall speak of other units before `these` jurors or also before other jurors `like_these`.
    rng
        Random numbers.
    draws
        How many.

    Returns
    -------
    ComponentDraws
        Squared units of the marks, shape (draws,) each; 0 or more.

    Raises
    ------
    NotDefined
        Fewer than two units or jurors that the design lets compare, no degree of freedom left for the residual, or
        marks that a dossier and a juror effect explain to the last digit.

    Source
    ------
    Weerahandi (1993), J. Am. Stat. Assoc. 88, 899-905; Burdick, Borror & Montgomery (2005), Design and Analysis of
    Gauge R&R Studies; Hannig, Iyer & Patterson (2006), J. Am. Stat. Assoc. 101, 254-269; the equation for unbalanced
    designs as in Wald (1947), Ann. Math. Stat. 18, 586-589.
    """
    table = _rated_part(rating_table(ratings))
    rated = ~np.isnan(table)
    marks = np.where(rated, centred(table), 0.0)
    dossiers, jurors = _contrasts(rated, marks), _contrasts(rated.T, marks.T)
    squares, degrees = _residual(rated, marks, dossiers)
    _check(table, dossiers, jurors, squares, degrees)
    residual = squares / rng.chisquare(degrees, draws)
    dossier = residual * _ratio_draws(dossiers, residual, rng)
    number, weight = rated.sum(axis=1), (rated / rated.sum(axis=1)[:, None]).mean(axis=0)
    variance = dossier / len(table) + residual * (1 / number).sum() / len(table) ** 2
    if target == "like_these":
        juror = residual * _ratio_draws(jurors, residual, rng)
        variance = variance + juror * (weight**2).sum()
    else:
        juror = residual * _mean_square_draws(jurors, residual, rng)
    mean, harmonic = float(np.nanmean(table, axis=1).mean()), float(1 / (1 / number).mean())
    normal = rng.standard_normal(draws)
    return ComponentDraws(dossier, juror, residual, mean, variance, normal, harmonic, table.shape[1], target)


def icc_draws(draws: ComponentDraws, *, form: Form) -> np.ndarray:
    """Give draws of an intraclass correlation, 0 to 1; k is the harmonic mean of the numbers of jurors of a dossier."""
    jurors = 1.0 if form.endswith("1") else draws.harmonic
    return dependability_draws(draws, jurors=jurors) if "_a" in form else g_draws(draws, jurors=jurors)


def g_draws(draws: ComponentDraws, *, jurors: float) -> np.ndarray:
    """Give draws of the generalizability coefficient of the mean of this many jurors, 0 to 1."""
    return draws.dossier / (draws.dossier + draws.residual / jurors)


def dependability_draws(draws: ComponentDraws, *, jurors: float, line: float | None = None) -> np.ndarray:
    """Give draws of the dependability of the mean of this many jurors, or of decisions at a line, 0 to 1."""
    signal = draws.dossier if line is None else draws.dossier + distance_draws(draws, line=line)
    return signal / (signal + (draws.juror + draws.residual) / jurors)


def distance_draws(draws: ComponentDraws, *, line: float) -> np.ndarray:
    """Give draws of the squared distance of the mean of all dossiers from a line, 0 or more, in squared marks."""
    return np.maximum(abs(draws.mean - line) - draws.normal * np.sqrt(draws.mean_variance), 0.0) ** 2


def needed_draws(
    draws: ComponentDraws, *, target: float, error: Literal["relative", "absolute"], line: float | None = None
) -> np.ndarray:  # fmt: skip
    """Give draws of the fewest jurors for a coefficient to reach a target; infinite where more than `MOST_JURORS`.

    Parameters
    ----------
    draws
        As `component_draws` gives them.
    target
        Between 0 and 1.
    error
        `relative` for the generalizability coefficient, `absolute` for dependability.
    line
        As for `dependability_draws`.
    """
    noise = draws.residual + (draws.juror if error == "absolute" else 0.0)
    signal = draws.dossier if line is None else draws.dossier + distance_draws(draws, line=line)
    with np.errstate(divide="ignore"):
        needed = np.maximum(np.ceil(noise * target / (1 - target) / signal), 1.0)
    return np.where(needed <= MOST_JURORS, needed, np.inf)


def pivot_interval(values: np.ndarray, draws: ComponentDraws, *, confidence: float = 0.95) -> Interval:
    """Give the interval between the quantiles of draws; the upper end of `needed_draws` may be infinite.

    Parameters
    ----------
    values : array, shape (draws,)
        Made of `draws`.
    draws
        What they were made of: the method is told from it.
    confidence
        Between 0 and 1.

    Returns
    -------
    Interval
        In the unit of the values, without a standard error; its `interval` names the target.
    """
    tails = [(1 - confidence) / 2, (1 + confidence) / 2]
    low, high = np.quantile(values, tails, method="inverted_cdf")
    interval = Interval(float(low), float(high), float("nan"), confidence, f"generalized pivots, {len(values)} draws")
    return speaking_of(interval, LIKE_THESE if draws.target == "like_these" else THESE, jurors=draws.jurors)


@dataclass(frozen=True)
class _Contrasts:
    """Independent contrasts of dossiers (or jurors), the other side projected out, those of one eigenvalue together.

    Parameters
    ----------
    eigenvalues, squares, numbers : array, shape (different eigenvalues,)
        The sum of `squares` of so many contrasts is (residual + eigenvalue × component) × chi-square.
    """

    eigenvalues: np.ndarray
    squares: np.ndarray
    numbers: np.ndarray


def _rated_part(table: np.ndarray) -> np.ndarray:
    rated = ~np.isnan(table)
    return table[rated.any(axis=1)][:, rated.any(axis=0)]


def _contrasts(rated: np.ndarray, marks: np.ndarray) -> _Contrasts:
    """Project the columns out of the rows' sums and put these on the eigenvectors of their design."""
    number = rated.sum(axis=0)
    design = np.diag(rated.sum(axis=1)) - (rated / number) @ rated.T
    sums = marks.sum(axis=1) - rated @ (marks.sum(axis=0) / number)
    eigenvalues, vectors = np.linalg.eigh(design)
    kept = eigenvalues > CLOSE * rated.sum()
    eigenvalues, vectors = eigenvalues[kept], vectors[:, kept]
    starts = np.flatnonzero(np.diff(eigenvalues, prepend=-np.inf) > CLOSE * rated.sum())
    if not len(starts):
        return _Contrasts(eigenvalues, eigenvalues, starts)
    squares = np.add.reduceat((vectors.T @ sums) ** 2 / eigenvalues, starts)
    return _Contrasts(eigenvalues[starts], squares, np.diff(starts, append=len(eigenvalues)))


def _residual(rated: np.ndarray, marks: np.ndarray, dossiers: _Contrasts) -> tuple[float, int]:
    """Give the squares that dossiers and jurors leave, and their degrees of freedom."""
    within_jurors = (marks**2).sum() - (marks.sum(axis=0) ** 2 / rated.sum(axis=0)).sum()
    squares = within_jurors - dossiers.squares.sum()
    return float(squares), int(rated.sum()) - rated.shape[1] - int(dossiers.numbers.sum())


def _check(table: np.ndarray, dossiers: _Contrasts, jurors: _Contrasts, squares: float, degrees: int) -> None:
    check_variation(table)
    if not len(jurors.numbers):
        raise NotDefined("one_juror", "No two jurors rated a unit in common, so their severities do not compare.")
    if not len(dossiers.numbers) or degrees < 1:
        raise NotDefined("too_few_units", f"{len(table)} units leave no degree of freedom for the residual.")
    if squares <= FLAT * (dossiers.squares.sum() + jurors.squares.sum()):
        raise NotDefined("perfect", "The jurors' marks differ by a constant only: pivots have no width.")


def _ratio_draws(contrasts: _Contrasts, residual: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Solve sum of z² / (1 + eigenvalue × ratio) = residual × chi-square for the ratio, zero where none solves it.

    One over the sum is concave in the ratio and near to a line, so Newton's steps rise to the solution from zero.
    """
    wanted = residual * rng.chisquare(contrasts.numbers.sum(), len(residual))
    squares, ratio = contrasts.squares, np.zeros(len(residual))
    solvable = squares.sum() > wanted
    goal, found = wanted[solvable], np.zeros(int(solvable.sum()))
    for _ in range(STEPS):
        shrunk = 1 / (1 + np.multiply.outer(found, contrasts.eigenvalues))
        total, slope = shrunk @ squares, shrunk**2 @ (squares * contrasts.eigenvalues)
        step = (total / goal - 1) * total / slope
        found += step
        if (step <= CLOSE * found).all():
            break
    ratio[solvable] = found
    return ratio


def _mean_square_draws(contrasts: _Contrasts, residual: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw the mean square of these severities over the residual, by the noncentral chi-square of their contrasts.

    The sum of squares of the estimated severities is, in units of the residual over the harmonic mean of the
    eigenvalues, noncentral chi-square with their number of degrees of freedom; exact where the eigenvalues are equal.
    Its noncentrality is drawn from one normal and a chi-square, the normal's mirrored tail beyond zero left out.
    """
    number = int(contrasts.numbers.sum())
    typical = number / (contrasts.numbers / contrasts.eigenvalues).sum()
    observed = (contrasts.squares / contrasts.eigenvalues).sum() * typical / residual
    others = rng.chisquare(number - 1, len(residual)) if number > 1 else 0.0
    left = observed - others
    root = np.sqrt(np.maximum(left, 0.0)) - rng.standard_normal(len(residual))
    return np.where(left > 0, np.maximum(root, 0.0) ** 2, 0.0) / (typical * number)
