"""The matrix, the failures and the note, for a terminal or a plain file.

Every verdict is shown by a sign and, beside it or in the legend, by its word; colour only adds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rich import box
from rich.console import Group, RenderableType
from rich.markdown import Markdown
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from mpspec.claims import Chapter, Claim
from mpspec.history import History, Report
from mpspec.questions import Question, Questions
from mpspec.recorder import repeating
from mpspec.report.words import ENGLISH, Words
from mpspec.verdicts import Cell, Run, Status, Verdict, count

COLOURS = {
    Status.HOLDS: "green",
    Status.REFUTED: "cyan",
    Status.NOT_APPLICABLE: "dim",
    Status.NOT_OFFERED: "dim",
    Status.NOT_RUN: "yellow",
}

_WIDE = "[\u2e80-\u9fff\uff00-\uffef]"
_CHINESE_BREAK = re.compile(f"(?<={_WIDE})\n(?={_WIDE})")

LONGEST_SEEN = 60  # lines of a failure's message


@dataclass
class Board:
    """All verdicts at hand, by claim and cell."""

    runs: Sequence[Run]

    @property
    def cells(self) -> list[Cell]:
        """The cells, by start method, and in each by Python."""
        cells = [cell for run in self.runs for cell in run.cells]
        names = list(dict.fromkeys(cell.name for cell in cells))
        return sorted(cells, key=lambda cell: (names.index(cell.name), _python_order(cell)))

    @property
    def pythons(self) -> list[str]:
        """The Pythons, CPython first, in the order of their versions."""
        cells = sorted(self.cells, key=_python_order)
        return list(dict.fromkeys(cell.python_label for cell in cells))

    def row(self, claim: str) -> dict[Cell, Status]:
        """Return the verdict on `claim` in each cell."""
        known = {cell: run for run in self.runs for cell in run.cells}
        return {cell: known[cell].status(claim, cell.name) for cell in self.cells}


def matrix(
    runs: Sequence[Run], chapters: Sequence[Chapter], words: Words = ENGLISH
) -> Iterator[RenderableType]:
    """Return the matrix, a table a chapter: what is not as expected first, then what differs."""
    board = Board(runs)
    ran = {claim for run in runs for claim in run.claims}
    several = len(board.pythons) > 1
    if several:
        yield Text(words.columns.format(pythons=", ".join(board.pythons)) + "\n")
    for chapter in chapters:
        claims = [claim for claim in chapter.claims if claim.id in ran]
        if claims:
            ranked = sorted(claims, key=lambda claim: _rank(board.row(claim.id)))
            yield _table(chapter, ranked, board, words)
    yield legend(runs, words)


def legend(runs: Sequence[Run], words: Words = ENGLISH) -> RenderableType:
    """Return how many there are of each verdict, and what each means."""
    table = Table.grid(padding=(0, 1))
    for word, number in count(runs).items():
        status = Status(word)
        table.add_row(str(number), mark(status, words), Text(words.meanings[status], style="dim"))
    return Group("", table)


def mark(status: Status, words: Words = ENGLISH) -> Text:
    """Return a verdict as sign and word."""
    return Text(words.mark(status), style=COLOURS.get(status, "bold red"))


def failures(
    runs: Sequence[Run], chapters: Sequence[Chapter], words: Words = ENGLISH
) -> Iterator[RenderableType]:
    """Return, for each verdict that is not as expected, what happened and how to repeat it."""
    claims = {claim.id: claim for chapter in chapters for claim in chapter.claims}
    for run in runs:
        cells = {cell.name: cell for cell in run.cells}
        for verdict in run.verdicts.values():
            if verdict.status.red:
                yield _failure(verdict, cells[verdict.cell], claims.get(verdict.claim), words)


def summary(runs: Sequence[Run], words: Words = ENGLISH) -> Text:
    """Return the last line: whether all is as the note says."""
    counts = {Status(word): number for word, number in count(runs).items()}
    red = sum(number for status, number in counts.items() if status.red)
    green = sum(number for status, number in counts.items() if status.green)
    missing = counts.get(Status.NOT_RUN, 0)
    line = words.summary.format(green=green, red=red)
    line += words.not_run.format(count=missing) if missing else ""
    return Text(line, style="bold red" if red else "bold yellow" if missing else "bold green")


def note(
    chapters: Sequence[Chapter], runs: Sequence[Run], words: Words = ENGLISH
) -> Iterator[RenderableType]:
    """Return the note, with the verdicts woven in."""
    board = Board(runs)
    ran = {claim for run in runs for claim in run.claims}
    for chapter in chapters:
        yield Markdown(f"# {chapter.title}\n\n{joined(chapter.text)}")
        for section in chapter.sections:
            yield Markdown(f"\n## {section.title}\n\n{joined(section.text)}")
            for claim in section.claims:
                yield Text(f"\n▌ {claim.title}", style="bold")
                if claim.id in ran:
                    yield in_short(board.row(claim.id), words)
                yield Markdown(joined(claim.explanation))


def questions(
    page: Questions, claims: Mapping[str, Claim], runs: Sequence[Run], words: Words = ENGLISH
) -> Iterator[RenderableType]:
    """Return the page of questions: each answer, and the claims that show it, with verdicts."""
    yield Markdown(f"# {page.title}\n\n{joined(page.text)}")
    for group in page.groups:
        yield Markdown(f"\n## {group.title}\n\n{joined(group.text)}")
        for each in group.questions:
            yield from question(each, claims, runs, words)


def question(
    asked: Question, claims: Mapping[str, Claim], runs: Sequence[Run], words: Words = ENGLISH
) -> Iterator[RenderableType]:
    """Return a question, its answer, and the claims that show it."""
    yield Text(f"\n▌ {asked.title}", style="bold")
    yield Markdown(joined(asked.answer))
    yield Text(f"\n  {words.ask.shown_by}", style="italic")
    for claim in (claims[each] for each in asked.claims if each in claims):
        yield from (Padding(line, (0, 0, 0, 2)) for line in claim_in_short(claim, runs, words))


def claim_in_short(
    claim: Claim, runs: Sequence[Run], words: Words = ENGLISH
) -> Iterator[RenderableType]:
    """Return a claim in two or three lines: its sentence, its verdicts, and what shows more."""
    yield Text(f"▌ {claim.title}")
    ran = [run for run in runs if claim.id in run.claims]
    if ran:
        yield in_short(Board(ran).row(claim.id), words)
    yield Text(f"  {words.ask.more.format(claim=claim.id)}", style="dim")


def joined(text: str) -> str:
    """Join lines that break between two Chinese characters: a space there would be seen."""
    return _CHINESE_BREAK.sub("", text)


def _python_order(cell: Cell) -> tuple[bool, list[int]]:
    kind, version = cell.python.split()
    numbers = [int(part) for part in version.split(".")[:2]]
    return kind != "CPython", numbers


def _rank(row: dict[Cell, Status]) -> int:
    """Return 0 for a claim that is not as expected somewhere, 1 where cells differ, else 2."""
    if any(status.red for status in row.values()):
        return 0
    return 1 if len({status for status in row.values() if status.green}) > 1 else 2


def _table(chapter: Chapter, claims: Iterable[Claim], board: Board, words: Words) -> Table:
    table = Table(title=chapter.title, title_justify="left", title_style="bold", box=box.SIMPLE)
    table.add_column(words.claim, min_width=30, overflow="fold")
    names = list(dict.fromkeys(cell.name for cell in board.cells))
    for name in names:
        table.add_column(name, no_wrap=len(board.pythons) == 1)
    for claim in claims:
        row = board.row(claim.id)
        by_name = [[row[cell] for cell in row if cell.name == name] for name in names]
        table.add_row(claim.title, *(_entry(statuses, words) for statuses in by_name))
    return table


def _entry(statuses: Sequence[Status], words: Words) -> Text:
    """Return one sign for each Python and the words for them."""
    if len(statuses) == 1:
        return mark(statuses[0], words)
    signs = Text()
    for status in statuses:
        signs.append(status.glyph, style=COLOURS.get(status, "bold red"))
    said = ", ".join(words.statuses[status] for status in Status if status in statuses)
    return signs.append(f" {said}", style="dim")


def _failure(verdict: Verdict, cell: Cell, claim: Claim | None, words: Words) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    table.add_row(words.claim, Text(claim.title if claim else verdict.claim, style="bold"))
    table.add_row(words.cell, words.on.format(cell=cell.name, python=cell.python))
    expected = words.holds if verdict.expected == Status.HOLDS.value else words.refuted
    table.add_row(words.expected, expected)
    table.add_row(words.seen, Text(_first_lines(verdict.seen, words)))
    if verdict.history and "history so far:" not in verdict.seen:
        reports = History(Report(*values) for values in verdict.history)
        table.add_row(words.history, Text(_first_lines(str(reports), words)))
    table.add_row(words.repeat, repeating(verdict.claim, verdict.cell))
    return Group("", mark(verdict.status, words), table)


def _first_lines(text: str, words: Words) -> str:
    lines = text.splitlines()
    left = len(lines) - LONGEST_SEEN
    more = [words.more_lines.format(count=left)] if left > 0 else []
    return "\n".join([*lines[:LONGEST_SEEN], *more])


def in_short(row: dict[Cell, Status], words: Words) -> Text:
    """Return the verdicts on one claim in a line: each with the cells that have it."""
    line = Text("  ")
    for status in Status:
        cells = [cell for cell in row if row[cell] is status]
        if cells:
            line.append_text(mark(status, words))
            names = words.everywhere if len(cells) == len(row) else _names(cells, row)
            line.append(f" {names}   ", style="dim")
    return line


def _names(cells: Sequence[Cell], row: dict[Cell, Status]) -> str:
    if len({cell.python for cell in row}) == 1:
        return ", ".join(cell.name for cell in cells)
    names = dict.fromkeys(cell.name for cell in cells)
    return ", ".join(_pythons_of(name, cells, row) for name in names)


def _pythons_of(name: str, cells: Sequence[Cell], row: dict[Cell, Status]) -> str:
    labels = [cell.python_label for cell in cells if cell.name == name]
    everywhere = len(labels) == len([cell for cell in row if cell.name == name])
    return name if everywhere else f"{name} ({' '.join(labels)})"
