"""The note's last page: what people ask again and again, and the claims that show the answers.

Every `###` heading of `questions.md` is a question. Below it stand its answer and, as a list of
their ids, the claims that show it:

    ### Why does my cat not purr?

    It sleeps.

    - cats-sleep
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path

from mpspec.claims import NOTE, Claim, read_chapter, read_text

PAGE = "questions"
"""What the page is called where a chapter has its name, and its file's stem."""

_ITEM = re.compile(r"- (?P<id>[a-z0-9-]+)\s*")


@dataclass(frozen=True)
class Reference:
    """A claim that a question names, by its id, and the line on which it does."""

    claim: str
    line: int


@dataclass(frozen=True)
class Question:
    """A question, its answer in Markdown, and the claims that show it, in one language."""

    id: str
    title: str
    answer: str
    references: Sequence[Reference]
    path: Path
    line: int

    @property
    def claims(self) -> list[str]:
        """The ids of the claims that show its answer."""
        return [reference.claim for reference in self.references]


@dataclass
class Group:
    """A `##` section of the page."""

    title: str
    text: str = ""
    questions: list[Question] = field(default_factory=list)


@dataclass
class Questions:
    """The page in one language."""

    title: str
    path: Path
    text: str = ""  # Markdown, before the first section
    groups: list[Group] = field(default_factory=list)
    name: str = PAGE

    @property
    def all(self) -> list[Question]:
        """Its questions, in order."""
        return [question for group in self.groups for question in group.questions]


def read_questions(language: str = "en", note: Path = NOTE) -> Questions | None:
    """Return the page in one of `LANGUAGES`; None if the note has none. Raises `NoteError`."""
    path = note / language / f"{PAGE}.md"
    if not path.exists():
        return None
    chapter = read_chapter(path, language)
    page = Questions(chapter.title, path, chapter.text)
    for section in chapter.sections:
        questions = [_question(claim) for claim in section.claims]
        page.groups.append(Group(section.title, section.text, questions))
    return page


def _question(read: Claim) -> Question:
    """Return the question that was read like a claim: its list of ids ends its explanation."""
    lines = read.explanation.split("\n")
    items = list(takewhile(bool, map(_ITEM.fullmatch, reversed(lines))))[::-1]
    answer = lines[: len(lines) - len(items)]
    begin = read.line + _empty_lines_behind(read) + len(answer) + 1
    references = [Reference(item["id"], begin + n) for n, item in enumerate(items) if item]
    return Question(
        read.id, read.title, "\n".join(answer).strip(), references, read.path, read.line
    )


def _empty_lines_behind(read: Claim) -> int:
    """Return how many empty lines stand between a heading and its text."""
    following = read_text(read.path).split("\n")[read.line :]
    return len(list(takewhile(lambda line: not line.strip(), following)))
