from mutants import mutants, world


def test_damaged_files_are_accounted_for_or_refused_in_sentences(tmp_path):
    outcomes = mutants(world(tmp_path), 36, seed=5)
    ways = {outcome.how for outcome in outcomes}
    fine = {"refused", "read, nothing changed", "read, changed and named", "read, changed and not named"}
    assert ways <= fine, [outcome for outcome in outcomes if outcome.how not in fine]
    assert {"refused", "read, changed and named"} <= ways
