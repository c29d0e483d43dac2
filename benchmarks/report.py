"""The main job: raw files to pages, and a page beside what stock papermill and nbconvert take for it.

Run by `python -m benchmarks.report`, on a copy of the demo competition.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from shutil import copytree

import nbformat

ROOT = Path(__file__).parents[1]
TARGET_S, PAGES = 60, ("2_agreement", "3_jurors")


def main() -> None:
    """Print the time of the whole job, and of a page by both ways."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder) / "demo"
        copytree(ROOT / "data" / "raw", workspace / "data" / "raw")
        whole = seconds("-m", "analysis", "all", "--workspace", workspace)
        pages = len(list((workspace / "reports").rglob("[0-9a]*.html")))
        print(f"raw files of ten editions to {pages} pages: {whole:.1f} s (target {TARGET_S} s)")
        print(beside_stock(workspace))


def beside_stock(workspace: Path) -> str:
    """Time of a page by our report and by the stock commands, rows measured before."""
    stock = [stock_page(workspace, name) for name in PAGES]
    made = list((workspace / "reports" / "organizer").rglob("[0-9]*.html"))
    for path in made:
        path.unlink()
    ours = seconds("-m", "analysis", "report", "--workspace", workspace, "--audience", "organizer") / len(made)
    theirs = sum(stock) / len(stock)
    return f"one page: {ours:.2f} s on all cores; papermill and nbconvert {theirs:.2f} s; ratio {theirs / ours:.1f}"


def stock_page(workspace: Path, name: str) -> float:
    """Time of one page by papermill and nbconvert; it must show what our page shows."""
    output = workspace / f"{name}.ipynb"
    given = {"workspace": workspace, "edition": "e10", "language": "pl", "audience": "organizer"}
    parameters = [part for key, value in given.items() for part in ("-r", key, value)]
    notebook = ROOT / "notebooks" / f"{name}.ipynb"
    took = seconds("-m", "papermill", "--no-progress-bar", notebook, output, *parameters)
    took += seconds("-m", "nbconvert", "--to", "html", "--no-input", output)
    page = (workspace / "reports" / "organizer" / "pl" / f"{name}-e10.html").read_text(encoding="utf-8")
    cells = [cell for cell in nbformat.read(output, 4).cells if cell.cell_type == "code"]
    blocks = [part.data["text/html"] for cell in cells for part in cell.outputs if "text/html" in part.get("data", {})]
    if not blocks or any(block not in page for block in blocks):
        raise SystemExit(f"{name}: the two pages differ")
    return took


def seconds(*command: object) -> float:
    """Run Python with these arguments; give the seconds it took."""
    start = time.perf_counter()
    subprocess.run([sys.executable, *map(str, command)], check=True, capture_output=True, cwd=ROOT)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
