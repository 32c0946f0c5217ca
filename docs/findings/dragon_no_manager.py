"""`Manager()` cannot be started."""

# ruff: noqa: I001 - its manual has it imported first
import dragon  # noqa: F401 - adds the start method
import multiprocessing as mp

if __name__ == "__main__":
    mp.set_start_method("dragon")
    with mp.Manager() as manager:
        print(manager.list([1]))  # multiprocessing: [1]
