"""The claims of chapter 07, in the note's order."""

import gc
import multiprocessing
import os
import pickle
import signal
import threading
import weakref
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager, suppress
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpspec.examples import for_any_input
from mpspec.expectations import needs, only_where, refuted_where, since, until
from mpspec.observer import GRACE
from mpspec.work import pools as work
from mpspec.work.pools import finishing

ITEMS = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.binary(max_size=5)
INPUTS = st.lists(ITEMS | st.lists(ITEMS, max_size=3), max_size=20)
CHUNK_SIZES = st.none() | st.integers(1, 25)
PROCESSES = only_where(memory=("inherited", "fresh"))


@pytest.fixture
def pools(mp):
    """Return a pool of one worker, one of two, and one of three."""
    with ExitStack() as stack:
        made = [stack.enter_context(finishing(mp.Pool(count))) for count in (1, 2, 3)]
        yield dict(enumerate(made, 1))


@pytest.fixture
def three_processors(monkeypatch):
    """Let the machine have three processors, of which this process may use one."""
    monkeypatch.setattr(os, "cpu_count", lambda: 3)
    monkeypatch.setattr(os, "process_cpu_count", lambda: 1, raising=False)


def size(pool):
    """Return how many workers a pool says it has."""
    return int(repr(pool).partition("pool_size=")[2].rstrip(">"))


def timeout_error(mp):
    """Return the error that means a timeout; `multiprocessing.dummy` has no name of its own."""
    return getattr(mp.api, "TimeoutError", multiprocessing.TimeoutError)


def encoding_error(mp):
    """Return the error that stands for what cannot be pickled."""
    return mp.module("pool").MaybeEncodingError


def kill(owner, observer, worker):
    """End a child that owns a pool; its worker ends as nobody can send it tasks any more."""
    os.kill(owner.pid, signal.SIGKILL)
    owner.join()
    observer.expect_ended(worker)


def at_hand(results, mp):
    """Return the results that an iterator of `imap` gives without waiting."""
    found = []
    with suppress(timeout_error(mp), StopIteration):
        while True:
            found.append(results.next(timeout=0))
    return found


def handed_over(items, probe):
    """Give out the items, and report that the last one has been taken and dealt with."""
    yield from items
    probe.note("handed over")


def drop(things):
    """Forget the things in a list, and let the garbage collector notice."""
    things.clear()
    gc.collect()


@contextmanager
def ending(kept):
    """End the pool to which this is a weak reference, where it is there still in the end."""
    try:
        yield
    finally:
        pool = kept()
        if pool is not None:
            pool.terminate()
            pool.join()


# A fixed set of workers


def test_a_pool_runs_work_on_a_fixed_set_of_workers(mp, observer):
    worker = observer.probe("worker", many=True)
    with finishing(mp.Pool(2, initializer=work.introduce, initargs=(worker,))) as pool:
        pool.map_async(partial(work.stay_inside, worker), range(6), chunksize=1)
        observer.expect("inside", count=2)
        observer.expect_blocked(worker, after="inside")
        observer.open("inside")
        observer.expect("done", count=6)
    assert observer.history.peak("at work") == 2
    assert len(set(map(tuple, observer.history.values("done")))) == 2
    assert len(observer.history.named("begun")) == 2  # nor any that began too late for a task


def test_a_worker_keeps_its_memory_from_task_to_task(mp, monkeypatch):
    monkeypatch.setattr(work, "calls", 0)
    with finishing(mp.Pool(1)) as pool:
        assert [pool.apply(work.count_calls) for _ in range(3)] == [1, 2, 3]


@PROCESSES
def test_with_maxtasksperchild_workers_are_renewed(mp):
    with finishing(mp.Pool(1, maxtasksperchild=2)) as pool:
        first, second, third = [pool.apply(work.who) for _ in range(3)]
    assert first == second != third


@PROCESSES
def test_maxtasksperchild_must_be_at_least_1(mp):
    for wrong in (0, -1, 1.5):
        error = pytest.raises(ValueError, match="must be a positive int")
        with error, finishing(mp.Pool(1, maxtasksperchild=wrong)):
            pass


@refuted_where(since="3.13", instead="since-3-13-a-pool-counts-only-processors-that-it-may-use")
@pytest.mark.usefixtures("three_processors")
def test_by_default_there_is_a_worker_for_each_processor(mp):
    with finishing(mp.Pool()) as pool:
        assert size(pool) == 3


@since("3.13")
@pytest.mark.usefixtures("three_processors")
def test_since_3_13_a_pool_counts_only_processors_that_it_may_use(mp):
    with finishing(mp.Pool()) as pool:
        assert size(pool) == 1


def test_a_pool_has_at_least_one_worker(mp):
    for count in (0, -1):
        with pytest.raises(ValueError, match="at least 1"), finishing(mp.Pool(count)):
            pass


def test_a_pools_workers_are_daemons(mp):
    with finishing(mp.Pool(1)) as pool:
        assert pool.apply(work.is_daemon, (mp,)) is True


@refuted_where(memory="shared", instead="a-threadpools-task-may-start-children-and-pools")
def test_a_task_may_not_start_a_process(mp):
    with (
        finishing(mp.Pool(1)) as pool,
        pytest.raises(AssertionError, match="not allowed to have children"),
    ):
        pool.apply(work.start_a_child, (mp,))


@refuted_where(memory="shared", instead="a-threadpools-task-may-start-children-and-pools")
def test_a_task_may_not_make_a_pool_of_its_own(mp):
    with (
        finishing(mp.Pool(1)) as pool,
        pytest.raises(AssertionError, match="not allowed to have children"),
    ):
        pool.apply(work.apply_in_own_pool, (mp,))


def test_a_child_that_is_no_daemon_may_have_a_pool(mp, observer):
    caller = observer.probe("child")
    child = mp.Process(target=work.call_pool, args=(mp, caller, 1, "apply", work.answer))
    child.start()
    child.join()
    assert observer.history.values("returned") == [42]


@only_where(library="multiprocessing")
def test_a_task_of_a_processpoolexecutor_may_make_a_pool(mp):
    with ProcessPoolExecutor(1, mp_context=mp.api) as executor:
        assert executor.submit(work.apply_in_own_pool, mp).result() == 42


# Preparing the workers


def test_the_initializer_runs_once_in_each_worker(mp, observer):
    worker = observer.probe("worker", many=True)
    with finishing(mp.Pool(2, initializer=work.introduce, initargs=(worker, "a", 1))) as pool:
        observer.expect("begun", count=2)
        pool.map(work.who, range(4), chunksize=1)
        assert observer.history.values("begun") == [["a", 1], ["a", 1]]


@PROCESSES
def test_workers_whose_initializer_fails_are_replaced_for_ever(mp, observer):
    worker = observer.probe("worker", many=True)
    with mp.Pool(1, initializer=work.introduce_and_fail, initargs=(worker,)) as pool:
        result = pool.apply_async(work.answer)
        for _ in range(4):
            observer.proceed("begun")
        observer.expect("begun", count=5)
        assert not result.ready()


# A whole input at once


@for_any_input
@given(items=INPUTS, chunksize=CHUNK_SIZES, count=st.sampled_from([1, 2, 3]))
def test_map_returns_the_same_list_as_the_built_in_map(pools, items, chunksize, count):
    expected = list(map(work.described, items))
    assert pools[count].map(work.described, items, chunksize) == expected


def test_map_keeps_the_order_of_its_input(mp, observer):
    caller, (one, two, three) = observer.probe("caller"), observer.probes("item", 3)
    args = (mp, caller, 2, "map", work.stay_inside, [one, two, three], 1)
    child = mp.Process(target=work.call_pool, args=args)
    child.start()
    observer.proceed("inside", of=two)
    observer.proceed("inside", of=three)
    observer.expect("done", count=2)
    observer.proceed("inside", of=one)
    child.join()
    assert observer.history.values("returned") == [["item 1", "item 2", "item 3"]]


def test_map_blocks_until_all_results_are_there(mp, observer):
    caller, (one, two) = observer.probe("caller"), observer.probes("item", 2)
    args = (mp, caller, 1, "map", work.stay_inside, [one, two], 1)
    child = mp.Process(target=work.call_pool, args=args)
    child.start()
    observer.proceed("inside", of=one)
    observer.expect("inside", of=two)
    observer.expect_blocked(caller, after="calling")
    observer.proceed("inside", of=two)
    child.join()
    assert observer.history.before("done", "returned")


def test_map_of_nothing_returns_an_empty_list_at_once(mp, observer):
    with finishing(mp.Pool(1)) as pool:
        pool.apply_async(work.stay_inside, (observer.probe("worker"),))
        observer.expect("inside")
        assert pool.map_async(work.answer, []).ready()
        assert pool.map(work.answer, []) == []
        observer.proceed("inside")


def test_a_pool_may_have_more_workers_than_there_are_items(mp):
    with finishing(mp.Pool(2)) as pool:
        assert pool.map(work.described, ["one"]) == [("str", "one")]


def test_map_hands_out_its_items_in_chunks(mp, observer):
    worker = observer.probe("worker", many=True)
    with finishing(mp.Pool(2)) as pool:
        pool.map_async(partial(work.stay_inside, worker), range(4), chunksize=2)
        observer.expect("inside", count=2)
        observer.expect_blocked(worker, after="inside")
        inside_together = sorted(observer.history.values("inside"))
        observer.open("inside")
        observer.expect("done", count=4)
    assert inside_together == [0, 2]


def test_map_reads_its_whole_input_before_any_work_begins(mp, observer):
    done_by_then, worker = [], observer.probe("worker")

    def items():
        yield "first"
        pool.apply(work.answer)  # which takes its turn behind all that has been handed out
        done_by_then.extend(observer.history.named("done"))
        yield "last"

    with finishing(mp.Pool(1)) as pool:
        assert pool.map(partial(work.report, worker), items(), 1) == ["first", "last"]
    assert done_by_then == []


def test_starmap_unpacks_each_item_into_arguments(mp):
    with finishing(mp.Pool(1)) as pool:
        assert pool.starmap(work.power, [(2, 3), (3, 2)]) == [8, 9]


# Results as they come


def test_imap_gives_a_result_while_later_ones_are_being_made(mp, observer):
    one, two = observer.probes("item", 2)
    with finishing(mp.Pool(2)) as pool:
        results = pool.imap(work.stay_inside, [one, two])
        observer.proceed("inside", of=one)
        observer.expect("inside", of=two)
        pool.apply(work.answer)  # its result comes behind that of item 1
        assert at_hand(results, mp) == ["item 1"]
        observer.proceed("inside", of=two)


def test_imap_keeps_the_order_of_its_input(mp, observer):
    one, two, three = observer.probes("item", 3)
    with finishing(mp.Pool(2)) as pool:
        results = pool.imap(work.stay_inside, [one, two, three])
        observer.proceed("inside", of=two)
        observer.expect("inside", of=three)
        with pytest.raises(timeout_error(mp)):
            results.next(timeout=0)
        observer.open("inside")
        observer.expect("done", count=3)
        assert list(results) == ["item 1", "item 2", "item 3"]


def test_imap_unordered_gives_results_in_the_order_of_completion(mp, observer):
    one, two, three = observer.probes("item", 3)
    with finishing(mp.Pool(2)) as pool:
        results = pool.imap_unordered(work.stay_inside, [one, two, three])
        observer.proceed("inside", of=two)
        observer.proceed("inside", of=three)
        pool.apply(work.answer)  # its result comes behind those of items 2 and 3
        assert at_hand(results, mp) == ["item 2", "item 3"]
        observer.proceed("inside", of=one)
        assert list(results) == ["item 1"]


def test_the_iterator_of_imap_can_give_up(mp, observer):
    with finishing(mp.Pool(1)) as pool:
        for imap in (pool.imap, pool.imap_unordered):
            worker = observer.probe(f"worker of {imap.__name__}")
            results = imap(work.stay_inside, [worker])
            with pytest.raises(timeout_error(mp)):
                results.next(timeout=0.01)
            observer.proceed("inside", of=worker)
            assert next(results, "nothing more") == worker.name


def test_imap_can_hand_out_its_items_in_chunks(mp, observer):
    task = partial(work.fail_on, 0, observer.probe("worker"))
    with finishing(mp.Pool(1)) as pool:
        for imap in (pool.imap, pool.imap_unordered):
            with pytest.raises(ValueError):
                list(imap(task, range(4), chunksize=2))  # the error skips the rest of its chunk
            assert list(imap(task, range(4, 7), chunksize=2)) == [4, 5, 6]
    assert observer.history.values("begun") == [0, 2, 3, 4, 5, 6] * 2


def test_imap_reads_its_input_ahead_of_the_results(mp, observer):
    worker, feeder = observer.probe("worker"), observer.probe("input")
    with finishing(mp.Pool(1)) as pool:
        pool.imap(partial(work.stay_inside, worker), handed_over(range(5), feeder))
        observer.expect("handed over")
        done_by_then = observer.history.named("done")
        observer.open("inside")
        observer.expect("done", count=5)
    assert done_by_then == []


def test_imap_raises_what_its_input_raises(mp):
    def items():
        yield "first"
        raise LookupError("no second")

    with finishing(mp.Pool(1)) as pool:
        results = pool.imap(work.described, items())
        assert next(results) == ("str", "first")
        with pytest.raises(LookupError, match="no second"):
            next(results, "nothing more")


def test_imap_goes_on_behind_an_item_that_failed(mp, observer):
    with finishing(mp.Pool(1)) as pool:
        results = pool.imap(partial(work.fail_on, 1, observer.probe("worker")), range(3))
        assert next(results) == 0
        with pytest.raises(ValueError, match="1"):
            next(results)
        assert next(results, "nothing more") == 2


# One task, and a result to come


def test_apply_blocks_until_its_result_is_there(mp, observer):
    caller, worker = observer.probe("caller"), observer.probe("worker")
    args = (mp, caller, 1, "apply", work.stay_inside, (worker,))
    child = mp.Process(target=work.call_pool, args=args)
    child.start()
    observer.expect("inside")
    observer.expect_blocked(caller, after="calling")
    observer.proceed("inside")
    child.join()
    assert observer.history.values("returned") == ["worker"]


def test_apply_async_returns_while_the_task_is_at_work(mp, observer):
    with finishing(mp.Pool(1)) as pool:
        result = pool.apply_async(work.stay_inside, (observer.probe("worker"),))
        observer.expect("inside")
        observer.note("apply_async has returned")
        observer.proceed("inside")
        assert result.get() == "worker"
    assert observer.history.before("apply_async has returned", "done")


def test_ready_tells_whether_the_result_is_there(mp, observer):
    with finishing(mp.Pool(1)) as pool:
        result = pool.apply_async(work.stay_inside, (observer.probe("worker"),))
        observer.expect("inside")
        ready_before = result.ready()
        observer.proceed("inside")
        result.wait()
        assert (ready_before, result.ready()) == (False, True)


def test_successful_may_be_asked_only_when_the_result_is_there(mp, observer):
    with finishing(mp.Pool(1)) as pool:
        result = pool.apply_async(work.stay_inside, (observer.probe("worker"),))
        observer.expect("inside")
        with pytest.raises(ValueError, match="not ready"):
            result.successful()
        observer.proceed("inside")


def test_successful_tells_a_result_from_an_exception(mp):
    with finishing(mp.Pool(1)) as pool:
        good, bad = pool.apply_async(work.answer), pool.apply_async(work.fail_with)
        good.wait()
        bad.wait()
        assert (good.successful(), bad.successful()) == (True, False)


def test_wait_blocks_until_the_result_is_there_and_returns_none(mp, observer):
    caller, worker = observer.probe("caller"), observer.probe("worker")
    child = mp.Process(target=work.call_result, args=(mp, caller, worker, "wait"))
    child.start()
    observer.expect("inside")
    observer.expect_blocked(caller, after="calling")
    observer.proceed("inside")
    child.join()
    assert observer.history.values("returned") == [None]


def test_wait_returns_none_also_when_its_time_is_up(mp, observer):
    with finishing(mp.Pool(1)) as pool:
        result = pool.apply_async(work.stay_inside, (observer.probe("worker"),))
        observer.expect("inside")
        assert result.wait(timeout=0.01) is None
        assert not result.ready()
        observer.proceed("inside")


def test_get_blocks_until_the_result_is_there_and_returns_it(mp, observer):
    caller, worker = observer.probe("caller"), observer.probe("worker")
    child = mp.Process(target=work.call_result, args=(mp, caller, worker, "get"))
    child.start()
    observer.expect("inside")
    observer.expect_blocked(caller, after="calling")
    observer.proceed("inside")
    child.join()
    assert observer.history.values("returned") == ["worker"]


def test_get_gives_up_after_its_timeout_and_the_task_goes_on(mp, observer):
    with finishing(mp.Pool(1)) as pool:
        result = pool.apply_async(work.stay_inside, (observer.probe("worker"),))
        observer.expect("inside")
        with pytest.raises(timeout_error(mp)):
            result.get(timeout=0.01)
        observer.proceed("inside")
        assert result.get() == "worker"


@needs("TimeoutError")
def test_the_timeouterror_of_get_is_not_the_built_in_one(mp, observer):
    with finishing(mp.Pool(1)) as pool:
        result = pool.apply_async(work.stay_inside, (observer.probe("worker"),))
        with pytest.raises(mp.TimeoutError) as caught:
            result.get(timeout=0)
        observer.proceed("inside")
    assert not isinstance(caught.value, TimeoutError)


def test_a_callback_runs_in_the_parent_in_a_thread_of_the_pool(mp):
    calls = []
    with finishing(mp.Pool(1)) as pool:
        pool.apply_async(
            work.answer, callback=lambda value: calls.append((value, work.who()))
        ).get()
    [(value, (pid, thread))] = calls
    assert (value, pid) == (42, os.getpid())
    assert thread != threading.current_thread().name


def test_an_error_callback_is_given_the_exception(mp):
    good, bad = [], []
    with finishing(mp.Pool(1)) as pool:
        pool.apply_async(work.fail_with, ("why",), {}, good.append, bad.append).wait()
        pool.map_async(work.fail_with, ["how"], 1, good.append, bad.append).wait()
    assert (good, list(map(repr, bad))) == ([], ["ValueError('why')", "ValueError('how')"])


def test_a_slow_callback_holds_up_all_other_results(mp, observer):
    callback, worker = observer.probe("callback"), observer.probe("worker")
    with finishing(mp.Pool(1)) as pool:
        pool.apply_async(work.answer, callback=partial(work.linger, callback))
        observer.expect("in the callback")
        other = pool.apply_async(work.report, (worker, "late"))
        observer.expect_blocked(worker, after="done")
        with pytest.raises(timeout_error(mp)):
            other.get(timeout=GRACE)
        observer.proceed("in the callback")
        assert other.get() == "late"


def test_a_callback_can_terminate_its_pool(mp, observer):
    def end(_):
        work.report_call(callback, pool.terminate)
        called.set()

    callback, called = observer.probe("callback"), threading.Event()
    with mp.Pool(1) as pool:
        pool.apply_async(work.answer, callback=end)
        assert called.wait(observer.patience)
        assert observer.history.values("returned") == [None]
    pool.join()


@PROCESSES
@until("3.15")
def test_after_a_callback_that_raises_no_get_returns(mp, observer):
    caller, worker = observer.probe("caller"), observer.probe("worker")
    args = (mp, caller, worker, work.answer, work.fail_with)
    child = mp.Process(target=work.get_after, args=args)
    child.start()
    observer.expect("calling")
    observer.expect("thread died")
    observer.expect_blocked(worker, after="done")
    observer.expect_state(child.pid, "sleeping")
    assert not observer.history.named("returned")
    kill(child, observer, worker)


# When a task fails


def test_an_exception_comes_back_with_its_type_and_arguments(mp):
    with finishing(mp.Pool(1)) as pool, pytest.raises(ValueError) as caught:
        pool.apply(work.fail_with, ("too large", 7))
    assert caught.value.args == ("too large", 7)


@refuted_where(memory="shared", instead="a-threadpool-raises-the-very-exception-of-its-task")
def test_the_workers_traceback_is_the_exceptions_cause(mp):
    with finishing(mp.Pool(1)) as pool, pytest.raises(ValueError) as caught:
        pool.apply(work.fail_with)
    assert "in fail_with" in str(caught.value.__cause__)


@only_where(memory="shared")
def test_a_threadpool_raises_the_very_exception_of_its_task(mp):
    error = ValueError("why")
    with finishing(mp.Pool(1)) as pool, pytest.raises(ValueError) as caught:
        pool.apply(work.raise_this, (error,))
    assert caught.value is error
    assert caught.traceback[-1].name == "raise_this"


def test_map_raises_the_error_that_came_first_in_time(mp, observer):
    one, two, three = observer.probes("item", 3)
    with finishing(mp.Pool(2)) as pool:
        result = pool.map_async(work.fail_inside, [one, two, three], chunksize=1)
        for probe, then in ((two, three), (three, None), (one, None)):
            observer.proceed("inside", of=probe)
            if then:
                observer.expect("inside", of=then)
        with pytest.raises(ValueError, match="item 2"):
            result.get()


def test_map_raises_only_when_the_other_tasks_have_ended(mp, observer):
    one, two = observer.probes("item", 2)
    with finishing(mp.Pool(2)) as pool:
        result = pool.map_async(work.fail_inside, [one, two], chunksize=1)
        observer.proceed("inside", of=one)
        observer.expect("inside", of=two)
        pool.apply(work.answer)  # its result comes behind the error of item 1
        ready_meanwhile = result.ready()
        observer.proceed("inside", of=two)
        with pytest.raises(ValueError, match="item 1"):
            result.get()
    assert not ready_meanwhile


def test_an_error_skips_the_rest_of_its_chunk(mp, observer):
    worker = observer.probe("worker")
    with finishing(mp.Pool(1)) as pool, pytest.raises(ValueError):
        pool.map(partial(work.fail_on, 0, worker), range(4), chunksize=2)
    assert observer.history.values("begun") == [0, 2, 3]


def test_an_error_that_nobody_asks_for_is_never_seen(mp, capfd):
    pool = mp.Pool(1)
    pool.apply_async(work.fail_with, ("why",))
    pool.close()
    pool.join()
    assert capfd.readouterr() == ("", "")


@refuted_where(memory="shared", instead="nothing-is-pickled-on-the-way-through-a-threadpool")
def test_a_lambda_cannot_be_a_task(mp):
    error = pytest.raises((pickle.PicklingError, AttributeError), match="lambda")
    with finishing(mp.Pool(1)) as pool, error:
        pool.apply(lambda: 42)


@refuted_where(memory="shared", instead="nothing-is-pickled-on-the-way-through-a-threadpool")
def test_a_result_that_cannot_be_pickled_becomes_an_error(mp):
    with finishing(mp.Pool(1)) as pool, pytest.raises(encoding_error(mp), match="lock"):
        pool.apply(work.make_lock)


@refuted_where(memory="shared", instead="a-threadpool-raises-the-very-exception-of-its-task")
def test_an_exception_that_cannot_be_pickled_becomes_another_one(mp):
    with finishing(mp.Pool(1)) as pool, pytest.raises(Exception) as caught:
        pool.apply(work.fail_with_a_lock)
    assert caught.type is encoding_error(mp)


@PROCESSES
def test_an_exception_that_cannot_be_rebuilt_never_arrives(mp, observer):
    caller, witness, worker = map(observer.probe, ("caller", "witness", "worker"))
    args = (mp, caller, witness, worker)
    child = mp.Process(target=work.get_what_fails_beyond_rebuilding, args=args)
    child.start()
    observer.expect("thread died")
    observer.expect_blocked(worker, after="failing")
    observer.expect_blocked(caller, after="calling")
    kill(child, observer, worker)


@PROCESSES
def test_after_an_exception_that_cannot_be_rebuilt_no_get_returns(mp, observer):
    caller, failing, worker = map(observer.probe, ("caller", "failing", "worker"))
    task = partial(work.fail_beyond_rebuilding, failing)
    child = mp.Process(target=work.get_after, args=(mp, caller, worker, task))
    child.start()
    observer.expect("calling")
    observer.expect("thread died")
    observer.expect_blocked(worker, after="done")
    observer.expect_state(child.pid, "sleeping")
    assert not observer.history.named("returned")
    kill(child, observer, worker)


# When a worker dies


@PROCESSES
def test_a_task_whose_worker_is_killed_is_lost_and_its_get_blocks(mp, observer):
    caller, doomed, later = map(observer.probe, ("caller", "doomed", "later"))
    child = mp.Process(target=work.lose_a_task_and_get_it, args=(mp, caller, doomed, later))
    child.start()
    [arrival] = observer.expect("inside", of=doomed)
    os.kill(arrival.pid, signal.SIGKILL)
    observer.open("inside")
    observer.expect("done", count=2, of=later)
    observer.expect_blocked(caller, after="calling")
    assert len(observer.history.named("inside")) == 1
    kill(child, observer, later)


@PROCESSES
def test_a_killed_worker_is_replaced_and_the_pool_works_on(mp, observer):
    doomed, later = observer.probe("doomed"), observer.probe("later")
    with mp.Pool(1) as pool:
        pool.apply_async(work.stay_inside, (doomed,))
        [arrival] = observer.expect("inside")
        os.kill(arrival.pid, signal.SIGKILL)
        assert pool.apply(work.report, (later, "works on")) == "works on"
        observer.expect_blocked(later, after="done")


@PROCESSES
def test_a_task_that_calls_sys_exit_is_lost(mp, observer):
    worker, later = observer.probe("worker"), observer.probe("later")
    with mp.Pool(1) as pool:
        lost = pool.apply_async(work.leave, (worker,))
        pool.apply(work.report, (later,))
        observer.expect_blocked(later, after="done")
        assert not lost.ready()
        observer.expect_ended(worker)


@PROCESSES
def test_a_worker_killed_while_idle_can_stop_the_pool_for_good(mp, observer):
    caller, task, first, second = map(observer.probe, ("caller", "task", "first", "second"))
    theirs, ours = mp.Pipe(duplex=False)
    with theirs, ours:
        ours.send(first)
        ours.send(second)
        child = mp.Process(target=work.lose_an_idle_worker, args=(mp, caller, theirs, task))
        child.start()
        [begun] = observer.expect("begun", of=first)
        observer.expect_blocked(task, after="done")
        os.kill(begun.pid, signal.SIGKILL)
        observer.expect_ended(first)
        observer.proceed("idle")
        [begun] = observer.expect("begun", of=second)
        for _ in range(2):  # were there something on its way from one to the other, it would come
            observer.expect_blocked(caller, after="calling")
            observer.expect_blocked(second, after="begun")
        os.kill(child.pid, signal.SIGKILL)
        child.join()
    os.kill(begun.pid, signal.SIGKILL)
    observer.expect_ended(second)


@PROCESSES
def test_a_worker_killed_while_it_sends_its_result_can_stop_the_pool(mp, observer):
    caller, callback, sender, later = map(observer.probe, ("caller", "callback", "sender", "later"))
    args = (mp, caller, callback, sender, later)
    child = mp.Process(target=work.lose_a_sending_worker, args=args)
    child.start()
    observer.expect("in the callback")
    observer.expect_blocked(sender, after="sending")
    [sending] = observer.history.named("sending")
    os.kill(sending.pid, signal.SIGKILL)
    observer.expect_ended(sender)
    observer.proceed("in the callback")
    observer.expect_blocked(later, after="done")
    observer.expect_blocked(caller, after="calling")
    os.kill(child.pid, signal.SIGKILL)
    child.join()
    [done] = observer.history.named("done")
    os.kill(done.pid, signal.SIGKILL)
    observer.expect_ended(later)


@only_where(library="multiprocessing")
def test_a_processpoolexecutor_reports_a_killed_worker_as_an_error(mp, observer):
    with ProcessPoolExecutor(1, mp_context=mp.api) as executor:
        future = executor.submit(work.stay_inside, observer.probe("doomed"))
        [arrival] = observer.expect("inside")
        os.kill(arrival.pid, signal.SIGKILL)
        with pytest.raises(BrokenProcessPool):
            future.result()


# The end of a pool


def test_a_closed_pool_refuses_new_work(mp):
    pool = mp.Pool(1)
    pool.close()
    with pytest.raises(ValueError, match="not running"):
        pool.apply(work.answer)
    pool.join()


def test_a_closed_pool_finishes_what_it_was_given(mp, observer):
    pool = mp.Pool(1)
    running = pool.apply_async(work.stay_inside, (observer.probe("worker"),))
    waiting = pool.apply_async(work.answer)
    observer.expect("inside")
    pool.close()
    observer.proceed("inside")
    assert (running.get(), waiting.get()) == ("worker", 42)
    pool.join()


def test_join_waits_until_all_tasks_of_a_closed_pool_are_done(mp, observer):
    caller, worker = observer.probe("caller"), observer.probe("worker")
    child = mp.Process(target=work.close_and_join, args=(mp, caller, worker))
    child.start()
    observer.expect("inside")
    observer.proceed("closed")
    observer.expect_blocked(caller, after="calling")
    observer.proceed("inside")
    child.join()
    assert observer.history.before("done", "returned")


def test_joining_a_pool_before_close_is_an_error(mp):
    with finishing(mp.Pool(1)) as pool, pytest.raises(ValueError, match="still running"):
        pool.join()


def test_terminate_drops_the_tasks_that_have_not_begun(mp, observer):
    feeder, one, two = map(observer.probe, ("input", "item 1", "item 2"))
    pool = mp.Pool(1)
    pool.imap(work.stay_inside, handed_over([one, two], feeder))
    observer.expect("handed over")
    observer.expect("inside", of=one)
    pool.terminate()
    observer.open("inside")
    observer.expect_ended(one)
    assert not observer.history.of("item 2")


@refuted_where(memory="shared", instead="terminate-does-not-end-a-threadpools-running-task")
def test_terminate_ends_the_workers_in_the_midst_of_their_tasks(mp, observer):
    worker = observer.probe("worker")
    pool = mp.Pool(1)
    pool.apply_async(work.stay_inside, (worker,))
    observer.expect("inside")
    pool.terminate()
    observer.open("inside")
    observer.expect_ended(worker)
    assert not observer.history.named("done")


@only_where(memory="shared")
def test_terminate_does_not_end_a_threadpools_running_task(mp, observer):
    worker = observer.probe("worker")
    pool = mp.Pool(1)
    pool.apply_async(work.stay_inside, (worker,))
    observer.expect("inside")
    pool.terminate()
    observer.note("terminated")
    observer.proceed("inside")
    observer.expect("done")
    assert observer.history.before("terminated", "done")


def test_terminate_prints_nothing(mp, observer, capfd):
    worker = observer.probe("worker")
    pool = mp.Pool(1)
    pool.apply_async(work.stay_inside, (worker,))
    pool.apply_async(work.answer)
    observer.expect("inside")
    pool.terminate()
    observer.open("inside")
    observer.expect_ended(worker)
    pool.join()
    assert capfd.readouterr() == ("", "")


@only_where(memory="inherited")
def test_a_sigterm_handler_that_workers_inherit_makes_terminate_hang(mp, observer):
    caller, worker = observer.probe("caller"), observer.probe("worker")
    child = mp.Process(target=work.terminate_under_a_handler, args=(mp, caller, worker))
    child.start()
    [arrival] = observer.expect("inside")
    observer.proceed("worker is inside")
    observer.expect("SIGTERM came")
    observer.proceed("inside")
    observer.expect_blocked(worker, after="done")
    observer.expect_blocked(caller, after="terminating")
    os.kill(child.pid, signal.SIGKILL)
    child.join()
    os.kill(arrival.pid, signal.SIGKILL)
    observer.expect_ended(worker)


def test_leaving_the_with_block_drops_unfinished_work(mp, observer):
    worker = observer.probe("worker")
    with mp.Pool(1) as pool:
        result = pool.apply_async(work.stay_inside, (worker,))
        observer.expect("inside")
    observer.open("inside")
    observer.expect_ended(worker)
    pool.join()
    assert not result.ready()


@only_where(python="CPython")
def test_a_pool_that_is_dropped_while_it_runs_warns(mp):
    pools = [mp.Pool(1)]
    left = ending(weakref.ref(pools[0]))
    with left, pytest.warns(ResourceWarning, match="unclosed running") as warned:
        drop(pools)
    [pool] = [warning.source for warning in warned if "pool" in str(warning.message)]
    pool.terminate()  # the warning has kept it
    pool.join()


def test_a_program_that_ends_does_not_wait_for_its_pools_tasks(run_program, observer):
    program = run_program("pools_unfinished.py")
    observer.expect("inside")
    observer.proceed("main is through")
    assert program.wait_for_end() == 0
    observer.open("inside")
    program.wait()
    assert not observer.history.named("done")


# Pools and other processes, and pools of threads


def test_a_pool_cannot_be_pickled(mp):
    with (
        finishing(mp.Pool(1)) as pool,
        pytest.raises(NotImplementedError, match="cannot be passed"),
    ):
        pickle.dumps(pool)


@only_where(memory="inherited")
def test_a_pool_that_a_forked_child_inherits_does_nothing_there(mp, observer):
    child_probe = observer.probe("child")
    with finishing(mp.Pool(1)) as pool:
        pool.apply(work.answer)
        child = mp.Process(target=work.apply_and_report, args=(pool, child_probe))
        child.start()
        observer.expect_blocked(child_probe, after="calling")
        assert pool.apply(work.answer) == 42
        observer.expect_blocked(child_probe, after="calling")
        os.kill(child.pid, signal.SIGKILL)
        child.join()


def test_a_threadpool_has_the_methods_of_a_pool(mp):
    def methods(pool):
        return {name for name in dir(pool) if not name.startswith("_")}

    with finishing(mp.Pool(1)) as pool, finishing(mp.module("pool").ThreadPool(1)) as threads:
        assert methods(threads) == methods(pool)
        assert threads.map(work.described, "ab") == pool.map(work.described, "ab")


@only_where(memory="shared")
def test_a_threadpool_replaces_no_thread_that_has_ended(mp, observer):
    worker, caller = observer.probe("worker"), observer.probe("caller")
    pool = mp.Pool(1)
    lost = pool.apply_async(work.leave, (worker,))
    observer.expect_ended(worker)
    child = mp.Process(target=work.apply_and_report, args=(pool, caller))
    child.start()
    observer.expect_blocked(caller, after="calling")
    assert not lost.ready()
    pool.close()
    child.join()
    pool.terminate()


@only_where(memory="shared")
def test_nothing_is_pickled_on_the_way_through_a_threadpool(mp):
    lock = threading.Lock()
    with finishing(mp.Pool(1)) as pool:
        result = pool.apply_async(lambda thing: thing, (lock,))
        result.wait()
        assert result.successful()
        assert result.get() is lock


@only_where(memory="shared")
def test_a_threadpools_task_may_start_children_and_pools(mp):
    with finishing(mp.Pool(1)) as pool:
        assert pool.apply(work.start_a_child, (mp,)) == "started"
        assert pool.apply(work.apply_in_own_pool, (mp,)) == 42
