"""How often 95 % intervals by generalized pivots hold the true value, also of marks that are not normal; two minutes.

`make studies` with `-s` prints the table of docs/methods.md. Dossier, juror and residual variance .43, .157, .413; the
skewed marks have gamma dossiers (skewness -1) and residuals of t with 5 degrees of freedom.
"""

import numpy as np
import pytest

from analysis.statistics.pivots import component_draws, dependability_draws, g_draws, icc_draws, pivot_interval

SEED, REPLICATES, DRAWS, JURORS = 20261123, 2000, 1500, 3
DOSSIER, JUROR, RESIDUAL = 0.43, 0.157, 0.413
LINE = 1.2 * DOSSIER**0.5  # about one dossier in eight is above
DESIGNS = {"30 dossiers x 5 jurors, 20 % missing": (30, 5, None), "40 dossiers x 2 of 8 jurors": (40, 8, 2)}
SHAPES = {
    "normal": (lambda rng, size: rng.normal(size=size), lambda rng, size: rng.normal(size=size)),
    "skewed": (
        lambda rng, size: 2 - rng.gamma(4, 0.5, size),
        lambda rng, size: rng.standard_t(5, size) / (5 / 3) ** 0.5,
    ),
}


def panel(design, shape, rng):
    """Draw the marks of a panel and the effects of its jurors."""
    units, jurors, each = DESIGNS[design]
    dossier, rest = SHAPES[shape]
    effects = JUROR**0.5 * rng.normal(size=jurors)
    marks = DOSSIER**0.5 * dossier(rng, (units, 1)) + effects + RESIDUAL**0.5 * rest(rng, (units, jurors))
    absent = rng.random(marks.shape).argsort(axis=1) >= each if each else rng.random(marks.shape) < 0.2
    return np.where(absent, np.nan, marks), effects


def values(draws, juror, centre):
    """Give draws and true value of what the pages show, where jurors vary so much around this centre."""
    single, noise = juror + RESIDUAL, (juror + RESIDUAL) / JURORS
    signal = DOSSIER + (centre - LINE) ** 2
    return {
        "ICC(A,1)": (icc_draws(draws, form="icc_a1"), DOSSIER / (DOSSIER + single)),
        "ICC(C,1)": (icc_draws(draws, form="icc_c1"), DOSSIER / (DOSSIER + RESIDUAL)),
        "g": (g_draws(draws, jurors=JURORS), DOSSIER / (DOSSIER + RESIDUAL / JURORS)),
        "Phi": (dependability_draws(draws, jurors=JURORS), DOSSIER / (DOSSIER + noise)),
        "Phi at the line": (dependability_draws(draws, jurors=JURORS, line=LINE), signal / (signal + noise)),
        "juror variance": (draws.juror, juror),
    }


def coverage(design, shape):
    rng, held = np.random.default_rng(SEED), {}
    for _ in range(REPLICATES):
        ratings, effects = panel(design, shape, rng)
        for target, truth in (("like_these", (JUROR, 0.0)), ("these", (effects.var(ddof=1), effects.mean()))):
            draws = component_draws(ratings, target=target, rng=rng, draws=DRAWS)
            for name, (drawn, true) in values(draws, *truth).items():
                interval = pivot_interval(drawn, draws)
                held.setdefault((target, name), []).append(interval.low <= true <= interval.high)
    return {key: float(np.mean(inside)) for key, inside in held.items()}


@pytest.mark.parametrize("design", DESIGNS)
def test_intervals_of_normal_marks_hold_the_true_value_in_93_to_97_of_100_panels(design):
    found = coverage(design, "normal")
    show(design, "normal", found)
    assert all(0.93 <= share <= 0.97 for share in found.values())


@pytest.mark.parametrize("design", DESIGNS)
def test_intervals_of_skewed_marks_are_somewhat_too_narrow(design):
    found = coverage(design, "skewed")
    show(design, "skewed", found)
    assert all(0.86 <= share <= 0.975 for share in found.values())


def show(design, shape, found):
    for (target, name), share in found.items():
        error = (share * (1 - share) / REPLICATES) ** 0.5
        print(f"\n{design:36} {shape:8} {target:12} {name:16} {share:6.1%} ± {error:.1%}",
              f"(seed {SEED}, {REPLICATES} panels)", end="")  # fmt: skip
