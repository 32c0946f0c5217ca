"""Holds claims against faults: a claim that has never been seen to fail proves nothing."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

from mpspec.claims import Chapter, Claim, Section, find_claims, spec_folder
from mpspec.faults import VARIABLE, Fault
from mpspec.nursery import Nursery
from mpspec.runner import Order, arguments, interruptible
from mpspec.verdicts import Reader, Status
from mpspec.watcher import Watcher

DEADLINE = 4.0
"""Seconds that a test waits under a fault."""

HANG_DEADLINE = 1.5
"""The same where a hang is what is expected."""

LONGEST = 60.0
"""Seconds for each verdict, after which what has broken the runner itself is killed."""


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
        named = {place: s for place, s in self.verdicts.items() if place[0] in self.named}
        return {place: status for place, status in named.items() if status not in _SILENT}

    @property
    def named(self) -> tuple[str, ...]:
        """The claims that the fault says it breaks."""
        return self.fault.claims

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
    quick: bool = False,
) -> Iterator[Trial]:
    """Try each fault, some side by side, and return what came of it as it comes.

    Each claim that a fault names is run under the start methods that it names: only `methods` of
    them, if any are given, and only the first, if `quick`. With `everything`, every claim is run.
    """
    # Most of a trial is waiting: for children, and for what does not come.
    side_by_side = min(2 * (os.cpu_count() or 1), len(faults))
    idle: SimpleQueue[Nursery] = SimpleQueue()

    def tried(fault: Fault) -> Trial:
        claims = _claims(fault, chapters, everything=everything)
        where = [method for method in fault.where if not methods or method in methods]
        nursery = idle.get()
        try:
            return try_out(fault, claims, where[:1] if quick else where, nursery)
        finally:
            idle.put(nursery)

    with interruptible(), ExitStack() as stack, ThreadPoolExecutor(side_by_side) as executor:
        temporary = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        token, folder = secrets.token_hex(16), Path(stack.enter_context(temporary))
        stack.enter_context(Watcher(token, folder))
        for _ in range(side_by_side):
            idle.put(stack.enter_context(Nursery(token, folder)))
        try:
            yield from executor.map(tried, faults)
        finally:
            executor.shutdown(cancel_futures=True)


def try_out(fault: Fault, claims: Sequence[Claim], where: Sequence[str], nursery: Nursery) -> Trial:
    """Run `claims` with `fault` switched on, in the cells `where`."""
    if not where:
        return Trial(fault, {})
    with tempfile.TemporaryDirectory(dir=nursery.folder) as folder:
        path, output = Path(folder) / "verdicts.jsonl", Path(folder) / "output"
        order = Order(claims, where, 0, HANG_DEADLINE if fault.hangs else DEADLINE, path)
        longest = LONGEST * len(claims) * len(where)
        nursery.run(arguments(order, spec_folder()), {VARIABLE: fault.name}, output, longest)
        printed = output.read_text(encoding="utf-8", errors="replace")
        # What broke before it could give verdicts has caught nothing.
        broken = {(claim.id, cell): Status.NOT_RUN for claim in claims for cell in where}
        return Trial(fault, _statuses(path) or broken, printed)


def untripped(
    tried: Sequence[Trial], claims: Iterable[Claim], exempt: Iterable[str]
) -> list[Claim]:
    """Return the claims that no fault has tripped, but for those that none can here."""
    tripped = {claim for trial in tried for claim in trial.claims}
    excused = tripped | set(exempt) | silent_here(tried)
    return [claim for claim in claims if claim.id not in excused]


def silent_here(tried: Iterable[Trial]) -> set[str]:
    """Return the claims that faults name, but that none of them can trip on this Python."""
    tried = list(tried)
    named = {claim for trial in tried for claim in trial.named}
    return named - {claim for trial in tried for claim, _ in trial.tested}


def seen_to_fail(claim: str, faults: Iterable[Fault], language: str) -> list[str]:
    """Return, in a sentence each, the faults under which `claim` fails."""
    return [fault.in_language(language) for fault in faults if claim in fault.claims]


def one_each(faults: Sequence[Fault], sections: Iterable[Section]) -> list[Fault]:
    """Return one of `faults` for each section of the note: the one that names most of its claims.

    None for a section of which no fault names a claim.
    """
    chosen = []
    for section in sections:
        claims = {claim.id for claim in section.claims}
        concerned = [fault for fault in faults if claims.intersection(fault.claims)]
        if concerned:
            chosen.append(max(concerned, key=lambda fault: len(claims.intersection(fault.claims))))
    return [fault for fault in faults if fault in chosen]


def _claims(fault: Fault, chapters: Sequence[Chapter], *, everything: bool) -> list[Claim]:
    if everything:
        return [claim for chapter in chapters for claim in chapter.claims]
    return find_claims(chapters, fault.claims)


def _statuses(path: Path) -> dict[tuple[str, str], Status]:
    """Return the verdicts in a file, whole or not; none where there is no file."""
    reader = Reader(str(path))
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else []:
        reader.take(line)
    run = reader.current or (reader.runs[0] if reader.runs else None)
    return {(claim, cell.name): status for claim, cell, status in run.statuses()} if run else {}
