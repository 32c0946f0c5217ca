"""Adapters: other libraries that offer multiprocessing's API, each in a few lines.

An adapter says which implementations a library gives, how to install it, and what it needs of its
own: how the interpreter that runs the tests is started, which service has to be there. Beside it,
in a JSON file of its name, stands the table of what is known to differ there; see
`mpspec.differences`. Nothing of a library is imported before it is put to the test.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec

from mpspec.implementations import Implementation

LARGEST_FILE = 64 << 20
"""Bytes that a test and its children may write to one file, captured output included."""


NOTHING = r"(?!)"
"""A pattern that is nowhere."""

NAMESPACES: tuple[str, ...] = ("unshare", "--pid", "--fork", "--kill-child", "--mount-proc")
"""A command that runs another one in a namespace of pids, of which nothing is left when it ends."""

if hasattr(os, "geteuid") and os.geteuid() != 0:
    NAMESPACES = (*NAMESPACES, "--map-root-user")


def _nothing() -> str:
    return ""


@dataclass(frozen=True)
class Adapter:
    """A library, by the name that is imported, and what it is asked for.

    - `install`: what to tell pip;
    - `launcher`: the command that starts the interpreter which runs the tests;
    - `alone`: whether no two tests may run side by side, in pytest-xdist's workers; after each hang
      what is left is run anew;
    - `starts_programs`: the command that starts whole programs;
    - `hidden`: a pattern of what such a program must not find in its environment;
    - `own`: a pattern in the names of threads, and in the command lines of processes, that it keeps
      for itself, as multiprocessing keeps its fork server;
    - `chatter`: a pattern of what the launcher prints of its own;
    - `deadline`: seconds that its tests wait for an event, where the usual ones are too few;
    - `grace`: seconds that a process of its which sleeps is given to report all the same, before it
      passes for blocked: it may wait for no more than the answer of a service;
    - `largest_file`: bytes that a test and its children may write to one file;
    - `missing`: says, where the tests run, which service is not there and what starts it; nothing
      if all is there;
    - `connect`: what the process that runs the tests does once, before the first.
    """

    library: str
    implementations: tuple[Implementation, ...]
    install: str
    launcher: tuple[str, ...] = ()
    alone: bool = False
    starts_programs: tuple[str, ...] = ()
    hidden: str = NOTHING
    own: str = NOTHING
    chatter: str = NOTHING
    deadline: float | None = None
    grace: float = 0
    largest_file: int = LARGEST_FILE
    missing: Callable[[], str] = _nothing
    connect: Callable[[], object] = _nothing

    @property
    def installed(self) -> bool:
        """Whether the library can be found here."""
        return find_spec(self.library) is not None

    @property
    def advice(self) -> str:
        """What to say where it is asked for and cannot be found."""
        return f"{self.library} is not installed here: python -m pip install {self.install}"


PLAIN = Adapter("multiprocessing", (), "")
"""What anything else is asked for, such as the standard library: nothing of its own."""


@cache
def adapters() -> tuple[Adapter, ...]:
    """Return all adapters, those of libraries that are not installed as well."""
    modules = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return tuple(importlib.import_module(f"{__name__}.{name}").ADAPTER for name in modules)


def adapter_of(cell: Implementation | None) -> Adapter:
    """Return the adapter that gives `cell`; `PLAIN` if none does, and for no cell."""
    found = (adapter for adapter in adapters() if cell in adapter.implementations)
    return next(found, PLAIN)
