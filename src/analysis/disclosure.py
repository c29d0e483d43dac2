"""Who may see what: an audience's rows, made before a page sees them.

Organizers see everything. The public sees the panel and the sector as a whole, offices by a code that changes with
the edition, and laureates by name in the editions they were awarded in; never a juror, never a mark of a dossier. A
juror sees the own profile, pooled over dossiers and over other jurors, beside the panel as a whole.
"""

from __future__ import annotations

import hashlib
import hmac

import pandas as pd

from analysis.config import Competition, Disclosure, Edition, SurveyLayout
from analysis.errors import DataError
from analysis.schema import TABLES, check, conform

PRIVATE_SUBJECTS = ("juror", "dossier")
POOLED_OVER = ("", "others", "panel")  # what a juror's own numbers may be set against
NUMBERS = ["value", "se", "low", "high", "p_value", "q_value"]
SUPPRESSED = "suppressed: fewer cases than may be shown"


def office_code(key: str, edition: str, office: str) -> str:
    """Give the code of an office in one edition: keyed, so that only the holder of the key can undo it.

    >>> office_code("key", "e01", "b1") == office_code("key", "e02", "b1")
    False
    """
    mark = hmac.new(key.encode(), f"{edition}\x1f{office}".encode(), hashlib.sha256).hexdigest()
    return f"U-{mark[:8].upper()}"


def public_results(results: pd.DataFrame, settings: Disclosure) -> pd.DataFrame:
    """Give the rows of `results` the public may see.

    Rows about a juror or a dossier are left out; offices become codes of their edition; numbers that rest on fewer
    offices or respondents than the configuration allows are withheld, and where a single category of a table is
    withheld, the next smallest is too (the rest would give it away by subtraction).

    Raises
    ------
    DataError
        The configuration holds no key for the codes.
    """
    if not settings.key:
        raise DataError(
            "competition.toml: [disclosure] has no key, so no public page can be made. "
            "Set `key` to a long random text, or take 'public' out of `audiences`."
        )
    private = results["subject_type"].isin(PRIVATE_SUBJECTS) | results["versus_type"].isin(PRIVATE_SUBJECTS)
    rows = results[~private].copy()
    office = rows["subject_type"] == "office"
    codes = [
        office_code(settings.key, edition or wave, subject)
        for edition, wave, subject in rows.loc[office, ["edition", "wave", "subject"]].itertuples(index=False)
    ]
    rows.loc[office, "subject"] = codes
    return _withheld(rows, settings)


def public_tables(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Give the tidy tables the public may see: editions, laureates and their offices, files without their names."""
    dossiers = tables["dossiers"]
    laureates = dossiers[dossiers["outcome"] == "awarded"].copy()
    order = laureates.groupby("edition").cumcount() + 1
    laureates["dossier"] = [f"L{number:03d}" for number in order]
    laureates["employees"], laureates["submitted"] = float("nan"), ""
    offices = tables["offices"]
    return _released(
        {
            "editions": tables["editions"],
            "dossiers": laureates,
            "offices": offices[offices["office"].isin(laureates["office"])],
            "ledger": _nameless(tables["ledger"]),
            "crosswalk": tables["crosswalk"],
        }
    )


def juror_results(results: pd.DataFrame, scores: pd.DataFrame, settings: Disclosure, *, juror: str) -> pd.DataFrame:
    """Give the rows of `results` one juror may see: the own ones, pooled, and those of the panel as a whole.

    Rows about or against another juror, an office or a dossier are left out. The own rows of a stage are withheld
    unless they rest on `min_juror_dossiers` dossiers that `min_other_jurors` other jurors judged too, rows of the panel
    unless so many others are in it.

    Parameters
    ----------
    results
        Rows of `schema.RESULTS`.
    scores
        The tidy table of scores: who judged what together.
    settings
        The smallest cells.
    juror
        Id of the juror.
    """
    own = (results["subject_type"] == "juror") & (results["subject"] == juror)
    whole = results["subject_type"].isin(("", "panel"))
    rows = results[(own | whole) & results["versus_type"].isin(POOLED_OVER)].copy()
    enough = _judged_together(scores, settings, juror)
    mine = rows["subject_type"] == "juror"
    hidden = mine & ~pd.Series(list(zip(rows["edition"], rows["stage"], strict=True)), index=rows.index).isin(enough)
    hidden |= mine & (rows["n_units"] < settings.min_juror_dossiers).fillna(False)
    hidden |= ~mine & (rows["n_jurors"] <= settings.min_other_jurors).fillna(False)
    return _hide(rows, hidden.astype(bool))


def juror_tables(tables: dict[str, pd.DataFrame], juror: str) -> dict[str, pd.DataFrame]:
    """Give the tidy tables one juror may see: the editions and the own entry in the register."""
    jurors = tables["jurors"]
    return _released(
        {
            "editions": tables["editions"],
            "jurors": jurors[jurors["juror"] == juror],
            "ledger": _nameless(tables["ledger"]),
        }
    )


def _judged_together(scores: pd.DataFrame, settings: Disclosure, juror: str) -> set[tuple[str, str]]:
    """Give the (edition, stage) in which the juror judged enough dossiers together with enough others."""
    marks = scores.loc[scores["value"].notna(), ["edition", "stage", "dossier", "juror"]].drop_duplicates()
    mine = marks[marks["juror"] == juror].drop(columns="juror")
    others = marks[marks["juror"] != juror].merge(mine, on=["edition", "stage", "dossier"])
    others["unit"] = others["edition"] + "\x1f" + others["dossier"]
    over_all = others.assign(edition="")
    counted = pd.concat([others, over_all]).groupby(["edition", "stage"])[["unit", "juror"]].nunique()
    least = {"unit": settings.min_juror_dossiers, "juror": settings.min_other_jurors}
    return set(counted.index[(counted >= pd.Series(least)).all(axis=1)])


def _nameless(ledger: pd.DataFrame) -> pd.DataFrame:
    """Give the account of the files without their names, which may name jurors."""
    return ledger.assign(file=[f"{number:04d}" for number in range(1, len(ledger) + 1)], sheet="")


def _released(shown: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Give every tidy table, empty where nothing of it is shown."""
    return {
        name: check(conform(shown.get(name, table.empty()), table), table)
        for name, table in TABLES.items()
        if name != "results"
    }


def released_comments(tables: dict[str, pd.DataFrame], edition: Edition) -> pd.DataFrame:
    """Give what was written about the offices that may read it, without who wrote it and where.

    Parameters
    ----------
    tables : dict
        The tidy tables, `comments` among them.
    edition : Edition
        The edition; its `release_comments` names the offices. None does by default.
    """
    rows = tables["comments"]
    shown = rows[(rows["edition"] == edition.id) & rows["office"].isin(edition.release_comments)].copy()
    shown[["juror", "file", "sheet", "cell"]] = ""
    return shown.sort_values(["dossier", "stage", "criterion", "text"], ignore_index=True)


def released_competition(competition: Competition) -> Competition:
    """Give the configuration without the key, the layouts and the sources, which name jurors and files."""
    released = SurveyLayout(kind="columns", items={})
    editions = tuple(
        edition.model_copy(
            update={
                "scores": (),
                "dossiers": None,
                "release_comments": (),
                "surveys": tuple(
                    source.model_copy(update={"file": "", "layout": "released"}) for source in edition.surveys
                ),
            }
        )
        for edition in competition.editions
    )
    settings = competition.disclosure.model_copy(update={"key": None})
    return competition.model_copy(
        update={"editions": editions, "layouts": {"released": released}, "disclosure": settings}
    )


def _withheld(rows: pd.DataFrame, settings: Disclosure) -> pd.DataFrame:
    small_offices = rows["n_offices"].notna() & (rows["n_offices"] < settings.min_offices)
    small_offices &= rows["subject_type"] != "office"
    respondents = rows["n_respondents"].notna() & (rows["n_respondents"] < settings.min_respondents)
    hidden = (small_offices | respondents).fillna(False).astype(bool)
    hidden |= _complement(rows, hidden)
    return _hide(rows, hidden)


def _hide(rows: pd.DataFrame, hidden: pd.Series) -> pd.DataFrame:
    """Take the numbers out of rows, and say that they are withheld."""
    rows.loc[hidden, NUMBERS] = float("nan")
    rows.loc[hidden, [name for name in rows.columns if name.startswith("n_")]] = pd.NA
    rows.loc[hidden, "reason"] = SUPPRESSED
    rows.loc[hidden, "interval_reason"] = SUPPRESSED
    return rows.reset_index(drop=True)


def _complement(rows: pd.DataFrame, hidden: pd.Series) -> pd.Series:
    """Tell which further category must be withheld where a table would withhold exactly one."""
    extra = pd.Series(False, index=rows.index)
    categories = rows[rows["category"] != ""]
    keys = ["edition", "wave", "stage", "criterion", "at", "measure", "variant"]
    for _, table in categories.groupby(keys, sort=False):
        inside = hidden[table.index]
        shown = table[~inside]
        if inside.sum() == 1 and len(shown):
            extra[shown["n_offices"].astype("float64").fillna(float("inf")).idxmin()] = True
    return extra
