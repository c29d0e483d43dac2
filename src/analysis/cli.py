"""`friendly-office VERB`: the doors of the project. An error is one clear sentence and exit code 1."""

from __future__ import annotations

import datetime as dt
import sys
import textwrap
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from analysis import measures, report, simulate, starter
from analysis.engine import default_workers
from analysis.errors import DataError
from analysis.pages import dry_run
from analysis.pages.words import LANGUAGES
from analysis.workspace import Workspace, open_workspace

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
console = Console(highlight=False, soft_wrap=True)
WIDEST = 100  # signs of a printed line
STYLES = {
    "file": "bold",
    "account": "dim",
    "blocks": "bold red",
    "act": "red",
    "look": "yellow",
    "todo": "cyan",
    "info": "dim",
}

Place = Annotated[Path, typer.Option("--workspace", help="The workspace: a folder with data/raw.")]
Data = Annotated[Path | None, typer.Option("--data", help="Where sources outside the workspace lie.")]
Editions = Annotated[str, typer.Option("--edition", help="Ids separated by commas, 'newest', or 'all'.")]
Languages = Annotated[str | None, typer.Option("--language", help="pl, en or pl,en (default: as configured).")]
Audiences = Annotated[str | None, typer.Option("--audience", help="organizer, public, juror (default: as configured).")]
Workers = Annotated[int | None, typer.Option("--workers", min=1, help="Processes at work.")]
Isolated = Annotated[bool, typer.Option("--isolated", help="Run every page in a Jupyter kernel of its own.")]


@app.command("all")
def run_all(
    workspace: Place = Path("."),
    data: Data = None,
    edition: Editions = "newest",
    language: Languages = None,
    audience: Audiences = None,
    workers: Workers = None,
    isolated: Isolated = False,
) -> None:
    """Clean, measure and report."""
    w = _open(workspace, data, workers)
    _clean(w)
    _measure(w)
    _report(w, edition, (language, audience), isolated)


@app.command()
def clean(workspace: Place = Path("."), data: Data = None, workers: Workers = None) -> None:
    """Turn raw files into tidy tables, and account for every row."""
    _clean(_open(workspace, data, workers))


@app.command()
def check(
    workspace: Place = Path("."),
    data: Data = None,
    language: Annotated[
        str | None, typer.Option("--language", help="pl or en (default: the first configured).")
    ] = None,
    workers: Workers = None,
    freeze: Annotated[
        str | None, typer.Option("--freeze", help="Then write the rules in force of these editions.")
    ] = None,
) -> None:
    """Read and check everything, write nothing: a dry run. Exit code 1 where something blocks."""
    w = _open(workspace, data, workers)
    try:
        competition = w.competition
    except DataError as error:
        _tell(dry_run.unread(getattr(error, "errors", [error]), language=_one(language, LANGUAGES)))
        raise typer.Exit(1) from None
    spoken = _one(language, competition.languages)
    with console.status("reading raw files"):
        reading = w.examine()
    _tell(dry_run.dry_run(competition, reading.tables, reading.errors, language=spoken))
    frozen = _editions(w, freeze) if freeze and not reading.errors else ()
    written = [str(w.freeze(name, dt.date.today())) for name in frozen]
    _tell(dry_run.closing(written, language=spoken))
    if reading.errors:
        raise typer.Exit(1)


@app.command()
def measure(workspace: Place = Path("."), data: Data = None, workers: Workers = None) -> None:
    """Make the table of results (data/processed/results.csv)."""
    w = _open(workspace, data, workers)
    _clean(w)
    _measure(w)


@app.command("report")
def run_report(
    workspace: Place = Path("."),
    data: Data = None,
    edition: Editions = "newest",
    language: Languages = None,
    audience: Audiences = None,
    workers: Workers = None,
    isolated: Isolated = False,
) -> None:
    """Make the pages; what they rest on is made first where it is missing."""
    _report(_open(workspace, data, workers), edition, (language, audience), isolated)


@app.command("simulate")
def run_simulate(workspace: Place = Path("."), seed: Annotated[int, typer.Option("--seed")] = simulate.SEED) -> None:
    """Write the demo competition: raw files of ten editions, and the truth behind them."""
    paths = simulate.write(workspace, seed=seed)
    console.print(f"{len(paths)} files written below {workspace / 'data'}")


@app.command("new")
def run_new(
    folder: Annotated[Path, typer.Argument(help="A folder that does not exist yet, or is empty.")],
) -> None:
    """Make a workspace with commented configuration, ready for your own files."""
    for path in starter.write(folder):
        console.print(f"  {path}")
    console.print(f"Now put your files into {folder}/data/raw/e01, fill in the four TOML files, and run:")
    console.print(f"  friendly-office all --workspace {folder}")


def main() -> None:
    """Run the command line; what people can fix is said in a sentence, without a traceback."""
    try:
        app(standalone_mode=True)
    except DataError as error:
        Console(stderr=True, highlight=False, soft_wrap=True, markup=False).print(str(error))
        sys.exit(1)


def _open(folder: Path, data: Path | None, workers: int | None) -> Workspace:
    w = open_workspace(folder, data)
    w.workers = workers or default_workers()
    return w


def _clean(w: Workspace) -> None:
    with console.status("reading raw files"):
        tables = w.clean()
    ledger = tables["ledger"]
    rows = ledger[ledger["unit"] == "row"][["read", "accepted", "quarantined", "excluded"]].sum()
    console.print(
        f"clean    {ledger['file'].nunique()} files: {rows['read']} rows read = {rows['accepted']} accepted "
        f"+ {rows['quarantined']} quarantined + {rows['excluded']} excluded by rule"
    )


def _tell(lines: list[dry_run.Line]) -> None:
    """Print lines, wrapped where they stand, so that they read in a window, in a file and in a pipe."""
    width = min(console.width, WIDEST)
    for line in lines:
        margin = "  " * line.depth
        text = textwrap.fill(
            line.text, width, initial_indent=margin, subsequent_indent=f"{margin}  ", break_on_hyphens=False
        )
        console.print(text, style=STYLES.get(line.style), markup=False)


def _one(language: str | None, known: tuple[str, ...]) -> str:
    return known[0] if language is None else _chosen(language, known, "language")[0]


def _measure(w: Workspace) -> None:
    with _progress() as bar:
        task = bar.add_task("measure", total=len(measures.NOUNS))
        results = w.measure_all(done=lambda noun: bar.advance(task))
    without = int((results["reason"] != "").sum())
    console.print(f"measure  {len(results)} rows of results, {without} of them a reason instead of a number")


def _report(w: Workspace, edition: str, choice: tuple[str | None, str | None], isolated: bool) -> None:
    competition = w.competition
    languages = _chosen(choice[0], competition.languages, "language")
    audiences = _chosen(choice[1], competition.audiences, "audience")
    editions, notebooks = _editions(w, edition), w.shelf.notebooks
    jobs = report.plan(
        competition, editions=editions, languages=languages, audiences=audiences, notebooks=notebooks,
        jurors=report.letters(w, editions) if "juror" in audiences else None,
    )  # fmt: skip
    with _progress() as bar:
        task = bar.add_task("report", total=len(jobs))
        outcomes = report.render(
            w, jobs, workers=w.workers, isolated=isolated, progress=lambda outcome: bar.advance(task)
        )
    for outcome in outcomes:
        console.print(f"{outcome.state:8} {outcome.path}", markup=False)
    failed = [outcome for outcome in outcomes if outcome.state == "failed"]
    for outcome in failed:
        console.print(f"failed   {outcome.path}: {outcome.message}", markup=False)
    console.print(str(w.shelf.reports / "index.html"), markup=False)
    if failed:
        raise typer.Exit(1)


def _editions(w: Workspace, choice: str) -> tuple[str, ...]:
    known = [edition.id for edition in w.competition.editions]
    if choice == "all":
        return tuple(known)
    if choice == "newest":
        return tuple(known[-1:])
    return tuple(w.competition.edition(name.strip()).id for name in choice.split(","))


def _chosen(choice: str | None, configured: tuple[str, ...], name: str) -> tuple[str, ...]:
    if choice is None:
        return configured
    chosen = tuple(part.strip() for part in choice.split(","))
    for part in chosen:
        if part not in configured:
            raise DataError(f"--{name} {part}: the competition is configured for {', '.join(configured)}. Use those.")
    return chosen


def _progress() -> Progress:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    return Progress(*columns, console=console, transient=True)
