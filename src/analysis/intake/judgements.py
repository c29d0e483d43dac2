"""The score sheets of one edition → the table of scores, with identities, values and places."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from analysis.config import Competition, Edition
from analysis.errors import DataError
from analysis.intake import dossiers as lists
from analysis.intake import files, rules
from analysis.intake.amendments import dated, supersede
from analysis.intake.cells import fold, read_column, vocabulary
from analysis.intake.comments import comments
from analysis.intake.comparisons import missing_rows, swapped
from analysis.intake.identity import Names, named
from analysis.intake.joins import joined
from analysis.intake.ledger import Journal
from analysis.intake.notices import look_over, settled
from analysis.intake.persons import with_titles
from analysis.intake.registers import Registers
from analysis.intake.review import note_links, propose
from analysis.intake.sheets import TEXTS, Reading, chosen, criterion_names, filled, read_sheet
from analysis.intake.suspicions import idle_jurors, spellings
from analysis.intake.totals import reconcile
from analysis.intake.versions import compare_versions
from analysis.schema import JURORS, RECUSALS, SCORES, check, conform

WAYS = {
    "juror": "Correct it, or add the juror to jurors.csv (another spelling: to aliases.csv).",
    "dossier": "Correct it, or add the dossier there.",
    "criterion": "Correct it, or name it under `criteria` in layouts.toml.",
    "stage": "Correct it, or set `stage` of this source in edition.toml.",
}
"""What to do about a text that means nothing."""


def read_judgements(
    competition: Competition,
    registers: Registers,
    edition: Edition,
    *,
    folders: tuple[Path, Path | None],
    journal: Journal,
) -> dict[str, pd.DataFrame]:
    """Read the score sheets of an edition.

    Parameters
    ----------
    competition, registers, edition
        What is known: layouts and missing tokens; jurors, offices, corrections; criteria, stages, sources.
    folders : tuple of Path
        The folder of raw data, and the folder outside the workspace or None.
    journal : Journal
        Takes accounts, findings and errors.

    Returns
    -------
    dict
        Tables `offices` and `jurors` (only those that no register lists), `dossiers`, `recusals`, `scores`, `comments`.
    """
    raw, data = folders
    readings = _readings(competition, registers, edition, folders=folders, journal=journal)
    cells = _cells(readings)
    if edition.dossiers:
        dossiers, offices = lists.read_dossiers(edition, registers, raw=raw, data=data, journal=journal)
    else:
        dossiers, offices = lists.derive_dossiers(cells, edition, registers, journal=journal)
    names = _names(cells, dossiers, registers, edition, journal=journal)
    recusals = _recusals(registers, edition, names, journal=journal)
    words = vocabulary(competition.missing)
    spellings(cells, names, journal=journal)
    accounts = [reading.account for reading in readings]
    cells = dated(_valued(_identified(cells, names, journal=journal), missing=words), journal=journal)
    cells = supersede(cells, accounts, journal=journal)
    missing_rows(cells, readings, recusals, journal=journal)
    rules.note_repairs(cells, journal=journal)
    corrections = registers.corrections[registers.corrections["edition"] == edition.id]
    cells = rules.correct(cells, corrections, names=names, missing=words, journal=journal)
    reconcile(cells, readings, edition, journal=journal)
    cells = rules.recuse(cells, recusals, journal=journal)
    cells = idle_jurors(cells, accounts, journal=journal)
    cells = rules.set_aside(cells, accounts, journal=journal)
    cells = swapped(cells, accounts, edition, journal=journal)
    _checked(cells, dossiers, edition, journal=journal)
    scores = check(_scores(cells, dossiers, edition), SCORES)
    jurors = JURORS.empty() if len(registers.jurors) else _jurors(names["juror"])
    tables = {"offices": offices, "jurors": jurors, "dossiers": dossiers, "recusals": recusals, "scores": scores}
    return tables | {"comments": comments(readings, dossiers, edition, names=names)}


def _names(
    cells: pd.DataFrame, dossiers: pd.DataFrame, registers: Registers, edition: Edition, *, journal: Journal
) -> dict[str, Names]:
    """Everything that stages, dossiers, jurors and criteria are called."""
    listed = f"{edition.id}/{edition.dossiers}" if edition.dossiers else "the score sheets"
    return {
        "stage": named("stage", f"{edition.id}/edition.toml", {s.id: s.label.values() for s in edition.stages}),
        "dossier": lists.dossier_names(dossiers, registers, listed=listed),
        "juror": with_titles(_juror_names(cells, registers), cells, journal=journal),
        "criterion": criterion_names(edition, registers.alias("criterion")),
    }


def _juror_names(cells: pd.DataFrame, registers: Registers) -> Names:
    """Everything the jurors are called; without a jurors.csv, whoever the sheets name is a juror."""
    names = registers.juror_names
    if len(registers.jurors):
        return names
    names = names.copy()
    for text in dict.fromkeys(cells["juror"]):
        if text and names.find(text) is None:
            names.add(text)
    return names


def _jurors(names: Names) -> pd.DataFrame:
    ids = sorted({*names.ids.values(), *names.called.values()})
    return conform(pd.DataFrame({"juror": ids, "name": ids}, dtype="str"), JURORS)


def _checked(cells: pd.DataFrame, dossiers: pd.DataFrame, edition: Edition, *, journal: Journal) -> None:
    """Hold the judgements against the scale, one another and the list of dossiers; raise what people must mend."""
    rules.on_scale(cells, edition, journal=journal)
    rules.one_mark_a_key(cells, journal=journal)
    journal.raise_errors()
    rules.partial_sessions(cells, journal=journal)
    if edition.dossiers and edition.scores:
        listed = next(account.sheet for account in journal.accounts if account.kind == "dossiers")
        rules.marks_and_dossiers(cells, dossiers, listed, journal=journal)


def _readings(
    competition: Competition,
    registers: Registers,
    edition: Edition,
    *,
    folders: tuple[Path, Path | None],
    journal: Journal,
) -> list[Reading]:
    names = criterion_names(edition, registers.alias("criterion"))
    readings = []
    for source in edition.scores:
        layout = competition.layouts[source.layout]
        found = _found(source.file, edition, folders, journal)
        compare_versions(found, journal=journal)
        for path, file in found:
            try:
                sheets = filled(files.sheets(path, file=file), file=file)
                look_over(sheets, journal=journal)
                sheets = chosen(sheets, layout.sheet, layout=source.layout, journal=journal)
            except DataError as error:
                journal.fail(file, str(error))
                continue
            for sheet in sheets:
                try:
                    about = {"layout": source.layout, "edition": edition, "folders": folders, "journal": journal}
                    sheet = joined(sheet, layout.join, **about)
                    reading = read_sheet(
                        sheet, source, edition=edition, competition=competition, names=names, journal=journal
                    )
                except DataError as error:
                    journal.fail(file, str(error))
                    continue
                readings.append(settled(reading, journal=journal))
                journal.accounts.append(reading.account)
    return readings


def _found(
    pattern: str, edition: Edition, folders: tuple[Path, Path | None], journal: Journal
) -> list[tuple[Path, str]]:
    raw, data = folders
    try:
        return files.find(pattern, edition=edition, raw=raw, data=data)
    except DataError as error:
        journal.fail(pattern, str(error))
        return []


def _cells(readings: list[Reading]) -> pd.DataFrame:
    """Join the judgements of all sheets; `reading` says which one, `where` and `place` how an error names the row."""
    parts = []
    for number, reading in enumerate(readings):
        sheet = reading.sheet
        place = {row: sheet.place([row]) for row in reading.account.rows.tolist()}
        about = {"reading": number, "file": sheet.file, "sheet": sheet.sheet, "where": sheet.where, "sheet_of": sheet}
        parts.append(reading.cells.assign(**about, place=[place[row] for row in reading.cells["row"].tolist()]))
    if not parts:
        return pd.DataFrame(
            columns=[*TEXTS, "kind", "row", "column", "cell", "reading", "file", "sheet", "where", "sheet_of", "place"]
        )
    return pd.concat(parts, ignore_index=True)


def _identified(cells: pd.DataFrame, names: dict[str, Names], *, journal: Journal) -> pd.DataFrame:
    """Put ids in the place of texts; a row with a text that means nothing is an error, once for each sheet."""
    good = np.full(len(cells), True)
    for column, known in names.items():
        ids = known.resolve(cells[column])
        note_links(cells.assign(text=cells[column]), known, journal=journal)
        unknown = cells[cells[column].isin([text for text, identifier in ids.items() if identifier is None])]
        for row in unknown.drop_duplicates(["reading", column]).itertuples():
            said = known.unknown(getattr(row, column))
            mark = "" if said.endswith("?") else "."
            propose(getattr(row, column), known, journal=journal)
            journal.fail(row.file, f"{row.where}, {row.place}: {said}{mark} {WAYS[column]}")
        good &= ~cells.index.isin(unknown.index)
        cells = cells.assign(**{column: cells[column].map(ids)})
    return cells[good].reset_index(drop=True)


def _valued(cells: pd.DataFrame, *, missing: dict[str, str]) -> pd.DataFrame:
    """Read the texts as numbers, column by column of each sheet."""
    value = np.full(len(cells), np.nan)
    texts = {
        name: np.full(len(cells), "", dtype=object) for name in ("missing", "reject", "proposal", "repair", "corrected")
    }
    raw, kinds = cells["raw"].to_numpy(dtype=object), cells["kind"].to_numpy(dtype=int)
    for places in cells.groupby(["reading", "column"], sort=False).indices.values():
        read = read_column(raw[places], kinds=kinds[places], missing=missing)
        value[places] = read.value
        for name in ("missing", "reject", "proposal", "repair"):
            texts[name][places] = getattr(read, name)
    status = cells["status"].map(lambda text: missing.get(fold(text), "")).to_numpy(dtype=object)
    explained = (raw == "") & (status != "") & (cells["status"] != "").to_numpy(dtype=bool)
    texts["missing"][explained] = status[explained]
    return cells.assign(value=value, **texts)


def _recusals(registers: Registers, edition: Edition, names: dict[str, Names], *, journal: Journal) -> pd.DataFrame:
    rows = registers.recusals[registers.recusals["edition"] == edition.id].copy()
    for column in ("dossier", "juror"):
        ids = names[column].resolve(rows[column])
        for text, identifier in ids.items():
            if identifier is None:
                said = names[column].unknown(text)
                mark = "" if said.endswith("?") else "."
                journal.fail("recusals.csv", f"recusals.csv, edition {edition.id}: {said}{mark} Correct it.")
        rows[column] = [ids[text] or text for text in rows[column]]
    return check(conform(rows.drop_duplicates(list(RECUSALS.key)), RECUSALS), RECUSALS)


def _scores(cells: pd.DataFrame, dossiers: pd.DataFrame, edition: Edition) -> pd.DataFrame:
    of = dossiers.drop_duplicates("dossier").set_index("dossier")
    percent = np.full(len(cells), np.nan)
    for criterion, places in cells.groupby("criterion", sort=False).indices.items():
        scale = edition.scale(criterion)
        percent[places] = [scale.percent(value) for value in cells["value"].to_numpy(float)[places]]
    columns = {
        "edition": edition.id,
        "office": cells["dossier"].map(of["office"]),
        "category": cells["dossier"].map(of["category"]),
        "value_raw": cells["raw"],
        "value_100": percent,
    }
    frame = conform(cells.drop(columns="raw").assign(**columns), SCORES)
    return frame.drop_duplicates(list(SCORES.key), ignore_index=True)
