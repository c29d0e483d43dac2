"""How files look: layouts of scores and surveys, and the sources of an edition that use them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from analysis.config.fields import MISSING, Id, Model, Text


class JurorPlace(Model):
    """Where a sheet says whose it is: right of the cell `label`, or in the name of the `file` or `sheet` (a group)."""

    label: str | None = None
    file: str | None = None
    sheet: str | None = None


class ExcludeRule(Model):
    """A named rule for rows that are not data: those whose `column` matches `pattern` (a whole-cell regex)."""

    rule: Id
    column: str
    pattern: str


class Join(Model):
    """Another file whose `columns` are put beside the rows, where the columns of `on` (here = there) are equal.

    `part` takes only a part of a column for the comparison: column = regex with one group.
    """

    file: str
    on: dict[str, str]
    columns: tuple[str, ...]
    part: dict[str, str] = {}

    @model_validator(mode="after")
    def _joins_something(self) -> Join:
        if not self.on or not self.columns:
            raise ValueError("`on` and `columns` must each name a column")
        return self


class ScoreLayout(Model):
    """How a file of scores looks.

    `long`: a row a judgement, columns `juror`, `criterion`, `score`; `matrix`: a sheet a juror, dossiers in rows and
    criteria in columns; `jurors_in_columns`: a row a dossier (and `criterion`, where there are several); `groups`: a
    row a dossier, a group of columns a juror, a column a criterion in each; `card`: a sheet a dossier of one juror,
    criteria in rows; `collective`: a sheet a dossier, criteria in rows and jurors in columns.

    Columns are named by their header; the header is the first row (or `header_rows` rows) that holds all of them. On a
    `card` or a `collective` sheet `dossier`, `office`, `office_name`, `category`, `session`, `stage`, `scored_at` and
    the juror name labels beside which the text stands. A name between slashes is a regular expression.
    """

    kind: Literal["long", "matrix", "jurors_in_columns", "groups", "card", "collective"]
    sheet: str | None = None  # regex of the sheets to read; all where absent
    header_rows: int = Field(1, ge=1, le=5)  # rows of the header, merged or not (matrix, groups)
    dossier: tuple[str, ...] | JurorPlace  # columns (or labels) that together name the dossier, or its file or sheet
    office: tuple[str, ...] = ()  # columns that together name the office, where no list of dossiers says it
    office_name: str | None = None  # column with the office's name, where offices.csv does not say it
    category: str | None = None
    session: tuple[str, ...] = ()
    stage: str | None = None  # column of the stage; else the source says it
    juror: str | JurorPlace | None = None  # long: column; matrix, card: place
    jurors: str | dict[str, str] | None = None  # regex with one group, or header → juror (jurors in columns)
    members: str | None = None  # collective: regex of the cells that say which juror a number in the header means
    criterion: str | None = None  # column of the criterion (long, jurors_in_columns, card, collective)
    criteria: dict[str, str] = {}  # header or text → criterion id
    score: str | None = None  # column of the score (long, card)
    status: str | None = None  # column whose word says why a score is empty (long)
    maximum: str | None = None  # column of the maximum points (card, collective)
    comment: str | dict[str, str] | None = None  # column of what jurors wrote, or header → criterion (matrix)
    scored_at: str | None = None  # column of the time a score was given
    totals: tuple[str, ...] = ()  # what totals are called besides the usual words (regexes)
    ignore: tuple[str, ...] = ()  # columns known not to be scores (regexes); on cards the rows
    join: tuple[Join, ...] = ()  # other files put beside the rows, in this order
    exclude: tuple[ExcludeRule, ...] = ()


class SurveyLayout(Model):
    """How a file of survey answers looks.

    `limesurvey`, `google`, `microsoft` and `surveylab` are exports whose own columns (id, dates, duration, personal
    data) are known; `columns` is any table with a row a respondent; `tallies` has a row an item with its counts.
    """

    kind: Literal["limesurvey", "google", "microsoft", "surveylab", "columns", "tallies"]
    sheet: str | None = None  # regex of the sheets to read; all where absent
    respondent: str | None = None  # column of the respondent's id; row number where absent
    office: str | None = None
    channel: str | None = None
    date: str | None = None
    items: dict[str, str] = {}  # header → item id; several headers may be one item
    match: dict[str, str] = {}  # regex of headers → item id, in which \1 is the first group
    options: dict[str, dict[str, str]] = {}  # header → {label = item id}: several answers in one cell
    ticks: tuple[str, ...] = ()  # items that are boxes: 1 ticked, 0 not ticked
    answers: dict[str, str] = {}  # answer code or text → number, where the file holds no numbers
    recode: dict[str, tuple[tuple[float, float, float], ...]] = {}  # header or item id → (from, to, value), ...
    missing: dict[str, Literal[MISSING]] = {}  # text → reason, for this layout only
    structure: str | None = None  # LimeSurvey's .txt of the questionnaire, beside edition.toml
    personal: tuple[str, ...] = ()  # columns with personal data (regexes): never read beyond this door
    partials: Literal["exclude", "keep"] = "exclude"
    duplicates: Literal["exclude", "keep"] = "exclude"  # the same token, or the same address and answers
    counts: dict[str, str] = {}  # tallies: header → answer (a number of the scale, or a reason)
    item: str | None = None  # tallies: column of the item
    base: str | None = None  # tallies: column of the number of people, where the counts are per cent
    exclude: tuple[ExcludeRule, ...] = ()


class ScoreSource(Model):
    """Files of scores: a pattern below data/raw/<edition> (or `data:` below the data folder), and their layout."""

    file: str
    layout: Id
    stage: Id | None = None
    criterion: Id | None = None
    where: dict[str, str] = {}  # column = value: only these rows belong to this source


class SurveySource(Model):
    """Files of one survey wave and what is known about how it was taken."""

    file: str
    layout: Id
    wave: Id
    instrument: Id
    label: Text
    mode: Text = {}
    population: Text = {}
    invited: int | None = None
    where: dict[str, str] = {}
