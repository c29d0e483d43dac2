"""How often the 95 % intervals of agreement and reliability hold the true value; about ten minutes.

`make studies` prints the tables of docs/methods.md: coverage, its Monte Carlo error, the seed. The seed was
not used when the methods were chosen.
"""

import pytest
from tests.coverage_world import DEFAULT, DESCRIBED, STUDIED, Design, coverage

SEED = 20261122
DESIGNS = {
    "30 offices x 5 jurors, 20 % missing": Design(30, 5, 0.2, None),
    "40 dossiers x 2 of 8 jurors": Design(40, 8, 0.0, 2),
}
SMALL = {
    "8 offices x 5 jurors, 20 % missing": Design(8, 5, 0.2, None),
    "12 offices x 5 jurors, 20 % missing": Design(12, 5, 0.2, None),
    "100 dossiers x 2 of 8 jurors": Design(100, 8, 0.0, 2),
}
REPLICATES, FEWER = 4000, 1000


@pytest.mark.parametrize("name", STUDIED)
@pytest.mark.parametrize("design", DESIGNS)
def test_intervals_shown_hold_the_true_value_in_93_to_97_of_100_panels(design, name, capsys):
    found = coverage(DESIGNS[design], (name,), seed=SEED, replicates=REPLICATES)
    with capsys.disabled():
        show(design, found, REPLICATES)
    shown = {target: share for (_, target, method), (share, *_) in found.items() if method == DEFAULT}
    assert len(shown) == 2
    assert all(0.93 <= share <= 0.97 for share in shown.values())


@pytest.mark.parametrize("design", SMALL)
def test_intervals_of_few_offices_are_somewhat_too_narrow(design, capsys):
    found = coverage(SMALL[design], (*STUDIED, *DESCRIBED), seed=SEED, replicates=FEWER)
    with capsys.disabled():
        show(design, found, FEWER)
    assert all(0.85 < share < 0.99 for (_, _, method), (share, *_) in found.items() if method == DEFAULT)


def show(design, found, replicates):
    for (name, target, method), (share, error, none) in found.items():
        print(
            f"\n{design:36} {name[:36]:36} {target:18} {method:18} {share:6.1%} ± {error:.1%}"
            f"  no interval {none:.1%}  (seed {SEED}, {replicates} panels)",
            end="",
        )
