"""`wait` returns before the callback has been called."""

import os
import time

import billiard

if __name__ == "__main__":
    called = []
    with billiard.Pool(1) as pool:
        pool.apply_async(os.getpid, callback=lambda pid: time.sleep(1) or called.append(pid)).wait()
        print("called with:", called)  # multiprocessing: the pid
