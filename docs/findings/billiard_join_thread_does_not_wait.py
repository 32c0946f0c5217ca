"""`join_thread` returns while the item is still on its way, in the process that made the queue."""

import os
import time

import billiard

if __name__ == "__main__":
    queue = billiard.Queue()
    if os.fork():
        queue.put("x" * 1_000_000)
        queue.close()
        queue.join_thread()  # multiprocessing: waits until the item has been read
        print("still sending:", queue._thread.is_alive())
    else:
        time.sleep(1)
        queue.get()
