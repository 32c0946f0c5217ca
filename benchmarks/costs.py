"""What it costs to hand something from one process to another, in each way that there is.

    python benchmarks/costs.py [START_METHOD]

For each way: how many small messages a second a child hands to its parent, and how many bytes a
second when they are large; both beside a pipe's, since ratios say more than one machine's speed.
Each figure is the median of several rounds, in each of which all ways are measured in turn.
"""

from __future__ import annotations

import multiprocessing
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from multiprocessing import shared_memory
from pathlib import Path
from statistics import median
from typing import Any

ROUNDS = 3
SMALL, LARGE = 8, 4 << 20
"""Bytes of a message."""

MESSAGES, QUICK, SLOW = 2000, 20_000, 10
"""How many small ones are sent: of most ways, of those in memory, and of whole processes."""

LARGE_ONES = 8
"""How many large ones are sent."""

BESIDE = "Pipe"

# What a child is to do with a message, by the way, beside what the way itself needs.
Do = Callable[..., None]
Measured = dict[str, float]


# What the child does


def begin(channel: Any, do: Do, count: int, size: int, *means: Any) -> None:
    """Once told to go, hand over so many messages of this size; say when it is done."""
    message = bytes(size)
    channel.send("ready")
    channel.recv()
    for _ in range(count):
        do(message, *means)
    channel.send("done")


def send(message: bytes, end: Any) -> None:
    """Send it through a pipe."""
    end.send(message)


def put(message: bytes, queue: Any) -> None:
    """Put it on a queue."""
    queue.put(message)


def fill_array(message: bytes, array: Any) -> None:
    """Write it into an array under its lock."""
    with array.get_lock():
        memoryview(array.get_obj()).cast("B")[:] = message


def add_to_value(_: bytes, value: Any) -> None:
    """Count a value up under its lock."""
    with value.get_lock():
        value.value += 1


def fill_block(message: bytes, lock: Any, block: Any) -> None:
    """Write it into a block of shared memory under a lock."""
    with lock:
        block.buf[: len(message)] = message


def assign(message: bytes, proxy: Any) -> None:
    """Assign it to an item of a manager's dictionary."""
    proxy["key"] = message


def write(message: bytes, lock: Any, path: Path) -> None:
    """Append it to a file under a lock."""
    with lock, path.open("ab") as file:
        file.write(message)


def receive(_: bytes) -> None:
    """Receive it as an argument."""


def give_back(size: int) -> bytes:
    """Return it, as a pool's task."""
    return bytes(size)


# The ways


class Ways:
    """The ways to be measured, under one start method; each returns the seconds that it took."""

    def __init__(self, mp: Any, folder: Path) -> None:
        self._mp = mp
        self._folder = folder

    def argument(self, count: int, size: int) -> float:
        """Start a process for each message, and join it."""
        message, start = bytes(size), time.perf_counter()
        for _ in range(count):
            child = self._mp.Process(target=receive, args=(message,))
            child.start()
            child.join()
        return time.perf_counter() - start

    def pool(self, count: int, size: int) -> float:
        """Have it returned by a task."""
        with self._mp.Pool(1) as pool:
            pool.apply(give_back, (size,))
            start = time.perf_counter()
            for _ in pool.imap(give_back, [size] * count):
                pass
            return time.perf_counter() - start

    def queue(self, count: int, size: int) -> float:
        """Put it on a queue, and get it."""
        queue = self._mp.Queue()
        return self._through(count, size, put, queue, take=queue.get)

    def simple_queue(self, count: int, size: int) -> float:
        """Do the same with a queue that has no thread."""
        queue = self._mp.SimpleQueue()
        return self._through(count, size, put, queue, take=queue.get)

    def pipe(self, count: int, size: int) -> float:
        """Send it through a pipe, and receive it."""
        here, there = self._mp.Pipe(duplex=False)
        return self._through(count, size, send, there, take=here.recv)

    def value(self, count: int, size: int) -> float:
        """Count up a value, or fill an array, under its lock."""
        if size == SMALL:
            return self._through(count, size, add_to_value, self._mp.Value("q", 0))
        return self._through(count, size, fill_array, self._mp.Array("c", size))

    def block(self, count: int, size: int) -> float:
        """Write it into a block of shared memory under a lock."""
        block = shared_memory.SharedMemory(create=True, size=size)
        try:
            return self._through(count, size, fill_block, self._mp.Lock(), block)
        finally:
            block.close()
            block.unlink()

    def manager(self, count: int, size: int) -> float:
        """Assign it to an item of a manager's dictionary."""
        with self._mp.Manager() as manager:
            return self._through(count, size, assign, manager.dict())

    def file(self, count: int, size: int) -> float:
        """Append it to a file under a lock."""
        path = self._folder / "file"
        try:
            return self._through(count, size, write, self._mp.Lock(), path)
        finally:
            path.unlink()

    def _through(
        self, count: int, size: int, do: Do, *means: Any, take: Callable[[], Any] | None = None
    ) -> float:
        """Have a child `do` it, and `take` each message here, if there is anything to take."""
        here, there = self._mp.Pipe()
        child = self._mp.Process(target=begin, args=(there, do, count, size, *means))
        child.start()
        here.recv()
        start = time.perf_counter()
        here.send("go")
        for _ in range(count if take else 0):
            take()  # type: ignore[misc]  # it is there
        here.recv()
        seconds = time.perf_counter() - start
        child.join()
        return seconds


WAYS: dict[str, tuple[Callable[[Ways, int, int], float], int]] = {
    "an argument of a process": (Ways.argument, SLOW),
    "a result of a Pool": (Ways.pool, MESSAGES),
    "Queue": (Ways.queue, MESSAGES),
    "SimpleQueue": (Ways.simple_queue, MESSAGES),
    BESIDE: (Ways.pipe, MESSAGES),
    "Value, Array": (Ways.value, QUICK),
    "SharedMemory": (Ways.block, QUICK),
    "a Manager's dict": (Ways.manager, MESSAGES),
    "a file and a lock": (Ways.file, MESSAGES),
}


def main() -> None:
    """Measure all ways under the start method named, or the default."""
    mp = multiprocessing.get_context(sys.argv[1] if len(sys.argv) > 1 else None)
    with folder() as path:
        rounds = [one_round(Ways(mp, path)) for _ in range(ROUNDS)]
    show(mp.get_start_method(), rounds)


@contextmanager
def folder() -> Iterator[Path]:
    """Return a temporary folder."""
    with tempfile.TemporaryDirectory() as path:
        yield Path(path)


def one_round(ways: Ways) -> tuple[Measured, Measured]:
    """Return the messages a second, and the bytes a second, of each way."""
    small = {name: count / way(ways, count, SMALL) for name, (way, count) in WAYS.items()}
    sent = LARGE * LARGE_ONES
    large = {name: sent / way(ways, LARGE_ONES, LARGE) for name, (way, _) in WAYS.items()}
    return small, large


def medians(rounds: Iterable[Measured]) -> tuple[Measured, Measured]:
    """Return the medians: of each way's figure, and of its ratio to the pipe's in the round."""
    rounds = list(rounds)
    figures = {name: median(each[name] for each in rounds) for name in WAYS}
    ratios = {name: median(each[name] / each[BESIDE] for each in rounds) for name in WAYS}
    return figures, ratios


def show(method: str, rounds: list[tuple[Measured, Measured]]) -> None:
    """Print the table."""
    # A spawned child loads this file, and what it costs to start is one of the figures.
    from rich.console import Console  # noqa: PLC0415 - see above
    from rich.table import Table  # noqa: PLC0415 - see above

    (small, small_ratio), (large, large_ratio) = map(medians, zip(*rounds, strict=True))
    table = Table(title=f"{method}, Python {sys.version.split()[0]}")
    table.add_column("way")
    for head in ("messages/s", f"x {BESIDE}", "MB/s", f"x {BESIDE}"):
        table.add_column(head, justify="right")
    for name in WAYS:
        table.add_row(
            name,
            f"{small[name]:,.0f}",
            f"{small_ratio[name]:.2g}",
            f"{large[name] / 1e6:,.0f}",
            f"{large_ratio[name]:.2g}",
        )
    Console().print(table)
    print(f"messages of {SMALL} bytes; MB in messages of {LARGE >> 20} MiB; x: times a {BESIDE}'s")


if __name__ == "__main__":
    main()
