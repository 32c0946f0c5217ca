"""What a run of the spec's tests says of each claim, and that it leaves nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mpspec import leftovers, verdicts
from mpspec.observer import Observer
from mpspec.verdicts import ForeignFileError, MissingFooterError, Run, Status, Verdict

# A run that waits for something that never comes is a defect: it ends here at the latest.
pytestmark = pytest.mark.timeout(120)

BEGIN = """\
import os, signal, threading, warnings
from pathlib import Path
import pytest
from mpspec.expectations import needs, only_where, refuted_where, since, until

elsewhere = "some-other-claim"


def wait_without_end():
    while True:
        signal.pause()


def print_without_end():
    while True:
        os.write(1, b"x" * 65536)


def start_and_tell(mp):
    child = mp.Process(target=wait_without_end)
    child.start()
    Path("pids").write_text(str(child.pid))
    return child

"""

# What else may be installed has no part in these runs.
PLUGINS = ("-p", "timeout", "-p", "xdist", "-p", "mpspec.plugin", "-p", "no:cacheprovider")

Report = Callable[..., Verdict]


@pytest.fixture(autouse=True)
def _find_mpspec(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let an interpreter that a test starts find mpspec, and begin a run of its own."""
    here = str(Path(verdicts.__file__).parent.parent)
    path = os.pathsep.join(filter(None, [here, os.environ.get("PYTHONPATH")]))
    monkeypatch.setenv("PYTHONPATH", path)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.delenv(leftovers.RUN_VARIABLE, raising=False)


@pytest.fixture
def spec(pytester: pytest.Pytester) -> Callable[[str], Path]:
    """Return a function that writes a chapter's tests."""

    def write(tests: str, name: str = "test_01_x") -> Path:
        return pytester.makepyfile(**{name: BEGIN + tests})

    return write


@pytest.fixture
def verdict(pytester: pytest.Pytester, spec: Callable[[str], Path]) -> Report:
    """Return a function that runs the test of one claim, `claim`, and returns its verdict."""

    def run(tests: str, *options: str, method: str = "fork") -> Verdict:
        spec(tests)
        result = pytester.runpytest_inprocess(*arguments(method, *options))
        found = recorded()["claim", method]
        assert result.ret == (1 if found.status.red else 0)
        return found

    return run


def arguments(method: str, *options: str) -> list[str]:
    """Return what to tell pytest."""
    return [
        *PLUGINS,
        "--implementation",
        method,
        "--verdicts",
        "verdicts",
        "--deadline=5",
        *options,
    ]


def only_run() -> Run:
    [run] = verdicts.read(Path("verdicts"))
    return run


def recorded() -> dict[tuple[str, str], Verdict]:
    """Return the verdicts of the run, by claim and cell."""
    return only_run().verdicts


def statuses() -> dict[str, str]:
    """Return the verdicts of a run in one cell, in words."""
    return {claim: found.status.value for (claim, _), found in recorded().items()}


# What a test says


def test_a_claim_whose_test_passes_holds(verdict: Report) -> None:
    found = verdict("def test_claim(mp): pass")
    assert (found.status, found.expected, found.seen) == (Status.HOLDS, "holds", "")


def test_a_claim_whose_test_fails_fails(verdict: Report) -> None:
    found = verdict("def test_claim(mp): assert 1 + 1 == 3")
    assert (found.status, found.expected) == (Status.FAILS, "holds")
    assert found.seen == "AssertionError: assert (1 + 1) == 3"


def test_a_claim_whose_test_breaks_is_an_error(verdict: Report) -> None:
    found = verdict("def test_claim(mp): {}['x']")
    assert (found.status, found.seen) == (Status.ERROR, "KeyError: 'x'")


def test_a_test_that_calls_exit_is_an_error(verdict: Report) -> None:
    assert verdict("def test_claim(mp): raise SystemExit(0)").status is Status.ERROR


def test_what_breaks_before_the_test_is_an_error(verdict: Report) -> None:
    found = verdict("@pytest.fixture\ndef broken(): assert False\ndef test_claim(mp, broken): pass")
    assert (found.status, found.seen) == (Status.ERROR, "in setup: AssertionError: assert False")


def test_what_breaks_after_the_test_is_an_error(verdict: Report) -> None:
    found = verdict(
        "@pytest.fixture\ndef broken():\n    yield\n    assert False\n"
        "def test_claim(mp, broken): pass"
    )
    assert (found.status, found.seen) == (Status.ERROR, "in teardown: AssertionError: assert False")


def test_a_refutation_that_comes_as_expected_is_one(verdict: Report) -> None:
    found = verdict(
        "@refuted_where(memory='inherited', instead=elsewhere)\n"
        "def test_claim(mp): assert mp.memory == 'fresh'"
    )
    assert (found.status, found.expected, found.instead) == (
        Status.REFUTED,
        "refuted",
        "some-other-claim",
    )
    assert "assert 'inherited' == 'fresh'" in found.seen


def test_where_a_refutation_is_expected_a_claim_that_holds_fails(verdict: Report) -> None:
    found = verdict(
        "@refuted_where(memory='inherited', instead=elsewhere)\ndef test_claim(mp): pass"
    )
    assert (found.status, found.expected) == (Status.FAILS, "refuted")
    assert found.seen == "expected to be refuted (memory inherited), and it holds"


def test_where_no_refutation_is_expected_a_refuted_claim_fails(verdict: Report) -> None:
    found = verdict(
        "@refuted_where(memory='fresh', instead=elsewhere)\ndef test_claim(mp): assert False"
    )
    assert (found.status, found.expected) == (Status.FAILS, "holds")


def test_what_is_no_assertion_refutes_nothing(verdict: Report) -> None:
    found = verdict(
        "@refuted_where(memory='inherited', instead=elsewhere)\ndef test_claim(mp): {}['x']"
    )
    assert (found.status, found.expected) == (Status.ERROR, "refuted")


def test_a_hang_refutes_nothing(verdict: Report) -> None:
    found = verdict(
        "@refuted_where(memory='inherited', instead=elsewhere)\n"
        "def test_claim(mp, observer):\n    observer.probe('child')\n    observer.expect('x')",
        "--deadline=0.5",
    )
    assert found.status is Status.HANGS


def test_a_flood_refutes_nothing(verdict: Report) -> None:
    found = verdict(
        "from mpspec.program import FloodError\n"
        "@refuted_where(memory='inherited', instead=elsewhere)\n"
        "def test_claim(mp): raise FloodError('too much')"
    )
    assert found.status is Status.FAILS


def test_an_expected_failure_of_pytests_hides_nothing(verdict: Report) -> None:
    found = verdict("@pytest.mark.xfail\ndef test_claim(mp): assert False")
    assert found.status is Status.FAILS


def test_a_test_that_gives_up_by_xfail_fails(verdict: Report) -> None:
    assert verdict("def test_claim(mp): pytest.xfail('not now')").status is Status.FAILS


def test_what_the_implementation_lacks_is_not_offered(verdict: Report) -> None:
    found = verdict("def test_claim(mp): mp.Telepathy()")
    assert (found.status, found.seen) == (
        Status.NOT_OFFERED,
        "multiprocessing/fork has no Telepathy",
    )


def test_what_a_fixture_asks_for_in_vain_is_not_offered(verdict: Report) -> None:
    found = verdict(
        "@pytest.fixture\ndef wire(mp): return mp.Telepathy()\n"
        "def test_another(wire): pass\ndef test_claim(wire): pass\n"
    )
    assert (found.status, found.seen) == (
        *(Status.NOT_OFFERED, "multiprocessing/fork has no Telepathy"),
    )
    assert statuses()["another"] == "not offered"


def test_no_claim_about_errors_takes_the_lack_of_a_name_for_one(verdict: Report) -> None:
    found = verdict("def test_claim(mp):\n    with pytest.raises(Exception): mp.Telepathy()")
    assert found.status is Status.NOT_OFFERED


def test_what_a_claim_needs_is_looked_for_before_it_is_run(verdict: Report) -> None:
    found = verdict("@needs('Process', 'Process.pause')\ndef test_claim(mp): assert False")
    assert (found.status, found.seen) == (
        Status.NOT_OFFERED,
        "multiprocessing/fork has no Process.pause",
    )


@pytest.mark.parametrize(
    ("mark", "reason"),
    [
        ("only_where(memory='shared')", "it speaks of memory shared"),
        (
            "only_where(start_method=('spawn', 'threads'))",
            "it speaks of start_method spawn or thre",
        ),
        ("since('99.0')", "it speaks of since 99.0"),
        ("until('3.0')", "it speaks of until 3.0"),
        ("pytest.mark.skip(reason='not here')", "not here"),
    ],
)
def test_a_claim_that_does_not_speak_of_the_cell_is_not_applicable(
    verdict: Report, mark: str, reason: str
) -> None:
    found = verdict(f"@{mark}\ndef test_claim(mp): assert False")
    assert found.status is Status.NOT_APPLICABLE
    assert reason in found.seen


def test_a_test_that_skips_itself_is_not_applicable(verdict: Report) -> None:
    found = verdict("def test_claim(mp): pytest.skip('no such device')")
    assert (found.status, found.seen) == (Status.NOT_APPLICABLE, "no such device")


def test_a_warning_is_no_error_however_pytest_is_told(verdict: Report) -> None:
    found = verdict("def test_claim(mp): warnings.warn('careful', stacklevel=1)", "-W", "error")
    assert found.status is Status.HOLDS


def test_a_verdict_carries_the_history_of_its_test(verdict: Report) -> None:
    found = verdict("def test_claim(mp, observer):\n    observer.note('begun', [1])")
    assert [report[1:] for report in found.history] == [["test", "note", "begun", [1]]]


def test_a_verdict_carries_what_its_test_called_though_the_test_does_not_see_it(
    verdict: Report,
) -> None:
    found = verdict(
        "def hello(probe): probe.note('hello')\n"
        "def test_claim(mp, observer):\n"
        "    child = mp.Process(target=hello, args=(observer.probe('child'),))\n"
        "    child.start()\n"
        "    child.join()\n"
        "    observer.expect('hello')\n"
        "    assert {report.probe for report in observer.history} == {'child'}"
    )
    assert found.status is Status.HOLDS
    calls = [event for _, probe, kind, event, _ in found.history if kind == "call"]
    assert calls == ["start child", "join child"]


def test_ctrl_c_means_the_same_in_the_background(verdict: Report) -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        found = verdict(
            "def test_claim(mp, run_program):\n"
            "    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler"
        )
        after = signal.getsignal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)
    assert (found.status, after) == (Status.HOLDS, signal.SIG_IGN)


# What hangs, floods, or is left behind


def test_a_child_that_never_ends_hangs_and_the_others_go_on(
    spec: Callable[[str], Path], pytester: pytest.Pytester, observer: Observer
) -> None:
    spec(
        "def test_a(mp): start_and_tell(mp).join()\n"
        "def test_b(mp): assert mp.active_children() == []"
    )
    pytester.runpytest_inprocess(*arguments("fork", "--deadline=1"))
    assert statuses() == {"a": "hangs", "b": "holds"}
    assert recorded()["a", "fork"].seen == "Failed: Timeout (>4.0s) from pytest-timeout."
    observer.expect_state(int(Path("pids").read_text()), "gone")


def test_what_hangs_for_any_input_hangs_and_says_so(verdict: Report) -> None:
    found = verdict(
        "import queue\n"
        "from hypothesis import given, strategies as st\n"
        "from mpspec.examples import for_any_input\n"
        "@for_any_input\n"
        "@given(item=st.integers())\n"
        "def test_claim(mp, item):\n    mp.Queue().get()",
        "--deadline=0.5",
    )
    assert found.status is Status.HANGS
    assert found.seen.startswith("Failed: Timeout (>2.0s) from pytest-timeout.")


def test_what_never_comes_hangs_and_says_so(verdict: Report) -> None:
    found = verdict(
        "def test_claim(mp, observer):\n    observer.probe('child')\n    observer.expect('x')",
        "--deadline=0.5",
    )
    assert found.status is Status.HANGS
    assert "waited 0.5 s in vain for 1 x 'x'; 0 came" in found.seen


def test_a_child_that_reports_without_end_hangs_and_the_others_go_on(
    spec: Callable[[str], Path], pytester: pytest.Pytester
) -> None:
    spec(
        "def report_without_end(probe):\n    while True: probe.note('x')\n"
        "def test_a(mp, observer):\n"
        "    mp.Process(target=report_without_end, args=(observer.probe('child'),)).start()\n"
        "    observer.expect('something else')\n"
        "def test_b(mp): pass"
    )
    pytester.runpytest_inprocess(*arguments("fork"))
    assert statuses() == {"a": "hangs", "b": "holds"}


def test_a_child_that_garbles_its_reports_is_an_error_and_the_others_go_on(
    spec: Callable[[str], Path], pytester: pytest.Pytester
) -> None:
    spec(
        "def garble(probe):\n"
        "    line = probe._connection()\n"
        "    while True: line.sendall(b'garbled\\n' * 1000)\n"
        "def test_a(mp, observer):\n"
        "    mp.Process(target=garble, args=(observer.probe('child'),)).start()\n"
        "    observer.expect('something else')\n"
        "def test_b(mp): pass"
    )
    pytester.runpytest_inprocess(*arguments("fork"))
    assert statuses() == {"a": "error", "b": "holds"}


def test_a_child_that_prints_without_end_fails_and_is_cut(
    spec: Callable[[str], Path], pytester: pytest.Pytester
) -> None:
    spec(
        "def test_a(mp):\n"
        "    child = mp.Process(target=print_without_end)\n"
        "    child.start()\n"
        "    child.join()\n"
        "def test_b(mp): pass"
    )
    result = pytester.runpytest_inprocess(*arguments("fork"))
    assert statuses() == {"a": "fails", "b": "holds"}
    assert recorded()["a", "fork"].seen == (
        "it flooded its output: Captured stdout call, more than 1048576 characters"
    )
    assert len(result.stdout.str()) < 100_000


def test_a_test_that_leaves_a_process_behind_is_an_error(
    verdict: Report, observer: Observer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leftovers.wait_until_gone, "__defaults__", (0.5,))
    found = verdict("def test_claim(mp): start_and_tell(mp)")
    assert found.status is Status.ERROR
    assert "the test left behind" in found.seen
    observer.expect_state(int(Path("pids").read_text()), "gone")


def test_a_test_that_leaves_a_thread_behind_is_an_error(
    verdict: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leftovers, "PATIENCE", 0.1)
    found = verdict(
        "def test_claim(mp):\n"
        "    reading, writing = os.pipe()\n"
        "    threading.Thread(target=os.read, args=(reading, 1)).start()\n"
        "    Path('descriptors').write_text(f'{reading} {writing}')"
    )
    reading, writing = map(int, Path("descriptors").read_text().split())
    os.write(writing, b"x")
    os.close(writing)
    os.close(reading)
    assert found.status is Status.ERROR
    assert "the test left behind" in found.seen


def test_a_test_that_fails_may_leave_a_process_which_is_ended(
    verdict: Report, observer: Observer
) -> None:
    assert verdict("def test_claim(mp):\n    start_and_tell(mp)\n    assert False").status is (
        Status.FAILS
    )
    observer.expect_state(int(Path("pids").read_text()), "gone")


def test_a_worker_that_dies_is_a_crash_and_the_others_go_on(
    spec: Callable[[str], Path], pytester: pytest.Pytester, observer: Observer
) -> None:
    spec(
        "def test_a(mp): pass\n"
        "def test_b(mp):\n    start_and_tell(mp)\n    os.kill(os.getpid(), signal.SIGKILL)\n"
        "def test_c(mp): pass"
    )
    pytester.runpytest_subprocess(*arguments("fork", "-n1"))
    assert statuses() == {"a": "holds", "b": "crashes", "c": "holds"}
    observer.expect_state(int(Path("pids").read_text()), "gone", "zombie")


def test_a_worker_whose_pytest_breaks_leaves_a_run_cut_short(
    spec: Callable[[str], Path], pytester: pytest.Pytester
) -> None:
    # pytest-xdist cannot send a report that is no UTF-8, and ends as if nothing had failed.
    spec("def test_a(mp): raise AssertionError('\\udc80')")
    result = pytester.runpytest_subprocess(*arguments("fork", "-n1"))
    assert result.ret == pytest.ExitCode.INTERNAL_ERROR
    with pytest.raises(MissingFooterError):
        only_run()


def test_what_is_no_utf_8_can_be_seen_and_written(verdict: Report) -> None:
    found = verdict("def test_claim(mp): raise AssertionError('\\udc80 \\u2028 信号量')")
    assert found.seen == r"AssertionError: \udc80 \u2028 信号量"


# Interrupted


@pytest.mark.parametrize(
    ("number", "method", "options"),
    [
        (signal.SIGINT, "fork", []),
        (signal.SIGTERM, "fork", []),
        (signal.SIGTERM, "spawn", []),
        (signal.SIGINT, "fork", ["-n1"]),
        (signal.SIGTERM, "spawn", ["-n1"]),
    ],
)
def test_an_interrupted_pytest_leaves_no_process_and_a_run_cut_short(
    spec: Callable[[str], Path],
    observer: Observer,
    number: int,
    method: str,
    options: list[str],
) -> None:
    os.mkfifo("pids")
    spec("def test_a(mp): start_and_tell(mp).join()\ndef test_b(mp): pass")
    command = [sys.executable, "-m", "pytest", *arguments(method, *options)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as run:
        child = int(Path("pids").read_text())  # comes when the test waits for its child
        run.send_signal(number)
        try:
            assert run.wait(timeout=60) == pytest.ExitCode.INTERRUPTED
        finally:
            run.kill()
    observer.expect_state(child, "gone", "zombie")
    with pytest.raises(MissingFooterError, match="verdicts:1: MissingFooterError: the run was cut"):
        only_run()


@pytest.mark.parametrize(("method", "options"), [("fork", []), ("spawn", []), ("fork", ["-n1"])])
def test_a_killed_pytest_leaves_no_process_and_a_run_cut_short(
    spec: Callable[[str], Path], observer: Observer, method: str, options: list[str]
) -> None:
    os.mkfifo("pids")
    spec("def test_a(mp): start_and_tell(mp).join()\ndef test_b(mp): pass")
    command = [sys.executable, "-m", "pytest", *arguments(method, *options)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as run:
        child = int(Path("pids").read_text())  # comes when the test waits for its child
        run.kill()
    observer.expect_state(child, "gone", "zombie")
    with pytest.raises(MissingFooterError):
        only_run()


# How it is run


def test_every_way_of_running_gives_the_same_verdicts(
    spec: Callable[[str], Path], pytester: pytest.Pytester
) -> None:
    spec(
        "from mpspec.work.processes import fail, return_at_once\n"
        "def ended(mp, target):\n"
        "    child = mp.Process(target=target)\n    child.start()\n    child.join()\n"
        "    return child.exitcode\n"
        "def test_a(mp): assert ended(mp, return_at_once) == 0\n"
        "def test_b(mp): assert ended(mp, fail) == 0\n"
        "@refuted_where(memory='inherited', instead=elsewhere)\n"
        "def test_c(mp): assert mp.memory == 'fresh'\n"
        "@only_where(memory='inherited')\n"
        "def test_d(mp): mp.Telepathy()\n"
        "def test_e(mp): {}['x']\n"
        "lines = \"import sys; sys.exit('_pytest' in sys.modules)\"\n"
        "@only_where(memory='fresh')\n"
        "def test_f(mp):\n"
        "    child = mp.Process(target=exec, args=(lines,))\n"
        "    child.start()\n    child.join()\n    assert child.exitcode == 0\n"
    )
    found = []
    script = str(Path(sys.executable).with_name("pytest"))
    python_m = [sys.executable, "-m", "pytest"]
    for command in ([script], python_m, [*python_m, "-n2"]):
        result = pytester.run(*command, *arguments("fork", "--implementation", "spawn"))
        assert result.ret == pytest.ExitCode.TESTS_FAILED
        found.append({place: verdict.status.value for place, verdict in recorded().items()})
    assert found[0] == found[1] == found[2]
    assert [found[0][claim, "fork"] for claim in "abcdef"] == [
        "holds",
        "fails",
        "refuted",
        "not offered",
        "error",
        "not applicable",
    ]
    assert [found[0][claim, "spawn"] for claim in "abcdef"] == [
        "holds",
        "fails",
        "holds",
        "not applicable",
        "error",
        "holds",
    ]


def test_a_seed_gives_a_random_order_which_is_the_same_again(
    spec: Callable[[str], Path], pytester: pytest.Pytester
) -> None:
    spec("".join(f"def test_{letter}(mp): pass\n" for letter in "abcdefgh"))
    orders = []
    for _ in range(2):
        pytester.runpytest_inprocess(*arguments("fork", "--seed=1"))
        orders.append(list(statuses()))
    assert orders[0] == orders[1] != sorted(orders[0])
    assert sorted(orders[0]) == list("abcdefgh")
    assert only_run().seed == 1


def test_a_test_runs_once_in_every_cell_also_without_asking_for_it(
    spec: Callable[[str], Path], pytester: pytest.Pytester
) -> None:
    spec("def test_a(): pass")
    options = arguments("fork", "--implementation", "threads", "--implementation", "spawn")
    pytester.runpytest_inprocess(*options).assert_outcomes(passed=3)
    assert [cell for _, cell in recorded()] == ["fork", "threads", "spawn"]
    assert [cell.name for cell in only_run().cells] == ["fork", "threads", "spawn"]


def test_without_a_choice_all_of_the_standard_library_is_tested(
    spec: Callable[[str], Path], pytester: pytest.Pytester
) -> None:
    spec("def test_a(mp): pass")
    pytester.runpytest_inprocess(*PLUGINS, "--verdicts=verdicts")
    assert [cell for _, cell in recorded()] == ["fork", "spawn", "forkserver", "threads"]


def test_other_tests_are_left_alone(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_other="def test_x(): pass\ndef test_y(): assert False")
    result = pytester.runpytest_inprocess(*arguments("fork"))
    result.assert_outcomes(passed=1, failed=1)
    assert "verdicts" not in result.stdout.str()


def test_an_unknown_implementation_is_answered_with_the_nearest(
    spec: Callable[[str], Path], pytester: pytest.Pytester
) -> None:
    spec("def test_a(mp): pass")
    result = pytester.runpytest_inprocess(*PLUGINS, "--implementation", "forkserv")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    expected = "ERROR: unknown implementation 'forkserv': did you mean forkserver or fork"
    assert expected in result.stderr.str()


@pytest.mark.parametrize(
    "test",
    [
        "@pytest.mark.parametrize('n', [1, 2])\ndef test_a(mp, n): pass",
        "class TestX:\n    def test_a(self, mp): pass",
    ],
)
def test_a_test_that_would_have_no_verdict_is_refused(
    spec: Callable[[str], Path], pytester: pytest.Pytester, test: str
) -> None:
    spec(test)
    result = pytester.runpytest_inprocess(*arguments("fork"))
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "a claim's test is a function that runs once a cell" in result.stderr.str()


def test_an_earlier_runs_verdicts_are_not_left_in_the_file(
    spec: Callable[[str], Path], pytester: pytest.Pytester
) -> None:
    spec("def test_a(mp): pass")
    pytester.runpytest_inprocess(*arguments("fork"))
    assert statuses() == {"a": "holds"}
    spec("def test_a(mp): pass pass")
    pytester.runpytest_inprocess(*arguments("fork"))
    with pytest.raises(ForeignFileError, match="the file is empty"):
        only_run()


def test_a_file_that_cannot_be_written_is_said_before_anything_is_run(
    spec: Callable[[str], Path], pytester: pytest.Pytester
) -> None:
    spec("def test_a(mp): pass")
    result = pytester.runpytest_inprocess(*arguments("fork", "--verdicts=nowhere/verdicts"))
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "ERROR: nowhere/verdicts: No such file or directory" in result.stderr.str()


def test_a_file_that_takes_no_more_ends_the_run_and_keeps_what_it_has(
    spec: Callable[[str], Path], pytester: pytest.Pytester
) -> None:
    spec(
        "def test_a(mp): pass\n"
        "def test_b(mp, observer): observer.note('long', 'x' * 10_000)\n"
        "def test_c(mp): Path('c').touch()\n"
    )
    with leftovers.limited_files(5_000):
        result = pytester.runpytest_inprocess(*arguments("fork"))
    assert result.ret == pytest.ExitCode.INTERNAL_ERROR
    assert "Exit: verdicts: File too large" in result.stdout.str()
    assert not Path("c").exists()
    with pytest.raises(MissingFooterError, match="verdicts:2: "):
        only_run()


def test_a_file_that_another_run_is_writing_is_left_to_it(
    spec: Callable[[str], Path], pytester: pytest.Pytester
) -> None:
    spec("def test_a(mp): pass")
    other = verdicts.Writer(Path("verdicts"))
    other.write({"kind": "header"})
    result = pytester.runpytest_inprocess(*arguments("fork"))
    other.close()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "ERROR: verdicts: another run is writing this file" in result.stderr.str()
    assert Path("verdicts").read_text() == '{"kind": "header"}\n'


def test_a_spec_outside_the_rootdir_is_refused_as_it_would_have_no_verdicts(
    spec: Callable[[str], Path], pytester: pytest.Pytester
) -> None:
    spec("def test_a(mp): pass")
    elsewhere = pytester.mkdir("elsewhere")
    result = pytester.runpytest_inprocess(
        *arguments("fork"), f"--rootdir={elsewhere}", "-c", os.devnull, "test_01_x.py"
    )
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "its file is not below pytest's rootdir" in result.stderr.str()


def test_the_summary_says_how_to_repeat_what_is_not_as_expected(
    spec: Callable[[str], Path], pytester: pytest.Pytester
) -> None:
    spec(
        "@refuted_where(instead=elsewhere)\ndef test_a(mp): assert False\n"
        "def test_the_sky_falls(mp): assert False"
    )
    result = pytester.runpytest_inprocess(*arguments("fork"))
    result.stdout.fnmatch_lines(
        [
            "1 refuted, 1 fails",
            "fails: mpspec check --claim the-sky-falls --implementation fork",
            "*1 failed, 1 refuted in *",
        ]
    )


def test_the_session_is_put_back_as_it_was(
    spec: Callable[[str], Path], pytester: pytest.Pytester
) -> None:
    spec("def test_a(mp): pass")
    before = (sys.modules["__main__"], signal.getsignal(signal.SIGTERM))
    pytester.runpytest_inprocess(*arguments("fork"))
    assert (sys.modules["__main__"], signal.getsignal(signal.SIGTERM)) == before
    assert leftovers.RUN_VARIABLE not in os.environ


def test_sigterm_ends_a_forked_child_as_it_ends_any(verdict: Report) -> None:
    found = verdict(
        "def test_claim(mp):\n"
        "    for _ in range(5):\n"
        "        child = mp.Process(target=wait_without_end)\n"
        "        child.start()\n"
        "        child.terminate()\n"  # as soon as it is there
        "        child.join()\n"
        "        assert child.exitcode == -signal.SIGTERM"
    )
    assert found.status is Status.HOLDS
