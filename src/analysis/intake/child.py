"""The process in which workbooks are parsed, so that no file can break, fill or stop the process that reads it.

One child serves many files. It may use `MEMORY` bytes above what it starts with and `SECONDS` of processor time a
file; where it dies, the file is refused in one sentence and the next one gets a new child. It speaks JSON over its
pipes, which, unlike pickle, can carry nothing that runs.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import threading

from analysis.errors import DataError

MEMORY = 1_000_000_000
"""Bytes of address space a file may take."""
SECONDS = 10
"""Seconds of processor time a file may take."""
PATIENCE = 60
"""Seconds by the clock after which a child that has not answered is stopped."""

_HEAD = 8
_TOO_MUCH = f"reading the workbook takes more than {MEMORY // 1_000_000_000} GB of memory. Save its sheet as .csv."
_TOO_LONG = f"reading the workbook takes more than {SECONDS} seconds. Save its sheet as .csv."
_BROKE = "the workbook breaks the program that reads it. Open it and save it again as .xlsx."
_ALONE = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}


class Child:
    """The child of this process, started when it is first needed."""

    def __init__(self):
        self._process: subprocess.Popen | None = None
        self._lock = threading.Lock()

    @property
    def pid(self) -> int | None:
        """Id of the process, None where there is none."""
        return self._process.pid if self._process else None

    def read(self, data: bytes) -> list[dict]:
        """Have the bytes of a workbook read (`readers.read_twice`).

        Raises
        ------
        DataError
            They are refused, or the child did not survive them. The sentence does not name the file.
        """
        with self._lock:
            fresh = self._process is None or self._process.poll() is not None
            answer = self._ask(data)
            if answer.get("refused") == _TOO_MUCH and not fresh:
                self._end()
                answer = self._ask(data)
        if "refused" in answer:
            raise DataError(answer["refused"])
        return answer["sheets"]

    def stop(self) -> None:
        """End the child."""
        with self._lock:
            self._end()

    def forget(self) -> None:
        """Leave the child to the process that started it; called in a fork of that process."""
        self._lock = threading.Lock()
        if self._process is not None:
            self._process.returncode = 0
            self._close()
        self._process = None

    def _ask(self, data: bytes) -> dict:
        if self._process is None or self._process.poll() is not None:
            self._end()
            command = [sys.executable, "-P", "-m", __name__]
            streams = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
            self._process = subprocess.Popen(command, **streams, env=os.environ | _ALONE)
        process, late = self._process, threading.Event()
        clock = threading.Timer(PATIENCE, lambda: (late.set(), process.kill()))
        clock.start()
        try:
            _send(process.stdin, data)
            return json.loads(_receive(process.stdout))
        except (EOFError, OSError, ValueError):
            return {"refused": _TOO_LONG if late.is_set() else _cause(_code(process))}
        except BaseException:  # an answer left in the pipe would be taken for that of the next file
            self._end()
            raise
        finally:
            clock.cancel()
            clock.join()

    def _end(self) -> None:
        if self._process is not None:
            self._close()
            self._process.kill()
            self._process.wait()
        self._process = None

    def _close(self) -> None:
        for stream in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                stream.close()


def _code(process: subprocess.Popen) -> int:
    """Wait for the end of a child that answers no more."""
    try:
        return process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return 1


def _cause(code: int) -> str:
    """Say why a child ended."""
    if code in (-getattr(signal, "SIGPROF", 0), -getattr(signal, "SIGXCPU", 0)):
        return _TOO_LONG
    return _TOO_MUCH if code in (-signal.SIGABRT, -getattr(signal, "SIGKILL", 0)) else _BROKE


def _send(stream, data: bytes) -> None:
    stream.write(len(data).to_bytes(_HEAD, "big"))
    stream.write(data)
    stream.flush()


def _receive(stream) -> bytes:
    size = int.from_bytes(_exactly(stream, _HEAD), "big")
    if size > MEMORY:
        raise EOFError
    return _exactly(stream, size)


def _exactly(stream, size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return data


def serve() -> None:
    """Answer until the parent closes the pipe or is gone; what the readers print goes nowhere."""
    from analysis.intake.readers import read_twice

    parent, source = os.getppid(), sys.stdin.buffer
    sink = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    _limit()
    while _called(source, parent):
        try:
            data = _receive(source)
        except EOFError:
            return
        _arm(SECONDS)
        try:
            answer = {"sheets": read_twice(data)}
        except DataError as error:
            answer = {"refused": str(error)}
        except (MemoryError, RecursionError):
            answer = {"refused": _TOO_MUCH}
        try:
            _send(sink, json.dumps(answer).encode())
        except MemoryError:
            _send(sink, json.dumps({"refused": _TOO_MUCH}).encode())
        _arm(0)
        del data, answer


def _called(source, parent: int) -> bool:
    """Wait for a request; a parent that is gone without closing the pipe (a fork of it may hold it) ends the wait."""
    if os.name != "posix":
        return True
    while os.getppid() == parent:
        if select.select([source], [], [], 2)[0]:
            return True
    return False


def _arm(seconds: int) -> None:
    """Let the system end this process after so much processor time; no code of a reader can put that off."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, seconds)


def _limit() -> None:
    """Limit the address space, where the system can."""
    try:
        import resource

        with open("/proc/self/statm") as stream:
            held = int(stream.read().split()[0]) * resource.getpagesize()
    except (ImportError, OSError):
        return
    resource.setrlimit(resource.RLIMIT_AS, (held + MEMORY, held + MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


CHILD = Child()
"""The child of this process."""

atexit.register(CHILD.stop)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=CHILD.forget)

if __name__ == "__main__":
    serve()
