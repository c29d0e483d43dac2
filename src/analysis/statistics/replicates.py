"""Marks that jurors gave more than once: how reliable they are against other jurors, and against the same juror."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.statistics.reml import variance_components


@dataclass(frozen=True)
class Replicates:
    """Reliability of marks that jurors gave more than once: of a juror's mark against other jurors, and himself.

    `inter` is the share of the variance of marks that lies between units, `intra` that which the same juror's second
    mark of the same unit would have in common with the first; the variances, in points squared, behind them.
    """

    inter: float
    intra: float
    units: float
    jurors: float
    units_by_jurors: float
    error: float


def icc_replicates(marks: np.ndarray) -> Replicates:
    """Reliability within and between jurors from marks that jurors gave more than once.

    mark = mean + unit + juror + unit x juror + error, all random, by REML, so that any cells may be missing; in a
    complete table the analysis of variance gives the same, unless one of its components is negative.

    Parameters
    ----------
    marks : array, shape (units, jurors, replicates)
        Points, NaN where there is no mark. Replicates of a cell are taken to differ by error only, so a shift from the
        first marks to the second counts as error.

    Returns
    -------
    Replicates
        Both reliabilities, 0 to 1, and the components they are made of, points squared.

    Raises
    ------
    NotDefined
        No marks or no variation; fewer than two units or jurors; no cell with two marks; a design that cannot tell the
        components apart.
    ValueError
        Not three dimensions, or infinite marks.

    Source
    ------
    Eliasziw, Young, Woodbury & Fryday-Field (1994), Phys. Ther. 74, 777-788; Gwet (2014), Handbook of Inter-Rater
    Reliability, part III (units and jurors random, with interaction).
    """
    cells = np.asarray(marks, dtype=float)
    if cells.ndim != 3:
        raise ValueError(f"marks have the shape units × jurors × replicates; this array has {cells.ndim} dimensions")
    unit, juror, _ = np.nonzero(~np.isnan(cells))
    components = variance_components(
        cells[~np.isnan(cells)], {"unit": unit, "juror": juror}, terms=("unit", "juror", "unit:juror"), block="unit"
    )
    units, jurors, both, error = components.variances.tolist()
    total = units + jurors + both + error
    return Replicates(units / total, (units + jurors + both) / total, units, jurors, both, error)
