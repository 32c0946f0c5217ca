"""dragon, a start method for a cluster, which comes as dragonhpc: https://github.com/DragonHPC/dragon.

Its launcher starts the interpreter that runs the tests, and hangs as a session's leader. It may
leave processes behind, and gigabytes of shared memory: so it gets namespaces of its own.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mpspec.adapters import NAMESPACES, Adapter
from mpspec.implementations import Implementation

DRAGON = (
    sys.executable,
    "-m",
    "mpspec.launch",
    "dragon",
    str(Path(sys.executable).with_name("dragon")),
)


@contextmanager
def serve() -> Iterator[dict[str, str]]:
    """Keep its shared memory apart, where the tests themselves are started."""
    if os.getpid() == 1:
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/dev/shm"], check=True)
    own = str(Path(sys.executable).parent)  # where it looks for more of its commands
    path = os.pathsep.join([own, os.environ.get("PATH", os.defpath)])
    # Who waits sleeps, as the system then says of it; the default is to spin for a while.
    yield {"PATH": path, "DRAGON_USER_WAIT_MODE": "IDLE_WAIT"}


def missing() -> str:
    """Say that this is not run by dragon, if it is not."""
    if "DRAGON_MY_PUID" in os.environ:
        return ""
    return (
        "dragon is not started: `mpspec check --implementation dragon` starts it, "
        "and `dragon python -m pytest` does"
    )


ADAPTER = Adapter(
    library="dragon",
    implementations=(Implementation("dragon", "dragon", "fresh"),),
    install="dragonhpc",
    launcher=(*NAMESPACES, *DRAGON),
    alone=True,
    own="_collect_garbage",
    starts_programs=DRAGON,
    hidden=r"DRAGON_",
    chatter=(
        r"\+\+\+ head proc exited, code .*\n"
        r"|warning: \d+ leftover files in /dev/shm: \n(DD\w+\n)*"
    ),
    deadline=30,  # each program starts and ends a runtime of its own
    largest_file=1 << 40,  # its memory is shared by files of gigabytes
    missing=missing,
)
