"""What starts a command beside a library's services, and what says that one is not there."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import mpspec
from mpspec import launch, reachable
from mpspec.adapters import adapters
from mpspec.implementations import UnusableImplementationError

pytestmark = pytest.mark.timeout(60)

# The services of its own that this library needs are none.
LAUNCH = (sys.executable, "-m", "mpspec.launch", "dragon")


@pytest.fixture(autouse=True)
def _find_mpspec(monkeypatch: pytest.MonkeyPatch) -> None:
    here = str(Path(mpspec.__file__).parent.parent)
    monkeypatch.setenv("PYTHONPATH", here)


def test_the_commands_exit_status_is_passed_on() -> None:
    assert subprocess.run([*LAUNCH, "sh", "-c", "exit 7"], check=False).returncode == 7


def test_a_command_ended_by_a_signal_is_told_as_a_shell_tells_it() -> None:
    assert subprocess.run([*LAUNCH, "sh", "-c", "kill -9 $$"], check=False).returncode == 137


def test_a_signal_is_passed_on_to_the_command() -> None:
    # Not a Python, whose handler (coverage sets one) would wait for the end of what it is doing.
    command = [*LAUNCH, "sh", "-c", "echo ready; exec sleep 1000"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait() == 128 + signal.SIGTERM


def test_a_signal_that_comes_before_the_command_has_begun_is_passed_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begin = subprocess.Popen

    def interrupted(*args: Any, **options: Any) -> subprocess.Popen[bytes]:
        signal.raise_signal(signal.SIGTERM)
        return begin(*args, **options)

    monkeypatch.setattr(subprocess, "Popen", interrupted)
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        assert launch.main(["dragon", "sleep", "1000"]) == 128 + signal.SIGTERM
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def test_a_service_that_cannot_be_started_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.devnull)
    told = subprocess.run(
        [sys.executable, "-m", "mpspec.launch", "lithops", "true"],
        capture_output=True,
        check=False,
        text=True,
    )
    assert told.returncode == launch.FAILED
    assert told.stdout.startswith("ERROR: mpspec: lithops cannot be started: redis-server is not")


def test_whoever_listens_is_found() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
        assert launch.listens(address)
        launch.wait_until_listens(address)
    assert not launch.listens(address)
    assert not launch.listens("nowhere")


def test_whoever_never_listens_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launch, "LONGEST", 0.1)
    with pytest.raises(TimeoutError, match=r"^nobody listens at nowhere after"):
        launch.wait_until_listens("nowhere")


@pytest.mark.parametrize("library", ["ray", "dragon", "lithops"])
def test_where_a_service_is_not_there_it_is_said_what_starts_it(
    library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("RAY_ADDRESS", "DRAGON_MY_PUID", "LITHOPS_CONFIG_FILE"):
        monkeypatch.delenv(variable, raising=False)
    [adapter] = [adapter for adapter in adapters() if adapter.library == library]
    with pytest.raises(UnusableImplementationError, match=f"--implementation {library}` starts"):
        reachable.connect(adapter.implementations)
