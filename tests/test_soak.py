"""The soak: which verdicts it takes for changed, what it sees that is left, and a short one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from benchmarks.soak.rounds import Round, Setting, Soak
from benchmarks.soak.watch import MARK, left_of
from mpspec.observer import Observer
from mpspec.verdicts import Status, Verdict

ROOT = Path(__file__).parent.parent

BUSY = """
import sys
from pathlib import Path
import psutil
from benchmarks.soak.load import SPIN, busy
with busy(1, Path(), memory=False, disk=False):
    below = psutil.Process().children()
    print(*(process.pid for process in below if SPIN in process.cmdline()), flush=True)
    sys.stdin.read()
"""


def given(seed: int, *statuses: Status) -> Round:
    """Return a round in which the claims `a`, `b` ... got these verdicts."""
    return Round(
        seed, [Verdict(claim, "c", each) for claim, each in zip("ab", statuses, strict=False)]
    )


def changed(*rounds: Round) -> list[tuple[int, str, Status]]:
    soak = Soak(Setting("fork"), list(rounds))
    return [(each.seed, verdict.claim, verdict.status) for each, verdict in soak.changed()]


def test_verdicts_that_are_always_the_same_have_not_changed() -> None:
    assert changed(*(given(seed, Status.HOLDS, Status.REFUTED) for seed in (1, 2, 3))) == []


def test_the_rarer_one_of_two_verdicts_has_changed() -> None:
    rounds = [given(1, Status.HOLDS), given(2, Status.NOT_OFFERED), given(3, Status.HOLDS)]
    assert changed(*rounds) == [(2, "a", Status.NOT_OFFERED)]


def test_a_verdict_that_is_not_as_the_note_says_counts_even_if_it_is_always_so() -> None:
    assert changed(given(1, Status.FAILS), given(2, Status.FAILS)) == [
        (1, "a", Status.FAILS),
        (2, "a", Status.FAILS),
    ]


def test_the_command_of_a_round_repeats_its_order_and_cell() -> None:
    command = Setting("spawn", ["spec"], workers=4).command(17)
    assert command[1:4] == ["-m", "pytest", "-q"]
    assert command[-5:] == ["--implementation=spawn", "--seed=17", "-n", "4", "spec"]


def test_a_process_and_a_file_that_a_round_leaves_are_named_and_the_process_is_ended(
    tmp_path: Path,
) -> None:
    (tmp_path / "forgotten").touch()
    told = os.environ | {MARK: "this round"}
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE, env=told) as process:
        left = left_of("this round", tmp_path, patience=0)
        assert process.wait() == -9
    assert left == [f"process {process.pid}: cat", "file forgotten"]


def test_what_keeps_the_machine_busy_ends_with_a_soak_that_is_killed(observer: Observer) -> None:
    with subprocess.Popen([sys.executable, "-c", BUSY], cwd=ROOT, stdin=-1, stdout=-1) as soak:
        assert soak.stdout is not None
        spinning = list(map(int, soak.stdout.readline().split()))
        soak.kill()
    assert len(spinning) == os.cpu_count()
    for pid in spinning:
        observer.expect_state(pid, "gone", "zombie")


def test_a_short_soak_says_what_it_has_run_and_that_nothing_is_left() -> None:
    options = ["--rounds", "fork=2", "--chapter", "locks", "--load", "0", "--lanes", "1"]
    # The claims' tests are measured by themselves: twice more would tell nothing new.
    unmeasured = {key: os.environ[key] for key in os.environ if not key.startswith("COVERAGE_")}
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.soak", *options],
        cwd=ROOT,
        env=unmeasured,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.stdout.startswith("fork: 2 rounds, "), done.stderr
    assert "0 not steady" in done.stdout
    assert "left: nothing" in done.stdout
    assert done.returncode == 0
