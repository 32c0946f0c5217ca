"""What to say when a name is not known: the nearest ones that are."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def unknown(kind: str, name: str, known: Iterable[str]) -> str:
    """Return a message for an unknown `name` of a `kind` (claim, chapter ...), with suggestions."""
    choices = list(dict.fromkeys(known))
    near = difflib.get_close_matches(name, choices, n=3, cutoff=0.4)
    containing = [choice for choice in choices if name and name in choice]
    suggested = list(dict.fromkeys([*near, *containing]))[:3]
    hint = f"known: {', '.join(choices)}"
    if suggested:
        hint = f"did you mean {' or '.join(suggested)}?"
    return f"unknown {kind} {name!r}: {hint}"
