"""A small competition in two copies: a clean one, and one with faults of chosen kinds and a ledger of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.schema import CROSSWALK
from analysis.shelf import Shelf
from analysis.simulate import faults, files, folder, settings
from analysis.simulate.bench import Bench, Style
from analysis.simulate.forms import form
from analysis.simulate.kinds import KINDS
from analysis.simulate.sheets import ADDRESS, TITLE, Grid
from analysis.simulate.world import world

AREA = "Ocena merytoryczna"
"""What stands above the criteria of the second edition."""
DECIMAL = re.compile(r"(-?\d+),(\d+)")


@dataclass(frozen=True)
class Twin:
    """A small workspace.

    `files`: path below the workspace → bytes. `ledger`: a line for each fault, as in data/truth/faults.csv.
    `tables`: the tables of the world as intake should read them where nothing is set aside.
    """

    files: dict[str, bytes]
    ledger: pd.DataFrame
    tables: dict[str, pd.DataFrame]


def twin(seed: int = settings.SEED, *, kinds: Iterable[str] = ()) -> Twin:
    """Make the small competition with a fault of each of these kinds; without kinds it is the clean twin.

    Parameters
    ----------
    seed
        Where the random numbers begin; the same seed gives the same world, whatever the kinds.
    kinds
        Keys of `kinds.KINDS`, planted in that order.
    """
    kinds = tuple(kinds)
    chosen = [(name, KINDS[name]) for name in kinds]
    competition, tables = settings.competition(settings.TWIN), small_world(seed)
    rng = settings.generator(seed, "twin", *kinds)
    bench = Bench(competition, tables, {}, {}, rng)
    for name, kind in chosen:
        if kind.way == "measured":
            kind.plant(bench, {"kind": name, "code": kind.code, **kind.settings})
    bench.grids = folder.grids(competition, tables, seed)
    _dress(bench, rng=settings.generator(seed, "dress"))
    bench.registers = folder.registers(competition, tables, named=len(competition.editions))
    for name, kind in chosen:
        if kind.way != "measured":
            kind.plant(bench, {"kind": name, "code": kind.code, **kind.settings})
    made = {path.relative_to(settings.TWIN).as_posix(): path.read_bytes() for path in settings.TWIN.rglob("*.toml")}
    del made["model.toml"]
    made |= _written(bench)
    ledger = pd.DataFrame(bench.ledger, columns=list(faults.COLUMNS))
    return Twin({f"data/raw/{name}": made[name] for name in sorted(made)}, ledger, tables)


def write_twin(root: Path, *, seed: int = settings.SEED, kinds: Iterable[str] = ()) -> Twin:
    """Write the small competition below a folder, and give it (see `twin`)."""
    made, shelf = twin(seed, kinds=kinds), Shelf(root)
    for name, content in made.files.items():
        shelf.write_bytes(shelf.root / name, content)
    return made


def small_world(seed: int) -> dict[str, pd.DataFrame]:
    """Make the tables of the small competition: two categories by size, invented TERYT codes, no crosswalk."""
    competition = settings.competition(settings.TWIN)
    tables = world(seed, competition=competition, model=settings.small_model())
    tables["crosswalk"] = CROSSWALK.empty()
    offices, dossiers = tables["offices"], tables["dossiers"]
    offices["terc"] = [f"0299{number:02d}{number % 3 + 1}" for number in range(1, len(offices) + 1)]
    half = dossiers.groupby("edition")["employees"].transform("median")
    dossiers["category"] = np.where(dossiers["employees"] > half, "larger", "smaller")
    _recategorize(tables)
    return tables


def _recategorize(tables: dict[str, pd.DataFrame]) -> None:
    """Give every mark the category of its dossier."""
    of = tables["dossiers"].set_index(["edition", "dossier"])["category"]
    places = pd.MultiIndex.from_frame(tables["scores"][["edition", "dossier"]])
    tables["scores"]["category"] = of.reindex(places).to_numpy(object)


def _dress(bench: Bench, *, rng: np.random.Generator) -> None:
    """Give the second edition what the first does not have: an area above the criteria, days of marks, a form."""
    edition = bench.competition.editions[1]
    first, second = (bench.grids[edition.id, stage.id] for stage in edition.stages)
    for grid in first:
        names = grid.rows[TITLE]
        area = [text if column < 3 or text == "Suma" else AREA for column, text in enumerate(names)]
        grid.insert(TITLE, area)
        grid.header = TITLE + 1
        grid.rows[grid.header] = [text if text != above else "" for text, above in zip(names, area, strict=True)]
    last = pd.Timestamp(edition.stages[1].closes)
    for grid in second:
        grid.rows[0].append("Data")
        for row in grid.rows[1:]:
            row.append((last - pd.Timedelta(days=int(rng.integers(0, 15)))).date().isoformat())
    for held in bench.competition.editions:
        _address(bench.grids[held.id, "survey"][0])
    instrument = bench.competition.instruments[edition.surveys[-1].instrument]
    bench.grids[edition.id, "form"] = [form(edition, bench.tables, instrument, rng=rng)]


def _address(grid: Grid) -> None:
    """Give everybody an address of his or her own, so that nobody looks like another."""
    column = grid.rows[0].index("ipaddr")
    for line, row in enumerate(grid.rows[1:], start=1):
        row[column] = f"{ADDRESS}.{line}"


def _written(bench: Bench) -> dict[str, bytes]:
    """Write every file but the configuration."""
    made = {}
    for name, frame in bench.registers.items():
        rows = [list(frame.columns), *frame.astype(object).map(_plain).to_numpy().tolist()]
        made[f"{name}.csv"] = _text(rows, bench.style(f"{name}.csv"))
    for (edition, _), grids in bench.grids.items():
        day = bench.competition.edition(edition).gala
        for grid in grids:
            book = files.workbook(grid, created=day) if grid.sheet else _text(grid.rows, bench.style(grid.file))
            made[grid.file] = book
    return made


def _plain(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _text(rows: list[list[object]], style: Style) -> bytes:
    if style.mark == ".":
        rows = [[_pointed(value) for value in row] for row in rows]
    return (style.lead + files.text(rows)).encode(style.encoding)


def _pointed(value: object) -> str:
    text = str(value)
    number = DECIMAL.fullmatch(text)
    return f"{number[1]}.{number[2]}" if number else text
