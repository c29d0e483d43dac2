"""Marks for a juror's own dossiers: own region, own employer, previous contact; and what a recusal would change.

A difference is no proof of intent: the pages say so beside every number.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.config import Competition
from analysis.errors import NotDefined
from analysis.intake.matching import index_offices
from analysis.intake.offices import plain
from analysis.measures.lines import awarded_dossiers
from analysis.measures.rows import DESCRIBED, Rows, attempt
from analysis.measures.slices import NUMERIC, Panel, drawn, misfit, weakest
from analysis.statistics.affinity import Affinity, fixed_affinity, permutation_affinity, recusal_effect
from analysis.statistics.effects.effect import power_of
from analysis.statistics.multiplicity import benjamini_hochberg
from analysis.statistics.resample import Interval

REGION, EMPLOYER, CONTACT = "own region", "own employer", "previous contact"
CONTACTS = ("family", "former_collaboration", "advisory", "pupil")  # reasons of recusals.csv that are a contact
PERMUTED, FIXED = "permutation within juror and criterion", "juror and dossier effects"
COUNTS = 0.5  # standard deviations of dossiers: the size that counts
ONE_OFFICE = NotDefined("too_few_units", "own dossiers come from one office, which does not show how they vary")


def add_affinity(rows: Rows, panel: Panel, tables: dict[str, pd.DataFrame], competition: Competition) -> None:
    """Add `affinity`, `power` and `recusal_effect` of one stage of one edition, for each kind of affinity.

    Parameters
    ----------
    rows
        Builder with the keys of the edition and the stage.
    panel
        The marks of the stage.
    tables
        `offices`, `jurors`, `recusals`, `dossiers`, `scores` of `schema`.
    competition
        Gives the confidence, the seed, and the line of the stage.
    """
    unfit = misfit("affinity", weakest(panel.scales), levels=NUMERIC)
    for kind, own in own_dossiers(panel, tables).items():
        marked = own & panel.any_mark()
        if unfit or not marked.any():
            lacking = "no juror marked a dossier that the registers show to be the juror's own"
            rows.add("affinity", unfit or NotDefined("no_data", lacking), None, uom=_uom(panel), variant=kind)
            continue
        _differences(rows, panel, own, kind, competition)
        within = competition.edition(panel.edition).decision.per == "category"
        _recusals(rows, panel, own, (kind, _took(panel, tables, competition), within))


def own_dossiers(panel: Panel, tables: dict[str, pd.DataFrame]) -> dict[str, np.ndarray]:
    """Tell which dossiers are a juror's own: kind of affinity → array of bool, shape (dossiers, jurors).

    Own region: the region of jurors.csv is the office's. Own employer: jurors.csv names the office by its id or its
    name, or a recusal for it was declared with this reason. Previous contact: a recusal for the office was declared in
    any edition with a reason of `CONTACTS`; only marks given nevertheless, or in another edition, can be seen.
    """
    jurors = tables["jurors"].set_index("juror").reindex(list(panel.jurors)).fillna("")
    region = tables["offices"].set_index("office")["region"].reindex(panel.offices).fillna("").map(plain)
    home = jurors["region"].map(plain)
    same = region.to_numpy()[:, None] == home.to_numpy()[None, :]
    entered = tables["offices"][tables["offices"]["office"].isin(panel.offices)]
    employers = _employers(jurors["employer"], entered)
    works = panel.offices[:, None] == employers[None, :]
    return {
        REGION: same & (home != "").to_numpy()[None, :],
        EMPLOYER: works | _declared(panel, tables, ("employer",)),
        CONTACT: _declared(panel, tables, CONTACTS),
    }


def _employers(named: pd.Series, offices: pd.DataFrame) -> np.ndarray:
    """Give the office that each employer is: by its id, its name, or a name that means it; empty where none is."""
    by_name = {plain(name): office for office, name in zip(offices["office"], offices["name"], strict=True)}
    known = set(offices["office"])
    found = [text if text in known else by_name.get(plain(text), "") if text else "" for text in named]
    if any(text and not office for text, office in zip(named, found, strict=True)):
        index = index_offices(offices)
        found = [office or (index.find(text) if text else "") or "" for text, office in zip(named, found, strict=True)]
    return np.array([office or None for office in found], dtype=object)


def _declared(panel: Panel, tables: dict[str, pd.DataFrame], reasons: tuple[str, ...]) -> np.ndarray:
    """Tell for which dossiers' offices a juror declared one of these reasons, in any edition."""
    recusals = tables["recusals"][tables["recusals"]["reason"].isin(reasons)]
    asked = recusals.merge(tables["dossiers"][["edition", "dossier", "office"]], on=["edition", "dossier"])
    pairs = set(zip(asked["office"], asked["juror"], strict=True))
    shape = len(panel.offices), len(panel.jurors)
    flags = [(office, juror) in pairs for office in panel.offices for juror in panel.jurors]
    return np.array(flags, dtype=bool).reshape(shape)


def _uom(panel: Panel) -> str:
    return panel.composite().uom


def _differences(rows: Rows, panel: Panel, own: np.ndarray, kind: str, competition: Competition) -> None:
    whole = panel.composite()
    cube = whole.orientation * panel.points if panel.scale else panel.percent
    settings = {"cluster": panel.offices.astype(str), "confidence": competition.analysis.confidence}
    rng = drawn(whole, competition, scheme=f"affinity, {kind}")
    permuted = permutation_affinity(cube, own, rng=rng, **settings)
    for found, how in ((permuted, PERMUTED), (fixed_affinity(cube, own, **settings), FIXED)):
        q = np.append(benjamini_hochberg(found.p_value[:-1]), np.nan)
        family = f"{kind}, {how}: {np.isfinite(q).sum()} jurors"
        for place, under in _subjects(rows, panel, own):
            tested = np.isfinite(q[place])
            under.add(
                "affinity",
                attempt(found.check, place) or found.value[place],
                _ends(found, place),
                uom=whole.uom,
                variant=f"{kind}, {how}",
                p_value=found.p_value[place],
                q_value=q[place],
                q_family=family if tested else "",
                n_units=int(found.own[place]),
            )
    means = whole.unit_means()
    size = COUNTS * means.std(ddof=1) if len(means) > 1 else 0.0
    _powers(rows, panel, own, kind, (permuted, size))


def _subjects(rows: Rows, panel: Panel, own: np.ndarray) -> list[tuple[int, Rows]]:
    """Give the jurors with own dossiers, and the panel, each with a builder; the panel is the last of the arrays."""
    marked = (own & panel.any_mark()).any(axis=0)
    under = [(place, rows.under(subject_type="juror", subject=panel.jurors[place])) for place in np.flatnonzero(marked)]
    return [*under, (len(panel.jurors), rows)]


def _ends(found: Affinity, place: int) -> Interval | NotDefined:
    if np.isnan(found.se[place]):
        return ONE_OFFICE
    method = f"t, linearised over {int(found.df[place]) + 1} own offices"
    return Interval(found.low[place], found.high[place], found.se[place], found.confidence, method)


def _powers(rows: Rows, panel: Panel, own: np.ndarray, kind: str, tested: tuple[Affinity, float]) -> None:
    """Add the probability to have seen half a standard deviation of dossiers with these offices."""
    found, size = tested
    power = power_of(size, found.se, found.df)
    for place, under in _subjects(rows, panel, own):
        value = attempt(found.check, place) or (power[place] if np.isfinite(power[place]) else ONE_OFFICE)
        variant = f"affinity, {kind}, {COUNTS} standard deviations of dossiers"
        under.add("power", value, DESCRIBED, uom="probability", variant=variant, n_units=int(found.own[place]))


def _took(panel: Panel, tables: dict[str, pd.DataFrame], competition: Competition) -> set[str] | NotDefined:
    """Give the dossiers that took a place in the stage: marked in the next one, or awarded in the last."""
    edition = competition.edition(panel.edition)
    stages = [stage.id for stage in edition.stages]
    place = stages.index(panel.stage) + 1
    if place == len(stages):
        return awarded_dossiers(tables, edition)
    scores = tables["scores"]
    later = scores[(scores["edition"] == panel.edition) & (scores["stage"] == stages[place]) & scores["value"].notna()]
    return set(later["dossier"]) or NotDefined("no_data", "nobody gave a mark in the next stage")


def _recusals(rows: Rows, panel: Panel, own: np.ndarray, line: tuple[str, set[str] | NotDefined, bool]) -> None:
    """Add how many awards, and places, would change had a juror (all jurors) not marked the own dossiers.

    `line`: kind of affinity, the dossiers that took a place, whether places are counted within categories.
    """
    kind, took, within = line
    whole = panel.composite()
    kept = np.isin(panel.dossiers, whole.units), np.isin(panel.jurors, whole.jurors)
    mine = own[np.ix_(*kept)] & np.isfinite(whole.ratings)
    categories = whole.categories.astype(str) if within else np.zeros(len(whole.units))
    groups = np.unique(categories, return_inverse=True)[1].ravel()
    for place, under in _subjects(rows, panel, own):
        columns = {"uom": "count", "variant": kind}
        if isinstance(took, NotDefined):
            under.add("recusal_effect", took, None, **columns)
            continue
        alone = np.array(whole.jurors) == panel.jurors[place] if place < len(panel.jurors) else True
        won = np.isin(whole.units.astype(str), sorted(took))
        awarded = np.bincount(groups, weights=won).astype(int)
        marks = whole.orientation * whole.ratings
        found = recusal_effect(marks, mine & alone, groups=groups, awarded=awarded)
        number = int((mine & alone).sum())
        under.add("recusal_effect", found.awards, DESCRIBED, n_units=number, **columns)
        under.add("recusal_effect", found.places, DESCRIBED, at="places", n_units=number, **columns)
