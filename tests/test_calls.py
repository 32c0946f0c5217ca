"""What a test itself calls, recorded by the interpreter's profiling hook."""

from __future__ import annotations

import multiprocessing
import os
import queue
import sys
import threading
from typing import Any

import pytest

from mpspec.calls import MOST_CALLS, Calls
from mpspec.implementations import Implementation

FORK = multiprocessing.get_context("fork")


def nothing() -> None:
    """Be the work of a child."""


def recorded(calls: Calls, names: dict[int, str] | None = None) -> list[tuple[str, str]]:
    """Return the kinds and events of what was recorded."""
    reports = calls.reports(lambda pid: (names or {}).get(pid, ""))
    return [(report.kind, report.event) for report in reports]


@pytest.fixture
def calls() -> Calls:
    """Return what records the calls made in this file."""
    return Calls(__file__, "multiprocessing")


def test_start_and_join_are_recorded_with_the_name_of_the_process(calls: Calls) -> None:
    child = FORK.Process(target=nothing)
    with calls:
        child.start()
        child.join()
    assert recorded(calls, {child.pid or 0: "worker"}) == [
        ("call", "start worker"),
        ("return", "start worker"),
        ("call", "join worker"),
        ("return", "join worker"),
    ]


def test_a_process_that_has_not_reported_goes_by_its_class(calls: Calls) -> None:
    child = FORK.Process(target=nothing)
    with calls:
        child.start()
    child.join()
    assert recorded(calls)[0] == ("call", "start ForkProcess")


def test_calls_of_what_is_written_in_c_are_recorded(calls: Calls) -> None:
    lock, simple = FORK.Lock(), queue.SimpleQueue[int]()
    with calls:
        lock.acquire()
        lock.release()
        simple.put(1)
    events = [event.partition(" ")[0] for kind, event in recorded(calls) if kind == "call"]
    assert events == ["acquire", "release", "put"]


def test_with_is_recorded_as_entering_and_leaving(calls: Calls) -> None:
    lock = FORK.Lock()
    with calls, lock:
        pass
    assert [event for kind, event in recorded(calls) if kind == "call"][:2] == [
        "enter Lock",
        "exit Lock",
    ]


def test_what_others_call_is_not_recorded(calls: Calls) -> None:
    with calls:
        multiprocessing.active_children()
        os.getpid()
        FORK.Value("i", 0).value += 1
    assert [event for kind, event in recorded(calls) if kind == "call"] == ["active_children"]


def test_reading_a_property_is_no_call(calls: Calls) -> None:
    child = FORK.Process(target=nothing)
    with calls:
        assert child.pid is None
    assert recorded(calls) == []


def test_a_call_that_raises_has_returned(calls: Calls) -> None:
    child = FORK.Process(target=nothing)
    with calls, pytest.raises(AssertionError):
        child.join()
    assert [kind for kind, _ in recorded(calls)] == ["call", "return"]


def test_a_closed_process_is_not_asked_for_its_pid(calls: Calls) -> None:
    child = FORK.Process(target=nothing)
    child.close()
    with calls, pytest.raises(ValueError, match="closed"):
        child.start()
    assert recorded(calls)[0] == ("call", "start ForkProcess")


def test_nobody_is_kept_alive(calls: Calls) -> None:
    gone = []

    class Child(FORK.Process):  # type: ignore[name-defined,misc]  # a context's class is made at run time
        def __del__(self) -> None:
            gone.append(True)

    child: Any = Child(target=nothing)
    with calls:
        child.start()
        child.join()
        del child
    if sys.implementation.name == "cpython":
        assert gone


def test_of_very_many_calls_the_first_are_recorded(calls: Calls) -> None:
    with calls:
        for _ in range(MOST_CALLS + 1):
            threading.active_count()
    assert len(calls.calls) == MOST_CALLS


def test_a_forked_child_has_no_hook(calls: Calls) -> None:
    told, tell = FORK.Pipe(duplex=False)
    child = FORK.Process(target=lambda: tell.send(sys.getprofile()))
    with calls:
        child.start()
    assert told.recv() is None
    child.join()


def test_a_hook_that_was_there_is_put_back(calls: Calls) -> None:
    def hook(*_: object) -> None:
        """Be there."""

    before = sys.getprofile()
    sys.setprofile(hook)
    try:
        with calls:
            pass
        assert sys.getprofile() is hook
    finally:
        sys.setprofile(before)


def test_another_librarys_calls_are_recorded_by_its_name() -> None:
    with Calls(__file__, "mpspec.implementations") as others:
        Implementation("multiprocessing", "fork").offered("Lock")
    assert recorded(others)[0] == ("call", "offered Implementation")
