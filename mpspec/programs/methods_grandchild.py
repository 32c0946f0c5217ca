"""Chooses the start method, and has a child say which one its own children would have."""

from mpspec import programs
from mpspec.work import methods as work

if __name__ == "__main__":
    mp = programs.implementation()
    multiprocessing = work.library(mp)
    multiprocessing.set_start_method(mp.start_method)
    args = (multiprocessing.__name__,)
    child = multiprocessing.Process(target=work.print_start_method, args=args)
    child.start()
    child.join()
