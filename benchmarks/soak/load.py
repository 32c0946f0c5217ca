"""What keeps a machine busy: processes that spin, one that hoards memory, one that floods the disk.

Each is an interpreter of its own that knows nothing of the spec.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil

from mpspec import leftovers
from mpspec.watcher import Watcher

SPIN = "while True: pass"

HOARD = """
import sys
pages = bytearray(int(sys.argv[1]))
while True:
    for place in range(0, len(pages), 4096):
        pages[place] = (pages[place] + 1) % 256
"""

FLOOD = """
import os, sys
block = os.urandom(1 << 20)
with open(sys.argv[1], "wb") as file:
    while True:
        file.seek(0)
        for _ in range(64):
            file.write(block)
        file.flush()
        os.fsync(file.fileno())
"""

HOARDED = 0.75
"""The part of the memory that is free at first which is hoarded."""


@contextmanager
def busy(spinning: int, folder: Path, *, memory: bool, disk: bool) -> Iterator[None]:
    """Keep the machine busy.

    - `spinning`: processes that spin, for each core;
    - `memory`: whether most of the free memory is taken, and its pages are written to;
    - `disk`: whether a file in `folder` is written and synchronised without end.
    """
    count = spinning * (os.cpu_count() or 1)
    commands: list[Sequence[str]] = [[SPIN]] * count
    if memory:
        commands.append([HOARD, str(int(psutil.virtual_memory().available * HOARDED))])
    if disk:
        commands.append([FLOOD, str(folder / "flood")])
    token = secrets.token_hex(16)
    outer = os.environ.get(leftovers.RUN_VARIABLE, "")
    marked = os.environ | {leftovers.RUN_VARIABLE: f"{outer} {token}".strip()}
    with ExitStack() as stack:
        stack.enter_context(Watcher(token))  # ends them, should this process be killed
        for command in commands:
            stack.enter_context(_running([sys.executable, "-c", *command], marked))
        yield


@contextmanager
def _running(command: Sequence[str], environment: Mapping[str, str]) -> Iterator[None]:
    process = subprocess.Popen(command, env=environment)
    try:
        yield
    finally:
        process.kill()
        process.wait()
