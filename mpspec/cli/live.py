"""Runs a program of the note's, and draws what its processes do while they do it."""

from __future__ import annotations

import math
import secrets
import time
from collections import Counter
from pathlib import Path

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text

from mpspec import leftovers
from mpspec.cli import common
from mpspec.history import History, Report
from mpspec.observer import Observer
from mpspec.program import Program, start_program
from mpspec.programs._demo import WATCHED_VARIABLE
from mpspec.report.strips import drawn
from mpspec.report.timeline import summary
from mpspec.report.words import Words
from mpspec.runner import interruptible
from mpspec.sleeping import process_sleeps
from mpspec.watcher import Watcher

REFRESH = 20
"""Times a second that the drawing is made anew."""

PATIENCE = 50_000_000
"""Nanoseconds of silence after which it is asked whether a process sleeps."""


def watch(path: Path, console: Console, words: Words) -> int:
    """Run the program at `path` to its end, its output above the drawing; return its exit status.

    However it ends, also by Ctrl-C, nothing that it has started runs on.
    """
    observer, token = Observer(), secrets.token_hex(16)
    program = start_program(
        str(path.resolve()),
        None,
        observer,
        deadline=math.inf,
        environment={WATCHED_VARIABLE: "1", leftovers.RUN_VARIABLE: token},
    )
    try:
        with (
            interruptible(),
            Watcher(token),
            Live(console=console, refresh_per_second=REFRESH) as live,
        ):
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
        self._known: list[Report] = []  # after which reports their process was seen to sleep
        self._blocked: list[Report] = []  # and what is drawn of that
        self._drawn = -1  # how many reports are drawn

    def look(self) -> None:
        """Print and draw what is new."""
        self._print("out", self.program.out)
        self._print("err", self.program.err)
        self._see_who_is_blocked()
        history = History([*self.observer.history, *self._blocked])
        if len(history) > self._drawn:
            self._drawn = len(history)
            self.live.update(self._drawing(history))

    def _print(self, name: str, text: str) -> None:
        """Print the lines that are complete; at the end also one that is not."""
        end = len(text) if self.program.status is not None else text.rfind("\n") + 1
        begin = self._printed[name]
        if end > begin:
            self._printed[name] = end
            lines = text[begin:end].removesuffix("\n")
            self.live.console.print(Text(lines), highlight=False)

    def _see_who_is_blocked(self) -> None:
        """Take those for blocked who said what they are about to do, and sleep since."""
        for report in _last_words(self.observer.history):
            if report in self._known or not process_sleeps(report.pid):
                continue
            if report in _last_words(self.observer.history):  # it has still said nothing further
                now = time.monotonic_ns()
                self._known.append(report)
                self._blocked.append(Report(now, report.probe, "blocked", report.event))

    def _drawing(self, history: History) -> RenderableType:
        return Group("", drawn(history, self.words), *map(Text, summary(history, self.words)))


def _last_words(history: History) -> list[Report]:
    """Return the notes after which their process, at work on nothing, has been silent a while."""
    last = {report.probe: report for report in history}
    steps = {"begin": 1, "end": -1}
    depth = Counter[str]()
    for report in history:
        depth[report.probe] += steps.get(report.kind, 0)
    before = time.monotonic_ns() - PATIENCE
    idle = [each for each in last.values() if not depth[each.probe]]
    return [each for each in idle if each.kind == "note" and each.time < before]
