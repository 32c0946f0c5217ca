"""What can be put to the test, and by which names."""

from __future__ import annotations

import copy
import importlib.metadata
import multiprocessing
import multiprocessing.dummy
import pickle
from dataclasses import dataclass
from multiprocessing.context import BaseContext
from typing import Any

import pytest

from mpspec.implementations import (
    ENTRY_POINTS,
    Implementation,
    NotOffered,
    UnknownImplementationError,
    known,
    select,
    standard,
)

FORK = Implementation("multiprocessing", "fork")
THREADS = Implementation("multiprocessing.dummy", "threads")
OTHER = Implementation("billiard", "spawn")


@dataclass
class Entry:
    """An entry point that another distribution registers."""

    loaded: Any

    def load(self) -> Any:
        """Return what it names."""
        return self.loaded


def register(monkeypatch: pytest.MonkeyPatch, *loaded: Any) -> None:
    """Let other distributions register these."""

    def entry_points(*, group: str) -> list[Entry]:
        return [Entry(each) for each in loaded] if group == ENTRY_POINTS else []

    monkeypatch.setattr(importlib.metadata, "entry_points", entry_points)


def test_what_it_gives_is_the_genuine_object() -> None:
    assert FORK.Process is multiprocessing.get_context("fork").Process
    assert FORK.Lock.__func__ is type(multiprocessing.get_context("fork")).Lock
    assert THREADS.Process is multiprocessing.dummy.Process


@pytest.mark.parametrize(
    ("cell", "name", "short", "memory"),
    [
        (FORK, "multiprocessing/fork", "fork", "inherited"),
        (Implementation("multiprocessing", "spawn"), "multiprocessing/spawn", "spawn", "fresh"),
        (THREADS, "multiprocessing.dummy/threads", "threads", "shared"),
        (OTHER, "billiard/spawn", "billiard/spawn", "fresh"),
    ],
)
def test_it_has_names_and_a_kind_of_memory(
    cell: Implementation, name: str, short: str, memory: str
) -> None:
    assert (cell.name, cell.short, cell.memory) == (name, short, memory)
    assert repr(cell) == f"<Implementation {name}>"


def test_another_kind_of_memory_can_be_given() -> None:
    assert Implementation("dragon", "dragon", "fresh").memory == "fresh"


def test_what_is_not_there_is_not_offered() -> None:
    with pytest.raises(NotOffered, match=r"^multiprocessing/fork has no Telepathy$"):
        _ = FORK.Telepathy
    with pytest.raises(NotOffered, match=r"^multiprocessing.dummy/threads has no Process\.kill$"):
        THREADS.offered("Process.kill")


def test_it_tells_which_names_of_the_api_it_lacks() -> None:
    assert "Process.kill" not in Implementation("multiprocessing", "spawn").lacks()
    assert "Process.kill" in Implementation("multiprocessing.dummy", "threads").lacks()


def test_a_module_is_looked_for_where_what_is_given_comes_from(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytester.makepyfile(**{"lent/__init__": "from multiprocessing import *", "lent/pool": ""})
    monkeypatch.syspath_prepend(pytester.path)
    assert Implementation("lent", "spawn").module("pool").__name__ == "multiprocessing.pool"


def test_a_start_method_added_to_multiprocessing_leaves_a_program_its_modules(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = dict.fromkeys(("joining/__init__", "joining/context", "joining/pool"), "")
    pytester.makepyfile(**files)
    monkeypatch.syspath_prepend(pytester.path)
    added = type("JoiningContext", (BaseContext,), {"__module__": "joining.context"})()
    monkeypatch.setattr(multiprocessing, "get_all_start_methods", lambda: ["joining", "spawn"])
    monkeypatch.setattr(multiprocessing, "get_start_method", lambda **_: "joining")
    monkeypatch.setattr(multiprocessing, "get_context", {"joining": added}.get)
    cell = Implementation("joining", "joining", "fresh")
    assert cell.api is added
    assert cell.module("pool").__name__ == "multiprocessing.pool"


def test_not_offered_is_no_exception_that_a_claim_could_catch() -> None:
    assert not issubclass(NotOffered, Exception)


@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, lambda c: pickle.loads(pickle.dumps(c))]
)
def test_it_can_be_passed_to_a_child(copied: Any) -> None:
    again = copied(OTHER)
    assert again == OTHER
    assert hash(again) == hash(OTHER)
    assert again.memory == "fresh"


def test_it_differs_from_others() -> None:
    assert len({FORK, THREADS, OTHER, Implementation("multiprocessing", "fork")}) == 3
    assert FORK != "multiprocessing/fork"


def test_one_start_method_is_the_default() -> None:
    assert [cell.start_method for cell in standard() if cell.default] == [
        multiprocessing.get_all_start_methods()[0]
    ]


def test_the_standard_library_has_its_start_methods_and_threads() -> None:
    assert {cell.short for cell in standard()} == {
        *multiprocessing.get_all_start_methods(),
        "threads",
    }


def test_without_a_name_all_of_the_standard_library_is_meant() -> None:
    assert select([]) == standard()


@pytest.mark.parametrize(
    ("names", "meant"),
    [
        (["fork"], ["fork"]),
        (["multiprocessing/fork"], ["fork"]),
        (["threads", "fork", "threads"], ["threads", "fork"]),
        (["multiprocessing"], ["fork", "spawn", "forkserver"]),
        (["multiprocessing.dummy", "multiprocessing"], ["threads", "fork", "spawn", "forkserver"]),
        (["spawn", "multiprocessing"], ["spawn", "fork", "forkserver"]),
    ],
)
def test_a_name_means_one_or_a_librarys_all(names: list[str], meant: list[str]) -> None:
    assert [cell.short for cell in select(names)] == meant


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownImplementationError) as raised:
        select(["fork", "spwan"])
    assert raised.value.args[0].startswith("unknown implementation 'spwan': did you mean spawn")


def test_a_name_that_nothing_is_near_is_answered_with_all() -> None:
    with pytest.raises(
        UnknownImplementationError, match="'xyzzy': known: fork, multiprocessing/fo"
    ):
        select(["xyzzy"])


def test_others_register_theirs_by_entry_points(monkeypatch: pytest.MonkeyPatch) -> None:
    third = Implementation("loky", "loky", "fresh")
    register(monkeypatch, OTHER, lambda: [third])
    assert known() == [*standard(), OTHER, third]
    assert select(["billiard", "loky/loky"]) == [OTHER, third]


def test_others_do_not_change_what_is_tested_without_a_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    register(monkeypatch, OTHER)
    assert select([]) == standard()
