"""Faults planted in the demo's files, each with a line that says where it is and what intake should find."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from analysis import config
from analysis.simulate import settings
from analysis.simulate.sheets import Grid

COLUMNS = ("id", "kind", "file", "sheet", "place", "original", "written", "expected_code", "count")
MAY = 5
"""The month a half becomes where a spreadsheet takes 7.5 for the seventh of May."""


@dataclass
class Bench:
    """Everything faults are planted in.

    `grids`: (edition, part) → sheets, part `s1`, `s2` or `survey`, by id of the stage. `tables`: the tables of the
    world; `registers`: the registers as they are written, which the faults change.
    """

    competition: config.Competition
    tables: dict[str, pd.DataFrame]
    grids: dict[tuple[str, str], list[Grid]]
    registers: dict[str, pd.DataFrame]
    rng: np.random.Generator
    taken: set[int] = field(default_factory=set)
    ledger: list[dict] = field(default_factory=list)

    def edition(self, fault: dict) -> config.Edition:
        """Give the edition a fault is planted in."""
        return next(edition for edition in self.competition.editions if edition.number == fault["edition"])

    def sheets(self, fault: dict) -> list[Grid]:
        """Give the sheets of the fault's edition and stage."""
        edition = self.edition(fault)
        return self.grids[edition.id, edition.stages[fault.get("stage", 1) - 1].id]

    def note(self, kind: str, grid: Grid, place: str, *, original: object, written: object, code: str) -> None:
        """Write a line of the ledger."""
        line = {"kind": kind, "file": grid.file, "sheet": grid.sheet, "place": place, "count": 1}
        line |= {"original": original, "written": written, "expected_code": code}
        self.ledger.append({"id": f"F{len(self.ledger) + 1:03d}", **line})

    def enter(self, register: str, **row: str) -> None:
        """Add a line to a register."""
        self.registers[register] = pd.concat([self.registers[register], pd.DataFrame([row])], ignore_index=True)

    def pick(self, frame: pd.DataFrame) -> pd.Series:
        """Choose a row at random whose index has not been taken yet."""
        free = frame[~frame.index.isin(self.taken)]
        row = free.iloc[self.rng.integers(len(free))]
        self.taken.add(int(row.name))
        return row


def plant(bench: Bench) -> pd.DataFrame:
    """Plant every fault of faults.toml, and give the ledger."""
    for fault in config.read_toml(settings.HOME / "faults.toml")["faults"]:
        PLANTS[fault["kind"]](bench, fault)
    _whole_files(bench)
    return pd.DataFrame(bench.ledger, columns=list(COLUMNS))


def _written(value: float) -> str:
    return f"{value:g}".replace(".", ",")


# ------------------------------------------------------------------------------------------------ marks


@dataclass(frozen=True)
class Rewriting:
    """How a mark is written wrongly: which marks it fits, what is written, what intake should say."""

    fits: Callable[[float], bool]
    write: Callable[[float, dict], object]
    code: str


REWRITINGS = {
    "range": Rewriting(
        lambda value: value >= 1, lambda value, _: f"{_written(value)}-{_written(value + 1)}", "not_a_number"
    ),
    "date": Rewriting(
        lambda value: value >= 1 and value % 1 == 0.5,
        lambda value, fault: dt.date(fault["year"], MAY, int(value)),
        "date_in_number",
    ),
    "words": Rewriting(lambda value: True, lambda value, fault: fault["text"], "not_a_number"),
    "division": Rewriting(lambda value: True, lambda value, _: "=1/0", "error_value"),
    "slip": Rewriting(lambda value: value % 1 == 0.5 and value > 1, lambda value, _: value * 10, "corrected"),
    "half_point": Rewriting(lambda value: value >= 1, lambda value, _: value - 0.5, "corrected"),
    "date_corrected": Rewriting(
        lambda value: value >= 1 and value % 1 == 0.5,
        lambda value, fault: dt.date(fault["year"], MAY, int(value)),
        "corrected",
    ),
}
"""Kind of fault in one mark → how it is written."""


def _rewrite(bench: Bench, fault: dict) -> None:
    """Write a mark wrongly, and where the organizer has corrected it, the correction."""
    edition, rewriting = bench.edition(fault), REWRITINGS[fault["kind"]]
    scores = bench.tables["scores"]
    of_stage = (scores["edition"] == edition.id) & (scores["stage"] == edition.stages[fault["stage"] - 1].id)
    scores = scores[of_stage & (scores["missing"] == "")]
    fits = scores["value"].map(rewriting.fits)
    if "value" in fault:
        fits &= scores["value"] == fault["value"]
    mark = bench.pick(scores[fits])
    grid, (row, column) = _cell(bench.sheets(fault), mark)
    written = rewriting.write(mark["value"], fault | {"year": edition.year})
    grid.rows[row][column] = _written(written) if isinstance(written, float) and not grid.sheet else written
    said = _written(written) if isinstance(written, float) else str(written)
    original = _written(mark["value"])
    bench.note(fault["kind"], grid, grid.place(row, column), original=original, written=said, code=rewriting.code)
    if "why" in fault:
        where = {name: mark[name] for name in ("edition", "stage", "dossier", "juror", "criterion")}
        why = fault["why"].format(becomes=original)
        bench.enter("corrections", **where, was=said, becomes=original, why=why)


def _cell(grids: list[Grid], mark: pd.Series) -> tuple[Grid, tuple[int, int]]:
    key = (mark["dossier"], mark["juror"], mark["criterion"])
    return next((grid, grid.marks[key]) for grid in grids if key in grid.marks)


# ------------------------------------------------------------------------------------------------ rows, columns, sheets


def _totals_row(bench: Bench, fault: dict) -> None:
    """Put a subtotal in the middle of a juror's sheet."""
    grid = _any(bench, bench.sheets(fault))
    at = grid.header + 1 + (len(grid.rows) - grid.header) // 2
    columns = sorted({column for _, column in grid.marks.values()})
    above = [[row[column] for row in grid.rows[grid.header + 1 : at]] for column in columns]
    sums = [sum(value for value in marks if isinstance(value, float)) for marks in above]
    grid.insert(at, ["", "", fault["text"], *sums, sum(sums)])
    bench.note(fault["kind"], grid, f"row {at + 1}", original="", written=fault["text"], code="excluded_by_rule")


def _remarks(bench: Bench, fault: dict) -> None:
    """Give a juror's sheet a column for remarks that no layout knows."""
    grid = _any(bench, bench.sheets(fault))
    width, line = len(grid.rows[grid.header]), grid.header + 1 + int(bench.rng.integers(5))
    grid.rows[grid.header].append(fault["header"])
    grid.rows[line].append(fault["text"])
    place = grid.place(grid.header, width)
    bench.note(fault["kind"], grid, place, original="", written=fault["header"], code="unknown_column")


def _notes_sheet(bench: Bench, fault: dict) -> None:
    """Give a juror's workbook a sheet with notes."""
    grid = _any(bench, bench.sheets(fault))
    grid.others[fault["sheet"]] = [[fault["text"]]]
    bench.note(fault["kind"], grid, "", original="", written=fault["sheet"], code="sheet_not_read")
    bench.ledger[-1]["sheet"] = fault["sheet"]


def _any(bench: Bench, grids: list[Grid]) -> Grid:
    return grids[int(bench.rng.integers(len(grids)))]


def _duplicate_tokens(bench: Bench, fault: dict) -> None:
    """Let some people of every wave answer twice: a new line, the same token, the same answers."""
    share = settings.model()["survey"]["duplicates"]
    for edition in bench.competition.editions:
        grid = bench.grids[edition.id, "survey"][0]
        rows = grid.rows[1:]
        again = sorted(bench.rng.choice(len(rows), round(len(rows) * share), replace=False).tolist())
        grid.rows += [[str(len(rows) + 1 + place), *rows[line][1:]] for place, line in enumerate(again)]
        place = f"lines {len(rows) + 2}-{len(grid.rows)}"
        bench.note(fault["kind"], grid, place, original="", written="", code="")
        bench.ledger[-1]["count"] = len(again)


def _doubled_line(bench: Bench, fault: dict) -> None:
    """Repeat a line of a survey, with its number."""
    grid = bench.grids[bench.edition(fault).id, "survey"][0]
    line = _complete_line(bench, grid)
    grid.rows.append(list(grid.rows[line]))
    said, place = f"id {grid.rows[line][0]}", f"lines {line + 1}, {len(grid.rows)}"
    bench.note(fault["kind"], grid, place, original=said, written=said, code="doubled_respondent")


# ------------------------------------------------------------------------------------------------ names


def _juror_spelling(bench: Bench, fault: dict) -> None:
    """Write a juror's name otherwise than jurors.csv, and the spelling into aliases.csv."""
    people = bench.tables["jurors"].set_index("name")
    grid = _any(bench, bench.sheets(fault))
    heading = grid.sheet != ""
    row = next(line for line, cells in enumerate(grid.rows) if cells[:1] == ["Juror:"]) if heading else grid.header
    columns = (
        [1] if heading else [column for column, text in enumerate(grid.rows[row]) if str(text).startswith("Juror: ")]
    )
    column = columns[int(bench.rng.integers(len(columns)))]
    original = str(grid.rows[row][column])
    name = original.removeprefix("Juror: ")
    *_, first, last = name.split()
    written = fault["form"].format(first=first, last=last)
    grid.rows[row][column] = written
    bench.enter("aliases", kind="juror", alias=written.removeprefix("Juror: "), id=people.loc[name, "juror"])
    bench.note(fault["kind"], grid, grid.place(row, column), original=original, written=written, code="")


def _respell(bench: Bench, fault: dict, write: Callable[[str], str]) -> None:
    """Write one office of a list of dossiers otherwise; an alias says which one is meant."""
    edition = bench.edition(fault)
    frame = bench.registers[f"{edition.id}/dossiers"]
    names = bench.tables["offices"].set_index("name")["office"]
    fits = frame["office"].map(lambda name: name in names.index and write(name) not in ("", name))
    line = int(frame.index[fits][bench.rng.integers(int(fits.sum()))])
    original = frame.loc[line, "office"]
    written = write(original)
    frame.loc[line, "office"] = written
    if unicodedata.normalize("NFC", written) != original:
        bench.enter("aliases", kind="office", alias=written, id=names[original])
    place = Grid(f"{edition.id}/dossiers.csv", "", [list(frame.columns)])
    bench.note(fault["kind"], place, place.place(line + 1, 1), original=original, written=written, code="")


def _mojibake(name: str) -> str:
    """Read the UTF-8 bytes of a name as Windows-1250; empty where that is impossible or the name is plain."""
    try:
        return name.encode().decode("cp1250") if not name.isascii() else ""
    except UnicodeDecodeError:
        return ""


def _decomposed(name: str) -> str:
    return unicodedata.normalize("NFD", name)


# ------------------------------------------------------------------------------------------------ recusals, decisions


def _recused_scored(bench: Bench, fault: dict) -> None:
    """Let a juror mark a dossier from which recusals.csv keeps him or her."""
    edition, grid = bench.edition(fault), bench.sheets(fault)[0]
    pair = bench.pick(_recused(bench, fault))
    for place, criterion in enumerate(edition.criteria):
        row, column = grid.marks[pair["dossier"], pair["juror"], criterion.id]
        scale = edition.scale(criterion.id)
        written = _written(scale.maximum - place % 2 * scale.step)
        original, grid.rows[row][column] = grid.rows[row][column], written
        note = {"original": original, "written": written, "code": "recused_scored"}
        bench.note(fault["kind"], grid, grid.place(row, column), **note)


def _recusal_dropped(bench: Bench, fault: dict) -> None:
    """Leave a recusal that the sheet shows out of recusals.csv."""
    edition, grid = bench.edition(fault), bench.sheets(fault)[0]
    pair = bench.pick(_recused(bench, fault))
    listed = bench.registers["recusals"]
    same = (listed[["edition", "dossier", "juror"]] == [edition.id, pair["dossier"], pair["juror"]]).all(axis=1)
    bench.registers["recusals"] = listed[~same].reset_index(drop=True)
    place = grid.place(*grid.marks[pair["dossier"], pair["juror"], edition.criteria[0].id])
    said = f"dossier {pair['dossier']}, juror {pair['juror']}"
    bench.note(fault["kind"], grid, place, original=said, written="", code="recusal_not_listed")


def _recused(bench: Bench, fault: dict) -> pd.DataFrame:
    """Pairs recused in the second stage alone, a row a pair."""
    edition = bench.edition(fault)
    scores = bench.tables["scores"]
    scores = scores[(scores["edition"] == edition.id) & (scores["missing"] == "recused")]
    both = scores.groupby(["dossier", "juror"])["stage"].transform("nunique") > 1
    second = scores[(scores["stage"] == edition.stages[1].id) & ~both]
    return second.drop_duplicates(["dossier", "juror"])


def _award_slip(bench: Bench, fault: dict) -> None:
    """Record the award of the last laureate without a special award for an office that has none."""
    edition = bench.edition(fault)
    frame = bench.registers[f"{edition.id}/dossiers"]
    winner = frame.index[(frame["outcome"] == "awarded") & (frame["special"] == "")][-1]
    loser = frame.index[frame["outcome"] == "not_awarded"][0]
    grid = Grid(f"{edition.id}/dossiers.csv", "", [list(frame.columns)])
    column = list(frame.columns).index("outcome")
    for line, outcome in ((winner, "not_awarded"), (loser, "awarded")):
        original, frame.loc[line, "outcome"] = frame.loc[line, "outcome"], outcome
        bench.note(fault["kind"], grid, grid.place(line + 1, column), original=original, written=outcome, code="")


# ------------------------------------------------------------------------------------------------ clients


def _answer_off_scale(bench: Bench, fault: dict) -> None:
    """Write an answer that the questionnaire does not have."""
    grid = bench.grids[bench.edition(fault).id, "survey"][0]
    line = _complete_line(bench, grid)
    items = [column for column, header in enumerate(grid.rows[0]) if "[" in str(header)]
    column = next(column for column in items if grid.rows[line][column] in "12345" and grid.rows[line][column])
    original, grid.rows[line][column] = grid.rows[line][column], fault["text"]
    note = {"original": original, "written": fault["text"], "code": "off_scale_answer"}
    bench.note(fault["kind"], grid, grid.place(line, column), **note)


def _office_unknown(bench: Bench, fault: dict) -> None:
    """Write an office that no register knows."""
    grid = bench.grids[bench.edition(fault).id, "survey"][0]
    line, column = _complete_line(bench, grid), grid.rows[0].index("urzad")
    original, grid.rows[line][column] = grid.rows[line][column], fault["text"]
    note = {"original": original, "written": fault["text"], "code": "unknown_office"}
    bench.note(fault["kind"], grid, f"line {line + 1}", **note)


def _complete_line(bench: Bench, grid: Grid) -> int:
    """Choose a line of a complete questionnaire among the first ones, which nobody filled in twice."""
    sent = [line for line, row in enumerate(grid.rows) if line and row[1]]
    tokens = pd.Series([grid.rows[line][4] for line in sent], index=sent)
    once = tokens.drop_duplicates(keep=False).index
    return int(once[bench.rng.integers(len(once))])


def _whole_files(bench: Bench) -> None:
    """Note what holds for whole files: character sets, surveys without dates, questionnaires broken off."""
    for (_, part), grids in bench.grids.items():
        for grid in grids:
            if part == "survey":
                _survey_notes(bench, grid)
            elif not grid.sheet:
                bench.note("windows_1250", grid, "", original="UTF-8", written="Windows-1250", code="legacy_encoding")


def _survey_notes(bench: Bench, grid: Grid) -> None:
    sent = [str(row[1]) for row in grid.rows[1:]]
    broken_off = sum(not text for text in sent)
    bench.note("broken_off", grid, "", original="", written="", code="partial")
    bench.ledger[-1]["count"] = broken_off
    if all(not text or text.startswith("1980-01-01") for text in sent):
        bench.note("undated", grid, "", original="", written="1980-01-01 00:00:00", code="")
        bench.ledger[-1]["count"] = len(sent) - broken_off


PLANTS: dict[str, Callable[[Bench, dict], None]] = {
    **dict.fromkeys(REWRITINGS, _rewrite),
    "totals_row": _totals_row,
    "remarks": _remarks,
    "notes_sheet": _notes_sheet,
    "duplicate_tokens": _duplicate_tokens,
    "doubled_line": _doubled_line,
    "juror_spelling": _juror_spelling,
    "mojibake": lambda bench, fault: _respell(bench, fault, _mojibake),
    "decomposed": lambda bench, fault: _respell(bench, fault, _decomposed),
    "short_name": lambda bench, fault: _respell(
        bench, fault, lambda name: name.replace(fault["long"], fault["short"]) if fault["long"] in name else ""
    ),
    "recused_scored": _recused_scored,
    "recusal_dropped": _recusal_dropped,
    "award_slip": _award_slip,
    "answer_off_scale": _answer_off_scale,
    "office_unknown": _office_unknown,
}
"""Kind of fault → what plants it."""
