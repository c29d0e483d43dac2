"""Cards: a sheet a dossier, criteria in rows; of one juror, or of all of them side by side (a collective sheet)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from analysis.config import JurorPlace
from analysis.errors import DataError
from analysis.intake.cells import Number, fold, parse
from analysis.intake.columns import expected, juror_reader, label_fits, strange
from analysis.intake.grid import Block, Sheet, find_block, hint, key, regex
from analysis.intake.ledger import Account, Finding
from analysis.intake.readings import REMARKS, Context, Reading, juror_of, only, part, sift, signs
from analysis.intake.totals import Maximum, Stated, maximum_of, without_maximum

_BELOW = re.compile(r"(?:[a-z][.)]|[0-9]{1,2}\.[0-9]{1,2}\.?|[-–•])(?:\s.*)?", re.DOTALL)
_REMARK = re.compile(r"(?:uwagi|komentarz|uzasadnienie|opinia|comments?|remarks?)\b.*")
_NUMBER = re.compile(r"[0-9]{1,2}[.)]?")


@dataclass(eq=False)
class _Table:
    """The table of a card as it is gone through, row by row.

    `rules`: row → why it is no judgement; `criteria`: row → criterion (or the text that names none); `totals`: row →
    kind; `parts`: row of a criterion → the rows of its parts; `parent`: any row → the criterion row above it.
    """

    block: Block
    context: Context
    scores: dict[int, dict[str, str]]
    rules: dict[int, str] = field(default_factory=dict)
    criteria: dict[int, str] = field(default_factory=dict)
    totals: dict[int, str] = field(default_factory=dict)
    parts: dict[int, list[int]] = field(default_factory=dict)
    parent: dict[int, int] = field(default_factory=dict)

    def raws(self, row: int) -> list[str]:
        """What stands in the columns of scores."""
        return [str(self.block.sheet.cells[row, column]) for column in self.scores]

    def name(self, row: int) -> str:
        """What stands in the column of criteria."""
        return str(self.block.sheet.cells[row, self.block.position(self.context.layout.criterion or "")])


def read_card(sheet: Sheet, context: Context) -> Reading:
    """Read a card or a collective sheet.

    Raises
    ------
    DataError
        The header, a label, a juror or a criterion is not found.
    """
    layout, where = context.layout, context.source.layout
    if not layout.criterion or (layout.kind == "card" and not layout.score):
        lacking = "score" if layout.criterion else "criterion"
        raise DataError(f"{context.setting}: `{lacking}` must name a column. Add it.")
    comment = layout.comment if isinstance(layout.comment, str) else None
    named = [layout.criterion, layout.score, layout.maximum, comment, *context.source.where]
    named += [rule.column for rule in layout.exclude]
    block = find_block(sheet, list(dict.fromkeys(name for name in named if name)), layout=where)
    account = sift(block, context.source, competition=context.competition, kind="scores", journal=context.journal)
    table = _Table(block, context, _scores(block, context))
    for row in account.accepted.tolist():
        _classify(table, row)
    _none_absent(table)
    account.cells = len(table.scores)
    for rule in dict.fromkeys(table.rules.values()):
        met = [row for row, said in table.rules.items() if said == rule]
        account.set_aside(np.isin(block.rows, met), state="excluded", rule=rule)
    _parts_add_up(table)
    return _reading(table, account)


def _reading(table: _Table, account: Account) -> Reading:
    block, context = table.block, table.context
    base = _base(block.sheet, context)
    rows = account.accepted
    own = base | {
        "row": rows,
        "criterion": np.array([table.criteria[row] for row in rows.tolist()] or [], dtype=object),
    }
    parts = [part(block, own, rows, column, said) for column, said in table.scores.items()]
    return Reading(
        context.source,
        block.sheet,
        pd.concat(parts, ignore_index=True),
        account,
        kind=context.layout.kind,
        stated=tuple(_stated(table)),
        maxima=tuple(_maxima(table)),
        remarks=_remarks(table, base),
    )


def _base(sheet: Sheet, context: Context) -> dict:
    """What the block of labels says: the dossier and what goes with it."""
    layout, where = context.layout, context.source.layout

    def said(names: tuple[str, ...], name: str) -> str:
        return "-".join(juror_of(sheet, JurorPlace(label=label), layout=where, field=name) for label in names)

    place = layout.dossier
    base = {
        "dossier": juror_of(sheet, place, layout=where, field="dossier")
        if isinstance(place, JurorPlace)
        else said(place, "dossier"),
        "office": said(layout.office, "office"),
        "session": said(layout.session, "session"),
        "stage": context.source.stage or only(context.edition.stages),
    }
    for name in ("office_name", "category", "stage", "scored_at"):
        label = getattr(layout, name)
        if label:
            base[name] = said((label,), name)
    return base


def _scores(block: Block, context: Context) -> dict[int, dict[str, str]]:
    layout, sheet = context.layout, block.sheet
    if layout.kind == "card":
        place = JurorPlace(label=layout.juror) if isinstance(layout.juror, str) else layout.juror
        if place is None:
            raise DataError(f"{context.setting}: `juror` must say where the sheet names its juror. Add it.")
        return {block.position(layout.score): {"juror": juror_of(sheet, place, layout=context.source.layout)}}
    read = juror_reader(context)
    others = {block.position(name) for name in (layout.criterion, layout.maximum, layout.comment) if name}
    found, members = {}, _members(block, context)
    for column, header in enumerate(block.headers):
        if not header or column in others:
            continue
        juror = read(header)
        if members is not None and juror:
            juror = members.get(key(juror), "")
            if not juror:
                _nobody(block, column, context)
                continue
        if juror:
            found[column] = {"juror": juror}
        elif column > block.position(layout.criterion or ""):
            strange(block, column, context)
    if not found:
        raise DataError(f"{sheet.where}: no column of a juror is found. Correct `jurors` in {context.setting}.")
    return found


def _members(block: Block, context: Context) -> dict[str, str] | None:
    """Who the numbers in the header mean, by the cells above it; None where the header has the names themselves."""
    pattern, sheet = context.layout.members, block.sheet
    if not pattern:
        return None
    search = regex(pattern, f"{context.setting} members")
    if search.groups not in (1, 2):
        raise DataError(f"{context.setting} members: {pattern!r} needs a group for the number (and one for the name).")
    found = {}
    for row, column in np.argwhere(sheet.cells[: block.header] != ""):
        match = search.fullmatch(" ".join(str(sheet.cells[row, column]).split()))
        if not match:
            continue
        right = next((str(text) for text in sheet.cells[row, column + 1 :] if text), "")
        name = match[2] if search.groups == 2 else right
        if name and not search.fullmatch(name):
            found[key(match[1])] = name
    return found


def _nobody(block: Block, column: int, context: Context) -> None:
    """A column that no juror is named for must be empty."""
    if (block.sheet.cells[block.rows, column] != "").any():
        header = block.headers[column]
        raise DataError(
            f"{block.sheet.where}: nobody is named for the column {header!r}, which holds marks. Name the juror above "
            f"the table, or correct `members` in {context.setting}."
        )


def _classify(table: _Table, row: int) -> None:
    """Tell a judgement from everything else that stands in and below the table."""
    context, name = table.context, table.name(row)
    sheet, above = table.block.sheet, max(table.criteria, default=-1)
    lead = [str(text) for text in sheet.cells[row, : table.block.position(context.layout.criterion or "") + 1] if text]
    criterion = context.criterion(name) if name else None
    if criterion:
        table.criteria[row] = criterion
        return
    kind = next((kind for text in lead if (kind := context.total(text))), "")
    if kind:
        table.rules[row], table.totals[row] = "total_row", kind
    elif any(map(signs, _texts(sheet, row))):
        table.rules[row] = "signature_row"
    elif any(_BELOW.fullmatch(text.casefold()) for text in lead) and _is_part(table, row, above):
        table.rules[row], table.parent[row] = "sub_criterion", above
        table.parts.setdefault(above, []).append(row)
    elif context.ignores(name) or _says_label(table, row) or not _judges(table, row, lead):
        table.rules[row] = "text_row"
    else:
        table.criteria[row] = name or (lead[0] if lead else "")


def _texts(sheet: Sheet, row: int) -> list[str]:
    return [str(text) for text in sheet.cells[row] if text]


def _is_part(table: _Table, row: int, above: int) -> bool:
    """A row below a criterion is a part of it where it has no points of its own, or the criterion has the points."""
    return above >= 0 and (not any(table.raws(row)) or any(table.raws(above)))


def _says_label(table: _Table, row: int) -> bool:
    layout, setting = table.context.layout, table.context.setting
    labels = [*(layout.dossier if isinstance(layout.dossier, tuple) else ()), *layout.office, *layout.session]
    labels += [layout.office_name, layout.category, layout.stage, layout.scored_at]
    labels.append(layout.juror.label if isinstance(layout.juror, JurorPlace) else layout.juror)
    first = next(iter(_texts(table.block.sheet, row)), "")
    return bool(_REMARK.fullmatch(fold(first))) or any(
        label_fits(label, first, setting=setting) for label in labels if label
    )


def _judges(table: _Table, row: int, lead: list[str]) -> bool:
    """Tell whether a row looks like a judgement: points, maximum points, or (where no form has these) a number."""
    layout = table.context.layout
    if any(table.raws(row)):
        return True
    if layout.maximum:
        return bool(table.block.column(layout.maximum, np.array([row]))[0])
    return len(lead) > 1 and _NUMBER.fullmatch(fold(lead[0])) is not None


def _none_absent(table: _Table) -> None:
    found, sheet = set(table.criteria.values()), table.block.sheet
    lacking = [text for text, name in expected(table.context).items() if name not in found]
    if lacking:
        quoted = ", ".join(map(repr, lacking))
        near = hint(lacking[0], [*filter(None, table.criteria.values()), *map(table.name, table.rules)]) or "."
        raise DataError(
            f"{sheet.where}: no row for {quoted}{near} Correct the sheet, or `criteria` in {table.context.setting}."
        )


def _parts_add_up(table: _Table) -> None:
    """The points of the parts of a criterion must give the points of the criterion (their sum or their mean)."""
    cells = table.block.sheet.cells
    for row, parts in table.parts.items():
        for column in table.scores:
            whole = parse(str(cells[row, column]))
            read = [parse(str(cells[part, column])) for part in parts]
            values = [cell.value for cell in read if isinstance(cell, Number)]
            if not isinstance(whole, Number) or len(values) < len(read):
                continue
            total = sum(values)
            if all(abs(whole.value - way) > 0.005 + 1e-9 for way in (total, total / len(values))):
                place, found = table.block.address(row, column), str(cells[row, column])
                entry = Finding("total_differs", table.block.sheet, place, table.criteria[row], found, f"{total:g}")
                table.context.journal.findings.append(entry)


def _stated(table: _Table) -> Iterable[Stated]:
    """Totals below criteria, and the columns of means and sums beside the jurors."""
    block, context = table.block, table.context
    beside = {
        column: kind
        for column, header in enumerate(block.headers)
        if column not in table.scores and header and (kind := context.total(header)) in ("sum", "mean")
    }
    columns, last = tuple(table.scores), -1
    for row in sorted([*table.criteria, *table.totals]):
        down = table.totals.get(row, "")
        so_far = tuple(one for one in table.criteria if one < row)
        since = tuple(one for one in so_far if one > last)
        rows = ((so_far, since) if row == max(table.totals) else (since, so_far)) if down else ((row,),)
        label = table.name(row) or next(iter(_texts(block.sheet, row)), "")
        for column, across in beside.items():
            yield Stated(row, column, block.address(row, column), label, columns, rows, across=across, down=down)
        if down in ("sum", "mean"):
            for column in columns:
                yield Stated(row, column, block.address(row, column), label, (column,), rows, down=down)
        last = row if down else last


def _maxima(table: _Table) -> Iterable[Maximum]:
    """Maximum points in their column or behind a name, of a criterion or of a total."""
    block, layout, last = table.block, table.context.layout, -1
    known = set(table.context.names.ids.values())
    for row in sorted([*table.criteria, *table.totals]):
        text = str(block.column(layout.maximum, np.array([row]))[0]) if layout.maximum else ""
        points, place = maximum_of(text), layout.maximum
        if points is None:
            points, place = without_maximum(table.name(row))[1], layout.criterion
        so_far = [one for one in table.criteria if one < row]
        since = [one for one in so_far if one > last]
        about = [row] if row in table.criteria else so_far
        instead = [] if row in table.criteria else since
        last = row if row in table.totals else last
        criteria, others = (tuple(table.criteria[one] for one in rows) for rows in (about, instead))
        if points is not None and criteria and set(criteria) <= known:
            yield Maximum(block.address(row, block.position(place or "")), criteria, points, others)


def _remarks(table: _Table, base: dict) -> pd.DataFrame:
    """What jurors wrote in the column of comments, and beside or below a label such as `Uwagi:`."""
    block, comment = table.block, table.context.layout.comment
    juror = next(iter(table.scores.values()))["juror"] if table.context.layout.kind == "card" else ""
    rows = []
    for row in block.rows.tolist():
        about = table.criteria.get(table.parent.get(row, row), "")
        text, column = "", 0
        if isinstance(comment, str):
            column = block.position(comment)
            text = str(block.sheet.cells[row, column])
        if not text and table.rules.get(row) == "text_row":
            text, column = _labelled(block.sheet, row)
        if text:
            said = {"criterion": about, "juror": juror, "text": text, "cell": block.address(row, column)}
            rows.append({"row": row, "stage": base["stage"], "dossier": base["dossier"], **said})
    return pd.DataFrame(rows, columns=list(REMARKS))


def _labelled(sheet: Sheet, row: int) -> tuple[str, int]:
    """The text behind, right of or below a label for remarks, and its column."""
    column = int(np.flatnonzero(sheet.cells[row] != "")[0])
    label = str(sheet.cells[row, column])
    if not _REMARK.fullmatch(fold(label)):
        return "", column
    behind = label.partition(":")[2].strip()
    if behind:
        return behind, column
    for other in np.flatnonzero(sheet.cells[row, column + 1 :] != "").tolist():
        return str(sheet.cells[row, column + 1 + other]), column + 1 + other
    below = str(sheet.cells[row + 1, column]) if row + 1 < len(sheet.cells) else ""
    return ("" if signs(below) or ":" in below else below), column
