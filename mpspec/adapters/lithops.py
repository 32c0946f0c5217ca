"""lithops.multiprocessing, of functions in a cloud: https://lithops-cloud.github.io/docs/source/api_multiprocessing.html.

Here its processes run on this machine, which needs a redis of their own.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mpspec.adapters import NAMESPACES, Adapter
from mpspec.implementations import Implementation
from mpspec.launch import listens, wait_until_listens

VARIABLES = "LITHOPS_CONFIG_FILE"


@contextmanager
def serve() -> Iterator[dict[str, str]]:
    """Start a redis on a free port of the loopback interface, and keep all files in one folder."""
    if not shutil.which("redis-server"):
        raise FileNotFoundError("redis-server is not installed: apt-get install redis-server")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = str(free.getsockname()[1])
        options = ("--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder)
        output = subprocess.DEVNULL
        redis = subprocess.Popen(["redis-server", "--port", port, *options], stdout=output)
        try:
            wait_until_listens(f"127.0.0.1:{port}")
            config = {
                "lithops": {"backend": "localhost", "storage": "localhost", "telemetry": False},
                "localhost": {"runtime": sys.executable},
                "redis": {"host": "127.0.0.1", "port": int(port)},
            }
            file = Path(folder) / "lithops.yaml"
            file.write_text(json.dumps(config))  # which is YAML, too
            yield {VARIABLES: str(file), "TMPDIR": folder}
        finally:
            redis.terminate()
            redis.wait()


def missing() -> str:
    """Say that no redis is there, if none is."""
    path = Path(os.environ.get(VARIABLES, ""))
    try:
        redis = json.loads(path.read_text())["redis"]
        where = f"{redis['host']}:{redis['port']}"
    except (OSError, ValueError, KeyError):
        where = "(no configuration)"
    if listens(where):
        return ""
    return f"lithops finds no redis at {where}: `mpspec check --implementation lithops` starts one"


ADAPTER = Adapter(
    library="lithops",
    implementations=(Implementation("lithops.multiprocessing", "cloud", "fresh"),),
    install="lithops redis",
    # In namespaces, with which redis ends: it hides the mark by which a run's processes are known.
    launcher=(*NAMESPACES, sys.executable, "-m", "mpspec.launch", "lithops"),
    alone=True,
    deadline=30.0,  # each process is started by an interpreter of its own, from what lies in files
    # It would count its executors on from this process's, as this one does: they would take each
    # other's results.
    hidden="__LITHOPS_",
    own=r"_queue_consumer|StorageMonitor|tqdm_monitor|ThreadPoolExecutor|localhost-runner|lithops\.",
    grace=0.5,  # whatever it does, it waits for redis
    missing=missing,
)
