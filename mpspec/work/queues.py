"""What the children of the chapter on queues do."""

from __future__ import annotations

import threading
from functools import partial

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from mpspec.implementations import Implementation
    from mpspec.probe import Probe

LARGE = 1 << 20
"""Bytes that are more than the pipe behind a queue holds, on any system."""


class Stop:
    """The class itself is what tells a process that no item will follow."""


class Held:
    """An item that can be pickled only once `wait` has returned; it arrives as its name."""

    def __init__(self, name: str, wait: Callable[[], object]) -> None:
        self.name = name
        self.pickled_by: threading.Thread | None = None
        self._wait = wait

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        self.pickled_by = threading.current_thread()
        self._wait()
        return str, (self.name,)


class Unpicklable(Held):
    """An item of which it turns out only once `wait` has returned that it cannot be pickled."""

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        super().__reduce__()
        raise TypeError(f"cannot pickle {self.name}")


class RefusedError(Exception):
    """An exception that its pickle cannot rebuild: there, it is made of its `args` alone."""

    def __init__(self, reason: str, code: int) -> None:
        super().__init__(reason)
        self.code = code


# Putting


def put(queue: Any, *items: Any) -> None:
    """Put the items, one after the other."""
    for item in items:
        queue.put(item)


def put_and_report(queue: Any, item: Any, probe: Probe) -> None:
    """Report before the item is put, and after."""
    probe.note("putting")
    queue.put(item)
    probe.note("has put")


def put_large(queue: Any, probe: Probe, size: int = LARGE) -> None:
    """Put an item that is larger than the pipe."""
    put_and_report(queue, bytes(size), probe)


def put_held(queue: Any, name: str, probe: Probe, feeder: Probe) -> None:
    """Put an item; whoever pickles it waits, as `feeder`, until the test lets it go on."""
    put_and_report(queue, Held(name, partial(feeder.checkpoint, "pickling")), probe)


def put_unpicklable(queue: Any, name: str, probe: Probe, feeder: Probe) -> None:
    """Put an item that cannot be pickled, as `feeder` finds out once the test lets it go on."""
    put_and_report(queue, Unpicklable(name, partial(feeder.checkpoint, "pickling")), probe)


def put_and_give_up(queue: Any, name: str, probe: Probe, feeder: Probe) -> None:
    """Put an item that is held, and do not wait for it at the end."""
    put_held(queue, name, probe, feeder)
    queue.cancel_join_thread()


def give_up_and_put(queue: Any, name: str, probe: Probe, feeder: Probe) -> None:
    """Say beforehand that nothing will be waited for at the end, and put an item that is held."""
    queue.cancel_join_thread()
    put_held(queue, name, probe, feeder)


def put_when_let_go(queue: Any, items: Any, probe: Probe) -> None:
    """Put each of the items once the test lets it go on."""
    for item in items:
        probe.checkpoint("putting")
        queue.put(item)


def put_large_and_join_thread(queue: Any, probe: Probe) -> None:
    """Put a large item, close the queue and join its thread."""
    queue.put(bytes(LARGE))
    queue.close()
    probe.note("joining the thread")
    queue.join_thread()
    probe.note("joined the thread")


def close_and_put(queue: Any, probe: Probe) -> None:
    """Close the queue; report what putting something raises, None if nothing."""
    queue.close()
    try:
        queue.put("an item")
    except ValueError as error:
        probe.note("put raised", str(error))
    else:
        probe.note("put raised", None)


# Getting


def get_and_report(queue: Any, probe: Probe, timeout: float | None = None) -> None:
    """Report before an item is got, and after."""
    probe.note("getting")
    queue.get(timeout=timeout)
    probe.note("has got")


def take(queue: Any, count: int, probe: Probe) -> None:
    """Report each of so many items."""
    for _ in range(count):
        probe.note("took", queue.get())


def take_until_none(queue: Any, probe: Probe) -> None:
    """Report each item, until one is None."""
    probe.note("begins")
    for item in iter(queue.get, None):
        probe.note("took", item)
    probe.note("done")


def take_and_report_done(queue: Any, probe: Probe) -> None:
    """Take an item, and tell the queue that it is done."""
    probe.note("took", queue.get())
    queue.task_done()


def send_back(there: Any, back: Any) -> None:
    """Put every item of one queue into another, until one is the class `Stop`."""
    for item in iter(there.get, Stop):
        back.put(item)


# Joining


def join_before_get(mp: Implementation, queue: Any, probe: Probe, child: Probe) -> None:
    """Make the mistake: join a producer, and get its item only then."""
    producer = mp.Process(target=put_large, args=(queue, child))
    producer.start()
    probe.note("joining")
    producer.join()
    queue.get()
    probe.note("has got")


def join_queue(queue: Any, probe: Probe) -> None:
    """Once let go on, wait until all that was put is done."""
    probe.checkpoint("ready")
    probe.note("joining")
    queue.join()
    probe.note("joined")
