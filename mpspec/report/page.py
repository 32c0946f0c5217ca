"""The page: the note with its verdicts, in one HTML file that needs nothing beside itself."""

from __future__ import annotations

import gzip
import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from mpspec.history import History, Report
from mpspec.report import timeline
from mpspec.report.document import document, environment
from mpspec.report.libraries import known_differences, offers
from mpspec.report.page_model import ClaimView, Model, Note, Outcome, Pages, Texts
from mpspec.report.words import WORDS
from mpspec.verdicts import Run, Status

FILTERS = ("chapter", "verdict", "cells", "python", "method", "library", "text")


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
    *,
    questions: Pages | None = None,
) -> str:
    """Return the page of `runs`.

    - `sources`: the source of each claim's test;
    - `faults`: for each claim, and in each language, the faults under which it was seen to fail,
      in a sentence each;
    - `language`: the one that it shows first;
    - `questions`: the note's page of questions in each language.
    """
    model = Model(runs, note, questions)
    return document(
        "page",
        {name: words.page.title for name, words in WORDS.items()},
        language,
        _data(model),
        model=model,
        known=known_differences(model.claims),
        offers=offers(model.runs, model.names),
        claims={claim.id: claim.title for claim in model.claims},
        sources=sources,
        faults=faults,
        pictures=_packed(model),
    )


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


def _packed(model: Model) -> str:
    """Return the HTML of all timelines by claim, packed: they would be half of the page.

    The script unpacks them when a claim with one is opened. Without it the page does without them.
    """
    module = environment().get_template("pictures.html").module
    view = module.pictures_view  # type: ignore[attr-defined]
    drawn = {claim.id: pictures(claim) for claim in model.claims}
    views = {claim: view(found, claim) for claim, found in drawn.items() if found}
    return b64encode(gzip.compress(json.dumps(views).encode(), mtime=0)).decode()


def _data(model: Model) -> dict[str, Any]:
    """Return what the script needs: of each cell what can be chosen, and the verdicts' names."""
    return {
        "filters": FILTERS,
        "cells": [[cell.python_label, cell.start_method, cell.library] for cell in model.cells],
        "verdicts": [status.value for status in Status],
        "green": [status.severity for status in Status if status.green],
        "red": [status.severity for status in Status if status.red],
        "silent": Status.NOT_APPLICABLE.severity,
        "shown": {name: words.page.shown for name, words in WORDS.items()},
    }
