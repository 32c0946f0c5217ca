"""Where a library is known to differ from the note, and why: a table that is strict.

A table is a JSON file: for each library a list of rows. The one of a library that has an adapter
stands beside it; a library's author keeps one of their own.

    {"billiard": [
        {"claim": "a-process-can-be-killed", "where": ["spawn"], "verdict": "fails",
         "sort": "bug", "reason": "it does this instead", "link": "https://..."}
    ]}

- `claim`: its id;
- `verdict`: what the claim's test comes to there: `fails`, `error`, `hangs` or `crashes`; or
  `holds`, where the note says that the claim is refuted; a list, where it depends on the moment,
  in which `holds` stands for a claim that is kept at one moment and not at another;
- `sort`: `by design` (the library says so itself, at `link`), `bug` (at `link`), or
  `not yet understood`;
- `where`, `since`, `until`, `python`: the start methods, versions and Pythons that the row speaks
  of, all if it names none;
- `deadline`: the seconds that a test is given; `DEADLINE` for one that is known to hang.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mpspec import adapters
from mpspec.claims import read_note
from mpspec.expectations import facts_of, matches
from mpspec.implementations import Implementation
from mpspec.suggest import unknown
from mpspec.verdicts import Status

DEADLINE = 1.5
"""Seconds that a test which is known to hang waits for an event."""

SORTS = ("by design", "bug", "not yet understood")
KINDS = (Status.HOLDS, Status.FAILS, Status.ERROR, Status.HANGS, Status.CRASHES)
TRAITS = ("since", "until", "python")
KEYS = ("claim", "verdict", "sort", "reason", "link", "where", "deadline", *TRAITS)


class DifferencesError(Exception):
    """A table that cannot be used; the message names the file and the row."""


@dataclass(frozen=True)
class Difference:
    """What a claim's test is known to come to in some cells of a library, and why."""

    claim: str
    verdicts: tuple[Status, ...]  # one of these
    sort: str
    reason: str
    link: str = ""
    traits: Mapping[str, Any] = field(default_factory=dict)
    deadline: float | None = None

    def speaks_of(self, cell: Implementation) -> bool:
        """Return whether the row speaks of `cell`, on this Python."""
        return matches(self.traits, facts_of(cell))

    @property
    def judged(self) -> Status:
        """The verdict where the test comes to what is known."""
        return Status.HOLDS if self.verdicts == (Status.HOLDS,) else Status.REFUTED

    @property
    def way(self) -> str:
        """How it is known to come: `fails`, `fails or hangs`."""
        return " or ".join(verdict.value for verdict in self.verdicts)

    def deadline_within(self, usual: float) -> float:
        """Return the seconds that the test is given where others get `usual` ones."""
        if self.deadline is not None:
            return self.deadline
        return min(usual, DEADLINE) if self.verdicts == (Status.HANGS,) else usual

    def __str__(self) -> str:
        link = f" ({self.link})" if self.link else ""
        return f"{self.sort}: {self.reason}{link}"


class Differences:
    """The tables of the libraries under test; one in `path` stands in place of an adapter's.

    Raises `DifferencesError`.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._tables = read(path) if path else {}

    def of(self, claim: str, cell: Implementation) -> Difference | None:
        """Return what is known to differ of `claim` in `cell`."""
        if cell.library not in self._tables:
            self._tables |= {cell.library: []} | shipped(cell.library)
        rows = self._tables[cell.library]
        return next((row for row in rows if row.claim == claim and row.speaks_of(cell)), None)


def shipped(library: str) -> dict[str, list[Difference]]:
    """Return the table that stands beside the adapter of `library`, if there is one."""
    path = Path(adapters.__file__).with_name(f"{library.partition('.')[0]}.json")
    return read(path) if path.exists() else {}


def read(path: Path) -> dict[str, list[Difference]]:
    """Return the tables in a file, by library. Raises `DifferencesError`."""
    try:
        tables = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DifferencesError(f"{path}: {error.strerror}") from None
    except ValueError as error:
        raise DifferencesError(f"{path}: this is no JSON: {error}") from None
    if not isinstance(tables, dict) or not all(isinstance(rows, list) for rows in tables.values()):
        raise DifferencesError(f"{path}: a list of rows for each library is needed")
    claims = [claim.id for chapter in read_note() for claim in chapter.claims]
    return {library: _rows(rows, f"{path}: {library}", claims) for library, rows in tables.items()}


def _rows(rows: Iterable[Any], where: str, claims: list[str]) -> list[Difference]:
    found = []
    for number, row in enumerate(rows, 1):
        try:
            found.append(_row(row, claims))
        except (TypeError, ValueError) as error:
            raise DifferencesError(f"{where}, row {number}: {error}") from None
    return found


def _row(row: Any, claims: list[str]) -> Difference:
    if not isinstance(row, dict):
        raise TypeError(f"{row!r} is no row")
    for key in row:
        _one_of("key", key, KEYS)
    for key in ("claim", "sort", "reason"):
        if not isinstance(row.get(key), str) or not row[key]:
            raise ValueError(f"it has no {key}")
    _one_of("claim", row["claim"], claims)
    _one_of("sort", row["sort"], SORTS)
    if row["sort"] == "by design" and not row.get("link"):
        raise ValueError("what is so by design has a link to where the library says so")
    _check_types(row)
    traits = {key: row[key] for key in TRAITS if key in row}
    if "where" in row:
        traits["start_method"] = tuple(row["where"])
    return Difference(
        claim=row["claim"],
        verdicts=_verdicts(row.get("verdict")),
        sort=row["sort"],
        reason=row["reason"],
        link=row.get("link", ""),
        traits=traits,
        deadline=row.get("deadline"),
    )


def _verdicts(told: Any) -> tuple[Status, ...]:
    words = told if isinstance(told, list) else [told]
    if not words:
        raise ValueError("it has no verdict")
    for word in words:
        _one_of("verdict", str(word), [kind.value for kind in KINDS])
    return tuple(map(Status, words))


def _check_types(row: dict[str, Any]) -> None:
    for key in ("link", *TRAITS):
        if not isinstance(row.get(key, ""), str):
            raise TypeError(f"{key} is no text")
    if not isinstance(row.get("where", []), list):
        raise TypeError("where is no list of start methods")
    if not isinstance(row.get("deadline", 1), (int, float)):
        raise TypeError("deadline is no number of seconds")


def _one_of(kind: str, name: str, known: Iterable[str]) -> None:
    choices = list(known)
    if name not in choices:
        raise ValueError(unknown(kind, name, choices))
