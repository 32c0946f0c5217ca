"""The bad worlds: how each is made, and what a person should get there."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.bad_worlds.place import Done, Impossible, Place

KNOWN = "start-runs-children-concurrently"
"""The claim that is tried first: its verdict is what must not be lost."""

LOCK = "a-lock-admits-one-process-at-a-time"
POOL = "map-keeps-the-order-of-its-input"

KNOWN_TEST = "test_01_processes.py::test_start_runs_children_concurrently"
LOCK_TEST = "test_03_locks.py::test_a_lock_admits_one_process_at_a_time"

UID = 54321
"""A user of whom nothing else runs, so that its processes can be counted."""

BACK = """\
import itertools, time
_real, _calls = time.time, itertools.count()
time.time = lambda: _real() - 3600 * (next(_calls) // 100)
"""
"""A `sitecustomize` by which the clock goes back an hour at each hundredth look."""

WHOLE = r"^1 verdicts as the note says, 0 not"


IN_VAIN = r"waited 10 s in vain for .*|AssertionError: \d+ should go on .*|Timeout \(>20.*"
"""A test's wait for a child that has died; on a busy machine the whole test's deadline is first."""


@dataclass(frozen=True)
class World:
    """A bad world, and what is expected there."""

    name: str
    make: Callable[[Place], Done]
    status: int
    says: str  # a pattern of what a person must be told
    kept: str  # a pattern of what the verdict file tells afterwards
    traceback: bool  # whether what pytest shows of a test's error may hold one


WORLDS: list[World] = []


def world(
    name: str, *, status: int, says: str, kept: str, traceback: bool = False
) -> Callable[[Callable[[Place], Done]], Callable[[Place], Done]]:
    """Register a function that makes a bad world and runs the runner in it."""

    def register(make: Callable[[Place], Done]) -> Callable[[Place], Done]:
        WORLDS.append(World(name, make, status, says, kept, traceback))
        return make

    return register


# A child is killed


@world(
    "a child is killed before it connects",
    status=1,
    says=IN_VAIN,
    kept="holds, (hangs|fails)",
)
def _(place: Place) -> Done:
    place.meddle("killed before it connects", LOCK)
    return place.check(KNOWN, LOCK, deadline=10)


@world(
    "a child is killed at a checkpoint",
    status=1,
    says=IN_VAIN,
    kept="holds, (hangs|fails)",
)
def _(place: Place) -> Done:
    place.meddle("killed at a checkpoint", LOCK)
    return place.check(KNOWN, LOCK, deadline=10, workers=1)


@world(
    "a child is killed holding a lock",
    status=1,
    says=IN_VAIN,
    kept="holds, (hangs|fails)",
)
def _(place: Place) -> Done:
    place.meddle("killed holding a lock", LOCK)
    return place.check(KNOWN, LOCK, deadline=10)


@world(
    "a child is killed in a pool's task",
    status=1,
    says=IN_VAIN,
    kept="holds, (hangs|fails)",
)
def _(place: Place) -> Done:
    place.meddle("killed at a checkpoint", POOL)
    return place.check(KNOWN, POOL, deadline=10)


# The runner is killed


def killed(place: Place, command: Sequence[str]) -> Done:
    """Kill the runner while a test waits for a lock, then ask what the verdict file is."""
    place.meddle("halted holding a lock", LOCK)
    place.environment["PYTEST_DEBUG_TEMPROOT"] = str(place.folder)  # where pytest keeps what it has
    with place.started(*command) as runner:
        place.wait_for((place.folder / "halted").exists, runner)
        runner.kill()
        status = runner.wait()
    place.environment.clear()
    place.left()
    combine = [sys.executable, "-m", "mpspec", "combine", str(place.verdicts)]
    with place.started(*combine) as combining:
        return Done(status, place.end_of(combining).output)


@world(
    "`mpspec check -n 0` is killed",
    status=-signal.SIGKILL,
    says=r"MissingFooterError: .*",
    kept="holds; cut short",
)
def _(place: Place) -> Done:
    return killed(place, place.checking(KNOWN, LOCK, deadline=600))


@world(
    "`mpspec check -n 1` is killed",
    status=-signal.SIGKILL,
    says=r"MissingFooterError: .*",
    kept="holds; cut short",
)
def _(place: Place) -> Done:
    return killed(place, place.checking(KNOWN, LOCK, deadline=600, workers=1))


@world(
    "`pytest` with the plugin is killed",
    status=-signal.SIGKILL,
    says=r"MissingFooterError: .*",
    kept="holds; cut short",
)
def _(place: Place) -> Done:
    return killed(place, place.testing(KNOWN_TEST, LOCK_TEST))


@world(
    "`pytest -n 1` with the plugin is killed",
    status=-signal.SIGKILL,
    says=r"MissingFooterError: .*",
    kept="holds; cut short",
)
def _(place: Place) -> Done:
    return killed(place, place.testing(KNOWN_TEST, LOCK_TEST, workers=1))


@world(
    "`mpspec check` is killed while pytest starts",
    status=-signal.SIGKILL,
    says="",
    kept="nothing|none; cut short",  # as far as pytest came until its watcher looked
)
def _(place: Place) -> Done:
    place.meddle("halted holding a lock", LOCK)  # it would never end by itself
    with place.started(*place.checking(LOCK, deadline=600)) as runner:
        place.wait_for(lambda: len(place.processes()) > 1, runner)
        runner.kill()
        return Done(runner.wait(), place.output)


@world("`mpspec faults` is killed", status=-signal.SIGKILL, says="", kept="no file")
def _(place: Place) -> Done:
    place.meddle("halted holding a lock", LOCK)
    with place.started(sys.executable, "-m", "mpspec", "faults", f"--claim={LOCK}") as runner:
        place.wait_for((place.folder / "halted").exists, runner)
        runner.kill()
        return Done(runner.wait(), place.output)


# The disk


@world(
    "the disk is full from the second verdict on",
    status=1,
    says=r"verdicts\.jsonl: No space left on device",
    kept="holds; cut short",
)
def _(place: Place) -> Done:
    disk = place.folder / "disk"
    disk.mkdir()
    place.unshare(do="mount -t tmpfs -o size=4k none disk")
    return _with_verdicts_seen(place, place.check(KNOWN, LOCK, path=disk / "verdicts.jsonl"), disk)


def _with_verdicts_seen(place: Place, done: Done, disk: Path) -> Done:
    """Copy the verdicts out of the world's own namespace."""
    copy = [*place.around, "cat", str(disk / "verdicts.jsonl")]
    place.verdicts.write_bytes(subprocess.run(copy, check=True, stdout=subprocess.PIPE).stdout)
    return done


@world(
    "the verdicts go to a device that is always full",
    status=2,
    says=r"mpspec: /dev/full: .*",
    kept="no file",
)
def _(place: Place) -> Done:
    if not Path("/dev/full").exists():
        raise Impossible("no /dev/full")
    place.limit(**{"as": 2 << 30})  # the device can be read without end
    return place.check(KNOWN, path=Path("/dev/full"))


@world(
    "the verdicts' folder is read-only",
    status=2,
    says=r"mpspec: .*disk/verdicts\.jsonl: Read-only file system",
    kept="no file",
)
def _(place: Place) -> Done:
    disk = place.folder / "disk"
    disk.mkdir()
    place.unshare(do="mount -t tmpfs -o ro none disk")
    return place.check(KNOWN, path=disk / "verdicts.jsonl")


@world(
    "the verdicts' folder belongs to somebody else",
    status=2,
    says=r"mpspec: /var/mpspec-verdicts\.jsonl: Permission denied",
    kept="no file",
)
def _(place: Place) -> Done:
    place.as_somebody(UID)
    return place.check(KNOWN, path=Path("/var/mpspec-verdicts.jsonl"))


@world(
    "the folder for temporary files is read-only",
    status=3,
    says=r"mpspec: nothing ran: .*No usable temporary directory",
    kept="no file",
)
def _(place: Place) -> Done:
    places = "tmp /tmp /var/tmp /usr/tmp ."
    place.unshare(
        do=f"for each in {places}; do if [ -d $each ]; then "
        "mount --bind $each $each && mount -o remount,ro,bind $each || exit; fi; done"
    )
    return place.check(KNOWN)


# Descriptors, processes, shared memory


@world(
    "no descriptor is free in a test",
    status=1,
    says=r"OSError: \[Errno 24\] Too many open files.*",
    kept="error",
    traceback=True,
)
def _(place: Place) -> Done:
    place.limit(nofile=18)
    return place.check(KNOWN)


@world(
    "no descriptor is free for the runner",
    status=3,
    says=r"mpspec: .*Too many open files.*",
    kept="nothing",
)
def _(place: Place) -> Done:
    place.limit(nofile=6)
    return place.check(KNOWN)


@world(
    "no process number is free in a test",
    status=1,
    says=r"BlockingIOError: \[Errno 11\] Resource temporarily unavailable",
    kept="error",
    traceback=True,
)
def _(place: Place) -> Done:
    place.as_somebody(UID)
    place.limit(nproc=4)
    return place.check(KNOWN)


@world(
    "no process number is free for the runner",
    status=3,
    says=r"mpspec: .*Resource temporarily unavailable",
    kept="nothing",
)
def _(place: Place) -> Done:
    place.as_somebody(UID)
    place.limit(nproc=1)
    return place.check(KNOWN)


@world(
    "/dev/shm is full",
    status=1,
    says=r"OSError: \[Errno 28\] No space left on device",
    kept="holds, error",
    traceback=True,
)
def _(place: Place) -> Done:
    place.unshare(
        do="mount -o remount,size=4k /dev/shm; cat /dev/zero > /dev/shm/full 2> /dev/null || :"
    )
    return place.check(KNOWN, LOCK)


@world(
    "/dev/shm is read-only",
    status=1,
    says=r"OSError: \[Errno 30\] Read-only file system",
    kept="holds, error",
    traceback=True,
)
def _(place: Place) -> Done:
    place.unshare(do="mount -o remount,ro /dev/shm")
    return place.check(KNOWN, LOCK)


@world(
    "there is no /dev/shm",
    status=1,
    says=r"^.*seen.*(FileNotFoundError|OSError|PermissionError).*|(FileNotFoundError|OSError).*",
    kept="holds, error",
    traceback=True,
)
def _(place: Place) -> Done:
    (place.folder / "dev").mkdir()
    place.unshare(
        do="mount -t tmpfs none dev && for each in null zero full random urandom tty; do "
        "touch dev/$each && mount --bind /dev/$each dev/$each; done && mount --rbind dev /dev"
    )
    return place.check(KNOWN, LOCK)


# The network, the clock, the standard streams


@world(
    "loopback is forbidden",
    status=1,
    says=r"OSError: \[Errno \d+\] children cannot report over the loopback.*",
    kept="error",
    traceback=True,
)
def _(place: Place) -> Done:
    place.unshare("--net")
    return place.check(KNOWN)


@world("the clock is set back again and again", status=0, says=WHOLE, kept="holds")
def _(place: Place) -> Done:
    (place.folder / "sitecustomize.py").write_text(BACK)
    place.path.append(str(place.folder))
    return place.check(KNOWN, workers=1)


@world("standard input is closed", status=0, says=WHOLE, kept="holds")
def _(place: Place) -> Done:
    return shell(place, '"$@" <&-', place.checking(KNOWN, workers=1))


@world("standard input is closed, of `pytest`", status=0, says="1 holds", kept="holds")
def _(place: Place) -> Done:
    return shell(place, '"$@" <&-', place.testing(KNOWN_TEST))


@world("all standard streams are closed", status=0, says="", kept="holds")
def _(place: Place) -> Done:
    return shell(place, '"$@" <&- >&- 2>&-', place.checking(KNOWN))


@world("output goes to a pipe that is closed", status=0, says="", kept="holds")
def _(place: Place) -> Done:
    return shell(
        place, '{ "$@"; echo $? > status; } | true; exit $(cat status)', place.checking(KNOWN)
    )


@world("output goes to `head -1`", status=0, says="", kept="holds")
def _(place: Place) -> Done:
    return shell(
        place,
        '{ "$@"; echo $? > status; } | head -1 > /dev/null; exit $(cat status)',
        place.checking(KNOWN, workers=1),
    )


def shell(place: Place, script: str, command: Sequence[str]) -> Done:
    """Let a shell run the command, which is `"$@"` in its script."""
    with place.started("sh", "-c", script, "sh", *command) as process:
        return place.end_of(process)


# Others


@world("two runs in one folder at the same time", status=0, says=WHOLE, kept="holds")
def _(place: Place) -> Done:
    other = place.checking(KNOWN, path=place.folder / "other.jsonl")
    with place.started(*other) as first, place.started(*place.checking(KNOWN)) as second:
        statuses = [place.end_of(first).status, place.end_of(second).status]
        return Done(max(status if status is not None else 99 for status in statuses), place.output)


@world(
    "two runs write the same file at the same time",
    status=2,
    says=r"mpspec: \S+: another run is writing this file",
    kept="holds, holds",
)
def _(place: Place) -> Done:
    place.meddle("a hostile process", LOCK)  # here only to hold the first one
    with place.started(*place.checking(KNOWN, LOCK)) as first:
        place.wait_for((place.folder / "port").exists, first)
        second = place.check(KNOWN)
        (place.folder / "hostile").touch()
        if place.end_of(first).status != 0:
            return Done(99, place.output)
        return Done(second.status, place.output)


@contextmanager
def hostile(place: Place, how: str) -> Iterator[None]:
    """Let a hostile process be at work when the test of the lock begins."""
    place.meddle("a hostile process", LOCK)
    program = Path(__file__).parent / "hostile.py"
    with subprocess.Popen([sys.executable, str(program), str(place.folder), how]) as process:
        try:
            yield
        finally:
            process.kill()


def hostile_world(how: str, name: str, nofile: int = 0) -> None:
    """Register a world with a hostile process."""

    @world(name, status=0, says=r"^2 verdicts as the note says, 0 not", kept="holds, holds")
    def _(place: Place) -> Done:
        if nofile:
            place.limit(nofile=nofile)
        with hostile(place, how):
            return place.check(KNOWN, LOCK)


hostile_world("no token", "a stranger without the token reports")
hostile_world("flood", "a stranger floods the observer")
hostile_world("reconnect", "a stranger connects again and again")
hostile_world("silent", "strangers connect and never speak", nofile=128)
