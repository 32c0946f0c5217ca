"""The claims of chapter 01, in the note's order."""

import gc
import os
import re
import signal
import sys
import threading
from multiprocessing import connection

import psutil
import pytest

from mpspec.expectations import needs, only_where, refuted_where, since
from mpspec.work import processes as work

PROCESSES = ("inherited", "fresh")

# What multiprocessing asserts, threading raises as a RuntimeError.
NOT_NOW = (AssertionError, RuntimeError)

# A function becomes a process


@refuted_where(memory="shared", instead="a-thread-works-in-the-process-that-started-it")
def test_a_function_becomes_the_work_of_a_process(mp, observer):
    child = mp.Process(target=work.report_call, args=(observer.probe("c"), 1), kwargs={"b": 2})
    child.start()
    child.join()
    [call] = observer.expect("called")
    assert call.value["args"] == [1]
    assert call.value["kwargs"] == {"b": 2}
    assert call.value["pid"] != os.getpid()


@only_where(memory="shared")
def test_a_thread_works_in_the_process_that_started_it(mp, observer):
    thread = mp.Process(target=work.report_call, args=(observer.probe("thread"),))
    thread.start()
    thread.join()
    [call] = observer.expect("called")
    assert call.value["pid"] == os.getpid()


def test_calling_run_does_the_work_in_the_calling_process(mp, observer):
    mp.Process(target=work.report_call, args=(observer.probe("caller"),)).run()
    [call] = observer.expect("called")
    assert call.value["pid"] == os.getpid()


def test_a_subclass_says_in_run_what_its_process_does(run_program):
    program = run_program("subclass.py").wait()
    assert program.out == "hello, world\n"


# Who is who


@needs("Process.pid")
def test_a_process_has_a_pid_once_it_is_started(mp, observer):
    child = mp.Process(target=work.stay_inside, args=(observer.probe("child"),))
    assert child.pid is None
    child.start()
    [arrival] = observer.expect("inside")
    assert child.pid == arrival.pid
    observer.proceed("inside")
    child.join()


def test_a_process_bears_the_name_that_it_is_given(mp, observer):
    child = mp.Process(
        target=work.report_who_i_am, args=(mp, observer.probe("child")), name="packer"
    )
    child.start()
    child.join()
    [report] = observer.expect("I am")
    assert report.value == "packer"


def test_a_process_without_a_name_is_numbered(mp):
    first, second = (int(re.search(r"-(\d+)", mp.Process().name)[1]) for _ in range(2))
    assert second == first + 1


@only_where(memory=PROCESSES)
def test_the_children_of_a_child_are_numbered_below_it(mp, observer):
    child = mp.Process(target=work.report_own_and_childs_name, args=(mp, observer.probe("child")))
    child.start()
    child.join()
    [report] = observer.expect("names")
    own, childs = report.value
    assert childs == f"{own}:1"


@needs("parent_process")
def test_a_child_knows_its_parent_process(mp, observer):
    child = mp.Process(target=work.report_parent, args=(mp, observer.probe("child")))
    child.start()
    child.join()
    [report] = observer.expect("parent")
    assert report.value == os.getpid()


@needs("parent_process")
def test_the_main_process_has_no_parent_process(mp):
    assert mp.parent_process() is None


def test_active_children_lists_the_children_that_are_alive(mp, observer):
    child = mp.Process(target=work.stay_inside, args=(observer.probe("child"),))
    assert child not in mp.active_children()
    child.start()
    assert child in mp.active_children()
    observer.proceed("inside")
    child.join()
    assert child not in mp.active_children()


def test_the_representation_of_a_process_tells_its_state(mp, observer):
    child = mp.Process(target=work.stay_inside, args=(observer.probe("child"),))
    assert "initial" in repr(child)
    child.start()
    assert "started" in repr(child)
    observer.proceed("inside")
    child.join()
    assert "stopped" in repr(child)


# Start


def test_start_runs_children_concurrently(mp, observer):
    workers = observer.probes("worker", 5)
    children = [mp.Process(target=work.stay_inside, args=(worker,)) for worker in workers]
    for child in children:
        child.start()
    inside = observer.expect("inside", count=5)
    assert {report.probe for report in inside} == {worker.name for worker in workers}
    observer.open("inside")
    for child in children:
        child.join()


def test_start_does_not_wait_for_the_child(mp, observer):
    child = mp.Process(target=work.stay_inside, args=(observer.probe("child"),))
    child.start()
    observer.note("start has returned")
    observer.proceed("inside")
    child.join()
    assert observer.history.before("start has returned", "done")


def test_a_process_can_be_started_only_once(mp):
    child = mp.Process(target=work.return_at_once)
    child.start()
    child.join()
    with pytest.raises(NOT_NOW, match=r"twice|once"):
        child.start()


def test_five_workers_of_the_first_program_work_at_the_same_time(run_program, observer):
    program = run_program("demo_five_workers.py")
    observer.expect("inside", count=5)
    observer.open("inside")
    program.wait()
    assert observer.history.peak("at work") == 5


# Join


def test_join_waits_until_the_child_has_ended(mp, observer):
    joiner, worker = observer.probe("joiner"), observer.probe("worker")
    parent = mp.Process(target=work.start_and_join_in_turn, args=(mp, joiner, [worker]))
    parent.start()
    observer.expect("inside")
    observer.expect_blocked(joiner, after="joining worker")
    observer.proceed("inside")
    parent.join()
    assert observer.history.before("done", "joined worker")


def test_joining_an_ended_child_returns_at_once(mp, observer):
    worker = observer.probe("worker")
    child = mp.Process(target=work.report_call, args=(worker,))
    child.start()
    observer.expect_ended(worker)
    child.join()
    child.join()
    assert not child.is_alive()


def test_join_does_not_serialize_children(mp, observer):
    joiner, workers = observer.probe("joiner"), observer.probes("worker", 3)
    parent = mp.Process(target=work.start_and_join_in_turn, args=(mp, joiner, workers))
    parent.start()
    for worker in workers[1:]:
        observer.proceed("inside", of=worker)
    observer.expect_ended(*workers[1:])
    observer.expect_blocked(joiner, after="joining worker 1")
    observer.proceed("inside", of=workers[0])
    parent.join()
    finished = [report.probe for report in observer.history.named("done")]
    assert finished[-1] == "worker 1"


def test_joins_in_a_row_wait_only_for_those_still_running(mp, observer):
    joiner, workers = observer.probe("joiner"), observer.probes("worker", 3)
    parent = mp.Process(target=work.start_and_join_in_turn, args=(mp, joiner, workers))
    parent.start()
    for worker in (workers[0], workers[2]):
        observer.proceed("inside", of=worker)
        observer.expect_ended(worker)
    observer.expect_blocked(joiner, after="joining worker 2")
    observer.proceed("inside", of=workers[1])
    parent.join()
    assert observer.history.before("joined worker 2", "joined worker 3")


def test_join_tells_the_parent_only_that_the_child_has_ended(mp):
    child = mp.Process(target=work.return_answer)
    child.start()
    assert child.join() is None
    assert child.exitcode == 0
    assert work.return_answer() not in vars(child).values()


def test_join_with_a_timeout_gives_up_and_leaves_the_child_running(mp, observer):
    child = mp.Process(target=work.stay_inside, args=(observer.probe("child"),))
    child.start()
    child.join(timeout=0.001)
    assert child.is_alive()
    assert child in mp.active_children()
    observer.proceed("inside")
    child.join()


def test_a_process_cannot_be_joined_before_it_is_started(mp):
    with pytest.raises(NOT_NOW, match=r"started"):
        mp.Process(target=work.return_at_once).join()


@only_where(memory="inherited")
def test_only_its_parent_can_join_a_process(mp, observer):
    child = mp.Process(target=work.stay_inside, args=(observer.probe("child"),))
    child.start()
    sibling = mp.Process(target=work.report_join_error, args=(child, observer.probe("sibling")))
    sibling.start()
    [report] = observer.expect("joined")
    assert report.value == "can only join a child process"
    observer.proceed("inside")
    child.join()
    sibling.join()


@only_where(memory="shared")
def test_join_means_the_same_for_threads(mp, observer):
    worker, joiner = observer.probe("worker"), observer.probe("joiner")
    thread = threading.Thread(target=work.stay_inside, args=(worker,))
    thread.start()
    joining = threading.Thread(target=work.join_and_report, args=(thread, joiner))
    joining.start()
    observer.expect_blocked(joiner, after="joining")
    observer.proceed("inside")
    joining.join()
    assert observer.history.before("done", "joined")
    assert issubclass(mp.Process, threading.Thread)


def test_children_finish_without_being_joined(run_program, observer):
    observer.open("inside")
    run_program("unjoined.py").wait()
    assert len(observer.history.named("done")) == 3


@refuted_where(start_method="forkserver", instead="the-fork-server-reaps-its-children")
@needs("Process.sentinel")
def test_an_ended_child_stays_a_zombie_until_it_is_joined(mp, observer):
    child = mp.Process(target=work.return_at_once)
    child.start()
    connection.wait([child.sentinel], timeout=observer.patience)
    assert observer.expect_state(child.pid, "zombie", "gone") == "zombie"
    child.join()
    assert observer.expect_state(child.pid, "zombie", "gone") == "gone"


@only_where(start_method="forkserver")
def test_the_fork_server_reaps_its_children(mp, observer):
    child = mp.Process(target=work.return_at_once)
    child.start()
    connection.wait([child.sentinel], timeout=observer.patience)
    assert observer.expect_state(child.pid, "zombie", "gone") == "gone"
    child.join()


@needs("Process.sentinel")
def test_asking_for_active_children_joins_those_that_have_ended(mp, observer):
    child = mp.Process(target=work.return_at_once)
    child.start()
    connection.wait([child.sentinel], timeout=observer.patience)
    observer.expect_state(child.pid, "zombie", "gone")
    assert child not in mp.active_children()
    assert observer.expect_state(child.pid, "zombie", "gone") == "gone"


# The main guard


@refuted_where(
    memory=("inherited", "shared"),
    instead="an-unguarded-program-runs-where-a-child-does-not-import-it",
)
def test_code_that_starts_processes_must_be_guarded_by_main(run_program):
    program = run_program("unguarded.py").wait()
    assert "the target ran" not in program.out
    assert "RuntimeError" in program.err
    assert "bootstrapping phase" in program.err


@only_where(memory=("inherited", "shared"))
def test_an_unguarded_program_runs_where_a_child_does_not_import_it(run_program):
    program = run_program("unguarded.py").wait()
    assert program.out.splitlines() == ["the target ran", "exit code 0"]


def test_a_guarded_program_runs_under_every_start_method(run_program):
    program = run_program("guarded.py").wait()
    assert program.out.splitlines() == ["the target ran", "exit code 0"]


@only_where(start_method="forkserver", since="3.14", until="3.14")
def test_in_python_3_14_an_unguarded_program_breaks_its_fork_server(run_program):
    program = run_program("unguarded.py").wait()
    assert "bootstrapping phase" in program.err
    assert "ConnectionResetError" in program.err
    assert program.status == 1


@refuted_where(
    start_method="forkserver",
    since="3.14",
    until="3.14",
    instead="in-python-3-14-an-unguarded-program-breaks-its-fork-server",
)
@only_where(memory="fresh")
def test_an_unguarded_pool_replaces_its_failing_workers_without_end(run_program, observer):
    program = run_program("unguarded_pool.py")
    for _ in range(1 + 5):  # the program itself; its workers, and those in their places
        observer.proceed("before the pool")
    observer.expect("before the pool", count=1 + 5 + 2)  # two are there, five have failed
    program.wait_for_output("An attempt has been made", count=4)  # one may be a fork server
    assert program.status is None


@only_where(default=True, platform="linux", until="3.13")
def test_an_unguarded_program_runs_by_default_up_to_python_3_13(run_program):
    program = run_program("unguarded.py", choose=False).wait()
    assert program.out.splitlines() == ["the target ran", "exit code 0"]


@only_where(default=True, platform="linux", since="3.14")
def test_an_unguarded_program_fails_by_default_from_python_3_14_on(run_program):
    program = run_program("unguarded.py", choose=False).wait()
    assert "the target ran" not in program.out
    assert "bootstrapping phase" in program.err


# Daemons


def test_a_program_waits_for_its_non_daemon_children(run_program, observer):
    main = observer.probe("main")
    program = run_program("unjoined.py")
    observer.expect("inside", count=3)
    observer.expect_blocked(main, after="main is through")
    observer.open("inside")
    program.wait()
    assert observer.history.before("main is through", "done")


@refuted_where(instead="a-daemon-is-terminated-when-its-parent-exits")
def test_making_a_child_a_daemon_has_the_same_effect_as_joining_it(run_program, observer):
    main = observer.probe("main")
    program = run_program("daemon.py")
    observer.expect("inside")
    observer.proceed("main is through")
    observer.expect_blocked(main, after="ending")
    observer.proceed("inside")
    program.wait_for_end()
    assert observer.history.named("done"), "the program has ended, the daemon's work is not done"


def test_a_daemon_is_terminated_when_its_parent_exits(run_program, observer):
    program = run_program("daemon.py")
    [daemon] = observer.expect("inside")
    observer.proceed("main is through")
    assert program.wait_for_end() == 0
    assert observer.expect_state(daemon.pid, "gone", "sleeping") == "gone"
    assert not observer.history.named("done")


def test_a_process_must_be_made_a_daemon_before_it_is_started(mp, observer):
    child = mp.Process(target=work.stay_inside, args=(observer.probe("child"),))
    child.start()
    with pytest.raises(NOT_NOW):
        child.daemon = True
    observer.proceed("inside")
    child.join()


@refuted_where(memory="shared", instead="a-daemon-thread-may-start-threads")
def test_a_daemon_may_have_no_children(mp, observer):
    daemon = mp.Process(target=work.report_starting_a_child, args=(mp, observer.probe("daemon")))
    daemon.daemon = True
    daemon.start()
    daemon.join()
    [report] = observer.expect("started a child")
    assert report.value == "daemonic processes are not allowed to have children"


@only_where(memory="shared")
def test_a_daemon_thread_may_start_threads(mp, observer):
    daemon = mp.Process(target=work.report_starting_a_child, args=(mp, observer.probe("daemon")))
    daemon.daemon = True
    daemon.start()
    daemon.join()
    [report] = observer.expect("started a child")
    assert report.value is None


def test_a_daemons_children_would_be_daemons(mp, observer):
    daemon = mp.Process(
        target=work.report_whether_children_would_be_daemons, args=(mp, observer.probe("daemon"))
    )
    daemon.daemon = True
    daemon.start()
    daemon.join()
    [report] = observer.expect("child is daemon")
    assert report.value is True


# How a child ends


def test_is_alive_is_true_from_start_until_the_child_has_ended(mp, observer):
    child = mp.Process(target=work.stay_inside, args=(observer.probe("child"),))
    assert not child.is_alive()
    child.start()
    assert child.is_alive()
    observer.proceed("inside")
    child.join()
    assert not child.is_alive()


def test_the_exit_code_is_none_while_the_child_is_alive(mp, observer):
    child = mp.Process(target=work.stay_inside, args=(observer.probe("child"),))
    child.start()
    observer.expect("inside")
    assert child.exitcode is None
    observer.proceed("inside")
    child.join()


def test_a_child_that_returns_has_exit_code_0(mp):
    assert exit_code(mp, work.return_answer) == 0


@refuted_where(memory="shared", instead="the-exit-code-of-a-thread-is-always-0")
def test_sys_exit_with_a_number_gives_that_exit_code(mp):
    assert exit_code(mp, work.exit_with, 3) == 3


def test_sys_exit_without_a_number_gives_exit_code_0(mp):
    assert exit_code(mp, work.exit_without_a_number) == 0


@refuted_where(memory="shared", instead="the-exit-code-of-a-thread-is-always-0")
def test_sys_exit_with_a_text_prints_it_and_gives_exit_code_1(run_program):
    program = run_program("child_exits_with_text.py").wait()
    assert program.out == "exit code 1\n"
    assert program.err == "no more work\n"


@refuted_where(memory="shared", instead="the-exit-code-of-a-thread-is-always-0")
def test_an_uncaught_exception_gives_exit_code_1(mp):
    assert exit_code(mp, work.fail) == 1


@only_where(memory="shared")
def test_the_exit_code_of_a_thread_is_always_0(mp):
    assert exit_code(mp, work.exit_with, 3) == 0
    assert exit_code(mp, work.fail) == 0


@only_where(memory=PROCESSES)
def test_os_exit_gives_its_number_as_exit_code(mp):
    assert exit_code(mp, work.exit_hard, 7) == 7


@needs("Process.pid")
def test_a_child_ended_by_signal_n_has_exit_code_minus_n(mp, observer):
    child = mp.Process(target=work.stay_inside, args=(observer.probe("child"),))
    child.start()
    observer.expect("inside")
    os.kill(child.pid, signal.SIGUSR1)
    child.join()
    assert child.exitcode == -signal.SIGUSR1


def test_an_exception_in_a_child_does_not_reach_the_parent(mp, observer):
    child = mp.Process(target=work.report_and_fail, args=(observer.probe("child"),))
    child.start()
    assert child.join() is None
    observer.expect("about to fail")
    assert not child.is_alive()


def test_the_traceback_of_a_failing_child_is_headed_by_its_name(run_program):
    program = run_program("failing_child.py").wait()
    assert re.match(r"(Process|Exception in thread) failing worker:\nTraceback", program.err)
    assert "ValueError: broken on purpose" in program.err


@needs("Process.terminate")
def test_terminate_ends_a_child_by_sigterm(mp, observer):
    child = mp.Process(target=work.stay_inside, args=(observer.probe("child"),))
    child.start()
    observer.expect("inside")
    child.terminate()
    child.join()
    assert child.exitcode == -signal.SIGTERM


@needs("Process.terminate")
def test_a_terminated_child_runs_no_cleanup(mp, observer):
    child = mp.Process(target=work.stay_inside, args=(observer.probe("child"),))
    child.start()
    observer.expect("inside")
    child.terminate()
    child.join()
    assert [report.kind for report in observer.history.named("at work")] == ["begin"]


@needs("Process.kill")
def test_kill_ends_a_child_by_sigkill(mp, observer):
    child = mp.Process(target=work.stay_inside, args=(observer.probe("child"),))
    child.start()
    observer.expect("inside")
    child.kill()
    child.join()
    assert child.exitcode == -signal.SIGKILL


@since("3.14")
@needs("Process.interrupt")
def test_interrupt_raises_keyboardinterrupt_in_the_child(mp, observer):
    probe = observer.probe("child")
    child = mp.Process(target=work.stay_inside_until_interrupted, args=(probe,))
    child.start()
    observer.expect_blocked(probe, after="inside")
    child.interrupt()
    observer.expect("interrupted")
    child.join()
    assert child.exitcode == 0


@needs("Process.sentinel")
def test_the_sentinel_is_ready_once_the_child_has_ended(mp, observer):
    child = mp.Process(target=work.stay_inside, args=(observer.probe("child"),))
    child.start()
    observer.expect("inside")
    assert connection.wait([child.sentinel], timeout=0) == []
    observer.proceed("inside")
    assert connection.wait([child.sentinel], observer.patience) == [child.sentinel]
    child.join()


@needs("Process.close")
def test_a_closed_process_can_no_longer_be_asked(mp):
    child = mp.Process(target=work.return_at_once)
    child.start()
    child.join()
    child.close()
    for question in (child.is_alive, child.join, child.terminate, child.kill):
        with pytest.raises(ValueError, match="closed"):
            question()


@needs("Process.close")
def test_close_gives_back_the_descriptors_of_a_process(mp):
    start_whatever_serves(mp)
    before = descriptors()
    child = mp.Process(target=work.return_at_once)
    child.start()
    child.join()
    child.close()
    assert descriptors() <= before  # fewer, where forgotten objects are found late, as on PyPy


@needs("Process.close")
def test_a_running_process_cannot_be_closed(mp, observer):
    child = mp.Process(target=work.stay_inside, args=(observer.probe("child"),))
    child.start()
    with pytest.raises(ValueError, match="still running"):
        child.close()
    observer.proceed("inside")
    child.join()


@refuted_where(
    start_method=("fork", "forkserver"),
    until="3.12",
    instead="a-forked-child-skips-its-atexit-handlers-up-to-python-3-12",
)
@only_where(memory=PROCESSES)
def test_a_child_runs_the_handlers_that_it_registered_with_atexit(mp, observer):
    child = mp.Process(target=work.report_at_exit, args=(observer.probe("child"),))
    child.start()
    child.join()
    observer.expect("registered")
    assert observer.history.named("at exit")


@only_where(start_method=("fork", "forkserver"), until="3.12")
def test_a_forked_child_skips_its_atexit_handlers_up_to_python_3_12(mp, observer):
    child = mp.Process(target=work.report_at_exit, args=(observer.probe("child"),))
    child.start()
    child.join()
    observer.expect("registered")
    assert not observer.history.named("at exit")


# What a child gets from its parent


@refuted_where(memory="shared", instead="a-thread-reads-the-standard-input-of-its-process")
def test_a_child_does_not_read_its_parents_standard_input(run_program):
    program = run_program("child_reads_stdin.py", stdin="for the parent").wait()
    assert program.out.splitlines() == ["child read ''", "parent read 'for the parent'"]


@only_where(memory="shared")
def test_a_thread_reads_the_standard_input_of_its_process(run_program):
    program = run_program("child_reads_stdin.py", stdin="for both").wait()
    assert program.out.splitlines() == ["child read 'for both'", "parent read ''"]


@only_where(memory=PROCESSES)
def test_descriptor_0_of_a_child_is_still_its_parents(run_program):
    program = run_program("child_reads_descriptor_0.py", stdin="for the parent").wait()
    assert program.out.splitlines() == ["child read b'for the parent'", "parent read b''"]


@refuted_where(
    start_method="forkserver", instead="the-fork-server-passes-on-the-environment-it-began-with"
)
def test_a_child_begins_with_its_parents_environment_variables(mp, observer, monkeypatch):
    start_whatever_serves(mp)
    monkeypatch.setenv("COLOUR_OF_THE_DAY", "blue")
    probe = observer.probe("child")
    child = mp.Process(target=work.report_variable, args=("COLOUR_OF_THE_DAY", probe))
    child.start()
    child.join()
    [report] = observer.expect("variable")
    assert report.value == "blue"


@only_where(start_method="forkserver")
def test_the_fork_server_passes_on_the_environment_it_began_with(mp, observer, monkeypatch):
    start_whatever_serves(mp)
    monkeypatch.setenv("COLOUR_OF_THE_DAY", "blue")
    probe = observer.probe("child")
    child = mp.Process(target=work.report_variable, args=("COLOUR_OF_THE_DAY", probe))
    child.start()
    child.join()
    [report] = observer.expect("variable")
    assert report.value is None


def test_a_child_begins_in_its_parents_working_directory(mp, observer, monkeypatch, tmp_path):
    start_whatever_serves(mp)
    monkeypatch.chdir(tmp_path)
    child = mp.Process(target=work.report_folder, args=(observer.probe("child"),))
    child.start()
    child.join()
    [report] = observer.expect("folder")
    assert report.value == str(tmp_path)


def test_a_child_sees_its_parents_command_line(mp, observer, monkeypatch):
    start_whatever_serves(mp)
    monkeypatch.setattr(sys, "argv", ["program", "--colour", "blue"])
    child = mp.Process(target=work.report_argv, args=(observer.probe("child"),))
    child.start()
    child.join()
    [report] = observer.expect("argv")
    assert report.value == ["program", "--colour", "blue"]


@refuted_where(memory="fresh", instead="a-fresh-child-begins-with-the-default-signal-handlers")
def test_a_child_begins_with_its_parents_signal_handlers(mp, observer, handled_signal):
    child = mp.Process(target=work.report_handler, args=(handled_signal, observer.probe("child")))
    child.start()
    child.join()
    [report] = observer.expect("handler")
    assert report.value == "a function"


@only_where(memory="fresh")
def test_a_fresh_child_begins_with_the_default_signal_handlers(mp, observer, handled_signal):
    child = mp.Process(target=work.report_handler, args=(handled_signal, observer.probe("child")))
    child.start()
    child.join()
    [report] = observer.expect("handler")
    assert report.value == "default"


@refuted_where(python="PyPy", instead="a-fresh-child-begins-with-the-default-signal-handlers")
@only_where(start_method="spawn")
def test_a_signal_that_the_parent_ignores_is_ignored_in_a_spawned_child(
    mp, observer, ignored_signal
):
    child = mp.Process(target=work.report_handler, args=(ignored_signal, observer.probe("child")))
    child.start()
    child.join()
    [report] = observer.expect("handler")
    assert report.value == "ignored"


# When the parent ends


def test_a_program_that_fails_still_waits_for_its_children(run_program, observer):
    main = observer.probe("main")
    program = run_program("failing_parent.py")
    observer.expect("inside")
    observer.expect_blocked(main, after="failing")
    observer.proceed("inside")
    program.wait()
    assert program.status == 1
    assert observer.history.before("failing", "done")


@only_where(memory=PROCESSES)
def test_a_parent_ended_by_sigterm_leaves_its_children_running(run_program, observer):
    orphans = observer.probe("daemon"), observer.probe("child")
    program = run_program("parent.py")
    observer.expect("inside", count=2)
    program.process.send_signal(signal.SIGTERM)
    assert program.wait_for_end() == -signal.SIGTERM
    for orphan in orphans:
        observer.proceed("inside", of=orphan)
        observer.expect("done", of=orphan)


@only_where(memory=PROCESSES)
def test_a_parent_ended_by_sigkill_leaves_its_children_running(run_program, observer):
    orphans = observer.probe("daemon"), observer.probe("child")
    program = run_program("parent.py")
    observer.expect("inside", count=2)
    program.process.send_signal(signal.SIGKILL)
    assert program.wait_for_end() == -signal.SIGKILL
    for orphan in orphans:
        observer.proceed("inside", of=orphan)
        observer.expect("done", of=orphan)


@needs("parent_process", "Process.kill")
def test_a_child_can_tell_whether_its_parent_has_ended(mp, observer):
    child = observer.probe("child")
    parent = mp.Process(target=work.start_a_watcher_of_oneself, args=(mp, child))
    parent.start()
    observer.expect("parent is alive")
    parent.kill()
    parent.join()
    observer.proceed("look again")
    observer.expect_ended(child)
    assert observer.history.values("parent is alive") == [True, False]


@only_where(memory=PROCESSES)
def test_a_parent_that_calls_os_exit_leaves_its_children_running(run_program, observer):
    orphans = observer.probe("daemon"), observer.probe("child")
    program = run_program("parent.py", environment={"MPSPEC_END": "os._exit"})
    observer.expect("inside", count=2)
    observer.proceed("both started")
    assert program.wait_for_end() == 0
    for orphan in orphans:
        observer.proceed("inside", of=orphan)
        observer.expect("done", of=orphan)


@only_where(memory=PROCESSES)
def test_ctrl_c_reaches_the_parent_and_its_children(run_program, observer):
    main, child = observer.probe("main"), observer.probe("child")
    program = run_program("interrupted.py")
    observer.expect_blocked(child, after="inside")
    observer.expect_blocked(main, after="joining")
    program.interrupt()
    program.wait()
    assert {report.probe for report in observer.history.named("interrupted")} == {"main", "child"}


@pytest.fixture
def handled_signal(mp):
    """Return a signal for which this process has a handler when the child starts."""
    start_whatever_serves(mp)
    before = signal.signal(signal.SIGUSR1, lambda *_: None)
    yield signal.SIGUSR1
    signal.signal(signal.SIGUSR1, before)


@pytest.fixture
def ignored_signal():
    """Return a signal that this process ignores when the child starts."""
    before = signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    yield signal.SIGUSR1
    signal.signal(signal.SIGUSR1, before)


def exit_code(mp, target, *args):
    """Return the exit code of a child that runs `target`."""
    child = mp.Process(target=target, args=args)
    child.start()
    child.join()
    return child.exitcode


def descriptors():
    """Return how many descriptors this process has open, without those of forgotten objects."""
    gc.collect()
    return psutil.Process().num_fds()


def start_whatever_serves(mp):
    """Let a fork server be there before something changes, as it is in any program but at first."""
    child = mp.Process(target=work.return_at_once)
    child.start()
    child.join()
