"""What the children of the chapter on pipes do."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from mpspec.implementations import Implementation
    from mpspec.probe import Probe

LARGE = 8 << 20
"""Bytes of a message that fits into no pipe's buffer."""

LONG = 3600.0
"""Seconds that no test waits."""


class MadeOnArrival:
    """What is sent as the call of a function, which its receiver makes."""

    def __init__(self, function: Callable[[], Any]) -> None:
        self.function = function

    def __reduce__(self) -> tuple[Callable[[], Any], tuple[()]]:
        return self.function, ()


def connection_of(mp: Implementation) -> Any:
    """Return the module `connection` of the implementation's library."""
    return mp.module("connection")


# Sending and receiving


def answer(end: Any, probe: Probe) -> None:
    """Receive a question, report it, and answer it."""
    probe.note("was asked", end.recv())
    end.send("the answer")
    probe.note("answered")


def send(end: Any, messages: list[Any]) -> None:
    """Send each of the messages."""
    for message in messages:
        end.send(message)


def send_call(end: Any, function: Callable[[], Any]) -> None:
    """Send an object that is made by calling the function where it arrives."""
    end.send(MadeOnArrival(function))


def send_and_report(end: Any, probe: Probe) -> None:
    """Send a few words, and report when that is done."""
    send_all(end, ["a few words"], probe)


def send_all(end: Any, messages: list[Any], probe: Probe) -> None:
    """Send each of the messages, and report when that is done."""
    probe.note("sending")
    send(end, messages)
    probe.note("sent")


def receive(end: Any, probe: Probe) -> None:
    """Receive one message, and report it, or that the pipe has come to its end."""
    probe.note("receiving")
    try:
        probe.note("received", end.recv())
    except EOFError:
        probe.note("end of the pipe")


def send_large(end: Any, probe: Probe, byte: bytes = b"\0") -> None:
    """Send a message that does not fit into the pipe's buffer."""
    probe.note("sending")
    end.send_bytes(byte * LARGE)
    probe.note("sent")


def send_large_under_lock(end: Any, probe: Probe, byte: bytes, lock: Any) -> None:
    """Send such a message while holding the lock."""
    probe.note("acquiring")
    with lock:
        send_large(end, probe, byte)


def send_large_and_receive(end: Any, probe: Probe) -> None:
    """Send such a message before receiving one."""
    send_large(end, probe)
    end.recv_bytes()


def join_sender_of_large(mp: Implementation, end: Any, joiner: Probe, sender: Probe) -> None:
    """Start a child that sends such a message, and join it."""
    child = mp.Process(target=send_large, args=(end, sender))
    child.start()
    joiner.note("joining")
    child.join()
    joiner.note("joined")


def search_message(end: Any, wanted: bytes, probe: Probe) -> None:
    """Receive a message, and report its size and whether something is found within it."""
    probe.note("receiving")
    message = end.recv_bytes()
    probe.note("received", {"size": len(message), "found": wanted in message})


def echo_objects(end: Any) -> None:
    """Be told how many objects come, receive them all, and send them back; 0 is the last word."""
    while count := end.recv():
        send(end, [end.recv() for _ in range(count)])


def echo_bytes(incoming: Any, outgoing: Any) -> None:
    """Do the same for messages of bytes, with an end for each direction."""
    while count := incoming.recv():
        for message in [incoming.recv_bytes() for _ in range(count)]:
            outgoing.send_bytes(message)


# Waiting


def poll(end: Any, probe: Probe) -> None:
    """Poll for long, and report what it says."""
    probe.note("polling")
    probe.note("polled", end.poll(LONG))


def poll_when_let_go(end: Any, probe: Probe) -> None:
    """Arrive; once let go on, poll without waiting, and report what it says."""
    probe.checkpoint("before polling")
    probe.note("polled", end.poll())


def wait_for_any(mp: Implementation, ends: list[Any], probe: Probe) -> None:
    """Wait for any of the connections, and report the positions of those that are ready."""
    probe.note("waiting")
    ready = connection_of(mp).wait(ends)
    probe.note("ready", [ends.index(end) for end in ready])


def stay_inside(probe: Probe, *_: Any) -> None:
    """Arrive, and stay until let go, whatever else one has been given."""
    probe.checkpoint("inside")


# How a conversation ends


def close(end: Any) -> None:
    """Close the connection."""
    end.close()


def receive_when_let_go(end: Any, probe: Probe) -> None:
    """Arrive; once let go on, receive."""
    probe.checkpoint("before receiving")
    receive(end, probe)


def close_other_end_and_receive(end: Any, other: Any, probe: Probe) -> None:
    """Close one's copy of the other end; once let go on, receive."""
    other.close()
    receive_when_let_go(end, probe)


def send_when_let_go(end: Any, probe: Probe) -> None:
    """Arrive; once let go on, send, and report whether that was possible."""
    probe.checkpoint("before sending")
    try:
        end.send("a message")
    except BrokenPipeError:
        probe.note("refused")
    else:
        probe.note("sent")


def receive_holding_both_ends(mp: Implementation, probe: Probe) -> None:
    """Let a child send and end; then receive until the end of the pipe."""
    receiver, sender = mp.Pipe(duplex=False)
    child = mp.Process(target=send, args=(sender, ["the child's only message"]))
    child.start()
    child.join()
    receive(receiver, probe)
    probe.note("receiving once more")
    receiver.recv()
    probe.note("received once more")


# Ends that travel


def send_an_end(mp: Implementation, end: Any, probe: Probe) -> None:
    """Make a pipe, and send one end of it away; once let go on, report what has come through."""
    here, there = mp.Pipe()
    with here, there:
        end.send(there)
        probe.checkpoint("an end is on its way")
        probe.note("received", here.recv() if here.poll() else None)


def send_an_end_and_leave(mp: Implementation, end: Any) -> None:
    """Make a pipe, and send one end of it away."""
    _, there = mp.Pipe()
    end.send(there)


# Listeners and clients


def call(mp: Implementation, address: Any, probe: Probe) -> None:
    """Connect to a listener, send it a greeting, and report that."""
    probe.note("calling")
    with connection_of(mp).Client(address) as end:
        end.send("hello")
        probe.note("sent")


def call_with_key(mp: Implementation, address: Any, key: bytes, probe: Probe) -> None:
    """Connect to a listener with a key; send a greeting, or report why it is not possible."""
    probe.note("calling")
    try:
        with connection_of(mp).Client(address, authkey=key) as end:
            end.send("hello")
    except (mp.AuthenticationError, EOFError) as error:
        probe.note("turned away", type(error).__name__)


def listen_with_key(mp: Implementation, address: Any, key: bytes, probe: Probe) -> None:
    """Listen, report the address, and accept a client who knows the key."""
    with connection_of(mp).Listener(address, authkey=key) as listener:
        probe.note("listening", listener.address)
        try:
            listener.accept()
        except (EOFError, ConnectionResetError):
            probe.note("the client has gone")
