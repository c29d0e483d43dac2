import pandas as pd
import pytest

from analysis import simulate
from twin_reading import WAYS, differences, groups, numbers, planted, read, serious

SEED = 3


@pytest.fixture(scope="module")
def clean(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clean")
    twin = simulate.write_twin(folder, seed=SEED)
    return twin, read(folder)


@pytest.mark.parametrize("kinds", groups(), ids=lambda kinds: kinds[0] if len(kinds) == 1 else f"{kinds[0]} and others")
def test_a_planted_fault_of_every_kind_is_found(kinds, tmp_path):
    ledger, reading = planted(tmp_path, seed=SEED, kinds=kinds)
    assert set(ledger["kind"]) == set(kinds)
    missed = ledger[~ledger["hit"]]
    assert missed.empty, f"{missed[['kind', 'file', 'place', 'written']].to_string()}\n{reading.sentences}"


def test_the_clean_twin_has_no_finding_that_somebody_must_look_at(clean):
    _, reading = clean
    assert reading.sentences == []
    assert serious(reading).empty, serious(reading).to_string()


@pytest.mark.parametrize("edition", ["e01", "e02"])
def test_the_clean_twin_is_read_as_it_truly_is(clean, edition):
    twin, reading = clean
    for name, wrong in differences(reading, twin, edition).items():
        assert wrong.empty, f"{name}\n{wrong.head().to_string()}"


def test_a_fault_that_is_not_there_does_not_count_as_found(clean):
    """The judge of the other tests, held to the clean twin: nothing of what was planted elsewhere is found in it."""
    twin, reading = clean
    for kinds in groups():
        for fault in simulate.twin(SEED, kinds=kinds).ledger.itertuples():
            way = simulate.KINDS[fault.kind].way
            if way != "read" and fault.kind not in ("straight_liner",):
                assert not WAYS[way](fault, reading, twin), fault.kind


def test_the_same_seed_plants_the_same_faults_in_the_same_world():
    kinds = groups()[1]
    one, other = simulate.twin(SEED, kinds=kinds), simulate.twin(SEED, kinds=kinds)
    assert one.files == other.files and one.ledger.equals(other.ledger)
    clean = simulate.twin(SEED)
    untouched = set(clean.files) - {f"data/raw/{file}" for file in one.ledger["file"]}
    assert untouched and all(clean.files[name] == one.files[name] for name in untouched)


def test_another_seed_plants_the_faults_elsewhere():
    places = [simulate.twin(seed, kinds=("date", "words")).ledger[["file", "place"]] for seed in (1, 2)]
    assert not places[0].equals(places[1])


def test_every_fault_has_an_id_and_says_what_stood_and_what_stands_there():
    ledger = pd.concat([simulate.twin(SEED, kinds=kinds).ledger for kinds in groups()])
    assert (ledger["id"].str.fullmatch(r"F\d{3}")).all()
    assert (ledger["original"] != ledger["written"]).sum() > 0.8 * len(ledger)
    assert (ledger["file"] != "").all()


def test_a_place_with_spans_holds_every_number_between():
    assert numbers("lines 4, 9-11") == {4, 9, 10, 11}
