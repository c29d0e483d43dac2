"""Slices of the table of scores: dossiers in rows, jurors in columns, marks on a criterion or their composite."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.config import Competition, Criterion, Edition, Scale
from analysis.errors import NotDefined
from analysis.statistics.ratings import used_units
from analysis.statistics.resample import generator, multinomial_weights
from analysis.statistics.scales import composite

LEVELS = ("nominal", "ordinal", "interval", "ratio")  # from weak to strong
ORDERED, NUMERIC = LEVELS[1:], LEVELS[2:]


@dataclass(frozen=True)
class Slice:
    """Marks of one kind.

    Attributes
    ----------
    keys : dict
        `edition`, `stage`, `category`, `criterion`: what the marks are of.
    ratings : array, shape (units, jurors)
        Marks, NaN where a juror gave none; every unit and every juror has one at least.
    units, offices, categories : arrays of text, shape (units,)
        The dossier, its office, its category.
    jurors : tuple of text
        Ids of the columns.
    scale : Scale or None
        Scale of the marks; None where they lie in per cent of the range of several scales.
    level : text
        Level of measurement; for a composite the weakest of its criteria.
    """

    keys: dict[str, str]
    ratings: np.ndarray
    units: np.ndarray
    offices: np.ndarray
    categories: np.ndarray
    jurors: tuple[str, ...]
    scale: Scale | None
    level: str

    @property
    def uom(self) -> str:
        """Unit of the marks: points, or POMP where scales differ."""
        return "points" if self.scale else "POMP"

    @property
    def orientation(self) -> int:
        """1 where a higher mark is better, -1 where a lower one is."""
        return -1 if self.scale and self.scale.direction == "lower" else 1

    @property
    def cluster(self) -> np.ndarray:
        """Number of the office of each unit."""
        return np.unique(self.offices, return_inverse=True)[1]

    def used_counts(self, units: str) -> dict[str, int]:
        """Count what lies in `rated`, `paired` (two jurors) or `complete` (all jurors) units: the columns n_*."""
        number = np.isfinite(self.ratings).sum(axis=1)
        used = used_units(self.ratings, units)
        return {
            "n_units": int(used.sum()),
            "n_offices": len(np.unique(self.offices[used])),
            "n_jurors": int(np.isfinite(self.ratings[used]).any(axis=0).sum()),
            "n_scores": int(number[used].sum()),
        }

    def unit_means(self) -> np.ndarray:
        """Mean over jurors of each unit."""
        return np.array([row[np.isfinite(row)].mean() for row in self.ratings])


@dataclass(frozen=True)
class Panel:
    """All marks of one stage of one edition.

    Attributes
    ----------
    points, percent : arrays, shape (dossiers, jurors, criteria)
        Marks in points of each criterion's scale, and in per cent of its range (best = 100); NaN where there is none.
    dossiers, offices, categories : arrays of text, shape (dossiers,)
    jurors : tuple of text
    criteria : tuple of Criterion
    scales : tuple of Scale, one a criterion
    """

    edition: str
    stage: str
    points: np.ndarray
    percent: np.ndarray
    dossiers: np.ndarray
    offices: np.ndarray
    categories: np.ndarray
    jurors: tuple[str, ...]
    criteria: tuple[Criterion, ...]
    scales: tuple[Scale, ...]

    @property
    def scale(self) -> Scale | None:
        """The scale that all criteria share, or None."""
        return shared_scale(self.scales)

    def of_criterion(self, criterion: str) -> Slice:
        """Give the marks on one criterion, in points of its scale."""
        place = [entry.id for entry in self.criteria].index(criterion)
        return self._slice(self.points[:, :, place], self.scales[place], self.scales[place].level, criterion)

    def composite(self) -> Slice:
        """Give each juror's weighted mean over the criteria, in points where all share a scale, else in POMP."""
        weights = np.array([criterion.weight for criterion in self.criteria])
        marks = self.points if self.scale else self.percent
        return self._slice(composite(marks, weights=weights), self.scale, weakest(self.scales))

    def composite_percent(self) -> Slice:
        """Give each juror's weighted mean over the criteria in per cent of the range."""
        weights = np.array([criterion.weight for criterion in self.criteria])
        return self._slice(composite(self.percent, weights=weights), None, weakest(self.scales))

    def over(self, criteria: list[str] | dict[str, float]) -> Slice:
        """Give each juror's mean over the named criteria in per cent of the range: plain, or by their shares."""
        shares = criteria if isinstance(criteria, dict) else dict.fromkeys(criteria, 1.0)
        weights = np.array([shares.get(criterion.id, 0.0) for criterion in self.criteria])
        return self._slice(composite(self.percent, weights=weights), None, weakest(self.scales))

    def any_mark(self) -> np.ndarray:
        """Tell which juror gave which dossier a mark on any criterion, shape (dossiers, jurors)."""
        return np.isfinite(self.points).any(axis=2)

    def _slice(self, ratings: np.ndarray, scale: Scale | None, level: str, criterion: str = "") -> Slice:
        keys = {"edition": self.edition, "stage": self.stage, "category": "", "criterion": criterion}
        whole = Slice(keys, ratings, self.dossiers, self.offices, self.categories, self.jurors, scale, level)
        return _trimmed(whole, np.ones(len(ratings), dtype=bool))


def read_panel(scores: pd.DataFrame, edition: Edition, stage: str) -> Panel:
    """Arrange the marks of one stage of one edition by dossier, juror and criterion; who has none is not there."""
    here = scores[(scores["edition"] == edition.id) & (scores["stage"] == stage) & scores["value"].notna()]
    dossier, dossiers = pd.factorize(here["dossier"], sort=True)
    juror, jurors = pd.factorize(here["juror"], sort=True)
    places = {criterion.id: place for place, criterion in enumerate(edition.criteria)}
    criterion = here["criterion"].map(places).to_numpy(dtype=int)
    points = np.full((len(dossiers), len(jurors), len(places)), np.nan)
    percent = points.copy()
    points[dossier, juror, criterion] = here["value"]
    percent[dossier, juror, criterion] = here["value_100"]
    first = here.drop_duplicates("dossier").sort_values("dossier")
    return Panel(
        edition=edition.id,
        stage=stage,
        points=points,
        percent=percent,
        dossiers=np.array(dossiers, dtype=object),
        offices=first["office"].to_numpy(dtype=object),
        categories=first["category"].to_numpy(dtype=object),
        jurors=tuple(jurors),
        criteria=edition.criteria,
        scales=tuple(edition.scale(entry.id) for entry in edition.criteria),
    )


def categories_of(edition: Edition, found: np.ndarray | pd.Series) -> list[str]:
    """Give the categories of an edition: those configured, then any other that the data name."""
    configured = [category.id for category in edition.categories]
    return configured + sorted(set(found) - set(configured) - {""})


def in_category(whole: Slice, category: str) -> Slice:
    """Give the part of a slice that belongs to one category."""
    part = _trimmed(whole, whole.categories == category)
    return Slice(**{**vars(part), "keys": {**whole.keys, "category": category}})


def complete(whole: Slice) -> Slice:
    """Give the units of a slice that every juror marked."""
    return _trimmed(whole, np.isfinite(whole.ratings).all(axis=1))


def pooled(slices: list[Slice], *, stage: str) -> Slice:
    """Lay slices of several editions under each other: a unit is a dossier of an edition, a juror one column.

    The slices must lie on the same scale; `units` become `edition/dossier`.
    """
    jurors = tuple(sorted({juror for part in slices for juror in part.jurors}))
    ratings = np.full((sum(len(part.ratings) for part in slices), len(jurors)), np.nan)
    row = 0
    for part in slices:
        columns = [jurors.index(juror) for juror in part.jurors]
        ratings[row : row + len(part.ratings), columns] = part.ratings
        row += len(part.ratings)
    return Slice(
        keys={"edition": "", "stage": stage, "category": "", "criterion": ""},
        ratings=ratings,
        units=_joined([np.array([f"{s.keys['edition']}/{u}" for u in s.units], dtype=object) for s in slices]),
        offices=_joined([part.offices for part in slices]),
        categories=_joined([part.categories for part in slices]),
        jurors=jurors,
        scale=slices[0].scale if slices else None,
        level=min((part.level for part in slices), key=LEVELS.index, default="interval"),
    )


def misfit(what: str, level: str, *, levels: tuple[str, ...]) -> NotDefined | None:
    """Say why a statistic does not fit marks of a declared level of measurement, where it does not."""
    if level in levels:
        return None
    return NotDefined("wrong_level", f"{what} needs a scale declared {' or '.join(levels)}; this one is {level}")


def resamples(part: Slice, competition: Competition) -> np.ndarray:
    """Draw the resamples of the offices of a slice: the same for every measure of the slice, whatever else is measured.

    Returns
    -------
    array of int, shape (replicates, offices)
        How often each office was drawn.
    """
    rng = drawn(part, competition, scheme="bootstrap over offices")
    offices = max(1, len(np.unique(part.offices)))
    return multinomial_weights(offices, rng=rng, replicates=competition.analysis.replicates)


def drawn(part: Slice, competition: Competition, *, scheme: str) -> np.random.Generator:
    """Give the random numbers of one slice and one scheme: what else is measured moves none of them."""
    key = [part.keys[name] for name in ("edition", "stage", "category", "criterion")]
    return generator(competition.analysis.seed, *key, scheme)


def shared_scale(scales: tuple[Scale, ...]) -> Scale | None:
    """Give the scale if all have the same ends, step, level and direction, else None."""
    kinds = {(s.minimum, s.maximum, s.step, s.level, s.direction) for s in scales}
    return scales[0] if len(kinds) == 1 else None


def weakest(scales: tuple[Scale, ...]) -> str:
    """Give the weakest level of measurement among scales."""
    return min((scale.level for scale in scales), key=LEVELS.index, default="interval")


def _trimmed(whole: Slice, keep: np.ndarray) -> Slice:
    """Keep the chosen units that have a mark, and the jurors who gave one."""
    rows = keep & np.isfinite(whole.ratings).any(axis=1)
    columns = np.isfinite(whole.ratings[rows]).any(axis=0)
    return Slice(
        keys=whole.keys,
        ratings=whole.ratings[np.ix_(rows, columns)],
        units=whole.units[rows],
        offices=whole.offices[rows],
        categories=whole.categories[rows],
        jurors=tuple(juror for juror, there in zip(whole.jurors, columns, strict=True) if there),
        scale=whole.scale,
        level=whole.level,
    )


def _joined(parts: list[np.ndarray]) -> np.ndarray:
    return np.concatenate(parts) if parts else np.array([], dtype=object)
