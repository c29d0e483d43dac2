"""Severities of several editions on one scale, through the jurors they share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse.csgraph import connected_components
from scipy.stats import t

from analysis.errors import NotDefined

DRIFT = 3.0  # standard errors by which a severity may depart from its juror's others before it links no more
LINKING = 2  # jurors that an edition keeps at least: of two who disagree nobody can say who has drifted


@dataclass(frozen=True)
class Links:
    """Editions on the scale of one of them; unit: that of the severities.

    Attributes
    ----------
    constant, se : arrays, shape (editions,)
        To be added to the severities of an edition; 0 for the reference. The standard error holds those of the
        severities and how far jurors change between editions.
    shift, shift_se : arrays, shape (editions - 1,)
        Constant of the next edition less that of the edition: how much more severe its panel is, where severities are
        centred within editions.
    linked, linked_se : arrays, shape (jurors, editions)
        Severities on the common scale; NaN where a juror took no part.
    z : array, shape (jurors, editions)
        The linked severity less the juror's in the other steady editions, over its standard error, with the editions
        linked without this juror; NaN where nobody else links them.
    change, change_se, change_df, change_p : arrays, shape (jurors, editions - 1)
        Drift: severity in the next edition less that in the edition, the two linked by the other jurors; p from t.
        NaN where the juror missed one of the two, or nobody else links them; p also where the others are too few to
        show how far jurors change (`change_df` is 0).
    steady : array of bool, shape (jurors, editions)
        Used for the linking.
    spread
        Standard deviation of jurors' true changes around their mean, of the steady severities.
    df
        Steady severities less jurors, less editions, plus 1: what the spread is estimated from.
    common : array of int, shape (editions, editions)
        Steady jurors that two editions share.
    """

    constant: np.ndarray
    se: np.ndarray
    shift: np.ndarray
    shift_se: np.ndarray
    linked: np.ndarray
    linked_se: np.ndarray
    z: np.ndarray
    change: np.ndarray
    change_se: np.ndarray
    change_df: np.ndarray
    change_p: np.ndarray
    steady: np.ndarray
    spread: float
    df: int
    common: np.ndarray


def link_editions(measures: np.ndarray, errors: np.ndarray, *, reference: int = 0, drift: float = DRIFT) -> Links:
    """Put severities that were estimated edition by edition on one scale.

    measure = severity of the juror - constant of the edition + change + error, by generalised least squares over all
    editions and jurors at once; with two editions and equal errors the constant is the mean difference of their common
    jurors.

    Parameters
    ----------
    measures : array, shape (jurors, editions)
        Severities of each edition's own fit, in logits, points or any unit; NaN where a juror took no part. The origin
        of each edition is free.
    errors : array, shape (jurors, editions) or (editions, jurors, jurors)
        Standard errors of severities with independent errors, or the covariances of each edition's errors, which may
        be singular along the edition's mean, as those of centred severities are.
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
        Shapes that do not fit, a variance that is not positive.

    Source
    ------
    Wright & Stone (1979), Best test design, ch. 5 (common-item linking); Kolen & Brennan (2014), Test equating, ch. 6
    (mean/mean, displacement of anchors); between-edition variance by the method of moments, DerSimonian & Laird
    (1986), Control. Clin. Trials 7, 177-188. With the covariances of an additive model of equal error variance, no
    changes and nobody left out, the linked severities are those of one additive model over all editions.

    >>> links = link_editions(np.array([[0.5, 0.1], [-0.5, -0.7], [0.0, 0.6]]), np.full((3, 2), 0.1), drift=np.inf)
    >>> links.constant
    array([0., 0.])
    """
    data = _read(measures, errors, reference)
    steady = data.there & (data.there.sum(axis=1) >= 2)[:, None]
    if data.there.shape[1] and edition_parts(steady)[0] != 1:
        raise NotDefined("not_connected", _unlinked_sentence(steady))
    while True:
        alone = [_without(data, steady, juror) for juror in range(len(steady))]
        z = np.array([_departures(data, steady, fit, juror) for juror, fit in enumerate(alone)])
        left = _without_worst(z, steady, drift)
        if left is None:
            break
        steady = left
    fit = _fit(data, steady)
    change = np.array([_changes(data, one, juror) for juror, one in enumerate(alone)])
    steps = np.diff(fit.maps, axis=0)
    return Links(
        constant=fit.constant, se=_se(data, fit, fit.maps), shift=np.diff(fit.constant), shift_se=_se(data, fit, steps),
        linked=np.where(data.there, data.measures + fit.constant, np.nan), linked_se=_linked_se(data, fit), z=z,
        change=change[:, 0], change_se=change[:, 1], change_df=change[:, 2], change_p=change[:, 3], steady=steady,
        spread=fit.spread, df=fit.df, common=_common(steady),
    )  # fmt: skip


def edition_parts(there: np.ndarray) -> tuple[int, np.ndarray]:
    """Number the sets of editions that jurors connect.

    Parameters
    ----------
    there : array of bool, shape (jurors, editions)
        Who took part in what.

    Returns
    -------
    number, labels : int, array of int, shape (editions,)

    >>> edition_parts(np.array([[True, True, False], [False, False, True]]))[1].tolist()
    [0, 0, 1]
    """
    number, labels = connected_components(_common(np.asarray(there, dtype=bool)), directed=False)
    return int(number), labels


@dataclass(frozen=True)
class _Data:
    """Measures (0 where there is none), covariances of their errors, which there are, and the reference edition."""

    measures: np.ndarray
    covariances: np.ndarray
    there: np.ndarray
    reference: int


@dataclass(frozen=True)
class _Fit:
    """Constants as a linear map of the measures: maps (editions, editions, jurors); parts: sets of linked editions."""

    maps: np.ndarray
    constant: np.ndarray
    spread: float
    df: int
    parts: np.ndarray


def _read(measures: np.ndarray, errors: np.ndarray, reference: int) -> _Data:
    table, error = np.asarray(measures, dtype=float), np.asarray(errors, dtype=float)
    jurors, editions = table.shape
    there = ~np.isnan(table)
    if error.shape == table.shape:
        error = np.where(there, error, 1.0).T[:, :, None] ** 2 * np.eye(jurors)
    if error.shape != (editions, jurors, jurors):
        raise ValueError("errors have the shape jurors × editions, or editions × jurors × jurors")
    pairs = there.T[:, :, None] & there.T[:, None, :]
    covariances = np.where(pairs, error, 0.0)
    if not (np.einsum("ejj->ej", covariances)[there.T] > 0).all():
        raise ValueError("the variance of an error is not above 0")
    return _Data(np.where(there, table, 0.0), covariances, there, reference)


def _common(steady: np.ndarray) -> np.ndarray:
    return steady.astype(int).T @ steady.astype(int)


def _unlinked_sentence(steady: np.ndarray) -> str:
    labels = edition_parts(steady)[1]
    sets = [", ".join(str(edition + 1) for edition in np.flatnonzero(labels == one)) for one in np.unique(labels)]
    return f"No juror links these sets of editions (counted from 1): {'; '.join(sets)}."


def _fit(data: _Data, steady: np.ndarray) -> _Fit:
    """Estimate the spread of changes by moments, then the constants."""
    count, parts = edition_parts(steady)
    used = steady.any(axis=1)
    df = int(steady.sum()) - int(used.sum()) - steady.shape[1] + count
    information, _, inverse = _system(data, steady, 0.0)
    severity = inverse @ (information @ data.measures.T[:, :, None]).sum(axis=(0, 2))
    residual = (data.measures - severity[:, None]).T
    misfit = float(((information @ residual[:, :, None])[:, :, 0] * residual).sum())
    gain = float(np.einsum("ejj->", information) - (information @ inverse @ information).trace(axis1=1, axis2=2).sum())
    spread = float(np.sqrt(max(misfit - df, 0.0) / gain)) if df > 0 and gain > 0 else 0.0
    information, means, inverse = _system(data, steady, spread)
    maps = np.swapaxes(means @ inverse @ information, 0, 1).copy()
    maps[np.arange(len(means)), np.arange(len(means))] -= means
    maps -= maps[data.reference].copy()
    return _Fit(maps, (maps * data.measures.T).sum(axis=(1, 2)), spread, df, parts)


def _system(data: _Data, steady: np.ndarray, spread: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give each edition's information on its jurors' contrasts, the weights of its mean, and the inverse of the sum."""
    use = steady.T
    size = np.einsum("ejj->e", data.covariances) / np.maximum(data.there.sum(axis=0), 1)
    whole = data.covariances + spread**2 * np.eye(len(steady)) + size[:, None, None]  # any constant: contrasts lose it
    whole = np.where(use[:, :, None] & use[:, None, :], whole, np.eye(len(steady)))
    precision = np.linalg.inv(whole) * (use[:, :, None] & use[:, None, :])
    rows = precision.sum(axis=2)
    total = np.maximum(rows.sum(axis=1), 1e-300)
    information = precision - rows[:, :, None] * rows[:, None, :] / total[:, None, None]
    return information, rows / total[:, None], np.linalg.pinv(information.sum(axis=0), hermitian=True)


def _variance(data: _Data, fit: _Fit, maps: np.ndarray) -> np.ndarray:
    """Variance of linear maps of the measures, shape (..., editions, jurors) → (...)."""
    errors = ((maps[..., None, :] @ data.covariances)[..., 0, :] * maps).sum(axis=(-1, -2))
    return errors + fit.spread**2 * (maps**2).sum(axis=(-1, -2))


def _se(data: _Data, fit: _Fit, maps: np.ndarray) -> np.ndarray:
    return np.sqrt(np.maximum(_variance(data, fit, maps), 0))


def _linked_se(data: _Data, fit: _Fit) -> np.ndarray:
    """Error of a linked severity as the juror's in that edition: how the juror changes is no error of it."""
    own = np.einsum("ejk,eek->je", data.covariances, fit.maps)
    error = _variance(data, fit, fit.maps) + 2 * own + np.einsum("ejj->je", data.covariances)
    return np.where(data.there, np.sqrt(np.maximum(error, 0)), np.nan)


def _without(data: _Data, steady: np.ndarray, juror: int) -> _Fit | None:
    """Link the editions by the other jurors; None for a juror of one edition."""
    if data.there[juror].sum() < 2:
        return None
    others = steady.copy()
    others[juror] = False
    return _fit(data, others)


def _departures(data: _Data, steady: np.ndarray, fit: _Fit | None, juror: int) -> np.ndarray:
    """Compare each severity of a juror with the steady others of the same juror, in standard errors."""
    z = np.full(steady.shape[1], np.nan)
    if fit is None:
        return z
    variance = data.covariances[:, juror, juror] + fit.spread**2
    for edition in np.flatnonzero(data.there[juror]):
        rest = steady[juror] & (fit.parts == fit.parts[edition])
        rest[edition] = False
        if rest.any():
            along = -np.where(rest, 1 / np.where(rest, variance, 1.0), 0.0)
            along /= np.abs(along.sum())
            along[edition] = 1.0
            maps = np.einsum("e,efj->fj", along, fit.maps)
            maps[:, juror] += along
            z[edition] = (maps * data.measures.T).sum() / _se(data, fit, maps)
    return z


def _changes(data: _Data, fit: _Fit | None, juror: int) -> np.ndarray:
    """Change of a juror to the next edition, its standard error without the juror's own change, its df and p value."""
    found = np.full((4, data.there.shape[1] - 1), np.nan)
    if fit is None:
        return found
    both = data.there[juror, 1:] & data.there[juror, :-1] & (np.diff(fit.parts) == 0)
    for edition in np.flatnonzero(both):
        maps = fit.maps[edition + 1] - fit.maps[edition]
        maps[edition + 1, juror] += 1
        maps[edition, juror] -= 1
        value = float((maps * data.measures.T).sum())
        se = float(np.sqrt(_variance(data, fit, maps) - 2 * fit.spread**2))
        p = 2 * t.sf(abs(value) / se, fit.df) if fit.df > 0 else np.nan
        found[:, edition] = value, se, fit.df, p
    return found


def _without_worst(z: np.ndarray, steady: np.ndarray, drift: float) -> np.ndarray | None:
    """Leave out the steady severity that drifts most; None where none drifts that may be left out."""
    size = np.where(steady & ~np.isnan(z), np.abs(z), 0.0)
    for place in np.argsort(-size, axis=None):
        if not size.flat[place] > drift:
            return None
        left = steady.copy()
        left.flat[place] = False
        left &= (left.sum(axis=1) >= 2)[:, None]
        if left.sum(axis=0).min() >= LINKING and edition_parts(left)[0] == 1:
            return left
    return None
