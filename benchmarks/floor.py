"""How near the spec comes to what its processes cost alone: the floor.

    python benchmarks/floor.py [START_METHOD ...]

For each start method: what one start and join of a trivial child takes in a bare script; how many
children the spec starts; the floor, which is their product; what the spec takes on one worker; and
the median of the ratios of several rounds, in each of which all is measured close together. The
interpreters of whole programs, and of the fork servers and resource trackers that come with each,
are started by no start method: they are counted, and their cost is measured, apart.

Then what a child imports for the spec, beside what any child imports.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median

ROUNDS = 5
CHILDREN = 30
PYTEST = (sys.executable, "-m", "pytest")
SCRIPT = (str(Path(sys.executable).parent / "pytest"),)

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
class Round:
    """What was measured in one round, one soon after the other; times in seconds."""

    child: float
    interpreter: float
    by_script: float  # the spec, run by the bare `pytest` script
    spec: float  # the spec, run by `python -m pytest`


def main() -> None:
    """Measure the start methods named, or all three."""
    methods = sys.argv[1:] or ["fork", "spawn", "forkserver"]
    print(
        "             child  children  interpreter  interpreters    floor     spec  ratio  script"
    )
    for method in methods:
        counts = count_processes(method)
        show(method, counts, [one_round(method) for _ in range(ROUNDS)])
    print("script: what the spec takes under the bare `pytest` script, by `python -m pytest`\n")
    for whose, imported in CHILDS_IMPORTS.items():
        seconds = median_of(partial(run_python, f"import multiprocessing.spawn, {imported}"))
        print(f"an interpreter that imports what {whose} does: {seconds * 1e3:.1f} ms")


def show(method: str, counts: Counter[str], rounds: Sequence[Round]) -> None:
    """Print the medians: of each figure, and of the ratios within a round."""
    children, interpreters = counts["child"], counts["program"] + counts["helper"]
    floors = [r.child * children + r.interpreter * interpreters for r in rounds]
    ratio = median(r.spec / floor for r, floor in zip(rounds, floors, strict=True))
    print(
        f"{method:11}{median(r.child for r in rounds) * 1e3:4.1f} ms{children:10}"
        f"{median(r.interpreter for r in rounds) * 1e3:10.1f} ms{interpreters:14}"
        f"{median(floors):7.2f} s{median(r.spec for r in rounds):7.2f} s{ratio:7.2f}"
        f"{median(r.by_script / r.spec for r in rounds):8.2f}"
    )


def one_round(method: str) -> Round:
    """Measure everything once."""
    return Round(
        child=bare_child(method),
        interpreter=median_of(partial(run_python, PROGRAM)),
        by_script=time_of(partial(run_spec, method, {}, SCRIPT)),
        spec=time_of(partial(run_spec, method, {})),
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


def median_of(action: Callable[[], object]) -> float:
    """Return the median time of `action`, done several times."""
    return median(time_of(action) for _ in range(2 * ROUNDS))


def time_of(action: Callable[[], object]) -> float:
    """Return how long `action` takes, in seconds."""
    begin = time.perf_counter()
    action()
    return time.perf_counter() - begin


if __name__ == "__main__":
    main()
