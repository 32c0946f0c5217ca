"""`mpspec diff`: what changes from one cell, or one file of verdicts, to another."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from mpspec import verdicts
from mpspec.claims import LANGUAGES
from mpspec.cli import common
from mpspec.report import comparison
from mpspec.report.changes import changes_model
from mpspec.report.changes_page import changes_page
from mpspec.report.sides import CellError, Pairs, cells_of, files, normal
from mpspec.report.words import WORDS, Words

DIFFERENT = 1


@click.command()
@click.argument("before")
@click.argument("after")
@click.option(
    "--default",
    is_flag=True,
    help="Compare what a program gets that chooses no start method.",
)
@common.verdicts_option
@click.option("--markdown", "as_markdown", is_flag=True, help="Print Markdown.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Write it as one HTML page to this file instead, in both languages.",
)
@common.language_option
def diff(
    before: str,
    after: str,
    *,
    default: bool,
    paths: Sequence[Path],
    as_markdown: bool,
    output: Path | None,
    lang: str,
) -> None:
    """Show which verdicts differ, and what to do about it.

    BEFORE and AFTER are two start methods (fork forkserver), two Pythons (py313 py314), two cells
    (fork@3.13 forkserver@3.14), or two verdict files (old.jsonl new.jsonl).

    Exit status, as diff's: 0 if no verdict differs, 1 if one does, 2 for trouble.
    """
    if output and as_markdown:
        common.usage("a page is no Markdown: leave --markdown or --output out")
    try:
        pairs = _pairs(before, after, paths, default=default)
    except (CellError, verdicts.VerdictFileError) as error:
        common.usage(str(error.args[0]))
    note = {language: common.note(language) for language in (LANGUAGES if output else [lang])}
    pages = {language: common.questions(language) for language in note}
    names = _called(before), _called(after)
    told = {
        language: changes_model(
            pairs,
            chapters,
            *(_by_default(*names, pairs, WORDS[language]) if default else names),
            WORDS[language],
            page=pages[language],
        )
        for language, chapters in note.items()
    }
    changes = told[lang]
    if output:
        common.write_page(output, changes_page(told, note, lang))
    elif as_markdown:
        click.echo(comparison.markdown(changes, WORDS[lang]))
    else:
        common.show(comparison.shown(changes, WORDS[lang]), width=100)
    sys.exit(DIFFERENT if changes.any else 0)


def _pairs(before: str, after: str, paths: Sequence[Path], *, default: bool) -> Pairs:
    if is_file(before) or is_file(after):
        if paths:
            common.usage("two files are compared with each other: leave --verdicts out")
        ours, theirs = (verdicts.combine(verdicts.read(Path(name))) for name in (before, after))
        return files(ours, theirs, default=default)
    if not paths and not common.last().exists():
        common.usage("no verdicts yet: `mpspec check` gives them, or name files by --verdicts")
    runs = [run for path in paths or [common.last()] for run in verdicts.read(path)]
    return cells_of(verdicts.combine(runs), before, after, default=default)


def is_file(name: str) -> bool:
    """Return whether a file is meant and no cell."""
    return name.endswith(".jsonl") or Path(name).is_file()


def _called(name: str) -> str:
    return name if is_file(name) else normal(name)


def _by_default(before: str, after: str, pairs: Pairs, words: Words) -> tuple[str, str]:
    """Return how both sides are called of which the default is meant: with what the default is."""
    places = ([pair.before for pair in pairs.pairs], [pair.after for pair in pairs.pairs])
    before, after = (
        words.changes.default.format(
            side=side, cells=", ".join(dict.fromkeys(place.cell.name for place in there))
        )
        for side, there in zip((before, after), places, strict=True)
    )
    return before, after
