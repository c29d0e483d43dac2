"""One page: papermill runs its notebook in a process made for it, and every cell is checked."""

from __future__ import annotations

import ast
import contextlib
import io
import multiprocessing
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

import nbformat
import papermill
from IPython.core.displayhook import CapturingDisplayHook
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from papermill.engines import Engine, papermill_engines
from papermill.exceptions import PapermillExecutionError
from traitlets.config import Config

from analysis.errors import DataError
from analysis.pages.display import MARK
from analysis.pages.frame import Links
from analysis.report.export import export
from analysis.workspace import open_workspace


@dataclass(frozen=True)
class Task:
    """A page with everything its process is given; `page` is its place below the folder of reports."""

    page: str
    language: str
    notebook: Path
    place: Path
    parameters: dict[str, str]
    links: Links
    key: str
    isolated: bool


def parameters(path: Path) -> set[str]:
    """Names in the notebook's cell of parameters."""
    return set(papermill.inspect_notebook(str(path)))


def apart(tasks: Sequence[Task], workers: int) -> Iterator[tuple[Task, str, str, float]]:
    """Make each page in a process of its own, `workers` at once; give (task, state, page or message, seconds)."""
    methods = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
    if "forkserver" in methods:
        context.set_forkserver_preload(["__main__", "analysis.report.warm"])
    waiting, running = list(reversed(tasks)), {}
    while waiting or running:
        while waiting and len(running) < workers:
            task = waiting.pop()
            receiver, sender = context.Pipe(duplex=False)
            process = context.Process(target=_process, args=(task, sender), name=task.page)
            process.start()
            sender.close()
            running[receiver] = (task, process)
        for receiver in wait(list(running)):
            task, process = running.pop(receiver)
            try:
                answer = receiver.recv()
            except EOFError:
                process.join()
                answer = (
                    "failed",
                    f"{task.notebook.name}: its process ended early ({process.exitcode}). Run it again.",
                    0.0,
                )
            process.join()
            receiver.close()
            yield (task, *answer)


def _process(task: Task, sender: Connection) -> None:
    """Body of a page's process: send (state, page or message, seconds)."""
    start = time.perf_counter()
    try:
        answer = ("made", make(task))
    except DataError as error:
        answer = ("failed", str(error))
    sender.send((*answer, time.perf_counter() - start))
    sender.close()


def make(task: Task) -> str:
    """Run the task's notebook and give its page.

    Raises
    ------
    DataError
        A cell failed, or the page does not pass its checks; the sentence names notebook and cell.
    """
    notebook = _execute(task)
    _check_cells(notebook, task.notebook.name)
    try:
        return export(notebook, open_workspace(task.place).competition, task.language, task.links, task.key)
    except DataError as error:
        raise DataError(f"{task.notebook.name}: {error}") from None


def _execute(task: Task) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        engine = {"engine_name": "friendly_office"}
        if task.isolated:
            manager = {"transport": "ipc", "ip": f"{folder}/kernel"}
            engine = {"engine_name": "nbclient", "config": Config({"KernelManager": manager})}
        try:
            return papermill.execute_notebook(
                str(task.notebook), None, task.parameters, progress_bar=False, kernel_name="python3", **engine
            )
        except PapermillExecutionError as error:
            name = _cell_name(nbformat.read(task.notebook, 4), error.source)
            kind = "" if error.ename in ("DataError", "DataErrors") else f"{error.ename}: "
            raise DataError(f"{task.notebook.name}, cell {name!r}: {kind}{error.evalue}") from None
        except RuntimeError as error:  # a kernel that died or did not start
            raise DataError(f"{task.notebook.name}: {error}. Run it again, or without --isolated.") from None


def _cell_name(notebook: Any, source: str) -> str:
    return next((cell.metadata.get("name", "") for cell in notebook.cells if cell.source == source), "parameters")


class _Shell(InteractiveShell):
    """An IPython shell that keeps what cells show and leaves errors to its caller."""

    def showtraceback(self, *args: Any, **kwargs: Any) -> None:
        """Show nothing: the engine records the error."""

    def showsyntaxerror(self, *args: Any, **kwargs: Any) -> None:
        """Show nothing: the engine records the error."""


class _Hook(CapturingDisplayHook):
    """Display hook that keeps what cells show; a shell at its end asks whether there is a cache to empty."""

    do_full_cache = is_active = False


class InShell(Engine):
    """Papermill engine that runs a notebook's cells in this process, in an IPython shell made for it."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **kwargs: Any) -> None:
        """Run the cells in order, up to the first that fails."""
        _Shell.clear_instance()
        shell = _Shell.instance(config=Config({"HistoryManager": {"enabled": False}}))
        shell.display_pub = CapturingDisplayPublisher()
        shell.displayhook = _Hook(shell, shell.display_pub.outputs)
        shell.display_trap.hook = shell.displayhook
        for index, cell in enumerate(nb_man.nb.cells):
            nb_man.cell_start(cell, index)
            if cell.cell_type == "code" and not _ran(shell, cell, index):
                nb_man.cell_exception(cell, index)
                break
            nb_man.cell_complete(cell, index)


def _ran(shell: _Shell, cell: Any, index: int) -> bool:
    """Run one cell, put what it shows into its outputs, and tell whether it went well."""
    shown = shell.display_pub.outputs
    shown.clear()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        result = shell.run_cell(cell.source, store_history=False)
    cell.execution_count = index + 1
    cell.outputs = [
        nbformat.v4.new_output("display_data", data=entry["data"], metadata=entry["metadata"] or {})
        for entry in shown
        if entry["data"]  # empty where an object has displayed itself
    ]
    error = result.error_before_exec or result.error_in_exec
    if error is not None:
        ename, evalue = type(error).__name__, str(error)
        cell.outputs.append(nbformat.v4.new_output("error", ename=ename, evalue=evalue, traceback=[]))
    return error is None


papermill_engines.register("friendly_office", InShell)


def _check_cells(notebook: Any, name: str) -> None:
    """Check that every code cell ran, that none failed, and that cells show blocks of a page only."""
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        where = f"{name}, cell {cell.metadata.get('name', '')!r}"
        if cell.source.strip() and cell.execution_count is None:
            raise DataError(f"{where}: it did not run. Run the page again.")
        for output in cell.outputs:
            if output.output_type == "error":
                raise DataError(f"{where}: {output.ename}: {output.evalue}")
            if output.output_type != "stream" and MARK not in output.metadata:
                raise DataError(f"{where}: it shows something that is no block of a page. End it with a page function.")
        if _ends_in_value(cell.source) and not any(MARK in output.get("metadata", {}) for output in cell.outputs):
            raise DataError(f"{where}: it shows nothing. Let the function it calls give a block of the page.")


def _ends_in_value(source: str) -> bool:
    """Tell whether a cell ends in an expression, so that it should show something."""
    try:
        body = ast.parse(source).body
    except SyntaxError:  # IPython's own commands
        return False
    return bool(body) and isinstance(body[-1], ast.Expr) and not isinstance(body[-1].value, ast.Constant)
