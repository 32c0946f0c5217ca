"""Faults of chapter 01, processes."""

from __future__ import annotations

import atexit
import fcntl
import itertools
import os
import platform
import signal
import sys
import threading
import traceback
from contextlib import contextmanager
from multiprocessing import (
    context,
    dummy,
    forkserver,
    pool,
    process,
    spawn,
    util,
)

from mpspec.faults import EVERYWHERE, FRESH, METHODS, THREADS, fault, patch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any


# Where a child's own handlers of `atexit` are run.
AT_EXIT = METHODS if sys.version_info >= (3, 13) else ("spawn",)

# Where it is the child that imports the program. In 3.14 the fork server does, and fails first.
IMPORTING = ("spawn",) if sys.version_info[:2] == (3, 14) else FRESH

PYPY = platform.python_implementation() == "PyPy"
IGNORED_SIGNALS_STAY = ("spawn",) if not PYPY else ()

# A fork server can look at an ended child without reaping it. PyPy cannot.
CAN_LOOK = ("forkserver",) if hasattr(os, "waitid") else ()

# The signals that nothing else in the tests' process handles.
USER_SIGNALS = (signal.SIGUSR1, signal.SIGUSR2)

# What a typed name would not let be replaced or looked into.
BaseProcess: Any = process.BaseProcess
DummyProcess: Any = dummy.DummyProcess
Thread: Any = threading.Thread


def _patch_both(name: str, make: Callable[[Any], Any]) -> None:
    """Patch the class of processes and that of threads alike."""
    for owner in (BaseProcess, DummyProcess):
        patch(owner, name, make)


def _patch_result(name: str, change: Callable[[Any, Any], Any]) -> None:
    """Let the property `name` of both be what `change` makes of the process and its value."""
    _patch_both(name, lambda old: property(lambda self: change(self, old.fget(self)), old.fset))


def _in_the_child_first(do: Callable[[Any], None]) -> None:
    """Let a child begin with `do`, which gets the process object; a thread as well."""

    def beginning(go_on: Callable[..., Any]) -> Callable[..., Any]:
        def begun(self: Any, *args: Any, **kwargs: Any) -> Any:
            do(self)
            return go_on(self, *args, **kwargs)

        return begun

    patch(BaseProcess, "_bootstrap", beginning)
    patch(DummyProcess, "run", beginning)


def _started(self: Any) -> bool:
    """Return whether a process or a thread has been started, by now running or not."""
    return bool(getattr(self, "_popen", None) or getattr(self, "_start_called", False))


def _threads_have_exit_codes() -> None:
    """Let a thread's exit code be what a process's would be."""

    def judged(run: Callable[[Any], None]) -> Callable[[Any], None]:
        def runs(self: Any) -> None:
            self.code = 1
            try:
                run(self)
                self.code = 0
            except SystemExit as leaving:
                if isinstance(leaving.code, str):
                    print(leaving.code, file=sys.stderr)
                else:
                    self.code = leaving.code or 0

        return runs

    patch(DummyProcess, "run", judged)

    def told(old: Any) -> Any:
        return property(lambda self: None if old.fget(self) is None else self.code)

    patch(DummyProcess, "exitcode", told)


# A function becomes a process


@fault("a-function-becomes-the-work-of-a-process")
def keyword_arguments_are_lost() -> None:
    """The keyword arguments do not reach the function."""
    patch(BaseProcess, "run", lambda _: lambda self: self._target(*self._args))


@fault(
    "a-thread-works-in-the-process-that-started-it",
    "calling-run-does-the-work-in-the-calling-process",
    where=THREADS,
)
def a_thread_works_in_a_process_of_its_own() -> None:
    """The work of a thread is done in a process of its own."""

    def apart(run: Callable[[Any], None]) -> Callable[[Any], None]:
        def forked(self: Any) -> None:
            pid = os.fork()
            if pid == 0:
                run(self)
                os._exit(0)
            os.waitpid(pid, 0)

        return forked

    patch(DummyProcess, "run", apart)


@fault("calling-run-does-the-work-in-the-calling-process")
def calling_run_starts_a_child() -> None:
    """Calling run starts a child and joins it."""

    def elsewhere(run: Callable[[Any], None]) -> Callable[[Any], None]:
        def runs(self: Any) -> None:
            if self is process.current_process():
                run(self)
            else:
                self.start()
                self.join()

        return runs

    patch(BaseProcess, "run", elsewhere)


@fault("a-subclass-says-in-run-what-its-process-does", where=EVERYWHERE)
def the_run_of_a_subclass_is_passed_over() -> None:
    """A started process runs its target, whatever its class says in run."""

    def run_the_target(self: Any) -> None:
        self.run = lambda: BaseProcess.run(self)

    _in_the_child_first(run_the_target)

    def start_the_target(start: Callable[[Any], None]) -> Callable[[Any], None]:
        def starts(self: Any) -> None:
            self.run = lambda: Thread.run(self)
            start(self)

        return starts

    patch(DummyProcess, "start", start_the_target)


# Who is who


@fault("a-process-has-a-pid-once-it-is-started")
def the_pid_is_known_only_in_the_end() -> None:
    """A process has a pid only once it has ended."""
    ended = property(lambda self: self._popen.pid if self.exitcode is not None else None)
    patch(BaseProcess, "pid", lambda _: ended)


@fault("a-process-bears-the-name-that-it-is-given", where=EVERYWHERE)
def a_process_is_numbered_all_the_same() -> None:
    """A process is numbered even if it is given a name."""

    def nameless(make: Callable[..., None]) -> Callable[..., None]:
        def makes(self: Any, *args: Any, **kwargs: Any) -> None:
            kwargs.pop("name", None)
            make(self, *args, **kwargs)

        return makes

    _patch_both("__init__", nameless)


@fault("a-process-without-a-name-is-numbered", where=EVERYWHERE)
def every_second_number_is_left_out() -> None:
    """Every second number is left out."""
    patch(process, "_process_counter", lambda _: itertools.count(1, 2))
    patch(threading, "_counter", lambda count: lambda: (count(), count())[1])


@fault("the-children-of-a-child-are-numbered-below-it")
def a_childs_children_are_numbered_like_its_siblings() -> None:
    """The children of a child are numbered like the program's own."""

    def forget(self: Any) -> None:
        self._identity = ()

    _in_the_child_first(forget)


@fault("a-child-knows-its-parent-process")
def a_child_takes_itself_for_its_parent() -> None:
    """A child takes itself for its parent."""
    patch(
        process._ParentProcess,  # type: ignore[attr-defined]
        "__init__",
        lambda make: lambda self, name, _, sentinel: make(self, name, os.getpid(), sentinel),
    )


@fault("the-main-process-has-no-parent-process")
def the_main_process_is_its_own_parent() -> None:
    """The main process is its own parent process."""
    patch(process, "_parent_process", lambda parent: parent or process.current_process())


@fault("active-children-lists-the-children-that-are-alive", where=EVERYWHERE)
def active_children_leaves_one_out() -> None:
    """One of the active children is left out."""
    patch(context.BaseContext, "active_children", lambda find: staticmethod(lambda: find()[1:]))
    patch(dummy, "active_children", lambda find: lambda: find()[1:])


@fault("the-representation-of-a-process-tells-its-state", where=EVERYWHERE)
def an_ended_process_still_looks_started() -> None:
    """The representation of a process that has ended is still that of a started one."""
    _patch_both("__repr__", lambda show: lambda self: show(self).replace("stopped", "started"))


# Start


@fault(
    "start-does-not-wait-for-the-child",
    "start-runs-children-concurrently",
    "five-workers-of-the-first-program-work-at-the-same-time",
    where=EVERYWHERE,
    hangs=True,
)
def start_waits_for_the_child() -> None:
    """Start waits until the child has ended."""

    def patient(start: Callable[[Any], None]) -> Callable[[Any], None]:
        def started(self: Any) -> None:
            start(self)
            self.join()

        return started

    _patch_both("start", patient)


@fault("a-process-can-be-started-only-once", where=EVERYWHERE)
def a_second_start_is_passed_over() -> None:
    """A second start does nothing, and says nothing."""
    _patch_both("start", lambda start: lambda self: None if _started(self) else start(self))


# Join


@fault(
    "join-waits-until-the-child-has-ended",
    "join-does-not-serialize-children",
    "joins-in-a-row-wait-only-for-those-still-running",
    "join-means-the-same-for-threads",
    where=EVERYWHERE,
)
def join_returns_while_the_child_still_runs() -> None:
    """A join returns while the child still runs."""

    def hasty(join: Callable[..., None]) -> Callable[..., None]:
        return lambda self, timeout=None: join(self, 0 if timeout is None else timeout)

    patch(BaseProcess, "join", hasty)
    patch(Thread, "join", hasty)


@fault("joining-an-ended-child-returns-at-once", where=EVERYWHERE, hangs=True)
def joining_an_ended_child_never_returns() -> None:
    """Joining a child that has ended already never returns."""

    def endless(join: Callable[..., None]) -> Callable[..., None]:
        def joins(self: Any, timeout: float | None = None) -> None:
            if not self.is_alive():
                threading.Event().wait(timeout)
            join(self, timeout)

        return joins

    _patch_both("join", endless)


@fault("joins-in-a-row-wait-only-for-those-still-running", hangs=True)
def join_waits_for_all_children() -> None:
    """A join waits until all children have ended."""

    def waiting(join: Callable[..., None]) -> Callable[..., None]:
        def joins(self: Any, timeout: float | None = None) -> None:
            for child in process.active_children():
                join(child, timeout)
            join(self, timeout)

        return joins

    patch(BaseProcess, "join", waiting)


@fault("join-tells-the-parent-only-that-the-child-has-ended", where=EVERYWHERE)
def join_returns_the_exit_code() -> None:
    """Join returns the exit code."""
    _patch_both(
        "join", lambda join: lambda self, timeout=None: join(self, timeout) or self.exitcode
    )


@fault("join-with-a-timeout-gives-up-and-leaves-the-child-running")
def a_join_that_times_out_ends_the_child() -> None:
    """A join that times out ends the child."""

    def impatient(join: Callable[..., None]) -> Callable[..., None]:
        def joins(self: Any, timeout: float | None = None) -> None:
            join(self, timeout)
            if self.is_alive():
                self.kill()
                join(self)

        return joins

    patch(BaseProcess, "join", impatient)


@fault("join-with-a-timeout-gives-up-and-leaves-the-child-running", where=EVERYWHERE, hangs=True)
def join_ignores_its_timeout() -> None:
    """Join ignores its timeout."""
    _patch_both("join", lambda join: lambda self, timeout=None: join(self))  # noqa: ARG005 - it is ignored


@fault("join-with-a-timeout-gives-up-and-leaves-the-child-running", where=EVERYWHERE)
def a_join_that_times_out_forgets_the_child() -> None:
    """A join that times out takes the child from the list of active children."""

    def forgetting(join: Callable[..., None]) -> Callable[..., None]:
        def joins(self: Any, timeout: float | None = None) -> None:
            join(self, timeout)
            process._children.discard(self)  # type: ignore[attr-defined]
            getattr(dummy.current_process(), "_children", {}).pop(self, None)

        return joins

    _patch_both("join", forgetting)


@fault("a-process-cannot-be-joined-before-it-is-started", where=EVERYWHERE)
def joining_what_was_never_started_is_passed_over() -> None:
    """Joining a process that was never started does nothing, and says nothing."""
    _patch_both(
        "join",
        lambda join: lambda self, timeout=None: join(self, timeout) if _started(self) else None,
    )


@fault("only-its-parent-can-join-a-process", where=("fork",))
def a_sibling_can_join_a_process() -> None:
    """Joining a process that is another's child returns at once."""
    patch(
        BaseProcess,
        "join",
        lambda join: (
            lambda self, timeout=None: (
                join(self, timeout) if self._parent_pid == os.getpid() else None
            )
        ),
    )


@fault("children-finish-without-being-joined", where=EVERYWHERE)
def a_child_begins_when_it_is_joined() -> None:
    """A child does not begin before it is joined."""

    def late(owner: Any) -> None:
        start = owner.start

        def starting(join: Callable[..., None]) -> Callable[..., None]:
            def joins(self: Any, timeout: float | None = None) -> None:
                if not _started(self):
                    start(self)
                join(self, timeout)

            return joins

        patch(owner, "start", lambda _: lambda self: None)  # noqa: ARG005 - nothing is started
        patch(owner, "join", starting)

    late(BaseProcess)
    late(DummyProcess)


@fault("an-ended-child-stays-a-zombie-until-it-is-joined", where=("fork", "spawn"))
def an_ended_child_is_gone_at_once() -> None:
    """An ended child is gone before it is joined, as the parent ignores its end."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)


@fault("the-fork-server-reaps-its-children", where=CAN_LOOK)
def the_fork_server_leaves_zombies() -> None:
    """The fork server tells a child's exit code and leaves the zombie."""
    forkserver.set_forkserver_preload(["mpspec"])  # so that the server has the fault as well
    told = set()

    def looking(wait: Callable[..., Any]) -> Callable[..., Any]:
        def looks(pid: int, options: int) -> Any:
            if pid != -1:
                return wait(pid, options)
            ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            if ended is None or ended.si_pid in told:
                return 0, 0
            told.add(ended.si_pid)
            exited = ended.si_code == os.CLD_EXITED
            return ended.si_pid, ended.si_status << 8 if exited else ended.si_status

        return looks

    patch(os, "waitpid", looking)


@fault("asking-for-active-children-joins-those-that-have-ended")
def active_children_asks_nobody() -> None:
    """Asking for active children does not look who has ended."""
    patch(process, "_cleanup", lambda _: lambda: None)


# The main guard


@fault("code-that-starts-processes-must-be-guarded-by-main", where=IMPORTING)
def the_main_guard_is_not_enforced() -> None:
    """A child that still imports the program may start children, though theirs may not."""

    def lenient(check: Callable[[], None]) -> Callable[[], None]:
        def checked() -> None:
            name = process.current_process().name
            if name == "MainProcess" or ":" in name:
                check()

        return checked

    patch(spawn, "_check_not_importing_main", lenient)


@fault(
    "code-that-starts-processes-must-be-guarded-by-main",
    "in-python-3-14-an-unguarded-program-breaks-its-fork-server",
    "an-unguarded-program-fails-by-default-from-python-3-14-on",
    where=FRESH,
)
def nothing_is_said_of_the_main_guard() -> None:
    """Without a main guard a program fails, and is not told why."""

    def terse(check: Callable[[], None]) -> Callable[[], None]:
        def checked() -> None:
            try:
                check()
            except RuntimeError:
                raise RuntimeError("no process can be started now") from None

        return checked

    patch(spawn, "_check_not_importing_main", terse)


@fault(
    "an-unguarded-program-runs-where-a-child-does-not-import-it",
    "a-guarded-program-runs-under-every-start-method",
    "an-unguarded-program-runs-by-default-up-to-python-3-13",
    where=EVERYWHERE,
)
def nothing_can_be_started_at_the_top_level() -> None:
    """No process can be started at the top level of a program, guarded or not."""

    def strict(start: Callable[[Any], None]) -> Callable[[Any], None]:
        def starts(self: Any) -> None:
            if sys._getframe(1).f_code.co_name == "<module>":
                raise RuntimeError("a process can only be started by a function")
            start(self)

        return starts

    _patch_both("start", strict)


@fault("an-unguarded-pool-replaces-its-failing-workers-without-end", where=IMPORTING)
def a_pool_gives_up_when_a_worker_fails() -> None:
    """A pool ends its program as soon as one of its workers has failed."""

    def strict(clean: Callable[[Any], bool]) -> Any:
        def cleans(workers: Any) -> bool:
            if any(worker.exitcode for worker in workers):
                os._exit(1)
            return clean(workers)

        return staticmethod(cleans)

    patch(pool.Pool, "_join_exited_workers", strict)


@fault("an-unguarded-program-runs-by-default-up-to-python-3-13", where=("fork",))
def a_child_is_spawned_by_default() -> None:
    """A program that chooses no start method gets spawn."""
    patch(context.Process, "_Popen", lambda _: staticmethod(context.SpawnProcess._Popen))


@fault("an-unguarded-program-fails-by-default-from-python-3-14-on", where=("forkserver",))
def a_child_is_forked_by_default() -> None:
    """A program that chooses no start method gets fork."""
    patch(context.Process, "_Popen", lambda _: staticmethod(context.ForkProcess._Popen))


# Daemons


@fault(
    "a-program-waits-for-its-non-daemon-children",
    "a-program-that-fails-still-waits-for-its-children",
    where=EVERYWHERE,
)
def a_program_does_not_wait_for_its_children() -> None:
    """A program does not wait for its children at its end."""
    atexit.register(lambda: process._children.clear())  # type: ignore[attr-defined]  # noqa: PLW0108 - a child has another set
    patch(threading, "_shutdown", lambda _: lambda: None)


@fault("making-a-child-a-daemon-has-the-same-effect-as-joining-it", where=EVERYWHERE)
def a_program_waits_for_its_daemons() -> None:
    """A program waits for its daemons at its end, as for any other child."""

    def no_daemons() -> None:
        for child in process.active_children():
            child._config["daemon"] = False  # type: ignore[attr-defined]

    def patient(shut_down: Callable[[], None]) -> Callable[[], None]:
        def shuts_down() -> None:
            for thread in threading.enumerate():
                if thread.daemon and thread is not threading.current_thread():
                    thread.join()
            shut_down()

        return shuts_down

    atexit.register(no_daemons)
    patch(threading, "_shutdown", patient)


@fault("a-daemon-is-terminated-when-its-parent-exits")
def a_daemon_outlives_its_parent() -> None:
    """A daemon works on when its parent has ended."""

    def let_daemons_go() -> None:
        for child in process.active_children():
            if child.daemon:
                process._children.discard(child)  # type: ignore[attr-defined]

    atexit.register(let_daemons_go)


@fault("a-process-must-be-made-a-daemon-before-it-is-started", where=EVERYWHERE)
def a_running_process_can_be_made_a_daemon() -> None:
    """A running process can still be made a daemon."""
    patch(
        BaseProcess,
        "daemon",
        lambda old: property(old.fget, lambda self, value: self._config.update(daemon=value)),
    )
    patch(
        DummyProcess,
        "daemon",
        lambda old: property(old.fget, lambda self, value: setattr(self, "_daemonic", value)),
    )


@fault("a-daemon-may-have-no-children")
def a_daemon_may_have_children() -> None:
    """A daemon may start children."""

    def lenient(start: Callable[[Any], None]) -> Callable[[Any], None]:
        def starts(self: Any) -> None:
            config = process.current_process()._config  # type: ignore[attr-defined]
            was = config.pop("daemon", False)
            try:
                start(self)
            finally:
                config["daemon"] = was

        return starts

    patch(BaseProcess, "start", lenient)


@fault("a-daemon-thread-may-start-threads", where=THREADS)
def a_daemon_thread_may_have_no_threads() -> None:
    """A daemon thread may start no threads."""

    def strict(start: Callable[[Any], None]) -> Callable[[Any], None]:
        def starts(self: Any) -> None:
            assert not threading.current_thread().daemon, "a daemon may have no children"
            start(self)

        return starts

    patch(DummyProcess, "start", strict)


@fault("a-daemons-children-would-be-daemons", where=EVERYWHERE)
def the_children_of_a_daemon_are_none() -> None:
    """A new process is no daemon unless it is made one, whoever makes it."""

    def anew(make: Callable[..., None]) -> Callable[..., None]:
        def makes(self: Any, *args: Any, **kwargs: Any) -> None:
            make(self, *args, **kwargs)
            if "daemon" not in kwargs:
                self.daemon = False

        return makes

    _patch_both("__init__", anew)


# How a child ends


@fault("is-alive-is-true-from-start-until-the-child-has-ended", where=EVERYWHERE)
def an_ended_child_still_counts_as_alive() -> None:
    """A child counts as alive once it is started, and so it does when it has ended."""
    patch(BaseProcess, "is_alive", lambda _: _started)
    patch(DummyProcess, "is_alive", lambda _: _started)


@fault("the-exit-code-is-none-while-the-child-is-alive", where=EVERYWHERE)
def the_exit_code_is_0_in_advance() -> None:
    """The exit code is 0 while the child is alive."""
    _patch_result("exitcode", lambda _, code: code or 0)


@fault("a-child-that-returns-has-exit-code-0", where=EVERYWHERE)
def what_a_child_returns_becomes_its_exit_code() -> None:
    """What the function of a child returns becomes its exit code."""
    _patch_both("run", lambda _: lambda self: sys.exit(self._target(*self._args, **self._kwargs)))
    _threads_have_exit_codes()


@fault("sys-exit-with-a-number-gives-that-exit-code", "os-exit-gives-its-number-as-exit-code")
def an_exit_code_is_1_at_most() -> None:
    """An exit code is 1 where it should be more."""
    _patch_result("exitcode", lambda _, code: code and min(code, 1))


@fault("sys-exit-without-a-number-gives-exit-code-0", where=EVERYWHERE)
def sys_exit_without_a_number_counts_as_a_failure() -> None:
    """A child that calls sys.exit without a number has exit code 1."""

    def strict(run: Callable[[Any], None]) -> Callable[[Any], None]:
        def runs(self: Any) -> None:
            try:
                run(self)
            except SystemExit as leaving:
                sys.exit(1 if leaving.code is None else leaving.code)

        return runs

    _patch_both("run", strict)
    _threads_have_exit_codes()


@fault("sys-exit-with-a-text-prints-it-and-gives-exit-code-1")
def the_text_of_sys_exit_is_not_printed() -> None:
    """The text that is given to sys.exit is not printed."""

    def silent(run: Callable[[Any], None]) -> Callable[[Any], None]:
        def runs(self: Any) -> None:
            try:
                run(self)
            except SystemExit as leaving:
                sys.exit(1 if isinstance(leaving.code, str) else leaving.code)

        return runs

    patch(BaseProcess, "run", silent)


@fault("an-uncaught-exception-gives-exit-code-1")
def a_failing_child_has_exit_code_0() -> None:
    """A child that fails by an exception has exit code 0."""

    def lenient(run: Callable[[Any], None]) -> Callable[[Any], None]:
        def runs(self: Any) -> None:
            try:
                run(self)
            except Exception:  # noqa: BLE001 - as with any that nobody catches
                traceback.print_exc()

        return runs

    patch(BaseProcess, "run", lenient)


@fault(
    "the-exit-code-of-a-thread-is-always-0",
    "sys-exit-with-a-number-gives-that-exit-code",
    "sys-exit-with-a-text-prints-it-and-gives-exit-code-1",
    "an-uncaught-exception-gives-exit-code-1",
    where=THREADS,
)
def a_thread_has_an_exit_code_as_a_process_has() -> None:
    """A thread has an exit code like that of a process."""
    _threads_have_exit_codes()


@fault("a-child-ended-by-signal-n-has-exit-code-minus-n")
def a_signal_counts_as_in_a_shell() -> None:
    """A child that is ended by signal n has exit code 128 + n."""
    _patch_result("exitcode", lambda _, code: 128 - code if code and code < 0 else code)


@fault("an-exception-in-a-child-does-not-reach-the-parent", where=EVERYWHERE)
def join_returns_the_exception_of_the_child() -> None:
    """Join returns an exception if the child has failed by one."""

    def telling(join: Callable[..., None]) -> Callable[..., Any]:
        def joins(self: Any, timeout: float | None = None) -> Any:
            join(self, timeout)
            return RuntimeError(f"{self.name} failed") if self.exitcode == 1 else None

        return joins

    _threads_have_exit_codes()
    _patch_both("join", telling)


@fault("the-traceback-of-a-failing-child-is-headed-by-its-name", where=EVERYWHERE)
def the_traceback_of_a_child_has_no_head() -> None:
    """The traceback of a failing child does not say whose it is."""

    def nameless(run: Callable[[Any], None]) -> Callable[[Any], None]:
        def runs(self: Any) -> None:
            try:
                run(self)
            except Exception:  # noqa: BLE001 - as with any that nobody catches
                traceback.print_exc()
                sys.exit(1)

        return runs

    _patch_both("run", nameless)


@fault("terminate-ends-a-child-by-sigterm")
def terminate_sends_sigkill() -> None:
    """Terminate sends SIGKILL."""
    patch(BaseProcess, "terminate", lambda _: BaseProcess.kill)


@fault("a-terminated-child-runs-no-cleanup", "terminate-ends-a-child-by-sigterm")
def a_terminated_child_leaves_in_order() -> None:
    """A child that is terminated leaves by sys.exit, and cleans up."""
    _in_the_child_first(lambda _: _handle(signal.SIGTERM, lambda *_: sys.exit()))


@fault("kill-ends-a-child-by-sigkill")
def kill_sends_sigterm() -> None:
    """Kill sends SIGTERM."""
    patch(BaseProcess, "kill", lambda _: BaseProcess.terminate)


@fault("interrupt-raises-keyboardinterrupt-in-the-child")
def interrupt_terminates() -> None:
    """Interrupt sends SIGTERM."""
    if hasattr(BaseProcess, "interrupt"):
        patch(BaseProcess, "interrupt", lambda _: BaseProcess.terminate)


@fault("the-sentinel-is-ready-once-the-child-has-ended")
def the_sentinel_is_ready_from_the_beginning() -> None:
    """The sentinel is ready from the beginning."""
    ready, other_end = os.pipe()
    os.close(other_end)
    patch(BaseProcess, "sentinel", lambda _: property(lambda self: ready))  # noqa: ARG005 - the same for all


@fault("a-closed-process-can-no-longer-be-asked")
def a_closed_process_still_answers() -> None:
    """A closed process still answers."""
    patch(BaseProcess, "_check_closed", lambda _: lambda self: None)  # noqa: ARG005 - it checks nothing


@fault("a-closed-process-can-no-longer-be-asked")
def terminating_a_closed_process_is_passed_over() -> None:
    """Terminating or killing a closed process does nothing, and says nothing."""
    for name in ("terminate", "kill"):
        patch(BaseProcess, name, lambda end: lambda self: None if self._closed else end(self))


@fault("close-gives-back-the-descriptors-of-a-process")
def close_leaves_one_descriptor_open() -> None:
    """Close leaves one descriptor of a process that was started open."""

    def leaking(close: Callable[[Any], None]) -> Callable[[Any], None]:
        def closes(self: Any) -> None:
            if self._popen and not self.is_alive():
                os.dup(self.sentinel)
            close(self)

        return closes

    patch(BaseProcess, "close", leaking)


@fault("a-running-process-cannot-be-closed")
def closing_a_running_process_is_passed_over() -> None:
    """Closing a running process does nothing, and says nothing."""
    patch(BaseProcess, "close", lambda close: lambda self: None if self.is_alive() else close(self))


@fault("a-child-runs-the-handlers-that-it-registered-with-atexit", where=AT_EXIT)
def a_child_skips_its_atexit_handlers() -> None:
    """A child ends without running the handlers that it registered with atexit."""

    def abrupt(go_on: Callable[..., int]) -> Callable[..., Any]:
        return lambda self, *args, **kwargs: os._exit(go_on(self, *args, **kwargs))

    patch(BaseProcess, "_bootstrap", abrupt)


@fault("a-forked-child-skips-its-atexit-handlers-up-to-python-3-12", where=("fork", "forkserver"))
def a_forked_child_runs_its_atexit_handlers() -> None:
    """A forked child runs the handlers that it registered with atexit, in any Python."""

    def in_order(run: Callable[[Any], None]) -> Callable[[Any], None]:
        def runs(self: Any) -> None:
            atexit._clear()
            run(self)
            atexit._run_exitfuncs()

        return runs

    patch(BaseProcess, "run", in_order)


# What a child gets from its parent


@fault("a-child-does-not-read-its-parents-standard-input")
def a_child_reads_its_parents_standard_input() -> None:
    """A child reads its parent's standard input."""

    def share() -> None:
        sys.stdin = open(0, closefd=False)  # noqa: SIM115 - it stays open to the end

    patch(util, "_close_stdin", lambda _: share)


@fault("a-thread-reads-the-standard-input-of-its-process", where=THREADS)
def a_thread_has_no_standard_input() -> None:
    """Starting a thread closes the standard input."""
    _in_the_child_first(lambda _: util._close_stdin())  # type: ignore[attr-defined]


@fault("descriptor-0-of-a-child-is-still-its-parents")
def descriptor_0_of_a_child_is_empty() -> None:
    """Descriptor 0 of a child is /dev/null."""
    _in_the_child_first(lambda _: _dup_null(0))


@fault("a-child-begins-with-its-parents-environment-variables", where=("fork", "spawn", "threads"))
def a_child_begins_with_the_programs_first_environment() -> None:
    """A child begins with the environment variables that the program began with."""
    first = dict(os.environ)

    def outdated(go_on: Callable[[Any], None]) -> Callable[[Any], None]:
        def goes_on(self: Any) -> None:
            with _environment(first):
                go_on(self)

        return goes_on

    patch(BaseProcess, "start", outdated)
    patch(DummyProcess, "run", outdated)


@fault(
    "the-fork-server-passes-on-the-environment-it-began-with",
    "a-child-begins-with-its-parents-environment-variables",
    where=("forkserver",),
)
def the_environment_goes_past_the_fork_server() -> None:
    """A child of the fork server gets the environment variables of its parent."""

    def sending(start: Callable[[Any], None]) -> Callable[[Any], None]:
        def starts(self: Any) -> None:
            self.environment = dict(os.environ)
            start(self)

        return starts

    patch(BaseProcess, "start", sending)
    _in_the_child_first(lambda self: os.environ.update(self.environment))


@fault("a-child-begins-in-its-parents-working-directory", where=EVERYWHERE)
def a_child_begins_in_the_programs_first_folder() -> None:
    """A child begins in the working directory that the program began in."""
    _in_the_child_first(lambda _: os.chdir(process.ORIGINAL_DIR))  # type: ignore[attr-defined]


@fault("a-child-sees-its-parents-command-line", where=EVERYWHERE)
def a_child_sees_only_the_programs_name() -> None:
    """A child sees only the first word of its parent's command line."""

    def forget(_: Any) -> None:
        sys.argv = sys.argv[:1]

    _in_the_child_first(forget)


@fault("a-child-begins-with-its-parents-signal-handlers", where=("fork", "threads"))
def the_start_of_a_child_resets_signal_handlers() -> None:
    """A child begins with the default handlers of signals."""

    def resetting(start: Callable[[Any], None]) -> Callable[[Any], None]:
        def starts(self: Any) -> None:
            for number in USER_SIGNALS:
                signal.signal(number, signal.SIG_DFL)
            start(self)

        return starts

    _patch_both("start", resetting)


@fault(
    "a-fresh-child-begins-with-the-default-signal-handlers",
    "a-child-begins-with-its-parents-signal-handlers",
    where=FRESH,
)
def a_fresh_child_handles_what_its_parent_handles() -> None:
    """A fresh child handles the signals that its parent handles."""

    def sending(start: Callable[[Any], None]) -> Callable[[Any], None]:
        def starts(self: Any) -> None:
            self.handled = [each for each in USER_SIGNALS if callable(signal.getsignal(each))]
            start(self)

        return starts

    def handle(self: Any) -> None:
        for each in self.handled:
            signal.signal(each, _do_nothing)

    patch(BaseProcess, "start", sending)
    _in_the_child_first(handle)


@fault("a-signal-that-the-parent-ignores-is-ignored-in-a-spawned-child", where=IGNORED_SIGNALS_STAY)
def a_spawned_child_ignores_nothing() -> None:
    """A spawned child begins with the default handlers, whatever its parent ignores."""
    _in_the_child_first(lambda _: _handle(signal.SIGUSR1, signal.SIG_DFL))


@fault(
    "a-signal-that-the-parent-ignores-is-ignored-in-a-spawned-child",
    where=("spawn",) if PYPY else (),
)
def a_child_of_pypy_ignores_what_its_parent_ignores() -> None:
    """A child that is spawned by PyPy, too, ignores what its parent ignores."""

    def sending(start: Callable[[Any], None]) -> Callable[[Any], None]:
        def starts(self: Any) -> None:
            self.ignoring = signal.getsignal(signal.SIGUSR1) is signal.SIG_IGN
            start(self)

        return starts

    patch(BaseProcess, "start", sending)

    def ignore(self: Any) -> None:
        if self.ignoring:
            signal.signal(signal.SIGUSR1, signal.SIG_IGN)

    _in_the_child_first(ignore)


# When the parent ends


@fault(
    "a-parent-ended-by-sigterm-leaves-its-children-running",
    "a-parent-ended-by-sigkill-leaves-its-children-running",
    "a-parent-that-calls-os-exit-leaves-its-children-running",
)
def a_child_ends_with_its_parent() -> None:
    """A child ends as soon as its parent has ended."""

    def bound(go_on: Callable[..., int]) -> Callable[..., int]:
        def begun(self: Any, parent_sentinel: int) -> int:
            # The system sends SIGIO when the parent's end of the pipe is closed.
            fcntl.fcntl(parent_sentinel, fcntl.F_SETOWN, os.getpid())
            flags = fcntl.fcntl(parent_sentinel, fcntl.F_GETFL)
            fcntl.fcntl(parent_sentinel, fcntl.F_SETFL, flags | os.O_ASYNC)
            return go_on(self, parent_sentinel)

        return begun

    patch(BaseProcess, "_bootstrap", bound)


@fault("a-child-can-tell-whether-its-parent-has-ended")
def a_child_asks_for_its_parent_only_once() -> None:
    """A child that has found its parent alive once takes it for alive ever after."""

    def remembering(is_alive: Callable[[Any], bool]) -> Callable[[Any], bool]:
        def asked(self: Any) -> bool:
            self.found_alive = getattr(self, "found_alive", False) or is_alive(self)
            return bool(self.found_alive)

        return asked

    patch(process._ParentProcess, "is_alive", remembering)  # type: ignore[attr-defined]


@fault("ctrl-c-reaches-the-parent-and-its-children")
def ctrl_c_kills_a_child() -> None:
    """Ctrl-C ends a child at once, without a KeyboardInterrupt."""
    _in_the_child_first(lambda _: _handle(signal.SIGINT, signal.SIG_DFL))


def _handle(number: int, handler: Any) -> None:
    signal.signal(number, handler)


def _do_nothing(*_: object) -> None:
    """Handle a signal by doing nothing."""


def _dup_null(descriptor: int) -> None:
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, descriptor)


@contextmanager
def _environment(variables: dict[str, str]) -> Iterator[None]:
    """Let the environment hold just `variables` for a while."""
    now = dict(os.environ)
    os.environ.clear()
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(now)
