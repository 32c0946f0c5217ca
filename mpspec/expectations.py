"""What a spec test says of its claim: where it is false, where it does not apply, since when.

    @refuted_where(memory="shared", instead="threads-share-their-memory")
    @only_where(start_method="forkserver")
    @since("3.14")
    @needs("Process.terminate")

Each is strict. Where a claim is refuted its test must fail, by assertion; where it does not apply
the test does not run and the verdict says why.
"""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from mpspec.implementations import MEMORY, Implementation, NotOffered
from mpspec.suggest import unknown
from mpspec.verdicts import Status

TRAITS = ("memory", "start_method", "library", "default", "python", "platform", "since", "until")
MARKS = {
    "refuted_where": "refuted_where(instead, **traits): the claim is false there, and strictly so",
    "only_where": "only_where(**traits): the claim speaks of these cells only",
    "needs": "needs(*names): what of the API the claim needs",
}


@dataclass(frozen=True)
class Expectation:
    """What is expected of a claim in one cell."""

    status: Status = Status.HOLDS  # or REFUTED, NOT_APPLICABLE, NOT_OFFERED
    reason: str = ""
    instead: str = ""  # the claim that says what happens where this one is refuted


def refuted_where(*, instead: str, **traits: Any) -> pytest.MarkDecorator:
    """Say in which cells the claim is false (in all for no trait), and what happens instead."""
    return _mark("refuted_where", instead=instead, **_checked(traits))


def only_where(**traits: Any) -> pytest.MarkDecorator:
    """Say of which cells the claim speaks; several values of one trait are a tuple."""
    return _mark("only_where", **_checked(traits))


def since(version: str) -> pytest.MarkDecorator:
    """Say from which Python on the claim applies."""
    return only_where(since=version)


def until(version: str) -> pytest.MarkDecorator:
    """Say up to which Python, that one included, the claim applies."""
    return only_where(until=version)


def needs(*names: str) -> pytest.MarkDecorator:
    """Say what of the API a claim needs (`Process.pid`): elsewhere it is *not offered*."""
    return _mark("needs", *names)


def expectation(marks: Iterable[pytest.Mark], cell: Implementation) -> Expectation:
    """Return what these `marks` of a test expect in `cell`."""
    facts = facts_of(cell)
    marks = list(marks)
    for mark in marks:
        if mark.name == "only_where" and not matches(mark.kwargs, facts):
            return Expectation(Status.NOT_APPLICABLE, f"it speaks of {in_words(mark.kwargs)}")
    for name in (name for mark in marks if mark.name == "needs" for name in mark.args):
        try:
            cell.offered(name)
        except NotOffered as missing:
            return Expectation(Status.NOT_OFFERED, str(missing))
    for mark in marks:
        traits = {key: value for key, value in mark.kwargs.items() if key != "instead"}
        if mark.name == "refuted_where" and matches(traits, facts):
            return Expectation(Status.REFUTED, in_words(traits), mark.kwargs["instead"])
    return Expectation()


def facts_of(cell: Implementation) -> dict[str, Any]:
    """Return the facts about a cell on which claims may depend."""
    return {
        "memory": cell.memory,
        "start_method": cell.start_method,
        "library": cell.library,
        "default": cell.default,
        "python": platform.python_implementation(),
        "platform": sys.platform,
    }


def matches(traits: Mapping[str, Any], facts: Mapping[str, Any]) -> bool:
    """Return whether every one of `traits` is so."""
    return all(_one_matches(trait, value, facts) for trait, value in traits.items())


def in_words(traits: Mapping[str, Any]) -> str:
    """Return `traits` for a reader: `start_method fork, since 3.14`."""
    words = [f"{trait} {' or '.join(map(str, _values(value)))}" for trait, value in traits.items()]
    return ", ".join(words) or "everywhere"


def _mark(name: str, *args: Any, **kwargs: Any) -> pytest.MarkDecorator:
    mark: pytest.MarkDecorator = getattr(pytest.mark, name)
    return mark.with_args(*args, **kwargs)


def _one_matches(trait: str, value: Any, facts: Mapping[str, Any]) -> bool:
    if trait in {"since", "until"}:
        bound = _version(value)
        this = sys.version_info[: len(bound)]
        return this >= bound if trait == "since" else this <= bound
    return facts[trait] in _values(value)


def _values(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


def _version(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split(".")))


def _checked(traits: Mapping[str, Any]) -> Mapping[str, Any]:
    for trait, value in traits.items():
        if trait not in TRAITS:
            raise TypeError(unknown("trait", trait, TRAITS))
        for one in _values(value):
            if trait == "memory" and one not in MEMORY.values():
                raise TypeError(unknown("memory", str(one), MEMORY.values()))
            if not isinstance(one, (str, bool)):
                raise TypeError(f"{trait}={value!r}: several values of one trait are a tuple")
    return traits
