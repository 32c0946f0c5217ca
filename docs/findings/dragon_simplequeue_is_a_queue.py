"""A SimpleQueue takes a timeout, and raises another error once it is closed."""

# ruff: noqa: I001 - its manual has it imported first
import dragon  # noqa: F401 - adds the start method
import multiprocessing as mp

if __name__ == "__main__":
    mp.set_start_method("dragon")
    queue = mp.SimpleQueue()
    queue.put("an item")
    print(queue.get(timeout=1))  # multiprocessing: TypeError
    queue.close()
    queue.get()  # multiprocessing: OSError, as it is closed
