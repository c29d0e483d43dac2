"""Joint maximum likelihood by Newton's method, the objects eliminated.

Given the other facets and thresholds, each object is one unknown of its own, so its block of the information is
diagonal: what is solved is the Schur complement on the other elements and the categories (Haberman 1977).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from analysis.errors import NotDefined
from analysis.statistics.rasch.likelihood import Problem, Sums, sums_at

STEPS, SMALL, LARGEST = 60, 1e-7, 4.0  # Newton steps at most; the last step's size; the largest step, logits
FAR = 40.0  # logits beyond which no estimate is looked for


@dataclass(frozen=True)
class Held:
    """What does not move, in easiness.

    `fixed[f]`: elements at the values of `start[f]`. `rows`, `targets`: linear combinations of the elements of the
    facets but the object's, laid end to end, and what they are equal to. `categories`: log weights of scales with
    anchored thresholds, None where they are estimated.
    """

    fixed: tuple[np.ndarray, ...]
    start: tuple[np.ndarray, ...]
    rows: np.ndarray
    targets: np.ndarray
    categories: tuple[np.ndarray | None, ...]


@dataclass(frozen=True)
class Estimate:
    """Joint maximum likelihood estimates.

    `easiness[f]` of each element, logits; `log_weights` per scale; `information[f]` of each element with all else
    known; `covariance` of the elements of the facets but the object's (end to end) and the inner categories, the
    objects being estimated too; `object_variance` likewise. `unknowns`: number of free parameters.
    """

    easiness: tuple[np.ndarray, ...]
    log_weights: tuple[np.ndarray, ...]
    information: tuple[np.ndarray, ...]
    covariance: np.ndarray
    object_variance: np.ndarray
    log_likelihood: float
    iterations: int
    unknowns: int


@dataclass(frozen=True)
class System:
    """Newton's equations after elimination: `matrix`, `gradient`; `share` = 1/information of each free object.

    `cross` holds the information between objects and elements, `inner` that between objects and inner categories.
    """

    matrix: np.ndarray
    gradient: np.ndarray
    share: np.ndarray
    cross: csr_array
    inner: np.ndarray


@dataclass(frozen=True)
class Runaway:
    """The likelihood has no maximum: the threshold below this category of this scale goes to infinity."""

    scale: int
    category: int


def estimate(problem: Problem, held: Held) -> Estimate | Runaway:
    """Maximise the likelihood.

    Raises
    ------
    NotDefined
        The likelihood has no maximum, and it is not for one threshold: some elements can be told apart without error.
        Or there are no more ratings than unknowns.
    """
    refuse_more_unknowns_than_ratings(problem, held)
    point = starting_values(problem, held)
    sums = sums_at(problem, *point)
    for iteration in range(1, STEPS + 1):
        try:
            step = newton_step(problem, sums, held, system_of(problem, sums, held))
        except np.linalg.LinAlgError:
            raise NotDefined("no_maximum", "The information matrix is singular.") from None
        size = largest(step)
        scale, before = min(1.0, LARGEST / max(size, LARGEST)), sums.log_likelihood
        while True:
            moved = moved_by(problem, point, held, (scale * step[0], scale * step[1]))
            sums = sums_at(problem, *moved)
            if sums.log_likelihood >= before - 1e-9 * abs(before) or scale < 1e-4:
                break
            scale /= 2
        point = moved
        if size < SMALL:
            return finished(problem, point, held, sums, iteration)
        if max(float(np.abs(values).max()) for values in point[0]) > FAR:
            break
    return runaway(problem, held, step)


def unknowns(problem: Problem, held: Held) -> int:
    """Count the free parameters."""
    objects = (np.bincount(problem.codes[0], minlength=problem.sizes[0]) > 0) & ~held.fixed[0]
    return int(objects.sum() + free_unknowns(problem, held).sum()) - len(held.rows)


def refuse_more_unknowns_than_ratings(problem: Problem, held: Held) -> None:
    """Raise `NotDefined` where the ratings leave nothing over."""
    number, total = unknowns(problem, held), float(problem.weight.sum())
    if number >= total:
        raise NotDefined("too_few_units", f"{total:g} ratings cannot tell {number} unknowns.")


def largest(step: tuple[np.ndarray, np.ndarray]) -> float:
    """Give the size of a step."""
    return float(max(np.abs(step[0]).max(), np.abs(step[1]).max(initial=0)))


def runaway(problem: Problem, held: Held, step: tuple[np.ndarray, np.ndarray]) -> Runaway:
    """Name the threshold that moves most in a step that does not end.

    Raises
    ------
    NotDefined
        No estimated threshold moves as the elements do.
    """
    sizes = [sum(problem.sizes[1:]), *(len(steps) - 2 for steps in problem.steps)]
    pieces = np.split(step[1], np.cumsum(sizes)[:-1])[1:]
    moves = [
        np.abs(np.diff(piece, prepend=0, append=0)) * (len(piece) > 0 and anchored is None)
        for piece, anchored in zip(pieces, held.categories, strict=True)
    ]
    scale = int(np.argmax([move.max() for move in moves]))
    if not moves[scale].max() > largest(step) / 4:
        raise NotDefined("no_maximum", "The likelihood has no maximum: some elements can be told apart without error.")
    return Runaway(scale, int(moves[scale].argmax()) + 1)


def starting_values(problem: Problem, held: Held) -> tuple[tuple[np.ndarray, ...], tuple[np.ndarray, ...]]:
    """Start from the logits of mean scores, which meet what is held; from log counts of the categories."""
    shares, logs = problem.weight.astype(float), []
    for scale, steps in enumerate(problem.steps):
        rows = [part for g, part in problem.chunks if g == scale]
        if not rows:
            logs.append(np.zeros(len(steps)))
            continue
        span = slice(rows[0].start, rows[-1].stop)
        shares[span] = steps[problem.category[span]] / steps[-1]
        counts = np.bincount(problem.category[span], weights=problem.weight[span], minlength=len(steps))
        log = np.log(counts / counts.sum())
        logs.append(log - log[0] - steps / steps[-1] * (log[-1] - log[0]))
    easiness = []
    for size, code, fixed, start in zip(problem.sizes, problem.codes, held.fixed, held.start, strict=True):
        met = np.bincount(code, minlength=size)
        mean = (np.bincount(code, weights=shares, minlength=size) + 0.5) / (met + 1)
        logit = np.where(met > 0, np.log(mean / (1 - mean)), 0.0)
        logit = logit - (logit[met > 0].mean() if easiness else 0.0)
        easiness.append(np.where(fixed, start, logit))
    others = np.concatenate(easiness[1:])
    free = ~np.concatenate(held.fixed[1:])
    short = held.targets - held.rows @ others
    others[free] += np.linalg.lstsq(held.rows[:, free], short, rcond=None)[0]
    logs = [log if anchored is None else anchored for log, anchored in zip(logs, held.categories, strict=True)]
    return (easiness[0], *np.split(others, np.cumsum(problem.sizes[1:])[:-1])), tuple(logs)


def system_of(problem: Problem, sums: Sums, held: Held) -> System:
    """Eliminate the objects from the information matrix and the gradient."""
    free = ~held.fixed[0] & (sums.information[0] > 0)
    share = np.where(free, 1 / np.where(free, sums.information[0], 1.0), 0.0)
    starts = np.concatenate([[0], np.cumsum(problem.sizes[1:])])
    rows = np.concatenate([pattern.objects for pattern in problem.patterns])
    columns = np.concatenate([p.elements + start for p, start in zip(problem.patterns, starts[:-1], strict=True)])
    cross = csr_array((np.concatenate(sums.cross), (rows, columns)), shape=(problem.sizes[0], starts[-1]))
    inner = np.concatenate(sums.at[0], axis=0).T
    scaled = cross.copy()
    scaled.data *= np.repeat(share, np.diff(cross.indptr))
    elements, mixed = whole_information(sums, starts)
    elements = elements - (cross.T @ scaled).toarray()
    mixed = mixed - scaled.T @ inner
    categories = block_diagonal(sums.inner) - inner.T @ (inner * share[:, None])
    matrix = np.block([[elements, mixed], [mixed.T, categories]])
    eliminated = share * sums.score[0]
    gradient = np.concatenate([*sums.score[1:], *sums.counts])
    gradient = gradient - np.concatenate([cross.T @ eliminated, inner.T @ eliminated])
    return System(matrix, gradient, share, cross, inner)


def whole_information(sums: Sums, starts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give the information between elements of the other facets, and between them and the inner categories."""
    elements = np.diag(np.concatenate(sums.information[1:]))
    for (f, g), block in sums.between.items():
        one, two = slice(starts[f - 1], starts[f]), slice(starts[g - 1], starts[g])
        elements[one, two] = block.reshape(one.stop - one.start, two.stop - two.start)
        elements[two, one] = elements[one, two].T
    mixed = np.concatenate([np.concatenate(at, axis=0).T for at in sums.at[1:]], axis=0)
    return elements, mixed


def block_diagonal(blocks: list[np.ndarray]) -> np.ndarray:
    """Put square blocks along the diagonal."""
    size = sum(len(block) for block in blocks)
    whole, start = np.zeros((size, size)), 0
    for block in blocks:
        stop = start + len(block)
        whole[start:stop, start:stop] = block
        start = stop
    return whole


def free_unknowns(problem: Problem, held: Held) -> np.ndarray:
    """Tell which of the other elements and inner categories are estimated."""
    there = [np.bincount(code, minlength=size) > 0 for code, size in zip(problem.codes, problem.sizes, strict=True)]
    elements = [there[f] & ~held.fixed[f] for f in range(1, len(there))]
    inner = [
        np.full(len(steps) - 2, anchored is None)
        for steps, anchored in zip(problem.steps, held.categories, strict=True)
    ]
    return np.concatenate([*elements, *inner])


def bordered(problem: Problem, held: Held, matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Border the matrix of the free unknowns with the linear conditions; give also the places of the unknowns."""
    free = np.flatnonzero(free_unknowns(problem, held))
    number, conditions = len(free), len(held.rows)
    border = np.zeros((conditions, len(matrix)))
    border[:, : held.rows.shape[1]] = held.rows
    whole = np.zeros((number + conditions, number + conditions))
    whole[:number, :number] = matrix[np.ix_(free, free)]
    whole[number:, :number] = border[:, free]
    whole[:number, number:] = border[:, free].T
    return whole, free


def newton_step(problem: Problem, sums: Sums, held: Held, system: System) -> tuple[np.ndarray, np.ndarray]:
    """Give the step of the objects, and of the other elements and inner categories; zeros for what is held."""
    whole, free = bordered(problem, held, system.matrix)
    right = np.zeros(len(whole))
    right[: len(free)] = system.gradient[free]
    others = np.zeros(len(system.gradient))
    others[free] = np.linalg.solve(whole, right)[: len(free)]
    elements = system.cross.shape[1]
    pulled = system.cross @ others[:elements] + system.inner @ others[elements:]
    return system.share * (sums.score[0] - pulled), others


def moved_by(
    problem: Problem,
    point: tuple[tuple[np.ndarray, ...], tuple[np.ndarray, ...]],
    held: Held,
    step: tuple[np.ndarray, np.ndarray],
) -> tuple[tuple[np.ndarray, ...], tuple[np.ndarray, ...]]:
    """Move easiness and log weights by a step."""
    easiness, logs = point
    sizes = [*problem.sizes[1:], *(len(steps) - 2 for steps in problem.steps)]
    pieces = np.split(step[1], np.cumsum(sizes)[:-1])
    others = [values + piece for values, piece in zip(easiness[1:], pieces, strict=False)]
    moved = []
    for log, piece in zip(logs, pieces[len(others) :], strict=True):
        log = log.copy()
        log[1:-1] += piece
        moved.append(log)
    return (easiness[0] + step[0], *others), tuple(moved)


def finished(
    problem: Problem,
    point: tuple[tuple[np.ndarray, ...], tuple[np.ndarray, ...]],
    held: Held,
    sums: Sums,
    iterations: int,
) -> Estimate:
    """Take the covariance at the maximum."""
    system = system_of(problem, sums, held)
    whole, free = bordered(problem, held, system.matrix)
    covariance = np.zeros_like(system.matrix)
    covariance[np.ix_(free, free)] = np.linalg.inv(whole)[: len(free), : len(free)]
    variance = system.share + system.share**2 * carried_variance(system, covariance)
    information, number = tuple(sums.information), unknowns(problem, held)
    return Estimate(*point, information, covariance, variance, sums.log_likelihood, iterations, number)


def carried_variance(system: System, covariance: np.ndarray, *, rows: int = 2000) -> np.ndarray:
    """Variance that the estimated elements and categories bring into each object's score."""
    elements = system.cross.shape[1]
    total = np.empty(system.cross.shape[0])
    for start in range(0, len(total), rows):
        some = slice(start, start + rows)
        cross, inner = system.cross[some], system.inner[some]
        left = cross @ covariance[:elements] + inner @ covariance[elements:]
        through = np.asarray((cross * left[:, :elements]).sum(axis=1)).ravel()
        total[some] = through + (left[:, elements:] * inner).sum(axis=1)
    return total
