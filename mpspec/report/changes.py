"""What differs between two cells or two files: the model that every view of it shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from mpspec.advice import advice
from mpspec.claims import Chapter, Claim
from mpspec.report.sides import Pair, Pairs, Place
from mpspec.report.words import Words
from mpspec.verdicts import Status


@dataclass(frozen=True)
class Move:
    """From one verdict to another, and in which of the pairs; None where the claim was not known.

    `where` is empty where it is so in every pair.
    """

    before: Status | None
    after: Status | None
    where: Sequence[str] = ()


@dataclass(frozen=True)
class Change:
    """A claim whose verdict differs, and what to do about it."""

    id: str
    title: str
    moves: Sequence[Move]
    instead: Claim | None = None  # what happens after, where it is refuted then
    advice: str = ""


@dataclass(frozen=True)
class Changes:
    """All that differs, by chapter; `compared` claims were held against each other."""

    before: str
    after: str
    pairs: Pairs
    chapters: Sequence[tuple[str, Sequence[Change]]]
    compared: int

    @property
    def any(self) -> bool:
        """Whether anything differs, a cell that only one side has included."""
        return bool(self.chapters or self.pairs.only_before or self.pairs.only_after)

    @property
    def count(self) -> int:
        """How many claims have another verdict."""
        return sum(len(changes) for _, changes in self.chapters)


def changes_model(
    pairs: Pairs, chapters: Sequence[Chapter], before: str, after: str, words: Words
) -> Changes:
    """Return what differs between the two sides of `pairs`, in the note's order and language."""
    claims = {claim.id: claim for chapter in chapters for claim in chapter.claims}
    ran = list(dict.fromkeys(claim for pair in pairs.pairs for claim in _claims(pair)))
    found = {claim: moves for claim in ran if (moves := _moves(claim, pairs.pairs))}
    by_chapter = [
        (chapter.title, [claim.id for claim in chapter.claims if claim.id in found])
        for chapter in chapters
    ]
    by_chapter.append(
        (words.changes.not_in_note, [claim for claim in found if claim not in claims])
    )
    told = [
        (title, [_change(claim, found[claim], pairs.pairs, claims) for claim in ids])
        for title, ids in by_chapter
        if ids
    ]
    return Changes(before, after, pairs, told, len(ran))


def _change(
    claim: str, moves: Sequence[Move], pairs: Iterable[Pair], claims: dict[str, Claim]
) -> Change:
    own, instead = claims.get(claim), claims.get(_instead(claim, pairs))
    if own is None:
        return Change(claim, claim, moves)
    return Change(claim, own.title, moves, instead, advice(own, instead))


def _instead(claim: str, pairs: Iterable[Pair]) -> str:
    """Return the id of the claim that says what happens after, where this one is refuted then."""
    verdicts = (pair.after.run.verdicts.get((claim, pair.after.cell.name)) for pair in pairs)
    return next((verdict.instead for verdict in verdicts if verdict and verdict.instead), "")


def _moves(claim: str, pairs: Sequence[Pair]) -> list[Move]:
    """Return how the verdict on a claim differs, equal moves in one."""
    found: dict[tuple[Status | None, Status | None], list[str]] = {}
    for pair in pairs:
        both = _status(claim, pair.before), _status(claim, pair.after)
        if both[0] is not both[1]:
            found.setdefault(both, []).append(pair.name)
    return [Move(*both, () if len(names) == len(pairs) else names) for both, names in found.items()]


def _status(claim: str, place: Place) -> Status | None:
    return place.run.status(claim, place.cell.name) if claim in place.run.claims else None


def _claims(pair: Pair) -> Iterator[str]:
    yield from pair.before.run.claims
    yield from pair.after.run.claims
