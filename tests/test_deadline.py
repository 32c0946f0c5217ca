"""A deadline bounds a hang, and leaves a busy machine its time."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from mpspec.deadline import MOST, Deadline

SHORT = 0.05


@pytest.fixture
def child(request: pytest.FixtureRequest) -> Iterator[subprocess.Popen[str]]:
    """Start an interpreter that says that it is there, and then does what it is told."""
    code = f"print(flush=True)\n{request.param}"
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.readline()
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def waited_for(deadline: Deadline) -> float:
    """Return how long it took until it passed."""
    begin = time.monotonic()
    while not deadline.passed():
        time.sleep(0.001)
    return time.monotonic() - begin


def test_a_deadline_has_not_passed_at_its_beginning() -> None:
    assert not Deadline(60).passed()


@pytest.mark.parametrize("child", ["while True: pass"], indirect=True)
@pytest.mark.usefixtures("child")
def test_as_long_as_a_child_runs_a_deadline_is_extended_up_to_a_limit() -> None:
    assert waited_for(Deadline(SHORT)) >= SHORT * MOST


@pytest.mark.parametrize("child", ["import time; time.sleep(3600)"], indirect=True)
def test_where_all_children_sleep_a_deadline_is_not_extended(
    child: subprocess.Popen[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    deadline = Deadline(SHORT)
    monkeypatch.setattr("mpspec.deadline.MOST", float("inf"))
    assert waited_for(deadline) >= SHORT
    assert child.poll() is None
