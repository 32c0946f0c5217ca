"""The child's side of the instrument: a small picklable handle that reports to the observer.

    def work_inside(lock, probe):          # in the child
        probe.note("acquiring")            # reports, and goes on
        with lock, probe.span("holding"):  # reports where a stretch begins and where it ends
            probe.checkpoint("inside")     # reports, and waits here until the test lets it go

The channel is one TCP connection for each process that uses the handle, on the loopback interface
unless the test listens elsewhere, and carries a JSON object a line: nothing of what multiprocessing
is asked to prove. Children import this module, so it stays within the standard library and is quick
to import.
"""

from __future__ import annotations

import json
import os
import socket
import threading
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

OBSERVER_VARIABLE = "MPSPEC_OBSERVER"
LOOPBACK = "127.0.0.1"
REPORT = frozenset({"kind", "event", "value", "time"})

# This process's connections, with the thread that uses each: a thread's end closes no socket.
# By the observer's port, the handle's name and the thread's identifier.
_connections: dict[tuple[int, str, int], tuple[socket.socket, threading.Thread]] = {}


class TestIsOver(SystemExit):
    """The observer has hung up; the process that still reports to it ends."""

    __test__ = False


class Probe:
    """A handle with which one process (or several, where the test says so) reports by `name`."""

    def __init__(self, name: str, port: int, token: str, address: str = LOOPBACK) -> None:
        self.name = name
        self._port = port
        self._token = token
        self._address = address

    def __reduce__(self) -> tuple[type[Probe], tuple[str, int, str, str]]:
        return Probe, (self.name, self._port, self._token, self._address)

    def __repr__(self) -> str:
        return f"<Probe {self.name!r}>"

    def note(self, event: str, value: Any = None) -> None:
        """Report `event`, with a `value` that JSON can carry, and go on."""
        self._send("note", event, value)

    def checkpoint(self, event: str, value: Any = None) -> None:
        """Report `event` and wait until the test proceeds with it."""
        connection = self._send("checkpoint", event, value)
        try:
            told = connection.recv(1)
        except OSError:
            told = b""
        if not told:
            raise TestIsOver

    def span(self, name: str) -> Span:
        """Return a context manager that reports where the stretch `name` begins and ends."""
        return Span(self, name)

    def _send(self, kind: str, event: str, value: Any) -> socket.socket:
        """Send one report, with the system-wide monotonic time in nanoseconds."""
        report = {"kind": kind, "event": event, "value": value, "time": time.monotonic_ns()}
        try:
            connection = self._connection()
            connection.sendall(_line(report))
        except OSError:
            raise TestIsOver from None
        return connection

    def _connection(self) -> socket.socket:
        thread = threading.current_thread()
        key = (self._port, self.name, threading.get_ident())
        connection, user = _connections.get(key, (None, None))
        if connection is not None and user is not thread:  # an ended thread's identifier
            connection.close()
            connection = None
        if connection is None:
            connection = _connected(self._address, self._port)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            _connections[key] = connection, thread  # known before it is heard of
            connection.sendall(_line(self._hello(key[2])))
        return connection

    def _hello(self, thread: int) -> dict[str, Any]:
        who = {"probe": self.name, "pid": os.getpid(), "thread": thread, "home": home()}
        return {"token": self._token, **who}


class Span:
    """A stretch of a process's work, reported at both ends."""

    def __init__(self, probe: Probe, name: str) -> None:
        self._probe = probe
        self._name = name

    def __enter__(self) -> Span:
        self._probe._send("begin", self._name, None)
        return self

    def __exit__(self, *exc: object) -> None:
        self._probe._send("end", self._name, None)


def probe_from_environment(name: str) -> Probe | None:
    """Return a handle to the observer that directs this program, or None if none does."""
    where = os.environ.get(OBSERVER_VARIABLE)
    if where is None:
        return None
    port, token, address = where.split(":")
    return Probe(name, int(port), token, address)


def home() -> str:
    """Return where this process's number, and its clock, mean what they mean to it.

    That is the running kernel and its namespaces, or the machine where the system tells of none.
    """
    try:
        # Not by pathlib, which is slow to import.
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:  # noqa: PTH123
            kernel = file.read().strip()
        spaces = [os.readlink(f"/proc/self/ns/{kind}") for kind in ("pid", "time")]  # noqa: PTH115
    except OSError:
        return socket.gethostname()
    return " ".join([kernel, *spaces])


def user_is_alive(port: int, name: str, thread: int) -> bool:
    """Return whether the thread of this process that reports as `name` still runs."""
    _, user = _connections.get((port, name, thread), (None, None))
    return user is not None and user.is_alive()


def hang_up(port: int) -> None:
    """Close this process's own connections to the observer at `port`."""
    for key in [key for key in _connections if key[0] == port]:
        connection, _ = _connections.pop(key)
        connection.close()


def _connected(address: str, port: int) -> socket.socket:
    """Return a connection to the observer at `port` of an IPv4 `address`.

    Not by `socket.create_connection`, which imports a codec for the address: a process that another
    thread forks meanwhile would wait for that import for ever.
    """
    connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        connection.connect((address, port))
    except OSError:
        connection.close()
        raise
    return connection


def _line(message: dict[str, Any]) -> bytes:
    return json.dumps(message).encode() + b"\n"


def _forget_connections() -> None:
    """Let go of the parent's connections: a forked child makes its own.

    With a copy left open, the parent's end would not be seen before the child's.
    """
    for connection, _ in _connections.values():
        connection.close()
    _connections.clear()


if hasattr(os, "register_at_fork"):  # not on Windows, where nothing forks
    os.register_at_fork(after_in_child=_forget_connections)
