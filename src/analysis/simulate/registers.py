"""The people and offices of the demo: who exists, before anything is judged."""

from __future__ import annotations

import numpy as np
import pandas as pd

OFFICES = 700
"""How many offices stand ready to enter; more than ever do."""

SIZE_SPREAD = 0.5
"""Standard deviation of the logarithm of the number of employees."""


def offices(names: dict, *, rng: np.random.Generator) -> pd.DataFrame:
    """Make the offices in the order in which they would first enter.

    Returns
    -------
    DataFrame
        A row an office: `office name kind region place employees` and `group`, the part of its category's id
        that does not depend on size.
    """
    towns = _towns(names, rng=rng)
    kinds = list(names["kinds"])
    share = np.array([names["kinds"][kind]["share"] for kind in kinds])
    rows, taken = [], set()
    while len(rows) < OFFICES:
        kind = kinds[rng.choice(len(kinds), p=share / share.sum())]
        town = towns[rng.integers(len(towns))]
        if (kind, town["nominative"]) in taken or not _fits(kind, town):
            continue
        taken.add((kind, town["nominative"]))
        facts = names["kinds"][kind]
        rows.append(
            {
                "office": f"U{len(rows) + 1:03d}",
                "name": facts["name"].format(**town),
                "kind": kind,
                "region": town["region"],
                "place": town["nominative"],
                "employees": max(6, round(facts["employees"] * np.exp(rng.normal(0, SIZE_SPREAD)))),
                "group": facts["category"],
            }
        )
    return pd.DataFrame(rows)


def jurors(names: dict, *, rng: np.random.Generator) -> pd.DataFrame:
    """Make the jurors in the order in which they join: `juror name title first last role region employer`."""
    regions = names["regions"]["names"]
    rows = [
        {
            "juror": f"J{place:02d}",
            "name": f"{title} {first} {last}",
            "title": title,
            "first": first,
            "last": last,
            "role": role,
            "region": regions[rng.integers(len(regions))],
        }
        for place, (title, first, last, role) in enumerate(names["jurors"]["people"], start=1)
    ]
    return pd.DataFrame(rows)


def _towns(names: dict, *, rng: np.random.Generator) -> list[dict]:
    regions = names["regions"]["names"]
    towns = [
        {"nominative": f"{word} {adjective}", "locative": f"{in_word} {in_adjective}"}
        for word, in_word, gender in names["towns"]
        for adjective, in_adjective in names["adjectives"][gender]
    ]
    for town in towns:
        town["region"] = regions[rng.integers(len(regions))]
        town["mixed"] = rng.random() < 1 / 3  # town and commune under one office
    return towns


def _fits(kind: str, town: dict) -> bool:
    """A town has either one office for town and commune, or one for each."""
    if kind == "town_commune_office":
        return town["mixed"]
    return kind not in ("town_office", "commune_office") or not town["mixed"]
