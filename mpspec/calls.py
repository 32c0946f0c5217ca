"""What a test itself calls of the API under test, for its timeline: start, join, put, get ...

The interpreter's own profiling hook tells of each call, so that nothing is wrapped and `mp.Process`
stays the genuine object. A forked child lets go of the hook before it does anything else; threads
and fresh children never have it. Verdicts never depend on it.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType
from typing import Any

from mpspec.history import Report

TEST = "test"
MOST_CALLS = 1000
"""Calls after which no more are recorded: no picture shows so many."""

# Where the standard library keeps what `multiprocessing.dummy` and the locks are made of.
_BELOW = ("_multiprocessing", "threading", "_thread", "queue", "_queue")

# What locks and semaphores are made of, in C.
_SEMAPHORE = "SemLock"

# Special methods by the statement that calls them.
_STATEMENTS = {"__enter__": "enter", "__exit__": "exit"}


@dataclass
class Call:
    """One call by the test: when it began and returned, in nanoseconds, of what, and on whom."""

    begin: int
    function: str
    owner: str  # the name of a class, if it is a method
    pid: int | None = None
    end: int | None = None


class Calls:
    """Records, as a context manager, what is called from the source file `file`.

    - `library`: the implementation under test, whose functions count.
    """

    def __init__(self, file: str, library: str) -> None:
        self.calls: list[Call] = []
        self._file = file
        root = library.partition(".")[0]
        self._roots = {root, f"_{root}", *_BELOW}
        self._open: dict[int, Call] = {}  # by the frame that runs
        self._before: Any = None

    def __enter__(self) -> Calls:
        self._before = sys.getprofile()
        sys.setprofile(self._hear)
        return self

    def __exit__(self, *exc: object) -> None:
        sys.setprofile(self._before)

    def reports(self, name_of: Callable[[int], str]) -> list[Report]:
        """Return the calls as reports of the test; `name_of` gives a process's probe by its pid."""
        found = []
        for call in self.calls:
            whom = (name_of(call.pid) if call.pid else "") or call.owner
            event = f"{call.function} {whom}".rstrip()
            found.append(Report(call.begin, TEST, "call", event))
            if call.end is not None:
                found.append(Report(call.end, TEST, "return", event))
        return found

    def _hear(self, frame: FrameType, event: str, arg: Any) -> None:
        """Take what the interpreter tells of, if it is a call by the test itself."""
        if event in {"call", "return"}:
            caller = frame.f_back
            if caller is not None and caller.f_code.co_filename == self._file:
                self._of_python(frame, event)
        elif frame.f_code.co_filename == self._file:
            self._of_c(frame, event, arg)

    def _of_python(self, frame: FrameType, event: str) -> None:
        code = frame.f_code
        if not self._counts(str(frame.f_globals.get("__name__")), code.co_name):
            return
        owner = frame.f_locals.get("self")
        if isinstance(getattr(type(owner), code.co_name, None), property):
            return  # looking is not doing
        if event == "call":
            self._begin(id(frame), code.co_name, owner)
        else:
            self._end(id(frame), owner)

    def _of_c(self, frame: FrameType, event: str, arg: Any) -> None:
        owner = getattr(arg, "__self__", None)
        kind = type(owner)
        # PyPy's semaphores do not say what module they are from.
        module = "_multiprocessing" if kind.__name__ == _SEMAPHORE else kind.__module__
        if not self._counts(module, arg.__name__):
            return
        if event == "c_call":
            self._begin(-id(frame), arg.__name__, owner)
        else:
            self._end(-id(frame), owner)

    def _counts(self, module: str, function: str) -> bool:
        name = _STATEMENTS.get(function, function)
        return module.partition(".")[0] in self._roots and name[0].islower()

    def _begin(self, frame: int, function: str, owner: Any) -> None:
        if len(self.calls) < MOST_CALLS:
            name = _STATEMENTS.get(function, function)
            owned = "" if owner is None else type(owner).__name__
            owned = owned.removeprefix(_SEMAPHORE)  # what a reader knows as a lock
            call = Call(time.monotonic_ns(), name, owned, _pid(owner))
            self._open[frame] = call
            self.calls.append(call)

    def _end(self, frame: int, owner: Any) -> None:
        call = self._open.pop(frame, None)
        if call is not None:
            call.end = time.monotonic_ns()
            call.pid = call.pid or _pid(owner)  # a start has given it one


def _pid(owner: Any) -> int | None:
    """Return the pid of a process object; nobody else is asked, for a proxy would ask others."""
    if not hasattr(type(owner), "pid"):
        return None
    try:
        pid = owner.pid
    except ValueError:  # it has been closed
        return None
    return pid if isinstance(pid, int) else None


def _let_go() -> None:
    if isinstance(getattr(sys.getprofile(), "__self__", None), Calls):
        sys.setprofile(None)


if hasattr(os, "register_at_fork"):  # not on Windows, where nothing forks
    os.register_at_fork(after_in_child=_let_go)
