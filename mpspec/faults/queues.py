"""Faults of chapter 05, queues."""

from __future__ import annotations

import copy
import fcntl
import multiprocessing
import os
import pickle
import queue
import threading
import time
import traceback
from contextlib import suppress
from multiprocessing import connection, dummy, process, queues, reduction

from mpspec.faults import EVERYWHERE, THREADS, fault, patch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

PIPE = 64 << 10
"""Bytes that a pipe holds on Linux."""

PICKLE_ERRORS = (TypeError, AttributeError, pickle.PicklingError)

A_WHILE = 5.0
"""Seconds after which a thread that waits for nothing gives up, so that the tests can end."""

CLOSED_FOR_ALL = os.O_APPEND
"""A flag that means nothing to a pipe, and that all who hold a copy of its end see."""

# What a typed name would not let be replaced or looked into.
BaseProcess: Any = process.BaseProcess
Connection: Any = connection.Connection
DummyProcess: Any = dummy.DummyProcess
ForkingPickler: Any = reduction.ForkingPickler
JoinableQueue: Any = queues.JoinableQueue
Queue: Any = queues.Queue
SimpleQueue: Any = queues.SimpleQueue
ThreadQueue: Any = queue.Queue

BETWEEN_PROCESSES = (Queue,)
ALL_QUEUES = (Queue, ThreadQueue)


def _patch_all(owners: tuple[Any, ...], name: str, make: Callable[[Any], Any]) -> None:
    for owner in owners:
        patch(owner, name, make)


def _before(owner: Any, name: str, do: Callable[..., None]) -> None:
    """Let a method begin with `do`, which gets what it was given."""

    def beginning(go_on: Callable[..., Any]) -> Callable[..., Any]:
        def begun(self: Any, *args: Any, **kwargs: Any) -> Any:
            do(self, *args, **kwargs)
            return go_on(self, *args, **kwargs)

        return begun

    patch(owner, name, beginning)


def _who() -> tuple[int, int]:
    """Tell processes and threads apart."""
    return os.getpid(), threading.get_ident()


def _put_at_once(self: Any, item: Any, block: bool = True, timeout: float | None = None) -> None:  # noqa: FBT001, FBT002 - the standard library's own signature
    """Put into a queue with a pipe without the help of a feeder."""
    if not self._sem.acquire(block, timeout):
        raise queue.Full
    data = ForkingPickler.dumps(item)
    with self._wlock:
        self._send_bytes(data)


def _putting(change: Callable[[Any], Any], owners: tuple[Any, ...] = ALL_QUEUES) -> None:
    """Let what `change` makes of an item be put in its place."""

    def changing(put: Callable[..., None]) -> Callable[..., None]:
        return lambda self, item, *args, **kwargs: put(self, change(item), *args, **kwargs)

    _patch_all(owners, "put", changing)


def _putting_several(
    share_out: Callable[[list[Any], Any], list[Any]], owners: tuple[Any, ...]
) -> None:
    """Let each put send what `share_out` says, given all that its thread has put by then."""

    def sharing_out(put: Callable[..., None]) -> Callable[..., None]:
        def puts(self: Any, item: Any, *args: Any, **kwargs: Any) -> None:
            put_by_now = vars(self).setdefault("_put_by_now", {})
            earlier = put_by_now.setdefault(_who(), [])
            for each in share_out(earlier, item):
                put(self, each, *args, **kwargs)
            earlier.append(item)

        return puts

    _patch_all(owners, "put", sharing_out)


def _getting(do: Callable[[Any, Callable[..., Any]], Any], owners: tuple[Any, ...]) -> None:
    """Let `get` be `do`, given the queue and a function that gets as it was asked to."""

    def doing(get: Callable[..., Any]) -> Callable[..., Any]:
        def gets(self: Any, *args: Any, **kwargs: Any) -> Any:
            return do(self, lambda: get(self, *args, **kwargs))

        return gets

    _patch_all(owners, "get", doing)


def _getting_nothing(is_so: Callable[[Any, bool, float | None], bool]) -> None:
    """Let `get` return None where it would raise `Empty`, for some of its arguments."""

    def quiet(get: Callable[..., Any]) -> Callable[..., Any]:
        def gets(self: Any, block: bool = True, timeout: float | None = None) -> Any:  # noqa: FBT001, FBT002 - the standard library's own signature
            try:
                return get(self, block, timeout)
            except queue.Empty:
                if not is_so(self, block, timeout):
                    raise

        return gets

    _patch_all(ALL_QUEUES, "get", quiet)


def _dropping_when_full(is_so: Callable[[bool, float | None], bool]) -> None:
    """Let `put` drop its item where it would raise `Full`, for some of its arguments."""

    def quiet(put: Callable[..., None]) -> Callable[..., None]:
        def puts(self: Any, item: Any, block: bool = True, timeout: float | None = None) -> None:  # noqa: FBT001, FBT002 - the standard library's own signature
            try:
                put(self, item, block, timeout)
            except queue.Full:
                if not is_so(block, timeout):
                    raise

        return puts

    _patch_all(ALL_QUEUES, "put", quiet)


def _after_the_work(do: Callable[[Any], None]) -> None:
    """Let a process, or a thread, end with `do` for each queue that it was given."""

    def running(run: Callable[[Any], None]) -> Callable[[Any], None]:
        def runs(self: Any) -> None:
            given = [arg for arg in self._args if isinstance(arg, ALL_QUEUES)]
            run(self)
            for each in given:
                do(each)

        return runs

    _patch_all((BaseProcess, DummyProcess), "run", running)


def _feeding(**changes: Any) -> None:
    """Let the feeder work with other things than it is given."""
    names = ["buffer", "notempty", "send_bytes", "writelock", "reader_close"]
    names += ["writer_close", "ignore_epipe", "onerror", "queue_sem"]

    def changed(feed: Callable[..., None]) -> Any:
        def feeds(*args: Any) -> None:
            given = dict(zip(names, args, strict=True)) | changes
            feed(*given.values())

        return staticmethod(feeds)

    patch(Queue, "_feed", changed)


class _Nothing:
    """A lock, or a semaphore, that has no effect."""

    def acquire(self) -> None:
        """Let everybody in."""

    def release(self) -> None:
        """Note nothing."""


# What arrives


@fault(
    "a-queue-carries-objects-between-processes",
    "a-joinablequeue-carries-item-after-item",
    where=EVERYWHERE,
)
def the_second_item_is_the_first_again() -> None:
    """What a process puts second arrives as what it has put first."""
    _putting_several(
        lambda earlier, item: earlier if len(earlier) == 1 else [item],
        (*ALL_QUEUES, JoinableQueue),
    )


@fault(
    "any-sequence-of-picklable-objects-arrives-equal-and-in-order",
    "one-producers-items-arrive-in-the-order-in-which-they-were-put",
    "of-several-producers-each-ones-items-stay-in-order",
    "a-simplequeue-carries-any-sequence-of-picklable-objects",
    where=EVERYWHERE,
)
def the_third_item_comes_after_the_fifth() -> None:
    """The third item that a process puts comes out after its fifth."""

    def delayed(earlier: list[Any], item: Any) -> list[Any]:
        number = len(earlier) + 1
        if number == 3:
            return []
        return [item, earlier[2]] if number == 5 else [item]

    _putting_several(delayed, (*ALL_QUEUES, SimpleQueue))


@fault(
    "any-sequence-of-picklable-objects-arrives-equal-and-in-order",
    "a-simplequeue-carries-any-sequence-of-picklable-objects",
    where=EVERYWHERE,
)
def a_long_number_is_cut_to_64_bits() -> None:
    """Of a number only the last 64 bits arrive."""
    _putting(
        lambda item: item % (1 << 64) if type(item) is int and item > 0 else item,
        (*ALL_QUEUES, SimpleQueue),
    )


@fault("an-item-arrives-whole-whatever-its-size", where=EVERYWHERE)
def an_item_larger_than_the_pipe_loses_its_last_byte() -> None:
    """An item that is larger than the pipe loses its last byte."""
    _putting(lambda item: item[:-1] if type(item) is bytes and len(item) > PIPE else item)


@fault("none-is-an-item-like-any-other", where=EVERYWHERE)
def a_none_is_passed_over() -> None:
    """A None is taken for nothing, and passed over."""
    _putting_several(lambda _, item: [] if item is None else [item], ALL_QUEUES)


@fault("none-is-an-item-like-any-other", where=EVERYWHERE)
def a_none_arrives_as_an_empty_text() -> None:
    """A None arrives as an empty text."""
    _putting(lambda item: "" if item is None else item)


@fault("what-comes-out-of-a-queue-is-a-copy")
def a_process_gets_back_the_object_that_it_has_put() -> None:
    """A process that takes out what it has put itself gets that very object."""

    def remembering(put: Callable[..., None]) -> Callable[..., None]:
        def puts(self: Any, item: Any, *args: Any, **kwargs: Any) -> None:
            vars(self).setdefault("_own", []).append(item)
            put(self, item, *args, **kwargs)

        return puts

    def gets(self: Any, get: Callable[[], Any]) -> Any:
        arrived = get()
        return next((own for own in vars(self).get("_own", ()) if own == arrived), arrived)

    patch(Queue, "put", remembering)
    _getting(gets, BETWEEN_PROCESSES)


@fault(
    "between-threads-a-queue-hands-over-the-object-itself",
    "what-comes-out-of-a-queue-is-a-copy",
    where=THREADS,
)
def a_list_is_copied_between_threads_when_it_is_got() -> None:
    """Between threads, what comes out of a queue is a copy of the list that was put."""
    _getting(lambda _, get: copy.copy(get()), (ThreadQueue,))


@fault("the-queue-of-multiprocessing-dummy-is-queue-queue", where=THREADS)
def a_joinable_queue_of_threads_is_a_class_of_its_own() -> None:
    """For threads the JoinableQueue is a class of its own, derived from `queue.Queue`."""
    patch(dummy, "JoinableQueue", lambda made: type("JoinableQueue", (made,), {}))


@fault(
    "the-queue-of-multiprocessing-dummy-is-queue-queue",
    "between-threads-a-queue-hands-over-the-object-itself",
    "what-comes-out-of-a-queue-is-a-copy",
    "an-item-is-pickled-by-a-thread-after-put-has-returned",
    "empty-can-say-true-right-after-put",
    "get-nowait-can-raise-queue-empty-right-after-put",
    "a-queue-can-be-full-and-empty-at-the-same-time",
    "an-unpicklable-item-is-reported-and-dropped-and-the-next-passes",
    "get-raises-what-unpickling-an-item-raises-and-the-next-passes",
    "a-plain-queue-has-neither-join-nor-task-done",
    where=THREADS,
)
def threads_get_a_queue_with_a_pipe() -> None:
    """Threads get the queue of processes, with its pipe and its feeder."""
    patch(dummy, "Queue", lambda _: multiprocessing.get_context("fork").Queue)


# To whom, and in which order


@fault("what-one-process-puts-first-another-can-overtake")
def items_come_out_in_the_order_of_all_puts() -> None:
    """Items come out in the order of all puts: one that is still on its way keeps later ones in."""

    def take(self: Any) -> list[Any]:
        arrived: list[Any] = vars(self).setdefault("_arrived", [])
        while self._poll():
            arrived.append(pickle.loads(self._recv_bytes()))
        return sorted(arrived, key=lambda stamped: stamped[0])

    def get(self: Any) -> Any:
        while len(in_order := take(self)) < max(1, self.qsize()):
            self._poll(None)
        self._arrived.remove(in_order[0])
        self._sem.release()
        return in_order[0][1]

    _putting(lambda item: (time.monotonic(), item), BETWEEN_PROCESSES)
    patch(Queue, "get", lambda _: get)
    patch(Queue, "empty", lambda _: lambda self: len(take(self)) < self.qsize())


@fault("each-item-comes-to-exactly-one-consumer", where=EVERYWHERE)
def a_third_item_comes_to_two_consumers() -> None:
    """The third item that a process puts comes to two consumers."""
    _putting_several(
        lambda earlier, item: [item, item] if len(earlier) == 2 else [item], ALL_QUEUES
    )


# Waiting


@fault(
    "get-waits-until-an-item-is-put",
    "get-does-not-notice-that-all-producers-have-ended",
    "each-consumer-needs-a-sentinel-of-its-own",
    where=EVERYWHERE,
)
def get_on_an_empty_queue_returns_none() -> None:
    """On an empty queue, get does not wait, and returns None."""

    def hasty(get: Callable[..., Any]) -> Callable[..., Any]:
        def gets(self: Any, block: bool = True, timeout: float | None = None) -> Any:  # noqa: FBT001, FBT002 - the standard library's own signature
            if not block or timeout is not None:
                return get(self, block, timeout)
            with suppress(queue.Empty):
                return get(self, block=False)

        return gets

    _patch_all(ALL_QUEUES, "get", hasty)


@fault("get-nowait-on-an-empty-queue-raises-queue-empty", where=EVERYWHERE)
def get_nowait_returns_none() -> None:
    """On an empty queue, get_nowait returns None."""
    _getting_nothing(lambda _, block, __: not block)


@fault("get-with-a-timeout-gives-up-with-queue-empty", where=EVERYWHERE)
def get_with_a_timeout_returns_none() -> None:
    """When its timeout is over, get returns None."""
    _getting_nothing(lambda _, block, timeout: block and timeout is not None)


@fault("get-with-a-timeout-gives-up-with-queue-empty", where=EVERYWHERE, hangs=True)
def get_ignores_its_timeout() -> None:
    """Get ignores its timeout."""
    _patch_all(
        ALL_QUEUES,
        "get",
        lambda get: lambda self, block=True, timeout=None: get(self, block),  # noqa: ARG005 - it is ignored
    )


@fault(
    "put-on-a-full-queue-waits-until-an-item-is-taken",
    "put-nowait-on-a-full-queue-raises-queue-full",
    "put-with-a-timeout-gives-up-with-queue-full",
    where=EVERYWHERE,
)
def a_queue_holds_one_item_more_than_its_maxsize() -> None:
    """A queue with a maxsize holds one item more."""

    def making(make: Callable[..., None]) -> Callable[..., None]:
        return lambda self, maxsize=0, *, ctx: make(self, maxsize + (maxsize > 0), ctx=ctx)

    def prepared(self: Any, maxsize: int) -> None:
        self.maxsize = maxsize + (maxsize > 0)

    patch(Queue, "__init__", making)
    _before(ThreadQueue, "_init", prepared)


@fault("put-nowait-on-a-full-queue-raises-queue-full", where=EVERYWHERE)
def put_nowait_drops_what_finds_no_room() -> None:
    """On a full queue, put_nowait drops the item without a word."""
    _dropping_when_full(lambda block, _: not block)


@fault("put-with-a-timeout-gives-up-with-queue-full", where=EVERYWHERE)
def put_with_a_timeout_drops_what_finds_no_room() -> None:
    """When its timeout is over, put drops the item without a word."""
    _dropping_when_full(lambda block, timeout: block and timeout is not None)


@fault("put-with-a-timeout-gives-up-with-queue-full", where=EVERYWHERE, hangs=True)
def put_ignores_its_timeout() -> None:
    """Put ignores its timeout."""
    _patch_all(
        ALL_QUEUES,
        "put",
        lambda put: lambda self, item, block=True, timeout=None: put(self, item, block),  # noqa: ARG005 - it is ignored
    )


@fault("without-a-maxsize-put-does-not-wait-for-a-reader", where=EVERYWHERE, hangs=True)
def put_waits_for_a_reader() -> None:
    """Put waits until its item is in the pipe; between threads, until it is taken."""

    def waiting(put: Callable[..., None]) -> Callable[..., None]:
        def puts(self: Any, item: Any, *args: Any, **kwargs: Any) -> None:
            put(self, item, *args, **kwargs)
            with self.not_full:
                self.not_full.wait_for(lambda: item not in self.queue, A_WHILE)

        return puts

    patch(Queue, "put", lambda _: _put_at_once)
    patch(ThreadQueue, "put", waiting)


@fault("get-does-not-notice-that-all-producers-have-ended", where=EVERYWHERE)
def a_none_follows_when_a_producer_ends() -> None:
    """When a process that has put something ends, a None follows."""

    def end(used: Any) -> None:
        if vars(used).get("_used_by") == _who():
            used.put(None)

    def using(put: Callable[..., None]) -> Callable[..., None]:
        def puts(self: Any, *args: Any, **kwargs: Any) -> None:
            self._used_by = _who()
            put(self, *args, **kwargs)

        return puts

    _patch_all(ALL_QUEUES, "put", using)
    _after_the_work(end)


@fault("each-consumer-needs-a-sentinel-of-its-own", where=EVERYWHERE)
def a_none_comes_to_every_consumer() -> None:
    """A None that comes to a consumer is put again at once, for the others."""

    def passing_on(put: Callable[[Any, Any], None]) -> Callable[..., Any]:
        def gets(self: Any, get: Callable[[], Any]) -> Any:
            arrived = get()
            if arrived is None:
                put(self, None)
            return arrived

        return gets

    _getting(passing_on(_put_at_once), BETWEEN_PROCESSES)
    _getting(passing_on(ThreadQueue.put), (ThreadQueue,))


# The thread behind put


@fault(
    "an-item-is-pickled-by-a-thread-after-put-has-returned",
    "a-change-made-after-put-can-still-reach-the-receiver",
    "empty-can-say-true-right-after-put",
    "get-nowait-can-raise-queue-empty-right-after-put",
    "a-queue-can-be-full-and-empty-at-the-same-time",
)
def put_pickles_and_writes_itself() -> None:
    """Put pickles its item itself, and writes it to the pipe."""
    patch(Queue, "put", lambda _: _put_at_once)


@fault("a-change-made-after-put-can-still-reach-the-receiver", where=EVERYWHERE)
def put_copies_a_list() -> None:
    """Put makes a copy of a list at once."""
    _putting(lambda item: copy.copy(item) if type(item) is list else item)


@fault("empty-can-say-true-right-after-put", "a-queue-can-be-full-and-empty-at-the-same-time")
def empty_agrees_with_qsize() -> None:
    """The answer of empty is that of qsize, so that an item on its way counts."""
    patch(Queue, "empty", lambda _: lambda self: self.qsize() == 0)


@fault("a-queue-can-be-full-and-empty-at-the-same-time")
def full_looks_into_the_pipe() -> None:
    """A queue is not full as long as nothing is in the pipe."""
    patch(Queue, "full", lambda full: lambda self: full(self) and self._poll())


@fault("get-nowait-can-raise-queue-empty-right-after-put")
def get_nowait_returns_none_for_an_item_on_its_way() -> None:
    """While an item is on its way, get_nowait returns None."""
    _getting_nothing(lambda asked, block, _: not block and asked.qsize() > 0)


@fault("qsize-counts-an-item-as-soon-as-it-is-put")
def qsize_does_not_count_what_is_on_its_way() -> None:
    """As long as nothing is in the pipe, qsize is 0."""
    patch(Queue, "qsize", lambda count: lambda self: count(self) if self._poll() else 0)


@fault("qsize-counts-an-item-as-soon-as-it-is-put", where=EVERYWHERE)
def qsize_still_counts_what_has_been_taken() -> None:
    """An item that has been taken is still counted by qsize."""

    def gets(self: Any, get: Callable[[], Any]) -> Any:
        arrived = get()
        self._sem.acquire()
        return arrived

    _getting(gets, BETWEEN_PROCESSES)
    patch(ThreadQueue, "qsize", lambda _: lambda self: self.unfinished_tasks)


@fault(
    "between-threads-an-item-is-there-as-soon-as-put-returns",
    "one-producers-items-arrive-in-the-order-in-which-they-were-put",
    where=THREADS,
)
def the_last_item_comes_first_between_threads() -> None:
    """Between threads, the item that was put last comes out first."""
    patch(ThreadQueue, "_get", lambda _: lambda self: self.queue.pop())


@fault("between-threads-an-item-is-there-as-soon-as-put-returns", where=THREADS)
def a_queue_between_threads_looks_empty_until_something_is_got() -> None:
    """Between threads, a queue looks empty until something has been got."""

    def gets(self: Any, get: Callable[[], Any]) -> Any:
        self._got = True
        return get()

    _getting(gets, (ThreadQueue,))
    patch(ThreadQueue, "empty", lambda empty: lambda self: empty(self) or not hasattr(self, "_got"))


# What pickle refuses


@fault("an-unpicklable-item-is-reported-and-dropped-and-the-next-passes")
def an_unpicklable_item_is_dropped_without_a_word() -> None:
    """An item that cannot be pickled is dropped without a word."""
    _feeding(onerror=lambda *_: None)


@fault("an-unpicklable-item-is-reported-and-dropped-and-the-next-passes")
def a_none_arrives_for_an_unpicklable_item() -> None:
    """Where an item cannot be pickled, a None arrives."""

    class Lenient(ForkingPickler):  # type: ignore[misc] # a class all the same
        @classmethod
        def dumps(cls, thing: Any, protocol: int | None = None) -> Any:
            try:
                return ForkingPickler.dumps(thing, protocol)
            except PICKLE_ERRORS:
                traceback.print_exc()
                return ForkingPickler.dumps(None)

    patch(queues, "_ForkingPickler", lambda _: Lenient)


@fault("an-unpicklable-item-gives-its-place-in-the-queue-back")
def an_unpicklable_item_keeps_its_place() -> None:
    """An item that cannot be pickled keeps its place in the queue."""
    _feeding(queue_sem=_Nothing())


@fault("an-unpicklable-item-put-last-is-lost-in-silence")
def the_feeder_reports_errors_to_the_last() -> None:
    """An item that cannot be pickled is reported, also at the end of the process."""
    patch(queues, "is_exiting", lambda _: lambda: False)


@fault("get-raises-what-unpickling-an-item-raises-and-the-next-passes")
def get_passes_over_what_it_cannot_rebuild() -> None:
    """What cannot be rebuilt is passed over by get, which returns the next item."""

    def gets(_: Any, get: Callable[[], Any]) -> Any:
        while True:
            with suppress(*PICKLE_ERRORS):
                return get()

    _getting(gets, BETWEEN_PROCESSES)


# When a process ends


@fault("an-item-outlives-its-producer", where=EVERYWHERE)
def an_item_goes_down_with_its_producer() -> None:
    """An item that nobody has taken goes down with its producer."""

    def take_back(used: Any) -> None:
        if used.qsize():
            used.get()

    _after_the_work(take_back)


@fault(
    "a-child-does-not-end-before-a-large-item-of-its-is-read",
    "joining-a-producer-before-its-item-is-read-deadlocks",
    "a-program-does-not-end-before-a-large-item-of-its-is-read",
    "join-thread-waits-until-all-that-was-put-is-in-the-pipe",
)
def a_process_ends_without_waiting_for_its_feeder() -> None:
    """A process ends without waiting for what it has put to be sent."""

    def resetting(reset: Callable[..., None]) -> Callable[..., None]:
        def resets(self: Any, *args: Any, **kwargs: Any) -> None:
            reset(self, *args, **kwargs)
            self._joincancelled = True

        return resets

    patch(Queue, "_reset", resetting)


@fault("join-thread-waits-until-all-that-was-put-is-in-the-pipe")
def join_thread_returns_while_the_feeder_still_writes() -> None:
    """A join_thread returns while the feeder still writes."""

    def hasty(self: Any) -> None:
        assert self._closed, f"Queue {self!r} not closed"
        self._thread.join(0)

    patch(Queue, "join_thread", lambda _: hasty)


@fault("join-thread-can-only-be-called-after-close")
def join_thread_closes_the_queue() -> None:
    """A join_thread closes the queue, if that has not been done."""
    _before(Queue, "join_thread", lambda self: self.close())


@fault("cancel-join-thread-gives-up-what-has-not-been-sent", hangs=True)
def cancel_join_thread_has_no_effect() -> None:
    """A cancel_join_thread has no effect."""
    patch(Queue, "cancel_join_thread", lambda _: lambda self: None)  # noqa: ARG005 - nothing is done


@fault("cancel-join-thread-gives-up-what-has-not-been-sent", hangs=True)
def cancel_join_thread_comes_too_early_before_the_first_put() -> None:
    """A cancel_join_thread has no effect on what is put after it."""

    def cancelling(cancel: Callable[[Any], None]) -> Callable[[Any], None]:
        return lambda self: cancel(self) if self._thread else None

    patch(Queue, "cancel_join_thread", cancelling)


@fault("a-closed-queue-lets-go-of-its-pipe")
def a_closed_queue_keeps_its_reading_end() -> None:
    """A queue that is closed keeps the reading end of its pipe open."""
    _feeding(reader_close=lambda: None)


@fault("cancel-join-thread-gives-up-what-has-not-been-sent")
def giving_items_up_counts_as_a_failure() -> None:
    """A process that has given up items ends with the exit code 1."""

    def leaving(cancel: Callable[[Any], None]) -> Callable[[Any], None]:
        def leaves(self: Any) -> None:
            cancel(self)
            if process.parent_process():
                raise SystemExit(1)

        return leaves

    patch(Queue, "cancel_join_thread", leaving)


@fault(
    "cancel-join-thread-gives-up-what-has-not-been-sent",
    "what-a-killed-producer-had-not-sent-is-lost",
    "empty-can-say-true-right-after-put",
    "a-queue-can-be-full-and-empty-at-the-same-time",
)
def an_item_is_announced_in_the_pipe() -> None:
    """Put announces its item in the pipe, before it is pickled."""

    def announce(self: Any, *_: Any) -> None:
        with self._wlock:
            self._send_bytes(b"an item will follow")

    _before(Queue, "put", announce)


@fault(
    "put-on-a-closed-queue-raises-valueerror",
    "close-closes-a-queue-for-one-process-only",
)
def what_is_put_on_a_closed_queue_is_dropped() -> None:
    """What is put on a closed queue is dropped without a word."""
    patch(
        Queue,
        "put",
        lambda put: (
            lambda self, *args, **kwargs: None if self._closed else put(self, *args, **kwargs)
        ),
    )


@fault("get-on-a-closed-queue-raises-valueerror")
def a_closed_queue_can_still_be_read() -> None:
    """After close, items can still be got."""

    def reopen(self: Any) -> None:
        self._closed = False

    _before(Queue, "get", reopen)


@fault("close-closes-a-queue-for-one-process-only")
def close_closes_a_queue_for_all() -> None:
    """A queue that one process has closed is closed for all."""

    def close_for_all(self: Any) -> None:
        flags = fcntl.fcntl(self._writer, fcntl.F_GETFL)
        fcntl.fcntl(self._writer, fcntl.F_SETFL, flags | CLOSED_FOR_ALL)

    def look(self: Any, *_: Any) -> None:
        if fcntl.fcntl(self._writer, fcntl.F_GETFL) & CLOSED_FOR_ALL:
            self._closed = True

    _before(Queue, "close", close_for_all)
    _before(Queue, "put", look)


# When a process is killed


@fault(
    "a-reader-killed-while-it-waits-locks-out-all-others",
    "a-reader-killed-while-it-waits-makes-get-with-a-timeout-find-nothing",
)
def get_takes_the_lock_only_when_there_is_something() -> None:
    """Get waits for an item first, and takes the readers' lock only then."""

    def wait(self: Any, block: bool = True, timeout: float | None = None) -> None:  # noqa: FBT001, FBT002 - the standard library's own signature
        if block:
            self._poll(timeout)

    _before(Queue, "get", wait)


@fault("a-reader-killed-while-it-waits-makes-get-with-a-timeout-find-nothing")
def get_with_a_timeout_goes_without_the_lock() -> None:
    """With a timeout, get reads even if it does not come by the readers' lock."""

    def persistent(get: Callable[..., Any]) -> Callable[..., Any]:
        def gets(self: Any, block: bool = True, timeout: float | None = None) -> Any:  # noqa: FBT001, FBT002 - the standard library's own signature
            try:
                return get(self, block, timeout)
            except queue.Empty:
                if timeout is None or not self._poll():
                    raise
                return pickle.loads(self._recv_bytes())

        return gets

    patch(Queue, "get", persistent)


@fault(
    "a-producer-killed-within-an-item-leaves-a-get-that-never-returns",
    "no-timeout-ends-a-get-that-has-begun-to-read",
    "a-producer-killed-within-an-item-silences-all-others",
)
def a_pause_within_an_item_is_taken_for_the_end() -> None:
    """If the rest of an item is not there yet, get takes that for the end of the pipe."""

    def impatient(receive: Callable[..., Any]) -> Callable[..., Any]:
        def receives(self: Any, size: int) -> Any:
            begun = False

            def read(handle: int, count: int) -> bytes:
                nonlocal begun
                if begun and not self.poll():
                    raise EOFError("the rest is not there")
                begun = True
                return os.read(handle, count)

            return receive(self, size, read)

        return receives

    patch(Connection, "_recv", impatient)


@fault("a-producer-killed-within-an-item-silences-all-others")
def a_feeder_writes_without_the_lock() -> None:
    """A feeder writes without the writers' lock."""
    _feeding(writelock=_Nothing())


# A queue that knows what is done


@fault("join-waits-until-every-item-is-reported-done", where=EVERYWHERE)
def join_returns_after_the_first_task_done() -> None:
    """A join returns as soon as one item is reported done."""

    def joins(self: Any) -> None:
        with self.all_tasks_done:
            if self.unfinished_tasks:
                self.all_tasks_done.wait()

    def notify(self: Any) -> None:
        condition = self._cond if isinstance(self, JoinableQueue) else self.all_tasks_done
        with condition:
            condition.notify_all()

    patch(ThreadQueue, "join", lambda _: joins)
    for owner in (JoinableQueue, ThreadQueue):
        _before(owner, "task_done", notify)


@fault(
    "a-worker-that-ends-without-task-done-leaves-join-waiting",
    "one-task-done-too-many-raises-valueerror",
    where=EVERYWHERE,
)
def an_item_that_is_got_counts_as_done() -> None:
    """An item counts as done when it has been got, and task_done does nothing."""

    def counting(done: Callable[[Any], None]) -> Callable[..., Any]:
        def gets(self: Any, get: Callable[[], Any]) -> Any:
            arrived = get()
            if hasattr(self, "task_done"):
                done(self)
            return arrived

        return gets

    for owner, reader in ((JoinableQueue, Queue), (ThreadQueue, ThreadQueue)):
        _getting(counting(owner.task_done), (reader,))
        patch(owner, "task_done", lambda _: lambda self: None)  # noqa: ARG005 - nothing is done


@fault("one-task-done-too-many-raises-valueerror", where=EVERYWHERE)
def one_task_done_too_many_is_passed_over() -> None:
    """One task_done too many is passed over."""

    def lenient(done: Callable[[Any], None]) -> Callable[[Any], None]:
        def does(self: Any) -> None:
            with suppress(ValueError):
                done(self)

        return does

    _patch_all((JoinableQueue, ThreadQueue), "task_done", lenient)


@fault("an-unpicklable-item-leaves-join-waiting")
def an_unpicklable_item_counts_as_done() -> None:
    """An item that cannot be pickled is reported done when it is dropped."""

    def reporting(report: Callable[..., None]) -> Callable[..., None]:
        def reports(self: Any, *args: Any) -> None:
            report(*args)
            self.task_done()

        return reports

    patch(JoinableQueue, "_on_queue_feeder_error", reporting)


@fault("a-plain-queue-has-neither-join-nor-task-done")
def a_plain_queue_has_a_task_done() -> None:
    """A plain Queue has a task_done, which does nothing."""
    Queue.task_done = lambda self: None  # noqa: ARG005 - nothing is done


# A queue without a thread


@fault("what-is-put-on-a-simplequeue-is-there-when-put-returns")
def a_simplequeue_sends_an_item_when_the_next_is_put() -> None:
    """A SimpleQueue sends an item only when the next one is put."""
    _putting_several(lambda earlier, _: earlier[-1:], (SimpleQueue,))


@fault("what-is-put-on-a-simplequeue-is-there-when-put-returns")
def a_simplequeue_that_has_been_used_is_never_empty() -> None:
    """A SimpleQueue on which something was put is never empty again."""

    def note(self: Any, *_: Any) -> None:
        self._used = True

    _before(SimpleQueue, "put", note)
    patch(
        SimpleQueue, "empty", lambda empty: lambda self: empty(self) and not hasattr(self, "_used")
    )


@fault("put-on-a-simplequeue-waits-while-the-pipe-is-full")
def a_simplequeue_writes_large_items_in_a_thread() -> None:
    """A SimpleQueue has a thread write what is larger than the pipe."""

    def threaded(put: Callable[..., None]) -> Callable[..., None]:
        def puts(self: Any, item: Any) -> None:
            if type(item) is bytes and len(item) > PIPE:
                threading.Thread(target=put, args=(self, item)).start()
            else:
                put(self, item)

        return puts

    patch(SimpleQueue, "put", threaded)


@fault("put-on-a-simplequeue-raises-what-pickle-raises")
def a_simplequeue_drops_what_it_cannot_pickle() -> None:
    """A SimpleQueue drops what it cannot pickle without a word."""

    def quiet(put: Callable[..., None]) -> Callable[..., None]:
        def puts(self: Any, item: Any) -> None:
            with suppress(*PICKLE_ERRORS):
                put(self, item)

        return puts

    patch(SimpleQueue, "put", quiet)


@fault("put-on-a-simplequeue-raises-what-pickle-raises")
def a_none_gets_into_a_simplequeue_for_what_it_cannot_pickle() -> None:
    """What cannot be pickled gets into a SimpleQueue as a None, beside the error."""

    def careless(put: Callable[..., None]) -> Callable[..., None]:
        def puts(self: Any, item: Any) -> None:
            try:
                put(self, item)
            except PICKLE_ERRORS:
                put(self, None)
                raise

        return puts

    patch(SimpleQueue, "put", careless)


@fault("get-on-a-simplequeue-takes-no-timeout")
def get_on_a_simplequeue_ignores_a_timeout() -> None:
    """Get on a SimpleQueue takes a timeout, and ignores it."""
    patch(SimpleQueue, "get", lambda get: lambda self, timeout=None: get(self))  # noqa: ARG005 - it is ignored


@fault("get-on-a-simplequeue-takes-no-timeout")
def a_simplequeue_has_a_get_nowait() -> None:
    """A SimpleQueue has a get_nowait."""
    SimpleQueue.get_nowait = SimpleQueue.get


@fault("a-closed-simplequeue-raises-oserror")
def a_closed_simplequeue_is_empty() -> None:
    """A SimpleQueue that has been closed is empty."""
    patch(SimpleQueue, "empty", lambda empty: lambda self: self._reader.closed or empty(self))


@fault("a-closed-simplequeue-raises-oserror")
def what_is_put_on_a_closed_simplequeue_is_dropped() -> None:
    """What is put on a closed SimpleQueue is dropped without a word."""
    patch(
        SimpleQueue,
        "put",
        lambda put: lambda self, item: None if self._writer.closed else put(self, item),
    )
