"""Who may see what: an audience's rows, made before a page sees them.

Organizers see everything. The public sees the panel and the sector as a whole, offices by a code that changes with
the edition, and laureates by name in the editions they were awarded in; never a juror, never a mark of a dossier.
"""

from __future__ import annotations

import hashlib
import hmac

import pandas as pd

from analysis.config import Competition, Disclosure, Edition, SurveyLayout
from analysis.errors import DataError
from analysis.schema import TABLES, check, conform

PRIVATE_SUBJECTS = ("juror", "dossier")
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
    ledger = tables["ledger"].copy()
    ledger["file"] = [f"{number:04d}" for number in range(1, len(ledger) + 1)]
    ledger["sheet"] = ""
    shown = {
        "editions": tables["editions"],
        "dossiers": laureates,
        "offices": offices[offices["office"].isin(laureates["office"])],
        "ledger": ledger,
        "crosswalk": tables["crosswalk"],
    }
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


def public_competition(competition: Competition) -> Competition:
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
