"""Whether the operating system says that a process sleeps."""

from __future__ import annotations

import sys
from pathlib import Path

import psutil


def process_sleeps(pid: int) -> bool:
    """Return whether every thread of the process `pid` waits for something.

    All of its threads, since one that waits for the interpreter's lock sleeps as well while
    another one runs; and all at one moment, for they can only be looked at one after the other,
    and may take turns. False if there is no such process.
    """
    try:
        if sys.platform == "linux":
            threads = _threads(pid)
            asleep = all(state == "S" for state, _ in threads.values())
            return asleep and _threads(pid) == threads  # none has run in between
        return bool(psutil.Process(pid).status() == psutil.STATUS_SLEEPING)
    except (psutil.NoSuchProcess, FileNotFoundError, ProcessLookupError):
        return False


def process_state(pid: int) -> str:
    """Return the system's word for the state of a process (`sleeping`, `zombie`), or `gone`."""
    try:
        return str(psutil.Process(pid).status())
    except psutil.NoSuchProcess:
        return "gone"


def _threads(pid: int) -> dict[str, tuple[str, int]]:
    """Return, by thread, its state letter and how often it has gone to sleep; see proc(5)."""
    return {task.name: _state(task) for task in Path(f"/proc/{pid}/task").iterdir()}


def _state(task: Path) -> tuple[str, int]:
    lines = (task / "status").read_text(errors="replace").splitlines()
    facts = dict(line.partition(":")[::2] for line in lines)
    return facts["State"].split()[0], int(facts.get("voluntary_ctxt_switches", "0"))
