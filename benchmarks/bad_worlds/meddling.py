"""A pytest plugin that brings the bad world into one test: it kills a child, or halts the test.

`BAD_WORLD` says what happens, `BAD_WORLD_CLAIM` to the test of which claim, and `BAD_WORLD_FOLDER`
where the halted test and the bad world's other processes leave each other word. It meddles from
outside, as the world does, with the tests as they are, under fork.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mpspec.claims import claim_of
from mpspec.observer import Observer
from mpspec.probe import Probe

LOOK_AGAIN = 0.01
VICTIM = ("worker 2", "item 2")  # the one of several children that it hits

WORLD = os.environ.get("BAD_WORLD", "")
CLAIM = os.environ.get("BAD_WORLD_CLAIM", "")
FOLDER = Path(os.environ.get("BAD_WORLD_FOLDER", "."))

_meddling: list[bool] = []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Any:
    """Meddle with one test only: what the others said is what must not be lost."""
    _meddling[:] = [True] if claim_of(item.name.partition("[")[0]) == CLAIM else []
    try:
        return (yield)
    finally:
        _meddling.clear()


def pytest_configure() -> None:
    """Put the meddling in place."""
    match WORLD:
        case "killed before it connects":
            _before(Probe, "_connection", _die)
        case "killed at a checkpoint":
            _after_sending("checkpoint", _die)
        case "killed holding a lock":
            _after_sending("begin", _die)
        case "halted holding a lock":
            _after_sending("begin", _halt)
        case "a hostile process":
            _after(Observer, "__init__", _await_the_hostile)


def _before(owner: type, name: str, meddle: Callable[..., None]) -> None:
    original = getattr(owner, name)

    def changed(self: Any, *args: Any) -> Any:
        if _meddling:
            meddle(self)
        return original(self, *args)

    setattr(owner, name, changed)


def _after(owner: type, name: str, meddle: Callable[..., None]) -> None:
    original = getattr(owner, name)

    def changed(self: Any, *args: Any) -> Any:
        result = original(self, *args)
        if _meddling:
            meddle(self)
        return result

    setattr(owner, name, changed)


def _after_sending(kind: str, meddle: Callable[[Probe], None]) -> None:
    """Meddle with who has just sent a report of this kind."""
    original = Probe._send

    def changed(self: Probe, said: str, event: str, value: Any) -> Any:
        connection = original(self, said, event, value)
        if _meddling and said == kind:
            meddle(self)
        return connection

    setattr(Probe, "_send", changed)  # noqa: B010 - as above, what it is called is no type's concern


def _die(probe: Probe) -> None:
    if probe.name in VICTIM:
        os.kill(os.getpid(), signal.SIGKILL)


def _halt(_: Probe) -> None:
    """Stay for ever, whoever asks it to end."""
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM, signal.SIGINT])
    (FOLDER / "halted").touch()
    while True:
        signal.pause()


def _await_the_hostile(observer: Observer) -> None:
    """Say where the observer listens; go on once the hostile process is at it."""
    [told] = observer.environment.values()
    (FOLDER / "port.new").write_text(told.partition(":")[0])
    (FOLDER / "port.new").rename(FOLDER / "port")
    while not (FOLDER / "hostile").exists():
        time.sleep(LOOK_AGAIN)
