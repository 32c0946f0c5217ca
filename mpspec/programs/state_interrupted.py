"""Waits for Ctrl-C, and then uses the list of its manager."""

import signal

from mpspec import programs

if __name__ == "__main__":
    main = programs.probe("main")
    with programs.implementation().Manager() as manager:
        names = manager.list(["Ada"])
        # It is waited for rather than caught: it may come before this begins to wait.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        main.note("waiting")
        signal.sigwait({signal.SIGINT})
        names.append("Alan")
        print(names)
