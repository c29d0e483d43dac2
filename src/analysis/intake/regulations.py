"""The rules in force: what decides, by field, its SHA-256, and what changed since the organizer froze it."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from analysis.config import Competition, Edition
from analysis.errors import DataError
from analysis.intake.grid import Sheet
from analysis.intake.ledger import Finding, Journal

RECORD = "rules.json"
"""Name of the record beside edition.toml."""

Rule = str | float | int | bool


@dataclass(frozen=True)
class Record:
    """The rules as they stood on the day they were frozen.

    Attributes
    ----------
    frozen : date
        The day.
    sha256 : str
        SHA-256 of the rules as the record states it.
    rules : dict
        Field → what it said.
    """

    frozen: dt.date
    sha256: str
    rules: dict[str, Rule]


def rules_in_force(competition: Competition, edition: Edition) -> dict[str, Rule]:
    """Give everything that decides in an edition, field by field; words are not among it.

    Criteria with weights and scales, stages with their deadlines, categories, special awards, how marks become awards,
    what settles ties, and which texts mean no score. Fields that are not set are left out.

    Returns
    -------
    dict
        Dotted name (`decision.weights.s1`) → text, number or flag, sorted by name.
    """
    scales = {
        entry.id: edition.scale(entry.id).model_dump(mode="json", exclude={"labels"}) for entry in edition.criteria
    }
    settings = {
        "criteria": {entry.id: {"weight": entry.weight, **scales[entry.id]} for entry in edition.criteria},
        "stages": {stage.id: stage.model_dump(mode="json", exclude={"id", "label"}) for stage in edition.stages},
        "categories": sorted(category.id for category in edition.categories),
        "specials": {special.id: special.rule for special in edition.specials},
        "decision": edition.decision.model_dump(mode="json"),
        "missing": dict(competition.missing),
    }
    return dict(sorted(_flat("", settings)))


def rules_sha256(competition: Competition, edition: Edition) -> str:
    """Give the SHA-256 of the rules in force, as 64 hexadecimal digits."""
    return _sha256(rules_in_force(competition, edition))


def written(rules: Mapping[str, Rule], *, frozen: dt.date) -> str:
    """Write the record of rules frozen on a day."""
    record = {"frozen": frozen.isoformat(), "sha256": _sha256(rules), "rules": dict(rules)}
    return json.dumps(record, ensure_ascii=False, indent=1) + "\n"


def read_record(text: str, *, file: str) -> Record:
    """Read a record.

    Raises
    ------
    DataError
        It is no record.
    """
    way_out = "Restore the file, or delete it and freeze the rules again."
    try:
        entry = json.loads(text)
        record = Record(dt.date.fromisoformat(entry["frozen"]), str(entry["sha256"]), dict(entry["rules"]))
    except (ValueError, KeyError, TypeError):
        raise DataError(f"{file}: this is no record of frozen rules. {way_out}", file=file) from None
    return record


def changes(was: Mapping[str, Rule], now: Mapping[str, Rule]) -> list[tuple[str, str, str]]:
    """Give field, what it said and what it says, for every field that differs; "" where it was or is not set.

    >>> changes({"decision.value": 0.4, "decision.per": "all"}, {"decision.value": 0.5, "decision.per": "all"})
    [('decision.value', '0.4', '0.5')]
    """
    fields = sorted({*was, *now})
    return [
        (field, said(was.get(field, "")), said(now.get(field, "")))
        for field in fields
        if said(was.get(field, "")) != said(now.get(field, ""))
    ]


def said(rule: Rule) -> str:
    """Write a rule as a person writes it into the configuration.

    >>> said(10.0), said(True), said("places")
    ('10', 'true', 'places')
    """
    if isinstance(rule, bool):
        return str(rule).lower()
    return f"{rule:.12g}" if isinstance(rule, float | int) else str(rule)


def hold(competition: Competition, edition: Edition, *, raw: Path, journal: Journal) -> None:
    """Hold the rules in force against the record beside edition.toml, where there is one.

    Notes the day and SHA-256 of the record, every field that changed since, and a record that is not as it was written.
    An unreadable record is kept as an error.
    """
    path, file = raw / edition.id / RECORD, f"{edition.id}/{RECORD}"
    if not path.is_file():
        return
    content = path.read_bytes()
    try:
        record = read_record(content.decode("utf-8", errors="replace"), file=file)
    except DataError as error:
        journal.fail(file, str(error))
        return
    none, rows = np.empty((0, 0)), np.empty(0, dtype=int)
    sheet = Sheet(file, "", "utf-8", hashlib.sha256(content).hexdigest(), none, none, rows, rows)
    since = f"frozen {record.frozen.isoformat()}"
    journal.findings.append(Finding("rules_frozen", sheet, key=since, found=record.sha256))
    if _sha256(record.rules) != record.sha256:
        found = Finding("rules_record_edited", sheet, key=since, found=record.sha256, done=_sha256(record.rules))
        journal.findings.append(found)
    for field, was, now in changes(record.rules, rules_in_force(competition, edition)):
        journal.findings.append(Finding("rules_changed", sheet, field, since, was, now))


def _flat(path: str, value: Any) -> Iterator[tuple[str, Rule]]:
    if isinstance(value, dict):
        for name, entry in value.items():
            yield from _flat(f"{path}.{name}" if path else name, entry)
    elif isinstance(value, list | tuple):
        yield path, ", ".join(map(str, value))
    elif value is not None:
        yield path, float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _sha256(rules: Mapping[str, Rule]) -> str:
    text = json.dumps(rules, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
