"""What is put to the test: each implementation of multiprocessing's API with its start method.

An `Implementation` is passed to children, which import this module for it: it stays within what
multiprocessing itself imports, and looks for other people's implementations only when asked.
"""

from __future__ import annotations

import importlib
import multiprocessing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, NoReturn

ENTRY_POINTS = "mpspec.implementations"

# What hypothesis asks of the first argument of a test, which no claim does.
ASKED_BY_HYPOTHESIS = {
    "execute_example",
    "hypothesis_internal_is_this_a_mock_check",
    "setup_example",
    "teardown_example",
}

# How a child comes to its memory, by start method; see the chapter on sharing.
MEMORY = {"fork": "inherited", "spawn": "fresh", "forkserver": "fresh", "threads": "shared"}


# What a program can ask for, in the order of the library's documentation.
API = (
    *("Process", "Process.pid", "Process.exitcode", "Process.sentinel", "Process.terminate"),
    *("Process.kill", "Process.close", "Process.interrupt", "active_children", "cpu_count"),
    *("current_process", "parent_process", "Pipe", "Queue", "SimpleQueue", "JoinableQueue"),
    *("Lock", "RLock", "Semaphore", "BoundedSemaphore", "Condition", "Event", "Barrier"),
    *("Value", "Array", "RawValue", "RawArray", "Manager", "Pool", "get_context"),
    *("set_start_method", "ProcessError", "TimeoutError", "AuthenticationError"),
)


class NotOffered(BaseException):
    """The implementation under test lacks a name; the test ends as *not offered*.

    It is no `Exception`, so that no claim about an error can take it for that error.
    """


class UnknownImplementationError(LookupError):
    """No implementation has this name; the message suggests the nearest ones."""


class UnusableImplementationError(UnknownImplementationError):
    """It is known, and cannot be put to the test here; the message says why, and what to do."""


class Implementation:
    """One implementation of the API under one start method: `mp.Process`, `mp.Lock`, `mp.Pool`.

    Its attributes, beyond the few named below, are the genuine objects of the module or context
    that it stands for. Asking for one that is not there raises `NotOffered`.

    - `library`: the module's name, `multiprocessing`; or, as `module:factory`, the function that
      makes the module or context;
    - `start_method`: `fork`, `spawn`, `forkserver`, `threads`, or one of the library's own;
    - `memory`: how a child sees memory: `inherited` (it begins as a copy of its parent), `fresh`
      (a new interpreter) or `shared` (threads).
    """

    def __init__(self, library: str, start_method: str, memory: str | None = None) -> None:
        self.library = library
        self.start_method = start_method
        self.memory = memory or MEMORY[start_method]

    def __reduce__(self) -> tuple[type[Implementation], tuple[str, str, str]]:
        return Implementation, (self.library, self.start_method, self.memory)

    def __repr__(self) -> str:
        return f"<Implementation {self.name}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Implementation) and self.__reduce__() == other.__reduce__()

    def __hash__(self) -> int:
        return hash(self.name)

    @property
    def name(self) -> str:
        """The full name, `multiprocessing/fork`."""
        return f"{self.library}/{self.start_method}"

    @property
    def short(self) -> str:
        """The name as test ids and tables show it: the standard library goes without saying."""
        standard = self.library in {"multiprocessing", "multiprocessing.dummy"}
        return self.start_method if standard else self.name

    @property
    def default(self) -> bool:
        """Whether a program that chooses no start method gets this one.

        `get_all_start_methods` names the default first:
        https://docs.python.org/3/library/multiprocessing.html#multiprocessing.get_all_start_methods
        """
        return self.name == f"multiprocessing/{multiprocessing.get_all_start_methods()[0]}"

    @property
    def api(self) -> Any:
        """The module or context itself."""
        if ":" in self.library:
            return made(self.library)
        module: Any = importlib.import_module(self.library)
        if self.start_method == "threads":
            return module
        if hasattr(module, "get_context"):
            return module.get_context(self.start_method)
        if self._joins_multiprocessing():
            if multiprocessing.get_start_method(allow_none=True) != self.start_method:
                multiprocessing.set_start_method(self.start_method, force=True)
            return multiprocessing.get_context(self.start_method)
        return module

    def module(self, name: str) -> Any:
        """Return the library's module `name` (`pool`, `connection`); `NotOffered` if none.

        A library that builds on multiprocessing, as its `dummy` does, may have none of its own.
        Of one that adds a start method to multiprocessing, a program imports nothing else: what it
        gets is multiprocessing's module, with what the library has put there.
        """
        for home in filter(None, self._homes()):
            try:
                return importlib.import_module(f"{home}.{name}")
            except ModuleNotFoundError:
                continue
        raise NotOffered(f"{self.name} has no module {name}")

    def _homes(self) -> list[str]:
        """Return the packages in which its modules are, the likeliest first; some may be empty."""
        api = self.api  # first of all: a library may put what is its own there when asked for it
        if self._joins_multiprocessing():
            return ["multiprocessing"]
        # A context's class is at home in its library's module `context`: what it gives comes from
        # there, whatever module was asked for the context.
        homes = [kind.__module__.rpartition(".")[0] for kind in type(api).__mro__]
        own, _, factory = self.library.partition(":")
        return homes if factory else [*homes, own, own.rpartition(".")[0]]

    def _joins_multiprocessing(self) -> bool:
        """Return whether the library has no API of its own, and adds a start method to Python's."""
        module, _, factory = self.library.partition(":")
        if factory or hasattr(importlib.import_module(module), "get_context"):
            return False
        return self.start_method in multiprocessing.get_all_start_methods()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name in ASKED_BY_HYPOTHESIS:  # or by copy, pickle, pytest ...
            raise AttributeError(name)
        return self.offered(name)

    def offered(self, path: str) -> Any:
        """Return what `path` (`Lock`, `Process.terminate`) names; `NotOffered` if nothing."""
        found = self.api
        for part in path.split("."):
            if not hasattr(found, part):
                raise NotOffered(f"{self.name} has no {path}")
            found = getattr(found, part)
        return found

    def lacks(self) -> list[str]:
        """Return the names of the API that it does not offer."""
        return [name for name in API if not self._offers(name)]

    def _offers(self, name: str) -> bool:
        try:
            self.offered(name)
        except NotOffered:
            return False
        return True


def standard() -> list[Implementation]:
    """Return what the standard library has on this platform: its start methods, and threads."""
    methods = multiprocessing.get_all_start_methods()
    order = [method for method in ("fork", "spawn", "forkserver") if method in methods]
    cells = [Implementation("multiprocessing", method) for method in order]
    return [*cells, Implementation("multiprocessing.dummy", "threads")]


def known() -> list[Implementation]:
    """Return what can be put to the test by its name here.

    That is what the standard library has; what the libraries give for which there is an adapter,
    and which are installed; and what entry points register. An entry point of the group
    `mpspec.implementations` names an `Implementation` or a function that returns a list of them.
    """
    # Slow, and no child asks for them.
    from importlib.metadata import entry_points  # noqa: PLC0415

    from mpspec.adapters import adapters  # noqa: PLC0415

    found = standard()
    for adapter in adapters():
        found += adapter.implementations if adapter.installed else ()
    for entry in entry_points(group=ENTRY_POINTS):
        loaded = entry.load()
        found += [loaded] if isinstance(loaded, Implementation) else loaded()
    return found


def select(names: Iterable[str]) -> list[Implementation]:
    """Return the implementations that `names` mean; all of the standard library's for no name.

    A name is a full one (`multiprocessing/fork`), a short one (`fork`), a library's
    (`multiprocessing`), which means all its start methods, or a `module:factory`, for what no
    adapter knows. Raises `UnknownImplementationError`.
    """
    wanted = list(dict.fromkeys(names))
    if not wanted:
        return standard()
    available = known()
    chosen = [cell for name in wanted for cell in _meant_by(name, available)]
    return list(dict.fromkeys(chosen))


def _meant_by(name: str, available: list[Implementation]) -> list[Implementation]:
    from mpspec import reachable  # noqa: PLC0415 - slow, and no child asks for it

    if ":" in name:
        return reachable.made_by(name)
    matches = [cell for cell in available if name in _names(cell)]
    if not matches:
        _complain(name, available)
    reachable.check(matches)
    return matches


def _names(cell: Implementation) -> set[str]:
    """Return the names by which a cell can be asked for."""
    names = {cell.name, cell.short, cell.library}
    top = cell.library.partition(".")[0]
    # A context may be at home in a module below: `loky` is enough for `loky.backend`.
    return names if top == "multiprocessing" else {*names, top, f"{top}/{cell.start_method}"}


def _complain(name: str, available: list[Implementation]) -> NoReturn:
    # Slow, and no child asks for them.
    from mpspec.adapters import adapters  # noqa: PLC0415
    from mpspec.suggest import unknown  # noqa: PLC0415

    for adapter in adapters():
        if name.partition("/")[0] == adapter.library and not adapter.installed:
            raise UnusableImplementationError(adapter.advice)
    names = [given for cell in available for given in (cell.short, cell.name)]
    raise UnknownImplementationError(unknown("implementation", name, names))


def made(name: str) -> Any:
    """Return what the function that `name` (`module:factory`) means has made in this process."""
    if name not in _made:
        module, _, factory = name.partition(":")
        named = getattr(importlib.import_module(module), factory)
        _made[name] = named() if callable(named) else named
    return _made[name]


_made: dict[str, Any] = {}
