"""Verdict bands and published values: which words a number has earned, and who says so (`bands.toml`).

A verdict word never stands alone: it is printed beside the number, with the name of its source.
"""

from __future__ import annotations

import math
import tomllib
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class Band:
    """A band of a scheme: its name, its ends (the lower belongs to it), and where it is published."""

    scheme: str
    name: str
    low: float
    high: float
    short: str
    source: str

    @property
    def key(self) -> str:
        """Key of its words: `bands.<scheme>.<name>`."""
        return f"bands.{self.scheme}.{self.name}"

    @property
    def brief(self) -> str:
        """Key of its words for a cell of a table."""
        return f"bands.brief.{self.scheme}.{self.name}"


@dataclass(frozen=True)
class Published:
    """A coefficient that a comparable panel reached: of one mark, of the mean of several, or of a juror's two marks."""

    id: str
    form: str
    source: str
    value: float = math.nan
    low: float = math.nan
    high: float = math.nan


def band(measure: str, value: float) -> Band | None:
    """Give the band of a value, or None where the measure has no scheme or the value is missing.

    >>> band("krippendorff_alpha", 0.667).name, band("krippendorff_alpha", 0.6669).name
    ('tentative', 'below')
    >>> band("severity_additive", 0.3) is None
    True
    """
    scheme = next((name for name, entry in _schemes().items() if measure in entry["measures"]), None)
    if scheme is None or math.isnan(value):
        return None
    entry = _schemes()[scheme]
    place = bisect_right(entry["limits"], value)
    ends = [-math.inf, *entry["limits"], math.inf]
    return Band(scheme, entry["bands"][place], ends[place], ends[place + 1], entry["short"], entry["source"])


def limits(measure: str) -> list[float]:
    """Give the limits between the bands of a measure, in order; empty where it has no scheme.

    >>> limits("icc_a1")
    [0.5, 0.75, 0.9]
    """
    return next((list(entry["limits"]) for entry in _schemes().values() if measure in entry["measures"]), [])


def sources(measures: Iterable[str]) -> list[str]:
    """Give where the bands of measures are published, each source once.

    >>> sources(["icc_11", "icc_a1", "score_mean"])[0][:9]
    'Koo, T. K'
    """
    found = (entry["source"] for entry in _schemes().values() if set(entry["measures"]) & set(measures))
    return list(dict.fromkeys(found))


def reached(offices: int) -> float | None:
    """Give how often 95 % intervals of so few offices hold the true value; None where they hold it 93-97 times of 100.

    >>> reached(30) is None, reached(9) == reached(8)
    (True, True)
    """
    studied = _settings()["coverage"]
    if offices >= studied["enough"]:
        return None
    few = [entry["share"] for entry in studied["few"] if entry["offices"] <= offices]
    return few[-1] if few else studied["few"][0]["share"]


def published() -> list[Published]:
    """Give the values of comparable panels, in the order of `bands.toml`."""
    return [Published(**entry) for entry in _settings()["published"]]


def _schemes() -> dict[str, dict]:
    return {name: entry for name, entry in _settings().items() if name not in ("published", "coverage")}


@cache
def _settings() -> dict:
    return tomllib.loads(files("analysis.pages").joinpath("bands.toml").read_text("utf-8"))
