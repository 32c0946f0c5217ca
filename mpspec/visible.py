"""Text from elsewhere as text to be seen: nothing in it can steer a terminal."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

# What is most text is passed without a look at each character.
_PLAIN = re.compile(r"[\t\n -~]*")

# Controls, formats (which turn the direction of writing, or hide), surrogates, unassigned and
# private characters, line and paragraph separators; see https://www.unicode.org/reports/tr44/.
_UNSEEN = {"Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"}


def visible(value: Any) -> Any:
    """Return a JSON value in which each character that is not seen stands as its escape.

    Line ends and tabs stay. Raises a `RecursionError` for a value that is nested too deeply.
    """
    if isinstance(value, str):
        return value if _PLAIN.fullmatch(value) else "".join(map(_shown, value))
    if isinstance(value, list):
        return [visible(each) for each in value]
    if isinstance(value, dict):
        return {visible(key): visible(each) for key, each in value.items()}
    return value


def _shown(character: str) -> str:
    if character in "\t\n" or unicodedata.category(character) not in _UNSEEN:
        return character
    return character.encode("unicode_escape").decode("ascii")
