"""The pytest plugin: it runs the spec's tests in every cell and gives their verdicts.

A test in a file `test_NN_*.py` is a spec test: it runs once for each implementation under test,
which it gets as `mp`. Other tests are left alone.
"""

from __future__ import annotations

import random
import re
import signal
import threading
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from mpspec import leftovers, reachable
from mpspec.adapters import Adapter, adapter_of
from mpspec.calls import Calls
from mpspec.claims import claim_of
from mpspec.differences import Difference, Differences, DifferencesError
from mpspec.expectations import MARKS, Expectation, expectation
from mpspec.history import History
from mpspec.implementations import (
    Implementation,
    NotOffered,
    UnknownImplementationError,
    UnusableImplementationError,
    select,
)
from mpspec.judge import judge
from mpspec.observer import DEADLINE, Observer
from mpspec.probe import LOOPBACK
from mpspec.program import Program, start_program
from mpspec.recorder import Recorder
from mpspec.session import Session, let_go_in_children_of_xdist
from mpspec.verdicts import Status

SPEC_FILE = re.compile(r"test_\d\d_\w+\.py")

# The whole test gets longer than one wait of its observer, whose message says more.
WHOLE_TEST = 4.0

STRIKE_AGAIN = 1.0
"""Seconds between two strikes of a whole test's deadline."""

# Without these a spec test would see other warnings in one way of running it than in another.
WARNINGS = (
    "default",
    # A forking pytest-xdist worker has a second thread, execnet's, which only reads.
    "ignore:.*multi-threaded, use of fork.*:DeprecationWarning",
)

observer_key = pytest.StashKey[Observer]()
expected_key = pytest.StashKey[Expectation]()
cells_key = pytest.StashKey[list[Implementation]]()
differences_key = pytest.StashKey[Differences]()
threads_key = pytest.StashKey[set[threading.Thread]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of a run."""
    group = parser.getgroup("mpspec", "the specification of multiprocessing")
    group.addoption(
        "--implementation",
        action="append",
        default=[],
        metavar="NAME",
        help="what to test: fork, spawn, forkserver, threads, multiprocessing (all its start "
        "methods), billiard, module:factory ...; may be repeated; the default is all of the "
        "standard library's",
    )
    group.addoption(
        "--differences",
        metavar="FILE",
        help="a library's table of known differences, as JSON",
    )
    group.addoption("--verdicts", metavar="FILE", help="write the verdicts there, as JSON lines")
    group.addoption(
        "--deadline",
        type=float,
        default=DEADLINE,
        metavar="SECONDS",
        help="how long a test waits for an event before it hangs (default: %(default)g)",
    )
    group.addoption(
        "--address",
        default=LOOPBACK,
        help="where tests listen to processes: an IPv4 address of this machine, which another host "
        "reaches (default: %(default)s)",
    )
    group.addoption(
        "--seed",
        type=int,
        metavar="NUMBER",
        help="run the spec's tests in a random order, the same one for the same number",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Prepare the process that runs the tests; one that xdist started as well."""
    for mark in MARKS.values():
        config.addinivalue_line("markers", mark)
    config.stash[cells_key] = _cells_asked_for(config)
    config.stash[differences_key] = _differences_told(config)
    config.pluginmanager.register(Session(), "mpspec-session")
    if not hasattr(config, "workerinput"):
        path = config.getoption("--verdicts")
        seed = config.getoption("--seed")
        differences = config.stash[differences_key]
        recorder = Recorder(Path(path) if path else None, cells(config), seed, differences)
        config.pluginmanager.register(recorder, "mpspec-recorder")
    else:
        let_go_in_children_of_xdist(config)


def cells(config: pytest.Config) -> list[Implementation]:
    """Return the implementations under test."""
    return config.stash[cells_key]


def _cells_asked_for(config: pytest.Config) -> list[Implementation]:
    try:
        chosen = select(config.getoption("--implementation"))
        reachable.connect(chosen)
    except UnusableImplementationError as error:
        raise pytest.UsageError(f"{reachable.CANNOT_TEST}{error}") from None
    except UnknownImplementationError as error:
        raise pytest.UsageError(str(error)) from None
    return chosen


def _differences_told(config: pytest.Config) -> Differences:
    path = config.getoption("--differences")
    try:
        return Differences(Path(path) if path else None)
    except DifferencesError as error:
        raise pytest.UsageError(str(error)) from None


def known_of(item: pytest.Item) -> Difference | None:
    """Return how the library is known to differ from what a spec test says, if it is."""
    cell = cell_of(item)
    if cell is None or not isinstance(item, pytest.Function):
        return None
    return item.config.stash[differences_key].of(claim_of(item.originalname), cell)


def cell_of(item: pytest.Item) -> Implementation | None:
    """Return what a spec test puts to the test; others have use of an observer, too."""
    asked = getattr(item, "callspec", None)
    return asked.params["mp"] if asked is not None and is_spec(item.path) else None


def adapter_for(item: pytest.Item) -> Adapter:
    """Return the adapter of what a spec test puts to the test."""
    return adapter_of(cell_of(item))


def deadline_of(item: pytest.Item) -> float:
    """Return the seconds that a spec test waits for an event; maybe others where it differs."""
    told: float = item.config.getoption("--deadline")
    told = max(told, adapter_for(item).deadline or 0)
    known = known_of(item)
    return known.deadline_within(told) if known else told


def is_spec(path: Path) -> bool:
    """Return whether the test file at `path` belongs to a chapter of the note."""
    return SPEC_FILE.fullmatch(path.name) is not None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each spec test in every cell, also one that does not ask for `mp`."""
    if not is_spec(Path(metafunc.module.__file__ or "")):
        return
    if "mp" not in metafunc.fixturenames:
        metafunc.fixturenames.append("mp")
    chosen = cells(metafunc.config)
    metafunc.parametrize("mp", chosen, ids=[cell.short for cell in chosen], indirect=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Give each spec test its deadline and its warnings; put all into the order asked for."""
    seed = config.getoption("--seed")
    if seed is not None:
        random.Random(seed).shuffle(items)
    for item in items:
        if is_spec(item.path):
            whole = deadline_of(item) * WHOLE_TEST
            item.add_marker(pytest.mark.timeout(whole, method="signal", func_only=True))
            for rule in WARNINGS:
                item.add_marker(pytest.mark.filterwarnings(rule))


@pytest.fixture
def mp(request: pytest.FixtureRequest) -> Implementation:
    """Return the implementation under test: `mp.Process`, `mp.Lock` ... are the genuine objects."""
    cell: Implementation = request.param
    expected = expectation(request.node.iter_markers(), cell)
    request.node.stash[expected_key] = expected
    if expected.status in {Status.NOT_APPLICABLE, Status.NOT_OFFERED}:
        pytest.skip(f"{expected.status.value}: {expected.reason}")
    return cell


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
) -> Generator[None, Any, Any]:
    """Take what a fixture asks for in vain for what its test does; pytest knows no such error."""
    try:
        return (yield)
    except NotOffered as missing:
        # As pytest does for errors that it knows: else it would not tear the fixture down.
        fixturedef.cached_result = (None, fixturedef.cache_key(request), (missing, None))  # type: ignore[arg-type]
        request.node.stash[expected_key] = Expectation(Status.NOT_OFFERED, str(missing))
        pytest.skip(f"{Status.NOT_OFFERED.value}: {missing}")


@pytest.fixture
def observer(request: pytest.FixtureRequest) -> Iterator[Observer]:
    """Return an observer for the length of the test; it hangs up at the end."""
    observer = Observer(
        deadline_of(request.node),
        request.config.getoption("--address"),
        adapter_for(request.node).grace,
    )
    request.node.stash[observer_key] = observer
    yield observer
    observer.close()


@pytest.fixture
def run_program(mp: Implementation, observer: Observer) -> Iterator[Callable[..., Program]]:
    """Return a function that starts a program of `mpspec/programs` under the cell's start method.

    `run_program("guarded.py").wait()` runs it to its end. What still runs when the test ends is
    ended, with all that it started.
    """
    started: list[Program] = []

    def run(name: str, **options: Any) -> Program:
        program = start_program(name, mp, observer, deadline=observer.deadline, **options)
        started.append(program)
        return program

    yield run
    for program in started:
        program.end()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, Any, Any]:
    """Bound what a spec test can write; let its threads end as in any program."""
    if not is_spec(item.path):
        return (yield)
    item.stash[threads_key] = set(threading.enumerate())
    hook, threading.excepthook = threading.excepthook, threading.__excepthook__
    try:
        with leftovers.limited_files(adapter_for(item).largest_file):
            return (yield)
    except BaseException:  # an interrupted test is not torn down as others are
        leftovers.end(leftovers.left_behind(_reported(item)))
        raise
    finally:
        threading.excepthook = hook


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, None, None]:
    """See to it that a spec test leaves nothing behind; one that held and does is an error."""
    yield
    if not is_spec(item.path):
        return
    own = adapter_for(item).own
    processes = _left(item, own)
    held = item.stash.get(held_key, False)
    if held:
        leftovers.wait_until_gone(processes)
        processes = _left(item, own)
    leftovers.end(processes)
    threads = leftovers.threads_left(item.stash[threads_key], own)
    if held and (processes or threads):
        raise RuntimeError(f"the test left behind: {[*processes, *threads]}")


def _left(item: pytest.Item, own: str) -> list[psutil.Process]:
    processes = leftovers.left_behind(_reported(item))
    # Of one that has just ended nobody can say whose it was.
    return leftovers.running(each for each in processes if not leftovers.is_own(each, own))


def _reported(item: pytest.Item) -> set[int]:
    """Return the processes that have reported to the test's observer."""
    observer = item.stash.get(observer_key, None)
    return observer.pids if observer else set()


held_key = pytest.StashKey[bool]()
calls_key = pytest.StashKey[Calls]()


@pytest.hookimpl(wrapper=True, trylast=True)  # by then the clock of pytest-timeout runs
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Record, for the timeline, what a spec test itself calls; let its deadline strike again."""
    if not is_spec(item.path):
        return (yield)
    _strike_again()
    if observer_key not in item.stash:
        return (yield)
    with Calls(str(item.path), _library(item)) as item.stash[calls_key]:
        return (yield)


def _strike_again() -> None:
    """Repeat the alarm of the deadline: hypothesis runs what has failed by the first once more."""
    if hasattr(signal, "setitimer"):  # not on Windows
        first, _ = signal.getitimer(signal.ITIMER_REAL)
        if first:
            signal.setitimer(signal.ITIMER_REAL, first, STRIKE_AGAIN)


def _library(item: pytest.Item) -> str:
    funcargs: dict[str, Any] = getattr(item, "funcargs", {})
    return str(funcargs["mp"].library) if "mp" in funcargs else "multiprocessing"


def _history(item: pytest.Item, observer: Observer) -> History:
    """Return what the processes reported, and between it what the test called."""
    calls = item.stash.get(calls_key, None)
    return History([*observer.history, *(calls.reports(observer.name_of) if calls else [])])


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn pytest's outcome of each phase into a verdict."""
    report = yield
    if not is_spec(item.path):
        return report
    expected = item.stash.get(expected_key, Expectation())
    judged = judge(report, call.excinfo, expected, known_of(item))
    if report.when == "call":
        item.stash[held_key] = judged.status is Status.HOLDS
        observer = item.stash.get(observer_key, None)
        if observer is not None:
            judged.history = _history(item, observer)
    report.mpspec = judged.as_json()  # type: ignore[attr-defined]  # travels with the report
    return report


def pytest_report_teststatus(report: Any) -> tuple[str, str, str] | None:
    """Count an expected refutation as what it is."""
    judged = getattr(report, "mpspec", None)
    if judged and report.when == "call" and judged["status"] == Status.REFUTED.value:
        return "refuted", "≠", "REFUTED"
    return None


__all__ = ["NotOffered", "mp", "observer", "run_program"]
