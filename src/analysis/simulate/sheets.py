"""The demo's score sheets and survey exports as organizers hold them: grids of cells, still without faults."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from itertools import groupby

import numpy as np
import pandas as pd

from analysis.config import Competition, Edition

TOKENS = {"missing": "", "not_scored": "brak oceny", "recused": "wył.", "not_applicable": "nd"}
"""What stands in a cell without a mark or an answer."""

TITLE = 7
"""Rows of a juror's sheet above the header."""

ADDRESS = "192.0.2"
"""Network addresses for examples: nobody has them."""

REASONS = (
    (0.85, "rozwiązanie warte pokazania innym"),
    (0.6, "dobrze opisane, mało przykładów"),
    (0.0, "brak dokumentów potwierdzających"),
)
"""What jurors write beside a mark: the least share of the scale, and the words."""

Key = tuple[str, str, str]


@dataclass(frozen=True)
class Sum:
    """A total in a workbook: its formula, and the value the workbook stores for it."""

    formula: str
    value: float


@dataclass
class Grid:
    """One sheet: its file below data/raw, its name (empty for text), its rows of cells, and where each mark stands.

    `header`: the row with the names of the columns. `marks`: (dossier, juror, criterion) → (row, column).
    `others`: further sheets of the workbook, name → rows. `hidden`: rows that are hidden. `merged`: ranges whose
    first cell alone holds a text, as (row, column, last row, last column). `widths`: of the first columns, in
    characters.
    """

    file: str
    sheet: str
    rows: list[list[object]]
    header: int = 0
    marks: dict[Key, tuple[int, int]] = field(default_factory=dict)
    others: dict[str, list[list[object]]] = field(default_factory=dict)
    hidden: set[int] = field(default_factory=set)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    widths: tuple[int, ...] = (5, 15, 52)

    def place(self, row: int, column: int) -> str:
        """Name a cell as the tidy tables do.

        >>> Grid("a.xlsx", "Oceny", []).place(7, 2), Grid("a.csv", "", [["Nr", "Ocena"]]).place(7, 1)
        ('C8', 'line 8, Ocena')
        """
        if self.sheet:
            return f"{chr(ord('A') + column)}{row + 1}"
        return f"line {row + 1}, {self.rows[self.header][column]}"

    def insert(self, at: int, row: list[object]) -> None:
        """Put a row above row `at`; the marks below move down."""
        self.rows.insert(at, row)
        self.marks = {key: (line + (line >= at), column) for key, (line, column) in self.marks.items()}


def ascii_name(text: str) -> str:
    """Give a name without Polish letters and capitals, for the name of a file.

    >>> ascii_name("Źdźbława Łąka")
    'zdzblawa_laka'
    """
    decomposed = unicodedata.normalize("NFD", text.casefold().replace("ł", "l"))
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign)).replace(" ", "_")


def workbooks(edition: Edition, tables: dict[str, pd.DataFrame], competition: Competition) -> list[Grid]:
    """Write stage one: a workbook for each juror, dossiers in rows and criteria in columns."""
    names = _names(tables["offices"], "office")
    marks = _of(tables["scores"], edition, edition.stages[0].id)
    criteria = [criterion.id for criterion in edition.criteria]
    grids = []
    for juror, name in _names(tables["jurors"], "juror").items():
        own = [mark for mark in marks if mark.juror == juror]
        if not own:
            continue
        file = f"{edition.id}/etap1/oceny_{ascii_name(name.split()[-1])}.xlsx"
        grid = Grid(file, "Oceny", _heading(edition, competition, name), TITLE)
        for number, (dossier, row) in enumerate(groupby(own, key=lambda mark: mark.dossier), start=1):
            given = {mark.criterion: mark for mark in row}
            office = names[next(iter(given.values())).office]
            cells = [_cell(given[criterion].value, given[criterion].missing) for criterion in criteria]
            grid.marks |= {(dossier, juror, entry): (len(grid.rows), 3 + i) for i, entry in enumerate(criteria)}
            grid.rows.append([number, dossier, office, *cells, "=SUM"])
        totals = len(criteria) + 1
        grid.rows.append(["", "", "RAZEM", *["=SUM"] * totals])
        grid.rows.append(["", "", "Średnia", *["=AVERAGE"] * totals])
        grids.append(grid)
    return grids


def cards(
    edition: Edition, tables: dict[str, pd.DataFrame], competition: Competition, *, rng: np.random.Generator
) -> list[Grid]:
    """Write stage one as cards: a workbook for each juror, a sheet for each dossier, reasons beside some marks."""
    names, people = _names(tables["offices"], "office"), _names(tables["jurors"], "juror")
    marks = sorted(_of(tables["scores"], edition, edition.stages[0].id), key=lambda mark: (mark.juror, mark.dossier))
    grids = []
    for (juror, dossier), group in groupby(marks, key=lambda mark: (mark.juror, mark.dossier)):
        given = {mark.criterion: mark for mark in group}
        office = names[next(iter(given.values())).office]
        file = f"{edition.id}/etap1/karty_{ascii_name(people[juror].split()[-1])}.xlsx"
        rows = [
            [f"{edition.title['pl']} – karta oceny"],
            [competition.title["pl"]],
            [],
            ["Nr zgłoszenia:", "", dossier],
            ["Urząd:", "", office],
            ["Juror:", "", people[juror]],
            [],
            ["Lp.", "Kryterium", "Maks. pkt", "Przyznane pkt", "Uzasadnienie"],
        ]
        grid = Grid(file, dossier, rows, len(rows) - 1, widths=(5, 34, 11, 14, 40))
        for number, criterion in enumerate(edition.criteria, start=1):
            mark, best = given[criterion.id], edition.scale(criterion.id).maximum
            grid.marks[dossier, juror, criterion.id] = (len(rows), 3)
            reason = _reason(mark.value / best, rng=rng)
            rows.append([number, criterion.label["pl"], best, _cell(mark.value, mark.missing), reason])
        rows += [["", "RAZEM", "", "=SUM", ""], [], ["Data i podpis:"]]
        grids.append(grid)
    return grids


def _reason(share: float, *, rng: np.random.Generator) -> str:
    """Give what a juror writes beside a mark of this share of the scale; most often nothing."""
    said = [text for least, text in REASONS if share >= least]
    return said[0] if said and rng.random() < 0.25 else ""


def panel_sheet(edition: Edition, tables: dict[str, pd.DataFrame]) -> Grid:
    """Write stage two as a collective sheet: a row for each dossier and criterion, a column for each juror."""
    names, people = _names(tables["offices"], "office"), _names(tables["jurors"], "juror")
    marks = _of(tables["scores"], edition, edition.stages[1].id)
    jurors = sorted({mark.juror for mark in marks})
    header = ["Nr zgłoszenia", "Nazwa urzędu", "Kryterium", *(f"Juror: {people[juror]}" for juror in jurors), "Średnia"]
    grid = Grid(f"{edition.id}/etap2.csv", "", [header])
    given = {(mark.dossier, mark.criterion, mark.juror): mark for mark in marks}
    offices = {mark.dossier: names[mark.office] for mark in marks}
    for dossier, office in offices.items():
        for criterion in edition.criteria:
            grid.marks |= {(dossier, juror, criterion.id): (len(grid.rows), 3 + i) for i, juror in enumerate(jurors)}
            cells = [given[dossier, criterion.id, juror] for juror in jurors]
            mean = f"{np.nanmean([mark.value for mark in cells]):.2f}".replace(".", ",")
            written = [_text(mark.value, mark.missing) for mark in cells]
            grid.rows.append([dossier, office, criterion.label["pl"], *written, mean])
    return grid


def panel_list(edition: Edition, tables: dict[str, pd.DataFrame]) -> Grid:
    """Write stage two one mark to a line."""
    people = _names(tables["jurors"], "juror")
    labels = {criterion.id: criterion.label["pl"] for criterion in edition.criteria}
    grid = Grid(f"{edition.id}/etap2.csv", "", [["Nr zgłoszenia", "Członek Kapituły", "Kryterium", "Punkty"]])
    for mark in _of(tables["scores"], edition, edition.stages[1].id):
        grid.marks[mark.dossier, mark.juror, mark.criterion] = (len(grid.rows), 3)
        written = _text(mark.value, mark.missing)
        grid.rows.append([mark.dossier, people[mark.juror], labels[mark.criterion], written])
    return grid


def survey(
    edition: Edition, tables: dict[str, pd.DataFrame], competition: Competition, *, rng: np.random.Generator
) -> Grid:
    """Write the client survey as LimeSurvey exports it: codes as headers, short answers."""
    source = edition.surveys[0]
    layout = competition.layouts[source.layout]
    people = tables["respondents"].query("wave == @source.wave").reset_index(drop=True)
    answers = tables["responses"].query("wave == @source.wave")
    pages = len(competition.instruments[source.instrument].dimensions)
    many = len(layout.items)
    written = np.where(answers["missing"] == "", answers["value_raw"], answers["missing"].map(TOKENS))
    written = written.reshape(len(people), many)
    order = [list(answers["item"][:many]).index(item) for item in layout.items.values()]
    reached = np.where(written != "", np.arange(many) * pages // many + 1, 0).max(axis=1)
    last_page = np.where(people["complete"], pages + 1, np.minimum(reached + 1, pages))
    day = people["date"].where(people["date"] != "", "1980-01-01")
    clock = pd.to_timedelta(rng.integers(8 * 3600, 18 * 3600, len(people)), unit="s")
    moment = (pd.to_datetime(day) + clock.where(people["date"] != "", pd.Timedelta(0))).sort_values(ignore_index=True)
    header = ["id", "submitdate", "lastpage", "startlanguage", "token", "ipaddr", "urzad", "kanal", *layout.items]
    letters = np.array(list("abcdefghjkmnpqrstuvwxyz23456789"))
    columns = {
        "id": people["respondent"],
        "submitdate": moment.dt.strftime("%Y-%m-%d %H:%M:%S").where(people["complete"], ""),
        "lastpage": last_page.astype(str),
        "startlanguage": rng.choice(["pl", "en"], len(people), p=[0.97, 0.03]),
        "token": ["".join(token) for token in rng.choice(letters, (len(people), 6))],
        "ipaddr": [f"{ADDRESS}.{end}" for end in rng.integers(1, 255, len(people))],
        "urzad": people["office"],
        "kanal": people["channel"],
    }
    frame = pd.DataFrame(columns).astype(object).to_numpy()
    rows = np.hstack([frame, written[:, order], people["duration_s"].map("{:.0f}".format).to_numpy(object)[:, None]])
    file = f"{edition.id}/results-survey{edition.year}{edition.number:02d}.csv"
    return Grid(file, "", [[*header, "interviewtime"], *rows.tolist()])


def _names(register: pd.DataFrame, key: str) -> dict[str, str]:
    return dict(zip(register[key], register["name"], strict=True))


def _of(scores: pd.DataFrame, edition: Edition, stage: str) -> list:
    """The marks of one stage, by dossier, juror and criterion."""
    own = scores[(scores["edition"] == edition.id) & (scores["stage"] == stage)]
    return list(own[["dossier", "office", "juror", "criterion", "value", "missing"]].itertuples(index=False))


def _heading(edition: Edition, competition: Competition, juror: str) -> list[list[object]]:
    scale = edition.scale(edition.criteria[0].id)
    step = "pełne punkty" if scale.step == 1 else f"co {scale.step:g} punktu".replace(".", ",")
    columns = ["Lp.", "Nr zgłoszenia", "Nazwa urzędu", *(entry.label["pl"] for entry in edition.criteria), "Suma"]
    return [
        [competition.title["pl"]],
        [f"{edition.title['pl']} – karta ocen"],
        [edition.stages[0].label["pl"]],
        [],
        ["Juror:", juror],
        ["Skala:", f"{scale.minimum:g}–{scale.maximum:g}, {step}"],
        [],
        columns,
    ]


def _cell(value: float, missing: str) -> object:
    return TOKENS[missing] if missing else float(value)


def _text(value: float, missing: str) -> str:
    return TOKENS[missing] if missing else f"{value:g}".replace(".", ",")
