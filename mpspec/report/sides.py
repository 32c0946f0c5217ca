"""Which cells are meant by the two names that are compared, and which of them belong together."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from mpspec.suggest import unknown
from mpspec.verdicts import Cell, Run

_ENVIRONMENT = re.compile(r"(?P<kind>py|pypy)(?P<major>\d)\.?(?P<minor>\d+)")


class CellError(LookupError):
    """No cell has this name, several have it, or the two do not compare."""


@dataclass(frozen=True)
class Place:
    """A cell, and the run that has its verdicts."""

    run: Run
    cell: Cell

    @property
    def python(self) -> str:
        """Its Python, as its cell gives it in short."""
        return self.cell.python_label

    @property
    def full(self) -> str:
        """A name that means just this cell: `fork@3.13`."""
        return f"{self.cell.name}@{self.python}"


@dataclass(frozen=True)
class Pair:
    """Two cells that are compared, and how the two are called together."""

    name: str
    before: Place
    after: Place


@dataclass(frozen=True)
class Pairs:
    """What is compared, and what has nothing beside it on the other side."""

    pairs: Sequence[Pair]
    only_before: Sequence[str] = ()
    only_after: Sequence[str] = ()


def places(runs: Iterable[Run], *, default: bool = False) -> list[Place]:
    """Return the cells of `runs`; of each Python only the default one, if that is wanted."""
    found = [Place(run, cell) for run in runs for cell in run.cells]
    return [place for place in found if place.cell.default or not default]


def cells_of(runs: Sequence[Run], before: str, after: str, *, default: bool = False) -> Pairs:
    """Return the cells that two names mean: two start methods, two Pythons, or two of `fork@3.13`.

    Start methods are compared on each Python, and Pythons under each start method. Raises
    `CellError`.
    """
    there = places(runs, default=default)
    kinds = [_kind(name, there) for name in (before, after)]
    keys = [_TOGETHER[kind] for kind in kinds]
    if keys[0] is not keys[1]:
        raise CellError(
            f"{before} and {after} do not compare: name two start methods, two Pythons, "
            "or two cells such as fork@3.13"
        )
    ours, theirs = (
        _meant(name, kind, there) for name, kind in zip((before, after), kinds, strict=True)
    )
    return _paired(ours, theirs, _alone if default else keys[0])


def files(before: Sequence[Run], after: Sequence[Run], *, default: bool = False) -> Pairs:
    """Return the cells that two files have in common, and those that one of them has alone."""
    ours, theirs = places(before, default=default), places(after, default=default)
    return _paired(ours, theirs, (lambda place: place.python) if default else _full)


def named(name: str, there: Sequence[Place]) -> list[Place]:
    """Return the cells that a name means: a start method, a Python, or `fork@3.13`.

    Raises `CellError`.
    """
    return _meant(name, _kind(name, there), there)


Key = Callable[[Place], str]


def _full(place: Place) -> str:
    return place.full


def _name(place: Place) -> str:
    return place.cell.name


def _python(place: Place) -> str:
    return place.python


def _release(place: Place) -> str:
    return place.cell.python


def _alone(_: Place) -> str:
    return ""


# What a name may be, and by what the two sides of a comparison then belong together.
_TOGETHER: dict[Key, Key] = {_name: _python, _python: _name, _release: _name, _full: _alone}


def normal(name: str) -> str:
    """Return `name` with its Python as cells have it: `3.13` for `py313`."""
    cell, at, python = name.rpartition("@")
    match = _ENVIRONMENT.fullmatch(python)
    if match is None:
        return name
    kind = "" if match["kind"] == "py" else match["kind"]
    return f"{cell}{at}{kind}{match['major']}.{match['minor']}"


def _kind(name: str, there: Sequence[Place]) -> Key:
    """Return by which of its names a cell is meant."""
    for kind in _TOGETHER:
        if normal(name) in map(kind, there):
            return kind
    known = dict.fromkeys(kind(place) for kind in (_name, _python) for place in there)
    wanted = normal(name)
    if "@" in name:
        known = dict.fromkeys(place.full for place in there)
    raise CellError(unknown("cell", wanted, known))


def _meant(name: str, kind: Key, there: Sequence[Place]) -> list[Place]:
    return [place for place in there if kind(place) == normal(name)]


def _paired(ours: Sequence[Place], theirs: Sequence[Place], key: Key) -> Pairs:
    left, right = _by(key, ours), _by(key, theirs)
    shared = [name for name in left if name in right]
    return Pairs(
        [Pair(name, left[name], right[name]) for name in shared],
        [place.full for name, place in left.items() if name not in right],
        [place.full for name, place in right.items() if name not in left],
    )


def _by(key: Key, there: Iterable[Place]) -> dict[str, Place]:
    """Return the cells by what they are compared by. Raises `CellError` where two have the same."""
    found: dict[str, Place] = {}
    for place in there:
        other = found.setdefault(key(place), place)
        if other is not place:
            raise CellError(
                f"{place.full} is there twice: on {other.cell.python} and {place.cell.python}"
            )
    return found
