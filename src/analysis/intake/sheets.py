"""Score sheets of three shapes → one row a judgement, still as text, with the address of each cell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np
import pandas as pd

from analysis.config import Competition, Edition, JurorPlace, ScoreLayout, ScoreSource, SurveySource
from analysis.errors import DataError
from analysis.intake.grid import Block, Sheet, find_block, hint, key, letters, regex
from analysis.intake.identity import Names
from analysis.intake.ledger import OTHER_SOURCE, Account, Finding, Journal

TEXTS = ("dossier", "office", "office_name", "category", "session", "stage", "juror", "criterion", "raw")
"""Columns of the frame of judgements as text; `kind`, `row`, `column` and `cell` come besides."""


@dataclass(frozen=True, eq=False)
class Reading:
    """One sheet read for one source: its judgements as text, and the account of its rows."""

    source: ScoreSource
    sheet: Sheet
    cells: pd.DataFrame
    account: Account


def criterion_names(edition: Edition, aliases: Mapping[str, str]) -> Names:
    """Everything the criteria of an edition are called: id, label in each language, alias."""
    names = Names("criterion", f"{edition.id}/edition.toml")
    for criterion in edition.criteria:
        others = [alias for alias, identifier in aliases.items() if identifier == criterion.id]
        names.add(criterion.id, *criterion.label.values(), *others)
    return names


def filled(sheets: Iterable[Sheet], *, file: str) -> list[Sheet]:
    """Give the sheets that hold a cell.

    Raises
    ------
    DataError
        None does.
    """
    found = [sheet for sheet in sheets if (sheet.cells != "").any()]
    if not found:
        raise DataError(f"{file}: the file is empty. Put the whole file there, or take it out of edition.toml.")
    return found


def chosen(sheets: list[Sheet], pattern: str | None, *, layout: str, journal: Journal) -> list[Sheet]:
    """Choose the sheets that a layout reads.

    Raises
    ------
    DataError
        No sheet fits the pattern.
    """
    if not pattern:
        return sheets
    search = regex(pattern, f"layouts.toml [{layout}] sheet").search
    fitting = [sheet for sheet in sheets if not sheet.sheet or search(sheet.sheet)]
    if not fitting:
        there = ", ".join(repr(sheet.sheet) for sheet in sheets)
        raise DataError(
            f"{sheets[0].file}: no sheet fits {pattern!r}; there are {there}. Rename the sheet, or correct `sheet` in "
            f"layouts.toml [{layout}]."
        )
    journal.findings += [Finding("sheet_not_read", sheet) for sheet in sheets if sheet not in fitting]
    return fitting


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


def read_sheet(
    sheet: Sheet, source: ScoreSource, *, edition: Edition, competition: Competition, names: Names, journal: Journal
) -> Reading:
    """Read one sheet of scores.

    Parameters
    ----------
    sheet : Sheet
        The sheet.
    source : ScoreSource
        Its stage, criterion, layout and filter.
    names : Names
        What the criteria of the edition are called.

    Returns
    -------
    Reading
        Judgements of all rows that are neither excluded nor quarantined.

    Raises
    ------
    DataError
        The header, the juror or a column of scores is not found.
    """
    layout = competition.layouts[source.layout]
    needed = [*_named(layout), *source.where, *(rule.column for rule in layout.exclude)]
    block = find_block(sheet, list(dict.fromkeys(needed)), layout=source.layout)
    account = sift(block, source, competition=competition, kind="scores", journal=journal)
    _without_dossier(block, layout, account)
    columns = _score_columns(block, layout, source, names, journal)
    if not columns:
        raise DataError(f"{sheet.where}: no column of scores is found. Correct layouts.toml [{source.layout}].")
    account.cells = len(columns)
    rows = account.accepted
    base = _base(block, layout, rows)
    base["stage"] = source.stage or _only(edition.stages) if layout.stage is None else block.column(layout.stage, rows)
    given = source.criterion or _only(edition.criteria)
    if layout.kind != "matrix":
        base["criterion"] = block.column(layout.criterion, rows) if layout.criterion else given
    if layout.kind != "jurors_in_columns":
        base["juror"] = _juror(block, layout, rows, source.layout)
    parts = [_part(block, base, rows, column, meaning) for column, meaning in columns.items()]
    return Reading(source, sheet, pd.concat(parts, ignore_index=True), account)


def _named(layout: ScoreLayout) -> list[str]:
    """Columns that the header must hold."""
    names = [*layout.dossier, *layout.office, *layout.session]
    names += [layout.office_name, layout.category, layout.stage, layout.criterion, layout.score]
    if isinstance(layout.juror, str):
        names.append(layout.juror)
    if isinstance(layout.jurors, dict):
        names += layout.jurors
    return [name for name in names if name]


def _only(entries: tuple) -> str:
    """The id of the only entry; empty where there are several."""
    return entries[0].id if len(entries) == 1 else ""


def _text(value: object, name: str, layout: str) -> str:
    if isinstance(value, str):
        return value
    raise DataError(f"layouts.toml [{layout}]: `{name}` must name a column. Add it.")


def _without_dossier(block: Block, layout: ScoreLayout, account: Account) -> None:
    """A row that does not say which dossier it is about cannot be used."""
    empty = np.full(len(block.rows), False)
    for name in layout.dossier:
        empty |= block.column(name) == ""
    account.set_aside(empty, state="quarantined", rule="no_dossier")


def _base(block: Block, layout: ScoreLayout, rows: np.ndarray) -> dict:
    blank = np.full(len(rows), "", dtype=object)
    return {
        "row": rows,
        "dossier": block.joined(layout.dossier, rows),
        "office": block.joined(layout.office, rows),
        "office_name": block.column(layout.office_name, rows) if layout.office_name else blank,
        "category": block.column(layout.category, rows) if layout.category else blank,
        "session": block.joined(layout.session, rows),
    }


def _score_columns(
    block: Block, layout: ScoreLayout, source: ScoreSource, names: Names, journal: Journal
) -> dict[int, dict[str, str]]:
    """Columns of scores: index → what the column says about its cells (juror or criterion)."""
    if layout.kind == "long":
        return {block.position(_text(layout.score, "score", source.layout)): {}}
    if layout.kind == "matrix":
        return _criterion_columns(block, layout, source, names, journal)
    return _juror_columns(block, layout, source)


def _criterion_columns(
    block: Block, layout: ScoreLayout, source: ScoreSource, names: Names, journal: Journal
) -> dict[int, dict[str, str]]:
    meant = {key(header): criterion for header, criterion in layout.criteria.items()}
    others = {key(name) for name in (*_named(layout), *source.where)}
    others |= {key(rule.column) for rule in layout.exclude}
    ignored = [regex(pattern, f"layouts.toml [{source.layout}] ignore") for pattern in layout.ignore]
    found: dict[int, dict[str, str]] = {}
    for column, header in enumerate(block.headers):
        near = key(header)
        criterion = meant.get(near) or names.find(header)
        if not near or near in others:
            continue
        if criterion:
            found[column] = {"criterion": criterion}
        elif not any(pattern.fullmatch(" ".join(header.split())) for pattern in ignored):
            place = f"{letters(column)}{block.sheet.lines[block.header]}" if block.sheet.sheet else header
            near_names = [*layout.criteria, *names.known()]
            done = hint(header, near_names).removeprefix("; did you mean ").rstrip("?").strip("'")
            journal.findings.append(Finding("unknown_column", block.sheet, place, found=header, done=done))
    _none_absent(block, layout, source, {entry["criterion"] for entry in found.values()}, names)
    return found


def _none_absent(block: Block, layout: ScoreLayout, source: ScoreSource, found: set[str], names: Names) -> None:
    """A criterion of the edition that the sheet should hold and does not is no silent gap."""
    expected = layout.criteria or {name: name for name in names.ids.values()}
    lacking = [header for header, name in expected.items() if name in names.ids.values() and name not in found]
    if not lacking:
        return
    sheet, quoted = block.sheet, ", ".join(map(repr, lacking))
    raise DataError(
        f"{sheet.where}, {sheet.row_word} {sheet.lines[block.header]}: no column for {quoted}"
        f"{hint(lacking[0], [text for text in block.headers if text]) or '.'} "
        f"Correct the header, or `criteria` in layouts.toml [{source.layout}]."
    )


def _juror_columns(block: Block, layout: ScoreLayout, source: ScoreSource) -> dict[int, dict[str, str]]:
    place = f"layouts.toml [{source.layout}] jurors"
    if isinstance(layout.jurors, dict):
        return {block.position(header): {"juror": juror} for header, juror in layout.jurors.items()}
    pattern = regex(_text(layout.jurors, "jurors", source.layout), place)
    if pattern.groups != 1:
        raise DataError(f"{place}: {layout.jurors!r} needs one group, the part that names the juror. Add it.")
    ignored = [regex(text, f"layouts.toml [{source.layout}] ignore") for text in layout.ignore]
    found = {}
    for column, header in enumerate(block.headers):
        flat = " ".join(header.split())
        match = pattern.fullmatch(flat)
        if match and not any(text.fullmatch(flat) for text in ignored):
            found[column] = {"juror": match[1]}
    if not found:
        raise DataError(f"{block.sheet.where}: no column fits {layout.jurors!r}. Correct `jurors` in {place}.")
    return found


def _juror(block: Block, layout: ScoreLayout, rows: np.ndarray, name: str) -> object:
    """Who gave the marks: a column, the cell right of a label, or the name of the file or sheet."""
    place, sheet = layout.juror, block.sheet
    if isinstance(place, str):
        return block.column(place, rows)
    if not isinstance(place, JurorPlace):
        raise DataError(f"layouts.toml [{name}]: `juror` must say where the sheet names its juror. Add it.")
    if place.label is not None:
        return _right_of(sheet, place.label, name)
    pattern, text = (place.file, PurePosixPath(sheet.file).name) if place.file else (place.sheet, sheet.sheet)
    match = regex(pattern or "(.+)", f"layouts.toml [{name}] juror").search(text)
    if not match:
        raise DataError(f"{sheet.where}: the name does not fit {pattern!r} of layouts.toml [{name}] juror. Rename it.")
    return match[1] if match.re.groups else match[0]


def _right_of(sheet: Sheet, label: str, name: str) -> str:
    wanted = re.sub(r"\s*:$", "", key(label))
    for row in sheet.cells:
        for column, text in enumerate(row):
            if text and re.sub(r"\s*:$", "", key(text)) == wanted:
                right = [value for value in row[column + 1 :] if value]
                if right:
                    return right[0]
    raise DataError(
        f"{sheet.where}: no name stands right of a cell {label!r}. Write the juror there, or correct `juror` in "
        f"layouts.toml [{name}]."
    )


def _part(block: Block, base: dict, rows: np.ndarray, column: int, meaning: dict[str, str]) -> pd.DataFrame:
    sheet, header = block.sheet, block.headers[column]
    return pd.DataFrame(
        {
            **base,
            **meaning,
            "raw": sheet.cells[rows, column],
            "kind": sheet.kinds[rows, column],
            "column": column,
            "cell": [sheet.address(row, column, header) for row in rows],
        },
        index=range(len(rows)),
    )
