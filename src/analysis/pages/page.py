"""The page a notebook writes: the rows it may show, the words of its language, and makers of its blocks."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from analysis.config import Competition, Edition
from analysis.errors import DataError
from analysis.pages import display
from analysis.pages.words import DASH, LANGUAGES, Words
from analysis.schema import RESULTS
from analysis.workspace import open_workspace

NOUNS = {
    "1_clean": (),
    "2_agreement": ("agreement",),
    "3_jurors": ("jurors",),
    "4_decisions": ("decisions",),
    "5_trends": ("trends",),
    "6_survey": ("survey",),
    "annual_report": ("agreement", "decisions", "trends", "survey"),
    "juror_letter": ("jurors",),
}
_OVER_EDITIONS = ("trends", "survey")
_POOLED = (
    "edition_to", "wave", "category", "criterion", "item", "subject_type", "subject", "versus_type", "versus", "at",
)  # fmt: skip


class Column(NamedTuple):
    """A column of a shown table: the key of its head's words (`columns.value` = `common.columns.value`), its kind.

    Kinds: `text`, `number:DECIMALS`, `share` or `share:DECIMALS`, `count`, `date`, and `interval:DECIMALS`, which
    writes the frame's columns `low` and `high` (its name is then `low`; as `like_low` it writes `like_low` and
    `like_high`). A column without a value shows a short reason, where the frame has `reason` (or `interval_reason`,
    `like_interval_reason`), else a dash.
    """

    label: str
    kind: str = "text"


@dataclass(frozen=True)
class Page:
    """What a notebook of one edition (or of all), one language and one audience may show, and how.

    Attributes
    ----------
    notebook
        Name of the notebook, e.g. `2_agreement`.
    competition, edition
        Configuration; `edition` is None on a page over all editions.
    language, audience
        `pl` or `en`; `organizer`, `public` or `juror`.
    subject
        Id of the juror a letter is for, else "".
    words
        Texts and formats of the language.
    results
        Rows of `schema.RESULTS` of the page's nouns.
    tables
        Tidy tables (`schema.TABLES` by name) as far as the audience may see them.
    """

    notebook: str
    competition: Competition
    edition: Edition | None
    language: str
    audience: str
    words: Words
    results: pd.DataFrame = dataclass_field(repr=False)
    tables: dict[str, pd.DataFrame] = dataclass_field(repr=False)
    subject: str = ""
    _memory: dict[str, Any] = dataclass_field(default_factory=dict, init=False, repr=False, compare=False)

    # Rows

    def rows(self, **keys: str | None) -> pd.DataFrame:
        """Give the rows with exactly these keys, in the order they are stored.

        None = any. Not given: `edition` is the page's own (any on a page over all editions); `edition_to`, `wave`,
        `category`, `criterion`, `item`, `subject…`, `versus…` and `at` are "" (pooled); the others any.

        Raises
        ------
        KeyError
            A key is no column of `results`.
        """
        wanted = dict.fromkeys(_POOLED, "") | {"edition": self.edition.id if self.edition else None} | keys
        chosen = np.ones(len(self.results), dtype=bool)
        for name, value in wanted.items():
            if value is not None:
                codes, places = self._coded(name)
                chosen &= codes == places.get(value, -1)
        return self.results[chosen].reset_index(drop=True)

    def _coded(self, name: str) -> tuple[np.ndarray, dict[str, int]]:
        """Column of `results` as whole numbers, and the number of each value: made once, compared often."""
        if name not in self._memory:
            codes, values = pd.factorize(self.results[name])
            self._memory[name] = codes, {value: place for place, value in enumerate(values)}
        return self._memory[name]

    def row(self, **keys: str | None) -> Any:
        """Give the one row with these keys as a named tuple, or None where there is none.

        Raises
        ------
        LookupError
            Several rows have these keys.
        """
        found = self.rows(**keys)
        if len(found) > 1:
            raise LookupError(f"{len(found)} rows of results have the keys {keys}; name more of them")
        return next(found.itertuples(index=False, name="Row"), None)

    # Words

    def say(self, key: str, **blanks: str | int) -> str:
        """Give the text of `key` in the page's language with its blanks filled (see `Words.text`)."""
        return self.words.text(key, **blanks)

    def reason(self, row: Any) -> str:
        """Give the sentence why a row has no value (or no interval); `row` is a row, a reason, its code, or None."""
        return self.words.text(f"common.reasons.{_code(row)}")

    def label(self, kind: str, name: str) -> str:
        """Give the name people use for an id.

        `kind`: edition, year, criterion, stage, category, special, juror, office, item, dimension, wave, instrument,
        kind, role, channel, measure, audience. An id without a label of its own is shown as it is.
        """
        if kind in ("juror", "office"):
            return self._registered(f"{kind}s", kind, name)
        if kind in ("measure", "audience"):
            return self.words.text(f"common.{kind}s.{name}")
        if kind == "year":
            return next((str(edition.year) for edition in self.competition.editions if edition.id == name), name)
        return self._text(_LABELS[kind](self, name.removeprefix("dim:"))) or name

    def _registered(self, table: str, column: str, name: str) -> str:
        if table not in self._memory:
            frame = self.tables.get(table)
            self._memory[table] = {} if frame is None else dict(zip(frame[column], frame["name"], strict=True))
        return self._memory[table].get(name) or name

    def _text(self, text: dict[str, str] | None) -> str:
        """Text of the configuration in the page's language, else in the other one."""
        return next((text[name] for name in (self.language, *LANGUAGES) if text.get(name)), "") if text else ""

    # Blocks

    def title(self, key: str, **blanks: str | int) -> display.Title:
        """Head of the page; words `<key>.title` and `<key>.lead`. The line above names competition and edition."""
        over = [self._text(self.competition.title)]
        if self.edition:
            over.append(self.label("edition", self.edition.id))
        text = self.words.text
        return display.Title(text(f"{key}.title", **blanks), " · ".join(over), text(f"{key}.lead", **blanks))

    def section(self, key: str, **blanks: str | int) -> display.Section:
        """Heading (h2) and line of the contents; words `<key>.title` and `<key>.intro`."""
        text = self.words.text
        return display.Section(_id(key), text(f"{key}.title", **blanks), text(f"{key}.intro", **blanks))

    def finding(self, key: str, text: str, box: str | None = None) -> display.Finding:
        """Answer in a sentence, large; `box`: what it does not say, beside it. Texts come from `say`."""
        return display.Finding(_id(key), text, box or "", self.words.text("common.says_not"))

    def absent(self, key: str, row: Any) -> display.Finding:
        """Sentence of the reason in the place of a number or a figure that these data do not define."""
        return display.Finding(_id(key), self.reason(row))

    def text(self, key: str, **blanks: str | int) -> display.Prose:
        """Paragraphs; words `<key>` (a text or a list of texts)."""
        return display.Prose(_id(key), self.words.texts(key, **blanks))

    def note(self, key: str, **blanks: str | int) -> display.Note:
        """Box "What this does not say"; words `<key>.text` (a text or a list), `<key>.title` for another title."""
        title = f"{key}.title" if self.words.has(f"{key}.title") else "common.says_not"
        return display.Note(_id(key), self.words.text(title), self.words.texts(f"{key}.text", **blanks))

    def fold(self, key: str, block: Any = None, **blanks: str | int) -> display.Fold:
        """Folded explanation; words `<key>.title`, `<key>.text` (a text or a list); `block` stands inside, last."""
        words = self.words
        return display.Fold(_id(key), words.text(f"{key}.title", **blanks), words.texts(f"{key}.text", **blanks), block)

    def facts(self, key: str, pairs: Iterable[tuple[str, str]]) -> display.Facts:
        """Few big numbers: pairs of (label, formatted value)."""
        return display.Facts(_id(key), tuple(pairs))

    def group(self, *blocks: Any) -> display.Group:
        """Several blocks from one cell."""
        return display.Group(blocks)

    def figure(
        self, key: str, fig: Any, table: display.Table, *, part: str = "", **blanks: str | int
    ) -> display.Figure:
        """Chart with its words `<key>.title`, `.subtitle`, `.caption`, `.alt` and its data table.

        `part` tells figures of one key apart (an id, e.g. of a criterion).
        """
        said = {name: self.words.text(f"{key}.{name}", **blanks) for name in ("title", "subtitle", "caption", "alt")}
        fold = self.words.text("common.figure.data")
        return display.Figure(_id(key, part), **said, table=table, chart=fig, fold=fold)

    def table(
        self, key: str, frame: pd.DataFrame, columns: dict[str, Column], *, part: str = "", **blanks: str | int
    ) -> display.Table:
        """Table with its words `<key>.caption`; `columns`: frame column → `Column`, the first names the rows."""
        heads = tuple((self.words.text(column.label), _alignment(column.kind)) for column in columns.values())
        rows = tuple(
            tuple(self._cell(entry, name, column.kind) for name, column in columns.items())
            for entry in frame.to_dict("records")
        )
        return display.Table(f"{_id(key, part)}-table", self.words.text(f"{key}.caption", **blanks), heads, rows)

    def _cell(self, entry: dict[str, Any], name: str, kind: str) -> display.Cell:
        kind, _, decimals = kind.partition(":")
        if kind == "interval":
            return self._interval(entry, name.removesuffix("low"), int(decimals or 2))
        value = entry[name]
        if value is None or value is pd.NA or value != value:
            return display.Cell(self._why(entry.get("reason", "")))
        if kind == "text":
            return display.Cell(str(value))
        if kind == "date":
            return display.Cell(self.words.date(value))
        if kind == "share":
            return display.Cell(self.words.share(value, int(decimals or 0)), float(value))
        return display.Cell(self.words.number(value, int(decimals or 0)), float(value))

    def _interval(self, entry: dict[str, Any], which: str, decimals: int) -> display.Cell:
        low, high = entry[f"{which}low"], entry[f"{which}high"]
        if math.isfinite(low) and math.isfinite(high):
            return display.Cell(self.words.interval(low, high, decimals))
        return display.Cell(self._why(entry.get("reason", "") or entry.get(f"{which}interval_reason", "")))

    def _why(self, reason: str) -> str:
        return self.words.text(f"common.short.{_code(reason)}") if reason else DASH


def begin(
    notebook: str, *, workspace: Any, edition: Any = None, language: Any = "pl", audience: Any = "organizer",
    juror: Any = "",
) -> Page:  # fmt: skip
    """Check the parameters of a notebook, do its work in the workspace, and give its page.

    Parameters
    ----------
    notebook
        Name of the notebook, a key of `NOUNS`; it says which rows the page measures.
    workspace
        Path of the workspace. For another audience than its own, the folder released to that audience is opened.
    edition
        Id of the edition, as text; None for a page over all editions.
    language, audience
        As in `competition.toml`.
    juror
        Id of the juror whose letter it is; "" on other pages.

    Raises
    ------
    DataError
        A parameter is of the wrong type or names something that is not there.
    """
    if notebook not in NOUNS:
        raise DataError(f"Notebook {notebook!r} is not known. Give begin one of: {', '.join(NOUNS)}.")
    _check_text("workspace", workspace)
    opened = open_workspace(workspace)
    competition = opened.competition
    _check("language", language, competition.languages)
    _check("audience", audience, competition.audiences)
    chosen = None
    if edition is not None:
        _check("edition", edition, [entry.id for entry in competition.editions])
        chosen = competition.edition(edition)
    _check_text("juror", juror)
    if (audience, juror) != (opened.audience, opened.subject):
        opened = open_workspace(opened.release(audience, juror))
    tables = opened.clean()
    whole = _OVER_EDITIONS + NOUNS["juror_letter"] * bool(juror)
    frames = [opened.measure(noun, edition=None if noun in whole else edition) for noun in NOUNS[notebook]]
    results = pd.concat(frames, ignore_index=True) if frames else RESULTS.empty()
    words = Words(language, competition.words.get(language))
    return Page(notebook, competition, chosen, language, audience, words, results, tables, juror)


def _check(name: str, value: Any, allowed: Iterable[str]) -> None:
    listed = ", ".join(allowed)
    _check_text(name, value)
    if value not in allowed:
        raise DataError(f"Parameter {name}: found {value!r}. Give one of: {listed}.")


def _check_text(name: str, value: Any) -> None:
    if not isinstance(value, str):
        raise DataError(f"Parameter {name}: found {value!r} ({type(value).__name__}), not text. Give it in quotes.")


def _code(row: Any) -> str:
    """Code of the reason in a row, in the reason itself (`code: sentence`), or of nothing at all."""
    if row is None:
        return "no_data"
    if not isinstance(row, str):
        row = row.reason or row.interval_reason
    return row.partition(":")[0].strip()


def _id(key: str, part: str = "") -> str:
    return "-".join(filter(None, (key, part))).replace(".", "-").replace("_", "-").replace(":", "-")


def _alignment(kind: str) -> str:
    return "text" if kind.partition(":")[0] in ("text", "date") else "number"


def _found(entries: Iterable[Any], name: str) -> dict[str, str] | None:
    return next((entry.label for entry in entries if entry.id == name), None)


def _of_editions(attribute: str) -> Callable[[Page, str], dict[str, str] | None]:
    """Look a label up in the page's edition, then in the others, newest first."""

    def look(page: Page, name: str) -> dict[str, str] | None:
        editions = [page.edition] if page.edition else []
        editions += reversed(page.competition.editions)
        found = (_found(getattr(edition, attribute), name) for edition in editions)
        return next(filter(None, found), None)

    return look


def _of_instruments(attribute: str) -> Callable[[Page, str], dict[str, str] | None]:
    def look(page: Page, name: str) -> dict[str, str] | None:
        instruments = page.competition.instruments.values()
        return next(filter(None, (_found(getattr(entry, attribute), name) for entry in instruments)), None)

    return look


def _wave(page: Page, name: str) -> dict[str, str] | None:
    surveys = (source for edition in page.competition.editions for source in edition.surveys)
    return next((source.label for source in surveys if source.wave == name), None)


def _edition(page: Page, name: str) -> dict[str, str] | None:
    return next((edition.title for edition in page.competition.editions if edition.id == name), None)


def _instrument(page: Page, name: str) -> dict[str, str] | None:
    return page.competition.instruments[name].label if name in page.competition.instruments else None


_LABELS: dict[str, Callable[[Page, str], dict[str, str] | None]] = {
    "edition": _edition,
    "wave": _wave,
    "instrument": _instrument,
    "criterion": _of_editions("criteria"),
    "stage": _of_editions("stages"),
    "category": _of_editions("categories"),
    "special": _of_editions("specials"),
    "item": _of_instruments("items"),
    "dimension": _of_instruments("dimensions"),
    "kind": lambda page, name: page.competition.kinds.get(name),
    "role": lambda page, name: page.competition.roles.get(name),
    "channel": lambda page, name: page.competition.channels.get(name),
}
