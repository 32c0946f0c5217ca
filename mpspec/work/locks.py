"""What the children of the chapter on locks and semaphores do."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from mpspec.implementations import Implementation
    from mpspec.probe import Probe


def hold(lock: Any, probe: Probe) -> None:
    """Acquire the lock, stay inside until let go on, and release it."""
    probe.note("acquiring")
    with lock, probe.span("holding"):
        probe.checkpoint("inside")
    probe.note("released")


def pass_through(lock: Any) -> None:
    """Acquire the lock, and release it again."""
    with lock:
        pass


def hold_by_name(lock: Any, mp: Implementation, probe: Probe) -> None:
    """Acquire the lock, and report inside by the name of the process."""
    with lock:
        probe.note("inside", mp.current_process().name)


def acquire(lock: Any, probe: Probe, *args: Any) -> None:
    """Acquire the lock with these arguments, and report the outcome; don't release it."""
    probe.note("acquiring")
    try:
        probe.note("acquired", lock.acquire(*args))
    except (TypeError, ValueError) as error:
        probe.note("acquired", type(error).__name__)


def acquire_and_stay(lock: Any, probe: Probe) -> None:
    """Acquire the lock, and stay until let go on; don't release it."""
    lock.acquire()
    probe.checkpoint("inside")


def acquire_again(lock: Any, probe: Probe) -> None:
    """Acquire the lock that this process holds already."""
    with lock:
        probe.note("acquiring again")
        lock.acquire()
        probe.note("acquired again")


def acquire_three_times(lock: Any, probe: Probe) -> None:
    """Acquire the lock without blocking, three times over, and report each outcome."""
    for _ in range(3):
        probe.note("acquired", lock.acquire(False))  # noqa: FBT003 - its keyword is not the same for threads


def release(lock: Any) -> None:
    """Release the lock, whoever has acquired it."""
    lock.release()


def receive(_: Any, probe: Probe) -> None:
    """Receive an argument, and leave it alone."""
    probe.note("received")


def fail_inside(lock: Any) -> None:
    """Raise an exception while holding the lock."""
    with lock:
        raise ValueError("broken on purpose")


def acquire_in_turn(first: Any, second: Any, probe: Probe) -> None:
    """Acquire one lock; once let go on, acquire the other one as well."""
    with first:
        probe.checkpoint("has one")
        probe.note("acquiring the other")
        with second:
            probe.note("has both")


class Gate:
    """An argument that a fresh child cannot receive before the test lets it go on."""

    def __init__(self, probe: Probe) -> None:
        self._probe = probe

    def __reduce__(self) -> tuple[Any, tuple[Probe]]:
        return _receive, (self._probe,)


def _receive(probe: Probe) -> Gate:
    probe.checkpoint("receiving its arguments")
    return Gate(probe)


def acquire_behind(_: Gate, lock: Any, probe: Probe) -> None:
    """Acquire the lock, which is received after the gate."""
    acquire(lock, probe)
