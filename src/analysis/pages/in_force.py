"""The rules in force: their fingerprint, the day they were frozen, and what changed since."""

from __future__ import annotations

import pandas as pd

from analysis.intake.regulations import rules_in_force, rules_sha256, said
from analysis.pages.display import Block, Prose
from analysis.pages.findings import coded, columns, shown
from analysis.pages.irregular import RULES
from analysis.pages.page import Column, Page


def rules(page: Page) -> Block:
    """Whether the rules stand as they were frozen, every field that changed, and all of them folded."""
    found = coded(page, RULES)
    sentence = Prose(
        "clean-rules-said", (_sentence(page, found), page.say("clean.rules.sha256", sha256=fingerprint(page)))
    )
    changed = found[found["code"] == "rules_changed"]
    tables = [] if changed.empty else [_changes(page, changed)]
    return page.group(sentence, *tables, page.fold("clean.rules", _all(page)))


def fingerprint(page: Page) -> str:
    """SHA-256 of the rules in force of the page's edition."""
    return rules_sha256(page.competition, page.edition)


def _sentence(page: Page, found: pd.DataFrame) -> str:
    frozen = found[found["code"] == "rules_frozen"]
    if frozen.empty:
        return page.say("clean.rules.free")
    date = page.words.date(frozen["key"].iloc[0].removeprefix("frozen "))
    if (found["code"] == "rules_record_edited").any():
        return page.say("clean.rules.edited", date=date)
    changed = int((found["code"] == "rules_changed").sum())
    if changed:
        return page.say("clean.rules.changed", date=date, fields=page.words.count("clean.plural.of_rule", changed))
    return page.say("clean.rules.same", date=date)


def _changes(page: Page, changed: pd.DataFrame) -> Block:
    heads = columns(place="rule", found="before", done="after", key="since")
    return shown(page, changed, "clean.rules.changes", heads)


def _all(page: Page) -> Block:
    entries = rules_in_force(page.competition, page.edition)
    frame = pd.DataFrame({"rule": list(entries), "value": [said(entry) for entry in entries.values()]})
    heads = {"rule": Column("clean.columns.rule"), "value": Column("columns.value")}
    return page.table("clean.rules.all", frame, heads)
