"""A process of loky's context has `close` and `kill`, and both raise AttributeError."""

import os

from loky.backend import get_context

if __name__ == "__main__":
    for name in ("kill", "close"):
        child = get_context("loky").Process(target=os.getpid)
        child.start()
        if name == "close":
            child.join()
        try:
            getattr(child, name)()  # multiprocessing: ends the child; gives back what it holds
        except AttributeError as error:
            print(error)
        child.join()
