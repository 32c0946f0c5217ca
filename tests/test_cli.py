"""The command: what it prints, what it answers to wrong input, and its exit status."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mpspec import __main__ as script
from mpspec import __version__, claims, cli, gate, runner
from mpspec.cli import checking, common, demos
from mpspec.names import Name
from mpspec.questions import read_questions
from mpspec.verdicts import Cell, Run, Status, Verdict, read, write

pytestmark = pytest.mark.timeout(120)

EN = "# Cats\n\nOf cats.\n\n## What they do\n\n{claims}"
ZH = "# 猫\n\n关于猫。\n\n## 行为\n\n{claims}"
SPEC = """\
from mpspec.expectations import only_where, refuted_where


def test_cats_purr(mp):
    pass


@refuted_where(memory="inherited", instead="cats-purr")
def test_cats_forget(mp):
    assert mp.memory == "fresh"


@only_where(memory="shared")
def test_cats_share(mp):
    pass


def test_cats_bark(mp, observer):
    observer.note("listening")
    assert mp.memory == "fresh", "no bark"
"""
IDS = {
    "cats-purr": "猫会咕噜",
    "cats-forget": "猫会忘记",
    "cats-share": "猫会分享",
    "cats-bark": "猫会吠叫",
}

PACKAGE = Path(claims.__file__).parent

FORK = Cell("CPython 3.11.7", "multiprocessing", "fork", default=True)
SPAWN = Cell("CPython 3.11.7", "multiprocessing", "spawn")

Command = Callable[..., Result]


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
    english = "".join(f"### {name.replace('-', ' ').capitalize()}\n\nSo.\n\n" for name in IDS)
    chinese = "".join(f"### {title} {{#{name}}}\n\n是。\n\n" for name, title in IDS.items())
    (note / "en" / "01-cats.md").write_text(EN.format(claims=english))
    (note / "zh" / "01-cats.md").write_text(ZH.format(claims=chinese), encoding="utf-8")
    (note / "en" / "02-dogs.md").write_text("# Dogs\n\n## What\n\n### Dogs bark\n\nLoud.\n")
    (note / "zh" / "02-dogs.md").write_text(
        "# 狗\n\n## 行为\n\n### 狗会叫 {#dogs-bark}\n\n响。\n", encoding="utf-8"
    )
    (spec / "test_01_cats.py").write_text(SPEC)
    (spec / "test_02_dogs.py").write_text("def test_dogs_bark(mp):\n    pass\n")
    monkeypatch.setattr(common, "read_note", partial(claims.read_note, note=note))
    monkeypatch.setattr(common, "read_questions", partial(read_questions, note=note))
    agree = partial(gate.breaches, note, spec)
    monkeypatch.setattr(common, "breaches", lambda **_: agree())  # cats have no faults
    monkeypatch.setattr(common, "public_names", list)
    monkeypatch.setattr(runner, "spec_folder", lambda: spec)
    return partial(CliRunner().invoke, cli.main)


def a_run(*cells: Cell, names: tuple[str, ...] = (*IDS, "dogs-bark")) -> Run:
    """Return a run in which everything holds."""
    run = Run(list(cells), list(names))
    for cell in cells:
        for name in names:
            run.add(Verdict(name, cell.name, Status.HOLDS))
    return run


def check(mpspec: Command, *arguments: str) -> Result:
    """Check in one process, without pytest-xdist."""
    return mpspec(["check", "-n", "0", *arguments])


# Check


def test_a_check_where_all_is_as_the_note_says(mpspec: Command) -> None:
    result = check(
        mpspec,
        "--claim",
        "cats-purr",
        "--claim",
        "test_cats_forget",
        "--implementation",
        "fork",
        "--json",
        "verdicts",
    )
    assert result.exit_code == 0, result.output
    assert result.output.splitlines()[-1] == "2 verdicts as the note says, 0 not"
    assert "Cats purr" in result.output
    assert "≠ refuted" in result.output
    [run] = read(Path("verdicts"))
    assert {claim: verdict.status.value for (claim, _), verdict in run.verdicts.items()} == {
        "cats-purr": "holds",
        "cats-forget": "refuted",
    }


def test_a_check_where_a_verdict_is_not_as_the_note_says(mpspec: Command) -> None:
    result = check(mpspec, "--claim", "cats-bark", "--implementation", "fork")
    assert result.exit_code == 1
    shown = [line.split() for line in result.output.splitlines()]
    assert ["claim", "Cats", "bark"] in shown
    assert ["expected", "it", "holds"] in shown
    assert ["seen", "AssertionError:", "no", "bark"] in shown
    assert ["history", "0.00", "ms", "test", "listening"] in shown
    repeat = "repeat mpspec check --claim cats-bark --implementation fork"
    assert repeat.split() in shown
    assert result.output.splitlines()[-1] == "0 verdicts as the note says, 1 not"


def test_a_check_of_a_chapter_in_chinese(mpspec: Command) -> None:
    result = check(mpspec, "--chapter", "dogs", "--implementation", "spawn", "--lang", "zh")
    assert result.exit_code == 0, result.output
    assert "狗会叫" in result.output
    assert "猫" not in result.output


def test_a_whole_check_is_kept_for_reading(mpspec: Command) -> None:
    assert "mpspec check" in mpspec(["read"]).output
    assert check(mpspec, "--implementation", "fork").exit_code == 1
    shown = mpspec(["read"]).output
    assert "✗ fails" in shown
    assert "mpspec check" not in shown


def test_a_check_in_which_nothing_applies_says_that_nothing_was_tested(mpspec: Command) -> None:
    result = check(mpspec, "--claim", "cats-share", "--implementation", "fork")
    assert result.exit_code == 3
    assert "· not applicable" in result.output


def test_contradictory_choices_match_nothing(mpspec: Command) -> None:
    result = check(mpspec, "--chapter", "dogs", "--claim", "cats-purr")
    assert result.exit_code == 3
    assert result.output == "nothing matches: no claim of these is in this chapter\n"


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        (["--claim", "cats-pur"], "unknown claim 'cats-pur': did you mean cats-purr"),
        (["--chapter", "dog"], "unknown chapter 'dog': did you mean dogs?"),
        (
            ["--implementation", "forkserv"],
            "unknown implementation 'forkserv': did you mean forkserver",
        ),
        (["--json", "nowhere/verdicts"], "nowhere/verdicts: No such file or directory"),
        (["--json", "."], ".: Is a directory"),
    ],
)
def test_wrong_input_is_answered_before_anything_is_run(
    mpspec: Command, arguments: list[str], answer: str
) -> None:
    result = check(mpspec, *arguments)
    assert result.exit_code == 2
    assert result.output.startswith(f"mpspec: {answer}")
    assert len(result.output.splitlines()) == 1


@pytest.mark.parametrize(
    "arguments", [["-n", "-1"], ["--deadline", "0"], ["--lang", "fr"], ["--sleep"], ["surplus"]]
)
def test_wrong_usage(mpspec: Command, arguments: list[str]) -> None:
    assert check(mpspec, *arguments).exit_code == 2


def test_nothing_is_run_where_note_and_tests_do_not_agree(mpspec: Command) -> None:
    path = Path("spec/test_02_dogs.py")
    path.write_text(path.read_text().replace("dogs_bark", "dogs_bite"))
    result = check(mpspec)
    assert result.exit_code == 1
    assert result.output == (
        "spec/test_02_dogs.py:1: no claim for test_dogs_bite, and no test for the claim at "
        "note/en/02-dogs.md:5: rename it test_dogs_bark\n"
    )


def test_a_note_that_cannot_be_read(mpspec: Command) -> None:
    Path("note/en/02-dogs.md").write_bytes(b"# Dogs\n\xff\n")
    result = check(mpspec)
    assert result.exit_code == 2
    assert result.output == "mpspec: note/en/02-dogs.md:2: this is not UTF-8\n"


def test_a_check_whose_tests_cannot_be_collected_says_why(mpspec: Command) -> None:
    path = Path("spec/test_02_dogs.py")
    path.write_text("import no_such_module\n" + path.read_text())
    result = check(mpspec, "--chapter", "dogs")
    assert result.exit_code == 3
    assert "No module named 'no_such_module'" in result.output
    assert result.output.splitlines()[-1] == "mpspec: nothing ran"


def test_an_interrupted_check_says_by_what(
    mpspec: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt("SIGTERM")

    monkeypatch.setattr(checking, "execute", interrupted)
    result = check(mpspec)
    assert result.exit_code == 130
    assert result.output == "mpspec: interrupted SIGTERM\n"


def test_a_check_whose_pytest_dies_shows_what_was_said_until_then(mpspec: Command) -> None:
    path = Path("spec/test_01_cats.py")
    path.write_text(path.read_text().replace('observer.note("listening")', "os._exit(0)"))
    path.write_text("import os\n" + path.read_text())
    result = check(mpspec, "--chapter", "cats", "--implementation", "fork")
    assert result.exit_code == 1
    assert "✓ holds" in result.output
    assert result.output.splitlines()[-1] == "mpspec: the run was cut short"


# Read and list


@pytest.mark.parametrize(("language", "title"), [("en", "Cats purr"), ("zh", "猫会咕噜")])
def test_the_note_is_read_in_each_language(mpspec: Command, language: str, title: str) -> None:
    result = mpspec(["read", "--lang", language])
    assert result.exit_code == 0
    assert f"▌ {title}" in result.output


def test_verdicts_are_woven_into_the_note(mpspec: Command) -> None:
    write([a_run(FORK)], Path("verdicts"))
    result = mpspec(["read", "--verdicts", "verdicts", "--chapter", "2"])
    assert result.exit_code == 0
    lines = [line.strip() for line in result.output.splitlines()]
    assert lines[lines.index("▌ Dogs bark") + 1] == "✓ holds everywhere"
    assert "Cats" not in result.output


def test_a_bad_verdict_file_is_named_and_the_note_shown_all_the_same(mpspec: Command) -> None:
    result = mpspec(["read", "--verdicts", "none"])
    assert result.exit_code == 2
    assert "▌ Cats purr" in result.output
    assert "none: UnreadableFileError: No such file or directory" in result.output


def test_the_claims_are_listed(mpspec: Command) -> None:
    result = mpspec(["list", "--chapter", "02-dogs"])
    assert result.exit_code == 0
    assert result.output == "Dogs\n  What\n    Dogs bark  dogs-bark\n"


@pytest.mark.parametrize("command", ["read", "list"])
def test_an_unknown_chapter_is_answered_with_the_nearest(mpspec: Command, command: str) -> None:
    result = mpspec([command, "--chapter", "cat"])
    assert result.exit_code == 2
    assert result.output == "mpspec: unknown chapter 'cat': did you mean cats?\n"


# Demo


def test_the_demos_are_listed_with_what_they_show(mpspec: Command) -> None:
    lines = mpspec(["demo"]).output.splitlines()
    assert {line.split()[0] for line in lines} >= {"five-workers", "semaphore", "shared-file"}
    assert all(len(line.split()) > 2 for line in lines)


def test_an_unknown_demo_is_answered_with_the_nearest(mpspec: Command) -> None:
    result = mpspec(["demo", "semaphor"])
    assert result.exit_code == 2
    assert result.output == "mpspec: unknown demo 'semaphor': did you mean semaphore?\n"


def test_a_demo_is_run_with_this_python(mpspec: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    program = "import mpspec, pathlib, sys; pathlib.Path('python').write_text(sys.executable)"
    Path("demo_x.py").write_text(f"{program}\nsys.exit(7)\n")
    monkeypatch.setattr(demos, "PROGRAMS", Path())
    assert mpspec(["demo", "x"]).exit_code == 7
    assert Path("python").read_text() == sys.executable


# Combine


def test_runs_are_merged_into_one_matrix_and_one_file(mpspec: Command) -> None:
    write([a_run(FORK)], Path("one"))
    write([a_run(SPAWN)], Path("other"))
    result = mpspec(["combine", "one", "other", "-o", "both"])
    assert result.exit_code == 0
    assert result.output.splitlines()[-1] == "10 verdicts as the note says, 0 not"
    assert [run.cells for run in read(Path("both"))] == [[FORK], [SPAWN]]


def test_a_bad_file_is_named_and_the_good_ones_are_kept(mpspec: Command) -> None:
    write([a_run(FORK)], Path("good"))
    Path("cut").write_text(Path("good").read_text().splitlines(keepends=True)[0])
    write([a_run(FORK)], Path("same"))
    write([a_run(SPAWN, names=("cats-purr",))], Path("less"))
    result = mpspec(["combine", "cut", "good", "same", "less", "none", "-o", "both"])
    assert result.exit_code == 2
    assert "5 verdicts as the note says, 0 not" in result.output
    assert result.output.splitlines()[-4:] == [
        "cut:1: MissingFooterError: the run was cut short; run it again to its end",
        "same:1: CellTwiceError: fork on CPython 3.11.7 is in good:1 already",
        "less:1: OtherClaimsError: not the claims of good:1: cats-bark",
        "none: UnreadableFileError: No such file or directory",
    ]
    assert [run.cells for run in read(Path("both"))] == [[FORK]]


def test_a_verdict_that_is_not_as_the_note_says_is_shown(mpspec: Command) -> None:
    run = a_run(FORK)
    run.verdicts["cats-purr", "fork"].status = Status.HANGS
    write([run], Path("verdicts"))
    result = mpspec(["combine", "verdicts"])
    assert result.exit_code == 1
    assert "∞ hangs" in result.output
    assert result.output.splitlines()[-1] == "4 verdicts as the note says, 1 not"


def test_a_python_that_was_expected_is_shown_as_not_run(mpspec: Command) -> None:
    write([a_run(FORK)], Path("verdicts"))
    result = mpspec(["combine", "verdicts", "--expect", "3.11", "--expect", "pypy3.11"])
    assert "Each column shows, from left to right: 3.11, pypy3.11." in result.output
    assert "✓? holds, not run" in result.output
    assert result.output.splitlines()[-1] == "5 verdicts as the note says, 0 not, 5 not run"


def test_without_a_good_file_the_input_is_bad(mpspec: Command) -> None:
    Path("empty").write_text("")
    result = mpspec(["combine", "empty"])
    assert result.exit_code == 2
    assert result.output == "empty:1: ForeignFileError: the file is empty\n"


def test_a_merged_file_that_cannot_be_written(mpspec: Command) -> None:
    write([a_run(FORK)], Path("verdicts"))
    result = mpspec(["combine", "verdicts", "-o", "nowhere/both"])
    assert result.exit_code == 2
    assert result.output == "mpspec: nowhere/both: No such file or directory\n"


def test_combine_needs_a_file(mpspec: Command) -> None:
    assert mpspec(["combine"]).exit_code == 2


# Away from a terminal


def test_what_is_printed_is_plain_without_a_terminal(mpspec: Command) -> None:
    run = a_run(FORK)
    run.verdicts["cats-purr", "fork"].status = Status.CRASHES
    write([run], Path("verdicts"))
    for arguments in (
        ["combine", "verdicts"],
        ["read", "--verdicts", "verdicts"],
        ["list"],
        ["demo"],
    ):
        printed = mpspec(arguments).output
        assert printed
        assert "\x1b" not in printed


def test_the_matrix_says_every_verdict_by_its_word(mpspec: Command) -> None:
    run = Run([FORK], list(IDS))
    for name, status in zip(IDS, (Status.HOLDS, Status.REFUTED, Status.ERROR), strict=False):
        run.add(Verdict(name, "fork", status))
    write([run], Path("verdicts"))
    shown = mpspec(["combine", "verdicts"]).output
    for line in (
        "Cats purr ✓ holds",
        "Cats forget ≠ refuted",
        "Cats share ! error",
        "Cats bark ? not run",
    ):
        assert line.split() in [printed.split() for printed in shown.splitlines()]


def test_a_claim_that_the_note_no_longer_has_is_shown_by_its_id(mpspec: Command) -> None:
    run = a_run(FORK, names=("cats-meow",))
    run.verdicts["cats-meow", "fork"].status = Status.FAILS
    write([run], Path("verdicts"))
    result = mpspec(["combine", "verdicts"])
    assert result.exit_code == 1
    assert "cats-meow" in result.output


# The script


def test_a_python_that_is_too_old_is_said_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(script, "OLDEST", (99, 1))
    with pytest.raises(
        SystemExit, match=r"^mpspec needs Python 99\.1 or later; this is Python 3\."
    ):
        script.main()


def test_the_package_is_a_command() -> None:
    path = os.pathsep.join(filter(None, [str(PACKAGE.parent), os.environ.get("PYTHONPATH")]))
    told = subprocess.run(
        [sys.executable, "-m", "mpspec", "--version"],
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout == f"mpspec, version {__version__}\n"


# A bad world


@pytest.mark.parametrize("name", ["execute", "tempfile.TemporaryDirectory"])
def test_a_system_that_has_nothing_left_for_a_run_is_named(
    mpspec: Command, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(f"mpspec.cli.checking.{name}", fail)
    result = check(mpspec, "--claim", "cats-purr")
    assert result.exit_code == common.NOTHING
    assert result.stderr == "mpspec: nothing ran: [Errno 11] Resource temporarily unavailable\n"


def test_who_has_read_enough_of_the_output_changes_no_exit_status() -> None:
    code = "from mpspec.cli import common; common.show(['x', 'y']); raise SystemExit(7)"
    read_end, write_end = os.pipe()
    os.close(read_end)
    with os.fdopen(write_end) as output:
        done = subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONPATH": search_path()},
            check=False,
            stdout=output,
            stderr=subprocess.PIPE,
        )
    assert (done.returncode, done.stderr) == (7, b"")


def test_closed_standard_streams_lead_nowhere(tmp_path: Path) -> None:
    code = (
        "from mpspec.__main__ import open_standard_streams; open_standard_streams()\n"
        "print('lost'); file = open('some', 'w'); file.write(str(file.fileno() > 2))\n"
        "import sys; sys.stderr.write('lost'); file.write(sys.stdin.read())"
    )
    subprocess.run(
        ["sh", "-c", '"$@" <&- >&- 2>&-', "sh", sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": search_path()},
        cwd=tmp_path,
        check=True,
    )
    assert (tmp_path / "some").read_text() == "True"


def search_path() -> str:
    return os.pathsep.join(filter(None, [str(PACKAGE.parent), os.environ.get("PYTHONPATH")]))


def test_a_name_of_which_no_claim_speaks_is_told_and_stops_no_check(
    mpspec: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    meow = Name("", "Meow")
    monkeypatch.setattr(common, "public_names", lambda: [meow])
    result = mpspec(["check", "--claim", "cats-purr", "--implementation", "fork", "-n0"])
    assert "no claim speaks of multiprocessing.Meow" in result.stderr
    assert result.exit_code == 0
