"""The claims of chapter 05, in the note's order."""

import os
import queue as thread_queue
import signal
import threading
from contextlib import suppress
from datetime import date
from pathlib import Path
from queue import Empty, Full

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mpspec.examples import for_any_input
from mpspec.expectations import needs, only_where, refuted_where
from mpspec.work import queues as work

PROCESSES = ("inherited", "fresh")

PIPE = 64 << 10
"""Bytes that a pipe holds on Linux."""

TEXT = st.text("aZ0 \n\0é中🐍")
PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT
PICKLABLE = st.recursive(
    PLAIN | st.binary() | st.dates(),
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(TEXT, inner),
    max_leaves=10,
)
PLAIN_KINDS = [None, True, -1, 1 << 64, 0.5, "é\0\n🐍", b"\0", date(2000, 2, 29)]
EVERY_KIND = [*PLAIN_KINDS, [(1, PLAIN_KINDS)], {"": ()}]


class Gate(threading.Event):
    """An event for which the pickling of an item waits, in another thread than the test's."""

    def __init__(self):
        super().__init__()
        self._owner = threading.current_thread()

    def wait(self, timeout=None):
        """Wait for it; `AssertionError` if the test itself would."""
        assert threading.current_thread() is not self._owner, "put pickles the item itself"
        return super().wait(timeout)


def start(mp, target, *args):
    """Start a process that does `target`, and return it."""
    child = mp.Process(target=target, args=args)
    child.start()
    return child


def run(mp, target, *args):
    """Start a process that does `target`, and join it."""
    start(mp, target, *args).join()


def end(process):
    """Kill a process, and join it."""
    os.kill(process.pid, signal.SIGKILL)
    process.join()


def open_pipes():
    """Return the names by which Linux knows the pipes that this process has open."""
    names = set()
    for descriptor in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # the one by which the folder was read
            names.add(str(descriptor.readlink()))
    return {name for name in names if name.startswith("pipe:")}


@pytest.fixture
def tidy():
    """Return a function that has a queue closed at the end, whatever is still in it."""
    queues = []

    def care(queue):
        queues.append(queue)
        return queue

    yield care
    for queue in queues:
        if hasattr(queue, "cancel_join_thread"):
            queue.cancel_join_thread()
        if hasattr(queue, "close"):
            queue.close()


@pytest.fixture
def gate():
    """Return an event for which the pickling of an item waits; it comes in the end."""
    gate = Gate()
    yield gate
    gate.set()


@pytest.fixture
def there_and_back(mp, tidy):
    """Return a queue to a child and one by which the child sends back what has come."""
    there, back = tidy(mp.Queue()), tidy(mp.Queue())
    child = start(mp, work.send_back, there, back)
    yield there, back
    there.put(work.Stop)
    child.join()


@pytest.fixture
def simply_there_and_back(mp, tidy):
    """Return the same two as SimpleQueues."""
    there, back = tidy(mp.SimpleQueue()), tidy(mp.SimpleQueue())
    child = start(mp, work.send_back, there, back)
    yield there, back
    there.put(work.Stop)
    child.join()


# What arrives


def test_a_queue_carries_objects_between_processes(mp, observer, tidy):
    queue = tidy(mp.Queue())
    producer = start(mp, work.put, queue, {"pages": [1, 2]}, "the end")
    consumer = start(mp, work.take, queue, 2, observer.probe("consumer"))
    producer.join()
    consumer.join()
    assert observer.history.values("took") == [{"pages": [1, 2]}, "the end"]


@for_any_input
@given(items=st.lists(PICKLABLE))
@example(items=EVERY_KIND)
def test_any_sequence_of_picklable_objects_arrives_equal_and_in_order(there_and_back, items):
    there, back = there_and_back
    work.put(there, *items)
    assert [back.get() for _ in items] == items


@for_any_input
@given(size=st.integers(0, 3 * PIPE))
@example(size=PIPE)
@example(size=10 << 20)
def test_an_item_arrives_whole_whatever_its_size(there_and_back, size):
    there, back = there_and_back
    item = (b"0123456789" * (size // 10 + 1))[:size]
    there.put(item)
    is_whole = back.get() == item
    assert is_whole


def test_none_is_an_item_like_any_other(mp, tidy):
    queue = tidy(mp.Queue())
    run(mp, work.put, queue, None, "after it")
    assert queue.get() is None
    assert queue.get() == "after it"


@refuted_where(memory="shared", instead="between-threads-a-queue-hands-over-the-object-itself")
def test_what_comes_out_of_a_queue_is_a_copy(mp, tidy):
    queue, names = tidy(mp.Queue()), ["Ada"]
    queue.put(names)
    arrived = queue.get()
    assert arrived == names
    assert arrived is not names


@only_where(memory="shared")
def test_between_threads_a_queue_hands_over_the_object_itself(mp, tidy):
    queue, names = tidy(mp.Queue()), ["Ada"]
    queue.put(names)
    assert queue.get() is names


@only_where(memory="shared")
def test_the_queue_of_multiprocessing_dummy_is_queue_queue(mp):
    assert mp.Queue is mp.JoinableQueue is thread_queue.Queue


# To whom, and in which order


def test_one_producers_items_arrive_in_the_order_in_which_they_were_put(mp, tidy):
    queue = tidy(mp.Queue())
    run(mp, work.put, queue, *range(10))
    assert [queue.get() for _ in range(10)] == list(range(10))


def test_of_several_producers_each_ones_items_stay_in_order(mp, tidy):
    queue = tidy(mp.Queue())
    items = {name: [(name, number) for number in range(5)] for name in ("Ada", "Alan")}
    producers = [start(mp, work.put, queue, *items[name]) for name in items]
    arrived = [queue.get() for _ in range(10)]
    for producer in producers:
        producer.join()
    assert {name: [item for item in arrived if item[0] == name] for name in items} == items


@refuted_where(memory="shared", instead="between-threads-an-item-is-there-as-soon-as-put-returns")
def test_what_one_process_puts_first_another_can_overtake(mp, observer, tidy):
    queue, (first, feeder) = tidy(mp.Queue()), observer.probes("first", 2)
    producer = start(mp, work.put_held, queue, "put first", first, feeder)
    observer.expect("has put")
    run(mp, work.put, queue, "put later")
    assert not queue.empty()
    assert queue.get() == "put later"
    observer.proceed("pickling")
    assert queue.get() == "put first"
    producer.join()


def test_each_item_comes_to_exactly_one_consumer(mp, observer, tidy):
    queue = tidy(mp.Queue())
    consumers = [start(mp, work.take, queue, 3, probe) for probe in observer.probes("consumer", 2)]
    work.put(queue, *range(6))
    for consumer in consumers:
        consumer.join()
    assert sorted(observer.history.values("took")) == list(range(6))


# Waiting


def test_get_waits_until_an_item_is_put(mp, observer, tidy):
    queue, probe = tidy(mp.Queue()), observer.probe("consumer")
    consumer = start(mp, work.get_and_report, queue, probe)
    observer.expect_blocked(probe, after="getting")
    queue.put("an item")
    observer.expect("has got")
    consumer.join()


def test_get_nowait_on_an_empty_queue_raises_queue_empty(mp, tidy):
    queue = tidy(mp.Queue())
    with pytest.raises(Empty):
        queue.get_nowait()


def test_get_with_a_timeout_gives_up_with_queue_empty(mp, tidy):
    queue = tidy(mp.Queue())
    with pytest.raises(Empty):
        queue.get(timeout=0.001)


def test_put_on_a_full_queue_waits_until_an_item_is_taken(mp, observer, tidy):
    queue, probe = tidy(mp.Queue(1)), observer.probe("producer")
    run(mp, work.put, queue, "first")
    producer = start(mp, work.put_and_report, queue, "second", probe)
    observer.expect_blocked(probe, after="putting")
    assert queue.get() == "first"
    observer.expect("has put")
    assert queue.get() == "second"
    producer.join()


def test_put_nowait_on_a_full_queue_raises_queue_full(mp, tidy):
    queue = tidy(mp.Queue(1))
    queue.put("first")
    with pytest.raises(Full):
        queue.put_nowait("second")


def test_put_with_a_timeout_gives_up_with_queue_full(mp, tidy):
    queue = tidy(mp.Queue(1))
    queue.put("first")
    with pytest.raises(Full):
        queue.put("second", timeout=0.001)


def test_without_a_maxsize_put_does_not_wait_for_a_reader(mp, observer, tidy):
    queue = tidy(mp.Queue())
    producer = start(mp, work.put_large, queue, observer.probe("producer"))
    observer.expect("has put")
    assert len(queue.get()) == work.LARGE
    producer.join()


def test_get_does_not_notice_that_all_producers_have_ended(mp, observer, tidy):
    queue, probe = tidy(mp.Queue()), observer.probe("consumer")
    consumer = start(mp, work.take_until_none, queue, probe)
    run(mp, work.put, queue, "the only item")
    observer.expect("took")
    observer.expect_blocked(probe, after="took")
    queue.put(None)
    consumer.join()


def test_each_consumer_needs_a_sentinel_of_its_own(mp, observer, tidy):
    queue, probes = tidy(mp.Queue()), observer.probes("consumer", 2)
    consumers = [start(mp, work.take_until_none, queue, probe) for probe in probes]
    queue.put(None)
    [done] = observer.expect("done")
    [other] = [probe for probe in probes if probe.name != done.probe]
    observer.expect_blocked(other, after="begins")
    queue.put(None)
    observer.expect("done", of=other)
    for consumer in consumers:
        consumer.join()


# The thread behind put


@refuted_where(memory="shared", instead="between-threads-a-queue-hands-over-the-object-itself")
def test_an_item_is_pickled_by_a_thread_after_put_has_returned(mp, tidy, gate):
    queue, item = tidy(mp.Queue()), work.Held("an item", gate.wait)
    queue.put(item)
    gate.set()
    queue.get()
    assert item.pickled_by not in {None, threading.current_thread()}


def test_a_change_made_after_put_can_still_reach_the_receiver(mp, tidy, gate):
    queue, names = tidy(mp.Queue()), ["Ada"]
    queue.put(work.Held("put before it", gate.wait))
    queue.put(names)
    names.append("Alan")
    gate.set()
    queue.get()
    assert queue.get() == ["Ada", "Alan"]


@refuted_where(memory="shared", instead="between-threads-an-item-is-there-as-soon-as-put-returns")
def test_empty_can_say_true_right_after_put(mp, tidy, gate):
    queue = tidy(mp.Queue())
    queue.put(work.Held("an item", gate.wait))
    assert queue.empty()
    gate.set()
    assert queue.get() == "an item"


@refuted_where(memory="shared", instead="between-threads-an-item-is-there-as-soon-as-put-returns")
def test_get_nowait_can_raise_queue_empty_right_after_put(mp, tidy, gate):
    queue = tidy(mp.Queue())
    queue.put(work.Held("an item", gate.wait))
    with pytest.raises(Empty):
        queue.get_nowait()
    gate.set()
    assert queue.get() == "an item"


def test_qsize_counts_an_item_as_soon_as_it_is_put(mp, tidy, gate):
    queue = tidy(mp.Queue())
    queue.put(work.Held("an item", gate.wait))
    assert queue.qsize() == 1
    gate.set()
    queue.get()
    assert queue.qsize() == 0


@refuted_where(memory="shared", instead="between-threads-an-item-is-there-as-soon-as-put-returns")
def test_a_queue_can_be_full_and_empty_at_the_same_time(mp, tidy, gate):
    queue = tidy(mp.Queue(1))
    queue.put(work.Held("an item", gate.wait))
    assert (queue.full(), queue.empty()) == (True, True)


@only_where(memory="shared")
def test_between_threads_an_item_is_there_as_soon_as_put_returns(mp, tidy):
    queue = tidy(mp.Queue())
    run(mp, work.put, queue, "first")
    queue.put("second")
    assert not queue.empty()
    assert [queue.get_nowait(), queue.get_nowait()] == ["first", "second"]


# What pickle refuses


@refuted_where(memory="shared", instead="between-threads-a-queue-hands-over-the-object-itself")
def test_an_unpicklable_item_is_reported_and_dropped_and_the_next_passes(mp, tidy, capsys):
    queue = tidy(mp.Queue())
    work.put(queue, threading.Lock(), "the next")
    assert queue.get() == "the next"
    assert "pickle" in capsys.readouterr().err


@only_where(memory=PROCESSES)
def test_an_unpicklable_item_gives_its_place_in_the_queue_back(mp, tidy):
    queue = tidy(mp.Queue(2))
    work.put(queue, threading.Lock(), "the next")
    assert queue.get() == "the next"
    assert queue.qsize() == 0


@only_where(memory=PROCESSES)
def test_an_unpicklable_item_put_last_is_lost_in_silence(run_program, observer):
    child = observer.probe("child")
    program = run_program("queues_lost_in_silence.py")
    observer.expect("pickling")
    observer.expect_blocked(child, after="has put")
    observer.proceed("pickling")
    program.wait()
    assert program.out.splitlines() == ["exit code: 0", "empty: True"]
    assert "pickle" not in program.err


@refuted_where(memory="shared", instead="between-threads-a-queue-hands-over-the-object-itself")
def test_get_raises_what_unpickling_an_item_raises_and_the_next_passes(mp, tidy):
    queue = tidy(mp.Queue())
    work.put(queue, work.RefusedError("no such page", 404), "the next")
    with pytest.raises(TypeError, match="code"):
        queue.get()
    assert queue.get() == "the next"


# When a process ends


def test_an_item_outlives_its_producer(mp, tidy):
    queue = tidy(mp.Queue())
    run(mp, work.put, queue, "left behind")
    assert not queue.empty()
    assert queue.get() == "left behind"


@only_where(memory=PROCESSES)
def test_a_child_does_not_end_before_a_large_item_of_its_is_read(mp, observer, tidy):
    queue, probe = tidy(mp.Queue()), observer.probe("child")
    child = start(mp, work.put_large, queue, probe)
    observer.expect_blocked(probe, after="has put")
    queue.get()
    observer.expect_ended(probe)
    child.join()


@only_where(memory=PROCESSES)
def test_joining_a_producer_before_its_item_is_read_deadlocks(mp, observer, tidy):
    queue, parent, producer = tidy(mp.Queue()), observer.probe("parent"), observer.probe("producer")
    joiner = start(mp, work.join_before_get, mp, queue, parent, producer)
    observer.expect_blocked(producer, after="has put")
    observer.expect_blocked(parent, after="joining")
    queue.put(queue.get())  # the test takes the item, which breaks the circle, and puts it again
    observer.expect("has got")
    joiner.join()


@only_where(memory=PROCESSES)
def test_a_program_does_not_end_before_a_large_item_of_its_is_read(run_program, observer):
    main = observer.probe("main")
    program = run_program("queues_unread.py")
    observer.expect_blocked(main, after="has put")
    assert program.status is None


@only_where(memory=PROCESSES)
def test_join_thread_waits_until_all_that_was_put_is_in_the_pipe(mp, observer, tidy):
    queue, probe = tidy(mp.Queue()), observer.probe("child")
    child = start(mp, work.put_large_and_join_thread, queue, probe)
    observer.expect_blocked(probe, after="joining the thread")
    queue.get()
    observer.expect("joined the thread")
    child.join()


@only_where(memory=PROCESSES)
def test_join_thread_can_only_be_called_after_close(mp, tidy):
    queue = tidy(mp.Queue())
    with pytest.raises(AssertionError, match="not closed"):
        queue.join_thread()
    queue.close()
    queue.join_thread()


@only_where(memory=PROCESSES)
def test_cancel_join_thread_gives_up_what_has_not_been_sent(mp, observer, tidy):
    for target in (work.put_and_give_up, work.give_up_and_put):
        queue, (probe, feeder) = tidy(mp.Queue()), observer.probes(target.__name__, 2)
        child = start(mp, target, queue, "never sent", probe, feeder)
        child.join()
        assert child.exitcode == 0
        assert queue.empty()


@needs("Process.pid")
def test_what_a_killed_producer_had_not_sent_is_lost(mp, observer, tidy):
    queue, probe, feeder = tidy(mp.Queue()), observer.probe("child"), observer.probe("feeder")
    child = start(mp, work.put_held, queue, "never sent", probe, feeder)
    observer.expect("pickling")
    os.kill(child.pid, signal.SIGKILL)
    child.join()
    assert queue.empty()


@only_where(memory=PROCESSES)
def test_put_on_a_closed_queue_raises_valueerror(mp, tidy):
    queue = tidy(mp.Queue())
    queue.close()
    with pytest.raises(ValueError, match="is closed"):
        queue.put("an item")


@only_where(memory=PROCESSES)
def test_get_on_a_closed_queue_raises_valueerror(mp, tidy):
    queue = tidy(mp.Queue())
    run(mp, work.put, queue, "an item")
    queue.close()
    with pytest.raises(ValueError, match="is closed"):
        queue.get()


@only_where(memory=PROCESSES)
def test_close_closes_a_queue_for_one_process_only(mp, observer, tidy):
    queue = tidy(mp.Queue())
    run(mp, work.close_and_put, queue, observer.probe("child"))
    [report] = observer.expect("put raised")
    assert "is closed" in str(report.value)
    run(mp, work.put, queue, "still open")
    assert not queue.empty()
    assert queue.get() == "still open"


@only_where(memory=PROCESSES, platform="linux")
def test_a_closed_queue_lets_go_of_its_pipe(mp, tidy):
    tidy(mp.Queue())  # from here on, whatever queues share is there
    before = open_pipes()
    queue = tidy(mp.Queue())
    pipe = open_pipes() - before
    queue.put("an item")
    assert queue.get() == "an item"
    queue.close()
    queue.join_thread()
    assert not pipe & open_pipes()


# When a process is killed


@needs("Process.pid")
def test_a_reader_killed_while_it_waits_locks_out_all_others(mp, observer, tidy):
    queue, (first, second) = tidy(mp.Queue()), observer.probes("reader", 2)
    victim = start(mp, work.get_and_report, queue, first)
    observer.expect_blocked(first, after="getting")
    end(victim)
    run(mp, work.put, queue, "an item")
    reader = start(mp, work.get_and_report, queue, second)
    observer.expect_blocked(second, after="getting")
    assert not queue.empty()
    end(reader)


@needs("Process.pid")
def test_a_reader_killed_while_it_waits_makes_get_with_a_timeout_find_nothing(mp, observer, tidy):
    queue, probe = tidy(mp.Queue()), observer.probe("reader")
    victim = start(mp, work.get_and_report, queue, probe)
    observer.expect_blocked(probe, after="getting")
    end(victim)
    run(mp, work.put, queue, "an item")
    with pytest.raises(Empty):
        queue.get(timeout=0.001)
    assert not queue.empty()


@needs("Process.pid")
def test_a_producer_killed_within_an_item_leaves_a_get_that_never_returns(mp, observer, tidy):
    queue, producer, probe = tidy(mp.Queue()), observer.probe("producer"), observer.probe("reader")
    victim = start(mp, work.put_large, queue, producer)
    observer.expect_blocked(producer, after="has put")
    end(victim)
    assert not queue.empty()
    reader = start(mp, work.get_and_report, queue, probe)
    observer.expect_blocked(probe, after="getting")
    end(reader)


@needs("Process.pid")
def test_no_timeout_ends_a_get_that_has_begun_to_read(mp, observer, tidy):
    queue, producer, probe = tidy(mp.Queue()), observer.probe("producer"), observer.probe("reader")
    victim = start(mp, work.put_large, queue, producer)
    observer.expect_blocked(producer, after="has put")
    end(victim)
    reader = start(mp, work.get_and_report, queue, probe, 0.001)
    observer.expect_blocked(probe, after="getting")
    assert queue.empty()
    end(reader)


@needs("Process.pid")
def test_a_producer_killed_within_an_item_silences_all_others(mp, observer, tidy):
    queue, (first, second) = tidy(mp.Queue()), observer.probes("producer", 2)
    probe = observer.probe("reader")
    victim = start(mp, work.put_large, queue, first)
    observer.expect_blocked(first, after="has put")
    end(victim)
    reader = start(mp, work.get_and_report, queue, probe)
    observer.expect_blocked(probe, after="getting")  # it has drained the pipe: there is room
    other = start(mp, work.put_and_report, queue, "an item", second)
    observer.expect_blocked(second, after="has put")
    assert queue.empty()
    end(reader)
    end(other)


# JoinableQueue


def test_a_joinablequeue_carries_item_after_item(mp, observer, tidy):
    queue = tidy(mp.JoinableQueue())
    producer = start(mp, work.put_when_let_go, queue, range(3), observer.probe("producer"))
    for item in range(3):
        observer.proceed("putting")
        assert queue.get() == item
    producer.join()


def test_join_waits_until_every_item_is_reported_done(mp, observer, tidy):
    queue, probe = tidy(mp.JoinableQueue()), observer.probe("joiner")
    joiner = start(mp, work.join_queue, queue, probe)
    run(mp, work.put, queue, "first", "second")
    observer.proceed("ready")
    observer.expect_blocked(probe, after="joining")
    run(mp, work.take_and_report_done, queue, observer.probe("worker 1"))
    observer.expect_blocked(probe, after="joining")
    run(mp, work.take_and_report_done, queue, observer.probe("worker 2"))
    observer.expect("joined")
    joiner.join()


def test_a_worker_that_ends_without_task_done_leaves_join_waiting(mp, observer, tidy):
    queue, probe = tidy(mp.JoinableQueue()), observer.probe("joiner")
    joiner = start(mp, work.join_queue, queue, probe)
    run(mp, work.put, queue, "an item")
    run(mp, work.take, queue, 1, observer.probe("worker"))
    observer.proceed("ready")
    observer.expect_blocked(probe, after="joining")
    queue.task_done()
    joiner.join()


def test_one_task_done_too_many_raises_valueerror(mp, tidy):
    queue = tidy(mp.JoinableQueue())
    queue.put("an item")
    queue.get()
    queue.task_done()
    with pytest.raises(ValueError, match="too many times"):
        queue.task_done()


@only_where(memory=PROCESSES)
def test_an_unpicklable_item_leaves_join_waiting(mp, observer, tidy):
    queue, probe = tidy(mp.JoinableQueue()), observer.probe("joiner")
    joiner = start(mp, work.join_queue, queue, probe)
    worker = start(mp, work.take_and_report_done, queue, observer.probe("worker"))
    work.put(queue, threading.Lock(), "the next")
    worker.join()
    observer.proceed("ready")
    observer.expect_blocked(probe, after="joining")
    queue.task_done()
    joiner.join()


@refuted_where(memory="shared", instead="the-queue-of-multiprocessing-dummy-is-queue-queue")
def test_a_plain_queue_has_neither_join_nor_task_done(mp, tidy):
    queue = tidy(mp.Queue())
    assert not hasattr(queue, "join")
    assert not hasattr(queue, "task_done")


# SimpleQueue


@for_any_input
@given(items=st.lists(PICKLABLE, max_size=5))
@example(items=EVERY_KIND)
@needs("SimpleQueue")
def test_a_simplequeue_carries_any_sequence_of_picklable_objects(simply_there_and_back, items):
    there, back = simply_there_and_back
    work.put(there, *items)
    assert [back.get() for _ in items] == items


@needs("SimpleQueue")
def test_what_is_put_on_a_simplequeue_is_there_when_put_returns(mp, tidy):
    queue = tidy(mp.SimpleQueue())
    assert queue.empty()
    queue.put("an item")
    assert not queue.empty()
    assert queue.get() == "an item"
    assert queue.empty()


@needs("SimpleQueue")
def test_put_on_a_simplequeue_waits_while_the_pipe_is_full(mp, observer, tidy):
    queue, probe = tidy(mp.SimpleQueue()), observer.probe("producer")
    producer = start(mp, work.put_large, queue, probe, 10 << 20)
    observer.expect_blocked(probe, after="putting")
    assert len(queue.get()) == 10 << 20
    observer.expect("has put")
    producer.join()


@needs("SimpleQueue")
def test_put_on_a_simplequeue_raises_what_pickle_raises(mp, tidy):
    queue = tidy(mp.SimpleQueue())
    with pytest.raises(Exception, match="pickle"):
        queue.put(threading.Lock())
    assert queue.empty()


@needs("SimpleQueue")
def test_get_on_a_simplequeue_takes_no_timeout(mp, tidy):
    queue = tidy(mp.SimpleQueue())
    queue.put("an item")
    with pytest.raises(TypeError, match="timeout"):
        queue.get(timeout=0)
    assert not hasattr(queue, "get_nowait")


@needs("SimpleQueue")
def test_a_closed_simplequeue_raises_oserror(mp):
    queue = mp.SimpleQueue()
    queue.close()
    for call in (queue.get, queue.empty, lambda: queue.put("an item")):
        with pytest.raises(OSError, match="closed"):
            call()
