"""Severities of several editions on one scale: links between editions, linked severities, and who changed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import t

from analysis.config import Competition
from analysis.errors import NotDefined
from analysis.measures.rows import Rows, attempt
from analysis.measures.slices import Panel, Slice, shared_scale
from analysis.statistics.jurors import Severities, severity_additive
from analysis.statistics.linking import Links, edition_parts, link_editions
from analysis.statistics.multiplicity import benjamini_hochberg
from analysis.statistics.resample import Interval

LINKED = "least squares, dossier + juror, editions linked by common jurors"
LONE = NotDefined("no_interval", "one juror links the editions, so how far jurors change is not seen")
APART = NotDefined("not_connected", "the juror shares no dossier, even in several steps, with most of the panel")


@dataclass(frozen=True)
class _Chain:
    """The editions that common jurors link: places of the editions and jurors, severities, the links."""

    editions: list[int]
    jurors: list[str]
    units: np.ndarray
    links: Links
    confidence: float


def add_links(rows: Rows, panels: list[Panel], competition: Competition) -> None:
    """Add `link_shift`, `linked_severity` and `severity_drift` of one stage over its editions.

    Parameters
    ----------
    rows
        Builder with the keys of the stage, over editions.
    panels
        The stage in each edition that has it, in the order of the editions.
    competition
        Gives the confidence.
    """
    panels = [panel for panel in panels if len(panel.dossiers)]
    if len(panels) < 2:
        return
    same = shared_scale(tuple(scale for panel in panels for scale in panel.scales))
    parts = [panel.composite() if same else panel.composite_percent() for panel in panels]
    confidence = competition.analysis.confidence
    fits = [attempt(severity_additive, part.orientation * part.ratings, confidence=confidence) for part in parts]
    chain = _linked(parts, fits, confidence)
    _shifts(rows, parts, chain)
    _linked_severities(rows, parts, fits, chain)
    if isinstance(chain, _Chain):
        _drifts(rows, parts, chain)


def _linked(parts: list[Slice], fits: list[Severities | NotDefined], confidence: float) -> _Chain | NotDefined:
    """Link the largest set of editions that common jurors connect, of equals the one with the last edition."""
    jurors = sorted({juror for part in parts for juror in part.jurors})
    values = np.full((len(jurors), len(parts)), np.nan)
    errors = np.zeros((len(parts), len(jurors), len(jurors)))
    units = np.zeros(values.shape, dtype=int)
    for edition, (part, fit) in enumerate(zip(parts, fits, strict=True)):
        if isinstance(fit, Severities) and np.isfinite(fit.residual_sd):
            places = np.array([jurors.index(juror) for juror in part.jurors])
            most = fit.component == np.bincount(fit.component[fit.component >= 0]).argmax()
            values[places[most], edition] = fit.value[most]
            errors[edition][np.ix_(places[most], places[most])] = fit.covariance[np.ix_(most, most)]
            units[places, edition] = fit.units
    labels = edition_parts(~np.isnan(values))[1]
    sizes = [((labels == label).sum(), np.flatnonzero(labels == label).max()) for label in range(labels.max() + 1)]
    kept = np.flatnonzero(labels == max(range(len(sizes)), key=sizes.__getitem__))
    if len(kept) < 2:
        return NotDefined("not_connected", "no two editions share a juror whose severity is known in both")
    found = attempt(link_editions, values[:, kept], errors[kept])
    return found if isinstance(found, NotDefined) else _Chain(kept.tolist(), jurors, units[:, kept], found, confidence)


def _shifts(rows: Rows, parts: list[Slice], chain: _Chain | NotDefined) -> None:
    for later in range(1, len(parts)):
        one, other = (part.keys["edition"] for part in parts[later - 1 : later + 1])
        under = rows.under(edition=one, edition_to=other)
        columns = {"uom": parts[0].uom, "variant": LINKED}
        missing = _missing(chain, parts, [later - 1, later])
        if isinstance(chain, NotDefined) or missing:
            under.add("link_shift", missing or chain, None, **columns)
            continue
        place, links = chain.editions.index(later - 1), chain.links
        interval = _interval(links.shift[place], links.shift_se[place], chain)
        common = int(links.common[place, place + 1])
        under.add("link_shift", links.shift[place], interval, n_jurors=common, **columns)


def _missing(chain: _Chain | NotDefined, parts: list[Slice], places: list[int]) -> NotDefined | None:
    """Say which of the editions no common juror links to the others."""
    if isinstance(chain, NotDefined):
        return chain
    lost = [parts[place].keys["edition"] for place in places if place not in chain.editions]
    linked = ", ".join(parts[place].keys["edition"] for place in chain.editions)
    return NotDefined("not_connected", f"no common juror links {', '.join(lost)} to {linked}") if lost else None


def _linked_severities(
    rows: Rows, parts: list[Slice], fits: list[Severities | NotDefined], chain: _Chain | NotDefined
) -> None:
    for edition, (part, fit) in enumerate(zip(parts, fits, strict=True)):
        for juror in part.jurors:
            under = rows.under(edition=part.keys["edition"], subject_type="juror", subject=juror, variant=LINKED)
            missing = fit if isinstance(fit, NotDefined) else _missing(chain, parts, [edition])
            if isinstance(chain, NotDefined) or missing:
                under.add("linked_severity", missing or chain, None, uom=parts[0].uom)
                continue
            cell = chain.jurors.index(juror), chain.editions.index(edition)
            value, se = chain.links.linked[cell], chain.links.linked_se[cell]
            if np.isnan(value):
                under.add("linked_severity", APART, None, uom=parts[0].uom)
            else:
                interval = _interval(value, se, chain)
                under.add("linked_severity", value, interval, uom=parts[0].uom, n_units=chain.units[cell])


def _interval(value: float, se: float, chain: _Chain) -> Interval | NotDefined:
    df = chain.links.df
    if df < 1:
        return LONE
    margin = float(t.ppf((1 + chain.confidence) / 2, df)) * se
    return Interval(value - margin, value + margin, se, chain.confidence, f"t, {df} degrees of freedom")


def _drifts(rows: Rows, parts: list[Slice], chain: _Chain) -> None:
    """Add how each juror changed to the next edition; one family over all jurors and pairs of editions."""
    links = chain.links
    near = np.diff(chain.editions) == 1
    p = np.where(near, links.change_p, np.nan)
    q = benjamini_hochberg(p.ravel()).reshape(p.shape)
    family = f"drift: {np.isfinite(p).sum()} changes of jurors to the next edition"
    for juror, place in np.argwhere(near & ~np.isnan(links.change)):
        one, other = (parts[chain.editions[edition]].keys["edition"] for edition in (place, place + 1))
        value, se = links.change[juror, place], links.change_se[juror, place]
        tested = np.isfinite(p[juror, place])
        out = not links.steady[juror, place : place + 2].all()
        rows.under(edition=one, edition_to=other, subject_type="juror", subject=chain.jurors[juror]).add(
            "severity_drift",
            value,
            _interval(value, se, chain) if tested else LONE,
            uom=parts[0].uom,
            variant=f"{LINKED}; the juror left out of the links" if out else LINKED,
            p_value=p[juror, place],
            q_value=q[juror, place],
            q_family=family if tested else "",
            n_units=int(chain.units[juror, place : place + 2].min()),
        )
