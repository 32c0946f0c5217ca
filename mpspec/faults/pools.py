"""Faults of chapter 07, pools."""

from __future__ import annotations

import atexit
import itertools
import marshal
import multiprocessing
import os
import pickle
import queue
import signal
import sys
import tempfile
import threading
import traceback
import weakref
from concurrent.futures import Future
from concurrent.futures import process as executors
from contextlib import suppress
from multiprocessing import connection, dummy, pool, process, reduction
from pathlib import Path
from types import FunctionType, ModuleType, SimpleNamespace

from mpspec.faults import EVERYWHERE, FORK, THREADS, fault, patch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any


# Where a pool counts, by default, only the processors that it may use.
COUNTS_USABLE = sys.version_info >= (3, 13)

# What a typed name would not let be replaced or looked into.
Pool: Any = pool.Pool
ThreadPool: Any = pool.ThreadPool
ApplyResult: Any = pool.ApplyResult
MapResult: Any = pool.MapResult
IMapIterator: Any = pool.IMapIterator
IMapUnorderedIterator: Any = pool.IMapUnorderedIterator
DummyProcess: Any = dummy.DummyProcess
ForkingPickler: Any = reduction.ForkingPickler
Thread: Any = threading.Thread
current: Any = process.current_process

RESULTS = (ApplyResult, MapResult)

original_worker: Any = pool.worker  # type: ignore[attr-defined]  # the stubs leave it out
original_mapstar: Any = pool.mapstar  # type: ignore[attr-defined]  # the stubs leave it out
original_process_worker: Any = executors._process_worker

# What `_worker` and `_mapstar` do in place of the originals, as a fault says.
_replacements: dict[str, Any] = {}


def _worker(*args: Any) -> None:
    """Work for a pool, as the fault says; found by its name, so that it is on from the beginning.

    A spawned worker imports mpspec only for its first task, which is late for some faults.
    """
    _replacements["worker"](*args)


def _mapstar(args: Any) -> Any:
    """Do a chunk, as the fault says."""
    return _replacements["mapstar"](args)


def _worker_becomes(make: Callable[[Any], Any]) -> None:
    """Let a pool's workers run what `make` returns for the original function."""
    _replacements["worker"] = make(original_worker)
    patch(pool, "worker", lambda _: _worker)


def _chunk_becomes(work: Callable[[Any], Any]) -> None:
    """Let a chunk of a `map`, function and items, be done by `work`."""
    _replacements["mapstar"] = work
    patch(pool, "mapstar", lambda _: _mapstar)


class _Tasks:
    """A pool's queue of tasks, whose functions are changed when a worker takes them."""

    def __init__(self, tasks: Any, change: Callable[[Any], Any]) -> None:
        self._tasks = tasks
        self._change = change

    def get(self) -> Any:
        task = self._tasks.get()
        return task and (*task[:2], self._change(task[2]), *task[3:])

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tasks, name)


def _tasks_become(change: Callable[[Any], Any]) -> None:
    """Let a worker call what `change` makes of the function of each task."""

    def changing(work: Any) -> Any:
        return lambda tasks, *rest: work(_Tasks(tasks, change), *rest)

    _worker_becomes(changing)


def _results_become(change: Callable[[Any], Any]) -> None:
    """Let a result be what `change` makes of it, a pair of success and value, as it arrives."""
    for owner in RESULTS:
        patch(owner, "_set", lambda put: lambda self, i, result: put(self, i, change(result)))


def _errors_become(change: Callable[[Any], Any]) -> None:
    """Let an exception be what `change` makes of it, as it arrives."""
    _results_become(lambda result: result if result[0] else (False, change(result[1])))


def _arguments_become(change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Let a pool be made with some of its arguments changed, which come by name."""
    names = ("processes", "initializer", "initargs", "maxtasksperchild", "context")

    def making(make: Callable[..., None]) -> Callable[..., None]:
        def made(self: Any, *args: Any, **kwargs: Any) -> None:
            given = {"processes": None, "initargs": (), **dict(zip(names, args, strict=False))}
            given |= kwargs
            make(self, **(given | change(given)))

        return made

    patch(Pool, "__init__", making)


def _chunk_size_becomes(change: Callable[[Any, int, int | None], int]) -> None:
    """Let a `map` cut its input as `change` says: by the pool, the items' number, what was said."""

    def mapping(go_on: Callable[..., Any]) -> Callable[..., Any]:
        def maps(
            self: Any, func: Any, items: Any, mapper: Any, size: int | None = None, *rest: Any
        ) -> Any:
            items = list(items)
            return go_on(self, func, items, mapper, change(self, len(items), size), *rest)

        return maps

    patch(Pool, "_map_async", mapping)


def _when_workers_die(do: Callable[[Any], object]) -> None:
    """Call `do` as soon as a pool finds workers that have failed or been killed.

    It gets the thread that looks after the workers, with the pool's `cache` of results to come,
    its `tasks`, and the number of workers that it has `lost`. If it returns something true, these
    workers are not replaced.
    """

    def handling(handle: Callable[..., None]) -> Any:
        def handles(cache: Any, tasks: Any, *rest: Any) -> None:
            thread: Any = threading.current_thread()
            thread.cache, thread.tasks, thread.lost = cache, tasks, 0
            handle(cache, tasks, *rest)

        return staticmethod(handles)

    def joining(join: Callable[[Any], bool]) -> Any:
        def joins(workers: Any) -> bool:
            thread: Any = threading.current_thread()
            before = list(workers)
            joined = join(workers)
            lost = sum(bool(worker.exitcode) for worker in before if worker not in workers)
            thread.lost += lost
            return joined and not (lost and do(thread))

        return staticmethod(joins)

    patch(Pool, "_handle_workers", handling)
    patch(Pool, "_join_exited_workers", joining)


def _pools() -> Any:
    """Return the pools that are made from now on and still exist."""
    pools: Any = weakref.WeakSet()

    def making(make: Callable[..., None]) -> Callable[..., None]:
        def made(self: Any, *args: Any, **kwargs: Any) -> None:
            make(self, *args, **kwargs)
            pools.add(self)

        return made

    patch(Pool, "__init__", making)
    return pools


# A fixed set of workers


@fault(
    "a-pool-runs-work-on-a-fixed-set-of-workers",
    "a-worker-keeps-its-memory-from-task-to-task",
)
def a_worker_ends_after_each_task() -> None:
    """A worker ends after each task, and a new one takes its place."""
    _arguments_become(lambda given: {"maxtasksperchild": given.get("maxtasksperchild") or 1})


@fault("a-pool-runs-work-on-a-fixed-set-of-workers", where=EVERYWHERE)
def a_pool_of_several_has_one_worker_more() -> None:
    """A pool of more than one worker has one more than it was asked for."""
    _arguments_become(lambda given: {"processes": given["processes"] + (given["processes"] > 1)})


@fault("a-worker-keeps-its-memory-from-task-to-task", where=EVERYWHERE)
def a_task_works_on_a_copy_of_the_globals() -> None:
    """A task works on a copy of the globals, which is thrown away after it."""

    def apart(task: Any) -> Any:
        return FunctionType(task.__code__, dict(task.__globals__))

    _tasks_become(lambda task: apart(task) if isinstance(task, FunctionType) else task)


@fault("with-maxtasksperchild-workers-are-renewed")
def a_worker_does_one_task_more_than_maxtasksperchild() -> None:
    """A worker does one task more than `maxtasksperchild`."""

    def one_more(given: dict[str, Any]) -> dict[str, Any]:
        most = given.get("maxtasksperchild")
        return {"maxtasksperchild": most and most + 1}

    _arguments_become(one_more)


@fault("maxtasksperchild-must-be-at-least-1")
def a_maxtasksperchild_of_0_means_no_limit() -> None:
    """A `maxtasksperchild` of 0 means that there is no limit."""
    _arguments_become(lambda given: {"maxtasksperchild": given.get("maxtasksperchild") or None})


@fault("maxtasksperchild-must-be-at-least-1")
def a_broken_maxtasksperchild_is_cut_to_a_whole_number() -> None:
    """A `maxtasksperchild` that is not a whole number is cut to one."""

    def cut(given: dict[str, Any]) -> dict[str, Any]:
        most = given.get("maxtasksperchild")
        return {"maxtasksperchild": most if most is None else int(most)}

    _arguments_become(cut)


@fault(
    "by-default-there-is-a-worker-for-each-processor",
    where=() if COUNTS_USABLE else EVERYWHERE,
)
def the_default_leaves_one_processor_free() -> None:
    """By default a pool leaves one processor free."""

    def one_less(given: dict[str, Any]) -> dict[str, Any]:
        number = given["processes"]
        return {"processes": (os.cpu_count() or 2) - 1 if number is None else number}

    _arguments_become(one_less)


@fault(
    "by-default-there-is-a-worker-for-each-processor",
    "since-3-13-a-pool-counts-only-processors-that-it-may-use",
    where=EVERYWHERE if COUNTS_USABLE else (),
)
def the_default_counts_all_processors() -> None:
    """Also from 3.13 on a pool counts all processors, whether it may use them or not."""

    def all_of_them(given: dict[str, Any]) -> dict[str, Any]:
        number = given["processes"]
        return {"processes": os.cpu_count() if number is None else number}

    _arguments_become(all_of_them)


@fault("a-pool-has-at-least-one-worker", where=EVERYWHERE)
def a_negative_number_of_workers_counts_as_one() -> None:
    """A pool of a negative number of workers has one."""
    _arguments_become(lambda given: {"processes": 1} if (given["processes"] or 0) < 0 else {})


@fault("a-pools-workers-are-daemons", where=EVERYWHERE)
def a_pools_workers_are_no_daemons() -> None:
    """The workers of a pool are no daemons."""

    def freed(work: Any) -> Any:
        def works(*args: Any) -> None:
            current()._config.pop("daemon", None)
            threading.current_thread()._daemonic = False  # type: ignore[attr-defined]  # a DummyProcess
            work(*args)

        return works

    _worker_becomes(freed)


@fault("a-task-may-not-start-a-process", "a-task-may-not-make-a-pool-of-its-own")
def the_ban_on_children_is_lifted_for_workers() -> None:
    """A pool's worker, daemon or not, may start children."""

    def freed(work: Any) -> Any:
        def works(*args: Any) -> None:
            current()._config.pop("daemon", None)
            work(*args)

        return works

    _worker_becomes(freed)


@fault("a-task-may-not-make-a-pool-of-its-own")
def a_daemon_may_start_the_workers_of_a_pool() -> None:
    """A daemon may start no children, but for the workers of a pool."""

    def lenient(populate: Callable[..., None]) -> Callable[..., None]:
        def populates(self: Any) -> None:
            was = current()._config.pop("daemon", False)
            try:
                populate(self)
            finally:
                current()._config["daemon"] = was

        return populates

    patch(Pool, "_repopulate_pool", lenient)


@fault(
    "a-threadpools-task-may-start-children-and-pools",
    "a-task-may-not-start-a-process",
    "a-task-may-not-make-a-pool-of-its-own",
    where=THREADS,
)
def daemonic_threads_may_have_no_children() -> None:
    """Daemonic threads are not allowed to have children either."""

    def strict(start: Callable[[Any], None]) -> Callable[[Any], None]:
        def starts(self: Any) -> None:
            daemonic = threading.current_thread().daemon
            assert not daemonic, "daemonic threads are not allowed to have children"
            start(self)

        return starts

    patch(DummyProcess, "start", strict)


@fault("a-child-that-is-no-daemon-may-have-a-pool", where=EVERYWHERE)
def only_the_main_process_may_have_a_pool() -> None:
    """Only the main thread of the main process may make a pool."""

    def main_only(_: dict[str, Any]) -> dict[str, Any]:
        assert process.parent_process() is None, "a pool belongs to the main process"
        assert threading.current_thread() is threading.main_thread(), "and to its main thread"
        return {}

    _arguments_become(main_only)


def _daemonic_process_worker(*args: Any) -> None:
    current()._config["daemon"] = True
    original_process_worker(*args)


@fault("a-task-of-a-processpoolexecutor-may-make-a-pool")
def an_executors_workers_are_daemons() -> None:
    """The workers of a `ProcessPoolExecutor` are daemons."""
    patch(executors, "_process_worker", lambda _: _daemonic_process_worker)


# Preparing the workers


@fault("the-initializer-runs-once-in-each-worker", where=EVERYWHERE)
def the_initializer_runs_again_before_the_second_task() -> None:
    """The initializer runs again before each further task of a worker."""

    def renewed(work: Any) -> Any:
        def works(
            tasks: Any, results: Any, initializer: Any = None, initargs: Any = (), *rest: Any
        ) -> None:
            number = itertools.count()

            def prepared(task: Any) -> Any:
                if initializer and next(number):
                    initializer(*initargs)
                return task

            work(_Tasks(tasks, prepared), results, initializer, initargs, *rest)

        return works

    _worker_becomes(renewed)


@fault("the-initializer-runs-once-in-each-worker", where=EVERYWHERE)
def the_initializer_gets_only_its_first_argument() -> None:
    """The initializer gets only the first of its arguments."""
    _arguments_become(lambda given: {"initargs": given["initargs"][:1]})


@fault("workers-whose-initializer-fails-are-replaced-for-ever")
def tasks_are_told_when_three_workers_have_failed() -> None:
    """When three workers have failed, the tasks that wait for them fail as well."""

    def tell(pool_thread: Any) -> None:
        if pool_thread.lost >= 3:
            for result in list(pool_thread.cache.values()):
                result._set(0, (False, RuntimeError("no worker can begin")))

    _when_workers_die(tell)


@fault("workers-whose-initializer-fails-are-replaced-for-ever", hangs=True)
def a_pool_gives_up_when_three_workers_have_failed() -> None:
    """When three workers have failed, no other is started."""
    _when_workers_die(lambda pool_thread: pool_thread.lost == 3)


# A whole input at once


@fault("map-returns-the-same-list-as-the-built-in-map", where=EVERYWHERE)
def the_last_two_results_of_a_long_chunk_change_places() -> None:
    """In a chunk of more than three items the last two results change places."""

    def work(chunk: Any) -> Any:
        results = original_mapstar(chunk)
        if len(results) > 3:
            results[-2:] = reversed(results[-2:])
        return results

    _chunk_becomes(work)


@fault("map-keeps-the-order-of-its-input", where=EVERYWHERE)
def map_gives_results_in_the_order_of_completion() -> None:
    """The list that map returns is in the order in which the chunks were finished."""

    def numbering(put: Callable[..., None]) -> Callable[..., None]:
        def puts(self: Any, _: int, result: Any) -> None:
            self.come = getattr(self, "come", 0) + 1
            put(self, self.come - 1, result)

        return puts

    patch(MapResult, "_set", numbering)


@fault("map-blocks-until-all-results-are-there", where=EVERYWHERE)
def map_returns_when_one_result_is_missing() -> None:
    """Map returns when all results but one are there."""

    def hasty(put: Callable[..., None]) -> Callable[..., None]:
        def puts(self: Any, i: int, result: Any) -> None:
            put(self, i, result)
            if self._number_left == 1:
                self._event.set()

        return puts

    patch(MapResult, "_set", hasty)


@fault("map-of-nothing-returns-an-empty-list-at-once", where=EVERYWHERE)
def map_of_nothing_waits_its_turn() -> None:
    """Map of nothing waits until the tasks before it have been done."""

    def waiting(map_async: Callable[..., Any]) -> Callable[..., Any]:
        def maps(self: Any, func: Any, items: Any, *rest: Any) -> Any:
            items = list(items)
            if not items:
                return map_async(self, None, [None], _chunk_of_nothing, 1)
            return map_async(self, func, items, *rest)

        return maps

    patch(Pool, "_map_async", waiting)


def _chunk_of_nothing(_: Any) -> list[Any]:
    """Do a chunk without items."""
    return []


@fault("a-pool-may-have-more-workers-than-there-are-items", where=EVERYWHERE)
def the_default_chunk_size_is_rounded_down() -> None:
    """The default chunk size is rounded down, to 0 for a few items."""
    _chunk_size_becomes(
        lambda pool, number, said: number // (4 * pool._processes) if said is None else said
    )


@fault(
    "map-hands-out-its-items-in-chunks",
    "an-error-skips-the-rest-of-its-chunk",
    where=EVERYWHERE,
)
def map_hands_out_single_items() -> None:
    """Map hands out its items one by one, whatever the chunk size."""
    _chunk_size_becomes(lambda pool, number, said: 1)  # noqa: ARG005 - it heeds nothing


@fault("map-reads-its-whole-input-before-any-work-begins", where=EVERYWHERE)
def map_hands_out_what_a_generator_yields_as_it_comes() -> None:
    """Map hands out each item of a generator as soon as it comes."""

    def eager(map_async: Callable[..., Any]) -> Callable[..., Any]:
        def maps(self: Any, func: Any, items: Any, *rest: Any) -> Any:
            if hasattr(items, "__len__"):
                return map_async(self, func, items, *rest)
            results = [self.apply_async(func, (item,)) for item in items]
            return SimpleNamespace(get=lambda: [result.get() for result in results])

        return maps

    patch(Pool, "_map_async", eager)


def _call_reversed(args: Any) -> list[Any]:
    """Do a chunk of a `starmap` with the arguments in reverse order."""
    return [args[0](*reversed(item)) for item in args[1]]


@fault("starmap-unpacks-each-item-into-arguments", where=EVERYWHERE)
def starmap_reverses_the_arguments() -> None:
    """Starmap unpacks each item into arguments in reverse order."""
    patch(pool, "starmapstar", lambda _: _call_reversed)


# Results as they come


def _next_becomes(make: Callable[[Any], Any]) -> None:
    """Let the next result of an iterator be what `make` makes of the original method."""
    patch(IMapIterator, "next", make)
    patch(IMapIterator, "__next__", lambda _: IMapIterator.next)


@fault("imap-gives-a-result-while-later-ones-are-being-made", where=EVERYWHERE)
def imap_gives_nothing_before_all_is_there() -> None:
    """Imap gives no result before all are there."""

    def patient(following: Callable[..., Any]) -> Callable[..., Any]:
        def follows(self: Any, timeout: float | None = None) -> Any:
            with self._cond:
                if not self._cond.wait_for(lambda: self._index == self._length, timeout):
                    raise multiprocessing.TimeoutError
            return following(self, timeout)

        return follows

    _next_becomes(patient)


@fault("imap-keeps-the-order-of-its-input", where=EVERYWHERE)
def imap_gives_results_in_the_order_of_completion() -> None:
    """Imap gives its results in the order of completion."""
    patch(IMapIterator, "_set", lambda _: IMapUnorderedIterator._set)


@fault("imap-unordered-gives-results-in-the-order-of-completion", where=EVERYWHERE)
def imap_unordered_keeps_the_order() -> None:
    """Imap_unordered keeps the order of its input."""
    patch(IMapUnorderedIterator, "_set", lambda _: IMapIterator._set)


@fault("the-iterator-of-imap-can-give-up", where=EVERYWHERE)
def an_iterator_that_has_given_up_is_at_its_end() -> None:
    """An iterator of imap whose time was up once is at its end."""

    def ending(following: Callable[..., Any]) -> Callable[..., Any]:
        def follows(self: Any, timeout: float | None = None) -> Any:
            if getattr(self, "gave_up", False):
                raise StopIteration
            try:
                return following(self, timeout)
            except multiprocessing.TimeoutError:
                self.gave_up = True
                raise

        return follows

    _next_becomes(ending)


@fault("the-iterator-of-imap-can-give-up", where=EVERYWHERE)
def imap_unordered_gives_none_when_its_time_is_up() -> None:
    """The iterator of imap_unordered gives None when its time is up."""

    def lenient(following: Callable[..., Any]) -> Callable[..., Any]:
        def follows(self: Any, timeout: float | None = None) -> Any:
            try:
                return following(self, timeout)
            except multiprocessing.TimeoutError:
                if isinstance(self, IMapUnorderedIterator):
                    return None
                raise

        return follows

    _next_becomes(lenient)


@fault("imap-can-hand-out-its-items-in-chunks", where=EVERYWHERE)
def imap_unordered_hands_out_single_items() -> None:
    """Imap_unordered hands out its items one by one, whatever the chunk size."""

    def single(imap: Callable[..., Any]) -> Callable[..., Any]:
        return lambda self, func, items, chunksize=1: imap(self, func, items)  # noqa: ARG005 - the fault

    patch(Pool, "imap_unordered", single)


@fault("imap-can-hand-out-its-items-in-chunks", where=EVERYWHERE)
def imap_gives_the_results_of_a_full_chunk_only() -> None:
    """What imap gives in chunks is without the last one, if that is not full."""

    def full(imap: Callable[..., Any]) -> Callable[..., Any]:
        def maps(self: Any, func: Any, items: Any, chunksize: int = 1) -> Any:
            items = list(items)
            return imap(self, func, items[: len(items) // chunksize * chunksize], chunksize)

        return maps

    patch(Pool, "imap", full)


@fault("imap-reads-its-input-ahead-of-the-results", where=EVERYWHERE, hangs=True)
def imap_reads_three_items_ahead() -> None:
    """Imap reads no more than three items ahead of the results that are taken."""

    def stepping(imap: Callable[..., Any]) -> Callable[..., Any]:
        def maps(self: Any, func: Any, items: Any, *rest: Any) -> Any:
            seats = threading.Semaphore(3)

            def in_step() -> Iterator[Any]:
                for item in items:
                    seats.acquire(timeout=2)  # for who ends the pool meanwhile
                    yield item

            results = imap(self, func, in_step(), *rest)
            results.seats = seats
            return results

        return maps

    def releasing(following: Callable[..., Any]) -> Callable[..., Any]:
        def follows(self: Any, timeout: float | None = None) -> Any:
            self.seats.release()
            return following(self, timeout)

        return follows

    patch(Pool, "imap", stepping)
    _next_becomes(releasing)


@fault("imap-raises-what-its-input-raises", where=EVERYWHERE)
def an_input_that_raises_counts_as_ended() -> None:
    """An input of imap that raises an exception counts as ended."""

    def lenient(imap: Callable[..., Any]) -> Callable[..., Any]:
        def maps(self: Any, func: Any, items: Any, *rest: Any) -> Any:
            def up_to_the_error() -> Iterator[Any]:
                with suppress(LookupError):
                    yield from items

            return imap(self, func, up_to_the_error(), *rest)

        return maps

    patch(Pool, "imap", lenient)


@fault("imap-goes-on-behind-an-item-that-failed", where=EVERYWHERE)
def imap_ends_at_the_first_error() -> None:
    """An iterator of imap is at its end when it has raised an error."""

    def ending(following: Callable[..., Any]) -> Callable[..., Any]:
        def follows(self: Any, timeout: float | None = None) -> Any:
            if getattr(self, "failed", False):
                raise StopIteration
            try:
                return following(self, timeout)
            except ValueError:
                self.failed = True
                raise

        return follows

    _next_becomes(ending)


# One task, and a result to come


@fault("apply-blocks-until-its-result-is-there", where=EVERYWHERE)
def apply_returns_without_a_result() -> None:
    """Apply returns None as soon as it has put its task in line."""

    def apply(self: Any, func: Any, args: Any = (), kwds: Any = None) -> None:
        self.apply_async(func, args, kwds or {})

    patch(Pool, "apply", lambda _: apply)


@fault("apply-async-returns-while-the-task-is-at-work", where=EVERYWHERE, hangs=True)
def apply_async_waits_for_the_end_of_the_task() -> None:
    """Apply_async waits until the task has ended."""

    def waiting(apply_async: Callable[..., Any]) -> Callable[..., Any]:
        def applies(self: Any, *args: Any, **kwargs: Any) -> Any:
            result = apply_async(self, *args, **kwargs)
            result.wait()
            return result

        return applies

    patch(Pool, "apply_async", waiting)


@fault("ready-tells-whether-the-result-is-there", where=EVERYWHERE)
def ready_is_true_from_the_beginning() -> None:
    """A result says that it is ready from the beginning."""
    patch(ApplyResult, "ready", lambda _: lambda self: True)  # noqa: ARG005 - it asks nobody


@fault("ready-tells-whether-the-result-is-there", where=EVERYWHERE)
def ready_is_true_only_when_the_result_has_been_got() -> None:
    """A result says that it is ready only when it has been got."""

    def got(get: Callable[..., Any]) -> Callable[..., Any]:
        def gets(self: Any, timeout: float | None = None) -> Any:
            self.wait(timeout)
            self.got = self._event.is_set()
            return get(self, timeout)

        return gets

    patch(ApplyResult, "get", got)
    patch(ApplyResult, "ready", lambda _: lambda self: getattr(self, "got", False))


@fault("successful-may-be-asked-only-when-the-result-is-there", where=EVERYWHERE)
def successful_is_false_before_the_end() -> None:
    """As long as the result is not there, `successful` is False."""
    patch(ApplyResult, "successful", lambda _: lambda self: getattr(self, "_success", False))


@fault("successful-tells-a-result-from-an-exception", where=EVERYWHERE)
def successful_means_ready() -> None:
    """A task that has ended counts as successful, be it by an exception."""

    def lenient(successful: Callable[[Any], bool]) -> Callable[[Any], bool]:
        return lambda self: successful(self) or self.ready()

    patch(ApplyResult, "successful", lenient)


@fault(
    "wait-blocks-until-the-result-is-there-and-returns-none",
    "wait-returns-none-also-when-its-time-is-up",
    where=EVERYWHERE,
)
def wait_tells_whether_the_result_is_there() -> None:
    """Wait returns whether the result is there, as the wait of an event does."""
    patch(ApplyResult, "wait", lambda _: lambda self, timeout=None: self._event.wait(timeout))


@fault(
    "wait-blocks-until-the-result-is-there-and-returns-none",
    "get-blocks-until-the-result-is-there-and-returns-it",
    where=EVERYWHERE,
)
def nobody_waits_without_a_timeout() -> None:
    """Without a timeout neither wait nor get waits; get returns None if nothing is there."""

    def hasty(wait: Callable[..., None]) -> Callable[..., None]:
        return lambda self, timeout=None: wait(self, timeout or 0)

    def lenient(get: Callable[..., Any]) -> Callable[..., Any]:
        return lambda self, timeout=None: get(self, timeout) if self.ready() else None

    patch(ApplyResult, "wait", hasty)
    patch(ApplyResult, "get", lenient)


@fault(
    "wait-returns-none-also-when-its-time-is-up",
    "get-gives-up-after-its-timeout-and-the-task-goes-on",
    "the-timeouterror-of-get-is-not-the-built-in-one",
    where=EVERYWHERE,
    hangs=True,
)
def a_timeout_is_not_heeded() -> None:
    """Neither wait nor get heeds its timeout."""
    patch(ApplyResult, "wait", lambda wait: lambda self, timeout=None: wait(self))  # noqa: ARG005 - the fault


@fault("get-gives-up-after-its-timeout-and-the-task-goes-on", where=EVERYWHERE)
def a_get_that_gives_up_returns_none() -> None:
    """A get whose time is up returns None."""

    def lenient(get: Callable[..., Any]) -> Callable[..., Any]:
        def gets(self: Any, timeout: float | None = None) -> Any:
            with suppress(multiprocessing.TimeoutError):
                return get(self, timeout)

        return gets

    patch(ApplyResult, "get", lenient)


@fault("get-gives-up-after-its-timeout-and-the-task-goes-on", where=EVERYWHERE)
def a_get_that_gives_up_drops_the_result() -> None:
    """When a get has given up, the result is thrown away as it comes."""

    def dropping(get: Callable[..., Any]) -> Callable[..., Any]:
        def gets(self: Any, timeout: float | None = None) -> Any:
            try:
                return get(self, timeout)
            except multiprocessing.TimeoutError:
                self.dropped = True
                raise

        return gets

    def putting(put: Callable[..., None]) -> Callable[..., None]:
        def puts(self: Any, i: int, result: Any) -> None:
            put(self, i, (True, None) if hasattr(self, "dropped") else result)

        return puts

    patch(ApplyResult, "get", dropping)
    patch(ApplyResult, "_set", putting)


class _BuiltInTimeoutError(multiprocessing.TimeoutError, TimeoutError):
    """Both errors in one."""


@fault("the-timeouterror-of-get-is-not-the-built-in-one")
def the_timeout_error_is_also_the_built_in_one() -> None:
    """What get raises when its time is up is a built-in `TimeoutError` as well."""
    patch(pool, "TimeoutError", lambda _: _BuiltInTimeoutError)


def _callbacks_become(call: Callable[[Any, Any], None]) -> None:
    """Let `call` call the callback that is due, with its value, when a result arrives."""

    def putting(put: Callable[..., None]) -> Callable[..., None]:
        def puts(self: Any, i: int, result: Any) -> None:
            due = self._callback if result[0] else self._error_callback
            self._callback = self._error_callback = None
            if due:
                call(due, result[1])
            put(self, i, result)

        return puts

    patch(ApplyResult, "_set", putting)


@fault("a-callback-runs-in-the-parent-in-a-thread-of-the-pool", where=EVERYWHERE)
def a_callback_runs_in_the_thread_that_gets_the_result() -> None:
    """A callback is called by the get of the result, in the thread that calls it."""

    def calling(get: Callable[..., Any]) -> Callable[..., Any]:
        def gets(self: Any, timeout: float | None = None) -> Any:
            value = get(self, timeout)
            self.due(value)
            return value

        return gets

    def putting(put: Callable[..., None]) -> Callable[..., None]:
        def puts(self: Any, i: int, result: Any) -> None:
            self.due, self._callback = self._callback, None
            put(self, i, result)

        return puts

    patch(ApplyResult, "get", calling)
    patch(ApplyResult, "_set", putting)


@fault("an-error-callback-is-given-the-exception", where=EVERYWHERE)
def the_callback_is_given_the_exception_as_well() -> None:
    """The callback for results is given the exception as well."""

    def putting(put: Callable[..., None]) -> Callable[..., None]:
        def puts(self: Any, i: int, result: Any) -> None:
            if not result[0] and self._callback:
                self._callback(result[1])
            put(self, i, result)

        return puts

    patch(ApplyResult, "_set", putting)


@fault("an-error-callback-is-given-the-exception", where=EVERYWHERE)
def map_async_forgets_its_error_callback() -> None:
    """The error_callback of map_async is not called."""

    def forgetting(put: Callable[..., None]) -> Callable[..., None]:
        def puts(self: Any, i: int, result: Any) -> None:
            self._error_callback = None
            put(self, i, result)

        return puts

    patch(MapResult, "_set", forgetting)


@fault("an-error-callback-is-given-the-exception", where=EVERYWHERE)
def an_error_callback_is_given_a_text() -> None:
    """An error_callback is given the text of the exception."""

    def putting(put: Callable[..., None]) -> Callable[..., None]:
        def puts(self: Any, i: int, result: Any) -> None:
            told = self._error_callback
            if told:
                self._error_callback = lambda error: told(str(error))
            put(self, i, result)

        return puts

    patch(ApplyResult, "_set", putting)


@fault("a-slow-callback-holds-up-all-other-results", where=EVERYWHERE)
def each_callback_runs_in_a_thread_of_its_own() -> None:
    """Each callback runs in a thread of its own."""
    _callbacks_become(lambda due, value: Thread(target=due, args=(value,), daemon=True).start())


@fault("a-callback-can-terminate-its-pool", where=EVERYWHERE)
def terminate_waits_for_the_thread_that_calls_it() -> None:
    """Terminate waits for each thread of the pool, be it the one that calls it."""

    def waiting(terminate: Callable[[Any], None]) -> Callable[[Any], None]:
        def terminates(self: Any) -> None:
            terminate(self)
            self._result_handler.join()

        return terminates

    patch(Pool, "terminate", waiting)


@fault("after-a-callback-that-raises-no-get-returns")
def an_error_in_a_callback_is_printed_and_passed_over() -> None:
    """An exception in a callback is printed, and the pool works on."""

    def call(due: Any, value: Any) -> None:
        try:
            due(value)
        except Exception:  # noqa: BLE001 - whatever it is
            traceback.print_exc()

    _callbacks_become(call)


# When a task fails


@fault("an-exception-comes-back-with-its-type-and-arguments", where=EVERYWHERE)
def an_exception_comes_back_with_its_first_argument_only() -> None:
    """An exception comes back with its first argument only."""

    def shortened(error: Any) -> Any:
        error.args = error.args[:1]
        return error

    _errors_become(shortened)


@fault("the-workers-traceback-is-the-exceptions-cause")
def only_the_last_line_of_the_traceback_comes_along() -> None:
    """Only the last line of the worker's traceback comes along with an exception."""

    def shortened(error: Any) -> Any:
        lines = str(error.__cause__).strip('"\n').splitlines()
        error.__cause__ = pool.RemoteTraceback(lines[-1])  # type: ignore[attr-defined]  # the stubs leave it out
        return error

    _errors_become(shortened)


@fault("the-workers-traceback-is-the-exceptions-cause", where=THREADS)
def a_threadpool_gives_the_traceback_as_cause() -> None:
    """An exception in a ThreadPool gets the traceback, as a text, for its cause."""

    def explained(error: Any) -> Any:
        text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
        error.__cause__ = pool.RemoteTraceback(text)  # type: ignore[attr-defined]  # the stubs leave it out
        return error

    _errors_become(explained)


@fault("a-threadpool-raises-the-very-exception-of-its-task", where=THREADS)
def a_threadpool_raises_an_equal_exception() -> None:
    """A ThreadPool raises a new exception of the same type with the same arguments."""

    def renewed(error: Any) -> Any:
        return type(error)(*error.args).with_traceback(error.__traceback__)

    _errors_become(renewed)


@fault("a-threadpool-raises-the-very-exception-of-its-task", where=THREADS)
def a_threadpool_cuts_the_traceback_off() -> None:
    """An exception in a ThreadPool loses its traceback on its way back."""
    _errors_become(lambda error: error.with_traceback(None))


@fault("map-raises-the-error-that-came-first-in-time", where=EVERYWHERE)
def map_raises_the_error_that_stands_first_in_the_input() -> None:
    """Of several errors map raises the one that stands first in the input."""

    def sorting(put: Callable[..., None]) -> Callable[..., None]:
        def puts(self: Any, i: int, result: Any) -> None:
            success, value = result
            if not success and self._success:
                self.place = i
            elif not success and i < self.place:
                self.place, self._value = i, value
            put(self, i, result)

        return puts

    patch(MapResult, "_set", sorting)


@fault("map-raises-only-when-the-other-tasks-have-ended", where=EVERYWHERE)
def map_raises_at_once() -> None:
    """Map raises as soon as the first task has failed."""

    def hasty(put: Callable[..., None]) -> Callable[..., None]:
        def puts(self: Any, i: int, result: Any) -> None:
            put(self, i, result)
            if not self._success:
                self._event.set()

        return puts

    patch(MapResult, "_set", hasty)


@fault("an-error-skips-the-rest-of-its-chunk", where=EVERYWHERE)
def a_chunk_is_done_to_its_end_in_spite_of_an_error() -> None:
    """A chunk is done to its end, and its first error raised then."""

    def work(chunk: Any) -> Any:
        func, items = chunk
        errors, results = [], []
        for item in items:
            try:
                results.append(func(item))
            except ValueError as error:
                errors.append(error)
        if errors:
            raise errors[0]
        return results

    _chunk_becomes(work)


@fault("an-error-skips-the-rest-of-its-chunk", where=EVERYWHERE)
def an_error_skips_the_chunks_behind_it() -> None:
    """When an item has failed, its worker does not begin with further chunks either."""
    errors: list[ValueError] = []

    def work(chunk: Any) -> Any:
        if errors:
            raise errors[0]
        try:
            return original_mapstar(chunk)
        except ValueError as error:
            errors.append(error)
            raise

    _chunk_becomes(work)


@fault("an-error-that-nobody-asks-for-is-never-seen", where=EVERYWHERE)
def an_error_is_printed_as_it_arrives() -> None:
    """An error for which there is no error_callback is printed as it arrives."""

    def printing(put: Callable[..., None]) -> Callable[..., None]:
        def puts(self: Any, i: int, result: Any) -> None:
            if not result[0] and not self._error_callback:
                traceback.print_exception(type(result[1]), result[1], None)
            put(self, i, result)

        return puts

    patch(ApplyResult, "_set", printing)


def _function(code: bytes, module: str) -> FunctionType:
    """Return the function of this code, with the globals of its module if there is one."""
    found = sys.modules.get(module)
    return FunctionType(marshal.loads(code), vars(found or ModuleType(module)))


@fault("a-lambda-cannot-be-a-task")
def lambdas_are_sent_by_their_code() -> None:
    """A lambda is sent to a worker by its code."""

    class ByCode(ForkingPickler):  # type: ignore[misc]  # it is an Any
        def reducer_override(self, thing: Any) -> Any:
            if isinstance(thing, FunctionType) and "<lambda>" in thing.__qualname__:
                return _function, (marshal.dumps(thing.__code__), thing.__module__)
            return NotImplemented

    patch(connection, "_ForkingPickler", lambda _: ByCode)


@fault("a-result-that-cannot-be-pickled-becomes-an-error")
def a_result_that_cannot_be_pickled_becomes_its_representation() -> None:
    """A result that cannot be pickled comes back as its representation."""

    def lenient(result: Any) -> Any:
        error = result[1]
        return (True, error.value) if isinstance(error, pool.MaybeEncodingError) else result  # type: ignore[attr-defined]  # the stubs leave it out

    _results_become(lenient)


@fault("an-exception-that-cannot-be-pickled-becomes-another-one")
def an_exception_that_cannot_be_pickled_keeps_its_type() -> None:
    """An exception that cannot be pickled comes back with its type and with a text."""
    found: Any = pool
    error_type = found.MaybeEncodingError
    _errors_become(lambda error: ValueError(str(error)) if type(error) is error_type else error)


class _Pickled:
    """A queue between threads whose things are pickled on their way."""

    def __init__(self) -> None:
        self._queue: Any = queue.SimpleQueue()

    def put(self, thing: Any) -> None:
        self._queue.put(pickle.dumps(thing))

    def get(self, block: bool = True) -> Any:  # noqa: FBT001, FBT002 - as a queue has it
        return pickle.loads(self._queue.get(block))


@fault(
    "nothing-is-pickled-on-the-way-through-a-threadpool",
    "a-lambda-cannot-be-a-task",
    "a-result-that-cannot-be-pickled-becomes-an-error",
    "an-exception-that-cannot-be-pickled-becomes-another-one",
    "a-threadpool-raises-the-very-exception-of-its-task",
    where=THREADS,
)
def everything_is_pickled_on_the_way_through_a_threadpool() -> None:
    """Tasks and results are pickled on their way through a ThreadPool."""

    def set_up(self: Any) -> None:
        self._inqueue, self._outqueue = _Pickled(), _Pickled()
        self._quick_put, self._quick_get = self._inqueue.put, self._outqueue.get

    patch(ThreadPool, "_setup_queues", lambda _: set_up)


@fault("nothing-is-pickled-on-the-way-through-a-threadpool", where=THREADS)
def a_threadpool_copies_the_arguments_of_a_task() -> None:
    """The argument of a ThreadPool's task is a copy, or a new one where it cannot be copied."""

    def renewed(thing: Any) -> Any:
        return threading.Lock() if isinstance(thing, type(threading.Lock())) else thing

    def applying(apply_async: Callable[..., Any]) -> Callable[..., Any]:
        def applies(self: Any, func: Any, args: Any = (), *rest: Any) -> Any:
            return apply_async(self, func, tuple(map(renewed, args)), *rest)

        return applies

    patch(ThreadPool, "apply_async", applying)


@fault(
    "an-exception-that-cannot-be-rebuilt-never-arrives",
    "after-an-exception-that-cannot-be-rebuilt-no-get-returns",
)
def an_exception_that_cannot_be_rebuilt_is_replaced() -> None:
    """A worker that finds that an exception cannot be rebuilt sends its text instead."""
    found: Any = pool

    def tested(reduce: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def reduced(self: Any) -> Any:
            try:
                pickle.loads(pickle.dumps(self.exc))
            except TypeError:
                self.exc = RuntimeError(str(self.exc))
            return reduce(self)

        return reduced

    patch(found.ExceptionWithTraceback, "__reduce__", tested)


@fault("after-an-exception-that-cannot-be-rebuilt-no-get-returns")
def what_cannot_be_rebuilt_is_passed_over() -> None:
    """What the thread for results cannot rebuild is printed and passed over."""

    def handling(handle: Callable[..., None]) -> Any:
        def handles(results: Any, get: Callable[[], Any], cache: Any) -> None:
            def get_next() -> Any:
                while True:
                    try:
                        return get()
                    except TypeError:
                        traceback.print_exc()

            handle(results, get_next, cache)

        return staticmethod(handles)

    patch(Pool, "_handle_results", handling)


# When a worker dies


@fault("a-task-whose-worker-is-killed-is-lost-and-its-get-blocks")
def a_lost_task_becomes_an_error() -> None:
    """A task whose worker is killed gets an error for its result."""

    def tell(pool_thread: Any) -> None:
        lost = pool_thread.cache[min(pool_thread.cache)]
        lost._set(0, (False, RuntimeError("its worker was killed")))

    _when_workers_die(tell)


@fault("a-task-whose-worker-is-killed-is-lost-and-its-get-blocks")
def a_lost_task_is_repeated() -> None:
    """A task whose worker is killed is put in line again."""

    def remembering(apply_async: Callable[..., Any]) -> Callable[..., Any]:
        def applies(self: Any, func: Any, args: Any = (), *rest: Any) -> Any:
            result = apply_async(self, func, args, *rest)
            result.task = (result._job, 0, func, args, {})
            return result

        return applies

    def repeat(pool_thread: Any) -> None:
        lost = pool_thread.cache[min(pool_thread.cache)]
        pool_thread.tasks.put(([lost.task], None))

    patch(Pool, "apply_async", remembering)
    _when_workers_die(repeat)


@fault("a-killed-worker-is-replaced-and-the-pool-works-on")
def after_the_death_of_a_worker_results_are_none() -> None:
    """When a worker has been killed, all results of its pool are None."""

    def remember(pool_thread: Any) -> None:
        pool_thread.cache.broken = True

    def putting(put: Callable[..., None]) -> Callable[..., None]:
        def puts(self: Any, i: int, result: Any) -> None:
            put(self, i, (True, None) if hasattr(self._cache, "broken") else result)

        return puts

    _when_workers_die(remember)
    patch(ApplyResult, "_set", putting)


@fault("a-killed-worker-is-replaced-and-the-pool-works-on", hangs=True)
def a_killed_worker_is_not_replaced() -> None:
    """A worker that was killed is not replaced."""
    _when_workers_die(lambda _: True)


@fault("a-task-that-calls-sys-exit-is-lost")
def sys_exit_ends_only_the_task() -> None:
    """What a task gives to sys.exit is its result, and its worker goes on."""

    def kept(task: Any) -> Any:
        def works(*args: Any, **kwargs: Any) -> Any:
            try:
                return task(*args, **kwargs)
            except SystemExit as leaving:
                return leaving.code

        return works

    _tasks_become(kept)


class _Unlocked:
    """A pool's queue of tasks from which a worker takes the next one without its lock."""

    def __init__(self, tasks: Any) -> None:
        self._tasks = tasks

    def get(self) -> Any:
        return ForkingPickler.loads(self._tasks._reader.recv_bytes())

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tasks, name)


@fault("a-worker-killed-while-idle-can-stop-the-pool-for-good")
def an_idle_worker_holds_no_lock() -> None:
    """An idle worker waits for its next task without holding the lock."""
    _worker_becomes(lambda work: lambda tasks, *rest: work(_Unlocked(tasks), *rest))


class _Filed:
    """Bytes of which only the name of a file is sent, in which they are."""

    def __init__(self, value: bytes) -> None:
        self._value = value

    def __reduce__(self) -> tuple[Any, ...]:
        with tempfile.NamedTemporaryFile(delete=False) as file:
            file.write(self._value)
        return _taken_from, (file.name,)


def _taken_from(name: str) -> bytes:
    path = Path(name)
    value = path.read_bytes()
    path.unlink()
    return value


class _Light:
    """A pool's queue of results through which the bytes of a result do not go themselves."""

    def __init__(self, results: Any) -> None:
        self._results = results

    def put(self, result: Any) -> None:
        job, number, (succeeded, value) = result
        if isinstance(value, bytes):
            value = _Filed(value)
        self._results.put((job, number, (succeeded, value)))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._results, name)


@fault("a-worker-killed-while-it-sends-its-result-can-stop-the-pool")
def bytes_are_returned_by_way_of_a_file() -> None:
    """A result of bytes is left in a file, and the worker sends the file's name."""
    _worker_becomes(lambda work: lambda tasks, results, *rest: work(tasks, _Light(results), *rest))


@fault("a-processpoolexecutor-reports-a-killed-worker-as-an-error")
def the_future_of_a_killed_worker_is_none() -> None:
    """The result of a task whose worker was killed is None in an executor."""

    def lenient(put: Callable[..., None]) -> Callable[..., None]:
        def puts(self: Any, error: Any) -> None:
            if isinstance(error, executors.BrokenProcessPool):
                self.set_result(None)
            else:
                put(self, error)

        return puts

    patch(Future, "set_exception", lenient)


# The end of a pool


@fault("a-closed-pool-refuses-new-work", where=EVERYWHERE)
def a_closed_pool_takes_no_notice_of_new_work() -> None:
    """New work for a closed pool is not done, and its result is None."""

    def lenient(apply_async: Callable[..., Any]) -> Callable[..., Any]:
        def applies(self: Any, *args: Any, **kwargs: Any) -> Any:
            if self._state != pool.CLOSE:
                return apply_async(self, *args, **kwargs)
            result = ApplyResult(self, None, None)
            result._set(0, (True, None))
            return result

        return applies

    patch(Pool, "apply_async", lenient)


@fault("a-closed-pool-finishes-what-it-was-given", where=EVERYWHERE)
def a_closed_pool_drops_what_waits_in_line() -> None:
    """When a pool is closed, the results of tasks that have not begun are None."""

    def dropping(close: Callable[[Any], None]) -> Callable[[Any], None]:
        def closes(self: Any) -> None:
            for job in sorted(self._cache)[1:]:
                self._cache[job]._set(0, (True, None))
            close(self)

        return closes

    patch(Pool, "close", dropping)


@fault("join-waits-until-all-tasks-of-a-closed-pool-are-done", where=EVERYWHERE)
def joining_a_closed_pool_does_not_wait() -> None:
    """Joining a closed pool returns at once."""

    def hasty(join: Callable[[Any], None]) -> Callable[[Any], None]:
        return lambda self: None if self._state == pool.CLOSE else join(self)

    patch(Pool, "join", hasty)


@fault("joining-a-pool-before-close-is-an-error", where=EVERYWHERE)
def join_closes_the_pool() -> None:
    """Join closes the pool if that has not been done."""

    def closing(join: Callable[[Any], None]) -> Callable[[Any], None]:
        def joins(self: Any) -> None:
            self.close()
            join(self)

        return joins

    patch(Pool, "join", closing)


@fault(
    "terminate-drops-the-tasks-that-have-not-begun",
    "leaving-the-with-block-drops-unfinished-work",
    where=EVERYWHERE,
)
def terminate_only_closes_the_pool() -> None:
    """Terminate only closes the pool, and its workers do what is left."""
    patch(Pool, "terminate", lambda _: Pool.close)


@fault("terminate-ends-the-workers-in-the-midst-of-their-tasks")
def terminate_lets_tasks_at_work_go_on() -> None:
    """Terminate drops what waits in line, and lets workers do what they are at."""

    def terminate(self: Any) -> None:
        for job in sorted(self._cache)[1:]:
            del self._cache[job]
        self.close()

    patch(Pool, "terminate", lambda _: terminate)


@fault("leaving-the-with-block-drops-unfinished-work", where=EVERYWHERE)
def leaving_the_with_block_closes_the_pool() -> None:
    """Leaving the with block closes the pool, and its workers do what is left."""
    patch(Pool, "__exit__", lambda _: lambda self, *_: self.close())


@fault("terminate-does-not-end-a-threadpools-running-task", where=THREADS, hangs=True)
def terminate_waits_for_the_tasks_of_a_threadpool() -> None:
    """Terminate waits until the running tasks of a ThreadPool have ended."""

    def waiting(terminate: Callable[[Any], None]) -> Callable[[Any], None]:
        def terminates(self: Any) -> None:
            terminate(self)
            for worker in self._pool:
                worker.join()

        return terminates

    patch(ThreadPool, "terminate", waiting)


@fault("terminate-prints-nothing", where=EVERYWHERE)
def terminate_ends_the_thread_for_results_by_an_error() -> None:
    """When a pool is terminated, an error ends its thread for results."""

    def handling(handle: Callable[..., None]) -> Any:
        def handles(*args: Any) -> None:
            handle(*args)
            thread: Any = threading.current_thread()
            assert thread._state == pool.CLOSE, "nobody takes the results that are to come"

        return staticmethod(handles)

    patch(Pool, "_handle_results", handling)


@fault("a-sigterm-handler-that-workers-inherit-makes-terminate-hang", where=FORK)
def a_worker_begins_with_the_default_handler_of_sigterm() -> None:
    """A pool's worker begins with the default handler of SIGTERM."""

    def resetting(work: Any) -> Any:
        def works(*args: Any) -> None:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            work(*args)

        return works

    _worker_becomes(resetting)


@fault("a-pool-that-is-dropped-while-it-runs-warns", where=EVERYWHERE)
def only_a_pool_of_several_workers_warns() -> None:
    """A pool of a single worker is dropped without a warning."""

    def lenient(drop: Callable[[Any], None]) -> Callable[[Any], None]:
        def drops(self: Any) -> None:
            if self._processes > 1:
                drop(self)

        return drops

    patch(Pool, "__del__", lenient)


@fault("a-program-that-ends-does-not-wait-for-its-pools-tasks", where=EVERYWHERE, hangs=True)
def a_program_closes_and_joins_its_pools() -> None:
    """At its end a program closes its pools and joins them."""
    pools = _pools()

    def finish() -> None:
        for each in pools:
            each.close()
            each.join()

    atexit.register(finish)


@fault("a-program-that-ends-does-not-wait-for-its-pools-tasks")
def the_workers_outlive_their_program() -> None:
    """A program that ends leaves its pools' workers to themselves, and they go on."""
    pools = _pools()

    def let_go() -> None:
        for each in pools:
            each._terminate.cancel()
        process._children.clear()  # type: ignore[attr-defined]  # the stubs leave it out

    atexit.register(let_go)


# Pools and other processes, and pools of threads


@fault("a-pool-cannot-be-pickled", where=EVERYWHERE)
def a_pool_is_pickled_as_a_new_one() -> None:
    """A pool is pickled as a new one with as many workers."""
    patch(Pool, "__reduce__", lambda _: lambda self: (type(self), (self._processes,)))


@fault("a-pool-that-a-forked-child-inherits-does-nothing-there", where=FORK)
def an_inherited_pool_does_its_tasks_itself() -> None:
    """A pool that a forked child inherits does its tasks in the child itself."""
    owner = os.getpid()

    def applying(apply: Callable[..., Any]) -> Callable[..., Any]:
        def applies(self: Any, func: Any, args: Any = (), *rest: Any) -> Any:
            return apply(self, func, args, *rest) if os.getpid() == owner else func(*args)

        return applies

    patch(Pool, "apply", applying)


@fault("a-threadpool-has-the-methods-of-a-pool")
def a_threadpool_has_a_method_more() -> None:
    """A ThreadPool has a method that a pool has not."""
    ThreadPool.shutdown = ThreadPool.close


@fault("a-threadpool-has-the-methods-of-a-pool", where=EVERYWHERE)
def the_map_of_a_threadpool_is_lazy() -> None:
    """The map of a ThreadPool returns an iterator."""
    patch(ThreadPool, "map", lambda mapping: lambda self, *args: iter(mapping(self, *args)))


@fault("a-threadpool-replaces-no-thread-that-has-ended", where=THREADS)
def a_threadpool_looks_after_its_threads() -> None:
    """A ThreadPool looks every few milliseconds whether one of its threads has ended."""

    def soon(wait: Callable[..., None]) -> Any:
        def waits(sentinels: Any, change_notifier: Any, timeout: float = 0.002) -> None:
            wait(sentinels, change_notifier, timeout)

        return staticmethod(waits)

    patch(Pool, "_wait_for_updates", soon)
