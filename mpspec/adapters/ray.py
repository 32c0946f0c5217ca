"""ray.util.multiprocessing, a Pool on a cluster: https://docs.ray.io/en/latest/ray-more-libs/multiprocessing.html.

Ray binds to the host's own address, whatever it is told. So it is run in a network of its own that
has no other than loopback, and in a namespace of pids, which ends all of Ray as it ends.
"""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mpspec.adapters import NAMESPACES, Adapter
from mpspec.implementations import Implementation
from mpspec.launch import listens, raise_loopback

ADDRESS = "127.0.0.1:6379"


@contextmanager
def serve() -> Iterator[dict[str, str]]:
    """Start a Ray of one node, with room for more workers than a test has."""
    raise_loopback()
    ray = Path(sys.executable).with_name("ray")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        options = ("--node-ip-address=127.0.0.1", "--port=6379", "--num-cpus=8")
        more = ("--include-dashboard=false", "--disable-usage-stats", f"--temp-dir={folder}")
        subprocess.run([ray, "start", "--head", *options, *more], stdout=sys.stderr, check=True)
        yield {"RAY_ADDRESS": ADDRESS}


def missing() -> str:
    """Say that Ray is not started, if it is not."""
    if listens(os.environ.get("RAY_ADDRESS", "")):
        return ""
    return (
        "ray is not started: RAY_ADDRESS names no Ray that answers; "
        "`mpspec check --implementation ray` starts one, and `ray start --head` does"
    )


def connect() -> None:
    """Connect now: else the first test that makes a pool does, and leaves Ray's threads behind."""
    ray = importlib.import_module("ray")
    ray.init(logging_level="ERROR", log_to_driver=False)


ADAPTER = Adapter(
    library="ray",
    implementations=(Implementation("ray.util.multiprocessing", "ray", "fresh"),),
    install="ray",
    launcher=(*NAMESPACES, "--net", sys.executable, "-m", "mpspec.launch", "ray"),
    alone=True,
    deadline=30.0,  # each worker imports Ray, which takes seconds on a busy machine
    missing=missing,
    connect=connect,
)
