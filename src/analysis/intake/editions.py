"""One edition: all its files → its tidy tables, its ledger and its findings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.config import Competition, Edition
from analysis.errors import DataError, DataErrors
from analysis.intake import regulations
from analysis.intake.deadlines import note_late
from analysis.intake.identity import Names
from analysis.intake.judgements import read_judgements
from analysis.intake.ledger import Finding, Journal, few
from analysis.intake.registers import Registers
from analysis.intake.review import review_table
from analysis.intake.surveys import read_surveys
from analysis.intake.suspicions import note_letters
from analysis.schema import DOSSIERS, EDITIONS, JURORS, OFFICES, RECUSALS, SCORES, check, conform

UNICODE = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be")


def read_edition(
    competition: Competition, registers: Registers, edition_id: str, raw: Path, data: Path | None
) -> dict[str, pd.DataFrame]:
    """Read every file of one edition.

    Parameters
    ----------
    competition : Competition
        The configuration.
    registers : Registers
        The registers (`read_registers`).
    edition_id : str
        The edition.
    raw, data : Path
        The folder of raw data; the folder where files outside the workspace lie, if any.

    Returns
    -------
    dict
        Tables of `schema`: `editions` (one row), `offices` and `jurors` (those that no register lists), `dossiers`,
        `recusals`, `scores`, `respondents`, `responses`, `ledger`, `findings`.

    Raises
    ------
    DataErrors
        Everything a person has to mend, in one go.
    """
    reading = examine_edition(competition, registers, edition_id, raw, data)
    if reading.errors:
        raise DataErrors(few(reading.errors))
    return reading.tables


@dataclass(frozen=True, eq=False)
class Examination:
    """What a reading gave.

    Attributes
    ----------
    tables : dict
        Tables of `schema` as far as they could be made; `ledger` and `findings` always.
    errors : tuple of DataError
        Everything that a person has to mend before the tables count; none where they do.
    """

    tables: dict[str, pd.DataFrame]
    errors: tuple[DataError, ...] = ()


def examine_edition(
    competition: Competition, registers: Registers, edition_id: str, raw: Path, data: Path | None
) -> Examination:
    """Read an edition as far as it can be read: what was seen, and every error in it.

    Parameters as in `read_edition`.
    """
    edition = competition.edition(edition_id)
    tables = {"editions": _editions(edition)}
    scored, asked = Journal(edition.id), Journal(edition.id)
    folders = (raw, data)
    about = {"folders": folders, "journal": scored}
    found, errors = _tried(lambda: _scores(competition, registers, edition, **about), scored)
    tables |= found
    if "scores" in found:
        note_late(found["scores"], edition, journal=scored)
    about = {"offices": office_names(registers, tables), "folders": folders, "journal": asked}
    found, more = _tried(lambda: read_surveys(competition, edition, **about), asked)
    tables |= found
    errors += more
    if "dossiers" not in tables:  # what the offices are called cannot be known
        asked.findings = [entry for entry in asked.findings if entry.code != "unknown_office"]
    regulated = Journal(edition.id)
    regulations.hold(competition, edition, raw=raw, journal=regulated)
    errors += regulated.faults()
    parts = (scored, asked, regulated)
    whole = Journal(
        edition.id, [a for part in parts for a in part.accounts], [f for part in parts for f in part.findings]
    )
    _encodings(whole)
    note_letters(whole)
    tables["ledger"], tables["findings"] = whole.tables()
    tables["review"] = review_table(row for part in parts for row in part.review)
    return Examination(tables, tuple(errors))


def _tried(
    read: Callable[[], dict[str, pd.DataFrame]], journal: Journal
) -> tuple[dict[str, pd.DataFrame], list[DataError]]:
    """Give the tables of a reading and no error, or no table and every error: those kept and the one that ended it."""
    try:
        return read(), []
    except DataError as ended:
        kept = journal.faults()
        said = {str(error) for error in kept}
        return {}, kept + [error for error in getattr(ended, "errors", [ended]) if str(error) not in said]


def _scores(
    competition: Competition, registers: Registers, edition: Edition, *, folders: tuple, journal: Journal
) -> dict[str, pd.DataFrame]:
    if edition.scores or edition.dossiers:
        return read_judgements(competition, registers, edition, folders=folders, journal=journal)
    empty = {"offices": OFFICES, "jurors": JURORS, "dossiers": DOSSIERS, "recusals": RECUSALS, "scores": SCORES}
    return {name: table.empty() for name, table in empty.items()}


def office_names(registers: Registers, tables: dict[str, pd.DataFrame]) -> Names:
    """Everything the offices of an edition are called in its surveys: what the registers say, and their dossiers."""
    names = registers.office_names.copy()
    for row in tables.get("offices", OFFICES.empty()).itertuples():
        names.add(row.office, row.name)
    for row in tables.get("dossiers", DOSSIERS.empty()).itertuples():
        names.add(row.office, row.dossier)
    return names


def _editions(edition: Edition) -> pd.DataFrame:
    gala = edition.gala.isoformat() if edition.gala else ""
    row = {"edition": edition.id, "number": edition.number, "year": edition.year, "gala": gala}
    return check(conform(pd.DataFrame([row]), EDITIONS), EDITIONS)


def _encodings(journal: Journal) -> None:
    """Note the text files that are not in Unicode: their letters were read by likelihood."""
    sheets = {account.sheet.file: account.sheet for account in journal.accounts}
    for sheet in sheets.values():
        if not sheet.sheet and sheet.reader not in UNICODE:
            journal.findings.append(Finding("legacy_encoding", sheet, found=sheet.reader, done="utf-8"))
