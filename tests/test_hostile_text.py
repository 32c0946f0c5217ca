"""What a verdict file says is only shown: it steers no terminal, and is never taken for markup."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from mpspec import cli
from mpspec.verdicts import Cell, Run, Status, Verdict, read, write
from mpspec.visible import visible

CLAIM = "start-runs-children-concurrently"

STEERING = "\x1b[2J\x1b]0;title\x07\x9b31m\r\x08\x7f\u202e\u2028\ud800"
"""Clears a screen, names a window, rings, goes back, turns the direction of writing."""

MARKUP = "[red]r[/red][link=https://example.org]l[/link][/]:smiley:"


def hostile(python: str = "CPython 3.13.1") -> Run:
    """Return a run in which each text is one that steers and one that is markup."""
    text = STEERING + MARKUP
    cell = Cell(python, text, text)
    made = Run([cell], [CLAIM, text], mpspec=text, platform=text, started=text)
    history = [[time, text, text, text, {text: [text]}] for time in range(2)]
    for claim in made.claims:
        made.add(Verdict(claim, cell.name, Status.FAILS, text, text, text, history=history))
    return made


@pytest.fixture
def say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Return a function that runs a command, and returns all that it prints."""
    monkeypatch.setenv("FORCE_COLOR", "1")  # what rich itself prints then is known: CSI ... m
    monkeypatch.chdir(tmp_path)
    write([hostile()], Path("old.jsonl"))
    write([hostile("CPython 3.14.1")], Path("new.jsonl"))

    def run(*arguments: str) -> str:
        return CliRunner().invoke(cli.main, arguments).output

    return run


@pytest.mark.parametrize(
    "command",
    [
        "combine old.jsonl new.jsonl",
        "combine old.jsonl old.jsonl",
        "combine -o merged.jsonl old.jsonl",
        f"explain {CLAIM} --verdicts old.jsonl",
        "read --chapter processes --verdicts old.jsonl",
        "diff old.jsonl new.jsonl",
        "diff py313 py314 --verdicts old.jsonl --verdicts new.jsonl",
        "report old.jsonl --markdown summary.md",
    ],
)
def test_no_character_of_a_verdict_file_steers_the_terminal(
    say: Callable[..., str], command: str
) -> None:
    said = say(*command.split())
    assert said
    for steering in ("\x1b[2J", "\x1b]0", "\x07", "\x9b", "\r", "\x08", "\u202e", "\u2028"):
        assert steering not in said


@pytest.mark.parametrize("command", ["combine old.jsonl", f"explain {CLAIM} --verdicts old.jsonl"])
def test_no_text_of_a_verdict_file_is_taken_for_markup(
    say: Callable[..., str], command: str
) -> None:
    said = say(*command.split()).replace("\n", "")
    assert "[red]" in said
    assert "\x1b]8;" not in said  # a link


def test_a_file_that_cannot_be_taken_is_told_of_without_its_steering(
    say: Callable[..., str], tmp_path: Path
) -> None:
    header, *rest = (tmp_path / "old.jsonl").read_text().splitlines()
    odd = json.dumps({"kind": STEERING})
    (tmp_path / "odd.jsonl").write_text("\n".join([header, odd, *rest]))
    said = say("combine", "odd.jsonl")
    assert "odd.jsonl:2" in said
    assert "\x1b" not in said


def test_what_is_not_seen_is_shown_as_its_escape() -> None:
    assert visible("a\x1b[2Jb\u202ec") == "a\\x1b[2Jb\\u202ec"


def test_what_is_seen_stays_as_it_is() -> None:
    plain = "two\nlines\tand 判定, ünï: “猫” 😀\u3000"
    assert visible({plain: [plain, 1, None]}) == {plain: [plain, 1, None]}


def test_a_value_that_is_nested_too_deeply_is_a_named_error(
    say: Callable[..., str], tmp_path: Path
) -> None:
    header, *_ = (tmp_path / "old.jsonl").read_text().splitlines()
    deep = '{"kind": "verdict", "seen": ' + "[" * 900 + "]" * 900 + "}"
    (tmp_path / "deep.jsonl").write_text(f"{header}\n{deep}\n")
    assert "deep.jsonl:2: GarbledLineError" in say("combine", "deep.jsonl")


def test_a_file_that_was_read_is_written_again_as_it_was_shown(tmp_path: Path) -> None:
    path = tmp_path / "verdicts.jsonl"
    write([hostile()], path)
    write(read(path), path)
    again = read(path)
    write(again, path)
    assert read(path)[0].claims == again[0].claims
