"""Marks entered after their stage had closed."""

from __future__ import annotations

import pandas as pd

from analysis.config import Edition
from analysis.intake.ledger import Finding, Journal

TOGETHER = ["file", "sheet", "stage", "dossier", "juror"]


def note_late(scores: pd.DataFrame, edition: Edition, *, journal: Journal) -> None:
    """Note marks whose day (`scored_at`) lies after the day on which their stage closed (`closes`).

    One finding for what one juror gave one dossier in one stage and sheet; without a day or a deadline, none.

    Parameters
    ----------
    scores : DataFrame
        Table `scores` of the edition.
    """
    closes = {stage.id: stage.closes.isoformat() for stage in edition.stages if stage.closes}
    if not closes or "scored_at" not in scores:
        return
    deadline = scores["stage"].map(closes).fillna("")
    day = scores["scored_at"].str[:10]
    late = scores[(deadline != "") & (day > deadline) & scores["value"].notna()]
    sheets = {(account.sheet.file, account.sheet.sheet): account.sheet for account in journal.accounts}
    for (file, sheet, stage, dossier, juror), rows in late.groupby(TOGETHER, sort=False):
        found = f"{rows['scored_at'].max()} > {closes[stage]}"
        said = f"dossier {dossier}, juror {juror}"
        entry = Finding("late_score", sheets[file, sheet], rows["cell"].iloc[0], said, found, count=len(rows))
        journal.findings.append(entry)
