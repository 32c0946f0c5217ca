"""What the children of the chapter on processes do."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from mpspec.implementations import Implementation
    from mpspec.probe import Probe


def return_at_once() -> None:
    """Do nothing and return."""


def report_call(probe: Probe, *args: Any, **kwargs: Any) -> None:
    """Report which arguments have come, and into which process."""
    probe.note("called", {"args": args, "kwargs": kwargs, "pid": os.getpid()})


def stay_inside(probe: Probe) -> None:
    """Arrive, stay until let go, and leave."""
    with probe.span("at work"):
        probe.checkpoint("inside")
    probe.note("done")


def start_and_join_in_turn(mp: Implementation, joiner: Probe, workers: list[Probe]) -> None:
    """Start all workers first; then join one after the other, reporting each."""
    children = [mp.Process(target=stay_inside, args=(worker,)) for worker in workers]
    for child in children:
        child.start()
    for child, worker in zip(children, workers, strict=True):
        joiner.note(f"joining {worker.name}")
        child.join()
        joiner.note(f"joined {worker.name}")
