"""What crosswalk.csv may say: relations between criteria of neighbouring editions, none against another."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pandas as pd

from analysis.config import Competition, Edition
from analysis.intake.grid import hint
from analysis.intake.ledger import Journal

RELATIONS = ("same", "reworded", "rescaled", "split", "merged", "new", "dropped")
FILE = "crosswalk.csv"


def check_crosswalk(frame: pd.DataFrame, competition: Competition, *, journal: Journal) -> pd.DataFrame:
    """Hold the lines of crosswalk.csv against the editions and against one another.

    Parameters
    ----------
    frame : DataFrame
        `from_edition from_criterion to_edition to_criterion relation share` as text, and `line`.
    competition : Competition
        Editions, their criteria and scales.
    journal : Journal
        Takes an error for each line that cannot be true.

    Returns
    -------
    DataFrame
        The lines, `share` as a number (NaN where none is given).
    """
    editions = {edition.id: edition for edition in competition.editions}
    shares, sound = [], []
    for line in frame.itertuples():
        wrong = list(_wrong(line, editions))
        for sentence in wrong:
            journal.fail(FILE, f"{FILE}, line {line.line}: {sentence}")
        share = _share(line.share)
        if share is None or (share == share and line.relation not in ("split", "merged")):
            journal.fail(FILE, f"{FILE}, line {line.line}: share {line.share!r} {_SHARE}")
            share = float("nan")
        shares.append(share)
        sound.append(not wrong)
    read = frame.assign(share=pd.Series(shares, index=frame.index, dtype="float64"))
    kept = read.loc[np.array(sound, dtype=bool)]
    _neighbours(kept, competition, journal)
    for end in ("from", "to"):
        _contradictions(kept, end, journal)
    return read


_SHARE = "is not a number above 0 and at most 1 of a part (split, merged). Correct or empty it."


def _wrong(line, editions: dict[str, Edition]) -> Iterator[str]:
    """Everything wrong in one line by itself."""
    if line.relation not in RELATIONS:
        yield _none("relation", line.relation, RELATIONS)
        return
    for end in ("from", "to"):
        edition, criterion = getattr(line, f"{end}_edition"), getattr(line, f"{end}_criterion")
        if edition not in editions:
            yield _none(f"{end}_edition", edition, editions)
            continue
        known = [entry.id for entry in editions[edition].criteria]
        empty = line.relation == ("new" if end == "from" else "dropped")
        if empty and criterion:
            yield f"{line.relation} has no {end}_criterion, but {criterion!r} stands there. Empty it, or mend relation."
        elif not empty and not criterion:
            yield f"{end}_criterion is empty, and {line.relation} needs one. Fill it."
        elif criterion and criterion not in known:
            yield _none(f"{end}_criterion", criterion, known)


def _none(column: str, text: str, known) -> str:
    near = hint(text, known) or f"; there are: {', '.join(known) or 'none'}."
    return f"there is no {column} {text!r}{near} Correct it."


def _share(text: str) -> float | None:
    if not text:
        return float("nan")
    try:
        share = float(text.replace(",", "."))
    except ValueError:
        return None
    return share if 0 < share <= 1 else None


def _neighbours(lines: pd.DataFrame, competition: Competition, journal: Journal) -> None:
    """A line joins an edition to the next one that was judged; `same` keeps its scale."""
    judged = [edition for edition in competition.editions if edition.stages and edition.criteria]
    after = {one.id: other.id for one, other in pairwise(judged)}
    for line in lines.itertuples():
        place = f"{FILE}, line {line.line}"
        start, end = line.from_edition, line.to_edition
        if after.get(start) != end:
            way = f"the one after {start} is {after[start]}" if start in after else f"none comes after {start}"
            journal.fail(FILE, f"{place}: {start} and {end} are not neighbours; {way}. Write a line for each step.")
        elif line.relation in ("same", "reworded"):
            one = competition.edition(start).scale(line.from_criterion)
            other = competition.edition(end).scale(line.to_criterion)
            ends = [(scale.minimum, scale.maximum, scale.direction) for scale in (one, other)]
            if ends[0] != ends[1]:
                said = " to ".join(f"{low:g}-{high:g} ({best} is best)" for low, high, best in ends)
                sentence = f"relation {line.relation!r}, but the scale changes from {said}. Write rescaled."
                journal.fail(FILE, f"{place}: {sentence}")


def _contradictions(lines: pd.DataFrame, end: str, journal: Journal) -> None:
    """One criterion has one line to the next edition, or is split (merged) with several parts."""
    several, other = ("split", "to") if end == "from" else ("merged", "from")
    columns = ["from_edition", "to_edition", f"{end}_criterion"]
    named = lines[lines[f"{end}_criterion"] != ""]
    for (_, _, criterion), rows in named.groupby(columns, sort=False):
        place = f"{FILE}, line{'s' if len(rows) > 1 else ''} {' and '.join(map(str, rows['line']))}"
        relations = sorted(set(rows["relation"]))
        if len(rows) > 1 and relations != [several]:
            said = ", ".join(relations)
            way = f"Only parts of one {several} may share it: keep one line, or write {several} in each."
            journal.fail(FILE, f"{place}: {criterion!r} stands in {len(rows)} lines ({said}). {way}")
        elif len(rows) == 1 and relations == [several]:
            way = f"Add a line for each other {other}_criterion, or write reworded."
            journal.fail(FILE, f"{place}: {criterion!r} is {several}, but only one part is named. {way}")
        given = rows["share"].dropna()
        if relations == [several] and len(given) and (len(given) < len(rows) or abs(given.sum() - 1) > 0.005):
            way = "Give every part one, or none."
            journal.fail(FILE, f"{place}: the shares of {criterion!r} add up to {given.sum():g}, not 1. {way}")
