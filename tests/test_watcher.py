"""Who is killed has no say: what a killed run has started is ended by its watcher."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from mpspec import leftovers
from mpspec.observer import Observer
from mpspec.watcher import Watcher

pytestmark = pytest.mark.timeout(120)

# A run: one child bears its token, another one is told of, and both wait for ever.
RUN = """
import os, subprocess, sys
from pathlib import Path
from mpspec import leftovers
from mpspec.watcher import Watcher

def waiting(**environment):
    code = "import signal; signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 32)); signal.pause()"
    return subprocess.Popen([sys.executable, "-c", code], env=os.environ | environment)

watcher = Watcher("a-token", Path("folder"))
marked, told = waiting(**{leftovers.RUN_VARIABLE: "outer a-token"}), waiting()
watcher.tell(told.pid)
other = waiting(**{leftovers.RUN_VARIABLE: "another-token"})
print(marked.pid, told.pid, other.pid, *leftovers.own_helpers, flush=True)
sys.stdin.read()
"""


# A run that is killed before its forked child, which bears no mark, could tell of itself: it does
# when the watcher is at work already, and has ended the child that is marked.
LATE = """
import os, signal, subprocess, sys
from mpspec import leftovers
from mpspec.watcher import Watcher

signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 32))
watcher = Watcher("a-token")
reading, writing = os.pipe()
code = "import signal; signal.pause()"
marked = subprocess.Popen(
    [sys.executable, "-c", code], env=os.environ | {leftovers.RUN_VARIABLE: "a-token"},
    pass_fds=[writing],
)
os.close(writing)
forked = os.fork()
if not forked:
    os.read(reading, 1)  # ends when the marked one does
    watcher.tell(os.getpid())
    signal.pause()
print(marked.pid, forked, *leftovers.own_helpers, flush=True)
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def _find_mpspec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let an interpreter that a test starts find mpspec."""
    here = str(Path(leftovers.__file__).parent.parent)
    path = os.pathsep.join(filter(None, [here, os.environ.get("PYTHONPATH")]))
    monkeypatch.setenv("PYTHONPATH", path)
    monkeypatch.chdir(tmp_path)


def test_what_a_killed_run_has_started_is_ended_and_its_folder_removed(observer: Observer) -> None:
    Path("folder", "full").mkdir(parents=True)
    command = [sys.executable, "-c", RUN]
    with subprocess.Popen(command, stdin=-1, stdout=-1, text=True) as run:
        assert run.stdout is not None
        marked, told, other, watcher = map(int, run.stdout.readline().split())
        run.kill()
    try:
        for pid in (marked, told, watcher):
            observer.expect_state(pid, "gone", "zombie")
        assert not Path("folder").exists()
        assert observer.expect_state(other, "sleeping", "running", "gone") != "gone"
    finally:
        os.kill(other, signal.SIGKILL)


def test_a_forked_child_that_could_not_tell_of_itself_yet_is_ended(observer: Observer) -> None:
    command = [sys.executable, "-c", LATE]
    with subprocess.Popen(command, stdin=-1, stdout=-1, text=True) as run:
        assert run.stdout is not None
        marked, forked, watcher = map(int, run.stdout.readline().split())
        run.kill()
    for pid in (marked, forked, watcher):
        observer.expect_state(pid, "gone", "zombie")


def test_a_watcher_is_no_leftover_and_leaves_with_its_run(observer: Observer) -> None:
    before = leftovers.own_helpers.copy()
    with Watcher("a-token"):
        [watcher] = leftovers.own_helpers - before
        assert watcher not in {process.pid for process in leftovers.left_behind()}
    observer.expect_state(watcher, "gone")
    assert leftovers.own_helpers == before


def test_a_watcher_that_has_died_disturbs_nobody(observer: Observer) -> None:
    before = leftovers.own_helpers.copy()
    with Watcher("a-token") as watcher:
        [pid] = leftovers.own_helpers - before
        os.kill(pid, signal.SIGKILL)
        observer.expect_state(pid, "zombie")
        watcher.tell(os.getpid())


@pytest.mark.parametrize("state", [psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD])
def test_a_process_that_is_about_to_go_does_not_run(
    state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = psutil.Process()
    assert leftovers.running([own]) == [own]
    monkeypatch.setattr(psutil.Process, "status", lambda _: state)
    assert leftovers.running([own]) == []
