"""The claims of chapter 09, in the note's order."""

import hmac
import importlib
import os
import pickle
import re
import shlex
import signal
import socket
import sys
import threading
from contextlib import contextmanager
from multiprocessing import shared_memory
from queue import Empty

import pytest

from mpspec import leftovers
from mpspec.expectations import needs, only_where, refuted_where, since
from mpspec.program import PROGRAMS
from mpspec.work import methods as work

PROCESSES = ("inherited", "fresh")
LOOPBACK = ("127.0.0.1", 0)  # the system chooses a port
CHALLENGE = b"#CHALLENGE#"
PYTHON = shlex.quote(sys.executable)

# Whatever it is asked, a frozen program runs itself, except as a resource tracker.
FROZEN = f"""\
[ "$1" = --multiprocessing-fork ] || exec {PYTHON} "$@"
exec {PYTHON} {shlex.quote(str(PROGRAMS / "methods_frozen.py"))} "$@"
"""


@pytest.fixture
def tracker(mp):
    """See that there is a resource tracker: what is made of it is in the programs."""
    return work.tracker_of(mp)


# Which start method a program gets


@only_where(start_method="fork", platform="linux", until="3.13")
def test_fork_is_the_default_on_linux_up_to_python_3_13(run_program):
    program = run_program("methods_default.py", choose=False).wait()
    assert program.out.splitlines()[-1] == "the default: fork"


@only_where(start_method="forkserver", platform="linux", since="3.14")
def test_forkserver_is_the_default_on_linux_from_python_3_14_on(run_program):
    program = run_program("methods_default.py", choose=False).wait()
    assert program.out.splitlines()[-1] == "the default: forkserver"


@only_where(default=True)
def test_get_all_start_methods_names_the_default_first(run_program):
    program = run_program("methods_default.py", choose=False).wait()
    _, names, default = program.out.splitlines()
    assert names.split()[1] == default.split()[-1]


@only_where(memory=PROCESSES)
@needs("set_start_method")
def test_set_start_method_chooses_for_the_whole_program(mp, run_program):
    program = run_program("methods_set.py", environment={"MPSPEC_FIRST": "nothing"}).wait()
    assert program.out.splitlines() == ["choosing: done", f"the child began by {mp.start_method}"]


@only_where(memory=PROCESSES)
@needs("set_start_method")
def test_a_child_has_the_start_method_of_its_program(mp, run_program):
    program = run_program("methods_grandchild.py").wait()
    assert program.out == f"the child's is {mp.start_method}\n"


@only_where(memory=PROCESSES)
@needs("set_start_method")
def test_set_start_method_can_be_called_only_once(run_program):
    program = run_program("methods_set.py", environment={"MPSPEC_FIRST": "choose"}).wait()
    assert "choosing: RuntimeError: context has already been set" in program.out


@only_where(memory=PROCESSES)
@needs("set_start_method")
def test_whoever_uses_the_default_has_settled_it(run_program):
    for first in ("make a lock", "ask", "take the default context"):
        program = run_program("methods_set.py", environment={"MPSPEC_FIRST": first}).wait()
        assert "choosing: RuntimeError: context has already been set" in program.out, first


@only_where(memory=PROCESSES)
@needs("set_start_method")
def test_get_start_method_can_ask_without_settling(run_program):
    program = run_program("methods_set.py", environment={"MPSPEC_FIRST": "ask carefully"}).wait()
    assert program.out.splitlines()[:2] == ["so far: None", "choosing: done"]


@only_where(memory=PROCESSES)
@needs("set_start_method")
def test_force_replaces_a_start_method_that_is_settled(mp, run_program):
    told = {"MPSPEC_FIRST": "choose", "MPSPEC_FORCE": "1"}
    program = run_program("methods_set.py", environment=told).wait()
    assert program.out.splitlines() == ["choosing: done", f"the child began by {mp.start_method}"]


@only_where(memory=PROCESSES)
@needs("get_context")
def test_an_unknown_start_method_is_refused(mp):
    multiprocessing = importlib.import_module(mp.library)
    with pytest.raises(ValueError, match="cannot find context for 'thread'"):
        multiprocessing.get_context("thread")
    with pytest.raises(ValueError, match="cannot find context for 'thread'"):
        multiprocessing.set_start_method("thread", force=True)


# Contexts


@only_where(memory=PROCESSES)
@needs("get_context")
def test_a_context_starts_children_by_a_method_of_its_own(mp, run_program):
    program = run_program("methods_two.py").wait()
    default, context = program.out.splitlines()
    assert context == f"context began by {own_method_like(mp.start_method)}"
    assert default in {"default began by fork", "default began by spawn"} - {context}


@only_where(memory=PROCESSES)
@needs("get_context")
def test_a_named_context_leaves_the_default_open(run_program):
    program = run_program("methods_set.py", environment={"MPSPEC_FIRST": "take a context"}).wait()
    assert program.out.splitlines()[0] == "choosing: done"


@refuted_where(
    memory="fresh",
    until="3.13.11",
    instead="in-older-pythons-a-fresh-child-of-a-context-settles-the-default",
)
@refuted_where(
    memory="fresh",
    since="3.14.0",
    until="3.14.2",
    instead="in-older-pythons-a-fresh-child-of-a-context-settles-the-default",
)
@only_where(memory=PROCESSES)
@needs("get_context")
def test_starting_a_child_of_a_context_leaves_the_default_open(run_program):
    told = {"MPSPEC_FIRST": "start a child of a context"}
    program = run_program("methods_set.py", environment=told).wait()
    assert "choosing: done" in program.out.splitlines()


@only_where(memory="fresh", until="3.13.11")
@needs("get_context")
def test_in_older_pythons_a_fresh_child_of_a_context_settles_the_default(run_program):
    told = {"MPSPEC_FIRST": "start a child of a context"}
    program = run_program("methods_set.py", environment=told).wait()
    assert "choosing: RuntimeError: context has already been set" in program.out


@only_where(memory=PROCESSES)
def test_a_context_cannot_be_given_another_method(mp):
    with pytest.raises(ValueError, match="cannot set start method of concrete context"):
        mp.set_start_method("spawn")
    assert mp.get_start_method() == mp.api.get_context().get_start_method() == mp.start_method


@only_where(memory=PROCESSES)
def test_the_class_of_a_process_bears_the_name_of_its_start_method(mp):
    name = "ForkServer" if mp.start_method == "forkserver" else mp.start_method.capitalize()
    assert type(mp.Process()).__name__ == f"{name}Process"


@refuted_where(
    until="3.11.4",
    instead="up-to-python-3-11-4-a-fork-contexts-lock-goes-to-a-fresh-child-unchecked",
)
@only_where(memory="fresh")
def test_a_queue_of_the_fork_context_cannot_be_given_to_a_fresh_child(mp):
    queue = mp.get_context("fork").Queue()
    child = mp.Process(target=work.put, args=(queue, "an item"))
    with pytest.raises(RuntimeError, match="created in a fork context"):
        child.start()


@only_where(memory=PROCESSES)
def test_a_queue_of_another_context_than_fork_can_be_given_to_any_child(mp, observer):
    method = "forkserver" if mp.start_method == "spawn" else "spawn"
    queue = mp.get_context(method).Queue()
    child = mp.Process(target=work.put, args=(queue, "an item"))
    with running(child):
        assert got(queue, observer.deadline) == "an item"


# What a child imports


@refuted_where(
    memory=("inherited", "shared"), instead="a-forked-child-does-not-run-the-main-module-again"
)
def test_a_fresh_child_knows_the_main_module_as_mp_main(run_program):
    program = run_program("methods_main.py").wait()
    assert program.out.count("child of __mp_main__\n") == 2


@only_where(memory=("inherited", "shared"))
def test_a_forked_child_does_not_run_the_main_module_again(run_program):
    program = run_program("methods_main.py").wait()
    assert program.out.splitlines() == ["running as __main__", *["child of __main__"] * 2]


@refuted_where(
    start_method="forkserver",
    since="3.13.8",
    instead="the-fork-server-runs-the-main-module-once-for-all-children",
)
@only_where(memory="fresh")
def test_each_fresh_child_runs_the_main_module_again(run_program):
    program = run_program("methods_main.py").wait()
    assert program.out.count("running as __mp_main__\n") == 2


@only_where(start_method="forkserver", since="3.13.8")
def test_the_fork_server_runs_the_main_module_once_for_all_children(run_program):
    program = run_program("methods_main.py").wait()
    assert program.out.count("running as __mp_main__\n") == 1
    assert program.out.count("child of __mp_main__\n") == 2


@refuted_where(memory="fresh", instead="a-fresh-child-imports-its-modules-anew")
def test_a_child_begins_with_the_modules_that_its_parent_has_imported(run_program):
    program = run_program("methods_modules.py").wait()
    assert program.out == "True\n"


@only_where(start_method="forkserver")
def test_a_preloaded_module_is_imported_once_for_all_children(run_program):
    told = {"MPSPEC_PRELOAD": "mpspec.programs.methods_preloaded"}
    program = run_program("methods_preload.py", environment=told).wait()
    first, _, second, _ = program.out.splitlines()
    assert first == second != "by itself"


@only_where(start_method="forkserver")
def test_preloading_comes_too_late_once_the_fork_server_runs(run_program):
    told = {"MPSPEC_PRELOAD": "mpspec.programs.methods_preloaded", "MPSPEC_LATE": "1"}
    program = run_program("methods_preload.py", environment=told).wait()
    assert program.out.splitlines() == ["by itself", "done"] * 2


@only_where(start_method="forkserver")
def test_a_module_that_cannot_be_preloaded_is_passed_over(run_program):
    told = {"MPSPEC_PRELOAD": "no_such_module,mpspec.programs.methods_preloaded"}
    program = run_program("methods_preload.py", environment=told).wait()
    assert program.out.startswith("by process")
    assert program.err == ""


@since("3.15")
@only_where(start_method="forkserver")
def test_from_python_3_15_on_a_failed_preload_can_be_made_an_error(run_program):
    told = {"MPSPEC_PRELOAD": "no_such_module", "MPSPEC_ON_ERROR": "fail"}
    program = run_program("methods_preload.py", environment=told).wait()
    assert "Error" in program.out
    assert "No module named 'no_such_module'" in program.err


@only_where(memory="fresh")
@needs("set_executable")
def test_set_executable_chooses_the_interpreter_of_fresh_children(run_program, tmp_path):
    script = executable(tmp_path, f'COLOUR_OF_THE_DAY=blue exec {PYTHON} "$@"')
    told = {"MPSPEC_EXECUTABLE": script}
    program = run_program("methods_executable.py", environment=told).wait()
    assert program.out == "blue\n"


@needs("freeze_support")
def test_freeze_support_does_nothing_in_a_program_that_is_not_frozen(run_program):
    program = run_program("methods_not_frozen.py").wait()
    assert program.out == "it goes on\n"


@since("3.14")
@only_where(start_method="spawn")
def test_in_a_frozen_program_freeze_support_does_the_childs_work(run_program, tmp_path):
    told = {"MPSPEC_EXECUTABLE": executable(tmp_path, FROZEN)}
    program = run_program("methods_frozen.py", environment=told, choose=False).wait()
    assert program.out.splitlines() == ["the child began by spawn", "exit code 0"]


# Forking beside threads


@only_where(memory=PROCESSES)
def test_a_child_begins_with_a_single_thread(mp, observer):
    with beside_a_thread():
        run(mp, work.report_threads, observer.probe("child"))
    [report] = observer.expect("threads")
    assert report.value == 1


@since("3.12")
@only_where(start_method="fork")
def test_from_python_3_12_on_forking_beside_a_thread_warns(mp):
    with beside_a_thread(), pytest.warns(DeprecationWarning, match="multi-threaded"):
        run(mp, work.do_nothing)


@only_where(start_method="fork")
def test_a_lock_that_another_thread_holds_stays_held_in_a_forked_child(mp, observer):
    lock, holder, probe = threading.Lock(), observer.probe("thread"), observer.probe("child")
    thread = threading.Thread(target=work.hold, args=(lock, holder))
    thread.start()
    observer.expect("holding")
    child = mp.Process(target=work.acquire, args=(lock, probe))
    with running(child):
        observer.proceed("holding")
        thread.join()
        assert not lock.locked()
        observer.expect_blocked(probe, after="acquiring")
        os.kill(child.pid, signal.SIGKILL)


# The resource tracker


@only_where(memory=PROCESSES)
@pytest.mark.usefixtures("tracker")
def test_the_resource_tracker_is_started_when_it_is_first_needed(run_program, observer):
    program = run_program("methods_tracker.py")
    observer.expect("begun")
    assert others_of(program) == []
    observer.proceed("begun")
    observer.expect("memory")
    assert len(others_of(program)) == 1
    observer.proceed("memory")
    program.wait()


@only_where(memory=PROCESSES)
@pytest.mark.usefixtures("tracker")
def test_a_program_and_its_children_share_one_resource_tracker(run_program, observer):
    for checkpoint in ("begun", "memory"):
        observer.open(checkpoint)
    program = run_program("methods_tracker.py", environment={"MPSPEC_CHILDREN": "2"})
    trackers = observer.expect("tracker", count=3)
    observer.open("tracker")
    program.wait()
    assert len({report.value for report in trackers}) == 1


@only_where(start_method="fork")
@pytest.mark.usefixtures("tracker")
def test_a_forked_child_that_comes_first_starts_a_tracker_of_its_own(run_program, observer):
    program = run_program("methods_no_tracker.py")
    one, other = observer.expect("tracker", count=2)
    observer.open("tracker")
    program.wait()
    assert one.value != other.value


@only_where(memory=PROCESSES)
@pytest.mark.usefixtures("tracker")
def test_the_resource_tracker_removes_what_a_killed_program_leaves(run_program, observer):
    observer.open("begun")
    program = run_program("methods_tracker.py")
    [memory] = observer.expect("memory")
    program.process.kill()
    program.wait()
    assert not was_there(memory.value)
    assert "1 leaked shared_memory objects" in program.err


@only_where(memory=PROCESSES)
@pytest.mark.usefixtures("tracker")
def test_sigterm_and_ctrl_c_do_not_end_the_resource_tracker(run_program, observer):
    observer.open("begun")
    program = run_program("methods_tracker.py")
    [memory] = observer.expect("memory")
    [tracker] = others_of(program)
    for number in (signal.SIGTERM, signal.SIGINT):
        tracker.send_signal(number)
    program.process.kill()
    program.wait()
    assert not was_there(memory.value), "it was not there to remove what was left"


# What is pickled, and when


@only_where(memory=PROCESSES)
def test_a_lock_or_a_queue_can_be_pickled_only_for_a_new_child(mp, observer):
    made = [mp.Lock(), mp.RLock(), mp.Semaphore(), mp.Condition(), mp.Event(), mp.Barrier(1)]
    made += [mp.Queue(), mp.JoinableQueue(), mp.SimpleQueue()]
    for thing in made:
        with pytest.raises(RuntimeError, match="through inheritance"):
            pickle.dumps(thing)
    run(mp, work.report_kinds, made, observer.probe("child"))
    [report] = observer.expect("kinds")
    assert report.value == [type(thing).__name__ for thing in made]


@only_where(memory=PROCESSES)
def test_assert_spawning_lets_an_object_be_pickled_only_for_a_new_child(mp, observer):
    thing = work.OnlyInherited(mp)
    with pytest.raises(RuntimeError, match="OnlyInherited objects should only be shared"):
        pickle.dumps(thing)
    run(mp, work.report_kinds, [thing], observer.probe("child"))
    [report] = observer.expect("kinds")
    assert report.value == ["OnlyInherited"]


@only_where(memory=PROCESSES)
@needs("Pipe")
def test_forkingpickler_register_says_how_a_type_is_pickled(run_program):
    told = {"MPSPEC_REDUCER": "registered"}
    program = run_program("methods_reducer.py", environment=told).wait()
    assert program.out.splitlines() == ["done", "light"]


@only_where(memory=PROCESSES)
@needs("reducer", "Pipe")
def test_a_new_reducer_changes_nothing_for_what_is_loaded_already(run_program):
    told = {"MPSPEC_REDUCER": "replaced"}
    program = run_program("methods_reducer.py", environment=told).wait()
    assert program.out == "TypeError: a candle cannot be pickled\n"


# Keys, listeners and challenges


@needs("Process.authkey")
def test_a_child_inherits_the_authkey_of_its_parent(run_program):
    program = run_program("methods_authkey.py").wait()
    assert program.out.splitlines()[0] == '''first b"the program's"'''


@needs("Process.authkey")
def test_a_process_can_be_given_an_authkey_of_its_own(run_program):
    program = run_program("methods_authkey.py").wait()
    assert program.out.splitlines()[1] == "second b'its own'"


@needs("Process.authkey")
def test_an_authkey_cannot_be_pickled(mp):
    with pytest.raises(TypeError, match="disallowed for security reasons"):
        pickle.dumps(mp.current_process().authkey)


@only_where(memory=PROCESSES)
def test_last_accepted_is_the_address_of_the_last_client(mp):
    connection = work.connection_of(mp)
    with connection.Listener(LOOPBACK) as listener:
        assert listener.last_accepted is None
        for _ in range(2):
            with connection.Client(listener.address) as client, listener.accept():
                assert listener.last_accepted == own_address(client)


def test_a_client_is_connected_before_it_is_accepted(mp):
    with work.connection_of(mp).Listener() as listener:
        client = connect(mp, listener.address)
        assert client, "nobody was there to connect to"
        with client, listener.accept() as end:
            client.send("hello")
            assert end.recv() == "hello"


@needs("AuthenticationError")
def test_an_answered_challenge_proves_the_key(mp, observer):
    with challenged(mp, observer, b"the key") as end:
        work.answer(mp, end, b"the key", observer.probe("test"))
    assert observer.history.values("answered") == ["welcome"]
    assert observer.history.values("challenged") == ["proved"]


@refuted_where(until="3.11", instead="an-md5-answer-to-a-challenge-is-accepted")
@needs("AuthenticationError")
def test_a_challenge_asks_for_a_sha_256_digest(mp, observer):
    with challenged(mp, observer, b"the key") as end:
        challenge = end.recv_bytes()
        end.send_bytes(b"no answer")
    assert challenge.startswith(CHALLENGE + b"{sha256}")


@needs("AuthenticationError")
def test_an_md5_answer_to_a_challenge_is_accepted(mp, observer):
    with challenged(mp, observer, b"the key") as end:
        question = end.recv_bytes()[len(CHALLENGE) :]
        end.send_bytes(hmac.digest(b"the key", question, "md5"))
        assert end.recv_bytes() == b"#WELCOME#"


# Logs, processors, errors and threads


@needs("log_to_stderr")
def test_log_to_stderr_shows_what_parent_and_children_do(run_program):
    program = run_program("methods_log.py", environment={"MPSPEC_LOG": "to stderr"}).wait()
    assert re.search(r"\[INFO/worker\] child process .*calling self\.run\(\)", program.err)
    assert "[INFO/MainProcess] process shutting down" in program.err


@refuted_where(
    memory="fresh", instead="a-fresh-child-gets-the-level-of-the-logger-but-no-handler-of-its-own"
)
@needs("get_logger")
def test_a_child_logs_by_the_handlers_of_its_parent(run_program):
    program = run_program("methods_log.py", environment={"MPSPEC_LOG": "by a handler"}).wait()
    assert "calling self.run()" in program.out


@only_where(memory="fresh")
@needs("get_logger")
def test_a_fresh_child_gets_the_level_of_the_logger_but_no_handler_of_its_own(run_program):
    program = run_program("methods_log.py", environment={"MPSPEC_LOG": "by a handler"}).wait()
    assert "level 20 and 0 handlers\n" in program.out


@needs("get_logger")
def test_what_multiprocessing_logs_does_not_reach_the_root_logger(run_program):
    told = {"MPSPEC_LOG": "by the root logger"}
    program = run_program("methods_log.py", environment=told).wait()
    assert "calling self.run()" not in program.out
    assert "process shutting down" not in program.out


@only_where(platform="linux")
@needs("cpu_count")
def test_cpu_count_counts_processors_that_may_not_be_used_too(run_program):
    program = run_program("methods_affinity.py").wait()
    assert program.out.splitlines() == ["as before: True", "as os.cpu_count: True"]


@needs("ProcessError")
def test_the_errors_of_multiprocessing_are_processerrors(mp):
    for error in (mp.BufferTooShort, mp.AuthenticationError, mp.TimeoutError):
        assert issubclass(error, mp.ProcessError)
        assert not issubclass(error, OSError)


@only_where(memory="shared")
def test_between_threads_a_manager_gives_ordinary_objects(mp):
    manager = mp.Manager()
    assert [type(manager.list()), type(manager.dict())] == [list, dict]
    assert manager.Lock is threading.Lock


@contextmanager
def running(child):
    """Start a process, and join it in the end."""
    child.start()
    try:
        yield
    finally:
        child.join()


def run(mp, target, *args):
    """Run a child to its end."""
    with running(mp.Process(target=target, args=args)):
        pass


@contextmanager
def beside_a_thread():
    """Have a second thread in this process for a while."""
    over = threading.Event()
    thread = threading.Thread(target=over.wait)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@contextmanager
def challenged(mp, observer, key):
    """Have a child challenge for the key, and give the other end of its pipe."""
    here, there = mp.Pipe()
    probe = observer.probe("challenger")
    with running(mp.Process(target=work.challenge, args=(mp, there, key, probe))):
        there.close()
        with here:
            yield here


def got(queue, timeout):
    """Return an item from the queue, None if none comes."""
    try:
        return queue.get(timeout=timeout)
    except Empty:
        return None


def connect(mp, address):
    """Return the connection of a new client, None if it is refused."""
    try:
        return work.connection_of(mp).Client(address)
    except OSError:
        return None


def own_address(client):
    """Return the address from which a client calls."""
    with socket.socket(fileno=os.dup(client.fileno())) as copy:
        return copy.getsockname()


def own_method_like(method):
    """Return which of multiprocessing's own start methods a child cannot tell from this one."""
    return method if method in {"fork", "spawn", "forkserver"} else "spawn"


def executable(folder, command):
    """Write a shell script that runs one command, and return its path."""
    script = folder / "executable"
    script.write_text(f"#!/bin/sh\n{command}\n", encoding="utf-8")
    script.chmod(0o755)
    return str(script)


def others_of(program):
    """Return the processes that a program has started, whoever they may be."""
    return leftovers.of_session(program.process.pid)


def was_there(name):
    """Return whether shared memory of this name was still there, and remove it."""
    try:
        memory = shared_memory.SharedMemory(name)
    except FileNotFoundError:
        return False
    memory.close()
    memory.unlink()
    return True
