"""Whether a juror marks single dossiers or criteria otherwise than the juror's severity says, by the Rasch model."""

from __future__ import annotations

import numpy as np
from scipy.stats import chi2, norm

from analysis.errors import NotDefined
from analysis.measures.rasch import NO_INTERVAL, StageFit
from analysis.measures.rows import Rows
from analysis.statistics import rasch
from analysis.statistics.multiplicity import benjamini_hochberg
from analysis.statistics.resample import Interval

FEWEST = {"dossier": 3, "criterion": 4}  # marks of a cell that is judged
MOST_JURORS = 30  # of more, nobody reads every pair of criteria
CELL = "one shift of a cell, measures held"


def add_bias(rows: Rows, stage: StageFit) -> None:
    """Add the cells of juror × dossier and of juror × criterion that have marks enough."""
    for kind, fewest in FEWEST.items():
        under = rows.under(subject_type="juror", versus_type=kind, variant=CELL)
        if kind not in stage.fit.ratings.names:
            refuse_kind(under, NotDefined("one_item", "all marks are on one criterion"))
            continue
        table = rasch.interaction_table(stage.fit, ("juror", kind))
        enough = table.count >= fewest
        if not enough.any():
            refuse_kind(under, NotDefined("too_few_units", f"a cell needs {fewest} marks"))
            continue
        _add_cells(under, stage, table, np.flatnonzero(enough))
        _add_total(under, table, enough)
        if kind == "criterion" and len(stage.panel.jurors) <= MOST_JURORS:
            _add_contrasts(rows, stage, table, enough)


def refuse_bias(rows: Rows, reason: NotDefined) -> None:
    """Say why no cell is judged."""
    for kind in FEWEST:
        refuse_kind(rows.under(subject_type="juror", versus_type=kind, variant=CELL), reason)


def refuse_kind(rows: Rows, reason: NotDefined) -> None:
    """Say why no cell of one kind is judged."""
    rows.add("bias", reason, None, uom="logits")
    rows.add("bias_chi2", reason, None, uom="coefficient")


def _add_cells(rows: Rows, stage: StageFit, table: rasch.InteractionTable, cells: np.ndarray) -> None:
    """Add the shift of each cell, with the score test corrected over the cells that are judged."""
    width = norm.ppf((1 + stage.confidence) / 2)
    q_values = benjamini_hochberg(table.z_p[cells])
    kind = table.facets[1]
    family = f"bias of {np.isfinite(q_values).sum()} cells juror × {kind}"
    for cell, q_value in zip(cells, q_values, strict=True):
        size, se = table.size[cell], table.se[cell]
        ends = Interval(size - width * se, size + width * se, se, stage.confidence, "normal, all else as known")
        tested = np.isfinite(q_value)
        rows.add(
            "bias",
            size,
            ends,
            uom="logits",
            subject=stage.name("juror", table.first[cell]),
            versus=stage.name(kind, table.second[cell]),
            p_value=table.z_p[cell],
            q_value=q_value,
            q_family=family if tested else "",
            n_scores=round(table.count[cell]),
            n_units=1 if kind == "dossier" else round(table.count[cell]),
        )


def _add_total(rows: Rows, table: rasch.InteractionTable, enough: np.ndarray) -> None:
    """Add the test that all judged cells are free of bias.

    The score tests of a juror's cells, and of an element's, sum to about 0, so they vary in fewer dimensions than
    there are cells: their sum of squares is brought to that number.
    """
    used = enough & np.isfinite(table.z)
    cells = int(used.sum())
    rank = cells - len(np.unique(table.first[used])) - len(np.unique(table.second[used])) + 1
    value: float | NotDefined = NotDefined("too_few_units", f"{cells} cells that can be tested are too few")
    p_value = np.nan
    if cells and rank > 0:
        value = float((table.z[used] ** 2).sum()) * rank / cells
        p_value = float(chi2.sf(value, rank))
    rows.add("bias_chi2", value, NO_INTERVAL, uom="coefficient", p_value=p_value, n_scores=round(table.count.sum()))


def _add_contrasts(rows: Rows, stage: StageFit, table: rasch.InteractionTable, enough: np.ndarray) -> None:
    """Add each juror's biases on two criteria beside each other."""
    cells = {(table.first[cell], table.second[cell]): table.count[cell] for cell in np.flatnonzero(enough)}
    for juror in np.unique(table.first):
        found = rasch.contrasts(table, juror)
        keep = [(juror, one) in cells and (juror, two) in cells for one, two in zip(found.one, found.two, strict=True)]
        q_values = benjamini_hochberg(np.where(keep, found.p, np.nan))
        for place in np.flatnonzero(keep):
            one, two = found.one[place], found.two[place]
            rows.under(subject_type="juror", subject=stage.name("juror", juror), versus_type="criterion").add(
                "bias_contrast",
                found.value[place],
                NO_INTERVAL,
                uom="logits",
                criterion=stage.name("criterion", one),
                versus=stage.name("criterion", two),
                variant="Welch",
                se=found.se[place],
                p_value=found.p[place],
                q_value=q_values[place],
                q_family=f"bias_contrast of {sum(keep)} pairs of criteria of a juror",
                n_units=round(min(cells[juror, one], cells[juror, two])),
            )
