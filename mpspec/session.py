"""What is changed for the length of a pytest session, and put back: main, signals, forks, marks.

What a session has started is marked, and ended with it, also when it is killed.
"""

from __future__ import annotations

import gc
import os
import secrets
import signal
import sys
import threading
import types
from collections.abc import Callable
from typing import Any

import pytest

from mpspec import leftovers
from mpspec.watcher import Watcher

_own_pid: list[int] = []


class Session:
    """What is changed for the length of a session, and put back."""

    def __init__(self) -> None:
        _own_pid[:] = [os.getpid()]
        self.undo: list[Callable[[], Any]] = []
        self._replace_main()
        self._end_tidily_on_sigterm()
        self._hear_sigint()
        if leftovers.RUN_VARIABLE not in os.environ:
            self._mark_what_is_started()

    def pytest_collection_finish(self) -> None:
        """Take what is there by now out of the garbage collector's sight, for the session's length.

        In each forked child it would else go through all of pytest, and thereby copy that.
        """
        if hasattr(gc, "freeze"):  # not on PyPy
            gc.collect()
            gc.freeze()
            self.undo.append(gc.unfreeze)

    def pytest_keyboard_interrupt(self) -> None:
        """End what still runs below, pytest-xdist's workers too, which it would wait for."""
        leftovers.end(leftovers.left_behind())

    def pytest_unconfigure(self) -> None:
        """Put everything back."""
        while self.undo:
            self.undo.pop()()

    def _replace_main(self) -> None:
        """Let spawned children find an empty `__main__`, as if under `python -m pytest`.

        Else each would run the `pytest` script again, as `__mp_main__`, and pay its imports.
        """
        main = sys.modules["__main__"]
        sys.modules["__main__"] = types.ModuleType("__main__")
        self.undo.append(lambda: sys.modules.update(__main__=main))

    def _end_tidily_on_sigterm(self) -> None:
        """Take SIGTERM as Ctrl-C is taken: fixtures are torn down and children ended.

        A forked child gets the default handler back: how it ends is part of what is tested.
        """
        if threading.current_thread() is not threading.main_thread():
            return
        before = signal.signal(signal.SIGTERM, _interrupt)
        self.undo.append(lambda: signal.signal(signal.SIGTERM, before))

    def _hear_sigint(self) -> None:
        """Take Ctrl-C also where a shell has started this in the background, which ignores it.

        Programs would inherit that, and what Ctrl-C does to them is part of what is tested.
        """
        if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            self.undo.append(lambda: signal.signal(signal.SIGINT, signal.SIG_IGN))

    def _mark_what_is_started(self) -> None:
        """Mark the processes that this session starts, and end those that are left of them.

        Should the session be killed, its watcher ends them.
        """
        token = secrets.token_hex(16)
        if sys.platform != "win32":  # whose pipes cannot be waited for
            _watchers.append(Watcher(token))
            self.undo.append(lambda: _watchers.pop().close())
        os.environ[leftovers.RUN_VARIABLE] = token
        self.undo.append(lambda: _end_all_but_helpers(token))
        self.undo.append(lambda: os.environ.pop(leftovers.RUN_VARIABLE))


def let_go_in_children_of_xdist(config: pytest.Config) -> None:
    """Keep a worker's line to pytest-xdist from its children: a copy would hide its death."""
    _line_to_xdist[:] = _descriptors_of_xdist(config)


def _descriptors_of_xdist(config: pytest.Config) -> list[int]:
    """Return the pipes by which this worker and pytest-xdist's controller speak."""
    [channel] = [
        plugin.channel
        for plugin in config.pluginmanager.get_plugins()
        if type(plugin).__name__ == "WorkerInteractor"
    ]
    pipes = channel.gateway._io
    return [pipes.infile.fileno(), pipes.outfile.fileno()]


def _let_go_of_xdist() -> None:
    for descriptor in _line_to_xdist:
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, descriptor)
        os.close(nothing)


_line_to_xdist: list[int] = []


_watchers: list[Watcher] = []


def _tell_watchers() -> None:
    """Make a forked child known to who watches: its environment does not show the mark."""
    for watcher in _watchers:
        watcher.tell(os.getpid())


def _end_all_but_helpers(token: str) -> None:
    left = [each for each in leftovers.marked(token) if not leftovers.is_helper(each)]
    leftovers.end(left)


def _interrupt(number: int, _: Any) -> None:
    if (
        os.getpid() not in _own_pid
    ):  # a forked child, in which somebody (coverage) has chained to this
        signal.signal(number, signal.SIG_DFL)
        signal.raise_signal(number)
    raise KeyboardInterrupt(signal.Signals(number).name)


def _hold_sigterm() -> None:
    """Keep SIGTERM waiting over a fork: a child would forget one that came to this handler."""
    if signal.getsignal(signal.SIGTERM) is _interrupt:
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])


def _let_sigterm_in() -> None:
    if signal.getsignal(signal.SIGTERM) is _interrupt:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGTERM])


def _restore_sigterm() -> None:
    if signal.getsignal(signal.SIGTERM) is _interrupt:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGTERM])


if hasattr(os, "register_at_fork"):  # not on Windows, where nothing forks
    os.register_at_fork(after_in_child=_let_go_of_xdist)
    os.register_at_fork(after_in_child=_tell_watchers)
    os.register_at_fork(
        before=_hold_sigterm, after_in_parent=_let_sigterm_in, after_in_child=_restore_sigterm
    )
