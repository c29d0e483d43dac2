"""Severities of several editions on one scale, through the jurors they share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse.csgraph import connected_components

from analysis.errors import NotDefined

DRIFT = 3.0  # standard errors by which a severity may depart from its juror's others before it links no longer
LINKING = 2  # jurors that an edition keeps at least: of two who disagree nobody can say who has drifted


@dataclass(frozen=True)
class Links:
    """Editions on the scale of one of them.

    Attributes
    ----------
    constant, se : arrays, shape (editions,)
        Logits to add to the measures of an edition; 0 for the reference. The standard error holds
        those of the jurors' measures and how far jurors change between editions.
    linked : array, shape (jurors, editions)
        Severities on the common scale; NaN where a juror took no part.
    z : array, shape (jurors, editions)
        Drift: the linked severity less the juror's in the other steady editions, over its standard error, with the
        editions linked without this juror where that is possible; NaN where there is no other edition.
    steady : array of bool, shape (jurors, editions)
        Used for the linking.
    spread
        Standard deviation of jurors' true changes between editions, logits, of the steady severities.
    common : array of int, shape (editions, editions)
        Steady jurors that two editions share.
    """

    constant: np.ndarray
    se: np.ndarray
    linked: np.ndarray
    z: np.ndarray
    steady: np.ndarray
    spread: float
    common: np.ndarray


def link_editions(measures: np.ndarray, errors: np.ndarray, *, reference: int = 0, drift: float = DRIFT) -> Links:
    """Put severities that were fitted edition by edition on one scale.

    measure = severity of the juror - constant of the edition + error, by weighted least squares over all common jurors
    at once; with two editions the constant is the mean difference of their common jurors.

    Parameters
    ----------
    measures, errors : arrays, shape (jurors, editions)
        Severities of each edition's own fit and their standard errors, logits; NaN where a juror took no part.
    reference
        Column whose scale is kept.
    drift
        A severity that departs by more standard errors than this from its juror's other editions links no more,
        farthest first, as long as every edition stays linked by two jurors. Infinity = all link.

    Raises
    ------
    NotDefined
        Some edition shares no juror with the rest, directly or through others ("not_connected").
    ValueError
        Arrays of different shapes, a standard error that is not positive.

    Source
    ------
    Wright & Stone (1979), Best test design, ch. 5 (common-item linking); Kolen & Brennan (2014), Test equating, ch. 6
    (mean/mean, displacement of anchors); between-edition variance by the method of moments, DerSimonian & Laird
    (1986), Control. Clin. Trials 7, 177-188.
    """
    table, error = np.asarray(measures, dtype=float), np.asarray(errors, dtype=float)
    there = ~np.isnan(table)
    if table.shape != error.shape or table.ndim != 2 or not (error[there] > 0).all():
        raise ValueError("measures and errors have the shape jurors × editions; errors are above 0")
    steady = repeated(there)
    if not linked(steady):
        raise NotDefined("not_connected", unlinked_sentence(steady))
    data = Data(np.where(there, table, 0.0), np.where(there, error, 1.0) ** 2, there, reference)
    while True:
        z = drifts(data, steady)
        left = without_worst(z, steady, drift)
        if left is None:
            break
        steady = left
    spread, constant, covariance = solved(data, steady, blocks(data, steady))
    return Links(
        constant, np.sqrt(np.maximum(np.diag(covariance), 0)), np.where(there, table + constant, np.nan), z, steady,
        spread, steady.astype(int).T @ steady.astype(int),
    )  # fmt: skip


@dataclass(frozen=True)
class Data:
    """Measures (0 where there is none), error variances, which there are, and the reference edition."""

    measures: np.ndarray
    variances: np.ndarray
    there: np.ndarray
    reference: int


def repeated(there: np.ndarray) -> np.ndarray:
    """Keep jurors with two editions."""
    return there & (there.sum(axis=1) >= 2)[:, None]


def linked(steady: np.ndarray) -> bool:
    """Tell whether jurors connect all editions."""
    common = steady.astype(int).T @ steady.astype(int)
    return connected_components(common, directed=False)[0] == 1


def unlinked_sentence(steady: np.ndarray) -> str:
    """Say which editions share jurors."""
    label = connected_components(steady.astype(int).T @ steady.astype(int), directed=False)[1]
    sets = [", ".join(str(edition + 1) for edition in np.flatnonzero(label == one)) for one in np.unique(label)]
    return f"No juror links these sets of editions (counted from 1): {'; '.join(sets)}."


def blocks(data: Data, steady: np.ndarray, *, spread: float = 0.0) -> np.ndarray:
    """Weighted sum of squares of each juror's severities around their mean, as a matrix of the editions."""
    weight = np.where(steady, 1 / (data.variances + spread**2), 0.0)
    total = np.maximum(weight.sum(axis=1), 1e-300)
    return weight[:, :, None] * np.eye(weight.shape[1]) - weight[:, :, None] * weight[:, None, :] / total[:, None, None]


def solved(data: Data, steady: np.ndarray, first: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
    """Give the spread of changes, the constants and their covariance; `first` are the blocks without spread."""
    x = data.measures
    constant, covariance = constants(data, first)
    residual = x + constant
    misfit = float(np.einsum("je,jef,jf->", residual, first, residual))
    df = int(steady.sum()) - int(steady.any(axis=1).sum()) - x.shape[1] + 1
    gain = np.trace(first, axis1=1, axis2=2).sum() - np.trace(covariance @ np.einsum("jef,jfg->eg", first, first))
    spread = float(np.sqrt(max(misfit - df, 0.0) / gain)) if df > 0 and gain > 0 else 0.0
    return spread, *constants(data, blocks(data, steady, spread=spread))


def constants(data: Data, block: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Solve for the constants of the editions, 0 at the reference."""
    free = np.delete(np.arange(block.shape[1]), data.reference)
    normal = block.sum(axis=0)[np.ix_(free, free)]
    right = -np.einsum("jef,jf->e", block, data.measures)[free]
    covariance = np.zeros(block.shape[1:])
    covariance[np.ix_(free, free)] = np.linalg.inv(normal)
    constant = np.zeros(block.shape[1])
    constant[free] = covariance[np.ix_(free, free)] @ right
    return constant, covariance


def drifts(data: Data, steady: np.ndarray) -> np.ndarray:
    """Compare each severity with its juror's other steady ones, the editions linked by the other jurors."""
    z = np.full(steady.shape, np.nan)
    for juror in np.flatnonzero(data.there.sum(axis=1) >= 2):
        others = steady.copy()
        others[juror] = False
        used = others if linked(others) else steady
        spread, constant, covariance = solved(data, used, blocks(data, used))
        value = data.measures[juror] + constant
        variance = data.variances[juror] + spread**2
        for edition in np.flatnonzero(data.there[juror]):
            rest = steady[juror].copy()
            rest[edition] = False
            if rest.any():
                weight = np.where(rest, 1 / variance, 0.0)
                along = -weight / weight.sum()
                along[edition] = 1.0
                noise = variance[edition] + 1 / weight.sum() + along @ covariance @ along
                z[juror, edition] = along @ np.where(along != 0, value, 0.0) / np.sqrt(noise)
    return z


def without_worst(z: np.ndarray, steady: np.ndarray, drift: float) -> np.ndarray | None:
    """Leave out the steady severity that drifts most; None where none drifts that may be left out."""
    size = np.where(steady, np.abs(z), 0.0)
    for place in np.argsort(-size, axis=None):
        if not size.flat[place] > drift:
            return None
        left = steady.copy()
        left.flat[place] = False
        left = repeated(left)
        if left.sum(axis=0).min() >= LINKING and linked(left):
            return left
    return None
