"""A register of offices in another file or with other columns than offices.csv: a public directory, say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from analysis.config import OfficeRegister
from analysis.errors import DataError
from analysis.intake import files
from analysis.intake.codes import READERS
from analysis.intake.grid import Sheet, hint, key
from analysis.intake.ledger import Finding, Journal

OFFICES_FILE = "offices.csv"
REQUIRED = ("office", "name")


def find_directory(register: OfficeRegister, *, raw: Path, data: Path | None) -> tuple[Path, str]:
    """Give the path of the register of offices, and its name as the tables give it.

    Raises
    ------
    DataError
        `data:` is used and no data folder was given, or a file that is named does not exist.
    """
    inner = register.file.removeprefix(files.DATA)
    if inner != register.file and data is None:
        raise DataError(f"competition.toml [offices]: {register.file!r} lies outside the workspace. Use `--data DIR`.")
    path = (data if inner != register.file else raw) / inner
    if not path.is_file() and register.file != OFFICES_FILE:
        raise DataError(
            f"{path}: there is no such file. Put it there, or correct `file` in competition.toml [offices]."
        )
    return path, register.file


def read_directory(sheet: Sheet, register: OfficeRegister, *, journal: Journal) -> pd.DataFrame:
    """Read the mapped columns of a register of offices below its header, the first row.

    Errors (a header that is not there) are kept in `journal`.

    Returns
    -------
    DataFrame
        The mapped columns of `offices` as text, `row` and `line`.
    """
    columns = {name: register.columns.get(name, name) for name in (*REQUIRED, *register.columns)}
    headers = (
        {key(text): place for place, text in reversed(list(enumerate(sheet.cells[0])))} if len(sheet.cells) else {}
    )
    lacking = sorted({header for header in columns.values() if key(header) not in headers})
    for header in lacking:
        near = hint(header, sheet.cells[0] if len(sheet.cells) else ())
        sentence = f"{sheet.where}: the column {header!r} is missing{near}{'' if near else '.'}"
        journal.fail(sheet.file, f"{sentence} Correct `columns` in competition.toml [offices].")
    if lacking:
        return pd.DataFrame({name: pd.Series(dtype="str") for name in columns} | {"row": [], "line": []})
    rows = np.flatnonzero((sheet.cells[1:] != "").any(axis=1)) + 1
    frame = pd.DataFrame({name: sheet.cells[rows, headers[key(header)]] for name, header in columns.items()})
    if "kind" in frame:
        frame["kind"] = [register.kinds.get(text, text) for text in frame["kind"]]
    return frame.assign(row=rows, line=sheet.lines[rows])


def read_codes(offices: pd.DataFrame, sheet: Sheet, *, journal: Journal) -> pd.DataFrame:
    """Read the REGON, NIP and TERC of offices, and note what was put right and what cannot be true.

    Parameters
    ----------
    offices : DataFrame
        Columns of `offices` as text, and `row`, the row of the sheet.
    """
    offices = offices.copy()
    for column, read in READERS.items():
        if column not in offices:
            continue
        codes = [read(text) for text in offices[column]]
        for row, office, text, code in zip(offices["row"], offices["office"], offices[column], codes, strict=True):
            about = {"place": sheet.place([row]), "key": f"office {office}, {column}", "found": text}
            if text and not code.valid:
                journal.findings.append(Finding(f"{column}_invalid", sheet, **about))
            elif code.restored:
                journal.findings.append(Finding("leading_zero", sheet, **about, done=code.text))
        offices[column] = [code.text for code in codes]
    return offices
