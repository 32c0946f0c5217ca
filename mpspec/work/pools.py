"""What the tasks of the chapter on pools do, and the children that own a pool."""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import contextmanager, suppress
from functools import partial, wraps

from mpspec.probe import TestIsOver

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any, NoReturn, ParamSpec, TypeVar

    from mpspec.implementations import Implementation
    from mpspec.probe import Probe

    P = ParamSpec("P")
    R = TypeVar("R")

calls = 0


class UnrebuildableError(Exception):
    """Cannot be rebuilt from its `args`: it takes two arguments and keeps one."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


@contextmanager
def finishing(pool: Any) -> Iterator[Any]:
    """Let a pool finish what it was given, and its workers go home by themselves.

    `with pool` would end them by SIGTERM: one that is hit while it sends its result takes a lock
    along for which the pool then waits, and one that has just been forked may miss the signal.
    """
    try:
        yield pool
        pool.close()
        pool.join()
    except BaseException:
        pool.terminate()
        raise


def held_no_longer_than_the_test(task: Callable[P, R]) -> Callable[P, R]:
    """Let a task fail, and not end its worker, when the test has ended before it lets it go on.

    A pool of threads would wait for the task of an ended worker for ever, and pytest for the pool.
    """

    @wraps(task)
    def held(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return task(*args, **kwargs)
        except TestIsOver:
            raise RuntimeError("the test is over") from None

    return held


# Tasks


def answer() -> int:
    """Return a number."""
    return 42


def described(item: object) -> tuple[str, object]:
    """Return what a thing is, and the thing itself."""
    return type(item).__name__, item


def power(base: int, exponent: int) -> int:
    """Return a number that tells which argument came first."""
    return int(base**exponent)


def who(_: object = None) -> tuple[int, str]:
    """Return which worker this is: its process, and its thread within that."""
    return os.getpid(), threading.current_thread().name


def count_calls() -> int:
    """Count in this worker's memory how often it has been called, and return the number."""
    global calls  # noqa: PLW0603 - what a worker keeps is the point
    calls += 1
    return calls


@held_no_longer_than_the_test
def stay_inside(probe: Probe, item: object = None) -> str:
    """Arrive, stay until let go, say which worker did it, and return the probe's name."""
    with probe.span("at work"):
        probe.checkpoint("inside", item)
    probe.note("done", who())
    return probe.name


def report(probe: Probe, item: object = None) -> object:
    """Report the item, and return it."""
    probe.note("done", item)
    return item


@held_no_longer_than_the_test
def fail_inside(probe: Probe) -> NoReturn:
    """Arrive, stay until let go, and fail."""
    probe.checkpoint("inside")
    raise ValueError(probe.name)


def fail_on(bad: int, probe: Probe, item: int) -> int:
    """Report the item, and fail if it is the bad one."""
    probe.note("begun", item)
    if item == bad:
        raise ValueError(item)
    return item


def fail_with(*args: object) -> NoReturn:
    """Raise an exception that has these arguments."""
    raise ValueError(*args)


def fail_beyond_rebuilding(probe: Probe) -> NoReturn:
    """Raise an exception that is pickled here and cannot be unpickled there."""
    probe.note("failing")
    raise UnrebuildableError(7, "seven")


def fail_with_a_lock() -> NoReturn:
    """Raise an exception that cannot be pickled."""
    raise ValueError(threading.Lock())


def raise_this(error: Exception) -> NoReturn:
    """Raise the very object that was given."""
    raise error


def make_lock() -> Any:
    """Return something that cannot be pickled."""
    return threading.Lock()


def send_much(probe: Probe) -> bytes:
    """Return more than fits into a pipe."""
    probe.note("sending")
    return bytes(1 << 20)


def leave(probe: Probe) -> NoReturn:
    """Leave by sys.exit, as a program does."""
    probe.note("leaving")
    sys.exit()


def is_daemon(mp: Implementation) -> bool:
    """Return whether this worker is a daemon."""
    return bool(mp.current_process().daemon)


def start_a_child(mp: Implementation) -> str:
    """Start a child of one's own, and join it."""
    child = mp.Process(target=answer)
    child.start()
    child.join()
    return "started"


def apply_in_own_pool(mp: Implementation) -> int:
    """Make a pool, and have it do one task."""
    with finishing(mp.Pool(1)) as pool:
        return int(pool.apply(answer))


# Initializers


def introduce(probe: Probe, *args: object) -> None:
    """Report that a worker has begun, and what it was given."""
    probe.note("begun", args)


def introduce_and_fail(probe: Probe) -> NoReturn:
    """Report that a worker has begun, wait until let go, and fail."""
    probe.checkpoint("begun")
    fail_with("an initializer that fails")


def receive_probe_and_introduce(receiver: Any) -> None:
    """Take the next probe that is waiting, and report by it: the first worker the first one."""
    receiver.recv().note("begun")


# Callbacks


def linger(probe: Probe, _: object) -> None:
    """Stay until let go, or the test is over: a pool needs the thread that runs its callbacks."""
    with suppress(TestIsOver):
        probe.checkpoint("in the callback")


# Children that own a pool


def report_call(caller: Probe, call: Callable[..., Any], *args: object) -> None:
    """Call, and report before that one does and after it what it has returned or raised."""
    caller.note("calling")
    try:
        value = call(*args)
    except Exception as error:  # noqa: BLE001 - whatever it is
        caller.note("raised", repr(error))
    else:
        caller.note("returned", value)


def report_dead_threads(witness: Probe) -> None:
    """Report from now on which threads of this process an exception ends."""
    witness.note("watching")
    threading.excepthook = lambda args: witness.note("thread died", args.exc_type.__name__)


def call_pool(mp: Implementation, caller: Probe, size: int, method: str, *args: object) -> None:
    """Make a pool, call one of its methods, and report what it returns."""
    with finishing(mp.Pool(size)) as pool:
        report_call(caller, getattr(pool, method), *args)


def get_what_fails_beyond_rebuilding(
    mp: Implementation, caller: Probe, witness: Probe, worker: Probe
) -> None:
    """Have a pool do a task whose exception cannot be rebuilt, and get its result."""
    report_dead_threads(witness)
    call_pool(mp, caller, 1, "apply", fail_beyond_rebuilding, (worker,))


def call_result(mp: Implementation, caller: Probe, worker: Probe, method: str) -> None:
    """Have a task done by a pool, call a method of its result, and report what it returns."""
    with finishing(mp.Pool(1)) as pool:
        result = pool.apply_async(stay_inside, (worker,))
        report_call(caller, getattr(result, method))


def apply_and_report(pool: Any, caller: Probe) -> None:
    """Have a task done by a pool that somebody else has made."""
    report_call(caller, pool.apply, answer)


def close_and_join(mp: Implementation, caller: Probe, worker: Probe) -> None:
    """Give a pool a task, close it, and join it when told to."""
    pool = mp.Pool(1)
    pool.apply_async(stay_inside, (worker,))
    pool.close()
    caller.checkpoint("closed")
    report_call(caller, pool.join)


def lose_a_task_and_get_it(mp: Implementation, caller: Probe, doomed: Probe, later: Probe) -> None:
    """Give a pool a task that will be lost; have it do two others; get the first one's result."""
    with mp.Pool(1) as pool:
        lost = pool.apply_async(stay_inside, (doomed,))
        pool.apply(report, (later,))
        pool.apply(report, (later,))  # in line behind the lost one, were that repeated
        report_call(caller, lost.get)


def get_after(
    mp: Implementation,
    caller: Probe,
    worker: Probe,
    task: Callable[[], object],
    callback: Callable[[Any], object] | None = None,
) -> None:
    """Have a pool do `task` and then another one, and get the other one's result."""
    report_dead_threads(caller)
    with mp.Pool(1) as pool:
        pool.apply_async(task, callback=callback)
        later = pool.apply_async(report, (worker,))
        report_call(caller, later.get)


def lose_an_idle_worker(mp: Implementation, caller: Probe, probes: Any, task: Probe) -> None:
    """Let a pool of one be deprived of its idle worker, and give the next one something to do."""
    with mp.Pool(1, receive_probe_and_introduce, (probes,)) as pool:
        pool.apply(report, (task,))
        caller.checkpoint("idle")
        report_call(caller, pool.apply, answer)


def lose_a_sending_worker(
    mp: Implementation, caller: Probe, callback: Probe, sender: Probe, later: Probe
) -> None:
    """Let results wait behind a callback, so that a worker comes to a stop within a large one."""
    with mp.Pool(1) as pool:
        pool.apply_async(answer, callback=partial(linger, callback))
        pool.apply_async(send_much, (sender,))
        result = pool.apply_async(report, (later,))
        report_call(caller, result.get)


def terminate_under_a_handler(mp: Implementation, caller: Probe, worker: Probe) -> None:
    """Have a function for SIGTERM, make a pool, and terminate it in the midst of a task."""
    signal.signal(signal.SIGTERM, lambda *_: worker.note("SIGTERM came"))
    pool = mp.Pool(1)
    pool.apply_async(stay_inside, (worker,))
    caller.checkpoint("worker is inside")
    caller.note("terminating")
    pool.terminate()
    caller.note("terminated")
