"""What differs, for a terminal and as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.markdown import Markdown
from rich.padding import Padding
from rich.text import Text

from mpspec.report import terminal
from mpspec.report.changes import Change, Changes, Move, Topic
from mpspec.report.markdown import literal
from mpspec.report.words import Words
from mpspec.verdicts import Status


def shown(changes: Changes, words: Words) -> Iterator[RenderableType]:
    """Return what differs: by chapter each claim, its two verdicts, and what to do about it."""
    said = words.changes
    yield Text(_title(changes, words), style="bold")
    if changes.arising:
        yield from _heading(said.arising, said.arising_lead)
        for topic in changes.arising:
            yield Text(f"\n▌ {topic.question.title}", style="bold")
            yield Padding(Markdown(terminal.joined(topic.question.answer)), (0, 0, 0, 2))
            yield from _claims_of(topic, words)
    if changes.settled:
        yield from _heading(said.settled, said.settled_lead)
        for topic in changes.settled:
            yield Text(f"\n▌ {topic.question.title}", style="bold")
            yield from _claims_of(topic, words)
    for chapter, differing in changes.chapters:
        yield Text(f"\n{_of_chapter(chapter, changes, words)}", style="bold italic")
        for change in differing:
            yield Text(f"\n▌ {change.title}", style="bold")
            told = [_moves(change, words), *(Text(hint) for hint in hints(change, words))]
            yield from (Padding(text, (0, 0, 0, 2), expand=False) for text in told)
    if changes.silent:
        yield from _heading(said.silent, said.silent_lead)
        yield from (Text(f"  - {change.title}") for change in changes.silent)
    yield ""
    for line in alone(changes, words):
        yield Text(line, style="yellow")
    yield Text(summary(changes, words), style="bold")


def markdown(changes: Changes, words: Words) -> str:
    """Return the same as Markdown, for an issue or a pull request."""
    lines = [f"## {literal(_title(changes, words))}", ""]
    for title, topics in _topics(changes, words):
        lines += [f"### {literal(title)}", ""]
        for topic in topics:
            lines.append(f"- **{literal(topic.question.title)}**")
            if topic.remedy and topic.arising:
                to_do = words.changes.advice.format(advice=topic.remedy)
                lines.append(f"  - {literal(to_do)}")
            lines += [f"  - {_in_line(change, words)}" for change in topic.changes]
            lines += [f"  - {literal(_above(change, words))}" for change in topic.others]
        lines.append("")
    for chapter, differing in changes.chapters:
        lines += [f"### {literal(_of_chapter(chapter, changes, words))}", ""]
        for change in differing:
            moves = literal(_moves(change, words, "; ").plain)
            lines.append(f"- **{literal(change.title)}**: {moves}")
            lines += [f"  - {literal(said)}" for said in hints(change, words)]
        lines.append("")
    if changes.silent:
        lines += [f"### {literal(words.changes.silent)}", ""]
        lines += [*(f"- {literal(change.title)}" for change in changes.silent), ""]
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


def _topics(changes: Changes, words: Words) -> list[tuple[str, Sequence[Topic]]]:
    """Return the questions that come up and those that do not any more, under their headings."""
    said = words.changes
    both = [(said.arising, changes.arising), (said.settled, changes.settled)]
    return [(title, topics) for title, topics in both if topics]


def _of_chapter(chapter: str, changes: Changes, words: Words) -> str:
    """Return the heading over a chapter's claims; below questions they are what is left."""
    return f"{words.changes.chapters}: {chapter}" if changes.questions else chapter


def _heading(title: str, lead: str) -> Iterator[RenderableType]:
    yield Text(f"\n{title}", style="bold italic")
    yield Text(lead, style="dim")


def _claims_of(topic: Topic, words: Words) -> Iterator[RenderableType]:
    """Return the claims that make a question's answer another one."""
    for change in topic.changes:
        line = Text.assemble("- ", change.title, ": ", _moves(change, words, "; "))
        yield Padding(line, (0, 0, 0, 2))
        if topic.arising and change.remedy:
            to_do = words.changes.advice.format(advice=change.remedy)
            yield Padding(Text(to_do), (0, 0, 0, 4))
        yield Padding(Text(words.ask.more.format(claim=change.id), style="dim"), (0, 0, 0, 4))
    for change in topic.others:
        yield Padding(Text(f"- {_above(change, words)}", style="dim"), (0, 0, 0, 2))


def _in_line(change: Change, words: Words) -> str:
    return f"{literal(change.title)}: {literal(_moves(change, words, '; ').plain)}"


def _above(change: Change, words: Words) -> str:
    return words.changes.told_above.format(claim=change.title)


def _moves(change: Change, words: Words, between: str = "\n") -> Text:
    return Text(between).join(_move(move, words) for move in change.moves)


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
