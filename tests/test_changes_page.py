"""The page of a comparison: what it says to do, what it lets through, and how it is written."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mpspec import claims, cli
from mpspec.claims import LANGUAGES
from mpspec.cli import common, comparing
from mpspec.questions import Questions, Reference, read_questions
from mpspec.report.changes import Changes, changes_model
from mpspec.report.changes_page import changes_page
from mpspec.report.sides import Pairs, cells_of, files
from mpspec.report.words import WORDS
from mpspec.verdicts import Cell, Run, Status, write
from tests import made_up
from tests.elements import Elements

OWN_SCRIPTS = 2  # one of data, one of code

Note = dict[str, list[claims.Chapter]]


@pytest.fixture
def note(tmp_path: Path) -> Note:
    return {language: list(chs) for language, chs in made_up.note(tmp_path / "note").items()}


def compared(pairs: Pairs, note: Note, before: str = "before", after: str = "after") -> str:
    """Return the page of what differs between the two sides of `pairs`."""
    return changes_page(differing(pairs, note, before, after, {}), note)


def differing(
    pairs: Pairs, note: Note, before: str, after: str, pages: Mapping[str, Questions | None]
) -> dict[str, Changes]:
    """Return what differs, in each language."""
    return {
        language: changes_model(
            pairs, chapters, before, after, WORDS[language], page=pages.get(language)
        )
        for language, chapters in note.items()
    }


@pytest.fixture
def made(note: Note) -> str:
    """Return the page for who moves from 3.14 to 3.13, where cats forget."""
    return compared(cells_of(made_up.runs(), "3.14", "3.13"), note, "3.14", "3.13")


@pytest.fixture
def threads(note: Note) -> str:
    """Return the page for who moves from threads to fork."""
    return compared(cells_of(made_up.runs(), "threads", "fork"), note, "threads", "fork")


@pytest.fixture
def asked(note: Note, tmp_path: Path) -> str:
    """Return the page for who moves from 3.13 to 3.14, where cats do not forget, with questions."""
    pages = made_up.questions(tmp_path / "note")
    for page in filter(None, pages.values()):
        # Each question speaks of the claim that differs there.
        for group in page.groups:
            group.questions = [
                replace(question, references=[Reference("cats-forget", 1)])
                for question in group.questions
            ]
    pairs = cells_of(made_up.runs(), "3.13", "3.14")
    return changes_page(differing(pairs, note, "3.13", "3.14", pages), note)


def change_in(text: str, claim: str) -> str:
    """Return the part of a page that shows one claim that differs."""
    begin = text.index(f'<article class="change" id="{claim}"')
    return text[begin : text.index("</article>", begin)]


def plain(html: str) -> str:
    """Return the English text of HTML, on one line."""
    english = re.sub(r"<(span|div)[^>]* lang=zh>.*?</\1>", "", html, flags=re.DOTALL)
    return " ".join(re.sub("<[^>]*>", " ", english).split())


# What it shows


def test_a_claim_that_differs_has_its_verdicts_before_and_after(made: str) -> None:
    assert "✓ holds → ≠ refuted" in plain(change_in(made, "cats-forget"))
    assert "成立" in change_in(made, "cats-forget")
    assert made.count('<article class="change"') == 1


def test_it_says_what_happens_instead_and_what_to_do(made: str) -> None:
    change = change_in(made, "cats-forget")
    assert "What happens instead Cats purr" in plain(change)
    assert '<a href="#cats-purr">' in change
    assert "What to do Not where the food is." in plain(change)
    assert "<span lang=zh>食物在哪里倒不会忘。</span>" in change


def test_each_way_to_change_is_told_with_where_it_is_so(note: Note) -> None:
    runs = made_up.runs()
    runs[0].verdicts["cats-purr", "spawn"].status = Status.FAILS
    text = compared(cells_of(runs, "fork", "spawn"), note)
    assert "✓ holds → ✗ fails on 3.13 What to do" in plain(change_in(text, "cats-purr"))
    come = plain(change_in(text, "cats-come-when-they-are-called"))
    assert "✗ fails → ∞ hangs What to do" in come


def test_what_claims_refer_to_is_explained_below_them(made: str) -> None:
    below = made[made.index('id="ui-referred"') :]
    assert '<details class="claim" id="cats-purr">' in below
    # That one links dogs, which are neither different nor referred to by what differs.
    assert "See dogs." in plain(below)
    assert 'href="#dogs-bark"' not in made


def test_ids_are_there_once_and_every_link_leads_somewhere(made: str, threads: str) -> None:
    for text in (made, threads):
        elements = Elements(text)
        assert [name for name, times in Counter(elements.ids()).items() if times > 1] == []
        assert elements.links_within() <= set(elements.ids())


def test_it_says_how_many_claims_change_and_how(threads: str) -> None:
    strip = plain(threads[threads.index("<h1") : threads.index('<dl class="facts">')])
    assert strip.startswith("From threads to fork 2 of 6 claims differ.")
    assert "1 ! error → ✗ fails" in strip


def test_where_nothing_differs_it_says_so(note: Note) -> None:
    text = compared(files([made_up.run()], [made_up.run()]), note)
    assert "✓ No verdict differs (6 claims compared)." in plain(text)
    assert "<article" not in text


def test_what_only_one_side_has_is_said(note: Note) -> None:
    pairs = files([made_up.run()], made_up.runs())
    assert "only in after, and not compared: fork@3.14," in plain(compared(pairs, note))


def test_a_claim_that_one_side_does_not_have_is_shown_by_its_id(note: Note) -> None:
    old, new = made_up.run(), made_up.run()
    new.claims.remove("birds-sing")
    change = plain(change_in(compared(files([old], [new]), note), "unknown-1"))
    assert "birds-sing ? not run → no such claim" in change


def test_a_question_that_comes_up_stands_first_with_its_answer_and_its_claims(asked: str) -> None:
    part = asked[asked.index('<section id="ui-arising">') : asked.index("<footer")]
    first, second, third = part.split('<section class="topic"')[1:]
    assert "Why does my cat not come? It does not want to." in plain(first)
    assert "它<strong>不想</strong>来。" in first
    assert "≠ refuted → ✓ holds" in plain(change_in(first, "cats-forget"))
    for below in (second, third):
        assert "told above: Cats forget" in plain(below)
        assert '<a href="#cats-forget">' in below
    assert "1 of 6 claims differ." in plain(asked)


def test_a_page_with_questions_has_each_id_once_and_links_that_lead_somewhere(asked: str) -> None:
    elements = Elements(asked)
    assert [name for name, times in Counter(elements.ids()).items() if times > 1] == []
    assert elements.links_within() <= set(elements.ids())


# What it must not let through


def test_what_names_and_verdict_files_say_is_nothing_but_text(note: Note, made: str) -> None:
    old, new = made_up.hostile_run(), made_up.hostile_run()
    old.verdicts.clear()
    hostile = made_up.HOSTILE
    text = compared(files([old], [new]), note, hostile, hostile)
    elements = Elements(text)
    assert set(elements.names) <= set(Elements(made).names)
    assert elements.names["script"] == OWN_SCRIPTS
    assert [name for _, name, _ in elements.attributes if name.startswith("on")] == []
    assert "{{ 7 * 7 }}" in text
    assert text.encode()


def test_the_page_allows_its_own_style_and_script_and_asks_for_nothing(made: str) -> None:
    elements = Elements(made)
    [policy] = [value for _, name, value in elements.attributes if value.startswith("default-src")]
    for name in ("style", "script"):
        digest = hashlib.sha256(elements.texts[name].encode()).digest()
        assert f"{name}-src 'sha256-{b64encode(digest).decode()}'" in policy
    assert policy.startswith("default-src 'none';")
    sources = [value for _, name, value in elements.attributes if name in {"src", "style"}]
    assert sources == []
    assert "url(" not in made


# The command

Command = Callable[..., Result]


@pytest.fixture
def diff(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Return the command, on the made-up note, in a folder with verdicts.jsonl."""
    monkeypatch.chdir(tmp_path)
    folder = made_up.write_note(tmp_path / "note")
    monkeypatch.setattr(common, "read_note", partial(claims.read_note, note=folder))
    monkeypatch.setattr(common, "read_questions", partial(read_questions, note=folder))
    write(made_up.runs(), tmp_path / "verdicts.jsonl")
    return lambda *arguments: CliRunner().invoke(
        cli.main, ["diff", *arguments, "--verdicts", "verdicts.jsonl"]
    )


def test_the_command_writes_the_page_and_tells_whether_anything_differs(diff: Command) -> None:
    result = diff("threads", "fork", "-o", "changes.html", "--lang", "zh")
    assert (result.exit_code, result.output) == (comparing.DIFFERENT, "changes.html: 0.0 MB\n")
    text = Path("changes.html").read_text(encoding="utf-8")
    assert text.startswith('<!doctype html>\n<html lang="zh">')
    assert "<title>从 threads 到 fork</title>" in text
    assert all(f"lang={language}>" in text for language in LANGUAGES)
    assert diff("fork", "fork", "-o", "same.html").exit_code == 0


def test_what_the_default_is_stands_in_the_title_in_both_languages(diff: Command) -> None:
    cells = [
        Cell("CPython 3.13.1", "multiprocessing", "fork", default=True),
        Cell("CPython 3.14.0", "multiprocessing", "forkserver", default=True),
    ]
    write([Run([cell], ["cats-purr"]) for cell in cells], Path("verdicts.jsonl"))
    result = diff("py313", "py314", "--default", "-o", "changes.html")
    assert result.exit_code == 0, result.output
    text = Path("changes.html").read_text(encoding="utf-8")
    assert "<span lang=en>From 3.13 by default (fork) to 3.14 by default (forkserver)</" in text
    assert re.search(
        "<span lang=zh>从 3.13 的默认方式.fork.到 3.14 的默认方式", text.replace(" 到", "到")
    )


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        (("fork", "spwan"), "unknown cell 'spwan': did you mean spawn?"),
        (("fork", "spawn", "--markdown"), "a page is no Markdown: leave"),
        (("fork", "spawn", "-o", "nowhere/here.html"), "nowhere/here.html: "),
        (("fork", "spawn", "-o", "note"), "note: "),
    ],
)
def test_in_trouble_the_page_that_was_there_stays(
    diff: Command, arguments: tuple[str, ...], answer: str
) -> None:
    Path("here.html").write_text("before", encoding="utf-8")
    before = sorted(Path().rglob("*"))
    result = diff("-o", "here.html", *arguments)
    assert result.exit_code == common.USAGE
    assert result.stderr.startswith(f"mpspec: {answer}")
    assert Path("here.html").read_text(encoding="utf-8") == "before"
    assert sorted(Path().rglob("*")) == before
