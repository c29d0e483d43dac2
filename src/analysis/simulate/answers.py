"""Faults of the survey exports of the small competition."""

from __future__ import annotations

from analysis.simulate.bench import Bench
from analysis.simulate.sheets import Grid


def _line(bench: Bench, grid: Grid) -> int:
    """Choose a line of a survey that no fault has taken."""
    free = [line for line in range(1, len(grid.rows)) if (grid.file, line) not in bench.lines]
    line = free[int(bench.rng.integers(len(free)))]
    bench.lines.add((grid.file, line))
    return line


def _survey(bench: Bench) -> Grid:
    editions = bench.competition.editions
    return bench.grids[editions[int(bench.rng.integers(len(editions)))].id, "survey"][0]


def _items(grid: Grid) -> list[int]:
    return [column for column, header in enumerate(grid.rows[0]) if "[" in str(header)]


def _label(bench: Bench, fault: dict) -> None:
    """Write the words of an answer in the place of its code."""
    grid = _survey(bench)
    line = _line(bench, grid)
    column = next(column for column in _items(grid) if grid.rows[line][column] in LABELS)
    original = grid.rows[line][column]
    grid.rows[line][column] = LABELS[original]
    bench.note(
        fault["kind"], grid, grid.place(line, column), original=original, written=LABELS[original], code=fault["code"]
    )


def _comma_option(bench: Bench, fault: dict) -> None:
    """Let a person choose, besides another answer, one whose text holds a comma."""
    edition = bench.competition.editions[-1]
    grid, source = bench.grids[edition.id, "form"][0], edition.surveys[-1]
    items = bench.competition.instruments[source.instrument].items
    line = _line(bench, grid)
    chosen = [item for item in items if "," in item.label["pl"] or bench.rng.random() < 0.5]
    written = ", ".join(item.label["pl"] for item in chosen)
    original, grid.rows[line][2] = grid.rows[line][2], written
    answers = bench.tables["responses"]
    own = (answers["wave"] == source.wave) & (answers["respondent"] == str(line + 1))
    answers.loc[own, "value"] = answers.loc[own, "item"].isin([item.id for item in chosen]).astype(float)
    bench.note(fault["kind"], grid, f"line {line + 1}", original=original, written=written, code=fault["code"])


def _undated(bench: Bench, fault: dict) -> None:
    """Let a survey keep no dates: LimeSurvey writes 1980 then."""
    grid = _survey(bench)
    column = grid.rows[0].index("submitdate")
    for row in grid.rows[1:]:
        row[column] = "1980-01-01 00:00:00"
    people, edition = bench.tables["respondents"], bench.competition.edition(grid.file.split("/")[0])
    people.loc[people["wave"] == edition.surveys[0].wave, "date"] = ""
    bench.note(fault["kind"], grid, "", original="", written="1980-01-01 00:00:00", code="")


def _partial(bench: Bench, fault: dict) -> None:
    """Break a questionnaire off after its first page."""
    grid = _survey(bench)
    line = _line(bench, grid)
    row = grid.rows[line]
    row[grid.rows[0].index("submitdate")], row[grid.rows[0].index("lastpage")] = "", "1"
    for column in _items(grid)[5:]:
        row[column] = ""
    bench.note(fault["kind"], grid, f"line {line + 1}", original="", written="", code=fault["code"])


def _duplicate_token(bench: Bench, fault: dict) -> None:
    """Let a person answer twice: a new line, the same token."""
    grid = _survey(bench)
    line = _line(bench, grid)
    number = str(1 + max(int(row[0]) for row in grid.rows[1:]))
    grid.rows.append([number, *grid.rows[line][1:]])
    bench.lines.add((grid.file, len(grid.rows) - 1))
    place = f"line {len(grid.rows)}"
    bench.note(fault["kind"], grid, place, original=f"line {line + 1}", written="", code=fault["code"])


def _speeder(bench: Bench, fault: dict) -> None:
    """Let a person fill in the questionnaire in a few seconds."""
    grid = _survey(bench)
    line, column = _line(bench, grid), grid.rows[0].index("interviewtime")
    original, grid.rows[line][column] = grid.rows[line][column], str(int(bench.rng.integers(5, 20)))
    note = {"original": original, "written": grid.rows[line][column], "code": fault["code"]}
    bench.note(fault["kind"], grid, f"line {line + 1}", **note)


def _straight_liner(bench: Bench, fault: dict) -> None:
    """Let a person give the same answer to every question."""
    grid = _survey(bench)
    while True:
        line = _line(bench, grid)
        if len({grid.rows[line][column] for column in _items(grid)} & set(LABELS)) > 1:
            break
    answer = str(int(bench.rng.integers(1, 6)))
    for column in _items(grid):
        grid.rows[line][column] = answer
    bench.note(fault["kind"], grid, f"line {line + 1}", original="", written=answer, code=fault["code"])


def _reversed_item(bench: Bench, fault: dict) -> None:
    """Turn the answers to a question the other way round."""
    grid = _survey(bench)
    items = _items(grid)
    column = items[int(bench.rng.integers(len(items)))]
    for row in grid.rows[1:]:
        row[column] = str(6 - int(row[column])) if row[column] in LABELS else row[column]
    said = str(grid.rows[0][column])
    bench.note(fault["kind"], grid, "", original=said, written="6 - answer", code=fault["code"])


def _tally(bench: Bench, fault: dict) -> None:
    """Put counts of answers in the place of the answers of people."""
    grid = _survey(bench)
    items = _items(grid)
    counts = [
        [grid.rows[0][column], *(str([row[column] for row in grid.rows[1:]].count(answer)) for answer in LABELS)]
        for column in items
    ]
    grid.rows[:] = [["Pytanie", *LABELS.values()], *counts]
    bench.note(fault["kind"], grid, "", original="microdata", written="tally", code=fault["code"])


LABELS = {"1": "bardzo źle", "2": "źle", "3": "przeciętnie", "4": "dobrze", "5": "bardzo dobrze"}

ANSWERS = {
    "undated": (_undated, "read"),
    "label": (_label, "read"),
    "comma_option": (_comma_option, "read"),
    "partial": (_partial, "found", "partial"),
    "duplicate_token": (_duplicate_token, "found", "duplicate_respondent"),
    "speeder": (_speeder, "found", "speeder"),
    "reversed_item": (_reversed_item, "found", "reversed_item"),
    "straight_liner": (_straight_liner, "found", "straight_liner"),
    "tally": (_tally, "refused"),
}
"""Kind of fault of a survey → plant, way and code, as `kinds.Kind` has them; what rewrites a column comes before
what rewrites a line."""
