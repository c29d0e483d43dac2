"""One pass over the ratings: probabilities of the categories, and the sums that Newton's step needs.

Inside, every facet is easiness: the linear predictor is the plain sum of the elements' easiness. A category k has
probability proportional to exp(step_k × predictor + log weight_k); Rasch-Andrich thresholds are differences of the log
weights, whose first is 0 and whose last is minus the sum of the thresholds (0, unless they are anchored).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from analysis.statistics.rasch.design import CHUNK, Kept, Ratings


@dataclass(frozen=True)
class Pattern:
    """Which pairs of an object and an element of another facet occur: `place` of each rating's pair in the list."""

    objects: np.ndarray
    elements: np.ndarray
    place: np.ndarray


@dataclass(frozen=True)
class Problem:
    """Ratings to be fitted, sorted by scale and object.

    `codes`, `category` (place among the categories in use) and `weight` have one entry a rating; `order` is its place
    in the data. `steps` and `values` give, per scale, each category's number of steps and its mark. `chunks` pairs a
    scale with a slice of ratings. `patterns` has one entry for each facet but the object's. A scale without ratings has
    two categories that nothing is asked of.
    """

    sizes: tuple[int, ...]
    codes: tuple[np.ndarray, ...]
    category: np.ndarray
    weight: np.ndarray
    order: np.ndarray
    steps: tuple[np.ndarray, ...]
    values: tuple[np.ndarray, ...]
    chunks: tuple[tuple[int, slice], ...]
    patterns: tuple[Pattern, ...]

    @property
    def used(self) -> np.ndarray:
        """Tell which scales have ratings."""
        return np.isin(np.arange(len(self.steps)), [scale for scale, _ in self.chunks])


def problem_of(ratings: Ratings, kept: Kept, *, unobserved: str) -> Problem:
    """Sort the kept ratings, number the categories in use, and list the pairs that occur."""
    order = np.flatnonzero(kept.ratings)
    order = order[np.lexsort((ratings.codes[0][order], ratings.group[order]))]
    group = ratings.group[order]
    category = np.empty(len(order), dtype=np.intp)
    steps, values, chunks = [], [], []
    for g, levels in enumerate(ratings.levels):
        start, stop = np.searchsorted(group, [g, g + 1])
        if start == stop:
            steps.append(np.array([0.0, 1.0]))
            values.append(levels[[0, -1]])
            continue
        used, category[start:stop] = np.unique(ratings.level[order[start:stop]], return_inverse=True)
        values.append(levels[used])
        steps.append((used - used[:1] if unobserved == "keep" else np.arange(len(used))).astype(float))
        chunks += [(g, slice(low, min(low + CHUNK, stop))) for low in range(start, stop, CHUNK)]
    codes = tuple(code[order] for code in ratings.codes)
    sizes = tuple(len(labels) for labels in ratings.labels)
    patterns = tuple(pattern_of(codes[0], code, size) for code, size in zip(codes[1:], sizes[1:], strict=True))
    return Problem(
        sizes, codes, category, ratings.weight[order], order, tuple(steps), tuple(values), tuple(chunks), patterns
    )


def pattern_of(objects: np.ndarray, elements: np.ndarray, size: int) -> Pattern:
    """List the pairs of object and element that occur."""
    pairs, place = np.unique(objects * size + elements, return_inverse=True)
    return Pattern(pairs // size, pairs % size, place)


def probabilities(predictor: np.ndarray, steps: np.ndarray, log_weights: np.ndarray) -> np.ndarray:
    """Probability of each category.

    Returns
    -------
    array, shape (categories, ratings)

    >>> probabilities(np.array([0.0]), np.array([0.0, 1.0]), np.zeros(2)).ravel()
    array([0.5, 0.5])
    """
    table = steps[:, None] * predictor + log_weights[:, None]
    table -= table.max(axis=0)
    np.exp(table, out=table)
    table /= table.sum(axis=0)
    return table


@dataclass(frozen=True)
class Part:
    """A chunk of ratings of one scale and what the model says of them; arrays have one entry a rating.

    `chance` has the shape (categories, ratings); `expected` and `variance` are in steps, `observed` is the rating's
    steps.
    """

    scale: int
    where: slice
    codes: tuple[np.ndarray, ...]
    category: np.ndarray
    weight: np.ndarray
    predictor: np.ndarray
    chance: np.ndarray
    observed: np.ndarray
    expected: np.ndarray
    variance: np.ndarray


def parts(problem: Problem, easiness: tuple[np.ndarray, ...], log_weights: tuple[np.ndarray, ...]) -> Iterator[Part]:
    """Go once through the ratings, a chunk at a time."""
    for scale, where in problem.chunks:
        codes = tuple(code[where] for code in problem.codes)
        predictor = sum(values[code] for values, code in zip(easiness, codes, strict=True))
        steps = problem.steps[scale]
        chance = probabilities(predictor, steps, log_weights[scale])
        expected = steps @ chance
        variance = np.maximum((steps**2) @ chance - expected**2, 1e-12)
        category = problem.category[where]
        yield Part(
            scale, where, codes, category, problem.weight[where], predictor, chance, steps[category], expected, variance
        )


def add_at(total: np.ndarray, codes: np.ndarray, values: np.ndarray) -> None:
    """Add values to the entries that codes name; only the range of codes met is touched."""
    low, high = int(codes.min()), int(codes.max()) + 1
    total[low:high] += np.bincount(codes - low, weights=values, minlength=high - low)


@dataclass
class Sums:
    """Sums over the ratings at one point.

    `score[f]`, `information[f]`: gradient and information of each element. `cross`: information between an object and
    an element, per pair of a pattern. `between[f, g]`: information between elements of two facets, neither the
    object's. Per scale, inner categories only: `counts` (gradient), `inner` (information), `at[f]` (information
    between element and category).
    """

    score: list[np.ndarray]
    information: list[np.ndarray]
    cross: list[np.ndarray]
    between: dict[tuple[int, int], np.ndarray]
    counts: list[np.ndarray]
    inner: list[np.ndarray]
    at: list[list[np.ndarray]]
    log_likelihood: float = 0.0


def empty_sums(problem: Problem) -> Sums:
    """Give sums of nothing."""
    sizes = problem.sizes
    inner = [len(steps) - 2 for steps in problem.steps]
    return Sums(
        score=[np.zeros(size) for size in sizes],
        information=[np.zeros(size) for size in sizes],
        cross=[np.zeros(len(pattern.objects)) for pattern in problem.patterns],
        between={(f, g): np.zeros(sizes[f] * sizes[g]) for f in range(1, len(sizes)) for g in range(f + 1, len(sizes))},
        counts=[np.zeros(number) for number in inner],
        inner=[np.zeros((number, number)) for number in inner],
        at=[[np.zeros((number, size)) for number in inner] for size in sizes],
    )


def sums_at(problem: Problem, easiness: tuple[np.ndarray, ...], log_weights: tuple[np.ndarray, ...]) -> Sums:
    """Sum scores and information over all ratings in one pass."""
    sums = empty_sums(problem)
    for part in parts(problem, easiness, log_weights):
        weighted = part.weight * part.variance
        residual = part.weight * (part.observed - part.expected)
        for f, code in enumerate(part.codes):
            add_at(sums.score[f], code, residual)
            add_at(sums.information[f], code, weighted)
        for total, pattern in zip(sums.cross, problem.patterns, strict=True):
            add_at(total, pattern.place[part.where], weighted)
        for (f, g), total in sums.between.items():
            add_at(total, part.codes[f] * problem.sizes[g] + part.codes[g], weighted)
        chosen = part.chance[part.category, np.arange(len(part.category))]
        sums.log_likelihood += float(part.weight @ np.log(chosen))
        add_categories(sums, part, problem.steps[part.scale])
    return sums


def add_categories(sums: Sums, part: Part, steps: np.ndarray) -> None:
    """Add what a chunk says of the inner categories of its scale."""
    inner = part.chance[1:-1]
    if not len(inner):
        return
    met = np.bincount(part.category, weights=part.weight, minlength=len(steps))[1:-1]
    weighted = inner * part.weight
    total = weighted.sum(axis=1)
    sums.counts[part.scale] += met - total
    sums.inner[part.scale] += np.diag(total) - weighted @ inner.T
    weighted *= steps[1:-1, None] - part.expected
    for f, code in enumerate(part.codes):
        for row, values in zip(sums.at[f][part.scale], weighted, strict=True):
            add_at(row, code, values)
