"""Notebook + parameters + language + audience → page. Papermill runs every notebook; a page appears whole or not.

Each page is made in a process of its own, forked from one that holds modules and no data. It gets the path of a
workspace: the organizer's own, or the folder released to its audience. Papermill and nbconvert are used in this room
only.
"""

from __future__ import annotations

import contextlib
import json
import platform
import subprocess
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path

from analysis.config import Competition
from analysis.errors import DataError
from analysis.pages.colophon import colophon
from analysis.pages.frame import Links
from analysis.pages.index import Card, door
from analysis.pages.page import NOUNS, Page
from analysis.pages.words import Words
from analysis.report.export import assemble
from analysis.report.run import Task, apart, parameters
from analysis.schema import RESULTS
from analysis.shelf import SOURCE, digest, source_digest, versions
from analysis.workspace import Workspace, open_workspace

AUDIENCES = {
    "1_clean": ("organizer",),
    "2_agreement": ("organizer", "public"),
    "3_jurors": ("organizer",),
    "4_decisions": ("organizer",),
    "5_trends": ("organizer", "public"),
    "6_survey": ("organizer", "public"),
    "annual_report": ("public",),
}
_SCORED = ("2_agreement", "3_jurors", "4_decisions", "5_trends", "annual_report")
_MADE_WITH = ("numpy", "scipy", "pandas", "pyarrow", "plotly", "papermill", "nbconvert", "babel", "friendly-office")
_MEMORY = ".memory.json"


@dataclass(frozen=True)
class Job:
    """One page to make: `edition` is None for a page over all editions."""

    notebook: str
    edition: str | None
    language: str
    audience: str

    @property
    def name(self) -> str:
        """Name of the page's file, without ending."""
        return f"{self.notebook}-{self.edition}" if self.edition else self.notebook

    @property
    def path(self) -> str:
        """Place of the page below the folder of reports."""
        return f"{self.audience}/{self.language}/{self.name}.html"


@dataclass(frozen=True)
class Outcome:
    """What became of a job: `state` is made, skipped (unchanged) or failed, `message` says why it failed."""

    job: Job
    state: str
    path: Path
    seconds: float
    message: str = ""


def plan(
    competition: Competition,
    *,
    editions: Sequence[str],
    languages: Sequence[str],
    audiences: Sequence[str],
    notebooks: Path = SOURCE.parents[1] / "notebooks",
) -> list[Job]:
    """List the pages to make: per edition where the notebook has the parameter `edition`, else once.

    A notebook that has nothing to show (no scores, no survey in the edition) or is not there is left out.
    """
    jobs = []
    for notebook, readers in AUDIENCES.items():
        path = notebooks / f"{notebook}.ipynb"
        if not path.exists():
            continue
        parts = editions if "edition" in parameters(path) else [None]
        for part in parts:
            if _has_data(competition, notebook, part):
                chosen = [audience for audience in audiences if audience in readers]
                jobs += [Job(notebook, part, language, audience) for audience in chosen for language in languages]
    return jobs


def _has_data(competition: Competition, notebook: str, part: str | None) -> bool:
    editions = [entry for entry in competition.editions if part in (None, entry.id)]
    if notebook in _SCORED:
        return any(entry.scores for entry in editions)
    if notebook == "6_survey":
        return any(entry.surveys for entry in editions)
    return bool(editions)


def _given(job: Job, path: Path, place: Path) -> dict[str, str]:
    """Parameters of a job; the notebook must know every one, and ids stay texts.

    Raises
    ------
    DataError
        The notebook's cell of parameters does not have them all.
    """
    given = {"workspace": str(place), "language": job.language, "audience": job.audience}
    if job.edition:
        given["edition"] = job.edition
    unknown = sorted(set(given) - parameters(path))
    if unknown:
        raise DataError(f"{path.name}: its cell tagged `parameters` does not have {', '.join(unknown)}. Add them.")
    return given


def render(
    workspace: Workspace,
    jobs: Sequence[Job],
    *,
    workers: int = 1,
    isolated: bool = False,
    progress: Callable[[Outcome], object] | None = None,
) -> list[Outcome]:
    """Make the pages, their colophons and the door.

    Parameters
    ----------
    workspace
        The organizer's workspace.
    jobs
        Pages, from `plan`.
    workers
        Processes at work at once.
    isolated
        Run every notebook in a Jupyter kernel of its own instead of an IPython shell in the page's process.
    progress
        Called with each outcome as it comes.

    Returns
    -------
    list of Outcome
        In the order of `jobs`. A page that failed leaves what was there before.
    """
    shelf = workspace.shelf
    memory = json.loads(shelf.read_text(shelf.reports / _MEMORY) or "{}")
    opened = _open(workspace, {job.audience for job in jobs})
    base = {audience: _base_key(place) for audience, place in opened.items()}
    outcomes: dict[str, Outcome] = {}

    def note(job: Job, state: str, key: str, seconds: float = 0.0, message: str = "") -> None:
        outcomes[job.path] = Outcome(job, state, shelf.reports / job.path, seconds, message)
        memory[job.path] = {"key": key, "message": message}
        if progress:
            progress(outcomes[job.path])

    tasks, by_path = [], {job.path: job for job in jobs}
    for job in jobs:
        path, place = shelf.notebooks / f"{job.notebook}.ipynb", opened[job.audience].shelf.root
        links = _links(job, set(by_path), workspace)
        key = digest(base[job.audience], path, job.path, str(links))
        if memory.get(job.path, {}).get("key") == key and (shelf.reports / job.path).exists():
            note(job, "skipped", key)
        else:
            given = _given(job, path, place)
            tasks.append(Task(job.path, job.language, path, place, given, links, key, isolated))
    for task, state, text, seconds in apart(tasks, workers):
        if state == "made":
            shelf.write_text(shelf.reports / task.page, text)
            note(by_path[task.page], state, task.key, seconds)
        else:
            note(by_path[task.page], state, "", seconds, text)
    _write_around(workspace, opened, memory)
    shelf.write_text(shelf.reports / _MEMORY, json.dumps(memory, sort_keys=True, indent=1, ensure_ascii=False))
    return [outcomes[job.path] for job in jobs]


def _open(workspace: Workspace, audiences: Iterable[str]) -> dict[str, Workspace]:
    """Workspaces by audience: the organizer's own, for others what is released to them, everything measured."""
    for noun in {noun for nouns in NOUNS.values() for noun in nouns}:
        workspace.measure(noun)
    return {
        audience: workspace if audience == "organizer" else open_workspace(workspace.release(audience))
        for audience in sorted(audiences)
    }


def _base_key(workspace: Workspace) -> str:
    """Digest of all that pages of an audience rest on, besides the notebook: rows, configuration, words, program."""
    frames = [part for name, frame in sorted(workspace.clean().items()) for part in (name, frame)]
    nouns = sorted({noun for nouns in NOUNS.values() for noun in nouns})
    rows = [part for noun in nouns for part in (noun, workspace.measure(noun))]
    source = source_digest("pages", "report")
    return digest(*frames, *rows, workspace.competition.model_dump(mode="json"), source, versions(_MADE_WITH[:-1]))


def _links(job: Job, paths: set[str], workspace: Workspace) -> Links:
    """Ways from a page; to other languages as far as their page is being made or there."""
    others = [replace(job, language=name) for name in workspace.competition.languages if name != job.language]
    there = [other for other in others if other.path in paths or (workspace.shelf.reports / other.path).exists()]
    return Links(
        "../index.html",
        "colophon.html",
        tuple((other.language, f"../{other.language}/{other.name}.html") for other in there),
    )


def _write_around(workspace: Workspace, opened: dict[str, Workspace], memory: dict[str, dict[str, str]]) -> None:
    """Write the colophons of the audiences and the doors: one an audience, and one over all."""
    shelf, software = workspace.shelf, _software()
    cards = [card for path, entry in sorted(memory.items()) if (card := _card(path, entry, workspace))]
    for audience, place in opened.items():
        languages = [name for name in place.competition.languages if any(c.language == name for c in cards)]
        for language in languages:
            others = tuple((name, f"../{name}/colophon.html") for name in languages if name != language)
            words = Words(language, place.competition.words.get(language))
            page = Page("colophon", place.competition, None, language, audience, words, RESULTS.empty(), place.clean())
            key = digest(software, place.competition.model_dump(mode="json"), place.clean()["ledger"])
            html = assemble(
                colophon(page, software), place.competition, language, Links("../index.html", "", others), key
            )
            shelf.write_text(shelf.reports / audience / language / "colophon.html", html)
    for audience in ("", *sorted({card.audience for card in cards})):
        _write_door(workspace, audience, [card for card in cards if audience in ("", card.audience)])


def _write_door(workspace: Workspace, audience: str, cards: Sequence[Card]) -> None:
    competition, shelf = workspace.competition, workspace.shelf
    inside = audience in ("", "organizer")  # what went wrong is for the organizer alone
    languages = [name for name in competition.languages if any(card.language == name for card in cards)]
    if not languages:
        return
    near = [
        replace(card, href=card.href.removeprefix(f"{audience}/"), message=card.message if inside else "")
        for card in cards
        if inside or card.href
    ]
    html = assemble(
        door(competition, near, languages), competition, languages[0], Links("index.html"), digest(str(near))
    )
    shelf.write_text(shelf.reports / audience / "index.html", html)


def _card(path: str, entry: dict[str, str], workspace: Workspace) -> Card | None:
    """Card of a page that some run made or tried to make, as far as it is still there and configured."""
    audience, language, name = path.removesuffix(".html").split("/")
    notebook, _, edition = name.partition("-")
    editions = {edition.id for edition in workspace.competition.editions}
    there = (workspace.shelf.reports / path).exists()
    if notebook not in AUDIENCES or (edition and edition not in editions) or not (there or entry["message"]):
        return None
    return Card(audience, language, notebook, edition or None, path if there else "", entry["message"])


def _software() -> dict[str, str]:
    """Name → version of what made the pages, the commit included where there is one."""
    found = {"Python": platform.python_version()} | {name: metadata.version(name) for name in _MADE_WITH}
    call = ["git", "-C", str(SOURCE), "describe", "--always", "--dirty", "--abbrev=12"]
    with contextlib.suppress(OSError, subprocess.CalledProcessError):
        found["commit"] = subprocess.run(call, capture_output=True, text=True, check=True).stdout.strip()
    return found
