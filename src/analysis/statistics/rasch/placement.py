"""Where the logits have their zero: centred facets, anchors, group anchors, subsets."""

from __future__ import annotations

import numpy as np

from analysis.errors import NotDefined
from analysis.statistics.rasch.connection import free_shifts, subsets_of
from analysis.statistics.rasch.design import Anchors, Model, Ratings
from analysis.statistics.rasch.likelihood import Problem
from analysis.statistics.rasch.newton import Held

NAMED = 5  # elements of a subset named in a message
LOOSE = 1e-8  # singular value below which a condition holds no shift that is not held already


def fixed_elements(ratings: Ratings, anchors: Anchors) -> tuple[tuple[np.ndarray, ...], tuple[np.ndarray, ...]]:
    """Tell per facet which elements are anchored, and give their easiness."""
    fixed = tuple(np.zeros(len(labels), dtype=bool) for labels in ratings.labels)
    start = tuple(np.zeros(len(labels)) for labels in ratings.labels)
    for name, measures in anchors.elements.items():
        f = ratings.facet(name)
        for label, measure in measures.items():
            place = ratings.element(name, label)
            fixed[f][place], start[f][place] = True, measure if f == 0 else -measure
    return fixed, start


def floating_facet(ratings: Ratings, model: Model, anchors: Anchors) -> str | None:
    """Name the facet whose mean is free; None where anchors place every facet.

    Raises
    ------
    ValueError
        The facet asked for is anchored.
    """
    placed = {*anchors.elements, *anchors.means}
    if model.floating:
        ratings.facet(model.floating)
        if model.floating in placed:
            raise ValueError(f"the facet {model.floating!r} is anchored, so it cannot float")
        return model.floating
    return next((name for name in ratings.names if name not in placed), None)


def held(ratings: Ratings, problem: Problem, model: Model, anchors: Anchors) -> Held:
    """Write the conditions that make the measures unique.

    Raises
    ------
    NotDefined
        Parts of the design have no common measure ("not_connected").
    ValueError
        An anchor names what is not there, or the object facet has a group anchor.
    """
    fixed, start = fixed_elements(ratings, anchors)
    if ratings.names[0] in anchors.means:
        raise ValueError(f"the object facet {ratings.names[0]!r} takes anchors of elements, not of their mean")
    rows, targets = condition_rows(ratings, problem, model, anchors)
    shifts = free_shifts(problem, fixed[0])
    pinned = np.eye(len(shifts))[np.concatenate(fixed[1:])]
    loose = loose_shifts(shifts, np.concatenate([pinned, rows]))
    if loose.shape[1]:
        if model.subsets == "refuse":
            raise NotDefined("not_connected", subsets_sentence(ratings, subsets_of(problem, loose)))
        extra = subset_rows(problem, shifts, np.concatenate([pinned, rows]))
        rows, targets = np.concatenate([rows, extra]), np.concatenate([targets, np.zeros(len(extra))])
    return Held(fixed, start, rows, targets, anchored_categories(ratings, problem, anchors))


def condition_rows(ratings: Ratings, problem: Problem, model: Model, anchors: Anchors) -> tuple[np.ndarray, np.ndarray]:
    """Give the rows for centred facets and group anchors, in easiness.

    While the objects are free they float and every other facet is centred; a wish for another floating facet is met
    by a shift afterwards.
    """
    sizes, placed = problem.sizes[1:], {*anchors.elements, *anchors.means}
    starts = np.concatenate([[0], np.cumsum(sizes)])
    floating = floating_facet(ratings, model, anchors) if ratings.names[0] in anchors.elements else ratings.names[0]
    rows, targets = [], []
    for f, name in enumerate(ratings.names[1:]):
        there = np.bincount(problem.codes[f + 1], minlength=sizes[f]) > 0
        if name not in placed and name != floating:
            rows.append(mean_row(np.flatnonzero(there) + starts[f], starts[-1]))
            targets.append(0.0)
        for labels, mean in anchors.means.get(name, ()):
            places = np.array([ratings.element(name, label) for label in labels])
            rows.append(mean_row(places[there[places]] + starts[f], starts[-1]))
            targets.append(-mean)
    return np.array(rows).reshape(-1, starts[-1]), np.array(targets)


def mean_row(places: np.ndarray, size: int) -> np.ndarray:
    """Give the row that takes the mean of some unknowns."""
    row = np.zeros(size)
    row[places] = 1 / len(places)
    return row


def loose_shifts(shifts: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Give the shifts that the conditions do not hold."""
    _, values, vectors = np.linalg.svd(rows @ shifts)
    rank = int((values > LOOSE).sum())
    return shifts @ vectors[rank:].T


def subset_rows(problem: Problem, shifts: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Set the mean of each subset to 0, facet by facet, as far as the shifts are still loose."""
    sizes = problem.sizes[1:]
    starts = np.concatenate([[0], np.cumsum(sizes)])
    extra = np.empty((0, starts[-1]))
    loose = loose_shifts(shifts, rows)
    for f, number in enumerate(subsets_of(problem, loose)):
        for one in range(number.max() + 1):
            row = mean_row(np.flatnonzero(number == one) + starts[f], starts[-1])[None]
            if np.abs(row @ loose).max(initial=0) > LOOSE:
                extra = np.concatenate([extra, row])
                loose = loose_shifts(shifts, np.concatenate([rows, extra]))
    return extra


def subsets_sentence(ratings: Ratings, numbers: tuple[np.ndarray, ...]) -> str:
    """Say which elements have no common measure."""
    sentences = []
    for name, labels, number in zip(ratings.names[1:], ratings.labels[1:], numbers, strict=True):
        if number.max() > 0:
            sets = [labels[number == one] for one in range(number.max() + 1)]
            told = "; ".join(", ".join(map(str, some[:NAMED])) + ", ..." * (len(some) > NAMED) for some in sets[:NAMED])
            sentences.append(f"{name}: {len(sets)} subsets without a common measure ({told})")
    return ". ".join(sentences) + "."


def anchored_categories(ratings: Ratings, problem: Problem, anchors: Anchors) -> tuple[np.ndarray | None, ...]:
    """Turn anchored thresholds into log weights; None for the scales whose thresholds are estimated.

    Raises
    ------
    ValueError
        A group that is not there, or another number of thresholds than the categories in use have.
    """
    strange = set(anchors.thresholds) - set(ratings.groups)
    if strange:
        raise ValueError(f"no scale of the data belongs to the anchored thresholds of {sorted(map(str, strange))}")
    logs = []
    for group, steps in zip(ratings.groups, problem.steps, strict=True):
        thresholds = anchors.thresholds.get(group)
        if thresholds is not None and len(thresholds) != len(steps) - 1:
            raise ValueError(f"{len(steps)} categories are in use, so {len(steps) - 1} thresholds are to be anchored")
        logs.append(None if thresholds is None else np.concatenate([[0.0], -np.cumsum(thresholds)]))
    return tuple(logs)
