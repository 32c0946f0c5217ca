"""Faults of chapter 09, start methods and contexts."""

from __future__ import annotations

import logging
import multiprocessing
import os
import runpy
import socket
import sys
import threading
import warnings
from importlib.util import find_spec
from multiprocessing import (
    connection,
    context,
    dummy,
    forkserver,
    process,
    queues,
    reduction,
    resource_tracker,
    spawn,
    synchronize,
    util,
)
from multiprocessing.dummy import connection as dummy_connection

from mpspec.faults import EVERYWHERE, FORK, FRESH, METHODS, THREADS, fault, patch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

VERSION = sys.version_info

FORKSERVER = ("forkserver",)

# Where a fresh child of a context settles the default, as a claim of this chapter says.
SETTLED = VERSION < (3, 13, 12) or (3, 14) <= VERSION < (3, 14, 3)

# Where the fork server runs the main module.
MAIN_IS_PRELOADED = VERSION >= (3, 13, 8)

# Which of the start methods has its children run the main module again.
RUN_AGAIN = ("spawn",) if MAIN_IS_PRELOADED else FRESH

MD5 = 16
"""Bytes of an MD5 digest."""

# What a typed name would not let be replaced or looked into.
BaseContext: Any = context.BaseContext
BaseProcess: Any = process.BaseProcess
Contexts: Any = context._concrete_contexts  # type: ignore[attr-defined]
Default: Any = context._default_context
DefaultContext: Any = context.DefaultContext
DummyProcess: Any = dummy.DummyProcess
ForkServer: Any = forkserver.ForkServer
Listener: Any = connection.Listener
SemLock: Any = synchronize.SemLock
SocketListener: Any = connection.SocketListener  # type: ignore[attr-defined]
ThreadLock = type(threading.Lock())
Tracker: Any = resource_tracker._resource_tracker


def _patch_context(owner: Any, name: str, make: Callable[[Any], Any]) -> None:
    """Patch a method of a context's class, and the functions that the default one has lent."""
    patch(owner, name, make)
    for module in (multiprocessing, spawn):
        if hasattr(module, name):
            setattr(module, name, getattr(Default, name))


def _in_the_child_first(do: Callable[[Any], object], *, threads: bool = False) -> None:
    """Let a child, and a thread if so wished, begin with `do`, which gets the process object."""

    def beginning(go_on: Callable[..., Any]) -> Callable[..., Any]:
        def begun(self: Any, *args: Any, **kwargs: Any) -> Any:
            do(self)
            return go_on(self, *args, **kwargs)

        return begun

    patch(BaseProcess, "_bootstrap", beginning)
    if threads:
        patch(DummyProcess, "run", beginning)


def _before_start(do: Callable[[Any], object]) -> None:
    """Let the start of a child begin with `do`, which gets the process object."""

    def starting(start: Callable[[Any], None]) -> Callable[[Any], None]:
        def starts(self: Any) -> None:
            do(self)
            start(self)

        return starts

    patch(BaseProcess, "start", starting)


def _other_than(method: str) -> Any:
    """Return the context of another start method."""
    return Contexts["fork" if method != "fork" else "spawn"]


# Which start method a program gets


@fault(
    "fork-is-the-default-on-linux-up-to-python-3-13",
    "forkserver-is-the-default-on-linux-from-python-3-14-on",
    "get-all-start-methods-names-the-default-first",
)
def whoever_asks_gets_spawn() -> None:
    """A program that asks for its start method before it has one gets spawn."""

    def asking(get: Callable[..., Any]) -> Callable[..., Any]:
        def asked(self: Any, allow_none: bool = False) -> Any:  # noqa: FBT001, FBT002 - as there
            if self._actual_context is None and not allow_none:
                self._actual_context = Contexts["spawn"]
            return get(self, allow_none)

        return asked

    _patch_context(DefaultContext, "get_start_method", asking)


@fault(
    "set-start-method-chooses-for-the-whole-program",
    "force-replaces-a-start-method-that-is-settled",
)
def processes_are_started_by_another_method() -> None:
    """Processes are started by another method than the one that was chosen."""

    def started(child: Any) -> Any:
        return _other_than(Default.get_start_method()).Process._Popen(child)

    patch(context.Process, "_Popen", lambda _: staticmethod(started))


@fault("a-child-has-the-start-method-of-its-program")
def a_child_chooses_another_start_method() -> None:
    """A child has another start method than its program."""

    def choose(_: Any) -> None:
        Default._actual_context = _other_than(Default.get_start_method())

    _in_the_child_first(choose)


@fault("set-start-method-can-be-called-only-once", "whoever-uses-the-default-has-settled-it")
def every_choice_of_a_start_method_is_forced() -> None:
    """set_start_method replaces what is settled, forced or not."""

    def choosing(choose: Callable[..., None]) -> Callable[..., None]:
        def chosen(self: Any, method: str, force: bool = False) -> None:  # noqa: ARG001, FBT001, FBT002 - as there
            choose(self, method, force=True)

        return chosen

    _patch_context(DefaultContext, "set_start_method", choosing)


@fault("whoever-uses-the-default-has-settled-it")
def the_default_context_is_taken_without_settling_it() -> None:
    """Whatever is made in the default context leaves the start method open."""

    def taking(get: Callable[..., Any]) -> Callable[..., Any]:
        def taken(self: Any, method: str | None = None) -> Any:
            if method is None and self._actual_context is None:
                return self._default_context
            return get(self, method)

        return taken

    _patch_context(DefaultContext, "get_context", taking)


@fault("get-start-method-can-ask-without-settling")
def asking_always_settles() -> None:
    """get_start_method settles the default even if it need not know."""
    _patch_context(
        DefaultContext,
        "get_start_method",
        lambda get: lambda self, allow_none=False: get(self),  # noqa: ARG005 - it is ignored
    )


@fault("force-replaces-a-start-method-that-is-settled")
def force_can_only_forget() -> None:
    """A start method that is settled cannot be replaced, only forgotten."""

    def choosing(choose: Callable[..., None]) -> Callable[..., None]:
        def chosen(self: Any, method: str | None, force: bool = False) -> None:  # noqa: FBT001, FBT002 - as there
            choose(self, method, force=force and method is None)

        return chosen

    _patch_context(DefaultContext, "set_start_method", choosing)


@fault("an-unknown-start-method-is-refused")
def an_unknown_start_method_means_spawn() -> None:
    """An unknown start method is taken for spawn."""

    def getting(get: Callable[..., Any]) -> Callable[..., Any]:
        def got(self: Any, method: str | None = None) -> Any:
            return get(self, method if method in {None, *Contexts} else "spawn")

        return got

    patch(BaseContext, "get_context", getting)


# Contexts


@fault("a-context-starts-children-by-a-method-of-its-own")
def a_contexts_children_are_started_by_the_default() -> None:
    """The children of a context are started by the program's default."""
    starting = {method: Contexts[method].Process._Popen for method in METHODS}

    def started(child: Any) -> Any:
        return starting[Default.get_start_method()](child)

    for method in METHODS:
        patch(Contexts[method].Process, "_Popen", lambda _: staticmethod(started))


@fault("a-named-context-leaves-the-default-open")
def a_named_context_becomes_the_default() -> None:
    """The first context that is asked for becomes the default."""

    def getting(get: Callable[..., Any]) -> Callable[..., Any]:
        def got(self: Any, method: str | None = None) -> Any:
            self._actual_context = self._actual_context or get(self, method)
            return get(self, method)

        return got

    _patch_context(DefaultContext, "get_context", getting)


@fault("starting-a-child-of-a-context-leaves-the-default-open", where=FORK if SETTLED else METHODS)
def starting_a_child_settles_the_default() -> None:
    """Whoever starts a child has settled the default, whatever context it is from."""
    _before_start(lambda _: Default.get_start_method())


@fault(
    "starting-a-child-of-a-context-leaves-the-default-open",
    "in-older-pythons-a-fresh-child-of-a-context-settles-the-default",
    where=FRESH if SETTLED else (),
)
def a_fresh_child_of_a_context_settles_nothing() -> None:
    """A fresh child of a context leaves the default open, in any Python."""
    patch(spawn, "get_start_method", lambda get: lambda: get(allow_none=True))


@fault("a-context-cannot-be-given-another-method")
def choosing_in_a_context_is_passed_over() -> None:
    """Choosing another start method in a context does nothing, and says nothing."""
    patch(BaseContext, "set_start_method", lambda _: lambda *_, **__: None)


@fault("the-class-of-a-process-bears-the-name-of-its-start-method")
def every_context_calls_its_class_process() -> None:
    """Every context calls its class of processes Process."""
    for method in METHODS:
        Contexts[method].Process.__name__ = "Process"


@fault(
    "a-queue-of-the-fork-context-cannot-be-given-to-a-fresh-child",
    where=FRESH if VERSION >= (3, 11, 5) else (),
)
def a_semaphore_does_not_know_that_it_is_for_forks() -> None:
    """A semaphore has forgotten that it was made for forked children."""

    def making(make: Callable[..., None]) -> Callable[..., None]:
        def made(self: Any, *args: Any, **kwargs: Any) -> None:
            make(self, *args, **kwargs)
            self._is_fork_ctx = self.is_fork_ctx = False

        return made

    patch(SemLock, "__init__", making)


@fault("a-queue-of-another-context-than-fork-can-be-given-to-any-child")
def what_a_child_puts_on_a_queue_is_dropped() -> None:
    """What a child puts on a queue is dropped."""

    def putting(put: Callable[..., None]) -> Callable[..., None]:
        def puts(self: Any, *args: Any, **kwargs: Any) -> None:
            if process.parent_process() is None:
                put(self, *args, **kwargs)

        return puts

    patch(queues.Queue, "put", putting)


# What a child imports


@fault("a-fresh-child-knows-the-main-module-as-mp-main", where=FRESH)
def a_fresh_child_is_not_told_the_main_module() -> None:
    """A fresh child is not told which file the main module comes from."""

    def preparing(prepare: Callable[[str], Any]) -> Callable[[str], Any]:
        def prepared(name: str) -> Any:
            data = prepare(name)
            data.pop("init_main_from_path", None)
            return data

        return prepared

    patch(spawn, "get_preparation_data", preparing)


@fault("each-fresh-child-runs-the-main-module-again", where=RUN_AGAIN)
def only_the_first_fresh_child_runs_the_main_module() -> None:
    """Only the first fresh child is told which file the main module comes from."""

    def preparing(prepare: Callable[[str], Any]) -> Callable[[str], Any]:
        told: list[str] = []

        def prepared(name: str) -> Any:
            data = prepare(name)
            if told:
                data.pop("init_main_from_path", None)
            told.append(name)
            return data

        return prepared

    patch(spawn, "get_preparation_data", preparing)


@fault("a-forked-child-does-not-run-the-main-module-again", where=("fork", "threads"))
def a_forked_child_runs_the_main_module_again() -> None:
    """A child runs the main module again, under another name, before anything else."""
    _in_the_child_first(
        lambda _: runpy.run_path(sys.modules["__main__"].__file__ or "", run_name="__mp_main__"),
        threads=True,
    )


@fault(
    "the-fork-server-runs-the-main-module-once-for-all-children",
    "each-fresh-child-runs-the-main-module-again",
    where=FORKSERVER if MAIN_IS_PRELOADED else (),
)
def the_fork_server_leaves_the_main_module_to_its_children() -> None:
    """The fork server does not run the main module; each of its children does."""
    _without_preloading(lambda names: [name for name in names if name != "__main__"])


@fault(
    "a-preloaded-module-is-imported-once-for-all-children",
    "a-module-that-cannot-be-preloaded-is-passed-over",
    where=FORKSERVER,
)
def the_fork_server_preloads_only_the_main_module() -> None:
    """The fork server preloads no module but the main one."""
    _without_preloading(lambda names: [name for name in names if name == "__main__"])


@fault("a-child-begins-with-the-modules-that-its-parent-has-imported", where=("fork", "threads"))
def a_child_has_to_import_everything_anew() -> None:
    """A child has forgotten a module that its parent has imported."""

    def forget(_: Any) -> None:
        sys.modules.pop("colorsys", None)

    _in_the_child_first(forget, threads=True)


@fault("a-child-begins-with-the-modules-that-its-parent-has-imported", where=FRESH)
def a_fresh_child_imports_what_its_parent_has_imported() -> None:
    """A fresh child imports what its parent has imported."""

    def tell(self: Any) -> None:
        self.imported = [name for name in ("colorsys",) if name in sys.modules]

    _before_start(tell)
    _in_the_child_first(lambda self: [__import__(name) for name in self.imported])


@fault("preloading-comes-too-late-once-the-fork-server-runs", where=FORKSERVER)
def a_new_list_of_modules_restarts_the_fork_server() -> None:
    """A new list of modules to preload restarts the fork server."""

    def setting(set_preload: Callable[..., None]) -> Callable[..., None]:
        def sets(*args: Any, **kwargs: Any) -> None:
            set_preload(*args, **kwargs)
            forkserver._forkserver._stop()  # type: ignore[attr-defined]

        return sets

    patch(forkserver, "set_forkserver_preload", setting)


@fault("a-module-that-cannot-be-preloaded-is-passed-over", where=FORKSERVER)
def preloading_ends_at_a_module_that_is_not_there() -> None:
    """Preloading ends at the first module that is not there."""

    def up_to_a_gap(names: list[str]) -> list[str]:
        gaps = [number for number, name in enumerate(names) if not _can_be_found(name)]
        return names[: min(gaps, default=len(names))]

    _without_preloading(up_to_a_gap)


@fault("from-python-3-15-on-a-failed-preload-can-be-made-an-error", where=FORKSERVER)
def on_error_is_ignored() -> None:
    """A preload that fails is passed over, whatever was asked for."""
    patch(forkserver, "set_forkserver_preload", lambda set_: lambda names, **_: set_(names))


@fault("set-executable-chooses-the-interpreter-of-fresh-children", where=FRESH)
def fresh_children_are_run_by_the_parents_interpreter() -> None:
    """Fresh children are run by their parent's interpreter, whatever was chosen."""
    patch(spawn, "get_executable", lambda _: lambda: sys.executable)


@fault("freeze-support-does-nothing-in-a-program-that-is-not-frozen", where=EVERYWHERE)
def freeze_support_looks_only_at_the_command_line() -> None:
    """freeze_support looks only at the command line, and not whether the program is frozen."""
    _patch_context(BaseContext, "freeze_support", lambda _: lambda _: spawn.freeze_support())
    patch(dummy, "freeze_support", lambda _: spawn.freeze_support)


@fault(
    "in-a-frozen-program-freeze-support-does-the-childs-work",
    where=("spawn",) if VERSION >= (3, 14) else (),
)
def freeze_support_works_only_on_windows() -> None:
    """freeze_support does nothing on this platform."""
    _patch_context(BaseContext, "freeze_support", lambda _: lambda _: None)


# Forking beside threads


@fault("a-child-begins-with-a-single-thread")
def a_child_begins_with_a_second_thread() -> None:
    """A child begins with a second thread of its own."""
    second = threading.Event()
    _in_the_child_first(lambda _: threading.Thread(target=second.wait, daemon=True).start())


@fault("from-python-3-12-on-forking-beside-a-thread-warns", where=FORK)
def forking_beside_a_thread_is_passed_over() -> None:
    """Forking beside another thread warns of nothing."""

    def quiet(fork: Callable[[], int]) -> Callable[[], int]:
        def forked() -> int:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return fork()

        return forked

    patch(os, "fork", quiet)


@fault("a-lock-that-another-thread-holds-stays-held-in-a-forked-child", where=FORK)
def a_forked_child_releases_the_locks_that_it_is_given() -> None:
    """A forked child begins by releasing the threads' locks that it is given."""

    def release(self: Any) -> None:
        for each in self._args:
            if isinstance(each, ThreadLock) and each.locked():
                each.release()

    _in_the_child_first(release)


# The resource tracker


@fault("the-resource-tracker-is-started-when-it-is-first-needed")
def the_resource_tracker_is_started_with_the_program() -> None:
    """The resource tracker is started with the program, needed or not."""
    if process.parent_process() is None:
        resource_tracker.ensure_running()


@fault("a-program-and-its-children-share-one-resource-tracker")
def each_child_starts_a_resource_tracker() -> None:
    """Each child starts a resource tracker of its own."""

    def forget(_: Any) -> None:
        Tracker._fd = Tracker._pid = None

    _in_the_child_first(forget)


@fault("a-forked-child-that-comes-first-starts-a-tracker-of-its-own", where=FORK)
def every_start_of_a_child_starts_the_tracker_first() -> None:
    """Starting a child starts the resource tracker first, under fork too."""
    _before_start(lambda _: resource_tracker.ensure_running())


@fault("the-resource-tracker-removes-what-a-killed-program-leaves")
def the_resource_tracker_is_not_told_of_shared_memory() -> None:
    """The resource tracker is not told of shared memory."""
    for name in ("register", "unregister"):
        patch(resource_tracker, name, lambda _: lambda *_: None)


@fault("sigterm-and-ctrl-c-do-not-end-the-resource-tracker")
def signals_end_the_resource_tracker() -> None:
    """The resource tracker handles SIGTERM and Ctrl-C as any program does."""
    to_default = (
        "import signal; handle = signal.signal; "
        "signal.signal = lambda number, _: handle(number, signal.SIG_DFL); "
    )

    def spawning(spawn_it: Callable[..., int]) -> Callable[..., int]:
        def spawned(path: Any, args: list[str], descriptors: Any) -> int:
            code = args[-1]
            if "resource_tracker import main" in code:
                args = [*args[:-1], to_default + code]
            return spawn_it(path, args, descriptors)

        return spawned

    patch(util, "spawnv_passfds", spawning)


# What is pickled, and when


@fault("a-lock-or-a-queue-can-be-pickled-only-for-a-new-child")
def an_rlock_can_be_pickled_at_any_time() -> None:
    """An RLock can be pickled at any time."""

    def asserting(check: Callable[[Any], None]) -> Callable[[Any], None]:
        return lambda thing: None if isinstance(thing, synchronize.RLock) else check(thing)

    patch(context, "assert_spawning", asserting)


@fault("assert-spawning-lets-an-object-be-pickled-only-for-a-new-child")
def assert_spawning_knows_only_multiprocessings_own() -> None:
    """assert_spawning lets every object pass that is not multiprocessing's own."""

    def asserting(check: Callable[[Any], None]) -> Callable[[Any], None]:
        def asserted(thing: Any) -> None:
            if type(thing).__module__.startswith("multiprocessing."):
                check(thing)

        return asserted

    patch(context, "assert_spawning", asserting)


@fault("forkingpickler-register-says-how-a-type-is-pickled")
def a_registered_reducer_is_forgotten() -> None:
    """A function registered for a type is forgotten."""
    patch(reduction.ForkingPickler, "register", lambda _: staticmethod(lambda *_: None))


@fault("a-new-reducer-changes-nothing-for-what-is-loaded-already")
def a_new_reducer_reaches_the_connections() -> None:
    """A new reducer is used by connections at once."""

    def setting(old: Any) -> Any:
        def sets(self: Any, reducer: Any) -> None:
            old.fset(self, reducer)
            patch(connection, "_ForkingPickler", lambda _: reducer.ForkingPickler)

        return property(old.fget, sets)

    patch(BaseContext, "reducer", setting)


# Keys, listeners and challenges


@fault("a-child-inherits-the-authkey-of-its-parent")
def a_child_draws_a_key_of_its_own() -> None:
    """A child draws a random key of its own."""

    def draw(self: Any) -> None:
        self.authkey = os.urandom(32)

    _in_the_child_first(draw)


@fault("a-process-can-be-given-an-authkey-of-its-own")
def only_the_running_process_takes_a_key() -> None:
    """A process that is given a key before it starts does not keep it."""

    def setting(old: Any) -> Any:
        def sets(self: Any, key: bytes) -> None:
            if self is process.current_process():
                old.fset(self, key)

        return property(old.fget, sets)

    patch(BaseProcess, "authkey", setting)


@fault("an-authkey-cannot-be-pickled")
def an_authkey_is_pickled_like_any_bytes() -> None:
    """An authentication key is pickled like any bytes."""
    patch(
        process.AuthenticationString,  # type: ignore[attr-defined]
        "__reduce__",
        lambda _: lambda self: (bytes, (bytes(self),)),
    )


@fault("last-accepted-is-the-address-of-the-last-client")
def the_first_client_is_remembered() -> None:
    """A listener goes on telling the address of its first client."""

    def remembering(old: Any) -> Any:
        def told(self: Any) -> Any:
            self.first = getattr(self, "first", None) or old.fget(self)
            return self.first

        return property(told)

    patch(Listener, "last_accepted", remembering)


@fault("a-client-is-connected-before-it-is-accepted")
def a_listener_listens_only_while_it_accepts() -> None:
    """A listener turns clients away as long as it does not accept."""

    def made(self: Any, address: Any, family: str, _: int = 1) -> None:
        self._socket = socket.socket(getattr(socket, family))
        self._socket.bind(address)
        self._address = self._socket.getsockname()
        self._last_accepted = self._unlink = None

    patch(SocketListener, "__init__", lambda _: made)


@fault("a-client-is-connected-before-it-is-accepted", where=THREADS)
def a_client_between_threads_is_turned_away() -> None:
    """Between threads a client is turned away as long as nobody accepts."""

    def called(_: Any) -> Any:
        raise ConnectionRefusedError

    patch(dummy_connection, "Client", lambda _: called)


# Under forkserver its server asks for a key of its own, before any child is there.
@fault("an-answered-challenge-proves-the-key", where=("fork", "spawn"))
def an_answer_is_made_with_another_key() -> None:
    """A challenge is answered with the key in capital letters."""
    patch(connection, "answer_challenge", lambda answer: lambda end, key: answer(end, key.upper()))


@fault("a-challenge-asks-for-a-sha-256-digest", where=METHODS if VERSION >= (3, 12) else ())
def a_challenge_asks_for_a_sha_384_digest() -> None:
    """A challenge asks for a SHA-384 digest."""
    patch(
        connection,
        "deliver_challenge",
        lambda deliver: lambda end, key: deliver(end, key, "sha384"),
    )


@fault("an-md5-answer-to-a-challenge-is-accepted")
def an_md5_answer_is_refused() -> None:
    """An MD5 answer to a challenge is refused."""

    def delivering(deliver: Callable[..., None]) -> Callable[..., None]:
        def delivered(end: Any, key: bytes) -> None:
            receive = end.recv_bytes

            def received(*size: int) -> bytes:
                answer: bytes = receive(*size)
                return b"" if len(answer) == MD5 else answer

            end.recv_bytes = received
            deliver(end, key)

        return delivered

    patch(connection, "deliver_challenge", delivering)


# Logs, processors, errors and threads


@fault("log-to-stderr-shows-what-parent-and-children-do")
def a_childs_logger_has_lost_its_handlers() -> None:
    """A child's logger has lost its handlers."""
    _in_the_child_first(lambda _: util.get_logger().handlers.clear())


@fault("a-child-logs-by-the-handlers-of-its-parent", where=FORK)
def a_forked_child_resets_the_logger() -> None:
    """A forked child resets the logger of multiprocessing."""
    _in_the_child_first(lambda _: util.get_logger().handlers.clear())


@fault(
    "a-child-logs-by-the-handlers-of-its-parent",
    "a-fresh-child-gets-the-level-of-the-logger-but-no-handler-of-its-own",
    where=FRESH,
)
def a_fresh_childs_logger_has_a_handler() -> None:
    """The logger of a fresh child writes to its standard output."""
    _in_the_child_first(lambda _: util.get_logger().addHandler(logging.StreamHandler(sys.stdout)))


@fault("what-multiprocessing-logs-does-not-reach-the-root-logger")
def the_logger_passes_its_records_on() -> None:
    """The logger of multiprocessing passes its records on to the root logger."""

    def getting(get: Callable[[], logging.Logger]) -> Callable[[], logging.Logger]:
        def got() -> logging.Logger:
            logger = get()
            logger.propagate = True
            return logger

        return got

    patch(util, "get_logger", getting)


@fault("cpu-count-counts-processors-that-may-not-be-used-too")
def cpu_count_looks_at_the_affinity() -> None:
    """cpu_count counts only the processors that the process may use."""
    patch(BaseContext, "cpu_count", lambda _: lambda _: len(os.sched_getaffinity(0)))


@fault("the-errors-of-multiprocessing-are-processerrors")
def the_timeouterror_is_the_built_in_one() -> None:
    """The TimeoutError of multiprocessing is the built-in one."""
    patch(BaseContext, "TimeoutError", lambda _: TimeoutError)


@fault("between-threads-a-manager-gives-ordinary-objects", where=THREADS)
def a_manager_between_threads_gives_a_list_of_its_own() -> None:
    """Between threads a manager gives a kind of list of its own."""
    patch(dummy, "list", lambda _: type("ListProxy", (list,), {}))


def _without_preloading(choose: Callable[[list[str]], list[str]]) -> None:
    """Let the fork server preload only what `choose` leaves of the modules."""

    def running(ensure: Callable[[Any], None]) -> Callable[[Any], None]:
        def runs(self: Any) -> None:
            self._preload_modules = choose(self._preload_modules)
            ensure(self)

        return runs

    patch(ForkServer, "ensure_running", running)
    forkserver.ensure_running = forkserver._forkserver.ensure_running


def _can_be_found(name: str) -> bool:
    return name == "__main__" or find_spec(name) is not None
