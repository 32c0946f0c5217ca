"""Faults of chapter 04, events, conditions, barriers."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from multiprocessing import dummy, synchronize

from mpspec.faults import EVERYWHERE, fault, patch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


FILLING, DRAINING, BROKEN = 0, 1, -2
"""The states of a barrier, as `threading` numbers them."""

# What a typed name would not let be replaced or looked into.
Barrier: Any = threading.Barrier  # the base of multiprocessing's as well
Condition: Any = synchronize.Condition
Event: Any = synchronize.Event


def _patch_threads(kind: str, method: str, make: Callable[[Any], Any]) -> None:
    """Patch what `multiprocessing.dummy` offers; what `threading` itself uses stays as it is.

    A thread that a fault leaves waiting does not keep the program from ending.
    """
    ours = type(kind, (getattr(dummy, kind),), {})
    patch(ours, method, make)
    setattr(dummy, kind, ours)
    patch(threading, "_shutdown", lambda _: lambda: None)


def _patch_both(kind: str, method: str, make: Callable[[Any], Any]) -> None:
    """Patch the class for processes and that for threads alike."""
    patch(getattr(synchronize, kind), method, make)
    _patch_threads(kind, method, make)


def _patch_barrier(method: str, make: Callable[[Any], Any]) -> None:
    """Patch the barriers of processes and of threads, which are one class."""
    patch(Barrier, method, make)
    patch(threading, "_shutdown", lambda _: lambda: None)


def _in_an_event(method: str, used: str, make: Callable[[Any], Any]) -> None:
    """Let `method` of an event find changed what it uses of its condition."""

    def calling(call: Callable[..., Any]) -> Callable[..., Any]:
        def called(self: Any, *args: Any, **kwargs: Any) -> Any:
            vars(self._cond)[used] = make(self._cond)
            return call(self, *args, **kwargs)

        return called

    _patch_both("Event", method, calling)


def _waiting(condition: Any) -> int:
    """Return how many wait for the condition."""
    if isinstance(condition, threading.Condition):
        return len(condition._waiters)  # type: ignore[attr-defined]
    asleep: int = condition._sleeping_count.get_value() - condition._woken_count.get_value()
    return asleep


def _is_owned(condition: Any) -> bool:
    """Return whether the caller holds the condition's lock."""
    own: Any = getattr(condition, "_is_owned", None) or condition._lock._semlock._is_mine
    return bool(own())


# Events


@fault("an-event-makes-processes-wait-for-each-other", where=EVERYWHERE, hangs=True)
def setting_an_event_wakes_one_waiter() -> None:
    """Setting an event wakes only one of those who wait for it."""
    _in_an_event("set", "notify_all", lambda condition: condition.notify)


@fault("an-event-makes-processes-wait-for-each-other", where=EVERYWHERE)
def an_event_holds_one_waiter_only() -> None:
    """Where one waits for an event already, the next one does not wait."""

    def short(condition: Any) -> Callable[..., bool]:
        wait = type(condition).wait
        return lambda timeout=None: _waiting(condition) > 0 or wait(condition, timeout)

    _in_an_event("wait", "wait", short)


@fault("wait-returns-true-once-the-event-is-set", where=EVERYWHERE)
def wait_tells_whether_the_event_was_set_before() -> None:
    """A wait with a timeout tells whether the event was set when it began."""

    def early(wait: Callable[..., bool]) -> Callable[..., bool]:
        def waits(self: Any, timeout: float | None = None) -> bool:
            was_set = bool(self.is_set())
            return (wait(self, timeout) and timeout is None) or was_set

        return waits

    _patch_both("Event", "wait", early)


@fault("wait-returns-true-once-the-event-is-set", where=EVERYWHERE, hangs=True)
def a_wait_takes_all_its_time() -> None:
    """A wait with a timeout lasts that long, even if the event is set earlier."""

    def slow(wait: Callable[..., bool]) -> Callable[..., bool]:
        def waits(self: Any, timeout: float | None = None) -> bool:
            end = time.monotonic() + (timeout or 0)
            found = wait(self, timeout)
            threading.Event().wait(end - time.monotonic())
            return found

        return waits

    _patch_both("Event", "wait", slow)


@fault("wait-returns-false-if-the-event-is-not-set-in-time", where=EVERYWHERE)
def a_wait_in_vain_returns_none() -> None:
    """A wait whose time is up returns None, as it did up to Python 2.6."""
    _patch_both(
        "Event", "wait", lambda wait: lambda self, timeout=None: wait(self, timeout) or None
    )


@fault("wait-returns-false-if-the-event-is-not-set-in-time", where=EVERYWHERE, hangs=True)
def the_timeout_of_a_wait_is_ignored() -> None:
    """A wait for an event goes on when its time is up."""
    _patch_both("Event", "wait", lambda wait: lambda self, timeout=None: wait(self))  # noqa: ARG005 - it is ignored


@fault("is-set-tells-every-process-whether-the-event-is-set", where=EVERYWHERE)
def is_set_repeats_its_first_answer() -> None:
    """A process that asks a second time whether an event is set gets its first answer again."""
    _patch_both(
        "Event", "is_set", lambda ask: lambda self: self.__dict__.setdefault("told", ask(self))
    )


@fault("an-event-set-before-the-wait-lets-everyone-pass", where=EVERYWHERE, hangs=True)
def an_event_lets_one_pass_each_time_it_is_set() -> None:
    """Whoever passes an event clears it behind itself."""

    def wait(self: Any, timeout: float | None = None) -> bool:
        with self._cond:
            if not self._flag.acquire(block=False):
                self._cond.wait(timeout)
                return bool(self._flag.acquire(block=False))
            return True

    def wait_as_a_thread(self: Any, timeout: float | None = None) -> bool:
        with self._cond:
            found = self._flag or self._cond.wait(timeout)
            self._flag = False
            return bool(found)

    patch(Event, "wait", lambda _: wait)
    _patch_threads("Event", "wait", lambda _: wait_as_a_thread)


@fault(
    "clear-makes-later-waiters-wait",
    "an-event-set-twice-is-cleared-by-one-clear",
    where=EVERYWHERE,
)
def clear_does_nothing_while_nobody_waits() -> None:
    """Clearing an event for which nobody waits just now does nothing."""
    _patch_both("Event", "clear", lambda clear: lambda self: _waiting(self._cond) and clear(self))


@fault("an-event-set-twice-is-cleared-by-one-clear", where=EVERYWHERE)
def an_event_counts_how_often_it_is_set() -> None:
    """An event counts: as often as it has been set it has to be cleared."""

    def count(self: Any) -> None:
        with self._cond:
            self._flag.release()
            self._cond.notify_all()

    def counting(step: int) -> Callable[[Any], None]:
        def count(self: Any) -> None:
            with self._cond:
                self._flag = max(self._flag + step, 0)
                self._cond.notify_all()

        return count

    patch(Event, "set", lambda _: count)
    _patch_threads("Event", "set", lambda _: counting(1))
    _patch_threads("Event", "clear", lambda _: counting(-1))


@fault("an-event-cleared-at-once-can-seem-unset-to-its-waiter")
def wait_returns_what_woke_it() -> None:
    """A wait for an event returns what woke it, and does not look at the event again."""

    def wait(self: Any, timeout: float | None = None) -> bool:
        with self._cond:
            if self._flag.acquire(block=False):
                self._flag.release()
                return True
            return bool(self._cond.wait(timeout))

    patch(Event, "wait", lambda _: wait)


@fault(
    "a-handler-that-sets-the-event-its-process-waits-for-hangs",
    "a-notification-for-a-killed-waiter-never-returns",
    "setting-an-event-whose-waiter-was-killed-never-returns",
    "while-set-hangs-is-set-hangs-too",
    "a-barrier-whose-waiter-was-killed-never-opens",
    "a-barrier-whose-waiter-was-killed-cannot-be-reset",
)
def notify_does_not_wait_until_the_waiters_are_awake() -> None:
    """Notify, and so set and reset, returns before those that it wakes have confirmed it."""

    def notify(self: Any, n: int = 1) -> None:
        assert self._lock._semlock._is_mine(), "lock is not owned"
        while self._woken_count.acquire(block=False):
            self._sleeping_count.acquire(block=False)
        while n > 0 and self._sleeping_count.acquire(block=False):
            self._wait_semaphore.release()
            n -= 1

    patch(Condition, "notify", lambda _: notify)


@fault("while-set-hangs-is-set-hangs-too")
def is_set_looks_without_the_lock() -> None:
    """Asking whether an event is set does not take its lock."""

    def is_set(self: Any) -> bool:
        found = bool(self._flag.acquire(block=False))
        if found:
            self._flag.release()
        return found

    patch(Event, "is_set", lambda _: is_set)


# Conditions: the lock


def _wait(
    let_go: Callable[[int], int], take: Callable[[int], int], *, block: bool = True
) -> Callable[..., bool]:
    """Return a wait that lets go of other numbers of levels of its lock, and takes others."""

    def wait(self: Any, timeout: float | None = None) -> bool:
        assert self._lock._semlock._is_mine(), "must acquire() condition before using wait()"
        held = self._lock._semlock._count()
        self._sleeping_count.release()
        for _ in range(let_go(held)):
            self._lock.release()
        try:
            return bool(self._wait_semaphore.acquire(timeout=timeout))
        finally:
            self._woken_count.release()
            for _ in range(take(held)):
                self._lock.acquire(block)

    return wait


def _wait_as_a_thread(
    let_go: Callable[[Any], Any] | None, take: Callable[[Any, Any], Any]
) -> Callable[[Any], Any]:
    """Return what makes a thread's wait let go of its lock, and take it, in other ways."""

    def waiting(wait: Callable[..., bool]) -> Callable[..., bool]:
        def waits(self: Any, timeout: float | None = None) -> bool:
            if let_go:
                self._release_save = lambda: let_go(self._lock)
            self._acquire_restore = lambda saved: take(self._lock, saved)
            return wait(self, timeout)

        return waits

    return waiting


@fault(
    "wait-lets-go-of-the-conditions-lock",
    "a-waiter-that-was-killed-does-not-hold-the-conditions-lock",
    where=EVERYWHERE,
)
def wait_keeps_the_lock() -> None:
    """A wait keeps the condition's lock while it sleeps."""
    patch(Condition, "wait", lambda _: _wait(lambda _: 0, lambda _: 0))
    _patch_threads("Condition", "wait", _wait_as_a_thread(lambda _: None, lambda *_: None))


@fault("wait-lets-go-of-a-lock-that-is-held-more-than-once", where=EVERYWHERE)
def wait_lets_go_of_one_level_of_the_lock() -> None:
    """A wait lets go of its lock once, however often it is held."""
    patch(Condition, "wait", lambda _: _wait(lambda _: 1, lambda _: 1))
    _patch_threads(
        "Condition",
        "wait",
        _wait_as_a_thread(lambda lock: lock.release(), lambda lock, _: lock.acquire()),
    )


@fault("wait-lets-go-of-a-lock-that-is-held-more-than-once", where=EVERYWHERE)
def wait_takes_back_one_level_of_the_lock() -> None:
    """A wait takes its lock back once, however often it was held."""
    patch(Condition, "wait", lambda _: _wait(lambda held: held, lambda _: 1))
    _patch_threads("Condition", "wait", _wait_as_a_thread(None, lambda lock, _: lock.acquire()))


@fault("wait-lets-go-of-a-lock-that-is-held-more-than-once", where=EVERYWHERE)
def wait_takes_back_one_level_too_many() -> None:
    """A wait takes back one level more of a lock that was held more than once."""

    def once_more(lock: Any, saved: tuple[int, int]) -> None:
        lock._acquire_restore((saved[0] + 1, saved[1]))

    patch(Condition, "wait", lambda _: _wait(lambda held: held, lambda held: held + (held > 1)))
    _patch_threads("Condition", "wait", _wait_as_a_thread(None, once_more))


@fault("wait-takes-the-lock-again-before-it-returns", where=EVERYWHERE)
def wait_takes_the_lock_again_only_if_it_is_free() -> None:
    """A wait that finds the lock taken when it wakes up returns without it."""
    patch(Condition, "wait", lambda _: _wait(lambda held: held, lambda held: held, block=False))
    _patch_threads(
        "Condition", "wait", _wait_as_a_thread(None, lambda lock, _: lock.acquire(blocking=False))
    )


@fault("waiting-and-notifying-need-the-lock", where=EVERYWHERE)
def notify_needs_the_lock_only_if_somebody_waits() -> None:
    """Notify needs the lock only if there is somebody to wake."""
    _patch_both(
        "Condition",
        "notify",
        lambda notify: lambda self, n=1: notify(self, n) if _waiting(self) else None,
    )


@fault("waiting-and-notifying-need-the-lock", where=EVERYWHERE)
def wait_takes_the_lock_for_those_who_have_it_not() -> None:
    """A wait takes the lock itself for a caller that does not hold it."""

    def lenient(wait: Callable[..., bool]) -> Callable[..., bool]:
        def waits(self: Any, timeout: float | None = None) -> bool:
            if _is_owned(self):
                return wait(self, timeout)
            with self:
                return wait(self, timeout)

        return waits

    _patch_both("Condition", "wait", lenient)


# Conditions: who is woken


@fault("notify-wakes-one-waiter", "notify-with-a-number-wakes-that-many", where=EVERYWHERE)
def notify_wakes_one_more() -> None:
    """Notify wakes one waiter more than it is told to."""
    _patch_both("Condition", "notify", lambda notify: lambda self, n=1: notify(self, n + 1))


@fault("notify-with-a-number-wakes-that-many", where=EVERYWHERE, hangs=True)
def notify_wakes_one_whatever_its_number() -> None:
    """Notify wakes one waiter, whatever its number."""
    _patch_both("Condition", "notify", lambda notify: lambda self, n=1: notify(self))  # noqa: ARG005 - it is ignored


@fault("notify-all-wakes-every-waiter", where=EVERYWHERE, hangs=True)
def notify_all_leaves_the_third_one_asleep() -> None:
    """Notify_all wakes two waiters at the most."""
    _patch_both("Condition", "notify_all", lambda _: lambda self: self.notify(2))


@fault("a-notification-is-lost-if-nobody-waits", where=EVERYWHERE)
def a_notification_is_kept_for_the_next_waiter() -> None:
    """A notification that finds nobody waiting is kept for whoever comes next."""

    def keeping(notify: Callable[..., None]) -> Callable[..., None]:
        def notifies(self: Any, n: int = 1) -> None:
            if _waiting(self):
                notify(self, n)
            else:
                self._wait_semaphore.release()

        return notifies

    def keeping_as_a_thread(notify: Callable[..., None]) -> Callable[..., None]:
        def notifies(self: Any, n: int = 1) -> None:
            self.kept = not _waiting(self)
            notify(self, n)

        return notifies

    def waiting(wait: Callable[..., bool]) -> Callable[..., bool]:
        return lambda self, timeout=None: self.__dict__.pop("kept", False) or wait(self, timeout)

    patch(Condition, "notify", keeping)
    _patch_threads("Condition", "notify", keeping_as_a_thread)
    _patch_threads("Condition", "wait", waiting)


@fault("a-conditions-wait-tells-whether-it-was-notified-in-time", where=EVERYWHERE)
def a_conditions_wait_is_true_in_any_case() -> None:
    """A condition's wait returns True, also when its time is up."""
    _patch_both(
        "Condition", "wait", lambda wait: lambda self, timeout=None: wait(self, timeout) or True
    )


@fault("a-conditions-wait-tells-whether-it-was-notified-in-time", where=EVERYWHERE)
def a_conditions_wait_with_a_timeout_is_never_true() -> None:
    """A condition's wait returns True only if it has no timeout."""
    _patch_both(
        "Condition",
        "wait",
        lambda wait: lambda self, timeout=None: wait(self, timeout) and timeout is None,
    )


@fault("wait-for-looks-again-after-each-notification", where=EVERYWHERE)
def wait_for_takes_a_notification_for_a_yes() -> None:
    """After a notification, wait_for returns True without another look."""
    _patch_both(
        "Condition",
        "wait_for",
        lambda _: lambda self, predicate, timeout=None: predicate() or self.wait(timeout),
    )


@fault("wait-for-looks-again-after-each-notification", where=EVERYWHERE)
def wait_for_looks_twice_at_the_most() -> None:
    """After the first notification, wait_for looks again and returns what it finds."""

    def wait_for(self: Any, predicate: Callable[[], Any], timeout: float | None = None) -> Any:
        found = predicate()
        if not found:
            self.wait(timeout)
            found = predicate()
        return found

    _patch_both("Condition", "wait_for", lambda _: wait_for)


@fault("wait-for-does-not-wait-for-what-is-so-already", where=EVERYWHERE, hangs=True)
def wait_for_waits_before_it_looks() -> None:
    """Before it looks for the first time, wait_for waits for a notification."""

    def waiting(wait_for: Callable[..., Any]) -> Callable[..., Any]:
        def waits(self: Any, predicate: Callable[[], Any], timeout: float | None = None) -> Any:
            self.wait(timeout)
            return wait_for(self, predicate, timeout)

        return waits

    _patch_both("Condition", "wait_for", waiting)


@fault("wait-for-does-not-wait-for-what-is-so-already", where=EVERYWHERE)
def wait_for_returns_nothing_if_it_need_not_wait() -> None:
    """If the function says yes at the first look, wait_for returns None."""

    def wordless(wait_for: Callable[..., Any]) -> Callable[..., Any]:
        return lambda self, predicate, timeout=None: (
            None if predicate() else wait_for(self, predicate, timeout)
        )

    _patch_both("Condition", "wait_for", wordless)


@fault("wait-for-returns-false-if-nothing-has-changed-in-time", where=EVERYWHERE)
def wait_for_returns_none_in_vain() -> None:
    """When its time is up, wait_for returns None."""
    _patch_both(
        "Condition",
        "wait_for",
        lambda wait_for: (
            lambda self, predicate, timeout=None: wait_for(self, predicate, timeout) or None
        ),
    )


@fault("wait-for-returns-false-if-nothing-has-changed-in-time", where=EVERYWHERE)
def wait_for_raises_timeouterror_in_vain() -> None:
    """When its time is up, wait_for raises TimeoutError."""

    def strict(wait_for: Callable[..., Any]) -> Callable[..., Any]:
        def waits(self: Any, predicate: Callable[[], Any], timeout: float | None = None) -> Any:
            found = wait_for(self, predicate, timeout)
            if not found:
                raise TimeoutError
            return found

        return waits

    _patch_both("Condition", "wait_for", strict)


@fault("wait-for-looks-once-more-when-its-time-is-up", where=EVERYWHERE)
def wait_for_does_not_look_when_its_time_is_up() -> None:
    """When its time is up, wait_for returns False without another look."""

    def wait_for(self: Any, predicate: Callable[[], Any], timeout: float | None = None) -> Any:
        while not (found := predicate()):
            if not self.wait(timeout):
                return False
        return found

    _patch_both("Condition", "wait_for", lambda _: wait_for)


# Barriers


@fault("nobody-passes-a-barrier-before-the-last-has-come", where=EVERYWHERE)
def a_barrier_opens_before_the_last_has_come() -> None:
    """A barrier for more than two opens when all but one have come."""

    def making(make: Callable[..., None]) -> Callable[..., None]:
        def made(self: Any, parties: int, *args: Any, **kwargs: Any) -> None:
            make(self, parties - (parties > 2), *args, **kwargs)

        return made

    patch(synchronize.Barrier, "__init__", making)
    _patch_barrier("__init__", making)


@fault("nobody-passes-a-barrier-before-the-last-has-come", where=EVERYWHERE, hangs=True)
def a_barrier_wakes_all_but_one() -> None:
    """When the last one has come to a barrier, one of the others is not woken."""

    def release(self: Any) -> None:
        self._state = DRAINING
        self._cond.notify(self._parties - 2)

    _patch_barrier("_release", lambda _: release)


@fault("each-party-of-a-barrier-gets-an-index-of-its-own", where=EVERYWHERE)
def the_last_two_at_a_barrier_get_the_same_index() -> None:
    """The last two to come to a barrier get the same index."""
    _patch_barrier(
        "wait",
        lambda wait: lambda self, timeout=None: min(wait(self, timeout), self._parties - 2),
    )


@fault("a-barriers-action-runs-once-before-anybody-passes", where=EVERYWHERE)
def a_barriers_action_runs_twice() -> None:
    """A barrier's action runs twice."""

    def releasing(release: Callable[[Any], None]) -> Callable[[Any], None]:
        def releases(self: Any) -> None:
            if self._action:
                self._action()
            release(self)

        return releases

    _patch_barrier("_release", releasing)


@fault("a-barriers-action-runs-once-before-anybody-passes", where=EVERYWHERE)
def a_barriers_action_runs_when_the_others_are_let_go() -> None:
    """A barrier lets the others go before its action runs."""

    def release(self: Any) -> None:
        self._state = DRAINING
        self._cond.notify_all()

    def acting(wait: Callable[..., int]) -> Callable[..., int]:
        def waits(self: Any, timeout: float | None = None) -> int:
            index = wait(self, timeout)
            if self._action and index + 1 == self._parties:
                self._action()
            return index

        return waits

    _patch_barrier("_release", lambda _: release)
    _patch_barrier("wait", acting)


@fault("a-barrier-can-be-passed-again-and-again", where=EVERYWHERE)
def a_barrier_stays_open_once_it_was_passed_twice() -> None:
    """A barrier that has been passed twice stays open."""

    def open_later(wait: Callable[..., int]) -> Callable[..., int]:
        def waits(self: Any, timeout: float | None = None) -> int:
            self.times = getattr(self, "times", 0) + 1
            return wait(self, timeout) if self.times <= 2 else 0

        return waits

    _patch_barrier("wait", open_later)


@fault("a-barrier-can-be-passed-again-and-again", where=EVERYWHERE, hangs=True)
def a_barrier_does_not_notice_that_all_have_left() -> None:
    """A barrier does not notice that all have left, and lets nobody in again."""
    _patch_barrier("_exit", lambda _: lambda self: None)  # noqa: ARG005 - it does nothing


@fault("a-barrier-tells-how-many-wait-there")
def n_waiting_tells_how_many_are_missing() -> None:
    """What n_waiting tells is how many are still to come."""
    _patch_barrier("n_waiting", lambda _: property(lambda self: self._parties - self._count))


@fault("a-barrier-tells-how-many-wait-there", where=EVERYWHERE)
def n_waiting_tells_how_many_came_last() -> None:
    """When all have passed, n_waiting still tells how many there were."""

    def asking(ask: Any) -> property:
        def asked(self: Any) -> int:
            self.most = max(ask.fget(self), getattr(self, "most", 0))
            return int(self.most)

        return property(asked)

    _patch_barrier("n_waiting", asking)


def _timing_out(timed_out: Callable[[Any], None], error: type[Exception]) -> None:
    """Let a barrier do something else when the time of one party is up."""

    def wait(self: Any, timeout: float | None) -> None:
        if not self._cond.wait_for(lambda: self._state != FILLING, timeout):
            timed_out(self)
            raise error
        if self._state < 0:
            raise threading.BrokenBarrierError

    _patch_barrier("_wait", lambda _: wait)


def _break_in_silence(self: Any) -> None:
    self._state = BROKEN


@fault("a-timeout-breaks-the-barrier-for-all", where=EVERYWHERE)
def a_timeout_sends_away_only_one() -> None:
    """A timeout at a barrier sends away the one that gives up, and nobody else."""
    _timing_out(lambda _: None, threading.BrokenBarrierError)


@fault("a-timeout-breaks-the-barrier-for-all", where=EVERYWHERE, hangs=True)
def a_timeout_wakes_nobody() -> None:
    """A timeout breaks the barrier and does not tell those who wait."""
    _timing_out(_break_in_silence, threading.BrokenBarrierError)


@fault("a-timeout-breaks-the-barrier-for-all", where=EVERYWHERE)
def a_timeout_at_a_barrier_raises_timeouterror() -> None:
    """The one whose time is up at a barrier gets a TimeoutError."""
    _timing_out(lambda self: self._break(), TimeoutError)


@fault("abort-breaks-the-barrier-for-all", where=EVERYWHERE)
def abort_lets_those_who_wait_pass() -> None:
    """An abort lets those who wait at the barrier pass."""

    def abort(self: Any) -> None:
        with self._cond:
            self._state = DRAINING
            self._cond.notify_all()

    _patch_barrier("abort", lambda _: abort)


@fault("abort-breaks-the-barrier-for-all", where=EVERYWHERE, hangs=True)
def abort_wakes_one() -> None:
    """An abort breaks the barrier and wakes only one of those who wait."""

    def abort(self: Any) -> None:
        with self._cond:
            self._state = BROKEN
            self._cond.notify()

    _patch_barrier("abort", lambda _: abort)


@fault("an-action-that-fails-breaks-the-barrier", where=EVERYWHERE)
def a_failing_action_is_passed_over() -> None:
    """A barrier opens although its action has failed."""

    def release(self: Any) -> None:
        with suppress(Exception):
            self._action()
        self._state = DRAINING
        self._cond.notify_all()

    _patch_barrier("_release", lambda _: release)


@fault("an-action-that-fails-breaks-the-barrier", where=EVERYWHERE)
def nobody_is_told_why_the_action_has_failed() -> None:
    """Whoever runs a failing action gets a BrokenBarrierError like all others."""

    def releasing(release: Callable[[Any], None]) -> Callable[[Any], None]:
        def releases(self: Any) -> None:
            try:
                release(self)
            except ValueError:
                raise threading.BrokenBarrierError from None

        return releases

    _patch_barrier("_release", releasing)


@fault("whoever-comes-to-a-broken-barrier-is-sent-away", where=EVERYWHERE)
def a_broken_barrier_stands_open() -> None:
    """A broken barrier lets everybody pass."""
    _patch_barrier(
        "wait",
        lambda wait: lambda self, timeout=None: 0 if self.broken else wait(self, timeout),
    )


@fault("whoever-comes-to-a-broken-barrier-is-sent-away", where=EVERYWHERE, hangs=True)
def whoever_comes_to_a_broken_barrier_mends_it() -> None:
    """Whoever comes to a broken barrier mends it, and waits there."""

    def entering(enter: Callable[[Any], None]) -> Callable[[Any], None]:
        def enters(self: Any) -> None:
            if self._state == BROKEN:
                self._state = FILLING
            enter(self)

        return enters

    _patch_barrier("_enter", entering)


@fault("reset-mends-a-broken-barrier", where=EVERYWHERE)
def reset_leaves_a_broken_barrier_broken() -> None:
    """A barrier that is broken stays so after a reset."""
    _patch_barrier("reset", lambda reset: lambda self: None if self.broken else reset(self))


@fault("reset-mends-a-broken-barrier", where=EVERYWHERE)
def a_barrier_that_was_reset_opens_for_the_first() -> None:
    """After a reset the barrier opens as soon as one has come."""

    def counting(reset: Callable[[Any], None]) -> Callable[[Any], None]:
        def resets(self: Any) -> None:
            reset(self)
            self._count = self._parties - 1

        return resets

    _patch_barrier("reset", counting)


@fault("reset-sends-away-those-who-wait", where=EVERYWHERE)
def reset_lets_those_who_wait_pass() -> None:
    """A reset lets those who wait at the barrier pass."""

    def reset(self: Any) -> None:
        with self._cond:
            self._state = DRAINING if self._count else FILLING
            self._cond.notify_all()

    _patch_barrier("reset", lambda _: reset)


@fault("reset-sends-away-those-who-wait", where=EVERYWHERE)
def reset_breaks_a_barrier_where_some_wait() -> None:
    """A reset breaks the barrier if somebody waits there."""
    _patch_barrier("reset", lambda reset: lambda self: self.abort() if self._count else reset(self))
