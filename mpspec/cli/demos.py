"""`mpspec demo`: the note's example programs, for a learner to run."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import click

from mpspec.cli import common
from mpspec.cli.live import watch
from mpspec.program import PROGRAMS
from mpspec.report.words import WORDS
from mpspec.search_path import search_path
from mpspec.suggest import unknown


@click.command()
@click.argument("name", required=False)
@common.language_option
def demo(name: str | None, lang: str) -> None:
    """Run one of the note's example programs; without NAME, list them.

    In a terminal, what its processes do is drawn as it happens.
    """
    demos = {path.stem.replace("_", "-"): path for path in sorted(PROGRAMS.glob("demo_*.py"))}
    demos = {known.removeprefix("demo-"): path for known, path in demos.items()}
    if name is None:
        for known, path in demos.items():
            click.echo(f"{known:20} {_first_line(path)}")
        return
    if name not in demos:
        common.usage(unknown("demo", name, demos))
    console = common.new_console()
    if console.is_terminal and not console.is_dumb_terminal:
        sys.exit(watch(demos[name], console, WORDS[lang]))
    environment = os.environ | {"PYTHONPATH": search_path()}
    sys.exit(subprocess.run([sys.executable, demos[name]], env=environment, check=False).returncode)


def _first_line(program: Path) -> str:
    docstring = ast.get_docstring(ast.parse(program.read_text(encoding="utf-8"))) or ""
    return docstring.partition("\n")[0]
