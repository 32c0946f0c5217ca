"""Whether verdicts stay what they are on a busy machine.

    python benchmarks/steady.py [--runs fork=200 --runs spawn=50] [--chapter queues] [--load 2]

Runs the spec again and again, each time in another random order and several runs side by side,
while `--load` spinning processes for each core keep the machine busy. Prints the runs and verdicts
of each start method, and each verdict that was not the same every time, with the seed that repeats
its order; interrupted, what it has seen until then. Exit status 1 if a verdict changed, or was not
as the note says.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import click

from mpspec import verdicts
from mpspec.claims import find_chapters, read_note, spec_folder
from mpspec.runner import interruptible
from mpspec.verdicts import Run, Status, Verdict

SPIN = "while True: pass"

Seen = dict[tuple[str, Status], list[tuple[int, Verdict]]]


@click.command()
@click.option(
    "--runs",
    "counts",
    multiple=True,
    default=["fork=200", "spawn=50", "forkserver=50"],
    show_default=True,
    metavar="METHOD=N",
)
@click.option("--chapter", "chapters", multiple=True, help="Only this chapter (repeatable).")
@click.option("--load", default=2, show_default=True, help="Spinning processes for each core.")
@click.option("--lanes", default=4, show_default=True, help="Runs side by side.")
@click.option("--seed", default=1, show_default=True, help="The first run's; then one more each.")
def main(counts: Sequence[str], chapters: Sequence[str], load: int, lanes: int, seed: int) -> None:
    """Run the spec again and again on a busy machine, and compare the verdicts."""
    chosen = find_chapters(read_note(), chapters)
    files = [str(spec_folder() / chapter.test_file) for chapter in chosen] or [str(spec_folder())]
    with busy(load * (os.cpu_count() or 1)):
        wanted = [count.split("=") for count in counts]
        steady = [
            measure(method, range(seed, seed + int(count)), files, lanes)
            for method, count in wanted
        ]
    sys.exit(not all(steady))


def measure(method: str, seeds: Sequence[int], files: Sequence[str], lanes: int) -> bool:
    """Run the spec once a seed under one start method; print and return whether all agreed.

    Interrupted, it prints what has been seen until then.
    """
    seen: Seen = defaultdict(list)
    done = 0
    with interruptible(), ThreadPoolExecutor(lanes) as side_by_side:
        runs = side_by_side.map(partial(one_run, method, files), seeds)
        try:
            for number, run in zip(seeds, runs, strict=True):
                for verdict in run.verdicts.values():
                    seen[verdict.claim, verdict.status].append((number, verdict))
                done += 1
        except KeyboardInterrupt:
            side_by_side.shutdown(cancel_futures=True)
            show(f"{method}, interrupted", done, seen)
            raise
    return show(method, done, seen)


def show(what: str, runs: int, seen: Seen) -> bool:
    """Print what has been seen in so many runs; return whether every verdict stayed the same."""
    total = sum(map(len, seen.values()))
    unsteady = list(changed(seen))
    print(f"{what}: {runs} runs, {total} verdicts, {len(unsteady)} not steady", flush=True)
    for status, number, verdict in unsteady:
        print(f"  {verdict.claim}: {status.value} with --seed {number}\n    {verdict.seen}")
    return not unsteady


def changed(seen: Seen) -> Iterator[tuple[Status, int, Verdict]]:
    """Return the verdicts that are red, or differ from what the same claim mostly got."""
    usual = dict(sorted(seen, key=lambda place: len(seen[place])))  # the most frequent one stays
    for (claim, status), cases in seen.items():
        if status.red or status is not usual[claim]:
            yield from ((status, number, verdict) for number, verdict in cases)


def one_run(method: str, files: Sequence[str], seed: int) -> Run:
    """Run the spec once, in one process, in the order that `seed` gives."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "verdicts.jsonl"
        options = ["-q", f"--implementation={method}", f"--seed={seed}", f"--verdicts={path}"]
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options, *files]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode > 1:
            sys.exit(f"pytest ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        [run] = verdicts.read(path)
        return run


@contextmanager
def busy(count: int) -> Iterator[None]:
    """Keep `count` processes spinning."""
    spinning = [subprocess.Popen([sys.executable, "-c", SPIN]) for _ in range(count)]
    try:
        yield
    finally:
        for process in spinning:
            process.kill()
            process.wait()


if __name__ == "__main__":
    main()
