"""The claims of chapter 04, in the note's order."""

# ruff: noqa: FBT003 - acquire's keyword is block for processes and blocking for threads

import os
import signal
from functools import partial

import pytest

from mpspec.expectations import needs, only_where
from mpspec.work import events as work

PROCESSES = ("inherited", "fresh")

# What multiprocessing asserts, threading raises as a RuntimeError.
WITHOUT_THE_LOCK = (AssertionError, RuntimeError)

AN_HOUR = 3600.0
"""A timeout, in seconds, that no test lives to see."""


def start(mp, target, *args):
    """Start a process that does `target`, and return it."""
    child = mp.Process(target=target, args=args)
    child.start()
    return child


def run(mp, target, *args):
    """Start a process that does `target`, and join it."""
    start(mp, target, *args).join()


def wait_at(mp, observer, barrier, party):
    """Start a process that comes to the barrier, and return it once it waits there."""
    before = barrier.n_waiting
    child = start(mp, work.come, barrier, party)
    observer.expect_blocked(party, after="coming")
    while mp.memory == "shared" and barrier.n_waiting == before:  # a thread may be on its way yet
        observer.read(0.001)
    return child


def others(probes, reports):
    """Return those of the probes from whom none of the reports is."""
    return [probe for probe in probes if probe.name not in {report.probe for report in reports}]


def join(children):
    """Join all of them."""
    for child in children:
        child.join()


# Events


def test_an_event_makes_processes_wait_for_each_other(mp, observer):
    event, waiters = mp.Event(), observer.probes("waiter", 2)
    children = [start(mp, work.wait, event, waiter) for waiter in waiters]
    observer.expect_blocked(*waiters, after="waiting")
    run(mp, work.set_event, event, observer.probe("setter"))
    observer.expect("went on", count=2)
    join(children)


def test_wait_returns_true_once_the_event_is_set(mp, observer):
    event, waiter = mp.Event(), observer.probe("waiter")
    child = start(mp, work.wait, event, waiter, AN_HOUR)
    observer.expect_blocked(waiter, after="waiting")
    event.set()
    child.join()
    assert observer.history.values("went on") == [True]


def test_wait_returns_false_if_the_event_is_not_set_in_time(mp, observer):
    event = mp.Event()
    run(mp, work.wait, event, observer.probe("impatient"), 0.01)
    assert observer.history.values("went on") == [False]


def test_is_set_tells_every_process_whether_the_event_is_set(mp, observer):
    event = mp.Event()
    child = start(mp, work.report_whether_set, event, observer.probe("child"))
    observer.expect("is set")
    event.set()
    observer.proceed("is set")
    child.join()
    assert observer.history.values("is set") == [False, True]


def test_an_event_set_before_the_wait_lets_everyone_pass(mp, observer):
    event = mp.Event()
    event.set()
    children = [start(mp, work.wait, event, waiter) for waiter in observer.probes("waiter", 2)]
    observer.expect("went on", count=2)
    join(children)


def test_clear_makes_later_waiters_wait(mp, observer):
    event, waiter = mp.Event(), observer.probe("waiter")
    event.set()
    event.clear()
    child = start(mp, work.wait, event, waiter)
    observer.expect_blocked(waiter, after="waiting")
    event.set()
    child.join()


def test_an_event_set_twice_is_cleared_by_one_clear(mp, observer):
    event, waiter = mp.Event(), observer.probe("waiter")
    event.set()
    event.set()
    event.clear()
    child = start(mp, work.wait, event, waiter)
    observer.expect_blocked(waiter, after="waiting")
    event.set()
    child.join()


@only_where(memory=PROCESSES)
def test_an_event_cleared_at_once_can_seem_unset_to_its_waiter(mp, observer):
    event, waiter, setter = mp.Event(), observer.probe("waiter"), observer.probe("setter")
    waiting = start(mp, work.wait, event, waiter)
    observer.expect_blocked(waiter, after="waiting")
    stop(waiting, observer)
    setting = start(mp, work.set_and_clear, event, setter)
    observer.expect_blocked(setter, after="setting")  # until the waiter has woken up
    stop(setting, observer)
    go_on(waiting)
    observer.expect_blocked(waiter, after="waiting")  # awake, but it has not looked yet
    stop(waiting, observer)
    go_on(setting)
    observer.expect("cleared")
    go_on(waiting)
    join([waiting, setting])
    assert observer.history.values("went on") == [False]


@only_where(memory=PROCESSES)
def test_a_handler_that_sets_the_event_its_process_waits_for_hangs(mp, observer):
    event, probe = mp.Event(), observer.probe("child")
    child = start(mp, work.set_when_signalled, event, probe)
    observer.expect_blocked(probe, after="waiting")
    os.kill(child.pid, signal.SIGUSR1)
    observer.expect_blocked(probe, after="setting")
    kill(child)


# Conditions


def test_wait_lets_go_of_the_conditions_lock(mp, observer):
    condition, waiter = mp.Condition(), observer.probe("waiter")
    child = start(mp, work.wait_for_notice, condition, waiter)
    observer.expect_blocked(waiter, after="waiting")
    assert condition.acquire(timeout=observer.patience)
    condition.notify()
    condition.release()
    child.join()


def test_wait_lets_go_of_a_lock_that_is_held_more_than_once(mp, observer):
    condition, waiter = mp.Condition(mp.RLock()), observer.probe("waiter")
    child = start(mp, work.wait_with_the_lock_held_twice, condition, waiter)
    observer.expect_blocked(waiter, after="waiting")
    assert condition.acquire(timeout=observer.patience)
    condition.notify()
    condition.release()
    observer.expect("released both")
    child.join()
    assert condition.acquire(False)


def test_wait_takes_the_lock_again_before_it_returns(mp, observer):
    condition, waiter = mp.Condition(), observer.probe("waiter")
    child = start(mp, work.wait_and_stay, condition, waiter)
    observer.expect_blocked(waiter, after="waiting")
    with condition:
        condition.notify()
        observer.expect_blocked(waiter, after="waiting")
    observer.expect("inside")
    assert not condition.acquire(False)
    observer.proceed("inside")
    child.join()


def test_waiting_and_notifying_need_the_lock(mp):
    condition = mp.Condition()
    for method in (partial(condition.wait, 0), condition.notify, condition.notify_all):
        with pytest.raises(WITHOUT_THE_LOCK, match=r"acquire|owned"):
            method()


def test_notify_wakes_one_waiter(mp, observer):
    condition, waiters = mp.Condition(), observer.probes("waiter", 3)
    children = [start(mp, work.wait_for_notice, condition, waiter) for waiter in waiters]
    observer.expect_blocked(*waiters, after="waiting")
    with condition:
        condition.notify()
    woken = observer.expect("let go")
    observer.expect_blocked(*others(waiters, woken), after="waiting")
    with condition:
        condition.notify_all()
    join(children)


def test_notify_with_a_number_wakes_that_many(mp, observer):
    condition, waiters = mp.Condition(), observer.probes("waiter", 3)
    children = [start(mp, work.wait_for_notice, condition, waiter) for waiter in waiters]
    observer.expect_blocked(*waiters, after="waiting")
    with condition:
        condition.notify(2)
    woken = observer.expect("let go", count=2)
    observer.expect_blocked(*others(waiters, woken), after="waiting")
    with condition:
        condition.notify()
    join(children)


def test_notify_all_wakes_every_waiter(mp, observer):
    condition, waiters = mp.Condition(), observer.probes("waiter", 3)
    children = [start(mp, work.wait_for_notice, condition, waiter) for waiter in waiters]
    observer.expect_blocked(*waiters, after="waiting")
    with condition:
        condition.notify_all()
    observer.expect("notified", count=3)
    join(children)


def test_a_notification_is_lost_if_nobody_waits(mp, observer):
    condition, waiter = mp.Condition(), observer.probe("waiter")
    with condition:
        condition.notify_all()
    child = start(mp, work.wait_for_notice, condition, waiter)
    observer.expect_blocked(waiter, after="waiting")
    with condition:
        condition.notify()
    child.join()


def test_a_conditions_wait_tells_whether_it_was_notified_in_time(mp, observer):
    condition, waiter = mp.Condition(), observer.probe("patient")
    run(mp, work.wait_for_notice, condition, observer.probe("impatient"), 0.01)
    child = start(mp, work.wait_for_notice, condition, waiter, AN_HOUR)
    observer.expect_blocked(waiter, after="waiting")
    with condition:
        condition.notify()
    child.join()
    assert observer.history.values("notified") == [False, True]


def test_wait_for_looks_again_after_each_notification(mp, observer):
    condition, event, waiter = mp.Condition(), mp.Event(), observer.probe("waiter")
    child = start(mp, work.wait_until_set, condition, event, waiter)
    observer.expect("looked")
    with condition:
        condition.notify()
    observer.expect("looked")
    observer.expect_blocked(waiter, after="looked")
    event.set()
    with condition:
        condition.notify()
    child.join()
    assert observer.history.values("looked") == [False, False, True]


def test_wait_for_does_not_wait_for_what_is_so_already(mp, observer):
    condition, event = mp.Condition(), mp.Event()
    event.set()
    child = start(mp, work.wait_until_set, condition, event, observer.probe("waiter"))
    [report] = observer.expect("went on")
    child.join()
    assert report.value is True


def test_wait_for_returns_false_if_nothing_has_changed_in_time(mp, observer):
    condition, event = mp.Condition(), mp.Event()
    run(mp, work.wait_until_set, condition, event, observer.probe("impatient"), 0.01)
    assert observer.history.values("went on") == [False]


def test_wait_for_looks_once_more_when_its_time_is_up(mp, monkeypatch):
    # On a machine that stands still for as long as the timeout, nobody would wait at all.
    monkeypatch.setattr("time.monotonic", lambda: 0.0)
    condition, answers = mp.Condition(), iter([False, True])
    with condition:
        assert condition.wait_for(lambda: next(answers), timeout=0.01) is True


# Barriers


def test_nobody_passes_a_barrier_before_the_last_has_come(mp, observer):
    barrier, early, late = mp.Barrier(3), observer.probes("early", 2), observer.probe("late")
    children = [start(mp, work.come, barrier, probe) for probe in early]
    # Twice: whoever opened a barrier too early would sleep, too, until the others are awake.
    observer.expect_blocked(*early, *early, after="coming")
    children.append(start(mp, work.come, barrier, late))
    observer.expect("passed", count=3)
    join(children)


def test_each_party_of_a_barrier_gets_an_index_of_its_own(mp, observer):
    barrier, parties = mp.Barrier(3), observer.probes("party", 3)
    join([start(mp, work.come, barrier, party) for party in parties])
    assert sorted(observer.history.values("passed")) == [0, 1, 2]


def test_a_barriers_action_runs_once_before_anybody_passes(mp, observer):
    barrier = mp.Barrier(3, work.Action(observer.probe("whoever does it", many=True)))
    parties = observer.probes("party", 3)
    children = [start(mp, work.come, barrier, party) for party in parties]
    observer.expect("action")
    observer.expect_blocked(*parties, after="coming")
    observer.open("action")
    observer.expect("passed", count=3)
    join(children)
    assert len(observer.history.named("action")) == 1


def test_a_barrier_can_be_passed_again_and_again(mp, observer):
    barrier, (first, second) = mp.Barrier(2), observer.probes("party", 2)
    children = [start(mp, work.come_each_round, barrier, 3, party) for party in (first, second)]
    for number in range(3):
        observer.proceed(f"before round {number}", of=first)
        observer.expect_blocked(first, after=f"before round {number}")
        observer.proceed(f"before round {number}", of=second)
        observer.expect(f"after round {number}", count=2)
    join(children)


def test_a_barrier_tells_how_many_wait_there(mp, observer):
    barrier, parties = mp.Barrier(3), observer.probes("party", 2)
    children = [wait_at(mp, observer, barrier, party) for party in parties]
    assert (barrier.n_waiting, barrier.parties) == (2, 3)
    barrier.wait()
    join(children)
    assert barrier.n_waiting == 0


def test_a_timeout_breaks_the_barrier_for_all(mp, observer):
    barrier, patient, impatient = mp.Barrier(3), observer.probe("patient"), observer.probe("hurry")
    children = [wait_at(mp, observer, barrier, patient)]
    children.append(start(mp, work.come, barrier, impatient, 0.01))
    observer.expect("sent away", of=impatient)
    assert barrier.broken
    join(children)
    assert observer.history.values("sent away") == ["BrokenBarrierError"] * 2


def test_abort_breaks_the_barrier_for_all(mp, observer):
    barrier, parties = mp.Barrier(3), observer.probes("party", 2)
    children = [wait_at(mp, observer, barrier, party) for party in parties]
    barrier.abort()
    join(children)
    assert observer.history.values("sent away") == ["BrokenBarrierError"] * 2


def test_an_action_that_fails_breaks_the_barrier(mp, observer):
    barrier, first = mp.Barrier(2, work.fail), observer.probe("first")
    child = wait_at(mp, observer, barrier, first)
    run(mp, work.come, barrier, observer.probe("last"))
    child.join()
    assert {each.probe: each.value for each in observer.history.named("sent away")} == {
        "first": "BrokenBarrierError",
        "last": "ValueError",
    }


def test_whoever_comes_to_a_broken_barrier_is_sent_away(mp, observer):
    barrier = mp.Barrier(2)
    barrier.abort()
    assert barrier.broken
    run(mp, work.come, barrier, observer.probe("latecomer"))
    assert observer.history.values("sent away") == ["BrokenBarrierError"]


def test_reset_mends_a_broken_barrier(mp, observer):
    barrier, first, second = mp.Barrier(2), observer.probe("first"), observer.probe("second")
    barrier.abort()
    barrier.reset()
    assert not barrier.broken
    child = wait_at(mp, observer, barrier, first)
    run(mp, work.come, barrier, second)
    child.join()
    assert len(observer.history.named("passed")) == 2


def test_reset_sends_away_those_who_wait(mp, observer):
    barrier, early = mp.Barrier(2), observer.probe("early")
    child = wait_at(mp, observer, barrier, early)
    barrier.reset()
    [report] = observer.expect("sent away")
    child.join()
    assert report.value == "BrokenBarrierError"
    assert not barrier.broken


# When a waiter is killed


@needs("Process.pid")
def test_a_waiter_that_was_killed_does_not_hold_the_conditions_lock(mp, observer):
    condition = mp.Condition()
    kill_waiting(mp, observer, work.wait_for_notice, condition)
    assert condition.acquire(False)


@needs("Process.pid")
def test_a_notification_for_a_killed_waiter_never_returns(mp, observer):
    condition, notifier = mp.Condition(), observer.probe("notifier")
    kill_waiting(mp, observer, work.wait_for_notice, condition)
    child = start(mp, work.notify, condition, notifier)
    observer.expect_blocked(notifier, after="notifying")
    kill(child)


@needs("Process.pid")
def test_setting_an_event_whose_waiter_was_killed_never_returns(mp, observer):
    event, setter, waiter = mp.Event(), observer.probe("setter"), observer.probe("waiter")
    kill_waiting(mp, observer, work.wait, event)
    waiting = start(mp, work.wait, event, waiter)
    observer.expect_blocked(waiter, after="waiting")
    setting = start(mp, work.set_event, event, setter)
    observer.expect_blocked(setter, after="setting")
    observer.expect_blocked(waiter, after="waiting")
    kill(waiting, setting)


@needs("Process.pid")
def test_while_set_hangs_is_set_hangs_too(mp, observer):
    event, setter, other = mp.Event(), observer.probe("setter"), observer.probe("other")
    kill_waiting(mp, observer, work.wait, event)
    setting = start(mp, work.set_event, event, setter)
    observer.expect_blocked(setter, after="setting")
    asking = start(mp, work.ask, event, other)
    observer.expect_blocked(other, after="asking")
    kill(asking, setting)


@needs("Process.pid")
def test_a_barrier_whose_waiter_was_killed_never_opens(mp, observer):
    barrier, last = mp.Barrier(2), observer.probe("last")
    kill_waiting(mp, observer, work.come, barrier, "coming")
    child = start(mp, work.come, barrier, last)
    observer.expect_blocked(last, after="coming")
    kill(child)


@needs("Process.pid")
def test_a_barrier_whose_waiter_was_killed_cannot_be_reset(mp, observer):
    barrier, mender = mp.Barrier(2), observer.probe("mender")
    kill_waiting(mp, observer, work.come, barrier, "coming")
    child = start(mp, work.reset, barrier, mender)
    observer.expect_blocked(mender, after="resetting")
    kill(child)


def kill_waiting(mp, observer, target, thing, event="waiting"):
    """Have a process wait for the thing, and kill it there."""
    probe = observer.probe("killed")
    child = start(mp, target, thing, probe)
    observer.expect_blocked(probe, after=event)
    kill(child)


def kill(*children):
    """Kill the processes."""
    for child in children:
        os.kill(child.pid, signal.SIGKILL)
        child.join()


def stop(child, observer):
    """Have the system stop the process where it is."""
    os.kill(child.pid, signal.SIGSTOP)
    observer.expect_state(child.pid, "stopped")


def go_on(child):
    """Let the stopped process go on."""
    os.kill(child.pid, signal.SIGCONT)
