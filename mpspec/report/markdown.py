"""Text as Markdown takes it literally."""

from __future__ import annotations

import re

_SPECIAL = re.compile(r"([\\*_\[\]<>|#~&])")


def literal(text: str) -> str:
    """Return `text` on one line, so that nothing of it is taken for Markdown or HTML.

    Backquotes stay where they are even in number: what the note says of code is shown as code.
    """
    parts = " ".join(text.split()).split("`")
    if len(parts) % 2 == 0:
        return _SPECIAL.sub(r"\\\1", "`".join(parts)).replace("`", "\\`")
    outside = [
        part if number % 2 else _SPECIAL.sub(r"\\\1", part) for number, part in enumerate(parts)
    ]
    return "`".join(outside)
