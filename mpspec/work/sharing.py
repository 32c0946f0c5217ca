"""What the children of the chapter on sharing do."""

from __future__ import annotations

import os
import random
from pathlib import Path

TYPE_CHECKING = False
if TYPE_CHECKING:
    import socket
    from typing import IO, Any

    from mpspec.probe import Probe

colour = "white"
"""A global variable; a test that changes it puts it back."""

_kept: Any = None  # what this process got to keep


def greeting() -> str:
    """Return a greeting; a test puts another function in its place."""
    return "hello"


class Counter:
    """Counts its own calls."""

    def __init__(self) -> None:
        self.count = 0

    def count_up(self, probe: Probe) -> None:
        """Count one call, and report how many there have been."""
        self.count += 1
        probe.note("counted", self.count)


class NeverPickled:
    """An object that objects to being pickled."""

    def __reduce__(self) -> str:
        raise AssertionError("it has been pickled")


# Memory


def paint_red(probe: Probe) -> None:
    """Change the global; once let go on, report what it is now."""
    global colour  # noqa: PLW0603 - the claim is about just this
    colour = "red"
    probe.checkpoint("painted")
    probe.note("colour", colour)


def report_colour(probe: Probe) -> None:
    """Once let go on, report what the global is."""
    probe.checkpoint("started")
    probe.note("colour", colour)


def report_greeting(probe: Probe) -> None:
    """Report what the function of this module, or what stands in its place, returns."""
    probe.note("greeting", greeting())


def append_to(items: list[str], item: str) -> None:
    """Append an item to the list."""
    items.append(item)


def append_and_report(items: list[str], item: str, probe: Probe) -> None:
    """Append an item to the list, and report what is on it."""
    items.append(item)
    probe.note("list", items)


def append_under_lock(items: list[str], item: str, lock: Any, probe: Probe) -> None:
    """Append an item to the list while holding the lock, and report what is on it."""
    with lock:
        append_and_report(items, item, probe)


def report_list(items: list[str], probe: Probe) -> None:
    """Once let go on, report what is on the list."""
    probe.checkpoint("started")
    probe.note("list", items)


def roll(generator: random.Random, probe: Probe) -> None:
    """Report the generator's next number."""
    probe.note("rolled", generator.random())


def roll_with_the_module(probe: Probe) -> None:
    """Report the next number of the random module."""
    probe.note("rolled", random.random())


# Files


def write_line(file: IO[str], line: str) -> None:
    """Write a line through the open file."""
    print(line, file=file, flush=True)


def close(file: IO[str]) -> None:
    """Close the file, which writes what waits in its buffer."""
    file.close()


def report_file_behind(descriptor: int, probe: Probe) -> None:
    """Report device and inode of the file that the descriptor names here, if it names any."""
    try:
        found = os.fstat(descriptor)
    except OSError:
        probe.note("file", None)
    else:
        probe.note("file", [found.st_dev, found.st_ino])


def send_hello(line: socket.socket) -> None:
    """Send a greeting through the socket."""
    line.sendall(b"hello")


def report_text(path: Path, probe: Probe) -> None:
    """Open the file by its name, and report what is in it."""
    probe.note("text", path.read_text())


def write_and_read(path: Path, line: str, probe: Probe) -> None:
    """Append a line; once let go on, report all lines of the file."""
    with path.open("a") as file:
        write_line(file, line)
    probe.checkpoint("written")
    probe.note("lines", path.read_text().splitlines())


def add_one(path: Path, probe: Probe) -> None:
    """Read the number in the file; once let go on, write the next one."""
    number = int(path.read_text())
    probe.checkpoint("read", number)
    path.write_text(str(number + 1))


def append_lines(path: Path, count: int, lock: Any, probe: Probe) -> None:
    """Append lines to the file, each in two parts and under the lock."""
    for number in range(count):
        probe.note("acquiring")
        with lock, probe.span("writing"), path.open("a") as file:
            print(probe.name, end=" ", file=file, flush=True)
            probe.checkpoint("half a line written")
            print("wrote line", number, file=file)


# Locks


def hold(lock: Any, probe: Probe) -> None:
    """Acquire the lock, and stay inside until let go."""
    probe.note("acquiring")
    with lock, probe.span("holding"):
        probe.checkpoint("inside")


def prepare_and_hold(lock: Any, probe: Probe) -> None:
    """Work without the lock until let go; then hold it."""
    with probe.span("preparing"):
        probe.checkpoint("outside")
    hold(lock, probe)


def do_nothing_with(thing: Any) -> None:
    """Take it as an argument, no more."""


def keep(thing: Any) -> None:
    """Keep it for the tasks of this process."""
    global _kept  # noqa: PLW0603 - how a pool's initializer leaves something to the tasks
    _kept = thing


def kept_lock_is_free() -> bool:
    """Return whether the lock that was kept can be acquired; let it go again."""
    free: bool = _kept.acquire(False)  # noqa: FBT003 - its keyword is not the same for threads
    if free:
        _kept.release()
    return free
