"""Resampling of clusters (offices): keyed random numbers, multinomial weights, the BCa interval.

A resample of clusters is a row of weights: how often each cluster was drawn. A coefficient is prepared once as
something that can be evaluated at many rows of weights: `Additive` (sums of per-unit sufficient statistics, so that
all resamples are one matrix product) or `Reweighted` (anything that takes the weights of the units). Clusters with the
same sums are exchangeable, so many clusters of few kinds are drawn kind by kind (`Draws`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from math import comb

import numpy as np
from scipy.sparse import csr_array
from scipy.special import ndtr, ndtri
from scipy.stats import t

from analysis.errors import NotDefined

FEWEST_CLUSTERS = 8  # with fewer, the distinct resamples (1716 for 7) are fewer than those usually drawn
FEWEST_DEFINED = 0.9  # share of resamples that must give a value
SAME = 1e-12
CHUNK = 200_000  # weights worked on at once: they stay in the cache
FEWER_PATTERNS = 4  # patterns are drawn where clusters are this many times as many


@dataclass(frozen=True)
class Interval:
    """An interval: its ends, the standard error behind it (NaN where the method has none), and how it was made."""

    low: float
    high: float
    se: float
    confidence: float
    interval: str


def generator(seed: int, *key: str) -> np.random.Generator:
    """Give the random numbers of one slice and scheme: the same for the same seed and key, whatever else runs.

    Parameters
    ----------
    seed
        Seed of the analysis.
    key
        Edition, stage, category, criterion, ..., and the name of the resampling scheme.

    >>> one, again = (generator(1, "e01", "s1", "bootstrap").random() for _ in range(2))
    >>> one == again
    True
    """
    digest = hashlib.sha256("\x1f".join(key).encode()).digest()
    words = np.frombuffer(digest, dtype="<u4").tolist()
    return np.random.Generator(np.random.SFC64(np.random.SeedSequence([seed, *words])))


def multinomial_weights(clusters: int, *, rng: np.random.Generator, replicates: int) -> np.ndarray:
    """Draw `clusters` clusters with replacement, `replicates` times.

    Returns
    -------
    array of uint8, shape (replicates, clusters)
        How often each cluster was drawn; every row sums to `clusters`.

    Source
    ------
    Efron & Tibshirani (1993), An Introduction to the Bootstrap, ch. 6 and 20.
    """
    weights = np.empty((replicates, clusters), dtype=np.uint8)
    kind = np.uint16 if clusters <= 2**16 else np.uint32
    rows = max(1, min(replicates, CHUNK // clusters))
    for start in range(0, replicates, rows):
        number = min(rows, replicates - start)
        drawn = rng.integers(0, clusters, (number, clusters), dtype=kind).astype(np.intp)
        drawn += np.arange(0, number * clusters, clusters)[:, None]
        counted = np.bincount(drawn.ravel(), minlength=number * clusters)
        weights[start : start + number] = counted.reshape(number, clusters)
    return weights


def cluster_index(cluster: np.ndarray) -> np.ndarray:
    """Number the clusters 0, 1, ... in the order of their labels; the columns of the weights follow it."""
    return np.unique(np.asarray(cluster), return_inverse=True)[1].ravel()


class Additive:
    """A coefficient of sums over units: evaluated at many resamples by one matrix product.

    Parameters
    ----------
    features : array, shape (units, features)
        Sufficient statistics of each unit; zeros where the unit is not used.
    cluster : array of int, shape (units,)
        Cluster of each unit.
    combine
        Sums (resamples × features) → values (resamples,), NaN where not defined.
    """

    def __init__(self, features: np.ndarray, cluster: np.ndarray, combine: Callable[[np.ndarray], np.ndarray]):
        index = cluster_index(cluster)
        self.single = index.max() + 1 == len(index)
        if self.single:
            self.sums = features[np.argsort(index)]
        else:
            place = (np.ones(len(index), dtype=features.dtype), (index, np.arange(len(index))))
            self.sums = csr_array(place) @ features
        self.combine = combine
        self.used = self.sums.any(axis=1)

    def at(self, weights: np.ndarray) -> np.ndarray:
        """Give the value at each row of cluster weights."""
        return self.combine(weights.astype(self.sums.dtype) @ self.sums)

    def without_each(self) -> np.ndarray:
        """Give the value without each used cluster in turn."""
        return self.combine(self.sums.sum(axis=0) - self.sums[self.used])

    def patterns(self) -> tuple[np.ndarray, np.ndarray]:
        """Find the clusters that are alike in all sums: the first cluster of every pattern, and how many share it."""
        random = np.random.default_rng(0).standard_normal(self.sums.shape[1])
        with np.errstate(all="ignore"):
            marks = np.einsum("cf,f->c", self.sums, random)
        _, first, pattern, number = np.unique(marks, return_index=True, return_inverse=True, return_counts=True)
        if not (self.sums == self.sums[first[pattern]]).all():  # two patterns by chance have the same mark
            _, first, number = np.unique(self.sums, axis=0, return_index=True, return_counts=True)
        return first, number


class Reweighted:
    """A coefficient that must look at the units again in every resample.

    Parameters
    ----------
    function
        Weights of the used units (resamples × units) → values (resamples,), NaN where not defined.
    cluster : array of int, shape (units,)
        Cluster of each unit.
    used : array of bool, shape (units,)
        Which units the function takes.
    """

    def __init__(self, function: Callable[[np.ndarray], np.ndarray], cluster: np.ndarray, used: np.ndarray):
        index = cluster_index(cluster)
        self.function, self.index = function, index[used]
        self.used = np.isin(np.arange(index.max() + 1), self.index)

    def at(self, weights: np.ndarray) -> np.ndarray:
        """Give the value at each row of cluster weights."""
        return self.function(weights.astype(float)[:, self.index])

    def without_each(self) -> np.ndarray:
        """Give the value without each used cluster in turn."""
        left_out = np.flatnonzero(self.used)
        rows = max(1, CHUNK // len(self.used))
        parts = [left_out[start : start + rows] for start in range(0, len(left_out), rows)]
        return np.concatenate([self.at(1 - np.eye(len(self.used))[part]) for part in parts])


def resampled_values(prepared: Additive | Reweighted, weights: np.ndarray) -> np.ndarray:
    """Give a coefficient's value at every row of weights, NaN where it is not defined; works in chunks.

    Raises
    ------
    ValueError
        The weights have not one column a cluster.
    """
    clusters = len(prepared.used)
    if weights.shape[1] != clusters:
        raise ValueError(f"the weights have {weights.shape[1]} columns for {clusters} clusters")
    rows = max(1, CHUNK // clusters)
    parts = [prepared.at(weights[start : start + rows]) for start in range(0, len(weights), rows)]
    return np.concatenate(parts)


@dataclass(frozen=True)
class Draws:
    """Resamples of clusters, of which one set serves all coefficients; nothing is drawn before it is needed.

    Parameters
    ----------
    clusters
        How many there are.
    seed, key
        As for `generator`.
    replicates
        How many resamples.
    """

    clusters: int
    seed: int
    key: tuple[str, ...]
    replicates: int

    @cached_property
    def weights(self) -> np.ndarray:
        """How often each cluster was drawn, shape (replicates, clusters)."""
        return multinomial_weights(self.clusters, rng=generator(self.seed, *self.key), replicates=self.replicates)

    def values(self, prepared: Additive | Reweighted) -> np.ndarray:
        """Give a coefficient's value in every resample, drawn pattern by pattern where that is less work.

        Where a cluster is one unit and clusters are alike in all sums, how often a resample holds each kind of them is
        multinomial with the shares of the kinds: the distribution of the values is that of drawing clusters, at a cost
        that does not grow with their number.
        """
        if isinstance(prepared, Additive) and prepared.single:
            first, number = prepared.patterns()
            if len(first) * FEWER_PATTERNS <= self.clusters:
                rng = generator(self.seed, *self.key, "patterns")
                return pattern_values(prepared, first, number=number, rng=rng, replicates=self.replicates)
        return resampled_values(prepared, self.weights)


def pattern_values(
    prepared: Additive, first: np.ndarray, *, number: np.ndarray, rng: np.random.Generator, replicates: int
) -> np.ndarray:
    """Give a coefficient's value at resamples in which patterns of clusters are drawn.

    Parameters
    ----------
    prepared
        The coefficient as sums over clusters.
    first, number
        As `Additive.patterns` gives them.
    rng
        Random numbers.
    replicates
        How many resamples.

    Returns
    -------
    array, shape (replicates,)
        NaN where the coefficient is not defined.
    """
    sums = prepared.sums[first]
    rows = max(1, CHUNK // len(first))
    values = []
    for start in range(0, replicates, rows):
        drawn = rng.multinomial(number.sum(), number / number.sum(), size=min(rows, replicates - start))
        values.append(prepared.combine(drawn.astype(float) @ sums))
    return np.concatenate(values)


def bca_interval(value: float, prepared: Additive | Reweighted, *, weights: np.ndarray, confidence: float) -> Interval:
    """Bias-corrected and accelerated bootstrap interval over clusters.

    Parameters
    ----------
    value
        The coefficient of the data as they are.
    prepared
        The coefficient as a function of cluster weights.
    weights : array, shape (replicates, clusters)
        As `multinomial_weights` draws them.
    confidence
        Between 0 and 1.

    Returns
    -------
    Interval
        In the unit of the value; `se` is the standard deviation of the resampled values. Resamples in which the
        coefficient is not defined are left out and counted in `interval`.

    Raises
    ------
    NotDefined
        Fewer than `FEWEST_CLUSTERS` clusters carry data; fewer than `FEWEST_DEFINED` of the resamples give a value; or
        every resample gives the same.

    Source
    ------
    Efron (1987), J. Am. Stat. Assoc. 82, 171-185; acceleration from the jackknife over clusters; equal values count
    half in the bias correction. For few clusters the normal quantile gives way to sqrt(n / (n - 1)) times that of t
    with n - 1 degrees of freedom (Hesterberg 2015, Am. Stat. 69, 371-386), n = clusters with data.
    """
    check_clusters(prepared)
    return bca_of_values(value, prepared, drawn=resampled_values(prepared, weights), confidence=confidence)


def check_clusters(prepared: Additive | Reweighted) -> None:
    """Raise `NotDefined` where fewer than `FEWEST_CLUSTERS` clusters carry data."""
    clusters = int(prepared.used.sum())
    if clusters < FEWEST_CLUSTERS:
        raise NotDefined(
            "too_few_units",
            f"Resampling needs {FEWEST_CLUSTERS} clusters with data; here {clusters}"
            f" ({comb(max(2 * clusters - 1, 0), clusters)} distinct resamples).",
        )


def bca_of_values(value: float, prepared: Additive | Reweighted, *, drawn: np.ndarray, confidence: float) -> Interval:
    """BCa interval from the values of a coefficient in resamples, NaN where not defined; else as `bca_interval`."""
    clusters = int(prepared.used.sum())
    values = drawn[~np.isnan(drawn)]
    if len(values) < FEWEST_DEFINED * len(drawn):
        raise NotDefined("no_resampling", f"Only {len(values)} of {len(drawn)} resamples give a value.")
    if np.abs(values - value).max() <= SAME * max(1.0, abs(value)):
        raise NotDefined("no_resampling", f"Every resample gives {value:.6g}, so resampling shows no variation.")
    tail = np.sqrt(clusters / (clusters - 1)) * t.ppf((1 + confidence) / 2, clusters - 1)
    low, high = np.quantile(values, _bca_levels(value, values, prepared.without_each(), tail))
    undefined = f", {len(drawn) - len(values)} not defined" if len(values) < len(drawn) else ""
    method = f"BCa bootstrap over offices, {len(drawn)} resamples{undefined}"
    return Interval(float(low), float(high), float(values.std(ddof=1)), confidence, method)


def _bca_levels(value: float, values: np.ndarray, left_out: np.ndarray, tail: float) -> np.ndarray:
    """Give the two quantile levels of the BCa interval that has `tail` in place of the normal quantile."""
    near = np.abs(values - value) <= SAME * max(1.0, abs(value))
    below = ((values < value) & ~near).mean() + near.mean() / 2
    half_a_draw = 0.5 / len(values)
    bias = ndtri(np.clip(below, half_a_draw, 1 - half_a_draw))
    left_out = left_out[~np.isnan(left_out)]
    distance = left_out.mean() - left_out if len(left_out) else np.zeros(1)
    square = (distance**2).sum()
    acceleration = (distance**3).sum() / (6 * square**1.5) if square > 0 else 0.0
    tails = bias + np.array([-tail, tail])
    if (acceleration * tails >= 1).any():
        raise NotDefined("no_resampling", "The resampled values are too skewed for a BCa interval.")
    return ndtr(bias + tails / (1 - acceleration * tails))
