"""The test's side of the instrument: what it proves, what it denies, and how it fails."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import SimpleNamespace

import pytest

from mpspec import observer as observer_module
from mpspec import probe as child_side
from mpspec.observer import DeadlineError, Observer
from mpspec.probe import OBSERVER_VARIABLE, Probe, TestIsOver, probe_from_environment
from mpspec.sleeping import process_sleeps
from mpspec.work.processes import stay_inside

pytestmark = [
    # In a pytest-xdist worker a second thread, execnet's, only reads.
    pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning"),
    # A wait that does not end is a defect: it ends here at the latest.
    pytest.mark.timeout(60),
]

Start = Callable[..., BaseProcess]
fork = get_context("fork")
STARTERS = {"fork": fork.Process, "spawn": get_context("spawn").Process}


@pytest.fixture
def start() -> Iterator[Start]:
    """Return a function that starts a child, forked unless said otherwise."""
    children: list[BaseProcess] = []

    def start_child(target: Callable[..., object], *args: object, by: str = "fork") -> BaseProcess:
        child: BaseProcess = STARTERS[by](target=target, args=args)
        child.start()
        children.append(child)
        return child

    yield start_child
    for child in children:
        child.kill()
        child.join()
        child.close()


@pytest.fixture
def impatient() -> Iterator[Observer]:
    """Return an observer whose waits are given up soon."""
    observer = Observer(deadline=0.05)
    yield observer
    observer.close()


@pytest.fixture
def patient() -> Iterator[Observer]:
    """Return an observer with which a test that waits for the deadline would be noticed."""
    observer = Observer(deadline=3600)
    yield observer
    observer.close()


def note_twice(probe: Probe) -> None:
    probe.note("a", 1)
    probe.note("a", 2)


def note_and_exit(probe: Probe) -> None:
    probe.note("a")
    os._exit(0)


def acquire(lock: threading.Lock, probe: Probe) -> None:
    probe.note("acquiring")
    with lock:
        probe.note("acquired")


def read_pipe(descriptor: int, probe: Probe) -> None:
    probe.note("reading")
    os.read(descriptor, 1)


def spin(probe: Probe) -> None:
    probe.note("spinning")
    while True:
        pass


def report_without_end(probe: Probe) -> None:
    while True:
        probe.note("x")


def pass_two(probe: Probe) -> None:
    probe.checkpoint("first")
    probe.checkpoint("second")


def hand_on_by_fork(probe: Probe) -> None:
    probe.note("parent", os.getpid())
    if os.fork() == 0:
        probe.checkpoint("child", os.getpid())
    os._exit(0)


# Rendezvous


@pytest.mark.parametrize("by", ["fork", "spawn"])
def test_children_meet_inside_at_the_same_moment(observer: Observer, start: Start, by: str) -> None:
    for probe in observer.probes("worker", 3):
        start(stay_inside, probe, by=by)
    arrived = observer.expect("inside", 3)
    assert {report.probe for report in arrived} == {"worker 1", "worker 2", "worker 3"}
    assert observer.history.named("done") == []
    observer.proceed("inside", 3)
    observer.expect("done", 3)
    assert observer.history.peak("at work") == 3
    assert observer.history.before("inside", "done")


def test_a_report_that_was_expected_is_not_returned_again(observer: Observer, start: Start) -> None:
    start(note_twice, observer.probe("child"))
    assert [observer.expect("a")[0].value, observer.expect("a")[0].value] == [1, 2]
    with pytest.raises(AssertionError, match="expected 1 x 'a'; 0 came, and no other can"):
        observer.expect("a")


def test_what_an_expect_did_not_ask_for_stays_for_the_next(
    observer: Observer, start: Start
) -> None:
    start(stay_inside, observer.probe("child"))
    observer.proceed("inside")
    observer.expect("done")
    assert [report.event for report in observer.expect("inside")] == ["inside"]


def test_a_span_is_expected_by_its_beginning_and_not_by_its_end(
    observer: Observer, start: Start
) -> None:
    start(stay_inside, observer.probe("child"))
    observer.proceed("inside")
    observer.expect("done")
    assert [report.kind for report in observer.expect("at work")] == ["begin"]
    with pytest.raises(AssertionError):
        observer.expect("at work")


def test_expect_can_be_about_one_probe_alone(observer: Observer, start: Start) -> None:
    one, other = observer.probes("worker", 2)
    start(stay_inside, one)
    observer.expect("inside", of=one)
    start(stay_inside, other)
    [report] = observer.expect("inside", of=other)
    assert report.probe == "worker 2"


def test_who_came_first_goes_first(observer: Observer, start: Start) -> None:
    first, second = observer.probes("worker", 2)
    start(stay_inside, first)
    observer.expect("inside", of=first)
    start(stay_inside, second)
    observer.expect("inside", of=second)
    observer.proceed("inside")
    [done] = observer.expect("done")
    assert done.probe == "worker 1"
    observer.expect_blocked(second, after="inside")


def test_proceed_can_pick_one_probe(observer: Observer, start: Start) -> None:
    first, second = observer.probes("worker", 2)
    start(stay_inside, first)
    observer.expect("inside", of=first)
    start(stay_inside, second)
    observer.proceed("inside", of=second)
    [done] = observer.expect("done")
    assert done.probe == "worker 2"


def test_proceed_waits_for_those_who_have_not_come_yet(observer: Observer, start: Start) -> None:
    start(stay_inside, observer.probe("child"))
    observer.proceed("inside")
    observer.expect("done")


def test_an_open_checkpoint_lets_pass_now_and_later(observer: Observer, start: Start) -> None:
    first, second = observer.probes("worker", 2)
    start(stay_inside, first)
    observer.expect("inside")
    observer.open("inside")
    observer.expect("done", of=first)
    start(stay_inside, second)
    observer.expect("done", of=second)


def test_other_checkpoints_stay_closed(observer: Observer, start: Start) -> None:
    probe = observer.probe("child")
    start(pass_two, probe)
    observer.open("first")
    observer.expect("second")
    observer.expect_blocked(probe, after="second")


def test_values_arrive_as_they_were_sent(observer: Observer) -> None:
    value = {"text": "信号量 \u2028", "numbers": [1, 2.5, -(10**30)], "nothing": None, "yes": True}
    observer.probe("here").note("value", value)
    assert observer.expect("value")[0].value == value


def test_what_the_test_itself_does_is_part_of_the_history(observer: Observer) -> None:
    observer.note("started", [1])
    assert [str(report.value) for report in observer.history.of("test")] == ["[1]"]


def test_a_note_of_the_test_takes_only_what_json_carries(observer: Observer) -> None:
    with pytest.raises(TypeError, match="not JSON serializable"):
        observer.note("started", {1, 2})


def test_two_probes_cannot_have_the_same_name(observer: Observer) -> None:
    observer.probe("child")
    with pytest.raises(ValueError, match="there is a probe 'child' already"):
        observer.probe("child")


def test_a_program_finds_its_observer_in_the_environment(
    observer: Observer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(OBSERVER_VARIABLE, raising=False)
    assert probe_from_environment("program") is None
    for name, value in observer.environment.items():
        monkeypatch.setenv(name, value)
    program = probe_from_environment("program")
    assert program is not None
    program.note("running")
    assert observer.expect("running")[0].probe == "program"


def test_the_pids_are_those_of_the_processes_that_reported(
    observer: Observer, start: Start
) -> None:
    child = start(stay_inside, observer.probe("child"))
    observer.probe("here").note("present")
    observer.expect("inside")
    assert observer.pids == {child.pid}


# Proof of blocking


def test_a_process_that_waits_for_a_lock_is_proved_blocked(
    observer: Observer, start: Start
) -> None:
    lock, probe = fork.Lock(), observer.probe("child")
    with lock:
        start(acquire, lock, probe)
        observer.expect_blocked(probe, after="acquiring")
        assert observer.history[-1].kind == "blocked"
    observer.expect("acquired")


def test_a_process_that_reads_an_empty_pipe_is_proved_blocked(
    observer: Observer, start: Start
) -> None:
    reading, writing = os.pipe()
    probe = observer.probe("child")
    child = start(read_pipe, reading, probe)
    observer.expect_blocked(probe, after="reading")
    os.write(writing, b"x")
    child.join()
    observer.expect_ended(probe)
    os.close(reading)
    os.close(writing)


# Other hosts


def of_another_host(work: Callable[..., object], *args: object) -> None:
    """Do `work` as if on another host: in a child, whose clock is another one."""
    child_side.home = lambda: "another host"
    vars(child_side)["time"] = SimpleNamespace(monotonic_ns=lambda: 1)
    work(*args)


def test_what_another_host_reports_is_put_where_it_arrives(
    observer: Observer, start: Start
) -> None:
    observer.note("before")
    child = start(of_another_host, note_twice, observer.probe("child"))
    child.join()
    assert [report.event for report in observer.history][:1] == ["before"]
    assert observer.history.values("a") == [1, 2]
    assert child.pid not in observer.pids


def test_a_process_of_another_host_is_given_a_grace_and_the_history_says_so(
    observer: Observer, start: Start
) -> None:
    lock, probe = fork.Lock(), observer.probe("child")
    with lock:
        start(of_another_host, acquire, lock, probe)
        observer.expect_blocked(probe, after="acquiring")
        assert "child  blocked acquiring: 'nothing came in a grace of" in str(observer.history)
    observer.expect("acquired")


def test_an_observer_can_be_told_where_to_listen(start: Start) -> None:
    observer = Observer(address="127.0.0.2")
    start(note_twice, observer.probe("child"))
    assert len(observer.expect("a", count=2)) == 2
    assert observer.environment[OBSERVER_VARIABLE].endswith(":127.0.0.2")
    observer.close()


def test_a_process_that_went_on_is_not_blocked(observer: Observer, start: Start) -> None:
    probe = observer.probe("child")
    start(acquire, fork.Lock(), probe)
    observer.expect("acquired")
    with pytest.raises(AssertionError, match="child is not blocked after 'acquiring': it went on"):
        observer.expect_blocked(probe, after="acquiring")


def test_a_process_that_has_ended_is_not_blocked(observer: Observer, start: Start) -> None:
    probe = observer.probe("child")
    start(note_and_exit, probe).join()
    with pytest.raises(AssertionError, match="child is not blocked after 'a': it ended"):
        observer.expect_blocked(probe, after="a")


def test_where_what_sleeps_may_wait_for_an_answer_it_is_given_a_grace(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = fork.Semaphore(0)

    def sleeps_just_before_the_answer(pid: int) -> bool:
        asleep = process_sleeps(pid)
        answer.release()
        return asleep

    monkeypatch.setattr("mpspec.observer.process_sleeps", sleeps_just_before_the_answer)
    with closing(Observer(grace=60)) as observer:
        probe = observer.probe("child")
        start(acquire, answer, probe)
        with pytest.raises(AssertionError, match="it went on to 'acquired'"):
            observer.expect_blocked(probe, after="acquiring")


def test_a_process_that_ended_without_the_announcement_is_said_at_once(
    patient: Observer, start: Start
) -> None:
    probe = patient.probe("child")
    start(note_and_exit, probe)
    with pytest.raises(AssertionError, match="child cannot come to 'acquiring' any more"):
        patient.expect_blocked(probe, after="acquiring")


def test_a_process_that_is_busy_is_not_proved_blocked(impatient: Observer, start: Start) -> None:
    probe = impatient.probe("child")
    child = start(spin, probe)
    with pytest.raises(DeadlineError, match="in vain for child blocked after 'spinning'"):
        impatient.expect_blocked(probe, after="spinning")
    child.kill()


def test_a_stopped_process_is_seen_as_stopped(observer: Observer, start: Start) -> None:
    child = start(stay_inside, observer.probe("child"))
    assert child.pid
    observer.expect("inside")
    os.kill(child.pid, signal.SIGSTOP)
    assert observer.expect_state(child.pid, "stopped", "gone") == "stopped"


def test_a_process_that_ended_unreaped_is_a_zombie_and_then_gone(
    observer: Observer, start: Start
) -> None:
    child = start(note_and_exit, observer.probe("child"))
    assert child.pid
    assert observer.expect_state(child.pid, "zombie") == "zombie"
    child.join()
    assert observer.expect_state(child.pid, "gone") == "gone"


# How it fails


def test_who_never_comes_is_given_up_with_the_history_so_far(impatient: Observer) -> None:
    impatient.probe("child")
    with pytest.raises(DeadlineError) as raised:
        impatient.expect("inside", 2)
    assert str(raised.value) == (
        "waited 0.05 s in vain for 2 x 'inside'; 0 came\nhistory so far:\n(nothing was reported)"
    )


def test_the_message_of_a_deadline_shows_what_did_come(impatient: Observer) -> None:
    impatient.probe("here").note("acquiring", 7)
    with pytest.raises(DeadlineError, match=r"in vain for 1 x 'inside'; 0 came") as raised:
        impatient.expect("inside")
    assert str(raised.value).splitlines()[-1] == "     0.00 ms  here  acquiring: 7"


def test_a_checkpoint_where_nobody_comes_is_given_up(impatient: Observer) -> None:
    impatient.probe("child")
    with pytest.raises(DeadlineError, match="in vain for 1 at the checkpoint 'inside'"):
        impatient.proceed("inside")


def test_a_process_that_does_not_end_is_given_up(impatient: Observer, start: Start) -> None:
    probe = impatient.probe("child")
    start(stay_inside, probe)
    with pytest.raises(DeadlineError, match="in vain for the end of child"):
        impatient.expect_ended(probe)


def test_death_in_a_checkpoint_is_said_at_once(patient: Observer, start: Start) -> None:
    child = start(stay_inside, patient.probe("child"))
    patient.expect("inside")
    child.kill()
    child.join()
    with pytest.raises(AssertionError, match="1 should go on from 'inside'; 0 can be there"):
        patient.proceed("inside")


def test_death_before_the_report_is_said_at_once(patient: Observer, start: Start) -> None:
    start(note_and_exit, patient.probe("child"))
    with pytest.raises(AssertionError, match="expected 2 x 'a'; 1 came, and no other can") as dead:
        patient.expect("a", 2)
    assert str(dead.value).splitlines()[-1].endswith("child  ended")


def test_one_death_does_not_end_the_wait_for_others(observer: Observer, start: Start) -> None:
    dying, living = observer.probes("worker", 2)
    start(note_and_exit, dying).join()
    start(stay_inside, living)
    assert observer.expect("inside")[0].probe == "worker 2"


def test_who_waits_at_a_checkpoint_cannot_report_meanwhile(patient: Observer, start: Start) -> None:
    start(stay_inside, patient.probe("child"))
    with pytest.raises(AssertionError, match="expected 1 x 'done'; 0 came, and no other can"):
        patient.expect("done")


def test_several_processes_may_share_a_probe_if_the_test_says_so(
    observer: Observer, start: Start
) -> None:
    probe = observer.probe("workers", many=True)
    start(note_and_exit, probe).join()
    observer.expect("a")
    start(note_and_exit, probe)
    observer.expect("a")


def test_reports_without_end_are_given_up(patient: Observer, start: Start) -> None:
    start(report_without_end, patient.probe("child"))
    with pytest.raises(DeadlineError, match="reports come without end"):
        patient.expect("something else")
    assert len(patient.history) >= observer_module.MOST_REPORTS


def test_who_reported_without_end_is_ended(patient: Observer, start: Start) -> None:
    child = start(report_without_end, patient.probe("child"))
    with pytest.raises(DeadlineError):
        patient.expect("something else")
    child.join()
    assert child.exitcode == 0


def test_close_ends_those_who_wait(start: Start) -> None:
    observer = Observer()
    child = start(stay_inside, observer.probe("child"))
    observer.expect("inside")
    observer.close()
    child.join()
    assert child.exitcode == 0


def test_who_reports_after_the_close_ends(start: Start) -> None:
    observer = Observer()
    probe = observer.probe("child")
    observer.close()
    child = start(stay_inside, probe)
    child.join()
    assert child.exitcode == 0


def test_close_may_be_called_twice() -> None:
    observer = Observer()
    observer.probe("here").note("present")
    observer.close()
    observer.close()


# Processes that fork, and threads


def test_a_forked_process_reports_by_a_connection_of_its_own(
    observer: Observer, start: Start
) -> None:
    start(hand_on_by_fork, observer.probe("both", many=True))
    [parent], [child] = observer.expect("parent"), observer.expect("child")
    assert [parent.pid, child.pid] == [parent.value, child.value]
    assert parent.pid != child.pid


def test_a_process_is_seen_to_end_before_the_child_that_it_forked(
    observer: Observer, start: Start
) -> None:
    parent = start(hand_on_by_fork, observer.probe("both", many=True))
    observer.expect("child")
    parent.join()
    assert [report.pid for report in observer.history if report.kind == "ended"] == [parent.pid]
    observer.proceed("child")


def test_nobody_listens_when_the_observer_has_closed_though_a_child_lives_on(
    start: Start,
) -> None:
    observer = Observer()
    reading, writing = os.pipe()
    probe = observer.probe("child")
    start(read_pipe, reading, probe)
    observer.expect_blocked(probe, after="reading")
    observer.close()
    with pytest.raises(TestIsOver):
        Probe("late", probe._port, probe._token).note("anybody there?")
    os.close(reading)
    os.close(writing)


def test_threads_take_part_as_processes_do(observer: Observer) -> None:
    probes = observer.probes("thread", 2)
    threads = [threading.Thread(target=stay_inside, args=(probe,)) for probe in probes]
    for thread in threads:
        thread.start()
    observer.expect("inside", 2)
    observer.proceed("inside", 2)
    observer.expect_ended(*probes)
    assert observer.history.peak("at work") == 2
    assert observer.pids == set()


def test_a_thread_that_waits_for_a_lock_is_proved_blocked(observer: Observer) -> None:
    lock, probe = threading.Lock(), observer.probe("thread")
    thread = threading.Thread(target=acquire, args=(lock, probe))
    with lock:
        thread.start()
        observer.expect_blocked(probe, after="acquiring")
    thread.join()
    with pytest.raises(AssertionError, match="it went on to 'acquired'"):
        observer.expect_blocked(probe, after="acquiring")


def test_a_thread_that_has_ended_is_said_at_once(patient: Observer) -> None:
    thread = threading.Thread(target=note_twice, args=(patient.probe("thread"),))
    thread.start()
    with pytest.raises(AssertionError, match="expected 3 x 'a'; 2 came, and no other can"):
        patient.expect("a", 3)


def test_a_thread_is_told_from_an_ended_one_with_its_identifier(observer: Observer) -> None:
    probe = observer.probe("threads", many=True)
    for _ in range(3):
        thread = threading.Thread(target=note_twice, args=(probe,))
        thread.start()
        thread.join()
    observer.expect("a", 6)
    observer.expect_ended(probe)
    assert [report.kind for report in observer.history].count("ended") == 3


# What it leaves alone


@pytest.mark.skipif(sys.platform != "linux", reason="counts the threads that the system knows")
def test_the_observer_has_no_thread(observer: Observer, start: Start) -> None:
    before = set(Path("/proc/self/task").iterdir())
    start(stay_inside, observer.probe("child"))
    observer.expect("inside")
    assert set(Path("/proc/self/task").iterdir()) <= before  # an earlier test's may still go


@pytest.mark.skipif(sys.platform != "linux", reason="counts the descriptors that the system knows")
def test_no_descriptor_is_left_open() -> None:
    gc.collect()
    before = sorted(path.name for path in Path("/proc/self/fd").iterdir())
    observer = Observer()
    observer.probe("here").note("present")
    child = fork.Process(target=stay_inside, args=(observer.probe("child"),))
    child.start()
    observer.expect("inside")
    observer.close()
    child.join()
    child.close()
    assert sorted(path.name for path in Path("/proc/self/fd").iterdir()) == before
