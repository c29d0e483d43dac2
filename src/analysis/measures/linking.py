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
LONE = NotDefined("no_interval", "too few common jurors to show how far jurors change")
UNLINKED = NotDefined("not_connected", "no two editions share a juror whose severity is known in both")
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
    chains = _linked(parts, fits, confidence)
    _shifts(rows, parts, chains)
    _linked_severities(rows, parts, fits, chains[0] if chains else None)
    _drifts(rows, parts, chains)


def _linked(parts: list[Slice], fits: list[Severities | NotDefined], confidence: float) -> list[_Chain]:
    """Link each set of editions that common jurors connect: the largest first, of equals the later one."""
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
    sets = [np.flatnonzero(labels == label) for label in range(labels.max() + 1)]
    sets = sorted((one for one in sets if len(one) > 1), key=lambda one: (-len(one), -one[-1]))
    links = [link_editions(values[:, one], errors[one]) for one in sets]
    return [
        _Chain(one.tolist(), jurors, units[:, one], found, confidence) for one, found in zip(sets, links, strict=True)
    ]


def _shifts(rows: Rows, parts: list[Slice], chains: list[_Chain]) -> None:
    for later in range(1, len(parts)):
        one, other = (part.keys["edition"] for part in parts[later - 1 : later + 1])
        under = rows.under(edition=one, edition_to=other, variant=LINKED)
        chain = next((chain for chain in chains if {later - 1, later} <= set(chain.editions)), None)
        if chain is None:
            apart = NotDefined("not_connected", f"no juror links {one} to {other}, directly or through other editions")
            under.add("link_shift", apart, None, uom=parts[0].uom)
            continue
        place, links = chain.editions.index(later - 1), chain.links
        interval = _interval(links.shift[place], links.shift_se[place], df=links.df, confidence=chain.confidence)
        common = int(links.common[place, place + 1])
        under.add("link_shift", links.shift[place], interval, uom=parts[0].uom, n_jurors=common)


def _missing(chain: _Chain | None, parts: list[Slice], place: int) -> NotDefined | None:
    """Say that no common juror links an edition to the largest set of linked ones."""
    if chain is None:
        return UNLINKED
    linked = ", ".join(parts[one].keys["edition"] for one in chain.editions)
    lost = NotDefined("not_connected", f"no common juror links {parts[place].keys['edition']} to {linked}")
    return None if place in chain.editions else lost


def _linked_severities(
    rows: Rows, parts: list[Slice], fits: list[Severities | NotDefined], chain: _Chain | None
) -> None:
    """Add the severities of the largest set: those of other sets lie on scales of their own."""
    for edition, (part, fit) in enumerate(zip(parts, fits, strict=True)):
        missing = fit if isinstance(fit, NotDefined) else _missing(chain, parts, edition)
        for juror in part.jurors:
            under = rows.under(edition=part.keys["edition"], subject_type="juror", subject=juror, variant=LINKED)
            if chain is None or missing:
                under.add("linked_severity", missing or UNLINKED, None, uom=parts[0].uom)
                continue
            cell, links = (chain.jurors.index(juror), chain.editions.index(edition)), chain.links
            value, columns = links.linked[cell], {"uom": parts[0].uom, "n_units": int(chain.units[cell])}
            if np.isnan(value):
                under.add("linked_severity", APART, None, **columns)
            else:
                interval = _interval(value, links.linked_se[cell], df=links.df, confidence=chain.confidence)
                under.add("linked_severity", value, interval, **columns)


def _interval(value: float, se: float, *, df: float, confidence: float) -> Interval | NotDefined:
    if df < 1:
        return LONE
    margin = float(t.ppf((1 + confidence) / 2, df)) * se
    return Interval(value - margin, value + margin, se, confidence, f"t, {int(df)} degrees of freedom")


def _drifts(rows: Rows, parts: list[Slice], chains: list[_Chain]) -> None:
    """Add how each juror changed to the next edition; one family over all jurors and pairs of editions."""
    found = [
        (chain, juror, place)
        for chain in chains
        for juror, place in np.argwhere(~np.isnan(chain.links.change))
        if chain.editions[place + 1] - chain.editions[place] == 1
    ]
    p = np.array([chain.links.change_p[juror, place] for chain, juror, place in found])
    family = f"drift: {np.isfinite(p).sum()} changes of jurors to the next edition"
    for (chain, juror, place), p_value, q_value in zip(found, p, benjamini_hochberg(p), strict=True):
        one, other = (parts[chain.editions[edition]].keys["edition"] for edition in (place, place + 1))
        links, cell = chain.links, (juror, place)
        value, se, df = links.change[cell], links.change_se[cell], links.change_df[cell]
        out = not links.steady[juror, place : place + 2].all()
        rows.under(edition=one, edition_to=other, subject_type="juror", subject=chain.jurors[juror]).add(
            "severity_drift",
            value,
            _interval(value, se, df=df, confidence=chain.confidence),
            uom=parts[0].uom,
            variant=f"{LINKED}; the juror left out of the links" if out else LINKED,
            p_value=p_value,
            q_value=q_value,
            q_family=family if np.isfinite(p_value) else "",
            n_units=int(chain.units[juror, place : place + 2].min()),
        )
