"""What plants the faults of the small competition: in text files, names, marks, workbooks and conditions."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import numpy as np
import pandas as pd

from analysis.simulate.bench import Bench
from analysis.simulate.sheets import TITLE, Grid, Sum

POLISH_ERRORS = ("#DZIEL/0!", "#N/D!", "#NAZWA?", "#LICZBA!", "#ADR!", "#ARG!", "#ZERO!")


def _written(value: float) -> str:
    return f"{value:g}".replace(".", ",")


# ------------------------------------------------------------------------------------------------ text files


def _plain_text(bench: Bench) -> list[str]:
    """Files of text below the editions that no other fault has rewritten yet."""
    names = [f"{edition.id}/dossiers.csv" for edition in bench.competition.editions]
    names += [grid.file for grids in bench.grids.values() for grid in grids if not grid.sheet]
    return [name for name in names if name not in bench.styles]


def character_set(bench: Bench, fault: dict) -> None:
    """Write a text file in another character set."""
    file = _one(bench, [name for name in _plain_text(bench) if "results" not in name])
    bench.style(file).encoding = fault["encoding"]
    bench.whole(fault["kind"], file, original="utf-8", written=fault["encoding"], code=fault["code"])


def separator_line(bench: Bench, fault: dict) -> None:
    """Let a text file begin with the line a spreadsheet asks for."""
    file = _one(bench, [name for name in _plain_text(bench) if "formularz" not in name])  # its lines are its ids
    bench.style(file).lead = "sep=;\r\n"
    bench.whole(fault["kind"], file, original="", written="sep=;", code="")


def decimal_comma(bench: Bench, fault: dict) -> None:
    """Write the marks of a panel's sheet, or of a juror's workbook as text, with decimal commas."""
    edition = bench.competition.editions[1]
    books = [grid for grid in bench.grids[edition.id, edition.stages[0].id] if not grid.merged]
    text = [grid for grid in bench.grids[edition.id, edition.stages[1].id] if grid.file not in bench.styles]
    grid = _one(bench, [*text, _one(bench, books)])
    if grid.sheet:
        for row, column in grid.marks.values():
            value = grid.rows[row][column]
            grid.rows[row][column] = _written(value) if isinstance(value, float) else value
    else:
        bench.style(grid.file).mark = ","
    bench.note(fault["kind"], grid, "", original="7.5", written="7,5", code="")


def _one(bench: Bench, choices: list):
    return choices[int(bench.rng.integers(len(choices)))]


# ------------------------------------------------------------------------------------------------ names


def respell(bench: Bench, fault: dict, write: Callable[[str], str]) -> None:
    """Write the name of an office in a list of dossiers, or of a juror in a workbook, otherwise."""

    def fits(name: str) -> bool:
        return unicodedata.is_normalized("NFC", name) and write(name) not in ("", name)

    edition = _one(bench, list(bench.competition.editions))
    file = f"{edition.id}/dossiers.csv"
    if bench.rng.random() < 0.5 and file not in bench.styles:
        frame = bench.registers[f"{edition.id}/dossiers"]
        line = _one(bench, [line for line in frame.index if fits(frame.loc[line, "office"])])
        original = frame.loc[line, "office"]
        written = frame.loc[line, "office"] = write(original)
        grid = Grid(file, "", [list(frame.columns)])
        place = grid.place(line + 1, 1)
    else:
        row = 4
        books = bench.grids[edition.id, edition.stages[0].id]
        grid = _one(bench, [grid for grid in books if fits(grid.rows[row][1])])
        original = grid.rows[row][1]
        written = grid.rows[row][1] = write(original)
        place = grid.place(row, 1)
    bench.note(fault["kind"], grid, place, original=original, written=written, code=fault["code"])


def renamed_office(bench: Bench, fault: dict) -> None:
    """Let a list of dossiers name an office as no register does."""
    edition = _one(bench, list(bench.competition.editions))
    frame = bench.registers[f"{edition.id}/dossiers"]
    line = int(bench.rng.integers(len(frame)))
    original = frame.loc[line, "office"]
    frame.loc[line, "office"] = f"{fault['name']} {_one(bench, list(fault['places']))}"
    grid = Grid(f"{edition.id}/dossiers.csv", "", [list(frame.columns)])
    bench.note(fault["kind"], grid, f"line {line + 2}", original=original, written=frame.loc[line, "office"], code="")


def same_name(bench: Bench, fault: dict) -> None:
    """Give an office of another region the name of one that enters; its list of dossiers gives the name alone."""
    edition = _one(bench, list(bench.competition.editions))
    frame = bench.registers[f"{edition.id}/dossiers"]
    line = int(bench.rng.integers(len(frame)))
    name = frame.loc[line, "office"]
    offices = bench.registers["offices"]
    twin = offices[offices["name"] == name].iloc[0].to_dict()
    regions = sorted(set(offices["region"]) - {twin["region"]})
    bench.enter("offices", **twin | {"office": fault["office"], "region": _one(bench, regions), "terc": "0399011"})
    grid = Grid(f"{edition.id}/dossiers.csv", "", [list(frame.columns)])
    bench.note(fault["kind"], grid, f"line {line + 2}", original=twin["office"], written=name, code="")


def leading_zero(bench: Bench, fault: dict) -> None:
    """Take the leading zero from a TERYT code, as a spreadsheet does."""
    frame = bench.registers["offices"]
    line = int(bench.rng.integers(len(frame)))
    original = frame.loc[line, "terc"]
    frame.loc[line, "terc"] = original.lstrip("0")
    grid = Grid("offices.csv", "", [list(frame.columns)])
    column = list(frame.columns).index("terc")
    written = frame.loc[line, "terc"]
    bench.note(
        fault["kind"], grid, grid.place(line + 1, column), original=original, written=written, code=fault["code"]
    )


# ------------------------------------------------------------------------------------------------ marks


def _mark(bench: Bench, grids: list[Grid], fits: Callable[[float], bool]) -> tuple[Grid, tuple[int, int], pd.Series]:
    """Choose a mark that no fault has taken, in one of the sheets."""
    keys = {key: grid for grid in grids for key in grid.marks}
    scores = bench.tables["scores"]
    edition = grids[0].file.split("/")[0]
    scores = scores[(scores["edition"] == edition) & (scores["missing"] == "") & scores["value"].map(fits)]
    there = [key in keys for key in zip(scores["dossier"], scores["juror"], scores["criterion"], strict=True)]
    one_stage = scores["stage"] == ("s2" if not grids[0].sheet else "s1")
    mark = bench.pick(scores[np.array(there, bool) & one_stage])
    key = (mark["dossier"], mark["juror"], mark["criterion"])
    return keys[key], keys[key].marks[key], mark


def rewrite(bench: Bench, fault: dict) -> None:
    """Write something else in the place of a mark."""
    editions = bench.competition.editions
    edition = next((entry for entry in editions if entry.number == fault.get("edition")), None) or _one(
        bench, list(editions)
    )
    stage = _one(bench, fault["stages"])
    grids = bench.grids[edition.id, edition.stages[stage - 1].id]
    grid, (row, column), mark = _mark(bench, grids, fault["fits"])
    written = fault["write"](mark["value"], bench, grid)
    if isinstance(written, float) and not grid.sheet:
        written = _written(written)
    grid.rows[row][column] = written
    original = _written(mark["value"])
    bench.note(
        fault["kind"], grid, grid.place(row, column), original=original, written=str(written), code=fault["code"]
    )


def not_applicable(bench: Bench, fault: dict) -> None:
    """Write `nd` for one mark, and nothing for another: two reasons that must stay two."""
    edition = _one(bench, list(bench.competition.editions))
    grids = bench.grids[edition.id, edition.stages[1].id]
    for reason, text in (("not_applicable", "nd"), ("missing", "")):
        grid, (row, column), mark = _mark(bench, grids, lambda value: True)
        grid.rows[row][column] = text
        bench.tables["scores"].loc[mark.name, ["value", "value_100"]] = np.nan
        bench.tables["scores"].loc[mark.name, "missing"] = reason
        original = _written(mark["value"])
        bench.note(fault["kind"], grid, grid.place(row, column), original=original, written=text, code="")


def error_text(value: float, bench: Bench, grid: Grid) -> str:
    """Give an error of a spreadsheet: of a formula in a workbook, in Polish in a text file."""
    return "=1/0" if grid.sheet else _one(bench, list(POLISH_ERRORS))


def words(value: float, bench: Bench, grid: Grid) -> str:
    """Give words in the place of a number."""
    return _one(bench, ["do uzgodnienia", f"{_written(value)} (po rozmowie)", "około siedmiu", "patrz uwagi"])


def late_mark(bench: Bench, fault: dict) -> None:
    """Date a line of the panel's list after the stage has closed."""
    grid, (row, _), _ = _mark(bench, _lists(bench), lambda value: True)
    column = grid.rows[0].index("Data")
    original, closes = grid.rows[row][column], bench.competition.editions[1].stages[1].closes
    grid.rows[row][column] = (
        (pd.Timestamp(closes) + pd.Timedelta(days=int(bench.rng.integers(1, 20)))).date().isoformat()
    )
    said = f"line {row + 1}"
    bench.note(fault["kind"], grid, said, original=original, written=grid.rows[row][column], code=fault["code"])


def _lists(bench: Bench) -> list[Grid]:
    edition = bench.competition.editions[1]
    return bench.grids[edition.id, edition.stages[1].id]


def recused_scored(bench: Bench, fault: dict) -> None:
    """Let a juror mark a dossier from which recusals.csv keeps him or her."""
    scores = bench.tables["scores"]
    mark = bench.pick(scores[scores["missing"] == "recused"])
    grids = bench.grids[mark["edition"], mark["stage"]]
    grid = next(grid for grid in grids if (mark["dossier"], mark["juror"], mark["criterion"]) in grid.marks)
    row, column = grid.marks[mark["dossier"], mark["juror"], mark["criterion"]]
    original, grid.rows[row][column] = grid.rows[row][column], 6.0 if grid.sheet else "6"
    bench.note(fault["kind"], grid, grid.place(row, column), original=original, written="6", code=fault["code"])


def unknown_criterion(bench: Bench, fault: dict) -> None:
    """Name a criterion that the edition does not have, in a line of the panel's sheet or the header of a workbook."""
    edition = _one(bench, list(bench.competition.editions))
    grid = _one(bench, bench.grids[edition.id, _one(bench, list(edition.stages)).id])
    if grid.sheet:
        row, column = grid.header, int(bench.rng.integers(3, 6))
    else:
        row, column = int(bench.rng.integers(1, len(grid.rows))), grid.rows[0].index("Kryterium")
    original, grid.rows[row][column] = grid.rows[row][column], fault["name"]
    place = f"row {row + 1}" if grid.sheet else f"line {row + 1}"
    bench.note(fault["kind"], grid, place, original=original, written=fault["name"], code="")


# ------------------------------------------------------------------------------------------------ workbooks


def _workbooks(bench: Bench, *, number: int | None = None) -> list[Grid]:
    editions = [edition for edition in bench.competition.editions if number in (None, edition.number)]
    return [grid for edition in editions for grid in bench.grids[edition.id, edition.stages[0].id]]


def hidden_row(bench: Bench, fault: dict) -> None:
    """Hide a row of marks."""
    grid = _one(bench, _workbooks(bench))
    row, _ = _one(bench, list(grid.marks.values()))
    grid.hidden.add(row)
    bench.note(fault["kind"], grid, f"row {row + 1}", original="shown", written="hidden", code=fault["code"])


def wrong_total(bench: Bench, fault: dict) -> None:
    """Let the sum of a row leave out its last mark."""
    grid = _one(bench, _workbooks(bench))
    sums = [row for row, cells in enumerate(grid.rows) if row > grid.header and cells[1] and _whole(cells[3:6])]
    row = _one(bench, sums)
    numbers = grid.rows[row][3:5]
    reach = f"{grid.place(row, 3)}:{grid.place(row, 4)}"
    grid.rows[row][6] = Sum(f"=SUM({reach})", sum(numbers))
    original = f"{sum(numbers) + grid.rows[row][5]:g}"
    bench.note(
        fault["kind"], grid, grid.place(row, 6), original=original, written=f"{sum(numbers):g}", code=fault["code"]
    )


def _whole(cells: list) -> bool:
    """A row of marks without a gap, none of them touched, the last above zero."""
    return all(isinstance(value, float) for value in cells) and cells[-1] > 0


def swapped_columns(bench: Bench, fault: dict) -> None:
    """Put the marks of one criterion under another, in one of the workbooks where that shows best."""
    touched = {line["file"] for line in bench.ledger}
    books = [grid for grid in _workbooks(bench) if grid.file not in touched]
    grid = _one(bench, sorted(books, key=_seen, reverse=True)[:3])
    for row in {row for row, _ in grid.marks.values()}:
        cells = grid.rows[row]
        cells[3], cells[4] = cells[4], cells[3]
    bench.note(fault["kind"], grid, "", original="standards, staff", written="staff, standards", code=fault["code"])


def _seen(grid: Grid) -> int:
    """Count the marks of the second criterion that the scale of the first does not hold: what shows an exchange."""
    marks = [grid.rows[row][4] for row in {row for row, _ in grid.marks.values()}]
    return sum(isinstance(mark, float) and mark > 10 for mark in marks)


def merged_header(bench: Bench, fault: dict) -> None:
    """Merge the name of the area above the criteria, and the other headers downwards."""
    grid = _one(bench, _workbooks(bench, number=2))
    top, names = TITLE, grid.header
    last = len(grid.rows[names]) - 1
    grid.merged.append((top, 3, top, last - 1))
    grid.merged += [(top, column, names, column) for column in (0, 1, 2, last)]
    for column in range(4, last):
        grid.rows[top][column] = ""
    bench.note(fault["kind"], grid, f"row {top + 1}", original="", written=grid.rows[top][3], code="")


def two_versions(bench: Bench, fault: dict) -> None:
    """Put a second version of a juror's workbook beside the first, with one mark changed."""
    edition = _one(bench, list(bench.competition.editions))
    held = bench.grids[edition.id, edition.stages[0].id]
    grid = _one(bench, held)
    rows = [list(row) for row in grid.rows]
    row, column = _one(bench, [place for place in grid.marks.values() if isinstance(rows[place[0]][place[1]], float)])
    rows[row][column] = rows[row][column] - 1 if rows[row][column] >= 1 else 1.0
    name = grid.file.replace(".xlsx", f"{_one(bench, list(fault['endings']))}.xlsx")
    held.append(Grid(name, grid.sheet, rows, grid.header, grid.marks, merged=list(grid.merged)))
    bench.note(fault["kind"], held[-1], "", original=grid.file, written=name, code="")


# ------------------------------------------------------------------------------------------------ conditions


def two_entrants(bench: Bench, fault: dict) -> None:
    """Leave two valid dossiers in a category."""
    edition = _one(bench, list(bench.competition.editions))
    dossiers = bench.tables["dossiers"]
    own = dossiers[(dossiers["edition"] == edition.id) & (dossiers["status"] == "valid")]
    others = own[own["category"] == "larger"].index[2:]
    dossiers.loc[others, "category"] = "smaller"
    same = bench.tables["scores"]["edition"] == edition.id
    of = dossiers[dossiers["edition"] == edition.id].set_index("dossier")["category"]
    bench.tables["scores"].loc[same, "category"] = bench.tables["scores"].loc[same, "dossier"].map(of)
    grid = Grid(f"{edition.id}/dossiers.csv", "", [])
    bench.note(fault["kind"], grid, "larger", original=str(len(others) + 2), written="2", code="")


def other_jury(bench: Bench, fault: dict) -> None:
    """Let other people sit in the second edition than in the first."""
    scores, later = bench.tables["scores"], bench.competition.editions[1].id
    known = sorted(set(scores["juror"]))
    others = dict(zip(known, [f"N{place:02d}" for place in range(len(known))], strict=True))
    people = bench.tables["jurors"]
    new = people[people["juror"].isin(scores.loc[scores["edition"] == later, "juror"])].copy()
    new["juror"], new["name"] = new["juror"].map(others), [f"Nowa Osoba {name.split()[-1]}" for name in new["name"]]
    bench.tables["jurors"] = pd.concat([people, new], ignore_index=True)
    for table in ("scores", "recusals"):
        frame = bench.tables[table]
        own = frame["edition"] == later
        frame.loc[own, "juror"] = frame.loc[own, "juror"].map(others)
    grid = Grid(f"{later}/edition.toml", "", [])
    bench.note(fault["kind"], grid, later, original="", written="", code="")


def mojibake(name: str) -> str:
    """Read the UTF-8 bytes of a name as Windows-1250; empty where that is impossible or the name is plain."""
    try:
        return name.encode().decode("cp1250") if not name.isascii() else ""
    except UnicodeDecodeError:
        return ""
