"""How people filled in a questionnaire: far too fast, always the same answer, an item the wrong way round.

Nobody is left out for it: a third of those who always answer alike mean it. The findings say where to look.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.config import Competition, Instrument
from analysis.intake.grid import Sheet
from analysis.intake.ledger import Finding, Journal

FAST = 1 / 3
"""Part of the median time below which a questionnaire counts as filled in too fast to be read."""
ALIKE = 8
"""Answers, all the same, from which a person counts as answering alike."""
PEOPLE = 20
"""Respondents below which nothing is said about times and items."""
AGAINST = -0.2
"""Correlation of an item with the mean of the others below which it most likely runs the other way."""


def note_styles(
    sheet: Sheet,
    rows: np.ndarray,
    people: pd.DataFrame,
    answers: pd.DataFrame,
    *,
    asked: tuple[Competition, Instrument],
    journal: Journal,
) -> None:
    """Note respondents who hurried or answered alike, and items that run against the others, of one sheet.

    Parameters
    ----------
    sheet : Sheet
        The sheet of a survey.
    rows : array of int, shape (n,)
        Row of the sheet of each respondent.
    people : DataFrame, n rows
        The respondents, in the same order: `wave respondent duration_s`.
    answers : DataFrame
        Their answers: `respondent item value`.
    asked : tuple
        The competition, for its scales, and the questionnaire.
    journal : Journal
        Takes the findings `speeder`, `straight_liner` (one for each sheet) and `reversed_item` (one for each item).
    """
    if not len(people) or not len(answers):
        return
    wave = str(people["wave"].iloc[0])
    given = answers.pivot_table(index="respondent", columns="item", values="value", aggfunc="first")
    given = given.reindex(people["respondent"].to_numpy())
    for code, odd in (("speeder", hurried(people["duration_s"].to_numpy(float))), ("straight_liner", alike(given))):
        if odd.any():
            place = sheet.place(rows[odd].tolist())
            journal.findings.append(Finding(code, sheet, place, wave, count=int(odd.sum())))
    for group in _dimensions(given, *asked):
        for item, correlation in against(group).items():
            entry = Finding("reversed_item", sheet, "", f"{wave}: {item}", f"r = {correlation:.2f}")
            journal.findings.append(entry)


def hurried(seconds: np.ndarray) -> np.ndarray:
    """Tell who took less than a third of the median time (`FAST`); nobody among fewer than `PEOPLE` known times.

    >>> hurried(np.array([200.0] * 20 + [60.0, np.nan])).nonzero()[0]
    array([20])
    """
    known = np.isfinite(seconds)
    if known.sum() < PEOPLE:
        return np.zeros(len(seconds), bool)
    return known & (np.where(known, seconds, np.inf) < FAST * np.median(seconds[known]))


def alike(given: pd.DataFrame) -> np.ndarray:
    """Tell who gave at least `ALIKE` answers, all of them the same."""
    values = given.to_numpy(float)
    there = np.isfinite(values)
    low, high = np.where(there, values, np.inf).min(axis=1), np.where(there, values, -np.inf).max(axis=1)
    return (there.sum(axis=1) >= ALIKE) & (low == high)


def against(oriented: pd.DataFrame) -> dict[str, float]:
    """Give the items that correlate with the mean of the others below `AGAINST`, and that correlation."""
    values = oriented.to_numpy(float)
    there = np.isfinite(values)
    found = {}
    for place, item in enumerate(oriented.columns):
        others = np.delete(values, place, axis=1)
        count = np.isfinite(others).sum(axis=1)
        both = there[:, place] & (count > 0)
        if both.sum() < PEOPLE:
            continue
        rest, own = np.nansum(others[both], axis=1) / count[both], values[both, place]
        if own.std() and rest.std() and (correlation := float(np.corrcoef(own, rest)[0, 1])) < AGAINST:
            found[str(item)] = correlation
    return found


def _dimensions(given: pd.DataFrame, competition: Competition, instrument: Instrument) -> list[pd.DataFrame]:
    """Give the answers to the items of each dimension, turned so that the best is highest, 0-100.

    Items with fewer than three levels or without an order are left out; without dimensions all items are one.
    """
    turned: dict[str | None, dict[str, pd.Series]] = {}
    for item in instrument.items:
        scale = competition.scales[item.scale]
        few = scale.step and scale.maximum - scale.minimum < 2 * scale.step
        if item.id in given and scale.level != "nominal" and not few:
            percent = 100 * (given[item.id] - scale.minimum) / (scale.maximum - scale.minimum)
            better = (scale.direction == "higher") != item.reverse
            turned.setdefault(item.dimension, {})[item.id] = percent if better else 100 - percent
    kept = {name: items for name, items in turned.items() if name is not None} or turned
    return [pd.DataFrame(items, index=given.index) for items in kept.values() if len(items) > 2]
