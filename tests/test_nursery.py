"""The nursery: pytest in a fork of a process that has imported it already."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from mpspec.nursery import Nursery

pytestmark = pytest.mark.timeout(60)


@pytest.fixture
def nursery(tmp_path: Path) -> Iterator[Nursery]:
    with Nursery(secrets.token_hex(16), tmp_path) as made:
        yield made


@pytest.fixture
def endless(tmp_path: Path) -> Path:
    """Return a test file that is never collected, since its import waits for a signal."""
    file = tmp_path / "test_endless.py"
    file.write_text("import signal\nsignal.pause()\n")
    return file


def test_a_run_returns_the_exit_status_of_pytest(nursery: Nursery, tmp_path: Path) -> None:
    (tmp_path / "test_nothing.py").touch()
    arguments = ["-q", str(tmp_path / "test_nothing.py")]
    status = nursery.run(arguments, {}, tmp_path / "output", longest=60)
    assert status == pytest.ExitCode.NO_TESTS_COLLECTED


def test_a_run_that_takes_too_long_is_killed(
    nursery: Nursery, endless: Path, tmp_path: Path
) -> None:
    assert nursery.run(["-q", str(endless)], {}, tmp_path / "output", longest=0) == -9


def test_the_next_run_is_none_the_worse(nursery: Nursery, endless: Path, tmp_path: Path) -> None:
    nursery.run(["-q", str(endless)], {}, tmp_path / "output", longest=0)
    status = nursery.run(["--version"], {}, tmp_path / "output", longest=60)
    assert (status, "pytest" in (tmp_path / "output").read_text()) == (0, True)
