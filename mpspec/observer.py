"""The test's side of the instrument: it directs the children and proves what they do.

    worker = observer.probe("worker")
    mp.Process(target=hold, args=(lock, worker)).start()
    observer.expect("inside")                          # it has arrived, and waits there
    observer.expect_blocked(other, after="acquiring")  # and the other one cannot come in
    observer.proceed("inside")                         # on it goes

No clock decides anything: a deadline only bounds a hang.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from functools import partial
from typing import Any, NoReturn

from mpspec.channel import BACKLOG, Channel, Connection
from mpspec.deadline import MOST, Deadline
from mpspec.history import REPORTED, History, Report
from mpspec.probe import LOOPBACK, OBSERVER_VARIABLE, Probe
from mpspec.sleeping import process_sleeps, process_state

DEADLINE = 15.0
"""Seconds after which a wait is given up as a hang."""

# How long a thread, of which the system cannot tell whether it waits for a lock or for its turn, or
# a process of another host, of which it tells nothing, is given to report that it went on. Too
# short can only miss a fault, never raise a false alarm.
GRACE = 0.05

# How soon the system is asked again whether a process sleeps. Nothing is judged by it.
LOOK_AGAIN = 0.001

MOST_REPORTS = 10_000
"""Reports after which a test is given up as one whose reports have no end."""

ARRIVALS = REPORTED - {"end"}


class DeadlineError(Exception):
    """What was waited for did not come within the deadline: the test hangs."""


class Observer:
    """Directs processes by their probes and keeps the history of what they report.

    Every wait ends in one of three ways: what was asked for came; it cannot come any more, or its
    opposite has come (`AssertionError`); or the `deadline`, in seconds, passed (`DeadlineError`).
    As long as one of this process's children runs, or waits for the disk, nothing hangs yet: on a
    machine that is too busy it may take up to three deadlines. Each message shows the history so
    far.

    - `address`: where it listens: an IPv4 address of this machine, at which a process on another
      host reaches it. What such a process reports is put into the history when it arrives, as its
      clock is another one.
    - `grace`: the seconds that a process which sleeps is given to report all the same, where that
      may be no more than a wait for a service's answer.
    """

    def __init__(
        self, deadline: float = DEADLINE, address: str = LOOPBACK, grace: float = 0
    ) -> None:
        self.deadline = deadline
        self._grace = grace
        self._channel = Channel(address)
        self._given: dict[str, bool] = {}  # probe -> may several processes use it?
        self._programs: list[Callable[[], bool]] = []  # may one still make probes of its own?
        self._opened: set[str] = set()
        self._held: dict[Connection, Report] = {}  # who waits, and at which checkpoint
        self._reports: list[Report] = []
        self._new: list[Report] = []  # what no `expect` has returned yet

    def probe(self, name: str, *, many: bool = False) -> Probe:
        """Return a handle for a child to report with; `many` where several processes share it."""
        if name in self._given:
            raise ValueError(f"there is a probe {name!r} already")
        self._given[name] = many
        return Probe(name, self._channel.port, self._channel.token, self._channel.address)

    def probes(self, name: str, count: int) -> list[Probe]:
        """Return `count` handles: `name 1`, `name 2` ..."""
        return [self.probe(f"{name} {number}") for number in range(1, count + 1)]

    @property
    def patience(self) -> float:
        """The seconds after which a test that waits by itself (`poll`, `acquire`) gives up.

        As long as the observer itself waits on a machine that is too busy.
        """
        return MOST * self.deadline

    @property
    def environment(self) -> dict[str, str]:
        """The environment variable by which a whole program finds this observer.

        Who gives it to one says with `follow` how long that may report.
        """
        where = f"{self._channel.port}:{self._channel.token}:{self._channel.address}"
        return {OBSERVER_VARIABLE: where}

    def follow(self, lives: Callable[[], bool]) -> None:
        """Expect reports from a program that uses `environment`, for as long as it `lives`."""
        self._programs.append(lives)

    @property
    def pids(self) -> set[int]:
        """The processes of this host that have reported, apart from this one."""
        others = [c for c in self._channel.connections if not c.in_this_process]
        return {c.pid for c in others if c.here}

    def name_of(self, pid: int) -> str:
        """Return the probe by which the process `pid` reports, nothing if it has not."""
        return next((c.probe for c in self._channel.connections if c.pid == pid), "")

    @property
    def history(self) -> History:
        """All that has been reported so far."""
        self.read()
        return History(self._reports)

    def note(self, event: str, value: Any = None) -> None:
        """Put something that the test itself does into the history; JSON can carry `value`."""
        self._add("test", "note", event, json.loads(json.dumps(value)))

    def expect(self, event: str, count: int = 1, *, of: Probe | None = None) -> list[Report]:
        """Wait until `event` has been reported `count` more times, and return these reports.

        `more`: reports that an earlier call returned do not count again. With `of`, only what this
        one probe reports counts.
        """
        who = of.name if of else ""
        wanted = f"{count} x {event!r}" + (f" from {who}" if who else "")

        def come() -> list[Report] | None:
            if self._too_late(lambda: len(self._unexpected(event, who)) < count, who):
                came = len(self._unexpected(event, who))
                raise AssertionError(
                    self._story(f"expected {wanted}; {came} came, and no other can")
                )
            new = self._unexpected(event, who)
            return new[:count] if len(new) >= count else None

        reports: list[Report] = self._wait(
            come, lambda: f"{wanted}; {len(self._unexpected(event, who))} came"
        )
        self._new = [report for report in self._new if report not in reports]
        return reports

    def proceed(self, event: str, count: int = 1, *, of: Probe | None = None) -> None:
        """Let `count` of those who wait at the checkpoint `event` go on, first come, first go."""
        who = of.name if of else ""

        def waiting() -> list[Connection] | None:
            if self._too_late(lambda: len(self._waiting_at(event, who)) < count, who):
                there = len(self._waiting_at(event, who))
                raise AssertionError(
                    self._story(f"{count} should go on from {event!r}; {there} can be there")
                )
            ready = self._waiting_at(event, who)
            return ready[:count] if len(ready) >= count else None

        for connection in self._wait(waiting, lambda: f"{count} at the checkpoint {event!r}"):
            self._release(connection)

    def open(self, event: str) -> None:
        """Let everyone pass the checkpoint `event`, now and later.

        Whoever comes later passes as soon as the observer reads: it does so within each of its
        own waits, and a program's, but not within a `join` of the test's.
        """
        self._opened.add(event)
        self.read()
        for connection in self._waiting_at(event, ""):
            self._release(connection)

    def expect_blocked(self, *probes: Probe, after: str) -> None:
        """Prove that each of `probes` is blocked in the call that it announced with `after`.

        Proof: it has reported `after`; the operating system says that the process sleeps; and,
        looked at after that, it has reported nothing further. A thread of the test's own process,
        and a process of another host, is given `GRACE` seconds to report instead, as every process
        is given the observer's own, and the history says so. `AssertionError` if one went on or has
        ended.
        """
        for name in [probe.name for probe in probes]:
            self._wait(
                partial(self._proof_of_blocking, name, after),
                partial("{} blocked after {!r}".format, name, after),
            )

    def expect_ended(self, *probes: Probe) -> None:
        """Wait until the processes that reported by `probes` have ended."""
        for name in [probe.name for probe in probes]:
            self._wait(partial(self._has_ended, name), partial("the end of {}".format, name))

    def expect_state(self, pid: int, *states: str) -> str:
        """Wait until the system gives the process `pid` one of `states`, and return which.

        The states are psutil's (`sleeping`, `stopped`, `zombie` ...), and `gone`.
        """
        found: str = self._wait(
            lambda: state if (state := process_state(pid)) in states else None,
            lambda: f"process {pid} to be {' or '.join(states)}; it is {process_state(pid)}",
        )
        return found

    def close(self) -> None:
        """Hang up: whoever still waits at a checkpoint ends."""
        self._channel.close()

    # Reading

    def _wait(self, look: Callable[[], Any], awaited: Callable[[], str]) -> Any:
        """Read until `look` returns something true; past the deadline, say what was `awaited`."""
        deadline = Deadline(self.deadline)
        self.read()
        while not (found := look()):
            if deadline.passed():
                message = f"waited {self.deadline:g} s in vain for {awaited()}"
                raise DeadlineError(self._story(message))
            self.read(LOOK_AGAIN)
        return found

    def read(self, seconds: float = 0) -> None:
        """Read all that has arrived; if nothing has, wait up to `seconds` for it.

        Every other method reads first, so that a test has no need to. Strangers may come faster
        than they can be turned away: it is enough to have come to those who had to wait for them.
        """
        last = time.monotonic() + seconds + self.deadline
        most = self._channel.strangers + 2 * BACKLOG
        self._take(seconds)
        while self._channel.pending():
            if self._channel.strangers > most and not self._channel.pending_of_known():
                return
            if time.monotonic() > last:
                self._give_up()
            self._take(0)

    def _take(self, seconds: float) -> None:
        for connection, message in self._channel.read(seconds):
            if message is None:
                self._end(connection)
            else:
                self._record(connection, message)
            if len(self._reports) >= MOST_REPORTS:
                self._give_up()

    def _give_up(self) -> NoReturn:
        """Hang up, so that whoever asks for the history next gets it as it is."""
        self._channel.close()
        raise DeadlineError(self._story("reports come without end"))

    def _record(self, connection: Connection, message: dict[str, Any]) -> None:
        kind, event = str(message["kind"]), str(message["event"])
        when = int(message["time"]) if connection.here else time.monotonic_ns()
        value = message["value"]
        report = Report(when, connection.probe, kind, event, value, connection.pid)
        self._reports.append(report)
        if kind in ARRIVALS:
            self._new.append(report)
        if kind == "checkpoint":
            self._held[connection] = report
            if event in self._opened:
                self._release(connection)

    def _end(self, connection: Connection) -> None:
        self._held.pop(connection, None)
        self._add(connection.probe, "ended", pid=connection.pid)

    def _add(self, probe: str, kind: str, event: str = "", value: Any = None, pid: int = 0) -> None:
        self._reports.append(Report(time.monotonic_ns(), probe, kind, event, value, pid))

    def _release(self, connection: Connection) -> None:
        held = self._held.pop(connection)
        self._add(connection.probe, "proceed", held.event, pid=connection.pid)
        try:
            connection.go_on()
        except ConnectionError:
            return  # it has just ended; the next read tells

    # Judging

    def _unexpected(self, event: str, who: str) -> list[Report]:
        new = [report for report in self._new if report.event == event]
        return list(History(report for report in new if who in {"", report.probe}))

    def _users(self, name: str) -> list[Connection]:
        return [c for c in self._channel.connections if c.probe == name]

    def _too_late(self, lacks: Callable[[], bool], who: str) -> bool:
        """Return whether something `lacks` that nobody is left to report."""
        if not lacks() or self._may_still_report(who):
            return False
        self.read()  # the last words of those that have just ended
        return lacks()

    def _may_still_report(self, who: str) -> bool:
        """Return whether anybody is left who could report without being let go first."""
        self._end_threads()
        if not who:
            names = any(self._may_report(name) for name in self._given)
            return names or any(lives() for lives in self._programs)
        return self._may_report(who)

    def _may_report(self, name: str) -> bool:
        users = self._users(name)
        if not users or self._given.get(name, True):
            return True
        return any(not c.ended and c not in self._held for c in users)

    def _waiting_at(self, event: str, who: str) -> list[Connection]:
        there = [c for c, held in self._held.items() if held.event == event]
        there = [c for c in there if who in {"", c.probe}]
        return sorted(there, key=lambda connection: self._held[connection].time)

    def _has_ended(self, name: str) -> bool:
        self._end_threads()
        users = self._users(name)
        return bool(users) and all(c.ended for c in users)

    def _end_threads(self) -> None:
        """Take the end of a thread for the end of its connection, as a process's is."""
        for connection in self._channel.ended_threads():
            self.read()  # its last words
            connection.hang_up()
            self._end(connection)

    def _proof_of_blocking(self, name: str, after: str) -> bool:
        """Return whether there is a proof by now; `AssertionError` for a proof of the opposite."""
        if not any(report.event == after for report in self._made_by(name)):
            if not self._may_report(name):
                raise AssertionError(self._story(f"{name} cannot come to {after!r} any more"))
            return False
        users = self._users(name)
        seen = [c for c in users if c.here and not c.in_this_process]
        asleep = all(process_sleeps(c.pid) for c in seen)
        grace = max(self._grace, 0 if seen == users else GRACE)
        self._see_that_it_stays(name, after, grace)
        if asleep:
            how = f"nothing came in a grace of {grace:g} s" if grace else None
            self._add(name, "blocked", after, how, users[0].pid)
        return asleep

    def _made_by(self, name: str) -> list[Report]:
        """Return what `name` itself reported, without what the observer saw of it."""
        return [report for report in History(self._reports).of(name) if report.kind in REPORTED]

    def _see_that_it_stays(self, name: str, after: str, grace: float) -> None:
        """Read for `grace` seconds; `AssertionError` once the process goes on."""
        last = time.monotonic() + grace
        self.read()
        self._deny_if_it_went_on(name, after)
        while (left := last - time.monotonic()) > 0:
            self.read(left)
            self._deny_if_it_went_on(name, after)

    def _deny_if_it_went_on(self, name: str, after: str) -> None:
        last = self._made_by(name)[-1].event
        if last != after:
            raise AssertionError(
                self._story(f"{name} is not blocked after {after!r}: it went on to {last!r}")
            )
        if self._has_ended(name):
            raise AssertionError(self._story(f"{name} is not blocked after {after!r}: it ended"))

    def _story(self, what: str) -> str:
        strangers = self._channel.strangers
        turned_away = f"\n({strangers} without the token turned away)" if strangers else ""
        return f"{what}\nhistory so far:\n{History(self._reports)}{turned_away}"
