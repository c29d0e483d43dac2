"""Variance components: REML beside statsmodels and, where it is at hand, lme4; growth with the marks.

Run by `python -m benchmarks.components`. The main effects of dossiers, jurors and criteria on the largest panel that
`MixedLM` ends in reasonable time, and all two-way terms on the panel of 500 dossiers × 4 of 10 jurors × 15 criteria,
whose deviance is compared with that of lme4: run here if `Rscript` has lme4, else the number typed below. Marks are
drawn by numpy's legacy generator, whose numbers never change.
"""

from __future__ import annotations

import subprocess
import tempfile
import time
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from statsmodels.regression.mixed_linear_model import MixedLM
from threadpoolctl import threadpool_limits

from analysis.statistics.henderson import henderson_components
from analysis.statistics.reml import Components, variance_components

JURORS, EACH, CRITERIA = 10, 4, 15
MAIN = ("dossier", "juror", "criterion")
ALL = (*MAIN, "dossier:juror", "dossier:criterion", "juror:criterion")
EFFECTS = {"dossier": 1.0, "juror": 0.5, "criterion": 0.6, "dossier:juror": 0.4, "dossier:criterion": 0.45,
           "juror:criterion": 0.3}  # fmt: skip
SMALL, LARGE, GROWTH = 60, 500, (167, 500, 1667)  # dossiers
TARGET_RATIO, TARGET_S = 10, 2
LME4_DEVIANCE, LME4_S = 93940.779283, 22  # lme4 1.1-31 on panel(500)
LME4 = """
suppressMessages(library(lme4))
table <- read.csv(commandArgs(TRUE)[1])
for (name in c("dossier", "juror", "criterion")) table[[name]] <- factor(table[[name]])
start <- proc.time()[3]
fit <- lmer(mark ~ 1 + (1|dossier) + (1|juror) + (1|criterion) + (1|dossier:juror) + (1|dossier:criterion) +
            (1|juror:criterion), table, control = lmerControl(calc.derivs = FALSE))
cat(sprintf("%.6f %.3f", REMLcrit(fit), proc.time()[3] - start))
"""


def main() -> None:
    """Print the comparisons."""
    with threadpool_limits(1):  # as the measures run
        print(beside_statsmodels())
        print(beside_lme4())
        print(growth())


def beside_statsmodels() -> str:
    """Time of the main effects beside `MixedLM`, both by REML; the variances are compared first."""
    marks, factors = panel(SMALL)
    table = pd.DataFrame({"mark": marks, **factors})
    ours = variance_components(marks, factors, terms=MAIN, block="dossier")
    difference = float(np.abs(ours.variances / mixed_lm(table, gtol=1e-8) - 1).max())
    if difference > 1e-5:
        raise SystemExit(f"the variances differ by up to {difference:.1e} of themselves")
    theirs_s = best_of(1, lambda: mixed_lm(table))
    ours_s = best_of(5, lambda: variance_components(marks, factors, terms=MAIN, block="dossier"))
    return (
        f"REML, main effects, {len(marks):,} marks: {ours_s:.3f} s; statsmodels MixedLM {theirs_s:.2f} s; "
        f"ratio {theirs_s / ours_s:.0f} (target {TARGET_RATIO}); variances equal to {difference:.0e} of themselves"
    )


def mixed_lm(table: pd.DataFrame, **search: float) -> np.ndarray:
    """Give the variances of dossiers, jurors, criteria and residual by `MixedLM`, one group for all marks."""
    formula = {str(place): f"0 + C({name})" for place, name in enumerate(MAIN)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its optimiser
        model = MixedLM.from_formula("mark ~ 1", table, groups=np.ones(len(table)), vc_formula=formula)
        fit = model.fit(reml=True, **search)
    return np.append(fit.vcomp, fit.scale)


def beside_lme4() -> str:
    """Time of all two-way terms beside lme4; the deviances are compared first."""
    marks, factors = panel(LARGE)
    ours = fit_all(marks, factors)
    deviance, lme4_s, where = lme4(pd.DataFrame({"mark": marks, **factors}))
    if abs(ours.deviance - deviance) > 1e-3:
        raise SystemExit(f"the deviances differ: {ours.deviance:.6f} and {deviance:.6f}")
    ours_s = best_of(3, lambda: fit_all(marks, factors))
    moments_s = best_of(3, lambda: henderson_components(marks, factors, terms=ALL))
    return (
        f"REML, all two-way terms, {len(marks):,} marks: {ours_s:.2f} s (target {TARGET_S} s), "
        f"{ours.iterations} evaluations, deviance {ours.deviance:.4f}; lme4 {lme4_s:.1f} s ({where}), "
        f"deviance {deviance:.4f}; ratio {lme4_s / ours_s:.0f}; Henderson I {moments_s:.3f} s"
    )


def lme4(table: pd.DataFrame) -> tuple[float, float, str]:
    """Give deviance and seconds of lme4, from this run where R has it, else the numbers typed above."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "panel.csv"
        table.to_csv(path, index=False)
        try:
            done = subprocess.run(["Rscript", "-e", LME4, path], capture_output=True, text=True, check=True)
        except (FileNotFoundError, subprocess.CalledProcessError):
            return LME4_DEVIANCE, LME4_S, "typed"
    deviance, seconds = (float(number) for number in done.stdout.split())
    return deviance, seconds, "this run"


def growth() -> str:
    """Slope of log time on log marks, jurors and criteria fixed, and the cost of the dense system."""
    panels = [panel(dossiers) for dossiers in GROWTH]
    sizes = [len(marks) for marks, _ in panels]
    seconds = [best_of(3, partial(fit_all, *drawn)) for drawn in panels]
    slope = np.polyfit(np.log(sizes), np.log(seconds), 1)[0]
    dense = 1 + JURORS + CRITERIA + JURORS * CRITERIA
    steps = ", ".join(f"{number:,} marks {each:.2f} s" for number, each in zip(sizes, seconds, strict=True))
    return (
        f"REML, all two-way terms: {steps}; log-log slope {slope:.2f} (linear 1); "
        f"the dense system of mean, jurors, criteria and their pairs, p = {dense}, is the same at any number of marks: "
        f"p³/3 = {dense**3 / 3e6:.1f} million operations"
    )


def fit_all(marks: np.ndarray, factors: dict[str, np.ndarray]) -> Components:
    """Fit all six terms."""
    return variance_components(marks, factors, terms=ALL, block="dossier")


def panel(dossiers: int) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Draw a panel in long form: each dossier judged on all criteria by `EACH` of `JURORS`."""
    rng = np.random.RandomState(1)
    size = {"dossier": dossiers, "juror": JURORS, "criterion": CRITERIA}
    judges = np.array([rng.permutation(JURORS)[:EACH] for _ in range(dossiers)])
    factors = {
        "dossier": np.repeat(np.arange(dossiers), EACH * CRITERIA),
        "juror": np.repeat(judges.ravel(), CRITERIA),
        "criterion": np.tile(np.arange(CRITERIA), dossiers * EACH),
    }
    marks = 6 + rng.standard_normal(dossiers * EACH * CRITERIA)
    for term, spread in EFFECTS.items():
        names = term.split(":")
        effects = spread * rng.standard_normal([size[name] for name in names])
        marks += effects[tuple(factors[name] for name in names)]
    return marks, factors


def best_of(times: int, work: Callable[[], object]) -> float:
    """Give the shortest of several times, seconds."""
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


if __name__ == "__main__":
    main()
