"""What jurors wrote about dossiers: a table of its own, apart from the scores and on no page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from analysis.config import Edition
from analysis.intake.identity import Names
from analysis.intake.readings import Reading
from analysis.schema import COMMENTS, check, conform


def comments(
    readings: Sequence[Reading], dossiers: pd.DataFrame, edition: Edition, *, names: Mapping[str, Names]
) -> pd.DataFrame:
    """Give the table `comments` of an edition.

    A comment of a row that was set aside or superseded goes with its row; several about one thing are joined.

    Parameters
    ----------
    readings : sequence of Reading
        The sheets, with what jurors wrote (`remarks`).
    dossiers : DataFrame
        Table `dossiers`: whose office a dossier is.
    names : mapping
        `Names` of stage, dossier, juror and criterion.
    """
    frames = [_kept(reading) for reading in readings if len(reading.remarks)]
    if not frames:
        return COMMENTS.empty()
    rows = pd.concat(frames, ignore_index=True)
    for column, known in names.items():
        ids = known.resolve(rows[column])
        rows[column] = [ids[text] or ("" if not text else None) for text in rows[column]]
    rows = rows.dropna(subset=["stage", "dossier", "juror", "criterion"])
    of = dossiers.drop_duplicates("dossier").set_index("dossier")["office"]
    rows = rows.assign(edition=edition.id, office=rows["dossier"].map(of))
    joined = dict.fromkeys(("office", "file", "sheet", "cell"), "first") | {"text": "\n".join}
    rows = rows.groupby(list(COMMENTS.key), as_index=False, sort=False).agg(joined)
    return check(conform(rows, COMMENTS), COMMENTS)


def _kept(reading: Reading) -> pd.DataFrame:
    account = reading.account
    gone = account.rows[(account.state == "quarantined") | (account.rule == "superseded")]
    rows = reading.remarks[~np.isin(reading.remarks["row"].to_numpy(dtype=int), gone)]
    return rows.assign(file=reading.sheet.file, sheet=reading.sheet.sheet)
