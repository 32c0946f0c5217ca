"""What the children of the chapter on processes do."""

from __future__ import annotations

import atexit
import os
import signal
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from mpspec.implementations import Implementation
    from mpspec.probe import Probe


def return_at_once() -> None:
    """Do nothing and return."""


def return_answer() -> int:
    """Return a number, for whoever may want it."""
    return 42


def report_call(probe: Probe, *args: Any, **kwargs: Any) -> None:
    """Report which arguments have come, and into which process."""
    probe.note("called", {"args": args, "kwargs": kwargs, "pid": os.getpid()})


def stay_inside(probe: Probe) -> None:
    """Arrive, stay until let go, and leave."""
    with probe.span("at work"):
        probe.checkpoint("inside")
    probe.note("done")


def stay_inside_until_interrupted(probe: Probe) -> None:
    """Arrive, and report the KeyboardInterrupt that ends the stay."""
    try:
        probe.note("inside")
        signal.pause()
    except KeyboardInterrupt:
        probe.note("interrupted")


def start_and_join_in_turn(mp: Implementation, joiner: Probe, workers: list[Probe]) -> None:
    """Start all workers first; then join one after the other, reporting each."""
    children = [mp.Process(target=stay_inside, args=(worker,)) for worker in workers]
    for child in children:
        child.start()
    for child, worker in zip(children, workers, strict=True):
        joiner.note(f"joining {worker.name}")
        child.join()
        joiner.note(f"joined {worker.name}")


def join_and_report(child: Any, probe: Probe) -> None:
    """Join a process that somebody else has started."""
    probe.note("joining")
    child.join()
    probe.note("joined")


def report_join_error(child: Any, probe: Probe) -> None:
    """Try to join a process that is not this one's child."""
    try:
        child.join()
        probe.note("joined", None)
    except AssertionError as error:
        probe.note("joined", str(error))


def report_who_i_am(mp: Implementation, probe: Probe) -> None:
    """Report the name of the process that one finds oneself to be."""
    probe.note("I am", mp.current_process().name)


def report_parent(mp: Implementation, probe: Probe) -> None:
    """Report which process the child takes for its parent."""
    probe.note("parent", mp.parent_process().pid)


def report_parents_life(mp: Implementation, probe: Probe) -> None:
    """Report whether the parent is alive, now and when let go."""
    probe.note("parent is alive", mp.parent_process().is_alive())
    probe.checkpoint("look again")
    probe.note("parent is alive", mp.parent_process().is_alive())


def start_a_watcher_of_oneself(mp: Implementation, probe: Probe) -> None:
    """Start a child that reports on its parent's life, and join it."""
    child = mp.Process(target=report_parents_life, args=(mp, probe))
    child.start()
    child.join()


def report_own_and_childs_name(mp: Implementation, probe: Probe) -> None:
    """Report one's own name and the one that a child of one's own would get."""
    probe.note("names", [mp.current_process().name, mp.Process().name])


def report_whether_children_would_be_daemons(mp: Implementation, probe: Probe) -> None:
    """Report whether a new child of this process is a daemon from the beginning."""
    probe.note("child is daemon", mp.Process().daemon)


def report_starting_a_child(mp: Implementation, probe: Probe) -> None:
    """Try to start a child, and report the error, None if there is none."""
    child = mp.Process(target=return_at_once)
    try:
        child.start()
    except AssertionError as error:
        probe.note("started a child", str(error))
    else:
        child.join()
        probe.note("started a child", None)


def exit_with(status: str | int | None) -> None:
    """Leave by sys.exit."""
    sys.exit(status)


def exit_without_a_number() -> None:
    """Leave by sys.exit, and say nothing of how it went."""
    sys.exit()


def exit_hard(status: int) -> None:
    """Leave at once, past everything that Python does at the end."""
    os._exit(status)


def fail() -> None:
    """Raise an exception that nobody catches."""
    raise ValueError("broken on purpose")


def report_and_fail(probe: Probe) -> None:
    """Report, and raise an exception that nobody catches."""
    probe.note("about to fail")
    fail()


def report_at_exit(probe: Probe) -> None:
    """Register a handler that reports when the process exits."""
    atexit.register(probe.note, "at exit")
    probe.note("registered")


def report_variable(name: str, probe: Probe) -> None:
    """Report the value of an environment variable."""
    probe.note("variable", os.environ.get(name))


def report_folder(probe: Probe) -> None:
    """Report the working directory."""
    probe.note("folder", os.getcwd())  # noqa: PTH109 - pathlib is slow to import in a child


def report_argv(probe: Probe) -> None:
    """Report the command line that the process sees."""
    probe.note("argv", sys.argv)


def report_handler(number: int, probe: Probe) -> None:
    """Report how this process would take a signal: by default, not at all, or by a function."""
    handler = signal.getsignal(number)
    by_default, ignored = handler is signal.SIG_DFL, handler is signal.SIG_IGN
    probe.note("handler", "default" if by_default else "ignored" if ignored else "a function")
