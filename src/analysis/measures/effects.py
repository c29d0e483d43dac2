"""What a juror does that chance cannot explain: spread, range, randomness, halo, groups, order, copied profiles."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from analysis.config import Competition
from analysis.errors import REASONS, NotDefined
from analysis.measures.rows import Rows, attempt
from analysis.measures.slices import LEVELS, NUMERIC, Panel, misfit, weakest
from analysis.statistics import effects
from analysis.statistics.multiplicity import benjamini_hochberg
from analysis.statistics.resample import Interval

NO_INTERVAL = NotDefined("no_interval", "no interval is defined for this measure")
SHRUNKEN = NotDefined("no_interval", "a shrunken value has none; the interval is that of the value as estimated")
PROFILES = {  # measure → its function, variant, method of the interval, levels of measurement it fits
    "centrality": (
        effects.centrality,
        "standard deviation / that of the others' marks on the same dossiers",
        "t, jackknife over offices",
        NUMERIC,
    ),
    "range_used": (
        effects.range_used,
        "entropy of the levels used / median of the other jurors",
        "t, jackknife over offices",
        LEVELS,
    ),
    "consensus_correlation": (
        effects.consensus_correlation,
        "with the others' mean, severities taken out",
        "t, jackknife over offices",
        NUMERIC,
    ),
    "halo": (
        effects.halo,
        "between criteria within the juror less across jurors",
        "t, jackknife over offices",
        NUMERIC,
    ),
    "identical_profiles": (
        effects.identical_profiles,
        "share of dossiers with equal marks less the others' share, one-sided",
        "t over dossiers",
        LEVELS,
    ),
}
ORDERS = {
    "order_drift": (effects.order_drift, "slope over half of the order"),
    "half_change": (effects.half_change, "first half less second half"),
}
SHARES = ("identical_profiles",)
IN_POINTS = ("order_drift", "half_change")
COPIED = "identical profiles, share less expected, one-sided"
RESIDUALS = "correlation of residuals"
MOST_JURORS = 40  # of more, pairs are not compared: the time grows with their square
COUNTING = "0.5 standard deviations of dossiers"  # the size that counts where it is in points


def add_effects(rows: Rows, panel: Panel, tables: dict[str, pd.DataFrame], competition: Competition) -> None:
    """Add every effect of every juror of a stage, with the power to have seen it."""
    whole = panel.composite()
    marks = whole.orientation * panel.points if panel.scale else panel.percent
    beside = attempt(effects.panel_marks, marks, cluster=panel.offices)
    of = _Stage(rows, panel, beside, whole.uom, competition.analysis.confidence)
    for measure, (statistic, variant, method, levels) in PROFILES.items():
        of.add_profile(measure, of.found(measure, statistic, levels), variant, method)
    order = marking_times(panel, tables["scores"])
    for measure, (statistic, variant) in ORDERS.items():
        of.add_profile(measure, of.found(measure, statistic, NUMERIC, order), variant, "t")
    of.add_groups("criterion", of.found("differential_severity", effects.criterion_severity, NUMERIC))
    for kind, labels in dossier_groups(panel, tables, competition).items():
        of.add_groups(kind, of.found("differential_severity", effects.differential_severity, NUMERIC, labels))
    of.add_pairs(many_jurors(panel) or of.found("copying", effects.copying, LEVELS))


def marking_times(panel: Panel, scores: pd.DataFrame) -> np.ndarray:
    """Give the days from the first mark until each juror marked each dossier; NaN where the files do not say."""
    times = np.full((len(panel.dossiers), len(panel.jurors)), np.nan)
    here = scores[(scores["edition"] == panel.edition) & (scores["stage"] == panel.stage)]
    here = here[(here["scored_at"] != "") & here["value"].notna()]
    if len(here):
        moments = pd.to_datetime(here["scored_at"], format="ISO8601")
        days = (moments - moments.min()) / pd.Timedelta(days=1)
        first = days.groupby([here["dossier"], here["juror"]]).min()
        dossiers = {name: place for place, name in enumerate(panel.dossiers)}
        jurors = {name: place for place, name in enumerate(panel.jurors)}
        for (dossier, juror), day in first.items():
            times[dossiers[dossier], jurors[juror]] = day
    return times


def dossier_groups(panel: Panel, tables: dict[str, pd.DataFrame], competition: Competition) -> dict[str, np.ndarray]:
    """Give the groups that dossiers fall into: category, region and kind of the office, whether it took part before."""
    offices = tables["offices"].set_index("office")
    ids = [edition.id for edition in competition.editions]
    earlier = tables["dossiers"]["edition"].isin(ids[: ids.index(panel.edition)])
    known = set(tables["dossiers"].loc[earlier, "office"])
    returning = ["returning" if office in known else "first" for office in panel.offices]
    groups = {"category": panel.categories}
    for name in ("region", "kind"):
        groups[name] = offices[name].reindex(panel.offices).fillna("").to_numpy(dtype=object)
    return groups | {"returning": np.array(returning if known else [""] * len(panel.offices), dtype=object)}


def many_jurors(panel: Panel) -> NotDefined | None:
    """Say that a panel has too many jurors to compare each two."""
    if len(panel.jurors) <= MOST_JURORS:
        return None
    return NotDefined("many_jurors", f"pairs of up to {MOST_JURORS} jurors are compared; here are {len(panel.jurors)}")


class _Stage:
    """The jurors of one stage beside each other, and where their rows go."""

    def __init__(self, rows: Rows, panel: Panel, beside: effects.PanelMarks | NotDefined, uom: str, confidence: float):
        self.rows, self.panel, self.beside = rows, panel, beside
        self.uom, self.confidence = uom, confidence
        self.level = weakest(panel.scales)

    def found(self, measure: str, statistic: Callable, levels: tuple[str, ...], *data: np.ndarray):
        """Give the effect of all jurors, or why there is none."""
        unfit = misfit(measure, self.level, levels=levels)
        if unfit or isinstance(self.beside, NotDefined):
            return unfit or self.beside
        settings = {} if statistic is effects.copying else {"confidence": self.confidence}
        return attempt(statistic, self.beside, *data, **settings)

    def add_profile(self, measure: str, found: effects.Effects | NotDefined, variant: str, method: str) -> None:
        """Add one effect and its power for every juror."""
        uom = "share" if measure in SHARES else self.uom if measure in IN_POINTS else "coefficient"
        refused = isinstance(found, NotDefined)
        size = "" if refused else COUNTING if measure in IN_POINTS else f"{found.size:.3g}"
        q_values = np.array([]) if refused else benjamini_hochberg(found.p_value)
        family = f"{measure} of {np.isfinite(q_values).sum()} jurors"
        for place, juror in enumerate(self.panel.jurors):
            under = self.rows.under(subject_type="juror", subject=juror)
            reason = found if refused else told(found.reason[place], found.n_units[place])
            if reason:
                units = {} if refused else {"n_units": found.n_units[place]}
                under.add(measure, reason, None, uom=uom, variant=variant, **units)
                continue
            units = {"n_units": found.n_units[place]}
            ends = ends_of(found, place, method)
            under.add(
                measure,
                found.value[place],
                ends,
                uom=uom,
                variant=variant,
                **units,
                **tested(found, place, q_values, family),
            )
            self._power(under, f"{measure}, {size}", found.power[place], units)

    def add_groups(self, kind: str, found: effects.GroupEffects | NotDefined) -> None:
        """Add each juror's severity on each group of dossiers or each criterion, beside the rest."""
        under = self.rows.under(subject_type="juror", versus_type=kind)
        if isinstance(found, NotDefined):
            for juror in self.panel.jurors:
                under.add("differential_severity", found, None, uom=self.uom, variant="shrunken", subject=juror)
            return
        q_values = benjamini_hochberg(found.p_value.ravel()).reshape(found.p_value.shape)
        family = f"differential_severity of {np.isfinite(q_values).sum()} cells juror × {kind}"
        for place, group in np.ndindex(found.value.shape):
            name = self.panel.criteria[found.groups[group]].id if kind == "criterion" else found.groups[group]
            cell = under.under(subject=self.panel.jurors[place], versus=name)
            units, at = {"n_units": found.n_units[place, group]}, (place, group)
            reason = told(found.reason[at], found.n_units[at])
            if reason:
                cell.add("differential_severity", reason, None, uom=self.uom, variant="shrunken", **units)
                continue
            columns = {"uom": self.uom} | units | tested(found, at, q_values, family)
            cell.add("differential_severity", found.shrunken[at], SHRUNKEN, variant="shrunken", **columns)
            cell.add(
                "differential_severity", found.value[at], ends_of(found, at, "t"), variant="as estimated", **columns
            )
            self._power(cell, f"differential_severity, {COUNTING}", found.power[at], units)

    def add_pairs(self, found: effects.PairEffects | NotDefined) -> None:
        """Add the pairs of jurors whose profiles are alike more often than those of the others."""
        under = self.rows.under(subject_type="juror", versus_type="juror")
        if isinstance(found, NotDefined):
            under.add("copying", found, None, uom="share", variant=COPIED)
            return
        q_values = benjamini_hochberg(found.p_value)
        family = f"copying of {np.isfinite(q_values).sum()} pairs of jurors"
        for place in np.flatnonzero(found.n_units > 0):
            names = self.panel.jurors[found.first[place]], self.panel.jurors[found.second[place]]
            pair = under.under(subject=names[0], versus=names[1])
            units = {"n_units": found.n_units[place], "n_jurors": 2}
            reason = told(found.reason[place], found.n_units[place])
            columns = {"uom": "share"} | units | ({} if reason else tested(found, place, q_values, family))
            pair.add("copying", reason or found.value[place], NO_INTERVAL, variant=COPIED, **columns)
            if not reason:
                few = NotDefined("too_few_units", "too few of these dossiers have a third juror")
                alike = found.correlation[place] if np.isfinite(found.correlation[place]) else few
                pair.add("copying", alike, NO_INTERVAL, uom="coefficient", variant=RESIDUALS, **units)
                self._power(pair, f"copying, {found.size:.3g}", found.power[place], units)

    def _power(self, rows: Rows, variant: str, power: float, units: dict[str, int]) -> None:
        unknown = NotDefined("no_variation", "the noise of these marks is not known")
        found = power if np.isfinite(power) else unknown
        rows.add("power", found, NO_INTERVAL, uom="probability", variant=variant, **units)


def told(code: str, units: int) -> NotDefined | None:
    """Give the reason behind a code."""
    return NotDefined(code, f"{REASONS[code]}; dossiers that count: {units}") if code else None


def ends_of(
    found: effects.Effects | effects.GroupEffects, place: int | tuple[int, int], method: str
) -> Interval | NotDefined:
    """Give the interval of a value."""
    low, high, se = (float(getattr(found, name)[place]) for name in ("low", "high", "se"))
    if not (np.isfinite(low) and np.isfinite(high)):
        return NotDefined("no_interval", "these dossiers do not show how the value varies")
    return Interval(low, high, se, found.confidence, method)


def tested(found: object, place: int | tuple[int, int], q_values: np.ndarray, family: str) -> dict[str, object]:
    """Give the columns of a test."""
    made = np.isfinite(q_values[place])
    return {"p_value": found.p_value[place], "q_value": q_values[place], "q_family": family if made else ""}
