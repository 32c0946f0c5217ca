"""Whether the operating system says that a process sleeps."""

from __future__ import annotations

import sys
from pathlib import Path

import psutil


def process_sleeps(pid: int) -> bool:
    """Return whether every thread of the process `pid` waits for something.

    All of its threads, since one that waits for the interpreter's lock sleeps as well while
    another one runs. False if there is no such process.
    """
    try:
        if sys.platform == "linux":
            return all(_state(task) == "S" for task in Path(f"/proc/{pid}/task").iterdir())
        return bool(psutil.Process(pid).status() == psutil.STATUS_SLEEPING)
    except (psutil.NoSuchProcess, FileNotFoundError, ProcessLookupError):
        return False


def process_state(pid: int) -> str:
    """Return the system's word for the state of a process (`sleeping`, `zombie`), or `gone`."""
    try:
        return str(psutil.Process(pid).status())
    except psutil.NoSuchProcess:
        return "gone"


def _state(task: Path) -> str:
    """Return a thread's state letter; see proc(5), `/proc/pid/stat`: it follows the name's `)`."""
    return (task / "stat").read_bytes().rpartition(b")")[2].split()[0].decode()
