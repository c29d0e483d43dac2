"""The contents of the analysis: which statistic on which slice of the tables, by noun, as rows of results."""

from __future__ import annotations

import pandas as pd

from analysis.config import Competition
from analysis.errors import DataError
from analysis.measures import agreement, decisions, jurors, survey, trends

_MEASURES = {
    "agreement": agreement.measure,
    "jurors": jurors.measure,
    "decisions": decisions.measure,
    "trends": trends.measure,
    "survey": survey.measure,
}
NOUNS = tuple(_MEASURES)


def parts(noun: str, competition: Competition) -> list[str]:
    """Give the editions a noun is measured for, each apart; "" is the part that pools or compares editions.

    Raises
    ------
    DataError
        There is no such noun.
    """
    editions = [edition.id for edition in competition.editions]
    every = {
        "agreement": editions,
        "jurors": [*editions, ""],
        "decisions": editions,
        "trends": [""],
        "survey": [""],
    }
    return every[_known(noun)]


def measure(noun: str, tables: dict[str, pd.DataFrame], competition: Competition, edition: str) -> pd.DataFrame:
    """Measure one noun for one of its parts.

    Parameters
    ----------
    noun
        One of `NOUNS`.
    tables
        The tidy tables of `schema`, and `crosswalk` where there is one.
    competition
        The configuration.
    edition
        One of `parts(noun, competition)`.

    Returns
    -------
    DataFrame
        Rows of `schema.RESULTS`, checked, in the order of its key, numbers at 12 significant digits. What the data do
        not define is a row with its reason.

    Raises
    ------
    DataError
        There is no such noun, or it has no such part.
    """
    if edition not in parts(noun, competition):
        listed = ", ".join(repr(part) for part in parts(noun, competition)) or "none"
        raise DataError(f"{noun!r} is not measured for edition {edition!r}; it is for: {listed}.")
    return _MEASURES[noun](tables, competition, edition)


def _known(noun: str) -> str:
    if noun not in _MEASURES:
        raise DataError(f"There is nothing called {noun!r} to measure; there are: {', '.join(NOUNS)}.")
    return noun
