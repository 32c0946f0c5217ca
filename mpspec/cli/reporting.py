"""`mpspec report`: the note with its verdicts as one HTML page."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from mpspec import faults
from mpspec.claims import LANGUAGES
from mpspec.cli import common
from mpspec.report import page
from mpspec.trial import seen_to_fail


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default=Path("mpspec.html"),
    show_default=True,
    help="Where to write the page.",
)
@common.language_option
def report(paths: Sequence[Path], output: Path, lang: str) -> None:
    """Write the note with its verdicts as one HTML page, which opens from disk.

    Of the verdict files given; without any, of the last whole check. A folder stands for the
    *.jsonl files in it. If one of them cannot be taken it is named, and no page is written.
    """
    if not paths and not common.last().exists():
        click.echo("mpspec: no verdicts yet: `mpspec check` gives them", err=True)
        sys.exit(common.NOTHING)
    runs, problems = common.read_all(_files(paths or [common.last()]))
    common.complain(problems)
    if not runs:
        click.echo("mpspec: no verdict file is there", err=True)
        sys.exit(common.NOTHING)
    note = {language: common.note(language) for language in LANGUAGES}
    known = faults.load().values()
    claims = [claim.id for chapter in note["en"] for claim in chapter.claims]
    text = page.page(
        runs,
        note,
        common.sources(),
        {claim: {name: seen_to_fail(claim, known, name) for name in LANGUAGES} for claim in claims},
        lang,
        questions={language: common.questions(language) for language in LANGUAGES},
    )
    common.write_page(output, text)


def _files(paths: Sequence[Path]) -> list[Path]:
    folders = [sorted(path.glob("*.jsonl")) if path.is_dir() else [path] for path in paths]
    return [path for folder in folders for path in folder]
