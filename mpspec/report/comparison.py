"""What differs, for a terminal and as Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from mpspec.report import terminal
from mpspec.report.changes import Change, Changes, Move
from mpspec.report.markdown import literal
from mpspec.report.words import Words
from mpspec.verdicts import Status


def shown(changes: Changes, words: Words) -> Iterator[RenderableType]:
    """Return what differs: by chapter each claim, its two verdicts, and what to do about it."""
    yield Text(_title(changes, words), style="bold")
    for chapter, differing in changes.chapters:
        yield Text(f"\n{chapter}", style="bold italic")
        for change in differing:
            yield Text(f"\n▌ {change.title}", style="bold")
            told = [_move(move, words) for move in change.moves]
            told += [Text(hint) for hint in hints(change, words)]
            yield from (Padding(text, (0, 0, 0, 2), expand=False) for text in told)
    yield ""
    for said in alone(changes, words):
        yield Text(said, style="yellow")
    yield Text(summary(changes, words), style="bold")


def markdown(changes: Changes, words: Words) -> str:
    """Return the same as Markdown, for an issue or a pull request."""
    lines = [f"## {literal(_title(changes, words))}", ""]
    for chapter, differing in changes.chapters:
        lines += [f"### {literal(chapter)}", ""]
        for change in differing:
            moves = "; ".join(literal(_move(move, words).plain) for move in change.moves)
            lines.append(f"- **{literal(change.title)}**: {moves}")
            lines += [f"  - {literal(said)}" for said in hints(change, words)]
        lines.append("")
    lines += [f"{literal(said)}\n" for said in (*alone(changes, words), summary(changes, words))]
    return "\n".join(lines)


def hints(change: Change, words: Words) -> list[str]:
    """Return what happens instead, and what to do."""
    said = []
    if change.instead:
        said.append(words.changes.instead.format(claim=change.instead.title))
    if change.advice:
        said.append(words.changes.advice.format(advice=change.advice))
    return said


def alone(changes: Changes, words: Words) -> list[str]:
    """Return which cells one side has alone."""
    pairs = changes.pairs
    sides = [(changes.before, pairs.only_before), (changes.after, pairs.only_after)]
    only = words.changes.only
    return [only.format(side=side, cells=", ".join(cells)) for side, cells in sides if cells]


def summary(changes: Changes, words: Words) -> str:
    """Return the last line."""
    said = words.changes.summary if changes.count else words.changes.same
    return said.format(count=changes.count, compared=changes.compared)


def _title(changes: Changes, words: Words) -> str:
    return words.changes.title.format(before=changes.before, after=changes.after)


def _move(move: Move, words: Words) -> Text:
    both = [_mark(status, words) for status in (move.before, move.after)]
    text = Text.assemble(both[0], " → ", both[1])
    if move.where:
        where = words.changes.where.format(where=", ".join(move.where))
        text.append(f"  {where}", style="dim")
    return text


def _mark(status: Status | None, words: Words) -> Text:
    return terminal.mark(status, words) if status else Text(words.changes.unknown_claim)
