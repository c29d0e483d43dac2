"""The organizer's registers: tables in CSV that a spreadsheet opens, their columns named exactly."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.config import Competition, OfficeRegister
from analysis.errors import DataError, DataErrors
from analysis.intake import files
from analysis.intake.crosswalk import check_crosswalk
from analysis.intake.directory import find_directory, read_codes, read_directory
from analysis.intake.grid import Sheet, hint, key
from analysis.intake.identity import Names
from analysis.intake.ledger import Account, Journal, few
from analysis.intake.matching import index_offices
from analysis.intake.review import accepted, check_decisions, refused
from analysis.intake.succession import check_succession
from analysis.intake.suspicions import note_letters
from analysis.schema import CROSSWALK, JURORS, OFFICES, RECUSALS, REVIEW, SUCCESSION, check, conform

ALIAS_KINDS = ("juror", "office", "criterion")
REASONS = ("employer", "region", "family", "former_collaboration", "advisory", "pupil", "other")
DOSSIER_COLUMNS = ("dossier", "office", "category", "status", "outcome", "special", "employees", "submitted")

_COLUMNS = {
    "offices": (tuple(OFFICES.names), ("office", "name"), ("office",)),
    "jurors": (tuple(JURORS.names), ("juror", "name"), ("juror",)),
    "recusals": (tuple(RECUSALS.names), ("edition", "dossier", "juror", "reason"), ("edition", "dossier", "juror")),
    "aliases": (("kind", "alias", "id"), ("kind", "alias", "id"), ("kind", "alias")),
    "crosswalk": (tuple(CROSSWALK.names), ("from_edition", "to_edition", "relation"), CROSSWALK.key),
    "corrections": (
        ("edition", "stage", "dossier", "juror", "criterion", "was", "becomes", "why"),
        ("edition", "dossier", "juror", "was", "becomes", "why"),
        ("edition", "stage", "dossier", "juror", "criterion"),
    ),
    "review": (tuple(REVIEW.names), ("kind", "written", "decision"), ("kind", "written", "suggested")),
    "office_succession": (tuple(SUCCESSION.names), tuple(SUCCESSION.names), SUCCESSION.key),
}
"""Register → its columns, those that must be there, and those that identify a row."""


@dataclass(frozen=True, eq=False)
class Registers:
    """The registers of a competition; one that has no file is empty.

    Attributes
    ----------
    offices, jurors, recusals, crosswalk, succession, review : DataFrame
        Tables of `schema`; `review` holds the decisions of the organizer.
    aliases : DataFrame
        `kind alias id`: what else a juror, an office or a criterion is called.
    corrections : DataFrame
        `edition stage dossier juror criterion was becomes why` and `line`, its line in the file.
    ledger, findings : DataFrame
        The account of the files.
    path : Path
        The folder they were read from.
    """

    offices: pd.DataFrame
    jurors: pd.DataFrame
    recusals: pd.DataFrame
    aliases: pd.DataFrame
    crosswalk: pd.DataFrame
    corrections: pd.DataFrame
    succession: pd.DataFrame
    review: pd.DataFrame
    ledger: pd.DataFrame
    findings: pd.DataFrame
    path: Path = field(repr=False)

    @cached_property
    def juror_names(self) -> Names:
        """Everything the jurors are called."""
        return self._names("juror", self.jurors, ("name",))

    @cached_property
    def office_names(self) -> Names:
        """Everything the offices are called: id, name, REGON, NIP, alias, and whatever their parts are equal to."""
        names = self._names("office", self.offices, ("name", "regon", "nip"))
        for written, office in accepted(self.review):
            names.called[key(written)], names.written[key(written)] = office, written
            names.shared.pop(key(written), None)
        if len(self.offices):
            names.finder = index_offices(self.offices, refused=refused(self.review))
        return names

    def alias(self, kind: str) -> dict[str, str]:
        """Give alias → id of one kind."""
        rows = self.aliases[self.aliases["kind"] == kind]
        return dict(zip(rows["alias"], rows["id"], strict=True))

    def _names(self, kind: str, frame: pd.DataFrame, columns: Iterable[str]) -> Names:
        names = Names(kind, f"{kind}s.csv")
        for row in frame.to_dict("records"):
            names.add(row[kind], *(row[column] for column in columns))
        for alias, identifier in self.alias(kind).items():
            names.called[key(alias)], names.written[key(alias)] = identifier, alias
            names.shared.pop(key(alias), None)
        return names


def read_registers(competition: Competition, raw: Path, data: Path | None = None) -> Registers:
    """Read the registers below the folder of raw data.

    Parameters
    ----------
    competition : Competition
        Editions, kinds and roles that the registers may name.
    raw, data : Path
        The folder of raw data; the folder where files outside the workspace lie, if any.

    Raises
    ------
    DataErrors
        A column is misspelt or missing, a row is doubled, or a row names something that does not exist.
    """
    registers, errors = examine_registers(competition, raw, data)
    if errors:
        raise DataErrors(few(errors))
    return registers


def examine_registers(
    competition: Competition, raw: Path, data: Path | None = None
) -> tuple[Registers, list[DataError]]:
    """Read the registers as far as they can be read, and give every error in them."""
    journal = Journal("")
    frames = {"offices": _read_offices(competition.offices, journal, raw=raw, data=data)}
    frames |= {name: _read(raw / f"{name}.csv", name, journal) for name in _COLUMNS if name != "offices"}
    _check_ids(frames, competition, journal)
    _check_aliases(frames, competition, journal)
    frames["crosswalk"] = check_crosswalk(frames["crosswalk"], competition, journal=journal)
    check_decisions(frames["review"], frames["offices"]["office"], journal=journal)
    frames["succession"] = check_succession(frames.pop("office_succession"), frames["offices"], journal=journal)
    tables = {"offices": OFFICES, "jurors": JURORS, "recusals": RECUSALS, "crosswalk": CROSSWALK, "review": REVIEW}
    frames["review"]["score"] = pd.to_numeric(frames["review"]["score"].str.replace(",", "."), errors="coerce")
    for name, table in tables.items():
        whole = frames[name].drop_duplicates(list(table.key))  # doubled rows are among the errors
        frames[name] = check(conform(whole, table), table)
    note_letters(journal)
    ledger, findings = journal.tables()
    return Registers(**frames, ledger=ledger, findings=findings, path=raw), journal.faults()


def read_table(sheet: Sheet, *, columns: Iterable[str], required: Iterable[str], journal: Journal) -> pd.DataFrame:
    """Read a table whose header is its first row: the columns as text, and `line`.

    Errors (a column unknown, doubled or missing) are kept in `journal`.
    """
    columns = list(columns)
    if not len(sheet.cells):
        journal.fail(sheet.file, f"{sheet.where}: the file is empty. Give it the header {','.join(columns)}.")
        return _table(sheet, {}, columns, np.array([], dtype=int))
    headers = [key(text) for text in sheet.cells[0]]
    for text in sheet.cells[0]:
        if text and key(text) not in columns:
            near = hint(text, columns) or f"; the columns are {', '.join(columns)}"
            mark = "" if near.endswith("?") else "."
            sentence = f"{sheet.where}, {sheet.row_word} {sheet.lines[0]}: unknown column {text!r}{near}{mark}"
            journal.fail(sheet.file, f"{sentence} Rename or delete it.")
    lacking = [name for name in required if name not in headers]
    if lacking:
        journal.fail(sheet.file, f"{sheet.where}: the column {', '.join(map(repr, lacking))} is missing. Add it.")
    rows = np.flatnonzero((sheet.cells[1:] != "").any(axis=1)) + 1
    return _table(sheet, {name: headers.index(name) for name in columns if name in headers}, columns, rows)


def _table(sheet: Sheet, positions: dict[str, int], columns: list[str], rows: np.ndarray) -> pd.DataFrame:
    frame = {name: sheet.cells[rows, positions[name]] if name in positions else "" for name in columns}
    return pd.DataFrame({**frame, "row": rows, "line": sheet.lines[rows]}, index=range(len(rows)))


def _read(path: Path, name: str, journal: Journal) -> pd.DataFrame:
    columns, required, identity = _COLUMNS[name]
    empty = pd.DataFrame({column: pd.Series(dtype="str") for column in columns} | {"line": pd.Series(dtype="int64")})
    if not path.is_file():
        return empty
    try:
        sheet = files.first_sheet(path, file=path.name)
    except DataError as error:
        journal.fail(path.name, str(error))
        return empty
    before = len(journal.errors)
    frame = read_table(sheet, columns=columns, required=required, journal=journal)
    if len(journal.errors) > before:
        return empty
    _check_rows(frame, path.name, identity, required=required, journal=journal)
    journal.accounts.append(Account(sheet, "register", frame["row"].to_numpy()))
    return frame.drop(columns="row")


def _read_offices(register: OfficeRegister, journal: Journal, *, raw: Path, data: Path | None) -> pd.DataFrame:
    """The register of offices: offices.csv, or the file and the columns that competition.toml names."""
    columns, required, identity = _COLUMNS["offices"]
    empty = pd.DataFrame({column: pd.Series(dtype="str") for column in columns} | {"line": pd.Series(dtype="int64")})
    try:
        path, file = find_directory(register, raw=raw, data=data)
        if not path.is_file():
            return empty
        sheet = files.first_sheet(path, file=file)
    except DataError as error:
        journal.fail(register.file, str(error))
        return empty
    before = len(journal.errors)
    if register.columns:
        frame = read_directory(sheet, register, journal=journal)
    else:
        frame = read_table(sheet, columns=columns, required=required, journal=journal)
    if len(journal.errors) > before:
        return empty
    _check_rows(frame, file, identity, required=required, journal=journal)
    journal.accounts.append(Account(sheet, "register", frame["row"].to_numpy()))
    return read_codes(frame, sheet, journal=journal).drop(columns="row")


def _check_rows(
    frame: pd.DataFrame, file: str, identity: tuple[str, ...], *, required: tuple[str, ...], journal: Journal
) -> None:
    """Every row says which one it is, and no two say the same."""
    for column in identity:
        if column in required and not column.endswith("_criterion"):  # a new or a dropped one has no other end
            for line in frame.loc[frame[column] == "", "line"]:
                journal.fail(file, f"{file}, line {line}: {column} is empty. Fill it, or delete the line.")
    for _, same in frame[frame.duplicated(list(identity), keep=False)].groupby(list(identity), sort=False):
        lines = " and ".join(map(str, same["line"]))
        said = ", ".join(f"{column} {same[column].iloc[0]!r}" for column in identity)
        journal.fail(file, f"{file}, lines {lines}: {said} stands twice. Keep one of the lines.")


def _each(frame: pd.DataFrame, column: str, wrong: Callable[[str], bool]) -> Iterable[tuple[int, str]]:
    bad = {text for text in frame[column].unique() if wrong(text)}
    rows = frame[frame[column].isin(bad)]
    return zip(rows["line"], rows[column], strict=True)


def _unknown(frame: pd.DataFrame, place: str, known: Iterable[str], *, blank: str, journal: Journal) -> None:
    """Keep an error for each text of a column (`file column`) that is not among the known ones."""
    file, column = place.split()
    known = list(known)
    for line, text in _each(frame, column, lambda text: text not in known and (text != "" or blank == "refused")):
        near = hint(text, known) or f"; there are: {', '.join(known) or 'none'}."
        journal.fail(file, f"{file}, line {line}: there is no {column} {text!r}{near} Correct it.")


def _check_ids(frames: dict[str, pd.DataFrame], competition: Competition, journal: Journal) -> None:
    editions = [edition.id for edition in competition.editions]
    if competition.kinds:
        _unknown(frames["offices"], "offices.csv kind", competition.kinds, blank="allowed", journal=journal)
    if competition.roles:
        _unknown(frames["jurors"], "jurors.csv role", competition.roles, blank="allowed", journal=journal)
    for name in ("recusals", "corrections"):
        _unknown(frames[name], f"{name}.csv edition", editions, blank="refused", journal=journal)
    _unknown(frames["recusals"], "recusals.csv reason", REASONS, blank="refused", journal=journal)
    for line, _ in _each(frames["corrections"], "why", lambda text: text == ""):
        journal.fail("corrections.csv", f"corrections.csv, line {line}: why is empty. Say why the mark is changed.")


def _check_aliases(frames: dict[str, pd.DataFrame], competition: Competition, journal: Journal) -> None:
    aliases = frames["aliases"]
    _unknown(aliases, "aliases.csv kind", ALIAS_KINDS, blank="refused", journal=journal)
    criteria = {criterion.id for edition in competition.editions for criterion in edition.criteria}
    known = {"juror": set(frames["jurors"]["juror"]), "criterion": criteria, "office": set(frames["offices"]["office"])}
    for kind, ids in known.items():
        if ids:  # jurors and offices that only the sheets name are not listed anywhere
            _unknown(aliases[aliases["kind"] == kind], "aliases.csv id", sorted(ids), blank="refused", journal=journal)
