"""`mpspec combine`: several verdict files as one matrix."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from mpspec import verdicts
from mpspec.cli import common, exporting
from mpspec.report.words import WORDS


@click.command()
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
@exporting.options
@common.language_option
def combine(
    paths: Sequence[Path],
    output: Path | None,
    expected: Sequence[str],
    lang: str,
    **exports: Path | None,
) -> None:
    """Merge verdict files into one matrix; those that do not fit are named, and left out.

    A folder stands for the `*.jsonl` files in it.
    """
    folders = [sorted(path.glob("*.jsonl")) if path.is_dir() else [path] for path in paths]
    runs, problems = common.read_all(path for folder in folders for path in folder)
    if runs and output:
        try:
            verdicts.write(runs, output)
        except OSError as error:
            common.usage(f"{output}: {error.strerror}")
    if runs:
        shown = [*runs, *_absent(expected, runs)]
        chapters = common.note(lang)
        common.report(runs, shown, chapters, WORDS[lang])
        exporting.export(exports, shown, chapters, WORDS[lang])
    common.complain(problems)
    if not runs:
        sys.exit(common.NOTHING)
    sys.exit(common.exit_status(runs))


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
                common.usage(f"--expect: {error}")
            absent.append(verdicts.Run(cells, runs[0].claims))
    return absent
