"""The languages of the note held against each other, and the note against the tests."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from mpspec.advice import in_bold
from mpspec.claims import Chapter, Claim, claim_of, parse_tests, shown
from mpspec.gate.breach import Breach, Named, claims_of, out_of_order, unmatched, untold
from mpspec.suggest import unknown

LONGEST_TITLE = 75


def spec_tests(folder: Path) -> list[Named]:
    """Return the test functions in the files of the spec, in order. Raises `NoteError`."""
    tests = []
    for path in sorted(folder.glob("test_[0-9][0-9]_*.py")):
        functions = [node for node in parse_tests(path).body if isinstance(node, ast.FunctionDef)]
        tests += [Named(node.name, path, node.lineno) for node in functions]
    return [test for test in tests if test.name.startswith("test_")]


class Agreement:
    """Compares the languages with the first one, and that one with the tests."""

    def __init__(self, languages: Sequence[Sequence[Chapter]], tests: Sequence[Named]) -> None:
        self.languages = languages
        self.tests = tests
        chapters = languages[0]
        self.chapters = {chapter.test_file: chapter for chapter in chapters}
        self.homes = {claim.test: ch.test_file for ch in reversed(chapters) for claim in ch.claims}
        self.unclear: set[str] = set()  # chapters in which an id is unclear: not compared
        self.disordered: set[str] = set()  # chapters whose languages differ in order
        self.abroad: dict[str, str] = {}  # tests of what only a translation has -> the test's here

    def breaches(self) -> Iterator[Breach]:
        """Return in what the languages, and their claims and the tests, do not agree."""
        for chapters in self.languages:
            yield from self._ids(chapters)
            yield from texts(chapters)
        for other in self.languages[1:]:
            yield from self._same_chapters(self.languages[0], other)
            yield from same_advice(self.languages[0], other)
        yield from self._misplaced_tests()
        for file in dict.fromkeys([*self.chapters, *(test.path.name for test in self.tests)]):
            yield from self._claims_and_tests(file)

    def _ids(self, chapters: Sequence[Chapter]) -> Iterator[Breach]:
        seen: dict[str, Claim] = {}
        for claim in claims_of(chapters):
            first = seen.setdefault(claim.id, claim)
            if claim.id and first is claim:
                continue
            self.unclear.add(claim.chapter)
            what = "this claim has no id: end it with {#id}"
            if claim.id:
                taken = f"{shown(first.path)}:{first.line}"
                what = f"the id {claim.id} is taken at {taken}: word it anew"
            yield Breach(claim.path, claim.line, what)

    def _same_chapters(
        self, chapters: Sequence[Chapter], others: Sequence[Chapter]
    ) -> Iterator[Breach]:
        ours = {chapter.name: chapter for chapter in chapters}
        theirs = {chapter.name: chapter for chapter in others}
        for name in sorted(ours.keys() | theirs.keys()):
            if name not in theirs:
                yield _untranslated(ours[name], others)
            elif name not in ours:
                self.abroad |= {claim.test: "" for claim in theirs[name].claims}
                yield _untranslated(theirs[name], chapters)
            elif name not in self.unclear:
                yield from self._same_claims(ours[name], theirs[name])

    def _same_claims(self, chapter: Chapter, other: Chapter) -> Iterator[Breach]:
        ours, theirs = _by_test(chapter.claims), _by_test(other.claims)
        for mine, its in unmatched(ours, theirs):
            if its:
                self.abroad[its.name] = mine.name if mine else ""
            yield untold(mine, its, chapter.path, other.path)
        for mine, its in out_of_order(ours, theirs):
            self.disordered.add(chapter.name)
            there = f"{claim_of(its.name)} stands where {shown(mine.path)} has"
            yield Breach(its.path, its.line, f"{there} {claim_of(mine.name)}: same order")

    def _misplaced_tests(self) -> Iterator[Breach]:
        seen = set()
        for test in self.tests:
            home = self.homes.get(test.name, test.path.name)
            if test.name in seen:
                yield Breach(test.path, test.line, f"{test.name} is there twice: rename one")
            elif home != test.path.name:
                yield Breach(test.path, test.line, f"{test.name} belongs in {home}")
            seen.add(test.name)

    def _claims_and_tests(self, file: str) -> Iterator[Breach]:
        """Compare the claims of a chapter with what is in its file of tests."""
        chapter = self.chapters.get(file)
        if chapter and chapter.name in self.unclear:
            return
        written = {test.name: test for test in reversed(self.tests)}
        claims = _by_test(chapter.claims) if chapter else []
        claims = [c for c in claims if c.name not in written or written[c.name].path.name == file]
        tests = [test for test in self.tests if test is written[test.name]]
        tests = [t for t in tests if t.path.name == file == self.homes.get(t.name, file)]
        for claim, test in unmatched(claims, tests):
            yield from self._untested(claim, test, file)
        if chapter and chapter.name not in self.disordered:
            for claim, test in out_of_order(claims, tests):
                what = f"{test.name} stands where the note has {claim.name}: same order"
                yield Breach(test.path, test.line, what)

    def _untested(self, claim: Named | None, test: Named | None, file: str) -> Iterator[Breach]:
        if test and test.name in self.abroad:  # the line about the translation says it
            if claim and self.abroad[test.name] == claim.name:
                return
            test = None
        if claim and test:
            what = f"no claim for {test.name}, and no test for the claim at {claim.place}"
            yield Breach(test.path, test.line, f"{what}: rename it {claim.name}")
        elif claim:
            what = f"no test for this claim: write {claim.name} in {file}"
            yield Breach(claim.path, claim.line, what)
        elif test:
            what = f"no claim for {test.name}: {_nearest(test.name, self.homes)}"
            yield Breach(test.path, test.line, what)


def texts(chapters: Sequence[Chapter]) -> Iterator[Breach]:
    """Return the claims that say nothing, too much in the heading, or several things to do."""
    for claim in claims_of(chapters):
        if not claim.explanation:
            yield Breach(claim.path, claim.line, f"{claim.id} has no explanation: write one below")
        if len(claim.title) > LONGEST_TITLE:
            what = f"{len(claim.title)} characters in one claim: say it in {LONGEST_TITLE}"
            yield Breach(claim.path, claim.line, what)
        if len(in_bold(claim.explanation)) > 1:
            what = f"{claim.id} has several passages in bold: leave the one that says what to do"
            yield Breach(claim.path, claim.line, what)


def same_advice(chapters: Sequence[Chapter], others: Sequence[Chapter]) -> Iterator[Breach]:
    """Compare where the languages say in bold what to do."""
    ours = {claim.id: claim for claim in claims_of(chapters)}
    for its in claims_of(others):
        mine = ours.get(its.id)
        if mine and bool(in_bold(mine.explanation)) != bool(in_bold(its.explanation)):
            with_, without = (mine, its) if in_bold(mine.explanation) else (its, mine)
            there = f"{shown(with_.path)}:{with_.line}"
            what = f"{its.id} says in bold what to do at {there}: do so here"
            yield Breach(without.path, without.line, what)


def _untranslated(chapter: Chapter, others: Sequence[Chapter]) -> Breach:
    missing = shown(others[0].path.parent / chapter.path.name)
    return Breach(chapter.path, 1, f"there is no {missing}: write it")


def _by_test(claims: Iterable[Claim]) -> list[Named]:
    return [Named(claim.test, claim.path, claim.line) for claim in claims]


def _nearest(test: str, claims: Iterable[str]) -> str:
    near = [claim_of(name) for name in claims]
    hint = unknown("claim", claim_of(test), near).partition(": ")[2]
    if hint.startswith("known"):
        hint = "add its heading"
    return f"add ### {claim_of(test).replace('-', ' ').capitalize()}, or rename it ({hint})"
