"""Each juror's marks beside those of the others on the same dossiers, as a whole and criterion by criterion."""

from __future__ import annotations

import numpy as np

from analysis.config import Competition
from analysis.errors import NotDefined
from analysis.measures.rows import Rows, attempt
from analysis.measures.slices import NUMERIC, Panel, Slice, misfit
from analysis.statistics.jurors import Deviation, deviation_from_others
from analysis.statistics.multiplicity import benjamini_hochberg
from analysis.statistics.resample import Interval


def add_deviations(rows: Rows, part: Slice, competition: Competition) -> None:
    """Add the deviation of each juror on the composite; the family of tests are the jurors."""
    found = _deviations(part, competition)
    q_values = benjamini_hochberg(np.array([_p_value(one) for one in found]))
    family = f"deviation of {np.isfinite(q_values).sum()} jurors"
    for juror, one, q_value in zip(part.jurors, found, q_values, strict=True):
        _add(rows.under(subject=juror), part, one, q_value, family)


def add_deviations_by_criterion(rows: Rows, panel: Panel, competition: Competition) -> None:
    """Add the deviation of each juror on each criterion; the family of tests are the criteria of one juror."""
    parts = [panel.of_criterion(criterion.id) for criterion in panel.criteria]
    found = [dict(zip(part.jurors, _deviations(part, competition), strict=True)) for part in parts]
    for juror in panel.jurors:
        own = [(part, of_jurors[juror]) for part, of_jurors in zip(parts, found, strict=True) if juror in of_jurors]
        q_values = benjamini_hochberg(np.array([_p_value(one) for _, one in own]))
        family = f"deviation on {np.isfinite(q_values).sum()} criteria of a juror"
        for (part, one), q_value in zip(own, q_values, strict=True):
            _add(rows.under(subject=juror, criterion=part.keys["criterion"]), part, one, q_value, family)


def _deviations(part: Slice, competition: Competition) -> list[Deviation | NotDefined]:
    unfit = misfit("deviation_from_others", part.level, levels=NUMERIC)
    found = []
    for place in range(len(part.jurors)):
        mine = np.isfinite(part.ratings[:, place])
        marks, cluster = part.orientation * part.ratings[mine], part.cluster[mine]
        confidence = competition.analysis.confidence
        found.append(unfit or attempt(deviation_from_others, marks, place, cluster=cluster, confidence=confidence))
    return found


def _add(rows: Rows, part: Slice, found: Deviation | NotDefined, q_value: float, family: str) -> None:
    under = rows.under(subject_type="juror", versus_type="others", variant="mean difference from the others' mean")
    if isinstance(found, NotDefined):
        under.add("deviation_from_others", found, None, uom=part.uom, n_units=0)
        return
    tested = {"p_value": found.p_value, "q_value": q_value, "q_family": family} if np.isfinite(q_value) else {}
    under.add("deviation_from_others", found.value, _ends(found), uom=part.uom, n_units=found.units, **tested)


def _p_value(found: Deviation | NotDefined) -> float:
    return np.nan if isinstance(found, NotDefined) else found.p_value


def _ends(found: Deviation) -> Interval | NotDefined:
    if np.isnan(found.low):
        return NotDefined(found.interval, f"{found.units} dossiers do not show how the difference varies")
    return Interval(found.low, found.high, found.se, found.confidence, found.interval)
