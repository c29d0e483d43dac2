"""Rows of the table of results: a number with its interval, or the reason why there is none."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import pandas as pd

from analysis import schema
from analysis.errors import NotDefined
from analysis.statistics.resample import Interval

DIGITS = 12  # significant digits kept of every number
COUNTED = NotDefined("description", "a count of these data, not an estimate")
DESCRIBED = NotDefined("description", "a description of these data, not an estimate")

_NUMBERS = [column.name for column in schema.RESULTS.columns if column.type == "number"]
_Found = TypeVar("_Found")


def attempt(statistic: Callable[..., _Found], *arguments: Any, **settings: Any) -> _Found | NotDefined:
    """Give what `statistic` gives, or the `NotDefined` it raises; every other error stays an error."""
    try:
        return statistic(*arguments, **settings)
    except NotDefined as reason:
        return reason


class Rows:
    """Rows in the making, all with the same key columns.

    Parameters
    ----------
    keys
        Key columns that every row shares (`edition`, `stage`, ...).

    >>> rows = Rows(edition="e01", stage="s1")
    >>> rows.add("n_scores", 12, COUNTED, uom="count")
    >>> rows.add("icc_11", NotDefined("one_juror", "no dossier has two marks"), None, uom="coefficient")
    >>> rows.frame()[["edition", "measure", "value", "reason"]].to_dict("records")
    [{'edition': 'e01', 'measure': 'icc_11', 'value': nan, 'reason': 'one_juror: no dossier has two marks'},
     {'edition': 'e01', 'measure': 'n_scores', 'value': 12.0, 'reason': ''}]
    """

    def __init__(self, **keys: str):
        self._keys = keys
        self._rows: list[dict[str, Any]] = []

    def under(self, **keys: str) -> Rows:
        """Give a builder whose rows go into this one and also have these key columns."""
        below = Rows(**{**self._keys, **keys})
        below._rows = self._rows
        return below

    def add(
        self,
        measure: str,
        value: float | NotDefined,
        interval: Interval | NotDefined | None,
        *,
        uom: str,
        **columns: Any,
    ) -> None:
        """Add a row.

        Parameters
        ----------
        measure
            Name of the measure.
        value
            The number, or why there is none.
        interval
            An `Interval` of statistics.resample, or why there is none (ignored without a value).
        uom
            Unit of the number.
        columns
            Further columns of the table of results.

        Raises
        ------
        ValueError
            The value is not a finite number: a statistic must say why it is not defined.
        """
        row = {**self._keys, **columns, "measure": measure, "uom": uom}
        if not isinstance(value, NotDefined) and not math.isfinite(value):
            raise ValueError(f"{measure} is {value} in {row}, without a reason")
        if isinstance(value, NotDefined):
            row |= {"reason": str(value), "interval_reason": str(value)}
        elif isinstance(interval, NotDefined):
            row |= {"value": float(value), "interval_reason": str(interval)}
        else:
            row |= {"value": float(value), **vars(interval)}
        self._rows.append(row)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Go through the rows with these key columns, in the order they were added."""
        return (row for row in list(self._rows) if all(row.get(name) == key for name, key in self._keys.items()))

    def frame(self) -> pd.DataFrame:
        """Give the table of results: checked, in the order of its key, numbers at `DIGITS` significant digits."""
        frame = schema.conform(pd.DataFrame(self._rows), schema.RESULTS)
        for name in _NUMBERS:
            frame[name] = [_rounded(value) for value in frame[name].to_list()]
        frame = frame.astype(dict.fromkeys(_NUMBERS, "float64"))
        frame = frame.sort_values(list(schema.RESULT_KEY), kind="stable", ignore_index=True)
        return schema.check(frame, schema.RESULTS)


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}") + 0.0  # + 0.0: no negative zero
