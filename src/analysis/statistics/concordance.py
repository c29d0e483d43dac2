"""How far jurors put the units in the same order: Kendall's W, mean rank correlations over pairs of jurors.

Only the order of a juror's own marks counts. W needs units that every juror rated; its form for pairs and the mean
correlations look at each two jurors on the units both rated, ranked anew among these. In a resample a unit drawn twice
is tied with itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations

import numpy as np
from scipy.stats import chi2

from analysis.errors import NotDefined
from analysis.statistics.ratings import complete_units, paired_units, rating_table
from analysis.statistics.reliability import Test
from analysis.statistics.resample import Reweighted

FEWEST_COMMON = 3  # units; two are in the same or in the opposite order, whoever judges
PERFECT = 1e-9  # a correlation nearer to 1 or -1 than this is rounding

Function = Callable[[np.ndarray], np.ndarray]


def kendall_w(ratings: np.ndarray) -> float:
    """Kendall's W: how far the jurors put the units in the same order.

    Parameters
    ----------
    ratings : array, shape (units, jurors)
        Points, NaN where a juror did not rate; only units that every juror rated count.

    Returns
    -------
    float
        No unit, 0-1; 0 = no common order, 1 = the same order. Corrected for ties.

    Raises
    ------
    NotDefined
        Fewer than two jurors or complete units, or no juror tells any units apart.

    Source
    ------
    Kendall & Babington Smith (1939), Ann. Math. Stat. 10, 275-287; ties as in Kendall & Gibbons (1990), Rank
    Correlation Methods, ch. 6.

    >>> kendall_w(np.array([[1, 2], [2, 4], [3, 9]]))
    1.0
    """
    return _of_complete(ratings, _corrected)


def kendall_w_uncorrected(ratings: np.ndarray) -> float:
    """Kendall's W without the correction for ties: below 1 where jurors give equal marks, however well they agree.

    Parameters, range (0 to 1), errors and source as for `kendall_w`.
    """
    return _of_complete(ratings, _uncorrected)


def kendall_w_pairs(ratings: np.ndarray) -> float:
    """Kendall's W for units that not every juror rated, from each two jurors on their common units.

    W = r + (1 - r)·mean(1/k), k = jurors of a unit. r = summed covariances of the ranks of all pairs of jurors over the
    summed means of their variances, each pair divided by m(m + 1), so that m common units weigh m - 1.

    Parameters
    ----------
    ratings : array, shape (units, jurors)
        Points, NaN where a juror did not rate; units with two marks count.

    Returns
    -------
    float
        No unit, at most 1 = all pairs in the same order; `kendall_w` where every juror rated every unit, also with
        ties. Above -1; below 0 only where cells are missing.

    Raises
    ------
    NotDefined
        No unit with two marks; or no juror tells apart units that another juror rated too.

    Source
    ------
    W = (1 + (k - 1) r) / k: Kendall & Gibbons (1990), Rank Correlation Methods, ch. 6; correlations over blocks
    weighted by m - 1: Taylor (1987), Biometrics 43, 409-416.
    """
    return _of_pairs(ratings, _pairs_function, fewest=2)


def kendall_test(ratings: np.ndarray) -> Test:
    """Chi-square test that the jurors' orders of the units have nothing in common (W = 0), after Friedman.

    Parameters
    ----------
    ratings : array, shape (units, jurors)
        As for `kendall_w`: units that every juror rated count.

    Returns
    -------
    Test
        Chi-square, its degrees of freedom (units - 1), p value.

    Raises
    ------
    NotDefined
        As `kendall_w`.

    Source
    ------
    Kendall & Gibbons (1990), Rank Correlation Methods, ch. 6: chi-square = jurors (units - 1) W.
    """
    table, complete = complete_units(rating_table(ratings))
    units, jurors = int(complete.sum()), table.shape[1]
    value = jurors * (units - 1) * kendall_w(ratings)
    return Test(value, units - 1, float(chi2.sf(value, units - 1)))


def mean_spearman(ratings: np.ndarray) -> float:
    """Mean over pairs of jurors of Spearman's rank correlation on the units both rated.

    Pairs with fewer than `FEWEST_COMMON` common units, or of which one juror does not tell these apart, are left out.
    For two columns it is Spearman's correlation of these two jurors.

    Parameters
    ----------
    ratings : array, shape (units, jurors)
        Points, NaN where a juror did not rate.

    Returns
    -------
    float
        No unit, from -1 = opposite orders to 1 = the same order. Ties have mid-ranks.

    Raises
    ------
    NotDefined
        No unit with two marks, no pair with `FEWEST_COMMON` common units, or none that tells them apart.

    Source
    ------
    Spearman (1904), Am. J. Psychol. 15, 72-101; Kendall & Gibbons (1990), Rank Correlation Methods, ch. 6.

    >>> mean_spearman(np.array([[1, 2], [2, 9], [3, 4]]))
    0.5
    """
    return _of_pairs(ratings, _spearman_function)


def mean_spearman_fisher(ratings: np.ndarray) -> float:
    """Mean over pairs of jurors of Spearman's correlation, averaged as Fisher's z.

    Pairs in perfect order have no z and are left out; where all pairs are perfect it is their plain mean. Parameters,
    range and errors are those of `mean_spearman`.

    Source
    ------
    Fisher (1921), Metron 1, 3-32.
    """
    return _of_pairs(ratings, _fisher_function)


def mean_kendall_tau(ratings: np.ndarray) -> float:
    """Mean over pairs of jurors of Kendall's tau-b on the units both rated.

    Tau-b: pairs of units in the same order less those in the opposite order, over the geometric mean of the numbers of
    pairs that each juror tells apart; -1 to 1. Pairs of jurors are left out, and errors raised, as by `mean_spearman`.

    Source
    ------
    Kendall (1945), Biometrika 33, 239-251; the mean over pairs: Ehrenberg (1952), Biometrika 39, 82-87.

    >>> mean_kendall_tau(np.array([[1, 2], [2, 9], [3, 4]]))
    0.3333333333333333
    """
    return _of_pairs(ratings, _tau_function)


def resampled_kendall_w(ratings: np.ndarray, cluster: np.ndarray) -> Reweighted:
    """Prepare Kendall's W for resampling of clusters."""
    return _resampled_complete(ratings, cluster, _corrected)


def resampled_kendall_w_uncorrected(ratings: np.ndarray, cluster: np.ndarray) -> Reweighted:
    """Prepare Kendall's W without correction for ties for resampling of clusters."""
    return _resampled_complete(ratings, cluster, _uncorrected)


def resampled_kendall_w_pairs(ratings: np.ndarray, cluster: np.ndarray) -> Reweighted:
    """Prepare Kendall's W over pairs of jurors for resampling of clusters."""
    return _resampled_pairs(ratings, cluster, _pairs_function)


def resampled_mean_spearman(ratings: np.ndarray, cluster: np.ndarray) -> Reweighted:
    """Prepare the mean of Spearman's correlations for resampling of clusters."""
    return _resampled_pairs(ratings, cluster, _spearman_function)


def resampled_mean_spearman_fisher(ratings: np.ndarray, cluster: np.ndarray) -> Reweighted:
    """Prepare the mean of Fisher's z of Spearman's correlations for resampling of clusters."""
    return _resampled_pairs(ratings, cluster, _fisher_function)


def resampled_mean_kendall_tau(ratings: np.ndarray, cluster: np.ndarray) -> Reweighted:
    """Prepare the mean of Kendall's tau-b for resampling of clusters."""
    return _resampled_pairs(ratings, cluster, _tau_function)


def _of_complete(ratings: np.ndarray, function: Callable[[np.ndarray], Function]) -> float:
    table, complete = complete_units(rating_table(ratings))
    value = function(table[complete])(np.ones((1, complete.sum())))[0]
    if np.isnan(value):
        raise NotDefined("no_variation", "No juror tells any of the units apart.")
    return float(value)


def _of_pairs(ratings: np.ndarray, function: Callable[[np.ndarray], Function], fewest: int = FEWEST_COMMON) -> float:
    table = rating_table(ratings)
    table = table[paired_units(table)]
    value = function(table)(np.ones((1, len(table))))[0]
    if not np.isnan(value):
        return float(value)
    common = max(int(units.sum()) for _, _, units in _pairs(table))
    if common < fewest:
        raise NotDefined("too_few_units", f"No two jurors rated {fewest} common units; here {common} at most.")
    raise NotDefined("no_variation", "No two jurors tell their common units apart.")


def _resampled_complete(ratings: np.ndarray, cluster: np.ndarray, function: Callable) -> Reweighted:
    table, complete = complete_units(rating_table(ratings))
    return Reweighted(function(table[complete]), cluster, complete)


def _resampled_pairs(ratings: np.ndarray, cluster: np.ndarray, function: Callable) -> Reweighted:
    table = rating_table(ratings)
    paired = paired_units(table)
    return Reweighted(function(table[paired]), cluster, paired)


def _corrected(table: np.ndarray) -> Function:
    """Give W of complete units, corrected for ties, as a function of unit weights."""

    def function(weights: np.ndarray) -> np.ndarray:
        common, own = _rank_squares(table, weights)
        return _share(common, table.shape[1] * own)

    return function


def _uncorrected(table: np.ndarray) -> Function:
    """Give W of complete units, as if no marks were tied, as a function of unit weights."""

    def function(weights: np.ndarray) -> np.ndarray:
        common, own = _rank_squares(table, weights)
        units = weights.sum(axis=1)
        return np.where(own > 0, _share(common, table.shape[1] ** 2 * (units**3 - units) / 12), np.nan)

    return function


def _rank_squares(table: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give the sums of squares of the units' rank sums, and of all ranks, around their means."""
    total, own = np.zeros(weights.shape), np.zeros(len(weights))
    for column in table.T:
        ranks, _ = _mid_ranks(column, weights)
        total += ranks
        own += np.einsum("ru,ru,ru->r", weights, ranks, ranks)
    return np.einsum("ru,ru,ru->r", weights, total, total), own


def _mid_ranks(column: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give the mid-ranks of the weighted units less their mean, and how many are tied with each (with itself too)."""
    order = np.argsort(column, kind="stable")
    ordered = column[order]
    first, after = (np.searchsorted(ordered, column, side=side) for side in ("left", "right"))
    running = np.zeros((len(weights), len(column) + 1))
    np.cumsum(weights[:, order], axis=1, out=running[:, 1:])
    below, up_to = running[:, first], running[:, after]
    return (below + up_to - running[:, -1:]) / 2, up_to - below


def _pairs(table: np.ndarray) -> Iterator[tuple[int, int, np.ndarray]]:
    """Give each two jurors and the units both rated, where there is one."""
    rated = ~np.isnan(table)
    for one, other in combinations(range(table.shape[1]), 2):
        common = rated[:, one] & rated[:, other]
        if common.any():
            yield one, other, common


def _pair_moments(table: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, ...]:
    """Give each pair's number of common units, summed products of ranks, and each juror's summed squares of ranks."""
    known: dict[tuple[int, bytes], tuple[np.ndarray, np.ndarray, np.ndarray]] = {}

    def ranked(juror: int, common: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        key = juror, common.tobytes()
        if key not in known:
            ranks, _ = _mid_ranks(table[common, juror], weights[:, common])
            weighted = weights[:, common] * ranks
            known[key] = ranks, weighted, np.einsum("ru,ru->r", weighted, ranks)
        return known[key]

    moments = []
    for one, other, common in _pairs(table):
        ranks, _, square = ranked(one, common)
        _, weighted, other_square = ranked(other, common)
        product = np.einsum("ru,ru->r", weighted, ranks)
        moments.append((weights[:, common].sum(axis=1), product, square, other_square))
    return tuple(np.array(part) for part in zip(*moments, strict=True))


def _pairs_function(table: np.ndarray) -> Function:
    jurors = (~np.isnan(table)).sum(axis=1)

    def function(weights: np.ndarray) -> np.ndarray:
        number, product, *squares = _pair_moments(table, weights)
        scale = np.maximum(number * (number + 1), 1)
        correlation = _share((product / scale).sum(axis=0), (sum(squares) / 2 / scale).sum(axis=0))
        alone = _share(weights @ (1 / jurors), weights.sum(axis=1))
        return correlation + (1 - correlation) * alone

    return function


def _correlations(table: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Give Spearman's correlation of each pair (pairs × resamples), NaN for those that are left out."""
    number, product, *squares = _pair_moments(table, weights)
    return _of_enough(number, product, squares)


def _spearman_function(table: np.ndarray) -> Function:
    return lambda weights: _mean(_correlations(table, weights))


def _fisher_function(table: np.ndarray) -> Function:
    def function(weights: np.ndarray) -> np.ndarray:
        values = _correlations(table, weights)
        perfect = np.abs(values) > 1 - PERFECT
        averaged = np.tanh(_mean(np.arctanh(np.where(perfect, np.nan, values))))
        return np.where(np.isnan(averaged), _mean(values), averaged)

    return function


def _tau_function(table: np.ndarray) -> Function:
    def function(weights: np.ndarray) -> np.ndarray:
        values = []
        for one, other, common in _pairs(table):
            drawn = weights[:, common]
            number = drawn.sum(axis=1)
            apart, signs = [], np.ones(())
            for juror in (one, other):
                column = table[common, juror]
                tied = _mid_ranks(column, drawn)[1]
                apart.append(number**2 - np.einsum("ru,ru->r", drawn, tied))
                signs = signs * np.sign(column[:, None] - column)
            agreeing = np.einsum("ru,ru->r", drawn @ signs, drawn)
            values.append(_of_enough(number, agreeing, apart))
        return _mean(np.array(values))

    return function


def _of_enough(number: np.ndarray, product: np.ndarray, squares: list[np.ndarray]) -> np.ndarray:
    """Divide by the geometric mean of the squares, where there are enough common units and both jurors vary."""
    size = np.where((number >= FEWEST_COMMON) & (squares[0] > 0) & (squares[1] > 0), squares[0] * squares[1], np.nan)
    return np.clip(product / np.sqrt(size), -1, 1)


def _mean(values: np.ndarray) -> np.ndarray:
    """Average over pairs (rows) what is not NaN."""
    there = ~np.isnan(values)
    return _share(np.where(there, values, 0.0).sum(axis=0), there.sum(axis=0))


def _share(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(below > 0, above / below, np.nan)
