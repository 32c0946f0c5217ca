"""`mpspec read` and `mpspec list`: the note and its claims."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
from rich.text import Text

from mpspec.claims import Chapter, find_chapters
from mpspec.cli import common
from mpspec.questions import Questions
from mpspec.report import terminal
from mpspec.report.words import WORDS


@click.command()
@common.chapter_option
@common.language_option
@common.verdicts_option
def read(chapter_names: Sequence[str], lang: str, paths: Sequence[Path]) -> None:
    """Read the note, with the verdicts woven in."""
    chapters, page = common.note(lang), common.questions(lang)
    pages: list[Chapter | Questions] = [*chapters, *([page] if page else [])]
    chosen = common.or_usage(find_chapters, pages, chapter_names) or pages
    claims = {claim.id: claim for chapter in chapters for claim in chapter.claims}
    runs, problems = common.read_at_hand(paths)
    console = common.new_console(width=100)
    for each in chosen:
        if isinstance(each, Chapter):
            parts = terminal.note([each], runs, WORDS[lang])
        else:
            parts = terminal.questions(each, claims, runs, WORDS[lang])
        for part in parts:
            console.print(part)
    if not runs:
        console.print(f"\n{WORDS[lang].no_verdicts}", style="dim")
    common.complain(problems)


@click.command(name="list")
@common.chapter_option
@common.language_option
def list_(chapter_names: Sequence[str], lang: str) -> None:
    """List the claims: id and sentence, by chapter and section."""
    console = common.new_console()
    for chapter in common.some(common.note(lang), chapter_names):
        console.print(chapter.title, style="bold")
        for section in chapter.sections:
            console.print(f"  {section.title}", style="italic")
            for claim in section.claims:
                console.print(Text(f"    {claim.title}  ").append(claim.id, style="dim"))
