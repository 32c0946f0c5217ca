"""Runs a program of the note's, and draws what its processes do while they do it."""

from __future__ import annotations

import math
from pathlib import Path

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text

from mpspec.cli import common
from mpspec.observer import Observer
from mpspec.program import Program, start_program
from mpspec.programs._demo import WATCHED_VARIABLE
from mpspec.report.strips import drawn
from mpspec.report.timeline import summary
from mpspec.report.words import Words
from mpspec.runner import interruptible

REFRESH = 20
"""Times a second that the drawing is made anew."""


def watch(path: Path, console: Console, words: Words) -> int:
    """Run the program at `path` to its end, its output above the drawing; return its exit status.

    However it ends, also by Ctrl-C, nothing that it has started runs on.
    """
    observer = Observer()
    program = start_program(
        str(path.resolve()),
        None,
        observer,
        deadline=math.inf,
        environment={WATCHED_VARIABLE: "1"},
    )
    try:
        with interruptible(), Live(console=console, refresh_per_second=REFRESH) as live:
            program.follow(_Watcher(program, observer, live, words).look)
    except KeyboardInterrupt:
        return common.INTERRUPTED
    finally:
        program.end()
        observer.close()
    return program.status or 0


class _Watcher:
    """Shows what is new: lines of output, and reports."""

    def __init__(self, program: Program, observer: Observer, live: Live, words: Words) -> None:
        self.program, self.observer, self.live, self.words = program, observer, live, words
        self._printed = {"out": 0, "err": 0}
        self._known = -1  # how many reports are drawn

    def look(self) -> None:
        """Print and draw what is new."""
        self._print("out", self.program.out)
        self._print("err", self.program.err)
        if len(history := self.observer.history) > self._known:
            self._known = len(history)
            self.live.update(self._drawing())

    def _print(self, name: str, text: str) -> None:
        """Print the lines that are complete; at the end also one that is not."""
        end = len(text) if self.program.status is not None else text.rfind("\n") + 1
        begin = self._printed[name]
        if end > begin:
            self._printed[name] = end
            lines = text[begin:end].removesuffix("\n")
            self.live.console.print(Text(lines), highlight=False)

    def _drawing(self) -> RenderableType:
        history = self.observer.history
        return Group("", drawn(history, self.words), *map(Text, summary(history, self.words)))
