"""The same work gives the same results in this process and in a pool."""

import os

import pytest

from analysis.engine import default_workers, each


def square(number):
    return number * number


def process(_):
    return os.getpid()


def fail(number):
    raise ValueError(f"input {number}")


@pytest.mark.parametrize("workers", [1, 2])
def test_results_come_in_the_order_of_the_inputs(workers):
    assert each(square, [(number,) for number in range(7)], workers=workers) == [0, 1, 4, 9, 16, 25, 36]


@pytest.mark.parametrize("workers", [1, 2])
def test_each_finished_input_is_told_once(workers):
    told = []
    each(square, [(1,), (2,), (3,)], workers=workers, done=told.append)
    assert sorted(told) == [0, 1, 2]


def test_one_worker_is_this_process():
    assert each(process, [(0,)], workers=1) == [os.getpid()]


def test_two_workers_are_other_processes():
    assert os.getpid() not in each(process, [(0,), (1,)], workers=2)


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_is_raised_as_it_is(workers):
    with pytest.raises(ValueError, match="input 5"):
        each(fail, [(5,)], workers=workers)


def test_there_is_at_least_one_worker():
    assert default_workers() >= 1
