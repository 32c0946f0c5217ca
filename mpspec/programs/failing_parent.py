"""Starts a child and then fails, by an exception that nobody catches."""

from mpspec import programs
from mpspec.work import processes as work

if __name__ == "__main__":
    mp = programs.implementation()
    mp.Process(target=work.stay_inside, args=(programs.probe("child"),)).start()
    programs.probe("main").note("failing")
    work.fail()
