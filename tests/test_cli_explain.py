"""The commands `explain`, `diff` and `demo`, and what `check` and `combine` write for others."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from mpspec import claims, cli, faults, gate, runner
from mpspec.cli import common, live
from mpspec.cli.live import watch
from mpspec.faults import Fault
from mpspec.program import PROGRAMS
from mpspec.questions import read_questions
from mpspec.report.words import ENGLISH
from mpspec.verdicts import Cell, Run, Status, Verdict, write

pytestmark = pytest.mark.timeout(120)

Command = Callable[..., Result]

SPEC = '''\
from mpspec.expectations import only_where


@only_where(start_method=("fork", "spawn"))
def test_cats_purr(mp, observer):
    """Purr."""
    observer.note("purring")


def test_cats_bite(mp):
    assert mp
'''
ENGLISH_NOTE = "# Cats\n\n## Of\n\n### Cats purr\n\nWhy. **Listen.**\n\n### Cats bite\n\nSo.\n"
CHINESE_NOTE = (
    "# 猫\n\n## 关于\n\n### 猫会咕噜 {#cats-purr}\n\n因为。**请听**。\n\n"
    "### 猫会咬人 {#cats-bite}\n\n是。\n"
)
FORK = Cell("CPython 3.11.7", "multiprocessing", "fork", default=True)
SPAWN = Cell("CPython 3.11.7", "multiprocessing", "spawn")
HISTORY = [
    [0, "cat 1", "begin", "purring", None],
    [1, "cat 2", "begin", "purring", None],
    [2, "cat 1", "end", "purring", None],
    [3, "cat 2", "ended", "", None],
]


@pytest.fixture
def mpspec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Return a function that runs the command on a small note, away from any terminal."""
    monkeypatch.chdir(tmp_path)
    for name in ("COLUMNS", "FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    note, spec = tmp_path / "note", tmp_path / "spec"
    for folder in (note / "en", note / "zh", spec):
        folder.mkdir(parents=True)
    (note / "en" / "01-cats.md").write_text(ENGLISH_NOTE)
    (note / "zh" / "01-cats.md").write_text(CHINESE_NOTE, encoding="utf-8")
    (spec / "test_01_cats.py").write_text(SPEC)
    monkeypatch.setattr(common, "read_note", partial(claims.read_note, note=note))
    monkeypatch.setattr(common, "read_questions", partial(read_questions, note=note))
    # The package's faults are of the package's claims.
    monkeypatch.setattr(common, "breaches", lambda **_: gate.breaches(note, spec))
    monkeypatch.setattr(common, "public_names", list)
    for module in (runner, common):
        monkeypatch.setattr(module, "spec_folder", lambda: spec)
    return partial(CliRunner().invoke, cli.main)


def verdicts(path: str, purr: Status = Status.HOLDS, bite: Status = Status.HOLDS) -> None:
    """Write a file in which the claims hold under fork, and have these verdicts under spawn."""
    run = Run([FORK, SPAWN], ["cats-purr", "cats-bite"])
    run.add(Verdict("cats-purr", "fork", Status.HOLDS, history=HISTORY))
    run.add(Verdict("cats-bite", "fork", Status.HOLDS))
    run.add(Verdict("cats-purr", "spawn", purr, seen="no cat", instead="cats-bite"))
    run.add(Verdict("cats-bite", "spawn", bite))
    write([run], Path(path))


# Explain


def test_a_claim_is_explained_with_all_there_is_to_say_of_it(mpspec: Command) -> None:
    verdicts("some", purr=Status.REFUTED)
    result = mpspec(["explain", "cats-purr", "--verdicts", "some"])
    assert result.exit_code == 0
    lines = [line.strip() for line in result.output.splitlines()]
    for line in (
        "▌ Cats purr",
        "✓ holds fork   ≠ refuted spawn",
        "instead: Cats bite",
        '@only_where(start_method=("fork", "spawn"))',
        'observer.note("purring")',
        "Timeline (fork on CPython 3.11.7)",
        "cat 1  ██████──────",
        "In “purring” at the same time: 2 at the most, of 2.",
        "4. The end of cat 2.",
    ):
        assert line in lines, result.output


def test_a_claim_is_explained_in_chinese(mpspec: Command) -> None:
    verdicts("some")
    shown = mpspec(["explain", "cats-purr", "--verdicts", "some", "--lang", "zh"]).output
    for text in ("▌ 猫会咕噜", "它的测试", "cat 1 开始“purring”。"):
        assert text in shown


def test_what_is_not_as_the_note_says_is_shown_with_how_to_repeat_it(mpspec: Command) -> None:
    verdicts("some", purr=Status.FAILS)
    shown = mpspec(["explain", "cats-purr", "--verdicts", "some"]).output
    assert "✗ fails spawn: no cat" in shown
    assert "repeat: mpspec check --claim cats-purr --implementation spawn" in shown


def test_a_claim_is_explained_without_verdicts(mpspec: Command) -> None:
    result = mpspec(["explain", "test_cats_bite"])
    assert result.exit_code == 0
    assert "(no verdicts yet: `mpspec check` gives them)" in result.output
    assert "Timeline" not in result.output


def test_the_timeline_of_a_cell_without_one_is_not_drawn(mpspec: Command) -> None:
    verdicts("some")
    shown = mpspec(["explain", "cats-purr", "--verdicts", "some", "--cell", "spawn"]).output
    assert "Timeline" not in shown


def test_a_claim_names_the_faults_under_which_it_fails(
    mpspec: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    deaf = Fault(lambda: None, ("cats-purr",), ("fork",), hangs=False)
    deaf.sentence = "A cat is dumb."
    monkeypatch.setattr(faults, "load", lambda: {"deaf": deaf})
    assert "  - A cat is dumb." in mpspec(["explain", "cats-purr"]).output.splitlines()
    assert "seen to fail" not in mpspec(["explain", "cats-bite"]).output


def test_a_claim_names_them_in_chinese_as_well(
    mpspec: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = faults.load()["start-waits-for-the-child"]
    purr = Fault(known.switch, ("cats-purr",), ("fork",), hangs=False)
    monkeypatch.setattr(faults, "load", lambda: {purr.name: purr})
    shown = mpspec(["explain", "cats-purr", "--lang", "zh"]).output
    assert "  - start 一直等到子进程结束。" in shown.splitlines()


def test_a_test_that_is_no_python_is_named(mpspec: Command) -> None:
    Path("spec/test_01_cats.py").write_text("def test_cats_purr(mp):\n    assert (\n")
    result = mpspec(["explain", "cats-purr"])
    assert result.exit_code == 2
    assert result.output.startswith("mpspec: spec/test_01_cats.py:2: ")


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        (["dogs"], "mpspec: unknown claim 'dogs': known: cats-purr, cats-bite\n"),
        (
            ["cats-purr", "--verdicts", "some", "--cell", "spwan"],
            "mpspec: unknown cell 'spwan': did you mean spawn?\n",
        ),
    ],
)
def test_an_unknown_name_is_answered_with_the_nearest(
    mpspec: Command, arguments: list[str], answer: str
) -> None:
    verdicts("some")
    result = mpspec(["explain", *arguments])
    assert (result.exit_code, result.output) == (2, answer)


# Diff


def test_what_differs_is_shown_with_what_to_do(mpspec: Command) -> None:
    verdicts("some", purr=Status.REFUTED)
    result = mpspec(["diff", "fork", "spawn", "--verdicts", "some"])
    assert result.exit_code == 1
    assert [line.strip() for line in result.output.splitlines() if line.strip()] == [
        "From fork to spawn",
        "Cats",
        "▌ Cats purr",
        "✓ holds → ≠ refuted",
        "instead: Cats bite",
        "what to do: Listen.",
        "1 of 2 claims differ.",
    ]


def test_where_nothing_differs_the_exit_status_is_0(mpspec: Command) -> None:
    verdicts("some")
    result = mpspec(["diff", "fork", "spawn", "--verdicts", "some"])
    assert result.exit_code == 0
    assert result.output.splitlines()[-1] == "No verdict differs (2 claims compared)."


def test_two_files_are_compared(mpspec: Command) -> None:
    verdicts("old.jsonl")
    verdicts("new.jsonl", bite=Status.HANGS)
    result = mpspec(["diff", "old.jsonl", "new.jsonl", "--lang", "zh", "--markdown"])
    assert result.exit_code == 1
    assert (
        "- **猫会咬人**: ✓ 成立 → ∞ 卡死  在 spawn@3.11 上".replace("  在", " 在") in result.output
    )


def test_the_last_checks_verdicts_are_compared(mpspec: Command) -> None:
    common.last().parent.mkdir(parents=True)
    verdicts(str(common.last()), bite=Status.CRASHES)
    assert mpspec(["diff", "fork", "spawn"]).exit_code == 1


def test_defaults_are_compared_and_named(mpspec: Command) -> None:
    verdicts("some")
    result = mpspec(["diff", "--default", "py311", "3.11", "--verdicts", "some"])
    assert result.exit_code == 0
    title = "From 3.11 by default (fork) to 3.11 by default (fork)"
    assert result.output.splitlines()[0] == title


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        (["fork", "spawn"], "no verdicts yet: `mpspec check` gives them, or name files by"),
        (["fork", "spwan", "--verdicts", "some"], "unknown cell 'spwan': did you mean spawn?"),
        (["py311", "py312", "--verdicts", "some"], "unknown cell '3.12': did you mean 3.11?"),
        (["some", "none.jsonl"], "none.jsonl: UnreadableFileError: No such file or directory"),
        (["some", "cut"], "cut:1: MissingFooterError: the run was cut short"),
        (["some", "spawn"], "spawn: UnreadableFileError: No such file or directory"),
        (["some", "some", "--verdicts", "some"], "two files are compared with each other"),
    ],
)
def test_trouble_is_named(mpspec: Command, arguments: list[str], answer: str) -> None:
    verdicts("some")
    Path("cut").write_text(Path("some").read_text().splitlines(keepends=True)[0])
    result = mpspec(["diff", *arguments])
    assert result.exit_code == 2
    assert result.output.startswith(f"mpspec: {answer}")
    assert len(result.output.splitlines()) == 1


# For others


def test_combine_writes_what_others_read(mpspec: Command) -> None:
    verdicts("some", bite=Status.FAILS)
    exports = ["--junit", "junit.xml", "--markdown", "summary.md", "--badge", "badge.svg"]
    assert mpspec(["combine", "some", *exports]).exit_code == 1
    assert ET.parse("junit.xml").getroot().get("failures") == "1"
    assert "3 verdicts as the note says, 1 not" in Path("summary.md").read_text()
    assert "1 not as noted" in Path("badge.svg").read_text()


def test_check_writes_what_others_read(mpspec: Command) -> None:
    arguments = ["--implementation", "fork", "--badge", "badge.svg"]
    assert mpspec(["check", "-n", "0", *arguments]).exit_code == 0
    assert "all 2 as noted" in Path("badge.svg").read_text()


@pytest.mark.parametrize("command", [["check", "-n", "0"], ["combine", "some"]])
def test_a_file_that_cannot_be_written_is_named(mpspec: Command, command: list[str]) -> None:
    verdicts("some")
    result = mpspec([*command, "--junit", "nowhere/junit.xml"])
    assert result.exit_code == 2
    assert result.output.splitlines()[-1].startswith("mpspec: nowhere/junit.xml: ")


# Demo


@pytest.fixture
def console() -> Console:
    """Return a terminal whose screen can be read."""
    return Console(file=io.StringIO(), force_terminal=True, width=100, height=40, color_system=None)


def screen(console: Console) -> str:
    """Return all that was written to the terminal."""
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_a_demo_is_drawn_and_its_output_is_seen(console: Console) -> None:
    assert watch(PROGRAMS / "demo_semaphore.py", console, ENGLISH) == 0
    assert "worker 3 sits down and works" in screen(console)
    assert "All have had a seat, never more than two at a time." in screen(console)
    assert "In “at work” at the same time: " in screen(console)


def test_a_program_that_fails_is_seen_to_fail(console: Console, tmp_path: Path) -> None:
    path = tmp_path / "demo_x.py"
    path.write_text("import sys\nprint('no newline', end='')\nsys.exit('broken')\n")
    assert watch(path, console, ENGLISH) == 1
    assert "no newline" in screen(console)
    assert "broken" in screen(console)


def test_an_interrupted_demo_ends_all_that_it_started(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = []

    def interrupted(watcher: live._Watcher) -> None:
        started.append(watcher.program)
        raise KeyboardInterrupt

    monkeypatch.setattr(live._Watcher, "look", interrupted)
    assert watch(PROGRAMS / "demo_five_workers.py", console, ENGLISH) == common.INTERRUPTED
    [program] = started
    assert program.status is not None
