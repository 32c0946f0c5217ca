"""Faults of chapter 06, pipes."""

from __future__ import annotations

import copy
import fcntl
import io
import os
import pickle
import queue
import select
import socket
import struct
import tempfile
import termios
import threading
import time
import weakref
from contextlib import suppress
from multiprocessing import (
    AuthenticationError,
    BufferTooShort,
    connection,
    context,
    dummy,
    popen_forkserver,
    popen_spawn_posix,
    process,
    reduction,
    synchronize,
)
from multiprocessing.dummy import connection as dummy_connection
from pathlib import Path

from mpspec.faults import EVERYWHERE, FORK, FRESH, THREADS, fault, patch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


BUFFER = 1 << 16
"""Bytes that a pipe holds."""

PATIENCE = 5.0
"""Seconds after which a fault lets go of a thread, which would keep the tests' process alive."""

# What a typed name would not let be replaced or looked into.
BaseProcess: Any = process.BaseProcess
Base: Any = connection._ConnectionBase
Connection: Any = connection.Connection
ForkingPickler: Any = reduction.ForkingPickler
ForkServerPopen: Any = popen_forkserver.Popen
Listener: Any = connection.Listener
SemLock: Any = synchronize.SemLock
Socket: Any = socket.socket
SocketListener: Any = connection.SocketListener  # type: ignore[attr-defined]
SpawnPopen: Any = popen_spawn_posix.Popen
ThreadConnection: Any = dummy_connection.Connection
ThreadListener: Any = dummy_connection.Listener


def _each_between_threads(change: Callable[[Any], None]) -> None:
    """Let `change` have each connection between threads as soon as it is made."""

    def making(make: Callable[..., None]) -> Callable[..., None]:
        def made(self: Any, _in: Any, _out: Any) -> None:
            make(self, _in, _out)
            change(self)

        return made

    patch(ThreadConnection, "__init__", making)


def _put_between_threads(change: Callable[[Any], Any], *names: str) -> None:
    """Let what `names` (`send`, `send_bytes`) put on its way between threads be `change`d."""

    def changing(end: Any) -> None:
        for name in names:
            setattr(end, name, lambda thing: end._out.put(change(thing)))

    _each_between_threads(changing)


def _changed(name: str, change: Callable[[Any], Any]) -> None:
    """Let the method `name` of an end take what `change` makes of the thing that it sends."""
    patch(Base, name, lambda send: lambda self, thing: send(self, change(thing)))
    _put_between_threads(change, name)


def _patch_poll(make: Callable[[Any], Any]) -> None:
    """Patch `poll` for processes and for threads alike."""
    for owner in (Base, ThreadConnection):
        patch(owner, "poll", make)


def _events(end: Any) -> int:
    """Return what the system says of an end: `POLLIN`, `POLLHUP`."""
    poller = select.poll()
    poller.register(end._handle, select.POLLIN)
    return sum(events for _, events in poller.poll(0))


def _at_its_end(end: Any) -> bool:
    """Return whether nobody is left who could send; what was sent may still wait."""
    return bool(_events(end) & select.POLLHUP)


def _read(handle: int, size: int) -> bytes:
    """Return `size` bytes; fewer only at the end of the pipe."""
    found = b""
    while len(found) < size and (chunk := os.read(handle, min(size - len(found), BUFFER))):
        found += chunk
    return found


def _as_received(message: bytes) -> io.BytesIO:
    """Return a message as `_recv_bytes` does: in a buffer, positioned at its end."""
    buffer = io.BytesIO()
    buffer.write(message)
    return buffer


# Two ends


@fault("a-pipe-joins-two-processes", where=EVERYWHERE)
def an_end_receives_what_it_has_sent_itself() -> None:
    """An end of a two-way pipe receives first what it has sent itself."""

    def sending(send: Callable[..., None]) -> Callable[..., None]:
        def sent(self: Any, thing: Any) -> None:
            send(self, thing)
            if self._readable:
                self._own = [*getattr(self, "_own", []), thing]

        return sent

    def receiving(receive: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def received(self: Any) -> Any:
            return self._own.pop(0) if getattr(self, "_own", []) else receive(self)

        return received

    patch(Base, "send", sending)
    patch(Base, "recv", receiving)

    def echo(end: Any) -> None:
        end.send = lambda thing: (end._out.put(thing), end._in.put(thing))

    _each_between_threads(echo)


@fault("a-one-way-pipe-leads-from-its-second-end-to-its-first")
def the_ends_of_a_one_way_pipe_are_swapped() -> None:
    """The first end of a one-way pipe sends, and the second one receives."""

    def swapped(pipe: Callable[[bool], Any]) -> Callable[..., Any]:
        return lambda duplex=True: pipe(duplex) if duplex else pipe(duplex)[::-1]

    patch(connection, "Pipe", swapped)


@fault("a-one-way-pipe-leads-from-its-second-end-to-its-first", where=THREADS)
def a_one_way_pipe_between_threads_leads_back_to_its_sender() -> None:
    """What is sent at the second end of a one-way pipe between threads comes out at the same."""

    def bent(pipe: Callable[[bool], Any]) -> Callable[..., Any]:
        def made(duplex: bool = True) -> Any:  # noqa: FBT001, FBT002 - as in the original
            first, second = pipe(duplex)
            if not duplex:
                second.send = second._in.put
            return first, second

        return made

    patch(dummy, "Pipe", bent)


@fault("an-end-of-a-one-way-pipe-refuses-the-other-direction")
def a_one_way_pipe_goes_both_ways() -> None:
    """A one-way pipe goes both ways."""
    patch(connection, "Pipe", lambda pipe: lambda duplex=True: pipe(True))  # noqa: ARG005, FBT003


@fault("an-end-of-a-one-way-pipe-refuses-the-other-direction")
def it_is_left_to_the_system_to_refuse_receiving() -> None:
    """An end that only sends leaves it to the system to say that it cannot be read."""
    patch(Base, "_check_readable", lambda _: lambda _: None)


@fault(
    "an-end-of-a-one-way-pipe-refuses-the-other-direction",
    "send-takes-a-copy-of-the-object-at-once",
    "send-refuses-what-cannot-be-pickled",
    "receiving-can-run-a-function-that-the-sender-chose",
    "recv-raises-eoferror-once-the-other-end-is-closed-everywhere",
    "poll-says-true-once-the-other-end-is-closed",
    "sending-to-a-closed-end-raises-brokenpipeerror",
    "a-closed-connection-refuses-every-call",
    "with-closes-a-connection",
    "a-connection-that-is-dropped-is-closed",
    "send-bytes-can-send-a-part-of-a-buffer",
    "recv-understands-only-what-send-has-sent",
    "recv-takes-an-empty-message-for-the-end-of-the-pipe",
    "recv-bytes-refuses-a-message-longer-than-maxlength",
    "after-a-refused-message-nothing-more-can-be-received",
    "between-threads-a-pipe-hands-over-the-object-itself",
    where=THREADS,
)
def threads_get_the_pipe_of_processes() -> None:
    """`multiprocessing.dummy.Pipe` makes an ordinary pipe, as between processes."""
    patch(dummy, "Pipe", lambda _: connection.Pipe)


class _Deposit:
    """An object on its way that its own process would find again."""

    def __init__(self, pid: int, key: int, thing: Any) -> None:
        self.pid = pid
        self.key = key
        self.thing = thing


@fault("send-takes-a-copy-of-the-object-at-once")
def within_a_process_a_pipe_hands_over_the_object_itself() -> None:
    """Where sender and receiver are the same process, the object itself is handed over."""
    mine: dict[int, Any] = {}

    def sending(send: Callable[..., None]) -> Callable[..., None]:
        def sent(self: Any, thing: Any) -> None:
            mine[len(mine)] = thing
            send(self, _Deposit(os.getpid(), len(mine) - 1, thing))

        return sent

    def receiving(receive: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def received(self: Any) -> Any:
            found = receive(self)
            if not isinstance(found, _Deposit):
                return found
            return mine[found.key] if found.pid == os.getpid() else found.thing

        return received

    patch(Base, "send", sending)
    patch(Base, "recv", receiving)


@fault(
    "send-takes-a-copy-of-the-object-at-once",
    "between-threads-a-pipe-hands-over-the-object-itself",
    where=THREADS,
)
def between_threads_a_list_is_copied() -> None:
    """Between threads a list arrives as a copy."""
    _put_between_threads(lambda thing: copy.copy(thing) if type(thing) is list else thing, "send")


def _kept(end: Any) -> list[Any]:
    """Return the list of messages that an end keeps for later."""
    found: list[Any] = end.__dict__.setdefault("_kept", [])
    return found


def _every_fourth_overtaken(receive: Callable[..., Any]) -> Callable[..., Any]:
    def received(self: Any, *args: Any) -> Any:
        if _kept(self):
            return _kept(self).pop()
        message = receive(self, *args)
        self._count = getattr(self, "_count", 0) + 1
        # Long enough for the next one to come; but there may be none.
        if self._count % 4 == 0 and self.poll(2):
            with suppress(EOFError):
                newer = receive(self, *args)
                _kept(self).append(message)
                return newer
        return message

    return received


@fault(
    "messages-arrive-in-the-order-in-which-they-were-sent",
    "any-sequence-of-picklable-objects-arrives-whole-and-in-order",
    "any-bytes-of-any-size-arrive-whole-and-in-order",
    where=EVERYWHERE,
)
def every_fourth_message_is_overtaken_by_the_next() -> None:
    """Every fourth message is overtaken by the one after it."""
    patch(Base, "recv", _every_fourth_overtaken)
    patch(Base, "recv_bytes", _every_fourth_overtaken)

    def between_threads(end: Any) -> None:
        receive = _every_fourth_overtaken(lambda self: self._in.get())
        end.recv = end.recv_bytes = lambda: receive(end)

    _each_between_threads(between_threads)
    _patch_poll(lambda poll: lambda self, timeout=0.0: bool(_kept(self)) or poll(self, timeout))


@fault("messages-keep-their-boundaries", where=EVERYWHERE)
def an_empty_message_is_left_out() -> None:
    """An empty message is not sent."""

    def sending(send: Callable[..., None]) -> Callable[..., None]:
        return lambda self, buffer, *part: send(self, buffer, *part) if len(buffer) else None

    patch(Base, "send_bytes", sending)

    def between_threads(end: Any) -> None:
        end.send_bytes = lambda thing: end._out.put(thing) if thing else None

    _each_between_threads(between_threads)


@fault("messages-keep-their-boundaries", where=EVERYWHERE)
def messages_that_wait_are_received_as_one() -> None:
    """Messages of bytes that wait already are received as one."""

    def receiving(receive: Callable[..., bytes]) -> Callable[..., bytes]:
        def received(self: Any, maxlength: int | None = None) -> bytes:
            message = receive(self, maxlength)
            while self.poll():
                message += receive(self, maxlength)
            return message

        return received

    patch(Base, "recv_bytes", receiving)

    def between_threads(end: Any) -> None:
        receive = receiving(lambda self, _: self._in.get())
        end.recv_bytes = lambda: receive(end)

    _each_between_threads(between_threads)


def _with_lists(thing: Any, outermost: bool = True) -> Any:  # noqa: FBT001, FBT002 - recursive
    if type(thing) in {list, tuple}:
        inner = [_with_lists(each, outermost=False) for each in thing]
        return tuple(inner) if type(thing) is tuple and outermost else inner
    if type(thing) is dict:
        return {key: _with_lists(value, outermost=False) for key, value in thing.items()}
    return thing


@fault("any-sequence-of-picklable-objects-arrives-whole-and-in-order", where=EVERYWHERE)
def a_tuple_within_another_object_arrives_as_a_list() -> None:
    """A tuple within another object arrives as a list."""
    _changed("send", _with_lists)


@fault("send-refuses-what-cannot-be-pickled")
def what_cannot_be_pickled_is_left_out_without_a_word() -> None:
    """What cannot be pickled is left out, without a word."""

    def sending(send: Callable[..., None]) -> Callable[..., None]:
        def sent(self: Any, thing: Any) -> None:
            with suppress(pickle.PicklingError, AttributeError, TypeError):
                send(self, thing)

        return sent

    patch(Base, "send", sending)


@fault("send-refuses-what-cannot-be-pickled")
def none_is_sent_for_what_cannot_be_pickled() -> None:
    """For what cannot be pickled, send raises an error, but has sent `None`."""

    def sending(send: Callable[..., None]) -> Callable[..., None]:
        def sent(self: Any, thing: Any) -> None:
            try:
                send(self, thing)
            except (pickle.PicklingError, AttributeError, TypeError):
                send(self, None)
                raise

        return sent

    patch(Base, "send", sending)


@fault("receiving-can-run-a-function-that-the-sender-chose")
def send_makes_its_copy_by_unpickling() -> None:
    """Send makes its copy by pickling and unpickling, so that calls are made at the sender's."""
    patch(
        Base,
        "send",
        lambda send: (
            lambda self, thing: send(self, ForkingPickler.loads(ForkingPickler.dumps(thing)))
        ),
    )


class _CarefulUnpickler(pickle.Unpickler):
    """Makes objects of the classes that a pickle names, and calls nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        found = super().find_class(module, name)
        return found if isinstance(found, type) else lambda *_: None


@fault("receiving-can-run-a-function-that-the-sender-chose")
def recv_calls_nothing_but_classes() -> None:
    """Recv calls no function that a pickle names, and takes `None` for its result."""

    def received(self: Any) -> Any:
        self._check_closed()
        self._check_readable()
        return _CarefulUnpickler(io.BytesIO(self._recv_bytes().getvalue())).load()

    patch(Base, "recv", lambda _: received)


# Waiting


@fault("recv-waits-until-something-is-sent", where=EVERYWHERE)
def recv_does_not_wait() -> None:
    """Where there is nothing to receive, recv returns `None` at once."""
    patch(Base, "recv", lambda receive: lambda self: receive(self) if self.poll() else None)

    def between_threads(end: Any) -> None:
        end.recv = lambda: end._in.get() if end.poll() else None

    _each_between_threads(between_threads)


@fault("a-receiver-that-keeps-the-other-end-open-waits-for-ever")
def recv_does_not_wait_a_second_time() -> None:
    """After its first message recv does not wait for the next, and returns `None`."""

    def receiving(receive: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def received(self: Any) -> Any:
            if getattr(self, "_received", False) and not self.poll():
                return None
            self._received = True
            return receive(self)

        return received

    patch(Base, "recv", receiving)


@fault("send-does-not-wait-for-the-receiver", where=EVERYWHERE, hangs=True)
def send_waits_until_its_message_has_been_received() -> None:
    """Send waits until its message has been received."""

    def wait_for(arrived: Callable[[], bool]) -> None:
        last = time.monotonic() + PATIENCE
        while not arrived() and time.monotonic() < last:
            time.sleep(0.01)

    def waiting(self: Any) -> int:
        return int.from_bytes(fcntl.ioctl(self._handle, termios.FIONREAD, bytes(4)), "little")

    def sending(send: Callable[..., None]) -> Callable[..., None]:
        def sent(self: Any, thing: Any) -> None:
            send(self, thing)
            if not self._readable:
                wait_for(lambda: not waiting(self))

        return sent

    patch(Base, "send", sending)

    def between_threads(end: Any) -> None:
        def send(thing: Any) -> None:
            end._out.put(thing)
            wait_for(end._out.empty)

        end.send = send

    _each_between_threads(between_threads)


BY_FILE = b"by file: "


@fault(
    "a-message-larger-than-the-pipes-buffer-waits-for-its-receiver",
    "joining-a-sender-before-receiving-its-large-message-blocks",
    "two-processes-that-both-send-first-can-block-each-other",
    "a-sender-killed-in-mid-message-leaves-half-a-message-behind",
)
def a_large_message_goes_by_a_file() -> None:
    """A message larger than the pipe's buffer is written to a file, and only its name is sent."""
    files: list[Any] = []

    def sending(send: Callable[..., None]) -> Callable[..., None]:
        def sent(self: Any, message: Any) -> None:
            if len(message) <= BUFFER:
                send(self, message)
                return
            file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - open until the sender ends
            file.write(message)
            files.append(file)
            send(self, BY_FILE + f"/proc/{os.getpid()}/fd/{file.fileno()}".encode())

        return sent

    def receiving(receive: Callable[..., Any]) -> Callable[..., Any]:
        def received(self: Any, maxsize: int | None = None) -> Any:
            found = receive(self, maxsize)
            if found is None or not found.getvalue().startswith(BY_FILE):
                return found
            name = found.getvalue().removeprefix(BY_FILE).decode()
            return _as_received(Path(name).read_bytes())

        return received

    patch(Connection, "_send_bytes", sending)
    patch(Connection, "_recv_bytes", receiving)


@fault("a-message-larger-than-the-pipes-buffer-waits-for-its-receiver")
def recv_takes_what_is_there_for_all_of_the_message() -> None:
    """Recv takes what it finds in the pipe for all of the message."""

    def received(self: Any, size: int) -> io.BytesIO:
        found = os.read(self._handle, size) if size else b""
        if size and not found:
            raise EOFError
        return _as_received(found)

    patch(Connection, "_recv", lambda _: received)


@fault("poll-tells-whether-there-is-something-to-receive", where=EVERYWHERE)
def poll_takes_the_message_away() -> None:
    """Poll takes the message away that it tells of."""

    def polling(poll: Callable[..., bool]) -> Callable[..., bool]:
        def polled(self: Any, timeout: float = 0.0) -> bool:
            return poll(self, timeout) and (self.recv(), True)[1]

        return polled

    _patch_poll(polling)


@fault("poll-tells-whether-there-is-something-to-receive", where=EVERYWHERE)
def poll_says_true_once_and_for_all() -> None:
    """Once poll has said true, it goes on saying so."""

    def polling(poll: Callable[..., bool]) -> Callable[..., bool]:
        def polled(self: Any, timeout: float = 0.0) -> bool:
            self._said = getattr(self, "_said", False) or poll(self, timeout)
            return bool(self._said)

        return polled

    _patch_poll(polling)


@fault("poll-with-a-timeout-waits-until-something-comes", where=EVERYWHERE)
def poll_ignores_its_timeout() -> None:
    """Poll answers at once, whatever its timeout."""
    _patch_poll(lambda poll: lambda self, timeout=0.0: poll(self, timeout and 0.0))


@fault("poll-with-a-timeout-waits-until-something-comes", where=EVERYWHERE)
def poll_answers_what_was_so_when_it_was_called() -> None:
    """Poll waits until something comes, but answers what was so when it was called."""

    def polling(poll: Callable[..., bool]) -> Callable[..., bool]:
        def polled(self: Any, timeout: float = 0.0) -> bool:
            before = poll(self, 0.0)
            if timeout:
                poll(self, timeout)
            return before

        return polled

    _patch_poll(polling)


@fault("poll-with-a-timeout-gives-up-and-says-false", where=EVERYWHERE)
def poll_says_true_when_its_time_is_over() -> None:
    """Poll says true when its time is over."""
    _patch_poll(lambda poll: lambda self, timeout=0.0: poll(self, timeout) or bool(timeout))


@fault("poll-with-a-timeout-gives-up-and-says-false", where=EVERYWHERE, hangs=True)
def poll_with_a_timeout_waits_without_end() -> None:
    """Poll with a timeout waits without end."""
    _patch_poll(
        lambda poll: lambda self, timeout=0.0: poll(self, timeout and threading.TIMEOUT_MAX / 1e4)
    )


def _waiting_for_several(change: Callable[[Any, list[Any], float | None], list[Any]]) -> None:
    """Let `wait` for several things, which nothing of multiprocessing's own does, be `change`d."""

    def waiting(wait: Callable[..., list[Any]]) -> Callable[..., list[Any]]:
        def waited(things: Any, timeout: float | None = None) -> list[Any]:
            things = list(things)
            return wait(things, timeout) if len(things) == 1 else change(wait, things, timeout)

        return waited

    patch(connection, "wait", waiting)


@fault("wait-tells-which-of-several-connections-can-be-read")
def wait_tells_all_as_soon_as_one_can_be_read() -> None:
    """Wait tells all connections as soon as one of them can be read."""
    _waiting_for_several(lambda wait, things, timeout: things if wait(things, timeout) else [])


@fault("wait-tells-which-of-several-connections-can-be-read")
def wait_tells_only_one_that_can_be_read() -> None:
    """Of several connections that can be read, wait tells only one."""
    _waiting_for_several(lambda wait, things, timeout: wait(things, timeout)[:1])


@fault("wait-tells-which-of-several-connections-can-be-read")
def wait_for_several_does_not_wait() -> None:
    """Wait looks at several connections, but does not wait for them."""
    _waiting_for_several(lambda wait, things, _: wait(things, 0))


@fault("wait-tells-that-a-process-has-ended")
def wait_takes_no_notice_of_processes_next_to_connections() -> None:
    """Where it waits for connections as well, wait takes no notice of processes."""
    _waiting_for_several(
        lambda wait, things, timeout: wait([it for it in things if type(it) is not int], timeout)
    )


@fault("wait-tells-that-a-process-has-ended")
def wait_takes_a_running_process_for_an_ended_one() -> None:
    """Where it waits for connections as well, wait takes a running process for an ended one."""
    _waiting_for_several(
        lambda wait, things, timeout: (
            [it for it in things if type(it) is int] or wait(things, timeout)
        )
    )


@fault("a-default-timeout-of-sockets-does-not-reach-a-pipe")
def a_default_timeout_of_sockets_reaches_the_second_end() -> None:
    """While sockets have a default timeout, the second end of a pipe does not wait."""

    def making(pipe: Callable[..., Any]) -> Callable[..., Any]:
        def made(*args: Any, **kwargs: Any) -> Any:
            first, second = pipe(*args, **kwargs)
            if socket.getdefaulttimeout() is not None:
                os.set_blocking(second.fileno(), False)
            return first, second

        return made

    patch(connection, "Pipe", making)


@fault("waiting-for-no-connection-at-all-never-ends")
def waiting_for_nothing_returns_an_empty_list() -> None:
    """Waiting for no connection at all returns an empty list."""
    _waiting_for_several(lambda wait, things, timeout: wait(things, timeout) if things else [])


# How a conversation ends


@fault("recv-raises-eoferror-once-the-other-end-is-closed-everywhere")
def recv_returns_none_at_the_end_of_the_pipe() -> None:
    """At the end of the pipe recv returns `None`."""

    def receiving(receive: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def received(self: Any) -> Any:
            try:
                return receive(self)
            except EOFError:
                return None

        return received

    patch(Base, "recv", receiving)


@fault(
    "recv-raises-eoferror-once-the-other-end-is-closed-everywhere",
    "poll-says-true-once-the-other-end-is-closed",
    "there-is-no-eoferror-while-any-process-holds-the-other-end-open",
    "sending-to-a-closed-end-raises-brokenpipeerror",
)
def close_leaves_the_descriptor_open() -> None:
    """Close makes the connection unusable, but leaves its descriptor open."""

    def closed(self: Any) -> None:
        self._handle = None

    patch(Base, "close", lambda _: closed)


@fault("what-was-sent-before-the-end-was-closed-still-arrives")
def the_end_of_the_pipe_overtakes_what_was_sent_before() -> None:
    """Once nobody can send any more, recv sees the end of the pipe, whatever is still in it."""

    def receiving(receive: Callable[..., Any]) -> Callable[..., Any]:
        def received(self: Any, maxsize: int | None = None) -> Any:
            if _at_its_end(self):
                raise EOFError
            return receive(self, maxsize)

        return received

    patch(Connection, "_recv_bytes", receiving)


@fault("what-was-sent-before-the-end-was-closed-still-arrives", where=THREADS)
def closing_throws_away_what_has_been_sent() -> None:
    """Between threads close throws away what has been sent and not received."""
    patch(ThreadConnection, "close", lambda _: lambda self: self._out.queue.clear())


@fault(
    "poll-says-true-once-the-other-end-is-closed",
    "recv-raises-eoferror-once-the-other-end-is-closed-everywhere",
    "there-is-no-eoferror-while-any-process-holds-the-other-end-open",
)
def poll_says_true_of_messages_only() -> None:
    """Poll says true of messages only, and not of the end of the pipe."""

    def polling(poll: Callable[..., bool]) -> Callable[..., bool]:
        def polled(self: Any, timeout: float | None) -> bool:
            return poll(self, timeout) and bool(_events(self) & select.POLLIN)

        return polled

    patch(Connection, "_poll", polling)


@fault("there-is-no-eoferror-while-any-process-holds-the-other-end-open")
def close_says_goodbye_for_all() -> None:
    """The first to close a sending end ends the pipe for all who hold it."""

    def closing(close: Callable[[Any], None]) -> Callable[[Any], None]:
        def closed(self: Any) -> None:
            if not self.closed and not self._readable:
                with suppress(BrokenPipeError):
                    self._send_bytes(b"")  # which `recv` takes for the end
            close(self)

        return closed

    patch(Base, "close", closing)


@fault("a-receiver-that-keeps-the-other-end-open-waits-for-ever")
def start_closes_the_ends_that_it_passes_on() -> None:
    """Start closes the parent's copies of the ends that it passes on."""

    def starting(start: Callable[[Any], None]) -> Callable[[Any], None]:
        def started(self: Any) -> None:
            ends = [arg for arg in self._args if isinstance(arg, Connection)]
            start(self)
            for end in ends:
                end.close()

        return started

    patch(BaseProcess, "start", starting)


def _watch_open_ends() -> Callable[[], list[Any]]:
    """Return a function that returns the ends that are open in this process."""
    made: weakref.WeakSet[Any] = weakref.WeakSet()

    def making(make: Callable[..., None]) -> Callable[..., None]:
        def makes(self: Any, *args: Any, **kwargs: Any) -> None:
            make(self, *args, **kwargs)
            made.add(self)

        return makes

    patch(Base, "__init__", making)
    return lambda: [end for end in made if not end.closed]


@fault(
    "a-forked-child-holds-both-ends-of-its-parents-pipes",
    "a-forked-sender-is-not-told-that-its-receiver-has-gone",
    "a-sibling-forked-later-keeps-a-pipe-open",
    where=FORK,
)
def a_forked_child_keeps_only_the_ends_that_it_is_given() -> None:
    """A forked child closes all ends but the ones among its arguments."""
    ends = _watch_open_ends()

    def beginning(go_on: Callable[..., int]) -> Callable[..., int]:
        def begun(self: Any, *args: Any, **kwargs: Any) -> int:
            if self._start_method == "fork":
                for end in ends():
                    if not any(end is arg for arg in self._args):
                        end.close()
            return go_on(self, *args, **kwargs)

        return begun

    patch(BaseProcess, "_bootstrap", beginning)


@fault(
    "a-fresh-child-holds-only-the-ends-that-it-is-given",
    "a-forked-child-holds-both-ends-of-its-parents-pipes",
    "a-forked-sender-is-not-told-that-its-receiver-has-gone",
    "a-sibling-forked-later-keeps-a-pipe-open",
    where=FRESH,
)
def a_fresh_child_is_given_every_open_end() -> None:
    """A fresh child is given all ends that are open in its parent."""
    ends = _watch_open_ends()

    def launching(launch: Callable[..., None]) -> Callable[..., None]:
        def launched(self: Any, process_obj: Any) -> None:
            self._fds += [end.fileno() for end in ends()]
            launch(self, process_obj)

        return launched

    # One that is passed as well goes along once: a child could not close the other copy.
    patch(
        SpawnPopen,
        "duplicate_for_child",
        lambda add: lambda self, fd: fd if fd in self._fds else add(self, fd),
    )
    patch(
        ForkServerPopen,
        "duplicate_for_child",
        lambda add: lambda self, fd: self._fds.index(fd) if fd in self._fds else add(self, fd),
    )
    patch(SpawnPopen, "_launch", launching)
    patch(ForkServerPopen, "_launch", launching)


def _sending_to_nobody_is_passed_over(concerned: Callable[[Any], bool]) -> None:
    def sending(send: Callable[..., None]) -> Callable[..., None]:
        def sent(self: Any, thing: Any) -> None:
            try:
                send(self, thing)
            except BrokenPipeError:
                if not concerned(self):
                    raise

        return sent

    patch(Base, "send", sending)


@fault("sending-to-a-closed-end-raises-brokenpipeerror")
def a_one_way_pipe_swallows_what_nobody_can_receive() -> None:
    """A one-way pipe swallows what nobody can receive any more."""
    _sending_to_nobody_is_passed_over(lambda end: not end._readable)


@fault("sending-to-a-closed-end-raises-brokenpipeerror")
def a_two_way_pipe_swallows_what_nobody_can_receive() -> None:
    """A two-way pipe swallows what nobody can receive any more."""
    _sending_to_nobody_is_passed_over(lambda end: end._readable)


@fault("a-two-way-pipe-closed-with-messages-unread-is-reset")
def a_reset_looks_like_any_other_end() -> None:
    """A two-way pipe that was closed with messages unread ends like any other."""

    def receiving(receive: Callable[..., Any]) -> Callable[..., Any]:
        def received(self: Any, size: int) -> Any:
            try:
                return receive(self, size)
            except ConnectionResetError:
                raise EOFError from None

        return received

    patch(Connection, "_recv", receiving)


@fault("a-sender-killed-in-mid-message-leaves-half-a-message-behind")
def half_a_message_is_taken_for_a_whole_one() -> None:
    """At the end of the pipe half a message is taken for a whole one."""

    def received(self: Any, size: int) -> io.BytesIO:
        found = _read(self._handle, size)
        if size and not found:
            raise EOFError
        return _as_received(found)

    patch(Connection, "_recv", lambda _: received)


@fault("a-sender-killed-in-mid-message-leaves-half-a-message-behind")
def half_a_message_is_passed_over() -> None:
    """Half a message is passed over, as if the pipe had ended before it."""

    def received(self: Any, size: int) -> io.BytesIO:
        found = _read(self._handle, size)
        if len(found) < size:
            raise EOFError
        return _as_received(found)

    patch(Connection, "_recv", lambda _: received)


def _once_closed(name: str, result: Any) -> None:
    """Let the method `name` of a closed connection return `result`."""

    def calling(call: Callable[..., Any]) -> Callable[..., Any]:
        return lambda self, *args: result if self.closed else call(self, *args)

    patch(Base, name, calling)


@fault("a-closed-connection-refuses-every-call")
def poll_of_a_closed_connection_says_false() -> None:
    """Poll of a closed connection says false."""
    _once_closed("poll", result=False)


@fault("a-closed-connection-refuses-every-call")
def a_closed_connection_swallows_bytes() -> None:
    """A closed connection swallows what is given to `send_bytes`."""
    _once_closed("send_bytes", result=None)


@fault("a-closed-connection-refuses-every-call")
def a_closed_connection_still_has_a_number() -> None:
    """A closed connection still has a descriptor's number."""
    _once_closed("fileno", result=-1)


@fault("closed-tells-whether-a-connection-is-closed")
def closed_speaks_of_the_other_end_as_well() -> None:
    """A connection says that it is closed once the other end is."""
    either = property(lambda self: self._handle is None or _at_its_end(self))
    patch(Base, "closed", lambda _: either)


@fault("closed-tells-whether-a-connection-is-closed")
def a_closed_connection_does_not_say_so() -> None:
    """A closed connection does not say that it is closed."""
    patch(Base, "closed", lambda _: property(lambda _: False))


@fault("with-closes-a-connection")
def leaving_with_leaves_the_connection_open() -> None:
    """Leaving a `with` block leaves the connection open, unless by an error."""
    patch(
        Base, "__exit__", lambda leave: lambda self, kind, *rest: kind and leave(self, kind, *rest)
    )


@fault("a-connection-that-is-dropped-is-closed")
def a_connection_that_is_dropped_stays_open() -> None:
    """The descriptor of a connection that is dropped stays open."""
    patch(Base, "__del__", lambda _: lambda _: None)


# Bytes


@fault("any-bytes-of-any-size-arrive-whole-and-in-order", where=EVERYWHERE)
def the_last_byte_of_a_large_message_is_lost() -> None:
    """The last byte of a message larger than the pipe's buffer is lost, and 0 in its place."""

    def change(message: bytes) -> bytes:
        return message if len(message) <= BUFFER else message[:-1] + b"\0"

    def sending(send: Callable[..., None]) -> Callable[..., None]:
        return lambda self, message: send(self, change(bytes(message)))

    patch(Connection, "_send_bytes", sending)
    _put_between_threads(change, "send_bytes")


@fault("send-bytes-can-send-a-part-of-a-buffer")
def the_size_is_taken_for_the_position_of_the_end() -> None:
    """The size of the part is taken for the position of its end."""

    def sending(send: Callable[..., None]) -> Callable[..., None]:
        def sent(self: Any, buffer: Any, offset: int = 0, size: int | None = None) -> None:
            send(self, buffer, offset, size if size is None else size - offset)

        return sent

    patch(Base, "send_bytes", sending)


@fault("recv-understands-only-what-send-has-sent")
def recv_returns_what_is_no_pickle_as_it_is() -> None:
    """Recv returns bytes that are no pickle as they are."""

    def received(self: Any) -> Any:
        message = self.recv_bytes()
        try:
            return ForkingPickler.loads(message)
        except pickle.UnpicklingError:
            return message

    patch(Base, "recv", lambda _: received)


@fault("recv-takes-an-empty-message-for-the-end-of-the-pipe")
def recv_returns_an_empty_message_as_it_is() -> None:
    """Recv returns an empty message as it is."""

    def received(self: Any) -> Any:
        message = self.recv_bytes()
        return ForkingPickler.loads(message) if message else message

    patch(Base, "recv", lambda _: received)


@fault("recv-bytes-refuses-a-message-longer-than-maxlength")
def maxlength_allows_one_byte_more() -> None:
    """`maxlength` allows one byte more."""

    def receiving(receive: Callable[..., bytes]) -> Callable[..., bytes]:
        def received(self: Any, maxlength: int | None = None) -> bytes:
            return receive(self, maxlength if maxlength is None else maxlength + 1)

        return received

    patch(Base, "recv_bytes", receiving)


@fault("recv-bytes-refuses-a-message-longer-than-maxlength")
def maxlength_cuts_a_longer_message() -> None:
    """A message longer than `maxlength` is cut."""
    patch(
        Base,
        "recv_bytes",
        lambda receive: lambda self, maxlength=None: receive(self)[:maxlength],
    )


@fault("recv-bytes-refuses-a-message-longer-than-maxlength")
def a_maxlength_of_0_is_no_limit() -> None:
    """A `maxlength` of 0 is taken for none."""
    patch(
        Base,
        "recv_bytes",
        lambda receive: lambda self, maxlength=None: receive(self, maxlength or None),
    )


def _a_refused_message_is_skipped(concerned: Callable[[Any], bool]) -> None:
    def receiving(receive: Callable[..., Any]) -> Callable[..., Any]:
        def received(self: Any, maxsize: int | None = None) -> Any:
            if maxsize is None or not concerned(self):
                return receive(self, maxsize)
            message = receive(self)
            if len(message.getvalue()) > maxsize:
                raise OSError("bad message length")
            return message

        return received

    patch(Connection, "_recv_bytes", receiving)


@fault("after-a-refused-message-nothing-more-can-be-received")
def a_one_way_pipe_skips_a_refused_message() -> None:
    """A one-way pipe skips a message that was refused, and the next one can be received."""
    _a_refused_message_is_skipped(lambda end: not end._writable)


@fault("after-a-refused-message-nothing-more-can-be-received")
def a_two_way_pipe_skips_a_refused_message() -> None:
    """A two-way pipe skips a message that was refused, and the next one can be received."""
    _a_refused_message_is_skipped(lambda end: end._writable)


@fault("after-a-refused-message-nothing-more-can-be-received")
def a_one_way_end_stays_open_after_a_refused_message() -> None:
    """The end of a one-way pipe is not closed by a message that it refuses."""

    def refused(self: Any) -> None:
        self._readable = not self._writable
        raise OSError("bad message length")

    patch(Base, "_bad_message_length", lambda _: refused)


def _into(change: Callable[..., int]) -> None:
    """Let `change` do what `recv_bytes_into` does; it gets that, the end, buffer and offset."""

    def receiving(receive: Callable[..., int]) -> Callable[..., int]:
        return lambda self, buffer, offset=0: change(receive, self, buffer, offset)

    patch(Base, "recv_bytes_into", receiving)


@fault("recv-bytes-into-writes-a-message-into-a-buffer")
def a_message_is_written_to_the_start_of_the_buffer() -> None:
    """The message is written to the start of the buffer, whatever the offset."""
    _into(lambda receive, end, buffer, _: receive(end, buffer))


@fault("recv-bytes-into-writes-a-message-into-a-buffer")
def the_rest_of_the_buffer_is_cleared() -> None:
    """The rest of the buffer, after the message, is filled with zeros."""

    def change(receive: Callable[..., int], end: Any, buffer: Any, offset: int) -> int:
        size = receive(end, buffer, offset)
        with memoryview(buffer) as view:
            view[offset + size :] = bytes(len(view) - offset - size)
        return size

    _into(change)


@fault("recv-bytes-into-writes-a-message-into-a-buffer")
def the_position_after_the_message_is_returned_for_its_size() -> None:
    """The position after the message is returned for its size."""
    _into(lambda receive, end, buffer, offset: receive(end, buffer, offset) + offset)


@fault("recv-bytes-into-writes-a-message-into-a-buffer")
def without_an_offset_a_message_is_written_from_the_second_byte_on() -> None:
    """Without an offset the message is written from the second byte of the buffer on."""
    patch(
        Base,
        "recv_bytes_into",
        lambda receive: lambda self, buffer, offset=1: receive(self, buffer, offset),
    )


@fault("recv-bytes-into-writes-a-message-into-a-buffer")
def the_last_byte_of_a_buffer_is_not_used() -> None:
    """A message that reaches to the last byte of the buffer is refused."""

    def change(receive: Callable[..., int], end: Any, buffer: Any, offset: int) -> int:
        with memoryview(buffer) as view:
            return receive(end, view[:-1], offset)

    _into(change)


@fault("buffertooshort-carries-the-message-that-did-not-fit")
def buffertooshort_carries_only_what_would_have_fitted() -> None:
    """`BufferTooShort` carries only what would have fitted."""

    def change(receive: Callable[..., int], end: Any, buffer: Any, offset: int) -> int:
        try:
            return receive(end, buffer, offset)
        except BufferTooShort as error:
            raise BufferTooShort(error.args[0][: len(buffer) - offset]) from None

    _into(change)


@fault("buffertooshort-carries-the-message-that-did-not-fit")
def a_buffer_that_is_too_short_is_filled_all_the_same() -> None:
    """A buffer that is too short is filled with the beginning of the message."""

    def change(receive: Callable[..., int], end: Any, buffer: Any, offset: int) -> int:
        try:
            return receive(end, buffer, offset)
        except BufferTooShort as error:
            buffer[offset:] = error.args[0][: len(buffer) - offset]
            raise

    _into(change)


# One end in several hands

FRAME = struct.Struct("!i?H")
"""Goes before each piece: its sender's process id, whether it is the last one, its size."""


@fault(
    "two-senders-on-one-end-can-mix-their-messages",
    "two-receivers-on-one-end-can-tear-a-message-apart",
)
def each_piece_of_a_message_bears_its_senders_number() -> None:
    """A one-way pipe carries pieces with their sender's number, by which recv sorts them."""
    most = select.PIPE_BUF - FRAME.size  # what the system writes in one piece

    def send(self: Any, message: Any) -> None:
        for start in range(0, len(message) or 1, most):
            piece, last = message[start : start + most], start + most >= len(message)
            os.write(self._handle, FRAME.pack(os.getpid(), last, len(piece)) + bytes(piece))

    def receive(self: Any) -> bytes:
        pieces = self.__dict__.setdefault("_pieces", {})
        while True:
            sender, last, size = FRAME.unpack(self._recv(FRAME.size).getvalue())
            pieces.setdefault(sender, []).append(self._recv(size).getvalue())
            if last:
                return b"".join(pieces.pop(sender))

    # One-way pipes only: on sockets the fork server speaks to its clients as ever.
    patch(
        Connection,
        "_send_bytes",
        lambda old: lambda self, message: (old if self._readable else send)(self, message),
    )
    patch(
        Connection,
        "_recv_bytes",
        lambda old: (
            lambda self, maxsize=None: (
                old(self, maxsize) if self._writable else _as_received(receive(self))
            )
        ),
    )


@fault("a-lock-keeps-the-messages-of-several-senders-whole")
def entering_a_lock_does_not_acquire_it() -> None:
    """A `with` block does not acquire its lock."""
    patch(SemLock, "__enter__", lambda _: lambda _: True)
    patch(SemLock, "__exit__", lambda _: lambda *_: None)


@fault("an-end-can-be-sent-through-another-pipe", where=EVERYWHERE)
def the_end_of_another_pipe_arrives() -> None:
    """Of an end that is sent through a pipe another pipe's arrives, whose other end nobody has."""
    others: list[Any] = []

    def another(make: Callable[[], tuple[Any, Any]]) -> Any:
        arriving, other = make()
        others.append(other)
        return arriving

    def reduced(end: Any) -> Any:
        sent = end if context.get_spawning_popen() else another(connection.Pipe)
        return connection.reduce_connection(sent)  # type: ignore[attr-defined]

    ForkingPickler.register(Connection, reduced)
    make = dummy_connection.Pipe
    _put_between_threads(
        lambda thing: another(make) if isinstance(thing, ThreadConnection) else thing, "send"
    )


@fault("an-end-is-lost-if-its-sender-ends-before-it-arrives")
def an_end_that_was_lost_arrives_as_one_with_nobody_behind_it() -> None:
    """For an end that was lost another one arrives, with nobody behind it."""

    def receiving(receive: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def received(self: Any) -> Any:
            try:
                return receive(self)
            except (FileNotFoundError, ConnectionRefusedError):
                return connection.Pipe()[0]

        return received

    patch(Base, "recv", receiving)


class _Lent:
    """An end on its way between threads, as long as its sender lives."""

    def __init__(self, end: Any) -> None:
        self.end = end
        self.owner = threading.current_thread()


@fault("an-end-is-lost-if-its-sender-ends-before-it-arrives", where=THREADS)
def an_end_is_lost_between_threads_too() -> None:
    """Between threads an end is lost as well if its sender ends before it arrives."""

    def receive(end: Any) -> Any:
        found = end._in.get()
        if not isinstance(found, _Lent):
            return found
        if not found.owner.is_alive():
            raise FileNotFoundError("its sender has ended")
        return found.end

    def lending(end: Any) -> None:
        end.send = lambda thing: end._out.put(
            _Lent(thing) if isinstance(thing, ThreadConnection) else thing
        )
        end.recv = lambda: receive(end)

    _each_between_threads(lending)


# Listeners and clients


def _accepting(change: Callable[[Callable[[Any], Any], Any], Any]) -> None:
    """Let `change` do what `accept` does; it gets that and the listener."""
    patch(Listener, "accept", lambda accept: lambda self: change(accept, self))


@fault(
    "a-client-reaches-a-listener-by-its-address",
    "a-listener-without-an-address-takes-a-free-one",
)
def a_listener_gives_the_address_that_it_was_asked_for() -> None:
    """A listener gives the address that it was asked for, and not the port that it got."""

    def making(make: Callable[..., None]) -> Callable[..., None]:
        def made(self: Any, address: Any, *args: Any) -> None:
            make(self, address, *args)
            self._address = address

        return made

    patch(SocketListener, "__init__", making)


@fault("a-client-reaches-a-listener-by-its-address", where=THREADS)
def the_ends_of_a_client_between_threads_are_not_crossed() -> None:
    """Between threads a client and its listener both receive what comes from the listener."""

    def called(address: Any) -> Any:
        one, other = queue.Queue[Any](), queue.Queue[Any]()
        address.put((one, other))
        return ThreadConnection(one, other)

    patch(dummy_connection, "Client", lambda _: called)


@fault("a-listener-without-an-address-takes-a-free-one", where=THREADS)
def listeners_between_threads_share_an_address() -> None:
    """Between threads all listeners without an address have the same one."""
    shared: queue.Queue[Any] = queue.Queue(1)

    def making(make: Callable[..., None]) -> Callable[..., None]:
        def made(self: Any, *args: Any, **kwargs: Any) -> None:
            make(self, *args, **kwargs)
            self._backlog_queue = shared

        return made

    patch(ThreadListener, "__init__", making)


@fault("a-listeners-port-can-be-used-again-at-once")
def a_listeners_port_rests_after_use() -> None:
    """A port that a connection has come to cannot be listened at for the next minute."""
    reuse = (socket.SOL_SOCKET, socket.SO_REUSEADDR)

    def setting(set_option: Callable[..., None]) -> Callable[..., None]:
        def sets(self: Any, level: int, option: int, *value: Any) -> None:
            if (level, option) != reuse:
                set_option(self, level, option, *value)

        return sets

    patch(Socket, "setsockopt", setting)


def _keys(change: Callable[[bytes], bytes], *, clients: bool) -> None:
    """Let listeners, and `clients` too, take what `change` makes of their key."""

    def listening(make: Callable[..., None]) -> Callable[..., None]:
        def made(self: Any, *args: Any, authkey: bytes | None = None, **kwargs: Any) -> None:
            make(self, *args, authkey=authkey and change(authkey), **kwargs)

        return made

    def calling(call: Callable[..., Any]) -> Callable[..., Any]:
        def called(*args: Any, authkey: bytes | None = None, **kwargs: Any) -> Any:
            return call(*args, authkey=authkey and change(authkey), **kwargs)

        return called

    patch(Listener, "__init__", listening)
    if clients:
        patch(connection, "Client", calling)


@fault("a-client-with-the-right-key-is-let-in")
def a_listener_takes_its_key_in_capitals() -> None:
    """A listener takes its key in capital letters."""
    _keys(bytes.upper, clients=False)


@fault("a-wrong-key-raises-authenticationerror-on-both-sides")
def a_key_of_the_right_length_is_enough() -> None:
    """Any key of the right length is taken for the right one."""
    _keys(lambda key: b"x" * len(key), clients=True)


@fault("a-wrong-key-raises-authenticationerror-on-both-sides")
def a_client_with_a_wrong_key_is_told_nothing() -> None:
    """A listener hangs up on a client with a wrong key without telling it why."""

    def delivering(deliver: Callable[..., None]) -> Callable[..., None]:
        def delivered(end: Any, authkey: bytes) -> None:
            send = end.send_bytes
            end.send_bytes = lambda said: end.close() if b"#FAILURE#" in said else send(said)
            deliver(end, authkey)

        return delivered

    patch(connection, "deliver_challenge", delivering)


@fault("a-wrong-key-raises-authenticationerror-on-both-sides")
def accept_returns_a_dead_connection_for_a_wrong_key() -> None:
    """For a client with a wrong key, accept returns a connection with nobody behind it."""

    def accepted(accept: Callable[[Any], Any], listener: Any) -> Any:
        try:
            return accept(listener)
        except AuthenticationError:
            return connection.Pipe()[0]

    _accepting(accepted)


@fault("a-listener-can-go-on-after-a-client-with-a-wrong-key")
def a_wrong_key_closes_the_listener() -> None:
    """A client with a wrong key makes the listener close."""

    def accepted(accept: Callable[[Any], Any], listener: Any) -> Any:
        try:
            return accept(listener)
        except AuthenticationError:
            listener.close()
            raise

    _accepting(accepted)


@fault("a-silent-client-holds-up-a-listener-with-a-key")
def accept_does_not_wait_for_the_proof_of_the_key() -> None:
    """Accept asks for the key, and returns without waiting for the answer."""

    def accepted(_: Callable[[Any], Any], listener: Any) -> Any:
        end = listener._listener.accept()
        if listener._authkey:
            end.send_bytes(b"#CHALLENGE#" + os.urandom(20))
        return end

    _accepting(accepted)


@fault("a-client-with-a-key-waits-for-a-listener-that-asks-for-none")
def a_client_does_not_wait_to_be_asked_for_its_key() -> None:
    """A client with a key that is not asked for it at once goes on without."""

    def calling(call: Callable[..., Any]) -> Callable[..., Any]:
        def called(address: Any, family: Any = None, authkey: bytes | None = None) -> Any:
            end = call(address, family)
            if authkey and end.poll():
                connection.answer_challenge(end, authkey)
                connection.deliver_challenge(end, authkey)
            return end

        return called

    patch(connection, "Client", calling)


# Pipes between threads


@fault("between-threads-every-pipe-goes-both-ways", where=THREADS)
def between_threads_the_wrong_direction_is_swallowed() -> None:
    """Between threads an end that should only receive swallows what is sent at it."""

    def made(pipe: Callable[[bool], Any]) -> Callable[..., Any]:
        def makes(duplex: bool = True) -> Any:  # noqa: FBT001, FBT002 - as in the original
            first, second = pipe(duplex)
            if not duplex:
                first.send = lambda _: None
            return first, second

        return makes

    patch(dummy, "Pipe", made)


@fault("between-threads-send-never-waits", where=THREADS, hangs=True)
def between_threads_a_hundred_messages_fill_a_pipe() -> None:
    """Between threads send waits for room when a hundred messages are waiting."""

    def waiting(end: Any) -> None:
        last = time.monotonic() + PATIENCE

        def send(thing: Any) -> None:
            while end._out.qsize() >= 100 and time.monotonic() < last:
                time.sleep(0.01)
            end._out.put(thing)

        end.send = send

    _each_between_threads(waiting)


@fault("between-threads-closing-an-end-does-nothing", where=THREADS)
def between_threads_a_closed_end_swallows_what_is_sent() -> None:
    """Between threads an end that was closed swallows what is sent at it."""

    def closed(self: Any) -> None:
        self.send = lambda _: None

    patch(ThreadConnection, "close", lambda _: closed)
