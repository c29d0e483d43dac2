"""How a later stage compares with the one before it, on the dossiers judged in both."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from analysis.config import Competition
from analysis.errors import NotDefined
from analysis.measures.rows import DESCRIBED, Rows, attempt
from analysis.measures.slices import NUMERIC, ORDERED, Panel, Slice, drawn, misfit
from analysis.statistics import stages as statistics
from analysis.statistics.registry import cluster_interval, coefficients
from analysis.statistics.resample import bca_interval, multinomial_weights
from analysis.statistics.survey import mean, mean_interval

ONE_WAY = next(line for line in coefficients() if line.name == "icc_11")
NOBODY_TWICE = NotDefined("no_repeat", "no dossier has marks in both stages")


@dataclass(frozen=True)
class Link:
    """The dossiers with a composite mark in two stages, in the same order, and all of the earlier stage.

    `before`, `after`: arrays of marks, shapes (dossiers, jurors of the stage). `every`: mean of each dossier of the
    earlier stage. `later`: the whole later stage.
    """

    before: np.ndarray
    after: np.ndarray
    every: np.ndarray
    offices: np.ndarray
    earlier: Slice
    later: Slice

    @property
    def means(self) -> tuple[np.ndarray, np.ndarray]:
        """Mean of each dossier in the earlier stage and in the later one."""
        return _means(self.before), _means(self.after)

    @property
    def cluster(self) -> np.ndarray:
        """Number of the office of each dossier."""
        return np.unique(self.offices, return_inverse=True)[1]


def add_links(rows: Rows, panels: list[Panel], competition: Competition) -> None:
    """Add the shift, the correlation, the spread and the consistency of each stage beside the one before it."""
    for earlier, later in pairwise(panels):
        link = join(earlier.composite(), later.composite())
        keys = {"stage": later.stage, "versus_type": "stage", "versus": earlier.stage}
        under = rows.under(**keys)
        _shift(under, link, competition)
        _correlations(under, link, competition)
        _spreads(under, link, competition)
        _consistency(under, link, competition)


def join(earlier: Slice, later: Slice) -> Link:
    """Join the composites of two stages on the dossiers that both marked."""
    _, first, second = np.intersect1d(earlier.units.astype(str), later.units.astype(str), return_indices=True)
    return Link(
        before=earlier.ratings[first],
        after=later.ratings[second],
        every=earlier.unit_means(),
        offices=later.offices[second],
        earlier=earlier,
        later=later,
    )


def _means(table: np.ndarray) -> np.ndarray:
    return np.array([row[np.isfinite(row)].mean() for row in table])


def _counts(link: Link) -> dict[str, int]:
    return {"n_units": len(link.before), "n_offices": len(np.unique(link.offices))}


def _unfit(link: Link, what: str, levels: tuple[str, ...]) -> NotDefined | None:
    if not len(link.before):
        return NOBODY_TWICE
    return misfit(what, link.later.level, levels=levels)


def _shift(rows: Rows, link: Link, competition: Competition) -> None:
    unfit = _unfit(link, "stage_shift", NUMERIC)
    before, after = link.means
    value = unfit or attempt(mean, after - before)
    ends = unfit or attempt(
        mean_interval, after - before, cluster=link.cluster, confidence=competition.analysis.confidence
    )
    variant = "mean over dossiers of later - earlier"
    rows.add("stage_shift", value, ends, uom=link.later.uom, variant=variant, **_counts(link))


def _correlations(rows: Rows, link: Link, competition: Competition) -> None:
    before, after = link.means
    kinds = {"pearson": NUMERIC, "spearman": ORDERED}
    for kind, levels in kinds.items():
        unfit = _unfit(link, f"stage_correlation ({kind})", levels)
        value = unfit or attempt(statistics.correlation, before, after, kind=kind)
        ends = unfit or attempt(
            statistics.correlation_interval,
            before,
            after,
            kind=kind,
            independent=len(np.unique(link.offices)),
            confidence=competition.analysis.confidence,
        )
        rows.add("stage_correlation", value, ends, uom="coefficient", variant=kind, **_counts(link))


def _spreads(rows: Rows, link: Link, competition: Competition) -> None:
    """Add how far the jurors' marks of a dossier lie apart later and earlier, and how alike the dossiers were."""
    unfit = _unfit(link, "stage_spread_ratio", NUMERIC)
    value = unfit or attempt(statistics.spread_ratio, link.before, link.after)
    ends = None
    if not isinstance(value, NotDefined):
        ends = attempt(
            bca_interval,
            value,
            statistics.resampled_spread_ratio(link.before, link.after, link.cluster),
            weights=_weights(link, competition, len(np.unique(link.offices)), "spread"),
            confidence=competition.analysis.confidence,
        )
    variant = "standard deviation within a dossier, later / earlier"
    rows.add("stage_spread_ratio", value, ends, uom="coefficient", variant=variant, **_counts(link))
    restricted = unfit or attempt(statistics.range_restriction, link.means[0], link.every)
    variant = "standard deviation of earlier means, judged again / all"
    rows.add("range_restriction", restricted, DESCRIBED, uom="coefficient", variant=variant, **_counts(link))


def _weights(link: Link, competition: Competition, offices: int, scheme: str) -> np.ndarray:
    rng = drawn(link.later, competition, scheme=f"{scheme} beside {link.earlier.keys['stage']}")
    return multinomial_weights(offices, rng=rng, replicates=competition.analysis.replicates)


def _consistency(rows: Rows, link: Link, competition: Competition) -> None:
    """Add how far a juror gives a dossier the same mark again, over dossiers and jurors of both stages."""
    shared = [juror for juror in link.earlier.jurors if juror in link.later.jurors]
    first, second = (
        marks[:, [one.jurors.index(juror) for juror in shared]]
        for marks, one in ((link.before, link.earlier), (link.after, link.later))
    )
    twice = np.isfinite(first) & np.isfinite(second)
    dossier, juror = np.nonzero(twice)
    table = np.column_stack([first[twice], second[twice]])
    unfit = _unfit(link, "stage_consistency", NUMERIC)
    if not len(table):
        unfit = NotDefined("no_repeat", "no juror has marked a dossier in both stages")
    value, ends = unfit or attempt(ONE_WAY.value, table), None
    if not isinstance(value, NotDefined):
        offices = link.cluster[dossier]
        weights = _weights(link, competition, len(np.unique(offices)), "the same juror")
        confidence = competition.analysis.confidence
        ends = attempt(cluster_interval, ONE_WAY, table, cluster=offices, weights=weights, confidence=confidence)
    variant = "intra-juror ICC, one-way: the same juror and dossier in both stages"
    counts = {
        "n_units": len(np.unique(dossier)),
        "n_offices": len(np.unique(link.offices[dossier])),
        "n_jurors": len(np.unique(juror)),
        "n_scores": 2 * len(table),
    }
    rows.add("stage_consistency", value, ends, uom="coefficient", variant=variant, **counts)
