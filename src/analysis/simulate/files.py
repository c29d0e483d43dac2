"""The bytes of the demo's files: workbooks with fixed properties, text in the character sets organizers use."""

from __future__ import annotations

import csv
import datetime as dt
import io

import pandas as pd
import xlsxwriter

from analysis.simulate.sheets import Grid, Sum

MARK_WIDTH = 17
"""Width of the columns for which a sheet says none, in characters."""


def workbook(*grids: Grid, created: dt.date) -> bytes:
    """Write a juror's workbook; sums are formulas with their stored values.

    Parameters
    ----------
    *grids
        Its sheets, each with further ones.
    created
        The day it says it was made, so that the same grids give the same bytes.
    """
    sink = io.BytesIO()
    book = xlsxwriter.Workbook(sink, {"in_memory": True})
    book.set_properties({"created": dt.datetime(created.year, created.month, created.day), "author": "Kapituła"})
    formats = {
        "title": book.add_format({"bold": True, "font_size": 14}),
        "head": book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}),
        "total": book.add_format({"bold": True, "top": 1}),
        "mean": book.add_format({"bold": True, "num_format": "0.00"}),
        "date": book.add_format({"num_format": "d.mmm", "align": "right"}),
    }
    for grid in grids:
        _fill(book.add_worksheet(grid.sheet), grid, formats)
        for name, rows in grid.others.items():
            sheet = book.add_worksheet(name)
            for line, row in enumerate(rows):
                sheet.write_row(line, 0, row)
    book.close()
    return sink.getvalue()


def _fill(sheet: xlsxwriter.worksheet.Worksheet, grid: Grid, formats: dict) -> None:
    width = len(grid.rows[grid.header])
    for column in range(width):
        sheet.set_column(column, column, grid.widths[column] if column < len(grid.widths) else MARK_WIDTH)
    sheet.freeze_panes(grid.header + 1, 3)
    for line in sorted(grid.hidden):
        sheet.set_row(line, options={"hidden": True})
    for first, left, last, right in grid.merged:
        sheet.merge_range(first, left, last, right, grid.rows[first][left], formats["head"])
    for line, row in enumerate(grid.rows):
        for column, value in enumerate(row):
            _write(sheet, (line, column), value, grid=grid, formats=formats)


def _write(
    sheet: xlsxwriter.worksheet.Worksheet, place: tuple[int, int], value: object, *, grid: Grid, formats: dict
) -> None:
    line, column = place
    if value in ("=SUM", "=AVERAGE"):
        _total(sheet, place, str(value), grid=grid, formats=formats)
    elif isinstance(value, Sum):
        sheet.write_formula(line, column, value.formula, None, value.value)
    elif isinstance(value, dt.date):
        sheet.write_datetime(line, column, dt.datetime(value.year, value.month, value.day), formats["date"])
    elif isinstance(value, str) and value.startswith("="):
        sheet.write_formula(line, column, value, None, "#DIV/0!")
    elif value != "":
        style = formats["title"] if line == 0 else formats["head"] if line == grid.header else None
        sheet.write(line, column, value, style)


def _total(
    sheet: xlsxwriter.worksheet.Worksheet, place: tuple[int, int], name: str, *, grid: Grid, formats: dict
) -> None:
    """Write a sum or mean of the marks left of it or, in the last rows, above it."""
    line, column = place
    lines, columns = ({place[axis] for place in grid.marks.values()} for axis in (0, 1))
    first, last = min(columns), max(columns)
    if line in lines:
        cells = [(line, other) for other in range(first, last + 1)]
    else:
        cells = [
            (row, other) for row in sorted(lines) for other in ([column] if column <= last else range(first, last + 1))
        ]
    numbers = [value for row, other in cells if isinstance(value := grid.rows[row][other], float)]
    total = sum(numbers) / (len(numbers) or 1) if name == "=AVERAGE" else sum(numbers)
    reach = f"{grid.place(*cells[0])}:{grid.place(*cells[-1])}"
    style = formats["mean"] if name == "=AVERAGE" else formats["total"] if grid.rows[line][1] == "" else None
    sheet.write_formula(line, column, f"{name}({reach})", style, round(total, 10))


def panel(grid: Grid) -> bytes:
    """Write a sheet of the panel: semicolons, Windows-1250, line ends of Windows."""
    return text(grid.rows).encode("cp1250")


def text(rows: list[list[object]]) -> str:
    """Write rows as text: semicolons, line ends of Windows."""
    sink = io.StringIO()
    csv.writer(sink, delimiter=";", lineterminator="\r\n").writerows(rows)
    return sink.getvalue()


def limesurvey(grid: Grid) -> bytes:
    """Write a LimeSurvey export: a mark of UTF-8, every value in quotes, line ends of Windows."""
    sink = io.StringIO()
    csv.writer(sink, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(grid.rows)
    return sink.getvalue().encode("utf-8-sig")


def register(frame: pd.DataFrame) -> bytes:
    """Write a register that a Polish spreadsheet opens: semicolons, a mark of UTF-8, decimal commas."""
    sink = io.StringIO()
    frame.to_csv(sink, sep=";", index=False, lineterminator="\n", float_format="%g", decimal=",")
    return sink.getvalue().encode("utf-8-sig")


def table(frame: pd.DataFrame) -> bytes:
    """Write a table of the truth: commas, points, UTF-8."""
    return frame.to_csv(index=False, lineterminator="\n").encode()
