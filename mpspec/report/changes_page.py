"""The page of a comparison: what changes for whoever moves, and what to do about it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from mpspec.claims import LANGUAGES, Claim
from mpspec.report.changes import Change, Changes, Move, Topic
from mpspec.report.document import document
from mpspec.report.page_model import Note, Texts
from mpspec.report.sides import Place
from mpspec.report.words import WORDS
from mpspec.verdicts import Run, Status

_SIDES = ("before", "after")

_LINK = re.compile(r"\]\(#([^)\s]+)\)")

Kind = tuple[Status | None, Status | None]
"""A verdict before and after."""

Told = Mapping[str, Claim]
"""A claim by language."""


@dataclass(frozen=True)
class ChangeView:
    """A claim whose verdict differs, in all languages."""

    id: str
    title: Texts
    moves: Sequence[Move]
    instead: str
    advice: Texts
    remedy: Texts
    explanation: Texts | None  # None where the note does not have the claim


@dataclass(frozen=True)
class ChapterView:
    """The claims of a chapter that differ."""

    title: Texts
    changes: Sequence[ChangeView]


@dataclass(frozen=True)
class TopicView:
    """A question that comes up, or does not any more, in all languages."""

    id: str
    title: Texts
    answer: Texts
    changes: Sequence[ChangeView]
    others: Sequence[str]


def changes_page(changes: Mapping[str, Changes], note: Note, language: str = "en") -> str:
    """Return the page of what differs.

    - `changes`: the same comparison in each of the note's languages;
    - `language`: the one that it shows first.
    """
    claims = _by_id(note)
    views = {change.id: view for change, view in _views(changes, claims)}
    told = list(views.values())
    differing = views.keys() & claims.keys()
    referred = _referred(told, claims) - differing
    model = changes[LANGUAGES[0]]
    places = {side: [getattr(pair, side) for pair in model.pairs.pairs] for side in _SIDES}
    return document(
        "changes",
        {name: _title(changes[name], name) for name in WORDS},
        language,
        styles=["changes.css"],
        model=model,
        names={side: {name: getattr(changes[name], side) for name in WORDS} for side in _SIDES},
        sides={side: _pythons(places[side]) for side in _SIDES},
        runs=_runs(place for side in _SIDES for place in places[side]),
        arising=list(_topics({name: each.arising for name, each in changes.items()}, views)),
        settled=list(_topics({name: each.settled for name, each in changes.items()}, views)),
        chapters=list(_chapters(changes, views)),
        silent=[views[change.id] for change in model.silent],
        kinds=_kinds(told),
        claims={claim: _title_of(claims[claim]) for claim in claims},
        referred={claim: _explanation_of(claims[claim]) for claim in claims if claim in referred},
        there=differing | referred,
    )


def _title(changes: Changes, language: str) -> str:
    title = WORDS[language].changes.title
    return title.format(before=changes.before, after=changes.after)


def _title_of(told: Told) -> Texts:
    return {language: claim.title for language, claim in told.items()}


def _explanation_of(told: Told) -> Texts:
    return {language: claim.explanation for language, claim in told.items()}


def _by_id(note: Note) -> dict[str, Told]:
    """Return the claims that every language has, by id and by language, in the note's order."""
    each = {
        language: {claim.id: claim for chapter in chapters for claim in chapter.claims}
        for language, chapters in note.items()
    }
    shared = [claim for claim in each[LANGUAGES[0]] if all(claim in told for told in each.values())]
    return {claim: {language: told[claim] for language, told in each.items()} for claim in shared}


def _views(
    changes: Mapping[str, Changes], claims: Mapping[str, Told]
) -> Iterator[tuple[Change, ChangeView]]:
    told = {language: {each.id: each for each in model.all} for language, model in changes.items()}
    for change in changes[LANGUAGES[0]].all:
        yield change, _change({language: told[language][change.id] for language in told}, claims)


def _topics(
    topics: Mapping[str, Sequence[Topic]], views: Mapping[str, ChangeView]
) -> Iterator[TopicView]:
    for each in zip(*topics.values(), strict=True):
        told = dict(zip(topics, each, strict=True))
        first = each[0]
        yield TopicView(
            first.question.id,
            {language: topic.question.title for language, topic in told.items()},
            {language: topic.question.answer for language, topic in told.items()},
            [views[change.id] for change in first.changes],
            [change.id for change in first.others],
        )


def _chapters(
    changes: Mapping[str, Changes], views: Mapping[str, ChangeView]
) -> Iterator[ChapterView]:
    titles = {
        language: {change.id: title for title, each in model.chapters for change in each}
        for language, model in changes.items()
    }
    for _, differing in changes[LANGUAGES[0]].chapters:
        title = {language: titles[language][differing[0].id] for language in titles}
        yield ChapterView(title, [views[change.id] for change in differing])


def _change(told: Mapping[str, Change], claims: Mapping[str, Told]) -> ChangeView:
    change = told[LANGUAGES[0]]
    known = claims.get(change.id)
    return ChangeView(
        change.id,
        {language: each.title for language, each in told.items()},
        change.moves,
        change.instead.id if change.instead and change.instead.id in claims else "",
        {language: each.advice for language, each in told.items()},
        {language: each.remedy for language, each in told.items()},
        _explanation_of(known) if known else None,
    )


def _referred(changes: Sequence[ChangeView], claims: Mapping[str, Told]) -> set[str]:
    """Return the claims that the explanations link, or that say what happens instead."""
    texts = [text for change in changes for text in (change.explanation or {}).values()]
    linked = {claim for text in texts for claim in _LINK.findall(text)}
    return (linked | {change.instead for change in changes}) & claims.keys()


def _kinds(changes: Iterable[ChangeView]) -> list[tuple[Kind, int]]:
    """Return how many claims go from one verdict to another, the most frequent first."""
    moves = (move for change in changes for move in change.moves)
    return Counter((move.before, move.after) for move in moves).most_common()


def _pythons(places: Iterable[Place]) -> dict[str, list[str]]:
    """Return each implementation of one side, with its Pythons."""
    found: dict[str, list[str]] = {}
    for place in places:
        found.setdefault(place.cell.name, []).append(place.python)
    return found


def _runs(places: Iterable[Place]) -> list[Run]:
    """Return the runs that the cells are of, each once."""
    return list({id(place.run): place.run for place in places}.values())
