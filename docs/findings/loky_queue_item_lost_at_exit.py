"""What the main program has put on a queue is lost when it ends before it is all sent."""

import os

from loky.backend import get_context

if __name__ == "__main__":
    queue = get_context("loky").Queue()
    reader = os.fork()
    if reader:
        queue.put("x" * 1_000_000)  # multiprocessing: waits at its end until this is read
    else:
        queue._writer.close()  # so that the end of the other process is seen
        print(len(queue.get()))
