"""Whole programs: run to their end, directed, bounded in time and output, and ended."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mpspec import program as program_module
from mpspec.claims import PACKAGE
from mpspec.implementations import Implementation
from mpspec.observer import DeadlineError, Observer
from mpspec.program import FloodError, Program, start_program

SPAWN = Implementation("multiprocessing", "spawn")

LEAVE_A_CHILD = """
import os, signal, sys
if os.fork() == 0:
    os.setpgid(0, 0)
    print(os.getpid(), "lives on", file=sys.stderr, flush=True)
    signal.pause()
"""

Run = Callable[..., Program]


@pytest.fixture
def run(tmp_path: Path, observer: Observer) -> Iterator[Run]:
    """Return a function that starts a program of these lines."""
    started: list[Program] = []

    def start(lines: str, **options: Any) -> Program:
        path = tmp_path / "program.py"
        path.write_text(lines)
        started.append(start_program(str(path), SPAWN, observer, **options))
        return started[-1]

    yield start
    for program in started:
        program.end()


def test_a_program_is_run_to_its_end(run: Run) -> None:
    program = run("import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)").wait()
    assert (program.status, program.out, program.err) == (3, "out\n", "err\n")


def test_a_program_says_in_a_message_what_came_of_it(run: Run) -> None:
    program = run("print('x' * 5000)").wait()
    assert str(program) == (
        f"exit status: 0\nstandard output:\n{'x' * 4000}\n[5001 characters, cut]\nstandard error:\n"
    )


def test_output_that_is_no_utf_8_is_read_as_well(run: Run) -> None:
    assert run("import os; os.write(1, b'\\xff')").wait().out == "\N{REPLACEMENT CHARACTER}"


def test_a_program_can_read_what_it_is_given(run: Run) -> None:
    assert run("print(input() * 2)", stdin="ab\n").wait().out == "abab\n"


def test_a_program_runs_where_the_test_does_and_sees_its_environment(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FROM_THE_TEST", "1")
    program = run(
        "import os; print(os.getcwd(), os.environ['FROM_THE_TEST'], os.environ['MORE'])",
        environment={"MORE": "2"},
    )
    assert program.wait().out == f"{tmp_path} 1 2\n"


def test_a_program_is_told_which_implementation_to_use(run: Run) -> None:
    lines = "from mpspec import programs; print(programs.implementation())"
    assert run(lines).wait().out == "<Implementation multiprocessing/spawn>\n"


def test_a_program_may_be_left_to_the_default(run: Run) -> None:
    lines = "from mpspec import programs; print(programs.implementation().__name__)"
    assert run(lines, choose=False).wait().out == "multiprocessing\n"


def test_what_pythonpath_names_comes_first(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    path = run("import sys; print(*sys.path, sep='\\n')").wait().out.splitlines()
    assert path.index(str(tmp_path)) < path.index(str(PACKAGE.parent))


def test_a_program_is_directed_by_the_test(run: Run, observer: Observer) -> None:
    program = run("from mpspec import programs; programs.probe('main').checkpoint('inside', 7)")
    [report] = observer.expect("inside")
    assert (report.probe, report.value, report.pid) == ("main", 7, program.process.pid)
    assert program.status is None
    observer.proceed("inside")
    assert program.wait().status == 0


def test_a_program_passes_an_open_checkpoint_while_one_waits_for_its_end(
    run: Run, observer: Observer
) -> None:
    program = run("from mpspec import programs; programs.probe('main').checkpoint('inside')")
    observer.open("inside")
    assert program.wait().status == 0


def test_a_program_of_a_test_says_so_to_a_reader() -> None:
    from mpspec import programs  # noqa: PLC0415 - a program's own import

    with pytest.raises(SystemExit, match="this program is part of a test, which directs it"):
        programs.probe("main")


def test_ctrl_c_reaches_the_program(run: Run) -> None:
    program = run(
        "import sys\n"
        "try:\n"
        "    print('ready', file=sys.stderr, flush=True)\n"
        "    while True: pass\n"  # a signal just before `pause` would not end that
        "except KeyboardInterrupt:\n"
        "    print('interrupted')\n"
    )
    program.wait_for_output("ready")
    program.interrupt()
    assert program.wait().out == "interrupted\n"


def test_output_is_waited_for_as_often_as_it_shall_come(run: Run) -> None:
    program = run("import sys; print('x\\nx', file=sys.stderr)")
    program.wait_for_output("x", count=2)
    with pytest.raises(AssertionError, match="'x' came 2 times, not 3"):
        program.wait_for_output("x", count=3)


def test_the_end_of_a_program_is_seen_though_a_child_lives_on(run: Run) -> None:
    program = run(LEAVE_A_CHILD)
    assert program.wait_for_end() == 0


def test_a_child_that_lives_on_is_ended_with_its_program(run: Run, observer: Observer) -> None:
    program = run(LEAVE_A_CHILD)
    program.wait_for_end()
    program.wait_for_output("lives on")
    program.end()
    observer.expect_state(int(program.err.split()[0]), "gone", "zombie")


def test_the_temporary_files_of_a_killed_program_are_removed(run: Run) -> None:
    lines = "import sys, tempfile\nprint(tempfile.mkdtemp(), file=sys.stderr, flush=True)\n"
    program = run(f"{lines}while True: pass")
    program.wait_for_output("\n")
    made = Path(program.err.strip())
    assert made.is_dir()
    program.end()
    assert not made.parent.exists()


def test_a_program_that_does_not_end_is_given_up(run: Run, observer: Observer) -> None:
    lines = "import signal; print('here', flush=True); signal.pause()"
    program = run(lines, deadline=0.5)
    with pytest.raises(DeadlineError, match=r"waited 0\.5 s for the program\nexit status: None"):
        program.wait()
    program.end()
    observer.expect_state(program.process.pid, "gone")


def test_a_program_that_prints_without_end_is_given_up(
    run: Run, observer: Observer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(program_module, "LONGEST_OUTPUT", 1000)
    program = run("while True: print('x' * 100)")
    with pytest.raises(FloodError, match=r"^more than 1000 bytes of output\n"):
        program.wait()
    program.end()
    observer.expect_state(program.process.pid, "gone")


def test_a_program_may_be_ended_twice(run: Run) -> None:
    program = run("").wait()
    program.end()
    program.end()


def test_no_descriptor_is_left_open(run: Run) -> None:
    if not Path("/proc/self/fd").exists():
        pytest.skip("counts the descriptors that the system knows")
    before = sorted(path.name for path in Path("/proc/self/fd").iterdir())
    run("").wait().end()
    assert sorted(path.name for path in Path("/proc/self/fd").iterdir()) == before
