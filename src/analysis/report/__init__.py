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
from collections.abc import Callable, Iterable, Mapping, Sequence
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
from analysis.shelf import SOURCE, digest, folder_name, source_digest, versions
from analysis.workspace import Workspace, open_workspace

AUDIENCES = {
    "1_clean": ("organizer",),
    "2_agreement": ("organizer", "public"),
    "3_jurors": ("organizer",),
    "4_decisions": ("organizer",),
    "5_trends": ("organizer", "public"),
    "6_survey": ("organizer", "public"),
    "annual_report": ("public",),
    "juror_letter": ("juror",),
}
_SCORED = ("2_agreement", "3_jurors", "4_decisions", "5_trends", "annual_report", "juror_letter")
_MADE_WITH = ("numpy", "scipy", "pandas", "pyarrow", "plotly", "papermill", "nbconvert", "babel", "friendly-office")
_MEMORY = ".memory.json"


@dataclass(frozen=True)
class Job:
    """One page to make: `edition` is None for a page over all editions, `subject` the juror a letter is for."""

    notebook: str
    edition: str | None
    language: str
    audience: str
    subject: str = ""

    @property
    def name(self) -> str:
        """Name of the page's file, without ending."""
        return f"{self.notebook}-{self.edition}" if self.edition else self.notebook

    @property
    def path(self) -> str:
        """Place of the page below the folder of reports."""
        return f"{self.folder}/{self.language}/{self.name}.html"

    @property
    def folder(self) -> str:
        """Folder below that of the reports that can be handed over whole."""
        return f"{self.audience}/{folder_name(self.subject)}" if self.subject else self.audience


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
    jurors: Mapping[str, Sequence[str]] | None = None,
) -> list[Job]:
    """List the pages to make: per edition where the notebook has the parameter `edition`, else once.

    A notebook that has nothing to show (no scores, no survey in the edition) or is not there is left out. `jurors`:
    edition → the jurors who get a letter.
    """
    jobs = []
    for notebook, readers in AUDIENCES.items():
        path = notebooks / f"{notebook}.ipynb"
        chosen = [audience for audience in audiences if audience in readers]
        if not chosen or not path.exists():
            continue
        asked = parameters(path)
        for part in editions if "edition" in asked else [None]:
            if _has_data(competition, notebook, part):
                subjects = (jurors or {}).get(part, ()) if "juror" in asked else ("",)
                jobs += [
                    Job(notebook, part, language, audience, subject)
                    for audience in chosen
                    for subject in subjects
                    for language in languages
                ]
    return jobs


def letters(workspace: Workspace, editions: Sequence[str]) -> dict[str, list[str]]:
    """Give the jurors who gave a mark in each edition: those who get a letter."""
    scores = workspace.scores
    marked = scores[scores["value"].notna()]
    return {name: sorted(marked.loc[marked["edition"] == name, "juror"].unique()) for name in editions}


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
    if job.subject:
        given["juror"] = job.subject
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
    opened = _open(workspace, jobs)
    base = {folder: _base_key(place) for folder, place in opened.items()}
    outcomes: dict[str, Outcome] = {}

    def note(job: Job, state: str, key: str, seconds: float = 0.0, message: str = "") -> None:
        outcomes[job.path] = Outcome(job, state, shelf.reports / job.path, seconds, message)
        memory[job.path] = {"key": key, "message": message}
        if progress:
            progress(outcomes[job.path])

    tasks, by_path = [], {job.path: job for job in jobs}
    for job in jobs:
        path, place = shelf.notebooks / f"{job.notebook}.ipynb", opened[job.folder].shelf.root
        links = _links(job, set(by_path), workspace)
        key = digest(base[job.folder], path, job.path, str(links))
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


def _open(workspace: Workspace, jobs: Iterable[Job]) -> dict[str, Workspace]:
    """Workspaces by folder: the organizer's own, for others what is released to them, everything measured."""
    for noun in {noun for nouns in NOUNS.values() for noun in nouns}:
        workspace.measure(noun)
    return {
        job.folder: workspace
        if job.audience == "organizer"
        else open_workspace(workspace.release(job.audience, job.subject))
        for job in {job.folder: job for job in sorted(jobs, key=lambda job: job.path)}.values()
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
    for folder, place in opened.items():
        audience = place.audience
        languages = [name for name in place.competition.languages if any(c.language == name for c in cards)]
        for language in languages:
            others = tuple((name, f"../{name}/colophon.html") for name in languages if name != language)
            words = Words(language, place.competition.words.get(language))
            page = Page("colophon", place.competition, None, language, audience, words, RESULTS.empty(), place.clean())
            key = digest(software, place.competition.model_dump(mode="json"), place.clean()["ledger"])
            html = assemble(
                colophon(page, software), place.competition, language, Links("../index.html", "", others), key
            )
            shelf.write_text(shelf.reports / folder / language / "colophon.html", html)
    for folder in ("", *sorted({card.folder for card in cards})):
        _write_door(workspace, folder, [card for card in cards if folder in ("", card.folder)])


def _write_door(workspace: Workspace, folder: str, cards: Sequence[Card]) -> None:
    competition, shelf = workspace.competition, workspace.shelf
    inside = folder in ("", "organizer")  # what went wrong is for the organizer alone
    languages = [name for name in competition.languages if any(card.language == name for card in cards)]
    if not languages:
        return
    near = [
        replace(card, href=card.href.removeprefix(f"{folder}/"), message=card.message if inside else "")
        for card in cards
        if inside or card.href
    ]
    html = assemble(
        door(competition, near, languages), competition, languages[0], Links("index.html"), digest(str(near))
    )
    shelf.write_text(shelf.reports / folder / "index.html", html)


def _card(path: str, entry: dict[str, str], workspace: Workspace) -> Card | None:
    """Card of a page that some run made or tried to make, as far as it is still there and configured."""
    audience, *subject, language, name = path.removesuffix(".html").split("/")
    notebook, _, edition = name.partition("-")
    editions = {edition.id for edition in workspace.competition.editions}
    there = (workspace.shelf.reports / path).exists()
    if notebook not in AUDIENCES or (edition and edition not in editions) or not (there or entry["message"]):
        return None
    who = _named(workspace, subject[0]) if subject else ""
    folder = "/".join([audience, *subject])
    return Card(audience, language, notebook, edition or None, path if there else "", entry["message"], folder, who)


def _named(workspace: Workspace, folder: str) -> str:
    """Name of the juror whose folder it is; the folder's where the juror is gone."""
    names = dict(zip(workspace.jurors["juror"], workspace.jurors["name"], strict=True))
    found = (juror for juror in workspace.scores["juror"].unique() if folder_name(juror) == folder)
    juror = next(found, folder)
    return names.get(juror) or juror


def _software() -> dict[str, str]:
    """Name → version of what made the pages, the commit included where there is one."""
    found = {"Python": platform.python_version()} | {name: metadata.version(name) for name in _MADE_WITH}
    call = ["git", "-C", str(SOURCE), "describe", "--always", "--dirty", "--abbrev=12"]
    with contextlib.suppress(OSError, subprocess.CalledProcessError):
        found["commit"] = subprocess.run(call, capture_output=True, text=True, check=True).stdout.strip()
    return found
