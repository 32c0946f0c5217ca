"""One `task_done` too many never returns."""

# ruff: noqa: I001 - its manual has it imported first
import dragon  # noqa: F401 - adds the start method
import multiprocessing as mp

if __name__ == "__main__":
    mp.set_start_method("dragon")
    queue = mp.JoinableQueue()
    queue.put(1)
    queue.get()
    queue.task_done()
    queue.task_done()  # multiprocessing: ValueError
    print("it returned")
