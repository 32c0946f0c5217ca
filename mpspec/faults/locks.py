"""Faults of chapter 03, locks and semaphores."""

# ruff: noqa: FBT003 - acquire's keyword is block for processes and blocking for threads

from __future__ import annotations

import atexit
import signal
import sys
import threading
from contextlib import suppress
from multiprocessing import context, dummy, get_context, process, synchronize, util

from mpspec.faults import EVERYWHERE, FORK, FRESH, THREADS, fault, patch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


# The kinds of a `SemLock`: one that knows its owner, and one that does not.
RECURSIVE_MUTEX, SEMAPHORE = 0, 1

TOO_OFTEN = "semaphore or lock released too many times"

# Where a lock of the fork context is refused, and where it is handed over unchecked.
CHECKED = FRESH if sys.version_info >= (3, 11) else ()
UNCHECKED = FRESH if sys.version_info < (3, 11) else ()

# What a typed name would not let be replaced or looked into.
BaseProcess: Any = process.BaseProcess
DummyProcess: Any = dummy.DummyProcess
BoundedSemaphore: Any = synchronize.BoundedSemaphore
Lock: Any = synchronize.Lock
RLock: Any = synchronize.RLock
SemLock: Any = synchronize.SemLock
Semaphore: Any = synchronize.Semaphore


class _OfThreads:
    """A lock of threads whose methods can be replaced."""

    def __init__(self, lock: Any) -> None:
        self._lock = lock
        self.acquire = lock.acquire
        self.release = lock.release

    def __enter__(self) -> bool:
        return bool(self.acquire())

    def __exit__(self, *exc: object) -> None:
        self.release()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._lock, name)


def _change(kinds: str, change: Callable[[Any], None]) -> None:
    """Let `change` replace methods of each new lock of these kinds; `with` uses them as well."""

    def making(make: Callable[[Any], None]) -> Callable[[Any], None]:
        def made(self: Any) -> None:
            make(self)
            change(self)

        return made

    def of_threads(make: Callable[..., Any]) -> Callable[..., Any]:
        def made(*args: Any) -> Any:
            lock = _OfThreads(make(*args))
            change(lock)
            return lock

        return made

    for kind in kinds.split():
        owner = getattr(synchronize, kind)
        patch(owner, "_make_methods", making)
        patch(owner, "__enter__", lambda _: lambda self: self.acquire())
        patch(owner, "__exit__", lambda _: lambda self, *_: self.release())
        patch(dummy, kind, of_threads)


def _change_acquire(kinds: str, make: Callable[..., Any]) -> None:
    """Let `acquire` be what `make` returns for the original."""

    def change(lock: Any) -> None:
        lock.acquire = make(lock.acquire)

    _change(kinds, change)


def _change_release(kinds: str, make: Callable[..., Any]) -> None:
    """Let `release` be what `make` returns for the original."""

    def change(lock: Any) -> None:
        lock.release = make(lock.release)

    _change(kinds, change)


def _change_timeout(change: Callable[[Any], Any]) -> None:
    """Let a lock's `acquire` wait for what `change` makes of the timeout that it is given."""

    def timed(acquire: Callable[..., Any]) -> Callable[..., Any]:
        def acquires(*args: Any) -> Any:
            return acquire(*args[:1], *map(change, args[1:]))

        return acquires

    _change_acquire("Lock", timed)


def _waits(args: tuple[Any, ...]) -> bool:
    """Return whether `acquire` is to wait, with these arguments."""
    return not args or bool(args[0])


def _is_timed(args: tuple[Any, ...]) -> bool:
    """Return whether `acquire` is to wait for some time at the most, with these arguments."""
    return args[1:] not in {(), (None,), (-1,)}


def _owns(lock: Any) -> bool:
    """Return whether this thread of this process has the `RLock`."""
    return bool(lock._is_owned() if isinstance(lock, _OfThreads) else lock._semlock._is_mine())


def _locks_can_have_more_seats() -> None:
    """Let a lock be a semaphore of one seat, to which others can be added."""
    patch(Lock, "__init__", lambda _: lambda self, *, ctx: Semaphore.__init__(self, 1, ctx=ctx))
    patch(dummy, "Lock", lambda _: threading.Semaphore)


def _locks_know_who_waits() -> None:
    """Let each lock of processes have a semaphore, `waiting`, that counts those who wait."""

    def making(make: Callable[..., None]) -> Callable[..., None]:
        def made(self: Any, *, ctx: Any) -> None:
            self.waiting = Semaphore(0, ctx=ctx)
            make(self, ctx=ctx)

        return made

    def reducing(reduce: Callable[[Any], Any]) -> Callable[[Any], Any]:
        return lambda self: (reduce(self), self.waiting)

    def restoring(restore: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
        def restored(self: Any, state: Any) -> None:
            own, self.waiting = state
            restore(self, own)

        return restored

    def change(lock: Any) -> None:
        acquire = lock.acquire

        def acquires(*args: Any) -> Any:
            if acquire(False):
                return True
            lock.waiting.release()
            try:
                return acquire(*args)
            finally:
                lock.waiting.acquire()

        lock.acquire = acquires

    patch(Lock, "__init__", making)
    patch(Lock, "__getstate__", reducing)
    patch(Lock, "__setstate__", restoring)
    _change("Lock", change)


# One at a time


@fault("a-lock-admits-one-process-at-a-time", where=EVERYWHERE)
def a_release_lets_in_two() -> None:
    """When a lock is released, it lets in two of those who wait."""
    _locks_can_have_more_seats()
    _change_release("Lock", lambda release: lambda: (release(), release()))


@fault("a-lock-admits-one-process-at-a-time")
def only_one_can_wait_for_a_lock() -> None:
    """While one waits for a lock, the next one that comes is let in."""
    _locks_know_who_waits()

    def change(lock: Any) -> None:
        acquire = lock.acquire
        lock.acquire = lambda *args: bool(lock.waiting.get_value()) or acquire(*args)

    _change("Lock", change)


@fault("a-lock-cannot-let-two-in", where=EVERYWHERE)
def a_release_too_many_adds_a_seat() -> None:
    """A release too many is an error, and gives the lock a second seat all the same."""
    _locks_can_have_more_seats()

    def change(lock: Any) -> None:
        acquire, release = lock.acquire, lock.release

        def releases() -> None:
            too_many = acquire(False)
            if too_many:
                release()
            release()
            if too_many:
                raise ValueError(TOO_OFTEN)

        lock.release = releases

    _change("Lock", change)


@fault(
    "a-lock-cannot-let-two-in",
    "acquire-without-blocking-says-at-once-whether-it-succeeded",
    "only-its-owner-can-release-an-rlock",
    "a-child-does-not-own-the-rlock-that-its-parent-holds",
    "a-semaphore-admits-at-most-n-processes-at-a-time",
    where=EVERYWHERE,
)
def whoever_asks_without_blocking_is_let_in() -> None:
    """Whoever asks without blocking is let in, free or not."""

    def lenient(acquire: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *args: acquire(*args) or not _waits(args)

    _change_acquire("Lock RLock Semaphore", lenient)


@fault("acquire-blocks-until-the-lock-is-released", where=EVERYWHERE)
def acquire_does_not_block() -> None:
    """Acquire says that it has the lock while another one still has it."""
    _change_acquire("Lock", lambda acquire: lambda *_: acquire(False) or True)


@fault(
    "acquire-blocks-until-the-lock-is-released",
    "a-lock-that-comes-free-within-the-timeout-is-acquired",
    "the-unlimited-timeout-of-a-threads-lock-is-minus-1",
    where=EVERYWHERE,
)
def who_had_to_wait_gets_no_answer() -> None:
    """Acquire returns nothing where it had to wait."""

    def silent(acquire: Callable[..., Any]) -> Callable[..., Any]:
        def acquires(*args: Any) -> Any:
            if acquire(False):
                return True
            return acquire(*args) and None

        return acquires

    _change_acquire("Lock", silent)


@fault(
    "acquire-blocks-until-the-lock-is-released",
    "a-lock-that-comes-free-within-the-timeout-is-acquired",
    "a-release-admits-exactly-one-more",
    hangs=True,
)
def who_has_to_wait_is_never_woken() -> None:
    """Whoever has to wait for a lock is not woken when it is released."""

    def sleepy(acquire: Callable[..., Any]) -> Callable[..., Any]:
        def acquires(*args: Any) -> Any:
            return acquire(False) or (_waits(args) and threading.Event().wait())

        return acquires

    _change_acquire("Lock Semaphore", sleepy)


@fault("acquire-without-blocking-says-at-once-whether-it-succeeded", hangs=True)
def asking_without_blocking_blocks() -> None:
    """Acquire blocks although it is asked not to."""
    _change_acquire("Lock", lambda acquire: lambda *args: acquire(True, *args[1:]))


@fault("acquire-without-blocking-says-at-once-whether-it-succeeded", where=EVERYWHERE)
def asking_without_blocking_only_looks() -> None:
    """Acquire without blocking says whether the lock is free, and does not take it."""

    def change(lock: Any) -> None:
        acquire, release = lock.acquire, lock.release

        def acquires(*args: Any) -> Any:
            got = acquire(*args)
            if got and not _waits(args):
                release()
            return got

        lock.acquire = acquires

    _change("Lock", change)


def _keep_if_the_block_raises(kind: str) -> None:
    _change(kind, lambda _: None)

    def keep(self: Any, *exc: object) -> None:
        if exc[0] is None:
            self.release()

    patch(getattr(synchronize, kind), "__exit__", lambda _: keep)
    patch(_OfThreads, "__exit__", lambda _: keep)


@fault("a-lock-is-let-go-of-when-its-with-block-raises", where=EVERYWHERE)
def a_lock_is_kept_when_its_block_raises() -> None:
    """A `Lock` is not released when its with block raises."""
    _keep_if_the_block_raises("Lock")


@fault("a-lock-is-let-go-of-when-its-with-block-raises", where=EVERYWHERE)
def an_rlock_is_kept_when_its_block_raises() -> None:
    """An `RLock` is not released when its with block raises."""
    _keep_if_the_block_raises("RLock")


@fault("a-lock-is-let-go-of-when-its-with-block-raises", where=EVERYWHERE)
def a_semaphore_is_kept_when_its_block_raises() -> None:
    """A semaphore is not released when its with block raises."""
    _keep_if_the_block_raises("Semaphore")


def _pass_over_errors(release: Callable[[], None]) -> Callable[[], None]:
    def lenient() -> None:
        with suppress(AssertionError, RuntimeError, ValueError):
            release()

    return lenient


@fault(
    "releasing-a-lock-that-nobody-holds-is-an-error",
    "a-lock-cannot-let-two-in",
    where=EVERYWHERE,
)
def a_release_too_many_is_passed_over() -> None:
    """Releasing a lock that nobody holds does nothing, and says nothing."""
    _change_release("Lock", _pass_over_errors)


@fault(
    "a-lock-may-be-released-by-another-process",
    "acquiring-ones-own-lock-again-blocks",
    where=EVERYWHERE,
)
def a_lock_has_an_owner() -> None:
    """A lock has an owner, who alone can release it, and who can acquire it again."""
    patch(Lock, "__init__", lambda _: lambda self, *, ctx: RLock.__init__(self, ctx=ctx))
    patch(dummy, "Lock", lambda _: threading.RLock)


@fault("a-lock-may-be-released-by-another-process")
def a_release_by_another_process_is_passed_over() -> None:
    """Releasing a lock that another process holds does nothing, and says nothing."""

    def change(lock: Any) -> None:
        release = lock.release
        lock.release = lambda: release() if lock._semlock._count() else None

    _change("Lock", change)


def _change_locked(kind: str, make: Callable[[Any, Any], Any]) -> None:
    """Let `locked` be what `make` returns for the lock and the original."""

    def change(lock: Any) -> None:
        if hasattr(lock, "locked"):  # from Python 3.14 on
            lock.locked = make(lock, lock.locked)

    _change(kind, change)


@fault("a-lock-tells-whether-it-is-held")
def a_lock_tells_only_its_holder_that_it_is_held() -> None:
    """A lock that another process holds says that it is not held."""
    _change_locked("Lock", lambda lock, _: lambda: lock._semlock._count() > 0)


@fault("a-lock-tells-whether-it-is-held", where=EVERYWHERE)
def an_rlock_tells_whether_it_is_ones_own() -> None:
    """An `RLock` says that it is held only to its owner."""
    _change_locked("RLock", lambda lock, _: lambda: _owns(lock))


@fault("a-lock-tells-whether-it-is-held", where=EVERYWHERE)
def a_lock_once_held_is_always_held() -> None:
    """A lock that was found held says so from then on."""

    def once(_: Any, locked: Callable[[], bool]) -> Callable[[], bool]:
        found = []

        def tells() -> bool:
            found.append(locked())
            return any(found)

        return tells

    _change_locked("Lock", once)


@fault("whoever-waits-for-a-lock-can-be-overtaken")
def a_lock_is_kept_for_the_one_who_waits() -> None:
    """A lock that has been released is kept for those who wait."""
    _locks_know_who_waits()

    def change(lock: Any) -> None:
        acquire = lock.acquire

        def polite(*args: Any) -> Any:
            return False if not _waits(args) and lock.waiting.get_value() else acquire(*args)

        lock.acquire = polite

    _change("Lock", change)


# Not for ever


@fault("acquire-with-a-timeout-gives-up-and-returns-false", where=EVERYWHERE)
def acquire_with_a_timeout_gives_up_and_returns_true() -> None:
    """Acquire gives up when its timeout has passed, and returns True."""

    def wrong(acquire: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *args: acquire(*args) or (_waits(args) and _is_timed(args))

    _change_acquire("Lock", wrong)


@fault("acquire-with-a-timeout-gives-up-and-returns-false", where=EVERYWHERE)
def acquire_raises_when_its_timeout_has_passed() -> None:
    """Acquire raises `TimeoutError` when its timeout has passed."""

    def strict(acquire: Callable[..., Any]) -> Callable[..., Any]:
        def acquires(*args: Any) -> Any:
            got = acquire(*args)
            if not got and _is_timed(args):
                raise TimeoutError
            return got

        return acquires

    _change_acquire("Lock", strict)


@fault("acquire-with-a-timeout-gives-up-and-returns-false", hangs=True)
def acquire_ignores_its_timeout() -> None:
    """Acquire waits until the lock is free, whatever its timeout."""
    _change_timeout(lambda _: None)


@fault("acquire-with-a-timeout-gives-up-and-returns-false", hangs=True)
def a_timeout_of_0_is_none() -> None:
    """Acquire takes a timeout of 0 for none at all."""
    _change_timeout(lambda timeout: timeout or None)


@fault("a-lock-that-comes-free-within-the-timeout-is-acquired", where=EVERYWHERE)
def acquire_with_a_timeout_does_not_wait() -> None:
    """Acquire with a timeout gives up at once."""

    def hasty(acquire: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *args: acquire(False) if _is_timed(args) else acquire(*args)

    _change_acquire("Lock", hasty)


@fault("a-lock-that-comes-free-within-the-timeout-is-acquired", hangs=True)
def acquire_waits_out_its_timeout() -> None:
    """Acquire with a timeout looks again only when all of it has passed."""

    def patient(acquire: Callable[..., Any]) -> Callable[..., Any]:
        def acquires(*args: Any) -> Any:
            if acquire(False):
                return True
            if _is_timed(args):
                threading.Event().wait(args[1])
            return acquire(*args)

        return acquires

    _change_acquire("Lock", patient)


@fault("a-timeout-of-none-waits-without-limit")
def a_timeout_of_none_does_not_wait() -> None:
    """Acquire with a timeout of None does not wait."""
    _change_timeout(lambda timeout: timeout or 0)


@fault("a-timeout-of-none-waits-without-limit", where=THREADS)
def a_threads_lock_waits_for_ever_with_none() -> None:
    """A thread's lock waits without limit if its timeout is None."""
    _change_timeout(lambda timeout: -1 if timeout is None else timeout)


@fault("a-negative-timeout-does-not-wait")
def a_negative_timeout_is_an_error() -> None:
    """A negative timeout is an error for processes as it is for threads."""

    def strict(timeout: Any) -> Any:
        if timeout is not None and timeout < 0:
            raise ValueError("timeout value must be a non-negative number")
        return timeout

    _change_timeout(strict)


@fault("a-negative-timeout-does-not-wait")
def with_a_negative_timeout_nothing_is_acquired() -> None:
    """With a negative timeout acquire returns False, free or not."""

    def late(acquire: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *args: not (_is_timed(args) and args[1] < 0) and acquire(*args)

    _change_acquire("Lock", late)


@fault("a-negative-timeout-does-not-wait", hangs=True)
def a_negative_timeout_is_none() -> None:
    """A negative timeout is taken for none at all."""
    _change_timeout(lambda timeout: None if timeout is None or timeout < 0 else timeout)


@fault(
    "a-negative-timeout-does-not-wait",
    "the-unlimited-timeout-of-a-threads-lock-is-minus-1",
    where=THREADS,
)
def a_threads_lock_takes_a_negative_timeout_for_0() -> None:
    """A thread's lock takes a negative timeout, but for minus 1, for 0."""
    _change_timeout(lambda timeout: timeout if timeout in {None, -1} else max(0, timeout))


@fault("the-unlimited-timeout-of-a-threads-lock-is-minus-1", where=THREADS)
def a_threads_lock_takes_minus_1_for_0() -> None:
    """A thread's lock takes a timeout of minus 1 for 0."""
    _change_timeout(lambda timeout: 0 if timeout == -1 else timeout)


@fault("the-unlimited-timeout-of-a-threads-lock-is-minus-1", where=THREADS)
def a_threads_lock_takes_none_for_0() -> None:
    """A thread's lock takes a timeout of None for 0."""
    _change_timeout(lambda timeout: 0 if timeout is None else timeout)


# Locks that their owner may acquire again


@fault("acquiring-ones-own-lock-again-blocks")
def acquiring_ones_own_lock_again_is_an_error() -> None:
    """Whoever holds a lock and acquires it again gets an error."""

    def change(lock: Any) -> None:
        acquire = lock.acquire

        def acquires(*args: Any) -> Any:
            if _waits(args) and lock._semlock._count():
                raise RuntimeError("this would be a deadlock")
            return acquire(*args)

        lock.acquire = acquires

    _change("Lock", change)


@fault("an-rlock-can-be-acquired-again-by-its-owner", where=EVERYWHERE)
def an_rlock_can_be_acquired_again_only_once() -> None:
    """An `RLock` lets its owner in once more, and not a third time."""

    def change(lock: Any) -> None:
        acquire, release = lock.acquire, lock.release
        held: list[Any] = []

        def acquires(*args: Any) -> Any:
            got = not (_owns(lock) and held[1:]) and acquire(*args)
            held.extend([lock] if got else [])
            return got

        def releases() -> None:
            release()
            held.pop()

        lock.acquire, lock.release = acquires, releases

    _change("RLock", change)


@fault("an-rlock-is-free-after-as-many-releases-as-acquisitions", where=EVERYWHERE)
def the_first_release_frees_an_rlock() -> None:
    """An `RLock` is free after the first release, however often it was acquired."""

    def thorough(release: Callable[[], None]) -> Callable[[], None]:
        def releases() -> None:
            with suppress(AssertionError, RuntimeError):
                while True:
                    release()

        return releases

    _change_release("RLock", thorough)


@fault("an-rlock-is-free-after-as-many-releases-as-acquisitions", where=EVERYWHERE)
def acquiring_an_rlock_again_counts_twice() -> None:
    """To acquire an `RLock` again counts as two acquisitions."""

    def change(lock: Any) -> None:
        acquire = lock.acquire
        lock.acquire = lambda *args: (not _owns(lock) or acquire()) and acquire(*args)

    _change("RLock", change)


@fault("only-its-owner-can-release-an-rlock", where=EVERYWHERE)
def releasing_an_rlock_of_others_is_passed_over() -> None:
    """Releasing an `RLock` that somebody else owns does nothing, and says nothing."""
    _change_release("RLock", _pass_over_errors)


_views: list[Any] = []


def _without_owner(lock: Any) -> Any:
    """Return another view of a lock of processes, by which anybody can release it.

    It is kept, for to drop it would close the semaphore behind both.
    """
    own = lock._semlock
    _views.append(type(own)._rebuild(own.handle, SEMAPHORE, own.maxvalue, own.name))
    return _views[-1]


@fault("only-its-owner-can-release-an-rlock")
def an_rlock_is_free_once_somebody_else_has_released_it() -> None:
    """Releasing an `RLock` that somebody else owns is an error, and frees it all the same."""

    def change(lock: Any) -> None:
        release = lock.release

        def releases() -> None:
            try:
                release()
            except AssertionError:
                _without_owner(lock).release()
                raise

        lock.release = releases

    _change("RLock", change)


@fault("a-child-does-not-own-the-rlock-that-its-parent-holds", where=FORK)
def a_forked_child_owns_what_its_parent_owned() -> None:
    """A forked child owns the `RLock` that its parent held at the fork."""

    def registering(register: Callable[..., None]) -> Callable[..., None]:
        return lambda thing, do: None if isinstance(thing, RLock) else register(thing, do)

    patch(util, "register_after_fork", registering)


@fault("a-child-does-not-own-the-rlock-that-its-parent-holds", where=FRESH)
def a_fresh_child_owns_what_its_parent_owned() -> None:
    """A fresh child is let into the `RLock` that its parent held at the start."""

    def reducing(reduce: Callable[[Any], Any]) -> Callable[[Any], Any]:
        return lambda self: (reduce(self), _owns(self))

    def restoring(restore: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
        def restored(self: Any, state: Any) -> None:
            own, owned = state
            restore(self, own)
            if owned:
                self.acquire = lambda *_: True

        return restored

    patch(RLock, "__getstate__", reducing)
    patch(RLock, "__setstate__", restoring)


@fault("a-child-does-not-own-the-rlock-that-its-parent-holds", where=THREADS)
def a_thread_owns_what_its_starter_owns() -> None:
    """A thread is let into the `RLock` that the thread which started it holds."""

    def change(lock: Any) -> None:
        acquire = lock.acquire
        owners: list[Any] = []

        def acquires(*args: Any) -> Any:
            me: Any = threading.current_thread()
            if owners and getattr(me, "_parent", None) is owners[-1]:
                return True
            owners.append(me)
            return acquire(*args)

        lock.acquire = acquires

    _change("RLock", change)


# Semaphores


def _number_of_seats(change: Callable[[int], int]) -> None:
    """Let a semaphore begin with what `change` makes of the number that it is given."""

    def making(make: Callable[..., None]) -> Callable[..., None]:
        return lambda self, value=1, *, ctx: make(self, change(value), ctx=ctx)

    patch(Semaphore, "__init__", making)
    patch(dummy, "Semaphore", lambda make: lambda value=1: make(change(value)))


@fault("a-semaphore-admits-at-most-n-processes-at-a-time", where=EVERYWHERE)
def a_semaphore_of_three_lets_in_four() -> None:
    """A semaphore of three or more lets in one more."""
    _number_of_seats(lambda value: value + (value >= 3))


@fault("a-semaphore-admits-at-most-n-processes-at-a-time", where=EVERYWHERE)
def a_semaphore_of_one_lets_in_two() -> None:
    """A semaphore of one lets in two."""
    _number_of_seats(lambda value: 2 if value == 1 else value)


@fault("a-release-admits-exactly-one-more", where=EVERYWHERE)
def a_seat_given_back_counts_twice() -> None:
    """A release of a semaphore lets in two of those who wait."""
    _change_release("Semaphore", lambda release: lambda: (release(), release()))


@fault("a-process-is-known-by-its-name-in-what-it-reports", where=EVERYWHERE)
def a_name_is_cut_to_six_characters() -> None:
    """A child knows itself by the first six characters of its name."""

    def cut(run: Callable[[Any], None]) -> Callable[[Any], None]:
        def runs(self: Any) -> None:
            self.name = self.name[:6]
            run(self)

        return runs

    patch(BaseProcess, "run", cut)
    patch(DummyProcess, "run", cut)


@fault("a-semaphore-without-a-number-has-one-seat", where=EVERYWHERE)
def a_bounded_semaphore_without_a_number_has_two_seats() -> None:
    """A bounded semaphore without a number has two seats."""

    def made(self: Any, value: int = 2) -> Any:
        return BoundedSemaphore(value, ctx=self.get_context())

    patch(context.BaseContext, "BoundedSemaphore", lambda _: made)
    patch(dummy, "BoundedSemaphore", lambda make: lambda value=2: make(value))


@fault("a-semaphore-without-a-number-has-one-seat", where=EVERYWHERE)
def a_semaphore_without_a_number_has_no_seat() -> None:
    """A semaphore without a number has no seat at all."""

    def made(self: Any, value: int = 0) -> Any:
        return Semaphore(value, ctx=self.get_context())

    patch(context.BaseContext, "Semaphore", lambda _: made)
    patch(dummy, "Semaphore", lambda make: lambda value=0: make(value))


@fault("the-value-of-a-semaphore-is-the-number-of-free-seats")
def the_seats_of_others_are_not_counted() -> None:
    """The value of a semaphore counts only the seats that this process has taken."""

    def making(make: Callable[..., None]) -> Callable[..., None]:
        def made(self: Any, value: int = 1, *, ctx: Any) -> None:
            make(self, value, ctx=ctx)
            self.get_value = lambda: value - self._semlock._count()

        return made

    patch(Semaphore, "__init__", making)


@fault("the-value-of-a-semaphore-is-the-number-of-free-seats")
def the_value_of_a_semaphore_only_falls() -> None:
    """The value of a semaphore does not rise again when a seat is given back."""

    def change(lock: Any) -> None:
        tell, found = lock.get_value, []

        def lowest() -> int:
            found.append(tell())
            return int(min(found))

        lock.get_value = lowest

    _change("Semaphore", change)


@fault("a-semaphore-can-be-released-above-its-initial-value", where=EVERYWHERE)
def every_semaphore_is_bounded() -> None:
    """A semaphore refuses to be released above its initial value."""

    def made(self: Any, value: int = 1, *, ctx: Any) -> None:
        BoundedSemaphore.__init__(self, value, ctx=ctx)

    patch(Semaphore, "__init__", lambda _: made)
    patch(dummy, "Semaphore", lambda _: threading.BoundedSemaphore)


class _BoundedOneHigher(threading.BoundedSemaphore):
    """A bounded semaphore of threads that takes one release too many."""

    def __init__(self, value: int = 1) -> None:
        super().__init__(value)
        self._initial_value = value + 1


class _BoundedInVain(threading.Semaphore):
    """A semaphore of threads that takes a release too many, and raises for it."""

    def __init__(self, value: int = 1) -> None:
        super().__init__(value)
        self._limit = value

    def release(self, n: int = 1) -> None:
        super().release(n)
        if self._value > self._limit:
            raise ValueError(TOO_OFTEN)


def _bounded_one_higher(self: Any, value: int = 1, *, ctx: Any) -> None:
    SemLock.__init__(self, SEMAPHORE, value, value + 1, ctx=ctx)


@fault("a-bounded-semaphore-refuses-a-release-too-many", where=EVERYWHERE)
def a_bounded_semaphore_takes_one_release_too_many() -> None:
    """A bounded semaphore refuses only the second release too many."""
    patch(BoundedSemaphore, "__init__", lambda _: _bounded_one_higher)
    patch(dummy, "BoundedSemaphore", lambda _: _BoundedOneHigher)


@fault("a-bounded-semaphore-refuses-a-release-too-many", where=EVERYWHERE)
def a_bounded_semaphore_has_a_seat_more_after_its_refusal() -> None:
    """A bounded semaphore says that it refuses a release too many, and has a seat more then."""

    def change(lock: Any) -> None:
        release = lock.release

        def releases() -> None:
            release()
            if lock.get_value() == lock._semlock.maxvalue:
                raise ValueError(TOO_OFTEN)

        lock.release = releases

    patch(BoundedSemaphore, "__init__", lambda _: _bounded_one_higher)
    _change("BoundedSemaphore", change)
    patch(dummy, "BoundedSemaphore", lambda _: _BoundedInVain)


# When the holder ends


@fault("a-lock-whose-holder-ends-without-releasing-it-stays-held", where=EVERYWHERE)
def a_lock_is_released_when_its_holder_ends() -> None:
    """When a process or a thread ends, the locks that it holds are released."""
    mine = threading.local()

    def change(lock: Any) -> None:
        acquire, release = lock.acquire, lock.release

        def acquires(*args: Any) -> Any:
            got = acquire(*args)
            if got and hasattr(mine, "held"):
                mine.held.append(release)
            return got

        def releases() -> None:
            release()
            if release in getattr(mine, "held", ()):
                mine.held.remove(release)

        lock.acquire, lock.release = acquires, releases

    def tidy(run: Callable[[Any], None]) -> Callable[[Any], None]:
        def runs(self: Any) -> None:
            mine.held = []
            run(self)
            for release in mine.held:
                release()

        return runs

    _change("Lock", change)
    patch(BaseProcess, "run", tidy)
    patch(DummyProcess, "run", tidy)


def _when_killed(do: Callable[[Any], None]) -> None:
    """When a killed child has been joined, `do` something with each lock that it was given."""

    def starting(start: Callable[[Any], None]) -> Callable[[Any], None]:
        def started(self: Any) -> None:
            self._locks = [arg for arg in self._args if isinstance(arg, SemLock)]
            start(self)

        return started

    def joining(join: Callable[..., None]) -> Callable[..., None]:
        def joined(self: Any, timeout: float | None = None) -> None:
            join(self, timeout)
            if self.exitcode == -signal.SIGKILL:
                for lock in self._locks:
                    do(lock)

        return joined

    patch(BaseProcess, "start", starting)
    patch(BaseProcess, "join", joining)


@fault(
    "a-lock-held-by-a-killed-process-stays-held",
    "an-rlock-whose-owner-was-killed-can-never-be-released",
    "a-semaphore-loses-the-seat-of-a-killed-process",
)
def what_a_killed_process_held_is_given_back() -> None:
    """When a process was killed, its parent gives back the lock or the seat that it held."""
    _when_killed(lambda lock: _without_owner(lock).release())


@fault("an-rlock-whose-owner-was-killed-can-never-be-released")
def an_rlock_without_a_living_owner_can_be_released() -> None:
    """An `RLock` whose owner was killed can be released by the parent."""

    def make_free(lock: Any) -> None:
        lock.release = _without_owner(lock).release

    _when_killed(make_free)


# Traps


@fault("two-locks-acquired-in-opposite-orders-can-deadlock")
def a_lock_is_refused_out_of_order() -> None:
    """Whoever holds a lock and wants one that comes before it is refused at once."""
    held: list[Any] = []

    def place(lock: Any) -> str:
        return str(lock._semlock.name or lock._semlock.handle)

    def change(lock: Any) -> None:
        acquire, release = lock.acquire, lock.release

        def acquires(*args: Any) -> Any:
            if any(place(other) > place(lock) for other in held):
                raise RuntimeError("these locks are acquired in the wrong order")
            held.append(lock)
            return acquire(*args)

        def releases() -> None:
            held.remove(lock)
            release()

        lock.acquire, lock.release = acquires, releases

    _change("Lock", change)


@fault("a-fresh-child-cannot-find-a-lock-that-its-parent-dropped", where=FRESH)
def a_process_keeps_its_arguments() -> None:
    """A process object keeps its arguments after the start."""

    def keeping(start: Callable[[Any], None]) -> Callable[[Any], None]:
        def started(self: Any) -> None:
            self._kept = self._args
            start(self)

        return started

    patch(BaseProcess, "start", keeping)


@fault("a-fresh-child-cannot-find-a-lock-that-its-parent-dropped", where=FRESH)
def a_semaphore_keeps_its_name_until_the_program_ends() -> None:
    """The name of a semaphore is removed only when its program ends."""
    patch(
        SemLock, "_cleanup", lambda clean: staticmethod(lambda name: atexit.register(clean, name))
    )


@fault("a-lock-of-the-fork-context-cannot-be-given-to-a-fresh-child", where=CHECKED)
def a_lock_of_the_fork_context_is_handed_over_unchecked() -> None:
    """A lock of the fork context is sent to a fresh child unchecked."""

    def lenient(reduce: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def reduced(self: Any) -> Any:
            self._is_fork_ctx = False
            return reduce(self)

        return reduced

    patch(SemLock, "__getstate__", lenient)


@fault("a-lock-of-the-fork-context-cannot-be-given-to-a-fresh-child", where=CHECKED)
def a_lock_of_the_fork_context_is_noticed_too_late() -> None:
    """That a lock is of the fork context is noticed only when the child has begun."""

    def late(start: Callable[[Any], None]) -> Callable[[Any], None]:
        def started(self: Any) -> None:
            try:
                start(self)
            except RuntimeError:
                self._popen = self._Popen(type(self)())
                self._popen.wait()
                raise

        return started

    patch(BaseProcess, "start", late)


@fault("a-lock-of-the-fork-context-cannot-be-given-to-a-fresh-child", where=UNCHECKED)
def a_lock_of_the_fork_context_is_checked_for_all_that() -> None:
    """A lock of the fork context is refused for a fresh child, as by later Pythons."""

    def strict(reduce: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def reduced(self: Any) -> Any:
            if self._semlock.name is None:
                raise RuntimeError("A SemLock created in a fork context is being shared")
            return reduce(self)

        return reduced

    patch(SemLock, "__getstate__", strict)


@fault(
    "up-to-python-3-11-4-a-fork-contexts-lock-goes-to-a-fresh-child-unchecked",
    where=UNCHECKED,
)
def a_fresh_child_refuses_a_lock_without_a_name() -> None:
    """A fresh child fails if it is given a lock of the fork context."""

    def strict(restore: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
        def restored(self: Any, state: Any) -> None:
            if state[-1] is None:
                raise RuntimeError("this lock has no name")
            restore(self, state)

        return restored

    patch(SemLock, "__setstate__", strict)


@fault("a-lock-of-another-context-than-fork-can-be-given-to-any-child", where=FORK)
def a_forked_child_gets_a_new_lock_for_one_with_a_name() -> None:
    """A forked child finds a new lock in the place of one that another context has made."""

    def new(thing: Any) -> Any:
        named = isinstance(thing, Lock) and thing._semlock.name
        return get_context("fork").Lock() if named else thing

    def renewing(run: Callable[[Any], None]) -> Callable[[Any], None]:
        def runs(self: Any) -> None:
            self._args = tuple(map(new, self._args))
            run(self)

        return runs

    patch(BaseProcess, "run", renewing)


@fault("a-lock-of-another-context-than-fork-can-be-given-to-any-child", where=FRESH)
def a_lock_is_replaced_by_one_of_the_childs_context() -> None:
    """A fresh child is sent a lock of its own context in the place of one of another."""
    replaced: dict[Any, Any] = {}

    def making(make: Callable[..., None]) -> Callable[..., None]:
        def made(self: Any, *, ctx: Any) -> None:
            make(self, ctx=ctx)
            self._method = ctx.get_start_method()

        return made

    def reducing(reduce: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def reduced(self: Any) -> Any:
            child: Any = context.get_spawning_popen()
            if self._method in {"fork", child.method}:
                return reduce(self)
            replaced[self] = get_context(child.method).Lock()
            return reduce(replaced[self])

        return reduced

    patch(Lock, "__init__", making)
    patch(Lock, "__getstate__", reducing)
