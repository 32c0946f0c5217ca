"""Prose and code as HTML: the note's Markdown, and Python with its words told apart.

Raw HTML in Markdown stays text, and of links only those that Markdown itself allows are made.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from functools import cache
from html import escape as escape_html
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markupsafe import Markup, escape
from pygments.lexers import PythonLexer
from pygments.token import Comment, Keyword, Name, Number, Operator, String

from mpspec.report.markdown import literal

_LEXER = PythonLexer(stripnl=True)

_WIDE = "[\u2e80-\u9fff\uff00-\uffef]"
_BREAK = re.compile(f"(?<={_WIDE})\n(?={_WIDE})")

# Two tags of few letters: a page holds hundreds of tests, and each of their words would be a span.
_TAGS = (
    (Comment, "i", ""),
    (String, "i", "s"),
    (Number, "i", "n"),
    (Name.Decorator, "b", "d"),
    (Name.Function, "b", "f"),
    (Name.Class, "b", "f"),
    (Operator.Word, "b", ""),
    (Keyword, "b", ""),
)


def prose(markdown: str, there: Collection[str] | None = None) -> Markup:
    """Return the HTML of `markdown`.

    - `there`: the claims that the page has: what links another one is but text. None: all.
    """
    # The renderer escapes all text, and its options leave no way to write HTML past it.
    return Markup(_reader().render(_BREAK.sub("", markdown), {"there": there}))


def phrase(markdown: str) -> Markup:
    """Return the HTML of a heading: Markdown within a line."""
    return Markup(_reader().renderInline(markdown))  # as above


def sentence(text: str) -> Markup:
    """Return the HTML of plain text, in which only code is told apart."""
    return phrase(literal(text))


def code(source: str) -> Markup:
    """Return the HTML of Python `source`, without the element around it."""
    return Markup("").join(_marked(_LEXER.get_tokens(source)))


@cache
def _reader() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    reader.add_render_rule("fence", _fence)
    reader.core.ruler.push("headers", _say_what_is_a_header)
    reader.core.ruler.push("links", _leave_out_links_to_what_is_not_there)
    return reader


def _leave_out_links_to_what_is_not_there(state: StateCore) -> None:
    there: Collection[str] | None = state.env.get("there")
    if there is not None:
        for token in state.tokens:
            token.children = list(_leading(token.children or [], there))


def _leading(tokens: Iterable[Token], there: Collection[str]) -> Iterable[Token]:
    """Return `tokens` without those that make a link to a claim that is not `there`."""
    left_out = False
    for token in tokens:
        if token.type == "link_open":
            target = str(token.attrGet("href"))
            left_out = target.startswith("#") and target[1:] not in there
        if not (left_out and token.type in {"link_open", "link_close"}):
            yield token


def _say_what_is_a_header(state: StateCore) -> None:
    """Give each header of a table its scope; below an empty corner each row begins with one."""
    corner = False
    for before, token, content in zip(*(state.tokens[skip:] for skip in range(3)), strict=False):
        first_of_row = before.type == "tr_open"
        if token.type == "th_open":
            if first_of_row:
                corner = not content.content
            _make(token, "td" if first_of_row and corner else "th", "col")
        elif token.type == "td_open":
            _make(token, "th" if first_of_row and corner else "td", "row")
    _close_as_opened(state.tokens)


def _make(token: Token, tag: str, scope: str) -> None:
    token.tag = tag
    if tag == "th":
        token.attrSet("scope", scope)


def _close_as_opened(tokens: Iterable[Token]) -> None:
    opened = ""
    for token in tokens:
        if token.type in {"th_open", "td_open"}:
            opened = token.tag
        elif token.type in {"th_close", "td_close"}:
            token.tag = opened


def _fence(_: object, tokens: Sequence[Token], number: int, *_rest: object) -> str:
    block = tokens[number]
    text = code(block.content) if block.info == "python" else escape(block.content.rstrip("\n"))
    return f"<pre><code>{text}</code></pre>\n"


def _marked(tokens: Iterable[tuple[Any, str]]) -> Iterable[Markup]:
    """Return each word in its tags; neighbours of one kind share theirs."""
    kept, text = ("", ""), ""
    for kind, value in tokens:
        tag = ("", "") if value.isspace() and not kept[0] else _tag(kind)
        if tag != kept:
            yield _within(kept, text)
            kept, text = tag, ""
        text += value
    yield _within(kept, text.rstrip("\n"))


def _tag(kind: Any) -> tuple[str, str]:
    return next(((tag, name) for family, tag, name in _TAGS if kind in family), ("", ""))


def _within(tag: tuple[str, str], text: str) -> Markup:
    element, name = tag
    if not element or not text:
        return _plain(text)
    attribute = f" class={name}" if name else ""
    return Markup(f"<{element}{attribute}>{_plain(text)}</{element}>")


def _plain(text: str) -> Markup:
    """Return `text` between tags: its many quotes may stay as they are."""
    return Markup(escape_html(text, quote=False))
