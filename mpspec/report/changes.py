"""What differs between two cells or two files: the model that every view of it shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from mpspec.advice import advice, remedy
from mpspec.claims import Chapter, Claim
from mpspec.questions import Question, Questions
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
    """A claim whose verdict differs, and what to do about it.

    `remedy` is the same as `advice`, but only what the note says in bold, and not of a claim that
    speaks of nothing any more.
    """

    id: str
    title: str
    moves: Sequence[Move]
    instead: Claim | None = None  # what happens after, where it is refuted then
    advice: str = ""
    remedy: str = ""

    @property
    def falls_silent(self) -> bool:
        """Whether it held, and speaks of nothing that there is after the move."""
        silent = (Status.HOLDS, Status.NOT_APPLICABLE)
        return all((move.before, move.after) == silent for move in self.moves)

    @property
    def comes_true(self) -> bool:
        """Whether it holds after the move, and did not before."""
        return any(move.after is Status.HOLDS for move in self.moves)

    @property
    def as_the_note_says(self) -> bool:
        """Whether it differs just as the note says: nothing is amiss, and all is offered."""
        said = {Status.HOLDS, Status.REFUTED, Status.NOT_APPLICABLE}
        return all({move.before, move.after} <= said for move in self.moves)


@dataclass(frozen=True)
class Topic:
    """A question of which the answer differs, as some of the claims that show it do.

    Each claim is told below the first question that names it; `others` are told elsewhere.
    """

    question: Question
    arising: bool  # whether it comes up after the move, or did before it
    remedy: str
    changes: Sequence[Change]
    others: Sequence[Change] = ()


@dataclass(frozen=True)
class Changes:
    """All that differs; `compared` claims were held against each other.

    - `arising`: the questions that come up only after the move, the likeliest first;
    - `settled`: those that came up before it only;
    - `chapters`: the other claims that differ, by chapter;
    - `silent`: those that speak of nothing any more after the move, and held before.
    """

    before: str
    after: str
    pairs: Pairs
    chapters: Sequence[tuple[str, Sequence[Change]]]
    compared: int
    arising: Sequence[Topic] = ()
    settled: Sequence[Topic] = ()
    silent: Sequence[Change] = ()

    @property
    def any(self) -> bool:
        """Whether anything differs, a cell that only one side has included."""
        return bool(self.count or self.pairs.only_before or self.pairs.only_after)

    @property
    def questions(self) -> bool:
        """Whether some of it is told under questions."""
        return bool(self.arising or self.settled)

    @property
    def count(self) -> int:
        """How many claims have another verdict."""
        return len(self.all)

    @property
    def all(self) -> list[Change]:
        """The claims that have another verdict."""
        topics = [change for topic in (*self.arising, *self.settled) for change in topic.changes]
        told = [change for _, changes in self.chapters for change in changes]
        return [*topics, *told, *self.silent]


def changes_model(
    pairs: Pairs,
    chapters: Sequence[Chapter],
    before: str,
    after: str,
    words: Words,
    *,
    page: Questions | None = None,
) -> Changes:
    """Return what differs between the two sides of `pairs`, in the note's order and language.

    - `page`: the questions under which it is told, as far as they name the claims.
    """
    claims = {claim.id: claim for chapter in chapters for claim in chapter.claims}
    ran = list(dict.fromkeys(claim for pair in pairs.pairs for claim in _claims(pair)))
    found = {claim: moves for claim in ran if (moves := _moves(claim, pairs.pairs))}
    changes = {claim: _change(claim, found[claim], pairs.pairs, claims) for claim in found}
    arising, settled = _topics(changes, page) if page else ([], [])
    told = {change.id for topic in (*arising, *settled) for change in topic.changes}
    left = {name: change for name, change in changes.items() if name not in told}
    silent = [change for change in left.values() if page and change.falls_silent]
    for change in silent:
        del left[change.id]
    by_chapter = [
        (chapter.title, [left[claim.id] for claim in chapter.claims if claim.id in left])
        for chapter in chapters
    ]
    unknown = [change for name, change in left.items() if name not in claims]
    by_chapter.append((words.changes.not_in_note, unknown))
    listed = [(title, differing) for title, differing in by_chapter if differing]
    return Changes(before, after, pairs, listed, len(ran), arising, settled, silent)


def _topics(changes: Mapping[str, Change], page: Questions) -> tuple[list[Topic], list[Topic]]:
    """Return the questions that come up only after the move, and those that did only before it.

    The first claim that a question names states what the question is about. Of those that differ
    the first tells, therefore, whether it comes up: if the claim holds now.
    """
    expected = {name: change for name, change in changes.items() if change.as_the_note_says}
    arising: list[Question] = []
    settled: list[Question] = []
    for question in page.all:
        differing = [expected[claim] for claim in question.claims if claim in expected]
        if differing:
            (arising if differing[0].comes_true else settled).append(question)
    told: set[str] = set()
    coming = [_topic(question, expected, told, arising=True) for question in arising]
    past = [_topic(question, expected, told, arising=False) for question in settled]
    # What comes up is said, even if its claims are told above; what does not any more, once.
    return coming, [topic for topic in past if topic.changes]


def _topic(
    question: Question, changes: Mapping[str, Change], told: set[str], *, arising: bool
) -> Topic:
    differing = [changes[claim] for claim in question.claims if claim in changes]
    own = [change for change in differing if change.id not in told]
    others = [change for change in differing if change.id in told]
    told.update(change.id for change in own)
    whole = remedy(question.answer)
    return Topic(question, arising, whole, list(_each_remedy_once(own, whole)), others)


def _each_remedy_once(changes: Iterable[Change], told: str) -> Iterator[Change]:
    """Return `changes`, without the remedies that stand above them: pairs of claims share one."""
    seen = {told}
    for change in changes:
        yield replace(change, remedy="") if change.remedy in seen else change
        seen.add(change.remedy)


def _change(
    claim: str, moves: Sequence[Move], pairs: Iterable[Pair], claims: dict[str, Claim]
) -> Change:
    own, instead = claims.get(claim), claims.get(_instead(claim, pairs))
    if own is None:
        return Change(claim, claim, moves)
    change = Change(claim, own.title, moves, instead, advice(own, instead))
    if change.falls_silent:
        return change
    bold = remedy(instead.explanation) if instead else ""
    return replace(change, remedy=bold or remedy(own.explanation))


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
