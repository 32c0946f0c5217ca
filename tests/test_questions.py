# ruff: noqa: RUF001 - Chinese has its own punctuation
"""The page of questions: how it is read, what the gate says of it, and how a terminal shows it."""

from __future__ import annotations

import re
import sqlite3
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mpspec import claims, cli
from mpspec.claims import LANGUAGES
from mpspec.cli import common
from mpspec.gate import breaches
from mpspec.questions import Question, read_questions
from mpspec.verdicts import write
from tests import made_up

EN, ZH = Path("note/en/questions.md"), Path("note/zh/questions.md")

Command = Callable[..., Result]


@pytest.fixture(autouse=True)
def _note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Write a note in which everything agrees, and stand beside it."""
    monkeypatch.chdir(tmp_path)
    made_up.write_note(Path("note"))
    change(EN, "- birds-sing", "- dogs-bark")
    change(ZH, "- birds-sing", "- dogs-bark")
    Path("spec").mkdir()
    for chapter in claims.read_note("en", Path("note")):
        tests = "".join(f"def {claim.test}(mp): ...\n" for claim in chapter.claims)
        Path("spec", chapter.test_file).write_text(tests)


@pytest.fixture
def mpspec(monkeypatch: pytest.MonkeyPatch) -> Command:
    """Return a function that runs the command on this note, away from any terminal."""
    for name in ("COLUMNS", "FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(Path("home").resolve()))
    note = Path("note")
    monkeypatch.setattr(common, "read_note", partial(claims.read_note, note=note))
    monkeypatch.setattr(common, "read_questions", partial(read_questions, note=note))
    return partial(CliRunner().invoke, cli.main)


def change(path: Path, old: str, new: str) -> None:
    """Put `new` in the place of `old`, which is in the file once."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def gate() -> list[str]:
    """Return what the gate says, line by line."""
    return [str(breach) for breach in breaches(Path("note").resolve(), Path("spec").resolve())]


def asked(language: str = "en") -> list[Question]:
    """Return the questions in one language."""
    page = read_questions(language, Path("note"))
    assert page
    return page.all


# How it is read


def test_a_question_has_an_answer_and_claims() -> None:
    come = asked()[0]
    assert (come.id, come.line) == ("why-does-my-cat-not-come", 7)
    assert come.title == "Why does my `cat` not come?"
    assert come.answer == "It **does** not want to. See [dogs](#dogs-bark)."
    assert come.claims == ["cats-come-when-they-are-called", "cats-share"]
    assert [reference.line for reference in come.references] == [11, 12]


def test_a_list_within_an_answer_names_no_claims() -> None:
    change(EN, "It forgets to purr.", "It forgets:\n\n- purring\n\nAlways.")
    assert asked()[1].claims == ["cats-purr"]
    assert asked()[1].answer == "It forgets:\n\n- purring\n\nAlways."


def test_a_note_may_have_no_questions() -> None:
    EN.unlink()
    ZH.unlink()
    assert read_questions("en", Path("note")) is None
    assert gate() == []


# The gate


def test_nothing_is_said_where_all_agree() -> None:
    assert gate() == []


@pytest.mark.parametrize(
    ("path", "old", "new", "said"),
    [
        (
            EN,
            "- cats-purr\n",
            "- cats-pur\n",
            "note/en/questions.md:18: why-is-the-cat-so-quiet names an unknown claim 'cats-pur': "
            "did you mean cats-purr or cats-share or cats-forget?",
        ),
        (
            EN,
            "- cats-purr\n",
            "",
            "note/en/questions.md:14: no claim shows the answer to why-is-the-cat-so-quiet: "
            "end it with a list, - a-claims-id",
        ),
        (
            EN,
            "It forgets to purr.\n",
            "",
            "note/en/questions.md:14: why-is-the-cat-so-quiet has no answer: write one below",
        ),
        (
            ZH,
            "- cats-purr\n",
            "- cats-purr\n- cats-purr\n",
            "note/zh/questions.md:19: why-is-the-cat-so-quiet names cats-purr twice: strike one",
        ),
        (
            ZH,
            "- cats-purr\n",
            "- cats-share\n",
            "note/zh/questions.md:14: why-is-the-cat-so-quiet names other claims than at "
            "note/en/questions.md:14: the same, in the same order",
        ),
        (
            ZH,
            "- cats-come-when-they-are-called\n- cats-share",
            "- cats-share\n- cats-come-when-they-are-called",
            "note/zh/questions.md:7: why-does-my-cat-not-come names other claims than at "
            "note/en/questions.md:7: the same, in the same order",
        ),
        (
            EN,
            "It forgets to purr.",
            "**Listen** or **run**.",
            "note/en/questions.md:14: why-is-the-cat-so-quiet has several passages in bold: "
            "leave the one that says what to do",
        ),
        (
            ZH,
            "它忘了咕噜。",
            "**请听**。",
            "note/en/questions.md:14: why-is-the-cat-so-quiet says in bold what to do at "
            "note/zh/questions.md:14: do so here",
        ),
        (
            ZH,
            " {#why-is-the-cat-so-quiet}",
            "",
            "note/zh/questions.md:14: this question has no id: end it with {#id}",
        ),
        (
            ZH,
            "{#why-is-the-cat-so-quiet}",
            "{#where-are-the-birds}",
            "note/zh/questions.md:22: the id where-are-the-birds is taken at "
            "note/zh/questions.md:14: word it anew",
        ),
        (
            ZH,
            "{#where-are-the-birds}",
            "{#where-is-the-bird}",
            "note/en/questions.md:22: where-are-the-birds is where-is-the-bird at "
            "note/zh/questions.md:22: give both one id",
        ),
        (
            ZH,
            "\n## 鸟\n\n### 鸟在哪里？ {#where-are-the-birds}\n\n没有人知道。\n\n- dogs-bark\n",
            "",
            "note/en/questions.md:22: where-are-the-birds is not in note/zh/questions.md: "
            "add ### ... {#where-are-the-birds} there",
        ),
    ],
)
def test_the_gate_says_what_to_mend(path: Path, old: str, new: str, said: str) -> None:
    change(path, old, new)
    found = gate()
    # What is amiss in one language alone is said of the other as well, that it differs.
    others = ("names other claims", "says in bold")
    assert [line for line in found if line == said or not any(map(line.count, others))] == [said]


def test_the_gate_misses_a_page_that_one_language_has() -> None:
    ZH.unlink()
    assert gate() == ["note/en/questions.md:1: there is no note/zh/questions.md: write it"]


def test_the_gate_wants_one_order() -> None:
    quiet = "### 猫为什么这么安静？ {#why-is-the-cat-so-quiet}\n\n它忘了咕噜。\n\n- cats-purr\n"
    change(ZH, quiet, "")
    change(ZH, "## 猫\n", f"## 猫\n\n{quiet}")
    assert gate() == [
        "note/zh/questions.md:7: why-is-the-cat-so-quiet stands where note/en/questions.md has "
        "why-does-my-cat-not-come: same order"
    ]


def test_a_claim_that_is_misnamed_in_the_note_is_one_breach() -> None:
    change(Path("note/zh/01-cats.md"), "{#cats-share}", "{#cats-shar}")
    assert len(gate()) == 1


# The note at hand


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_answer_is_two_to_five_sentences(language: str) -> None:
    page = read_questions(language)
    assert page
    for question in page.all:
        # What is quoted and what is code may have its own full stops.
        text = re.sub(r'`[^`]*`|"[^"]*"|“[^”]*”', "x", question.answer).replace("**", "")
        sentences = re.findall(r"[.?!](?=\s|$)|[。？！]", text)
        assert 2 <= len(sentences) <= 5, (question.id, len(sentences))


# The commands


def test_the_questions_are_read_like_a_chapter(mpspec: Command) -> None:
    write([made_up.run()], Path("verdicts"))
    result = mpspec(["read", "--chapter", "questions", "--verdicts", "verdicts"])
    assert result.exit_code == 0, result.output
    assert "Cats purr" in result.output
    assert "They do, and" not in result.output  # that is in the chapter
    first = result.output.index("Why does my")
    assert first < result.output.index("It does not want to.") < result.output.index("✗ fails fork")


def test_the_questions_stand_last_where_the_whole_note_is_read(mpspec: Command) -> None:
    result = mpspec(["read", "--lang", "zh"])
    assert result.output.index("很响。") < result.output.index("关于猫的问题")
    assert "它忘了咕噜。" in result.output


def test_an_unknown_chapter_is_answered_with_the_page_of_questions_too(mpspec: Command) -> None:
    result = mpspec(["read", "--chapter", "question"])
    assert result.exit_code == 2
    assert "did you mean questions" in result.output


def test_what_is_asked_is_answered_with_claims_verdicts_and_where_to_read_on(
    mpspec: Command,
) -> None:
    write([made_up.run()], Path("verdicts"))
    result = mpspec(["ask", "quiet", "cat", "--verdicts", "verdicts", "-n", "1"])
    assert result.exit_code == 0, result.output
    assert [line.strip() for line in result.output.splitlines() if line.strip()][:6] == [
        "▌ Why is the cat so quiet?",
        "It forgets to purr.",
        "Claims that show it:",
        "▌ Cats purr",
        "✓ holds everywhere",
        "mpspec explain cats-purr",
    ]
    assert "-n shows as many as you like" in result.output


def test_a_claim_that_belongs_to_no_question_is_found_too(mpspec: Command) -> None:
    result = mpspec(["ask", "Where is the food?"])
    assert result.exit_code == 0, result.output
    assert "▌ Cats forget" in result.output
    assert "mpspec explain cats-forget" in result.output


def test_a_claim_is_not_shown_again_below_its_question(mpspec: Command) -> None:
    result = mpspec(["ask", "purr", "-n", "9"])
    assert result.output.count("▌ Cats purr") == 1


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (["猫怎么这么安静"], "它忘了咕噜。"),
        (["安静"], "它忘了咕噜。"),
        (["cat", "--lang", "zh"], "为什么我的 `cat` 不来？"),
        (["quiet cats", "--lang", "en"], "It forgets to purr."),
    ],
)
def test_it_is_asked_and_answered_in_either_language(
    mpspec: Command, arguments: list[str], found: str
) -> None:
    result = mpspec(["ask", *arguments])
    assert result.exit_code == 0, result.output
    assert found in result.output


@pytest.mark.parametrize("words", ["elephant", "why?", "为什么", '"" * ( NEAR', "--"])
def test_what_matches_nothing_ends_with_3(mpspec: Command, words: str) -> None:
    result = mpspec(["ask", "--", words])
    assert result.exit_code == 3, result.output
    assert "matches" in result.output or "没有与此相符的内容" in result.output


def test_without_words_it_is_wrong_usage(mpspec: Command) -> None:
    assert mpspec(["ask"]).exit_code == 2


def test_a_verdict_file_that_cannot_be_read_is_named_behind_the_answer(mpspec: Command) -> None:
    result = mpspec(["ask", "purr", "--verdicts", "nowhere.jsonl"])
    assert result.exit_code == 2
    assert "Cats purr" in result.output
    assert "nowhere.jsonl" in result.output


def test_a_python_without_sqlite_is_told_so(
    mpspec: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sqlite3", None)
    result = mpspec(["ask", "purr"])
    assert result.exit_code == 2
    assert "mpspec ask needs sqlite3, which this Python is built without" in result.output


def test_a_sqlite_without_full_text_search_is_told_so(
    mpspec: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Plain(sqlite3.Connection):
        def execute(self, sql: str, *rest: object) -> sqlite3.Cursor:
            return super().execute(sql.replace("fts5", "fts99"), *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(sqlite3, "connect", partial(sqlite3.connect, factory=Plain))
    result = mpspec(["ask", "purr"])
    assert result.exit_code == 2
    assert "mpspec ask needs sqlite3 with FTS5: no such module: fts99" in result.output
