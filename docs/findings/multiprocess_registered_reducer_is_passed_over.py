"""A function registered for a type that dill knows is never asked, be it the library's own."""

import threading

import multiprocess
from multiprocess.reduction import ForkingPickler


def as_text(_):
    """Say that text is to be sent instead."""
    return str, ("as registered",)


if __name__ == "__main__":
    ForkingPickler.register(type(threading.Lock()), as_text)
    here, there = multiprocess.Pipe()
    here.send(threading.Lock())
    print(there.recv())  # multiprocessing: as registered
    with multiprocess.Manager() as manager:
        print(manager.dict(apples=1).keys())  # multiprocessing: a list, as it has registered
