"""What intake makes of a twin of the small competition, and whether each planted fault is found."""

import re
from dataclasses import dataclass

import pandas as pd

from analysis import disclosure, intake, measures, simulate
from analysis.config import read_competition
from analysis.errors import DataErrors

KEY = ["edition", "stage", "dossier", "juror", "criterion"]
SERIOUS = ("act", "look")
"""Severities of a finding that somebody has to look at; `info` is an account of what was done."""


@dataclass
class Reading:
    """The tables of all editions joined, or the sentences that stopped the run."""

    tables: dict[str, pd.DataFrame]
    sentences: list[str]
    competition: object


def read(folder, editions=("e01", "e02")):
    """Read a workspace, or some of its editions."""
    raw = folder / "data" / "raw"
    competition = read_competition(raw)
    sentences, parts = [], []
    try:
        registers = intake.read_registers(competition, raw)
    except DataErrors as stopped:
        return Reading({}, [str(error) for error in stopped.errors], competition)
    parts.append({"findings": registers.findings, "ledger": registers.ledger})
    for edition in (edition for edition in competition.editions if edition.id in editions):
        try:
            parts.append(intake.read_edition(competition, registers, edition.id, raw, None))
        except DataErrors as stopped:
            sentences += [str(error) for error in stopped.errors]
    names = dict.fromkeys(name for part in parts for name in part)
    tables = {name: pd.concat([part[name] for part in parts if name in part], ignore_index=True) for name in names}
    tables |= {name: getattr(registers, name) for name in ("offices", "jurors", "crosswalk")}
    return Reading(tables, sentences, competition)


def planted(folder, *, seed, kinds):
    """Plant the kinds in a workspace of their own; give the ledger with a column `hit`, and the reading."""
    twin = simulate.write_twin(folder, seed=seed, kinds=kinds)
    touched = {file.split("/")[0] for file in twin.ledger["file"]}
    reading = read(folder, touched if len(kinds) == 1 and kinds != ("other_jury",) else ("e01", "e02"))
    hits = [WAYS[simulate.KINDS[fault.kind].way](fault, reading, twin) for fault in twin.ledger.itertuples()]
    return twin.ledger.assign(hit=hits, seed=seed), reading


def groups():
    """Kinds by how they can stand side by side: all that are read, all that are found, and each other alone."""
    ways = {name: kind.way for name, kind in simulate.KINDS.items()}
    side = [tuple(name for name, way in ways.items() if way == wanted) for wanted in ("read", "found")]
    return [*side, *((name,) for name, way in ways.items() if way in ("refused", "measured"))]


def serious(reading):
    return reading.tables["findings"][reading.tables["findings"]["severity"].isin(SERIOUS)]


# ------------------------------------------------------------------------------------------------ ways


def numbers(place):
    """Every number of a place, spans written out: `lines 4, 9-11` → 4, 9, 10, 11."""
    found = set()
    for low, high in re.findall(r"(\d+)(?:-(\d+))?", place):
        found |= set(range(int(low), int(high or low) + 1))
    return found


def letters(place):
    return set(re.findall(r"\b([A-Z]{1,2})\d", place))


def is_found(fault, reading, twin):
    if not reading.tables:
        return False
    findings = reading.tables["findings"]
    near = findings[(findings["file"] == fault.file) & (findings["code"] == fault.expected_code)]
    near = near[near["sheet"] == fault.sheet]
    wanted, columns = numbers(fault.place.split(",")[0]), letters(fault.place)
    return any(wanted <= numbers(place) and columns <= letters(place) for place in near["place"])


def is_refused(fault, reading, twin):
    wanted = numbers(fault.place.split(",")[0])
    return any(
        fault.file in sentence and wanted <= numbers(sentence.replace(fault.file, "")) for sentence in reading.sentences
    )


def is_read(fault, reading, twin):
    """The scores and answers of the file's edition are what they truly are, and a finding says so where one should."""
    if reading.sentences:
        return False
    if fault.expected_code:
        findings = reading.tables["findings"]
        if not ((findings["file"] == fault.file) & (findings["code"] == fault.expected_code)).any():
            return False
    edition = fault.file.split("/")[0]
    return all(len(wrong) == 0 for wrong in differences(reading, twin, edition).values())


def differences(reading, twin, edition):
    """Rows of scores, respondents and responses of an edition that are not as the world has them."""
    plan = {
        "scores": (KEY, ["value", "missing", "office", "category"]),
        "respondents": (["wave", "respondent"], ["office", "channel", "date", "complete"]),
        "responses": (["wave", "respondent", "item"], ["value", "missing", "office"]),
    }
    wrong = {}
    for name, (key, columns) in plan.items():
        true, own = (of_edition(tables[name], edition) for tables in (twin.tables, reading.tables))
        if name == "responses":
            true, own = (frame[frame["value"].notna()] for frame in (true, own))
        both = true.merge(own, on=key, how="outer", suffixes=("_true", ""), indicator=True)
        same = both["_merge"] == "both"
        for column in columns:
            one, other = both[column], both[f"{column}_true"]
            same &= (one == other) | (one.isna() & other.isna())
        wrong[name] = both[~same]
    return wrong


def of_edition(frame, edition):
    return frame[frame["edition"] == edition]


def is_measured(fault, reading, twin):
    if reading.sentences:
        return False
    rows = MEASURED[fault.kind](fault, reading)
    return bool(len(rows)) and (rows["value"].isna() & (rows["reason"] != "")).all()


def _small_category(fault, reading):
    edition = fault.file.split("/")[0]
    rows = measures.measure("agreement", reading.tables, reading.competition, edition)
    rows = disclosure.public_results(rows, reading.competition.disclosure)
    of_category = (rows["category"] == fault.place) & (rows["stage"] == "s1")
    return rows[of_category & (rows["measure"] == "pair_difference")]


def _no_common_jurors(fault, reading):
    rows = measures.measure("trends", reading.tables, reading.competition, "")
    return rows[rows["measure"] == "score_change_same_jurors"]


MEASURED = {"two_entrants": _small_category, "other_jury": _no_common_jurors}

WAYS = {"found": is_found, "refused": is_refused, "read": is_read, "measured": is_measured}
