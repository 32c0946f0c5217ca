"""All there is to say of one claim, for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from rich.console import RenderableType
from rich.markdown import Markdown
from rich.padding import Padding
from rich.syntax import Syntax
from rich.text import Text

from mpspec.claims import Claim
from mpspec.history import History, Report
from mpspec.recorder import repeating
from mpspec.report import terminal
from mpspec.report.lanes import several
from mpspec.report.sides import Place, places
from mpspec.report.strips import drawn
from mpspec.report.timeline import steps_in_words, summary
from mpspec.report.words import Words
from mpspec.verdicts import Cell, Run, Verdict

THEME = "ansi_dark"  # the terminal's own colours, which suit its background


@dataclass(frozen=True)
class Known:
    """What is known of a claim beyond the note's words."""

    runs: Sequence[Run] = ()
    claims: dict[str, Claim] = field(default_factory=dict)  # all of the note, by id
    source: str = ""
    faults: Sequence[str] = ()  # in a sentence each, those under which it has been seen to fail
    drawn: Sequence[Place] = ()  # the cells of which one is drawn


def explained(claim: Claim, known: Known, words: Words) -> Iterator[RenderableType]:
    """Return the claim, its verdicts, its test, when it fails, and what its processes did."""
    said = words.explain
    yield Text(f"▌ {claim.title}", style="bold")
    yield Text(f"  {claim.id}", style="dim")
    yield from _verdicts(claim, known, words)
    yield Markdown(terminal.joined(claim.explanation))
    if known.source:
        yield _heading(said.test)
        yield Padding(Syntax(known.source, "python", theme=THEME, word_wrap=True), (0, 0, 0, 2))
    if known.faults:
        yield _heading(said.seen_to_fail)
        yield from (Text(f"  - {fault}") for fault in known.faults)
    yield from _timeline(claim, known.drawn, words)


def _verdicts(claim: Claim, known: Known, words: Words) -> Iterator[RenderableType]:
    runs = [run for run in known.runs if claim.id in run.claims]
    if not runs:
        yield Text(f"  {words.no_verdicts}\n", style="dim")
        return
    yield terminal.in_short(terminal.Board(runs).row(claim.id), words)
    verdicts = [verdict for _, verdict in verdicts_on(claim.id, places(runs))]
    for other in dict.fromkeys(verdict.instead for verdict in verdicts if verdict.instead):
        title = known.claims[other].title if other in known.claims else other
        yield Text(f"  {words.changes.instead.format(claim=title)}")
    for verdict in verdicts:
        if verdict.status.red:
            yield Text(f"  {words.mark(verdict.status)} {verdict.cell}: {verdict.seen}")
            yield Text(f"  {words.repeat}: {repeating(claim.id, verdict.cell)}")
    yield ""


def verdicts_on(claim: str, there: Iterable[Place]) -> Iterator[tuple[Cell, Verdict]]:
    """Return the verdicts on a claim, with the cells that they are of."""
    for place in there:
        if verdict := place.run.verdicts.get((claim, place.cell.name)):
            yield place.cell, verdict


def telling(claim: str, there: Iterable[Place]) -> tuple[Cell, History] | None:
    """Return the history that is worth a picture, and its cell: what is not as expected first."""
    found = sorted(verdicts_on(claim, there), key=lambda each: not each[1].status.red)
    for cell, verdict in found:
        history = History(Report(*row) for row in verdict.history)
        if several(history):
            return cell, history
    return None


def _timeline(claim: Claim, there: Iterable[Place], words: Words) -> Iterator[RenderableType]:
    found = telling(claim.id, there)
    if found is None:
        return
    cell, history = found
    on = words.on.format(cell=cell.name, python=cell.python)
    yield _heading(f"{words.timeline.title} ({on})")
    yield drawn(history, words)
    yield ""
    yield from map(Text, summary(history, words))
    for number, sentence in enumerate(steps_in_words(history, words), 1):
        yield Text(f"{number:3}. {sentence}")


def _heading(text: str) -> Text:
    return Text(f"\n{text}\n", style="bold italic")
