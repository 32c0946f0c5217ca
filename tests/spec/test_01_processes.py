"""The claims of chapter 01, in the note's order."""

from mpspec.work import processes as work


def test_a_function_becomes_the_work_of_a_process(mp, observer):
    child = mp.Process(target=work.report_call, args=(observer.probe("child"), 1), kwargs={"b": 2})
    child.start()
    child.join()
    [call] = observer.expect("called")
    assert call.value["args"] == [1]


def test_start_runs_children_concurrently(mp, observer):
    workers = observer.probes("worker", 5)
    children = [mp.Process(target=work.stay_inside, args=(worker,)) for worker in workers]
    for child in children:
        child.start()
    observer.expect("inside", count=5)
    observer.open("inside")
    for child in children:
        child.join()
    assert observer.history.peak("at work") == 5


def test_join_waits_until_the_child_has_ended(mp, observer):
    joiner, worker = observer.probe("joiner"), observer.probe("worker")
    parent = mp.Process(target=work.start_and_join_in_turn, args=(mp, joiner, [worker]))
    parent.start()
    observer.expect("inside")
    observer.expect_blocked(joiner, after="joining worker")
    observer.proceed("inside")
    observer.expect("joined worker")
    parent.join()
