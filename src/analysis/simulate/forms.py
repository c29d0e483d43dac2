"""The contact form of the small competition: several answers in one cell, as a form on the web exports them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.config import Edition, Instrument
from analysis.schema import RESPONDENTS, RESPONSES, conform
from analysis.simulate.sheets import Grid

PEOPLE = 40
HEADER = ("Sygnatura czasowa", "Urząd", "Jak się Pan(i) kontaktował(a)?")


def form(
    edition: Edition, tables: dict[str, pd.DataFrame], instrument: Instrument, *, rng: np.random.Generator
) -> Grid:
    """Write the form of an edition, and add who filled it in, and how, to `tables`.

    Nobody ticks an answer that holds a comma. A respondent is known by the line.
    """
    wave = edition.surveys[-1].wave
    offices = tables["dossiers"].loc[tables["dossiers"]["edition"] == edition.id, "office"].to_numpy(object)
    grid = Grid(f"{edition.id}/formularz.csv", "", [list(HEADER)])
    people, answers = [], []
    for line in range(2, PEOPLE + 2):
        about = {"wave": wave, "edition": edition.id, "respondent": str(line), "office": rng.choice(offices)}
        ticked = [item.id for item in instrument.items if "," not in item.label["pl"] and rng.random() < 0.7]
        ticked = ticked or [instrument.items[0].id]
        day = pd.Timestamp(edition.gala) - pd.Timedelta(days=int(rng.integers(20, 60)))
        people.append(about | {"date": day.date().isoformat(), "complete": True})
        for item in instrument.items:
            answers.append(about | {"item": item.id, "value": float(item.id in ticked)})
        texts = [item.label["pl"] for item in instrument.items if item.id in ticked]
        grid.rows.append([f"{day:%Y/%m/%d} 10:15:00 AM GMT+1", about["office"], ", ".join(texts)])
    for name, rows, table in (("respondents", people, RESPONDENTS), ("responses", answers, RESPONSES)):
        tables[name] = pd.concat([tables[name], conform(pd.DataFrame(rows), table)], ignore_index=True)
    return grid
