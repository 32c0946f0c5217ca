"""A breach of what has to agree, and the comparison of two rows of named things."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from mpspec.claims import Chapter, Claim, claim_of, shown


@dataclass(frozen=True)
class Breach:
    """Something in which note and tests do not agree, and how to mend it."""

    path: Path
    line: int
    what: str

    def __str__(self) -> str:
        return f"{shown(self.path)}:{self.line}: {self.what}"


@dataclass(frozen=True)
class Named:
    """A claim by its id, or a test function by its name, and where it stands."""

    name: str
    path: Path
    line: int

    @property
    def place(self) -> str:
        """File and line."""
        return f"{shown(self.path)}:{self.line}"


def claims_of(chapters: Iterable[Chapter]) -> Iterator[Claim]:
    """Return the claims of `chapters`."""
    return (claim for chapter in chapters for claim in chapter.claims)


def unmatched(
    ours: Sequence[Named], theirs: Sequence[Named]
) -> Iterator[tuple[Named | None, Named | None]]:
    """Return what is on one side alone; paired, where both have something at the same place."""
    shared = {mine.name for mine in ours} & {its.name for its in theirs}
    left, right = _unshared(ours, shared), _unshared(theirs, shared)
    for place in dict.fromkeys([*left, *right]):
        yield from zip_longest(left.get(place, ()), right.get(place, ()))


def _unshared(these: Iterable[Named], shared: set[str]) -> dict[str, list[Named]]:
    """Return what is not shared, by the shared one behind which it stands."""
    found: dict[str, list[Named]] = {}
    behind = ""
    for each in these:
        if each.name in shared:
            behind = each.name
        else:
            found.setdefault(behind, []).append(each)
    return found


def out_of_order(ours: Sequence[Named], theirs: Sequence[Named]) -> list[tuple[Named, Named]]:
    """Return the first place at which the shared ones differ, if there is one."""
    shared = {mine.name for mine in ours} & {its.name for its in theirs}
    pairs = zip(
        (mine for mine in ours if mine.name in shared),
        (its for its in theirs if its.name in shared),
        strict=True,
    )
    return [(mine, its) for mine, its in pairs if mine.name != its.name][:1]


def untold(mine: Named | None, its: Named | None, path: Path, other: Path) -> Breach:
    """Return the breach of a claim that one language has, or that both have by another id."""
    if mine and its:
        ours, theirs = claim_of(mine.name), claim_of(its.name)
        what = f"{ours} is {theirs} at {its.place}: give both one id"
        return Breach(mine.path, mine.line, what)
    if mine:
        ours = claim_of(mine.name)
        what = f"{ours} is not in {shown(other)}: add ### ... {{#{ours}}} there"
        return Breach(mine.path, mine.line, what)
    assert its is not None
    what = f"{claim_of(its.name)} is not in {shown(path)}: add it there or strike it here"
    return Breach(its.path, its.line, what)
