"""Who may see what: an audience's rows, made before a page sees them.

Organizers see everything. The public sees the panel and the sector as a whole, offices by a code that changes with
the edition, and laureates by name in the editions they were awarded in; never a juror, never a mark of a dossier. A
juror sees the own profile, pooled over dossiers and over other jurors, beside the panel as a whole.
"""

from __future__ import annotations

import hashlib
import hmac

import numpy as np
import pandas as pd

from analysis.config import Competition, Disclosure, Edition, SurveyLayout
from analysis.errors import DataError
from analysis.schema import TABLES, check, conform

PRIVATE_SUBJECTS = ("juror", "dossier")
POOLED_OVER = ("", "others", "panel")  # what a juror's own numbers may be set against
IN_A_LETTER = (
    "judged", "deviation_from_others", "severity_additive", "centrality", "range_used", "consensus_correlation",
    "halo", "score_share", "linked_severity", "severity_drift",
)  # fmt: skip
OTHERS_IN_PANEL = 5  # with four, quartiles are three persons' own numbers, and severities add up to 0: the last follows
HEAVIEST = 0.75  # share of what is compared with that one other juror may have
DECIMALS = 2  # of the panel's numbers, so that none can be told to be one person's
_CELL = ["edition", "stage", "criterion"]
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

    Only the measures a letter speaks of (`IN_A_LETTER`), and only edition by edition: a number over all editions would
    give a withheld edition away by subtraction. The own rows of a slice are withheld unless they rest on
    `min_juror_dossiers` dossiers that `min_other_jurors` others judged too, none of whom makes up more than `HEAVIEST`
    of what they are compared with; where one criterion is withheld, so is the next smallest. Rows of the panel need
    that many others, `OTHERS_IN_PANEL` at least. Reasons are reduced to their codes, since sentences may name people
    and offices; q values are rounded up to whole per cents, since each may be made from another juror's p value.

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
    together = _judged_together(scores, juror)
    rows = results.loc[_of_a_letter(results, together, juror)].copy()
    mine, counted = rows["subject_type"] == "juror", rows["measure"] == "judged"
    others = _aligned(together["juror"], rows, "edition")
    hidden = mine & ~counted & ~_enough(rows, together, settings)
    hidden |= mine & (rows["n_units"] < settings.min_juror_dossiers).fillna(False)
    hidden |= _other_criterion(rows, hidden)
    fewest = max(OTHERS_IN_PANEL, settings.min_other_jurors)
    hidden |= ~mine & ~(rows["n_jurors"] > fewest).fillna(False)
    used = (others + 1).round().astype("Int64")
    rows["n_jurors"] = rows["n_jurors"].where(~mine | rows["n_jurors"].notna(), used)
    rows.loc[~mine, "value"] = rows.loc[~mine, "value"].round(DECIMALS)
    rows["q_value"] = np.ceil(rows["q_value"] * 100 - 1e-9) / 100
    rows["q_family"] = ""
    for name in ("reason", "interval_reason"):
        rows[name] = rows[name].str.replace(r":.*", "", regex=True)
    return _hide(rows, hidden.astype(bool))


def juror_tables(tables: dict[str, pd.DataFrame], juror: str) -> dict[str, pd.DataFrame]:
    """Give the tidy tables one juror may see: the editions, the own entry in the register, the account as a whole."""
    jurors = tables["jurors"]
    return _released(
        {
            "editions": tables["editions"],
            "jurors": jurors[jurors["juror"] == juror],
            "ledger": _in_sum(tables["ledger"]),
        }
    )


def _of_a_letter(results: pd.DataFrame, together: pd.DataFrame, juror: str) -> pd.Index:
    """Give the places of the rows of a letter's measures: about the juror, or about a panel the juror was in."""
    own = (results["subject_type"] == "juror") & (results["subject"] == juror)
    panel = (results["subject_type"] == "panel") & (results["subject"] == "")
    rows = results[own | panel]
    in_it = pd.MultiIndex.from_frame(rows[_CELL[:2]]).isin(together.index.droplevel("criterion").unique())
    told = rows["measure"].isin(IN_A_LETTER) & rows["versus_type"].isin(POOLED_OVER) & (rows["edition"] != "")
    told &= (rows[["versus", "wave", "category", "item"]] == "").all(axis=1)
    return rows.index[told & ((rows["subject_type"] == "juror") | in_it)]


def _judged_together(scores: pd.DataFrame, juror: str) -> pd.DataFrame:
    """Count, by edition, stage and criterion ("" = all), what the juror judged together with others.

    Columns: `unit` dossiers, `juror` other jurors, `heaviest` share of the one with most of it (each dossier counts
    alike, as do the others on it).
    """
    marks = scores.loc[scores["value"].notna(), [*_CELL, "dossier", "juror"]]
    marks = pd.concat([marks, marks.assign(criterion="")]).drop_duplicates()
    mine = marks[marks["juror"] == juror].drop(columns="juror")
    others = marks[marks["juror"] != juror].merge(mine, on=[*_CELL, "dossier"])
    others["part"] = 1.0 / others.groupby([*_CELL, "dossier"])["juror"].transform("size")
    cells = others.groupby(_CELL)
    counted = cells.agg(unit=("dossier", "nunique"), juror=("juror", "nunique"))
    heaviest = others.groupby([*_CELL, "juror"])["part"].sum().groupby(_CELL).max()
    return counted.assign(heaviest=heaviest / counted["unit"])


def _enough(rows: pd.DataFrame, together: pd.DataFrame, settings: Disclosure) -> pd.Series:
    """Tell which rows, and the edition they lead to where there is one, rest on dossiers and other jurors enough."""
    enough = together["unit"] >= settings.min_juror_dossiers
    enough &= (together["juror"] >= settings.min_other_jurors) & (together["heaviest"] <= HEAVIEST)
    here, there = (_aligned(enough.astype(float), rows, name) == 1 for name in ("edition", "edition_to"))
    return here & (there | (rows["edition_to"] == ""))


def _aligned(counted: pd.Series, rows: pd.DataFrame, edition: str) -> pd.Series:
    """Give each row the number of its stage and criterion in the edition that a column names; NaN where none."""
    keys = pd.MultiIndex.from_frame(rows[[edition, *_CELL[1:]]], names=_CELL)
    return pd.Series(counted.reindex(keys).to_numpy(float), index=rows.index)


def _other_criterion(rows: pd.DataFrame, hidden: pd.Series) -> pd.Series:
    """Tell which criterion must be withheld besides the only one that is: the whole less the rest would show it."""
    extra = pd.Series(False, index=rows.index)
    criteria = rows[(rows["criterion"] != "") & (rows["subject_type"] == "juror")]
    keys = ["edition", "stage", "versus_type", "at", "measure", "variant"]
    for _, table in criteria.groupby(keys, sort=False):
        shown = table[~hidden[table.index]]
        if len(table) - len(shown) == 1 and len(shown):
            extra[shown["n_units"].astype("float64").fillna(float("inf")).idxmin()] = True
    return extra


def _nameless(ledger: pd.DataFrame) -> pd.DataFrame:
    """Give the account of the files without their names, which may name jurors."""
    return ledger.assign(file=[f"{number:04d}" for number in range(1, len(ledger) + 1)], sheet="")


def _in_sum(ledger: pd.DataFrame) -> pd.DataFrame:
    """Give the account as one line an edition: how many files a juror handed in and how many marks is not told."""
    lines = []
    for number, (edition, files) in enumerate(ledger.groupby("edition"), start=1):
        told = "\n".join(sorted(set(files["sha256"])))
        mark = hashlib.sha256(told.encode()).hexdigest()
        lines.append({"file": f"{number:04d}", "edition": edition, "kind": "scores", "unit": "cell", "sha256": mark})
    return conform(pd.DataFrame(lines), TABLES["ledger"])


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
