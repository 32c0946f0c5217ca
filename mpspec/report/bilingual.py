"""Texts for HTML in all of the note's languages at once, of which the page shows one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from markupsafe import Markup, escape

from mpspec.report import prose
from mpspec.report.page_model import Texts
from mpspec.report.words import WORDS
from mpspec.verdicts import Cell, Run, Status


def both(texts: Mapping[str, Any]) -> Markup:
    """Return each text in a span of its language; without one if they are the same."""
    first, *others = texts.values()
    if all(other == first for other in others):
        return escape(first)
    return _each(texts, Markup("<span lang={}>{}</span>"))


def blocks(texts: Mapping[str, Any]) -> Markup:
    """Return each text in a block of its language."""
    return _each(texts, Markup("<div lang={}>{}</div>"))


def phrases(texts: Texts) -> Markup:
    """Return headings of the note."""
    return both({language: prose.phrase(text) for language, text in texts.items()})


def sentences(texts: Texts) -> Markup:
    """Return plain texts, in which only code is told apart."""
    return both({language: prose.sentence(text) for language, text in texts.items()})


def proses(texts: Texts, there: Collection[str] | None = None) -> Markup:
    """Return explanations of the note; nothing for nothing.

    - `there`: the claims that the page has, and that can be linked. None: all.
    """
    if not any(texts.values()):
        return Markup("")
    told = {language: prose.prose(text, there) for language, text in texts.items()}
    return _each(told, Markup("<div class=prose lang={}>{}</div>"))


def said(key: str, **values: Any) -> Texts:
    """Return one of the page's phrases, with `values` filled in, which may be by language."""
    return {
        language: getattr(words.page, key).format(**_chosen(values, language))
        for language, words in WORDS.items()
    }


def say(key: str, **values: Any) -> Markup:
    """Return one of the page's phrases as HTML."""
    return both(said(key, **values))


def of_changes(key: str, **values: Any) -> Markup:
    """Return one of a comparison's phrases as HTML."""
    return both(
        {
            language: getattr(words.changes, key).format(**_chosen(values, language))
            for language, words in WORDS.items()
        }
    )


def word(key: str) -> Texts:
    """Return one of the words that all reports share."""
    return {language: getattr(words, key) for language, words in WORDS.items()}


def timeline_word(key: str) -> Texts:
    """Return one of the timelines' words."""
    return {language: getattr(words.timeline, key) for language, words in WORDS.items()}


def marks(status: Status) -> Texts:
    """Return a verdict as sign and word."""
    return {language: words.mark(status) for language, words in WORDS.items()}


def status_words(statuses: Sequence[Status]) -> Markup:
    """Return the words for verdicts."""
    return _status_words(tuple(statuses))


@cache
def _status_words(statuses: tuple[Status, ...]) -> Markup:
    listed = {
        language: words.page.comma.join(words.statuses[status] for status in statuses)
        for language, words in WORDS.items()
    }
    return both(listed)


def meaning(status: Status) -> Markup:
    """Return what a verdict means."""
    return both({language: words.meanings[status] for language, words in WORDS.items()})


def place(cell: Cell) -> Texts:
    """Return how a cell is called in full."""
    return {
        language: words.on.format(cell=cell.name, python=cell.python)
        for language, words in WORDS.items()
    }


def option(value: str, texts: Texts, language: str) -> Markup:
    """Return what can be chosen; the script changes its language, as it can hold text only."""
    names = Markup("").join(Markup(' data-{}="{}"').format(*each) for each in texts.items())
    return Markup('<option value="{}"{}>{}</option>').format(value, names, texts[language])


def span_of_time(runs: Iterable[Run]) -> Texts:
    """Return how long the tests of `runs` took together."""
    seconds = round(sum(verdict.seconds for run in runs for verdict in run.verdicts.values()))
    minutes, rest = divmod(seconds, 60)
    if minutes:
        return said("minutes", minutes=minutes, seconds=rest)
    return said("seconds", count=rest)


def _chosen(values: Mapping[str, Any], language: str) -> dict[str, Any]:
    return {
        key: value[language] if isinstance(value, dict) else value for key, value in values.items()
    }


def _each(texts: Mapping[str, Any], form: Markup) -> Markup:
    begin, between, end = form.split("{}")
    pieces = (f"{begin}{each}{between}{escape(text)}{end}" for each, text in texts.items())
    return Markup("".join(pieces))
