"""The demo's folder: every file below data/raw and data/truth, as bytes, and the writing of it."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

import pandas as pd

from analysis.config import Competition
from analysis.shelf import Shelf
from analysis.simulate import faults, files, settings, sheets
from analysis.simulate.world import world

DOSSIER_COLUMNS = ["dossier", "office", "category", "status", "outcome", "special", "employees", "submitted"]

TRUTH = ("quality", "jurors", "habits", "satisfaction", "styles")


def write(root: Path, *, seed: int = settings.SEED) -> list[Path]:
    """Write the demo competition below a folder: data/raw and data/truth; the same seed gives the same bytes.

    Parameters
    ----------
    root
        The workspace.
    seed
        Where the random numbers begin.

    Returns
    -------
    list of Path
        The files written, each whole or not at all; other files in these folders are left alone.
    """
    shelf = Shelf(root)
    return [shelf.write_bytes(shelf.root / name, content) for name, content in contents(seed).items()]


def contents(seed: int = settings.SEED) -> dict[str, bytes]:
    """Make every file of the demo competition: path below the workspace → bytes."""
    competition, tables = settings.competition(), world(seed)
    bench = faults.Bench(
        competition=competition,
        tables=tables,
        grids=grids(competition, tables, seed),
        registers=registers(competition, tables, named=settings.model()["editions"]["offices_named"]),
        rng=settings.generator(seed, "faults"),
    )
    planted = faults.plant(bench)
    made = {path.relative_to(settings.DEMO).as_posix(): path.read_bytes() for path in settings.DEMO.rglob("*.toml")}
    made |= {f"{name}.csv": files.register(frame) for name, frame in bench.registers.items()}
    for (edition, part), held in bench.grids.items():
        day = competition.edition(edition).gala
        for file, grids_of in groupby(held, key=lambda grid: grid.file):
            pages = list(grids_of)
            if part == "survey":
                made[file] = files.limesurvey(pages[0])
            else:
                made[file] = files.workbook(*pages, created=day) if pages[0].sheet else files.panel(pages[0])
    truth = {f"{name}.csv": files.table(tables[f"truth_{name}"]) for name in TRUTH}
    truth |= {"faults.csv": files.table(planted), "model.toml": (settings.HOME / "model.toml").read_bytes()}
    truth["README.md"] = (settings.HOME / "truth.md").read_bytes()
    return {
        **{f"data/raw/{name}": made[name] for name in sorted(made)},
        **{f"data/truth/{name}": truth[name] for name in sorted(truth)},
    }


def grids(
    competition: Competition, tables: dict[str, pd.DataFrame], seed: int
) -> dict[tuple[str, str], list[sheets.Grid]]:
    """Make the sheets of every edition: jurors' workbooks, the panel's marks, the survey."""
    made = {}
    for edition in competition.editions:
        first, second = (stage.id for stage in edition.stages)
        long = competition.layouts[edition.scores[1].layout].kind == "long"
        rng = settings.generator(seed, "export", edition.id)
        if competition.layouts[edition.scores[0].layout].kind == "card":
            made[edition.id, first] = sheets.cards(
                edition, tables, competition, rng=settings.generator(seed, "cards", edition.id)
            )
        else:
            made[edition.id, first] = sheets.workbooks(edition, tables, competition)
        made[edition.id, second] = [(sheets.panel_list if long else sheets.panel_sheet)(edition, tables)]
        made[edition.id, "survey"] = [sheets.survey(edition, tables, competition, rng=rng)]
    return made


def registers(competition: Competition, tables: dict[str, pd.DataFrame], *, named: int) -> dict[str, pd.DataFrame]:
    """Give the organizer's registers, and the lists of dossiers by their path.

    Up to edition `named` a list of dossiers names the offices, later it gives their ids.
    """
    made = {name: tables[name].copy() for name in ("offices", "jurors", "recusals", "crosswalk")}
    if tables["crosswalk"].get("share", pd.Series(dtype=float)).isna().all():
        made["crosswalk"] = made["crosswalk"].drop(columns="share", errors="ignore")
    made["aliases"] = pd.DataFrame(columns=["kind", "alias", "id"])
    made["corrections"] = pd.DataFrame(
        columns=["edition", "stage", "dossier", "juror", "criterion", "was", "becomes", "why"]
    )
    names = tables["offices"].set_index("office")["name"]
    for edition in competition.editions:
        listed = tables["dossiers"].query("edition == @edition.id")[DOSSIER_COLUMNS].reset_index(drop=True)
        if edition.number <= named:
            listed["office"] = listed["office"].map(names)
        made[f"{edition.id}/dossiers"] = listed
    return made
