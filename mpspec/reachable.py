"""Whether an implementation that is not the standard library's can be used here at all.

It is tried in an interpreter of its own first: one that hangs on import, or ends the process, is
named then, and nothing else is lost.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from mpspec.adapters import PLAIN, adapter_of
from mpspec.implementations import (
    MEMORY,
    Implementation,
    UnknownImplementationError,
    UnusableImplementationError,
    made,
)

CANNOT_TEST = "mpspec: "
"""How pytest's message begins where an implementation cannot be put to the test."""

LONGEST_IMPORT = 60.0
"""Seconds after which an import is given up as one that hangs."""

# An implementation may offer less than all; one that has none of these is none.
API = ("Process", "Pool", "Queue", "Lock")

_IMPORT = "import importlib, sys; importlib.import_module(sys.argv[1])"
_MAKE = "import sys; from mpspec.implementations import made; made(sys.argv[1])"


def check(cells: Sequence[Implementation]) -> None:
    """See that those of `cells` that an adapter gives can be imported and have the API.

    Raises `UnusableImplementationError`. Who registers an implementation answers for it.
    """
    for cell in cells:
        adapter = adapter_of(cell)
        if adapter is not PLAIN and adapter.installed:
            try_out(_IMPORT, cell.library)
            if not adapter.launcher or not adapter.missing():  # else its API is not here yet
                _look_at(cell.name, cell.api)


def connect(cells: Sequence[Implementation]) -> None:
    """Connect to what `cells` need beside their library, where their tests are to run.

    Raises `UnusableImplementationError`.
    """
    for adapter in dict.fromkeys(map(adapter_of, cells)):
        if missing := adapter.missing():
            raise UnusableImplementationError(missing)
        adapter.connect()


def made_by(name: str) -> list[Implementation]:
    """Return what `name`, a `module:factory` with or without a start method, means.

    The factory returns a module or context with the API, or what an entry point may name: an
    `Implementation`, or a list of them. Raises `UnknownImplementationError`.
    """
    library, _, start_method = name.partition("/")
    try_out(_MAKE, library)
    given = made(library)
    cells = _as_cells(given, library)
    chosen = [cell for cell in cells if start_method in {"", cell.start_method}]
    if not chosen:
        methods = ", ".join(cell.start_method for cell in cells)
        raise UnknownImplementationError(f"{library} has no {start_method}: it gives {methods}")
    return chosen


def _as_cells(given: Any, library: str) -> list[Implementation]:
    if isinstance(given, Implementation):
        return [given]
    if isinstance(given, list):
        return given
    _look_at(library, given)
    ask = getattr(given, "get_start_method", lambda: "")
    method = ask() or "default"
    return [Implementation(library, method, MEMORY.get(method, "fresh"))]


def _look_at(name: str, api: Any) -> None:
    if not any(hasattr(api, each) for each in API):
        raise UnusableImplementationError(
            f"{name} has not the API of multiprocessing: none of {', '.join(API)}"
        )


@cache
def try_out(program: str, name: str) -> None:
    """Run `program` with the argument `name`; raise `UnknownImplementationError` if it fails."""
    try:
        told = subprocess.run(
            [sys.executable, "-c", program, name],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=os.environ | {"PYTHONPATH": _search_path()},
            timeout=LONGEST_IMPORT,
            check=False,
            text=True,
            errors="replace",
        )
    except subprocess.TimeoutExpired:
        message = f"{name} cannot be used: its import has not ended after {LONGEST_IMPORT:g} s"
        raise UnusableImplementationError(message) from None
    if told.returncode:
        last = (told.stderr.strip().splitlines() or [f"it ended with {told.returncode}"])[-1]
        raise UnusableImplementationError(f"{name} cannot be used: {last}")


def _search_path() -> str:
    """Let the interpreter find all that this one does."""
    return os.pathsep.join([*filter(None, sys.path), str(Path(__file__).parent.parent)])
