"""Rounds of the spec: one is a run of pytest, in an order and in a folder of its own."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.soak.watch import MARK, left_of
from mpspec import verdicts
from mpspec.runner import interruptible
from mpspec.verdicts import Verdict

HIGHEST_STATUS = 1
"""Pytest's exit status if some test failed: any higher one says that the run itself did."""


@dataclass(frozen=True)
class Setting:
    """What is run in each round: under which start method, which tests, by how many workers."""

    method: str
    files: Sequence[str] = ()
    workers: int = 1

    def command(self, seed: int) -> list[str]:
        """Return the command of the round that `seed` puts into order, without its output."""
        workers = ["-n", str(self.workers)] if self.workers > 1 else []
        options = [f"--implementation={self.method}", f"--seed={seed}", *workers]
        plugins = ["-p", "mpspec.plugin", "-p", "no:cacheprovider"]
        return [sys.executable, "-m", "pytest", "-q", *plugins, *options, *self.files]


@dataclass
class Round:
    """What came of one round."""

    seed: int
    verdicts: Sequence[Verdict] = ()
    left: Sequence[str] = ()
    broken: str = ""  # what pytest said, if the run itself failed


@dataclass
class Soak:
    """The rounds of one setting so far."""

    setting: Setting
    rounds: list[Round] = field(default_factory=list)

    @property
    def given(self) -> int:
        """How many verdicts were given."""
        return sum(len(each.verdicts) for each in self.rounds)

    def changed(self) -> Iterator[tuple[Round, Verdict]]:
        """Return the verdicts that are red, or differ from what the same claim mostly got."""
        all_of = [(each, verdict) for each in self.rounds for verdict in each.verdicts]
        counts = Counter((verdict.claim, verdict.status) for _, verdict in all_of)
        usual = dict(sorted(counts, key=counts.__getitem__))  # the most frequent one stays
        for each, verdict in all_of:
            if verdict.status.red or verdict.status is not usual[verdict.claim]:
                yield each, verdict

    def wrong(self) -> list[Round]:
        """Return the rounds that left something behind, or were broken off."""
        return [each for each in self.rounds if each.left or each.broken]

    def run(self, seeds: Iterable[int], lanes: int, enough: Callable[[Soak], bool]) -> None:
        """Run a round a seed, some side by side in `lanes`, until there are `enough`.

        Interrupted, it lets those that run come to their end, and keeps what it has.
        """
        waiting, over, lock = iter(seeds), threading.Event(), threading.Lock()

        def lane() -> None:
            while not over.is_set():
                with lock:
                    seed = None if enough(self) else next(waiting, None)
                if seed is None:
                    return
                self.rounds.append(one_round(self.setting, seed))

        with interruptible(), ThreadPoolExecutor(lanes) as side_by_side:
            running = [side_by_side.submit(lane) for _ in range(lanes)]
            try:
                for each in running:
                    each.result()
            finally:
                over.set()


def one_round(setting: Setting, seed: int) -> Round:
    """Run the spec once, in the order that `seed` gives."""
    with tempfile.TemporaryDirectory() as name:
        folder, mark = Path(name), secrets.token_hex(8)
        temporary, path = folder / "tmp", folder / "verdicts.jsonl"
        temporary.mkdir()
        done = subprocess.run(
            [*setting.command(seed), f"--verdicts={path}", f"--basetemp={folder / 'pytest'}"],
            check=False,
            env=os.environ | {MARK: mark, "TMPDIR": str(temporary)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
        )
        left = left_of(mark, temporary)
        if done.returncode not in {0, HIGHEST_STATUS}:
            said = f"pytest ended with {done.returncode}:\n{done.stdout}{done.stderr}"
            return Round(seed, left=left, broken=said)
        [run] = verdicts.read(path)
        return Round(seed, list(run.verdicts.values()), left)
