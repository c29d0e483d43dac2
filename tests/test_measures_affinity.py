"""Rows of affinity: who a juror's own dossiers are, how much more they got, what a recusal would change."""

import numpy as np
import pandas as pd
import pytest

from analysis.measures.affinity import add_affinity, own_dossiers
from analysis.measures.rows import Rows
from analysis.measures.slices import read_panel
from small import competition, dossiers, edition, one, scores, tables

SETUP = competition(
    edition(
        stages=[{"id": "s1", "label": {}}],
        decision={"weights": {"s1": 1}, "rule": "places", "value": 3},
    )
)
REGIONS = ["Mazury"] * 6 + ["Kujawy"] * 6


def registers(jurors, *, recused=(), regions=REGIONS, names=None):
    """Offices o0, o1, ... of these regions, jurors j0, ... with `region` or `employer`, recusals (dossier, juror)."""
    offices = [
        {"office": f"o{place}", "name": (names or {}).get(place, f"Urząd {place}"), "region": region}
        for place, region in enumerate(regions)
    ]
    listed = [{"juror": f"j{place}", "name": f"J {place}"} | entry for place, entry in enumerate(jurors)]
    declared = [
        {"edition": "e01", "dossier": dossier, "juror": juror, "reason": why} for dossier, juror, why in recused
    ]
    frames = {"offices": pd.DataFrame(offices), "jurors": pd.DataFrame(listed), "dossiers": dossiers(len(regions))}
    return frames | ({"recusals": pd.DataFrame(declared)} if declared else {})


def panel_of(cube, frames, *, setup=SETUP):
    given = tables(scores=scores(cube), **frames)
    return read_panel(given["scores"], setup.edition("e01"), "s1"), given


def marks(rng, *, jurors=4, dossiers=12, gain=0.0):
    """Marks in which juror 0 gives the first six dossiers `gain` more."""
    cube = rng.normal(5, 1, (dossiers, 1, 2)) + rng.normal(0, 0.4, (dossiers, jurors, 2))
    cube[:6, 0] += gain
    return np.clip(np.round(cube), 0, 10)


def measured(cube, frames, *, setup=SETUP):
    panel, given = panel_of(cube, frames, setup=setup)
    rows = Rows(edition="e01")
    add_affinity(rows.under(stage="s1"), panel, given, setup)
    return rows.frame()


def test_an_own_region_is_compared_without_case():
    panel, given = panel_of(marks(np.random.default_rng(1)), registers([{"region": "MAZURY"}, {}, {}, {}]))
    assert own_dossiers(panel, given)["own region"].sum(axis=0).tolist() == [6, 0, 0, 0]


def test_offices_and_jurors_without_a_region_share_none():
    frames = registers([{}, {}, {}, {"region": "Kujawy"}], regions=[""] * 12)
    panel, given = panel_of(marks(np.random.default_rng(1)), frames)
    assert not own_dossiers(panel, given)["own region"].any()


@pytest.mark.parametrize("employer", ["o3", "urzad miejski w bajkowie", "UM Bajkowo"])
def test_an_own_employer_is_named_by_id_by_name_or_by_a_name_that_means_it(employer):
    frames = registers(
        [{}, {"employer": employer}, {"employer": "Szkoła Bajek"}, {}], names={3: "Urząd Miejski w Bajkowie"}
    )
    panel, given = panel_of(marks(np.random.default_rng(1)), frames)
    own = own_dossiers(panel, given)["own employer"]
    assert np.argwhere(own).tolist() == [[list(panel.offices).index("o3"), 1]]


def test_a_previous_contact_is_a_declared_one_and_a_region_is_none():
    frames = registers([{}] * 4, recused=[("d2", "j1", "pupil"), ("d4", "j1", "region"), ("d5", "j2", "employer")])
    panel, given = panel_of(marks(np.random.default_rng(1)), frames)
    own = own_dossiers(panel, given)
    assert np.argwhere(own["previous contact"]).tolist() == [[list(panel.offices).index("o2"), 1]]
    assert np.argwhere(own["own employer"]).tolist() == [[list(panel.offices).index("o5"), 2]]


def test_a_juror_who_gives_two_points_more_to_the_own_region_is_found():
    found = measured(marks(np.random.default_rng(2), gain=2.0), registers([{"region": "Mazury"}, {}, {}, {}]))
    for how in ("permutation within juror and criterion", "juror and dossier effects"):
        row = one(found, measure="affinity", variant=f"own region, {how}", subject="j0")
        assert row["value"] == pytest.approx(2, abs=0.5) and row["low"] > 0 and row["q_value"] < 0.05
        assert (row["n_units"], row["uom"], row["q_family"]) == (6, "points", f"own region, {how}: 1 jurors")
        assert row["interval"] == "t, linearised over 6 own offices"
    power = one(found, measure="power", subject="j0")
    assert 0.05 < power["value"] < 1 and power["variant"] == "affinity, own region, 0.5 standard deviations of dossiers"


def test_jurors_without_own_dossiers_have_no_row():
    found = measured(marks(np.random.default_rng(2)), registers([{"region": "Mazury"}, {"region": "Mars"}, {}, {}]))
    assert set(found["subject"]) == {"j0", ""}


def test_two_own_dossiers_are_said_to_be_too_few():
    regions = ["Mazury"] * 2 + ["Kujawy"] * 10
    found = measured(marks(np.random.default_rng(3)), registers([{"region": "Mazury"}, {}, {}, {}], regions=regions))
    rows = found[(found["measure"] == "affinity") & (found["subject"] == "j0")]
    assert len(rows) == 2 and rows["reason"].str.startswith("too_few_units: own dossiers").all()


def test_registers_that_name_no_own_dossier_give_one_reason_a_kind():
    found = measured(marks(np.random.default_rng(4)), registers([{}] * 4))
    assert list(found["variant"]) == ["own employer", "own region", "previous contact"]
    assert found["reason"].str.startswith("no_data").all() and (found["measure"] == "affinity").all()


def test_a_recusal_would_have_taken_the_award_that_the_own_region_got():
    cube = np.full((12, 4, 2), 5.0)
    cube[6], cube[7], cube[8] = 7.0, 7.1, 7.2
    cube[0, 0] = 10
    cube[0, 1:] = 6.5  # mean 7.4 with the own juror's 10, 6.5 without
    found = measured(cube, registers([{"region": "Mazury"}, {}, {}, {}]))
    effect = found[found["measure"] == "recusal_effect"]
    assert one(effect, subject="j0", at="")["value"] == 2
    assert one(effect, subject="j0", at="places")["value"] == 4


def test_marks_of_an_ordinal_scale_have_no_affinity():
    scale = {"ten": {"minimum": 0, "maximum": 10, "level": "ordinal"}}
    setup = competition(edition(scales=scale, stages=[{"id": "s1", "label": {}}], decision={"weights": {"s1": 1}}))
    found = measured(marks(np.random.default_rng(5)), registers([{"region": "Mazury"}, {}, {}, {}]), setup=setup)
    assert found["reason"].str.startswith("wrong_level").all()
