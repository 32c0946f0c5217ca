"""Runs claims on a library that can bring the whole run to a stand, in as many rounds as it takes.

Some libraries wait where no signal reaches them, or can do nothing any more once a wait of theirs
was given up. After each hang what is left is run anew, in an interpreter and with services of its
own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count
from pathlib import Path

from mpspec.claims import Claim
from mpspec.differences import Differences
from mpspec.implementations import Implementation, select
from mpspec.plugin import WHOLE_TEST
from mpspec.recorder import without_a_word
from mpspec.runner import Order, Outcome, execute
from mpspec.verdicts import Run, Status, Verdict, Writer, write

START = 90.0
"""Seconds more that the first verdict of a round may take: services are started before it."""

STUCK = 15.0
"""Seconds more after which a test that gives no verdict is one that no signal reaches."""


@dataclass
class _Round:
    """One run of what is left: when it is given up, and what it has come to."""

    left: list[Claim]
    cell: Implementation
    order: Order
    differences: Differences
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    hung: bool = False

    def run(self, tests: Path | None, follow: Callable[[Verdict], None] | None) -> Outcome:
        """Run what is left, until it is done, or one hangs or ends the run."""
        Writer(self.order.path).close()
        part = replace(self.order, claims=self.left, workers=0, seed=None, patience=self.patience)

        def take(_: Run, verdict: Verdict) -> None:
            if self.hung:
                return
            self.take(verdict)
            if follow:
                follow(verdict)

        outcome = execute(part, tests, take)
        behind = self.behind()
        if outcome.run and behind and not self.hung:
            claim, crashed = behind[0].id, outcome.ended
            self.take(without_a_word(claim, self.cell, self.differences, crashed=crashed))
        return outcome

    def behind(self) -> list[Claim]:
        """Return what has no verdict yet."""
        return [claim for claim in self.left if claim.id not in self.verdicts]

    def take(self, verdict: Verdict) -> None:
        """Take a verdict; behind a hang nothing more is believed."""
        self.verdicts[verdict.claim] = verdict
        hangs = f"\n{Status.HANGS.value} "
        self.hung = verdict.status is Status.HANGS or hangs in verdict.seen

    def patience(self) -> float:
        """Return the seconds that the test at work has for its verdict."""
        if self.hung:
            return 0
        behind = self.behind()
        known = self.differences.of(behind[0].id, self.cell) if behind else None
        deadline = self.order.deadline
        starts = 0 if self.verdicts else START
        return (
            starts + STUCK + WHOLE_TEST * (known.deadline_within(deadline) if known else deadline)
        )


def execute_in_rounds(
    order: Order, tests: Path | None, follow: Callable[[Run, Verdict], None]
) -> Outcome:
    """Run `order`, of one implementation, as `execute` does; once more after each hang."""
    [cell] = select(order.implementations)
    differences, left, output = Differences(order.differences), list(order.claims), ""
    whole: Run | None = None
    for number in count():
        path = (order.folder or order.path.parent) / f"round-{number}.jsonl"
        this = _Round(left, cell, replace(order, path=path), differences)
        outcome = this.run(tests, partial(follow, whole) if whole else None)
        path.unlink()
        output += outcome.output
        if outcome.run is None:
            if whole is not None:
                write([whole], order.path)
            return replace(outcome, run=whole, complete=False, output=output)
        if whole is None:
            whole = replace(outcome.run, claims=[claim.id for claim in left], verdicts={})
        for verdict in this.verdicts.values():
            whole.add(verdict)
        left = [claim for claim in left if claim.id not in this.verdicts]
        if not left:
            break
    assert whole is not None
    write([whole], order.path)
    return Outcome(whole, complete=True, output=output)
