"""Simulated panels with one unusual juror, and what of each kind the juror effects find."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from analysis.config import Scale
from analysis.errors import NotDefined
from analysis.simulate import jury, settings
from analysis.statistics import effects, rasch
from analysis.statistics.jurors import severity_additive
from analysis.statistics.multiplicity import benjamini_hochberg

KINDS = ("none", "severe", "lenient", "central", "erratic", "halo", "drifting", "home", "copying")
UNUSUAL, COPIED = 0, 1  # places of the unusual juror, and of the one copied from
COPIES = 0.5  # share of the shared dossiers on which the whole vector is copied
REGIONS = 5
LEVEL = 0.05  # of q values
SCALE = Scale(minimum=0, maximum=10)


@dataclass(frozen=True)
class Design:
    """`each`: jurors of a dossier; `ordinary`: share of the demo's variance of severities and habits, 0 = all alike."""

    dossiers: int
    jurors: int = 8
    each: int = 2
    criteria: int = 6
    ordinary: float = 1.0


SPARSE, SHORTLIST = Design(96), Design(32, each=8)


@dataclass(frozen=True)
class Edition:
    cube: np.ndarray
    regions: np.ndarray
    home: int  # region of the juror at place UNUSUAL
    order: np.ndarray


def edition(design, kind, *, rng):
    """One edition from the demo's model, the juror at place 0 of this kind; per cent of the range."""
    model = settings.model()
    variance, by = model["variance"], model["jury"]["unusual_by"]
    shift = by[kind] if kind in jury.SHIFTED else 0.0
    ordinary = np.sqrt(design.ordinary)
    panel = jury.Panel(
        jurors=[f"j{place}" for place in range(design.jurors)],
        regions=rng.integers(0, REGIONS, design.jurors),
        severity=ordinary * rng.normal(0, np.sqrt(variance["juror"]), design.jurors)
        + shift * (np.arange(design.jurors) == UNUSUAL),
        habit=ordinary * rng.normal(0, np.sqrt(variance["juror_criterion"]), (design.jurors, design.criteria)),
        unusual=[kind if place == UNUSUAL else "" for place in range(design.jurors)],
    )
    regions = rng.integers(0, REGIONS, design.dossiers)
    quality = rng.normal(0, np.sqrt(variance["office"]), design.dossiers)
    opinions = jury.opinions(quality, panel, home=regions[:, None] == panel.regions, model=model, rng=rng)
    points = jury.marks(opinions, panel, scale=SCALE, model=model, rng=rng) * 10
    if kind == "copying":
        copied = rng.random(design.dossiers) < COPIES
        points[copied, UNUSUAL] = points[copied, COPIED]
    if design.each == 2:
        assigned = jury.pairs(design.dossiers, design.jurors, rng=rng)
    else:
        assigned = np.argsort(rng.random(points.shape[:2]), axis=1) < design.each
    missing = rng.random(points.shape) < model["jury"]["missing"]
    cube = np.where(assigned[:, :, None] & ~missing, points, np.nan)
    return Edition(cube, regions, panel.regions[UNUSUAL], np.arange(design.dossiers))


@dataclass(frozen=True)
class Test:
    """P values of one effect (jurors, cells or pairs), whether each is of the size that counts, and of whom it is."""

    p_value: np.ndarray
    counts: np.ndarray
    unusual: np.ndarray

    __test__ = False


def tests_of(found):
    """Every effect of one edition, by name; where a kind of group has many cells a juror, all of them."""
    panel = effects.panel_marks(found.cube)
    labels = np.array([f"r{region}" for region in found.regions], dtype=object)
    ratio = {name: getattr(effects, name)(panel) for name in ("centrality", "range_used")}
    result = {name: one(each, np.abs(np.log(each.value)) >= -np.log(each.size)) for name, each in ratio.items()}
    correlation, halo = effects.consensus_correlation(panel), effects.halo(panel)
    result["consensus_correlation"] = one(correlation, correlation.value < correlation.size)
    result["halo"] = one(halo, halo.value - halo.panel >= halo.size)
    flat = effects.identical_profiles(panel)
    result["identical_profiles"] = one(flat, flat.value >= flat.size)
    for effect in (effects.order_drift, effects.half_change):
        drift = effect(panel, found.order)
        result[effect.__name__] = one(drift, np.abs(drift.value) >= drift.size)
    groups = effects.differential_severity(panel, labels), effects.criterion_severity(panel)
    for name, cells in zip(("differential_severity, region", "differential_severity, criterion"), groups, strict=True):
        whose = np.broadcast_to(np.arange(len(cells.value))[:, None] == UNUSUAL, cells.value.shape)
        result[name] = Test(cells.p_value.ravel(), (np.abs(cells.value) >= cells.size).ravel(), whose.ravel())
    pairs = effects.copying(panel)
    whose = (pairs.first == UNUSUAL) & (pairs.second == COPIED)
    result["copying"] = Test(pairs.p_value, pairs.value >= pairs.size, whose)
    return result | {"severity_additive": severity(found, groups[0].size), "infit": infit(found)}


def one(effect, counts):
    return Test(effect.p_value, counts, np.arange(len(effect.value)) == UNUSUAL)


def severity(found, size):
    rated = ~np.isnan(found.cube)
    count = rated.sum(axis=2)
    table = np.where(count > 0, np.nansum(found.cube, axis=2) / np.maximum(count, 1), np.nan)
    severities = severity_additive(table)
    return Test(severities.p_value, np.abs(severities.value) >= size, np.arange(table.shape[1]) == UNUSUAL)


def infit(found):
    """The Rasch infit of the jurors as a one-sided test of its normal deviate."""
    rated = ~np.isnan(found.cube)
    names = dict(zip(("dossier", "juror", "criterion"), np.nonzero(rated), strict=True))
    scale, model = rasch.RatingScale(np.arange(0, 101, 10.0)), rasch.Model("dossier")
    try:
        table = rasch.element_tables(rasch.fit(found.cube[rated], names, scale=scale, model=model))[1]
    except NotDefined:
        return Test(*(np.full(found.cube.shape[1], value) for value in (np.nan, False, False)))
    p_value = norm.sf(table.infit_z)
    return Test(p_value, table.infit > 1.5, np.arange(len(p_value)) == UNUSUAL)


@dataclass(frozen=True)
class Tally:
    """Shares of editions in which a flag (q <= LEVEL) is raised; of all tests of ordinary jurors the share p <= LEVEL.

    `found`, `found_sized`: of the unusual juror; where the effect has the size that counts as well. `false`,
    `false_sized`: of any other. `any`: of any juror. `rejected`: p values.
    """

    found: float
    found_sized: float
    false: float
    false_sized: float
    any: float
    rejected: float


def tally(design, kind, *, rng, editions):
    """Count over editions what each effect finds; families are one effect of one edition."""
    counted = {}
    for _ in range(editions):
        for name, test in tests_of(edition(design, kind, rng=rng)).items():
            flag = benjamini_hochberg(test.p_value) <= LEVEL
            sized, own = flag & test.counts, test.unusual
            judged = test.p_value[np.isfinite(test.p_value) & ~own]
            row = [flag[own].any(), sized[own].any(), flag[~own].any(), sized[~own].any(), flag.any()]
            counted.setdefault(name, []).append([*row, (judged <= LEVEL).mean() if len(judged) else 0.0])
    return {name: Tally(*np.array(rows, dtype=float).mean(axis=0)) for name, rows in counted.items()}
