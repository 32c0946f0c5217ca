"""Under forkserver every end by a signal, and by `os._exit`, has exit code 255."""

import os
import signal

import billiard

if __name__ == "__main__":
    mp = billiard.get_context("forkserver")
    for target, given in ((signal.raise_signal, signal.SIGTERM), (os._exit, 7)):
        child = mp.Process(target=target, args=(given,))
        child.start()
        child.join()
        print(target.__name__, "gives", child.exitcode)  # multiprocessing: -15, 7
