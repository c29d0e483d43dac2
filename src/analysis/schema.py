"""Every table of the project: its columns, their types and units, its key; and `check`.

One row a judgement (`scores`), an answer (`responses`), a number (`results`). Text columns hold "" where there is
nothing to say, never a missing value; numbers are float64 with NaN for missing; counts are nullable whole numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analysis.errors import DataError

TYPES = {"text": "str", "number": "float64", "count": "Int64", "flag": "bool"}


@dataclass(frozen=True)
class Column:
    """A column: its name, its type (a key of `TYPES`) and what it means, with the unit where it has one."""

    name: str
    type: str
    meaning: str


@dataclass(frozen=True)
class Table:
    """A table: its name, what one row is, its columns in order, and the columns that identify a row."""

    name: str
    row: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    @property
    def names(self) -> list[str]:
        """Column names in order."""
        return [column.name for column in self.columns]

    def empty(self) -> pd.DataFrame:
        """Give the table without rows, every column with its type."""
        return pd.DataFrame({column.name: pd.Series(dtype=TYPES[column.type]) for column in self.columns})


def _columns(listing: str) -> tuple[Column, ...]:
    """Read lines of `name | type | meaning`."""
    rows = (line.split("|", 2) for line in listing.strip().splitlines())
    return tuple(Column(name.strip(), kind.strip(), meaning.strip()) for name, kind, meaning in rows)


EDITIONS = Table(
    "editions",
    "one edition of the competition",
    _columns("""
edition     | text   | id of the edition, the name of its folder (e10); never computed from the year
number      | count  | its ordinal number
year        | count  | calendar year of the award
gala        | text   | date of the award, ISO (2025-09-12), or empty
    """),
    ("edition",),
)

OFFICES = Table(
    "offices",
    "one office (unit that can enter a competition), over all editions",
    _columns("""
office      | text   | id of the office
name        | text   | official name
kind        | text   | kind of office, an id of `kinds` in competition.toml, or empty
region      | text   | voivodeship or other region, or empty
place       | text   | town, or empty
regon       | text   | REGON, text with its zeros, or empty
nip         | text   | NIP, text, or empty
terc        | text   | TERYT code of the gmina, text with its zeros, or empty
    """),
    ("office",),
)

JURORS = Table(
    "jurors",
    "one juror, over all editions",
    _columns("""
juror       | text   | id of the juror
name        | text   | name
role        | text   | role (academic, practitioner, ...), or empty
region      | text   | home region, or empty
employer    | text   | office or institution, or empty
    """),
    ("juror",),
)

DOSSIERS = Table(
    "dossiers",
    "one dossier (entry, application) of an office in one edition",
    _columns("""
edition     | text   | edition
dossier     | text   | id of the dossier inside its edition
office      | text   | office that entered it
category    | text   | category, an id of `categories` of the edition, or empty
status      | text   | valid, withdrawn or disqualified
outcome     | text   | what the organizer decided: awarded, not_awarded, or empty where nothing was recorded
special     | text   | ids of special awards, separated by a blank, or empty
employees   | number | employees declared, persons
submitted   | text   | date it came in, ISO, or empty
    """),
    ("edition", "dossier"),
)

RECUSALS = Table(
    "recusals",
    "one juror kept from one dossier",
    _columns("""
edition     | text   | edition
dossier     | text   | dossier
juror       | text   | juror
reason      | text   | reason code: employer, region, family, former_collaboration, advisory, pupil, other
declared    | text   | date of the declaration, ISO, or empty
    """),
    ("edition", "dossier", "juror"),
)

SCORES = Table(
    "scores",
    "one judgement: what one juror gave one dossier on one criterion in one stage (or why nothing)",
    _columns("""
edition     | text   | edition
stage       | text   | stage, an id of `stages` of the edition
session     | text   | sitting in which marks were given together (a show, a day), or empty
dossier     | text   | dossier
office      | text   | office of the dossier: the cluster of every interval
category    | text   | category of the dossier, or empty
juror       | text   | juror
criterion   | text   | criterion, an id of `criteria` of the edition
value_raw   | text   | the cell as it was written
value       | number | the score in points of the criterion's scale, NaN where there is none
value_100   | number | the same as per cent of the scale's range, best = 100 (POMP); NaN where there is none
missing     | text   | reason without a score: missing, not_scored, not_applicable, recused, abstained, ... or empty
corrected   | text   | why corrections.csv changed it, or empty
scored_at   | text   | when it was given, ISO (2025-05-12T14:30), or empty where the file does not say
file        | text   | file it was read from, relative to the folder of raw data
sheet       | text   | sheet, empty for text files
cell        | text   | cell address (C7), for text files `line 12, Standards`
    """),
    ("edition", "stage", "dossier", "juror", "criterion"),
)

COMMENTS = Table(
    "comments",
    "what one juror wrote about one dossier; kept apart from the scores, on no page unless released",
    _columns("""
edition     | text   | edition
stage       | text   | stage
dossier     | text   | dossier
office      | text   | office of the dossier
juror       | text   | juror, empty where the panel wrote together
criterion   | text   | criterion, empty where it is about the whole dossier
text        | text   | the words, as they were written
file        | text   | file it was read from
sheet       | text   | sheet, empty for text files
cell        | text   | cell address
    """),
    ("edition", "stage", "dossier", "juror", "criterion"),
)

RESPONDENTS = Table(
    "respondents",
    "one person who answered (or began to answer) a survey",
    _columns("""
wave        | text   | survey wave, an id
edition     | text   | edition it belongs to, or empty
respondent  | text   | id of the respondent inside the wave
office      | text   | office the answers are about, or empty
channel     | text   | paper, web, tablet, ... as configured, or empty
date        | text   | date of the answers, ISO, or empty
duration_s  | number | seconds from first to last page, NaN where unknown
complete    | flag   | whether the last page was sent
    """),
    ("wave", "respondent"),
)

RESPONSES = Table(
    "responses",
    "one answer of one respondent to one item (or why none)",
    _columns("""
wave        | text   | survey wave
edition     | text   | edition it belongs to, or empty
respondent  | text   | respondent
office      | text   | office the answer is about, or empty
item        | text   | item, an id of `items` of the survey
value_raw   | text   | the cell as it was written
value       | number | the answer on the item's scale, NaN where there is none
missing     | text   | reason without an answer: missing, not_shown, not_applicable, dont_know, refused
    """),
    ("wave", "respondent", "item"),
)

TALLIES = Table(
    "tallies",
    "how many people gave one answer to one item, where only counts are known (paper boxes)",
    _columns("""
wave        | text   | survey wave
edition     | text   | edition it belongs to, or empty
office      | text   | office the answers are about, or empty
item        | text   | item, an id of `items` of the survey
at          | text   | the answer: a number of the item's scale, or the reason without one
count       | count  | people who gave it
    """),
    ("wave", "edition", "office", "item", "at"),
)

LEDGER = Table(
    "ledger",
    "the account of one file (or sheet) in one unit; read = accepted + quarantined + excluded, always",
    _columns("""
file        | text   | file, relative to the folder of raw data
sheet       | text   | sheet, empty for text files
edition     | text   | edition it was read for, or empty
kind        | text   | scores, survey, dossiers or register
sha256      | text   | SHA-256 of the file's bytes
encoding    | text   | character set of a text file, or the reader of a workbook
unit        | text   | row (a line of data below the header) or cell (a judgement or an answer)
read        | count  | how many were read
accepted    | count  | how many went into the tidy tables (a number, or missing with a reason)
quarantined | count  | how many were set aside, each named in `findings`
excluded    | count  | how many a named rule leaves out
    """),
    ("file", "sheet", "edition", "kind", "unit"),
)

FINDINGS = Table(
    "findings",
    "one thing intake saw and did in the raw files",
    _columns("""
edition     | text   | edition, or empty
file        | text   | file, relative to the folder of raw data
sheet       | text   | sheet, or empty
place       | text   | cell address, or `line 12`, or `rows 4, 9-11` where one rule took many
code        | text   | what kind of thing, a key of `findings` in pages/words (clean.toml)
state       | text   | quarantined, excluded, repaired, corrected, noted
severity    | text   | act (needs a person), look (worth a look) or info
key         | text   | the judgement or answer it concerns, e.g. `dossier D07, juror J3, standards`, or empty
found       | text   | what was found, as written
done        | text   | what was done or is proposed, e.g. the value it became, or empty
count       | count  | how many rows or cells it stands for
    """),
    ("edition", "file", "sheet", "place", "code", "key"),
)

CROSSWALK = Table(
    "crosswalk",
    "what became of one criterion from one edition to a later one (crosswalk.csv)",
    _columns("""
from_edition   | text | earlier edition
from_criterion | text | its criterion, or empty where the later one is new
to_edition     | text | later edition
to_criterion   | text | its criterion, or empty where the earlier one was dropped
relation       | text | same, reworded, rescaled, split, merged, new or dropped
share          | number | share of a part in the whole that was split or merged, 0-1; NaN where parts count alike
    """),
    ("from_edition", "from_criterion", "to_edition", "to_criterion"),
)

SUCCESSION = Table(
    "succession",
    "one office that goes on as another (office_succession.csv)",
    _columns("""
predecessor | text   | office that was
successor   | text   | office that goes on
type        | text   | merge, split or rename
date        | text   | date from which the successor stands, ISO
    """),
    ("predecessor", "successor"),
)

REVIEW = Table(
    "review",
    "one office that a name may mean which nothing names: what a person decides in review.csv",
    _columns("""
kind        | text   | what is named: office
written     | text   | the name as it was written
suggested   | text   | office whose name comes nearest, or empty where none does
name        | text   | its official name
score       | number | likeness of the names, 0-100, NaN where there is none
decision    | text   | yes, no, or the id of another office; empty: not decided yet
    """),
    ("kind", "written", "suggested"),
)

RESULT_KEY = (
    "edition", "edition_to", "wave", "stage", "category", "criterion", "item", "subject_type", "subject",
    "versus_type", "versus", "at", "measure", "variant",
)  # fmt: skip

RESULTS = Table(
    "results",
    "one number; a matrix, a curve or a distribution is many rows; an empty key column means pooled over it",
    _columns("""
edition         | text   | edition, or empty: pooled over editions or across them
edition_to      | text   | the later edition of a comparison, or empty
wave            | text   | survey wave, or empty
stage           | text   | stage, or empty
category        | text   | category, or empty
criterion       | text   | criterion, or empty: the composite over criteria
item            | text   | survey item or dimension (`dim:` before its id), or empty
subject_type    | text   | what it is about: office, dossier, juror, panel, category, criterion; empty: the whole slice
subject         | text   | its id
versus_type     | text   | compared with: juror, others, level, dossier, criterion, category, region, ..., stage, wave
versus          | text   | its id
at              | text   | level, number of jurors, source of variance, statistic, `jurors_like_these`, or empty
measure         | text   | name of the measure, as in docs/methods.md
variant         | text   | the exact estimator
value           | number | the number; empty if and only if `reason` is given
se              | number | standard error, in the unit of the value
low             | number | lower end of the interval
high            | number | upper end of the interval
confidence      | number | confidence of the interval, 0-1
interval        | text   | how the interval was made (jackknife over offices, F, Wilson, ...) and of what it speaks
interval_reason | text   | why there is no interval: code and sentence
p_value         | number | p value, two-sided unless the variant says otherwise
q_value         | number | p value corrected for the false discovery rate
q_family        | text   | the family the correction was made in
n_units         | count  | units (dossiers) used
n_offices       | count  | offices used
n_jurors        | count  | jurors used
n_scores        | count  | scores used
n_respondents   | count  | respondents used
uom             | text   | points, POMP, points², POMP², logits, share, coefficient, persons, count, place, probability
reason          | text   | why there is no value: code and sentence
    """),
    RESULT_KEY,
)

TABLES = {
    table.name: table
    for table in (
        *(EDITIONS, OFFICES, JURORS, DOSSIERS, RECUSALS, SCORES, COMMENTS, RESPONDENTS, RESPONSES, TALLIES),
        *(LEDGER, FINDINGS, CROSSWALK, SUCCESSION, REVIEW, RESULTS),
    )
}


def conform(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Give `frame` the columns of `table`, in order, with their types; absent ones become empty."""
    columns = {}
    for column in table.columns:
        values = frame[column.name] if column.name in frame else pd.Series([None] * len(frame), index=frame.index)
        if column.type == "text":
            values = values.astype("object").where(values.notna(), "").astype("str")
        elif column.type == "flag":
            values = values.astype("object").where(values.notna(), False).astype("bool")
        elif column.type == "count":
            values = pd.to_numeric(values).astype("Int64")
        else:
            values = pd.to_numeric(values).astype("float64")
        columns[column.name] = values
    return pd.DataFrame(columns).reset_index(drop=True)


def check(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Return `frame` if it is a `table`: its columns in order, its types, a unique key.

    Raises
    ------
    DataError
        A column is missing, unknown or of another type, or two rows have the same key.
    """
    if list(frame.columns) != table.names:
        differing = sorted(set(frame.columns) ^ set(table.names)) or "their order"
        raise DataError(f"table {table.name}: the columns differ from the schema ({differing}).")
    for column in table.columns:
        if str(frame[column.name].dtype) != TYPES[column.type]:
            raise DataError(
                f"table {table.name}: column {column.name} is {frame[column.name].dtype}, not {TYPES[column.type]}."
            )
    doubled = frame.duplicated(list(table.key), keep=False)
    if doubled.any():
        first = frame.loc[doubled, list(table.key)].iloc[0].to_dict()
        raise DataError(f"table {table.name}: {int(doubled.sum())} rows share a key, the first is {first}.")
    return frame
