"""Rows of severities linked over editions."""

import numpy as np
import pytest

from analysis.measures.linking import add_links
from analysis.measures.rows import Rows
from analysis.measures.slices import read_panel
from analysis.statistics.jurors import severity_additive
from small import competition, edition, one, scores


def marks(rng, jurors, *, severity, dossiers=12):
    """Marks of the named jurors, one of each criterion; the others are absent."""
    cube = np.full((dossiers, len(severity), 2), np.nan)
    mean = rng.normal(6, 1, (dossiers, 1, 2)) - np.asarray(severity)[jurors][None, :, None]
    cube[:, jurors] = np.clip(np.round(mean + rng.normal(0, 0.4, mean.shape)), 0, 10)
    return cube


def linked(cubes):
    names = [f"e{place:02}" for place in range(1, len(cubes) + 1)]
    setup = competition(*(edition(name) for name in names))
    tables = [scores(cube, of=name) for name, cube in zip(names, cubes, strict=True)]
    panels = [read_panel(table, setup.edition(name), "s1") for name, table in zip(names, tables, strict=True)]
    rows = Rows(edition="")
    add_links(rows.under(stage="s1"), panels, setup)
    return rows.frame()


SEVERITY = [0.8, 0.2, 0.0, -0.3, -0.7]


def test_the_shift_of_two_editions_is_the_mean_difference_of_their_common_jurors():
    rng = np.random.default_rng(1)
    cubes = [marks(rng, [0, 1, 2, 3], severity=SEVERITY), marks(rng, [1, 2, 3, 4], severity=SEVERITY)]
    first, second = (severity_additive(cube.mean(axis=2)).value for cube in cubes)
    row = one(linked(cubes), measure="link_shift")
    assert row["value"] == pytest.approx(np.mean((first - second)[1:4]), abs=1e-6)
    assert (row["edition"], row["edition_to"], row["n_jurors"]) == ("e01", "e02", 3)
    assert row["low"] < row["value"] < row["high"]


def test_a_juror_who_grew_severe_is_found_among_the_drifts():
    rng = np.random.default_rng(2)
    later = [0.8, 0.2, 0.0, -0.3, 0.8]
    everybody = list(range(5))
    cubes = [marks(rng, everybody, severity=SEVERITY, dossiers=40), marks(rng, everybody, severity=later, dossiers=40)]
    drifts = linked(cubes).query("measure == 'severity_drift'").set_index("subject")
    assert drifts["value"].idxmax() == "j4" and drifts.loc["j4", "q_value"] < 0.05
    assert drifts.loc["j4", "value"] == pytest.approx(1.5, abs=0.3)
    assert (drifts["q_family"] == "drift: 5 changes of jurors to the next edition").all()


def test_an_edition_that_no_juror_links_is_named():
    rng = np.random.default_rng(3)
    severity = [*SEVERITY, 0.1, 0.2]
    cubes = [marks(rng, panel, severity=severity) for panel in ([0, 1, 2], [1, 2, 3], [5, 6])]
    found = linked(cubes)
    assert np.isfinite(one(found, measure="link_shift", edition="e01")["value"])
    assert one(found, measure="link_shift", edition="e02")["reason"] == (
        "not_connected: no juror links e02 to e03, directly or through other editions"
    )
    assert (
        found.query("measure == 'linked_severity' and edition == 'e03'")["reason"].str[:13] == "not_connected"
    ).all()


def test_two_sets_of_editions_are_linked_each_and_the_later_one_gives_the_scale():
    rng = np.random.default_rng(6)
    cubes = [marks(rng, panel, severity=SEVERITY) for panel in ([0, 1, 2], [0, 1], [3, 4], [3, 4])]
    found = linked(cubes)
    shifts = found[found["measure"] == "link_shift"].set_index("edition")["value"]
    assert shifts.notna().to_dict() == {"e01": True, "e02": False, "e03": True}
    severities = found[found["measure"] == "linked_severity"].groupby("edition")["value"].count()
    assert severities.to_dict() == {"e01": 0, "e02": 0, "e03": 2, "e04": 2}


def test_editions_without_any_common_juror_give_reasons_alone():
    rng = np.random.default_rng(4)
    found = linked([marks(rng, panel, severity=SEVERITY) for panel in ([0, 1], [2, 3])])
    assert len(found) == 5 and (found["reason"].str[:13] == "not_connected").all()


def test_one_edition_has_no_links():
    assert linked([marks(np.random.default_rng(5), [0, 1], severity=SEVERITY)]).empty
