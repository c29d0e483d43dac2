"""What becomes of 2,400 damaged files; about five minutes. `make studies` prints the table with -s."""

import resource

from analysis.intake.child import CHILD
from mutants import mutants, report, world

COUNT, SEED = 2400, 20


def test_every_damaged_file_is_accounted_for_or_refused_in_sentences(tmp_path):
    outcomes = mutants(world(tmp_path), COUNT, SEED)
    CHILD.stop()
    print("\n" + report(outcomes))
    wrong = [outcome for outcome in outcomes if outcome.how not in KNOWN]
    assert not wrong, wrong[:5]
    assert max(outcome.seconds for outcome in outcomes) <= 10
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss <= 1_000_000
    books = [outcome for outcome in outcomes if outcome.kind.startswith("xlsx")]
    assert sum(outcome.how == SILENT for outcome in books) <= 0.05 * len(books)


SILENT = "read, changed and not named"
KNOWN = {"refused", "read, nothing changed", "read, changed and named", SILENT}
