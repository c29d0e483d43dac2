"""The clients of the demo: who answers the questionnaire about which office, and what they answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import norm

from analysis.config import Competition, Edition, Instrument
from analysis.schema import RESPONDENTS, RESPONSES, conform


@dataclass(frozen=True)
class Wave:
    """One wave: a row a respondent, in `people`; answers and reasons in arrays (respondents × items).

    `people`: `respondent office channel date pages duration_s style`; `pages` is the number of pages answered.
    """

    edition: Edition
    items: list[str]
    people: pd.DataFrame
    answers: np.ndarray
    missing: np.ndarray
    offices: pd.DataFrame


def wave(
    edition: Edition, dossiers: pd.DataFrame, *, competition: Competition, model: dict, rng: np.random.Generator
) -> Wave:
    """Ask the clients of some of the offices of one edition.

    Parameters
    ----------
    edition
        The edition, with its survey source.
    dossiers : DataFrame
        Its dossiers, with `quality`, the latent quality for the jury.
    competition
        For the questionnaire.
    model
        Parameters (model.toml).
    rng
        Random numbers.
    """
    facts = model["survey"]
    instrument = competition.instruments[edition.surveys[0].instrument]
    offices = _offices(dossiers, size=facts["respondents"][edition.number - 1], model=model, rng=rng)
    people = _people(offices, edition, facts=facts, pages=len(instrument.dimensions), rng=rng)
    satisfaction = np.repeat(offices["satisfaction"].to_numpy(), offices["respondents"])[people.index]
    answers = _answers(people, satisfaction, instrument, facts=facts, rng=rng)
    missing = _missing(people, instrument, facts=facts, rng=rng)
    answers = np.where(missing == "", answers, np.nan)
    items = [item.id for item in instrument.items]
    return Wave(edition, items, people.reset_index(drop=True), answers, missing, offices)


def tables(waves: list[Wave]) -> dict[str, pd.DataFrame]:
    """Give `respondents` and `responses` of all waves, and the truth: satisfaction of offices, styles of answering."""
    respondents = [
        entry.people.assign(wave=entry.edition.surveys[0].wave, edition=entry.edition.id, complete=_complete(entry))
        for entry in waves
    ]
    true = [
        entry.offices[["office", "respondents", "satisfaction"]].assign(wave=entry.edition.surveys[0].wave).round(4)
        for entry in waves
    ]
    joined = pd.concat(respondents, ignore_index=True)
    return {
        "respondents": conform(joined, RESPONDENTS),
        "responses": conform(pd.concat([_responses(entry) for entry in waves]), RESPONSES),
        "truth_satisfaction": pd.concat(true, ignore_index=True),
        "truth_styles": joined.loc[joined["style"] != "", ["wave", "respondent", "style"]].reset_index(drop=True),
    }


def _complete(entry: Wave) -> pd.Series:
    return entry.people["pages"] == entry.people["pages"].max()


def _responses(entry: Wave) -> pd.DataFrame:
    source, many = entry.edition.surveys[0], len(entry.items)
    values = entry.answers.ravel()
    return pd.DataFrame(
        {
            "wave": source.wave,
            "edition": entry.edition.id,
            "respondent": np.repeat(entry.people["respondent"].to_numpy(), many),
            "office": np.repeat(entry.people["office"].to_numpy(), many),
            "item": np.tile(entry.items, len(entry.people)),
            "value_raw": np.where(np.isnan(values), "", np.nan_to_num(values).astype(int).astype(str)),
            "value": values,
            "missing": entry.missing.ravel(),
        }
    )


def _offices(dossiers: pd.DataFrame, *, size: int, model: dict, rng: np.random.Generator) -> pd.DataFrame:
    """Choose the offices whose clients are asked, with the number of respondents and their latent satisfaction."""
    facts = model["survey"]
    chosen = dossiers[dossiers["status"] == "valid"].sample(frac=1, random_state=rng)
    sizes = np.exp(rng.normal(np.log(facts["median"]), facts["spread"], len(chosen)))
    sizes = np.clip(sizes.round(), facts["least"], facts["most"]).astype(int)
    upto = np.cumsum(sizes)
    sizes = np.where(upto <= size, sizes, size - (upto - sizes))
    enough = sizes >= facts["least"]
    chosen, sizes = chosen[enough], sizes[enough]
    standard = chosen["quality"].to_numpy() / np.sqrt(model["variance"]["office"])
    link = facts["jury"]
    latent = link * standard + np.sqrt(1 - link**2) * rng.normal(size=len(chosen))
    offices = pd.DataFrame({"office": chosen["office"].to_numpy(), "respondents": sizes, "satisfaction": latent})
    offices["paper"] = rng.random(len(offices)) < facts["paper_only"]
    return offices


def _people(
    offices: pd.DataFrame, edition: Edition, *, facts: dict, pages: int, rng: np.random.Generator
) -> pd.DataFrame:
    """Make the respondents, in the order in which they answered; the index is their place by office."""
    many = int(offices["respondents"].sum())
    channels, share = list(facts["channels"]), np.array(list(facts["channels"].values()))
    channel = rng.choice(channels, many, p=share / share.sum())
    paper = np.repeat(offices["paper"].to_numpy(), offices["respondents"]) & (rng.random(many) < 0.95)
    styles = ["careless", "straight", ""]
    style_share = [facts["careless"], facts["straight"], 1 - facts["careless"] - facts["straight"]]
    partial = rng.random(many) < facts["partial"]
    seconds = np.exp(rng.normal(np.log(210), 0.4, many))
    seconds = np.where(rng.random(many) < facts["speeding"], seconds / 6, seconds)
    moment = pd.Timestamp(edition.gala) - pd.Timedelta(days=100)
    moment = moment + pd.to_timedelta(np.sort(rng.integers(0, 60, many)), unit="D")
    people = pd.DataFrame(
        {
            "office": np.repeat(offices["office"].to_numpy(), offices["respondents"]),
            "channel": np.where(paper, "paper", channel).astype(object),
            "style": rng.choice(styles, many, p=style_share),
            "pages": np.where(partial, rng.integers(1, pages, many), pages),
            "duration_s": np.maximum(seconds.round(), 5),
        }
    )
    people = people.iloc[rng.permutation(many)]
    people["respondent"] = [str(number) for number in range(1, many + 1)]
    dated = edition.number != facts["undated"]
    people["date"] = moment.strftime("%Y-%m-%d") if dated else ""
    return people


def _answers(
    people: pd.DataFrame, satisfaction: np.ndarray, instrument: Instrument, *, facts: dict, rng: np.random.Generator
) -> np.ndarray:
    """Give answers 1-5: office, general opinion, opinion on the dimension, item, chance; then styles of answering."""
    many, items = len(people), instrument.items
    place = {dimension.id: index for index, dimension in enumerate(instrument.dimensions)}
    column = np.array([place[item.dimension] for item in items])
    general = rng.normal(0, np.sqrt(facts["general"]), (many, 1))
    dimension = rng.normal(0, np.sqrt(facts["dimension"]), (many, len(place)))[:, column]
    rest = 1 - facts["office"] - facts["general"] - facts["dimension"]
    chance = rng.normal(0, np.sqrt(rest), (many, len(items)))
    ease = np.linspace(-1, 1, len(items))[np.random.default_rng(len(items)).permutation(len(items))]
    ease = ease / ease.std() * facts["ease"]
    latent = np.sqrt(facts["office"]) * satisfaction[:, None] + general + dimension + chance + ease
    answers = 1.0 + np.searchsorted(norm.ppf(facts["cumulative"]), latent)
    careless = (people["style"] == "careless").to_numpy()
    answers[careless] = rng.integers(1, 6, (int(careless.sum()), len(items)))
    straight = (people["style"] == "straight").to_numpy()
    usual = rng.choice([3, 4, 5], (int(straight.sum()), 1), p=[0.3, 0.5, 0.2])
    content = rng.random((int(straight.sum()), 1)) < facts["ceiling"]
    answers[straight] = np.where(content, 5, usual)
    return answers


def _missing(people: pd.DataFrame, instrument: Instrument, *, facts: dict, rng: np.random.Generator) -> np.ndarray:
    """Say why an answer is missing: the page was not reached, the question does not apply, or it was left out."""
    many, items = len(people), instrument.items
    place = {dimension.id: index for index, dimension in enumerate(instrument.dimensions)}
    page = np.array([place[item.dimension] for item in items])
    inapplicable = np.array([facts["not_applicable"].get(item.id, 0) for item in items])
    missing = np.full((many, len(items)), "", dtype=object)
    missing[rng.random(missing.shape) < inapplicable] = "not_applicable"
    missing[rng.random(missing.shape) < facts["nonresponse"]] = "missing"
    missing[page >= people["pages"].to_numpy()[:, None]] = "missing"
    return missing
