"""`mpspec ask`: the questions and claims of the note that a few words find."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import click

from mpspec.claims import LANGUAGES
from mpspec.cli import common
from mpspec.report import terminal
from mpspec.report.words import WORDS
from mpspec.search import SearchError, language_of, search

FEW = 3


@click.command()
@click.argument("words", nargs=-1, required=True)
@click.option(
    "-n",
    "--number",
    type=click.IntRange(min=1),
    default=FEW,
    show_default=True,
    help="So many finds at the most.",
)
@common.verdicts_option
@click.option(
    "--lang",
    type=click.Choice(LANGUAGES),
    help="Language of the note. Default: that of the words.",
)
def ask(words: Sequence[str], number: int, paths: Sequence[Path], lang: str | None) -> None:
    """Find what the note says to a question: mpspec ask does my lambda start.

    The best find comes first: a question with its answer and the claims that show it, or a claim.
    Exit status 3 if nothing matches.
    """
    asked = " ".join(words)
    language = lang or language_of(asked)
    said, chapters = WORDS[language], common.note(language)
    try:
        hits = list(search(asked, chapters, common.questions(language)))
    except SearchError as error:
        common.usage(str(error))
    if not hits:
        click.echo(said.ask.nothing.format(words=asked), err=True)
        sys.exit(common.NOTHING)
    claims = {claim.id: claim for chapter in chapters for claim in chapter.claims}
    runs, problems = common.read_at_hand(paths)
    console = common.new_console(width=100)
    for hit in islice(hits, number):
        found = (
            terminal.question(hit.question, claims, runs, said)
            if hit.question
            else ["", *terminal.claim_in_short(hit.claims[0], runs, said)]
        )
        for part in found:
            console.print(part, highlight=False)
    if len(hits) > number:
        left_out = said.ask.left_out.format(count=len(hits) - number)
        console.print(f"\n{left_out}", style="dim", highlight=False)
    common.complain(problems)
