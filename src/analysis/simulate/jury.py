"""The jury of the demo: who sits, who judges what, and what each would mark."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.config import Scale

SHIFTED = ("severe", "lenient")
"""The unusual jurors whose severity differs as a whole."""


@dataclass(frozen=True)
class Panel:
    """The jury of one edition, by place in the pool.

    `severity`: latent severity, positive = more severe. `habit`: (jurors × criteria) what each gives a criterion more
    than others do. `unusual`: the kind of unusual juror, or empty.
    """

    jurors: list[str]
    regions: np.ndarray
    severity: np.ndarray
    habit: np.ndarray
    unusual: list[str]

    def marked(self, kind: str, *, by: float, otherwise: float) -> np.ndarray:
        """Give `by` at the place of the unusual juror of this kind, `otherwise` at all others."""
        return np.array([by if unusual == kind else otherwise for unusual in self.unusual])


def panels(jurors: pd.DataFrame, *, criteria: list[list[str]], model: dict, rng: np.random.Generator) -> list[Panel]:
    """Make the jury of every edition: turnover, severities with persistence, habits that stay."""
    settings, variance = model["jury"], model["variance"]
    kinds = {place - 1: kind for kind, place in settings["unusual"].items()}
    known = sorted({name for listed in criteria for name in listed})
    habit = rng.normal(0, np.sqrt(variance["juror_criterion"]), (len(jurors), len(known)))
    usual = rng.normal(0, np.sqrt(variance["juror"]), len(jurors))
    pool, newcomer, made = list(range(settings["pool"])), settings["pool"], []
    for edition, listed in enumerate(criteria):
        if edition:
            leaving = settings["leaving"][edition - 1]
            pool, newcomer = _turnover(pool, newcomer, leaving, kinds=kinds, rng=rng)
            keep = settings["persistence"]
            usual = keep * usual + rng.normal(0, np.sqrt(variance["juror"] * (1 - keep**2)), len(jurors))
        shift = [settings["unusual_by"].get(kinds.get(place, ""), 0) * (kinds.get(place) in SHIFTED) for place in pool]
        made.append(
            Panel(
                jurors=jurors["juror"].iloc[pool].tolist(),
                regions=jurors["region"].iloc[pool].to_numpy(object),
                severity=usual[pool] + np.array(shift),
                habit=habit[np.ix_(pool, [known.index(name) for name in listed])],
                unusual=[kinds.get(place, "") for place in pool],
            )
        )
    return made


def _turnover(
    pool: list[int], newcomer: int, leaving: int, *, kinds: dict[int, str], rng: np.random.Generator
) -> tuple[list[int], int]:
    """Let jurors go and as many join; the unusual ones stay unless everybody goes."""
    may_leave = pool if leaving == len(pool) else [place for place in pool if place not in kinds]
    gone = set(rng.choice(may_leave, leaving, replace=False).tolist())
    stay = [place for place in pool if place not in gone]
    return [*stay, *range(newcomer, newcomer + leaving)], newcomer + leaving


def pairs(dossiers: int, jurors: int, *, rng: np.random.Generator) -> np.ndarray:
    """Give each dossier two jurors at random, every juror about as many, every pair about as often.

    Returns
    -------
    ndarray of bool, shape (dossiers, jurors)
    """
    couples = np.array([(one, other) for one in range(jurors) for other in range(one + 1, jurors)])
    load, met = np.zeros(jurors), np.zeros(len(couples))
    assigned = np.zeros((dossiers, jurors), bool)
    for dossier in rng.permutation(dossiers):
        burden = load[couples].sum(axis=1) + met + rng.random(len(couples)) / 2
        chosen = int(np.argmin(burden))
        assigned[dossier, couples[chosen]] = True
        load[couples[chosen]] += 1
        met[chosen] += 1
    return assigned


def recusals(regions: np.ndarray, panel: Panel, *, model: dict, rng: np.random.Generator) -> np.ndarray:
    """Tell which juror would declare a conflict with which dossier: likelier in the juror's own region."""
    settings = model["jury"]
    same = regions[:, None] == panel.regions[None, :]
    weight = np.where(same, settings["recused_same_region"], 1)
    return rng.random(same.shape) < settings["recused"] * weight / weight.mean()


def replaced(assigned: np.ndarray, kept_away: np.ndarray, *, rng: np.random.Generator) -> np.ndarray:
    """Give every dossier a further juror for each assigned one who is kept away from it."""
    full = assigned.copy()
    for dossier in np.flatnonzero((assigned & kept_away).any(axis=1)):
        free = np.flatnonzero(~assigned[dossier] & ~kept_away[dossier])
        wanted = int((assigned & kept_away)[dossier].sum())
        load = full[:, free].sum(axis=0) + rng.random(len(free))
        full[dossier, free[np.argsort(load)[:wanted]]] = True
    return full


def opinions(
    quality: np.ndarray, panel: Panel, *, home: np.ndarray, model: dict, rng: np.random.Generator
) -> np.ndarray:
    """Give what each juror thinks of each dossier on each criterion, before the chance of the moment.

    Parameters
    ----------
    quality : array, shape (dossiers,)
        Latent quality of the office, in standard deviations of one mark.
    panel
        The jury.
    home : array of bool, shape (dossiers, jurors)
        Whether the office lies in the juror's region.
    model
        Parameters (model.toml).
    rng
        Random numbers.

    Returns
    -------
    ndarray, shape (dossiers, jurors, criteria)
        Latent, in standard deviations of one mark.
    """
    variance, unusual = model["variance"], model["jury"]["unusual_by"]
    dossiers, (jurors, criteria) = len(quality), panel.habit.shape
    strength = rng.normal(0, np.sqrt(variance["office_criterion"]), (dossiers, criteria))
    taste = rng.normal(0, np.sqrt(variance["office_juror"]), (dossiers, jurors))
    taste = taste * panel.marked("halo", by=unusual["halo"], otherwise=1)
    taste = taste + home * panel.marked("home", by=unusual["home"], otherwise=0)
    return (quality[:, None] - panel.severity + taste)[:, :, None] + strength[:, None, :] + panel.habit[None, :, :]


def marks(opinion: np.ndarray, panel: Panel, *, scale: Scale, model: dict, rng: np.random.Generator) -> np.ndarray:
    """Turn opinions into points of the scale: chance, drift over the reading, use of the range, rounding, ends.

    Returns
    -------
    ndarray, shape (dossiers, jurors, criteria)
        Points that the scale allows.
    """
    settings, unusual = model["jury"], model["jury"]["unusual_by"]
    chance = rng.normal(0, np.sqrt(model["variance"]["residual"]), opinion.shape)
    chance = chance * panel.marked("erratic", by=unusual["erratic"], otherwise=1)[:, None]
    read = np.linspace(-0.5, 0.5, len(opinion))[:, None, None]
    drift = panel.marked("drifting", by=unusual["drifting"], otherwise=0)[:, None] * read
    range_used = panel.marked("central", by=unusual["central"], otherwise=1)[:, None]
    latent = (opinion + chance - drift) * range_used
    difficulty = np.array(settings["difficulty"][: opinion.shape[2]])
    share = settings["mean"] + settings["spread"] * latent - difficulty
    points = scale.minimum + np.clip(share, 0, 1) * (scale.maximum - scale.minimum)
    return scale.minimum + np.round((points - scale.minimum) / scale.step) * scale.step
