"""Krippendorff's alpha: time and memory on continuous scores, and bootstrap replicates beside a loop.

Run by `python -m benchmarks.agreement`. The loop is what a user of the `krippendorff` package writes: the value counts
of the units once, then `krippendorff.alpha(value_counts=...)` of every resample. Both get the same resamples, and
their values are compared before anything is timed; a resample of patterns is laid out in units for that.
"""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable

import krippendorff
import numpy as np
from threadpoolctl import threadpool_limits

from analysis.statistics.alpha import krippendorff_alpha, resampled_alpha
from analysis.statistics.resample import Draws, generator, multinomial_weights, resampled_values

SCORES, TARGET_MS = 100_000, 50
UNITS, JURORS, LEVELS, MISSING = 1_000, 12, 10, 0.2
REPLICATES, LOOPED, TARGET_RATIO = 10_000, 300, 25
MANY, FIVE, MANY_LOOPED, MANY_RATIO = 100_000, 5, 12, 1_000
EQUAL = 1e-9


def main() -> None:
    """Print the two comparisons."""
    with threadpool_limits(1):  # as the measures run
        print(continuous())
        print(replicates(number=REPLICATES, looped=LOOPED))
        print(patterns(number=REPLICATES, looped=MANY_LOOPED))


def continuous() -> str:
    """Time and memory of interval alpha on distinct continuous scores."""
    ratings = generator(1, "benchmark", "continuous").normal(70, 10, (SCORES // 10, 10))
    milliseconds = best_of(7, lambda: krippendorff_alpha(ratings)) * 1e3
    tracemalloc.start()
    krippendorff_alpha(ratings)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return (
        f"interval alpha, {SCORES:,} distinct continuous scores: {milliseconds:.1f} ms (target {TARGET_MS} ms), "
        f"peak {peak / 1e6:.1f} MB = {peak / SCORES:.0f} bytes a score"
    )


def replicates(*, number: int, looped: int) -> str:
    """Time of bootstrap replicates of ordinal alpha, counting included, beside the loop scaled to their number."""
    ratings = sparse_ratings()
    ours = our_replicates(ratings, number)
    counts = value_counts(ratings, LEVELS)
    weights = multinomial_weights(len(ratings), rng=generator(1, "bootstrap"), replicates=number)[:looped]
    start = time.process_time()
    theirs = looped_replicates(counts, weights)
    loop_s = (time.process_time() - start) / looped * number
    difference = largest_difference(ours[:looped], theirs)
    ours_s = best_of(5, lambda: our_replicates(ratings, number))
    return (
        f"ordinal alpha, {UNITS} x {JURORS}, {LEVELS} levels, {MISSING:.0%} missing, {number:,} replicates: "
        f"{ours_s:.3f} s; loop over krippendorff.alpha {loop_s:.2f} s ({looped} replicates scaled); "
        f"ratio {loop_s / ours_s:.0f} (target {TARGET_RATIO}); largest difference {difference:.0e}"
    )


def patterns(*, number: int, looped: int) -> str:
    """Time of the same for very many units of five ratings at most, in which units with equal counts merge."""
    ratings = sparse_ratings(MANY, FIVE, FIVE)
    counts = value_counts(ratings, FIVE)
    prepared = resampled_alpha(ratings, np.arange(MANY), level="ordinal")
    first, alike = prepared.patterns()
    drawn = generator(1, "patterns").multinomial(MANY, alike / MANY, size=looped)
    ours = prepared.combine(drawn.astype(float) @ prepared.sums[first])
    weights = np.zeros((looped, MANY), dtype=int)
    weights[:, first] = drawn
    start = time.process_time()
    theirs = looped_replicates(counts, weights)
    loop_s = (time.process_time() - start) / looped * number
    difference = largest_difference(ours, theirs)
    ours_s = best_of(5, lambda: drawn_replicates(ratings, number))
    return (
        f"ordinal alpha, {MANY:,} x {FIVE}, {FIVE} levels, {MISSING:.0%} missing, {len(first)} patterns, {number:,} "
        f"replicates: {ours_s:.3f} s, counting included; loop over krippendorff.alpha {loop_s:.0f} s ({looped} "
        f"replicates scaled); ratio {loop_s / ours_s:,.0f} (target {MANY_RATIO:,}); largest difference {difference:.0e}"
    )


def largest_difference(ours: np.ndarray, theirs: np.ndarray) -> float:
    """Give the largest difference of replicates; ends the run where they are not equal."""
    difference = float(np.abs(ours - theirs).max())
    if not difference <= EQUAL:
        raise SystemExit(f"the replicates differ by up to {difference:.1e}")
    return difference


def sparse_ratings(units: int = UNITS, jurors: int = JURORS, levels: int = LEVELS) -> np.ndarray:
    """Marks of a panel on a scale of some levels, a fifth missing."""
    rng = generator(1, "benchmark", "ratings")
    latent = rng.normal(0, 1, (units, 1)) + rng.normal(0, 0.6, (units, jurors))
    ratings = np.clip((levels / 5 * latent + (levels + 1) / 2).round(), 1, levels)
    ratings[rng.random(ratings.shape) < MISSING] = np.nan
    return ratings


def value_counts(ratings: np.ndarray, levels: int) -> np.ndarray:
    """Count the marks of every unit on every level."""
    return (ratings[:, :, None] == np.arange(1, levels + 1)).sum(axis=1)


def drawn_replicates(ratings: np.ndarray, number: int) -> np.ndarray:
    """Count, and evaluate alpha at resamples that are drawn as pays."""
    prepared = resampled_alpha(ratings, np.arange(len(ratings)), level="ordinal")
    return Draws(len(ratings), 1, ("bootstrap",), number).values(prepared)


def our_replicates(ratings: np.ndarray, number: int) -> np.ndarray:
    """Draw the weights, count, and evaluate alpha at every resample."""
    weights = multinomial_weights(len(ratings), rng=generator(1, "bootstrap"), replicates=number)
    return resampled_values(resampled_alpha(ratings, np.arange(len(ratings)), level="ordinal"), weights)


def looped_replicates(counts: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Evaluate `krippendorff.alpha` resample by resample, from the value counts of the units drawn."""
    units = np.arange(len(counts))
    return np.array(
        [
            krippendorff.alpha(
                value_counts=counts[np.repeat(units, row)],
                level_of_measurement="ordinal",
                value_domain=range(1, counts.shape[1] + 1),
            )
            for row in weights
        ]
    )


def best_of(times: int, work: Callable[[], object]) -> float:
    """Give the shortest of several times, seconds of the processor, which others on the machine do not lengthen."""
    seconds = []
    for _ in range(times):
        start = time.process_time()
        work()
        seconds.append(time.process_time() - start)
    return min(seconds)


if __name__ == "__main__":
    main()
