"""What is expected of a claim in a cell, by what its test says of it."""

from __future__ import annotations

import sys

import pytest

from mpspec.expectations import (
    Expectation,
    expectation,
    in_words,
    needs,
    only_where,
    refuted_where,
    since,
    until,
)
from mpspec.implementations import Implementation, standard
from mpspec.verdicts import Status

FORK = Implementation("multiprocessing", "fork")
SPAWN = Implementation("multiprocessing", "spawn")
THREADS = Implementation("multiprocessing.dummy", "threads")

THIS = f"{sys.version_info.major}.{sys.version_info.minor}"
NEXT = f"{sys.version_info.major}.{sys.version_info.minor + 1}"
THIS_MICRO = f"{THIS}.{sys.version_info.micro}"
NEXT_MICRO = f"{THIS}.{sys.version_info.micro + 1}"


def expected(cell: Implementation, *marks: pytest.MarkDecorator) -> Expectation:
    """Return what the marks of a test expect in a cell."""
    return expectation([decorator.mark for decorator in marks], cell)


def test_a_claim_is_expected_to_hold() -> None:
    assert expected(FORK) == Expectation(Status.HOLDS)


def test_a_claim_is_refuted_where_it_says_so_and_nowhere_else() -> None:
    mark = refuted_where(memory="inherited", instead="other")
    assert expected(FORK, mark) == Expectation(Status.REFUTED, "memory inherited", "other")
    assert expected(SPAWN, mark) == Expectation(Status.HOLDS)


def test_without_a_trait_it_is_refuted_everywhere() -> None:
    mark = refuted_where(instead="other")
    assert expected(THREADS, mark) == Expectation(Status.REFUTED, "everywhere", "other")


def test_all_traits_have_to_be_so() -> None:
    mark = refuted_where(memory="inherited", start_method="spawn", instead="other")
    assert expected(FORK, mark).status is Status.HOLDS


def test_a_tuple_names_several_values() -> None:
    mark = only_where(start_method=("fork", "threads"))
    assert expected(FORK, mark).status is Status.HOLDS
    assert expected(THREADS, mark).status is Status.HOLDS
    expectation = expected(SPAWN, mark)
    assert expectation.status is Status.NOT_APPLICABLE
    assert expectation.reason == "it speaks of start_method fork or threads"


def test_the_first_refutation_that_matches_counts() -> None:
    marks = [refuted_where(memory="shared", instead="a"), refuted_where(instead="b")]
    assert expected(THREADS, *marks).instead == "a"
    assert expected(FORK, *marks).instead == "b"


def test_a_claim_may_speak_of_the_default_start_method() -> None:
    mark = only_where(default=True)
    [default] = [cell for cell in standard() if expected(cell, mark).status is Status.HOLDS]
    assert default.default


def test_a_claim_may_speak_of_a_python_and_a_platform() -> None:
    assert expected(FORK, only_where(platform=sys.platform)).status is Status.HOLDS
    assert expected(FORK, only_where(python="Jython")).status is Status.NOT_APPLICABLE


@pytest.mark.parametrize(
    "mark",
    [
        since("3"),
        since(THIS),
        since(THIS_MICRO),
        until(NEXT),
        until(THIS),
        until(THIS_MICRO),
        only_where(since="3.2", until=NEXT),
    ],
)
def test_a_claim_applies_from_one_version_to_another(mark: pytest.MarkDecorator) -> None:
    assert expected(FORK, mark).status is Status.HOLDS


@pytest.mark.parametrize(
    "mark",
    [since(NEXT), since(NEXT_MICRO), until("3.9"), only_where(since="3.2", until="3.9")],
)
def test_a_claim_does_not_apply_to_other_versions(mark: pytest.MarkDecorator) -> None:
    assert expected(FORK, mark).status is Status.NOT_APPLICABLE


def test_what_the_implementation_lacks_is_not_offered() -> None:
    mark = needs("Process.kill", "Process.name")
    assert expected(FORK, mark).status is Status.HOLDS
    lacking = Expectation(Status.NOT_OFFERED, "multiprocessing.dummy/threads has no Process.kill")
    assert expected(THREADS, mark) == lacking


def test_where_it_does_not_apply_nothing_else_matters() -> None:
    marks = [refuted_where(instead="other"), needs("Telepathy"), only_where(memory="fresh")]
    assert expected(FORK, *marks).status is Status.NOT_APPLICABLE
    assert expected(SPAWN, *marks).status is Status.NOT_OFFERED


def test_traits_are_put_in_words() -> None:
    traits = {"memory": ("fresh", "shared"), "since": "3.14"}
    assert in_words(traits) == "memory fresh or shared, since 3.14"


def test_an_unknown_trait_is_answered_with_the_nearest() -> None:
    with pytest.raises(TypeError, match="unknown trait 'memori': did you mean memory"):
        only_where(memori="fresh")


def test_an_unknown_kind_of_memory_is_answered_with_the_nearest() -> None:
    with pytest.raises(TypeError, match="unknown memory 'inherit': did you mean inherited"):
        refuted_where(memory=("fresh", "inherit"), instead="other")


def test_a_list_of_values_is_refused() -> None:
    with pytest.raises(TypeError, match="several values of one trait are a tuple"):
        only_where(start_method=["fork", "spawn"])
