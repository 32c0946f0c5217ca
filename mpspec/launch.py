"""Runs a command where a library's services run: `python -m mpspec.launch ray COMMAND ...`.

The library's adapter has a function `serve`, a context manager that starts what is needed, gives
the environment variables by which it is found, and ends it.
"""

from __future__ import annotations

import importlib
import os
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from typing import Any

from mpspec.reachable import CANNOT_TEST

FAILED = 4
"""The exit status where a service cannot be started, as pytest's for wrong usage."""

LONGEST = 30.0
"""Seconds that a service has to start."""

LOOK_AGAIN = 0.05

_GET_FLAGS, _SET_FLAGS, _UP = 0x8913, 0x8914, 0x1  # see netdevice(7)


def main(arguments: Sequence[str]) -> int:
    """Run a command beside a library's services; return its exit status."""
    library, *command = arguments
    with ExitStack() as stack:
        serve = importlib.import_module(f"mpspec.adapters.{library}").serve
        try:
            environment = stack.enter_context(serve())
        except (OSError, subprocess.SubprocessError) as error:
            print(f"ERROR: {CANNOT_TEST}{library} cannot be started: {error}")
            return FAILED
        return _run(command, environment)


def _run(command: Sequence[str], environment: Mapping[str, str]) -> int:
    begun: list[subprocess.Popen[bytes]] = []
    early: list[int] = []  # signals that came before there was anybody to pass them on to

    def pass_on(number: int, _: Any) -> None:
        for process in begun:
            process.send_signal(number)
        if not begun:
            early.append(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, pass_on)
    begun.append(subprocess.Popen(command, env=os.environ | environment))
    for missed in early:
        begun[0].send_signal(missed)
    status = begun[0].wait()
    return status if status >= 0 else 128 - status


def raise_loopback() -> None:
    """Switch the loopback interface on, which a new network namespace has switched off."""
    import fcntl  # noqa: PLC0415 - not there on Windows

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        asked = fcntl.ioctl(any_socket, _GET_FLAGS, struct.pack("16sh14x", b"lo", 0))
        _, flags = struct.unpack("16sh14x", asked)
        fcntl.ioctl(any_socket, _SET_FLAGS, struct.pack("16sh14x", b"lo", flags | _UP))


def listens(address: str) -> bool:
    """Return whether somebody listens at `address`, `host:port`."""
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), 5).close()
    except (OSError, ValueError):
        return False
    return True


def wait_until_listens(address: str) -> None:
    """Wait until somebody listens at `address`. Raises `TimeoutError` after `LONGEST` seconds."""
    last = time.monotonic() + LONGEST
    while not listens(address):
        if time.monotonic() > last:
            raise TimeoutError(f"nobody listens at {address} after {LONGEST:g} s")
        time.sleep(LOOK_AGAIN)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
