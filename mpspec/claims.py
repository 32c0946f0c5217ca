"""The note read into claims, and the note held against the spec's tests.

Every `###` heading of the note is a claim. A claim's id is its English heading as a slug, and its
test is that slug with underscores: the name is the only link.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt

from mpspec.suggest import unknown

PACKAGE = Path(__file__).parent
NOTE = PACKAGE / "note"
LANGUAGES = ("en", "zh")
LONGEST_TITLE = 75

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


@dataclass(frozen=True)
class Breach:
    """Something in which note and tests do not agree, and how to mend it."""

    path: Path
    line: int
    what: str

    def __str__(self) -> str:
        return f"{_shown(self.path)}:{self.line}: {self.what}"


@dataclass(frozen=True)
class SpecTest:
    """A test function of the spec, and where it stands."""

    name: str
    path: Path
    line: int


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
        raise NoteError(f"{_shown(note / language)}:1: no chapter (NN-name.md) is here")
    return [read_chapter(path) for path in paths]


def read_chapter(path: Path) -> Chapter:
    """Return the chapter in the file `path`. Raises `NoteError`."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise NoteError(f"{_shown(path)}:1: {error.strerror}") from None
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise NoteError(f"{_shown(path)}:{line}: this is not UTF-8") from None
    return _Reader(path, text).chapter()


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


def find_chapters(chapters: Sequence[Chapter], names: Iterable[str]) -> list[Chapter]:
    """Return the chapters meant: `01-processes`, `01`, `1`, `processes`. `UnknownClaimError`."""
    found = []
    for name in names:
        matching = [chapter for chapter in chapters if name in _names(chapter)]
        if not matching:
            known = [chapter.name.partition("-")[2] for chapter in chapters]
            raise UnknownClaimError(unknown("chapter", name, known))
        found += matching
    return found


def spec_tests(folder: Path) -> list[SpecTest]:
    """Return the test functions in the files of the spec, in order. Raises `NoteError`."""
    tests = []
    for path in sorted(folder.glob("test_[0-9][0-9]_*.py")):
        try:
            tree = ast.parse(path.read_text(encoding="utf-8"))
        except SyntaxError as error:
            raise NoteError(f"{_shown(path)}:{error.lineno or 1}: {error.msg}") from None
        functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
        tests += [
            SpecTest(node.name, path, node.lineno)
            for node in functions
            if node.name.startswith("test_")
        ]
    return tests


def breaches(note: Path = NOTE, folder: Path | None = None) -> list[Breach]:
    """Return everything in which the languages and the tests do not agree: the gate.

    Raises `NoteError` where one of them cannot be read at all.
    """
    languages = {language: read_note(language, note) for language in LANGUAGES}
    english, *others = languages.values()
    found = [breach for chapters in languages.values() for breach in _ids_and_texts(chapters)]
    for other in others:
        found += _same_claims(english, other)
    return [*found, *_claims_and_tests(english, spec_tests(folder or spec_folder()))]


class _Reader:
    """Reads one chapter; markdown-it finds the headings, so that code blocks are no headings."""

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self.lines = text.splitlines()
        self.headings = list(self._headings(text))

    def _headings(self, text: str) -> Iterator[tuple[int, str, int, int]]:
        """Return level, text, first line and the line after, for `#` to `###`."""
        tokens = MarkdownIt().parse(text)
        for token, content in pairwise(tokens):
            if token.type == "heading_open" and token.tag in {"h1", "h2", "h3"} and token.map:
                yield int(token.tag[1]), content.content, token.map[0], token.map[1]

    def chapter(self) -> Chapter:
        if not self.headings or self.headings[0][0] != 1:
            raise NoteError(f"{_shown(self.path)}:1: a chapter begins with its title: # Title")
        chapter = Chapter(self.path.stem, self.headings[0][1], self.path, self._text_after(0))
        for number, (level, title, line, _) in enumerate(self.headings[1:], 1):
            text = self._text_after(number)
            if level == 1:
                raise NoteError(f"{_shown(self.path)}:{line + 1}: a second chapter in one file")
            if level == 2:
                chapter.sections.append(Section(title, text))
            elif not chapter.sections:
                raise NoteError(f"{_shown(self.path)}:{line + 1}: a claim before the first section")
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
        name = explicit["id"] if explicit else slug(title)
        return Claim(name, title, text, self.path.stem, section, self.path, line)


def _names(chapter: Chapter) -> set[str]:
    number, _, word = chapter.name.partition("-")
    return {chapter.name, number, number.lstrip("0"), word, chapter.title}


def _ids_and_texts(chapters: Sequence[Chapter]) -> Iterator[Breach]:
    seen: dict[str, Claim] = {}
    for claim in (claim for chapter in chapters for claim in chapter.claims):
        if not claim.id:
            yield Breach(claim.path, claim.line, "this claim has no id: end it with {#id}")
        elif claim.id in seen:
            first = seen[claim.id]
            yield Breach(
                claim.path,
                claim.line,
                f"the id {claim.id} is taken at {_shown(first.path)}:{first.line}: word it anew",
            )
        if not claim.explanation:
            yield Breach(claim.path, claim.line, f"{claim.id} has no explanation: write one below")
        if len(claim.title) > LONGEST_TITLE:
            what = f"{len(claim.title)} characters in one claim: say it in {LONGEST_TITLE}"
            yield Breach(claim.path, claim.line, what)
        seen.setdefault(claim.id, claim)


def _same_claims(english: Sequence[Chapter], other: Sequence[Chapter]) -> Iterator[Breach]:
    """Compare two languages: the same chapters, and in each the same claims in the same order."""
    translated = {chapter.name: chapter for chapter in other}
    for chapter in english:
        if chapter.name not in translated:
            yield Breach(chapter.path, 1, f"no {other[0].path.parent.name}/{chapter.path.name}")
            continue
        yield from _same_order(chapter, translated.pop(chapter.name))
    for chapter in translated.values():
        yield Breach(chapter.path, 1, f"no {english[0].path.parent.name}/{chapter.path.name}")


def _same_order(chapter: Chapter, other: Chapter) -> Iterator[Breach]:
    ids, other_ids = [c.id for c in chapter.claims], [c.id for c in other.claims]
    for claim in chapter.claims:
        if claim.id not in other_ids:
            what = f"{claim.id} is not in {_shown(other.path)}: add ### ... {{#{claim.id}}} there"
            yield Breach(claim.path, claim.line, what)
    for claim in other.claims:
        if claim.id not in ids:
            what = f"{claim.id} is not in {_shown(chapter.path)}: add it there or strike it here"
            yield Breach(claim.path, claim.line, what)
    common = [name for name in ids if name in other_ids]
    shared = [claim for claim in other.claims if claim.id in ids]
    if len(common) != len(shared):  # an id twice: said already
        return
    for expected, claim in zip(common, shared, strict=True):
        if claim.id != expected:
            what = f"{claim.id} stands where {_shown(chapter.path)} has {expected}: same order"
            yield Breach(claim.path, claim.line, what)
            return


def _claims_and_tests(chapters: Sequence[Chapter], tests: Sequence[SpecTest]) -> Iterator[Breach]:
    claims = {claim.test: claim for chapter in chapters for claim in chapter.claims}
    files = {chapter.name: chapter.test_file for chapter in chapters}
    seen: dict[str, SpecTest] = {}
    for test in tests:
        claim = claims.get(test.name)
        if test.name in seen:
            yield Breach(test.path, test.line, f"{test.name} is there twice: rename one")
        elif claim is None:
            what = f"no claim for {test.name}: {_nearest(test.name, claims)}"
            yield Breach(test.path, test.line, what)
        elif test.path.name != files[claim.chapter]:
            yield Breach(test.path, test.line, f"{test.name} belongs in {files[claim.chapter]}")
        seen[test.name] = test
    for name, claim in claims.items():
        if name not in seen:
            what = f"no test for this claim: write {name} in {files[claim.chapter]}"
            yield Breach(claim.path, claim.line, what)
    if list(claims) != [test.name for test in tests] and claims.keys() == seen.keys():
        yield from _first_out_of_order(list(claims), tests)


def _first_out_of_order(order: Sequence[str], tests: Sequence[SpecTest]) -> Iterator[Breach]:
    for expected, test in zip(order, tests, strict=False):
        if test.name != expected:
            what = f"{test.name} stands where the note has {expected}: same order"
            yield Breach(test.path, test.line, what)
            return


def _nearest(test: str, claims: Iterable[str]) -> str:
    near = [claim_of(name) for name in claims]
    hint = unknown("claim", claim_of(test), near).partition(": ")[2]
    if hint.startswith("known"):
        hint = "add its heading"
    return f"add ### {claim_of(test).replace('-', ' ').capitalize()}, or rename it ({hint})"


def _shown(path: Path) -> str:
    """Return `path` from where one stands, if it is below."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
