"""The note and the spec as they are: the gate, and what no test of the spec may do."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from mpspec import programs, work
from mpspec.claims import LANGUAGES, read_note, spec_folder
from mpspec.faults import load
from mpspec.gate import SENTENCES, breaches

PROGRAMS = Path(programs.__file__).parent
SPEC = sorted(spec_folder().glob("*.py"))
WORK = sorted(Path(work.__file__).parent.glob("*.py"))


def named(path: Path) -> Iterator[tuple[str, int]]:
    """Return the names that a file uses or imports, with the lines where it does."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.alias(name=name):
                yield name, node.lineno
            case ast.ImportFrom(module=str(name)):
                yield name, node.lineno


def calls(path: Path, function: str) -> Iterator[ast.Call]:
    """Return the calls of a function of this name."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name == function:
                yield node


def test_the_note_its_tests_and_the_faults_agree() -> None:
    assert "\n".join(map(str, breaches(faults=list(load().values()), sentences=SENTENCES))) == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_note_has_chapters_with_claims(language: str) -> None:
    for chapter in read_note(language):
        assert chapter.claims, chapter.path


@pytest.mark.parametrize("path", [*SPEC, *WORK], ids=lambda path: path.stem)
def test_nothing_waits_by_the_clock(path: Path) -> None:
    clocks = {"sleep", "time", "perf_counter", "monotonic", "timeit"}
    assert [f"{path}:{line}: {name}" for name, line in named(path) if name in clocks] == []


@pytest.mark.parametrize("path", SPEC, ids=lambda path: path.stem)
def test_no_failure_is_expected_but_as_a_refutation(path: Path) -> None:
    assert [f"{path}:{line}: {name}" for name, line in named(path) if name == "xfail"] == []


@pytest.mark.parametrize("path", SPEC, ids=lambda path: path.stem)
def test_a_refutation_names_the_claim_that_says_what_happens_instead(path: Path) -> None:
    known = {claim.id for chapter in read_note() for claim in chapter.claims}
    for call in calls(path, "refuted_where"):
        [instead] = [each.value for each in call.keywords if each.arg == "instead"]
        assert isinstance(instead, ast.Constant), f"{path}:{call.lineno}"
        assert instead.value in known, f"{path}:{call.lineno}"


@pytest.mark.parametrize("path", SPEC, ids=lambda path: path.stem)
def test_the_programs_that_a_test_runs_are_there(path: Path) -> None:
    for call in calls(path, "run_program"):
        match call.args[:1]:
            case [ast.Constant(value=str(name))]:
                assert (PROGRAMS / name).is_file(), f"{path}:{call.lineno}"
