"""Verdicts: one for each claim in each cell; and their files, a JSON object a line.

A file holds one run, or several behind one another. A run begins with a header (what was run, on
what, when, and which claims in which cells) and ends with a footer (how many of each verdict). A
run without its footer was cut short. Each error names the file and the line.
"""

from __future__ import annotations

import errno
import json
import math
import os
import platform
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from enum import Enum
from io import FileIO
from pathlib import Path
from typing import Any

from mpspec import __version__
from mpspec.visible import visible

FORMAT = 1


class Status(Enum):
    """What a test says of its claim in one cell, from the best to the worst."""

    HOLDS = "holds"
    REFUTED = "refuted"
    NOT_APPLICABLE = "not applicable"
    NOT_OFFERED = "not offered"
    NOT_RUN = "not run"
    FAILS = "fails"
    ERROR = "error"
    HANGS = "hangs"
    CRASHES = "crashes"

    @property
    def glyph(self) -> str:
        """A sign for tables, beside the word or a legend."""
        return _GLYPHS[self]

    @property
    def green(self) -> bool:
        """Whether the claim was tested and came out as the note says."""
        return self in {Status.HOLDS, Status.REFUTED}

    @property
    def red(self) -> bool:
        """Whether the claim was tested and did not come out as the note says."""
        return self in {Status.FAILS, Status.ERROR, Status.HANGS, Status.CRASHES}

    @property
    def severity(self) -> int:
        """How bad it is: of several verdicts for one test the worst counts."""
        return list(Status).index(self)


_GLYPHS = {
    Status.HOLDS: "✓",
    Status.REFUTED: "≠",
    Status.NOT_APPLICABLE: "·",
    Status.NOT_OFFERED: "○",
    Status.NOT_RUN: "?",
    Status.FAILS: "✗",
    Status.ERROR: "!",
    Status.HANGS: "∞",
    Status.CRASHES: "†",
}


@dataclass(frozen=True)
class Cell:
    """A Python, an implementation of the API, and a start method."""

    python: str  # "CPython 3.11.7"
    library: str
    start_method: str
    default: bool = False  # what a program gets that chooses no start method

    def __post_init__(self) -> None:
        if not re.fullmatch(r"\w+ \d+\.\d+\S*", self.python):
            raise ValueError(f"{self.python!r} is no Python, such as 'CPython 3.11.7'")
        if not isinstance(self.library, str) or not isinstance(self.start_method, str):
            raise TypeError(f"{self.library!r} and {self.start_method!r} are no names")

    @property
    def name(self) -> str:
        """The implementation's short name, as in test ids: `fork`, `billiard/spawn`."""
        standard = self.library in {"multiprocessing", "multiprocessing.dummy"}
        return self.start_method if standard else f"{self.library}/{self.start_method}"

    @property
    def python_label(self) -> str:
        """The Python in short: `3.11`, `pypy3.11`."""
        kind, version = self.python.split()
        minor = ".".join(version.split(".")[:2])
        return minor if kind == "CPython" else f"{kind.lower()}{minor}"

    def __str__(self) -> str:
        return f"{self.name} on {self.python}"


@dataclass
class Verdict:
    """What was seen of one claim in one cell."""

    claim: str
    cell: str  # the cell's name; the run knows the rest
    status: Status
    expected: str = "holds"
    seen: str = ""
    instead: str = ""
    seconds: float = 0.0
    history: list[list[Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return the verdict as its line in a file says it; what is empty is left out."""
        values = asdict(self) | {"status": self.status.value, "seconds": round(self.seconds, 4)}
        return {"kind": "verdict"} | {key: value for key, value in values.items() if value}


def _now() -> str:
    return datetime.now(timezone.utc).isoformat("T", "seconds")


@dataclass
class Run:
    """One run of the spec on one Python."""

    cells: list[Cell]
    claims: list[str]
    verdicts: dict[tuple[str, str], Verdict] = field(default_factory=dict)  # by claim and cell
    mpspec: str = __version__
    platform: str = field(default_factory=platform.platform)
    started: str = field(default_factory=_now)
    seed: int | None = None
    lacks: dict[str, list[str]] = field(default_factory=dict)  # by cell: names of the API
    source: str = ""  # the file and line where it was read

    def header(self) -> dict[str, Any]:
        """Return the first line of the run's file."""
        return {
            "kind": "header",
            "format": FORMAT,
            "mpspec": self.mpspec,
            "platform": self.platform,
            "started": self.started,
            "seed": self.seed,
            "lacks": self.lacks,
            "cells": [asdict(cell) for cell in self.cells],
            "claims": self.claims,
        }

    def footer(self) -> dict[str, Any]:
        """Return the last line of the run's file."""
        return {"kind": "footer", "verdicts": len(self.verdicts), "counts": count([self])}

    def add(self, verdict: Verdict) -> None:
        """Take a verdict. Raises `ValueError` if it was not announced, or is there already."""
        place = verdict.claim, verdict.cell
        if verdict.claim not in self.claims or verdict.cell not in {c.name for c in self.cells}:
            raise ValueError(f"{verdict.claim} in {verdict.cell} is not announced by the header")
        if place in self.verdicts:
            raise ValueError(f"{verdict.claim} in {verdict.cell} a second time")
        self.verdicts[place] = verdict

    def status(self, claim: str, cell: str) -> Status:
        """Return the verdict on `claim` in the cell named `cell`, `NOT_RUN` where there is none."""
        found = self.verdicts.get((claim, cell))
        return found.status if found else Status.NOT_RUN

    def statuses(self) -> Iterator[tuple[str, Cell, Status]]:
        """Return every claim, cell and verdict, also those not run."""
        for claim in self.claims:
            for cell in self.cells:
                yield claim, cell, self.status(claim, cell.name)


class VerdictFileError(Exception):
    """A verdict file that cannot be taken; `where` is its name and line."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where}: {type(self).__name__}: {why}")
        self.where = where


class UnreadableFileError(VerdictFileError):
    """The file is not there, or may not be read."""


class ForeignFileError(VerdictFileError):
    """The file was not written by mpspec, or by one whose format is another."""


class GarbledLineError(VerdictFileError):
    """A line is not what stands at its place in a verdict file."""


class MissingFooterError(VerdictFileError):
    """The run was cut short: it has no footer."""


class OtherClaimsError(VerdictFileError):
    """The run is of another set of claims than those before it."""


class CellTwiceError(VerdictFileError):
    """Another run has given verdicts for the same cell already."""


def this_python() -> str:
    """Return the name and version of this Python: `CPython 3.11.7`."""
    return f"{platform.python_implementation()} {platform.python_version()}"


def count(runs: Iterable[Run]) -> dict[str, int]:
    """Return how many there are of each verdict, from the best to the worst."""
    counts = Counter(status for run in runs for _, _, status in run.statuses())
    return {status.value: counts[status] for status in Status if counts[status]}


def write(runs: Sequence[Run], path: Path) -> None:
    """Write `runs` to `path`, whole or not at all."""
    lines = [line for run in runs for line in (run.header(), *_bodies(run), run.footer())]
    with tempfile.NamedTemporaryFile(
        "w", dir=path.parent, prefix=path.name, delete=False, encoding="utf-8"
    ) as file:
        file.writelines(to_line(line) for line in lines)
    Path(file.name).replace(path)


class Writer:
    """A verdict file that is written as a run goes: anew, by one run only, and by whole lines.

    Raises an `OSError` where that cannot be: `error.strerror` says why.
    """

    def __init__(self, path: Path) -> None:
        if path.exists() and not path.is_file() and not path.is_dir():  # a device, a pipe
            raise OSError(errno.EINVAL, "this is no regular file")
        # Not truncated before it is known that no other run writes it.
        self._file = FileIO(os.open(path, os.O_WRONLY | os.O_CREAT, 0o666), "w")
        try:
            _lock(self._file)
            self._file.truncate(0)
        except OSError:
            self._file.close()
            raise

    def write(self, record: dict[str, Any]) -> None:
        """Write a record as a line; if that cannot be, nothing of it."""
        before = self._file.tell()
        line = to_line(record).encode()
        try:
            while line:
                line = line[self._file.write(line) :]
        except OSError:
            self._file.truncate(before)
            raise

    def close(self) -> None:
        """Let another run write the file."""
        self._file.close()


def _lock(file: FileIO) -> None:
    """Keep other runs from writing the file, until all copies of it are closed."""
    if sys.platform == "win32":
        return
    import fcntl  # noqa: PLC0415 - not there on Windows

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise OSError(errno.EBUSY, "another run is writing this file") from None
    except OSError:  # a file system without locks
        return


def to_line(record: dict[str, Any]) -> str:
    """Return a record as a line of a verdict file, in ASCII: what was seen may not be UTF-8."""
    return json.dumps(record) + "\n"


def read(path: Path) -> list[Run]:
    """Return the runs that `path` holds. Raises a `VerdictFileError`."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise UnreadableFileError(str(path), error.strerror or str(error)) from None
    except UnicodeDecodeError:
        raise ForeignFileError(f"{path}:1", "this is no text") from None
    reader = Reader(str(path))
    *lines, rest = text.split("\n")
    for line in lines:
        reader.take(line)
    try:
        if rest:
            reader.take(rest)
    except GarbledLineError:
        if reader.current is None:
            raise  # else it is the end of a run that was cut short within a line
    return reader.end()


def combine(runs: Iterable[Run]) -> list[Run]:
    """Return `runs` as one list, if they fit together. Raises a `VerdictFileError`."""
    combined: list[Run] = []
    for run in runs:
        fits(run, combined)
        combined.append(run)
    return combined


def fits(run: Run, others: Sequence[Run]) -> None:
    """Raise a `VerdictFileError` if `run` does not fit together with `others`."""
    if others and run.claims != others[0].claims:
        odd = sorted(set(run.claims) ^ set(others[0].claims)) or ["the same ones in another order"]
        raise OtherClaimsError(run.source, f"not the claims of {others[0].source}: {odd[0]}")
    taken = {cell: other.source for other in others for cell in other.cells}
    for cell in run.cells:
        if cell in taken:
            raise CellTwiceError(run.source, f"{cell} is in {taken[cell]} already")


def _bodies(run: Run) -> Iterator[dict[str, Any]]:
    return (verdict.as_json() for verdict in run.verdicts.values())


def _run(header: dict[str, Any], where: str) -> Run:
    return Run(
        cells=[Cell(**cell) for cell in header["cells"]],
        claims=list(map(str, header["claims"])),
        mpspec=str(header["mpspec"]),
        platform=str(header["platform"]),
        started=str(header["started"]),
        seed=header["seed"],
        lacks={str(cell): list(map(str, names)) for cell, names in header.get("lacks", {}).items()},
        source=where,
    )


def _verdict(record: dict[str, Any]) -> Verdict:
    values = {key: value for key, value in record.items() if key != "kind"}
    verdict = Verdict(**values | {"status": Status(values["status"])})
    if not all(isinstance(text, str) for text in (verdict.seen, verdict.expected, verdict.instead)):
        raise ValueError("what was seen or expected is no text")
    if not isinstance(verdict.seconds, (int, float)) or not math.isfinite(verdict.seconds):
        raise TypeError(f"{verdict.seconds!r} is no number of seconds")
    if not all(map(_is_report, verdict.history)):
        raise ValueError("a report has not its five parts: time, probe, kind, event, value")
    return verdict


def _is_report(row: Any) -> bool:
    match row:
        case [int(), str(), str(), str(), _]:
            return True
    return False


class Reader:
    """Reads a verdict file line by line, also while it is being written.

    Text in it is made `visible`: nothing that a file says can steer the terminal that shows it.
    """

    def __init__(self, name: str) -> None:
        self.runs: list[Run] = []
        self.current: Run | None = None  # the run whose footer has not come
        self._name = name
        self._line = 0

    def take(self, line: str) -> Verdict | None:
        """Take one line; return the verdict if it is one. Raises a `VerdictFileError`."""
        self._line += 1
        record = self._record(line)
        try:
            return self._place(record)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise GarbledLineError(self._where, f"{record.get('kind')}: {error}") from None

    def end(self) -> list[Run]:
        """Return the runs, at the end of the file. Raises a `VerdictFileError`."""
        if self.current is not None:
            raise MissingFooterError(self._where, "the run was cut short; run it again to its end")
        if not self.runs:
            raise ForeignFileError(f"{self._name}:1", "the file is empty")
        return self.runs

    @property
    def _where(self) -> str:
        return f"{self._name}:{self._line}"

    def _place(self, record: dict[str, Any]) -> Verdict | None:
        kind = record.get("kind")
        if kind == "header":
            if self.current is not None:
                raise MissingFooterError(self._where, "the run before this one was cut short")
            self.current = _run(record, self._where)
        elif self.current is None or kind not in {"verdict", "footer"}:
            raise ValueError("this has no place here")
        elif kind == "verdict":
            verdict = _verdict(record)
            self.current.add(verdict)
            return verdict
        else:
            _check(self.current, record)
            self.runs.append(self.current)
            self.current = None
        return None

    def _record(self, line: str) -> dict[str, Any]:
        try:
            record = visible(json.loads(line))
        except (ValueError, RecursionError):
            record = None
        known = isinstance(record, dict)
        if self._line == 1 and (not known or record.get("kind") != "header"):
            raise ForeignFileError(self._where, "no header: mpspec did not write this")
        if not known:
            raise GarbledLineError(self._where, f"no JSON object: {line[:60]!r}")
        if record.get("kind") == "header" and record.get("format") != FORMAT:
            raise ForeignFileError(self._where, f"format {record.get('format')!r}, not {FORMAT}")
        return dict(record)


def _check(run: Run, footer: dict[str, Any]) -> None:
    if footer["verdicts"] != len(run.verdicts) or footer["counts"] != count([run]):
        raise ValueError(f"it counts {footer['verdicts']} verdicts; here are {len(run.verdicts)}")
