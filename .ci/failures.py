"""Prints the end of what each failed command of tox printed, from the file of its results.

A log that is cut at its head would end with the matrix, and say nothing of what failed before it.
"""

import json
import sys
from pathlib import Path

LINES = 40


def main(path: str) -> None:
    """Print the last lines of each command in the file `path` that did not end with 0."""
    for name, environment in json.loads(Path(path).read_text(encoding="utf-8"))["testenvs"].items():
        for command in [*environment.get("setup", ()), *environment.get("test", ())]:
            if command["retcode"]:
                print(f"\n{name}: status {command['retcode']} of {' '.join(command['command'])}")
                printed = (command["output"] + command["err"]).splitlines()
                print(*printed[-LINES:], sep="\n")


main(sys.argv[1])
