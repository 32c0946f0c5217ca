"""Runs pytest again and again, each time in a fork of a process that has imported it already.

    with Nursery(token, folder) as nursery:
        nursery.run(["-q", "tests/spec"], {"MPSPEC_FAULT": "..."}, output, longest=60)

Most of the time of a run of one short test is pytest's start. What is run has a session of its own,
of which nothing is left when `run` returns.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import secrets
import subprocess
import sys
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

import psutil

from mpspec import faults, leftovers
from mpspec.claims import read_note
from mpspec.search_path import search_path

NEEDED = (
    *("pytest", "pytest_timeout", "pdb", "xml.etree.ElementTree"),
    *("xdist.plugin", "xdist.looponfail", "hypothesis", "_hypothesis_pytestplugin"),
    *("mpspec.plugin", "mpspec.launch", "mpspec.examples"),
)
"""What takes long to import, and imports nothing that a fault breaks."""


class Nursery:
    """A process that has imported all that a run needs, and forks for each.

    All that it starts bears `token`, and keeps its temporary files in `folder`.
    """

    def __init__(self, token: str, folder: Path) -> None:
        self._token = token
        self.folder = folder

    def __enter__(self) -> Nursery:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "mpspec.nursery"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ
            | {"PYTHONPATH": search_path(), "TMPDIR": str(self.folder)}
            | {leftovers.RUN_VARIABLE: self._token},
            start_new_session=True,  # a Ctrl-C is for the process that it serves
            text=True,
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End it; where a run was interrupted, with what it has begun."""
        if kind is not None:
            self._process.kill()
        self._process.__exit__(kind, error, trace)  # closes its input, at the end of which it ends

    def run(
        self,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        output: Path,
        longest: float,
    ) -> int:
        """Run pytest with `arguments`; return its exit status, -N where signal N ended it.

        What it prints goes to `output`. One that takes longer than `longest` seconds is killed.
        """
        token = secrets.token_hex(16)
        told = {**environment, leftovers.RUN_VARIABLE: f"{self._token} {token}"}
        pid = int(self._ask([list(arguments), told, str(output), longest]))
        try:
            return int(self._ask(None))
        finally:
            leftovers.end([*leftovers.of_session(pid), *leftovers.marked(token)])

    def _ask(self, question: object) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        return self._process.stdout.readline()


def serve() -> None:
    """Fork for each order, tell the fork's pid and, once asked, its exit status."""
    for module in NEEDED:
        importlib.import_module(module)
    faults.load()
    read_note()  # each fork finds it read
    if hasattr(gc, "freeze"):  # not on PyPy
        gc.freeze()  # else each fork's collector would go through all of it, and copy it
    answers = sys.stdout
    for line in sys.stdin:
        arguments, environment, output, longest = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _run(arguments, environment, output)
        print(pid, file=answers, flush=True)
        sys.stdin.readline()
        print(_status_of(pid, longest), file=answers, flush=True)


def _run(arguments: list[str], environment: dict[str, str], output: str) -> None:
    """Be pytest, as if started with `arguments` and `environment`."""
    os.setsid()
    os.environ.update(environment)
    with Path(output).open("w", encoding="utf-8") as file, Path(os.devnull).open() as nothing:
        os.dup2(nothing.fileno(), 0)
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    status = 1
    try:
        if faults.VARIABLE in environment:
            faults.switch_on(environment[faults.VARIABLE])
        status = importlib.import_module("pytest").main(arguments)
    except BaseException:  # noqa: BLE001 - whatever it is, this process ends here
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _status_of(pid: int, longest: float) -> int:
    """Return the exit status of a fork, which is killed after `longest` seconds."""
    fork = psutil.Process(pid)
    try:
        return int(fork.wait(longest))
    except psutil.TimeoutExpired:
        fork.kill()
        return int(fork.wait())


if __name__ == "__main__":
    serve()
