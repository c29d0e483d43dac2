"""How the pages of an audience were made: input files, settings, software."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from analysis.intake import rules_sha256
from analysis.pages import display
from analysis.pages.page import Column, Page

_PAIRS = {"name": Column("columns.name"), "value": Column("columns.value")}

_RULES = {"edition": Column("columns.edition"), "sha256": Column("colophon.sha256")}


def colophon(page: Page, software: Mapping[str, str]) -> list[display.Block]:
    """Give the blocks of the colophon.

    Parameters
    ----------
    page
        A page of the audience, whose tables hold no more than the audience may see.
    software
        Name → version of everything that made the numbers and the pages, the commit included.
    """
    return [
        page.title("colophon"),
        page.section("colophon.made"),
        page.text("colophon.steps"),
        page.section("colophon.settings"),
        _settings(page),
        page.table("colophon.rules", _rules(page), _RULES),
        page.section("colophon.software"),
        page.table("colophon.software", _frame(software), _PAIRS),
        page.section("colophon.files"),
        _files(page),
        page.section("colophon.accessibility"),
        page.text("colophon.statement"),
    ]


def _settings(page: Page) -> display.Table:
    analysis, limits = page.competition.analysis, page.competition.disclosure
    words = page.words
    pairs = {
        "data": page.say(f"colophon.data.{page.competition.data}"),
        "seed": str(analysis.seed),
        "replicates": words.number(analysis.replicates),
        "confidence": words.share(analysis.confidence),
        "min_offices": words.number(limits.min_offices),
        "min_respondents": words.number(limits.min_respondents),
        "min_juror_dossiers": words.number(limits.min_juror_dossiers),
        "min_other_jurors": words.number(limits.min_other_jurors),
    }
    named = {page.say(f"colophon.setting.{name}"): value for name, value in pairs.items()}
    return page.table("colophon.settings", _frame(named), _PAIRS)


def _rules(page: Page) -> pd.DataFrame:
    """Edition and SHA-256 of its rules in force."""
    competition = page.competition
    rows = [(page.label("edition", entry.id), rules_sha256(competition, entry)) for entry in competition.editions]
    return pd.DataFrame(rows, columns=list(_RULES))


def _files(page: Page) -> display.Table:
    ledger = page.tables["ledger"]
    files = ledger[["file", "edition", "sha256"]].drop_duplicates().sort_values(["file", "edition"])
    columns = {
        "file": Column("columns.file"),
        "edition": Column("columns.edition"),
        "sha256": Column("colophon.sha256"),
    }
    return page.table("colophon.files", files, columns)


def _frame(pairs: Mapping[str, str]) -> pd.DataFrame:
    return pd.DataFrame({"name": list(pairs), "value": list(pairs.values())})
