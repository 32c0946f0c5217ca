"""An HTML file that needs nothing beside itself: what all pages of a report have in common.

What comes from a verdict file is text, whatever it says: templates escape all of it, and a page
forbids everything but its own style and script. It can be read without the script too.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from functools import partial
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from mpspec import __version__
from mpspec.report import bilingual, prose
from mpspec.report.page_model import Texts
from mpspec.report.terminal import LONGEST_SEEN
from mpspec.verdicts import Status

SEEN_IN_SHORT = 160
"""Letters of a message in the table of what is not as expected."""

LONGEST_LINE = 2_000
"""Letters of a line of a message."""

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
"""What no HTML may contain, and what no encoding has a place for."""


def document(
    name: str,
    titles: Texts,
    language: str,
    data: Mapping[str, Any] | None = None,
    styles: Sequence[str] = (),
    **values: Any,
) -> str:
    """Return the page that the template `name`.html makes of `values`.

    - `language`: the one that it shows first;
    - `data`: what its script `name`.js needs beside the titles;
    - `styles`: what it has of style beside that of all pages.
    """
    templates = environment()
    style = _assets(templates, "page.css", *styles)
    scripts = ["base.js", f"{name}.js"] if f"{name}.js" in templates.list_templates() else []
    script = _assets(templates, *(scripts or ["base.js"]))
    text = templates.get_template(f"{name}.html").render(
        titles=titles,
        language=language,
        option=partial(bilingual.option, language=language),
        style=style,
        script=script,
        policy=_policy(style, script),
        data={"title": titles, "filters": [], **(data or {})},
        version=__version__,
        **values,
    )
    return _ILLEGAL.sub("\N{REPLACEMENT CHARACTER}", text)


def environment() -> Environment:
    """Return where the templates are, with what they may call."""
    templates = Environment(
        loader=PackageLoader("mpspec.report"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    templates.globals |= {
        "say": bilingual.say,
        "said": bilingual.said,
        "of_changes": bilingual.of_changes,
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
    templates.filters |= {
        "proses": bilingual.proses,
        "phrases": bilingual.phrases,
        "sentence": prose.sentence,
        "sentences": bilingual.sentences,
        "code": prose.code,
        "moment": _moment,
        "tag": _tag,
        "shortened": _shortened,
        "first_line": _first_line,
        "differing": partial(filter, lambda claim: claim.differs),
        "red": partial(filter, lambda claim: claim.red),
    }
    return templates


def _assets(templates: Environment, *names: str) -> Markup:
    """Return styles or scripts of ours, as they stand between their tags."""
    assert templates.loader is not None
    texts = [templates.loader.get_source(templates, name)[0] for name in names]
    return Markup("\n".join(texts))  # files of this package


def _policy(style: str, script: str) -> str:
    """Return what the page may do: nothing but its own style and script."""
    style_hash, script_hash = (_hash(text) for text in (style, script))
    return (
        f"default-src 'none'; style-src '{style_hash}'; script-src '{script_hash}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return "sha256-" + b64encode(hashlib.sha256(text.encode()).digest()).decode()


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
