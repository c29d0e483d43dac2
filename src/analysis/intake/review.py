"""Names of offices that a person settles: suggested in data/processed/review.csv, decided in data/raw/review.csv."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from analysis.intake.grid import Sheet, hint, key
from analysis.intake.identity import Names
from analysis.intake.ledger import Finding, Journal
from analysis.schema import REVIEW, check, conform

REVIEW_FILE = "review.csv"
KINDS = ("office",)
YES, NO = ("yes", "tak"), ("no", "nie")


def propose(text: str, names: Names, *, journal: Journal) -> None:
    """Put a name that means no office into the review, with a row for each office it may mean."""
    if names.finder is None:
        return
    for office, title, score in names.finder.suggestions(text) or [("", "", np.nan)]:
        row = {"kind": "office", "written": text, "suggested": office, "name": title, "score": score, "decision": ""}
        journal.review.append(row)


def review_table(rows: Iterable[dict]) -> pd.DataFrame:
    """Give the table `review` of rows, each name and suggestion once."""
    frame = conform(pd.DataFrame(list(rows), columns=REVIEW.names), REVIEW)
    return check(frame.drop_duplicates(list(REVIEW.key), ignore_index=True), REVIEW)


def check_decisions(review: pd.DataFrame, offices: Iterable[str], *, journal: Journal) -> None:
    """Keep an error for each decision that is none, and for each name with two that contradict one another."""
    offices = list(offices)
    known = [*YES, *NO, *offices]
    for row in review[review["decision"] != ""].itertuples():
        place = f"{REVIEW_FILE}, line {row.line}"
        said = row.decision.casefold()
        if said not in (*YES, *NO) and offices and row.decision not in offices:
            near = hint(row.decision, known) or "; write yes, no or the id of an office."
            journal.fail(REVIEW_FILE, f"{place}: the decision {row.decision!r} is no answer{near} Correct it.")
        elif said in YES and not row.suggested:
            journal.fail(REVIEW_FILE, f"{place}: yes to no suggestion. Write the id of the office, or no.")
        if row.kind not in KINDS:
            journal.fail(REVIEW_FILE, f"{place}: there is no kind {row.kind!r}; use office. Correct it.")
    meant = pd.DataFrame(accepted(review), columns=["written", "office"]).drop_duplicates()
    for written, same in meant.groupby("written"):
        if len(same) > 1:
            both = " and ".join(sorted(same["office"]))
            journal.fail(REVIEW_FILE, f"{REVIEW_FILE}: {written!r} is decided to be {both}. Keep one of them.")


def accepted(review: pd.DataFrame) -> list[tuple[str, str]]:
    """Give the pairs of a written name and the office that a person decided it means."""
    pairs = []
    for row in review.itertuples():
        said = row.decision.casefold()
        if said in YES:
            pairs.append((row.written, row.suggested))
        elif said and said not in NO:
            pairs.append((row.written, row.decision))
    return pairs


def refused(review: pd.DataFrame) -> dict[str, set[str]]:
    """Give for each written name the offices that a person decided it does not mean."""
    found: dict[str, set[str]] = {}
    for row in review.itertuples():
        if row.decision.casefold() in NO:
            found.setdefault(key(row.written), set()).add(row.suggested)
    return found


def note_links(written: pd.DataFrame, names: Names, *, journal: Journal) -> None:
    """Note every name that was understood by its parts alone: as written → the office it was taken for.

    Parameters
    ----------
    written : DataFrame
        `text` as written, `sheet_of` and `place`, a row for each occurrence.
    names : Names
        What understood it.
    """
    linked = {text: names.find(text) for text in written["text"].unique() if names.by_parts(text)}
    rows = written[written["text"].isin([text for text, meant in linked.items() if meant])]
    rows = rows.assign(at=rows["sheet_of"].map(id)).drop_duplicates(["at", "place", "text"])
    for (_, text), same in rows.groupby(["at", "text"], sort=False):
        sheet, meant = same["sheet_of"].iloc[0], linked[text]
        done = names.finder.title(text) if names.finder else ""
        done = f"{done} ({meant})" if done else str(meant)
        about = {"place": same["place"].iloc[0], "key": f"{names.thing} {meant}", "found": text, "done": done}
        journal.findings.append(Finding("office_linked", sheet, **about, count=len(same)))


def occurrences(texts: Iterable[str], rows: Iterable[int], sheet: Sheet) -> pd.DataFrame:
    """Give texts with their sheet and rows as `note_links` takes them."""
    columns = {"text": list(texts), "place": [sheet.place([row]) for row in rows]}
    return pd.DataFrame(columns).assign(sheet_of=sheet)
