"""Holds claims against faults: a claim that has never been seen to fail proves nothing."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from mpspec.claims import Chapter, Claim, find_claims
from mpspec.faults import VARIABLE, Fault
from mpspec.runner import Order, execute, interruptible
from mpspec.verdicts import Run, Status

DEADLINE = 4.0
"""Seconds that a test waits under a fault."""

HANG_DEADLINE = 1.5
"""The same where a hang is what is expected."""


@dataclass(frozen=True)
class Trial:
    """What came of one fault: the verdict of each claim tried, in each cell."""

    fault: Fault
    verdicts: Mapping[tuple[str, str], Status]
    output: str = ""

    @property
    def escaped(self) -> list[tuple[str, str]]:
        """Where a claim that the fault names did not catch it: claim and cell."""
        return [place for place, status in self.tested.items() if not self._catches(status)]

    @property
    def tested(self) -> Mapping[tuple[str, str], Status]:
        """The verdicts of the claims that it names, without those that say nothing here.

        A claim may speak of other Pythons, or of other cells, only.
        """
        named = {place: s for place, s in self.verdicts.items() if place[0] in self.fault.claims}
        return {place: status for place, status in named.items() if status not in _SILENT}

    @property
    def claims(self) -> list[str]:
        """The claims that caught it, in any cell."""
        caught = (claim for (claim, _), status in self.verdicts.items() if self._catches(status))
        return list(dict.fromkeys(caught))

    def _catches(self, status: Status) -> bool:
        return status is Status.FAILS or (self.fault.hangs and status is Status.HANGS)


_SILENT = {Status.NOT_APPLICABLE, Status.NOT_OFFERED}


def trials(
    faults: Sequence[Fault],
    chapters: Sequence[Chapter],
    methods: Sequence[str] = (),
    *,
    everything: bool = False,
) -> Iterator[Trial]:
    """Try each fault, some side by side, and return what came of it as it comes.

    Each claim that a fault names is run under the start methods that it names (only `methods` of
    them, if any are given); with `everything`, every claim is.
    """
    with interruptible(), ThreadPoolExecutor(max_workers=os.cpu_count()) as side_by_side:
        try:
            yield from side_by_side.map(
                lambda fault: try_out(
                    fault, _claims(fault, chapters, everything=everything), methods
                ),
                faults,
            )
        finally:
            side_by_side.shutdown(cancel_futures=True)


def try_out(fault: Fault, claims: Sequence[Claim], methods: Sequence[str] = ()) -> Trial:
    """Run `claims` with `fault` switched on."""
    where = [method for method in fault.where if not methods or method in methods]
    if not where:
        return Trial(fault, {})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "verdicts.jsonl"
        path.touch()
        deadline = HANG_DEADLINE if fault.hangs else DEADLINE
        order = Order(claims, where, 0, deadline, path, environment={VARIABLE: fault.name})
        outcome = execute(order, None, _ignore)
    run = outcome.run
    return Trial(fault, _statuses(run) if run else {}, outcome.output)


def untripped(
    tried: Iterable[Trial], chapters: Sequence[Chapter], exempt: Iterable[str]
) -> list[Claim]:
    """Return the claims that no fault has tripped, but for those that none can."""
    tripped = {claim for trial in tried for claim in trial.claims} | set(exempt)
    return [claim for ch in chapters for claim in ch.claims if claim.id not in tripped]


def seen_to_fail(claim: str, faults: Iterable[Fault]) -> list[str]:
    """Return, in a sentence each, the faults under which `claim` fails."""
    return [fault.sentence for fault in faults if claim in fault.claims]


def _claims(fault: Fault, chapters: Sequence[Chapter], *, everything: bool) -> list[Claim]:
    if everything:
        return [claim for chapter in chapters for claim in chapter.claims]
    return find_claims(chapters, fault.claims)


def _statuses(run: Run) -> dict[tuple[str, str], Status]:
    return {(claim, cell.name): status for claim, cell, status in run.statuses()}


def _ignore(*_: object) -> None:
    """Take no notice of a verdict as it comes."""
