"""Five workers and two seats: a semaphore lets two of them work at a time."""

from __future__ import annotations

from mpspec import programs
from mpspec.programs import _demo

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def work(name: str, seats: Any) -> None:
    """Wait for a seat, work on it for a while, and leave it to the next."""
    _demo.say(name, "waits for a seat")
    with seats:
        with _demo.working(name, seconds=0.5):
            _demo.say(name, "sits down and works")
        _demo.say(name, "gets up")


if __name__ == "__main__":
    mp = programs.implementation()
    seats = mp.Semaphore(2)
    names = [f"worker {number}" for number in range(1, 6)]
    workers = [mp.Process(target=work, args=(name, seats)) for name in names]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    print("All have had a seat, never more than two at a time.")
