"""Waits for Ctrl-C, and then uses the list of its manager."""

import signal

from mpspec import programs

if __name__ == "__main__":
    main = programs.probe("main")
    with programs.implementation().Manager() as manager:
        names = manager.list(["Ada"])
        try:
            main.note("waiting")
            signal.pause()
        except KeyboardInterrupt:
            names.append("Alan")
        print(names)
