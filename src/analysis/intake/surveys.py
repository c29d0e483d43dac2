"""Survey files → respondents and answers. Columns with personal data are dropped at this door."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.config import Competition, Edition, SurveyLayout, SurveySource
from analysis.errors import DataError
from analysis.intake import files
from analysis.intake.answers import Answers, parts, read_answers
from analysis.intake.exports import EXPORTS, PERSONAL, is_own
from analysis.intake.grid import Block, Sheet, find_block, hint, key, regex
from analysis.intake.identity import Names
from analysis.intake.ledger import Account, Finding, Journal
from analysis.intake.limesurvey import Codebook, headings, read_structure
from analysis.intake.notices import dispute, look_over
from analysis.intake.respondents import people, set_aside
from analysis.intake.sheets import chosen, filled, sift
from analysis.intake.styles import note_styles
from analysis.intake.tallies import read_tallies, tally_columns
from analysis.intake.versions import compare_versions
from analysis.schema import RESPONDENTS, RESPONSES, TALLIES, check, conform

SURVEY_TABLES = {"respondents": RESPONDENTS, "responses": RESPONSES, "tallies": TALLIES}
"""What surveys give."""


def read_surveys(
    competition: Competition,
    edition: Edition,
    *,
    offices: Names,
    folders: tuple[Path, Path | None],
    journal: Journal,
) -> dict[str, pd.DataFrame]:
    """Read the surveys of an edition.

    Parameters
    ----------
    competition, edition
        Layouts, instruments, channels and missing tokens; the sources.
    offices : Names
        Everything the offices are called; empty where an edition knows none.
    folders : tuple of Path
        The folder of raw data, and the folder outside the workspace or None.
    journal : Journal
        Takes accounts, findings and errors.

    Returns
    -------
    dict
        Tables `respondents`, `responses` and `tallies`.
    """
    made = {name: [table.empty()] for name, table in SURVEY_TABLES.items()}
    for source in edition.surveys:
        try:
            about = {"competition": competition, "offices": offices, "journal": journal}
            for block, book in _blocks(source, edition, competition=competition, folders=folders, journal=journal):
                for name, frame in _read(block, source, book, **about).items():
                    made[name].append(frame.assign(edition=edition.id))
        except DataError as error:
            journal.fail(source.file, str(error))
    joined = {name: pd.concat(frames, ignore_index=True) for name, frames in made.items()}
    _one_of_a_kind(joined, edition, journal)
    journal.raise_errors()
    joined["tallies"] = joined["tallies"].groupby(list(TALLIES.key), as_index=False, sort=False)["count"].sum()
    return {name: check(conform(joined[name], table), table) for name, table in SURVEY_TABLES.items()}


def _blocks(
    source: SurveySource, edition: Edition, *, competition: Competition, folders: tuple, journal: Journal
) -> Iterator[tuple[Block, Codebook]]:
    """Give the rows of data of every sheet of a source."""
    layout, (raw, data) = competition.layouts[source.layout], folders
    book = codebook(layout, edition, folders=folders)
    found = files.find(source.file, edition=edition, raw=raw, data=data)
    compare_versions(found, journal=journal)
    for path, file in found:
        sheets = filled(files.sheets(path, file=file), file=file)
        for sheet in chosen(sheets, layout.sheet, layout=source.layout, journal=journal):
            yield survey_block(sheet, source, competition=competition, book=book), book


def _one_of_a_kind(tables: dict[str, pd.DataFrame], edition: Edition, journal: Journal) -> None:
    """A respondent stands in one file of a wave, and a wave holds either answers or counts."""
    people, counted = tables["respondents"], tables["tallies"]
    for (wave, who), _ in people[people.duplicated(["wave", "respondent"])].groupby(["wave", "respondent"]):
        journal.fail(wave, f"{edition.id}: respondent {who!r} of wave {wave!r} stands in two files. Keep one of them.")
    for wave in sorted(set(people["wave"]) & set(counted["wave"])):
        journal.fail(wave, f"{edition.id}: wave {wave!r} has answers and counts. Give the counts a wave of their own.")


def codebook(layout: SurveyLayout, edition: Edition, *, folders: tuple[Path, Path | None]) -> Codebook:
    """Read the structure of the questionnaire that a layout names; an empty codebook where it names none.

    Raises
    ------
    DataError
        The file is missing, or is no structure.
    """
    if layout.structure is None:
        return Codebook()
    (path, file), *_ = files.find(layout.structure, edition=edition, raw=folders[0], data=folders[1])
    return read_structure(files.first_sheet(path, file=file))


def survey_block(sheet: Sheet, source: SurveySource, *, competition: Competition, book: Codebook) -> Block:
    """Find the header of a survey, however its tool heads the columns; the block answers to the layout's names.

    Raises
    ------
    DataError
        A named column is absent or personal, an item is unknown, or the headings are of two kinds.
    """
    layout = competition.layouts[source.layout]
    _known_items(source, competition)
    named = [layout.respondent, layout.office, layout.channel, layout.date]
    if layout.kind == "tallies":
        named += tally_columns(layout, source, competition)
    else:
        named += [*layout.items, *layout.options]
    named += [*source.where, *(rule.column for rule in layout.exclude)]
    named = list(dict.fromkeys(name for name in named if name))
    for name in named:
        if _is_personal(name, layout, source.layout):
            raise DataError(f"layouts.toml [{source.layout}]: {name!r} is read and also personal. Choose one.")
    if layout.kind != "limesurvey":
        return find_block(sheet, named, layout=source.layout)
    meant = headings([str(text) for text in sheet.cells[0]], named, book=book, where=sheet.where)
    block = find_block(sheet, [meant.get(name, name) for name in named], layout=source.layout)
    positions = {key(name): block.position(header) for name, header in meant.items()}
    return replace(block, _positions={**block._positions, **positions})


def _known_items(source: SurveySource, competition: Competition) -> None:
    layout = competition.layouts[source.layout]
    items = [item.id for item in competition.instruments[source.instrument].items]
    named = [("items", header, item) for header, item in layout.items.items()]
    named += [("options", label, item) for labels in layout.options.values() for label, item in labels.items()]
    named += [("ticks", item, item) for item in layout.ticks]
    for field, header, item in named:
        if item not in items:
            near = hint(item, items) or f"; there are {', '.join(items)}."
            raise DataError(
                f"layouts.toml [{source.layout}] {field}: {header!r} is item {item!r}, which the instrument "
                f"{source.instrument!r} does not have{near} Correct it."
            )


def _is_personal(header: str, layout: SurveyLayout, name: str) -> bool:
    export = EXPORTS[layout.kind]
    if is_own(header, (*PERSONAL, *export.token, *export.address, *export.personal)):
        return True
    flat = " ".join(header.split())
    return any(regex(pattern, f"layouts.toml [{name}] personal").fullmatch(flat) for pattern in layout.personal)


def _read(
    block: Block,
    source: SurveySource,
    book: Codebook,
    *,
    competition: Competition,
    offices: Names,
    journal: Journal,
) -> dict[str, pd.DataFrame]:
    layout, sheet = competition.layouts[source.layout], block.sheet
    personal = [header for header in block.headers if header and _is_personal(header, layout, source.layout)]
    if personal:
        entry = Finding("personal_columns", sheet, found=", ".join(personal), count=len(personal))
        journal.findings.append(entry)
    if layout.kind == "tallies":
        return {"tallies": read_tallies(block, source, competition=competition, offices=offices, journal=journal)}
    known = [item.id for item in competition.instruments[source.instrument].items]
    open_headers = ["" if header in personal else header for header in block.headers]
    found = parts(replace(block, headers=open_headers), layout, name=source.layout, known=known)
    account = sift(block, source, competition=competition, kind="survey", journal=journal)
    private = {column for column, header in enumerate(block.headers) if header in personal}
    look_over([block.sheet], journal=journal, private=private)
    dispute(account, journal=journal, private=private)
    account.cells = len({part.item for part in found})
    set_aside(block, layout, account, columns=[part.column for part in found])
    journal.accounts.append(account)
    persons = people(block, source, account, competition=competition, offices=offices, journal=journal)
    given = read_answers(block, account.accepted, found, source, competition=competition, book=book)
    answers = [_noted(one, block, account, persons, wave=source.wave, journal=journal) for one in given]
    table = pd.concat(answers, ignore_index=True) if answers else RESPONSES.empty()
    asked = (competition, competition.instruments[source.instrument])
    note_styles(sheet, account.accepted, persons, table, asked=asked, journal=journal)
    return {"respondents": persons, "responses": table}


def _noted(
    answers: Answers, block: Block, account: Account, persons: pd.DataFrame, *, wave: str, journal: Journal
) -> pd.DataFrame:
    """Give the rows of one item; name each answer that was set aside, and an item that nobody was asked."""
    sheet, rows = block.sheet, account.accepted
    if answers.not_asked:
        place = block.headers[answers.columns[0]]
        journal.findings.append(
            Finding("item_not_asked", sheet, place, f"{wave}: {answers.item}", count=len(answers.codes))
        )
    reject = answers.reject
    for place in np.flatnonzero(reject != ""):
        said = f"{wave}: {persons['respondent'].iloc[place]}, {answers.item}"
        address = block.address(rows[place], int(answers.columns[place]))
        code = answers.codes[place]
        entry = (address, said, answers.raw[code], answers.read.proposal[code])
        journal.findings.append(Finding(reject[place], sheet, *entry))
    account.reject(rows[reject != ""])
    frame = pd.concat([persons[["wave", "respondent", "office"]], answers.frame()], axis=1)
    return frame[reject == ""]
