"""What the children of the chapter on shared state do."""

from __future__ import annotations

import ctypes
import os
import threading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from mpspec.implementations import Implementation
    from mpspec.probe import Probe


class Point(ctypes.Structure):
    """A structure of two fields."""

    _fields_ = (("x", ctypes.c_int), ("y", ctypes.c_double))


class Counter:
    """A class that is no one's but this chapter's."""

    def __init__(self) -> None:
        self.count = 0

    def count_up(self) -> int:
        """Count one up, and return the count."""
        self.count += 1
        return self.count

    def refuse(self, *reasons: Any) -> None:
        """Raise a `ValueError` with these arguments."""
        raise ValueError(*reasons)


the_counter = Counter()


def get_the_counter() -> Counter:
    """Return the one counter of this process."""
    return the_counter


# Numbers


def assign(number: Any, value: Any) -> None:
    """Assign to the number's value."""
    number.value = value


def assign_item(items: Any, key: Any, value: Any) -> None:
    """Assign to one item."""
    items[key] = value


def assign_attribute(thing: Any, name: str, value: Any) -> None:
    """Assign to one attribute."""
    setattr(thing, name, value)


def one(probe: Probe) -> int:
    """Return 1, once the test lets it go on."""
    probe.checkpoint("has read")
    return 1


def increment(number: Any, probe: Probe) -> None:
    """Add to the number what comes only when the test lets it: the number is read by then."""
    number.value += one(probe)


def increment_under(lock: Any, number: Any, probe: Probe) -> None:
    """Do the same under a lock."""
    probe.note("acquiring")
    with lock:
        increment(number, probe)


def increment_under_its_lock(number: Any, probe: Probe) -> None:
    """Do the same under the lock with which the number came."""
    increment_under(number.get_lock(), number, probe)


def increment_item(counts: Any, key: str, probe: Probe) -> None:
    """Add to an item what comes only when the test lets it: the item is read by then."""
    counts[key] += one(probe)


def increment_item_under(lock: Any, counts: Any, key: str, probe: Probe) -> None:
    """Do the same under a lock, and report when it is acquired: reading takes a message."""
    probe.note("acquiring")
    with lock:
        probe.note("inside")
        increment_item(counts, key, probe)


def acquire_at_once(lock: Any, probe: Probe) -> None:
    """Report whether the lock can be acquired without waiting."""
    probe.note("acquired", lock.acquire(False))  # noqa: FBT003 - its keyword is not the same for threads


def read(number: Any, probe: Probe) -> None:
    """Report before the number is read, and what was read."""
    probe.note("reading")
    probe.note("read", number.value)


def read_under_its_lock(number: Any, probe: Probe) -> None:
    """Do the same under the lock with which the number came."""
    with number.get_lock():
        read(number, probe)


def assign_and_stay(number: Any, value: Any, probe: Probe) -> None:
    """Assign to the number's value, and stay until let go on."""
    number.value = value
    probe.checkpoint("assigned")


def hold_its_lock(number: Any, value: Any, probe: Probe) -> None:
    """Assign to the number's value under its lock, and stay inside until let go on."""
    with number.get_lock():
        assign_and_stay(number, value, probe)


_kept: list[Any] = []


def keep(number: Any) -> None:
    """Keep the number for this worker's tasks."""
    _kept[:] = [number]


def add_to_kept(value: int) -> None:
    """Add to the number that this worker keeps."""
    [number] = _kept
    with number.get_lock():
        number.value += value


# Blocks of shared memory


def write_byte(mp: Implementation, name: str, value: int) -> None:
    """Attach to the block of this name, write its first byte, and close it."""
    block = mp.module("shared_memory").SharedMemory(name=name)
    block.buf[0] = value
    block.close()


def make_block(mp: Implementation, name: str, error: Any) -> None:
    """Make a block of shared memory; `error` is a connection to which standard error goes."""
    os.dup2(error.fileno(), 2)
    error.close()
    mp.module("shared_memory").SharedMemory(name=name, create=True, size=8).close()


def assign_in_list(mp: Implementation, name: str, position: int, value: Any) -> None:
    """Attach to the `ShareableList` of this name, and assign to one of its items."""
    items = mp.module("shared_memory").ShareableList(name=name)
    items[position] = value
    items.shm.close()


# Managers


def append(items: Any, item: Any) -> None:
    """Append an item."""
    items.append(item)


def add(items: Any, item: Any) -> None:
    """Add an item to a set."""
    items.add(item)


def update(counts: Any, new: dict[str, int]) -> None:
    """Update a dictionary."""
    counts.update(new)


def hold(lock: Any, probe: Probe) -> None:
    """Acquire the lock, stay inside until let go on, and release it."""
    probe.note("acquiring")
    with lock:
        probe.checkpoint("inside")


def acquire_in_a_thread(lock: Any, probe: Probe) -> None:
    """Report whether another thread of this process can acquire the lock without waiting."""
    thread = threading.Thread(target=acquire_at_once, args=(lock, probe))
    thread.start()
    thread.join()


def parents_pid(mp: Implementation) -> Any:
    """Return the pid of the process that has started this one."""
    return mp.parent_process().pid


def count_up(counter: Any) -> None:
    """Count one up."""
    counter.count_up()


def connect_and_count_up(kind: Any, address: Any, authkey: bytes, probe: Probe) -> None:
    """Connect to the manager at `address`, and report to what its counter was counted up."""
    kind.register("Counter")
    manager = kind(address=address, authkey=authkey)
    manager.connect()
    probe.note("counted", manager.Counter().count_up())


def serve(kind: Any, address: str, authkey: bytes, probe: Probe) -> None:
    """Be the server at `address` that has the one counter of this process."""
    kind.register("Counter", get_the_counter)
    server = kind(address=address, authkey=authkey).get_server()
    probe.note("serving")
    server.serve_forever()
