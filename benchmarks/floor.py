"""How near the spec comes to what its processes cost alone: the floor.

    python benchmarks/floor.py [START_METHOD ...]

For each start method: what one start and join of a trivial child takes in a bare script; how many
children the spec starts; the floor, which is their product; what the spec takes on one worker; and
the ratio. No start method starts the interpreters of whole programs, and of the fork servers and
resource trackers that come with each: they are counted, and their cost is measured, apart.

Then what a child imports for the spec, beside what any child imports.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

ROUNDS = 5
CHILDREN = 30
PYTEST = (sys.executable, "-m", "pytest")

BARE = """
import multiprocessing, time
from mpspec.work.processes import return_at_once

if __name__ == "__main__":
    mp = multiprocessing.get_context({method!r})

    def once():
        child = mp.Process(target=return_at_once)
        child.start()
        child.join()

    once()  # a fork server is there from now on
    begin = time.perf_counter()
    for _ in range({children}):
        once()
    print((time.perf_counter() - begin) / {children})
"""

PROGRAM = "import multiprocessing.context, mpspec.programs"

# Bytecode is kept, as it is wherever nobody forbids it: else each run compiles all tests again.
ENVIRONMENT = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}

CHILDS_IMPORTS = {"any child": "os", "a child of the spec": "mpspec.work.processes"}

# Runs in every interpreter that the spec starts: each appends a letter, each of its forks another.
COUNT = """
import os

def _tell(letter):
    with open(os.environ["MPSPEC_COUNT"], "a") as file:
        file.write(letter)

import sys
command = " ".join(getattr(sys, "orig_argv", []))
kinds = {"multiprocessing-fork": "child", "spawn_main": "child", "/programs/": "program",
         "resource_tracker": "helper", "forkserver": "helper"}
kind = next((kind for words, kind in kinds.items() if words in command), "pytest")
_tell(kind + "\\n")
os.register_at_fork(after_in_child=lambda: _tell("child\\n"))
"""


@dataclass
class Floor:
    """What was measured of one start method; times in seconds."""

    method: str
    child: float
    interpreter: float
    children: int
    interpreters: int
    spec: float

    @property
    def floor(self) -> float:
        """What the spec's processes cost alone."""
        return self.children * self.child + self.interpreters * self.interpreter


def main() -> None:
    """Measure the start methods named, or all three."""
    methods = sys.argv[1:] or ["fork", "spawn", "forkserver"]
    print("             child  children  interpreter  interpreters    floor     spec  ratio")
    for method in methods:
        _print(measure(method))
    print()
    for whose, imported in CHILDS_IMPORTS.items():
        seconds = median_of(partial(run_python, f"import multiprocessing.spawn, {imported}"))
        print(f"an interpreter that imports what {whose} does: {seconds * 1e3:.1f} ms")
    print()
    for method in methods:
        ratio = spec_time(method, [str(Path(sys.executable).parent / "pytest")]) / spec_time(
            method, PYTEST
        )
        print(f"the spec under {method}: `pytest` takes {ratio:.2f} of `python -m pytest`")


def measure(method: str) -> Floor:
    """Return the figures of one start method: medians of several rounds."""
    counts = count_processes(method)
    return Floor(
        method=method,
        child=statistics.median(bare_child(method) for _ in range(ROUNDS)),
        interpreter=median_of(partial(run_python, PROGRAM)),
        children=counts["child"],
        interpreters=counts["program"] + counts["helper"],
        spec=spec_time(method),
    )


def bare_child(method: str) -> float:
    """Return the time of one start and join in a bare script."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "bare.py"
        script.write_text(BARE.format(method=method, children=CHILDREN))
        return float(run_python(str(script), code=False))


def count_processes(method: str) -> Counter[str]:
    """Return how many processes of each kind one run of the spec starts."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "sitecustomize.py").write_text(COUNT)
        log = Path(folder) / "log"
        run_spec(method, {"PYTHONPATH": folder, "MPSPEC_COUNT": str(log)})
        return Counter(log.read_text().split())


def spec_time(method: str, command: Sequence[str] = PYTEST) -> float:
    """Return how long the spec takes in one process: the median of several rounds."""
    return median_of(partial(run_spec, method, {}, command), ROUNDS)


def run_spec(method: str, environment: dict[str, str], pytest: Sequence[str] = PYTEST) -> None:
    """Run the spec under one start method, in one process."""
    spec = Path(__file__).parent.parent / "tests" / "spec"
    command = [*pytest, "-q", f"--implementation={method}", str(spec)]
    subprocess.run(command, env=ENVIRONMENT | environment, check=True, stdout=subprocess.DEVNULL)


def run_python(what: str, *, code: bool = True) -> str:
    """Run an interpreter on code or a script, and return what it prints."""
    command = [sys.executable, *(["-c"] if code else []), what]
    environment = ENVIRONMENT | {"PYTHONPATH": str(Path(__file__).parent.parent)}
    return subprocess.run(
        command, env=environment, check=True, capture_output=True, text=True
    ).stdout


def median_of(action: Callable[[], object], rounds: int = 4 * ROUNDS) -> float:
    """Return the median time of `action` over several rounds."""
    times = []
    for _ in range(rounds):
        begin = time.perf_counter()
        action()
        times.append(time.perf_counter() - begin)
    return statistics.median(times)


def _print(figures: Floor) -> None:
    print(
        f"{figures.method:11}"
        f"{figures.child * 1e3:4.1f} ms{figures.children:10}"
        f"{figures.interpreter * 1e3:10.1f} ms{figures.interpreters:14}"
        f"{figures.floor:7.2f} s{figures.spec:7.2f} s{figures.spec / figures.floor:7.2f}"
    )


if __name__ == "__main__":
    main()
