"""Krippendorff's alpha: time and memory on continuous scores, and bootstrap replicates beside a loop.

Run by `python -m benchmarks.agreement`. The loop is what a user of the `krippendorff` package writes: the value counts
of the units once, then `krippendorff.alpha(value_counts=...)` of every resample. Both get the same resamples, and
their values are compared before anything is timed.
"""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable

import krippendorff
import numpy as np
from threadpoolctl import threadpool_limits

from analysis.statistics.alpha import krippendorff_alpha, resampled_alpha
from analysis.statistics.resample import generator, multinomial_weights, resampled_values

SCORES, TARGET_MS = 100_000, 50
UNITS, JURORS, LEVELS, MISSING = 1_000, 12, 10, 0.2
REPLICATES, LOOPED, TARGET_RATIO = 10_000, 300, 25


def main() -> None:
    """Print the two comparisons."""
    with threadpool_limits(1):  # as the measures run
        print(continuous())
        print(replicates(number=REPLICATES, looped=LOOPED))


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
    counts = (ratings[:, :, None] == np.arange(1, LEVELS + 1)).sum(axis=1)
    weights = multinomial_weights(len(ratings), rng=generator(1, "bootstrap"), replicates=number)[:looped]
    start = time.perf_counter()
    theirs = looped_replicates(counts, weights)
    loop_s = (time.perf_counter() - start) / looped * number
    difference = float(np.abs(ours[:looped] - theirs).max())
    if difference > 1e-9:
        raise SystemExit(f"the replicates differ by up to {difference:.1e}")
    ours_s = best_of(5, lambda: our_replicates(ratings, number))
    return (
        f"ordinal alpha, {UNITS} x {JURORS}, {LEVELS} levels, {MISSING:.0%} missing, {number:,} replicates: "
        f"{ours_s:.3f} s; loop over krippendorff.alpha {loop_s:.2f} s ({looped} replicates scaled); "
        f"ratio {loop_s / ours_s:.0f} (target {TARGET_RATIO}); largest difference {difference:.0e}"
    )


def sparse_ratings() -> np.ndarray:
    """Marks of a panel on a scale of ten levels, a fifth missing."""
    rng = generator(1, "benchmark", "ratings")
    latent = rng.normal(5.5, 2, (UNITS, 1)) + rng.normal(0, 1.2, (UNITS, JURORS))
    ratings = np.clip(latent.round(), 1, LEVELS)
    ratings[rng.random(ratings.shape) < MISSING] = np.nan
    return ratings


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
                value_domain=range(1, LEVELS + 1),
            )
            for row in weights
        ]
    )


def best_of(times: int, work: Callable[[], object]) -> float:
    """Give the shortest of several times, seconds."""
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


if __name__ == "__main__":
    main()
