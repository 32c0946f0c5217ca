"""What a soak takes of the machine at the most, and what it leaves there."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from mpspec import leftovers

MARK = "MPSPEC_SOAK"
"""The environment variable by which the processes of a round are found."""

LOOK_AGAIN = 0.5
"""Seconds between two looks at what is taken."""

SHARED_MEMORY = Path("/dev/shm")
"""Where Linux keeps named semaphores (`sem.*`) and shared memory."""


@dataclass
class Highest:
    """The highest counts seen at any moment, of all rounds that ran side by side.

    `memory`, in bytes, and `shared` are the whole machine's, above what they were at first.
    """

    processes: int = 0
    descriptors: int = 0
    shared: int = 0
    memory: int = 0

    def raise_to(self, *, processes: int, descriptors: int, shared: int, memory: int) -> None:
        """Take in what was seen at one moment."""
        self.processes = max(self.processes, processes)
        self.descriptors = max(self.descriptors, descriptors)
        self.shared = max(self.shared, shared)
        self.memory = max(self.memory, memory)

    def __str__(self) -> str:
        return (
            f"at the most {self.processes} processes, {self.descriptors} descriptors, "
            f"{self.shared} semaphores and shared memory segments, {self.memory >> 20} MiB"
        )


@dataclass
class Watch:
    """Looks, as a context manager, at the processes below this one, in a thread of its own."""

    highest: Highest = field(default_factory=Highest)

    def __enter__(self) -> Watch:
        self._over = threading.Event()
        self._memory = psutil.virtual_memory().used
        self._shared = shared_memory()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def left(self, patience: float = leftovers.PATIENCE) -> tuple[set[str], set[str]]:
        """Return the semaphores and segments that are there since the beginning, and nobody uses.

        Of the soak no process is left by then, but another program's resource tracker may still be
        about to remove what that one's killed children have made, for which it has `patience`
        seconds. While such a tracker runs none can be said to be left: they are the second set.
        """
        left, last = self._unused(), time.monotonic() + patience
        while left and time.monotonic() < last:
            time.sleep(LOOK_AGAIN)
            left &= self._unused()
        others = any(leftovers.is_helper(process) for process in psutil.process_iter())
        return (set(), left) if others else (left, set())

    def _unused(self) -> set[str]:
        new = self._new()
        return (new - in_use(new)) & shared_memory()

    def _new(self) -> set[str]:
        return shared_memory() - self._shared

    def _look(self) -> None:
        while not self._over.wait(LOOK_AGAIN):
            below = psutil.Process().children(recursive=True)
            self.highest.raise_to(
                processes=len(below),
                descriptors=sum(map(_descriptors, below)),
                shared=len(self._new()),
                memory=psutil.virtual_memory().used - self._memory,
            )


def shared_memory() -> set[str]:
    """Return the names of all semaphores and shared memory segments of this machine."""
    with suppress(OSError):
        return {path.name for path in SHARED_MEMORY.iterdir()}
    return set()


def in_use(names: Iterable[str]) -> set[str]:
    """Return those of `names` in shared memory that some process has mapped.

    Told by their inodes: who has made a semaphore has mapped it under another name, its first one.
    """
    mapped = {inode for pid in psutil.pids() for inode in _mapped(pid)} if names else set()
    return {name for name in names if _inode(SHARED_MEMORY / name) in mapped}


def left_of(mark: str, folder: Path, patience: float = leftovers.PATIENCE) -> list[str]:
    """Return what a round that has ended left: processes with its mark, files in its `folder`.

    A resource tracker may still be at its last work, for which it has `patience` seconds.
    """
    processes = [each for each in psutil.process_iter() if _bears(each, mark)]
    leftovers.wait_until_gone(processes, patience)
    running = leftovers.running(processes)
    left = [f"process {each.pid}: {_command(each)}" for each in running]
    leftovers.end(running)
    return [*left, *_files(folder)]


def _files(folder: Path) -> Iterable[str]:
    return [f"file {path.relative_to(folder)}" for path in sorted(folder.rglob("*"))]


def _mapped(pid: int) -> set[str]:
    """Return the inodes of the files that the process `pid` has mapped; see proc(5)."""
    with suppress(OSError):
        lines = Path(f"/proc/{pid}/maps").read_text(errors="replace").splitlines()
        return {line.split()[4] for line in lines}
    return set()


def _inode(path: Path) -> str:
    with suppress(OSError):
        return str(path.stat().st_ino)
    return ""


def _descriptors(process: psutil.Process) -> int:
    with suppress(psutil.Error, OSError):
        return int(process.num_fds())
    return 0


def _bears(process: psutil.Process, mark: str) -> bool:
    with suppress(psutil.Error, OSError):
        return process.pid != os.getpid() and process.environ().get(MARK) == mark
    return False


def _command(process: psutil.Process) -> str:
    with suppress(psutil.Error):
        return " ".join(process.cmdline())
    return "ended meanwhile"
