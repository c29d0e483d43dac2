"""What becomes of 2,100 damaged files; about ten minutes. `make studies` prints the tables with -s."""

import resource

import pytest

from analysis.intake.child import CHILD
from mutants import mutants, report, world

COUNT = 700
SILENT = "read, changed and not named"
KNOWN = {"refused", "read, nothing changed", "read, changed and named", SILENT}


@pytest.mark.parametrize("seed", [20, 21, 22])
def test_every_damaged_file_is_accounted_for_or_refused_in_sentences(tmp_path, seed):
    outcomes = mutants(world(tmp_path), COUNT, seed)
    CHILD.stop()
    print("\n" + report(outcomes))
    wrong = [outcome for outcome in outcomes if outcome.how not in KNOWN]
    assert not wrong, wrong[:5]
    assert max(outcome.seconds for outcome in outcomes) <= 10
    for whose in (resource.RUSAGE_CHILDREN, resource.RUSAGE_SELF):
        assert resource.getrusage(whose).ru_maxrss <= 1_000_000
    books = [outcome for outcome in outcomes if outcome.kind.startswith("xlsx")]
    assert sum(outcome.how == SILENT for outcome in books) <= 0.05 * len(books)
