"""What a timeline shows, before anybody draws it: lanes, stretches and marks, by steps.

A step is a place in the order of events, not a time: one second of waiting would leave no room for
the milliseconds in which all the rest happened.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from mpspec.history import History, Report

SEEN = frozenset({"proceed", "blocked", "ended"})
"""The kinds of what the observer saw or did; their order among themselves is its own."""

MARKED = frozenset({"note", "checkpoint", "call"})
OPENS = {"begin": "span", "call": "call", "checkpoint": "held"}
CLOSES = {"end": "span", "return": "call", "proceed": "held"}

TEST = "test"
PARENTS = (TEST, "main", "parent")
"""Who stands in the first lanes."""

MOST_STEPS = 150
"""Steps of a history that are drawn; of a longer one the first."""

LONGEST_VALUE = 60
"""Characters of a value that are shown."""


@dataclass
class Stretch:
    """Something that lasts, in one lane.

    - `kind`: `span` (reported by its process), `blocked` (proved by the observer), `held` (at a
      checkpoint, by the test) or `call` (the test's own);
    - `end`: its last step, None as long as it has not come;
    - `level`: its row within the lane.
    """

    kind: str
    name: str
    begin: int
    end: int | None = None
    level: int = 0


@dataclass(frozen=True)
class Mark:
    """A `note` or a `checkpoint` at one step, as its process reported it, or a test's `call`."""

    step: int
    kind: str
    text: str


@dataclass
class Lane:
    """What one process reported, and what was seen of it."""

    name: str
    begin: int
    end: int | None = None  # its end, None where it was not seen
    stretches: list[Stretch] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    let_go: list[int] = field(default_factory=list)  # the steps at which the test let it go on
    reported: dict[str, int] = field(default_factory=dict)  # event -> the last step it was at

    @property
    def levels(self) -> int:
        """How many rows its stretches need."""
        return max((stretch.level for stretch in self.stretches), default=0) + 1


@dataclass(frozen=True)
class Timeline:
    """The lanes of a history, and the reports of each step."""

    lanes: Sequence[Lane]
    steps: Sequence[Sequence[Report]]
    left_out: int = 0  # reports behind the last step that is drawn

    @property
    def spans(self) -> list[str]:
        """The names of the spans, in the order in which they first began."""
        begun = [report.event for step in self.steps for report in step if report.kind == "begin"]
        return list(dict.fromkeys(begun))


def timeline(history: History) -> Timeline:
    """Return the lanes of `history`: the test's first, then as they appear."""
    steps = _steps(history)
    drawn = steps[:MOST_STEPS]
    lanes: dict[str, Lane] = {}
    for number, step in enumerate(drawn):
        for report in step:
            lane = lanes.setdefault(report.probe, Lane(report.probe, number))
            _place(lane, report, number)
            if report.kind == "proceed":
                lanes.setdefault(TEST, Lane(TEST, 0))
    if TEST in lanes:
        lanes[TEST].begin = 0
    for lane in lanes.values():
        _finish(lane, len(drawn) - 1)
    left_out = len(history) - sum(map(len, drawn))
    return Timeline(sorted(lanes.values(), key=_rank), drawn, left_out)


def several(history: Iterable[Report]) -> bool:
    """Return whether more than one process had a part in `history`: then a picture helps."""
    return len({report.probe for report in history if report.probe != TEST}) > 1


def shown_value(report: Report) -> str:
    """Return what came with a report, as a reader is shown it; nothing for nothing."""
    if report.value is None:
        return ""
    text = report.value if isinstance(report.value, str) else repr(report.value)
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"


def _steps(history: History) -> list[list[Report]]:
    """Return the reports in order, those at one step that the observer made of several in a row."""
    steps: list[list[Report]] = []
    for report in history:
        if steps and _side_by_side(report, steps[-1]):
            steps[-1].append(report)
        else:
            steps.append([report])
    return steps


def _side_by_side(report: Report, step: Sequence[Report]) -> bool:
    if report.kind == "return" and len(step) == 1 and step[0].kind == "call":
        return report.event == step[0].event  # nothing happened meanwhile
    alike = (report.kind, report.event) == (step[0].kind, step[0].event)
    return report.kind in SEEN and alike and report.probe not in {other.probe for other in step}


def _place(lane: Lane, report: Report, step: int) -> None:
    if report.kind not in {"proceed", "blocked"}:
        _close(lane, ("blocked",), step)
        lane.reported[report.event] = step
    if report.kind in MARKED:
        lane.marks.append(Mark(step, report.kind, _text(report)))
    if report.kind in OPENS:
        _open(lane, OPENS[report.kind], report.event, step)
    if report.kind in CLOSES:
        _close(lane, (CLOSES[report.kind],), step, report.event)
    if report.kind == "proceed":
        lane.let_go.append(step)
    elif report.kind == "blocked":
        _block(lane, report.event, step)
    elif report.kind == "ended":
        lane.end = step


def _text(report: Report) -> str:
    value = shown_value(report)
    return f"{report.event}: {value}" if value else report.event


def _open(lane: Lane, kind: str, name: str, begin: int) -> None:
    """Begin a stretch in the first free row; who is held stays in the row of what it does."""
    taken = {each.level for each in lane.stretches if each.end is None and each.kind != "held"}
    free = next(level for level in range(len(taken) + 1) if level not in taken)
    level = max(taken, default=0) if kind == "held" else free
    lane.stretches.append(Stretch(kind, name, begin, level=level))


def _close(lane: Lane, kinds: tuple[str, ...], step: int, name: str = "") -> None:
    """End the stretch of this kind and name that began last; all of the kind for no name."""
    for stretch in reversed(lane.stretches):
        if stretch.end is None and stretch.kind in kinds and name in {"", stretch.name}:
            stretch.end = step
            if name:
                return


def _block(lane: Lane, after: str, step: int) -> None:
    """Begin a stretch where the process said what it was about to call, unless it is known."""
    begin = lane.reported.get(after, step)
    if not any(each.kind == "blocked" and each.begin == begin for each in lane.stretches):
        _open(lane, "blocked", after, begin)


def _finish(lane: Lane, last: int) -> None:
    """End what is still open, with its process or at the last step; drop calls of no length."""
    lane.begin = min([lane.begin, *(stretch.begin for stretch in lane.stretches)])
    end = last if lane.end is None else lane.end
    _close(lane, ("span", "blocked", "held", "call"), end)
    lane.stretches = [
        each for each in lane.stretches if each.kind != "call" or each.end != each.begin
    ]


def _rank(lane: Lane) -> tuple[int, int]:
    first = PARENTS.index(lane.name) if lane.name in PARENTS else len(PARENTS)
    return first, lane.begin
