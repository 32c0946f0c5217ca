"""Does what it is told to do first; then chooses the start method, and starts a child by it."""

from __future__ import annotations

import os

from mpspec import programs
from mpspec.work import methods as work

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def other(method: str) -> str:
    """Return another start method than `method`."""
    return "fork" if method != "fork" else "spawn"


def do_first(what: str, multiprocessing: Any, method: str) -> None:
    """Do something, named by `what`, that may settle the start method."""
    if what == "make a lock":
        multiprocessing.Lock()
    elif what == "make a process":
        multiprocessing.Process(target=work.do_nothing)
    elif what == "ask":
        multiprocessing.get_start_method()
    elif what == "ask carefully":
        print("so far:", multiprocessing.get_start_method(allow_none=True))
    elif what == "take the default context":
        multiprocessing.get_context()
    elif what == "take a context":
        multiprocessing.get_context(method).Lock()
    elif what == "start a child of a context":
        child = multiprocessing.get_context(method).Process(target=work.do_nothing)
        child.start()
        child.join()
    elif what == "choose":
        multiprocessing.set_start_method(other(method))


if __name__ == "__main__":
    mp = programs.implementation()
    multiprocessing, method = work.library(mp), mp.start_method
    do_first(os.environ["MPSPEC_FIRST"], multiprocessing, method)
    force = {"force": True} if "MPSPEC_FORCE" in os.environ else {}
    print("choosing:", work.outcome(multiprocessing.set_start_method, method, **force), flush=True)
    work.inherited.append("only by a fork")
    child = multiprocessing.Process(target=work.print_how_it_began, args=("the child", os.getpid()))
    child.start()
    child.join()
