"""Timelines: from a history to lanes, and from lanes to a picture, to strips and to words."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from rich.console import Console

from mpspec.history import History, Report
from mpspec.report.lanes import MOST_STEPS, Lane, several, timeline
from mpspec.report.strips import drawn
from mpspec.report.timeline import in_words, svg
from mpspec.report.words import ENGLISH, WORDS

SVG = "{http://www.w3.org/2000/svg}"


def history(*rows: str) -> History:
    """Return a history of rows such as `worker 1|begin|at work`, a nanosecond apart."""
    parts = [row.split("|") for row in rows]
    return History(Report(time, *part) for time, part in enumerate(map(_three, parts)))


def _three(parts: list[str]) -> tuple[str, str, str]:
    probe, kind, event = parts
    return probe, kind, event


SEMAPHORE = history(
    "test|call|start a",
    "test|return|start a",
    "a|note|acquiring",
    "a|begin|holding",
    "a|checkpoint|inside",
    "b|note|acquiring",
    "b|blocked|acquiring",
    "a|proceed|inside",
    "a|end|holding",
    "b|begin|holding",
    "b|end|holding",
    "a|ended|",
    "b|ended|",
)


def lane(name: str, of: History = SEMAPHORE) -> Lane:
    """Return the lane of this name."""
    [found] = [each for each in timeline(of).lanes if each.name == name]
    return found


def stretches(name: str, of: History = SEMAPHORE) -> list[tuple[str, str, int, int | None]]:
    """Return what lasts in a lane: kind, name, first and last step."""
    return [(each.kind, each.name, each.begin, each.end) for each in lane(name, of).stretches]


# Lanes


def test_the_test_and_then_the_parent_have_the_first_lanes() -> None:
    of = history("child|note|x", "main|note|x", "test|note|x", "other|note|x")
    assert [each.name for each in timeline(of).lanes] == ["test", "main", "child", "other"]


def test_a_span_is_a_stretch_from_its_begin_to_its_end() -> None:
    assert ("span", "holding", 2, 7) in stretches("a")


def test_who_is_blocked_is_so_from_what_it_announced_to_what_came_next() -> None:
    assert stretches("b")[0] == ("blocked", "acquiring", 4, 8)


def test_who_is_blocked_twice_in_one_call_has_one_stretch() -> None:
    of = history("a|note|acquiring", "a|blocked|acquiring", "b|note|x", "a|blocked|acquiring")
    assert stretches("a", of) == [("blocked", "acquiring", 0, 3)]


def test_who_waits_at_a_checkpoint_is_held_until_the_test_lets_it_go_on() -> None:
    assert ("held", "inside", 3, 6) in stretches("a")
    assert lane("a").let_go == [6]


def test_a_span_that_its_process_did_not_end_ends_with_the_process() -> None:
    of = history("a|begin|at work", "a|ended|", "b|note|x")
    assert stretches("a", of) == [("span", "at work", 0, 1)]
    assert lane("a", of).end == 1


def test_a_span_that_nobody_ended_lasts_to_the_last_step() -> None:
    of = history("a|begin|at work", "b|note|x")
    assert stretches("a", of) == [("span", "at work", 0, 1)]
    assert lane("a", of).end is None


def test_spans_within_spans_have_rows_of_their_own() -> None:
    of = history("a|begin|out", "a|begin|in", "a|end|in", "a|end|out", "a|begin|next")
    assert [each.level for each in lane("a", of).stretches] == [0, 1, 0]
    assert lane("a", of).levels == 2


def test_an_end_without_a_begin_is_no_stretch() -> None:
    assert stretches("a", history("a|end|x", "a|proceed|x")) == []


def test_what_the_observer_does_in_a_row_is_one_step() -> None:
    of = history("a|checkpoint|x", "b|checkpoint|x", "a|proceed|x", "b|proceed|x", "a|ended|")
    assert [len(step) for step in timeline(of).steps] == [1, 1, 2, 1]


def test_a_call_that_returns_before_anything_else_happens_is_one_step() -> None:
    assert [report.kind for report in timeline(SEMAPHORE).steps[0]] == ["call", "return"]
    assert stretches("test") == []


def test_a_call_during_which_something_happens_is_a_stretch() -> None:
    of = history("test|call|join a", "a|ended|", "test|return|join a")
    assert stretches("test", of) == [("call", "join a", 0, 2)]


def test_of_a_long_history_the_first_steps_are_drawn_and_the_rest_is_counted() -> None:
    of = history(*["a|note|x"] * (MOST_STEPS + 7))
    assert (len(timeline(of).steps), timeline(of).left_out) == (MOST_STEPS, 7)
    assert in_words(of, ENGLISH)[-1] == "... and 7 reports more."


def test_a_picture_needs_more_than_one_process() -> None:
    assert several(SEMAPHORE)
    assert not several(history("test|note|x", "a|note|x"))


# In words


def test_the_words_say_who_took_part_and_how_many_at_once() -> None:
    assert in_words(SEMAPHORE, ENGLISH)[:2] == [
        "Taking part: a, b.",
        "In “holding” at the same time: 1 at the most, of 2.",
    ]


def test_the_words_say_each_step() -> None:
    assert in_words(SEMAPHORE, ENGLISH)[2:] == [
        "The test calls “start a”.",
        "a: “acquiring”.",
        "a begins “holding”.",
        "a: “inside”, and waits there for the test.",
        "b: “acquiring”.",
        "b: blocked after “acquiring”.",
        "The test lets a go on from “inside”.",
        "a ends “holding”.",
        "b begins “holding”.",
        "b ends “holding”.",
        "The end of a, b.",
    ]


def test_the_words_tell_a_value() -> None:
    of = History([Report(0, "a", "note", "got", [1, "x"]), Report(1, "a", "note", "z", "y" * 99)])
    assert in_words(of, ENGLISH)[1] == "a: “got: [1, 'x']”."
    assert in_words(of, ENGLISH)[2] == f"a: “z: {'y' * 59}…”."


def test_every_kind_of_report_has_words_in_both_languages() -> None:
    english, chinese = WORDS["en"].timeline, WORDS["zh"].timeline
    for ours, theirs in (
        (english.sentences, chinese.sentences),
        (english.legend, chinese.legend),
        (english.signs, chinese.signs),
    ):
        assert ours.keys() == theirs.keys()
    assert in_words(SEMAPHORE, WORDS["zh"])[2] == "测试调用“start a”。"


# As SVG


def test_the_picture_is_well_formed_and_says_what_it_shows() -> None:
    root = ET.fromstring(svg(SEMAPHORE, "A lock", ENGLISH))
    assert root.tag == f"{SVG}svg"
    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title") == "A lock"
    described = root.findtext(f"{SVG}desc") or ""
    assert "In “holding” at the same time: 1 at the most, of 2." in described


def test_the_picture_has_a_bar_for_each_span_and_a_dashed_one_for_who_is_blocked() -> None:
    root = ET.fromstring(svg(SEMAPHORE, "", ENGLISH))
    dashed = [bar.get("stroke-dasharray") for bar in root.iter(f"{SVG}rect")]
    assert sorted(dashed, key=bool) == [None, None, "4 3"]


def test_the_picture_is_no_wider_than_a_page_whatever_the_number_of_steps() -> None:
    for count in (1, 8, 60):
        root = ET.fromstring(svg(history(*["a|note|x"] * count), "", ENGLISH))
        assert 300 < float(root.get("width", "0")) <= 700


def test_bars_that_are_longer_in_the_order_of_events_are_longer_in_the_picture() -> None:
    of = history("a|begin|s", "b|begin|s", "b|end|s", "a|end|s")
    widths = [
        float(bar.get("width", "0"))
        for bar in ET.fromstring(svg(of, "", ENGLISH)).iter(f"{SVG}rect")
    ]
    assert widths[0] == pytest.approx(3 * widths[1])


@pytest.mark.parametrize(
    "hostile", ["<script>x</script>", "\"'&<>", "\0\x1b[0m\ud800\uffff", "]]>"]
)
def test_no_text_of_a_history_breaks_out_of_the_picture(hostile: str) -> None:
    of = History(
        Report(time, hostile, kind, hostile, hostile)
        for time, kind in enumerate(("note", "begin", "blocked", "checkpoint", "call", "other"))
    )
    drawing = svg(of, hostile, ENGLISH)
    drawing.encode()
    tags = {element.tag.removeprefix(SVG) for element in ET.fromstring(drawing).iter()}
    assert tags <= {"svg", "g", "title", "desc", "rect", "circle", "text", "path"}


def test_an_empty_history_is_an_empty_picture() -> None:
    ET.fromstring(svg(History(), "nothing", ENGLISH))
    assert in_words(History(), ENGLISH) == []


# In the terminal


def printed(of: History, width: int = 80) -> list[str]:
    """Return the lines of the strips."""
    console = Console(width=width, color_system=None)
    with console.capture() as capture:
        console.print(drawn(of, ENGLISH))
    return capture.get().splitlines()


def test_the_strips_show_each_step_in_its_column() -> None:
    assert printed(SEMAPHORE)[:3] == [
        "test  ●────────────────────────────────",
        "a        ●──███●████████▼██─────────┤",
        "b                 ●░░░░░░░░░░░███───┤",
    ]


def test_the_strips_are_numbered_as_the_sentences_are() -> None:
    axis = printed(SEMAPHORE)[3]
    assert axis.index("5") == len("test  ") + 3 * 4


def test_the_strips_fit_into_what_room_there_is() -> None:
    of = history(*["a|note|x", "b|note|y"] * 30)
    assert max(map(len, printed(of, width=40))) <= 40


def test_only_the_signs_that_are_drawn_are_explained() -> None:
    shown = printed(history("a|begin|s", "b|note|x"))[-1]
    assert shown == "█ at work on something   ● a report or a call"
