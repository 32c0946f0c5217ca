"""The claims held against the faults, and the faults against their sentences in other languages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from mpspec.claims import Chapter, NoteError, read_text, shown
from mpspec.faults import Fault
from mpspec.faults.exempt import EXEMPT
from mpspec.gate.breach import Breach, Named, claims_of, out_of_order
from mpspec.suggest import unknown

_SENTENCE = re.compile(r'\s*"(?P<name>[^"]+)": "')


def unfailing(chapters: Sequence[Chapter], faults: Iterable[Fault]) -> Iterator[Breach]:
    """Return the claims that have no fault, and the faults that name no claim."""
    known = {claim.id: claim for claim in claims_of(chapters)}
    tripped = set(EXEMPT)
    for fault in faults:
        tripped |= set(fault.claims)
        for name in fault.claims:
            if name not in known:
                what = f"the fault {fault.name} names an {unknown('claim', name, known)}"
                yield Breach(*fault.place, what)
    for claim in known.values():
        if claim.id not in tripped:
            home = claim.chapter.partition("-")[2].replace("-", "_")
            what = f"no fault trips this claim: write one in mpspec/faults/{home}.py"
            yield Breach(claim.path, claim.line, what)


def untranslated(faults: Iterable[Fault], path: Path) -> Iterator[Breach]:
    """Return the faults that have no sentence in the file, and the sentences that have no fault."""
    known = {fault.name: Named(fault.name, *fault.place) for fault in faults}
    written: dict[str, Named] = {}
    for its in _sentences(path):
        if its.name not in known:
            what = f"rename or strike it: {unknown('fault', its.name, known)}"
            yield Breach(path, its.line, what)
        elif its is not written.setdefault(its.name, its):
            yield Breach(path, its.line, f"{its.name} is there twice: strike one")
    for mine in known.values():
        if mine.name not in written:
            what = f'no sentence for this fault: add "{mine.name}": "..." to {shown(path)}'
            yield Breach(mine.path, mine.line, what)
    for mine, its in out_of_order(list(known.values()), list(written.values())):
        what = f"{its.name} stands where the faults have {mine.name}: same order"
        yield Breach(path, its.line, what)


def _sentences(path: Path) -> Iterator[Named]:
    """Return the names of the faults in a file of sentences, one on a line. Raises `NoteError`."""
    text = read_text(path)
    try:
        json.loads(text)
    except ValueError as error:
        line = getattr(error, "lineno", 1)
        raise NoteError(f"{shown(path)}:{line}: no JSON: {error}") from None
    for number, line in enumerate(text.splitlines(), 1):
        if match := _SENTENCE.match(line):
            yield Named(match["name"], path, number)
