"""The options that write verdicts in forms that others read; for several commands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from mpspec.claims import Chapter
from mpspec.cli import common
from mpspec.report.badge import badge
from mpspec.report.files import write_whole
from mpspec.report.junit import junit
from mpspec.report.summary import summary
from mpspec.report.words import Words
from mpspec.verdicts import Run

Command = TypeVar("Command", bound=Callable[..., Any])

Exports = dict[str, Path | None]

HELP = {
    "junit": "Write JUnit XML there, as CI systems read it.",
    "markdown": "Write a summary for a pull request there, as Markdown.",
    "badge": "Write a badge for a README there, as SVG.",
}


def options(command: Command) -> Command:
    """Give a command the options `--junit`, `--markdown` and `--badge`, each with a file."""
    for name, text in reversed(HELP.items()):
        path = click.Path(path_type=Path, dir_okay=False, allow_dash=False)
        command = click.option(f"--{name}", metavar="FILE", type=path, help=text)(command)
    return command


def writable(exports: Exports) -> None:
    """Stop before anything is run, where a file could not be written afterwards."""
    for path in filter(None, exports.values()):
        if not path.parent.is_dir():
            common.usage(f"{path}: there is no folder {path.parent}")


def export(
    exports: Exports, runs: Sequence[Run], chapters: Sequence[Chapter], words: Words
) -> None:
    """Write what is asked for, each file whole or not at all."""
    makers = {
        "junit": lambda: junit(runs, chapters),
        "markdown": lambda: summary(runs, chapters, words),
        "badge": lambda: badge(runs, words),
    }
    for name, path in exports.items():
        if path is not None:
            try:
                write_whole(path, makers[name]())
            except OSError as error:
                common.usage(f"{path}: {error.strerror}")
