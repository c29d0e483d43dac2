"""A survey export of a million rows: our reading to typed answers beside pandas' reading to text, same file, same run.

Run by `python -m benchmarks.survey_csv`. Ours finds the header, drops personal columns, sets aside partial and doubled
rows, and reads every cell of 20 items as a number or a reason; pandas' C parser only splits the file into text. Their
answers are compared on a part of the file before anything is timed. Each reads in a process of its own, so that the
peaks of memory do not mix.
"""

from __future__ import annotations

import multiprocessing
import resource
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.config import Competition, SurveySource
from analysis.intake import files
from analysis.intake.answers import Answers, parts, read_answers
from analysis.intake.ledger import Account, Journal
from analysis.intake.limesurvey import Codebook
from analysis.intake.respondents import set_aside
from analysis.intake.sheets import sift
from analysis.intake.surveys import survey_block

ROWS, ITEMS, COMPARED = 1_000_000, 20, 20_000
CODES = {f"Q1[SQ{number:03d}]": f"item{number}" for number in range(1, ITEMS + 1)}
WORDS = {"pl": "x", "en": "x"}
SOURCE = {"file": "survey.csv", "layout": "survey", "wave": "w1", "instrument": "clients", "label": WORDS}


def main() -> None:
    """Print the comparison."""
    print(survey_csv(rows=ROWS))


def survey_csv(*, rows: int) -> str:
    """Compare the two readings on a made file with this many rows."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "survey.csv"
        write(path, rows=rows)
        part = Path(folder) / "part.csv"
        write(part, rows=COMPARED)
        compare(part)
        size = path.stat().st_size
        (ours, our_peak), (theirs, their_peak) = (apart(reading, path) for reading in (read_ours, read_theirs))
    return (
        f"survey CSV, {rows:,} rows, {ITEMS} items, {size / 1e6:.0f} MB: {ours:.1f} s to typed answers, peak "
        f"{our_peak / 1e6:.0f} MB; pandas C parser {theirs:.1f} s to text, peak {their_peak / 1e6:.0f} MB; "
        f"ratio {ours / theirs:.2f}; {COMPARED:,} rows compared cell by cell: equal"
    )


def write(path: Path, *, rows: int) -> None:
    """Write an export of LimeSurvey: a mark of UTF-8, semicolons, every value in quotes, partial rows among them."""
    rng = np.random.default_rng(1)
    some = rng.choice(["1", "2", "3", "4", "5", "", "N/A"], (5_000, ITEMS), p=[0.05, 0.1, 0.2, 0.3, 0.25, 0.05, 0.05])
    tails = [";".join(f'"{text}"' for text in row) + "\r\n" for row in some]
    header = ["id", "submitdate", "startdate", "token", *CODES]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        file.write(";".join(f'"{name}"' for name in header) + "\r\n")
        for row in range(rows):
            clock = f"2025-03-{row % 28 + 1:02d} {row % 24:02d}:{row % 60:02d}"
            sent = f"{clock}:59" if row % 10 else ""
            file.write(f'"{row + 1}";"{sent}";"{clock}:01";"t{row}";{tails[row % len(tails)]}')


def competition() -> Competition:
    """Make a competition with one questionnaire and one layout."""
    items = [{"id": item, "label": WORDS, "scale": "answers"} for item in CODES.values()]
    return Competition(
        id="benchmark",
        title=WORDS,
        organizer=WORDS,
        scales={"answers": {"minimum": 1, "maximum": 5}},
        instruments={"clients": {"label": WORDS, "items": items}},
        layouts={"survey": {"kind": "limesurvey", "items": CODES}},
    )


def read(path: Path) -> tuple[Account, list[Answers]]:
    """Read a file as intake does, up to the answers of each item."""
    made, source, book = competition(), SurveySource(**SOURCE), Codebook()
    journal = Journal("e01")
    (sheet,) = files.sheets(path, file="survey.csv")
    block = survey_block(sheet, source, competition=made, book=book)
    found = parts(block, made.layouts["survey"], name="survey", known=list(CODES.values()))
    account = sift(block, source, competition=made, kind="survey", journal=journal)
    set_aside(block, made.layouts["survey"], account, columns=[part.column for part in found])
    return account, read_answers(block, account.accepted, found, source, competition=made, book=book)


def compare(path: Path) -> None:
    """Stop where a number differs from the text that pandas reads in its place."""
    account, answers = read(path)
    frame = pd.read_csv(path, sep=";", dtype=str, keep_default_na=False, encoding="utf-8-sig")
    frame = frame[frame["submitdate"] != ""]
    if len(account.accepted) != len(frame):
        raise SystemExit(f"{len(account.accepted)} rows accepted, {len(frame)} are complete")
    for (code, _), one in zip(CODES.items(), answers, strict=True):
        wanted = pd.to_numeric(frame[code], errors="coerce").to_numpy()
        if not np.array_equal(one.value, wanted, equal_nan=True):
            raise SystemExit(f"the answers in {code} differ")


def read_ours(path: Path) -> int:
    """Read to typed answers; give the number of answers."""
    return sum(int(np.isfinite(one.value).sum()) for one in read(path)[1])


def read_theirs(path: Path) -> int:
    """Read to text by pandas' C parser; give the number of rows."""
    return len(pd.read_csv(path, sep=";", dtype=str, keep_default_na=False, encoding="utf-8-sig", engine="c"))


def apart(reading, path: Path) -> tuple[float, float]:
    """Run a reading in a process of its own; give seconds and the peak of memory in bytes."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_measured, (reading, path))


def _measured(reading, path: Path) -> tuple[float, float]:
    start = time.perf_counter()
    reading(path)
    spent = time.perf_counter() - start
    return spent, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    main()
