"""Reads a page into its elements."""

from __future__ import annotations

import gzip
import json
from base64 import b64decode
from collections import Counter
from html.parser import HTMLParser


class Elements(HTMLParser):
    """Reads a page into its elements and their text, as `HTMLParser` asks it to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.names: Counter[str] = Counter()
        self.attributes: list[tuple[str, str, str]] = []
        self.texts: dict[str, str] = {}  # of style and script, by name and id
        self._open = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take the begin of an element."""
        self.names[tag] += 1
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        self._open = tag + str(dict(attrs).get("id", "")) if tag in {"style", "script"} else ""

    def handle_data(self, data: str) -> None:
        """Take text."""
        if self._open:
            self.texts[self._open] = self.texts.get(self._open, "") + data

    def handle_endtag(self, _: str) -> None:
        """Take the end of an element."""
        self._open = ""

    def ids(self) -> list[str]:
        """Return all ids, in order."""
        return [value for _, name, value in self.attributes if name == "id"]

    def links_within(self) -> set[str]:
        """Return the ids that the page links, without what only filters."""
        links = {value for tag, name, value in self.attributes if (tag, name) == ("a", "href")}
        return {link[1:] for link in links if link.startswith("#") and not link.startswith("#?")}

    def pictures(self) -> dict[str, str]:
        """Return the HTML of the timelines."""
        packed = b64decode(self.texts["scriptpage-pictures"])
        unpacked: dict[str, str] = json.loads(gzip.decompress(packed))
        return unpacked
