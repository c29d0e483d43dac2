"""Cells without a mark: how many a juror left, on which criteria, and whether the dossiers were weaker there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.config import Competition
from analysis.errors import NotDefined
from analysis.measures.rows import DESCRIBED, Rows, attempt
from analysis.measures.slices import NUMERIC, Panel, misfit, weakest
from analysis.statistics.trends import clustered_difference_interval, difference_of_means

EXCUSED = ("recused", "abstained", "not_applicable")  # said by somebody: no mark was to be given
FEWEST = 5  # cells on each side of a comparison
SKIPPED = "others' marks where the juror gave none less where he gave one, each less the criterion's mean"


@dataclass(frozen=True)
class Cells:
    """Where marks lie and where they lack; arrays have the shape (dossiers, jurors, criteria).

    Attributes
    ----------
    marked : array of flags
        A mark was given.
    blank : array of flags
        The juror marked the dossier on something, but not this, and nobody said why.
    skipped : array of flags
        `blank`, or the sheet holds a cell of a dossier that the juror marked on nothing, and nobody said why.
    """

    marked: np.ndarray
    blank: np.ndarray
    skipped: np.ndarray


def add_blanks(rows: Rows, panel: Panel, scores: pd.DataFrame, competition: Competition) -> None:
    """Add the share of blank marks by juror and by criterion, and how the dossiers a juror skipped differ."""
    cells = read_cells(panel, scores)
    variant = {"uom": "share", "variant": "of the marks due in the dossiers a juror marked"}
    for place, criterion in enumerate(panel.criteria):
        _share(rows.under(criterion=criterion.id), cells, np.s_[:, :, place], variant)
    _share(rows, cells, np.s_[:, :, :], variant)
    others = _others(panel)
    for place, juror in enumerate(panel.jurors):
        under = rows.under(subject_type="juror", subject=juror)
        _share(under, cells, np.s_[:, place, :], variant)
        _level(under, panel, cells, others[:, place, :], place=place, confidence=competition.analysis.confidence)


def read_cells(panel: Panel, scores: pd.DataFrame) -> Cells:
    """Tell where the marks of a stage lie, where they lack, and where a lacking one is excused."""
    marked = np.isfinite(panel.points)
    said = scores[(scores["edition"] == panel.edition) & (scores["stage"] == panel.stage) & scores["value"].isna()]
    excused, asked = (np.zeros(marked.shape, dtype=bool) for _ in range(2))
    ids = (list(panel.dossiers), list(panel.jurors), [criterion.id for criterion in panel.criteria])
    columns = ("dossier", "juror", "criterion")
    places = [pd.Index(known).get_indexer(said[column]) for known, column in zip(ids, columns, strict=True)]
    here = np.all([place >= 0 for place in places], axis=0)
    index = tuple(place[here] for place in places)
    excused[index] = said["missing"].isin(EXCUSED).to_numpy()[here]
    asked[index] = True
    judged = marked.any(axis=2, keepdims=True)
    lacking = ~marked & ~excused
    return Cells(marked, lacking & judged, lacking & (judged | asked))


def _share(rows: Rows, cells: Cells, chosen: tuple, columns: dict[str, str]) -> None:
    marked, blank = int(cells.marked[chosen].sum()), int(cells.blank[chosen].sum())
    none = NotDefined("no_data", "no mark was due")
    share = blank / (marked + blank) if marked + blank else none
    rows.add("blank_marks", share, DESCRIBED, n_scores=marked, **columns)


def _others(panel: Panel) -> np.ndarray:
    """Mean of the other jurors' marks of each cell less the criterion's mean, POMP; shape as the marks, NaN if none."""
    marks = panel.percent
    there = np.isfinite(marks)
    filled = np.where(there, marks, 0.0)
    number = there.sum(axis=1, keepdims=True) - there
    total = filled.sum(axis=1, keepdims=True) - filled
    with np.errstate(invalid="ignore"):
        others = total / np.where(number > 0, number, np.nan)
    given = there.sum(axis=(0, 1))
    return others - filled.sum(axis=(0, 1)) / np.where(given > 0, given, 1)


def _level(rows: Rows, panel: Panel, cells: Cells, others: np.ndarray, *, place: int, confidence: float) -> None:
    """Add how much better or worse the others marked what this juror skipped."""
    found = np.isfinite(others)
    sides = [cells.skipped[:, place, :] & found, cells.marked[:, place, :] & found]
    dossier = [np.nonzero(side)[0] for side in sides]
    values = [others[side] for side in sides]
    fewest = min(len(side) for side in values)
    unfit = misfit("skipped_level", weakest(panel.scales), levels=NUMERIC)
    if fewest < FEWEST:
        text = f"{FEWEST} marks of others are needed where the juror gave none and where he gave one; here {fewest}"
        unfit = unfit or NotDefined("too_few_units", text)
    ends = attempt(
        clustered_difference_interval,
        values[1],
        values[0],
        cluster_earlier=panel.offices[dossier[1]],
        cluster_later=panel.offices[dossier[0]],
        confidence=confidence,
    )
    value = unfit or difference_of_means(values[1], values[0])
    units = len(np.unique(dossier[0]))
    rows.add("skipped_level", value, ends, uom="POMP", variant=SKIPPED, n_units=units, n_scores=len(values[0]))
