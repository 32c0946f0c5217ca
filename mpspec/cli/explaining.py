"""`mpspec explain`: all there is to say of one claim."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from mpspec import faults
from mpspec.claims import find_claims
from mpspec.cli import common
from mpspec.report import explanation
from mpspec.report.sides import named, places
from mpspec.report.words import WORDS
from mpspec.trial import seen_to_fail


@click.command()
@click.argument("claim_id", metavar="CLAIM")
@click.option(
    "--cell",
    metavar="NAME",
    help="Draw what happened there: fork, py314, fork@3.14. Default: where it is most telling.",
)
@common.verdicts_option
@common.language_option
def explain(claim_id: str, cell: str | None, paths: Sequence[Path], lang: str) -> None:
    """Explain one claim: its verdicts, its test, when it fails, and what its processes did.

    CLAIM is its id (see `mpspec list`) or the name of its test.
    """
    chapters = common.note(lang)
    [claim] = common.or_usage(find_claims, chapters, [claim_id])
    runs, problems = common.read_at_hand(paths)
    known = explanation.Known(
        runs,
        {each.id: each for chapter in chapters for each in chapter.claims},
        common.sources().get(claim.id, ""),
        seen_to_fail(claim.id, faults.load().values(), lang),
        common.or_usage(named, cell, places(runs)) if cell else places(runs),
    )
    common.show(explanation.explained(claim, known, WORDS[lang]), width=100)
    common.complain(problems)
