"""What the children of the chapter on start methods do, and the questions its tests ask."""

from __future__ import annotations

import importlib
import multiprocessing
import os
import sys
import threading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from mpspec.implementations import Implementation
    from mpspec.probe import Probe

inherited: list[str] = []
"""Where a program notes something before it starts a child: only a fork carries it over."""


class OnlyInherited:
    """An object that can be handed to a new child, and to nobody else."""

    def __init__(self, mp: Implementation) -> None:
        self._mp = mp

    def __reduce__(self) -> tuple[type[OnlyInherited], tuple[Implementation]]:
        beside_the_context(self._mp, "assert_spawning")(self)
        return OnlyInherited, (self._mp,)


def library(mp: Implementation) -> Any:
    """Return the module whose functions speak for the whole program.

    A library that adds a start method to multiprocessing's own leaves it to that to choose one.
    """
    module = importlib.import_module(mp.library)
    return module if hasattr(module, "set_start_method") else multiprocessing


def connection_of(mp: Implementation) -> Any:
    """Return the module `connection` of the implementation's library."""
    return mp.module("connection")


def beside_the_context(mp: Implementation, name: str) -> Any:
    """Return what has this name in the module that the context's class is from, or one above it."""
    for kind in type(mp.api).__mro__:
        home = sys.modules[kind.__module__]
        if hasattr(home, name):
            return getattr(home, name)
    from mpspec.implementations import NotOffered  # noqa: PLC0415 - few children need it

    raise NotOffered(f"{mp.name} has no {name} beside its context")


def tracker_of(mp: Implementation) -> Any:
    """Return the module `resource_tracker` to which the library's shared memory is told."""
    home, _, _ = mp.module("shared_memory").__name__.rpartition(".")
    return importlib.import_module(f"{home}.resource_tracker")


def outcome(do: Callable[..., Any], *args: Any, **kwargs: Any) -> str:
    """Return what came of a call: `done`, or the error in words."""
    try:
        do(*args, **kwargs)
    except (RuntimeError, ValueError, TypeError, OSError, EOFError) as error:
        return f"{type(error).__name__}: {error}"
    return "done"


def do_nothing() -> None:
    """Do nothing and return."""


# How a child has begun


def how_it_began(program: int) -> str:
    """Return the start method of this child of a program, by what can be seen of it."""
    if inherited:
        return "fork"
    return "spawn" if program == os.getppid() else "forkserver"


def print_how_it_began(who: str, program: int) -> None:
    """Print who it is and how it began; `program` is the pid of the program whose child it is."""
    print(f"{who} began by {how_it_began(program)}", flush=True)


def print_start_method(module: str) -> None:
    """Print the start method of this child's own children."""
    print("the child's is", importlib.import_module(module).get_start_method(), flush=True)


def print_module_loaded(name: str) -> None:
    """Print whether a module has been imported into this process."""
    print(name in sys.modules, flush=True)


def print_preloaded() -> None:
    """Print which process has imported the module, and whether it was this one."""
    from mpspec.programs import methods_preloaded  # noqa: PLC0415 - it is what is looked at

    by = methods_preloaded.importer
    print("by itself" if by == os.getpid() else f"by process {by}", flush=True)


def print_variable(name: str) -> None:
    """Print the value of an environment variable."""
    print(os.environ.get(name), flush=True)


# Threads


def report_threads(probe: Probe) -> None:
    """Report how many threads this process has."""
    probe.note("threads", threading.active_count())


def hold(lock: Any, probe: Probe) -> None:
    """Hold the lock until let go."""
    with lock:
        probe.checkpoint("holding")


def acquire(lock: Any, probe: Probe) -> None:
    """Acquire the lock."""
    probe.note("acquiring")
    with lock:
        probe.note("acquired")


# The resource tracker


def report_tracker(mp: Implementation, probe: Probe) -> None:
    """Report by which pipe this process speaks to its resource tracker, and stay."""
    pipe = tracker_of(mp).getfd()
    assert pipe is not None
    probe.checkpoint("tracker", os.fstat(pipe).st_ino)


# Objects on their way


def report_kinds(things: list[Any], probe: Probe) -> None:
    """Report of which classes the things are that have come."""
    probe.note("kinds", [type(thing).__name__ for thing in things])


def put(queue: Any, item: Any) -> None:
    """Put an item on the queue."""
    queue.put(item)


# Keys


def print_key(mp: Implementation, who: str) -> None:
    """Print the authentication key of this process."""
    print(who, bytes(mp.current_process().authkey), flush=True)


def answer(mp: Implementation, end: Any, key: bytes, probe: Probe) -> None:
    """Answer a challenge with the key, and report what came of it."""
    try:
        connection_of(mp).answer_challenge(end, key)
        probe.note("answered", "welcome")
    except mp.AuthenticationError:
        probe.note("answered", "refused")


def challenge(mp: Implementation, end: Any, key: bytes, probe: Probe) -> None:
    """Challenge whoever is at the other end, and report what came of it."""
    try:
        connection_of(mp).deliver_challenge(end, key)
        probe.note("challenged", "proved")
    except mp.AuthenticationError:
        probe.note("challenged", "refused")


# Logging


def print_logger(mp: Implementation) -> None:
    """Print what this process's logger was given."""
    logger = mp.get_logger()
    print("level", logger.level, "and", len(logger.handlers), "handlers", flush=True)
