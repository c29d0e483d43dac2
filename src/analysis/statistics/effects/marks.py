"""The marks of a panel as juror effects need them: severities taken out, each juror beside the others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.errors import NotDefined
from analysis.statistics.ratings import DECIMALS
from analysis.statistics.resample import cluster_index


@dataclass(frozen=True)
class PanelMarks:
    """Each juror's marks beside the others' of the same dossiers.

    Attributes
    ----------
    marks : array, shape (dossiers, jurors, criteria)
        Points as given, NaN where there is none.
    generosity : array, shape (jurors, criteria)
        What each juror gives more than the panel: additive model dossier + juror, one a criterion; points.
    leverage : array, shape (jurors, criteria)
        Variance of the generosity in units of the error variance of one mark.
    compared : array of bool, shape (dossiers, jurors, criteria)
        Marks of dossiers and criteria that another juror marked too.
    own : array, same shape
        Mark less generosity, less the juror's mean of such marks; 0 where not compared.
    others : array, same shape
        Mean of the other jurors' marks of the same dossier and criterion less their generosity, less its mean over
        the juror's dossiers; 0 where not compared.
    others_square : array, same shape
        Mean square of the other jurors' such marks around that mean.
    cluster : array of int, shape (dossiers,)
        Office of each dossier.
    """

    marks: np.ndarray
    generosity: np.ndarray
    leverage: np.ndarray
    compared: np.ndarray
    own: np.ndarray
    others: np.ndarray
    others_square: np.ndarray
    cluster: np.ndarray

    @property
    def units(self) -> np.ndarray:
        """Dossiers of each juror that another juror judged too, shape (jurors,)."""
        return self.compared.any(axis=2).sum(axis=0)

    @property
    def offices(self) -> np.ndarray:
        """Offices of these dossiers, shape (jurors,)."""
        return (self.by_office(self.compared.any(axis=2).astype(int)) > 0).sum(axis=0)

    @property
    def weight(self) -> np.ndarray:
        """Precision of each difference from the others, shape (dossiers, jurors): 1/2 beside one, 2/3 beside two."""
        number = self.compared.any(axis=2).sum(axis=1, keepdims=True)
        return self.compared.any(axis=2) * (1 - 1 / np.maximum(number, 1))

    @property
    def difference(self) -> np.ndarray:
        """Own marks less the others', mean over the criteria, shape (dossiers, jurors): points, 0 where none."""
        count = self.compared.sum(axis=2)
        return (self.own - self.others).sum(axis=2) / np.maximum(count, 1)

    def by_office(self, values: np.ndarray) -> np.ndarray:
        """Sum values of dossiers (first axis) over the dossiers of each office."""
        if self.cluster.max() + 1 == len(self.cluster):
            return values
        summed = np.zeros((self.cluster.max() + 1, *values.shape[1:]))
        np.add.at(summed, self.cluster, values)
        return summed


def panel_marks(cube: np.ndarray, *, cluster: np.ndarray | None = None) -> PanelMarks:
    """Take each juror's general severity on each criterion out and put the others beside each juror.

    Parameters
    ----------
    cube : array, shape (dossiers, jurors, criteria)
        Points, per cent of the range where criteria have different scales; NaN where there is no mark.
    cluster : array, shape (dossiers,), optional
        Office of each dossier; without it each dossier is its own.

    Raises
    ------
    NotDefined
        No marks, or no dossier with two jurors on the same criterion.
    ValueError
        The array has not three dimensions.

    Source
    ------
    Two-way additive model by least squares, dossiers eliminated: Searle (1971), Linear Models, ch. 7.
    """
    marks = np.asarray(cube, dtype=float)
    if marks.ndim != 3:
        raise ValueError(f"marks have the shape dossiers × jurors × criteria; this array has {marks.ndim} dimensions")
    if np.isnan(marks).all():
        raise NotDefined("no_data", "No dossier has a mark.")
    marks = np.round(marks, DECIMALS)
    rated = ~np.isnan(marks)
    count = rated.sum(axis=1, keepdims=True)
    compared = rated & (count >= 2)
    if not compared.any():
        raise NotDefined("one_juror", "No dossier was marked by two jurors on the same criterion.")
    filled = np.where(compared, marks - np.nanmean(marks), 0.0)
    generosity, leverage = additive_generosity(filled, compared)
    adjusted = np.where(compared, filled - generosity, 0.0)
    number = np.maximum(count - 1, 1)
    others = np.where(compared, (adjusted.sum(axis=1, keepdims=True) - adjusted) / number, 0.0)
    squares = adjusted**2
    others_square = np.where(compared, (squares.sum(axis=1, keepdims=True) - squares) / number, 0.0)
    judged = np.maximum(compared.sum(axis=0), 1)
    centre = others.sum(axis=0) / judged
    return PanelMarks(
        marks=marks, generosity=generosity, leverage=leverage, compared=compared,
        own=np.round(np.where(compared, adjusted - adjusted.sum(axis=0) / judged, 0.0), DECIMALS),
        others=np.round(np.where(compared, others - centre, 0.0), DECIMALS),
        others_square=np.where(compared, others_square - 2 * centre * others + centre**2, 0.0),
        cluster=np.arange(len(marks)) if cluster is None else cluster_index(cluster),
    )  # fmt: skip


def additive_generosity(filled: np.ndarray, compared: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Fit dossier + juror to the marks of each criterion; effects sum to 0 in every connected part.

    Returns
    -------
    generosity, leverage : arrays, shape (jurors, criteria)
    """
    weight = compared.astype(float)
    count = np.maximum(weight.sum(axis=1, keepdims=True), 1)
    deviation = np.where(compared, filled - filled.sum(axis=1, keepdims=True) / count, 0.0)
    pattern = weight.transpose(2, 1, 0)  # criteria × jurors × dossiers
    normal = pattern.sum(axis=2)[:, :, None] * np.eye(weight.shape[1])
    normal -= (pattern / count.transpose(2, 1, 0)) @ pattern.transpose(0, 2, 1)
    inverse = np.linalg.pinv(normal, rcond=1e-10, hermitian=True)
    return np.einsum("cjk,kc->jc", inverse, deviation.sum(axis=0)), np.einsum("cjj->jc", inverse).clip(0)
