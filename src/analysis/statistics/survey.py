"""Means and shares of a survey with their intervals, and Cronbach's alpha.

Respondents of one office are not independent; with `cluster` the standard error is the linearised one of clusters
drawn with replacement, with one degree of freedom less than there are clusters.
"""

from __future__ import annotations

import numpy as np
from scipy.stats import f, norm, t

from analysis.errors import NotDefined
from analysis.statistics.resample import Interval, cluster_index

ROUNDING = 1e-12  # a standard error below this share of the values is rounding


def mean(values: np.ndarray) -> float:
    """Mean of the answers that are there (NaN = no answer).

    Raises
    ------
    NotDefined
        There is no answer.
    """
    return float(_answers(values).mean())


def mean_interval(values: np.ndarray, *, cluster: np.ndarray | None = None, confidence: float = 0.95) -> Interval:
    """Interval of a mean from the t distribution.

    Parameters
    ----------
    values : array, shape (respondents,)
        Answers, NaN where there is none.
    cluster : array, shape (respondents,), optional
        Office of each respondent; without it every respondent is independent.
    confidence
        Between 0 and 1.

    Raises
    ------
    NotDefined
        No answer; fewer than two respondents or clusters; or all answers are equal.

    Source
    ------
    Lohr (2010), Sampling: Design and Analysis, ch. 5 and 9 (clusters with replacement, linearised ratio mean).
    """
    answers, index = _answers_in_clusters(values, cluster)
    error, df = _linearised_error(answers - answers.mean(), index)
    if error <= ROUNDING * np.abs(answers).max():
        what = "answers" if cluster is None else "means of the offices"
        raise NotDefined("no_variation", f"The {what} are all equal, so they say nothing about their spread.")
    margin = float(t.ppf((1 + confidence) / 2, df)) * error
    method = "t" if cluster is None else f"t, linearised over {df + 1} clusters"
    centre = float(answers.mean())
    return Interval(centre - margin, centre + margin, error, confidence, method)


def share(hits: np.ndarray) -> float:
    """Share of ones among 0 and 1 (NaN = no answer).

    Raises
    ------
    NotDefined
        There is no answer.
    """
    return float(_hits(hits).mean())


def share_interval(hits: np.ndarray, *, cluster: np.ndarray | None = None, confidence: float = 0.95) -> Interval:
    """Wilson's interval of a share; with clusters for the effective number of respondents.

    Parameters
    ----------
    hits : array, shape (respondents,)
        1 or 0, NaN where there is no answer.
    cluster : array, shape (respondents,), optional
        Office of each respondent. Then the number of respondents in Wilson's formula is p(1 - p) / se², se linearised
        over clusters, never above the real one (the number of clusters where the share is 0 or 1), and the normal
        quantile becomes that of t.
    confidence
        Between 0 and 1.

    Raises
    ------
    NotDefined
        No answer, or (with clusters) fewer than two clusters.

    Source
    ------
    Wilson (1927), J. Am. Stat. Assoc. 22, 209-212; effective size as in Korn & Graubard (1998), Survey Methodology 24,
    193-201.
    """
    answers = _hits(hits)
    if cluster is None:
        return wilson_interval(int(answers.sum()), len(answers), confidence=confidence)
    answers, index = _answers_in_clusters(hits, cluster)
    p, clusters = float(answers.mean()), int(index.max()) + 1
    if 0 < p < 1:
        error, df = _linearised_error(answers - p, index)
        effective = min(p * (1 - p) / max(error, ROUNDING) ** 2, len(answers))
    else:
        effective, df = clusters, clusters - 1
    low, high = _wilson_ends(p, effective, t.ppf((1 + confidence) / 2, df))
    method = f"Wilson, {effective:.1f} effective respondents in {clusters} clusters"
    return Interval(low, high, float(np.sqrt(p * (1 - p) / effective)), confidence, method)


def wilson_interval(hits: int, number: int, *, confidence: float = 0.95) -> Interval:
    """Wilson's interval of `hits` out of `number`; `se` is that of the share itself.

    Raises
    ------
    NotDefined
        `number` is 0.

    Source
    ------
    Wilson (1927), J. Am. Stat. Assoc. 22, 209-212.

    >>> ends = wilson_interval(7, 20)
    >>> round(ends.low, 4), round(ends.high, 4)
    (0.1812, 0.5671)
    """
    if number == 0:
        raise NotDefined("no_data", "A share needs at least one case; here there is none.")
    p = hits / number
    low, high = _wilson_ends(p, number, norm.ppf((1 + confidence) / 2))
    return Interval(low, high, float(np.sqrt(p * (1 - p) / number)), confidence, "Wilson")


def cronbach_alpha(items: np.ndarray) -> float:
    """Cronbach's alpha of a scale: how far its items vary together.

    Parameters
    ----------
    items : array, shape (respondents, items)
        Answers, NaN where there is none; only respondents who answered every item count. Reversed items must be
        turned before.

    Returns
    -------
    float
        No unit, at most 1; negative where items run against each other.

    Raises
    ------
    NotDefined
        Fewer than two items or complete respondents, or the sum of the items does not vary.

    Source
    ------
    Cronbach (1951), Psychometrika 16, 297-334.

    >>> cronbach_alpha(np.array([[1, 2], [3, 4], [5, 5]]))
    0.972972972972973
    """
    complete = complete_respondents(items)
    return alpha_of_covariance(np.cov(complete, rowvar=False))


def alpha_of_covariance(covariance: np.ndarray) -> float:
    """Cronbach's alpha from the covariance matrix of the items.

    Raises
    ------
    NotDefined
        The sum of the items does not vary.
    """
    items, total = len(covariance), covariance.sum()
    if total <= 1e-12 * np.abs(covariance).sum() or total == 0:
        raise NotDefined("no_variation", "The respondents' sums over the items are all equal.")
    return float(items / (items - 1) * (1 - np.trace(covariance) / total))


def feldt_interval(items: np.ndarray, *, confidence: float = 0.95) -> Interval:
    """Feldt's interval of Cronbach's alpha: F with respondents - 1 and (respondents - 1)(items - 1) degrees of freedom.

    Parameters
    ----------
    items
        As for `cronbach_alpha`; the respondents who answered every item are counted, no others.

    Raises
    ------
    NotDefined
        As `cronbach_alpha`, or alpha is 1.

    Source
    ------
    Feldt (1965), Psychometrika 30, 357-370.
    """
    value = cronbach_alpha(items)
    if value >= 1 - 1e-12:
        raise NotDefined("perfect", "The items agree perfectly: the interval has no width.")
    respondents, number = complete_respondents(items).shape
    degrees = respondents - 1, (respondents - 1) * (number - 1)
    upper = f.ppf([(1 + confidence) / 2, (1 - confidence) / 2], *degrees)
    low, high = 1 - (1 - value) * upper
    return Interval(float(low), float(high), float("nan"), confidence, "Feldt")


def complete_respondents(items: np.ndarray) -> np.ndarray:
    """Give the rows without a missing answer.

    Raises
    ------
    NotDefined
        Fewer than two items, or fewer than two such rows.
    """
    table = np.asarray(items, dtype=float)
    if table.shape[1] < 2:
        raise NotDefined("one_item", f"Cronbach's alpha needs two items; here there are {table.shape[1]}.")
    complete = table[~np.isnan(table).any(axis=1)]
    if len(complete) < 2:
        raise NotDefined("too_few_respondents", f"Only {len(complete)} respondents answered every item.")
    return complete


def _answers(values: np.ndarray) -> np.ndarray:
    answers = np.asarray(values, dtype=float)
    answers = answers[~np.isnan(answers)]
    if not len(answers):
        raise NotDefined("no_data", "There is no answer.")
    return answers


def _hits(hits: np.ndarray) -> np.ndarray:
    answers = _answers(hits)
    if not np.isin(answers, (0.0, 1.0)).all():
        raise ValueError("a share is made of 0, 1 and NaN")
    return answers


def _answers_in_clusters(values: np.ndarray, cluster: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    answers = _answers(values)
    if cluster is None:
        index = np.arange(len(answers))
    else:
        index = cluster_index(np.asarray(cluster)[~np.isnan(np.asarray(values, dtype=float))])
    if index.max() == 0:
        what = "respondents" if cluster is None else "offices"
        raise NotDefined("too_few_respondents", f"An interval needs two {what}; here there is one.")
    return answers, index


def _linearised_error(influence: np.ndarray, index: np.ndarray) -> tuple[float, int]:
    """Give the standard error of a mean from deviations that sum to zero, and its degrees of freedom."""
    sums = np.bincount(index, weights=influence)
    clusters = len(sums)
    square = clusters / (clusters - 1) * (sums**2).sum() / len(influence) ** 2
    return float(np.sqrt(square)), clusters - 1


def _wilson_ends(p: float, number: float, quantile: float) -> tuple[float, float]:
    square = quantile**2 / number
    centre = (p + square / 2) / (1 + square)
    half = quantile * np.sqrt(p * (1 - p) / number + square / (4 * number)) / (1 + square)
    return float(max(centre - half, 0.0)), float(min(centre + half, 1.0))
