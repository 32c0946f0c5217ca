"""Other libraries: how they are found, and what their tables of known differences do.

The library under test is a tiny one that misbehaves in one way: its locks let everybody in.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mpspec import adapters, differences, leftovers, reachable, verdicts
from mpspec.adapters import Adapter
from mpspec.differences import Differences, DifferencesError
from mpspec.implementations import Implementation, UnknownImplementationError, known, select
from mpspec.verdicts import Status, Verdict

pytestmark = pytest.mark.timeout(120)

LIBRARY = """\
from contextlib import nullcontext
from multiprocessing import context


class Context(context.ForkContext):
    def Lock(self):
        return nullcontext()


def api():
    return Context()
"""

# The claims are the note's, for tables may name no others; the tests are made up.
SPEC = """\
import os
import sys
import pytest
from mpspec.expectations import refuted_where
from mpspec.observer import DeadlineError


def test_a_lock_admits_one_process_at_a_time(mp):
    assert hasattr(mp.Lock(), "acquire"), "it lets everybody in"


def test_acquire_blocks_until_the_lock_is_released(mp):
    mp.Lock().release()


def test_start_runs_children_concurrently(mp):
    pass


def test_a_lock_held_by_a_killed_process_stays_held(mp, observer):
    raise DeadlineError(f"waited {observer.deadline:g} s in vain")


def test_a_lock_cannot_let_two_in(mp):
    os._exit(7)


@refuted_where(memory="inherited", instead="start-runs-children-concurrently")
def test_passing_an_open_file_handle_fails(mp):
    pass


@refuted_where(memory="inherited", instead="start-runs-children-concurrently")
def test_join_does_not_serialize_children(mp):
    assert mp.memory == "fresh"
"""
FAILS = "a-lock-admits-one-process-at-a-time"
BREAKS = "acquire-blocks-until-the-lock-is-released"
HOLDS = "start-runs-children-concurrently"
HANGS = "a-lock-held-by-a-killed-process-stays-held"
CRASHES = "a-lock-cannot-let-two-in"
NOT_REFUTED = "passing-an-open-file-handle-fails"
REFUTED = "join-does-not-serialize-children"

PLUGINS = ("-p", "timeout", "-p", "xdist", "-p", "mpspec.plugin", "-p", "no:cacheprovider")

Run = Callable[..., Verdict]


def row(claim: str, verdict: str | list[str], **more: Any) -> dict[str, Any]:
    """Return a row of a table."""
    told = {"claim": claim, "verdict": verdict, "sort": "not yet understood", "reason": "so it is"}
    return told | more


def table(*rows: object, library: str = "fake:api") -> Path:
    """Write a table of differences; return where."""
    path = Path("known.json")
    path.write_text(json.dumps({library: rows}))
    return path


@pytest.fixture(autouse=True)
def _find_modules(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let an interpreter that a test starts find mpspec, and the library under test."""
    here = str(Path(verdicts.__file__).parent.parent)
    paths = [str(pytester.path), here, os.environ.get("PYTHONPATH")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, paths)))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.delenv(leftovers.RUN_VARIABLE, raising=False)
    monkeypatch.syspath_prepend(pytester.path)


@pytest.fixture
def verdict(pytester: pytest.Pytester) -> Run:
    """Return a function that runs one claim's test on the library, and returns its verdict."""

    def run(claim: str, *rows: object, options: tuple[str, ...] = ()) -> Verdict:
        pytester.makepyfile(fake=LIBRARY, test_01_x=SPEC)
        node = f"test_01_x.py::test_{claim.replace('-', '_')}"
        told = [f"--differences={table(*rows)}"] if rows else []
        told += ["--implementation=fake:api", "--verdicts=verdicts", "--deadline=5", *options]
        # In this process, which is quicker, unless pytest-xdist starts others.
        start = pytester.runpytest_subprocess if options else pytester.runpytest_inprocess
        result = start(*PLUGINS, *told, node)
        found = verdicts.read(Path("verdicts"))[0].verdicts[claim, "fake:api/fork"]
        crashed = found.status is Status.REFUTED and claim == CRASHES  # which xdist calls failed
        assert result.ret == (1 if found.status.red or crashed else 0)
        return found

    return run


# Tables


def test_without_a_table_what_differs_is_red(verdict: Run) -> None:
    assert verdict(FAILS).status is Status.FAILS


@pytest.mark.parametrize(("claim", "kind"), [(FAILS, "fails"), (BREAKS, "error")])
def test_a_known_difference_is_refuted_with_its_reason(verdict: Run, claim: str, kind: str) -> None:
    found = verdict(claim, row(claim, kind, where=["fork"], link="https://a.b"))
    assert (found.status, found.expected) == (Status.REFUTED, "refuted")
    assert found.seen.startswith(f"not yet understood: so it is (https://a.b)\n{kind} ")


def test_a_difference_may_come_in_one_of_several_ways(verdict: Run) -> None:
    found = verdict(FAILS, row(FAILS, ["hangs", "fails"]))
    assert found.status is Status.REFUTED
    assert "\nfails AssertionError" in found.seen


@pytest.mark.parametrize(("claim", "status"), [(HOLDS, Status.HOLDS), (FAILS, Status.REFUTED)])
def test_a_claim_may_be_known_to_hold_at_some_moments(
    verdict: Run, claim: str, status: Status
) -> None:
    found = verdict(claim, row(claim, ["holds", "fails"]))
    assert (found.status, found.expected) == (status, status.value)


def test_a_claim_may_be_known_not_to_be_refuted(verdict: Run) -> None:
    found = verdict(NOT_REFUTED, row(NOT_REFUTED, "holds"))
    assert (found.status, found.expected) == (Status.HOLDS, "holds")


def test_a_known_hang_is_given_a_short_deadline(verdict: Run) -> None:
    found = verdict(HANGS, row(HANGS, "hangs", deadline=2.5))
    assert found.status is Status.REFUTED
    assert "waited 2.5 s in vain" in found.seen


def test_a_known_crash_is_refuted(verdict: Run) -> None:
    found = verdict(CRASHES, row(CRASHES, "crashes"), options=("-n", "1"))
    assert (found.status, found.expected) == (Status.REFUTED, "refuted")


@pytest.mark.parametrize(
    ("claim", "kind"), [(HOLDS, "fails"), (HOLDS, "holds"), (REFUTED, "fails")]
)
def test_a_row_that_is_no_longer_so_fails(verdict: Run, claim: str, kind: str) -> None:
    found = verdict(claim, row(claim, kind))
    assert found.status is Status.FAILS
    assert "strike the row" in found.seen


def test_what_comes_in_another_way_than_known_is_red(verdict: Run) -> None:
    found = verdict(BREAKS, row(BREAKS, "fails"))
    assert found.status is Status.ERROR
    assert "known as fails, and it is error AttributeError" in found.seen


@pytest.mark.parametrize("more", [{"where": ["spawn"]}, {"until": "3.9"}, {"python": "Jython"}])
def test_a_row_speaks_only_of_the_cells_that_it_names(verdict: Run, more: dict[str, Any]) -> None:
    assert verdict(HOLDS, row(HOLDS, "fails", **more)).status is Status.HOLDS


@pytest.mark.parametrize(
    ("rows", "answer"),
    [
        ([row("no-such-claim", "fails")], "row 1: unknown claim 'no-such-claim'"),
        ([row(FAILS, "fails"), row(FAILS, "refuted")], "row 2: unknown verdict 'refuted'"),
        ([row(FAILS, [])], "row 1: it has no verdict"),
        ([row(FAILS, "fails", sort="odd")], "row 1: unknown sort 'odd'"),
        ([row(FAILS, "fails", sort="by design")], "row 1: what is so by design has a link"),
        ([row(FAILS, "fails", reason="")], "row 1: it has no reason"),
        ([row(FAILS, "fails", spawn=True)], "row 1: unknown key 'spawn'"),
        ([row(FAILS, "fails", where="spawn")], "row 1: where is no list of start methods"),
        ([row(FAILS, "hangs", deadline="soon")], "row 1: deadline is no number of seconds"),
        ([row(FAILS, "fails", since=3.12)], "row 1: since is no text"),
        (["a row"], "row 1: 'a row' is no row"),
    ],
)
def test_a_row_that_makes_no_sense_is_named(rows: list[Any], answer: str) -> None:
    with pytest.raises(DifferencesError) as raised:
        Differences(table(*rows))
    assert str(raised.value).startswith(f"known.json: fake:api, {answer}")


@pytest.mark.parametrize(
    ("text", "answer"),
    [("[]", "a list of rows for each"), ('{"x": 1}', "a list of rows"), ("{", "this is no JSON")],
)
def test_a_file_that_is_no_table_is_named(text: str, answer: str) -> None:
    Path("known.json").write_text(text)
    with pytest.raises(DifferencesError, match=f"^known.json: {answer}"):
        Differences(Path("known.json"))


def test_a_library_without_a_table_has_no_known_differences() -> None:
    assert Differences().of(FAILS, Implementation("multiprocessing", "fork")) is None


def test_an_authors_table_stands_in_place_of_the_adapters() -> None:
    cell = Implementation("billiard", "spawn")
    found = Differences(table(row(FAILS, "fails"), library="billiard")).of(FAILS, cell)
    assert found is not None
    assert Differences().of(FAILS, cell) is None


@pytest.mark.parametrize("adapter", adapters.adapters(), ids=lambda adapter: adapter.library)
def test_each_adapters_table_speaks_of_what_it_gives(adapter: Adapter) -> None:
    methods = {cell.start_method for cell in adapter.implementations}
    [library] = {cell.library for cell in adapter.implementations}
    for rows in differences.shipped(library).values():
        for found in rows:
            assert set(found.traits.get("start_method", methods)) <= methods


# Names


def test_a_factory_names_what_no_adapter_knows(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(made_here=LIBRARY)
    [cell] = select(["made_here:api"])
    assert (cell.name, cell.short, cell.memory) == (
        *("made_here:api/fork", "made_here:api/fork"),
        "inherited",
    )
    assert select(["made_here:api/fork"]) == [cell]
    assert type(cell.Lock()).__name__ == "nullcontext"
    assert cell.Process.__module__ == "multiprocessing.context"


def test_a_factory_may_name_implementations_as_an_entry_point_does(
    pytester: pytest.Pytester,
) -> None:
    pytester.makepyfile(
        listed="""
        from mpspec.implementations import Implementation
        one = Implementation("multiprocessing", "spawn")
        def both():
            return [one, Implementation("multiprocessing", "fork")]
        """
    )
    assert [cell.short for cell in select(["listed:one", "listed:both"])] == ["spawn", "fork"]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("def api(): import math; return math", "odd:api has not the API of multiprocessing"),
        ("def api(): raise OSError('no redis')", "odd:api cannot be used: OSError: no redis"),
        ("import os; os._exit(3)", "odd:api cannot be used: it ended with 3"),
        ("api = None; x = y", "odd:api cannot be used: NameError: name 'y' is not defined"),
        ("import signal; signal.pause()", "odd:api cannot be used: its import has not ended"),
        (f"{LIBRARY}\nmine = api\ndel api", "odd:api cannot be used: AttributeError"),
    ],
)
def test_what_cannot_be_put_to_the_test_is_named(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, text: str, answer: str
) -> None:
    monkeypatch.setattr(reachable, "LONGEST_IMPORT", 2.0 if "pause" in text else 60.0)
    monkeypatch.delitem(sys.modules, "odd", raising=False)
    reachable.try_out.cache_clear()
    pytester.makepyfile(odd=text)
    with pytest.raises(UnknownImplementationError) as raised:
        select(["odd:api"])
    assert str(raised.value.args[0]).startswith(answer)


def test_a_library_that_is_not_installed_is_answered_with_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Adapter, "installed", False)
    with pytest.raises(UnknownImplementationError, match="not installed here: python -m pip insta"):
        select(["billiard/spawn"])
    assert not {cell.library for cell in known()} & {"billiard", "multiprocess"}


def test_a_librarys_name_means_its_start_methods(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Adapter, "installed", True)
    monkeypatch.setattr(reachable, "check", lambda _: None)
    assert [cell.name for cell in select(["billiard"])] == [
        *("billiard/fork", "billiard/spawn", "billiard/forkserver"),
    ]
    assert [cell.name for cell in select(["loky", "multiprocess/spawn"])] == [
        *("loky.backend/loky", "multiprocess/spawn"),
    ]


@pytest.mark.parametrize(
    "options", [("--implementation", "no_such:api"), ("--differences", "nowhere.json")]
)
def test_check_ends_with_2_and_names_what_is_wrong(
    pytester: pytest.Pytester, options: tuple[str, str]
) -> None:
    result = pytester.run(sys.executable, "-m", "mpspec", "check", *options)
    assert result.ret == 2
    assert result.errlines[0].startswith(f"mpspec: {options[1]}")
