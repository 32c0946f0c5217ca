"""The wire between a test and its children: a socket that hears who knows its token.

It is bound to the loopback interface, unless it is told an address at which other hosts reach it.
It has no thread (a process that forks must have one thread only): it reads when it is asked.
A stranger (someone without the token, or who speaks something else first) is turned away,
counted, and disturbs nobody.
"""

from __future__ import annotations

import hmac
import json
import os
import secrets
import select
import socket
import weakref
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from typing import Any

from mpspec import probe as child_side

BACKLOG = 256
"""Connections that wait to be accepted."""

MOST_UNKNOWN = 64
"""Connections that may be open and have said nothing, before the oldest is taken for a stranger."""

PATIENCE = 5.0
"""Seconds after which a connection to this process itself is given up."""

LONGEST_LINE = 1 << 20
LONGEST_HELLO = 1 << 10
AT_ONCE = 1 << 16

_open_channels: weakref.WeakSet[Channel] = weakref.WeakSet()


class GarbledReportError(Exception):
    """A process that knows the token sent something that is no report."""


class Connection:
    """One process (or thread) that has introduced itself, or not yet."""

    def __init__(self, line: socket.socket) -> None:
        self.line = line
        self.probe = ""  # until it has said who it is
        self.pid = 0
        self.thread = 0
        self.here = True  # known to the system by its pid, and with the clock that is used here
        self.ended = False
        self._received = b""

    @property
    def in_this_process(self) -> bool:
        """Whether it is a thread of the test's own process."""
        return self.pid == os.getpid() and self.here

    def lines(self) -> Iterator[bytes]:
        """Read what has arrived, as whole lines; sets `ended` where the other side has."""
        try:
            chunk = self.line.recv(AT_ONCE)
        except ConnectionError:
            chunk = b""
        *whole, self._received = (self._received + chunk).split(b"\n")
        yield from whole
        if len(self._received) > (LONGEST_LINE if self.probe else LONGEST_HELLO):
            yield self._received
        self.ended = not chunk

    def go_on(self) -> None:
        """Let the process pass the checkpoint at which it waits."""
        self.line.send(b"\n")

    def hang_up(self) -> None:
        """Close the connection for all who may hold a copy of it, such as forked children."""
        self.ended = True
        with suppress(OSError):  # the other side was first
            self.line.shutdown(socket.SHUT_RDWR)
        self.line.close()


class Channel:
    """The listening end. `read` returns what arrived: a connection with a message, or its end."""

    def __init__(self, address: str = child_side.LOOPBACK) -> None:
        _try(address)
        self.address = address
        self.strangers = 0
        self.connections: list[Connection] = []
        self.token = secrets.token_hex(16)
        self._closed = False
        self._unknown: list[Connection] = []
        self._listener = socket.create_server((address, 0), backlog=BACKLOG)
        self._listener.setblocking(False)  # noqa: FBT003 - the standard library knows no keyword here
        self.port: int = self._listener.getsockname()[1]
        _open_channels.add(self)

    def read(self, seconds: float) -> Iterator[tuple[Connection, dict[str, Any] | None]]:
        """Return what has arrived, oldest first by connection; wait up to `seconds` for it.

        A message is None where the connection has ended. Raises `GarbledReportError`, once: who
        sent it is heard no more.
        """
        for connection in self._ready(seconds):
            if connection is None:
                self._accept()
                continue
            yield from self._messages(connection)
            if connection.ended:
                yield from self._end(connection)
        for connection in self._unknown[:-MOST_UNKNOWN]:
            self._end(connection)

    def pending(self) -> bool:
        """Return whether something has arrived that has not been read."""
        return bool(self._ready(0))

    def pending_of_known(self) -> bool:
        """Return whether something of those who have introduced themselves has not been read."""
        return any(connection and connection.probe for connection in self._ready(0))

    def ended_threads(self) -> list[Connection]:
        """Return the open connections of threads of this process that have ended."""
        own = [c for c in self.connections if c.in_this_process and not c.ended]
        return [c for c in own if not child_side.user_is_alive(self.port, c.probe, c.thread)]

    def close(self) -> None:
        """Hang up on everybody; whoever waits at a checkpoint ends. Nothing arrives any more."""
        self._closed = True
        for connection in [*self.connections, *self._unknown]:
            connection.hang_up()
        self._listener.close()
        child_side.hang_up(self.port)
        _open_channels.discard(self)

    def close_copies(self) -> None:
        """Close, in a forked child, what it inherited: only the test listens."""
        self._listener.close()
        for connection in [*self.connections, *self._unknown]:
            connection.line.close()

    def _ready(self, seconds: float) -> list[Connection | None]:
        """Return the connections that can be read; None stands for the listener."""
        if self._closed:
            return []
        poll = select.poll()
        sources: dict[int, Connection | None] = {self._listener.fileno(): None}
        for connection in [*self.connections, *self._unknown]:
            if not connection.ended:
                sources[connection.line.fileno()] = connection
        for number in sources:
            poll.register(number, select.POLLIN)
        return [sources[number] for number, _ in poll.poll(seconds * 1000)]

    def _accept(self) -> None:
        try:
            line, _ = self._listener.accept()
        except (BlockingIOError, ConnectionError):  # it has gone meanwhile
            return
        line.settimeout(0)
        self._unknown.append(Connection(line))

    def _messages(self, connection: Connection) -> Iterator[tuple[Connection, dict[str, Any]]]:
        for line in connection.lines():
            if not connection.probe:
                if not self._introduced(connection, line):
                    connection.ended = True
                    return
                continue
            message = _object(line)
            if not message.keys() >= child_side.REPORT or not isinstance(message["time"], int):
                connection.hang_up()
                raise GarbledReportError(f"{connection.probe} sent no report: {line[:80]!r}")
            yield connection, message

    def _introduced(self, connection: Connection, line: bytes) -> bool:
        """Take a first line as an introduction; return whether it was one, with the token."""
        match _object(line):
            case {
                "token": str(token),
                "pid": int(pid),
                "thread": int(thread),
                "home": str(home),
                "probe": str(probe),
            }:
                known = hmac.compare_digest(ascii(token), ascii(self.token))
            case _:
                return False
        if not known:
            return False
        connection.pid, connection.thread, connection.probe = pid, thread, probe
        connection.here = home == child_side.home()
        self._unknown.remove(connection)
        self.connections.append(connection)
        return True

    def _end(self, connection: Connection) -> list[tuple[Connection, None]]:
        connection.hang_up()
        if connection.probe:
            return [(connection, None)]
        self.strangers += 1
        self._unknown.remove(connection)
        return []


@cache
def _try(address: str) -> None:
    """Raise an `OSError` if no child could connect: without loopback nothing can be tested."""
    with socket.create_server((address, 0)) as server:
        try:
            socket.create_connection(server.getsockname(), PATIENCE).close()
        except OSError as error:
            where = (
                "over the loopback interface" if address == child_side.LOOPBACK else f"to {address}"
            )
            why = f"children cannot report {where}: {error.strerror or error}"
            raise OSError(error.errno, why) from None


def _object(line: bytes) -> dict[str, Any]:
    """Return the JSON object that `line` is; an empty one if it is none."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _close_inherited() -> None:
    for channel in list(_open_channels):
        channel.close_copies()


if hasattr(os, "register_at_fork"):  # not on Windows, where nothing forks
    os.register_at_fork(after_in_child=_close_inherited)
