"""`mpspec faults`: the claims held against breaks of multiprocessing."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

import click

from mpspec import faults as broken
from mpspec.claims import Chapter, Claim
from mpspec.cli import common
from mpspec.faults.exempt import EXEMPT
from mpspec.implementations import select
from mpspec.report import trials as report
from mpspec.suggest import unknown
from mpspec.trial import Trial, one_each, silent_here, trials, untripped


@click.command()
@click.option("--fault", "names", multiple=True, metavar="NAME", help="Only this fault.")
@common.claim_option
@common.chapter_option
@click.option(
    "--implementation",
    "implementations",
    multiple=True,
    metavar="NAME",
    help="Only under this start method: fork, spawn, forkserver, threads (repeatable).",
)
@click.option("--all", "everything", is_flag=True, help="Run every claim under every fault.")
@click.option(
    "--quick",
    is_flag=True,
    help="Try one fault for each section, under one start method, and none by a hang.",
)
def faults(  # noqa: PLR0917 - click passes an argument for each option, by name
    names: Sequence[str],
    claim_ids: Sequence[str],
    chapter_names: Sequence[str],
    implementations: Sequence[str],
    everything: bool,  # noqa: FBT001 - click passes it by name
    quick: bool,  # noqa: FBT001
) -> None:
    """Break multiprocessing, fault by fault, and see which claims notice.

    Ends with 0 only if each fault is caught by every claim that it names, and each claim by some
    fault.
    """
    chapters = common.note("en")
    claims = common.choose(chapters, claim_ids, chapter_names)
    chosen = _chosen(names, claims)
    if quick:
        chosen = _quick_ones(chosen, chapters)
    if not chosen:
        click.echo("nothing matches: no fault of these concerns these claims", err=True)
        sys.exit(common.NOTHING)
    methods = [cell.start_method for cell in common.or_usage(select, implementations)]
    tried = []
    with common.progress_bar() as bar:
        task = bar.add_task("faults", total=len(chosen))
        for trial in trials(
            chosen,
            chapters,
            methods if implementations else (),
            everything=everything,
            quick=quick,
        ):
            tried.append(trial)
            bar.update(task, completed=len(tried), description=trial.fault.name)
    concerned = claims if not quick else [c for c in claims if c.id in _named_by(chosen)]
    missed = [] if names else untripped(tried, concerned, EXEMPT)
    common.show(report.trials(tried, missed, silent_here(tried), everything=everything))
    _conclude(tried, missed)


def _named_by(chosen: Iterable[broken.Fault]) -> set[str]:
    return {claim for fault in chosen for claim in fault.claims}


def _chosen(names: Sequence[str], claims: Iterable[Claim]) -> list[broken.Fault]:
    """Return the faults named, or all, as far as they concern `claims`."""
    known = broken.load()
    for name in names:
        if name not in known:
            common.usage(unknown("fault", name, known))
    concerned = {claim.id for claim in claims}
    found = [known[name] for name in names or known]
    return [fault for fault in found if concerned.intersection(fault.claims)]


def _quick_ones(chosen: Iterable[broken.Fault], chapters: Iterable[Chapter]) -> list[broken.Fault]:
    """Return one of the faults for each section, none that shows by a hang.

    A hang takes as long as ten others.
    """
    sections = [section for chapter in chapters for section in chapter.sections]
    return one_each([fault for fault in chosen if not fault.hangs], sections)


def _conclude(tried: Sequence[Trial], missed: Sequence[Claim]) -> None:
    if any(trial.escaped for trial in tried) or missed:
        sys.exit(common.NOT_AS_EXPECTED)
    if not any(trial.tested for trial in tried):
        sys.exit(common.NOTHING)
