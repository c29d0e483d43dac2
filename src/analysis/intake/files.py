"""Which files are read, and their sheets; a file is parsed once however many editions lie in it."""

from __future__ import annotations

import gzip
import hashlib
import io
import zlib
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from analysis.config import Competition, Edition
from analysis.errors import DataError, DataErrors
from analysis.intake.grid import Sheet
from analysis.intake.notices import addresses
from analysis.intake.regulations import RECORD
from analysis.intake.spss import read_sav
from analysis.intake.streams import LARGE, read_large
from analysis.intake.text import read_text
from analysis.intake.workbook import read_workbook

REGISTERS = (
    *("offices.csv", "jurors.csv", "recusals.csv", "aliases.csv", "crosswalk.csv", "corrections.csv"),
    *("review.csv", "office_succession.csv"),
)
DATA = "data:"
KEPT_FILES = 8
"""Files whose sheets are kept in memory for the next edition that reads them."""


def find(pattern: str, *, edition: Edition, raw: Path, data: Path | None) -> list[tuple[Path, str]]:
    """Find the files of a pattern, each with its name as the tables give it.

    Parameters
    ----------
    pattern : str
        Pattern below `raw`/edition, or, after `data:`, below the data folder.
    edition : Edition
        The edition that names it.
    raw, data : Path
        The folder of raw data; the folder outside the workspace, if any.

    Raises
    ------
    DataError
        No file fits, or `data:` is used and no data folder was given.
    """
    setting = f"{edition.id}/edition.toml"
    if pattern.startswith(DATA):
        if data is None:
            raise DataError(f"{setting}: {pattern!r} lies outside the workspace. Say where: `--data DIR`.")
        folder, inner, prefix = data, pattern.removeprefix(DATA), DATA
    else:
        folder, inner, prefix = raw / edition.id, pattern, f"{edition.id}/"
    paths = sorted(path for path in folder.glob(inner) if path.is_file() and not path.name.startswith((".", "~$")))
    if not paths:
        raise DataError(f"{folder / inner}: there is no such file. Put it there, or correct {pattern!r} in {setting}.")
    return [(path, prefix + path.relative_to(folder).as_posix()) for path in paths]


def sources(competition: Competition, raw: Path, data: Path | None) -> list[Path]:
    """Give every file of data that intake reads, registers first, each once; configuration is not among them.

    Raises
    ------
    DataErrors
        A file that the configuration names is missing.
    """
    directory = competition.offices.file.removeprefix(DATA)
    folder = raw if directory == competition.offices.file else data
    registers = [raw / name for name in REGISTERS] + ([folder / directory] if folder else [])
    paths = [path for path in registers if path.is_file()]
    errors = []
    for edition in competition.editions:
        patterns = [source.file for source in (*edition.scores, *edition.surveys)]
        structures = [competition.layouts[source.layout].structure for source in edition.surveys]
        patterns += [structure for structure in structures if structure]
        patterns += [join.file for source in edition.scores for join in competition.layouts[source.layout].join]
        paths += [path for path in [raw / edition.id / RECORD] if path.is_file()]
        for pattern in ([edition.dossiers] if edition.dossiers else []) + patterns:
            try:
                paths += [path for path, _ in find(pattern, edition=edition, raw=raw, data=data)]
            except DataError as error:
                errors.append(error)
    if errors:
        raise DataErrors(errors)
    return list(dict.fromkeys(paths))


def sheets(path: Path, *, file: str) -> list[Sheet]:
    """Read the sheets of a file: .xlsx, .csv, .txt or .tsv, the text files also packed as .gz, or .sav.

    Raises
    ------
    DataError
        The file cannot be read, or is of another kind.
    """
    try:
        state = path.stat()
        return [replace(sheet, file=file) for sheet in _sheets(path, state.st_mtime_ns, state.st_size)]
    except OSError as error:
        raise DataError(f"{file}: the file cannot be read ({error.strerror or error}).") from None
    except DataError as error:
        raise DataError(str(error).replace(_UNNAMED, file, 1)) from None


def first_sheet(path: Path, *, file: str) -> Sheet:
    """Read the first sheet of a file that is a list: a register, the dossiers, a codebook.

    Raises
    ------
    DataError
        The file cannot be read or has no sheet, or two readers differ on a cell: of a list nothing can be set aside.
    """
    found = sheets(path, file=file)
    if not found:
        raise DataError(f"{file}: the workbook has no sheet of cells. Put the whole file there.")
    for cell, (one, other) in found[0].traces.disputed.items():
        raise DataError(
            f"{found[0].where}, {addresses([cell])}: two readers of workbooks read {one!r} and {other!r}, so the file "
            "is damaged. Open it, look at the cell, and save it again as .xlsx."
        )
    return found[0]


_UNNAMED = "\0file"


KINDS = (".xlsx", ".xlsm", ".csv", ".txt", ".tsv", ".sav")
OTHER_BOOKS = (".xls", ".xlsb", ".ods", ".fods", ".numbers", ".et")
"""Workbooks of other programs, which a spreadsheet program saves as .xlsx."""
MAX_UNPACKED = 500_000_000
"""Bytes a .gz file may unpack to."""


@lru_cache(maxsize=KEPT_FILES)
def _sheets(path: Path, modified: int, size: int) -> tuple[Sheet, ...]:
    endings = [ending.lower() for ending in path.suffixes]
    packed = endings[-1:] == [".gz"]
    kind = next(iter(endings[-2:-1] if packed else endings[-1:]), "")
    if kind in OTHER_BOOKS:
        raise DataError(
            f"{_UNNAMED}: a workbook of kind {kind!r} is not read. Open it in a spreadsheet program, choose "
            "“Save as”, “Excel workbook (.xlsx)”, and put that file in its place."
        )
    if kind not in KINDS:
        raise DataError(f"{_UNNAMED}: files of kind {kind or 'unknown'!r} are not read. Save it as .xlsx or .csv.")
    data = path.read_bytes()
    sha256 = hashlib.sha256(data).hexdigest()
    if packed:
        data = _unpacked(data)
    if kind in (".xlsx", ".xlsm"):
        return tuple(read_workbook(data, file=_UNNAMED, sha256=sha256))
    if kind == ".sav":
        return (read_sav(path, file=_UNNAMED, sha256=sha256),)
    large = read_large(data, file=_UNNAMED, sha256=sha256) if len(data) > LARGE else None
    return (large or read_text(data, file=_UNNAMED, sha256=sha256),)


def _unpacked(data: bytes) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            content = stream.read(MAX_UNPACKED + 1)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise DataError(f"{_UNNAMED}: not a readable .gz file ({error}). Copy it again.") from None
    if len(content) > MAX_UNPACKED:
        raise DataError(f"{_UNNAMED}: unpacks to more than {MAX_UNPACKED // 1_000_000} MB. Put in a smaller file.")
    return content
