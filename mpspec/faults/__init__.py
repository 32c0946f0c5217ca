"""Faults: small breaks of multiprocessing, by which each claim has been seen to fail.

    @fault("a-semaphore-admits-at-most-n-processes-at-a-time")
    def a_semaphore_admits_one_more_than_its_number():
        '''A semaphore admits one process more than its number.'''
        patch(context.BaseContext, "Semaphore", ...)

A fault is a function that patches the implementation inside a process. The environment variable
`MPSPEC_FAULT` names the one to switch on: in the tests' own process, in its children and in whole
programs alike, since each of them imports mpspec. Where none is asked for, nothing of this package
is imported.

A fault's docstring says in English what it breaks; sentences.zh.json has the same in Chinese.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

VARIABLE = "MPSPEC_FAULT"

METHODS = ("fork", "spawn", "forkserver")
FORK = ("fork",)
FRESH = ("spawn", "forkserver")
THREADS = ("threads",)
EVERYWHERE = (*METHODS, *THREADS)


class Fault:
    """A named break: what it breaks in a sentence, and the claims that must catch it.

    - `where`: the start methods (and `threads`) under which they must;
    - `hangs`: whether a deadline that passes counts as caught, since the claims are about not
      hanging. Otherwise only their own assertions count.
    """

    def __init__(
        self,
        switch: Callable[[], None],
        claims: tuple[str, ...],
        where: tuple[str, ...],
        hangs: bool,  # noqa: FBT001 - `fault` takes it by keyword
    ) -> None:
        self.name = switch.__name__.replace("_", "-")
        self.sentence = (switch.__doc__ or "").strip()
        self.module = switch.__module__.rpartition(".")[2]
        self.switch = switch
        self.claims = claims
        self.where = where
        self.hangs = hangs

    @property
    def place(self) -> tuple[Path, int]:
        """The file and the line where it is written."""
        from pathlib import Path  # noqa: PLC0415 - no child asks for it

        code = self.switch.__code__
        return Path(code.co_filename), code.co_firstlineno

    def in_language(self, language: str) -> str:
        """Return the sentence in one of the note's languages; in English where it has none."""
        return _translations(language).get(self.name, self.sentence)


_faults: dict[str, Fault] = {}


def fault(
    *claims: str, where: tuple[str, ...] = METHODS, hangs: bool = False
) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Register a function as a fault that each of `claims` catches `where` it says."""

    def register(switch: Callable[[], None]) -> Callable[[], None]:
        found = Fault(switch, claims, where, hangs)
        if found.name in _faults:
            raise ValueError(f"there is a fault {found.name} already")
        _faults[found.name] = found
        return switch

    return register


def patch(owner: Any, name: str, make: Callable[[Any], Any]) -> None:
    """Put in place of `owner.name` what `make` returns for the original."""
    setattr(owner, name, make(getattr(owner, name)))


def load() -> dict[str, Fault]:
    """Return all faults, by name."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return dict(_faults)


@cache
def _translations(language: str) -> dict[str, str]:
    """Return the sentences in another language than the faults' own, by their names."""
    import json  # noqa: PLC0415 - no child asks for it
    from pathlib import Path  # noqa: PLC0415 - as above

    path = Path(__file__).with_name(f"sentences.{language}.json")
    translated: dict[str, str] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    return translated


def switch_on(name: str) -> None:
    """Switch the fault `name` on in this process. Raises `LookupError` for an unknown one."""
    known = load()
    if name not in known:
        raise LookupError(f"unknown fault {name!r}")
    known[name].switch()
