"""Rounds: what is left is run anew behind each hang, and each test that ends the run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mpspec import rounds
from mpspec.claims import Claim
from mpspec.rounds import execute_in_rounds
from mpspec.runner import Order
from mpspec.verdicts import Status, read

# A round that waits for something that never comes is a defect: it ends here at the latest.
pytestmark = pytest.mark.timeout(180)

SPEC = """\
import os, signal
from pathlib import Path
from mpspec.observer import DeadlineError

rounds = set()


def test_a(mp):
    rounds.add("a")


def test_hangs(mp):
    raise DeadlineError("waited in vain")


def test_b(mp):
    assert not rounds, "it runs in a process that nothing has run in before"


def test_start_runs_children_concurrently(mp):
    raise DeadlineError("waited in vain")


def test_is_stuck(mp):
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM, signal.SIGINT])
    while True:
        signal.pause()


def test_dies(mp):
    os._exit(7)


def test_c(mp):
    pass
"""
KNOWN = "start-runs-children-concurrently"


@pytest.fixture(autouse=True)
def _in_a_folder_with_the_spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(rounds, "START", 20.0)
    monkeypatch.setattr(rounds, "STUCK", 1.0)
    Path("test_01_x.py").write_text(SPEC)
    row = {"claim": KNOWN, "verdict": "hangs", "sort": "not yet understood", "reason": "so it is"}
    Path("known.json").write_text(json.dumps({"multiprocessing": [row]}))


def run(*claims: str) -> list[tuple[str, Status]]:
    """Run claims in rounds; return their verdicts, in the order in which they came."""
    chosen = [Claim(claim, "", "", "01-x", "", Path(), 1) for claim in claims]
    order = Order(chosen, ["fork"], 1, 0.5, Path("verdicts"), differences=Path("known.json"))
    outcome = execute_in_rounds(order, Path.cwd(), lambda *_: None)
    assert outcome.complete
    [kept] = read(Path("verdicts"))
    assert kept.claims == list(claims)
    return [(verdict.claim, verdict.status) for verdict in kept.verdicts.values()]


def test_behind_a_hang_what_is_left_is_run_anew() -> None:
    assert run("a", "hangs", "b") == [
        *(("a", Status.HOLDS), ("hangs", Status.HANGS), ("b", Status.HOLDS)),
    ]


def test_behind_a_known_hang_too() -> None:
    assert run("a", KNOWN, "b") == [
        *(("a", Status.HOLDS), (KNOWN, Status.REFUTED), ("b", Status.HOLDS)),
    ]


def test_a_test_that_no_signal_reaches_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "START", 5.0)
    assert run("is-stuck", "c") == [("is-stuck", Status.HANGS), ("c", Status.HOLDS)]


def test_a_test_that_ends_the_run_crashes() -> None:
    assert run("a", "dies", "c") == [
        *(("a", Status.HOLDS), ("dies", Status.CRASHES), ("c", Status.HOLDS)),
    ]
