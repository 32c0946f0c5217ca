"""Runs a whole program in an interpreter of its own, bounded in time and in output.

It leads a session, and with it a process group, of its own: what Ctrl-C sends can be sent to it and
its children alone, and all that it started is known by the session and ended with it.
"""

from __future__ import annotations

import os
import re
import selectors
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from mpspec import leftovers
from mpspec.adapters import Adapter, adapter_of
from mpspec.deadline import Deadline
from mpspec.implementations import Implementation
from mpspec.observer import DEADLINE, DeadlineError, Observer
from mpspec.programs import IMPLEMENTATION_VARIABLE
from mpspec.search_path import search_path

PROGRAMS = Path(__file__).parent / "programs"

_ASKED_FOR = re.compile(r"(?:\bmp|\bimplementation\(\))\.([A-Z]\w+)")

LONGEST_OUTPUT = 1 << 20
"""Bytes of output after which a program is ended, as one that floods."""

# How soon its output and its processes' reports are looked at again. Nothing is judged by it.
LOOK_AGAIN = 0.002


class FloodError(AssertionError):
    """The program printed without end."""


class Program:
    """A program that runs; `wait` for its end, or direct it through the observer meanwhile."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        observer: Observer,
        deadline: float,
        chatter: str,
        temporary: tempfile.TemporaryDirectory[str] | None,
    ) -> None:
        self._chatter = chatter  # a pattern of what does not come from the program
        self._temporary = temporary  # its temporary files, which it cannot remove if it is killed
        self.process = process
        self._observer = observer
        self._deadline = deadline
        self._pipes = _pipes(process)
        self._output: dict[str, bytearray] = {name: bytearray() for name in ("out", "err")}

    @property
    def status(self) -> int | None:
        """The exit status: None while it runs, -N if ended by signal N."""
        return self.process.poll()

    @property
    def out(self) -> str:
        """What it, or a child of its, has printed."""
        return self._said("out")

    @property
    def err(self) -> str:
        """What it, or a child of its, has written to standard error."""
        return self._said("err")

    def _said(self, pipe: str) -> str:
        said = self._output[pipe].decode(errors="replace")
        return re.sub(self._chatter, "", said)

    def wait(self) -> Program:
        """Wait until it has ended, with whoever else holds its output.

        Raises `DeadlineError` past the deadline, and `FloodError` if its output has no end.
        """
        self._go_on_until(self._has_ended)
        return self

    def follow(self, look: Callable[[], object]) -> Program:
        """Wait as `wait` does, and call `look` again and again meanwhile."""

        def ended() -> bool:
            over = self._has_ended()
            look()
            return over

        self._go_on_until(ended)
        return self

    def wait_for_end(self) -> int | None:
        """Wait for the end of the program itself, whoever lives on; return its exit status."""
        self._go_on_until(lambda: self.status is not None)
        return self.status

    def wait_for_output(self, text: str, count: int = 1) -> None:
        """Wait until it has written `text` to standard error `count` times."""
        self._go_on_until(lambda: self.err.count(text) >= count or not self._pipes.get_map())
        if self.err.count(text) < count:
            came = self.err.count(text)
            raise AssertionError(f"{text!r} came {came} times, not {count}:\n{self}")

    def interrupt(self) -> None:
        """Send its process group what Ctrl-C sends to a terminal's foreground group."""
        os.killpg(self.process.pid, signal.SIGINT)

    def end(self) -> None:
        """End it with all that it has started, by their pids, and remove its temporary files."""
        self.process.kill()
        self.process.wait()
        leftovers.end(leftovers.of_session(self.process.pid))
        self._pipes.close()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            if pipe is not None:
                pipe.close()
        if self._temporary:
            self._temporary.cleanup()

    def __str__(self) -> str:
        return (
            f"exit status: {self.status}\n"
            f"standard output:\n{_shortened(self.out)}\nstandard error:\n{_shortened(self.err)}"
        )

    def _has_ended(self) -> bool:
        return not self._pipes.get_map() and self.status is not None

    def _go_on_until(self, enough: Callable[[], bool]) -> None:
        """Read its output, and what its processes report, until it is `enough`."""
        deadline = Deadline(self._deadline)
        while not enough():
            if deadline.passed():
                raise DeadlineError(f"waited {self._deadline:g} s for the program\n{self}")
            for key, _ in self._pipes.select(LOOK_AGAIN):
                self._take(key.fileobj, self._output[key.data])
            self._observer.read()

    def _take(self, pipe: Any, output: bytearray) -> None:
        chunk = os.read(pipe.fileno(), 1 << 16)
        output += chunk
        if not chunk:
            self._pipes.unregister(pipe)
        if len(output) > LONGEST_OUTPUT:
            raise FloodError(f"more than {LONGEST_OUTPUT} bytes of output\n{self}")


def start_program(
    name: str,
    cell: Implementation | None,
    observer: Observer,
    *,
    deadline: float = DEADLINE,
    stdin: str = "",
    environment: Mapping[str, str] | None = None,
    choose: bool = True,
) -> Program:
    """Start the program `name` of `mpspec/programs` in the current folder.

    - `stdin`: what it can read from its standard input;
    - `choose`: whether it is told which implementation and start method to use, as a program of
      the cell; else, and for no cell, it gets the default.
    """
    told = observer.environment | dict(environment or {})
    chosen = cell if choose else None
    if chosen:
        _see_that_it_offers(chosen, PROGRAMS / name)
        told[IMPLEMENTATION_VARIABLE] = f"{chosen.library},{chosen.start_method},{chosen.memory}"
    adapter = adapter_of(chosen)
    temporary = _temporary_folder(adapter)
    process = _started(
        [*adapter.starts_programs, sys.executable, str(PROGRAMS / name)],
        _surroundings(adapter, temporary) | told,
        stdin,
    )
    observer.follow(lambda: process.poll() is None or bool(leftovers.of_session(process.pid)))
    return Program(process, observer, deadline, adapter.chatter, temporary)


def _started(
    command: Sequence[str], environment: Mapping[str, str], stdin: str
) -> subprocess.Popen[bytes]:
    """Start a session with `command`, for which `stdin` is all that there is to read."""
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        start_new_session=True,
    )
    assert process.stdin is not None
    process.stdin.write(stdin.encode())
    process.stdin.close()
    return process


def _temporary_folder(adapter: Adapter) -> tempfile.TemporaryDirectory[str] | None:
    """Return a new one for a program, but none where it shares one with a library's services."""
    if adapter.launcher:
        return None
    return tempfile.TemporaryDirectory(prefix="mp", ignore_cleanup_errors=True)


def _surroundings(
    adapter: Adapter, temporary: tempfile.TemporaryDirectory[str] | None
) -> dict[str, str]:
    """Return the environment of a program that is told nothing yet."""
    seen = {key: value for key, value in os.environ.items() if not re.match(adapter.hidden, key)}
    own = {"TMPDIR": temporary.name} if temporary else {}
    return seen | own | {"PYTHONPATH": search_path()}


def _see_that_it_offers(cell: Implementation, program: Path) -> None:
    """Raise `NotOffered` where the program asks for what the implementation lacks."""
    for name in dict.fromkeys(_ASKED_FOR.findall(program.read_text(encoding="utf-8"))):
        cell.offered(name)


def _pipes(process: subprocess.Popen[bytes]) -> selectors.BaseSelector:
    assert process.stdout is not None
    assert process.stderr is not None
    pipes = selectors.DefaultSelector()
    pipes.register(process.stdout, selectors.EVENT_READ, "out")
    pipes.register(process.stderr, selectors.EVENT_READ, "err")
    return pipes


def _shortened(text: str, longest: int = 4000) -> str:
    return text if len(text) <= longest else f"{text[:longest]}\n[{len(text)} characters, cut]"
