"""Puts the runner into bad worlds, and writes the table of what happened.

    python -m benchmarks.bad_worlds [WORD ...] [--table docs/bad-worlds.md]

With words, only the worlds whose names have one of them, and no table. Exit status 1 if something
happened in a world that should not: another message, exit status or verdict file, or something
left behind ten seconds after the end.
"""

from __future__ import annotations

import platform
import re
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from benchmarks.bad_worlds.place import ROOT, Impossible, Place
from benchmarks.bad_worlds.worlds import WORLDS, World
from mpspec.verdicts import this_python

HEAD = """\
# The runner in bad worlds

What a person gets from the runner where the world is bad, which verdicts the file still tells, and
what is left behind ten seconds after the end: processes, temporary files, shared memory. In each
world one claim or two are checked under fork. Made by `tox -e bad-worlds`, on {python}, {system}.

| world | what a person gets | exit status | verdicts kept | left behind |
|---|---|---|---|---|
"""


@dataclass
class Row:
    """What happened in one world."""

    world: World
    what: str
    status: str = "-"
    kept: str = "-"
    left: Sequence[str] = ()
    wrong: Sequence[str] = ()
    output: str = ""

    def __str__(self) -> str:
        left = ", ".join(self.left) or ("-" if self.status == "-" else "nothing")
        cells = (self.world.name, self.what, self.status, self.kept, left)
        return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


@click.command()
@click.argument("words", nargs=-1)
@click.option("--table", type=click.Path(path_type=Path), default=ROOT / "docs" / "bad-worlds.md")
def main(words: Sequence[str], table: Path) -> None:
    """Put the runner into bad worlds."""
    chosen = [each for each in WORLDS if not words or any(word in each.name for word in words)]
    rows = []
    for world in chosen:
        begin = time.monotonic()
        row = enter(world)
        rows.append(row)
        click.echo(f"{row!s:.300}".rstrip() + f" {time.monotonic() - begin:.0f} s")
        for problem in row.wrong:
            click.echo(f"  WRONG: {problem}")
        if row.wrong:
            click.echo(row.output)
    if not words:
        head = HEAD.format(python=this_python(), system=platform.system())
        table.write_text(head + "".join(map(str, rows)), encoding="utf-8")
    sys.exit(any(row.wrong for row in rows))


def enter(world: World) -> Row:
    """Make a bad world, run what it does there, and hold it against what is expected."""
    with tempfile.TemporaryDirectory(prefix="bad") as name, Place(Path(name)) as place:
        place.folder.chmod(0o755)
        try:
            done = world.make(place)
        except Impossible as error:
            return Row(world, f"cannot be made here: {error}")
        left, kept = place.left(), place.kept()
        output = done.output.replace(str(place.folder), "...")
        said = re.search(world.says, output, re.MULTILINE) if world.says else None
        what = said[0].strip() if said else ""
        if not world.says:
            what = "nothing is said" if not output else output.strip().splitlines()[-1]
        row = Row(world, what, str(done.status), kept, left, output=output)
        row.wrong = [*_wrong(row, found=bool(said))]
        return row


def _wrong(row: Row, *, found: bool) -> Sequence[str]:
    world = row.world
    wrong = []
    if world.says and not found:
        wrong.append(f"nothing like {world.says!r} was said")
    if "Traceback" in row.output and not world.traceback:
        wrong.append("a traceback, where a message should be")
    if row.status != str(world.status):
        wrong.append(f"exit status {row.status}, not {world.status}")
    if not re.fullmatch(world.kept, row.kept):
        wrong.append(f"kept: {row.kept}, not {world.kept}")
    return [*wrong, *(f"left behind: {each}" for each in row.left)]


if __name__ == "__main__":
    main()
