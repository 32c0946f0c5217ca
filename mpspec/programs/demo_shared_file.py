"""Three workers append to one file; a lock keeps their lines whole."""

from __future__ import annotations

import tempfile
from pathlib import Path

from mpspec import programs
from mpspec.programs import _demo

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def append(name: str, path: Path, lock: Any) -> None:
    """Append two lines, each in two parts with some work between them."""
    for number in (1, 2):
        _demo.say(name, "waits for the lock")
        with lock, path.open("a") as file:
            with _demo.working(name, seconds=0.3):
                print(f"{name} begins line {number}", end=" ", file=file, flush=True)
            print("and finishes it", file=file)


if __name__ == "__main__":
    mp = programs.implementation()
    with tempfile.TemporaryDirectory() as folder:
        path, lock = Path(folder) / "shared.txt", mp.Lock()
        names = ["worker 1", "worker 2", "worker 3"]
        workers = [mp.Process(target=append, args=(name, path, lock)) for name in names]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        print("The file, which all of them have written:")
        print(path.read_text(), end="")
