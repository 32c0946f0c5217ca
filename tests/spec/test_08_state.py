"""The claims of chapter 08, in the note's order."""

# ruff: noqa: FBT003 - acquire's keyword is block for processes and blocking for threads

import array
import ctypes
import os
import pickle
import signal
import tempfile
import threading
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from threading import BrokenBarrierError

import pytest

from mpspec.expectations import needs, only_where, refuted_where, since
from mpspec.work import state as work

PROCESSES = ("inherited", "fresh")

# What a call raises for an argument that pickle does not take.
NOT_PICKLED = (TypeError, AttributeError, pickle.PicklingError)

# What is met at the other end of a connection when nobody is there any more.
NOBODY_THERE = (OSError, EOFError)

PLAIN = [7, 2.5, True, None, "text", b"bytes"]


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


def through_a_pipe(mp, thing):
    """Return what comes out of a pipe into which the thing was sent."""
    end, other_end = mp.Pipe()
    with end, other_end:
        end.send(thing)
        return other_end.recv()


class Blocks:
    """Makes blocks of shared memory, of which none is left in the end."""

    def __init__(self, mp):
        self._module = mp.module("shared_memory")
        self._opened = []
        self.names = set()

    def new(self, size=8, name=None):
        """Create a block."""
        return self._care(self._module.SharedMemory(name=name, create=True, size=size))

    def attach(self, name):
        """Attach to a block."""
        return self._care(self._module.SharedMemory(name=name))

    def list(self, items):
        """Create a `ShareableList`."""
        made = self._module.ShareableList(items)
        self._care(made.shm)
        return made

    def has(self, name):
        """Return whether there is a block of this name."""
        try:
            self._module.SharedMemory(name=name).close()
        except FileNotFoundError:
            return False
        return True

    def tidy(self):
        """Close what was opened, and remove what is there still."""
        for block in self._opened:
            block.close()
        for name in self.names:
            with suppress(FileNotFoundError, AttributeError):  # it has gone, or never came
                left = self._module.SharedMemory(name=name)
                left.close()
                left.unlink()

    def _care(self, block):
        self._opened.append(block)
        self.names.add(block.name)
        return block


@pytest.fixture
def blocks(mp):
    """Return what makes blocks of shared memory; they are removed in the end."""
    blocks = Blocks(mp)
    yield blocks
    blocks.tidy()


class Missing:
    """Stands for what could not be made, and raises why once it is used: in the test itself."""

    def __init__(self, error):
        self._error = error

    def __getattr__(self, name):
        raise self._error

    def __reduce__(self):
        raise self._error


@pytest.fixture
def manager(mp):
    """Return a manager, which is shut down in the end; for threads there is nothing to shut."""
    try:
        made = mp.Manager()
    except Exception as error:  # noqa: BLE001 - the test raises it again
        yield Missing(error)
        return
    with made if hasattr(made, "__exit__") else nullcontext(made):
        yield made


@pytest.fixture
def kind(mp, monkeypatch):
    """Return the class `BaseManager`, which forgets in the end what has been registered."""
    try:
        kind = mp.module("managers").BaseManager
    except AttributeError as error:
        return Missing(error)
    monkeypatch.setattr(kind, "_registry", {})
    monkeypatch.setattr(kind, "Counter", None, raising=False)
    return kind


@pytest.fixture
def address():
    """Return an address for a server that is killed, and so leaves it behind."""
    with tempfile.TemporaryDirectory() as folder:
        yield str(Path(folder) / "server")


@contextmanager
def started(kind, mp, **options):
    """Start a manager of this kind, and shut it down in the end."""
    with kind(ctx=mp.api, **options) as manager:
        yield manager


# Numbers in shared memory


def test_a_value_is_one_number_for_all_processes(mp):
    number = mp.Value("i", 1)
    run(mp, work.assign, number, 2)
    assert number.value == 2


def test_an_array_is_one_row_of_numbers_for_all_processes(mp):
    numbers = mp.Array("d", [0.5, 1.5])
    run(mp, work.assign_item, numbers, 1, 2.5)
    assert list(numbers) == [0.5, 2.5]


@only_where(memory=PROCESSES)
def test_a_value_or_array_begins_with_zeros_or_with_what_it_is_given(mp):
    given = [1, 2]
    numbers = mp.Array("i", given)
    given[0] = 7
    assert (mp.Value("i").value, mp.Value("i", 5).value) == (0, 5)
    assert (mp.Array("i", 2)[:], numbers[:]) == ([0, 0], [1, 2])


@refuted_where(memory="shared", instead="for-threads-value-and-array-are-ordinary-objects")
def test_a_value_holds_only_what_its_c_type_can_hold(mp):
    for byte in (mp.Value("b", 127), mp.Value(ctypes.c_byte, 127)):
        byte.value += 1
        assert byte.value == -128
        with pytest.raises(TypeError):
            byte.value = 0.5


@refuted_where(memory="shared", instead="for-threads-value-and-array-are-ordinary-objects")
def test_an_array_can_be_sliced_but_never_changes_its_length(mp):
    numbers = mp.Array("i", [1, 2, 3])
    assert numbers[1:] == [2, 3]
    numbers[1:] = [8, 9]
    assert numbers[:] == [1, 8, 9]
    with pytest.raises(ValueError, match="same"):
        numbers[1:] = [7, 8, 9]
    with pytest.raises(IndexError):
        numbers[3] = 7


@only_where(memory=PROCESSES)
def test_an_array_of_characters_has_value_and_raw(mp):
    text = mp.Array("c", b"hello")
    run(mp, work.assign, text, b"hi")
    assert text.value == b"hi"
    assert text.raw == b"hi\0lo"


@only_where(memory=PROCESSES)
def test_a_structure_is_shared_with_all_its_fields(mp):
    point = mp.Value(work.Point, 1, 0.5)
    run(mp, work.assign_attribute, point, "y", 2.5)
    assert (point.x, point.y) == (1, 2.5)


@only_where(memory="shared")
def test_for_threads_value_and_array_are_ordinary_objects(mp):
    number = mp.Value("i", 1)
    number.value = "text"
    assert number.value == "text"
    assert not hasattr(number, "get_lock")
    assert type(mp.Array("i", [1])) is array.array


# The lock that comes with them


def test_without_its_lock_an_increment_of_a_value_is_lost(mp, observer):
    number, workers = mp.Value("i", 0), observer.probes("worker", 2)
    children = [start(mp, work.increment, number, worker) for worker in workers]
    observer.expect("has read", count=2)
    for child, worker in zip(children, workers, strict=True):
        observer.proceed("has read", of=worker)
        child.join()
    assert number.value == 1


@only_where(memory=PROCESSES)
def test_under_its_lock_no_increment_of_a_value_is_lost(mp, observer):
    number, (first, second) = mp.Value("i", 0), observer.probes("worker", 2)
    children = [start(mp, work.increment_under_its_lock, number, first)]
    observer.expect("has read")
    children.append(start(mp, work.increment_under_its_lock, number, second))
    observer.expect_blocked(second, after="acquiring")
    observer.open("has read")
    observer.expect_ended(first, second)
    for child in children:
        child.join()
    assert number.value == 2


@only_where(memory=PROCESSES)
def test_the_lock_of_a_value_is_an_rlock(mp, observer):
    lock, probe = mp.Value("i", 0).get_lock(), observer.probe("child")
    assert [lock.acquire(False), lock.acquire(False)] == [True, True]
    run(mp, work.acquire_at_once, lock, probe)
    assert observer.history.values("acquired") == [False]


@only_where(memory=PROCESSES)
def test_a_value_uses_the_lock_that_it_is_given(mp, observer):
    lock, probe = mp.RLock(), observer.probe("child")
    number, numbers = mp.Value("i", 1, lock=lock), mp.Array("i", [1], lock=lock)
    assert number.get_lock() is numbers.get_lock() is lock
    with lock:
        child = start(mp, work.read, number, probe)
        observer.expect_blocked(probe, after="reading")
    child.join()


@only_where(memory=PROCESSES)
def test_with_a_plain_lock_a_value_blocks_its_own_holder(mp, observer):
    number, probe = mp.Value("i", 1, lock=mp.Lock()), observer.probe("child")
    child = start(mp, work.read_under_its_lock, number, probe)
    observer.expect_blocked(probe, after="reading")
    number.get_lock().release()  # by somebody else, who has come to help
    observer.expect("read")
    child.join()


@only_where(memory=PROCESSES)
def test_reading_a_value_waits_for_whoever_holds_its_lock(mp, observer):
    number, reader = mp.Value("i", 1), observer.probe("reader")
    with number.get_lock():
        child = start(mp, work.read, number, reader)
        observer.expect_blocked(reader, after="reading")
        number.value = 2
    child.join()
    assert observer.history.values("read") == [2]


@only_where(memory=PROCESSES)
def test_get_obj_passes_by_the_lock(mp, observer):
    number = mp.Value("i", 0)
    child = start(mp, work.hold_its_lock, number, 1, observer.probe("holder"))
    observer.expect("assigned")
    number.get_obj().value += 1
    observer.proceed("assigned")
    child.join()
    assert number.value == 2


def test_rawvalue_and_rawarray_are_shared_without_a_lock(mp):
    number, numbers = mp.RawValue("i", 1), mp.RawArray("i", 2)
    run(mp, work.assign, number, 2)
    run(mp, work.assign_item, numbers, 1, 3)
    assert (number.value, numbers[:]) == (2, [0, 3])
    unlocked = [mp.Value("i", lock=False), mp.Array("i", 2, lock=False)]
    assert not any(hasattr(each, "get_lock") for each in [number, numbers, *unlocked])


@only_where(memory=PROCESSES)
def test_synchronized_gives_a_raw_object_a_lock(mp, observer):
    lock, probe = mp.Lock(), observer.probe("child")
    number = mp.module("sharedctypes").synchronized(mp.RawValue("i", 0), lock)
    with lock:
        child = start(mp, work.read, number, probe)
        observer.expect_blocked(probe, after="reading")
    child.join()


@only_where(memory=PROCESSES)
def test_copy_makes_a_second_shared_object(mp):
    number = mp.RawValue("i", 1)
    second = mp.module("sharedctypes").copy(number)
    run(mp, work.assign, second, 2)
    assert (number.value, second.value) == (1, 2)


# Whoever may have them


@needs("Process.pid")
def test_what_a_killed_child_had_written_stays(mp, observer):
    number = mp.Value("i", 0)
    child = start(mp, work.assign_and_stay, number, 7, observer.probe("child"))
    observer.expect("assigned")
    end(child)
    assert number.value == 7


@needs("Process.pid")
def test_nobody_can_read_a_value_whose_lock_a_killed_process_held(mp, observer):
    number, reader = mp.Value("i", 0), observer.probe("reader")
    holder = start(mp, work.hold_its_lock, number, 7, observer.probe("holder"))
    observer.expect("assigned")
    end(holder)
    child = start(mp, work.read, number, reader)
    observer.expect_blocked(reader, after="reading")
    end(child)


@refuted_where(memory="shared", instead="threads-share-one-memory")
def test_a_value_cannot_be_sent_to_a_running_process(mp):
    for make, content in ((mp.Value, 0), (mp.Array, [0])):
        with pytest.raises(RuntimeError, match="through inheritance"):
            through_a_pipe(mp, make("i", content))
    with pytest.raises(RuntimeError, match="through inheritance"):
        through_a_pipe(mp, mp.RawValue("i"))


@only_where(memory=PROCESSES)
def test_a_pools_workers_get_a_value_by_their_initializer(mp):
    total = mp.Value("i", 0)
    with mp.Pool(2, work.keep, (total,)) as pool:
        pool.map(work.add_to_kept, [1, 2, 3])
    assert total.value == 6


# Blocks of shared memory


def test_a_block_of_shared_memory_is_found_by_its_name(mp, blocks):
    block = blocks.new()
    run(mp, work.write_byte, mp, block.name, 7)
    assert block.buf[0] == 7


def test_a_new_block_has_at_least_the_size_asked_for_all_of_it_zero(blocks):
    for size in (1, 5000, 1 << 16):
        block = blocks.new(size)
        assert block.size == len(block.buf) >= size
        assert not any(block.buf)


def test_creating_a_block_under_a_name_that_is_taken_is_an_error(blocks):
    block = blocks.new()
    with pytest.raises(FileExistsError):
        blocks.new(name=block.name)


def test_attaching_to_a_name_that_nobody_has_created_is_an_error(blocks):
    with pytest.raises(FileNotFoundError):
        blocks.attach(f"mpspec-{os.getpid()}-none")


def test_a_block_of_no_bytes_is_refused(blocks):
    for size in (0, -1):
        with pytest.raises(ValueError, match="size"):
            blocks.new(size)


def test_a_sharedmemory_object_is_pickled_as_its_name(mp, blocks):
    block = blocks.new()
    arrived = through_a_pipe(mp, block)
    arrived.buf[0] = 7
    assert (arrived.name, block.buf[0]) == (block.name, 7)
    arrived.close()


def test_close_ends_ones_own_view_only(blocks):
    block = blocks.new()
    other = blocks.attach(block.name)
    block.close()
    assert block.buf is None
    other.buf[0] = 7
    assert blocks.has(block.name)


@only_where(python="CPython")
def test_a_slice_of_the_buffer_keeps_close_from_succeeding(blocks):
    block = blocks.new()
    piece = block.buf[:4]
    with pytest.raises(BufferError):
        block.close()
    piece.release()


def test_unlink_removes_the_name_and_leaves_the_memory_to_who_has_it(blocks):
    block = blocks.new()
    other = blocks.attach(block.name)
    block.buf[0] = 7
    block.unlink()
    assert not blocks.has(block.name)
    assert other.buf[0] == 7


def test_a_block_can_be_unlinked_only_once(blocks):
    block = blocks.new()
    other = blocks.attach(block.name)
    block.unlink()
    with pytest.raises(FileNotFoundError):
        other.unlink()


# Who cleans up


def test_what_a_program_forgets_to_unlink_is_removed_with_a_warning(run_program, blocks):
    program = run_program("state_forgets.py").wait()
    name = program.out.strip()
    blocks.names.add(name)
    assert "1 leaked shared_memory objects to clean up" in program.err
    assert not blocks.has(name)


@only_where(memory=PROCESSES)
def test_a_child_that_attaches_leaves_the_block_alone_when_it_ends(mp, blocks):
    block = blocks.new()
    run(mp, work.write_byte, mp, block.name, 7)
    assert blocks.has(block.name)


@refuted_where(memory="inherited", instead="a-forked-childs-own-tracker-removes-what-it-has-made")
@only_where(memory=PROCESSES)
@pytest.mark.usefixtures("blocks")
def test_a_block_that_a_child_has_made_outlives_the_child(run_program):
    program = run_program("state_made_by_child.py").wait()
    assert program.out.strip() == "it is there"


@only_where(memory="inherited")
@pytest.mark.usefixtures("blocks")
def test_a_forked_childs_own_tracker_removes_what_it_has_made(run_program):
    program = run_program("state_made_by_child.py").wait()
    assert program.out.strip() == "it is gone"


def test_a_program_that_only_attaches_removes_the_block_at_its_end(run_program, blocks):
    block = blocks.new()
    run_program("state_attaches.py", environment={"MPSPEC_BLOCK": block.name}).wait()
    assert block.buf[0] == 7
    assert not blocks.has(block.name)


@since("3.13")
def test_with_track_false_a_program_leaves_the_block_alone(run_program, blocks):
    block = blocks.new()
    told = {"MPSPEC_BLOCK": block.name, "MPSPEC_UNTRACKED": "1"}
    run_program("state_attaches.py", environment=told).wait()
    assert block.buf[0] == 7
    assert blocks.has(block.name)


@only_where(memory=PROCESSES)
def test_a_sharedmemorymanager_removes_its_blocks_in_the_end(mp, blocks):
    with mp.module("managers").SharedMemoryManager(ctx=mp.api) as manager:
        block, items = manager.SharedMemory(8), manager.ShareableList([1, 2])
        blocks.names |= {block.name, items.shm.name}
        block.close()
        items.shm.close()
        assert all(map(blocks.has, blocks.names))
    assert not any(map(blocks.has, blocks.names))


# A list in shared memory


def test_a_shareablelist_is_changed_in_place_by_all_processes(mp, blocks):
    items = blocks.list(PLAIN)
    run(mp, work.assign_in_list, mp, items.shm.name, 0, 8)
    assert list(items) == [8, *PLAIN[1:]]


def test_a_shareablelist_never_changes_its_length(blocks):
    items = blocks.list([1, 2])
    with pytest.raises(IndexError):
        items[2] = 3
    assert not any(hasattr(items, name) for name in ("append", "insert", "pop"))
    assert len(items) == 2


def test_a_string_cannot_outgrow_its_place_in_a_shareablelist(blocks):
    items = blocks.list(["short"])
    items[0] = "8 bytes!"
    for too_long in ("nine chars", b"ten bytes!", "é" * 5):
        with pytest.raises(ValueError, match="exceeds available storage"):
            items[0] = too_long
    assert items[0] == "8 bytes!"


def test_a_shareablelist_cuts_a_string_with_too_many_bytes_for_its_characters(blocks):
    items = blocks.list(["é" * 5, "€" * 3])
    assert items[0] == "é" * 4
    with pytest.raises(UnicodeDecodeError):
        assert items[1]


def test_an_item_of_a_shareablelist_may_change_its_type(blocks):
    items = blocks.list([1])
    items[0] = 2.5
    assert (items[0], items.format) == (2.5, "d")


def test_a_shareablelist_loses_trailing_null_characters(blocks):
    items = blocks.list(["text\0", b"bytes\0\0", "in\0side"])
    assert list(items) == ["text", b"bytes", "in\0side"]


def test_a_shareablelist_takes_plain_objects_only(blocks):
    for thing in ([1], (1,), {"one": 1}, 1j):
        with pytest.raises(KeyError):
            blocks.list([thing])


def test_a_shareablelist_can_be_searched_like_a_list(blocks):
    items = blocks.list(["a", "b", "b"])
    assert (items.index("b"), items.count("b"), "c" in items) == (1, 2, False)
    with pytest.raises(ValueError, match="not in"):
        items.index("c")


def test_a_shareablelist_is_removed_by_way_of_its_shm(blocks):
    items = blocks.list([1])
    items.shm.close()
    items.shm.unlink()
    assert not blocks.has(items.shm.name)


# What a manager keeps


def test_a_managers_list_is_filled_by_all_processes(mp, manager):
    names = manager.list()
    run(mp, work.append, names, "Ada")
    run(mp, work.append, names, "Alan")
    assert names[:] == ["Ada", "Alan"]


def test_a_managers_dict_is_updated_by_all_processes(mp, manager):
    counts = manager.dict(apples=1)
    run(mp, work.assign_item, counts, "apples", 2)
    run(mp, work.update, counts, {"pears": 3, "plums": 4})
    assert counts.copy() == {"apples": 2, "pears": 3, "plums": 4}


@since("3.14")
@only_where(memory=PROCESSES)
def test_a_managers_set_is_shared_from_python_3_14_on(mp, manager):
    names = manager.set(["Ada"])
    run(mp, work.add, names, "Alan")
    run(mp, work.add, names, "Ada")
    assert names | set() == {"Ada", "Alan"}


def test_a_namespace_is_shared_by_its_attributes(mp, manager):
    config = manager.Namespace(colour="white", size=1)
    run(mp, work.assign_attribute, config, "colour", "red")
    assert (config.colour, config.size) == ("red", 1)


def test_a_managers_value_takes_any_object(mp, manager):
    thing = manager.Value("i", 1)
    run(mp, work.assign, thing, ["a", "list"])
    assert thing.value == ["a", "list"]


def test_a_managers_array_is_one_of_the_module_array(mp, manager):
    numbers = manager.Array("i", [1, 2])
    run(mp, work.assign_item, numbers, 0, 7)
    assert numbers[:] == array.array("i", [7, 2])


@only_where(memory="shared")
def test_for_threads_a_managers_list_is_a_list(manager):
    assert (manager.list, manager.dict) == (list, dict)


def test_a_proxy_can_be_sent_to_a_running_process(mp, manager):
    names = manager.list()
    through_a_pipe(mp, names).append("Ada")
    with mp.Pool(1) as pool:
        pool.apply(work.append, (names, "Alan"))
    assert names[:] == ["Ada", "Alan"]


# What a proxy does not do


@refuted_where(memory="shared", instead="for-threads-a-managers-list-is-a-list")
def test_a_change_within_a_stored_object_is_lost(manager):
    rows = manager.list([["Ada"]])
    rows[0].append("Alan")
    assert rows[0] == ["Ada"]


def test_assigning_the_changed_copy_stores_it(manager):
    rows = manager.list([["Ada"]])
    row = rows[0]
    row.append("Alan")
    rows[0] = row
    assert rows[0] == ["Ada", "Alan"]


def test_a_proxy_within_a_proxy_stays_shared(mp, manager):
    rows, row = manager.dict(), manager.list(["Ada"])
    rows["first"] = row
    run(mp, work.append, row, "Alan")
    rows["first"].append("Grace")
    assert row[:] == ["Ada", "Alan", "Grace"]


def test_two_steps_through_a_proxy_can_lose_an_update(mp, manager, observer):
    counts, workers = manager.dict(apples=0), observer.probes("worker", 2)
    children = [start(mp, work.increment_item, counts, "apples", worker) for worker in workers]
    observer.expect("has read", count=2)
    for child, worker in zip(children, workers, strict=True):
        observer.proceed("has read", of=worker)
        child.join()
    assert counts["apples"] == 1


def test_under_a_managers_lock_no_update_is_lost(mp, manager, observer):
    counts, lock = manager.dict(apples=0), manager.Lock()
    first, second = observer.probes("worker", 2)
    children = [start(mp, work.increment_item_under, lock, counts, "apples", first)]
    observer.expect("has read")
    children.append(start(mp, work.increment_item_under, lock, counts, "apples", second))
    observer.expect_blocked(second, after="acquiring")
    observer.open("has read")
    observer.expect_ended(first, second)
    for child in children:
        child.join()
    assert counts["apples"] == 2


def test_a_loop_over_a_list_proxy_sees_changes_made_meanwhile(mp, manager):
    names = manager.list(["Ada", "Alan"])
    seen = []
    for name in names:
        seen.append(name)
        if name == "Ada":
            run(mp, work.assign_item, names, 1, "Grace")
    assert seen == ["Ada", "Grace"]


@refuted_where(memory="shared", instead="for-threads-a-managers-list-is-a-list")
def test_the_keys_of_a_dict_proxy_are_a_list_of_their_own(manager):
    counts = manager.dict(apples=1)
    keys = counts.keys()
    counts["pears"] = 2
    assert keys == ["apples"]


@refuted_where(memory="shared", instead="for-threads-a-managers-list-is-a-list")
def test_repr_names_the_proxy_and_str_shows_the_object(manager):
    names = manager.list(["Ada"])
    assert repr(names).startswith("<ListProxy object, typeid 'list' at 0x")
    assert str(names) == "['Ada']"


@refuted_where(memory="shared", instead="for-threads-a-managers-list-is-a-list")
def test_a_proxy_does_not_equal_what_it_stands_for(manager):
    names, counts = manager.list(["Ada"]), manager.dict(apples=1)
    assert (names == ["Ada"], counts == {"apples": 1}) == (False, False)
    assert (names[:] == ["Ada"], counts.copy() == {"apples": 1}) == (True, True)


@only_where(memory=PROCESSES)
def test_getvalue_returns_a_copy(manager):
    names = manager.list(["Ada"])
    copy = names._getvalue()
    names.append("Alan")
    assert copy == ["Ada"]


@refuted_where(memory="shared", instead="for-threads-a-managers-list-is-a-list")
def test_an_argument_that_cannot_be_pickled_is_refused_by_the_call(manager):
    things = manager.list()
    with pytest.raises(NOT_PICKLED):
        things.append(threading.Lock())
    assert len(things) == 0


def test_an_error_in_the_manager_is_raised_in_the_caller(manager):
    counts = manager.dict()
    with pytest.raises(KeyError) as caught:
        counts["pears"]
    assert caught.value.args == ("pears",)


@only_where(memory=PROCESSES)
def test_an_error_from_the_manager_brings_no_traceback_along(kind, mp):
    kind.register("Counter", work.Counter)
    with started(kind, mp) as manager, pytest.raises(ValueError, match="too many") as caught:
        manager.Counter().refuse("too many", 7)
    assert (caught.value.args, caught.value.__cause__) == (("too many", 7), None)


@only_where(memory=PROCESSES)
def test_calling_what_a_proxy_does_not_expose_is_a_remoteerror(mp, manager):
    names = manager.list(["Ada"])
    assert names._callmethod("__len__") == 1
    with pytest.raises(mp.module("managers").RemoteError, match="not in exposed"):
        names._callmethod("no_such_method")


# Locks and queues of a manager


def test_a_managers_lock_admits_one_process_at_a_time(mp, manager, observer):
    lock, (first, second) = manager.Lock(), observer.probes("worker", 2)
    children = [start(mp, work.hold, lock, first)]
    observer.expect("inside")
    children.append(start(mp, work.hold, lock, second))
    observer.expect_blocked(second, after="acquiring")
    observer.open("inside")
    observer.expect_ended(first, second)
    for child in children:
        child.join()


def test_a_managers_rlock_belongs_to_the_thread_that_acquired_it(mp, manager, observer):
    rlock, (child, thread) = manager.RLock(), observer.probes("asker", 2)
    assert [rlock.acquire(False), rlock.acquire(False)] == [True, True]
    run(mp, work.acquire_at_once, rlock, child)
    work.acquire_in_a_thread(rlock, thread)
    assert observer.history.values("acquired") == [False, False]


def test_a_managers_other_primitives_are_those_of_threading(manager):
    semaphore, bounded = manager.Semaphore(2), manager.BoundedSemaphore(1)
    event, condition, barrier = manager.Event(), manager.Condition(), manager.Barrier(2)
    assert [semaphore.acquire(False) for _ in range(3)] == [True, True, False]
    with pytest.raises(ValueError, match="too many times"):
        bounded.release()
    assert (event.wait(0), event.set(), event.wait(0)) == (False, None, True)
    with condition:
        assert not condition.wait(0)
    with pytest.raises(BrokenBarrierError):
        barrier.wait(0)


def test_what_is_put_on_a_managers_queue_is_there_when_put_returns(manager):
    for queue in (manager.Queue(), manager.JoinableQueue()):
        queue.put("an item")
        assert not queue.empty()
        assert queue.get_nowait() == "an item"


@needs("parent_process")
@only_where(memory=PROCESSES)
def test_a_managers_pool_works_below_the_manager(mp, manager):
    [process] = mp.active_children()
    with manager.Pool(1) as pool:
        assert pool.apply(work.parents_pid, (mp,)) == process.pid
        assert pool.map(abs, [-1, -2]) == [1, 2]


# The manager's process


@only_where(memory=PROCESSES)
def test_a_manager_is_a_process_that_ends_with_its_block(mp):
    with mp.Manager() as manager:
        assert manager.list(["Ada"])[:] == ["Ada"]
        assert len(mp.active_children()) == 1
    assert mp.active_children() == []


@only_where(memory=PROCESSES)
def test_a_manager_can_be_started_only_once(mp):
    with mp.Manager() as manager, pytest.raises(mp.ProcessError, match="Already started"):
        manager.start()
    with pytest.raises(mp.ProcessError, match="has shut down"):
        manager.start()


@only_where(memory=PROCESSES)
def test_a_proxy_is_of_no_use_after_its_manager_has_ended(mp):
    with mp.Manager() as manager:
        names = manager.list(["Ada"])
    with pytest.raises(NOBODY_THERE):
        names.append("Alan")


@only_where(memory=PROCESSES)
def test_a_killed_manager_takes_with_it_all_that_it_kept(mp, address):
    with mp.module("managers").SyncManager(address, ctx=mp.api) as manager:
        names, [process] = manager.list(["Ada"]), mp.active_children()
        end(process)
        for use in (names.__len__, manager.list):
            with pytest.raises(NOBODY_THERE):
                use()


@only_where(memory=PROCESSES)
def test_ctrl_c_does_not_end_a_manager(run_program, observer):
    program = run_program("state_interrupted.py")
    observer.expect("waiting")
    program.interrupt()
    assert program.wait().out.strip() == "['Ada', 'Alan']"


@only_where(memory=PROCESSES)
def test_a_registered_class_is_shared_by_way_of_a_proxy(mp, kind):
    kind.register("Counter", work.Counter)
    with started(kind, mp) as manager:
        counter = manager.Counter()
        run(mp, work.count_up, counter)
        run(mp, work.count_up, counter)
        assert counter.count_up() == 3


@only_where(memory=PROCESSES)
def test_a_proxy_offers_public_methods_only(mp, kind):
    kind.register("Counter", work.Counter)
    with started(kind, mp) as manager:
        counter = manager.Counter()
        assert (hasattr(counter, "refuse"), hasattr(counter, "count")) == (True, False)


@only_where(memory=PROCESSES)
def test_exposed_limits_what_a_proxy_offers(mp, kind):
    kind.register("Counter", work.Counter, exposed=["count_up"])
    with started(kind, mp) as manager:
        counter = manager.Counter()
        assert (hasattr(counter, "count_up"), hasattr(counter, "refuse")) == (True, False)


@only_where(memory=PROCESSES)
def test_whoever_knows_address_and_key_can_connect_to_a_manager(mp, kind, observer):
    kind.register("Counter", work.get_the_counter)
    with started(kind, mp, authkey=b"key") as manager:
        manager.Counter().count_up()
        asked = (kind, manager.address, b"key", observer.probe("child"))
        run(mp, work.connect_and_count_up, *asked)
    assert observer.history.values("counted") == [2]


@only_where(memory=PROCESSES)
def test_a_wrong_authkey_is_refused(mp, kind):
    with started(kind, mp, authkey=b"key") as manager:
        stranger = kind(address=manager.address, authkey=b"another key")
        with pytest.raises(mp.AuthenticationError):
            stranger.connect()


@needs("Process.pid")
def test_serve_forever_makes_a_process_the_server(mp, kind, address, observer):
    child = start(mp, work.serve, kind, address, b"key", observer.probe("server"))
    observer.expect("serving")
    kind.register("Counter")
    manager = kind(address=address, authkey=b"key")
    manager.connect()
    counts = [manager.Counter().count_up() for _ in range(2)]
    end(child)
    assert counts == [1, 2]
