"""Whole programs, each run in an interpreter of its own; and what they all begin with.

A program is started with `python PATH`, by a test or by `mpspec demo`. Its children import this
package, so it stays within the standard library.
"""

from __future__ import annotations

import os

from mpspec.implementations import Implementation
from mpspec.probe import Probe, probe_from_environment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

IMPLEMENTATION_VARIABLE = "MPSPEC_IMPLEMENTATION"


def implementation() -> Any:
    """Return what the program uses for multiprocessing: what it was told to, or the module."""
    told = os.environ.get(IMPLEMENTATION_VARIABLE)
    if told is None:
        import multiprocessing  # noqa: PLC0415 - only where it is what is used

        return multiprocessing
    library, start_method, memory = told.split(",")
    return Implementation(library, start_method, memory)


def probe(name: str) -> Probe:
    """Return a handle for the observer that directs this program."""
    found = probe_from_environment(name)
    if found is None:
        raise SystemExit("this program is part of a test, which directs it")
    return found
