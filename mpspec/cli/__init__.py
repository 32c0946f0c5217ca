"""The command `mpspec`.

Exit status: 0 all as the note says; 1 some verdict is not, or note and tests do not agree;
2 wrong usage or bad input; 3 nothing matched, or nothing ran; 130 interrupted. `diff` ends as diff
does: 0 nothing differs, 1 something does, 2 trouble.
"""

from __future__ import annotations

import click

from mpspec import __version__
from mpspec.cli.asking import ask
from mpspec.cli.checking import check
from mpspec.cli.combining import combine
from mpspec.cli.comparing import diff
from mpspec.cli.demos import demo
from mpspec.cli.explaining import explain
from mpspec.cli.faulting import faults
from mpspec.cli.reading import list_, read
from mpspec.cli.reporting import report


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="mpspec")
def main() -> None:
    """Verify what a note claims of Python's multiprocessing, claim by claim."""


for command in (check, read, ask, list_, demo, combine, faults, diff, explain, report):
    main.add_command(command)
