"""Has the fork server preload a module, sooner or later, and two children look at it."""

from __future__ import annotations

import os

from mpspec import programs
from mpspec.work import methods as work

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def run(mp: Any, target: Callable[[], None]) -> None:
    """Run a child to its end."""
    child = mp.Process(target=target)
    child.start()
    child.join()


if __name__ == "__main__":
    mp = programs.implementation()
    names = os.environ["MPSPEC_PRELOAD"].split(",")
    options = {"on_error": os.environ["MPSPEC_ON_ERROR"]} if "MPSPEC_ON_ERROR" in os.environ else {}
    if "MPSPEC_LATE" in os.environ:
        run(mp, work.do_nothing)
    mp.set_forkserver_preload(names, **options)
    for _ in range(2):
        print(work.outcome(run, mp, work.print_preloaded), flush=True)
