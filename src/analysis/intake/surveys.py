"""Survey files → respondents and answers. Columns with personal data are dropped at this door."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.config import Competition, Edition, SurveyLayout, SurveySource
from analysis.errors import DataError
from analysis.intake import files
from analysis.intake.cells import COMMON, fold, read_column, vocabulary
from analysis.intake.grid import Block, find_block, hint, key, regex
from analysis.intake.identity import Names, named
from analysis.intake.ledger import Account, Finding, Journal
from analysis.intake.sheets import filled, sift
from analysis.intake.styles import note_styles
from analysis.schema import RESPONDENTS, RESPONSES, check, conform

ALWAYS_PERSONAL = ("token", "ipaddr", "refurl", "email", "firstname", "lastname")
"""Columns of a LimeSurvey export that are personal whatever the layout says."""

NO_DATE = "1980-01-01"
"""What LimeSurvey writes as the date where a survey keeps none."""

NO_SURVEY_WORDS = {"recused": "", "abstained": "", "not_scored": "missing"}
"""Texts for a missing score that mean nothing, or less, in a survey."""


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
        Tables `respondents` and `responses`.
    """
    raw, data = folders
    people, answers = [RESPONDENTS.empty()], [RESPONSES.empty()]
    for source in edition.surveys:
        try:
            for path, file in files.find(source.file, edition=edition, raw=raw, data=data):
                for sheet in filled(files.sheets(path, file=file), file=file):
                    block = _block(sheet, source, competition)
                    two = _read(block, source, competition=competition, offices=offices, journal=journal)
                    people.append(two[0].assign(edition=edition.id))
                    answers.append(two[1].assign(edition=edition.id))
        except DataError as error:
            journal.fail(source.file, str(error))
    respondents = conform(pd.concat(people, ignore_index=True), RESPONDENTS)
    for (wave, who), _ in respondents[respondents.duplicated(["wave", "respondent"])].groupby(["wave", "respondent"]):
        journal.fail(wave, f"{edition.id}: respondent {who!r} of wave {wave!r} stands in two files. Keep one of them.")
    journal.raise_errors()
    responses = conform(pd.concat(answers, ignore_index=True), RESPONSES)
    return {"respondents": check(respondents, RESPONDENTS), "responses": check(responses, RESPONSES)}


def _block(sheet, source: SurveySource, competition: Competition) -> Block:
    """Find the header, and refuse a layout that names what does not exist or reads what is personal."""
    layout = competition.layouts[source.layout]
    items = [item.id for item in competition.instruments[source.instrument].items]
    for header, item in layout.items.items():
        if item not in items:
            near = hint(item, items) or f"; there are {', '.join(items)}."
            raise DataError(
                f"layouts.toml [{source.layout}] items: {header!r} is item {item!r}, which the instrument "
                f"{source.instrument!r} does not have{near} Correct it."
            )
    named_columns = [layout.respondent, layout.office, layout.channel, layout.date, *layout.items, *source.where]
    named_columns += [rule.column for rule in layout.exclude]
    if layout.kind == "limesurvey":
        named_columns += ["submitdate", _respondent(layout)]
    named_columns = list(dict.fromkeys(name for name in named_columns if name))
    for name in named_columns:
        if _is_personal(name, layout, source.layout):
            raise DataError(f"layouts.toml [{source.layout}]: {name!r} is read and also personal. Choose one.")
    return find_block(sheet, named_columns, layout=source.layout)


def _respondent(layout: SurveyLayout) -> str | None:
    return layout.respondent or ("id" if layout.kind == "limesurvey" else None)


def _is_personal(header: str, layout: SurveyLayout, name: str) -> bool:
    flat = " ".join(header.split())
    if layout.kind == "limesurvey" and key(flat) in ALWAYS_PERSONAL:
        return True
    return any(regex(pattern, f"layouts.toml [{name}] personal").fullmatch(flat) for pattern in layout.personal)


def _read(
    block: Block, source: SurveySource, *, competition: Competition, offices: Names, journal: Journal
) -> tuple[pd.DataFrame, pd.DataFrame]:
    layout, sheet = competition.layouts[source.layout], block.sheet
    personal = [header for header in block.headers if header and _is_personal(header, layout, source.layout)]
    if personal:
        entry = Finding("personal_columns", sheet, found=", ".join(personal), count=len(personal))
        journal.findings.append(entry)
    account = sift(block, source, competition=competition, kind="survey", journal=journal)
    account.cells = len(layout.items)
    if layout.kind == "limesurvey" and layout.partials == "exclude":
        account.set_aside(block.column("submitdate") == "", state="excluded", rule="partial")
    who = _respondent(layout)
    if who:
        account.set_aside(block.column(who) == "", state="quarantined", rule="no_respondent")
        names = pd.Series(block.column(who)[account.state == "accepted"])
        doubled = np.isin(block.column(who), names[names.duplicated()].to_numpy(dtype=object))
        account.set_aside(doubled, state="quarantined", rule="doubled_respondent")
    journal.accounts.append(account)
    people = _people(block, source, account, competition=competition, offices=offices, journal=journal)
    answers = _answers(block, source, account, people, competition=competition, journal=journal)
    asked = (competition, competition.instruments[source.instrument])
    note_styles(sheet, account.accepted, people, answers, asked=asked, journal=journal)
    return people, answers


def _people(
    block: Block, source: SurveySource, account: Account, *, competition: Competition, offices: Names, journal: Journal
) -> pd.DataFrame:
    layout, rows = competition.layouts[source.layout], account.accepted
    who, blank = _respondent(layout), np.full(len(rows), "", dtype=object)
    dates = block.column(layout.date, rows) if layout.date else blank
    complete, duration = np.full(len(rows), True), np.full(len(rows), np.nan)
    if layout.kind == "limesurvey":
        complete = block.column("submitdate", rows) != ""
        dates = _first_date(block, rows, dates)
        duration = _duration(block, rows)
    people = {
        "wave": source.wave,
        "respondent": block.column(who, rows) if who else block.sheet.lines[rows].astype(str),
        "office": _offices(block, source, account, layout=layout, offices=offices, journal=journal),
        "channel": _channels(block.column(layout.channel, rows), competition) if layout.channel else blank,
        "date": [iso(text) for text in dates],
        "duration_s": duration,
        "complete": complete,
    }
    return pd.DataFrame(people, index=range(len(rows)))


def _offices(
    block: Block, source: SurveySource, account: Account, *, layout: SurveyLayout, offices: Names, journal: Journal
) -> np.ndarray:
    """Ids of the offices; a text that means none leaves the answer without an office, and is named.

    Where an edition knows no offices at all, they are what the survey calls them.
    """
    rows = account.accepted
    texts = block.column(layout.office, rows) if layout.office else np.full(len(rows), "", dtype=object)
    if not offices.ids:
        return texts
    ids = offices.resolve(texts)
    for text in sorted(text for text, identifier in ids.items() if identifier is None and text):
        where = rows[texts == text]
        done = hint(text, offices.known()).removeprefix("; did you mean ").rstrip("?").strip("'")
        one = len(where) == 1
        place = block.address(where[0], block.position(layout.office)) if one else block.sheet.place(where.tolist())
        entry = Finding("unknown_office", block.sheet, place, f"{source.wave}: {text}", text, done, len(where))
        journal.findings.append(entry)
    return np.array([ids[text] or "" for text in texts], dtype=object)


def _channels(texts: np.ndarray, competition: Competition) -> list[str]:
    names = named("channel", "competition.toml", {name: text.values() for name, text in competition.channels.items()})
    ids = names.resolve(texts)
    return [ids[text] or text for text in texts]


def _optional(block: Block, name: str, rows: np.ndarray) -> np.ndarray:
    if key(name) in {key(header) for header in block.headers}:
        return block.column(name, rows)
    return np.full(len(rows), "", dtype=object)


def _first_date(block: Block, rows: np.ndarray, dates: np.ndarray) -> list[str]:
    """The date the layout names; where it says nothing, or 1980, the next of LimeSurvey's own dates that is one."""
    columns = [dates, *(_optional(block, name, rows) for name in ("submitdate", "datestamp", "startdate"))]
    choices = zip(*columns, strict=True)
    return [next((text for text in texts if text and not text.startswith(NO_DATE)), "") for texts in choices]


def _duration(block: Block, rows: np.ndarray) -> np.ndarray:
    """Seconds: LimeSurvey's own timing, else from the start to the last page; NaN where neither is known."""
    own = read_column(_optional(block, "interviewtime", rows), missing=COMMON).value
    ends = [_seconds(_optional(block, name, rows)) for name in ("startdate", "submitdate")]
    spent = ends[1] - ends[0]
    return np.where(np.isnan(own), np.where(spent >= 0, spent, np.nan), own)


def _seconds(texts: np.ndarray) -> np.ndarray:
    known = [text if text and not text.startswith(NO_DATE) else None for text in texts]
    times = pd.to_datetime(pd.Series(known, dtype="object"), errors="coerce", format="%Y-%m-%d %H:%M:%S")
    return (times - pd.Timestamp(0)).dt.total_seconds().to_numpy(float)


def iso(text: str) -> str:
    """Give a date as ISO: `2025-09-12`; empty where the text is no date that can be read in one way.

    >>> iso("2025-09-12 10:31:00"), iso("12.09.2025"), iso("jutro")
    ('2025-09-12', '2025-09-12', '')
    """
    if found := re.match(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?![0-9])", text):
        return "-".join(found.groups())
    if found := re.match(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})(?![0-9])", text):
        return f"{found[3]}-{int(found[2]):02d}-{int(found[1]):02d}"
    return ""


def _answers(
    block: Block,
    source: SurveySource,
    account: Account,
    people: pd.DataFrame,
    *,
    competition: Competition,
    journal: Journal,
) -> pd.DataFrame:
    layout, rows, sheet = competition.layouts[source.layout], account.accepted, block.sheet
    words = vocabulary(competition.missing, instead=NO_SURVEY_WORDS)
    if layout.kind == "limesurvey":
        words["n/a"] = "not_shown"
    given = {fold(code): number for code, number in layout.answers.items()}
    parts = []
    for header, item in layout.items.items():
        column = block.position(header)
        raw = sheet.cells[rows, column]
        texts = _coded(raw, given) if given else raw
        read = read_column(texts, kinds=sheet.kinds[rows, column], missing=words)
        reject = _off_scale(read.value, read.reject, competition.item_scale(source.instrument, item))
        missing = read.missing
        if len(raw) and not (raw != "").any():
            missing = np.full(len(raw), "not_shown", dtype=object)
            journal.findings.append(Finding("item_not_asked", sheet, header, f"{source.wave}: {item}", count=len(raw)))
        for place in np.flatnonzero(reject != ""):
            said = f"{source.wave}: {people['respondent'].iloc[place]}, {item}"
            address = block.address(rows[place], column)
            journal.findings.append(Finding(reject[place], sheet, address, said, raw[place], read.proposal[place]))
        account.reject(rows[reject != ""])
        frame = people[["wave", "respondent", "office"]].assign(
            item=item, value_raw=raw, value=read.value, missing=missing
        )
        parts.append(frame[reject == ""])
    return pd.concat(parts, ignore_index=True) if parts else RESPONSES.empty()


def _coded(raw: np.ndarray, given: Mapping[str, str]) -> np.ndarray:
    """Put the number of an answer in the place of its code or text."""
    meant = {text: given.get(fold(text), text) for text in set(raw)}
    return np.array([meant[text] for text in raw], dtype=object)


def _off_scale(value: np.ndarray, reject: np.ndarray, scale) -> np.ndarray:
    wrong = {number for number in np.unique(value[~np.isnan(value)]) if not scale.allows(number)}
    return np.where(np.isin(value, list(wrong)) & (reject == ""), "off_scale_answer", reject)
