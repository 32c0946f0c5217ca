"""A history drawn as an SVG, and told in sentences for who cannot see it.

The SVG needs nothing beside it: its colours are variables of the page that holds it (`--fg`,
`--muted`, `--span-1` to `--span-4`, `--blocked`), each with one to fall back on. Nothing is told by
colour alone. It has no ids and no styles of its own, so that a page may hold many.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

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


def svg(history: History, title: str, words: Words) -> str:
    """Return `history` as an SVG picture with this title; in ASCII lines, safe within HTML."""
    line = timeline(history)
    picture = _Picture(line, words)
    body = "".join(picture.parts())
    told = " ".join(in_words(history, words))
    # A picture of few steps is not blown up, one of many may be scrolled by who holds it.
    size = f'viewBox="0 0 {picture.width:g} {picture.height:g}" width="{picture.width:g}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="timeline" role="img" {size} '
        f'height="{picture.height:g}" font-family="system-ui, sans-serif" font-size="12">'
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
    """The parts of an SVG, and where they stand."""

    def __init__(self, line: Timeline, words: Words) -> None:
        self.line, self.words = line, words
        self.names = [_shortened(name_of(lane.name, words)) for lane in line.lanes]
        longest = max(map(_letters, self.names), default=0)
        self.left = 14 + NAME_LETTER * longest
        steps = max(len(line.steps), 1)
        room = WIDTH - self.left - GAP
        self.step = min(max(room / steps, NARROWEST_STEP), WIDEST_STEP)
        self.width = max(self.left + self.step * steps + GAP, NARROWEST)
        self.tops = self._tops()
        self.height = self.tops[-1] + LINE * len(self._legend()) + BOTTOM

    def parts(self) -> Iterator[str]:
        """Return the elements: what lies behind first."""
        yield from self._let_go()
        for lane, name, top in zip(self.line.lanes, self.names, self.tops, strict=False):
            yield from self._lane(lane, name, top)
        for number, text in enumerate(self._legend(), 1):
            y = self.tops[-1] + LINE * number - 2
            yield _label(6, y, text, f'fill="{MUTED}" font-size="11"')

    def _tops(self) -> list[float]:
        """Return where each lane begins: with rows of stretches, a line, and labels below it."""
        tops: list[float] = [TOP]
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

    def _x(self, step: float) -> float:
        return self.left + self.step * (step + 0.5)

    def _lane(self, lane: Lane, name: str, top: float) -> Iterator[str]:
        ground = top + ROW * lane.levels
        rule = f'x1="6" x2="{self.width - 6:g}" y1="{top:g}" y2="{top:g}"'
        yield f'<line {rule} stroke="{MUTED}" stroke-opacity=".25"/>'
        weight = ' font-weight="600"' if lane.name == TEST else ""
        yield _label(6, ground, name, f'fill="{FG}"{weight}')
        for stretch in lane.stretches:
            yield self._stretch(stretch, ground)
        yield self._life(lane, ground)
        for mark in lane.marks:
            x, tip = self._x(mark.step), escaped(mark.text)
            dot = f'cx="{x:g}" cy="{ground:g}" r="3.5" fill="{FG}"'
            yield f"<circle {dot}><title>{tip}</title></circle>"
        yield from self._labels(lane, ground + 14)

    def _life(self, lane: Lane, ground: float) -> str:
        """Return a line from the first that was heard of a process to its end."""
        last = len(self.line.steps) - 1
        x1, x2 = self._x(lane.begin), self._x(last if lane.end is None else lane.end)
        line = f'<line x1="{x1:g}" x2="{x2:g}" y1="{ground:g}" y2="{ground:g}" stroke="{MUTED}"/>'
        if lane.end is None:
            return line
        end = f'x1="{x2:g}" x2="{x2:g}" y1="{ground - 9:g}" y2="{ground + 5:g}"'
        return f'{line}<line {end} stroke="{FG}" stroke-width="2.5"/>'

    def _stretch(self, stretch: Stretch, ground: float) -> str:
        x1 = self._x(stretch.begin)
        x2 = self._x(stretch.begin if stretch.end is None else stretch.end)
        if stretch.kind == "held":
            line = f'x1="{x1:g}" x2="{x2:g}" y1="{ground:g}" y2="{ground:g}"'
            return f'<line {line} stroke="{FG}" stroke-width="4" stroke-dasharray="2 3"/>'
        top = ground - ROW * stretch.level - BAR
        blocked = stretch.kind == "blocked"
        colour = BLOCKED if blocked else self._colour(stretch)
        look = 'fill="none" stroke-dasharray="4 3"' if blocked else f'fill="{colour}"'
        box = f'x="{x1:g}" y="{top:g}" width="{max(x2 - x1, 3):g}" height="{BAR}" rx="3"'
        tip = f"<title>{escaped(stretch.name)}</title>"
        bar = f'<rect {box} {look} fill-opacity=".3" stroke="{colour}">{tip}</rect>'
        said = self.words.timeline.blocked if blocked else stretch.name
        fits = LETTER * _letters(said) + 10 <= x2 - x1
        return bar + (
            _label(x1 + 6, top + 11.5, said, f'fill="{FG}" font-size="11"') if fits else ""
        )

    def _colour(self, stretch: Stretch) -> str:
        spans = self.line.spans
        number = spans.index(stretch.name) if stretch.name in spans else len(SPANS) - 1
        return SPANS[number % len(SPANS)]

    def _labels(self, lane: Lane, y: float) -> Iterator[str]:
        """Return the words of the marks that have room for them; the others keep their tips."""
        free = self.left
        for mark in lane.marks:
            width = LETTER * _letters(mark.text)
            x = min(self._x(mark.step) - 4, self.width - width - 6)
            if x >= free:
                yield _label(x, y, mark.text, f'fill="{FG}" font-size="11"')
                free = x + width + 5

    def _let_go(self) -> Iterator[str]:
        """Return a line from the test to each process that it lets go on, with an arrow's head."""
        y1 = self.tops[0] + ROW  # the test's line: its lane is the first
        for lane, top in zip(self.line.lanes, self.tops, strict=False):
            for step in lane.let_go:
                x, y2 = self._x(step), top + ROW * lane.levels - _height(lane, step)
                head = f"M{x - 3:g} {y2 - 5:g}L{x:g} {y2:g}L{x + 3:g} {y2 - 5:g}"
                yield f'<path d="M{x:g} {y1:g}V{y2:g}{head}" fill="none" stroke="{MUTED}"/>'


def _height(lane: Lane, step: int) -> float:
    """Return how high above its line the bars of a lane stand at a step."""
    there = (each for each in lane.stretches if each.begin <= step <= (each.end or step))
    rows = [each.level + 1 for each in there if each.kind != "held"]
    return ROW * max(rows) - (ROW - BAR) + 1 if rows else 4


def _label(x: float, y: float, text: str, look: str) -> str:
    return f'<text x="{x:g}" y="{y:g}" {look}>{escaped(text)}</text>'


def _shortened(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def _letters(text: str) -> float:
    """Return the width of `text` in letters; a Chinese one is nearly as wide as two."""
    return sum(1.8 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
