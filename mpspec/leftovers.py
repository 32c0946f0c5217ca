"""Processes that a test, a program or a run has left behind: found, and ended by their pids.

What multiprocessing keeps for itself, its resource tracker and its fork server, is no leftover.
The tracker is never killed: it is what removes semaphores and shared memory once all others have
gone.
"""

from __future__ import annotations

import os
import re
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import active_children
from pathlib import Path

import psutil

RUN_VARIABLE = "MPSPEC_RUN"
"""The environment variable that marks every process that a run has started, by the run's token.

A run that is part of another one has the other's token as well: `outer inner`.
"""

PATIENCE = 5.0
"""Seconds that a process has to end by itself, where it should, before it is killed."""

LOOK_AGAIN = 0.002

_TRACKERS = ("resource_tracker", "semaphore_tracker")
_HELPERS = (*_TRACKERS, "forkserver")

_ENDED = (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
"""What one that has ended is: dead while it goes, where its parent ignores SIGCHLD."""

own_helpers: set[int] = set()
"""Processes, by pid, that a run keeps beside its tests, and ends itself."""


def left_behind(known: Iterable[int] = ()) -> list[psutil.Process]:
    """Return the processes below this one that still run, apart from multiprocessing's own.

    With them, those of the `known` ones (by pid) that still run: a child whose parent was killed is
    below this process no more.
    """
    found = {each.pid: each for each in [*_below(), *map(process, known)] if each}
    return running(found.values())


def running(processes: Iterable[psutil.Process]) -> list[psutil.Process]:
    """Return those of `processes` that still run; a zombie does not, nor one that is dead."""
    return [process for process in processes if _runs(process)]


def process(pid: int) -> psutil.Process | None:
    """Return the process `pid`, if there is one."""
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(pid)
    return None


def _session(pid: int) -> int | None:
    with suppress(ProcessLookupError, PermissionError):
        return os.getsid(pid)
    return None


def _below() -> list[psutil.Process]:
    """Return the processes below this one, but for multiprocessing's own and the run's helpers."""
    own = [each for each in map(process, _children(os.getpid())) if each]
    own = [child for child in own if child.pid not in own_helpers]
    found = [child for child in own if not is_helper(child)]
    deeper = [pid for child in own for pid in _children(child.pid)]
    while deeper:
        found += [each for each in map(process, deeper) if each]
        deeper = [pid for parent in deeper for pid in _children(parent)]
    return found


def _children(parent: int) -> list[int]:
    """Return the children of the process `parent`, by pid.

    Where the system tells them, nobody else is looked at: psutil would read of every process that
    there is who its parent is, and this is asked after every test.
    """
    try:
        tasks = Path(f"/proc/{parent}/task").iterdir()
        return [int(pid) for task in tasks for pid in (task / "children").read_text().split()]
    except OSError:  # not on Linux, or it has just ended
        with suppress(psutil.NoSuchProcess):
            return [child.pid for child in psutil.Process(parent).children()]
        return []


def of_session(leader: int) -> list[psutil.Process]:
    """Return the processes of the session that `leader` leads, or has led, but for itself."""
    pids = [pid for pid in psutil.pids() if pid != leader and _session(pid) == leader]
    return [each for each in map(process, pids) if each]


def marked(token: str) -> list[psutil.Process]:
    """Return the processes, but for this one, whose environment has the run's `token`.

    It is the environment that a process was started with; a forked child shows its parent's.
    """
    return [
        process
        for process in psutil.process_iter()
        if process.pid != os.getpid()
        and token in _environment(process).get(RUN_VARIABLE, "").split()
    ]


def is_helper(process: psutil.Process) -> bool:
    """Return whether `process` is multiprocessing's own; it goes when all that use it have."""
    return _is_one_of(process, _HELPERS)


def wait_until_gone(processes: Iterable[psutil.Process], patience: float = PATIENCE) -> None:
    """Give `processes` a while to end by themselves.

    Not psutil's `wait_procs`: for that one a zombie, which some init may reap late, still runs.
    """
    left = list(processes)
    last = time.monotonic() + patience
    while (left := running(left)) and time.monotonic() < last:
        time.sleep(LOOK_AGAIN)


def end(processes: Iterable[psutil.Process]) -> None:
    """Kill `processes` by their pids; wait for the resource trackers among them to finish."""
    doomed = running(processes)
    trackers = [process for process in doomed if _is_one_of(process, _TRACKERS)]
    for process in doomed:
        if process not in trackers:
            with suppress(psutil.NoSuchProcess):
                process.kill()
    wait_until_gone(doomed)
    active_children()  # reaps those that are this process's own


def is_own(process: psutil.Process, own: str) -> bool:
    """Return whether the pattern `own` is in the command line of `process`.

    One that ends at this moment has none any more, and passes for one's own: nobody can say whose
    it was.
    """
    with suppress(psutil.Error):
        words = process.cmdline()
        return not words or re.search(own, " ".join(words)) is not None
    return False


def threads_left(before: set[threading.Thread], own: str) -> list[threading.Thread]:
    """Return the threads that run now and did not `before`, after a while to end.

    - `own`: a pattern in the names of threads that need not end.
    """
    new = [thread for thread in threading.enumerate() if thread not in before]
    new = [thread for thread in new if not re.search(own, repr(thread))]
    for thread in new:
        thread.join(PATIENCE / len(new))
    return [thread for thread in new if thread.is_alive()]


@contextmanager
def limited_files(size: int) -> Iterator[None]:
    """Keep files that this process and its children write below `size` bytes.

    A child that prints without end would fill the disk before its deadline.
    """
    if sys.platform == "win32":
        yield
        return
    import resource  # noqa: PLC0415 - not there on Windows

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    lower = [limit for limit in (size, soft, hard) if limit != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_FSIZE, (min(lower), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def _runs(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return bool(process.is_running() and process.status() not in _ENDED)
    return False


def _is_one_of(process: psutil.Process, modules: Iterable[str]) -> bool:
    with suppress(psutil.Error):
        words = " ".join(process.cmdline())
        return any(f"{module} import main" in words for module in modules)
    return False


def _environment(process: psutil.Process) -> dict[str, str]:
    with suppress(psutil.Error, OSError):
        return process.environ()
    return {}
