"""A ThreadPool cannot be made: the class that it builds on has been exchanged for another one."""

# ruff: noqa: I001 - its manual has it imported first
import dragon  # noqa: F401 - adds the start method
import multiprocessing as mp
from multiprocessing.pool import ThreadPool

if __name__ == "__main__":
    mp.set_start_method("dragon")
    ThreadPool(1)  # multiprocessing: a pool of threads; here a TypeError
