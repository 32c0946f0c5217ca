"""The page of a comparison: what changes for whoever moves, and what to do about it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from mpspec.claims import LANGUAGES, Claim
from mpspec.report.changes import Change, Changes, Move
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
    explanation: Texts | None  # None where the note does not have the claim


@dataclass(frozen=True)
class ChapterView:
    """The claims of a chapter that differ."""

    title: Texts
    changes: Sequence[ChangeView]


def changes_page(changes: Mapping[str, Changes], note: Note, language: str = "en") -> str:
    """Return the page of what differs.

    - `changes`: the same comparison in each of the note's languages;
    - `language`: the one that it shows first.
    """
    claims = _by_id(note)
    chapters = list(_chapters(changes, claims))
    told = [change for chapter in chapters for change in chapter.changes]
    differing = {change.id for change in told} & claims.keys()
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
        chapters=chapters,
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


def _chapters(changes: Mapping[str, Changes], claims: Mapping[str, Told]) -> Iterator[ChapterView]:
    told = {language: _by_claim(model) for language, model in changes.items()}
    for _, differing in changes[LANGUAGES[0]].chapters:
        views = [
            _change({language: told[language][each.id][1] for language in told}, claims)
            for each in differing
        ]
        title = {language: told[language][differing[0].id][0] for language in told}
        yield ChapterView(title, views)


def _by_claim(model: Changes) -> dict[str, tuple[str, Change]]:
    """Return each change by its claim, with the title of its chapter."""
    return {change.id: (title, change) for title, each in model.chapters for change in each}


def _change(told: Mapping[str, Change], claims: Mapping[str, Told]) -> ChangeView:
    change = told[LANGUAGES[0]]
    known = claims.get(change.id)
    return ChangeView(
        change.id,
        {language: each.title for language, each in told.items()},
        change.moves,
        change.instead.id if change.instead and change.instead.id in claims else "",
        {language: each.advice for language, each in told.items()},
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
