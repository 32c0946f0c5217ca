"""Chooses a start method for the program, and another one for a context."""

import os

from mpspec import programs
from mpspec.programs.methods_set import other
from mpspec.work import methods as work

if __name__ == "__main__":
    mp = programs.implementation()
    multiprocessing = work.library(mp)
    multiprocessing.set_start_method(other(mp.start_method))
    work.inherited.append("only by a fork")
    for who, source in (("default", multiprocessing), ("context", mp.api)):
        child = source.Process(target=work.print_how_it_began, args=(who, os.getpid()))
        child.start()
        child.join()
