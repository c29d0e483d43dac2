"""Files that belong together: columns of one put beside the rows of another, where a key is equal in both."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from analysis.config import Edition, Join
from analysis.errors import DataError
from analysis.intake import files
from analysis.intake.grid import Block, Sheet, find_block, key, regex
from analysis.intake.ledger import Finding, Journal


def joined(
    sheet: Sheet,
    joins: Sequence[Join],
    *,
    layout: str,
    edition: Edition,
    folders: tuple[Path, Path | None],
    journal: Journal,
) -> Sheet:
    """Put the columns of other files beside the rows of a sheet, one file after the other.

    Parameters
    ----------
    sheet : Sheet
        The sheet; its rows stay as they are, in number and order.
    joins : sequence of Join
        File, key and columns of each; a later one may use the columns of an earlier one.
    layout : str
        Name of the layout, for errors.
    edition, folders
        Where the files lie (`files.find`).
    journal : Journal
        Takes a finding where rows have no partner; their new cells are empty.

    Raises
    ------
    DataError
        A file or a column is not found, two rows of the other file have one key, no row has a partner, or a column of
        that name is there already.
    """
    for join in joins:
        other = _only_sheet(join, edition, folders)
        sheet = _beside(sheet, other, join, layout=layout, journal=journal)
    return sheet


def _only_sheet(join: Join, edition: Edition, folders: tuple[Path, Path | None]) -> Sheet:
    found = files.find(join.file, edition=edition, raw=folders[0], data=folders[1])
    sheets = [sheet for path, file in found for sheet in files.sheets(path, file=file)]
    if len(sheets) != 1:
        raise DataError(f"{join.file}: {len(sheets)} sheets fit, and only one can be joined. Name one file with one.")
    return sheets[0]


def _beside(sheet: Sheet, other: Sheet, join: Join, *, layout: str, journal: Journal) -> Sheet:
    here = find_block(sheet, list(join.on), layout=layout)
    there = find_block(other, list(dict.fromkeys([*join.on.values(), *join.columns])), layout=layout)
    doubled = {key(text) for text in here.headers} & {key(name) for name in join.columns}
    if doubled:
        raise DataError(f"layouts.toml [{layout}] join: {sheet.where} has a column {doubled.pop()!r} already. Drop it.")
    patterns = {name: regex(text, f"layouts.toml [{layout}] join.part") for name, text in join.part.items()}
    row_of = _rows_by_key(there, list(join.on.values()), patterns)
    partners = [row_of.get(parts) for parts in _keys(here, list(join.on), patterns)]
    lost = here.rows[[partner is None for partner in partners]]
    if len(lost) == len(here.rows):
        raise DataError(
            f"{sheet.where}: no row has a partner in {other.where}. Correct `on` in layouts.toml [{layout}] join."
        )
    if len(lost):
        found = ", ".join(join.on)
        journal.findings.append(Finding("no_partner", sheet, sheet.place(lost), other.file, found, count=len(lost)))
    return _widened(here, there, join.columns, partners)


def _keys(block: Block, columns: Sequence[str], patterns: Mapping[str, re.Pattern[str]]) -> list[tuple[str, ...]]:
    """The key of each row of data: its texts without case and doubled blanks, or the part of them a pattern takes."""
    parts = []
    for name in columns:
        texts, pattern = block.column(name), patterns.get(name)
        meant = {text: key(_part(text, pattern)) for text in set(texts)}
        parts.append([meant[text] for text in texts])
    return list(zip(*parts, strict=True))


def _part(text: str, pattern: re.Pattern[str] | None) -> str:
    match = pattern.fullmatch(text) if pattern else None
    return match[1] if match and match.re.groups else text


def _rows_by_key(
    block: Block, columns: Sequence[str], patterns: Mapping[str, re.Pattern[str]]
) -> dict[tuple[str, ...], int]:
    found: dict[tuple[str, ...], int] = {}
    for row, parts in zip(block.rows.tolist(), _keys(block, columns, patterns), strict=True):
        if parts in found:
            sheet = block.sheet
            said = ", ".join(f"{name} {text!r}" for name, text in zip(columns, parts, strict=True))
            raise DataError(
                f"{sheet.where}, {sheet.place([found[parts], row])}: two rows have {said}, so it cannot be told which "
                "belongs. Delete one, or join on one more column."
            )
        found[parts] = row
    return found


def _widened(here: Block, there: Block, columns: Sequence[str], partners: Sequence[int | None]) -> Sheet:
    """The sheet with new columns right after those of its header."""
    sheet, width = here.sheet, int(here.sheet.widths[here.header])
    extra = np.full((len(sheet.cells), len(columns)), "", dtype=object)
    extra[here.header] = list(columns)
    met = np.array([partner is not None for partner in partners], dtype=bool)
    rows = np.array([partner for partner in partners if partner is not None], dtype=int)
    for place, name in enumerate(columns):
        extra[here.rows[met], place] = there.column(name, rows)
    kinds = np.zeros(extra.shape, dtype=sheet.kinds.dtype)
    return replace(
        sheet,
        cells=np.concatenate([sheet.cells[:, :width], extra, sheet.cells[:, width:]], axis=1),
        kinds=np.concatenate([sheet.kinds[:, :width], kinds, sheet.kinds[:, width:]], axis=1),
        widths=np.where(sheet.widths >= width, sheet.widths + len(columns), sheet.widths),
    )
