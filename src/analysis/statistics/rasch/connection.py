"""Whether all elements have a common measure: subsets of the design, and the elements that alone hold it together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import eigh
from scipy.sparse import csr_array

from analysis.statistics.rasch.likelihood import Problem

NULL = 1e-10  # eigenvalue of the scaled design matrix below which a shift changes no rating
ALIKE = 6  # decimals to which two elements must take part in every such shift alike


def free_shifts(problem: Problem, fixed_objects: np.ndarray) -> np.ndarray:
    """Shifts of the elements of the facets but the object's that the objects can undo.

    Returns
    -------
    array, shape (elements, shifts)
        Basis, largest entry 1. A connected design has one shift fewer than facets.

    Notes
    -----
    The exact condition for any number of facets: null space of the additive design, objects eliminated. (A graph that
    links elements occurring in one rating would call panels with a common list of criteria connected.)
    """
    starts = np.concatenate([[0], np.cumsum(problem.sizes[1:])])
    count = np.bincount(problem.codes[0], minlength=problem.sizes[0])
    share = np.where(fixed_objects | (count == 0), 0.0, 1 / np.maximum(count, 1))
    rows = np.concatenate([pattern.objects for pattern in problem.patterns])
    columns = np.concatenate([p.elements + start for p, start in zip(problem.patterns, starts[:-1], strict=True)])
    times = np.concatenate([np.bincount(pattern.place) for pattern in problem.patterns]).astype(float)
    cross = csr_array((times, (rows, columns)), shape=(problem.sizes[0], starts[-1]))
    scaled = cross.copy()
    scaled.data *= np.repeat(share, np.diff(cross.indptr))
    matrix = pair_counts(problem, starts) - (cross.T @ scaled).toarray()
    size = np.sqrt(np.concatenate(
        [np.bincount(code, minlength=n) for code, n in zip(problem.codes[1:], problem.sizes[1:], strict=True)]
    ))  # fmt: skip
    there = size > 0
    scaled_matrix = matrix[np.ix_(there, there)] / np.outer(size[there], size[there])
    values, vectors = eigh(scaled_matrix)
    null = np.zeros((starts[-1], int((values < NULL).sum())))
    null[there] = vectors[:, values < NULL] / size[there][:, None]
    return null / np.maximum(np.abs(null).max(axis=0, initial=0), 1e-300)


def pair_counts(problem: Problem, starts: np.ndarray) -> np.ndarray:
    """Count the ratings of every pair of elements of the facets but the object's."""
    whole = np.zeros((starts[-1], starts[-1]))
    facets = range(1, len(problem.sizes))
    for f in facets:
        one = slice(starts[f - 1], starts[f])
        whole[one, one] = np.diag(np.bincount(problem.codes[f], minlength=problem.sizes[f]))
        for g in range(f + 1, len(problem.sizes)):
            two = slice(starts[g - 1], starts[g])
            pairs = problem.codes[f] * problem.sizes[g] + problem.codes[g]
            shape = problem.sizes[f], problem.sizes[g]
            whole[one, two] = np.bincount(pairs, minlength=shape[0] * shape[1]).reshape(shape)
            whole[two, one] = whole[one, two].T
    return whole


def subsets_of(problem: Problem, shifts: np.ndarray) -> tuple[np.ndarray, ...]:
    """Number, per facet but the object's, the sets of elements that have a common measure; -1 without ratings."""
    numbers = []
    for f, block in enumerate(np.split(shifts, np.cumsum(problem.sizes[1:])[:-1]), start=1):
        there = np.bincount(problem.codes[f], minlength=problem.sizes[f]) > 0
        number = np.full(problem.sizes[f], -1)
        rounded = np.round(block[there], ALIKE) + 0.0
        number[there] = np.unique(rounded, axis=0, return_inverse=True)[1].ravel()
        numbers.append(number)
    return tuple(numbers)


@dataclass(frozen=True)
class Bridges:
    """Elements whose absence would split the design: places of `objects` and of `elements` of the other facet."""

    objects: np.ndarray
    elements: np.ndarray


def bridges(objects: np.ndarray, elements: np.ndarray) -> Bridges:
    """Find the objects and elements whose removal would leave elements of the other facet without any link.

    Parameters
    ----------
    objects, elements : arrays of int, shape (ratings,)
        Places of the object and of the other facet's element of each rating, for example office and juror.

    Returns
    -------
    Bridges
        Articulation points of the graph of objects and elements that separate elements from one another; time and
        memory are linear in the pairs.

    Source
    ------
    Hopcroft & Tarjan (1973), Algorithm 447, Comm. ACM 16, 372-378.

    >>> bridges(np.array([0, 0, 1, 1]), np.array([0, 1, 1, 2]))
    Bridges(objects=array([0, 1]), elements=array([1]))
    """
    first = int(objects.max()) + 1
    size = first + int(elements.max()) + 1
    pairs = np.unique(np.asarray(objects, dtype=np.int64) * size + elements + first)
    one, two = pairs // size, pairs % size
    graph = csr_array((np.ones(2 * len(pairs)), (np.r_[one, two], np.r_[two, one])), shape=(size, size))
    parts = np.array(separated(graph.indptr.tolist(), graph.indices.tolist(), first))
    found = np.flatnonzero(parts >= 2)
    return Bridges(found[found < first], found[found >= first] - first)


def separated(starts: list[int], neighbours: list[int], first: int) -> list[int]:
    """Count, for each node, the parts with an element in them that its removal would leave of its component."""
    size = len(starts) - 1
    depth, low, parent, below = [-1] * size, [0] * size, [-1] * size, [0] * size
    cut, taken, whole = [0] * size, [0] * size, [0] * size  # parts cut off below, elements in them, in the component
    roots = list(range(size))
    for root in range(size):
        if depth[root] < 0:
            order = _search(root, (starts, neighbours), (depth, low, parent))
            for node in reversed(order):
                below[node] += node >= first
                above = parent[node]
                if above >= 0:
                    below[above] += below[node]
                    low[above] = min(low[above], low[node])
                    if low[node] >= depth[above] and below[node]:
                        cut[above] += 1
                        taken[above] += below[node]
            for node in order:
                roots[node], whole[node] = root, below[root]
    return [cut[v] + (roots[v] != v and whole[v] - taken[v] - (v >= first) > 0) for v in range(size)]


def _search(root: int, graph: tuple[list[int], list[int]], marks: tuple[list[int], list[int], list[int]]) -> list[int]:
    """Go depth first through a component; give its nodes in the order met, with the lowest depth an edge reaches."""
    starts, neighbours = graph
    depth, low, parent = marks
    depth[root], low[root] = 0, 0
    order, stack, following = [root], [root], {root: starts[root]}
    while stack:
        node = stack[-1]
        place = following[node]
        if place == starts[node + 1]:
            stack.pop()
            continue
        following[node] = place + 1
        other = neighbours[place]
        if depth[other] < 0:
            depth[other] = low[other] = depth[node] + 1
            parent[other], following[other] = node, starts[other]
            order.append(other)
            stack.append(other)
        elif other != parent[node]:
            low[node] = min(low[node], depth[other])
    return order
