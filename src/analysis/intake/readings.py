"""One sheet read for one source: what its reader needs to know, and what it gives."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath

import numpy as np
import pandas as pd

from analysis.config import Competition, Edition, JurorPlace, ScoreLayout, ScoreSource, SurveySource
from analysis.errors import DataError
from analysis.intake.cells import fold
from analysis.intake.grid import Block, Sheet, anchor, key, regex
from analysis.intake.identity import Names
from analysis.intake.ledger import OTHER_SOURCE, Account, Finding, Journal
from analysis.intake.totals import Maximum, Stated, kind_of_total, without_maximum

TEXTS = (
    *("dossier", "office", "office_name", "category", "session", "stage", "juror", "criterion", "raw"),
    *("scored_at", "status"),
)
"""Columns of the frame of judgements as text; `kind`, `row`, `column` and `cell` come besides."""

REMARKS = ("row", "stage", "dossier", "juror", "criterion", "text", "cell")
"""Columns of the frame of what jurors wrote."""

SIGNATURE = re.compile(r"(.*\b(podpis\w*|signature|signed)\b.*|miejscowosc\b.*|oswiadczam\b.*|data i miejsce\b.*)")
_NUMBERING = re.compile(r"^(?:[0-9]{1,2}|[IVX]{1,5})[.)]\s+")


@dataclass(frozen=True, eq=False)
class Reading:
    """One sheet read for one source.

    Attributes
    ----------
    cells : DataFrame
        Judgements as text (`TEXTS`), with their place.
    account : Account
        What became of the rows.
    kind : str
        Kind of its layout.
    stated, maxima : tuple
        Totals and maximum points that the sheet states; they are compared, never ingested.
    remarks : DataFrame
        What jurors wrote (`REMARKS`).
    """

    source: ScoreSource
    sheet: Sheet
    cells: pd.DataFrame
    account: Account
    kind: str = ""
    stated: tuple[Stated, ...] = ()
    maxima: tuple[Maximum, ...] = ()
    remarks: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(REMARKS)))


@dataclass(frozen=True, eq=False)
class Context:
    """What a reader of a sheet needs to know: the source, its layout, the edition, what criteria are called."""

    source: ScoreSource
    edition: Edition
    competition: Competition
    names: Names
    journal: Journal

    @cached_property
    def layout(self) -> ScoreLayout:
        """The layout of the source."""
        return self.competition.layouts[self.source.layout]

    @property
    def setting(self) -> str:
        """Where the layout stands, for errors."""
        return f"layouts.toml [{self.source.layout}]"

    @cached_property
    def meant(self) -> dict[str, str]:
        """What the layout says texts mean: key → criterion."""
        return {key(text): criterion for text, criterion in self.layout.criteria.items()}

    @cached_property
    def ignored(self) -> list[re.Pattern[str]]:
        """Patterns of what is known not to be a score."""
        return [regex(pattern, f"{self.setting} ignore") for pattern in self.layout.ignore]

    def ignores(self, text: str) -> bool:
        """Tell whether the layout knows this text not to be a score."""
        return any(pattern.fullmatch(" ".join(text.split())) for pattern in self.ignored)

    def criterion(self, text: str) -> str | None:
        """Give the criterion a text means, without its number in front and its maximum behind where need be."""
        bare = without_maximum(text)[0]
        for tried in dict.fromkeys((text, bare, _NUMBERING.sub("", text.strip()), _NUMBERING.sub("", bare))):
            found = self.meant.get(key(tried)) or self.names.find(tried)
            if found and key(tried):
                return found
        return None

    def total(self, text: str) -> str:
        """Give what kind of total a text names (`sum`, `mean`, `rank`), or nothing."""
        if any(regex(pattern, f"{self.setting} totals").fullmatch(text) for pattern in self.layout.totals):
            return kind_of_total(text) or "sum"
        return kind_of_total(text)


def signs(text: str) -> bool:
    """Tell whether a text is a line for a signature.

    >>> signs("Podpis członka komisji:"), signs("Obsługa klienta")
    (True, False)
    """
    return SIGNATURE.fullmatch(fold(text)) is not None


def only(entries: tuple) -> str:
    """Give the id of the only entry; empty where there are several."""
    return entries[0].id if len(entries) == 1 else ""


def sift(
    block: Block, source: ScoreSource | SurveySource, *, competition: Competition, kind: str, journal: Journal
) -> Account:
    """Account for the rows of a block: those of other sources and those of named rules are excluded."""
    layout = competition.layouts[source.layout]
    account = Account(block.sheet, kind, block.rows)
    mine = np.full(len(block.rows), True)
    for column, value in source.where.items():
        mine &= _fits(block.column(column), lambda text, value=value: key(text) == key(value))
    account.set_aside(~mine, state="excluded", rule=OTHER_SOURCE)
    for rule in layout.exclude:
        pattern = regex(rule.pattern, f"layouts.toml [{source.layout}] exclude {rule.rule}")
        met = _fits(block.column(rule.column), lambda text, pattern=pattern: pattern.fullmatch(text) is not None)
        account.set_aside(met, state="excluded", rule=rule.rule)
    _widths(block, account, journal)
    return account


def _fits(texts: np.ndarray, test) -> np.ndarray:
    answers = {text: test(text) for text in set(texts)}
    return np.array([answers[text] for text in texts], dtype=bool)


def _widths(block: Block, account: Account, journal: Journal) -> None:
    """A row with more fields than the header is set aside; one with fewer is read, and named."""
    sheet, width = block.sheet, block.sheet.widths[block.header]
    account.set_aside((sheet.cells[block.rows, width:] != "").any(axis=1), state="quarantined", rule="long_row")
    last = max(column for column, text in enumerate(block.headers) if text) + 1
    short = block.rows[(sheet.widths[block.rows] < last) & (account.state == "accepted")]
    if len(short):
        journal.findings.append(Finding("short_row", sheet, sheet.place(short.tolist()), count=len(short)))


def part(block: Block, base: dict, rows: np.ndarray, column: int, meaning: dict[str, str]) -> pd.DataFrame:
    """Give the judgements of one column as text, with their places."""
    sheet, header = block.sheet, block.headers[column]
    return pd.DataFrame(
        {
            **dict.fromkeys(TEXTS, ""),
            **base,
            **meaning,
            "raw": sheet.cells[rows, column],
            "kind": sheet.kinds[rows, column],
            "column": column,
            "cell": [sheet.address(row, column, header) for row in rows],
        },
        index=range(len(rows)),
    )


def juror_of(sheet: Sheet, place: JurorPlace, *, layout: str, field: str = "juror") -> str:
    """Give the text beside a label, or the part of the name of the file or sheet that a pattern finds.

    Raises
    ------
    DataError
        There is no such label, nothing stands beside it, or the name does not fit.
    """
    if place.label is not None:
        return beside(sheet, place.label, layout=layout, field=field)
    pattern, text = (place.file, PurePosixPath(sheet.file).name) if place.file else (place.sheet, sheet.sheet)
    match = regex(pattern or "(.+)", f"layouts.toml [{layout}] {field}").search(text)
    if not match:
        raise DataError(
            f"{sheet.where}: the name does not fit {pattern!r} of layouts.toml [{layout}] {field}. Rename it."
        )
    return match[1] if match.re.groups else match[0]


def beside(sheet: Sheet, label: str, *, layout: str, field: str = "juror") -> str:
    """Give what stands right of a label, behind it in its own cell, or below it.

    Raises
    ------
    DataError
        There is no such label, or nothing stands beside it.
    """
    fits = anchor(label if label.startswith("/") else re.sub(r"\s*:$", "", label), f"layouts.toml [{layout}] {field}")
    for row, column in np.argwhere(sheet.cells != ""):
        text = str(sheet.cells[row, column])
        name, colon, rest = text.partition(":")
        if fits(text) or fits(re.sub(r"\s*:$", "", text)) or (colon and fits(name.strip())):
            said = rest.strip() or _near(sheet, row, column)
            if said:
                return said
    raise DataError(
        f"{sheet.where}: no name stands right of a cell {label!r}. Write the {field} there, or correct `{field}` in "
        f"layouts.toml [{layout}]."
    )


def _near(sheet: Sheet, row: int, column: int) -> str:
    """The first text right of a cell, else the text below it; the next label is neither."""
    right = next((str(text) for text in sheet.cells[row, column + 1 :] if text), "")
    if right:
        return "" if right.endswith(":") else right
    below = str(sheet.cells[row + 1, column]) if row + 1 < len(sheet.cells) else ""
    return "" if ":" in below else below
