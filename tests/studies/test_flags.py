"""How often each kind of unusual juror is found, and how often any other juror; about ten minutes.

`make studies` with `-s` prints the tables of docs/methods.md: shares of editions, their Monte Carlo error, the seed.
"""

from dataclasses import replace

import numpy as np
import pytest
from tests.effects_world import KINDS, SHORTLIST, SPARSE, tally

SEED = 20261123
EDITIONS, ALIKE = 400, 1000
DESIGNS = {"96 dossiers x 2 of 8 jurors": SPARSE, "32 dossiers x 8 jurors": SHORTLIST}
FOUND = {  # kind: effect, least share of editions found in each design
    "severe": ("severity_additive", 0.6, 0.8),
    "lenient": ("severity_additive", 0.6, 0.8),
    "central": ("centrality", 0.85, 0.95),
    "erratic": ("infit", 0.95, 0.95),
    "halo": ("halo", 0.25, 0.75),
    "drifting": ("order_drift", 0.05, 0.2),
    "home": ("differential_severity, region", 0.0, 0.1),
    "copying": ("copying", None, 0.95),
}


def generator(*key):
    return np.random.default_rng([SEED, *key])


def error(share, editions):
    return np.sqrt(share * (1 - share) / editions)


@pytest.mark.parametrize("number", range(len(DESIGNS)))
def test_jurors_who_are_alike_are_seldom_flagged(number):
    name, design = list(DESIGNS.items())[number]
    found = tally(replace(design, ordinary=0.0), "none", rng=generator(number, 0), editions=ALIKE)
    print(f"\n{name}, jurors alike, seed {SEED}, {ALIKE} editions")
    for effect, share in found.items():
        chance = f"{share.any:6.1%} ± {error(share.any, ALIKE):.1%}"
        print(f"{effect:34} p <= .05 {share.rejected:6.1%}, a flag in an edition {chance}")
        if effect != "infit":
            assert share.rejected <= 0.06 and share.any <= 0.08


@pytest.mark.parametrize("number", range(len(DESIGNS)))
@pytest.mark.parametrize("kind", KINDS)
def test_unusual_jurors_are_found_as_often_as_the_table_says(number, kind):
    name, design = list(DESIGNS.items())[number]
    found = tally(design, kind, rng=generator(number, 1, KINDS.index(kind)), editions=EDITIONS)
    print(f"\n{name}, {kind}, seed {SEED}, {EDITIONS} editions")
    for effect, share in found.items():
        chance = f"{share.found:6.1%} ± {error(share.found, EDITIONS):.1%}, of the size {share.found_sized:6.1%}"
        print(f"{effect:34} found {chance}; another {share.false:6.1%}, of the size {share.false_sized:6.1%}")
    if kind in FOUND and FOUND[kind][1 + number] is not None:
        assert found[FOUND[kind][0]].found >= FOUND[kind][1 + number]
