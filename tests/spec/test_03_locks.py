"""The claims of chapter 03, in the note's order."""

# ruff: noqa: FBT003 - acquire's keyword is block for processes and blocking for threads

import gc
import os
import signal

import pytest

from mpspec.expectations import needs, only_where, refuted_where, since, until
from mpspec.work import locks as work

PROCESSES = ("inherited", "fresh")

# What multiprocessing raises, and what threading does.
TOO_OFTEN = (ValueError, RuntimeError)
NOT_THE_OWNER = (AssertionError, RuntimeError)

AN_HOUR = 3600.0  # seconds: a timeout that no test lives to see the end of


def start(mp, target, *args):
    """Start a process that does `target`, and return it."""
    child = mp.Process(target=target, args=args)
    child.start()
    return child


def run(mp, target, *args):
    """Start a process that does `target`, and join it."""
    start(mp, target, *args).join()


def others(workers, reports):
    """Return those of the workers from whom none of the reports is."""
    return [worker for worker in workers if worker.name not in {report.probe for report in reports}]


# One at a time


def test_a_lock_admits_one_process_at_a_time(mp, observer):
    lock, waiting = mp.Lock(), observer.probes("worker", 3)
    children = [start(mp, work.hold, lock, worker) for worker in waiting]
    while waiting:
        waiting = others(waiting, observer.expect("inside"))
        observer.expect_blocked(*waiting, after="acquiring")
        observer.proceed("inside")
        observer.expect("released")
    for child in children:
        child.join()
    assert observer.history.peak("holding") == 1


def test_a_lock_cannot_let_two_in(mp, observer):
    lock, workers = mp.Lock(), observer.probes("worker", 2)
    with pytest.raises(TOO_OFTEN):
        lock.release()
    children = [start(mp, work.hold, lock, worker) for worker in workers]
    inside = observer.expect("inside")
    observer.expect_blocked(*others(workers, inside), after="acquiring")
    assert not lock.acquire(False)
    observer.open("inside")
    observer.expect_ended(*workers)
    for child in children:
        child.join()


def test_acquire_blocks_until_the_lock_is_released(mp, observer):
    lock, probe = mp.Lock(), observer.probe("child")
    lock.acquire()
    child = start(mp, work.acquire, lock, probe)
    observer.expect_blocked(probe, after="acquiring")
    lock.release()
    child.join()
    assert observer.history.values("acquired") == [True]


def test_acquire_without_blocking_says_at_once_whether_it_succeeded(mp, observer):
    lock = mp.Lock()
    lock.acquire()
    run(mp, work.acquire, lock, observer.probe("too early"), False)
    lock.release()
    run(mp, work.acquire, lock, observer.probe("just right"), False)
    run(mp, work.acquire, lock, observer.probe("too late"), False)
    assert observer.history.values("acquired") == [False, True, False]


def test_a_lock_is_let_go_of_when_its_with_block_raises(mp):
    lock, rlock, semaphore = mp.Lock(), mp.RLock(), mp.Semaphore(1)
    for each in (lock, rlock, semaphore):
        run(mp, work.fail_inside, each)
        assert each.acquire(False)


def test_releasing_a_lock_that_nobody_holds_is_an_error(mp):
    lock = mp.Lock()
    with lock:
        pass
    with pytest.raises(TOO_OFTEN, match=r"too many times|unlocked|un-acquired"):
        lock.release()


def test_a_lock_may_be_released_by_another_process(mp, observer):
    lock = mp.Lock()
    lock.acquire()
    run(mp, work.release, lock)
    run(mp, work.acquire, lock, observer.probe("somebody else"), False)
    assert observer.history.values("acquired") == [True]


@since("3.14")
def test_a_lock_tells_whether_it_is_held(mp, observer):
    lock, rlock, (one, other) = mp.Lock(), mp.RLock(), observer.probes("child", 2)
    children = [start(mp, work.hold, lock, one), start(mp, work.hold, rlock, other)]
    observer.expect("inside", count=2)
    assert (lock.locked(), rlock.locked()) == (True, True)
    observer.proceed("inside", count=2)
    for child in children:
        child.join()
    assert (lock.locked(), rlock.locked()) == (False, False)


@only_where(memory=PROCESSES)
def test_whoever_waits_for_a_lock_can_be_overtaken(mp, observer):
    lock, waiter = mp.Lock(), observer.probe("waiter")
    lock.acquire()
    child = start(mp, work.acquire, lock, waiter)
    observer.expect_blocked(waiter, after="acquiring")
    os.kill(child.pid, signal.SIGSTOP)
    observer.expect_state(child.pid, "stopped")
    lock.release()
    assert lock.acquire(False), "the lock was kept for the one that waits"
    os.kill(child.pid, signal.SIGCONT)
    observer.expect_blocked(waiter, after="acquiring")
    lock.release()
    child.join()


# Not for ever


def test_acquire_with_a_timeout_gives_up_and_returns_false(mp, observer):
    lock = mp.Lock()
    lock.acquire()
    run(mp, work.acquire, lock, observer.probe("impatient"), True, 0.01)
    run(mp, work.acquire, lock, observer.probe("most impatient"), True, 0)
    assert observer.history.values("acquired") == [False, False]


def test_a_lock_that_comes_free_within_the_timeout_is_acquired(mp, observer):
    lock, probe = mp.Lock(), observer.probe("patient")
    lock.acquire()
    child = start(mp, work.acquire, lock, probe, True, AN_HOUR)
    observer.expect_blocked(probe, after="acquiring")
    lock.release()
    child.join()
    assert observer.history.values("acquired") == [True]


@refuted_where(memory="shared", instead="the-unlimited-timeout-of-a-threads-lock-is-minus-1")
def test_a_timeout_of_none_waits_without_limit(mp, observer):
    lock, probe = mp.Lock(), observer.probe("child")
    lock.acquire()
    child = start(mp, work.acquire, lock, probe, True, None)
    observer.expect_blocked(probe, after="acquiring")
    lock.release()
    child.join()
    assert observer.history.values("acquired") == [True]


@refuted_where(memory="shared", instead="the-unlimited-timeout-of-a-threads-lock-is-minus-1")
def test_a_negative_timeout_does_not_wait(mp, observer):
    lock = mp.Lock()
    lock.acquire()
    run(mp, work.acquire, lock, observer.probe("too early"), True, -2)
    lock.release()
    run(mp, work.acquire, lock, observer.probe("just right"), True, -2)
    assert observer.history.values("acquired") == [False, True]


@only_where(memory="shared")
def test_the_unlimited_timeout_of_a_threads_lock_is_minus_1(mp, observer):
    lock, probe = mp.Lock(), observer.probe("patient")
    lock.acquire()
    run(mp, work.acquire, lock, observer.probe("none"), True, None)
    run(mp, work.acquire, lock, observer.probe("minus 2"), True, -2)
    child = start(mp, work.acquire, lock, probe, True, -1)
    observer.expect_blocked(probe, after="acquiring")
    lock.release()
    child.join()
    assert observer.history.values("acquired") == ["TypeError", "ValueError", True]


# Locks that their owner may acquire again


def test_acquiring_ones_own_lock_again_blocks(mp, observer):
    lock, probe = mp.Lock(), observer.probe("child")
    child = start(mp, work.acquire_again, lock, probe)
    observer.expect_blocked(probe, after="acquiring again")
    lock.release()  # by somebody else, who has come to help
    observer.expect("acquired again")
    child.join()


def test_an_rlock_can_be_acquired_again_by_its_owner(mp, observer):
    rlock = mp.RLock()
    run(mp, work.acquire_three_times, rlock, observer.probe("child"))
    assert observer.history.values("acquired") == [True, True, True]


def test_an_rlock_is_free_after_as_many_releases_as_acquisitions(mp, observer):
    rlock = mp.RLock()
    rlock.acquire()
    rlock.acquire()
    rlock.release()
    run(mp, work.acquire, rlock, observer.probe("too early"), False)
    rlock.release()
    run(mp, work.acquire, rlock, observer.probe("just right"), False)
    assert observer.history.values("acquired") == [False, True]


def test_only_its_owner_can_release_an_rlock(mp, observer):
    rlock = mp.RLock()
    child = start(mp, work.hold, rlock, observer.probe("owner"))
    observer.expect("inside")
    with pytest.raises(NOT_THE_OWNER, match=r"not owned|un-acquired"):
        rlock.release()
    assert not rlock.acquire(False)
    observer.proceed("inside")
    child.join()


def test_a_child_does_not_own_the_rlock_that_its_parent_holds(mp, observer):
    rlock, probe = mp.RLock(), observer.probe("child")
    with rlock:
        run(mp, work.acquire, rlock, probe, False)
    assert observer.history.values("acquired") == [False]


# Semaphores


def test_a_semaphore_admits_at_most_n_processes_at_a_time(mp, observer):
    for n in (1, 2, 3, 5):
        semaphore, workers = mp.Semaphore(n), observer.probes(f"one of {n + 1}: worker", n + 1)
        children = [start(mp, work.hold, semaphore, worker) for worker in workers]
        inside = observer.expect("inside", count=n)
        observer.expect_blocked(*others(workers, inside), after="acquiring")
        assert not semaphore.acquire(False)
        observer.proceed("inside", count=n)
        observer.expect("inside")
        observer.proceed("inside")
        for child in children:
            child.join()
        assert observer.history.peak("holding") == n


def test_a_semaphore_without_a_number_has_one_seat(mp):
    for semaphore in (mp.Semaphore(), mp.BoundedSemaphore()):
        assert [semaphore.acquire(False) for _ in range(2)] == [True, False]


def test_a_release_admits_exactly_one_more(mp, observer):
    semaphore, workers = mp.Semaphore(2), observer.probes("worker", 4)
    children = [start(mp, work.hold, semaphore, worker) for worker in workers]
    inside = observer.expect("inside", count=2)
    observer.expect_blocked(*others(workers, inside), after="acquiring")
    observer.proceed("inside")
    observer.expect("released")
    inside += observer.expect("inside")
    observer.expect_blocked(*others(workers, inside), after="acquiring")
    observer.proceed("inside", count=2)
    observer.proceed("inside")
    for child in children:
        child.join()


def test_a_process_is_known_by_its_name_in_what_it_reports(mp, observer):
    semaphore, names = mp.Semaphore(2), ["packer", "painter", "porter"]
    args = [(semaphore, mp, probe) for probe in observer.probes("child", 3)]
    children = [
        mp.Process(target=work.hold_by_name, args=each, name=name)
        for each, name in zip(args, names, strict=True)
    ]
    for child in children:
        child.start()
    for child in children:
        child.join()
    assert sorted(observer.history.values("inside")) == names


@only_where(memory=PROCESSES)
def test_the_value_of_a_semaphore_is_the_number_of_free_seats(mp, observer):
    semaphore = mp.Semaphore(3)
    child = start(mp, work.hold, semaphore, observer.probe("child"))
    observer.expect("inside")
    assert semaphore.get_value() == 2
    observer.proceed("inside")
    child.join()
    assert semaphore.get_value() == 3


def test_a_semaphore_can_be_released_above_its_initial_value(mp):
    semaphore = mp.Semaphore(1)
    run(mp, work.release, semaphore)
    assert [semaphore.acquire(False) for _ in range(3)] == [True, True, False]


def test_a_bounded_semaphore_refuses_a_release_too_many(mp):
    semaphore = mp.BoundedSemaphore(2)
    run(mp, work.pass_through, semaphore)
    with pytest.raises(ValueError, match="released too many times"):
        semaphore.release()
    assert [semaphore.acquire(False) for _ in range(3)] == [True, True, False]


# When the holder ends


def test_a_lock_whose_holder_ends_without_releasing_it_stays_held(mp, observer):
    lock, waiter = mp.Lock(), observer.probe("waiter")
    run(mp, work.acquire, lock, observer.probe("holder"))
    child = start(mp, work.hold, lock, waiter)
    observer.expect_blocked(waiter, after="acquiring")
    lock.release()
    observer.proceed("inside")
    child.join()


@needs("Process.pid")
def test_a_lock_held_by_a_killed_process_stays_held(mp, observer):
    lock, waiter = mp.Lock(), observer.probe("waiter")
    kill_inside(mp, observer, lock)
    child = start(mp, work.hold, lock, waiter)
    observer.expect_blocked(waiter, after="acquiring")
    lock.release()
    observer.proceed("inside")
    child.join()


@needs("Process.pid")
def test_an_rlock_whose_owner_was_killed_can_never_be_released(mp, observer):
    rlock = mp.RLock()
    kill_inside(mp, observer, rlock)
    assert not rlock.acquire(False)
    with pytest.raises(AssertionError, match="not owned"):
        rlock.release()


@needs("Process.pid")
def test_a_semaphore_loses_the_seat_of_a_killed_process(mp, observer):
    semaphore = mp.Semaphore(2)
    kill_inside(mp, observer, semaphore)
    assert [semaphore.acquire(False) for _ in range(2)] == [True, False]


# Traps


@needs("Process.pid")
def test_two_locks_acquired_in_opposite_orders_can_deadlock(mp, observer):
    knife, fork, workers = mp.Lock(), mp.Lock(), observer.probes("worker", 2)
    children = [
        start(mp, work.acquire_in_turn, knife, fork, workers[0]),
        start(mp, work.acquire_in_turn, fork, knife, workers[1]),
    ]
    observer.expect("has one", count=2)
    observer.proceed("has one", count=2)
    observer.expect_blocked(*workers, after="acquiring the other")
    for child in children:
        os.kill(child.pid, signal.SIGKILL)
        child.join()


@only_where(memory="fresh")
def test_a_fresh_child_cannot_find_a_lock_that_its_parent_dropped(mp, observer):
    gate = work.Gate(observer.probe("arguments"))
    child = start(mp, work.acquire_behind, gate, mp.Lock(), observer.probe("child"))
    observer.expect("receiving its arguments")
    gc.collect()  # PyPy drops what nobody refers to only now
    observer.proceed("receiving its arguments")
    child.join()
    assert child.exitcode == 1
    assert not observer.history.named("acquiring")


@refuted_where(
    until="3.11.4",
    instead="up-to-python-3-11-4-a-fork-contexts-lock-goes-to-a-fresh-child-unchecked",
)
@only_where(memory="fresh")
def test_a_lock_of_the_fork_context_cannot_be_given_to_a_fresh_child(mp, observer):
    lock = mp.get_context("fork").Lock()
    child = mp.Process(target=work.acquire, args=(lock, observer.probe("child")))
    with pytest.raises(RuntimeError, match="created in a fork context"):
        child.start()
    assert child.pid is None


@until("3.11.4")
@only_where(memory="fresh")
def test_up_to_python_3_11_4_a_fork_contexts_lock_goes_to_a_fresh_child_unchecked(mp, observer):
    lock = mp.get_context("fork").Lock()
    child = start(mp, work.receive, lock, observer.probe("child"))
    child.join()
    assert child.exitcode == 0
    assert observer.history.named("received")


@only_where(memory=PROCESSES)
def test_a_lock_of_another_context_than_fork_can_be_given_to_any_child(mp, observer):
    method = "forkserver" if mp.start_method == "spawn" else "spawn"
    lock, probe = mp.get_context(method).Lock(), observer.probe("child")
    lock.acquire()
    child = start(mp, work.acquire, lock, probe)
    observer.expect_blocked(probe, after="acquiring")
    lock.release()
    child.join()


def kill_inside(mp, observer, lock):
    """Have a process acquire the lock, and kill it while it holds it."""
    child = start(mp, work.acquire_and_stay, lock, observer.probe("holder"))
    observer.expect("inside")
    os.kill(child.pid, signal.SIGKILL)
    child.join()
