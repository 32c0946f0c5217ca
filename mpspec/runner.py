"""Runs the spec's tests in a pytest of their own, and follows the verdicts as they come."""

from __future__ import annotations

import math
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from mpspec import leftovers
from mpspec.claims import Claim, spec_folder
from mpspec.probe import LOOPBACK
from mpspec.search_path import search_path
from mpspec.verdicts import Reader, Run, Verdict
from mpspec.watcher import Watcher

FOLLOW = 0.05
"""Seconds between two looks for new verdicts; for the progress bar alone."""

TIDY = 10.0
"""Seconds that an interrupted pytest has to tear down before it is killed."""


def _without_end() -> float:
    return math.inf


@dataclass
class Order:
    """What to run, and how."""

    claims: Sequence[Claim]
    implementations: Sequence[str]
    workers: int
    deadline: float
    path: Path  # where the verdicts are written
    seed: int | None = None  # of a random order; None: the note's order
    folder: Path | None = None  # for the run's temporary files, of which none outlives it
    differences: Path | None = None  # a library's own table of them
    address: str = LOOPBACK  # where the tests listen
    launcher: Sequence[str] = ()  # what starts the interpreter that runs them
    in_rounds: bool = False  # one test after the other, and anew behind each hang
    patience: Callable[[], float] = _without_end  # seconds that the next verdict may take by now


@dataclass
class Outcome:
    """What came of an order."""

    run: Run | None  # None: nothing was run
    complete: bool
    output: str  # what pytest printed
    ended: bool = True  # whether pytest ended by itself


def execute(order: Order, tests: Path | None, follow: Callable[[Run, Verdict], None]) -> Outcome:
    """Run `order` in the folder `tests` (the spec's own by default); call `follow` as it goes.

    However it ends, also by an exception such as `KeyboardInterrupt`, no process that it has
    started runs on.
    """
    reader = Reader(str(order.path))
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
        command = [*order.launcher, sys.executable, "-m", "pytest"]
        command += arguments(order, tests or spec_folder())
        with interruptible(), _running(command, output, order.folder) as process:
            for verdict in _verdicts(order, process, reader):
                follow(_run_of(reader), verdict)
            ended = process.poll() is not None
            if not ended and not reader.runs:  # out of patience: it would tear nothing down
                process.kill()
        output.seek(0)
        finished = bool(reader.runs)
        run = reader.runs[0] if finished else reader.current
        return Outcome(run, finished, output.read(), ended)


@contextmanager
def _running(
    command: Sequence[str], output: TextIO, folder: Path | None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run `command`; in the end interrupt it, and end all that it has started.

    Whoever interrupts a second time does not wait for pytest's teardown.
    """
    token = secrets.token_hex(16)
    own = {leftovers.RUN_VARIABLE: token, "PYTHONPATH": search_path()}
    own |= {"TMPDIR": str(folder)} if folder else {}
    with Watcher(token, folder):
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=os.environ | own,
            start_new_session=True,  # a Ctrl-C is for this process, which passes it on
        )
        try:
            yield process
        finally:
            try:
                _stop(process)
            finally:
                leftovers.end(leftovers.marked(token))
                process.wait()


def arguments(order: Order, tests: Path) -> list[str]:
    """Return the arguments with which pytest does what is ordered."""
    chosen = [f"{tests / _file(claim)}::{claim.test}" for claim in order.claims]
    options = [f"--implementation={name}" for name in order.implementations]
    options += [f"--seed={order.seed}"] if order.seed is not None else []
    options += [f"--differences={order.differences}"] if order.differences else []
    return [
        *("-p", "mpspec.plugin", "-p", "no:cacheprovider"),
        *("-c", os.devnull, "--rootdir", str(tests), "--confcutdir", str(tests)),
        *("-q", "--tb=short", "-n", str(order.workers), "--verdicts", str(order.path)),
        *("--deadline", str(order.deadline), "--address", order.address),
        *options,
        *chosen,
    ]


def _file(claim: Claim) -> str:
    return f"test_{claim.chapter.replace('-', '_')}.py"


def _verdicts(order: Order, process: subprocess.Popen[bytes], reader: Reader) -> Iterator[Verdict]:
    """Return the verdicts as they are written, until pytest has ended, or is out of patience.

    One that cannot end, as a test has left a thread that waits for ever, gets `TIDY` seconds.
    """
    with order.path.open(encoding="utf-8") as file:
        ended, rest, last, heard = False, "", math.inf, time.monotonic()
        while True:
            *lines, rest = (rest + file.read()).split("\n")
            heard = time.monotonic() if lines else heard
            yield from filter(None, map(reader.take, lines))
            if ended:
                return
            if reader.runs:
                last = min(last, time.monotonic() + TIDY)
            waited = time.monotonic() - heard > order.patience()
            ended = process.poll() is not None or time.monotonic() > last or waited
            if not ended:
                time.sleep(FOLLOW)


def _run_of(reader: Reader) -> Run:
    return reader.current or reader.runs[-1]


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Interrupt pytest, so that it tears down; kill it if it does not."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(TIDY)
        except subprocess.TimeoutExpired:
            process.kill()


@contextmanager
def interruptible() -> Iterator[None]:
    """Take SIGTERM as Ctrl-C is taken, so that nothing is left running.

    Only the main thread can: another one leaves it to whoever started it.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(number: int, _: object) -> None:
        raise KeyboardInterrupt(signal.Signals(number).name)

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
