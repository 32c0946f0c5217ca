"""Verdicts as a short text in Markdown, for a pull request or the summary of a CI job."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mpspec.claims import Chapter
from mpspec.recorder import repeating
from mpspec.report import terminal
from mpspec.report.markdown import literal
from mpspec.report.words import Words
from mpspec.verdicts import Cell, Run, Status, Verdict

MOST_NAMED = 30
"""Verdicts not as expected that are named one by one."""


def summary(runs: Sequence[Run], chapters: Sequence[Chapter], words: Words) -> str:
    """Return how many there are of each verdict in each cell, and what is not as expected."""
    lines = [f"## mpspec: {literal(terminal.summary(runs, words).plain)}", ""]
    lines += [*_table(runs, words), ""]
    lines += _problems(runs, chapters, words)
    return "\n".join(lines).rstrip() + "\n"


def _table(runs: Sequence[Run], words: Words) -> Iterator[str]:
    board = terminal.Board(runs)
    rows = [(cell, _counts(runs, cell)) for cell in board.cells]
    there = [status for status in Status if any(counts[status] for _, counts in rows)]
    yield _row([words.cell, *(words.mark(status) for status in there)])
    yield "|---|" + "---:|" * len(there)
    for cell, counts in rows:
        name = words.on.format(cell=cell.name, python=cell.python)
        yield _row([name, *(str(counts[status]) for status in there)])


def _counts(runs: Sequence[Run], cell: Cell) -> dict[Status, int]:
    [run] = [run for run in runs if cell in run.cells]
    found = [run.status(claim, cell.name) for claim in run.claims]
    return {status: found.count(status) for status in Status}


def _problems(runs: Sequence[Run], chapters: Sequence[Chapter], words: Words) -> Iterator[str]:
    titles = {claim.id: claim.title for chapter in chapters for claim in chapter.claims}
    red = [
        (verdict, cell)
        for run in runs
        for cell in run.cells
        for claim in run.claims
        if (verdict := run.verdicts.get((claim, cell.name))) and verdict.status.red
    ]
    for verdict, cell in red[:MOST_NAMED]:
        yield from _problem(verdict, cell, titles.get(verdict.claim, verdict.claim), words)
    if len(red) > MOST_NAMED:
        yield f"- {words.more_lines.format(count=len(red) - MOST_NAMED)}"


def _problem(verdict: Verdict, cell: Cell, title: str, words: Words) -> Iterator[str]:
    where = words.on.format(cell=cell.name, python=cell.python)
    mark = words.mark(verdict.status)
    yield f"- **{literal(title)}**: {literal(mark)}, {literal(where)}"
    if verdict.seen:
        yield f"  - {literal(words.seen)}: {literal(verdict.seen.partition(chr(10))[0])}"
    yield f"  - {literal(words.repeat)}: `{repeating(verdict.claim, verdict.cell)}`"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(map(literal, cells))} |"
