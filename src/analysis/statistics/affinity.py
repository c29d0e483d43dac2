"""Marks for a juror's own dossiers (home region, employer, a known office) beside the juror's other marks.

A difference says that the marks differ. It is no proof of intent: own dossiers may differ in what jurors look for.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
from scipy.sparse import csr_array
from scipy.stats import t

from analysis.errors import NotDefined
from analysis.statistics.ranks import places

FEWEST = 3  # own dossiers, and others, below which nothing is said of a juror
EXACT = 20_000  # divisions of a juror's offices up to which all are looked at
FIRST_DRAWS, MOST_DRAWS = 2_000, 20_000
CLEAR = 20  # shuffles as far out as the data that settle a p value
SAME = 1e-9


@dataclass(frozen=True)
class Affinity:
    """Points more that jurors gave their own dossiers than their others; arrays have an entry a juror, the last all.

    `value`, `se`, `low`, `high`: points; all but the value NaN where own dossiers come from one office. `df`: own
    offices less 1. `p_value`: two-sided. `own`, `others`: dossiers. A value is NaN where there are fewer than three
    of either, or the design cannot tell it from the effects of jurors and dossiers.
    """

    value: np.ndarray
    se: np.ndarray
    low: np.ndarray
    high: np.ndarray
    df: np.ndarray
    p_value: np.ndarray
    own: np.ndarray
    others: np.ndarray
    confidence: float

    def check(self, place: int) -> None:
        """Refuse a juror (or, at -1, the panel) of whom nothing can be said.

        Raises
        ------
        NotDefined
            Too few own or other dossiers ("too_few_units"), or no estimate ("confounded").
        """
        own, others = int(self.own[place]), int(self.others[place])
        if min(own, others) < FEWEST:
            counts = f"own dossiers with another juror's mark: {own}, others: {others}"
            raise NotDefined("too_few_units", f"{counts}; {FEWEST} of each are needed")
        if np.isnan(self.value[place]):
            raise NotDefined("confounded", "own dossiers cannot be told from the effects of jurors and dossiers")


def permutation_affinity(
    cube: np.ndarray, own: np.ndarray, *, cluster: np.ndarray, rng: np.random.Generator, confidence: float = 0.95
) -> Affinity:
    """Compare each juror's own dossiers with the others, and shuffle which offices are own.

    A mark is taken less the mean of the other jurors on the same dossier and criterion for whom the dossier is not
    own, then less the juror's mean on the criterion; a dossier is the mean over its criteria. Value: mean over own
    dossiers less mean over the others; of the panel: the mean of its jurors' values weighted by own dossiers. Under
    the null hypothesis any of a juror's offices might have been the own ones: all divisions are looked at where they
    are few, else some are drawn, the more the farther out the data lie.

    Parameters
    ----------
    cube : array, shape (dossiers, jurors, criteria)
        Points, NaN where not rated.
    own : array of bool, shape (dossiers, jurors)
        Which dossiers are a juror's own.
    cluster : array, shape (dossiers,)
        Office of each dossier; dossiers of one office move together.
    rng
        Random numbers; each juror draws from a stream of its own.
    confidence
        Confidence of the intervals: t, linearised over offices, with as many degrees of freedom as own offices, less 1.

    Source
    ------
    Good (2005), Permutation, Parametric and Bootstrap Tests of Hypotheses, ch. 3; (b + 1)/(m + 1) of Phipson & Smyth
    (2010), Stat. Appl. Genet. Mol. Biol. 9, 39.
    """
    marks = relative_marks(cube, own)
    office = np.unique(np.asarray(cluster), return_inverse=True)[1].ravel()
    counts, both = _counts(own, np.isfinite(marks))
    share = np.where(both, counts[0, :-1], 0) / max(1, counts[0, -1])
    value, variance = _differences(marks, own, share, office)
    streams = rng.spawn(counts.shape[1])
    blocks = {juror: _blocks(marks[:, juror], own[:, juror], office) for juror in np.flatnonzero(both)}
    p = np.full(counts.shape[1], np.nan)
    for place in np.flatnonzero((counts >= FEWEST).all(axis=0)):
        whole = place == len(both)
        chosen = [(one, share[juror]) for juror, one in blocks.items()] if whole else [(blocks[place], 1.0)]
        p[place] = _permutation_p(chosen, streams[place])
    offices = _own_offices(own & np.isfinite(marks), both, office)
    return _affinity(value, variance, offices, counts, p, confidence)


def fixed_affinity(cube: np.ndarray, own: np.ndarray, *, cluster: np.ndarray, confidence: float = 0.95) -> Affinity:
    """Estimate how much more each juror gives own dossiers beside effects of jurors and of dossiers.

    mark = dossier × criterion + juror × criterion + own (of this juror) + error, by least squares: within each
    criterion dossiers and jurors are swept out of the marks and of the flags of every juror. For the panel the model
    has one difference for all. Errors are clustered by office, their variance times k/(k - 1) and t with k - 1 degrees
    of freedom, k offices of own dossiers: they alone show how the difference varies.

    Parameters
    ----------
    cube, own, cluster, confidence
        As `permutation_affinity`.

    Source
    ------
    Frisch & Waugh (1933), Econometrica 1, 387-401 (sweeping out); Liang & Zeger (1986), Biometrika 73, 13-22
    (clustered errors); Donald & Lang (2007), Rev. Econ. Stat. 89, 221-233 (few clusters of a kind).
    """
    table = _paired(cube)
    rated = np.isfinite(table).any(axis=2)
    mine = own & rated
    counts, both = _counts(own, rated)
    office = np.unique(np.asarray(cluster), return_inverse=True)[1].ravel()
    value, variance = np.full(mine.shape[1] + 1, np.nan), np.full(mine.shape[1] + 1, np.nan)
    jurors = np.flatnonzero((counts[:, :-1] >= FEWEST).all(axis=0))
    for columns, groups in ((jurors, jurors[:, None]), (np.array([mine.shape[1]]), np.flatnonzero(both)[None, :])):
        if groups.size:
            value[columns], variance[columns] = _regression(table, mine, groups, office)
    offices = _own_offices(mine, both, office)
    found = _affinity(value, variance, offices, counts, np.full(len(value), np.nan), confidence)
    with np.errstate(invalid="ignore", divide="ignore"):
        p = 2 * t.sf(np.abs(found.value) / found.se, np.maximum(found.df, 1))
    return Affinity(**{**vars(found), "p_value": p})


def relative_marks(cube: np.ndarray, own: np.ndarray) -> np.ndarray:
    """Give each juror's marks of a dossier less those of others to whom it is not own, and less the juror's level.

    Returns
    -------
    array, shape (dossiers, jurors)
        Mean over criteria of: mark - mean of the others - the juror's mean of these on the criterion; NaN without any.

    >>> relative_marks(np.array([[[6.0], [5]], [[4], [5]]]), np.zeros((2, 2), dtype=bool))
    array([[ 1., -1.],
           [-1.,  1.]])
    """
    table = np.asarray(cube, dtype=float)
    rated = np.isfinite(table)
    neutral = rated & ~own[:, :, None]
    filled = np.where(rated, table, 0.0)
    count = neutral.sum(axis=1, keepdims=True) - neutral
    total = np.where(neutral, filled, 0.0)
    others = total.sum(axis=1, keepdims=True) - total
    used = rated & (count > 0)
    apart = np.where(used, filled - others / np.maximum(count, 1), 0.0)
    level = apart.sum(axis=0) / np.maximum(used.sum(axis=0), 1)
    number = used.sum(axis=2)
    return np.where(number > 0, (np.where(used, apart - level, 0.0)).sum(axis=2) / np.maximum(number, 1), np.nan)


@dataclass(frozen=True)
class Recusal:
    """What would change had a juror not marked the own dossiers: awards, and places of dossiers."""

    awards: int
    places: int


def recusal_effect(marks: np.ndarray, own: np.ndarray, *, groups: np.ndarray, awarded: np.ndarray) -> Recusal:
    """Rank dossiers by their mean over jurors with and without the marks for own dossiers.

    Parameters
    ----------
    marks : array, shape (dossiers, jurors)
        Composite marks, higher = better, NaN where not rated.
    own : array of bool, shape (dossiers, jurors)
        Marks to leave out.
    groups : array of int, shape (dossiers,)
        Category of each dossier, from 0: places are counted within it.
    awarded : array of int, shape (groups,)
        Awards of each category; the first places get them, a tie at the line all.

    Returns
    -------
    Recusal
        Dossiers awarded in one ranking and not in the other, and dossiers of another place. A dossier left without
        a mark keeps the one it has.

    >>> recusal_effect(np.array([[9.0, 5], [6, 6]]), np.array([[True, False], [False, False]]),
    ...                groups=np.array([0, 0]), awarded=np.array([1]))
    Recusal(awards=2, places=2)
    """
    table = np.asarray(marks, dtype=float)
    left = np.isfinite(table) & ~own
    left |= np.isfinite(table) & ~left.any(axis=1, keepdims=True)
    ranked = [_places(table, there, groups) for there in (np.isfinite(table), left)]
    line = np.asarray(awarded)[groups]
    won = [(place <= line) & (line > 0) for place in ranked]
    return Recusal(int((won[0] != won[1]).sum()), int((ranked[0] != ranked[1]).sum()))


def _places(table: np.ndarray, there: np.ndarray, groups: np.ndarray) -> np.ndarray:
    mean = np.where(there, table, 0.0).sum(axis=1) / np.maximum(there.sum(axis=1), 1)
    place = np.zeros(len(mean), dtype=int)
    for group in np.unique(groups):
        place[groups == group] = places(np.round(mean[groups == group], 9))
    return place


def _affinity(value, variance, offices, counts, p, confidence) -> Affinity:
    """Arrange estimates with their linearised variances; few own or others: all NaN; one own office: no error."""
    few = (counts < FEWEST).any(axis=0)
    df = np.where(few, np.nan, offices - 1.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        se = np.where((df > 0) & (variance > SAME**2), np.sqrt(variance * offices / df), np.nan)
    margin = t.ppf((1 + confidence) / 2, np.maximum(df, 1)) * se
    value, p = np.where(few, np.nan, value), np.where(few, np.nan, p)
    return Affinity(value, se, value - margin, value + margin, df, p, *counts, confidence)


def _counts(own: np.ndarray, rated: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Count own and other dossiers of each juror and of the panel, and tell who has some of both."""
    counts = np.array([(own & rated).sum(axis=0), (rated & ~own).sum(axis=0)])
    both = (counts > 0).all(axis=0)
    return np.column_stack([counts, counts[:, both].sum(axis=1)]), both


def _differences(
    marks: np.ndarray, own: np.ndarray, share: np.ndarray, office: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Mean of own less mean of other dossiers, the panel by `share`, and the variances linearised over offices."""
    rated = np.isfinite(marks)
    filled = np.where(rated, marks, 0.0)
    value, centred, contrast = np.zeros(len(share)), filled.copy(), np.zeros(marks.shape)
    for part, sign in ((own & rated, 1), (rated & ~own, -1)):
        number = np.maximum(part.sum(axis=0), 1)
        mean = np.where(part, filled, 0.0).sum(axis=0) / number
        value += sign * mean
        centred -= np.where(part, mean, 0.0)
        contrast += sign * part / number
    sums = _sorter(office) @ (contrast * centred)
    sums = np.column_stack([sums, sums @ share])
    return np.append(value, value @ share), (sums**2).sum(axis=0)


def _own_offices(mine: np.ndarray, both: np.ndarray, office: np.ndarray) -> np.ndarray:
    """Count the offices of own dossiers, of each juror and of all who have others too."""
    flags = np.column_stack([mine, mine[:, both].any(axis=1)])
    return (_sorter(office) @ flags.astype(float) > 0).sum(axis=0)


def _sorter(index: np.ndarray) -> csr_array:
    """Matrix that adds up rows of the same index."""
    return csr_array((np.ones(len(index)), (index, np.arange(len(index)))), shape=(index.max() + 1, len(index)))


@dataclass(frozen=True)
class _Blocks:
    """A juror's offices: sum of the marks and number of dossiers of each, and which are own."""

    total: np.ndarray
    size: np.ndarray
    own: np.ndarray

    def differences(self, chosen: np.ndarray) -> np.ndarray:
        """Mean of the chosen blocks less mean of the others, for rows of places."""
        total, size = self.total[chosen].sum(axis=1), self.size[chosen].sum(axis=1)
        return total / size - (self.total.sum() - total) / (self.size.sum() - size)

    def drawn(self, draws: int, rng: np.random.Generator) -> np.ndarray:
        """Draw which blocks are own."""
        keys = rng.random((draws, len(self.own)), dtype=np.float32)
        number = int(self.own.sum())
        return self.differences(np.argpartition(keys, number - 1, axis=1)[:, :number])


def _blocks(marks: np.ndarray, own: np.ndarray, office: np.ndarray) -> _Blocks:
    """Group a juror's dossiers by office; an office with own dossiers and others is two."""
    rated = np.isfinite(marks)
    label, index = np.unique(2 * office[rated] + own[rated], return_inverse=True)
    return _Blocks(np.bincount(index, weights=marks[rated]), np.bincount(index), label % 2 == 1)


def _permutation_p(parts: list[tuple[_Blocks, float]], rng: np.random.Generator) -> float:
    """Share of divisions at least as far from 0 as the data."""
    seen = abs(sum(weight * one.differences(np.flatnonzero(one.own)[None, :])[0] for one, weight in parts)) - SAME
    if len(parts) == 1:
        one = parts[0][0]
        number, chosen = len(one.own), int(one.own.sum())
        if comb(number, chosen) <= EXACT:
            every = np.array(list(combinations(range(number), chosen)))
            return float((np.abs(one.differences(every)) >= seen).mean())
    hits = drawn = 0
    while drawn < MOST_DRAWS and hits < CLEAR:
        values = sum(weight * one.drawn(FIRST_DRAWS, rng) for one, weight in parts)
        hits, drawn = hits + int((np.abs(values) >= seen).sum()), drawn + FIRST_DRAWS
    return (hits + 1) / (drawn + 1)


def _paired(cube: np.ndarray) -> np.ndarray:
    """Leave out marks that no other juror's stand beside."""
    table = np.asarray(cube, dtype=float)
    return np.where(np.isfinite(table).sum(axis=1, keepdims=True) > 1, table, np.nan)


def _regression(
    table: np.ndarray, mine: np.ndarray, groups: np.ndarray, office: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients of the own flags and their clustered variances; a row of `groups` are jurors of one coefficient."""
    column = np.full(mine.shape[1], -1)
    for place, jurors in enumerate(groups):
        column[jurors] = place
    swept = [_swept(table[:, :, criterion], mine, column, len(groups)) for criterion in range(table.shape[2])]
    normal = sum(flags.T @ flags for flags, _, _ in swept)
    inverse = np.linalg.pinv(normal, hermitian=True)
    value = inverse @ sum(flags.T @ marks for flags, marks, _ in swept)
    scores = np.zeros((office.max() + 1, len(groups)))
    for flags, marks, dossier in swept:
        part = _sorter(office[dossier]) @ (flags * (marks - flags @ value)[:, None])
        scores[: len(part)] += part
    known = np.diag(inverse @ normal) > 1 - 1e-6
    return np.where(known, value, np.nan), np.where(known, ((scores @ inverse) ** 2).sum(axis=0), np.nan)


def _swept(
    table: np.ndarray, mine: np.ndarray, column: np.ndarray, number: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sweep dossiers and jurors out of the own flags and marks of one criterion: flags, marks, dossier of each mark."""
    dossier, juror = np.nonzero(np.isfinite(table))
    if not len(dossier):
        return np.zeros((0, number)), np.zeros(0), dossier
    flagged = mine[dossier, juror] & (column[juror] >= 0)
    given = np.zeros((len(dossier), number + 1))
    given[np.flatnonzero(flagged), column[juror[flagged]]] = 1.0
    given[:, -1] = table[dossier, juror]
    by_dossier, by_juror = _sorter(dossier), _sorter(juror)
    count = np.maximum(by_dossier.sum(axis=1), 1)
    within = given - (by_dossier @ given / count[:, None])[dossier]
    crossed = (by_juror @ by_dossier.T).toarray()
    normal = np.diag(crossed.sum(axis=1)) - crossed @ (crossed / count).T
    effect = np.linalg.pinv(normal, hermitian=True) @ (by_juror @ within)
    left = within - effect[juror] + (crossed.T @ effect / count[:, None])[dossier]
    return left[:, :-1], left[:, -1], dossier
