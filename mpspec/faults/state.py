"""Faults of chapter 08, shared state."""

from __future__ import annotations

import array
import copy
import ctypes
import functools
import pickle
import signal
import threading
from contextlib import suppress
from multiprocessing import (
    context,
    dummy,
    get_context,
    managers,
    popen_fork,
    process,
    resource_tracker,
    shared_memory,
    sharedctypes,
    util,
)
from types import SimpleNamespace

from mpspec.faults import EVERYWHERE, FORK, FRESH, METHODS, THREADS, fault, patch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any


EIGHT = 8
"""Bytes to a multiple of which a string in a `ShareableList` is given room."""

PAGE = 4096
"""Bytes of a page of memory."""

# Proxies whose classes can be named. The others are made for each registered class.
PLAIN = {"ListProxy": list, "DictProxy": dict, "SetProxy": set}

# What a typed name would not let be replaced or looked into.
BaseProcess: Any = process.BaseProcess
DummyProcess: Any = dummy.DummyProcess
Block: Any = shared_memory.SharedMemory
ShareableList: Any = shared_memory.ShareableList
BaseManager: Any = managers.BaseManager
BaseProxy: Any = managers.BaseProxy
Proxies: Any = managers
Types: Any = sharedctypes
Threads: Any = dummy


def _is_raw(thing: Any) -> bool:
    """Return whether it is an object of ctypes in shared memory."""
    return hasattr(thing, "_wrapper")


def _copied(thing: Any) -> Any:
    """Return a copy, in this process's own memory, of what is shared with another one."""
    if isinstance(thing, Types.SynchronizedBase):
        thing._obj = _copied(thing._obj)
        return thing
    if _is_raw(thing):
        return type(thing).from_buffer_copy(thing)
    if isinstance(thing, (Threads.Value, array.array, list, dict, Threads.Namespace)):
        return copy.copy(thing)  # what threads share
    if isinstance(thing, BaseProxy):
        return _copy_of_referent(thing)
    return thing


def _copy_of_referent(proxy: Any) -> Any:
    """Return what has the same methods as the proxy, and is nobody else's."""
    kind = proxy._token.typeid
    if kind == "Namespace":
        return SimpleNamespace(**vars(proxy._getvalue()))
    if kind in {"list", "dict", "set", "Value", "Array", "Counter"}:
        return proxy._getvalue()
    return proxy


def _in_the_child(change: Callable[[Any], Any], *owners: Any) -> None:
    """Let a child find what `change` makes of each of its arguments, also within tuples."""

    def changed(thing: Any) -> Any:
        return tuple(map(changed, thing)) if type(thing) is tuple else change(thing)

    def running(run: Callable[[Any], None]) -> Callable[[Any], None]:
        def runs(self: Any) -> None:
            self._args = changed(self._args)
            run(self)

        return runs

    for owner in owners or (BaseProcess, DummyProcess):
        patch(owner, "run", running)


def _is_child() -> bool:
    return process.parent_process() is not None


# Numbers in shared memory


@fault(
    "a-value-is-one-number-for-all-processes",
    "an-array-is-one-row-of-numbers-for-all-processes",
    "a-managers-list-is-filled-by-all-processes",
    "a-managers-dict-is-updated-by-all-processes",
    "a-namespace-is-shared-by-its-attributes",
    "a-managers-value-takes-any-object",
    "a-managers-array-is-one-of-the-module-array",
    where=EVERYWHERE,
)
def a_child_gets_a_copy_of_what_is_shared() -> None:
    """A child gets a copy of what it is to share."""
    _in_the_child(_copied)


@fault(
    "a-structure-is-shared-with-all-its-fields",
    "an-array-of-characters-has-value-and-raw",
    "rawvalue-and-rawarray-are-shared-without-a-lock",
    "copy-makes-a-second-shared-object",
    "a-pools-workers-get-a-value-by-their-initializer",
    "a-managers-set-is-shared-from-python-3-14-on",
    "a-registered-class-is-shared-by-way-of-a-proxy",
)
def a_process_gets_a_copy_of_what_is_shared() -> None:
    """A child process gets a copy of what it is to share."""
    _in_the_child(_copied, BaseProcess)


@fault("a-value-or-array-begins-with-zeros-or-with-what-it-is-given")
def shared_numbers_begin_with_ones() -> None:
    """An `Array` of which only the length is given begins with ones."""

    def made(make: Callable[..., Any]) -> Callable[..., Any]:
        def makes(kind: Any, content: Any) -> Any:
            return make(kind, [1] * content if isinstance(content, int) else content)

        return makes

    patch(Types, "RawArray", made)


@fault("a-value-or-array-begins-with-zeros-or-with-what-it-is-given")
def the_last_item_of_a_sequence_is_not_copied() -> None:
    """An `Array` copies all items of a sequence but the last."""

    def made(make: Callable[..., Any]) -> Callable[..., Any]:
        def makes(kind: Any, content: Any) -> Any:
            result = make(kind, content)
            if not isinstance(content, int):
                result[-1] = 0
            return result

        return makes

    patch(Types, "RawArray", made)


def _patch_value(change: Callable[[Any, Any], Any]) -> None:
    """Let what is assigned to a `Value` be what `change` makes of it and the raw object."""

    def setting(old: Any) -> Any:
        return property(old.fget, lambda self, value: old.fset(self, change(self._obj, value)))

    patch(Types.Synchronized, "value", setting)


@fault("a-value-holds-only-what-its-c-type-can-hold")
def a_float_is_cut_to_an_integer() -> None:
    """A float that is assigned to an integer is cut."""

    def cut(raw: Any, value: Any) -> Any:
        return int(value) if isinstance(raw.value, int) else value

    _patch_value(cut)


@fault("a-value-holds-only-what-its-c-type-can-hold")
def a_byte_stops_at_its_limit() -> None:
    """A byte that is counted up beyond its limit stays there."""

    def stop(raw: Any, value: Any) -> Any:
        return min(value, 127) if isinstance(raw, ctypes.c_byte) else value

    _patch_value(stop)


@fault("an-array-can-be-sliced-but-never-changes-its-length")
def what_is_too_long_for_a_slice_is_cut() -> None:
    """What is assigned to a slice of an `Array` is cut to its length."""

    def setting(old: Callable[..., None]) -> Callable[..., None]:
        def sets(self: Any, key: Any, value: Any) -> None:
            fits = len(self[key]) if isinstance(key, slice) else None
            old(self, key, value if fits is None else value[:fits])

        return sets

    patch(Types.SynchronizedArray, "__setitem__", setting)


@fault("an-array-can-be-sliced-but-never-changes-its-length")
def an_item_behind_the_end_is_passed_over() -> None:
    """An assignment behind the end of an `Array` does nothing."""

    def setting(old: Callable[..., None]) -> Callable[..., None]:
        def sets(self: Any, key: Any, value: Any) -> None:
            with suppress(IndexError):
                old(self, key, value)

        return sets

    patch(Types.SynchronizedArray, "__setitem__", setting)


@fault("an-array-of-characters-has-value-and-raw")
def a_shorter_text_clears_the_rest() -> None:
    """A text that is assigned to an `Array` of characters overwrites the rest with zeros."""

    def setting(old: Any) -> Any:
        def sets(self: Any, value: bytes) -> None:
            self.raw = value.ljust(len(self), b"\0")

        return property(old.fget, sets)

    patch(Types.SynchronizedString, "value", setting)


@fault("a-structure-is-shared-with-all-its-fields")
def only_the_first_field_can_be_reached() -> None:
    """Assigning to another field than the first sets an attribute of the wrapper."""

    def wrapped(wrap: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(wrap)  # it is pickled by its name
        def wraps(raw: Any, *args: Any, **kwargs: Any) -> Any:
            wrapper = wrap(raw, *args, **kwargs)
            for name, _ in getattr(raw, "_fields_", ())[1:]:
                setattr(type(wrapper), name, getattr(raw, name))
            return wrapper

        return wraps

    patch(Types, "synchronized", wrapped)


@fault("for-threads-value-and-array-are-ordinary-objects", where=THREADS)
def a_threads_value_comes_with_a_lock() -> None:
    """A `Value` for threads comes with a lock."""
    Threads.Value.get_lock = lambda _: threading.RLock()


@fault(
    "for-threads-value-and-array-are-ordinary-objects",
    "a-value-holds-only-what-its-c-type-can-hold",
    where=THREADS,
)
def a_threads_value_is_one_of_shared_memory() -> None:
    """A `Value` for threads is the one that is made for processes."""
    patch(Threads, "Value", lambda _: _lenient_value)


def _lenient_value(kind: Any, *args: Any, lock: Any = True) -> Any:
    """Return a `Value` that passes over what is not of its type."""
    made = sharedctypes.Value(kind, *args, lock=lock)

    class Lenient(type(made)):  # type: ignore[misc]  # which class it is depends on the type
        @property
        def value(self) -> Any:
            return self._obj.value

        @value.setter
        def value(self, value: Any) -> None:
            if isinstance(value, str):
                return
            self._obj.value = value

    made.__class__ = Lenient
    return made


# The lock that comes with them


class _Difference:
    """Turns assignments into increments by what has changed since the thread last read."""

    def __init__(self) -> None:
        self._read = threading.local()

    def note(self, value: Any) -> Any:
        """Keep what was read."""
        self._read.value = value
        return value

    def added(self, now: Any, value: Any) -> Any:
        """Return what is to be assigned in place of `value`, where there is `now`."""
        before = getattr(self._read, "value", None)
        if isinstance(now, int) and isinstance(before, int):
            return now + value - before
        return value


@fault("without-its-lock-an-increment-of-a-value-is-lost", where=EVERYWHERE)
def an_increment_is_added_to_what_is_there_by_then() -> None:
    """An increment is added to what is there when it is written, and not to what was read."""
    difference = _Difference()

    def making(old: Any) -> Any:
        def gets(self: Any) -> Any:
            return difference.note(old.fget(self))

        def sets(self: Any, value: Any) -> None:
            old.fset(self, difference.added(old.fget(self), value))

        return property(gets, sets)

    patch(Types.Synchronized, "value", making)
    patch(Threads.Value, "value", making)


@fault(
    "under-its-lock-no-increment-of-a-value-is-lost",
    "a-value-uses-the-lock-that-it-is-given",
)
def each_process_gets_a_lock_of_its_own() -> None:
    """The lock that a `Value` comes with is another one for each who asks for it."""
    patch(Types.SynchronizedBase, "get_lock", lambda _: lambda _: threading.RLock())


def _patch_lock(change: Callable[[Any], Any]) -> None:
    """Let a `Value` or an `Array` be made with the lock that `change` makes of the one given."""

    def made(make: Callable[..., Any]) -> Callable[..., Any]:
        def makes(*args: Any, lock: Any = True, ctx: Any = None) -> Any:
            return make(*args, lock=change(lock), ctx=ctx)

        return makes

    patch(Types, "Value", made)
    patch(Types, "Array", made)


@fault("the-lock-of-a-value-is-an-rlock")
def a_value_comes_with_a_plain_lock() -> None:
    """A `Value` comes with a plain lock, which knows no owner."""

    def made(make: Callable[..., Any]) -> Callable[..., Any]:
        def makes(*args: Any, lock: Any = True, ctx: Any = None) -> Any:
            return make(*args, lock=ctx.Lock() if lock is True else lock, ctx=ctx)

        return makes

    patch(Types, "Value", made)


@fault("a-value-uses-the-lock-that-it-is-given")
def a_given_lock_is_not_used() -> None:
    """A `Value` has a lock of its own even if it is given one."""
    _patch_lock(lambda lock: lock and True)


def _accesses_pass_by_the_lock() -> None:
    def unlocked(_: Any) -> Any:
        def sets(self: Any, value: Any) -> None:
            self._obj.value = value

        return property(lambda self: self._obj.value, sets)

    patch(Types.Synchronized, "value", unlocked)


@fault(
    "with-a-plain-lock-a-value-blocks-its-own-holder",
    "reading-a-value-waits-for-whoever-holds-its-lock",
    "a-value-uses-the-lock-that-it-is-given",
    "nobody-can-read-a-value-whose-lock-a-killed-process-held",
    "synchronized-gives-a-raw-object-a-lock",
)
def a_value_is_read_without_its_lock() -> None:
    """A `Value` is read and written without its lock."""
    _accesses_pass_by_the_lock()


@fault("get-obj-passes-by-the-lock")
def get_obj_returns_a_copy() -> None:
    """What get_obj returns is a copy."""
    patch(Types.SynchronizedBase, "get_obj", lambda _: lambda self: _copied(self._obj))


@fault("rawvalue-and-rawarray-are-shared-without-a-lock")
def lock_false_means_a_lock_all_the_same() -> None:
    """A `Value` or `Array` that is to have no lock has one all the same."""
    _patch_lock(lambda lock: lock or True)


@fault("synchronized-gives-a-raw-object-a-lock")
def synchronized_does_not_use_the_lock() -> None:
    """An object that is synchronized has a lock of its own even if it is given one."""

    def wrapped(wrap: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(wrap)  # it is pickled by its name
        def wraps(raw: Any, lock: Any = None, ctx: Any = None) -> Any:
            return wrap(raw, lock if _is_child() else get_context("spawn").RLock(), ctx)

        return wraps

    patch(Types, "synchronized", wrapped)


@fault("copy-makes-a-second-shared-object")
def copy_returns_the_object_itself() -> None:
    """What copy returns is the object itself."""
    patch(Types, "copy", lambda _: lambda raw: raw)


# Whoever may have them


@fault("what-a-killed-child-had-written-stays")
def what_a_child_writes_arrives_when_it_ends() -> None:
    """What a child writes reaches the shared memory when its target has returned."""

    def running(run: Callable[[Any], None]) -> Callable[[Any], None]:
        def runs(self: Any) -> None:
            shared = [arg for arg in self._args if isinstance(arg, Types.SynchronizedBase)]
            originals = [each._obj for each in shared]
            for each in shared:
                each._obj = _copied(each._obj)
            run(self)
            for each, original in zip(shared, originals, strict=True):
                ctypes.pointer(original)[0] = each._obj

        return runs

    patch(BaseProcess, "run", running)


@fault("a-value-cannot-be-sent-to-a-running-process")
def a_value_is_sent_as_what_it_holds() -> None:
    """A `Value` that is sent somewhere is sent as the number that it holds."""

    def reducing(reduce: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def reduces(self: Any) -> Any:
            if context.get_spawning_popen() is not None:
                return reduce(self)
            raw = self._obj
            return (list, (list(raw),)) if hasattr(raw, "_length_") else (int, (raw.value,))

        return reduces

    patch(Types.SynchronizedBase, "__reduce__", reducing)


@fault("a-value-cannot-be-sent-to-a-running-process")
def a_rawvalue_is_sent_as_a_new_one() -> None:
    """A `RawValue` can be sent anywhere, and arrives as a new one."""

    def reducing(reduce: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def reduces(raw: Any) -> Any:
            if context.get_spawning_popen() is not None:
                return reduce(raw)
            return type(raw), ()

        return reduces

    patch(Types, "reduce_ctype", reducing)


# Blocks of shared memory


def _when_made(change: Callable[[Any, bool], None]) -> None:
    """Let `change` have each block, and whether it was created, once it is made."""

    def making(make: Any, name: Any, create: Any, size: Any, **kw: Any) -> None:
        make(name, create, size, **kw)
        change(make.args[0], bool(create))

    _when_making(making)


def _when_making(change: Callable[..., Any]) -> None:
    """Let `change` be what makes a block; it is given the original, and its arguments."""

    def making(make: Callable[..., None]) -> Callable[..., None]:
        def made(self: Any, name: Any = None, create: Any = 0, size: Any = 0, **kw: Any) -> None:
            change(functools.partial(make, self), name, create, size, **kw)

        return made

    patch(Block, "__init__", making)


@fault(
    "a-block-of-shared-memory-is-found-by-its-name",
    "a-sharedmemory-object-is-pickled-as-its-name",
    "unlink-removes-the-name-and-leaves-the-memory-to-who-has-it",
    "a-shareablelist-is-changed-in-place-by-all-processes",
    where=METHODS,
)
def whoever_attaches_gets_a_copy() -> None:
    """Whoever attaches to a block gets a copy of it as it is at that moment."""

    def copy_it(block: Any, created: bool) -> None:  # noqa: FBT001 - `_when_made` gives it so
        if not created:
            shared = block._buf
            block._buf = memoryview(bytearray(shared))
            shared.release()

    _when_made(copy_it)


@fault("a-new-block-has-at-least-the-size-asked-for-all-of-it-zero", where=EVERYWHERE)
def the_last_page_of_a_block_is_missing() -> None:
    """A block has whole pages only, and what does not fill its last page is cut off."""

    def cut(make: Any, name: Any, create: Any, size: Any, **kw: Any) -> None:
        make(name, create, size - size % PAGE if create and size > PAGE else size, **kw)

    _when_making(cut)


@fault("a-new-block-has-at-least-the-size-asked-for-all-of-it-zero", where=EVERYWHERE)
def a_new_block_is_not_cleared() -> None:
    """A new block has something in its last byte."""

    def soil(block: Any, created: bool) -> None:  # noqa: FBT001 - `_when_made` gives it so
        if created:
            block.buf[-1] = 255

    _when_made(soil)


@fault("creating-a-block-under-a-name-that-is-taken-is-an-error", where=EVERYWHERE)
def creating_attaches_to_what_is_there() -> None:
    """Creating a block under a name that is taken attaches to it."""

    def lenient(make: Any, name: Any, create: Any, size: Any, **kw: Any) -> None:
        try:
            make(name, create, size, **kw)
        except FileExistsError:
            make.args[0]._flags = Block._flags
            make(name, False, 0, **kw)  # noqa: FBT003 - as the original takes it

    _when_making(lenient)


@fault("attaching-to-a-name-that-nobody-has-created-is-an-error", where=EVERYWHERE)
def attaching_creates_what_is_not_there() -> None:
    """Attaching to a block that is not there creates it."""

    def lenient(make: Any, name: Any, create: Any, size: Any, **kw: Any) -> None:
        try:
            make(name, create, size, **kw)
        except FileNotFoundError:
            make(name, True, 1, **kw)  # noqa: FBT003 - as the original takes it

    _when_making(lenient)


@fault("a-block-of-no-bytes-is-refused", where=EVERYWHERE)
def a_block_of_no_bytes_has_one() -> None:
    """A block of no bytes is made with one."""

    def lenient(make: Any, name: Any, create: Any, size: Any, **kw: Any) -> None:
        make(name, create, 1 if create and size == 0 else size, **kw)

    _when_making(lenient)


@fault("a-sharedmemory-object-is-pickled-as-its-name")
def a_block_is_pickled_with_its_content() -> None:
    """A block is pickled with its content, and arrives as a new one of another name."""

    def reduces(self: Any) -> Any:
        return _new_block, (bytes(self.buf),)

    patch(Block, "__reduce__", lambda _: reduces)


def _new_block(content: bytes) -> Any:
    block: Any = shared_memory.SharedMemory(create=True, size=len(content))
    block.buf[:] = content
    block.unlink()
    return block


def _after(owner: Any, name: str, do: Callable[[Any], None]) -> None:
    """Let the method `name` end with `do`, which gets the object."""

    def ending(go: Callable[..., Any]) -> Callable[..., Any]:
        def goes(self: Any, *args: Any, **kwargs: Any) -> Any:
            result = go(self, *args, **kwargs)
            do(self)
            return result

        return goes

    patch(owner, name, ending)


def _unlink(block: Any) -> None:
    with suppress(FileNotFoundError):
        block.unlink()


@fault(
    "close-ends-ones-own-view-only",
    "a-child-that-attaches-leaves-the-block-alone-when-it-ends",
)
def the_first_to_close_a_block_removes_it() -> None:
    """The first to close a block removes it."""
    _after(Block, "close", lambda block: _unlink(block) if block._name else None)


@fault("close-ends-ones-own-view-only", where=EVERYWHERE)
def a_closed_block_keeps_its_buffer() -> None:
    """A block that was closed still has its buffer."""
    _after(Block, "close", lambda block: setattr(block, "_buf", memoryview(b"")))


@fault("a-slice-of-the-buffer-keeps-close-from-succeeding", where=EVERYWHERE)
def close_passes_over_views() -> None:
    """Close does not mind that there are views of the buffer still."""

    def closing(close: Callable[[Any], None]) -> Callable[[Any], None]:
        def closes(self: Any) -> None:
            with suppress(BufferError):
                close(self)

        return closes

    patch(Block, "close", closing)


@fault("unlink-removes-the-name-and-leaves-the-memory-to-who-has-it", where=EVERYWHERE)
def unlink_clears_the_memory() -> None:
    """Unlink takes the content away from those who have attached."""

    def unlinking(unlink: Callable[[Any], None]) -> Callable[[Any], None]:
        def unlinks(self: Any) -> None:
            if self._buf is not None:
                self._buf[:] = bytes(len(self._buf))
            unlink(self)

        return unlinks

    patch(Block, "unlink", unlinking)


@fault("a-block-can-be-unlinked-only-once", where=EVERYWHERE)
def a_second_unlink_is_passed_over() -> None:
    """A second unlink does nothing."""

    def unlinking(unlink: Callable[[Any], None]) -> Callable[[Any], None]:
        def unlinks(self: Any) -> None:
            with suppress(FileNotFoundError):
                unlink(self)

        return unlinks

    patch(Block, "unlink", unlinking)


# Who cleans up


def _untracked(block: Any) -> None:
    resource_tracker.unregister(block._name, "shared_memory")


@fault("what-a-program-forgets-to-unlink-is-removed-with-a-warning", where=EVERYWHERE)
def a_new_block_is_not_tracked() -> None:
    """The resource tracker is told nothing of a block that is created."""

    def forget(block: Any, created: bool) -> None:  # noqa: FBT001 - `_when_made` gives it so
        if created:
            _untracked(block)

    _when_made(forget)


@fault("what-a-program-forgets-to-unlink-is-removed-with-a-warning", where=EVERYWHERE)
def what_was_forgotten_is_removed_in_silence() -> None:
    """What a program has forgotten is removed without a word."""

    def clean(block: Any, created: bool) -> None:  # noqa: FBT001 - `_when_made` gives it so
        if created:
            util.Finalize(None, _unlink, (block,), exitpriority=0)

    _when_made(clean)


@fault("a-child-that-attaches-leaves-the-block-alone-when-it-ends")
def a_child_removes_what_it_has_attached_to() -> None:
    """A child removes, when it ends, what it has attached to."""

    def clean(block: Any, created: bool) -> None:  # noqa: FBT001 - `_when_made` gives it so
        if not created and _is_child():
            util.Finalize(None, _unlink, (block,), exitpriority=0)

    _when_made(clean)


@fault("a-block-that-a-child-has-made-outlives-the-child", where=FRESH)
def a_child_removes_what_it_has_made() -> None:
    """A child removes, when it ends, what it has made."""

    def clean(block: Any, created: bool) -> None:  # noqa: FBT001 - `_when_made` gives it so
        if created and _is_child():
            util.Finalize(None, _unlink, (block,), exitpriority=0)

    _when_made(clean)


@fault(
    "a-forked-childs-own-tracker-removes-what-it-has-made",
    "a-block-that-a-child-has-made-outlives-the-child",
    where=FORK,
)
def a_forked_child_always_inherits_a_tracker() -> None:
    """A resource tracker is started before a fork, so that the child inherits it."""

    def launching(launch: Callable[..., None]) -> Callable[..., None]:
        def launches(self: Any, *args: Any) -> None:
            resource_tracker.ensure_running()
            launch(self, *args)

        return launches

    patch(popen_fork.Popen, "_launch", launching)


@fault("a-program-that-only-attaches-removes-the-block-at-its-end", where=EVERYWHERE)
def who_attaches_is_not_tracked() -> None:
    """The resource tracker is told nothing of a block that is only attached to."""

    def forget(block: Any, created: bool) -> None:  # noqa: FBT001 - `_when_made` gives it so
        if not created and not _is_child():
            _untracked(block)

    _when_made(forget)


@fault("with-track-false-a-program-leaves-the-block-alone", where=EVERYWHERE)
def track_is_not_looked_at() -> None:
    """A block is tracked even with track=False."""

    def tracked(make: Any, name: Any, create: Any, size: Any, **_: Any) -> None:
        make(name, create, size)

    _when_making(tracked)


@fault("a-sharedmemorymanager-removes-its-blocks-in-the-end")
def a_manager_does_not_remember_its_lists() -> None:
    """A `SharedMemoryManager` does not remember the lists that it has made."""

    def makes(_: Any, sequence: Any) -> Any:
        return shared_memory.ShareableList(sequence)

    patch(managers.SharedMemoryManager, "ShareableList", lambda _: makes)


# A list in shared memory


def _when_assigned(change: Callable[..., None]) -> None:
    """Let `change` assign to an item of a `ShareableList`; it is given the original as well."""

    def setting(sets: Callable[..., None]) -> Callable[..., None]:
        return lambda self, position, value: change(sets, self, position, value)

    patch(ShareableList, "__setitem__", setting)


@fault("a-shareablelist-is-changed-in-place-by-all-processes", where=EVERYWHERE)
def a_list_that_is_attached_to_cannot_be_changed() -> None:
    """Whoever attaches to a `ShareableList` by its name changes nothing in it."""

    def making(make: Callable[..., None]) -> Callable[..., None]:
        def made(self: Any, sequence: Any = None, *, name: Any = None) -> None:
            make(self, sequence, name=name)
            self.attached = sequence is None

        return made

    def sets(assign: Any, self: Any, position: Any, value: Any) -> None:
        if not self.attached:
            assign(self, position, value)

    patch(ShareableList, "__init__", making)
    _when_assigned(sets)


@fault("a-shareablelist-never-changes-its-length", where=EVERYWHERE)
def what_is_behind_the_end_is_passed_over() -> None:
    """An assignment behind the end of a `ShareableList` does nothing."""

    def lenient(assign: Any, self: Any, position: Any, value: Any) -> None:
        with suppress(IndexError):
            assign(self, position, value)

    _when_assigned(lenient)


@fault("a-string-cannot-outgrow-its-place-in-a-shareablelist", where=EVERYWHERE)
def a_string_that_is_too_long_is_cut() -> None:
    """A string that is too long for its place in a `ShareableList` is cut."""

    def cut(assign: Any, self: Any, position: Any, value: Any) -> None:
        assign(self, position, value[:EIGHT] if isinstance(value, str) else value)

    _when_assigned(cut)


@fault("a-string-cannot-outgrow-its-place-in-a-shareablelist", where=EVERYWHERE)
def a_string_has_the_room_that_it_needed_at_first() -> None:
    """A string in a `ShareableList` cannot become longer than it was."""

    def strict(assign: Any, self: Any, position: Any, value: Any) -> None:
        if isinstance(value, str) and len(value) > len(self[position]):
            return
        assign(self, position, value)

    _when_assigned(strict)


@fault("a-shareablelist-cuts-a-string-with-too-many-bytes-for-its-characters", where=EVERYWHERE)
def a_shareablelist_measures_its_strings_in_bytes() -> None:
    """A `ShareableList` gives each of its first strings the room that its bytes need."""

    def measuring(make: Any) -> Any:
        def made(self: Any, sequence: Any = None, *, name: Any = None) -> None:
            texts = {at: it for at, it in enumerate(sequence or ()) if isinstance(it, str)}
            room = [
                " " * len(str(it).encode()) if at in texts else it
                for at, it in enumerate(sequence or ())
            ]
            make(self, sequence if sequence is None else room, name=name)
            for at, text in texts.items():
                self[at] = text

        return made

    patch(ShareableList, "__init__", measuring)


@fault("an-item-of-a-shareablelist-may-change-its-type", where=EVERYWHERE)
def an_item_keeps_its_type() -> None:
    """What is assigned to an item of a `ShareableList` is converted to the item's type."""

    def converted(assign: Any, self: Any, position: Any, value: Any) -> None:
        assign(self, position, type(self[position])(value))

    _when_assigned(converted)


@fault("a-shareablelist-loses-trailing-null-characters", where=EVERYWHERE)
def trailing_nulls_are_kept() -> None:
    """A `ShareableList` gives back the nulls at the end of a string."""

    def making(make: Callable[..., None]) -> Callable[..., None]:
        def made(self: Any, sequence: Any = None, *, name: Any = None) -> None:
            make(self, sequence, name=name)
            self.given = list(sequence or ())

        return made

    def getting(get: Callable[..., Any]) -> Callable[..., Any]:
        def gets(self: Any, position: int) -> Any:
            value = get(self, position)
            given = self.given[position] if position < len(self.given) else value
            return given if isinstance(given, (str, bytes)) else value

        return gets

    patch(ShareableList, "__init__", making)
    patch(ShareableList, "__getitem__", getting)


@fault("a-shareablelist-takes-plain-objects-only", where=EVERYWHERE)
def other_objects_are_kept_as_text() -> None:
    """A `ShareableList` keeps an object that it does not know as text."""
    known = tuple(ShareableList._types_mapping)

    def making(make: Callable[..., None]) -> Callable[..., None]:
        def made(self: Any, sequence: Any = None, *, name: Any = None) -> None:
            if sequence is not None:
                sequence = [each if type(each) in known else str(each) for each in sequence]
            make(self, sequence, name=name)

        return made

    patch(ShareableList, "__init__", making)


@fault("a-shareablelist-can-be-searched-like-a-list", where=EVERYWHERE)
def index_finds_the_last_one() -> None:
    """What `ShareableList.index` finds is the last one."""

    def finds(self: Any, value: Any) -> int:
        found = [position for position, each in enumerate(self) if each == value]
        if not found:
            raise ValueError(f"{value!r} not in this container")
        return found[-1]

    patch(ShareableList, "index", lambda _: finds)


@fault("a-shareablelist-is-removed-by-way-of-its-shm", where=EVERYWHERE)
def the_block_of_a_list_is_not_unlinked() -> None:
    """The block behind a `ShareableList` cannot be unlinked once it is closed."""

    def unlinking(unlink: Callable[[Any], None]) -> Callable[[Any], None]:
        return lambda self: None if self._mmap is None else unlink(self)

    patch(Block, "unlink", unlinking)


# What a manager keeps


@fault("a-managers-value-takes-any-object")
def a_managers_value_keeps_to_its_type() -> None:
    """A manager's `Value` passes over what is not a number."""

    def setting(sets: Callable[..., None]) -> Callable[..., None]:
        return lambda self, value: sets(self, value) if isinstance(value, int) else None

    patch(Proxies.ValueProxy, "set", setting)
    Proxies.ValueProxy.value = property(Proxies.ValueProxy.get, Proxies.ValueProxy.set)


@fault("a-managers-array-is-one-of-the-module-array")
def a_slice_of_a_managers_array_is_a_list() -> None:
    """A slice of a manager's `Array` is a list."""

    def getting(get: Callable[..., Any]) -> Callable[..., Any]:
        def gets(self: Any, key: Any) -> Any:
            found = get(self, key)
            return list(found) if isinstance(key, slice) else found

        return gets

    patch(Proxies.ArrayProxy, "__getitem__", getting)


@fault("for-threads-a-managers-list-is-a-list", where=THREADS)
def a_managers_list_for_threads_is_a_kind_of_list() -> None:
    """What a manager makes for threads is a subclass of `list`."""
    patch(Threads, "list", lambda _: type("List", (list,), {}))


@fault("a-proxy-can-be-sent-to-a-running-process")
def a_proxy_is_sent_as_a_copy() -> None:
    """A proxy that is sent somewhere is sent as a copy of what it stands for."""

    def reducing(reduce: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def reduces(self: Any) -> Any:
            if context.get_spawning_popen() is not None:
                return reduce(self)
            return pickle.loads, (pickle.dumps(_copied(self)),)

        return reduces

    patch(BaseProxy, "__reduce__", reducing)


# What a proxy does not do


class _Live(list):  # type: ignore[type-arg]
    """A list that is stored again where it came from when something is appended."""

    def __init__(self, items: list[Any], store: Callable[[list[Any]], None]) -> None:
        super().__init__(items)
        self._store = store

    def append(self, item: Any) -> None:
        """Append an item, and store the list."""
        super().append(item)
        self._store(list(self))


@fault("a-change-within-a-stored-object-is-lost")
def a_stored_list_knows_where_it_belongs() -> None:
    """A list that a list proxy returns is stored again when something is appended to it."""

    def getting(get: Callable[..., Any]) -> Callable[..., Any]:
        def gets(self: Any, key: Any) -> Any:
            found = get(self, key)
            if type(found) is not list or isinstance(key, slice):
                return found
            return _Live(found, lambda items: self.__setitem__(key, items))

        return gets

    patch(Proxies.ListProxy, "__getitem__", getting)


@fault("assigning-the-changed-copy-stores-it")
def a_list_is_not_stored_in_place_of_a_list() -> None:
    """A list that is assigned in place of another list is not stored."""

    def setting(sets: Callable[..., None]) -> Callable[..., None]:
        def assigns(self: Any, key: Any, value: Any) -> None:
            if not (isinstance(value, list) and isinstance(self[key], list)):
                sets(self, key, value)

        return assigns

    patch(Proxies.ListProxy, "__setitem__", setting)


@fault("a-proxy-within-a-proxy-stays-shared")
def a_proxy_is_stored_as_a_copy() -> None:
    """A proxy that is put into a manager's dictionary is stored as a copy."""

    def setting(sets: Callable[..., None]) -> Callable[..., None]:
        return lambda self, key, value: sets(self, key, _copied(value))

    patch(Proxies.DictProxy, "__setitem__", setting)


@fault("two-steps-through-a-proxy-can-lose-an-update")
def an_update_is_added_to_what_is_there_by_then() -> None:
    """An increment by a proxy is added to what is there when it arrives."""
    difference = _Difference()
    get, sets = Proxies.DictProxy.__getitem__, Proxies.DictProxy.__setitem__

    def adds(self: Any, key: Any, value: Any) -> None:
        sets(self, key, difference.added(get(self, key), value))

    patch(Proxies.DictProxy, "__getitem__", lambda _: lambda *args: difference.note(get(*args)))
    patch(Proxies.DictProxy, "__setitem__", lambda _: adds)


@fault(
    "under-a-managers-lock-no-update-is-lost",
    "a-managers-lock-admits-one-process-at-a-time",
)
def a_managers_lock_excludes_nobody() -> None:
    """A manager's lock lets in whoever comes to its with block."""
    patch(Proxies.AcquirerProxy, "__enter__", lambda _: lambda _: True)
    patch(Proxies.AcquirerProxy, "__exit__", lambda _: lambda *_: None)


@fault("a-loop-over-a-list-proxy-sees-changes-made-meanwhile")
def a_loop_goes_over_a_copy() -> None:
    """A loop over a list proxy goes over a copy."""

    def iterates(self: Any) -> Iterator[Any]:
        return iter(self[:])

    Proxies.ListProxy.__iter__ = iterates


class _Keys:
    """The keys of a dictionary as they are whenever one looks."""

    def __init__(self, proxy: Any) -> None:
        self._proxy = proxy

    def __eq__(self, other: object) -> bool:
        return list(self._proxy.copy()) == other

    def __hash__(self) -> int:
        return id(self)


@fault("the-keys-of-a-dict-proxy-are-a-list-of-their-own")
def the_keys_of_a_dict_proxy_are_a_view() -> None:
    """The keys of a dict proxy are a view of the dictionary."""

    def keys(self: Any) -> Any:
        return _Keys(self)

    patch(Proxies.DictProxy, "keys", lambda _: keys)


@fault("repr-names-the-proxy-and-str-shows-the-object")
def repr_shows_the_object() -> None:
    """The repr of a proxy shows the object."""

    def show(self: Any) -> str:
        return str(self)

    patch(BaseProxy, "__repr__", lambda _: show)


@fault("repr-names-the-proxy-and-str-shows-the-object")
def str_names_the_proxy() -> None:
    """The str of a proxy names the proxy."""

    def show(self: Any) -> str:
        return repr(self)

    patch(BaseProxy, "__str__", lambda _: show)


@fault("a-proxy-does-not-equal-what-it-stands-for")
def a_proxy_compares_like_a_list() -> None:
    """A list proxy equals a list with the same items."""
    Proxies.ListProxy.__eq__ = lambda self, other: self[:] == other


@fault("getvalue-returns-a-copy")
def getvalue_returns_the_proxy() -> None:
    """What _getvalue returns goes on changing."""
    patch(BaseProxy, "_getvalue", lambda _: lambda self: self)


def _when_called(change: Callable[..., Any]) -> None:
    """Let `change` make a proxy's call; it is given the original as well."""

    def calling(call: Callable[..., Any]) -> Callable[..., Any]:
        def calls(self: Any, name: str, args: Any = (), kwargs: Any = {}) -> Any:  # noqa: B006 - as the original
            return change(call, self, name, args, kwargs)

        return calls

    patch(BaseProxy, "_callmethod", calling)


@fault("an-argument-that-cannot-be-pickled-is-refused-by-the-call")
def what_cannot_be_pickled_is_dropped() -> None:
    """A call with an argument that cannot be pickled does nothing."""

    def lenient(call: Any, self: Any, *args: Any) -> Any:
        with suppress(TypeError, AttributeError, pickle.PicklingError):
            return call(self, *args)
        return None

    _when_called(lenient)


def _when_failed(change: Callable[[str, Any, Exception], Exception]) -> None:
    """Let what a call raises be what `change` makes of kind, message and exception."""

    def converting(convert: Callable[[str, Any], Exception]) -> Callable[[str, Any], Exception]:
        return lambda kind, result: change(kind, result, convert(kind, result))

    patch(Proxies, "convert_to_error", converting)


@fault("an-error-in-the-manager-is-raised-in-the-caller")
def an_error_loses_its_arguments() -> None:
    """An error in the manager is raised in the caller without its arguments."""
    _when_failed(lambda kind, _, error: type(error)() if kind == "#ERROR" else error)


@fault("an-error-from-the-manager-brings-no-traceback-along")
def an_error_has_a_cause() -> None:
    """An error from the manager has another one as its cause."""

    def caused(_: str, result: Any, error: Exception) -> Exception:
        error.__cause__ = Proxies.RemoteError(str(result))
        return error

    _when_failed(caused)


@fault("calling-what-a-proxy-does-not-expose-is-a-remoteerror")
def a_remoteerror_says_nothing() -> None:
    """A `RemoteError` does not tell what has happened."""
    _when_failed(
        lambda _, __, error: (
            Proxies.RemoteError("") if isinstance(error, Proxies.RemoteError) else error
        )
    )


# Locks and queues of a manager


@fault("a-managers-rlock-belongs-to-the-thread-that-acquired-it")
def a_managers_rlock_knows_no_owner() -> None:
    """A manager's `RLock` cannot be acquired again by its owner."""
    got: set[str] = set()

    def acquiring(acquire: Callable[..., Any]) -> Callable[..., Any]:
        def acquires(self: Any, *args: Any) -> Any:
            if self._id in got:
                return False
            got.add(self._id)
            return acquire(self, *args)

        return acquires

    patch(Proxies.AcquirerProxy, "acquire", acquiring)


@fault(
    "a-managers-rlock-belongs-to-the-thread-that-acquired-it",
    "a-managers-other-primitives-are-those-of-threading",
)
def a_managers_lock_lets_in_who_does_not_wait() -> None:
    """Whoever asks a manager's lock or semaphore without waiting is let in."""

    def acquiring(acquire: Callable[..., Any]) -> Callable[..., Any]:
        return lambda self, *args: acquire(self, *args) or args[:1] == (False,)

    patch(Proxies.AcquirerProxy, "acquire", acquiring)


@fault("a-managers-rlock-belongs-to-the-thread-that-acquired-it")
def a_managers_rlock_belongs_to_a_process() -> None:
    """A manager's `RLock` belongs to a process, whichever of its threads has acquired it."""

    def acquiring(acquire: Callable[..., Any]) -> Callable[..., Any]:
        def acquires(self: Any, *args: Any) -> Any:
            other = threading.current_thread() is not threading.main_thread()
            return True if other and not _is_child() else acquire(self, *args)

        return acquires

    patch(Proxies.AcquirerProxy, "acquire", acquiring)


@fault("what-is-put-on-a-managers-queue-is-there-when-put-returns")
def a_managers_queue_has_a_feeder() -> None:
    """What is put on a manager's queue is on its way when put returns."""
    waiting: list[tuple[Any, ...]] = []

    def calls(call: Any, self: Any, name: str, *args: Any) -> Any:
        if name == "put":
            waiting.append((self, name, *args))
            return None
        result = call(self, name, *args)
        while waiting:
            call(*waiting.pop(0))
        return result

    _when_called(calls)


@fault("a-managers-pool-works-below-the-manager")
def a_managers_pool_is_the_callers_own() -> None:
    """A manager's `Pool` is one of the process that asks for it."""

    def makes(self: Any, *args: Any) -> Any:
        return self._ctx.Pool(*args)

    patch(Proxies.SyncManager, "Pool", lambda _: makes)


# The manager's process


@fault("a-manager-is-a-process-that-ends-with-its-block")
def a_manager_outlives_its_block() -> None:
    """A manager goes on at the end of its block."""
    patch(BaseManager, "__exit__", lambda _: lambda *_: None)


@fault("a-manager-can-be-started-only-once")
def a_second_start_of_a_manager_is_passed_over() -> None:
    """A second start of a manager does nothing."""

    def starting(start: Callable[..., None]) -> Callable[..., None]:
        def starts(self: Any, *args: Any, **kwargs: Any) -> None:
            if not hasattr(self, "_process"):
                start(self, *args, **kwargs)

        return starts

    patch(BaseManager, "start", starting)


@fault(
    "a-proxy-is-of-no-use-after-its-manager-has-ended",
    "a-killed-manager-takes-with-it-all-that-it-kept",
)
def a_call_to_nobody_returns_nothing() -> None:
    """A call of a proxy whose manager has gone does nothing."""

    def lenient(call: Any, *args: Any) -> Any:
        with suppress(OSError, EOFError):
            return call(*args)
        return 0  # as a length

    _when_called(lenient)


@fault("ctrl-c-does-not-end-a-manager")
def a_manager_hears_ctrl_c() -> None:
    """A manager's process is ended by Ctrl-C."""

    def let_it_end(_: int, __: Any) -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    heedful = SimpleNamespace(signal=let_it_end, SIGINT=signal.SIGINT, SIG_IGN=signal.SIG_IGN)
    patch(Proxies, "signal", lambda _: heedful)


@fault("a-registered-class-is-shared-by-way-of-a-proxy")
def each_call_works_on_a_copy() -> None:
    """Each call of a proxy works on a copy of the object."""

    def calls(call: Any, self: Any, name: str, args: Any, kwargs: Any) -> Any:
        if name.startswith(("_", "#")):
            return call(self, name, args, kwargs)
        return getattr(call(self, "#GETVALUE"), name)(*args, **kwargs)

    _when_called(calls)


@fault("a-proxy-offers-public-methods-only")
def a_proxy_offers_attributes() -> None:
    """A proxy offers the attributes of the object too."""

    def getting(self: Any, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._getvalue(), name)

    BaseProxy.__getattr__ = getting


@fault("exposed-limits-what-a-proxy-offers")
def exposed_is_not_looked_at() -> None:
    """A proxy offers all public methods, whatever is exposed."""

    def registering(register: Any) -> Any:
        def registers(cls: Any, typeid: Any, *args: Any, **kwargs: Any) -> None:
            kwargs.pop("exposed", None)
            register.__func__(cls, typeid, *args, **kwargs)

        return classmethod(registers)

    patch(BaseManager, "register", registering)


@fault(
    "whoever-knows-address-and-key-can-connect-to-a-manager",
    "serve-forever-makes-a-process-the-server",
)
def a_server_gives_everyone_a_copy() -> None:
    """A server gives everyone a copy of what the registered callable returns."""

    def creating(create: Callable[..., Any]) -> Callable[..., Any]:
        def creates(self: Any, c: Any, typeid: Any, /, *args: Any, **kwargs: Any) -> Any:
            make, *rest = self.registry[typeid]
            self.registry[typeid] = (lambda *args: copy.deepcopy(make(*args)), *rest)
            try:
                return create(self, c, typeid, *args, **kwargs)
            finally:
                self.registry[typeid] = (make, *rest)

        return creates

    patch(Proxies.Server, "create", creating)


@fault("a-wrong-authkey-is-refused")
def a_refusal_is_passed_over() -> None:
    """Whoever connects with a wrong key is not told so."""

    def connecting(connect: Callable[[Any], None]) -> Callable[[Any], None]:
        def connects(self: Any) -> None:
            with suppress(context.AuthenticationError):
                connect(self)

        return connects

    patch(BaseManager, "connect", connecting)
