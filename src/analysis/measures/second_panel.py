"""How many of the awarded a second panel of the same size would award again."""

from __future__ import annotations

import numpy as np

from analysis.config import Competition, Edition
from analysis.errors import NotDefined
from analysis.measures.rows import Rows, attempt
from analysis.measures.slices import NUMERIC, Panel, Slice, drawn, misfit
from analysis.statistics.reml import variance_components
from analysis.statistics.replacement import CONFIDENCE, Again, certified_again
from analysis.statistics.resample import Interval

VARIANT = "predictive draws of a second panel of the same size, before the same dossiers of the last stage"


def add_certified_again(
    rows: Rows, panels: list[Panel], awarded: set[str] | NotDefined, competition: Competition
) -> None:
    """Add the expected number of the awarded that a second panel would award again, with its prediction interval."""
    found = awarded if isinstance(awarded, NotDefined) else attempt(_again, panels, awarded, competition)
    columns = {"uom": "count", "variant": VARIANT}
    if isinstance(found, NotDefined):
        rows.add("certified_again", found, None, **columns)
        return
    method = f"prediction, {found.draws} draws of a second panel"
    ends = Interval(found.low, found.high, np.nan, CONFIDENCE, method)
    offices = {
        office for panel in panels for office in panel.offices[np.isin(panel.dossiers.astype(str), sorted(awarded))]
    }
    rows.add("certified_again", found.value, ends, n_units=found.awarded, n_offices=len(offices), **columns)


def _again(panels: list[Panel], awarded: set[str], competition: Competition) -> Again:
    """Predict from the totals of the dossiers that reached every stage that counts."""
    if not panels:
        raise NotDefined("no_data", "the edition has no stage")
    edition = competition.edition(panels[0].edition)
    weights = _weights(edition)
    parts = [panel.composite_percent() for panel in panels if panel.stage in weights]
    for part in parts:
        unfit = misfit("certified_again", part.level, levels=NUMERIC)
        if unfit:
            raise unfit
    units = sorted(set.intersection(*(set(part.units) for part in parts)))
    if len(units) < 3:
        raise NotDefined("too_few_units", f"three dossiers with marks in every stage are needed; here {len(units)}")
    share = np.array([weights[part.keys["stage"]] for part in parts]) / sum(weights.values())
    totals, errors = (share**power @ np.array(rows) for power, rows in zip((1, 2), _stages(parts, units), strict=True))
    expected, left = _shrunk(totals, errors)
    index = {unit: place for place, unit in enumerate(parts[-1].units)}
    categories = parts[-1].categories[[index[unit] for unit in units]]
    return certified_again(
        expected,
        prediction_variance=left,
        error_variance=errors,
        awarded=np.isin(np.array(units, dtype=str), sorted(awarded)),
        rng=drawn(parts[-1], competition, scheme="second panel"),
        categories=categories if edition.decision.per == "category" else None,
    )


def _weights(edition: Edition) -> dict[str, float]:
    """Give the weights of the stages that count; the last stage alone where none has a weight."""
    weights = {stage.id: edition.decision.weights.get(stage.id, 0.0) for stage in edition.stages}
    counting = {stage: weight for stage, weight in weights.items() if weight > 0}
    return counting or {edition.stages[-1].id: 1.0}


def _stages(parts: list[Slice], units: list[str]) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Give the mean of each of the dossiers in each stage, and the variance of its error."""
    means, errors = [], []
    for part in parts:
        places = {unit: place for place, unit in enumerate(part.units)}
        chosen = [places[unit] for unit in units]
        means.append(part.unit_means()[chosen])
        errors.append(_error(part, chosen))
    return means, errors


def _error(part: Slice, chosen: list[int]) -> np.ndarray:
    """Variance of the error of each mean between dossiers: what common jurors add to all of them is left out."""
    dossier, juror = np.nonzero(np.isfinite(part.ratings))
    factors = {"dossier": dossier, "juror": juror}
    terms = ("dossier", "juror")
    found = variance_components(part.ratings[dossier, juror], factors, terms=terms, block="dossier")
    rated = np.isfinite(part.ratings[chosen]).astype(float)
    number = rated.sum(axis=1)
    weight = rated / number[:, None]
    total = weight.sum(axis=0)
    pairs = len(chosen) * (len(chosen) - 1)
    common = ((total @ total) - (weight**2).sum()) / pairs
    _, severity, residual = found.variances
    return severity * np.maximum(1 / number - common, 0.0) + residual / number


def _shrunk(totals: np.ndarray, errors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Draw the totals to their mean as far as they are error; give them and the variance that stays."""
    between = max(totals.var(ddof=1) - errors.mean(), 0.0)
    whole = between + errors
    kept = np.divide(between, whole, out=np.zeros_like(whole), where=whole > 0)
    return totals.mean() + kept * (totals - totals.mean()), between * (1 - kept)
