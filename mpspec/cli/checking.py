"""`mpspec check`: verify the claims on this Python."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import click

from mpspec import verdicts
from mpspec.claims import Chapter
from mpspec.cli import common, exporting
from mpspec.differences import Differences
from mpspec.implementations import select
from mpspec.observer import DEADLINE
from mpspec.report.words import WORDS, Words
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
    common.or_usage(select, implementations)
    common.or_usage(Differences, differences)
    exporting.writable(exports)
    with _temporary_folder() as folder:
        kept = path or Path(folder) / "verdicts.jsonl"
        _make(kept)
        order = Order(
            chosen,
            implementations,
            workers,
            deadline,
            kept,
            seed,
            folder=Path(folder),
            differences=differences,
        )
        outcome = _run(order)
        if outcome.complete and not claim_ids and not chapter_names:
            _remember(kept)
    if outcome.run:
        exporting.export(exports, [outcome.run], chapters, WORDS[lang])
    _conclude(outcome, chapters, WORDS[lang])


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
            return execute(order, None, follow)
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


def _conclude(outcome: Outcome, chapters: Sequence[Chapter], words: Words) -> NoReturn:
    run = outcome.run
    if run is None:
        click.echo(outcome.output, err=True)
        click.echo("mpspec: nothing ran", err=True)
        sys.exit(common.NOTHING)
    common.report([run], [run], chapters, words)
    if not outcome.complete:
        click.echo(f"{outcome.output}\nmpspec: the run was cut short", err=True)
        sys.exit(common.NOT_AS_EXPECTED)
    sys.exit(common.exit_status([run]))


def _remember(path: Path) -> None:
    """Keep the verdicts for `mpspec read`; where that cannot be, it does without."""
    try:
        common.last().parent.mkdir(parents=True, exist_ok=True)
        verdicts.write(verdicts.read(path), common.last())
    except OSError as error:
        click.echo(f"mpspec: not kept for `mpspec read`: {error}", err=True)
