"""The gate: the languages of the note held against each other, and the note against the tests.

What has one cause is one breach: a line with file and number that says how to mend it.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from mpspec.advice import in_bold
from mpspec.claims import (
    LANGUAGES,
    NOTE,
    PACKAGE,
    Chapter,
    Claim,
    NoteError,
    claim_of,
    parse_tests,
    read_note,
    read_text,
    shown,
    spec_folder,
)
from mpspec.faults import Fault
from mpspec.faults.exempt import EXEMPT
from mpspec.names import Name, unspoken
from mpspec.questions import Question, Questions, read_questions
from mpspec.suggest import unknown

LONGEST_TITLE = 75

SENTENCES = PACKAGE / "faults"
"""Where the faults' sentences are in other languages than their own."""

_SENTENCE = re.compile(r'\s*"(?P<name>[^"]+)": "')


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


def breaches(
    note: Path = NOTE,
    folder: Path | None = None,
    faults: Sequence[Fault] | None = None,
    sentences: Path | None = None,
    names: Sequence[Name] | None = None,
) -> list[Breach]:
    """Return everything in which the languages, the tests and the `faults` do not agree.

    The faults are not looked at if there are None, nor is the folder of their `sentences` in other
    languages, nor are the `names` of which the note has to speak. Raises `NoteError` where a file
    cannot be read at all.
    """
    languages = [read_note(language, note) for language in LANGUAGES]
    found = list(_Gate(languages, spec_tests(folder or spec_folder())).breaches())
    # A claim that is misnamed somewhere would be missed here once more.
    agreed = not found
    if agreed:
        known = [claim.id for claim in _claims(languages[0])]
        pages = {language: read_questions(language, note) for language in LANGUAGES}
        found += _unanswered(pages, known, note)
    if faults is not None and agreed:
        found += _unfailing(languages[0], faults)
    if faults is not None and sentences:
        for language in LANGUAGES[1:]:
            found += _untranslated_faults(faults, sentences / f"sentences.{language}.json")
    if names is not None:
        found += _unspoken(languages[0], names)
    return found


def spec_tests(folder: Path) -> list[Named]:
    """Return the test functions in the files of the spec, in order. Raises `NoteError`."""
    tests = []
    for path in sorted(folder.glob("test_[0-9][0-9]_*.py")):
        functions = [node for node in parse_tests(path).body if isinstance(node, ast.FunctionDef)]
        tests += [Named(node.name, path, node.lineno) for node in functions]
    return [test for test in tests if test.name.startswith("test_")]


class _Gate:
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
        for chapters in self.languages:
            yield from self._ids(chapters)
            yield from _texts(chapters)
        for other in self.languages[1:]:
            yield from self._same_chapters(self.languages[0], other)
            yield from _same_advice(self.languages[0], other)
        yield from self._misplaced_tests()
        for file in dict.fromkeys([*self.chapters, *(test.path.name for test in self.tests)]):
            yield from self._claims_and_tests(file)

    def _ids(self, chapters: Sequence[Chapter]) -> Iterator[Breach]:
        seen: dict[str, Claim] = {}
        for claim in _claims(chapters):
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
        for mine, its in _unmatched(ours, theirs):
            if its:
                self.abroad[its.name] = mine.name if mine else ""
            yield _untold(mine, its, chapter.path, other.path)
        for mine, its in _out_of_order(ours, theirs):
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
        for claim, test in _unmatched(claims, tests):
            yield from self._untested(claim, test, file)
        if chapter and chapter.name not in self.disordered:
            for claim, test in _out_of_order(claims, tests):
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


def _unanswered(
    pages: Mapping[str, Questions | None], known: Sequence[str], note: Path
) -> Iterator[Breach]:
    """Return in which the pages of questions differ, and what no claim of the note shows."""
    there = [page for page in pages.values() if page]
    for written in there:
        yield from _unshown(written, known)
    for language, page in pages.items():
        if there and not page:
            missing = shown(note / language / there[0].path.name)
            yield Breach(there[0].path, 1, f"there is no {missing}: write it")
    clear = [page for page in there if _ids_are_clear(page)]
    for other in clear[1:]:
        yield from _same_questions(clear[0], other)


def _unshown(page: Questions, known: Sequence[str]) -> Iterator[Breach]:
    """Return what a question lacks, and the claims that it names in vain."""
    seen: dict[str, Question] = {}
    for question in page.all:
        first = seen.setdefault(question.id, question)
        if not question.id:
            what = "this question has no id: end it with {#id}"
        elif first is not question:
            taken = f"{shown(first.path)}:{first.line}"
            what = f"the id {question.id} is taken at {taken}: word it anew"
        elif not question.answer:
            what = f"{question.id} has no answer: write one below"
        elif len(in_bold(question.answer)) > 1:
            what = f"{question.id} has several passages in bold: leave the one that says what to do"
        elif not question.references:
            what = f"no claim shows the answer to {question.id}: end it with a list, - a-claims-id"
        else:
            yield from _named_in_vain(question, known)
            continue
        yield Breach(question.path, question.line, what)


def _named_in_vain(question: Question, known: Sequence[str]) -> Iterator[Breach]:
    named = set()
    for reference in question.references:
        if reference.claim not in known:
            what = f"{question.id} names an {unknown('claim', reference.claim, known)}"
            yield Breach(question.path, reference.line, what)
        elif reference.claim in named:
            what = f"{question.id} names {reference.claim} twice: strike one"
            yield Breach(question.path, reference.line, what)
        named.add(reference.claim)


def _same_questions(page: Questions, other: Questions) -> Iterator[Breach]:
    """Compare the questions of two languages, and the claims that each names."""
    mine, its = _by_id(page), _by_id(other)
    for one, another in _unmatched(mine, its):
        yield _untold(one, another, page.path, other.path)
    for one, another in _out_of_order(mine, its):
        there = f"{another.name} stands where {shown(one.path)} has {one.name}"
        yield Breach(another.path, another.line, f"{there}: same order")
    ours = {question.id: question for question in page.all}
    for question in other.all:
        if question.id in ours:
            yield from _same_answer(ours[question.id], question)


def _same_answer(mine: Question, its: Question) -> Iterator[Breach]:
    """Compare which claims a question names in two languages, and whether both say what to do."""
    if its.claims != mine.claims:
        there = f"{shown(mine.path)}:{mine.line}"
        what = f"{its.id} names other claims than at {there}: the same, in the same order"
        yield Breach(its.path, its.line, what)
    if bool(in_bold(mine.answer)) != bool(in_bold(its.answer)):
        with_, without = (mine, its) if in_bold(mine.answer) else (its, mine)
        there = f"{shown(with_.path)}:{with_.line}"
        what = f"{its.id} says in bold what to do at {there}: do so here"
        yield Breach(without.path, without.line, what)


def _ids_are_clear(page: Questions) -> bool:
    ids = [question.id for question in page.all]
    return all(ids) and len(set(ids)) == len(ids)


def _by_id(page: Questions) -> list[Named]:
    return [Named(question.id, question.path, question.line) for question in page.all]


def _unfailing(chapters: Sequence[Chapter], faults: Iterable[Fault]) -> Iterator[Breach]:
    """Return the claims that have no fault, and the faults that name no claim."""
    known = {claim.id: claim for claim in _claims(chapters)}
    tripped = set(EXEMPT)
    for fault in faults:
        tripped |= set(fault.claims)
        for name in fault.claims:
            if name not in known:
                what = f"the fault {fault.name} names an {unknown('claim', name, known)}"
                yield Breach(*fault.place, what)
    for claim in known.values():
        if claim.id not in tripped:
            home = claim.chapter.partition("-")[2].replace("-", "_")
            what = f"no fault trips this claim: write one in mpspec/faults/{home}.py"
            yield Breach(claim.path, claim.line, what)


def _unspoken(chapters: Sequence[Chapter], names: Sequence[Name]) -> Iterator[Breach]:
    """Return the public names of which no claim speaks."""
    for name in unspoken(chapters, names):
        what = f"no claim speaks of {name}: write one, or say in PRIVATE of mpspec/names.py why not"
        yield Breach(chapters[0].path.parent, 1, what)


def _untranslated_faults(faults: Iterable[Fault], path: Path) -> Iterator[Breach]:
    """Return the faults that have no sentence in the file, and the sentences that have no fault."""
    known = {fault.name: Named(fault.name, *fault.place) for fault in faults}
    written: dict[str, Named] = {}
    for its in _sentences(path):
        if its.name not in known:
            what = f"rename or strike it: {unknown('fault', its.name, known)}"
            yield Breach(path, its.line, what)
        elif its is not written.setdefault(its.name, its):
            yield Breach(path, its.line, f"{its.name} is there twice: strike one")
    for mine in known.values():
        if mine.name not in written:
            what = f'no sentence for this fault: add "{mine.name}": "..." to {shown(path)}'
            yield Breach(mine.path, mine.line, what)
    for mine, its in _out_of_order(list(known.values()), list(written.values())):
        what = f"{its.name} stands where the faults have {mine.name}: same order"
        yield Breach(path, its.line, what)


def _sentences(path: Path) -> Iterator[Named]:
    """Return the names of the faults in a file of sentences, one on a line. Raises `NoteError`."""
    text = read_text(path)
    try:
        json.loads(text)
    except ValueError as error:
        line = getattr(error, "lineno", 1)
        raise NoteError(f"{shown(path)}:{line}: no JSON: {error}") from None
    for number, line in enumerate(text.splitlines(), 1):
        if match := _SENTENCE.match(line):
            yield Named(match["name"], path, number)


def _texts(chapters: Sequence[Chapter]) -> Iterator[Breach]:
    for claim in _claims(chapters):
        if not claim.explanation:
            yield Breach(claim.path, claim.line, f"{claim.id} has no explanation: write one below")
        if len(claim.title) > LONGEST_TITLE:
            what = f"{len(claim.title)} characters in one claim: say it in {LONGEST_TITLE}"
            yield Breach(claim.path, claim.line, what)
        if len(in_bold(claim.explanation)) > 1:
            what = f"{claim.id} has several passages in bold: leave the one that says what to do"
            yield Breach(claim.path, claim.line, what)


def _same_advice(chapters: Sequence[Chapter], others: Sequence[Chapter]) -> Iterator[Breach]:
    """Compare where the languages say in bold what to do."""
    ours = {claim.id: claim for claim in _claims(chapters)}
    for its in _claims(others):
        mine = ours.get(its.id)
        if mine and bool(in_bold(mine.explanation)) != bool(in_bold(its.explanation)):
            with_, without = (mine, its) if in_bold(mine.explanation) else (its, mine)
            there = f"{shown(with_.path)}:{with_.line}"
            what = f"{its.id} says in bold what to do at {there}: do so here"
            yield Breach(without.path, without.line, what)


def _untranslated(chapter: Chapter, others: Sequence[Chapter]) -> Breach:
    missing = shown(others[0].path.parent / chapter.path.name)
    return Breach(chapter.path, 1, f"there is no {missing}: write it")


def _untold(mine: Named | None, its: Named | None, path: Path, other: Path) -> Breach:
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


def _claims(chapters: Iterable[Chapter]) -> Iterator[Claim]:
    return (claim for chapter in chapters for claim in chapter.claims)


def _by_test(claims: Iterable[Claim]) -> list[Named]:
    return [Named(claim.test, claim.path, claim.line) for claim in claims]


def _unmatched(
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


def _out_of_order(ours: Sequence[Named], theirs: Sequence[Named]) -> list[tuple[Named, Named]]:
    """Return the first place at which the shared ones differ, if there is one."""
    shared = {mine.name for mine in ours} & {its.name for its in theirs}
    pairs = zip(
        (mine for mine in ours if mine.name in shared),
        (its for its in theirs if its.name in shared),
        strict=True,
    )
    return [(mine, its) for mine, its in pairs if mine.name != its.name][:1]


def _nearest(test: str, claims: Iterable[str]) -> str:
    near = [claim_of(name) for name in claims]
    hint = unknown("claim", claim_of(test), near).partition(": ")[2]
    if hint.startswith("known"):
        hint = "add its heading"
    return f"add ### {claim_of(test).replace('-', ' ').capitalize()}, or rename it ({hint})"
