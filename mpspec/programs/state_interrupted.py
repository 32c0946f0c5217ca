"""Waits for Ctrl-C, and then uses the list of its manager."""

import os
import signal

from mpspec import programs

if __name__ == "__main__":
    main = programs.probe("main")
    with programs.implementation().Manager() as manager:
        names = manager.list(["Ada"])
        # It may come before this begins to wait, and to a thread that a library has started.
        reader, writer = os.pipe()
        os.set_blocking(writer, False)
        signal.set_wakeup_fd(writer)
        signal.signal(signal.SIGINT, lambda *_: None)
        main.note("waiting")
        os.read(reader, 1)
        names.append("Alan")
        print(names)
