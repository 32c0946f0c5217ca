"""What differs between two cells or two files, and what the note says to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from mpspec.advice import advice, in_bold
from mpspec.claims import Chapter, Claim, Section
from mpspec.questions import Group, Question, Questions, Reference
from mpspec.report.changes import Changes, Move, Topic, changes_model
from mpspec.report.comparison import markdown
from mpspec.report.markdown import literal
from mpspec.report.sides import CellError, cells_of, files
from mpspec.report.words import ENGLISH
from mpspec.verdicts import Cell, Run, Status, Verdict

HOLDS, REFUTED, FAILS, NOT_RUN = Status.HOLDS, Status.REFUTED, Status.FAILS, Status.NOT_RUN


def claim(name: str, explanation: str = "So it is.") -> Claim:
    """Return a claim with this id."""
    title = name.replace("-", " ").capitalize()
    return Claim(name, title, explanation, "01-cats", "Of cats", Path("01-cats.md"), 1)


NOTE = [
    Chapter(
        "01-cats",
        "Cats",
        Path("01-cats.md"),
        "",
        [Section("Of cats", "", [claim("cats-purr", "**Listen.** So."), claim("cats-bite")])],
    )
]


def run(python: str = "CPython 3.13.1", default: str = "fork", **cells: str) -> Run:
    """Return a run with a cell for each keyword: a letter a claim, the first letter of a status."""
    letters = {"h": HOLDS, "r": REFUTED, "f": FAILS, "n": Status.NOT_APPLICABLE}
    letters["o"] = Status.NOT_OFFERED
    names = ["cats-purr", "cats-bite"]
    there = [Cell(python, "multiprocessing", name, default=name == default) for name in cells]
    made = Run(there, names)
    for cell, given in cells.items():
        for name, letter in zip(names, given, strict=True):
            if letter in letters:
                made.add(Verdict(name, cell, letters[letter]))
    return made


def question(name: str, answer: str, *ids: str) -> Question:
    """Return a question with this id that names these claims."""
    title = name.replace("-", " ").capitalize() + "?"
    references = [Reference(each, 1) for each in ids]
    return Question(name, title, answer, references, Path("questions.md"), 1)


PAGE = Questions("Asked", Path("questions.md"))
PAGE.groups = [
    Group("Of cats", "", [question("why-no-purr", "So. **Come near.**", "cats-purr", "cats-bite")]),
    Group("Of teeth", "", [question("why-does-it-bite", "It does so.", "cats-bite")]),
]


def asked(before: str, after: str) -> Changes:
    """Return what differs between two cells of these verdicts, with the questions."""
    pairs = cells_of([run(fork=before, spawn=after)], "fork", "spawn")
    return changes_model(pairs, NOTE, "fork", "spawn", ENGLISH, page=PAGE)


def under(topics: Sequence[Topic]) -> dict[str, tuple[list[str], list[str]]]:
    """Return, for each question, the claims told below it, and those told elsewhere."""
    return {
        topic.question.id: ([each.id for each in topic.changes], [each.id for each in topic.others])
        for topic in topics
    }


def told(changes: Changes) -> dict[str, list[Move]]:
    """Return the moves of each claim that differs."""
    return {each.id: list(each.moves) for _, differing in changes.chapters for each in differing}


def between(runs: list[Run], before: str, after: str, *, default: bool = False) -> Changes:
    """Return what differs between two cells."""
    pairs = cells_of(runs, before, after, default=default)
    return changes_model(pairs, NOTE, before, after, ENGLISH)


# Cells


def test_two_start_methods_are_compared_on_each_python() -> None:
    runs = [run(fork="hh", spawn="rh"), run("CPython 3.14.0", fork="hh", spawn="hh")]
    assert told(between(runs, "fork", "spawn")) == {
        "cats-purr": [Move(HOLDS, REFUTED, ["3.13"])],
    }


def test_a_move_that_is_so_in_every_pair_does_not_say_where() -> None:
    runs = [run(fork="hh", spawn="rh"), run("CPython 3.14.0", fork="hh", spawn="rh")]
    assert told(between(runs, "fork", "spawn")) == {"cats-purr": [Move(HOLDS, REFUTED)]}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("3.13", "3.14"),
        ("py313", "py314"),
        ("py3.13", "py3.14"),
        ("CPython 3.13.1", "CPython 3.14.0"),
    ],
)
def test_two_pythons_are_compared_under_each_start_method(before: str, after: str) -> None:
    runs = [run(fork="hh", spawn="hh"), run("CPython 3.14.0", fork="hr", spawn="hh")]
    assert told(between(runs, before, after)) == {"cats-bite": [Move(HOLDS, REFUTED, ["fork"])]}


def test_a_pypy_is_named_as_its_environment_is() -> None:
    runs = [run(fork="hh"), run("PyPy 3.11.17", fork="rh")]
    assert told(between(runs, "3.13", "pypy311")) == {"cats-purr": [Move(HOLDS, REFUTED)]}


def test_single_cells_are_compared_whatever_they_are() -> None:
    runs = [run(fork="hh"), run("CPython 3.14.0", spawn="fh")]
    changes = between(runs, "fork@3.13", "spawn@py314")
    assert told(changes) == {"cats-purr": [Move(HOLDS, FAILS)]}


def test_by_default_a_program_gets_another_start_method() -> None:
    runs = [
        run(fork="hh", forkserver="rr"),
        run("CPython 3.14.0", default="forkserver", fork="hh", forkserver="rh"),
    ]
    assert told(between(runs, "py313", "py314", default=True)) == {
        "cats-purr": [Move(HOLDS, REFUTED)]
    }


def test_not_run_is_no_verdict_of_any_other_kind() -> None:
    runs = [run(fork="h-", spawn="--")]
    assert told(between(runs, "fork", "spawn")) == {"cats-purr": [Move(HOLDS, NOT_RUN)]}


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("fork", "forkserv", r"unknown cell 'forkserv': did you mean forkserver or fork\?"),
        ("py312", "py313", r"unknown cell '3\.12': did you mean 3\.13"),
        ("fork@3.12", "fork@3.13", r"unknown cell 'fork@3\.12': did you mean fork@3\.13"),
        ("fork", "3.13", "fork and 3.13 do not compare: name two start methods"),
    ],
)
def test_what_cannot_be_compared_is_named(before: str, after: str, message: str) -> None:
    with pytest.raises(CellError, match=message):
        between([run(fork="hh", forkserver="hh")], before, after)


def test_a_name_that_means_two_cells_is_named() -> None:
    runs = [run(fork="hh"), run("CPython 3.13.2", fork="hh"), run("CPython 3.14.0", fork="hh")]
    message = r"fork@3\.13 is there twice: on CPython 3\.13\.1 and CPython 3\.13\.2"
    with pytest.raises(CellError, match=message):
        between(runs, "3.13", "3.14")
    assert told(between(runs, "CPython 3.13.2", "3.14")) == {}


# Files


def test_two_files_are_compared_cell_by_cell() -> None:
    pairs = files([run(fork="hh", spawn="hh")], [run(fork="hr", threads="hh")])
    changes = changes_model(pairs, NOTE, "old", "new", ENGLISH)
    assert told(changes) == {"cats-bite": [Move(HOLDS, REFUTED)]}
    assert (pairs.only_before, pairs.only_after) == (["spawn@3.13"], ["threads@3.13"])
    assert changes.any


def test_a_claim_that_one_file_does_not_have_is_told_from_one_not_run() -> None:
    old, new = run(fork="h-"), run(fork="hh")
    old.claims = ["cats-purr"]
    new.claims = ["cats-bite"]
    new.verdicts.pop(("cats-purr", "fork"))
    changes = changes_model(files([old], [new]), NOTE, "old", "new", ENGLISH)
    assert told(changes) == {"cats-purr": [Move(HOLDS, None)], "cats-bite": [Move(None, HOLDS)]}
    assert "✓ holds → no such claim" in markdown(changes, ENGLISH)


def test_a_claim_that_the_note_no_longer_has_is_shown_by_its_id() -> None:
    pairs = files([run(fork="hh")], [run(fork="hr")])
    changes = changes_model(pairs, [], "old", "new", ENGLISH)
    [(heading, [change])] = changes.chapters
    assert (heading, change.title, change.advice) == ("No longer in the note", "cats-bite", "")


def test_equal_files_do_not_differ() -> None:
    changes = changes_model(files([run(fork="hr")], [run(fork="hr")]), NOTE, "a", "b", ENGLISH)
    assert not changes.any
    assert "No verdict differs (2 claims compared)." in markdown(changes, ENGLISH)


# Questions


def test_a_question_comes_up_where_its_first_claim_that_differs_holds_now() -> None:
    changes = asked("rh", "hh")
    assert under(changes.arising) == {"why-no-purr": (["cats-purr"], [])}
    assert changes.arising[0].remedy == "Come near."
    assert (changes.settled, changes.chapters, changes.count) == ([], [], 1)


def test_a_question_does_not_come_up_any_more_where_it_does_not() -> None:
    changes = asked("hr", "rh")
    assert under(changes.arising) == {"why-does-it-bite": (["cats-bite"], [])}
    assert under(changes.settled) == {"why-no-purr": (["cats-purr"], ["cats-bite"])}


def test_a_claim_is_told_below_the_first_of_its_questions() -> None:
    changes = asked("rr", "hh")
    assert under(changes.arising) == {
        "why-no-purr": (["cats-purr", "cats-bite"], []),
        "why-does-it-bite": ([], ["cats-bite"]),
    }
    assert changes.count == 2
    # What does not come up any more is not said twice.
    assert list(under(asked("hh", "rr").settled)) == ["why-no-purr"]


@pytest.mark.parametrize("after", ["fh", "-h", "oh"])
def test_a_verdict_that_is_amiss_or_not_offered_answers_no_question(after: str) -> None:
    changes = asked("hh", after)
    assert not changes.questions
    assert list(told(changes)) == ["cats-purr"]


def test_what_no_question_names_is_told_by_chapter_unless_it_falls_silent() -> None:
    pairs = cells_of([run(fork="hr", spawn="nh")], "fork", "spawn")
    bare = Questions("Asked", Path("questions.md"))
    changes = changes_model(pairs, NOTE, "fork", "spawn", ENGLISH, page=bare)
    assert list(told(changes)) == ["cats-bite"]
    assert [each.id for each in changes.silent] == ["cats-purr"]
    assert changes.count == 2


def test_only_what_the_note_says_in_bold_is_a_claims_own_remedy() -> None:
    changes = {each.id: each for each in asked("rr", "hh").all}
    assert changes["cats-purr"].remedy == "Listen."
    assert (changes["cats-bite"].remedy, changes["cats-bite"].advice) == ("", "So it is.")
    assert {each.id: each.remedy for each in asked("hh", "nh").all} == {"cats-purr": ""}


def test_a_remedy_that_stands_above_is_not_said_again() -> None:
    pairs = cells_of([run(fork="rr", spawn="hh")], "fork", "spawn")
    page = Questions("Asked", Path("questions.md"))
    page.groups = [
        Group("Of cats", "", [question("why", "So. **Listen**.", "cats-purr", "cats-bite")])
    ]
    [topic] = changes_model(pairs, NOTE, "fork", "spawn", ENGLISH, page=page).arising
    assert (topic.remedy, [each.remedy for each in topic.changes]) == ("Listen.", ["", ""])


def test_markdown_has_the_questions_first() -> None:
    assert markdown(asked("rh", "hr"), ENGLISH).splitlines() == [
        "## From fork to spawn",
        "",
        "### What comes up now",
        "",
        "- **Why no purr?**",
        "  - what to do: Come near.",
        "  - Cats purr: ≠ refuted → ✓ holds",
        "  - Cats bite: ✓ holds → ≠ refuted",
        "",
        "2 of 2 claims differ.",
    ]


# What to do


def test_what_happens_instead_is_told_where_the_claim_is_refuted_afterwards() -> None:
    one, other = run(fork="hh"), run(fork="hr")
    other.verdicts["cats-bite", "fork"].instead = "cats-purr"
    [(_, [change])] = changes_model(files([one], [other]), NOTE, "", "", ENGLISH).chapters
    assert (change.instead, change.advice) == (NOTE[0].claims[0], "Listen.")
    [(_, [change])] = changes_model(files([other], [one]), NOTE, "", "", ENGLISH).chapters
    assert (change.instead, change.advice) == (None, "So it is.")


@pytest.mark.parametrize(
    ("explanation", "said"),
    [
        ("Why. **Do it.** More.", "Do it."),
        ("So: **do\nit**, please.", "Do it."),
        ("See **`it` and [that](#that)**.", "`it` and that."),
        ("Why. Use `a.b()`. Under spawn [it is false](#other).", "Use `a.b()`."),
        ("Do it.\n\n```python\nnot_this()\n```", "Do it."),
        ("Do it. (Or not.)", "Do it."),
        ("- One.\n- Two.", "Two."),
        ("[Only this](#other).", "Only this."),
        ("因为如此。**请这样\n做**。还有。", "请这样做。"),
        ("原因。请用 `a` 。[那里](#x)不成立。", "请用 `a` 。"),
        ("", ""),
    ],
)
def test_the_sentence_that_says_what_to_do(explanation: str, said: str) -> None:
    assert advice(claim("x", explanation)) == said


def test_what_to_do_may_be_said_where_it_is_said_what_happens_instead() -> None:
    assert advice(claim("x", "So."), claim("y", "**Do it.**")) == "Do it."
    assert advice(claim("x", "So."), claim("y", "Thus.")) == "So."
    assert advice(claim("x", "**Do that.**"), claim("y", "**Do it.**")) == "Do it."


def test_the_passages_in_bold_are_told_apart() -> None:
    assert in_bold("**One** and **two\nlines**, `**no**`.") == ["One", "two lines"]


# As Markdown


def test_markdown_has_a_line_for_each_claim_and_what_to_do() -> None:
    changes = between([run(fork="hh", spawn="rh")], "fork", "spawn")
    assert markdown(changes, ENGLISH).splitlines() == [
        "## From fork to spawn",
        "",
        "### Cats",
        "",
        "- **Cats purr**: ✓ holds → ≠ refuted",
        "  - what to do: Listen.",
        "",
        "1 of 2 claims differ.",
    ]


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("a `b_c` d", "a `b_c` d"),
        ("__init__ <b> [x](y) a|b", r"\_\_init\_\_ \<b\> \[x\](y) a\|b"),
        ("an odd ` quote", r"an odd \` quote"),
        ("two\nlines", "two lines"),
    ],
)
def test_text_is_taken_literally(text: str, safe: str) -> None:
    assert literal(text) == safe
