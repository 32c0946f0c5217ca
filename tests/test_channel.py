"""The wire: who is heard, who is turned away, and that nobody disturbs the others."""

from __future__ import annotations

import errno
import json
import os
import socket
from collections.abc import Callable, Iterator
from functools import partial
from multiprocessing import get_context

import pytest

from mpspec import channel
from mpspec.channel import GarbledReportError
from mpspec.observer import DeadlineError, Observer
from mpspec.probe import Probe, home

pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")

Speaker = Callable[[], socket.socket]
ANOTHER_PROCESS = os.getppid()


@pytest.fixture
def connect(observer: Observer) -> Iterator[Speaker]:
    """Return a function that connects to the observer, and says nothing yet."""
    speakers: list[socket.socket] = []

    def new_speaker() -> socket.socket:
        speakers.append(socket.create_connection(("127.0.0.1", int(address(observer)[0]))))
        return speakers[-1]

    yield new_speaker
    for speaker in speakers:
        speaker.close()


def address(observer: Observer) -> list[str]:
    """Return the observer's port and token."""
    [told] = observer.environment.values()
    return told.split(":")[:2]


def hello(observer: Observer, **changed: object) -> bytes:
    """Return the line by which a process introduces itself."""
    _, token = address(observer)
    said = {"token": token, "probe": "raw", "pid": ANOTHER_PROCESS, "thread": 1, "home": home()}
    return json.dumps(said | changed).encode() + b"\n"


def report(event: str, **changed: object) -> bytes:
    """Return a line that reports."""
    said = {"kind": "note", "event": event, "value": None, "time": 1}
    return json.dumps(said | changed).encode() + b"\n"


def hung_up(speaker: socket.socket) -> bool:
    """Return whether the observer has ended the connection."""
    try:
        return speaker.recv(1, socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False
    except ConnectionResetError:
        return True


def read_until(observer: Observer, enough: Callable[[], bool]) -> None:
    """Let the observer read until it has come to that, or for too long."""
    for _ in range(1000):
        if enough():
            return
        observer.read(0.01)
    pytest.fail(f"it did not come to that; history so far:\n{observer.history}")


def send_and_read(observer: Observer, speaker: socket.socket, said: bytes) -> None:
    """Send what may be more than the system keeps for one who does not read."""

    def all_sent() -> bool:
        nonlocal said
        said = said[speaker.send(said) :] if said else b""
        return not said

    read_until(observer, all_sent)
    read_until(observer, lambda: hung_up(speaker))


def note_long(probe: Probe) -> None:
    probe.note("long", "x" * 500_000)


def test_who_knows_the_token_is_heard(observer: Observer, connect: Speaker) -> None:
    connect().sendall(hello(observer) + report("here", value=[1]))
    [heard] = observer.expect("here")
    assert (heard.probe, heard.pid, heard.value) == ("raw", ANOTHER_PROCESS, [1])


@pytest.mark.parametrize(
    "line",
    [
        b"\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"\xff\xfe\x00\n",
        b"[]\n",
        b"7\n",
        b"{}\n",
        b"[" * 1000 + b"\n",
        b'{"token": "\xc3\xa9", "pid": 1, "thread": 1, "probe": "raw"}\n',
        b'{"token": "\\ud800", "pid": 1, "thread": 1, "probe": "raw"}\n',
        b'{"token": null, "pid": 1, "thread": 1, "probe": "raw"}\n',
        b'{"token": "0", "pid": 1e999, "thread": 1, "probe": "raw"}\n',
        b"x" * 5000,
    ],
)
def test_a_stranger_is_turned_away_and_disturbs_nobody(
    observer: Observer, connect: Speaker, line: bytes
) -> None:
    stranger = connect()
    stranger.sendall(line)
    read_until(observer, lambda: hung_up(stranger))
    observer.probe("here").note("present")
    observer.expect("present")
    assert [heard.probe for heard in observer.history] == ["here"]


@pytest.mark.parametrize("changed", [{"token": "0" * 32}, {"pid": "x"}, {"probe": None}])
def test_an_introduction_has_to_be_whole(
    observer: Observer, connect: Speaker, changed: dict[str, object]
) -> None:
    stranger = connect()
    stranger.sendall(hello(observer, **changed) + report("here"))
    read_until(observer, lambda: hung_up(stranger))
    assert not observer.history


def test_messages_tell_how_many_were_turned_away(connect: Speaker, observer: Observer) -> None:
    for _ in range(2):
        stranger = connect()
        stranger.sendall(b"hello\n")
        read_until(observer, partial(hung_up, stranger))
    observer.deadline = 0.01
    observer.follow(lambda: True)
    with pytest.raises(DeadlineError, match=r"\(2 without the token turned away\)$"):
        observer.expect("never")


def test_a_stranger_that_never_speaks_disturbs_nobody(observer: Observer, connect: Speaker) -> None:
    silent = connect()
    connect().sendall(hello(observer) + report("here"))
    observer.expect("here")
    assert not hung_up(silent)
    observer.close()
    assert silent.recv(1) == b""


def test_a_stranger_that_goes_at_once_disturbs_nobody(observer: Observer, connect: Speaker) -> None:
    connect().close()
    connect().sendall(hello(observer) + report("here"))
    observer.expect("here")


def test_a_report_may_come_in_pieces(observer: Observer, connect: Speaker) -> None:
    speaker = connect()
    for byte in hello(observer) + report("here"):
        speaker.sendall(bytes([byte]))
        observer.read()
    observer.expect("here")


def test_half_a_report_is_none(observer: Observer, connect: Speaker) -> None:
    speaker = connect()
    speaker.sendall(hello(observer) + report("whole") + report("half")[:20])
    speaker.close()
    read_until(observer, lambda: any(seen.kind == "ended" for seen in observer.history))
    assert [seen.event for seen in observer.history] == ["whole", ""]


def test_a_long_value_arrives_whole(observer: Observer) -> None:
    child = get_context("fork").Process(target=note_long, args=(observer.probe("child"),))
    child.start()
    [long] = observer.expect("long")
    child.join()
    child.close()
    assert long.value == "x" * 500_000


@pytest.mark.parametrize(
    "line",
    [
        b"this is no JSON\n",
        b"\xff\n",
        b"[]\n",
        b'{"kind": "note"}\n',
        b"[" * 100_000 + b"\n",
        b"x" * ((1 << 20) + 1),
    ],
)
def test_a_garbled_line_of_one_who_knows_the_token_is_an_error(
    observer: Observer, connect: Speaker, line: bytes
) -> None:
    speaker = connect()
    speaker.sendall(hello(observer) + report("before"))
    observer.expect("before")
    speaker.settimeout(0)
    with pytest.raises(GarbledReportError, match="raw sent no report: b'") as raised:
        send_and_read(observer, speaker, line)
    assert len(str(raised.value)) < 400


def test_a_report_needs_a_time(observer: Observer, connect: Speaker) -> None:
    connect().sendall(hello(observer) + report("here", time="soon"))
    with pytest.raises(GarbledReportError, match="raw sent no report"):
        observer.expect("here")


def test_what_came_before_a_garbled_line_is_in_the_history(
    observer: Observer, connect: Speaker
) -> None:
    speaker = connect()
    speaker.sendall(hello(observer) + report("before") + b"x\nx\n" + report("after"))
    with pytest.raises(GarbledReportError):
        observer.expect("after")
    assert [seen.event for seen in observer.history] == ["before"]
    assert hung_up(speaker)


def test_reports_are_put_into_the_order_of_their_time(observer: Observer, connect: Speaker) -> None:
    early, late = connect(), connect()
    late.sendall(hello(observer, probe="late") + report("second", time=2))
    observer.expect("second")
    early.sendall(hello(observer, probe="early") + report("first", time=1))
    observer.expect("first")
    assert [seen.event for seen in observer.history] == ["first", "second"]


def test_strangers_that_never_speak_are_turned_away_when_there_are_many(
    observer: Observer, connect: Speaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel, "MOST_UNKNOWN", 2)
    silent = [connect() for _ in range(5)]
    observer.read()
    assert [hung_up(each) for each in silent] == [True, True, True, False, False]
    connect().sendall(hello(observer) + report("here"))
    observer.expect("here")


def test_strangers_who_come_without_end_do_not_hold_up_the_reading(
    observer: Observer, connect: Speaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    accept = channel.Channel._accept

    def accept_and_be_followed(itself: channel.Channel) -> None:
        connect().sendall(b"?\n")
        accept(itself)

    monkeypatch.setattr(channel.Channel, "_accept", accept_and_be_followed)
    known = connect()
    connect().sendall(b"?\n")
    known.sendall(hello(observer) + report("here"))
    observer.read()
    assert observer.history.named("here")


def test_without_loopback_nothing_is_tested(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(*_: object) -> None:
        raise OSError(errno.ENETUNREACH, os.strerror(errno.ENETUNREACH))

    monkeypatch.setattr(socket, "create_connection", unreachable)
    channel._try.cache_clear()
    try:
        with pytest.raises(OSError, match="cannot report over the loopback interface: Network is"):
            Observer()
    finally:
        channel._try.cache_clear()
