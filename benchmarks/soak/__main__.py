"""Whether verdicts stay what they are on a busy machine, and whether anything is left behind.

    python -m benchmarks.soak [--rounds fork=200] [--chapter queues] [--load 2] [--workers 4]

Runs the spec again and again, each time in another random order and several rounds side by side,
while spinning processes, a hoarder of memory or a flood on the disk keep the machine busy. Prints,
for each start method, the rounds and verdicts; each verdict that was not the same every time, with
its history and the command that repeats its round; the highest counts of what it took; and what was
left. Interrupted, what it has seen until then. Exit status 1 if a verdict changed or was not as the
note says, a round was broken off, or something was left.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path
from textwrap import indent

import click

from benchmarks.soak.load import busy
from benchmarks.soak.rounds import Round, Setting, Soak
from benchmarks.soak.watch import Watch
from mpspec.claims import find_chapters, read_note, spec_folder
from mpspec.history import History, Report
from mpspec.verdicts import Verdict


@click.command()
@click.option(
    "--rounds",
    "counts",
    multiple=True,
    default=["fork=20", "spawn=5", "forkserver=5"],
    show_default=True,
    metavar="METHOD=N",
    help="So many rounds of this start method; without =N, as many as another bound lets be.",
)
@click.option("--verdicts", "most", type=int, metavar="N", help="Of each: until N were given.")
@click.option("--minutes", type=float, metavar="N", help="Of each: no new round after N minutes.")
@click.option("--chapter", "chapters", multiple=True, help="Only this chapter (repeatable).")
@click.option("--load", default=2, show_default=True, help="Spinning processes for each core.")
@click.option("--memory", is_flag=True, help="Take most of the free memory as well.")
@click.option("--disk", is_flag=True, help="Write to the disk without end as well.")
@click.option("--workers", default=1, show_default=True, help="What pytest gets as -n.")
@click.option("--lanes", default=4, show_default=True, help="Rounds side by side.")
@click.option("--seed", default=1, show_default=True, help="The first round's; then one more each.")
def main(
    *,
    counts: Sequence[str],
    most: int | None,
    minutes: float | None,
    chapters: Sequence[str],
    load: int,
    memory: bool,
    disk: bool,
    workers: int,
    lanes: int,
    seed: int,
) -> None:
    """Run the spec again and again on a busy machine, and compare the verdicts."""
    chosen = find_chapters(read_note(), chapters)
    files = [str(spec_folder() / chapter.test_file) for chapter in chosen] or [str(spec_folder())]
    steady = []
    with (
        tempfile.TemporaryDirectory() as folder,
        busy(load, Path(folder), memory=memory, disk=disk),
    ):
        for method, _, number in (wanted.partition("=") for wanted in counts):
            soak = Soak(Setting(method, files, workers))
            seeds = range(seed, seed + int(number)) if number else count(seed)
            with Watch() as watch:
                try:
                    soak.run(seeds, lanes, _enough(most, minutes))
                finally:
                    steady.append(show(soak, watch))
    sys.exit(not all(steady))


def _enough(most: int | None, minutes: float | None) -> Callable[[Soak], bool]:
    """Return a function that says of a soak whether it has given so many verdicts, or is so old."""
    last = None if minutes is None else time.monotonic() + 60 * minutes

    def enough(soak: Soak) -> bool:
        many = most is not None and soak.given >= most
        return many or (last is not None and time.monotonic() > last)

    return enough


def show(soak: Soak, watch: Watch) -> bool:
    """Print what a soak has shown; return whether all was steady and nothing was left."""
    changed, wrong = list(soak.changed()), soak.wrong()
    left, unclear = watch.left()
    number = sum(len(each.left) for each in wrong) + len(left)
    print(
        f"{soak.setting.method}: {len(soak.rounds)} rounds, {soak.given} verdicts, "
        f"{len(changed)} not steady; {watch.highest}; left: {number or 'nothing'}"
    )
    for each, verdict in changed:
        _tell(soak, each, f"{verdict.claim}: {verdict.status.value}", _story(verdict))
    for each in wrong:
        _tell(soak, each, f"left {', '.join(each.left) or 'nothing'}", each.broken)
    for name in sorted(left):
        print(f"  left in shared memory: {name}")
    if unclear:
        print(
            f"  {len(unclear)} in shared memory may be others', whose resource trackers still run"
        )
    sys.stdout.flush()
    return not (changed or wrong or left)


def _tell(soak: Soak, each: Round, what: str, story: str) -> None:
    again = f"again: {' '.join(soak.setting.command(each.seed))}"
    print(f"  round {each.seed}: {what}")
    print(indent(f"{story}\n{again}".lstrip(), "    "))


def _story(verdict: Verdict) -> str:
    return f"{verdict.seen}\n{History(Report(*row) for row in verdict.history)}"


if __name__ == "__main__":
    main()
