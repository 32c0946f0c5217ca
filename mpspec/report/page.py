"""The page: the note with its verdicts, in one HTML file that needs nothing beside itself.

What comes from a verdict file is text, whatever it says: templates escape all of it, and the page
forbids everything but its own style and script. It can be read without the script too.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import partial
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from mpspec import __version__
from mpspec.history import History, Report
from mpspec.report import bilingual, prose, timeline
from mpspec.report.page_model import ClaimView, Model, Note, Outcome, Texts
from mpspec.report.terminal import LONGEST_SEEN
from mpspec.report.words import WORDS
from mpspec.verdicts import Run, Status

SEEN_IN_SHORT = 160
"""Letters of a message in the table of what is not as expected."""

LONGEST_LINE = 2_000
"""Letters of a line of a message."""

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
"""What no HTML may contain, and what no encoding has a place for."""


@dataclass(frozen=True)
class Picture:
    """A timeline of what happened in one cell."""

    outcome: Outcome
    svg: Mapping[str, Markup]  # by language
    words: Mapping[str, Sequence[str]]


def page(
    runs: Sequence[Run],
    note: Note,
    sources: Mapping[str, str],
    faults: Mapping[str, Mapping[str, Sequence[str]]],
    language: str = "en",
) -> str:
    """Return the page of `runs`.

    - `sources`: the source of each claim's test;
    - `faults`: for each claim, and in each language, the faults under which it was seen to fail,
      in a sentence each;
    - `language`: the one that it shows first.
    """
    environment = _environment()
    model = Model(runs, note)
    style, script = (_asset(environment, name) for name in ("page.css", "page.js"))
    text = environment.get_template("page.html").render(
        model=model,
        titles={claim.id: claim.title for claim in model.claims},
        option=partial(bilingual.option, language=language),
        sources=sources,
        faults=faults,
        language=language,
        title=WORDS[language].page.title,
        style=style,
        script=script,
        policy=_policy(style, script),
        data=_data(model),
        pictures=_packed(environment, model),
        version=__version__,
    )
    return _ILLEGAL.sub("\N{REPLACEMENT CHARACTER}", text)


def pictures(claim: ClaimView) -> list[Picture]:
    """Return the timelines of a claim that more than one process had a part in.

    One of each way in which it is as expected, and of each in which it is not.
    """
    drawn: dict[Any, Outcome] = {}
    for outcome in claim.outcomes:
        status = outcome.verdict.status
        if (status.green or status.red) and _several(_history(outcome)):
            drawn.setdefault(id(outcome) if status.red else status, outcome)
    return [_picture(outcome, claim.title) for outcome in drawn.values()]


def _picture(outcome: Outcome, titles: Texts) -> Picture:
    history = _history(outcome)
    drawn = {name: timeline.svg(history, titles[name], words) for name, words in WORDS.items()}
    told = {name: timeline.in_words(history, words) for name, words in WORDS.items()}
    # `timeline` escapes what it draws.
    return Picture(outcome, {name: Markup(svg) for name, svg in drawn.items()}, told)


def _history(outcome: Outcome) -> History:
    return History(Report(*row) for row in outcome.verdict.history)


def _several(history: History) -> bool:
    """Return whether more than one process had a part in `history`."""
    return len({report.probe for report in history}) > 1


def _packed(environment: Environment, model: Model) -> str:
    """Return the HTML of all timelines by claim, packed: they would be half of the page.

    The script unpacks them when a claim with one is opened. Without it the page does without them.
    """
    view = environment.get_template("pictures.html").module.pictures_view  # type: ignore[attr-defined]
    drawn = {claim.id: pictures(claim) for claim in model.claims}
    views = {claim: view(found, claim) for claim, found in drawn.items() if found}
    return b64encode(gzip.compress(json.dumps(views).encode(), mtime=0)).decode()


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("mpspec.report"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.globals |= {
        "say": bilingual.say,
        "said": bilingual.said,
        "word": bilingual.word,
        "timeline_word": bilingual.timeline_word,
        "both": bilingual.both,
        "blocks": bilingual.blocks,
        "place": bilingual.place,
        "marks": bilingual.marks,
        "status_words": bilingual.status_words,
        "meaning": bilingual.meaning,
        "span_of_time": bilingual.span_of_time,
        "Status": Status,
    }
    environment.filters |= {
        "proses": bilingual.proses,
        "phrases": bilingual.phrases,
        "phrase": prose.phrase,
        "code": prose.code,
        "moment": _moment,
        "tag": _tag,
        "shortened": _shortened,
        "first_line": _first_line,
        "differing": partial(filter, lambda claim: claim.differs),
        "red": partial(filter, lambda claim: claim.red),
    }
    return environment


def _asset(environment: Environment, name: str) -> Markup:
    """Return a style or script of ours, as it stands between its tags."""
    assert environment.loader is not None
    text, *_ = environment.loader.get_source(environment, name)
    return Markup(text)  # a file of this package


def _policy(style: str, script: str) -> str:
    """Return what the page may do: nothing but its own style and script."""
    style_hash, script_hash = (_hash(text) for text in (style, script))
    return (
        f"default-src 'none'; style-src '{style_hash}'; script-src '{script_hash}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return "sha256-" + b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _data(model: Model) -> dict[str, Any]:
    """Return what the script needs: of each cell what can be chosen, and the verdicts' names."""
    return {
        "cells": [[cell.python_label, cell.start_method, cell.library] for cell in model.cells],
        "verdicts": [status.value for status in Status],
        "green": [status.severity for status in Status if status.green],
        "red": [status.severity for status in Status if status.red],
        "silent": Status.NOT_APPLICABLE.severity,
        "shown": {name: words.page.shown for name, words in WORDS.items()},
        "title": {name: words.page.title for name, words in WORDS.items()},
    }


def _moment(text: str) -> str:
    """Return a time of day as people write it; as it stands if it is none."""
    try:
        time = datetime.fromisoformat(text).astimezone(timezone.utc)
    except (ValueError, OverflowError):
        return text
    return f"{time:%Y-%m-%d %H:%M} UTC"


def _tag(status: Status) -> str:
    """Return the class of elements that show a verdict: short, since there are so many."""
    return "v" + str(status.severity)


def _shortened(text: str) -> str:
    """Return the first lines of a message."""
    lines = [line[:LONGEST_LINE] for line in text.splitlines()]
    more = ["..."] if len(lines) > LONGEST_SEEN else []
    return "\n".join([*lines[:LONGEST_SEEN], *more])


def _first_line(text: str) -> str:
    line = text.strip().partition("\n")[0]
    return line if len(line) <= SEEN_IN_SHORT else f"{line[:SEEN_IN_SHORT]}..."
