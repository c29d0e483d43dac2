"""Score sheets of six shapes → one row a judgement, still as text, with the address of each cell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from analysis.config import Competition, Edition, JurorPlace, ScoreSource
from analysis.errors import DataError
from analysis.intake.cards import read_card
from analysis.intake.columns import Columns, columns_of, named_columns
from analysis.intake.grid import Block, Sheet, regex
from analysis.intake.headers import find_headers
from analysis.intake.identity import Names
from analysis.intake.ledger import OTHER_SOURCE, Account, Finding, Journal
from analysis.intake.readings import REMARKS, TEXTS, Context, Reading, juror_of, only, part, sift, signs
from analysis.intake.totals import Stated, is_total

__all__ = ["REMARKS", "TEXTS", "Reading", "chosen", "criterion_names", "filled", "read_sheet", "sift"]


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
    context = Context(source, edition, competition, names, journal)
    if context.layout.kind in ("card", "collective"):
        return read_card(sheet, context)
    layout = context.layout
    block = find_headers(
        sheet, named_columns(context), known=context.criterion, rows=layout.header_rows, layout=source.layout
    )
    account = sift(block, source, competition=competition, kind="scores", journal=journal)
    columns = columns_of(block, context)
    totals = _without_dossier(block, columns, context, account)
    account.cells = len(columns.scores)
    base = _base(block, context, account.accepted)
    parts = [part(block, base, account.accepted, column, said) for column, said in columns.scores.items()]
    return Reading(
        source,
        sheet,
        pd.concat(parts, ignore_index=True),
        account,
        kind=layout.kind,
        stated=tuple(_stated(block, columns, account.accepted, totals)),
        maxima=tuple(columns.maxima),
        remarks=_remarks(block, columns, base, account.accepted),
    )


def _without_dossier(block: Block, columns: Columns, context: Context, account: Account) -> dict[int, str]:
    """Exclude totals and signatures, set aside other rows that name no dossier; give the rows of totals."""
    named = context.layout.dossier if isinstance(context.layout.dossier, tuple) else ()
    empty, word = np.full(len(block.rows), False), np.full(len(block.rows), False)
    for name in named:
        empty |= block.column(name) == ""
        word |= np.array([is_total(text) for text in block.column(name)], dtype=bool)
    asides = [c for c in range(block.sheet.cells.shape[1]) if c not in columns.scores and c not in columns.totals]
    totals: dict[int, str] = {}
    signature = np.full(len(block.rows), False)
    for place in np.flatnonzero((empty | word | (account.state == "excluded")) & (account.rule != OTHER_SOURCE)):
        texts = [str(text) for text in block.sheet.cells[block.rows[place], asides] if text]
        kind = next((kind for text in texts if (kind := context.total(text))), "")
        if kind:
            totals[int(block.rows[place])] = kind
        signature[place] = not kind and any(map(signs, texts))
    account.set_aside(np.isin(block.rows, list(totals)), state="excluded", rule="total_row")
    account.set_aside(signature, state="excluded", rule="signature_row")
    account.set_aside(empty, state="quarantined", rule="no_dossier")
    return totals


def _stated(block: Block, columns: Columns, accepted: np.ndarray, totals: dict[int, str]) -> Iterable[Stated]:
    """What the columns and rows of totals state."""
    sheet, every = block.sheet, tuple(accepted.tolist())

    def stated(row: int, column: int, about: tuple[int, ...], rows: tuple, **how: str) -> Stated:
        cell = sheet.address(row, column, block.headers[column])
        return Stated(row, column, cell, block.headers[column], about, rows, **how)

    for column, (kind, about) in columns.totals.items():
        for row in every:
            yield stated(row, column, about, (every,) if kind == "rank" else ((row,),), across=kind)
    last = -1
    for row, down in totals.items():
        above = tuple(one for one in every if one < row)
        rows = (above, tuple(one for one in above if one > last))
        for column in columns.scores:
            yield stated(row, column, (column,), rows, down=down)
        for column, (kind, about) in columns.totals.items():
            if kind != "rank":
                yield stated(row, column, about, rows, across=kind, down=down)
        last = row


def _base(block: Block, context: Context, rows: np.ndarray) -> dict:
    """What all judgements of a row share."""
    layout, sheet = context.layout, block.sheet
    blank = np.full(len(rows), "", dtype=object)

    def column(name: str | None) -> np.ndarray:
        return block.column(name, rows) if name else blank

    base = {
        "row": rows,
        "dossier": _dossier(block, context, rows),
        "office": block.joined(layout.office, rows),
        "office_name": column(layout.office_name),
        "category": column(layout.category),
        "session": block.joined(layout.session, rows),
        "stage": column(layout.stage) if layout.stage else context.source.stage or only(context.edition.stages),
        "scored_at": column(layout.scored_at),
        "status": column(layout.status),
    }
    if layout.kind in ("long", "jurors_in_columns"):
        given = context.source.criterion or only(context.edition.criteria)
        base["criterion"] = _criteria(column(layout.criterion), context) if layout.criterion else given
    if layout.kind in ("long", "matrix"):
        if layout.juror is None:
            raise DataError(f"{context.setting}: `juror` must say where the sheet names its juror. Add it.")
        place = layout.juror
        base["juror"] = (
            juror_of(sheet, place, layout=context.source.layout) if isinstance(place, JurorPlace) else column(place)
        )
    return base


def _dossier(block: Block, context: Context, rows: np.ndarray) -> object:
    place = context.layout.dossier
    if isinstance(place, JurorPlace):
        return juror_of(block.sheet, place, layout=context.source.layout, field="dossier")
    return block.joined(place, rows)


def _criteria(texts: np.ndarray, context: Context) -> np.ndarray:
    """Criteria by what the layout calls them; a text that means none stays, and is an error later."""
    known = context.names.resolve(texts)
    meant = {text: text if known[text] else context.criterion(text) or text for text in known}
    return np.array([meant[text] for text in texts] or [], dtype=object)


def _remarks(block: Block, columns: Columns, base: dict, rows: np.ndarray) -> pd.DataFrame:
    """What jurors wrote in the columns of comments; empty ones are left out."""
    frames = [pd.DataFrame(columns=list(REMARKS))]
    for column, criterion in columns.remarks.items():
        said = {"criterion": criterion or base.get("criterion", ""), "juror": base.get("juror", "")}
        frame = pd.DataFrame(
            {**{name: base[name] for name in ("row", "stage", "dossier")}, **said}, index=range(len(rows))
        )
        frame["text"] = block.sheet.cells[rows, column]
        frame["cell"] = [block.address(row, column) for row in rows]
        frames.append(frame[frame["text"] != ""])
    return pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]
