"""`SimpleQueue.empty` raises AttributeError."""

import billiard

if __name__ == "__main__":
    queue = billiard.get_context().SimpleQueue()
    print(queue.empty())  # multiprocessing: True
