"""Starts a daemon and a child that is none, and comes to the end that it is told to come to."""

import os

from mpspec import programs
from mpspec.work import processes as work

if __name__ == "__main__":
    mp = programs.implementation()
    for name in ("daemon", "child"):
        process = mp.Process(target=work.stay_inside, args=(programs.probe(name),))
        process.daemon = name == "daemon"
        process.start()
    programs.probe("main").checkpoint("both started")
    if os.environ.get("MPSPEC_END") == "os._exit":
        os._exit(0)
