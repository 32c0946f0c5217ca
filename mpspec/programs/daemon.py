"""Starts a daemon, does not join it, and comes to its end."""

from mpspec import programs
from mpspec.work import processes as work

if __name__ == "__main__":
    daemon = programs.implementation().Process(
        target=work.stay_inside, args=(programs.probe("daemon"),)
    )
    daemon.daemon = True
    daemon.start()
    main = programs.probe("main")
    main.checkpoint("main is through")
    main.note("ending")
