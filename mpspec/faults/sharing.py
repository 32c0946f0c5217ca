"""Faults of chapter 02, sharing."""

from __future__ import annotations

import copy
import fcntl
import importlib
import io
import marshal
import multiprocessing
import os
import pickle
import random
import runpy
import shutil
import socket
import sys
import threading
from contextlib import suppress
from multiprocessing import (
    connection,
    context,
    dummy,
    popen_fork,
    process,
    queues,
    reduction,
    sharedctypes,
    synchronize,
    util,
)
from pathlib import Path
from types import FunctionType, ModuleType

from mpspec.faults import EVERYWHERE, FORK, FRESH, THREADS, fault, patch
from mpspec.work import sharing as work

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


MAIN = ("__main__", "__mp_main__")

SEMAPHORE = 1
"""A kind, by which `SemLock` is told that it is no mutex."""

ThreadLock = type(threading.Lock())

# What a typed name would not let be replaced or looked into.
BaseProcess: Any = process.BaseProcess
DummyProcess: Any = dummy.DummyProcess
ForkPopen: Any = popen_fork.Popen
ForkingPickler: Any = reduction.ForkingPickler
Lock: Any = synchronize.Lock
SemLock: Any = synchronize.SemLock
Semaphore: Any = synchronize.Semaphore


def _before(owner: Any, name: str, do: Callable[[Any], None]) -> None:
    """Let the method `name` of a process begin with `do`, which gets the process object."""

    def beginning(go_on: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def begun(self: Any) -> Any:
            do(self)
            return go_on(self)

        return begun

    patch(owner, name, beginning)


def _in_the_child_first(do: Callable[[Any], None]) -> None:
    """Let a child begin with `do`, before it runs its target."""
    _before(BaseProcess, "run", do)


def _given_in_the_child(change: Callable[[Any], Any], owners: tuple[Any, ...]) -> None:
    """Let the child find what `change` makes of each of its arguments, also within tuples."""

    def changed(thing: Any) -> Any:
        return tuple(map(changed, thing)) if type(thing) is tuple else change(thing)

    def take(self: Any) -> None:
        self._args = changed(self._args)

    for owner in owners:
        _before(owner, "run", take)


def _given_back(shared: Callable[[Any], Any], update: Callable[[Any, Any], None]) -> None:
    """Let what a process shares with its child come back from it, to `update` the parent's."""

    def starting(start: Callable[[Any], None]) -> Callable[[Any], None]:
        def started(self: Any) -> None:
            self._mine = shared(self)
            self._reader, self._writer = connection.Pipe(duplex=False)
            start(self)
            self._writer.close()

        return started

    def running(run: Callable[[Any], None]) -> Callable[[Any], None]:
        def ran(self: Any) -> None:
            own = shared(self)
            run(self)
            self._writer.send(own)

        return ran

    def joining(join: Callable[..., None]) -> Callable[..., None]:
        def joined(self: Any, timeout: float | None = None) -> None:
            join(self, timeout)
            with suppress(EOFError):  # it has come already, or never will
                if self._reader.poll():
                    update(self._mine, self._reader.recv())

        return joined

    patch(BaseProcess, "start", starting)
    patch(BaseProcess, "run", running)
    patch(BaseProcess, "join", joining)


def _lists(self: Any) -> list[list[Any]]:
    return [arg for arg in self._args if type(arg) is list]


def _update_lists(mine: list[list[Any]], theirs: list[list[Any]]) -> None:
    for own, other in zip(mine, theirs, strict=True):
        own[:] = other


def _module_of_target(self: Any) -> ModuleType | None:
    return sys.modules.get(getattr(self._target, "__module__", None) or "")


def _new_lock() -> Any:
    return multiprocessing.get_context("fork").Lock()


# Each process for itself


class _Thread(threading.Thread):
    """A thread in the place of a child."""

    def __init__(self, target: Any, args: Any, kwargs: Any) -> None:
        super().__init__(target=target, args=args, kwargs=kwargs)
        self.pid = self.sentinel = os.getpid()
        self.start()

    def wait(self, timeout: float | None = None) -> int | None:
        self.join(timeout)
        return self.poll()

    def poll(self) -> int | None:
        return None if self.is_alive() else 0


@fault(
    "each-process-has-its-own-memory",
    "arguments-are-copied-when-the-process-starts",
    "a-forked-child-sees-its-parent-as-it-was-at-the-fork",
    "a-fresh-child-imports-its-modules-anew",
)
def a_process_is_a_thread_after_all() -> None:
    """A process is only a thread of its parent."""

    def started(self: Any) -> None:
        self._popen = _Thread(self._target, self._args, self._kwargs)

    patch(BaseProcess, "start", lambda _: started)


@fault("threads-share-one-memory", where=THREADS)
def a_thread_has_globals_of_its_own() -> None:
    """A thread begins with a copy of the globals, as a forked child does."""

    def copy_globals(self: Any) -> None:
        target = self._target
        if isinstance(target, FunctionType) and target.__module__ == work.__name__:
            self._target = FunctionType(target.__code__, dict(target.__globals__))

    _before(DummyProcess, "run", copy_globals)


@fault(
    "within-one-process-a-called-function-can-change-the-callers-list",
    where=EVERYWHERE,
)
def a_function_gets_a_copy_of_the_callers_list() -> None:
    """A function that is given a list works on a copy of it."""
    patch(work, "append_to", lambda append: lambda items, item: append(list(items), item))


@fault("a-list-filled-by-children-stays-empty-in-the-parent")
def a_list_comes_back_from_the_child() -> None:
    """After the join a list that was passed to the child has become what the child made of it."""
    _given_back(_lists, _update_lists)


@fault("a-lock-does-not-make-a-list-shared")
def a_lock_makes_lists_shared() -> None:
    """A list that is passed together with a lock comes back from the child at the join."""

    def locked_lists(self: Any) -> list[list[Any]]:
        return _lists(self) if any(isinstance(arg, Lock) for arg in self._args) else []

    _given_back(locked_lists, _update_lists)


@fault("arguments-are-copied-when-the-process-starts")
def arguments_are_copied_when_the_process_is_made() -> None:
    """The arguments are copied when the process is made, and not when it starts."""

    def making(make: Callable[..., None]) -> Callable[..., None]:
        def made(self: Any, *args: Any, **kwargs: Any) -> None:
            make(self, *args, **kwargs)
            self._args = tuple(copy.copy(arg) if type(arg) is list else arg for arg in self._args)

        return made

    patch(BaseProcess, "__init__", making)


# What a child begins with


@fault(
    "a-forked-child-sees-its-parent-as-it-was-at-the-fork",
    "a-patch-in-the-parent-reaches-the-child",
    where=FORK,
)
def a_forked_child_imports_its_targets_module_anew() -> None:
    """A forked child imports the module of its target anew."""

    def import_anew(self: Any) -> None:
        module = _module_of_target(self)
        if module is not None and self._start_method == "fork" and module.__name__ not in MAIN:
            importlib.reload(module)

    _in_the_child_first(import_anew)


@fault(
    "a-fresh-child-imports-its-modules-anew",
    "a-patch-in-the-parent-reaches-the-child",
    where=FRESH,
)
def what_the_parent_has_assigned_is_sent_to_a_fresh_child() -> None:
    """A fresh child is sent what its parent has assigned or patched in the target's module."""

    def take_along(self: Any) -> None:
        module = _module_of_target(self)
        found = dict(vars(module)) if module else {}
        self._texts = {n: v for n, v in found.items() if type(v) is str and n[0] != "_"}
        functions = {n: v for n, v in found.items() if isinstance(v, FunctionType)}
        self._patches = {
            name: marshal.dumps(function.__code__)
            for name, function in functions.items()
            if module and function.__module__ != module.__name__
        }

    def take_over(self: Any) -> None:
        module = _module_of_target(self)
        if module is None or self._start_method not in FRESH:
            return
        patches = {n: _function(code, module.__name__) for n, code in self._patches.items()}
        vars(module).update(self._texts | patches)

    _before(BaseProcess, "start", take_along)
    _in_the_child_first(take_over)


@fault("a-random-of-your-own-gives-every-child-the-same-numbers")
def a_random_is_seeded_anew_in_the_child() -> None:
    """A `Random` that is passed to a child is seeded anew there."""

    def seeded(thing: Any) -> Any:
        return random.Random() if isinstance(thing, random.Random) else thing

    _given_in_the_child(seeded, (BaseProcess,))


@fault("the-random-module-is-seeded-anew-in-each-child")
def the_random_module_goes_on_where_the_parents_was() -> None:
    """A child's `random` module goes on where its parent's was at the start."""

    def keep(self: Any) -> None:
        self._random = random.getstate()

    _before(BaseProcess, "start", keep)
    _in_the_child_first(lambda self: random.setstate(self._random))


# What a child can be given


@fault(
    "nothing-is-pickled-for-a-forked-child-or-a-thread",
    where=(*FORK, *THREADS),
)
def what_can_be_pickled_is_pickled_for_every_child() -> None:
    """Arguments are pickled under every start method, wherever pickle does not refuse to."""

    def pickled(self: Any) -> None:
        for arg in self._args:
            with suppress(RuntimeError, TypeError, AttributeError, pickle.PicklingError):
                pickle.dumps(arg)

    for owner in (BaseProcess, DummyProcess):
        _before(owner, "start", pickled)


def _function(code: bytes, module: str) -> FunctionType:
    """Return, in a child, the function of this code, with the globals of its module."""
    found = sys.modules.get(module)
    return FunctionType(marshal.loads(code), vars(found or ModuleType(module)))


@fault(
    "a-lambda-or-a-local-function-cannot-be-a-target",
    "a-function-under-the-main-guard-cannot-be-a-target",
    where=FRESH,
)
def functions_are_sent_by_their_code() -> None:
    """Lambdas, local functions and the main module's are sent to a child by their code."""

    class ByCode(reduction.ForkingPickler):
        def reducer_override(self, thing: Any) -> Any:
            if isinstance(thing, FunctionType) and (
                "<" in thing.__qualname__ or thing.__module__ in MAIN
            ):
                return _function, (marshal.dumps(thing.__code__), thing.__module__)
            return NotImplemented

    patch(reduction, "ForkingPickler", lambda _: ByCode)


@fault(
    "a-lambda-or-a-local-function-cannot-be-a-target",
    "a-process-with-an-unpicklable-attribute-does-not-start",
    "passing-an-open-file-handle-fails",
    where=FRESH,
)
def a_start_that_fails_has_begun_a_child() -> None:
    """A start that fails, since something cannot be pickled, has begun a child by then."""

    def starting(start: Callable[[Any], None]) -> Callable[[Any], None]:
        def started(self: Any) -> None:
            try:
                start(self)
            except (TypeError, AttributeError, pickle.PicklingError):
                self._popen = self._Popen(type(self)())
                self._popen.wait()
                raise

        return started

    patch(BaseProcess, "start", starting)


@fault("a-bound-method-takes-a-copy-of-its-object-along")
def the_object_of_a_bound_method_comes_back() -> None:
    """After the join the object of a bound method is what the child has made of it."""

    def state(self: Any) -> dict[str, Any]:
        return getattr(getattr(self._target, "__self__", None), "__dict__", {})

    _given_back(state, lambda mine, theirs: mine.update(theirs))


@fault("a-process-with-an-unpicklable-attribute-does-not-start", where=FRESH)
def a_threads_lock_is_sent_as_a_new_one() -> None:
    """A `threading.Lock` can be pickled for a child, which gets a new one."""
    ForkingPickler.register(ThreadLock, lambda _: (threading.Lock, ()))


@fault("a-class-of-the-main-module-is-found-by-every-child")
def the_main_module_is_loaded_once_more_for_the_target() -> None:
    """A child loads the main module twice, so that each of its classes is there twice."""

    def load_once_more(self: Any) -> None:
        module = _module_of_target(self)
        if module is not None and module.__name__ in MAIN:
            again = ModuleType("__mp_main__")
            vars(again).update(runpy.run_path(str(module.__file__), run_name="__mp_main__"))
            sys.modules["__main__"] = sys.modules["__mp_main__"] = again
            self._target = getattr(again, self._target.__name__, self._target)

    _in_the_child_first(load_once_more)


# Files: pass the name, not the handle


@fault("passing-an-open-file-handle-fails", where=FRESH)
def an_open_file_is_opened_again_in_the_child() -> None:
    """An open file is pickled by its name, and opened again in the child."""
    ForkingPickler.register(io.TextIOWrapper, lambda file: (io.open, (file.name, "a")))


@fault("a-forked-child-writes-through-the-parents-open-file", where=FORK)
def a_forked_child_has_a_position_of_its_own_in_the_file() -> None:
    """A forked child has a position of its own in a file that the parent has opened."""

    def open_again(self: Any) -> None:
        for file in self._args:
            if isinstance(file, io.TextIOWrapper):
                own = os.open(file.name, os.O_RDWR)
                os.lseek(own, os.lseek(file.fileno(), 0, os.SEEK_CUR), os.SEEK_SET)
                os.dup2(own, file.fileno())
                os.close(own)

    _in_the_child_first(open_again)


@fault("text-waiting-in-a-files-buffer-at-a-fork-can-be-written-twice", where=FORK)
def open_files_are_flushed_before_the_fork() -> None:
    """Before it forks, start flushes the files among the arguments."""

    def flush(self: Any) -> None:
        for file in self._args:
            if isinstance(file, io.TextIOWrapper):
                file.flush()

    _before(BaseProcess, "start", flush)


@fault("text-waiting-in-the-buffer-of-stdout-comes-out-once", where=FORK)
def stdout_is_not_flushed_before_the_fork() -> None:
    """Start does not flush `sys.stdout` before it forks."""

    def made(self: Any, process_obj: Any) -> None:
        self.returncode = self.finalizer = None
        self._launch(process_obj)

    patch(ForkPopen, "__init__", lambda _: made)


@fault(
    "text-waiting-in-the-buffer-of-stdout-comes-out-once",
    where=("fork", "forkserver"),
)
def a_child_ends_without_flushing_stdout() -> None:
    """A child ends without flushing `sys.stdout`."""

    def flushing(flush: Callable[[], None]) -> Callable[[], None]:
        return lambda: None if process.parent_process() else flush()

    patch(util, "_flush_std_streams", flushing)


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


class _Descriptor:
    """An open descriptor on its way to a child, where it is to have the same number."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __reduce__(self) -> tuple[Any, ...]:
        return _open_in_the_child, (reduction.DupFd(self.number), self.number)


def _open_in_the_child(copy: Any, number: int) -> None:
    own = copy.detach()
    if not _is_open(number):
        os.dup2(own, number)


@fault("passing-a-descriptor-number-fails", where=FRESH)
def a_descriptor_is_passed_with_its_number() -> None:
    """The number of an open descriptor brings the descriptor itself along to the child."""

    def take_along(self: Any) -> None:
        numbers = [arg for arg in self._args if type(arg) is int and _is_open(arg)]
        self._descriptors = [_Descriptor(number) for number in numbers]

    _before(BaseProcess, "start", take_along)


@fault("a-socket-can-be-passed-as-an-argument", where=FRESH)
def a_socket_is_sent_as_the_number_of_its_descriptor() -> None:
    """A socket is sent to the child as the number of its descriptor, without the descriptor."""

    def reduced(line: socket.socket) -> tuple[Any, ...]:
        return socket.socket, (line.family, line.type, line.proto, line.fileno())

    ForkingPickler.register(socket.socket, reduced)


@fault("a-socket-can-be-passed-as-an-argument", where=FORK)
def a_forked_child_does_not_inherit_sockets() -> None:
    """A socket among its arguments is closed in a forked child."""

    def close(self: Any) -> None:
        for line in self._args:
            if self._start_method == "fork" and isinstance(line, socket.socket):
                line.close()

    _in_the_child_first(close)


@fault("passing-a-file-name-works")
def a_path_leads_elsewhere_in_the_child() -> None:
    """A child is confined to a folder of its own, so that a path leads elsewhere there."""

    def confined(thing: Any) -> Any:
        return thing.parent / "confined" / thing.name if isinstance(thing, Path) else thing

    _given_in_the_child(confined, (BaseProcess,))


@fault("processes-can-share-a-file")
def a_child_writes_to_a_copy_of_the_file() -> None:
    """A child works on a copy of the file, which takes the file's place when the child ends."""

    def copied(path: Path) -> Path:
        own = path.with_name(f"{path.name} of {os.getpid()}")
        if path.exists():
            shutil.copy(path, own)
        return own

    def running(run: Callable[[Any], None]) -> Callable[[Any], None]:
        def ran(self: Any) -> None:
            copies = {arg: copied(arg) for arg in self._args if isinstance(arg, Path)}
            self._args = tuple(copies[arg] if isinstance(arg, Path) else arg for arg in self._args)
            run(self)
            for path, own in copies.items():
                own.replace(path)

        return ran

    patch(BaseProcess, "run", running)


# One at a time


@fault("without-a-lock-an-update-is-lost", where=EVERYWHERE)
def a_file_is_updated_in_one_step() -> None:
    """An update starts from what is in the file when it is written, not when it was read."""

    def add_one(path: Path, probe: Any) -> None:
        probe.checkpoint("read", int(path.read_text()))
        with path.open("r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            number = int(file.read())
            file.seek(0)
            file.write(str(number + 1))

    # Pickle looks for it where the original stands.
    add_one.__module__, add_one.__qualname__ = work.__name__, "add_one"
    patch(work, "add_one", lambda _: add_one)


@fault(
    "a-lock-passed-as-an-argument-is-one-lock-in-every-child",
    "a-pools-initializer-can-be-given-a-lock",
    where=EVERYWHERE,
)
def a_lock_is_copied_like_any_argument() -> None:
    """A lock is copied like any other argument: each child gets one of its own."""

    def copied(thing: Any) -> Any:
        if isinstance(thing, ThreadLock):
            return threading.Lock()
        return _new_lock() if isinstance(thing, Lock) else thing

    _given_in_the_child(copied, (BaseProcess, DummyProcess))


@fault(
    "only-the-locked-part-is-serialized",
    "appends-under-a-lock-lose-nothing-and-never-mix",
    "workers-appending-to-one-file-under-a-lock-lose-no-line",
    where=EVERYWHERE,
)
def a_lock_lets_in_two() -> None:
    """A lock lets in two at a time."""

    def made(self: Any, *, ctx: Any) -> None:
        SemLock.__init__(self, SEMAPHORE, 2, 2, ctx=ctx)

    patch(Lock, "__init__", lambda _: made)
    patch(dummy, "Lock", lambda _: lambda: threading.Semaphore(2))


@fault(
    "workers-behind-a-semaphore-of-two-are-never-three-inside",
    where=EVERYWHERE,
)
def a_semaphore_of_two_or_more_lets_in_one_more() -> None:
    """A semaphore of two or more lets in one more than its number."""

    def making(make: Callable[..., None]) -> Callable[..., None]:
        return lambda self, value=1, *, ctx: make(self, value + (value > 1), ctx=ctx)

    patch(Semaphore, "__init__", making)
    patch(dummy, "Semaphore", lambda make: lambda value=1: make(value + (value > 1)))


# How a lock reaches a process


@fault(
    "a-lock-put-on-a-queue-never-arrives",
    "a-lock-cannot-be-sent-through-a-pipe",
    "a-lock-queue-or-value-cannot-be-sent-to-a-pools-task",
)
def a_lock_is_pickled_as_a_new_one() -> None:
    """A lock can be pickled at any time, and a new one arrives."""

    def reducing(reduce: Callable[..., Any]) -> Callable[..., Any]:
        def reduced(self: Any, protocol: int) -> Any:
            return reduce(self, protocol) if context.get_spawning_popen() else (_new_lock, ())

        return reduced

    patch(Lock, "__reduce_ex__", reducing)


@fault("a-lock-put-on-a-queue-never-arrives")
def a_queue_drops_what_it_cannot_pickle_without_a_word() -> None:
    """A queue drops what it cannot pickle without a word."""
    queue: Any = queues.Queue
    patch(queue, "_on_queue_feeder_error", lambda _: staticmethod(lambda *_: None))


@fault("a-lock-cannot-be-sent-through-a-pipe")
def a_thread_that_started_a_child_may_send_its_locks() -> None:
    """A thread that has once started a child may pickle locks ever after."""

    def starting(start: Callable[[Any], None]) -> Callable[[Any], None]:
        def started(self: Any) -> None:
            start(self)
            context.set_spawning_popen(self._popen)

        return started

    patch(BaseProcess, "start", starting)


@fault("a-lock-queue-or-value-cannot-be-sent-to-a-pools-task")
def a_value_is_sent_to_a_task_as_a_number() -> None:
    """A `Value` is pickled for a pool's task, as the number that it holds."""
    synchronized: Any = sharedctypes.Synchronized

    def reducing(reduce: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def reduced(self: Any) -> Any:
            return reduce(self) if context.get_spawning_popen() else (int, (self.value,))

        return reduced

    patch(synchronized, "__reduce__", reducing)
