"""The demo competition as it truly is: tidy tables and the latent values behind them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from analysis.config import Competition, Edition
from analysis.schema import DOSSIERS, EDITIONS, JURORS, OFFICES, RECUSALS, SCORES, conform
from analysis.simulate import clients, decisions, jury, registers, settings

REASONS = ("employer", "family", "former_collaboration", "advisory", "other")


@dataclass(frozen=True)
class Judged:
    """One edition, judged.

    `quality`: of all dossiers; `regions`: of the offices of the valid ones. `marks` and `missing`: stage → array
    (valid dossiers × jurors × criteria); a mark nobody was asked for has the reason `-`.
    """

    edition: Edition
    panel: jury.Panel
    dossiers: pd.DataFrame
    quality: np.ndarray
    regions: np.ndarray
    marks: dict[str, np.ndarray]
    missing: dict[str, np.ndarray]


@dataclass
class History:
    """What one edition leaves to the next: who entered and won, how good each office is, and how many are known."""

    offices: pd.DataFrame
    quality: dict[str, tuple[int, float]] = field(default_factory=dict)
    entered: dict[str, bool] = field(default_factory=dict)  # office → awarded when it last entered
    latest: set[str] = field(default_factory=set)
    known: int = 0


def world(
    seed: int = settings.SEED, *, competition: Competition | None = None, model: dict | None = None
) -> dict[str, pd.DataFrame]:
    """Make a competition: tables of the schema without faults, and the truth.

    Parameters
    ----------
    seed
        Where the random numbers begin.
    competition, model
        Its configuration and the parameters of the model; those of the demo where absent.

    Returns
    -------
    dict of DataFrame
        `editions offices jurors dossiers recusals scores respondents responses crosswalk` as in schema.py, and
        `truth_quality` (latent quality of each dossier's office), `truth_jurors` (latent severity of each juror in
        each edition, positive = more severe, and the kind of unusual juror), `truth_habits` (what a juror gives a
        criterion more than the others do), `truth_satisfaction` (of the clients of each office) and
        `truth_styles` (who answered the questionnaire unlike others). Latent marks are in standard deviations of
        one mark.
    """
    competition, model = competition or settings.competition(), model or settings.model()
    names = settings.names()
    people = registers.jurors(names, rng=settings.generator(seed, "jurors"))
    history = History(registers.offices(names, rng=settings.generator(seed, "offices")))
    criteria = [[criterion.id for criterion in edition.criteria] for edition in competition.editions]
    panels = jury.panels(people, criteria=criteria, model=model, rng=settings.generator(seed, "jury"))
    judged = [
        judge(edition, panels[place], history, model=model, rng=settings.generator(seed, "judging", edition.id))
        for place, edition in enumerate(competition.editions)
    ]
    waves = [
        clients.wave(
            settled.edition,
            settled.dossiers.assign(quality=settled.quality),
            competition=competition,
            model=model,
            rng=settings.generator(seed, "clients", settled.edition.id),
        )
        for settled in judged
    ]
    return _tables(judged, people, history, competition) | clients.tables(waves)


def judge(edition: Edition, panel: jury.Panel, history: History, *, model: dict, rng: np.random.Generator) -> Judged:
    """Hold one edition: entrants, assignment, recusals, both stages, awards; and update `history`."""
    place = edition.number - 1
    entrants = _entrants(history, place=place, model=model, rng=rng)
    quality = _quality(entrants, history, edition, model=model, rng=rng)
    dossiers = _dossiers(entrants, edition, place=place, model=model, rng=rng)
    valid = (dossiers["status"] == "valid").to_numpy()
    regions = entrants["region"].to_numpy(object)[valid]
    away = jury.recusals(regions, panel, model=model, rng=rng)
    home = regions[:, None] == panel.regions[None, :]
    opinion = jury.opinions(quality[valid], panel, home=home, model=model, rng=rng)
    first, second = (stage.id for stage in edition.stages)
    scale = edition.scale(edition.criteria[0].id)
    given = {stage: jury.marks(opinion, panel, scale=scale, model=model, rng=rng) for stage in (first, second)}
    given = {stage: _rescaled(points, edition) for stage, points in given.items()}
    assigned = jury.replaced(jury.pairs(*away.shape, rng=rng), away, rng=rng)
    marks, missing = {}, {}
    marks[first], missing[first] = _held(given[first], assigned, away, model=model, rng=rng)
    _unfinished(marks[first], missing[first], edition, model=model)
    composite = decisions.composite(marks[first], edition)
    through = decisions.shortlisted(composite, model["editions"]["shortlisted"])
    everyone = np.repeat(through[:, None], away.shape[1], axis=1)
    marks[second], missing[second] = _held(given[second], everyone, away, model=model, rng=rng)
    _award(dossiers, valid, [composite, decisions.composite(marks[second], edition)], edition=edition, rng=rng)
    history.entered |= dict(zip(dossiers["office"], dossiers["outcome"] == "awarded", strict=True))
    history.latest = set(dossiers["office"])
    return Judged(edition, panel, dossiers, quality, regions, marks, missing)


def _entrants(history: History, *, place: int, model: dict, rng: np.random.Generator) -> pd.DataFrame:
    """Choose who enters: some of those who did before, and newcomers; in the order of their dossiers."""
    settings_ = model["offices"]
    size = sum(model["editions"][kind][place] for kind in ("valid", "withdrawn", "disqualified"))
    chance = {
        office: (settings_["returning_laureate"] if won else settings_["returning"])
        if office in history.latest
        else settings_["returning_later"]
        for office, won in history.entered.items()
    }
    back = [office for office in sorted(chance) if rng.random() < chance[office]][:size]
    new = history.offices["office"].iloc[history.known : history.known + size - len(back)].tolist()
    history.known += len(new)
    chosen = history.offices.set_index("office", drop=False).loc[[*back, *new]]
    return chosen.iloc[rng.permutation(len(chosen))].reset_index(drop=True)


def _quality(
    entrants: pd.DataFrame, history: History, edition: Edition, *, model: dict, rng: np.random.Generator
) -> np.ndarray:
    """Give the latent quality of each entrant: mean of its group, drift, and its own path over the years."""
    facts = model["offices"]
    spread = np.sqrt(model["variance"]["office"] - facts["category_spread"] ** 2)
    groups = sorted(history.offices["group"].unique())
    means = np.linspace(-1, 1, len(groups))
    means = dict(zip(groups, means / means.std() * facts["category_spread"], strict=True))
    middle = (len(model["editions"]["valid"]) + 1) / 2
    values = []
    for office, group in zip(entrants["office"], entrants["group"], strict=True):
        if office in history.quality:
            year, before = history.quality[office]
            keep = facts["persistence"] ** (edition.year - year)
            own = keep * before + rng.normal(0, spread * np.sqrt(1 - keep**2))
        else:
            own = rng.normal(0, spread)
        history.quality[office] = (edition.year, own)
        values.append(means[group] + facts["drift"] * (edition.number - middle) + own)
    return np.array(values)


def _dossiers(
    entrants: pd.DataFrame, edition: Edition, *, place: int, model: dict, rng: np.random.Generator
) -> pd.DataFrame:
    counts = model["editions"]
    status = [kind for kind in ("valid", "withdrawn", "disqualified") for _ in range(counts[kind][place])]
    days = np.sort(rng.integers(40, 110, len(entrants)))[::-1]
    employees = np.round(entrants["employees"] * rng.uniform(0.95, 1.05, len(entrants)))
    large = np.where(employees > 50, "communes_large", "communes_small")
    return pd.DataFrame(
        {
            "edition": edition.id,
            "dossier": [f"Z{number:03d}" for number in range(1, len(entrants) + 1)],
            "office": entrants["office"],
            "category": np.where(entrants["group"] == "communes", large, entrants["group"]),
            "status": rng.permutation(np.array(status, dtype=object)),
            "outcome": "",
            "special": "",
            "employees": employees,
            "submitted": [
                (pd.Timestamp(edition.gala) - pd.Timedelta(days=int(day))).date().isoformat() for day in days
            ],
        }
    )


def _rescaled(points: np.ndarray, edition: Edition) -> np.ndarray:
    """Put points of the first criterion's scale on the scale of each criterion."""
    scales = [edition.scale(criterion.id) for criterion in edition.criteria]
    first, own = scales[0], points.copy()
    for place, scale in enumerate(scales):
        if scale != first:
            share = (points[:, :, place] - first.minimum) / (first.maximum - first.minimum)
            steps = np.round(share * (scale.maximum - scale.minimum) / scale.step)
            own[:, :, place] = scale.minimum + steps * scale.step
    return own


def _held(
    given: np.ndarray, assigned: np.ndarray, away: np.ndarray, *, model: dict, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Keep the marks that were asked for and given; say why the others that were asked for are missing."""
    missing = np.where(assigned[:, :, None], "", "-").astype(object).repeat(given.shape[2], axis=2)
    gone = rng.random(given.shape) < model["jury"]["missing"]
    blank = rng.random(given.shape) < 0.5
    missing[(missing == "") & gone] = "missing"
    missing[(missing == "missing") & blank] = "not_scored"
    missing[(assigned & away)[:, :, None].repeat(given.shape[2], axis=2)] = "recused"
    return np.where(missing == "", given, np.nan), missing


def _unfinished(marks: np.ndarray, missing: np.ndarray, edition: Edition, *, model: dict) -> None:
    """Blank the last part of the dossiers of the juror who did not finish."""
    facts = model["editions"]["unfinished"]
    if edition.number != facts["edition"]:
        return
    juror = facts["juror"] - 1
    own = np.flatnonzero((missing[:, juror] != "-").all(axis=1) & (missing[:, juror] != "recused").all(axis=1))
    left = own[len(own) - round(len(own) * facts["share"]) :]
    marks[left, juror], missing[left, juror] = np.nan, "missing"


def _award(
    dossiers: pd.DataFrame, valid: np.ndarray, stages: list[np.ndarray], *, edition: Edition, rng: np.random.Generator
) -> None:
    """Write outcome and special awards into the dossiers."""
    flags, best = decisions.awarded(stages, edition)
    rows = np.flatnonzero(valid)
    dossiers.loc[rows, "outcome"] = np.where(flags, "awarded", "not_awarded")
    winners = rows[flags]
    specials = dict.fromkeys(winners, "")
    for special in edition.specials:
        chosen = rows[best] if special.rule == "highest_total" else winners[rng.integers(len(winners))]
        specials[chosen] = f"{specials[chosen]} {special.id}".strip()
    dossiers.loc[winners, "special"] = [specials[row] for row in winners]


def _tables(
    judged: list[Judged], people: pd.DataFrame, history: History, competition: Competition
) -> dict[str, pd.DataFrame]:
    seats = [juror for settled in judged for juror in settled.panel.jurors]
    dossiers = pd.concat([settled.dossiers for settled in judged])
    entered = history.offices[history.offices["office"].isin(dossiers["office"])]
    calendar = [
        {"edition": edition.id, "number": edition.number, "year": edition.year, "gala": edition.gala.isoformat()}
        for edition in competition.editions
    ]
    return {
        "editions": conform(pd.DataFrame(calendar), EDITIONS),
        "offices": conform(entered, OFFICES),
        "jurors": conform(people[people["juror"].isin(seats)], JURORS),
        "dossiers": conform(dossiers, DOSSIERS),
        "recusals": conform(pd.concat([_recusals(settled) for settled in judged]), RECUSALS),
        "scores": conform(pd.concat([_scores(settled) for settled in judged]), SCORES),
        "crosswalk": settings.crosswalk(),
        "truth_quality": pd.concat([_true_quality(settled) for settled in judged], ignore_index=True),
        "truth_jurors": pd.concat([_true_severity(settled) for settled in judged], ignore_index=True),
        "truth_habits": pd.concat([_true_habits(settled) for settled in judged], ignore_index=True),
    }


def _valid(settled: Judged) -> pd.DataFrame:
    return settled.dossiers[settled.dossiers["status"] == "valid"].reset_index(drop=True)


def _scores(settled: Judged) -> pd.DataFrame:
    dossiers, edition = _valid(settled), settled.edition
    parts = []
    for stage, marks in settled.marks.items():
        missing = settled.missing[stage]
        dossier, juror, criterion = np.nonzero(missing != "-")
        value = marks[dossier, juror, criterion]
        ends = [edition.scale(entry.id) for entry in edition.criteria]
        low = np.array([scale.minimum for scale in ends])[criterion]
        high = np.array([scale.maximum for scale in ends])[criterion]
        part = dossiers.iloc[dossier][["edition", "dossier", "office", "category"]].reset_index(drop=True)
        part["stage"] = stage
        part["juror"] = np.array(settled.panel.jurors, dtype=object)[juror]
        part["criterion"] = np.array([entry.id for entry in edition.criteria], dtype=object)[criterion]
        part["value"] = value
        part["value_100"] = 100 * (value - low) / (high - low)
        part["value_raw"] = [f"{points:g}".replace(".", ",") if np.isfinite(points) else "" for points in value]
        part["missing"] = missing[dossier, juror, criterion]
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def _recusals(settled: Judged) -> pd.DataFrame:
    asked = np.any([(missing == "recused").any(axis=2) for missing in settled.missing.values()], axis=0)
    dossier, juror = np.nonzero(asked)
    dossiers = _valid(settled).iloc[dossier]
    panel = settled.panel
    regions = settled.regions[dossier]
    others = np.array(REASONS, dtype=object)[(dossier + juror) % len(REASONS)]
    return pd.DataFrame(
        {
            "edition": settled.edition.id,
            "dossier": dossiers["dossier"].to_numpy(),
            "juror": np.array(panel.jurors, dtype=object)[juror],
            "reason": np.where(regions == panel.regions[juror], "region", others),
            "declared": (pd.Timestamp(settled.edition.gala) - pd.Timedelta(days=35)).date().isoformat(),
        }
    )


def _true_quality(settled: Judged) -> pd.DataFrame:
    return settled.dossiers[["edition", "dossier", "office"]].assign(quality=settled.quality.round(4))


def _true_severity(settled: Judged) -> pd.DataFrame:
    panel = settled.panel
    return pd.DataFrame(
        {
            "edition": settled.edition.id,
            "juror": panel.jurors,
            "severity": panel.severity.round(4),
            "unusual": panel.unusual,
        }
    )


def _true_habits(settled: Judged) -> pd.DataFrame:
    panel, criteria = settled.panel, [entry.id for entry in settled.edition.criteria]
    return pd.DataFrame(
        {
            "edition": settled.edition.id,
            "juror": np.repeat(panel.jurors, len(criteria)),
            "criterion": np.tile(criteria, len(panel.jurors)),
            "habit": panel.habit.ravel().round(4),
        }
    )
