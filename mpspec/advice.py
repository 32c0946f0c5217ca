# ruff: noqa: RUF001 - Chinese has its own punctuation
"""What to do about a claim, in one sentence of its explanation.

The passage in **bold** says it; there is one at the most. Where another claim says what happens
instead, its own counts first, since it speaks of the cell that one moves to; and where there is
none, the explanation's last sentence serves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

from mpspec.claims import Claim

# A sentence ends before a space and something that may begin one, or at a Chinese full stop.
_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z`(“])|(?<=[。！？])")
_WIDE = "[\u2e80-\u9fff\uff00-\uffef]"
_CHINESE_BREAK = re.compile(f"(?<={_WIDE})\n(?={_WIDE})")
_LINK = "\0"  # stands before what is a link, while sentences are told apart


def advice(claim: Claim, instead: Claim | None = None) -> str:
    """Return what to do about `claim`, as plain text; nothing if its explanation says nothing."""
    claims = [instead, claim] if instead else [claim]
    marked = (bold for each in claims for bold in in_bold(each.explanation))
    return _as_sentence(next(marked, "") or _last_sentence(claim.explanation))


def remedy(answer: str) -> str:
    """Return what an answer says in bold, as a plain sentence; nothing if it does not."""
    return _as_sentence(next(iter(in_bold(answer)), ""))


def in_bold(explanation: str) -> list[str]:
    """Return the passages in bold of a claim's explanation, as plain text."""
    if "**" not in explanation:
        return []
    found = []
    for inline in _paragraphs(explanation):
        depth, passage = 0, ""
        for token in inline:
            depth += {"strong_open": 1, "strong_close": -1}.get(token.type, 0)
            passage += _plain(token) if depth else ""
            if token.type == "strong_close" and not depth:
                found.append(_one_line(passage))
                passage = ""
    return found


def _last_sentence(explanation: str) -> str:
    """Return the last sentence that sends nobody elsewhere; the very last if all do."""
    sentences: list[str] = []
    for inline in _paragraphs(explanation):
        marked = (_LINK if token.type == "link_open" else _plain(token) for token in inline)
        sentences += filter(None, map(str.strip, _END.split(_one_line("".join(marked)))))
    complete = [each for each in sentences if not each.startswith(("(", "（"))]
    own = [each for each in complete if _LINK not in each]
    return (own or sentences or [""])[-1].replace(_LINK, "")


def _paragraphs(explanation: str) -> Iterator[Sequence[Token]]:
    """Return what stands in each paragraph and each item of a list, without code blocks."""
    for token in MarkdownIt().parse(explanation):
        if token.type == "inline":
            yield token.children or []


def _plain(token: Token) -> str:
    if token.type in {"softbreak", "hardbreak"}:
        return "\n"
    return f"`{token.content}`" if token.type == "code_inline" else token.content


def _one_line(text: str) -> str:
    """Join lines, two Chinese characters without a space."""
    return _CHINESE_BREAK.sub("", text).replace("\n", " ").strip()


def _as_sentence(text: str) -> str:
    if not text:
        return ""
    ends = text[-1] in ".!?。！？”)）"
    stop = "。" if re.search(_WIDE, text) else "."
    return text[0].upper() + text[1:] + ("" if ends else stop)
