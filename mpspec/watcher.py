"""Ends what a run has started, should the run itself be killed: nobody else would.

    with Watcher(token):  # in the run
        ...

A process of its own looks whether the one that has started it still runs. Once that does not, it
ends all processes that bear the run's token, and removes the run's folder. Killed like this, a run
has no say any more, and a child that waits for a lock would wait for ever.
"""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from mpspec import leftovers
from mpspec.search_path import search_path

LOOK_AGAIN = 0.5
"""Seconds between two looks at the process that is watched."""

HOLDS = 1 << 16
"""Bytes that a pipe holds at the most: one read takes all that has been said."""

LONGEST = 8.0
"""Seconds in which all is ended: some may still be starting others."""


class Watcher:
    """Watches this process from now on, until it is closed."""

    def __init__(self, token: str, folder: Path | None = None) -> None:
        told = {key: os.environ[key] for key in os.environ if key != leftovers.RUN_VARIABLE}
        arguments = [str(os.getpid()), token, *([str(folder)] if folder else [])]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "mpspec.watcher", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=told | {"PYTHONPATH": search_path()},
            start_new_session=True,  # who ends the run's group does not end the one that tidies up
        )
        assert self._process.stdin is not None
        self._line = self._process.stdin.fileno()
        os.set_blocking(self._line, False)  # a watcher that is slow holds up no test
        leftovers.own_helpers.add(self._process.pid)

    def tell(self, pid: int) -> None:
        """Let `pid` be ended as well; of a forked child nobody can see that it bears a token."""
        with suppress(OSError):
            os.write(self._line, b"%d\n" % pid)

    def close(self) -> None:
        """Watch no longer."""
        self._process.kill()
        self._process.wait()
        assert self._process.stdin is not None
        self._process.stdin.close()
        leftovers.own_helpers.discard(self._process.pid)

    def __enter__(self) -> Watcher:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def main(arguments: Sequence[str]) -> None:
    """Watch a process, by its pid, until it has gone; then end what bears the token."""
    pid, token, *folders = arguments
    told = _watch(int(pid))
    _end_all(token, told)
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def _watch(pid: int) -> list[psutil.Process]:
    """Wait for the end of the process `pid`; return the processes of which it has told."""
    told: list[psutil.Process] = []
    watched, runs = leftovers.process(pid), True
    while runs:
        runs = watched is not None and bool(leftovers.running([watched]))
        heard = _heard(LOOK_AGAIN if runs else 0)  # its last words as well
        if heard is None:
            time.sleep(LOOK_AGAIN)
        told = _with(told, heard)
    return told


def _end_all(token: str, told: list[psutil.Process]) -> None:
    """End what bears `token`, those `told` of, and those that are still to tell of themselves.

    A child that was forked just before the end, and has not run since, is none of the first two:
    it still holds the line, whose end comes only when nobody is left.
    """
    heard: list[int] | None = []
    last = time.monotonic() + LONGEST
    while time.monotonic() < last:
        told = _with(told, heard)
        left = [*leftovers.marked(token), *told]
        leftovers.end(left)
        if heard is None and not left:
            break
        heard = _heard(LOOK_AGAIN)


def _with(told: list[psutil.Process], heard: Iterable[int] | None) -> list[psutil.Process]:
    """Return those that still run of the processes known and of those heard of, by pid."""
    return leftovers.running([*told, *filter(None, map(leftovers.process, heard or ()))])


def _heard(seconds: float) -> list[int] | None:
    """Return the pids that have come; wait up to `seconds` for the first.

    None once nobody is left who could say more.
    """
    if not select.select([0], [], [], seconds)[0]:
        return []
    said = os.read(0, HOLDS)
    return list(map(int, said.split())) if said else None


if __name__ == "__main__":
    main(sys.argv[1:])
