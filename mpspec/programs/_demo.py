"""What the example programs call work: seconds for a learner, a rendezvous for a test.

    def work(name: str) -> None:
        with _demo.working(name, seconds=0.5):
            _demo.say(name, "is at work")

Run by a learner, `working` takes that many seconds. Directed by a test, it takes none: it is a span
"at work" that ends with a checkpoint "inside", and the test hears what is said. So the test proves
who was at work together with whom, and no clock is asked. Watched by a learner, it does both: it
takes its seconds, and reports, so that it can be drawn as it runs.
"""

from __future__ import annotations

import os
import time
from contextlib import contextmanager

from mpspec.probe import probe_from_environment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

WATCHED_VARIABLE = "MPSPEC_WATCHED"


@contextmanager
def working(name: str, seconds: float) -> Iterator[None]:
    """Do what is in the block, and be busy for `seconds`, or until the test lets `name` go on."""
    probe = probe_from_environment(name)
    if probe is None:
        yield
        time.sleep(seconds)
        return
    with probe.span("at work"):
        yield
        if WATCHED_VARIABLE in os.environ:
            time.sleep(seconds)
        else:
            probe.checkpoint("inside")


def say(name: str, what: str) -> None:
    """Print that `name` does `what`; a test that directs the program hears of it, too."""
    print(f"{name} {what}\n", end="", flush=True)  # the line in one piece: others print as well
    probe = probe_from_environment(name)
    if probe is not None:
        probe.note(what)
