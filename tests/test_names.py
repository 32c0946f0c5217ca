"""The public names of multiprocessing, and the note that has to speak of each."""

from __future__ import annotations

import multiprocessing
import pkgutil
from collections.abc import Callable
from multiprocessing import process
from pathlib import Path
from types import SimpleNamespace

import pytest

from mpspec.claims import read_note
from mpspec.gate import breaches
from mpspec.names import PRIVATE, Name, public_names, unspoken

QUEUE, PUT = Name("", "Queue"), Name("queues", "Queue.put")

Note = Callable[..., list[Name]]


@pytest.fixture
def left(tmp_path: Path) -> Note:
    """Return a function that says which of two names a note does not speak of.

    The note has a chapter for each claim that is given, a heading and what is below it.
    """

    def found(*claims: str) -> list[Name]:
        for number, claim in enumerate(claims, 1):
            path = tmp_path / "en" / f"0{number}-cats.md"
            path.parent.mkdir(exist_ok=True)
            path.write_text(f"# A `Queue`, and `put`\n\n## B\n\n### {claim}\n", encoding="utf-8")
        return unspoken(read_note("en", tmp_path), [QUEUE, PUT])

    return found


def shown() -> set[str]:
    return {str(name) for name in public_names()}


# Which names there are


def test_the_names_of_the_module_and_of_its_submodules_are_public() -> None:
    assert {"multiprocessing.get_context", "multiprocessing.pool.ThreadPool"} <= shown()


def test_what_several_modules_have_is_named_once() -> None:
    names = [str(name) for name in public_names() if name.path in {"Queue", "Lock"}]
    assert sorted(names) == ["multiprocessing.Lock", "multiprocessing.Queue"]


def test_the_methods_of_a_class_are_public_by_its_documented_name() -> None:
    assert {"multiprocessing.process.Process.join", "multiprocessing.queues.Queue.put"} <= shown()
    assert not [name for name in shown() if "BaseProcess" in name]


def test_a_method_belongs_to_the_first_class_that_has_it() -> None:
    names = [str(name) for name in public_names() if name.path.endswith("Queue.get")]
    assert names == ["multiprocessing.queues.Queue.get", "multiprocessing.queues.SimpleQueue.get"]


def test_a_name_that_a_newer_python_adds_comes_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(multiprocessing, "__all__", [*multiprocessing.__all__, "Cat"])
    monkeypatch.setattr(process.BaseProcess, "purr", print, raising=False)
    assert {"multiprocessing.Cat", "multiprocessing.process.Process.purr"} <= shown()


def test_a_submodule_that_a_newer_python_adds_comes_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pkgutil, "iter_modules", lambda _: [SimpleNamespace(name="cats")])
    assert "multiprocessing.cats" in shown()


def test_a_private_name_has_its_reason() -> None:
    assert all(PRIVATE.values())
    assert not {name.key for name in public_names()} & PRIVATE.keys()


# Which of them a note speaks of


def test_a_name_in_a_heading_is_spoken_of(left: Note) -> None:
    assert left("A Queue has put") == []


def test_a_name_in_backticks_is_spoken_of(left: Note) -> None:
    assert left("A cat\n\nSays `multiprocessing.Queue(10)`, and `queue.put(\n1)`.") == []


def test_a_name_in_plain_words_or_in_an_example_is_not(left: Note) -> None:
    example = "```python\nQueue().put(1)\n```"
    assert left(f"A cat\n\nQueue and put, put in words.\n\n{example}") == [QUEUE, PUT]


def test_a_part_of_a_word_is_not_the_name(left: Note) -> None:
    assert left("A cat\n\nHas `SimpleQueue` and `put_nowait`.") == [QUEUE, PUT]


def test_a_method_is_spoken_of_where_its_class_is(left: Note) -> None:
    assert left("A Queue", "A cat\n\nHas `put`.") == [PUT]
    assert left("A Queue\n\nHas `put`.", "A cat") == []


def test_the_gate_says_which_name_no_claim_speaks_of(tmp_path: Path) -> None:
    for language in ("en", "zh"):
        (tmp_path / language).mkdir()
        (tmp_path / language / "01-cats.md").write_text("# Cats\n", encoding="utf-8")
    [breach] = breaches(tmp_path, tmp_path, names=[PUT])
    assert str(breach.path) == str(tmp_path / "en")
    assert breach.what.startswith("no claim speaks of multiprocessing.queues.Queue.put: write one")


def test_a_claim_speaks_of_every_public_name() -> None:
    assert [str(name) for name in unspoken(read_note(), public_names())] == []
