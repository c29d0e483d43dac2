"""What the demo is made from: its configuration, its names, its model; and its random numbers."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd

from analysis import config
from analysis.schema import CROSSWALK, conform

HOME = Path(__file__).parent
DEMO = HOME / "demo"
TWIN = HOME / "twin"
SEED = 20260101


def competition(home: Path = DEMO) -> config.Competition:
    """Read the configuration of a competition, the demo's where none is named."""
    return config.read_competition(home)


def model() -> dict:
    """Read the parameters of the model (model.toml)."""
    return config.read_toml(HOME / "model.toml")


def small_model() -> dict:
    """Give the parameters of the small competition: the demo's, with what twin/model.toml says otherwise."""
    other = config.read_toml(TWIN / "model.toml")
    return {name: part | other.get(name, {}) for name, part in model().items()}


def names() -> dict:
    """Read the invented names (names.toml)."""
    return config.read_toml(HOME / "names.toml")


def crosswalk() -> pd.DataFrame:
    """Read the crosswalk of the demo's criteria."""
    return conform(pd.read_csv(DEMO / "crosswalk.csv", sep=";", dtype=str, keep_default_na=False), CROSSWALK)


def generator(seed: int, *purpose: str) -> np.random.Generator:
    """Give the random numbers of one purpose, so that a change in one part moves no other part.

    >>> bool(generator(1, "jury", "e01").random() == generator(1, "jury", "e01").random())
    True
    """
    digest = hashlib.sha256("/".join((str(seed), *purpose)).encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:16], "big"))
