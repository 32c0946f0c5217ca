"""The mutants of the benchmark: what they change, what they leave alone, and which are drawn."""

from __future__ import annotations

import pytest

from benchmarks.mutants.mutate import find_mutants, sample


def changes(source: str) -> list[str]:
    """Return each mutant of `source` that looks like one, as source."""
    return [mutant.apply(source) for mutant in find_mutants("queues", source) if not mutant.rule]


def rules(source: str, module: str = "queues") -> set[str]:
    """Return the rules by which mutants of `source` look equivalent; empty for by none."""
    return {mutant.rule for mutant in find_mutants(module, source)}


@pytest.mark.parametrize(
    ("source", "mutated"),
    [
        ("x = a <= b", ["x = (a < b)"]),
        ("x = a is None", ["x = (a is not None)"]),
        ("x = a and b", ["x = (a or b)"]),
        ("x = not a", ["x = (a)"]),
        ("x = True", ["x = False"]),
        ("x = 1.5", ["x = 2.5"]),
        ("x.close()", ["pass"]),
        ("if x: y", ["if (not x): y"]),
        ("def f(): return True", ["def f(): return False"]),
        ("def f(): return a, b", ["def f(): return (b, a)"]),
        ("def f(): return a", ["def f(): return None"]),
        ("def f(): return None", []),
        ("x = a < b < c", ["x = (a <= b < c)", "x = (a < b <= c)"]),
    ],
)
def test_an_operator_makes_one_small_change(source: str, mutated: list[str]) -> None:
    assert changes(source) == mutated


def test_the_rest_of_the_source_stays_as_it_is() -> None:
    source = "é = 'é'  # é\nif (a ==\n        b):\n    x.close()\n"
    assert changes(source) == [
        "é = 'é'  # é\nif ((a != b)):\n    x.close()\n",
        "é = 'é'  # é\nif (a ==\n        b):\n    pass\n",
    ]


@pytest.mark.parametrize(
    ("source", "rule"),
    [
        ("util.debug('%d', 1)", "log"),
        ("if sys.platform == 'win32':\n    x = 1", "another platform's code"),
        ("if sys.platform != 'win32':\n    pass\nelse:\n    x = 1", "another platform's code"),
        ("def __repr__(self): return 'x' + y", "text for a person to read"),
        ("def XmlClient(): return None + x", "serves what is not mutated"),
    ],
)
def test_what_no_claim_can_be_about_looks_equivalent_by_a_rule(source: str, rule: str) -> None:
    assert rules(source, "connection") - {"asks for the platform"} == {rule}


def test_a_branch_that_linux_takes_is_mutated() -> None:
    source = "if sys.platform == 'win32':\n    x = 1\nelse:\n    x = 2"
    assert changes(source) == ["if sys.platform == 'win32':\n    x = 1\nelse:\n    x = 3"]


@pytest.mark.parametrize("source", ["assert x, f(1)", "raise ValueError(1)", "x = f'{1}'"])
def test_messages_are_left_alone(source: str) -> None:
    assert not changes(source)


def test_the_same_seed_draws_the_same_mutants() -> None:
    mutants = find_mutants("queues", "\n".join(f"x = {n}" for n in range(50)))
    assert sample(mutants, 10, 1) == sample(mutants, 10, 1) != sample(mutants, 10, 2)


def test_ids_count_the_mutants_in_the_order_of_the_source() -> None:
    found = find_mutants("queues", "x = 1\ny = a == 2")
    assert [(mutant.id, mutant.line) for mutant in found] == [
        ("queues-1", 1),
        ("queues-2", 2),
        ("queues-3", 2),
    ]
