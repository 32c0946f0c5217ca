"""A run in a pytest of its own: followed as it goes, and ended whole, however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from mpspec import leftovers, runner
from mpspec.claims import Claim
from mpspec.observer import Observer
from mpspec.runner import Order, Outcome, execute
from mpspec.verdicts import MissingFooterError, Run, Verdict, read

# A run that waits for something that never comes is a defect: it ends here at the latest.
pytestmark = pytest.mark.timeout(120)

SPEC = """\
import os, signal, tempfile, threading
from pathlib import Path


def test_a(mp):
    pass


def test_b(mp):
    assert mp.memory == "fresh"


def test_dies(mp):
    os.kill(os.getpid(), signal.SIGKILL)


def test_leaves_a_thread(mp):
    threading.Thread(target=threading.Event().wait).start()
    assert False


def test_makes_a_file(mp):
    tempfile.NamedTemporaryFile(prefix="made", delete=False).close()


def wait_without_end():
    while True:
        signal.pause()


def test_waits(mp):
    child = mp.Process(target=wait_without_end)
    child.start()
    Path("pids").write_text(str(child.pid))
    child.join()


def test_is_stubborn(mp):
    signal.signal(signal.SIGINT, lambda number, frame: Path("asked").write_text("to end"))
    Path("pids").write_text(str(os.getpid()))
    wait_without_end()
"""

# What the command does: it runs an order until it is told to end.
RUN = """
import sys
from pathlib import Path
from mpspec import runner
from mpspec.claims import Claim
from mpspec.runner import Order, execute
runner.TIDY = 3600  # whoever waited for that long would be noticed
claim = Claim(sys.argv[1], "", "", "01-x", "", Path(), 1)
order = Order([claim], [sys.argv[2]], int(sys.argv[3]), 30, Path("verdicts"), folder=Path("own"))
try:
    execute(order, Path().resolve(), lambda run, verdict: None)
except KeyboardInterrupt as interrupt:
    sys.exit(f"interrupted {interrupt}")
"""


@pytest.fixture(autouse=True)
def _spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Write a chapter's tests, and let an interpreter that a test starts find mpspec."""
    monkeypatch.chdir(tmp_path)
    here = str(Path(runner.__file__).parent.parent)
    path = os.pathsep.join(filter(None, [here, os.environ.get("PYTHONPATH")]))
    monkeypatch.setenv("PYTHONPATH", path)
    monkeypatch.delenv(leftovers.RUN_VARIABLE, raising=False)
    Path("test_01_x.py").write_text(SPEC)
    Path("verdicts").write_text("")


def run(*claims: str, workers: int = 0, seed: int | None = None) -> tuple[Outcome, list[str]]:
    """Run the tests of `claims` under fork and spawn; return what was followed as well."""
    followed = []

    def follow(run: Run, verdict: Verdict) -> None:
        assert verdict in run.verdicts.values()
        followed.append(f"{verdict.claim} {verdict.cell} {verdict.status.value}")

    chosen = [Claim(claim, "", "", "01-x", "", Path(), 1) for claim in claims]
    order = Order(chosen, ["fork", "spawn"], workers, 15, Path("verdicts"), seed)
    return execute(order, Path.cwd(), follow), followed


def test_a_run_is_followed_as_it_goes() -> None:
    outcome, followed = run("a", "b")
    assert followed == ["a fork holds", "a spawn holds", "b fork fails", "b spawn holds"]
    assert outcome.complete
    [kept] = read(Path("verdicts"))
    assert outcome.run
    assert outcome.run.verdicts == kept.verdicts
    assert kept.claims == ["a", "b"]


def test_a_run_by_several_workers_gives_the_same_verdicts() -> None:
    outcome, followed = run("a", "b", workers=2)
    assert outcome.complete
    assert sorted(followed) == ["a fork holds", "a spawn holds", "b fork fails", "b spawn holds"]


def test_where_nothing_can_be_run_the_output_says_why() -> None:
    outcome, followed = run("c")
    assert (outcome.run, outcome.complete, followed) == (None, False, [])
    assert "not found: " in outcome.output
    assert "test_01_x.py::test_c" in outcome.output


def test_a_pytest_that_dies_leaves_what_it_said_until_then() -> None:
    outcome, followed = run("a", "dies", "b")
    assert not outcome.complete
    assert followed == ["a fork holds", "a spawn holds"]
    assert outcome.run
    assert len(outcome.run.verdicts) == 2


def test_a_pytest_that_cannot_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "TIDY", 0.1)
    outcome, followed = run("leaves-a-thread")
    assert outcome.complete
    assert followed == ["leaves-a-thread fork fails", "leaves-a-thread spawn fails"]


def test_an_exception_of_the_follower_ends_the_run(observer: Observer) -> None:
    def follow(*_: object) -> None:
        raise ValueError("enough")

    claims = [Claim(claim, "", "", "01-x", "", Path(), 1) for claim in ("a", "waits")]
    os.mkfifo("pids")
    # Opened for both, so that whoever writes, or reads, need not wait for the other side.
    with os.fdopen(os.open("pids", os.O_RDWR), "r+b", buffering=0) as pids:
        order = Order(claims, ["fork"], 0, 30, Path("verdicts"))
        with pytest.raises(ValueError, match="enough"):
            execute(order, Path.cwd(), follow)
        os.set_blocking(pids.fileno(), False)
        child = pids.read(100)
    if child:
        observer.expect_state(int(child), "gone", "zombie")


def test_the_signal_handler_is_put_back() -> None:
    before = signal.getsignal(signal.SIGTERM)
    run("a")
    assert signal.getsignal(signal.SIGTERM) is before


@pytest.mark.parametrize(
    ("number", "method", "workers"),
    [(signal.SIGINT, "fork", "0"), (signal.SIGTERM, "fork", "1"), (signal.SIGTERM, "spawn", "0")],
)
def test_an_interrupted_run_leaves_no_process_and_a_file_cut_short(
    observer: Observer, number: int, method: str, workers: str
) -> None:
    os.mkfifo("pids")
    command = [sys.executable, "-c", RUN, "waits", method, workers]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as itself:
        child = int(Path("pids").read_text())  # comes when the test waits for its child
        itself.send_signal(number)
        _, said = itself.communicate(timeout=60)
    observer.expect_state(child, "gone", "zombie")
    assert said.startswith("interrupted")
    with pytest.raises(MissingFooterError):
        read(Path("verdicts"))


@pytest.mark.parametrize(("method", "workers"), [("fork", "0"), ("spawn", "1")])
def test_a_killed_run_leaves_no_process_and_a_file_cut_short(
    observer: Observer, method: str, workers: str
) -> None:
    os.mkfifo("pids")
    command = [sys.executable, "-c", RUN, "waits", method, workers]
    with subprocess.Popen(command) as itself:
        child = int(Path("pids").read_text())  # comes when the test waits for its child
        itself.kill()
    observer.expect_state(child, "gone", "zombie")
    with pytest.raises(MissingFooterError):
        read(Path("verdicts"))


def test_a_run_keeps_its_temporary_files_in_its_folder() -> None:
    Path("own").mkdir()
    claim = Claim("makes-a-file", "", "", "01-x", "", Path(), 1)
    order = Order([claim], ["fork"], 0, 15, Path("verdicts"), folder=Path("own").resolve())
    assert execute(order, Path.cwd(), lambda *_: None).complete
    assert any(path.name.startswith("made") for path in Path("own").iterdir())


def test_who_interrupts_twice_does_not_wait_for_the_teardown(observer: Observer) -> None:
    os.mkfifo("pids")
    os.mkfifo("asked")
    command = [sys.executable, "-c", RUN, "is-stubborn", "fork", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as itself:
        stubborn = int(Path("pids").read_text())
        itself.send_signal(signal.SIGTERM)
        assert Path("asked").read_text() == "to end"
        itself.send_signal(signal.SIGTERM)
        _, said = itself.communicate(timeout=60)
    observer.expect_state(stubborn, "gone", "zombie")
    assert said == "interrupted SIGTERM\n"
