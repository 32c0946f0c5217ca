"""The page: what it shows, what it must not let through, and the command that writes it."""

from __future__ import annotations

import hashlib
import json
import re
from base64 import b64encode
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mpspec import claims, cli, faults
from mpspec.claims import LANGUAGES, read_note
from mpspec.cli import common
from mpspec.questions import read_questions
from mpspec.report.page import page
from mpspec.report.prose import code, prose
from mpspec.report.sources import sources_of_tests
from mpspec.trial import seen_to_fail
from mpspec.verdicts import Status, Verdict, write
from tests import made_up
from tests.elements import Elements

OWN_SCRIPTS = 3  # two of data, one of code


@pytest.fixture
def note(tmp_path: Path) -> dict[str, list[claims.Chapter]]:
    return {language: list(chs) for language, chs in made_up.note(tmp_path / "note").items()}


@pytest.fixture
def made(note: dict[str, list[claims.Chapter]], tmp_path: Path) -> str:
    pages = made_up.questions(tmp_path / "note")
    return page(made_up.runs(), note, made_up.SOURCES, made_up.FAULTS, questions=pages)


def claim_in(text: str, claim: str) -> str:
    """Return the part of a page that shows one claim."""
    begin = text.index(f'<details class="claim" id="{claim}"')
    return text[begin : text.index("\n</details>", begin)]


# Other libraries


def test_known_differences_and_what_is_lacked_have_a_table_each(
    note: dict[str, list[claims.Chapter]],
) -> None:
    runs = made_up.runs()
    cell = next(cell for cell in runs[0].cells if cell.library == "joblib")
    seen = "bug: <it> purrs (docs/findings/joblib_purrs.py)\nfails AssertionError: assert False"
    for claim in ("cats-purr", "cats-share"):
        runs[0].verdicts[claim, cell.name] = Verdict(claim, cell.name, Status.REFUTED, seen=seen)
    runs[0].lacks = {cell.name: ["Process.kill"], "fork": []}
    text = page(runs, note, made_up.SOURCES, made_up.FAULTS)
    table = text[text.index('id="ui-libraries"') : text.index('id="ui-note"')]
    assert "<code>Process.kill</code></th><td>✓</td>" in table
    assert "<td>○</td>" in table
    assert "<td>bug</td><td>&lt;it&gt; purrs <small>docs/findings/joblib_purrs.py</small>" in table
    assert [f'href="#{claim}"' in table for claim in ("cats-purr", "cats-share")] == [True, True]


def test_where_nothing_is_known_to_differ_there_is_no_such_table(made: str) -> None:
    assert "ui-libraries" not in made


# What it shows


def test_a_claim_opens_to_all_that_is_known_of_it(made: str) -> None:
    claim = claim_in(made, "cats-purr")
    assert "<span lang=en>Cats purr</span><span lang=zh>猫会咕噜</span>" in claim
    assert '<a href="#dogs-bark">dogs</a>' in claim
    assert '<a href="#dogs-bark">狗</a>' in claim
    assert "mpspec check --claim cats-purr --implementation fork" in claim
    assert "<b>assert</b> mp.purr()" in claim
    assert "&lt;b&gt;softly&lt;/b&gt;" in claim
    assert "<ul class=faults lang=en><li>The cat is &lt;em&gt;asleep&lt;/em&gt;.</ul>" in claim
    assert "<ul class=faults lang=zh><li>猫<code>睡</code>着了。</ul>" in claim


def test_where_a_claim_is_refuted_it_says_what_happens_instead(made: str) -> None:
    claim = claim_in(made, "cats-forget")
    assert "AssertionError: 1 != 2" in claim
    assert re.search(r'Instead:.*<a href="#cats-purr"><span lang=en>Cats purr', claim)


def test_cells_that_saw_the_same_share_a_row_unless_they_are_not_as_expected(made: str) -> None:
    assert claim_in(made, "cats-forget").count("<tr><th scope=row>") == 2
    assert claim_in(made, "cats-come-when-they-are-called").count("<tr><th scope=row>") == 4


def test_questions_stand_last_with_links_to_their_claims_and_the_verdicts(made: str) -> None:
    begin = made.index('<section id="ui-questions"')
    assert begin > made.rindex('<details class="claim"')
    come, quiet = made[begin:].split('<article class="question"')[1:]
    assert 'id="question-why-does-my-cat-not-come"' in come
    assert "Why does my <code>cat</code> not come?" in come
    assert "它<strong>不想</strong>来。" in come
    assert come.index('href="#cats-come-when-they-are-called"') < come.index('href="#cats-share"')
    assert "fork</small>" in come
    assert "everywhere" in quiet


def test_a_question_of_which_no_claim_was_run_is_left_out(made: str) -> None:
    assert "Where are the birds?" not in made


def test_a_note_without_questions_has_none_on_its_page(
    note: dict[str, list[claims.Chapter]],
) -> None:
    assert 'id="ui-questions"' not in page(made_up.runs(), note, {}, {})


def test_what_is_not_as_expected_stands_above_what_differs_and_that_above_the_note(
    made: str,
) -> None:
    assert made.index('id="ui-red"') < made.index('id="ui-differs"') < made.index('id="ui-note"')


def test_a_claim_of_another_note_is_shown_as_such(made: str) -> None:
    assert "not run" in claim_in(made, "unknown-1")
    assert "birds-sing" in claim_in(made, "unknown-1")


def test_each_verdict_has_its_digit_for_the_filters(made: str) -> None:
    assert 'data-v="000000000000"' in claim_in(made, "cats-purr")
    # By implementation, and in each by Python: 3.13, 3.14, pypy3.11.
    assert 'data-v="101101101101"' in claim_in(made, "cats-forget")


def test_timelines_are_drawn_in_both_languages_with_the_same_in_words(made: str) -> None:
    pictures = Elements(made).pictures()
    assert set(pictures) == {"cats-purr", "cats-come-when-they-are-called"}
    assert pictures["cats-purr"].count("<svg") == len(LANGUAGES)
    assert pictures["cats-purr"].count("<ol lang=") == len(LANGUAGES)


def test_the_same_verdicts_give_the_same_page(
    made: str, note: dict[str, list[claims.Chapter]], tmp_path: Path
) -> None:
    pages = made_up.questions(tmp_path / "note")
    again = page(made_up.runs(), note, made_up.SOURCES, made_up.FAULTS, questions=pages)
    assert again == made


def test_ids_are_there_once(made: str) -> None:
    assert [name for name, times in Counter(Elements(made).ids()).items() if times > 1] == []


def test_every_link_within_the_page_leads_somewhere(made: str) -> None:
    elements = Elements(made)
    assert elements.links_within() <= set(elements.ids())


@pytest.mark.parametrize(("chapters", "most"), [(7, 2_000_000), (9, 2_500_000)])
def test_a_page_of_the_note_on_seven_pythons_stays_small(chapters: int, most: int) -> None:
    note = {language: read_note(language)[:chapters] for language in LANGUAGES}
    all_claims = [claim for chapter in note["en"] for claim in chapter.claims]
    pythons = ["PyPy 3.11", *(f"CPython 3.{minor}" for minor in range(10, 16))]
    runs = [made_up.whole_run(python, [claim.id for claim in all_claims]) for python in pythons]
    known = faults.load().values()
    failing = {
        claim.id: {language: seen_to_fail(claim.id, known, language) for language in LANGUAGES}
        for claim in all_claims
    }
    text = page(runs, note, sources_of_tests(claims.spec_folder()), failing)
    assert len(text.encode()) < most
    assert {claim.id for claim in all_claims} <= set(Elements(text).ids())


# What it must not let through


def test_what_a_verdict_file_says_is_nothing_but_text(
    note: dict[str, list[claims.Chapter]],
) -> None:
    text = page([made_up.hostile_run()], note, {}, {})
    elements = Elements(text)
    known = Elements(page(made_up.runs(), note, {}, {}))
    assert set(elements.names) <= set(known.names)
    assert elements.names["script"] == OWN_SCRIPTS
    assert [name for _, name, _ in elements.attributes if name.startswith("on")] == []
    assert "{{ 7 * 7 }}" in text
    assert text.encode()
    for view in elements.pictures().values():
        drawn = Elements(view)
        assert drawn.names["script"] + drawn.names["img"] == 0
        assert [name for _, name, _ in drawn.attributes if name.startswith("on")] == []


def test_the_page_allows_its_own_style_and_script_and_nothing_else(made: str) -> None:
    elements = Elements(made)
    [policy] = [value for _, name, value in elements.attributes if value.startswith("default-src")]
    for name in ("style", "script"):
        digest = hashlib.sha256(elements.texts[name].encode()).digest()
        assert f"{name}-src 'sha256-{b64encode(digest).decode()}'" in policy
    assert policy.startswith("default-src 'none';")


def test_the_page_asks_for_nothing_else(made: str) -> None:
    attributes = Elements(made).attributes
    assert [value for _, name, value in attributes if name in {"src", "style", "srcset"}] == []
    icons = [value for tag, name, value in attributes if (tag, name) == ("link", "href")]
    assert all(icon.startswith("data:") for icon in icons)
    assert "url(" not in made
    assert "@import" not in made


def test_html_in_markdown_stays_text() -> None:
    said = prose("<script>x</script> [y](javascript:x) **z**")
    assert said.startswith("<p>&lt;script&gt;")
    assert "<a" not in said
    assert "<strong>z</strong>" in said


def test_a_table_without_a_word_in_its_corner_has_row_headers() -> None:
    table = prose("| | day |\n|---|---|\n| cat | sleeps |\n")
    assert '<td></td>\n<th scope="col">day</th>' in table
    assert '<th scope="row">cat</th>\n<td>sleeps</td>' in table


def test_code_keeps_its_text() -> None:
    source = 'def f():\n    return "<" if 1 else None  # & more'
    assert re.sub("<[^>]*>", "", code(source)).replace("&lt;", "<").replace("&amp;", "&") == source


# The command

Command = Callable[..., Result]


@pytest.fixture
def report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Return the command, on the made-up note, in a folder with verdicts.jsonl."""
    monkeypatch.chdir(tmp_path)
    for name in ("HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    folder = made_up.write_note(tmp_path / "note")
    monkeypatch.setattr(common, "read_note", partial(claims.read_note, note=folder))
    monkeypatch.setattr(common, "read_questions", partial(read_questions, note=folder))
    monkeypatch.setattr(common, "spec_folder", lambda: tmp_path)
    write(made_up.runs(), tmp_path / "verdicts.jsonl")
    return partial(CliRunner().invoke, cli.main)


def test_the_command_writes_the_page(report: Command) -> None:
    result = report(["report", "verdicts.jsonl", "-o", "here.html", "--lang", "zh"])
    assert result.exit_code == 0, result.output
    text = Path("here.html").read_text(encoding="utf-8")
    assert text.startswith('<!doctype html>\n<html lang="zh">')
    assert "猫会咕噜" in text
    assert "它忘了咕噜。" in text


def test_the_command_writes_also_what_no_encoding_can(report: Command) -> None:
    write([made_up.hostile_run()], Path("hostile.jsonl"))
    result = report(["report", "hostile.jsonl"])
    assert result.exit_code == 0, result.output


def test_without_a_file_it_takes_the_last_check(report: Command) -> None:
    result = report(["report"])
    assert result.exit_code == common.NOTHING
    assert "no verdicts yet" in result.stderr
    common.last().parent.mkdir(parents=True)
    write(made_up.runs(), common.last())
    assert report(["report"]).exit_code == 0
    assert Path("mpspec.html").exists()


def cut_short(text: str) -> str:
    return text[: text.rindex('{"kind": "footer"')]


def other_claims(text: str) -> str:
    one, two = text.splitlines()[:1], text.splitlines()[-1:]
    header = json.loads(one[0]) | {"claims": ["dogs-bark"], "cells": []}
    footer = json.loads(two[0]) | {"verdicts": 0, "counts": {}}
    return f"{json.dumps(header)}\n{json.dumps(footer)}\n"


@pytest.mark.parametrize(
    ("spoil", "error"),
    [
        (cut_short, "MissingFooterError"),
        (other_claims, "OtherClaimsError"),
        (lambda text: text, "CellTwiceError"),
        (lambda _: "<html>", "ForeignFileError"),
    ],
)
def test_a_file_that_cannot_be_taken_is_named_and_the_page_that_was_there_stays(
    report: Command, spoil: Callable[[str], str], error: str
) -> None:
    text = Path("verdicts.jsonl").read_text(encoding="utf-8")
    Path("bad.jsonl").write_text(spoil(text), encoding="utf-8")
    Path("here.html").write_text("before", encoding="utf-8")
    result = report(["report", "verdicts.jsonl", "bad.jsonl", "-o", "here.html"])
    assert result.exit_code == common.USAGE
    assert result.stderr.startswith("bad.jsonl:")
    assert error in result.stderr
    assert Path("here.html").read_text(encoding="utf-8") == "before"


def test_where_the_page_cannot_be_written_nothing_is_left(report: Command) -> None:
    result = report(["report", "verdicts.jsonl", "-o", "nowhere/here.html"])
    assert result.exit_code == common.USAGE
    assert result.stderr.startswith("mpspec: nowhere/here.html: ")
    Path("folder").mkdir()
    before = sorted(Path().rglob("*"))
    assert report(["report", "verdicts.jsonl", "-o", "folder"]).exit_code == common.USAGE
    assert sorted(Path().rglob("*")) == before
