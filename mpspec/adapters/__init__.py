"""Adapters: other libraries that offer multiprocessing's API, each in a few lines.

An adapter says which implementations a library gives and how to install it. Beside it, in a JSON
file of its name, stands the table of what is known to differ there; see `mpspec.differences`.
Nothing of a library is imported before it is put to the test.
"""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass
from importlib.util import find_spec

from mpspec.implementations import Implementation


@dataclass(frozen=True)
class Adapter:
    """A library, by the name that is imported, and what it is asked for."""

    library: str
    implementations: tuple[Implementation, ...]
    install: str  # what to tell pip

    @property
    def installed(self) -> bool:
        """Whether the library can be found here."""
        return find_spec(self.library) is not None

    @property
    def advice(self) -> str:
        """What to say where it is asked for and cannot be found."""
        return f"{self.library} is not installed here: python -m pip install {self.install}"


def adapters() -> list[Adapter]:
    """Return all adapters, those of libraries that are not installed as well."""
    modules = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return [importlib.import_module(f"{__name__}.{name}").ADAPTER for name in modules]
