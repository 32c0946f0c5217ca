"""The claims of chapter 06, in the note's order."""

import gc
import os
import pickle
import signal
import socket
from contextlib import ExitStack, contextmanager, suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mpspec.examples import for_any_input
from mpspec.expectations import needs, only_where, refuted_where
from mpspec.work import pipes as work

PROCESSES = ("inherited", "fresh")
LOOPBACK = ("127.0.0.1", 0)  # the system chooses a port

plain_objects = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=20)
    | st.binary(max_size=20)
    | st.frozensets(st.integers(), max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)

# Around the size up to which a message goes out in one piece with its length (16 KiB), around
# what a pipe's buffer holds, and beyond any buffer.
sizes = st.sampled_from([0, 1, 16_384, 16_385, 65_531, 65_532, 65_533, 65_536, 65_537, 1 << 20])
contents = st.builds(
    lambda pattern, size: (pattern * size)[:size], st.binary(min_size=1, max_size=9), sizes
)


def stop(process, observer):
    """Let the system stop a process where it is."""
    os.kill(process.pid, signal.SIGSTOP)
    observer.expect_state(process.pid, "stopped")


def go_on(process):
    """Let a stopped process go on."""
    os.kill(process.pid, signal.SIGCONT)


def kill(*processes):
    """Kill processes, and join them."""
    for process in processes:
        os.kill(process.pid, signal.SIGKILL)
        process.join()


def all_there_is(end, receive):
    """Receive, without waiting, until nothing is there or the pipe is at its end."""
    received = []
    with suppress(EOFError):
        while end.poll():
            received.append(receive())
    return received


def accept(mp, listener):
    """Return the connection of the listener's next client; None if that cannot be."""
    try:
        return listener.accept()
    except (mp.AuthenticationError, OSError):
        return None


def receive_into(mp, end, buffer, *offset):
    """Receive a message into the buffer and return its size; None if it did not fit."""
    try:
        return end.recv_bytes_into(buffer, *offset)
    except mp.BufferTooShort:
        return None


def can_listen(mp, address):
    """Return whether a listener can be opened at the address."""
    try:
        work.connection_of(mp).Listener(address).close()
    except OSError:
        return False
    return True


@contextmanager
def default_timeout_of_sockets(seconds):
    """Let new sockets have a timeout."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


@contextmanager
def running(child):
    """Start a child, and join it at the end."""
    child.start()
    yield child
    child.join()


# Two ends


def test_a_pipe_joins_two_processes(mp, observer):
    here, there = mp.Pipe()
    child = mp.Process(target=work.answer, args=(there, observer.probe("child")))
    with here, there, running(child):
        here.send("a question")
        [asked] = observer.expect("was asked")
        assert asked.value == "a question"
        observer.expect("answered")
        assert here.recv() == "the answer"


def test_a_one_way_pipe_leads_from_its_second_end_to_its_first(mp, observer):
    first, second = mp.Pipe(duplex=False)
    child = mp.Process(target=work.send_and_report, args=(second, observer.probe("child")))
    with first, second, running(child):
        observer.expect("sent")
        assert first.poll(), "nothing came"
        assert first.recv() == "a few words"


@refuted_where(memory="shared", instead="between-threads-every-pipe-goes-both-ways")
def test_an_end_of_a_one_way_pipe_refuses_the_other_direction(mp):
    receiver, sender = mp.Pipe(duplex=False)
    with receiver, sender:
        with pytest.raises(OSError, match="read-only"):
            receiver.send("a message")
        with pytest.raises(OSError, match="write-only"):
            sender.recv()


@refuted_where(memory="shared", instead="between-threads-a-pipe-hands-over-the-object-itself")
def test_send_takes_a_copy_of_the_object_at_once(mp):
    receiver, sender = mp.Pipe(duplex=False)
    with receiver, sender:
        names = ["Ada"]
        sender.send(names)
        names.append("Alan")
        assert receiver.recv() == ["Ada"]


def test_messages_arrive_in_the_order_in_which_they_were_sent(mp):
    receiver, sender = mp.Pipe(duplex=False)
    with receiver, sender:
        work.send(sender, list(range(100)))
        assert all_there_is(receiver, receiver.recv) == list(range(100))


def test_messages_keep_their_boundaries(mp):
    receiver, sender = mp.Pipe(duplex=False)
    messages = [b"one", b"", b"two three", b"four"]
    with receiver, sender:
        for message in messages:
            sender.send_bytes(message)
        assert all_there_is(receiver, receiver.recv_bytes) == messages


def test_any_sequence_of_picklable_objects_arrives_whole_and_in_order(mp):
    here, there = mp.Pipe()

    @for_any_input
    @example([None, "text", b"\0", 2.5, {"key": (True, [])}, frozenset({1, 2})])
    @given(st.lists(plain_objects, min_size=1, max_size=10))
    def come_back_as_they_went(objects):
        work.send(here, [len(objects), *objects])
        assert [here.recv() for _ in objects] == objects

    with here, there, running(mp.Process(target=work.echo_objects, args=(there,))):
        try:
            come_back_as_they_went()
        finally:
            here.send(0)


@refuted_where(memory="shared", instead="between-threads-a-pipe-hands-over-the-object-itself")
def test_send_refuses_what_cannot_be_pickled(mp):
    receiver, sender = mp.Pipe(duplex=False)
    with receiver, sender:
        with pytest.raises((pickle.PicklingError, AttributeError), match="lambda"):
            sender.send(lambda: None)
        sender.send("the next message")
        assert receiver.recv() == "the next message"


@refuted_where(memory="shared", instead="between-threads-a-pipe-hands-over-the-object-itself")
def test_receiving_can_run_a_function_that_the_sender_chose(mp):
    receiver, sender = mp.Pipe(duplex=False)
    child = mp.Process(target=work.send_call, args=(sender, os.getpid))
    with receiver, sender, running(child):
        assert receiver.recv() == os.getpid()


# Waiting


def test_recv_waits_until_something_is_sent(mp, observer):
    receiver, sender = mp.Pipe(duplex=False)
    reader = observer.probe("reader")
    with receiver, sender, running(mp.Process(target=work.receive, args=(receiver, reader))):
        observer.expect_blocked(reader, after="receiving")
        sender.send("at last")
        [received] = observer.expect("received")
        assert received.value == "at last"


def test_send_does_not_wait_for_the_receiver(mp, observer):
    receiver, sender = mp.Pipe(duplex=False)
    child = mp.Process(target=work.send_and_report, args=(sender, observer.probe("child")))
    with receiver, sender, running(child):
        observer.expect("sent")
        assert receiver.recv() == "a few words"


@only_where(memory=PROCESSES)
def test_a_message_larger_than_the_pipes_buffer_waits_for_its_receiver(mp, observer):
    receiver, sender = mp.Pipe(duplex=False)
    child = observer.probe("child")
    with receiver, sender, running(mp.Process(target=work.send_large, args=(sender, child))):
        observer.expect_blocked(child, after="sending")
        assert len(receiver.recv_bytes()) == work.LARGE
        observer.expect("sent")


@only_where(memory=PROCESSES)
def test_joining_a_sender_before_receiving_its_large_message_blocks(mp, observer):
    receiver, sender = mp.Pipe(duplex=False)
    joiner, child = observer.probe("joiner"), observer.probe("child")
    parent = mp.Process(target=work.join_sender_of_large, args=(mp, sender, joiner, child))
    with receiver, sender, running(parent):
        observer.expect_blocked(child, after="sending")
        observer.expect_blocked(joiner, after="joining")
        receiver.recv_bytes()
        observer.expect("joined")


@only_where(memory=PROCESSES)
def test_two_processes_that_both_send_first_can_block_each_other(mp, observer):
    one, other = observer.probe("one"), observer.probe("other")
    here, there = mp.Pipe()
    with here, there:
        children = [
            mp.Process(target=work.send_large_and_receive, args=(here, one)),
            mp.Process(target=work.send_large_and_receive, args=(there, other)),
        ]
        for child in children:
            child.start()
        observer.expect_blocked(one, other, after="sending")
        kill(*children)


def test_poll_tells_whether_there_is_something_to_receive(mp):
    receiver, sender = mp.Pipe(duplex=False)
    with receiver, sender:
        assert not receiver.poll()
        sender.send("a message")
        assert receiver.poll()
        assert receiver.poll(), "poll has taken the message away"
        receiver.recv()
        assert not receiver.poll()


def test_poll_with_a_timeout_waits_until_something_comes(mp, observer):
    receiver, sender = mp.Pipe(duplex=False)
    reader = observer.probe("reader")
    with receiver, sender, running(mp.Process(target=work.poll, args=(receiver, reader))):
        observer.expect_blocked(reader, after="polling")
        sender.send("a message")
        [polled] = observer.expect("polled")
        assert polled.value is True


def test_poll_with_a_timeout_gives_up_and_says_false(mp):
    receiver, sender = mp.Pipe(duplex=False)
    with receiver, sender:
        assert receiver.poll(0.001) is False


@only_where(memory=PROCESSES)
def test_wait_tells_which_of_several_connections_can_be_read(mp, observer):
    child = observer.probe("child")
    receivers, senders = zip(*[mp.Pipe(duplex=False) for _ in range(3)], strict=True)
    waiting = mp.Process(target=work.wait_for_any, args=(mp, list(receivers), child))
    with ExitStack() as ends, running(waiting):
        for end in receivers + senders:
            ends.enter_context(end)
        observer.expect_blocked(child, after="waiting")
        senders[1].send("a message")
        [ready] = observer.expect("ready")
        assert ready.value == [1]
        senders[2].send("a message")
        assert set(work.connection_of(mp).wait(receivers, timeout=0)) == {*receivers[1:]}


@needs("Process.sentinel")
def test_wait_tells_that_a_process_has_ended(mp, observer):
    wait = work.connection_of(mp).wait
    receiver, sender = mp.Pipe(duplex=False)
    child = mp.Process(target=work.stay_inside, args=(observer.probe("child"), sender))
    with receiver, sender, running(child):
        assert wait([receiver, child.sentinel], timeout=0) == []
        observer.proceed("inside")
        assert wait([receiver, child.sentinel], observer.patience) == [child.sentinel]


@only_where(memory=PROCESSES)
def test_a_default_timeout_of_sockets_does_not_reach_a_pipe(mp):
    with default_timeout_of_sockets(60):
        here, there = mp.Pipe()
    with here, there:
        assert os.get_blocking(here.fileno())
        assert os.get_blocking(there.fileno())


@only_where(memory=PROCESSES)
def test_waiting_for_no_connection_at_all_never_ends(mp, observer):
    probe = observer.probe("child")
    child = mp.Process(target=work.wait_for_any, args=(mp, [], probe))
    child.start()
    observer.expect_blocked(probe, after="waiting")
    kill(child)


# How a conversation ends


@refuted_where(memory="shared", instead="between-threads-closing-an-end-does-nothing")
def test_recv_raises_eoferror_once_the_other_end_is_closed_everywhere(mp):
    receiver, sender = mp.Pipe(duplex=False)
    with receiver, sender:
        with running(mp.Process(target=work.close, args=(sender,))):
            sender.close()
        assert receiver.poll(), "recv would wait"
        with pytest.raises(EOFError):
            receiver.recv()


def test_what_was_sent_before_the_end_was_closed_still_arrives(mp):
    receiver, sender = mp.Pipe(duplex=False)
    with receiver, sender:
        with running(mp.Process(target=work.send, args=(sender, ["first", "last"]))):
            pass
        sender.close()
        assert all_there_is(receiver, receiver.recv) == ["first", "last"]


@refuted_where(memory="shared", instead="between-threads-closing-an-end-does-nothing")
def test_poll_says_true_once_the_other_end_is_closed(mp):
    receiver, sender = mp.Pipe(duplex=False)
    with receiver:
        sender.close()
        assert receiver.poll()


@refuted_where(memory="shared", instead="between-threads-closing-an-end-does-nothing")
def test_there_is_no_eoferror_while_any_process_holds_the_other_end_open(mp, observer):
    receiver, sender = mp.Pipe(duplex=False)
    holder = mp.Process(target=work.stay_inside, args=(observer.probe("holder"), sender))
    with receiver, running(holder):
        observer.expect("inside")
        sender.close()
        assert not receiver.poll()
        observer.proceed("inside")
        holder.join()
        assert receiver.poll()


@only_where(memory=PROCESSES)
def test_a_receiver_that_keeps_the_other_end_open_waits_for_ever(mp, observer):
    probe = observer.probe("parent")
    parent = mp.Process(target=work.receive_holding_both_ends, args=(mp, probe))
    parent.start()
    observer.expect("received")
    observer.expect_blocked(probe, after="receiving once more")
    kill(parent)


@only_where(memory=PROCESSES)
@refuted_where(memory="fresh", instead="a-fresh-child-holds-only-the-ends-that-it-is-given")
def test_a_forked_child_holds_both_ends_of_its_parents_pipes(mp, observer):
    receiver, sender = mp.Pipe(duplex=False)
    reader = observer.probe("reader")
    child = mp.Process(target=work.receive_when_let_go, args=(receiver, reader))
    with receiver, sender:
        child.start()
        sender.close()
        observer.proceed("before receiving")
        observer.expect_blocked(reader, after="receiving")
        kill(child)


@only_where(memory=PROCESSES)
@refuted_where(memory="fresh", instead="sending-to-a-closed-end-raises-brokenpipeerror")
def test_a_forked_sender_is_not_told_that_its_receiver_has_gone(mp, observer):
    receiver, sender = mp.Pipe(duplex=False)
    child = mp.Process(target=work.send_when_let_go, args=(sender, observer.probe("child")))
    with receiver, sender, running(child):
        receiver.close()
        observer.proceed("before sending")
        observer.expect("sent")


@only_where(memory=PROCESSES)
@refuted_where(memory="fresh", instead="a-fresh-child-holds-only-the-ends-that-it-is-given")
def test_a_sibling_forked_later_keeps_a_pipe_open(mp, observer):
    receiver, sender = mp.Pipe(duplex=False)
    reader, sibling = observer.probe("reader"), observer.probe("sibling")
    first = mp.Process(target=work.close_other_end_and_receive, args=(receiver, sender, reader))
    with (
        receiver,
        sender,
        running(first),
        running(mp.Process(target=work.stay_inside, args=(sibling,))),
    ):
        sender.close()
        observer.expect("inside")
        observer.proceed("before receiving")
        observer.expect_blocked(reader, after="receiving")
        observer.proceed("inside")
        observer.expect("end of the pipe")


@only_where(memory="fresh")
def test_a_fresh_child_holds_only_the_ends_that_it_is_given(mp, observer):
    receiver, sender = mp.Pipe(duplex=False)
    reader, sibling = observer.probe("reader"), observer.probe("sibling")
    with (
        receiver,
        sender,
        running(mp.Process(target=work.poll_when_let_go, args=(receiver, reader))),
        running(mp.Process(target=work.stay_inside, args=(sibling,))),
    ):
        sender.close()
        observer.expect("inside")
        observer.proceed("before polling")
        [at_the_end] = observer.expect("polled")
        assert at_the_end.value is True, "somebody else holds the other end"
        observer.proceed("inside")


@refuted_where(memory="shared", instead="between-threads-closing-an-end-does-nothing")
def test_sending_to_a_closed_end_raises_brokenpipeerror(mp):
    for duplex in (True, False):
        receiver, sender = mp.Pipe(duplex)
        with sender:
            with running(mp.Process(target=work.close, args=(receiver,))):
                pass
            receiver.close()
            with pytest.raises(BrokenPipeError):
                sender.send("a message")


@only_where(memory=PROCESSES, platform="linux")
def test_a_two_way_pipe_closed_with_messages_unread_is_reset(mp):
    here, there = mp.Pipe()
    with here:
        here.send("never read")
        there.close()
        with pytest.raises((EOFError, OSError)) as raised:
            here.recv()
        assert raised.type is ConnectionResetError


@only_where(memory=PROCESSES)
def test_a_sender_killed_in_mid_message_leaves_half_a_message_behind(mp, observer):
    receiver, sender = mp.Pipe(duplex=False)
    probe = observer.probe("child")
    child = mp.Process(target=work.send_large, args=(sender, probe))
    with receiver, sender:
        child.start()
        observer.expect_blocked(probe, after="sending")
        kill(child)
        sender.close()
        with pytest.raises((EOFError, OSError), match="end of file during message"):
            receiver.recv_bytes()


@refuted_where(memory="shared", instead="between-threads-closing-an-end-does-nothing")
def test_a_closed_connection_refuses_every_call(mp):
    here, there = mp.Pipe()
    here.close()
    with there:
        message = [b"a message"]
        for name in ("send", "send_bytes", "recv", "recv_bytes", "poll", "fileno"):
            with pytest.raises(OSError, match="closed"):
                getattr(here, name)(*(message if name.startswith("send") else []))


@only_where(memory=PROCESSES)
def test_closed_tells_whether_a_connection_is_closed(mp):
    here, there = mp.Pipe()
    with here, there:
        assert here.closed is False
        there.close()
        assert here.closed is False, "only the other end is closed"
        here.close()
        assert here.closed is True


@refuted_where(memory="shared", instead="between-threads-closing-an-end-does-nothing")
def test_with_closes_a_connection(mp):
    here, there = mp.Pipe()
    with here, there:
        here.send("a message")
    with pytest.raises(OSError, match="closed"):
        here.send("a message")


@refuted_where(memory="shared", instead="between-threads-closing-an-end-does-nothing")
def test_a_connection_that_is_dropped_is_closed(mp):
    receiver, sender = mp.Pipe(duplex=False)
    with receiver:
        del sender
        gc.collect()
        assert receiver.poll(), "recv would wait"
        with pytest.raises(EOFError):
            receiver.recv()


# Bytes


def test_any_bytes_of_any_size_arrive_whole_and_in_order(mp):
    incoming, there = mp.Pipe(duplex=False)
    back, outgoing = mp.Pipe(duplex=False)

    @for_any_input
    @example([b"", bytes(65_533), b"x" * (1 << 20), b"last"])
    @given(st.lists(contents, min_size=1, max_size=4))
    def come_back_as_they_went(messages):
        there.send(len(messages))
        for message in messages:
            there.send_bytes(message)
        assert [back.recv_bytes() for _ in messages] == messages

    echo = mp.Process(target=work.echo_bytes, args=(incoming, outgoing))
    with incoming, there, back, outgoing, running(echo):
        try:
            come_back_as_they_went()
        finally:
            there.send(0)


@refuted_where(memory="shared", instead="between-threads-a-pipe-hands-over-the-object-itself")
def test_send_bytes_can_send_a_part_of_a_buffer(mp):
    receiver, sender = mp.Pipe(duplex=False)
    with receiver, sender:
        sender.send_bytes(b"0123456789", 2, 3)
        assert receiver.recv_bytes() == b"234"


@refuted_where(memory="shared", instead="between-threads-a-pipe-hands-over-the-object-itself")
def test_recv_understands_only_what_send_has_sent(mp):
    receiver, sender = mp.Pipe(duplex=False)
    with receiver, sender:
        sender.send_bytes(b"not a pickle")
        with pytest.raises(pickle.UnpicklingError):
            receiver.recv()


@refuted_where(memory="shared", instead="between-threads-a-pipe-hands-over-the-object-itself")
def test_recv_takes_an_empty_message_for_the_end_of_the_pipe(mp):
    receiver, sender = mp.Pipe(duplex=False)
    with receiver, sender:
        sender.send_bytes(b"")
        with pytest.raises(EOFError):
            receiver.recv()
        sender.send("not the end")
        assert receiver.recv() == "not the end"


@refuted_where(memory="shared", instead="between-threads-a-pipe-hands-over-the-object-itself")
def test_recv_bytes_refuses_a_message_longer_than_maxlength(mp):
    for maxlength in (5, 0):
        receiver, sender = mp.Pipe(duplex=False)
        with receiver, sender:
            sender.send_bytes(bytes(maxlength))
            assert receiver.recv_bytes(maxlength) == bytes(maxlength)
            sender.send_bytes(bytes(maxlength + 1))
            with pytest.raises(OSError, match="bad message length"):
                receiver.recv_bytes(maxlength)


@refuted_where(memory="shared", instead="between-threads-a-pipe-hands-over-the-object-itself")
def test_after_a_refused_message_nothing_more_can_be_received(mp):
    for duplex, left in ((True, "write-only"), (False, "closed")):
        receiver, sender = mp.Pipe(duplex)
        with receiver, sender:
            sender.send_bytes(b"12345")
            sender.send_bytes(b"67")
            for maxlength, reason in ((4, "bad message length"), (2, left)):
                with pytest.raises(OSError, match=reason):
                    receiver.recv_bytes(maxlength)


@only_where(memory=PROCESSES)
def test_recv_bytes_into_writes_a_message_into_a_buffer(mp):
    receiver, sender = mp.Pipe(duplex=False)
    buffer = bytearray(b"-----")
    with receiver, sender:
        for message in (b"abc", b"123", b"xy"):
            sender.send_bytes(message)
        assert receive_into(mp, receiver, buffer, 1) == 3
        assert buffer == b"-abc-"
        assert receive_into(mp, receiver, buffer) == 3
        assert buffer == b"123c-"
        assert receive_into(mp, receiver, buffer, 3) == 2
        assert buffer == b"123xy"


@needs("BufferTooShort")
def test_buffertooshort_carries_the_message_that_did_not_fit(mp):
    receiver, sender = mp.Pipe(duplex=False)
    buffer = bytearray(b"--")
    with receiver, sender:
        sender.send_bytes(b"abc")
        with pytest.raises(mp.BufferTooShort) as raised:
            receiver.recv_bytes_into(buffer)
        assert raised.value.args == (b"abc",)
        assert buffer == b"--"


# One end in several hands


@only_where(memory=PROCESSES)
def test_two_senders_on_one_end_can_mix_their_messages(mp, observer):
    receiver, sender = mp.Pipe(duplex=False)
    slow, reader = observer.probe("slow sender"), observer.probe("reader")
    first = mp.Process(target=work.send_large, args=(sender, slow))
    second = mp.Process(target=work.search_message, args=(receiver, b"somebody else", reader))
    with receiver, sender, running(first):
        observer.expect_blocked(slow, after="sending")
        stop(first, observer)
        with running(second):
            observer.expect_blocked(reader, after="receiving")
            sender.send_bytes(b"somebody else")
            go_on(first)
            [received] = observer.expect("received")
            assert received.value == {"size": work.LARGE, "found": True}


@only_where(memory=PROCESSES)
def test_a_lock_keeps_the_messages_of_several_senders_whole(mp, observer):
    receiver, sender = mp.Pipe(duplex=False)
    lock, one, other = mp.Lock(), observer.probe("one"), observer.probe("other")
    first = mp.Process(target=work.send_large_under_lock, args=(sender, one, b"1", lock))
    second = mp.Process(target=work.send_large_under_lock, args=(sender, other, b"2", lock))
    with receiver, sender, running(first):
        observer.expect_blocked(one, after="sending")
        with running(second):
            observer.expect_blocked(other, after="acquiring")
            assert receiver.recv_bytes() == b"1" * work.LARGE
            assert receiver.recv_bytes() == b"2" * work.LARGE


@only_where(memory=PROCESSES)
def test_two_receivers_on_one_end_can_tear_a_message_apart(mp, observer):
    receiver, sender = mp.Pipe(duplex=False)
    slow, reader = observer.probe("sender"), observer.probe("slow reader")
    sending = mp.Process(target=work.send_large, args=(sender, slow, b"\0"))
    receiving = mp.Process(target=work.receive, args=(receiver, reader))
    with receiver, sender:
        sending.start()
        observer.expect_blocked(slow, after="sending")
        stop(sending, observer)
        receiving.start()
        observer.expect_blocked(reader, after="receiving")
        stop(receiving, observer)
        go_on(sending)
        assert receiver.recv_bytes() == b""
        kill(sending, receiving)


def test_an_end_can_be_sent_through_another_pipe(mp, observer):
    receiver, sender = mp.Pipe(duplex=False)
    child = mp.Process(target=work.send_an_end, args=(mp, sender, observer.probe("child")))
    with receiver, sender, running(child), receiver.recv() as new:
        new.send("through the new pipe")
        observer.proceed("an end is on its way")
        [received] = observer.expect("received")
        assert received.value == "through the new pipe"


@refuted_where(memory="shared", instead="between-threads-a-pipe-hands-over-the-object-itself")
def test_an_end_is_lost_if_its_sender_ends_before_it_arrives(mp):
    receiver, sender = mp.Pipe(duplex=False)
    with receiver, sender:
        with running(mp.Process(target=work.send_an_end_and_leave, args=(mp, sender))):
            pass
        with pytest.raises((FileNotFoundError, ConnectionRefusedError)):
            receiver.recv()


# Listeners and clients


def test_a_client_reaches_a_listener_by_its_address(mp, observer):
    with work.connection_of(mp).Listener(LOOPBACK) as listener:
        probe = observer.probe("client")
        with running(mp.Process(target=work.call, args=(mp, listener.address, probe))):
            observer.expect("sent")
            with listener.accept() as end:
                assert end.poll(observer.patience), "nothing came"
                assert end.recv() == "hello"


def test_a_listener_without_an_address_takes_a_free_one(mp):
    listener = work.connection_of(mp).Listener
    with listener(family="AF_INET") as one, listener(family="AF_INET") as other:
        assert one.address != other.address


@only_where(memory=PROCESSES)
def test_a_listeners_port_can_be_used_again_at_once(mp):
    connection = work.connection_of(mp)
    with (
        connection.Listener(LOOPBACK) as listener,
        connection.Client(address := listener.address),
        listener.accept() as end,
    ):
        end.close()  # the side that closes first is the one that the system remembers
    assert can_listen(mp, address)


@needs("AuthenticationError")
def test_a_client_with_the_right_key_is_let_in(mp, observer):
    with work.connection_of(mp).Listener(LOOPBACK, authkey=b"right") as listener:
        client = mp.Process(
            target=work.call_with_key,
            args=(mp, listener.address, b"right", observer.probe("client")),
        )
        with running(client):
            end = accept(mp, listener)
            assert end, "it was turned away"
            with end:
                assert end.recv() == "hello"


@needs("AuthenticationError")
def test_a_wrong_key_raises_authenticationerror_on_both_sides(mp, observer):
    with work.connection_of(mp).Listener(LOOPBACK, authkey=b"right") as listener:
        client = mp.Process(
            target=work.call_with_key,
            args=(mp, listener.address, b"wrong", observer.probe("client")),
        )
        with running(client), pytest.raises(mp.AuthenticationError):
            listener.accept()
    [turned_away] = observer.expect("turned away")
    assert turned_away.value == "AuthenticationError"


@needs("AuthenticationError")
def test_a_listener_can_go_on_after_a_client_with_a_wrong_key(mp, observer):
    with work.connection_of(mp).Listener(LOOPBACK, authkey=b"right") as listener:
        wrong, right = (
            mp.Process(
                target=work.call_with_key,
                args=(mp, listener.address, key, observer.probe(f"client with {key!r}")),
            )
            for key in (b"wrong", b"right")
        )
        with running(wrong), pytest.raises(mp.AuthenticationError):
            listener.accept()
        with running(right):
            end = accept(mp, listener)
            assert end, "the listener does not go on"
            with end:
                assert end.recv() == "hello"


@needs("AuthenticationError")
def test_a_silent_client_holds_up_a_listener_with_a_key(mp, observer):
    server = observer.probe("listener")
    listening = mp.Process(target=work.listen_with_key, args=(mp, LOOPBACK, b"key", server))
    with running(listening):
        [report] = observer.expect("listening")
        with work.connection_of(mp).Client(tuple(report.value)) as silent:
            assert silent.poll(observer.patience), "it asks for the key"
            observer.expect_blocked(server, after="listening")
        observer.expect("the client has gone")


@needs("AuthenticationError")
def test_a_client_with_a_key_waits_for_a_listener_that_asks_for_none(mp, observer):
    probe = observer.probe("client")
    with work.connection_of(mp).Listener(LOOPBACK) as listener:
        client = mp.Process(target=work.call_with_key, args=(mp, listener.address, b"key", probe))
        with running(client):
            with listener.accept():
                observer.expect_blocked(probe, after="calling")
            [turned_away] = observer.expect("turned away")
            assert turned_away.value == "EOFError"


# Pipes between threads


@only_where(memory="shared")
def test_between_threads_a_pipe_hands_over_the_object_itself(mp):
    here, there = mp.Pipe()
    for thing in (["a list"], lambda: None):
        here.send(thing)
        assert there.recv() is thing


@only_where(memory="shared")
def test_between_threads_every_pipe_goes_both_ways(mp):
    receiver, sender = mp.Pipe(duplex=False)
    receiver.send("against the direction")
    assert sender.poll(), "nothing came"
    assert sender.recv() == "against the direction"


@only_where(memory="shared")
def test_between_threads_send_never_waits(mp, observer):
    receiver, sender = mp.Pipe(duplex=False)
    messages = [b"\0" * work.LARGE] * 1000
    child = mp.Process(target=work.send_all, args=(sender, messages, observer.probe("thread")))
    with running(child):
        observer.expect("sent")
    assert all_there_is(receiver, receiver.recv) == messages


@only_where(memory="shared")
def test_between_threads_closing_an_end_does_nothing(mp):
    here, there = mp.Pipe()
    here.close()
    there.close()
    here.send("a message")
    assert there.poll(), "nothing came"
    assert there.recv() == "a message"
