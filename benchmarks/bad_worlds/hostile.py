"""A hostile local process: it finds where an observer listens, and does its worst there.

    python hostile.py FOLDER HOW

It takes the port from `port` in the folder, and makes the file `hostile` there when it is at work.
"""

from __future__ import annotations

import itertools
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

LOOK_AGAIN = 0.01
SILENT = 400
"""Connections that say nothing: more than the observer may have descriptors for, see its world."""


def main() -> None:
    """Be hostile until somebody ends this process."""
    folder, how = Path(sys.argv[1]), sys.argv[2]
    while not (folder / "port").exists():
        time.sleep(LOOK_AGAIN)
    port = int((folder / "port").read_text())
    ways = {"no token": no_token, "flood": flood, "reconnect": reconnect, "silent": silent}
    for _ in ways[how](port):
        (folder / "hostile").touch()


def no_token(port: int) -> Iterator[None]:
    """Introduce itself with a wrong token, and report something; then wait."""
    with connect(port) as line:
        line.sendall(b'{"token": "guessed", "probe": "worker 1", "pid": 1, "thread": 1}\n')
        line.sendall(b'{"kind": "note", "event": "released", "value": null, "time": 1}\n')
        yield None
        time.sleep(3600)


def flood(port: int) -> Iterator[None]:
    """Send bytes without a line's end, as fast as they are taken, again and again."""
    yield from again_and_again(port, lambda line: line.sendall(b"x" * (1 << 20)))


def reconnect(port: int) -> Iterator[None]:
    """Connect and hang up, as fast as that can be."""
    yield from again_and_again(port, lambda line: line.sendall(b"?\n"))


def silent(port: int) -> Iterator[None]:
    """Hold connections, and never speak."""
    lines = []
    for number in itertools.count():
        if number < SILENT:
            with suppress(OSError):
                lines.append(connect(port))
        else:
            time.sleep(LOOK_AGAIN)
        if number >= 100:
            yield None


def again_and_again(port: int, speak: Callable[[socket.socket], None]) -> Iterator[None]:
    """Connect and speak, without end."""
    while True:
        with suppress(OSError), connect(port) as line:
            yield None
            speak(line)


def connect(port: int) -> socket.socket:
    """Return a connection to the observer; give up one that is not taken soon."""
    return socket.create_connection(("127.0.0.1", port), timeout=1)


if __name__ == "__main__":
    main()
