"""Sends an object of a class of the main module to a child, and gets another one back."""

from __future__ import annotations

from mpspec import programs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Point:
    """A point on a line."""

    def __init__(self, x: int) -> None:
        self.x = x


def move(point: Point, queue: Any) -> None:
    """Tell whether a `Point` has come, and send the next one."""
    print("to the child came a Point:", isinstance(point, Point), flush=True)
    queue.put(Point(point.x + 1))


if __name__ == "__main__":
    mp = programs.implementation()
    queue = mp.Queue()
    child = mp.Process(target=move, args=(Point(1), queue))
    child.start()
    print("back came a Point:", isinstance(queue.get(), Point), flush=True)
    child.join()
