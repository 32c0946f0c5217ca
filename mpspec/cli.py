"""The command `mpspec`: check, read, list, demo, combine.

Exit status: 0 all as the note says; 1 some verdict is not, or note and tests do not agree;
2 wrong usage or bad input; 3 nothing matched, or nothing ran; 130 interrupted.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NoReturn

import click
import platformdirs
from rich.console import Console, RenderableType
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from mpspec import __version__, verdicts
from mpspec.claims import (
    LANGUAGES,
    Chapter,
    Claim,
    NoteError,
    UnknownClaimError,
    find_chapters,
    find_claims,
    read_note,
)
from mpspec.gate import breaches
from mpspec.implementations import UnknownImplementationError, select
from mpspec.observer import DEADLINE
from mpspec.program import PROGRAMS
from mpspec.report import terminal
from mpspec.report.words import WORDS, Words
from mpspec.runner import Order, Outcome, execute
from mpspec.suggest import unknown

NOT_AS_EXPECTED, USAGE, NOTHING, INTERRUPTED = 1, 2, 3, 130
PLAIN_WIDTH = 150
MOST_WORKERS = 4

language_option = click.option(
    "--lang", type=click.Choice(LANGUAGES), default="en", help="Language of the note."
)
chapter_option = click.option(
    "--chapter", "chapter_names", multiple=True, metavar="NAME", help="Only this chapter."
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="mpspec")
def main() -> None:
    """Verify what a note claims of Python's multiprocessing, claim by claim."""


@main.command()
@click.option(
    "--implementation",
    "implementations",
    multiple=True,
    metavar="NAME",
    help="What to test: fork, spawn, forkserver, threads, multiprocessing ... (repeatable). "
    "Default: all of the standard library's.",
)
@click.option("--claim", "claim_ids", multiple=True, metavar="ID", help="Only this claim.")
@chapter_option
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
@click.option("--json", "path", type=click.Path(path_type=Path), help="Write the verdicts there.")
@language_option
def check(  # noqa: PLR0917 - click passes an argument for each option, by name
    implementations: Sequence[str],
    claim_ids: Sequence[str],
    chapter_names: Sequence[str],
    workers: int,
    deadline: float,
    seed: int | None,
    path: Path | None,
    lang: str,
) -> None:
    """Verify the claims on this Python, and print the matrix."""
    chapters = _note(lang)
    _gate()
    chosen = _choose(chapters, claim_ids, chapter_names)
    _or_usage(select, implementations)
    with tempfile.TemporaryDirectory() as folder:
        kept = path or Path(folder) / "verdicts.jsonl"
        _make(kept)
        outcome = _run(Order(chosen, implementations, workers, deadline, kept, seed))
        if outcome.complete and not claim_ids and not chapter_names:
            _remember(kept)
    _conclude(outcome, chapters, WORDS[lang])


@main.command()
@chapter_option
@language_option
@click.option(
    "--verdicts",
    "paths",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Verdict files to weave in. Default: the last whole check's.",
)
def read(chapter_names: Sequence[str], lang: str, paths: Sequence[Path]) -> None:
    """Read the note, with the verdicts woven in."""
    chapters = _some(_note(lang), chapter_names)
    runs, problems = _read_all(paths or [path for path in [_last()] if path.exists()])
    console = _console(width=100)
    for part in terminal.note(chapters, runs, WORDS[lang]):
        console.print(part)
    if not runs:
        console.print(f"\n{WORDS[lang].no_verdicts}", style="dim")
    _complain(problems)


@main.command(name="list")
@chapter_option
@language_option
def list_(chapter_names: Sequence[str], lang: str) -> None:
    """List the claims: id and sentence, by chapter and section."""
    console = _console()
    for chapter in _some(_note(lang), chapter_names):
        console.print(escape(chapter.title), style="bold")
        for section in chapter.sections:
            console.print(f"  {escape(section.title)}", style="italic")
            for claim in section.claims:
                console.print(f"    {escape(claim.title)}  [dim]{claim.id}[/dim]")


@main.command()
@click.argument("name", required=False)
def demo(name: str | None) -> None:
    """Run one of the note's example programs; without NAME, list them."""
    demos = {path.stem.replace("_", "-"): path for path in sorted(PROGRAMS.glob("demo_*.py"))}
    demos = {known.removeprefix("demo-"): path for known, path in demos.items()}
    if name is None:
        for known, path in demos.items():
            click.echo(f"{known:20} {_first_line(path)}")
        return
    if name not in demos:
        _usage(unknown("demo", name, demos))
    package = str(Path(__file__).parent.parent)
    paths = [*filter(None, [os.environ.get("PYTHONPATH")]), package]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(paths)}
    sys.exit(subprocess.run([sys.executable, demos[name]], env=environment, check=False).returncode)


@main.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="Write the merged runs there."
)
@click.option(
    "--expect",
    "expected",
    multiple=True,
    metavar="PYTHON",
    help="A Python (3.12, pypy3.11) that is shown as not run where no file has it (repeatable).",
)
@language_option
def combine(paths: Sequence[Path], output: Path | None, expected: Sequence[str], lang: str) -> None:
    """Merge verdict files into one matrix; those that do not fit are named, and left out.

    A folder stands for the `*.jsonl` files in it.
    """
    folders = [sorted(path.glob("*.jsonl")) if path.is_dir() else [path] for path in paths]
    runs, problems = _read_all(path for folder in folders for path in folder)
    if runs and output:
        try:
            verdicts.write(runs, output)
        except OSError as error:
            _usage(f"{output}: {error.strerror}")
    if runs:
        shown = [*runs, *_absent(expected, runs)]
        _report(runs, shown, _note(lang), WORDS[lang])
    _complain(problems)
    if not runs:
        sys.exit(NOTHING)
    sys.exit(_status(runs))


def _note(language: str) -> list[Chapter]:
    try:
        return read_note(language)
    except NoteError as error:
        _usage(str(error))


def _gate() -> None:
    """Stop where the note and its tests do not agree: no verdict would mean anything."""
    try:
        found = breaches()
    except NoteError as error:
        _usage(str(error))
    for breach in found:
        click.echo(str(breach), err=True)
    if found:
        sys.exit(NOT_AS_EXPECTED)


def _choose(
    chapters: Sequence[Chapter], claim_ids: Sequence[str], chapter_names: Sequence[str]
) -> list[Claim]:
    """Return the claims that both options leave, in the note's order."""
    wanted = {claim.id for claim in _or_usage(find_claims, chapters, claim_ids)}
    within = _some(chapters, chapter_names)
    claims = [claim for chapter in within for claim in chapter.claims]
    chosen = [claim for claim in claims if not claim_ids or claim.id in wanted]
    if not chosen:
        click.echo("nothing matches: no claim of these is in this chapter", err=True)
        sys.exit(NOTHING)
    return chosen


def _some(chapters: Sequence[Chapter], names: Sequence[str]) -> Sequence[Chapter]:
    found: Sequence[Chapter] = _or_usage(find_chapters, chapters, names)
    return found or chapters


def _or_usage(function: Any, *arguments: Any) -> Any:
    """Call `function`; where a name is not known, say so and end."""
    try:
        return function(*arguments)
    except (UnknownClaimError, UnknownImplementationError) as error:
        _usage(error.args[0])


def _usage(message: str) -> NoReturn:
    click.echo(f"mpspec: {message}", err=True)
    sys.exit(USAGE)


def _make(path: Path) -> None:
    """Make the file anew, so that what cannot be written is known before anything is run."""
    try:
        path.write_text("", encoding="utf-8")
    except OSError as error:
        _usage(f"{path}: {error.strerror}")


def _run(order: Order) -> Outcome:
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
        disable=not sys.stderr.isatty(),
    )
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
            sys.exit(INTERRUPTED)


def _conclude(outcome: Outcome, chapters: Sequence[Chapter], words: Words) -> NoReturn:
    run = outcome.run
    if run is None:
        click.echo(outcome.output, err=True)
        click.echo("mpspec: nothing ran", err=True)
        sys.exit(NOTHING)
    _report([run], [run], chapters, words)
    if not outcome.complete:
        click.echo(f"{outcome.output}\nmpspec: the run was cut short", err=True)
        sys.exit(NOT_AS_EXPECTED)
    sys.exit(_status([run]))


def _report(
    runs: Sequence[verdicts.Run],
    shown: Sequence[verdicts.Run],
    chapters: Sequence[Chapter],
    words: Words,
) -> None:
    """Print the matrix of what is `shown`, and what is wrong in `runs`."""
    _show(terminal.matrix(shown, chapters, words))
    _show(terminal.failures(runs, chapters, words))
    _show(["", terminal.summary(shown, words)])


def _status(runs: Iterable[verdicts.Run]) -> int:
    statuses = {status for run in runs for _, _, status in run.statuses()}
    if any(status.red or status is verdicts.Status.NOT_RUN for status in statuses):
        return NOT_AS_EXPECTED
    return 0 if any(status.green for status in statuses) else NOTHING


def _read_all(
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


def _complain(problems: Iterable[Exception]) -> None:
    problems = list(problems)
    for problem in problems:
        click.echo(str(problem), err=True)
    if problems:
        sys.exit(USAGE)


def _absent(expected: Iterable[str], runs: Sequence[verdicts.Run]) -> list[verdicts.Run]:
    """Return empty runs for the Pythons that were expected and have no file."""
    there = {cell.python_label for run in runs for cell in run.cells}
    names = {(cell.library, cell.start_method): cell for run in runs for cell in run.cells}
    absent = []
    for label in expected:
        if label not in there:
            kind, version = ("PyPy", label[4:]) if label.startswith("pypy") else ("CPython", label)
            try:
                cells = [verdicts.Cell(f"{kind} {version}", *name) for name in names]
            except ValueError as error:
                _usage(f"--expect: {error}")
            absent.append(verdicts.Run(cells, runs[0].claims))
    return absent


def _console(width: int | None = None) -> Console:
    """Return where to print; plain, and as wide as the matrix needs, if it is no terminal."""
    if not sys.stdout.isatty() and "COLUMNS" not in os.environ:
        return Console(width=width or PLAIN_WIDTH)
    return Console()


def _show(parts: Iterable[RenderableType]) -> None:
    console = _console()
    for part in parts:
        console.print(part, highlight=False)


def _last() -> Path:
    """Return where the last whole check's verdicts are kept."""
    return platformdirs.user_cache_path("mpspec") / "last.jsonl"


def _remember(path: Path) -> None:
    """Keep the verdicts for `mpspec read`; where that cannot be, it does without."""
    try:
        _last().parent.mkdir(parents=True, exist_ok=True)
        verdicts.write(verdicts.read(path), _last())
    except OSError as error:
        click.echo(f"mpspec: not kept for `mpspec read`: {error}", err=True)


def _first_line(program: Path) -> str:
    docstring = ast.get_docstring(ast.parse(program.read_text(encoding="utf-8"))) or ""
    return docstring.partition("\n")[0]
