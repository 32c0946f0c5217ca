"""How libraries are known to differ, and what they lack of the API: two tables of the page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from mpspec.differences import SORTS
from mpspec.implementations import API
from mpspec.report.page_model import ClaimView
from mpspec.verdicts import Run

_KNOWN = re.compile(rf"({'|'.join(SORTS)}): (.+?)(?: \((\S+)\))?")
"""How a verdict begins on a claim from which a library is known to differ."""


@dataclass
class Known:
    """One way in which a library differs, with the claims in which it shows."""

    library: str
    sort: str
    reason: str
    link: str
    methods: list[str] = field(default_factory=list)
    claims: list[ClaimView] = field(default_factory=list)


def known_differences(claims: Iterable[ClaimView]) -> list[Known]:
    """Return how libraries are known to differ, by library and sort, in the note's order."""
    found: dict[tuple[str, ...], Known] = {}
    for claim in claims:
        for cell, verdict in zip(claim.cells, claim.verdicts, strict=True):
            match = _KNOWN.fullmatch(verdict.seen.partition("\n")[0])
            if match is None or not verdict.status.green:
                continue
            sort, reason, link = match.groups(default="")
            known = Known(cell.library, sort, reason, link)
            known = found.setdefault((cell.library, sort, reason, link), known)
            if cell.start_method not in known.methods:
                known.methods.append(cell.start_method)
            if claim not in known.claims:
                known.claims.append(claim)
    libraries = list(dict.fromkeys(known.library for known in found.values()))
    return sorted(
        found.values(), key=lambda each: (libraries.index(each.library), SORTS.index(each.sort))
    )


@dataclass(frozen=True)
class Offer:
    """A name of the API, and by implementation on how many of its Pythons it is offered."""

    name: str
    pythons: Sequence[tuple[int, int]]  # on how many, of how many


def offers(runs: Sequence[Run], names: Sequence[str]) -> list[Offer]:
    """Return for each name of the API that some implementation lacks which ones offer it.

    Verdict files of an earlier mpspec do not tell; nothing if none does.
    """
    lists: dict[str, list[list[str]]] = {name: [] for name in names}
    for run in runs:
        for name, lacks in run.lacks.items():
            lists.setdefault(name, []).append(lacks)
    lacked = {name for lacks in lists.values() for each in lacks for name in each}
    return [
        Offer(name, [_offering(name, lists[each]) for each in names])
        for name in API
        if name in lacked
    ]


def _offering(name: str, lists: Sequence[Sequence[str]]) -> tuple[int, int]:
    return sum(name not in lacks for lacks in lists), len(lists)
