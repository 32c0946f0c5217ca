"""The deadline of a wait: it bounds a hang, and leaves a machine that is too busy its time."""

from __future__ import annotations

import time

import psutil

MOST = 3
"""Deadlines after which a wait is given up in any case."""

_AT_WORK = {psutil.STATUS_RUNNING, psutil.STATUS_DISK_SLEEP}


class Deadline:
    """So many `seconds` from now on.

    As long as one of this process's children runs, or waits for the disk, nothing hangs yet: then
    it takes up to `MOST` times as long until the deadline has passed.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._begin = time.monotonic()
        self._next_look = self._begin + seconds

    def passed(self) -> bool:
        """Return whether it has passed, and nothing is on its way any more."""
        now = time.monotonic()
        if now <= self._next_look:
            return False
        if now > self._begin + MOST * self._seconds or not _any_at_work():
            return True
        self._next_look = now + self._seconds / 10
        return False


def _any_at_work() -> bool:
    """Return whether a process below this one runs, or waits for the disk, at this moment."""
    below = psutil.Process().children(recursive=True)
    return any(_state(process) in _AT_WORK for process in below)


def _state(process: psutil.Process) -> str:
    try:
        return str(process.status())
    except psutil.NoSuchProcess:
        return "gone"
