"""Who entered an edition: its list of dossiers, or, where there is none, what the score sheets say."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.config import Edition
from analysis.errors import DataError
from analysis.intake import files
from analysis.intake.calendar import iso_date
from analysis.intake.cells import Number, fold, parse
from analysis.intake.grid import Sheet, hint
from analysis.intake.identity import Finder, Names, named
from analysis.intake.ledger import Account, Journal
from analysis.intake.registers import DOSSIER_COLUMNS, Registers, read_table
from analysis.intake.review import note_links, occurrences, propose
from analysis.schema import DOSSIERS, OFFICES, conform

STATUSES = ("valid", "withdrawn", "disqualified")
OUTCOMES = ("awarded", "not_awarded", "")


def category_names(edition: Edition) -> Names:
    """Everything the categories of an edition are called."""
    entries = {category.id: category.label.values() for category in edition.categories}
    return named("category", f"{edition.id}/edition.toml", entries)


def dossier_names(dossiers: pd.DataFrame, registers: Registers, *, listed: str) -> Names:
    """Everything the dossiers are called: the id, and what its office is called where it has one dossier only."""
    names = Names("dossier", listed)
    for dossier in dossiers["dossier"]:
        names.add(dossier)
    once = dossiers.drop_duplicates("office", keep=False)
    of_office = dict(zip(once["office"], once["dossier"], strict=True))
    for text, office in registers.office_names.called.items():
        if office in of_office and text not in registers.office_names.shared:
            names.add(of_office[office], text)
    for office, dossier in of_office.items():
        names.add(dossier, office)
    if registers.office_names.finder:
        names.finder = DossierFinder(registers.office_names.finder, of_office)
    return names


@dataclass(frozen=True)
class DossierFinder:
    """Dossiers by the names of their offices (a `Finder`).

    Attributes
    ----------
    offices : Finder
        What understands the names of offices.
    dossiers : dict
        Office → its dossier, where it has one only.
    """

    offices: Finder
    dossiers: dict[str, str]

    def find(self, text: str) -> str | None:
        """Give the dossier of the office that a text means, or None."""
        return self.dossiers.get(self.offices.find(text) or "")

    def title(self, text: str) -> str:
        """Give the official name of the office that a text means, or nothing."""
        return self.offices.title(text)

    def suggestions(self, text: str) -> list[tuple[str, str, float]]:
        """Give the offices with a dossier that a text may mean."""
        near = self.offices.suggestions(text)
        return [(office, name, score) for office, name, score in near if office in self.dossiers]


@lru_cache(maxsize=1)
def words() -> dict[str, dict[str, str]]:
    """Give what lists of dossiers say (outcomes.toml): column → folded text → id."""
    columns = tomllib.loads((Path(__file__).parent / "outcomes.toml").read_text(encoding="utf-8"))
    return {
        column: {fold(text): name for name, texts in entries.items() for text in texts}
        for column, entries in columns.items()
    }


def read_dossiers(
    edition: Edition, registers: Registers, *, raw: Path, data: Path | None, journal: Journal
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read the list of dossiers of an edition.

    Returns
    -------
    dossiers, offices : DataFrame
        Tables of `schema`; `offices` holds those that no offices.csv lists.
    """
    try:
        path, file = files.find(edition.dossiers or "", edition=edition, raw=raw, data=data)[0]
        sheet = files.first_sheet(path, file=file)
    except DataError as error:
        journal.fail(str(edition.dossiers), str(error))
        return DOSSIERS.empty(), OFFICES.empty()
    table = read_table(sheet, columns=DOSSIER_COLUMNS, required=("dossier", "office"), journal=journal)
    journal.accounts.append(Account(sheet, "dossiers", table["row"].to_numpy()))
    table["edition"] = edition.id
    offices = OFFICES.empty()
    if len(registers.offices):
        _resolve(table, "office", registers.office_names, sheet, journal)
    else:
        aliases = registers.alias("office")
        table["office"] = [aliases.get(text, text) for text in table["office"]]
        offices = _offices(table.assign(office_name=table["office"]))
    if edition.categories:
        _resolve(table, "category", category_names(edition), sheet, journal)
    for column, known in words().items():
        table[column] = [known.get(fold(text), text) for text in table[column]]
    table["status"] = table["status"].replace("", "valid")
    _one_of(table, "status", STATUSES, sheet, journal)
    _one_of(table, "outcome", OUTCOMES, sheet, journal)
    _specials(table, edition, sheet, journal)
    table["employees"] = _employees(table, sheet, journal)
    table["submitted"] = _dates(table, sheet, journal)
    for dossier, same in table[table.duplicated("dossier", keep=False)].groupby("dossier", sort=False):
        place = sheet.place(same["row"].tolist())
        journal.fail(file, f"{sheet.where}, {place}: dossier {dossier!r} stands twice. Keep one of the rows.")
    return conform(table.drop_duplicates("dossier"), DOSSIERS), offices


def _resolve(table: pd.DataFrame, column: str, names: Names, sheet: Sheet, journal: Journal) -> None:
    """Put ids in the place of names; an empty category stays empty."""
    ids = names.resolve(table[column])
    note_links(occurrences(table[column], table["row"], sheet), names, journal=journal)
    for row, text in zip(table["row"], table[column], strict=True):
        if ids[text] is None and (text or column == "office"):
            said = names.unknown(text)
            mark = "" if said.endswith("?") else "."
            propose(text, names, journal=journal)
            journal.fail(sheet.file, f"{sheet.where}, {sheet.place([row])}: {said}{mark} {_way_out(names)}")
    table[column] = [ids[text] or "" for text in table[column]]


def _one_of(table: pd.DataFrame, column: str, known: tuple[str, ...], sheet: Sheet, journal: Journal) -> None:
    for row, text in zip(table["row"], table[column], strict=True):
        if text not in known:
            near = hint(text, known)
            listed = near or f"; use {', '.join(filter(None, known))}."
            journal.fail(sheet.file, f"{sheet.where}, {sheet.place([row])}: {column} {text!r}{listed} Correct it.")


def _specials(table: pd.DataFrame, edition: Edition, sheet: Sheet, journal: Journal) -> None:
    known = {special.id for special in edition.specials}
    for row, text in zip(table["row"], table["special"], strict=True):
        for special in set(text.replace(",", " ").split()) - known:
            place = f"{sheet.where}, {sheet.place([row])}"
            near = hint(special, known) or "."
            journal.fail(
                sheet.file, f"{place}: there is no special award {special!r} in edition.toml{near} Correct it."
            )
    table["special"] = [" ".join(text.replace(",", " ").split()) for text in table["special"]]


def _employees(table: pd.DataFrame, sheet: Sheet, journal: Journal) -> np.ndarray:
    read = [parse(text, mark=",") for text in table["employees"]]
    for row, text, cell in zip(table["row"], table["employees"], read, strict=True):
        if getattr(cell, "code", ""):
            place = f"{sheet.where}, {sheet.place([row])}"
            journal.fail(sheet.file, f"{place}: employees {text!r} is no number. Correct it, or leave it empty.")
    return np.array([cell.value if isinstance(cell, Number) else np.nan for cell in read], dtype=float)


def _dates(table: pd.DataFrame, sheet: Sheet, journal: Journal) -> list[str]:
    dates = []
    for row, text in zip(table["row"], table["submitted"], strict=True):
        try:
            dates.append(iso_date(text))
        except DataError as error:
            dates.append("")
            journal.fail(sheet.file, f"{sheet.where}, {sheet.place([row])}: submitted {error} Or leave it empty.")
    return dates


def derive_dossiers(
    cells: pd.DataFrame, edition: Edition, registers: Registers, *, journal: Journal
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Take the dossiers and their offices from the score sheets of an edition without a list of dossiers.

    Parameters
    ----------
    cells : DataFrame
        Judgements as text (`sheets.TEXTS`), with `where`, `place` and `sheet_of` of their row.

    Returns
    -------
    dossiers, offices : DataFrame
        Tables of `schema`; `offices` holds those that no offices.csv lists.
    """
    columns = ["dossier", "office", "office_name", "category", "where", "place", "file", "sheet_of"]
    rows = cells[columns].drop_duplicates(["dossier", "office", "category"]).reset_index(drop=True)
    rows["office"] = rows["office"].where(rows["office"] != "", rows["dossier"])
    aliases = registers.alias("office")
    rows["office"] = [aliases.get(text, text) for text in rows["office"]]
    offices = OFFICES.empty()
    if len(registers.offices):
        rows["office"] = _known(rows, "office", registers.office_names, journal)
    else:
        offices = _offices(rows)
    if edition.categories:
        rows["category"] = _known(rows, "category", category_names(edition), journal)
    rows = rows.drop_duplicates(["dossier", "office", "category"])
    for dossier, same in rows[rows.duplicated("dossier", keep=False)].groupby("dossier", sort=False):
        said = " and ".join(
            f"{row.place} ({row.office}{' ' * bool(row.category)}{row.category})" for row in same.itertuples()
        )
        first = same.iloc[0]
        journal.fail(
            first["file"],
            f"{first['where']}: dossier {dossier!r} has several offices or categories: {said}. Make them the same.",
        )
    rows = rows.drop_duplicates("dossier").assign(edition=edition.id, status="valid")
    return conform(rows, DOSSIERS), offices


def _way_out(names: Names) -> str:
    return "Correct it, or add it there" + (", or decide in review.csv." if names.finder else ".")


def _known(rows: pd.DataFrame, column: str, names: Names, journal: Journal) -> list[str]:
    ids = names.resolve(rows[column])
    note_links(rows.assign(text=rows[column]), names, journal=journal)
    for text, identifier in ids.items():
        if identifier is None and text:
            first = rows[rows[column] == text].iloc[0]
            said = names.unknown(text)
            place = f"{first['where']}, {first['place']}"
            mark = "" if said.endswith("?") else "."
            propose(text, names, journal=journal)
            journal.fail(first["file"], f"{place}: {said}{mark} {_way_out(names)}")
    return [ids[text] or text for text in rows[column]]


def _offices(rows: pd.DataFrame) -> pd.DataFrame:
    names = rows["office_name"].where(rows["office_name"] != "", rows["office"])
    return conform(pd.DataFrame({"office": rows["office"], "name": names}).drop_duplicates("office"), OFFICES)
