"""`mpspec check`: verify the claims on this Python."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn

import click

from mpspec import verdicts
from mpspec.adapters import adapter_of
from mpspec.claims import Chapter
from mpspec.cli import common, exporting
from mpspec.differences import Differences
from mpspec.implementations import Implementation, UnusableImplementationError, select
from mpspec.observer import DEADLINE
from mpspec.probe import LOOPBACK
from mpspec.reachable import CANNOT_TEST
from mpspec.report.words import WORDS, Words
from mpspec.rounds import execute_in_rounds
from mpspec.runner import Order, Outcome, execute

MOST_WORKERS = 4


@click.command()
@click.option(
    "--implementation",
    "implementations",
    multiple=True,
    metavar="NAME",
    help="What to test: fork, spawn, forkserver, threads, multiprocessing, billiard, "
    "module:factory ... (repeatable). "
    "Default: all of the standard library's.",
)
@common.claim_option
@common.chapter_option
@click.option(
    "-n",
    "workers",
    type=click.IntRange(min=0),
    default=min(MOST_WORKERS, os.cpu_count() or 1),
    show_default=True,
    help="How many processes run tests side by side; 0: in one process, without pytest-xdist.",
)
@click.option(
    "--deadline",
    type=click.FloatRange(min=0, min_open=True),
    default=DEADLINE,
    show_default=True,
    help="Seconds that a test waits for an event before it hangs.",
)
@click.option(
    "--address",
    default=LOOPBACK,
    show_default=True,
    help="Where tests listen to processes: an IPv4 address of this machine, for other hosts.",
)
@click.option("--seed", type=int, help="Run in a random order, the same for the same number.")
@click.option(
    "--differences",
    type=click.Path(path_type=Path),
    help="A library's table of known differences, as JSON.",
)
@click.option("--json", "path", type=click.Path(path_type=Path), help="Write the verdicts there.")
@exporting.options
@common.language_option
def check(  # noqa: PLR0917 - click passes an argument for each option, by name
    implementations: Sequence[str],
    claim_ids: Sequence[str],
    chapter_names: Sequence[str],
    workers: int,
    deadline: float,
    address: str,
    seed: int | None,
    differences: Path | None,
    path: Path | None,
    lang: str,
    **exports: Path | None,
) -> None:
    """Verify the claims on this Python, and print the matrix."""
    chapters = common.note(lang)
    common.gate()
    chosen = common.choose(chapters, claim_ids, chapter_names)
    asked = common.or_usage(_asked, implementations)
    common.or_usage(Differences, differences)
    exporting.writable(exports)
    with _temporary_folder() as folder:
        kept = path or Path(folder) / "verdicts.jsonl"
        _make(kept)
        order = Order(
            chosen,
            [],
            workers,
            deadline,
            kept,
            seed,
            folder=Path(folder),
            differences=differences,
            address=address,
        )
        orders = _orders(order, asked)
        outcomes = [_run(each) for each in orders]
        if len(outcomes) > 1:
            verdicts.write([each.run for each in outcomes if each.run and each.complete], kept)
        if all(each.complete for each in outcomes) and not claim_ids and not chapter_names:
            _remember(kept)
    runs = [outcome.run for outcome in outcomes if outcome.run]
    if runs:
        exporting.export(exports, runs, chapters, WORDS[lang])
    _conclude(outcomes, asked.problems, chapters, WORDS[lang])


@dataclass
class _Asked:
    """What was asked for: the names that can be put to the test, and what is wrong with others."""

    cells: Mapping[str, Sequence[Implementation]]
    problems: Sequence[str]


def _asked(names: Sequence[str]) -> _Asked:
    """Return what `names` mean. Raises `UnknownImplementationError`, also where none is usable."""
    cells: dict[str, Sequence[Implementation]] = {}
    problems: dict[str, UnusableImplementationError] = {}
    for name in names:
        try:
            cells[name] = select([name])
            _see_that_it_can_be_started(cells[name][0])
        except UnusableImplementationError as error:
            cells.pop(name, None)
            problems[name] = error
    if problems and not cells:
        raise next(iter(problems.values()))
    return _Asked(cells, [str(error) for error in problems.values()])


def _see_that_it_can_be_started(cell: Implementation) -> None:
    """Raise `UnusableImplementationError` where the program is not there that starts its tests."""
    adapter = adapter_of(cell)
    if adapter.launcher and not shutil.which(adapter.launcher[0]):
        first = adapter.launcher[0]
        raise UnusableImplementationError(f"{adapter.library} is started by {first}: install it")


def _orders(order: Order, asked: _Asked) -> list[Order]:
    """Return an order for each way in which what was asked for has to be started."""
    ways: dict[tuple[tuple[str, ...], bool], list[str]] = {}
    for name, cells in asked.cells.items():
        adapter = adapter_of(cells[0])
        ways.setdefault((adapter.launcher, adapter.alone), []).append(name)
    if not ways:  # all of the standard library's
        return [order]
    return [
        replace(
            order,
            implementations=names,
            launcher=launcher,
            in_rounds=alone,
            path=order.path if len(ways) == 1 else _part(order, number),
        )
        for number, ((launcher, alone), names) in enumerate(ways.items())
    ]


def _part(order: Order, number: int) -> Path:
    """Make a file for the verdicts of one order of several; it goes with the run's folder."""
    assert order.folder is not None
    path = order.folder / f"part-{number}.jsonl"
    _make(path)
    return path


def _temporary_folder() -> tempfile.TemporaryDirectory[str]:
    try:
        return tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
    except OSError as error:
        _nothing_ran(error)


def _make(path: Path) -> None:
    """Make the file anew, so that what cannot be written is known before anything is run."""
    try:
        verdicts.Writer(path).close()
    except OSError as error:
        common.usage(f"{path}: {error.strerror}")


def _run(order: Order) -> Outcome:
    bar = common.progress_bar()
    with bar:
        task = bar.add_task("claims", total=None)

        def follow(run: verdicts.Run, verdict: verdicts.Verdict) -> None:
            total = len(run.claims) * len(run.cells)
            bar.update(task, total=total, completed=len(run.verdicts), description=verdict.cell)

        try:
            run = execute_in_rounds if order.in_rounds else execute
            return run(order, None, follow)
        except KeyboardInterrupt as interrupt:
            bar.stop()
            click.echo(f"mpspec: interrupted {interrupt}".rstrip(), err=True)
            sys.exit(common.INTERRUPTED)
        except OSError as error:  # the system has no process, descriptor ... for a run
            bar.stop()
            _nothing_ran(error)


def _nothing_ran(error: OSError) -> NoReturn:
    click.echo(f"mpspec: nothing ran: {error}", err=True)
    sys.exit(common.NOTHING)


def _conclude(
    outcomes: Sequence[Outcome], problems: Sequence[str], chapters: Sequence[Chapter], words: Words
) -> NoReturn:
    """Report what ran, and say what did not; what could not be put to the test comes first."""
    runs = [outcome.run for outcome in outcomes if outcome.run]
    if runs:
        common.report(runs, runs, chapters, words)
    status = common.exit_status(runs) if runs else common.NOTHING
    for outcome in outcomes:
        if outcome.run and not outcome.complete:
            click.echo(f"{outcome.output}\nmpspec: the run was cut short", err=True)
            status = common.NOT_AS_EXPECTED
        elif not outcome.run and not _unusable(outcome):
            click.echo(outcome.output, err=True)
            click.echo("mpspec: nothing ran", err=True)
            status = common.NOTHING
    for problem in [*problems, *filter(None, map(_unusable, outcomes))]:
        click.echo(f"mpspec: {problem}", err=True)
        status = common.USAGE
    sys.exit(status)


def _unusable(outcome: Outcome) -> str:
    """Return what was said of an implementation that could not be put to the test, if it was."""
    sign = f"ERROR: {CANNOT_TEST}"
    lines = [line for line in outcome.output.splitlines() if line.startswith(sign)]
    return lines[0].removeprefix(sign) if lines and not outcome.run else ""


def _remember(path: Path) -> None:
    """Keep the verdicts for `mpspec read`; where that cannot be, it does without."""
    try:
        common.last().parent.mkdir(parents=True, exist_ok=True)
        verdicts.write(verdicts.read(path), common.last())
    except OSError as error:
        click.echo(f"mpspec: not kept for `mpspec read`: {error}", err=True)
