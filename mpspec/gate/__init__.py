"""The gate: the languages of the note held against each other, and the note against the tests.

What has one cause is one breach: a line with file and number that says how to mend it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from mpspec.claims import LANGUAGES, NOTE, PACKAGE, Chapter, read_note, spec_folder
from mpspec.faults import Fault
from mpspec.gate.breach import Breach, claims_of
from mpspec.gate.faults import unfailing, untranslated
from mpspec.gate.note import Agreement, spec_tests
from mpspec.gate.questions import unanswered
from mpspec.names import Name, unspoken
from mpspec.questions import read_questions

SENTENCES = PACKAGE / "faults"
"""Where the faults' sentences are in other languages than their own."""


def breaches(
    note: Path = NOTE,
    folder: Path | None = None,
    faults: Sequence[Fault] | None = None,
    sentences: Path | None = None,
    names: Sequence[Name] | None = None,
) -> list[Breach]:
    """Return everything in which the languages, the tests and the `faults` do not agree.

    The faults are not looked at if there are None, nor is the folder of their `sentences` in other
    languages, nor are the `names` of which the note has to speak. Raises `NoteError` where a file
    cannot be read at all.
    """
    languages = [read_note(language, note) for language in LANGUAGES]
    found = list(Agreement(languages, spec_tests(folder or spec_folder())).breaches())
    # A claim that is misnamed somewhere would be missed here once more.
    agreed = not found
    if agreed:
        known = [claim.id for claim in claims_of(languages[0])]
        pages = {language: read_questions(language, note) for language in LANGUAGES}
        found += unanswered(pages, known, note)
    if faults is not None and agreed:
        found += unfailing(languages[0], faults)
    if faults is not None and sentences:
        for language in LANGUAGES[1:]:
            found += untranslated(faults, sentences / f"sentences.{language}.json")
    if names is not None:
        found += _unspoken(languages[0], names)
    return found


def _unspoken(chapters: Sequence[Chapter], names: Sequence[Name]) -> Iterator[Breach]:
    """Return the public names of which no claim speaks."""
    for name in unspoken(chapters, names):
        what = f"no claim speaks of {name}: write one, or say in PRIVATE of mpspec/names.py why not"
        yield Breach(chapters[0].path.parent, 1, what)


__all__ = ["SENTENCES", "Breach", "breaches", "spec_tests"]
