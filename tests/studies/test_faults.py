"""How many of the planted faults are found: every kind at twelve random places, and the clean twin beside it.

A finding counts where its severity is act or look; `info` is an account of what was done (a decimal comma read, a
column with personal data dropped), and each kind of fault says in `simulate.KINDS` what finds it.
`make studies` prints the table with -s.
"""

import pandas as pd
import pytest

from analysis import simulate
from twin_reading import groups, planted, read, serious

SEEDS = range(101, 113)


@pytest.fixture(scope="module")
def ledger(tmp_path_factory):
    parts = []
    for seed in SEEDS:
        for kinds in groups():
            parts.append(planted(tmp_path_factory.mktemp("planted"), seed=seed, kinds=kinds)[0])
    return pd.concat(parts, ignore_index=True)


def test_nineteen_of_twenty_planted_faults_are_found(ledger):
    table = ledger.groupby("kind")["hit"].agg(["sum", "size"])
    for name, kind in simulate.KINDS.items():
        found, size = table.loc[name]
        print(f"{name:26} {kind.way:9} {kind.code:22} {found:3} of {size:3}")
    print(f"together {ledger['hit'].sum()} of {len(ledger)}: {ledger['hit'].mean():.1%}")
    missed = ledger[~ledger["hit"]]
    print(missed[["seed", "kind", "file", "place", "written"]].to_string(index=False) if len(missed) else "none missed")
    assert set(table.index) == set(simulate.KINDS) and (table["size"] >= 10).all()
    assert ledger["hit"].mean() >= 0.95


def test_no_kind_is_missed_more_often_than_found(ledger):
    share = ledger.groupby("kind")["hit"].mean()
    assert (share > 0.5).all(), share[share <= 0.5]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_clean_twin_has_no_finding(seed, tmp_path):
    simulate.write_twin(tmp_path, seed=seed)
    reading = read(tmp_path)
    print(f"seed {seed}: {len(serious(reading))} findings, {len(reading.sentences)} sentences")
    assert reading.sentences == [] and serious(reading).empty, serious(reading).to_string()
