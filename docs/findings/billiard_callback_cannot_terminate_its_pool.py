"""A callback that terminates its pool gets a RuntimeError, as that joins the thread it runs in."""

import os
import threading

import billiard

if __name__ == "__main__":
    called = threading.Event()
    pool = billiard.Pool(1)

    def end(_):
        """Terminate the pool, as the first result will do."""
        try:
            pool.terminate()  # RuntimeError: cannot join current thread; multiprocessing: returns
        finally:
            called.set()

    pool.apply_async(os.getpid, callback=end)
    called.wait()
