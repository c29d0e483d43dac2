"""Where and when a juror is more generous: by group of dossiers, by criterion, over the order of reading."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import t

from analysis.errors import NotDefined
from analysis.statistics.effects.effect import Effects, few, power_of, two_sided
from analysis.statistics.effects.marks import PanelMarks

LEAST_CELL, LEAST_ORDER = 4, 10  # dossiers of a cell (and outside it), of an order
COUNTS = 0.5  # standard deviations of dossiers that count


@dataclass(frozen=True)
class GroupEffects:
    """How much more generous each juror is to each group than to the rest; arrays jurors × groups.

    `value`: points, own marks less the others', in the group less outside it. `shrunken`: pulled towards 0 by the
    noise of all cells. `se`, `low`, `high`, `p_value`: of `value` (t). `n_units`: the juror's dossiers in the group.
    `power`: to see `size` points. `reason`: a code, or empty.
    """

    groups: tuple
    value: np.ndarray
    shrunken: np.ndarray
    se: np.ndarray
    low: np.ndarray
    high: np.ndarray
    p_value: np.ndarray
    n_units: np.ndarray
    power: np.ndarray
    size: float
    confidence: float
    reason: np.ndarray


@dataclass(frozen=True)
class Slopes:
    """Weighted least squares of differences on one regressor, one fit a juror and group: slopes, errors, df."""

    value: np.ndarray
    se: np.ndarray
    typical: np.ndarray
    df: np.ndarray


def differential_severity(panel: PanelMarks, labels: np.ndarray, *, confidence: float = 0.95) -> GroupEffects:
    """Compare each juror's differences from the others inside each group of dossiers with those outside.

    Parameters
    ----------
    panel
        The marks.
    labels : array, shape (dossiers,)
        Group of each dossier (category, region, kind, returning); None or "" = not known, left out.
    confidence
        Of the intervals.

    Returns
    -------
    GroupEffects
        Positive = more generous to the group. At least 4 dossiers in the group and 4 outside it, each shared with
        another juror.

    Source
    ------
    Myford & Wolfe (2003), J. Appl. Meas. 4, 386-422 (differential severity); two-sample t with the juror's own
    variance; shrinkage: DerSimonian & Laird (1986), Control. Clin. Trials 7, 177-188.
    """
    names = np.array(["" if label is None else str(label) for label in labels], dtype=object)
    groups = tuple(sorted(set(names.tolist()) - {""}))
    inside = (names[:, None] == np.array(groups, dtype=object)[None, :]).astype(float)
    known = (names != "")[:, None] & (panel.weight > 0)
    slopes = slopes_on(panel, np.broadcast_to(inside[:, None, :], (*known.shape, len(groups))), known)
    inner = np.einsum("dj,dg->jg", known, inside).astype(int)
    outer = known.sum(axis=0)[:, None] - inner
    reason = np.where(np.minimum(inner, outer) < LEAST_CELL, "too_few_units", "").astype(object)
    return group_effects(panel, groups, slopes, (inner, reason), confidence)


def criterion_severity(panel: PanelMarks, *, confidence: float = 0.95) -> GroupEffects:
    """Compare each juror's severity on each criterion with the same juror's severity on all criteria.

    Returns
    -------
    GroupEffects
        Positive = more generous on the criterion than the juror is in general, beside the other jurors. Groups are the
        places of the criteria. At least 4 dossiers, 2 criteria.

    Source
    ------
    Interaction juror × criterion of the additive model of each criterion; standard errors from the spread of the
    juror's own contrasts over the dossiers.
    """
    if panel.marks.shape[2] < 2:
        raise NotDefined("one_item", "A juror's severity on one criterion needs another criterion beside it.")
    count = np.maximum(panel.compared.sum(axis=2), 1)[:, :, None]
    residual = panel.own - panel.others
    residual = np.where(panel.compared, residual - residual.sum(axis=2, keepdims=True) / count, 0.0)
    units = panel.compared.sum(axis=0)
    judged = units > 0
    usual = np.where(judged, panel.generosity, 0.0).sum(axis=1) / np.maximum(judged.sum(axis=1), 1)
    weight = panel.weight[:, :, None] * panel.compared
    total = panel.by_office(weight)
    response = panel.by_office(weight * residual) / np.where(total > 0, total, 1.0)
    df = (total > 0).sum(axis=0) - 1
    squares = (total * response**2).sum(axis=0) * fitted_share(panel.compared)
    pooled = squares.sum(axis=0) / np.maximum(np.maximum(df, 0).sum(axis=0), 1)
    errors = (np.sqrt(each * panel.leverage) for each in (squares / np.maximum(df, 1), pooled))
    slopes = Slopes(panel.generosity - usual[:, None], *errors, df)
    reason = np.where(units < LEAST_CELL, "too_few_units", "").astype(object)
    return group_effects(panel, tuple(range(panel.marks.shape[2])), slopes, (units, reason), confidence)


def fitted_share(compared: np.ndarray) -> np.ndarray:
    """Factor for what fitting all jurors takes from the squares of residuals beyond each juror's own mean.

    Returns
    -------
    array, shape (criteria,)
    """
    beside = np.maximum(compared.sum(axis=1) - 1, 0).sum(axis=0)  # degrees of freedom within dossiers
    judged = compared.sum(axis=0)
    jurors = (judged > 0).sum(axis=0)
    left = np.maximum(beside - (jurors - 1), 1)
    return beside / left * (1 - jurors / np.maximum(judged.sum(axis=0), 1))


def order_drift(panel: PanelMarks, order: np.ndarray, *, confidence: float = 0.95) -> Effects:
    """Slope of each juror's differences from the others over the order of reading, or over time.

    Parameters
    ----------
    panel
        The marks.
    order : array, shape (dossiers,) or (dossiers, jurors)
        Place in the order or time, any unit; NaN = not known, left out.
    confidence
        Of the intervals.

    Returns
    -------
    Effects
        Points that the juror becomes more generous over half of the range of `order`; `panel` is 0. A drift common to
        all jurors cannot be seen. At least 10 dossiers.

    Source
    ------
    Wolfe, Moulder & Myford (2001), J. Appl. Meas. 2, 256-280 (drift); weighted least squares, t.
    """
    place = by_juror(panel, order)
    span = np.nanmax(place) - np.nanmin(place) if np.isfinite(place).any() else 0.0
    return order_effects(panel, place * 2 / span if span > 0 else place * 0, confidence)


def half_change(panel: PanelMarks, order: np.ndarray, *, confidence: float = 0.95) -> Effects:
    """Differences from the others in the first half of what each juror read less those in the second half.

    Parameters and conditions as of `order_drift`; positive = more generous in the first half.
    """
    place = by_juror(panel, order)
    counted = np.where(panel.weight > 0, place, np.nan)
    first = np.full(place.shape, np.nan)
    for juror, places in enumerate(counted.T):
        known = np.isfinite(places)
        if known.any():
            first[known, juror] = places[known] <= np.median(places[known])
    return order_effects(panel, first, confidence)


def by_juror(panel: PanelMarks, order: np.ndarray) -> np.ndarray:
    """Give the order of each juror, shape (dossiers, jurors)."""
    place = np.asarray(order, dtype=float)
    return np.array(np.broadcast_to(place if place.ndim == 2 else place[:, None], panel.weight.shape))


def order_effects(panel: PanelMarks, regressor: np.ndarray, confidence: float) -> Effects:
    """Test the slope on one regressor for every juror."""
    known = np.isfinite(regressor) & (panel.weight > 0)
    slopes = slopes_on(panel, np.where(known, regressor, 0.0)[:, :, None], known)
    units, (value, se, typical, df) = known.sum(axis=0), (each[:, 0] for each in vars(slopes).values())
    reason = few(units, LEAST_ORDER)
    p_value = two_sided(value, se, df)
    reason[(reason == "") & ~np.isfinite(p_value)] = "no_variation"
    shown = np.where(reason == "", 1.0, np.nan)
    margin = t.ppf((1 + confidence) / 2, np.maximum(df, 1)) * se
    size = dossier_size(panel)
    return Effects(
        value=shown * value, se=shown * se, low=shown * (value - margin), high=shown * (value + margin),
        p_value=shown * p_value, panel=shown * 0, n_units=units, power=shown * power_of(size, typical, df), size=size,
        confidence=confidence, reason=reason,
    )  # fmt: skip


def group_effects(
    panel: PanelMarks, groups: tuple, slopes: Slopes, cells: tuple[np.ndarray, np.ndarray], confidence: float
) -> GroupEffects:
    """Put tests and shrunken values of all cells together; `cells`: dossiers and reasons of each."""
    units, reason = cells
    p_value = two_sided(slopes.value, slopes.se, slopes.df)
    reason[(reason == "") & ~np.isfinite(p_value)] = "no_variation"
    shown = np.where(reason == "", 1.0, np.nan)
    margin = t.ppf((1 + confidence) / 2, np.maximum(slopes.df, 1)) * slopes.se
    size = dossier_size(panel)
    return GroupEffects(
        groups=groups, value=shown * slopes.value, shrunken=shrunken(shown * slopes.value, slopes.se),
        se=shown * slopes.se, low=shown * (slopes.value - margin), high=shown * (slopes.value + margin),
        p_value=shown * p_value, n_units=units, power=shown * power_of(size, slopes.typical, slopes.df), size=size,
        confidence=confidence, reason=reason,
    )  # fmt: skip


def slopes_on(panel: PanelMarks, regressor: np.ndarray, known: np.ndarray) -> Slopes:
    """Regress each juror's differences from the others on each regressor, offices as units.

    Parameters
    ----------
    panel
        The marks.
    regressor : array, shape (dossiers, jurors, regressors)
        Finite.
    known : array of bool, shape (dossiers, jurors)
        What takes part.
    """
    weight = np.where(known, panel.weight, 0.0)
    total = panel.by_office(weight)
    safe = np.where(total > 0, total, 1.0)
    response = panel.by_office(weight * panel.difference) / safe
    place = panel.by_office(weight[:, :, None] * regressor) / safe[:, :, None]
    summed = np.maximum(total.sum(axis=0), 1e-12)
    response = np.where(total > 0, response - (total * response).sum(axis=0) / summed, 0.0)
    place = place - (total[:, :, None] * place).sum(axis=0) / summed[:, None]
    weighted = total[:, :, None] * place
    spread = (weighted * place).sum(axis=0)
    offices = (total > 0).sum(axis=0)
    df = np.broadcast_to((offices - 2)[:, None], spread.shape)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = (weighted * response[:, :, None]).sum(axis=0) / spread
        explained = np.where(spread > 0, value, 0.0) ** 2 * spread
        squares = np.maximum((total * response**2).sum(axis=0)[:, None] - explained, 0.0)
        pooled = squares.sum(axis=0) / np.maximum(np.maximum(df, 0).sum(axis=0), 1)
        return Slopes(value, np.sqrt(squares / np.maximum(df, 1) / spread), np.sqrt(pooled / spread), df)


def shrunken(value: np.ndarray, se: np.ndarray) -> np.ndarray:
    """Pull values towards 0 by the variance between cells that their standard errors do not explain."""
    usable = np.isfinite(value) & (se > 0)
    precision = np.where(usable, 1 / np.where(usable, se, 1.0) ** 2, 0.0)
    total = precision.sum()
    if total == 0:
        return np.full(value.shape, np.nan)
    between = max(0.0, (np.where(usable, value, 0.0) ** 2 * precision).sum() - usable.sum()) / total
    return value * between / (between + se**2)


def dossier_size(panel: PanelMarks) -> float:
    """Half a standard deviation of the dossiers' common quality, in points; of single jurors' means where it is 0."""
    count = np.maximum(panel.compared.sum(axis=2), 1)
    own, others = panel.own.sum(axis=2) / count, panel.others.sum(axis=2) / count
    df = max(float((panel.units - 1).clip(0).sum()), 1.0)
    common = float((own * others).sum()) / df
    return COUNTS * float(np.sqrt(common if common > 0 else (own**2).sum() / df))
