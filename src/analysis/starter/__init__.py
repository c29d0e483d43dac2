"""A workspace to start from: commented configuration around a small invented competition."""

from importlib import resources
from pathlib import Path

from analysis.errors import DataError


def write(folder: Path) -> list[Path]:
    """Write the starting workspace into `folder` and give the paths written.

    Raises
    ------
    DataError
        The folder exists and is not empty: nothing of yours is overwritten.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise DataError(f"{folder}: there is something here already. Name a folder that does not exist yet.")
    with resources.as_file(resources.files(__package__) / "files") as source:
        paths = sorted(path for path in source.rglob("*") if path.is_file())
        return [_copy(path, folder / path.relative_to(source)) for path in paths]


def _copy(source: Path, target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(source.read_bytes())
    return target
