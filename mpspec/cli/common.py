"""What the commands have in common: exit statuses, options, and what is printed where."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NoReturn

import click
import platformdirs
from rich.console import Console, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from mpspec import verdicts
from mpspec.claims import (
    LANGUAGES,
    Chapter,
    Claim,
    NoteError,
    UnknownClaimError,
    find_chapters,
    find_claims,
    read_note,
    spec_folder,
)
from mpspec.differences import DifferencesError
from mpspec.faults import load
from mpspec.gate import SENTENCES, breaches
from mpspec.implementations import UnknownImplementationError
from mpspec.names import public_names, unspoken
from mpspec.questions import Questions, read_questions
from mpspec.report import terminal
from mpspec.report.files import write_whole
from mpspec.report.sides import CellError
from mpspec.report.sources import sources_of_tests
from mpspec.report.words import Words

NOT_AS_EXPECTED, USAGE, NOTHING, INTERRUPTED = 1, 2, 3, 130
PLAIN_WIDTH = 150

language_option = click.option(
    "--lang", type=click.Choice(LANGUAGES), default="en", help="Language of the note."
)
chapter_option = click.option(
    "--chapter", "chapter_names", multiple=True, metavar="NAME", help="Only this chapter."
)
verdicts_option = click.option(
    "--verdicts",
    "paths",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Verdict files to take. Default: the last whole check's.",
)
claim_option = click.option(
    "--claim", "claim_ids", multiple=True, metavar="ID", help="Only this claim."
)


def note(language: str) -> list[Chapter]:
    """Return the note's chapters; where it cannot be read, say so and end."""
    try:
        return read_note(language)
    except NoteError as error:
        usage(str(error))


def questions(language: str) -> Questions | None:
    """Return the note's page of questions; where it cannot be read, say so and end."""
    try:
        return read_questions(language)
    except NoteError as error:
        usage(str(error))


def sources() -> dict[str, str]:
    """Return, by claim, the source of its test; where one cannot be read, say so and end."""
    try:
        return sources_of_tests(spec_folder())
    except NoteError as error:
        usage(str(error))


def gate() -> None:
    """Stop where the note and its tests do not agree: no verdict would mean anything.

    What a newer Python's multiprocessing has that no claim speaks of is only told.
    """
    try:
        found = breaches(faults=list(load().values()), sentences=SENTENCES)
        silent = [] if found else unspoken(read_note(), public_names())
    except NoteError as error:
        usage(str(error))
    for name in silent:
        click.echo(f"no claim speaks of {name}", err=True)
    for breach in found:
        click.echo(str(breach), err=True)
    if found:
        sys.exit(NOT_AS_EXPECTED)


def choose(
    chapters: Sequence[Chapter], claim_ids: Sequence[str], chapter_names: Sequence[str]
) -> list[Claim]:
    """Return the claims that both options leave, in the note's order."""
    wanted = {claim.id for claim in or_usage(find_claims, chapters, claim_ids)}
    within = some(chapters, chapter_names)
    claims = [claim for chapter in within for claim in chapter.claims]
    chosen = [claim for claim in claims if not claim_ids or claim.id in wanted]
    if not chosen:
        click.echo("nothing matches: no claim of these is in this chapter", err=True)
        sys.exit(NOTHING)
    return chosen


def some(chapters: Sequence[Chapter], names: Sequence[str]) -> Sequence[Chapter]:
    """Return the chapters with these names, all for none."""
    found: Sequence[Chapter] = or_usage(find_chapters, chapters, names)
    return found or chapters


def or_usage(function: Any, *arguments: Any) -> Any:
    """Call `function`; where a name is not known, say so and end."""
    try:
        return function(*arguments)
    except (CellError, DifferencesError, UnknownClaimError, UnknownImplementationError) as error:
        usage(error.args[0])


def usage(message: str) -> NoReturn:
    """End, as for wrong usage or bad input."""
    click.echo(f"mpspec: {message}", err=True)
    sys.exit(USAGE)


def write_page(path: Path, text: str) -> None:
    """Write a page whole or not at all, and say how large it is; where it cannot be, say so."""
    try:
        write_whole(path, text)
    except OSError as error:
        usage(f"{path}: {error.strerror}")
    click.echo(f"{path}: {len(text.encode()) / 1e6:.1f} MB")


def report(
    runs: Sequence[verdicts.Run],
    shown: Sequence[verdicts.Run],
    chapters: Sequence[Chapter],
    words: Words,
) -> None:
    """Print the matrix of what is `shown`, and what is wrong in `runs`."""
    show(terminal.matrix(shown, chapters, words))
    show(terminal.failures(runs, chapters, words))
    show(["", terminal.summary(shown, words)])


def exit_status(runs: Iterable[verdicts.Run]) -> int:
    """Return the exit status that the verdicts of `runs` mean."""
    statuses = {status for run in runs for _, _, status in run.statuses()}
    if any(status.red or status is verdicts.Status.NOT_RUN for status in statuses):
        return NOT_AS_EXPECTED
    return 0 if any(status.green for status in statuses) else NOTHING


def read_all(
    paths: Iterable[Path],
) -> tuple[list[verdicts.Run], list[verdicts.VerdictFileError]]:
    """Return the runs that can be read and fit together, and what is wrong with the others."""
    runs: list[verdicts.Run] = []
    problems = []
    for path in paths:
        try:
            for run in verdicts.read(path):
                verdicts.fits(run, runs)
                runs.append(run)
        except verdicts.VerdictFileError as error:
            problems.append(error)
    return runs, problems


def read_at_hand(
    paths: Sequence[Path],
) -> tuple[list[verdicts.Run], list[verdicts.VerdictFileError]]:
    """Return the same for the last whole check where no files are given; nothing without one."""
    return read_all(paths or [path for path in [last()] if path.exists()])


def complain(problems: Iterable[Exception]) -> None:
    """Name the files that could not be taken, if any, and end."""
    problems = list(problems)
    for problem in problems:
        click.echo(str(problem), err=True)
    if problems:
        sys.exit(USAGE)


class _Output(Console):
    """Where to print; who reads it may go whenever they have enough, as `head` does.

    No text is taken for markup: it may come from a verdict file of somebody else's.
    """

    def __init__(self, width: int | None = None) -> None:
        super().__init__(width=width, markup=False)

    def on_broken_pipe(self) -> None:
        """Say nothing more, and go on: the exit status still tells of the verdicts."""
        self.quiet = True
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, sys.stdout.fileno())
        os.close(nothing)


def progress_bar() -> Progress:
    """Return a bar for a person at a terminal; it shows nothing elsewhere."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
        disable=not sys.stderr.isatty(),
    )


def new_console(width: int | None = None) -> Console:
    """Return where to print; plain, and as wide as the matrix needs, if it is no terminal."""
    if not sys.stdout.isatty() and "COLUMNS" not in os.environ:
        return _Output(width=width or PLAIN_WIDTH)
    return _Output()


def show(parts: Iterable[RenderableType], width: int | None = None) -> None:
    """Print the parts of a report."""
    console = new_console(width)
    for part in parts:
        console.print(part, highlight=False)


def last() -> Path:
    """Return where the last whole check's verdicts are kept."""
    return platformdirs.user_cache_path("mpspec") / "last.jsonl"
