"""Where a bad world is made: a folder, a namespace where that can be, and the runner in it."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from mpspec import leftovers, verdicts
from mpspec.claims import PACKAGE, spec_folder

MARK = "BAD_WORLD_MARK"
"""The environment variable by which the processes of a bad world are found."""

LONGEST = 10.0
"""Seconds that anything may run on after the command's end."""

PATIENCE = 900.0
"""Seconds after which a command is given up."""

LOOK_AGAIN = 0.1

ROOT = Path(__file__).parent.parent.parent


class Impossible(Exception):  # noqa: N818 - it is a fact about this machine
    """The bad world cannot be made here; says why."""


@dataclass
class Done:
    """What came of a command."""

    status: int | None
    output: str


class Place:
    """A bad world's folder, with what of it is watched: processes, files, shared memory."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.verdicts = folder / "verdicts.jsonl"
        self.temporary = folder / "tmp"
        self.temporary.mkdir(mode=0o777)
        self.around: list[str] = []  # what the command is put behind, as `prlimit --nofile=20`
        self.environment: dict[str, str] = {}
        self.path: list[str] = []  # more to put on PYTHONPATH
        self.shared_memory = Path("/dev/shm")
        self._mark = secrets.token_hex(16)
        self._stack = ExitStack()

    def __enter__(self) -> Place:
        with suppress(Impossible):  # then it is looked at what all on this machine share
            self.unshare()
        self._before = self._shared()
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.processes():
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self._stack.close()

    # Making a world

    def unshare(self, *kinds: str, do: str = "true") -> None:
        """Give the world namespaces of its own (`--mount`, `--net` ...), and `do` this there.

        It has a /dev/shm of its own as well. Raises `Impossible` where the system denies it.
        """
        script = f"mount -t tmpfs none /dev/shm && {{ {do}; }} && echo made && exec cat"
        command = ["unshare", "--mount", *kinds, "--", "sh", "-c", script]
        if sys.platform != "linux" or not shutil.which("unshare") or not shutil.which("nsenter"):
            raise Impossible("no namespaces on this system")
        holder = self._stack.enter_context(
            subprocess.Popen(
                command,
                cwd=self.folder,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        )
        assert holder.stdout is not None
        said = [line.strip() for line in iter(holder.stdout.readline, "made\n") if line]
        if holder.poll() is not None or said:
            raise Impossible("; ".join(said) or "unshare failed")
        inside = 'cd "$0" && exec "$@"'
        enter = ["nsenter", f"--target={holder.pid}", "--mount"]
        enter += [f"{kind}={path}" for kind, path in _entered(kinds, holder.pid)]
        self.around = [*enter, "--", "sh", "-c", inside, str(self.folder)]
        self.shared_memory = Path(f"/proc/{holder.pid}/root/dev/shm")
        self._before = self._shared()

    def as_somebody(self, uid: int) -> None:
        """Run the command as another user, who owns the folder and may read this Python."""
        if os.geteuid() != 0 or not shutil.which("setpriv"):
            raise Impossible("only root can run it as another user")
        for path in (self.folder, self.temporary):
            os.chown(path, uid, uid)
        reading = [f"--{kind}-caps=+dac_read_search" for kind in ("inh", "ambient")]
        user = [f"--reuid={uid}", f"--regid={uid}", "--clear-groups"]
        self.around += ["setpriv", *user, *reading, "--"]

    def limit(self, **limits: int) -> None:
        """Limit what the command can have: `nofile`, `nproc` ..., as prlimit(1) calls it."""
        if not shutil.which("prlimit"):
            raise Impossible("no prlimit(1) here")
        self.around += ["prlimit", *(f"--{name}={number}" for name, number in limits.items())]

    # Running

    def check(self, *claims: str, **options: Any) -> Done:
        """Run `mpspec check` on `claims` under fork to its end."""
        with self.started(*self.checking(*claims, **options)) as process:
            return self.end_of(process)

    def checking(
        self, *claims: str, workers: int = 0, deadline: float = 30, path: Path | None = None
    ) -> list[str]:
        """Return the command that checks `claims`."""
        return [
            *(sys.executable, "-m", "mpspec", "check", "--implementation=fork"),
            *(f"--claim={claim}" for claim in claims),
            *(f"-n{workers}", f"--deadline={deadline}", f"--json={path or self.verdicts}"),
        ]

    def testing(self, *tests: str, workers: int = 0) -> list[str]:
        """Return the command that runs `tests` (file::function) by pytest with the plugin."""
        return [
            *(sys.executable, "-m", "pytest", "-p", "mpspec.plugin", "-p", "no:cacheprovider"),
            *("-c", os.devnull, f"--rootdir={spec_folder()}", "--implementation=fork"),
            *("-q", f"-n{workers}", "--deadline=30", f"--verdicts={self.verdicts}"),
            *(str(spec_folder() / test) for test in tests),
        ]

    @contextmanager
    def started(self, *command: str) -> Iterator[subprocess.Popen[str]]:
        """Start a command of the runner in this world."""
        with (self.folder / "output").open("a+", encoding="utf-8", errors="replace") as output:
            process = subprocess.Popen(
                [*self.around, *command],
                cwd=self.folder,
                env=self._told(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                text=True,
            )
            try:
                yield process
            finally:
                process.kill()
                process.wait()

    def end_of(self, process: subprocess.Popen[str]) -> Done:
        """Wait for the end of a started command; return its status, None if it has none."""
        try:
            status: int | None = process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            status = None
        return Done(status, self.output)

    @property
    def output(self) -> str:
        """What the commands have printed."""
        return (self.folder / "output").read_text(encoding="utf-8", errors="replace")

    def meddle(self, what: str, claim: str) -> None:
        """Let this happen to the test of `claim`; see `meddling`."""
        self.environment |= {
            "PYTEST_PLUGINS": "benchmarks.bad_worlds.meddling",
            "BAD_WORLD": what,
            "BAD_WORLD_CLAIM": claim,
            "BAD_WORLD_FOLDER": str(self.folder),
        }

    def wait_for(self, come: Callable[[], bool], process: subprocess.Popen[str]) -> None:
        """Wait until it has come to that, in vain if the command ends first."""
        last = time.monotonic() + PATIENCE
        while not come():
            if process.poll() is not None or time.monotonic() > last:
                raise RuntimeError(f"it did not come to that:\n{self.output}")
            time.sleep(LOOK_AGAIN)

    def _told(self, more: Mapping[str, str]) -> dict[str, str]:
        inherited = {key: value for key, value in os.environ.items() if key != "MPSPEC_RUN"}
        here = os.pathsep.join([*self.path, str(PACKAGE.parent), str(ROOT)])
        own = {MARK: self._mark, "TMPDIR": str(self.temporary), "PYTHONPATH": here}
        caches = {"XDG_CACHE_HOME": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1"}
        return inherited | own | caches | dict(more)

    # Looking

    def kept(self) -> str:
        """Return what the verdict file tells whoever reads it now."""
        if not self.verdicts.is_file():
            return "no file"
        try:
            [run] = verdicts.read(self.verdicts)
        except verdicts.MissingFooterError:
            return f"{self._said()}; cut short"
        except verdicts.VerdictFileError as error:
            return type(error).__name__ if self.verdicts.stat().st_size else "nothing"
        return _words(run)

    def _said(self) -> str:
        """Return the verdicts of a run that was cut short."""
        reader = verdicts.Reader(str(self.verdicts))
        for line in self.verdicts.read_text(encoding="utf-8").splitlines():
            reader.take(line)
        return _words(reader.current)

    def left(self) -> list[str]:
        """Return what is left behind, after as long as anything may run on."""
        last = time.monotonic() + LONGEST
        while self._everything_left() and time.monotonic() < last:
            time.sleep(LOOK_AGAIN)
        return self._everything_left()

    def _everything_left(self) -> list[str]:
        running = [f"process {each.pid} ({each.name()})" for each in self.processes()]
        files = [f"temporary file {path.name}" for path in self.temporary.iterdir()]
        shared = [f"shared memory {name}" for name in self._shared() - self._before]
        return [*running, *files, *shared]

    def processes(self) -> list[psutil.Process]:
        """Return the processes of this world that run, but for its own helpers."""
        return [process for process in psutil.process_iter() if self._is_of_here(process)]

    def _is_of_here(self, process: psutil.Process) -> bool:
        try:
            known = process.environ().get(MARK) == self._mark
            return known and leftovers.running([process]) != []
        except (psutil.Error, OSError):
            return False

    def _shared(self) -> set[str]:
        try:
            return {path.name for path in self.shared_memory.iterdir()}
        except OSError:
            return set()


def _words(run: verdicts.Run | None) -> str:
    found = run.verdicts.values() if run else ()
    return ", ".join(verdict.status.value for verdict in found) or "none"


def _entered(kinds: Sequence[str], pid: int) -> Iterator[tuple[str, str]]:
    names = {"--net": "net"}
    for kind in kinds:
        if kind in names:
            yield kind, f"/proc/{pid}/ns/{names[kind]}"
