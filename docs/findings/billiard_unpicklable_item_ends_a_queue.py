"""After one item that cannot be pickled a queue passes nothing on."""

import queue as errors
import threading

import billiard

if __name__ == "__main__":
    queue = billiard.Queue()
    queue.put(threading.Lock())
    queue.put("the next")
    try:
        print(queue.get(timeout=5))  # multiprocessing: the next
    except errors.Empty:
        print("nothing came")
