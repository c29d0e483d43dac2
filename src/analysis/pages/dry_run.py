"""The dry run as lines of text: every file with its account, what blocks, what needs a person, what was seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import PurePath

import pandas as pd

from analysis.config import Competition
from analysis.errors import DataError
from analysis.pages.findings import in_words
from analysis.pages.page import Page
from analysis.pages.words import Words
from analysis.schema import RESULTS

SEVERITIES = ("act", "look", "info")
PARTS = ("accepted", "quarantined", "excluded")


@dataclass(frozen=True)
class Line:
    """A line of text, how deep it stands, and its style: file, account, blocks, act, look, info, todo, or none."""

    text: str
    depth: int = 0
    style: str = ""


def dry_run(
    competition: Competition, tables: dict[str, pd.DataFrame], errors: Sequence[DataError], *, language: str
) -> list[Line]:
    """Give the lines of a dry run.

    Parameters
    ----------
    competition
        The configuration.
    tables
        Tables of `schema`, `ledger` and `findings` among them, as far as they could be made.
    errors
        What blocks, each with its file where that is known.
    language
        Of the words; the sentences of errors are English.
    """
    words = Words(language)
    ledger, findings = tables["ledger"], _told(competition, tables, words)
    wrong = by_file(errors, [*ledger["file"], *findings["file"]])
    lines: list[Line] = []
    for file in _ordered({*ledger["file"], *findings["file"], *wrong}, competition):
        account = ledger[(ledger["file"] == file) & (ledger["unit"] == "row")]
        said = _account(words, account, settled=file not in wrong)
        said += [Line(f"{words.text('clean.check.blocks')}: {error}", 1, "blocks") for error in wrong.get(file, [])]
        said += _groups(words, findings[findings["file"] == file])
        loud = any(line.style in ("blocks", "act", "look") for line in said)
        gap = [Line("")] if loud else []
        lines += [*gap, Line(file or words.text("clean.check.elsewhere"), 0, "file"), *said, *gap]
    lines = [line for line, after in pairwise([*lines, Line("")]) if line.text or after.text]
    return [*lines, *_names(words, tables["review"]), Line(""), _last(words, tables, len(errors))]


def closing(written: Sequence[str], *, language: str) -> list[Line]:
    """Give the last line: that nothing was written, or which records of rules were."""
    words = Words(language)
    if not written:
        return [Line(words.text("clean.check.untouched"))]
    return [Line(words.text("clean.check.frozen", files=", ".join(written)))]


def unread(errors: Sequence[DataError], *, language: str) -> list[Line]:
    """Give the lines of a dry run that ends with the configuration."""
    words = Words(language)
    lines = [Line(f"{words.text('clean.check.blocks')}: {error}", 0, "blocks") for error in errors]
    many = words.count("clean.plural.blocking", len(errors))
    return [*lines, Line(""), Line(words.text("clean.check.unread", blocking=many), 0, "file")]


def by_file(errors: Iterable[DataError], files: Iterable[str]) -> dict[str, list[str]]:
    """Lay errors under their files: the one an error names, or the one its sentence begins with."""
    known = sorted(set(files), key=len, reverse=True)
    found: dict[str, list[str]] = {}
    for error in errors:
        sentence = str(error)
        file = error.file or next((name for name in known if name and sentence.startswith(name)), "")
        found.setdefault(file, []).append(
            sentence.removeprefix(f"{file}: ").removeprefix(f"{file}, ") if file else sentence
        )
    return found


def _told(competition: Competition, tables: dict[str, pd.DataFrame], words: Words) -> pd.DataFrame:
    """Findings in words, edition by edition, under the whole names of their files."""
    findings, parts = tables["findings"], []
    for edition in competition.editions:
        own = ["", edition.id] if edition is competition.editions[0] else [edition.id]
        found = findings[findings["edition"].isin(own)]
        page = Page("1_clean", competition, edition, words.language, "organizer", words, RESULTS.empty(), tables)
        parts.append(in_words(page, found).assign(file=found["file"]))
    columns = [*findings.columns, "what", "todo"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def _ordered(files: Iterable[str], competition: Competition) -> list[str]:
    """Registers first, then edition by edition, files outside the workspace last."""
    place = {edition.id: number for number, edition in enumerate(competition.editions)}
    first = {file: PurePath(file).parts[0] if "/" in file else "" for file in files}
    return sorted(files, key=lambda file: (place.get(first[file], -1 if not first[file] else len(place)), file))


def _names(words: Words, review: pd.DataFrame) -> list[Line]:
    """Names of offices that a person has to settle, each with what it may mean."""
    if review.empty:
        return []
    lines = [Line(""), Line(words.text("clean.suggestions.caption"), 0, "file")]
    for written, same in review.groupby("written", sort=False):
        known = same[same["suggested"] != ""]
        near = [f"{row.name} ({row.suggested}, {words.number(row.score)})" for row in known.itertuples(index=False)]
        lines.append(Line(f"{written} → {'; '.join(near) or '?'}", 1))
    return [*lines, Line(f"→ {words.text('clean.suggestions.todo')}", 1, "todo")]


def _account(words: Words, ledger: pd.DataFrame, *, settled: bool) -> list[Line]:
    if ledger.empty:
        return []
    read = words.count("clean.plural.read_row", int(ledger["read"].sum()))
    if not settled:
        return [Line(words.text("clean.check.unsettled", read=read), 1, "account")]
    parts = {part: words.number(int(ledger[part].sum())) for part in PARTS}
    return [Line(words.text("clean.check.account", read=read, **parts), 1, "account")]


def _groups(words: Words, findings: pd.DataFrame) -> Iterator[Line]:
    """Findings of one file, those of one kind together: what it is, where and what was found, what to do."""
    for severity in SEVERITIES:
        of = findings[findings["severity"] == severity]
        for _, same in of.groupby("code", sort=False):
            head = f"{words.text(f'clean.severity.{severity}')}: {same['what'].iloc[0]}"
            many = words.number(int(same["count"].sum()))
            yield Line(words.text("clean.check.said", head=head, n=many), 1, severity)
            if severity != "info":
                yield from (Line(_place(words, row), 3) for row in same.itertuples())
                yield Line(f"→ {same['todo'].iloc[0]}", 2, "todo")


def _place(words: Words, row) -> str:
    found = words.text("clean.check.quoted", found=row.found) if row.found else ""
    done = words.text("clean.check.became", done=row.done) if row.done else ""
    return " · ".join(filter(None, (row.sheet, row.place, row.key, f"{found} {done}".strip()))) or row.file


def _last(words: Words, tables: dict[str, pd.DataFrame], blocking: int) -> Line:
    ledger, found = tables["ledger"], tables["findings"]["severity"].value_counts()
    waiting = int(found.get("act", 0))
    blanks = {
        "files": words.count("file", ledger["file"].nunique()),
        "rows": words.count("clean.plural.read_row", int(ledger.loc[ledger["unit"] == "row", "read"].sum())),
        "blocking": words.count("clean.plural.blocking", blocking) if blocking else words.text("clean.check.clear"),
        "waiting": words.count("clean.plural.to_decide", waiting) if waiting else words.text("clean.check.settled"),
        "look": words.count("clean.plural.to_see", int(found.get("look", 0))),
        "info": words.count("clean.plural.noted", int(found.get("info", 0))),
    }
    return Line(words.text("clean.check.last", **blanks), 0, "file")
