"""The note read into claims.

Every `###` heading of the note is a claim. A claim's id is its English heading as a slug, and its
test is that slug with underscores: the name is the only link.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Protocol, TypeVar

from markdown_it import MarkdownIt

from mpspec.suggest import unknown

PACKAGE = Path(__file__).parent
NOTE = PACKAGE / "note"
LANGUAGES = ("en", "zh")

_EXPLICIT_ID = re.compile(r"\s*\{#(?P<id>[^}]*)\}\s*$")


class NoteError(Exception):
    """The note cannot be read; the message names file and line."""


class UnknownClaimError(LookupError):
    """No claim or chapter has this name; the message suggests the nearest ones."""


@dataclass(frozen=True)
class Claim:
    """One claim of the note: a declarative sentence and its explanation, in one language."""

    id: str
    title: str
    explanation: str  # Markdown
    chapter: str
    section: str
    path: Path
    line: int

    @property
    def test(self) -> str:
        """The name of the test that shows it."""
        return "test_" + self.id.replace("-", "_")


@dataclass
class Section:
    """A `##` section: what it says before its first claim, and its claims."""

    title: str
    text: str = ""
    claims: list[Claim] = field(default_factory=list)


@dataclass
class Chapter:
    """A chapter of the note in one language; `name` is its file's, `01-processes`."""

    name: str
    title: str
    path: Path
    text: str = ""  # Markdown, before the first section
    sections: list[Section] = field(default_factory=list)

    @property
    def claims(self) -> list[Claim]:
        """Its claims, in order."""
        return [claim for section in self.sections for claim in section.claims]

    @property
    def test_file(self) -> str:
        """The name of the file with its claims' tests."""
        return f"test_{self.name.replace('-', '_')}.py"


class Page(Protocol):
    """What has a name and a title: a chapter, or the page of questions."""

    name: str
    title: str


PageT = TypeVar("PageT", bound=Page)


def slug(title: str) -> str:
    """Return the id that a heading gives: `The child's pid` -> `the-childs-pid`."""
    return re.sub(r"[^a-z0-9]+", "-", re.sub(r"['\u2019`]", "", title.lower())).strip("-")


def claim_of(test: str) -> str:
    """Return the id of the claim that the test function named `test` shows."""
    return test.removeprefix("test_").replace("_", "-")


def spec_folder() -> Path:
    """Return where the spec's tests are: beside the package, or within it once installed."""
    installed = PACKAGE / "spec"
    return installed if installed.is_dir() else PACKAGE.parent / "tests" / "spec"


def read_note(language: str = "en", note: Path = NOTE) -> list[Chapter]:
    """Return the chapters of the note in one of `LANGUAGES`. Raises `NoteError`."""
    paths = sorted((note / language).glob("[0-9][0-9]-*.md"))
    if not paths:
        raise NoteError(f"{shown(note / language)}:1: no chapter (NN-name.md) is here")
    return [read_chapter(path, language) for path in paths]


def read_chapter(path: Path, language: str) -> Chapter:
    """Return what a file of the note says. Raises `NoteError`."""
    return _Reader(path, read_text(path), language).chapter()


def read_text(path: Path) -> str:
    """Return the text of a file of the note or of its tests. Raises `NoteError`."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise NoteError(f"{shown(path)}:1: {error.strerror}") from None
    except UnicodeDecodeError:
        lines = path.read_bytes().split(b"\n")
        number = next(number for number, line in enumerate(lines, 1) if not _is_utf8(line))
        raise NoteError(f"{shown(path)}:{number}: this is not UTF-8") from None


def parse_tests(path: Path) -> ast.Module:
    """Return what a file of tests says. Raises `NoteError`."""
    try:
        return ast.parse(read_text(path))
    except SyntaxError as error:
        raise NoteError(f"{shown(path)}:{error.lineno or 1}: {error.msg}") from None
    except ValueError as error:  # a null byte, before Python 3.12
        raise NoteError(f"{shown(path)}:1: {error}") from None


def find_claims(chapters: Sequence[Chapter], ids: Iterable[str]) -> list[Claim]:
    """Return the claims with these ids (or test names). Raises `UnknownClaimError`."""
    known = {claim.id: claim for chapter in chapters for claim in chapter.claims}
    found = []
    for given in ids:
        wanted = claim_of(given) if given.startswith("test_") else given
        if wanted not in known:
            raise UnknownClaimError(unknown("claim", given, known))
        found.append(known[wanted])
    return found


def find_chapters(chapters: Sequence[PageT], names: Iterable[str]) -> list[PageT]:
    """Return the chapters meant: `01-processes`, `01`, `1`, `processes`. `UnknownClaimError`."""
    found = []
    for name in names:
        matching = [chapter for chapter in chapters if name in _names(chapter)]
        if not matching:
            known = [_word(chapter) for chapter in chapters]
            raise UnknownClaimError(unknown("chapter", name, known))
        found += matching
    return found


@lru_cache
def _headings(text: str) -> Sequence[tuple[int, str, int, int]]:
    """Return level, text, first line and the line after, for `#` to `###`; none in a quote.

    Remembered, as every run of the tests needs the order of the claims, forks of one process too.
    """
    # What is within a line is of no interest here, and takes half of the time.
    tokens = MarkdownIt().disable("inline").parse(text)
    return [
        (int(token.tag[1]), content.content, token.map[0], token.map[1])
        for token, content in pairwise(tokens)
        if token.type == "heading_open" and token.level == 0 and token.map
        if token.tag in {"h1", "h2", "h3"}
    ]


class _Reader:
    """Reads one chapter; markdown-it finds the headings, so that code blocks are no headings."""

    def __init__(self, path: Path, text: str, language: str) -> None:
        self.path = path
        self.language = language
        self.lines = text.split("\n")
        self.headings = _headings(text)

    def chapter(self) -> Chapter:
        if not self.headings or self.headings[0][0] != 1:
            raise NoteError(f"{shown(self.path)}:1: a chapter begins with its title: # Title")
        chapter = Chapter(self.path.stem, self.headings[0][1], self.path, self._text_after(0))
        for number, (level, title, line, _) in enumerate(self.headings[1:], 1):
            text = self._text_after(number)
            if level == 1:
                raise NoteError(f"{shown(self.path)}:{line + 1}: a second chapter in one file")
            if level == 2:
                chapter.sections.append(Section(title, text))
            elif not chapter.sections:
                raise NoteError(f"{shown(self.path)}:{line + 1}: a claim before the first section")
            else:
                section = chapter.sections[-1]
                section.claims.append(self._claim(title, text, section.title, line + 1))
        return chapter

    def _text_after(self, number: int) -> str:
        begin = self.headings[number][3]
        following = self.headings[number + 1 :]
        end = following[0][2] if following else len(self.lines)
        return "\n".join(self.lines[begin:end]).strip()

    def _claim(self, heading: str, text: str, section: str, line: int) -> Claim:
        explicit = _EXPLICIT_ID.search(heading)
        title = _EXPLICIT_ID.sub("", heading)
        own = slug(title) if self.language == LANGUAGES[0] else ""
        name = explicit["id"] if explicit else own
        return Claim(name, title, text, self.path.stem, section, self.path, line)


def _names(page: Page) -> set[str]:
    number = page.name.partition("-")[0]
    return {page.name, number, number.lstrip("0"), _word(page), page.title}


def _word(page: Page) -> str:
    """Return a page's name without its number, if it has one."""
    return page.name.partition("-")[2] or page.name


def shown(path: Path) -> str:
    """Return `path` from where one stands, if it is below."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True
