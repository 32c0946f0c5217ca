"""What the page shows of a note and its verdicts, before anybody writes HTML."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from typing import TypeVar

from mpspec.claims import LANGUAGES, Chapter, Claim, Section
from mpspec.questions import Group, Question, Questions
from mpspec.recorder import repeating
from mpspec.report.terminal import Board
from mpspec.verdicts import Cell, Run, Status, Verdict, count

Note = Mapping[str, Sequence[Chapter]]
"""The chapters by language, `LANGUAGES[0]` among them."""

Pages = Mapping[str, Questions | None]
"""The page of questions by language; None where the note has none."""

Titled = Chapter | Section | Claim | Questions | Group | Question

PartT = TypeVar("PartT", Section, Group)

Texts = dict[str, str]
"""The same text by language."""

_PASSING = re.compile(r"0x[0-9a-fA-F]+|\d+")
"""What of a message is of this one run only: addresses, pids."""


@dataclass(frozen=True)
class Entry:
    """The verdicts on a claim under one implementation, one for each of its Pythons."""

    name: str
    statuses: Sequence[Status]

    @property
    def distinct(self) -> list[Status]:
        """Each verdict once, from the best to the worst."""
        return [status for status in Status if status in self.statuses]


@dataclass
class Outcome:
    """What was seen of a claim: cells that saw the same, as it is expected, share one."""

    cell: Cell  # the first of them
    verdict: Verdict
    pythons: list[str] = field(default_factory=list)  # the same ones under each implementation
    names: list[str] = field(default_factory=list)
    everywhere: bool = False  # on every Python that these implementations were tested on
    everything: bool = False  # under all implementations, which are the standard library's

    @property
    def alike(self) -> tuple[object, ...]:
        """What those that saw the same have in common."""
        seen = _PASSING.sub("#", self.verdict.seen)
        return self.verdict.status, seen, self.verdict.instead

    @property
    def repeat(self) -> str:
        """The command that repeats it; without a name it takes all of the standard library's."""
        command = repeating(self.verdict.claim, " --implementation ".join(self.names))
        return command.partition(" --implementation")[0] if self.everything else command


@dataclass
class ClaimView:
    """A claim, its verdicts in each cell, and what was seen of it."""

    id: str
    title: Texts
    explanation: Texts
    cells: Sequence[Cell]
    verdicts: Sequence[Verdict]  # as the cells

    @property
    def codes(self) -> str:
        """A digit for each cell: the place of its verdict in `Status`."""
        return "".join(str(verdict.status.severity) for verdict in self.verdicts)

    @cached_property
    def statuses(self) -> set[Status]:
        """The verdicts that there are."""
        return {verdict.status for verdict in self.verdicts}

    @property
    def red(self) -> bool:
        """Whether it is not as expected in some cell."""
        return any(status.red for status in self.statuses)

    @property
    def differs(self) -> bool:
        """Whether it is green in different ways."""
        return len([status for status in self.statuses if status.green]) > 1

    @cached_property
    def entries(self) -> list[Entry]:
        """Its verdicts by implementation."""
        places = zip(self.cells, self.verdicts, strict=True)
        return [
            Entry(name, [verdict.status for _, verdict in same])
            for name, same in groupby(places, key=lambda place: place[0].name)
        ]

    @cached_property
    def outcomes(self) -> list[Outcome]:
        """What was seen of it, by implementation; what is not as expected stands alone."""
        found: dict[tuple[object, ...], Outcome] = {}
        for outcome in self._by_implementation():
            alone = outcome.names if outcome.verdict.status.red else []
            key = (*outcome.alike, outcome.everywhere, *outcome.pythons, *alone)
            shared = found.setdefault(key, outcome)
            if shared is not outcome:
                shared.names += outcome.names
        standard = all(cell.library.startswith("multiprocessing") for cell in self.cells)
        for outcome in found.values():
            outcome.everything = standard and len(outcome.names) == len(self.entries) > 1
        return list(found.values())

    def _by_implementation(self) -> Iterator[Outcome]:
        places = list(zip(self.cells, self.verdicts, strict=True))
        for name, same in groupby(places, key=lambda place: place[0].name):
            found: dict[tuple[object, ...], Outcome] = {}
            cells = list(same)
            for cell, verdict in cells:
                outcome = Outcome(cell, verdict, names=[name])
                found.setdefault(outcome.alike, outcome).pythons.append(cell.python_label)
            for outcome in found.values():
                outcome.everywhere = len(outcome.pythons) == len(cells)
                yield outcome


@dataclass
class SectionView:
    """A section of the note, and those of its claims that were run."""

    title: Texts
    text: Texts
    claims: list[ClaimView]


@dataclass
class ChapterView:
    """A chapter of the note of which something was run."""

    name: str
    title: Texts
    text: Texts
    sections: list[SectionView] = field(default_factory=list)

    @property
    def claims(self) -> list[ClaimView]:
        """Its claims, in order."""
        return [claim for section in self.sections for claim in section.claims]


@dataclass
class QuestionView:
    """A question, its answer, and those of its claims that were run."""

    id: str
    title: Texts
    answer: Texts
    claims: list[ClaimView]


@dataclass
class GroupView:
    """Questions that belong together."""

    title: Texts
    text: Texts
    questions: list[QuestionView]


@dataclass
class QuestionsView:
    """The page of questions."""

    title: Texts
    text: Texts
    groups: list[GroupView]

    @property
    def count(self) -> int:
        """How many questions there are."""
        return sum(len(group.questions) for group in self.groups)


class Model:
    """All that the page shows."""

    def __init__(self, runs: Sequence[Run], note: Note, pages: Pages | None = None) -> None:
        self.runs = runs
        board = Board(runs)
        self.cells = board.cells
        self.pythons = board.pythons
        self.counts = {Status(word): number for word, number in count(runs).items()}
        self._run_of = {cell: run for run in runs for cell in run.cells}
        self._ran = list(dict.fromkeys(claim for run in runs for claim in run.claims))
        self.chapters = list(self._chapters(note))
        self.unknown = list(self._unknown(note))
        self.questions = self._questions(pages or {})

    @property
    def names(self) -> list[str]:
        """The implementations' names."""
        return list(dict.fromkeys(cell.name for cell in self.cells))

    @property
    def claims(self) -> list[ClaimView]:
        """All claims, in the note's order; behind them those that it does not have."""
        return [claim for chapter in self.chapters for claim in chapter.claims] + self.unknown

    def number(self, *, red: bool) -> int:
        """Return how many verdicts are as expected, or not."""
        counts = self.counts.items()
        return sum(n for status, n in counts if (status.red if red else status.green))

    def _chapters(self, note: Note) -> Iterator[ChapterView]:
        for chapter in note[LANGUAGES[0]]:
            told = {language: _by_name(note[language], chapter) for language in note}
            sections = list(self._sections(chapter, told))
            if sections:
                yield ChapterView(chapter.name, _titles(told), _texts(told), sections)

    def _sections(self, chapter: Chapter, told: Mapping[str, Chapter]) -> Iterator[SectionView]:
        ran = set(self._ran)
        translated = {
            language: {claim.id: claim for claim in other.claims}
            for language, other in told.items()
        }
        for number, section in enumerate(chapter.sections):
            claims = [self._claim(claim, translated) for claim in section.claims if claim.id in ran]
            if claims:
                there = {name: _at(other.sections, number, section) for name, other in told.items()}
                yield SectionView(_titles(there), _texts(there), claims)

    def _claim(self, claim: Claim, translated: Mapping[str, Mapping[str, Claim]]) -> ClaimView:
        told = {language: claims.get(claim.id, claim) for language, claims in translated.items()}
        explanation = {language: each.explanation for language, each in told.items()}
        return ClaimView(claim.id, _titles(told), explanation, self.cells, self._row(claim.id))

    def _unknown(self, note: Note) -> Iterator[ClaimView]:
        known = {claim.id for chapter in note[LANGUAGES[0]] for claim in chapter.claims}
        for claim in self._ran:
            if claim not in known:
                title, nothing = dict.fromkeys(note, claim), dict.fromkeys(note, "")
                yield ClaimView(claim, title, nothing, self.cells, self._row(claim))

    def _questions(self, pages: Pages) -> QuestionsView | None:
        """Return the questions of whose claims some were run; None for none."""
        written = {language: page for language, page in pages.items() if page}
        first = written.get(LANGUAGES[0])
        if not first:
            return None
        ran = {claim.id: claim for chapter in self.chapters for claim in chapter.claims}
        told = {
            language: {question.id: question for question in page.all}
            for language, page in written.items()
        }
        groups = []
        for number, group in enumerate(first.groups):
            there = {name: _at(page.groups, number, group) for name, page in written.items()}
            views = [_question(question, told, ran) for question in group.questions]
            if shown := [view for view in views if view.claims]:
                groups.append(GroupView(_titles(there), _texts(there), shown))
        return QuestionsView(_titles(written), _texts(written), groups) if groups else None

    def _row(self, claim: str) -> list[Verdict]:
        """Return the verdict on `claim` in each cell, also where it was not run."""
        found = (self._run_of[cell].verdicts.get((claim, cell.name)) for cell in self.cells)
        return [
            verdict or Verdict(claim, cell.name, Status.NOT_RUN)
            for cell, verdict in zip(self.cells, found, strict=True)
        ]


def _by_name(chapters: Iterable[Chapter], original: Chapter) -> Chapter:
    return next((chapter for chapter in chapters if chapter.name == original.name), original)


def _question(
    question: Question, told: Mapping[str, Mapping[str, Question]], ran: Mapping[str, ClaimView]
) -> QuestionView:
    each = {language: known.get(question.id, question) for language, known in told.items()}
    answer = {language: said.answer for language, said in each.items()}
    claims = [ran[claim] for claim in question.claims if claim in ran]
    return QuestionView(question.id, _titles(each), answer, claims)


def _at(sections: Sequence[PartT], number: int, original: PartT) -> PartT:
    return sections[number] if number < len(sections) else original


def _titles(told: Mapping[str, Titled]) -> Texts:
    return {language: each.title for language, each in told.items()}


def _texts(told: Mapping[str, Chapter | Section | Questions | Group]) -> Texts:
    return {language: each.text for language, each in told.items()}
