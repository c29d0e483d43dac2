"""An SPSS file (.sav) → a sheet of text cells. Needs the optional package pyreadstat."""

from __future__ import annotations

import importlib
from pathlib import Path

import numpy as np

from analysis.errors import DataError
from analysis.intake.grid import Sheet


def read_sav(path: Path, *, file: str, sha256: str) -> Sheet:
    """Read an SPSS file as one sheet: variable names as its header, values as text.

    A value with a label is given as the label, as the other exports do; declared missing values are empty.

    Parameters
    ----------
    path : Path
        The file.
    file, sha256 : str
        Its name and the SHA-256 of its bytes.

    Raises
    ------
    DataError
        pyreadstat is not installed, or the file is no SPSS file.
    """
    try:
        pyreadstat = importlib.import_module("pyreadstat")
    except ModuleNotFoundError:
        raise DataError(
            f"{file}: an SPSS file needs one more package. Install it with `pip install friendly-office[spss]`, or "
            "save the file as .xlsx."
        ) from None
    try:
        frame, _ = pyreadstat.read_sav(str(path), apply_value_formats=True, formats_as_category=False)
    except (pyreadstat.ReadstatError, UnicodeDecodeError, ValueError) as error:
        raise DataError(f"{file}: not a readable SPSS file ({error}). Save it again as .sav, or as .xlsx.") from None
    cells = np.full((len(frame) + 1, frame.shape[1]), "", dtype=object)
    cells[0] = [str(name) for name in frame.columns]
    for column, name in enumerate(frame.columns):
        cells[1:, column] = [_text(value) for value in frame[name]]
    lines = np.arange(1, len(cells) + 1)
    widths = np.full(len(cells), frame.shape[1])
    return Sheet(file, "data", "pyreadstat", sha256, cells, np.zeros(cells.shape, dtype=np.uint8), lines, widths)


def _text(value: object) -> str:
    if value is None or value != value:
        return ""
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() else repr(value)
    return str(value).strip()
