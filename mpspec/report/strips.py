"""A history drawn for the terminal: a strip of characters for each lane, a column for each step.

Every kind has a character of its own; colour only adds.
"""

from __future__ import annotations

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.text import Text

from mpspec.history import History
from mpspec.report.lanes import Lane, Timeline, timeline
from mpspec.report.timeline import name_of
from mpspec.report.words import Words

WIDEST_STEP = 3
LONGEST_NAME = 24

LINE, SPAN, BLOCKED, HELD, CALL, REPORT, LET_GO, END = "─", "█", "░", "▒", "━", "●", "▼", "┤"
COLOURS = {SPAN: "blue", HELD: "cyan", BLOCKED: "red", CALL: "magenta", END: "bold"}
SIGNS = {
    "span": SPAN,
    "held": HELD,
    "blocked": BLOCKED,
    "call": CALL,
    "note": REPORT,
    "proceed": LET_GO,
    "ended": END,
}


def drawn(history: History, words: Words) -> RenderableType:
    """Return `history` as strips, as wide as the terminal allows."""
    return Strips(timeline(history), words)


class Strips:
    """The strips of a timeline, which fit themselves into the width that there is."""

    def __init__(self, line: Timeline, words: Words) -> None:
        self.line, self.words = line, words

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Return a line for each lane, the steps' numbers, and what the signs mean."""
        names = [name_of(lane.name, self.words)[:LONGEST_NAME] for lane in self.line.lanes]
        left = max(map(cell_len, names), default=0) + 2
        room = max(options.max_width - left, 1)
        step = min(max(room // max(len(self.line.steps), 1), 1), WIDEST_STEP)
        for name, lane in zip(names, self.line.lanes, strict=True):
            strip = self._strip(lane, step)[:room]
            yield Text.assemble((name + " " * (left - cell_len(name)), "bold"), strip)
        if numbers := _numbers(len(self.line.steps), step)[:room]:
            yield Text(" " * left + numbers, style="dim")
        yield Text(self._legend(), style="dim")

    def _strip(self, lane: Lane, step: int) -> Text:
        """Return the signs of a lane, `step` characters for each step."""
        strip = Text()
        marks = _marks(lane)
        for number, ground in enumerate(_ground(lane, len(self.line.steps))):
            sign = marks.get(number, ground)
            strip.append(sign, style=COLOURS.get(sign, ""))
            rest = " " if number == lane.end else ground
            strip.append(rest * (step - 1), style=COLOURS.get(rest, ""))
        strip.rstrip()
        return strip

    def _legend(self) -> str:
        """Return what the signs mean that are drawn."""
        used = {sign for lane in self.line.lanes for sign in _all_signs(lane, self.line)}
        meanings = self.words.timeline.signs
        said = [f"{sign} {meanings[kind]}" for kind, sign in SIGNS.items() if sign in used]
        return "   ".join(said)


def _all_signs(lane: Lane, line: Timeline) -> list[str]:
    return [*_ground(lane, len(line.steps)), *_marks(lane).values()]


def _ground(lane: Lane, steps: int) -> list[str]:
    """Return a sign for each step: that of the most telling of what lasts there."""
    last = steps - 1 if lane.end is None else lane.end
    signs = [LINE if lane.begin <= step <= last else " " for step in range(steps)]
    for kind in ("held", "call", "span", "blocked"):
        for stretch in (each for each in lane.stretches if each.kind == kind):
            end = last if stretch.end is None else stretch.end
            for step in range(stretch.begin, max(end, stretch.begin + 1)):
                signs[step] = SIGNS[kind]
    return signs


def _marks(lane: Lane) -> dict[int, str]:
    """Return the signs of what happened at single steps."""
    marks = {mark.step: REPORT for mark in lane.marks} | dict.fromkeys(lane.let_go, LET_GO)
    return marks if lane.end is None else marks | {lane.end: END}


def _numbers(steps: int, step: int) -> str:
    """Return an axis: each fifth step's number, which is its sentence's as well."""
    axis = [" "] * (steps * step)
    for number in range(5, steps + 1, 5):
        start = (number - 1) * step
        axis[start : start + len(str(number))] = str(number)
    return "".join(axis).rstrip()
