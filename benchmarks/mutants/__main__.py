"""Whether the spec catches small changes of multiprocessing that nobody hand-picked.

    python -m benchmarks.mutants [--sample 300] [--seed 1] [--only queues] [--json FILE]

Makes mutants of this Python's own `multiprocessing`, each with one small change; puts each in front
of the real one on the path; and runs the spec under one start method until the first verdict that
changes. Prints what came of them, by module and by operator; how long a kill took; and those that
survived, each of which is a claim that the note lacks, a weak test, or no change at all.

With `--json`, what has been judged is kept, and not judged again: a long run can be split.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

import click

from benchmarks.mutants.mutate import Mutant, find_mutants, sample
from benchmarks.mutants.run import PACKAGE, Judgement, Setting, baseline, judge
from mpspec.claims import Claim, read_note
from mpspec.verdicts import this_python

# Each module with the start method that runs it, and the chapters about it, which are tried first.
MODULES = {
    "process": ("fork", ("processes",)),
    "context": ("fork", ("processes", "locks")),
    "synchronize": ("fork", ("locks", "events")),
    "queues": ("fork", ("queues",)),
    "connection": ("fork", ("pipes",)),
    "pool": ("fork", ("pools",)),
    "popen_fork": ("fork", ("processes",)),
    "popen_spawn_posix": ("spawn", ("processes", "sharing")),
    "popen_forkserver": ("forkserver", ("processes", "sharing")),
}

# A class that only another start method runs.
CLASSES = {"Spawn": "spawn", "ForkServer": "forkserver", "ThreadPool": "threads"}

OUTCOMES = ("killed", "unsteady", "crashed", "survived")

LIMIT = 300
"""Seconds that a whole run of the spec may take."""

CONTROL = "control"


@dataclass(frozen=True)
class Result:
    """A mutant and what came of it; for a control, which is no mutant, an unchanged copy."""

    mutant: Mutant | None
    method: str
    judgement: Judgement


@click.command()
@click.option("--sample", "count", default=300, show_default=True, help="How many, at random.")
@click.option("--seed", default=1, show_default=True, help="Which ones.")
@click.option("--only", multiple=True, type=click.Choice(list(MODULES)), help="These modules.")
@click.option("--id", "ids", multiple=True, help="These mutants, such as queues-17.")
@click.option("--implementation", "method", help="Not the start method that fits each mutant.")
@click.option("--deadline", default=5.0, show_default=True, help="Seconds that a test waits.")
@click.option("--controls", default=4, show_default=True, help="Unchanged copies in between.")
@click.option("--jobs", default=os.cpu_count(), show_default=True, help="Runs side by side.")
@click.option("--json", "path", type=click.Path(path_type=Path), help="Keep what was judged.")
def main(  # noqa: PLR0917 - click passes options by name
    count: int,
    seed: int,
    only: Sequence[str],
    ids: Sequence[str],
    method: str | None,
    deadline: float,
    controls: int,
    jobs: int,
    path: Path | None,
) -> None:
    """Hold the spec against mutants of this Python's own multiprocessing."""
    # A job in a script's background ignores Ctrl-C, and so would all that it starts.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # Bytecode is kept, as it is wherever nobody forbids it.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    every = [mutant for module in only or MODULES for mutant in mutants_of(module)]
    candidates = [mutant for mutant in every if not mutant.rule]
    chosen = [m for m in every if m.id in ids] if ids else sample(candidates, count, seed)
    done = read(path) if path else []
    known = {result.mutant.id for result in done if result.mutant}
    todo = [mutant for mutant in chosen if mutant.id not in known]
    missing = max(0, controls - sum(result.mutant is None for result in done))
    for result in judged(spread(todo, missing), method, deadline, jobs):
        done.append(result)
        print(line(result), flush=True)
        if path:
            keep(result, path)
    wanted = {mutant.id for mutant in chosen}
    report([r for r in done if r.mutant is None or r.mutant.id in wanted], every)


def mutants_of(module: str) -> list[Mutant]:
    """Return all mutants of one of multiprocessing's modules."""
    return find_mutants(module, (PACKAGE / f"{module}.py").read_text("utf-8"))


def method_of(mutant: Mutant | None) -> str:
    """Return the start method that runs what is changed."""
    if mutant is None:
        return "fork"
    for beginning, method in CLASSES.items():
        if mutant.scope.startswith(beginning):
            return method
    return MODULES[mutant.module][0]


def spread(mutants: Sequence[Mutant], controls: int) -> list[Mutant | None]:
    """Return the mutants with unchanged copies in between, at even distances."""
    found: list[Mutant | None] = list(mutants)
    for number in range(controls if mutants else 0):
        found.insert(number * (len(found) // controls), None)
    return found


def judged(
    mutants: Sequence[Mutant | None], method: str | None, deadline: float, jobs: int
) -> Iterator[Result]:
    """Judge the mutants, some side by side, and return each as it comes.

    Each in a process that judges one after the other: it has an environment of its own.
    """
    settings = [Setting(method or method_of(m), in_order(m), deadline, LIMIT) for m in mutants]
    of_method = {setting.method: setting for setting in settings}
    with ProcessPoolExecutor(jobs) as side_by_side:
        try:
            usual = dict(
                zip(of_method, side_by_side.map(baseline, of_method.values()), strict=True)
            )
            futures = {
                side_by_side.submit(judge, mutant, setting, usual[setting.method]): (
                    mutant,
                    setting,
                )
                for mutant, setting in zip(mutants, settings, strict=True)
            }
            for future in as_completed(futures):
                mutant, setting = futures[future]
                yield Result(mutant, setting.method, future.result())
        finally:
            side_by_side.shutdown(cancel_futures=True)


def in_order(mutant: Mutant | None) -> list[Claim]:
    """Return all claims, those first of the chapters about what is changed."""
    first = MODULES[mutant.module][1] if mutant else ()
    chapters = sorted(read_note(), key=lambda chapter: not chapter.name.endswith(first))
    return [claim for chapter in chapters for claim in chapter.claims]


# The file


def keep(result: Result, path: Path) -> None:
    """Append the result to the file."""
    record = {"python": this_python(), **asdict(result)}
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(record) + "\n")


def read(path: Path) -> list[Result]:
    """Return what the file has of this Python."""
    if not path.exists():
        return []
    records = map(json.loads, path.read_text("utf-8").splitlines())
    return [_result(record) for record in records if record["python"] == this_python()]


def _result(record: dict[str, Any]) -> Result:
    mutant = record["mutant"]
    return Result(
        Mutant(**mutant | {"span": tuple(mutant["span"])}) if mutant else None,
        record["method"],
        Judgement(**record["judgement"]),
    )


# The report


def line(result: Result) -> str:
    """Return what came of one mutant, in a line."""
    found = result.judgement
    by = f" by {found.claim} ({found.status})" if found.claim else f" {found.seen}".rstrip()
    return f"{name_of(result.mutant)} {found.outcome}{by}, {found.seconds:.1f} s [{result.method}]"


def name_of(mutant: Mutant | None) -> str:
    """Return where a mutant is and what it does."""
    if mutant is None:
        return CONTROL
    before, after = (" ".join(text.split()) for text in (mutant.before, mutant.after))
    return f"{mutant.id} {mutant.module}.py:{mutant.line} {mutant.scope}: {before} -> {after}"


def report(results: Sequence[Result], every: Sequence[Mutant]) -> None:
    """Print the tables, the times, and the survivors."""
    controls = [result for result in results if result.mutant is None]
    mutants = [result for result in results if result.mutant]
    print()
    table("module", mutants, lambda mutant: mutant.module)
    table("operator", mutants, lambda mutant: mutant.operator)
    times = [r.judgement.seconds for r in mutants if r.judgement.outcome == "killed"]
    if times:
        print(f"a kill took {median(times):.1f} s (median), {max(times):.1f} s at most")
    spoilt = sum(result.judgement.outcome != "survived" for result in controls)
    print(f"of {len(controls)} unchanged copies in between {spoilt} did not survive")
    rules = Counter(mutant.rule for mutant in every if mutant.rule)
    print(f"{sum(rules.values())} of all {len(every)} look equivalent by rule, and were not tried:")
    for rule, number in rules.most_common():
        print(f"  {number:4} {rule}")
    for outcome in ("unsteady", "crashed", "survived"):
        print(f"\n{outcome}:")
        for result in sorted(mutants, key=_place):
            if result.judgement.outcome == outcome:
                print(f"  {line(result)}")


def table(title: str, results: Sequence[Result], key: Callable[[Mutant], str]) -> None:
    """Print how many came to what, by `key`."""
    print(f"{title:18}" + "".join(f"{outcome:>10}" for outcome in (*OUTCOMES, "killed %")))
    groups = sorted({key(result.mutant) for result in results if result.mutant})
    for group in [*groups, "all"]:
        those = [r for r in results if r.mutant and group in {key(r.mutant), "all"}]
        counts = Counter(result.judgement.outcome for result in those)
        killed = counts["killed"] * 100 / max(1, len(those))
        print(f"{group:18}" + "".join(f"{counts[o]:10}" for o in OUTCOMES) + f"{killed:10.0f}")
    print()


def _place(result: Result) -> tuple[str, int]:
    return (result.mutant.module, result.mutant.line) if result.mutant else ("", 0)


if __name__ == "__main__":
    sys.exit(main())
