"""A closed queue keeps the reading end of its pipe open: two thousand of them, no more files."""

from loky.backend import get_context

if __name__ == "__main__":
    queue = get_context("loky").Queue()
    queue.put(1)
    queue.get()
    queue.close()
    queue.join_thread()
    queue._thread.join()
    print("reader closed:", queue._reader.closed)  # multiprocessing: True
