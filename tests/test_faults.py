"""Faults, and what tries them: what counts as caught, and what does not."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from mpspec import cli, faults
from mpspec.claims import PACKAGE, Claim, NoteError, Section, read_note
from mpspec.faults import VARIABLE, Fault
from mpspec.gate import breaches
from mpspec.trial import Trial, one_each, seen_to_fail, silent_here, trials, untripped
from mpspec.verdicts import Status

pytestmark = pytest.mark.timeout(120)

START, NAMED = "start-does-not-wait-for-the-child", "a-process-bears-the-name-that-it-is-given"
HOLDS, FAILS, HANGS = Status.HOLDS, Status.FAILS, Status.HANGS


def of(name: str, *claims: str, hangs: bool = False) -> Fault:
    """Return a fault of the package as one of `claims`, under fork."""
    return Fault(faults.load()[name].switch, claims, ("fork",), hangs)


def tried(fault: Fault, status: Status = FAILS, cell: str = "fork") -> Trial:
    return Trial(fault, {(claim, cell): status for claim in fault.claims})


def claim(name: str) -> Claim:
    return Claim(name, name, "", "01-cats", "", Path("01-cats.md"), 5)


def python(code: str, **environment: str) -> str:
    path = os.pathsep.join(filter(None, [str(PACKAGE.parent), os.environ.get("PYTHONPATH")]))
    command = [sys.executable, "-c", code]
    env = os.environ | {"PYTHONPATH": path} | environment
    return subprocess.run(command, env=env, check=True, capture_output=True, text=True).stdout


# The faults themselves


def test_nothing_of_the_faults_is_imported_when_none_is_asked_for() -> None:
    told = python("import sys, mpspec.work.processes; print('mpspec.faults' in sys.modules)")
    assert told == "False\n"


SPAWN = """
import multiprocessing
from mpspec.work.processes import return_at_once

if __name__ == "__main__":
    child = multiprocessing.get_context({method!r}).Process(target=return_at_once)
    child.start()
    print(child.join())
"""


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_a_fault_is_on_in_a_whole_program(method: str, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(SPAWN.format(method=method))
    run = f"import runpy; runpy.run_path({str(program)!r}, run_name='__main__')"
    assert python(run) == "None\n"
    assert python(run, **{VARIABLE: "join-returns-the-exit-code"}) == "0\n"


def test_every_fault_says_in_a_sentence_what_it_breaks() -> None:
    for fault in faults.load().values():
        assert fault.sentence.endswith("."), fault.name
        assert "\n" not in fault.sentence, fault.name


def test_every_fault_says_the_same_in_a_chinese_sentence() -> None:
    for fault in faults.load().values():
        sentence = fault.in_language("zh")
        assert sentence.endswith("。"), fault.name
        assert "。" not in sentence[:-1], fault.name


def test_a_fault_without_a_translation_says_it_in_english() -> None:
    def gravity() -> None:
        """Things fall up."""

    fault = Fault(gravity, (NAMED,), ("fork",), hangs=False)
    assert seen_to_fail(NAMED, [fault], "zh") == ["Things fall up."]
    assert seen_to_fail(START, [fault], "zh") == []


def test_an_unknown_fault_cannot_be_switched_on() -> None:
    with pytest.raises(LookupError, match="unknown fault 'gravity'"):
        faults.switch_on("gravity")


def nothing() -> None:
    """Nothing is broken."""


def test_one_fault_is_chosen_for_each_section_that_which_names_most_of_its_claims() -> None:
    def named(*claims: str) -> Fault:
        return Fault(nothing, claims, ("fork",), hangs=False)

    def section(*claims: str) -> Section:
        return Section("", claims=[Claim(each, "", "", "", "", Path(), 1) for each in claims])

    rest, first, both = named("c"), named("a"), named("a", "b", "c")
    sections = [section("a", "b"), section("c"), section("d")]
    assert one_each([rest, first, both], sections) == [rest, both]


# What counts as caught


def test_a_fault_is_caught_by_an_assertion() -> None:
    fault = of("join-returns-the-exit-code", START)
    assert tried(fault, FAILS).escaped == []
    assert tried(fault, HOLDS).escaped == [(START, "fork")]


@pytest.mark.parametrize("status", [HANGS, Status.CRASHES, Status.ERROR, Status.NOT_RUN])
def test_a_broken_test_has_caught_nothing(status: Status) -> None:
    assert tried(of("start-waits-for-the-child", START), status).escaped == [(START, "fork")]


def test_a_hang_counts_where_the_claim_is_about_not_hanging() -> None:
    fault = of("start-waits-for-the-child", START, hangs=True)
    assert tried(fault, HANGS).escaped == []
    assert tried(fault, Status.CRASHES).escaped == [(START, "fork")]


def test_a_claim_that_no_fault_has_tripped_is_named() -> None:
    fault = of("join-returns-the-exit-code", START)
    claims = [claim(START), claim(NAMED)]
    assert untripped([tried(fault, FAILS)], claims, exempt=()) == claims[1:]
    assert untripped([tried(fault, HOLDS)], claims, exempt=()) == claims
    assert untripped([tried(fault, FAILS)], claims, exempt={NAMED}) == []


def test_a_claim_about_other_pythons_is_neither_caught_nor_missed() -> None:
    trial = tried(of("join-returns-the-exit-code", START), Status.NOT_APPLICABLE)
    assert trial.escaped == []
    assert silent_here([trial]) == {START}
    assert untripped([trial], [claim(START)], exempt=()) == []


# Trying


def test_faults_are_tried_on_the_claims_that_they_name() -> None:
    chosen = [
        of("start-waits-for-the-child", START, hangs=True),
        of("start-waits-for-the-child", NAMED),
    ]
    caught, escaped = trials(chosen, read_note())
    assert caught.escaped == []
    assert escaped.verdicts == {(NAMED, "fork"): HOLDS}


def test_what_breaks_before_it_gives_a_verdict_has_caught_nothing() -> None:
    def gravity() -> None:
        """Things fall up."""

    [trial] = trials([Fault(gravity, (NAMED,), ("fork",), hangs=True)], read_note())
    assert trial.escaped == [(NAMED, "fork")]
    assert "unknown fault 'gravity'" in trial.output


def test_the_command_says_which_claims_caught_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "150")
    fault = ["faults", "--fault", "join-returns-the-exit-code", "--implementation", "fork"]
    told = CliRunner().invoke(cli.main, fault)
    assert told.exit_code == 0, told.output
    assert "✓ join-tells-the-parent-only-that-the-child-has-ended" in told.output
    assert "1 of 1 faults caught" in told.output


def test_the_command_suggests_the_nearest_fault() -> None:
    told = CliRunner().invoke(cli.main, ["faults", "--fault", "join-returns-the-exitcode"])
    assert told.exit_code == 2
    assert "did you mean join-returns-the-exit-code" in told.output


def test_the_command_says_that_nothing_matches() -> None:
    asked = ["--fault", "join-returns-the-exit-code", "--claim", START]
    told = CliRunner().invoke(cli.main, ["faults", *asked])
    assert told.exit_code == 3
    assert "nothing matches" in told.output


# The gate


@pytest.fixture
def cats(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with a note of one claim, and its test."""
    monkeypatch.chdir(tmp_path)
    texts = {"en": "### Cats purr\n\nSo.", "zh": "### 猫会咕噜 {#cats-purr}\n\n是。"}
    for language, text in texts.items():
        (tmp_path / "note" / language).mkdir(parents=True)
        path = tmp_path / "note" / language / "01-cats.md"
        path.write_text(f"# A\n\n## B\n\n{text}\n", encoding="utf-8")
    (tmp_path / "test_01_cats.py").write_text("def test_cats_purr(mp):\n    pass\n")
    return tmp_path


def test_a_claim_without_a_fault_is_a_breach(cats: Path) -> None:
    [breach] = breaches(cats / "note", cats, faults=[])
    assert str(breach) == (
        "note/en/01-cats.md:5: no fault trips this claim: write one in mpspec/faults/cats.py"
    )


def test_a_fault_that_names_no_claim_is_a_breach(cats: Path) -> None:
    chosen = [of("join-returns-the-exit-code", "cats-purr", "cats-pur")]
    [breach] = breaches(cats / "note", cats, faults=chosen)
    assert "processes.py" in str(breach)
    assert "names an unknown claim 'cats-pur': did you mean cats-purr?" in str(breach)


def test_a_claim_with_a_fault_is_none(cats: Path) -> None:
    chosen = [of("join-returns-the-exit-code", "cats-purr")]
    assert breaches(cats / "note", cats, faults=chosen) == []


WAITS, RETURNS = "start-waits-for-the-child", "join-returns-the-exit-code"


@pytest.fixture
def translated(cats: Path) -> Callable[..., list[str]]:
    """Return what the gate says of two faults, in their order, and of a file of sentences."""
    lines = {name: faults.load()[name].place[1] for name in (WAITS, RETURNS)}
    assert lines[WAITS] < lines[RETURNS]

    def told(text: str) -> list[str]:
        (cats / "sentences.zh.json").write_text(text, encoding="utf-8")
        chosen = [of(name, "cats-purr") for name in (WAITS, RETURNS)]
        found = breaches(cats / "note", cats, faults=chosen, sentences=cats)
        return [str(breach) for breach in found]

    return told


def sentences(*names: str) -> str:
    """Return a file with a sentence for each of `names`, one on a line from the second on."""
    told = ",\n".join(f'  "{name}": "是。"' for name in names)
    return f"{{\n{told}\n}}\n"


def test_faults_that_have_a_sentence_each_are_no_breach(
    translated: Callable[..., list[str]],
) -> None:
    assert translated(sentences(WAITS, RETURNS)) == []


def test_a_fault_without_a_sentence_in_another_language_is_a_breach(
    translated: Callable[..., list[str]],
) -> None:
    [breach] = translated(sentences(WAITS))
    path, line = faults.load()[RETURNS].place
    assert breach == (
        f'{path}:{line}: no sentence for this fault: add "{RETURNS}": "..." to sentences.zh.json'
    )


@pytest.mark.parametrize(
    ("names", "what"),
    [
        (
            ("start-waits", WAITS, RETURNS),
            "2: rename or strike it: unknown fault 'start-waits': did you mean",
        ),
        ((WAITS, RETURNS, WAITS), f"4: {WAITS} is there twice: strike one"),
        ((RETURNS, WAITS), f"2: {RETURNS} stands where the faults have {WAITS}: same order"),
    ],
)
def test_a_sentence_without_a_fault_of_its_own_and_in_its_place_is_a_breach(
    translated: Callable[..., list[str]], names: tuple[str, ...], what: str
) -> None:
    [breach] = translated(sentences(*names))
    assert breach.startswith(f"sentences.zh.json:{what}")


def test_sentences_that_cannot_be_read_are_named(translated: Callable[..., list[str]]) -> None:
    with pytest.raises(NoteError, match=r"^sentences\.zh\.json:3: no JSON: "):
        translated('{\n  "a": "b"\n  "c": "d"\n}')
