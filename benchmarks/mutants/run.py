"""Runs the spec with a mutant in front of the real multiprocessing."""

from __future__ import annotations

import multiprocessing
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn

from benchmarks.mutants.mutate import Mutant
from mpspec import leftovers, runner
from mpspec.claims import Claim
from mpspec.runner import Order, Outcome, execute
from mpspec.verdicts import Run, Status, Verdict

PACKAGE = Path(multiprocessing.__file__).parent

MEMORY = 4 << 30
"""Bytes of memory that a process may take."""

OUTPUT = 64 << 20
"""Bytes that a process may write to one file."""

TIDY = 1.0
"""Seconds that a stopped run has to tear down: a mutant may keep it from ending by itself."""

# Prints where a child finds multiprocessing, which its target needs no module for.
WHERE = "import multiprocessing; print(multiprocessing.__file__, flush=True)"
ASK = """
import multiprocessing
child = multiprocessing.get_context({method!r}).Process(target=exec, args=({where!r},))
child.start()
child.join()
"""

Baseline = Mapping[str, Status]


@dataclass(frozen=True)
class Setting:
    """How the spec is run."""

    method: str  # the start method
    claims: Sequence[Claim]  # in the order in which they are tried
    deadline: float  # seconds that a test waits
    limit: int  # seconds that a whole run may take


@dataclass(frozen=True)
class Judgement:
    """What came of a mutant.

    - `killed`: the verdict of `claim` changed, and changed again when it was run alone;
    - `unsteady`: it changed, did not when it was run alone, and no other one changed;
    - `crashed`: the tests could not be run to their end, which is no claim's merit;
    - `survived`: every verdict stayed what it was.
    """

    outcome: str
    seconds: float
    claim: str = ""
    status: str = ""
    seen: str = ""  # its first line


class ChangedError(Exception):
    """A verdict is not what it was without the mutant; it came after `seconds`."""

    def __init__(self, verdict: Verdict, seconds: float) -> None:
        super().__init__(verdict.claim)
        self.verdict = verdict
        self.seconds = seconds


class TooLongError(Exception):
    """The run took longer than its limit."""


def baseline(setting: Setting) -> Baseline:
    """Return the verdicts with an unchanged copy of the package.

    Ends the program if a process of the start method would not get the copy, or if a verdict is
    red, also alone: then no mutant could be judged by it.
    """
    with _in_front(None) as folder:
        _check_it_is_found(folder, setting.method)
        outcome = _run(setting, setting.claims, _ignore)
        if not outcome.run or not outcome.complete:
            sys.exit(f"the spec does not run under {setting.method}:\n{outcome.output[-2000:]}")
        found = _statuses(outcome.run)
        found |= {claim: _alone(claim, setting) for claim in found if found[claim].red}
    red = [f"{claim}: {status.value}" for claim, status in found.items() if status.red]
    if red:
        sys.exit(f"without any mutant, under {setting.method}:\n" + "\n".join(red))
    return found


def judge(mutant: Mutant | None, setting: Setting, usual: Baseline) -> Judgement:
    """Run the spec with `mutant` (None: unchanged) until the first verdict that is not `usual`.

    One that is as usual when its claim is run alone was an accident, of a busy machine or of a
    mutant that does its harm now and then: the run goes on behind that claim.
    """
    runner.TIDY = TIDY
    begin = time.monotonic()
    with _in_front(mutant):
        accident, left = "", list(setting.claims)
        while left:
            found = _one_run(replace(setting, claims=left), usual, begin)
            if found.outcome != "killed":
                break
            if _alone(found.claim, setting) is not usual[found.claim]:
                return found
            accident = accident or found.claim
            left = left[[claim.id for claim in left].index(found.claim) + 1 :]
    if accident and found.outcome != "crashed":
        return replace(found, outcome="unsteady", claim=accident)
    return found


def _one_run(setting: Setting, usual: Baseline, begin: float) -> Judgement:
    """Return what came of one run, whose times count from `begin`."""

    def stop_if_changed(_: Run, verdict: Verdict) -> None:
        if verdict.status is not usual[verdict.claim]:
            raise ChangedError(verdict, time.monotonic() - begin)

    try:
        outcome = _run(setting, setting.claims, stop_if_changed)
    except ChangedError as change:
        verdict = change.verdict
        seen = verdict.seen.partition("\n")[0]
        return Judgement("killed", change.seconds, verdict.claim, verdict.status.value, seen)
    except TooLongError:
        return Judgement("crashed", time.monotonic() - begin, seen=f"> {setting.limit} s")
    seconds = time.monotonic() - begin
    if outcome.complete:
        return Judgement("survived", seconds)
    return Judgement("crashed", seconds, seen=_last_line(outcome.output))


def _alone(claim: str, setting: Setting) -> Status:
    """Return the verdict on one claim that is run alone."""
    chosen = [each for each in setting.claims if each.id == claim]
    try:
        run = _run(setting, chosen, _ignore).run
    except TooLongError:
        return Status.HANGS
    return run.status(claim, run.cells[0].name) if run else Status.CRASHES


@contextmanager
def _in_front(mutant: Mutant | None) -> Iterator[Path]:
    """Put a copy of multiprocessing on the path that the processes started from here get."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        copy = Path(folder) / PACKAGE.name
        shutil.copytree(PACKAGE, copy)
        if mutant:
            module = copy / f"{mutant.module}.py"
            module.write_text(mutant.apply(module.read_text("utf-8")), "utf-8")
        before = os.environ.get("PYTHONPATH")
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [folder, before]))
        try:
            yield Path(folder)
        finally:
            os.environ["PYTHONPATH"] = before or ""


def _check_it_is_found(folder: Path, method: str) -> None:
    """See to it that both a program and its children import the copy."""
    method = "spawn" if method == "threads" else method  # whose whole programs start processes
    program = ASK.format(method=method, where=WHERE) + WHERE
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    expected = [str(folder / PACKAGE.name / "__init__.py")] * 2
    if done.stdout.split() != expected:
        sys.exit(f"under {method} it is not the copy that is imported:\n{done.stdout}{done.stderr}")


def _run(
    setting: Setting, claims: Sequence[Claim], follow: Callable[[Run, Verdict], None]
) -> Outcome:
    """Run `claims`; whatever they start is ended, also if `follow` raises or it takes too long."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "verdicts.jsonl"
        path.touch()
        order = Order(claims, [setting.method], 0, setting.deadline, path)
        with _limited(setting.limit), leftovers.limited_files(OUTPUT):
            return execute(order, None, follow)


@contextmanager
def _limited(seconds: int) -> Iterator[None]:
    """Bound the time and the memory of what may run wild."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, before[1]))
    signal.signal(signal.SIGALRM, _too_long)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        resource.setrlimit(resource.RLIMIT_AS, before)


def _too_long(_: int, __: object) -> NoReturn:
    raise TooLongError


def _statuses(run: Run) -> dict[str, Status]:
    return {claim: status for claim, _, status in run.statuses()}


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""


def _ignore(*_: object) -> None:
    """Take no notice of a verdict as it comes."""
