"""The shelf: the only module that knows folders. Read, write whole or not at all, lock, hash, remember."""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib import metadata
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock, Timeout

from analysis.errors import DataError
from analysis.schema import TABLES, check, conform

SOURCE = Path(__file__).parent
KEY = b"friendly_office_key"
DATA = "data_folder.txt"


class Shelf:
    """The folders of one workspace.

    Parameters
    ----------
    root
        The workspace: data/raw, data/processed, reports (and its own notebooks, if it wants other ones).
    data
        Where sources outside the workspace lie (`data:` in the configuration), if anywhere; where it is not said, the
        place of the last run holds.
    """

    def __init__(self, root: Path, data: Path | None = None):
        self.root = Path(root).resolve()
        self.raw = self.root / "data" / "raw"
        self.processed = self.root / "data" / "processed"
        self.reports = self.root / "reports"
        remembered = self.read_text(self.processed / DATA)
        self.data = Path(data or remembered).resolve() if data or remembered else None

    @property
    def notebooks(self) -> Path:
        """The workspace's own notebooks where it has some, else the project's."""
        own = self.root / "notebooks"
        return own if own.is_dir() else SOURCE.parents[1] / "notebooks"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the workspace, so that two runs do not write at once.

        Raises
        ------
        DataError
            Another run has held it for ten minutes.
        """
        self.processed.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.processed / ".lock", timeout=600)
        try:
            with lock:
                yield
        except Timeout:
            raise DataError(f"{self.root}: another run holds this workspace. Wait for it, or end it.") from None

    def remember_data(self) -> None:
        """Note where sources outside the workspace lie, so that a notebook finds them too."""
        if self.data:
            self.write_text(self.processed / DATA, str(self.data))

    def write_bytes(self, path: Path, content: bytes) -> Path:
        """Write a file whole or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(name, 0o644)
            os.replace(name, path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        return path

    def write_text(self, path: Path, text: str) -> Path:
        """Write a UTF-8 text file whole or not at all."""
        return self.write_bytes(path, text.encode())

    def read_text(self, path: Path) -> str:
        """Read a UTF-8 text file; "" where there is none."""
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def store(self, name: str, frame: pd.DataFrame, *, key: str = "", place: str = "") -> None:
        """Write a table of the schema (or, under `place`, a part of one) as Parquet, with its key inside."""
        content = pa.Table.from_pandas(frame, preserve_index=False)
        content = content.replace_schema_metadata({**(content.schema.metadata or {}), KEY: key.encode()})
        sink = pa.BufferOutputStream()
        pq.write_table(content, sink, compression="zstd")
        self.write_bytes(self._parquet(name, place), sink.getvalue().to_pybytes())

    def keep(self, name: str, frame: pd.DataFrame, *, place: str = "") -> None:
        """Write a table that has rows, and take away the file of one that has none."""
        if len(frame):
            self.store(name, frame, place=place)
        else:
            self._parquet(name, place).unlink(missing_ok=True)

    def stored_key(self, name: str, place: str = "") -> str | None:
        """Give the key a stored table was made under, or None where there is none."""
        path = self._parquet(name, place)
        if not path.exists():
            return None
        found = pq.read_schema(path).metadata or {}
        return found.get(KEY, b"").decode()

    def fetch(self, name: str, place: str = "") -> pd.DataFrame:
        """Read a stored table; a table of the schema is checked against it.

        Raises
        ------
        DataError
            It has not been made yet.
        """
        path = self._parquet(name, place)
        if not path.exists():
            raise DataError(f"{path}: this table has not been made yet. Run `friendly-office measure`.")
        frame = pq.read_table(path).to_pandas()
        table = TABLES.get("results" if place == "results" else name)
        return check(conform(frame, table), table) if table else frame

    def stored(self, place: str = "") -> list[str]:
        """Names of the tables stored under `place`."""
        return sorted(path.stem for path in (self.processed / place).glob("*.parquet"))

    def export_results(self, results: pd.DataFrame) -> None:
        """Write results.csv: UTF-8, comma, decimal point, 12 significant digits."""
        text = results.to_csv(index=False, float_format="%.12g", lineterminator="\n")
        self.write_text(self.processed / "results.csv", text)

    def _parquet(self, name: str, place: str) -> Path:
        return self.processed / place / f"{name}.parquet"


def digest(*parts: object) -> str:
    """SHA-256 over the parts: bytes, paths (their content), frames, and whatever JSON can say."""
    total = hashlib.sha256()
    for part in parts:
        total.update(_bytes(part))
        total.update(b"\x00")
    return total.hexdigest()


def file_digest(path: Path) -> str:
    """SHA-256 of a file's bytes.

    Raises
    ------
    DataError
        The file is missing or cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror}). Put the file there, or mend the name.") from None


@cache
def source_digest(*rooms: str) -> str:
    """SHA-256 over the project's own source in the named modules and packages (`statistics`, `schema.py`)."""
    paths: list[Path] = []
    for room in rooms:
        place = SOURCE / room
        paths += sorted(place.rglob("*.*")) if place.is_dir() else [place]
    kept = [path for path in paths if path.suffix != ".pyc"]
    return digest(*[part for path in kept for part in (path.relative_to(SOURCE).as_posix(), path)])


def versions(names: Iterable[str]) -> dict[str, str]:
    """Give the installed version of each package; empty for one that is not installed."""
    found = {}
    for name in names:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = ""
    return found


def _bytes(part: object) -> bytes:
    if isinstance(part, bytes):
        return part
    if isinstance(part, Path):
        return part.read_bytes()
    if isinstance(part, pd.DataFrame):
        hashes = pd.util.hash_pandas_object(part, index=False).to_numpy().tobytes()
        return "|".join(part.columns).encode() + hashes
    return json.dumps(part, sort_keys=True, default=str, ensure_ascii=False).encode()


def folder_name(text: str) -> str:
    """Give a text a folder may be called by: the text itself where it is plain, else its letters and a mark of it.

    >>> folder_name("J01"), folder_name("Len / Goodman")
    ('J01', 'Len-Goodman-7bfa2955')
    """
    if re.fullmatch(r"[A-Za-z0-9_-]*", text):
        return text
    plain = "-".join(re.findall(r"[A-Za-z0-9_]+", text))
    return f"{plain}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"
