"""Six intraclass correlations with their F intervals beside `pingouin.intraclass_corr`.

Run by `python -m benchmarks.reliability`. Both start from the same long table, then both from the same array; values
are compared first, intervals to the two decimals that pingouin gives. Its interval of ICC(A,k) is that of Shrout and
Fleiss. A table is changed a little before every run of ours, so that no sums are remembered from the run before.
"""

from __future__ import annotations

from itertools import count

import numpy as np
import pandas as pd
import pingouin
from threadpoolctl import threadpool_limits

from analysis.statistics.reliability import icc, icc_ak_interval_shrout_fleiss, icc_interval
from analysis.statistics.resample import generator
from benchmarks.agreement import best_of

SIZES = ((30, 5), (1_000, 12), (10_000, 10))
FORMS = ("icc_11", "icc_a1", "icc_c1", "icc_1k", "icc_ak", "icc_ck")  # in pingouin's order
TARGET_RATIO = 10
EQUAL, DECIMALS = 1e-9, 0.5e-2
STEPS = count(1)


def main() -> None:
    """Print the comparison at every size."""
    with threadpool_limits(1):  # as the measures run
        for units, jurors in SIZES:
            print(six_correlations(units, jurors))


def six_correlations(units: int, jurors: int) -> str:
    """Time of the six correlations and their intervals, values compared first."""
    ratings = complete_ratings(units, jurors)
    long = long_table(ratings)
    compare(ours_of(table_of(long)), theirs_of(long))
    from_table = best_of(3, lambda: theirs_of(long)) / best_of(9, lambda: ours_of(table_of(shifted(long))))
    ours_s = best_of(9, lambda: ours_of(shifted(ratings)))
    from_array = best_of(3, lambda: theirs_of(long_table(ratings))) / ours_s
    return (
        f"six ICCs with intervals, {units:,} x {jurors}: {from_table:.0f} times as fast as pingouin from one long "
        f"table (target {TARGET_RATIO}), {from_array:.0f} times from one array ({ours_s * 1e3:.1f} ms); values equal "
        f"to {EQUAL:.0e}, intervals to pingouin's two decimals"
    )


def complete_ratings(units: int, jurors: int) -> np.ndarray:
    """Marks of a panel in which every juror judged every unit."""
    rng = generator(1, "benchmark", "reliability")
    return rng.normal(5, 1.5, (units, 1)) + rng.normal(0, 0.7, jurors) + rng.normal(0, 1, (units, jurors))


def shifted(marks: np.ndarray | pd.DataFrame) -> np.ndarray | pd.DataFrame:
    """Move all marks by the same new amount, in place."""
    step = next(STEPS) / 1024
    if isinstance(marks, pd.DataFrame):
        marks["mark"] += step
    else:
        marks += step
    return marks


def long_table(ratings: np.ndarray) -> pd.DataFrame:
    """Lay a table out with one mark a row."""
    units, jurors = np.indices(ratings.shape)
    return pd.DataFrame({"unit": units.ravel(), "juror": jurors.ravel(), "mark": ratings.ravel()})


def table_of(long: pd.DataFrame) -> np.ndarray:
    """Arrange a long table by unit and juror."""
    (unit, units), (juror, jurors) = (pd.factorize(long[name].to_numpy()) for name in ("unit", "juror"))
    ratings = np.full((len(units), len(jurors)), np.nan)
    ratings[unit, juror] = long["mark"]
    return ratings


def ours_of(ratings: np.ndarray) -> np.ndarray:
    """Give value, low and high of each form; the interval of ICC(A,k) as pingouin makes it."""
    rows = []
    for form in FORMS:
        ends = icc_ak_interval_shrout_fleiss(ratings) if form == "icc_ak" else icc_interval(ratings, form=form)
        rows.append((icc(ratings, form=form), ends.low, ends.high))
    return np.array(rows)


def theirs_of(long: pd.DataFrame) -> np.ndarray:
    """Give the same from pingouin."""
    found = pingouin.intraclass_corr(long, targets="unit", raters="juror", ratings="mark")
    return np.column_stack([found["ICC"], np.stack(found["CI95"])])


def compare(ours: np.ndarray, theirs: np.ndarray) -> None:
    """End the run where values or intervals are not equal."""
    off = np.abs(ours - theirs)
    if not (off[:, 0].max() <= EQUAL and off[:, 1:].max() <= DECIMALS + EQUAL):
        raise SystemExit(
            f"the correlations differ by up to {off[:, 0].max():.1e}, their ends by {off[:, 1:].max():.1e}"
        )


if __name__ == "__main__":
    main()
