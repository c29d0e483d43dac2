"""What can be configured, as frozen objects; an unknown, missing or misspelt field is an error."""

from __future__ import annotations

import datetime as dt
import math
from typing import Literal

from pydantic import Field, model_validator

from analysis.config.fields import MISSING, Id, Level, Model, Text, hint, known
from analysis.config.layouts import ScoreLayout, ScoreSource, SurveyLayout, SurveySource
from analysis.errors import DataError


class Scale(Model):
    """A scale of points: its ends, its step (0 = any number between them), its level, and which end is best."""

    minimum: float
    maximum: float
    step: float = Field(1, ge=0)
    level: Level = "interval"
    direction: Literal["higher", "lower"] = "higher"
    labels: dict[str, Text] = {}

    @model_validator(mode="after")
    def _ends_differ(self) -> Scale:
        if not self.minimum < self.maximum:
            raise ValueError(f"minimum {self.minimum:g} is not below maximum {self.maximum:g}")
        return self

    @property
    def levels(self) -> list[float]:
        """Every value the scale allows, from minimum to maximum; empty where step is 0."""
        if not self.step:
            return []
        count = math.floor((self.maximum - self.minimum) / self.step + 1e-9) + 1
        return [self.minimum + index * self.step for index in range(count)]

    def allows(self, value: float) -> bool:
        """Tell whether `value` lies between the ends and on the step.

        >>> Scale(minimum=0, maximum=10, step=0.5).allows(7.5), Scale(minimum=0, maximum=10).allows(7.5)
        (True, False)
        """
        if not self.minimum <= value <= self.maximum:
            return False
        steps = (value - self.minimum) / self.step if self.step else 0
        return abs(steps - round(steps)) < 1e-9

    def percent(self, value: float) -> float:
        """Give `value` as per cent of the range, best = 100 (POMP).

        >>> Scale(minimum=1, maximum=6, direction="lower").percent(1.0)
        100.0
        """
        share = (value - self.minimum) / (self.maximum - self.minimum)
        return 100 * (share if self.direction == "higher" else 1 - share)


class Criterion(Model):
    """One thing the jurors judge: its words, its scale (an id of `scales`), its weight in the total."""

    id: Id
    label: Text
    scale: Id
    weight: float = Field(gt=0)


class Stage(Model):
    """One round of judging: `independent` marks of a few jurors, or the `panel` together; the day it `closes`."""

    id: Id
    label: Text
    kind: Literal["independent", "panel"] = "independent"
    planned_jurors: int | None = Field(None, ge=1)
    closes: dt.date | None = None


class Category(Model):
    """A category in which dossiers compete."""

    id: Id
    label: Text


class Special(Model):
    """A special award; `rule` says whether the highest total wins it or the organizer records it."""

    id: Id
    label: Text
    rule: Literal["highest_total", "recorded"] = "recorded"


class Decision(Model):
    """How marks become awards.

    `weights`: share of each stage in the total (a stage not named does not count). `rule`: `points` (total in per
    cent of the scale at or above `value`), `places` (the best `value`), `share` (the best `value` x 100 per cent), or
    `recorded` (only what the organizer wrote counts). `per`: over all dossiers or inside each category.
    `tie_break`: what settles equal totals, in this order (`stage:ID`, `criterion:ID`, `median`).
    """

    weights: dict[Id, float]
    rule: Literal["points", "places", "share", "recorded"] = "recorded"
    value: float = 0
    per: Literal["all", "category"] = "all"
    tie_break: tuple[str, ...] = ()


class Item(Model):
    """A survey question: words, dimension, scale; `reverse` where the lowest answer is the best."""

    id: Id
    label: Text
    scale: Id
    dimension: Id | None = None
    reverse: bool = False


class Dimension(Model):
    """A group of survey items that measure one thing."""

    id: Id
    label: Text


class Instrument(Model):
    """A questionnaire."""

    label: Text
    items: tuple[Item, ...]
    dimensions: tuple[Dimension, ...] = ()


OfficeColumn = Literal["office", "name", "kind", "region", "place", "regon", "nip", "terc"]


class OfficeRegister(Model):
    """The register of offices, where it is another file than offices.csv or has other columns."""

    file: str = "offices.csv"  # below data/raw, or `data:` below the data folder
    columns: dict[OfficeColumn, str] = {}  # column of offices → header in the file; the same name where absent
    kinds: dict[str, Id] = {}  # kind as the file writes it → id of `kinds`


class Edition(Model):
    """One edition: what was judged, on which scale, by which stages, and in which files it lies."""

    id: Id
    number: int
    year: int
    title: Text
    gala: dt.date | None = None
    place: Text = {}
    scales: dict[Id, Scale]
    criteria: tuple[Criterion, ...]
    stages: tuple[Stage, ...]
    categories: tuple[Category, ...] = ()
    decision: Decision
    specials: tuple[Special, ...] = ()
    dossiers: str | None = None
    scores: tuple[ScoreSource, ...] = ()
    surveys: tuple[SurveySource, ...] = ()
    release_comments: tuple[str, ...] = ()  # offices that may read what the jurors wrote about them

    @model_validator(mode="after")
    def _names_exist(self) -> Edition:
        stages, criteria = {stage.id for stage in self.stages}, {criterion.id for criterion in self.criteria}
        for criterion in self.criteria:
            known(criterion.scale, self.scales, f"criteria.{criterion.id}.scale")
        for stage in self.decision.weights:
            known(stage, stages, "decision.weights")
        for rule in self.decision.tie_break:
            kind, _, name = rule.partition(":")
            known(kind, {"stage", "criterion", "median"}, "decision.tie_break")
            if kind != "median":
                known(name, stages if kind == "stage" else criteria, "decision.tie_break")
        for source in self.scores:
            if source.stage:
                known(source.stage, stages, "scores.stage")
        return self

    def scale(self, criterion: str) -> Scale:
        """Give the scale of a criterion."""
        return next(self.scales[entry.scale] for entry in self.criteria if entry.id == criterion)


class Analysis(Model):
    """How numbers are made: the seed, the number of resamples, the confidence of intervals.

    `criteria`: `fixed` where the criteria of an edition are the whole list, `random` where they stand for others.
    """

    seed: int = 20260101
    replicates: int = Field(2000, ge=100)
    confidence: float = Field(0.95, gt=0.5, lt=1)
    criteria: Literal["fixed", "random"] = "fixed"


class Disclosure(Model):
    """What may be shown to whom: the key of the office codes and the smallest cells.

    A juror's own numbers rest on `min_juror_dossiers` dossiers judged together with `min_other_jurors` others, or are
    withheld.
    """

    key: str | None = None
    min_offices: int = 3
    min_respondents: int = 10
    min_juror_dossiers: int = 5
    min_other_jurors: int = 3


class Competition(Model):
    """The competition: its words, its languages and audiences, its instruments, its editions in order."""

    id: Id
    title: Text
    organizer: Text
    data: Literal["real", "simulated", "example"] = "real"
    credit: Text = {}  # source and licence line of example data
    statement: Text = {}  # independence and fee statement, printed in the annual report
    languages: tuple[Literal["pl", "en"], ...] = ("pl", "en")
    audiences: tuple[Literal["organizer", "public", "juror"], ...] = ("organizer", "public")
    words: dict[Literal["pl", "en"], dict[str, str | tuple[str, ...]]] = {}  # own texts in place of the project's
    kinds: dict[Id, Text] = {}
    offices: OfficeRegister = OfficeRegister()
    roles: dict[Id, Text] = {}
    channels: dict[Id, Text] = {}
    missing: dict[str, Literal[MISSING]] = {}
    scales: dict[Id, Scale] = {}
    instruments: dict[Id, Instrument] = {}
    analysis: Analysis = Analysis()
    disclosure: Disclosure = Disclosure()
    layouts: dict[Id, ScoreLayout | SurveyLayout] = {}
    editions: tuple[Edition, ...] = ()

    @model_validator(mode="after")
    def _names_exist(self) -> Competition:
        for name, instrument in self.instruments.items():
            for item in instrument.items:
                known(item.scale, self.scales, f"instruments.{name}.items.{item.id}.scale")
        for edition in self.editions:
            for source in (*edition.scores, *edition.surveys):
                known(source.layout, self.layouts, f"{edition.id}: layout")
            for source in edition.surveys:
                known(source.instrument, self.instruments, f"{edition.id}: surveys.instrument")
        return self

    def edition(self, name: str) -> Edition:
        """Give the edition with this id.

        Raises
        ------
        DataError
            There is none.
        """
        for edition in self.editions:
            if edition.id == name:
                return edition
        known = ", ".join(edition.id for edition in self.editions)
        raise DataError(f"There is no edition {name!r}{hint(name, [e.id for e in self.editions])}; there are: {known}.")

    def item_scale(self, instrument: str, item: str) -> Scale:
        """Give the scale of a survey item."""
        items = self.instruments[instrument].items
        return next(self.scales[entry.scale] for entry in items if entry.id == item)
