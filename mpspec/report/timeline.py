"""A history drawn as an SVG, and told in sentences for who cannot see it.

The SVG needs nothing beside it: its colours are variables of the page that holds it (`--fg`,
`--muted`, `--span-1` to `--span-4`, `--blocked`), each with one to fall back on. Nothing is told by
colour alone. It has no ids and no styles of its own, so that a page may hold many.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from mpspec.history import History, Report
from mpspec.report.lanes import TEST, Lane, Stretch, Timeline, shown_value, timeline
from mpspec.report.words import Words
from mpspec.report.xml import escaped

# Pixels.
WIDTH, NARROWEST = 700, 360
WIDEST_STEP, NARROWEST_STEP = 46.0, 7.0
ROW, BAR, LABELS, LINE = 20, 16, 18, 16
TOP, BOTTOM, GAP = 8, 6, 10
LETTER, NAME_LETTER = 6.1, 7.0
LONGEST_NAME = 20  # letters

FG, MUTED, BLOCKED = "var(--fg, #222)", "var(--muted, #666)", "var(--blocked, #b3261e)"
SPANS = (
    "var(--span-1, #2b7bba)",
    "var(--span-2, #c77d0a)",
    "var(--span-3, #2e8b57)",
    "var(--span-4, #8a5fb4)",
)
HELD = f'stroke="{FG}" stroke-width="4" stroke-dasharray="2 3"'
DOTS = f'stroke="{FG}" stroke-width="7" stroke-linecap="round"'


def svg(history: History, title: str, words: Words) -> str:
    """Return `history` as an SVG picture with this title, safe within HTML.

    Its description says who took part, how many at once, and what is drawn how; `in_words` says
    the rest, and belongs below.
    """
    line = timeline(history)
    picture = _Picture(line, words)
    body = "".join(picture.parts())
    told = " ".join([*summary(history, words), *legend(line, words)])
    # A picture of few steps is not blown up, one of many may be scrolled by who holds it.
    size = f'width="{picture.width}" height="{picture.height}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="timeline" role="img" {size} '
        f'viewBox="0 0 {picture.width} {picture.height}" '
        'font-family="system-ui, sans-serif" font-size="12">'
        f"<title>{escaped(title)}</title><desc>{escaped(told)}</desc>{body}</svg>"
    )


def in_words(history: History, words: Words) -> list[str]:
    """Return what happened, in sentences: who took part, how many at once, and each step."""
    return [*summary(history, words), *steps_in_words(history, words)]


def steps_in_words(history: History, words: Words) -> list[str]:
    """Return a sentence for each step, in order."""
    line = timeline(history)
    told = [_sentence(step, words) for step in line.steps]
    if line.left_out:
        told.append(words.timeline.left_out.format(count=line.left_out))
    return told


def legend(line: Timeline, words: Words) -> list[str]:
    """Return what the axis of a timeline means, and each kind of thing that is drawn on it."""
    drawn = {stretch.kind for lane in line.lanes for stretch in lane.stretches}
    for lane in line.lanes:
        parts = {"note": lane.marks, "proceed": lane.let_go, "ended": lane.end is not None}
        drawn |= {kind for kind, part in parts.items() if part}
    meanings = [said for kind, said in words.timeline.legend.items() if kind in drawn]
    return [words.timeline.order, *meanings]


def summary(history: History, words: Words) -> Iterator[str]:
    """Return who took part, and how many at the most were in a span at the same time."""
    line, said = timeline(history), words.timeline
    names = [lane.name for lane in line.lanes if lane.name != TEST]
    if names:
        yield said.taking_part.format(names=said.and_between.join(names))
    for span in line.spans:
        users = {report.probe for report in history.named(span)}
        if len(users) > 1:
            yield said.at_most.format(span=span, count=history.peak(span), all=len(users))


def _sentence(step: Sequence[Report], words: Words) -> str:
    """Return what happened at one step: by one process, or seen of several at once."""
    said = words.timeline
    first, value = step[0], shown_value(step[0])
    who = said.and_between.join(name_of(report.probe, words) for report in step)
    event = said.with_value.format(event=first.event, value=value) if value else first.event
    return said.sentences.get(first.kind, said.sentences["note"]).format(who=who, event=event)


def name_of(probe: str, words: Words) -> str:
    """Return how a lane is called: the test's own by its word."""
    return words.timeline.test if probe == TEST else probe


class _Picture:
    """The parts of an SVG, and where they stand; what looks alike is one path or one group."""

    def __init__(self, line: Timeline, words: Words) -> None:
        self.line, self.words = line, words
        self.names = [_shortened(name_of(lane.name, words)) for lane in line.lanes]
        longest = max(map(_letters, self.names), default=0)
        self.left = 14 + NAME_LETTER * longest
        steps = max(len(line.steps), 1)
        room = WIDTH - self.left - GAP
        self.step = min(max(room / steps, NARROWEST_STEP), WIDEST_STEP)
        self.width = round(max(self.left + self.step * steps + GAP, NARROWEST))
        self.tops = self._tops()
        self.height = self.tops[-1] + LINE * len(self._legend()) + BOTTOM

    def parts(self) -> Iterator[str]:
        """Return the elements: what lies behind first."""
        lanes = list(zip(self.line.lanes, self.tops, strict=False))
        rules = "".join(f"M6 {top}H{self.width - 6}" for _, top in lanes)
        yield _path(rules, f'stroke="{MUTED}" stroke-opacity=".25"')
        yield _path("".join(self._arrows(lanes)), f'stroke="{MUTED}"')
        for lane, top in lanes:
            yield from (self._bar(each, _ground(lane, top)) for each in _bars(lane))
        yield _path("".join(self._life(*each) for each in lanes), f'stroke="{MUTED}"')
        yield _path("".join(self._held(*each) for each in lanes), HELD)
        yield _path(
            "".join(self._end(*each) for each in lanes), f'stroke="{FG}" stroke-width="2.5"'
        )
        yield _path("".join(self._dots(*each) for each in lanes), DOTS)
        yield f'<g fill="{FG}">{"".join(self._names(lanes))}</g>'
        yield f'<g fill="{FG}" font-size="11">{"".join(self._labels(lanes))}</g>'
        yield f'<g fill="{MUTED}" font-size="11">{"".join(self._legend_lines())}</g>'

    def _tops(self) -> list[int]:
        """Return where each lane begins: with rows of stretches, a line, and labels below it."""
        tops = [TOP]
        for lane in self.line.lanes:
            tops.append(tops[-1] + ROW * lane.levels + LABELS)
        return tops

    def _legend(self) -> list[str]:
        """Return the legend, in as many lines as it takes."""
        lines = [""]
        for said in legend(self.line, self.words):
            joined = " · ".join(filter(None, [lines[-1], said]))
            if LETTER * _letters(joined) > self.width - 12 and lines[-1]:
                lines.append(said)
            else:
                lines[-1] = joined
        return lines

    def _legend_lines(self) -> Iterator[str]:
        for number, text in enumerate(self._legend(), 1):
            yield _label(6, self.tops[-1] + LINE * number - 2, text)

    def _x(self, step: int) -> int:
        return round(self.left + self.step * (step + 0.5))

    def _names(self, lanes: Iterable[tuple[Lane, int]]) -> Iterator[str]:
        for name, (lane, top) in zip(self.names, lanes, strict=True):
            weight = ' font-weight="600"' if lane.name == TEST else ""
            yield _label(6, _ground(lane, top), name, weight)

    def _life(self, lane: Lane, top: int) -> str:
        """Return a line from the first that was heard of a process to its end."""
        last = len(self.line.steps) - 1 if lane.end is None else lane.end
        return f"M{self._x(lane.begin)} {_ground(lane, top)}H{self._x(last)}"

    def _end(self, lane: Lane, top: int) -> str:
        return "" if lane.end is None else f"M{self._x(lane.end)} {_ground(lane, top) - 9}v14"

    def _held(self, lane: Lane, top: int) -> str:
        held = (each for each in lane.stretches if each.kind == "held")
        y = _ground(lane, top)
        return "".join(f"M{self._x(each.begin)} {y}H{self._x(_last(each))}" for each in held)

    def _dots(self, lane: Lane, top: int) -> str:
        return "".join(f"M{self._x(mark.step)} {_ground(lane, top)}h0" for mark in lane.marks)

    def _bar(self, stretch: Stretch, ground: int) -> str:
        x, width = self._x(stretch.begin), self._x(_last(stretch)) - self._x(stretch.begin)
        y = ground - ROW * stretch.level - BAR
        blocked = stretch.kind == "blocked"
        colour = BLOCKED if blocked else self._colour(stretch)
        look = 'fill="none" stroke-dasharray="4 3"' if blocked else f'fill="{colour}"'
        box = f'x="{x}" y="{y}" width="{max(width, 3)}" height="{BAR}" rx="3"'
        said = self.words.timeline.blocked if blocked else stretch.name
        if LETTER * _letters(said) + 10 > width:
            tip = f"<title>{escaped(said)}</title>"
            return f'<rect {box} {look} fill-opacity=".3" stroke="{colour}">{tip}</rect>'
        label = _label(x + 6, y + 12, said, f' fill="{FG}" font-size="11"')
        return f'<rect {box} {look} fill-opacity=".3" stroke="{colour}"/>{label}'

    def _colour(self, stretch: Stretch) -> str:
        spans = self.line.spans
        number = spans.index(stretch.name) if stretch.name in spans else len(SPANS) - 1
        return SPANS[number % len(SPANS)]

    def _labels(self, lanes: Iterable[tuple[Lane, int]]) -> Iterator[str]:
        """Return the words of the marks; those that have no room are tips of their dots."""
        for lane, top in lanes:
            ground, free = _ground(lane, top), self.left
            for mark in lane.marks:
                width = LETTER * _letters(mark.text)
                x = min(self._x(mark.step) - 4, round(self.width - width - 6))
                if x >= free:
                    yield _label(x, ground + 14, mark.text)
                    free = x + width + 5
                else:
                    dot = f'<circle cx="{self._x(mark.step)}" cy="{ground}" r="4">'
                    yield f"{dot}<title>{escaped(mark.text)}</title></circle>"

    def _arrows(self, lanes: Sequence[tuple[Lane, int]]) -> Iterator[str]:
        """Return a line from the test to each process that it lets go on, with an arrow's head."""
        for lane, top in lanes:
            for step in lane.let_go:
                x, y = self._x(step), _ground(lane, top) - _height(lane, step)
                # The test's lane is the first.
                yield f"M{x} {self.tops[0] + ROW}V{y}m-3 -5l3 5l3 -5"


def _bars(lane: Lane) -> list[Stretch]:
    return [each for each in lane.stretches if each.kind != "held"]


def _last(stretch: Stretch) -> int:
    return stretch.begin if stretch.end is None else stretch.end


def _ground(lane: Lane, top: int) -> int:
    """Return where the line of a lane is that begins at `top`."""
    return top + ROW * lane.levels


def _height(lane: Lane, step: int) -> int:
    """Return how high above its line the bars of a lane stand at a step."""
    rows = [each.level + 1 for each in _bars(lane) if each.begin <= step <= _last(each)]
    return ROW * max(rows) - (ROW - BAR) + 1 if rows else 4


def _path(data: str, look: str) -> str:
    return f'<path d="{data}" fill="none" {look}/>' if data else ""


def _label(x: float, y: float, text: str, look: str = "") -> str:
    return f'<text x="{x:g}" y="{y:g}"{look}>{escaped(text)}</text>'


def _shortened(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def _letters(text: str) -> float:
    """Return the width of `text` in letters; a Chinese one is nearly as wide as two."""
    return sum(1.8 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
