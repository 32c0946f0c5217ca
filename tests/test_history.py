"""What can be read from a history: pure functions of reports."""

from __future__ import annotations

import pytest

from mpspec.history import MOST_LINES, History, Report


def story(*reports: tuple[int, str, str, str]) -> History:
    """Return a history of (time, probe, kind, event)."""
    return History(Report(*report) for report in reports)


def spans(*reports: tuple[int, str]) -> History:
    """Return a history of the beginnings and ends of the span `holding`."""
    return story(*((time, "child", kind, "holding") for time, kind in reports))


def test_a_history_is_in_the_order_of_time() -> None:
    assert [each.event for each in story((2, "b", "note", "y"), (1, "a", "note", "x"))] == [
        "x",
        "y",
    ]


def test_reports_of_one_moment_keep_the_order_in_which_they_came() -> None:
    history = story((1, "b", "note", "y"), (1, "a", "note", "x"))
    assert [each.event for each in history] == ["y", "x"]


def test_the_peak_is_the_most_that_were_inside_together() -> None:
    history = spans((1, "begin"), (2, "begin"), (3, "end"), (4, "begin"), (5, "end"), (6, "end"))
    assert history.peak("holding") == 2


def test_the_peak_of_those_who_follow_one_another_is_one() -> None:
    assert spans((1, "begin"), (2, "end"), (3, "begin"), (4, "end")).peak("holding") == 1


def test_an_end_and_a_beginning_at_one_moment_are_not_together() -> None:
    assert spans((1, "begin"), (2, "begin"), (2, "end"), (3, "end")).peak("holding") == 1


def test_the_peak_counts_one_span_alone_and_no_notes() -> None:
    history = story(
        (1, "a", "begin", "holding"), (2, "b", "begin", "waiting"), (3, "c", "note", "holding")
    )
    assert history.peak("holding") == 1
    assert history.peak("sleeping") == 0


def test_before_means_every_one_before_any() -> None:
    history = story((1, "a", "note", "x"), (2, "a", "note", "y"), (3, "b", "note", "x"))
    assert not history.before("x", "y")
    assert not history.before("y", "x")
    assert History(history[:2]).before("x", "y")


def test_nothing_comes_before_itself() -> None:
    assert not story((1, "a", "note", "x"), (1, "b", "note", "y")).before("x", "y")


@pytest.mark.parametrize(("first", "second"), [("x", "z"), ("z", "x")])
def test_nothing_is_before_or_after_what_was_not_reported(first: str, second: str) -> None:
    with pytest.raises(ValueError, match=r"nothing called 'z' was reported:\n +0\.00 ms  a  x"):
        story((1, "a", "note", "x")).before(first, second)


def test_a_history_can_be_narrowed_to_a_probe_or_an_event() -> None:
    history = History([Report(1, "a", "note", "x", 7), Report(2, "b", "note", "x", 8)])
    assert [each.value for each in history.of("b")] == [8]
    assert history.values("x") == [7, 8]
    assert history.named("y") == []


def test_what_the_observer_did_is_no_report_of_that_name() -> None:
    history = story((1, "a", "checkpoint", "x"), (2, "a", "blocked", "x"), (3, "a", "proceed", "x"))
    assert [each.kind for each in history.named("x")] == ["checkpoint"]


def test_a_history_is_shown_a_line_a_report() -> None:
    history = History(
        [
            Report(5_000_000, "test", "note", "started", "x"),
            Report(6_500_000, "worker 1", "begin", "holding"),
            Report(1_005_000_000, "worker 1", "ended", ""),
        ]
    )
    assert str(history).splitlines() == [
        "     0.00 ms  test      started: 'x'",
        "     1.50 ms  worker 1  begin holding",
        "  1000.00 ms  worker 1  ended",
    ]


def test_an_empty_history_says_so() -> None:
    assert str(History()) == "(nothing was reported)"


def test_of_a_very_long_history_the_last_reports_are_shown() -> None:
    lines = str(
        History(Report(n, "a", "note", f"x{n}") for n in range(MOST_LINES + 5))
    ).splitlines()
    assert lines[0] == "(5 reports before these)"
    assert lines[-1].endswith(f"x{MOST_LINES + 4}")
    assert len(lines) == MOST_LINES + 1
