"""The page of questions held against its other languages, and against the claims."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from mpspec.advice import in_bold
from mpspec.claims import shown
from mpspec.gate.breach import Breach, Named, out_of_order, unmatched, untold
from mpspec.questions import Question, Questions
from mpspec.suggest import unknown


def unanswered(
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
    for one, another in unmatched(mine, its):
        yield untold(one, another, page.path, other.path)
    for one, another in out_of_order(mine, its):
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
