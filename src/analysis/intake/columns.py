"""Columns of a sheet with a row a dossier: which hold scores, of whom and on what; which hold totals and comments."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from analysis.errors import DataError
from analysis.intake.grid import Block, anchor, hint, key, letters, regex
from analysis.intake.ledger import Finding
from analysis.intake.readings import Context
from analysis.intake.totals import Maximum, maximum_of, without_maximum


@dataclass(frozen=True, eq=False)
class Columns:
    """What the columns of a sheet are.

    Attributes
    ----------
    scores : dict
        Index of a column of scores → what it says about its cells (`juror`, `criterion`).
    totals : dict
        Index of a column of totals → its kind and the columns it is about.
    remarks : dict
        Index of a column of comments → the criterion they are about, or empty.
    maxima : list
        Maximum points that the header states.
    """

    scores: dict[int, dict[str, str]]
    totals: dict[int, tuple[str, tuple[int, ...]]] = field(default_factory=dict)
    remarks: dict[int, str] = field(default_factory=dict)
    maxima: list[Maximum] = field(default_factory=list)


def named_columns(context: Context) -> list[str]:
    """Give the columns that the header must hold."""
    layout, source = context.layout, context.source
    dossier = layout.dossier if isinstance(layout.dossier, tuple) else ()
    names = [*dossier, *layout.office, *layout.session, *source.where, *(rule.column for rule in layout.exclude)]
    names += [layout.office_name, layout.category, layout.stage, layout.criterion, layout.score]
    names += [layout.scored_at, layout.status, layout.maximum]
    names += list(layout.comment) if isinstance(layout.comment, dict) else [layout.comment]
    if isinstance(layout.juror, str):
        names.append(layout.juror)
    if isinstance(layout.jurors, dict) and layout.kind == "jurors_in_columns":
        names += layout.jurors
    return list(dict.fromkeys(name for name in names if name))


def columns_of(block: Block, context: Context) -> Columns:
    """Tell what each column of a block is.

    Raises
    ------
    DataError
        A column of scores is not found, or a criterion of the edition has none.
    """
    layout = context.layout
    if layout.kind == "long":
        if not isinstance(layout.score, str):
            raise DataError(f"{context.setting}: `score` must name a column. Add it.")
        scores = {block.position(layout.score): {}}
        return Columns(scores, remarks=_remarks(block, context))
    if layout.kind == "matrix":
        scores = _criteria(block, context)
    elif layout.kind == "groups":
        scores = _groups(block, context)
    else:
        scores = _jurors(block, context)
    if not scores:
        raise DataError(f"{block.sheet.where}: no column of scores is found. Correct {context.setting}.")
    return Columns(scores, _totals(block, context, scores), _remarks(block, context), _maxima(block, scores))


def _criterion(texts: list[str], context: Context) -> tuple[str | None, int]:
    """The criterion that the texts over a column name, the whole before its parts, and which text says it."""
    found = context.criterion(" / ".join(dict.fromkeys(filter(None, texts))))
    if found:
        return found, len(texts) - 1
    for place in range(len(texts) - 1, -1, -1):
        if found := context.criterion(texts[place]):
            return found, place
    return None, -1


def _others(block: Block, context: Context) -> set[int]:
    """Columns that the layout names for something else."""
    return {block.position(name) for name in named_columns(context)}


def _criteria(block: Block, context: Context) -> dict[int, dict[str, str]]:
    others = _others(block, context)
    found: dict[int, dict[str, str]] = {}
    for column, texts in enumerate(block.titles):
        if column in others or not (any(texts) or _full(block, column)):
            continue
        criterion, _ = _criterion(texts, context)
        if criterion:
            found[column] = {"criterion": criterion}
        else:
            strange(block, column, context)
    _none_absent(block, context, {entry["criterion"] for entry in found.values()})
    return found


def _full(block: Block, column: int) -> bool:
    """Tell whether a column holds anything below the header."""
    return bool((block.sheet.cells[block.rows, column] != "").any())


def strange(block: Block, column: int, context: Context) -> None:
    """Note a column that nothing explains."""
    header = block.headers[column]
    if any(text and (context.ignores(text) or context.total(text)) for text in (header, *block.titles[column])):
        return
    place = f"{letters(column)}{block.sheet.lines[block.header]}" if block.sheet.sheet else header
    near_names = [*context.layout.criteria, *context.names.known()]
    done = hint(header, near_names).removeprefix("; did you mean ").rstrip("?").strip("'")
    context.journal.findings.append(Finding("unknown_column", block.sheet, place, found=header, done=done))


def expected(context: Context) -> dict[str, str]:
    """Give what a sheet with all criteria must hold: how it is written → criterion."""
    ids = context.names.ids.values()
    named = context.layout.criteria or {name: name for name in ids}
    return {text: name for text, name in named.items() if name in ids}


def _none_absent(block: Block, context: Context, found: set[str]) -> None:
    """A criterion of the edition that the sheet should hold and does not is no silent gap."""
    lacking = [header for header, name in expected(context).items() if name not in found]
    if not lacking:
        return
    sheet, quoted = block.sheet, ", ".join(map(repr, lacking))
    raise DataError(
        f"{sheet.where}, {sheet.row_word} {sheet.lines[block.header]}: no column for {quoted}"
        f"{hint(lacking[0], [text for text in block.headers if text]) or '.'} "
        f"Correct the header, or `criteria` in {context.setting}."
    )


def juror_reader(context: Context):
    """Give the function that reads a juror from a header: by a pattern with one group, or one by one.

    Raises
    ------
    DataError
        The pattern has no group, or none is given.
    """
    said, place = context.layout.jurors, f"{context.setting} jurors"
    if isinstance(said, dict):
        listed = {key(header): juror for header, juror in said.items()}
        return lambda text: listed.get(key(text), "")
    if said is None:
        raise DataError(f"{context.setting}: `jurors` must say which columns are whose. Add it.")
    pattern = regex(said, place)
    if pattern.groups != 1:
        raise DataError(f"{place}: {said!r} needs one group, the part that names the juror. Add it.")

    def read(text: str) -> str:
        flat = " ".join(text.split())
        match = pattern.fullmatch(flat)
        return match[1] if match and not context.ignores(flat) and not context.total(flat) else ""

    return read


def _jurors(block: Block, context: Context) -> dict[int, dict[str, str]]:
    layout = context.layout
    if isinstance(layout.jurors, dict):
        return {block.position(header): {"juror": juror} for header, juror in layout.jurors.items()}
    read, others = juror_reader(context), _others(block, context)
    found = {column: {"juror": read(text)} for column, text in enumerate(block.headers) if read(text)}
    if not found:
        setting = f"{context.setting} jurors"
        raise DataError(f"{block.sheet.where}: no column fits {layout.jurors!r}. Correct `jurors` in {setting}.")
    return {column: entry for column, entry in found.items() if column not in others}


def _groups(block: Block, context: Context) -> dict[int, dict[str, str]]:
    read, others = juror_reader(context), _others(block, context)
    found: dict[int, dict[str, str]] = {}
    for column, texts in enumerate(block.titles):
        if column in others or not (any(texts) or _full(block, column)):
            continue
        criterion, place = _criterion(texts, context)
        if not criterion:
            strange(block, column, context)
            continue
        juror = next((read(text) for at, text in enumerate(texts) if at != place and text and read(text)), "")
        if not juror:
            where = f"{block.sheet.where}, {letters(column)}{block.sheet.lines[block.header]}"
            said = f"no juror stands over {block.headers[column]!r}. Write the name there, or correct `jurors` in"
            raise DataError(f"{where}: {said} {context.setting}.")
        found[column] = {"juror": juror, "criterion": criterion}
    for juror in dict.fromkeys(entry["juror"] for entry in found.values()):
        _none_absent(block, context, {entry["criterion"] for entry in found.values() if entry["juror"] == juror})
    return found


def _totals(
    block: Block, context: Context, scores: dict[int, dict[str, str]]
) -> dict[int, tuple[str, tuple[int, ...]]]:
    """Columns of totals: of the juror who stands over them, or of all."""
    others = _others(block, context) | set(scores)
    found = {}
    for column, texts in enumerate(block.titles):
        kind = next((kind for text in reversed(texts) if text and (kind := context.total(text))), "")
        if not kind or column in others:
            continue
        about = tuple(scores)
        if context.layout.kind == "groups":
            read = juror_reader(context)
            own = {juror for text in texts if text and (juror := read(text))}
            about = tuple(c for c, entry in scores.items() if entry["juror"] in own) or about
        found[column] = (kind, about)
    return found


def _remarks(block: Block, context: Context) -> dict[int, str]:
    said = context.layout.comment
    entries: Iterable[tuple[str, str]] = said.items() if isinstance(said, dict) else [(said, "")] if said else []
    return {block.position(header): criterion for header, criterion in entries}


def _maxima(block: Block, scores: dict[int, dict[str, str]]) -> list[Maximum]:
    sheet, found = block.sheet, []
    for column, entry in scores.items():
        titles = block.titles[column]
        for place, text in enumerate(titles):
            points = without_maximum(text)[1]
            points = maximum_of(text) if points is None and len(titles) > 1 else points
            if points is not None and entry.get("criterion"):
                row = block.header - len(titles) + 1 + place
                cell = sheet.address(row, column, block.headers[column])
                found.append(Maximum(cell, (entry["criterion"],), points))
    return found


def label_fits(label: str, text: str, *, setting: str) -> bool:
    """Tell whether a cell is the label a layout names, alone or before its text."""
    name = text.partition(":")[0].strip()
    fits = anchor(label if label.startswith("/") else label.rstrip().removesuffix(":").rstrip(), setting)
    return fits(text) or fits(name)
