"""The many-facet Rasch model: time beside `raschpy` with its standard errors, and growth to a million ratings.

Run by `python -m benchmarks.rasch`. Both get the same marks. Their estimators differ (joint maximum likelihood with
the spread corrected here, a composite likelihood there), so before anything is timed the severities have to agree
within a bound; the largest difference is printed. `raschpy` has analytic (sandwich) standard errors by default and
bootstrap ones by option: both are timed, the bootstrap from a few resamples scaled to 200. A million ratings are not
given to `raschpy`: it needs a matrix of jurors × offices × criteria and more memory than this is meant to run in.
"""

from __future__ import annotations

import time
import tracemalloc
import warnings

import numpy as np
import pandas as pd
from raschpy import MFRM
from threadpoolctl import threadpool_limits

from analysis.statistics import rasch
from analysis.statistics.resample import generator

PANELS = {  # offices, jurors, criteria, jurors of an office, levels
    "30,000 ratings": (500, 10, 15, 4, 11),
    "100,000 ratings": (4166, 347, 6, 4, 5),
}
TARGET_S, TARGET_RATIO = {"30,000 ratings": 1.0}, {"30,000 ratings": 1, "100,000 ratings": 50}
RESAMPLES, SCALED = {"30,000 ratings": 3, "100,000 ratings": 0}, 200
GROWTH = ((416, 40, 6, 4, 5), (4166, 40, 6, 4, 5), (41_666, 40, 6, 4, 5))
NEAR = 0.05  # logits


def main() -> None:
    """Print the comparisons and the growth."""
    with threadpool_limits(1):  # as the measures run
        for name in PANELS:
            print(compared(name))
        print(growth())


def panel(shape: tuple[int, int, int, int, int]) -> tuple[np.ndarray, dict[str, np.ndarray], np.ndarray]:
    """Draw marks of a rating-scale model; give them, the facets and the true severities."""
    offices, jurors, criteria, each, levels = shape
    rng = generator(1, "benchmark", "rasch", str(shape))
    severity, difficulty = rng.normal(0, 0.5, jurors), rng.normal(0, 0.4, criteria)
    chosen = np.argsort(rng.random((offices, jurors)), axis=1)[:, :each]
    facets = {
        "office": np.repeat(np.arange(offices), each * criteria),
        "juror": np.repeat(chosen.ravel(), criteria),
        "criterion": np.tile(np.arange(criteria), offices * each),
    }
    predictor = rng.normal(0.5, 1, offices)[facets["office"]]
    predictor = predictor - severity[facets["juror"]] - difficulty[facets["criterion"]]
    draw = rng.random(len(predictor))
    terms = np.ones((levels, len(predictor)))
    for level, threshold in enumerate(np.linspace(-2, 2, levels - 1), start=1):
        terms[level] = terms[level - 1] * np.exp(predictor - threshold)
    chance = (terms / terms.sum(axis=0)).cumsum(axis=0)
    marks = (draw > chance[:-1]).sum(axis=0).astype(float)
    return marks, facets, severity - severity.mean()


def measured(marks: np.ndarray, facets: dict[str, np.ndarray], levels: int) -> tuple[rasch.Fit, np.ndarray]:
    """Fit, standard errors and fit statistics of offices, jurors and criteria; give also the severities."""
    scale, model = rasch.RatingScale(range(levels)), rasch.Model("office")
    fitted = rasch.fit(marks, facets, scale=scale, model=model)
    tables = rasch.element_tables(fitted)
    for table in tables:
        rasch.facet_summary(table)
    return fitted, tables[1].measure


def ours(marks: np.ndarray, facets: dict[str, np.ndarray], levels: int) -> np.ndarray:
    """Make every table, two interactions among them; give the severities."""
    fitted, severity = measured(marks, facets, levels)
    rasch.data_summary(fitted)
    rasch.category_tables(fitted)
    rasch.unexpected_marks(fitted)
    rasch.exact_agreements(fitted, "juror")
    rasch.interaction_table(fitted, ("juror", "office"))
    rasch.interaction_table(fitted, ("juror", "criterion"))
    return severity


def wide_table(marks: np.ndarray, facets: dict[str, np.ndarray]) -> pd.DataFrame:
    """Lay the marks out as `raschpy` wants them: a row a juror and office, a column a criterion."""
    table = pd.DataFrame({**facets, "mark": marks}).pivot(index=["juror", "office"], columns="criterion", values="mark")
    jurors = [f"juror {number:04d}" for number in table.index.get_level_values(0)]
    table.index = pd.MultiIndex.from_arrays([jurors, table.index.get_level_values(1)])
    return table.add_prefix("criterion ")


def theirs(table: pd.DataFrame, levels: int) -> tuple[MFRM, float, float]:
    """Calibrate with analytic standard errors and measures of the offices; give the seconds of each."""
    start = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = MFRM(table, levels - 1)
        model.calibrate()
        model.person_estimates()
        fitted = time.perf_counter()
        model.std_errors(se_method="sandwich")
    return model, fitted - start, time.perf_counter() - fitted


def bootstrap_seconds(model: MFRM, resamples: int) -> float:
    """Time bootstrap standard errors from a few resamples, scaled to `SCALED`."""
    start = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.std_errors(se_method="bootstrap", no_of_samples=resamples, seed=1)
    return (time.perf_counter() - start) / resamples * SCALED


def compared(name: str) -> str:
    """Time both on one panel, their severities compared first."""
    shape = PANELS[name]
    marks, facets, truth = panel(shape)
    model, fit_s, errors_s = theirs(wide_table(marks, facets), shape[-1])
    found, other = ours(marks, facets, shape[-1]), np.asarray(model.raters_global, dtype=float)
    difference = float(np.abs(found - other).max())
    if difference > NEAR:
        raise SystemExit(f"the severities differ by up to {difference:.3f} logits")
    ours_s, all_s = (
        min(seconds(lambda work=work: work(marks, facets, shape[-1])) for _ in range(5)) for work in (measured, ours)
    )
    target = f" (target {TARGET_S[name]:g} s)" if name in TARGET_S else ""
    text = (
        f"many-facet Rasch, {name}, {shape[1]} jurors, all tables and two interactions: {all_s:.2f} s{target}; "
        f"measures, standard errors and fit alone: {ours_s:.2f} s; "
        f"raschpy, measures and sandwich errors: {fit_s:.2f} + {errors_s:.2f} s, "
        f"ratio {(fit_s + errors_s) / ours_s:.0f} (target {TARGET_RATIO[name]}); "
    )
    if RESAMPLES[name]:
        bootstrap_s = bootstrap_seconds(model, RESAMPLES[name])
        text += f"with {SCALED} bootstraps instead (scaled from {RESAMPLES[name]}) {bootstrap_s:.0f} s; "
    error, other_error = (float(np.sqrt(np.mean((values - truth) ** 2))) for values in (found, other))
    correlation = float(np.corrcoef(found, other)[0, 1])
    return text + (
        f"severities: largest difference {difference:.3f} logits, correlation {correlation:.5f}, "
        f"error {error:.3f} here, {other_error:.3f} there"
    )


def growth() -> str:
    """Seconds and memory over three sizes, the jurors fixed, and the slope of log seconds on log ratings."""
    sizes, times = [], []
    for shape in GROWTH:
        marks, facets, _ = panel(shape)
        sizes.append(len(marks))
        times.append(min(seconds(lambda m=marks, f=facets: ours(m, f, 5)) for _ in range(2)))
    tracemalloc.start()
    ours(marks, facets, 5)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    slope = np.polyfit(np.log(sizes), np.log(times), 1)[0]
    told = ", ".join(f"{size:,}: {taken:.2f} s" for size, taken in zip(sizes, times, strict=True))
    return (
        f"many-facet Rasch with all tables, {GROWTH[0][1]} jurors, ratings: {told}; slope on logarithms {slope:.2f}; "
        f"peak {peak / 1e6:.0f} MB = {peak / sizes[-1]:.0f} bytes a rating; raschpy not run at a million"
    )


def seconds(work) -> float:
    """Time one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
