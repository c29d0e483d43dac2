"""What is to be fitted: ratings in long form, the scale they are on, the facets, and what is held fixed."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from analysis.errors import NotDefined

CHUNK = 2**14  # ratings handled at once: their probabilities stay in the processor's cache


@dataclass(frozen=True)
class RatingScale:
    """The declared scale, or the scales of groups of criteria.

    Attributes
    ----------
    levels
        Every mark the scale allows; for several scales a mapping from the group's label to its levels.
    groups : array, shape (ratings,), optional
        Group of each rating: each group has its own thresholds (partial credit). None = one shared set (rating scale).
    unobserved
        What becomes of a level nobody used. "collapse": the levels used are numbered 0, 1, 2, ... and the step over
        the unused one counts as one. "keep": every declared step counts, the unused level has probability 0.
    """

    levels: Sequence[float] | Mapping[Hashable, Sequence[float]]
    groups: np.ndarray | None = None
    unobserved: Literal["collapse", "keep"] = "collapse"


@dataclass(frozen=True)
class Model:
    """How the facets are placed.

    Attributes
    ----------
    object
        The facet that is judged; higher = better. In every other facet higher = more severe, more difficult.
    floating
        The one facet whose mean is not set to 0; "" = the object facet, or if that is anchored the first that is not.
    correction
        "spread": measures and standard errors are multiplied by (N - p)/N, N ratings and p free parameters, because
        joint estimates are too far apart. "none": the joint maximum likelihood estimates themselves.
    subsets
        What to do where parts of the design have no common measure. "refuse", or "group anchors": each part's mean 0.
    """

    object: str
    floating: str = ""
    correction: Literal["spread", "none"] = "spread"
    subsets: Literal["refuse", "group anchors"] = "refuse"


@dataclass(frozen=True)
class Anchors:
    """What is held fixed.

    Attributes
    ----------
    elements
        Facet → element → measure, logits.
    means
        Facet → pairs of (elements, mean measure): only the mean of these elements is fixed. Not for the object facet.
    thresholds
        Group of the scale (None for the one shared scale) → Rasch-Andrich thresholds, logits.
    """

    elements: Mapping[str, Mapping[Hashable, float]] = field(default_factory=dict)
    means: Mapping[str, Sequence[tuple[Sequence[Hashable], float]]] = field(default_factory=dict)
    thresholds: Mapping[Hashable, Sequence[float]] = field(default_factory=dict)


@dataclass(frozen=True)
class Ratings:
    """Coded ratings, the object facet first.

    `codes[f]` is the place of each rating's element in `labels[f]`; `group` the place of its scale in `groups`;
    `level` the place of its mark in `levels[group]`; `mark` the mark itself; `weight` how often it counts.
    """

    names: tuple[str, ...]
    labels: tuple[np.ndarray, ...]
    codes: tuple[np.ndarray, ...]
    groups: tuple[Hashable, ...]
    levels: tuple[np.ndarray, ...]
    group: np.ndarray
    level: np.ndarray
    mark: np.ndarray
    weight: np.ndarray

    def facet(self, name: str) -> int:
        """Give the place of a facet."""
        if name not in self.names:
            raise ValueError(f"there is no facet {name!r}; the facets are {', '.join(self.names)}")
        return self.names.index(name)

    def element(self, name: str, label: Hashable) -> int:
        """Give the place of an element in its facet."""
        found = np.flatnonzero(self.labels[self.facet(name)] == label)
        if not len(found):
            raise ValueError(f"the facet {name!r} has no element {label!r}")
        return int(found[0])


def coded_ratings(
    marks: np.ndarray, facets: Mapping[str, np.ndarray], *, scale: RatingScale, first: str, weights: np.ndarray | None
) -> Ratings:
    """Turn long data into codes.

    Raises
    ------
    NotDefined
        There is no rating.
    ValueError
        Arrays of different lengths, no such facet, fewer than two facets, a mark that is no declared level, a weight
        that is not positive.
    """
    values = np.asarray(marks, dtype=float)
    there = ~np.isnan(values)
    if not there.any():
        raise NotDefined("no_data", "There is no rating.")
    if first not in facets or len(facets) < 2:
        raise ValueError(f"two facets are needed, {first!r} among them; here are {', '.join(facets)}")
    names = (first, *(name for name in facets if name != first))
    arrays = [np.asarray(facets[name]) for name in names]
    weight = np.ones(len(values)) if weights is None else np.asarray(weights, dtype=float)
    groups = np.zeros(len(values), dtype=int) if scale.groups is None else np.asarray(scale.groups)
    if {len(array) for array in [*arrays, weight, groups]} != {len(values)}:
        raise ValueError("marks, facets, weights and groups have one entry a rating")
    if not (weight[there] > 0).all():
        raise ValueError("weights are above 0")
    labels, codes = zip(*(np.unique(array[there], return_inverse=True) for array in arrays), strict=True)
    found, group = np.unique(groups[there], return_inverse=True)
    keys = (None,) if scale.groups is None else tuple(found.tolist())
    levels = tuple(declared_levels(scale, key) for key in keys)
    level = np.empty(there.sum(), dtype=np.intp)
    for place, allowed in enumerate(levels):
        level[group == place] = level_places(values[there][group == place], allowed)
    return Ratings(names, labels, codes, keys, levels, group, level, values[there], weight[there])


def declared_levels(scale: RatingScale, group: Hashable) -> np.ndarray:
    """Give the declared levels of a group's scale, in order."""
    levels = scale.levels
    if isinstance(levels, Mapping):
        if group not in levels:
            raise ValueError(f"the scale of the group {group!r} is not declared")
        levels = levels[group]
    return np.unique(np.asarray(levels, dtype=float))


def level_places(marks: np.ndarray, levels: np.ndarray) -> np.ndarray:
    """Give the place of each mark among the levels."""
    place = np.clip(np.searchsorted(levels, marks - 1e-9), 0, len(levels) - 1)
    strange = np.abs(levels[place] - marks) > 1e-9
    if strange.any():
        raise ValueError(f"the mark {marks[strange][0]:g} is no level of the declared scale")
    return place


def with_joined_levels(ratings: Ratings, scale: int, upper: float) -> tuple[Ratings, float]:
    """Join a level with the next lower one that is in use; give also that level.

    The joined level stands at the mean of its marks.
    """
    mine = ratings.group == scale
    levels, level = ratings.levels[scale], ratings.level
    above = int(np.searchsorted(levels, upper))
    below = int(level[mine & (level < above)].max())
    joined = mine & ((level == above) | (level == below))
    values = levels.copy()
    values[below] = np.average(ratings.mark[joined], weights=ratings.weight[joined])
    changed = tuple(np.delete(values, above) if g == scale else old for g, old in enumerate(ratings.levels))
    level = np.where(mine & (level == above), below, level - (mine & (level > above)))
    return replace(ratings, levels=changed, level=level), float(levels[below])


@dataclass(frozen=True)
class Kept:
    """Which ratings take part in the estimation, and which elements have extreme scores.

    `ratings`: bool, one a rating. `extreme[f]`: 0, or -1 (every mark the lowest) or 1 (every mark the highest).
    `round[f]`: the round in which the element was left out, -1 for those that stay.
    """

    ratings: np.ndarray
    extreme: tuple[np.ndarray, ...]
    round: tuple[np.ndarray, ...]


def without_extremes(ratings: Ratings, fixed: tuple[np.ndarray, ...]) -> Kept:
    """Leave out elements with only lowest or only highest marks, round by round; `fixed` ones are never left out.

    Raises
    ------
    NotDefined
        Nothing is left: the marks do not tell elements apart.
    """
    kept = np.ones(len(ratings.level), dtype=bool)
    extreme = tuple(np.zeros(len(labels), dtype=int) for labels in ratings.labels)
    rounds = tuple(np.full(len(labels), -1) for labels in ratings.labels)
    for turn in range(sum(map(len, ratings.labels))):
        kept = kept & ratings_that_tell(ratings, kept)
        if not kept.any():
            break
        found = extreme_elements(ratings, kept)
        leaving = [(side != 0) & ~held for side, held in zip(found, fixed, strict=True)]
        if not any(leave.any() for leave in leaving):
            return Kept(kept, extreme, rounds)
        for f, leave in enumerate(leaving):
            extreme[f][leave], rounds[f][leave] = found[f][leave], turn
            kept &= ~leave[ratings.codes[f]]
    raise NotDefined("no_variation", "Every element has only lowest or only highest marks.")


def ratings_that_tell(ratings: Ratings, kept: np.ndarray) -> np.ndarray:
    """Tell which ratings are on scales of which more than one level is in use."""
    low, high = levels_in_use(ratings, kept)
    return (low < high)[ratings.group]


def levels_in_use(ratings: Ratings, kept: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give the lowest and the highest level in use of each scale."""
    low = np.full(len(ratings.groups), np.iinfo(np.intp).max)
    high = np.full(len(ratings.groups), -1)
    np.minimum.at(low, ratings.group[kept], ratings.level[kept])
    np.maximum.at(high, ratings.group[kept], ratings.level[kept])
    return low, high


def extreme_elements(ratings: Ratings, kept: np.ndarray) -> list[np.ndarray]:
    """Tell per facet which elements have only lowest (-1) or only highest (1) marks among the kept ratings."""
    group, level = ratings.group[kept], ratings.level[kept]
    low, high = levels_in_use(ratings, kept)
    at_low, at_high = level == low[group], level == high[group]
    sides = []
    for labels, codes in zip(ratings.labels, ratings.codes, strict=True):
        count, lowest, highest = (
            np.bincount(codes[kept][which], minlength=len(labels)) for which in (slice(None), at_low, at_high)
        )
        sides.append(np.where(count == 0, 0, np.where(lowest == count, -1, np.where(highest == count, 1, 0))))
    return sides
