"""Verdicts in the forms that others read: JUnit XML, Markdown, a badge; each file whole or not."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from mpspec.claims import Chapter, Claim, Section
from mpspec.report.badge import GREEN, RED, YELLOW, badge
from mpspec.report.files import write_whole
from mpspec.report.junit import junit
from mpspec.report.summary import MOST_NAMED, summary
from mpspec.report.words import ENGLISH, WORDS
from mpspec.verdicts import Cell, Run, Status, Verdict

FORK = Cell("CPython 3.11.7", "multiprocessing", "fork", default=True)
NAMES = {status: f"cats-{status.name.lower()}" for status in Status}
CATS = Path("01-cats.md")
NOTE = [
    Chapter(
        "01-cats",
        "Cats",
        CATS,
        "",
        [
            Section(
                "Cats",
                "",
                [Claim(n, f"{n} <b>", "So.", "01-cats", "", CATS, 1) for n in NAMES.values()],
            )
        ],
    )
]


def run(*statuses: Status, seen: str = "as seen\nand more") -> Run:
    """Return a run with a claim for each status; all of them for none."""
    made = Run([FORK], [NAMES[status] for status in statuses or Status])
    for status in statuses or Status:
        if status is not Status.NOT_RUN:
            history = [[0, "cat", "note", "purring", None]]
            verdict = Verdict(NAMES[status], "fork", status, seen=seen, history=history)
            verdict.seconds = 0.25
            made.add(verdict)
    return made


def cases(of: Run) -> dict[str, ET.Element]:
    """Return the cases of the JUnit XML, by the claim's id."""
    root = ET.fromstring(junit([of], NOTE).encode())
    return {case.get("name", "").partition(" ")[0]: case for case in root.iter("testcase")}


# JUnit


@pytest.mark.parametrize(
    ("status", "tag"),
    [
        (Status.HOLDS, None),
        (Status.REFUTED, None),
        (Status.NOT_APPLICABLE, "skipped"),
        (Status.NOT_OFFERED, "skipped"),
        (Status.NOT_RUN, "skipped"),
        (Status.FAILS, "failure"),
        (Status.ERROR, "error"),
        (Status.HANGS, "error"),
        (Status.CRASHES, "error"),
    ],
)
def test_each_verdict_is_an_outcome_of_junit(status: Status, tag: str | None) -> None:
    case = cases(run())[NAMES[status]]
    outcomes = [each.tag for each in case if each.tag != "properties"]
    assert outcomes == ([tag] if tag else [])
    verdict = case.find("properties/property[@name='verdict']")
    assert verdict is not None
    assert verdict.get("value") == status.value


def test_what_is_skipped_says_why() -> None:
    found = cases(run())
    said = {name: case.find("skipped") for name, case in found.items()}
    messages = {name: each.get("message") for name, each in said.items() if each is not None}
    assert messages == {
        "cats-not_applicable": "not applicable: as seen",
        "cats-not_offered": "not offered: as seen",
        "cats-not_run": "not run",
    }


def test_a_failure_says_what_was_seen_reported_and_how_to_repeat_it() -> None:
    failure = cases(run())["cats-fails"].find("failure")
    assert failure is not None
    assert failure.get("message") == "as seen"
    assert (failure.text or "").split("\n\n") == [
        "as seen\nand more",
        "     0.00 ms  cat  purring",
        "repeat: mpspec check --claim cats-fails --implementation fork",
    ]


def test_a_suite_counts_its_cases() -> None:
    [suite] = ET.fromstring(junit([run()], NOTE).encode())
    counts = {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")}
    assert counts == {"tests": "9", "failures": "1", "errors": "3", "skipped": "3"}
    assert (suite.get("name"), suite.get("time")) == ("fork on CPython 3.11.7", "2.000")


def test_cases_of_several_pythons_have_several_names() -> None:
    other = run(Status.HOLDS)
    other.cells = [Cell("PyPy 3.11.17", "multiprocessing", "fork")]
    root = ET.fromstring(junit([run(Status.HOLDS), other], NOTE).encode())
    assert [(case.get("classname"), case.get("name")) for case in root.iter("testcase")] == [
        ("mpspec.01-cats", "cats-holds [fork@3.11]"),
        ("mpspec.01-cats", "cats-holds [fork@pypy3.11]"),
    ]


def test_no_text_breaks_the_xml() -> None:
    hostile = "]]> <x a='\"'>&amp; \0\x1b[31m \ud800 \uffff ünï 猫"
    failure = cases(run(Status.FAILS, seen=hostile))["cats-fails"].find("failure")
    assert failure is not None
    assert (failure.text or "").startswith("]]> <x a='\"'>&amp; ��[31m � � ünï 猫\n")


# Markdown


def test_the_summary_counts_and_names_what_is_not_as_the_note_says() -> None:
    assert summary([run()], NOTE, ENGLISH).splitlines()[:6] == [
        "## mpspec: 2 verdicts as the note says, 4 not, 1 not run",
        "",
        "| cell | ✓ holds | ≠ refuted | · not applicable | ○ not offered | ? not run "
        "| ✗ fails | ! error | ∞ hangs | † crashes |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
        "| fork on CPython 3.11.7 | 1 | 1 | 1 | 1 | 1 | 1 | 1 | 1 | 1 |",
        "",
    ]
    assert summary([run(Status.HANGS)], NOTE, ENGLISH).splitlines()[-3:] == [
        r"- **cats-hangs \<b\>**: ∞ hangs, fork on CPython 3.11.7",
        "  - seen: as seen",
        "  - repeat: `mpspec check --claim cats-hangs --implementation fork`",
    ]


def test_the_summary_of_very_many_failures_says_how_many_more_there_are() -> None:
    made = Run([FORK], [f"cat-{number}" for number in range(MOST_NAMED + 5)])
    for name in made.claims:
        made.add(Verdict(name, "fork", Status.FAILS))
    lines = summary([made], NOTE, ENGLISH).splitlines()
    assert lines[-1] == "- ... 5 lines more"


def test_a_summary_where_all_is_well_is_short() -> None:
    assert len(summary([run(Status.HOLDS)], NOTE, WORDS["zh"]).splitlines()) == 5


# Badge


@pytest.mark.parametrize(
    ("statuses", "said", "colour"),
    [
        ([Status.HOLDS, Status.REFUTED, Status.NOT_OFFERED], "mpspec: all 2 as noted", GREEN),
        ([Status.HOLDS, Status.HANGS], "mpspec: 1 not as noted", RED),
        ([Status.HOLDS, Status.NOT_RUN], "mpspec: 1 not run", YELLOW),
        ([Status.NOT_OFFERED], "mpspec: nothing tested", YELLOW),
    ],
)
def test_the_badge_says_whether_all_is_as_the_note_says(
    statuses: list[Status], said: str, colour: str
) -> None:
    drawing = badge([run(*statuses)], ENGLISH)
    root = ET.fromstring(drawing)
    assert root.get("aria-label") == said
    assert colour in drawing


# Files


def test_a_file_is_written_whole(tmp_path: Path) -> None:
    path = tmp_path / "some"
    path.write_text("before")
    write_whole(path, "猫")
    assert path.read_text(encoding="utf-8") == "猫"
    assert list(tmp_path.iterdir()) == [path]


def test_of_a_file_that_cannot_be_written_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "some"
    path.write_text("before")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        write_whole(path, "after")
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]
