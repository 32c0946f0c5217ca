"""The verdicts of a session, collected from pytest's reports and written as they come.

It runs in the process that the user started, also when pytest-xdist runs the tests elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

from mpspec.claims import claim_of, read_note
from mpspec.differences import Difference, Differences
from mpspec.implementations import Implementation
from mpspec.verdicts import Cell, Run, Status, Verdict, Writer, count, this_python

_SPEC = re.compile(r"(?:.*/)?test_\d\d_\w+\.py::")
_NODE = re.compile(_SPEC.pattern + r"(?P<test>test_\w+)\[(?P<cell>[^\]]+)\]")


class Recorder:
    """Keeps the run's verdicts, and writes them to `path` if there is one."""

    def __init__(
        self,
        path: Path | None,
        chosen: Sequence[Implementation],
        seed: int | None = None,
        differences: Differences | None = None,
    ) -> None:
        self.path = path
        self.run = Run(cells=[cell_of(each) for each in chosen], claims=[], seed=seed)
        self._chosen = {cell.short: cell for cell in chosen}
        self._differences = differences or Differences()
        self._file: Writer | None = None
        self._parts: dict[str, list[dict[str, Any]]] = {}  # node -> what its phases said
        self._broken = False  # by an error of pytest's, or of a plugin

    def pytest_sessionstart(self) -> None:
        """Empty the file, so that nobody takes an earlier run's verdicts for this one's."""
        if self.path is not None:
            try:
                self._file = Writer(self.path)
            except OSError as error:
                raise pytest.UsageError(f"{self.path}: {error.strerror}") from None

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Note what is to be run, where this process runs it."""
        self.begin(item.nodeid for item in session.items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: list[str]) -> None:
        """Note what is to be run, where pytest-xdist's workers run it."""
        self.begin(ids)

    def begin(self, nodes: Iterable[str]) -> None:
        """Write the header, once it is known what is to be run."""
        places = [place for node in nodes if (place := self._announced(node))]
        if not places or self.run.claims:
            return
        self.run.claims = in_order({claim for claim, _ in places})
        self.run.lacks = {name: cell.lacks() for name, cell in self._chosen.items()}
        self._write(self.run.header())

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Take what one phase of a test says; give the verdict after the last."""
        place = place_of(report.nodeid)
        if place is None:
            return
        if report.when not in {"setup", "call", "teardown"}:  # how xdist reports a dead worker
            self._add(place, [self._crash(place, str(report.longrepr))])
            return
        parts = self._parts.setdefault(report.nodeid, [])
        parts.append(report.mpspec)
        if report.when == "teardown":
            self._add(place, self._parts.pop(report.nodeid))

    def pytest_internalerror(self) -> None:
        """Remember it: pytest-xdist ends as if nothing had failed where a worker breaks."""
        self._broken = True

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Write the footer, unless the run was interrupted: then it is seen as cut short."""
        if self._broken:
            session.exitstatus = pytest.ExitCode.INTERNAL_ERROR
        complete = exitstatus in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}
        if complete and not self._broken and self.run.claims:
            self._write(self.run.footer())
        if self._file is not None:
            self._file.close()

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say how many there are of each verdict, and how to repeat those that are not expected."""
        if not self.run.claims:
            return
        counts = ", ".join(f"{number} {word}" for word, number in count([self.run]).items())
        terminalreporter.section("verdicts")
        terminalreporter.write_line(counts)
        for verdict in self.run.verdicts.values():
            if verdict.status.red:
                repeat = repeating(verdict.claim, verdict.cell)
                terminalreporter.write_line(f"{verdict.status.value}: {repeat}")

    def _announced(self, node: str) -> tuple[str, str] | None:
        """Return the claim and the cell of a test, None if it is none of the spec's."""
        place = place_of(node)
        if node.startswith("::") and self.path is not None:
            raise pytest.UsageError(f"{node}: its file is not below pytest's rootdir")
        if (place and place[1] not in {cell.name for cell in self.run.cells}) or (
            place is None and _SPEC.match(node)
        ):
            raise pytest.UsageError(f"{node}: a claim's test is a function that runs once a cell")
        return place

    def _crash(self, place: tuple[str, str], seen: str) -> dict[str, Any]:
        known = self._differences.of(place[0], self._chosen[place[1]])
        return _end(Status.CRASHES, seen, known)

    def _add(self, place: tuple[str, str], parts: list[dict[str, Any]]) -> None:
        if place in self.run.verdicts:  # a crashed worker's test, reported before
            return
        verdict = _verdict(place, parts)
        self.run.add(verdict)
        self._write(verdict.as_json())

    def _write(self, record: dict[str, Any]) -> None:
        """Write a line, if there is a file; where it takes no more, end the run."""
        try:
            if self._file is not None:
                self._file.write(record)
        except OSError as error:
            self._broken = True
            pytest.exit(f"{self.path}: {error.strerror}", pytest.ExitCode.INTERNAL_ERROR)


def without_a_word(
    claim: str, cell: Implementation, differences: Differences, *, crashed: bool
) -> Verdict:
    """Return the verdict on a claim whose test gave none: it ended the run, or never came back."""
    if crashed:
        status, seen = Status.CRASHES, "the process that ran the test ended"
    else:
        status, seen = Status.HANGS, "the test waited where no signal reaches it"
    place = claim, cell.short
    return _verdict(place, [_end(status, seen, differences.of(claim, cell))])


def _end(status: Status, seen: str, known: Difference | None) -> dict[str, Any]:
    if known and status in known.verdicts:
        return _part(Status.REFUTED, f"{known}\n{status.value} {seen}", Status.REFUTED)
    return _part(status, seen)


def in_order(claims: set[str]) -> list[str]:
    """Return `claims` in the note's order, and behind them those that it does not have."""
    note = [claim.id for chapter in read_note() for claim in chapter.claims]
    return [claim for claim in note if claim in claims] + sorted(claims.difference(note))


def cell_of(implementation: Implementation) -> Cell:
    """Return the cell of this Python in which `implementation` is tested."""
    method = implementation.start_method
    return Cell(this_python(), implementation.library, method, implementation.default)


def place_of(node: str) -> tuple[str, str] | None:
    """Return the claim and the cell's name that a test id means, if it is one of the spec."""
    match = _NODE.fullmatch(node)
    return (claim_of(match["test"]), match["cell"]) if match else None


def repeating(claim: str, cell: str) -> str:
    """Return the command that repeats just one verdict."""
    return f"mpspec check --claim {claim} --implementation {cell}"


def _verdict(place: tuple[str, str], parts: list[dict[str, Any]]) -> Verdict:
    """Return the worst of what a test's phases said."""
    said = [part for part in parts if part["status"]] or [_nothing()]
    worst = max(said, key=lambda part: Status(part["status"]).severity)
    called = next((part for part in parts if part["history"]), worst)
    return Verdict(
        claim=place[0],
        cell=place[1],
        status=Status(worst["status"]),
        expected=worst["expected"],
        seen=worst["seen"],
        instead=worst["instead"],
        seconds=sum(part["seconds"] for part in parts),
        history=called["history"],
    )


def _nothing() -> dict[str, Any]:
    return _part(Status.NOT_RUN, "no phase of the test said anything")


def _part(status: Status, seen: str, expected: Status = Status.HOLDS) -> dict[str, Any]:
    return {
        "status": status.value,
        "seen": seen,
        "expected": expected.value,
        "instead": "",
        "seconds": 0.0,
        "history": [],
    }
