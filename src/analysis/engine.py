"""Where work runs: in this process or in a pool, behind one standard Executor."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from typing import Any, TypeVar

from threadpoolctl import threadpool_limits

Result = TypeVar("Result")


class Here(Executor):
    """An executor that runs each call at once, in this process."""

    def submit(self, call: Callable[..., Result], /, *args: Any, **named: Any) -> Future[Result]:
        """Run `call` and give its finished future."""
        future: Future[Result] = Future()
        try:
            future.set_result(call(*args, **named))
        except BaseException as error:
            future.set_exception(error)
        return future


def default_workers() -> int:
    """Give the number of processors this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


@contextmanager
def executor(workers: int) -> Iterator[Executor]:
    """Open a place to run work: this process for one worker, else a pool of forked processes.

    Forked children share what the parent has loaded; where the system cannot fork, they are spawned.
    Numbers are made with one BLAS thread, so that the last digits do not depend on the machine's cores.
    """
    if workers <= 1:
        with threadpool_limits(1):
            yield Here()
        return
    method = "fork" if "fork" in multiprocessing.get_all_start_methods() else "spawn"
    context = multiprocessing.get_context(method)
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_one_thread) as pool:
        yield pool


def each(
    call: Callable[..., Result],
    inputs: Iterable[tuple],
    *,
    workers: int,
    done: Callable[[int], None] | None = None,
) -> list[Result]:
    """Call `call(*input)` for every input and give the results in the order of the inputs.

    `done(index)` is called as each finishes. The first exception stops the work and is raised.
    """
    with executor(workers) as place:
        futures = {place.submit(call, *arguments): index for index, arguments in enumerate(inputs)}
        results: list[Any] = [None] * len(futures)
        try:
            for future in as_completed(futures):
                results[futures[future]] = future.result()
                if done:
                    done(futures[future])
        except BaseException:
            place.shutdown(wait=False, cancel_futures=True)
            raise
    return results


def _one_thread() -> None:
    threadpool_limits(1)
