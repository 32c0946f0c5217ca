"""Five workers of half a second each take about half a second together, not two and a half."""

import time

from mpspec import programs
from mpspec.programs import _demo

SECONDS = 0.5


def work(name: str) -> None:
    """Be busy for a while."""
    with _demo.working(name, seconds=SECONDS):
        _demo.say(name, "begins")
    _demo.say(name, "is done")


if __name__ == "__main__":
    mp = programs.implementation()
    begin = time.monotonic()
    workers = [mp.Process(target=work, args=(f"worker {number}",)) for number in range(1, 6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    took = time.monotonic() - begin
    print(f"5 x {SECONDS} s of work took {took:.2f} s together")
