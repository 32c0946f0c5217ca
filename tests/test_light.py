"""What a child has to import: the standard library, and of that what is quick."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from multiprocessing import get_context
from pathlib import Path

import pytest

import mpspec
from mpspec import work

PACKAGE = Path(mpspec.__file__).parent
WORK = sorted(path.stem for path in Path(work.__file__).parent.glob("[a-z]*.py"))

STARTERS = {
    "spawn": get_context("spawn").Process,
    "forkserver": get_context("forkserver").Process,
}

# Each of these takes longer to import than everything that the instrument needs.
SLOW = {"asyncio", "dataclasses", "importlib.metadata", "inspect", "subprocess", "typing"}

IMPORT = """
import json, sys
import multiprocessing.spawn
before = set(sys.modules)
import {module}
print(json.dumps(sorted(set(sys.modules) - before)))
"""


def imported_by(module: str) -> set[str]:
    """Return what a fresh interpreter imports for `module`, beyond what every child does."""
    path = os.pathsep.join(filter(None, [str(PACKAGE.parent), os.environ.get("PYTHONPATH")]))
    told = subprocess.run(
        [sys.executable, "-c", IMPORT.format(module=module)],
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        check=True,
    )
    return set(json.loads(told.stdout))


def foreign(modules: set[str]) -> set[str]:
    """Return those that are neither mpspec's own nor the standard library's."""
    ours = {"mpspec", "__mp_main__"}
    tops = {module.partition(".")[0] for module in modules}
    return tops - ours - set(sys.stdlib_module_names)


def test_the_package_itself_imports_nothing() -> None:
    assert imported_by("mpspec") == {"mpspec"}


def test_the_probe_and_the_implementation_are_quick_to_import() -> None:
    imported = imported_by("mpspec.probe, mpspec.implementations")
    assert "mpspec.probe" in imported
    assert foreign(imported) == set()
    assert imported & SLOW == set()


@pytest.mark.parametrize("module", WORK)
def test_what_children_run_imports_the_standard_library_alone(module: str) -> None:
    imported = imported_by(f"mpspec.work.{module}")
    assert f"mpspec.work.{module}" in imported
    assert foreign(imported) == set()


def test_programs_begin_with_the_standard_library_alone() -> None:
    imported = imported_by("mpspec.programs, mpspec.programs._demo")
    assert foreign(imported) == set()


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_a_child_of_a_test_has_nothing_of_the_tests(method: str, tmp_path: Path) -> None:
    told = tmp_path / "modules"
    lines = (
        "import json, pathlib, sys\n"
        f"pathlib.Path({str(told)!r}).write_text(json.dumps(sorted(sys.modules)))"
    )
    child = STARTERS[method](target=exec, args=(lines,))
    child.start()
    child.join()
    child.close()
    assert not {"pytest", "_pytest", "psutil"} & set(json.loads(told.read_text()))
