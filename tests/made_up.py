"""A made-up note with made-up verdicts, of every kind and from people who mean no good."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mpspec.claims import LANGUAGES, Chapter, read_note
from mpspec.questions import Questions, read_questions
from mpspec.verdicts import Cell, Run, Status, Verdict

HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>{{ 7 * 7 }}]]>-->\x00\ud800"
"""What would be more than text on a page that does not escape it."""

PYTHONS = ("CPython 3.13.1", "CPython 3.14.0", "PyPy 3.11.13")
METHODS = {
    "fork": "multiprocessing",
    "spawn": "multiprocessing",
    "threads": "multiprocessing.dummy",
    "loky": "joblib",
}

CATS = """\
# Cats

Of **cats**, and of what they do.

## What they do

They do little.

### Cats purr

They do, and `purr()` returns. See [dogs](#dogs-bark).

```python
def purr(times=3):  # softly
    return "rr" * times
```

| | day | night |
|---|---|---|
| cat | sleeps | hunts |

### Cats forget

Not where the food is.

### Cats share

Only where they must.

### Cats come when they are called

Nobody has seen it.
"""
DOGS = """\
# Dogs

## What dogs do

### Dogs bark

Loudly.
"""
KATZEN = """\
# 猫

关于**猫**，以及它们做的事。

## 它们做什么

不多。

### 猫会咕噜 {#cats-purr}

会的，`purr()` 会返回。参见[狗](#dogs-bark)。

### 猫会忘记 {#cats-forget}

食物在哪里倒不会忘。

### 猫会分享 {#cats-share}

只在不得已时。

### 叫猫猫就来 {#cats-come-when-they-are-called}

没有人见过。
"""
QUESTIONS = """\
# What people ask of cats

They do ask.

## Cats

### Why does my `cat` not come?

It **does** not want to. See [dogs](#dogs-bark).

- cats-come-when-they-are-called
- cats-share

### Why is the cat so quiet?

It forgets to purr.

- cats-purr

## Birds

### Where are the birds?

Nobody knows.

- birds-sing
"""
FRAGEN = """\
# 关于猫的问题

常有人问。

## 猫

### 为什么我的 `cat` 不来？ {#why-does-my-cat-not-come}

它**不想**来。参见[狗](#dogs-bark)。

- cats-come-when-they-are-called
- cats-share

### 猫为什么这么安静？ {#why-is-the-cat-so-quiet}

它忘了咕噜。

- cats-purr

## 鸟

### 鸟在哪里？ {#where-are-the-birds}

没有人知道。

- birds-sing
"""
HUNDE = "# 狗\n\n## 狗做什么\n\n### 狗会叫 {#dogs-bark}\n\n很响。\n"

SOURCES = {"cats-purr": 'def test_cats_purr(mp):\n    assert mp.purr() == "rr"  # <b>softly</b>'}
FAULTS = {"cats-purr": {"en": ["The cat is <em>asleep</em>."], "zh": ["猫`睡`着了。"]}}

HISTORY = [
    [1000, "first cat", "begin", "holding", None],
    [1500, "second cat", "note", "acquiring", {"mouse": 1}],
    [1600, "second cat", "blocked", "acquiring", None],
    [2000, "first cat", "end", "holding", None],
    [3000, "second cat", "ended", "", None],
]


def write_note(folder: Path) -> Path:
    """Write the note into `folder`, and return it."""
    for language, chapters in {"en": (CATS, DOGS), "zh": (KATZEN, HUNDE)}.items():
        (folder / language).mkdir(parents=True)
        for name, text in zip(("01-cats.md", "02-dogs.md"), chapters, strict=True):
            (folder / language / name).write_text(text, encoding="utf-8")
    for language, text in {"en": QUESTIONS, "zh": FRAGEN}.items():
        (folder / language / "questions.md").write_text(text, encoding="utf-8")
    return folder


def questions(folder: Path) -> dict[str, Questions | None]:
    """Return the page of questions of the note in `folder`, by language."""
    return {language: read_questions(language, folder) for language in LANGUAGES}


def note(folder: Path) -> dict[str, Sequence[Chapter]]:
    """Return the note's chapters by language."""
    written = write_note(folder)
    return {language: read_note(language, written) for language in LANGUAGES}


def run(python: str = PYTHONS[0]) -> Run:
    """Return a run on one Python, with a verdict of every kind."""
    cells = [Cell(python, library, method) for method, library in METHODS.items()]
    claims = [
        "cats-purr",
        "cats-forget",
        "cats-share",
        "cats-come-when-they-are-called",
        "dogs-bark",
        "birds-sing",
    ]
    made = Run(cells, claims, platform="Linux-6.1-x86_64", started="2026-11-24T18:18:57+00:00")
    for cell in cells:
        for verdict in _verdicts(cell):
            made.add(verdict)
    return made


def _verdicts(cell: Cell) -> list[Verdict]:
    forgets = Verdict("cats-forget", cell.name, Status.HOLDS)
    if "3.14" not in cell.python:
        forgets = Verdict("cats-forget", cell.name, Status.REFUTED, "refuted")
        forgets.seen, forgets.instead = "AssertionError: 1 != 2", "cats-purr"
    called = {
        "fork": Verdict("", cell.name, Status.FAILS, seen="AssertionError: no cat\n at 0x7f"),
        "spawn": Verdict("", cell.name, Status.HANGS, seen="waited in vain", history=HISTORY),
        "threads": Verdict("", cell.name, Status.ERROR, seen="OSError: a <mouse>"),
    }.get(cell.name, Verdict("", cell.name, Status.CRASHES, seen="died of signal 9"))
    called.claim = "cats-come-when-they-are-called"
    share = Status.HOLDS if cell.name == "threads" else Status.NOT_APPLICABLE
    return [
        Verdict("cats-purr", cell.name, Status.HOLDS, history=HISTORY, seconds=0.5),
        forgets,
        Verdict("cats-share", cell.name, share, seen="it speaks of memory shared"),
        called,
        Verdict("dogs-bark", cell.name, Status.NOT_OFFERED, seen="there is no Dog"),
    ]


def runs() -> list[Run]:
    """Return a run for each of `PYTHONS`; nowhere was `birds-sing` run, which no note has."""
    return [run(python) for python in PYTHONS]


def hostile_run() -> Run:
    """Return a run in which all that can be text is `HOSTILE`."""
    cell = Cell("CPython 3.13.1", HOSTILE, HOSTILE)
    made = Run([cell], [HOSTILE, "cats-purr", "cats-forget"], mpspec=HOSTILE, platform=HOSTILE)
    made.started = HOSTILE
    history = [[time, f"{HOSTILE}{time}", HOSTILE, HOSTILE, HOSTILE] for time in range(3)]
    for claim in made.claims:
        verdict = Verdict(claim, cell.name, Status.FAILS, HOSTILE, HOSTILE, HOSTILE)
        verdict.history = history
        made.add(verdict)
    return made


def whole_run(python: str, claims: Sequence[str]) -> Run:
    """Return a run of `claims` under three start methods, in which what was seen takes room."""
    cells = [Cell(python, "multiprocessing", name) for name in ("fork", "spawn", "forkserver")]
    made = Run(cells, list(claims))
    history = [
        [time, f"worker {time % 5}", kind, "holding", None]
        for time in range(20)
        for kind in ("begin", "end")
    ]
    for claim in claims:
        for cell in cells:
            refuted = (len(claim) + len(cell.name)) % 6 == 0
            status = Status.REFUTED if refuted else Status.HOLDS
            seen = f"AssertionError: {python} " + "is not what it was. " * 5 if refuted else ""
            made.add(Verdict(claim, cell.name, status, seen=seen, history=history))
    return made
