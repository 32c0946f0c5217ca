"""Text as XML can hold it."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape

# What no XML 1.0 document may contain, escaped or not: https://www.w3.org/TR/xml/#charsets
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def legal(text: str) -> str:
    """Return `text` with a mark for each character that XML cannot hold."""
    return _ILLEGAL.sub("\N{REPLACEMENT CHARACTER}", text)


def escaped(text: str) -> str:
    """Return `text` for between two tags or within an attribute's quotes."""
    return escape(legal(text), {'"': "&quot;"})
