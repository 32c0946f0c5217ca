"""What to say when a name is not known: the nearest ones that are."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

FEW = 12
"""So many names at the most are listed where none is near."""


def unknown(kind: str, name: str, known: Iterable[str]) -> str:
    """Return a message for an unknown `name` of a `kind` (claim, chapter ...), with suggestions."""
    choices = list(dict.fromkeys(known))
    near = difflib.get_close_matches(name, choices, n=3, cutoff=0.4)
    containing = [choice for choice in choices if name and name in choice]
    suggested = list(dict.fromkeys([*near, *containing]))[:3]
    if not suggested and len(choices) > FEW:
        suggested = _nearest_by_words(name, choices)[:3]
    hint = f"known: {', '.join(choices)}"
    if suggested:
        hint = f"did you mean {' or '.join(suggested)}?"
    return f"unknown {kind} {name!r}: {hint}"


def _nearest_by_words(name: str, choices: Sequence[str]) -> list[str]:
    """Return `choices`, those first whose words are most like the words of `name`."""

    def likeness(choice: str) -> float:
        return sum(
            max(difflib.SequenceMatcher(None, word, other).ratio() for other in choice.split("-"))
            for word in name.split("-")
        )

    return sorted(choices, key=likeness, reverse=True)
