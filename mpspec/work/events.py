"""What the children of the chapter on events, conditions and barriers do."""

from __future__ import annotations

import signal
from threading import BrokenBarrierError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from mpspec.probe import Probe


# Events


def wait(event: Any, probe: Probe, timeout: float | None = None) -> None:
    """Wait for the event, and report what `wait` returned."""
    probe.note("waiting")
    probe.note("went on", event.wait(timeout))


def set_event(event: Any, probe: Probe) -> None:
    """Set the event."""
    probe.note("setting")
    event.set()
    probe.note("set")


def set_and_clear(event: Any, probe: Probe) -> None:
    """Set the event, and clear it at once."""
    probe.note("setting")
    event.set()
    event.clear()
    probe.note("cleared")


def report_whether_set(event: Any, probe: Probe) -> None:
    """Report whether the event is set, now and once let go on."""
    probe.checkpoint("is set", event.is_set())
    probe.note("is set", event.is_set())


def ask(event: Any, probe: Probe) -> None:
    """Ask whether the event is set."""
    probe.note("asking")
    probe.note("is set", event.is_set())


def set_when_signalled(event: Any, probe: Probe) -> None:
    """Wait for an event that a signal handler of this same process sets."""
    signal.signal(signal.SIGUSR1, lambda *_: set_event(event, probe))
    wait(event, probe)


# Conditions


def wait_for_notice(condition: Any, probe: Probe, timeout: float | None = None) -> None:
    """Wait to be notified, and report what `wait` returned before the lock is let go."""
    with condition:
        probe.note("waiting")
        probe.note("notified", condition.wait(timeout))
    probe.note("let go")


def wait_and_stay(condition: Any, probe: Probe) -> None:
    """Wait to be notified, and then stay, with the lock, until let go on."""
    with condition:
        probe.note("waiting")
        condition.wait()
        probe.checkpoint("inside")


def wait_with_the_lock_held_twice(condition: Any, probe: Probe) -> None:
    """Wait to be notified, holding the condition's lock once more than needed."""
    with condition:
        wait_for_notice(condition, probe)
    probe.note("released both")


def wait_until_set(condition: Any, event: Any, probe: Probe, timeout: float | None = None) -> None:
    """Wait until the event is set, looking at it whenever notified; report each look."""

    def look() -> bool:
        found: bool = event.is_set()
        probe.note("looked", found)
        return found

    with condition:
        probe.note("went on", condition.wait_for(look, timeout))


def notify(condition: Any, probe: Probe) -> None:
    """Notify whoever waits."""
    with condition:
        probe.note("notifying")
        condition.notify()
    probe.note("has notified")


# Barriers


def come(barrier: Any, probe: Probe, timeout: float | None = None) -> None:
    """Come to the barrier, and report the index that is given there, or what went wrong."""
    probe.note("coming")
    try:
        probe.note("passed", barrier.wait(timeout))
    except (BrokenBarrierError, ValueError) as error:
        probe.note("sent away", type(error).__name__)


def come_each_round(barrier: Any, rounds: int, probe: Probe) -> None:
    """Come to the barrier in each round, with a rendezvous before it."""
    for number in range(rounds):
        probe.checkpoint(f"before round {number}")
        barrier.wait()
        probe.note(f"after round {number}")


def reset(barrier: Any, probe: Probe) -> None:
    """Reset the barrier."""
    probe.note("resetting")
    barrier.reset()
    probe.note("has reset")


class Action:
    """A barrier's action, which lasts until it is let go on."""

    def __init__(self, probe: Probe) -> None:
        self._probe = probe

    def __call__(self) -> None:
        """Do it."""
        self._probe.checkpoint("action")


def fail() -> None:
    """Be a barrier's action that fails."""
    raise ValueError("broken on purpose")
