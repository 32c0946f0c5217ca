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
    from typing import Any

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


class NotOffered(BaseException):
    """The implementation under test lacks a name; the test ends as *not offered*.

    It is no `Exception`, so that no claim about an error can take it for that error.
    """


class UnknownImplementationError(LookupError):
    """No implementation has this name; the message suggests the nearest ones."""


class Implementation:
    """One implementation of the API under one start method: `mp.Process`, `mp.Lock`, `mp.Pool`.

    Its attributes, beyond the few named below, are the genuine objects of the module or context
    that it stands for. Asking for one that is not there raises `NotOffered`.

    - `library`: the module's name, `multiprocessing`;
    - `start_method`: `fork`, `spawn`, `forkserver`, or `threads`;
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
        module: Any = importlib.import_module(self.library)
        if self.start_method == "threads":
            return module
        return module.get_context(self.start_method)

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


def standard() -> list[Implementation]:
    """Return what the standard library has on this platform: its start methods, and threads."""
    methods = multiprocessing.get_all_start_methods()
    order = [method for method in ("fork", "spawn", "forkserver") if method in methods]
    cells = [Implementation("multiprocessing", method) for method in order]
    return [*cells, Implementation("multiprocessing.dummy", "threads")]


def known() -> list[Implementation]:
    """Return the standard library's implementations and those that entry points register.

    An entry point of the group `mpspec.implementations` names an `Implementation` or a function
    that returns a list of them.
    """
    from importlib.metadata import entry_points  # noqa: PLC0415 - slow, and no child asks for it

    found = standard()
    for entry in entry_points(group=ENTRY_POINTS):
        loaded = entry.load()
        found += [loaded] if isinstance(loaded, Implementation) else loaded()
    return found


def select(names: Iterable[str]) -> list[Implementation]:
    """Return the implementations that `names` mean; all of the standard library's for no name.

    A name is a full one (`multiprocessing/fork`), a short one (`fork`), or a library's
    (`multiprocessing`), which means all its start methods. Raises `UnknownImplementationError`.
    """
    wanted = list(dict.fromkeys(names))
    if not wanted:
        return standard()
    available = known()
    chosen = [cell for name in wanted for cell in _meant_by(name, available)]
    return list(dict.fromkeys(chosen))


def _meant_by(name: str, available: list[Implementation]) -> list[Implementation]:
    matches = [cell for cell in available if name in {cell.name, cell.short, cell.library}]
    if not matches:
        from mpspec.suggest import unknown  # noqa: PLC0415 - slow, and no child asks for it

        names = [given for cell in available for given in (cell.short, cell.name)]
        raise UnknownImplementationError(unknown("implementation", name, names))
    return matches
