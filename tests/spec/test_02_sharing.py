"""The claims of chapter 02, in the note's order."""

import os
import pickle
import random
import socket
import threading

import pytest

from mpspec.expectations import only_where, refuted_where
from mpspec.work import sharing as work


def run(*children):
    """Start all children, and join them."""
    for child in children:
        child.start()
    for child in children:
        child.join()


@pytest.fixture
def seeded():
    """Seed the random module with 1, and put its state back afterwards."""
    state = random.getstate()
    random.seed(1)
    yield
    random.setstate(state)


# Each process for itself


@refuted_where(memory="shared", instead="threads-share-one-memory")
def test_each_process_has_its_own_memory(mp, observer, monkeypatch):
    monkeypatch.setattr(work, "colour", "white")
    child = mp.Process(target=work.paint_red, args=(observer.probe("child"),))
    child.start()
    observer.expect("painted")
    seen_by_parent, work.colour = work.colour, "blue"
    observer.proceed("painted")
    child.join()
    [seen_by_child] = observer.history.values("colour")
    assert (seen_by_parent, seen_by_child) == ("white", "red")


@only_where(memory="shared")
def test_threads_share_one_memory(mp, observer, monkeypatch):
    monkeypatch.setattr(work, "colour", "white")
    child = mp.Process(target=work.paint_red, args=(observer.probe("thread"),))
    child.start()
    observer.expect("painted")
    seen_by_starter, work.colour = work.colour, "blue"
    observer.proceed("painted")
    child.join()
    [seen_by_thread] = observer.history.values("colour")
    assert (seen_by_starter, seen_by_thread) == ("red", "blue")


def test_within_one_process_a_called_function_can_change_the_callers_list():
    names = []
    work.append_to(names, "Ada")
    assert names == ["Ada"]


@refuted_where(memory="shared", instead="threads-share-one-memory")
def test_a_list_filled_by_children_stays_empty_in_the_parent(mp, observer):
    names = []
    ada, alan = observer.probe("Ada"), observer.probe("Alan")
    run(
        mp.Process(target=work.append_and_report, args=(names, "Ada", ada)),
        mp.Process(target=work.append_and_report, args=(names, "Alan", alan)),
    )
    assert sorted(observer.history.values("list")) == [["Ada"], ["Alan"]]
    assert names == []


@refuted_where(memory="shared", instead="threads-share-one-memory")
def test_a_lock_does_not_make_a_list_shared(mp, observer):
    names, lock = [], mp.Lock()
    ada, alan = observer.probe("Ada"), observer.probe("Alan")
    run(
        mp.Process(target=work.append_under_lock, args=(names, "Ada", lock, ada)),
        mp.Process(target=work.append_under_lock, args=(names, "Alan", lock, alan)),
    )
    assert sorted(observer.history.values("list")) == [["Ada"], ["Alan"]]
    assert names == []


@refuted_where(memory="shared", instead="threads-share-one-memory")
def test_arguments_are_copied_when_the_process_starts(mp, observer):
    items = ["when made"]
    child = mp.Process(target=work.report_list, args=(items, observer.probe("child")))
    items.append("before start")
    child.start()
    observer.expect("started")
    items.append("after start")
    observer.proceed("started")
    child.join()
    assert observer.history.values("list") == [["when made", "before start"]]


# What a child begins with


@only_where(memory="inherited")
def test_a_forked_child_sees_its_parent_as_it_was_at_the_fork(mp, observer, monkeypatch):
    monkeypatch.setattr(work, "colour", "blue")
    child = mp.Process(target=work.report_colour, args=(observer.probe("child"),))
    child.start()
    observer.expect("started")
    work.colour = "green"
    observer.proceed("started")
    child.join()
    assert observer.history.values("colour") == ["blue"]


@only_where(memory="fresh")
def test_a_fresh_child_imports_its_modules_anew(mp, observer, monkeypatch):
    monkeypatch.setattr(work, "colour", "blue")
    child = mp.Process(target=work.report_colour, args=(observer.probe("child"),))
    child.start()
    observer.proceed("started")
    child.join()
    assert observer.history.values("colour") == ["white"]


@refuted_where(memory="fresh", instead="a-fresh-child-imports-its-modules-anew")
def test_a_patch_in_the_parent_reaches_the_child(mp, observer, monkeypatch):
    monkeypatch.setattr(work, "greeting", lambda: "patched")
    run(mp.Process(target=work.report_greeting, args=(observer.probe("child"),)))
    assert observer.history.values("greeting") == ["patched"]


@refuted_where(memory="shared", instead="threads-share-one-memory")
def test_a_random_of_your_own_gives_every_child_the_same_numbers(mp, observer):
    dice = random.Random(1)
    run(
        *[mp.Process(target=work.roll, args=(dice, child)) for child in observer.probes("child", 2)]
    )
    assert observer.history.values("rolled") == [dice.random()] * 2


@refuted_where(memory="shared", instead="threads-share-one-memory")
@pytest.mark.usefixtures("seeded")
def test_the_random_module_is_seeded_anew_in_each_child(mp, observer):
    children = observer.probes("child", 2)
    run(*[mp.Process(target=work.roll_with_the_module, args=(child,)) for child in children])
    first, second = observer.history.values("rolled")
    assert len({first, second, random.Random(1).random()}) == 3


# What a child can be given


@only_where(memory=("inherited", "shared"))
def test_nothing_is_pickled_for_a_forked_child_or_a_thread(mp, observer):
    probe, never_pickled = observer.probe("child"), work.NeverPickled()
    run(mp.Process(target=lambda thing: probe.note(type(thing).__name__), args=(never_pickled,)))
    assert observer.history.named("NeverPickled")


@refuted_where(
    memory=("inherited", "shared"), instead="nothing-is-pickled-for-a-forked-child-or-a-thread"
)
def test_a_lambda_or_a_local_function_cannot_be_a_target(mp):
    def local_function():
        pass

    for target in (lambda: None, local_function):
        child = mp.Process(target=target)
        with pytest.raises((pickle.PicklingError, AttributeError), match=target.__name__):
            run(child)
        assert child.pid is None


@refuted_where(memory="shared", instead="threads-share-one-memory")
def test_a_bound_method_takes_a_copy_of_its_object_along(mp, observer):
    counter = work.Counter()
    run(mp.Process(target=counter.count_up, args=(observer.probe("child"),)))
    assert observer.history.values("counted") == [1]
    assert counter.count == 0


@refuted_where(
    memory=("inherited", "shared"), instead="nothing-is-pickled-for-a-forked-child-or-a-thread"
)
def test_a_process_with_an_unpicklable_attribute_does_not_start(mp):
    child = mp.Process(target=work.greeting)
    child.guard = threading.Lock()
    with pytest.raises((TypeError, pickle.PicklingError), match="lock"):
        run(child)
    assert child.pid is None


def test_a_class_of_the_main_module_is_found_by_every_child(run_program):
    program = run_program("class_in_main.py").wait()
    assert program.out.splitlines() == [
        "to the child came a Point: True",
        "back came a Point: True",
    ]


@refuted_where(
    memory=("inherited", "shared"), instead="nothing-is-pickled-for-a-forked-child-or-a-thread"
)
def test_a_function_under_the_main_guard_cannot_be_a_target(run_program):
    program = run_program("target_under_the_guard.py").wait()
    assert "exit code 1" in program.out.splitlines()
    assert "AttributeError" in program.err


# Files: pass the name, not the handle


@refuted_where(memory="inherited", instead="a-forked-child-writes-through-the-parents-open-file")
@refuted_where(memory="shared", instead="threads-share-one-memory")
def test_passing_an_open_file_handle_fails(mp, tmp_path):
    with (tmp_path / "log").open("w") as file:
        child = mp.Process(target=work.write_line, args=(file, "from the child"))
        with pytest.raises(TypeError, match="TextIOWrapper"):
            run(child)
    assert child.pid is None


@only_where(memory="inherited")
def test_a_forked_child_writes_through_the_parents_open_file(mp, tmp_path):
    path = tmp_path / "log"
    with path.open("w") as file:
        work.write_line(file, "parent")
        run(mp.Process(target=work.write_line, args=(file, "child")))
        work.write_line(file, "parent again")
    assert path.read_text().splitlines() == ["parent", "child", "parent again"]


@only_where(memory="inherited")
def test_text_waiting_in_a_files_buffer_at_a_fork_can_be_written_twice(mp, tmp_path):
    path = tmp_path / "log"
    with path.open("w") as file:
        file.write("written once\n")
        run(mp.Process(target=work.close, args=(file,)))
    assert path.read_text() == "written once\n" * 2


def test_text_waiting_in_the_buffer_of_stdout_comes_out_once(run_program):
    program = run_program("text_in_the_buffer.py", environment={"PYTHONUNBUFFERED": ""}).wait()
    assert sorted(program.out.splitlines()) == ["from the child", "from the parent"]


@refuted_where(memory="inherited", instead="a-forked-child-writes-through-the-parents-open-file")
@refuted_where(memory="shared", instead="threads-share-one-memory")
def test_passing_a_descriptor_number_fails(mp, observer, tmp_path):
    with (tmp_path / "log").open("w") as file:
        number = file.fileno()
        run(mp.Process(target=work.report_file_behind, args=(number, observer.probe("child"))))
        meant = os.fstat(number)
    found = observer.history.values("file")
    assert len(found) == 1
    assert found != [[meant.st_dev, meant.st_ino]]


def test_a_socket_can_be_passed_as_an_argument(mp):
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            run(mp.Process(target=work.send_hello, args=(theirs,)))
        assert ours.recv(100) == b"hello"


def test_passing_a_file_name_works(mp, observer, tmp_path):
    path = tmp_path / "note"
    path.write_text("for all")
    children = observer.probes("child", 2)
    run(*[mp.Process(target=work.report_text, args=(path, child)) for child in children])
    assert observer.history.values("text") == ["for all", "for all"]


def test_processes_can_share_a_file(mp, observer, tmp_path):
    path = tmp_path / "board"
    workers = observer.probes("worker", 2)
    args = [(path, f"from {worker.name}", worker) for worker in workers]
    children = [mp.Process(target=work.write_and_read, args=each) for each in args]
    for child in children:
        child.start()
    observer.expect("written", count=2)
    observer.open("written")
    for child in children:
        child.join()
    read = [*observer.history.values("lines"), path.read_text().splitlines()]
    assert [sorted(lines) for lines in read] == [["from worker 1", "from worker 2"]] * 3


# One at a time


def test_without_a_lock_an_update_is_lost(mp, observer, tmp_path):
    path = tmp_path / "number"
    path.write_text("0")
    workers = observer.probes("worker", 2)
    children = [mp.Process(target=work.add_one, args=(path, worker)) for worker in workers]
    for child in children:
        child.start()
    observer.expect("read", count=2)
    observer.open("read")
    for child in children:
        child.join()
    assert path.read_text() == "1"


def test_a_lock_passed_as_an_argument_is_one_lock_in_every_child(mp, observer):
    lock, (first, second) = mp.Lock(), observer.probes("child", 2)
    children = [mp.Process(target=work.hold, args=(lock, child)) for child in (first, second)]
    children[0].start()
    observer.expect("inside")
    children[1].start()
    observer.expect_blocked(second, after="acquiring")
    observer.proceed("inside")
    observer.expect("inside", of=second)
    observer.proceed("inside")
    for child in children:
        child.join()
    assert observer.history.peak("holding") == 1


def test_only_the_locked_part_is_serialized(mp, observer):
    lock, workers = mp.Lock(), observer.probes("worker", 3)
    children = [mp.Process(target=work.prepare_and_hold, args=(lock, each)) for each in workers]
    for child in children:
        child.start()
    observer.expect("outside", count=3)
    observer.open("outside")
    [first] = observer.expect("inside")
    observer.expect_blocked(*others(workers, [first]), after="acquiring")
    observer.open("inside")
    observer.expect_ended(*workers)
    for child in children:
        child.join()
    assert observer.history.peak("preparing") == 3
    assert observer.history.peak("holding") == 1


def test_appends_under_a_lock_lose_nothing_and_never_mix(mp, observer, tmp_path):
    path, lock, workers = tmp_path / "log", mp.Lock(), observer.probes("worker", 3)
    children = [mp.Process(target=work.append_lines, args=(path, 4, lock, w)) for w in workers]
    for child in children:
        child.start()
    [first] = observer.expect("half a line written")
    observer.expect_blocked(*others(workers, [first]), after="acquiring")
    observer.open("half a line written")
    observer.expect_ended(*workers)
    for child in children:
        child.join()
    written = [f"{worker.name} wrote line {number}" for worker in workers for number in range(4)]
    assert sorted(path.read_text().splitlines()) == written
    assert observer.history.peak("writing") == 1


def test_workers_appending_to_one_file_under_a_lock_lose_no_line(run_program, observer):
    workers = observer.probes("worker", 3)
    program = run_program("demo_shared_file.py")
    [first] = observer.expect("inside")
    observer.expect_blocked(*others(workers, [first]), after="waits for the lock")
    observer.open("inside")
    observer.expect_ended(*workers)
    lines = program.wait().out.splitlines()
    whole = [f"{worker.name} begins line {n} and finishes it" for worker in workers for n in (1, 2)]
    assert sorted(lines[-6:]) == whole
    assert observer.history.peak("at work") == 1


def test_workers_behind_a_semaphore_of_two_are_never_three_inside(run_program, observer):
    workers = observer.probes("worker", 5)
    program = run_program("demo_semaphore.py")
    seated = observer.expect("inside", count=2)
    observer.expect_blocked(*others(workers, seated), after="waits for a seat")
    observer.open("inside")
    observer.expect_ended(*workers)
    program.wait()
    assert observer.history.peak("at work") == 2


# How a lock reaches a process


@refuted_where(memory="shared", instead="threads-share-one-memory")
def test_a_lock_put_on_a_queue_never_arrives(mp, capsys):
    queue, lock = mp.Queue(), mp.Lock()
    queue.put(lock)
    queue.put("what was put after it")
    assert queue.get() == "what was put after it"
    queue.close()
    queue.join_thread()
    assert "through inheritance" in capsys.readouterr().err


@refuted_where(memory="shared", instead="threads-share-one-memory")
def test_a_lock_cannot_be_sent_through_a_pipe(mp):
    run(mp.Process(target=work.do_nothing_with, args=(mp.Lock(),)))
    end, other_end = mp.Pipe()
    with end, other_end, pytest.raises(RuntimeError, match="through inheritance"):
        end.send(mp.Lock())


@refuted_where(memory="shared", instead="threads-share-one-memory")
def test_a_lock_queue_or_value_cannot_be_sent_to_a_pools_task(mp):
    with mp.Pool(1) as pool:
        for thing in (mp.Lock(), mp.Queue(), mp.Value("i", 0)):
            with pytest.raises(RuntimeError, match="through inheritance"):
                pool.apply(work.do_nothing_with, (thing,))


def test_a_pools_initializer_can_be_given_a_lock(mp):
    lock = mp.Lock()
    with mp.Pool(1, initializer=work.keep, initargs=(lock,)) as pool:
        with lock:
            free_while_held = pool.apply(work.kept_lock_is_free)
        assert (free_while_held, pool.apply(work.kept_lock_is_free)) == (False, True)


def others(workers, reports):
    """Return those of the workers from whom none of the reports is."""
    return [worker for worker in workers if worker.name not in {report.probe for report in reports}]
