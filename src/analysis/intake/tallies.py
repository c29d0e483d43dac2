"""Counts from paper boxes → how many people gave which answer; who answered what together is not known."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.config import MISSING, Competition, SurveyLayout, SurveySource
from analysis.errors import DataError
from analysis.intake.cells import Column, read_column, vocabulary
from analysis.intake.grid import Block, hint
from analysis.intake.identity import Names, named
from analysis.intake.ledger import Account, Finding, Journal
from analysis.intake.respondents import office_ids
from analysis.intake.sheets import sift
from analysis.schema import TALLIES

ROUNDING = 1.0
"""Points by which per cents of one item may miss 100."""


def tally_columns(layout: SurveyLayout, source: SurveySource, competition: Competition) -> list[str]:
    """Give the columns that a layout of tallies reads.

    Raises
    ------
    DataError
        `item` or `counts` is missing, or an answer is neither a number nor a reason.
    """
    where = f"layouts.toml [{source.layout}]"
    if layout.item is None or not layout.counts:
        raise DataError(f"{where}: tallies need `item` and `counts`. Add them.")
    for header, at in layout.counts.items():
        if at not in MISSING and not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", at):
            raise DataError(
                f"{where} counts: {header!r} is {at!r}, which is neither a number of the scale nor a reason"
                f"{hint(at, MISSING) or '.'} Correct it."
            )
    return [layout.item, *layout.counts, *([layout.base] if layout.base else [])]


def read_tallies(
    block: Block, source: SurveySource, *, competition: Competition, offices: Names, journal: Journal
) -> pd.DataFrame:
    """Read a sheet with a row an item (and office) and a column an answer.

    Parameters
    ----------
    block, source
        The rows of data and what they belong to.
    competition : Competition
        Layouts, instruments and missing tokens.
    offices : Names
        Everything the offices are called.
    journal : Journal
        Takes the account and the findings `unknown_item`, `not_a_count`, `tally_total`, `off_scale_answer`.

    Returns
    -------
    DataFrame
        `schema.TALLIES` without the edition; counts of boxes that speak of the same item and office stand apart.
    """
    layout = competition.layouts[source.layout]
    items = competition.instruments[source.instrument].items
    names = named("item", "the instrument", {item.id: item.label.values() for item in items})
    for text, item in layout.items.items():
        names.add(item, text)
    account = sift(block, source, competition=competition, kind="survey", journal=journal)
    account.cells = len(layout.counts)
    ids = names.resolve(block.column(layout.item))
    meant = np.array([ids[text] or "" for text in block.column(layout.item)], dtype=object)
    account.set_aside(meant == "", state="quarantined", rule="unknown_item")
    words = vocabulary({**competition.missing, **layout.missing})
    counts = _counts(block, layout, account, words)
    journal.accounts.append(account)
    kept = np.flatnonzero(account.state == "accepted")
    rows = block.rows[kept]
    office = office_ids(block, source, rows, layout=layout, offices=offices, journal=journal)
    parts = []
    for place, (header, at) in enumerate(layout.counts.items()):
        column, read = block.position(header), counts[place]
        scales = [competition.item_scale(source.instrument, item) for item in meant[kept]]
        strange = [at not in MISSING and not scale.allows(float(at)) for scale in scales]
        reject = np.where(
            np.array(strange, dtype=bool) & (read.reject[kept] == ""), "off_scale_answer", read.reject[kept]
        )
        for index in np.flatnonzero(reject != ""):
            said = f"{source.wave}: {meant[kept][index]}, {header}"
            address = block.address(rows[index], column)
            found = (address, said, block.sheet.cells[rows[index], column], read.proposal[kept][index])
            journal.findings.append(Finding(reject[index], block.sheet, *found))
        account.reject(rows[reject != ""])
        frame = {"office": office, "item": meant[kept], "at": at, "count": np.nan_to_num(read.value[kept])}
        parts.append(pd.DataFrame(frame)[reject == ""])
    return pd.concat(parts, ignore_index=True).assign(wave=source.wave)[[n for n in TALLIES.names if n != "edition"]]


def _counts(block: Block, layout: SurveyLayout, account: Account, words: dict[str, str]) -> list[Column]:
    """Read the counts of every row; per cents become counts of their base. An empty cell beside counts is nobody."""
    read = [_column(block, header, words) for header in layout.counts]
    value = np.array([column.value for column in read])
    if layout.base:
        base = _column(block, layout.base, words).value
        whole = np.nansum(value, axis=0)
        account.set_aside(np.isnan(base) | (abs(whole - 100) > ROUNDING), state="quarantined", rule="tally_total")
        value = np.round(value * base / 100)
    account.set_aside(np.isnan(value).all(axis=0), state="quarantined", rule="not_a_count")
    wrong = (value < 0) | (value != np.round(value))
    wrong &= ~np.isnan(value)
    return [
        replace(column, value=value[place], reject=np.where(wrong[place], "not_a_count", column.reject))
        for place, column in enumerate(read)
    ]


def _column(block: Block, header: str, words: dict[str, str]) -> Column:
    column = block.position(header)
    texts = [str(text).removesuffix("%").strip() for text in block.sheet.cells[block.rows, column]]
    return read_column(texts, kinds=block.sheet.kinds[block.rows, column], missing=words)
