"""A small competition in a folder, written by the tests of intake."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import xlsxwriter

from analysis import intake
from analysis.config import read_competition

COMPETITION = """
id = "test"
title = { pl = "Próba", en = "Trial" }
organizer = { pl = "Nikt", en = "Nobody" }
[scales.points]
minimum = 0
maximum = 10
step = 0.5
[scales.answers]
minimum = 1
maximum = 5
[instruments.clients]
label = { pl = "Ankieta", en = "Survey" }
items = [
  { id = "speed", scale = "answers", label = { pl = "Czas", en = "Time" } },
  { id = "help", scale = "answers", label = { pl = "Pomoc", en = "Help" } },
]
"""

EDITION = """
number = 1
year = 2025
title = { pl = "I", en = "1st" }
criteria = [
  { id = "staff", label = { pl = "Kompetencje", en = "Competence" }, scale = "points", weight = 1 },
  { id = "service", label = { pl = "Obsługa", en = "Service" }, scale = "points", weight = 1 },
]
stages = [{ id = "s1", label = { pl = "Etap", en = "Stage" } }]
decision = { weights = { s1 = 1 } }
"""

DOSSIERS = "dossiers = 'dossiers.csv'\n"
MARKS = "[[scores]]\nfile = 'marks.csv'\nlayout = 'long'\n"
LONG = "[long]\nkind = 'long'\ndossier = ['Nr']\njuror = 'Juror'\ncriterion = 'Kryterium'\nscore = 'Ocena'\n"

OFFICES = "office,name\no1,Urząd Gminy Bajkowo\no2,Urząd Miasta Nibywo\no3,Starostwo w Zmyślonej\n"
JURORS = "juror,name\nj1,Anna Zmyślona\nj2,Jan Urojony\nj3,Ewa Fikcyjna\n"
LIST = "dossier;office;category;status\nD1;o1;;\nD2;o2;;valid\nD3;o3;;withdrawn\n"
TWO_MARKS = "Nr;Juror;Kryterium;Ocena\nD1;j1;staff;7,5\nD2;Jan Urojony;Obsługa;brak\n"


@dataclass
class Folder:
    """A folder of raw data that is read as one edition, `e01`."""

    raw: Path

    def write(self, **files: str | bytes) -> Folder:
        """Write files, `__` for a slash and `_dot_` for a point in their names."""
        for name, content in files.items():
            path = self.raw / name.replace("__", "/").replace("_dot_", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return self

    def read(self, data: Path | None = None) -> dict[str, pd.DataFrame]:
        """Read the registers and the edition."""
        competition = read_competition(self.raw)
        registers = intake.read_registers(competition, self.raw)
        return intake.read_edition(competition, registers, "e01", self.raw, data)


def folder(
    path: Path, *, edition: str = DOSSIERS + EDITION + MARKS, layouts: str = LONG, marks: str | bytes = TWO_MARKS
) -> Folder:
    """Write a competition with three offices, three jurors and two criteria."""
    made = Folder(path / "raw")
    made.write(
        competition_dot_toml=COMPETITION, layouts_dot_toml=layouts, offices_dot_csv=OFFICES, jurors_dot_csv=JURORS
    )
    return made.write(e01__edition_dot_toml=edition, e01__dossiers_dot_csv=LIST, e01__marks_dot_csv=marks)


def workbook(**sheets: list[list[object]]) -> bytes:
    """Write a workbook, a sheet a name; dates are written as dates, text that begins with = as a formula."""
    sink = io.BytesIO()
    book = xlsxwriter.Workbook(sink, {"in_memory": True, "default_date_format": "d mmm"})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for line, row in enumerate(rows):
            sheet.write_row(line, 0, row)
    book.close()
    return sink.getvalue()
