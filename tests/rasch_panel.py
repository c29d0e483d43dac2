"""Marks drawn from the many-facet Rasch model, with the truth they come from."""

from dataclasses import dataclass

import numpy as np

from analysis.statistics import rasch


@dataclass(frozen=True)
class Panel:
    marks: np.ndarray
    facets: dict
    severity: np.ndarray
    difficulty: np.ndarray
    ability: np.ndarray
    levels: int

    def fit(self, *, correction="spread", **more):
        model = rasch.Model("office", correction=correction)
        scale = more.pop("scale", rasch.RatingScale(range(self.levels)))
        return rasch.fit(self.marks, self.facets, scale=scale, model=more.pop("model", model), **more)


def panel(*, offices=60, jurors=6, criteria=5, each=3, levels=6, seed=0):
    """Draw a panel: each office before `each` jurors of the pool (or a row of jurors an office), on all criteria."""
    rng = np.random.default_rng(seed)
    severity, difficulty = rng.normal(0, 0.6, jurors), rng.normal(0, 0.4, criteria)
    severity, difficulty = severity - severity.mean(), difficulty - difficulty.mean()
    ability = rng.normal(0.3, 1, offices)
    chosen = np.argsort(rng.random((offices, jurors)), axis=1)[:, :each] if isinstance(each, int) else each
    office = np.repeat(np.arange(offices), chosen.shape[1] * criteria)
    juror, criterion = np.repeat(chosen.ravel(), criteria), np.tile(np.arange(criteria), chosen.size)
    predictor = ability[office] - severity[juror] - difficulty[criterion]
    marks = drawn(predictor, np.linspace(-2, 2, levels - 1), rng)
    facets = {"office": office, "juror": juror, "criterion": criterion}
    return Panel(marks, facets, severity, difficulty, ability, levels)


def drawn(predictor, thresholds, rng):
    """Draw a mark 0, 1, 2, ... for each predictor."""
    logs = np.vstack([np.zeros(len(predictor)), np.cumsum(predictor - thresholds[:, None], axis=0)])
    chance = np.exp(logs - logs.max(axis=0))
    below = chance.cumsum(axis=0) / chance.sum(axis=0)
    return (rng.random(len(predictor)) > below[:-1]).sum(axis=0).astype(float)
