"""From pytest's outcome of one phase of a test to a verdict on its claim."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pytest

from mpspec.differences import Difference
from mpspec.expectations import Expectation
from mpspec.history import Report
from mpspec.implementations import NotOffered
from mpspec.observer import DeadlineError
from mpspec.program import FloodError
from mpspec.verdicts import Status

LONGEST_OUTPUT = 1 << 20
"""Characters of captured output beyond which a test counts as flooding it."""

STRIKE = "strike the row from the table of differences"

TIMEOUT_MESSAGE = "Timeout ("  # how pytest-timeout's failure begins


@dataclass
class Judged:
    """The verdict that one phase of a test (setup, call, teardown) gives."""

    status: Status | None  # None: this phase says nothing
    seen: str = ""
    expected: str = Status.HOLDS.value
    instead: str = ""
    seconds: float = 0.0
    history: Iterable[Report] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return it as simple values, which pytest-xdist can carry."""
        return {
            "status": self.status.value if self.status else "",
            "seen": self.seen,
            "expected": self.expected,
            "instead": self.instead,
            "seconds": self.seconds,
            "history": [_as_list(report) for report in self.history],
        }


def judge(
    report: pytest.TestReport,
    raised: pytest.ExceptionInfo[Any] | None,
    expected: Expectation,
    known: Difference | None = None,
) -> Judged:
    """Return the verdict of one phase, and make pytest's `report` of it say the same.

    - `known`: how the library under test is known to differ from the note here.
    """
    if report.when != "call":
        status, seen = _around_the_call(report, raised, expected)
    elif flood := _cut_flood(report):
        status, seen = Status.FAILS, flood
    else:
        status, seen = _in_the_call(raised, expected)
        if known is not None:
            status, seen = _as_known(raised, expected, known)
    _tell(report, status, seen)
    awaited = Status.REFUTED if expected.status is Status.REFUTED else Status.HOLDS
    if known is not None:
        awaited = status if status in {Status.HOLDS, Status.REFUTED} else known.judged
    return Judged(status, seen, awaited.value, expected.instead, report.duration)


def _around_the_call(
    report: pytest.TestReport, raised: pytest.ExceptionInfo[Any] | None, expected: Expectation
) -> tuple[Status | None, str]:
    if raised is None:
        return None, ""
    if isinstance(raised.value, pytest.skip.Exception):
        offered = expected.status is not Status.NOT_OFFERED
        status = Status.NOT_APPLICABLE if offered else Status.NOT_OFFERED
        return status, expected.reason or str(raised.value)
    return Status.ERROR, f"in {report.when}: {raised.exconly()}"


def _in_the_call(
    raised: pytest.ExceptionInfo[Any] | None, expected: Expectation
) -> tuple[Status, str]:
    should_be_refuted = expected.status is Status.REFUTED
    if raised is None:
        if should_be_refuted:
            return Status.FAILS, f"expected to be refuted ({expected.reason}), and it holds"
        return Status.HOLDS, ""
    status = _status_of(raised.value)
    flooded = isinstance(raised.value, FloodError)  # which refutes nothing
    if status is Status.FAILS and should_be_refuted and not flooded:
        status = Status.REFUTED
    absent = status in {Status.NOT_OFFERED, Status.NOT_APPLICABLE}
    return status, str(raised.value) if absent else raised.exconly()


def _as_known(
    raised: pytest.ExceptionInfo[Any] | None, expected: Expectation, known: Difference
) -> tuple[Status, str]:
    """Return the verdict where the library is known to differ: it must, and in the known way."""
    came, seen = _in_the_call(raised, Expectation())
    usual = Status.FAILS if expected.status is Status.REFUTED else Status.HOLDS
    strict = len(known.verdicts) == 1 or came not in known.verdicts
    if came is usual and strict:
        return Status.FAILS, f"{known}: known as {known.way}, and it is not: {STRIKE}"
    if came in known.verdicts:
        judged = Status.HOLDS if came is Status.HOLDS else Status.REFUTED
        return judged, f"{known}\n{came.value} {seen}".rstrip()
    status = came if came.red else Status.FAILS
    return status, f"{known}: known as {known.way}, and it is {came.value} {seen}".strip()


def _status_of(raised: BaseException) -> Status:
    """Return what an exception that ended a test says of its claim."""
    if isinstance(raised, NotOffered):
        return Status.NOT_OFFERED
    if isinstance(raised, pytest.skip.Exception):
        return Status.NOT_APPLICABLE
    if isinstance(raised, DeadlineError) or _timed_out(raised):
        return Status.HANGS
    if isinstance(raised, (AssertionError, pytest.fail.Exception)):
        return Status.FAILS
    return Status.ERROR


def _timed_out(raised: BaseException) -> bool:
    return isinstance(raised, pytest.fail.Exception) and str(raised).startswith(TIMEOUT_MESSAGE)


def _cut_flood(report: pytest.TestReport) -> str:
    """Cut captured output that is too long; return what to say of it, nothing if none is."""
    flooded = ""
    for number, (title, text) in enumerate(report.sections):
        if len(text) > LONGEST_OUTPUT:
            report.sections[number] = title, text[:1000] + "\n[cut]\n"
            flooded = f"it flooded its output: {title}, more than {LONGEST_OUTPUT} characters"
    return flooded


def _tell(report: pytest.TestReport, status: Status | None, seen: str) -> None:
    """Make pytest's report agree with the verdict."""
    vars(report).pop("wasxfail", None)  # pytest's own expectations have no say in it
    if status is Status.REFUTED:
        report.outcome, report.longrepr = "passed", None
    elif status in {Status.NOT_OFFERED, Status.NOT_APPLICABLE}:
        path, line, _ = report.location
        report.outcome, report.longrepr = "skipped", (path, line or 0, f"{status.value}: {seen}")
    elif status is not None and status.red and report.outcome != "failed":
        report.outcome, report.longrepr = "failed", f"{status.value}: {seen}"


def _as_list(report: Report) -> list[Any]:
    return [report.time, report.probe, report.kind, report.event, report.value]
