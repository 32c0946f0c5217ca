"""The public names of this Python's multiprocessing, and which of them no claim speaks of.

A name is spoken of where a claim's heading has it as a word, or its explanation in backticks:
`Queue`, `multiprocessing.Queue(10)`, `pool.map`. For a method that has to be in a chapter that
speaks of its class as well, lest `ForkingPickler.register` be taken for `BaseManager.register`.

What a newer Python adds comes up by itself, submodules included.
"""

from __future__ import annotations

import importlib
import multiprocessing
import pkgutil
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mpspec.claims import Chapter

PACKAGE = multiprocessing.__name__

MODULES = (
    "connection",
    "dummy",
    "managers",
    "pool",
    "queues",
    "shared_memory",
    "sharedctypes",
    "synchronize",
)
"""The submodules of which the documentation speaks."""

CLASSES = {
    "Process": ("process", "BaseProcess"),
    "Pool": ("pool", "Pool"),
    "AsyncResult": ("pool", "AsyncResult"),
    "IMapIterator": ("pool", "IMapIterator"),
    "Connection": ("connection", "Connection"),
    "Listener": ("connection", "Listener"),
    "Queue": ("queues", "Queue"),
    "JoinableQueue": ("queues", "JoinableQueue"),
    "SimpleQueue": ("queues", "SimpleQueue"),
    "Lock": ("synchronize", "Lock"),
    "RLock": ("synchronize", "RLock"),
    "Semaphore": ("synchronize", "Semaphore"),
    "BoundedSemaphore": ("synchronize", "BoundedSemaphore"),
    "Condition": ("synchronize", "Condition"),
    "Event": ("synchronize", "Event"),
    "Barrier": ("synchronize", "Barrier"),
    "Value": ("sharedctypes", "Synchronized"),
    "Array": ("sharedctypes", "SynchronizedArray"),
    "SharedMemory": ("shared_memory", "SharedMemory"),
    "ShareableList": ("shared_memory", "ShareableList"),
    "BaseManager": ("managers", "BaseManager"),
    "SyncManager": ("managers", "SyncManager"),
    "SharedMemoryManager": ("managers", "SharedMemoryManager"),
    "BaseProxy": ("managers", "BaseProxy"),
}
"""The classes whose methods count: what the documentation calls each, and where it is."""

ALSO_DOCUMENTED = (
    ("connection", "answer_challenge"),
    ("connection", "deliver_challenge"),
    ("managers", "Namespace"),
    # Each object has these itself, and its class has not.
    *((CLASSES[kind][0], f"{kind}.{name}") for kind in ("Lock", "RLock", "Semaphore", "Condition")
      for name in ("acquire", "release")),
    ("sharedctypes", "Value.value"),
    ("managers", "BaseProxy._callmethod"),
    ("managers", "BaseProxy._getvalue"),
)  # fmt: skip
"""What the documentation names although no `__all__`, and no class, shows it."""

ALIASES = {
    "AsyncResult": "apply_async",
    "Condition": "condition",
    "Event": "event",
    "IMapIterator": "imap",
}
"""What a chapter may call a class instead: what makes its objects, or a common noun."""

_INTERNAL = "an inner part of multiprocessing, of which the documentation does not speak"

PRIVATE = {
    **dict.fromkeys(
        (
            "context",
            "forkserver",
            "heap",
            "popen_fork",
            "popen_forkserver",
            "popen_spawn_posix",
            "popen_spawn_win32",
            "process",
            "reduction",
            "resource_sharer",
            "resource_tracker",
            "spawn",
            "util",
        ),
        _INTERNAL,
    ),
    "managers.Token": "where a proxy finds its object: only proxies make and read it",
    "pool.Pool.Process": "with it a pool makes its workers",
}
"""The names that are public only because nobody has given them an underscore, with the reason."""

_CODE = re.compile(r"(`+)(.+?)\1", re.DOTALL)
_FENCED = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Name:
    """A public name and the module that it is in; that of a method with its class."""

    module: str  # below multiprocessing; empty for multiprocessing itself
    path: str  # `Queue`, `Queue.put`; empty for the module as a whole

    def __str__(self) -> str:
        return ".".join(filter(None, [PACKAGE, self.module, self.path]))

    @property
    def key(self) -> str:
        """The name without that of the package, as `PRIVATE` has it."""
        return ".".join(filter(None, [self.module, self.path]))


def public_names() -> list[Name]:
    """Return the public names of the running Python's multiprocessing, private ones left out."""
    found = dict.fromkeys([*_of_modules(), *_of_classes(), *_unknown_modules()])
    return [name for name in found if name.key not in PRIVATE]


def unspoken(chapters: Sequence[Chapter], names: Iterable[Name]) -> list[Name]:
    """Return those of the `names` of which no claim of the `chapters` speaks."""
    spoken = [words_of(chapter) for chapter in chapters]
    return [name for name in names if not any(_speaks_of(name, words) for words in spoken)]


def words_of(chapter: Chapter) -> set[str]:
    """Return the words in the headings of a chapter's claims, and in their code spans."""
    found: set[str] = set()
    for claim in chapter.claims:
        prose = _FENCED.sub("", claim.explanation)
        for text in (claim.title, *(match[2] for match in _CODE.finditer(prose))):
            found.update(_WORD.findall(text))
    return found


def _speaks_of(name: Name, words: set[str]) -> bool:
    *owner, last = (name.path or name.module).split(".")
    return last in words and all({part, ALIASES.get(part, part)} & words for part in owner)


def _of_modules() -> Iterator[Name]:
    for module in ("", *MODULES):
        for name in _module(module).__all__:
            yield Name(_home(module, name), name)
    for module, name in ALSO_DOCUMENTED:
        yield Name(module, name)


def _home(module: str, name: str) -> str:
    """Return where a name is to be looked for first: what is in several is in multiprocessing."""
    return "" if name in multiprocessing.__all__ else module


def _of_classes() -> Iterator[Name]:
    """Return the public attributes of each class, but for those that it has from an earlier one."""
    earlier: set[type] = set()
    for called, (module, name) in CLASSES.items():
        kinds = getattr(_module(module), name).__mro__
        inherited = {each for kind in kinds if kind in earlier for each in vars(kind)}
        for kind in kinds:
            if kind.__module__.startswith(PACKAGE):
                new = [each for each in vars(kind) if each not in inherited]
                yield from (Name(module, f"{called}.{each}") for each in new if each[0] != "_")
        earlier.update(kinds)


def _unknown_modules() -> Iterator[Name]:
    for module in pkgutil.iter_modules(multiprocessing.__path__):
        if module.name not in MODULES and not module.name.startswith("_"):
            yield Name(module.name, "")


def _module(name: str) -> Any:
    return importlib.import_module(f"{PACKAGE}.{name}" if name else PACKAGE)
