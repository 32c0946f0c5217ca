"""`exitcode` is not implemented: nobody can tell how a child has ended."""

import os

from lithops.multiprocessing import Process

if __name__ == "__main__":
    child = Process(target=os.getpid)
    child.start()
    child.join()
    print(child.exitcode)  # multiprocessing: 0
